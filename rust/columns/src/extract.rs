//! Every number inside of free text.

use std::sync::Arc;

use arrow_array::builder::{ListBuilder, UInt64Builder};
use arrow_array::{Array, ArrayRef};
use numguard_core::msisdn::{self, Region};

use crate::Error;
use crate::column::{Cell, Column, Keys};

/// Looks through every cell: a list of `uint64` in the order in which the numbers stand, repeats removed; null for null.
///
/// # Errors
/// [`Error::UnsupportedType`].
pub fn extract(array: &dyn Array, region: Region) -> Result<ArrayRef, Error> {
    let column = Column::new(array, Keys::Msisdn(region))?;
    let mut lists = ListBuilder::new(UInt64Builder::with_capacity(column.len()));
    let mut found = Vec::new();
    for row in 0..column.len() {
        let Some(cell) = column.cell(row) else {
            lists.append_null();
            continue;
        };
        found.clear();
        match cell {
            Cell::Text(_) => {
                if let Some(text) = cell.to_text() {
                    msisdn::extract(text, region, &mut found);
                }
            }
            // A number is not searched for numbers: it is one, or it is none.
            _ => found.extend(Some(cell.msisdn(region).msisdn).filter(|&key| key != 0)),
        }
        lists.values().append_slice(&found);
        lists.append(true);
    }
    Ok(Arc::new(lists.finish()))
}
