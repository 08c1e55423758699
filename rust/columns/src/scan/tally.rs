//! The counts of a scan: rows, hits, and refused cells by note.

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
    /// Rows whose cell is a member.
    pub hits: u64,
    /// Refused cells, by [`Note`].
    pub refused: [u64; Note::ALL.len()],
    /// Whether a column of E.164 seems to hold national numbers.
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

/// The counts of a scan.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Rows scanned.
    pub rows: u64,
    /// Rows with at least one match.
    pub hits: u64,
    /// The counts of each lookup.
    pub columns: Vec<ColumnTally>,
    msisdns: HashSet<u64, foldhash::fast::FixedState>,
    imeis: HashSet<u64, foldhash::fast::FixedState>,
}

impl Tally {
    /// The counts of no rows, for so many lookups.
    #[must_use]
    pub fn new(lookups: usize) -> Self {
        Self {
            columns: vec![ColumnTally::default(); lookups],
            ..Self::default()
        }
    }

    /// The count of distinct members with a hit.
    #[must_use]
    pub fn distinct(&self) -> usize {
        self.msisdns.len() + self.imeis.len()
    }

    /// Adds the counts of another part of the scan.
    pub fn add(&mut self, other: &Self) {
        self.rows += other.rows;
        self.hits += other.hits;
        for (column, more) in self.columns.iter_mut().zip(&other.columns) {
            column.hits += more.hits;
            column.looks_national |= more.looks_national;
            for (count, more) in column.refused.iter_mut().zip(more.refused) {
                *count += more;
            }
        }
        self.msisdns.extend(&other.msisdns);
        self.imeis.extend(&other.imeis);
    }

    /// Checks whether the key column of the n-th lookup seems to hold national numbers as E.164.
    pub(crate) fn check_national(&mut self, lookups: &[Lookup], n: usize, array: &dyn Array) {
        let column = &mut self.columns[n];
        if lookups[n].keys.key_type() == KeyType::Msisdn && !column.looks_national {
            column.looks_national = looks_national(array);
        }
    }

    /// Counts output hits, by the column of matches of each lookup.
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
