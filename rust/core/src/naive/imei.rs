//! The oracle of [`crate::imei`].

use super::groupings::{gap, is_listed};
use super::pattern;
use super::text::{Shown, has_stray_letters, is_dial_code, is_masked, printed, unwrapped};
use super::words::{self, Meaning};
use crate::imei::Reading;
use crate::notes::{Form, Note};

/// The fourteen digits of a handset, its form, and the mends.
type Handset = (String, Form, Vec<Note>);

/// Reads a cell of text.
#[must_use]
pub fn read(cell: &str) -> Reading {
    let read = unwrapped(&Shown::of(cell)).and_then(|(shown, mend)| {
        let (key, form, mut mends) = handset_in(&shown)?;
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

/// One digit repeated, ascending digits, rounded digits, or a value of the kernel's list: the list is data, so it is not repeated here.
fn is_placeholder(key: &str) -> bool {
    let digits: Vec<u32> = key.chars().filter_map(|digit| digit.to_digit(10)).collect();
    // Digits in sequence, and what no type allocation code begins with: an IMEI, or another number, behind zeros.
    pattern!("^(?:123456789|012345678|1357902468|0[2-9]|000?[1-9])").is_match(key)
        || key.ends_with("00000000")
        || digits.windows(2).all(|pair| pair[0] == pair[1])
        || digits.windows(2).all(|pair| (pair[0] + 1) % 10 == pair[1])
        || crate::imei::is_placeholder(key.parse().expect("digits"))
}

/// The Luhn formula over all fifteen digits as in the standard: from the right, every second digit doubled.
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

fn handset_in(shown: &Shown) -> Result<Handset, Note> {
    let text = shown.text.as_str();
    if pattern!(r"^[0-9 \-./()+]*$").is_match(text) {
        return one_or_repeats(text);
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
    decide(text, &Seen::of(shown))
}

/// The contents of a text: handsets, other digits, and words.
#[derive(Default)]
struct Seen {
    handsets: Vec<Handset>,
    has_fragments: bool,
    /// The words, each with its start and end.
    words: Vec<(Meaning, usize, usize)>,
}

impl Seen {
    fn of(shown: &Shown) -> Self {
        let mut seen = Self::default();
        let text = shown.text.as_str();
        let mut at = 0;
        while at < text.len() {
            let rest = shown.from(at);
            if let Some(run) = pattern!(r"^[0-9](?:[0-9 \-./()+]*[0-9])?").find(&rest.text) {
                seen.run(text, at, run.as_str());
                at += run.end();
            } else if pattern!("^[A-Za-zλ]").is_match(&rest.text) {
                let (meaning, width) = words::meaning_beside_handset(&rest);
                seen.words.push((meaning, at, at + width));
                at += width;
            } else {
                at += rest.text.chars().next().map_or(1, char::len_utf8);
            }
        }
        seen
    }

    /// Whether `IMEI`, or `IMEI No`, is directly before `at`.
    fn is_labelled(text: &str, words: &[(Meaning, usize, usize)], at: usize) -> bool {
        words
            .split_last()
            .is_some_and(|((meaning, start, end), before)| {
                pattern!(r"^[ \-_.#:(]*$").is_match(&text[*end..at])
                    && (meaning.class == "handset"
                        || meaning.class == "idword" && Self::is_labelled(text, before, *start))
            })
    }

    fn run(&mut self, text: &str, start: usize, run: &str) {
        let (before, after) = (&text[..start], &text[start + run.len()..]);
        // `IMEI 1` and `IMEI2` count the IMEIs of a handset.
        let counter = pattern!("^[12](?:[^0-9]+|$)")
            .find(run)
            .filter(|_| Self::is_labelled(text, &self.words, start));
        let rest = &run[counter.map_or(0, |counter| counter.end())..];
        if rest.is_empty() {
            return;
        }
        let is_alone = !pattern!("^[A-Za-zλ_]").is_match(after)
            && (counter.is_some() || !pattern!("[A-Za-zλ_]$").is_match(before));
        // `IMEI 1358...`: there is no blank between counter and IMEI.
        let is_glued = pattern!("^[12][0-9]{15}$").is_match(rest)
            && luhn_holds(&rest[1..])
            && Self::is_labelled(text, &self.words, start);
        let found = match one_or_repeats(rest) {
            _ if !is_alone || is_glued => None,
            Ok(handset) => Some(vec![handset]),
            Err(Note::SeveralNumbers) => several(rest),
            Err(_) => None,
        };
        self.has_fragments |= found.is_none();
        self.handsets.extend(found.into_iter().flatten());
    }
}

impl Seen {
    /// An IMEI with words is accepted if all are words of handsets, phone words or neutral words.
    fn check_words(&self) -> Result<(), Note> {
        // The name of a country does not refuse an IMEI.
        let refuses = |(meaning, ..): &(Meaning, usize, usize)| meaning.refuses("0");
        let is_doubted = |(meaning, ..): &(Meaning, usize, usize)| {
            matches!(meaning.class, "unlisted" | "complaint")
        };
        match () {
            () if self.words.iter().any(refuses) => Err(Note::TextWithDigits),
            () if self.words.iter().any(is_doubted) => Err(Note::UnlistedWords),
            () => Ok(()),
        }
    }
}

fn decide(text: &str, seen: &Seen) -> Result<Handset, Note> {
    let has_digits = pattern!("[0-9]").is_match(text);
    let has_letters = pattern!("[A-Za-zλ_]").is_match(text);
    let has_break = pattern!("[\n\r\x0B\x0C]").is_match(text);
    let is_remark = pattern!(r"^[A-Za-zλ_0-9 \-./()\t:,;\[\]=#|&\n\r\x0B\x0C]*$").is_match(text);
    let is_list = pattern!(r"^[0-9 \-./()+,;|&\t\n\r\x0B\x0C]*$").is_match(text);
    let first = seen.handsets.first();
    let is_repeated = seen.handsets.len() > 1;
    let repeated = |handset: Handset| {
        if is_repeated {
            with(handset, Note::RepeatedInCell)
        } else {
            handset
        }
    };
    match first {
        _ if !has_digits && has_letters => Err(Note::NotANumber),
        _ if !has_digits => Err(Note::StrayCharacter),
        Some(first) if seen.handsets.iter().any(|next| next.0 != first.0) => {
            Err(Note::SeveralNumbers)
        }
        None if has_stray_letters(text) => Err(Note::StrayLetter),
        _ if has_letters && has_break => Err(Note::BrokenLine),
        Some(_) if !is_remark => Err(Note::StrayCharacter),
        Some(first) if has_letters && !seen.has_fragments => {
            seen.check_words()?;
            Ok(repeated(with(first.clone(), Note::TextRemoved)))
        }
        _ if has_letters => Err(Note::TextWithDigits),
        _ if !is_list => Err(Note::StrayCharacter),
        _ if has_break => Err(Note::BrokenLine),
        Some(_) if seen.has_fragments => Err(Note::SeveralNumbers),
        Some(first) if is_repeated => Ok(repeated(first.clone())),
        _ => Err(Note::StrayCharacter),
    }
}

/// A run as one IMEI, or as repeats of one IMEI.
fn one_or_repeats(text: &str) -> Result<Handset, Note> {
    let Some(found) = pattern!("^([^0-9]*)([0-9](?:.*[0-9])?)([^0-9]*)$").captures(text) else {
        return Err(Note::NotANumber);
    };
    let (before, core, after) = (&found[1], &found[2], &found[3]);
    if pattern!("^[ (]*-").is_match(before) {
        return Err(Note::StraySign);
    }
    if !pattern!(r"^[ (]*$").is_match(before)
        || !pattern!(r"^(?:\.|[ )]*)$").is_match(after)
        || core.contains('+')
    {
        return Err(Note::StrayCharacter);
    }
    let refusal = match one(core) {
        Ok(handset) if after == "." => return Ok(with(handset, Note::TrailingDecimal)),
        Ok(handset) => return Ok(handset),
        Err(refusal) => refusal,
    };
    if let Some(decimal) = pattern!(r"^(.*[0-9])\.([0-9]+)$").captures(core) {
        let whole = one(&decimal[1]);
        let is_one_piece = pattern!("^[0-9]+$").is_match(&decimal[1]);
        if pattern!("^0+$").is_match(&decimal[2]) && (is_one_piece || whole.is_ok()) {
            return whole.map(|handset| with(handset, Note::TrailingDecimal));
        }
        if whole.is_ok() {
            return Err(Note::NotAnInteger);
        }
    }
    let handsets = several(core).ok_or(refusal)?;
    let first = handsets[0].clone();
    if handsets.iter().all(|(key, ..)| *key == first.0) {
        Ok(with(first, Note::RepeatedInCell))
    } else {
        Err(Note::SeveralNumbers)
    }
}

/// Groups of digits as one IMEI: a single group, or several in a listed grouping, none of them an IMEI by itself.
fn one(core: &str) -> Result<Handset, Note> {
    let handset = of_digits(&pattern!("[^0-9]").replace_all(core, ""))?;
    let pieces: Vec<&str> = pattern!("[0-9]+")
        .find_iter(core)
        .map(|piece| piece.as_str())
        .collect();
    // No separator of the list contains a bracket.
    let written = pattern!("([0-9])([^0-9]+)").replace_all(core, |found: &regex::Captures<'_>| {
        let sign = if found[2].contains(['(', ')', '+']) {
            '!'
        } else {
            gap(&found[2])
        };
        format!("{}{sign}", &found[1])
    });
    let is_whole = |piece: &&str| piece.len() >= 14;
    let is_grouped = !pieces.iter().any(is_whole) && is_listed("imei", &written, false);
    // `98765 43210 98765`: a mobile number and five more digits, without a valid check digit.
    let is_mobile_and_more = pattern!("^[6-9][0-9]{4}[^0-9][0-9]{5}[^0-9][0-9]{5}$")
        .is_match(&written)
        && handset.1 == Form::LuhnBad;
    let is_something_else = is_date_and_time(&written) || is_cell(&written) || is_mobile_and_more;
    if pieces.len() == 1 || is_grouped && !is_something_else {
        Ok(handset)
    } else {
        Err(Note::SeveralNumbers)
    }
}

/// `20251113 015043`.
fn is_date_and_time(written: &str) -> bool {
    const YEAR: &str = "(?:199[0-9]|20[0-2][0-9]|203[0-5])";
    const MONTH: &str = "(?:0[1-9]|1[0-2])";
    const DAY: &str = "(?:0[1-9]|[12][0-9]|3[01])";
    const TIME: &str = "(?:[01][0-9]|2[0-3])[0-5][0-9][0-5][0-9]";
    let pattern = format!(
        "^(?:{YEAR}{MONTH}{DAY}|{DAY}{MONTH}{YEAR}|{MONTH}{DAY}{YEAR})[^0-9]{TIME}(?:[^0-9]|$)"
    );
    regex::Regex::new(&pattern)
        .expect("a pattern")
        .is_match(written)
}

/// `40477-14985-95740`: the identity of a cell of an Indian network.
fn is_cell(written: &str) -> bool {
    pattern!("^40[45][0-9]{2}[^0-9][0-9]{5}[^0-9][0-9]{5}$").is_match(written)
}

/// A run that consists of several IMEIs, each as long as possible.
fn several(run: &str) -> Option<Vec<Handset>> {
    all_of(run).filter(|handsets| handsets.len() > 1)
}

fn all_of(run: &str) -> Option<Vec<Handset>> {
    let pieces: Vec<regex::Match<'_>> = pattern!("[0-9]+").find_iter(run).collect();
    let first = pieces.first()?.start();
    let ends = pieces.iter().take(6).map(regex::Match::end);
    ends.rev().find_map(|end| {
        let handset = one(&run[first..end]).ok()?;
        let rest = &run[end..];
        let others = if pattern!("[0-9]").is_match(rest) {
            all_of(rest)?
        } else {
            Vec::new()
        };
        Some([vec![handset], others].concat())
    })
}
