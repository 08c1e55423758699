//! The search in key columns, block by block: the inner loop of every scan.
//!
//! Refused cells are mostly the same few texts (sender ids, short codes), so the notes of short refused texts are cached.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::ArrayRef;
use numguard_core::notes::Note;

use super::{Lookup, Tally};
use crate::column::{Cell, Column, Keys};
use crate::normalize::from_keys;
use crate::parallel::{Threads, map};
use crate::refused::read;

/// The count of rows whose keys are read before they are looked up: 16 KiB of keys, which fit into the level 1 cache.
const BLOCK: usize = 2048;

/// The count of rows in the task of one thread.
const TASK: usize = 1 << 16;

/// The count of cached texts.
const CACHED: usize = 1 << 10;

/// The hits of one run of rows.
#[derive(Default)]
pub(crate) struct RunHits {
    /// The hit rows, ascending.
    pub(crate) rows: Vec<u32>,
    /// For each lookup and each hit row: the key that matched, or 0.
    pub(crate) matches: Vec<Vec<u64>>,
}

impl RunHits {
    /// No hits, for so many lookups.
    pub(crate) fn none(lookups: usize) -> Self {
        Self {
            rows: Vec::new(),
            matches: vec![Vec::new(); lookups],
        }
    }

    /// Adds the hits of later rows.
    pub(crate) fn extend(&mut self, more: Self) {
        self.rows.extend(more.rows);
        for (matches, more) in self.matches.iter_mut().zip(more.matches) {
            matches.extend(more);
        }
    }

    /// The columns of matches.
    pub(crate) fn match_columns(matches: Vec<Vec<u64>>) -> Vec<ArrayRef> {
        matches
            .into_iter()
            .map(|keys| Arc::new(from_keys(keys.into())) as ArrayRef)
            .collect()
    }
}

/// The search of one thread, with its buffers.
pub(crate) struct Search {
    buffers: Vec<LookupBuffers>,
}

/// The buffers of one lookup.
struct LookupBuffers {
    keys: [u64; BLOCK],
    hits: [u64; BLOCK / 64],
    refusals: Refusals,
}

impl Search {
    pub(crate) fn new(lookups: &[Lookup]) -> Self {
        let buffer = |lookup: &Lookup| LookupBuffers {
            keys: [0; BLOCK],
            hits: [0; BLOCK / 64],
            refusals: Refusals::new(lookup.keys),
        };
        Self {
            buffers: lookups.iter().map(buffer).collect(),
        }
    }

    /// Looks up rows of the key columns, and counts rows and refused cells. `columns` has one column for each lookup of
    /// this search, with the index of its first row.
    pub(crate) fn run(
        &mut self,
        lookups: &[Lookup],
        columns: &[(Column<'_>, usize)],
        rows: Range<usize>,
        tally: &mut Tally,
    ) -> RunHits {
        let mut found = RunHits::none(lookups.len());
        tally.rows += rows.len() as u64;
        for start in rows.clone().step_by(BLOCK) {
            let len = BLOCK.min(rows.end - start);
            let mut any = [0u64; BLOCK / 64];
            for (n, (buffer, (column, first))) in self.buffers.iter_mut().zip(columns).enumerate() {
                let keys = &mut buffer.keys[..len];
                let counts = &mut tally.columns[n].refused;
                column.fill_with(first + start, keys, |cell, as_keys| {
                    buffer.refusals.key(cell, as_keys, counts)
                });
                let hits = &mut buffer.hits[..len.div_ceil(64)];
                lookups[n].set.probe(keys, hits);
                for (any, hits) in any.iter_mut().zip(hits) {
                    *any |= *hits;
                }
            }
            self.collect(start, &any, &mut found);
        }
        found
    }

    /// Adds the rows of a block for which a bit of `any` is set: at least one lookup hit.
    fn collect(&self, start: usize, any: &[u64], found: &mut RunHits) {
        for (word, &any) in any.iter().enumerate() {
            let mut left = any;
            while left != 0 {
                let bit = left.trailing_zeros() as usize;
                left &= left - 1;
                let at = word * 64 + bit;
                // `take` needs u32. A batch of 2^32 rows does not fit into memory.
                found.rows.push((start + at) as u32);
                for (buffer, matches) in self.buffers.iter().zip(&mut found.matches) {
                    let hit = buffer.hits[word] >> bit & 1 == 1;
                    matches.push(if hit { buffer.keys[at] } else { 0 });
                }
            }
        }
    }
}

/// Searches all rows of the key columns on `threads` threads.
pub(crate) fn search(
    lookups: &[Lookup],
    columns: Vec<Column<'_>>,
    threads: Threads,
    tally: &mut Tally,
) -> RunHits {
    let rows = columns.first().map_or(0, Column::len);
    let columns: Vec<_> = columns.into_iter().map(|column| (column, 0)).collect();
    let tasks = (0..rows)
        .step_by(TASK)
        .map(|start| start..rows.min(start + TASK));
    let parts = map(threads, tasks.collect(), |task| {
        let mut tally = Tally::new(lookups.len());
        let found = Search::new(lookups).run(lookups, &columns, task, &mut tally);
        (found, tally)
    });
    let mut all = RunHits::none(lookups.len());
    for (found, part) in parts {
        tally.add(&part);
        all.extend(found);
    }
    all
}

/// Reads the cells that are not of the common forms, with a cache of short refused texts.
struct Refusals {
    keys: Keys,
    cached: Vec<CachedRefusal>,
}

/// A refused text of at most sixteen bytes, and its note.
#[derive(Clone, Copy)]
struct CachedRefusal {
    text: u128,
    len: u8,
    note: Note,
}

/// The length in an empty slot of the cache.
const NO_TEXT: u8 = u8::MAX;

impl Refusals {
    fn new(keys: Keys) -> Self {
        Self {
            keys,
            cached: Vec::new(),
        }
    }

    /// The key of a cell; 0 if it is refused, which is counted by note.
    fn key(&mut self, cell: Cell<'_>, keys: Keys, counts: &mut [u64]) -> u64 {
        // A text that is refused in one region may be a number in another.
        let short = short_text(cell).filter(|_| keys == self.keys);
        let Some((text, len)) = short else {
            let (key, note) = read(cell, keys);
            if let (0, Some(note)) = (key, note) {
                counts[note as usize] += 1;
            }
            return key;
        };
        if self.cached.is_empty() {
            let nothing = CachedRefusal {
                text: 0,
                len: NO_TEXT,
                note: Note::Empty,
            };
            self.cached = vec![nothing; CACHED];
        }
        // Folded and multiplied by an odd number: similar texts such as AD-AXISBK and VM-AXISBK get different slots.
        let mixed = (text as u64 ^ (text >> 64) as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let slot = &mut self.cached[(mixed >> 54) as usize % CACHED];
        if (slot.text, slot.len) != (text, len) {
            match read(cell, self.keys) {
                (0, Some(note)) => *slot = CachedRefusal { text, len, note },
                (key, _) => return key,
            }
        }
        counts[slot.note as usize] += 1;
        0
    }
}

/// A text of at most sixteen bytes as one integer, and its length.
fn short_text(cell: Cell<'_>) -> Option<(u128, u8)> {
    let Cell::Text(bytes) = cell else {
        return None;
    };
    let mut text = [0; 16];
    text.get_mut(..bytes.len())?.copy_from_slice(bytes);
    Some((u128::from_le_bytes(text), bytes.len() as u8))
}
