//! A run of rows of one row group: hits are found in the key columns, then completed from the other columns.

use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::SchemaRef;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, RowSelection, RowSelector};
use parquet::file::metadata::RowGroupMetaData;

use super::file::OpenFile;
use super::hit_texts::HitTexts;
use super::key_stream::{KeyStream, as_declared};
use super::row_group::RowGroup;
use crate::Error;
use crate::field::is_text;
use crate::scan::{Outcome, RunHits, ScanPlan, Search, Step, Tally, assemble};

/// Rows of a part. A row group is one part, unless it is so long that its hits could fill memory.
const PART: usize = 1 << 20;

/// Rows that are decoded at once if key columns are views: they fit into the second-level cache.
const BATCH: usize = 1 << 14;

/// Hit rows returned at once.
const HITS: usize = 1 << 16;

/// The other text columns are read page by page if fewer than one row in so many is a hit. As an array, every cell of the
/// column is made and the hits are chosen from it; that is faster only where most rows are hits.
const SPARSE: usize = 2;

/// A part of a file, as an iterator.
pub(crate) struct Part {
    index: usize,
    state: State,
}

enum State {
    Ready(Job),
    Keys(Job, Keys),
    Rows(Job, Hits),
    Failed(Error),
    Ended,
}

struct Job {
    file: Arc<OpenFile>,
    plan: Arc<ScanPlan>,
    group: RowGroup,
    /// Rows of the row group before this part, and rows of the part.
    start: usize,
    rows: usize,
    /// Whether the file ends with this part.
    last: bool,
}

/// The state of the search in the key columns.
struct Keys {
    streams: Vec<KeyStream>,
    search: Search,
    tally: Tally,
    /// Rows of the part that were searched.
    seen: usize,
    /// Hit rows, counted from the start of the part.
    rows: Vec<usize>,
    matches: Vec<Vec<u64>>,
}

/// An output column, for the hit rows.
enum Column {
    /// A key column: its cells.
    Key(ArrayRef),
    /// A text column that is read page by page.
    Texts(HitTexts),
    /// A column that is read as arrays of at most [`HITS`] rows. Each has its own reader, so that its pages are freed
    /// before those of the next column are read.
    Arrays(ParquetRecordBatchReader),
    /// All its cells are returned.
    Read,
}

/// Hits that are being returned.
struct Hits {
    tally: Tally,
    /// The hit rows, counted from the start of the part.
    rows: Vec<usize>,
    matches: Vec<ArrayRef>,
    /// The output columns.
    columns: Vec<Column>,
    /// The number of hits already returned.
    done: usize,
}

/// The parts of a file, in order. Created one by one, because a footer may state any number of rows.
pub(crate) struct Parts {
    file: Arc<OpenFile>,
    plan: Arc<ScanPlan>,
    row_group: usize,
    /// Parts of the row group already returned.
    cut: usize,
    ended: bool,
}

