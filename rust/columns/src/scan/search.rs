//! The search through key columns, a block of rows at a time.
//!
//! Owns the loop that everything else waits for. Cells that are refused are mostly the same few texts again and again
//! (headers of commercial messages, short codes), so their answers are kept.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::ArrayRef;
use numguard_core::notes::Note;

use super::{Lookup, Tally};
use crate::column::{Cell, Column, Keys};
use crate::normalize::from_keys;
use crate::parallel::{Threads, map};
use crate::refused::read;

/// Rows whose keys are read before they are looked up: 16 KiB of keys, which stay in the first cache.
const BLOCK: usize = 2048;

/// Rows of a task, where the search is shared out.
const TASK: usize = 1 << 16;

/// Texts remembered.
const REMEMBERED: usize = 1 << 10;

/// The hits of one run of rows.
#[derive(Default)]
pub(crate) struct Found {
    /// The hit rows, ascending.
    pub(crate) rows: Vec<u32>,
    /// For each lookup and each hit row: the key that matched, or 0.
    pub(crate) matches: Vec<Vec<u64>>,
}

impl Found {
    /// None yet, of so many lookups.
    pub(crate) fn none(lookups: usize) -> Self {
        Self {
            rows: Vec::new(),
            matches: vec![Vec::new(); lookups],
        }
    }

    /// Adds those of rows behind.
    pub(crate) fn extend(&mut self, more: Self) {
        self.rows.extend(more.rows);
        for (mine, theirs) in self.matches.iter_mut().zip(more.matches) {
            mine.extend(theirs);
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

/// One thread's search, with its buffers.
pub(crate) struct Search {
    lanes: Vec<Lane>,
}

/// What a search holds for each lookup.
struct Lane {
    keys: [u64; BLOCK],
    hits: [u64; BLOCK / 64],
    refusals: Refusals,
}

impl Search {
    pub(crate) fn new(lookups: &[Lookup]) -> Self {
        let lane = |lookup: &Lookup| Lane {
            keys: [0; BLOCK],
            hits: [0; BLOCK / 64],
            refusals: Refusals::new(lookup.keys),
        };
        Self {
            lanes: lookups.iter().map(lane).collect(),
        }
    }

    /// Looks rows of the key columns up; counts them and what was refused. There is one column for each of the lookups
    /// that the search was made for, and the row of it that counts as the first.
    pub(crate) fn run(
        &mut self,
        lookups: &[Lookup],
        columns: &[(Column<'_>, usize)],
        rows: Range<usize>,
        tally: &mut Tally,
    ) -> Found {
        let mut found = Found::none(lookups.len());
        tally.rows += rows.len() as u64;
        for start in rows.clone().step_by(BLOCK) {
            let len = BLOCK.min(rows.end - start);
            let mut any = [0u64; BLOCK / 64];
            for (n, (lane, (column, first))) in self.lanes.iter_mut().zip(columns).enumerate() {
                let keys = &mut lane.keys[..len];
                let counts = &mut tally.columns[n].refused;
                column.fill_with(first + start, keys, |cell, as_keys| {
                    lane.refusals.key(cell, as_keys, counts)
                });
                let hits = &mut lane.hits[..len.div_ceil(64)];
                lookups[n].set.probe(keys, hits);
                for (any, hits) in any.iter_mut().zip(hits) {
                    *any |= *hits;
                }
            }
            self.collect(start, &any, &mut found);
        }
        found
    }

    /// Takes down the rows of a block in which `any` lookup hit.
    fn collect(&self, start: usize, any: &[u64], found: &mut Found) {
        for (word, &any) in any.iter().enumerate() {
            let mut left = any;
            while left != 0 {
                let bit = left.trailing_zeros() as usize;
                left &= left - 1;
                let at = word * 64 + bit;
                // A batch of more rows than u32 counts does not fit into memory; `take` wants u32.
                found.rows.push((start + at) as u32);
                for (lane, matches) in self.lanes.iter().zip(&mut found.matches) {
                    let hit = lane.hits[word] >> bit & 1 == 1;
                    matches.push(if hit { lane.keys[at] } else { 0 });
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
) -> Found {
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
    let mut all = Found {
        rows: Vec::new(),
        matches: vec![Vec::new(); lookups.len()],
    };
    for (found, part) in parts {
        tally.add(&part);
        all.rows.extend(found.rows);
        for (all, matches) in all.matches.iter_mut().zip(found.matches) {
            all.extend(matches);
        }
    }
    all
}

/// Reads the cells that are not of the common forms, and remembers the short ones that it refused.
struct Refusals {
    keys: Keys,
    remembered: Vec<Remembered>,
}

/// A text of at most sixteen bytes that was refused, and why.
#[derive(Clone, Copy)]
struct Remembered {
    text: u128,
    len: u8,
    note: Note,
}

/// A length that no remembered text has.
const NO_TEXT: u8 = u8::MAX;

impl Refusals {
    fn new(keys: Keys) -> Self {
        Self {
            keys,
            remembered: Vec::new(),
        }
    }

    /// The key of a cell; 0 if it is refused, which is counted by note.
    fn key(&mut self, cell: Cell<'_>, keys: Keys, counts: &mut [u64]) -> u64 {
        // What was refused in one region may be a number in another.
        let short = short_text(cell).filter(|_| keys == self.keys);
        let Some((text, len)) = short else {
            let (key, note) = read(cell, keys);
            if let (0, Some(note)) = (key, note) {
                counts[note as usize] += 1;
            }
            return key;
        };
        if self.remembered.is_empty() {
            let nothing = Remembered {
                text: 0,
                len: NO_TEXT,
                note: Note::Empty,
            };
            self.remembered = vec![nothing; REMEMBERED];
        }
        // Multiplied by an odd number and folded: neighbours such as AD-AXISBK and VM-AXISBK fall apart.
        let mixed = (text as u64 ^ (text >> 64) as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let slot = &mut self.remembered[(mixed >> 54) as usize % REMEMBERED];
        if (slot.text, slot.len) != (text, len) {
            match read(cell, self.keys) {
                (0, Some(note)) => *slot = Remembered { text, len, note },
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
