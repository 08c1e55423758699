//! Whether each cell of a column is a member of a set.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, BooleanArray};
use arrow_buffer::BooleanBuffer;
use numguard_core::block;
use numguard_core::set::FrozenSet;

use crate::column::Column;
use crate::normalize::nulls_of;
use crate::regions::Reads;
use crate::{Error, parallel};

/// The count of rows that are looked up together: 64 KiB of keys, which fit into the level 2 cache.
const BLOCK: usize = 8192;

/// Looks up every cell: a `Boolean` of the same length, null if the cell is null or refused.
///
/// # Errors
/// [`Error::UnsupportedType`], [`Error::OneEach`]; [`Error::KeyType`] if the set holds another type of key than is read.
pub fn contains(
    array: &dyn Array,
    set: &FrozenSet,
    reads: Reads<'_>,
    threads: parallel::Threads,
) -> Result<ArrayRef, Error> {
    let column = Column::for_set(array, set, reads)?;
    let words = column
        .words()
        .map(|(rows, keys)| (rows, WordAnswers::of(keys, set)));
    let blocks = column.len().div_ceil(64);
    let (mut hits, mut valid) = (vec![0u64; blocks], vec![0u64; blocks]);
    parallel::fill_bits(
        threads,
        &mut hits,
        &mut valid,
        |start, hits, valid| match &words {
            Some((rows, answers)) => {
                answers.of_rows(&rows[start..], hits, valid);
                column.clear_nulls(start, hits);
                column.clear_nulls(start, valid);
                let mut both = hits.iter().zip(valid);
                assert!(
                    both.all(|(hits, valid)| hits & !*valid == 0),
                    "a value outside the dictionary"
                );
            }
            None => {
                look_up(&column, set, start, hits, valid);
                column.clear_nulls(start, valid);
                for (hits, valid) in hits.iter_mut().zip(valid) {
                    *hits &= *valid;
                }
            }
        },
    );
    let bits = |words: Vec<u64>| BooleanBuffer::new(words.into(), 0, column.len());
    Ok(Arc::new(BooleanArray::new(
        bits(hits),
        nulls_of(bits(valid)),
    )))
}

/// Looks up the rows from `start` on: which are members, and which are keys. Nulls may be either.
fn look_up(
    column: &Column<'_>,
    set: &FrozenSet,
    start: usize,
    hits: &mut [u64],
    valid: &mut [u64],
) {
    let mut read = Vec::new();
    let blocks = hits
        .chunks_mut(BLOCK / 64)
        .zip(valid.chunks_mut(BLOCK / 64));
    for (n, (hits, valid)) in blocks.enumerate() {
        let from = start + n * BLOCK;
        let len = (column.len() - from).min(hits.len() * 64);
        if let Some(values) = column.msisdns(from, len) {
            // No member is too short or too long, so the values can be looked up without a check.
            set.probe(values, hits);
            block::are_msisdns(values, valid);
        } else {
            read.resize(len, 0);
            column.fill(from, &mut read);
            set.probe(&read, hits);
            block::are_keys(&read, valid);
        }
    }
}

/// The results of the words of a dictionary, so that a row costs one byte.
struct WordAnswers(Vec<u8>);

impl WordAnswers {
    const MEMBER: u8 = 1;
    const KEY: u8 = 2;

    fn of(keys: &[u64], set: &FrozenSet) -> Self {
        let mut hits = vec![0; keys.len().div_ceil(64)];
        set.probe(keys, &mut hits);
        let answers = keys.iter().enumerate().map(|(word, &key)| {
            let is_member = hits[word / 64] >> (word % 64) & 1 == 1;
            (u8::from(is_member) * Self::MEMBER) | (u8::from(key != 0) * Self::KEY)
        });
        Self(answers.collect())
    }

    /// The same for rows, each of which is a word. A row that is no word is a member without a key, as no cell is.
    fn of_rows(&self, rows: &[u32], hits: &mut [u64], valid: &mut [u64]) {
        for ((rows, hits), valid) in rows.chunks(64).zip(hits).zip(valid) {
            let mut answers = [0; 64];
            for (answers, &word) in answers.iter_mut().zip(rows) {
                *answers = self.0.get(word as usize).copied().unwrap_or(Self::MEMBER);
            }
            *hits = block::bytes_with(Self::MEMBER, &answers);
            *valid = block::bytes_with(Self::KEY, &answers);
        }
    }
}
