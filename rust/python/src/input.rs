//! Python arguments -> Arrow chunks, regions and thread counts; Arrow results -> pyarrow, in the shape of the input.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::DataType;
use numguard_columns::parallel::Threads;
use numguard_columns::{Error, Keys, Reads};
use numguard_core::msisdn::{Region, Style};
use numguard_core::set::KeyType;
use pyo3::exceptions::{
    PyNotImplementedError, PyOverflowError, PyTypeError, PyUnicodeError, PyValueError,
};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};
use pyo3_arrow::input::AnyArray;
use pyo3_arrow::{PyArray, PyChunkedArray, PyRecordBatch};

use crate::error::{ArgumentError, InputError, UnsupportedTypeError, instead, is_of_cells, raise};
use crate::objects::{array_of, check_decimals, check_unsigned, mixed};
use crate::sets::{ImeiSet, NumberSet};

/// A column from Python.
pub(crate) struct Values {
    /// At least one, which may be empty: the type is checked even if there are no rows.
    chunks: Vec<ArrayRef>,
    chunked: bool,
    /// The type of its keys, if it is a set.
    set: Option<KeyType>,
}

impl Values {
    /// Calls `kernel` with each chunk, without the GIL. The result has the shape of the input: an array for an array, a
    /// chunked array for anything chunked.
    pub(crate) fn map<'py>(
        self,
        py: Python<'py>,
        kernel: impl Fn(&ArrayRef) -> Result<ArrayRef, Error> + Send + Sync,
    ) -> PyResult<Bound<'py, PyAny>> {
        let answer = py
            .detach(|| {
                numguard_columns::sound(&self.chunks, || {
                    self.chunks
                        .iter()
                        .map(kernel)
                        .collect::<Result<Vec<_>, _>>()
                })
            })
            .map_err(raise)?;
        self.shaped(py, answer)
    }

    /// As [`map`](Self::map), for phone numbers: with one region for all rows, or with a region for each row. Warns if they
    /// seem to be national.
    pub(crate) fn map_numbers<'py>(
        self,
        py: Python<'py>,
        region: RegionsArgument,
        kernel: impl Fn(&ArrayRef, Reads<'_>) -> Result<ArrayRef, Error> + Send + Sync,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.check_numbers(py, region.is_e164())?;
        let codes = match region {
            RegionsArgument::One(region) => {
                return self.map(py, |chunk| kernel(chunk, region.into()));
            }
            RegionsArgument::Each(codes) => codes,
        };
        let answer = py
            .detach(|| {
                let arrays: Vec<ArrayRef> = self.chunks.iter().chain(&codes).cloned().collect();
                numguard_columns::sound(&arrays, || {
                    numguard_columns::regions_of(&codes, &self.chunks)?
                        .iter()
                        .zip(&self.chunks)
                        .map(|(regions, chunk)| kernel(chunk, regions.reads()))
                        .collect::<Result<Vec<_>, _>>()
                })
            })
            .map_err(raise)?;
        self.shaped(py, answer)
    }

    fn shaped<'py>(&self, py: Python<'py>, answer: Vec<ArrayRef>) -> PyResult<Bound<'py, PyAny>> {
        if self.chunked {
            PyChunkedArray::from_array_refs(answer)?.into_pyarrow(py)
        } else {
            array_to_python(py, answer.into_iter().next())
        }
    }
}

/// A batch of rows from Python.
pub(crate) struct Rows(pub(crate) RecordBatch);

impl<'py> FromPyObject<'_, 'py> for Rows {
    type Error = PyErr;

    fn extract(rows: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        // Arrow's message is not passed on: it names the column, and the name of a column may be a phone number.
        let unsound = || {
            InputError::new_err(
                "a batch does not match its schema, or has a type that is not supported: write the data again",
            )
        };
        let batch = match imported(|| rows.extract::<PyRecordBatch>()) {
            Err(error) if is_of_cells(rows.py(), &error) => {
                without_offsets(&rows).and_then(|rows| imported(|| rows.extract::<PyRecordBatch>()))
            }
            batch => batch,
        };
        let batch = batch.map_err(|error| instead(rows.py(), error, unsound))?;
        Ok(Self(batch.into_inner()))
    }
}

/// A valid batch of pyarrow with the same rows, whose arrays begin at offset 0.
///
/// The import panics where a struct that stands at an offset has a struct in it (apache/arrow-rs #7595): it counts the
/// offset twice. A stream holds the rows without their offsets, for every type.
fn without_offsets<'py>(rows: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let py = rows.py();
    // The writer relies on what is valid.
    let full = PyDict::new(py);
    full.set_item(intern!(py, "full"), true)?;
    rows.call_method(intern!(py, "validate"), (), Some(&full))?;
    let pyarrow = py.import(intern!(py, "pyarrow"))?;
    let streams = py.import(intern!(py, "pyarrow.ipc"))?;
    let schema = rows.getattr(intern!(py, "schema"))?;
    let written = pyarrow.call_method0(intern!(py, "BufferOutputStream"))?;
    let writer = streams.call_method1(intern!(py, "new_stream"), (&written, schema))?;
    writer.call_method1(intern!(py, "write_batch"), (rows,))?;
    writer.call_method0(intern!(py, "close"))?;
    let bytes = written.call_method0(intern!(py, "getvalue"))?;
    streams
        .call_method1(intern!(py, "open_stream"), (bytes,))?
        .call_method0(intern!(py, "read_next_batch"))
}

