//! Keys -> the bytes of a set: where its members are dense, the width of the lines, the sizes of filter and table.
//!
//! Everything here is a function of the keys alone, so the same keys give the same bytes with any number of workers.

use super::bytes::Words;
use super::layout::{
    self, Layout, MULTIPLIERS, OVERRUN, filter_bits, filter_word, first_slot, index_bits,
};
use super::line::{self, Cut};
use super::workers::{Task, Workers};
use super::{KeyType, checksum};
use crate::block::{ROWS, bytes_with};

/// Dense members are searched for in pages of `2^32` numbers: all Indian mobile numbers are in two of them.
const PAGE_SHIFT: u32 = 32;
/// The most bytes of lines for each member.
const LINE_BYTES_PER_MEMBER: u64 = 14;
/// At most one member in this number may be in an overflowed line, because it needs a second search.
const OVERFLOW_ONE_IN: usize = 16;
/// The most members for which a filter before lines pays: a larger filter misses the caches as often as the lines do.
const FILTERED_LINES: usize = 1 << 23;
/// The least filter bits for each member. Up to four times as many while the filter fits into the first caches.
const FILTER_BITS_PER_MEMBER: u64 = 12;
/// Up to this number of sparse members, a fourth of the slots is used, so that most searches end at their first slot.
/// Above it, three in five are used.
const LOW_LOAD_SPARSE: usize = 1 << 16;
/// The most slots that a header may state.
const MOST_SLOTS: usize = 1 << 31;
/// Lines that one task writes.
const LINES: usize = 1 << 14;

/// Adjacent pages that all hold keys.
#[derive(Clone, Copy)]
struct Stretch<'a> {
    /// Number of keys before it.
    before: usize,
    /// At least one.
    keys: &'a [u64],
}

impl Stretch<'_> {
    fn first(&self) -> u64 {
        self.keys[0]
    }

    fn last(&self) -> u64 {
        self.keys[self.keys.len() - 1]
    }
}

/// A stretch of numbers whose members are stored in lines.
struct Window<'a> {
    stretch: Stretch<'a>,
    cut: Cut,
    /// Keys within it whose line overflows.
    overflowing: usize,
}

/// Builds from fewer than 2^32 - 1 ascending, distinct keys without 0.
pub(super) fn build(keys: &[u64], key_type: KeyType, workers: &dyn Workers) -> (Layout, Words) {
    let window = densest(keys).and_then(cut);
    let mut layout = layout(keys.len(), window.as_ref(), key_type);
    let mut words = Words::zeroed(layout.words() as usize);
    let all = words.as_mut_slice();
    if fill(keys, window.as_ref(), &mut layout, all, workers).is_none() {
        // The keys were chosen to collide under every multiplier. Without a table they are found by bisection.
        layout.slots = 0;
        words = Words::zeroed(layout.words() as usize);
        let all = words.as_mut_slice();
        fill(keys, window.as_ref(), &mut layout, all, workers).expect("no table has no collisions");
    }
    (layout, words)
}

/// The fields of the header.
fn layout(len: usize, window: Option<&Window<'_>>, key_type: KeyType) -> Layout {
    let dense = window.map_or(0, |window| window.stretch.keys.len() - window.overflowing);
    let sparse = len - dense;
    let (first_line, lines) = window.map_or((0, 0), |window| {
        let [first, last] =
            [window.stretch.first(), window.stretch.last()].map(|key| window.cut.line(key));
        (first, last - first + 1)
    });
    Layout {
        key_type,
        len: len as u32,
        filter: filter_words(len, sparse),
        lines,
        first_line,
        cut: window.map_or(Cut::DEFAULT, |window| window.cut),
        sparse: sparse as u32,
        slots: match sparse {
            0..=LOW_LOAD_SPARSE => sparse as u32 * 4,
            _ if sparse <= MOST_SLOTS / 5 * 3 => (sparse / 3 * 5) as u32,
            _ => 0,
        },
        multiplier: 0,
    }
}

