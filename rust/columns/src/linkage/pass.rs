//! One pass of the walk: the rows of the wanted keys, found and tallied in parallel.
//!
//! One idea: **the first pass is made while sightings are read**, because the seeds are known before. Each later one
//! reads the keys that are held.

use std::sync::Arc;

use numguard_core::linkage::{Policy, Tally, Wanted};

use super::Progress;
use super::held::{Held, Piece};
use super::search::{Found, PARTS, Search, WantedRows};
use crate::{Error, parallel};

/// Rows of a step: some hundredths of a second.
const STEP: usize = 1 << 22;

/// The state of a pass.
pub(super) struct Pass {
    search: Arc<Search>,
    hop: u32,
    /// The next piece.
    next: usize,
    rows: u64,
    parts: Vec<Vec<WantedRows>>,
}

impl Pass {
    pub(super) fn new(wanted: Wanted<'_>, policy: &Policy) -> Self {
        Self {
            hop: wanted.hop,
            search: Arc::new(Search::new(&wanted, policy)),
            next: 0,
            rows: 0,
            parts: vec![Vec::new(); PARTS],
        }
    }

    pub(super) fn search(&self) -> Arc<Search> {
        Arc::clone(&self.search)
    }

    /// Takes what was found in sightings as they were read, after which [`held`](Held) holds them.
    pub(super) fn take(&mut self, found: Vec<Found>, held: &Held) {
        found.into_iter().for_each(|found| self.add(found));
        self.next = held.pieces().len();
        self.rows = held.rows();
    }

    fn add(&mut self, found: Found) {
        for (all, mut part) in self.parts.iter_mut().zip(found.0) {
            if !part.rows.is_empty() {
                // A vector that grew may have room for as much again.
                part.rows.shrink_to_fit();
                part.places.shrink_to_fit();
                all.push(part);
            }
        }
    }

    /// Searches some more pieces; returns whether they were the last.
    ///
    /// # Errors
    /// Those of reading a piece again.
    pub(super) fn search_more(
        &mut self,
        held: &Held,
        threads: parallel::Threads,
    ) -> Result<bool, Error> {
        let pieces = held.pieces();
        let mut rows = 0;
        let mut end = self.next;
        while end < pieces.len() && rows < STEP {
            rows += pieces[end].len();
            end += 1;
        }
        let step = &pieces[self.next..end];
        let tasks = step.chunks(step.len().div_ceil(4 * parallel::count(threads)).max(1));
        let find = |pieces: &[Piece]| find(&self.search, pieces);
        for found in parallel::map(threads, tasks.collect(), find) {
            self.add(found?);
        }
        self.rows += rows as u64;
        self.next = end;
        Ok(end == pieces.len())
    }

    pub(super) fn progress(&self, held: &Held) -> Progress {
        Progress {
            hop: self.hop,
            side: Some(self.search.side()),
            rows: self.rows,
            of: Some(held.rows()),
        }
    }

    /// Tallies the rows.
    pub(super) fn tally(self, policy: &Policy, threads: parallel::Threads) -> Vec<Tally> {
        let (side, placed) = (self.search.side(), self.search.placed());
        parallel::map(threads, self.parts, |part| {
            // Moved run by run, so that a key with millions of rows is not in memory twice.
            let len = part.iter().map(|run| run.rows.len()).sum();
            let mut rows = Vec::with_capacity(len);
            let mut places = Vec::with_capacity(if placed { len } else { 0 });
            for run in part {
                rows.extend(run.rows);
                places.extend(run.places);
            }
            if placed {
                Tally::of_placed(rows, places, policy)
            } else {
                Tally::of(rows, side, policy)
            }
        })
    }
}

/// Finds the rows of the wanted keys in some pieces.
fn find(search: &Search, pieces: &[Piece]) -> Result<Found, Error> {
    let mut found = Found::default();
    for piece in pieces {
        match piece {
            Piece::Kept(block) => search.find_in(block, &mut found),
            Piece::Packed(packed) => search.find_packed(packed, &mut found)?,
            Piece::OfFile(job, _) => {
                job.read_blocks(|block| search.find_in(block, &mut found))?;
            }
        }
    }
    Ok(found)
}
