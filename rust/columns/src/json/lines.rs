//! A block of lines -> the names of their columns, or their rows; each line that is no record is refused.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use arrow_array::builder::StringBuilder;
use arrow_array::{ArrayRef, Int64Array, RecordBatch, RecordBatchOptions};
use arrow_schema::{DataType, Field, Schema};
use arrow_select::concat::concat_batches;
use foldhash::fast::RandomState;
use memchr::memchr2;

use super::plain;
use super::record::{Cell, with_cells};
use crate::Error;
use crate::parallel::{Threads, map};

/// Bytes of the lines that one thread reads at a time.
const PIECE: usize = 1 << 18;

/// The names of the columns, in the order in which they first appear.
#[derive(Debug, Default)]
pub struct Names {
    order: Vec<String>,
    index: HashMap<String, usize, RandomState>,
}

impl Names {
    /// Names that are known, each once.
    #[must_use]
    pub fn new(order: Vec<String>) -> Self {
        let index = order
            .iter()
            .cloned()
            .enumerate()
            .map(|(n, name)| (name, n))
            .collect();
        Self { order, index }
    }

    /// The names of the records in a block, and how many records there are.
    #[must_use]
    pub fn of(block: &str, threads: Threads) -> (Self, usize) {
        let found = map(threads, pieces(block), |piece| {
            let mut names = Self::default();
            let mut records = 0;
            for line in split(piece).map(|at| &piece[at]) {
                // Nearly every record has the names of the first, in the same order.
                let mut known = names.order.iter();
                let is_alike = plain::each(line, |name, _| {
                    known.next().is_some_and(|known| known == name)
                });
                let is_record =
                    is_alike || with_cells(line, |cells| names.add_record(cells)) == Some(true);
                records += usize::from(is_record);
            }
            (names, records)
        });
        let mut all = Self::default();
        for (names, _) in &found {
            names.order.iter().for_each(|name| all.add(name));
        }
        (all, found.iter().map(|one| one.1).sum())
    }

    /// The names, in order.
    #[must_use]
    pub fn order(&self) -> &[String] {
        &self.order
    }

    /// Adds the names of a record; false, and none is added, if one is repeated.
    fn add_record(&mut self, cells: &[Cell<'_>]) -> bool {
        // Nearly every record has the names of the first, in the same order.
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
        }
    }
}

/// A line that is no record: no object, or one with a cell twice.
#[derive(Debug, PartialEq, Eq)]
pub struct Refused {
    /// Its place, from 0.
    pub line: i64,
    /// Where it is in the block.
    pub at: Range<usize>,
}

/// The lines of a block.
#[derive(Debug)]
pub struct Lines {
    /// The records, a row each.
    pub rows: RecordBatch,
    /// The place of each record among the lines, from 0.
    pub places: Int64Array,
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
    pub fn read(
        block: &str,
        names: &Names,
        columns: &[usize],
        threads: Threads,
    ) -> Result<Self, Error> {
        let fields: Vec<_> = columns
            .iter()
            .map(|&n| Field::new(&names.order[n], DataType::Utf8, true))
            .collect();
        let schema = Arc::new(Schema::new(fields));
        let parts = map(threads, pieces(block), |piece| {
            let mut reader = Reader::new(names, columns);
            for at in split(piece) {
                reader.read(piece, at);
            }
            reader
        });
        let (mut batches, mut places, mut refused) = (Vec::new(), Vec::new(), Vec::new());
        let (mut blank, mut count, mut start) = (0, 0, 0);
        for (mut part, piece) in parts.into_iter().zip(pieces(block)) {
            let columns = part
                .cells
                .iter_mut()
                .map(|column| Arc::new(column.finish()) as ArrayRef)
                .collect();
            let options = RecordBatchOptions::new().with_row_count(Some(part.places.len()));
            batches.push(RecordBatch::try_new_with_options(
                Arc::clone(&schema),
                columns,
                &options,
            )?);
            let before = i64::try_from(count).unwrap_or(i64::MAX);
            places.extend(part.places.iter().map(|place| before + place));
            refused.extend(part.refused.into_iter().map(|one| Refused {
                line: before + one.line,
                at: start + one.at.start..start + one.at.end,
            }));
            blank += part.blank;
            count += part.count;
            start += piece.len();
        }
        let rows = concat_batches(&schema, &batches)?;
        Ok(Self {
            rows,
            places: places.into(),
            refused,
            blank,
            count,
        })
    }
}

