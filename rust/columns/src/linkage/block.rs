//! Batches of sightings -> blocks of plain keys and times, and the counts of refused rows.
//!
//! A column that already has keys is not copied: its block shares its memory. Other columns are read into memory of
//! their own.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::UInt64Type;
use arrow_array::{Array, ArrayRef};
use arrow_buffer::{ArrowNativeType, ScalarBuffer};
use numguard_core::block::extremes;
use numguard_core::imei::is_imsi;
use numguard_core::linkage::{Admitted, Place, Point, Policy, Side};
use numguard_core::msisdn::Region;
use numguard_core::notes::Note;

use super::{CLOCK_NOT_SET, IMSI_FOR_IMEI, IN_THE_FUTURE, NO_TIME, Refused, Times};
use crate::column::{Column, Keys};
use crate::parquet::ReadKeys;
use crate::refused::{looks_national, why_refused};
use crate::{Error, parallel};

/// Rows that are checked together: few enough that one placeholder makes few of them be checked one by one.
const SURE: usize = 128;

/// The columns of a batch of sightings, as the caller has them; all of the same length.
#[derive(Clone, Debug)]
pub struct Sightings {
    /// Numbers, of any type that holds them.
    pub msisdns: ArrayRef,
    /// IMEIs, of any type that holds them.
    pub imeis: ArrayRef,
    /// Timestamps or dates.
    pub ats: Option<ArrayRef>,
    /// Points, cells and circles in the units of the core, uint64 and 0 where they are not known; if the policy has
    /// rules of place.
    pub places: Option<[ArrayRef; 3]>,
    /// Whether the memory of the columns may be kept until the end of the walk. It may not if it is shared with other
    /// columns, or if its owner reuses it.
    pub keep: bool,
}

/// Kept sightings.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) msisdns: ScalarBuffer<u64>,
    /// Placeholders too; 0 for an IMEI of zeros.
    pub(super) imeis: ScalarBuffer<u64>,
    /// In the units of the core; `None` if the source has no times.
    pub(super) ats: Option<ScalarBuffer<i64>>,
    /// Points, cells, circles; empty unless the policy has rules of place.
    pub(super) places: Option<[ScalarBuffer<u64>; 3]>,
}

/// What rows contain beside the requested key.
pub(super) struct Beside {
    pub(super) others: Vec<u64>,
    pub(super) ats: Vec<i64>,
    /// Empty unless the policy has rules of place.
    pub(super) places: Vec<Place>,
}

impl Block {
    pub(super) fn len(&self) -> usize {
        self.msisdns.len()
    }

    /// The keys of one side.
    pub(super) fn keys(&self, side: Side) -> &ScalarBuffer<u64> {
        match side {
            Side::Numbers => &self.msisdns,
            Side::Handsets => &self.imeis,
        }
    }

    pub(super) fn at(&self, row: usize) -> i64 {
        self.ats
            .as_ref()
            .map_or(numguard_core::linkage::NO_TIME, |ats| ats[row])
    }

    /// How many sightings have no time.
    fn untimed(&self) -> u64 {
        let none = |ats: &ScalarBuffer<i64>| {
            ats.iter()
                .filter(|&&at| at == numguard_core::linkage::NO_TIME)
                .count()
        };
        self.ats.as_ref().map_or(self.len(), none) as u64
    }

    /// What some rows contain beside the keys of one side.
    pub(super) fn beside(&self, side: Side, rows: &[u32], placed: bool) -> Beside {
        let rows = rows.iter().map(|&row| row as usize);
        let others = match side {
            Side::Numbers => &self.imeis,
            Side::Handsets => &self.msisdns,
        };
        Beside {
            others: rows.clone().map(|row| others[row]).collect(),
            ats: rows.clone().map(|row| self.at(row)).collect(),
            places: rows.filter(|_| placed).map(|row| self.place(row)).collect(),
        }
    }

    fn place(&self, row: usize) -> Place {
        self.places
            .as_ref()
            .map_or_else(Place::default, |places| place_of(places.each_ref(), row))
    }

    /// All rows but those of `dropped`, which ascend.
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

/// The place of a row, from points, cells and circles.
#[inline]
pub(super) fn place_of([points, cells, circles]: [&ScalarBuffer<u64>; 3], row: usize) -> Place {
    Place {
        point: Point::of_key(points[row]),
        cell: cells[row],
        circle: circles[row],
    }
}

/// Reads batches, and counts what it refuses.
pub(super) struct BlockReader {
    policy: Arc<Policy>,
    region: Region,
    threads: parallel::Threads,
    file: usize,
    counts: Counts,
}

/// What was counted as rows were read.
#[derive(Default)]
pub(super) struct Counts {
    pub(super) rows: u64,
    /// Kept sightings without a time.
    pub(super) untimed: u64,
    /// Whether any batch seems to have national numbers in a column of E.164.
    pub(super) looks_national: bool,
    pub(super) refused: Refused,
}

impl Counts {
    /// Counts a block and the rows that were refused beside it.
    pub(super) fn look_at(&mut self, block: &Block, refused: Refused) {
        self.untimed += block.untimed();
        self.refuse(refused);
    }

