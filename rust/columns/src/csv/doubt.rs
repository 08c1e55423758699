//! Rows that may be non-data lines: totals, rulers, repeated headers.
//!
//! Owns how they are found; the caller decides what such a row is. One idea: **one column is enough**, and for nearly all
//! of its cells the first byte is enough.

use memchr::memmem::Finder;

use super::split::Rows;

/// How rows that may be non-data lines are recognised.
///
/// A row is doubtful if its cell in one column is blank, or begins with one of the given bytes and contains one of the
/// given signs.
#[derive(Clone, Debug)]
pub struct Doubt {
    column: usize,
    begins: Box<[bool; 256]>,
    signs: Vec<Finder<'static>>,
}

impl Doubt {
    /// `column` should be one that is blank in few rows.
    #[must_use]
    pub fn new(column: usize, begins: &[u8], signs: &[Vec<u8>]) -> Self {
        let mut table = Box::new([false; 256]);
        for &byte in begins.iter().chain(b" \t\r\n\"") {
            table[usize::from(byte)] = true;
        }
        Self {
            column,
            begins: table,
            signs: signs
                .iter()
                .map(|sign| Finder::new(sign).into_owned())
                .collect(),
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
            .filter(|&row| self.is_doubtful(&bytes[rows.cell(row, self.column)]))
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

    fn has_sign(&self, cell: &[u8]) -> bool {
        let is_blank = |&byte: &u8| byte.is_ascii_whitespace() || byte == b'"';
        cell.iter().all(is_blank) || self.signs.iter().any(|sign| sign.find(cell).is_some())
    }
}
