//! The oracle of [`crate::msisdn`]: patterns over text, and lists of tokens.

mod dialled;
mod stretch;
mod tokens;

use dialled::{class, dialled, values};
use stretch::stretch;
use tokens::{Token, tokens};

use super::pattern;
use super::text::{has_stray_letters, is_dial_code, is_masked, plain, printed, unwrapped};
use crate::msisdn::{Reading, Region};
use crate::notes::{Kind, Note};
use crate::plan::{self, Class, MobileSeries};

/// E.164 digits, and the mends in the order in which they were made.
#[derive(Clone, Debug, PartialEq)]
struct Number {
    digits: String,
    mends: Vec<Note>,
}

impl Number {
    fn new(digits: impl Into<String>) -> Self {
        Self {
            digits: digits.into(),
            mends: Vec::new(),
        }
    }

    fn with(mut self, mend: Note) -> Self {
        self.mends.push(mend);
        self
    }
}

/// Reads a cell of text.
#[must_use]
pub fn read(cell: &str, region: Region) -> Reading {
    read_under(cell, region, MobileSeries::INDIA)
}

/// Reads a cell of text with another knowledge of India's mobile series than the built-in one.
#[must_use]
pub fn read_under(cell: &str, region: Region, series: MobileSeries) -> Reading {
    match number_of(cell, region) {
        Ok(number) => {
            let (kind, warning) = described(&number.digits, series);
            let mend = number.mends.iter().min().copied();
            Reading {
                msisdn: number.digits.parse().expect("digits"),
                kind: Some(kind),
                note: warning.or(mend),
            }
        }
        Err(note) => Reading {
            msisdn: 0,
            kind: None,
            note: Some(note),
        },
    }
}

/// Every number of a free-text cell.
#[must_use]
pub fn extract(cell: &str, region: Region) -> Vec<u64> {
    match read(cell, region) {
        Reading {
            msisdn: 0,
            note: Some(Note::Empty | Note::NotANumber),
            ..
        } => Vec::new(),
        Reading { msisdn: 0, .. } => {
            let mut numbers: Vec<u64> = Vec::new();
            for number in tokens(&plain(cell), region).iter().flat_map(Token::numbers) {
                let number = number.parse().expect("digits");
                if !numbers.contains(&number) {
                    numbers.push(number);
                }
            }
            numbers
        }
        Reading { msisdn, .. } => vec![msisdn],
    }
}

/// Kind and warning of E.164 digits.
fn described(digits: &str, series: MobileSeries) -> (Kind, Option<Note>) {
    if pattern!("^91[6-9][0-9]{9}$").is_match(digits) {
        let national = digits[2..].parse().expect("digits");
        let warning = if is_repetition(&digits[2..]) {
            Some(Note::Placeholder)
        } else {
            (!series.lists(national)).then_some(Note::UnlistedSeries)
        };
        return (series.kind(national), warning);
    }
    let kind = match class(digits) {
        Class::None if !digits.starts_with("91") && plan::is_possible(&values(digits)) => {
            Kind::Foreign
        }
        Class::None => Kind::Unknown,
        Class::Foreign => Kind::Foreign,
        Class::Mobile => Kind::Mobile,
        Class::Fixed => Kind::Fixed,
        Class::FixedOrMobile => Kind::FixedOrMobile,
        Class::M2m => Kind::M2m,
        Class::TollFree => Kind::TollFree,
        Class::SharedCost => Kind::SharedCost,
        Class::Premium => Kind::Premium,
        Class::Service => Kind::Service,
        Class::Telemarketing => Kind::Telemarketing,
    };
    let repeated = pattern!("^91[1-9][0-9]{9}$").is_match(digits) && is_repetition(&digits[2..]);
    (kind, repeated.then_some(Note::Placeholder))
}

/// One digit ten times, or two in strict alternation.
fn is_repetition(national: &str) -> bool {
    let digits: Vec<char> = national.chars().collect();
    digits
        .iter()
        .enumerate()
        .all(|(at, &digit)| digit == digits[at % 2])
}

fn number_of(cell: &str, region: Region) -> Result<Number, Note> {
    let (text, mend) = unwrapped(cell)?;
    let number = number_in(&text, region)?;
    Ok(match mend {
        Some(mend) => number.with(mend),
        None => number,
    })
}

fn number_in(text: &str, region: Region) -> Result<Number, Note> {
    let blank = |character: char| " \t\n\r\u{B}\u{C}".contains(character);
    let text = match pattern!("(?is)^tel:([^ ].*)?$").captures(text) {
        Some(uri) => uri
            .get(1)
            .map_or("", |uri| uri.as_str())
            .trim_matches(blank)
            .to_owned(),
        None => text.to_owned(),
    };
    let text = text.as_str();
    if pattern!(r"^[0-9 \-.()/+]*$").is_match(text) {
        return match stretch(text, region).0 {
            Err(refusal @ (Note::TooLong | Note::StrayCharacter)) => {
                among_figures(text, region, refusal)
            }
            result => result,
        };
    }
    if let Some(result) = printed(text) {
        let (digits, plus, mend) = result?;
        return dialled(&digits, plus, region).map(|number| number.with(mend));
    }
    let tokens = tokens(text, region);
    if let [first, rest @ ..] = &tokens.iter().flat_map(Token::numbers).collect::<Vec<_>>()[..]
        && rest.iter().any(|number| number != first)
    {
        return Err(Note::SeveralNumbers);
    }
    if is_dial_code(text) {
        return Err(Note::DialCode);
    }
    if is_masked(text, 10) {
        return Err(Note::Masked);
    }
    if let Some(found) = pattern!("^[A-Z]{2}-([A-Za-z0-9]{3,11})(?:-[PSTG])?$").captures(text)
        && (found[1].len() < 7 || pattern!("[A-Za-z]").is_match(&found[1]))
    {
        return Err(Note::SenderId);
    }
    decide(text, &tokens)
}

