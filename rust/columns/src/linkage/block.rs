//! Batches of sightings -> blocks of plain keys and times, and the counts of refused rows.
//!
//! A column that holds keys already is not copied if its memory may be kept. All other columns are read into new memory.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::UInt64Type;
use arrow_array::{Array, ArrayRef, new_empty_array};
use arrow_buffer::{ArrowNativeType, ScalarBuffer};
use arrow_schema::DataType;
use numguard_core::linkage::{Admitted, Place, Point, Policy};
use numguard_core::msisdn::Region;
use numguard_core::notes::Note;

use super::times::Times;
use crate::column::{Column, Keys};
use crate::refused::{looks_national, note_of};
use crate::{Error, parallel};

/// Counts of refused rows, by the code of the note.
pub type Refused = BTreeMap<&'static str, u64>;

/// The note of a row without a time, if a rule needs times.
pub const NO_TIME: &str = "no_time";

/// The note of a row whose number or IMEI is missing.
const EMPTY: &str = Note::Empty.code();

/// Adds counts of refused rows to others.
pub(super) fn add_refused(all: &mut Refused, more: Refused) {
    for (note, count) in more {
        *all.entry(note).or_default() += count;
    }
}

/// Whether columns of these names and types can hold numbers, IMEIs and, if there is a third, times.
///
/// # Errors
/// [`Error::UnsupportedType`], [`Error::NotTimes`], in the column.
pub fn check_types<'a>(
    columns: impl IntoIterator<Item = (&'a str, &'a DataType)>,
    region: Region,
) -> Result<(), Error> {
    for (n, (name, data_type)) in columns.into_iter().enumerate() {
        let empty = new_empty_array(data_type);
        let checked = match n {
            0 => Column::new(&empty, Keys::Msisdn(region)).map(drop),
            1 => Column::new(&empty, Keys::ImeiOrPlaceholder).map(drop),
            _ => Times::new(&empty).map(drop),
        };
        checked.map_err(|error| error.in_column(name))?;
    }
    Ok(())
}

/// The columns of a batch of sightings, all of the same length.
#[derive(Clone, Debug)]
pub struct Sightings {
    /// Numbers, of any type that holds them.
    pub msisdns: ArrayRef,
    /// IMEIs, of any type that holds them.
    pub imeis: ArrayRef,
    /// Timestamps or dates.
    pub ats: Option<ArrayRef>,
    /// Points ([`Point::key`]), cells and circles as uint64, 0 if not known. Needed if the policy uses places.
    pub places: Option<[ArrayRef; 3]>,
    /// Whether the memory of the columns may be kept until the end of the walk. It may not if it is shared with other
    /// columns, or if its owner needs it back.
    pub keep: bool,
}

/// Kept sightings.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) msisdns: ScalarBuffer<u64>,
    /// Placeholders are included; an IMEI of zeros is 0.
    pub(super) imeis: ScalarBuffer<u64>,
    /// Microseconds since 1970 UTC; `None` if the source has no times.
    pub(super) ats: Option<ScalarBuffer<i64>>,
    /// Points, cells, circles; `None` if no rule uses them.
    pub(super) places: Option<[ScalarBuffer<u64>; 3]>,
}

impl Block {
    pub(super) fn len(&self) -> usize {
        self.msisdns.len()
    }

    /// Its size in memory, in bytes.
    pub(super) fn bytes(&self) -> usize {
        let columns = 2 + usize::from(self.ats.is_some()) + 3 * usize::from(self.places.is_some());
        columns * self.len() * size_of::<u64>()
    }

    pub(super) fn at(&self, row: usize) -> i64 {
        self.ats
            .as_ref()
            .map_or(numguard_core::linkage::NO_TIME, |ats| ats[row])
    }

    pub(super) fn place(&self, row: usize) -> Place {
        self.places
            .as_ref()
            .map_or_else(Place::default, |[points, cells, circles]| Place {
                point: Point::of_key(points[row]),
                cell: cells[row],
                circle: circles[row],
            })
    }

