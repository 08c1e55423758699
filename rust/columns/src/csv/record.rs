//! One record, exactly: where its cells end, or why it is none.
//!
//! Owns the rules of quoting, and what becomes of a quoted cell that is opened and not closed. [`super::marks`] has a
//! shortcut through records that are plain or quoted whole; whatever else stands in a file comes here.
//!
//! One idea: **a line is a record unless it opens a quoted cell.** Then the record goes on to the line that closes it. If
//! none does, or if a line behind the first looks like a row on its own, the cell was opened by mistake: that one line is
//! refused, and those behind it stand by themselves. So a stray quotation mark costs a line and never the rest of a file,
//! and the number of one row is never joined with the handset of another.

use memchr::{memchr, memchr_iter, memchr2};

use super::{Format, LineNote};

/// With fewer columns, a line of a narrative looks like a row too easily to stand as one.
pub(super) const FEWEST_COLUMNS: usize = 3;

/// What begins at a place.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Record {
    /// A row; its cells' ends were written down. How many lines it takes, and where the next record begins.
    Row { lines: u32, next: usize },
    /// A line, or the lines of a record, that cannot be used.
    Refused {
        note: LineNote,
        fields: u32,
        lines: u32,
        next: usize,
    },
    /// A line with nothing on it.
    Blank { next: usize },
    /// More has to be seen first.
    Unfinished,
}

/// The part of a text that can be seen.
#[derive(Clone, Copy)]
pub(super) struct Text<'a> {
    pub(super) format: &'a Format,
    pub(super) bytes: &'a [u8],
    /// Whether nothing comes behind it.
    pub(super) last: bool,
    /// Whether all of it was found to be UTF-8.
    pub(super) utf8: bool,
}

/// How a run of cells ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// With its line.
    Line,
    /// Inside of a quoted cell, which goes on in the next line.
    Open,
    /// At text behind a closed quoted cell.
    Stray,
}

/// A line: where it ends, and without its carriage returns, and where the next begins.
#[derive(Clone, Copy)]
struct Line {
    whole: usize,
    end: usize,
    next: usize,
}

impl Text<'_> {
    /// The record that begins at `at`; writes the ends of its cells into `ends`. `settled` is the place up to which a
    /// line that opens a cell is known not to close it; it is moved on.
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

    /// Why the cells of a record are no row, if they are none. Where single quotes turn out to wrap cells, the ends are
    /// those that they make.
    pub(super) fn misfit(&self, at: usize, end: usize, ends: &mut Vec<u32>) -> Option<LineNote> {
        let format = self.format;
        if ends.len() > format.width && format.apostrophes {
            self.refit(at, end, ends);
        }
        if ends.len() != format.width {
            return Some(LineNote::of_width(ends.len(), format.width));
        }
        let behind = &self.bytes[ends[format.named - 1] as usize..end];
        (format.named < format.width && !format.is_blank_behind(behind))
            .then_some(LineNote::TooManyFields)
    }

    /// Takes the cells of a line for those that single quotes make, if these are as many as a row has.
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

    /// The line from `at` on; `None` if its end is yet to come.
    fn line(&self, at: usize) -> Option<Line> {
        let (whole, next) = match memchr(self.format.line_break, &self.bytes[at..]) {
            Some(length) => (at + length, at + length + 1),
            None if self.last => (self.bytes.len(), self.bytes.len()),
            None => return None,
        };
        let end = self.format.text_end(self.bytes, at, whole);
        Some(Line { whole, end, next })
    }

    /// Looks for the line that closes the cell which the line at `at` leaves open. What `ends` holds of the first line
    /// stays there where none is found.
    fn closing(&self, at: usize, first: Line, settled: &mut usize, ends: &mut Vec<u32>) -> Closing {
        let own = ends.len();
        let mut lines = 1;
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
            // No more lines, or too many for one record: nothing that begins before here is closed either.
            let Some(line) = line.filter(|line| line.whole - at <= self.format.longest) else {
                *settled = (at + self.format.longest).min(self.bytes.len());
                ends.truncate(own);
                return Closing::None;
            };
            lines += 1;
            if self.looks_like_row(next, line.end, &mut scratch) {
                // Whatever is open here and begins before is open by mistake too.
                *settled = next;
                ends.truncate(own);
                return Closing::None;
            }
            match self.cells(next, line.end, true, ends) {
                End::Open => next = line.next,
                End::Stray => {
                    *settled = next;
                    ends.truncate(own);
                    return Closing::None;
                }
                End::Line => return Closing::Found(lines, line),
            }
        }
    }

    /// Whether a line on its own has as many cells as a row, with its quotation marks or without.
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

    /// Stores where the cells of a line end; `inside` is whether it begins inside of a quoted one. A cell that is
    /// left open has no end.
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

/// Where a cell ends that a single quote before `at` opens; `None` if it is not closed, or text stands behind.
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

/// Whether a line without a separator holds nothing.
pub(super) fn is_blank(line: &[u8]) -> bool {
    line.trim_ascii().is_empty()
}

/// Whether a cell that was left open is closed, and where.
enum Closing {
    /// The lines of the record, and the last of them.
    Found(u32, Line),
    None,
    Unfinished,
}
