//! Cells of a column -> values, for columns whose cells nearly all have one form.
//!
//! Owns the types of columns, and which form each reads. What a column means is decided by the caller.
//!
//! Two ideas: **a cell is read here or returned as text.** Nothing is refused here: the caller reads the returned cells, of
//! which there are few, by its exact rules, and these give the same value for every cell that is read here. **All columns
//! of a few rows are read before the next rows**, so that their text stays in the first-level cache.

mod coded;
mod distinct;
mod forms;
mod parties;
mod texts;

use std::ops::Range;
use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use numguard_core::msisdn::Region;

use self::coded::{Codes, Recent, SparseCodes};
pub use self::distinct::{DistinctReader, ReadTexts};
use self::parties::Ends;
pub use self::parties::Parties;
use self::texts::Others;
pub(super) use self::texts::Texts;
use super::Format;
use super::cells::{Span, at, key_spans, push_text};
use super::split::Rows;
use crate::Error;
use crate::column::{Cell, Column, Keys};
use crate::normalize::from_keys;

/// Rows of which all columns are read before the next ones.
const TILE: usize = 256;

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
    /// As `Trimmed`; the keys of phone numbers as written in India, of the cells with or without their wrapping; and, as
    /// `Coded`, the trimmed text of the cells without a key.
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
            Self::Coded => vec![dictionary()],
            Self::Msisdn | Self::Imei => vec![DataType::UInt64, DataType::Utf8],
            Self::Party => vec![DataType::Utf8, DataType::UInt64, dictionary()],
            Self::Integer | Self::Clock => vec![DataType::Int64, DataType::Utf8],
        }
    }
}

fn dictionary() -> DataType {
    let (codes, words) = (DataType::Int32, DataType::Utf8);
    DataType::Dictionary(Box::new(codes), Box::new(words))
}

/// As what a column is read.
#[derive(Clone)]
pub enum Reads {
    /// As a type.
    Type(ColumnType),
    /// Each distinct text by a function of the caller: for columns with few values.
    Distinct(Arc<DistinctReader>),
}

impl Reads {
    /// The Arrow types of its columns.
    fn data_types(&self) -> Vec<DataType> {
        match self {
            Self::Type(kind) => kind.data_types(),
            Self::Distinct(reader) => reader.types().to_vec(),
        }
    }
}

impl From<ColumnType> for Reads {
    fn from(kind: ColumnType) -> Self {
        Self::Type(kind)
    }
}

/// The columns that are read.
#[derive(Clone)]
pub struct Columns {
    schema: SchemaRef,
    at: Vec<(usize, Reads)>,
    parties: Option<Parties>,
}

impl Columns {
    /// The columns with these indices in a row, and, after them, those of the parties.
    ///
    /// # Errors
    /// [`Error::Format`] for a column that does not exist; `names` are those of all columns.
    pub fn new(
        names: &[&str],
        at: Vec<(usize, Reads)>,
        parties: Option<Parties>,
    ) -> Result<Self, Error> {
        let mut fields = Vec::new();
        let types = at.iter().map(|(at, reads)| (*at, reads.data_types()));
        let types = types.chain(parties.map(|parties| (parties.calling, parties::data_types())));
        for (at, types) in types {
            let name = names.get(at).ok_or(NO_SUCH_COLUMN)?;
            let field = |data_type| Field::new(*name, data_type, true);
            fields.extend(types.into_iter().map(field));
        }
        if let Some(parties) = parties {
            let by = at.get(parties.by).map(|(_, reads)| reads.data_types());
            if parties.called >= names.len()
                || by.is_none_or(|types| types.first() != Some(&DataType::UInt8))
            {
                return Err(NO_SUCH_COLUMN);
            }
        }
        Ok(Self {
            schema: Arc::new(Schema::new(fields)),
            at,
            parties,
        })
    }

    /// Checks that a row of `width` cells has them.
    pub(super) fn check(&self, width: usize) -> Result<(), Error> {
        let parties = self
            .parties
            .iter()
            .flat_map(|parties| [parties.calling, parties.called]);
        let mut all = self.at.iter().map(|(at, _)| *at).chain(parties);
        if all.any(|at| at >= width) {
            return Err(NO_SUCH_COLUMN);
        }
        Ok(())
    }

    /// The schema of the values: each column and, with its name, the text of its cells without a value.
    pub(super) fn schema(&self) -> &SchemaRef {
        &self.schema
    }
}

