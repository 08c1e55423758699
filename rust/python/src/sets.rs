//! `NumberSet` and `ImeiSet`: the frozen set as two Python classes, so that a set of numbers is never used as one of IMEIs.

use std::sync::Arc;

use numguard_columns::Keys;
use numguard_columns::parallel::Shared;
use numguard_core::set::{FrozenSet, KeyType};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};
use pyo3_arrow::PyArray;
use pyo3_arrow::ffi::to_array_pycapsules;

use crate::error::UnsupportedTypeError;
use crate::input::{
    PathArgument, RegionArgument, RegionsArgument, ThreadsArgument, Values, array_to_python,
};
use crate::members::{Members, by_note, reasons};

/// Defines a class: the common methods, and its own.
macro_rules! set_class {
    ($(#[$doc:meta])* $name:ident, $key_type:expr, $what:literal, { $($own:tt)* }) => {
        $(#[$doc])*
        #[pyclass(frozen, module = "numguard._core")]
        pub(crate) struct $name(Members);

        impl $name {
            /// The set, for the kernels.
            #[allow(dead_code)] // not every kernel uses both classes
            pub(crate) fn set(&self) -> &FrozenSet {
                &self.0.set
            }

            fn of(set: Result<FrozenSet, numguard_core::Error>) -> PyResult<Self> {
                let set = set.map_err(|error| UnsupportedTypeError::new_err(error.to_string()))?;
                Ok(Self(Members::new(set, Vec::new(), None)))
            }
        }

        #[pymethods]
        impl $name {
            $($own)*

            /// The number of cells that were refused when the set was built, by note.
            #[getter]
            fn refused<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
                by_note(py, &self.0.refused)
            }

            /// Size of the set in bytes, in memory and in a file.
            #[getter]
            fn nbytes(&self) -> usize {
                self.0.set.nbytes()
            }

            /// List the members.
            ///
            /// Returns:
            ///     `pyarrow.UInt64Array`: The canonical keys, ascending, without nulls; `position` returns indices of it.
            ///
            /// Example:
            ///     >>> import numguard as ng
            ///     >>> ng.NumberSet(["98765 43210", "91234 56789"]).to_array().to_pylist()
            ///     [919123456789, 919876543210]
            ///     >>> ng.ImeiSet(["490154203237518"]).to_array().to_pylist()
            ///     [49015420323751]
            fn to_array<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
                let keys = py.detach(|| numguard_columns::keys_of(&self.0.set));
                array_to_python(py, Some(Arc::new(keys)))
            }

            /// The members as an Arrow array, by the PyCapsule interface.
            #[pyo3(signature = (requested_schema=None))]
            fn __arrow_c_array__<'py>(
                &self,
                py: Python<'py>,
                requested_schema: Option<Bound<'py, pyo3::types::PyCapsule>>,
            ) -> PyResult<Bound<'py, PyTuple>> {
                let keys = py.detach(|| numguard_columns::keys_of(&self.0.set));
                let (array, field) = PyArray::from_array_ref(Arc::new(keys)).into_inner();
                Ok(to_array_pycapsules(py, field, &array, requested_schema)?)
            }

            /// Write the set to one file, whole or not at all: to a new file, which is renamed over the old one.
            ///
            /// A process that has the old file open keeps the old set until it opens the path again.
            ///
            /// Args:
            ///     path: The file. A set that is there is replaced, another file is not.
            ///
            /// Raises:
            ///     FileError: If the file cannot be written, or is no set. What was there before stays.
            ///
            /// Example:
            ///     >>> import numguard as ng, pathlib, tempfile
            ///     >>> path = pathlib.Path(tempfile.mkdtemp()) / "listed.ngs"
            ///     >>> ng.NumberSet(["98765 43210"]).save(path)
            ///     >>> "98765 43210" in ng.NumberSet.open(path)
            ///     True
            fn save(&self, py: Python<'_>, path: PathArgument) -> PyResult<()> {
                self.0.save(py, path.0)
            }

            /// Map a saved set into memory, without reading it first.
            ///
            /// A file of up to 4 MiB is read instead. A larger file must be replaced, as `save` does, and never be
            /// truncated in place: SIGBUS ends a process that has it mapped and reads past its end.
            ///
            /// Args:
            ///     path: A file that `save` wrote.
            ///     verify: Whether the checksum is compared, one pass over the whole file. The layout is always checked.
            ///
            /// Raises:
            ///     SetFileError: If the file is damaged, truncated, of another version, or a set of the other class.
            ///     FileMissingError: If there is no such file.
            ///
            /// Example:
            ///     >>> import numguard as ng, pathlib, tempfile
            ///     >>> path = pathlib.Path(tempfile.mkdtemp()) / "seized.ngs"
            ///     >>> ng.ImeiSet(["490154203237518"]).save(path)
            ///     >>> len(ng.ImeiSet.open(path, verify=False))
            ///     1
            #[staticmethod]
            #[pyo3(signature = (path, *, verify=true))]
            fn open(py: Python<'_>, path: PathArgument, verify: bool) -> PyResult<Self> {
                Members::open(py, path.0, $key_type, verify).map(Self)
            }

            #[staticmethod]
            fn _unpickle(py: Python<'_>, from: &Bound<'_, PyAny>, hash: u64) -> PyResult<Self> {
                Members::unpickled(py, from, hash, $key_type).map(Self)
            }

            fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
                (py.get_type::<Self>().getattr("_unpickle")?, self.0.pickled(py)?).into_pyobject(py)
            }

            // A set never changes. A copy by way of its pickle would open the file that it was saved to again.
            fn __copy__(slf: Py<Self>) -> Py<Self> {
                slf
            }

            fn __deepcopy__(slf: Py<Self>, _memo: &Bound<'_, PyAny>) -> Py<Self> {
                slf
            }

            fn __len__(&self) -> usize {
                self.0.set.len()
            }

            fn __bool__(&self) -> bool {
                !self.0.set.is_empty()
            }

            // Without it NumPy takes a set as one object, and `np.isin` answers that nothing is in it.
            #[pyo3(signature = (*_arguments, **_options))]
            fn __array__(
                &self,
                _arguments: &Bound<'_, PyTuple>,
                _options: Option<&Bound<'_, PyDict>>,
            ) -> PyResult<Py<PyAny>> {
                Err(UnsupportedTypeError::new_err(
                    "a set is no array: ask contains(values), or pass to_array()",
                ))
            }

            fn __or__(&self, py: Python<'_>, other: PyRef<'_, Self>) -> PyResult<Self> {
                let other = &other.0.set;
                Self::of(py.detach(|| self.0.set.union(other, &Shared(None))))
            }

            fn __and__(&self, py: Python<'_>, other: PyRef<'_, Self>) -> PyResult<Self> {
                let other = &other.0.set;
                Self::of(py.detach(|| self.0.set.intersection(other, &Shared(None))))
            }

            fn __sub__(&self, py: Python<'_>, other: PyRef<'_, Self>) -> PyResult<Self> {
                let other = &other.0.set;
                Self::of(py.detach(|| self.0.set.difference(other, &Shared(None))))
            }

            fn __xor__(&self, py: Python<'_>, other: PyRef<'_, Self>) -> PyResult<Self> {
                let other = &other.0.set;
                Self::of(py.detach(|| self.0.set.symmetric_difference(other, &Shared(None))))
            }

            fn __eq__(&self, other: PyRef<'_, Self>) -> bool {
                self.0.set == other.0.set
            }

            fn __hash__(&self) -> u64 {
                self.0.set.content_hash()
            }

            fn _repr_html_(&self) -> String {
                let refused = reasons(&self.0.refused);
                let but = if refused.is_empty() { "" } else { "; refused: " };
                let of = concat!(stringify!($name), "</strong> of");
                format!("<div><strong>{of} {} {}{but}{refused}</div>", self.0.set.len(), $what)
            }

            fn __repr__(&self) -> String {
                format!(concat!("<", stringify!($name), " of {} ", $what, ">"), self.0.set.len())
            }
        }
    };
}

