//! A part of a text, and the signs by which patterns match parts and what is between them.

use super::Number;
use crate::naive::pattern;
use crate::naive::words::Meaning;
use crate::notes::Note;

/// What digits that are only a code are the code of: an area, or another country.
#[derive(Clone, Default)]
pub(super) struct Code {
    pub(super) is_area: bool,
    /// A zero and the one digit of the area's code, which is one only with a number behind it.
    pub(super) digits: String,
}

/// A part of a text.
pub(super) enum Token {
    /// A number, with its mends.
    Number(Number),
    /// Digits that are not one number: their count, and the note.
    Digits(usize, Note),
    /// Follows the digits of a run that are only a code, and the letters that touch them.
    Code(Code),
    /// Stands before the digits of a run that have this text, a group of their own.
    Group(String),
    /// So many digits of a number that an area code would have to be put into.
    Local(usize),
    /// A part of a link after its number, without its words and digits.
    LinkText,
    /// Digits of something else.
    Figure(String),
    /// The mark of a list.
    Mark(String),
    UpiId,
    /// Digits replaced by signs.
    Mask(String),
    /// The address of a page.
    Address(String),
    Word(Meaning, String),
    Sign(char),
    /// A comma in a sentence. A comma without a blank after it is a [`Token::Sign`] between fields.
    Comma,
    /// A semicolon between fields.
    Field,
    /// A point that ends a sentence.
    Stop,
    /// The separator of a list of numbers.
    Apart,
}

pub(super) fn digits_in(text: &str) -> usize {
    pattern!("[0-9]").find_iter(text).count()
}

/// One sign for each thing with a meaning, for a number of the country with this code: `#` a number, a letter or
/// `?` a word by its class, `d` one or two digits and `D` more, `z` a UPI id, `m` the mark of a list.
pub(super) fn row(tokens: &[Token], country: &str) -> String {
    tokens
        .iter()
        .filter_map(|token| sign(token, country))
        .collect()
}

pub(super) fn sign(token: &Token, country: &str) -> Option<char> {
    let figure = |digits: usize| match digits {
        0 => 'z',
        1 | 2 => 'd',
        _ => 'D',
    };
    Some(match token {
        Token::Number(_) => '#',
        Token::Word(meaning, _) => word(meaning, country),
        Token::Address(text) if digits_in(text) == 0 => '?',
        Token::Digits(count, _) | Token::Local(count) => figure(*count),
        Token::Address(text) | Token::Mask(text) | Token::Figure(text) => figure(digits_in(text)),
        Token::UpiId => 'z',
        Token::Mark(_) => 'm',
        Token::Apart | Token::Comma => ',',
        Token::Field | Token::Sign(',' | '/' | '|' | '\t' | '\n' | '\r' | '\u{B}' | '\u{C}') => '|',
        Token::Stop | Token::Sign(';' | '?' | '!') => '.',
        Token::Sign('(' | '[' | '{' | '<') => '(',
        Token::Sign(')' | ']' | '}' | '>') => ')',
        Token::Sign(_) | Token::Code(_) | Token::Group(_) | Token::LinkText => return None,
    })
}

fn word(meaning: &Meaning, country: &str) -> char {
    match meaning.class {
        "neutral" => 'n',
        "conjunction" => 'j',
        "first_person" => 'e',
        "origin" => 'o',
        "idword" => 'u',
        "phone" => 'p',
        "complaint" => 'c',
        "unlisted" => '?',
        "denial" => 'x',
        "owner" => 'w',
        "id" => 'i',
        "amount" | "measure" => 'a',
        _ if meaning.refuses(country) => 'r',
        // The number's own country.
        _ => 'k',
    }
}
