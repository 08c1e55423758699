//! Sightings -> the periods of each key with each other.
//!
//! One idea: **a run of rows is cut by key as soon as it is read**, in 24 bytes a sighting. A part of all keys is then put
//! together from all runs, sorted and processed by itself. Runs beyond the memory limit wait in a temporary file.

use std::fs::File as Temporary;
use std::sync::Arc;
use std::time::Duration;

use arrow_array::ArrayRef;
use numguard_core::linkage::NO_TIME;
use numguard_core::sightings::changes::{PARTS, Period, Periods, Sighting, sightings};

use super::files::Files;
use super::together::runs;
use super::{Account, File, NOT_TIMED, Taken, fill_keys, fill_times, read_batches, why_refused};
use crate::column::{Column, Keys};
use crate::linkage::Times;
use crate::positioned::{read_exact_at, write_all_at};
use crate::{Error, parallel};

/// Bytes of a sighting.
const BYTES: usize = size_of::<Sighting>();

/// Sightings of one run, part by part.
struct Run {
    starts: Vec<u32>,
    store: Store,
}

enum Store {
    Memory(Vec<Sighting>),
    /// Where they begin in the temporary file.
    File(u64),
}

/// Sightings that are read, then processed part by part.
pub struct Changes {
    keys: [Keys; 2],
    /// Which of the two columns is the key: 0 or 1.
    by: usize,
    gap: i64,
    list: bool,
    threads: parallel::Threads,
    files: Option<Files<Taken<Run>>>,
    rows: u64,
    account: Account,
    runs: Vec<Run>,
    memory_limit: usize,
    bytes: usize,
    spill: Option<(Temporary, u64)>,
    /// The next part to process.
    part: usize,
    found: Vec<Vec<Period>>,
}

/// The periods, by key, then beginning.
#[derive(Debug, Default)]
pub struct Table {
    /// The key of each.
    pub keys: Vec<u64>,
    /// What it was seen with.
    pub others: Vec<u64>,
    /// The first time.
    pub from: Vec<i64>,
    /// The last time.
    pub to: Vec<i64>,
    /// Distinct sightings.
    pub sightings: Vec<i64>,
    /// The other of the period before; 0 in the first of a key.
    pub followed: Vec<u64>,
    /// Microseconds in which an earlier period of the key had not ended.
    pub overlap: Vec<i64>,
    /// The number of the row of the first sighting.
    pub from_row: Vec<u64>,
    /// Of the last one.
    pub to_row: Vec<u64>,
}

impl Changes {
    /// Begins. `by`: 0 for the periods of the first column, 1 for those of the second one; `gap` in microseconds; `list`:
    /// whether each refused row is listed; up to `memory_limit` bytes of sightings are kept in memory.
    #[must_use]
    pub fn new(
        keys: [Keys; 2],
        by: usize,
        gap: i64,
        list: bool,
        memory_limit: usize,
        threads: parallel::Threads,
    ) -> Self {
        Self {
            keys,
            by,
            gap,
            list,
            threads,
            files: None,
            rows: 0,
            account: Account::default(),
            runs: Vec::new(),
            memory_limit,
            bytes: 0,
            spill: None,
            part: 0,
            found: Vec::new(),
        }
    }

    /// Reads batches, each with the two columns of keys and one of times.
    ///
    /// # Errors
    /// [`Error::UnsupportedType`], [`Error::NotTimes`]; [`Error::File`] if the temporary file has no space.
    pub fn read(&mut self, batches: &[Vec<ArrayRef>]) -> Result<(), Error> {
        let read = self.reader();
        for taken in read_batches(self.threads, batches, 2, self.rows, &*read)? {
            self.take(taken)?;
        }
        Ok(())
    }

    /// Starts to read local Parquet files.
    pub fn begin(&mut self, files: Vec<File>) {
        self.files = Some(Files::new(files, self.rows, self.reader(), self.threads));
    }

