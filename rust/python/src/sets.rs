//! `NumberSet` and `ImeiSet`: the frozen set as two Python classes, so that the one is never taken for the other.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use numguard_columns::{Keys, setfile};
use numguard_core::notes::Note;
use numguard_core::set::{FrozenSet, KeyType};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::{PyBytes, PyDict, PyTuple};
use pyo3_arrow::PyArray;
use pyo3_arrow::ffi::to_array_pycapsules;

use crate::error::{RefusedCellsError, SetFileError, UnsupportedTypeError, raise};
use crate::input::{RegionArgument, ThreadsArgument, Values, array_to_python};

/// Below this a pickle holds the set itself; above, where the set is, if it is in a file.
const PICKLED_WHOLE: usize = 1 << 20;

/// What both classes hold.
struct Members {
    set: FrozenSet,
    refused: Vec<(Note, u64)>,
    /// The file that holds exactly this set: the one it was opened from or last saved to.
    path: Mutex<Option<PathBuf>>,
}

impl Members {
    fn new(set: FrozenSet, refused: Vec<(Note, u64)>, path: Option<PathBuf>) -> Self {
        Self {
            set,
            refused,
            path: Mutex::new(path),
        }
    }

    fn build(py: Python<'_>, values: Values, keys: Keys, strict: bool) -> PyResult<Self> {
        let (set, refused) = py
            .detach(|| numguard_columns::build(&values.into_chunks(), keys, None))
            .map_err(raise)?;
        if strict && !refused.is_empty() {
            let cells: u64 = refused.iter().map(|&(_, count)| count).sum();
            let why: Vec<String> = refused
                .iter()
                .map(|&(note, count)| format!("{} {count}", note.code()))
                .collect();
            let message = format!("{cells} cells were refused: {}", why.join(", "));
            return Err(RefusedCellsError::new_err((
                message,
                by_note(py, &refused)?.unbind(),
            )));
        }
        Ok(Self::new(set, refused, None))
    }

    fn open(py: Python<'_>, path: PathBuf, key_type: KeyType, verify: bool) -> PyResult<Self> {
        let set = py
            .detach(|| setfile::open(&path, key_type, verify))
            .map_err(raise)?;
        Ok(Self::new(set, Vec::new(), Some(std::path::absolute(path)?)))
    }

    fn save(&self, py: Python<'_>, path: PathBuf) -> PyResult<()> {
        py.detach(|| setfile::save(&self.set, &path))
            .map_err(raise)?;
        *self.path.lock().unwrap_or_else(PoisonError::into_inner) =
            Some(std::path::absolute(path)?);
        Ok(())
    }

    fn pickled<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let path = self
            .path
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        match path {
            Some(path) if self.set.nbytes() > PICKLED_WHOLE => {
                (path, self.set.content_hash()).into_pyobject(py)
            }
            _ => (
                PyBytes::new(py, self.set.as_bytes()),
                self.set.content_hash(),
            )
                .into_pyobject(py),
        }
    }

    fn unpickled(
        py: Python<'_>,
        from: &Bound<'_, PyAny>,
        hash: u64,
        key_type: KeyType,
    ) -> PyResult<Self> {
        let members = if let Ok(bytes) = from.extract::<PyBackedBytes>() {
            let set = FrozenSet::from_bytes(Arc::new(bytes), key_type)
                .map_err(|error| SetFileError::new_err(error.to_string()))?;
            Self::new(set, Vec::new(), None)
        } else {
            Self::open(py, from.extract()?, key_type, false)?
        };
        if members.set.content_hash() == hash {
            return Ok(members);
        }
        Err(SetFileError::new_err(
            "the saved set that this pickle points to has been replaced by another",
        ))
    }
}

fn by_note<'py>(py: Python<'py>, refused: &[(Note, u64)]) -> PyResult<Bound<'py, PyDict>> {
    let counts = PyDict::new(py);
    for &(note, count) in refused {
        counts.set_item(note.code(), count)?;
    }
    Ok(counts)
}

