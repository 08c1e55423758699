//! Several sources -> the keys in at least so many of them, and the rows of these keys.
//!
//! One idea: **two looks.** The first one keeps each pair of key and source in eight bytes, and decides which keys are
//! found. The second one reads the sources again and counts the rows of these keys alone.

use std::sync::Arc;
use std::time::Duration;

use arrow_array::ArrayRef;
use numguard_core::imei::is_imsi;
use numguard_core::linkage::{NO_TIME, Window};
use numguard_core::sightings::Scattered;
use numguard_core::sightings::common::{
    Counts, Filter, Found, Hit, Part, Row, SOURCES, in_at_least, pairs,
};

use super::files::Files;
use super::stored::Stored;
use super::{Account, File, RUN, TOO_MANY, Taken, fill_keys, fill_times, read_batches};
use crate::column::{Column, Keys};
use crate::linkage::{IMSI_FOR_IMEI, Times};
use crate::refused::why_refused;
use crate::{Error, parallel};

/// Rows that wait for the parts, so that a part is processed seldom: 32 MiB.
const WAITING: usize = 1 << 21;

/// The rows of the keys found, as they are looked for.
#[derive(Debug, Default)]
pub struct Hits {
    /// The key of each.
    pub keys: Vec<u64>,
    /// The number of each among all rows.
    pub rows: Vec<u64>,
    /// The time of each; [`NO_TIME`] without one.
    pub ats: Vec<i64>,
}

/// The keys found: most sources first, then by key.
#[derive(Debug)]
pub struct Table {
    /// The keys.
    pub keys: Vec<u64>,
    /// How many sources each is in.
    pub sources: Vec<i64>,
    /// Where the sources of each begin in `which`, and where the last ones end.
    pub offsets: Vec<i32>,
    /// The numbers of the sources, ascending for each key.
    pub which: Vec<i32>,
    /// The count of rows of each.
    pub rows: Vec<i64>,
    /// The first time of each; [`NO_TIME`] without any.
    pub first: Vec<i64>,
    /// The last one.
    pub last: Vec<i64>,
}

enum Run {
    /// With the number of the source, and the sum of its keys.
    Pairs(Scattered<u64>, u16, u64),
    /// With the number of the first row.
    Rows(Scattered<Row>, u64),
}

enum Look {
    First(Stored),
    Second(Arc<Filter>, Found),
}

/// Sources being read: all of them for the first look, then all of them again in the same order.
pub struct Common {
    keys: Keys,
    clock: Window,
    list: bool,
    threads: parallel::Threads,
    look: Look,
    files: Files<Taken<Run>>,
    /// Of the first look: the sum of the keys of each source, up to the last one that has any.
    sums: Vec<u64>,
    rows: u64,
    account: Account,
    /// Rows of the second look, each with the number of the first row of its run.
    waiting: Vec<(Scattered<Row>, u64)>,
    entries: usize,
    /// The rows of the keys found; `None` if they are over the limit.
    hits: Option<Hits>,
    most_hits: usize,
}

impl Common {
    /// Begins the first look. A time outside of `clock` counts as none; `list`: whether each refused row is listed.
    #[must_use]
    pub fn new(keys: Keys, clock: Window, list: bool, threads: parallel::Threads) -> Self {
        Self {
            keys,
            clock,
            list,
            threads,
            look: Look::First(Stored::default()),
            files: Files::default(),
            sums: Vec::new(),
            rows: 0,
            account: Account::default(),
            waiting: Vec::new(),
            entries: 0,
            hits: None,
            most_hits: 0,
        }
    }

    /// Begins a second look for known keys, of any type that holds them.
    ///
    /// # Errors
    /// [`Error::UnsupportedType`].
    pub fn of_keys(
        wanted: &[ArrayRef],
        keys: Keys,
        clock: Window,
        threads: parallel::Threads,
    ) -> Result<Self, Error> {
        let mut common = Self::new(keys, clock, false, threads);
        for chunk in wanted {
            // They are those in at least one of one source.
            common.read(0, std::slice::from_ref(&vec![chunk.clone()]))?;
        }
        common.look_again(1, usize::MAX)?;
        Ok(common)
    }

    /// Reads batches of a source, each with a column of keys and, in the second look, one of times if there is one.
    ///
    /// # Errors
    /// [`Error::UnsupportedType`], [`Error::WrongType`].
    ///
    /// # Panics
    /// If `source` is at least [`SOURCES`].
    pub fn read(&mut self, source: usize, batches: &[Vec<ArrayRef>]) -> Result<(), Error> {
        let read = self.reader(source);
        for taken in read_batches(self.threads, batches, 1, self.rows, &*read)? {
            self.take(taken)?;
        }
        Ok(())
    }

