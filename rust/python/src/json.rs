//! JSON: documents, and lines with a record each.

use std::sync::{Arc, Mutex};

use numguard_columns::json::{Batches, Document, FindNames, Kind, Names, Text};
use numguard_columns::parallel::{Next, locked};
use pyo3::exceptions::PyUnicodeDecodeError;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::{PyBytes, PyTuple};
use pyo3_arrow::PyRecordBatch;

use crate::error::{ArgumentError, raise};
use crate::input::{ThreadsArgument, array_to_python};
use crate::running::{PATIENCE, next_of};
use crate::text::{Source, between_to_python};

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

/// JSON Lines: their source, and the names of their columns. They can be read once.
///
/// Args:
///     source: A path, or an iterable of bytes in UTF-8. The first line begins at its start.
///     names: The names of all columns, each once. Not necessary for `find_names`.
///     offset: The byte offset of the first line in a file.
///     longest: The most bytes of a line.
///
/// Raises:
///     ArgumentError: For an offset without a path.
///
/// Example:
///     >>> from numguard._core import JsonLines
///     >>> JsonLines([b'{"suspect": {"mobile": 98765}}\n{"by": "desk"}\n\n']).find_names(most=9)
///     (['suspect.mobile', 'by'], 2, 46)
///     >>> lines = JsonLines([b'{"a": 9.80e9}\n\n{"a": [1, "2"]}\n{"a":\n'], ["a"])
///     >>> for rows, of_rows, (refused, blank, _) in lines.rows([0]):
///     ...     print(rows.to_pylist(), of_rows.to_pylist(), blank)
///     [{'a': '9.80e9'}, {'a': '1; 2'}] [1, 3] 1
///     >>> refused.to_pylist()
///     [{'line': 4, 'lines': 1, 'fields': 0, 'note': 'not_json', 'text': b'{"a":'}]
#[pyclass(frozen, module = "numguard._core")]
pub(crate) struct JsonLines {
    source: Source,
    names: Arc<Names>,
    longest: usize,
}

#[pymethods]
impl JsonLines {
    #[new]
    #[pyo3(signature = (source, names=vec![], *, offset=0, longest=1 << 28))]
    #[pyo3(text_signature = "(source, names=(), *, offset=0, longest=268435456)")]
    fn new(
        source: &Bound<'_, PyAny>,
        names: Vec<String>,
        offset: u64,
        longest: usize,
    ) -> PyResult<Self> {
        Ok(Self {
            source: Source::new(source, offset)?,
            names: Arc::new(Names::new(names)),
            longest,
        })
    }

    /// The names of the columns. Those of an object within a record are dotted.
    ///
    /// Args:
    ///     most: Where there are more names, the text is not read to its end.
    ///     threads: As in `numguard.scan`.
    ///
    /// Returns:
    ///     tuple: The names, in the order in which they first appear; how many lines are records; the number of bytes.
    ///
    /// Raises:
    ///     InputError: For a text that is not UTF-8, or a line that is too long.
    #[pyo3(
        signature = (*, most, threads=ThreadsArgument::default()),
        text_signature = "($self, *, most, threads=None)"
    )]
    fn find_names(
        &self,
        py: Python<'_>,
        most: usize,
        threads: ThreadsArgument,
    ) -> PyResult<(Vec<String>, usize, usize)> {
        let mut search = FindNames::new(self.open(py)?, threads.0);
        let (mut names, mut records, mut bytes) = (Names::default(), 0, 0);
        while names.order().len() <= most {
            py.check_signals()?;
            match py.detach(|| search.next(PATIENCE, &mut names)) {
                Next::End => break,
                Next::Waiting => {}
                Next::Ready(found) => {
                    let (more, read) = found.map_err(raise)?;
                    records += more;
                    bytes += read;
                }
            }
        }
        py.detach(|| drop(search));
        Ok((names.order().to_vec(), records, bytes))
    }

    /// The rows. A number is a cell as it is written; a list of texts and numbers is one cell, with semicolons.
    ///
    /// Args:
    ///     columns: The indices of the columns to return, in this order.
    ///     block: Approximate number of bytes of one batch.
    ///     threads: As in `numguard.scan`.
    ///
    /// Returns:
    ///     iterator: Of tuples: the rows as a record batch of strings; the line of each row, from 1 (int64); a tuple of
    ///     what is between the rows, as of `Text.rows`: lines that are no object, or have a name twice or one that is not
    ///     in `names`, with their whole texts; the number of blank lines; False.
    ///
    /// Raises:
    ///     ArgumentError: For an index of no column.
    ///     InputError: As for `find_names`.
    #[pyo3(
        signature = (columns, *, block=1 << 22, threads=ThreadsArgument::default()),
        text_signature = "($self, columns, *, block=4194304, threads=None)"
    )]
    fn rows(
        &self,
        py: Python<'_>,
        columns: Vec<usize>,
        block: usize,
        threads: ThreadsArgument,
    ) -> PyResult<JsonRows> {
        if columns.iter().any(|&at| at >= self.names.order().len()) {
            return Err(ArgumentError::new_err("columns: there is no such column"));
        }
        let batches = Batches::new(self.open(py)?, columns, block.max(1), threads.0);
        Ok(JsonRows(Mutex::new(Some(batches))))
    }
}

impl JsonLines {
    /// Opens the source, which can be read once.
    pub(crate) fn open(&self, py: Python<'_>) -> PyResult<Text> {
        Ok(Text {
            input: self.source.open(py)?,
            longest: self.longest,
            names: Arc::clone(&self.names),
        })
    }
}

/// The rows of JSON Lines.
#[pyclass(frozen, module = "numguard._core")]
pub(crate) struct JsonRows(Mutex<Option<Batches>>);

#[pymethods]
impl JsonRows {
    fn __iter__(slf: PyRef<'_, Self>) -> PyRef<'_, Self> {
        slf
    }

    fn __next__<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyTuple>>> {
        let Some(batch) = next_of(py, &self.0, |batches| batches.next(PATIENCE))? else {
            return Ok(None);
        };
        let rows = PyRecordBatch::new(batch.rows).into_pyarrow(py)?;
        let lines = array_to_python(py, Some(Arc::new(batch.lines)))?;
        let between = between_to_python(py, batch.between)?;
        (rows, lines, between).into_pyobject(py).map(Some)
    }

    /// Stops reading.
    fn close(&self, py: Python<'_>) {
        py.detach(|| *locked(&self.0) = None);
    }
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
    module.add_class::<JsonLines>()?;
    module.add_class::<JsonRows>()
}
