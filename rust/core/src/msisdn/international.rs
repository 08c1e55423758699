//! The digits after `+` or `00` -> E.164 digits.
//!
//! Owns the limits of length, the country code and a trunk zero behind it, and what a whole national number of India is.
//! It does not depend on how other digits are dialled.

use super::{Form, Number};
use crate::digits::{Digits, value};
use crate::notes::Note;
use crate::plan::{self, Class};

/// India's country code.
const INDIA_DIGITS: [u8; 2] = [9, 1];
/// E.164 allows fifteen digits; below seven no country has a number.
pub(super) const SHORTEST: usize = 7;
pub(super) const LONGEST: usize = 15;

/// Digits after `+` or `00`: a number of a country, or a refusal.
pub(super) fn international(digits: &[u8]) -> Result<Number, Note> {
    if digits.len() < SHORTEST {
        return Err(Note::TooShort);
    }
    if digits.len() > LONGEST {
        return Err(Note::TooLong);
    }
    if let [9, 1, national @ ..] = digits {
        return match national {
            _ if is_indian(national) => Ok(Number::plain(91, national)),
            [0, rest @ ..] if rest.len() < 13 && is_indian(rest) => Ok(Number::plain(91, rest)),
            [0, rest @ ..] if rest.len() < 10 => Err(Note::TooShort),
            _ if national.len() < 10 => Err(Note::TooShort),
            _ => Err(Note::TooLong),
        };
    }
    let found = |digits: &[u8]| {
        Ok(Number {
            msisdn: value(digits),
            mend: None,
            form: Form::Common,
        })
    };
    let is_valid = plan::class(digits) != Class::None;
    if !is_valid && reads_as_indian_mobile(digits) {
        return Err(Note::PlusWithoutCountryCode);
    }
    if let Some(at) = plan::trunk_zero(digits) {
        // `+44 (0) 20 7946 0000`, with or without brackets, as `+91 0` in India. One number must not have two keys, so
        // the reading without the zero is preferred if it is a number.
        let mut without = [0; LONGEST];
        without[..at].copy_from_slice(&digits[..at]);
        without[at..digits.len() - 1].copy_from_slice(&digits[at + 1..]);
        let without = &without[..digits.len() - 1];
        let is_number = plan::class(without) != Class::None
            || plan::is_possible(without) && !reads_as_indian_mobile(without);
        if without.len() >= SHORTEST && without[at] != 0 && is_number {
            return found(without);
        }
    }
    // No country's numbers begin with two zeros, so the digits after the code are another thing.
    let national = plan::code_width(digits).map_or(digits, |width| &digits[width..]);
    if is_valid || plan::is_possible(digits) && !national.starts_with(&[0, 0]) {
        found(digits)
    } else {
        Err(Note::PlusWithoutCountryCode)
    }
}

/// Whether the plan has a range for this number, and not only its length: required for numbers in several groups.
pub(super) fn is_certain(found: Number) -> bool {
    found.is_indian_mobile() || found.class() != Class::None
}

/// Whether the country of a number has numbers with one digit more.
pub(super) fn may_be_longer(found: Number) -> bool {
    plan::is_possible(Digits::of(found.msisdn * 10).held().unwrap_or_default())
}

/// Whether a number and the digits behind it are a longer number of its country.
pub(super) fn reads_on(found: Number, behind: &[u8]) -> bool {
    let msisdn = Digits::of(found.msisdn);
    let behind = behind.iter().map(|digit| digit - b'0').take(LONGEST);
    let whole: Vec<u8> = msisdn
        .held()
        .unwrap_or_default()
        .iter()
        .copied()
        .chain(behind)
        .collect();
    whole.len() <= LONGEST && plan::class(&whole) != Class::None
}

fn reads_as_indian_mobile(digits: &[u8]) -> bool {
    is_mobile(digits.strip_prefix(&[0]).unwrap_or(digits))
}

/// Whether these are the ten digits of an Indian mobile number.
pub(super) fn is_mobile(national: &[u8]) -> bool {
    national.len() == 10 && national[0] >= 6
}

/// Whether these are a whole national number: ten digits, or another length of their class.
pub(super) fn is_indian(national: &[u8]) -> bool {
    is_ten(national)
        || (SHORTEST..=13).contains(&national.len()) && indian_class(national) != Class::None
}

/// Whether there are ten digits without a trunk zero: a number, even if the plan does not list its series.
pub(super) fn is_ten(national: &[u8]) -> bool {
    national.len() == 10 && national[0] != 0
}

fn indian_class(national: &[u8]) -> Class {
    let mut digits = [0; LONGEST];
    digits[..2].copy_from_slice(&INDIA_DIGITS);
    digits[2..2 + national.len()].copy_from_slice(national);
    plan::class(&digits[..2 + national.len()])
}
