//! Times of sightings: microseconds since 1970 UTC. Days are those of Indian Standard Time.

/// The time of a sighting that has none. It is less than every other time.
pub const NO_TIME: i64 = i64::MIN;

/// Microseconds in a second.
pub const SECOND: u64 = 1_000_000;

/// Microseconds in a day.
pub const DAY: i64 = 86_400_000_000;

/// The offset of Indian Standard Time from UTC in microseconds. It has not changed since there are mobile phones.
pub const IST: i64 = 19_800_000_000;

/// The day of a time in Indian Standard Time, counted from 1970.
#[must_use]
pub fn ist_day(at: i64) -> i64 {
    at.saturating_add(IST).div_euclid(DAY)
}

/// Microseconds in so many days; the largest time if there are too many.
pub(super) fn of_days(days: u64) -> i64 {
    i64::try_from(days).unwrap_or(i64::MAX).saturating_mul(DAY)
}

/// A period; both ends are inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Window {
    /// The first microsecond.
    pub from: i64,
    /// The last microsecond.
    pub to: i64,
}

impl Window {
    /// Every time but [`NO_TIME`].
    pub const ALL: Self = Self {
        from: NO_TIME + 1,
        to: i64::MAX,
    };
}
