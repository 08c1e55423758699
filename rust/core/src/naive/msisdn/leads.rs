//! Short figures before numbers, which may be the codes of other countries.

use super::Number;
use super::international::{class, code};
use super::token::{Token, row};
use crate::naive::pattern;
use crate::notes::Note;
use crate::plan::Class;

/// The positions of the numbers that a figure before them makes numbers of another country, each with whether nothing
/// parts them, or the figure has three digits. A figure that counts with the one before it or behind it is the mark of a list.
pub(super) fn behind_figures(tokens: &[Token]) -> Vec<(usize, bool)> {
    let led: Vec<(usize, String, bool)> = (0..tokens.len())
        .filter_map(|at| {
            let (figure, is_close) = figure_before(tokens, at)?;
            Some((at, figure, is_close))
        })
        .collect();
    let value = |at: usize| led.get(at).and_then(|led| led.1.parse::<u32>().ok());
    let counts = |at: usize| {
        let behind_is_next = value(at + 1) == value(at).map(|value| value + 1);
        let is_next = at > 0 && value(at) == value(at - 1).map(|value| value + 1);
        behind_is_next || is_next
    };
    led.iter()
        .enumerate()
        .filter(|&(place, (at, figure, _))| {
            let number = tokens[*at].number().expect("a number");
            is_abroad_with(figure, number) && !counts(place)
        })
        .map(|(_, (at, figure, is_close))| (*at, *is_close || figure.len() == 3))
        .collect()
}

/// The figure before a number of a run, and whether nothing parts them.
fn figure_before(tokens: &[Token], number: usize) -> Option<(String, bool)> {
    if tokens[number].number()?.written == 0 {
        return None;
    }
    let is_separator =
        |token: &Token| pattern!("^[,|.()]?$").is_match(&row(std::slice::from_ref(token), ""));
    let is_run = |at: usize| at > 0 && matches!(tokens[at - 1], Token::Group(_));
    let at = (0..number)
        .rev()
        .find(|&at| is_run(at) || !is_separator(&tokens[at]))?;
    let (text, is_close) = match (&tokens[at], at.checked_sub(1).map(|before| &tokens[before])) {
        (Token::Mark(mark), _) => {
            let is_bracketed = mark.starts_with('(');
            (
                mark,
                is_bracketed && row(&tokens[at + 1..number], "").is_empty(),
            )
        }
        (Token::Digits(..), Some(Token::Group(text))) => (text, at + 1 == number),
        _ => return None,
    };
    let figure = text.replace([' ', '(', ')', '.'], "");
    pattern!("^[1-9][0-9]{0,2}$")
        .is_match(&figure)
        .then_some((figure, is_close))
}

/// Whether a number without a prefix, behind the code of a country, is one of that country.
fn is_abroad_with(figure: &str, number: &Number) -> bool {
    let national = &number.digits[code(&number.digits).len()..];
    let is_bare = number.written == national.len()
        || number.mends.iter().min() == Some(&Note::TrailingDecimal);
    let whole = format!("{figure}{national}");
    is_bare
        && whole != number.digits
        && whole.len() <= 15
        && code(&whole) == figure
        && class(&whole) != Class::None
}
