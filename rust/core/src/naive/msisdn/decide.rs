//! From the tokens of a text to its one number, or to the refusal.

use super::Number;
use super::international::code;
use super::token::{Token, row};
use crate::naive::pattern;
use crate::naive::text::{has_stray_letters, trimmed};
use crate::notes::Note;

/// The tokens of a text, summarised.
struct Seen<'a> {
    tokens: &'a [Token],
    /// Every number, with repeats.
    numbers: Vec<&'a Number>,
    /// The text outside numbers.
    around: String,
    has_fragments: bool,
    has_upi_id: bool,
}

impl Token {
    pub(super) fn number(&self) -> Option<&Number> {
        match self {
            Self::Number(number) => Some(number),
            _ => None,
        }
    }

    /// The text outside numbers.
    pub(super) fn around(&self) -> String {
        match self {
            Self::Number(_) | Self::Digits(..) | Self::Local(_) | Self::UpiId => " ".to_owned(),
            Self::Figure(text) | Self::Mark(text) => {
                pattern!("[0-9]").replace_all(text, "").into_owned()
            }
            Self::Mask(text) | Self::Address(text) | Self::Word(_, text) => text.clone(),
            Self::Sign(sign) => sign.to_string(),
            Self::Stop => ".".to_owned(),
            Self::Comma => ",".to_owned(),
            Self::Field => ";".to_owned(),
            Self::Apart | Self::Code(_) | Self::Group(_) | Self::LinkText => String::new(),
        }
    }

    pub(super) fn is_fragment(&self) -> bool {
        match self {
            Self::Digits(..) | Self::Local(_) | Self::Figure(_) | Self::Mark(_) | Self::Mask(_) => {
                true
            }
            Self::Address(text) => pattern!("[0-9]").is_match(text),
            _ => false,
        }
    }
}

impl<'a> Seen<'a> {
    fn of(tokens: &'a [Token]) -> Self {
        Self {
            tokens,
            numbers: tokens.iter().filter_map(Token::number).collect(),
            around: tokens.iter().map(Token::around).collect(),
            has_fragments: tokens.iter().any(Token::is_fragment),
            has_upi_id: tokens.iter().any(|token| matches!(token, Token::UpiId)),
        }
    }

    fn has_letters(&self) -> bool {
        pattern!("[A-Za-zλ_]").is_match(&self.around)
    }

    fn without_digits(&self, text: &str) -> Note {
        match () {
            () if pattern!(r"^[A-Za-zλ_.\-]+@[A-Za-zλ_\-]+$").is_match(text) => Note::UpiId,
            () if self.has_letters() => Note::NotANumber,
            () => Note::StrayCharacter,
        }
    }

    fn without_number(&self, text: &str) -> Note {
        let refusal = self.tokens.iter().find_map(|token| match token {
            Token::Digits(_, note) => Some(*note),
            _ => None,
        });
        match () {
            () if self.has_upi_id && !self.has_fragments => Note::UpiId,
            () if has_stray_letters(text) => Note::StrayLetter,
            () if self.has_letters() || self.has_upi_id => Note::TextWithDigits,
            () if pattern!("[^ \n\r\x0B\x0C]").is_match(&self.around) => Note::StrayCharacter,
            () if has_break(text) => Note::BrokenLine,
            () => refusal
                .filter(|&refusal| refusal != Note::StrayLetter)
                .unwrap_or(Note::StrayCharacter),
        }
    }

    fn number_and_fragments(&self, text: &str) -> Note {
        match () {
            () if (self.has_letters() || self.has_upi_id) && has_break(text) => Note::BrokenLine,
            () if self.has_letters() || self.has_upi_id => Note::TextWithDigits,
            () if !pattern!("^[ ,;&|\t\n\r\x0B\x0C]*$").is_match(&self.around) => {
                Note::StrayCharacter
            }
            () if has_break(text) => Note::BrokenLine,
            () => Note::SeveralNumbers,
        }
    }

    fn number_alone(&self, text: &str) -> Result<Number, Note> {
        let is_repeated = self.numbers.len() > 1;
        let mut number = self.numbers[0].clone();
        if is_repeated {
            number = number.with(Note::RepeatedInCell);
        }
        let outside = trimmed(&self.around);
        let is_list = pattern!(r"^[0-9 \-.()/+](?:.*[0-9 \-.()/+])?$").is_match(text)
            && pattern!("^[ ,;&|\t/]*$").is_match(outside);
        match () {
            () if !pattern!("^[A-Za-zλ_\n\r\x0B\x0C \t:,.;\\-()\\[\\]/&='\"!?|@]*$")
                .is_match(outside) =>
            {
                Err(Note::StrayCharacter)
            }
            () if has_break(text) => Err(Note::BrokenLine),
            () if self.has_letters() => {
                self.check_words(&number)?;
                // `Mobile? 98...`: a question is no label.
                if outside.contains('?') {
                    return Err(Note::StrayCharacter);
                }
                Ok(number.with(Note::TextRemoved))
            }
            () if outside.is_empty() || is_repeated && is_list => Ok(number),
            () => Err(Note::StrayCharacter),
        }
    }

    /// A number with words is accepted if all are phone words or neutral words.
    fn check_words(&self, number: &Number) -> Result<(), Note> {
        let country = code(&number.digits);
        let row = row(self.tokens, country);
        match () {
            () if pattern!(r"[iarxwe]|\?u").is_match(&row) => Err(Note::TextWithDigits),
            () if pattern!(r"[?c]").is_match(&row) => Err(Note::UnlistedWords),
            () => Ok(()),
        }
    }
}

fn has_break(text: &str) -> bool {
    pattern!("[\n\r\x0B\x0C]").is_match(text)
}

pub(super) fn decide(text: &str, tokens: &[Token]) -> Result<Number, Note> {
    let seen = Seen::of(tokens);
    if !pattern!("[0-9]").is_match(text) {
        Err(seen.without_digits(text))
    } else if seen.numbers.is_empty() {
        Err(seen.without_number(text))
    } else if seen.has_fragments || seen.has_upi_id {
        Err(seen.number_and_fragments(text))
    } else {
        seen.number_alone(text)
    }
}
