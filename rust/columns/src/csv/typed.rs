//! Cells of a column -> values, for columns whose cells nearly all have one form.
//!
//! Owns the forms that are read here: common ones of operators' files. What a column means is decided by the caller.
//!
//! One idea: **a cell is read here or returned as text.** Nothing is refused here: the caller reads the returned cells, of
//! which there are few, by its exact rules, and these give the same value for every cell that is read here.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{ArrayRef, DictionaryArray, Int32Array, Int64Array, StringArray};
use arrow_buffer::{Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow_schema::{ArrowError, DataType};
use foldhash::fast::RandomState;
use numguard_core::msisdn::Region;

use super::Format;
use super::cells::{STEP, key_spans, text_column};
use super::split::Rows;
use crate::Error;
use crate::column::{Column, Keys};
use crate::normalize::from_keys;

/// The most digits of a [`ColumnType::Integer`].
const LONGEST_INTEGER: usize = 9;

/// The most bytes of a cell that says nothing.
const LONGEST_NOTHING: usize = 8;

/// Slots for recent cells of a column.
const SLOTS: usize = 256;

/// Keys that are read at once, while their cells are in the first-level cache.
const BLOCK: usize = 2048;

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
    pub const ALL: [(&'static str, Self); 8] = [
        ("text", Self::Text),
        ("trimmed", Self::Trimmed),
        ("coded", Self::Coded),
        ("msisdn", Self::Msisdn),
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
            Self::Integer | Self::Clock => vec![DataType::Int64, DataType::Utf8],
        }
    }

    /// Reads a column. Cells with doubled quotation marks are unescaped and appended to `bytes`.
    ///
    /// # Errors
    /// [`Error::Arrow`] for more than 2 GiB of text in one chunk.
    pub(super) fn read(
        self,
        format: &Format,
        rows: &Rows,
        column: usize,
        bytes: &mut Vec<u8>,
    ) -> Result<Vec<ArrayRef>, Error> {
        if self == Self::Text {
            return Ok(vec![text_column(
                format,
                rows,
                column,
                0..rows.len(),
                bytes,
            )?]);
        }
        let spans = key_spans(format, rows, column, bytes);
        let cells = Cells {
            spans: &spans,
            bytes,
        };
        Ok(match self {
            Self::Text | Self::Trimmed => vec![cells.text(|span| cells.trimmed(span))?],
            Self::Imsi => vec![cells.text(|span| cells.imsi(span))?],
            Self::Coded => vec![cells.coded()?],
            Self::Msisdn => cells.keys(Keys::Msisdn(Region::In))?,
            Self::Imei => cells.keys(Keys::ImeiOrPlaceholder)?,
            Self::Integer => cells.integers(integer)?,
            Self::Clock => cells.integers(clock)?,
        })
    }
}

/// A byte range.
type Span = [u32; 2];

/// The cells of a column.
struct Cells<'a> {
    spans: &'a [Span],
    bytes: &'a [u8],
}

