//! Columns and files of sightings -> the keys in several sources, and the periods of keys.
//!
//! Owns how the columns become keys and times, which rows are refused and why, and how the work is shared among threads.
//! The rules are the core's. One idea: **every batch is read by the same function**, whether Python passes it or a row
//! group of a file gives it, on the thread that has it; what it returns is taken in the order of the rows.

mod answer;
mod by_key;
mod changes;
mod common;
mod files;
mod stored;

use arrow_array::{Array, ArrayRef};
use arrow_schema::DataType;
use numguard_core::linkage::NO_TIME;

pub use by_key::Table as ChangesTable;
pub use changes::Changes;
pub use common::{Common, Hits, Table as CommonTable};
pub use files::File;

use crate::column::{Column, Keys};
use crate::linkage::{NO_TIME as NOT_TIMED, Refused, Times};
use crate::refused::looks_national;
use crate::{Error, parallel};

/// Rows that are read and cut into parts at once.
const RUN: usize = numguard_core::sightings::changes::RUN;

/// What is wrong if pairs of key and source need more than 32 bits to be counted.
const TOO_MANY: &str =
    "the keys and their sources are more than 4,294,967,295: give fewer sources at once";

/// Which rows were refused: each with its number and why.
pub type Listed = Vec<(u64, &'static str)>;

/// What was read of a batch.
struct Taken<T> {
    rows: u64,
    runs: Vec<T>,
    account: Account,
}

impl<T> Taken<T> {
    fn of(rows: usize) -> Self {
        Self {
            rows: rows as u64,
            runs: Vec::new(),
            account: Account::default(),
        }
    }
}

/// The account of refused rows.
#[derive(Debug, Default)]
pub struct Account {
    /// Rows by the code of what kept them out.
    pub refused: Refused,
    /// Each such row, if they are asked for.
    pub listed: Listed,
    /// Whether a column of numbers seems to hold national numbers typed as E.164.
    pub looks_national: bool,
}

impl Account {
    fn refuse(&mut self, row: u64, why: &'static str, list: bool) {
        *self.refused.entry(why).or_default() += 1;
        if list {
            self.listed.push((row, why));
        }
    }

    fn add(&mut self, other: Self) {
        for (why, count) in other.refused {
            *self.refused.entry(why).or_default() += count;
        }
        self.listed.extend(other.listed);
        self.looks_national |= other.looks_national;
    }

    /// Counts a column of numbers that are national, as it seems.
    fn look_at(&mut self, keys: Keys, column: &ArrayRef) {
        self.looks_national |= matches!(keys, Keys::Msisdn(_)) && looks_national(column.as_ref());
    }
}

/// The batches of a call cut into runs, so that all threads have some. A dictionary is read once for all its rows.
fn runs_of(batches: &[Vec<ArrayRef>], keys: usize, mut first: u64) -> Vec<(Vec<ArrayRef>, u64)> {
    let mut runs = Vec::new();
    for batch in batches {
        let Some(len) = batch.first().map(Array::len) else {
            continue;
        };
        let coded = batch.iter().take(keys).any(|column| {
            let data_type = column.data_type();
            matches!(
                data_type,
                DataType::Dictionary(..) | DataType::RunEndEncoded(..)
            )
        });
        let most = if coded { len.max(1) } else { RUN };
        for start in (0..len).step_by(most) {
            let run = most.min(len - start);
            let columns = batch.iter().map(|column| column.slice(start, run));
            runs.push((columns.collect(), first + start as u64));
        }
        first += len as u64;
    }
    runs
}

/// Reads batches of a call on all threads, with `read`; `keys` is how many of their columns are keys.
fn read_batches<T: Send>(
    threads: parallel::Threads,
    batches: &[Vec<ArrayRef>],
    keys: usize,
    first: u64,
    read: impl Fn(&[ArrayRef], u64) -> Result<T, Error> + Sync,
) -> Result<Vec<T>, Error> {
    let runs = runs_of(batches, keys, first);
    let read = parallel::map(threads, runs, |(columns, first)| read(&columns, first));
    read.into_iter().collect()
}

/// Fills the keys of some rows.
fn fill_keys(column: &Column<'_>, start: usize, len: usize) -> Vec<u64> {
    let mut keys = vec![0; len];
    column.fill(start, &mut keys);
    keys
}

/// Fills the times of some rows.
fn fill_times(times: Option<&Times>, start: usize, len: usize) -> Vec<i64> {
    let mut ats = vec![NO_TIME; len];
    if let Some(times) = times {
        times.fill(start, &mut ats);
    }
    ats
}