    fn add(&mut self, other: Self) {
        self.rows += other.rows;
        self.untimed += other.untimed;
        self.looks_national |= other.looks_national;
        self.refuse(other.refused);
    }

    fn refuse(&mut self, refused: Refused) {
        for (why, count) in refused {
            *self.refused.entry(why).or_default() += count;
        }
    }
}

impl BlockReader {
    pub(super) fn new(policy: Arc<Policy>, region: Region, threads: parallel::Threads) -> Self {
        Self {
            policy,
            region,
            threads,
            file: 0,
            counts: Counts::default(),
        }
    }

    /// How bare digits are read.
    pub(super) fn region(&self) -> Region {
        self.region
    }

    /// What was counted so far.
    pub(super) fn counts(&self) -> &Counts {
        &self.counts
    }

    pub(super) fn into_counts(self) -> Counts {
        self.counts
    }

    /// The kept sightings of some batches, in blocks of at most [`parallel::TASK`] rows, each converted by `form`.
    pub(super) fn read<T: Send>(
        &mut self,
        batches: &[Sightings],
        form: impl Fn(Block) -> T + Sync,
    ) -> Result<Vec<T>, Error> {
        let looks_national = |batch: &Sightings| looks_national(batch.msisdns.as_ref());
        self.counts.looks_national |= batches.iter().any(looks_national);
        let batches: Vec<Batch<'_>> = batches
            .iter()
            .map(|batch| Batch::new(batch, self.region, &self.policy))
            .collect::<Result<_, _>>()?;
        let runs: Vec<_> = batches.iter().flat_map(Batch::runs).collect();
        let read = parallel::map(self.threads, runs, |(batch, rows)| {
            let (block, refused) = batch.read(rows);
            let mut counts = Counts::default();
            counts.look_at(&block, refused);
            ((block.len() > 0).then(|| form(block)), counts)
        });
        self.counts.rows += batches.iter().map(|batch| batch.len() as u64).sum::<u64>();
        let mut kept = Vec::with_capacity(read.len());
        for (block, counts) in read {
            self.counts.add(counts);
            kept.extend(block);
        }
        Ok(kept)
    }

    /// Adds what was counted in a file that was read beside this reader.
    pub(super) fn count(&mut self, file: usize, counts: Counts) {
        self.file = file;
        self.counts.add(counts);
    }

    /// The index of the last file that was read.
    pub(super) fn file(&self) -> usize {
        self.file
    }
}

/// The columns of one batch, ready to be read.
pub(super) struct Batch<'a> {
    msisdns: KeyColumn<'a>,
    imeis: KeyColumn<'a>,
    ats: Option<Times>,
    places: Option<&'a [ArrayRef; 3]>,
    policy: &'a Policy,
}

/// A column of numbers or of handsets.
enum KeyColumn<'a> {
    /// Its cells, and the array that they are from.
    Cells(Column<'a>, &'a ArrayRef),
    /// What was read of them.
    Read(&'a ReadKeys),
}

