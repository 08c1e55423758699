//! One key column of a part, a run of rows at a time: text pages are read directly, other types as arrays.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, StringViewArray, UInt32Array};
use arrow_cast::{CastOptions, cast_with_options};
use arrow_schema::{ArrowError, DataType};
use arrow_select::concat::concat;
use arrow_select::take::take;
use parquet::arrow::arrow_reader::ParquetRecordBatchReader;
use parquet::errors::ParquetError;

use super::text_pages::{Cells, PageError, TextPage, TextPages, Words};
use crate::Error;
use crate::column::{Column, Keys};
use crate::field::is_text;
use crate::guard::guarded;

/// The source of a key column's cells, and the current run.
pub(super) struct KeyStream {
    source: Source,
    run: Run,
    /// The number of rows of the run that were processed.
    at: usize,
    /// The last dictionary and its keys.
    coded: Option<(Arc<Words>, Vec<u64>)>,
    /// Hit cells, run by run, if the column is part of the output.
    taken: Option<Vec<ArrayRef>>,
}

pub(super) enum Source {
    Pages(TextPages),
    Arrays(ParquetRecordBatchReader),
}

enum Run {
    None,
    Page(TextPage),
    Array(ArrayRef),
}

impl KeyStream {
    /// Reads a column; `handed_on` is whether it is part of the output.
    pub(super) fn new(source: Source, handed_on: bool) -> Self {
        Self {
            source,
            run: Run::None,
            at: 0,
            coded: None,
            taken: handed_on.then(Vec::new),
        }
    }

    /// The number of available rows; 0 after the last row of the part.
    pub(super) fn ready(&mut self, keys: Keys) -> Result<usize, PageError> {
        while self.at == self.run.len() {
            self.at = 0;
            self.run = match &mut self.source {
                Source::Pages(pages) => {
                    let page = || pages.next()?.map(|page| page.unpacked()).transpose();
                    guarded(page)?.map_or(Run::None, Run::Page)
                }
                Source::Arrays(reader) => {
                    guarded(|| reader.next().transpose().map_err(ParquetError::from))?
                        .map_or(Run::None, |batch| Run::Array(Arc::clone(batch.column(0))))
                }
            };
            if let Run::None = self.run {
                return Ok(0);
            }
            self.read_words(keys);
        }
        Ok(self.run.len() - self.at)
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
        let taken = self.taken.unwrap_or_default();
        if taken.is_empty() {
            return Ok(None);
        }
        let taken: Vec<&dyn Array> = taken.iter().map(AsRef::as_ref).collect();
        as_declared(concat(&taken)?, declared).map(Some)
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
