//! Any Arrow layout that can hold numbers -> runs of `u64` keys, and single cells with their notes.
//!
//! This module owns the list of layouts. `numguard-core` decides what a cell means. Bytes from the C interface are not
//! trusted: text is sliced with checks, and is UTF-8 only after validation.

mod cell;
mod fill;

use std::borrow::Cow;
use std::ops::{Range, RangeFrom};

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowDictionaryKeyType, Decimal128Type, Float64Type, Int16Type, Int32Type, Int64Type,
    RunEndIndexType, UInt64Type,
};
use arrow_array::{Array, ArrayRef, GenericByteArray, OffsetSizeTrait, downcast_dictionary_array};
use arrow_buffer::bit_chunk_iterator::BitChunks;
use arrow_buffer::{ArrowNativeType, Buffer, NullBuffer};
use arrow_schema::DataType;
use numguard_core::msisdn::Region;
use numguard_core::set::{FrozenSet, KeyType};
use numguard_core::{imei, msisdn};

pub use cell::Cell;

use crate::Error;
use crate::regions::Reads;

/// The type of keys that the cells of a column are read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Keys {
    /// Phone numbers; the region decides how digits without a plus are read.
    Msisdn(Region),
    /// Handsets.
    Imei,
    /// Handsets with placeholders as keys: linkage reports the placeholders at which a walk stopped.
    ImeiOrPlaceholder,
}

impl Keys {
    /// The type of the sets that contain such keys.
    #[must_use]
    pub fn key_type(self) -> KeyType {
        match self {
            Self::Msisdn(_) => KeyType::Msisdn,
            Self::Imei | Self::ImeiOrPlaceholder => KeyType::Imei14,
        }
    }

    /// The key of one cell, or 0.
    #[inline]
    pub(crate) fn key(self, cell: Cell<'_>) -> u64 {
        if let Cell::Text([]) = cell {
            return 0; // Columns of text often have more empty cells than nulls.
        }
        match self {
            Self::Msisdn(region) => cell.msisdn_key(region),
            Self::Imei => cell.imei().imei14,
            Self::ImeiOrPlaceholder => match cell {
                Cell::U64(value) => imei::key_or_placeholder_u64(value),
                _ => {
                    let reading = cell.imei();
                    reading.imei14 | reading.placeholder
                }
            },
        }
    }
}

/// Precisions of decimals that may hold keys and not digits as written: systems without `UInt64`, such as Spark, write it
/// as 20 digits, and as a few more after sums. 38 is how DuckDB (HUGEINT), Polars (Int128) and databases without integers
/// write every integer, canonical or not.
pub(crate) const MAY_HOLD_KEYS: RangeFrom<u8> = 20..;

