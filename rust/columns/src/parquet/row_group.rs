//! One row group of an open file: its readers, and errors that name the file and the group.
//!
//! Scans, linkage and comparisons read through it. Independent of the search.

use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::DataType;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder, RowSelection,
};
use parquet::errors::ParquetError;

use super::file::{ParquetFile, key_metadata};
use crate::Error;
use crate::guard::guarded;

/// Rows of a batch at the most, however many a footer states.
const LONGEST: usize = 1 << 22;

/// A row group of a file.
#[derive(Clone)]
pub(crate) struct RowGroup {
    pub(crate) file: Arc<ParquetFile>,
    pub(crate) index: usize,
}

impl RowGroup {
    /// The footer, with key columns typed for the fastest lookup: see [`key_metadata`].
    ///
    /// # Errors
    /// [`Error::Unreadable`], in the file, as in the other methods.
    pub(crate) fn key_metadata(&self, keys: &[usize]) -> Result<ArrowReaderMetadata, Error> {
        guarded(|| key_metadata(&self.file.metadata, self.index, keys))
            .map_err(|error| self.unreadable(error))
    }

    /// Reads root columns in batches of at most `batch` rows: those of `selection`, or all.
    pub(crate) fn reader(
        &self,
        metadata: ArrowReaderMetadata,
        roots: impl IntoIterator<Item = usize>,
        selection: Option<RowSelection>,
        batch: usize,
    ) -> Result<ParquetRecordBatchReader, Error> {
        let mask = ProjectionMask::roots(metadata.parquet_schema(), roots);
        let input = self.file.input.clone();
        let mut builder = ParquetRecordBatchReaderBuilder::new_with_metadata(input, metadata)
            .with_projection(mask)
            .with_row_groups(vec![self.index])
            .with_batch_size(batch);
        if let Some(selection) = selection {
            builder = builder.with_row_selection(selection);
        }
        guarded(|| builder.build()).map_err(|error| self.unreadable(error))
    }

    /// Reads root columns whole, of which the first `keys` are typed as in [`key_metadata`](Self::key_metadata), in
    /// batches of about `batch` rows. [`in_order`] takes the columns from a batch.
    pub(crate) fn key_reader(
        &self,
        roots: &[usize],
        keys: usize,
        batch: usize,
    ) -> Result<ParquetRecordBatchReader, Error> {
        let keys = &roots[..keys];
        let metadata = self.key_metadata(keys)?;
        // The words of a dictionary are read once a batch, so with one a row group is one batch.
        let of_dictionary = keys.iter().any(|&at| {
            let data_type = metadata.schema().field(at).data_type();
            matches!(data_type, DataType::Dictionary(..))
        });
        let batch = if of_dictionary {
            usize::try_from(self.stated_rows())
                .unwrap_or(batch)
                .clamp(1, LONGEST)
        } else {
            batch
        };
        self.reader(metadata, roots.iter().copied(), None, batch)
    }

    /// The number of rows in the header.
    pub(crate) fn stated_rows(&self) -> i64 {
        self.file
            .metadata
            .metadata()
            .row_group(self.index)
            .num_rows()
    }

    /// The next batch of a reader.
    pub(crate) fn next(
        &self,
        reader: &mut ParquetRecordBatchReader,
    ) -> Result<Option<RecordBatch>, Error> {
        guarded(|| reader.next().transpose().map_err(ParquetError::from))
            .map_err(|error| self.unreadable(error))
    }

    /// A row group must have the number of rows in its header; otherwise cells of different rows would be joined.
    pub(crate) fn check_rows(&self, seen: u64, stated: i64) -> Result<(), Error> {
        if u64::try_from(stated) == Ok(seen) {
            return Ok(());
        }
        Err(self.broken(format!(
            "it has {seen} rows, but its header states {stated}"
        )))
    }

    /// An error of this row group.
    pub(crate) fn broken(&self, why: impl Into<String>) -> Error {
        self.unreadable(ParquetError::General(why.into()))
    }

    /// An error of the Parquet reader, in this row group.
    pub(crate) fn unreadable(&self, error: ParquetError) -> Error {
        self.in_file(Error::unreadable(Some(self.index), error))
    }

    pub(crate) fn in_file(&self, error: impl Into<Error>) -> Error {
        error.into().in_file(&self.file.name)
    }
}

/// The columns of a batch of a reader of `roots`, in the order of `roots`.
pub(crate) fn in_order(batch: &RecordBatch, roots: &[usize]) -> Vec<ArrayRef> {
    let column = |&root| Arc::clone(batch.column(rank(roots, root)));
    roots.iter().map(column).collect()
}

/// The index of a root column among the columns of a reader of `roots`, which are in the order of the file, once each.
pub(super) fn rank(roots: &[usize], root: usize) -> usize {
    let mut before: Vec<usize> = roots
        .iter()
        .copied()
        .filter(|&other| other < root)
        .collect();
    before.sort_unstable();
    before.dedup();
    before.len()
}
