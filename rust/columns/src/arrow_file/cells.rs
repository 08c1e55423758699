//! Rows of a plain column -> an array of their cells.
//!
//! One idea: cells that are close together are read at once, because a call of the system costs as much as some
//! kilobytes.

use std::ops::Range;

use arrow_array::cast::AsArray;
use arrow_array::types::Decimal128Type;
use arrow_array::{ArrayRef, make_array};
use arrow_buffer::{BooleanBuffer, BooleanBufferBuilder, Buffer, NullBuffer};
use arrow_data::{ArrayData, ByteView, MAX_INLINE_VIEW_LEN};
use arrow_schema::DataType;

use super::header::{ArrowFile, Batch, Layout, Stored, VIEW};
use crate::Error;

/// Bytes between cells that are read with them: to read them costs less than another call. Of 25 columns with a hit in 700
/// rows, a limit of 2 KiB takes a fifth more processor time.
const GAP: usize = 1 << 13;

const NOT_VALID: Error = Error::Damaged("a column is not valid");

impl ArrowFile {
    /// The cells of a column in some rows of a batch: ranges in ascending order.
    ///
    /// # Errors
    /// [`Error::Damaged`], [`Error::Reading`]; [`Error::TooLong`] if their text has 2^31 bytes or more.
    pub(super) fn cells(
        &self,
        batch: &Batch,
        column: usize,
        picked: &[Range<usize>],
    ) -> Result<ArrayRef, Error> {
        let stored = &batch.columns[column];
        let data_type = self.schema.field(column).data_type();
        let rows = picked.iter().map(ExactSizeIterator::len).sum();
        let nulls = match &stored.nulls {
            Some(nulls) => Some(NullBuffer::new(self.bits(nulls.start, picked, rows)?)),
            None => None,
        };
        let (first, bytes) = match self.layouts[column] {
            Layout::Bits => (
                self.bits(stored.values.start, picked, rows)?.into_inner(),
                None,
            ),
            Layout::Fixed(width) => (self.fixed(stored.values.start, width, picked)?.into(), None),
            Layout::Bytes(width) => {
                let (offsets, bytes) = self.offsets(stored, width, picked)?;
                let bytes = self.fixed(stored.bytes[0].start, 1, &bytes)?;
                (offsets, Some(Buffer::from_vec(bytes)))
            }
            Layout::Views => {
                let (views, bytes) = self.views(stored, picked, nulls.as_ref())?;
                (views, Some(bytes))
            }
        };
        let mut data = ArrayData::builder(data_type.clone())
            .len(rows)
            .nulls(nulls)
            .align_buffers(true)
            .add_buffer(first);
        if let Some(bytes) = bytes {
            data = data.add_buffer(bytes);
        }
        // Checks offsets, views and text.
        let cells = data.build().map(make_array).map_err(|_| NOT_VALID)?;
        if let DataType::Decimal128(precision, _) = *data_type {
            let cells = cells.as_primitive::<Decimal128Type>();
            let checked = cells.validate_decimal_precision(precision);
            checked.map_err(|_| NOT_VALID)?;
        }
        Ok(cells)
    }

    /// The bytes of ranges of cells of one width, of which the first of all is at `start` in the file.
    fn fixed(&self, start: u64, width: usize, picked: &[Range<usize>]) -> Result<Vec<u8>, Error> {
        let len: usize = picked.iter().map(ExactSizeIterator::len).sum();
        let mut found = vec![0; len * width];
        let mut rest = found.as_mut_slice();
        let mut scratch = Vec::new();
        let is_close = |one: &Range<usize>, next: &Range<usize>| {
            next.start.saturating_sub(one.end).saturating_mul(width) <= GAP
        };
        for close in picked.chunk_by(is_close) {
            let (Some(one), Some(last)) = (close.first(), close.last()) else {
                continue;
            };
            let at = start + (one.start * width) as u64;
            let own = close.iter().map(ExactSizeIterator::len).sum::<usize>() * width;
            let (mut own, others) = rest.split_at_mut(own);
            rest = others;
            if close.len() == 1 {
                self.fill(at, own)?;
                continue;
            }
            scratch.resize((last.end - one.start) * width, 0);
            self.fill(at, &mut scratch)?;
            for range in close {
                let from = (range.start - one.start) * width;
                let cells = &scratch[from..from + range.len() * width];
                let (place, others) = own.split_at_mut(cells.len());
                place.copy_from_slice(cells);
                own = others;
            }
        }
        Ok(found)
    }

