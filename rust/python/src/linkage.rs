//! `Linkage`: reads and walks in short steps. Between two steps Python checks for signals and reports progress.

use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Int64Type, UInt64Type};
use arrow_array::{Array, ArrayRef, RecordBatch, UInt64Array};
use numguard_columns::linkage::{self, KeysRead, NeededRows, Sightings, Step};
use numguard_core::linkage::{KeyList, Policy, Side, Size, Window};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use pyo3_arrow::{PyArray, PyField, PyRecordBatch};

use crate::error::{ArgumentError, UnsupportedTypeError, raise};
use crate::input::{RegionArgument, Rows, ThreadsArgument, Values, array_to_python};
use crate::running::{PATIENCE, Running};

/// The policy as `LinkPolicy` passes it: times in microseconds since 1970 UTC, lists of keys as lists.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
struct PolicyArgument {
    max_hops: u32,
    clock: (i64, i64),
    since: Option<i64>,
    until: Option<i64>,
    max_numbers_per_imei: Option<u64>,
    max_numbers_per_day: Option<f64>,
    max_speed_kmh: Option<f64>,
    max_numbers_in_one_place: Option<u64>,
    min_days: u64,
    max_imeis_per_number: Option<u64>,
    min_sightings: u64,
    max_gap_days: Option<u64>,
    days_before: Option<u64>,
    days_after: Option<u64>,
    protected: Vec<u64>,
    unprotected: Option<Vec<u64>>,
    release: Vec<u64>,
    placeholders: Vec<u64>,
    max_linked_per_seed: u64,
}

impl From<PolicyArgument> for Policy {
    fn from(policy: PolicyArgument) -> Self {
        let (from, to) = policy.clock;
        Self {
            max_hops: policy.max_hops,
            clock: Window { from, to },
            since: policy.since,
            until: policy.until,
            max_numbers_per_imei: policy.max_numbers_per_imei,
            max_numbers_per_day: policy.max_numbers_per_day,
            max_speed_kmh: policy.max_speed_kmh,
            max_numbers_in_one_place: policy.max_numbers_in_one_place,
            min_days: policy.min_days,
            max_imeis_per_number: policy.max_imeis_per_number,
            min_sightings: policy.min_sightings,
            max_gap_days: policy.max_gap_days,
            days_before: policy.days_before,
            days_after: policy.days_after,
            protected: KeyList::from(policy.protected),
            unprotected: policy.unprotected.map(KeyList::from),
            release: KeyList::from(policy.release),
            placeholders: KeyList::from(policy.placeholders),
            max_linked_per_seed: policy.max_linked_per_seed,
        }
    }
}

struct State {
    linkage: linkage::Linkage,
    refused_seeds: linkage::Refused,
}

#[pyclass(frozen, module = "numguard._core")]
struct Linkage(Running<State>);

#[pymethods]
impl Linkage {
    #[new]
    #[pyo3(signature = (seeds, reported_at, policy, *, region, memory_limit, threads))]
    fn new(
        py: Python<'_>,
        seeds: Values,
        reported_at: Option<Values>,
        policy: PolicyArgument,
        region: RegionArgument,
        memory_limit: usize,
        threads: ThreadsArgument,
    ) -> PyResult<Self> {
        seeds.check_numbers(py, region.is_e164())?;
        let (seeds, times) = (seeds.into_chunks(), reported_at.map(Values::into_chunks));
        let (seeds, refused_seeds) = py
            .detach(|| {
                let arrays = seeds.iter().chain(times.iter().flatten());
                numguard_columns::sound(arrays, || {
                    linkage::seeds(&seeds, times.as_deref(), region.0)
                })
            })
            .map_err(|error| match error {
                numguard_columns::Error::WrongType { .. } => {
                    UnsupportedTypeError::new_err(format!("seeds: column 'reported_at': {error}"))
                }
                other => raise(other),
            })?;
        let linkage =
            linkage::Linkage::new(policy.into(), &seeds, region.0, memory_limit, threads.0);
        let state = State {
            linkage,
            refused_seeds,
        };
        Ok(Self(Running::new(state, "this linkage has been finished")))
    }

