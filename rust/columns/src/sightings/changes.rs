//! Sightings -> the periods of each key with each other.
//!
//! One idea: **a run of rows is cut by key as soon as it is read**, in sixteen bytes a sighting. A part of all keys is then
//! processed by itself, from all runs. Runs beyond the memory limit wait in a temporary file.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use arrow_array::ArrayRef;
use numguard_core::imei::is_imsi;
use numguard_core::linkage::{NO_TIME, Window};
use numguard_core::sightings::Piece;
use numguard_core::sightings::changes::{CutRun, PARTS, Period, Periods, RunForm};

use super::by_key::{ByKey, GROUP, Group, Table};
use super::files::Files;
use super::{Account, File, NOT_TIMED, RUN, Taken, read_batches};
use crate::column::{Column, Keys};
use crate::linkage::{CLOCK_NOT_SET, IMSI_FOR_IMEI, IN_THE_FUTURE, Times};
use crate::pages::Words;
use crate::refused::why_refused;
use crate::spill::{Spill, Spilled};
use crate::{Error, parallel};

/// Parts that say where to cut the periods.
const FIRST_PARTS: usize = 16;

/// Sightings of one run, part by part.
struct Run {
    starts: Vec<u32>,
    form: RunForm,
    store: Store,
}

enum Store {
    Memory(Words),
    File(Spilled),
}

/// Sightings that are read, then processed part by part.
pub struct Changes {
    keys: [Keys; 2],
    /// Which of the two columns is the key: 0 or 1.
    by: usize,
    gap: i64,
    clock: Window,
    list: bool,
    threads: parallel::Threads,
    files: Files<Taken<Run>>,
    rows: u64,
    account: Account,
    runs: Vec<Run>,
    memory_limit: usize,
    bytes: usize,
    spill: Spill,
    /// The next part to process.
    part: usize,
    found: ByKey,
}

impl Changes {
    /// Begins. `by`: 0 for the periods of the first column, 1 for those of the second one; `gap` in microseconds; rows
    /// of times outside of `clock` are refused; `list`: whether each refused row is listed; up to `memory_limit` bytes of
    /// sightings are kept in memory.
    #[must_use]
    pub fn new(
        keys: [Keys; 2],
        by: usize,
        gap: i64,
        clock: Window,
        list: bool,
        memory_limit: usize,
        threads: parallel::Threads,
    ) -> Self {
        Self {
            keys,
            by,
            gap,
            clock,
            list,
            threads,
            files: Files::default(),
            rows: 0,
            account: Account::default(),
            runs: Vec::new(),
            memory_limit,
            bytes: 0,
            spill: Spill::default(),
            part: 0,
            found: ByKey::default(),
        }
    }

    /// Reads batches, each with the two columns of keys and one of times.
    ///
    /// # Errors
    /// [`Error::UnsupportedType`], [`Error::WrongType`]; [`Error::File`] if the temporary file has no space.
    pub fn read(&mut self, batches: &[Vec<ArrayRef>]) -> Result<(), Error> {
        let read = self.reader();
        for taken in read_batches(self.threads, batches, 2, self.rows, &*read)? {
            self.take(taken)?;
        }
        Ok(())
    }

    /// Starts to read local Parquet files.
    pub fn begin(&mut self, files: Vec<File>) {
        self.files = Files::new(files, self.rows, self.reader(), self.threads);
    }

    /// Goes on reading the files for some time; whether there is more.
    ///
    /// # Errors
    /// Those of reading Parquet, and those of [`read`](Self::read), in the file.
    pub fn read_on(&mut self, patience: Duration) -> Result<bool, Error> {
        let mut files = std::mem::take(&mut self.files);
        let more = files.take(patience, |taken| self.take(taken))?;
        self.files = files;
        Ok(more)
    }

