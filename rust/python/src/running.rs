//! Work in steps, behind a Python object: one call at a time, until its result is taken.

use std::sync::Mutex;
use std::time::Duration;

use numguard_columns::Error;
use numguard_columns::parallel::{Next, locked};
use pyo3::prelude::*;

use crate::error::{ArgumentError, raise};

/// How long a call works or waits before Python checks for signals.
pub(crate) const PATIENCE: Duration = Duration::from_millis(100);

/// Work in steps, one call at a time, until its result is taken.
pub(crate) struct Running<T> {
    work: Mutex<Option<T>>,
    /// The message of a call after that.
    finished: &'static str,
}

impl<T> Running<T> {
    pub(crate) fn new(work: T, finished: &'static str) -> Self {
        Self {
            work: Mutex::new(Some(work)),
            finished,
        }
    }

    /// Takes a step.
    pub(crate) fn with<R>(&self, step: impl FnOnce(&mut T) -> R) -> PyResult<R> {
        let result = locked(&self.work).as_mut().map(step);
        result.ok_or_else(|| self.error())
    }

    /// Ends the work.
    pub(crate) fn take(&self) -> PyResult<T> {
        let work = locked(&self.work).take();
        work.ok_or_else(|| self.error())
    }

    fn error(&self) -> PyErr {
        ArgumentError::new_err(self.finished)
    }
}

/// The next result of `work`, `None` after the last one or an error. Python checks for signals while it waits.
pub(crate) fn next_of<W: Send, T: Send>(
    py: Python<'_>,
    work: &Mutex<Option<W>>,
    step: impl Fn(&mut W) -> Next<Result<T, Error>> + Sync,
) -> PyResult<Option<T>> {
    loop {
        py.check_signals()?;
        let next = py.detach(|| {
            let mut work = locked(work);
            let next = work.as_mut().map_or(Next::End, &step);
            if matches!(next, Next::End | Next::Ready(Err(_))) {
                *work = None;
            }
            next
        });
        match next {
            Next::End => return Ok(None),
            Next::Waiting => {}
            Next::Ready(result) => return result.map(Some).map_err(raise),
        }
    }
}
