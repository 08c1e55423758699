//! Columns -> a frozen set, with what was refused on the way.

use arrow_array::cast::AsArray;
use arrow_array::types::UInt64Type;
use arrow_array::{Array, ArrayRef};
use numguard_core::notes::Note;
use numguard_core::set::{Builder, FrozenSet};

use crate::column::{Column, Keys};
use crate::{Error, normalize, parallel, refused};

/// Rows read at a time: beside what the builder holds, no more than these are held.
const PIECE: usize = 1 << 19;

/// Builds the set of all keys in `chunks`, and counts the refused cells by note.
///
/// # Errors
/// [`Error::UnsupportedType`]; [`Error::TooMany`] past 2^32 - 2 keys.
pub fn build(
    chunks: &[ArrayRef],
    keys: Keys,
    threads: parallel::Threads,
) -> Result<(FrozenSet, Vec<(Note, u64)>), Error> {
    let mut builder = Builder::new(keys.key_type());
    let mut notes: Vec<(Note, u64)> = Vec::new();
    for piece in chunks.iter().flat_map(pieces) {
        let read = normalize(piece.as_ref(), keys, threads)?;
        let read = read.as_primitive::<UInt64Type>();
        if read.null_count() > piece.logical_null_count() {
            for (note, count) in refused(&Column::new(piece.as_ref(), keys)?, read) {
                match notes.iter_mut().find(|(known, _)| *known == note) {
                    Some((_, total)) => *total += count,
                    None => notes.push((note, count)),
                }
            }
        }
        builder.extend(read.iter().flatten());
    }
    notes.sort_unstable_by_key(|&(note, _)| note);
    Ok((builder.build().ok_or(Error::TooMany)?, notes))
}

/// The chunk in pieces: one at least, for its type is looked at even where there are no rows.
fn pieces(chunk: &ArrayRef) -> impl Iterator<Item = ArrayRef> {
    let starts = (0..chunk.len().max(1)).step_by(PIECE);
    starts.map(|start| chunk.slice(start, PIECE.min(chunk.len() - start)))
}

/// The members of a set, ascending, as the `UInt64` column that `position` counts in.
#[must_use]
pub fn keys_of(set: &FrozenSet) -> arrow_array::UInt64Array {
    set.iter().collect::<Vec<_>>().into()
}