/// Fills all sections and the header. `None` if the sparse members fit into the table under no multiplier.
fn fill(
    keys: &[u64],
    window: Option<&Window<'_>>,
    layout: &mut Layout,
    words: &mut [u64],
    workers: &dyn Workers,
) -> Option<()> {
    let count = layout.sparse as usize;
    let [_, lines, sparse, slots] = layout.split_mut(words);
    let sparse = &mut sparse[..count];
    let (lines, _) = lines.as_chunks_mut();
    match window {
        None => sparse.copy_from_slice(keys),
        Some(window) => fill_lines(keys, window, layout.first_line, lines, sparse, workers),
    }
    let slots = bytemuck::cast_slice_mut(slots);
    let chosen = MULTIPLIERS.iter().position(|&multiplier| {
        layout.slots == 0 || fill_slots(sparse, multiplier, layout.slots as usize, slots)
    })?;
    layout.multiplier = chosen as u8;
    fill_filter(keys, MULTIPLIERS[chosen], layout.split_mut(words)[0]);
    layout.write(words);
    words[layout::CHECKSUM] = checksum(words);
    Some(())
}

/// Words of the filter; 0 where lines are as fast.
fn filter_words(keys: usize, sparse: usize) -> u64 {
    if keys > FILTERED_LINES && sparse < keys / 2 {
        return 0;
    }
    let bits = (keys as u64 * FILTER_BITS_PER_MEMBER)
        .next_power_of_two()
        .max(512);
    (if bits < 1 << 20 { bits * 2 } else { bits }) / 64
}

/// The run of adjacent pages with the most keys; the first of several.
fn densest(keys: &[u64]) -> Option<Stretch<'_>> {
    let page = |at: usize| keys[at] >> PAGE_SHIFT;
    let (mut best, mut start, mut end) = (0..0, 0, 0);
    while end < keys.len() {
        if end > start && page(end) > page(end - 1) + 1 {
            start = end;
        }
        end = end_of_run(keys, end, |key| key >> PAGE_SHIFT);
        if end - start > best.len() {
            best = start..end;
        }
    }
    (!best.is_empty()).then(|| Stretch {
        before: best.start,
        keys: &keys[best],
    })
}

/// The end of the keys that have the same `part` as the key at `start`, by galloping search.
fn end_of_run(keys: &[u64], start: usize, part: impl Fn(u64) -> u64) -> usize {
    let (this, mut low, mut step) = (part(keys[start]), start, 1);
    while keys.get(low + step).is_some_and(|&key| part(key) == this) {
        low += step;
        step *= 2;
    }
    let high = keys.len().min(low + step);
    low + keys[low..high].partition_point(|&key| part(key) == this)
}

