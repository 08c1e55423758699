//! The oracle of [`crate::imei`].

use super::pattern;
use super::text::{has_stray_letters, is_dial_code, is_masked, printed, unwrapped};
use crate::imei::Reading;
use crate::notes::{Form, Note};

/// A handset's fourteen digits, its form, and the mends.
type Handset = (String, Form, Vec<Note>);

/// Reads a cell of text.
#[must_use]
pub fn read(cell: &str) -> Reading {
    let read = unwrapped(cell).and_then(|(text, mend)| {
        let (key, form, mut mends) = handset_in(&text)?;
        mends.extend(mend);
        Ok((key, form, mends))
    });
    let nothing = Reading {
        imei14: 0,
        placeholder: 0,
        form: None,
        note: None,
    };
    match read {
        Ok((key, form, mends)) => {
            let value = key.parse().expect("digits");
            let known = Reading {
                form: Some(form),
                ..nothing
            };
            if is_placeholder(&key) {
                Reading {
                    placeholder: value,
                    note: Some(Note::Placeholder),
                    ..known
                }
            } else {
                Reading {
                    imei14: value,
                    note: mends.into_iter().min(),
                    ..known
                }
            }
        }
        Err(note) => Reading {
            note: Some(note),
            ..nothing
        },
    }
}

/// One digit repeated, digits that count up, or a value of the kernel's list, which is data and not a rule.
fn is_placeholder(key: &str) -> bool {
    let digits: Vec<u32> = key.chars().filter_map(|digit| digit.to_digit(10)).collect();
    digits.windows(2).all(|pair| pair[0] == pair[1])
        || digits.windows(2).all(|pair| (pair[0] + 1) % 10 == pair[1])
        || crate::imei::is_placeholder(key.parse().expect("digits"))
}

/// Luhn's sum of all fifteen digits, as the standard writes it: from the right, each second digit doubled.
fn luhn_holds(imei: &str) -> bool {
    let sum: u32 = imei
        .chars()
        .rev()
        .filter_map(|digit| digit.to_digit(10))
        .enumerate()
        .map(|(at, digit)| {
            if at % 2 == 1 {
                digit * 2 / 10 + digit * 2 % 10
            } else {
                digit
            }
        })
        .sum();
    sum.is_multiple_of(10)
}

fn of_digits(digits: &str) -> Result<Handset, Note> {
    let form = match digits.len() {
        ..14 => return Err(Note::TooShort),
        14 => Form::Imei14,
        15 if luhn_holds(digits) => Form::LuhnOk,
        15 if digits.ends_with('0') => Form::SpareZero,
        15 => Form::LuhnBad,
        16 => Form::Imeisv,
        _ => return Err(Note::TooLong),
    };
    Ok((digits[..14].to_owned(), form, Vec::new()))
}

fn with((key, form, mut mends): Handset, mend: Note) -> Handset {
    mends.push(mend);
    (key, form, mends)
}

fn handset_in(text: &str) -> Result<Handset, Note> {
    if pattern!(r"^[0-9 \-./()+]*$").is_match(text) {
        return stretch(text);
    }
    if let Some(result) = printed(text) {
        let (digits, plus, mend) = result?;
        return if plus {
            Err(Note::StrayCharacter)
        } else {
            of_digits(&digits).map(|handset| with(handset, mend))
        };
    }
    if is_dial_code(text) {
        return Err(Note::DialCode);
    }
    if is_masked(text, 14) || is_masked(text, 15) {
        return Err(Note::Masked);
    }
    let has_letters = pattern!("[A-Za-zλ_]").is_match(text);
    let has_break = pattern!("[\n\r\x0B\x0C]").is_match(text);
    let runs: Vec<_> = pattern!(r"[0-9](?:[0-9 \-./()+]*[0-9])?")
        .find_iter(text)
        .collect();
    let alone = |run: &regex::Match<'_>| {
        let letter = |character: char| pattern!("^[A-Za-zλ_]$").is_match(&character.to_string());
        !text[..run.start()].ends_with(letter) && !text[run.end()..].starts_with(letter)
    };
    if runs.is_empty() {
        return Err(if has_letters {
            Note::NotANumber
        } else {
            Note::StrayCharacter
        });
    }
    if let [run] = &runs[..]
        && has_letters
        && !has_break
        && alone(run)
    {
        let around = format!("{}{}", &text[..run.start()], &text[run.end()..]);
        if !pattern!(r"^[A-Za-zλ_ \t:,.;\-()\[\]/]*$").is_match(&around) {
            return Err(Note::StrayCharacter);
        }
        return match stretch(run.as_str()) {
            Ok(handset) => Ok(with(handset, Note::TextRemoved)),
            Err(Note::SeveralNumbers) => Err(Note::SeveralNumbers),
            Err(_) => Err(Note::TextWithDigits),
        };
    }
    let found: Vec<Option<Handset>> = runs
        .iter()
        .map(|run| stretch(run.as_str()).ok().filter(|_| alone(run)))
        .collect();
    several_in(text, &found, has_letters && !has_break)
}

