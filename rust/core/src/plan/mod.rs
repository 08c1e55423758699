//! Numbering plans as data.
//!
//! Owns what is known of every country's numbers: country codes, possible lengths, which numbers are valid, of which
//! region and what for (`class`, `region_of`), what each region dials before them (`RegionPlan`) and the groups and
//! texts in which they are written (`format`). One idea: all patterns are **one table of states over digits**, each
//! question a state from which it starts, so that it costs one row a digit and no pattern is interpreted at run time.
//!
//! The tables are generated (`generate.py` writes `table.rs` and `edges.bin`) and go stale: operators are given new series
//! before any table lists them. So for India the plan gives the kind of a number, and never refuses a well-formed mobile.

pub(crate) mod ahead;
mod format;
mod region;
#[rustfmt::skip]
mod table;

pub(crate) use format::{NumberFormat, format};
pub(crate) use region::{COUNT, Length, Stripped};
pub use region::{NAMES, RegionPlan, region_of};
pub use table::{VERSION, WRITTEN};

use crate::notes::Kind;

/// What kind of number a whole E.164 number is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    None,
    Mobile,
    Fixed,
    FixedOrMobile,
    M2m,
    TollFree,
    SharedCost,
    Premium,
    Service,
    Telemarketing,
    Voip,
    Personal,
    Pager,
    Uan,
    Voicemail,
}

/// The entry of a state: what the digits that end in it are.
#[derive(Clone, Copy)]
enum End {
    /// That they are what was asked for.
    Yes,
    /// A number, and the region that it is of.
    Number(Class, u8),
    /// In which formats a number with these leading digits may be written.
    Formats(u16),
}

/// What is known of a country code.
struct Country {
    code: u16,
    /// The possible national lengths, bit n for n digits: in any of its regions, and in the first, which libphonenumber
    /// asks.
    lengths: u16,
    first_lengths: u16,
    /// Whether its trunk prefix is a zero.
    has_trunk_zero: bool,
    /// Its regions, in the order in which they are asked.
    regions: &'static [u8],
    /// Where the automata of its formats start.
    national: u16,
    international: u16,
}

/// What is known of a region.
struct Row {
    name: &'static str,
    code: u16,
    /// The possible national lengths, and those of numbers that are dialled without their area: bit n for n digits.
    lengths: u32,
    local: u32,
    /// Where the automata start: of what a number may look like, of short numbers, of the leading digits that separate the
    /// region from others of its code (0 for none), of international prefixes.
    viable: u16,
    short: u16,
    leading: u16,
    abroad: u16,
    /// How many digits its national prefix has, without the code of a carrier.
    national_prefix: u8,
    prefixes: &'static [Rule],
}

/// One way to take a national prefix off: the digits that its automaton takes go, but for those between `before` and
/// `after`, if it `keeps` any, which stay behind `insert`.
struct Rule {
    start: u16,
    keeps: bool,
    before: u8,
    after: u8,
    insert: &'static [u8],
    /// Whether nothing may follow the digits that it takes.
    is_whole: bool,
}

/// One way in which numbers are written: the widths (least, most) of its groups, and the text, with a backslash and a
/// figure for each group.
struct Format {
    groups: &'static [(u8, u8)],
    national: &'static str,
    international: &'static str,
}

/// State and digit -> state; 0 is the state from which no number can be reached. The file has them in that order, in two
/// bytes each, the lower first.
static EDGES: [[u16; 10]; table::STATES] =
    bytemuck::must_cast(*include_bytes!("edges.bin") as [u8; table::STATES * 20]);

/// [`table::ENDS`] by state, so that the answer for a state is one read.
static NUMBERS: [(Class, u8); table::STATES] = {
    let mut numbers = [(Class::None, 0); table::STATES];
    let mut at = 0;
    while at < table::ENDS.len() {
        if let (state, End::Number(class, region)) = table::ENDS[at] {
            numbers[state as usize] = (class, region);
        }
        at += 1;
    }
    numbers
};

/// The other ends by state: 0 for none, or the list of formats.
static MARKS: [u16; table::STATES] = {
    let mut marks = [0; table::STATES];
    let mut at = 0;
    while at < table::ENDS.len() {
        match table::ENDS[at] {
            (state, End::Yes) => marks[state as usize] = 1,
            (state, End::Formats(list)) => marks[state as usize] = list,
            (_, End::Number(..)) => {}
        }
        at += 1;
    }
    marks
};

#[inline]
fn step(state: u16, digit: u8) -> u16 {
    EDGES[usize::from(state)][usize::from(digit)]
}

#[inline]
fn end(start: u16, digits: &[u8]) -> usize {
    let state = digits
        .iter()
        .fold(start, |state, &digit| step(state, digit));
    usize::from(state)
}

/// Whether digits are what the automaton that starts there accepts.
fn is_match(start: u16, digits: &[u8]) -> bool {
    MARKS[end(start, digits)] != 0
}

/// How many digits the longest beginning has that the automaton accepts.
fn longest(start: u16, digits: &[u8]) -> Option<usize> {
    let mut state = start;
    let mut found = (MARKS[usize::from(state)] != 0).then_some(0);
    for (at, &digit) in digits.iter().enumerate() {
        state = step(state, digit);
        match state {
            0 => break,
            state if MARKS[usize::from(state)] != 0 => found = Some(at + 1),
            _ => {}
        }
    }
    found
}

