//! Any Arrow layout that can hold numbers -> runs of `u64` keys, and single cells for those who ask why.
//!
//! Owns the list of layouts. What a cell means is decided by `numguard-core`. Bytes that came
//! through the C interface are not trusted: text is sliced with checks and is UTF-8 only once it was found to be.

mod cell;
mod fill;

use std::borrow::Cow;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowDictionaryKeyType, Decimal128Type, Float64Type, Int16Type, Int32Type, Int64Type,
    RunEndIndexType, UInt64Type,
};
use arrow_array::{Array, ArrayRef, GenericByteArray, OffsetSizeTrait, downcast_dictionary_array};
use arrow_buffer::{ArrowNativeType, Buffer, NullBuffer};
use arrow_schema::DataType;
use numguard_core::msisdn::Region;
use numguard_core::set::KeyType;
use numguard_core::{imei, msisdn};

pub use cell::Cell;

use crate::Error;
use crate::regions::Reads;

/// What the cells of a column are read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Keys {
    /// Phone numbers; the region says how bare digits are read.
    Msisdn(Region),
    /// Handsets.
    Imei,
    /// Handsets, with the placeholders kept as keys: for linkage, which reports where a walk met one.
    ImeiOrPlaceholder,
}

impl Keys {
    /// The type of set that such keys are looked up in.
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

/// The values behind a column, whatever their layout.
enum Values<'a> {
    Null,
    U64(&'a [u64]),
    I64(&'a [i64]),
    I128(&'a [i128]),
    F64(&'a [f64]),
    Text32(&'a [i32], &'a [u8]),
    Text64(&'a [i64], &'a [u8]),
    /// Sixteen bytes a view, and the buffers that long ones point into.
    View(&'a [u8], &'a [Buffer]),
    /// Where each cell begins among bytes, its length in the four bytes before: a page of Parquet.
    Cells(&'a [u32], &'a [u8]),
    /// Where each cell begins and ends among bytes: separated text.
    Spans(&'a [[u32; 2]], &'a [u8]),
    /// A dictionary or run-end-encoded column: where each row's value stands, and the values.
    Indexed(Cow<'a, [u32]>, Box<Column<'a>>),
}

/// A column ready to be read as keys.
pub struct Column<'a> {
    values: Values<'a>,
    nulls: Option<NullBuffer>,
    len: usize,
    keys: Keys,
    /// For an indexed column: the key of each value, read once.
    value_keys: Cow<'a, [u64]>,
    /// Where each row has a region of its own. Never for `UInt64`, which no region reads.
    regions: Option<&'a [Region]>,
}

impl<'a> Column<'a> {
    /// Takes a column to be read as `keys`.
    ///
    /// # Errors
    /// [`Error::UnsupportedType`] for a type that cannot hold a number without loss.
    pub fn new(array: &'a dyn Array, keys: Keys) -> Result<Self, Error> {
        let values = match array.data_type() {
            DataType::Null => Values::Null,
            DataType::UInt64 => Values::U64(array.as_primitive::<UInt64Type>().values()),
            DataType::Int64 => Values::I64(array.as_primitive::<Int64Type>().values()),
            DataType::Decimal128(_, 0) => {
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

    /// Takes a column to be read as `reads` says.
    ///
    /// # Errors
    /// As [`Column::new`]; [`Error::RegionCount`] where there is not one region for each row.
    pub fn reading(array: &'a dyn Array, reads: Reads<'a>) -> Result<Self, Error> {
        let column = Self::new(array, reads.keys())?;
        let Reads::ByRow(regions) = reads else {
            return Ok(column);
        };
        if regions.len() != column.len {
            return Err(Error::RegionCount {
                rows: column.len,
                regions: regions.len(),
            });
        }
        Ok(Self {
            regions: (!column.holds_keys()).then_some(regions.rows()),
            ..column
        })
    }

    /// Whether the values are `UInt64`, themselves or as words.
    fn holds_keys(&self) -> bool {
        match &self.values {
            Values::U64(_) => true,
            Values::Indexed(_, words) => words.holds_keys(),
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
                let value = u32::try_from(value).map_err(|_| Error::TooMany)?;
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
        let column = Self::new(values, keys)?;
        let mut value_keys = vec![0; column.len()];
        column.fill(0, &mut value_keys);
        Ok(Self {
            len: rows.len(),
            values: Values::Indexed(rows, Box::new(column)),
            nulls: nulls.filter(|n| n.null_count() > 0),
            keys,
            value_keys: value_keys.into(),
            regions: None,
        })
    }

    /// Takes cells that stand in `bytes`, the length of each in the four bytes before its start, a null's start 0.
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

    /// Takes cells that stand in `bytes`, each from the first of its places to the second.
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

    /// Takes rows that each are one of `words`, whose keys were read before.
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

    /// How many rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// What its cells are read as, but for the region of a row that has one of its own.
    #[must_use]
    pub fn keys(&self) -> Keys {
        self.keys
    }

    /// The region by which the cell of a row is read; of no use for a column of handsets.
    pub(crate) fn region_at(&self, row: usize) -> Region {
        match self.keys_at(row) {
            Keys::Msisdn(region) => region,
            Keys::Imei | Keys::ImeiOrPlaceholder => Region::Unknown,
        }
    }

    /// What the cell of a row is read as.
    #[must_use]
    pub fn keys_at(&self, row: usize) -> Keys {
        self.regions
            .map_or(self.keys, |regions| Keys::Msisdn(regions[row]))
    }

    /// Whether the cells of `rows` are `UInt64` and stand as `fill` would write them, every one.
    ///
    /// # Panics
    /// If the rows are not there.
    #[must_use]
    pub(crate) fn is_keys(&self, rows: std::ops::Range<usize>) -> bool {
        let Values::U64(values) = &self.values else {
            return false;
        };
        // Each rule in a loop of its own, which the compiler can then do eight cells at a time.
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

    /// The values from `start` on, where they are MSISDNs as they stand unless they are too short, too long or null: a
    /// column of `UInt64` read as phone numbers.
    pub(crate) fn msisdns(&self, start: usize, len: usize) -> Option<&[u64]> {
        match (&self.values, self.keys) {
            (Values::U64(values), Keys::Msisdn(_)) => Some(&values[start..start + len]),
            _ => None,
        }
    }

    /// Of a column whose rows each are one of some words: which one each row is, and the words' keys. A null row, and
    /// none else, may be a word that is not there.
    pub(crate) fn words(&self) -> Option<(&[u32], &[u64])> {
        match &self.values {
            Values::Indexed(rows, _) if self.regions.is_none() => Some((rows, &self.value_keys)),
            _ => None,
        }
    }

    /// Of a column whose rows each are one of some words: which one each row is, and the words as a column.
    pub(crate) fn as_words(&self) -> Option<(&[u32], &Self)> {
        match &self.values {
            Values::Indexed(rows, words) if self.regions.is_none() => Some((rows, words)),
            _ => None,
        }
    }

    /// Whether a row is null by itself; one of some words may be one that is null.
    #[inline]
    pub(crate) fn is_null(&self, row: usize) -> bool {
        self.nulls.as_ref().is_some_and(|nulls| nulls.is_null(row))
    }

    /// Clears the bits of null rows; the first bit is that of row `start`.
    pub(crate) fn clear_nulls(&self, start: usize, bits: &mut [u64]) {
        if let Some(nulls) = &self.nulls {
            let rows = nulls.inner().slice(start, self.len - start);
            let present = rows.bit_chunks();
            for (bits, present) in bits.iter_mut().zip(present.iter_padded()) {
                *bits &= present;
            }
        }
    }

    /// One cell; `None` where it is null.
    #[must_use]
    pub fn cell(&self, row: usize) -> Option<Cell<'_>> {
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
            Values::Indexed(indices, values) => {
                let value = Some(indices[row] as usize).filter(|&value| value < values.len);
                return value.and_then(|value| values.cell(value));
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

/// The bytes of a string view: at most twelve stand in the view itself, longer ones in a buffer.
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

/// The cell that begins at `start`, its length in the four bytes before. None begins at 0, which stands for a null.
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
