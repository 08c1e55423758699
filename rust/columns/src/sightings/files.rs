//! Local Parquet files of sightings -> what a function reads of each of their batches, row groups side by side.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow_array::ArrayRef;
use arrow_schema::DataType;
use numguard_core::msisdn::Region;
use parquet::arrow::arrow_reader::ParquetRecordBatchReader;

use super::RUN;
use crate::Error;
use crate::linkage::check_types;
use crate::parallel::{Next, Ordered, Threads};
use crate::parquet::{ParquetFile, RowGroup, in_order};
use crate::scan::find_column;

/// A Parquet file, the names of the columns that are read of it, and how many of them, the first ones, are keys.
#[derive(Clone, Debug)]
pub struct File {
    /// Where it is.
    pub path: PathBuf,
    /// The names: keys, then times if there are any.
    pub columns: Vec<String>,
    /// How many are keys: one or two.
    pub keys: usize,
}

/// What is read of a batch, whose first row has this number.
pub(super) type Read<T> = dyn Fn(&[ArrayRef], u64) -> Result<T, Error> + Send + Sync;

/// Files being read.
pub(super) struct Files<T: Send + 'static>(Ordered<Groups<T>>);

impl<T: Send + 'static> Files<T> {
    /// Reads files whose first row has the number `first`.
    pub(super) fn new(files: Vec<File>, first: u64, read: Arc<Read<T>>, threads: Threads) -> Self {
        let groups = Groups {
            files: files.into(),
            waiting: VecDeque::new(),
            first,
            read,
        };
        Self(Ordered::new(groups, threads))
    }

    /// Takes what was read until some time has passed; whether there is more.
    pub(super) fn take(
        &mut self,
        patience: Duration,
        mut take: impl FnMut(T) -> Result<(), Error>,
    ) -> Result<bool, Error> {
        let until = Instant::now() + patience;
        loop {
            match self.0.next(until.saturating_duration_since(Instant::now())) {
                Next::End => return Ok(false),
                Next::Waiting => {}
                Next::Ready(read) => take(read?)?,
            }
            if until <= Instant::now() {
                return Ok(true);
            }
        }
    }
}

/// The row groups of all files, in order; a file is opened when its first one is needed.
struct Groups<T> {
    files: VecDeque<File>,
    waiting: VecDeque<Job<T>>,
    /// The number of the first row of the next row group.
    first: u64,
    read: Arc<Read<T>>,
}

impl<T> Iterator for Groups<T> {
    type Item = Unit<T>;

    fn next(&mut self) -> Option<Unit<T>> {
        loop {
            if let Some(job) = self.waiting.pop_front() {
                return Some(Unit::Ready(job));
            }
            let file = self.files.pop_front()?;
            match OpenFile::open(&file) {
                Ok(file) => self.wait_for(&Arc::new(file)),
                Err(error) => {
                    self.files.clear();
                    return Some(Unit::Failed(error));
                }
            }
        }
    }
}

impl<T> Groups<T> {
    fn wait_for(&mut self, file: &Arc<OpenFile>) {
        for index in 0..file.file.metadata.metadata().num_row_groups() {
            let job = Job {
                group: RowGroup {
                    file: Arc::clone(&file.file),
                    index,
                },
                file: Arc::clone(file),
                first: self.first,
                read: Arc::clone(&self.read),
            };
            // A wrong count is an error as soon as the row group has been read.
            self.first = self
                .first
                .saturating_add(u64::try_from(job.group.stated_rows()).unwrap_or(0));
            self.waiting.push_back(job);
        }
    }
}

struct OpenFile {
    file: Arc<ParquetFile>,
    /// Where the columns stand in the file.
    roots: Vec<usize>,
    keys: usize,
}

impl OpenFile {
    fn open(file: &File) -> Result<Self, Error> {
        let opened = ParquetFile::open(&file.path)?;
        let schema = opened.metadata.schema();
        let find = || {
            let roots = file.columns.iter().map(|name| find_column(name, schema));
            let roots: Vec<usize> = roots.collect::<Result<_, _>>()?;
            check(
                file.columns
                    .iter()
                    .map(String::as_str)
                    .zip(roots.iter().map(|&root| schema.field(root).data_type())),
                file.keys,
            )?;
            Ok(roots)
        };
        let roots = find().map_err(|error: Error| error.in_file(&opened.name))?;
        Ok(Self {
            file: Arc::new(opened),
            roots,
            keys: file.keys,
        })
    }
}

/// Whether columns can hold keys, the first of them, and times.
fn check<'a>(
    columns: impl Iterator<Item = (&'a str, &'a DataType)>,
    keys: usize,
) -> Result<(), Error> {
    let columns: Vec<_> = columns.collect();
    // Numbers and IMEIs are held by the same types.
    let doubled = columns[..1].iter().filter(|_| keys == 1).chain(&columns);
    check_types(doubled.copied(), Region::In)
}

/// A row group of an open file, to be read on any thread.
struct Job<T> {
    file: Arc<OpenFile>,
    group: RowGroup,
    first: u64,
    read: Arc<Read<T>>,
}

/// A row group, read a batch a step.
enum Unit<T> {
    Ready(Job<T>),
    /// With the number of rows read so far.
    Reading(Job<T>, Box<ParquetRecordBatchReader>, u64),
    Failed(Error),
    Ended,
}

impl<T> Unit<T> {
    fn step(&mut self) -> Result<Option<T>, Error> {
        match std::mem::replace(self, Self::Ended) {
            Self::Ended => Ok(None),
            Self::Failed(error) => Err(error),
            Self::Ready(job) => {
                let reader = job.group.key_reader(&job.file.roots, job.file.keys, RUN)?;
                let reader = Box::new(reader);
                *self = Self::Reading(job, reader, 0);
                Ok(None)
            }
            Self::Reading(job, mut reader, rows) => {
                let Some(batch) = job.group.next(&mut reader)? else {
                    job.group.check_rows(rows, job.group.stated_rows())?;
                    return Ok(None);
                };
                let read = (job.read)(&in_order(&batch, &job.file.roots), job.first + rows)
                    .map_err(|error| job.group.in_file(error))?;
                *self = Self::Reading(job, reader, rows + batch.num_rows() as u64);
                Ok(Some(read))
            }
        }
    }
}

impl<T> Iterator for Unit<T> {
    type Item = Option<Result<T, Error>>;

    fn next(&mut self) -> Option<Self::Item> {
        if matches!(self, Self::Ended) {
            return None;
        }
        Some(self.step().transpose())
    }
}
