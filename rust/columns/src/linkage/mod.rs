//! Columns of sightings -> the walk of `numguard-core` -> its answer as record batches.
//!
//! This module owns how sightings are stored (as blocks of keys and times), how a pass over them is divided among threads,
//! and which types of times are accepted. The rules of linkage are in the core.
//!
//! One idea: **store the keys, and pass over them again.** Sightings are read once into 24 bytes a row. Each pass of the
//! walk is then a membership test over one run of integers. Sightings beyond the memory limit are in a temporary file, or
//! are read again from their file.
//!
//! `times`, `block` (batches to keys), `files` (Parquet to blocks), `held` (storage), `pass` (one pass) and `answer` import
//! only from those before them in this list; `elsewhere` adds the calls of a walk whose sightings an engine holds.

mod answer;
mod block;
mod elsewhere;
mod files;
mod held;
mod pass;
mod times;

use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow_array::{Array, ArrayRef};
use numguard_core::linkage::{Policy, Seed, Tally, Walk};
use numguard_core::msisdn::Region;

pub use answer::Expansion;
use block::BlockReader;
pub use block::{NO_TIME, Refused, Sightings, check_types};
pub use elsewhere::{KeysRead, read_keys};
pub use files::File;
use files::Files;
use held::Held;
use pass::Pass;
pub use pass::Progress;
pub use times::Times;

use crate::column::{Column, Keys};
use crate::parallel::Next;
use crate::{Error, parallel};

/// The result of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// More steps are needed.
    More(Progress),
    /// The walk is complete: call [`Linkage::finish`].
    Done,
}

/// Reads sightings, then walks, in short steps: the caller regains control after each step.
pub struct Linkage {
    reader: BlockReader,
    files: Option<Files>,
    /// The index of the file that the last row group came from.
    file: usize,
    held: Held,
    walk: Walk,
    pass: Option<Pass>,
    /// Keys of the current pass whose counts suffice.
    sized: Tally,
    policy: Arc<Policy>,
    region: Region,
    threads: parallel::Threads,
}

impl Linkage {
    /// A linkage from `seeds` that keeps up to `memory_limit` bytes of sightings in memory.
    #[must_use]
    pub fn new(
        policy: Policy,
        seeds: &[Seed],
        region: Region,
        memory_limit: usize,
        threads: parallel::Threads,
    ) -> Self {
        let policy = Arc::new(policy);
        Self {
            reader: BlockReader::new(Arc::clone(&policy), region, threads),
            files: None,
            file: 0,
            held: Held::new(memory_limit),
            walk: Walk::new(Arc::clone(&policy), seeds),
            pass: None,
            sized: Tally::default(),
            policy,
            region,
            threads,
        }
    }

    /// Reads some batches of sightings. They are divided among the threads together, so several in one call are best.
    ///
    /// # Errors
    /// [`Error::UnsupportedType`], [`Error::NotTimes`]; [`Error::File`] if the memory limit is reached and the temporary
    /// file cannot be written.
    ///
    /// # Panics
    /// If the columns of a batch differ in length.
    pub fn read(&mut self, batches: &[Sightings]) -> Result<Progress, Error> {
        let blocks = self.reader.read(batches)?;
        if batches.iter().all(|batch| batch.keep) {
            self.held.keep(blocks);
        } else {
            self.held.store(blocks)?;
        }
        Ok(self.reading())
    }

    /// Starts to read local Parquet files in the background. [`read_on`](Self::read_on) stores their row groups.
    pub fn begin(&mut self, files: Vec<File>) {
        let policy = Arc::clone(&self.policy);
        self.files = Some(Files::new(files, policy, self.region, self.threads));
    }

