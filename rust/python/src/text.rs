//! Separated text from Python, and its rows as Python objects.
//!
//! Owns how a path or an iterable of bytes becomes a reader. The iterable is read on the thread that requests rows, with
//! the GIL; everything else runs without it, except that a worker takes it to have a text read by a function that it has
//! not read before. No thread waits for a worker while it has the GIL.

use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::{ArrayRef, Int32Array, Int64Array, RecordBatch, StringArray};
use arrow_schema::SchemaRef;
use numguard_columns::Error;
use numguard_columns::csv::{
    self, Batch, BatchOptions, Batches, ColumnType, Columns, DistinctReader, Doubt, Format, Input,
    Lines, NonData, Parties, Reads,
};
use numguard_columns::parallel::locked;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::sync::MutexExt;
use pyo3::types::{PyBytes, PyIterator, PyString, PyTuple};
use pyo3_arrow::PyRecordBatch;

use crate::error::{ArgumentError, raise};
use crate::function::Function;
use crate::input::ThreadsArgument;
use crate::running::{PATIENCE, next_of};

/// Which rows may be non-data lines: a dictionary.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
struct DoubtArgument {
    column: usize,
    begins: Vec<u8>,
    signs: Vec<String>,
    labels: Vec<String>,
    headings: Vec<String>,
}

/// The source of the bytes, which can be read once.
pub(crate) struct Source(Mutex<Option<Bytes>>);

enum Bytes {
    Path(PathBuf, u64),
    Blocks(Py<PyIterator>),
}

impl Source {
    /// A path, or an iterable of bytes.
    pub(crate) fn new(source: &Bound<'_, PyAny>, offset: u64) -> PyResult<Self> {
        let is_path = source.is_instance_of::<PyString>() || source.hasattr("__fspath__")?;
        let bytes = if is_path {
            Bytes::Path(source.extract()?, offset)
        } else if offset != 0 {
            return Err(ArgumentError::new_err("offset: goes with a path"));
        } else {
            Bytes::Blocks(source.try_iter()?.unbind())
        };
        Ok(Self(Mutex::new(Some(bytes))))
    }

    /// Opens it.
    pub(crate) fn open(&self, py: Python<'_>) -> PyResult<Input> {
        let source = self
            .0
            .lock_py_attached(py)
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        match source {
            None => Err(ArgumentError::new_err(
                "this text was already read: create a new one",
            )),
            Some(Bytes::Path(path, offset)) => {
                py.detach(|| csv::open(&path, offset)).map_err(raise)
            }
            Some(Bytes::Blocks(blocks)) => Ok(Box::new(Blocks {
                blocks,
                block: None,
            })),
        }
    }
}

/// A separated text (CSV): its source and its format. Its rows can be read once.
///
/// Args:
///     source: A path, or an iterable of bytes. A file, or blocks of UTF-8 of any length; the first block begins with
///         the first row.
///     names: The names of the columns.
///     separator: One ASCII character.
///     width: Cells of a row, if these are more than the names. The cells after the named ones must be blank.
///     offset: The byte offset of the first row in a file.
///     line: The line of the first row.
///     longest: The most bytes of a record. A longer line is refused, and memory use does not depend on it.
///     windows_1252: Whether a line that is not UTF-8 is read as Windows-1252 rather than refused.
///     apostrophes: Whether single quotes wrap cells in a line that otherwise has too many cells. The quotes stay in
///         the cells.
///     doubt: A dictionary of `column`, an index; `begins`, bytes; and `signs`, `labels` and `headings`, texts. A row
///         whose cell in that column is blank, or begins with one of the bytes and contains one of the signs, may be a
///         non-data line (a total, a ruler) and is returned with its text; so is a row whose first cell before that
///         column that is not blank begins so and contains one of the labels, and a row without five digits in a row
///         that has one of the headings.
///
/// Raises:
///     ArgumentError: For a format that is not supported.
///
/// Example:
///     >>> from numguard._core import Text
///     >>> text = Text([b'98765 43210,12\n"98765",\n', b'1930,3,4\n'], ["mobile", "seconds"], line=2)
///     >>> for batch, lines, doubtful, (refused, blank, mended), _ in text.rows():
///     ...     print(batch.to_pylist(), lines.to_pylist())
///     [{'mobile': '98765 43210', 'seconds': '12'}, {'mobile': '98765', 'seconds': ''}] [2, 3]
///     >>> refused.to_pylist()
///     [{'line': 4, 'lines': 1, 'fields': 3, 'note': 'too_many_fields', 'text': b'1930,3,4\n'}]
#[pyclass(frozen, module = "numguard._core")]
pub(crate) struct Text {
    source: Source,
    format: Format,
    schema: SchemaRef,
    line: u64,
    doubt: Option<Doubt>,
}

