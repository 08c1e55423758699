//! A sighting: one number used in one handset at one time. And the span of many sightings of one pair.

use super::time::NO_TIME;

/// A number in a handset at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sighting {
    /// E.164 digits.
    pub msisdn: u64,
    /// The first fourteen digits of the IMEI. Placeholders are included; an IMEI of zeros is 0.
    pub imei14: u64,
    /// Microseconds since 1970 UTC, or [`NO_TIME`].
    pub at: i64,
}

/// A number from which the walk starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seed {
    /// E.164 digits.
    pub msisdn: u64,
    /// When it was reported, in microseconds since 1970 UTC, or [`NO_TIME`]. Used by relative windows only.
    pub reported_at: i64,
}

impl Seed {
    /// A seed without a time of report.
    #[must_use]
    pub fn of(msisdn: u64) -> Self {
        Self {
            msisdn,
            reported_at: NO_TIME,
        }
    }
}

/// The column of the sightings that a pass looks keys up in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// The MSISDN.
    Numbers,
    /// The IMEI.
    Handsets,
}

impl Side {
    /// The row of a sighting, with its key from this side.
    #[inline]
    #[must_use]
    pub fn row(self, sighting: Sighting) -> Row {
        let (key, other) = match self {
            Self::Numbers => (sighting.msisdn, sighting.imei14),
            Self::Handsets => (sighting.imei14, sighting.msisdn),
        };
        Row {
            key,
            other,
            at: sighting.at,
        }
    }
}

/// A sighting by its key on one side. Rows are sorted by the fields in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Row {
    /// The key on the side of the pass.
    pub key: u64,
    /// The key on the other side.
    pub other: u64,
    /// As in [`Sighting`].
    pub at: i64,
}

/// The count of some sightings, and their first and last time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Span {
    /// The count.
    pub sightings: u64,
    /// The earliest time, or [`NO_TIME`] if no sighting has one.
    pub first: i64,
    /// The latest time, or [`NO_TIME`] if no sighting has one.
    pub last: i64,
}

impl Span {
    /// The span of no sightings.
    pub(super) const NONE: Self = Self {
        sightings: 0,
        first: NO_TIME,
        last: NO_TIME,
    };

    /// Adds the sightings of another span. Since [`NO_TIME`] is the least time, `last` needs no special case.
    pub(super) fn join(&mut self, other: Self) {
        self.sightings += other.sightings;
        if self.first == NO_TIME || (other.first != NO_TIME && other.first < self.first) {
            self.first = other.first;
        }
        self.last = self.last.max(other.last);
    }

    /// A key that sorts spans by their first time, those without a time last.
    pub(super) fn start_order(&self) -> i64 {
        if self.first == NO_TIME {
            i64::MAX
        } else {
            self.first
        }
    }
}
