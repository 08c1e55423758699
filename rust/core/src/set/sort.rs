//! Keys in any order -> ascending, in place: by their upper bits first, until what is left fits into the caches.
//!
//! Owns the order of integers. Independent of sets. One idea: keys of a list lie within few numbers, so that only the
//! bits in which they differ are sorted by. Many keys are cut by the upper ones into buckets of neighbours; a bucket
//! that lies in the second cache is sorted by the lower ones, some at a time, which costs a pass over it for each
//! eleven bits whatever the order was.

use std::iter;

use super::workers::{Task, Workers};

/// Most keys that are sorted without being cut: with the scratch beside them half a megabyte.
const IN_CACHE: usize = 1 << 15;
/// Fewer are compared with each other.
const FEW: usize = 256;
/// Most bits that a bucket is chosen by while it is made, so that each has a page of its own to be written to.
const CUT_BITS: u32 = 9;
/// Most bits of one pass over a bucket.
const PASS_BITS: u32 = 11;
/// Most passes over a bucket; for more, cutting is quicker.
const PASSES: u32 = 4;

/// Sorts.
pub(super) fn sort(workers: &dyn Workers, keys: &mut [u64]) {
    if keys.is_sorted() {
        return;
    }
    let mut scratch = vec![0; keys.len()];
    if keys.len() > IN_CACHE * 4 && workers.count() > 1 {
        sort_side_by_side(workers, keys, &mut scratch);
    } else {
        sort_into(keys, &mut scratch, false);
    }
}

/// The bits in which keys differ, as a key that is to be taken away and how many bits are left then.
#[derive(Clone, Copy)]
struct Span {
    least: u64,
    bits: u32,
}

impl Span {
    fn of(keys: &[u64]) -> Self {
        let (least, most) = keys.iter().fold((u64::MAX, 0), |(least, most), &key| {
            (key.min(least), key.max(most))
        });
        Self {
            least,
            bits: u64::BITS - most.saturating_sub(least).leading_zeros(),
        }
    }

    /// How a key is cut: by so many of the upper bits that buckets are small.
    fn cut(self, keys: usize) -> Cut {
        let wanted = (keys / (IN_CACHE / 4)).max(2).ilog2() + 1;
        let bits = wanted.min(CUT_BITS).min(self.bits);
        Cut {
            least: self.least,
            shift: self.bits - bits,
            buckets: 1 << bits,
        }
    }
}

/// How keys are put into buckets.
#[derive(Clone, Copy)]
struct Cut {
    least: u64,
    shift: u32,
    buckets: usize,
}

impl Cut {
    #[inline]
    fn bucket(self, key: u64) -> usize {
        ((key - self.least) >> self.shift) as usize
    }

    /// How many keys go into each bucket.
    fn count(self, keys: &[u64]) -> Vec<usize> {
        let mut counts = vec![0; self.buckets];
        for &key in keys {
            counts[self.bucket(key)] += 1;
        }
        counts
    }
}

/// Sorts `keys`, with `scratch` as long beside them; what comes out lies in `keys`, or in `scratch` if it is asked `in_scratch`.
fn sort_into(keys: &mut [u64], scratch: &mut [u64], in_scratch: bool) {
    let span = Span::of(keys);
    let passes = span.bits.div_ceil(PASS_BITS);
    if keys.len() < FEW || passes == 0 {
        keys.sort_unstable();
        if in_scratch {
            scratch.copy_from_slice(keys);
        }
    } else if keys.len() <= IN_CACHE && passes <= PASSES {
        let is_in_scratch = by_passes(keys, scratch, span, passes);
        match (is_in_scratch, in_scratch) {
            (true, false) => keys.copy_from_slice(scratch),
            (false, true) => scratch.copy_from_slice(keys),
            _ => {}
        }
    } else {
        let cut = span.cut(keys.len());
        let counts = cut.count(keys);
        let mut next: Vec<usize> = starts(&counts).collect();
        for &key in &*keys {
            let next = &mut next[cut.bucket(key)];
            scratch[*next] = key;
            *next += 1;
        }
        let (mut keys, mut scratch) = (keys, scratch);
        for count in counts {
            let (these, others) = (take(&mut scratch, count), take(&mut keys, count));
            sort_into(these, others, !in_scratch);
        }
    }
}

