//! The members of a `NumberSet` or an `ImeiSet`: the frozen set, what was refused when it was built, and its file.
//!
//! Owns building from columns, saving, opening and pickling. The two classes are in `sets`.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use arrow_array::ArrayRef;
use numguard_columns::parallel::locked;
use numguard_columns::{Keys, setfile};
use numguard_core::notes::Note;
use numguard_core::set::{FrozenSet, KeyType};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::{PyBytes, PyDict, PyTuple};

use crate::error::{RefusedCellsError, SetFileError, raise};
use crate::input::{RegionsArgument, Values};

/// Up to this size a pickle holds the bytes of the set. A larger set that is in a file is pickled as the file's path.
const PICKLED_WHOLE: usize = 1 << 20;

/// The number of refused cells for each reason, in one line.
pub(crate) fn reasons(refused: &[(Note, u64)]) -> String {
    let counts = refused
        .iter()
        .map(|&(note, count)| format!("{} {count}", note.code()));
    counts.collect::<Vec<_>>().join(", ")
}

/// The state of both classes.
pub(crate) struct Members {
    pub(crate) set: FrozenSet,
    pub(crate) refused: Vec<(Note, u64)>,
    /// The file that holds exactly this set: the one it was opened from or last saved to.
    path: Mutex<Option<PathBuf>>,
}

impl Members {
    pub(crate) fn new(set: FrozenSet, refused: Vec<(Note, u64)>, path: Option<PathBuf>) -> Self {
        Self {
            set,
            refused,
            path: Mutex::new(path),
        }
    }

    pub(crate) fn build(
        py: Python<'_>,
        values: Values,
        keys: Keys,
        strict: bool,
    ) -> PyResult<Self> {
        let built = py.detach(|| {
            let chunks = values.into_chunks();
            numguard_columns::sound(&chunks, || numguard_columns::build(&chunks, keys, None))
        });
        Self::built(py, built, strict)
    }

    /// A set of phone numbers, with one region for all cells or a region for each cell.
    pub(crate) fn build_numbers(
        py: Python<'_>,
        values: Values,
        region: RegionsArgument,
        strict: bool,
    ) -> PyResult<Self> {
        let codes = match region {
            RegionsArgument::One(region) => {
                return Self::build(py, values, Keys::Msisdn(region), strict);
            }
            RegionsArgument::Each(codes) => codes,
        };
        let built = py.detach(|| {
            let chunks = values.into_chunks();
            let arrays: Vec<ArrayRef> = chunks.iter().chain(&codes).cloned().collect();
            numguard_columns::sound(&arrays, || {
                let regions = numguard_columns::regions_of(&codes, &chunks)?;
                numguard_columns::build_by_row(&chunks, &regions, None)
            })
        });
        Self::built(py, built, strict)
    }

    fn built(
        py: Python<'_>,
        built: Result<(FrozenSet, Vec<(Note, u64)>), numguard_columns::Error>,
        strict: bool,
    ) -> PyResult<Self> {
        let (set, refused) = built.map_err(raise)?;
        if strict && !refused.is_empty() {
            let cells: u64 = refused.iter().map(|&(_, count)| count).sum();
            let were = if cells == 1 { "cell was" } else { "cells were" };
            let message = format!("{cells} {were} refused: {}", reasons(&refused));
            return Err(RefusedCellsError::new_err((
                message,
                by_note(py, &refused)?.unbind(),
            )));
        }
        Ok(Self::new(set, refused, None))
    }

    pub(crate) fn open(
        py: Python<'_>,
        path: PathBuf,
        key_type: KeyType,
        verify: bool,
    ) -> PyResult<Self> {
        let set = py
            .detach(|| setfile::open(&path, key_type, verify))
            .map_err(raise)?;
        Ok(Self::new(set, Vec::new(), Some(std::path::absolute(path)?)))
    }

    pub(crate) fn save(&self, py: Python<'_>, path: PathBuf) -> PyResult<()> {
        py.detach(|| setfile::save(&self.set, &path))
            .map_err(raise)?;
        *locked(&self.path) = Some(std::path::absolute(path)?);
        Ok(())
    }

    pub(crate) fn pickled<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let path = locked(&self.path).clone();
        match path {
            Some(path) if self.set.nbytes() > PICKLED_WHOLE => {
                (path, self.set.content_hash()).into_pyobject(py)
            }
            _ => (
                PyBytes::new(py, self.set.as_bytes()),
                self.set.content_hash(),
            )
                .into_pyobject(py),
        }
    }

    pub(crate) fn unpickled(
        py: Python<'_>,
        from: &Bound<'_, PyAny>,
        hash: u64,
        key_type: KeyType,
    ) -> PyResult<Self> {
        let members = if let Ok(bytes) = from.extract::<PyBackedBytes>() {
            // As of a file, only the check of all bytes shows that a member was not lost on the way.
            let set = FrozenSet::from_bytes(Arc::new(bytes), key_type)
                .and_then(|set| set.verify().map(|()| set))
                .map_err(|error| SetFileError::new_err(error.to_string()))?;
            Self::new(set, Vec::new(), None)
        } else {
            // The hash is one that the file states: only the check of its content shows that it is still true.
            Self::open(py, from.extract()?, key_type, true)?
        };
        if members.set.content_hash() == hash {
            return Ok(members);
        }
        Err(SetFileError::new_err(
            "the file that this pickle refers to was replaced by another set",
        ))
    }
}

pub(crate) fn by_note<'py>(
    py: Python<'py>,
    refused: &[(Note, u64)],
) -> PyResult<Bound<'py, PyDict>> {
    let counts = PyDict::new(py);
    for &(note, count) in refused {
        counts.set_item(note.code(), count)?;
    }
    Ok(counts)
}
