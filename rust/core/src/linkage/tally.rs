//! The rows that one pass let through -> for each key, with whom it was seen, how often and when.
//!
//! Tallies of disjoint keys are independent of each other: whoever has threads cuts the rows by key and tallies the
//! parts side by side. The order of rows does not matter, and neither does the cut.

use std::ops::Range;

use super::place::{Place, Placed, Placement};
use super::policy::{Policy, ist_day};
use super::sighting::{NO_TIME, Row, Side, Span};

/// One key and all it was seen with.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub(super) key: u64,
    /// How many distinct others it was seen with.
    pub(super) others: u64,
    /// Where its links stand in [`Tally::links`].
    pub(super) links: Range<usize>,
    pub(super) span: Span,
    /// On how many IST days it was seen; 0 where nobody asks.
    pub(super) days: u64,
    /// Distinct others, summed over those days.
    pub(super) numbers_on_days: u64,
    /// Where it was seen; `None` where nobody asks.
    pub(super) placement: Option<Placement>,
}

/// How much a key was seen, which is all that is looked at where it is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// The key.
    pub key: u64,
    /// How many distinct others it was seen with.
    pub others: u64,
    /// On how many IST days it was seen; 0 where nobody asks.
    pub days: u64,
    /// Distinct others of each of those days, summed.
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
            numbers_on_days: size.others_on_days,
            placement: None,
        }
    }
}

/// One pair of keys, seen from one of them.
#[derive(Clone, Debug)]
pub(super) struct Link {
    pub(super) other: u64,
    pub(super) span: Span,
    /// Where its times stand in [`Tally::times`], ascending; empty where nobody asks.
    pub(super) times: Range<usize>,
}

/// The sightings of some keys, counted.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    pub(super) groups: Vec<Group>,
    pub(super) links: Vec<Link>,
    pub(super) times: Vec<i64>,
}

impl Tally {
    /// Keys that somebody else counted, and whose sightings stay where they are: see [`Walk::open`](super::Walk::open).
    #[must_use]
    pub fn of_sizes(sizes: &[Size]) -> Self {
        Self {
            groups: sizes.iter().copied().map(Group::from).collect(),
            ..Self::default()
        }
    }

    /// Counts. `rows` must hold every kept sighting of each key that it holds any of. Repeats of a row that has a time
    /// count once; a row without one cannot be known for a repeat, so each counts.
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
            let numbers_on_days = days.len() as u64;
            days.sort_unstable();
            days.dedup();
            tally.groups.push(Group {
                key: rows[0].key,
                others: (tally.links.len() - from) as u64,
                links: from..tally.links.len(),
                span: all,
                days: days.len() as u64,
                numbers_on_days,
                placement: None,
            });
        }
        tally
    }

    /// As [`of`](Self::of), of handsets whose places the policy looks at: `places` has one for each of `rows`.
    ///
    /// # Panics
    /// If there are not as many places as rows.
    #[must_use]
    pub fn of_placed(rows: Vec<Row>, places: Vec<Place>, policy: &Policy) -> Self {
        assert_eq!(rows.len(), places.len(), "a place for each row");
        let mut placed: Vec<Placed> = rows.into_iter().zip(places).collect();
        placed.sort_unstable();
        placed.dedup_by(|a, b| a.0.at != NO_TIME && a == b);
        let rows = placed.iter().map(|&(row, _)| row).collect();
        let mut tally = Self::of(rows, Side::Handsets, policy);
        let handsets = placed.chunk_by(|a, b| a.0.key == b.0.key);
        for (group, placed) in tally.groups.iter_mut().zip(handsets) {
            group.placement = Some(Placement::of(placed, policy.max_speed_kmh));
        }
        tally
    }
}

/// The span of rows that are sorted by time, those without one first.
fn span_of(rows: &[Row]) -> Span {
    let timed = rows.partition_point(|row| row.at == NO_TIME);
    Span {
        sightings: rows.len() as u64,
        first: rows.get(timed).map_or(NO_TIME, |row| row.at),
        last: rows.last().map_or(NO_TIME, |row| row.at),
    }
}
