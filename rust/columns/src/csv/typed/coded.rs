//! Columns with few values: each value is looked up once, and later cells by the bytes of the last that was alike.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{ArrayRef, DictionaryArray, Int32Array};
use foldhash::fast::RandomState;

use super::super::cells::{STEP, Span, at};
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
        let Self {
            codes,
            words,
            recent,
            last,
        } = self;
        codes.extend(spans.iter().map(|&span| {
            recent.get(bytes, span, || {
                let cell = at(bytes, span);
                if cell.len() <= STEP {
                    return words.code(cell);
                }
                if cell != at(bytes, last.0) {
                    *last = (span, words.code(cell));
                }
                last.1
            })
        }));
    }

    pub(super) fn finish(self) -> Result<ArrayRef, Error> {
        let codes = Int32Array::from(self.codes);
        let words = self.words.texts.finish()?;
        Ok(Arc::new(DictionaryArray::<Int32Type>::try_new(
            codes, words,
        )?))
    }
}

impl Words {
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
