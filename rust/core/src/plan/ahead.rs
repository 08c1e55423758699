//! What holds of all digits that have the same beginning and the same count.
//!
//! Owns the questions of [`RegionPlan`] for digits that are not all known: each answer is one that holds whatever the
//! unknown digits are, or none. Independent of how a reader uses them. One idea: of every state it is known after how
//! many more digits the automaton may accept, and after how many it may not.

use std::sync::LazyLock;

use super::EDGES;
use super::region::{HELD, Length};
use super::table::{COUNTRIES, START};
use super::{Class, Country, MARKS, NUMBERS, RegionPlan, Rule, country_of, step};

/// Digits of which the first are known, and how many there are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ahead {
    held: [u8; HELD],
    known: usize,
    count: usize,
}

impl Ahead {
    /// All digits, `count` of them, that begin with `lead`.
    pub(crate) fn of(lead: &[u8], count: usize) -> Self {
        Self::joined(&[lead], count - lead.len())
    }

    fn joined(parts: &[&[u8]], unknown: usize) -> Self {
        let mut held = [0; HELD];
        let mut known = 0;
        for &digit in parts.iter().copied().flatten() {
            held[known] = digit;
            known += 1;
        }
        Self {
            held,
            known,
            count: known + unknown,
        }
    }

    /// The digits that are known.
    pub(crate) fn lead(&self) -> &[u8] {
        &self.held[..self.known]
    }

    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// How many digits are not known.
    pub(crate) fn unknown(&self) -> usize {
        self.count - self.known
    }

    /// Without the first digits, so many, which are known.
    pub(crate) fn behind(&self, width: usize) -> Self {
        Self::joined(&[&self.lead()[width..]], self.unknown())
    }

    /// Whether they are the same digits.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.count == other.count && self.lead() == other.lead()
    }
}

/// National digits without a prefix, as [`Stripped`](super::Stripped).
#[derive(Clone, Copy, Debug)]
pub(crate) struct StrippedAhead {
    pub(crate) digits: Ahead,
    pub(crate) prefix: usize,
    pub(crate) is_transformed: bool,
}

impl StrippedAhead {
    pub(crate) fn none(digits: &Ahead) -> Self {
        Self {
            digits: *digits,
            prefix: 0,
            is_transformed: false,
        }
    }

    /// What was stripped of digits that another plan had `stripped` before.
    pub(crate) fn behind(mut self, stripped: &Self) -> Self {
        self.prefix += stripped.prefix;
        self.is_transformed |= stripped.is_transformed;
        self
    }
}

/// Of a state: bit n where some n more digits are accepted, and where some are not.
#[derive(Clone, Copy, Default)]
struct Reach {
    accepted: u32,
    refused: u32,
}

/// [`Reach`] by state. Every edge leads to a state of a lower number, or from the first to itself.
static REACH: LazyLock<Vec<Reach>> = LazyLock::new(|| {
    let mut all = vec![
        Reach {
            accepted: 0,
            refused: u32::MAX,
        };
        EDGES.len()
    ];
    for state in 1..EDGES.len() {
        let is_end = NUMBERS[state].0 != Class::None || MARKS[state] != 0;
        let mut reach = Reach {
            accepted: u32::from(is_end),
            refused: u32::from(!is_end),
        };
        for &next in &EDGES[state] {
            debug_assert!(usize::from(next) < state, "the states are in order");
            reach.accepted |= all[usize::from(next)].accepted << 1;
            reach.refused |= all[usize::from(next)].refused << 1;
        }
        all[state] = reach;
    }
    all
});

fn reach(state: u16) -> Reach {
    REACH[usize::from(state)]
}

fn walked(start: u16, lead: &[u8]) -> u16 {
    lead.iter().fold(start, |state, &digit| step(state, digit))
}

/// Whether the automaton accepts the digits.
fn is_match(start: u16, digits: &Ahead) -> Option<bool> {
    let Reach { accepted, refused } = reach(walked(start, digits.lead()));
    let is_in = |counts: u32| counts >> digits.unknown() & 1 == 1;
    (is_in(accepted) != is_in(refused)).then(|| is_in(accepted))
}

/// How many digits the longest beginning has that the automaton accepts.
fn longest(start: u16, digits: &Ahead) -> Option<Option<usize>> {
    let found = super::longest(start, digits.lead());
    let more = (1 << (digits.unknown() + 1)) - 2;
    let is_decided = reach(walked(start, digits.lead())).accepted & more == 0;
    is_decided.then_some(found)
}

/// The state that the country code of a number leads to.
pub(crate) fn behind_code(code: u16) -> u16 {
    let state = if code < 10 {
        START
    } else {
        behind_code(code / 10)
    };
    step(state, (code % 10) as u8)
}

