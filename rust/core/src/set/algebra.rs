//! Union, intersection, difference and symmetric difference: one merge of two ascending runs of keys, cut at groups of
//! numbers.

use std::cmp::Ordering;
use std::ops::{Range, RangeInclusive};

use super::groups::{GROUP_BITS, Groups, Part};
use super::sort::{dedup, sort};
use super::workers::{CurrentThread, Task, Workers};
use super::{FrozenSet, MEMBERS, build};
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
        let pieces = merged([self, other], keep, workers).unwrap_or_else(|| {
            let [left, right] = [self, other].map(sorted);
            vec![Piece::of(merge(&left, &right, keep))]
        });
        let parts: Vec<Part<'_>> = pieces.iter().flat_map(Piece::parts).collect();
        assert!(
            build::count(&parts) < u32::MAX as usize,
            "a set holds fewer than 2^32 - 1 keys"
        );
        Ok(Self::from_parts(&parts, self.key_type(), workers))
    }
}

/// The kept keys of a range of numbers: in groups where they are dense, because memory that is written for the first time
/// costs more than the merge.
struct Piece {
    groups: Groups,
    keys: Vec<u64>,
}

impl Piece {
    /// From ascending, distinct keys.
    fn of(keys: Vec<u64>) -> Self {
        match Groups::of_ascending(&keys) {
            Some(groups) => Self {
                groups,
                keys: Vec::new(),
            },
            None => Self {
                groups: Groups::default(),
                keys,
            },
        }
    }

    fn parts(&self) -> Vec<Part<'_>> {
        self.groups.parts(&self.keys)
    }
}

/// The pieces of the result, ascending: each task merges the members of both sets in some whole groups of numbers, within
/// the caches. `None` if the members are not ascending, because the bytes of a set are damaged.
fn merged(
    sets: [&FrozenSet; 2],
    keep: impl Fn(Ordering) -> bool + Copy + Send + Sync,
    workers: &dyn Workers,
) -> Option<Vec<Piece>> {
    let mut cuts: Vec<u64> = sets
        .iter()
        .flat_map(|set| {
            (MEMBERS..set.len())
                .step_by(MEMBERS)
                .map(|rank| set.member(rank))
        })
        .map(|key| key >> GROUP_BITS << GROUP_BITS)
        .collect();
    cuts.push(0);
    cuts.sort_unstable();
    cuts.dedup();
    let mut pieces: Vec<Option<Piece>> = cuts.iter().map(|_| None).collect();
    let mut from = [0, 0];
    let tasks = pieces.iter_mut().enumerate().map(|(n, piece)| {
        let next = cuts.get(n + 1);
        let numbers = cuts[n].max(1)..=next.map_or(u64::MAX, |next| next - 1);
        let begin = from;
        from = [0, 1].map(|side| {
            let set = sets[side];
            next.map_or(set.len(), |&next| set.rank_from(begin[side], next))
        });
        let end = from;
        Box::new(move || {
            let [left, right] =
                [0, 1].map(|side| members(sets[side], begin[side]..end[side], &numbers));
            *piece = left
                .zip(right)
                .map(|(left, right)| Piece::of(merge(&left, &right, keep)));
        }) as Task<'_>
    });
    workers.run(tasks.collect());
    pieces.into_iter().collect()
}

/// The members of some ranks. `None` if they are not ascending, distinct and within `numbers`.
fn members(
    set: &FrozenSet,
    ranks: Range<usize>,
    numbers: &RangeInclusive<u64>,
) -> Option<Vec<u64>> {
    let mut keys = vec![0; ranks.len()];
    set.members_from(ranks.start, &mut keys);
    let ends = [keys.first(), keys.last()];
    let is_within = ends.into_iter().flatten().all(|key| numbers.contains(key));
    let rises = keys.windows(2).all(|pair| pair[0] < pair[1]);
    (is_within && rises).then_some(keys)
}

/// The members in order, whatever the bytes of the set are.
fn sorted(set: &FrozenSet) -> Vec<u64> {
    let mut keys = vec![0; set.len()];
    set.members_from(0, &mut keys);
    sort(&CurrentThread, &mut keys);
    let distinct = dedup(&mut keys);
    keys.truncate(distinct);
    keys
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
