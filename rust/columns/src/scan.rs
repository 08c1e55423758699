//! Which rows of a batch name a member of a set in one of their key columns, and which member.
//!
//! Owns the plan of a scan (what is looked up where, what is handed on), the search through one batch, and the tally.
//! Knows no files: `parquet` brings batches from those, and callers bring their own.

use std::collections::HashSet;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::UInt64Type;
use arrow_array::{Array, ArrayRef, RecordBatch, RecordBatchOptions, UInt32Array, new_empty_array};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use arrow_select::take::take;
use numguard_core::notes::Note;
use numguard_core::set::{FrozenSet, KeyType};

use crate::Error;
use crate::column::{Column, Keys};
use crate::normalize::from_keys;
use crate::refused::{looks_national, note_of};

/// Rows whose keys are read before they are looked up: 16 KiB of keys, which stay in the first cache.
const BLOCK: usize = 2048;

/// What is added to a key column's name to name the column of its matches.
pub const MATCH: &str = "_match";

/// A key column and the set its cells are looked up in.
#[derive(Clone, Debug)]
pub struct Lookup {
    /// The column's name.
    pub column: String,
    /// What its cells are read as.
    pub keys: Keys,
    /// The members.
    pub set: FrozenSet,
}

/// What a scan looks up and what it hands on.
#[derive(Clone, Debug)]
pub struct Plan {
    lookups: Vec<Lookup>,
    columns: Option<Vec<String>>,
}

impl Plan {
    /// A plan of at least one lookup that hands on `columns` of each hit row (`None`: all) and the matches.
    ///
    /// # Errors
    /// [`Error::KeyType`] if a set holds another type of key than its column is read as.
    pub fn new(lookups: Vec<Lookup>, columns: Option<Vec<String>>) -> Result<Self, Error> {
        if lookups
            .iter()
            .any(|lookup| lookup.set.key_type() != lookup.keys.key_type())
        {
            return Err(Error::KeyType);
        }
        Ok(Self { lookups, columns })
    }

    /// The lookups, in the order of the match columns.
    #[must_use]
    pub fn lookups(&self) -> &[Lookup] {
        &self.lookups
    }

    /// Where the columns of this plan stand in `schema`. Where the columns of the hits are settled already, by the
    /// first file of a scan, they are taken by name, in that order.
    ///
    /// # Errors
    /// [`Error::NoSuchColumn`], [`Error::RepeatedColumn`], [`Error::MatchColumn`], [`Error::UnsupportedType`]; against
    /// a first file also [`Error::TypeChanged`] and [`Error::NewColumn`].
    pub fn places(&self, schema: &Schema, settled: Option<&SchemaRef>) -> Result<Places, Error> {
        let find = |name: &str| find_column(name, schema);
        let keys = self
            .lookups
            .iter()
            .map(|lookup| {
                let at = find(&lookup.column)?;
                Column::new(&new_empty_array(schema.field(at).data_type()), lookup.keys)
                    .map_err(|error| error.in_column(&lookup.column))?;
                Ok(at)
            })
            .collect::<Result<Vec<_>, Error>>()?;
        let handed_on = match &self.columns {
            None => (0..schema.fields().len()).collect(),
            Some(names) => names
                .iter()
                .map(|name| find(name))
                .collect::<Result<Vec<_>, Error>>()?,
        };
        if let Some(settled) = settled {
            return self.agree(schema, settled, keys, &handed_on);
        }
        let mut fields: Vec<Field> = handed_on
            .iter()
            // Another file of the same scan may have nulls where the first has none.
            .map(|&at| schema.field(at).clone().with_nullable(true))
            .collect();
        for lookup in &self.lookups {
            let name = format!("{}{MATCH}", lookup.column);
            if fields.iter().any(|field| field.name() == &name) {
                return Err(Error::MatchColumn(name));
            }
            fields.push(Field::new(name, DataType::UInt64, true));
        }
        Ok(Places {
            keys,
            handed_on,
            schema: Arc::new(Schema::new(fields)),
        })
    }

