//! The periods of each key with each other: of numbers in handsets, or of handsets with numbers.
//!
//! One idea: **a period ends where the key is next seen with another and returns only after the gap.** Files are mostly in
//! the order of time, and so the sightings of a key are in order as soon as they stand together, which takes one pass over
//! a part of the keys.

use super::{KEY_BITS, Scattered, mixed, unmixed};

/// The bits of a key that say in which part it is.
pub const BITS: u32 = 11;
/// The count of parts.
pub const PARTS: usize = 1 << BITS;

const REST_BITS: u32 = KEY_BITS - BITS;
const REST: u64 = (1 << REST_BITS) - 1;
/// Bits of the number of a row beside the key; the others stand beside the other.
const LOW_BITS: u32 = 64 - REST_BITS;
const LOW: u64 = (1 << LOW_BITS) - 1;
const HIGH_BITS: u32 = 64 - KEY_BITS;

/// The most rows.
pub const ROWS: u64 = 1 << (LOW_BITS + HIGH_BITS);

/// Bits by which the sightings of a part are sorted at the most, before those of a key are looked at.
const SORT_BITS: u32 = 16;

/// A sighting of a key with another in 24 bytes, within its part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Sighting {
    /// The rest of the key, and the last bits of the number of the row.
    key: u64,
    /// The other, and the first bits of the number of the row.
    other: u64,
    at: i64,
}

impl Sighting {
    /// Its words, to be stored.
    #[must_use]
    pub fn words(self) -> [u64; 3] {
        [self.key, self.other, self.at.cast_unsigned()]
    }

    /// The sighting of some words.
    #[must_use]
    pub fn of_words([key, other, at]: [u64; 3]) -> Self {
        Self {
            key,
            other,
            at: at.cast_signed(),
        }
    }

    fn rest(self) -> u64 {
        self.key >> LOW_BITS
    }

    fn other(self) -> u64 {
        self.other >> HIGH_BITS
    }

    fn row(self) -> u64 {
        (self.other & ((1 << HIGH_BITS) - 1)) << LOW_BITS | self.key & LOW
    }

    /// What sightings are ordered by; of identical ones the row that was read first stands first.
    fn order(self) -> (u64, i64, u64) {
        (self.rest(), self.at, self.other())
    }
}

/// Sightings of one batch, cut into parts; a row whose key is 0 is left out. `first` is the number of the first row.
///
/// # Panics
/// If the columns differ in length, or with more than [`ROWS`] rows.
#[must_use]
pub fn sightings(keys: &[u64], others: &[u64], ats: &[i64], first: u64) -> Scattered<Sighting> {
    assert!(first + keys.len() as u64 <= ROWS, "less than 2^39 rows");
    assert!(
        keys.len() == others.len() && keys.len() == ats.len(),
        "columns of the same length"
    );
    let mixed: Vec<u64> = keys.iter().map(|&key| mixed(key)).collect();
    Scattered::of(&mixed, BITS, |n| {
        let row = first + n as u64;
        Sighting {
            key: (mixed[n] & REST) << LOW_BITS | row & LOW,
            other: others[n] << HIGH_BITS | row >> LOW_BITS,
            at: ats[n],
        }
    })
}

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
    /// The other of the period before; `None` in the first.
    pub followed: Option<u64>,
    /// Microseconds of the period in which an earlier one of the key had not ended.
    pub overlap: i64,
    /// The row of the first sighting.
    pub from_row: u64,
    /// The row of the last one.
    pub to_row: u64,
}

/// Working memory for the periods of parts.
#[derive(Debug, Default)]
pub struct Periods {
    starts: Vec<u32>,
    sorted: Vec<Sighting>,
    stretches: Vec<Stretch>,
}

/// Sightings of a key with one other that stand beside each other.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    other: u64,
    from: i64,
    to: i64,
    sightings: u64,
    from_row: u64,
    to_row: u64,
}