/// One class: what both have in common, and what is its own.
macro_rules! set_class {
    ($name:ident, $key_type:expr, $what:literal, { $($own:tt)* }) => {
        #[pyclass(frozen, module = "numguard._core")]
        pub(crate) struct $name(Members);

        impl $name {
            /// The set itself, for the kernels that take one.
            #[allow(dead_code)] // each class is asked by other kernels than its twin
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

            #[getter]
            fn refused<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
                by_note(py, &self.0.refused)
            }

            #[getter]
            fn nbytes(&self) -> usize {
                self.0.set.nbytes()
            }

            fn to_array<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
                let keys = py.detach(|| numguard_columns::keys_of(&self.0.set));
                array_to_python(py, Some(Arc::new(keys)))
            }

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

            fn save(&self, py: Python<'_>, path: PathBuf) -> PyResult<()> {
                self.0.save(py, path)
            }

            #[staticmethod]
            #[pyo3(signature = (path, *, verify=true))]
            fn open(py: Python<'_>, path: PathBuf, verify: bool) -> PyResult<Self> {
                Members::open(py, path, $key_type, verify).map(Self)
            }

            #[staticmethod]
            fn _unpickle(py: Python<'_>, from: &Bound<'_, PyAny>, hash: u64) -> PyResult<Self> {
                Members::unpickled(py, from, hash, $key_type).map(Self)
            }

            fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
                (py.get_type::<Self>().getattr("_unpickle")?, self.0.pickled(py)?).into_pyobject(py)
            }

            fn __len__(&self) -> usize {
                self.0.set.len()
            }

            fn __bool__(&self) -> bool {
                !self.0.set.is_empty()
            }

            fn __or__(&self, py: Python<'_>, other: PyRef<'_, Self>) -> PyResult<Self> {
                let other = &other.0.set;
                Self::of(py.detach(|| self.0.set.union(other)))
            }

            fn __and__(&self, py: Python<'_>, other: PyRef<'_, Self>) -> PyResult<Self> {
                let other = &other.0.set;
                Self::of(py.detach(|| self.0.set.intersection(other)))
            }

            fn __sub__(&self, py: Python<'_>, other: PyRef<'_, Self>) -> PyResult<Self> {
                let other = &other.0.set;
                Self::of(py.detach(|| self.0.set.difference(other)))
            }

            fn __xor__(&self, py: Python<'_>, other: PyRef<'_, Self>) -> PyResult<Self> {
                let other = &other.0.set;
                Self::of(py.detach(|| self.0.set.symmetric_difference(other)))
            }

            fn __eq__(&self, other: PyRef<'_, Self>) -> bool {
                self.0.set == other.0.set
            }

            fn __hash__(&self) -> u64 {
                self.0.set.content_hash()
            }

            fn __repr__(&self) -> String {
                format!(concat!("<", stringify!($name), " of {} ", $what, ">"), self.0.set.len())
            }
        }
    };
}

set_class!(NumberSet, KeyType::Msisdn, "MSISDNs", {
    #[new]
    #[pyo3(signature = (values, *, region=RegionArgument::default(), strict=false))]
    fn new(py: Python<'_>, values: Values, region: RegionArgument, strict: bool) -> PyResult<Self> {
        values.warn_if_national(py)?;
        Members::build(py, values, region.keys(), strict).map(Self)
    }

    #[pyo3(signature = (values, *, region=RegionArgument::default(), threads=ThreadsArgument::default()))]
    fn contains<'py>(
        &self,
        py: Python<'py>,
        values: Values,
        region: RegionArgument,
        threads: ThreadsArgument,
    ) -> PyResult<Bound<'py, PyAny>> {
        values.warn_if_national(py)?;
        values.map(py, |chunk| {
            numguard_columns::contains(chunk, self.set(), region.keys(), threads.0)
        })
    }

    #[pyo3(signature = (values, *, region=RegionArgument::default(), threads=ThreadsArgument::default()))]
    fn position<'py>(
        &self,
        py: Python<'py>,
        values: Values,
        region: RegionArgument,
        threads: ThreadsArgument,
    ) -> PyResult<Bound<'py, PyAny>> {
        values.warn_if_national(py)?;
        values.map(py, |chunk| {
            numguard_columns::position(chunk, self.set(), region.keys(), threads.0)
        })
    }

    fn __contains__(&self, cell: &Bound<'_, PyAny>) -> PyResult<bool> {
        with_cell(cell, |cell| {
            self.set()
                .contains(cell.msisdn(RegionArgument::default().0).msisdn)
        })
    }
});

set_class!(ImeiSet, KeyType::Imei14, "IMEIs", {
    #[new]
    #[pyo3(signature = (values, *, strict=false))]
    fn new(py: Python<'_>, values: Values, strict: bool) -> PyResult<Self> {
        Members::build(py, values, Keys::Imei, strict).map(Self)
    }

    #[pyo3(signature = (values, *, threads=ThreadsArgument::default()))]
    fn contains<'py>(
        &self,
        py: Python<'py>,
        values: Values,
        threads: ThreadsArgument,
    ) -> PyResult<Bound<'py, PyAny>> {
        values.map(py, |chunk| {
            numguard_columns::contains(chunk, self.set(), Keys::Imei, threads.0)
        })
    }

    #[pyo3(signature = (values, *, threads=ThreadsArgument::default()))]
    fn position<'py>(
        &self,
        py: Python<'py>,
        values: Values,
        threads: ThreadsArgument,
    ) -> PyResult<Bound<'py, PyAny>> {
        values.map(py, |chunk| {
            numguard_columns::position(chunk, self.set(), Keys::Imei, threads.0)
        })
    }

    fn __contains__(&self, cell: &Bound<'_, PyAny>) -> PyResult<bool> {
        with_cell(cell, |cell| self.set().contains(cell.imei().imei14))
    }
});

/// A single Python value as a cell: text or an integer; `None` is in no set.
fn with_cell(
    value: &Bound<'_, PyAny>,
    ask: impl FnOnce(numguard_columns::Cell<'_>) -> bool,
) -> PyResult<bool> {
    use numguard_columns::Cell;
    if value.is_none() {
        return Ok(false);
    }
    if let Ok(text) = value.extract::<&str>() {
        return Ok(ask(Cell::Text(text.as_bytes())));
    }
    if let Ok(number) = value.extract::<i128>() {
        return Ok(ask(Cell::I128(number)));
    }
    Err(UnsupportedTypeError::new_err(
        "only text and whole numbers are looked up in a set",
    ))
}

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<NumberSet>()?;
    module.add_class::<ImeiSet>()
}