/// Whether a plan knows the national digits behind a country code.
pub(crate) fn is_known(code: u16, national: &Ahead) -> Option<bool> {
    is_match(behind_code(code), national)
}

/// What is known of the country of digits behind a plus.
#[derive(Clone, Copy)]
pub(crate) struct Abroad {
    pub(crate) code: u16,
    pub(crate) width: usize,
    country: &'static Country,
}

impl Abroad {
    /// The country of digits, or that they begin with no country's code.
    pub(crate) fn of(digits: &Ahead) -> Option<Option<Self>> {
        let lead = digits.lead();
        if lead.first() == Some(&0) {
            return Some(None);
        }
        let mut code = 0;
        for (at, &digit) in lead.iter().take(3).enumerate() {
            code = code * 10 + u16::from(digit);
            if let Some(country) = country_of(code.into()) {
                return Some(Some(Self {
                    code,
                    width: at + 1,
                    country,
                }));
            }
        }
        (lead.len() >= 3).then_some(None)
    }

    pub(crate) fn has_trunk_zero(self) -> bool {
        self.country.has_trunk_zero
    }

    /// Whether so many national digits are possible, in any region of the code and in the first.
    pub(crate) fn is_possible(self, national: usize) -> bool {
        let lengths = self.country.lengths & self.country.first_lengths;
        national < 16 && lengths >> national & 1 == 1
    }
}

/// Whether numbers of a country code have so many national digits, as [`super::is_possible_with_area`] asks.
pub(crate) fn is_possible_with_area(code: u16, national: usize) -> bool {
    let country = COUNTRIES.iter().find(|country| country.code == code);
    national < 16 && country.is_some_and(|country| country.first_lengths >> national & 1 == 1)
}

impl RegionPlan {
    /// As [`abroad`](Self::abroad).
    pub(crate) fn abroad_ahead(self, digits: &Ahead) -> Option<Option<usize>> {
        let Some(width) = longest(self.row().abroad, digits)? else {
            return Some(None);
        };
        // No country code begins with a zero.
        let next = digits.lead().get(width)?;
        Some((*next != 0).then_some(width))
    }

    /// As [`is_short`](Self::is_short).
    pub(crate) fn is_short_ahead(self, digits: &Ahead) -> Option<bool> {
        is_match(self.row().short, digits)
    }

    /// As [`is_viable`](Self::is_viable).
    pub(crate) fn is_viable_ahead(self, national: &Ahead) -> Option<bool> {
        is_match(self.row().viable, national)
    }

    /// As [`without_prefix`](Self::without_prefix).
    pub(crate) fn without_prefix_ahead(self, digits: &Ahead) -> Option<StrippedAhead> {
        for rule in self.row().prefixes {
            if let Some(taken) = taken(rule, digits)? {
                let is_taken = match (
                    self.is_viable_ahead(&taken.digits),
                    self.is_viable_ahead(digits),
                ) {
                    (Some(true), _) | (_, Some(false)) => true,
                    (Some(false), Some(true)) => false,
                    _ => return None,
                };
                return Some(if is_taken {
                    taken
                } else {
                    StrippedAhead::none(digits)
                });
            }
        }
        Some(StrippedAhead::none(digits))
    }

    /// The digits without a national prefix, where enough of them are left.
    pub(crate) fn stripped_ahead(self, digits: &Ahead) -> Option<StrippedAhead> {
        let without = self.without_prefix_ahead(digits)?;
        Some(match self.length_of(without.digits.count()) {
            Length::Possible | Length::TooLong => without,
            Length::Local | Length::TooShort | Length::Between => StrippedAhead::none(digits),
        })
    }
}

/// What a rule leaves of digits, or that it does not hold.
fn taken(rule: &Rule, digits: &Ahead) -> Option<Option<StrippedAhead>> {
    if rule.is_whole && is_match(rule.start, digits) == Some(false) {
        return Some(None);
    }
    let Some(end) = longest(rule.start, digits)? else {
        return Some(None);
    };
    if rule.is_whole && end < digits.count() {
        return Some(None);
    }
    let lead = digits.lead();
    let (before, after) = (usize::from(rule.before), usize::from(rule.after));
    let (insert, kept) = if rule.keeps {
        (rule.insert, &lead[before..end - after])
    } else {
        (&[][..], &[][..])
    };
    Some(Some(StrippedAhead {
        digits: Ahead::joined(&[insert, kept, &lead[end..]], digits.unknown()),
        prefix: if rule.keeps { before } else { end },
        is_transformed: !insert.is_empty(),
    }))
}
