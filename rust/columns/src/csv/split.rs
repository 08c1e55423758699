//! A chunk of text -> the places of its cells, the lines that are no rows, and what is left for the next chunk.
//!
//! Owns the choice between the shortcut and the exact reader of one record: [`super::marks`] looks at a window of bytes at
//! a time, and where every line of it has as many marks as a row, their places are taken as they stand.

use super::marks;
use super::record::{Record, Text, is_blank};
use super::{Format, LineNote, Refusal};

/// Bytes that are looked at together: their marks stay in the first cache.
const WINDOW: usize = 1 << 15;

/// The rows of a chunk, as places in its bytes.
#[derive(Debug, Default)]
pub(super) struct Rows {
    /// Where each row begins.
    pub(super) starts: Vec<u32>,
    /// Where each cell ends, row by row.
    pub(super) ends: Vec<u32>,
    /// Cells of a row.
    pub(super) width: usize,
    /// From which row on lines are counted from which line: pairs, ascending.
    pub(super) lines: Vec<(u32, u64)>,
    /// Lines that are no rows, and hold something.
    pub(super) refused: Vec<Refusal>,
    /// Where each of them stands.
    pub(super) refused_at: Vec<(u32, u32)>,
    /// Lines that hold nothing.
    pub(super) blank: u64,
    /// Lines in all.
    pub(super) line_count: u64,
    /// Bytes that were read; the rest begins a record whose end is yet to come.
    pub(super) consumed: usize,
}

impl Rows {
    /// None, in a buffer that was used before.
    fn clear(&mut self, width: usize) {
        self.starts.clear();
        self.ends.clear();
        self.lines.clear();
        self.refused.clear();
        self.refused_at.clear();
        (self.width, self.blank, self.line_count, self.consumed) = (width, 0, 0, 0);
    }

    /// How many.
    pub(super) fn len(&self) -> usize {
        self.starts.len()
    }

    /// The bytes between which a row stands.
    pub(super) fn row(&self, row: usize) -> std::ops::Range<usize> {
        self.starts[row] as usize..self.ends[(row + 1) * self.width - 1] as usize
    }

    /// The bytes between which a cell stands, with its quotation marks.
    #[inline]
    pub(super) fn cell(&self, row: usize, column: usize) -> std::ops::Range<usize> {
        let at = row * self.width + column;
        let start = match column {
            0 => self.starts[row],
            _ => self.ends[at - 1] + 1,
        };
        start as usize..self.ends[at] as usize
    }
}

/// Buffers that a split needs, kept from one chunk to the next.
#[derive(Default)]
pub(super) struct Splitter {
    rows: Rows,
    places: Vec<u32>,
    cells: Vec<u32>,
}

impl Splitter {
    /// Separates the rows of a chunk. It begins with a record; `last` is whether the text ends with it.
    pub(super) fn split(&mut self, format: &Format, bytes: &[u8], last: bool) -> &mut Rows {
        let text = Text {
            format,
            bytes,
            last,
            utf8: simdutf8::basic::from_utf8(bytes).is_ok(),
        };
        self.rows.clear(format.width);
        let mut work = Work {
            text,
            rows: &mut self.rows,
            at: 0,
            settled: 0,
            counted: true,
        };
        let mut window = WINDOW;
        while work.at < bytes.len() {
            let before = work.at;
            let odd = work.window(&mut self.places, &mut self.cells, window);
            let is_stuck = work.at == before && odd.is_none();
            if is_stuck && before + window < bytes.len() {
                // No record ends within the window.
                window *= 2;
                continue;
            }
            window = WINDOW;
            if (is_stuck || odd.is_some()) && !work.record(&mut self.cells) {
                break;
            }
        }
        work.rows.consumed = work.at;
        &mut self.rows
    }
}

/// A chunk while it is split.
struct Work<'a> {
    text: Text<'a>,
    rows: &'a mut Rows,
    /// Where the next record begins.
    at: usize,
    /// Up to where lines that open a cell are known not to close it.
    settled: usize,
    /// Whether the next row's line follows that of the last row.
    counted: bool,
}