#[pymethods]
impl Text {
    #[new]
    #[pyo3(signature = (
        source, names, *, separator=",", width=None, offset=0, line=1, longest=16 << 20, windows_1252=false,
        apostrophes=false, doubt=None
    ))]
    #[pyo3(
        text_signature = "(source, names, *, separator=',', width=None, offset=0, line=1, longest=16777216, \
                             windows_1252=False, apostrophes=False, doubt=None)"
    )]
    #[allow(clippy::too_many_arguments, clippy::needless_pass_by_value)] // keyword arguments in Python
    fn new(
        source: &Bound<'_, PyAny>,
        names: Vec<String>,
        separator: &str,
        width: Option<usize>,
        offset: u64,
        line: u64,
        longest: usize,
        windows_1252: bool,
        apostrophes: bool,
        doubt: Option<DoubtArgument>,
    ) -> PyResult<Self> {
        let &[separator] = separator.as_bytes() else {
            return Err(ArgumentError::new_err(
                "separator: takes one ASCII character",
            ));
        };
        let source = Source::new(source, offset)?;
        let format = Format {
            separator,
            quoted: true,
            line_break: b'\n',
            width: width.unwrap_or(names.len()),
            named: names.len(),
            longest,
            windows_1252,
            apostrophes,
        };
        format.check().map_err(raise)?;
        let doubt = doubt.map(|lines| {
            Doubt::new(&NonData {
                column: lines.column,
                begins: lines.begins,
                signs: lines.signs,
                labels: lines.labels,
                headings: lines.headings,
            })
        });
        if doubt
            .as_ref()
            .is_some_and(|doubt| doubt.column() >= format.named)
        {
            return Err(ArgumentError::new_err("doubt: there is no such column"));
        }
        Ok(Self {
            source,
            format,
            schema: csv::text_schema(names.iter().map(String::as_str)),
            line,
            doubt,
        })
    }

    /// The rows, in batches.
    ///
    /// Args:
    ///     columns: The indices of the columns to return, in this order; None returns all named columns.
    ///     types: The type of each of these columns; None returns text. `text`: text. `trimmed`: text without the
    ///         blanks, quotation marks and equals signs around it; null if it says nothing. `coded`: a dictionary of
    ///         text. `msisdn`: as `numguard.normalize`. `imei`: as `imei_keys`. `party`: as `trimmed`, then as `msisdn`
    ///         of the cell with or without what is around it. `imsi`: 14 or 15 digits as text; null for any other cell.
    ///         `integer`: int64 of at most nine digits. `clock`: microseconds (int64) from midnight to `hh:mm:ss`.
    ///         After each column of `msisdn`, `imei`, `integer` and `clock` follows one more: the text of the cells
    ///         without a value, null where there is a value or no text; after those of `party`, as `coded`, the
    ///         trimmed text of the cells without a number. A function instead of a name reads columns with few values:
    ///         it gets distinct texts (an array of strings), returns a list of arrays with a value for each, and is called
    ///         on any thread, at first for no texts; each row has the values of its text.
    ///     parties: The index of a column of callers, that of a column of called numbers, and the index in `columns` of
    ///         one that is read by a function whose first value (uint8) is 0 where the called party is served. After
    ///         all other columns follow the served party's, as `msisdn` of the cell with or without what is around it,
    ///         and the other party's, as `party`.
    ///     block: Approximate number of bytes of one batch.
    ///     texts: Whether the text of each row is kept, with that of the lines after it that are not rows.
    ///     threads: As in `numguard.scan`.
    ///
    /// Returns:
    ///     iterator: Of tuples: the rows as a record batch of strings; the line of each row (int64); the indices of
    ///     rows that may be non-data lines (uint32); a tuple of what is between the rows: the lines that are not
    ///     rows (`line`, `lines`, `fields`, `note`, and the first 64 KiB of their `text`), the number of blank
    ///     lines, and whether any line was read as Windows-1252; and the text of each row, or without `texts` of
    ///     each row that may be a non-data line.
    #[pyo3(signature = (
        columns=None, types=None, *, parties=None, block=1 << 19, texts=false, threads=ThreadsArgument::default()
    ))]
    #[pyo3(
        text_signature = "($self, columns=None, types=None, *, parties=None, block=524288, texts=False, threads=None)"
    )]
    #[allow(clippy::too_many_arguments)] // keyword arguments in Python
    fn rows(
        &self,
        py: Python<'_>,
        columns: Option<Vec<usize>>,
        types: Option<Vec<Bound<'_, PyAny>>>,
        parties: Option<(usize, usize, usize)>,
        block: usize,
        texts: bool,
        threads: ThreadsArgument,
    ) -> PyResult<TextRows> {
        let at = columns.unwrap_or_else(|| (0..self.format.named).collect());
        if at.iter().any(|&at| at >= self.format.named) {
            return Err(ArgumentError::new_err("columns: there is no such column"));
        }
        let at = with_types(at, types)?;
        let names: Vec<_> = self.schema.fields().iter().collect();
        let names: Vec<_> = names.iter().map(|field| field.name().as_str()).collect();
        let parties = parties.map(|(calling, called, by)| Parties {
            calling,
            called,
            by,
        });
        let options = BatchOptions {
            columns: Columns::new(&names, at, parties).map_err(raise)?,
            doubt: self.doubt.clone(),
            texts,
            block: block.max(1),
        };
        let input = self.source.open(py)?;
        let format = self.format.clone();
        let batches = Batches::new(input, format, self.line, options, threads.0);
        Ok(TextRows {
            batches: Mutex::new(Some(batches.map_err(raise)?)),
        })
    }
}

