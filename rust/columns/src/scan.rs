//! The rows of a batch with a member of a set in one of their key columns, and that member.
//!
//! Owns the [`ScanPlan`] of a scan (the lookups and the output columns), the search in one batch, and the [`Tally`].
//! Independent of files: [`crate::parquet`] and [`crate::csv`] read rows from files, and callers may pass their own.

mod plan;
mod search;
mod tally;

use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, RecordBatch, RecordBatchOptions, UInt32Array};
use arrow_schema::SchemaRef;
use arrow_select::filter::filter_record_batch;
use arrow_select::take::take;

pub(crate) use plan::find_column;
pub use plan::{Lookup, MATCH, Projection, ScanPlan};
pub(crate) use search::{RunHits, Search};
pub use tally::{ColumnTally, Tally};

use crate::Error;
use crate::column::{Column, Keys};
use crate::csv::Lines;
use crate::guard::{check_cells, check_rows};
use crate::parallel::Threads;
use crate::regions::{Reads, Regions};
use search::search;

/// A result of a scan of files or of a text.
#[derive(Debug)]
pub enum Event {
    /// Hits of the n-th file.
    Hits(usize, RecordBatch),
    /// The lines of the n-th file that are not rows.
    Lines(usize, Lines),
    /// Rows of the n-th file that may be non-data lines: the line number and the text of each.
    Doubtful(usize, Vec<(u64, Vec<u8>)>),
    /// More of the n-th file was read, without a hit.
    Read(usize),
    /// The file was read to its end.
    FileDone(usize),
    /// The file could not be read to its end. Its earlier results are valid.
    FileFailed(usize, Error),
    /// No result yet.
    Waiting,
}

/// One result of a part of a file.
pub(crate) struct Outcome {
    /// The number of the file.
    pub(crate) file: usize,
    /// Hits, if there are some.
    pub(crate) batch: Option<RecordBatch>,
    /// The counts since the last result.
    pub(crate) tally: Tally,
    /// Whether the file ends here.
    pub(crate) last: bool,
}

/// A result of a part, or the file that failed and its error.
pub(crate) type Step = Result<Outcome, (usize, Error)>;

/// The hits of one batch, whose schema is that of `projection`; `None` if it has no hits.
///
/// # Errors
/// [`Error::UnsupportedType`]; [`Error::Arrow`] for a column of a type whose rows Arrow cannot select.
pub fn scan(
    plan: &ScanPlan,
    projection: &Projection,
    batch: &RecordBatch,
    threads: Threads,
    tally: &mut Tally,
) -> Result<Option<RecordBatch>, Error> {
    let found = look_up(plan, projection, batch, threads, tally)?;
    if found.rows.is_empty() {
        return Ok(None);
    }
    let len = found.rows.len();
    let rows = UInt32Array::from(found.rows);
    let mut hits = projection
        .output
        .iter()
        .zip(projection.schema.fields())
        .map(|(&at, field)| {
            check_rows(batch.column(at), rows.values())?;
            let cells = take(batch.column(at), &rows, None)?;
            Ok(arrow_cast::cast(&cells, field.data_type())?)
        })
        .collect::<Result<Vec<_>, Error>>()?;
    let matches = RunHits::match_columns(found.matches);
    tally.count_hits(plan.lookups(), &matches);
    hits.extend(matches);
    assemble(&projection.schema, hits, len).map(Some)
}

/// Every row of one batch with its matches, whether it is a hit or not. Counts as [`scan`] does.
///
/// # Errors
/// As [`scan`].
pub fn mark(
    plan: &ScanPlan,
    projection: &Projection,
    batch: &RecordBatch,
    threads: Threads,
    tally: &mut Tally,
) -> Result<RecordBatch, Error> {
    let found = look_up(plan, projection, batch, threads, tally)?;
    let len = batch.num_rows();
    let mut columns = projection
        .output
        .iter()
        .zip(projection.schema.fields())
        .map(|(&at, field)| {
            let column = batch.column(at);
            if column.data_type() != field.data_type() {
                check_cells(column)?;
            }
            Ok(arrow_cast::cast(column, field.data_type())?)
        })
        .collect::<Result<Vec<_>, Error>>()?;
    let by_row = found.matches.iter().map(|matches| {
        let mut keys = vec![0; len];
        for (&row, &key) in found.rows.iter().zip(matches) {
            keys[row as usize] = key;
        }
        keys
    });
    columns.extend(RunHits::match_columns(by_row.collect()));
    tally.count_hits(plan.lookups(), &RunHits::match_columns(found.matches));
    assemble(&projection.schema, columns, len)
}

/// The rows of a batch with a hit.
fn look_up(
    plan: &ScanPlan,
    projection: &Projection,
    batch: &RecordBatch,
    threads: Threads,
    tally: &mut Tally,
) -> Result<RunHits, Error> {
    let arrays: Vec<&ArrayRef> = projection.keys.iter().map(|&at| batch.column(at)).collect();
    for (n, array) in arrays.iter().enumerate() {
        tally.check_national(plan.lookups(), n, array.as_ref());
    }
    let regions = projection
        .regions
        .map(|at| Regions::of(batch.column(at).as_ref()));
    let regions = regions.transpose()?;
    let columns = key_columns(plan.lookups(), &arrays, regions.as_ref())?;
    Ok(search(plan.lookups(), columns, threads, tally))
}

/// The key columns of a batch, in the order of the lookups.
pub(crate) fn key_columns<'a>(
    lookups: &[Lookup],
    arrays: &[&'a ArrayRef],
    regions: Option<&'a Regions>,
) -> Result<Vec<Column<'a>>, Error> {
    lookups
        .iter()
        .zip(arrays)
        .map(|(lookup, &array)| {
            let reads = match (lookup.keys, regions) {
                (Keys::Msisdn(_), Some(regions)) => regions.reads(),
                (keys, _) => Reads::As(keys),
            };
            Column::reading(array.as_ref(), reads).map_err(|error| error.in_column(&lookup.column))
        })
        .collect()
}

/// The rows of a batch for which `kept` is true; columns of any type.
///
/// # Errors
/// [`Error::Arrow`] if `kept` and the batch differ in length.
pub fn keep(batch: &RecordBatch, kept: &BooleanArray) -> Result<RecordBatch, Error> {
    Ok(filter_record_batch(batch, kept)?)
}

/// A batch of `len` rows, which may have no columns.
pub(crate) fn assemble(
    schema: &SchemaRef,
    columns: Vec<ArrayRef>,
    len: usize,
) -> Result<RecordBatch, Error> {
    let options = RecordBatchOptions::new().with_row_count(Some(len));
    Ok(RecordBatch::try_new_with_options(
        Arc::clone(schema),
        columns,
        &options,
    )?)
}
