//! A chunk of text -> the offsets of its cells, the lines that are not rows, and the unfinished record at its end.
//!
//! Owns the choice between the fast path and the exact reader of one record: [`super::marks`] marks a window of bytes at a
//! time, and if every line in it has as many marks as a row, their offsets are used unchanged.

use std::ops::Range;

use super::encoding::is_utf8;
use super::marks;
use super::record::{Record, Text, is_blank};
use super::{Format, LineNote, Refusal};

/// Bytes that are marked at once: their marks fit into the first-level cache.
const WINDOW: usize = 1 << 15;

/// The rows of a chunk, as offsets into its bytes.
#[derive(Debug, Default)]
pub(super) struct Rows {
    /// The start of each row.
    pub(super) starts: Vec<u32>,
    /// The end of each cell, row by row.
    pub(super) ends: Vec<u32>,
    /// Cells of a row.
    pub(super) width: usize,
    /// Ascending pairs of a row and its line, from which the lines of the following rows are counted.
    pub(super) lines: Vec<(u32, u64)>,
    /// Whether any cell may be quoted.
    pub(super) quotes: bool,
    /// Lines that are neither rows nor blank.
    pub(super) refused: Vec<Refusal>,
    /// The start and end of each of them.
    pub(super) refused_at: Vec<(u32, u32)>,
    /// Number of blank lines.
    pub(super) blank: u64,
    /// Number of all lines.
    pub(super) line_count: u64,
    /// Whether the bytes that were split are UTF-8.
    pub(super) utf8: bool,
    /// Bytes that were split; the bytes after them are an unfinished record.
    pub(super) consumed: usize,
}

impl Rows {
    /// Removes all rows and keeps the buffers.
    fn clear(&mut self, width: usize) {
        self.starts.clear();
        self.ends.clear();
        self.lines.clear();
        self.refused.clear();
        self.refused_at.clear();
        (self.width, self.blank, self.line_count, self.consumed) = (width, 0, 0, 0);
        self.quotes = false;
    }

    /// Number of rows.
    pub(super) fn len(&self) -> usize {
        self.starts.len()
    }

    /// The byte range of a row.
    pub(super) fn row(&self, row: usize) -> Range<usize> {
        self.starts[row] as usize..self.ends[(row + 1) * self.width - 1] as usize
    }

    /// The byte range of a cell, with its quotation marks.
    #[inline]
    pub(super) fn cell(&self, row: usize, column: usize) -> Range<usize> {
        let at = row * self.width + column;
        let start = match column {
            0 => self.starts[row],
            _ => self.ends[at - 1] + 1,
        };
        start as usize..self.ends[at] as usize
    }

    /// The byte ranges of the cells of a column in the `chosen` rows, with their quotation marks.
    #[inline]
    pub(super) fn cells(
        &self,
        column: usize,
        chosen: Range<usize>,
    ) -> impl ExactSizeIterator<Item = [u32; 2]> {
        let ends = &self.ends[chosen.start * self.width..chosen.end * self.width];
        let starts = &self.starts[chosen];
        let rows = ends.chunks_exact(self.width).zip(starts);
        rows.map(move |(ends, &start)| match column {
            0 => [start, ends[0]],
            _ => [ends[column - 1] + 1, ends[column]],
        })
    }
}

/// Buffers for splitting, reused from chunk to chunk.
#[derive(Default)]
pub(super) struct Splitter {
    rows: Rows,
    offsets: Vec<u32>,
    cells: Vec<u32>,
}

impl Splitter {
    /// The rows of the chunk that was split last.
    pub(super) fn rows(&mut self) -> &mut Rows {
        &mut self.rows
    }

