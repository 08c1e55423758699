//! Cells of a column -> values, for columns whose cells nearly all have one form.
//!
//! Owns the types of columns, and which form each reads. What a column means is decided by the caller.
//!
//! Two ideas: **a cell is read here or returned as text.** Nothing is refused here: the caller reads the returned cells, of
//! which there are few, by its exact rules, and these give the same value for every cell that is read here. **All columns
//! of a few rows are read before the next rows**, so that their text stays in the first-level cache.

mod coded;
mod forms;
mod texts;

use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array};
use arrow_schema::DataType;
use numguard_core::msisdn::Region;

use self::coded::{Codes, Recent};
use self::texts::Others;
pub(super) use self::texts::Texts;
use super::Format;
use super::cells::{Span, at, key_spans, push_text};
use super::split::Rows;
use crate::Error;
use crate::column::{Cell, Column, Keys};
use crate::normalize::from_keys;

/// Rows of which all columns are read before the next ones.
const TILE: usize = 1024;

/// What the cells of a column are read as. The *wrapping* of a cell is what exports put around it: blanks, no-break spaces,
/// quotation marks and equals signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnType {
    /// Text.
    Text,
    /// Text without its wrapping; null for a cell that says nothing: no text, one to eight dashes, `NA`.
    Trimmed,
    /// A dictionary of text: for columns with few values.
    Coded,
    /// Keys of phone numbers as written in India, and the text of the cells without a key.
    Msisdn,
    /// As `Trimmed`; the keys of phone numbers as written in India, of the cells with or without their wrapping; and the
    /// text of the cells without a key.
    Party,
    /// Keys of handsets, placeholders included, and the text of the cells without a key.
    Imei,
    /// The 14 or 15 digits of a cell without its wrapping, or before `.0`; null for any other cell.
    Imsi,
    /// Integers of at most nine digits, and the text of the other cells.
    Integer,
    /// Microseconds from midnight to `hh:mm:ss`, and the text of the other cells.
    Clock,
}

impl ColumnType {
    /// Every type with its name.
    pub const ALL: [(&'static str, Self); 9] = [
        ("text", Self::Text),
        ("trimmed", Self::Trimmed),
        ("coded", Self::Coded),
        ("msisdn", Self::Msisdn),
        ("party", Self::Party),
        ("imei", Self::Imei),
        ("imsi", Self::Imsi),
        ("integer", Self::Integer),
        ("clock", Self::Clock),
    ];

    /// The Arrow types of its columns: the values, then the text of the cells without a value, null where there is one.
    #[must_use]
    pub fn data_types(self) -> Vec<DataType> {
        match self {
            Self::Text | Self::Trimmed | Self::Imsi => vec![DataType::Utf8],
            Self::Coded => {
                let (codes, words) = (DataType::Int32, DataType::Utf8);
                vec![DataType::Dictionary(Box::new(codes), Box::new(words))]
            }
            Self::Msisdn | Self::Imei => vec![DataType::UInt64, DataType::Utf8],
            Self::Party => vec![DataType::Utf8, DataType::UInt64, DataType::Utf8],
            Self::Integer | Self::Clock => vec![DataType::Int64, DataType::Utf8],
        }
    }
}

/// The values of some columns, each given by its index in a row and its type. A cell with doubled quotation marks is
/// unescaped and appended to `bytes`.
///
/// # Errors
/// [`Error::Arrow`] for more than 2 GiB of text in one column.
pub(super) fn read(
    format: &Format,
    rows: &Rows,
    columns: &[(usize, ColumnType)],
    bytes: &mut Vec<u8>,
) -> Result<Vec<ArrayRef>, Error> {
    let count = rows.len();
    let mut values: Vec<_> = columns
        .iter()
        .map(|&(_, kind)| Values::new(kind, count))
        .collect();
    let mut spans = Vec::with_capacity(TILE.min(count));
    for start in (0..count).step_by(TILE) {
        let tile = start..count.min(start + TILE);
        for (values, &(column, _)) in values.iter_mut().zip(columns) {
            if let Values::Text(texts) = values {
                push_text(format, rows, column, tile.clone(), bytes, texts);
                continue;
            }
            key_spans(format, rows, column, tile.clone(), bytes, &mut spans);
            values.push(start, &spans, bytes);
        }
    }
    let mut all = Vec::with_capacity(columns.len());
    for values in values {
        all.extend(values.finish(count)?);
    }
    Ok(all)
}

/// The values of one column so far.
enum Values {
    Text(Texts),
    Trimmed(Texts),
    Imsi(Texts),
    Coded(Box<Codes>),
    Keys(KeyColumn),
    Party(Texts, KeyColumn),
    Integers(Vec<i64>, Others),
    Clocks(Vec<i64>, Others),
}

impl Values {
    fn new(kind: ColumnType, count: usize) -> Self {
        match kind {
            ColumnType::Text => Self::Text(Texts::new(count)),
            ColumnType::Trimmed => Self::Trimmed(Texts::new(count)),
            ColumnType::Imsi => Self::Imsi(Texts::new(count)),
            ColumnType::Coded => Self::Coded(Box::new(Codes::new(count))),
            ColumnType::Msisdn => Self::Keys(KeyColumn::new(Keys::Msisdn(Region::In), count)),
            ColumnType::Imei => Self::Keys(KeyColumn::new(Keys::ImeiOrPlaceholder, count)),
            ColumnType::Party => {
                let numbers = KeyColumn::new(Keys::Msisdn(Region::In), count);
                Self::Party(Texts::new(count), numbers)
            }
            ColumnType::Integer => Self::Integers(Vec::with_capacity(count), Others::default()),
            ColumnType::Clock => Self::Clocks(Vec::with_capacity(count), Others::default()),
        }
    }