impl Cells<'_> {
    fn at(&self, [from, to]: Span) -> &[u8] {
        &self.bytes[from as usize..to as usize]
    }

    /// The range of a cell without its wrapping.
    fn content(&self, [mut from, mut to]: Span) -> Span {
        loop {
            match self.at([from, to]) {
                [b' ' | b'\t' | b'\'' | b'"' | b'=', ..] => from += 1,
                [0xc2, 0xa0, ..] => from += 2,
                [.., b' ' | b'\t' | b'\'' | b'"' | b'='] => to -= 1,
                [.., 0xc2, 0xa0] => to -= 2,
                _ => return [from, to],
            }
        }
    }

    fn trimmed(&self, span: Span) -> Option<Span> {
        let content = self.content(span);
        (!says_nothing(self.at(content))).then_some(content)
    }

    fn imsi(&self, span: Span) -> Option<Span> {
        let content = self.content(span);
        if is_imsi(self.at(content)) {
            return Some(content);
        }
        // A number that a program wrote as a float has no wrapping.
        let digits = self
            .at(span)
            .strip_suffix(b".0")
            .filter(|digits| is_imsi(digits))?;
        Some([span[0], span[0] + digits.len() as u32])
    }

    /// The ranges that `part` gives, as text; null where it gives none.
    fn text(&self, part: impl Fn(Span) -> Option<Span>) -> Result<ArrayRef, Error> {
        text(self.bytes, self.spans.iter().map(|&span| part(span)))
    }

    fn coded(&self) -> Result<ArrayRef, Error> {
        let mut codes_of: HashMap<&[u8], i32, RandomState> = HashMap::default();
        // The last short cell of each slot, by its bytes, its length and its code: most cells are one of a few.
        let mut recent = [(0u128, usize::MAX, 0i32); SLOTS];
        let mut words = Vec::new();
        let mut codes = Vec::with_capacity(self.spans.len());
        for &span in self.spans {
            let cell = self.at(span);
            let short = self.short(span);
            let slot = &mut recent[short.map_or(0, slot_of)];
            if short.is_some_and(|bytes| (bytes, cell.len()) == (slot.0, slot.1)) {
                codes.push(slot.2);
                continue;
            }
            let code = *codes_of.entry(cell).or_insert_with(|| {
                words.push(span);
                words.len() as i32 - 1
            });
            if let Some(bytes) = short {
                *slot = (bytes, cell.len(), code);
            }
            codes.push(code);
        }
        let words = Cells {
            spans: &words,
            bytes: self.bytes,
        };
        let codes = Int32Array::from(codes);
        let words = words.text(Some)?;
        Ok(Arc::new(DictionaryArray::<Int32Type>::try_new(
            codes, words,
        )?))
    }

    /// The bytes of a cell of at most sixteen, followed by zeros; `None` too at the end of the chunk.
    #[inline]
    fn short(&self, [from, to]: Span) -> Option<u128> {
        let len = to - from;
        let step = self.bytes[from as usize..].first_chunk::<STEP>()?;
        let bytes = u128::from_le_bytes(*step);
        match len {
            0 => Some(0),
            1..=16 => Some(bytes & (u128::MAX >> (128 - len * 8))),
            _ => None,
        }
    }

    fn keys(&self, keys: Keys) -> Result<Vec<ArrayRef>, Error> {
        let spans: Vec<Span> = self.spans.iter().map(|&span| self.unquoted(span)).collect();
        let column = Column::of_spans(&spans, self.bytes, keys);
        let mut values = vec![0; spans.len()];
        for (n, block) in values.chunks_mut(BLOCK).enumerate() {
            column.fill(n * BLOCK, block);
        }
        let others = self.others(|row| values[row] == 0)?;
        Ok(vec![Arc::new(from_keys(values.into())), others])
    }

    /// The range of a cell without a pair of single quotes, which the readers of keys ignore too, but slowly.
    fn unquoted(&self, [from, to]: Span) -> Span {
        match self.at([from, to]) {
            [b'\'', .., b'\''] => [from + 1, to - 1],
            _ => [from, to],
        }
    }

    /// The integers that `read` gives for the cells without their wrapping.
    fn integers(&self, read: impl Fn(&[u8]) -> Option<i64>) -> Result<Vec<ArrayRef>, Error> {
        let mut valid = Vec::with_capacity(self.spans.len());
        let value = |&span: &Span| {
            let cell = self.at(span);
            let value = read(cell).or_else(|| read(self.at(self.content(span))));
            valid.push(value.is_some());
            value.unwrap_or(0)
        };
        let values: Vec<i64> = self.spans.iter().map(value).collect();
        let others = self.others(|row| !valid[row])?;
        let nulls = valid.contains(&false).then(|| NullBuffer::from(valid));
        Ok(vec![
            Arc::new(Int64Array::new(values.into(), nulls)),
            others,
        ])
    }

    /// The text of the rows that are `other`; null in the rest.
    fn others(&self, other: impl Fn(usize) -> bool) -> Result<ArrayRef, Error> {
        let count = self.spans.len();
        if !(0..count).any(&other) {
            return Ok(Arc::new(StringArray::new_null(count)));
        }
        let spans = self.spans.iter().enumerate();
        text(
            self.bytes,
            spans.map(|(row, &span)| other(row).then_some(span)),
        )
    }
}

