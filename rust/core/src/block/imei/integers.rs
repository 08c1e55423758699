//! Integers and floats, whose digits are as written. The code is the same on every path, but for keys from `i64`.

use super::{KEY, UNREAD, with_form};
use crate::block::whole_of;
use crate::cpu::CodePath;
use crate::imei::KEYS;

/// Reads integers, which are digits as written. Negative ones, and those of another length, are not read.
///
/// # Panics
/// When the numbers of values and rows differ.
pub fn read_i64<const FORMS: bool>(path: CodePath, values: &[i64], out: &mut [u64]) {
    assert_eq!(values.len(), out.len(), "one value a row");
    #[cfg(target_arch = "x86_64")]
    if FORMS {
        // The Luhn sum takes most of the time, and is not vectorised.
    } else if let Some(token) = path.avx512_vbmi() {
        return super::avx512::read_i64(token, values, out);
    } else if let Some(token) = path.avx2() {
        return super::avx2::read_i64(token, values, out);
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = path;
    for (out, &value) in out.iter_mut().zip(values) {
        *out = integer::<FORMS>(value.cast_unsigned());
    }
}

/// Reads wide integers, as [`read_i64`] does.
///
/// # Panics
/// When the numbers of values and rows differ.
pub fn read_i128<const FORMS: bool>(values: &[i128], out: &mut [u64]) {
    assert_eq!(values.len(), out.len(), "one value a row");
    for (out, &value) in out.iter_mut().zip(values) {
        *out = integer::<FORMS>(u64::try_from(value).unwrap_or(u64::MAX));
    }
}

/// Reads floats: digits as written, if they are integral and cannot have been rounded.
///
/// # Panics
/// When the numbers of values and rows differ.
pub fn read_f64<const FORMS: bool>(values: &[f64], out: &mut [u64]) {
    assert_eq!(values.len(), out.len(), "one value a row");
    for (out, &value) in out.iter_mut().zip(values) {
        let (whole, exact) = whole_of(value);
        let exact = exact & (whole < 1 << f64::MANTISSA_DIGITS);
        *out = integer::<FORMS>(if exact {
            whole.cast_unsigned()
        } else {
            u64::MAX
        });
    }
}

/// Reads `u64`, which are keys already. A value that is too long is refused, so it becomes 0.
///
/// # Panics
/// When the numbers of values and rows differ.
pub fn read_u64(values: &[u64], out: &mut [u64]) {
    assert_eq!(values.len(), out.len(), "one value a row");
    for (out, &value) in out.iter_mut().zip(values) {
        *out = if value < KEYS { value } else { 0 };
    }
}

/// The word of an integer of fourteen, fifteen or sixteen digits.
#[inline(always)]
fn integer<const FORMS: bool>(value: u64) -> u64 {
    let (is15, is16) = (value >= KEYS, value >= KEYS * 10);
    let tenth = value / 10;
    let key = if is16 {
        value / 100
    } else if is15 {
        tenth
    } else {
        value
    };
    let form = if FORMS {
        let length = KEY as u64 + u64::from(is15) + u64::from(is16);
        with_form(length, luhn_of_key(key), (value - tenth * 10) as u8)
    } else {
        0
    };
    if (KEYS / 10..KEYS * 100).contains(&value) {
        key | form
    } else {
        UNREAD
    }
}

/// The Luhn sum of four digits, of which the second and the fourth are doubled.
const fn luhn_of_four(four: usize) -> u8 {
    const DOUBLES: [u8; 10] = [0, 2, 4, 6, 8, 1, 3, 5, 7, 9];
    (four / 1000 % 10 + four / 10 % 10) as u8 + DOUBLES[four / 100 % 10] + DOUBLES[four % 10]
}

/// The Luhn sum of the fourteen digits of a key: one group of two digits and three of four. Of other integers, any number.
#[inline]
fn luhn_of_key(key: u64) -> u32 {
    const FOUR: u32 = 10_000;
    const EIGHT: u64 = 100_000_000;
    /// The Luhn sum of four digits, of which every second is doubled.
    static SUMS: [u8; FOUR as usize] = {
        let mut sums = [0; FOUR as usize];
        let mut four = 0;
        while four < sums.len() {
            sums[four] = luhn_of_four(four);
            four += 1;
        }
        sums
    };
    // Divisions of 32 bits cost half of those of 64 bits.
    let (upper, lower) = ((key / EIGHT) as u32, (key % EIGHT) as u32);
    let sum = |four: u32| SUMS.get(four as usize).map_or(0, |&sum| u32::from(sum));
    sum(upper / FOUR) + sum(upper % FOUR) + sum(lower / FOUR) + sum(lower % FOUR)
}