    /// Read batches with columns of numbers, IMEIs and, if there are any, times. With `placed` the last three columns
    /// are points, cells and circles as uint64 without nulls, 0 if not known. `keep`: whether their memory may be kept.
    #[pyo3(signature = (batches, keep, *, placed=false))]
    fn read(
        &self,
        py: Python<'_>,
        batches: Vec<Rows>,
        keep: bool,
        placed: bool,
    ) -> PyResult<Progress> {
        let arrays = batches.iter().flat_map(|Rows(batch)| batch.columns());
        let arrays: Vec<_> = arrays.cloned().collect();
        let batches: Vec<Sightings> = batches
            .into_iter()
            .map(|Rows(batch)| sightings_of(&batch, keep, placed))
            .collect::<PyResult<_>>()?;
        let progress = py.detach(|| {
            self.0
                .with(|state| numguard_columns::sound(&arrays, || state.linkage.read(&batches)))
        })?;
        progress.map(progress_to_python).map_err(raise)
    }

    /// Start to read local Parquet files, each with the names of its columns of numbers, IMEIs and times, and those of
    /// latitude and longitude if they are read; these are floats.
    fn begin(&self, files: Vec<(PathBuf, Vec<String>, Option<[String; 2]>)>) -> PyResult<()> {
        let file = |(path, columns, degrees)| linkage::File {
            path,
            columns,
            degrees,
        };
        self.0
            .with(|state| state.linkage.begin(files.into_iter().map(file).collect()))
    }

    /// Store what was read of the files: the progress and the index of the last file; `None` at the end of the files.
    fn read_on(&self, py: Python<'_>) -> PyResult<Option<(Progress, usize)>> {
        let read = py.detach(|| self.0.with(|state| state.linkage.read_on(PATIENCE)))?;
        let to_python = |(progress, file)| (progress_to_python(progress), file);
        Ok(read.map_err(raise)?.map(to_python))
    }

    /// Sightings without a time so far; one that is read twice counts twice.
    fn rows_untimed(&self) -> PyResult<u64> {
        self.0.with(|state| state.linkage.rows_untimed())
    }

    /// Pass over some more of the sightings; `None` at the end of the walk.
    fn step(&self, py: Python<'_>) -> PyResult<Option<Progress>> {
        let step = py.detach(|| self.0.with(|state| state.linkage.step()))?;
        Ok(match step.map_err(raise)? {
            Step::Done => None,
            Step::More(progress) => Some(progress_to_python(progress)),
        })
    }

