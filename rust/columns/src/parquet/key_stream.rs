//! One key column over some rows of a row group, a run of rows at a time: text pages are read directly, other types as
//! arrays.
//!
//! Scans look up its runs as they are; linkage reads them as [`ReadKeys`]. A page that only the array reader reads, and
//! all after it, are read as arrays.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::UInt64Type;
use arrow_array::{Array, ArrayRef, StringViewArray, UInt32Array};
use arrow_buffer::ScalarBuffer;
use arrow_cast::{CastOptions, cast_with_options};
use arrow_schema::{ArrowError, DataType};
use arrow_select::concat::concat;
use arrow_select::take::take;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, RowSelector};

use super::row_group::{LONGEST, RowGroup};
use super::text_pages::{Cells, PageError, TextPage, TextPages, Words};
use crate::Error;
use crate::column::{Column, Keys};
use crate::field::is_text;
use crate::guard::guarded;
use crate::refused::{looks_national, why_refused};

/// The source of a key column's cells, and the current run.
pub(super) struct KeyStream {
    group: RowGroup,
    root: usize,
    /// The rows of the row group that are not yet in a run.
    rows: Range<usize>,
    /// Rows of an array, unless it is of a dictionary.
    batch: usize,
    source: Source,
    run: Run,
    /// The number of rows of the run that were processed.
    at: usize,
    /// The last dictionary and its keys.
    coded: Option<(Arc<Words>, Vec<u64>)>,
    /// Hit cells, run by run, if the column is part of the output.
    taken: Option<Vec<ArrayRef>>,
}

/// Keys of a run of rows, and why the other rows have none.
#[derive(Debug)]
pub(crate) struct ReadKeys {
    /// The keys; 0 for a row without one.
    pub(crate) keys: ScalarBuffer<u64>,
    /// The rows whose key is 0, which ascend, each with the code of its note.
    pub(crate) none: Vec<(usize, &'static str)>,
    /// Whether an array that begins in the run seems to have national numbers in a column of E.164.
    pub(crate) looks_national: bool,
}

/// Rows in which a key is missing are found in runs of so many.
const SURE: usize = 128;

enum Source {
    Pages(TextPages),
    Arrays(ParquetRecordBatchReader),
}

enum Run {
    None,
    Page(TextPage),
    Array(ArrayRef),
}

impl KeyStream {
    /// Reads some rows of a root column, in arrays of `batch` rows where it is not read page by page; `handed_on` is
    /// whether it is part of the output.
    ///
    /// # Errors
    /// [`Error::Unreadable`], in the file, as in the other methods.
    pub(super) fn open(
        group: &RowGroup,
        root: usize,
        rows: Range<usize>,
        batch: usize,
        handed_on: bool,
    ) -> Result<Self, Error> {
        let declared = group.file.metadata.schema().field(root).data_type();
        let open = || match is_text(declared) {
            true => TextPages::open(group, root, rows.start, rows.len()),
            false => Err(PageError::Unsuited),
        };
        let source = match guarded(open) {
            Ok(pages) => Source::Pages(pages),
            Err(PageError::Unsuited) => arrays(group, root, rows.clone(), batch)?,
            Err(PageError::Broken(error)) => return Err(group.unreadable(error)),
        };
        Ok(Self {
            group: group.clone(),
            root,
            rows,
            batch,
            source,
            run: Run::None,
            at: 0,
            coded: None,
            taken: handed_on.then(Vec::new),
        })
    }

    /// The number of available rows; 0 after the last row.
    pub(super) fn ready(&mut self, keys: Keys) -> Result<usize, Error> {
        while self.at == self.run.len() {
            self.at = 0;
            self.run = self.next_run()?;
            if let Run::None = self.run {
                return Ok(0);
            }
            self.rows.start += self.run.len();
            self.read_words(keys);
        }
        Ok(self.run.len() - self.at)
    }

