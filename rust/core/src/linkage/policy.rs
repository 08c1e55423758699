//! What bounds a walk: windows, caps, and the lists of keys that are always or never closed.
//!
//! Owns what each limit means for one handset, one number, one time. Every combination of values is a policy that can be
//! walked; which of them make sense is for the caller to say.

use super::answer::Why;
use super::place::TWICE;
use super::sighting::{NO_TIME, Seed, Span};
use super::tally::Group;
use crate::imei;

/// Microseconds in a day.
pub const DAY: i64 = 86_400_000_000;

/// How many microseconds Indian Standard Time is ahead of UTC, all year and since long before there were mobiles.
pub const IST: i64 = 19_800_000_000;

/// The day in India on which a time lies, counted from 1970.
#[must_use]
pub fn ist_day(at: i64) -> i64 {
    at.saturating_add(IST).div_euclid(DAY)
}

/// Keys that a policy names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyList(Vec<u64>);

impl KeyList {
    /// Whether `key` is named.
    #[must_use]
    pub fn contains(&self, key: u64) -> bool {
        self.0.binary_search(&key).is_ok()
    }
}

impl From<Vec<u64>> for KeyList {
    fn from(mut keys: Vec<u64>) -> Self {
        keys.sort_unstable();
        keys.dedup();
        Self(keys)
    }
}

/// A stretch of time; both ends count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Window {
    /// The first microsecond inside.
    pub from: i64,
    /// The last microsecond inside.
    pub to: i64,
}

/// What the time of a sighting means for a walk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admitted {
    /// It counts.
    Kept,
    /// It lies before `since`, or not before `until`.
    Outside,
    /// There is a time rule, and it has no time.
    NoTime,
}

/// What becomes of a handset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Judged {
    /// It links nobody.
    Closed(Why),
    /// It links, although it is over a cap, if it is.
    Open { over: Option<Why> },
}

/// The bounds of a walk.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// How many levels beyond the seeds.
    pub max_hops: u32,
    /// Sightings before this time do not count (microseconds since 1970 UTC).
    pub since: Option<i64>,
    /// Sightings at or after this time do not count.
    pub until: Option<i64>,
    /// A handset with more distinct numbers links nobody.
    pub max_numbers_per_imei: Option<u64>,
    /// A handset with more distinct numbers on an average day (IST) links nobody: a mean that tells a cloned IMEI from
    /// a shared phone, as device registries compute it (ITU-T Q.5052; DIRBS).
    pub max_numbers_per_day: Option<f64>,
    /// A handset whose sightings of different numbers need a greater speed (km/h), or stand in two circles within a
    /// minute, at least [`TWICE`] links nobody: a clone shows by time and distance (ITU-T Q.5052, 7.4).
    pub max_speed_kmh: Option<f64>,
    /// A handset over the caps of number that was never in two places, and nearly all of whose sightings lie in one, is
    /// open up to so many distinct numbers: a SIM box.
    pub max_numbers_in_one_place: Option<u64>,
    /// The mean is tested only for handsets seen on at least this many days.
    pub min_days: u64,
    /// A number with more distinct handsets is a leaf.
    pub max_imeis_per_number: Option<u64>,
    /// Fewer sightings of a pair are no edge.
    pub min_sightings: u64,
    /// Two numbers of a handset must have used it together or within so many days of each other.
    pub max_gap_days: Option<u64>,
    /// Only sightings at most so many days before a seed was reported link to it.
    pub days_before: Option<u64>,
    /// Only sightings at most so many days after a seed was reported link to it.
    pub days_after: Option<u64>,
    /// Numbers that are never linked and never walked from.
    pub protected: KeyList,
    /// Handsets that stay open whatever their caps say (seized SIM boxes).
    pub release: KeyList,
    /// Handsets that link nobody, besides those that phones without an IMEI are known to report.
    pub placeholders: KeyList,
    /// More linked numbers than this for each seed seen are no result to act upon.
    pub max_linked_per_seed: u64,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            max_hops: 1,
            since: None,
            until: None,
            max_numbers_per_imei: Some(100),
            max_numbers_per_day: None,
            max_speed_kmh: None,
            max_numbers_in_one_place: None,
            min_days: 5,
            max_imeis_per_number: Some(20),
            min_sightings: 1,
            max_gap_days: None,
            days_before: None,
            days_after: None,
            protected: KeyList::default(),
            release: KeyList::default(),
            placeholders: KeyList::default(),
            max_linked_per_seed: 100,
        }
    }
}

impl Policy {
    /// Whether windows lie around the seeds' times of report.
    #[must_use]
    pub fn is_relative(&self) -> bool {
        self.days_before.is_some() || self.days_after.is_some()
    }