impl Periods {
    /// The periods of all keys of a part, whose sightings come in runs in the order of the rows. The periods of a key stand
    /// together, by their beginnings.
    ///
    /// # Panics
    /// With 2^32 or more sightings.
    pub fn of_part(
        &mut self,
        part: usize,
        runs: &[&[Sighting]],
        gap: i64,
        mut found: impl FnMut(Period),
    ) {
        let bits = self.sort(runs);
        let first = (part as u64) << REST_BITS;
        let mut sorted = std::mem::take(&mut self.sorted);
        let mut from = 0;
        for bucket in 0..1usize << bits {
            // After the sort each start is the end of its bucket.
            let to = self.starts[bucket] as usize;
            if from < to {
                let bucket = &mut sorted[from..to];
                if !bucket.is_sorted_by_key(|sighting| sighting.order()) {
                    bucket.sort_by_key(|sighting| sighting.order());
                }
                for group in bucket.chunk_by(|one, other| one.rest() == other.rest()) {
                    self.of_key(unmixed(first | group[0].rest()), group, gap, &mut found);
                }
            }
            from = to;
        }
        self.sorted = sorted;
    }

    /// Puts the sightings into buckets by the first bits of their keys, in the order of their rows; the number of bits.
    fn sort(&mut self, runs: &[&[Sighting]]) -> u32 {
        let len: usize = runs.iter().map(|run| run.len()).sum();
        assert!(u32::try_from(len).is_ok(), "less than 2^32 in a part");
        let bits = len.next_power_of_two().ilog2().min(SORT_BITS);
        let shift = REST_BITS - bits;
        let bucket = |sighting: &Sighting| (sighting.rest() >> shift) as usize;
        self.starts.clear();
        self.starts.resize((1 << bits) + 1, 0);
        for sighting in runs.iter().copied().flatten() {
            self.starts[bucket(sighting) + 1] += 1;
        }
        let mut sum = 0;
        for start in &mut self.starts {
            sum += *start;
            *start = sum;
        }
        self.sorted.resize(len, Sighting::default());
        for sighting in runs.iter().copied().flatten() {
            let place = &mut self.starts[bucket(sighting)];
            self.sorted[*place as usize] = *sighting;
            *place += 1;
        }
        bits
    }

    /// The periods of one key, whose sightings are in order.
    fn of_key(&mut self, key: u64, group: &[Sighting], gap: i64, mut found: impl FnMut(Period)) {
        self.stretches.clear();
        let mut before: Option<(u64, i64)> = None;
        for sighting in group {
            let (other, at) = (sighting.other(), sighting.at);
            // Of identical sightings the first row counts.
            if before == Some((other, at)) {
                continue;
            }
            match self.stretches.last_mut() {
                Some(last) if last.other == other => {
                    last.to = at;
                    last.to_row = sighting.row();
                    last.sightings += 1;
                }
                _ => self.stretches.push(Stretch {
                    other,
                    from: at,
                    to: at,
                    sightings: 1,
                    from_row: sighting.row(),
                    to_row: sighting.row(),
                }),
            }
            before = Some((other, at));
        }
        join(&mut self.stretches, gap);
        let mut earlier: Option<(u64, i64)> = None;
        for one in &self.stretches {
            let overlap = earlier.map_or(0, |(_, latest)| {
                one.to.min(latest).saturating_sub(one.from).max(0)
            });
            found(Period {
                key,
                other: one.other,
                from: one.from,
                to: one.to,
                sightings: one.sightings,
                followed: earlier.map(|(other, _)| other),
                overlap,
                from_row: one.from_row,
                to_row: one.to_row,
            });
            let latest = earlier.map_or(one.to, |(_, latest)| latest.max(one.to));
            earlier = Some((one.other, latest));
        }
    }
}

/// Joins stretches of the same other, between which there are always others, unless their pause is over the gap. After
/// that they are periods, by beginning, end and other.
fn join(stretches: &mut Vec<Stretch>, gap: i64) {
    if stretches.len() > 2 {
        // Stable: those of an other stay in the order of time.
        stretches.sort_by_key(|one| one.other);
        stretches.dedup_by(|next, one| {
            let joined = next.other == one.other && next.from.saturating_sub(one.to) <= gap;
            if joined {
                one.to = next.to;
                one.to_row = next.to_row;
                one.sightings += next.sightings;
            }
            joined
        });
    }
    stretches.sort_by_key(|one| (one.from, one.to, one.other));
}