/// Imports a value through the C interface, which may be invalid.
fn imported<T>(import: impl FnOnce() -> PyResult<T>) -> PyResult<T> {
    numguard_columns::caught(import).unwrap_or_else(|_| Err(raise(Error::Unsound)))
}

/// One array as a `pyarrow.Array`.
pub(crate) fn array_to_python(
    py: Python<'_>,
    array: Option<ArrayRef>,
) -> PyResult<Bound<'_, PyAny>> {
    let array = array.unwrap_or_else(|| arrow_array::new_empty_array(&DataType::Null));
    let array = PyArray::from_array_ref(array).into_pyobject(py)?;
    py.import(intern!(py, "pyarrow"))?
        .call_method1(intern!(py, "array"), (array,))
}

impl<'py> FromPyObject<'_, 'py> for Values {
    type Error = PyErr;

    fn extract(values: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        let py = values.py();
        let set = if values.cast::<NumberSet>().is_ok() {
            Some(KeyType::Msisdn)
        } else {
            values.cast::<ImeiSet>().ok().map(|_| KeyType::Imei14)
        };
        if values.hasattr(intern!(py, "__arrow_c_array__"))?
            || values.hasattr(intern!(py, "__arrow_c_stream__"))?
        {
            // pandas converts its columns to Arrow here; its message about a mixed column may quote a cell.
            let arrow = imported(|| values.extract()).map_err(|error: PyErr| {
                let is_type = error.is_instance_of::<PyTypeError>(py);
                let is_mixed = is_type
                    || error.is_instance_of::<PyValueError>(py)
                    || error.is_instance_of::<PyOverflowError>(py)
                    || error.is_instance_of::<PyNotImplementedError>(py);
                if !error.is_instance_of::<InputError>(py) && is_mixed {
                    mixed()
                } else {
                    error
                }
            })?;
            let read = imported(|| Self::from_arrow(arrow))
                .or_else(|error| imported(|| Self::through_pyarrow(&values)).map_err(|_| error))?;
            let words = match read.chunks[0].data_type() {
                DataType::Dictionary(_, words) => words,
                plain => plain,
            };
            if matches!(words, DataType::Int64 | DataType::Float64) {
                check_unsigned(&values)?;
            }
            if matches!(words, DataType::Decimal128(..)) {
                check_decimals(&values)?;
            }
            return Ok(Self { set, ..read });
        }
        let array = array_of(values.to_owned())?;
        Self::from_arrow(array.extract()?)
    }
}

impl Values {
    /// The same column, imported by pyarrow: Polars exports a column of nulls alone with a buffer, which arrow-rs refuses.
    fn through_pyarrow(values: &Bound<'_, PyAny>) -> PyResult<Self> {
        let py = values.py();
        let pyarrow = py.import(intern!(py, "pyarrow"))?;
        let column = pyarrow.call_method1(intern!(py, "chunked_array"), (values,))?;
        Self::from_arrow(column.extract()?)
    }

    fn from_arrow(values: AnyArray) -> PyResult<Self> {
        match values {
            AnyArray::Array(array) => {
                let (array, field) = array.into_inner();
                numguard_columns::check_extension(&field).map_err(raise)?;
                Ok(Self {
                    chunks: vec![array],
                    chunked: false,
                    set: None,
                })
            }
            AnyArray::Stream(stream) => {
                let reader = stream.into_reader()?;
                let field = reader.field();
                numguard_columns::check_extension(&field).map_err(raise)?;
                let chunks = reader.collect::<Result<Vec<_>, _>>();
                let mut chunks = chunks.map_err(|error| raise(error.into()))?;
                if chunks.is_empty() {
                    chunks.push(arrow_array::new_empty_array(field.data_type()));
                }
                Ok(Self {
                    chunks,
                    chunked: true,
                    set: None,
                })
            }
        }
    }

    /// The chunks, for kernels that take all of them together.
    pub(crate) fn into_chunks(self) -> Vec<ArrayRef> {
        self.chunks
    }

    /// Refuses a set of handsets, whose keys would be read as numbers.
    pub(crate) fn refuse_handsets(&self) -> PyResult<()> {
        match self.set {
            Some(KeyType::Imei14) => Err(ArgumentError::new_err(
                "values: takes numbers, not an ImeiSet",
            )),
            _ => Ok(()),
        }
    }

    /// Refuses a set of numbers, whose keys would be read as handsets.
    pub(crate) fn refuse_numbers(&self) -> PyResult<()> {
        match self.set {
            Some(KeyType::Msisdn) => Err(ArgumentError::new_err(
                "values: takes handsets, not a NumberSet",
            )),
            _ => Ok(()),
        }
    }

