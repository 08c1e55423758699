//! Which rows of a batch name a member of a set in one of their key columns, and which member.
//!
//! Owns the [`Plan`] of a scan (what is looked up where, what is handed on), the search through one batch, and the
//! [`Tally`]. Independent of files: [`crate::parquet`] and [`crate::csv`] bring rows from
//! those, and callers bring their own.

mod plan;
mod search;
mod tally;

use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, RecordBatch, RecordBatchOptions, UInt32Array};
use arrow_schema::SchemaRef;
use arrow_select::filter::filter_record_batch;
use arrow_select::take::take;

pub use plan::{Lookup, MATCH, Places, Plan};
pub(crate) use plan::{find_column, is_text};
pub(crate) use search::{Found, Search};
pub use tally::{ColumnTally, Tally};

use crate::Error;
use crate::column::{Column, Keys};
use crate::csv::Lines;
use crate::guard::check_rows;
use crate::parallel::Threads;
use crate::regions::{Reads, Regions};
use search::search;

/// What a run through files or a text hands over.
#[derive(Debug)]
pub enum Event {
    /// Hits of the n-th file.
    Hits(usize, RecordBatch),
    /// What stands between the rows of the n-th file.
    Lines(usize, Lines),
    /// Rows of the n-th file that may be no data: their lines, and the text of each.
    Doubtful(usize, Vec<(u64, Vec<u8>)>),
    /// More of the n-th file was looked at.
    Read(usize),
    /// The file was read to its end.
    FileDone(usize),
    /// The file could not be read to its end. What was handed over of it stands.
    FileFailed(usize, Error),
    /// Nothing yet.
    Waiting,
}

/// The hits of one batch of the schema that `places` was made for; `None` if it has none.
///
/// # Errors
/// [`Error::UnsupportedType`]; [`Error::Arrow`] for a column whose rows Arrow cannot pick.
pub fn scan(
    plan: &Plan,
    places: &Places,
    batch: &RecordBatch,
    threads: Threads,
    tally: &mut Tally,
) -> Result<Option<RecordBatch>, Error> {
    let found = look_up(plan, places, batch, threads, tally)?;
    if found.rows.is_empty() {
        return Ok(None);
    }
    let len = found.rows.len();
    let rows = UInt32Array::from(found.rows);
    let mut hits = places
        .handed_on
        .iter()
        .zip(places.schema.fields())
        .map(|(&at, field)| {
            check_rows(batch.column(at), rows.values())?;
            let cells = take(batch.column(at), &rows, None)?;
            Ok(arrow_cast::cast(&cells, field.data_type())?)
        })
        .collect::<Result<Vec<_>, Error>>()?;
    let matches = Found::match_columns(found.matches);
    tally.count_hits(plan.lookups(), &matches);
    hits.extend(matches);
    assemble(&places.schema, hits, len).map(Some)
}

/// Every row of one batch, hit or not, with what matched; counted as [`scan`] counts.
///
/// # Errors
/// As [`scan`].
pub fn mark(
    plan: &Plan,
    places: &Places,
    batch: &RecordBatch,
    threads: Threads,
    tally: &mut Tally,
) -> Result<RecordBatch, Error> {
    let found = look_up(plan, places, batch, threads, tally)?;
    let len = batch.num_rows();
    let mut columns = places
        .handed_on
        .iter()
        .zip(places.schema.fields())
        .map(|(&at, field)| Ok(arrow_cast::cast(batch.column(at), field.data_type())?))
        .collect::<Result<Vec<_>, Error>>()?;
    let spread = found.matches.iter().map(|matches| {
        let mut keys = vec![0; len];
        for (&row, &key) in found.rows.iter().zip(matches) {
            keys[row as usize] = key;
        }
        keys
    });
    columns.extend(Found::match_columns(spread.collect()));
    tally.count_hits(plan.lookups(), &Found::match_columns(found.matches));
    assemble(&places.schema, columns, len)
}

/// The rows of a batch in which a lookup hits.
fn look_up(
    plan: &Plan,
    places: &Places,
    batch: &RecordBatch,
    threads: Threads,
    tally: &mut Tally,
) -> Result<Found, Error> {
    let arrays: Vec<&ArrayRef> = places.keys.iter().map(|&at| batch.column(at)).collect();
    for (n, array) in arrays.iter().enumerate() {
        tally.look_at(plan.lookups(), n, array.as_ref());
    }
    let regions = places
        .regions
        .map(|at| Regions::of(batch.column(at).as_ref()));
    let regions = regions.transpose()?;
    let columns = key_columns(plan.lookups(), &arrays, regions.as_ref())?;
    Ok(search(plan.lookups(), columns, threads, tally))
}

/// The key columns of a batch, in the order of the lookups, ready to be read.
fn key_columns<'a>(
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

/// The rows of a batch where `kept` is true, in columns of any type.
///
/// # Errors
/// [`Error::Arrow`] if there is not one of `kept` for each row.
pub fn keep(batch: &RecordBatch, kept: &BooleanArray) -> Result<RecordBatch, Error> {
    Ok(filter_record_batch(batch, kept)?)
}

/// A batch of `len` rows, of columns or of none.
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
