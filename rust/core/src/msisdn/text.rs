//! A cell without its wrapping -> its number, or all numbers of a free text.
//!
//! Owns what stands around numbers: names, remarks, labels, extensions, links, UPI ids, amounts, dates, sender ids.
//! Knows nothing of what makes digits a number: [`run`] tells. One idea: a survey of everything in the cell, and one
//! decision that takes the first refusal of the list that the survey supports.

use super::{Found, Region, dialled, run};
use crate::cell::{self, Printed};
use crate::digits::{SYMBOL, is_letter, is_line_break, trim};
use crate::notes::Note;

/// Reads an opened cell: folded, trimmed, unwrapped, not empty.
pub(super) fn read(text: &[u8], region: Region) -> Result<Found, Note> {
    if text.iter().all(|&byte| run::is_part(byte)) {
        return plain(text, region);
    }
    if let Some(printed) = cell::printed(text) {
        let Printed { digits, plus, mend } = printed?;
        let digits = digits.held().ok_or(Note::TooLong)?;
        return dialled::read(digits, plus, region).map(|found| found.mended(Some(mend)));
    }
    if let Some((_, uri)) = prefixed(text, &[b"tel:"]).filter(|(_, uri)| uri.first() != Some(&b' '))
    {
        return read(trim(uri), region);
    }
    if is_dial_code(text) {
        return Err(Note::DialCode);
    }
    if cell::is_masked(text, 10) {
        return Err(Note::Masked);
    }
    if is_sender_id(text) {
        return Err(Note::SenderId);
    }
    Survey::of(text, region).decide(text)
}

/// A cell of digits and separators only.
fn plain(text: &[u8], region: Region) -> Result<Found, Note> {
    let mut whole = Vec::new();
    run::read(text, region, &mut whole).or_else(|refusal| {
        // Signs that end one number and begin the next (`+91... +91...`, `1) ... 2) ...`) are seen by the survey.
        let survey = Survey::of(text, region);
        match (&survey.numbers[..], refusal) {
            ([_, _, ..], Note::TooLong | Note::StrayCharacter) => Err(Note::SeveralNumbers),
            ([_], Note::StrayCharacter) if survey.found.is_some() && !survey.has_fragments => {
                survey.decide(text)
            }
            _ => Err(refusal),
        }
    })
}

/// Appends the numbers of a folded free text.
pub(super) fn extract(text: &[u8], region: Region, out: &mut Vec<u64>) {
    out.extend(Survey::of(text, region).numbers);
}

/// `rest` after the first of these that `text` begins with, in any case, and how long that was.
fn prefixed<'a>(text: &'a [u8], prefixes: &[&[u8]]) -> Option<(usize, &'a [u8])> {
    prefixes.iter().find_map(|prefix| {
        let (head, rest) = text.split_at_checked(prefix.len())?;
        head.eq_ignore_ascii_case(prefix)
            .then_some((prefix.len(), rest))
    })
}

/// `*121#`, `*401*9876543210#`, `##002#`.
fn is_dial_code(text: &[u8]) -> bool {
    let is_sign = |&byte: &u8| matches!(byte, b'*' | b'#');
    let signs = text.iter().take_while(|byte| is_sign(byte)).count();
    let code = &text[signs..];
    let digits = code.iter().filter(|byte| byte.is_ascii_digit()).count();
    let only = code
        .iter()
        .all(|byte| byte.is_ascii_digit() || is_sign(byte) || matches!(byte, b'+' | b' '));
    // Without a closing sign, `*3210` is a code and `******3210` is a masked number.
    signs > 0 && only && digits > 0 && (code.iter().any(is_sign) || digits <= 4 && signs <= 2)
}

/// `AD-AIRTEL`, `VM-HDFCBK-S`, `JD-620016-P`: two letters for operator and circle, the header, the kind of message.
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
        && suffix.is_none_or(|suffix| {
            matches!(
                suffix,
                [b'P' | b'S' | b'T' | b'G' | b'p' | b's' | b't' | b'g']
            )
        })
        && parts.next().is_none()
}

/// Everything that was seen in a text.
#[derive(Default)]
struct Survey {
    /// Numbers that stand whole, in order, repeats removed.
    numbers: Vec<u64>,
    /// The first of them, with its mends.
    found: Option<Found>,
    /// Whether it stands more than once.
    is_repeated: bool,
    /// Whether digits are there that belong to no number.
    has_fragments: bool,
    has_upi_id: bool,
    has_mask: bool,
    /// The text outside numbers, extensions and links, with a blank for each of them.
    around: Vec<u8>,
}

impl Survey {
    fn of(text: &[u8], region: Region) -> Self {
        let mut survey = Self::default();
        let mut at = 0;
        while at < text.len() {
            at = survey.take(text, at, region);
        }
        survey
    }

