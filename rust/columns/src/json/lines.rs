//! Lines -> the names of their columns, or their rows; each line that is no record is refused.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use arrow_array::builder::StringBuilder;
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Schema};
use foldhash::fast::RandomState;
use memchr::memchr2;

use super::plain;
use super::record::{Cell, with_cells};
use crate::Error;
use crate::scan::assemble;

/// The names of the columns, in the order in which they first appear.
#[derive(Debug, Default)]
pub struct Names {
    order: Vec<String>,
    /// The same, as plain lines have them.
    quoted: Vec<String>,
    index: HashMap<String, usize, RandomState>,
}

impl Names {
    /// Names that are known, each once.
    #[must_use]
    pub fn new(order: Vec<String>) -> Self {
        let index = order.iter().cloned().zip(0..).collect();
        let quoted = order.iter().map(|name| plain::quoted(name)).collect();
        Self {
            order,
            quoted,
            index,
        }
    }

    /// The names of the records in a text, and how many records there are.
    #[must_use]
    pub fn of(text: &str) -> (Self, usize) {
        let mut names = Self::default();
        let mut records = 0;
        for line in split(text).map(|at| &text[at]) {
            // Nearly every record has the names of the first, in the same order.
            let is_record = plain::each_of(line, &names.quoted, |_| ())
                || with_cells(line, |cells| names.add_record(cells)) == Some(true);
            records += usize::from(is_record);
        }
        (names, records)
    }

    /// The names, in order.
    #[must_use]
    pub fn order(&self) -> &[String] {
        &self.order
    }

    /// Adds the names that are new.
    pub(super) fn add_all(&mut self, names: &Self) {
        names.order.iter().for_each(|name| self.add(name));
    }

    /// The columns at these places, all text.
    pub(super) fn schema(&self, columns: &[usize]) -> Schema {
        let field = |&at: &usize| Field::new(&self.order[at], DataType::Utf8, true);
        Schema::new(columns.iter().map(field).collect::<Vec<_>>())
    }

    /// Adds the names of a record; false, and none is added, if one is repeated.
    fn add_record(&mut self, cells: &[Cell<'_>]) -> bool {
        let mut known = self.order.iter();
        if cells
            .iter()
            .all(|cell| known.next().is_some_and(|name| *name == cell.name))
        {
            return true;
        }
        let mut names: Vec<_> = cells.iter().map(|cell| &*cell.name).collect();
        names.sort_unstable();
        if names.windows(2).any(|two| two[0] == two[1]) {
            return false;
        }
        cells.iter().for_each(|cell| self.add(&cell.name));
        true
    }

    fn add(&mut self, name: &str) {
        if !self.index.contains_key(name) {
            self.index.insert(name.to_owned(), self.order.len());
            self.order.push(name.to_owned());
            self.quoted.push(plain::quoted(name));
        }
    }
}

/// A line that is no record: no object, or one with a cell twice.
#[derive(Debug, PartialEq, Eq)]
pub struct Refused {
    /// Its place, from 0.
    pub line: usize,
    /// Where it is in the text.
    pub at: Range<usize>,
}

/// The lines of a text.
#[derive(Debug)]
pub struct Lines {
    /// The records, a row each.
    pub rows: RecordBatch,
    /// The place of each record among the lines, from 0.
    pub places: Vec<usize>,
    /// Where each record is in the text.
    pub(super) spans: Vec<Range<usize>>,
    /// The lines that are no record.
    pub refused: Vec<Refused>,
    /// How many lines are blank.
    pub blank: usize,
    /// How many lines there are.
    pub count: usize,
}

impl Lines {
    /// Reads the cells of `columns`, given as places in `names`. A record with another name than `names` has is refused.
    ///
    /// # Errors
    /// [`Error::Arrow`]: the texts of a column are more than an array holds.
    pub fn read(text: &str, names: &Names, columns: &[usize]) -> Result<Self, Error> {
        let mut reader = Reader::new(names, columns);
        let (mut places, mut spans, mut refused) = (Vec::new(), Vec::new(), Vec::new());
        let (mut blank, mut count) = (0, 0);
        for at in split(text) {
            let line = &text[at.clone()];
            if line.trim().is_empty() {
                blank += 1;
            } else if reader.append(line) {
                places.push(count);
                spans.push(at);
            } else {
                refused.push(Refused { line: count, at });
            }
            count += 1;
        }
        let schema = Arc::new(names.schema(columns));
        Ok(Self {
            rows: assemble(&schema, reader.finish(), places.len())?,
            places,
            spans,
            refused,
            blank,
            count,
        })
    }
}

/// Makes columns of records.
pub(super) struct Reader<'a> {
    names: &'a Names,
    columns: &'a [usize],
    /// The texts of a line whose cells have the first names, in their order.
    texts: Vec<Option<&'a str>>,
    cells: Vec<StringBuilder>,
    /// For each name the last record that has it, from 1, and the place of its cell there.
    seen: Vec<(usize, usize)>,
    /// The number of the record.
    record: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(names: &'a Names, columns: &'a [usize]) -> Self {
        Self {
            names,
            columns,
            texts: Vec::new(),
            // Without a capacity, which thousands of columns would not fill.
            cells: columns
                .iter()
                .map(|_| StringBuilder::with_capacity(0, 0))
                .collect(),
            seen: vec![(0, 0); names.order.len()],
            record: 0,
        }
    }

