//! Errors of the crates below -> the exceptions of `numguard.errors`, in one `match` that names every variant.

use numguard_columns::Error;
use pyo3::prelude::*;

pyo3::import_exception!(numguard.errors, ArgumentError);
pyo3::import_exception!(numguard.errors, ColumnError);
pyo3::import_exception!(numguard.errors, FileError);
pyo3::import_exception!(numguard.errors, FileMissingError);
pyo3::import_exception!(numguard.errors, InputError);
pyo3::import_exception!(numguard.errors, RefusedCellsError);
pyo3::import_exception!(numguard.errors, SetFileError);
pyo3::import_exception!(numguard.errors, UnsupportedTypeError);

/// The exception that says what `error` says.
pub(crate) fn raise(error: Error) -> PyErr {
    let message = error.to_string();
    match error.into_kind() {
        // What Python raised while it brought bytes goes on as it is.
        Error::Reading(error) => match error.downcast::<PyErr>() {
            Ok(error) => error,
            Err(_) => InputError::new_err(message),
        },
        Error::UnsupportedType { .. }
        | Error::NotKeys { .. }
        | Error::NotTimes { .. }
        | Error::NotRegions { .. } => UnsupportedTypeError::new_err(message),
        Error::KeyType
        | Error::RegionCount { .. }
        | Error::TooMany
        | Error::TooLong
        | Error::Format(_) => ArgumentError::new_err(message),
        Error::File { error, .. } if error.kind() == std::io::ErrorKind::NotFound => {
            FileMissingError::new_err(message)
        }
        Error::File { .. } => FileError::new_err(message),
        Error::SetFile { .. } => SetFileError::new_err(message),
        Error::Arrow(_) | Error::Unsound | Error::Unreadable { .. } | Error::TypeChanged { .. } => {
            InputError::new_err(message)
        }
        Error::NoSuchColumn { .. }
        | Error::RepeatedColumn(_)
        | Error::MatchColumn(_)
        | Error::NewColumn(_) => ColumnError::new_err(message),
        Error::InColumn(..) | Error::InFile(..) => InputError::new_err(message), // `into_kind` leaves none
    }
}
