//! One record, exactly: where its cells end, or why it is refused.
//!
//! Owns the rules of quoting, and the handling of a quoted cell that is opened and not closed. [`super::marks`] is a fast
//! path for records whose cells are plain or quoted whole; all other records are read here.
//!
//! One idea: **a line is a record unless it opens a quoted cell.** Then the record continues to the line that closes the
//! cell. If none does, or if a line within the cell looks like a row, the cell was opened by mistake: that one line is
//! refused, and the lines after it are read separately. The same holds if both the first line and one that closes a cell
//! look like rows. So a stray quotation mark costs one line and never the rest of a file, and the number of one row is
//! never joined with the handset of another.

use memchr::{memchr, memchr_iter, memchr2};

use super::{Format, LineNote};

/// With fewer columns, a line of a narrative can look like a row by chance, so no line is tested.
pub(super) const FEWEST_COLUMNS: usize = 3;

/// The most lines of a record that look like rows, as one of its cells ends in them and another one begins. Each of them
/// may be read again.
pub(super) const LIKE_ROWS: usize = 4;

/// What begins at an offset.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Record {
    /// A row, whose cells' ends were stored: its number of lines, and the offset of the next record.
    Row { lines: u32, next: usize },
    /// A refused line, or the lines of a refused record.
    Refused {
        note: LineNote,
        fields: u32,
        lines: u32,
        next: usize,
    },
    /// A blank line.
    Blank { next: usize },
    /// More bytes are needed.
    Unfinished,
}

/// The available part of a text.
#[derive(Clone, Copy)]
pub(super) struct Text<'a> {
    pub(super) format: &'a Format,
    pub(super) bytes: &'a [u8],
    /// Whether the text ends with it.
    pub(super) last: bool,
    /// Whether all of it is UTF-8.
    pub(super) utf8: bool,
}

/// How a run of cells ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// With its line.
    Line,
    /// Inside a quoted cell, which continues in the next line.
    Open,
    /// At text after a closed quoted cell.
    Stray,
}

/// A line: its end with and without carriage returns, and the start of the next line.
#[derive(Clone, Copy)]
struct Line {
    whole: usize,
    end: usize,
    next: usize,
}

