//! Several sources -> the keys in at least so many of them, and the rows of these keys.
//!
//! One idea: **two looks.** The first one keeps each pair of key and source in eight bytes, and decides which keys are
//! found. The second one reads the sources again and counts the rows of these keys alone.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use arrow_array::ArrayRef;
use numguard_core::linkage::NO_TIME;
use numguard_core::sightings::common::{BITS, Filter, Kept, PARTS, Pairs, Row, SOURCES, pairs};
use numguard_core::sightings::{Scattered, unmixed};

use super::files::Files;
use super::{Account, File, RUN, Taken, fill_keys, fill_times, read_batches, why_refused};
use crate::column::{Column, Keys};
use crate::linkage::Times;
use crate::{Error, parallel};

/// Entries that wait for the parts, so that a part is gone over seldom: 16 MiB of pairs, 48 MiB of rows.
const WAITING: usize = 1 << 21;

/// Bits of the place of a key in its part.
const PLACE_BITS: u32 = 32 - BITS;

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
    Pairs(Scattered<u64>),
    Rows(Scattered<Row>),
}

enum Look {
    First(Vec<Pairs>),
    Second(Arc<Filter>, Vec<Kept>),
}

/// Sources being read: all of them for the first look, then all of them again in the same order.
pub struct Common {
    keys: Keys,
    list: bool,
    threads: parallel::Threads,
    look: Look,
    files: Option<Files<Taken<Run>>>,
    rows: u64,
    account: Account,
    waiting: Vec<Run>,
    entries: usize,
    /// The rows of the keys found; `None` if they are over the limit.
    hits: Option<Hits>,
    most_hits: usize,
}

impl Common {
    /// Begins the first look. `list`: whether each refused row is listed.
    #[must_use]
    pub fn new(keys: Keys, list: bool, threads: parallel::Threads) -> Self {
        Self::at(
            Look::First(vec![Pairs::default(); PARTS]),
            keys,
            list,
            threads,
        )
    }

    /// Begins a second look for known keys, of any type that holds them.
    ///
    /// # Errors
    /// [`Error::UnsupportedType`].
    pub fn of_keys(
        wanted: &[ArrayRef],
        keys: Keys,
        threads: parallel::Threads,
    ) -> Result<Self, Error> {
        let mut common = Self::new(keys, false, threads);
        for chunk in wanted {
            // They are those in at least one of one source.
            common.read(0, std::slice::from_ref(&vec![chunk.clone()]))?;
        }
        common.look_again(1, usize::MAX);
        Ok(common)
    }

    fn at(look: Look, keys: Keys, list: bool, threads: parallel::Threads) -> Self {
        Self {
            keys,
            list,
            threads,
            look,
            files: None,
            rows: 0,
            account: Account::default(),
            waiting: Vec::new(),
            entries: 0,
            hits: None,
            most_hits: 0,
        }
    }

    /// Reads batches of a source, each with a column of keys and, in the second look, one of times if there is one.
    ///
    /// # Errors
    /// [`Error::UnsupportedType`], [`Error::NotTimes`].
    ///
    /// # Panics
    /// If `source` is at least [`SOURCES`].
    pub fn read(&mut self, source: usize, batches: &[Vec<ArrayRef>]) -> Result<(), Error> {
        let read = self.reader(source);
        for taken in read_batches(self.threads, batches, 1, self.rows, &*read)? {
            self.take(taken);
        }
        Ok(())
    }

    /// Starts to read local Parquet files of a source.
    ///
    /// # Panics
    /// As [`read`](Self::read).
    pub fn begin(&mut self, source: usize, files: Vec<File>) {
        let read = self.reader(source);
        self.files = Some(Files::new(files, self.rows, read, self.threads));
    }

    /// Goes on reading the files for some time; whether there is more.
    ///
    /// # Errors
    /// Those of reading Parquet, and those of [`read`](Self::read), in the file.
    pub fn read_on(&mut self, patience: Duration) -> Result<bool, Error> {
        let Some(mut files) = self.files.take() else {
            return Ok(false);
        };
        let more = files.take(patience, |taken| {
            self.take(taken);
            Ok(())
        })?;
        if more {
            self.files = Some(files);
        }
        Ok(more)
    }

