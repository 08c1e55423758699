//! Text -> record batches of the requested columns, each row with its line.

use std::sync::Arc;
use std::time::Duration;

use arrow_array::{Int64Array, RecordBatch, UInt32Array};
use arrow_schema::{DataType, Field, Schema, SchemaRef};

use super::pieces::{ChunkText, Lines, Piece, Pieces, Process};
use super::split::Rows;
use super::{Columns, Doubt, Format, Input, typed};
use crate::Error;
use crate::parallel::{Next, Threads};
use crate::scan::assemble;

/// Consecutive rows, and the lines between them that are not rows.
#[derive(Debug)]
pub struct Batch {
    /// The requested columns.
    pub columns: RecordBatch,
    /// The first line of each row, as an editor counts.
    pub lines: Int64Array,
    /// Indices of the rows that may be non-data lines.
    pub doubtful: UInt32Array,
    /// The lines between the rows.
    pub between: Lines,
    /// The text of each row, to the start of the next, if texts are kept; otherwise of each doubtful row.
    pub texts: RowTexts,
}

/// The text of rows.
#[derive(Debug, Default)]
pub struct RowTexts {
    spans: Vec<[u32; 2]>,
    bytes: ChunkText,
}

impl RowTexts {
    /// The text of one row; `None` if there is no such row.
    #[must_use]
    pub fn get(&self, row: usize) -> Option<&[u8]> {
        let &[from, to] = self.spans.get(row)?;
        Some(&self.bytes[from as usize..to as usize])
    }
}

/// What [`Batches`] returns.
pub struct BatchOptions {
    /// The requested columns.
    pub columns: Columns,
    /// How rows that may be non-data lines are recognised.
    pub doubt: Option<Doubt>,
    /// Whether the text of each row is kept, with that of the lines after it that are not rows.
    pub texts: bool,
    /// Approximate number of bytes of one batch.
    pub block: usize,
}

/// The batches of a text.
pub struct Batches(Pieces<BatchOptions>);

impl Batches {
    /// Reads a text whose first line has the number `line`.
    ///
    /// # Errors
    /// [`Error::Format`].
    pub fn new(
        input: Input,
        format: Format,
        line: u64,
        options: BatchOptions,
        threads: Threads,
    ) -> Result<Self, Error> {
        format.check()?;
        options.columns.check(format.width)?;
        let size = options.block;
        let pieces = Pieces::of_size(input, format, line, options, threads, size);
        Ok(Self(pieces))
    }

    /// The next batch, or [`Next::Waiting`] after `patience`. An error ends the batches.
    pub fn next(&mut self, patience: Duration) -> Next<Result<Batch, Error>> {
        let of_piece = |piece: Piece<Output>| Batch {
            lines: line_of_each(&piece.lines, piece.rows),
            columns: piece.output.columns,
            doubtful: piece.output.doubtful,
            texts: RowTexts {
                spans: piece.output.spans,
                bytes: piece.text,
            },
            between: piece.between,
        };
        self.0.next(patience).map(|piece| piece.map(of_piece))
    }
}

/// The result of one chunk.
pub(super) struct Output {
    columns: RecordBatch,
    doubtful: UInt32Array,
    spans: Vec<[u32; 2]>,
}

impl Process for BatchOptions {
    type Output = Output;

    fn keeps_text(output: &Output) -> bool {
        !output.spans.is_empty()
    }

    fn process(&self, format: &Format, rows: &Rows, bytes: &mut Vec<u8>) -> Result<Output, Error> {
        let columns = typed::read(format, rows, &self.columns, bytes)?;
        let doubt = self.doubt.as_ref();
        let doubtful = doubt.map_or_else(Vec::new, |doubt| doubt.rows(rows, bytes));
        let span = |&row: &u32| {
            let span = rows.row(row as usize);
            [span.start as u32, span.end as u32]
        };
        let spans = if self.texts {
            // The ends of the cells are not looked up: they are no longer in the cache.
            let ends = rows.starts.iter().skip(1).copied();
            let ends = ends.chain([rows.consumed as u32]);
            let starts = rows.starts.iter();
            starts.zip(ends).map(|(&start, end)| [start, end]).collect()
        } else {
            doubtful.iter().map(span).collect()
        };
        Ok(Output {
            columns: assemble(self.columns.schema(), columns, rows.len())?,
            doubtful: doubtful.into(),
            spans,
        })
    }
}

/// The line of each row. Each pair in `from` is a row and its line, from which the following rows are counted.
fn line_of_each(from: &[(u32, u64)], rows: usize) -> Int64Array {
    let mut lines = Vec::with_capacity(rows);
    let ends = from.iter().skip(1).map(|&(row, _)| row as usize);
    for (&(row, line), end) in from.iter().zip(ends.chain([rows])) {
        let line = line.cast_signed();
        let more = (end - row as usize).cast_signed() as i64;
        lines.extend(line..line + more);
    }
    Int64Array::from(lines)
}

/// A schema of text columns with these names.
#[must_use]
pub fn text_schema<'a>(names: impl IntoIterator<Item = &'a str>) -> SchemaRef {
    let field = |name: &str| Field::new(name, DataType::Utf8, true);
    Arc::new(Schema::new(
        names.into_iter().map(field).collect::<Vec<_>>(),
    ))
}