    /// Splits a chunk, which begins with a record; `last` is whether the text ends with it.
    pub(super) fn split(&mut self, format: &Format, bytes: &[u8], last: bool) -> &Rows {
        let text = Text {
            format,
            bytes,
            last,
            utf8: true,
        };
        self.rows.clear(format.width);
        let mut work = Work {
            text,
            rows: &mut self.rows,
            checked: false,
            at: 0,
            settled: 0,
            consecutive: true,
        };
        let mut window = WINDOW;
        while work.at < bytes.len() {
            let before = work.at;
            let irregular = work.window(&mut self.offsets, &mut self.cells, window);
            let is_stuck = work.at == before && irregular.is_none();
            if is_stuck && before + window < bytes.len() {
                // No record ends within the window.
                window *= 2;
                continue;
            }
            window = WINDOW;
            if (is_stuck || irregular.is_some()) && !work.record(&mut self.cells) {
                break;
            }
        }
        work.rows.consumed = work.at;
        work.rows.utf8 = work.text.utf8;
        &self.rows
    }
}

/// The state while a chunk is split.
struct Work<'a> {
    text: Text<'a>,
    rows: &'a mut Rows,
    /// Whether it is known of the whole chunk, not only of the rows so far, whether it is UTF-8.
    checked: bool,
    /// The offset of the next record.
    at: usize,
    /// As in [`Text::record`].
    settled: usize,
    /// Whether the line of the next row follows that of the last row.
    consecutive: bool,
}