    /// Takes what begins at `at`; gives where it ends.
    fn take(&mut self, text: &[u8], at: usize, region: Region) -> usize {
        let is_word_start = at == 0 || !is_letter(text[at - 1]) && !text[at - 1].is_ascii_digit();
        if is_word_start {
            if let Some(end) = self.link(text, at) {
                return end;
            }
            if let Some(end) = url(text, at).or_else(|| mask(text, at)) {
                self.has_mask |= url(text, at).is_none();
                self.has_fragments |= text[at..end].iter().any(u8::is_ascii_digit);
                self.around.extend(&text[at..end]);
                return end;
            }
        }
        let begins_run = text[at].is_ascii_digit()
            || matches!(text[at], b'+' | b'(')
                && text[at + 1..]
                    .iter()
                    .find(|byte| !matches!(byte, b' ' | b'(' | b'+'))
                    .is_some_and(u8::is_ascii_digit);
        if !begins_run {
            self.around.push(text[at]);
            return at + 1;
        }
        if let Some(end) = figure(text, at) {
            self.has_fragments = true;
            return end;
        }
        let end = run_end(text, at);
        self.run(text, at, end, region)
    }

    fn run(&mut self, text: &[u8], start: usize, end: usize, region: Region) -> usize {
        if let Some(end) = upi_id(text, start, end) {
            self.has_upi_id = true;
            self.around.push(b' ');
            return end;
        }
        let mut whole = Vec::new();
        let mut result = run::read(&text[start..end], region, &mut whole);
        let mut end = end;
        if stands_alone(text, start, end)
            || result.is_ok() && extension(text, end).is_some() && stands_alone(text, start, start)
        {
            if result.is_ok()
                && let Some(after) = extension(text, end)
            {
                result = result.map(|found| found.mended(Some(Note::ExtensionRemoved)));
                end = after;
            }
        } else {
            whole.clear();
            result = Err(Note::StrayLetter);
        }
        self.is_repeated |= result.is_ok_and(|found| self.numbers.contains(&found.msisdn));
        for number in whole {
            if !self.numbers.contains(&number) {
                self.numbers.push(number);
            }
        }
        match result {
            Ok(found) => {
                self.found.get_or_insert(found);
            }
            Err(_) => self.has_fragments = true,
        }
        self.around.push(b' ');
        end
    }

    /// `wa.me/919876543210`: chat links hold E.164 digits whatever the region.
    fn link(&mut self, text: &[u8], start: usize) -> Option<usize> {
        let mut rest = &text[start..];
        rest = prefixed(rest, &[b"https://", b"http://"]).map_or(rest, |(_, rest)| rest);
        rest = prefixed(rest, &[b"www.", b"api."]).map_or(rest, |(_, rest)| rest);
        let (_, rest) = prefixed(
            rest,
            &[
                b"wa.me/",
                b"whatsapp.com/send?phone=",
                b"whatsapp.com/send/?phone=",
                b"whatsapp://send?phone=",
            ],
        )?;
        let rest = prefixed(rest, &[b"%2B"]).map_or(rest, |(_, rest)| rest);
        let rest = rest.strip_prefix(b"+").unwrap_or(rest);
        let width = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let mut end = text.len() - rest.len() + width;
        match text.get(end) {
            Some(b'?' | b'&' | b'/') => {
                // What the link would say or ask is no part of the number.
                end += text[end..]
                    .iter()
                    .take_while(|&&byte| byte != b' ' && !is_line_break(byte))
                    .count();
            }
            Some(&byte) if is_letter(byte) => return None,
            _ => {}
        }
        let digits: Vec<u8> = rest[..width].iter().map(|byte| byte - b'0').collect();
        match dialled::read(&digits, true, Region::E164) {
            Ok(found) => {
                self.is_repeated |= self.numbers.contains(&found.msisdn);
                if !self.numbers.contains(&found.msisdn) {
                    self.numbers.push(found.msisdn);
                }
                self.found
                    .get_or_insert(found.mended(Some(Note::LinkRemoved)));
            }
            Err(_) => self.has_fragments = true,
        }
        self.around.push(b' ');
        Some(end)
    }

