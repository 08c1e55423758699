//! Panics of the reader below, which damaged files can bring about, as errors.
//!
//! The reader is written in safe code, so what it leaves behind is sound; it is dropped and not asked again. What a panic
//! says may quote the file, so it is not passed on, and the usual report on the standard error is kept back.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

use parquet::errors::ParquetError;

thread_local! {
    /// Whether this thread is inside of the reader.
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// Calls the reader.
pub(crate) fn guarded<T, E: From<ParquetError>>(
    read: impl FnOnce() -> Result<T, E>,
) -> Result<T, E> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let report = take_hook();
        set_hook(Box::new(move |panic| {
            if !INSIDE.get() {
                report(panic);
            }
        }));
    });
    let outer = INSIDE.replace(true);
    let answer = catch_unwind(AssertUnwindSafe(read));
    INSIDE.set(outer);
    answer.unwrap_or_else(|_| {
        let why = "it is damaged in a way that its reader has no word for";
        Err(ParquetError::General(why.to_owned()).into())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_error_that_does_not_quote_it() {
        let answer: Result<(), ParquetError> = guarded(|| panic!("98765 43210"));
        let text = answer.unwrap_err().to_string();
        assert!(text.contains("damaged"), "{text}");
        assert!(!text.contains("98765"));
        assert!(!INSIDE.get());
    }
}