    /// Stores the row groups that were read in the meantime, for about as long as `patience`. Returns the progress and
    /// the index of the file that the last row group came from; `None` at the end of the files.
    ///
    /// # Errors
    /// [`Error::File`], [`Error::Unreadable`], [`Error::NoSuchColumn`], [`Error::RepeatedColumn`],
    /// [`Error::UnsupportedType`], [`Error::NotTimes`], in the file.
    pub fn read_on(&mut self, patience: Duration) -> Result<Option<(Progress, usize)>, Error> {
        let until = Instant::now() + patience;
        while let Some(files) = &mut self.files {
            match files.next(until.saturating_duration_since(Instant::now())) {
                Next::End => self.files = None,
                Next::Waiting => break,
                Next::Ready(group) => {
                    let mut group = group?;
                    self.reader.counts.add(std::mem::take(&mut group.counts));
                    self.file = group.file;
                    self.held.store_group(group);
                }
            }
            if until <= Instant::now() {
                break;
            }
        }
        let more = self.files.is_some();
        Ok(more.then(|| (self.reading(), self.file)))
    }

    fn reading(&self) -> Progress {
        Progress {
            hop: 0,
            side: None,
            rows: self.reader.counts.rows,
            of: None,
        }
    }

    /// Passes over some more of the sightings.
    ///
    /// # Errors
    /// [`Error::File`], [`Error::Unreadable`], when sightings are read again that are not in memory.
    pub fn step(&mut self) -> Result<Step, Error> {
        let pass = match &mut self.pass {
            Some(pass) => pass,
            none => match self.walk.wanted() {
                Some(wanted) => none.insert(Pass::new(wanted, &self.policy)),
                None => return Ok(Step::Done),
            },
        };
        let is_last = pass.advance(&self.held, self.threads)?;
        let progress = pass.progress(&self.held);
        if is_last && let Some(pass) = self.pass.take() {
            self.walk.close_pass(pass.tally(&self.policy, self.threads));
        }
        Ok(Step::More(progress))
    }

    /// The result. If the last step was not [`Step::Done`], all remaining steps are done first.
    ///
    /// # Errors
    /// As [`step`](Self::step).
    pub fn finish(mut self) -> Result<Expansion, Error> {
        while self.step()? != Step::Done {}
        let counts = self.reader.counts;
        Ok(Expansion {
            answer: self.walk.finish(),
            placed: self.policy.needs_places(),
            looks_national: counts.looks_national,
            refused: counts.refused,
        })
    }
}

/// Reads the keys and times of seeds: the readable ones, and the counts of the refused ones.
///
/// # Errors
/// [`Error::UnsupportedType`], [`Error::NotTimes`].
///
/// # Panics
/// If `reported_at` and `msisdns` differ in length.
pub fn seeds(
    msisdns: &ArrayRef,
    reported_at: Option<&ArrayRef>,
    region: Region,
) -> Result<(Vec<Seed>, Refused), Error> {
    let column = Column::new(msisdns.as_ref(), Keys::Msisdn(region))?;
    let mut keys = vec![0; column.len()];
    column.fill(0, &mut keys);
    let mut seeds: Vec<Seed> = keys.iter().map(|&key| Seed::of(key)).collect();
    let mut refused = Refused::new();
    if let Some(reported_at) = reported_at {
        assert_eq!(reported_at.len(), msisdns.len(), "one time for each seed");
        let times = Times::new(reported_at)?;
        let mut at = vec![0; seeds.len()];
        times.fill(0, &mut at);
        for (seed, at) in seeds.iter_mut().zip(at) {
            seed.reported_at = at;
        }
    }
    let mut row = 0;
    seeds.retain(|seed| {
        let why = if seed.msisdn == 0 {
            Some(block::why_refused(&column, row))
        } else if reported_at.is_some() && seed.reported_at == numguard_core::linkage::NO_TIME {
            Some(NO_TIME)
        } else {
            None
        };
        row += 1;
        why.is_none_or(|why| {
            *refused.entry(why).or_default() += 1;
            false
        })
    });
    Ok((seeds, refused))
}
