//! What stands around numbers in a text: labels, extensions, UPI ids, web addresses, masks, and figures that are no
//! phone numbers.
//!
//! Owns the words and signs that say what a stretch of digits is. Knows nothing of numbering plans. Each function looks
//! at folded text from a place on, and no further than a word or two, so that a hostile cell costs no more than its
//! length.

use super::run;
use crate::cell;
use crate::digits::{SYMBOL, is_letter, is_line_break};

/// What comes before the digits of something else than a phone number. `A/c 9876543210` is an account: taking it for a
/// mobile would cut off whoever has that number.
const OTHER_THINGS: [&[u8]; 42] = [
    b"a/c",
    b"ac",
    b"acc",
    b"acct",
    b"account",
    b"accno",
    b"utr",
    b"rrn",
    b"txn",
    b"txnid",
    b"transaction",
    b"ref",
    b"reference",
    b"refno",
    b"rs",
    b"inr",
    b"rupees",
    b"amount",
    b"amt",
    b"order",
    b"orderid",
    b"invoice",
    b"bill",
    b"imei",
    b"imsi",
    b"iccid",
    b"aadhaar",
    b"aadhar",
    b"adhar",
    b"adhaar",
    b"uid",
    b"uidai",
    b"pan",
    b"card",
    b"otp",
    b"ifsc",
    b"cif",
    b"crn",
    b"fir",
    b"ack",
    b"policy",
    b"folio",
];
/// Words that may stand between such a label and its digits.
const FILLERS: [&[u8]; 7] = [b"no", b"nos", b"number", b"num", b"is", b"of", b"id"];
/// Longer than any label with its filler.
const LABEL_WIDTH: usize = 40;
/// Longer than any UPI id in use.
const UPI_WIDTH: usize = 64;

/// What follows the first of these that `text` begins with, in any case.
pub(super) fn after_prefix<'a>(text: &'a [u8], prefixes: &[&[u8]]) -> Option<&'a [u8]> {
    prefixes.iter().find_map(|prefix| {
        let (head, rest) = text.split_at_checked(prefix.len())?;
        head.eq_ignore_ascii_case(prefix).then_some(rest)
    })
}

fn width(text: &[u8], holds: impl Fn(u8) -> bool) -> usize {
    text.iter().take_while(|&&byte| holds(byte)).count()
}

/// Whether the last words before `start` say that what follows is something else than a phone number.
pub(super) fn is_labelled_otherwise(text: &[u8], start: usize) -> bool {
    let before = &text[start.saturating_sub(LABEL_WIDTH)..start];
    let is_in_word = |byte: u8| is_letter(byte) || byte == b'/';
    before
        .split(|&byte| !is_in_word(byte))
        .rev()
        .map(|word| word.strip_suffix(b"/").unwrap_or(word))
        .find(|word| !word.is_empty() && !is_one_of(word, &FILLERS))
        .is_some_and(|word| is_one_of(word, &OTHER_THINGS))
}

fn is_one_of(word: &[u8], words: &[&[u8]]) -> bool {
    words.iter().any(|one| word.eq_ignore_ascii_case(one))
}

/// Whether what touches a stretch leaves it a number of its own. `9876543210/-` is a sum of rupees.
pub(super) fn stands_alone(text: &[u8], start: usize, end: usize) -> bool {
    starts_alone(text, start) && ends_alone(text, end)
}

pub(super) fn starts_alone(text: &[u8], start: usize) -> bool {
    let Some((&last, before)) = text[..start].split_last() else {
        return true;
    };
    let word = before.iter().rfind(|&&byte| byte != b' ').copied();
    let is_label = |byte: u8| is_letter(byte) || matches!(byte, b')' | b':' | b'.');
    match last {
        // `₹ 9876543210` is a sum of rupees.
        b' ' => word != Some(b'$'),
        // `Mob.9876543210`, but not `.9876543210`.
        b'.' => before.last().is_some_and(|&byte| is_letter(byte)),
        // `Ravi -9876543210` and `No:-9876543210`, but not a negative number.
        b'-' => word.is_some_and(is_label),
        _ => !joins(last) && !matches!(last, b'@' | b'+'),
    }
}

fn ends_alone(text: &[u8], end: usize) -> bool {
    !text.get(end).is_some_and(|&byte| joins(byte)) && !text[end..].starts_with(b"/-")
}

/// Whether a byte beside digits makes them a part of something longer.
fn joins(byte: u8) -> bool {
    is_letter(byte)
        || matches!(byte, b'*' | b'#' | b'$' | b'%' | b'^' | b'\\' | b'~')
        || byte >= SYMBOL
}

/// Where an extension that follows a number ends: `ext 12`, `x12`, `;ext=12`.
pub(super) fn extension(text: &[u8], end: usize) -> Option<usize> {
    let gap = width(&text[end..], |byte| {
        matches!(byte, b' ' | b',' | b';' | b'.' | b'-')
    });
    let word = &text[end + gap..];
    let rest = after_prefix(word, &[b"extension", b"extn", b"ext", b"xtn", b"x"])?;
    let marks = width(rest, |byte| {
        matches!(byte, b'.' | b':' | b'=' | b' ' | b'-' | b'#')
    });
    let digits = width(&rest[marks..], |byte| byte.is_ascii_digit());
    let after = text.len() - rest.len() + marks + digits;
    let ends = text
        .get(after)
        .is_none_or(|&byte| !joins(byte) && byte != b'@');
    ((1..=6).contains(&digits) && ends).then_some(after)
}

