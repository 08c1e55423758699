//! Numbering plans as data.
//!
//! Owns what is known of every country's numbers: country codes, possible lengths, which numbers are valid, and for
//! India what each is for. Knows nothing of how a number is written. One idea: all plans together are **one automaton
//! over E.164 digits**, so a question costs one table row a digit and no pattern is interpreted at run time.
//!
//! The tables are generated (`generate.py`) and go stale: operators are given new series before any table lists them.
//! So for India the plan says what a number is, and never that a well-formed mobile is none.

#[rustfmt::skip]
mod table;

pub use table::{VERSION, WRITTEN};

use crate::notes::Kind;

/// What the automaton says of a whole E.164 number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    None,
    Foreign,
    Mobile,
    Fixed,
    FixedOrMobile,
    M2m,
    TollFree,
    SharedCost,
    Premium,
    Service,
    Telemarketing,
}

/// [`table::ENDS`] by state, so that the answer for a state is one read.
static CLASSES: [Class; table::EDGES.len()] = {
    let mut classes = [Class::None; table::EDGES.len()];
    let mut at = 0;
    while at < table::ENDS.len() {
        classes[table::ENDS[at].0 as usize] = table::ENDS[at].1;
        at += 1;
    }
    classes
};

/// What the plans say of E.164 digits (each 0 to 9), country code first.
pub(crate) fn class(digits: &[u8]) -> Class {
    let mut state = table::START;
    for &digit in digits {
        state = table::EDGES[usize::from(state)][usize::from(digit)];
    }
    CLASSES[usize::from(state)]
}

/// Whether some country's numbers have these digits' code and length.
pub(crate) fn is_possible(digits: &[u8]) -> bool {
    country(digits).is_some_and(|(width, lengths, _)| {
        let length = digits.len() - width;
        length < 16 && lengths >> length & 1 == 1
    })
}

/// How many of these digits are the country code.
pub(crate) fn code_width(digits: &[u8]) -> Option<usize> {
    country(digits).map(|(width, ..)| width)
}

/// Whether a country's own formats write a national number in groups of these widths.
pub(crate) fn has_format(code: u16, widths: &[usize]) -> bool {
    let is_of = |format: &&[(u8, u8)]| {
        format.len() == widths.len()
            && format.iter().zip(widths).all(|(&(least, most), &width)| {
                (usize::from(least)..=usize::from(most)).contains(&width)
            })
    };
    table::FORMATS
        .binary_search_by_key(&code, |&(code, _)| code)
        .is_ok_and(|at| table::FORMATS[at].1.iter().any(is_of))
}

/// Whether these digits, less the trunk zero, are the code of an Indian area. Of a code of four digits the metadata
/// may know three (1662 is written as 166 and 2...), and the area is the same.
pub(crate) fn is_area_code(digits: &[u8]) -> bool {
    let code = digits
        .iter()
        .take(4)
        .fold(0, |code, &digit| code * 10 + u16::from(digit));
    let is_listed = |code: u16| table::AREA_CODES.binary_search(&code).is_ok();
    match digits {
        [1..=9, _] | [1..=9, _, _] => is_listed(code),
        [1..=9, _, _, _] => is_listed(code) || is_listed(code / 10),
        _ => false,
    }
}

/// Where these digits have a zero after the country code that only callers inside that country dial.
pub(crate) fn trunk_zero(digits: &[u8]) -> Option<usize> {
    let (width, _, has_trunk_zero) = country(digits)?;
    (has_trunk_zero && digits.get(width) == Some(&0)).then_some(width)
}

/// The row of the country: the width of its code, its possible lengths, whether its trunk prefix is a zero.
fn country(digits: &[u8]) -> Option<(usize, u16, bool)> {
    // A leading zero must not make `044` the code 44.
    if digits.first() == Some(&0) {
        return None;
    }
    // No code is the beginning of another.
    (1..=digits.len().min(3)).find_map(|width| {
        let code = digits[..width]
            .iter()
            .fold(0, |code, &digit| code * 10 + u16::from(digit));
        let at = table::COUNTRIES
            .binary_search_by_key(&code, |&(code, ..)| code)
            .ok()?;
        let (_, lengths, has_trunk_zero) = table::COUNTRIES[at];
        Some((width, lengths, has_trunk_zero))
    })
}

