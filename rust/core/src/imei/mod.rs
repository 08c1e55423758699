//! A written IMEI -> the fourteen digits that identify a handset.
//!
//! Owns the forms of 3GPP TS 23.003: fourteen digits (type allocation code 8, serial number 6); fifteen, with the check
//! digit or with the spare zero that networks send instead; sixteen, with a software version. Independent of who used the
//! handset. One idea: the first fourteen digits are the handset; the check digit is a hint and refuses nothing.

mod placeholders;
mod text;

pub use placeholders::is_placeholder;
pub(crate) use placeholders::{ROUNDED, ranges};

use crate::cell;
use crate::digits::{Digits, Folded, INEXACT, value};
use crate::notes::{Form, Note};

/// The result of reading one cell. `imei14` is 0 if the cell is refused or a placeholder; then `note` is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The first fourteen digits as an integer, or 0.
    pub imei14: u64,
    /// The fourteen digits of a placeholder, otherwise 0. Linkage reports where it stopped at one.
    pub placeholder: u64,
    /// The form, if the cell is an IMEI.
    pub form: Option<Form>,
    /// The note, if there is one.
    pub note: Option<Note>,
}

/// One more than the largest key.
pub(crate) const KEYS: u64 = 100_000_000_000_000;

/// An IMEI in a cell, and the first mend.
#[derive(Clone, Copy)]
struct Handset {
    imei14: u64,
    form: Form,
    mend: Option<Note>,
}

impl Handset {
    fn mended(self, mend: Option<Note>) -> Self {
        Self {
            mend: self.mend.into_iter().chain(mend).min(),
            ..self
        }
    }
}

impl Reading {
    fn of(found: Result<Handset, Note>) -> Self {
        match found {
            Ok(Handset { imei14, form, .. }) if is_placeholder(imei14) => Self {
                imei14: 0,
                placeholder: imei14,
                form: Some(form),
                note: Some(Note::Placeholder),
            },
            Ok(Handset { imei14, form, mend }) => Self {
                imei14,
                placeholder: 0,
                form: Some(form),
                note: mend,
            },
            Err(note) => Self {
                imei14: 0,
                placeholder: 0,
                form: None,
                note: Some(note),
            },
        }
    }
}

/// Whether an integer is a possible key: at most fourteen digits, and not 0.
#[must_use]
pub fn is_key(value: u64) -> bool {
    (1..KEYS).contains(&value)
}

/// Whether a key begins as the IMSIs of India do, with 404 or 405 (ITU-T E.212): no TAC does. Of the subscribers of one
/// operator, every ten would be one handset.
#[inline]
#[must_use]
pub fn is_imsi(imei14: u64) -> bool {
    (40_400_000_000_000..40_600_000_000_000).contains(&imei14)
}

/// Reads a cell of text.
///
/// ```
/// use numguard_core::imei::read;
/// use numguard_core::notes::Form;
///
/// let reading = read("35-824005-111111-0");
/// assert_eq!((reading.imei14, reading.form), (35824005111111, Some(Form::LuhnOk)));
/// assert_eq!(read("358240051111112").form, Some(Form::LuhnBad));
/// ```
#[must_use]
pub fn read(cell: &str) -> Reading {
    let folded = Folded::of(cell);
    Reading::of(cell::unwrapped(folded.bytes()).and_then(|unwrapped| {
        let found = text::read(&folded, unwrapped.text)?;
        Ok(found.mended(unwrapped.mend))
    }))
}

/// Reads an unsigned integer, which is a fourteen-digit key already; a shorter integer has leading zeros.
#[must_use]
pub fn read_u64(value: u64) -> Reading {
    Reading::of(if value < KEYS {
        Ok(Handset {
            imei14: value,
            form: Form::Imei14,
            mend: None,
        })
    } else {
        Err(Note::TooLong)
    })
}

/// The handset of an unsigned integer, placeholders included, or 0: [`read_u64`] without form and note.
#[inline]
#[must_use]
pub fn key_or_placeholder_u64(value: u64) -> u64 {
    if value < KEYS { value } else { 0 }
}

/// Reads a signed integer: digits as written, without the leading zeros that an integer cannot hold.
#[must_use]
pub fn read_i64(value: i64) -> Reading {
    read_i128(i128::from(value))
}

/// Reads a wide signed integer: digits as written.
#[must_use]
pub fn read_i128(value: i128) -> Reading {
    Reading::of(match u64::try_from(value) {
        Ok(value) => read_digits(&Digits::of(value)),
        Err(_) if value < 0 => Err(Note::StraySign),
        Err(_) => Err(Note::TooLong),
    })
}

/// Reads a float: digits as written if it is integral. NaN is a null, and is read as an empty cell.
#[must_use]
pub fn read_f64(value: f64) -> Reading {
    Reading::of(if value.is_nan() {
        Err(Note::Empty)
    } else if value.is_infinite() || value.fract() != 0.0 {
        Err(Note::NotAnInteger)
    } else if value < 0.0 {
        Err(Note::StraySign)
    } else if value >= 1e16 {
        Err(Note::TooLong)
    } else if value >= INEXACT {
        // A sixteen-digit IMEISV may be below or above it.
        Err(Note::PrecisionLost)
    } else {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "integral and in 0..2^53"
        )]
        read_digits(&Digits::of(value as u64))
    })
}

/// Reads digits: their number decides the form.
fn read_digits(digits: &Digits) -> Result<Handset, Note> {
    let Some(held) = digits.held().filter(|held| held.len() <= 16) else {
        return Err(Note::TooLong);
    };
    let Some((key, rest)) = held.split_first_chunk::<14>() else {
        return Err(Note::TooShort);
    };
    let form = match *rest {
        [] => Form::Imei14,
        [check] if check == check_digit(key) => Form::LuhnOk,
        [0] => Form::SpareZero,
        [_] => Form::LuhnBad,
        _ => Form::Imeisv,
    };
    Ok(Handset {
        imei14: value(key),
        form,
        mend: None,
    })
}

/// The Luhn check digit of fourteen digits (ISO/IEC 7812-1, as TS 23.003 annex B applies it).
fn check_digit(key: &[u8; 14]) -> u8 {
    let sum: u8 = key
        .iter()
        .enumerate()
        .map(|(at, &digit)| match (at % 2, digit) {
            (0, digit) => digit,
            (_, 0..=4) => digit * 2,
            _ => digit * 2 - 9,
        })
        .sum();
    (10 - sum % 10) % 10
}

/// Fifteen ASCII digits, with a computed check digit. Of a larger integer only the last fourteen digits are written.
///
/// ```
/// assert_eq!(&numguard_core::imei::format(35824005111111), b"358240051111110");
/// ```
#[must_use]
pub fn format(imei14: u64) -> [u8; 15] {
    let mut key = [0; 14];
    let mut rest = imei14;
    for digit in key.iter_mut().rev() {
        *digit = (rest % 10) as u8;
        rest /= 10;
    }
    let mut text = [b'0' + check_digit(&key); 15];
    for (byte, digit) in text.iter_mut().zip(key) {
        *byte = b'0' + digit;
    }
    text
}
