//! Local Parquet files of sightings -> blocks. Row groups are read in parallel and returned in order.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use arrow_array::RecordBatch;
use arrow_schema::DataType;
use numguard_core::linkage::Policy;
use numguard_core::msisdn::Region;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use parquet::errors::ParquetError;

use super::block::{Batch, Block, Counts, Refused, Sightings, add_refused, check_types};
use crate::Error;
use crate::guard::guarded;
use crate::parallel::{Next, Ordered, TASK, Threads};
use crate::parquet::{Input, footer, key_metadata};
use crate::refused::looks_national;
use crate::scan::find_column;

/// A Parquet file and the names of its columns of numbers, IMEIs and, if it has any, times.
#[derive(Clone, Debug)]
pub struct File {
    /// Its path.
    pub path: PathBuf,
    /// Two or three column names.
    pub columns: Vec<String>,
}

/// The sightings of one row group.
pub(super) struct Group {
    /// The index of the file.
    pub(super) file: usize,
    pub(super) counts: Counts,
    pub(super) blocks: Vec<Block>,
    /// Reads the row group again.
    pub(super) job: Job,
}

/// Reads files in the background.
pub(super) struct Files(Ordered<Groups>);

impl Files {
    pub(super) fn new(
        files: Vec<File>,
        policy: Arc<Policy>,
        region: Region,
        threads: Threads,
    ) -> Self {
        let groups = Groups {
            files: files.into_iter().enumerate().collect(),
            waiting: VecDeque::new(),
            policy,
            region,
        };
        Self(Ordered::new(groups, threads))
    }

    /// The next row group, or [`Next::Waiting`] after `patience`.
    pub(super) fn next(&mut self, patience: Duration) -> Next<Result<Group, Error>> {
        self.0.next(patience)
    }
}

