//! A cell without quotes and formulas -> its number, or all numbers of a free text.
//!
//! This module decides the result: which refusal, or which number with which mend. It does not decide which digits are
//! a number ([`run`] does) or what the tokens of a text are ([`survey`](super::survey) does). One idea: one survey of
//! the whole cell, then the first refusal of the list that the survey supports. A number with words beside it is
//! accepted only if they are phone words.

use super::labels::{Item, Label, labels};
use super::surroundings::{self, after_prefix};
use super::survey::Survey;
use super::{Mentions, Number, Region, certain, dialled, plain, reader, run};
use crate::cell::{self, Printed};
use crate::digits::{Folded, is_letter, is_line_break, trim};
use crate::notes::Note;
use crate::words::Word;

/// Reads a prepared cell: folded, trimmed, without quotes and formulas, not empty. Returns the survey too, if one was
/// needed.
pub(super) fn read(
    cell: &Folded,
    text: &[u8],
    region: Region,
) -> (Result<Number, Note>, Option<Survey>) {
    if let Some(found) = read_alone(text, region) {
        return (found, None);
    }
    let survey = reader::survey(cell, text, region);
    let found = match () {
        () if survey.numbers.len() > 1 => Err(Note::SeveralNumbers),
        () if cell::is_dial_code(text) => Err(Note::DialCode),
        () if survey.is_masked || cell::is_masked(text, 10) => Err(Note::Masked),
        () if is_sender_id(text) => Err(Note::SenderId),
        () => decide(&survey, text),
    };
    (found, Some(survey))
}

/// Reads a prepared cell with nothing but the possible number; `None` for any other cell.
fn read_alone(text: &[u8], region: Region) -> Option<Result<Number, Note>> {
    // `Tel:98... (M)` is no address but a label without a blank.
    let is_address = |uri: &&[u8]| {
        let mut number = uri
            .split(|&byte| byte == b';')
            .next()
            .unwrap_or_default()
            .iter();
        // In `Tel:-98...`, colon and dash belong to a label.
        !matches!(uri.first(), Some(b' ' | b'-')) && number.all(|&byte| run::is_part(byte))
    };
    if let Some(uri) = after_prefix(text, &[b"tel:", b"sms:"]).filter(is_address) {
        return Some(plain::address(uri, region));
    }
    if text.iter().all(|&byte| run::is_part(byte)) {
        return Some(plain::read(text, region));
    }
    cell::printed(text).map(|printed| {
        let Printed { digits, plus, mend } = printed?;
        let digits = digits.held().ok_or(Note::TooLong)?;
        dialled::read(digits, plus, region).map(|found| found.mended(Some(mend)))
    })
}

/// Appends the numbers of a text, without numbers of other things and of others than suspects.
pub(super) fn extract(survey: &Survey, out: &mut Vec<u64>) {
    if is_bare_label(survey) {
        return;
    }
    let from = out.len();
    for (at, number, label) in labelled(survey) {
        let is_alone = !survey.behind_codes.contains(&at);
        if label == Label::Phone && is_alone && !out[from..].contains(&number) {
            out.push(number);
        }
    }
}

/// The numbers of a complaint's cell that is not one plain number; `refusal` is the note that [`read`] gave.
pub(super) fn mentions(survey: &Survey, refusal: Note) -> Mentions {
    let mut numbers: Vec<u64> = Vec::new();
    let mut is_other = false;
    for (_, number, label) in labelled(survey) {
        is_other |= label == Label::Other;
        if label != Label::Other && !numbers.contains(&number) {
            numbers.push(number);
        }
    }
    if numbers.is_empty() {
        return Mentions {
            doubt: Some(refusal),
            ..Mentions::default()
        };
    }
    let code = survey.found.map_or(0, Number::country_code);
    let rest = match () {
        () if survey.has_upi_id => Some(Note::UpiId),
        () if is_other => Some(Note::TextWithDigits),
        () if survey.has_fragments => survey.refusal,
        () => None,
    };
    // A number that a link would send, or that follows its text, is not the one that it opens.
    let has_sides = numbers.len() > 1 && survey.has_link_text;
    let is_written = |&byte: &u8| byte != b'?' && (is_remark(byte) || is_bracket(byte));
    let doubt = match () {
        () if has_sides || survey.has_foreign_code => Some(Note::TextWithDigits),
        () if survey.words().any(|word| word.refuses(code)) => Some(Note::TextWithDigits),
        () if survey.words().any(|word| word == Word::Unlisted) => Some(Note::UnlistedWords),
        () if has_digits_beside_numbers(&survey.items) || survey.may_be_abroad => Some(refusal),
        () if !certain::is_plain(survey) => Some(Note::TextWithDigits),
        () if !survey.around.iter().all(is_written) || has_arrow(&survey.around) => {
            Some(Note::StrayCharacter)
        }
        () if survey.has_range => Some(refusal),
        () => None,
    };
    Mentions {
        numbers,
        doubt,
        rest,
    }
}