    /// Goes on reading the files for some time; whether there is more.
    ///
    /// # Errors
    /// Those of reading Parquet, and those of [`read`](Self::read), in the file.
    pub fn read_on(&mut self, patience: Duration) -> Result<bool, Error> {
        let Some(mut files) = self.files.take() else {
            return Ok(false);
        };
        let more = files.take(patience, |taken| self.take(taken))?;
        if more {
            self.files = Some(files);
        }
        Ok(more)
    }

    /// The number of rows read so far.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    fn reader(&self) -> Arc<super::files::Read<Taken<Run>>> {
        let (keys, by, list) = (self.keys, self.by, self.list);
        Arc::new(move |columns, first| read(columns, first, keys, by, list))
    }

    fn take(&mut self, taken: Taken<Run>) -> Result<(), Error> {
        self.rows += taken.rows;
        self.account.add(taken.account);
        for mut run in taken.runs {
            if let Store::Memory(sightings) = &run.store {
                let bytes = sightings.len() * BYTES;
                if self.bytes + bytes > self.memory_limit {
                    run.store = Store::File(self.write(sightings)?);
                } else {
                    self.bytes += bytes;
                }
            }
            self.runs.push(run);
        }
        Ok(())
    }

    /// Writes a run to the temporary file; where it begins.
    fn write(&mut self, sightings: &[Sighting]) -> Result<u64, Error> {
        let (file, end) = match &mut self.spill {
            Some(spill) => spill,
            none => none.insert((tempfile::tempfile().map_err(no_space)?, 0)),
        };
        let words: Vec<[u64; 3]> = sightings.iter().map(|one| one.words()).collect();
        let bytes: &[u8] = bytemuck::cast_slice(&words);
        let start = *end;
        write_all_at(file, bytes, start).map_err(no_space)?;
        *end += bytes.len() as u64;
        Ok(start)
    }

    /// Processes some more parts; whether there are more.
    ///
    /// # Errors
    /// [`Error::File`] if the temporary file cannot be read.
    pub fn step(&mut self) -> Result<bool, Error> {
        // Some hundredths of a second, for every thread some parts.
        let rows = self.rows.max(1);
        let parts = ((PARTS as u64) << 22) / rows;
        let parts = usize::try_from(parts).unwrap_or(PARTS).clamp(8, PARTS);
        let end = PARTS.min(self.part + parts);
        let tasks = (self.part..end).collect::<Vec<_>>();
        let tasks = tasks.chunks(
            tasks
                .len()
                .div_ceil(4 * parallel::count(self.threads))
                .max(1),
        );
        let found = parallel::map(self.threads, tasks.collect(), |parts| self.go_over(parts));
        for periods in found {
            self.found.push(periods?);
        }
        self.part = end;
        Ok(end < PARTS)
    }

    fn go_over(&self, parts: &[usize]) -> Result<Vec<Period>, Error> {
        let mut periods = Periods::default();
        let mut found = Vec::new();
        for &part in parts {
            let mut read = Vec::new();
            for run in &self.runs {
                if let Store::File(start) = &run.store {
                    read.push(self.read_back(*start, run.starts[part], run.starts[part + 1])?);
                }
            }
            let mut read = read.iter();
            let runs = self.runs.iter().map(|run| match &run.store {
                Store::Memory(sightings) => {
                    &sightings[run.starts[part] as usize..run.starts[part + 1] as usize]
                }
                Store::File(_) => read.next().map_or(&[][..], Vec::as_slice),
            });
            let runs: Vec<&[Sighting]> = runs.collect();
            periods.of_part(part, &runs, self.gap, |period| found.push(period));
        }
        Ok(found)
    }

    fn read_back(&self, start: u64, from: u32, to: u32) -> Result<Vec<Sighting>, Error> {
        let mut words = vec![[0u64; 3]; (to - from) as usize];
        let bytes: &mut [u8] = bytemuck::cast_slice_mut(&mut words);
        if let Some((file, _)) = &self.spill {
            let offset = start + u64::from(from) * BYTES as u64;
            read_exact_at(file, bytes, offset).map_err(no_space)?;
        }
        Ok(words.into_iter().map(Sighting::of_words).collect())
    }

    /// The periods of all keys, and the account of the rows. Parts that are not yet processed are processed first.
    ///
    /// # Errors
    /// As [`step`](Self::step).
    pub fn finish(mut self) -> Result<(Table, Account), Error> {
        while self.part < PARTS {
            self.step()?;
        }
        drop(self.runs);
        Ok((Table::of(&self.found, self.threads), self.account))
    }
}

