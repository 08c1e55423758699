//! The rank of each cell's key among the members of a set.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, UInt32Array};
use arrow_buffer::{BooleanBuffer, ScalarBuffer};
use numguard_core::set::FrozenSet;

use crate::column::Column;
use crate::normalize::nulls_of;
use crate::pages::Words;
use crate::regions::Reads;
use crate::{Error, parallel};

const BLOCK: usize = 2048;

/// Ranks every cell: a `UInt32` of the same length, the rank in ascending order, null if the cell is no member.
///
/// # Errors
/// [`Error::UnsupportedType`], [`Error::OneEach`]; [`Error::KeyType`] if the set holds another type of key than is read.
pub fn position(
    array: &dyn Array,
    set: &FrozenSet,
    reads: Reads<'_>,
    threads: parallel::Threads,
) -> Result<ArrayRef, Error> {
    let column = Column::for_set(array, set, reads)?;
    let rows = column.len();
    let mut ranks = Words::of_result(rows.div_ceil(2));
    let mut valid = vec![0; rows.div_ceil(64)];
    let out = &mut bytemuck::cast_slice_mut::<u64, u32>(ranks.as_mut_slice())[..rows];
    parallel::fill_with_bits(threads, out, &mut valid, |start, ranks, valid| {
        let mut read = [0u64; BLOCK];
        let blocks = ranks.chunks_mut(BLOCK).zip(valid.chunks_mut(BLOCK / 64));
        for (n, (ranks, valid)) in blocks.enumerate() {
            let block = &mut read[..ranks.len()];
            column.fill(start + n * BLOCK, block);
            set.positions(block, ranks);
            for (valid, ranks) in valid.iter_mut().zip(ranks.chunks(64)) {
                let ranked = |bits, (row, &rank)| bits | u64::from(rank != u32::MAX) << row;
                *valid = (0..).zip(ranks).fold(0, ranked);
            }
        }
    });
    let nulls = nulls_of(BooleanBuffer::new(valid.into(), 0, rows));
    let ranks = ScalarBuffer::new(ranks.into_buffer(), 0, rows);
    Ok(Arc::new(UInt32Array::new(ranks, nulls)))
}