    /// The number of rows read so far.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    fn reader(&self) -> Arc<super::files::Read<Taken<Run>>> {
        let (keys, by, clock, list) = (self.keys, self.by, self.clock, self.list);
        Arc::new(move |columns, first| read(columns, first, keys, by, clock, list))
    }

    fn take(&mut self, taken: Taken<Run>) -> Result<(), Error> {
        self.rows += taken.rows;
        self.account.add(taken.account);
        for mut run in taken.runs {
            if let Store::Memory(words) = &run.store {
                let bytes = size_of_val(words.as_slice());
                if self.bytes + bytes > self.memory_limit {
                    let words = bytemuck::cast_slice(words.as_slice());
                    run.store = Store::File(self.spill.write(words)?);
                } else {
                    self.bytes += bytes;
                }
            }
            self.runs.push(run);
        }
        Ok(())
    }

    /// Processes some more parts; whether there are more.
    ///
    /// # Errors
    /// [`Error::File`] if the temporary file cannot be read.
    pub fn step(&mut self) -> Result<bool, Error> {
        if self.found.is_new() {
            self.first_step()?;
        }
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
        let groups = parallel::map(self.threads, tasks.collect(), |parts| self.cut(parts));
        for groups in groups {
            self.found.add(groups?);
        }
        self.part = end;
        Ok(end < PARTS)
    }

    /// Processes the first parts, which say where to cut the periods.
    fn first_step(&mut self) -> Result<(), Error> {
        let parts = (0..FIRST_PARTS).collect();
        let found = parallel::map(self.threads, parts, |part| {
            let (mut periods, mut found) = (Periods::default(), Vec::new());
            self.periods_of(part, &mut periods, &mut found)?;
            Ok(found)
        });
        let found = found.into_iter().collect::<Result<Vec<_>, Error>>()?;
        self.found.prepare(&found, PARTS / FIRST_PARTS);
        let groups = parallel::map(self.threads, found, |periods| self.found.cut(&periods));
        self.found.add(groups);
        self.part = FIRST_PARTS;
        Ok(())
    }

    /// The periods of parts, cut into ranges while they are in the cache.
    fn cut(&self, parts: &[usize]) -> Result<Vec<Group>, Error> {
        let (mut periods, mut found) = (Periods::default(), Vec::new());
        let mut groups = Vec::new();
        for &part in parts {
            self.periods_of(part, &mut periods, &mut found)?;
            // The rest stays for the next group: a group fills its memory.
            let whole = found.len() / GROUP * GROUP;
            groups.extend(
                found[..whole]
                    .chunks(GROUP)
                    .map(|some| self.found.cut(some)),
            );
            found.drain(..whole);
        }
        groups.push(self.found.cut(&found));
        Ok(groups)
    }

    /// Adds the periods of all keys of a part.
    fn periods_of(
        &self,
        part: usize,
        periods: &mut Periods,
        found: &mut Vec<Period>,
    ) -> Result<(), Error> {
        let mut read = Vec::new();
        for run in &self.runs {
            if let Store::File(spilled) = &run.store {
                let range = run.words(part);
                let mut words = vec![0u64; range.len()];
                let bytes = bytemuck::cast_slice_mut(&mut words);
                spilled.read(range.start * size_of::<u64>(), bytes)?;
                read.push(words);
            }
        }
        let mut read = read.iter();
        let pieces = self.runs.iter().map(|run| Piece {
            form: run.form,
            words: match &run.store {
                Store::Memory(words) => &words.as_slice()[run.words(part)],
                Store::File(_) => read.next().map_or(&[][..], Vec::as_slice),
            },
        });
        let pieces: Vec<Piece<'_>> = pieces.collect();
        periods.of_part(part, &pieces, self.gap, found);
        Ok(())
    }

    /// The periods of all keys, whose rows are counted from `first`, and the account of the rows. Parts that are not yet
    /// processed are processed first.
    ///
    /// # Errors
    /// As [`step`](Self::step).
    pub fn finish(mut self, first: u64) -> Result<(Table, Account), Error> {
        while self.part < PARTS {
            self.step()?;
        }
        let runs = self.runs.into_iter().filter_map(|run| match run.store {
            Store::Memory(words) => words.into_block(),
            Store::File(_) => None,
        });
        let used = runs.collect();
        let table = self.found.table(used, first, self.threads);
        Ok((table, self.account))
    }
}

impl Run {
    /// Where the words of a part are.
    fn words(&self, part: usize) -> std::ops::Range<usize> {
        let words = self.form.words();
        self.starts[part] as usize * words..self.starts[part + 1] as usize * words
    }
}

/// Columns of a run, whose memory is used again for the next one.
#[derive(Default)]
struct Scratch {
    keys: [Vec<u64>; 2],
    ats: Vec<i64>,
}

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// Reads a batch.
fn read(
    columns: &[ArrayRef],
    first: u64,
    keys: [Keys; 2],
    by: usize,
    clock: Window,
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
    SCRATCH.with_borrow_mut(|scratch| {
        for rows in parallel::runs(times.len(), RUN) {
            let Scratch { keys: read, ats } = &mut *scratch;
            for (side, read) in sides.iter().zip(&mut *read) {
                read.resize(rows.len(), 0);
                side.fill(rows.start, read);
            }
            ats.resize(rows.len(), 0);
            times.fill(rows.start, ats);
            let is_used = |one: u64, other: u64, at: i64| {
                (one != 0) & (other != 0) & !is_imsi(other) & (clock.from <= at) & (at <= clock.to)
            };
            // In this form the compiler looks at several rows at once.
            let rows_of = read[0].iter().zip(&read[1]).zip(&*ats);
            let are_used = rows_of.fold(true, |all, ((&one, &other), &at)| {
                all & is_used(one, other, at)
            });
            if !are_used {
                for row in 0..rows.len() {
                    if is_used(read[0][row], read[1][row], ats[row]) {
                        continue;
                    }
                    let at = rows.start + row;
                    let unread = (0..2).find(|&side| read[side][row] == 0);
                    let why = match unread {
                        Some(side) => why_refused(&sides[side], at),
                        None if is_imsi(read[1][row]) => IMSI_FOR_IMEI,
                        None if ats[row] == NO_TIME => NOT_TIMED,
                        None if ats[row] < clock.from => CLOCK_NOT_SET,
                        None => IN_THE_FUTURE,
                    };
                    taken.account.refuse(first + at as u64, why, list);
                    // Without a key it is left out.
                    read[by][row] = 0;
                }
            }
            let first = first + rows.start as u64;
            let cut = CutRun::of(std::mem::take(&mut read[by]), &read[1 - by], ats, first);
            let (form, mut words) = (cut.form(), Words::in_blocks(cut.words()));
            let (starts, memory) = cut.write(words.as_mut_slice());
            read[by] = memory;
            taken.runs.push(Run {
                starts,
                form,
                store: Store::Memory(words),
            });
        }
    });
    Ok(taken)
}
