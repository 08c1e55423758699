//! Local files of one kind and sets -> the hit rows, in the order of the files.
//!
//! One idea: **a file is cut into parts, and a part finds its hits by itself.** Parts run in parallel, and their results
//! are returned in order. So the result does not depend on the number of threads, and memory use depends on the running
//! parts, not on the files. Owns which files were opened and which failed; independent of how a part reads its rows.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use arrow_schema::SchemaRef;

use crate::parallel::{Next, Ordered, Threads, locked};
use crate::scan::{Event, ScanPlan, Step, Tally};
use crate::{Error, arrow_file, parquet};

/// The kind of a local file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// A Parquet file.
    Parquet,
    /// An Arrow IPC file of [plain columns](crate::arrow_file::is_plain).
    Arrow,
}

/// A part of a file: the next result, or `None` if there is none yet.
type Part = Box<dyn Iterator<Item = Option<Step>> + Send>;

/// The parts of a file, in order.
type Parts = Box<dyn Iterator<Item = Part> + Send>;

impl FileKind {
    fn open(
        self,
        index: usize,
        path: &Path,
        plan: &Arc<ScanPlan>,
        schema: &SchemaRef,
    ) -> Result<Parts, Error> {
        fn boxed<P: Iterator<Item = Option<Step>> + Send + 'static>(part: P) -> Part {
            Box::new(part)
        }
        Ok(match self {
            Self::Parquet => Box::new(parquet::Parts::open(index, path, plan, schema)?.map(boxed)),
            Self::Arrow => Box::new(arrow_file::Parts::open(index, path, plan, schema)?.map(boxed)),
        })
    }
}

/// A scan of files with one schema.
pub struct FileScan {
    ordered: Ordered<AllParts>,
    tally: Tally,
    failed: Arc<Mutex<Vec<usize>>>,
}

impl FileScan {
    /// Scans files; each is opened when its first part is needed. `schema` has the columns of the hits, `tally` the counts
    /// to continue from.
    #[must_use]
    pub fn new(
        files: Vec<PathBuf>,
        kind: FileKind,
        plan: Arc<ScanPlan>,
        schema: SchemaRef,
        threads: Threads,
        tally: Tally,
    ) -> Self {
        let failed = Arc::<Mutex<Vec<usize>>>::default();
        let parts = AllParts {
            kind,
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
                    return Some(if outcome.last {
                        Event::FileDone(outcome.file)
                    } else {
                        Event::Read(outcome.file)
                    });
                }
            }
        }
    }
}

/// The parts of all files, in order; a file is opened when its first part is requested.
struct AllParts {
    kind: FileKind,
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
            match self.kind.open(index, &path, &self.plan, &self.schema) {
                Ok(parts) => self.at = Some((index, parts)),
                Err(error) => {
                    self.at = None;
                    return Some(Box::new(std::iter::once(Some(Err((index, error))))));
                }
            }
        }
    }
}
