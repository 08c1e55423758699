//! The result of a walk, as plain rows in a fixed order.

use super::place::Apart;
use super::sighting::Span;

/// Why a walk stopped at a handset or number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Why {
    /// The IMEI of the handset is one that many phones report.
    Placeholder,
    /// The handset was in two places at once, so several phones report its IMEI.
    InTwoPlaces,
    /// The handset carried more distinct numbers than the cap.
    TooManyNumbers,
    /// The handset carried more distinct numbers on an average day than the cap.
    TooManyPerDay,
    /// The number is protected.
    Protected,
    /// The number was in more distinct handsets than the cap.
    TooManyHandsets,
}

impl Why {
    /// All reasons, in the order of the list.
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
    /// Its level: the count of handsets between it and a seed.
    pub hop: u32,
    /// The seed at the start of the path.
    pub seed_msisdn: u64,
    /// The handset that it shares with `via_msisdn`.
    pub via_imei: u64,
    /// The number of the level before; at level 1 the seed.
    pub via_msisdn: u64,
    /// The sightings of `msisdn` in `via_imei`.
    pub span: Span,
}

/// An open handset of the walk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handset {
    /// The handset.
    pub imei14: u64,
    /// The first level that it links.
    pub hop: u32,
    /// The count of distinct numbers in it.
    pub numbers: u64,
    /// All its sightings.
    pub span: Span,
    /// The cap that it exceeds, if it is open because it never left one place.
    pub over: Option<Why>,
}

/// A key at which the walk stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stopped {
    /// A number or a handset, depending on `why`.
    pub key: u64,
    /// Why it is closed.
    pub why: Why,
    /// The count of distinct numbers of a handset, or of distinct handsets of a number.
    pub count: u64,
    /// The pairs of sightings for which a handset is [`Why::InTwoPlaces`].
    pub apart: Option<Apart>,
}

impl Stopped {
    /// A key that is closed for another reason than places.
    pub(super) fn of(key: u64, why: Why, count: u64) -> Self {
        Self {
            key,
            why,
            count,
            apart: None,
        }
    }
}

/// A number in a handset, as used by the walk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edge {
    /// The number.
    pub msisdn: u64,
    /// The handset.
    pub imei14: u64,
    /// All sightings of the pair.
    pub span: Span,
}

/// The result has more linked numbers than any sound case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Brake {
    /// The count of linked numbers.
    pub linked: u64,
    /// The largest count that is not braked.
    pub limit: u64,
}

/// The result of a walk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// By level, then number.
    pub linked: Vec<Linked>,
    /// By level, then handset.
    pub handsets: Vec<Handset>,
    /// Numbers at which the walk stopped, ascending.
    pub stopped_numbers: Vec<Stopped>,
    /// Handsets at which the walk stopped, ascending.
    pub stopped_handsets: Vec<Stopped>,
    /// Every edge of the walk, by number, then handset.
    pub evidence: Vec<Edge>,
    /// Every edge at which the walk stopped: from an open number to a closed handset, or from an open handset to a
    /// protected number. By number, then handset.
    pub stopped_evidence: Vec<Edge>,
    /// Seeds without a sighting, ascending. Protected ones are in `stopped_numbers` only.
    pub unseen: Vec<u64>,
    /// The count of seeds with a sighting.
    pub seeds_seen: u64,
    /// Set if the result is too large to act upon.
    pub braked: Option<Brake>,
}
