//! A text -> its tokens.

use super::dialled::dialled;
use super::in_run::{begins_alone, in_run};
use super::international::{is_area_code, is_certain};
use super::run;
use super::token::{Token, digits_in, row};
use super::written;
use crate::msisdn::Region;
use crate::naive::pattern;
use crate::naive::text::{LETTER, Shown};
use crate::naive::words::{self, Meaning};
use crate::notes::Note;

pub(super) fn is_letter(character: char) -> bool {
    character.is_ascii_alphabetic() || character == LETTER || character == '_'
}

/// Whether a character beside digits makes them a part of something longer.
pub(super) fn joins(character: char) -> bool {
    is_letter(character) || "*#$%^\\~¤∞".contains(character)
}

pub(super) fn tokens(text: &Shown, region: Region) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < text.text.len() {
        let rest = text.from(at);
        let (found, width) = at_start(&tokens, &text.text[..at], &rest, region);
        tokens.extend(found);
        at += width;
    }
    deny(&mut tokens);
    // Other digits beside a number without an area code may hold the code.
    if tokens.iter().any(Token::is_fragment) {
        for token in &mut tokens {
            if let Token::Number(number) = token
                && number.is_local()
            {
                *token = Token::Local(number.dialled.map_or(0, |dialled| dialled.national));
            }
        }
    }
    tokens
}

/// Makes a denial of each `no` that stands neither behind what a number is of nor before digits: `no suspect 98...`.
fn deny(tokens: &mut [Token]) {
    let shown: Vec<usize> = (0..tokens.len())
        .filter(|&at| !row(&tokens[at..=at], "").is_empty())
        .collect();
    for (place, &at) in shown.iter().enumerate() {
        let Token::Word(meaning, letters) = &tokens[at] else {
            continue;
        };
        if meaning.role != "no" {
            continue;
        }
        let class =
            |place: Option<usize>| match place.and_then(|place| tokens.get(*shown.get(place)?)) {
                Some(Token::Word(meaning, _)) => meaning.class,
                Some(Token::Address(text)) if digits_in(text) == 0 => "unlisted",
                _ => "",
            };
        let (before, behind) = (class(place.checked_sub(1)), class(Some(place + 1)));
        let is_named = ![
            "",
            "neutral",
            "conjunction",
            "origin",
            "first_person",
            "complaint",
        ]
        .contains(&before);
        let next = shown
            .get(place + 1)
            .map(|&next| row(&tokens[next..=next], ""));
        let has_digits = next.is_some_and(|next| pattern!("^[#dDzm(]$").is_match(&next));
        if !is_named && !has_digits && (before, behind) != ("complaint", "neutral") {
            tokens[at] = Token::Word(Meaning::DENIAL, letters.clone());
        }
    }
}

