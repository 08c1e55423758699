//! Figures that are no numbers, and where runs of digits end.

use super::international::is_area_code;
use super::token::Token;
use super::written;
use crate::msisdn::Region;
use crate::naive::pattern;
use crate::naive::text::LETTER;

pub(super) fn is_letter(character: char) -> bool {
    character.is_ascii_alphabetic() || character == LETTER || character == '_'
}

/// Whether a character beside digits makes them a part of something longer.
pub(super) fn joins(character: char) -> bool {
    is_letter(character) || "*#$%^\\~¤∞".contains(character)
}

/// A figure that is no phone number, and its end.
pub(super) fn figure(last: Option<char>, rest: &str, region: Region) -> Option<(Token, usize)> {
    if last.is_some_and(|last| last.is_ascii_digit() || last == '+') {
        return None;
    }
    let longest = |pattern: &regex::Regex| pattern.find(rest).map(|found| found.end());
    let figure = longest(pattern!("^[0-9]{1,2}:[0-5][0-9](?::[0-5][0-9])?"))
        .or_else(|| written::date(rest))
        .or_else(|| written::address(rest))
        .or_else(|| grouped(rest))
        .or_else(|| amount(rest));
    if let Some(end) = figure {
        let goes_on = rest[end..].starts_with(|next: char| next.is_ascii_digit());
        return (!goes_on).then(|| (Token::Figure(rest[..end].to_owned()), end));
    }
    let mark = pattern!(r"^(?:([0-9]{1,2})[).]|\(([1-9][0-9]?)\)) ").captures(rest)?;
    let is_prefix = mark.get(2).is_some_and(|digits| {
        matches!(region, Region::Of(_)) || digits.as_str() == "91" || is_area_code(digits.as_str())
    });
    let mark = mark[0].trim_end();
    (!is_prefix && last != Some('(')).then(|| (Token::Mark(mark.to_owned()), mark.len()))
}

/// The end of an integer with thousands separators.
fn grouped(text: &str) -> Option<usize> {
    let whole = pattern!("^[0-9]+(?:,[0-9]+)+").find(text)?.as_str();
    let is_grouped =
        pattern!(r"^(?:[0-9]{1,2}(?:,[0-9]{2}){0,7},[0-9]{3}|[0-9]{1,3}(?:,[0-9]{3}){1,8})$")
            .is_match(whole);
    is_grouped.then_some(whole.len())
}

/// The end of an amount with one or two decimals.
pub(super) fn amount(text: &str) -> Option<usize> {
    let found = pattern!(r"^([0-9]{1,6}\.[0-9]{1,2})(?:$|[^0-9.\-/])").captures(text)?;
    Some(found[1].len())
}

/// A run: up to its last digit, or to the bracket that closes after it.
pub(super) fn run_at(rest: &str, region: Region) -> String {
    let mut run = String::new();
    let mut ends = 0;
    for (at, character) in rest.char_indices() {
        if !"0123456789 -.()/+".contains(character) || character == '+' && ends > 0 {
            break;
        }
        let last = run.chars().last();
        let begins_piece =
            character.is_ascii_digit() && !last.is_some_and(|last| last.is_ascii_digit());
        if begins_piece
            && ends > 0
            && matches!(last, Some(' ' | '('))
            && figure(last, &rest[at..], region).is_some()
        {
            break;
        }
        run.push(character);
        let closes = character == ')' && at == ends && closes_a_bracket(&run);
        if character.is_ascii_digit() || closes {
            ends = at + 1;
        }
    }
    run.truncate(ends);
    run
}

/// Whether the last bracket closes an open one. Closing brackets without an open one are ignored.
fn closes_a_bracket(run: &str) -> bool {
    let mut open = 0_u32;
    let mut closes = false;
    for bracket in run.chars().filter(|character| "()".contains(*character)) {
        closes = bracket == ')' && open > 0;
        open = if bracket == '(' {
            open + 1
        } else {
            open.saturating_sub(1)
        };
    }
    closes
}
