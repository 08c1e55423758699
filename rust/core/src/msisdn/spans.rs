//! Where runs of digits, series and sentences begin and end in a text.
//!
//! Owns the characters by which they do. It does not decide what a run is ([`run`](super::run) does). Each function
//! reads folded text from a position on.

use super::{Region, figures, run};
use crate::digits::{SYMBOL, is_letter, is_line_break};

/// Whether a byte that touches digits may be written for more of them.
#[inline]
pub(super) fn hides(byte: u8) -> bool {
    is_letter(byte) || matches!(byte, b'*' | b'#' | b'?') || byte >= SYMBOL
}

/// Whether a plus at `at` stands before a code of which nothing is legible: `+)98...`, `+xx 98...`. Before a word it is a
/// sign of something else: `B +ve`, `WhatsApp +Telegram`.
pub(super) fn hides_code(text: &[u8], at: usize) -> bool {
    let is_alone = at == 0 || !is_letter(text[at - 1]) && !text[at - 1].is_ascii_digit();
    let behind = &text[at + 1..];
    let crosses = behind
        .iter()
        .take_while(|byte| byte.eq_ignore_ascii_case(&b'x'))
        .count();
    let is_crossed =
        (1..=4).contains(&crosses) && !behind.get(crosses).is_some_and(|&byte| is_letter(byte));
    let is_sign = |byte: u8| byte == b'_' || byte == b')' || !is_letter(byte) && hides(byte);
    is_alone && (is_crossed || behind.first().is_some_and(|&byte| is_sign(byte)))
}

/// Whether a dash, with or without blanks, stands between two groups of ten digits or more.
#[inline]
pub(super) fn has_range(text: &[u8]) -> bool {
    const WHOLE: usize = 10;
    let is_whole =
        |digits: Option<&[u8]>| digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_digit));
    let skip = |text: &[u8], byte: u8| text.iter().take_while(|&&next| next == byte).count();
    let begins = |&at: &usize| text[at] == b'-' && (at == 0 || text[at - 1] != b'-');
    (0..text.len()).filter(begins).any(|at| {
        let before = text[..at].trim_ascii_end();
        let behind = &text[at + skip(&text[at..], b'-')..];
        let behind = behind.trim_ascii_start();
        let behind = behind.strip_prefix(b"+").unwrap_or(behind);
        is_whole(
            before
                .len()
                .checked_sub(WHOLE)
                .map(|start| &before[start..]),
        ) && is_whole(behind.get(..WHOLE))
    })
}

/// Whether a point ends a sentence. Behind a short word, or one that ends in three consonants, it is an abbreviation's:
/// `A/c No. 98...`, `Complt. mob 98...`.
#[inline]
pub(super) fn ends_sentence(text: &[u8], at: usize) -> bool {
    const ABBREVIATION: usize = 4;
    const CONSONANTS: usize = 3;
    let before = || text[..at].iter().rev();
    let letters = before()
        .take(ABBREVIATION + 1)
        .take_while(|&&byte| is_letter(byte))
        .count();
    let consonants = before()
        .take(CONSONANTS)
        .take_while(|byte| byte.is_ascii_alphabetic() && !is_vowel(**byte))
        .count();
    let is_before_blank = text
        .get(at + 1)
        .is_none_or(|&byte| byte == b' ' || is_line_break(byte));
    is_before_blank && !(1..=ABBREVIATION).contains(&letters) && consonants < CONSONANTS
}

fn is_vowel(byte: u8) -> bool {
    matches!(byte.to_ascii_lowercase(), b'a' | b'e' | b'i' | b'o' | b'u')
}

/// Whether a run of digits begins at `at`: a digit, or a plus or bracket just before one.
#[inline]
pub(super) fn begins_run(text: &[u8], at: usize) -> bool {
    let is_before = |byte: &u8| matches!(byte, b' ' | b'(' | b'+');
    text[at].is_ascii_digit()
        || matches!(text[at], b'+' | b'(')
            && text[at + 1..]
                .iter()
                .take(4)
                .find(|byte| !is_before(byte))
                .is_some_and(u8::is_ascii_digit)
}

/// Where a run of digits that begins at `start` ends: after its last digit or closing bracket.
#[inline]
pub(super) fn run_end(text: &[u8], start: usize, region: Region) -> usize {
    let (mut at, mut end) = (start, start);
    let mut open = 0_usize;
    while let Some(&byte) = text.get(at)
        && run::is_part(byte)
    {
        match byte {
            b'+' if end > start => break,
            b'(' => open += 1,
            b')' if open > 0 => {
                open -= 1;
                end = if at == end { at + 1 } else { end };
            }
            b'0'..=b'9' => {
                // Each group after a blank may be a figure that is no number.
                if end > start
                    && matches!(text[at - 1], b' ' | b'(')
                    && figures::figure(text, at, region).is_some()
                {
                    break;
                }
                at += text[at..]
                    .iter()
                    .take_while(|byte| byte.is_ascii_digit())
                    .count();
                end = at;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    end
}

/// The digits behind a run that may be the rest of its number: in the next line, behind a colon, `=` or a slash, or of
/// an amount. Digits that begin with a zero begin another number, and those of a time or a date are none of it.
pub(super) fn rest_behind(text: &[u8], end: usize, region: Region) -> Option<&[u8]> {
    const WIDEST: usize = 3;
    let is_gap = |byte: &&u8| matches!(byte, b' ' | b':' | b'=' | b'/') || is_line_break(**byte);
    let gap = text[end..].iter().take_while(is_gap).take(WIDEST).count();
    let start = end + gap;
    if gap == 0
        || !text
            .get(start)
            .is_some_and(|byte| matches!(byte, b'1'..=b'9'))
    {
        return None;
    }
    if figures::figure(text, start, region).is_some() {
        figures::amount(&text[start..])?;
        let whole = text[start..]
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        return Some(&text[start..start + whole]);
    }
    let are_blanks = text[end..start].iter().all(|&byte| byte == b' ');
    (!are_blanks).then(|| &text[start..run_end(text, start, region)])
}
