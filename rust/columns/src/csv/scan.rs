//! Text x sets -> the hit rows: key cells of all rows, the other cells of hits only.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arrow_array::{ArrayRef, BooleanArray, RecordBatch};
use arrow_schema::{Schema, SchemaRef};
use arrow_select::concat::concat_batches;
use arrow_select::filter::filter_record_batch;

use super::cells::{key_spans, text_column};
use super::chunks::CHUNK;
use super::pieces::{Make, Piece, Pieces};
use super::split;
use super::{Doubt, Format, Input};
use crate::Error;
use crate::column::Column;
use crate::parallel::{self, Threads};
use crate::scan::{Event, Found, Places, Plan, Search, Tally, assemble};

/// Hit rows that are handed over at once, and bytes after which those that there are must do.
const HITS: usize = 1 << 13;
const BYTES: usize = 1 << 25;

/// The rows of a text that are to be scanned.
pub struct Rows<'a> {
    /// Where they come from.
    pub input: Input,
    /// How they are written.
    pub format: Format,
    /// The line of the first.
    pub line: u64,
    /// The columns that have a name.
    pub columns: &'a Schema,
    /// How rows that may be non-data lines are recognised.
    pub doubt: Option<Doubt>,
}

/// A run through one text.
pub struct CsvScan {
    pieces: Pieces<KeySearch>,
    schema: SchemaRef,
    plan: Arc<Plan>,
    tally: Tally,
    /// Hits on their way out, how many they are, and how many bytes were read since the last were handed over.
    hits: Vec<RecordBatch>,
    len: usize,
    bytes: usize,
    /// What is to be handed over before anything else.
    queued: Option<Event>,
    /// Pieces whose doubtful rows are not decided yet.
    waiting: Option<Made>,
    /// How it ended, until that is reported.
    end: Option<Option<Event>>,
}

/// The search through the rows of a chunk.
struct KeySearch {
    plan: Arc<Plan>,
    places: Places,
    doubt: Option<Doubt>,
    searches: Mutex<Vec<Search>>,
}

