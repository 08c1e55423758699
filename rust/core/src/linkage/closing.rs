//! What was counted of a handset or a number -> whether it is open or closed under a policy, and why.
//!
//! If several rules close a handset, the first of them in this file is the reason given.

use super::answer::Why;
use super::place::MIN_PAIRS_APART;
use super::policy::Policy;
use super::tally::{Group, Size};
use crate::imei;

/// Whether a handset links its numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// It links no numbers.
    Closed(Why),
    /// It links its numbers. `over` is the cap that it exceeds although it is open.
    Open { over: Option<Why> },
}

impl Policy {
    /// The state of a handset.
    pub(super) fn handset_state(&self, handset: &Group) -> State {
        if imei::is_placeholder(handset.key) || self.placeholders.contains(handset.key) {
            return State::Closed(Why::Placeholder);
        }
        let placement = handset.placement;
        let pairs_apart = placement.map_or(0, |placement| placement.apart.times);
        if self.max_speed_kmh.is_some() && pairs_apart >= MIN_PAIRS_APART {
            return State::Closed(Why::InTwoPlaces);
        }
        if self.release.contains(handset.key) {
            return State::Open { over: None };
        }
        let Some(over) = self.exceeded_cap(handset) else {
            return State::Open { over: None };
        };
        let in_one_place =
            placement.is_some_and(|placement| placement.is_one_place && pairs_apart == 0);
        if in_one_place && self.may_be_one_place(handset.others) {
            State::Open { over: Some(over) }
        } else {
            State::Closed(over)
        }
    }

    /// Why a handset is closed whatever the places of its sightings; `None` if they decide, or if it is open.
    pub(super) fn closes_by_size(&self, handset: Size) -> Option<Why> {
        let State::Closed(why) = self.handset_state(&Group::from(handset)) else {
            return None;
        };
        let has_speed_rule = self.max_speed_kmh.is_some();
        let places_decide = has_speed_rule || self.may_be_one_place(handset.others);
        (why == Why::Placeholder || !places_decide).then_some(why)
    }

    /// Whether a handset with so many numbers is open above a cap if all its sightings are in one place.
    fn may_be_one_place(&self, others: u64) -> bool {
        self.max_numbers_in_one_place
            .is_some_and(|most| others <= most)
    }

    /// The cap on numbers that a handset exceeds.
    fn exceeded_cap(&self, handset: &Group) -> Option<Why> {
        let exceeds = |cap: u64| handset.others > cap;
        if self.max_numbers_per_imei.is_some_and(exceeds) {
            return Some(Why::TooManyNumbers);
        }
        let mean_exceeds = |cap: f64| {
            handset.days > 0
                && handset.days >= self.min_days
                && handset.others_on_days as f64 / handset.days as f64 > cap
        };
        self.max_numbers_per_day
            .is_some_and(mean_exceeds)
            .then_some(Why::TooManyPerDay)
    }

    /// Why the walk does not continue from a number; `None` if it is open.
    pub(super) fn closes_number(&self, number: &Group) -> Option<Why> {
        if self.protects(number.key) {
            return Some(Why::Protected);
        }
        self.max_imeis_per_number
            .is_some_and(|cap| number.others > cap)
            .then_some(Why::TooManyHandsets)
    }
}
