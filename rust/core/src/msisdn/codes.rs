//! Codes of countries and areas that stand apart from their number.
//!
//! Owns which digits are only a code, and which numbers may be the rest of one. It does not depend on words. One idea:
//! a figure before a number is a code if both together are a number of a plan, unless it counts the numbers of a list.

use super::{Form, Number, Region, dialled, international};
use crate::digits::Digits;
use crate::notes::Note;
use crate::plan::{self, Class};

/// A figure of at most three digits that begins with no zero, and stands before a number or other digits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Figure {
    /// Its position among the tokens.
    pub(super) at: usize,
    pub(super) value: u16,
    /// Whether it is in brackets, or of the run that is being read.
    pub(super) is_close: bool,
}

/// A number with such a figure before it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Led {
    /// The position of the number among the tokens.
    pub(super) number: usize,
    pub(super) figure: u16,
    /// Whether the figure is a code with which the number is one of another country.
    pub(super) may_be_abroad: bool,
    /// Whether nothing parts the figure from the number.
    pub(super) is_close: bool,
}

/// A run that is only a code: what stands behind it is the rest of a number.
#[derive(Clone, Copy)]
pub(super) struct Code {
    /// The position of the first token behind it.
    pub(super) behind: usize,
    /// Where it ends in the text.
    pub(super) end: usize,
    /// Whether it is an area's and not a country's.
    pub(super) is_area: bool,
    /// The digit of an area's code that has only one: it is a code before a number that is a whole one with it.
    pub(super) digit: Option<u8>,
}

impl Code {
    /// Whether a number without a code of its own may be what follows.
    pub(super) fn is_before(self, found: Number, region: Region) -> bool {
        match (found.form, self.digit) {
            (
                Form::Home {
                    prefix: 0,
                    national,
                },
                Some(digit),
            ) => {
                let msisdn = Digits::of(found.msisdn);
                let digits = msisdn.held().unwrap_or_default();
                let written = &digits[digits.len() - usize::from(national)..];
                let whole = [&[0, digit], written].concat();
                dialled::read(&whole, false, region).is_ok_and(international::is_certain)
            }
            (_, Some(_)) => false,
            (Form::Home { prefix, .. }, None) => !self.is_area || prefix == 0,
            (Form::Common | Form::Abroad { .. }, None) => !self.is_area && found.is_indian(),
        }
    }
}

/// The digit behind the zero of a code of two digits, which may be the mark of a list too: `02, 34568775`.
pub(super) fn digit_of_area(group: &[u8], region: Region) -> Option<u8> {
    let bare: Vec<u8> = group
        .iter()
        .filter(|byte| !matches!(byte, b' ' | b'(' | b')'))
        .take(3)
        .copied()
        .collect();
    match (&bare[..], region) {
        ([b'0', digit @ b'1'..=b'9'], Region::Of(plan)) if plan.dials_zero() => Some(digit - b'0'),
        _ => None,
    }
}

/// The value of at most three digits of a text that begin with no zero.
pub(super) fn figure(text: &[u8]) -> Option<u16> {
    const LONGEST: usize = 3;
    let is_digit = |byte: &&u8| byte.is_ascii_digit();
    let digits: Vec<u8> = text
        .iter()
        .filter(is_digit)
        .take(LONGEST + 1)
        .copied()
        .collect();
    let is_figure = matches!(digits.first(), Some(b'1'..=b'9'))
        && digits.len() <= LONGEST
        && !text.contains(&b'+');
    let value = |value, digit: &u8| value * 10 + u16::from(digit - b'0');
    is_figure.then(|| digits.iter().fold(0, value))
}

/// Whether a number that was written in so many digits, without a prefix, is one of another country with this code.
pub(super) fn is_abroad_with(code: u16, found: Number, digits: usize) -> bool {
    let (code, msisdn) = (Digits::of(code.into()), Digits::of(found.msisdn));
    let (Some(code), Some(msisdn)) = (code.held(), msisdn.held()) else {
        return false;
    };
    let national = &msisdn[plan::code_width(msisdn).unwrap_or(0)..];
    let is_bare = digits == national.len() || found.mend == Some(Note::TrailingDecimal);
    let whole = [code, national].concat();
    is_bare
        && whole != msisdn
        && whole.len() <= international::LONGEST
        && plan::code_width(&whole) == Some(code.len())
        && plan::class(&whole) != Class::None
}

/// The numbers that may be of another country: those whose figure counts no list, as `1)` before `2)` does.
pub(super) fn abroad(led: &[Led]) -> impl Iterator<Item = Led> {
    led.iter().enumerate().filter_map(|(at, &here)| {
        let before = at.checked_sub(1).map(|before| led[before].figure);
        let behind = led.get(at + 1).map(|behind| behind.figure);
        let counts = before.is_some_and(|before| before + 1 == here.figure)
            || behind == Some(here.figure + 1);
        (here.may_be_abroad && !counts).then_some(here)
    })
}

/// Whether a group is a plus or two zeros and the beginning of a number of a country other than India: `+977`.
pub(super) fn is_foreign_code(group: &[u8]) -> bool {
    /// A whole number would be read as one.
    const LONGEST: usize = 6;
    let is_bare = |byte: &&u8| !matches!(byte, b' ' | b'(');
    let bare: Vec<u8> = group
        .iter()
        .filter(is_bare)
        .copied()
        .take(LONGEST + 3)
        .collect();
    let digits = bare.strip_prefix(b"+").or_else(|| bare.strip_prefix(b"00"));
    digits.is_some_and(|digits| {
        (1..=LONGEST).contains(&digits.len())
            && digits.iter().all(u8::is_ascii_digit)
            && digits[0] != b'0'
            && !digits.starts_with(b"91")
    })
}

/// Whether a group is a plus or two zeros and fewer digits than a number has.
pub(super) fn is_cut_code(group: &[u8]) -> bool {
    let digits = group.iter().filter(|byte| byte.is_ascii_digit()).count();
    opens_number(group) && digits < international::SHORTEST
}

/// Whether a group is the beginning of a region's own number and no more: its zero and the code of an area. `01:` is
/// the mark of a list, unless digits of it are hidden (`is_cut`).
pub(super) fn is_area_code(group: &[u8], is_cut: bool, region: Region) -> bool {
    const LONGEST: usize = 6;
    if !matches!(region, Region::Of(plan) if plan.dials_zero()) {
        return false;
    }
    let shortest = if is_cut { 1 } else { 3 };
    let is_bare = |byte: &&u8| !matches!(byte, b' ' | b'(' | b')');
    let bare: Vec<u8> = group
        .iter()
        .filter(is_bare)
        .copied()
        .take(LONGEST + 1)
        .collect();
    matches!(bare[..], [b'0'] | [b'0', b'1'..=b'9', ..])
        && (shortest..=LONGEST).contains(&bare.len())
        && bare.iter().all(u8::is_ascii_digit)
}

/// Whether a plus or two zeros show the start of a number.
pub(super) fn opens_number(group: &[u8]) -> bool {
    let first = group.iter().position(|byte| !matches!(byte, b' ' | b'('));
    let text = &group[first.unwrap_or(0)..];
    text.starts_with(b"+") || text.starts_with(b"00")
}