impl<'a> Batch<'a> {
    pub(super) fn new(
        columns: &'a Sightings,
        region: Region,
        policy: &'a Policy,
    ) -> Result<Self, Error> {
        let cells = |array: &'a ArrayRef, keys| {
            let column = Column::new(array.as_ref(), keys)?;
            Ok::<_, Error>(KeyColumn::Cells(column, array))
        };
        let keys = [
            cells(&columns.msisdns, Keys::Msisdn(region))?,
            cells(&columns.imeis, Keys::ImeiOrPlaceholder)?,
        ];
        Self::of(keys, columns.ats.as_ref(), columns.places.as_ref(), policy)
    }

    /// A batch of a file, whose keys were read.
    pub(super) fn read_before(
        [msisdns, imeis]: &'a [ReadKeys; 2],
        ats: Option<&ArrayRef>,
        places: Option<&'a [ArrayRef; 3]>,
        policy: &'a Policy,
    ) -> Result<Self, Error> {
        let keys = [KeyColumn::Read(msisdns), KeyColumn::Read(imeis)];
        Self::of(keys, ats, places, policy)
    }

    fn of(
        [msisdns, imeis]: [KeyColumn<'a>; 2],
        ats: Option<&ArrayRef>,
        places: Option<&'a [ArrayRef; 3]>,
        policy: &'a Policy,
    ) -> Result<Self, Error> {
        let others = ats.into_iter().chain(places.into_iter().flatten());
        assert!(
            imeis.len() == msisdns.len()
                && others.clone().all(|column| column.len() == msisdns.len()),
            "columns of the same length"
        );
        Ok(Self {
            msisdns,
            imeis,
            ats: ats.map(Times::new).transpose()?,
            places,
            policy,
        })
    }

    fn len(&self) -> usize {
        self.msisdns.len()
    }

    /// Its rows, cut into runs of at most [`parallel::TASK`].
    pub(super) fn runs(&self) -> impl Iterator<Item = (&Self, Range<usize>)> {
        parallel::runs(self.len(), parallel::TASK).map(move |rows| (self, rows))
    }

    /// Reads a run of rows: those that are kept, and why others were refused.
    pub(super) fn read(&self, rows: Range<usize>) -> (Block, Refused) {
        let block = Block {
            msisdns: self.msisdns.keys(&rows),
            imeis: self.imeis.keys(&rows),
            ats: self.ats.as_ref().map(|times| self.times(times, &rows)),
            places: self.places.map(|places| {
                places.each_ref().map(|column| {
                    let values = column.as_primitive::<UInt64Type>().values();
                    values.slice(rows.start, rows.len())
                })
            }),
        };
        let mut refused = Refused::new();
        let mut dropped = Vec::new();
        for row in self.doubtful(&block) {
            let (msisdn, imei) = (block.msisdns[row], block.imeis[row]);
            match self.check_row(rows.start + row, msisdn, imei, block.at(row)) {
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

    fn times(&self, times: &Times, rows: &Range<usize>) -> ScalarBuffer<i64> {
        if let Some(as_they_are) = times.as_they_are() {
            return as_they_are.slice(rows.start, rows.len());
        }
        let mut ats = vec![0; rows.len()];
        times.fill(rows.start, &mut ats);
        ats.into()
    }

    /// The rows that are not certainly kept. Most runs of [`SURE`] rows have none, which one pass without a branch
    /// determines; a block rarely has none, because about one handset in a thousand is a placeholder of zeros.
    fn doubtful(&self, block: &Block) -> Vec<usize> {
        let (kept, untimed) = (self.policy.kept(), !self.policy.needs_time());
        let admits = |at: i64| {
            ((kept.from <= at) & (at <= kept.to))
                | (untimed & (at == numguard_core::linkage::NO_TIME))
        };
        let is_number = |key: u64| key != 0;
        let is_handset = |key: u64| (key != 0) & !is_imsi(key);
        let is_sure = |row: usize| {
            is_number(block.msisdns[row]) & is_handset(block.imeis[row]) & admits(block.at(row))
        };
        let are_sure = |rows: Range<usize>| {
            let admitted = match &block.ats {
                None => untimed,
                Some(ats) => {
                    let ats = &ats[rows.clone()];
                    extremes(ats).is_none_or(|(first, last)| kept.from <= first && last <= kept.to)
                        || ats.iter().fold(true, |all, &at| all & admits(at))
                }
            };
            let msisdns = bytemuck::cast_slice(&block.msisdns[rows.clone()]);
            let are_numbers = extremes(msisdns).is_none_or(|(least, _)| least > 0);
            let handsets = block.imeis[rows].iter();
            admitted && are_numbers && handsets.fold(true, |all, &key| all & is_handset(key))
        };
        let mut doubtful = Vec::new();
        for rows in parallel::runs(block.len(), SURE) {
            if !are_sure(rows.clone()) {
                doubtful.extend(rows.filter(|&row| !is_sure(row)));
            }
        }
        doubtful
    }

    /// Whether a row is kept, or why it is refused.
    #[inline]
    fn check_row(&self, row: usize, msisdn: u64, imei: u64, at: i64) -> Result<bool, &'static str> {
        if msisdn == 0 {
            return Err(self.msisdns.why_none(row));
        }
        if imei == 0 {
            let why = self.imeis.why_none(row);
            // Zeros throughout are a placeholder, and the only one whose key is 0.
            if why != Note::Placeholder.code() {
                return Err(why);
            }
        }
        if is_imsi(imei) {
            return Err(IMSI_FOR_IMEI);
        }
        match self.policy.admits(at) {
            Admitted::Kept => Ok(true),
            Admitted::Outside => Ok(false),
            Admitted::NoTime => Err(NO_TIME),
            Admitted::TooEarly => Err(CLOCK_NOT_SET),
            Admitted::TooLate => Err(IN_THE_FUTURE),
        }
    }
}

impl KeyColumn<'_> {
    fn len(&self) -> usize {
        match self {
            Self::Cells(column, _) => column.len(),
            Self::Read(read) => read.keys.len(),
        }
    }

    /// The keys of some rows; 0 for a row without one.
    fn keys(&self, rows: &Range<usize>) -> ScalarBuffer<u64> {
        let (column, array) = match self {
            Self::Cells(column, array) => (column, array),
            Self::Read(read) => return read.keys.slice(rows.start, rows.len()),
        };
        if column.is_keys(rows.clone()) {
            let values = array.as_primitive::<UInt64Type>().values();
            return values.slice(rows.start, rows.len());
        }
        let mut keys = vec![0; rows.len()];
        column.fill(rows.start, &mut keys);
        keys.into()
    }

    /// The code of the note of a row without a key.
    fn why_none(&self, row: usize) -> &'static str {
        match self {
            Self::Cells(column, _) => why_refused(column, row),
            Self::Read(read) => {
                let found = read.none.binary_search_by_key(&row, |&(row, _)| row);
                found.map_or(Note::Empty.code(), |at| read.none[at].1)
            }
        }
    }
}
