//! Keys in any order -> the ascending, distinct keys of a set.
//!
//! Owns the keys between reading and building, and their memory. If most of the first million keys are in a small range,
//! the list is dense: it is kept in groups of two bytes a key ([`super::groups`]), which is about the size of the set.
//! Other keys have eight bytes each. Sorting needs as much again, and the set has about eleven bytes a key, so the peak is
//! twice the keys, or the keys and the set. A column that repeats a few keys must not be held whole: if the first million
//! keys have many duplicates, duplicates are removed during reading.

use super::build;
use super::groups::{GroupRange, Groups};
use super::sort::{dedup, sort};
use super::workers::{CurrentThread, Workers};
use super::{FrozenSet, KeyType};

/// Keys that are sampled for duplicates and for their range, and the keys that one task groups.
const SAMPLE: usize = 1 << 20;
/// The most keys that are sorted at once, half a gigabyte, or grouped before duplicates are removed.
const MOST: usize = 1 << 26;
/// The most tasks that group keys.
const TASKS: usize = 8;

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
    /// Keys in any order, then arbitrary words.
    unsorted: Vec<u64>,
    /// Number of unsorted keys.
    filled: usize,
    /// Number of unsorted keys at which they are grouped or sorted.
    capacity: usize,
    /// Number of keys that will be added, if known.
    expected: usize,
    /// Where keys are grouped.
    range: Option<GroupRange>,
    groups: Groups,
    /// Number of grouped keys at which duplicates are removed.
    most_grouped: usize,
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
            filled: 0,
            capacity: SAMPLE,
            expected: 0,
            range: None,
            groups: Groups::default(),
            most_grouped: MOST,
            sorted: Vec::new(),
        }
    }

    /// Adds `len` keys in any order, duplicates allowed. `fill` writes them into a slice of arbitrary words; 0 is left out.
    /// `expected` is the number of keys that will be added after them, if known.
    pub fn add(
        &mut self,
        len: usize,
        expected: usize,
        workers: &dyn Workers,
        fill: impl FnOnce(&mut [u64]),
    ) {
        let end = self.filled + len;
        if self.unsorted.len() < end {
            if self.unsorted.capacity() < end {
                // Allocated once, at the final size: doubling would copy the keys, and use half as much memory again.
                let all = end.max((end + expected).min(self.capacity));
                self.unsorted.reserve_exact(all - self.unsorted.len());
            }
            self.unsorted.resize(end, 0);
        }
        fill(&mut self.unsorted[self.filled..end]);
        self.filled = end;
        self.expected = expected;
        self.make_room(workers);
    }

    /// Bytes of memory that the keys use.
    #[must_use]
    pub fn nbytes(&self) -> usize {
        let keys = self.unsorted.capacity() + self.sorted.capacity();
        keys * size_of::<u64>() + self.groups.nbytes()
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
        self.group(workers);
        self.merge(workers);
        let (key_type, mut keys) = (self.key_type, self.sorted);
        drop(self.unsorted);
        let (groups, others) = self.groups.joined(&mut keys, workers);
        let parts = groups.parts(&keys[..others]);
        (build::count(&parts) < u32::MAX as usize)
            .then(|| FrozenSet::from_parts(&parts, key_type, workers))
    }

    /// Groups or sorts the keys if `capacity` is reached.
    fn make_room(&mut self, workers: &dyn Workers) {
        if self.filled < self.capacity {
            return;
        }
        self.group(workers);
        if self.filled <= self.capacity / 2 {
            return;
        }
        if self.capacity < MOST && self.sorted.is_empty() {
            let mut sample = self.unsorted[..SAMPLE.min(self.filled)].to_vec();
            sort(workers, &mut sample);
            let distinct = dedup(&mut sample);
            if distinct > sample.len() / 4 * 3 {
                if let Some(range) = GroupRange::of(&sample[..distinct]) {
                    self.range = Some(range);
                    self.capacity = SAMPLE * workers.count().min(TASKS);
                    if self.filled >= self.capacity {
                        self.group(workers);
                    }
                } else if self.range.is_some() {
                    self.capacity = (self.filled * 2).min(MOST);
                } else {
                    self.capacity = MOST;
                }
                return;
            }
        }
        self.merge(workers);
        // Merging copies all sorted keys, so the next merge waits for as many new keys.
        self.capacity = self.sorted.len().clamp(SAMPLE, MOST);
    }

    /// Moves the unsorted keys that are in the range, if there is one, into groups.
    fn group(&mut self, workers: &dyn Workers) {
        let Some(range) = self.range else { return };
        let keys = &mut self.unsorted[..self.filled];
        let batch = keys.len().div_ceil(workers.count().min(TASKS)).max(SAMPLE);
        let expected = (keys.len() + self.expected).min(MOST.max(keys.len()));
        self.filled = self.groups.add(range, keys, expected, batch, workers);
        if self.groups.len() >= self.most_grouped {
            let groups = std::mem::take(&mut self.groups);
            (self.groups, _) = groups.joined(&mut [], workers);
            self.most_grouped = self.most_grouped.max(self.groups.len() * 2);
        }
    }

    /// Sorts the unsorted keys, and merges them into the sorted ones.
    fn merge(&mut self, workers: &dyn Workers) {
        self.unsorted.truncate(self.filled);
        self.filled = 0;
        sort(workers, &mut self.unsorted);
        let distinct = dedup(&mut self.unsorted);
        self.unsorted.truncate(distinct);
        if self.sorted.is_empty() {
            self.unsorted.shrink_to_fit();
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
            self.unsorted.truncate(self.filled);
            let free = self.capacity.saturating_sub(self.filled);
            self.unsorted.extend(keys.by_ref().take(free));
            (self.filled, self.expected) = (self.unsorted.len(), 0);
            if self.filled < self.capacity {
                return;
            }
            self.make_room(&CurrentThread);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_joined_before_they_are_too_many() {
        let piece = |n: u64| {
            // Each piece has half of its keys from the one before.
            let first = n * SAMPLE as u64 / 2;
            (first..first + SAMPLE as u64).map(|key| 916_000_000_000 + key * 7 % 30_000_001 * 97)
        };
        let mut builder = Builder::new(KeyType::Msisdn);
        builder.most_grouped = 1000;
        let (mut all, mut limits) = (Vec::new(), vec![builder.most_grouped]);
        for n in 0..6 {
            let keys: Vec<u64> = piece(n).collect();
            builder.add(keys.len(), 0, &CurrentThread, |out| {
                out.copy_from_slice(&keys);
            });
            all.extend(keys);
            limits.push(builder.most_grouped);
        }
        limits.dedup();
        assert!(limits.len() > 2, "joined more than once");
        all.sort_unstable();
        all.dedup();
        assert!(builder.groups.len() < all.len() * 2);
        let set = builder.build().expect("fewer keys than ranks");
        assert!(set.iter().eq(all));
    }
}
