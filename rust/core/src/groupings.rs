//! The groupings in which a number is written.
//!
//! This module owns the closed list (`lists/groupings.tsv`) and the kinds of separators. It does not depend on the
//! meaning of the digits. One idea: separate groups are one number only in a listed grouping; in any other they are
//! separate figures.

use std::sync::LazyLock;

/// The separator between two groups of digits, without brackets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gap {
    /// Nothing but a bracket.
    Touch,
    Blank,
    Dash,
    /// A dash with a blank on one side or both, as also used after a list mark.
    SpacedDash,
    Point,
    Slash,
    /// Anything that separates no groups of a number.
    Other,
}

impl Gap {
    /// Reads the text between two groups; within one number it is at most a few characters long.
    pub(crate) fn of(text: &[u8]) -> Self {
        /// Brackets, and blanks on both sides of two dashes.
        const LONGEST: usize = 8;
        if text.len() > LONGEST {
            return Self::Other;
        }
        let mut bare = [0; LONGEST];
        let mut width = 0;
        for &byte in text.iter().filter(|byte| !matches!(byte, b'(' | b')')) {
            bare[width] = byte;
            width += 1;
        }
        match &bare[..width] {
            [] => Self::Touch,
            b" " | b"  " | b"   " => Self::Blank,
            b"." => Self::Point,
            b"-" | b"--" => Self::Dash,
            gap => match gap.trim_ascii() {
                _ if gap.starts_with(b"  ") || gap.ends_with(b"  ") => Self::Other,
                b"-" | b"--" => Self::SpacedDash,
                b"/" => Self::Slash,
                _ => Self::Other,
            },
        }
    }
}

/// The numbers for which a grouping is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NumberingPlan {
    /// India's national numbers.
    National,
    /// India's thirteen digits of a machine.
    M2m,
    /// Another country's, whose own formats begin with such a group.
    Foreign,
    Imei,
}

/// `60000-75000`: each group ends in two zeros, as sums do and one number in ten thousand does.
pub(crate) fn are_round_sums(widths: &[usize], digits: &[u8]) -> bool {
    let mut end = 0;
    widths.iter().all(|&width| {
        end += width;
        width >= 3 && digits[..end].ends_with(&[0, 0])
    })
}

/// One line of the list.
struct Grouping {
    plan: NumberingPlan,
    gaps: Vec<Gap>,
    widths: Widths,
}

enum Widths {
    /// The smallest and the largest width of each group; whether the first may be repeated.
    Groups {
        groups: Vec<(usize, usize)>,
        first_repeats: bool,
    },
    /// An area code, and all other digits in one group.
    AreaAndRest,
}

impl Widths {
    fn read(text: &str) -> Self {
        if text == "area rest" {
            return Self::AreaAndRest;
        }
        let first_repeats = text
            .split(' ')
            .next()
            .is_some_and(|first| first.ends_with('+'));
        let groups = text
            .split(' ')
            .map(|group| {
                let group = group.trim_end_matches('+');
                let (least, most) = group.split_once('-').unwrap_or((group, group));
                (number(least), number(most))
            })
            .collect();
        Self::Groups {
            groups,
            first_repeats,
        }
    }

    fn are(&self, widths: &[usize], first_is_area: bool) -> bool {
        match self {
            Self::AreaAndRest => first_is_area && widths.len() == 2,
            Self::Groups {
                groups,
                first_repeats,
            } => {
                let Some(more) = widths.len().checked_sub(groups.len()) else {
                    return false;
                };
                (more == 0 || *first_repeats)
                    && widths.iter().enumerate().all(|(at, width)| {
                        let (least, most) = groups[at.saturating_sub(more)];
                        (least..=most).contains(width)
                    })
            }
        }
    }
}

fn number(text: &str) -> usize {
    text.parse().expect("a width of lists/groupings.tsv")
}

static LIST: LazyLock<Vec<Grouping>> = LazyLock::new(|| {
    include_str!("lists/groupings.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let mut fields = line.split('\t');
            let mut field = || fields.next().expect("four fields in lists/groupings.tsv");
            let plan = match field() {
                "national" => NumberingPlan::National,
                "m2m" => NumberingPlan::M2m,
                "foreign" => NumberingPlan::Foreign,
                "imei" => NumberingPlan::Imei,
                other => panic!("a plan of lists/groupings.tsv: {other}"),
            };
            let gaps = field()
                .split(' ')
                .map(|gap| match gap {
                    "blank" => Gap::Blank,
                    "dash" => Gap::Dash,
                    "point" => Gap::Point,
                    "slash" => Gap::Slash,
                    other => panic!("a separator of lists/groupings.tsv: {other}"),
                })
                .collect();
            let widths = Widths::read(field());
            Grouping { plan, gaps, widths }
        })
        .collect()
});

/// Whether the list has groups of these widths with this separator. `first_is_area`: the first group is an area code in
/// a place where one may be.
pub(crate) fn is_listed(
    plan: NumberingPlan,
    gap: Gap,
    widths: &[usize],
    first_is_area: bool,
) -> bool {
    let gap = match gap {
        Gap::SpacedDash => Gap::Dash,
        gap => gap,
    };
    LIST.iter().any(|grouping| {
        grouping.plan == plan
            && grouping.gaps.contains(&gap)
            && grouping.widths.are(widths, first_is_area)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_example_is_written_in_its_own_grouping() {
        for line in include_str!("lists/groupings.tsv").lines() {
            if line.starts_with('#') {
                continue;
            }
            let fields: Vec<&str> = line.split('\t').collect();
            let &[plan, _, widths, example] = &fields[..] else {
                panic!("four fields: {line}");
            };
            let read = match plan {
                "imei" => crate::imei::read(example).imei14,
                _ => crate::msisdn::read(example, crate::msisdn::Region::In).msisdn,
            };
            assert_ne!(read, 0, "{plan} {widths}");
        }
    }

    #[test]
    fn gaps_are_a_closed_list() {
        for (text, gap) in [
            (" ", Gap::Blank),
            ("   ", Gap::Blank),
            ("    ", Gap::Other),
            ("-", Gap::Dash),
            (" - ", Gap::SpacedDash),
            ("- ", Gap::SpacedDash),
            ("--", Gap::Dash),
            ("---", Gap::Other),
            ("  -", Gap::Other),
            ("- -", Gap::Other),
            (".", Gap::Point),
            (". ", Gap::Other),
            ("/", Gap::Slash),
            (" / ", Gap::Slash),
            (") ", Gap::Blank),
            (")(", Gap::Touch),
            ("-/", Gap::Other),
        ] {
            assert_eq!(Gap::of(text.as_bytes()), gap, "{text:?}");
        }
    }
}