    /// The first refusal that the survey supports, else the number.
    fn decide(&self, text: &[u8]) -> Result<Found, Note> {
        let has_letters = self.around.iter().any(|&byte| is_letter(byte));
        let has_digits = text.iter().any(u8::is_ascii_digit);
        let outside = trim(&self.around);
        let inner_break = outside_breaks(text);
        if !has_digits {
            return Err(match () {
                () if self.has_upi_id || is_upi_id(text) => Note::UpiId,
                () if has_letters => Note::NotANumber,
                () => Note::StrayCharacter,
            });
        }
        let Some(found) = self.found.filter(|_| self.numbers.len() == 1) else {
            return Err(match () {
                () if self.numbers.len() > 1 => Note::SeveralNumbers,
                () if self.numbers.len() == 1 => self.beside_fragments(has_letters, inner_break),
                () if self.has_upi_id && !self.has_fragments => Note::UpiId,
                () if cell::has_stray_letters(text) => Note::StrayLetter,
                () if has_letters => Note::TextWithDigits,
                () if self
                    .around
                    .iter()
                    .any(|&byte| !matches!(byte, b' ') && !is_line_break(byte)) =>
                {
                    Note::StrayCharacter
                }
                () if inner_break => Note::BrokenLine,
                () => Note::StrayCharacter,
            });
        };
        if self.has_fragments || self.has_upi_id || self.has_mask {
            return Err(self.beside_fragments(has_letters || self.has_upi_id, inner_break));
        }
        // Between two writings of one number, what parts a list is no remark.
        let is_list = |byte: &u8| matches!(byte, b' ' | b',' | b';' | b'&' | b'|' | b'\t' | b'/');
        if !outside.iter().all(|&byte| is_remark(byte)) {
            return Err(Note::StrayCharacter);
        }
        if inner_break {
            return Err(Note::BrokenLine);
        }
        let mend = match (has_letters, self.is_repeated) {
            (true, _) => Some(Note::TextRemoved),
            (false, _) if outside.is_empty() => None,
            (false, true) if outside.iter().all(is_list) && self.ends_are_clean(text) => None,
            (false, _) => return Err(Note::StrayCharacter),
        };
        let repeated = self.is_repeated.then_some(Note::RepeatedInCell);
        Ok(found.mended(mend).mended(repeated))
    }

    /// One whole number, and other digits beside it.
    fn beside_fragments(&self, has_letters: bool, has_break: bool) -> Note {
        let parts_a_list = |&byte: &u8| {
            matches!(byte, b' ' | b',' | b';' | b'&' | b'|' | b'\t') || is_line_break(byte)
        };
        match () {
            () if has_letters && has_break => Note::BrokenLine,
            () if has_letters => Note::TextWithDigits,
            () if !self.around.iter().all(parts_a_list) => Note::StrayCharacter,
            () if has_break => Note::BrokenLine,
            // `9876543210, 11`: the second number is there, cut short.
            () => Note::SeveralNumbers,
        }
    }

    fn ends_are_clean(&self, text: &[u8]) -> bool {
        let is_end = |byte: Option<&u8>| byte.is_some_and(|&byte| run::is_part(byte));
        is_end(text.first()) && is_end(text.last())
    }
}

/// What a name or a remark may be written with.
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
        )
        || matches!(byte, b'\'' | b'"' | b'!' | b'?' | b'|' | b'@')
}

fn outside_breaks(text: &[u8]) -> bool {
    trim(text).iter().any(|&byte| is_line_break(byte))
}

/// Where a stretch that begins at `start` ends: after its last digit or closing bracket.
fn run_end(text: &[u8], start: usize) -> usize {
    let mut end = start;
    let mut at = start;
    let mut has_digit = false;
    while at < text.len() && run::is_part(text[at]) {
        let byte = text[at];
        if byte == b'+' && has_digit {
            break;
        }
        if byte.is_ascii_digit() {
            // Each piece after a blank may be a figure that is no number.
            if has_digit && text[at - 1] == b' ' && figure(text, at).is_some() {
                break;
            }
            has_digit = true;
            while at < text.len() && text[at].is_ascii_digit() {
                at += 1;
            }
            end = at;
            continue;
        }
        if byte == b')' && text[start..at].contains(&b'(') && at == end {
            end = at + 1;
        }
        at += 1;
    }
    end
}

/// Digits that are no number, where a text shows it: a time, an amount, a date, the mark of a list's item.
fn figure(text: &[u8], at: usize) -> Option<usize> {
    if at > 0 && (text[at - 1].is_ascii_digit() || matches!(text[at - 1], b'+' | b'(')) {
        return None;
    }
    let rest = &text[at..];
    let end = time(rest)
        .or_else(|| run::date(rest))
        .or_else(|| cell::grouped(rest))
        .or_else(|| item(rest))?;
    // A longer run of digits is not a figure with something after it.
    (!rest.get(end).is_some_and(u8::is_ascii_digit)).then_some(at + end)
}

/// `10:15`, `10:15:30`.
fn time(text: &[u8]) -> Option<usize> {
    let hours = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if !(1..=2).contains(&hours) {
        return None;
    }
    let minutes =
        |at: usize| matches!(text.get(at..at + 3), Some([b':', b'0'..=b'5', b'0'..=b'9']));
    minutes(hours).then_some(if minutes(hours + 3) {
        hours + 6
    } else {
        hours + 3
    })
}

