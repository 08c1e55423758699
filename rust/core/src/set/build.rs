//! Keys -> the bytes of a set: where its members are dense, the width of the lines, the sizes of filter and table.
//!
//! Everything here is a function of the keys alone, so the same keys give the same bytes with any number of workers.

use std::ops::Range;

use super::bytes::Words;
use super::groups::{GROUP_BITS, Part};
use super::layout::{
    self, Layout, MULTIPLIERS, OVERRUN, filter_bits, filter_word, first_slot, index_bits,
};
use super::line::{self, Cut};
use super::sort::take;
use super::workers::{Task, Workers};
use super::{KeyType, MEMBERS, checksum};
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

/// A range of numbers whose members are stored in lines: adjacent pages that all hold keys.
struct Window<'a> {
    /// At least one. No two have keys in the same line.
    parts: Vec<Part<'a>>,
    cut: Cut,
    /// For each part, the keys within it whose line overflows.
    overflowing: Vec<usize>,
}

impl Window<'_> {
    fn lines(&self) -> [u64; 2] {
        ends(&self.parts).map(|key| self.cut.line(key))
    }
}

/// The keys below, in and above the window.
struct Keys<'a> {
    below: Vec<Part<'a>>,
    window: Option<Window<'a>>,
    above: Vec<Part<'a>>,
}