    /// Starts to read local Parquet files of a source.
    ///
    /// # Panics
    /// As [`read`](Self::read).
    pub fn begin(&mut self, source: usize, files: Vec<File>) {
        let read = self.reader(source);
        self.files = Files::new(files, self.rows, read, self.threads);
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

    /// The number of rows read in this look.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    fn reader(&self, source: usize) -> Arc<super::files::Read<Taken<Run>>> {
        let (keys, list) = (self.keys, self.list);
        assert!(source < SOURCES, "the number of a source");
        let source = source as u16;
        match &self.look {
            Look::First(_) => Arc::new(move |columns, first| {
                let column = Column::new(columns[0].as_ref(), keys)?;
                let mut taken = Taken::of(column.len());
                taken.account.look_at(keys, &columns[0]);
                let are_handsets = matches!(keys, Keys::Imei);
                for rows in parallel::runs(column.len(), RUN) {
                    let mut read = fill_keys(&column, rows.start, rows.len());
                    let is_used = |key: u64| (key != 0) & !(are_handsets & is_imsi(key));
                    // In this form the compiler looks at several rows at once.
                    if !read.iter().fold(true, |all, &key| all & is_used(key)) {
                        for (row, key) in (rows.start..).zip(&mut read) {
                            if is_used(*key) {
                                continue;
                            }
                            let why = match *key {
                                0 => why_refused(&column, row),
                                _ => IMSI_FOR_IMEI,
                            };
                            taken.account.refuse(first + row as u64, why, list);
                            // Without a key it is left out.
                            *key = 0;
                        }
                    }
                    let sum = read.iter().copied().fold(0, u64::wrapping_add);
                    taken
                        .runs
                        .push(Run::Pairs(pairs(&read, source), source, sum));
                }
                Ok(taken)
            }),
            Look::Second(filter, _) => {
                let (filter, clock) = (Arc::clone(filter), self.clock);
                Arc::new(move |columns, first| {
                    let column = Column::new(columns[0].as_ref(), keys)?;
                    let times = columns.get(1).map(Times::new).transpose()?;
                    let mut taken = Taken::of(column.len());
                    for rows in parallel::runs(column.len(), RUN) {
                        let read = fill_keys(&column, rows.start, rows.len());
                        let mut ats = fill_times(times.as_ref(), rows.start, rows.len());
                        for at in &mut ats {
                            let is_known = (clock.from <= *at) & (*at <= clock.to);
                            *at = if is_known { *at } else { NO_TIME };
                        }
                        let first = first + rows.start as u64;
                        let rows = filter.rows(&read, &ats);
                        taken.runs.push(Run::Rows(rows, first));
                    }
                    Ok(taken)
                })
            }
        }
    }

    fn take(&mut self, taken: Taken<Run>) -> Result<(), Error> {
        self.rows += taken.rows;
        self.account.add(taken.account);
        for run in taken.runs {
            match (run, &mut self.look) {
                (Run::Pairs(run, source, sum), Look::First(stored)) => {
                    stored.add(&run, self.threads)?;
                    let source = usize::from(source);
                    if self.sums.len() <= source {
                        self.sums.resize(source + 1, 0);
                    }
                    self.sums[source] = self.sums[source].wrapping_add(sum);
                }
                (Run::Rows(run, first), Look::Second(..)) => {
                    self.entries += run.entries().len();
                    self.waiting.push((run, first));
                }
                // A reader belongs to its look.
                _ => {}
            }
        }
        if self.entries >= WAITING {
            self.count();
        }
        Ok(())
    }

    /// Counts the rows that wait.
    fn count(&mut self) {
        let waiting = std::mem::take(&mut self.waiting);
        self.entries = 0;
        let Look::Second(_, found) = &mut self.look else {
            return;
        };
        let keeps = self.hits.is_some();
        let parts = found.parts().into_iter().enumerate().collect();
        let hits = parallel::map(self.threads, parts, |(n, mut part): (usize, Part<'_>)| {
            let mut hits = Vec::new();
            for (run, first) in &waiting {
                part.count(run.part(n), |Hit { key, row, at }| {
                    if keeps {
                        hits.push((key, first + u64::from(row), at));
                    }
                });
            }
            hits
        });
        self.keep(hits);
    }

    /// Keeps rows of keys that are found, unless they become too many.
    fn keep(&mut self, found: Vec<Vec<(u64, u64, i64)>>) {
        let Some(hits) = &mut self.hits else { return };
        let more: usize = found.iter().map(Vec::len).sum();
        if hits.rows.len() + more > self.most_hits {
            self.hits = None;
            return;
        }
        for (key, row, at) in found.into_iter().flatten() {
            hits.keys.push(key);
            hits.rows.push(row);
            hits.ats.push(at);
        }
    }

    /// Ends the first look and begins the second one, for the keys in at least so many sources. Up to `most_hits` of their
    /// rows are kept. Returns the account of the first look.
    ///
    /// # Errors
    /// [`Error::TooMany`] if the keys, or all sources of all keys, need more than 32 bits to be counted.
    pub fn look_again(&mut self, at_least: usize, most_hits: usize) -> Result<Account, Error> {
        if let Look::First(stored) = &mut self.look {
            let stored = std::mem::take(stored);
            let mut found = Found::default();
            stored.each_part(
                self.threads,
                |part, pairs| in_at_least(part, pairs, at_least),
                |several| found.add(&several).ok_or(Error::TooMany(TOO_MANY)),
            )?;
            drop(stored);
            found.prepare();
            self.look = Look::Second(Arc::new(found.filter()), found);
        }
        self.rows = 0;
        self.hits = Some(Hits::default());
        self.most_hits = most_hits;
        Ok(std::mem::take(&mut self.account))
    }

