//! Keys in any order -> the ascending, distinct keys of a set.
//!
//! Owns the keys between reading and building, and their memory. Keys have eight bytes each. Sorting needs as much again,
//! and the set has about eleven bytes a key, so the peak is twice the keys, or the keys and the set. A column that repeats
//! a few keys must not be held whole: if the first million keys have many duplicates, duplicates are removed during
//! reading.

use super::sort::{dedup, sort};
use super::workers::{CurrentThread, Workers};
use super::{FrozenSet, KeyType};

/// Keys that are sampled for duplicates.
const SAMPLE: usize = 1 << 20;
/// The most keys that are sorted at once: half a gigabyte.
const MOST: usize = 1 << 26;

/// Collects keys for a set, without holding all duplicates at once.
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
    /// Keys in any order.
    unsorted: Vec<u64>,
    /// Number of unsorted keys at which they are sorted.
    capacity: usize,
    /// Ascending, distinct keys without 0.
    sorted: Vec<u64>,
}

impl Builder {
    /// A builder without keys.
    #[must_use]
    pub fn new(key_type: KeyType) -> Self {
        Self {
            key_type,
            unsorted: Vec::new(),
            capacity: SAMPLE,
            sorted: Vec::new(),
        }
    }

    /// Adds `len` keys in any order, duplicates allowed. `fill` writes them into a slice of zeros; 0 is left out.
    /// `expected` is the number of keys that will be added after them, if known.
    pub fn add(
        &mut self,
        len: usize,
        expected: usize,
        workers: &dyn Workers,
        fill: impl FnOnce(&mut [u64]),
    ) {
        if self.unsorted.capacity() - self.unsorted.len() < len {
            // Allocated once, at the final size: doubling would copy the keys, and use half as much memory again.
            let more =
                len.max((len + expected).min(self.capacity.saturating_sub(self.unsorted.len())));
            self.unsorted.reserve_exact(more);
        }
        let start = self.unsorted.len();
        self.unsorted.resize(start + len, 0);
        fill(&mut self.unsorted[start..]);
        self.sort_if_full(workers);
    }

    /// Bytes of memory that the keys use.
    #[must_use]
    pub fn nbytes(&self) -> usize {
        (self.unsorted.capacity() + self.sorted.capacity()) * size_of::<u64>()
    }

    /// The set of all added keys. The same keys give the same bytes in any order. `None` with `u32::MAX` (4,294,967,295)
    /// or more distinct keys, because a rank has 32 bits.
    #[must_use]
    pub fn build(self) -> Option<FrozenSet> {
        self.build_with(&CurrentThread)
    }

    /// [`build`](Self::build) with workers.
    #[must_use]
    pub fn build_with(mut self, workers: &dyn Workers) -> Option<FrozenSet> {
        self.merge(workers);
        let (keys, key_type) = (self.sorted, self.key_type);
        (keys.len() < u32::MAX as usize)
            .then(|| FrozenSet::from_ascending(&keys, key_type, workers))
    }

    /// Sorts the keys if `capacity` is reached.
    fn sort_if_full(&mut self, workers: &dyn Workers) {
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
        // Merging copies all sorted keys, so the next merge waits for as many new keys.
        self.capacity = self.sorted.len().clamp(SAMPLE, MOST);
    }

    /// Sorts the unsorted keys, and merges them into the sorted ones.
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
    /// Adds keys in any order, duplicates allowed; 0 is left out.
    fn extend<I: IntoIterator<Item = u64>>(&mut self, keys: I) {
        let mut keys = keys.into_iter();
        loop {
            let free = self.capacity - self.unsorted.len();
            self.unsorted.extend(keys.by_ref().take(free));
            if self.unsorted.len() < self.capacity {
                return;
            }
            self.sort_if_full(&CurrentThread);
        }
    }
}
