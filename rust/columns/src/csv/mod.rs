//! Separated text (CSV) -> rows of text cells, at the speed of memory, with every line accounted for.
//!
//! Owns what a row is: cells between separators, quoted or not, as many as the header has. Everything else is a
//! [`Refusal`], with its line and a note, or a blank line that is counted. Independent of headers, encodings and containers:
//! the caller has found the first line of data and what the cells are called, and brings UTF-8.
//!
//! One idea: **cells are places, not copies.** A chunk of text is read, the places of its cells are written down
//! ([`split`]), and the caller takes the cells that it needs: a scan the key cells of all rows and the others of its
//! hits ([`scan`]), every other verb the columns that it names ([`batches`]). Chunks are cut at line breaks and split side
//! by side ([`pieces`]); where a record turns out to run on into the next chunk, that one is split again, so the answer
//! never depends on how the text was cut.
//!
//! | file | what |
//! |---|---|
//! | `marks/` | bytes to the places of separators and line breaks, one file for each instruction set |
//! | `record.rs` | one record, exactly: the rules of quoting |
//! | `split.rs` | a chunk to the places of its cells |
//! | `cells.rs` | places to cells: keys, and columns of text |
//! | `encoding.rs` | lines that are not UTF-8 |
//! | `doubt.rs` | rows that may be no data |
//! | `input.rs` | files and other readers |
//! | `chunks.rs` | an input to chunks that end at a line break |
//! | `pieces.rs` | chunks to what was made of each, in order, side by side |
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

pub use batches::{Asked, Batch, Batches, RowTexts, text_schema};
pub use doubt::Doubt;
pub use input::Input;
pub use pieces::Lines;
pub use scan::{CsvScan, Rows};

use crate::Error;

/// The most bytes that a record may have: places are counted in 32 bits, and a chunk may be as long again.
const LONGEST: usize = 1 << 30;

/// The most cells that a row may have.
pub const MOST_COLUMNS: usize = 1 << 16;

/// How a text is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Format {
    /// What stands between cells.
    pub separator: u8,
    /// Whether cells may be quoted. Where they may not, a quotation mark is text.
    pub quoted: bool,
    /// What ends a line: `\n`, before which a `\r` is no text; or `\r`.
    pub line_break: u8,
    /// Cells of a row.
    pub width: usize,
    /// How many of them the header names. Those behind, which some writers add to every row, have to be blank.
    pub named: usize,
    /// The most bytes that a record may have, with carriage returns at its end.
    pub longest: usize,
    /// Whether a line that is not UTF-8 is read as Windows-1252, rather than refused.
    pub windows_1252: bool,
    /// Whether single quotes may wrap a cell that has the separator in it: where a line has too many cells, they count.
    pub apostrophes: bool,
}

impl Format {
    /// Checks that it can be read.
    ///
    /// # Errors
    /// [`Error::Format`], with what cannot be.
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
    /// Where the text of a line ends that begins at `start` and whose line break stands at `end`: carriage returns before
    /// a line feed are none of it.
    #[inline]
    fn text_end(&self, bytes: &[u8], start: usize, mut end: usize) -> usize {
        if self.line_break == b'\n' {
            while end > start && bytes[end - 1] == b'\r' {
                end -= 1;
            }
        }
        end
    }

    /// Whether cells hold nothing but blanks (no-break spaces too), quotes and equals signs; `rest` is what stands behind
    /// those that have a name.
    fn is_blank_behind(&self, rest: &[u8]) -> bool {
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

/// Why a line is no row: a closed list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum LineNote {
    /// It has fewer cells than the header.
    TooFewFields,
    /// It has more.
    TooManyFields,
    /// It opens a quoted cell that is never closed.
    UnclosedQuote,
    /// It has text behind a closed quoted cell.
    StrayQuote,
    /// It is longer than a record may be.
    TooLong,
    /// It is not UTF-8.
    NotUtf8,
}

impl LineNote {
    /// Every note.
    pub const ALL: [Self; 6] = [
        Self::TooFewFields,
        Self::TooManyFields,
        Self::UnclosedQuote,
        Self::StrayQuote,
        Self::TooLong,
        Self::NotUtf8,
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
        }
    }

    /// That of a line whose cells are too few or too many.
    fn of_width(fields: usize, width: usize) -> Self {
        if fields < width {
            Self::TooFewFields
        } else {
            Self::TooManyFields
        }
    }
}

/// A line that is no row, or the lines of a record that is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The line on which it begins, as an editor counts.
    pub line: u64,
    /// How many lines it takes.
    pub lines: u32,
    /// The cells that were separated; of an unclosed or stray quotation mark those before it, of a line that is too long
    /// none.
    pub fields: u32,
    /// Why.
    pub note: LineNote,
}