impl Table {
    /// The periods of all groups of parts, by key; those of a key stand together, in their order.
    fn of(found: &[Vec<Period>], threads: parallel::Threads) -> Self {
        let mut order: Vec<u128> = Vec::with_capacity(found.iter().map(Vec::len).sum());
        for (group, periods) in found.iter().enumerate() {
            let place = (group as u128) << 32;
            let keys = periods.iter().map(|one| u128::from(one.key) << 64);
            order.extend(keys.zip(0u32..).map(|(key, n)| key | place | u128::from(n)));
        }
        parallel::sort(threads, &mut order);
        let mut table = Self::with_room_for(order.len());
        for one in order {
            // Each period is far from the one before in memory, and so all its columns are written at once.
            let period = &found[(one >> 32) as u32 as usize][one as u32 as usize];
            table.push(period);
        }
        table
    }

    fn with_room_for(len: usize) -> Self {
        Self {
            keys: Vec::with_capacity(len),
            others: Vec::with_capacity(len),
            from: Vec::with_capacity(len),
            to: Vec::with_capacity(len),
            sightings: Vec::with_capacity(len),
            followed: Vec::with_capacity(len),
            overlap: Vec::with_capacity(len),
            from_row: Vec::with_capacity(len),
            to_row: Vec::with_capacity(len),
        }
    }

    fn push(&mut self, period: &Period) {
        self.keys.push(period.key);
        self.others.push(period.other);
        self.from.push(period.from);
        self.to.push(period.to);
        self.sightings
            .push(i64::try_from(period.sightings).unwrap_or(i64::MAX));
        self.followed.push(period.followed.unwrap_or(0));
        self.overlap.push(period.overlap);
        self.from_row.push(period.from_row);
        self.to_row.push(period.to_row);
    }
}

/// Reads a batch.
fn read(
    columns: &[ArrayRef],
    first: u64,
    keys: [Keys; 2],
    by: usize,
    list: bool,
) -> Result<Taken<Run>, Error> {
    let sides = [
        Column::new(columns[0].as_ref(), keys[0])?,
        Column::new(columns[1].as_ref(), keys[1])?,
    ];
    let times = Times::new(&columns[2])?;
    let mut taken = Taken::of(times.len());
    for (&keys, column) in keys.iter().zip(columns) {
        taken.account.look_at(keys, column);
    }
    for rows in runs(times.len()) {
        let mut read = sides
            .each_ref()
            .map(|side| fill_keys(side, rows.start, rows.len()));
        let ats = fill_times(Some(&times), rows.start, rows.len());
        let is_used = |row: usize, read: &[Vec<u64>; 2]| {
            (read[0][row] != 0) & (read[1][row] != 0) & (ats[row] != NO_TIME)
        };
        if !(0..rows.len()).fold(true, |all, row| all & is_used(row, &read)) {
            for row in 0..rows.len() {
                if is_used(row, &read) {
                    continue;
                }
                let at = rows.start + row;
                let unread = (0..2).find(|&side| read[side][row] == 0);
                let why = unread.map_or(NOT_TIMED, |side| why_refused(&sides[side], at));
                taken.account.refuse(first + at as u64, why, list);
                // Without a key it is left out.
                read[by][row] = 0;
            }
        }
        let first = first + rows.start as u64;
        let cut = sightings(&read[by], &read[1 - by], &ats, first);
        let (sightings, starts) = cut.into_inner();
        taken.runs.push(Run {
            starts,
            store: Store::Memory(sightings),
        });
    }
    Ok(taken)
}

/// An error of the temporary file.
fn no_space(error: std::io::Error) -> Error {
    Error::file(&std::env::temp_dir(), error)
}