/// Ranges of bytes as text; null for `None`.
fn text(
    bytes: &[u8],
    spans: impl ExactSizeIterator<Item = Option<Span>>,
) -> Result<ArrayRef, Error> {
    let count = spans.len();
    let mut offsets = Vec::with_capacity(count + 1);
    offsets.push(0i32);
    let mut valid = Vec::with_capacity(count);
    let mut values = Vec::with_capacity(count * STEP + STEP);
    for span in spans {
        valid.push(span.is_some());
        if let Some([from, to]) = span {
            copy(bytes, from as usize..to as usize, &mut values);
        }
        // Checked after the last one.
        offsets.push(values.len() as i32);
    }
    i32::try_from(values.len()).map_err(|_| ArrowError::OffsetOverflowError(values.len()))?;
    let offsets = OffsetBuffer::new(ScalarBuffer::from(offsets));
    let nulls = valid.contains(&false).then(|| NullBuffer::from(valid));
    let text = StringArray::try_new(offsets, Buffer::from_vec(values), nulls)?;
    Ok(Arc::new(text))
}

/// Appends a range of bytes. Most are short, so a constant number of bytes is copied, without a call of a function.
#[inline]
fn copy(bytes: &[u8], range: Range<usize>, values: &mut Vec<u8>) {
    match bytes[range.start..].first_chunk::<STEP>() {
        Some(step) if range.len() <= STEP => {
            let end = values.len() + range.len();
            values.extend_from_slice(step);
            values.truncate(end);
        }
        _ => values.extend_from_slice(&bytes[range]),
    }
}

/// The slot of the bytes of a short cell.
#[inline]
fn slot_of(bytes: u128) -> usize {
    let folded = (bytes as u64) ^ (bytes >> 64) as u64;
    // The upper bits of a product depend on all bits of a factor.
    (folded.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - SLOTS.ilog2())) as usize
}

/// Whether a cell without its wrapping says nothing.
fn says_nothing(content: &[u8]) -> bool {
    const WORDS: [&[u8]; 6] = [b"na", b"n/a", b"nan", b"null", b"none", b"#n/a"];
    content.is_empty()
        || content.len() <= LONGEST_NOTHING
            && (content.iter().all(|&byte| byte == b'-')
                || WORDS.iter().any(|word| content.eq_ignore_ascii_case(word)))
}

/// Whether a cell is the digits of an IMSI (3GPP TS 23.003, 2.2).
fn is_imsi(cell: &[u8]) -> bool {
    let (Some(first), Some(last)) = (cell.first_chunk(), cell.last_chunk()) else {
        return false;
    };
    matches!(cell.len(), 14 | 15) && are_digits(*first) && are_digits(*last)
}

/// Whether eight bytes are digits.
#[inline]
fn are_digits(bytes: [u8; 8]) -> bool {
    let word = u64::from_le_bytes(bytes);
    // A digit has the upper half 3, and still has it after 6 is added; no sum reaches the next byte.
    let upper = |word: u64| word & 0xf0f0_f0f0_f0f0_f0f0;
    upper(word) == 0x3030_3030_3030_3030
        && upper(word + 0x0606_0606_0606_0606) == 0x3030_3030_3030_3030
}

/// At most nine digits.
fn integer(cell: &[u8]) -> Option<i64> {
    if cell.is_empty() || cell.len() > LONGEST_INTEGER {
        return None;
    }
    cell.iter().try_fold(0, |value, byte| {
        let digit = byte.wrapping_sub(b'0');
        (digit < 10).then(|| value * 10 + i64::from(digit))
    })
}

/// `hh:mm:ss` in microseconds.
fn clock(cell: &[u8]) -> Option<i64> {
    let &[h, i, b':', m, n, b':', s, t] = cell else {
        return None;
    };
    let two = |tens: u8, ones: u8, limit: i64| {
        let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
        let value = i64::from(tens) * 10 + i64::from(ones);
        (tens < 10 && ones < 10 && value < limit).then_some(value)
    };
    let (hours, minutes, seconds) = (two(h, i, 24)?, two(m, n, 60)?, two(s, t, 60)?);
    Some((hours * 3600 + minutes * 60 + seconds) * 1_000_000)
}
