//! Columns -> a frozen set, and the counts of refused cells.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use arrow_array::{Array, ArrayRef};
use numguard_core::msisdn::Region;
use numguard_core::notes::Note;
use numguard_core::set::{Builder, FrozenSet};

use crate::column::{Column, Keys};
use crate::pages::Words;
use crate::parallel::Shared;
use crate::refused::refused;
use crate::regions::{Reads, Regions};
use crate::{Error, parallel};

/// The count of rows read at a time; the count of those after them is known.
const PIECE: usize = 1 << 20;

/// The count of rows that are read by the quick path and then checked for the rest, while they are in the level 1
/// cache.
const BLOCK: usize = 2048;

/// Builds the set of all keys in `chunks`, and counts the refused cells by note.
///
/// # Errors
/// [`Error::UnsupportedType`]; [`Error::TooMany`] past 2^32 - 2 keys.
pub fn build(
    chunks: &[ArrayRef],
    keys: Keys,
    threads: parallel::Threads,
) -> Result<(FrozenSet, Vec<(Note, u64)>), Error> {
    let pieces = chunks.iter().flat_map(pieces);
    build_of(
        pieces.map(|piece| (piece, None)),
        keys,
        total(chunks),
        threads,
    )
}

/// The set of phone numbers with a region for each cell: `regions` of each chunk.
///
/// # Errors
/// As [`build`]; [`Error::OneEach`].
pub fn build_by_row(
    chunks: &[ArrayRef],
    regions: &[Regions],
    threads: parallel::Threads,
) -> Result<(FrozenSet, Vec<(Note, u64)>), Error> {
    let pieces = chunks.iter().zip(regions).flat_map(|(chunk, regions)| {
        let mut start = 0;
        pieces(chunk).map(move |piece| {
            let of_piece = regions.slice(start, piece.len());
            start += piece.len();
            (piece, Some(of_piece))
        })
    });
    build_of(
        pieces,
        Keys::Msisdn(Region::Unknown),
        total(chunks),
        threads,
    )
}

fn total(chunks: &[ArrayRef]) -> usize {
    chunks.iter().map(Array::len).sum()
}

fn build_of(
    pieces: impl Iterator<Item = (ArrayRef, Option<Regions>)>,
    keys: Keys,
    mut left: usize,
    threads: parallel::Threads,
) -> Result<(FrozenSet, Vec<(Note, u64)>), Error> {
    let mut builder = Builder::new(keys.key_type());
    let mut notes: Vec<(Note, u64)> = Vec::new();
    for (piece, regions) in pieces {
        let reads = regions.as_ref().map_or(Reads::As(keys), Regions::reads);
        let column = Column::reading(piece.as_ref(), reads)?;
        left -= column.len();
        let mut counts = Vec::new();
        builder.add(column.len(), left, &Shared(threads), |read| {
            let none = AtomicUsize::new(0);
            parallel::fill(threads, read, |start, run| {
                for (n, block) in run.chunks_mut(BLOCK).enumerate() {
                    column.fill(start + n * BLOCK, block);
                    let zeros = block.iter().filter(|&&key| key == 0).count();
                    none.fetch_add(zeros, Relaxed);
                }
            });
            if none.into_inner() > piece.logical_null_count() {
                counts = refused(&column, |row| read[row] == 0);
            }
        });
        for (note, count) in counts {
            match notes.iter_mut().find(|(known, _)| *known == note) {
                Some((_, total)) => *total += count,
                None => notes.push((note, count)),
            }
        }
    }
    notes.sort_unstable_by_key(|&(note, _)| note);
    let set = builder.build_with(&Shared(threads));
    Ok((
        set.ok_or(Error::TooMany("a set holds at most 4,294,967,294 members"))?,
        notes,
    ))
}

/// The pieces of a chunk: at least one, since the type is checked even if there are no rows.
fn pieces(chunk: &ArrayRef) -> impl Iterator<Item = ArrayRef> {
    let starts = (0..chunk.len().max(1)).step_by(PIECE);
    starts.map(|start| chunk.slice(start, PIECE.min(chunk.len() - start)))
}

/// The members of a set, ascending, as the `UInt64` column that `position` refers to.
#[must_use]
pub fn keys_of(set: &FrozenSet) -> arrow_array::UInt64Array {
    let mut members = Words::of_result(set.len());
    parallel::fill(None, members.as_mut_slice(), |start, run| {
        set.members_from(start, run);
    });
    arrow_array::UInt64Array::new(members.into_buffer().into(), None)
}
