//! A text -> its tokens.

use super::dialled::dialled;
use super::figures::{figure, is_letter, joins, run_at};
use super::in_run::{begins_alone, in_run};
use super::international::is_certain;
use super::run;
use super::token::{Code, Token, digits_in, row};
use crate::msisdn::Region;
use crate::naive::pattern;
use crate::naive::text::Shown;
use crate::naive::words::{self, Meaning};
use crate::notes::Note;

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
    receive(&mut tokens);
    // Other digits beside a number without an area code may hold the code.
    // Beside other digits or another number, four digits may be a year.
    let has_fragments = tokens.iter().any(Token::is_fragment);
    let mut numbers: Vec<&str> = tokens
        .iter()
        .filter_map(|token| Some(token.number()?.digits.as_str()))
        .collect();
    numbers.sort_unstable();
    numbers.dedup();
    let has_others = has_fragments || numbers.len() > 1;
    if has_others {
        for token in &mut tokens {
            if let Token::Number(number) = token
                && (has_fragments && number.is_local() || number.is_like_year())
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

/// Makes an owner's word of each `पर` behind a number that a call reached: `98... पर कॉल आया`, `98... पर 97... से कॉल आया`,
/// `मुझे 98... पर कॉल किया`.
fn receive(tokens: &mut [Token]) {
    let shown: Vec<usize> = (0..tokens.len())
        .filter(|&at| !row(&tokens[at..=at], "").is_empty())
        .collect();
    let signs: String = shown
        .iter()
        .map(|&at| match &tokens[at] {
            Token::Number(_) => '#',
            Token::Word(meaning, _) => match (meaning.class, meaning.role) {
                (_, "to") => 't',
                (_, "source") => 's',
                (_, "came") => 'v',
                (_, "made") => 'd',
                (_, "me") => 'e',
                ("phone" | "complaint", _) => 'p',
                ("idword", _) => 'u',
                _ => '!',
            },
            _ => '!',
        })
        .collect();
    // A number may be the source of one call and be reached by the next.
    for (at, _) in signs.match_indices("#t") {
        let is_reached = pattern!("^#t(?:#s)?p*v").is_match(&signs[at..])
            || pattern!("^#td").is_match(&signs[at..])
                && pattern!("e[puvd]*$").is_match(&signs[..at]);
        if is_reached && let Token::Word(meaning, _) = &mut tokens[shown[at + 1]] {
            *meaning = Meaning::OWNER;
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
        let meaning = match (meaning.role, &text[..width], last) {
            // `S-98...` is no `suspect's`.
            ("genitive", "s" | "S", last) if last != Some('\'') => Meaning::UNLISTED,
            // Of `ravi@ybl`.
            ("handle", _, Some('@')) => Meaning::UNLISTED,
            _ => meaning,
        };
        let letters = text[..width].replace(|letter: char| letter.is_ascii_digit(), "");
        let mut found = vec![Token::Word(meaning, letters)];
        // Letters that touch a code hide digits of it.
        if let Some(Token::Code(code)) = tokens.last() {
            found.push(Token::Code(code.clone()));
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
            found.push(Token::Code(Code::default()));
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
    if is_in_narration(tokens, before) {
        let digits = Token::Digits(digits_in(&run), Note::TextWithDigits);
        return (vec![digits], run.len());
    }
    let is_behind_number = row(tokens, "").ends_with('#');
    let begins_alone = begins_alone(before, &run, is_behind_number);
    let code = code_before(tokens).filter(|_| !run::opens_number(&run));
    let after = &text[run.len()..];
    let (mut found, width) = in_run(begins_alone, code.as_ref(), &run, after, region);
    let is_hidden = pattern!("^[A-Za-zλ_*#?¤∞]").is_match(after);
    if let Some(code) = run::code(&run, is_hidden, region)
        && matches!(found.last(), Some(Token::Digits(..)))
    {
        found.push(Token::Code(code));
    }
    (found, width)
}

/// Whether digits here are a field of a bank's narration, which begins with a word and a slash or a dash and ends at the
/// next sign that parts sentences, columns or lines.
fn is_in_narration(tokens: &[Token], before: &str) -> bool {
    let is_code = |token: &&Token| matches!(token, Token::Code(_));
    let begins = |at: &usize| {
        let behind = tokens[at + 1..].iter().find(|token| !is_code(token));
        matches!(&tokens[*at], Token::Word(meaning, _) if meaning.role == "narration")
            && matches!(behind, Some(Token::Sign('/' | '-')))
    };
    let ends = |token: &Token| match token {
        Token::Stop | Token::Comma | Token::Field => true,
        Token::Sign(sign) => ",;?!|\t\n\r\u{B}\u{C}".contains(*sign),
        _ => false,
    };
    let from = (0..tokens.len()).rev().find(begins);
    from.is_some_and(|from| !tokens[from..].iter().any(ends))
        && pattern!("(?:-|/ *)$").is_match(before)
}

/// The code that the last tokens are, with only separators of a list and words of phone numbers after it.
fn code_before(tokens: &[Token]) -> Option<Code> {
    let is_code = |token: &Token| matches!(token, Token::Code(_));
    let at = tokens.iter().rposition(is_code)?;
    match &tokens[at] {
        Token::Code(code) if pattern!("^[,|.jnpu()]*$").is_match(&row(&tokens[at..], "")) => {
            Some(code.clone())
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
