//! All numbers in free text.
//!
//! One idea: most cells of a column hold one number, and most of these are plain, which the core reads by block. So every
//! row first has the place of one number in the result. If some row has none or several, the result is written a second
//! time, with what such rows have.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, ListArray, UInt64Array};
use arrow_buffer::{BooleanBuffer, OffsetBuffer, ScalarBuffer};
use arrow_schema::{DataType, Field};
use numguard_core::msisdn::{self, Region};

use crate::column::{Cell, Column};
use crate::normalize::nulls_of;
use crate::pages::Words;
use crate::parallel::{TASK, Threads};
use crate::regions::Reads;
use crate::{Error, parallel};

/// The count of rows that are read together.
const BLOCK: usize = 2048;

/// What the rows of a run have that do not have one number.
#[derive(Default)]
struct Others {
    /// Each of these rows, counted from the first of the run, with the end of its numbers.
    rows: Vec<(usize, usize)>,
    /// The numbers of all these rows.
    numbers: Vec<u64>,
}

/// Searches every cell: a list of `uint64` in order, without repeats; null for null.
///
/// # Errors
/// [`Error::UnsupportedType`], [`Error::OneEach`]; [`Error::TooLong`] past 2^31 - 1 numbers.
pub fn extract(array: &dyn Array, reads: Reads<'_>, threads: Threads) -> Result<ArrayRef, Error> {
    let column = Column::reading(array, reads)?;
    let words = column.as_words().map(|(places, words)| {
        let mut plain = vec![0; words.len()];
        words.fill_plain(0, &mut plain);
        (places, plain)
    });
    let rows = column.len();
    let mut one_each = Words::of_result(rows);
    let mut present = vec![u64::MAX; rows.div_ceil(64)];
    let runs = one_each.as_mut_slice().chunks_mut(TASK);
    let runs = runs.zip(present.chunks_mut(TASK / 64)).enumerate();
    let others = parallel::map(threads, runs.collect(), |(n, (numbers, present))| {
        search_run(&column, n * TASK, numbers, present, words.as_ref())
    });

    let more: usize = others.iter().map(|others| others.numbers.len()).sum();
    let replaced: usize = others.iter().map(|others| others.rows.len()).sum();
    let total = rows - replaced + more;
    i32::try_from(total).map_err(|_| Error::TooLong)?;
    let mut offsets = Words::of_result((rows + 1).div_ceil(2));
    let ends = &mut bytemuck::cast_slice_mut::<u64, i32>(offsets.as_mut_slice())[..=rows];
    let (first, ends) = ends.split_at_mut(1);
    first.fill(0);
    let numbers = if replaced == 0 {
        // No row is after the last number, whose position is an `i32`.
        parallel::fill(threads, ends, |start, ends| {
            for (end, row) in ends.iter_mut().zip(start..) {
                *end = row as i32 + 1;
            }
        });
        one_each
    } else {
        let mut numbers = Words::of_result(total);
        merge(
            one_each.as_slice(),
            &others,
            numbers.as_mut_slice(),
            ends,
            threads,
        );
        numbers
    };

    let nulls = nulls_of(BooleanBuffer::new(present.into(), 0, rows));
    let offsets = ScalarBuffer::new(offsets.into_buffer(), 0, rows + 1);
    let numbers = UInt64Array::new(numbers.into_buffer().into(), None);
    Ok(Arc::new(ListArray::try_new(
        Arc::new(Field::new_list_field(DataType::UInt64, true)),
        OffsetBuffer::new(offsets),
        Arc::new(numbers),
        nulls,
    )?))
}

/// Searches the rows from `start` on. `numbers` gets the number of each row that has one; `present` has a bit for each
/// row, all of them set. Of a column of words, `words` has the word of each row and the plain number of each word, or 0.
fn search_run(
    column: &Column<'_>,
    start: usize,
    numbers: &mut [u64],
    present: &mut [u64],
    words: Option<&(&[u32], Vec<u64>)>,
) -> Others {
    let mut others = Others::default();
    for (n, block) in numbers.chunks_mut(BLOCK).enumerate() {
        let at = n * BLOCK;
        match words {
            None => column.fill_plain(start + at, block),
            Some((places, plain)) => {
                for (number, (row, &word)) in block
                    .iter_mut()
                    .zip((start + at..).zip(&places[start + at..]))
                {
                    let number_of_word = plain.get(word as usize).copied().unwrap_or(0);
                    *number = if column.is_null(row) {
                        0
                    } else {
                        number_of_word
                    };
                }
            }
        }
        for (row, number) in (at..).zip(block) {
            if *number != 0 {
                continue;
            }
            let before = others.numbers.len();
            match column.cell(start + row) {
                Some(cell) => search(cell, column.region_at(start + row), &mut others.numbers),
                None => present[row / 64] &= !(1 << (row % 64)),
            }
            if others.numbers.len() == before + 1 {
                *number = others.numbers.pop().unwrap_or(0);
            } else {
                others.rows.push((row, others.numbers.len()));
            }
        }
    }
    others
}

