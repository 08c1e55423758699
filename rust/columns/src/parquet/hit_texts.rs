//! The text of hit rows in a column that is no key column.
//!
//! One idea: **of a column with few hits only these cells are made.** An array reader builds the offset of every word of a
//! dictionary, which takes a tenth of the time in which the pages are decompressed. Where an encoding is none that
//! [`TextPages`] reads, the array reader is used.

use arrow_array::{Array, ArrayRef};
use arrow_select::concat::concat;
use parquet::arrow::arrow_reader::RowSelection;
use parquet::errors::ParquetError;

use super::row_group::RowGroup;
use super::text_pages::{PackedPage, PageError, TextPages};
use crate::Error;
use crate::guard::guarded;

/// One text column over some rows of a row group.
pub(super) struct HitTexts {
    root: usize,
    /// `None` if a page is not read by them.
    pages: Option<Pages>,
}

/// Pages, and the current one.
struct Pages {
    pages: TextPages,
    page: Option<PackedPage>,
    /// The first row of the current page.
    first: usize,
}

impl HitTexts {
    /// Opens a root column over the rows `start..start + rows` of a row group; `None` if it is not read page by page.
    ///
    /// # Errors
    /// [`Error::Unreadable`], in the file.
    pub(super) fn open(
        group: &RowGroup,
        root: usize,
        start: usize,
        rows: usize,
    ) -> Result<Option<Self>, Error> {
        match guarded(|| TextPages::open(group, root, start, rows)) {
            Ok(pages) => Ok(Some(Self {
                root,
                pages: Some(Pages {
                    pages,
                    page: None,
                    first: 0,
                }),
            })),
            Err(PageError::Unsuited) => Ok(None),
            Err(PageError::Broken(error)) => Err(group.unreadable(error)),
        }
    }

    /// The cells of `rows`, counted from the start of the rows and after those of earlier calls; bytes that are not yet
    /// checked to be UTF-8, or text. `selection` selects the same rows in the row group.
    ///
    /// # Errors
    /// [`Error::Unreadable`], in the file.
    pub(super) fn take(
        &mut self,
        group: &RowGroup,
        rows: &[usize],
        selection: impl FnOnce() -> RowSelection,
    ) -> Result<ArrayRef, Error> {
        if let Some(pages) = &mut self.pages {
            match guarded(|| pages.take(rows)) {
                Ok(cells) => return Ok(cells),
                Err(PageError::Unsuited) => self.pages = None,
                Err(PageError::Broken(error)) => return Err(group.unreadable(error)),
            }
        }
        let metadata = group.file.metadata.clone();
        let mut reader = group.reader(metadata, [self.root], Some(selection()), rows.len())?;
        let mut cells = Vec::new();
        while let Some(batch) = group.next(&mut reader)? {
            cells.push(batch);
        }
        let cells: Vec<&dyn Array> = cells.iter().map(|batch| batch.column(0).as_ref()).collect();
        concat(&cells).map_err(|error| group.in_file(error))
    }
}