    fn next_run(&mut self) -> Result<Run, Error> {
        if let Source::Pages(pages) = &mut self.source {
            let page = || pages.next()?.map(|page| page.unpacked()).transpose();
            match guarded(page) {
                Ok(page) => return Ok(page.map_or(Run::None, Run::Page)),
                Err(PageError::Broken(error)) => return Err(self.group.unreadable(error)),
                Err(PageError::Unsuited) => {
                    self.source = arrays(&self.group, self.root, self.rows.clone(), self.batch)?;
                }
            }
        }
        let Source::Arrays(reader) = &mut self.source else {
            return Ok(Run::None);
        };
        let batch = self.group.next(reader)?;
        Ok(batch.map_or(Run::None, |batch| Run::Array(Arc::clone(batch.column(0)))))
    }

    /// Reads the next rows, `most` at the most; fewer only at the end.
    pub(super) fn read(&mut self, keys: Keys, most: usize) -> Result<ReadKeys, Error> {
        let mut read = ReadKeys {
            keys: ScalarBuffer::default(),
            none: Vec::new(),
            looks_national: false,
        };
        let mut copied = Vec::with_capacity(most.min(self.run.len() - self.at + self.rows.len()));
        while copied.len() < most {
            let rows = self.ready(keys)?.min(most - copied.len());
            if rows == 0 {
                break;
            }
            if let (Some(array), Keys::Msisdn(_)) = (self.new_array(), keys) {
                read.looks_national |= looks_national(array.as_ref());
            }
            let column = self.column(keys).map_err(|error| self.group.in_file(error));
            let (column, at) = column?;
            if rows == most
                && let Run::Array(array) = &self.run
                && column.is_keys(at..at + rows)
            {
                let values = array.as_primitive::<UInt64Type>().values();
                read.keys = values.slice(at, rows);
                note_none(&column, at, &read.keys, 0, &mut read.none);
                self.advance(rows);
                return Ok(read);
            }
            let first = copied.len();
            copied.resize(first + rows, 0);
            column.fill(at, &mut copied[first..]);
            note_none(&column, at, &copied[first..], first, &mut read.none);
            self.advance(rows);
        }
        read.keys = copied.into();
        Ok(read)
    }

    /// Reads each entry of a new dictionary once.
    fn read_words(&mut self, keys: Keys) {
        let Run::Page(TextPage {
            cells: Cells::Coded(words, _),
            ..
        }) = &self.run
        else {
            return;
        };
        if self
            .coded
            .as_ref()
            .is_none_or(|(known, _)| !Arc::ptr_eq(known, words))
        {
            let mut word_keys = vec![0; words.starts.len()];
            Column::of_cells(&words.starts, &words.bytes, None, keys).fill(0, &mut word_keys);
            self.coded = Some((Arc::clone(words), word_keys));
        }
    }

    /// The current run, and the number of its rows that were processed.
    pub(super) fn column(&self, keys: Keys) -> Result<(Column<'_>, usize), Error> {
        let column = match (&self.run, &self.coded) {
            (
                Run::Page(TextPage {
                    cells: Cells::Plain(words),
                    nulls,
                }),
                _,
            ) => Column::of_cells(&words.starts, &words.bytes, nulls.clone(), keys),
            (
                Run::Page(TextPage {
                    cells: Cells::Coded(words, indices),
                    nulls,
                }),
                Some((_, word_keys)),
            ) => {
                let words = Column::of_cells(&words.starts, &words.bytes, None, keys);
                Column::coded(indices, words, word_keys, nulls.clone())
            }
            (Run::Array(array), _) => Column::new(array.as_ref(), keys)?,
            (Run::Page(_) | Run::None, _) => Column::of_cells(&[], &[], None, keys),
        };
        Ok((column, self.at))
    }

    /// The current run, if it is an array and none of its rows was processed.
    pub(super) fn new_array(&self) -> Option<&ArrayRef> {
        match &self.run {
            Run::Array(array) if self.at == 0 => Some(array),
            _ => None,
        }
    }