    /// Refuses a set of handsets. Warns if a `UInt64` column, which is not read again, seems to hold national numbers;
    /// unless the caller says that it is E.164, with the region `None`.
    pub(crate) fn check_numbers(&self, py: Python<'_>, is_e164: bool) -> PyResult<()> {
        self.refuse_handsets()?;
        if is_e164 {
            return Ok(());
        }
        if self
            .chunks
            .iter()
            .any(|chunk| numguard_columns::looks_national(chunk.as_ref()))
        {
            // Points at the line that calls the package, also where this is called from within it.
            let text = "UInt64 is taken for E.164 as it stands, yet most of this column is ten digits with lead 6 to 9: \
                        cast it to Int64 if these are national numbers";
            let module = py.import("numguard.warning")?;
            module.call_method1("warn", (text,))?;
        }
        Ok(())
    }
}

/// `region=`: the region by which digits without a plus are read, one for all rows.
#[derive(Clone, Copy)]
pub(crate) struct RegionArgument(pub(crate) Region);

impl Default for RegionArgument {
    fn default() -> Self {
        Self(Region::In)
    }
}

impl RegionArgument {
    /// Whether bare digits are E.164.
    pub(crate) fn is_e164(self) -> bool {
        self.0 == Region::E164
    }

    pub(crate) fn keys(self) -> Keys {
        Keys::Msisdn(self.0)
    }
}

/// `region=`: the region by which digits without a plus are read, one for all rows or one for each row.
pub(crate) enum RegionsArgument {
    One(Region),
    /// The chunks of a column of region codes.
    Each(Vec<ArrayRef>),
}

impl RegionsArgument {
    /// Whether bare digits are E.164 in all rows.
    pub(crate) fn is_e164(&self) -> bool {
        matches!(self, Self::One(Region::E164))
    }
}

impl Default for RegionsArgument {
    fn default() -> Self {
        Self::One(Region::In)
    }
}

impl<'py> FromPyObject<'_, 'py> for RegionsArgument {
    type Error = PyErr;

    fn extract(region: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if region.is_none() || region.is_instance_of::<PyString>() {
            let RegionArgument(region) = region.extract()?;
            return Ok(Self::One(region));
        }
        // The error of another object names `values`.
        let py = region.py();
        let codes: Values = region.extract().map_err(|error: PyErr| {
            if error.is_instance_of::<UnsupportedTypeError>(py) {
                no_regions()
            } else {
                error
            }
        })?;
        Ok(Self::Each(codes.into_chunks()))
    }
}

impl<'py> FromPyObject<'_, 'py> for RegionArgument {
    type Error = PyErr;

    fn extract(region: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if region.is_none() {
            return Ok(Self(Region::E164));
        }
        match region.cast::<PyString>() {
            Ok(name) => name
                .to_str()
                .ok()
                .and_then(Region::named)
                .map(Self)
                .ok_or_else(unknown_region),
            Err(_) => Err(unknown_region()),
        }
    }
}

fn no_regions() -> PyErr {
    ArgumentError::new_err(
        "region: takes a region of numguard.regions(), such as \"IN\", None, or a column of text with the region of each row",
    )
}

fn unknown_region() -> PyErr {
    ArgumentError::new_err(
        "region: takes a region of numguard.regions(), such as \"IN\", or None for digits that are E.164 already",
    )
}

/// `style=`: how a number is formatted.
#[derive(Clone, Copy)]
pub(crate) struct StyleArgument(pub(crate) Style);

impl<'py> FromPyObject<'_, 'py> for StyleArgument {
    type Error = PyErr;

    fn extract(style: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        Ok(Self(match style.extract() {
            Ok("e164") => Style::E164,
            Ok("digits") => Style::Digits,
            Ok("national") => Style::National,
            Ok("international") => Style::International,
            _ => {
                return Err(ArgumentError::new_err(
                    "style: takes \"e164\", \"digits\", \"national\" or \"international\"",
                ));
            }
        }))
    }
}

/// `path=`: the path of a file.
pub(crate) struct PathArgument(pub(crate) PathBuf);

impl<'py> FromPyObject<'_, 'py> for PathArgument {
    type Error = PyErr;

    fn extract(path: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        path.extract().map(Self).map_err(|error| {
            if error.is_instance_of::<PyUnicodeError>(path.py()) {
                ArgumentError::new_err("path: is not text in UTF-8")
            } else {
                error
            }
        })
    }
}

/// `threads=`: a positive number, or `None` for all processors that the process may use.
#[derive(Clone, Copy, Default)]
pub(crate) struct ThreadsArgument(pub(crate) Threads);

impl<'py> FromPyObject<'_, 'py> for ThreadsArgument {
    type Error = PyErr;

    fn extract(threads: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if threads.is_none() {
            return Ok(Self(None));
        }
        match threads.extract::<usize>().ok().and_then(NonZeroUsize::new) {
            Some(count) if count.get() <= 1024 => Ok(Self(Some(count))),
            _ => Err(ArgumentError::new_err(
                "threads: takes a whole number from 1 to 1024, or None",
            )),
        }
    }
}
