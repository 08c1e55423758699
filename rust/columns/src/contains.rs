//! Which cells of a column name a member of a set.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, BooleanArray};
use arrow_buffer::{BooleanBuffer, Buffer, NullBuffer};
use numguard_core::block;
use numguard_core::set::FrozenSet;

use crate::column::{Column, Keys};
use crate::{Error, parallel};

/// Rows whose keys are read before they are looked up: 16 KiB of keys, which stay in the first cache.
const BLOCK: usize = 2048;

/// Looks every cell up: a `Boolean` of the same length, null where the cell is null or refused.
///
/// # Errors
/// [`Error::UnsupportedType`]; [`Error::KeyType`] if the set holds another type of key than `keys` reads.
pub fn contains(
    array: &dyn Array,
    set: &FrozenSet,
    keys: Keys,
    threads: parallel::Threads,
) -> Result<ArrayRef, Error> {
    if set.key_type() != keys.key_type() {
        return Err(Error::KeyType);
    }
    let column = Column::new(array, keys)?;
    let words = column.len().div_ceil(64);
    // One word of hits and one of validity for each 64 rows, so that two tasks never write into the same word.
    let mut pairs = vec![[0u64; 2]; words];
    parallel::fill_scaled(threads, &mut pairs, 64, |start, pairs| {
        let mut read = [0u64; BLOCK];
        let mut hits = [0u64; BLOCK / 64];
        let mut valid = [0u64; BLOCK / 64];
        for (n, pairs) in pairs.chunks_mut(BLOCK / 64).enumerate() {
            let from = start * 64 + n * BLOCK;
            let len = BLOCK.min(column.len() - from).min(pairs.len() * 64);
            let (hits, valid) = (&mut hits[..pairs.len()], &mut valid[..pairs.len()]);
            if let Some(values) = column.msisdns(from, len) {
                // No member is too short or too long, so the values can be looked up as they stand.
                set.probe(values, hits);
                block::are_msisdns(values, valid);
            } else {
                let keys = &mut read[..len];
                column.fill(from, keys);
                set.probe(keys, hits);
                block::are_keys(keys, valid);
            }
            for ((pair, &hits), &valid) in pairs.iter_mut().zip(hits.iter()).zip(valid.iter()) {
                *pair = [hits & valid, valid];
            }
        }
    });
    let len = column.len();
    let hits: Buffer = pairs.iter().map(|pair| pair[0]).collect::<Vec<_>>().into();
    let valid: Buffer = pairs.iter().map(|pair| pair[1]).collect::<Vec<_>>().into();
    let nulls = NullBuffer::new(BooleanBuffer::new(valid, 0, len));
    Ok(Arc::new(BooleanArray::new(
        BooleanBuffer::new(hits, 0, len),
        Some(nulls).filter(|nulls| nulls.null_count() > 0),
    )))
}
