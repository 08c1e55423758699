//! Which keys are in at least so many of several sources, and the rows of these keys.
//!
//! One idea: **a key and its source are one integer.** Sorted, the sources of a key stand beside each other. A part of the
//! keys is counted by itself, and holds each pair of key and source about once, however often it was seen.

use super::{KEY, KEY_BITS, Scattered, mixed, unmixed};

/// The bits of a key that say in which part it is.
pub const BITS: u32 = 10;
/// The count of parts.
pub const PARTS: usize = 1 << BITS;

const REST_BITS: u32 = KEY_BITS - BITS;
const REST: u64 = (1 << REST_BITS) - 1;
const SOURCE_BITS: u32 = 64 - REST_BITS;

/// The most sources.
pub const SOURCES: usize = 1 << SOURCE_BITS;

/// Fewer pairs than that are not worth going over.
const FEW: usize = 1 << 12;

/// The keys of one source, cut into parts; 0 for a row without a key.
#[must_use]
pub fn pairs(keys: &[u64], source: u32) -> Scattered<u64> {
    debug_assert!((source as usize) < SOURCES, "the number of a source");
    let mixed: Vec<u64> = keys.iter().map(|&key| mixed(key)).collect();
    Scattered::of(&mixed, BITS, |row| {
        (mixed[row] & REST) << SOURCE_BITS | u64::from(source)
    })
}

/// The pairs of key and source of one part.
#[derive(Clone, Debug, Default)]
pub struct Pairs {
    pairs: Vec<u64>,
    /// How many there were when last each stood there once.
    distinct: usize,
}

impl Pairs {
    /// Adds pairs.
    pub fn add<'a>(&mut self, runs: impl Iterator<Item = &'a [u64]> + Clone) {
        let more: usize = runs.clone().map(<[u64]>::len).sum();
        if self.pairs.len() + more > self.pairs.capacity() {
            // By half, not by twice, which would take a third more memory in all.
            self.pairs.reserve_exact(more.max(self.pairs.len() / 2));
        }
        for run in runs {
            self.pairs.extend_from_slice(run);
        }
        if self.pairs.len() > FEW.max(2 * self.distinct) {
            self.settle();
        }
    }

    /// Leaves each pair once, ascending.
    fn settle(&mut self) {
        self.pairs.sort_unstable();
        self.pairs.dedup();
        self.distinct = self.pairs.len();
    }

    /// The keys in at least so many sources.
    ///
    /// # Panics
    /// With 2^32 or more of them.
    #[must_use]
    pub fn in_at_least(mut self, part: usize, at_least: usize) -> Kept {
        self.settle();
        let mut kept = Kept {
            first: (part as u64) << REST_BITS,
            ends: vec![0],
            ..Kept::default()
        };
        let runs = || {
            self.pairs
                .chunk_by(|one, other| one >> SOURCE_BITS == other >> SOURCE_BITS)
        };
        let runs = runs().filter(|run| run.len() >= at_least.max(1));
        for run in runs {
            kept.rests.push(run[0] >> SOURCE_BITS);
            kept.sources.extend(
                run.iter()
                    .map(|pair| (pair & (SOURCES as u64 - 1)) as u32),
            );
            kept.ends
                .push(u32::try_from(kept.sources.len()).expect("less than 2^32 pairs in a part"));
        }
        kept.rests.shrink_to_fit();
        kept.sources.shrink_to_fit();
        kept.ends.shrink_to_fit();
        kept.prepare();
        kept
    }
}

/// A row to be looked for: its mixed key, its time, and which row it is.
#[derive(Clone, Copy, Debug, Default)]
pub struct Row {
    /// As [`mixed`] gave it.
    pub mixed: u64,
    /// Microseconds since 1970 UTC; [`NO_TIME`](crate::linkage::NO_TIME) without one.
    pub at: i64,
    /// Its number among all rows.
    pub row: u64,
}

/// The keys of one part that are in enough sources, and what is known of their rows.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    /// The bits that all keys of the part begin with.
    first: u64,
    rests: Vec<u64>,
    sources: Vec<u32>,
    /// Where the sources of each key begin, and where the last ones end.
    ends: Vec<u32>,
    rows: Vec<u64>,
    seen: Vec<[i64; 2]>,
    /// The first key of each value of the first bits of the rests, and one past the last.
    starts: Vec<u32>,
    shift: u32,
}