/// The widest lines in which few keys overflow, if they are small enough.
fn cut(stretch: Stretch<'_>) -> Option<Window<'_>> {
    let len = stretch.keys.len() as u64;
    let mut shift = Cut::WIDEST;
    loop {
        let cut = Cut::new(shift)?;
        let lines = cut.line(stretch.last()) - cut.line(stretch.first()) + 1;
        if lines * 64 > len * LINE_BYTES_PER_MEMBER {
            return None;
        }
        // Counting needs a pass over the keys, and is skipped if the average line overflows.
        if len <= lines * cut.capacity() as u64 {
            let overflowing = overflowing(stretch.keys, cut);
            if overflowing <= stretch.keys.len() / OVERFLOW_ONE_IN {
                return Some(Window {
                    stretch,
                    cut,
                    overflowing,
                });
            }
        }
        shift -= 1;
    }
}

/// The number of keys in overflowed lines.
fn overflowing(keys: &[u64], cut: Cut) -> usize {
    let capacity = cut.capacity();
    let mut total = 0;
    runs(keys, cut, |_, run| {
        total += if run.len() > capacity { run.len() } else { 0 }
    });
    total
}

/// Calls `each` with the number and the keys of every line that has keys.
fn runs<'a>(keys: &'a [u64], cut: Cut, mut each: impl FnMut(u64, &'a [u64])) {
    let mut start = 0;
    // For sixty-four pairs of adjacent keys at a time: whether the second begins a line.
    for (block, neighbours) in (0..).zip(keys.chunks(ROWS)) {
        let from = block * ROWS;
        let before = &keys[from.saturating_sub(1)..];
        let before = &before[..neighbours.len()];
        let mut begins = begin_lines(cut, before, neighbours, from == 0);
        while begins != 0 {
            let at = from + begins.trailing_zeros() as usize;
            begins &= begins - 1;
            each(cut.line(keys[start]), &keys[start..at]);
            start = at;
        }
    }
    if let Some(&first) = keys.get(start) {
        each(cut.line(first), &keys[start..]);
    }
}

/// A bit for each key whose line is not that of the key before it.
fn begin_lines(cut: Cut, before: &[u64], keys: &[u64], is_first: bool) -> u64 {
    let mut begins = [0; ROWS];
    // The first of all keys has no key before it.
    let skip = usize::from(is_first);
    for ((begins, &before), &key) in begins[skip..].iter_mut().zip(before).zip(&keys[skip..]) {
        *begins = u8::from(cut.line(before) != cut.line(key));
    }
    bytes_with(1, &begins)
}

/// Writes the lines of the window, and collects all other keys as sparse members.
fn fill_lines(
    keys: &[u64],
    window: &Window<'_>,
    first_line: u64,
    lines: &mut [line::Line],
    sparse: &mut [u64],
    workers: &dyn Workers,
) {
    let Window { stretch, cut, .. } = window;
    let (below, above) = (stretch.before, stretch.before + stretch.keys.len());
    let (sparse_below, rest) = sparse.split_at_mut(below);
    let (mut sparse, sparse_above) = rest.split_at_mut(window.overflowing);
    sparse_below.copy_from_slice(&keys[..below]);
    sparse_above.copy_from_slice(&keys[above..]);
    // The keys and the sparse members of each task's lines.
    let (mut left, mut before, mut sparse_at) = (stretch.keys, below, below);
    let mut tasks: Vec<Task<'_>> = Vec::new();
    for (number, lines) in (first_line..).step_by(LINES).zip(lines.chunks_mut(LINES)) {
        let end = left.partition_point(|&key| cut.line(key) < number + lines.len() as u64);
        let (these, others) = left.split_at(end);
        let overflowing = overflowing(these, *cut);
        let free = sparse
            .split_off_mut(..overflowing)
            .expect("sparse were counted");
        let begin = Begin {
            number,
            before,
            sparse_at,
        };
        tasks.push(Box::new(move || fill_some(these, *cut, begin, lines, free)));
        (left, before, sparse_at) = (others, before + these.len(), sparse_at + overflowing);
    }
    workers.run(tasks);
}

/// Where a task's lines begin.
#[derive(Clone, Copy)]
struct Begin {
    /// The number of the first line.
    number: u64,
    /// Members before it.
    before: usize,
    /// Index of its first sparse member.
    sparse_at: usize,
}

/// Writes a task's lines, and the sparse members of those that overflow.
fn fill_some(keys: &[u64], cut: Cut, begin: Begin, lines: &mut [line::Line], sparse: &mut [u64]) {
    let Begin {
        number,
        mut before,
        sparse_at,
    } = begin;
    let (mut used, mut next) = (0, 0);
    runs(keys, cut, |line, members| {
        let at = (line - number) as usize;
        for empty in &mut lines[next..at] {
            cut.write(empty, &[], before as u32);
        }
        if members.len() <= cut.capacity() {
            cut.write(&mut lines[at], members, before as u32);
        } else {
            line::overflow(&mut lines[at], before as u32, (sparse_at + used) as u32);
            sparse[used..used + members.len()].copy_from_slice(members);
            used += members.len();
        }
        before += members.len();
        next = at + 1;
    });
    for empty in &mut lines[next..] {
        cut.write(empty, &[], before as u32);
    }
}

/// Fills the hash table of the sparse members. Returns whether each of them has a slot within [`OVERRUN`] steps.
fn fill_slots(sparse: &[u64], multiplier: u64, buckets: usize, slots: &mut [u32]) -> bool {
    slots.fill(0);
    let indices = (1u32 << index_bits(sparse.len())) - 1;
    sparse.iter().enumerate().all(|(index, key)| {
        let hash = key.wrapping_mul(multiplier);
        let first = first_slot(hash, buckets);
        let free = slots[first..first + OVERRUN]
            .iter_mut()
            .find(|slot| **slot == 0);
        free.map(|slot| *slot = hash as u32 & !indices | (index as u32 + 1))
            .is_some()
    })
}

/// Sets the two filter bits of every key.
fn fill_filter(keys: &[u64], multiplier: u64, filter: &mut [u64]) {
    if filter.is_empty() {
        return;
    }
    let log2 = filter.len().trailing_zeros();
    for &key in keys {
        let hash = key.wrapping_mul(multiplier);
        filter[filter_word(hash, log2)] |= filter_bits(hash);
    }
}
