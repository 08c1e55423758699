//! Keys -> the bytes of a set: where its members lie dense, how wide the lines are, how large filter and table.
//!
//! Everything here is a function of the keys alone, so the same keys give the same bytes.

use std::ops::Range;

use super::bytes::Words;
use super::layout::{
    self, Layout, MULTIPLIERS, OVERRUN, filter_bits, filter_word, home_slot, place_bits,
};
use super::line::{self, Cut};
use super::{KeyType, checksum};

/// Lines are looked for within pages of `2^32` numbers: all Indian mobiles lie in two of them.
const PAGE_SHIFT: u32 = 32;
/// Bytes of lines a member may cost.
const LINE_BYTES_PER_MEMBER: u64 = 14;
/// One line in how many members may overflow: each costs a second search.
const OVERFLOW_ONE_IN: usize = 16;
/// Most members that are worth a filter before lines: from here on the filter misses the caches as often as they do.
const FILTERED_LINES: usize = 1 << 23;
/// Filter bits a member, at least. Up to four times as many while the filter stays in the first caches.
const FILTER_BITS_PER_MEMBER: u64 = 12;
/// Strays up to which slots are many (a fourth is used), so that nearly every search ends at its first slot.
/// Above, three in five are used.
const ROOMY_STRAYS: usize = 1 << 16;
/// Slots that a header may tell of.
const MOST_SLOTS: usize = 1 << 31;

/// A stretch of the numbers whose members go into lines.
struct Window {
    /// Which of the ascending keys.
    keys: Range<usize>,
    cut: Cut,
    /// Keys within it whose line overflows.
    overflowing: usize,
}

/// Builds from ascending keys without repeats and without 0.
pub(super) fn build(keys: &[u64], key_type: KeyType) -> (Layout, Words) {
    assert!(
        keys.len() < u32::MAX as usize,
        "a set holds fewer than 2^32 - 1 keys"
    );
    let window = window(keys);
    let mut layout = layout(keys, window.as_ref(), key_type);
    let mut words = Words::zeroed(layout.words() as usize);
    if fill(keys, window.as_ref(), &mut layout, words.as_mut_slice()).is_none() {
        // Keys made to collide under every multiplier. Without a table, bisection finds them.
        layout.slots = 0;
        words = Words::zeroed(layout.words() as usize);
        fill(keys, window.as_ref(), &mut layout, words.as_mut_slice())
            .expect("no table has no collisions");
    }
    (layout, words)
}

/// The figures of the header.
fn layout(keys: &[u64], window: Option<&Window>, key_type: KeyType) -> Layout {
    let dense = window.map_or(0, |window| window.keys.len() - window.overflowing);
    let strays = keys.len() - dense;
    let (first_line, lines) = window.map_or((0, 0), |window| {
        let first = window.cut.line(keys[window.keys.start]);
        (
            first,
            window.cut.line(keys[window.keys.end - 1]) - first + 1,
        )
    });
    Layout {
        key_type,
        len: keys.len() as u32,
        filter: filter_words(keys.len(), strays),
        lines,
        first_line,
        cut: window.map_or(Cut::DEFAULT, |window| window.cut),
        strays: strays as u32,
        slots: match strays {
            0..=ROOMY_STRAYS => strays as u32 * 4,
            _ if strays <= MOST_SLOTS / 5 * 3 => (strays / 3 * 5) as u32,
            _ => 0,
        },
        multiplier: 0,
    }
}

/// Fills all sections and the header. `None` when the table takes the strays under no multiplier.
fn fill(
    keys: &[u64],
    window: Option<&Window>,
    layout: &mut Layout,
    words: &mut [u64],
) -> Option<()> {
    let count = layout.strays as usize;
    let [_, lines, strays, slots] = layout.split_mut(words);
    let strays = &mut strays[..count];
    fill_lines(
        keys,
        window,
        layout.first_line,
        lines.as_chunks_mut().0,
        strays,
    );
    let slots = bytemuck::cast_slice_mut(slots);
    let chosen = MULTIPLIERS.iter().position(|&multiplier| {
        layout.slots == 0 || fill_slots(strays, multiplier, layout.slots as usize, slots)
    })?;
    layout.multiplier = chosen as u8;
    fill_filter(keys, MULTIPLIERS[chosen], layout.split_mut(words)[0]);
    layout.write(words);
    words[layout::CHECKSUM] = checksum(words);
    Some(())
}