impl Work<'_> {
    /// Takes the records of a window that end in it, up to one that has to be read exactly: returns where that is.
    fn window(
        &mut self,
        places: &mut Vec<u32>,
        cells: &mut Vec<u32>,
        window: usize,
    ) -> Option<usize> {
        let format = self.text.format;
        let (base, end) = (self.at, self.text.bytes.len().min(self.at + window));
        let bytes = &self.text.bytes[base..end];
        let needed = marks::needed(bytes.len()) + 1;
        if places.len() < needed {
            places.resize(needed, 0);
        }
        let found = marks::find(format, bytes, places);
        let is_end = self.text.last && end == self.text.bytes.len();
        let (mut marks, mut breaks) = (found.marks, found.breaks);
        // What a window ends in the middle of is looked at again in the next.
        let odd = found.odd.filter(|&odd| odd < bytes.len() || is_end);
        if odd.is_none() && is_end && bytes.last() != Some(&format.line_break) {
            places[marks] = bytes.len() as u32;
            marks += 1;
            breaks += 1;
        }
        let places = &places[..marks];
        if !self.take_regular(base, bytes, places, breaks) {
            self.take_each(base, bytes, places, cells);
        }
        odd.map(|odd| base + odd)
    }

    /// Takes all records, if each has the cells of a row; there are so many `breaks` among the places.
    fn take_regular(&mut self, base: usize, bytes: &[u8], places: &[u32], breaks: usize) -> bool {
        let format = self.text.format;
        let width = format.width;
        let whole = breaks * width;
        let is_break = |row: &[u32]| {
            let byte = bytes.get(row[width - 1] as usize);
            byte.is_none_or(|&byte| byte == format.line_break)
        };
        // Of as many line breaks as rows, one stands at the end of each row, so that none stands anywhere else.
        if !self.text.utf8
            || width == 1
            || format.named < width
            || bytes.len() > format.longest
            || whole > places.len()
            || !places[..whole].chunks_exact(width).all(is_break)
        {
            return false;
        }
        let rows = &mut *self.rows;
        if whole == 0 {
            return true;
        }
        if !self.counted || rows.lines.is_empty() {
            rows.lines.push((rows.starts.len() as u32, rows.line_count));
            self.counted = true;
        }
        let base = base as u32;
        let first = rows.ends.len();
        rows.ends
            .extend(places[..whole].iter().map(|&place| base + place));
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

    /// Takes one record after the other.
    fn take_each(&mut self, base: usize, bytes: &[u8], places: &[u32], cells: &mut Vec<u32>) {
        let format = self.text.format;
        let mut first = 0;
        for (n, &place) in places.iter().enumerate() {
            if bytes
                .get(place as usize)
                .is_some_and(|&b| b != format.line_break)
            {
                continue;
            }
            let fields = n + 1 - first;
            let ends = &places[first..n];
            first = n + 1;
            let start = self.at;
            let next = base + place as usize + 1;
            let end = format.text_end(self.text.bytes, start, base + place as usize);
            let line = &self.text.bytes[start..end];
            self.at = next.min(self.text.bytes.len());
            if base + place as usize - start > format.longest {
                self.refuse(start, LineNote::TooLong, 0, 1);
            } else if fields == 1 && is_blank(line) {
                self.blank();
            } else {
                cells.clear();
                cells.extend(ends.iter().map(|&place| base as u32 + place));
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

    /// Takes the next record exactly. Returns whether there was a whole one.
    fn record(&mut self, cells: &mut Vec<u32>) -> bool {
        let start = self.at;
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

    /// Counts a row whose cells were written down.
    fn row(&mut self, start: usize, lines: u32) {
        let rows = &mut *self.rows;
        if !self.counted || rows.lines.is_empty() {
            rows.lines.push((rows.starts.len() as u32, rows.line_count));
        }
        rows.starts.push(start as u32);
        rows.line_count += u64::from(lines);
        self.counted = lines == 1;
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
        self.counted = false;
    }

    fn blank(&mut self) {
        self.rows.blank += 1;
        self.rows.line_count += 1;
        self.counted = false;
    }
}