/// The tokens at the start of `rest`, and the count of their bytes.
fn at_start(tokens: &[Token], before: &str, rest: &Shown, region: Region) -> (Vec<Token>, usize) {
    let last = before.chars().last();
    let text = rest.text.as_str();
    let begins_word = !last.is_some_and(|last| is_letter(last) || last.is_ascii_digit());
    if begins_word && let Some((token, width, tail)) = link_or_mask(text, region) {
        let mut found = vec![token];
        let shown = rest.from(tail);
        found.extend(link_tokens(&shown, width - tail));
        return (found, width);
    }
    let first = text.chars().next().expect("something is left");
    if is_letter(first) && first != '_' {
        let (meaning, width) = words::meaning(rest);
        let letters = text[..width].replace(|letter: char| letter.is_ascii_digit(), "");
        let mut found = vec![Token::Word(meaning, letters)];
        // Letters that touch a code hide digits of it.
        if let Some(Token::Code { is_area, digits }) = tokens.last() {
            found.push(Token::Code {
                is_area: *is_area,
                digits: digits.clone(),
            });
        }
        return (found, width);
    }
    if !pattern!(r"^(?:[0-9]|[+(][ (+]{0,3}[0-9])").is_match(text) {
        let ends_sentence = first == '.'
            && pattern!("^.(?:[ \n\r\x0B\x0C]|$)").is_match(text)
            && !pattern!("(?:^|[^A-Za-zλ_])[A-Za-zλ_]{1,4}$").is_match(before)
            && !pattern!("[B-DF-HJ-NP-TV-Zb-df-hj-np-tv-z]{3}$").is_match(before);
        let token = match first {
            '.' if ends_sentence => Token::Stop,
            ',' if text.starts_with(", ") => Token::Comma,
            ';' if text.len() > 1 && !text.starts_with("; ") => Token::Field,
            sign => Token::Sign(sign),
        };
        let mut found = vec![token];
        if begins_word && pattern!(r"^\+(?:[)_*#?¤∞]|[xX]{1,4}(?:[^A-Za-zλ_]|$))").is_match(text)
        {
            found.push(Token::Code {
                is_area: false,
                digits: String::new(),
            });
        }
        return (found, first.len_utf8());
    }
    if let Some((token, width)) = figure(last, text, region) {
        return (vec![token], width);
    }
    let run = run_at(text, region);
    if let Some(width) = upi_id(last, text, run.len()) {
        return (vec![Token::UpiId], width);
    }
    let is_behind_number = row(tokens, "").ends_with('#');
    let begins_alone = begins_alone(before, &run, is_behind_number);
    let code = code_before(tokens).filter(|_| !run::opens_number(&run));
    let after = &text[run.len()..];
    let (mut found, width) = in_run(begins_alone, code, &run, after, region);
    let is_hidden = pattern!("^[A-Za-zλ_*#?¤∞]").is_match(after);
    let is_area = run::is_area_code(&run, is_hidden, region);
    let may_be_cut = is_hidden || matches!(region, Region::Of(_));
    let is_cut = may_be_cut && run::is_cut_code(&run);
    let digits = if is_hidden {
        String::new()
    } else {
        run::short_area_code(&run, region)
    };
    let is_area = is_area || !digits.is_empty();
    if (is_area || is_cut || run::is_foreign_code(&run))
        && matches!(found.last(), Some(Token::Digits(..)))
    {
        found.push(Token::Code { is_area, digits });
    }
    (found, width)
}

/// The code that the last tokens are, with only separators of a list and words of phone numbers after it: whether it is an area's,
/// and its digits if an area's has only one behind the zero.
fn code_before(tokens: &[Token]) -> Option<(bool, String)> {
    let is_code = |token: &Token| matches!(token, Token::Code { .. });
    let at = tokens.iter().rposition(is_code)?;
    match &tokens[at] {
        Token::Code { is_area, digits }
            if pattern!("^[,|.jnpu()]*$").is_match(&row(&tokens[at..], "")) =>
        {
            Some((*is_area, digits.clone()))
        }
        _ => None,
    }
}

/// Chat links: the part up to the end of the digits, the digits, and the rest.
const CHAT_LINK: &str = concat!(
    r"(?i)^((?:https://|http://)?(?:www\.)?",
    r"(?:wa\.me/|(?:api\.|web\.)?whatsapp\.com/send/?\?phone=|whatsapp://send\?phone=|t\.me/\+)",
    r"(?:%2B|\+)?([0-9]*))",
    r"([?&/][^ \t\n\r\x0B\x0C]*)?",
);

