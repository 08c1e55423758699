//! The usual forms of single cells.
//!
//! The *wrapping* of a cell is what exports put around it: blanks, no-break spaces, quotation marks and equals signs.

use numguard_core::EMPTY_WORDS;
use numguard_core::digits::{are_digits, eight_digits};

use super::super::cells::{Span, at};

/// The most digits of an integer.
const LONGEST_INTEGER: usize = 9;

/// The most bytes of a cell that says nothing.
const LONGEST_NOTHING: usize = 8;

/// Whether a byte may be wrapping, or a part of a no-break space.
const MAY_BE_WRAPPING: [bool; 256] = {
    let mut table = [false; 256];
    let bytes = b" \t'\"=\xc2\xa0";
    let mut at = 0;
    while at < bytes.len() {
        table[bytes[at] as usize] = true;
        at += 1;
    }
    table
};

/// The range of a cell without its wrapping.
#[inline]
pub(super) fn content(bytes: &[u8], span: Span) -> Span {
    let may_be = |byte: u8| MAY_BE_WRAPPING[usize::from(byte)];
    // Most cells have no wrapping, or one pair of single quotes.
    match *at(bytes, span) {
        [] => span,
        [first, .., last] if !may_be(first) && !may_be(last) => span,
        [b'\'', first, .., last, b'\''] if !may_be(first) && !may_be(last) => {
            [span[0] + 1, span[1] - 1]
        }
        _ => unwrapped(bytes, span),
    }
}

/// [`content`], byte by byte.
fn unwrapped(bytes: &[u8], [mut from, mut to]: Span) -> Span {
    loop {
        match at(bytes, [from, to]) {
            [b' ' | b'\t' | b'\'' | b'"' | b'=', ..] => from += 1,
            [0xc2, 0xa0, ..] => from += 2,
            [.., b' ' | b'\t' | b'\'' | b'"' | b'='] => to -= 1,
            [.., 0xc2, 0xa0] => to -= 2,
            _ => return [from, to],
        }
    }
}

/// The range of a cell without its wrapping; `None` if it says nothing.
#[inline]
pub(super) fn trimmed(bytes: &[u8], span: Span) -> Option<Span> {
    let content = content(bytes, span);
    (!says_nothing(at(bytes, content))).then_some(content)
}

/// The range of the digits of an IMSI.
#[inline]
pub(super) fn imsi(bytes: &[u8], span: Span) -> Option<Span> {
    let content = content(bytes, span);
    if is_imsi(at(bytes, content)) {
        return Some(content);
    }
    // A number that a program wrote as a float has no wrapping.
    let digits = at(bytes, span)
        .strip_suffix(b".0")
        .filter(|digits| is_imsi(digits))?;
    Some([span[0], span[0] + digits.len() as u32])
}

/// Whether a cell without its wrapping says nothing.
#[inline]
fn says_nothing(content: &[u8]) -> bool {
    content.len() <= LONGEST_NOTHING
        && content.first().is_none_or(|first| b"-nN#".contains(first))
        && (content.iter().all(|&byte| byte == b'-')
            || EMPTY_WORDS
                .iter()
                .any(|word| content.eq_ignore_ascii_case(word.as_bytes())))
}

/// Whether a cell is the digits of an IMSI (3GPP TS 23.003, 2.2).
#[inline]
fn is_imsi(cell: &[u8]) -> bool {
    let (Some(first), Some(last)) = (cell.first_chunk(), cell.last_chunk()) else {
        return false;
    };
    matches!(cell.len(), 14 | 15)
        && are_digits(u64::from_le_bytes(*first))
        && are_digits(u64::from_le_bytes(*last))
}

/// At most nine digits.
#[inline]
fn integer(cell: &[u8]) -> Option<i64> {
    if cell.is_empty() || cell.len() > LONGEST_INTEGER {
        return None;
    }
    cell.iter().try_fold(0, |value, byte| {
        let digit = byte.wrapping_sub(b'0');
        (digit < 10).then(|| value * 10 + i64::from(digit))
    })
}

