//! A column of written numbers -> the column of their keys.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, UInt64Array};
use arrow_buffer::{BooleanBuffer, NullBuffer, ScalarBuffer};

use crate::column::{Column, Keys};
use crate::{Error, parallel};

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
    let mut values = vec![0u64; column.len()];
    parallel::fill(threads, &mut values, |start, block| {
        column.fill(start, block);
    });
    Ok(Arc::new(from_keys(values)))
}

/// Key 0 is null.
pub(crate) fn from_keys(values: Vec<u64>) -> UInt64Array {
    let valid = BooleanBuffer::collect_bool(values.len(), |row| values[row] != 0);
    let nulls = Some(NullBuffer::new(valid)).filter(|nulls| nulls.null_count() > 0);
    UInt64Array::new(ScalarBuffer::from(values), nulls)
}
