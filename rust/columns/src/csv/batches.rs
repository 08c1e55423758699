//! Text -> record batches of the columns that are asked for, each row with its line.

use std::sync::Arc;
use std::time::Duration;

use arrow_array::{ArrayRef, Int64Array, RecordBatch, UInt32Array};
use arrow_schema::SchemaRef;

use super::cells::text_column;
use super::pieces::{Lines, Make, Pieces};
use super::split::Rows;
use super::{Doubt, Format, Input};
use crate::Error;
use crate::parallel::{Next, Threads};
use crate::scan::assemble;

/// Rows that follow each other, and the lines between them that are no rows.
#[derive(Debug)]
pub struct Batch {
    /// The columns that were asked for, all text.
    pub columns: RecordBatch,
    /// The line on which each row begins, as an editor counts.
    pub lines: Int64Array,
    /// Rows of these that may be no data.
    pub doubtful: UInt32Array,
    /// What stands between them.
    pub between: Lines,
    /// The text of each row, if that is kept; else of each doubtful one.
    pub texts: RowTexts,
}

/// The text of rows.
#[derive(Debug, Default)]
pub struct RowTexts {
    spans: Vec<[u32; 2]>,
    bytes: Vec<u8>,
}

impl RowTexts {
    /// That of one row; `None` if there is no such row.
    #[must_use]
    pub fn get(&self, row: usize) -> Option<&[u8]> {
        let &[from, to] = self.spans.get(row)?;
        Some(&self.bytes[from as usize..to as usize])
    }
}

/// What is asked for.
pub struct Asked {
    /// What columns are called, and where they stand in a row.
    pub columns: (SchemaRef, Vec<usize>),
    /// How rows that may be non-data lines are recognised.
    pub doubt: Option<Doubt>,
    /// Whether the text of each row is kept.
    pub texts: bool,
    /// About how many bytes are read at once.
    pub block: usize,
}

/// The batches of a text.
pub struct Batches(Pieces<Asked>);

impl Batches {
    /// Takes a text whose first line is counted as `line`.
    ///
    /// # Errors
    /// [`Error::Format`].
    pub fn new(
        input: Input,
        format: Format,
        line: u64,
        asked: Asked,
        threads: Threads,
    ) -> Result<Self, Error> {
        format.check()?;
        let (schema, at) = &asked.columns;
        if schema.fields().len() != at.len() || at.iter().any(|&at| at >= format.width) {
            return Err(Error::Format("a column is asked for that is not there"));
        }
        let size = asked.block;
        let pieces = Pieces::of_size(input, format, line, asked, threads, size);
        Ok(Self(pieces))
    }

    /// What comes next, or [`Next::Waiting`] after `patience`. After an error there is nothing more.
    pub fn next(&mut self, patience: Duration) -> Next<Result<Batch, Error>> {
        match self.0.next(patience) {
            Next::End => Next::End,
            Next::Waiting => Next::Waiting,
            Next::Ready(Err(error)) => Next::Ready(Err(error)),
            Next::Ready(Ok(piece)) => Next::Ready(Ok(Batch {
                lines: line_of_each(&piece.lines, piece.rows),
                columns: piece.made.columns,
                doubtful: piece.made.doubtful,
                texts: RowTexts {
                    spans: piece.made.spans,
                    bytes: piece.text,
                },
                between: piece.between,
            })),
        }
    }
}

/// What a chunk holds.
pub(super) struct Made {
    columns: RecordBatch,
    doubtful: UInt32Array,
    spans: Vec<[u32; 2]>,
}

impl Make for Asked {
    type Made = Made;

    fn keeps_text(made: &Made) -> bool {
        !made.spans.is_empty()
    }

    fn make(&self, format: &Format, rows: &Rows, bytes: &mut Vec<u8>) -> Result<Made, Error> {
        let (schema, at) = &self.columns;
        let columns = at
            .iter()
            .map(|&at| text_column(format, rows, at, 0..rows.len(), bytes))
            .collect::<Result<Vec<ArrayRef>, _>>()?;
        let doubt = self.doubt.as_ref();
        let doubtful = doubt.map_or_else(Vec::new, |doubt| doubt.rows(rows, bytes));
        let span = |row| {
            let span = rows.row(row);
            [span.start as u32, span.end as u32]
        };
        let spans = if self.texts {
            (0..rows.len()).map(span).collect()
        } else {
            doubtful.iter().map(|&row| span(row as usize)).collect()
        };
        Ok(Made {
            columns: assemble(schema, columns, rows.len())?,
            doubtful: doubtful.into(),
            spans,
        })
    }
}

/// The line of each row, from where counting begins anew.
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

/// A schema of so many columns of text.
#[must_use]
pub fn text_schema<'a>(names: impl IntoIterator<Item = &'a str>) -> SchemaRef {
    use arrow_schema::{DataType, Field, Schema};
    let field = |name: &str| Field::new(name, DataType::Utf8, true);
    Arc::new(Schema::new(
        names.into_iter().map(field).collect::<Vec<_>>(),
    ))
}
