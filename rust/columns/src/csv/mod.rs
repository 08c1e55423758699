//! Separated text (CSV) -> rows of text cells, with every line counted.
//!
//! Owns what a row is: cells between separators, quoted or not, as many as the header has. Every other line is a
//! [`Refusal`], with its line number and a note, or a blank line that is counted. Independent of headers, encodings and
//! containers: the caller finds the first line of data and the column names, and passes UTF-8.
//!
//! One idea: **cells are byte ranges, not copies.** A chunk of text is read, the offsets of its cells are recorded
//! (`split`), and the caller takes the cells that it needs: a scan takes the key cells of all rows and the other cells
//! of its hits (`scan`), every other verb the columns that it names (`batches`). Chunks are cut at line breaks and
//! split in parallel (`pieces`). If a record continues in the next chunk, that chunk is split again, so the result
//! does not depend on the cuts.
//!
//! | file | what |
//! |---|---|
//! | `marks/` | bytes to the offsets of separators and line breaks, one file for each instruction set |
//! | `record.rs` | one record, exactly: the rules of quoting |
//! | `split.rs` | a chunk to the offsets of its cells |
//! | `cells.rs` | offsets to cells: keys, and columns of text |
//! | `typed/` | cells to values, where they have the usual form of their column |
//! | `encoding.rs` | lines that are not UTF-8 |
//! | `doubt.rs` | rows that may be non-data lines |
//! | `input.rs` | files and other readers |
//! | `chunks.rs` | an input to chunks that end at a line break |
//! | `pieces.rs` | chunks to their results, in parallel and in order |
//! | `scan.rs`, `batches.rs` | hits; columns |
//! | `naive.rs` | the oracle |

mod batches;
mod cells;
mod chunks;
mod doubt;
mod encoding;
mod input;
mod marks;
#[cfg(any(test, feature = "naive"))]
pub mod naive;
mod pieces;
mod record;
mod scan;
mod split;
mod typed;

pub use batches::{Batch, BatchOptions, Batches, RowTexts, text_schema};
pub(crate) use chunks::{CHUNK, Chunk, Chunks, Next as NextChunk};
pub use doubt::{Doubt, NonData};
pub use input::{Input, open};
pub(crate) use pieces::Buffers;
pub use pieces::Lines;
pub(crate) use scan::{HitPieces, Hits, Output};
pub use scan::{Rows, TextScan};
pub use typed::{ColumnType, Columns, DistinctReader, Parties, ReadTexts, Reads};

use crate::Error;

/// The most bytes that a record may have: offsets are 32 bits, and a chunk may be twice as long as a record.
const LONGEST: usize = 1 << 30;

/// The most cells that a row may have.
pub const MOST_COLUMNS: usize = 1 << 16;

/// How a text is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Format {
    /// The byte between cells.
    pub separator: u8,
    /// Whether cells may be quoted. If not, a quotation mark is text.
    pub quoted: bool,
    /// The byte that ends a line: `\n`, and then `\r` before it is not text; or `\r`.
    pub line_break: u8,
    /// Cells of a row.
    pub width: usize,
    /// Cells that the header names. The cells after them, which some writers add to every row, must be blank.
    pub named: usize,
    /// The most bytes that a record may have, including carriage returns at its end.
    pub longest: usize,
    /// Whether a line that is not UTF-8 is read as Windows-1252 rather than refused.
    pub windows_1252: bool,
    /// Whether single quotes may wrap a cell that contains the separator. Only used if a line has too many cells.
    pub apostrophes: bool,
}

impl Format {
    /// Checks that the format can be read.
    ///
    /// # Errors
    /// [`Error::Format`], which names the limit.
    pub fn check(&self) -> Result<(), Error> {
        let why = if !self.separator.is_ascii() || b"\"\r\n\0".contains(&self.separator) {
            "the separator is one ASCII character that is neither a quotation mark nor a line break"
        } else if !b"\r\n".contains(&self.line_break) {
            "a line ends with a line feed or with a carriage return"
        } else if self.width == 0 || self.width > MOST_COLUMNS {
            "a row has at least one column, and at most 65,536"
        } else if self.named == 0 || self.named > self.width {
            "the header names at least one column, and at most as many as a row has"
        } else if self.longest == 0 || self.longest > LONGEST {
            "the longest record has at least a byte, and at most 1 GiB"
        } else {
            return Ok(());
        };
        Err(Error::Format(why))
    }
}

impl Format {
    /// The end of the text of a line that begins at `start` and whose line break is at `end`. Carriage returns before a
    /// line feed are not text.
    #[inline]
    fn text_end(&self, bytes: &[u8], start: usize, mut end: usize) -> usize {
        if self.line_break == b'\n' {
            while end > start && bytes[end - 1] == b'\r' {
                end -= 1;
            }
        }
        end
    }

    /// Whether `rest`, the text after the last named cell, holds only separators, blanks (including no-break spaces),
    /// quotes and equals signs.
    fn is_blank_rest(&self, rest: &[u8]) -> bool {
        let mut rest = rest;
        loop {
            rest = match rest {
                [] => return true,
                [0xc2, 0xa0, rest @ ..] => rest,
                [byte, rest @ ..]
                    if *byte == self.separator
                        || byte.is_ascii_whitespace()
                        || b"'=\"".contains(byte) =>
                {
                    rest
                }
                _ => return false,
            };
        }
    }
}

/// Why a line is not a row: a closed list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum LineNote {
    /// It has fewer cells than the header.
    TooFewFields,
    /// It has more cells than the header.
    TooManyFields,
    /// It opens a quoted cell that is never closed.
    UnclosedQuote,
    /// It has text after a closed quoted cell.
    StrayQuote,
    /// It is longer than a record may be.
    TooLong,
    /// It is not UTF-8.
    NotUtf8,
    /// It is no record of JSON Lines.
    NotJson,
}

impl LineNote {
    /// Every note.
    pub const ALL: [Self; 7] = [
        Self::TooFewFields,
        Self::TooManyFields,
        Self::UnclosedQuote,
        Self::StrayQuote,
        Self::TooLong,
        Self::NotUtf8,
        Self::NotJson,
    ];

    /// Its stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::TooFewFields => "too_few_fields",
            Self::TooManyFields => "too_many_fields",
            Self::UnclosedQuote => "unclosed_quote",
            Self::StrayQuote => "stray_quote",
            Self::TooLong => "line_too_long",
            Self::NotUtf8 => "not_utf8",
            Self::NotJson => "not_json",
        }
    }

    /// The note of a line with `fields` cells instead of `width`.
    fn of_width(fields: usize, width: usize) -> Self {
        if fields < width {
            Self::TooFewFields
        } else {
            Self::TooManyFields
        }
    }
}

/// A refused line, or the lines of a refused record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Its first line, as an editor counts.
    pub line: u64,
    /// Number of lines.
    pub lines: u32,
    /// Number of cells. With an unclosed or stray quotation mark, the cells before it; 0 for a line that is too long.
    pub fields: u32,
    /// The reason.
    pub note: LineNote,
}