/// What is known of India's mobile series: the first five digits of a national number with lead 6 to 9.
#[derive(Clone, Copy, Debug)]
pub struct MobileSeries {
    listed: &'static [u64; 625],
    fixed_lines: &'static [u64; 625],
}

impl MobileSeries {
    /// India's plan as generated.
    pub const INDIA: Self = Self {
        listed: &table::LISTED,
        fixed_lines: &table::FIXED_LINES,
    };

    /// A plan of one's own: one bit for each series from 60000 on, listed or not, used by fixed lines or not.
    #[must_use]
    pub const fn new(listed: &'static [u64; 625], fixed_lines: &'static [u64; 625]) -> Self {
        Self {
            listed,
            fixed_lines,
        }
    }

    /// Whether the plan lists the series of this national number (ten digits, lead 6 to 9).
    #[inline]
    #[must_use]
    pub fn lists(self, national: u64) -> bool {
        Self::bit(self.listed, national)
    }

    /// `mobile`, or `fixed_or_mobile` where fixed lines use the series too; never `fixed`.
    #[inline]
    #[must_use]
    pub fn kind(self, national: u64) -> Kind {
        if Self::bit(self.fixed_lines, national) {
            Kind::FixedOrMobile
        } else {
            Kind::Mobile
        }
    }

    #[inline]
    fn bit(words: &[u64; 625], national: u64) -> bool {
        let series = (national / 100_000).wrapping_sub(60_000);
        words
            .get((series / 64) as usize)
            .is_some_and(|word| word >> (series % 64) & 1 == 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digits(text: &str) -> Vec<u8> {
        text.bytes().map(|byte| byte - b'0').collect()
    }

    #[test]
    fn the_automaton_knows_india() {
        for (text, class_expected) in [
            ("919876543210", Class::Mobile),
            ("911123456789", Class::Fixed),
            ("918023456789", Class::Fixed),
            ("911409305260", Class::Telemarketing),
            ("911600123456", Class::Service),
            ("911601123456", Class::Service),
            ("911602123456", Class::Fixed),
            ("911800123456", Class::TollFree),
            ("9118603451234", Class::SharedCost),
            ("915591912345678", Class::M2m),
            ("91987654321", Class::None),
            ("5591912345678", Class::Foreign),
            ("9876543210", Class::None),
            ("", Class::None),
        ] {
            assert_eq!(class(&digits(text)), class_expected, "{text}");
        }
    }

    #[test]
    fn a_code_is_found_at_its_own_width() {
        assert!(is_possible(&digits("12025550123")));
        assert!(is_possible(&digits("442079460000")));
        assert!(is_possible(&digits("3581234567")));
        assert!(!is_possible(&digits("0442079460000")));
        assert!(
            !is_possible(&digits("2101234567")),
            "210 is no country's code"
        );
        assert!(!is_possible(&digits("44")));
    }

    #[test]
    fn groups_are_those_of_the_country_s_formats() {
        assert!(has_format(46, &[2, 3, 2, 2]));
        assert!(has_format(7, &[3, 3, 2, 2]));
        assert!(!has_format(7, &[5, 5]));
        assert!(!has_format(999, &[3, 3]));
        assert!(is_area_code(&[1, 1]) && is_area_code(&[1, 2, 4]) && is_area_code(&[8, 0]));
        assert!(is_area_code(&[1, 6, 6, 2]));
        assert!(!is_area_code(&[9, 8]) && !is_area_code(&[1]) && !is_area_code(&[0, 1, 1]));
    }

    #[test]
    fn a_trunk_zero_is_its_own_country_s() {
        assert_eq!(trunk_zero(&digits("4407911123456")), Some(2));
        assert_eq!(trunk_zero(&digits("447911123456")), None);
        assert_eq!(
            trunk_zero(&digits("102025550123")),
            None,
            "North America dials a one"
        );
    }
}
