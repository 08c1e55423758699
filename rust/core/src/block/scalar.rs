//! One cell at a time, in safe, portable code: the reference for the vector paths.

use super::{ROWS, bits_where, one, one_i64};
use crate::msisdn::key_u64;

/// [`super::read`].
pub(super) fn read<'a>(cell: impl Fn(usize) -> &'a [u8], out: &mut [u64]) {
    for (row, out) in out.iter_mut().enumerate() {
        *out = one(cell(row));
    }
}

/// Eight cells that a vector path does not decide.
#[cold]
pub(super) fn eight<'a>(cell: impl Fn(usize) -> &'a [u8]) -> [u64; 8] {
    std::array::from_fn(|row| one(cell(row)))
}

/// [`super::read_alike`].
pub(super) fn read_alike(cells: &[u8], len: usize, out: &mut [u64]) {
    fn each<const LEN: usize>(cells: &[u8], out: &mut [u64]) {
        for (cell, out) in cells.as_chunks::<LEN>().0.iter().zip(out) {
            *out = one(cell);
        }
    }
    match len {
        10 => each::<10>(cells, out),
        12 => each::<12>(cells, out),
        _ => read(|row| &cells[row * len..][..len], out),
    }
}

/// [`super::read_i64`]. Inlined, so that it is compiled for the instructions of a vector path.
#[inline(always)]
pub(super) fn read_i64(values: &[i64], out: &mut [u64]) {
    for (out, &value) in out.iter_mut().zip(values) {
        *out = one_i64(value);
    }
}

/// [`super::are_msisdns`].
#[inline(always)]
pub(super) fn are_msisdns(values: &[u64], bits: &mut [u64]) {
    for (values, bits) in values.chunks(ROWS).zip(bits) {
        *bits = bits_where(values, |value| key_u64(value) != 0);
    }
}

/// [`super::are_keys`].
#[inline(always)]
pub(super) fn are_keys(keys: &[u64], bits: &mut [u64]) {
    for (keys, bits) in keys.chunks(ROWS).zip(bits) {
        *bits = bits_where(keys, |key| key != 0);
    }
}

/// [`super::extremes`].
#[inline(always)]
pub(super) fn extremes(values: &[i64]) -> Option<(i64, i64)> {
    let &first = values.first()?;
    let both = |(least, most): (i64, i64), &value: &i64| (least.min(value), most.max(value));
    Some(values.iter().fold((first, first), both))
}
