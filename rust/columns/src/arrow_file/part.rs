//! Some rows of a batch: hits are found in the key columns, then completed from all columns.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_schema::SchemaRef;

use super::header::{ArrowFile, Batch};
use crate::Error;
use crate::scan::{
    Outcome, Projection, RunHits, ScanPlan, Search, Step, Tally, assemble, key_columns,
};

/// Rows of a part: of a hundred columns a hundred megabytes, if all rows are hits.
const PART: usize = 1 << 17;

/// Rows whose keys are read at once: they fit into the second-level cache.
const RUN: usize = 1 << 14;

/// What the parts of a file have in common.
struct Job {
    /// The number of the file.
    index: usize,
    file: ArrowFile,
    projection: Projection,
    plan: Arc<ScanPlan>,
}

/// The parts of a file, in order.
pub(crate) struct Parts {
    job: Arc<Job>,
    /// The next batch.
    batch: usize,
    /// Rows of a batch that are not yet in a part.
    rest: Option<(Arc<Batch>, Range<usize>)>,
    ended: bool,
}

/// A part, as an iterator of its one result.
pub(crate) struct Part(Option<Work>);

enum Work {
    Rows(Arc<Job>, Arc<Batch>, Range<usize>),
    Failed(usize, Error),
    /// The file ends.
    End(Arc<Job>),
}

impl Parts {
    /// Opens a file; `expected` has the columns of the hits, from the first file of the scan.
    ///
    /// # Errors
    /// Those of the file, and those of [`ScanPlan::project`].
    pub(crate) fn open(
        index: usize,
        path: &Path,
        plan: &Arc<ScanPlan>,
        expected: &SchemaRef,
    ) -> Result<Self, Error> {
        let name = path.display().to_string();
        let open = || {
            let file = ArrowFile::open(path)?;
            let projection = plan.project(&file.schema, Some(expected))?;
            Ok((file, projection))
        };
        let (file, projection) = open().map_err(|error: Error| error.in_file(&name))?;
        let job = Job {
            index,
            file,
            projection,
            plan: Arc::clone(plan),
        };
        Ok(Self {
            job: Arc::new(job),
            batch: 0,
            rest: None,
            ended: false,
        })
    }
}

impl Iterator for Parts {
    type Item = Part;

    fn next(&mut self) -> Option<Part> {
        if self.ended {
            return None;
        }
        let job = &self.job;
        loop {
            if let Some((batch, rows)) = &mut self.rest
                && rows.start < rows.end
            {
                let end = rows.end.min(rows.start + PART);
                let own = std::mem::replace(rows, end..rows.end).start..end;
                return Some(Part(Some(Work::Rows(
                    Arc::clone(job),
                    Arc::clone(batch),
                    own,
                ))));
            }
            if self.batch == job.file.batches() {
                self.ended = true;
                return Some(Part(Some(Work::End(Arc::clone(job)))));
            }
            match job.file.batch(self.batch) {
                Ok(batch) => {
                    let rows = 0..batch.rows;
                    self.rest = Some((Arc::new(batch), rows));
                    self.batch += 1;
                }
                Err(error) => {
                    self.ended = true;
                    let error = error.in_file(&job.file.name);
                    return Some(Part(Some(Work::Failed(job.index, error))));
                }
            }
        }
    }
}

impl Iterator for Part {
    type Item = Option<Step>;

    fn next(&mut self) -> Option<Self::Item> {
        Some(Some(match self.0.take()? {
            Work::Failed(index, error) => Err((index, error)),
            Work::End(job) => Ok(Outcome {
                file: job.index,
                batch: None,
                tally: Tally::new(job.plan.lookups().len()),
                last: true,
            }),
            Work::Rows(job, batch, rows) => job
                .hits(&batch, rows)
                .map_err(|error| (job.index, error.in_file(&job.file.name))),
        }))
    }
}

impl Job {
    /// The hits among some rows of a batch.
    fn hits(&self, batch: &Batch, rows: Range<usize>) -> Result<Outcome, Error> {
        let lookups = self.plan.lookups();
        let mut tally = Tally::new(lookups.len());
        let mut search = Search::new(lookups);
        let mut picked: Vec<Range<usize>> = Vec::new();
        let mut matches = vec![Vec::new(); lookups.len()];
        for start in rows.clone().step_by(RUN) {
            let run = start..rows.end.min(start + RUN);
            let keys = self.projection.keys.iter();
            let arrays = keys
                .map(|&at| self.file.cells(batch, at, std::slice::from_ref(&run)))
                .collect::<Result<Vec<ArrayRef>, _>>()?;
            for (n, array) in arrays.iter().enumerate() {
                tally.check_national(lookups, n, array.as_ref());
            }
            let columns = key_columns(lookups, &arrays.iter().collect::<Vec<_>>(), None)?;
            let columns: Vec<_> = columns.into_iter().map(|column| (column, 0)).collect();
            let found = search.run(lookups, &columns, 0..run.len(), &mut tally);
            for row in found.rows {
                let row = start + row as usize;
                match picked.last_mut() {
                    Some(last) if last.end == row => last.end = row + 1,
                    _ => picked.push(row..row + 1),
                }
            }
            for (all, more) in matches.iter_mut().zip(found.matches) {
                all.extend(more);
            }
        }
        let mut outcome = Outcome {
            file: self.index,
            batch: None,
            tally,
            last: false,
        };
        if !picked.is_empty() {
            let Projection { output, schema, .. } = &self.projection;
            let mut columns = output
                .iter()
                .zip(schema.fields())
                .map(|(&at, field)| {
                    let cells = self.file.cells(batch, at, &picked)?;
                    Ok(arrow_cast::cast(&cells, field.data_type())?)
                })
                .collect::<Result<Vec<_>, Error>>()?;
            let matches = RunHits::match_columns(matches);
            outcome.tally.count_hits(lookups, &matches);
            let len = matches[0].len();
            columns.extend(matches);
            outcome.batch = Some(assemble(schema, columns, len)?);
        }
        Ok(outcome)
    }
}
