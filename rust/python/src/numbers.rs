//! Arrays in, arrays out: the functions of the face that read and write numbers.

use numguard_columns::Keys;
use numguard_core::msisdn::Style;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

use crate::error::ArgumentError;
use crate::input::{RegionArgument, ThreadsArgument, Values};

type Answer<'py> = PyResult<Bound<'py, PyAny>>;

#[pyfunction]
#[pyo3(signature = (values, *, region=RegionArgument::default(), threads=ThreadsArgument::default()))]
fn normalize(
    py: Python<'_>,
    values: Values,
    region: RegionArgument,
    threads: ThreadsArgument,
) -> Answer<'_> {
    values.warn_if_national(py)?;
    values.map(py, |chunk| {
        numguard_columns::normalize(chunk, region.keys(), threads.0)
    })
}

#[pyfunction]
#[pyo3(signature = (values, *, region=RegionArgument::default()))]
fn explain(py: Python<'_>, values: Values, region: RegionArgument) -> Answer<'_> {
    values.warn_if_national(py)?;
    values.map(py, |chunk| numguard_columns::explain(chunk, region.0))
}

#[pyfunction]
#[pyo3(signature = (values, *, region=RegionArgument::default()))]
fn extract(py: Python<'_>, values: Values, region: RegionArgument) -> Answer<'_> {
    values.warn_if_national(py)?;
    values.map(py, |chunk| numguard_columns::extract(chunk, region.0))
}

#[pyfunction]
#[pyo3(signature = (msisdns, style="e164"))]
fn format<'py>(py: Python<'py>, msisdns: Values, style: &str) -> Answer<'py> {
    let style = match style {
        "e164" => Style::E164,
        "digits" => Style::Digits,
        "national" => Style::National,
        "international" => Style::International,
        _ => {
            return Err(ArgumentError::new_err(
                "style: takes \"e164\", \"digits\", \"national\" or \"international\"",
            ));
        }
    };
    msisdns.map(py, |chunk| numguard_columns::format(chunk, style))
}

#[pyfunction]
#[pyo3(signature = (values, *, threads=ThreadsArgument::default()))]
fn normalize_imei(py: Python<'_>, values: Values, threads: ThreadsArgument) -> Answer<'_> {
    values.map(py, |chunk| {
        numguard_columns::normalize(chunk, Keys::Imei, threads.0)
    })
}

#[pyfunction]
fn explain_imei(py: Python<'_>, values: Values) -> Answer<'_> {
    values.map(py, |chunk| numguard_columns::explain_imei(chunk))
}

#[pyfunction]
fn format_imei(py: Python<'_>, imei14s: Values) -> Answer<'_> {
    imei14s.map(py, |chunk| numguard_columns::format_imei(chunk))
}

/// The closed lists as Python sees them: `{"note": {code: sentence}, "kind": ..., "form": ...}`.
#[pyfunction]
fn closed_lists(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
    use numguard_core::notes::{Form, Kind, Note};
    let lists = PyDict::new(py);
    let entries: [(&str, Vec<(&str, &str)>); 3] = [
        (
            "kind",
            Kind::ALL.iter().map(|k| (k.code(), k.sentence())).collect(),
        ),
        (
            "note",
            Note::ALL.iter().map(|n| (n.code(), n.sentence())).collect(),
        ),
        (
            "form",
            Form::ALL.iter().map(|f| (f.code(), f.sentence())).collect(),
        ),
    ];
    for (name, list) in entries {
        lists.set_item(
            name,
            PyDict::from_sequence(PyList::new(py, list)?.as_any())?,
        )?;
    }
    Ok(lists)
}

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(normalize, module)?)?;
    module.add_function(wrap_pyfunction!(explain, module)?)?;
    module.add_function(wrap_pyfunction!(extract, module)?)?;
    module.add_function(wrap_pyfunction!(format, module)?)?;
    module.add_function(wrap_pyfunction!(normalize_imei, module)?)?;
    module.add_function(wrap_pyfunction!(explain_imei, module)?)?;
    module.add_function(wrap_pyfunction!(format_imei, module)?)?;
    module.add_function(wrap_pyfunction!(closed_lists, module)?)
}
