//! All numbers in free text.
//!
//! One idea: most cells of a column are one plain number, which the core reads by block; only the others are searched.
//! Each run of rows has its own lists, which are concatenated at the end.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::{Array, ArrayRef, ListArray, UInt64Array};
use arrow_buffer::{BooleanBuffer, NullBuffer, OffsetBuffer};
use arrow_schema::{DataType, Field};
use numguard_core::msisdn::{self, Region};

use crate::column::{Cell, Column};
use crate::parallel::Threads;
use crate::regions::Reads;
use crate::{Error, parallel};

/// The count of rows that are read together.
const BLOCK: usize = 2048;

/// The lists of a run of rows.
struct Lists {
    numbers: Vec<u64>,
    /// The end of each row's list.
    ends: Vec<usize>,
    /// A bit for each row that is not null.
    present: Vec<u64>,
}

/// Searches every cell: a list of `uint64` in order, without repeats; null for null.
///
/// # Errors
/// [`Error::UnsupportedType`], [`Error::RegionCount`]; [`Error::TooLong`] past 2^31 - 1 numbers.
pub fn extract(array: &dyn Array, reads: Reads<'_>, threads: Threads) -> Result<ArrayRef, Error> {
    let column = Column::reading(array, reads)?;
    let runs = parallel::runs(column.len()).collect();
    let runs = parallel::map(threads, runs, |rows| lists(&column, rows));
    let mut offsets = Vec::with_capacity(column.len() + 1);
    offsets.push(0);
    let mut before = 0;
    for run in &runs {
        let end = before + run.numbers.len();
        i32::try_from(end).map_err(|_| Error::TooLong)?;
        // No end is larger than the last.
        offsets.extend(run.ends.iter().map(|&end| (before + end) as i32));
        before = end;
    }
    // Every run but the last is a whole number of words.
    let present: Vec<u64> = runs.iter().flat_map(|run| &run.present).copied().collect();
    let mut runs = runs.into_iter();
    let mut numbers = runs.next().map_or_else(Vec::new, |run| run.numbers);
    numbers.reserve_exact(before - numbers.len());
    for run in runs {
        numbers.extend(run.numbers);
    }
    let present = BooleanBuffer::new(present.into(), 0, column.len());
    let nulls = Some(NullBuffer::new(present)).filter(|nulls| nulls.null_count() > 0);
    Ok(Arc::new(ListArray::try_new(
        Arc::new(Field::new_list_field(DataType::UInt64, true)),
        OffsetBuffer::new(offsets.into()),
        Arc::new(UInt64Array::from(numbers)),
        nulls,
    )?))
}

fn lists(column: &Column<'_>, rows: Range<usize>) -> Lists {
    let mut lists = Lists {
        numbers: Vec::with_capacity(rows.len()),
        ends: Vec::with_capacity(rows.len()),
        present: vec![u64::MAX; rows.len().div_ceil(64)],
    };
    let mut keys = [0; BLOCK];
    for start in rows.clone().step_by(BLOCK) {
        let keys = &mut keys[..BLOCK.min(rows.end - start)];
        column.fill_plain(start, keys);
        for (row, &key) in (start..).zip(&*keys) {
            if key != 0 {
                lists.numbers.push(key);
            } else if let Some(cell) = column.cell(row) {
                search(cell, column.region_at(row), &mut lists.numbers);
            } else {
                let at = row - rows.start;
                lists.present[at / 64] &= !(1 << (at % 64));
            }
            lists.ends.push(lists.numbers.len());
        }
    }
    lists
}

fn search(cell: Cell<'_>, region: Region, found: &mut Vec<u64>) {
    match cell {
        Cell::Text(_) => {
            if let Some(text) = cell.to_text() {
                msisdn::extract(text, region, found);
            }
        }
        // A cell that is a number is not searched for numbers.
        _ => found.extend(Some(cell.msisdn(region).msisdn).filter(|&key| key != 0)),
    }
}