/// Whether the words beside the only number of a complaint's cell leave open whose it is. What programs write (`=TEXT(`,
/// `sms:`) is no word.
pub(super) fn is_doubtful(survey: &Survey) -> bool {
    survey.found.is_some_and(|found| {
        let code = found.country_code();
        let is_printed = |word: Word| word == Word::Unlisted || word.refuses(code);
        !survey.words().any(is_printed) && !certain::is_plain(survey)
    })
}

/// Whether `<` and `>` are not a pair of brackets, as in `98... -> 97...`.
fn has_arrow(around: &[u8]) -> bool {
    let mut open = false;
    for &byte in around {
        match byte {
            b'<' if open => return true,
            b'>' if !open => return true,
            b'<' | b'>' => open = byte == b'<',
            _ => {}
        }
    }
    open
}

/// Whether a cell is a number with the label of another thing: `ticket number, 98...`, `98..., Nepal`, `98... mobile of
/// victim`. In a sentence such a word may refer to something else. If every word is on a list and there is only one
/// number, it refers to that number.
fn is_bare_label(survey: &Survey) -> bool {
    let code = survey.found.map_or(0, Number::country_code);
    let is_sum = survey.around.contains(&b'$');
    let mut refuses = is_sum;
    for (at, item) in survey.items.iter().enumerate() {
        match item {
            // `facebook id`.
            Item::Word(Word::Unlisted)
                if matches!(survey.items.get(at + 1), Some(Item::Word(Word::Id))) => {}
            Item::Word(Word::Unlisted | Word::Complaint | Word::Origin | Word::FirstPerson)
            | Item::Other { .. } => return false,
            // `98...; not known`: two separate remarks.
            Item::Break if at + 1 < survey.items.len() => return false,
            Item::Word(word) => refuses |= word.refuses(code),
            _ => {}
        }
    }
    refuses && survey.numbers.len() == 1
}

/// Each number, with repeats and its position, and the label of the words beside it.
fn labelled(survey: &Survey) -> impl Iterator<Item = (usize, u64, Label)> {
    let items = survey.items.iter().enumerate();
    let numbers = items.filter_map(|(at, item)| match item {
        Item::Number(found) => Some((at, found.msisdn)),
        _ => None,
    });
    numbers
        .zip(labels(&survey.items, &survey.roles))
        .map(|((at, number), label)| (at, number, label))
}

/// Whether digits that are no number are directly beside a number, without a separator of a list between them.
fn has_digits_beside_numbers(items: &[Item]) -> bool {
    items.windows(2).any(|pair| {
        matches!(
            pair,
            [Item::Number(_), Item::Other { .. }] | [Item::Other { .. }, Item::Number(_)]
        )
    })
}

/// `AD-AIRTEL`, `VM-HDFCBK-S`, `JD-620016-P`: two letters for operator and circle, the header, the type of message.
fn is_sender_id(text: &[u8]) -> bool {
    let mut parts = text.split(|&byte| byte == b'-');
    let (Some(route), Some(header)) = (parts.next(), parts.next()) else {
        return false;
    };
    let suffix = parts.next();
    route.len() == 2
        && route.iter().all(u8::is_ascii_uppercase)
        && (3..=11).contains(&header.len())
        && header.iter().all(u8::is_ascii_alphanumeric)
        && (header.len() <= 6 || header.iter().any(u8::is_ascii_alphabetic))
        && suffix.is_none_or(|suffix| matches!(suffix, [b'P' | b'S' | b'T' | b'G']))
        && parts.next().is_none()
}

/// Why what call records have in place of a number is refused: headers, codes and words, as [`read`] decides it. `None`
/// for every other text.
pub(super) fn refused_quickly(text: &[u8]) -> Option<Note> {
    /// Fewer digits than any number has.
    const DIGITS: usize = 6;
    const WIDTH: usize = 24;
    let is_word = |byte: &u8| byte.is_ascii_alphabetic() || *byte == b' ';
    let is_short = || {
        let digits = text.iter().filter(|byte| byte.is_ascii_digit());
        text.len() <= WIDTH && digits.count() <= DIGITS
    };
    match text {
        [b'*' | b'#', ..] if is_short() && cell::is_dial_code(text) => Some(Note::DialCode),
        // These may be masks.
        [b'X' | b'x', ..] => None,
        [b'A'..=b'Z', b'A'..=b'Z', b'-', ..] if is_short() && is_sender_id(text) => {
            Some(Note::SenderId)
        }
        [b'a'..=b'z' | b'A'..=b'Z', ..]
            if text.iter().all(is_word) && cell::unwrapped(text).is_ok() =>
        {
            Some(Note::NotANumber)
        }
        _ => None,
    }
}