/// What was read of a piece.
struct Reader<'a> {
    names: &'a Names,
    columns: &'a [usize],
    /// The texts of a line whose cells have the first names, in their order.
    texts: Vec<Option<&'a str>>,
    cells: Vec<StringBuilder>,
    /// For each name the last record that has it, from 1, and the place of its cell there.
    seen: Vec<(usize, usize)>,
    places: Vec<i64>,
    refused: Vec<Refused>,
    blank: usize,
    count: usize,
}

impl<'a> Reader<'a> {
    fn new(names: &'a Names, columns: &'a [usize]) -> Self {
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
            places: Vec::new(),
            refused: Vec::new(),
            blank: 0,
            count: 0,
        }
    }

    fn read(&mut self, piece: &'a str, at: Range<usize>) {
        let line = &piece[at.clone()];
        let place = i64::try_from(self.count).unwrap_or(i64::MAX);
        self.count += 1;
        if line.trim().is_empty() {
            self.blank += 1;
        } else if self.append_alike(line)
            || with_cells(line, |cells| self.append(cells)).unwrap_or(false)
        {
            self.places.push(place);
        } else {
            self.refused.push(Refused { line: place, at });
        }
    }

    /// Appends a row whose cells have the first names in their order, as nearly every record has; else does nothing, and
    /// returns false.
    fn append_alike(&mut self, line: &'a str) -> bool {
        self.texts.clear();
        let mut known = self.names.order.iter();
        let is_alike = plain::each(line, |name, text| {
            self.texts.push(text);
            known.next().is_some_and(|known| known == name)
        });
        if is_alike {
            for (&n, column) in self.columns.iter().zip(&mut self.cells) {
                column.append_option(self.texts.get(n).copied().flatten());
            }
        }
        is_alike
    }

    /// Appends a row; false, and nothing is appended, if a name is unknown or repeated.
    fn append(&mut self, cells: &[Cell<'_>]) -> bool {
        // The count of lines is another one for each record.
        let record = self.count;
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
            if self.seen[n].0 == record {
                return false;
            }
            self.seen[n] = (record, place);
            expected = n + 1;
        }
        for (&n, column) in self.columns.iter().zip(&mut self.cells) {
            let (of, place) = self.seen[n];
            column.append_option(if of == record {
                cells[place].text.as_deref()
            } else {
                None
            });
        }
        true
    }
}

/// The block in pieces that end at a line break.
fn pieces(block: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = block;
    while rest.len() > PIECE {
        let Some(end) = memchr::memchr(b'\n', &rest.as_bytes()[PIECE..]) else {
            break;
        };
        let (piece, after) = rest.split_at(PIECE + end + 1);
        found.push(piece);
        rest = after;
    }
    if !rest.is_empty() || found.is_empty() {
        found.push(rest);
    }
    found
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
    use arrow_array::Array;
    use arrow_array::cast::AsArray;

    use super::*;

    #[test]
    fn rows_do_not_depend_on_where_pieces_end() {
        let line = |n: usize| match n % 1000 {
            7 => "{\"a\": 1, \"a\": 2}\r\n".to_owned(),
            8 => " \n".to_owned(),
            _ => format!("{{\"b\": {{\"c\": {n}.50}}, \"a\": \"é{n}\"}}\n"),
        };
        let block: String = (0..30_000).map(line).collect();
        assert!(pieces(&block).len() > 3);
        let (names, records) = Names::of(&block, None);
        assert_eq!(
            (names.order().join(" "), records),
            ("b.c a".to_owned(), 29_940)
        );
        let lines = Lines::read(&block, &names, &[1], None).unwrap();
        assert_eq!(
            (lines.refused.len(), lines.blank, lines.count),
            (30, 30, 30_000)
        );
        assert!(
            lines
                .refused
                .iter()
                .all(|one| block[one.at.clone()].starts_with("{\"a\": 1, \"a\""))
        );
        let texts = lines.rows.column(0).as_string::<i32>();
        assert_eq!(texts.len(), 29_940);
        assert!(
            texts
                .iter()
                .zip(lines.places.values())
                .all(|(text, n)| text == Some(&format!("é{n}")))
        );
    }

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
}
