//! Keys as they come -> those of a set, ascending and once.
//!
//! Owns the keys between their reading and the bytes of the set, and how much memory they take: a set of eleven bytes a
//! key is built beside eight a key, and they are sorted with as many beside them. So the most that is held is the keys
//! twice, or once beside the set. A column of a few keys many times over must not be held whole: where the first
//! million show that it is one, the repeats are thrown away as they come.

use super::sort::{dedup, sort};
use super::workers::{Alone, Workers};
use super::{FrozenSet, KeyType};

/// Keys that are looked at to see whether they repeat.
const SAMPLE: usize = 1 << 20;
/// Most keys that are sorted at a time: half a gigabyte of them.
const MOST: usize = 1 << 26;

/// Collects keys for a set, so that repeats need not all be held at once.
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
    /// Keys in no order.
    unsorted: Vec<u64>,
    /// How many of them may come together before they are sorted.
    capacity: usize,
    /// Ascending keys, none twice and none 0.
    sorted: Vec<u64>,
}

impl Builder {
    /// For a set without keys as yet.
    #[must_use]
    pub fn new(key_type: KeyType) -> Self {
        Self {
            key_type,
            unsorted: Vec::new(),
            capacity: SAMPLE,
            sorted: Vec::new(),
        }
    }

    /// Adds `len` keys in any order, repeats allowed, as `fill` writes them into zeros; 0 is left out. `expected` is how
    /// many more will come after them, if that is known.
    pub fn add(
        &mut self,
        len: usize,
        expected: usize,
        workers: &dyn Workers,
        fill: impl FnOnce(&mut [u64]),
    ) {
        if self.unsorted.capacity() - self.unsorted.len() < len {
            // Once, and as much as will be needed: doubling would copy, and hold half as much again.
            let more =
                len.max((len + expected).min(self.capacity.saturating_sub(self.unsorted.len())));
            self.unsorted.reserve_exact(more);
        }
        let start = self.unsorted.len();
        self.unsorted.resize(start + len, 0);
        fill(&mut self.unsorted[start..]);
        self.make_room(workers);
    }

    /// Bytes that the keys take as they are held.
    #[must_use]
    pub fn nbytes(&self) -> usize {
        (self.unsorted.capacity() + self.sorted.capacity()) * size_of::<u64>()
    }

    /// The set of all keys that were added. The same keys give the same bytes, however they came. `None` when there
    /// are more than ranks: from `u32::MAX` (4,294,967,295) distinct ones on.
    #[must_use]
    pub fn build(self) -> Option<FrozenSet> {
        self.build_with(&Alone)
    }

    /// [`build`](Self::build), shared among workers.
    #[must_use]
    pub fn build_with(mut self, workers: &dyn Workers) -> Option<FrozenSet> {
        self.merge(workers);
        let (keys, key_type) = (self.sorted, self.key_type);
        (keys.len() < u32::MAX as usize)
            .then(|| FrozenSet::from_ascending(&keys, key_type, workers))
    }

    /// Sorts the keys if there are many.
    fn make_room(&mut self, workers: &dyn Workers) {
        if self.unsorted.len() < self.capacity {
            return;
        }
        if self.capacity == SAMPLE && self.sorted.is_empty() {
            let mut sample = self.unsorted[..SAMPLE].to_vec();
            sort(workers, &mut sample);
            if dedup(&mut sample) > SAMPLE / 4 * 3 {
                self.capacity = MOST;
                return;
            }
        }
        self.merge(workers);
        // Merging goes over all keys that there are, so as many again may come first.
        self.capacity = self.sorted.len().clamp(SAMPLE, MOST);
    }

    /// Sorts the keys that are not in order yet, and takes them to the others.
    fn merge(&mut self, workers: &dyn Workers) {
        sort(workers, &mut self.unsorted);
        let distinct = dedup(&mut self.unsorted);
        self.unsorted.truncate(distinct);
        if self.sorted.is_empty() {
            self.sorted = std::mem::take(&mut self.unsorted);
        } else if !self.unsorted.is_empty() {
            self.sorted = super::algebra::merge(&self.sorted, &self.unsorted, |_| true);
            self.unsorted.clear();
        }
    }
}

impl Extend<u64> for Builder {
    /// Adds keys in any order, repeats allowed; 0 is left out.
    fn extend<I: IntoIterator<Item = u64>>(&mut self, keys: I) {
        let mut keys = keys.into_iter();
        loop {
            let free = self.capacity - self.unsorted.len();
            self.unsorted.extend(keys.by_ref().take(free));
            if self.unsorted.len() < self.capacity {
                return;
            }
            self.make_room(&Alone);
        }
    }
}
