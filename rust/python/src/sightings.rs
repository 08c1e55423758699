//! `Common` and `Changes`: sightings are read in short steps. Between two steps Python checks for signals.

use std::path::PathBuf;

use arrow_array::{ArrayRef, RecordBatch};
use numguard_columns::sightings::{self, Account, File};
use numguard_columns::{Error, Keys};
use numguard_core::linkage::Window;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use pyo3_arrow::PyRecordBatch;

use crate::error::raise;
use crate::input::{RegionArgument, Rows, ThreadsArgument, Values, array_to_python};
use crate::running::{PATIENCE, Running};

/// The message of a call after the last one.
const FINISHED: &str = "this comparison has been finished";

/// Finds the keys in several sources. Each source is read twice, in the same order.
#[pyclass(frozen, module = "numguard._core")]
struct Common(Running<sightings::Common>);

#[pymethods]
impl Common {
    /// `by_imei`: whether keys are handsets; `clock`: the first and the last time that counts, any other being none. With
    /// `wanted`, keys as uint64, there is only the second look.
    #[new]
    #[pyo3(signature = (*, by_imei, clock, region, list_refused, threads, wanted=None))]
    fn new(
        py: Python<'_>,
        by_imei: bool,
        clock: (i64, i64),
        region: RegionArgument,
        list_refused: bool,
        threads: ThreadsArgument,
        wanted: Option<Values>,
    ) -> PyResult<Self> {
        let (keys, clock) = (keys_of(by_imei, region), window(clock));
        let common = match wanted {
            None => sightings::Common::new(keys, clock, list_refused, threads.0),
            Some(wanted) => {
                let wanted = wanted.into_chunks();
                let of_keys = || sightings::Common::of_keys(&wanted, keys, clock, threads.0);
                // The threads of the pool may wait for the GIL: those that read a text do.
                py.detach(|| numguard_columns::sound(&wanted, of_keys))
                    .map_err(raise)?
            }
        };
        Ok(Self(Running::new(common, FINISHED)))
    }

    /// Read batches of a source with a column of keys and, if there is one, a column of times. Returns the rows so far.
    fn read(&self, py: Python<'_>, source: usize, batches: Vec<Rows>) -> PyResult<u64> {
        let (arrays, batches) = columns_of(batches);
        let read = py.detach(|| {
            self.0.with(|common| {
                numguard_columns::sound(&arrays, || common.read(source, &batches))?;
                Ok(common.rows())
            })
        })?;
        read.map_err(raise)
    }

    /// Start to read local Parquet files of a source, each with the names of its columns.
    fn begin(&self, source: usize, files: Vec<(PathBuf, Vec<String>)>) -> PyResult<()> {
        self.0
            .with(|common| common.begin(source, files_of(files, 1)))
    }

    /// Go on reading the files: the rows so far, and whether there is more.
    fn read_on(&self, py: Python<'_>) -> PyResult<(u64, bool)> {
        let read = py.detach(|| {
            self.0.with(|common| {
                let more = common.read_on(PATIENCE)?;
                Ok((common.rows(), more))
            })
        })?;
        read.map_err(raise)
    }

    /// End the first look: its account. The second look is for the keys in at least so many sources.
    fn look_again<'py>(
        &self,
        py: Python<'py>,
        at_least: usize,
        most_hits: usize,
    ) -> PyResult<Bound<'py, PyDict>> {
        let account = py.detach(|| self.0.with(|common| common.look_again(at_least, most_hits)))?;
        account_to_python(py, account.map_err(raise)?)
    }

    /// Whether no key was found in the first look.
    fn is_empty(&self) -> PyResult<bool> {
        self.0.with(|common| common.is_empty())
    }

    /// The sum of all keys of a source, modulo 2^64, which is the same for the same keys.
    fn sum_of(&self, source: usize) -> PyResult<u64> {
        self.0.with(|common| common.sum_of(source))
    }

    /// The rows of the keys found, by key and row: `key`, `row` (uint64), `at`. `None` if they are too many.
    fn hits<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let hits = py.detach(|| self.0.with(sightings::Common::hits))?;
        hits.map(|hits| batch_to_python(py, hits.into_batch()))
            .transpose()
    }

    /// The keys found: `table` with `key`, `sources`, `rows`, `first_seen`, `last_seen`; `offsets` and
    /// `which` with the sources of each. After that the object cannot be used.
    fn finish<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let common = self.0.take()?;
        let mut found = py.detach(|| common.finish()).map_err(raise)?;
        let answer = PyDict::new(py);
        answer.set_item("offsets", array_to_python(py, Some(found.offsets()))?)?;
        answer.set_item("which", array_to_python(py, Some(found.which()))?)?;
        answer.set_item("table", batch_to_python(py, found.into_batch())?)?;
        Ok(answer)
    }
}

