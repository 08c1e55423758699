//! A column of written numbers -> the column of their keys.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, UInt64Array};
use arrow_buffer::{BooleanBuffer, NullBuffer, ScalarBuffer};
use numguard_core::block;

use crate::column::Column;
use crate::pages::Words;
use crate::regions::Reads;
use crate::{Error, parallel};

/// The count of rows that are read by the quick path and then checked for the rest, while they are in the level 1
/// cache.
const BLOCK: usize = 2048;

/// Reads every cell: a `UInt64` of the same length, null if the cell is null or refused.
///
/// # Errors
/// [`Error::UnsupportedType`], [`Error::OneEach`].
pub fn normalize(
    array: &dyn Array,
    reads: Reads<'_>,
    threads: parallel::Threads,
) -> Result<ArrayRef, Error> {
    let column = Column::reading(array, reads)?;
    let mut values = Words::of_result(column.len());
    let mut valid = vec![0; column.len().div_ceil(64)];
    let out = values.as_mut_slice();
    parallel::fill_with_bits(threads, out, &mut valid, |start, run, valid| {
        let blocks = run.chunks_mut(BLOCK).zip(valid.chunks_mut(BLOCK / 64));
        for (n, (block, valid)) in blocks.enumerate() {
            column.fill(start + n * BLOCK, block);
            block::are_keys(block, valid);
        }
    });
    Ok(Arc::new(with_bits(values.into_buffer().into(), valid)))
}

/// Key 0 is null.
pub(crate) fn from_keys(values: ScalarBuffer<u64>) -> UInt64Array {
    let mut valid = vec![0; values.len().div_ceil(64)];
    block::are_keys(&values, &mut valid);
    with_bits(values, valid)
}

/// Keys, and a bit for each that is one.
pub(crate) fn with_bits(values: ScalarBuffer<u64>, valid: Vec<u64>) -> UInt64Array {
    let nulls = nulls_of(BooleanBuffer::new(valid.into(), 0, values.len()));
    UInt64Array::new(values, nulls)
}

/// Nulls where a bit is not set, if there are any.
pub(crate) fn nulls_of(bits: BooleanBuffer) -> Option<NullBuffer> {
    Some(NullBuffer::new(bits)).filter(|nulls| nulls.null_count() > 0)
}