set_class!(
    /// A frozen, exact set of phone numbers, which any number of threads may use.
    ///
    /// Args:
    ///     values: As for `normalize`; duplicates and refused cells are left out.
    ///     region: As for `normalize`.
    ///     strict: Raise instead of leaving refused cells out.
    ///
    /// Raises:
    ///     RefusedCellsError: With `strict=True`, if any cell was refused; its `refused` counts them by note.
    ///
    /// Example:
    ///     >>> import numguard as ng
    ///     >>> listed = ng.NumberSet(["98765 43210", "+91 98123 45678", "1930"])
    ///     >>> len(listed), listed.refused
    ///     (2, {'short_code': 1})
    ///     >>> "098765-43210" in listed
    ///     True
    ///     >>> listed.contains(["9876543210", "9876543219", "98765"]).to_pylist()
    ///     [True, False, None]
    ///     >>> len(listed - ng.NumberSet(["9876543210"]))
    ///     1
    NumberSet, KeyType::Msisdn, "MSISDNs", {
    #[new]
    #[pyo3(
        signature = (values, *, region=RegionsArgument::default(), strict=false),
        text_signature = "(values, *, region='IN', strict=False)"
    )]
    fn new(py: Python<'_>, values: Values, region: RegionsArgument, strict: bool) -> PyResult<Self> {
        values.check_numbers(py, region.is_e164())?;
        Members::build_numbers(py, values, region, strict).map(Self)
    }

    /// Look cells up in the set.
    ///
    /// Args:
    ///     values: As for `normalize`.
    ///     region: As for `normalize`.
    ///     threads: The largest number of threads; `None` for all processors that the process may use.
    ///
    /// Returns:
    ///     `pyarrow.BooleanArray` or `pyarrow.ChunkedArray`: Which cells are members; null where the cell is null or refused;
    ///     with the length and the chunks of the input.
    ///
    /// Raises:
    ///     UnsupportedTypeError, ArgumentError: As `normalize`.
    ///
    /// Example:
    ///     >>> import numguard as ng
    ///     >>> ng.NumberSet(["98765 43210"]).contains(["+91-98765-43210", "9876543219", "98765", None]).to_pylist()
    ///     [True, False, None, None]
    #[pyo3(
        signature = (values, *, region=RegionsArgument::default(), threads=ThreadsArgument::default()),
        text_signature = "($self, values, *, region='IN', threads=None)"
    )]
    fn contains<'py>(
        &self,
        py: Python<'py>,
        values: Values,
        region: RegionsArgument,
        threads: ThreadsArgument,
    ) -> PyResult<Bound<'py, PyAny>> {
        values.map_numbers(py, region, |chunk, reads| {
            numguard_columns::contains(chunk, self.set(), reads, threads.0)
        })
    }

    /// Find the index of each cell's number in `to_array`.
    ///
    /// `take` with these indices adds columns that are stored in the order of the set.
    ///
    /// Args:
    ///     values: As for `normalize`.
    ///     region: As for `normalize`.
    ///     threads: The largest number of threads; `None` for all processors that the process may use.
    ///
    /// Returns:
    ///     `pyarrow.UInt32Array` or `pyarrow.ChunkedArray`: Indices from 0; null where the number is not a member, and where
    ///     the cell is null or refused.
    ///
    /// Raises:
    ///     UnsupportedTypeError, ArgumentError: As `normalize`.
    ///
    /// Example:
    ///     >>> import numguard as ng
    ///     >>> ng.NumberSet(["98765 43210", "91234 56789"]).position(["9876543210", "9876543219"]).to_pylist()
    ///     [1, None]
    #[pyo3(
        signature = (values, *, region=RegionsArgument::default(), threads=ThreadsArgument::default()),
        text_signature = "($self, values, *, region='IN', threads=None)"
    )]
    fn position<'py>(
        &self,
        py: Python<'py>,
        values: Values,
        region: RegionsArgument,
        threads: ThreadsArgument,
    ) -> PyResult<Bound<'py, PyAny>> {
        values.map_numbers(py, region, |chunk, reads| {
            numguard_columns::position(chunk, self.set(), reads, threads.0)
        })
    }

    fn __contains__(&self, cell: &Bound<'_, PyAny>) -> PyResult<bool> {
        with_cell(cell, |cell| {
            self.set()
                .contains(cell.msisdn(RegionArgument::default().0).msisdn)
        })
    }
});