impl Pages {
    fn take(&mut self, rows: &[usize]) -> Result<ArrayRef, PageError> {
        let mut cells = Vec::new();
        let mut rest = rows;
        while let Some(&next) = rest.first() {
            let end = self.first + self.page.as_ref().map_or(0, PackedPage::len);
            if next >= end {
                self.pages.skip(next - end);
                (self.page, self.first) = (self.pages.next()?, next);
            }
            let Some(page) = &self.page else {
                let why = "a column has fewer rows than its row group";
                return Err(ParquetError::EOF(why.to_owned()).into());
            };
            let end = self.first + page.len();
            let (own, later) = rest.split_at(rest.partition_point(|&row| row < end));
            let own: Vec<u32> = own.iter().map(|row| (row - self.first) as u32).collect();
            cells.push(page.take(&own)?);
            rest = later;
        }
        let cells: Vec<&dyn Array> = cells.iter().map(AsRef::as_ref).collect();
        Ok(concat(&cells).map_err(ParquetError::from)?)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::cast::AsArray;
    use arrow_array::{RecordBatch, StringArray};
    use parquet::arrow::ArrowWriter;
    use parquet::arrow::arrow_reader::RowSelector;
    use parquet::basic::Encoding;
    use parquet::file::properties::{WriterProperties, WriterVersion};

    use super::super::ParquetFile;
    use super::super::key_stream::as_declared;
    use super::*;

    const ROWS: usize = 5000;

    /// Few rows, some of them neighbours, some pages apart.
    const HITS: [usize; 9] = [0, 1, 1234, 1235, 2047, 2048, 3999, 4000, 4999];

    fn texts(with_nulls: bool) -> StringArray {
        let text = |row: usize| format!("{}", row * row % 9973);
        (0..ROWS)
            .map(|row| (!with_nulls || row % 3 > 0).then(|| text(row)))
            .collect()
    }

    #[test]
    fn cells_of_hits_are_those_of_the_column_in_every_encoding() {
        let coded = WriterProperties::builder().set_encoding(Encoding::PLAIN);
        let plain = coded.clone().set_dictionary_enabled(false);
        let delta = plain.clone().set_encoding(Encoding::DELTA_BYTE_ARRAY);
        // A dictionary that becomes too long is followed by pages without.
        let both = coded.clone().set_dictionary_page_size_limit(5000);
        let both_delta = both.clone().set_encoding(Encoding::DELTA_BYTE_ARRAY);
        for (n, properties) in [plain, coded, delta, both, both_delta]
            .into_iter()
            .enumerate()
        {
            for version in [WriterVersion::PARQUET_1_0, WriterVersion::PARQUET_2_0] {
                let properties = properties.clone().set_writer_version(version);
                let properties = properties
                    .set_data_page_row_count_limit(700)
                    .set_write_batch_size(100);
                for with_nulls in [false, true] {
                    check(properties.clone().build(), &texts(with_nulls), n);
                }
            }
        }
    }

    /// Takes the hits from a row on in several calls. In cases 2 and 4 the last pages are read as arrays.
    fn check(properties: WriterProperties, texts: &StringArray, case: usize) {
        let column: ArrayRef = Arc::new(texts.clone());
        let batch = RecordBatch::try_from_iter_with_nullable([("a", column, true)]).unwrap();
        let file = tempfile::NamedTempFile::new().unwrap();
        let out = file.reopen().unwrap();
        let mut writer = ArrowWriter::try_new(out, batch.schema(), Some(properties)).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        let file = Arc::new(ParquetFile::open(file.path()).unwrap());
        let group = RowGroup::all_of(&file).next().unwrap();
        for start in [0, 1234] {
            let rows: Vec<usize> = HITS
                .iter()
                .filter_map(|row| row.checked_sub(start))
                .collect();
            for size in [1, 4, 9] {
                let column = HitTexts::open(&group, 0, start, ROWS - start);
                let mut column = column.unwrap().expect("a flat column of text");
                for some in rows.chunks(size) {
                    let selection = || {
                        let mut next = 0;
                        let mut selectors = Vec::new();
                        for row in some.iter().map(|row| row + start) {
                            selectors.push(RowSelector::skip(row - next));
                            selectors.push(RowSelector::select(1));
                            next = row + 1;
                        }
                        selectors.into()
                    };
                    let found = column.take(&group, some, selection).unwrap();
                    let found = as_declared(found, texts.data_type()).unwrap();
                    let expected = some.iter().map(|row| {
                        let row = row + start;
                        texts.is_valid(row).then(|| texts.value(row))
                    });
                    assert!(found.as_string::<i32>().iter().eq(expected), "case {case}");
                }
                assert_eq!(
                    column.pages.is_none(),
                    [2, 4].contains(&case),
                    "case {case}"
                );
            }
        }
    }
}