    /// The number of rows read in this look.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    fn reader(&self, source: usize) -> Arc<super::files::Read<Taken<Run>>> {
        let (keys, list) = (self.keys, self.list);
        let source = u32::try_from(source).unwrap_or(u32::MAX);
        assert!((source as usize) < SOURCES, "the number of a source");
        match &self.look {
            Look::First(_) => Arc::new(move |columns, first| {
                let column = Column::new(columns[0].as_ref(), keys)?;
                let mut taken = Taken::of(column.len());
                taken.account.look_at(keys, &columns[0]);
                for rows in runs(column.len()) {
                    let read = fill_keys(&column, rows.start, rows.len());
                    if read.contains(&0) {
                        for row in (0..read.len()).filter(|&row| read[row] == 0) {
                            let row = rows.start + row;
                            let why = why_refused(&column, row);
                            taken.account.refuse(first + row as u64, why, list);
                        }
                    }
                    taken.runs.push(Run::Pairs(pairs(&read, source)));
                }
                Ok(taken)
            }),
            Look::Second(filter, _) => {
                let filter = Arc::clone(filter);
                Arc::new(move |columns, first| {
                    let column = Column::new(columns[0].as_ref(), keys)?;
                    let times = columns.get(1).map(Times::new).transpose()?;
                    let mut taken = Taken::of(column.len());
                    for rows in runs(column.len()) {
                        let read = fill_keys(&column, rows.start, rows.len());
                        let ats = fill_times(times.as_ref(), rows.start, rows.len());
                        let first = first + rows.start as u64;
                        taken
                            .runs
                            .push(Run::Rows(filter.rows(&read, |row| ats[row], first)));
                    }
                    Ok(taken)
                })
            }
        }
    }

    fn take(&mut self, taken: Taken<Run>) {
        self.rows += taken.rows;
        self.account.add(taken.account);
        self.entries += taken.runs.iter().map(Run::len).sum::<usize>();
        self.waiting.extend(taken.runs);
        if self.entries >= WAITING {
            self.sort_in();
        }
    }

    /// Gives what waits to its parts.
    fn sort_in(&mut self) {
        let waiting = std::mem::take(&mut self.waiting);
        self.entries = 0;
        match &mut self.look {
            Look::First(parts) => {
                let parts = parts.iter_mut().enumerate().collect();
                parallel::map(self.threads, parts, |(part, pairs): (usize, &mut Pairs)| {
                    pairs.add(waiting.iter().filter_map(Run::pairs).map(|run| run.part(part)));
                });
            }
            Look::Second(_, parts) => {
                let keeps = self.hits.is_some();
                let parts = parts.iter_mut().enumerate().collect();
                let found = parallel::map(self.threads, parts, |(part, kept): (usize, &mut Kept)| {
                    let mut found = Vec::new();
                    for run in waiting.iter().filter_map(Run::rows) {
                        kept.count(run.part(part), |row| {
                            if keeps {
                                found.push(*row);
                            }
                        });
                    }
                    found
                });
                let more: usize = found.iter().map(Vec::len).sum();
                if let Some(hits) = &mut self.hits {
                    if hits.rows.len() + more > self.most_hits {
                        self.hits = None;
                    } else {
                        for row in found.into_iter().flatten() {
                            hits.keys.push(unmixed(row.mixed));
                            hits.rows.push(row.row);
                            hits.ats.push(row.at);
                        }
                    }
                }
            }
        }
    }

    /// Ends the first look and begins the second one, for the keys in at least so many sources. Up to `most_hits` of their
    /// rows are kept. Returns the account of the first look.
    pub fn look_again(&mut self, at_least: usize, most_hits: usize) -> Account {
        self.sort_in();
        if let Look::First(parts) = &mut self.look {
            let parts = std::mem::take(parts).into_iter().enumerate().collect();
            let kept: Vec<Kept> = parallel::map(self.threads, parts, |(part, pairs): (usize, Pairs)| {
                pairs.in_at_least(part, at_least)
            });
            let count = kept.iter().map(Kept::len).sum();
            let filter = Filter::of(count, kept.iter().flat_map(Kept::mixed));
            self.look = Look::Second(Arc::new(filter), kept);
        }
        self.rows = 0;
        self.hits = Some(Hits::default());
        self.most_hits = most_hits;
        std::mem::take(&mut self.account)
    }

    /// Whether any key was found in the first look.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match &self.look {
            Look::First(_) => true,
            Look::Second(_, parts) => parts.iter().all(Kept::is_empty),
        }
    }

    /// The rows of the keys found, by key and row; `None` if they are more than were to be kept.
    pub fn hits(&mut self) -> Option<Hits> {
        self.sort_in();
        let hits = self.hits.take()?;
        let mut order: Vec<(u64, u64, u32)> = Vec::with_capacity(hits.rows.len());
        let rows = hits.keys.iter().zip(&hits.rows);
        order.extend(rows.zip(0..).map(|((&key, &row), n)| (key, row, n)));
        parallel::sort(self.threads, &mut order);
        let ats = order.iter().map(|&(_, _, n)| hits.ats[n as usize]).collect();
        Some(Hits {
            keys: order.iter().map(|&(key, _, _)| key).collect(),
            rows: order.iter().map(|&(_, row, _)| row).collect(),
            ats,
        })
    }

    /// What was found.
    ///
    /// # Errors
    /// [`Error::TooMany`] if the keys of a part, or all sources of all keys, are too many to be counted in 32 bits.
    pub fn finish(mut self) -> Result<Table, Error> {
        self.sort_in();
        let Look::Second(_, parts) = self.look else {
            return Table::of(&[], &[]);
        };
        let mut order = Vec::with_capacity(parts.iter().map(Kept::len).sum());
        for (part, kept) in parts.iter().enumerate() {
            if kept.len() >= 1 << PLACE_BITS {
                return Err(Error::TooMany);
            }
            order.extend((0..kept.len()).map(|place| {
                // Most sources first, then by key, in one integer with its place.
                let sources = (SOURCES - kept.sources(place).len()) as u128;
                let at = (part << PLACE_BITS | place) as u128;
                sources << 96 | u128::from(kept.key(place)) << 32 | at
            }));
        }
        parallel::sort(self.threads, &mut order);
        Table::of(&parts, &order)
    }
}

