//! The oracle of [`crate::msisdn`]: patterns over text, and lists of tokens.

mod decide;
mod dialled;
mod figures;
mod in_run;
mod international;
mod labels;
mod leads;
mod national;
mod run;
mod token;
mod tokens;
mod written;

use dialled::dialled;
use international::{class, code, values};
use labels::{Label, has_doubt, is_bare_label, labels};
use leads::behind_figures;
use token::{Token, row};
use tokens::tokens;

use super::pattern;
use super::text::{Shown, is_dial_code, is_masked, printed, trimmed, unwrapped};
use crate::msisdn::{Mentions, Reading, Region};
use crate::notes::{Kind, Note};
use crate::plan::{self, Class, MobileSeries};

/// E.164 digits, and the mends in the order in which they were applied.
#[derive(Clone, Debug, PartialEq)]
struct Number {
    digits: String,
    mends: Vec<Note>,
    dialled: Option<national::Dialled>,
    /// How many digits of a text it was read from.
    written: usize,
    /// Whether a plus or two zeros of the same run stand before it that belong to no number.
    is_behind_code: bool,
}

impl Number {
    fn new(digits: impl Into<String>) -> Self {
        Self {
            digits: digits.into(),
            mends: Vec::new(),
            dialled: None,
            written: 0,
            is_behind_code: false,
        }
    }

    fn with(mut self, mend: Note) -> Self {
        self.mends.push(mend);
        self
    }

    /// Whether an area code was put in.
    fn is_local(&self) -> bool {
        let national = self.digits.len() - code(&self.digits).len();
        self.dialled
            .is_some_and(|dialled| !dialled.is_abroad && dialled.national < national)
    }

    /// Whether it was written as a year is.
    fn is_like_year(&self) -> bool {
        let is_short = |dialled: national::Dialled| {
            !dialled.is_abroad && dialled.prefix == 0 && dialled.national == 4
        };
        self.dialled.is_some_and(is_short) && pattern!("(?:19|20)[0-9]{2}$").is_match(&self.digits)
    }

    fn value(&self) -> u64 {
        self.digits.parse().expect("digits")
    }
}

/// Reads a cell of text.
#[must_use]
pub fn read(cell: &str, region: Region) -> Reading {
    read_under(cell, region, MobileSeries::INDIA)
}

