//! What a scan has seen, so that nothing it left out goes unsaid.

use std::collections::HashSet;

use arrow_array::cast::AsArray;
use arrow_array::types::UInt64Type;
use arrow_array::{Array, ArrayRef};
use numguard_core::notes::Note;
use numguard_core::set::KeyType;

use super::Lookup;
use crate::refused::looks_national;

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

    /// Takes a look at the key column of the n-th lookup.
    pub(crate) fn look_at(&mut self, lookups: &[Lookup], n: usize, array: &dyn Array) {
        let column = &mut self.columns[n];
        if lookups[n].keys.key_type() == KeyType::Msisdn && !column.looks_national {
            column.looks_national = looks_national(array);
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