    /// The request of a pass over sightings that an engine holds: side, level, keys. `None` at the end of the walk.
    fn wanted<'py>(&self, py: Python<'py>) -> PyResult<Option<Request<'py>>> {
        let wanted = self.0.with(|state| {
            let wanted = state.linkage.wanted()?;
            let keys: ArrayRef =
                Arc::new(UInt64Array::from_iter_values(wanted.keys.iter().copied()));
            Some((side_name(wanted.side), wanted.hop, keys))
        })?;
        wanted
            .map(|(side, hop, keys)| Ok((side, hop, array_to_python(py, Some(keys))?)))
            .transpose()
    }

    /// Whether `answer` takes places in the current pass.
    fn wants_places(&self) -> PyResult<bool> {
        self.0.with(|state| state.linkage.wants_places())
    }

    /// Receive the counts of the keys of the pass: `key`, `others` and, if a rule uses days, `days` and
    /// `others_on_days`; uint64. Returns the keys whose sightings are needed.
    fn needed<'py>(&self, py: Python<'py>, sizes: Rows) -> PyResult<Bound<'py, PyAny>> {
        let Rows(batch) = sizes;
        let columns = batch.columns().iter().map(plain);
        let columns: Vec<_> = columns.collect::<PyResult<_>>()?;
        let value =
            |column: usize, row: usize| columns.get(column).map_or(0, |values| values.value(row));
        let sizes = (0..batch.num_rows()).map(|row| Size {
            key: value(0, row),
            others: value(1, row),
            days: value(2, row),
            others_on_days: value(3, row),
        });
        let needed = self.0.with(|state| state.linkage.needed(sizes.collect()))?;
        array_to_python(py, Some(Arc::new(UInt64Array::from(needed))))
    }

    /// End the pass with the rows of the needed keys: `key`, `other` (uint64) and `at` (int64, microseconds or null).
    /// If it wants places, also `point`, `cell` and `circle` (uint64, 0 if not known).
    fn answer(&self, py: Python<'_>, rows: Vec<Rows>) -> PyResult<()> {
        let placed = self.0.with(|state| state.linkage.wants_places())?;
        let batches = rows.iter().map(|Rows(batch)| needed_rows(batch, placed));
        let batches: Vec<NeededRows> = batches.collect::<PyResult<_>>()?;
        drop(rows);
        py.detach(|| self.0.with(|state| state.linkage.answer(batches)))
    }

    /// The tables of the result, by name. After that the object cannot be used.
    fn finish<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let State {
            linkage,
            refused_seeds,
        } = self.0.take()?;
        let found = py.detach(|| linkage.finish()).map_err(raise)?;
        let tables = PyDict::new(py);
        for (name, batch) in [
            ("linked", found.linked()),
            ("handsets", found.handsets()),
            ("stopped", found.stopped()),
            ("evidence", found.evidence()),
            ("stopped_evidence", found.stopped_evidence()),
        ] {
            let batch = PyRecordBatch::new(batch.map_err(raise)?);
            tables.set_item(name, batch.into_pyarrow(py)?)?;
        }
        tables.set_item("unseen", array_to_python(py, Some(found.unseen()))?)?;
        tables.set_item("refused", found.refused)?;
        tables.set_item("rows_placed", found.rows_placed)?;
        tables.set_item("refused_seeds", refused_seeds)?;
        tables.set_item("looks_national", found.looks_national)?;
        tables.set_item("seeds_seen", found.answer.seeds_seen)?;
        let brake = found.answer.braked.map(|brake| (brake.linked, brake.limit));
        tables.set_item("braked", brake)?;
        Ok(tables)
    }
}

/// `(hop, side of the pass, rows, of)`.
type Progress = (u32, Option<&'static str>, u64, Option<u64>);

fn progress_to_python(progress: linkage::Progress) -> Progress {
    let side = progress.side.map(side_name);
    (progress.hop, side, progress.rows, progress.of)
}

fn side_name(side: Side) -> &'static str {
    match side {
        Side::Numbers => "numbers",
        Side::Handsets => "handsets",
    }
}

/// `(side, level, keys)`.
type Request<'py> = (&'static str, u32, Bound<'py, PyAny>);

fn needed_rows(batch: &RecordBatch, placed: bool) -> PyResult<NeededRows> {
    let (columns, of_places) = split_places(batch, placed);
    let [key, other, at] = columns else {
        return Err(ArgumentError::new_err("rows: takes key, other and at"));
    };
    let (keys, others) = (plain(key)?.clone(), plain(other)?.clone());
    let Some(ats) = at.as_primitive_opt::<Int64Type>() else {
        return Err(ArgumentError::new_err("rows: takes microseconds as int64"));
    };
    let places = match of_places {
        _ if !placed => None,
        [point, cell, circle] => Some([
            plain(point)?.clone(),
            plain(cell)?.clone(),
            plain(circle)?.clone(),
        ]),
        _ => {
            return Err(ArgumentError::new_err(
                "rows: takes point, cell and circle behind the others",
            ));
        }
    };
    Ok(NeededRows {
        keys,
        others,
        ats: ats.clone(),
        places,
    })
}

/// The columns of keys and times, and with `placed` the last three, which are those of places.
fn split_places(batch: &RecordBatch, placed: bool) -> (&[ArrayRef], &[ArrayRef]) {
    let columns = batch.columns();
    let of_places = if placed { 3 } else { 0 };
    columns.split_at(columns.len().saturating_sub(of_places))
}

