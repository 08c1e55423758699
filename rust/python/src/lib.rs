//! `numguard._core`: extract, detach the GIL, call, wrap.
//!
//! Owns how Python values become Arrow arrays and how errors become exceptions. No row loops and no rules of the trade
//! live here: each function is the kernel of the same name, called without the GIL.

#![allow(clippy::doc_markdown)] // its docs are Python's docstrings, in reStructuredText

mod error;
mod input;
mod linkage;
mod numbers;
mod scan;
mod sets;
mod text;

use pyo3::prelude::*;

/// The instructions with which numbers are read and looked up: "avx512", "avx2" or "scalar", which runs anywhere.
///
/// The fastest that the processor has, or the one that the environment variable ``NUMGUARD_PROBE`` names. All give the
/// same answers.
#[pyfunction]
fn kernels() -> &'static str {
    numguard_core::cpu::Path::chosen().name()
}

#[pymodule(gil_used = false)]
fn _core(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add_function(wrap_pyfunction!(kernels, module)?)?;
    numbers::register(module)?;
    scan::register(module)?;
    sets::register(module)?;
    text::register(module)?;
    linkage::register(module)?;
    Ok(())
}