const NO_SUCH_COLUMN: Error = Error::Format("a requested column does not exist");

/// The values of some columns. A cell with doubled quotation marks is unescaped and appended to `bytes`.
///
/// # Errors
/// [`Error::Arrow`] for more than 2 GiB of text in one column, and any error of a reader.
pub(super) fn read(
    format: &Format,
    rows: &Rows,
    columns: &Columns,
    bytes: &mut Vec<u8>,
) -> Result<Vec<ArrayRef>, Error> {
    let count = rows.len();
    let new = |(_, reads): &(usize, Reads)| Some(Values::new(reads, count));
    let mut values: Vec<_> = columns.at.iter().map(new).collect();
    let mut spans = Vec::with_capacity(TILE.min(count));
    let mut by = None;
    let mut ends = columns.parties.map(|parties| Ends::new(parties, count));
    if let Some(Parties { by: n, .. }) = columns.parties
        && let Some(mut values) = values[n].take()
    {
        for tile in tiles(count) {
            values.push_rows(format, rows, columns.at[n].0, tile, bytes, &mut spans);
        }
        by = Some(values.finish(count)?);
    }
    for tile in tiles(count) {
        for (values, &(column, _)) in values.iter_mut().zip(&columns.at) {
            if let Some(values) = values {
                values.push_rows(format, rows, column, tile.clone(), bytes, &mut spans);
            }
        }
        if let (Some(ends), Some(by)) = (&mut ends, &by) {
            ends.push(format, rows, tile, &by[0], bytes);
        }
    }
    let mut all = Vec::with_capacity(columns.schema.fields().len());
    for values in values {
        match values {
            Some(values) => all.extend(values.finish(count)?),
            None => all.extend(by.take().unwrap_or_default()),
        }
    }
    if let Some(ends) = ends {
        all.extend(ends.finish(count)?);
    }
    Ok(all)
}

/// The rows, a tile at a time.
fn tiles(count: usize) -> impl Iterator<Item = Range<usize>> {
    (0..count)
        .step_by(TILE)
        .map(move |start| start..count.min(start + TILE))
}

/// The values of one column so far.
enum Values {
    Text(Texts),
    Trimmed(Texts),
    Imsi(Texts),
    Coded(Box<Codes>),
    Distinct(Box<Codes>, Arc<DistinctReader>),
    Keys(KeyColumn),
    Party(Party),
    Integers(Vec<i64>, Others),
    Clocks(Vec<i64>, Others),
}

impl Values {
    fn new(reads: &Reads, count: usize) -> Self {
        let kind = match reads {
            Reads::Distinct(reader) => {
                return Self::Distinct(Box::new(Codes::new(count)), Arc::clone(reader));
            }
            Reads::Type(kind) => kind,
        };
        match kind {
            ColumnType::Text => Self::Text(Texts::new(count)),
            ColumnType::Trimmed => Self::Trimmed(Texts::new(count)),
            ColumnType::Imsi => Self::Imsi(Texts::new(count)),
            ColumnType::Coded => Self::Coded(Box::new(Codes::new(count))),
            ColumnType::Msisdn => Self::Keys(KeyColumn::new(Keys::Msisdn(Region::In), count)),
            ColumnType::Imei => Self::Keys(KeyColumn::new(Keys::ImeiOrPlaceholder, count)),
            ColumnType::Party => Self::Party(Party::new(count)),
            ColumnType::Integer => Self::Integers(Vec::with_capacity(count), Others::default()),
            ColumnType::Clock => Self::Clocks(Vec::with_capacity(count), Others::default()),
        }
    }

    /// Reads the cells of the `chosen` rows, which follow those that were read before.
    fn push_rows(
        &mut self,
        format: &Format,
        rows: &Rows,
        column: usize,
        chosen: Range<usize>,
        bytes: &mut Vec<u8>,
        spans: &mut Vec<Span>,
    ) {
        if let Self::Text(texts) = self {
            return push_text(format, rows, column, chosen, bytes, texts);
        }
        let start = chosen.start;
        key_spans(format, rows, column, chosen, bytes, spans);
        self.push(start, spans, bytes);
    }

