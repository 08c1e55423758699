//! What spreadsheets and exports add to a cell: blanks, quotes, formulas, exponents, thousands separators, overflow
//! marks.
//!
//! This module turns a raw cell into the text inside it. It does not depend on phone numbers or handsets: both readers
//! use it. One idea: each removed layer is either not worth a note (quotes) or one mend.

use crate::digits::{self, Digits, is_letter};
use crate::notes::Note;

/// What exports write into an empty cell, beside dashes; letters of either case.
pub const EMPTY_WORDS: [&str; 6] = ["na", "n/a", "#n/a", "null", "none", "nan"];

/// A cell without quotes and formulas.
pub(crate) struct Unwrapped<'a> {
    /// Folded text, trimmed.
    pub(crate) text: &'a [u8],
    /// Set if a formula was removed.
    pub(crate) mend: Option<Note>,
}

/// Removes quotes and formulas from folded text, or returns the note of an empty cell.
pub(crate) fn unwrapped(folded: &[u8]) -> Result<Unwrapped<'_>, Note> {
    let mut text = digits::trim(folded);
    let mut mend = None;
    // Each iteration removes something, so the loop ends. A CSV cell `"=""9876543210"""` needs three.
    loop {
        text = match text {
            [first @ (b'\'' | b'"' | b'`'), inner @ .., last] if first == last => inner,
            // The text mark of spreadsheets, which some exports keep.
            [b'\'', inner @ ..] => inner,
            [b'=', inner @ ..] if is_constant(digits::trim(inner)) => {
                mend = Some(Note::FormulaRemoved);
                inner
            }
            _ => break,
        };
        text = digits::trim(text);
    }
    if is_empty(text) {
        return Err(Note::Empty);
    }
    if text.iter().all(|&byte| byte == b'#') {
        return Err(Note::SpreadsheetOverflow);
    }
    if is_infinity(text) {
        return Err(Note::NotAnInteger);
    }
    Ok(Unwrapped { text, mend })
}

/// The content of an accepted formula: a quoted text, or digits with at most a plus. `=98765-43210` is a subtraction.
fn is_constant(formula: &[u8]) -> bool {
    match formula {
        [b'"', .., b'"'] => true,
        [b'+', digits @ ..] | digits => !digits.is_empty() && digits.iter().all(u8::is_ascii_digit),
    }
}

fn is_empty(text: &[u8]) -> bool {
    text.iter().all(|&byte| byte == b'-')
        || EMPTY_WORDS
            .iter()
            .any(|word| text.eq_ignore_ascii_case(word.as_bytes()))
}

fn is_infinity(text: &[u8]) -> bool {
    let unsigned = text
        .strip_prefix(b"-")
        .or_else(|| text.strip_prefix(b"+"))
        .unwrap_or(text);
    unsigned.eq_ignore_ascii_case(b"inf")
        || unsigned.eq_ignore_ascii_case(b"infinity")
        || unsigned == [digits::INFINITY]
}

/// A number in a format of programs: an exponent, or thousands separators.
pub(crate) struct Printed {
    /// All its digits.
    pub(crate) digits: Digits,
    /// Whether there is a plus before it.
    pub(crate) plus: bool,
    /// The mend for its format.
    pub(crate) mend: Note,
}

/// Reads `9.876543210E+09` and `9,87,65,43,210`. `None` if the text has neither form.
pub(crate) fn printed(text: &[u8]) -> Option<Result<Printed, Note>> {
    let (unsigned, minus, plus) = match text {
        [b'-', rest @ ..] => (rest, true, false),
        [b'+', rest @ ..] => (rest, false, true),
        _ => (text, false, false),
    };
    let read = exponent(unsigned).or_else(|| grouping(unsigned))?;
    Some(read.and_then(|(digits, mend)| {
        if minus {
            Err(Note::StraySign)
        } else {
            Ok(Printed { digits, plus, mend })
        }
    }))
}

/// `digits [. digits] e [sign] digits`, with every digit of the integer written.
fn exponent(text: &[u8]) -> Option<Result<(Digits, Note), Note>> {
    let at = text.iter().position(|byte| matches!(byte, b'e' | b'E'))?;
    let (mantissa, power) = (&text[..at], &text[at + 1..]);
    let (negative, power) = match power {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] | rest => (false, rest),
    };
    let point = mantissa
        .iter()
        .position(|&byte| byte == b'.')
        .unwrap_or(mantissa.len());
    let (whole, fraction) = (&mantissa[..point], mantissa.get(point + 1..).unwrap_or(&[]));
    let all_digits = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
    // With more than three digits after the E it is no exponent but a typing error for a digit.
    if !(all_digits(whole) && all_digits(fraction) && all_digits(power))
        || whole.is_empty()
        || !(1..=3).contains(&power.len())
    {
        return None;
    }
    let power = power
        .iter()
        .fold(0, |power, &byte| power * 10 + usize::from(byte - b'0'));
    Some(if negative && power > 0 {
        Err(Note::NotAnInteger)
    } else if fraction.len() < power {
        Err(Note::PrecisionLost)
    } else if fraction[power..].iter().any(|&byte| byte != b'0') {
        Err(Note::NotAnInteger)
    } else {
        let mut digits = Digits::new();
        whole
            .iter()
            .chain(&fraction[..power])
            .for_each(|byte| digits.push(byte - b'0'));
        Ok((digits, Note::Exponent))
    })
}

