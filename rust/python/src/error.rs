//! Errors of the crates below -> the exceptions of `numguard.errors`, in one `match` that names every variant.

use numguard_columns::Error;
use pyo3::prelude::*;

pyo3::import_exception!(numguard.errors, ArgumentError);
pyo3::import_exception!(numguard.errors, InputError);
pyo3::import_exception!(numguard.errors, RefusedCellsError);
pyo3::import_exception!(numguard.errors, SetFileError);
pyo3::import_exception!(numguard.errors, UnsupportedTypeError);

/// The exception that says what `error` says.
pub(crate) fn raise(error: Error) -> PyErr {
    let message = error.to_string();
    match error {
        Error::UnsupportedType { .. } | Error::NotKeys { .. } => UnsupportedTypeError::new_err(message),
        Error::KeyType | Error::TooMany => ArgumentError::new_err(message),
        Error::Arrow(_) => InputError::new_err(message),
    }
}