impl Parts {
    /// Opens a file; `expected` has the columns of the hits, from the first file of the scan.
    pub(crate) fn open(
        index: usize,
        path: &Path,
        plan: &Arc<ScanPlan>,
        expected: &SchemaRef,
    ) -> Result<Self, Error> {
        Ok(Self {
            file: Arc::new(OpenFile::open(index, path, plan, expected)?),
            plan: Arc::clone(plan),
            row_group: 0,
            cut: 0,
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
        let groups = self.file.file.metadata.metadata().row_groups();
        // A file without row groups has one empty part.
        let rows = groups
            .get(self.row_group)
            .map_or(0, RowGroupMetaData::num_rows);
        let group = RowGroup {
            file: Arc::clone(&self.file.file),
            index: self.row_group,
        };
        let Ok(rows) = usize::try_from(rows) else {
            self.ended = true;
            let error = group.broken("its header states a negative number of rows");
            return Some(Part::failed(self.file.index, error));
        };
        // A part may be up to half longer: a further part would read the dictionary and skip the pages before it again.
        let parts = ((rows + PART / 2) / PART).max(1);
        let start = self.cut * PART;
        let is_last = self.cut + 1 == parts;
        let end = if is_last { rows } else { start + PART };
        self.ended = is_last && self.row_group + 1 >= groups.len();
        let job = Job {
            file: Arc::clone(&self.file),
            plan: Arc::clone(&self.plan),
            group,
            start,
            rows: end - start,
            last: self.ended,
        };
        if is_last {
            self.row_group += 1;
            self.cut = 0;
        } else {
            self.cut += 1;
        }
        Some(Part::new(self.file.index, job))
    }
}

impl Part {
    fn new(index: usize, job: Job) -> Self {
        let state = State::Ready(job);
        Self { index, state }
    }

    /// A part that cannot be read.
    fn failed(index: usize, error: Error) -> Self {
        Self {
            index,
            state: State::Failed(error),
        }
    }

    /// Takes one step: the next state, and a result if there is one.
    fn step(&self, state: State) -> Result<(State, Option<Outcome>), Error> {
        let outcome = |tally, batch, last| {
            Some(Outcome {
                file: self.index,
                batch,
                tally,
                last,
            })
        };
        match state {
            State::Failed(error) => Err(error),
            State::Ended => Ok((State::Ended, None)),
            State::Ready(job) if job.rows == 0 => {
                let tally = Tally::new(job.plan.lookups().len());
                Ok((State::Ended, outcome(tally, None, job.last)))
            }
            State::Ready(job) => {
                let keys = Keys::new(&job)?;
                Ok((State::Keys(job, keys), None))
            }
            State::Keys(job, mut keys) => {
                if keys.look_up(&job)? {
                    return Ok((State::Keys(job, keys), None));
                }
                job.group.check_rows(keys.seen as u64, job.rows as i64)?;
                let hits = keys.into_hits(&job)?;
                Ok((State::Rows(job, hits), None))
            }
            State::Rows(job, hits) if hits.done == hits.rows.len() => {
                Ok((State::Ended, outcome(hits.tally, None, job.last)))
            }
            State::Rows(job, mut hits) => {
                let (batch, tally) = hits.next(&job)?;
                Ok((State::Rows(job, hits), outcome(tally, Some(batch), false)))
            }
        }
    }
}

impl Iterator for Part {
    type Item = Option<Step>;

    fn next(&mut self) -> Option<Self::Item> {
        let state = std::mem::replace(&mut self.state, State::Ended);
        if matches!(state, State::Ended) {
            return None;
        }
        match self.step(state) {
            Ok((state, outcome)) => {
                self.state = state;
                Some(outcome.map(Ok))
            }
            Err(error) => Some(Some(Err((self.index, error)))),
        }
    }
}

impl Job {
    /// Reads the key column of the n-th lookup.
    fn key_stream(&self, n: usize) -> Result<KeyStream, Error> {
        let projection = &self.file.projection;
        let at = projection.keys[n];
        let is_output = projection.output.contains(&at);
        let rows = self.start..self.start + self.rows;
        KeyStream::open(&self.group, at, rows, BATCH, is_output)
    }

    /// Opens a root column for `hits` hits, which `selection` selects.
    fn column(&self, at: usize, selection: &RowSelection, hits: usize) -> Result<Column, Error> {
        let metadata = &self.group.file.metadata;
        if hits < self.rows / SPARSE
            && is_text(metadata.schema().field(at).data_type())
            && let Some(texts) = HitTexts::open(&self.group, at, self.start, self.rows)?
        {
            return Ok(Column::Texts(texts));
        }
        // The reader has room for a whole batch, and what it returns keeps that room.
        let batch = hits.min(HITS);
        self.group
            .reader(metadata.clone(), [at], Some(selection.clone()), batch)
            .map(Column::Arrays)
    }
}

/// Selects `rows`, counted from row `start` of the row group.
fn selection(start: usize, rows: &[usize]) -> RowSelection {
    let mut selectors = Vec::new();
    let mut next = 0;
    for run in rows.chunk_by(|a, b| a + 1 == *b) {
        let from = start + run[0];
        if from > next {
            selectors.push(RowSelector::skip(from - next));
        }
        selectors.push(RowSelector::select(run.len()));
        next = from + run.len();
    }
    selectors.into()
}

impl Keys {
    fn new(job: &Job) -> Result<Self, Error> {
        let lookups = job.plan.lookups();
        let streams = (0..lookups.len()).map(|n| job.key_stream(n));
        Ok(Self {
            streams: streams.collect::<Result<_, _>>()?,
            search: Search::new(lookups),
            tally: Tally::new(lookups.len()),
            seen: 0,
            rows: Vec::new(),
            matches: vec![Vec::new(); lookups.len()],
        })
    }

    /// Looks up the rows that are available in all key columns; whether there were any.
    fn look_up(&mut self, job: &Job) -> Result<bool, Error> {
        let lookups = job.plan.lookups();
        let mut ready = usize::MAX;
        for (n, (stream, lookup)) in self.streams.iter_mut().zip(lookups).enumerate() {
            ready = ready.min(stream.ready(lookup.keys)?);
            if let Some(array) = stream.new_array() {
                self.tally.check_national(lookups, n, array.as_ref());
            }
        }
        if ready == 0 {
            return Ok(false);
        }
        let columns = self
            .streams
            .iter()
            .zip(lookups)
            .map(|(stream, lookup)| stream.column(lookup.keys))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| job.group.in_file(error))?;
        let found = self
            .search
            .run(lookups, &columns, 0..ready, &mut self.tally);
        drop(columns);
        for stream in &mut self.streams {
            if !found.rows.is_empty() {
                stream
                    .take(&found.rows)
                    .map_err(|error| job.group.in_file(error))?;
            }
            stream.advance(ready);
        }
        let rows = found.rows.iter().map(|&row| self.seen + row as usize);
        self.rows.extend(rows);
        self.seen += ready;
        for (all, new) in self.matches.iter_mut().zip(found.matches) {
            all.extend(new);
        }
        Ok(true)
    }

    fn into_hits(self, job: &Job) -> Result<Hits, Error> {
        let projection = &job.file.projection;
        let mut cells = vec![None; projection.output.len()];
        for (stream, at) in self.streams.into_iter().zip(&projection.keys) {
            if let Some(n) = projection.output.iter().position(|column| column == at) {
                let declared = projection.schema.field(n).data_type();
                cells[n] = stream
                    .into_cells(declared)
                    .map_err(|error| job.group.in_file(error))?;
            }
        }
        let selection = selection(job.start, &self.rows);
        let mut columns = Vec::with_capacity(cells.len());
        for (cells, &at) in cells.into_iter().zip(&projection.output) {
            columns.push(match cells {
                Some(cells) => Column::Key(cells),
                None if self.rows.is_empty() => Column::Read,
                None => job.column(at, &selection, self.rows.len())?,
            });
        }
        Ok(Hits {
            tally: self.tally,
            rows: self.rows,
            matches: RunHits::match_columns(self.matches),
            columns,
            done: 0,
        })
    }
}

impl Hits {
    /// The next hits, completed with the other columns, and their tally.
    fn next(&mut self, job: &Job) -> Result<(RecordBatch, Tally), Error> {
        let projection = &job.file.projection;
        let end = self.rows.len().min(self.done + HITS);
        let rows = &self.rows[self.done..end];
        let len = rows.len();
        let mut columns = Vec::with_capacity(projection.schema.fields().len());
        for (column, field) in self.columns.iter_mut().zip(projection.schema.fields()) {
            let cells = match column {
                Column::Key(cells) => cells.slice(self.done, len),
                Column::Texts(texts) => {
                    texts.take(&job.group, rows, || selection(job.start, rows))?
                }
                Column::Arrays(reader) => {
                    let read = job.group.next(reader)?;
                    let Some(read) = read.filter(|read| read.num_rows() == len) else {
                        return Err(job.group.broken("its columns differ in length"));
                    };
                    Arc::clone(read.column(0))
                }
                Column::Read => continue,
            };
            if end == self.rows.len() {
                *column = Column::Read;
            }
            let cells = as_declared(cells, field.data_type());
            columns.push(cells.map_err(|error| job.group.in_file(error))?);
        }
        let matches: Vec<ArrayRef> = self
            .matches
            .iter()
            .map(|column| column.slice(self.done, len))
            .collect();
        // The rows are counted with their first hits: a later page that cannot be read leaves no more hits than rows.
        let none = Tally::new(job.plan.lookups().len());
        let mut tally = std::mem::replace(&mut self.tally, none);
        tally.count_hits(job.plan.lookups(), &matches);
        columns.extend(matches);
        self.done += len;
        let batch =
            assemble(&projection.schema, columns, len).map_err(|error| job.group.in_file(error))?;
        Ok((batch, tally))
    }
}
