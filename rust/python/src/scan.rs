//! `Scanner`: a scan batch by batch, or of local files and texts with a check for Ctrl-C between two results.

use std::path::PathBuf;
use std::sync::{Arc, LockResult, Mutex, MutexGuard, PoisonError, TryLockError};

use arrow_array::cast::AsArray;
use arrow_schema::SchemaRef;
use numguard_columns::Keys;
use numguard_columns::csv::TextScan;
use numguard_columns::files::{FileKind, FileScan};
use numguard_columns::parallel::Threads;
use numguard_columns::scan::{self, Event, Lookup, Projection, ScanPlan, Tally};
use numguard_columns::{arrow_file, json, parquet};
use numguard_core::notes::Note;
use pyo3::prelude::*;
use pyo3::sync::MutexExt;
use pyo3::types::{PyBytes, PyDict, PyList, PyTuple};
use pyo3_arrow::{PyArray, PyRecordBatch, PySchema};

use crate::error::{ArgumentError, raise};
use crate::input::{RegionArgument, Rows, ThreadsArgument};
use crate::json::JsonLines;
use crate::running::PATIENCE;
use crate::sets::{ImeiSet, NumberSet};
use crate::text::{Text, between_to_python};

/// A set of either kind.
#[derive(FromPyObject)]
enum AnySet<'py> {
    Numbers(PyRef<'py, NumberSet>),
    Handsets(PyRef<'py, ImeiSet>),
}

/// A text of either form.
#[derive(FromPyObject)]
enum AnyText<'py> {
    Separated(PyRef<'py, Text>),
    Json(PyRef<'py, JsonLines>),
}

/// One scan: its plan, the columns of its hits, and its counts.
#[pyclass(frozen, module = "numguard._core")]
struct Scanner {
    plan: Arc<ScanPlan>,
    threads: Threads,
    /// The process that made it.
    process: u32,
    state: Mutex<State>,
}

struct State {
    /// The columns of the hits, as of the first batch or file.
    schema: SchemaRef,
    /// The schema of the last batch, and the projection for it.
    projection: Option<(SchemaRef, Projection)>,
    run: Option<Run>,
    tally: Tally,
}

/// The files or the text in progress.
enum Run {
    Files(Box<FileScan>),
    Text(Box<TextScan>),
}

#[pymethods]
impl Scanner {
    /// `schema` is that of the first file or stream.
    #[new]
    #[pyo3(signature = (schema, lookups, *, columns, region, threads, region_column=None))]
    fn new(
        schema: PySchema,
        lookups: Vec<(String, AnySet<'_>)>,
        columns: Option<Vec<String>>,
        region: RegionArgument,
        threads: ThreadsArgument,
        region_column: Option<String>,
    ) -> PyResult<Self> {
        if lookups.is_empty() {
            return Err(ArgumentError::new_err(
                "lookups: takes at least one column and its set",
            ));
        }
        let lookups: Vec<Lookup> = lookups
            .into_iter()
            .map(|(column, set)| match set {
                AnySet::Numbers(set) => Lookup {
                    column,
                    keys: region.keys(),
                    set: set.set().clone(),
                },
                AnySet::Handsets(set) => Lookup {
                    column,
                    keys: Keys::Imei,
                    set: set.set().clone(),
                },
            })
            .collect();
        let count = lookups.len();
        let plan = ScanPlan::new(lookups, columns)
            .map_err(raise)?
            .with_regions(region_column);
        let projection = plan.project(&schema.into_inner(), None).map_err(raise)?;
        Ok(Self {
            plan: Arc::new(plan),
            threads: threads.0,
            process: std::process::id(),
            state: Mutex::new(State {
                schema: projection.schema,
                projection: None,
                run: None,
                tally: Tally::new(count),
            }),
        })
    }

    /// The columns of the hits.
    #[getter]
    fn schema<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        PySchema::new(Arc::clone(&self.locked(py)?.schema)).into_pyarrow(py)
    }

    /// The hits of one batch, or `None`. With `every`, all rows of the batch with their matches.
    #[pyo3(signature = (batch, *, every=false))]
    fn batch<'py>(
        &self,
        py: Python<'py>,
        batch: Rows,
        every: bool,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let Rows(batch) = batch;
        let hits = py.detach(|| {
            let mut state = self.locked_without_gil()?;
            let State {
                schema,
                projection,
                tally,
                ..
            } = &mut *state;
            let projection = match projection {
                Some((seen, projection)) if *seen == batch.schema() => projection,
                _ => {
                    let found = self.plan.project(&batch.schema(), Some(schema));
                    let found = found.map_err(raise)?;
                    &mut projection.insert((batch.schema(), found)).1
                }
            };
            let found = numguard_columns::sound(batch.columns(), || {
                if every {
                    scan::mark(&self.plan, projection, &batch, self.threads, tally).map(Some)
                } else {
                    scan::scan(&self.plan, projection, &batch, self.threads, tally)
                }
            });
            found.map_err(raise)
        })?;
        hits.map(|hits| PyRecordBatch::new(hits).into_pyarrow(py))
            .transpose()
    }

    /// Start a scan of local Parquet files, or of plain Arrow files; `next` returns its results.
    #[pyo3(signature = (files, *, arrow=false))]
    fn begin(&self, py: Python<'_>, files: Vec<PathBuf>, arrow: bool) -> PyResult<()> {
        self.check_regions()?;
        let mut state = self.locked(py)?;
        let schema = Arc::clone(&state.schema);
        state.stop();
        let tally = std::mem::take(&mut state.tally);
        let plan = Arc::clone(&self.plan);
        let kind = if arrow {
            FileKind::Arrow
        } else {
            FileKind::Parquet
        };
        let files = FileScan::new(files, kind, plan, schema, self.threads, tally);
        state.run = Some(Run::Files(Box::new(files)));
        Ok(())
    }

    /// Start a scan of a text; `next` returns its results.
    fn begin_text(&self, py: Python<'_>, text: AnyText<'_>) -> PyResult<()> {
        self.check_regions()?;
        let mut state = self.locked(py)?;
        let schema = Arc::clone(&state.schema);
        state.stop();
        let (plan, tally) = (Arc::clone(&self.plan), state.tally.clone());
        let scan = match text {
            AnyText::Separated(text) => {
                TextScan::new(text.to_scan(py)?, plan, schema, self.threads, tally)
            }
            AnyText::Json(lines) => json::scan(lines.open(py)?, plan, schema, self.threads, tally),
        };
        state.run = Some(Run::Text(Box::new(scan.map_err(raise)?)));
        Ok(())
    }

    /// The next result of the files or the text; `None` after the last. Checks for signals while it waits.
    ///
    /// Of the n-th file: `("hits", n, batch)`, `("read", n)` when more was read without a hit, `("done", n)` or
    /// `("failed", n, error)`. Of a text also `("lines", 0, between)`, as in `Text.rows`; and `("doubtful", 0,
    /// [(line, text), ...])`, after which `decide` is to be called.
    fn next<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyTuple>>> {
        loop {
            py.check_signals()?;
            let event = py.detach(|| {
                let mut state = self.locked_without_gil()?;
                let event = match state.run.as_mut() {
                    None => None,
                    Some(Run::Files(files)) => files.next(PATIENCE),
                    Some(Run::Text(text)) => text.next(PATIENCE),
                };
                if event.is_none() {
                    state.stop();
                }
                Ok::<_, PyErr>(event)
            })?;
            return match event {
                None => Ok(None),
                Some(Event::Waiting) => continue,
                Some(Event::Hits(n, batch)) => {
                    let batch = PyRecordBatch::new(batch).into_pyarrow(py)?;
                    ("hits", n, batch).into_pyobject(py).map(Some)
                }
                Some(Event::Lines(n, lines)) => {
                    let lines = between_to_python(py, lines)?;
                    ("lines", n, lines).into_pyobject(py).map(Some)
                }
                Some(Event::Doubtful(n, rows)) => {
                    let line = |(line, text): (u64, Vec<u8>)| (line, PyBytes::new(py, &text));
                    let rows: Vec<_> = rows.into_iter().map(line).collect();
                    ("doubtful", n, rows).into_pyobject(py).map(Some)
                }
                Some(Event::Read(n)) => ("read", n).into_pyobject(py).map(Some),
                Some(Event::FileDone(n)) => ("done", n).into_pyobject(py).map(Some),
                Some(Event::FileFailed(n, error)) => {
                    let error = raise(error).into_value(py);
                    ("failed", n, error).into_pyobject(py).map(Some)
                }
            };
        }
    }

    /// Decide for each row of the last `("doubtful", ...)` whether it is a row. The others are not counted and are no hits.
    #[allow(clippy::needless_pass_by_value)] // pyo3 passes arguments by value
    fn decide(&self, py: Python<'_>, kept: Vec<bool>) -> PyResult<()> {
        if let Some(Run::Text(text)) = &mut self.locked(py)?.run {
            text.decide(&kept);
        }
        Ok(())
    }

    /// The count of rows scanned so far.
    #[getter]
    fn rows(&self, py: Python<'_>) -> PyResult<u64> {
        Ok(self.locked(py)?.tally().rows)
    }

    /// Stop the scan of files or of a text. One of another process is left as it is.
    fn stop(&self, py: Python<'_>) {
        if let Ok(mut state) = self.locked(py) {
            state.stop();
        }
    }

    /// For each lookup: whether its `UInt64` column seems to hold national numbers.
    fn looks_national(&self, py: Python<'_>) -> PyResult<Vec<bool>> {
        let state = self.locked(py)?;
        let columns = &state.tally().columns;
        Ok(columns.iter().map(|column| column.looks_national).collect())
    }

    /// The counts so far: `rows`, `hits`, `distinct`, and `columns`, a list of `(hits, {note: cells})` with one
    /// element for each lookup.
    fn tally<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let state = self.locked(py)?;
        let tally = state.tally();
        let columns = PyList::empty(py);
        for column in &tally.columns {
            let refused = PyDict::new(py);
            for (note, &cells) in Note::ALL
                .iter()
                .zip(&column.refused)
                .filter(|(_, cells)| **cells > 0)
            {
                refused.set_item(note.code(), cells)?;
            }
            columns.append((column.hits, refused))?;
        }
        let answer = PyDict::new(py);
        answer.set_item("rows", tally.rows)?;
        answer.set_item("hits", tally.hits)?;
        answer.set_item("distinct", tally.distinct())?;
        answer.set_item("columns", columns)?;
        Ok(answer)
    }
}

