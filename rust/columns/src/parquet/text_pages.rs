//! The pages of a text column, cell by cell, without building an array.
//!
//! One idea: **a cell that is read once needs no view.** The Arrow reader copies every short text and records the offset
//! of each long one, which takes as long as decompressing the page. Here a page is its decompressed bytes and the offsets
//! of its cells, each of which follows its length of four bytes.
//!
//! Reads flat columns whose pages are plain or dictionary-coded, the default of writers. For other encodings it returns
//! [`PageError::Unsuited`], and the caller uses the array reader.

use std::sync::Arc;

use arrow_array::{ArrayRef, BinaryArray};
use arrow_buffer::{BooleanBuffer, NullBuffer};
use arrow_schema::ArrowError;
use bytes::Bytes;
use parquet::basic::{Encoding, Type};
use parquet::column::page::{Page, PageReader};
use parquet::errors::ParquetError;
use parquet::file::serialized_reader::SerializedPageReader;

use super::bytes::Input;
use super::file::leaf;
use super::hybrid::{is_all_ones, unpack};
use super::row_group::RowGroup;
use crate::column::prefixed;

/// The most rows of a page. A longer page, such as a run of one value, is left to the array reader, which splits it.
const PAGE: usize = 1 << 22;

/// Cells in `bytes`, each after its length; `starts` are checked offsets.
pub(super) struct Words {
    pub(super) bytes: Bytes,
    pub(super) starts: Vec<u32>,
}

/// A run of rows of one column.
pub(super) struct TextPage {
    pub(super) cells: Cells,
    pub(super) nulls: Option<NullBuffer>,
}

/// The cells of a page; those of null rows are arbitrary.
pub(super) enum Cells {
    /// The cells themselves.
    Plain(Words),
    /// A dictionary, and the index of each cell in it.
    Coded(Arc<Words>, Vec<u32>),
}

/// Why a page is not read here.
pub(super) enum PageError {
    /// It has an encoding that only the array reader reads.
    Unsuited,
    /// It is damaged.
    Broken(ParquetError),
}

impl From<ParquetError> for PageError {
    fn from(error: ParquetError) -> Self {
        Self::Broken(error)
    }
}

/// The pages of one column over some rows of a row group.
pub(super) struct TextPages {
    pages: SerializedPageReader<Input>,
    nullable: bool,
    dictionary: Option<Arc<Words>>,
    /// Rows still to skip, and rows still to return.
    skip: usize,
    left: usize,
}

impl TextPages {
    /// Reads the rows `start..start + rows` of a root column in a row group.
    pub(super) fn open(
        group: &RowGroup,
        root: usize,
        start: usize,
        rows: usize,
    ) -> Result<Self, PageError> {
        let file = &group.file;
        let leaf = leaf(&file.metadata, root).ok_or(PageError::Unsuited)?;
        let group = file.metadata.metadata().row_group(group.index);
        let chunk = group.columns().get(leaf).ok_or(PageError::Unsuited)?;
        let column = chunk.column_descr();
        if chunk.column_type() != Type::BYTE_ARRAY
            || column.max_rep_level() != 0
            || column.max_def_level() > 1
        {
            return Err(PageError::Unsuited);
        }
        let total = usize::try_from(group.num_rows()).unwrap_or(0);
        let pages = SerializedPageReader::new(Arc::new(file.input.clone()), chunk, total, None)?;
        Ok(Self {
            pages,
            nullable: column.max_def_level() == 1,
            dictionary: None,
            skip: start,
            left: rows,
        })
    }

    /// Skips the next `rows` rows. A page with no other rows is not decompressed.
    pub(super) fn skip(&mut self, rows: usize) {
        let rows = rows.min(self.left);
        self.skip += rows;
        self.left -= rows;
    }

    /// The next page with rows to return; `None` after the last.
    pub(super) fn next(&mut self) -> Result<Option<TextPage>, PageError> {
        while self.left > 0 {
            if self.skip_page()? {
                continue;
            }
            let Some(page) = self.pages.get_next_page()? else {
                return Ok(None);
            };
            let page = match page {
                Page::DictionaryPage {
                    buf, num_values, ..
                } => {
                    self.dictionary = Some(Arc::new(Words::read(buf, num_values as usize)?));
                    continue;
                }
                Page::DataPage {
                    buf,
                    num_values,
                    encoding,
                    def_level_encoding,
                    ..
                } => {
                    let (levels, values) = if !self.nullable {
                        (Bytes::new(), buf)
                    } else if def_level_encoding == Encoding::RLE {
                        let length = length_at(&buf, 0).ok_or_else(cut_short)?;
                        let end = length.checked_add(4).filter(|&end| end <= buf.len());
                        let end = end.ok_or_else(cut_short)?;
                        (buf.slice(4..end), buf.slice(end..))
                    } else {
                        return Err(PageError::Unsuited);
                    };
                    self.page(num_values as usize, encoding, &levels, &values)?
                }
                Page::DataPageV2 {
                    buf,
                    num_values,
                    encoding,
                    def_levels_byte_len,
                    rep_levels_byte_len,
                    ..
                } => {
                    let start = rep_levels_byte_len as usize;
                    let end = start.saturating_add(def_levels_byte_len as usize);
                    if end > buf.len() {
                        return Err(cut_short().into());
                    }
                    let levels = buf.slice(start..end);
                    self.page(num_values as usize, encoding, &levels, &buf.slice(end..))?
                }
            };
            let rows = page.len();
            let from = self.skip.min(rows);
            let to = rows.min(from + self.left);
            self.skip -= from;
            self.left -= to - from;
            if to > from {
                return Ok(Some(page.slice(from, to)));
            }
        }
        Ok(None)
    }