impl Kept {
    fn prepare(&mut self) {
        let bits = self.rests.len().next_power_of_two().ilog2();
        self.shift = REST_BITS - bits;
        let mut starts = vec![0u32; (1 << bits) + 1];
        for rest in &self.rests {
            starts[(rest >> self.shift) as usize + 1] += 1;
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        self.starts = starts;
        self.rows = vec![0; self.rests.len()];
        self.seen = vec![[i64::MAX, i64::MIN]; self.rests.len()];
    }

    /// The count of keys.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rests.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rests.is_empty()
    }

    /// The keys as [`mixed`] gives them, ascending.
    pub fn mixed(&self) -> impl Iterator<Item = u64> + '_ {
        self.rests.iter().map(|rest| self.first | rest)
    }

    /// The key of a place.
    #[must_use]
    pub fn key(&self, place: usize) -> u64 {
        unmixed(self.first | self.rests[place])
    }

    /// The sources of a key, ascending.
    #[must_use]
    pub fn sources(&self, place: usize) -> &[u32] {
        &self.sources[self.ends[place] as usize..self.ends[place + 1] as usize]
    }

    /// The count of rows of a key.
    #[must_use]
    pub fn rows(&self, place: usize) -> u64 {
        self.rows[place]
    }

    /// The first and the last time of a key, if it has any.
    #[must_use]
    pub fn seen(&self, place: usize) -> Option<[i64; 2]> {
        let [first, last] = self.seen[place];
        (first <= last).then_some([first, last])
    }

    /// The place of a mixed key of this part.
    #[must_use]
    pub fn place(&self, mixed: u64) -> Option<usize> {
        let rest = mixed & REST;
        let bucket = (rest >> self.shift) as usize;
        let (from, to) = (self.starts[bucket] as usize, self.starts[bucket + 1] as usize);
        (from..to).find(|&place| self.rests[place] == rest)
    }

    /// Counts rows of this part; passes those of its keys on.
    pub fn count(&mut self, rows: &[Row], mut found: impl FnMut(&Row)) {
        if self.is_empty() {
            return;
        }
        for row in rows {
            let Some(place) = self.place(row.mixed) else {
                continue;
            };
            self.rows[place] += 1;
            if row.at != crate::linkage::NO_TIME {
                let [first, last] = &mut self.seen[place];
                *first = (*first).min(row.at);
                *last = (*last).max(row.at);
            }
            found(row);
        }
    }
}

/// A quick check that drops most rows whose key is not kept, and none whose key is.
#[derive(Debug)]
pub struct Filter {
    /// Empty if the keys are too many for it to be of use.
    bits: Vec<u64>,
    shift: u32,
}

/// Bits of the filter at the most: half a mebibyte, which stays in the cache.
const FILTER_BITS: u32 = 22;

impl Filter {
    /// A filter of mixed keys.
    #[must_use]
    pub fn of(count: usize, keys: impl Iterator<Item = u64>) -> Self {
        let bits = (16 * count.max(8)).next_power_of_two().ilog2();
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
            let bit = (mixed & KEY) >> shift;
            words[(bit >> 6) as usize] |= 1 << (bit & 63);
        }
        Self { bits: words, shift }
    }

    /// The rows that may have a kept key, cut into parts.
    #[must_use]
    pub fn rows(&self, keys: &[u64], at: impl Fn(usize) -> i64, first: u64) -> Scattered<Row> {
        let mut mixed_keys = Vec::with_capacity(keys.len());
        let mut rows: Vec<u32> = Vec::with_capacity(keys.len());
        let mut kept = 0;
        mixed_keys.resize(keys.len(), 0);
        rows.resize(keys.len(), 0);
        for (row, &key) in keys.iter().enumerate() {
            let mixed = mixed(key);
            // Written in any case and counted if it stays: no branch.
            mixed_keys[kept] = mixed;
            rows[kept] = row as u32;
            kept += usize::from(self.may_hold(mixed));
        }
        mixed_keys.truncate(kept);
        Scattered::of(&mixed_keys, BITS, |place| {
            let row = rows[place] as usize;
            Row {
                mixed: mixed_keys[place],
                at: at(row),
                row: first + row as u64,
            }
        })
    }

    fn may_hold(&self, mixed: u64) -> bool {
        if self.bits.is_empty() {
            return mixed != 0;
        }
        let bit = mixed >> self.shift;
        (self.bits[(bit >> 6) as usize] >> (bit & 63)) & 1 == 1
    }
}