impl State {
    fn tally(&self) -> &Tally {
        match &self.run {
            None => &self.tally,
            Some(Run::Files(files)) => files.tally(),
            Some(Run::Text(text)) => text.tally(),
        }
    }

    fn stop(&mut self) {
        match self.run.take() {
            None => {}
            Some(Run::Files(files)) => self.tally = files.into_tally(),
            Some(Run::Text(text)) => self.tally = text.into_tally(),
        }
    }
}

impl Scanner {
    /// A scan of files reads the key columns without the column of regions.
    fn check_regions(&self) -> PyResult<()> {
        if self.plan.has_regions() {
            return Err(ArgumentError::new_err(
                "region_column: rows that each have a region are scanned by batches",
            ));
        }
        Ok(())
    }

    /// The state. The lock is awaited without the GIL, since the thread that holds the lock may need the GIL. In a process
    /// that was forked it is not awaited: a thread that held it then is not there, and never releases it.
    fn locked(&self, py: Python<'_>) -> PyResult<MutexGuard<'_, State>> {
        self.locked_by(|| self.state.lock_py_attached(py))
    }

    /// The state, for a caller that has released the GIL.
    fn locked_without_gil(&self) -> PyResult<MutexGuard<'_, State>> {
        self.locked_by(|| self.state.lock())
    }

