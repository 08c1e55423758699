//! E.164 integers -> text.

use std::fmt::Write as _;

use super::indian_mobile_of;
use crate::digits::Digits;
use crate::plan::{self, Class, NumberFormat};

/// The format of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// `+919876543210`
    E164,
    /// `919876543210`
    Digits,
    /// `98765 43210`
    National,
    /// `+91 98765 43210`
    International,
}

/// Appends `msisdn`, formatted in `style`.
///
/// The last two styles use the formats of the number's country, as in libphonenumber; the national one has the prefix
/// that is dialled there. Of India's numbers only mobile numbers are grouped, in fives. Its other numbers, and those of
/// no plan, are formatted as E.164.
///
/// ```
/// use numguard_core::msisdn::{Style, format};
///
/// let mut text = String::new();
/// format(919876543210, Style::International, &mut text);
/// assert_eq!(text, "+91 98765 43210");
/// ```
pub fn format(msisdn: u64, style: Style, out: &mut String) {
    let national = indian_mobile_of(msisdn);
    let way = match style {
        Style::National => Some(NumberFormat::National),
        Style::International => Some(NumberFormat::International),
        Style::E164 | Style::Digits => None,
    };
    if let Some(way) = way
        && let Some(width) = foreign_code_width(msisdn)
    {
        let digits = Digits::of(msisdn);
        let digits = digits.held().unwrap_or_default();
        if way == NumberFormat::International {
            out.push('+');
            out.extend(digits[..width].iter().map(|digit| char::from(b'0' + digit)));
            out.push(' ');
        }
        plan::format(digits, way, out);
        return;
    }
    // Writing to a String cannot fail.
    let _ = match (style, national) {
        (Style::Digits, _) => write!(out, "{msisdn}"),
        (Style::National, Some(national)) => {
            write!(out, "{:05} {:05}", national / 100_000, national % 100_000)
        }
        (Style::International, Some(national)) => {
            write!(
                out,
                "+91 {:05} {:05}",
                national / 100_000,
                national % 100_000
            )
        }
        (Style::E164 | Style::National | Style::International, _) => write!(out, "+{msisdn}"),
    };
}

/// Whether a number has the code of another country than India.
pub(crate) fn is_foreign(msisdn: u64) -> bool {
    foreign_code_width(msisdn).is_some()
}

/// The number of digits of another country's code, for a number in its plan.
fn foreign_code_width(msisdn: u64) -> Option<usize> {
    let digits = Digits::of(msisdn);
    let digits = digits.held()?;
    if digits.starts_with(&[9, 1]) || plan::class(digits) == Class::None {
        return None;
    }
    plan::code_width(digits)
}
