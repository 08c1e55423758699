//! Local Parquet files of sightings -> blocks, row groups in parallel.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use arrow_array::{ArrayRef, RecordBatch, UInt64Array};
use numguard_core::linkage::Policy;
use numguard_core::msisdn::Region;
use parquet::arrow::arrow_reader::ParquetRecordBatchReader;

use super::block::{Batch, Block, Counts, Sightings};
use super::packed::Packed;
use super::places::points;
use super::search::{Found, Search};
use super::{Refused, check_types};
use crate::Error;
use crate::parallel::{Next, Ordered, TASK, Threads};
use crate::parquet::{ParquetFile, RowGroup, in_order};
use crate::refused::looks_national;
use crate::scan::find_column;

/// Columns of keys, the first ones: numbers and IMEIs.
const KEYS: usize = 2;

/// A Parquet file and the names of its columns of numbers, IMEIs and, if there is one, times.
#[derive(Clone, Debug)]
pub struct File {
    /// The path.
    pub path: PathBuf,
    /// Two or three names.
    pub columns: Vec<String>,
    /// The columns of latitude and longitude in degrees, floats; where a policy looks at them and the file has them.
    pub degrees: Option<[String; 2]>,
}

/// The sightings of one row group.
pub(super) struct Group {
    /// The index of the file.
    pub(super) file: usize,
    pub(super) counts: Counts,
    /// How many of the rows have a place.
    pub(super) placed: u64,
    pub(super) blocks: Vec<Packed>,
    /// What the first pass looks for in it.
    pub(super) found: Found,
    /// Reads it again.
    pub(super) job: Job,
}

/// The files, which are read in parallel.
pub(super) struct Files(Ordered<Groups>);

impl Files {
    pub(super) fn new(
        files: Vec<File>,
        policy: Arc<Policy>,
        region: Region,
        search: Option<Arc<Search>>,
        threads: Threads,
    ) -> Self {
        let groups = Groups {
            files: files.into_iter().enumerate().collect(),
            waiting: VecDeque::new(),
            policy,
            region,
            search,
        };
        Self(Ordered::new(groups, threads))
    }

    /// The next row group, or [`Next::Waiting`] after `patience`.
    pub(super) fn next(&mut self, patience: Duration) -> Next<Result<Group, Error>> {
        self.0.next(patience)
    }
}

/// The row groups of all files, in order; a file is opened when its first one is requested.
struct Groups {
    files: VecDeque<(usize, File)>,
    waiting: VecDeque<Job>,
    policy: Arc<Policy>,
    region: Region,
    search: Option<Arc<Search>>,
}

impl Iterator for Groups {
    type Item = Unit;

    fn next(&mut self) -> Option<Unit> {
        loop {
            if let Some(job) = self.waiting.pop_front() {
                return Some(Unit::Ready(job));
            }
            let (index, file) = self.files.pop_front()?;
            match OpenFile::open(index, &file, self.region) {
                Ok(file) => {
                    let groups = 0..file.file.metadata.metadata().num_row_groups();
                    let file = Arc::new(file);
                    self.waiting.extend(groups.map(|index| Job {
                        group: RowGroup {
                            file: Arc::clone(&file.file),
                            index,
                        },
                        file: Arc::clone(&file),
                        policy: Arc::clone(&self.policy),
                        region: self.region,
                        search: self.search.clone(),
                    }));
                }
                Err(error) => {
                    self.files.clear();
                    return Some(Unit::Failed(error));
                }
            }
        }
    }
}

struct OpenFile {
    index: usize,
    file: Arc<ParquetFile>,
    /// The indices of the two or three columns in the file, and after them those of the degrees, if it has any.
    roots: Vec<usize>,
    /// How many columns stand before those of the degrees.
    before_degrees: usize,
}

impl OpenFile {
    fn open(index: usize, file: &File, region: Region) -> Result<Self, Error> {
        let opened = ParquetFile::open(&file.path)?;
        let schema = opened.metadata.schema();
        let find = || {
            let find = |column: &String| find_column(column, schema);
            let roots = file
                .columns
                .iter()
                .map(find)
                .collect::<Result<Vec<_>, _>>()?;
            let types = roots.iter().map(|&root| schema.field(root).data_type());
            check_types(file.columns.iter().map(String::as_str).zip(types), region)?;
            let degrees = file.degrees.iter().flatten().map(find);
            Ok([roots, degrees.collect::<Result<_, _>>()?].concat())
        };
        let roots = find().map_err(|error: Error| error.in_file(&opened.name))?;
        Ok(Self {
            index,
            file: Arc::new(opened),
            roots,
            before_degrees: file.columns.len(),
        })
    }

