//! Offsets -> cells: the keys of all rows, and columns of text for the requested rows.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use arrow_array::{ArrayRef, StringArray};
use arrow_buffer::{Buffer, OffsetBuffer, ScalarBuffer};
use arrow_schema::ArrowError;
use memchr::memmem;

use super::Format;
use super::split::Rows;
use crate::Error;

/// Bytes that are copied at once: more than most cells have, and a constant, so that no function is called.
pub(super) const STEP: usize = 16;

/// The byte range of each key cell of a column, without its quotation marks. A cell with doubled quotation marks is
/// unescaped and appended to `bytes`, because a key is read from contiguous bytes.
pub(super) fn key_spans(
    format: &Format,
    rows: &Rows,
    column: usize,
    bytes: &mut Vec<u8>,
) -> Vec<[u32; 2]> {
    let mut spans = Vec::with_capacity(rows.len());
    let text = bytes.len();
    for row in 0..rows.len() {
        let cell = rows.cell(row, column);
        if format.quoted && bytes[..text].get(cell.start) == Some(&b'"') && !cell.is_empty() {
            let inner = inner(&cell);
            if memchr::memchr(b'"', &bytes[inner.clone()]).is_some() {
                let written = unescaped(&bytes[inner]).into_owned();
                spans.push([bytes.len() as u32, (bytes.len() + written.len()) as u32]);
                bytes.extend(written);
            } else {
                spans.push([inner.start as u32, inner.end as u32]);
            }
        } else {
            spans.push([cell.start as u32, cell.end as u32]);
        }
    }
    spans
}

/// The byte range between the quotation marks of a quoted cell.
fn inner(cell: &Range<usize>) -> Range<usize> {
    // A quoted cell of a row is closed, so it has at least two bytes; `max` only keeps the range valid.
    cell.start + 1..(cell.end - 1).max(cell.start + 1)
}

/// The text of a quoted cell: doubled quotation marks become single ones.
fn unescaped(quoted: &[u8]) -> Cow<'_, [u8]> {
    let mut doubled = memmem::find_iter(quoted, b"\"\"").peekable();
    if doubled.peek().is_none() {
        return quoted.into();
    }
    let mut text = Vec::with_capacity(quoted.len());
    let mut from = 0;
    for at in doubled {
        text.extend_from_slice(&quoted[from..=at]);
        from = at + 2;
    }
    text.extend_from_slice(&quoted[from..]);
    text.into()
}

/// The cells of a column in the `chosen` rows, as text.
///
/// # Errors
/// [`Error::Arrow`] for more than 2 GiB of text in one chunk.
pub(super) fn text_column(
    format: &Format,
    rows: &Rows,
    column: usize,
    chosen: impl ExactSizeIterator<Item = usize>,
    bytes: &[u8],
) -> Result<ArrayRef, Error> {
    let mut offsets = Vec::with_capacity(chosen.len() + 1);
    offsets.push(0i32);
    // Grows as needed, with one step of free bytes after the end.
    let mut values = vec![0u8; chosen.len() * STEP + STEP];
    let mut len = 0;
    for row in chosen {
        let mut cell = rows.cell(row, column);
        let is_quoted = format.quoted && bytes[cell.clone()].first() == Some(&b'"');
        if is_quoted {
            cell = inner(&cell);
        }
        let text = match &bytes[cell.clone()] {
            text if is_quoted => unescaped(text),
            text => Cow::Borrowed(text),
        };
        let end = len + text.len();
        if values.len() < end + STEP {
            values.resize((end + STEP) * 2, 0);
        }
        match (&text, bytes[cell.start..].first_chunk::<STEP>()) {
            // Copies a whole step; the next cell overwrites the bytes after this one.
            (Cow::Borrowed(text), Some(step)) if text.len() <= STEP => {
                values[len..len + STEP].copy_from_slice(step);
            }
            _ => values[len..end].copy_from_slice(&text),
        }
        len = end;
        offsets.push(i32::try_from(len).map_err(|_| ArrowError::OffsetOverflowError(len))?);
    }
    values.truncate(len);
    let offsets = OffsetBuffer::new(ScalarBuffer::from(offsets));
    let array = StringArray::try_new(offsets, Buffer::from_vec(values), None)?;
    Ok(Arc::new(array))
}
