//! Keys -> the bytes of a set: where its members lie dense, how wide the lines are, how large filter and table.
//!
//! Everything here is a function of the keys alone, so the same keys give the same bytes.

use super::ascending::{Ascending, Keys};
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

/// Neighbouring pages that all hold keys.
#[derive(Clone, Copy)]
struct Stretch<'a> {
    /// How many keys come before it.
    before: usize,
    len: usize,
    first: u64,
    last: u64,
    /// The keys from the first one on, to the end of the set.
    from: Keys<'a>,
}

impl Stretch<'_> {
    fn keys(&self) -> impl Iterator<Item = u64> {
        self.from.take(self.len)
    }
}

/// A stretch of the numbers whose members go into lines.
struct Window<'a> {
    stretch: Stretch<'a>,
    cut: Cut,
    /// Keys within it whose line overflows.
    overflowing: usize,
}

/// Builds from fewer than 2^32 - 1 keys.
pub(super) fn build(keys: &Ascending, key_type: KeyType) -> (Layout, Words) {
    let window = densest(keys).and_then(cut);
    let mut layout = layout(keys.len(), window.as_ref(), key_type);
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
fn layout(len: usize, window: Option<&Window<'_>>, key_type: KeyType) -> Layout {
    let dense = window.map_or(0, |window| window.stretch.len - window.overflowing);
    let strays = len - dense;
    let (first_line, lines) = window.map_or((0, 0), |window| {
        let [first, last] =
            [window.stretch.first, window.stretch.last].map(|key| window.cut.line(key));
        (first, last - first + 1)
    });
    Layout {
        key_type,
        len: len as u32,
        filter: filter_words(len, strays),
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
    keys: &Ascending,
    window: Option<&Window<'_>>,
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
    fill_filter(keys.iter(), MULTIPLIERS[chosen], layout.split_mut(words)[0]);
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

/// The neighbouring pages with most keys.
fn densest(keys: &Ascending) -> Option<Stretch<'_>> {
    let (mut best, mut current): (Option<Stretch<'_>>, Option<Stretch<'_>>) = (None, None);
    let mut rest = keys.iter();
    for before in 0..=keys.len() {
        let from = rest;
        match (rest.next(), &mut current) {
            (Some(key), Some(stretch)) if key >> PAGE_SHIFT <= (stretch.last >> PAGE_SHIFT) + 1 => {
                (stretch.len, stretch.last) = (stretch.len + 1, key);
            }
            (key, ended) => {
                if ended.map_or(0, |stretch| stretch.len) > best.map_or(0, |stretch| stretch.len) {
                    best = *ended;
                }
                current = key.map(|key| Stretch {
                    before,
                    len: 1,
                    first: key,
                    last: key,
                    from,
                });
            }
        }
    }
    best
}

/// The widest lines that few keys of a stretch overflow, if they are cheap enough.
fn cut(stretch: Stretch<'_>) -> Option<Window<'_>> {
    let len = stretch.len as u64;
    let mut shift = Cut::WIDEST;
    loop {
        let cut = Cut::new(shift)?;
        let lines = cut.line(stretch.last) - cut.line(stretch.first) + 1;
        if lines * 64 > len * LINE_BYTES_PER_MEMBER {
            return None;
        }
        // Counting costs a pass over the keys; where the average overflows there is no need to.
        if len <= lines * cut.capacity() as u64 {
            let overflowing = overflowing(stretch.keys(), cut);
            if overflowing <= stretch.len / OVERFLOW_ONE_IN {
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

/// How many keys are in lines that do not hold them all.
fn overflowing(keys: impl Iterator<Item = u64>, cut: Cut) -> usize {
    let (mut total, mut run, mut line) = (0, 0, u64::MAX);
    let counted = |run: usize| if run > cut.capacity() { run } else { 0 };
    for key in keys {
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
    keys: &Ascending,
    window: Option<&Window<'_>>,
    first_line: u64,
    lines: &mut [line::Line],
    strays: &mut [u64],
) {
    let mut keys = keys.iter().peekable();
    let mut free = strays.iter_mut();
    let mut put = |key| *free.next().expect("strays were counted") = key;
    if let Some(Window { stretch, cut, .. }) = window {
        keys.by_ref().take(stretch.before).for_each(&mut put);
        let (mut before, mut stray) = (stretch.before, stretch.before);
        let mut members = Vec::new();
        for (number, line) in (first_line..).zip(lines) {
            members.extend(std::iter::from_fn(|| {
                keys.next_if(|&key| cut.line(key) == number)
            }));
            if members.len() <= cut.capacity() {
                cut.write(line, &members, before as u32);
            } else {
                line::overflow(line, before as u32, stray as u32);
                stray += members.len();
                members.iter().copied().for_each(&mut put);
            }
            before += members.len();
            members.clear();
        }
    }
    keys.for_each(put);
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
fn fill_filter(keys: Keys<'_>, multiplier: u64, filter: &mut [u64]) {
    if filter.is_empty() {
        return;
    }
    let log2 = filter.len().trailing_zeros();
    for key in keys {
        let hash = key.wrapping_mul(multiplier);
        filter[filter_word(hash, log2)] |= filter_bits(hash);
    }
}