    /// Appends a line as a row; false, and nothing is appended, if it is no record.
    pub(super) fn append(&mut self, line: &'a str) -> bool {
        self.append_alike(line)
            || with_cells(line, |cells| self.append_cells(cells)).unwrap_or(false)
    }

    /// The columns.
    pub(super) fn finish(mut self) -> Vec<ArrayRef> {
        let cells = self.cells.iter_mut();
        cells
            .map(|cells| Arc::new(cells.finish()) as ArrayRef)
            .collect()
    }

    /// Appends a row whose cells have the first names in their order, as nearly every record has; else does nothing, and
    /// returns false.
    fn append_alike(&mut self, line: &'a str) -> bool {
        self.texts.clear();
        let texts = &mut self.texts;
        let is_alike = plain::each_of(line, &self.names.quoted, |text| texts.push(text));
        if is_alike {
            for (&n, column) in self.columns.iter().zip(&mut self.cells) {
                column.append_option(self.texts.get(n).copied().flatten());
            }
        }
        is_alike
    }

    /// Appends a row; false, and nothing is appended, if a name is unknown or repeated.
    fn append_cells(&mut self, cells: &[Cell<'_>]) -> bool {
        self.record += 1;
        let mut expected = 0;
        for (place, cell) in cells.iter().enumerate() {
            let known = self
                .names
                .order
                .get(expected)
                .is_some_and(|name| *name == cell.name);
            let Some(n) = known
                .then_some(expected)
                .or_else(|| self.names.index.get(&*cell.name).copied())
            else {
                return false;
            };
            if self.seen[n].0 == self.record {
                return false;
            }
            self.seen[n] = (self.record, place);
            expected = n + 1;
        }
        for (&n, column) in self.columns.iter().zip(&mut self.cells) {
            let (of, place) = self.seen[n];
            column.append_option(if of == self.record {
                cells[place].text.as_deref()
            } else {
                None
            });
        }
        true
    }
}

/// Where each line of a text is, without its line break: `\n`, `\r\n` or `\r`.
fn split(text: &str) -> impl Iterator<Item = Range<usize>> {
    let bytes = text.as_bytes();
    let mut next = 0;
    std::iter::from_fn(move || {
        let start = next;
        let rest = bytes.get(start..).filter(|rest| !rest.is_empty())?;
        let end = start + memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
        next = end + 1 + usize::from(bytes[end..].starts_with(b"\r\n"));
        Some(start..end)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_break_ends_a_line() {
        let lines = |text| {
            split(text)
                .map(|at| text[at].to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(lines("a\r\nb\rc\n\nd"), ["a", "b", "c", "", "d"]);
        assert_eq!(lines("a\n"), ["a"]);
        assert!(lines("").is_empty());
    }

    #[test]
    fn a_name_with_an_escape_is_no_name_of_a_plain_line() {
        let names = Names::new(vec!["a\"b".to_owned(), "c".to_owned()]);
        let text = "{\"a\\\"b\": 1, \"c\": 2}\n{\"a\"b\": 1}\n";
        let lines = Lines::read(text, &names, &[0]).unwrap();
        assert_eq!((lines.rows.num_rows(), lines.refused.len()), (1, 1));
    }
}
