//! `numguard._core`: extract, detach the GIL, call, wrap. No row loops and no rules of the trade live here.

use pyo3::prelude::*;

#[pymodule]
fn _core(_module: &Bound<'_, PyModule>) -> PyResult<()> {
    Ok(())
}
