//! Which keys are in at least so many of several sources, and the rows of these keys.
//!
//! One idea: **a key and its source are one integer.** Sorted, the sources of a key stand beside each other. A part of the
//! keys is counted by itself, and holds each pair of key and source about once, however often it was seen.

use super::{KEY_BITS, Scattered, add_up, mixed, unmixed};
use crate::linkage::NO_TIME;

/// The bits of a key that say in which part it is.
pub const BITS: u32 = 10;
/// The count of parts.
pub const PARTS: usize = 1 << BITS;

const REST_BITS: u32 = KEY_BITS - BITS;
const REST: u64 = (1 << REST_BITS) - 1;
/// Bits beside the rest of a key: for a source, or for a row of a run.
const BESIDE_BITS: u32 = 64 - REST_BITS;
const BESIDE: u64 = (1 << BESIDE_BITS) - 1;

/// Bits by which the pairs of a part are put into buckets at the most.
const SORT_BITS: u32 = 16;

/// The most sources.
pub const SOURCES: usize = 1 << 16;

/// The most rows of a run.
pub const RUN: usize = 1 << BESIDE_BITS;

/// The keys of one source, cut into parts; 0 for a row without a key.
#[must_use]
pub fn pairs(keys: &[u64], source: u16) -> Scattered<u64> {
    let mixed: Vec<u64> = keys.iter().map(|&key| mixed(key)).collect();
    Scattered::of(&mixed, BITS, |row| {
        (mixed[row] & REST) << BESIDE_BITS | u64::from(source)
    })
}

/// The pairs of a part from all runs, each once, ascending.
///
/// Put into as many buckets as there are pairs, most are in order: keys are spread evenly, and sources come one after
/// another.
///
/// # Panics
/// With 2^32 or more pairs.
#[must_use]
pub fn distinct(runs: &[&[u64]]) -> Vec<u64> {
    let len: usize = runs.iter().map(|run| run.len()).sum();
    assert!(u32::try_from(len).is_ok(), "less than 2^32 in a part");
    let bits = len.next_power_of_two().ilog2().clamp(1, SORT_BITS);
    let bucket_of = |pair: u64| (pair >> (64 - bits)) as usize;
    // Counted one place late, so that after the sums each place is where its bucket begins.
    let mut places = vec![0u32; (1 << bits) + 1];
    for &pair in runs.iter().copied().flatten() {
        places[bucket_of(pair) + 1] += 1;
    }
    add_up(&mut places);
    let mut pairs = vec![0; len];
    for &pair in runs.iter().copied().flatten() {
        let place = &mut places[bucket_of(pair)];
        pairs[*place as usize] = pair;
        *place += 1;
    }
    let mut from = 0;
    for &to in &places[..1 << bits] {
        let bucket = &mut pairs[from..to as usize];
        if !bucket.is_sorted() {
            bucket.sort_unstable();
        }
        from = to as usize;
    }
    pairs.dedup();
    pairs
}

/// The keys of a part in at least so many sources, from its distinct pairs.
#[must_use]
pub fn in_at_least(part: usize, pairs: &[u64], at_least: usize) -> Several {
    let first = (part as u64) << REST_BITS;
    let mut several = Several::default();
    let keys = pairs.chunk_by(|one, other| one >> BESIDE_BITS == other >> BESIDE_BITS);
    for pairs in keys.filter(|pairs| pairs.len() >= at_least.max(1)) {
        several.mixed.push(first | pairs[0] >> BESIDE_BITS);
        several.counts.push(pairs.len() as u32);
        let sources = pairs.iter().map(|pair| (pair & BESIDE) as u16);
        several.sources.extend(sources);
    }
    several
}

/// The keys of a part that are in enough sources.
#[derive(Debug, Default)]
pub struct Several {
    mixed: Vec<u64>,
    /// How many sources each is in.
    counts: Vec<u32>,
    sources: Vec<u16>,
}

/// A row to be looked for, within its part.
#[derive(Clone, Copy, Debug, Default)]
pub struct Row {
    /// The rest of the key, and which row of its run it is.
    key: u64,
    /// Microseconds since 1970 UTC; [`NO_TIME`] without one.
    at: i64,
}

