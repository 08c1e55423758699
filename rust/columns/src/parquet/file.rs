//! One open Parquet file: its footer, and the indices of the columns of a plan.

use std::path::Path;
use std::sync::Arc;

use arrow_schema::{DataType, Field, Schema, SchemaRef};
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use parquet::basic::Encoding;
use parquet::errors::ParquetError;
use parquet::file::metadata::ColumnChunkMetaData;

use super::bytes::Input;
use super::types::{unknown_types, whole_types};
use crate::Error;
use crate::field::is_text;
use crate::guard::guarded;
use crate::scan::{Projection, ScanPlan};

/// An open file with its footer, which may be read by any number of threads.
pub(crate) struct ParquetFile {
    /// The name in errors.
    pub(crate) name: String,
    pub(super) input: Input,
    /// Metadata with the types that the file declares, or that hold more.
    pub(crate) metadata: ArrowReaderMetadata,
    /// Whether some of its columns are encrypted.
    pub(super) is_encrypted: bool,
}

impl ParquetFile {
    /// Opens a file and reads its footer.
    ///
    /// # Errors
    /// [`Error::File`], [`Error::Unreadable`], in the file.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let (input, metadata, is_encrypted) = footer(path)?;
        Ok(Self {
            name: path.display().to_string(),
            input,
            metadata,
            is_encrypted,
        })
    }
}

/// An open file of a scan.
pub(super) struct OpenFile {
    /// Its index among the files of the scan.
    pub(super) index: usize,
    pub(super) file: Arc<ParquetFile>,
    pub(super) projection: Projection,
}

impl OpenFile {
    /// Opens a file; `expected` has the columns of the hits, from the first file of the scan.
    pub(super) fn open(
        index: usize,
        path: &Path,
        plan: &ScanPlan,
        expected: &SchemaRef,
    ) -> Result<Self, Error> {
        let file = ParquetFile::open(path)?;
        let projection = plan
            .project(file.metadata.schema(), Some(expected))
            .map_err(|error| error.in_file(&file.name))?;
        Ok(Self {
            index,
            file: Arc::new(file),
            projection,
        })
    }
}

/// The footer, with the root columns `keys` of one row group typed for the fastest lookup: text as views, or as a
/// dictionary if every page of the chunk is dictionary-coded, so that each dictionary entry is read once.
pub(super) fn key_metadata(
    metadata: &ArrowReaderMetadata,
    row_group: usize,
    keys: &[usize],
) -> Result<ArrowReaderMetadata, ParquetError> {
    let chunks = metadata.metadata().row_group(row_group).columns();
    let mut fields: Vec<Arc<Field>> = metadata.schema().fields().iter().cloned().collect();
    let mut changed = false;
    for &at in keys {
        let field = &fields[at];
        if is_text(field.data_type()) {
            let chunk = leaf(metadata, at).and_then(|leaf| chunks.get(leaf));
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
        return Ok(metadata.clone());
    }
    let options = ArrowReaderOptions::new().with_schema(Arc::new(Schema::new(fields)));
    ArrowReaderMetadata::try_new(Arc::clone(metadata.metadata()), options)
}

/// The leaf column of a root column that has one leaf.
pub(super) fn leaf(metadata: &ArrowReaderMetadata, root: usize) -> Option<usize> {
    let schema = metadata.parquet_schema();
    (0..schema.num_columns()).find(|&leaf| schema.get_column_root_idx(leaf) == root)
}

/// Opens a file and reads its footer; whether some of its columns are encrypted.
pub(super) fn footer(path: &Path) -> Result<(Input, ArrowReaderMetadata, bool), Error> {
    let input = Input::open(path)?;
    let read = || -> Result<_, ParquetError> {
        let is_encrypted = input.check_footer()?;
        let metadata = ArrowReaderMetadata::load(&input, ArrowReaderOptions::new())?;
        input.set_chunks(metadata.metadata())?;
        Ok((whole_types(metadata)?, is_encrypted))
    };
    let (metadata, is_encrypted) = guarded(read)
        .map_err(|error| why_unread(&input, error).in_file(&path.display().to_string()))?;
    Ok((input, metadata, is_encrypted))
}

/// Why a footer cannot be read: it has types that its writer alone has, or is damaged.
fn why_unread(input: &Input, error: ParquetError) -> Error {
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let load = || {
        // As before the first attempt: what fails this check would end the process.
        input.check_footer()?;
        ArrowReaderMetadata::load(input, options)
    };
    let plain = guarded(load);
    let unknown = plain.map(|plain| unknown_types(plain.metadata()));
    match unknown {
        Ok(columns) if !columns.is_empty() => Error::UnknownTypes(columns),
        _ => Error::unreadable(None, error),
    }
}

/// The columns of a file, as its footer declares them.
pub(super) fn schema(path: &Path) -> Result<SchemaRef, Error> {
    footer(path).map(|(_, metadata, _)| Arc::clone(metadata.schema()))
}

/// Whether every data page of a chunk is dictionary-coded; false if unknown. Reading plain pages as a dictionary costs
/// several times what a dictionary saves.
fn is_dictionary_coded(chunk: &ColumnChunkMetaData) -> bool {
    chunk.dictionary_page_offset().is_some()
        && chunk.page_encoding_stats_mask().is_some_and(|mask| {
            mask.is_only(Encoding::PLAIN_DICTIONARY) || mask.is_only(Encoding::RLE_DICTIONARY)
        })
}