    /// The bits of ranges of rows, of which the first of all is at `start` in the file.
    fn bits(
        &self,
        start: u64,
        picked: &[Range<usize>],
        rows: usize,
    ) -> Result<BooleanBuffer, Error> {
        let bytes: Vec<Range<usize>> = picked
            .iter()
            .map(|rows| rows.start / 8..rows.end.div_ceil(8))
            .collect();
        let read = self.fixed(start, 1, &bytes)?;
        let mut read = read.as_slice();
        let mut bits = BooleanBufferBuilder::new(rows);
        for (rows, bytes) in picked.iter().zip(bytes) {
            let (own, others) = read.split_at(bytes.len());
            let first = rows.start % 8;
            bits.append_packed_range(first..first + rows.len(), own);
            read = others;
        }
        Ok(bits.finish())
    }

    /// The offsets of cells in an array of these alone, and where their bytes are among those of the column.
    fn offsets(
        &self,
        stored: &Stored,
        width: usize,
        picked: &[Range<usize>],
    ) -> Result<(Buffer, Vec<Range<usize>>), Error> {
        let ends: Vec<Range<usize>> = picked.iter().map(|rows| rows.start..rows.end + 1).collect();
        let read = self.fixed(stored.values.start, width, &ends)?;
        let offset = |bytes: &[u8]| -> Option<usize> {
            let offset = match *bytes {
                [a, b, c, d] => i32::from_le_bytes([a, b, c, d]).into(),
                [a, b, c, d, e, f, g, h] => i64::from_le_bytes([a, b, c, d, e, f, g, h]),
                _ => return None,
            };
            usize::try_from(offset).ok()
        };
        let mut offsets = read.chunks_exact(width).map(offset);
        let size = &stored.bytes[0];
        let size = usize::try_from(size.end - size.start).map_err(|_| NOT_VALID)?;
        let (mut found, mut spans) = (vec![0_usize], Vec::with_capacity(picked.len()));
        let (mut total, mut before) = (0, 0);
        for ends in ends {
            let mut next = || offsets.next().flatten().filter(|&end| end <= size);
            let first = next().ok_or(NOT_VALID)?;
            let mut last = first;
            for _ in 1..ends.len() {
                let end = next().filter(|&end| end >= last).ok_or(NOT_VALID)?;
                last = end;
                found.push(total + (end - first));
            }
            // Cells come in the order of the rows, so that no byte is read more than once.
            if first < before {
                return Err(NOT_VALID);
            }
            (total, before) = (total + (last - first), last);
            spans.push(first..last);
        }
        let offsets = if width == size_of::<i32>() {
            let offsets = found.iter().map(|&end| i32::try_from(end).ok());
            Buffer::from_vec(offsets.collect::<Option<Vec<_>>>().ok_or(Error::TooLong)?)
        } else {
            Buffer::from_vec(found.into_iter().map(|end| end as i64).collect())
        };
        Ok((offsets, spans))
    }

    /// The views of cells, and one buffer with the bytes of those that are longer than a view.
    fn views(
        &self,
        stored: &Stored,
        picked: &[Range<usize>],
        nulls: Option<&NullBuffer>,
    ) -> Result<(Buffer, Buffer), Error> {
        let mut views = self.fixed(stored.values.start, VIEW, picked)?;
        let (cells, _) = views.as_chunks_mut::<VIEW>();
        // Where the bytes of each long cell are in the file, and its view.
        let mut long = Vec::new();
        for (row, cell) in cells.iter_mut().enumerate() {
            if nulls.is_some_and(|nulls| nulls.is_null(row)) {
                *cell = [0; VIEW];
            }
            let view = ByteView::from(u128::from_le_bytes(*cell));
            if view.length > MAX_INLINE_VIEW_LEN {
                let buffer = stored.bytes.get(view.buffer_index as usize);
                let buffer = buffer.ok_or(NOT_VALID)?;
                let start = buffer.start + u64::from(view.offset);
                let end = start + u64::from(view.length);
                if end > buffer.end {
                    return Err(NOT_VALID);
                }
                long.push((start, end, view, cell));
            }
        }
        // Cells may share bytes, in any order: each byte is read once.
        long.sort_by_key(|&(start, ..)| start);
        let mut bytes = Vec::new();
        let mut rest = long.as_mut_slice();
        while let Some(&mut (first, mut last, ..)) = rest.first_mut() {
            let close = rest.iter().take_while(|&&(start, end, ..)| {
                let is_close = start <= last + GAP as u64;
                last = if is_close { last.max(end) } else { last };
                is_close
            });
            let (close, others) = rest.split_at_mut(close.count());
            let base = bytes.len();
            bytes.resize(base + (last - first) as usize, 0);
            self.fill(first, &mut bytes[base..])?;
            for (start, _, view, cell) in close {
                let offset = base + (*start - first) as usize;
                let moved = ByteView {
                    buffer_index: 0,
                    offset: u32::try_from(offset).map_err(|_| Error::TooLong)?,
                    ..*view
                };
                **cell = moved.as_u128().to_le_bytes();
            }
            rest = others;
        }
        Ok((Buffer::from_vec(views), Buffer::from_vec(bytes)))
    }
}
