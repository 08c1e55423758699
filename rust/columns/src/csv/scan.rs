//! Text x sets -> the hit rows: key cells of all rows, the other cells of hits only.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use arrow_array::{ArrayRef, BooleanArray, RecordBatch};
use arrow_schema::{Schema, SchemaRef};
use arrow_select::concat::concat_batches;
use arrow_select::filter::filter_record_batch;

use super::cells::{all_spans, push_text};
use super::chunks::CHUNK;
use super::pieces::{Lines, Piece, Pieces, Process};
use super::split;
use super::typed::Texts;
use super::{Doubt, Format, Input};
use crate::Error;
use crate::column::Column;
use crate::parallel::{Next, Threads, locked};
use crate::scan::{Event, Lookup, Projection, RunHits, ScanPlan, Search, Tally, assemble};

/// Hit rows are returned once there are `HITS` of them, or once `BYTES` bytes were read.
const HITS: usize = 1 << 13;
const BYTES: usize = 1 << 25;

/// The rows of a text to scan.
pub struct Rows<'a> {
    /// The source of the text.
    pub input: Input,
    /// Its format.
    pub format: Format,
    /// The line of the first row.
    pub line: u64,
    /// The named columns.
    pub columns: &'a Schema,
    /// How rows that may be non-data lines are recognised.
    pub doubt: Option<Doubt>,
}

/// The results of the chunks of a text, in order.
pub(crate) trait HitPieces: Send {
    /// The next one, or [`Next::Waiting`] after `patience`.
    fn next(&mut self, patience: Duration) -> Next<Result<Hits, Error>>;
}

/// The result of one chunk, and what is counted from the start of the text.
pub(crate) struct Hits {
    pub(crate) output: Output,
    /// The line of each doubtful row.
    pub(crate) doubtful: Vec<u64>,
    /// The lines between rows.
    pub(crate) between: Lines,
    /// Number of bytes.
    pub(crate) bytes: usize,
}

/// A scan of one text.
pub struct TextScan {
    pieces: Box<dyn HitPieces>,
    schema: SchemaRef,
    plan: Arc<ScanPlan>,
    tally: Tally,
    /// Hits not yet returned, their number, and the number of bytes read since the last hits were returned.
    hits: Vec<RecordBatch>,
    len: usize,
    bytes: usize,
    /// The event to return first.
    queued: Option<Event>,
    /// The piece whose doubtful rows are undecided.
    waiting: Option<Output>,
    /// The last event, until it is returned.
    end: Option<Option<Event>>,
}

/// The search in the rows of a chunk.
struct KeySearch {
    plan: Arc<ScanPlan>,
    projection: Projection,
    doubt: Option<Doubt>,
    searches: Mutex<Vec<Search>>,
}

impl TextScan {
    /// Scans separated text. `schema` has the columns of the hits, `tally` the counts to continue from.
    ///
    /// # Errors
    /// [`Error::Format`]; those of [`ScanPlan::project`].
    pub fn new(
        rows: Rows<'_>,
        plan: Arc<ScanPlan>,
        schema: SchemaRef,
        threads: Threads,
        tally: Tally,
    ) -> Result<Self, Error> {
        let Rows {
            input,
            format,
            line,
            columns,
            doubt,
        } = rows;
        format.check()?;
        let projection = plan.project(columns, Some(&schema))?;
        let search = KeySearch {
            plan: Arc::clone(&plan),
            projection,
            doubt,
            searches: Mutex::default(),
        };
        let pieces = Pieces::of_size(input, format, line, search, threads, CHUNK);
        Ok(Self::of(Box::new(pieces), plan, schema, tally))
    }

