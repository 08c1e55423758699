//! A run of digits in a text -> its tokens.

use super::Number;
use super::dialled::dialled;
use super::international::{is_certain, may_be_longer, reads_on};
use super::run::{self, Part};
use super::token::{Token, digits_in};
use super::tokens::{amount, figure, is_letter, joins, run_at};
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

pub(super) fn in_run(
    begins_alone: bool,
    code: Option<(bool, String)>,
    run: &str,
    after: &str,
    region: Region,
) -> (Vec<Token>, usize) {
    let result = single(run, region).and_then(|number| {
        Some(number)
            .filter(run::is_sure)
            .filter(|number| {
                !code
                    .as_ref()
                    .is_some_and(|code| is_rest(number, code, region))
            })
            .ok_or(Note::TextWithDigits)
    });
    let extension =
        pattern!(r"(?i)^(?:[ ,;.\-]*(extension|extn|ext|xtn|x)[.:= \-#]*|(\?))([0-9]+)")
            .captures(after);
    if let (true, Ok(number), Some(found)) = (begins_alone, &result, &extension) {
        let next = after[found[0].len()..].chars().next();
        let end = run.len() + found[0].len();
        let may_be_hidden = found.get(1).is_none_or(|name| name.len() == 1)
            && run::may_go_on(run, number, &found[3], region);
        if found[3].len() > 6 || next.is_some_and(|next| joins(next) || next == '@') {
            // Longer digits, or a part of something else.
        } else if may_be_hidden {
            return (
                vec![Token::Digits(
                    digits_in(&(run.to_owned() + &found[3])),
                    Note::Masked,
                )],
                end,
            );
        } else if found.get(1).is_some() {
            let mut number = number.clone().with(Note::ExtensionRemoved);
            number.written = digits_in(run);
            return (vec![Token::Number(number)], end);
        }
    }
    // `5000/-` is a sum of rupees; `+39 02 1234 ****` has more digits than are written.
    let is_joined = after.starts_with(joins) || pattern!("^[ \t]{0,3}(?:/-|/=|%)").is_match(after);
    let is_before_mask = pattern!("^[ \t.\\-]{0,3}[xX*#¤∞]{2}").is_match(after);
    // `+43 1 58858 __` may hide digits, where the country's numbers may have more.
    let is_before_blank =
        pattern!("^[ \t.\\-]{0,3}(?:[xX]|_+)(?:[^A-Za-zλ_0-9]|$)").is_match(after);
    let hides_more = |number: &Number| is_before_mask || is_before_blank && may_be_longer(number);
    let behind = rest_behind(after, region);
    let goes_on = |number: &Number| {
        behind
            .as_ref()
            .is_some_and(|behind| reads_on(number, behind))
    };
    let ends_alone = |number: &Number| {
        let is_indian = number.digits.starts_with("91");
        !is_joined && (is_indian || !hides_more(number) && !goes_on(number))
    };
    let refusal = match result {
        Ok(mut number) if begins_alone && ends_alone(&number) => {
            number.written = digits_in(run);
            return (vec![Token::Number(number)], run.len());
        }
        result => result.err().unwrap_or(Note::StrayLetter),
    };
    let mut tokens = Vec::new();
    let parts = run::parts(run, region);
    let count = parts.len();
    for (
        at,
        Part {
            digits,
            text,
            number,
            is_apart,
        },
    ) in parts.into_iter().enumerate()
    {
        tokens.extend(is_apart.then_some(Token::Apart));
        // Text that touches a run makes the number at that end uncertain.
        let is_uncertain = |number: &Number| {
            let is_behind = |code: &(bool, String)| !code.0 || is_rest(number, code, region);
            at == 0 && (!begins_alone || code.as_ref().is_some_and(is_behind))
                || at + 1 == count && !ends_alone(number)
        };
        match number {
            Some(number) if is_uncertain(&number) => {
                let is_behind = |code: &(bool, String)| !code.0 || is_rest(&number, code, region);
                let is_cut = at == 0 && (!begins_alone || code.as_ref().is_some_and(is_behind));
                let is_masked = !is_cut && !is_joined && hides_more(&number);
                let note = if is_masked {
                    Note::Masked
                } else {
                    Note::StrayLetter
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
