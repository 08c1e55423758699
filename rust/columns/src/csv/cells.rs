//! Offsets -> cells: the key cells of rows, and text for the requested rows.

use std::borrow::Cow;
use std::ops::Range;

use memchr::memchr;

use super::Format;
use super::split::Rows;
use super::typed::Texts;

/// Bytes that are copied at once: more than most cells have, and a constant, so that no function is called.
pub(super) const STEP: usize = 16;

/// A byte range.
pub(super) type Span = [u32; 2];

/// The bytes of a range.
#[inline]
pub(super) fn at(bytes: &[u8], [from, to]: Span) -> &[u8] {
    &bytes[from as usize..to as usize]
}

/// The byte range of each cell of a column in the `chosen` rows, without its quotation marks. A cell with doubled quotation
/// marks is unescaped and appended to `bytes`, because a key is read from contiguous bytes.
pub(super) fn key_spans(
    format: &Format,
    rows: &Rows,
    column: usize,
    chosen: Range<usize>,
    bytes: &mut Vec<u8>,
    spans: &mut Vec<Span>,
) {
    spans.clear();
    spans.extend(rows.cells(column, chosen));
    if !format.quoted || !rows.quotes {
        return;
    }
    let text = bytes.len();
    for span in spans {
        let cell = span[0] as usize..span[1] as usize;
        if bytes[..text].get(cell.start) == Some(&b'"') && !cell.is_empty() {
            let inner = inner(&cell);
            if memchr(b'"', &bytes[inner.clone()]).is_some() {
                let written = unescaped(&bytes[inner]).into_owned();
                *span = [bytes.len() as u32, (bytes.len() + written.len()) as u32];
                bytes.extend(written);
            } else {
                *span = [inner.start as u32, inner.end as u32];
            }
        }
    }
}

/// [`key_spans`] of all rows.
pub(super) fn all_spans(
    format: &Format,
    rows: &Rows,
    column: usize,
    bytes: &mut Vec<u8>,
) -> Vec<Span> {
    let mut spans = Vec::with_capacity(rows.len());
    key_spans(format, rows, column, 0..rows.len(), bytes, &mut spans);
    spans
}

/// The byte range between the quotation marks of a quoted cell.
fn inner(cell: &Range<usize>) -> Range<usize> {
    // A quoted cell of a row is closed, so it has at least two bytes; `max` only keeps the range valid.
    cell.start + 1..(cell.end - 1).max(cell.start + 1)
}

/// The text of a quoted cell: doubled quotation marks become single ones.
fn unescaped(quoted: &[u8]) -> Cow<'_, [u8]> {
    if memchr(b'"', quoted).is_none() {
        return quoted.into();
    }
    let (mut text, mut rest) = (Vec::with_capacity(quoted.len()), quoted);
    while let Some(at) = memchr(b'"', rest) {
        let (before, after) = rest.split_at(at + 1);
        text.extend_from_slice(before);
        rest = after.strip_prefix(b"\"").unwrap_or(after);
    }
    text.extend_from_slice(rest);
    text.into()
}

/// Adds the cells of a column in the `chosen` rows to `texts`.
pub(super) fn push_text(
    format: &Format,
    rows: &Rows,
    column: usize,
    chosen: impl Iterator<Item = usize>,
    bytes: &[u8],
    texts: &mut Texts,
) {
    let quotes = format.quoted && rows.quotes;
    for row in chosen {
        let cell = rows.cell(row, column);
        if quotes && bytes[cell.clone()].first() == Some(&b'"') {
            let cell = inner(&cell);
            match unescaped(&bytes[cell.clone()]) {
                Cow::Borrowed(_) => texts.push_range(bytes, cell.start, cell.end),
                Cow::Owned(text) => texts.push_text(&text),
            }
        } else {
            texts.push_range(bytes, cell.start, cell.end);
        }
    }
}
