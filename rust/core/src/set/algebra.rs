//! Union, intersection, difference and symmetric difference: one merge of two ascending runs of keys.

use std::cmp::Ordering;

use super::FrozenSet;
use super::sort::{dedup, sort};
use super::workers::{Task, Workers};
use crate::Error;

impl FrozenSet {
    /// The keys of either set.
    ///
    /// # Errors
    /// [`Error::SetKeyType`] when the key types differ.
    pub fn union(&self, other: &Self, workers: &dyn Workers) -> Result<Self, Error> {
        self.combined(other, |_| true, workers)
    }

    /// The keys of both sets.
    ///
    /// # Errors
    /// [`Error::SetKeyType`] when the key types differ.
    pub fn intersection(&self, other: &Self, workers: &dyn Workers) -> Result<Self, Error> {
        self.combined(other, Ordering::is_eq, workers)
    }

    /// The keys of `self` that are not in `other`.
    ///
    /// # Errors
    /// [`Error::SetKeyType`] when the key types differ.
    pub fn difference(&self, other: &Self, workers: &dyn Workers) -> Result<Self, Error> {
        self.combined(other, Ordering::is_lt, workers)
    }

    /// The keys of exactly one of the sets.
    ///
    /// # Errors
    /// [`Error::SetKeyType`] when the key types differ.
    pub fn symmetric_difference(&self, other: &Self, workers: &dyn Workers) -> Result<Self, Error> {
        self.combined(other, Ordering::is_ne, workers)
    }

    /// Merges both sets. `keep` decides which keys stay: it gets `Less` for a key only in `self`, `Greater` for one only
    /// in `other`, and `Equal` for a common one.
    fn combined(
        &self,
        other: &Self,
        keep: impl Fn(Ordering) -> bool + Copy + Send + Sync,
        workers: &dyn Workers,
    ) -> Result<Self, Error> {
        if self.key_type() != other.key_type() {
            return Err(Error::SetKeyType {
                expected: self.key_type(),
                found: other.key_type(),
            });
        }
        let (left, right) = (self.to_vec(workers), other.to_vec(workers));
        // The keys of intact sets are ascending; those of damaged ones must be sorted.
        let mut kept = merge_with(&left, &right, keep, workers);
        sort(workers, &mut kept);
        let distinct = dedup(&mut kept);
        drop((left, right));
        assert!(
            distinct < u32::MAX as usize,
            "a set holds fewer than 2^32 - 1 keys"
        );
        Ok(Self::from_ascending(
            &kept[..distinct],
            self.key_type(),
            workers,
        ))
    }
}

/// Keys of the longer run that one task merges.
const SHARE: usize = 1 << 17;

/// [`merge`], cut into tasks at the same keys of both runs.
fn merge_with(
    left: &[u64],
    right: &[u64],
    keep: impl Fn(Ordering) -> bool + Copy + Send + Sync,
    workers: &dyn Workers,
) -> Vec<u64> {
    if workers.count() < 2 || left.len() + right.len() < 2 * SHARE {
        return merge(left, right, keep);
    }
    let (more, fewer) = if left.len() < right.len() {
        (right, left)
    } else {
        (left, right)
    };
    let mut cuts: Vec<(usize, usize)> = (SHARE..more.len())
        .step_by(SHARE)
        .map(|at| (at, fewer.partition_point(|&key| key < more[at])))
        .collect();
    cuts.push((more.len(), fewer.len()));
    let mut parts: Vec<Vec<u64>> = vec![Vec::new(); cuts.len()];
    let mut begin = (0, 0);
    let tasks = parts.iter_mut().zip(cuts).map(|(part, end)| {
        let these = (more.get(begin.0..end.0), fewer.get(begin.1..end.1));
        begin = end;
        let (more, fewer) = (these.0.unwrap_or(&[]), these.1.unwrap_or(&[]));
        let swapped = left.len() < right.len();
        Box::new(move || {
            let (left, right) = if swapped {
                (fewer, more)
            } else {
                (more, fewer)
            };
            *part = merge(left, right, keep);
        }) as Task<'_>
    });
    workers.run(tasks.collect());
    parts.concat()
}

/// Merges two ascending runs of keys without a branch for each key. `keep` decides which keys stay: it gets `Less` for a
/// key only in the left, `Greater` for one only in the right, and `Equal` for a common one.
pub(super) fn merge(left: &[u64], right: &[u64], keep: impl Fn(Ordering) -> bool) -> Vec<u64> {
    let keeps =
        [Ordering::Less, Ordering::Equal, Ordering::Greater].map(|order| usize::from(keep(order)));
    let mut kept = vec![0; left.len() + right.len()];
    let (mut at, mut from_left, mut from_right) = (0, 0, 0);
    while let (Some(&a), Some(&b)) = (left.get(from_left), right.get(from_right)) {
        kept[at] = a.min(b);
        at += keeps[1 + usize::from(a > b) - usize::from(a < b)];
        from_left += usize::from(a <= b);
        from_right += usize::from(a >= b);
    }
    let rests = [
        (&left[from_left..], keeps[0]),
        (&right[from_right..], keeps[2]),
    ];
    for (rest, _) in rests.into_iter().filter(|(_, keeps)| *keeps == 1) {
        kept[at..at + rest.len()].copy_from_slice(rest);
        at += rest.len();
    }
    kept.truncate(at);
    kept
}
