//! Local Parquet files and sets -> the hit rows, at the speed of reading the key columns.
//!
//! One idea: **the key columns first, the other columns only for hits.** A file is cut into `Part`s of about a million
//! rows. A part reads its key columns, looks up every cell, and reads the other columns for the hit rows. Parts run in
//! parallel, and their results are returned in the order of the files. So the result does not depend on the number of
//! threads, and memory use depends on the running parts, not on the files.
//!
//! Owns how files become parts, and their errors. Independent of what numbers mean.

mod bytes;
mod file;
mod hit_texts;
mod hybrid;
mod key_batches;
mod key_stream;
mod part;
mod row_group;
mod text_pages;
mod thrift;
mod types;
mod units;

use std::path::Path;

use arrow_schema::SchemaRef;

use crate::Error;
pub(crate) use file::ParquetFile;
pub(crate) use key_batches::{KeyBatch, KeyBatches};
pub(crate) use key_stream::ReadKeys;
pub(crate) use part::Parts;
pub(crate) use row_group::{Batches, RowGroup};
pub(crate) use units::{ReadBatches, ReadGroup, Units, units};

/// The columns of a file, as its footer declares them.
///
/// # Errors
/// [`Error::File`], [`Error::Unreadable`].
pub fn schema(path: &Path) -> Result<SchemaRef, Error> {
    file::schema(path)
}