/// [`integer`] of a cell of one to eight bytes, which are the first of `step`: all digits at once, whatever their number.
#[inline]
fn short_integer(step: [u8; 8], len: u32) -> Option<i64> {
    // The last digit becomes the uppermost byte, and zeros precede the first one.
    let missing = (8 - len) * 8;
    let zeros = 0x3030_3030_3030_3030_u64;
    let digits = u64::from_le_bytes(step) << missing | zeros & !(u64::MAX << missing);
    if !are_digits(digits) {
        return None;
    }
    Some(eight_digits(digits).cast_signed())
}

/// [`integer`] of a range.
#[inline]
pub(super) fn integer_at(bytes: &[u8], [from, to]: Span) -> Option<i64> {
    match bytes[from as usize..].first_chunk() {
        Some(step) if (1..=8).contains(&(to - from)) => short_integer(*step, to - from),
        _ => integer(at(bytes, [from, to])),
    }
}

/// [`clock`] of a range.
#[inline]
pub(super) fn clock_at(bytes: &[u8], span: Span) -> Option<i64> {
    clock(at(bytes, span))
}

/// `hh:mm:ss` in microseconds.
#[inline]
fn clock(cell: &[u8]) -> Option<i64> {
    let word = u64::from_le_bytes(cell.try_into().ok()?);
    // With zeros in place of the colons, all eight bytes are digits.
    let colons = 0x0000_3a00_003a_0000_u64;
    let digits = word ^ (colons ^ 0x0000_3000_0030_0000);
    if word & 0x0000_ff00_00ff_0000 != colons || !are_digits(digits) {
        return None;
    }
    let two = |at: u32| {
        let pair = (digits >> (8 * at)) & 0x0f0f;
        ((pair & 0xf) * 10 + (pair >> 8)).cast_signed()
    };
    let (hours, minutes, seconds) = (two(0), two(3), two(6));
    (hours < 24 && minutes < 60 && seconds < 60)
        .then_some((hours * 3600 + minutes * 60 + seconds) * 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_bytes_at_once_are_read_as_byte_by_byte() {
        for len in 1..=8 {
            for text in [
                "12345678", "00000000", "99999999", "00000001", "1/345678", "123:5678", "1234567 ",
            ] {
                for rest in [*b"77777777", *b",,,,,,,,", [0xff; 8]] {
                    let cell = &text.as_bytes()[8 - len..];
                    let mut step = rest;
                    step[..len].copy_from_slice(cell);
                    assert_eq!(
                        short_integer(step, len as u32),
                        integer(cell),
                        "{text} {len}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_clock_has_two_digits_in_each_part() {
        assert_eq!(clock(b"23:59:58"), Some(86_398_000_000));
        assert_eq!(clock(b"00:00:00"), Some(0));
        for wrong in [
            "24:00:00",
            "00:60:00",
            "00:00:60",
            "0:00:000",
            "00.00:00",
            "00:00:0/",
            "00:00:0:",
            ":0:00:00",
            "00:00:00 ",
            "000000:0",
        ] {
            assert_eq!(clock(wrong.as_bytes()), None, "{wrong}");
        }
    }

    #[test]
    fn wrapping_of_any_depth_is_taken_off() {
        let bytes = "\u{a0}='\" 12 \u{a0}'\"\u{a0}".as_bytes();
        let [from, to] = content(bytes, [0, bytes.len() as u32]);
        assert_eq!(&bytes[from as usize..to as usize], b"12");
        let texts = [
            "",
            "'",
            "''",
            "'''",
            "'1'",
            "'12'",
            "'123'",
            "' 12'",
            "12'",
            "'12",
            "\u{a0}",
            "'\u{a0}1'",
            "1 ",
            "=",
        ];
        for text in texts {
            let span = [0, text.len() as u32];
            let bytes = text.as_bytes();
            assert_eq!(content(bytes, span), unwrapped(bytes, span), "{text}");
        }
        assert_eq!(trimmed(b"''", [0, 2]), None);
    }
}