    /// Reads the cells of the rows that follow; `start` is the first.
    fn push(&mut self, start: usize, spans: &[Span], bytes: &[u8]) {
        match self {
            Self::Text(_) => unreachable!("is read from the rows"),
            Self::Trimmed(texts) => trim(spans, bytes, texts),
            Self::Imsi(texts) => {
                for &span in spans {
                    texts.push(bytes, forms::imsi(bytes, span));
                }
            }
            Self::Coded(codes) => codes.push(spans, bytes),
            Self::Keys(keys) => keys.push(spans, bytes, false),
            Self::Party(texts, keys) => {
                trim(spans, bytes, texts);
                keys.push(spans, bytes, true);
            }
            Self::Integers(values, others) => {
                integers(forms::integer_at, start, spans, bytes, values, others);
            }
            Self::Clocks(values, others) => {
                integers(forms::clock_at, start, spans, bytes, values, others);
            }
        }
    }

    fn finish(self, count: usize) -> Result<Vec<ArrayRef>, Error> {
        Ok(match self {
            Self::Text(texts) | Self::Trimmed(texts) | Self::Imsi(texts) => vec![texts.finish()?],
            Self::Coded(codes) => vec![codes.finish()?],
            Self::Keys(keys) => keys.finish(count)?.into(),
            Self::Party(texts, keys) => {
                let [keys, others] = keys.finish(count)?;
                vec![texts.finish()?, keys, others]
            }
            Self::Integers(values, others) | Self::Clocks(values, others) => {
                let nulls = others.rows_without(count);
                vec![
                    Arc::new(Int64Array::new(values.into(), nulls)),
                    others.finish(count)?,
                ]
            }
        })
    }
}

/// Keys, and the text of the cells without one, while they grow.
struct KeyColumn {
    keys: Keys,
    values: Vec<u64>,
    /// Most cells that the block kernels do not read are one of a few.
    recent: Box<Recent<u64>>,
    others: Others,
    /// The cells without a pair of single quotes.
    spans: Vec<Span>,
}

impl KeyColumn {
    fn new(keys: Keys, count: usize) -> Self {
        Self {
            keys,
            values: Vec::with_capacity(count),
            recent: Box::default(),
            others: Others::default(),
            spans: Vec::with_capacity(TILE.min(count)),
        }
    }

    /// Reads cells; `trimmed` is whether cells without a key are read without their wrapping too.
    fn push(&mut self, spans: &[Span], bytes: &[u8], trimmed: bool) {
        let (keys, start) = (self.keys, self.values.len());
        self.spans.clear();
        self.spans
            .extend(spans.iter().map(|&span| unquoted(bytes, span)));
        self.values.resize(start + spans.len(), 0);
        let values = &mut self.values[start..];
        let column = Column::of_spans(&self.spans, bytes, keys);
        column.fill_with(0, values, |_, _| 0);
        let read = |span| keys.key(Cell::Text(at(bytes, span)));
        for (n, key) in values.iter_mut().enumerate().filter(|(_, key)| **key == 0) {
            *key = self
                .recent
                .get(bytes, self.spans[n], || read(self.spans[n]));
            if *key == 0 && trimmed {
                *key = match forms::trimmed(bytes, spans[n]) {
                    Some(content) if content != self.spans[n] => {
                        self.recent.get(bytes, content, || read(content))
                    }
                    _ => 0,
                };
            }
            if *key == 0 {
                self.others.push(start + n, at(bytes, spans[n]));
            }
        }
    }

    fn finish(self, count: usize) -> Result<[ArrayRef; 2], Error> {
        Ok([
            Arc::new(from_keys(self.values.into())),
            self.others.finish(count)?,
        ])
    }
}

/// Adds the text of cells without their wrapping.
fn trim(spans: &[Span], bytes: &[u8], texts: &mut Texts) {
    for &span in spans {
        texts.push(bytes, forms::trimmed(bytes, span));
    }
}

/// The range of a cell without a pair of single quotes, which the readers of keys ignore too, but slowly.
#[inline]
fn unquoted(bytes: &[u8], [from, to]: Span) -> Span {
    match at(bytes, [from, to]) {
        [b'\'', .., b'\''] => [from + 1, to - 1],
        _ => [from, to],
    }
}

/// Adds the integers that `read` gives for the cells, or for the cells without their wrapping.
#[inline]
fn integers(
    read: impl Fn(&[u8], Span) -> Option<i64>,
    start: usize,
    spans: &[Span],
    bytes: &[u8],
    values: &mut Vec<i64>,
    others: &mut Others,
) {
    for (n, &span) in spans.iter().enumerate() {
        let value = read(bytes, span).or_else(|| read(bytes, forms::content(bytes, span)));
        values.push(value.unwrap_or(0));
        if value.is_none() {
            others.push(start + n, at(bytes, span));
        }
    }
}
