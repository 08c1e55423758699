//! One open Parquet file: its footer, where the columns of a plan stand in it, and its bytes.
//!
//! Bytes are read at their place rather than mapped: a file that is cut short while it is read is then an error, not a
//! signal that ends the process.

use std::fs::File;
use std::io::{BufReader, Read};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

use arrow_schema::{DataType, Field, Schema, SchemaRef};
use bytes::Bytes;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use parquet::basic::Encoding;
use parquet::errors::ParquetError;
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::reader::{ChunkReader, Length};

use crate::Error;
use crate::scan::{Places, Plan, is_text};

/// A file ready to be read.
pub(super) struct OpenFile {
    /// Which of the files of the scan.
    pub(super) index: usize,
    /// As errors name it.
    pub(super) name: String,
    pub(super) input: Input,
    /// With the types that the file declares.
    pub(super) metadata: ArrowReaderMetadata,
    pub(super) places: Places,
}

impl OpenFile {
    /// Opens a file; `expected` are the columns of the hits as the first file of the scan has them.
    pub(super) fn open(
        index: usize,
        path: &Path,
        plan: &Plan,
        expected: &SchemaRef,
    ) -> Result<Self, Error> {
        let name = path.display().to_string();
        let (input, metadata) = footer(path)?;
        let places = plan
            .places(metadata.schema(), Some(expected))
            .map_err(|error| error.in_file(&name))?;
        Ok(Self {
            index,
            name,
            input,
            metadata,
            places,
        })
    }

    /// The footer with the key columns of one row group typed as they are quickest to look up: text as views, or as a
    /// dictionary where every page of the chunk is dictionary-coded, so that each word is read and looked up once.
    pub(super) fn key_metadata(
        &self,
        row_group: usize,
    ) -> Result<ArrowReaderMetadata, ParquetError> {
        let schema = self.metadata.schema();
        let chunks = self.metadata.metadata().row_group(row_group).columns();
        let mut fields: Vec<Arc<Field>> = schema.fields().iter().cloned().collect();
        let mut changed = false;
        for &at in &self.places.keys {
            let field = &fields[at];
            if is_text(field.data_type()) {
                let chunk = self.leaf(at).and_then(|leaf| chunks.get(leaf));
                let quick = if chunk.is_some_and(is_dictionary_coded) {
                    DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
                } else {
                    DataType::Utf8View
                };
                fields[at] = Arc::new(field.as_ref().clone().with_data_type(quick));
                changed = true;
            }
        }
        if !changed {
            return Ok(self.metadata.clone());
        }
        let options = ArrowReaderOptions::new().with_schema(Arc::new(Schema::new(fields)));
        ArrowReaderMetadata::try_new(Arc::clone(self.metadata.metadata()), options)
    }

    /// The leaf column of a root column that has but one.
    fn leaf(&self, root: usize) -> Option<usize> {
        let schema = self.metadata.parquet_schema();
        (0..schema.num_columns()).find(|&leaf| schema.get_column_root_idx(leaf) == root)
    }
}

/// Opens a file and reads its footer.
fn footer(path: &Path) -> Result<(Input, ArrowReaderMetadata), Error> {
    let input = Input::open(path)?;
    let metadata = ArrowReaderMetadata::load(&input, ArrowReaderOptions::new())
        .map_err(|error| unreadable(None, &error).in_file(&path.display().to_string()))?;
    Ok((input, metadata))
}

/// The columns of a file, as its footer declares them.
pub(super) fn schema(path: &Path) -> Result<SchemaRef, Error> {
    footer(path).map(|(_, metadata)| Arc::clone(metadata.schema()))
}

/// Whether every data page of a chunk is coded by its dictionary. Unknown counts as no: a dictionary forced on a chunk
/// that fell back to plain pages costs several times what it saves.
fn is_dictionary_coded(chunk: &ColumnChunkMetaData) -> bool {
    chunk.dictionary_page_offset().is_some()
        && chunk.page_encoding_stats_mask().is_some_and(|mask| {
            mask.is_only(Encoding::PLAIN_DICTIONARY) || mask.is_only(Encoding::RLE_DICTIONARY)
        })
}

/// What the reader of Parquet says, for people.
pub(super) fn unreadable(row_group: Option<usize>, error: &ParquetError) -> Error {
    let why = match error {
        ParquetError::General(why) | ParquetError::EOF(why) | ParquetError::ArrowError(why) => {
            why.clone()
        }
        ParquetError::NYI(why) => format!("not supported: {why}"),
        other => other.to_string(),
    };
    Error::Unreadable { row_group, why }
}

/// The bytes of a file, read at their place, by any number of threads.
#[derive(Clone)]
pub(super) struct Input {
    file: Arc<File>,
    len: u64,
}

impl Input {
    fn open(path: &Path) -> Result<Self, Error> {
        let opened = File::open(path).and_then(|file| {
            let len = file.metadata()?.len();
            Ok((Arc::new(file), len))
        });
        let (file, len) = opened.map_err(|error| Error::file(path, error))?;
        Ok(Self { file, len })
    }
}

impl Length for Input {
    fn len(&self) -> u64 {
        self.len
    }
}

impl ChunkReader for Input {
    type T = BufReader<At>;

    fn get_read(&self, start: u64) -> Result<Self::T, ParquetError> {
        let at = At {
            file: Arc::clone(&self.file),
            offset: start,
        };
        // Only page headers are read this way; they are a few dozen bytes.
        Ok(BufReader::with_capacity(512, at))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes, ParquetError> {
        if start
            .checked_add(length as u64)
            .is_none_or(|end| end > self.len)
        {
            let why = "the file ends before its contents do";
            return Err(ParquetError::EOF(why.to_owned()));
        }
        let mut bytes = vec![0; length];
        self.file.read_exact_at(&mut bytes, start)?;
        Ok(bytes.into())
    }
}

/// A place in a file, from which it is read on.
pub(super) struct At {
    file: Arc<File>,
    offset: u64,
}

impl Read for At {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.file.read_at(buffer, self.offset)?;
        self.offset += read as u64;
        Ok(read)
    }
}