    /// Reads the cells of the rows that follow; `start` is the first.
    fn push(&mut self, start: usize, spans: &[Span], bytes: &[u8]) {
        match self {
            Self::Text(_) => unreachable!("is read from the rows"),
            Self::Trimmed(texts) => {
                for &span in spans {
                    texts.push(bytes, forms::trimmed(bytes, span));
                }
            }
            Self::Imsi(texts) => {
                for &span in spans {
                    texts.push(bytes, forms::imsi(bytes, span));
                }
            }
            Self::Coded(codes) | Self::Distinct(codes, _) => codes.push(spans, bytes),
            Self::Keys(keys) => keys.push(spans, bytes),
            Self::Party(party) => party.push(spans, bytes),
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
            Self::Distinct(codes, reader) => codes.finish_with(&reader)?,
            Self::Keys(keys) => keys.finish(count)?.into(),
            Self::Party(party) => party.finish(count)?.into(),
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

/// Keys while they grow.
struct KeyValues {
    keys: Keys,
    values: Vec<u64>,
    /// Most cells that the block kernels do not read are one of a few.
    recent: Box<Recent<u64>>,
    /// The cells without a pair of single quotes.
    spans: Vec<Span>,
}

impl KeyValues {
    fn new(keys: Keys, count: usize) -> Self {
        Self {
            keys,
            values: Vec::with_capacity(count),
            recent: Box::default(),
            spans: Vec::with_capacity(TILE.min(count)),
        }
    }

    /// Reads cells. A cell without a key is read again as its `content`, if that differs. `without` is called with each
    /// row that has no key, and the index of its cell.
    #[inline]
    fn push(
        &mut self,
        spans: &[Span],
        bytes: &[u8],
        content: impl Fn(usize) -> Option<Span>,
        mut without: impl FnMut(usize, usize),
    ) {
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
            let span = self.spans[n];
            *key = self.recent.get(bytes, span, || read(span));
            if *key == 0
                && let Some(content) = content(n)
                && content != span
            {
                *key = self.recent.get(bytes, content, || read(content));
            }
            if *key == 0 {
                without(start + n, n);
            }
        }
    }
}

/// Keys, and the text of the cells without one, while they grow.
struct KeyColumn {
    keys: KeyValues,
    others: Others,
}

impl KeyColumn {
    fn new(keys: Keys, count: usize) -> Self {
        Self {
            keys: KeyValues::new(keys, count),
            others: Others::default(),
        }
    }

    fn push(&mut self, spans: &[Span], bytes: &[u8]) {
        let others = &mut self.others;
        let without = |row, n: usize| others.push(row, at(bytes, spans[n]));
        self.keys.push(spans, bytes, |_| None, without);
    }

    /// As [`push`](Self::push); cells without a key are read without their wrapping too.
    fn push_wrapped(&mut self, spans: &[Span], bytes: &[u8]) {
        let others = &mut self.others;
        let without = |row, n: usize| others.push(row, at(bytes, spans[n]));
        let content = |n: usize| forms::trimmed(bytes, spans[n]);
        self.keys.push(spans, bytes, content, without);
    }

    fn finish(self, count: usize) -> Result<[ArrayRef; 2], Error> {
        Ok([
            Arc::new(from_keys(self.keys.values.into())),
            self.others.finish(count)?,
        ])
    }
}

/// Trimmed text, its keys, and the text without one, while they grow.
struct Party {
    texts: Texts,
    keys: KeyValues,
    unread: SparseCodes,
    /// The cells without their wrapping.
    contents: Vec<Option<Span>>,
}

impl Party {
    fn new(count: usize) -> Self {
        Self {
            texts: Texts::new(count),
            keys: KeyValues::new(Keys::Msisdn(Region::In), count),
            unread: SparseCodes::new(),
            contents: Vec::with_capacity(TILE.min(count)),
        }
    }

    fn push(&mut self, spans: &[Span], bytes: &[u8]) {
        self.contents.clear();
        for &span in spans {
            let content = forms::trimmed(bytes, span);
            self.texts.push(bytes, content);
            self.contents.push(content);
        }
        let (contents, unread) = (&self.contents, &mut self.unread);
        let without = |row, n: usize| {
            if let Some(content) = contents[n] {
                unread.push(row, content, bytes);
            }
        };
        self.keys.push(spans, bytes, |n| contents[n], without);
    }

    fn finish(self, count: usize) -> Result<[ArrayRef; 3], Error> {
        let keys = from_keys(self.keys.values.into());
        Ok([
            self.texts.finish()?,
            Arc::new(keys),
            self.unread.finish(count)?,
        ])
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