impl CsvScan {
    /// Takes a text. `schema` are the columns of the hits, `tally` is what was seen before.
    ///
    /// # Errors
    /// [`Error::Format`]; those of [`Plan::places`].
    pub fn new(
        rows: Rows<'_>,
        plan: Arc<Plan>,
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
        let places = plan.places(columns, Some(&schema))?;
        let search = KeySearch {
            plan: Arc::clone(&plan),
            places,
            doubt,
            searches: Mutex::default(),
        };
        Ok(Self {
            pieces: Pieces::of_size(input, format, line, search, threads, CHUNK),
            schema,
            plan,
            tally,
            hits: Vec::new(),
            len: 0,
            bytes: 0,
            queued: None,
            waiting: None,
            end: None,
        })
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

    /// What comes next, or [`Event::Waiting`] after `patience`; `None` after the text was read to its end or failed.
    pub fn next(&mut self, patience: Duration) -> Option<Event> {
        loop {
            if let Some(event) = self.queued.take() {
                return Some(event);
            }
            // Not decided to be non-data.
            self.judge(&[]);
            let is_due = self.len >= HITS || self.bytes >= BYTES || self.end.is_some();
            if is_due && self.len > 0 {
                return Some(self.hand_over());
            }
            if let Some(end) = &mut self.end {
                return end.take();
            }
            if is_due {
                self.bytes = 0;
                return Some(Event::Read(0));
            }
            match self.pieces.next(patience) {
                parallel::Next::Waiting => return Some(Event::Waiting),
                parallel::Next::End => self.end = Some(Some(Event::FileDone(0))),
                parallel::Next::Ready(Err(error)) => self.fail(error),
                parallel::Next::Ready(Ok(piece)) => {
                    if let Some(event) = self.take(piece) {
                        return Some(event);
                    }
                }
            }
        }
    }

    /// What was handed over, or is about to be, stands.
    fn fail(&mut self, error: Error) {
        self.end = Some(Some(Event::FileFailed(0, error)));
    }

    /// Takes a piece; what is to be handed over of it at once comes back.
    fn take(&mut self, mut piece: Piece<Made>) -> Option<Event> {
        self.bytes += piece.bytes;
        let texts = std::mem::take(&mut piece.made.texts);
        let rows = piece.made.doubtful.iter().map(|row| piece.line_of(row.row));
        let doubtful: Vec<_> = rows.zip(texts).collect();
        let lines = (!piece.between.is_empty()).then_some(Event::Lines(0, piece.between));
        if doubtful.is_empty() {
            self.tally.add(&piece.made.tally);
            self.keep(piece.made.hits);
            return lines;
        }
        let event = Event::Doubtful(0, doubtful);
        self.waiting = Some(piece.made);
        if lines.is_some() {
            self.queued = Some(event);
            return lines;
        }
        Some(event)
    }

    /// Decides for each row of the last [`Event::Doubtful`] whether it is a row. Those that are not decided are rows.
    ///
    /// # Panics
    /// If hits cannot be filtered, which can.
    pub fn judge(&mut self, kept: &[bool]) {
        let Some(made) = self.waiting.take() else {
            return;
        };
        self.tally.add(&made.tally);
        let len = made.hits.as_ref().map_or(0, RecordBatch::num_rows);
        let mut stand = vec![true; len];
        for (n, row) in made.doubtful.iter().enumerate() {
            if kept.get(n).copied().unwrap_or(true) {
                self.tally.add(&row.tally);
            } else if let Some(hit) = row.hit {
                stand[hit] = false;
            }
        }
        if let Some(hits) = made.hits {
            let hits = filter_record_batch(&hits, &BooleanArray::from(stand));
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

    fn hand_over(&mut self) -> Event {
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

/// What a chunk holds.
struct Made {
    hits: Option<RecordBatch>,
    /// What was seen, doubtful rows left out; hits are in it where there are no such rows.
    tally: Tally,
    doubtful: Vec<DoubtfulRow>,
    /// The text of each of those.
    texts: Vec<Vec<u8>>,
}

/// A row that may be no data.
struct DoubtfulRow {
    row: u32,
    /// What was seen in it, its hit left out.
    tally: Tally,
    /// Where it stands among the hits.
    hit: Option<usize>,
}

impl Make for KeySearch {
    type Made = Made;

    fn make(
        &self,
        format: &Format,
        rows: &split::Rows,
        bytes: &mut Vec<u8>,
    ) -> Result<Self::Made, Error> {
        let lookups = self.plan.lookups();
        let mut tally = Tally::new(lookups.len());
        let spans: Vec<_> = self
            .places
            .keys
            .iter()
            .map(|&at| key_spans(format, rows, at, bytes))
            .collect();
        let columns: Vec<_> = spans
            .iter()
            .zip(lookups)
            .map(|(spans, lookup)| (Column::of_spans(spans, bytes, lookup.keys), 0))
            .collect();
        let search = self.lock().pop();
        let mut search = search.unwrap_or_else(|| Search::new(lookups));
        let doubt = self.doubt.as_ref();
        let doubtful = doubt.map_or_else(Vec::new, |doubt| doubt.rows(rows, bytes));
        let (mut found, mut own, mut start) = (Found::none(lookups.len()), Vec::new(), 0);
        for &row in &doubtful {
            let at = row as usize;
            found.extend(search.run(lookups, &columns, start..at, &mut tally));
            let (mut seen, hits) = (Tally::new(lookups.len()), found.rows.len());
            found.extend(search.run(lookups, &columns, at..at + 1, &mut seen));
            own.push(DoubtfulRow {
                row,
                tally: seen,
                hit: (found.rows.len() > hits).then_some(hits),
            });
            start = at + 1;
        }
        found.extend(search.run(lookups, &columns, start..rows.len(), &mut tally));
        let text = |row: u32| bytes[rows.row(row as usize)].to_vec();
        let texts: Vec<_> = doubtful.into_iter().map(text).collect();
        self.lock().push(search);
        if found.rows.is_empty() {
            return Ok(Made {
                hits: None,
                tally,
                doubtful: own,
                texts,
            });
        }
        let len = found.rows.len();
        let mut hits = Vec::with_capacity(self.places.schema.fields().len());
        for (&at, field) in self
            .places
            .handed_on
            .iter()
            .zip(self.places.schema.fields())
        {
            let chosen = found.rows.iter().map(|&row| row as usize);
            let cells = text_column(format, rows, at, chosen, bytes)?;
            hits.push(arrow_cast::cast(&cells, field.data_type())?);
        }
        let matches: Vec<ArrayRef> = Found::match_columns(found.matches);
        if own.is_empty() {
            tally.count_hits(lookups, &matches);
        }
        hits.extend(matches);
        let hits = assemble(&self.places.schema, hits, len)?;
        Ok(Made {
            hits: Some(hits),
            tally,
            doubtful: own,
            texts,
        })
    }
}

impl KeySearch {
    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Search>> {
        self.searches.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
