//! The oracle of [`crate::set`]: the set of the standard library.

use std::collections::BTreeSet;

/// A set of keys without 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NaiveSet(BTreeSet<u64>);

impl NaiveSet {
    /// From keys in any order, repeats allowed.
    #[must_use]
    pub fn build(keys: &[u64]) -> Self {
        Self(keys.iter().copied().filter(|&key| key != 0).collect())
    }

    /// The members, ascending.
    #[must_use]
    pub fn keys(&self) -> Vec<u64> {
        self.0.iter().copied().collect()
    }

    /// One bit for each key, in words of 64; the first key has the lowest bit.
    #[must_use]
    pub fn probe(&self, keys: &[u64]) -> Vec<u64> {
        let word = |keys: &[u64]| {
            keys.iter()
                .rev()
                .fold(0, |bits, key| bits * 2 + u64::from(self.0.contains(key)))
        };
        keys.chunks(64).map(word).collect()
    }

    /// The rank of each key, or `u32::MAX`.
    #[must_use]
    pub fn positions(&self, keys: &[u64]) -> Vec<u32> {
        let members = self.keys();
        keys.iter()
            .map(|key| {
                members
                    .binary_search(key)
                    .map_or(u32::MAX, |rank| rank as u32)
            })
            .collect()
    }

    /// The union, the intersection, the difference and the symmetric difference.
    #[must_use]
    pub fn algebra(&self, other: &Self) -> [Vec<u64>; 4] {
        [
            self.0.union(&other.0).copied().collect(),
            self.0.intersection(&other.0).copied().collect(),
            self.0.difference(&other.0).copied().collect(),
            self.0.symmetric_difference(&other.0).copied().collect(),
        ]
    }
}