    /// Scans a text of any form. `pieces` find the hits of `plan`, with the columns of `schema`.
    pub(crate) fn of(
        pieces: Box<dyn HitPieces>,
        plan: Arc<ScanPlan>,
        schema: SchemaRef,
        tally: Tally,
    ) -> Self {
        Self {
            pieces,
            schema,
            plan,
            tally,
            hits: Vec::new(),
            len: 0,
            bytes: 0,
            queued: None,
            waiting: None,
            end: None,
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

    /// The next event, or [`Event::Waiting`] after `patience`; `None` after the end of the text or a failure.
    pub fn next(&mut self, patience: Duration) -> Option<Event> {
        loop {
            if let Some(event) = self.queued.take() {
                return Some(event);
            }
            // Rows that the caller did not decide are rows.
            self.decide(&[]);
            let is_due = self.len >= HITS || self.bytes >= BYTES || self.end.is_some();
            if is_due && self.len > 0 {
                return Some(self.take_hits());
            }
            if let Some(end) = &mut self.end {
                return end.take();
            }
            if is_due {
                self.bytes = 0;
                return Some(Event::Read(0));
            }
            match self.pieces.next(patience) {
                Next::Waiting => return Some(Event::Waiting),
                Next::End => self.end = Some(Some(Event::FileDone(0))),
                Next::Ready(Err(error)) => self.fail(error),
                Next::Ready(Ok(piece)) => {
                    if let Some(event) = self.take(piece) {
                        return Some(event);
                    }
                }
            }
        }
    }

    /// Ends the scan with an error. Hits found before it are still returned.
    fn fail(&mut self, error: Error) {
        self.end = Some(Some(Event::FileFailed(0, error)));
    }

    /// Adds a piece; returns its event, if it has one.
    fn take(&mut self, mut piece: Hits) -> Option<Event> {
        self.bytes += piece.bytes;
        let texts = std::mem::take(&mut piece.output.texts);
        let doubtful: Vec<_> = piece.doubtful.into_iter().zip(texts).collect();
        let lines = (!piece.between.is_empty()).then_some(Event::Lines(0, piece.between));
        if doubtful.is_empty() {
            self.tally.add(&piece.output.tally);
            self.keep(piece.output.hits);
            return lines;
        }
        let event = Event::Doubtful(0, doubtful);
        self.waiting = Some(piece.output);
        if lines.is_some() {
            self.queued = Some(event);
            return lines;
        }
        Some(event)
    }

    /// Decides for each row of the last [`Event::Doubtful`] whether it is a row. Rows past the end of `kept` are rows.
    ///
    /// # Panics
    /// Never: there is a flag for each hit, so the hits can be filtered.
    pub fn decide(&mut self, kept: &[bool]) {
        let Some(output) = self.waiting.take() else {
            return;
        };
        self.tally.add(&output.tally);
        let len = output.hits.as_ref().map_or(0, RecordBatch::num_rows);
        let mut is_kept = vec![true; len];
        for (n, row) in output.doubtful.iter().enumerate() {
            if kept.get(n).copied().unwrap_or(true) {
                self.tally.add(&row.tally);
            } else if let Some(hit) = row.hit {
                is_kept[hit] = false;
            }
        }
        if let Some(hits) = output.hits {
            let hits = filter_record_batch(&hits, &BooleanArray::from(is_kept));
            let hits = hits.expect("there is a flag for each hit");
            let matches = hits.num_columns() - self.plan.lookups().len();
            let matches = &hits.columns()[matches..];
            self.tally.count_hits(self.plan.lookups(), matches);
            self.keep(Some(hits));
        }
    }

    fn keep(&mut self, hits: Option<RecordBatch>) {
        if let Some(hits) = hits.filter(|hits| hits.num_rows() > 0) {
            self.len += hits.num_rows();
            self.hits.push(hits);
        }
    }

    fn take_hits(&mut self) -> Event {
        let hits = concat_batches(&self.schema, &self.hits);
        self.hits.clear();
        (self.len, self.bytes) = (0, 0);
        match hits {
            Ok(hits) => Event::Hits(0, hits),
            Err(error) => {
                self.end = Some(None);
                Event::FileFailed(0, error.into())
            }
        }
    }
}

/// The result of one chunk.
pub(crate) struct Output {
    hits: Option<RecordBatch>,
    /// Counts without the doubtful rows. It counts the hits only if there are no doubtful rows.
    tally: Tally,
    doubtful: Vec<DoubtfulRow>,
    /// The text of each doubtful row.
    texts: Vec<Vec<u8>>,
}

impl Output {
    /// The hits of a chunk without doubtful rows, and all its counts.
    pub(crate) fn new(hits: Option<RecordBatch>, tally: Tally) -> Self {
        Self {
            hits,
            tally,
            doubtful: Vec::new(),
            texts: Vec::new(),
        }
    }
}

/// A row that may be a non-data line.
struct DoubtfulRow {
    row: u32,
    /// Its counts, without its hit.
    tally: Tally,
    /// Its index among the hits.
    hit: Option<usize>,
}

impl HitPieces for Pieces<KeySearch> {
    fn next(&mut self, patience: Duration) -> Next<Result<Hits, Error>> {
        let hits = |piece: Piece<Output>| Hits {
            doubtful: piece
                .output
                .doubtful
                .iter()
                .map(|row| piece.line_of(row.row))
                .collect(),
            output: piece.output,
            between: piece.between,
            bytes: piece.bytes,
        };
        Self::next(self, patience).map(|piece| piece.map(hits))
    }
}

impl Process for KeySearch {
    type Output = Output;

    fn process(
        &self,
        format: &Format,
        rows: &split::Rows,
        bytes: &mut Vec<u8>,
    ) -> Result<Self::Output, Error> {
        let lookups = self.plan.lookups();
        let spans: Vec<_> = self
            .projection
            .keys
            .iter()
            .map(|&at| all_spans(format, rows, at, bytes))
            .collect();
        let columns: Vec<_> = spans
            .iter()
            .zip(lookups)
            .map(|(spans, lookup)| (Column::of_spans(spans, bytes, lookup.keys), 0))
            .collect();
        let doubt = self.doubt.as_ref();
        let doubtful = doubt.map_or_else(Vec::new, |doubt| doubt.rows(rows, bytes));
        let search = locked(&self.searches).pop();
        let mut search = search.unwrap_or_else(|| Search::new(lookups));
        let (found, mut output) = searched(&mut search, lookups, &columns, rows.len(), &doubtful);
        locked(&self.searches).push(search);
        let text = |row: u32| bytes[rows.row(row as usize)].to_vec();
        output.texts = doubtful.into_iter().map(text).collect();
        if !found.rows.is_empty() {
            let len = found.rows.len();
            let mut hits = self.cells(format, rows, &found.rows, bytes)?;
            let matches: Vec<ArrayRef> = RunHits::match_columns(found.matches);
            if output.doubtful.is_empty() {
                output.tally.count_hits(lookups, &matches);
            }
            hits.extend(matches);
            output.hits = Some(assemble(&self.projection.schema, hits, len)?);
        }
        Ok(output)
    }
}

/// Searches in the keys of the rows of a chunk: the hits, and the output but for its hits and texts. A doubtful row is
/// searched by itself, as its counts and its hit only count once it is known to be a row.
fn searched(
    search: &mut Search,
    lookups: &[Lookup],
    columns: &[(Column<'_>, usize)],
    rows: usize,
    doubtful: &[u32],
) -> (RunHits, Output) {
    let tally = || Tally::new(lookups.len());
    let mut found = RunHits::none(lookups.len());
    let (mut all, mut own, mut start) = (tally(), Vec::new(), 0);
    for &row in doubtful {
        let at = row as usize;
        found.extend(search.run(lookups, columns, start..at, &mut all));
        let (mut seen, hits) = (tally(), found.rows.len());
        found.extend(search.run(lookups, columns, at..at + 1, &mut seen));
        own.push(DoubtfulRow {
            row,
            tally: seen,
            hit: (found.rows.len() > hits).then_some(hits),
        });
        start = at + 1;
    }
    found.extend(search.run(lookups, columns, start..rows, &mut all));
    let output = Output {
        doubtful: own,
        ..Output::new(None, all)
    };
    (found, output)
}

impl KeySearch {
    /// The cells of some rows in the columns of the output, before those of the matches.
    fn cells(
        &self,
        format: &Format,
        rows: &split::Rows,
        chosen: &[u32],
        bytes: &[u8],
    ) -> Result<Vec<ArrayRef>, Error> {
        let fields = self.projection.schema.fields();
        let mut columns = Vec::with_capacity(fields.len());
        for (&at, field) in self.projection.output.iter().zip(fields) {
            let mut texts = Texts::new(chosen.len());
            let chosen = chosen.iter().map(|&row| row as usize);
            push_text(format, rows, at, chosen, bytes, &mut texts);
            let cells = texts.finish()?;
            columns.push(arrow_cast::cast(&cells, field.data_type())?);
        }
        Ok(columns)
    }
}