impl Work<'_> {
    /// Takes the records that end in a window, up to the first that must be read exactly; returns an offset within that
    /// record.
    fn window(
        &mut self,
        offsets: &mut Vec<u32>,
        cells: &mut Vec<u32>,
        window: usize,
    ) -> Option<usize> {
        let format = self.text.format;
        let (base, end) = (self.at, self.text.bytes.len().min(self.at + window));
        let bytes = &self.text.bytes[base..end];
        let needed = marks::needed(bytes.len()) + 1;
        if offsets.len() < needed {
            offsets.resize(needed, 0);
        }
        let found = marks::find(format, bytes, offsets);
        self.rows.quotes |= found.quotes;
        let is_end = self.text.last && end == self.text.bytes.len();
        let (mut marks, mut breaks) = (found.marks, found.breaks);
        // A quoted cell that is open at the end of the window is read again with the next window.
        let irregular = found
            .irregular
            .filter(|&irregular| irregular < bytes.len() || is_end);
        if irregular.is_none() && is_end && bytes.last() != Some(&format.line_break) {
            offsets[marks] = bytes.len() as u32;
            marks += 1;
            breaks += 1;
        }
        let offsets = &offsets[..marks];
        if !self.take_regular(base, bytes, offsets, breaks) {
            self.take_each(base, bytes, offsets, cells);
        }
        irregular.map(|irregular| base + irregular)
    }

    /// Takes all records, if each has the cells of a row. `breaks` is the number of line breaks among the offsets.
    fn take_regular(&mut self, base: usize, bytes: &[u8], offsets: &[u32], breaks: usize) -> bool {
        let format = self.text.format;
        let width = format.width;
        let whole = breaks * width;
        let is_row = |row: &[u32]| {
            let end = row[width - 1] as usize;
            let byte = bytes.get(end);
            byte.is_none_or(|&byte| byte == format.line_break)
                && (format.named == width || has_no_rest(format, bytes, row))
        };
        // There are as many line breaks as rows. If each row ends with one, no line break is within a row.
        if width == 1
            || bytes.len() > format.longest
            || whole > offsets.len()
            || !offsets[..whole].chunks_exact(width).all(is_row)
        {
            return false;
        }
        if whole == 0 {
            return true;
        }
        let end = bytes.len().min(offsets[whole - 1] as usize + 1);
        if !self.is_utf8(&bytes[..end]) {
            return false;
        }
        let rows = &mut *self.rows;
        if !self.consecutive || rows.lines.is_empty() {
            rows.lines.push((rows.starts.len() as u32, rows.line_count));
            self.consecutive = true;
        }
        let base = base as u32;
        let first = rows.ends.len();
        rows.ends
            .extend(offsets[..whole].iter().map(|&offset| base + offset));
        let mut start = base;
        for row in rows.ends[first..].chunks_exact_mut(width) {
            let end = &mut row[width - 1];
            rows.starts.push(start);
            let text_end = format.text_end(self.text.bytes, start as usize, *end as usize);
            start = *end + 1;
            *end = text_end as u32;
        }
        rows.line_count += (whole / width) as u64;
        self.at = (start as usize).min(self.text.bytes.len());
        true
    }

    /// Whether rows are UTF-8. They are checked while they are in the first-level cache.
    fn is_utf8(&mut self, rows: &[u8]) -> bool {
        if !self.checked && !is_utf8(rows) {
            (self.checked, self.text.utf8) = (true, false);
        }
        self.text.utf8
    }

    /// Checks the whole chunk, so that the records need not be checked one by one.
    fn check(&mut self) {
        if !self.checked {
            (self.checked, self.text.utf8) = (true, is_utf8(self.text.bytes));
        }
    }

    /// Takes the records one by one.
    fn take_each(&mut self, base: usize, bytes: &[u8], offsets: &[u32], cells: &mut Vec<u32>) {
        self.check();
        let format = self.text.format;
        let mut first = 0;
        for (n, &offset) in offsets.iter().enumerate() {
            if bytes
                .get(offset as usize)
                .is_some_and(|&b| b != format.line_break)
            {
                continue;
            }
            let fields = n + 1 - first;
            let ends = &offsets[first..n];
            first = n + 1;
            let start = self.at;
            let next = base + offset as usize + 1;
            let end = format.text_end(self.text.bytes, start, base + offset as usize);
            let line = &self.text.bytes[start..end];
            self.at = next.min(self.text.bytes.len());
            if base + offset as usize - start > format.longest {
                self.refuse(start, LineNote::TooLong, 0, 1);
            } else if fields == 1 && is_blank(line) {
                self.blank();
            } else {
                cells.clear();
                cells.extend(ends.iter().map(|&offset| base as u32 + offset));
                cells.push(end as u32);
                if let Some(note) = self.text.misfit(start, end, cells) {
                    self.refuse(start, note, cells.len() as u32, 1);
                } else if !self.text.utf8 && std::str::from_utf8(line).is_err() {
                    self.refuse(start, LineNote::NotUtf8, cells.len() as u32, 1);
                } else {
                    self.rows.ends.extend_from_slice(cells);
                    self.row(start, 1);
                }
            }
        }
    }

    /// Reads the next record exactly. Returns whether it was complete.
    fn record(&mut self, cells: &mut Vec<u32>) -> bool {
        self.check();
        let start = self.at;
        self.rows.quotes = true;
        match self.text.record(start, &mut self.settled, cells) {
            Record::Unfinished => return false,
            Record::Blank { next } => {
                self.at = next;
                self.blank();
            }
            Record::Refused {
                note,
                fields,
                lines,
                next,
            } => {
                self.at = next;
                self.refuse(start, note, fields, lines);
            }
            Record::Row { lines, next } => {
                self.at = next;
                self.rows.ends.extend_from_slice(cells);
                self.row(start, lines);
            }
        }
        true
    }

    /// Counts a row whose cells were stored.
    fn row(&mut self, start: usize, lines: u32) {
        let rows = &mut *self.rows;
        if !self.consecutive || rows.lines.is_empty() {
            rows.lines.push((rows.starts.len() as u32, rows.line_count));
        }
        rows.starts.push(start as u32);
        rows.line_count += u64::from(lines);
        self.consecutive = lines == 1;
    }

    fn refuse(&mut self, start: usize, note: LineNote, fields: u32, lines: u32) {
        let rows = &mut *self.rows;
        rows.refused.push(Refusal {
            line: rows.line_count,
            lines,
            fields,
            note,
        });
        rows.refused_at.push((start as u32, self.at as u32));
        rows.line_count += u64::from(lines);
        self.consecutive = false;
    }

    fn blank(&mut self) {
        self.rows.blank += 1;
        self.rows.line_count += 1;
        self.consecutive = false;
    }
}

/// Whether the cells of a row after the named ones have no text at all.
fn has_no_rest(format: &Format, bytes: &[u8], row: &[u32]) -> bool {
    let (named, end) = (
        row[format.named - 1] as usize,
        row[format.width - 1] as usize,
    );
    format.text_end(bytes, named, end) - named == format.width - format.named
}
