//! Rows that may be non-data lines: totals, rulers, headers within the text.
//!
//! Owns how they are found; the caller decides what such a row is. One idea: **two cells are enough**, that of a column which
//! is rarely blank and the first of the row that is not, and for nearly all of them the first byte is enough. Only where that
//! cell begins as a heading may, the whole row is searched for one.

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use super::split::Rows;

/// How rows that may be non-data lines are recognised.
///
/// A row is doubtful if its cell in one column is blank, or begins with one of the given bytes and contains one of the
/// given signs; or if the first cell before that column which is not blank begins so and contains one of the labels; or
/// if the cell in that column begins as a heading may, no cell has a figure, and one of them is a heading of the text.
#[derive(Clone, Debug)]
pub struct Doubt {
    column: usize,
    begins: Box<[bool; 256]>,
    signs: Option<AhoCorasick>,
    labels: Option<AhoCorasick>,
    headings: Vec<Vec<u8>>,
    begins_heading: Box<[bool; 256]>,
}

/// What non-data lines have in common.
#[derive(Clone, Debug)]
pub struct NonData {
    /// The index of a column that is blank in few rows.
    pub column: usize,
    /// The bytes that the cells of non-data lines begin with.
    pub begins: Vec<u8>,
    /// What a cell in that column contains.
    pub signs: Vec<String>,
    /// What a cell before that column contains.
    pub labels: Vec<String>,
    /// The headings of the text.
    pub headings: Vec<String>,
}

/// Digits in a row that no heading has: every number has more.
const FIGURE: usize = 5;

impl Doubt {
    /// Finds rows that may be such lines.
    #[must_use]
    pub fn new(lines: &NonData) -> Self {
        let mut table = Box::new([false; 256]);
        for &byte in lines.begins.iter().chain(b" \t\r\n\"") {
            table[usize::from(byte)] = true;
        }
        let headings: Vec<Vec<u8>> = lines
            .headings
            .iter()
            .map(|heading| bare(heading.as_bytes()).to_vec())
            .filter(|heading| !heading.is_empty())
            .collect();
        let mut begins_heading = table.clone();
        let firsts = headings.iter().map(|heading| heading[0]);
        for byte in (b'a'..=b'z').chain(firsts) {
            begins_heading[usize::from(byte.to_ascii_lowercase())] = true;
            begins_heading[usize::from(byte.to_ascii_uppercase())] = true;
        }
        Self {
            column: lines.column,
            begins: table,
            signs: finder(&lines.signs),
            labels: finder(&lines.labels),
            headings,
            begins_heading,
        }
    }

    /// The column.
    #[must_use]
    pub fn column(&self) -> usize {
        self.column
    }

    /// The doubtful rows, ascending.
    pub(super) fn rows(&self, rows: &Rows, bytes: &[u8]) -> Vec<u32> {
        (0..rows.len())
            .filter(|&row| {
                self.is_doubtful(&bytes[rows.cell(row, self.column)])
                    || self.has_label(rows, row, bytes)
                    || self.may_be_header(rows, row, bytes)
            })
            .map(|row| row as u32)
            .collect()
    }

    #[inline]
    fn is_doubtful(&self, cell: &[u8]) -> bool {
        let Some(mut first) = cell.first() else {
            return true;
        };
        if *first == b'"' {
            match cell.get(1) {
                Some(b'"') | None => return true,
                Some(byte) => first = byte,
            }
        }
        self.begins[usize::from(*first)] && self.has_sign(cell)
    }

    /// Whether the first cell that is not blank is a label; cells from the column on are not searched.
    #[inline]
    fn has_label(&self, rows: &Rows, row: usize, bytes: &[u8]) -> bool {
        let mut cells = (0..self.column).map(|column| &bytes[rows.cell(row, column)]);
        let first = cells.find(|cell| !cell.iter().all(is_wrapping));
        first.is_some_and(|cell| {
            self.begins[usize::from(cell[0])] && has_any(self.labels.as_ref(), cell)
        })
    }

    /// Whether the row may be a header of the same columns or of others.
    #[inline]
    fn may_be_header(&self, rows: &Rows, row: usize, bytes: &[u8]) -> bool {
        let cell = &bytes[rows.cell(row, self.column)];
        cell.first()
            .is_some_and(|&byte| self.begins_heading[usize::from(byte)])
            && self.has_heading(rows, row, bytes)
    }

    fn has_heading(&self, rows: &Rows, row: usize, bytes: &[u8]) -> bool {
        let mut digits = bytes[rows.row(row)].split(|byte| !byte.is_ascii_digit());
        if digits.any(|some| some.len() >= FIGURE) {
            return false;
        }
        (0..rows.width).any(|column| {
            let cell = bare(&bytes[rows.cell(row, column)]);
            self.headings
                .iter()
                .any(|heading| heading.eq_ignore_ascii_case(cell))
        })
    }

    fn has_sign(&self, cell: &[u8]) -> bool {
        let is_blank = |&byte: &u8| byte.is_ascii_whitespace() || byte == b'"';
        cell.iter().all(is_blank) || has_any(self.signs.as_ref(), cell)
    }
}

/// A search for all texts in one pass, since the number of every row may begin as a total does, with a plus or a quote.
/// `None`, if it cannot be made, finds every cell, so that no total is taken for a row.
fn finder(texts: &[String]) -> Option<AhoCorasick> {
    // The vectors of a prefilter take longer to set up than a cell takes to search.
    let mut builder = AhoCorasick::builder();
    let builder = builder.kind(Some(AhoCorasickKind::DFA)).prefilter(false);
    builder.build(texts).ok()
}

fn has_any(finder: Option<&AhoCorasick>, cell: &[u8]) -> bool {
    finder.is_none_or(|finder| finder.is_match(cell))
}

/// The text of a cell without what stands around it.
fn bare(cell: &[u8]) -> &[u8] {
    let from = cell.iter().position(|byte| !is_wrapping(byte));
    let to = cell.iter().rposition(|byte| !is_wrapping(byte));
    match (from, to) {
        (Some(from), Some(to)) => &cell[from..=to],
        _ => &[],
    }
}

/// Whether a byte is part of what may stand around the text of a cell: blanks, quotation marks, a byte order mark.
fn is_wrapping(byte: &u8) -> bool {
    b" \t\r\n\"'\xc2\xa0\xef\xbb\xbf".contains(byte)
}
