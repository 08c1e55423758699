//! The rank of each cell's key among the members of a set.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, UInt32Array};
use arrow_buffer::{BooleanBuffer, NullBuffer, ScalarBuffer};
use numguard_core::set::FrozenSet;

use crate::column::Column;
use crate::regions::Reads;
use crate::{Error, parallel};

const BLOCK: usize = 2048;

/// Ranks every cell: a `UInt32` of the same length, the rank in ascending order, null if the cell is no member.
///
/// # Errors
/// [`Error::UnsupportedType`], [`Error::RegionCount`]; [`Error::KeyType`] if the set holds another type of key than is read.
pub fn position(
    array: &dyn Array,
    set: &FrozenSet,
    reads: Reads<'_>,
    threads: parallel::Threads,
) -> Result<ArrayRef, Error> {
    let column = Column::for_set(array, set, reads)?;
    let mut ranks = vec![u32::MAX; column.len()];
    parallel::fill(threads, &mut ranks, |start, ranks| {
        let mut read = [0u64; BLOCK];
        for (n, ranks) in ranks.chunks_mut(BLOCK).enumerate() {
            let block = &mut read[..ranks.len()];
            column.fill(start + n * BLOCK, block);
            set.positions(block, ranks);
        }
    });
    let valid = BooleanBuffer::collect_bool(ranks.len(), |row| ranks[row] != u32::MAX);
    let nulls = Some(NullBuffer::new(valid)).filter(|nulls| nulls.null_count() > 0);
    Ok(Arc::new(UInt32Array::new(ScalarBuffer::from(ranks), nulls)))
}
