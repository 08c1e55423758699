//! Counts of refused cells by note, and a check for a wrong column type.

use arrow_array::cast::AsArray;
use arrow_array::types::UInt64Type;
use arrow_array::{Array, make_array};
use arrow_schema::DataType;
use numguard_core::notes::Note;

use crate::column::{Cell, Column, Keys};

/// Counts the refused cells of `column` by note: the rows without a key, as given by `is_none`. Null cells are not
/// refused.
pub(crate) fn refused(column: &Column<'_>, is_none: impl Fn(usize) -> bool) -> Vec<(Note, u64)> {
    let mut counts = vec![0u64; Note::ALL.len()];
    for row in (0..column.len()).filter(|&row| is_none(row)) {
        if let Some(note) = column
            .cell(row)
            .and_then(|cell| note_of(cell, column.keys_at(row)))
        {
            counts[note as usize] += 1;
        }
    }
    Note::ALL
        .iter()
        .copied()
        .zip(counts)
        .filter(|&(_, count)| count > 0)
        .collect()
}

/// The key of a cell, or 0, and its note.
pub(crate) fn read(cell: Cell<'_>, keys: Keys) -> (u64, Option<Note>) {
    match keys {
        Keys::Msisdn(region) => {
            let reading = cell.msisdn(region);
            (reading.msisdn, reading.note)
        }
        Keys::Imei => {
            let reading = cell.imei();
            (reading.imei14, reading.note)
        }
        Keys::ImeiOrPlaceholder => (keys.key(cell), cell.imei().note),
    }
}

/// The note of a cell.
fn note_of(cell: Cell<'_>, keys: Keys) -> Option<Note> {
    match keys {
        Keys::Msisdn(region) => cell.msisdn(region).note,
        Keys::Imei | Keys::ImeiOrPlaceholder => cell.imei().note,
    }
}

/// The code of the note of a cell without a key; that of an empty one if it is null.
#[cold]
pub(crate) fn why_refused(column: &Column<'_>, row: usize) -> &'static str {
    let cell = column.cell(row);
    let note = cell.and_then(|cell| note_of(cell, column.keys_at(row)));
    note.unwrap_or(Note::Empty).code()
}

/// Whether a `UInt64` column, which is E.164 already, has mostly ten digits with lead 6 to 9: national numbers that
/// should be cast to `Int64`. Reads at most the first thousand cells, or values if each is stored once.
#[must_use]
pub fn looks_national(array: &dyn Array) -> bool {
    if let Some(indexed) = array.as_any_dictionary_opt() {
        return looks_national(indexed.values());
    }
    if matches!(array.data_type(), DataType::RunEndEncoded(..)) {
        return looks_national(&make_array(array.to_data().child_data()[1].clone()));
    }
    if array.data_type() != &DataType::UInt64 {
        return false;
    }
    let (mut seen, mut national) = (0u32, 0u32);
    for value in array
        .as_primitive::<UInt64Type>()
        .iter()
        .flatten()
        .take(1000)
    {
        seen += 1;
        national += u32::from((6_000_000_000..10_000_000_000).contains(&value));
    }
    2 * national > seen
}