/// Several stretches, those that are handsets as such.
fn several_in(text: &str, found: &[Option<Handset>], has_words: bool) -> Result<Handset, Note> {
    let mut keys: Vec<&str> = found
        .iter()
        .flatten()
        .map(|(key, ..)| key.as_str())
        .collect();
    keys.dedup();
    let first = found.iter().flatten().next();
    match first {
        Some(_) if keys.len() > 1 => Err(Note::SeveralNumbers),
        Some(first)
            if found.len() > 1
                && found.iter().all(Option::is_some)
                && pattern!(r"^[0-9 \-./()+,;|&\t]*$").is_match(text) =>
        {
            Ok(with(first.clone(), Note::RepeatedInCell))
        }
        None if has_stray_letters(text) => Err(Note::StrayLetter),
        _ if has_words => Err(Note::TextWithDigits),
        _ if pattern!(r"[^0-9 \-./()+\n\r\x0B\x0CA-Za-zλ_]").is_match(text) => {
            Err(Note::StrayCharacter)
        }
        _ => Err(Note::BrokenLine),
    }
}

fn stretch(run: &str) -> Result<Handset, Note> {
    let Some(found) = pattern!("^([^0-9]*)([0-9](?:.*[0-9])?)([^0-9]*)$").captures(run) else {
        return Err(Note::NotANumber);
    };
    let (before, core, after) = (&found[1], &found[2], &found[3]);
    if pattern!("^[ (]*-").is_match(before) {
        return Err(Note::StraySign);
    }
    if !pattern!("^[ (]*$").is_match(before)
        || !pattern!(r"^(?:\.|[ )]*)$").is_match(after)
        || core.contains('+')
    {
        return Err(Note::StrayCharacter);
    }
    let digits = |text: &str| pattern!("[^0-9]").replace_all(text, "").into_owned();
    let result = match pattern!(r"^([^.]*)\.([0-9]+)$").captures(core) {
        Some(decimal) => {
            let whole = of_digits(&digits(&decimal[1]));
            let zeros = pattern!("^0+$").is_match(&decimal[2]);
            if zeros && (whole.is_ok() || pattern!("^[0-9]+$").is_match(&decimal[1])) {
                whole.map(|handset| with(handset, Note::TrailingDecimal))
            } else if whole.is_ok() {
                Err(Note::NotAnInteger)
            } else {
                of_digits(&digits(core))
            }
        }
        None => of_digits(&digits(core)),
    };
    match result {
        Err(Note::TooLong) => several(core),
        Ok(handset) if after == "." => Ok(with(handset, Note::TrailingDecimal)),
        result => result,
    }
}

/// Pieces as IMEIs, each taking pieces as long as they fit.
fn several(core: &str) -> Result<Handset, Note> {
    let mut groups: Vec<String> = vec![String::new()];
    for piece in pattern!("[0-9]+").find_iter(core) {
        let last = groups.last_mut().expect("one at least");
        if last.len() < 14 || last.len() + piece.len() <= 16 {
            last.push_str(piece.as_str());
        } else {
            groups.push(piece.as_str().to_owned());
        }
    }
    let mut handsets = Vec::new();
    for group in &groups {
        handsets.push(of_digits(group).map_err(|_| Note::TooLong)?);
    }
    if handsets.iter().all(|(key, ..)| *key == handsets[0].0) {
        Ok(with(handsets.swap_remove(0), Note::RepeatedInCell))
    } else {
        Err(Note::SeveralNumbers)
    }
}
