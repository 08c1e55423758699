//! The most common forms of an Indian mobile number, recognised at once.
//!
//! A shortcut without rules of its own: the exact path reads every cell that is accepted here to the same number,
//! without a note. One idea: the length determines the form, and eight digits are checked and converted in one 64-bit
//! word.

use super::kinds::MOBILES;
use crate::digits::{are_digits, eight_digits};

/// The ten national digits of an Indian mobile number in one of the common clean forms. `None` is not a refusal.
///
/// ```
/// use numguard_core::msisdn::indian_mobile;
///
/// assert_eq!(indian_mobile(b"+91 98765-43210"), Some(9876543210));
/// assert_eq!(indian_mobile(b"+91 (0) 98765 43210"), None, "left to the slow path");
/// ```
#[inline]
#[must_use]
pub fn indian_mobile(cell: &[u8]) -> Option<u64> {
    let national = match cell {
        [_, _, _, _, _, _, _, _, _, _] => ten_digits(cell)?,
        [b'0', rest @ ..] if rest.len() == 10 => ten_digits(rest)?,
        [b'9', b'1', rest @ ..] if rest.len() == 10 => ten_digits(rest)?,
        [b'+', b'9', b'1', rest @ ..] if rest.len() == 10 => ten_digits(rest)?,
        [b'0', b'0', b'9', b'1', rest @ ..] if rest.len() == 10 => ten_digits(rest)?,
        _ => spaced(cell)?,
    };
    (national >= MOBILES.start).then_some(national)
}

/// The forms with one blank or dash after the prefix, in the middle, or both.
fn spaced(cell: &[u8]) -> Option<u64> {
    let rest = match cell {
        [b'0', b'0', b'9', b'1', rest @ ..] | [b'+', b'9', b'1', rest @ ..] => rest,
        [b'9', b'1', rest @ ..] | [b'0', rest @ ..] if rest.len() > 10 => rest,
        _ => cell,
    };
    let rest = match rest {
        [b' ' | b'-', rest @ ..] if rest.len() < cell.len() - 1 => rest,
        _ => rest,
    };
    match rest {
        _ if rest.len() == 10 => ten_digits(rest),
        [_, _, _, _, _, b' ' | b'-', _, _, _, _, _] => {
            let mut digits = [0; 10];
            digits[..5].copy_from_slice(&rest[..5]);
            digits[5..].copy_from_slice(&rest[6..]);
            let national = ten_digits(&digits)?;
            // `60000-75000` is left to the exact path: two sums.
            let are_sums = national % 100 == 0 && national / 100_000 % 100 == 0;
            (!are_sums || rest.len() < cell.len()).then_some(national)
        }
        _ => None,
    }
}

/// The value of exactly ten ASCII digits.
#[inline]
#[must_use]
pub fn ten_digits(text: &[u8]) -> Option<u64> {
    let (first, last) = text.split_first_chunk::<8>()?;
    let &[tens, ones] = last else { return None };
    let word = u64::from_le_bytes(*first);
    let pair = u16::from_le_bytes([tens, ones]);
    (are_digits(word) & are_two_digits(pair)).then(|| eight_digits(word) * 100 + two_digits(pair))
}

/// [`are_digits`] of two bytes.
#[inline]
fn are_two_digits(pair: u16) -> bool {
    let digits = pair ^ 0x3030;
    (digits.wrapping_add(0x7676) | digits) & 0x8080 == 0
}

/// [`eight_digits`] of two.
#[inline]
fn two_digits(pair: u16) -> u64 {
    u64::from((pair & 0x0F0F).wrapping_mul(2561) >> 8)
}