impl Table {
    fn of(parts: &[Kept], order: &[u128]) -> Result<Self, Error> {
        let places = || {
            order.iter().map(|&one| {
                let at = one as u32 as usize;
                (&parts[at >> PLACE_BITS], at & ((1 << PLACE_BITS) - 1))
            })
        };
        let sources = |one: &u128| SOURCES as i64 - (one >> 96) as i64;
        let total: i64 = order.iter().map(sources).sum();
        if i32::try_from(total).is_err() {
            return Err(Error::TooMany);
        }
        let mut offsets = Vec::with_capacity(order.len() + 1);
        offsets.push(0);
        let mut which = Vec::with_capacity(total as usize);
        for (kept, place) in places() {
            which.extend(kept.sources(place).iter().map(|&source| source as i32));
            offsets.push(which.len() as i32);
        }
        let seen = |end: usize| {
            let seen = places().map(|(kept, place)| kept.seen(place));
            seen.map(|seen| seen.map_or(NO_TIME, |seen| seen[end]))
                .collect()
        };
        Ok(Self {
            keys: order.iter().map(|&one| (one >> 32) as u64).collect(),
            sources: order.iter().map(sources).collect(),
            offsets,
            which,
            rows: places()
                .map(|(kept, place)| kept.rows(place) as i64)
                .collect(),
            first: seen(0),
            last: seen(1),
        })
    }
}

impl Run {
    fn len(&self) -> usize {
        match self {
            Self::Pairs(run) => run.entries().len(),
            Self::Rows(run) => run.entries().len(),
        }
    }

    fn pairs(&self) -> Option<&Scattered<u64>> {
        match self {
            Self::Pairs(run) => Some(run),
            Self::Rows(_) => None,
        }
    }

    fn rows(&self) -> Option<&Scattered<Row>> {
        match self {
            Self::Rows(run) => Some(run),
            Self::Pairs(_) => None,
        }
    }
}

impl<T> Taken<T> {
    pub(super) fn of(rows: usize) -> Self {
        Self {
            rows: rows as u64,
            runs: Vec::new(),
            account: Account::default(),
        }
    }
}

/// The rows of a batch, at most [`RUN`] at a time.
pub(super) fn runs(rows: usize) -> impl Iterator<Item = Range<usize>> {
    (0..rows)
        .step_by(RUN)
        .map(move |start| start..rows.min(start + RUN))
}