/// How many words of filter. None where lines answer as fast.
fn filter_words(keys: usize, strays: usize) -> u64 {
    if keys > FILTERED_LINES && strays < keys / 2 {
        return 0;
    }
    let bits = (keys as u64 * FILTER_BITS_PER_MEMBER)
        .next_power_of_two()
        .max(512);
    (if bits < 1 << 20 { bits * 2 } else { bits }) / 64
}

/// The neighbouring pages with most keys, if lines are worth it there.
fn window(keys: &[u64]) -> Option<Window> {
    let mut best = 0..0;
    let mut start = 0;
    while start < keys.len() {
        let mut end = start;
        let mut page = keys[start] >> PAGE_SHIFT;
        loop {
            end += keys[end..].partition_point(|&key| key >> PAGE_SHIFT == page);
            match keys.get(end) {
                Some(&next) if next >> PAGE_SHIFT == page + 1 => page += 1,
                _ => break,
            }
        }
        if end - start > best.len() {
            best = start..end;
        }
        start = end;
    }
    cut(keys, best)
}

/// The widest lines that few keys overflow, if they are cheap enough.
fn cut(all: &[u64], range: Range<usize>) -> Option<Window> {
    let keys = &all[range.clone()];
    let (first, last) = (*keys.first()?, *keys.last()?);
    let mut shift = Cut::WIDEST;
    loop {
        let cut = Cut::new(shift)?;
        let lines = cut.line(last) - cut.line(first) + 1;
        if lines * 64 > keys.len() as u64 * LINE_BYTES_PER_MEMBER {
            return None;
        }
        // Counting costs a pass over the keys; where the average overflows there is no need to.
        if keys.len() as u64 <= lines * cut.capacity() as u64 {
            let overflowing = overflowing(keys, cut);
            if overflowing <= keys.len() / OVERFLOW_ONE_IN {
                return Some(Window {
                    keys: range,
                    cut,
                    overflowing,
                });
            }
        }
        shift -= 1;
    }
}

/// How many keys are in lines that do not hold them all.
fn overflowing(keys: &[u64], cut: Cut) -> usize {
    let (mut total, mut run, mut line) = (0, 0, u64::MAX);
    let counted = |run: usize| if run > cut.capacity() { run } else { 0 };
    for &key in keys {
        if cut.line(key) == line {
            run += 1;
        } else {
            total += counted(run);
            (line, run) = (cut.line(key), 1);
        }
    }
    total + counted(run)
}

/// Writes the lines of the window, and collects all other keys as strays.
fn fill_lines(
    keys: &[u64],
    window: Option<&Window>,
    first_line: u64,
    lines: &mut [line::Line],
    strays: &mut [u64],
) {
    let Some(Window {
        keys: range, cut, ..
    }) = window
    else {
        strays.copy_from_slice(keys);
        return;
    };
    strays[..range.start].copy_from_slice(&keys[..range.start]);
    let (mut next, mut stray) = (range.start, range.start);
    for (number, line) in (first_line..).zip(lines) {
        let before = next;
        while next < range.end && cut.line(keys[next]) == number {
            next += 1;
        }
        let members = &keys[before..next];
        if members.len() <= cut.capacity() {
            cut.write(line, members, before as u32);
        } else {
            line::overflow(line, before as u32, stray as u32);
            strays[stray..stray + members.len()].copy_from_slice(members);
            stray += members.len();
        }
    }
    strays[stray..].copy_from_slice(&keys[range.end..]);
}

/// Fills the table of the strays. Whether every one of them found a slot within [`OVERRUN`] steps.
fn fill_slots(strays: &[u64], multiplier: u64, homes: usize, slots: &mut [u32]) -> bool {
    slots.fill(0);
    let places = (1u32 << place_bits(strays.len())) - 1;
    strays.iter().enumerate().all(|(place, key)| {
        let hash = key.wrapping_mul(multiplier);
        let home = home_slot(hash, homes);
        let free = slots[home..home + OVERRUN]
            .iter_mut()
            .find(|slot| **slot == 0);
        free.map(|slot| *slot = hash as u32 & !places | (place as u32 + 1))
            .is_some()
    })
}

/// Sets the two bits of every key.
fn fill_filter(keys: &[u64], multiplier: u64, filter: &mut [u64]) {
    if filter.is_empty() {
        return;
    }
    let log2 = filter.len().trailing_zeros();
    for key in keys {
        let hash = key.wrapping_mul(multiplier);
        filter[filter_word(hash, log2)] |= filter_bits(hash);
    }
}
