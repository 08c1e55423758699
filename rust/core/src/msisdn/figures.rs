//! Figures that are no phone numbers: times, dates, network addresses, amounts, marks of a list.
//!
//! This module owns how they are written. It does not depend on numbers, or on the text around a figure. Each function
//! reads folded text from its start on, a few groups of digits.

use super::Region;
use crate::cell;
use crate::plan;

/// The type of a figure that is no phone number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FigureKind {
    /// The mark of a list.
    Mark,
    /// A time, a date, a network address, an amount.
    Other,
}

/// The end of a figure that is no phone number, if there is one at `at`.
pub(super) fn figure(text: &[u8], at: usize, region: Region) -> Option<(FigureKind, usize)> {
    let before = text[..at].last();
    if before.is_some_and(|&byte| byte.is_ascii_digit() || byte == b'+') {
        return None;
    }
    let rest = &text[at..];
    let other = time(rest)
        .or_else(|| date(rest))
        .or_else(|| ip_address(rest))
        .or_else(|| cell::grouped(rest))
        .or_else(|| amount(rest));
    // In brackets, `(91) ` is a country code and no list mark.
    let mark = || list_mark(rest, region).filter(|_| before != Some(&b'('));
    let (kind, width) = match other {
        Some(width) => (FigureKind::Other, width),
        None => (FigureKind::Mark, mark()?),
    };
    let end = at + width;
    let goes_on = kind == FigureKind::Other && text.get(end).is_some_and(u8::is_ascii_digit);
    (!goes_on).then_some((kind, end))
}

/// `650.00`, `99.5`: one or two digits after a point, and no more.
pub(super) fn amount(text: &[u8]) -> Option<usize> {
    let whole = digits(text);
    let part = digits(text.get(whole + 1..)?);
    let end = whole + 1 + part;
    let ends = text
        .get(end)
        .is_none_or(|&byte| !byte.is_ascii_digit() && !matches!(byte, b'.' | b'-' | b'/'));
    ((1..=6).contains(&whole) && text[whole] == b'.' && (1..=2).contains(&part) && ends)
        .then_some(end)
}

/// `10:15`, `10:15:30`.
fn time(text: &[u8]) -> Option<usize> {
    let hours = digits(text);
    let minutes =
        |at: usize| matches!(text.get(at..at + 3), Some([b':', b'0'..=b'5', b'0'..=b'9']));
    ((1..=2).contains(&hours) && minutes(hours)).then(|| {
        if minutes(hours + 3) {
            hours + 6
        } else {
            hours + 3
        }
    })
}

fn is_area_code(text: &[u8]) -> bool {
    let digits: Vec<u8> = text.iter().map(|byte| byte - b'0').collect();
    plan::is_area_code(&digits)
}

/// `1) `, `2. `, `(3) `.
fn list_mark(text: &[u8], region: Region) -> Option<usize> {
    let (opens, rest) = match text {
        [b'(', rest @ ..] => (1, rest),
        rest => (0, rest),
    };
    let width = digits(rest);
    let is_mark = match (opens, rest.get(width), rest.get(width + 1)) {
        // `(0) 98...` is a trunk zero, `(91) 98...` a country code, `(22) 23...` an area code.
        // In other regions every such figure may be an area code.
        (1, Some(b')'), Some(b' ')) => {
            !matches!(region, Region::Of(_))
                && rest[0] != b'0'
                && &rest[..width] != b"91"
                && !is_area_code(&rest[..width])
        }
        (0, Some(b')' | b'.'), Some(b' ')) => true,
        _ => false,
    };
    ((1..=2).contains(&width) && is_mark).then_some(opens + width + 1)
}

/// Whether a text begins with a day without separators and something follows: `09112024-123`.
pub(super) fn begins_with_day(text: &[u8]) -> bool {
    let Some((day, rest)) = text.split_first_chunk::<8>() else {
        return false;
    };
    day.iter().all(u8::is_ascii_digit)
        && rest.first().is_some_and(|byte| !byte.is_ascii_digit())
        && rest.iter().any(u8::is_ascii_digit)
        && (1..=31).contains(&value(&day[..2]))
        && (1..=12).contains(&value(&day[2..4]))
        && (1900..2100).contains(&value(&day[4..]))
}

/// The end of a date at the start of `text`: day, month, year or year, month, day, with one separator.
pub(super) fn date(text: &[u8]) -> Option<usize> {
    let mut values = [(0_usize, 0_u16); 3];
    let mut at = 0;
    let mut sign = None;
    for (index, slot) in values.iter_mut().enumerate() {
        if index > 0 {
            let &found = text
                .get(at)
                .filter(|byte| matches!(byte, b'-' | b'/' | b'.'))?;
            if *sign.get_or_insert(found) != found {
                return None;
            }
            at += 1;
        }
        let width = digits(&text[at..]);
        if !(1..=4).contains(&width) {
            return None;
        }
        *slot = (width, value(&text[at..at + width]));
        at += width;
    }
    let is_year = |(width, value)| width == 4 && (1900..2100).contains(&value);
    let is_month = |(width, value)| width <= 2 && (1..=12).contains(&value);
    let is_day = |(width, value)| width <= 2 && (1..=31).contains(&value);
    let [first, middle, last] = values;
    (is_month(middle) && (is_day(first) && is_year(last) || is_year(first) && is_day(last)))
        .then_some(at)
}

/// The end of an IPv4 address at the start of `text`.
pub(super) fn ip_address(text: &[u8]) -> Option<usize> {
    let mut at = 0;
    for part in 0..4 {
        if part > 0 {
            at += text.get(at).filter(|&&byte| byte == b'.').map(|_| 1)?;
        }
        let width = digits(&text[at..]);
        if !(1..=3).contains(&width) || value(&text[at..at + width]) > 255 {
            return None;
        }
        at += width;
    }
    Some(at)
}

/// How many digits a text begins with.
fn digits(text: &[u8]) -> usize {
    text.iter().take_while(|byte| byte.is_ascii_digit()).count()
}

/// At most four digits as an integer.
fn value(digits: &[u8]) -> u16 {
    digits
        .iter()
        .fold(0, |value, &byte| value * 10 + u16::from(byte - b'0'))
}
