//! Batches of sightings -> blocks of plain keys and times, with what was refused on the way.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::ArrayRef;
use numguard_core::linkage::{Admitted, Policy};
use numguard_core::msisdn::Region;
use numguard_core::notes::Note;

use super::{EMPTY, NO_TIME, Refused, Times};
use crate::column::{Column, Keys};
use crate::refused::note_of;
use crate::{Error, parallel};

/// The columns of a batch of sightings, as they came; all of the same length, and `ats` in all batches or in none.
#[derive(Clone, Debug)]
pub struct Sightings {
    /// Numbers, of any type that holds them.
    pub msisdns: ArrayRef,
    /// IMEIs, of any type that holds them.
    pub imeis: ArrayRef,
    /// Timestamps or dates.
    pub ats: Option<ArrayRef>,
}

/// Kept sightings.
#[derive(Debug, Default)]
pub(super) struct Block {
    pub(super) msisdns: Vec<u64>,
    /// Placeholders too; 0 for an IMEI of zeros.
    pub(super) imeis: Vec<u64>,
    /// As the core counts them; none at all where the source has no times.
    pub(super) ats: Option<Vec<i64>>,
}

impl Block {
    pub(super) fn len(&self) -> usize {
        self.msisdns.len()
    }
}

/// Reads batches, and counts what it refuses.
pub(super) struct BlockReader {
    policy: Arc<Policy>,
    region: Region,
    threads: parallel::Threads,
    rows: u64,
    refused: Refused,
}

impl BlockReader {
    pub(super) fn new(policy: Arc<Policy>, region: Region, threads: parallel::Threads) -> Self {
        Self {
            policy,
            region,
            threads,
            rows: 0,
            refused: Refused::new(),
        }
    }

    /// Rows read so far.
    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    pub(super) fn into_refused(self) -> Refused {
        self.refused
    }

    /// The kept sightings of some batches, in blocks of about [`parallel::TASK`] rows, however large the batches are.
    pub(super) fn read(&mut self, batches: &[Sightings]) -> Result<Vec<Block>, Error> {
        let batches: Vec<Batch<'_>> = batches
            .iter()
            .map(|batch| Batch::new(batch, self.region, &self.policy))
            .collect::<Result<_, _>>()?;
        let mut tasks: Vec<Task<'_>> = Vec::new();
        let mut room = 0;
        for batch in &batches {
            for start in (0..batch.len()).step_by(parallel::TASK) {
                let rows = start..batch.len().min(start + parallel::TASK);
                self.rows += rows.len() as u64;
                match tasks.last_mut() {
                    Some(task) if rows.len() <= room => {
                        room -= rows.len();
                        task.push((batch, rows));
                    }
                    _ => {
                        room = parallel::TASK - rows.len();
                        tasks.push(vec![(batch, rows)]);
                    }
                }
            }
        }
        let mut blocks = Vec::with_capacity(tasks.len());
        for (block, refused) in parallel::map(self.threads, tasks, Block::read) {
            for (why, count) in refused {
                *self.refused.entry(why).or_default() += count;
            }
            if block.len() > 0 {
                blocks.push(block);
            }
        }
        Ok(blocks)
    }
}

/// Runs of rows that make one block.
type Task<'a> = Vec<(&'a Batch<'a>, Range<usize>)>;

impl Block {
    /// Reads runs of rows one after the other.
    fn read(task: Task<'_>) -> (Self, Refused) {
        let rows = task.iter().map(|(_, rows)| rows.len()).sum();
        let mut block = Self {
            msisdns: Vec::with_capacity(rows),
            imeis: Vec::with_capacity(rows),
            ats: task
                .first()
                .and_then(|(batch, _)| batch.ats.as_ref())
                .map(|_| Vec::with_capacity(rows)),
        };
        let mut refused = Refused::new();
        for (batch, rows) in task {
            batch.read(rows, &mut block, &mut refused);
        }
        (block, refused)
    }

    fn resize(&mut self, len: usize) {
        self.msisdns.resize(len, 0);
        self.imeis.resize(len, 0);
        if let Some(ats) = &mut self.ats {
            ats.resize(len, 0);
        }
    }
}

/// The columns of one batch.
struct Batch<'a> {
    msisdns: Column<'a>,
    imeis: Column<'a>,
    ats: Option<Times>,
    policy: &'a Policy,
}

impl<'a> Batch<'a> {
    fn new(columns: &'a Sightings, region: Region, policy: &'a Policy) -> Result<Self, Error> {
        let Sightings {
            msisdns,
            imeis,
            ats,
        } = columns;
        assert!(
            imeis.len() == msisdns.len()
                && ats.as_ref().is_none_or(|ats| ats.len() == msisdns.len()),
            "columns of the same length"
        );
        Ok(Self {
            msisdns: Column::new(msisdns.as_ref(), Keys::Msisdn(region))?,
            imeis: Column::new(imeis.as_ref(), Keys::ImeiOrPlaceholder)?,
            ats: ats.as_ref().map(Times::new).transpose()?,
            policy,
        })
    }

    fn len(&self) -> usize {
        self.msisdns.len()
    }

    /// Appends a run of rows, then closes the gaps that refused rows and rows outside the policy's window leave.
    fn read(&self, rows: Range<usize>, block: &mut Block, refused: &mut Refused) {
        let first = block.len();
        let last = first + rows.len();
        block.resize(last);
        self.msisdns
            .fill(rows.start, &mut block.msisdns[first..last]);
        self.imeis.fill(rows.start, &mut block.imeis[first..last]);
        if let (Some(ats), Some(times)) = (&mut block.ats, &self.ats) {
            times.fill(rows.start, &mut ats[first..last]);
        }
        let mut kept = first;
        for n in first..last {
            let at = block
                .ats
                .as_ref()
                .map_or(numguard_core::linkage::NO_TIME, |ats| ats[n]);
            let row = rows.start + n - first;
            match self.judge(row, block.msisdns[n], block.imeis[n], at) {
                Ok(true) => {
                    block.msisdns[kept] = block.msisdns[n];
                    block.imeis[kept] = block.imeis[n];
                    if let Some(ats) = &mut block.ats {
                        ats[kept] = at;
                    }
                    kept += 1;
                }
                Ok(false) => {}
                Err(why) => *refused.entry(why).or_default() += 1,
            }
        }
        block.resize(kept);
    }

    /// Whether a row is kept, or why it is refused.
    #[inline]
    fn judge(&self, row: usize, msisdn: u64, imei: u64, at: i64) -> Result<bool, &'static str> {
        if msisdn == 0 {
            return Err(why_refused(&self.msisdns, row));
        }
        if imei == 0 {
            let why = why_refused(&self.imeis, row);
            // Zeros throughout are a placeholder, and the only one whose key is 0.
            if why != Note::Placeholder.code() {
                return Err(why);
            }
        }
        match self.policy.admits(at) {
            Admitted::Kept => Ok(true),
            Admitted::Outside => Ok(false),
            Admitted::NoTime => Err(NO_TIME),
        }
    }
}

/// Why a cell gave no key.
#[cold]
pub(super) fn why_refused(column: &Column<'_>, row: usize) -> &'static str {
    let note = column
        .cell(row)
        .and_then(|cell| note_of(cell, column.keys()));
    note.map_or(EMPTY, Note::code)
}
