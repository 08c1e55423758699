//! Columns of text while they grow.

use std::sync::Arc;

use arrow_array::{ArrayRef, StringArray};
use arrow_buffer::{BooleanBuffer, Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow_schema::ArrowError;

use super::super::cells::{STEP, Span};
use crate::Error;

/// A column of text.
pub(in super::super) struct Texts {
    offsets: Vec<i32>,
    values: Vec<u8>,
    /// The rows that are null.
    nulls: Vec<u32>,
}

impl Texts {
    /// A column that `count` rows will be added to.
    pub(in super::super) fn new(count: usize) -> Self {
        let mut offsets = Vec::with_capacity(count + 1);
        offsets.push(0);
        Self {
            offsets,
            values: Vec::with_capacity(count * STEP + STEP),
            nulls: Vec::new(),
        }
    }

    /// Adds a row: a range of bytes, or null.
    #[inline]
    pub(super) fn push(&mut self, bytes: &[u8], span: Option<Span>) {
        match span {
            Some([from, to]) => self.push_range(bytes, from as usize, to as usize),
            None => {
                self.nulls.push(self.offsets.len() as u32 - 1);
                self.end_row();
            }
        }
    }

    /// Adds a row. Most are short, so a constant number of bytes is copied, without a call of a function.
    #[inline]
    pub(in super::super) fn push_range(&mut self, bytes: &[u8], from: usize, to: usize) {
        match bytes[from..].first_chunk::<STEP>() {
            Some(step) if to - from <= STEP => {
                let end = self.values.len() + (to - from);
                self.values.extend_from_slice(step);
                self.values.truncate(end);
            }
            _ => self.values.extend_from_slice(&bytes[from..to]),
        }
        self.end_row();
    }

    /// Adds a row of text that is not in the chunk.
    pub(in super::super) fn push_text(&mut self, text: &[u8]) {
        self.values.extend_from_slice(text);
        self.end_row();
    }

    #[inline]
    fn end_row(&mut self) {
        // The last one is checked at the end.
        self.offsets.push(self.values.len() as i32);
    }

    /// The column.
    ///
    /// # Errors
    /// [`Error::Arrow`] for more than 2 GiB of text.
    pub(in super::super) fn finish(self) -> Result<ArrayRef, Error> {
        let nulls = without(&self.nulls, self.offsets.len() - 1);
        array(self.offsets, self.values, nulls)
    }
}

/// The text of the cells of a few rows of a column; null in the others, and for an empty cell.
#[derive(Default)]
pub(super) struct Others {
    rows: Vec<u32>,
    /// Where the text of each of them ends.
    ends: Vec<i32>,
    values: Vec<u8>,
    /// The rows of cells that are empty, too.
    without: Vec<u32>,
}

impl Others {
    /// Adds a row, which comes after those that were added before. Of an empty cell there is no text.
    #[inline]
    pub(super) fn push(&mut self, row: usize, text: &[u8]) {
        self.without.push(row as u32);
        if !text.is_empty() {
            self.values.extend_from_slice(text);
            self.rows.push(row as u32);
            self.ends.push(self.values.len() as i32);
        }
    }

    /// The nulls of a column in which these rows have no value.
    pub(super) fn rows_without(&self, count: usize) -> Option<NullBuffer> {
        without(&self.without, count)
    }

    /// The column, of `count` rows.
    ///
    /// # Errors
    /// [`Error::Arrow`] for more than 2 GiB of text.
    pub(super) fn finish(self, count: usize) -> Result<ArrayRef, Error> {
        if self.rows.is_empty() {
            return Ok(Arc::new(StringArray::new_null(count)));
        }
        let mut offsets = Vec::with_capacity(count + 1);
        let (mut bits, mut last) = (vec![0u64; count.div_ceil(64)], 0);
        for (&row, &end) in self.rows.iter().zip(&self.ends) {
            offsets.resize(row as usize + 1, last);
            bits[row as usize / 64] |= 1 << (row % 64);
            last = end;
        }
        offsets.resize(count + 1, last);
        let nulls = NullBuffer::new(BooleanBuffer::new(bits.into(), 0, count));
        array(offsets, self.values, Some(nulls))
    }
}

/// A null for each of these rows, if there are any.
fn without(rows: &[u32], count: usize) -> Option<NullBuffer> {
    if rows.is_empty() {
        return None;
    }
    let mut bits = vec![u64::MAX; count.div_ceil(64)];
    for &row in rows {
        bits[row as usize / 64] &= !(1 << (row % 64));
    }
    Some(NullBuffer::new(BooleanBuffer::new(bits.into(), 0, count)))
}

fn array(offsets: Vec<i32>, values: Vec<u8>, nulls: Option<NullBuffer>) -> Result<ArrayRef, Error> {
    i32::try_from(values.len()).map_err(|_| ArrowError::OffsetOverflowError(values.len()))?;
    let offsets = OffsetBuffer::new(ScalarBuffer::from(offsets));
    let text = StringArray::try_new(offsets, Buffer::from_vec(values), nulls)?;
    Ok(Arc::new(text))
}