/// Builds from fewer than 2^32 - 1 distinct keys without 0, in ascending parts.
pub(super) fn build(
    parts: &[Part<'_>],
    key_type: KeyType,
    workers: &dyn Workers,
) -> (Layout, Words) {
    let [below, within, above] = split(parts, &densest(parts));
    let within = divided(within);
    let keys = match cut(&within, workers) {
        Some((cut, overflowing)) => Keys {
            below,
            window: Some(Window {
                parts: within,
                cut,
                overflowing,
            }),
            above,
        },
        None => Keys {
            below: parts.to_vec(),
            window: None,
            above: Vec::new(),
        },
    };
    let mut layout = layout(count(parts), keys.window.as_ref(), key_type);
    let mut words = Words::zeroed(layout.words() as usize);
    let all = words.as_mut_slice();
    if fill(parts, &keys, &mut layout, all, workers).is_none() {
        // The keys were chosen to collide under every multiplier. Without a table they are found by bisection.
        layout.slots = 0;
        words = Words::zeroed(layout.words() as usize);
        let all = words.as_mut_slice();
        fill(parts, &keys, &mut layout, all, workers).expect("no table has no collisions");
    }
    (layout, words)
}

/// The number of keys.
pub(super) fn count(parts: &[Part<'_>]) -> usize {
    parts.iter().map(Part::len).sum()
}

/// The first and the last key of at least one part.
fn ends(parts: &[Part<'_>]) -> [u64; 2] {
    [parts[0].ends()[0], parts[parts.len() - 1].ends()[1]]
}

/// The fields of the header.
fn layout(len: usize, window: Option<&Window<'_>>, key_type: KeyType) -> Layout {
    let dense = window.map_or(0, |window| {
        count(&window.parts) - window.overflowing.iter().sum::<usize>()
    });
    let sparse = len - dense;
    let (first_line, lines) = window.map_or((0, 0), |window| {
        let [first, last] = window.lines();
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
    parts: &[Part<'_>],
    keys: &Keys<'_>,
    layout: &mut Layout,
    words: &mut [u64],
    workers: &dyn Workers,
) -> Option<()> {
    let len = layout.sparse as usize;
    let [_, lines, sparse, slots] = layout.split_mut(words);
    let sparse = &mut sparse[..len];
    let (below, rest) = sparse.split_at_mut(count(&keys.below));
    let (within, above) = rest.split_at_mut(rest.len() - count(&keys.above));
    copy(&keys.below, below);
    copy(&keys.above, above);
    if let Some(window) = &keys.window {
        let (lines, _) = lines.as_chunks_mut();
        fill_lines(window, below.len(), lines, within, workers);
    }
    let slots = bytemuck::cast_slice_mut(slots);
    let chosen = MULTIPLIERS.iter().position(|&multiplier| {
        layout.slots == 0 || fill_slots(sparse, multiplier, layout.slots as usize, slots)
    })?;
    layout.multiplier = chosen as u8;
    fill_filter(parts, MULTIPLIERS[chosen], layout.split_mut(words)[0]);
    layout.write(words);
    words[layout::CHECKSUM] = checksum(words);
    Some(())
}

/// Writes the keys of `parts`.
fn copy(parts: &[Part<'_>], mut out: &mut [u64]) {
    let mut scratch = Vec::new();
    for part in parts {
        let keys = part.keys(&mut scratch);
        take(&mut out, keys.len()).copy_from_slice(keys);
    }
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

/// The run of adjacent pages with the most keys, as ranks; the first of several.
fn densest(parts: &[Part<'_>]) -> Range<usize> {
    let (mut best, mut run, mut last) = (0..0, 0..0, None);
    for part in parts {
        let mut pages = |page: u64, count: usize| {
            if last.is_some_and(|last| page > last + 1) {
                run.start = run.end;
            }
            run.end += count;
            last = Some(page);
            if run.len() > best.len() {
                best = run.clone();
            }
        };
        match *part {
            Part::Keys(keys) => {
                let mut start = 0;
                while start < keys.len() {
                    let end = end_of_run(keys, start, |key| key >> PAGE_SHIFT);
                    pages(keys[start] >> PAGE_SHIFT, end - start);
                    start = end;
                }
            }
            Part::Group(..) => pages(part.ends()[0] >> PAGE_SHIFT, part.len()),
        }
    }
    best
}

/// The parts before, in and after a range of ranks. A group is not cut, because its keys are in one page.
fn split<'a>(parts: &[Part<'a>], within: &Range<usize>) -> [Vec<Part<'a>>; 3] {
    let (mut split, mut before) = ([const { Vec::new() }; 3], 0);
    for &part in parts {
        let len = part.len();
        let [start, end] =
            [within.start, within.end].map(|rank| rank.clamp(before, before + len) - before);
        match part {
            Part::Keys(keys) => {
                let cut = [&keys[..start], &keys[start..end], &keys[end..]];
                for (split, keys) in split.iter_mut().zip(cut) {
                    if !keys.is_empty() {
                        split.push(Part::Keys(keys));
                    }
                }
            }
            Part::Group(..) if start > 0 => split[0].push(part),
            Part::Group(..) => split[if end > 0 { 1 } else { 2 }].push(part),
        }
        before += len;
    }
    split
}

/// Parts for one task each: long runs of keys are divided where one line ends and another begins.
fn divided(parts: Vec<Part<'_>>) -> Vec<Part<'_>> {
    let mut divided = Vec::with_capacity(parts.len());
    for part in parts {
        let Part::Keys(mut keys) = part else {
            divided.push(part);
            continue;
        };
        while keys.len() > MEMBERS {
            let end = end_of_run(keys, MEMBERS, |key| key >> GROUP_BITS);
            let (these, others) = keys.split_at(end);
            divided.push(Part::Keys(these));
            keys = others;
        }
        if !keys.is_empty() {
            divided.push(Part::Keys(keys));
        }
    }
    divided
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

/// The widest lines in which few keys overflow, if they are small enough, and the number of those keys in each part.
fn cut(parts: &[Part<'_>], workers: &dyn Workers) -> Option<(Cut, Vec<usize>)> {
    if parts.is_empty() {
        return None;
    }
    let (len, [first, last]) = (count(parts), ends(parts));
    let mut shift = Cut::WIDEST;
    loop {
        let cut = Cut::new(shift)?;
        let lines = cut.line(last) - cut.line(first) + 1;
        if lines * 64 > len as u64 * LINE_BYTES_PER_MEMBER {
            return None;
        }
        // Counting needs a pass over the keys, and is skipped if the average line overflows.
        if len as u64 <= lines * cut.capacity() as u64 {
            let overflowing = overflowing(parts, cut, workers);
            if overflowing.iter().sum::<usize>() <= len / OVERFLOW_ONE_IN {
                return Some((cut, overflowing));
            }
        }
        shift -= 1;
    }
}

/// The number of keys in overflowed lines, for each part.
fn overflowing(parts: &[Part<'_>], cut: Cut, workers: &dyn Workers) -> Vec<usize> {
    let capacity = cut.capacity();
    let mut totals = vec![0; parts.len()];
    let tasks = parts.iter().zip(&mut totals).map(|(part, total)| {
        Box::new(move || {
            runs(part.keys(&mut Vec::new()), cut, |_, run| {
                *total += if run.len() > capacity { run.len() } else { 0 };
            });
        }) as Task<'_>
    });
    workers.run(tasks.collect());
    totals
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

/// Writes the lines of the window, which has `below` keys below it, and its sparse members.
fn fill_lines(
    window: &Window<'_>,
    below: usize,
    mut lines: &mut [line::Line],
    mut sparse: &mut [u64],
    workers: &dyn Workers,
) {
    let (cut, [first, last]) = (window.cut, window.lines());
    let mut begin = Begin {
        number: first,
        before: below,
        sparse_at: below,
    };
    let mut tasks: Vec<Task<'_>> = Vec::new();
    for (n, (part, &overflowing)) in window.parts.iter().zip(&window.overflowing).enumerate() {
        // Empty lines between two parts belong to the first.
        let next = window
            .parts
            .get(n + 1)
            .map_or(last + 1, |part| cut.line(part.ends()[0]));
        let lines = take(&mut lines, (next - begin.number) as usize);
        let free = take(&mut sparse, overflowing);
        tasks.push(Box::new(move || {
            fill_some(part.keys(&mut Vec::new()), cut, begin, lines, free);
        }));
        begin = Begin {
            number: next,
            before: begin.before + part.len(),
            sparse_at: begin.sparse_at + overflowing,
        };
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
fn fill_filter(parts: &[Part<'_>], multiplier: u64, filter: &mut [u64]) {
    if filter.is_empty() {
        return;
    }
    let log2 = filter.len().trailing_zeros();
    let mut scratch = Vec::new();
    for part in parts {
        for key in part.keys(&mut scratch) {
            let hash = key.wrapping_mul(multiplier);
            filter[filter_word(hash, log2)] |= filter_bits(hash);
        }
    }
}
