//! A run of digits in a text -> its tokens.

use super::Number;
use super::dialled::dialled;
use super::international::{is_certain, may_be_longer};
use super::run::{self, Part};
use super::token::{Token, digits_in};
use super::tokens::{is_letter, joins};
use super::written::single;
use crate::msisdn::Region;
use crate::naive::pattern;
use crate::notes::Note;

/// Whether a run is not a continuation of the text before it.
pub(super) fn begins_alone(before: &str, run: &str, is_behind_number: bool) -> bool {
    // `918+3102277`, `918 + 3102277`.
    let adds = pattern!(r"[0-9]$").is_match(before) && run.starts_with('+')
        || pattern!(r"[0-9] +$").is_match(before) && run.starts_with("+ ");
    let goes_on = before.ends_with('-') && run.starts_with('+') && is_behind_number;
    (is_behind_number || !adds) && (goes_on || starts_alone(before))
}

/// Whether a run after this text can be a number.
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
        // A zero after a letter of another script marks an abbreviation.
        Some('-') => word.is_some_and(is_letter) || pattern!("(?:[).:]|λ0)-$").is_match(before),
        Some(other) => !joins(other) && other != '@' && other != '+',
    }
}

/// Whether a number may be what follows a code that stands before it.
fn is_rest(number: &Number, (is_area, digits): &(bool, String), region: Region) -> bool {
    let is_area = *is_area;
    match number.dialled {
        Some(home) if !home.is_abroad && !digits.is_empty() => {
            let written = &number.digits[number.digits.len() - home.national..];
            home.prefix == 0
                && dialled(&format!("{digits}{written}"), false, region)
                    .is_ok_and(|number| is_certain(&number))
        }
        _ if !digits.is_empty() => false,
        Some(dialled) if !dialled.is_abroad => !is_area || dialled.prefix == 0,
        _ => !is_area && number.digits.starts_with("91"),
    }
}

/// Whether what stands behind a run is joined to it: `5000/-` is a sum of rupees.
fn is_joined(after: &str) -> bool {
    after.starts_with(joins) || pattern!("^[ \t]{0,3}(?:/-|/=|%)").is_match(after)
}

/// Whether a number ends with its run.
fn ends_alone(number: &Number, after: &str) -> bool {
    // `+39 02 1234 ****` has more digits than are written.
    let is_before_mask = pattern!("^[ \t.\\-]{0,3}[xX*#¤∞]{2}").is_match(after);
    // `+43 1 58858 __` may hide digits, where the country's numbers may have more.
    let is_before_blank =
        pattern!("^[ \t.\\-]{0,3}(?:[xX]|_+)(?:[^A-Za-zλ_0-9]|$)").is_match(after);
    let hides_more = is_before_mask || is_before_blank && may_be_longer(number);
    !is_joined(after) && (number.digits.starts_with("91") || !hides_more)
}

/// A number without the extension behind it, or digits of which a cross hides one; and where both end.
fn with_extension(
    number: &Number,
    run: &str,
    after: &str,
    region: Region,
) -> Option<(Token, usize)> {
    let extension =
        pattern!(r"(?i)^(?:[ ,;.\-]*(extension|extn|ext|xtn|x)[.:= \-#]*|(\?))([0-9]+)")
            .captures(after)?;
    let next = after[extension[0].len()..].chars().next();
    if extension[3].len() > 6 || next.is_some_and(|next| joins(next) || next == '@') {
        return None; // Longer digits, or a part of something else.
    }
    let end = run.len() + extension[0].len();
    let may_be_hidden = extension.get(1).is_none_or(|name| name.len() == 1);
    if may_be_hidden && run::may_go_on(run, number, &extension[3], region) {
        let digits = digits_in(&(run.to_owned() + &extension[3]));
        return Some((Token::Digits(digits, Note::Masked), end));
    }
    extension.get(1)?;
    let mut number = number.clone().with(Note::ExtensionRemoved);
    number.written = digits_in(run);
    Some((Token::Number(number), end))
}

/// The tokens of a run, and where they end; `code` is the one that stands before it: whether it is an area's, and its
/// digits if they decide.
pub(super) fn in_run(
    begins_alone: bool,
    code: Option<&(bool, String)>,
    run: &str,
    after: &str,
    region: Region,
) -> (Vec<Token>, usize) {
    let is_rest = |number: &Number| code.is_some_and(|code| is_rest(number, code, region));
    let result = single(run, region).and_then(|number| {
        let is_sure = run::is_sure(&number) && !is_rest(&number);
        is_sure.then_some(number).ok_or(Note::TextWithDigits)
    });
    if let (true, Ok(number)) = (begins_alone, &result)
        && let Some((token, end)) = with_extension(number, run, after, region)
    {
        return (vec![token], end);
    }
    let refusal = match result {
        Ok(mut number) if begins_alone && ends_alone(&number, after) => {
            number.written = digits_in(run);
            return (vec![Token::Number(number)], run.len());
        }
        result => result.err().unwrap_or(Note::StrayLetter),
    };
    let is_behind_code = |number: &Number| code.is_some_and(|code| !code.0) || is_rest(number);
    let mut tokens = Vec::new();
    let parts = run::parts(run, region);
    let count = parts.len();
    for (at, part) in parts.into_iter().enumerate() {
        let Part { digits, text, .. } = part;
        tokens.extend(part.is_apart.then_some(Token::Apart));
        // Text that touches a run makes the number at that end uncertain.
        let is_cut = |number: &Number| at == 0 && (!begins_alone || is_behind_code(number));
        match part.number {
            Some(number) if is_cut(&number) => {
                tokens.push(Token::Digits(digits, Note::StrayLetter));
            }
            Some(number) if at + 1 == count && !ends_alone(&number, after) => {
                let is_joined = is_joined(after);
                let note = if is_joined {
                    Note::StrayLetter
                } else {
                    Note::Masked
                };
                tokens.push(Token::Digits(digits, note));
            }
            Some(mut number) => {
                number.written = digits;
                tokens.push(Token::Number(number));
            }
            None => tokens.extend([Token::Group(text), Token::Digits(digits, refusal)]),
        }
    }
    (tokens, run.len())
}