/// The first refusal that the survey supports, else the number.
fn decide(survey: &Survey, text: &[u8]) -> Result<Number, Note> {
    let has_letters = survey.around.iter().any(|&byte| is_letter(byte));
    let has_break = text.iter().any(|&byte| is_line_break(byte));
    if !text.iter().any(u8::is_ascii_digit) {
        return Err(match () {
            () if surroundings::is_upi_id(text) => Note::UpiId,
            () if has_letters => Note::NotANumber,
            () => Note::StrayCharacter,
        });
    }
    match (&survey.numbers[..], survey.found) {
        ([], _) => Err(without_number(survey, text, has_letters, has_break)),
        ([_, _, ..], _) => Err(Note::SeveralNumbers),
        ([_], Some(found)) if !survey.has_fragments && !survey.has_upi_id => {
            beside_text(survey, text, found, has_letters, has_break)
        }
        ([_], _) => Err(beside_fragments(
            survey,
            has_letters || survey.has_upi_id,
            has_break,
        )),
    }
}

/// The result of digits without a whole number.
fn without_number(survey: &Survey, text: &[u8], has_letters: bool, has_break: bool) -> Note {
    let has_signs = || {
        survey
            .around
            .iter()
            .any(|&byte| byte != b' ' && !is_line_break(byte))
    };
    match () {
        () if survey.has_upi_id && !survey.has_fragments => Note::UpiId,
        () if cell::has_stray_letters(text) => Note::StrayLetter,
        () if has_letters || survey.has_upi_id => Note::TextWithDigits,
        () if has_signs() => Note::StrayCharacter,
        () if has_break => Note::BrokenLine,
        () => survey
            .refusal
            .filter(|&refusal| refusal != Note::StrayLetter)
            .unwrap_or(Note::StrayCharacter),
    }
}

/// The result of one whole number without other digits: it depends on the text around it.
fn beside_text(
    survey: &Survey,
    text: &[u8],
    found: Number,
    has_letters: bool,
    has_break: bool,
) -> Result<Number, Note> {
    // Between two spellings of one number, a separator of a list is no remark.
    let is_list = |byte: &u8| matches!(byte, b' ' | b',' | b';' | b'&' | b'|' | b'\t' | b'/');
    let is_end = |byte: Option<&u8>| byte.is_some_and(|&byte| run::is_part(byte));
    let outside = trim(&survey.around);
    let repeated = survey.is_repeated.then_some(Note::RepeatedInCell);
    match () {
        () if !outside.iter().all(|&byte| is_remark(byte)) => Err(Note::StrayCharacter),
        () if has_break => Err(Note::BrokenLine),
        () if has_letters => {
            words_are_phone_words(survey, found)?;
            if outside.contains(&b'?') {
                return Err(Note::StrayCharacter);
            }
            Ok(found.mended(Some(Note::TextRemoved)).mended(repeated))
        }
        () if outside.is_empty() => Ok(found.mended(repeated)),
        () if survey.is_repeated
            && outside.iter().all(is_list)
            && is_end(text.first())
            && is_end(text.last()) =>
        {
            Ok(found.mended(repeated))
        }
        () => Err(Note::StrayCharacter),
    }
}

/// Whether the words beside a number are labels of a phone number, and of nothing else.
fn words_are_phone_words(survey: &Survey, found: Number) -> Result<(), Note> {
    let code = found.country_code();
    // `Roll No`: the number of an unlisted thing.
    let is_numbered = |pair: &[Item]| {
        matches!(
            pair,
            [Item::Word(Word::Unlisted), Item::Word(Word::Numbering)]
        )
    };
    if survey.words().any(|word| word.refuses(code)) || survey.items.windows(2).any(is_numbered) {
        return Err(Note::TextWithDigits);
    }
    if survey
        .words()
        .any(|word| matches!(word, Word::Unlisted | Word::Complaint))
    {
        return Err(Note::UnlistedWords);
    }
    Ok(())
}

/// The result of one whole number with other digits beside it.
fn beside_fragments(survey: &Survey, has_letters: bool, has_break: bool) -> Note {
    let parts_a_list = |&byte: &u8| {
        matches!(byte, b' ' | b',' | b';' | b'&' | b'|' | b'\t') || is_line_break(byte)
    };
    match () {
        () if has_letters && has_break => Note::BrokenLine,
        () if has_letters => Note::TextWithDigits,
        () if !survey.around.iter().all(parts_a_list) => Note::StrayCharacter,
        () if has_break => Note::BrokenLine,
        // `9876543210, 11`: a second number, abbreviated.
        () => Note::SeveralNumbers,
    }
}

/// Characters that programs put around the values of a list.
fn is_bracket(byte: u8) -> bool {
    matches!(byte, b'<' | b'>' | b'{' | b'}')
}

/// Characters that words beside a number may contain.
fn is_remark(byte: u8) -> bool {
    is_letter(byte)
        || is_line_break(byte)
        || matches!(
            byte,
            b' ' | b'\t'
                | b':'
                | b','
                | b'.'
                | b';'
                | b'-'
                | b'('
                | b')'
                | b'['
                | b']'
                | b'/'
                | b'&'
                | b'='
        )
        || matches!(byte, b'\'' | b'"' | b'!' | b'?' | b'|' | b'@')
}
