//! Digits behind `+` or `00` -> the number, and what the plans have of E.164 digits.

use super::Number;
use crate::naive::pattern;
use crate::notes::Note;
use crate::plan::{self, Class};

pub(super) fn values(digits: &str) -> Vec<u8> {
    digits.bytes().map(|byte| byte - b'0').collect()
}

pub(super) fn class(digits: &str) -> Class {
    plan::class(&values(digits))
}

/// Whether the number is in a range of its plan, and not only of a valid length.
pub(super) fn is_certain(number: &Number) -> bool {
    pattern!("^91[6-9][0-9]{9}$").is_match(&number.digits) || class(&number.digits) != Class::None
}

/// Ten digits, or a number of India's plan that has another length.
pub(super) fn is_national(digits: &str) -> bool {
    pattern!("^[1-9][0-9]{9}$").is_match(digits)
        || (7..14).contains(&digits.len()) && class(&format!("91{digits}")) != Class::None
}

pub(super) fn abroad(digits: &str) -> Result<Number, Note> {
    if digits.len() < 7 {
        return Err(Note::TooShort);
    }
    if digits.len() > 15 {
        return Err(Note::TooLong);
    }
    if let Some(rest) = digits.strip_prefix("91") {
        let without_zero = rest.strip_prefix('0').unwrap_or(rest);
        return if is_national(rest) {
            Ok(Number::new(digits))
        } else if without_zero.len() < 13 && is_national(without_zero) {
            Ok(Number::new(format!("91{without_zero}")))
        } else if without_zero.len() < 10 {
            Err(Note::TooShort)
        } else {
            Err(Note::TooLong)
        };
    }
    let is_valid = class(digits) != Class::None;
    if !is_valid && pattern!("^0?[6-9][0-9]{9}$").is_match(digits) {
        return Err(Note::PlusWithoutCountryCode);
    }
    // A zero at every position is tested; the plan gives the one of a trunk zero.
    for (at, _) in digits.match_indices('0') {
        let without = format!("{}{}", &digits[..at], &digits[at + 1..]);
        let is_trunk =
            plan::trunk_zero(&values(digits)) == Some(at) && !without[at..].starts_with('0');
        if is_trunk && let Ok(number) = abroad(&without) {
            return Ok(number);
        }
    }
    // No country's numbers begin with two zeros.
    let is_behind_zeros = || digits[code(digits).len()..].starts_with("00");
    if is_valid || plan::is_possible(&values(digits)) && !is_behind_zeros() {
        Ok(Number::new(digits))
    } else {
        Err(Note::PlusWithoutCountryCode)
    }
}

/// The country code of E.164 digits, or nothing.
pub(super) fn code(digits: &str) -> &str {
    &digits[..plan::code_width(&values(digits)).unwrap_or(0)]
}

/// Whether national digits are the code of an Indian area.
pub(super) fn is_area_code(digits: &str) -> bool {
    plan::is_area_code(&values(digits))
}

/// Whether the country of a number has numbers with one digit more.
pub(super) fn may_be_longer(number: &Number) -> bool {
    plan::is_possible(&values(&format!("{}0", number.digits)))
}

/// Whether a number and the digits behind it are a longer number.
pub(super) fn reads_on(number: &Number, behind: &str) -> bool {
    let whole = number.digits.clone() + behind;
    whole.len() <= 15 && class(&whole) != Class::None
}
