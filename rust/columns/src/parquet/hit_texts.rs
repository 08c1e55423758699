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
use super::text_pages::{PageError, TextPage, TextPages};
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
    page: Option<TextPage>,
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

    /// The index of the root column.
    pub(super) fn root(&self) -> usize {
        self.root
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
            let end = self.first + self.page.as_ref().map_or(0, TextPage::len);
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
            let own = own.iter().map(|row| (row - self.first) as u32);
            cells.push(page.take(own).map_err(ParquetError::from)?);
            rest = later;
        }
        let cells: Vec<&dyn Array> = cells.iter().map(AsRef::as_ref).collect();
        Ok(concat(&cells).map_err(ParquetError::from)?)
    }
}