/// A cell of digits and separators that is no number as one stretch: what its tokens say.
fn among_figures(text: &str, region: Region, refusal: Note) -> Result<Number, Note> {
    let tokens = tokens(text, region);
    let mut numbers: Vec<String> = tokens.iter().flat_map(Token::numbers).collect();
    numbers.sort();
    numbers.dedup();
    let only = tokens
        .iter()
        .all(|token| matches!(token, Token::Number(_) | Token::Text(_)));
    match numbers.len() {
        0 => Err(refusal),
        1 if refusal == Note::StrayCharacter && only => decide(text, &tokens),
        1 => Err(refusal),
        _ => Err(Note::SeveralNumbers),
    }
}

/// What the tokens of a text come to.
#[derive(Default)]
struct Seen<'a> {
    numbers: Vec<String>,
    accepted: Vec<&'a Number>,
    /// The text outside numbers.
    around: String,
    has_fragments: bool,
    has_upi_id: bool,
    refusal: Option<Note>,
}

impl<'a> Seen<'a> {
    fn of(tokens: &'a [Token]) -> Self {
        let mut seen = Self::default();
        for token in tokens {
            seen.numbers.extend(token.numbers());
            match token {
                Token::Number(number) => {
                    seen.accepted.push(number);
                    seen.around.push(' ');
                }
                Token::Fragment(note, _) => {
                    seen.has_fragments = true;
                    seen.refusal = seen.refusal.or(Some(*note));
                    seen.around.push(' ');
                }
                Token::Figure(figure) => {
                    seen.has_fragments = true;
                    seen.around.extend(
                        figure
                            .chars()
                            .filter(|character| !character.is_ascii_digit()),
                    );
                }
                Token::UpiId => {
                    seen.has_upi_id = true;
                    seen.around.push(' ');
                }
                Token::Word(word) => {
                    seen.has_fragments |= pattern!("[0-9]").is_match(word)
                        || !pattern!("[A-WYZa-wyzλ_]").is_match(word);
                    seen.around.push_str(word);
                }
                Token::Text(character) => seen.around.push(*character),
            }
        }
        seen.numbers.sort();
        seen.numbers.dedup();
        seen
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
        match () {
            () if self.has_upi_id && !self.has_fragments => Note::UpiId,
            () if has_stray_letters(text) => Note::StrayLetter,
            () if self.has_letters() || self.has_upi_id => Note::TextWithDigits,
            () if pattern!("[^ \n\r\x0B\x0C]").is_match(&self.around) => Note::StrayCharacter,
            () if has_break(text) => Note::BrokenLine,
            () => self
                .refusal
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

    fn number_alone(&self, text: &str, number: Number) -> Result<Number, Note> {
        let is_repeated = self.accepted.len() > 1 || number.mends.contains(&Note::RepeatedInCell);
        let number = if is_repeated {
            number.with(Note::RepeatedInCell)
        } else {
            number
        };
        let outside = self
            .around
            .trim_matches(|character: char| " \t\n\r\x0B\x0C".contains(character));
        let is_list = pattern!(r"^[0-9 \-.()/+](?:.*[0-9 \-.()/+])?$").is_match(text)
            && pattern!("^[ ,;&|\t/]*$").is_match(outside);
        match () {
            () if !pattern!("^[A-Za-zλ_\n\r\x0B\x0C \t:,.;\\-()\\[\\]/&'\"!?|@]*$")
                .is_match(outside) =>
            {
                Err(Note::StrayCharacter)
            }
            () if has_break(text) => Err(Note::BrokenLine),
            () if self.has_letters() => Ok(number.with(Note::TextRemoved)),
            () if outside.is_empty() || is_repeated && is_list => Ok(number),
            () => Err(Note::StrayCharacter),
        }
    }
}

fn has_break(text: &str) -> bool {
    pattern!("[\n\r\x0B\x0C]").is_match(text)
}

fn decide(text: &str, tokens: &[Token]) -> Result<Number, Note> {
    let seen = Seen::of(tokens);
    match (&seen.numbers[..], seen.accepted.first()) {
        _ if !pattern!("[0-9]").is_match(text) => Err(seen.without_digits(text)),
        ([], _) => Err(seen.without_number(text)),
        ([_], Some(&number)) if !seen.has_fragments && !seen.has_upi_id => {
            seen.number_alone(text, number.clone())
        }
        ([_], _) => Err(seen.number_and_fragments(text)),
        _ => Err(Note::SeveralNumbers),
    }
}
