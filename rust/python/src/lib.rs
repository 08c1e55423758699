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

use pyo3::prelude::*;

#[pymodule(gil_used = false)]
fn _core(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    numbers::register(module)?;
    scan::register(module)?;
    sets::register(module)?;
    linkage::register(module)?;
    Ok(())
}