/// The values of a column, in its layout.
enum Values<'a> {
    Null,
    U64(&'a [u64]),
    I64(&'a [i64]),
    I128(&'a [i128]),
    F64(&'a [f64]),
    Text32(&'a [i32], &'a [u8]),
    Text64(&'a [i64], &'a [u8]),
    /// Sixteen bytes for each view, and the buffers of long texts.
    View(&'a [u8], &'a [Buffer]),
    /// The start of each cell among bytes, its length in the four bytes before: a page of Parquet.
    Cells(&'a [u32], &'a [u8]),
    /// The start and the end of each cell among bytes: separated text.
    Spans(&'a [[u32; 2]], &'a [u8]),
    /// A dictionary or run-end-encoded column: the index of each row's value, and the values.
    Indexed(Cow<'a, [u32]>, Box<Column<'a>>),
    /// The same with more values than rows, as a slice of a longer column has: only the values of its rows are read.
    Chosen(Cow<'a, [u32]>, Box<Column<'a>>),
}

/// A column that can be read as keys.
pub struct Column<'a> {
    values: Values<'a>,
    nulls: Option<NullBuffer>,
    len: usize,
    keys: Keys,
    /// For an indexed column, not a chosen one: the key of each value, read once.
    value_keys: Cow<'a, [u64]>,
    /// The region of each row, if there is one for each. Never for `UInt64`, which no region reads.
    regions: Option<&'a [Region]>,
}

impl<'a> Column<'a> {
    /// A column whose cells are read as `keys`.
    ///
    /// # Errors
    /// [`Error::UnsupportedType`] for a type that cannot hold a number without loss.
    pub fn new(array: &'a dyn Array, keys: Keys) -> Result<Self, Error> {
        let values = match array.data_type() {
            DataType::Null => Values::Null,
            DataType::UInt64 => Values::U64(array.as_primitive::<UInt64Type>().values()),
            DataType::Int64 => Values::I64(array.as_primitive::<Int64Type>().values()),
            DataType::Decimal128(precision, 0) if !MAY_HOLD_KEYS.contains(precision) => {
                Values::I128(array.as_primitive::<Decimal128Type>().values())
            }
            DataType::Float64 => Values::F64(array.as_primitive::<Float64Type>().values()),
            DataType::Utf8 => text32(array.as_string::<i32>()),
            DataType::LargeUtf8 => {
                let text = array.as_string::<i64>();
                Values::Text64(text.value_offsets(), text.value_data())
            }
            DataType::Utf8View => {
                let text = array.as_string_view();
                Values::View(text.views().inner().as_slice(), text.data_buffers())
            }
            DataType::Dictionary(..) => return Self::of_dictionary(array, keys),
            DataType::RunEndEncoded(ends, _) => {
                return match ends.data_type() {
                    DataType::Int16 => Self::of_runs::<Int16Type>(array, keys),
                    DataType::Int32 => Self::of_runs::<Int32Type>(array, keys),
                    _ => Self::of_runs::<Int64Type>(array, keys),
                };
            }
            other => return Err(Error::unsupported(other)),
        };
        Ok(Self {
            values,
            nulls: array.nulls().filter(|n| n.null_count() > 0).cloned(),
            len: array.len(),
            keys,
            value_keys: Cow::default(),
            regions: None,
        })
    }

    /// A column whose cells are read as in `reads`.
    ///
    /// # Errors
    /// As [`Column::new`]; [`Error::OneEach`] if the count of regions is not the count of rows.
    pub fn reading(array: &'a dyn Array, reads: Reads<'a>) -> Result<Self, Error> {
        let column = Self::new(array, reads.keys())?;
        let Reads::ByRow(regions) = reads else {
            return Ok(column);
        };
        if regions.len() != column.len {
            return Err(Error::OneEach {
                what: "regions",
                rows: column.len,
                beside: regions.len(),
            });
        }
        Ok(Self {
            regions: (!column.holds_keys()).then_some(regions.rows()),
            ..column
        })
    }

    /// As [`Column::reading`], for cells that are looked up in `set`.
    ///
    /// # Errors
    /// As [`Column::reading`]; [`Error::KeyType`] if the keys of the set and of the column differ in type.
    pub(crate) fn for_set(
        array: &'a dyn Array,
        set: &FrozenSet,
        reads: Reads<'a>,
    ) -> Result<Self, Error> {
        if set.key_type() != reads.keys().key_type() {
            return Err(Error::KeyType);
        }
        Self::reading(array, reads)
    }

    /// Whether the values are `UInt64`, directly or in a dictionary.
    fn holds_keys(&self) -> bool {
        match &self.values {
            Values::U64(_) => true,
            Values::Indexed(_, words) | Values::Chosen(_, words) => words.holds_keys(),
            _ => false,
        }
    }

    fn of_dictionary(array: &'a dyn Array, keys: Keys) -> Result<Self, Error> {
        fn indices<K: ArrowDictionaryKeyType>(
            array: &arrow_array::DictionaryArray<K>,
        ) -> Cow<'_, [u32]> {
            let values = array.keys().values();
            if size_of::<K::Native>() == size_of::<u32>() {
                // A negative index becomes one past every end, as in the other types.
                return values.inner().typed_data::<u32>().into();
            }
            let index = |k: &K::Native| u32::try_from(k.as_usize()).unwrap_or(u32::MAX);
            values.iter().map(index).collect()
        }
        let (rows, values): (Cow<'a, [u32]>, &'a ArrayRef) = downcast_dictionary_array!(
            array => (indices(array), array.values()),
            other => return Err(Error::unsupported(other))
        );
        Self::indexed(rows, values.as_ref(), array.nulls().cloned(), keys)
    }

    fn of_runs<R: RunEndIndexType>(array: &'a dyn Array, keys: Keys) -> Result<Self, Error> {
        let runs = array.as_run::<R>();
        let mut rows = Vec::with_capacity(array.len());
        let (from, to) = (runs.offset(), runs.offset() + runs.len());
        let mut start = 0usize;
        for (value, end) in runs.run_ends().values().iter().enumerate() {
            let end = end.as_usize().min(to);
            if end > start.max(from) {
                let value = u32::try_from(value)
                    .map_err(|_| Error::TooMany("a column has at most 4,294,967,296 runs"))?;
                rows.extend(std::iter::repeat_n(value, end - start.max(from)));
            }
            start = start.max(end);
        }
        Self::indexed(rows.into(), runs.values().as_ref(), None, keys)
    }

    fn indexed(
        rows: Cow<'a, [u32]>,
        values: &'a dyn Array,
        nulls: Option<NullBuffer>,
        keys: Keys,
    ) -> Result<Self, Error> {
        let column = Box::new(Self::new(values, keys)?);
        let len = rows.len();
        let mut value_keys = Vec::new();
        let values = if column.len() > len {
            Values::Chosen(rows, column)
        } else {
            value_keys.resize(column.len(), 0);
            column.fill(0, &mut value_keys);
            Values::Indexed(rows, column)
        };
        Ok(Self {
            len,
            values,
            nulls: nulls.filter(|n| n.null_count() > 0),
            keys,
            value_keys: value_keys.into(),
            regions: None,
        })
    }

    /// Cells in `bytes`, the length of each in the four bytes before its start; the start of a null is 0.
    pub(crate) fn of_cells(
        starts: &'a [u32],
        bytes: &'a [u8],
        nulls: Option<NullBuffer>,
        keys: Keys,
    ) -> Self {
        Self {
            values: Values::Cells(starts, bytes),
            nulls,
            len: starts.len(),
            keys,
            value_keys: Cow::default(),
            regions: None,
        }
    }

    /// Cells in `bytes`, each from the first of its offsets to the second.
    pub(crate) fn of_spans(spans: &'a [[u32; 2]], bytes: &'a [u8], keys: Keys) -> Self {
        Self {
            values: Values::Spans(spans, bytes),
            nulls: None,
            len: spans.len(),
            keys,
            value_keys: Cow::default(),
            regions: None,
        }
    }

    /// Rows that are each one of `words`, whose keys were read before.
    pub(crate) fn coded(
        rows: &'a [u32],
        words: Self,
        word_keys: &'a [u64],
        nulls: Option<NullBuffer>,
    ) -> Self {
        Self {
            nulls,
            len: rows.len(),
            keys: words.keys,
            values: Values::Indexed(rows.into(), Box::new(words)),
            value_keys: word_keys.into(),
            regions: None,
        }
    }

    /// The count of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The type of keys of its cells, without the regions of rows.
    #[must_use]
    pub fn keys(&self) -> Keys {
        self.keys
    }

    /// The region by which the cell of a row is read; meaningless for a column of handsets.
    pub(crate) fn region_at(&self, row: usize) -> Region {
        match self.keys_at(row) {
            Keys::Msisdn(region) => region,
            Keys::Imei | Keys::ImeiOrPlaceholder => Region::Unknown,
        }
    }

    /// The type of key of the cell of a row.
    #[must_use]
    pub fn keys_at(&self, row: usize) -> Keys {
        self.regions
            .map_or(self.keys, |regions| Keys::Msisdn(regions[row]))
    }

    /// Whether the cells of `rows` are `UInt64` and equal what `fill` would write, every one.
    ///
    /// # Panics
    /// If the column has no such rows.
    #[must_use]
    pub(crate) fn is_keys(&self, rows: Range<usize>) -> bool {
        let Values::U64(values) = &self.values else {
            return false;
        };
        // Each rule has its own loop, so that the compiler can process eight cells at a time.
        fn all(values: &[u64], key: impl Fn(u64) -> u64) -> bool {
            values
                .iter()
                .fold(true, |all, &value| all & (key(value) == value))
        }
        self.nulls.is_none()
            && match self.keys {
                Keys::Msisdn(_) => all(&values[rows], msisdn::key_u64),
                Keys::ImeiOrPlaceholder => all(&values[rows], imei::key_or_placeholder_u64),
                Keys::Imei => all(&values[rows], |value| imei::read_u64(value).imei14),
            }
    }

    /// The values from `start` on, if all are MSISDNs unless they are too short, too long or null: a column of `UInt64`
    /// that is read as phone numbers.
    pub(crate) fn msisdns(&self, start: usize, len: usize) -> Option<&[u64]> {
        match (&self.values, self.keys) {
            (Values::U64(values), Keys::Msisdn(_)) => Some(&values[start..start + len]),
            _ => None,
        }
    }

    /// The values of some rows, if they are `UInt64` and none of the column is null.
    pub(crate) fn unsigned(&self, rows: Range<usize>) -> Option<&[u64]> {
        match &self.values {
            Values::U64(values) if self.nulls.is_none() => Some(&values[rows]),
            _ => None,
        }
    }

    /// For a column whose rows are each one of some words: the index of each row, and the keys of the words. Only the
    /// index of a null row may be out of range.
    pub(crate) fn words(&self) -> Option<(&[u32], &[u64])> {
        match &self.values {
            Values::Indexed(rows, _) if self.regions.is_none() => Some((rows, &self.value_keys)),
            _ => None,
        }
    }

    /// For a column whose rows are each one of some words: the index of each row, and the column of words.
    pub(crate) fn as_words(&self) -> Option<(&[u32], &Self)> {
        match &self.values {
            Values::Indexed(rows, words) if self.regions.is_none() => Some((rows, words)),
            _ => None,
        }
    }

    /// Whether the row itself is null. A row may also be a word that is null.
    #[inline]
    pub(crate) fn is_null(&self, row: usize) -> bool {
        self.nulls.as_ref().is_some_and(|nulls| nulls.is_null(row))
    }

    /// Clears the bits of null rows; the first bit is that of row `start`.
    pub(crate) fn clear_nulls(&self, start: usize, bits: &mut [u64]) {
        if self.nulls.is_some() {
            for (bits, present) in bits.iter_mut().zip(self.present(start..self.len)) {
                *bits &= present;
            }
        }
    }

    /// A bit for each of some rows, 64 in a word: whether the row is not null.
    fn present(&self, rows: Range<usize>) -> impl Iterator<Item = u64> {
        let bits = self.nulls.as_ref().map(NullBuffer::inner).map(|bits| {
            let bits = BitChunks::new(bits.values(), bits.offset() + rows.start, rows.len());
            bits.iter().chain([bits.remainder_bits()])
        });
        let all = if bits.is_none() { rows.len() } else { 0 };
        let all = std::iter::repeat_n(u64::MAX, all.div_ceil(64));
        bits.into_iter().flatten().chain(all)
    }

    /// The text of a row; empty if the row is null or no text.
    fn text(&self, row: usize) -> &[u8] {
        match self.cell(row) {
            Some(Cell::Text(text)) => text,
            _ => &[],
        }
    }

    /// One cell; `None` if it is null.
    ///
    /// # Panics
    /// If the column has no such row, or the row is a value that its dictionary has not.
    #[must_use]
    pub fn cell(&self, row: usize) -> Option<Cell<'_>> {
        assert!(row < self.len, "a row outside the column");
        if self.is_null(row) {
            return None;
        }
        Some(match &self.values {
            Values::Null => return None,
            Values::U64(values) => Cell::U64(values[row]),
            Values::I64(values) => Cell::I64(values[row]),
            Values::I128(values) => Cell::I128(values[row]),
            Values::F64(values) if values[row].is_nan() => return None,
            Values::F64(values) => Cell::F64(values[row]),
            Values::Text32(offsets, bytes) => Cell::Text(text_bytes(offsets, bytes, row)),
            Values::Text64(offsets, bytes) => Cell::Text(text_bytes(offsets, bytes, row)),
            Values::View(views, buffers) => Cell::Text(view_bytes(views, buffers, row)),
            Values::Cells(starts, bytes) => Cell::Text(prefixed(bytes, starts[row])),
            Values::Spans(spans, bytes) => Cell::Text(spanned(bytes, spans[row])),
            Values::Indexed(indices, values) | Values::Chosen(indices, values) => {
                return values.cell(indices[row] as usize);
            }
        })
    }
}