/// Reads a cell of text with another table of India's mobile series than the built-in one.
#[must_use]
pub fn read_under(cell: &str, region: Region, series: MobileSeries) -> Reading {
    match number_of(cell, region) {
        Ok(number) => {
            let (kind, warning) = described(&number.digits, region, series);
            let mend = number.mends.iter().min().copied();
            Reading {
                msisdn: number.value(),
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
    let labels: &[Label] = &[Label::Phone];
    match number_of(cell, region) {
        Ok(number) => vec![number.value()],
        Err(Note::Empty | Note::NotANumber) => Vec::new(),
        Err(_) => {
            let tokens = tokens(&Shown::of(cell), region);
            let behind_codes: Vec<usize> = behind_figures(&tokens)
                .into_iter()
                .filter(|(_, is_close)| *is_close)
                .map(|(at, _)| at)
                .collect();
            let is_alone =
                |at: usize, number: &Number| !number.is_behind_code && !behind_codes.contains(&at);
            if is_bare_label(&tokens) {
                Vec::new()
            } else {
                labelled(&tokens, labels, is_alone)
            }
        }
    }
}

/// The numbers in one cell of a complaint.
#[must_use]
pub fn mentions(cell: &str, region: Region) -> Mentions {
    let refusal = match number_of(cell, region) {
        Ok(number) => {
            let tokens = tokens(&Shown::of(cell), region);
            // What programs write is no word.
            let first = tokens.iter().find_map(Token::number);
            let country = first.map_or("", |number| code(&number.digits));
            let is_read =
                first.is_some() && !pattern!("[?iarxwe]").is_match(&row(&tokens, country));
            let doubts = is_read && has_doubt(&tokens, country);
            return Mentions {
                numbers: vec![number.value()],
                doubt: doubts.then_some(Note::TextWithDigits),
                ..Mentions::default()
            };
        }
        Err(refusal) => refusal,
    };
    let doubted = Mentions {
        doubt: Some(refusal),
        ..Mentions::default()
    };
    if matches!(refusal, Note::Empty | Note::NotANumber) {
        return doubted;
    }
    let shown = Shown::of(cell);
    let tokens = tokens(&shown, region);
    let numbers = labelled(&tokens, &[Label::Phone, Label::Uninvolved], |_, _| true);
    if numbers.is_empty() {
        return doubted;
    }
    Mentions {
        doubt: doubt(&shown.text, &tokens, &numbers, refusal),
        numbers,
        rest: rest(&tokens),
    }
}

/// The numbers with one of these labels that are also `wanted_at` their position, repeats removed.
fn labelled(
    tokens: &[Token],
    wanted: &[Label],
    wanted_at: impl Fn(usize, &Number) -> bool,
) -> Vec<u64> {
    let mut numbers = Vec::new();
    let tokens_with_place = tokens.iter().enumerate();
    let all = tokens_with_place.filter_map(|(at, token)| Some((at, token.number()?)));
    for ((at, number), label) in all.zip(labels(tokens)) {
        let is_wanted = wanted.contains(&label) && wanted_at(at, number);
        if is_wanted && !numbers.contains(&number.value()) {
            numbers.push(number.value());
        }
    }
    numbers
}

/// Why the numbers of a complaint's cell are not certain.
fn doubt(text: &str, tokens: &[Token], numbers: &[u64], refusal: Note) -> Option<Note> {
    let country = tokens
        .iter()
        .find_map(Token::number)
        .map_or("", |number| code(&number.digits));
    let row = row(tokens, country);
    let has_link_text = tokens.iter().any(|token| matches!(token, Token::LinkText));
    let has_code = tokens
        .iter()
        .any(|token| matches!(token, Token::Code(code) if code.digits.is_empty()));
    if numbers.len() > 1 && has_link_text || has_code || pattern!("[iarxwe]").is_match(&row) {
        Some(Note::TextWithDigits)
    } else if row.contains('?') {
        Some(Note::UnlistedWords)
    } else if pattern!("#[dDz]|[dDz]#").is_match(&row) || !behind_figures(tokens).is_empty() {
        Some(refusal)
    } else if has_doubt(tokens, country) {
        Some(Note::TextWithDigits)
    } else {
        let around: String = tokens.iter().map(Token::around).collect();
        let is_written = pattern!("^[A-Za-zλ_\n\r\x0B\x0C \t:,.;\\-()\\[\\]/&='\"!|@<>{}]*$");
        let pairs = pattern!("<[^<>]*>").replace_all(&around, "");
        let is_sound = is_written.is_match(&around) && !pairs.contains(['<', '>']);
        let has_range =
            pattern!(r"[0-9]{10}[ \t\n\r\x0C]*-+[ \t\n\r\x0C]*\+?[0-9]{10}").is_match(text);
        match () {
            () if !is_sound => Some(Note::StrayCharacter),
            () => has_range.then_some(refusal),
        }
    }
}

/// The note of the digits in a complaint's cell that gave no number.
fn rest(tokens: &[Token]) -> Option<Note> {
    if tokens.iter().any(|token| matches!(token, Token::UpiId)) {
        Some(Note::UpiId)
    } else if labels(tokens).contains(&Label::Other) {
        Some(Note::TextWithDigits)
    } else {
        tokens.iter().find_map(|token| match token {
            Token::Digits(_, note) => Some(*note),
            _ => None,
        })
    }
}

/// Kind and warning of E.164 digits.
fn described(digits: &str, region: Region, series: MobileSeries) -> (Kind, Option<Note>) {
    if pattern!("^91[6-9][0-9]{9}$").is_match(digits) {
        let national = digits[2..].parse().expect("digits");
        let warning = if is_repetition(&digits[2..]) {
            Some(Note::Placeholder)
        } else {
            (!series.lists(national)).then_some(Note::UnlistedSeries)
        };
        let kind = match region {
            Region::Of(_) => Kind::Foreign,
            Region::In | Region::E164 | Region::Unknown => series.kind(national),
        };
        return (kind, warning);
    }
    let own = Kind::from(class(digits));
    let kind = match region {
        Region::Of(plan) => national::kind(digits, plan, own),
        Region::In | Region::E164 | Region::Unknown if digits.starts_with("91") => own,
        Region::In | Region::E164 | Region::Unknown
            if class(digits) == Class::None && !plan::is_possible(&values(digits)) =>
        {
            Kind::Unknown
        }
        Region::In | Region::E164 | Region::Unknown => Kind::Foreign,
    };
    let is_placeholder = digits == "911234567890"
        || pattern!("^91[1-9][0-9]{9}$").is_match(digits) && is_repetition(&digits[2..]);
    (kind, is_placeholder.then_some(Note::Placeholder))
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
    let (shown, mend) = unwrapped(&Shown::of(cell))?;
    let number = number_in(&shown, region)?;
    Ok(match mend {
        Some(mend) => number.with(mend),
        None => number,
    })
}

fn number_in(shown: &Shown, region: Region) -> Result<Number, Note> {
    let text = shown.text.as_str();
    if let Some(uri) =
        pattern!(r"(?is)^(?:tel|sms):((?:$|;|[0-9.()/+][0-9 \-.()/+]*(?:;|$)).*)$").captures(text)
    {
        return run::address(trimmed(&uri[1]), region);
    }
    if pattern!(r"^[0-9 \-.()/+]*$").is_match(text) {
        return run::cell(text, region);
    }
    if let Some(result) = printed(text) {
        let (digits, plus, mend) = result?;
        return dialled(&digits, plus, region).map(|number| number.with(mend));
    }
    let tokens = tokens(shown, region);
    let mut numbers: Vec<&str> = tokens
        .iter()
        .filter_map(Token::number)
        .map(|number| number.digits.as_str())
        .collect();
    numbers.sort_unstable();
    numbers.dedup();
    if numbers.len() > 1 {
        return Err(Note::SeveralNumbers);
    }
    if is_dial_code(text) {
        return Err(Note::DialCode);
    }
    let hides = |token: &Token| matches!(token, Token::Digits(_, Note::Masked));
    if is_masked(text, 10) || tokens.iter().any(hides) {
        return Err(Note::Masked);
    }
    if let Some(found) = pattern!("^[A-Z]{2}-([A-Za-z0-9]{3,11})(?:-[PSTG])?$").captures(text)
        && (found[1].len() < 7 || pattern!("[A-Za-z]").is_match(&found[1]))
    {
        return Err(Note::SenderId);
    }
    decide::decide(text, &tokens)
}