impl Text {
    /// The rows, for a scan.
    pub(crate) fn to_scan(&self, py: Python<'_>) -> PyResult<csv::Rows<'_>> {
        Ok(csv::Rows {
            input: self.source.open(py)?,
            format: self.format.clone(),
            line: self.line,
            columns: &self.schema,
            doubt: self.doubt.clone(),
        })
    }
}

/// Columns with their types, by name or by a function that reads their texts; all text without types.
fn with_types(
    at: Vec<usize>,
    types: Option<Vec<Bound<'_, PyAny>>>,
) -> PyResult<Vec<(usize, Reads)>> {
    let Some(types) = types else {
        return Ok(at
            .into_iter()
            .map(|at| (at, ColumnType::Text.into()))
            .collect());
    };
    if types.len() != at.len() {
        return Err(ArgumentError::new_err("types: takes one for each column"));
    }
    let typed = |(at, given): (usize, Bound<'_, PyAny>)| {
        if given.is_callable() {
            let reader = DistinctReader::new(Function::new(given)).map_err(raise)?;
            return Ok((at, Reads::Distinct(Arc::new(reader))));
        }
        let name: String = given.extract()?;
        let known = ColumnType::ALL.iter().find(|known| known.0 == name);
        let known = known.ok_or_else(|| ArgumentError::new_err("types: there is no such type"))?;
        Ok((at, known.1.into()))
    };
    at.into_iter().zip(types).map(typed).collect()
}

/// Blocks of bytes from Python, read as one text.
struct Blocks {
    blocks: Py<PyIterator>,
    /// The current block, and the number of its bytes already read.
    block: Option<(PyBackedBytes, usize)>,
}

impl Read for Blocks {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if let Some((block, at)) = &mut self.block {
                let rest = &block[*at..];
                if !rest.is_empty() {
                    let len = rest.len().min(buffer.len());
                    buffer[..len].copy_from_slice(&rest[..len]);
                    *at += len;
                    return Ok(len);
                }
            }
            let next = Python::attach(|py| {
                py.check_signals()?;
                self.blocks
                    .bind(py)
                    .clone()
                    .next()
                    .map(|block| block?.extract::<PyBackedBytes>().map_err(PyErr::from))
                    .transpose()
            });
            match next.map_err(io::Error::other)? {
                None => return Ok(0),
                Some(block) => self.block = Some((block, 0)),
            }
        }
    }
}

