//! Errors of `numguard-columns` -> the exceptions of `numguard.errors`, in one `match` that names every variant.

use numguard_columns::Error;
use pyo3::exceptions::{PyException, PyMemoryError};
use pyo3::prelude::*;

pyo3::import_exception!(numguard.errors, ArgumentError);
pyo3::import_exception!(numguard.errors, ColumnError);
pyo3::import_exception!(numguard.errors, FileError);
pyo3::import_exception!(numguard.errors, FileMissingError);
pyo3::import_exception!(numguard.errors, InputError);
pyo3::import_exception!(numguard.errors, RefusedCellsError);
pyo3::import_exception!(numguard.errors, SetFileError);
pyo3::import_exception!(numguard.errors, UnsupportedTypeError);

/// The exception for an error, with its message.
pub(crate) fn raise(error: Error) -> PyErr {
    let message = error.to_string();
    exception(error, message)
}

fn exception(error: Error, message: String) -> PyErr {
    match error {
        Error::InColumn(_, error) | Error::InFile(_, error) => exception(*error, message),
        // An exception raised by the iterable of bytes is raised again unchanged.
        Error::Reading(error) => match error.downcast::<PyErr>() {
            Ok(error) => error,
            Err(_) => InputError::new_err(message),
        },
        Error::UnsupportedType { .. } | Error::WrongType { .. } | Error::UnknownTypes(_) => {
            UnsupportedTypeError::new_err(message)
        }
        Error::KeyType
        | Error::OneEach { .. }
        | Error::TooMany(_)
        | Error::TooLong
        | Error::Format(_) => ArgumentError::new_err(message),
        Error::File { error, .. } if error.kind() == std::io::ErrorKind::NotFound => {
            FileMissingError::new_err(message)
        }
        Error::File { .. } => FileError::new_err(message),
        Error::SetFile { .. } => SetFileError::new_err(message),
        Error::Arrow(_)
        | Error::Unsound
        | Error::Unreadable { .. }
        | Error::Encrypted
        | Error::Damaged(_)
        | Error::Json(_)
        | Error::TypeChanged { .. } => InputError::new_err(message),
        Error::NoSuchColumn { .. }
        | Error::RepeatedColumn(_)
        | Error::MatchColumn(_)
        | Error::NewColumn(_) => ColumnError::new_err(message),
    }
}

/// Another error in place of one whose message may quote a cell. Ctrl-C and a lack of memory stay what they are.
pub(crate) fn instead(py: Python<'_>, error: PyErr, other: impl FnOnce() -> PyErr) -> PyErr {
    if is_of_cells(py, &error) {
        other()
    } else {
        error
    }
}

/// Whether an error is about the data, not Ctrl-C or a lack of memory.
pub(crate) fn is_of_cells(py: Python<'_>, error: &PyErr) -> bool {
    error.is_instance_of::<PyException>(py) && !error.is_instance_of::<PyMemoryError>(py)
}
