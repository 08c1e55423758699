//! A cell of text -> its IMEI.
//!
//! Owns the groupings and words of a written IMEI. Independent of who used the handset. One idea: a piece of fourteen to
//! sixteen digits is the IMEI, and no digits beside it are joined to it: `IMEI 1 358...` is the first IMEI of a phone with
//! two, not an IMEI that begins with 1.

use super::{Handset, read_digits};
use crate::cell::{self, Printed};
use crate::digits::{Digits, Folded, is_letter, is_line_break, trim, value};
use crate::groupings::{self, Gap, NumberingPlan};
use crate::notes::{Form, Note};
use crate::words::{self, Word};

/// One digit more than an IMEI has.
const DIGITS: usize = 17;

/// The most groups of one IMEI: more than any listed grouping has.
const PIECES: usize = 6;

/// Reads an opened cell: folded, trimmed, unwrapped, not empty.
pub(super) fn read(cell: &Folded, text: &[u8]) -> Result<Handset, Note> {
    if text.len() <= DIGITS && text.iter().all(u8::is_ascii_digit) {
        let mut digits = Digits::new();
        for byte in text {
            digits.push(byte - b'0');
        }
        return read_digits(&digits);
    }
    if text.iter().all(|&byte| is_part(byte)) {
        return read_run(text);
    }
    if let Some(printed) = cell::printed(text) {
        let Printed { digits, plus, mend } = printed?;
        if plus {
            return Err(Note::StrayCharacter);
        }
        return read_digits(&digits).map(|found| found.mended(Some(mend)));
    }
    if cell::is_dial_code(text) {
        return Err(Note::DialCode);
    }
    if cell::is_masked(text, 15) || cell::is_masked(text, 14) {
        return Err(Note::Masked);
    }
    decide(text, &Seen::of(cell, text))
}

/// The contents of a text.
#[derive(Default)]
struct Seen {
    found: Vec<Handset>,
    has_fragments: bool,
    words: Vec<Word>,
    /// The end of `IMEI`, or of a word such as `No` directly after it.
    label_end: Option<usize>,
}

impl Seen {
    fn of(cell: &Folded, text: &[u8]) -> Self {
        let offset = cell.place(text);
        let mut seen = Self::default();
        let mut at = 0;
        while at < text.len() {
            if text[at].is_ascii_digit() {
                let end = run_end(text, at);
                seen.run(text, at, end);
                at = end;
            } else if is_letter(text[at]) && text[at] != b'_' {
                let (word, end) = words::beside_handset(cell, offset + at);
                seen.words.push(word);
                let begins = at;
                at = end.min(offset + text.len()) - offset;
                let goes_on = word == Word::Numbering && seen.is_labelled(text, begins);
                seen.label_end = (word == Word::Handset || goes_on).then_some(at);
            } else {
                at += 1;
            }
        }
        seen
    }

    /// Whether only blanks and certain signs are between that word and `at`.
    fn is_labelled(&self, text: &[u8], at: usize) -> bool {
        self.label_end.is_some_and(|end| {
            text[end..at]
                .iter()
                .all(|byte| matches!(byte, b' ' | b'-' | b'_' | b'.' | b'#' | b':' | b'('))
        })
    }

    /// Reads a run from a digit to a digit. Directly after `IMEI`, a single 1 or 2 numbers the IMEIs of a phone.
    fn run(&mut self, text: &[u8], start: usize, end: usize) {
        let run = &text[start..end];
        let is_counter = matches!(run[0], b'1' | b'2')
            && !run.get(1).is_some_and(u8::is_ascii_digit)
            && self.is_labelled(text, start);
        let rest = if is_counter { &run[1..] } else { run };
        let Some(first) = rest.iter().position(u8::is_ascii_digit) else {
            return;
        };
        let touches = |byte: Option<&u8>| byte.is_some_and(|&byte| is_letter(byte));
        let is_alone = !touches(text.get(end)) && (is_counter || !touches(text[..start].last()));
        // `IMEI 1358...`: the counter is joined to the IMEI.
        let is_glued = matches!(run, [b'1' | b'2', imei @ ..]
            if imei.len() == 15 && self.is_labelled(text, start) && is_checked(imei));
        match read_run(&rest[first..]) {
            _ if is_glued => self.has_fragments = true,
            Ok(found) if is_alone => self.found.push(found),
            Err(Note::SeveralNumbers) if is_alone => self.several(&rest[first..]),
            _ => self.has_fragments = true,
        }
    }

    fn several(&mut self, run: &[u8]) {
        match imeis(run) {
            Some(found) => self.found.extend(found),
            None => self.has_fragments = true,
        }
    }
}

/// Whether fifteen digits end with their check digit.
fn is_checked(imei: &[u8]) -> bool {
    imei.iter().all(u8::is_ascii_digit)
        && read_run(imei).is_ok_and(|found| found.form == Form::LuhnOk)
}