set_class!(
    /// A frozen, exact set of handsets, by the first fourteen digits of their IMEIs. Otherwise as `NumberSet`.
    ///
    /// Args:
    ///     values: As for `normalize_imei`; duplicates, refused cells and placeholders are left out.
    ///     strict: Raise `numguard.errors.RefusedCellsError` instead of leaving refused cells out.
    ///
    /// Example:
    ///     >>> import numguard as ng
    ///     >>> seized = ng.ImeiSet(["490154203237518"])
    ///     >>> "4901542032375100" in seized
    ///     True
    ImeiSet, KeyType::Imei14, "IMEIs", {
    #[new]
    #[pyo3(signature = (values, *, strict=false))]
    fn new(py: Python<'_>, values: Values, strict: bool) -> PyResult<Self> {
        values.refuse_numbers()?;
        Members::build(py, values, Keys::Imei, strict).map(Self)
    }

    /// Look cells up in the set.
    ///
    /// Args:
    ///     values: As for `normalize_imei`.
    ///     threads: The largest number of threads; `None` for all processors that the process may use.
    ///
    /// Returns:
    ///     `pyarrow.BooleanArray` or `pyarrow.ChunkedArray`: Which cells are members; null where the cell is null, refused or
    ///     a placeholder.
    ///
    /// Raises:
    ///     UnsupportedTypeError: As `normalize_imei`.
    ///
    /// Example:
    ///     >>> import numguard as ng
    ///     >>> ng.ImeiSet(["490154203237518"]).contains(["490154203237510", "358240051111110", ""]).to_pylist()
    ///     [True, False, None]
    #[pyo3(
        signature = (values, *, threads=ThreadsArgument::default()),
        text_signature = "($self, values, *, threads=None)"
    )]
    fn contains<'py>(
        &self,
        py: Python<'py>,
        values: Values,
        threads: ThreadsArgument,
    ) -> PyResult<Bound<'py, PyAny>> {
        values.refuse_numbers()?;
        values.map(py, |chunk| {
            numguard_columns::contains(chunk, self.set(), Keys::Imei.into(), threads.0)
        })
    }

    /// Find the index of each cell's IMEI in `to_array`.
    ///
    /// Args:
    ///     values: As for `normalize_imei`.
    ///     threads: The largest number of threads; `None` for all processors that the process may use.
    ///
    /// Returns:
    ///     `pyarrow.UInt32Array` or `pyarrow.ChunkedArray`: Indices from 0; null where the handset is not a member, and where
    ///     the cell is null, refused or a placeholder.
    ///
    /// Raises:
    ///     UnsupportedTypeError: As `normalize_imei`.
    ///
    /// Example:
    ///     >>> import numguard as ng
    ///     >>> ng.ImeiSet(["490154203237518"]).position(["490154203237510", ""]).to_pylist()
    ///     [0, None]
    #[pyo3(
        signature = (values, *, threads=ThreadsArgument::default()),
        text_signature = "($self, values, *, threads=None)"
    )]
    fn position<'py>(
        &self,
        py: Python<'py>,
        values: Values,
        threads: ThreadsArgument,
    ) -> PyResult<Bound<'py, PyAny>> {
        values.refuse_numbers()?;
        values.map(py, |chunk| {
            numguard_columns::position(chunk, self.set(), Keys::Imei.into(), threads.0)
        })
    }

    fn __contains__(&self, cell: &Bound<'_, PyAny>) -> PyResult<bool> {
        with_cell(cell, |cell| self.set().contains(cell.imei().imei14))
    }
});