fn sightings_of(batch: &RecordBatch, keep: bool, placed: bool) -> PyResult<Sightings> {
    let (keys, places) = split_places(batch, placed);
    for column in places {
        plain(column)?;
    }
    Ok(Sightings {
        msisdns: keys[0].clone(),
        imeis: keys[1].clone(),
        ats: keys.get(2).cloned(),
        places: places.to_vec().try_into().ok(),
        keep,
    })
}

/// A column of keys or counts, without nulls.
fn plain(array: &ArrayRef) -> PyResult<&UInt64Array> {
    match array.as_primitive_opt::<UInt64Type>() {
        Some(column) if column.null_count() == 0 => Ok(column),
        _ => Err(ArgumentError::new_err(
            "takes keys and counts as uint64, without nulls",
        )),
    }
}

/// Read a batch of numbers, IMEIs and, if there are any, times. With `placed` the last three columns are points, cells
/// and circles as uint64 without nulls, 0 if not known.
///
/// Returns the kept sightings with `msisdn` and `imei14` (uint64), `at` (int64, microseconds) and, with `placed`,
/// `point`, `cell` and `circle` (uint64); the counts of refused rows by note; and whether the numbers seem to be
/// national.
#[pyfunction]
#[pyo3(signature = (batch, policy, region, *, placed=false))]
fn read_sightings<'py>(
    py: Python<'py>,
    batch: Rows,
    policy: PolicyArgument,
    region: RegionArgument,
    placed: bool,
) -> PyResult<(Bound<'py, PyAny>, linkage::Refused, bool)> {
    let Rows(batch) = batch;
    let sightings = sightings_of(&batch, false, placed)?;
    let read_keys = || linkage::read_keys(sightings, policy.into(), region.0);
    let read = py.detach(|| numguard_columns::sound(batch.columns(), read_keys));
    let KeysRead {
        msisdns,
        imeis,
        ats,
        places,
        refused,
        looks_national,
    } = read.map_err(raise)?;
    let names = ["msisdn", "imei14", "at", "point", "cell", "circle"];
    let arrays = [msisdns, imeis, ats].into_iter();
    let arrays = arrays.chain(places.into_iter().flatten());
    let columns = names.into_iter().zip(arrays);
    let kept =
        RecordBatch::try_from_iter_with_nullable(columns.map(|(name, array)| (name, array, true)))
            .map_err(|error| raise(error.into()))?;
    Ok((
        PyRecordBatch::new(kept).into_pyarrow(py)?,
        refused,
        looks_national,
    ))
}

/// The points of degrees, as floats: uint64 without nulls, 0 where a coordinate is null, out of range or not a number, or
/// both are 0.
#[pyfunction]
fn points<'py>(
    py: Python<'py>,
    latitudes: PyArray,
    longitudes: PyArray,
) -> PyResult<Bound<'py, PyAny>> {
    let [latitudes, longitudes] = [latitudes, longitudes].map(|column| column.into_inner().0);
    if latitudes.len() != longitudes.len() {
        return Err(ArgumentError::new_err(
            "points: takes two columns of the same length",
        ));
    }
    let points = py.detach(|| linkage::points(&latitudes, &longitudes));
    array_to_python(py, Some(Arc::new(points.map_err(raise)?)))
}

/// Check that columns of these names and types can be read as numbers, IMEIs and times. Raises before anything is read.
#[pyfunction]
fn check_sightings(fields: Vec<PyField>, region: RegionArgument) -> PyResult<()> {
    let fields: Vec<_> = fields.into_iter().map(PyField::into_inner).collect();
    linkage::check_types(fields.iter().map(Arc::as_ref), region.0).map_err(raise)
}

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(check_sightings, module)?)?;
    module.add_function(wrap_pyfunction!(points, module)?)?;
    module.add_function(wrap_pyfunction!(read_sightings, module)?)?;
    module.add_class::<Linkage>()
}
