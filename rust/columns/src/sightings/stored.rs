//! Pairs of key and source of the first look, in memory that goes back to the system as a whole.
//!
//! Owns only where they are. An allocator keeps what many small vectors leave behind, which would be as much as all pairs.

use numguard_core::sightings::Scattered;
use numguard_core::sightings::common::{PARTS, distinct};

use super::TOO_MANY;
use crate::pages::Words;
use crate::{Error, parallel};

/// Words of a block: 64 mebibytes.
const BLOCK: usize = 1 << 23;

/// Pairs that are never processed before the end: a quarter of a gibibyte.
const FEW: usize = 1 << 25;

/// Parts that are processed at once.
const AT_ONCE: usize = 64;

/// Runs of pairs, cut into parts.
#[derive(Default)]
pub(super) struct Stored {
    blocks: Vec<Words>,
    /// Pairs in the last block.
    used: usize,
    runs: Vec<Run>,
    pairs: usize,
    /// How many there were when last each was there once.
    distinct: usize,
}

struct Run {
    block: usize,
    /// The place of its first pair in the block.
    start: usize,
    /// Where each part begins in the run, and where the last one ends.
    starts: Vec<u32>,
}

impl Stored {
    /// Adds a run.
    ///
    /// # Errors
    /// [`Error::TooMany`] if distinct pairs need more than 32 bits.
    pub(super) fn add(
        &mut self,
        run: &Scattered<u64>,
        threads: parallel::Threads,
    ) -> Result<(), Error> {
        self.push(run.entries().len(), run.starts().to_vec(), |pairs| {
            pairs.copy_from_slice(run.entries());
        });
        if self.pairs > FEW.max(2 * self.distinct) {
            self.settle(threads)?;
        }
        Ok(())
    }

    fn push(&mut self, len: usize, starts: Vec<u32>, fill: impl FnOnce(&mut [u64])) {
        let room = self.blocks.last().map_or(0, |block| block.as_slice().len());
        if self.used + len > room {
            self.blocks.push(Words::in_blocks(len.max(BLOCK)));
            self.used = 0;
        }
        if let Some(block) = self.blocks.last_mut() {
            fill(&mut block.as_mut_slice()[self.used..self.used + len]);
        }
        self.runs.push(Run {
            block: self.blocks.len().saturating_sub(1),
            start: self.used,
            starts,
        });
        self.used += len;
        self.pairs += len;
    }

    /// Leaves each pair once.
    fn settle(&mut self, threads: parallel::Threads) -> Result<(), Error> {
        let mut starts = vec![0u32];
        let mut pairs: Vec<u64> = Vec::new();
        self.each_part(
            threads,
            |_, own| own.to_vec(),
            |own| {
                pairs.extend(own);
                starts.push(u32::try_from(pairs.len()).map_err(|_| Error::TooMany(TOO_MANY))?);
                Ok(())
            },
        )?;
        let mut settled = Self {
            distinct: pairs.len(),
            ..Self::default()
        };
        settled.push(pairs.len(), starts, |out| out.copy_from_slice(&pairs));
        *self = settled;
        Ok(())
    }

    /// Calls `work` with the distinct pairs of each part, and `take` with what it returns, in the order of the parts.
    pub(super) fn each_part<R: Send>(
        &self,
        threads: parallel::Threads,
        work: impl Fn(usize, &[u64]) -> R + Sync,
        mut take: impl FnMut(R) -> Result<(), Error>,
    ) -> Result<(), Error> {
        for first in (0..PARTS).step_by(AT_ONCE) {
            let some = (first..PARTS.min(first + AT_ONCE)).collect();
            let done = parallel::map(threads, some, |part| {
                let runs: Vec<&[u64]> = self.runs.iter().map(|run| self.part(run, part)).collect();
                work(part, &distinct(&runs))
            });
            done.into_iter().try_for_each(&mut take)?;
        }
        Ok(())
    }

    fn part(&self, run: &Run, part: usize) -> &[u64] {
        let (from, to) = (run.starts[part] as usize, run.starts[part + 1] as usize);
        if from == to {
            return &[];
        }
        &self.blocks[run.block].as_slice()[run.start + from..run.start + to]
    }
}