    /// Takes the columns `present` in the order of the first file, and checks that they are the same.
    fn agree(
        &self,
        schema: &Schema,
        settled: &SchemaRef,
        keys: Vec<usize>,
        present: &[usize],
    ) -> Result<Places, Error> {
        let wanted = &settled.fields()[..settled.fields().len() - self.lookups.len()];
        let mut handed_on = Vec::with_capacity(wanted.len());
        for field in wanted {
            let at = present
                .iter()
                .copied()
                .find(|&at| schema.field(at).name() == field.name())
                .ok_or_else(|| no_such_column(field.name(), schema))?;
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
        if let Some(&more) = present.iter().find(|at| !handed_on.contains(at)) {
            return Err(Error::NewColumn(schema.field(more).name().clone()));
        }
        Ok(Places {
            keys,
            handed_on,
            schema: Arc::clone(settled),
        })
    }
}

fn no_such_column(column: &str, schema: &Schema) -> Error {
    Error::NoSuchColumn {
        column: column.to_owned(),
        have: schema.fields().iter().map(|f| f.name().clone()).collect(),
    }
}

/// Columns that hold the same text in different layouts are the same column.
fn same_values(found: &DataType, expected: &DataType) -> bool {
    found.equals_datatype(expected) || (is_text(found) && is_text(expected))
}

/// Where the one column of that name stands.
pub(crate) fn find_column(name: &str, schema: &Schema) -> Result<usize, Error> {
    let mut found = schema.fields().iter().enumerate();
    let mut found = found.by_ref().filter(|(_, field)| field.name() == name);
    match (found.next(), found.next()) {
        (Some((at, _)), None) => Ok(at),
        (Some(_), Some(_)) => Err(Error::RepeatedColumn(name.to_owned())),
        (None, _) => Err(no_such_column(name, schema)),
    }
}

pub(crate) fn is_text(data_type: &DataType) -> bool {
    match data_type {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        DataType::Dictionary(_, values) => is_text(values),
        _ => false,
    }
}

/// Where the columns of a plan stand in one schema.
#[derive(Clone, Debug)]
pub struct Places {
    /// Of each lookup.
    pub keys: Vec<usize>,
    /// Of each column that is handed on.
    pub handed_on: Vec<usize>,
    /// Of the hits.
    pub schema: SchemaRef,
}

/// Counts of one key column.
#[derive(Clone, Debug)]
pub struct ColumnTally {
    /// Rows whose cell names a member.
    pub hits: u64,
    /// Refused cells, by [`Note`].
    pub refused: [u64; Note::ALL.len()],
    /// Whether cells that are taken for E.164 as they stand look like national numbers.
    pub looks_national: bool,
}

impl Default for ColumnTally {
    fn default() -> Self {
        Self {
            hits: 0,
            refused: [0; Note::ALL.len()],
            looks_national: false,
        }
    }
}

/// What a scan has seen.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Rows looked at.
    pub rows: u64,
    /// Rows with at least one match.
    pub hits: u64,
    /// Of each lookup.
    pub columns: Vec<ColumnTally>,
    msisdns: HashSet<u64, foldhash::fast::FixedState>,
    imeis: HashSet<u64, foldhash::fast::FixedState>,
}

impl Tally {
    /// Nothing seen yet, by a plan of `lookups` lookups.
    #[must_use]
    pub fn new(lookups: usize) -> Self {
        Self {
            columns: vec![ColumnTally::default(); lookups],
            ..Self::default()
        }
    }

    /// Distinct members that were hit.
    #[must_use]
    pub fn distinct(&self) -> usize {
        self.msisdns.len() + self.imeis.len()
    }

    /// Adds what another part of the scan has seen.
    pub fn add(&mut self, other: &Self) {
        self.rows += other.rows;
        self.hits += other.hits;
        for (mine, theirs) in self.columns.iter_mut().zip(&other.columns) {
            mine.hits += theirs.hits;
            mine.looks_national |= theirs.looks_national;
            for (count, more) in mine.refused.iter_mut().zip(theirs.refused) {
                *count += more;
            }
        }
        self.msisdns.extend(&other.msisdns);
        self.imeis.extend(&other.imeis);
    }

    /// Takes a look at key columns, in the order of the lookups.
    pub(crate) fn look_at(&mut self, lookups: &[Lookup], columns: &[&ArrayRef]) {
        for ((lookup, array), column) in lookups.iter().zip(columns).zip(&mut self.columns) {
            if lookup.keys.key_type() == KeyType::Msisdn && !column.looks_national {
                column.looks_national = looks_national(array.as_ref());
            }
        }
    }

    /// Counts hits that are handed on: for each lookup, the column of its matches.
    pub(crate) fn count_hits(&mut self, lookups: &[Lookup], matches: &[ArrayRef]) {
        self.hits += matches.first().map_or(0, |column| column.len() as u64);
        for ((lookup, matches), column) in lookups.iter().zip(matches).zip(&mut self.columns) {
            column.hits += (matches.len() - matches.null_count()) as u64;
            let distinct = match lookup.keys.key_type() {
                KeyType::Msisdn => &mut self.msisdns,
                KeyType::Imei14 => &mut self.imeis,
            };
            distinct.extend(matches.as_primitive::<UInt64Type>().iter().flatten());
        }
    }
}