/// The row groups of all files, in order. A file is opened when its first row group is due.
struct Groups {
    files: VecDeque<(usize, File)>,
    waiting: VecDeque<Job>,
    policy: Arc<Policy>,
    region: Region,
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
                    let groups = 0..file.metadata.metadata().num_row_groups();
                    let file = Arc::new(file);
                    self.waiting.extend(groups.map(|row_group| Job {
                        file: Arc::clone(&file),
                        row_group,
                        policy: Arc::clone(&self.policy),
                        region: self.region,
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

/// The largest count of rows in a batch, whatever a footer states.
const LONGEST: usize = 1 << 22;

struct OpenFile {
    index: usize,
    name: String,
    input: Input,
    metadata: ArrowReaderMetadata,
    /// The indices of the two or three columns in the file.
    roots: Vec<usize>,
}

impl OpenFile {
    fn open(index: usize, file: &File, region: Region) -> Result<Self, Error> {
        let name = file.path.display().to_string();
        let (input, metadata) = footer(&file.path)?;
        let schema = metadata.schema();
        let find = || {
            let find = |column: &String| find_column(column, schema);
            let roots = file
                .columns
                .iter()
                .map(find)
                .collect::<Result<Vec<_>, _>>()?;
            let types = roots.iter().map(|&root| schema.field(root).data_type());
            check_types(file.columns.iter().map(String::as_str).zip(types), region)?;
            Ok(roots)
        };
        let roots = find().map_err(|error: Error| error.in_file(&name))?;
        Ok(Self {
            index,
            name,
            input,
            metadata,
            roots,
        })
    }

    /// The columns of a batch. The reader returns each column once, in the order of the file.
    fn sightings(&self, batch: &RecordBatch) -> Sightings {
        let column = |root: usize| {
            let mut before: Vec<_> = self.roots.iter().filter(|&&other| other < root).collect();
            before.sort_unstable();
            before.dedup();
            batch.column(before.len()).clone()
        };
        Sightings {
            msisdns: column(self.roots[0]),
            imeis: column(self.roots[1]),
            ats: self.roots.get(2).map(|&root| column(root)),
            places: None,
            keep: true,
        }
    }
}

/// A row group of an open file. Any thread can read it.
#[derive(Clone)]
pub(super) struct Job {
    file: Arc<OpenFile>,
    row_group: usize,
    policy: Arc<Policy>,
    region: Region,
}

impl Job {
    fn reader(&self) -> Result<ParquetRecordBatchReader, Error> {
        let file = &self.file;
        let keys = &file.roots[..2];
        let build = || {
            let metadata = key_metadata(&file.metadata, self.row_group, keys)?;
            // The values of a dictionary are read once a batch, so a row group with a dictionary is one batch.
            let of_dictionary = keys.iter().any(|&at| {
                let data_type = metadata.schema().field(at).data_type();
                matches!(data_type, DataType::Dictionary(..))
            });
            let rows = metadata.metadata().row_group(self.row_group).num_rows();
            let batch = if of_dictionary {
                usize::try_from(rows).unwrap_or(TASK).clamp(1, LONGEST)
            } else {
                TASK
            };
            let mask = ProjectionMask::roots(metadata.parquet_schema(), file.roots.iter().copied());
            ParquetRecordBatchReaderBuilder::new_with_metadata(file.input.clone(), metadata)
                .with_projection(mask)
                .with_row_groups(vec![self.row_group])
                .with_batch_size(batch)
                .build()
        };
        guarded(build).map_err(|error| self.unreadable(error))
    }

    fn unreadable(&self, error: ParquetError) -> Error {
        Error::unreadable(Some(self.row_group), error).in_file(&self.file.name)
    }

    /// The next batch of a reader.
    fn next(&self, reader: &mut ParquetRecordBatchReader) -> Result<Option<RecordBatch>, Error> {
        let next = guarded(|| reader.next().transpose().map_err(ParquetError::from));
        next.map_err(|error| self.unreadable(error))
    }

    fn read(&self, batch: &RecordBatch, group: &mut Group) -> Result<(), Error> {
        let sightings = self.file.sightings(batch);
        group.counts.looks_national |= looks_national(sightings.msisdns.as_ref());
        group.counts.rows += batch.num_rows() as u64;
        self.read_batch(&sightings, |block, refused| {
            add_refused(&mut group.counts.refused, refused);
            group.blocks.push(block);
        })
    }

    fn read_batch(
        &self,
        sightings: &Sightings,
        mut take: impl FnMut(Block, Refused),
    ) -> Result<(), Error> {
        let batch = Batch::new(sightings, self.region, &self.policy)
            .map_err(|error| error.in_file(&self.file.name))?;
        for (batch, rows) in batch.runs() {
            let (block, refused) = batch.read(rows);
            take(block, refused);
        }
        Ok(())
    }

    /// Reads the row group again.
    pub(super) fn read_blocks(&self, mut visit: impl FnMut(&Block)) -> Result<(), Error> {
        let mut reader = self.reader()?;
        let mut seen = 0;
        while let Some(batch) = self.next(&mut reader)? {
            seen += batch.num_rows() as u64;
            self.read_batch(&self.file.sightings(&batch), |block, _| visit(&block))?;
        }
        self.check_rows(seen)
    }

    /// A row group must have as many rows as its header states. Otherwise cells of different rows would be joined.
    fn check_rows(&self, seen: u64) -> Result<(), Error> {
        let rows = self
            .file
            .metadata
            .metadata()
            .row_group(self.row_group)
            .num_rows();
        if u64::try_from(rows) == Ok(seen) {
            return Ok(());
        }
        let why = format!("it has {seen} rows, but its header states {rows}");
        Err(self.unreadable(ParquetError::General(why)))
    }
}

/// A row group, read batch by batch.
enum Unit {
    Ready(Job),
    Reading(Job, ParquetRecordBatchReader, Group),
    Failed(Error),
    Done(Group),
    Ended,
}

impl Iterator for Unit {
    type Item = Option<Result<Group, Error>>;

    fn next(&mut self) -> Option<Self::Item> {
        let step = match std::mem::replace(self, Self::Ended) {
            Self::Ended | Self::Done(_) => return None,
            Self::Failed(error) => Err(error),
            Self::Ready(job) => job.reader().map(|reader| {
                let group = Group {
                    file: job.file.index,
                    counts: Counts::default(),
                    blocks: Vec::new(),
                    job: job.clone(),
                };
                Self::Reading(job, reader, group)
            }),
            Self::Reading(job, mut reader, mut group) => match job.next(&mut reader) {
                Err(error) => Err(error),
                Ok(None) => job
                    .check_rows(group.counts.rows)
                    .map(|()| Self::Done(group)),
                Ok(Some(batch)) => job
                    .read(&batch, &mut group)
                    .map(|()| Self::Reading(job, reader, group)),
            },
        };
        match step {
            Ok(Self::Done(group)) => Some(Some(Ok(group))),
            Ok(unit) => {
                *self = unit;
                Some(None)
            }
            Err(error) => Some(Some(Err(error))),
        }
    }
}
