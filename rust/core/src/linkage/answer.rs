//! What a walk found, as plain rows in a fixed order.

use super::place::Apart;
use super::sighting::Span;

/// Why a walk did not go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Why {
    /// The handset reports an IMEI that many phones report.
    Placeholder,
    /// The handset was in two places at once: an IMEI that several phones report.
    InTwoPlaces,
    /// The handset carried more distinct numbers than the cap.
    TooManyNumbers,
    /// The handset carried more distinct numbers on an average day than the cap.
    TooManyPerDay,
    /// The number must not be linked.
    Protected,
    /// The number was in more distinct handsets than the cap.
    TooManyHandsets,
}

impl Why {
    /// Every reason, in the order of the list.
    pub const ALL: &'static [Self] = &[
        Self::Placeholder,
        Self::InTwoPlaces,
        Self::TooManyNumbers,
        Self::TooManyPerDay,
        Self::Protected,
        Self::TooManyHandsets,
    ];

    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Placeholder => "placeholder",
            Self::InTwoPlaces => "in_two_places",
            Self::TooManyNumbers => "too_many_numbers",
            Self::TooManyPerDay => "too_many_per_day",
            Self::Protected => "protected",
            Self::TooManyHandsets => "too_many_handsets",
        }
    }
}

/// A number that was reached, by its best path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Linked {
    /// The number.
    pub msisdn: u64,
    /// Its level: how many handsets lie between it and a seed.
    pub hop: u32,
    /// The seed at the other end of the path.
    pub seed_msisdn: u64,
    /// The handset that it shares with `via_msisdn`.
    pub via_imei: u64,
    /// The number of the level before, which is the seed itself at level 1.
    pub via_msisdn: u64,
    /// The sightings of `msisdn` in `via_imei`.
    pub span: Span,
}

/// An open handset that the walk went through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handset {
    /// The handset.
    pub imei14: u64,
    /// The first level at which it was walked through.
    pub hop: u32,
    /// How many distinct numbers it carried.
    pub numbers: u64,
    /// All its sightings.
    pub span: Span,
    /// The cap that it is over, and open all the same because it never left one place.
    pub over: Option<Why>,
}

/// A key at which the walk ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stopped {
    /// A number or a handset, as `why` tells.
    pub key: u64,
    /// Why nobody was linked through it.
    pub why: Why,
    /// How many stand behind it: the distinct numbers of a handset, the distinct handsets of a number.
    pub count: u64,
    /// How often and how far a handset was [`Why::InTwoPlaces`].
    pub apart: Option<Apart>,
}

impl Stopped {
    /// Without anything about places.
    pub(super) fn of(key: u64, why: Why, count: u64) -> Self {
        Self {
            key,
            why,
            count,
            apart: None,
        }
    }
}

/// A number in a handset, as the walk used it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edge {
    /// The number.
    pub msisdn: u64,
    /// The handset.
    pub imei14: u64,
    /// All sightings of the pair.
    pub span: Span,
}

/// More numbers were linked than any sound case has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Brake {
    /// How many were linked.
    pub linked: u64,
    /// How many at most would have passed.
    pub limit: u64,
}

/// All that a walk found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// By level, then number.
    pub linked: Vec<Linked>,
    /// By level, then handset.
    pub handsets: Vec<Handset>,
    /// Numbers at which the walk ended, ascending.
    pub stopped_numbers: Vec<Stopped>,
    /// Handsets at which the walk ended, ascending.
    pub stopped_handsets: Vec<Stopped>,
    /// Every edge walked, by number, then handset.
    pub evidence: Vec<Edge>,
    /// Every edge at which the walk ended: from an open number into a closed handset, or from an open handset to a
    /// protected number. By number, then handset.
    pub stopped_evidence: Vec<Edge>,
    /// Seeds without a sighting, ascending; protected ones stand in `stopped_numbers` only.
    pub unseen: Vec<u64>,
    /// How many seeds have a sighting.
    pub seeds_seen: u64,
    /// Set if the result is too large to act upon.
    pub braked: Option<Brake>,
}
