//! `numguard._core`: converts arguments, releases the GIL, calls a kernel, and wraps the result.
//!
//! This crate owns how Python values become Arrow arrays, and how errors become exceptions. It has no loops over rows and
//! no domain rules: each function calls the kernel of the same name without the GIL.

#![allow(clippy::doc_markdown)] // its docs are Python's docstrings, in reStructuredText

mod error;
mod function;
mod gunzip;
mod input;
mod json;
mod linkage;
mod members;
mod numbers;
mod objects;
mod running;
mod scan;
mod sets;
mod sightings;
mod text;
mod workbook;

use pyo3::prelude::*;
use pyo3::types::PyTuple;

/// The instruction set with which numbers are read and looked up: "avx512", "avx2" or "scalar", which runs everywhere.
///
/// It is the fastest one that the processor has, or the one in the environment variable `NUMGUARD_PROBE`. All give the
/// same results.
///
/// Example:
///     >>> from numguard import _core
///     >>> _core.kernels() in {"avx512", "avx2", "scalar"}
///     True
#[pyfunction]
fn kernels() -> &'static str {
    numguard_core::cpu::CodePath::chosen().name()
}

#[pymodule(gil_used = false)]
fn _core(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add(
        "EMPTY_WORDS",
        PyTuple::new(module.py(), numguard_core::EMPTY_WORDS)?,
    )?;
    module.add_function(wrap_pyfunction!(kernels, module)?)?;
    numbers::register(module)?;
    scan::register(module)?;
    sets::register(module)?;
    text::register(module)?;
    json::register(module)?;
    function::register(module)?;
    gunzip::register(module)?;
    linkage::register(module)?;
    sightings::register(module)?;
    workbook::register(module)?;
    Ok(())
}