/// A row of a key that is found.
#[derive(Clone, Copy, Debug, Default)]
pub struct Hit {
    /// The key.
    pub key: u64,
    /// Which row of its run it is.
    pub row: u32,
    /// Its time; [`NO_TIME`] without one.
    pub at: i64,
}

/// What is known of the rows of each key, by place.
#[derive(Debug, Default)]
pub struct Counts {
    /// How many there are.
    pub rows: Vec<i64>,
    /// The first time; [`NO_TIME`] without any.
    pub first: Vec<i64>,
    /// The last one.
    pub last: Vec<i64>,
}

/// The keys in enough sources, by their mixed form: a place each.
#[derive(Debug, Default)]
pub struct Found {
    mixed: Vec<u64>,
    /// Where the sources of each key end.
    ends: Vec<u32>,
    sources: Vec<u16>,
    counts: Counts,
    /// The first place of each value of the first bits, and one past the last.
    starts: Vec<u32>,
    shift: u32,
}

impl Found {
    /// Adds the keys of the next part; `None` if the places or the sources of all keys need more than 32 bits.
    pub fn add(&mut self, several: &Several) -> Option<()> {
        let mut end = self.sources.len();
        u32::try_from(end + several.sources.len()).ok()?;
        self.ends.extend(several.counts.iter().map(|&count| {
            end += count as usize;
            end as u32
        }));
        self.mixed.extend_from_slice(&several.mixed);
        self.sources.extend_from_slice(&several.sources);
        Some(())
    }

    /// Ends the adding.
    pub fn prepare(&mut self) {
        let bits = self.mixed.len().next_power_of_two().ilog2().max(BITS);
        self.shift = KEY_BITS - bits;
        let mut starts = vec![0u32; (1 << bits) + 1];
        for mixed in &self.mixed {
            starts[(mixed >> self.shift) as usize + 1] += 1;
        }
        add_up(&mut starts);
        self.starts = starts;
        let len = self.mixed.len();
        self.counts = Counts {
            rows: vec![0; len],
            first: vec![NO_TIME; len],
            last: vec![NO_TIME; len],
        };
    }

    /// The count of keys.
    #[must_use]
    pub fn len(&self) -> usize {
        self.mixed.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.mixed.is_empty()
    }

    /// A filter for the rows of these keys.
    #[must_use]
    pub fn filter(&self) -> Filter {
        Filter::of(&self.mixed)
    }

    /// The keys of each part, to be counted side by side.
    #[must_use]
    pub fn parts(&mut self) -> Vec<Part<'_>> {
        let Counts { rows, first, last } = &mut self.counts;
        let (mut mixed, mut counts) = (&self.mixed[..], [&mut rows[..], first, last]);
        let buckets = (self.starts.len() - 1) / PARTS;
        let mut parts = Vec::with_capacity(PARTS);
        for part in 0..PARTS {
            let starts = &self.starts[part * buckets..=(part + 1) * buckets];
            let len = (starts[buckets] - starts[0]) as usize;
            let (own, rest) = mixed.split_at(len);
            let [(rows, rows_after), (first, first_after), (last, last_after)] =
                counts.map(|counts| counts.split_at_mut(len));
            (mixed, counts) = (rest, [rows_after, first_after, last_after]);
            parts.push(Part {
                mixed: own,
                rows,
                first,
                last,
                starts,
                shift: self.shift,
            });
        }
        parts
    }

    /// The key of a place.
    #[must_use]
    pub fn key(&self, place: usize) -> u64 {
        unmixed(self.mixed[place])
    }

    /// Lets go of the keys, when their order is known.
    pub fn drop_keys(&mut self) {
        (self.mixed, self.starts) = (Vec::new(), Vec::new());
    }

    /// The sources of a place, ascending.
    #[must_use]
    pub fn sources(&self, place: usize) -> &[u16] {
        let start = place
            .checked_sub(1)
            .map_or(0, |before| self.ends[before] as usize);
        &self.sources[start..self.ends[place] as usize]
    }

    /// The count of all sources of all keys.
    #[must_use]
    pub fn total(&self) -> usize {
        self.sources.len()
    }

    /// Leaves only what was counted, by place.
    #[must_use]
    pub fn into_counts(self) -> Counts {
        self.counts
    }
}

