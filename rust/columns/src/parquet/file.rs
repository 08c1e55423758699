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
use crate::scan::{Places, Plan};

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
        expected: Option<&SchemaRef>,
    ) -> Result<Self, Error> {
        let input = Input::open(path)?;
        let metadata = ArrowReaderMetadata::load(&input, ArrowReaderOptions::new())
            .map_err(|error| unreadable(None, &error))?;
        let mut places = plan.places(metadata.schema())?;
        if let Some(expected) = expected {
            places = agree(places, metadata.schema(), expected, plan)?;
        }
        Ok(Self {
            index,
            name: path.display().to_string(),
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

fn is_text(data_type: &DataType) -> bool {
    match data_type {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        DataType::Dictionary(_, values) => is_text(values),
        _ => false,
    }
}

/// Whether every data page of a chunk is coded by its dictionary. Unknown counts as no: a dictionary forced on a chunk
/// that fell back to plain pages costs several times what it saves.
fn is_dictionary_coded(chunk: &ColumnChunkMetaData) -> bool {
    chunk.dictionary_page_offset().is_some()
        && chunk.page_encoding_stats_mask().is_some_and(|mask| {
            mask.is_only(Encoding::PLAIN_DICTIONARY) || mask.is_only(Encoding::RLE_DICTIONARY)
        })
}

/// Columns that hold the same text in different layouts are the same column.
fn same_values(found: &DataType, expected: &DataType) -> bool {
    found.equals_datatype(expected) || (is_text(found) && is_text(expected))
}

/// Checks that a later file has the columns of the first, by name, and takes them in the order of the first.
fn agree(
    places: Places,
    schema: &Schema,
    expected: &SchemaRef,
    plan: &Plan,
) -> Result<Places, Error> {
    let wanted = &expected.fields()[..expected.fields().len() - plan.lookups().len()];
    let mut handed_on = Vec::with_capacity(wanted.len());
    for field in wanted {
        let at = places
            .handed_on
            .iter()
            .copied()
            .find(|&at| schema.field(at).name() == field.name())
            .ok_or_else(|| Error::NoSuchColumn {
                column: field.name().clone(),
                have: schema.fields().iter().map(|f| f.name().clone()).collect(),
            })?;
        let (found, expected) = (schema.field(at).data_type(), field.data_type());
        if !same_values(found, expected) {
            return Err(Error::TypeChanged {
                found: found.to_string(),
                expected: expected.to_string(),
            }
            .in_column(field.name()));
        }
        handed_on.push(at);
    }
    if let Some(&more) = places.handed_on.iter().find(|at| !handed_on.contains(at)) {
        return Err(Error::NewColumn(schema.field(more).name().clone()));
    }
    Ok(Places {
        keys: places.keys,
        handed_on,
        schema: Arc::clone(expected),
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
            Ok((file, len))
        });
        match opened {
            Ok((file, len)) => Ok(Self {
                file: Arc::new(file),
                len,
            }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(Error::FileMissing),
            Err(error) => Err(Error::Unreadable {
                row_group: None,
                why: error.to_string(),
            }),
        }
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
