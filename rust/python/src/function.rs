//! Python functions that read the distinct texts of a column.
//!
//! Owns when they may be called: on any thread, with the GIL, until the process ends. One idea: **calls are counted**, so
//! that the end of the process can wait for them.

use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Duration;

use arrow_array::{ArrayRef, StringArray};
use numguard_columns::Error;
use numguard_columns::csv::ReadTexts;
use numguard_columns::parallel::locked;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3_arrow::PyArray;

/// A Python function that reads the distinct texts of a column, called with the GIL by the thread that needs a value. It
/// must not call this module, whose kernels could wait for that thread.
pub(crate) struct Function(Py<PyAny>);

impl Function {
    pub(crate) fn new(function: Bound<'_, PyAny>) -> Self {
        Self(function.unbind())
    }
}

/// The calls of functions at present, and whether the process ends.
struct Calls {
    now: usize,
    ended: bool,
}

static CALLS: Mutex<Calls> = Mutex::new(Calls {
    now: 0,
    ended: false,
});
static IDLE: Condvar = Condvar::new();

/// How long the end of the process waits for calls, which take milliseconds: a process that was forked has the count, but
/// not the threads.
const LONGEST_CALL: Duration = Duration::from_secs(5);

fn calls() -> MutexGuard<'static, Calls> {
    locked(&CALLS)
}

/// Waits for the threads that call a Python function: one that waited for the GIL while the interpreter ends would be
/// ended by it in the middle of Rust, which aborts the process. Called by `atexit`.
#[pyfunction]
fn end_calls(py: Python<'_>) {
    py.detach(|| {
        let mut calls = calls();
        calls.ended = true;
        let _at_last = IDLE.wait_timeout_while(calls, LONGEST_CALL, |calls| calls.now > 0);
    });
}

/// Counts a call while it lives.
struct Call;

impl Call {
    /// `None` if the process ends.
    fn begin() -> Option<Self> {
        let mut calls = calls();
        if calls.ended {
            return None;
        }
        calls.now += 1;
        Some(Self)
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        calls().now -= 1;
        IDLE.notify_all();
    }
}

impl ReadTexts for Function {
    fn read(&self, texts: &StringArray) -> Result<Vec<ArrayRef>, Error> {
        let ended = || Error::Reading(io::Error::other("the interpreter has ended"));
        let _call = Call::begin().ok_or_else(ended)?;
        let read = Python::try_attach(|py| -> PyResult<Vec<ArrayRef>> {
            let texts = crate::input::array_to_python(py, Some(Arc::new(texts.clone())))?;
            let values = self.0.bind(py).call1((texts,))?;
            let array = |value: PyResult<Bound<'_, PyAny>>| {
                let array = value?.extract::<PyArray>()?;
                Ok(array.into_inner().0)
            };
            values.try_iter()?.map(array).collect()
        });
        let values = read.ok_or_else(ended)?;
        values.map_err(|error| Error::Reading(io::Error::other(error)))
    }
}

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = module.py();
    let end = wrap_pyfunction!(end_calls, module)?;
    let at_exit = py.import(intern!(py, "atexit"))?;
    at_exit.call_method1(intern!(py, "register"), (end,))?;
    Ok(())
}
