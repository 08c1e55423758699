//! The rows of one pass -> for each key: which other keys it was seen with, how often and when.
//!
//! Tallies of disjoint keys are independent, so a caller with threads partitions the rows by key and tallies the parts in
//! parallel. Neither the order of the rows nor the partition changes the result.

use std::ops::Range;

use super::place::{Place, Placed, Placement};
use super::policy::Policy;
use super::sighting::{Row, Side, Span};
use super::time::{NO_TIME, ist_day};

/// One key and everything it was seen with.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub(super) key: u64,
    /// The count of distinct keys of the other side that it was seen with.
    pub(super) others: u64,
    /// Its range of [`Tally::links`].
    pub(super) links: Range<usize>,
    pub(super) span: Span,
    /// The count of IST days on which it was seen; 0 if no rule uses it.
    pub(super) days: u64,
    /// The count of distinct other keys on each of those days, summed.
    pub(super) others_on_days: u64,
    /// Where it was seen; `None` if no rule uses places.
    pub(super) placement: Option<Placement>,
}

/// The counts of a key without its sightings. They suffice for a key that they close.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// The key.
    pub key: u64,
    /// The count of distinct keys of the other side that it was seen with.
    pub others: u64,
    /// The count of IST days on which it was seen; 0 if no rule uses it.
    pub days: u64,
    /// The count of distinct other keys on each of those days, summed.
    pub others_on_days: u64,
}

impl From<Size> for Group {
    fn from(size: Size) -> Self {
        Self {
            key: size.key,
            others: size.others,
            links: 0..0,
            span: Span::NONE,
            days: size.days,
            others_on_days: size.others_on_days,
            placement: None,
        }
    }
}

/// One pair of keys, stored with the key of the pass.
#[derive(Clone, Debug)]
pub(super) struct Link {
    pub(super) other: u64,
    pub(super) span: Span,
    /// Its range of [`Tally::times`], ascending; empty if no rule uses it.
    pub(super) times: Range<usize>,
}

/// The counted sightings of some keys.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    pub(super) groups: Vec<Group>,
    pub(super) links: Vec<Link>,
    pub(super) times: Vec<i64>,
}

impl Tally {
    /// Keys that another engine counted, without their sightings: see [`Walk::needed`](super::Walk::needed).
    #[must_use]
    pub fn of_sizes(sizes: &[Size]) -> Self {
        Self {
            groups: sizes.iter().copied().map(Group::from).collect(),
            ..Self::default()
        }
    }

    /// Counts rows. If `rows` contains a key, it must contain every kept sighting of that key. Repeated rows with a time
    /// count once. Rows without a time cannot be recognised as repeats, so each of them counts.
    #[must_use]
    pub fn of(mut rows: Vec<Row>, side: Side, policy: &Policy) -> Self {
        rows.sort_unstable();
        rows.dedup_by(|a, b| a.at != NO_TIME && a == b);
        let by_day = side == Side::Handsets && policy.max_numbers_per_day.is_some();
        let keep_times = policy.is_relative();
        let mut tally = Self::default();
        let mut days = Vec::new();
        for rows in rows.chunk_by(|a, b| a.key == b.key) {
            let from = tally.links.len();
            let mut all = Span::NONE;
            days.clear();
            for rows in rows.chunk_by(|a, b| a.other == b.other) {
                let span = span_of(rows);
                all.join(span);
                if by_day {
                    let first = days.len();
                    for day in rows.iter().map(|row| ist_day(row.at)) {
                        if days[first..].last() != Some(&day) {
                            days.push(day);
                        }
                    }
                }
                let time = tally.times.len();
                if keep_times {
                    tally.times.extend(rows.iter().map(|row| row.at));
                }
                let times = time..tally.times.len();
                tally.links.push(Link {
                    other: rows[0].other,
                    span,
                    times,
                });
            }
            let others_on_days = days.len() as u64;
            days.sort_unstable();
            days.dedup();
            tally.groups.push(Group {
                key: rows[0].key,
                others: (tally.links.len() - from) as u64,
                links: from..tally.links.len(),
                span: all,
                days: days.len() as u64,
                others_on_days,
                placement: None,
            });
        }
        tally
    }

    /// As [`of`](Self::of), for handsets if the policy uses places. `places` has one element for each row.
    ///
    /// # Panics
    /// If `rows` and `places` differ in length.
    #[must_use]
    pub fn of_placed(rows: Vec<Row>, places: Vec<Place>, policy: &Policy) -> Self {
        assert_eq!(rows.len(), places.len(), "a place for each row");
        let mut placed: Vec<Placed> = rows.into_iter().zip(places).collect();
        placed.sort_unstable();
        placed.dedup_by(|(row, place), (kept, joined)| {
            let again = row.at != NO_TIME && row == kept;
            if again {
                *joined = joined.joined(*place);
            }
            again
        });
        let rows = placed.iter().map(|&(row, _)| row).collect();
        let mut tally = Self::of(rows, Side::Handsets, policy);
        let handsets = placed.chunk_by(|a, b| a.0.key == b.0.key);
        for (group, placed) in tally.groups.iter_mut().zip(handsets) {
            group.placement = Some(Placement::of(placed, policy.max_speed_kmh));
        }
        tally
    }
}

/// The span of rows of one pair, sorted by time, with those without a time first.
fn span_of(rows: &[Row]) -> Span {
    let timed = rows.partition_point(|row| row.at == NO_TIME);
    Span {
        sightings: rows.len() as u64,
        first: rows.get(timed).map_or(NO_TIME, |row| row.at),
        last: rows.last().map_or(NO_TIME, |row| row.at),
    }
}