/// `1) `, `2. `.
fn item(text: &[u8]) -> Option<usize> {
    match text {
        [b'0'..=b'9', b')' | b'.', b' ', ..] => Some(2),
        [b'0'..=b'9', b'0'..=b'9', b')' | b'.', b' ', ..] => Some(3),
        _ => None,
    }
}

/// Whether what touches a stretch leaves it a number of its own.
fn stands_alone(text: &[u8], start: usize, end: usize) -> bool {
    let before = text[..start].last().copied().unwrap_or(b' ');
    let after = text.get(end).copied().unwrap_or(b' ');
    let joins = |byte: u8| {
        is_letter(byte)
            || matches!(byte, b'*' | b'#' | b'$' | b'%' | b'^' | b'\\' | b'~')
            || byte >= SYMBOL
    };
    let is_negative = before == b'-' && {
        let sign = text[..start - 1].iter().rposition(|&byte| byte != b' ');
        sign.is_none_or(|at| !(is_letter(text[at]) || text[at] == b')'))
    };
    !(joins(before)
        || joins(after) && end > start
        || matches!(before, b'@' | b'+' | b'.')
        || is_negative)
}

/// Where an extension that follows a number ends: `ext 12`, `x12`, `;ext=12`.
fn extension(text: &[u8], end: usize) -> Option<usize> {
    let gap = text[end..]
        .iter()
        .take_while(|byte| matches!(byte, b' ' | b',' | b';' | b'.' | b'-'))
        .count();
    let word = &text[end + gap..];
    let (width, rest) = prefixed(word, &[b"extension", b"extn", b"ext", b"xtn", b"x"])?;
    let marks = rest
        .iter()
        .take_while(|byte| matches!(byte, b'.' | b':' | b'=' | b' ' | b'-' | b'#'))
        .count();
    let digits = rest[marks..]
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let after = end + gap + width + marks + digits;
    let ends = text
        .get(after)
        .is_none_or(|&byte| !is_letter(byte) && byte != b'@' && byte != b'*');
    ((1..=6).contains(&digits) && ends).then_some(after)
}

/// Where a UPI id or an address with digits in it ends: `9876543210@ybl`, `9876543210.ravi@okaxis`, `9876543210 @ybl`.
fn upi_id(text: &[u8], start: usize, end: usize) -> Option<usize> {
    let handle = |at: usize| {
        let width = text[at..]
            .iter()
            .take_while(|&&byte| is_letter(byte) || byte.is_ascii_digit() || byte == b'.')
            .count();
        (width > 0).then_some(at + width)
    };
    if text[..start].last() == Some(&b'@') {
        return Some(end);
    }
    let local = text[end..]
        .iter()
        .take_while(|&&byte| {
            is_letter(byte) || byte.is_ascii_digit() || matches!(byte, b'.' | b'-')
        })
        .count();
    let blanks = text[end..].iter().take_while(|&&byte| byte == b' ').count();
    [end + local, end + blanks].into_iter().find_map(|at| {
        (text.get(at) == Some(&b'@'))
            .then(|| handle(at + 1))
            .flatten()
    })
}

fn is_upi_id(text: &[u8]) -> bool {
    let mut parts = text.split(|&byte| byte == b'@');
    let is_word = |part: &[u8]| {
        !part.is_empty()
            && part
                .iter()
                .all(|&byte| is_letter(byte) || matches!(byte, b'.' | b'-'))
    };
    matches!((parts.next(), parts.next(), parts.next()), (Some(local), Some(handle), None)
        if is_word(local) && is_word(handle) && !handle.contains(&b'.'))
}

/// Where a web address ends.
fn url(text: &[u8], at: usize) -> Option<usize> {
    let width = text[at..]
        .iter()
        .take_while(|&&byte| byte != b' ' && byte != b'\t' && !is_line_break(byte))
        .count();
    let word = &text[at..at + width];
    let is_url = prefixed(word, &[b"www."]).is_some()
        || word
            .iter()
            .position(|&byte| byte == b':')
            .is_some_and(|colon| {
                colon > 0
                    && word[..colon].iter().all(u8::is_ascii_alphabetic)
                    && word[colon..].starts_with(b"://")
            });
    is_url.then_some(at + width)
}

/// Where a word of masks ends, with the digits that only a separator keeps from it: `XXXX 1234`, `XXXXX-43210`.
fn mask(text: &[u8], at: usize) -> Option<usize> {
    let masks = text[at..]
        .iter()
        .take_while(|byte| matches!(byte, b'x' | b'X' | b'*'))
        .count();
    let mut end = at + masks;
    if masks < 2 || text.get(end).is_some_and(|&byte| is_letter(byte)) {
        return None;
    }
    while let Some(&byte) = text.get(end)
        && (byte.is_ascii_digit() || matches!(byte, b' ' | b'-' | b'x' | b'X' | b'*'))
    {
        end += 1;
    }
    Some(end)
}
