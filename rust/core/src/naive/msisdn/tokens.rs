//! From a text to its tokens.

use super::Number;
use super::dialled::dialled;
use super::stretch::{address, date, single, stretch};
use crate::msisdn::Region;
use crate::naive::pattern;
use crate::naive::text::LETTER;
use crate::notes::Note;

/// What a text is made of.
pub(super) enum Token {
    /// A number, with what it took to read it.
    Number(Number),
    /// Digits that are not one number, and the numbers that stand whole among them.
    Fragment(Note, Vec<String>),
    /// Digits of something else.
    Figure(String),
    UpiId,
    /// A word of masks, or a web address.
    Word(String),
    Text(char),
}

impl Token {
    pub(super) fn numbers(&self) -> Vec<String> {
        match self {
            Self::Number(number) => vec![number.digits.clone()],
            Self::Fragment(_, whole) => whole.clone(),
            _ => Vec::new(),
        }
    }
}

fn is_letter(character: char) -> bool {
    character.is_ascii_alphabetic() || character == LETTER || character == '_'
}

/// Whether a character beside digits makes them a part of something longer.
fn joins(character: char) -> bool {
    is_letter(character) || "*#$%^\\~¤∞".contains(character)
}

pub(super) fn tokens(text: &str, region: Region) -> Vec<Token> {
    let text: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let rest: String = text[at..].iter().collect();
        let before: String = text[..at].iter().collect();
        let (token, width) = token(&before, &rest, region);
        tokens.push(token);
        at += width;
    }
    tokens
}

/// Chat links, up to the digits, the digits, and what the link would say.
const CHAT_LINK: &str = concat!(
    r"(?i)^((?:https?://)?(?:www\.|api\.)?",
    r"(?:wa\.me/|whatsapp\.com/send/?\?phone=|whatsapp://send\?phone=)(?:%2B|\+)?([0-9]*))",
    r"([?&/][^ \t\n\r\x0B\x0C]*)?",
);

/// The first token of `rest`, and its width in characters.
fn token(before: &str, rest: &str, region: Region) -> (Token, usize) {
    let width = |text: &str| text.chars().count();
    let last = before.chars().last();
    if !last.is_some_and(|last| is_letter(last) || last.is_ascii_digit()) {
        if let Some(found) = pattern!(CHAT_LINK).captures(rest) {
            let next = rest[found[0].len()..].chars().next();
            if found.get(3).is_some() || !next.is_some_and(joins) {
                let number = dialled(&found[2], true, Region::E164)
                    .map(|number| number.with(Note::LinkRemoved));
                return (
                    number.map_or_else(|note| Token::Fragment(note, Vec::new()), Token::Number),
                    width(&found[0]),
                );
            }
        }
        if let Some(found) =
            pattern!(r"(?i)^(?:www\.|[a-z]{1,12}://)[^ \t\n\r\x0B\x0C]*").find(rest)
        {
            return (
                Token::Word(found.as_str().to_owned()),
                width(found.as_str()),
            );
        }
        let masks = pattern!("^[xX*]+")
            .find(rest)
            .map_or("", |found| found.as_str());
        if masks.len() > 1 && !rest[masks.len()..].starts_with(is_letter) {
            let found = pattern!("^[xX*0-9 -]*")
                .find(rest)
                .expect("the masks at least");
            return (Token::Word(found.as_str().to_owned()), found.len());
        }
    }
    if !pattern!(r"^(?:[0-9]|[+(][ (+]{0,3}[0-9])").is_match(rest) {
        let character = rest.chars().next().expect("something is left");
        return (Token::Text(character), 1);
    }
    if let Some(end) = figure(last, rest) {
        return (Token::Figure(rest[..end].to_owned()), end);
    }
    let run = run_at(rest);
    if last == Some('@') {
        return (Token::UpiId, run.len());
    }
    let after = &rest[run.len()..];
    let names = [
        pattern!(r"^[A-Za-zλ_0-9.\-]*@([A-Za-zλ_0-9.]+)"),
        pattern!(r"^ *@([A-Za-zλ_0-9.]+)"),
    ];
    for found in names.iter().filter_map(|name| name.captures(after)) {
        let name = &found[0][..found[0].find('@').expect("every id has one")];
        // Longer names are not looked at.
        if width(name) <= 64 {
            return (Token::UpiId, run.len() + width(&found[0]));
        }
    }
    stretch_token(before, &run, after, region)
}