/// The hits of one run of rows.
#[derive(Default)]
pub(crate) struct Found {
    /// The hit rows, ascending.
    pub(crate) rows: Vec<u32>,
    /// For each lookup and each hit row: the key that matched, or 0.
    pub(crate) matches: Vec<Vec<u64>>,
}

impl Found {
    /// The columns of matches.
    pub(crate) fn match_columns(matches: Vec<Vec<u64>>) -> Vec<ArrayRef> {
        matches
            .into_iter()
            .map(|keys| Arc::new(from_keys(keys)) as ArrayRef)
            .collect()
    }
}

/// The key columns of a batch, in the order of the lookups, ready to be read.
pub(crate) fn key_columns<'a>(
    lookups: &[Lookup],
    arrays: &[&'a ArrayRef],
) -> Result<Vec<Column<'a>>, Error> {
    lookups
        .iter()
        .zip(arrays)
        .map(|(lookup, &array)| {
            Column::new(array.as_ref(), lookup.keys)
                .map_err(|error| error.in_column(&lookup.column))
        })
        .collect()
}

/// Looks the cells of the key columns up (one for each lookup, all of one length); counts the rows and what was refused.
pub(crate) fn find(lookups: &[Lookup], columns: &[Column<'_>], tally: &mut Tally) -> Found {
    let rows = columns.first().map_or(0, Column::len);
    let mut found = Found {
        rows: Vec::new(),
        matches: vec![Vec::new(); lookups.len()],
    };
    let mut keys = vec![[0u64; BLOCK]; lookups.len()];
    let mut hits = vec![[0u64; BLOCK / 64]; lookups.len()];
    for start in (0..rows).step_by(BLOCK) {
        let len = BLOCK.min(rows - start);
        let mut any = [0u64; BLOCK / 64];
        for (n, (lookup, column)) in lookups.iter().zip(columns).enumerate() {
            let keys = &mut keys[n][..len];
            column.fill(start, keys);
            if keys.contains(&0) {
                count_refused(column, start, keys, &mut tally.columns[n].refused);
            }
            let hits = &mut hits[n][..len.div_ceil(64)];
            lookup.set.probe(keys, hits);
            for (any, hits) in any.iter_mut().zip(hits) {
                *any |= *hits;
            }
        }
        for (word, &any) in any.iter().enumerate() {
            let mut left = any;
            while left != 0 {
                let bit = left.trailing_zeros() as usize;
                left &= left - 1;
                let at = word * 64 + bit;
                // A batch of more rows than u32 counts does not fit into memory with their columns; `take` wants u32.
                found.rows.push((start + at) as u32);
                for (n, matches) in found.matches.iter_mut().enumerate() {
                    let hit = hits[n][word] >> bit & 1 == 1;
                    matches.push(if hit { keys[n][at] } else { 0 });
                }
            }
        }
    }
    tally.rows += rows as u64;
    found
}

/// Only cells without a key are read again.
#[cold]
fn count_refused(column: &Column<'_>, start: usize, keys: &[u64], counts: &mut [u64]) {
    for (row, _) in (start..).zip(keys).filter(|&(_, &key)| key == 0) {
        if let Some(note) = column
            .cell(row)
            .and_then(|cell| note_of(cell, column.keys()))
        {
            counts[note as usize] += 1;
        }
    }
}

/// The hits of one batch of the schema that `places` was made for; `None` if it has none.
///
/// # Errors
/// [`Error::UnsupportedType`]; [`Error::Arrow`] for a column whose rows Arrow cannot pick.
pub fn scan(
    plan: &Plan,
    places: &Places,
    batch: &RecordBatch,
    tally: &mut Tally,
) -> Result<Option<RecordBatch>, Error> {
    let arrays: Vec<&ArrayRef> = places.keys.iter().map(|&at| batch.column(at)).collect();
    tally.look_at(plan.lookups(), &arrays);
    let columns = key_columns(plan.lookups(), &arrays)?;
    let found = find(plan.lookups(), &columns, tally);
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
            let cells = take(batch.column(at), &rows, None)?;
            arrow_cast::cast(&cells, field.data_type())
        })
        .collect::<Result<Vec<_>, _>>()?;
    let matches = Found::match_columns(found.matches);
    tally.count_hits(plan.lookups(), &matches);
    hits.extend(matches);
    assemble(&places.schema, hits, len).map(Some)
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