    /// All rows except those of `dropped`, which is ascending.
    fn without(&self, dropped: &[usize]) -> Self {
        fn rest<T: ArrowNativeType>(
            values: &ScalarBuffer<T>,
            dropped: &[usize],
        ) -> ScalarBuffer<T> {
            let mut kept = Vec::with_capacity(values.len() - dropped.len());
            let mut from = 0;
            for &row in dropped {
                kept.extend_from_slice(&values[from..row]);
                from = row + 1;
            }
            kept.extend_from_slice(&values[from..]);
            kept.into()
        }
        Self {
            msisdns: rest(&self.msisdns, dropped),
            imeis: rest(&self.imeis, dropped),
            ats: self.ats.as_ref().map(|ats| rest(ats, dropped)),
            places: self
                .places
                .as_ref()
                .map(|places| places.each_ref().map(|column| rest(column, dropped))),
        }
    }
}

/// The counts of the rows read so far.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) rows: u64,
    /// Whether a column of E.164 seems to hold national numbers.
    pub(super) looks_national: bool,
    pub(super) refused: Refused,
}

impl Counts {
    /// Adds the counts of other rows.
    pub(super) fn add(&mut self, other: Self) {
        self.rows += other.rows;
        self.looks_national |= other.looks_national;
        add_refused(&mut self.refused, other.refused);
    }
}

/// Reads batches on several threads, and counts their rows.
pub(super) struct BlockReader {
    policy: Arc<Policy>,
    region: Region,
    threads: parallel::Threads,
    /// Of all batches read; rows that were read elsewhere may be added.
    pub(super) counts: Counts,
}

impl BlockReader {
    pub(super) fn new(policy: Arc<Policy>, region: Region, threads: parallel::Threads) -> Self {
        Self {
            policy,
            region,
            threads,
            counts: Counts::default(),
        }
    }

    /// The kept sightings of some batches, in blocks of at most [`parallel::TASK`] rows.
    pub(super) fn read(&mut self, batches: &[Sightings]) -> Result<Vec<Block>, Error> {
        let looks_national = |batch: &Sightings| looks_national(batch.msisdns.as_ref());
        self.counts.looks_national |= batches.iter().any(looks_national);
        let batches: Vec<Batch<'_>> = batches
            .iter()
            .map(|batch| Batch::new(batch, self.region, &self.policy))
            .collect::<Result<_, _>>()?;
        let runs: Vec<_> = batches.iter().flat_map(Batch::runs).collect();
        let read = parallel::map(self.threads, runs, |(batch, rows)| batch.read(rows));
        self.counts.rows += batches.iter().map(|batch| batch.len() as u64).sum::<u64>();
        let mut blocks = Vec::with_capacity(read.len());
        for (block, refused) in read {
            add_refused(&mut self.counts.refused, refused);
            if block.len() > 0 {
                blocks.push(block);
            }
        }
        Ok(blocks)
    }
}

/// The columns of one batch, ready to be read.
pub(super) struct Batch<'a> {
    columns: &'a Sightings,
    msisdns: Column<'a>,
    imeis: Column<'a>,
    ats: Option<Times>,
    policy: &'a Policy,
}

impl<'a> Batch<'a> {
    pub(super) fn new(
        columns: &'a Sightings,
        region: Region,
        policy: &'a Policy,
    ) -> Result<Self, Error> {
        let Sightings {
            msisdns,
            imeis,
            ats,
            places,
            ..
        } = columns;
        let others = ats.iter().chain(places.iter().flatten());
        assert!(
            std::iter::once(imeis)
                .chain(others)
                .all(|column| column.len() == msisdns.len()),
            "columns of the same length"
        );
        Ok(Self {
            columns,
            msisdns: Column::new(msisdns.as_ref(), Keys::Msisdn(region))?,
            imeis: Column::new(imeis.as_ref(), Keys::ImeiOrPlaceholder)?,
            ats: ats.as_ref().map(Times::new).transpose()?,
            policy,
        })
    }

    fn len(&self) -> usize {
        self.msisdns.len()
    }

