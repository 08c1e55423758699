//! E.164 integers -> text.

use std::fmt::Write as _;

use super::indian_mobile_of;

/// How a number is written out.
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

/// Appends `msisdn` written in `style`.
///
/// Only Indian mobiles are grouped: the other numbers of India are written without a group in their national digits,
/// and a foreign number has no national form here, so both last styles write it as E.164.
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
