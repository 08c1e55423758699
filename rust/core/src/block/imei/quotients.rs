//! Keys of `i64`, divided in floating point, because no vector instruction divides integers: portable code for the vector
//! paths alone. Compiled without them it is slower than `integers`.

use super::UNREAD;
use crate::imei::KEYS;

/// [`super::read_i64`] without forms. Inlined, so that it is compiled for the instructions of a vector path.
#[inline(always)]
pub(super) fn read_i64(values: &[i64], out: &mut [u64]) {
    for (out, &value) in out.iter_mut().zip(values) {
        *out = key_of_i64(value);
    }
}

#[inline(always)]
fn key_of_i64(value: i64) -> u64 {
    /// From here on, the doubles are the integers.
    const INTEGERS: f64 = (1_u64 << MANTISSA) as f64;
    const MANTISSA: u32 = f64::MANTISSA_DIGITS - 1;
    const FIFTEEN: i64 = KEYS.cast_signed();
    // Of sixteen digits a quarter, which is below 2^52, by 25. The second is the middle of the remainders of the third.
    let (whole, middle, divisor) = if value >= FIFTEEN * 10 {
        (value >> 2, 12.0, 25.0)
    } else if value >= FIFTEEN {
        (value, 4.5, 10.0)
    } else {
        (value, 0.0, 1.0)
    };
    let exact = f64::from_bits(whole.cast_unsigned() | INTEGERS.to_bits()) - INTEGERS;
    // Less than 0.49 from the quotient that is rounded down: the sum is rounded to it.
    let rounded = (exact - middle) / divisor + INTEGERS;
    let key = rounded.to_bits() & ((1 << MANTISSA) - 1);
    if (FIFTEEN / 10..FIFTEEN * 100).contains(&value) {
        key
    } else {
        UNREAD
    }
}