/// The entry of the plans for E.164 digits (each 0 to 9), country code first.
pub(crate) fn class(digits: &[u8]) -> Class {
    NUMBERS[end(table::START, digits)].0
}

/// Whether the plans have the number whose digits stand behind a state.
#[inline]
pub(crate) fn is_known_behind(state: u16, digits: &[u8]) -> bool {
    NUMBERS[end(state, digits)].0 != Class::None
}

/// Whether some country's numbers have these digits' code and length.
pub(crate) fn is_possible(digits: &[u8]) -> bool {
    country(digits).is_some_and(|(width, country)| {
        let length = digits.len() - width;
        length < 16 && country.lengths >> length & 1 == 1
    })
}

/// The same, with the lengths that libphonenumber asks: North America's seven digits without an area are none.
pub(crate) fn is_possible_with_area(digits: &[u8]) -> bool {
    country(digits).is_some_and(|(width, country)| {
        let length = digits.len() - width;
        length < 16 && country.first_lengths >> length & 1 == 1
    })
}

/// How many of these digits are the country code.
pub(crate) fn code_width(digits: &[u8]) -> Option<usize> {
    country(digits).map(|(width, _)| width)
}

/// The country code that these digits begin with, or 0.
pub(crate) fn code_of(digits: &[u8]) -> u16 {
    country(digits).map_or(0, |(_, country)| country.code)
}

/// Whether a country's own formats write a national number in groups of these widths.
pub(crate) fn has_format(code: u16, widths: &[usize]) -> bool {
    let is_of = |format: &&[(u8, u8)]| {
        format.len() == widths.len()
            && format.iter().zip(widths).all(|(&(least, most), &width)| {
                (usize::from(least)..=usize::from(most)).contains(&width)
            })
    };
    table::GROUPINGS
        .binary_search_by_key(&code, |&(code, _)| code)
        .is_ok_and(|at| table::GROUPINGS[at].1.iter().any(is_of))
}

/// Whether a country's own formats begin a national number of so many digits with a group of this width.
pub(crate) fn has_first_group(code: u16, width: usize, digits: usize) -> bool {
    let begins = |format: &&[(u8, u8)]| {
        let (least, most) = format.iter().fold((0, 0), |(least, most), group| {
            (least + usize::from(group.0), most + usize::from(group.1))
        });
        let (first_least, first_most) = format[0];
        format.len() > 1
            && (usize::from(first_least)..=usize::from(first_most)).contains(&width)
            && (least..=most).contains(&digits)
    };
    table::GROUPINGS
        .binary_search_by_key(&code, |&(code, _)| code)
        .is_ok_and(|at| table::GROUPINGS[at].1.iter().any(begins))
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
    let (width, country) = country(digits)?;
    (country.has_trunk_zero && digits.get(width) == Some(&0)).then_some(width)
}

/// One more than the place of each code in [`table::COUNTRIES`]; 0 for what is no code.
static PLACES: [u8; 1000] = {
    let mut places = [0; 1000];
    let mut at = 0;
    while at < table::COUNTRIES.len() {
        places[table::COUNTRIES[at].code as usize] = at as u8 + 1;
        at += 1;
    }
    places
};

/// The country of a code of at most three digits.
fn country_of(code: usize) -> Option<&'static Country> {
    table::COUNTRIES.get(usize::from(PLACES[code]).wrapping_sub(1))
}

/// The country of E.164 digits, and the width of its code.
fn country(digits: &[u8]) -> Option<(usize, &'static Country)> {
    // A leading zero must not make `044` the code 44.
    if digits.first() == Some(&0) {
        return None;
    }
    // No code is the beginning of another.
    (1..=digits.len().min(3)).find_map(|width| {
        let code = digits[..width]
            .iter()
            .fold(0, |code, &digit| code * 10 + usize::from(digit));
        Some((width, country_of(code)?))
    })
}

/// [`country`] of an integer. To take all its digits apart would take [`region_of`] three times as long.
fn country_of_integer(msisdn: u64) -> Option<&'static Country> {
    let after_three = msisdn.checked_ilog10()?.saturating_sub(2);
    let code = (msisdn / 10u64.pow(after_three)) as usize;
    [code / 100, code / 10, code]
        .into_iter()
        .find_map(country_of)
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
    fn the_country_of_an_integer_is_that_of_its_digits() {
        for code in 0..1000u64 {
            for more in [0, 1, 5, 12, 16] {
                let msisdn = code * 10u64.pow(more);
                let digits = digits(&msisdn.to_string());
                let expected = country(&digits).map(|(_, country)| country.code);
                let found = country_of_integer(msisdn).map(|country| country.code);
                assert_eq!(found, expected, "{msisdn}");
            }
        }
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
            ("5591912345678", Class::Mobile),
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
        assert!(has_first_group(971, 2, 9));
        assert!(!has_first_group(971, 2, 10));
        assert!(!has_first_group(46, 4, 9));
        assert!(!has_first_group(999, 2, 9));
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