/// The rows of a text.
#[pyclass(frozen, module = "numguard._core")]
pub(crate) struct TextRows {
    batches: Mutex<Option<Batches>>,
}

/// The text of rows of a batch.
#[pyclass(frozen, module = "numguard._core")]
pub(crate) struct RowTexts(csv::RowTexts);

#[pymethods]
impl RowTexts {
    fn __getitem__<'py>(&self, py: Python<'py>, row: usize) -> PyResult<Bound<'py, PyBytes>> {
        let text = self.0.get(row);
        text.map(|text| PyBytes::new(py, text))
            .ok_or_else(|| ArgumentError::new_err("there is no such row"))
    }
}

#[pymethods]
impl TextRows {
    fn __iter__(slf: PyRef<'_, Self>) -> PyRef<'_, Self> {
        slf
    }

    fn __next__<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyTuple>>> {
        let batch = next_of(py, &self.batches, |batches| batches.next(PATIENCE))?;
        batch.map(|batch| to_python(py, batch)).transpose()
    }

    /// Stops reading.
    fn close(&self, py: Python<'_>) {
        py.detach(|| *locked(&self.batches) = None);
    }
}

fn to_python<'py>(py: Python<'py>, batch: Batch) -> PyResult<Bound<'py, PyTuple>> {
    let lines = crate::input::array_to_python(py, Some(Arc::new(batch.lines)))?;
    let rows = PyRecordBatch::new(batch.columns).into_pyarrow(py)?;
    let doubtful = crate::input::array_to_python(py, Some(Arc::new(batch.doubtful)))?;
    let between = between_to_python(py, batch.between)?;
    let texts = RowTexts(batch.texts);
    (rows, lines, doubtful, between, texts).into_pyobject(py)
}

/// The lines between rows, as a tuple.
pub(crate) fn between_to_python<'py>(
    py: Python<'py>,
    between: Lines,
) -> PyResult<Bound<'py, PyTuple>> {
    let refused = &between.refused;
    let line = Int64Array::from_iter_values(refused.iter().map(|one| one.line.cast_signed()));
    let lines = Int32Array::from_iter_values(refused.iter().map(|one| one.lines.cast_signed()));
    let fields = Int32Array::from_iter_values(refused.iter().map(|one| one.fields.cast_signed()));
    let note = StringArray::from_iter_values(refused.iter().map(|one| one.note.code()));
    let text = between.texts;
    let columns: [(&str, ArrayRef); 5] = [
        ("line", Arc::new(line)),
        ("lines", Arc::new(lines)),
        ("fields", Arc::new(fields)),
        ("note", Arc::new(note)),
        ("text", Arc::new(text)),
    ];
    let batch = RecordBatch::try_from_iter(columns).map_err(|error| raise(Error::from(error)))?;
    let batch = PyRecordBatch::new(batch).into_pyarrow(py)?;
    (batch, between.blank, between.mended).into_pyobject(py)
}

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<Text>()?;
    module.add_class::<TextRows>()?;
    module.add_class::<RowTexts>()
}
