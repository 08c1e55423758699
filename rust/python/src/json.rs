//! JSON: documents, and blocks of lines with a record each.

use numguard_columns::json::{Document, Kind, Lines, Names};
use pyo3::exceptions::PyUnicodeDecodeError;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::{PyBytes, PyTuple};
use pyo3_arrow::PyRecordBatch;

use crate::error::{ArgumentError, raise};
use crate::input::{ThreadsArgument, array_to_python};

/// A JSON document, or a value in it.
///
/// `NaN`, `Infinity` and `-Infinity` are read as texts, and one half of a character in two (`"\\ud83d"`) as U+FFFD.
///
/// Args:
///     text: The document, in UTF-8.
///
/// Raises:
///     ValueError: For a text that is not valid JSON, or not UTF-8.
///
/// Example:
///     >>> from numguard._core import Json
///     >>> [(name, within)] = Json(b'{"list": [{"msisdn": 98765},\n {"msisdn": 1930}]}').members()
///     >>> name, within.kind, within.lines()
///     ('list', 'records', b'{"msisdn": 98765}\n{"msisdn": 1930}\n')
#[pyclass(frozen, module = "numguard._core")]
pub(crate) struct Json(Document);

#[pymethods]
impl Json {
    #[new]
    #[pyo3(text_signature = "(text)")]
    #[allow(clippy::needless_pass_by_value)] // pyo3 gives owned values
    fn new(py: Python<'_>, text: PyBackedBytes) -> PyResult<Self> {
        let text = utf8(py, &text)?.to_owned();
        let document = py.detach(|| Document::new(text));
        document
            .map(Self)
            .ok_or_else(|| ArgumentError::new_err("text: is not valid JSON"))
    }

    /// What it is: "object"; "records" for a list of objects alone, or an empty one; "texts" for a list of texts and
    /// numbers alone; "list" for any other list; "other".
    #[getter]
    fn kind(&self, py: Python<'_>) -> &'static str {
        match py.detach(|| self.0.kind()) {
            Kind::Object => "object",
            Kind::Records => "records",
            Kind::Texts => "texts",
            Kind::List => "list",
            Kind::Other => "other",
        }
    }

    /// The value as it is written.
    #[getter]
    fn text(&self) -> &str {
        self.0.text()
    }

    /// The names and values of an object, in order.
    ///
    /// Raises:
    ///     ValueError: For another value, or an object with the same name twice.
    fn members(&self, py: Python<'_>) -> PyResult<Vec<(String, Self)>> {
        let found = py.detach(|| self.0.members());
        let found = found.ok_or_else(|| ArgumentError::new_err("has no members, or one twice"))?;
        Ok(found
            .into_iter()
            .map(|(name, value)| (name, Self(value)))
            .collect())
    }

    /// The values of a list, a line each; the one line of any other value.
    ///
    /// Returns:
    ///     bytes: In UTF-8.
    fn lines<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        let lines = py.detach(|| self.0.lines());
        PyBytes::new(py, &lines)
    }
}

/// The names of the columns of JSON Lines. Those of an object within a record are dotted.
///
/// Args:
///     block: Whole lines, in UTF-8.
///     threads: As in `numguard.scan`.
///
/// Returns:
///     tuple: The names, in the order in which they first appear, and how many lines are records.
///
/// Raises:
///     UnicodeDecodeError: For a text that is not UTF-8.
///
/// Example:
///     >>> from numguard._core import json_names
///     >>> json_names(b'{"suspect": {"mobile": 98765}}\n{"by": "desk"}\n\n')
///     (['suspect.mobile', 'by'], 2)
#[pyfunction]
#[pyo3(signature = (block, *, threads=ThreadsArgument::default()), text_signature = "(block, *, threads=None)")]
#[allow(clippy::needless_pass_by_value)] // pyo3 gives owned values
fn json_names(
    py: Python<'_>,
    block: PyBackedBytes,
    threads: ThreadsArgument,
) -> PyResult<(Vec<String>, usize)> {
    let block = utf8(py, &block)?;
    let (names, records) = py.detach(|| Names::of(block, threads.0));
    Ok((names.order().to_vec(), records))
}

/// The rows of JSON Lines. A number is a cell as it is written; a list of texts and numbers is one cell, with semicolons.
///
/// Args:
///     block: Whole lines, in UTF-8.
///     names: The names of all columns, each once.
///     columns: The indices of the columns to return, in this order.
///     threads: As in `numguard.scan`.
///
/// Returns:
///     tuple: The rows as a record batch of strings; the line of each row, from 0 (int64); the other lines, each with its
///     line and text (bytes): they are no object, or have a name twice or one that is not in `names`; the numbers of
///     blank lines and of all lines.
///
/// Raises:
///     UnicodeDecodeError: For a text that is not UTF-8.
///
/// Example:
///     >>> from numguard._core import json_rows
///     >>> rows, lines, *others = json_rows(b'{"a": 9.80e9}\n\n{"a": [1, "2"]}\n{"a":\n', ["a"], [0])
///     >>> rows.to_pylist(), lines.to_pylist(), others
///     ([{'a': '9.80e9'}, {'a': '1; 2'}], [0, 2], [[(3, b'{"a":')], 1, 4])
#[pyfunction]
#[pyo3(
    signature = (block, names, columns, *, threads=ThreadsArgument::default()),
    text_signature = "(block, names, columns, *, threads=None)"
)]
#[allow(clippy::needless_pass_by_value)] // pyo3 gives owned values
fn json_rows<'py>(
    py: Python<'py>,
    block: PyBackedBytes,
    names: Vec<String>,
    columns: Vec<usize>,
    threads: ThreadsArgument,
) -> PyResult<Bound<'py, PyTuple>> {
    let block = utf8(py, &block)?;
    if columns.iter().any(|&n| n >= names.len()) {
        return Err(ArgumentError::new_err("columns: there is no such column"));
    }
    let lines = py.detach(|| Lines::read(block, &Names::new(names), &columns, threads.0));
    let lines = lines.map_err(raise)?;
    let text =
        |one: &numguard_columns::json::Refused| PyBytes::new(py, block[one.at.clone()].as_bytes());
    let refused: Vec<_> = lines
        .refused
        .iter()
        .map(|one| (one.line, text(one)))
        .collect();
    let rows = PyRecordBatch::new(lines.rows).into_pyarrow(py)?;
    let places = array_to_python(py, Some(std::sync::Arc::new(lines.places)))?;
    (rows, places, refused, lines.blank, lines.count).into_pyobject(py)
}

fn utf8<'a>(py: Python<'_>, text: &'a [u8]) -> PyResult<&'a str> {
    if let Ok(text) = simdutf8::basic::from_utf8(text) {
        return Ok(text);
    }
    std::str::from_utf8(text).map_err(|error| {
        PyUnicodeDecodeError::new_utf8(py, text, error)
            .map_or_else(|error| error, |error| PyErr::from_value(error.into_any()))
    })
}

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<Json>()?;
    module.add_function(wrap_pyfunction!(json_names, module)?)?;
    module.add_function(wrap_pyfunction!(json_rows, module)?)
}