    /// Copies hit cells; `rows` are counted from the first unprocessed row.
    pub(super) fn take(&mut self, rows: &[u32]) -> Result<(), ArrowError> {
        let Some(taken) = &mut self.taken else {
            return Ok(());
        };
        let rows = rows.iter().map(|row| row + self.at as u32);
        taken.push(match &self.run {
            Run::None => return Ok(()),
            Run::Page(page) => page.take(rows)?,
            Run::Array(array) => owned(take(array, &UInt32Array::from_iter_values(rows), None)?),
        });
        Ok(())
    }

    /// Marks rows as processed.
    pub(super) fn advance(&mut self, rows: usize) {
        self.at += rows;
    }

    /// The hit cells, of the type that the file declares; `None` if there are none or the column is not part of the output.
    pub(super) fn into_cells(self, declared: &DataType) -> Result<Option<ArrayRef>, ArrowError> {
        let taken = self.taken.unwrap_or_default().into_iter();
        let taken: Vec<ArrayRef> = taken
            .map(|cells| as_declared(cells, declared))
            .collect::<Result<_, _>>()?;
        if taken.is_empty() {
            return Ok(None);
        }
        let taken: Vec<&dyn Array> = taken.iter().map(AsRef::as_ref).collect();
        concat(&taken).map(Some)
    }
}

/// Reads some rows of a root column as arrays of `batch` rows.
fn arrays(
    group: &RowGroup,
    root: usize,
    rows: Range<usize>,
    batch: usize,
) -> Result<Source, Error> {
    let metadata = group.key_metadata(&[root])?;
    // A dictionary is read once for each batch, so a dictionary column is one batch; its cells are small.
    let batch = match metadata.schema().field(root).data_type() {
        DataType::Dictionary(..) => rows.len().clamp(1, LONGEST),
        _ => batch,
    };
    let mut selection = vec![RowSelector::select(rows.len())];
    if rows.start > 0 {
        selection.insert(0, RowSelector::skip(rows.start));
    }
    let reader = group.reader(metadata, [root], Some(selection.into()), batch)?;
    Ok(Source::Arrays(reader))
}

/// Adds the rows without a key, the first of which is row `first` of what is read and row `at` of the column.
fn note_none(
    column: &Column<'_>,
    at: usize,
    keys: &[u64],
    first: usize,
    none: &mut Vec<(usize, &'static str)>,
) {
    for (run, keys) in keys.chunks(SURE).enumerate() {
        // One pass without a branch, because most runs have a key in every row.
        if keys.iter().fold(true, |all, &key| all & (key != 0)) {
            continue;
        }
        let without = keys.iter().enumerate().filter(|&(_, &key)| key == 0);
        let rows = without.map(|(row, _)| run * SURE + row);
        none.extend(rows.map(|row| (first + row, why_refused(column, at + row))));
    }
}

/// Cells, of the type that the file declares. Bytes of a text column that are not UTF-8 are an error, never a null.
pub(super) fn as_declared(
    mut cells: ArrayRef,
    declared: &DataType,
) -> Result<ArrayRef, ArrowError> {
    let strict = CastOptions {
        safe: false,
        ..CastOptions::default()
    };
    if cells.data_type() == &DataType::Binary && is_text(declared) {
        cells = cast_with_options(&cells, &DataType::Utf8, &strict)?;
    }
    cast_with_options(&cells, declared, &strict)
}

impl Run {
    fn len(&self) -> usize {
        match self {
            Self::None => 0,
            Self::Page(page) => page.len(),
            Self::Array(array) => array.len(),
        }
    }
}

/// Copies the cells, because views would keep their pages in memory.
fn owned(cells: ArrayRef) -> ArrayRef {
    match cells.as_any().downcast_ref::<StringViewArray>() {
        Some(views) => Arc::new(views.gc()),
        None => cells,
    }
}
