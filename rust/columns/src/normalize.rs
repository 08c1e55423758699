//! A column of written numbers -> the column of their keys.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, UInt64Array};
use arrow_buffer::{BooleanBuffer, NullBuffer, ScalarBuffer};

use crate::column::{Column, Keys};
use crate::pages::Words;
use crate::{Error, parallel};

/// Rows that are read by the quick path and looked through for the rest of it while they are still in the first cache.
const BLOCK: usize = 2048;

/// Reads every cell: a `UInt64` of the same length, null where the cell is null or refused.
///
/// # Errors
/// [`Error::UnsupportedType`].
pub fn normalize(
    array: &dyn Array,
    keys: Keys,
    threads: parallel::Threads,
) -> Result<ArrayRef, Error> {
    let column = Column::new(array, keys)?;
    let mut values = Words::zeroed(column.len());
    parallel::fill(threads, values.as_mut_slice(), |start, run| {
        for (n, block) in run.chunks_mut(BLOCK).enumerate() {
            column.fill(start + n * BLOCK, block);
        }
    });
    Ok(Arc::new(from_keys(ScalarBuffer::from(
        values.into_buffer(),
    ))))
}

/// Key 0 is null.
pub(crate) fn from_keys(values: ScalarBuffer<u64>) -> UInt64Array {
    let valid = BooleanBuffer::collect_bool(values.len(), |row| values[row] != 0);
    let nulls = Some(NullBuffer::new(valid)).filter(|nulls| nulls.null_count() > 0);
    UInt64Array::new(values, nulls)
}