    /// Whether any rule looks at where a sighting was.
    #[must_use]
    pub fn needs_places(&self) -> bool {
        self.max_speed_kmh.is_some() || self.max_numbers_in_one_place.is_some()
    }

    /// Whether any rule looks at time, so that a sighting without one cannot be judged.
    #[must_use]
    pub fn needs_time(&self) -> bool {
        self.since.is_some()
            || self.until.is_some()
            || self.max_numbers_per_day.is_some()
            || self.max_speed_kmh.is_some()
            || self.max_gap_days.is_some()
            || self.is_relative()
    }

    /// Whether a sighting of that time counts.
    #[inline]
    #[must_use]
    pub fn admits(&self, at: i64) -> Admitted {
        if at == NO_TIME {
            return if self.needs_time() {
                Admitted::NoTime
            } else {
                Admitted::Kept
            };
        }
        let inside =
            self.since.is_none_or(|since| since <= at) && self.until.is_none_or(|until| at < until);
        if inside {
            Admitted::Kept
        } else {
            Admitted::Outside
        }
    }

    /// The times that count, [`NO_TIME`] among them if no rule looks at time.
    #[must_use]
    pub fn kept(&self) -> Window {
        let known = if self.needs_time() {
            NO_TIME + 1
        } else {
            NO_TIME
        };
        Window {
            from: self.since.map_or(known, |since| since.max(known)),
            to: self.until.map_or(i64::MAX, |until| until.saturating_sub(1)),
        }
    }

    /// The window around a seed, if the policy has relative windows and the seed a time. A side without a limit is open.
    #[must_use]
    pub fn window(&self, seed: Seed) -> Option<Window> {
        if !self.is_relative() || seed.reported_at == NO_TIME {
            return None;
        }
        let from = self
            .days_before
            .map(|days| seed.reported_at.saturating_sub(days_long(days)));
        let to = self
            .days_after
            .map(|days| seed.reported_at.saturating_add(days_long(days)));
        Some(Window {
            from: from.unwrap_or(i64::MIN),
            to: to.unwrap_or(i64::MAX),
        })
    }

    /// Why a handset links nobody, or what it is open in spite of. The first reason wins.
    pub(super) fn judge_handset(&self, handset: &Group) -> Judged {
        if imei::is_placeholder(handset.key) || self.placeholders.contains(handset.key) {
            return Judged::Closed(Why::Placeholder);
        }
        let placement = handset.placement;
        let times = placement.map_or(0, |placement| placement.apart.times);
        if self.max_speed_kmh.is_some() && times >= TWICE {
            return Judged::Closed(Why::InTwoPlaces);
        }
        if self.release.contains(handset.key) {
            return Judged::Open { over: None };
        }
        let Some(over) = self.cap_of(handset) else {
            return Judged::Open { over: None };
        };
        let stays = placement.is_some_and(|placement| placement.is_one_place && times == 0);
        if stays
            && self
                .max_numbers_in_one_place
                .is_some_and(|most| handset.others <= most)
        {
            return Judged::Open { over: Some(over) };
        }
        Judged::Closed(over)
    }

    /// The cap of number that a handset is over.
    fn cap_of(&self, handset: &Group) -> Option<Why> {
        if self
            .max_numbers_per_imei
            .is_some_and(|cap| handset.others > cap)
        {
            return Some(Why::TooManyNumbers);
        }
        let busy = self.max_numbers_per_day.is_some_and(|cap| {
            handset.days > 0
                && handset.days >= self.min_days
                && handset.numbers_on_days as f64 / handset.days as f64 > cap
        });
        busy.then_some(Why::TooManyPerDay)
    }

    /// Why nobody is walked to from a number; `None` if it is open.
    pub(super) fn closes_number(&self, number: &Group) -> Option<Why> {
        if self.protected.contains(number.key) {
            return Some(Why::Protected);
        }
        let many = self
            .max_imeis_per_number
            .is_some_and(|cap| number.others > cap);
        many.then_some(Why::TooManyHandsets)
    }

    /// Whether a pair was seen often enough to be an edge.
    pub(super) fn is_edge(&self, sightings: u64) -> bool {
        sightings >= self.min_sightings
    }

    /// Whether two numbers used a handset together, or near enough in time.
    pub(super) fn bridges(&self, one: Span, other: Span) -> bool {
        let Some(days) = self.max_gap_days.map(days_long) else {
            return true;
        };
        other.first.saturating_sub(one.last) <= days && one.first.saturating_sub(other.last) <= days
    }

    /// How many linked numbers are still a result to act upon.
    pub(super) fn brake(&self, seeds_seen: u64) -> u64 {
        self.max_linked_per_seed
            .saturating_mul(seeds_seen)
            .max(1000)
    }
}

fn days_long(days: u64) -> i64 {
    i64::try_from(days).unwrap_or(i64::MAX).saturating_mul(DAY)
}
