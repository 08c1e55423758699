//! The numbers in each cell of a complaint, and whether they are certain.

use std::sync::Arc;

use arrow_array::builder::{Int8Builder, ListBuilder, UInt64Builder};
use arrow_array::{Array, ArrayRef, StructArray};
use arrow_schema::{Field, Fields};
use numguard_core::msisdn::{self, Mentions, Region};
use numguard_core::notes::Note;

use crate::Error;
use crate::column::{Cell, Column};
use crate::explain::notes_of;
use crate::regions::Reads;

/// Reads every cell: a struct of `numbers` (a list of `uint64` in order, without repeats), `doubt` (the note for which
/// they are not certain, or for which there are none; null if they are certain) and `rest` (the note of other digits of
/// the cell that gave no number). A null cell has an empty list and the doubt `empty`.
///
/// # Errors
/// [`Error::UnsupportedType`], [`Error::OneEach`].
pub fn mentions(array: &dyn Array, reads: Reads<'_>) -> Result<ArrayRef, Error> {
    let column = Column::reading(array, reads)?;
    let mut lists = ListBuilder::new(UInt64Builder::with_capacity(column.len()));
    let (mut doubts, mut rests) = (Int8Builder::new(), Int8Builder::new());
    for row in 0..column.len() {
        let Mentions {
            numbers,
            doubt,
            rest,
        } = match column.cell(row) {
            Some(cell) => named(cell, column.region_at(row)),
            None => Mentions {
                doubt: Some(Note::Empty),
                ..Mentions::default()
            },
        };
        lists.values().append_slice(&numbers);
        lists.append(true);
        doubts.append_option(doubt.map(|note| note as i8));
        rests.append_option(rest.map(|note| note as i8));
    }
    let columns: Vec<ArrayRef> = vec![
        Arc::new(lists.finish()),
        Arc::new(notes_of(doubts.finish())?),
        Arc::new(notes_of(rests.finish())?),
    ];
    let fields: Fields = ["numbers", "doubt", "rest"]
        .iter()
        .zip(&columns)
        .map(|(name, column)| Field::new(*name, column.data_type().clone(), true))
        .collect();
    Ok(Arc::new(StructArray::try_new(fields, columns, None)?))
}

fn named(cell: Cell, region: Region) -> Mentions {
    if let Cell::Text(_) = cell
        && let Some(text) = cell.to_text()
    {
        return msisdn::mentions(text, region);
    }
    // A cell that is a number is not searched for numbers.
    let reading = cell.msisdn(region);
    if reading.msisdn == 0 {
        return Mentions {
            doubt: reading.note,
            ..Mentions::default()
        };
    }
    Mentions {
        numbers: vec![reading.msisdn],
        ..Mentions::default()
    }
}