    /// The sum of all keys of a source, modulo 2^64, which is the same for the same keys.
    #[must_use]
    pub fn sum_of(&self, source: usize) -> u64 {
        self.sums.get(source).copied().unwrap_or_default()
    }

    /// Whether no key was found in the first look.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match &self.look {
            Look::First(_) => true,
            Look::Second(_, found) => found.is_empty(),
        }
    }

    /// The rows of the keys found, by key and row; `None` if they are more than were to be kept.
    pub fn hits(&mut self) -> Option<Hits> {
        self.count();
        let hits = self.hits.take()?;
        let mut order: Vec<(u64, u64, u32)> = Vec::with_capacity(hits.rows.len());
        let rows = hits.keys.iter().zip(&hits.rows);
        order.extend(rows.zip(0..).map(|((&key, &row), n)| (key, row, n)));
        parallel::sort(self.threads, &mut order);
        let ats = order
            .iter()
            .map(|&(_, _, n)| hits.ats[n as usize])
            .collect();
        Some(Hits {
            keys: order.iter().map(|&(key, _, _)| key).collect(),
            rows: order.iter().map(|&(_, row, _)| row).collect(),
            ats,
        })
    }

    /// What was found.
    ///
    /// # Errors
    /// [`Error::TooMany`] if all sources of all keys are more than a list of Arrow holds.
    pub fn finish(mut self) -> Result<Table, Error> {
        self.count();
        match self.look {
            Look::First(_) => Table::of(Found::default(), self.threads),
            Look::Second(_, found) => Table::of(found, self.threads),
        }
    }
}

impl Table {
    /// Each part of `found` is dropped as soon as its columns are there.
    fn of(mut found: Found, threads: parallel::Threads) -> Result<Self, Error> {
        if i32::try_from(found.total()).is_err() {
            return Err(Error::TooMany(
                "the sources of all keys are more than 2,147,483,647: ask for keys in more of them",
            ));
        }
        // Most sources first, then by key, and the place: all in one integer.
        let mut order = vec![0u128; found.len()];
        parallel::fill(threads, &mut order, |start, run| {
            for (one, place) in run.iter_mut().zip(start..) {
                let sources = found.sources(place).len();
                *one = ((SOURCES - sources) as u128) << 96
                    | u128::from(found.key(place)) << 32
                    | place as u128;
            }
        });
        parallel::sort(threads, &mut order);
        found.drop_keys();
        let mut offsets = Vec::with_capacity(order.len() + 1);
        offsets.push(0);
        let mut end = 0;
        offsets.extend(order.iter().map(|one| {
            end += (SOURCES - (one >> 96) as usize) as i32;
            end
        }));
        let which = which_of(&order, &offsets, &found, threads);
        let Counts { rows, first, last } = found.into_counts();
        let column = |values: Vec<i64>| -> Vec<i64> {
            let mut column = vec![0; order.len()];
            parallel::fill(threads, &mut column, |start, run| {
                for (value, &one) in run.iter_mut().zip(&order[start..]) {
                    *value = values[place(one)];
                }
            });
            column
        };
        let (rows, first, last) = (column(rows), column(first), column(last));
        let mut keys = vec![0; order.len()];
        parallel::fill(threads, &mut keys, |start, run| {
            for (key, &one) in run.iter_mut().zip(&order[start..]) {
                *key = (one >> 32) as u64;
            }
        });
        drop(order);
        let sources = offsets.windows(2).map(|ends| i64::from(ends[1] - ends[0]));
        Ok(Self {
            keys,
            sources: sources.collect(),
            offsets,
            which,
            rows,
            first,
            last,
        })
    }
}

/// The place of a key of which this is the order.
fn place(order: u128) -> usize {
    order as u32 as usize
}

/// The sources of all keys in this order, those of each between its offsets.
fn which_of(
    order: &[u128],
    offsets: &[i32],
    found: &Found,
    threads: parallel::Threads,
) -> Vec<i32> {
    let mut which = vec![0; found.total()];
    let mut rest = &mut which[..];
    let mut runs = Vec::new();
    for rows in parallel::runs(order.len(), parallel::TASK) {
        let len = (offsets[rows.end] - offsets[rows.start]) as usize;
        let (own, after) = std::mem::take(&mut rest).split_at_mut(len);
        rest = after;
        runs.push((&order[rows], own));
    }
    parallel::map(threads, runs, |(order, which)| {
        let sources = order.iter().flat_map(|&one| found.sources(place(one)));
        for (number, &source) in which.iter_mut().zip(sources) {
            *number = i32::from(source);
        }
    });
    which
}
