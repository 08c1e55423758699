//! A scan as Python drives it: batch by batch, or through local Parquet files with a look-up for Ctrl-C in between.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arrow_array::cast::AsArray;
use arrow_schema::SchemaRef;
use numguard_columns::Keys;
use numguard_columns::csv::CsvScan;
use numguard_columns::parallel::Threads;
use numguard_columns::parquet::{self, ParquetScan};
use numguard_columns::scan::{self, Event, Lookup, Places, Plan, Tally};
use numguard_core::notes::Note;
use pyo3::prelude::*;
use pyo3::sync::MutexExt;
use pyo3::types::{PyBytes, PyDict, PyList, PyTuple};
use pyo3_arrow::{PyArray, PyRecordBatch, PySchema};

use crate::error::{ArgumentError, raise};
use crate::input::{RegionArgument, Rows, ThreadsArgument};
use crate::sets::{ImeiSet, NumberSet};
use crate::text::{PATIENCE, Text, between_to_python};

/// A set of either kind.
#[derive(FromPyObject)]
enum AnySet<'py> {
    Numbers(PyRef<'py, NumberSet>),
    Handsets(PyRef<'py, ImeiSet>),
}

/// One scan: its plan, the columns of its hits, and what it has seen.
#[pyclass(frozen, module = "numguard._core")]
struct Scanner {
    plan: Arc<Plan>,
    threads: Threads,
    state: Mutex<State>,
}

struct State {
    /// The columns of the hits, settled by the first batch or file.
    schema: SchemaRef,
    /// Where the plan's columns stand in batches of the schema that came last.
    places: Option<(SchemaRef, Places)>,
    run: Option<Run>,
    tally: Tally,
}

/// What is being read by ourselves.
enum Run {
    Files(Box<ParquetScan>),
    Text(Box<CsvScan>),
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
        let plan = Plan::new(lookups, columns)
            .map_err(raise)?
            .with_regions(region_column);
        let places = plan.places(&schema.into_inner(), None).map_err(raise)?;
        Ok(Self {
            plan: Arc::new(plan),
            threads: threads.0,
            state: Mutex::new(State {
                schema: places.schema,
                places: None,
                run: None,
                tally: Tally::new(count),
            }),
        })
    }

    /// The columns of the hits.
    #[getter]
    fn schema<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        PySchema::new(Arc::clone(&self.locked(py).schema)).into_pyarrow(py)
    }

    /// The hits of one batch, or `None`; of `every` row, all of them, hits or not.
    #[pyo3(signature = (batch, *, every=false))]
    fn batch<'py>(
        &self,
        py: Python<'py>,
        batch: Rows,
        every: bool,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let Rows(batch) = batch;
        let hits = py
            .detach(|| {
                let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
                let State {
                    schema,
                    places,
                    tally,
                    ..
                } = &mut *state;
                let places = match places {
                    Some((seen, places)) if *seen == batch.schema() => places,
                    _ => {
                        let found = self.plan.places(&batch.schema(), Some(schema))?;
                        &mut places.insert((batch.schema(), found)).1
                    }
                };
                numguard_columns::sound(batch.columns(), || {
                    if every {
                        scan::mark(&self.plan, places, &batch, self.threads, tally).map(Some)
                    } else {
                        scan::scan(&self.plan, places, &batch, self.threads, tally)
                    }
                })
            })
            .map_err(raise)?;
        hits.map(|hits| PyRecordBatch::new(hits).into_pyarrow(py))
            .transpose()
    }

    /// Begins with local Parquet files; `next` then goes through them.
    fn begin(&self, py: Python<'_>, files: Vec<PathBuf>) -> PyResult<()> {
        self.check_regions()?;
        let mut state = self.locked(py);
        let schema = Arc::clone(&state.schema);
        state.stop();
        let tally = std::mem::take(&mut state.tally);
        let plan = Arc::clone(&self.plan);
        let files = ParquetScan::new(files, plan, schema, self.threads, tally);
        state.run = Some(Run::Files(Box::new(files)));
        Ok(())
    }

    /// Begins with a text; `next` then goes through it.
    fn begin_text(&self, py: Python<'_>, text: &Text) -> PyResult<()> {
        self.check_regions()?;
        let rows = text.to_scan(py)?;
        let mut state = self.locked(py);
        let schema = Arc::clone(&state.schema);
        state.stop();
        let plan = Arc::clone(&self.plan);
        let text = CsvScan::new(rows, plan, schema, self.threads, state.tally.clone());
        state.run = Some(Run::Text(Box::new(text.map_err(raise)?)));
        Ok(())
    }

    /// What comes next of the files or the text begun: `("hits", n, batch)`, `("done", n)` or `("failed", n, error)` of
    /// the n-th file; of a text also `("lines", 0, between)` as a `Text` has it, `("doubtful", 0, [(line, text), ...])`,
    /// upon which `judge` is to be called, and `("read", 0)` when more was looked at; `None` when all is through. Answers
    /// to signals while it waits.
    fn next<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyTuple>>> {
        loop {
            py.check_signals()?;
            let event = py.detach(|| {
                let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
                let event = match state.run.as_mut()? {
                    Run::Files(files) => files.next(PATIENCE),
                    Run::Text(text) => text.next(PATIENCE),
                };
                if event.is_none() {
                    state.stop();
                }
                event
            });
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

    /// Says of each row that was doubtful whether it is one; the others are not counted, and are no hits.
    #[allow(clippy::needless_pass_by_value)] // as pyo3 hands it over
    fn judge(&self, py: Python<'_>, kept: Vec<bool>) {
        if let Some(Run::Text(text)) = &mut self.locked(py).run {
            text.decide(&kept);
        }
    }

    /// Rows looked at so far.
    #[getter]
    fn rows(&self, py: Python<'_>) -> u64 {
        self.locked(py).tally().rows
    }

    /// Gives up on the files begun.
    fn stop(&self, py: Python<'_>) {
        self.locked(py).stop();
    }

    /// For each lookup: whether a `UInt64` column of national numbers was taken for E.164.
    fn looks_national(&self, py: Python<'_>) -> Vec<bool> {
        let state = self.locked(py);
        let columns = &state.tally().columns;
        columns.iter().map(|column| column.looks_national).collect()
    }

    /// What was seen so far: `rows`, `hits`, `distinct`, and a list of `(hits, {note: cells})`, one for each lookup.
    fn tally<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let state = self.locked(py);
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
    /// Files are read by their key columns, without the region of each row.
    fn check_regions(&self) -> PyResult<()> {
        if self.plan.has_regions() {
            return Err(ArgumentError::new_err(
                "region_column: rows that each have a region are scanned by batches",
            ));
        }
        Ok(())
    }

    /// The state, waited for without the GIL: whoever has it may need that to go on.
    fn locked(&self, py: Python<'_>) -> MutexGuard<'_, State> {
        self.state
            .lock_py_attached(py)
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// The columns of a local Parquet file, as its footer declares them.
#[pyfunction]
#[allow(clippy::needless_pass_by_value)] // as pyo3 hands it over
fn parquet_schema(py: Python<'_>, path: PathBuf) -> PyResult<Bound<'_, PyAny>> {
    let schema = py.detach(|| parquet::schema(&path)).map_err(raise)?;
    PySchema::new(schema).into_pyarrow(py)
}

/// The rows of a batch where `kept`, an array of booleans, is true.
#[pyfunction]
#[allow(clippy::needless_pass_by_value)] // as pyo3 hands it over
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
    module.add_function(wrap_pyfunction!(parquet_schema, module)?)
}