fn text32(text: &GenericByteArray<arrow_array::types::Utf8Type>) -> Values<'_> {
    Values::Text32(text.value_offsets(), text.value_data())
}

#[inline]
fn text_bytes<'a, O: OffsetSizeTrait>(offsets: &[O], bytes: &'a [u8], row: usize) -> &'a [u8] {
    &bytes[offsets[row].as_usize()..offsets[row + 1].as_usize()]
}

/// The bytes of a string view: up to twelve are in the view itself, longer ones in a buffer.
#[inline]
fn view_bytes<'a>(views: &'a [u8], buffers: &'a [Buffer], row: usize) -> &'a [u8] {
    let view = &views[row * 16..row * 16 + 16];
    let word = |at: usize| {
        u32::from_le_bytes([view[at], view[at + 1], view[at + 2], view[at + 3]]) as usize
    };
    let len = word(0);
    if len <= 12 {
        return &view[4..4 + len];
    }
    let offset = word(12);
    &buffers[word(8)][offset..offset + len]
}

#[inline]
fn spanned(bytes: &[u8], [from, to]: [u32; 2]) -> &[u8] {
    &bytes[from as usize..to as usize]
}

/// The cell that begins at `start`, its length in the four bytes before. No cell begins at 0, which marks a null.
#[inline]
pub(crate) fn prefixed(bytes: &[u8], start: u32) -> &[u8] {
    let start = start as usize;
    let length = start
        .checked_sub(4)
        .and_then(|at| bytes[at..].first_chunk::<4>());
    match length {
        Some(length) => &bytes[start..start + u32::from_le_bytes(*length) as usize],
        None => &[],
    }
}