/// Sorts by the lower bits, some at a time, from one place into the other and back. Whether the last pass was into
/// `scratch`.
fn by_passes(keys: &mut [u64], scratch: &mut [u64], span: Span, passes: u32) -> bool {
    let bits = span.bits.div_ceil(passes);
    let mask = (1 << bits) - 1;
    let digit = |key: u64, pass: u32| ((key - span.least) >> (bits * pass)) as usize & mask;
    let mut counts = [[0u32; 1 << PASS_BITS]; PASSES as usize];
    for &key in &*keys {
        for (pass, counts) in (0..passes).zip(&mut counts) {
            counts[digit(key, pass)] += 1;
        }
    }
    let (mut from, mut to) = (keys, scratch);
    for (pass, counts) in (0..passes).zip(&mut counts) {
        let mut sum = 0;
        for count in &mut counts[..=mask] {
            sum += std::mem::replace(count, sum);
        }
        for &key in &*from {
            let next = &mut counts[digit(key, pass)];
            to[*next as usize] = key;
            *next += 1;
        }
        (from, to) = (to, from);
    }
    passes % 2 == 1
}

/// [`sort_into`] for many keys: each worker counts and cuts a share of them, then sorts a share of the buckets.
fn sort_side_by_side(workers: &dyn Workers, keys: &mut [u64], scratch: &mut [u64]) {
    let cut = Span::of(keys).cut(keys.len());
    let share = keys.len().div_ceil(workers.count());
    let mut counts: Vec<Vec<usize>> = vec![Vec::new(); keys.len().div_ceil(share)];
    let tasks = keys.chunks(share).zip(&mut counts);
    workers.run(
        tasks
            .map(|(keys, counts)| Box::new(move || *counts = cut.count(keys)) as Task<'_>)
            .collect(),
    );
    let totals: Vec<usize> = (0..cut.buckets)
        .map(|bucket| counts.iter().map(|counts| counts[bucket]).sum())
        .collect();
    // Each share has a place of its own within each bucket.
    let mut places: Vec<Vec<&mut [u64]>> = counts.iter().map(|_| Vec::new()).collect();
    let mut rest = &mut *scratch;
    for bucket in 0..cut.buckets {
        for (places, counts) in places.iter_mut().zip(&counts) {
            places.push(take(&mut rest, counts[bucket]));
        }
    }
    let tasks = keys.chunks(share).zip(places);
    workers.run(
        tasks
            .map(|(keys, places)| Box::new(move || spread(cut, keys, places)) as Task<'_>)
            .collect(),
    );
    let (mut keys, mut scratch) = (keys, scratch);
    let buckets = totals
        .into_iter()
        .map(|count| (take(&mut scratch, count), take(&mut keys, count)));
    workers.run(
        buckets
            .map(|(these, others)| Box::new(move || sort_into(these, others, true)) as Task<'_>)
            .collect(),
    );
}

/// Puts keys into the places that they have in each bucket.
fn spread(cut: Cut, keys: &[u64], mut places: Vec<&mut [u64]>) {
    let mut next = vec![0; places.len()];
    for &key in keys {
        let bucket = cut.bucket(key);
        places[bucket][next[bucket]] = key;
        next[bucket] += 1;
    }
}

/// Where each bucket begins.
fn starts(counts: &[usize]) -> impl Iterator<Item = usize> {
    counts.iter().scan(0, |sum, count| {
        *sum += count;
        Some(*sum - count)
    })
}

/// Cuts so many off the front.
fn take<'a>(rest: &mut &'a mut [u64], count: usize) -> &'a mut [u64] {
    let (front, back) = std::mem::take(rest).split_at_mut(count);
    *rest = back;
    front
}

/// Moves ascending keys together, so that each is there once and 0 is not. How many are left.
pub(super) fn dedup(keys: &mut [u64]) -> usize {
    let rises = |keys: &[u64]| {
        iter::once(0)
            .chain(keys.iter().copied())
            .zip(keys)
            .all(|(a, &b)| a < b)
    };
    if rises(keys) {
        return keys.len();
    }
    let (mut left, mut before) = (0, 0);
    for at in 0..keys.len() {
        let key = keys[at];
        keys[left] = key;
        left += usize::from(key != before);
        before = key;
    }
    left
}
