//! Union, intersection, difference and symmetric difference: one walk along two ascending runs of keys.

use std::cmp::Ordering;

use super::FrozenSet;
use super::sort::{dedup, sort};
use super::workers::{Task, Workers};
use crate::Error;

impl FrozenSet {
    /// The keys of either.
    ///
    /// # Errors
    /// [`Error::SetKeyType`] when the two hold different things.
    pub fn union(&self, other: &Self, workers: &dyn Workers) -> Result<Self, Error> {
        self.combined(other, |_| true, workers)
    }

    /// The keys of both.
    ///
    /// # Errors
    /// [`Error::SetKeyType`] when the two hold different things.
    pub fn intersection(&self, other: &Self, workers: &dyn Workers) -> Result<Self, Error> {
        self.combined(other, Ordering::is_eq, workers)
    }

    /// The keys of `self` that `other` has not.
    ///
    /// # Errors
    /// [`Error::SetKeyType`] when the two hold different things.
    pub fn difference(&self, other: &Self, workers: &dyn Workers) -> Result<Self, Error> {
        self.combined(other, Ordering::is_lt, workers)
    }

    /// The keys of one, but not of both.
    ///
    /// # Errors
    /// [`Error::SetKeyType`] when the two hold different things.
    pub fn symmetric_difference(&self, other: &Self, workers: &dyn Workers) -> Result<Self, Error> {
        self.combined(other, Ordering::is_ne, workers)
    }

    /// Walks along both. A key only `self` has comes as `Less`, one only `other` has as `Greater`, a common one as
    /// `Equal`; `keep` says which stay.
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
        // Two sets with good checksums give ascending keys; those of damaged ones are sorted anew.
        let mut kept = shared_out(&left, &right, keep, workers);
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

/// Keys of both that are merged by one worker at a time.
const SHARE: usize = 1 << 17;

/// [`merge`], cut where both have the same keys before the cut.
fn shared_out(
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

/// Walks along two ascending runs of keys, without a branch a key. A key only the left has comes as `Less`, one only the
/// right has as `Greater`, a common one as `Equal`; `keep` says which stay.
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