fn stretch_token(before: &str, run: &str, after: &str, region: Region) -> (Token, usize) {
    let refused = |width: usize| (Token::Fragment(Note::StrayLetter, Vec::new()), width);
    let id = pattern!("^[0-9]{11,}")
        .find(run)
        .is_some_and(|id| single(id.as_str(), region).is_err());
    if is_labelled_otherwise(before) && !id || !starts_alone(before) {
        return refused(run.len());
    }
    let (result, whole) = stretch(run, region);
    let extension =
        pattern!(r"(?i)^[ ,;.\-]*(?:extension|extn|ext|xtn|x)[.:= \-#]*([0-9]+)").captures(after);
    if let (Ok(number), Some(found)) = (&result, &extension) {
        let next = after[found[0].len()..].chars().next();
        if found[1].len() <= 6 && !next.is_some_and(|next| joins(next) || next == '@') {
            return (
                Token::Number(number.clone().with(Note::ExtensionRemoved)),
                run.len() + found[0].len(),
            );
        }
    }
    if after.starts_with(joins) || after.starts_with("/-") {
        return refused(run.len());
    }
    match result {
        Ok(number) => (Token::Number(number), run.len()),
        Err(note) => (Token::Fragment(note, whole), run.len()),
    }
}

/// Whether what comes before a stretch leaves it a number of its own.
fn starts_alone(before: &str) -> bool {
    let last = before.chars().last();
    let word = before
        .strip_suffix(['-', ' '])
        .unwrap_or(before)
        .trim_end_matches(' ')
        .chars()
        .last();
    match last {
        None => true,
        Some(' ') => word != Some('$'),
        Some('.') => before
            .strip_suffix('.')
            .is_some_and(|label| label.ends_with(is_letter)),
        Some('-') => word.is_some_and(|word| is_letter(word) || ").:".contains(word)),
        Some(other) => !joins(other) && other != '@' && other != '+',
    }
}

fn is_labelled_otherwise(before: &str) -> bool {
    let near: String = before
        .chars()
        .rev()
        .take(40)
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
        .collect();
    let others = "a/c ac acc acct account accno utr rrn txn txnid transaction ref reference refno rs inr rupees amount amt \
                  order orderid invoice bill imei imsi iccid aadhaar aadhar adhar adhaar uid uidai pan card otp ifsc cif crn \
                  fir ack policy folio";
    near.to_lowercase()
        .split(|character: char| !is_letter(character) && character != '/')
        .map(|word| word.strip_suffix('/').unwrap_or(word))
        .rfind(|word| {
            !word.is_empty()
                && !"no nos number num is of id"
                    .split(' ')
                    .any(|filler| filler == *word)
        })
        .is_some_and(|word| others.split_whitespace().any(|other| other == word))
}

/// Where a figure that is no number ends.
fn figure(last: Option<char>, rest: &str) -> Option<usize> {
    if last.is_some_and(|last| last.is_ascii_digit() || last == '+') {
        return None;
    }
    let longest = |pattern: &regex::Regex| pattern.find(rest).map(|found| found.end());
    let item = || {
        longest(pattern!(r"^[0-9]{1,2}[.)] "))
            .map(|end| end - 1)
            .filter(|_| last != Some('('))
    };
    let end = longest(pattern!("^[0-9]{1,2}:[0-5][0-9](?::[0-5][0-9])?"))
        .or_else(|| date(rest))
        .or_else(|| address(rest))
        .or_else(|| amount(rest))
        .or_else(item)?;
    (!rest[end..].starts_with(|next: char| next.is_ascii_digit())).then_some(end)
}

/// Where an integer with thousands separators ends.
fn amount(text: &str) -> Option<usize> {
    let whole = pattern!("^[0-9]+(?:,[0-9]+)+").find(text)?.as_str();
    let is_grouped =
        pattern!(r"^(?:[0-9]{1,2}(?:,[0-9]{2}){0,7},[0-9]{3}|[0-9]{1,3}(?:,[0-9]{3}){1,8})$")
            .is_match(whole);
    is_grouped.then_some(whole.len())
}

/// A stretch: from here to its last digit, or to the bracket that closes after it.
fn run_at(rest: &str) -> String {
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
            && figure(last, &rest[at..]).is_some()
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

/// Whether the last bracket closes one that is open. Those that close nothing are passed over.
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
