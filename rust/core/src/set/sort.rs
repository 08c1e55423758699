//! Keys in any order -> ascending keys, in place: a radix sort by the upper bits, until the buckets fit into the caches.
//!
//! Owns the order of integers. Independent of sets. One idea: the keys of a list are in a small range, so only the bits in
//! which they differ are sorted. Many keys are first divided into buckets by the upper bits. A bucket that fits into the
//! second-level cache is sorted by the lower bits, with one pass for every eleven bits.

use std::iter;

use super::workers::{Task, Workers};

/// The most keys that are sorted without buckets: with their scratch half a megabyte.
const IN_CACHE: usize = 1 << 15;
/// Fewer keys than this are sorted by comparison.
const FEW: usize = 256;
/// The most bits that choose a bucket: with more buckets, writing to them would miss the TLB.
const CUT_BITS: u32 = 9;
/// The most bits of one pass over a bucket.
const PASS_BITS: u32 = 11;
/// The most passes over a bucket; with more, dividing it is faster.
const PASSES: u32 = 4;

/// Sorts keys.
pub(super) fn sort(workers: &dyn Workers, keys: &mut [u64]) {
    if keys.is_sorted() {
        return;
    }
    let mut scratch = vec![0; keys.len()];
    if keys.len() > IN_CACHE * 4 && workers.count() > 1 {
        sort_parallel(workers, keys, &mut scratch);
    } else {
        sort_into(keys, &mut scratch, false);
    }
}

/// [`sort`] on the calling thread, for several runs of keys one after the other.
pub(super) fn sort_in(keys: &mut [u64], scratch: &mut Vec<u64>) {
    if keys.is_sorted() {
        return;
    }
    if scratch.len() < keys.len() {
        scratch.resize(keys.len(), 0);
    }
    sort_into(keys, &mut scratch[..keys.len()], false);
}

/// The range of keys: the least, and the number of bits of a key minus the least.
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

    /// The upper bits that choose a bucket, enough to make the buckets small.
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

/// How keys are divided into buckets.
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

    /// The number of keys in each bucket.
    fn count(self, keys: &[u64]) -> Vec<usize> {
        let mut counts = vec![0; self.buckets];
        for &key in keys {
            counts[self.bucket(key)] += 1;
        }
        counts
    }
}

/// Sorts `keys` with a `scratch` of the same length. The result is in `keys`, or with `in_scratch` in `scratch`.
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

/// Sorts by the lower bits in passes, each from one buffer into the other. Returns whether the result is in `scratch`.
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

/// [`sort_into`] for many keys: each task counts and divides a share of the keys, then each sorts a bucket.
fn sort_parallel(workers: &dyn Workers, keys: &mut [u64], scratch: &mut [u64]) {
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
    // Each share has its own slice of each bucket.
    let mut slices: Vec<Vec<&mut [u64]>> = counts.iter().map(|_| Vec::new()).collect();
    let mut rest = &mut *scratch;
    for bucket in 0..cut.buckets {
        for (slices, counts) in slices.iter_mut().zip(&counts) {
            slices.push(take(&mut rest, counts[bucket]));
        }
    }
    let tasks = keys.chunks(share).zip(slices);
    workers.run(
        tasks
            .map(|(keys, slices)| Box::new(move || spread(cut, keys, slices)) as Task<'_>)
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

/// Copies keys into their slices of the buckets.
fn spread(cut: Cut, keys: &[u64], mut slices: Vec<&mut [u64]>) {
    let mut next = vec![0; slices.len()];
    for &key in keys {
        let bucket = cut.bucket(key);
        slices[bucket][next[bucket]] = key;
        next[bucket] += 1;
    }
}

/// The start of each bucket.
fn starts(counts: &[usize]) -> impl Iterator<Item = usize> {
    counts.iter().scan(0, |sum, count| {
        *sum += count;
        Some(*sum - count)
    })
}

/// Splits `count` elements off the front.
pub(super) fn take<'a, T>(rest: &mut &'a mut [T], count: usize) -> &'a mut [T] {
    let (front, back) = std::mem::take(rest).split_at_mut(count);
    *rest = back;
    front
}

/// Moves the distinct keys other than 0 of ascending `keys` to the front, and returns their number.
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