/// Calls `contains` with a Python value as a cell: text or an integer. `None` is in no set.
fn with_cell(
    value: &Bound<'_, PyAny>,
    contains: impl FnOnce(numguard_columns::Cell<'_>) -> bool,
) -> PyResult<bool> {
    use numguard_columns::Cell;
    if value.is_none() {
        return Ok(false);
    }
    if let Ok(text) = value.extract::<&str>() {
        return Ok(contains(Cell::Text(text.as_bytes())));
    }
    if let Ok(number) = value.extract::<i128>() {
        // As in an array, an unsigned integer of NumPy is a key already.
        let is_key = match value.getattr_opt("dtype")? {
            Some(dtype) => dtype.str()? == "uint64",
            None => false,
        };
        return Ok(contains(match u64::try_from(number) {
            Ok(key) if is_key => Cell::U64(key),
            _ => Cell::I128(number),
        }));
    }
    // A scalar of Arrow has a type, and the type decides how it is read: only uint64 is a key already.
    if let Ok(number) = value.call_method0("as_py") {
        let of_value = value.getattr("type")?;
        let of_value = of_value.getattr_opt("value_type")?.unwrap_or(of_value);
        let is_key = of_value.str()? == "uint64";
        return match number.extract::<u64>() {
            Ok(key) if is_key => Ok(contains(Cell::U64(key))),
            _ => with_cell(&number, contains),
        };
    }
    Err(UnsupportedTypeError::new_err(
        "a set looks up only text and integers",
    ))
}

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<NumberSet>()?;
    module.add_class::<ImeiSet>()
}
