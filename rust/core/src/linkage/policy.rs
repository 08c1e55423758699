//! The bounds of a walk: windows, caps, and the lists of keys that are always or never closed.
//!
//! This module decides which times and pairs count; `closing` applies the caps. Every combination of values is a valid
//! policy. The caller checks which of them make sense.

use super::sighting::{Seed, Side, Span};
use super::time::{NO_TIME, Window, of_days};
use crate::msisdn::is_in_no_handset;

/// A list of keys in a policy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyList(Vec<u64>);

impl KeyList {
    /// Whether `key` is in the list.
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

/// Whether a sighting counts by its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admitted {
    /// It counts.
    Kept,
    /// It is before `since`, or not before `until`.
    Outside,
    /// It has no time, and the policy has a rule about time.
    NoTime,
    /// It is before the times that a clock can have shown.
    TooEarly,
    /// It is after them.
    TooLate,
}

/// The bounds of a walk.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// The largest number of handsets between a seed and a linked number.
    pub max_hops: u32,
    /// The times that a clock can have shown which was set. A sighting of any other time is refused: links would rest
    /// on a wrong clock.
    pub clock: Window,
    /// Sightings before this time do not count (microseconds since 1970 UTC).
    pub since: Option<i64>,
    /// Sightings at or after this time do not count.
    pub until: Option<i64>,
    /// A handset with more distinct numbers is closed.
    pub max_numbers_per_imei: Option<u64>,
    /// A handset with more distinct numbers on an average day (IST) is closed. Device registries use this mean to
    /// distinguish a cloned IMEI from a shared phone (ITU-T Q.5052; DIRBS).
    pub max_numbers_per_day: Option<f64>,
    /// A handset is closed as a clone if, at least [`MIN_PAIRS_APART`](super::MIN_PAIRS_APART) times, sightings of two
    /// numbers need a greater speed (km/h) or are in two circles within a minute (ITU-T Q.5052, 7.4).
    pub max_speed_kmh: Option<f64>,
    /// A handset that exceeds a cap on numbers is open up to so many distinct numbers if it was never in two places and
    /// nearly all its sightings are in one: a SIM box.
    pub max_numbers_in_one_place: Option<u64>,
    /// `max_numbers_per_day` applies only to handsets seen on at least this many days.
    pub min_days: u64,
    /// The walk does not continue from a number with more distinct handsets.
    pub max_imeis_per_number: Option<u64>,
    /// A pair with fewer sightings is not an edge.
    pub min_sightings: u64,
    /// A handset links two numbers only if their spans overlap or are at most so many days apart.
    pub max_gap_days: Option<u64>,
    /// Only sightings at most so many days before the report of a seed link to it.
    pub days_before: Option<u64>,
    /// Only sightings at most so many days after the report of a seed link to it.
    pub days_after: Option<u64>,
    /// Numbers that are never linked, and from which the walk does not continue.
    pub protected: KeyList,
    /// Numbers of services and placeholders, which are in no handset, are protected too, except these; `None`: no others
    /// than those of `protected` are.
    pub unprotected: Option<KeyList>,
    /// Handsets that are open whatever the caps (seized SIM boxes).
    pub release: KeyList,
    /// Handsets that are always closed, in addition to the known placeholders.
    pub placeholders: KeyList,
    /// With more linked numbers than this for each seed seen, the result is too large to act upon.
    pub max_linked_per_seed: u64,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            max_hops: 1,
            clock: Window::ALL,
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
            unprotected: None,
            release: KeyList::default(),
            placeholders: KeyList::default(),
            max_linked_per_seed: 100,
        }
    }
}

impl Policy {
    /// Whether a number is never linked.
    #[must_use]
    pub fn protects(&self, msisdn: u64) -> bool {
        self.protected.contains(msisdn)
            || self
                .unprotected
                .as_ref()
                .is_some_and(|except| is_in_no_handset(msisdn) && !except.contains(msisdn))
    }

    /// Whether the policy has windows around the reports of seeds.
    #[must_use]
    pub fn is_relative(&self) -> bool {
        self.days_before.is_some() || self.days_after.is_some()
    }

    /// Whether any rule uses places.
    #[must_use]
    pub fn needs_places(&self) -> bool {
        self.max_speed_kmh.is_some() || self.max_numbers_in_one_place.is_some()
    }

    /// Whether a pass over this side uses places.
    #[must_use]
    pub fn needs_places_of(&self, side: Side) -> bool {
        side == Side::Handsets && self.needs_places()
    }

    /// Whether any rule uses times. A sighting without a time is then refused.
    #[must_use]
    pub fn needs_time(&self) -> bool {
        self.since.is_some()
            || self.until.is_some()
            || self.max_numbers_per_day.is_some()
            || self.max_speed_kmh.is_some()
            || self.max_gap_days.is_some()
            || self.is_relative()
    }

    /// Whether a sighting at this time counts.
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
        if at < self.clock.from {
            return Admitted::TooEarly;
        }
        if at > self.clock.to {
            return Admitted::TooLate;
        }
        let inside =
            self.since.is_none_or(|since| since <= at) && self.until.is_none_or(|until| at < until);
        if inside {
            Admitted::Kept
        } else {
            Admitted::Outside
        }
    }

    /// The known times that count.
    #[must_use]
    pub fn kept(&self) -> Window {
        let Window { from, to } = self.clock;
        Window {
            from: self.since.map_or(from, |since| since.max(from)),
            to: self
                .until
                .map_or(to, |until| until.saturating_sub(1).min(to)),
        }
    }

    /// The window around the report of a seed, if the policy has relative windows and the seed has a time. Without
    /// `days_before` or `days_after` that end has no limit.
    #[must_use]
    pub fn window(&self, seed: Seed) -> Option<Window> {
        if !self.is_relative() || seed.reported_at == NO_TIME {
            return None;
        }
        let from = self
            .days_before
            .map(|days| seed.reported_at.saturating_sub(of_days(days)));
        let to = self
            .days_after
            .map(|days| seed.reported_at.saturating_add(of_days(days)));
        Some(Window {
            from: from.unwrap_or(i64::MIN),
            to: to.unwrap_or(i64::MAX),
        })
    }

    /// Whether a pair with so many sightings is an edge.
    pub(super) fn is_edge(&self, sightings: u64) -> bool {
        sightings >= self.min_sightings
    }

    /// Whether the spans of two numbers in a handset are close enough in time to link them.
    pub(super) fn close_in_time(&self, one: Span, other: Span) -> bool {
        let Some(days) = self.max_gap_days.map(of_days) else {
            return true;
        };
        other.first.saturating_sub(one.last) <= days && one.first.saturating_sub(other.last) <= days
    }

    /// The largest count of linked numbers that is not braked.
    pub(super) fn brake(&self, seeds_seen: u64) -> u64 {
        self.max_linked_per_seed
            .saturating_mul(seeds_seen)
            .max(1000)
    }
}