/// Where a UPI id or a mail address ends, of which the stretch is a part: `9876543210@ybl`, `9876543210.ravi@okaxis`,
/// `9876543210 @ybl`.
pub(super) fn upi_id(text: &[u8], start: usize, end: usize) -> Option<usize> {
    let in_name =
        |byte: u8| is_letter(byte) || byte.is_ascii_digit() || matches!(byte, b'.' | b'-');
    if text[..start].last() == Some(&b'@') {
        return Some(end);
    }
    let rest = &text[end..text.len().min(end + UPI_WIDTH)];
    let ats = [
        end + width(rest, in_name),
        end + width(rest, |byte| byte == b' '),
    ];
    ats.into_iter().find_map(|at| {
        let handle = text.get(at..)?.strip_prefix(b"@")?;
        let width = width(handle, |byte| in_name(byte) && byte != b'-');
        (width > 0).then_some(at + 1 + width)
    })
}

/// Whether a text without digits is a UPI id: `ravi@ybl`, and not `ravi@example.com`.
pub(super) fn is_upi_id(text: &[u8]) -> bool {
    let is_name = |part: &[u8]| {
        !part.is_empty()
            && part
                .iter()
                .all(|&byte| is_letter(byte) || matches!(byte, b'.' | b'-'))
    };
    let mut parts = text.split(|&byte| byte == b'@');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(name), Some(handle), None) => {
            is_name(name) && is_name(handle) && !handle.contains(&b'.')
        }
        _ => false,
    }
}

/// The digits of a chat link that begins at `at`, and where the link ends: `wa.me/919876543210`.
pub(super) fn chat_link(text: &[u8], at: usize) -> Option<(&[u8], usize)> {
    let rest = &text[at..];
    let rest = after_prefix(rest, &[b"https://", b"http://"]).unwrap_or(rest);
    let rest = after_prefix(rest, &[b"www.", b"api."]).unwrap_or(rest);
    let rest = after_prefix(
        rest,
        &[
            b"wa.me/",
            b"whatsapp.com/send?phone=",
            b"whatsapp.com/send/?phone=",
            b"whatsapp://send?phone=",
        ],
    )?;
    let rest = after_prefix(rest, &[b"%2B", b"+"]).unwrap_or(rest);
    let digits = &rest[..width(rest, |byte| byte.is_ascii_digit())];
    let end = text.len() - rest.len() + digits.len();
    match text.get(end) {
        // What the link would say or ask is no part of the number.
        Some(b'?' | b'&' | b'/') => {
            Some((digits, end + width(&text[end..], |byte| !is_blank(byte))))
        }
        Some(&byte) if joins(byte) => None,
        _ => Some((digits, end)),
    }
}

/// Where a web address that begins at `at` ends.
pub(super) fn web_address(text: &[u8], at: usize) -> Option<usize> {
    let rest = &text[at..];
    let scheme = rest
        .iter()
        .take(12)
        .take_while(|byte| byte.is_ascii_alphabetic())
        .count();
    let is_address = after_prefix(rest, &[b"www."]).is_some()
        || scheme > 0 && rest[scheme..].starts_with(b"://");
    is_address.then(|| at + width(rest, |byte| !is_blank(byte)))
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t') || is_line_break(byte)
}

/// Where a word of masks ends, with the digits that only a separator keeps from it: `XXXX 1234`, `XXXXX-43210`.
pub(super) fn mask(text: &[u8], at: usize) -> Option<usize> {
    let is_mask = |byte: u8| matches!(byte, b'x' | b'X' | b'*');
    let masks = width(&text[at..], is_mask);
    if masks < 2 || text.get(at + masks).is_some_and(|&byte| is_letter(byte)) {
        return None;
    }
    Some(
        at + width(&text[at..], |byte| {
            is_mask(byte) || byte.is_ascii_digit() || matches!(byte, b' ' | b'-')
        }),
    )
}

/// Where a figure that is no number ends, if a text shows one at `at`: a time, a date, an amount, a list item's mark.
pub(super) fn figure(text: &[u8], at: usize) -> Option<usize> {
    let before = text[..at].last();
    if before.is_some_and(|&byte| byte.is_ascii_digit() || byte == b'+') {
        return None;
    }
    let rest = &text[at..];
    // In brackets, `(91) ` is a country code and no item.
    let item = || item(rest).filter(|_| before != Some(&b'('));
    let end = at
        + time(rest)
            .or_else(|| run::date(rest))
            .or_else(|| run::address(rest))
            .or_else(|| cell::grouped(rest))
            .or_else(item)?;
    (!text.get(end).is_some_and(u8::is_ascii_digit)).then_some(end)
}

/// `10:15`, `10:15:30`.
fn time(text: &[u8]) -> Option<usize> {
    let hours = width(text, |byte| byte.is_ascii_digit());
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

/// `1) `, `2. `.
fn item(text: &[u8]) -> Option<usize> {
    match text {
        [b'0'..=b'9', b')' | b'.', b' ', ..] => Some(2),
        [b'0'..=b'9', b'0'..=b'9', b')' | b'.', b' ', ..] => Some(3),
        _ => None,
    }
}