    /// Skips the next page if all its rows are to be skipped. Returns whether it did.
    fn skip_page(&mut self) -> Result<bool, ParquetError> {
        if self.skip == 0 {
            return Ok(false);
        }
        let rows = self
            .pages
            .peek_next_page()?
            .and_then(|page| page.num_levels);
        match rows {
            Some(rows) if rows <= self.skip => {
                self.pages.skip_next_page()?;
                self.skip -= rows;
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    fn page(
        &self,
        rows: usize,
        encoding: Encoding,
        levels: &Bytes,
        values: &Bytes,
    ) -> Result<TextPage, PageError> {
        if rows > PAGE {
            return Err(PageError::Unsuited);
        }
        let nulls = if !self.nullable || is_all_ones(levels, rows) {
            None
        } else {
            let mut present = Vec::new();
            unpack(levels, 1, rows, &mut present)?;
            Some(NullBuffer::new(BooleanBuffer::collect_bool(rows, |row| {
                present[row] == 1
            })))
        };
        let count = rows - nulls.as_ref().map_or(0, NullBuffer::null_count);
        // A null row gets the offset 0, at which no cell can begin.
        let spread = |present: Vec<u32>| match &nulls {
            None => present,
            Some(nulls) => {
                let mut present = present.into_iter();
                let at = |valid| if valid { present.next() } else { None };
                nulls
                    .iter()
                    .map(at)
                    .map(Option::unwrap_or_default)
                    .collect()
            }
        };
        let cells = match encoding {
            Encoding::PLAIN => {
                let Words { bytes, starts } = Words::read(values.clone(), count)?;
                Cells::Plain(Words {
                    bytes,
                    starts: spread(starts),
                })
            }
            Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY => {
                let missing = || ParquetError::General("a page has no dictionary".to_owned());
                let words = self.dictionary.as_ref().ok_or_else(missing)?;
                let mut indices = Vec::new();
                if count > 0 {
                    let (&width, packed) = values.split_first().ok_or_else(cut_short)?;
                    unpack(packed, u32::from(width), count, &mut indices)?;
                }
                if indices
                    .iter()
                    .any(|&index| index as usize >= words.starts.len())
                {
                    let why = "a page has an index past the end of its dictionary";
                    return Err(ParquetError::General(why.to_owned()).into());
                }
                Cells::Coded(Arc::clone(words), spread(indices))
            }
            _ => return Err(PageError::Unsuited),
        };
        Ok(TextPage { cells, nulls })
    }
}

impl TextPage {
    /// Number of rows.
    pub(super) fn len(&self) -> usize {
        match &self.cells {
            Cells::Plain(words) => words.starts.len(),
            Cells::Coded(_, indices) => indices.len(),
        }
    }

    fn slice(self, from: usize, to: usize) -> Self {
        if from == 0 && to == self.len() {
            return self;
        }
        let nulls = self.nulls.map(|nulls| nulls.slice(from, to - from));
        let cells = match self.cells {
            Cells::Plain(Words { bytes, starts }) => Cells::Plain(Words {
                bytes,
                starts: starts[from..to].to_vec(),
            }),
            Cells::Coded(words, indices) => Cells::Coded(words, indices[from..to].to_vec()),
        };
        Self { cells, nulls }
    }

    /// Copies rows as bytes that are not yet checked to be UTF-8.
    ///
    /// # Errors
    /// When they are too long for an array: a page may repeat a long dictionary entry any number of times.
    pub(super) fn take(
        &self,
        rows: impl Iterator<Item = u32> + Clone,
    ) -> Result<ArrayRef, ArrowError> {
        let cell = |row: u32| {
            let row = row as usize;
            let is_null = self.nulls.as_ref().is_some_and(|nulls| nulls.is_null(row));
            (!is_null).then(|| match &self.cells {
                Cells::Plain(words) => words.cell(row),
                Cells::Coded(words, indices) => words.cell(indices[row] as usize),
            })
        };
        let bytes: usize = rows.clone().filter_map(cell).map(<[u8]>::len).sum();
        if i32::try_from(bytes).is_err() {
            return Err(ArrowError::OffsetOverflowError(bytes));
        }
        Ok(Arc::new(rows.map(cell).collect::<BinaryArray>()))
    }
}

impl Words {
    /// Finds the offsets of `count` cells.
    fn read(bytes: Bytes, count: usize) -> Result<Self, ParquetError> {
        // Each cell has at least its length, so a wrong count allocates no more than the size of the page.
        if count > bytes.len() / 4 || u32::try_from(bytes.len()).is_err() {
            return Err(cut_short());
        }
        let mut starts = Vec::with_capacity(count);
        let mut at = 0;
        for _ in 0..count {
            let length = length_at(&bytes, at).ok_or_else(cut_short)?;
            at += 4;
            starts.push(at as u32);
            at = at.saturating_add(length);
        }
        if at > bytes.len() {
            return Err(cut_short());
        }
        Ok(Self { bytes, starts })
    }

    /// The bytes of a cell.
    fn cell(&self, index: usize) -> &[u8] {
        prefixed(&self.bytes, self.starts[index])
    }
}

fn length_at(bytes: &[u8], at: usize) -> Option<usize> {
    let length = bytes.get(at..)?.first_chunk::<4>()?;
    Some(u32::from_le_bytes(*length) as usize)
}

fn cut_short() -> ParquetError {
    ParquetError::EOF("a page ends before its last cell".to_owned())
}
