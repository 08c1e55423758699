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
use super::units::ReadBatches;
use crate::Error;
use crate::guard::guarded;

/// Rows of a batch at the most, however many a footer states.
pub(super) const LONGEST: usize = 1 << 22;

/// A row group of a file.
#[derive(Clone)]
pub(crate) struct RowGroup {
    pub(crate) file: Arc<ParquetFile>,
    pub(crate) index: usize,
}

/// Root columns of a row group, batch by batch.
pub(crate) struct Batches {
    group: RowGroup,
    roots: Arc<[usize]>,
    reader: ParquetRecordBatchReader,
    seen: u64,
}

impl ReadBatches for Batches {
    /// The columns in the order in which they were requested, and the number of rows before the batch.
    type Batch = (Vec<ArrayRef>, u64);

    fn next(&mut self) -> Result<Option<(Vec<ArrayRef>, u64)>, Error> {
        let before = self.seen;
        let Some(batch) = self.group.next(&mut self.reader)? else {
            self.group.check_rows(before, self.group.stated_rows())?;
            return Ok(None);
        };
        self.seen += batch.num_rows() as u64;
        let column = |&root| Arc::clone(batch.column(rank(&self.roots, root)));
        Ok(Some((self.roots.iter().map(column).collect(), before)))
    }
}

impl RowGroup {
    /// All row groups of a file.
    pub(crate) fn all_of(file: &Arc<ParquetFile>) -> impl Iterator<Item = Self> + use<> {
        let file = Arc::clone(file);
        (0..file.metadata.metadata().num_row_groups()).map(move |index| Self {
            file: Arc::clone(&file),
            index,
        })
    }

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
    /// batches of about `batch` rows.
    pub(crate) fn batches(
        &self,
        roots: &Arc<[usize]>,
        keys: usize,
        batch: usize,
    ) -> Result<Batches, Error> {
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
        Ok(Batches {
            group: self.clone(),
            roots: Arc::clone(roots),
            reader: self.reader(metadata, roots.iter().copied(), None, batch)?,
            seen: 0,
        })
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
        self.in_file(match self.file.is_encrypted {
            true => Error::Encrypted,
            false => Error::unreadable(Some(self.index), error),
        })
    }

    pub(crate) fn in_file(&self, error: impl Into<Error>) -> Error {
        error.into().in_file(&self.file.name)
    }
}

/// The index of a root column among the columns of a reader of `roots`, which are in the order of the file, once each.
fn rank(roots: &[usize], root: usize) -> usize {
    let mut before: Vec<usize> = roots
        .iter()
        .copied()
        .filter(|&other| other < root)
        .collect();
    before.sort_unstable();
    before.dedup();
    before.len()
}
