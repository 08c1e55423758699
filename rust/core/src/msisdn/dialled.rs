//! Digits as dialled -> E.164 digits, under a numbering plan.
//!
//! This module owns the choice by region, and the prefixes that are dialled in India. It does not depend on separators,
//! text or cells.

use super::international::{international, is_indian, is_mobile, is_ten};
use super::{Number, Region, national};
use crate::notes::Note;

/// Reads digits (each 0 to 9), with or without a plus before them.
pub(super) fn read(digits: &[u8], plus: bool, region: Region) -> Result<Number, Note> {
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
fn indian(digits: &[u8]) -> Result<Number, Note> {
    if is_indian(digits) {
        return Ok(Number::plain(91, digits));
    }
    match digits {
        [0, 0, ..] => doubled_zero(digits),
        // A trunk zero. It is not dialled before the thirteen digits of a machine.
        [0, national @ ..] if national.len() < 13 && is_indian(national) => {
            Ok(Number::plain(91, national))
        }
        [0, 9, 1, national @ ..] if is_ten(national) => Ok(Number {
            mend: Some(Note::TrunkPrefixBeforeCountryCode),
            ..Number::plain(91, national)
        }),
        [9, 1, national @ ..] if is_indian(national) && digits.len() > 10 => {
            Ok(Number::plain(91, national))
        }
        [0, national @ ..] if national.len() < 10 => Err(Note::TooShort),
        _ if digits.len() < 10 => Err(Note::TooShort),
        _ => Err(Note::TooLong),
    }
}

/// `00` before a number: the international prefix, unless it may be a trunk zero typed twice.
fn doubled_zero(digits: &[u8]) -> Result<Number, Note> {
    let rest = &digits[2..];
    let found = international(rest);
    let zeros = rest.iter().take_while(|&&digit| digit == 0).count();
    if found == Err(Note::PlusWithoutCountryCode) && is_mobile(&rest[zeros..]) {
        return Err(Note::AmbiguousPrefix);
    }
    found
}
