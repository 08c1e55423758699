//! Panics of called code, which damaged files and arrays can cause, as errors.
//!
//! The code that panics is safe code, so the state that it leaves is sound; it is dropped and not used again. The message
//! of a panic may quote the data, so it is neither passed on nor printed to the standard error.

use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind, set_hook, take_hook};
use std::sync::Once;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, OffsetSizeTrait};
use arrow_buffer::Buffer;
use arrow_data::ByteView;
use arrow_schema::DataType;
use parquet::errors::ParquetError;

use crate::{Error, parallel};

thread_local! {
    /// Whether this thread is inside [`caught`].
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// Calls `work`, and catches its panic. A pool thread's panic is raised again on the thread that waits for it.
pub fn caught<T>(work: impl FnOnce() -> T) -> Result<T, Box<dyn Any + Send>> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let report = take_hook();
        set_hook(Box::new(move |panic| {
            if !INSIDE.get() && !parallel::is_worker() {
                report(panic);
            }
        }));
    });
    let outer = INSIDE.replace(true);
    let result = catch_unwind(AssertUnwindSafe(work));
    INSIDE.set(outer);
    result
}

/// Calls the Parquet reader, and returns its panic as an error.
pub(crate) fn guarded<T, E: From<ParquetError>>(
    read: impl FnOnce() -> Result<T, E>,
) -> Result<T, E> {
    caught(read).unwrap_or_else(|_| {
        let why = "it is damaged, and its reader panicked";
        Err(ParquetError::General(why.to_owned()).into())
    })
}

/// Calls a kernel on arrays from the C interface, whose offsets, views and indices are unchecked. Checking them takes as
/// long as some kernels, so they are checked only after a kernel panics.
///
/// # Errors
/// Those of the kernel; [`Error::Unsound`].
///
/// # Panics
/// With the kernel's panic, if the arrays are valid.
pub fn sound<'a, T>(
    arrays: impl IntoIterator<Item = &'a ArrayRef>,
    kernel: impl FnOnce() -> Result<T, Error>,
) -> Result<T, Error> {
    caught(kernel).unwrap_or_else(|panic| {
        if arrays.into_iter().all(is_sound) {
            resume_unwind(panic);
        }
        Err(Error::Unsound)
    })
}

fn is_sound(array: &ArrayRef) -> bool {
    caught(|| array.to_data().validate_full().is_ok()).unwrap_or(false)
}

/// Checks that the cells of all rows but nulls are inside their array, as [`check_rows`] does.
///
/// # Errors
/// [`Error::Unsound`].
pub(crate) fn check_cells(array: &dyn Array) -> Result<(), Error> {
    let rows = (0..array.len()).filter(|&row| array.is_valid(row));
    check_rows(array, &rows.map(|row| row as u32).collect::<Vec<_>>())
}

/// Checks that the cells of `rows` are inside their array. Arrow's own kernels assume that.
///
/// # Errors
/// [`Error::Unsound`].
pub(crate) fn check_rows(array: &dyn Array, rows: &[u32]) -> Result<(), Error> {
    fn within<O: OffsetSizeTrait>(offsets: &[O], bytes: usize, rows: &[u32]) -> bool {
        rows.iter().all(|&row| {
            let (from, to) = (offsets[row as usize], offsets[row as usize + 1]);
            O::zero() <= from && from <= to && to.as_usize() <= bytes
        })
    }
    fn viewed(views: &[u128], buffers: &[Buffer], rows: &[u32]) -> bool {
        rows.iter().all(|&row| {
            let view = ByteView::from(views[row as usize]);
            let (from, len) = (view.offset as usize, view.length as usize);
            let buffer = buffers.get(view.buffer_index as usize);
            len <= 12 || buffer.is_some_and(|buffer| from + len <= buffer.len())
        })
    }
    let is_sound = match array.data_type() {
        DataType::Utf8 => {
            let array = array.as_string::<i32>();
            within(array.value_offsets(), array.value_data().len(), rows)
        }
        DataType::LargeUtf8 => {
            let array = array.as_string::<i64>();
            within(array.value_offsets(), array.value_data().len(), rows)
        }
        DataType::Binary => {
            let array = array.as_binary::<i32>();
            within(array.value_offsets(), array.value_data().len(), rows)
        }
        DataType::LargeBinary => {
            let array = array.as_binary::<i64>();
            within(array.value_offsets(), array.value_data().len(), rows)
        }
        DataType::Utf8View => {
            let array = array.as_string_view();
            viewed(array.views(), array.data_buffers(), rows)
        }
        DataType::BinaryView => {
            let array = array.as_binary_view();
            viewed(array.views(), array.data_buffers(), rows)
        }
        kind if kind.is_nested() => array.to_data().validate_full().is_ok(),
        _ => true,
    };
    if is_sound {
        Ok(())
    } else {
        Err(Error::Unsound)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::UInt64Array;

    use super::*;

    #[test]
    fn a_panic_is_an_error_that_does_not_quote_it() {
        let result: Result<(), ParquetError> = guarded(|| panic!("98765 43210"));
        let text = result.unwrap_err().to_string();
        assert!(text.contains("damaged"), "{text}");
        assert!(!text.contains("98765"));
        assert!(!INSIDE.get());
    }

    #[test]
    #[should_panic(expected = "a fault in the kernel")]
    fn a_panic_with_valid_arrays_is_raised_again() {
        let array: ArrayRef = Arc::new(UInt64Array::from(vec![1]));
        let _never: Result<(), Error> = sound([&array], || panic!("a fault in the kernel"));
    }
}
