//! One cell at a time, in safe, portable code: the reference for the vector paths.

use super::{UNREAD, with_form, words};
use crate::digits::{are_digits, eight_digits};

/// [`super::read`].
pub(super) fn read<'a, const FORMS: bool>(cell: impl Fn(usize) -> &'a [u8], out: &mut [u64]) {
    for (row, out) in out.iter_mut().enumerate() {
        *out = one::<FORMS>(cell(row));
    }
}

/// The word of a cell.
#[inline]
pub(super) fn one<const FORMS: bool>(cell: &[u8]) -> u64 {
    let ([first, last], length) = words(cell);
    if !(are_digits(first) & are_digits(last)) {
        return UNREAD;
    }
    // The six digits of the serial number, with two zeros before them.
    let key = eight_digits(first) * 1_000_000 + eight_digits(last << 16);
    if !FORMS {
        return key;
    }
    let sum = luhn(first) + luhn(last << 16 >> 16);
    key | with_form(length, sum, (last >> 48) as u8 & 0x0f)
}

/// The Luhn sum of eight digits, in ASCII or as values, of which every second is doubled.
#[inline]
pub(in crate::block) fn luhn(digits: u64) -> u32 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    (luhn_by_byte(digits).wrapping_mul(ONES) >> 56) as u32
}

/// The summands of [`luhn`], each in a byte. Inlined, so that it is compiled for the instructions of a vector path.
#[inline(always)]
pub(in crate::block) fn luhn_by_byte(digits: u64) -> u64 {
    const ODD: u64 = 0x0f00_0f00_0f00_0f00;
    const ONES: u64 = 0x0101_0101_0101_0101;
    let (even, odd) = (digits & (ODD >> 8), digits & ODD);
    // A double above 9 is reduced by 9: adding 123 to a digit of 5 or more sets the highest bit of its byte.
    let large = (odd + ONES * 123) >> 7 & ONES & (ODD | ODD << 4);
    even + odd * 2 - large * 9
}
