//! The periods of each key with each other: of numbers in handsets, or of handsets with numbers.
//!
//! One idea: **a period ends where the key is next seen with another and returns only after the gap.** Files are mostly in
//! the order of time, and so the sightings of a key are in order as soon as they stand together, which takes one pass over
//! a part of the keys. Only what is found to be out of order is sorted.

use super::record::{Piece, REST_BITS, Sighting};
use super::{add_up, unmixed};

pub use super::record::{CutRun, PARTS, RUN, RunForm};

/// Bits by which the sightings of a part are sorted at the most, before those of a key are looked at.
const SORT_BITS: u32 = 16;

/// A key with another, without a long pause in which it was seen with others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// The key.
    pub key: u64,
    /// What it was seen with.
    pub other: u64,
    /// The first time, in microseconds since 1970 UTC.
    pub from: i64,
    /// The last time.
    pub to: i64,
    /// Distinct sightings.
    pub sightings: u64,
    /// The row of the first sighting.
    pub from_row: u64,
    /// The row of the last one.
    pub to_row: u64,
}

impl Period {
    #[inline]
    fn of(key: u64, sighting: Sighting) -> Self {
        Self {
            key,
            other: sighting.other(),
            from: sighting.at,
            to: sighting.at,
            sightings: 1,
            from_row: sighting.row(),
            to_row: sighting.row(),
        }
    }

    fn join(&mut self, next: &Self) {
        self.to = next.to;
        self.to_row = next.to_row;
        self.sightings += next.sightings;
    }
}

/// What is known of the periods before one of the same key.
#[derive(Debug, Default)]
pub struct Earlier {
    key: u64,
    other: u64,
    latest: i64,
}

impl Earlier {
    /// The other of the period before, and the microseconds in which an earlier one had not ended; `None` for the first
    /// period of a key. Periods of a key come one after another, in their order.
    #[inline]
    pub fn before(&mut self, period: &Period) -> Option<(u64, i64)> {
        let follows = (self.key == period.key).then(|| {
            let end = period.to.min(self.latest);
            (self.other, end.saturating_sub(period.from).max(0))
        });
        self.latest = match follows {
            Some(_) => self.latest.max(period.to),
            None => period.to,
        };
        (self.key, self.other) = (period.key, period.other);
        follows
    }
}

/// Working memory for the periods of parts.
#[derive(Debug, Default)]
pub struct Periods {
    starts: Vec<u32>,
    sorted: Vec<Sighting>,
    /// Periods of the key at hand, before the last one.
    open: Vec<Period>,
}

impl Periods {
    /// Adds the periods of all keys of a part, whose sightings come in the order of the rows. The periods of a key stand
    /// together, by their beginnings.
    ///
    /// # Panics
    /// With 2^32 or more sightings.
    pub fn of_part(&mut self, part: usize, pieces: &[Piece<'_>], gap: i64, out: &mut Vec<Period>) {
        let buckets = self.sort(pieces);
        let first = (part as u64) << REST_BITS;
        let (starts, mut sorted) = (
            std::mem::take(&mut self.starts),
            std::mem::take(&mut self.sorted),
        );
        let mut from = 0;
        // After the sort each start is the end of its bucket.
        for &to in &starts[..buckets] {
            let bucket = &mut sorted[from..to as usize];
            let before = out.len();
            if !self.go_over(first, bucket, gap, out) {
                out.truncate(before);
                bucket.sort_by_key(Sighting::order);
                self.go_over(first, bucket, gap, out);
            }
            from = to as usize;
        }
        (self.starts, self.sorted) = (starts, sorted);
    }

    /// Puts the sightings into buckets by the first bits of their keys, in the order of their rows; the count of buckets.
    fn sort(&mut self, pieces: &[Piece<'_>]) -> usize {
        let len: usize = pieces.iter().map(Piece::len).sum();
        assert!(u32::try_from(len).is_ok(), "less than 2^32 in a part");
        let bits = len.next_power_of_two().ilog2().min(SORT_BITS);
        let shift = REST_BITS - bits;
        let starts = &mut self.starts;
        starts.clear();
        starts.resize((1 << bits) + 1, 0);
        for piece in pieces {
            piece.rests(|rest| starts[(rest >> shift) as usize + 1] += 1);
        }
        add_up(starts);
        let sorted = &mut self.sorted;
        if sorted.len() < len {
            sorted.resize(len, Sighting::default());
        }
        for piece in pieces {
            piece.each(|sighting| {
                let place = &mut starts[(sighting.rest() >> shift) as usize];
                sorted[*place as usize] = sighting;
                *place += 1;
            });
        }
        1 << bits
    }

    /// Adds the periods of the keys of a bucket; whether its sightings are in order. If not, what was added is wrong.
    fn go_over(
        &mut self,
        first: u64,
        bucket: &[Sighting],
        gap: i64,
        out: &mut Vec<Period>,
    ) -> bool {
        let Some((&one, others)) = bucket.split_first() else {
            return true;
        };
        self.open.clear();
        let mut rest = one.rest();
        let mut last = Period::of(unmixed(first | rest), one);
        for &next in others {
            if next.rest() != rest {
                if next.rest() < rest {
                    return false;
                }
                self.close(last, gap, out);
                rest = next.rest();
                last = Period::of(unmixed(first | rest), next);
            } else if next.other() == last.other {
                if next.at < last.to {
                    return false;
                }
                // Of identical sightings the first row counts.
                if next.at > last.to {
                    last.to = next.at;
                    last.to_row = next.row();
                    last.sightings += 1;
                }
            } else {
                if (next.at, next.other()) < (last.to, last.other) {
                    return false;
                }
                self.open.push(last);
                last = Period::of(last.key, next);
            }
        }
        self.close(last, gap, out);
        true
    }

    /// Adds the periods of a key, of which this is the last one.
    #[inline]
    fn close(&mut self, last: Period, gap: i64, out: &mut Vec<Period>) {
        if self.open.is_empty() {
            out.push(last);
            return;
        }
        self.open.push(last);
        join(&mut self.open, gap);
        out.append(&mut self.open);
    }
}

/// Joins periods of the same other, between which there are always others, unless their pause is over the gap. After that
/// they are ordered by beginning, end and other.
fn join(periods: &mut Vec<Period>, gap: i64) {
    if periods.len() > 2 {
        // Stable: those of an other stay in the order of time.
        periods.sort_by_key(|one| one.other);
        periods.dedup_by(|next, one| {
            let joined = next.other == one.other && next.from.saturating_sub(one.to) <= gap;
            if joined {
                one.join(next);
            }
            joined
        });
    }
    periods.sort_by_key(|one| (one.from, one.to, one.other));
}