impl Text<'_> {
    /// The record that begins at `at`; writes the ends of its cells into `ends`. A cell that is opened before the offset
    /// `settled` and continues past its line is not closed; `settled` is updated.
    pub(super) fn record(&self, at: usize, settled: &mut usize, ends: &mut Vec<u32>) -> Record {
        ends.clear();
        let Some(line) = self.line(at) else {
            return Record::Unfinished;
        };
        let refused = |note, fields: usize, lines, next| Record::Refused {
            note,
            fields: fields as u32,
            lines,
            next,
        };
        if line.whole - at > self.format.longest {
            return refused(LineNote::TooLong, 0, 1, line.next);
        }
        let (lines, last) = match self.cells(at, line.end, false, ends) {
            End::Line => (1, line),
            End::Stray => return refused(LineNote::StrayQuote, ends.len(), 1, line.next),
            End::Open if at < *settled => {
                return refused(LineNote::UnclosedQuote, ends.len(), 1, line.next);
            }
            End::Open => match self.closing(at, line, settled, ends) {
                Closing::Found(lines, last) => (lines, last),
                Closing::None => {
                    return refused(LineNote::UnclosedQuote, ends.len(), 1, line.next);
                }
                Closing::Unfinished => return Record::Unfinished,
            },
        };
        let next = last.next;
        if ends.len() == 1 && is_blank(&self.bytes[at..last.end]) {
            return Record::Blank { next };
        }
        if let Some(note) = self.misfit(at, last.end, ends) {
            return refused(note, ends.len(), lines, next);
        }
        let fields = ends.len();
        if !self.utf8 && std::str::from_utf8(&self.bytes[at..last.end]).is_err() {
            return refused(LineNote::NotUtf8, fields, lines, next);
        }
        Record::Row { lines, next }
    }

    /// Why the cells of a record are not a row; `None` if they are. If single quotes wrap cells, `ends` becomes the ends of
    /// those cells.
    pub(super) fn misfit(&self, at: usize, end: usize, ends: &mut Vec<u32>) -> Option<LineNote> {
        let format = self.format;
        if ends.len() > format.width && format.apostrophes {
            self.refit(at, end, ends);
        }
        if ends.len() != format.width {
            return Some(LineNote::of_width(ends.len(), format.width));
        }
        let rest = &self.bytes[ends[format.named - 1] as usize..end];
        (format.named < format.width && !format.is_blank_rest(rest))
            .then_some(LineNote::TooManyFields)
    }

    /// Replaces the ends of a line's cells by those with single quotes applied, if these are as many as a row has.
    fn refit(&self, start: usize, end: usize, ends: &mut Vec<u32>) {
        let line = &self.bytes[start..end];
        if memchr(b'\'', line).is_none() || memchr2(b'"', self.format.line_break, line).is_some() {
            return;
        }
        let mut fitted = Vec::with_capacity(self.format.width);
        let mut at = 0;
        loop {
            let is_blank = |&&byte: &&u8| byte == b' ' && byte != self.format.separator;
            let from = at + line[at..].iter().take_while(is_blank).count();
            let cell = if line.get(from) == Some(&b'\'') {
                let Some(cell) = apostrophe_end(line, from + 1, self.format.separator) else {
                    return;
                };
                cell
            } else {
                let found = memchr(self.format.separator, &line[at..]);
                found.map_or(line.len(), |length| at + length)
            };
            fitted.push((start + cell) as u32);
            at = cell + 1;
            if cell == line.len() {
                break;
            }
        }
        if fitted.len() == self.format.width {
            *ends = fitted;
        }
    }

    /// The line that begins at `at`; `None` if its end is not available yet.
    fn line(&self, at: usize) -> Option<Line> {
        let (whole, next) = match memchr(self.format.line_break, &self.bytes[at..]) {
            Some(length) => (at + length, at + length + 1),
            None if self.last => (self.bytes.len(), self.bytes.len()),
            None => return None,
        };
        let end = self.format.text_end(self.bytes, at, whole);
        Some(Line { whole, end, next })
    }

    /// Finds the line that closes the cell which the line at `at` leaves open. If there is none, `ends` keeps the ends of
    /// the first line.
    fn closing(&self, at: usize, first: Line, settled: &mut usize, ends: &mut Vec<u32>) -> Closing {
        let own = ends.len();
        let mut lines = 1;
        let mut like_rows = 0;
        let mut next = first.next;
        let mut scratch = Vec::new();
        loop {
            let line = if next == self.bytes.len() && self.last {
                None
            } else {
                match self.line(next) {
                    Some(line) => Some(line),
                    None if self.bytes.len() - at <= self.format.longest => {
                        return Closing::Unfinished;
                    }
                    None => None,
                }
            };
            // No more lines, or the record is too long: no cell that is opened before this offset is closed.
            let Some(line) = line.filter(|line| line.whole - at <= self.format.longest) else {
                *settled = (at + self.format.longest).min(self.bytes.len());
                ends.truncate(own);
                return Closing::None;
            };
            lines += 1;
            let is_row = self.looks_like_row(next, line.end, &mut scratch);
            let before = ends.len();
            let state = self.cells(next, line.end, true, ends);
            let is_closed = ends.len() > before;
            let may_be_row = || self.is_row_as_it_is(at, first, &ends[..own]);
            match state {
                End::Open if !is_row => next = line.next,
                End::Open
                    if is_closed
                        && like_rows < LIKE_ROWS
                        && ends.len() < self.format.width
                        && !may_be_row() =>
                {
                    like_rows += 1;
                    next = line.next;
                }
                End::Line
                    if !is_row && like_rows == 0
                        || ends.len() == self.format.width && !may_be_row() =>
                {
                    return Closing::Found(lines, line);
                }
                _ => {
                    // Any other cell that is opened before this line and still open here is a mistake too. Where it is
                    // closed in this line, that depends on its own first line.
                    if state == End::Stray || !is_closed {
                        *settled = next;
                    }
                    ends.truncate(own);
                    return Closing::None;
                }
            }
        }
    }

    /// Whether the first line of a record has as many cells as a row, if the cell after the `closed` ones is not quoted.
    fn is_row_as_it_is(&self, at: usize, first: Line, closed: &[u32]) -> bool {
        let open = closed.last().map_or(at, |&end| end as usize + 1);
        let separators = memchr_iter(self.format.separator, &self.bytes[open..first.end]).count();
        closed.len() + separators + 1 == self.format.width
    }

    /// Whether a single line has as many cells as a row, with its quotation marks or without.
    fn looks_like_row(&self, at: usize, end: usize, scratch: &mut Vec<u32>) -> bool {
        if self.format.named < FEWEST_COLUMNS {
            return false;
        }
        let separators = memchr_iter(self.format.separator, &self.bytes[at..end]).count();
        if separators < self.format.width {
            return separators + 1 == self.format.width;
        }
        scratch.clear();
        self.cells(at, end, false, scratch) == End::Line && scratch.len() == self.format.width
    }

    /// Stores where the cells of a line end; `inside` is whether the line begins inside a quoted cell. A cell that is left
    /// open has no end.
    fn cells(&self, mut at: usize, end: usize, mut inside: bool, ends: &mut Vec<u32>) -> End {
        let separator = self.format.separator;
        let line = &self.bytes[..end];
        loop {
            if !inside && self.format.quoted && line.get(at) == Some(&b'"') {
                (inside, at) = (true, at + 1);
            }
            if inside {
                let Some(quote) = memchr(b'"', &line[at..]) else {
                    return End::Open;
                };
                at += quote + 1;
                match line.get(at) {
                    None => {
                        ends.push(end as u32);
                        return End::Line;
                    }
                    Some(b'"') => {
                        at += 1;
                        continue;
                    }
                    Some(&byte) if byte == separator => {}
                    Some(_) => return End::Stray,
                }
                inside = false;
            } else {
                match memchr(separator, &line[at..]) {
                    Some(length) => at += length,
                    None => {
                        ends.push(end as u32);
                        return End::Line;
                    }
                }
            }
            ends.push(at as u32);
            at += 1;
        }
    }
}

/// Where a cell ends that a single quote before `at` opens; `None` if it is not closed, or text follows.
fn apostrophe_end(line: &[u8], mut at: usize, separator: u8) -> Option<usize> {
    loop {
        at += memchr(b'\'', &line[at..])? + 1;
        match line.get(at) {
            None => return Some(at),
            Some(b'\'') => at += 1,
            Some(&byte) if byte == separator => return Some(at),
            Some(_) => return None,
        }
    }
}

/// Whether a line without a separator is blank.
pub(super) fn is_blank(line: &[u8]) -> bool {
    line.trim_ascii().is_empty()
}

/// Whether and where an open cell is closed.
enum Closing {
    /// The number of lines of the record, and its last line.
    Found(u32, Line),
    None,
    Unfinished,
}
