//! The periods of each key with each other: of numbers in handsets, or of handsets with numbers.
//!
//! One idea: **a period ends where the key is next seen with another and returns only after the gap.** Files are mostly in
//! the order of time, and so one pass over a part of the keys, with the last period of each key at hand, finds them. Only
//! the sightings of keys that are found to be out of order are put together and sorted.

use super::record::{Piece, REST_BITS, Sighting};
use super::{add_up, unmixed};

pub use super::record::{CutRun, PARTS, RUN, RunForm};

/// The fewest places for keys: 16 KiB.
const PLACES: usize = 1 << 12;

/// Places for each key, so that few keys want the same one.
const SPARSE: usize = 4;

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
            other: sighting.other,
            from: sighting.at,
            to: sighting.at,
            sightings: 1,
            from_row: sighting.row,
            to_row: sighting.row,
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
    /// The last other of the key that is not `other`; 0 if there is none.
    another: u64,
    latest: i64,
}

impl Earlier {
    /// The last other before that is not the period's own, and the microseconds in which an earlier period had not ended;
    /// `None` for the first period of a key, and where all before have its other. Periods of a key come one after another,
    /// in their order: the one before may have the same other, as one between them may have begun earlier, or at the same
    /// moment.
    #[inline]
    pub fn before(&mut self, period: &Period) -> Option<(u64, i64)> {
        if self.key != period.key {
            *self = Self {
                key: period.key,
                other: period.other,
                another: 0,
                latest: period.to,
            };
            return None;
        }
        if self.other != period.other {
            (self.other, self.another) = (period.other, self.other);
        }
        let common = self.latest.min(period.to).saturating_sub(period.from);
        self.latest = self.latest.max(period.to);
        (self.another != 0).then(|| (self.another, common.max(0)))
    }
}

/// The last period of a key so far.
#[derive(Debug)]
struct Last {
    period: Period,
    /// The place of the period before it in [`Periods::ended`], plus one; 0 if there is none.
    before: u32,
    /// Whether a sighting is earlier than one before it. What is known of the key is wrong then.
    unordered: bool,
}

impl Last {
    #[inline]
    fn of(key: u64, first: Sighting) -> Self {
        Self {
            period: Period::of(key, first),
            before: 0,
            unordered: false,
        }
    }

    /// Takes the next sighting.
    #[inline(always)]
    fn add(&mut self, next: Sighting, ended: &mut Vec<(Period, u32)>) {
        let last = &mut self.period;
        if next.other == last.other {
            // Of identical sightings the first row counts.
            if next.at > last.to {
                last.to = next.at;
                last.to_row = next.row;
                last.sightings += 1;
            } else if next.at < last.to {
                self.unordered = true;
            }
        } else if (next.at, next.other) < (last.to, last.other) {
            self.unordered = true;
        } else if !self.unordered {
            ended.push((*last, self.before));
            self.before = ended.len() as u32;
            *last = Period::of(last.key, next);
        }
    }
}

/// Working memory for the periods of parts.
#[derive(Debug, Default)]
pub struct Periods {
    /// The place of each key in `keys`, plus one, where its first bits say or in one of the next places; 0 if free.
    places: Vec<u32>,
    keys: Vec<Last>,
    /// Periods that are not the last ones of their keys, each with the place of the one before it, as in [`Last`].
    ended: Vec<(Period, u32)>,
    /// Periods of the key at hand.
    open: Vec<Period>,
}

impl Periods {
    /// Adds the periods of all keys of a part, whose sightings come in the order of the rows. The periods of a key stand
    /// together, by their beginnings.
    ///
    /// # Panics
    /// With 2^31 or more sightings.
    pub fn of_part(&mut self, part: usize, pieces: &[Piece<'_>], gap: i64, out: &mut Vec<Period>) {
        let len: usize = pieces.iter().map(Piece::len).sum();
        // Those of keys that are out of order may be among the ended periods twice.
        assert!(i32::try_from(len).is_ok(), "less than 2^31 in a part");
        // Parts have about as many keys.
        let places = (SPARSE * self.keys.len()).next_power_of_two().max(PLACES);
        self.keys.clear();
        self.ended.clear();
        self.find_places(places);
        let first = (part as u64) << REST_BITS;
        for piece in pieces {
            for sighting in piece.sightings() {
                match self.find(sighting.rest) {
                    Ok(place) => self.keys[place].add(sighting, &mut self.ended),
                    Err(free) => self.insert(free, Last::of(sighting.rest, sighting)),
                }
            }
        }
        if self.keys.iter().any(|last| last.unordered) {
            self.sort(pieces);
        }
        for last in &mut self.keys {
            last.period.key = unmixed(first | last.period.key);
            if last.before == 0 {
                out.push(last.period);
                continue;
            }
            self.open.push(last.period);
            let mut before = last.before;
            while before != 0 {
                let (mut period, earlier) = self.ended[before as usize - 1];
                period.key = last.period.key;
                self.open.push(period);
                before = earlier;
            }
            self.open.reverse();
            join(&mut self.open, gap);
            out.append(&mut self.open);
        }
    }

    /// The place of a key in `keys`, or where its place is free.
    #[inline(always)]
    fn find(&self, rest: u64) -> Result<usize, usize> {
        let mask = self.places.len() - 1;
        let mut at = (rest >> (REST_BITS - self.places.len().ilog2())) as usize & mask;
        loop {
            match self.places[at] {
                0 => return Err(at),
                place if self.keys[place as usize - 1].period.key == rest => {
                    return Ok(place as usize - 1);
                }
                _ => at = (at + 1) & mask,
            }
        }
    }

    /// Adds a key.
    #[inline]
    fn insert(&mut self, free: usize, last: Last) {
        self.keys.push(last);
        self.places[free] = self.keys.len() as u32;
        if SPARSE * self.keys.len() > self.places.len() {
            self.find_places(2 * self.places.len());
        }
    }

    /// Gives all keys places among so many.
    fn find_places(&mut self, places: usize) {
        self.places.clear();
        self.places.resize(places, 0);
        for n in 0..self.keys.len() {
            if let Err(free) = self.find(self.keys[n].period.key) {
                self.places[free] = n as u32 + 1;
            }
        }
    }

    /// Finds the periods of keys that are out of order.
    fn sort(&mut self, pieces: &[Piece<'_>]) {
        let place = |sighting: &Sighting| {
            let place = self.find(sighting.rest).ok();
            place.filter(|&place| self.keys[place].unordered)
        };
        let sightings = || pieces.iter().flat_map(Piece::sightings);
        // Counted one place late, so that after the sums each place is where its key begins.
        let mut starts = vec![0u32; self.keys.len() + 1];
        for sighting in sightings() {
            if let Some(place) = place(&sighting) {
                starts[place + 1] += 1;
            }
        }
        let mut sorted = vec![Sighting::default(); add_up(&mut starts) as usize];
        for sighting in sightings() {
            if let Some(place) = place(&sighting) {
                let next = &mut starts[place];
                sorted[*next as usize] = sighting;
                *next += 1;
            }
        }
        let mut from = 0;
        // Now each start is the end of its key.
        for (last, &to) in self.keys.iter_mut().zip(&starts) {
            let own = &mut sorted[from..to as usize];
            from = to as usize;
            own.sort_by_key(Sighting::order);
            if let Some((&first, others)) = own.split_first() {
                *last = Last::of(first.rest, first);
                for &next in others {
                    last.add(next, &mut self.ended);
                }
            }
        }
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