/// Writes the numbers of all rows, and the end of each row's.
fn merge(
    one_each: &[u64],
    others: &[Others],
    mut numbers: &mut [u64],
    ends: &mut [i32],
    threads: Threads,
) {
    let (mut tasks, mut before) = (Vec::with_capacity(others.len()), 0);
    let runs = one_each.chunks(TASK).zip(ends.chunks_mut(TASK));
    for ((one_each, ends), others) in runs.zip(others) {
        let count = one_each.len() - others.rows.len() + others.numbers.len();
        let (own, rest) = numbers.split_at_mut(count);
        tasks.push((one_each, ends, others, own, before));
        (numbers, before) = (rest, before + count);
    }
    parallel::map(
        threads,
        tasks,
        |(one_each, ends, others, numbers, before)| {
            let (mut row, mut taken, mut at) = (0, 0, 0);
            let last = (one_each.len(), others.numbers.len());
            for (other, end) in others.rows.iter().copied().chain([last]) {
                let ones = row..other;
                numbers[at..][..ones.len()].copy_from_slice(&one_each[ones.clone()]);
                // No end is larger than the last, which is an `i32`.
                for (to, end) in ends[ones.clone()].iter_mut().zip(before + at + 1..) {
                    *to = end as i32;
                }
                at += ones.len();
                let listed = &others.numbers[taken..end];
                numbers[at..][..listed.len()].copy_from_slice(listed);
                at += listed.len();
                // After the last of the others there is no row.
                if let Some(to) = ends.get_mut(other) {
                    *to = (before + at) as i32;
                }
                (row, taken) = (other + 1, end);
            }
        },
    );
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

#[cfg(test)]
mod tests {
    use arrow_array::StringArray;
    use arrow_array::cast::AsArray;
    use arrow_array::types::UInt64Type;

    use super::*;

    /// The numbers of row `row`, and its cell: `kind` says how many there are.
    fn cell(row: usize, kind: usize) -> (Option<Vec<u64>>, Option<String>) {
        let first = 9_800_000_000 + row as u64;
        let second = 9_700_000_000 + row as u64;
        let of = |number: u64| 910_000_000_000 + number;
        match kind {
            0 => (Some(vec![of(first)]), Some(first.to_string())),
            1 => (None, None),
            2 => (Some(vec![]), Some("nothing".into())),
            3 => (Some(vec![of(first)]), Some(format!("call {first} now"))),
            _ => (
                Some(vec![of(first), of(second)]),
                Some(format!("{first}, {second}")),
            ),
        }
    }

    #[test]
    fn rows_of_every_kind_keep_their_place() {
        // Long enough for several runs and for memory that earlier results had.
        let kinds: [fn(usize) -> usize; 5] = [
            |_| 0,
            |row| row % 5,
            |row| if row == TASK { 1 } else { 0 },
            |row| if row + 1 == 9 * TASK + 7 { 4 } else { 0 },
            |_| 2,
        ];
        for (kind, rows) in kinds
            .iter()
            .flat_map(|kind| [0, 1, 63, TASK + 1, 9 * TASK + 7].map(|rows| (kind, rows)))
        {
            let (expected, cells): (Vec<_>, Vec<_>) =
                (0..rows).map(|row| cell(row, kind(row))).unzip();
            let reads = Reads::from(Region::In);
            let found = extract(&StringArray::from(cells), reads, None).expect("text");
            let found = found.as_list::<i32>();
            assert_eq!(found.len(), rows);
            for (row, expected) in expected.iter().enumerate() {
                let numbers = found.is_valid(row).then(|| {
                    let numbers = found.value(row);
                    numbers.as_primitive::<UInt64Type>().values().to_vec()
                });
                assert_eq!(&numbers, expected, "row {row} of {rows}");
            }
        }
    }
}
