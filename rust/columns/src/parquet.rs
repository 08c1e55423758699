//! Local Parquet files and sets -> the hit rows, at the speed of reading the key columns.
//!
//! One idea: **the key columns first, the other columns only for hits.** A file is cut into `Part`s of about a million
//! rows. A part reads its key columns, looks up every cell, and reads the other columns for the hit rows. Parts run in
//! parallel, and their results are returned in the order of the files. So the result does not depend on the number of
//! threads, and memory use depends on the running parts, not on the files.
//!
//! Owns how files become parts, and their errors. Independent of what numbers mean.

mod bytes;
mod file;
mod hit_texts;
mod hybrid;
mod key_stream;
mod part;
mod row_group;
mod text_pages;
mod thrift;
mod units;

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;

use crate::Error;
use crate::parallel::{Next, Ordered, Threads, locked};
use crate::scan::{Event, ScanPlan, Tally};
use file::OpenFile;
pub(crate) use file::ParquetFile;
use part::{Part, Parts};
pub(crate) use row_group::{Batches, RowGroup};
pub(crate) use units::{ReadGroup, Units, units};

/// One result of a part.
pub(crate) struct Outcome {
    file: usize,
    batch: Option<RecordBatch>,
    tally: Tally,
    /// Whether the file ends here.
    last: bool,
}

/// A scan of files with one schema.
pub struct ParquetScan {
    ordered: Ordered<AllParts>,
    tally: Tally,
    failed: Arc<Mutex<Vec<usize>>>,
}

impl ParquetScan {
    /// Scans files; each is opened when its first part is needed. `schema` has the columns of the hits, `tally` the counts
    /// to continue from.
    #[must_use]
    pub fn new(
        files: Vec<PathBuf>,
        plan: Arc<ScanPlan>,
        schema: SchemaRef,
        threads: Threads,
        tally: Tally,
    ) -> Self {
        let failed = Arc::<Mutex<Vec<usize>>>::default();
        let parts = AllParts {
            files: files.into_iter().enumerate().collect(),
            at: None,
            plan,
            schema,
            failed: Arc::clone(&failed),
        };
        Self {
            ordered: Ordered::new(parts, threads),
            tally,
            failed,
        }
    }

    /// The counts so far.
    #[must_use]
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// The counts at the end.
    #[must_use]
    pub fn into_tally(self) -> Tally {
        self.tally
    }

    /// The next event, or [`Event::Waiting`] after `patience`. `None` after the last file. After a file failed, the next
    /// call continues with the next file.
    pub fn next(&mut self, patience: Duration) -> Option<Event> {
        loop {
            let outcome = match self.ordered.next(patience) {
                Next::End => return None,
                Next::Waiting => return Some(Event::Waiting),
                Next::Ready(outcome) => outcome,
            };
            let mut failed = locked(&self.failed);
            match outcome {
                // Parts after the failed one may already be running; their results are dropped.
                Ok(outcome) if failed.contains(&outcome.file) => {}
                Err((file, _)) if failed.contains(&file) => {}
                Err((file, error)) => {
                    failed.push(file);
                    return Some(Event::FileFailed(file, error));
                }
                Ok(outcome) => {
                    self.tally.add(&outcome.tally);
                    if let Some(batch) = outcome.batch {
                        return Some(Event::Hits(outcome.file, batch));
                    }
                    if outcome.last {
                        return Some(Event::FileDone(outcome.file));
                    }
                }
            }
        }
    }
}

/// The parts of all files, in order; a file is opened when its first part is requested.
struct AllParts {
    files: VecDeque<(usize, PathBuf)>,
    /// The current file, and its remaining parts.
    at: Option<(usize, Parts)>,
    plan: Arc<ScanPlan>,
    /// The schema of the hits.
    schema: SchemaRef,
    failed: Arc<Mutex<Vec<usize>>>,
}

impl Iterator for AllParts {
    type Item = Part;

    fn next(&mut self) -> Option<Part> {
        loop {
            if let Some((index, parts)) = &mut self.at {
                let failed = locked(&self.failed);
                if !failed.contains(index)
                    && let Some(part) = parts.next()
                {
                    return Some(part);
                }
            }
            let (index, path) = self.files.pop_front()?;
            match OpenFile::open(index, &path, &self.plan, &self.schema) {
                Ok(file) => {
                    let parts = Parts::of_file(Arc::new(file), Arc::clone(&self.plan));
                    self.at = Some((index, parts));
                }
                Err(error) => {
                    self.at = None;
                    return Some(Part::failed(index, error));
                }
            }
        }
    }
}

/// The columns of a file, as its footer declares them.
///
/// # Errors
/// [`Error::File`], [`Error::Unreadable`].
pub fn schema(path: &Path) -> Result<SchemaRef, Error> {
    file::schema(path)
}
