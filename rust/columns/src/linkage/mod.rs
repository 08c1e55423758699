//! Columns of sightings -> the walk of `numguard-core`, its answer as record batches.
//!
//! Owns how sightings are stored (as blocks of keys and times), how a pass over them is divided among threads, and
//! which types times may have. The rules of linkage are in the core.
//!
//! One idea: **store the keys, and pass over them again.** Sightings are read once and packed into some twelve bytes a
//! row; each pass of the walk is then a membership test over one run of integers. What does not fit into memory is in a
//! file.

mod answer;
mod block;
mod elsewhere;
mod files;
mod held;
mod packed;
mod pass;
mod places;
mod search;
mod times;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow_array::{Array, ArrayRef, new_empty_array};
use arrow_schema::Field;
use numguard_core::linkage::{Policy, Seed, Side, Tally, Walk};
use numguard_core::msisdn::Region;

pub use answer::Expansion;
pub use block::Sightings;
use block::{Block, BlockReader};
pub use elsewhere::{KeysRead, NeededRows, read_keys};
pub use files::File;
use files::Files;
use held::Held;
use packed::Packed;
use pass::Pass;
pub use places::points;
use search::{Found, Search};
pub use times::Times;

use crate::column::{Column, Keys};
use crate::field::check_field;
use crate::parallel::Next;
use crate::refused::why_refused;
use crate::{Error, parallel};

/// Refused rows by note.
pub type Refused = BTreeMap<&'static str, u64>;

/// A row without a time, refused because the policy has a rule about time.
pub const NO_TIME: &str = "no_time";
/// A row of a time before mobile service in India began.
pub const CLOCK_NOT_SET: &str = "clock_not_set";
/// A row of a time that is still to come.
pub const IN_THE_FUTURE: &str = "in_the_future";
/// A row with an IMSI of India in place of its IMEI.
pub const IMSI_FOR_IMEI: &str = "imsi_for_imei";

/// The progress of a linkage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The current level; 0 while sightings are read.
    pub hop: u32,
    /// The side whose keys the pass requests; `None` while sightings are read.
    pub side: Option<Side>,
    /// Rows read, or passed over in this pass.
    pub rows: u64,
    /// All rows of the pass; `None` while sightings are read.
    pub of: Option<u64>,
}

/// What to do after a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// There are more steps.
    More(Progress),
    /// The walk is complete: [`Linkage::finish`].
    Done,
}

/// Linkage in steps: sightings are read, then walked over. The caller regains control between two steps.
pub struct Linkage {
    reader: BlockReader,
    files: Option<Files>,
    held: Held,
    /// Rows of files that have a place.
    placed: u64,
    walk: Walk,
    pass: Option<Pass>,
    /// The keys of the current pass that their size closes.
    sized: Tally,
    policy: Arc<Policy>,
    threads: parallel::Threads,
}

impl Linkage {
    /// A linkage that starts from `seeds` and keeps up to `memory_limit` bytes of sightings in memory.
    #[must_use]
    pub fn new(
        policy: Policy,
        seeds: &[Seed],
        region: Region,
        memory_limit: usize,
        threads: parallel::Threads,
    ) -> Self {
        let policy = Arc::new(policy);
        let walk = Walk::new(Arc::clone(&policy), seeds);
        Self {
            reader: BlockReader::new(Arc::clone(&policy), region, threads),
            files: None,
            held: Held::new(memory_limit),
            placed: 0,
            pass: walk.wanted().map(|wanted| Pass::new(wanted, &policy)),
            walk,
            sized: Tally::default(),
            policy,
            threads,
        }
    }

    /// Reads batches of sightings. They are divided among the threads together, so several at a time are best.
    ///
    /// # Errors
    /// [`Error::UnsupportedType`], [`Error::WrongType`]; [`Error::File`] if the memory limit is reached and a temporary
    /// file has no space.
    ///
    /// # Panics
    /// If the columns of a batch differ in length.
    pub fn read(&mut self, batches: &[Sightings]) -> Result<Progress, Error> {
        let search = self.search();
        let find = |block: &Block| {
            let mut found = Found::default();
            if let Some(search) = &search {
                search.find_in(block, &mut found);
            }
            found
        };
        let found = if batches.iter().all(|batch| batch.keep) {
            let read = self.reader.read(batches, |block| (find(&block), block))?;
            let (found, blocks) = read.into_iter().unzip();
            self.held.keep(blocks);
            found
        } else {
            let read = |block: Block| (find(&block), Packed::of(&block));
            let (found, packed) = self.reader.read(batches, read)?.into_iter().unzip();
            self.held.take(packed)?;
            found
        };
        self.found(found);
        Ok(self.reading())
    }

    /// Starts to read local Parquet files; [`read_on`](Self::read_on) returns their progress.
    pub fn begin(&mut self, files: Vec<File>) {
        let policy = Arc::clone(&self.policy);
        self.files = Some(Files::new(
            files,
            policy,
            self.reader.region(),
            self.search(),
            self.threads,
        ));
    }

    /// What the first pass looks for; `None` without seeds.
    fn search(&self) -> Option<Arc<Search>> {
        self.pass.as_ref().map(Pass::search)
    }

    /// Gives the first pass what was found in the sightings that were read and are now held.
    fn found(&mut self, found: Vec<Found>) {
        if let Some(pass) = &mut self.pass {
            pass.take(found, &self.held);
        }
    }