    fn locked_by<'a>(
        &'a self,
        wait: impl FnOnce() -> LockResult<MutexGuard<'a, State>>,
    ) -> PyResult<MutexGuard<'a, State>> {
        if std::process::id() == self.process {
            return Ok(wait().unwrap_or_else(PoisonError::into_inner));
        }
        match self.state.try_lock() {
            Ok(state) => Ok(state),
            Err(TryLockError::Poisoned(state)) => Ok(state.into_inner()),
            Err(TryLockError::WouldBlock) => Err(ArgumentError::new_err(
                "this scan was at work when this process was forked: begin again in this one",
            )),
        }
    }
}

/// The columns of a local Parquet file, as its footer declares them.
#[pyfunction]
#[allow(clippy::needless_pass_by_value)] // pyo3 passes arguments by value
fn parquet_schema(py: Python<'_>, path: PathBuf) -> PyResult<Bound<'_, PyAny>> {
    let schema = py.detach(|| parquet::schema(&path)).map_err(raise)?;
    PySchema::new(schema).into_pyarrow(py)
}

/// Whether `Scanner.begin` reads an Arrow IPC file: its columns are plain, and its batches are not compressed. False too
/// for what cannot be read as one.
#[pyfunction]
#[allow(clippy::needless_pass_by_value)] // pyo3 passes arguments by value
fn is_plain_arrow(py: Python<'_>, path: PathBuf) -> bool {
    py.detach(|| arrow_file::is_plain(&path))
}

/// The rows of a batch for which `kept`, an array of booleans, is true.
#[pyfunction]
#[allow(clippy::needless_pass_by_value)] // pyo3 passes arguments by value
fn keep_rows(py: Python<'_>, batch: Rows, kept: PyArray) -> PyResult<Bound<'_, PyAny>> {
    let (kept, _) = kept.into_inner();
    let kept = kept
        .as_boolean_opt()
        .ok_or_else(|| ArgumentError::new_err("kept: takes booleans, one for each row"))?;
    let rows = py
        .detach(|| numguard_columns::sound(batch.0.columns(), || scan::keep(&batch.0, kept)))
        .map_err(raise)?;
    PyRecordBatch::new(rows).into_pyarrow(py)
}

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<Scanner>()?;
    module.add_function(wrap_pyfunction!(keep_rows, module)?)?;
    module.add_function(wrap_pyfunction!(is_plain_arrow, module)?)?;
    module.add_function(wrap_pyfunction!(parquet_schema, module)?)
}