    /// The columns of a batch, and how many of its rows have a place.
    fn sightings(&self, batch: &RecordBatch) -> Result<(Sightings, u64), Error> {
        let columns = in_order(batch, &self.roots);
        let (others, degrees) = columns.split_at(self.before_degrees);
        let (places, placed) = match degrees {
            [latitudes, longitudes] => {
                let points = points(latitudes, longitudes)?;
                let placed = points.values().iter().filter(|&&point| point != 0).count();
                let none: ArrayRef = Arc::new(UInt64Array::from(vec![0; points.len()]));
                (
                    Some([Arc::new(points) as ArrayRef, Arc::clone(&none), none]),
                    placed as u64,
                )
            }
            _ => (None, 0),
        };
        let sightings = Sightings {
            msisdns: Arc::clone(&others[0]),
            imeis: Arc::clone(&others[1]),
            ats: others.get(2).cloned(),
            places,
            keep: true,
        };
        Ok((sightings, placed))
    }
}

/// A row group of an open file, to be read on any thread.
#[derive(Clone)]
pub(super) struct Job {
    file: Arc<OpenFile>,
    group: RowGroup,
    policy: Arc<Policy>,
    region: Region,
    search: Option<Arc<Search>>,
}

impl Job {
    fn reader(&self) -> Result<ParquetRecordBatchReader, Error> {
        self.group.key_reader(&self.file.roots, KEYS, TASK)
    }

    fn sightings(&self, batch: &RecordBatch) -> Result<(Sightings, u64), Error> {
        let sightings = self.file.sightings(batch);
        sightings.map_err(|error| self.group.in_file(error))
    }

    fn read(&self, batch: &RecordBatch, group: &mut Group) -> Result<(), Error> {
        let (sightings, placed) = self.sightings(batch)?;
        group.placed += placed;
        group.counts.looks_national |= looks_national(sightings.msisdns.as_ref());
        group.counts.rows += batch.num_rows() as u64;
        self.read_batch(&sightings, |block, refused| {
            group.counts.look_at(&block, refused);
            if block.len() > 0 {
                if let Some(search) = &self.search {
                    search.find_in(&block, &mut group.found);
                }
                group.blocks.push(Packed::of(&block));
            }
        })
    }

    fn read_batch(
        &self,
        sightings: &Sightings,
        mut take: impl FnMut(Block, Refused),
    ) -> Result<(), Error> {
        let batch = Batch::new(sightings, self.region, &self.policy)
            .map_err(|error| self.group.in_file(error))?;
        for (batch, rows) in batch.runs() {
            let (block, refused) = batch.read(rows);
            take(block, refused);
        }
        Ok(())
    }

    /// Reads the row group once more.
    pub(super) fn read_blocks(&self, mut look: impl FnMut(&Block)) -> Result<(), Error> {
        let mut reader = self.reader()?;
        let mut seen = 0;
        while let Some(batch) = self.group.next(&mut reader)? {
            seen += batch.num_rows() as u64;
            self.read_batch(&self.sightings(&batch)?.0, |block, _| look(&block))?;
        }
        self.group.check_rows(seen, self.group.stated_rows())
    }
}

/// A row group, read one batch in each step.
enum Unit {
    Ready(Job),
    Reading(Job, ParquetRecordBatchReader, Box<Group>),
    Failed(Error),
    Ended,
}

impl Unit {
    fn step(&mut self) -> Result<Option<Group>, Error> {
        match std::mem::replace(self, Self::Ended) {
            Self::Ended => Ok(None),
            Self::Failed(error) => Err(error),
            Self::Ready(job) => {
                let reader = job.reader()?;
                let group = Group {
                    file: job.file.index,
                    counts: Counts::default(),
                    placed: 0,
                    blocks: Vec::new(),
                    found: Found::default(),
                    job: job.clone(),
                };
                *self = Self::Reading(job, reader, Box::new(group));
                Ok(None)
            }
            Self::Reading(job, mut reader, mut group) => {
                let Some(batch) = job.group.next(&mut reader)? else {
                    job.group
                        .check_rows(group.counts.rows, job.group.stated_rows())?;
                    return Ok(Some(*group));
                };
                job.read(&batch, &mut group)?;
                *self = Self::Reading(job, reader, group);
                Ok(None)
            }
        }
    }
}

impl Iterator for Unit {
    type Item = Option<Result<Group, Error>>;

    fn next(&mut self) -> Option<Self::Item> {
        (!matches!(self, Self::Ended)).then(|| self.step().transpose())
    }
}