    /// Stores what has been read of the files. Returns the progress and the file last read; `None` at the end.
    ///
    /// # Errors
    /// [`Error::File`], [`Error::Unreadable`], [`Error::NoSuchColumn`], [`Error::RepeatedColumn`],
    /// [`Error::UnsupportedType`], [`Error::WrongType`], in the file.
    pub fn read_on(&mut self, patience: Duration) -> Result<Option<(Progress, usize)>, Error> {
        let until = Instant::now() + patience;
        while let Some(files) = &mut self.files {
            match files.next(until.saturating_duration_since(Instant::now())) {
                Next::End => self.files = None,
                Next::Waiting => break,
                Next::Ready(group) => {
                    let mut group = group?;
                    let counts = std::mem::take(&mut group.counts);
                    let found = std::mem::take(&mut group.found);
                    self.placed += group.placed;
                    self.reader.count(group.file, counts);
                    self.held.take_group(group);
                    self.found(vec![found]);
                }
            }
            if until <= Instant::now() {
                break;
            }
        }
        Ok(self
            .files
            .is_some()
            .then(|| (self.reading(), self.reader.file())))
    }

    /// Kept sightings without a time so far. If the same one is read twice, it counts twice.
    #[must_use]
    pub fn rows_untimed(&self) -> u64 {
        self.reader.counts().untimed
    }

    fn reading(&self) -> Progress {
        Progress {
            hop: 0,
            side: None,
            rows: self.reader.counts().rows,
            of: None,
        }
    }

    /// Passes over some more of the sightings.
    ///
    /// # Errors
    /// Those of reading again what was not kept in memory.
    pub fn step(&mut self) -> Result<Step, Error> {
        let pass = match &mut self.pass {
            Some(pass) => pass,
            none => match self.walk.wanted() {
                Some(wanted) => none.insert(Pass::new(wanted, &self.policy)),
                None => return Ok(Step::Done),
            },
        };
        let was_last = pass.search_more(&self.held, self.threads)?;
        let progress = pass.progress(&self.held);
        if was_last && let Some(pass) = self.pass.take() {
            self.walk.close_pass(pass.tally(&self.policy, self.threads));
        }
        Ok(Step::More(progress))
    }

    /// The result. Unless the last step was [`Step::Done`], the remaining steps are taken first.
    ///
    /// # Errors
    /// As [`step`](Self::step).
    pub fn finish(mut self) -> Result<Expansion, Error> {
        while self.step()? != Step::Done {}
        Ok(Expansion {
            answer: self.walk.finish(),
            placed: self.policy.needs_places(),
            rows_placed: self.placed,
            looks_national: self.reader.counts().looks_national,
            refused: self.reader.into_counts().refused,
        })
    }
}

/// Reads the keys and times of seeds, whose chunks may differ: those that can be read, and the counts of the refused ones
/// by note.
///
/// # Errors
/// [`Error::UnsupportedType`], [`Error::WrongType`]; [`Error::OneEach`] if there is not one time for each number.
pub fn seeds(
    msisdns: &[ArrayRef],
    reported_at: Option<&[ArrayRef]>,
    region: Region,
) -> Result<(Vec<Seed>, Refused), Error> {
    let rows = msisdns.iter().map(Array::len).sum();
    let times = reported_at.map(moments).transpose()?;
    if let Some(times) = times.as_ref().filter(|times| times.len() != rows) {
        return Err(Error::OneEach {
            what: "times",
            rows,
            beside: times.len(),
        });
    }
    let mut seeds = Vec::new();
    let mut refused = Refused::new();
    let mut start = 0;
    for chunk in msisdns {
        let column = Column::new(chunk.as_ref(), Keys::Msisdn(region))?;
        let mut keys = vec![0; column.len()];
        column.fill(0, &mut keys);
        for (row, key) in keys.into_iter().enumerate() {
            let mut seed = Seed::of(key);
            if let Some(times) = &times {
                seed.reported_at = times[start + row];
            }
            let why = if key == 0 {
                why_refused(&column, row)
            } else if times.is_some() && seed.reported_at == numguard_core::linkage::NO_TIME {
                NO_TIME
            } else {
                seeds.push(seed);
                continue;
            };
            *refused.entry(why).or_default() += 1;
        }
        start += chunk.len();
    }
    Ok((seeds, refused))
}

/// The times in all chunks of a column.
fn moments(chunks: &[ArrayRef]) -> Result<Vec<i64>, Error> {
    let mut all = Vec::new();
    for chunk in chunks {
        let start = all.len();
        all.resize(start + chunk.len(), 0);
        Times::new(chunk)?.fill(0, &mut all[start..]);
    }
    Ok(all)
}

/// Checks that columns of these fields can hold numbers, IMEIs and, if there is a third, times.
///
/// # Errors
/// [`Error::UnsupportedType`], [`Error::WrongType`], in the column.
pub fn check_types<'a>(
    columns: impl IntoIterator<Item = &'a Field>,
    region: Region,
) -> Result<(), Error> {
    for (n, field) in columns.into_iter().enumerate() {
        let taken = match n {
            0 => check_field(field, Keys::Msisdn(region)),
            1 => check_field(field, Keys::ImeiOrPlaceholder),
            _ => Times::new(&new_empty_array(field.data_type())).map(drop),
        };
        taken.map_err(|error| error.in_column(field.name()))?;
    }
    Ok(())
}