fn decide(text: &[u8], seen: &Seen) -> Result<Handset, Note> {
    let has_digits = text.iter().any(u8::is_ascii_digit);
    let has_letters = text.iter().any(|&byte| is_letter(byte));
    let has_break = trim(text).iter().any(|&byte| is_line_break(byte));
    let is_remark = |&byte: &u8| {
        is_letter(byte)
            || is_part(byte) && byte != b'+'
            || matches!(
                byte,
                b'\t' | b':' | b',' | b';' | b'[' | b']' | b'=' | b'#' | b'|' | b'&'
            )
            || is_line_break(byte)
    };
    let parts_a_list = |&byte: &u8| {
        is_part(byte) || matches!(byte, b',' | b';' | b'|' | b'&' | b'\t') || is_line_break(byte)
    };
    match seen.found.first() {
        _ if !has_digits && has_letters => Err(Note::NotANumber),
        _ if !has_digits => Err(Note::StrayCharacter),
        Some(first) if seen.found.iter().any(|next| next.imei14 != first.imei14) => {
            Err(Note::SeveralNumbers)
        }
        None if cell::has_stray_letters(text) => Err(Note::StrayLetter),
        _ if has_letters && has_break => Err(Note::BrokenLine),
        Some(_) if !text.iter().all(is_remark) => Err(Note::StrayCharacter),
        Some(&first) if has_letters && !seen.has_fragments => {
            words_are_of_handsets(&seen.words)?;
            let repeated = (seen.found.len() > 1).then_some(Note::RepeatedInCell);
            Ok(first.mended(Some(Note::TextRemoved)).mended(repeated))
        }
        _ if has_letters => Err(Note::TextWithDigits),
        _ if !text.iter().all(parts_a_list) => Err(Note::StrayCharacter),
        _ if has_break => Err(Note::BrokenLine),
        Some(&first) if seen.found.len() > 1 && !seen.has_fragments => {
            Ok(first.mended(Some(Note::RepeatedInCell)))
        }
        Some(_) if seen.has_fragments => Err(Note::SeveralNumbers),
        _ => Err(Note::StrayCharacter),
    }
}

/// Refuses words beside an IMEI that are not words for a handset.
fn words_are_of_handsets(words: &[Word]) -> Result<(), Note> {
    // The country does not matter for an IMEI.
    let refuses = |word: &Word| word.refuses(0);
    if words.iter().any(refuses) {
        return Err(Note::TextWithDigits);
    }
    if words
        .iter()
        .any(|word| matches!(word, Word::Unlisted | Word::Complaint))
    {
        return Err(Note::UnlistedWords);
    }
    Ok(())
}

fn is_part(byte: u8) -> bool {
    byte.is_ascii_digit() || matches!(byte, b' ' | b'-' | b'.' | b'/' | b'(' | b')' | b'+')
}

/// The end of a run of digits and separators: after its last digit.
fn run_end(text: &[u8], start: usize) -> usize {
    let run = text[start..]
        .iter()
        .take_while(|&&byte| is_part(byte))
        .count();
    let last = text[start..start + run]
        .iter()
        .rposition(u8::is_ascii_digit);
    start + last.map_or(1, |last| last + 1)
}

/// A group of digits in a run.
#[derive(Clone, Copy)]
struct Piece {
    start: usize,
    end: usize,
    gap: Gap,
}

impl Piece {
    fn width(self) -> usize {
        self.end - self.start
    }
}

fn pieces(run: &[u8]) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut at = 0;
    while at < run.len() {
        let start = at;
        at += run[at..]
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        if at > start {
            let before = pieces.last().map_or(start, |piece| piece.end);
            let between = &run[before..start];
            let brackets = between
                .iter()
                .any(|byte| matches!(byte, b'(' | b')' | b'+'));
            pieces.push(Piece {
                start,
                end: at,
                gap: if brackets {
                    Gap::Other
                } else {
                    Gap::of(between)
                },
            });
        } else {
            at += 1;
        }
    }
    pieces
}

/// Reads a run as one IMEI, one IMEI repeated, or several.
fn read_run(run: &[u8]) -> Result<Handset, Note> {
    let first = run.iter().position(u8::is_ascii_digit);
    let last = run.iter().rposition(u8::is_ascii_digit);
    let (Some(first), Some(last)) = (first, last) else {
        return Err(Note::NotANumber);
    };
    let before = run[..first]
        .iter()
        .find(|byte| !matches!(byte, b' ' | b'('));
    let dangling_point = run[last + 1..] == *b".";
    let ends = dangling_point
        || run[last + 1..]
            .iter()
            .all(|byte| matches!(byte, b' ' | b')'));
    if before == Some(&b'-') {
        return Err(Note::StraySign);
    }
    if before.is_some() || run[..=last].contains(&b'+') || !ends {
        return Err(Note::StrayCharacter);
    }
    let run = &run[first..=last];
    let mend = dangling_point.then_some(Note::TrailingDecimal);
    let pieces = pieces(run);
    let refusal = match one(run, &pieces) {
        Ok(found) => return Ok(found.mended(mend)),
        Err(refusal) => refusal,
    };
    if let Some(decimal) = decimal(run, &pieces) {
        return decimal;
    }
    match imeis(run) {
        Some(found) if found.iter().all(|next| next.imei14 == found[0].imei14) => {
            Ok(found[0].mended(Some(Note::RepeatedInCell)))
        }
        Some(_) => Err(Note::SeveralNumbers),
        None => Err(refusal),
    }
}