/// Finds the periods of numbers in handsets, or of handsets with numbers.
#[pyclass(frozen, module = "numguard._core")]
struct Changes(Running<sightings::Changes>);

#[pymethods]
impl Changes {
    /// `gap`: in microseconds; `clock`: the first and the last time of rows that are not refused.
    #[new]
    #[pyo3(signature = (*, by_imei, gap, clock, region, list_refused, memory_limit, threads))]
    fn new(
        by_imei: bool,
        gap: i64,
        clock: (i64, i64),
        region: RegionArgument,
        list_refused: bool,
        memory_limit: usize,
        threads: ThreadsArgument,
    ) -> Self {
        let keys = [keys_of(false, region), keys_of(true, region)];
        let changes = sightings::Changes::new(
            keys,
            usize::from(by_imei),
            gap,
            window(clock),
            list_refused,
            memory_limit,
            threads.0,
        );
        Self(Running::new(changes, FINISHED))
    }

    /// Read batches with columns of numbers, IMEIs and times. Returns the rows so far.
    fn read(&self, py: Python<'_>, batches: Vec<Rows>) -> PyResult<u64> {
        let (arrays, batches) = columns_of(batches);
        let read = py.detach(|| {
            self.0.with(|changes| {
                numguard_columns::sound(&arrays, || changes.read(&batches))?;
                Ok(changes.rows())
            })
        })?;
        read.map_err(raise)
    }

    /// Start to read local Parquet files, each with the names of its columns.
    fn begin(&self, files: Vec<(PathBuf, Vec<String>)>) -> PyResult<()> {
        self.0.with(|changes| changes.begin(files_of(files, 2)))
    }

    /// Go on reading the files: the rows so far, and whether there is more.
    fn read_on(&self, py: Python<'_>) -> PyResult<(u64, bool)> {
        let read = py.detach(|| {
            self.0.with(|changes| {
                let more = changes.read_on(PATIENCE)?;
                Ok((changes.rows(), more))
            })
        })?;
        read.map_err(raise)
    }

    /// Go over some of the sightings; whether there are more.
    fn step(&self, py: Python<'_>) -> PyResult<bool> {
        py.detach(|| self.0.with(sightings::Changes::step))?
            .map_err(raise)
    }

    /// The periods, by key and beginning: `key`, `other`, `from`, `to`, `sightings`, `followed`, `overlap`
    /// (seconds), `from_row`, `to_row`, which are counted from `first`; and the account. After that the object cannot be
    /// used.
    fn finish<'py>(
        &self,
        py: Python<'py>,
        first: u64,
    ) -> PyResult<(Vec<Bound<'py, PyAny>>, Bound<'py, PyDict>)> {
        let changes = self.0.take()?;
        let (batches, account) = py
            .detach(|| {
                let (found, account) = changes.finish(first)?;
                Ok((found.into_batches()?, account))
            })
            .map_err(raise)?;
        let batches = batches
            .into_iter()
            .map(|batch| batch_to_python(py, Ok(batch)));
        Ok((
            batches.collect::<PyResult<_>>()?,
            account_to_python(py, account)?,
        ))
    }
}

fn window((from, to): (i64, i64)) -> Window {
    Window { from, to }
}

fn keys_of(by_imei: bool, region: RegionArgument) -> Keys {
    if by_imei {
        Keys::Imei
    } else {
        Keys::Msisdn(region.0)
    }
}

/// The columns of some batches: all of them, to be validated, and by batch.
fn columns_of(batches: Vec<Rows>) -> (Vec<ArrayRef>, Vec<Vec<ArrayRef>>) {
    let batches: Vec<Vec<ArrayRef>> = batches
        .into_iter()
        .map(|Rows(batch)| batch.columns().to_vec())
        .collect();
    (batches.iter().flatten().cloned().collect(), batches)
}

fn files_of(files: Vec<(PathBuf, Vec<String>)>, keys: usize) -> Vec<File> {
    let file = |(path, columns)| File {
        path,
        columns,
        keys,
    };
    files.into_iter().map(file).collect()
}

fn batch_to_python(
    py: Python<'_>,
    batch: Result<RecordBatch, Error>,
) -> PyResult<Bound<'_, PyAny>> {
    PyRecordBatch::new(batch.map_err(raise)?).into_pyarrow(py)
}

/// `refused` by note, `listed` with row and note of each, `looks_national`.
fn account_to_python(py: Python<'_>, account: Account) -> PyResult<Bound<'_, PyDict>> {
    let answer = PyDict::new(py);
    answer.set_item("refused", account.refused)?;
    answer.set_item("listed", account.listed)?;
    answer.set_item("looks_national", account.looks_national)?;
    Ok(answer)
}

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<Common>()?;
    module.add_class::<Changes>()
}
