//! The pages of a text column, cell by cell, without building an array.
//!
//! One idea: **a cell that is read once needs no view.** The Arrow reader copies every short text and records the offset
//! of each long one, which takes as long as decompressing the page. Here a page is its decompressed bytes and the offsets
//! of its cells, each of which follows its length of four bytes.
//!
//! Reads flat columns whose pages are plain or dictionary-coded, the default of writers. For other encodings it returns
//! [`PageError::Unsuited`], and the caller uses the array reader.

use std::ops::Range;
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
use super::hybrid::{is_all_ones, unpack, unpack_at};
use super::row_group::RowGroup;
use crate::column::prefixed;

/// The most rows of a page. A longer page, such as a run of one value, is left to the array reader, which splits it.
const PAGE: usize = 1 << 22;

/// Cells in `bytes`, each after its length; `starts` are checked offsets.
pub(super) struct Words {
    pub(super) bytes: Bytes,
    pub(super) starts: Vec<u32>,
}

/// A page that is decompressed, and nothing else. Some of its rows are those to return.
pub(super) struct PackedPage {
    /// Its rows, and the range of those to return.
    all: usize,
    rows: Range<usize>,
    encoding: Encoding,
    /// Which rows are null, if any is.
    nulls: Option<NullBuffer>,
    values: Bytes,
    dictionary: Option<Arc<Words>>,
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
    pub(super) fn next(&mut self) -> Result<Option<PackedPage>, PageError> {
        while self.left > 0 {
            if self.skip_page()? {
                continue;
            }
            let Some(page) = self.pages.get_next_page()? else {
                return Ok(None);
            };
            let mut page = match page {
                Page::DictionaryPage {
                    buf, num_values, ..
                } => {
                    self.dictionary = Some(Arc::new(Words::read(buf, 0..num_values as usize)?));
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
                    self.page(num_values as usize, encoding, &levels, values)?
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
                    self.page(num_values as usize, encoding, &levels, buf.slice(end..))?
                }
            };
            let from = self.skip.min(page.all);
            let to = page.all.min(from + self.left);
            self.skip -= from;
            self.left -= to - from;
            if to > from {
                page.rows = from..to;
                return Ok(Some(page));
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
        values: Bytes,
    ) -> Result<PackedPage, PageError> {
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
        Ok(PackedPage {
            all: rows,
            rows: 0..rows,
            encoding,
            nulls,
            values,
            dictionary: self.dictionary.clone(),
        })
    }
}

impl PackedPage {
    /// Number of rows to return.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Finds the cells of all its rows.
    pub(super) fn unpacked(&self) -> Result<TextPage, PageError> {
        let count = self.all - self.nulls.as_ref().map_or(0, NullBuffer::null_count);
        // A null row gets the offset 0, at which no cell can begin.
        let spread = |present: Vec<u32>| match &self.nulls {
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
        let cells = match self.encoding {
            Encoding::PLAIN => {
                let Words { bytes, starts } = Words::read(self.values.clone(), 0..count)?;
                Cells::Plain(Words {
                    bytes,
                    starts: spread(starts),
                })
            }
            Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY => {
                let mut indices = Vec::new();
                if count > 0 {
                    let (width, packed) = self.indices()?;
                    unpack(packed, width, count, &mut indices)?;
                }
                Cells::Coded(self.words(&indices)?, spread(indices))
            }
            _ => return Err(PageError::Unsuited),
        };
        let page = TextPage {
            cells,
            nulls: self.nulls.clone(),
        };
        Ok(page.slice(self.rows.start, self.rows.end))
    }

    /// Copies the cells of ascending rows as bytes that are not yet checked to be UTF-8. Cells of other rows are passed
    /// over, if no row is null.
    ///
    /// # Errors
    /// Also as [`TextPage::take`].
    pub(super) fn take(&self, rows: &[u32]) -> Result<ArrayRef, PageError> {
        let places = rows.iter().map(|&row| self.rows.start + row as usize);
        let cells = match (self.encoding, &self.nulls) {
            (Encoding::PLAIN, None) => Cells::Plain(Words::read(self.values.clone(), places)?),
            (Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY, None) => {
                let (width, packed) = self.indices()?;
                let indices = unpack_at(packed, width, places)?;
                Cells::Coded(self.words(&indices)?, indices)
            }
            _ => {
                let cells = self.unpacked()?.take(rows.iter().copied());
                return Ok(cells.map_err(ParquetError::from)?);
            }
        };
        let page = TextPage { cells, nulls: None };
        Ok(page
            .take(0..rows.len() as u32)
            .map_err(ParquetError::from)?)
    }

    /// The width of the indices, and the indices themselves.
    fn indices(&self) -> Result<(u32, &[u8]), ParquetError> {
        let (&width, packed) = self.values.split_first().ok_or_else(cut_short)?;
        Ok((u32::from(width), packed))
    }

    /// The dictionary, which has all `indices`.
    fn words(&self, indices: &[u32]) -> Result<Arc<Words>, ParquetError> {
        let broken = |why: &str| ParquetError::General(why.to_owned());
        let words = self.dictionary.as_ref();
        let words = words.ok_or_else(|| broken("a page has no dictionary"))?;
        if indices
            .iter()
            .any(|&index| index as usize >= words.starts.len())
        {
            return Err(broken("a page has an index past the end of its dictionary"));
        }
        Ok(Arc::clone(words))
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
    /// Finds the cells at ascending places.
    fn read(bytes: Bytes, places: impl Iterator<Item = usize>) -> Result<Self, ParquetError> {
        if u32::try_from(bytes.len()).is_err() {
            return Err(cut_short());
        }
        // Each cell has at least its length, so a wrong count allocates no more than the size of the page.
        let most = places.size_hint().0.min(bytes.len() / 4);
        let mut starts = Vec::with_capacity(most);
        let (mut start, mut at, mut next) = (0, 0, 0);
        for place in places {
            while next <= place {
                let length = length_at(&bytes, at).ok_or_else(cut_short)?;
                start = at + 4;
                at = start.saturating_add(length);
                next += 1;
            }
            starts.push(start as u32);
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