    /// Its rows, in runs of at most [`parallel::TASK`].
    pub(super) fn runs(&self) -> impl Iterator<Item = (&Self, Range<usize>)> {
        let len = self.len();
        let run = move |start: usize| (self, start..len.min(start + parallel::TASK));
        (0..len).step_by(parallel::TASK).map(run)
    }

    /// Reads a run of rows: the kept ones, and the counts of the refused ones.
    pub(super) fn read(&self, rows: Range<usize>) -> (Block, Refused) {
        let block = Block {
            msisdns: self.keys(&self.msisdns, &self.columns.msisdns, &rows),
            imeis: self.keys(&self.imeis, &self.columns.imeis, &rows),
            ats: self.ats.as_ref().map(|times| self.times(times, &rows)),
            places: self.columns.places.as_ref().map(|places| {
                places.each_ref().map(|column| {
                    let values = column.as_primitive::<UInt64Type>().values();
                    values.slice(rows.start, rows.len())
                })
            }),
        };
        let mut refused = Refused::new();
        let mut dropped = Vec::new();
        for row in self.uncertain(&block) {
            let (msisdn, imei) = (block.msisdns[row], block.imeis[row]);
            match self.is_kept(rows.start + row, msisdn, imei, block.at(row)) {
                Ok(true) => continue,
                Ok(false) => {}
                Err(why) => *refused.entry(why).or_default() += 1,
            }
            dropped.push(row);
        }
        if dropped.is_empty() {
            return (block, refused);
        }
        (block.without(&dropped), refused)
    }

    fn keys(
        &self,
        column: &Column<'_>,
        array: &ArrayRef,
        rows: &Range<usize>,
    ) -> ScalarBuffer<u64> {
        if self.columns.keep && column.is_keys(rows.clone()) {
            let values = array.as_primitive::<UInt64Type>().values();
            return values.slice(rows.start, rows.len());
        }
        let mut keys = vec![0; rows.len()];
        column.fill(rows.start, &mut keys);
        keys.into()
    }

    fn times(&self, times: &Times, rows: &Range<usize>) -> ScalarBuffer<i64> {
        if self.columns.keep
            && let Some(microseconds) = times.as_microseconds()
        {
            return microseconds.slice(rows.start, rows.len());
        }
        let mut ats = vec![0; rows.len()];
        times.fill(rows.start, &mut ats);
        ats.into()
    }

    /// The rows that may not be kept. Most blocks have none, which a first pass without branches finds out.
    fn uncertain(&self, block: &Block) -> Vec<usize> {
        let kept = self.policy.kept();
        let admits = |at: i64| (kept.from <= at) & (at <= kept.to);
        let is_certain = |row: usize| {
            (block.msisdns[row] != 0) & (block.imeis[row] != 0) & admits(block.at(row))
        };
        let read = |keys: &[u64]| keys.iter().fold(true, |all, &key| all & (key != 0));
        let admitted = match &block.ats {
            None => admits(numguard_core::linkage::NO_TIME),
            Some(ats) => ats.iter().fold(true, |all, &at| all & admits(at)),
        };
        if admitted && read(&block.msisdns) && read(&block.imeis) {
            return Vec::new();
        }
        (0..block.len()).filter(|&row| !is_certain(row)).collect()
    }

    /// Whether a row is kept, or the note for which it is refused.
    #[inline]
    fn is_kept(&self, row: usize, msisdn: u64, imei: u64, at: i64) -> Result<bool, &'static str> {
        if msisdn == 0 {
            return Err(why_refused(&self.msisdns, row));
        }
        if imei == 0 {
            let why = why_refused(&self.imeis, row);
            // An IMEI of zeros is the only placeholder whose key is 0.
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

/// The note of a cell without a key.
#[cold]
pub(super) fn why_refused(column: &Column<'_>, row: usize) -> &'static str {
    let note = column
        .cell(row)
        .and_then(|cell| note_of(cell, column.keys_at(row)));
    note.map_or(EMPTY, Note::code)
}
