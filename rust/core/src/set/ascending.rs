//! Ascending keys in two bytes each: what a set is made of while it is being built.
//!
//! Owns the keys between their reading and the bytes of the set. Knows nothing of lines, filters and tables. One idea:
//! a long list is a dense one, so each key is kept as its distance from the one before, which is small. Keys come in
//! any order; so many at a time are sorted and kept as a run, and the runs are merged at the end. As plain integers, a
//! country's list would take three and a half times the set that comes out of it.

use super::{FrozenSet, KeyType};

/// Stands before a distance of more than two bytes, which follows in [`WIDE`]. No distance is 0: keys do not repeat.
const LONG: u16 = 0;
/// Words of two bytes that hold any distance.
const WIDE: usize = 4;
/// Keys that are sorted at a time: four megabytes of them.
const RUN: usize = 1 << 19;
/// Keys of a run that are spread out at a time while runs are merged.
const AHEAD: usize = 1 << 12;

/// Ascending keys without repeats and without 0.
#[derive(Debug, Default)]
pub(super) struct Ascending {
    gaps: Vec<u16>,
    last: u64,
    len: usize,
}

impl Ascending {
    /// Keeps the keys that come in ascending order; a repeat, and 0, is passed over.
    fn extend(&mut self, ascending: impl IntoIterator<Item = u64>) {
        for key in ascending {
            debug_assert!(key >= self.last, "keys ascend");
            let gap = key.saturating_sub(self.last);
            match u16::try_from(gap) {
                Ok(LONG) => continue,
                Ok(gap) => self.gaps.push(gap),
                Err(_) => {
                    self.gaps.push(LONG);
                    self.gaps
                        .extend((0..WIDE).map(|word| (gap >> (16 * word)) as u16));
                }
            }
            self.last = key;
            self.len += 1;
        }
    }

    /// How many keys.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// The keys, ascending.
    pub(super) fn iter(&self) -> Keys<'_> {
        Keys {
            gaps: &self.gaps,
            previous: 0,
        }
    }
}

/// The keys that are left, ascending.
#[derive(Clone, Copy)]
pub(super) struct Keys<'a> {
    gaps: &'a [u16],
    previous: u64,
}

impl Iterator for Keys<'_> {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        let (&gap, mut rest) = self.gaps.split_first()?;
        let mut gap = u64::from(gap);
        if gap == u64::from(LONG) {
            let (wide, after) = rest.split_first_chunk::<WIDE>()?;
            gap = wide
                .iter()
                .rev()
                .fold(0, |gap, &word| gap << 16 | u64::from(word));
            rest = after;
        }
        self.gaps = rest;
        self.previous += gap;
        Some(self.previous)
    }
}

/// Collects keys for a set, so that they need not all be held as integers at once.
///
/// ```
/// use numguard_core::set::{Builder, FrozenSet, KeyType};
///
/// let mut builder = Builder::new(KeyType::Msisdn);
/// builder.extend([919_876_543_210, 919_812_345_678]);
/// builder.extend([919_812_345_678]);
/// let set = FrozenSet::build(vec![919_812_345_678, 919_876_543_210], KeyType::Msisdn);
/// assert_eq!(builder.build(), Some(set));
/// ```
#[derive(Debug)]
pub struct Builder {
    key_type: KeyType,
    /// Fewer than [`RUN`] keys in no order.
    unsorted: Vec<u64>,
    runs: Vec<Ascending>,
}

impl Builder {
    /// For a set without keys as yet.
    #[must_use]
    pub fn new(key_type: KeyType) -> Self {
        Self {
            key_type,
            unsorted: Vec::new(),
            runs: Vec::new(),
        }
    }

    /// The set of all keys that were added. The same keys give the same bytes, however they came. `None` when there
    /// are more than ranks: from `u32::MAX` (4,294,967,295) distinct ones on.
    #[must_use]
    pub fn build(mut self) -> Option<FrozenSet> {
        self.end_run();
        drop(self.unsorted);
        let keys = merge(self.runs);
        (keys.len() < u32::MAX as usize).then(|| FrozenSet::from_ascending(&keys, self.key_type))
    }

    /// Sorts the keys that are not in a run yet into one.
    fn end_run(&mut self) {
        self.unsorted.sort_unstable();
        let mut run = Ascending::default();
        run.gaps.reserve_exact(self.unsorted.len());
        run.extend(self.unsorted.drain(..));
        run.gaps.shrink_to_fit();
        self.runs.push(run);
    }
}

impl Extend<u64> for Builder {
    /// Adds keys in any order, repeats allowed; 0 is left out.
    fn extend<I: IntoIterator<Item = u64>>(&mut self, keys: I) {
        let mut keys = keys.into_iter();
        loop {
            let room = RUN - self.unsorted.len();
            self.unsorted.extend(keys.by_ref().take(room));
            if self.unsorted.len() < RUN {
                return;
            }
            self.end_run();
        }
    }
}

/// A run on its way into another.
struct Run<'a> {
    left: Keys<'a>,
    /// The next keys, ascending.
    ahead: Vec<u64>,
}

impl Run<'_> {
    /// Spreads more keys out; whether there are any.
    fn fill(&mut self) -> bool {
        let missing = AHEAD - self.ahead.len();
        self.ahead.extend(self.left.by_ref().take(missing));
        !self.ahead.is_empty()
    }
}

/// All keys of all runs as one.
fn merge(mut runs: Vec<Ascending>) -> Ascending {
    if runs.len() < 2 {
        return runs.pop().unwrap_or_default();
    }
    let mut merged = Ascending::default();
    merged
        .gaps
        .reserve_exact(runs.iter().map(|run| run.gaps.len()).sum());
    let mut rest: Vec<Run<'_>> = runs
        .iter()
        .map(|run| Run {
            left: run.iter(),
            ahead: Vec::with_capacity(AHEAD),
        })
        .collect();
    let mut round = Vec::new();
    loop {
        rest.retain_mut(Run::fill);
        // Up to the least of the last keys, all that there is has been spread out.
        let Some(bound) = rest
            .iter()
            .filter_map(|run| run.ahead.last().copied())
            .min()
        else {
            return merged;
        };
        for run in &mut rest {
            let end = run.ahead.partition_point(|&key| key <= bound);
            round.extend(run.ahead.drain(..end));
        }
        // The stable sort finds the ascending stretches and merges them.
        round.sort();
        merged.extend(round.drain(..));
    }
}
