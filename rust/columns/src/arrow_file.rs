//! Local Arrow IPC files of plain columns and sets -> the hit rows.
//!
//! One idea: **only what is looked at is read.** A cell of a plain column stands at a place that can be computed, so the
//! key columns are read in runs, and of the other columns only the cells of hits. The file is read and never mapped: a
//! mapped file that is cut short meanwhile ends the process. Nothing in a file is trusted: every place is checked
//! against its length, and every array against Arrow's rules.
//!
//! Nested columns, dictionaries and compressed batches are not plain: pyarrow reads them, by whole batches.

mod cells;
mod header;
mod part;

use std::path::Path;

use header::ArrowFile;
pub(crate) use part::Parts;

/// Whether all columns of a file are plain, and none of its batches is compressed. False also for a file that cannot be
/// read.
#[must_use]
pub fn is_plain(path: &Path) -> bool {
    ArrowFile::open(path).is_ok_and(|file| (0..file.batches()).all(|n| file.batch(n).is_ok()))
}