/// The keys of one part.
#[derive(Debug)]
pub struct Part<'a> {
    mixed: &'a [u64],
    rows: &'a mut [i64],
    first: &'a mut [i64],
    last: &'a mut [i64],
    starts: &'a [u32],
    shift: u32,
}

impl Part<'_> {
    /// Counts rows of this part, and passes those of its keys on.
    pub fn count(&mut self, rows: &[Row], mut found: impl FnMut(Hit)) {
        if self.mixed.is_empty() {
            return;
        }
        let buckets = self.starts.len() as u64 - 2;
        for row in rows {
            let rest = row.key >> BESIDE_BITS;
            let bucket = (rest >> self.shift & buckets) as usize;
            let first = self.starts[0];
            let (from, to) = (self.starts[bucket] - first, self.starts[bucket + 1] - first);
            let mut places = from as usize..to as usize;
            let Some(place) = places.find(|&place| self.mixed[place] & REST == rest) else {
                continue;
            };
            self.rows[place] += 1;
            // No time is less than any other, and so the last one needs no question.
            self.last[place] = self.last[place].max(row.at);
            let first = &mut self.first[place];
            if row.at != NO_TIME && (*first == NO_TIME || row.at < *first) {
                *first = row.at;
            }
            found(Hit {
                key: unmixed(self.mixed[place]),
                row: (row.key & BESIDE) as u32,
                at: row.at,
            });
        }
    }
}

/// A quick check that drops most rows whose key is not found, and none whose key is.
#[derive(Debug)]
pub struct Filter {
    /// Empty if the keys are too many for it to be of use.
    bits: Vec<u64>,
    shift: u32,
}

/// Bits of the filter at the most: half a mebibyte, which stays in the cache.
const FILTER_BITS: u32 = 22;

impl Filter {
    fn of(keys: &[u64]) -> Self {
        let bits = (16 * keys.len().max(8)).next_power_of_two().ilog2();
        if bits > FILTER_BITS + 3 {
            return Self {
                bits: Vec::new(),
                shift: 0,
            };
        }
        let bits = bits.min(FILTER_BITS);
        let shift = KEY_BITS - bits;
        let mut words = vec![0u64; 1 << (bits - 6)];
        for mixed in keys {
            let bit = mixed >> shift;
            words[(bit >> 6) as usize] |= 1 << (bit & 63);
        }
        Self { bits: words, shift }
    }

    /// The rows of a run that may have a key that is found, cut into parts.
    ///
    /// # Panics
    /// If `ats` is shorter than `keys`, or with more than [`RUN`] rows.
    #[must_use]
    pub fn rows(&self, keys: &[u64], ats: &[i64]) -> Scattered<Row> {
        assert!(keys.len() <= RUN, "a run has at most 2^24 rows");
        assert!(keys.len() <= ats.len(), "one time for each key");
        let row_of = |mixed: u64, row: u32| Row {
            key: (mixed & REST) << BESIDE_BITS | u64::from(row),
            at: ats[row as usize],
        };
        let mut mixed_keys: Vec<u64> = keys.iter().map(|&key| mixed(key)).collect();
        if self.bits.is_empty() {
            return Scattered::of(&mixed_keys, BITS, |row| row_of(mixed_keys[row], row as u32));
        }
        let mut rows = vec![0u32; keys.len()];
        let mut kept = 0;
        for row in 0..mixed_keys.len() {
            let mixed = mixed_keys[row];
            // Written in any case and counted if it stays: no branch.
            mixed_keys[kept] = mixed;
            rows[kept] = row as u32;
            let bit = mixed >> self.shift;
            kept += usize::from(self.bits[(bit >> 6) as usize] >> (bit & 63) & 1 == 1);
        }
        Scattered::of(&mixed_keys[..kept], BITS, |place| {
            row_of(mixed_keys[place], rows[place])
        })
    }
}