/// Commas at every second (India) or every third digit, before the last three. With a decimal part it is a sum of
/// money.
fn grouping(text: &[u8]) -> Option<Result<(Digits, Note), Note>> {
    let point = text
        .iter()
        .position(|&byte| byte == b'.')
        .unwrap_or(text.len());
    let (whole, fraction) = (&text[..point], text.get(point + 1..).unwrap_or(&[]));
    if grouped(whole) != Some(whole.len()) || !fraction.iter().all(u8::is_ascii_digit) {
        return None;
    }
    if point < text.len() {
        return Some(Err(Note::NotAnInteger));
    }
    let mut digits = Digits::new();
    whole
        .iter()
        .filter(|byte| byte.is_ascii_digit())
        .for_each(|byte| digits.push(byte - b'0'));
    Some(Ok((digits, Note::GroupingRemoved)))
}

/// The end of a grouped integer at the start of `text`; `None` if there is none, or no comma in it.
pub(crate) fn grouped(text: &[u8]) -> Option<usize> {
    let run = |from: usize| {
        text[from..]
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count()
    };
    let first = run(0);
    let mut end = first;
    let mut widths = [0_usize; 8];
    let mut groups = 0;
    while text.get(end) == Some(&b',') && run(end + 1) > 0 {
        let width = run(end + 1);
        *widths.get_mut(groups)? = width;
        groups += 1;
        end += 1 + width;
    }
    let (&last, middle) = widths.get(..groups)?.split_last()?;
    let every =
        |width: usize| (1..=width).contains(&first) && middle.iter().all(|&group| group == width);
    (last == 3 && (every(2) || every(3))).then_some(end)
}

/// Whether letters among the digits are typing errors (`98765O3210`) and not words (`Flat 12`).
pub(crate) fn has_stray_letters(text: &[u8]) -> bool {
    let digits = text.iter().filter(|byte| byte.is_ascii_digit()).count();
    let letters = text.iter().filter(|&&byte| is_letter(byte)).count();
    let touches = |pair: &[u8]| {
        is_letter(pair[0]) && pair[1].is_ascii_digit()
            || pair[0].is_ascii_digit() && is_letter(pair[1])
    };
    // `98765 o 43210`: a single letter between digits.
    let stands_between = |five: &[u8]| {
        five[0].is_ascii_digit()
            && is_letter(five[2])
            && five[4].is_ascii_digit()
            && five[1] == b' '
            && five[3] == b' '
    };
    digits >= 5
        && letters > 0
        && letters < digits
        && (text.windows(2).any(touches) || text.windows(5).any(stands_between))
}

/// `*121#`, `*401*9876543210#`, `##002#`.
pub(crate) fn is_dial_code(text: &[u8]) -> bool {
    let is_sign = |&byte: &u8| matches!(byte, b'*' | b'#');
    let signs = text.iter().take_while(|byte| is_sign(byte)).count();
    let code = &text[signs..];
    let digits = code.iter().filter(|byte| byte.is_ascii_digit()).count();
    let only = code
        .iter()
        .all(|byte| byte.is_ascii_digit() || is_sign(byte) || matches!(byte, b'+' | b' '));
    // Without a closing sign, `*3210` is a code and `******3210` is a masked number.
    signs > 0 && only && digits > 0 && (code.iter().any(is_sign) || digits <= 4 && signs <= 2)
}

/// Whether some digits are replaced by signs: `98765XXXXX`, `******3210`.
pub(crate) fn is_masked(text: &[u8], whole: usize) -> bool {
    let is_mask = |byte: u8| matches!(byte, b'x' | b'X' | b'*' | b'#');
    let digits = text.iter().filter(|byte| byte.is_ascii_digit()).count();
    let masks = text.iter().filter(|&&byte| is_mask(byte)).count();
    let only = text.iter().all(|&byte| {
        byte.is_ascii_digit()
            || is_mask(byte)
            || matches!(byte, b' ' | b'-' | b'.' | b'(' | b')' | b'/' | b'+')
    });
    // A single sign is a mask only if exactly one digit is missing.
    only && match (masks, digits) {
        (0, _) => false,
        (1, digits) => digits + 1 == whole,
        (masks, 0) => masks >= 4,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrapping_comes_off_in_layers() {
        let unwrapped_text =
            |text: &'static str| unwrapped(text.as_bytes()).map(|cell| (cell.text, cell.mend));
        assert_eq!(unwrapped_text(" '12' "), Ok((&b"12"[..], None)));
        assert_eq!(
            unwrapped_text("\"=\"\"12\"\"\""),
            Ok((&b"12"[..], Some(Note::FormulaRemoved)))
        );
        assert_eq!(
            unwrapped_text("=98765-43210"),
            Ok((&b"=98765-43210"[..], None))
        );
        assert_eq!(unwrapped_text("''"), Err(Note::Empty));
        assert_eq!(unwrapped_text("=\"\""), Err(Note::Empty));
        assert_eq!(unwrapped_text("'"), Err(Note::Empty));
    }

    #[test]
    fn grouping_is_india_s_or_the_west_s() {
        for (text, end) in [
            ("9,87,65,43,210", Some(14)),
            ("9,876,543,210", Some(13)),
            ("98,765", Some(6)),
            ("5,000 rupees", Some(5)),
            ("98765,43210", None),
            ("9,8765,43210", None),
            ("98,76,54,32,10", None),
            ("9876543210", None),
            (",123", None),
            ("1,2,3,4,5,6,7,8,9,123", None),
        ] {
            assert_eq!(grouped(text.as_bytes()), end, "{text}");
        }
    }
}
