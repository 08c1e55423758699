//! Local Parquet files x sets -> the hit rows, at the speed of reading the key columns.
//!
//! One idea: **the key columns first, the rest only for hits.** A file is cut into [`Part`]s of about a million rows; a
//! part reads its key columns, looks every cell up, and reads the other columns for the rows that hit. Parts run side by
//! side in the pool and are handed over in the order of the files, so the answer never depends on the threads, and
//! memory depends on the parts at work, not on the files.
//!
//! Owns how files become parts and what is wrong with them. Independent of what numbers mean.

mod bytes;
mod file;
mod hybrid;
mod key_stream;
mod part;
mod text_pages;
mod thrift;

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;

use crate::Error;
use crate::parallel::{Next, Ordered, Threads};
use crate::scan::{Event, Plan, Tally};
pub(crate) use bytes::Input;
use file::OpenFile;
pub(crate) use file::{footer, key_metadata, unreadable};
use part::{Part, Parts};

/// What one part of a file hands over.
pub(crate) struct Outcome {
    file: usize,
    batch: Option<RecordBatch>,
    tally: Tally,
    /// Whether the file ends here.
    last: bool,
}

/// A run through files of one schema.
pub struct ParquetScan {
    ordered: Ordered<AllParts>,
    tally: Tally,
    failed: Arc<Mutex<Vec<usize>>>,
}

impl ParquetScan {
    /// Takes files to scan; each is opened when its turn comes. `schema` are the columns of the hits, `tally` is what
    /// was seen before.
    #[must_use]
    pub fn new(
        files: Vec<PathBuf>,
        plan: Arc<Plan>,
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

    /// What has been seen so far.
    #[must_use]
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// What has been seen, at the end.
    #[must_use]
    pub fn into_tally(self) -> Tally {
        self.tally
    }

    /// What comes next, or [`Event::Waiting`] after `patience`. `None`: all files are through. After a file failed, the
    /// next call goes on with the file behind it.
    pub fn next(&mut self, patience: Duration) -> Option<Event> {
        loop {
            let outcome = match self.ordered.next(patience) {
                Next::End => return None,
                Next::Waiting => return Some(Event::Waiting),
                Next::Ready(outcome) => outcome,
            };
            let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
            match outcome {
                // Parts behind the one that failed may be at work already; the file ended there all the same.
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

/// The parts of all files, in order; a file is opened when its first part is asked for.
struct AllParts {
    files: VecDeque<(usize, PathBuf)>,
    /// The file at hand, and its parts to come.
    at: Option<(usize, Parts)>,
    plan: Arc<Plan>,
    /// Of the hits.
    schema: SchemaRef,
    failed: Arc<Mutex<Vec<usize>>>,
}

impl Iterator for AllParts {
    type Item = Part;

    fn next(&mut self) -> Option<Part> {
        loop {
            if let Some((index, parts)) = &mut self.at {
                let failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
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
