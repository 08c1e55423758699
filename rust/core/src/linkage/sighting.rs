//! A row that says "this number was used in this handset, then", and what many such rows of one pair come to.

/// The `at` of a sighting that has no time.
pub const NO_TIME: i64 = i64::MIN;

/// A number in a handset at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sighting {
    /// E.164 digits.
    pub msisdn: u64,
    /// The first fourteen digits of the IMEI; placeholders too, and 0 where all of them are zero.
    pub imei14: u64,
    /// Microseconds since 1970 UTC, or [`NO_TIME`].
    pub at: i64,
}

/// A number to start from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seed {
    /// E.164 digits.
    pub msisdn: u64,
    /// When it was reported, in microseconds since 1970 UTC, or [`NO_TIME`]. Only relative windows look at it.
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

/// Which key of the sightings a pass is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// The MSISDN.
    Numbers,
    /// The IMEI.
    Handsets,
}

impl Side {
    /// A sighting seen from this side.
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

/// A sighting seen from the side that a pass asked for. The order of the fields is the order in which rows are sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Row {
    /// The key that was asked for.
    pub key: u64,
    /// What it was seen with.
    pub other: u64,
    /// As in [`Sighting`].
    pub at: i64,
}

/// How often and between when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Span {
    /// How many sightings.
    pub sightings: u64,
    /// The earliest, or [`NO_TIME`] if none has a time.
    pub first: i64,
    /// The latest, or [`NO_TIME`] if none has a time.
    pub last: i64,
}

impl Span {
    /// No sighting at all.
    pub(super) const NONE: Self = Self {
        sightings: 0,
        first: NO_TIME,
        last: NO_TIME,
    };

    /// Takes in the sightings of another span. [`NO_TIME`] is the least of all times, so only `first` must look out.
    pub(super) fn join(&mut self, other: Self) {
        self.sightings += other.sightings;
        if self.first == NO_TIME || (other.first != NO_TIME && other.first < self.first) {
            self.first = other.first;
        }
        self.last = self.last.max(other.last);
    }

    /// Where the span stands among others by its start: those without a time come last.
    pub(super) fn start_order(&self) -> i64 {
        if self.first == NO_TIME {
            i64::MAX
        } else {
            self.first
        }
    }
}
