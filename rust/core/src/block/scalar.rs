//! One cell after the other, in safe, portable code: what the vector path must agree with.

use super::one;

/// [`super::read`].
pub(super) fn read<'a>(cell: impl Fn(usize) -> &'a [u8], out: &mut [u64]) {
    for (row, out) in out.iter_mut().enumerate() {
        *out = one(cell(row));
    }
}

/// [`super::read_tens`].
pub(super) fn read_tens(cells: &[u8], out: &mut [u64]) {
    for (cell, out) in cells.as_chunks::<10>().0.iter().zip(out) {
        *out = one(cell);
    }
}