/// The tokens after the number of a link: words that refuse it, and digits of other numbers, in the parts with text.
fn link_tokens(shown: &Shown, width: usize) -> Vec<Token> {
    let mut found = Vec::new();
    for part in pattern!("[^?&/#]+").find_iter(&shown.text[..width]) {
        if part.as_str().contains('=')
            && !pattern!("^(?i:text|body|message|msg|phone)=").is_match(part.as_str())
        {
            continue;
        }
        found.push(Token::LinkText);
        let mut at = part.start();
        while at < part.end() {
            let rest = shown.from(at);
            let next = pattern!("^(?:%.{0,2}|[0-9]+|[A-Za-zλ])").find(&rest.text);
            at += match next.map(|next| next.as_str()) {
                Some(digits) if digits.starts_with(|sign: char| sign.is_ascii_digit()) => {
                    let end = digits.len().min(part.end() - at);
                    if end >= 7 {
                        found.push(Token::Digits(end, Note::TextWithDigits));
                    }
                    end
                }
                Some(escape) if escape.starts_with('%') => escape.len(),
                Some(_) => {
                    let (meaning, end) = words::meaning(&rest);
                    if meaning.refuses("91") {
                        let letters =
                            rest.text[..end].replace(|letter: char| letter.is_ascii_digit(), "");
                        found.push(Token::Word(meaning, letters));
                    }
                    end
                }
                None => rest.text.chars().next().map_or(1, char::len_utf8),
            };
        }
    }
    found
}

/// A link, an address or a mask at the start of a text: its token, its end, and the end of the digits of a link.
fn link_or_mask(text: &str, region: Region) -> Option<(Token, usize, usize)> {
    if let Some(found) = pattern!(CHAT_LINK).captures(text) {
        let next = text[found[0].len()..].chars().next();
        if found.get(3).is_some() || !next.is_some_and(joins) {
            // An Indian mobile number without its country code would be read as a number of another country.
            let is_mobile = pattern!("^[6-9][0-9]{9}$").is_match(&found[2]);
            let token = match dialled(&found[2], true, Region::E164) {
                Ok(number) if is_certain(&number) && !is_mobile => {
                    Token::Number(number.with(Note::LinkRemoved))
                }
                read => Token::Digits(
                    found[2].len(),
                    read.err().unwrap_or(Note::PlusWithoutCountryCode),
                ),
            };
            return Some((token, found[0].len(), found[1].len()));
        }
    }
    let near: String = text.chars().take(84).collect();
    if let Some(found) = pattern!(r#"(?i)^(?:tel|sms):([^ \t\n\r\x0B\x0C,"'<>)]*)"#).captures(&near)
        && found[1].contains(';')
    {
        let token = match run::address(&found[1], region) {
            Ok(number) => Token::Number(number),
            Err(note) => Token::Digits(digits_in(&found[1]), note),
        };
        return Some((token, found[0].len(), found[0].len()));
    }
    if is_address(text) {
        let address = pattern!(r"^[^ \t\n\r\x0B\x0C]*").find(text)?.as_str();
        return Some((
            Token::Address(address.to_owned()),
            address.len(),
            address.len(),
        ));
    }
    let masks = pattern!("^[xX*]{2,}").find(text)?.as_str();
    if text[masks.len()..].starts_with(is_letter) {
        return None;
    }
    let mask = pattern!("^[xX*0-9 -]*").find(text)?.as_str();
    Some((Token::Mask(mask.to_owned()), mask.len(), mask.len()))
}

fn is_address(text: &str) -> bool {
    if pattern!(r"(?i)^(?:www\.|&#|[a-z0-9._-]{1,80}://)").is_match(text) {
        return true;
    }
    // A host has at least two names: the last one of letters, the one before it not only of digits.
    pattern!("(?i)^([a-z0-9._-]{1,80})[/?#]")
        .captures(text)
        .is_some_and(|found| {
            pattern!(r"(?i)(?:^|\.)[a-z0-9_-]*[a-z][a-z0-9_-]*\.[a-z]{2,}$").is_match(&found[1])
        })
}

/// The end of the UPI id or mail address that contains the run.
fn upi_id(last: Option<char>, text: &str, width: usize) -> Option<usize> {
    if last == Some('@') {
        return Some(width);
    }
    let after = &text[width..];
    let names = [
        pattern!(r"^([A-Za-zλ_0-9.\-]*)@ ?[A-Za-zλ_0-9.]+"),
        pattern!(r"^( *)@ ?[A-Za-zλ_0-9.]+"),
    ];
    // Longer names are not considered.
    names
        .iter()
        .filter_map(|name| name.captures(after))
        .find(|found| found[1].chars().count() <= 64)
        .map(|found| width + found[0].len())
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