/// Reads pieces as one IMEI: a single piece, or a listed grouping.
fn one(run: &[u8], pieces: &[Piece]) -> Result<Handset, Note> {
    let mut digits = Digits::new();
    pieces
        .iter()
        .flat_map(|piece| &run[piece.start..piece.end])
        .for_each(|byte| digits.push(byte - b'0'));
    let found = read_digits(&digits)?;
    let is_whole = |piece: &Piece| (14..=16).contains(&piece.width());
    match pieces {
        [_] => Ok(found),
        pieces if pieces.len() > PIECES || pieces.iter().any(is_whole) => Err(Note::SeveralNumbers),
        pieces => {
            let mut widths = [0; PIECES];
            for (width, piece) in widths.iter_mut().zip(pieces) {
                *width = piece.width();
            }
            let gap = pieces[1].gap;
            let is_listed = pieces[1..].iter().all(|piece| piece.gap == gap)
                && groupings::is_listed(NumberingPlan::Imei, gap, &widths[..pieces.len()], false)
                && !is_date_and_time(&widths[..pieces.len()], &digits)
                && !is_cell(&widths[..pieces.len()], &digits)
                && !is_mobile_and_more(&widths[..pieces.len()], &digits, found.form);
            if is_listed {
                Ok(found)
            } else {
                Err(Note::SeveralNumbers)
            }
        }
    }
}

/// `20251113 015043`: a date and a time of day.
fn is_date_and_time(widths: &[usize], digits: &Digits) -> bool {
    let Some(digits) = digits.held().filter(|_| widths.starts_with(&[8, 6])) else {
        return false;
    };
    let is_day = |year: u64, month: u64, day: u64| {
        (1990..2036).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day)
    };
    let (first, last) = (value(&digits[..4]), value(&digits[4..8]));
    let is_time = value(&digits[8..10]) < 24 && digits[10] < 6 && digits[12] < 6;
    is_time
        && (is_day(first, last / 100, last % 100)
            || is_day(last, first % 100, first / 100)
            || is_day(last, first / 100, first % 100))
}

/// `40477-14985-95740`: a cell of an Indian network: the network (country codes 404 and 405 of ITU-T E.212), area and cell.
fn is_cell(widths: &[usize], digits: &Digits) -> bool {
    widths == [5, 5, 5] && matches!(digits.held(), Some([4, 0, 4 | 5, ..]))
}

/// `98765 43210 98765`: a mobile in two fives and five digits more, which end in no check digit.
fn is_mobile_and_more(widths: &[usize], digits: &Digits, form: Form) -> bool {
    widths == [5, 5, 5] && form == Form::LuhnBad && matches!(digits.held(), Some([6..=9, ..]))
}

/// `358240051111110.0`: a point after a whole IMEI.
fn decimal(run: &[u8], pieces: &[Piece]) -> Option<Result<Handset, Note>> {
    let (last, before) = pieces.split_last()?;
    if last.gap != Gap::Point || run[last.start - 1] != b'.' || before.is_empty() {
        return None;
    }
    let whole = one(run, before);
    let is_nothing = run[last.start..last.end].iter().all(|&byte| byte == b'0');
    if is_nothing && (before.len() == 1 || whole.is_ok()) {
        return Some(whole.map(|found| found.mended(Some(Note::TrailingDecimal))));
    }
    whole.is_ok().then_some(Err(Note::NotAnInteger))
}

/// The IMEIs of a run that consists only of IMEIs, each as long as possible.
fn imeis(run: &[u8]) -> Option<Vec<Handset>> {
    let pieces = pieces(run);
    // For each piece, the IMEI that begins with it and the index of the next piece, if the rest are IMEIs too.
    let mut ways: Vec<Option<(Handset, usize)>> = vec![None; pieces.len()];
    for at in (0..pieces.len()).rev() {
        let most = pieces.len().min(at + PIECES);
        ways[at] = (at + 1..=most)
            .rev()
            .filter(|&end| end == pieces.len() || ways[end].is_some())
            .find_map(|end| Some((one(run, &pieces[at..end]).ok()?, end)));
    }
    let mut found = Vec::new();
    let mut at = 0;
    while at < pieces.len() {
        let (imei, next) = ways[at]?;
        found.push(imei);
        at = next;
    }
    (found.len() > 1).then_some(found)
}
