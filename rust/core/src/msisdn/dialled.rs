//! Digits as dialled -> E.164 digits, under a numbering plan.
//!
//! This module owns prefixes and lengths: `+`, `00`, the trunk zero, the country code, the limits of length. It does
//! not depend on separators, text or cells.

use super::{Form, Found, Region, national};
use crate::digits::value;
use crate::notes::Note;
use crate::plan::{self, Class};

/// India's country code.
const INDIA: [u8; 2] = [9, 1];
/// E.164 allows fifteen digits; below seven no country has a number.
pub(super) const SHORTEST: usize = 7;
pub(super) const LONGEST: usize = 15;

/// Reads digits (each 0 to 9), with or without a plus before them.
pub(super) fn read(digits: &[u8], plus: bool, region: Region) -> Result<Found, Note> {
    match (plus, region) {
        (true, Region::Of(plan)) => national::behind_plus(digits, plan),
        (true, _) => international(digits),
        (false, Region::Of(plan)) => national::read(digits, plan),
        (false, Region::Unknown) => Err(Note::UnknownRegion),
        (false, _) if digits.len() <= 2 => Err(Note::TooShort),
        (false, _) if digits.iter().all(|&digit| digit == 0) => Err(Note::NotANumber),
        (false, _) if digits.len() <= 6 => Err(Note::ShortCode),
        (false, Region::In) => indian(digits),
        (false, Region::E164) if digits.starts_with(&[0, 0]) => doubled_zero(digits),
        (false, Region::E164) => international(digits),
    }
}

/// Reads digits without a plus as dialled in India.
fn indian(digits: &[u8]) -> Result<Found, Note> {
    if is_indian(digits) {
        return Ok(Found::plain(91, digits));
    }
    match digits {
        [0, 0, ..] => doubled_zero(digits),
        // A trunk zero. It is not dialled before the thirteen digits of a machine.
        [0, national @ ..] if national.len() < 13 && is_indian(national) => {
            Ok(Found::plain(91, national))
        }
        [0, 9, 1, national @ ..] if is_ten(national) => Ok(Found {
            mend: Some(Note::TrunkPrefixBeforeCountryCode),
            ..Found::plain(91, national)
        }),
        [9, 1, national @ ..] if is_indian(national) && digits.len() > 10 => {
            Ok(Found::plain(91, national))
        }
        [0, national @ ..] if national.len() < 10 => Err(Note::TooShort),
        _ if digits.len() < 10 => Err(Note::TooShort),
        _ => Err(Note::TooLong),
    }
}

/// Whether these are a whole national number: ten digits, or another length of their class.
fn is_indian(national: &[u8]) -> bool {
    is_ten(national)
        || (SHORTEST..=13).contains(&national.len()) && indian_class(national) != Class::None
}

/// Whether there are ten digits without a trunk zero: a number, even if the plan does not list its series.
fn is_ten(national: &[u8]) -> bool {
    national.len() == 10 && national[0] != 0
}

fn indian_class(national: &[u8]) -> Class {
    let mut digits = [0; LONGEST];
    digits[..2].copy_from_slice(&INDIA);
    digits[2..2 + national.len()].copy_from_slice(national);
    plan::class(&digits[..2 + national.len()])
}

/// `00` before a number: the international prefix, unless it may be a trunk zero typed twice.
fn doubled_zero(digits: &[u8]) -> Result<Found, Note> {
    let rest = &digits[2..];
    let found = international(rest);
    let zeros = rest.iter().take_while(|&&digit| digit == 0).count();
    if found == Err(Note::PlusWithoutCountryCode) && is_mobile(&rest[zeros..]) {
        return Err(Note::AmbiguousPrefix);
    }
    found
}

/// Digits after `+` or `00`: a number of a country, or a refusal.
pub(super) fn international(digits: &[u8]) -> Result<Found, Note> {
    if digits.len() < SHORTEST {
        return Err(Note::TooShort);
    }
    if digits.len() > LONGEST {
        return Err(Note::TooLong);
    }
    if let [9, 1, national @ ..] = digits {
        return match national {
            _ if is_indian(national) => Ok(Found::plain(91, national)),
            [0, rest @ ..] if rest.len() < 13 && is_indian(rest) => Ok(Found::plain(91, rest)),
            [0, rest @ ..] if rest.len() < 10 => Err(Note::TooShort),
            _ if national.len() < 10 => Err(Note::TooShort),
            _ => Err(Note::TooLong),
        };
    }
    let found = |digits: &[u8]| {
        Ok(Found {
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
pub(super) fn is_certain(found: Found) -> bool {
    found.is_indian_mobile() || found.class() != Class::None
}

fn reads_as_indian_mobile(digits: &[u8]) -> bool {
    is_mobile(digits.strip_prefix(&[0]).unwrap_or(digits))
}

/// Whether these are the ten digits of an Indian mobile number.
pub(super) fn is_mobile(national: &[u8]) -> bool {
    national.len() == 10 && national[0] >= 6
}
