//! Columns with few values: each value is looked up once, and later cells by the bytes of the last that was alike.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int32Type;
use arrow_array::{ArrayRef, DictionaryArray, Int32Array, StringArray};
use arrow_buffer::{BooleanBuffer, NullBuffer};
use foldhash::fast::RandomState;

use super::super::cells::{STEP, Span, at};
use super::distinct::{DistinctReader, of_rows};
use super::texts::Texts;
use crate::Error;

/// Slots for recent cells of a column.
const SLOTS: usize = 512;

/// What was read of recent cells of at most sixteen bytes.
pub(super) struct Recent<T> {
    /// The last cell of each slot: its bytes, its length, and what was read.
    slots: [(u128, u32, T); SLOTS],
}

impl<T: Copy + Default> Default for Recent<T> {
    fn default() -> Self {
        Self {
            slots: [(0, u32::MAX, T::default()); SLOTS],
        }
    }
}

impl<T: Copy> Recent<T> {
    /// What `read` gives for a cell.
    #[inline]
    pub(super) fn get(&mut self, bytes: &[u8], span: Span, read: impl FnOnce() -> T) -> T {
        let Some(short) = short(bytes, span) else {
            return read();
        };
        let len = span[1] - span[0];
        let slot = &mut self.slots[slot_of(short)];
        if (short, len) != (slot.0, slot.1) {
            *slot = (short, len, read());
        }
        slot.2
    }
}

/// For each number of bytes up to sixteen, a word in which these bytes are ones.
const MASKS: [u128; STEP + 1] = {
    let mut masks = [0; STEP + 1];
    let mut len = 1;
    while len <= STEP {
        masks[len] = u128::MAX >> (128 - 8 * len);
        len += 1;
    }
    masks
};

/// The bytes of a cell of at most sixteen, followed by zeros; `None` too at the end of the chunk.
#[inline]
fn short(bytes: &[u8], [from, to]: Span) -> Option<u128> {
    let step = bytes[from as usize..].first_chunk::<STEP>()?;
    let bytes = u128::from_le_bytes(*step);
    MASKS.get((to - from) as usize).map(|mask| bytes & mask)
}

/// The slot of the bytes of a short cell.
#[inline]
fn slot_of(bytes: u128) -> usize {
    let folded = (bytes as u64) ^ (bytes >> 64) as u64;
    // The upper bits of a product depend on all bits of a factor.
    (folded.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - SLOTS.ilog2())) as usize
}

/// A dictionary of text while it grows.
pub(super) struct Codes {
    codes: Vec<i32>,
    words: Words,
    recent: Recent<i32>,
    /// The code of the last cell of more than sixteen bytes, and where that cell is.
    last: (Span, i32),
}

/// The values of a dictionary, in the order of their first cells.
struct Words {
    codes: HashMap<Box<[u8]>, i32, RandomState>,
    texts: Texts,
}

impl Codes {
    pub(super) fn new(count: usize) -> Self {
        Self {
            codes: Vec::with_capacity(count),
            words: Words {
                codes: HashMap::default(),
                texts: Texts::new(0),
            },
            recent: Recent::default(),
            last: ([0, 0], 0),
        }
    }

    pub(super) fn push(&mut self, spans: &[Span], bytes: &[u8]) {
        if let Some(cell) = only_cell(spans, bytes) {
            let code = self.words.code(cell);
            return self.codes.resize(self.codes.len() + spans.len(), code);
        }
        for &span in spans {
            self.push_one(span, bytes);
        }
    }

    fn push_one(&mut self, span: Span, bytes: &[u8]) {
        let Self {
            codes,
            words,
            recent,
            last,
        } = self;
        codes.push(recent.get(bytes, span, || words.code_of(span, last, bytes)));
    }

    pub(super) fn finish(self) -> Result<ArrayRef, Error> {
        let (codes, words) = self.into_parts()?;
        let words = Arc::new(words);
        Ok(Arc::new(DictionaryArray::<Int32Type>::try_new(
            codes, words,
        )?))
    }

    /// The values that a reader gives for the rows.
    pub(super) fn finish_with(self, reader: &DistinctReader) -> Result<Vec<ArrayRef>, Error> {
        let (codes, words) = self.into_parts()?;
        let values = reader.values(&words)?;
        values
            .iter()
            .map(|values| of_rows(values, &codes))
            .collect()
    }

    fn into_parts(self) -> Result<(Int32Array, StringArray), Error> {
        let words = self.words.texts.finish()?;
        Ok((self.codes.into(), words.as_string().clone()))
    }
}

/// The cell, if all are alike, as in a column that a file leaves empty.
fn only_cell<'a>(spans: &[Span], bytes: &'a [u8]) -> Option<&'a [u8]> {
    let (&first, rest) = spans.split_first()?;
    let cell = at(bytes, first);
    let is_alike = match short(bytes, first) {
        Some(value) => {
            let alike = |&span: &Span| {
                span[1] - span[0] == first[1] - first[0] && short(bytes, span) == Some(value)
            };
            rest.iter().all(alike)
        }
        None => rest.iter().all(|&span| at(bytes, span) == cell),
    };
    is_alike.then_some(cell)
}

/// A column in which few rows have a value, while it grows: a dictionary of text, null in the other rows.
pub(super) struct SparseCodes {
    rows: Vec<u32>,
    codes: Box<Codes>,
}

impl SparseCodes {
    pub(super) fn new() -> Self {
        Self {
            rows: Vec::new(),
            codes: Box::new(Codes::new(0)),
        }
    }

    /// Adds a row, which comes after those that were added before.
    pub(super) fn push(&mut self, row: usize, span: Span, bytes: &[u8]) {
        self.rows.push(row as u32);
        self.codes.push_one(span, bytes);
    }

    /// The column, of `count` rows.
    pub(super) fn finish(self, count: usize) -> Result<ArrayRef, Error> {
        let (some, words) = self.codes.into_parts()?;
        let (mut codes, mut bits) = (vec![0; count], vec![0u64; count.div_ceil(64)]);
        for (&row, &code) in self.rows.iter().zip(some.values()) {
            codes[row as usize] = code;
            bits[row as usize / 64] |= 1 << (row % 64);
        }
        let nulls = NullBuffer::new(BooleanBuffer::new(bits.into(), 0, count));
        let codes = Int32Array::new(codes.into(), Some(nulls));
        let words = Arc::new(words);
        Ok(Arc::new(DictionaryArray::<Int32Type>::try_new(
            codes, words,
        )?))
    }
}

impl Words {
    /// The code of a cell that is none of the recent ones.
    fn code_of(&mut self, span: Span, last: &mut (Span, i32), bytes: &[u8]) -> i32 {
        let cell = at(bytes, span);
        if cell.len() <= STEP {
            return self.code(cell);
        }
        if cell != at(bytes, last.0) {
            *last = (span, self.code(cell));
        }
        last.1
    }

    fn code(&mut self, word: &[u8]) -> i32 {
        if let Some(&code) = self.codes.get(word) {
            return code;
        }
        let code = self.codes.len() as i32;
        self.codes.insert(word.into(), code);
        self.texts.push_text(word);
        code
    }
}
