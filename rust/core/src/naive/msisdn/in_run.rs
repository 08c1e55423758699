//! A run of digits in a text -> its tokens.

use super::Number;
use super::dialled::dialled;
use super::figures::{amount, figure, is_letter, joins, run_at};
use super::international::{is_certain, may_be_longer, reads_on};
use super::run;
use super::token::{Code, Token, digits_in};
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
fn is_rest(number: &Number, code: &Code, region: Region) -> bool {
    let Code { is_area, digits } = code;
    match number.dialled {
        Some(home) if !home.is_abroad && !digits.is_empty() => {
            let written = &number.digits[number.digits.len() - home.national..];
            home.prefix == 0
                && dialled(&format!("{digits}{written}"), false, region)
                    .is_ok_and(|number| is_certain(&number))
        }
        _ if !digits.is_empty() => false,
        Some(dialled) if !dialled.is_abroad => !*is_area || dialled.prefix == 0,
        _ => !*is_area && number.digits.starts_with("91"),
    }
}

/// The tokens of a run behind a code or none, and the width of it and of the extension behind it.
pub(super) fn in_run(
    begins_alone: bool,
    code: Option<&Code>,
    run: &str,
    after: &str,
    region: Region,
) -> (Vec<Token>, usize) {
    let is_behind_its_code =
        |number: &Number| code.is_some_and(|code| is_rest(number, code, region));
    let result = single(run, region).and_then(|number| {
        Some(number)
            .filter(run::is_sure)
            .filter(|number| !is_behind_its_code(number))
            .ok_or(Note::TextWithDigits)
    });
    if let (true, Ok(number)) = (begins_alone, &result)
        && let Some((token, width)) = with_extension(number, run, after, region)
    {
        return (vec![token], width);
    }
    let behind = Behind::of(after, region);
    let refusal = match result {
        Ok(mut number) if begins_alone && behind.ends(&number) => {
            number.written = digits_in(run);
            return (vec![Token::Number(number)], run.len());
        }
        result => result.err().unwrap_or(Note::StrayLetter),
    };
    let mut tokens = Vec::new();
    let parts = run::parts(run, region);
    let last = parts.len().saturating_sub(1);
    for (at, part) in parts.into_iter().enumerate() {
        tokens.extend(part.is_apart.then_some(Token::Apart));
        let Some(mut number) = part.number else {
            tokens.extend([Token::Group(part.text), Token::Digits(part.digits, refusal)]);
            continue;
        };
        // Text that touches a run makes the number at that end uncertain.
        let is_behind_code = code.is_some_and(|code| !code.is_area) || is_behind_its_code(&number);
        tokens.push(if at == 0 && (!begins_alone || is_behind_code) {
            Token::Digits(part.digits, Note::StrayLetter)
        } else if at == last && !behind.ends(&number) {
            let is_masked = !behind.is_joined && behind.hides_more(&number);
            let note = if is_masked {
                Note::Masked
            } else {
                Note::StrayLetter
            };
            Token::Digits(part.digits, note)
        } else {
            number.written = part.digits;
            Token::Number(number)
        });
    }
    (tokens, run.len())
}

/// A number and the extension behind it, or what a sign hides a digit of; and its width.
fn with_extension(
    number: &Number,
    run: &str,
    after: &str,
    region: Region,
) -> Option<(Token, usize)> {
    let found = pattern!(r"(?i)^(?:[ ,;.\-]*(extension|extn|ext|xtn|x)[.:= \-#]*|(\?))([0-9]+)")
        .captures(after)?;
    let next = after[found[0].len()..].chars().next();
    let width = run.len() + found[0].len();
    let may_be_hidden = found.get(1).is_none_or(|name| name.len() == 1)
        && run::may_go_on(run, number, &found[3], region);
    if found[3].len() > 6 || next.is_some_and(|next| joins(next) || next == '@') {
        // Longer digits, or a part of something else.
        return None;
    }
    if may_be_hidden {
        let digits = digits_in(run) + found[3].len();
        return Some((Token::Digits(digits, Note::Masked), width));
    }
    found.get(1)?;
    let mut number = number.clone().with(Note::ExtensionRemoved);
    number.written = digits_in(run);
    Some((Token::Number(number), width))
}

/// The text behind a run.
struct Behind {
    is_joined: bool,
    is_mask: bool,
    is_blank: bool,
    rest: Option<String>,
}

impl Behind {
    fn of(after: &str, region: Region) -> Self {
        Self {
            // `5000/-` is a sum of rupees.
            is_joined: after.starts_with(joins)
                || pattern!("^[ \t]{0,3}(?:/-|/=|%)").is_match(after),
            // `+39 02 1234 ****` has more digits than are written.
            is_mask: pattern!("^[ \t.\\-]{0,3}[xX*#¤∞]{2}").is_match(after),
            is_blank: pattern!("^[ \t.\\-]{0,3}(?:[xX]|_+)(?:[^A-Za-zλ_0-9]|$)").is_match(after),
            rest: rest_behind(after, region),
        }
    }

    /// `+43 1 58858 __` may hide digits, where the country's numbers may have more.
    fn hides_more(&self, number: &Number) -> bool {
        self.is_mask || self.is_blank && may_be_longer(number)
    }

    fn ends(&self, number: &Number) -> bool {
        let goes_on = || {
            self.rest
                .as_ref()
                .is_some_and(|rest| reads_on(number, rest))
        };
        let is_indian = number.digits.starts_with("91");
        !self.is_joined && (is_indian || !self.hides_more(number) && !goes_on())
    }
}

/// The digits behind a run that may be the rest of its number, if they are no number themselves.
fn rest_behind(after: &str, region: Region) -> Option<String> {
    let gap = pattern!("^[ :=/\n\r\x0B\x0C]{1,3}").find(after)?.as_str();
    let rest = &after[gap.len()..];
    if !pattern!("^[1-9]").is_match(rest) {
        return None;
    }
    let behind = if figure(gap.chars().last(), rest, region).is_some() {
        amount(rest)?;
        pattern!("^[0-9]+").find(rest)?.as_str().to_owned()
    } else if gap.trim_matches(' ').is_empty() {
        return None;
    } else {
        run_at(rest, region)
    };
    single(&behind, region)
        .is_err()
        .then(|| pattern!("[^0-9]").replace_all(&behind, "").into_owned())
}
