//! Many IMEIs at once: cells of fourteen, fifteen or sixteen digits, with or without quotation marks.
//!
//! Owns a fast path and no rule: [`crate::imei::read`] gives the same result for every cell that is read here. A row that
//! is not read is [`UNREAD`] and refuses nothing; the caller reads it with `imei::read`. Placeholders are read like other
//! digits; [`drop_placeholders`] removes them.
//!
//! The word of a row is its key; with `FORMS`, the code of its form is above the key, from bit [`FORM`] on. Every cell
//! fits into sixteen bytes, so adjacent cells are read without a branch on their lengths: by `avx512` four from one load,
//! by `avx2` each from its own.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod integers;
mod placeholders;
#[cfg(target_arch = "x86_64")]
mod quotients;
mod scalar;

use super::Offset;
use crate::cpu::CodePath;
use crate::notes::Form;

pub use integers::{read_f64, read_i64, read_i128, read_u64};
pub use placeholders::drop_placeholders;
pub(super) use scalar::{luhn, luhn_by_byte};

/// The word of a row that is not read. It is larger than every key, with or without its form.
pub const UNREAD: u64 = u64::MAX;

/// The first bit of the form in a word with a form.
pub const FORM: u32 = 56;

/// Digits of a key.
const KEY: usize = 14;

/// The key of a word, without its form.
#[inline]
#[must_use]
pub fn key(word: u64) -> u64 {
    word & ((1 << FORM) - 1)
}

/// The form of a word that was read with forms; `None` for [`UNREAD`].
#[inline]
#[must_use]
pub fn form(word: u64) -> Option<Form> {
    Form::ALL.get((word >> FORM) as usize).copied()
}

/// Reads adjacent cells: cell `i` is `bytes[offsets[i]..offsets[i + 1]]`, so there is one offset more than rows in `out`.
///
/// # Panics
/// When the number of offsets is wrong, or they do not ascend within `bytes`.
pub fn read_run<const FORMS: bool, O: Offset>(
    path: CodePath,
    offsets: &[O],
    bytes: &[u8],
    out: &mut [u64],
) {
    assert_eq!(offsets.len(), out.len() + 1, "one offset more than rows");
    #[cfg(target_arch = "x86_64")]
    if let Some(token) = path.avx512_vbmi() {
        return avx512::read_run::<FORMS, O>(token, offsets, bytes, out);
    } else if let Some(token) = path.avx2() {
        return avx2::read_run::<FORMS, O>(token, offsets, bytes, out);
    }
    let cell = |row: usize| &bytes[offsets[row].index()..offsets[row + 1].index()];
    read::<FORMS>(path, cell, out);
}

/// Reads the cells `cell(0)`, `cell(1)` and so on, one for each row of `out`.
pub fn read<'a, const FORMS: bool>(
    path: CodePath,
    cell: impl Fn(usize) -> &'a [u8],
    out: &mut [u64],
) {
    #[cfg(target_arch = "x86_64")]
    if let Some(token) = path.avx512_vbmi() {
        return avx512::read::<FORMS>(token, cell, out);
    } else if let Some(token) = path.avx2() {
        return avx2::read::<FORMS>(token, cell, out);
    }
    scalar::read::<FORMS>(cell, out);
}

/// The form of an IMEI, shifted to its bits of a word: from the number of digits, the Luhn sum of the first fourteen, and
/// the fifteenth digit. A table, because no branch predicts a check digit.
#[inline(always)]
fn with_form(length: u64, sum: u32, check: u8) -> u64 {
    /// By digits after the fourteenth, then whether the check digit is right, then whether it is 0.
    const WORDS: [[[u64; 2]; 2]; 3] = {
        const fn word(form: Form) -> u64 {
            (form as u64) << FORM
        }
        let fifteen = [
            [word(Form::LuhnBad), word(Form::SpareZero)],
            [word(Form::LuhnOk); 2],
        ];
        [
            [[word(Form::Imei14); 2]; 2],
            fifteen,
            [[word(Form::Imeisv); 2]; 2],
        ]
    };
    let right = (sum + u32::from(check)).is_multiple_of(10);
    let extra = length.wrapping_sub(KEY as u64).min(2) as usize;
    WORDS[extra][usize::from(right)][usize::from(check == 0)]
}

/// The digits of a cell as ASCII, the first in the lowest byte of the first word, with zeros after the last; and their
/// number. For another number of bytes, a byte is not a digit.
#[inline(always)]
fn words(cell: &[u8]) -> ([u64; 2], u64) {
    /// The bits of the second word after the last digit.
    const ZEROS: [u64; 3] = [0x3030 << 48, 0x30 << 56, 0];
    let text = match cell {
        [b'\'', inner @ .., b'\''] | [b'\'', inner @ ..] => inner,
        _ => cell,
    };
    let extra = text.len().wrapping_sub(KEY);
    match (ZEROS.get(extra), text.first_chunk(), text.last_chunk()) {
        (Some(zeros), Some(first), Some(last)) => {
            let last = u64::from_le_bytes(*last) >> (8 * (2 - extra));
            // After sixteen digits there is no byte; after fewer, zero bytes were shifted in.
            (
                [u64::from_le_bytes(*first), last | zeros],
                text.len() as u64,
            )
        }
        _ => ([u64::MAX; 2], 0),
    }
}
