//! A cell without its wrapping -> its number, or all numbers of a free text.
//!
//! Owns the decision: which refusal, or which number with which mend. Knows nothing of what makes digits a number
//! ([`run`] tells) nor of labels and links ([`surroundings`] tells). One idea: one survey of everything that the cell
//! holds, then the first refusal of the list that the survey supports.

use hashbrown::HashSet;

use super::surroundings::{self, after_prefix};
use super::{Found, Region, dialled, run};
use crate::cell::{self, Printed};
use crate::digits::{is_letter, is_line_break, trim};
use crate::notes::Note;

/// Reads an opened cell: folded, trimmed, unwrapped, not empty.
pub(super) fn read(text: &[u8], region: Region) -> Result<Found, Note> {
    let uri = after_prefix(text, &[b"tel:"]).filter(|uri| uri.first() != Some(&b' '));
    let text = uri.map_or(text, trim);
    if text.iter().all(|&byte| run::is_part(byte)) {
        return plain(text, region);
    }
    if let Some(printed) = cell::printed(text) {
        let Printed { digits, plus, mend } = printed?;
        let digits = digits.held().ok_or(Note::TooLong)?;
        return dialled::read(digits, plus, region).map(|found| found.mended(Some(mend)));
    }
    let survey = Survey::of(text, region);
    match () {
        () if survey.numbers.len() > 1 => Err(Note::SeveralNumbers),
        () if cell::is_dial_code(text) => Err(Note::DialCode),
        () if cell::is_masked(text, 10) => Err(Note::Masked),
        () if is_sender_id(text) => Err(Note::SenderId),
        () => survey.decide(text),
    }
}

/// A cell of digits and separators only.
fn plain(text: &[u8], region: Region) -> Result<Found, Note> {
    run::read(text, region, &mut Vec::new()).or_else(|refusal| {
        if !matches!(refusal, Note::TooLong | Note::StrayCharacter) {
            return Err(refusal);
        }
        // What ends one number and begins the next (`+91... +91...`, `1) ... 2) ...`) is seen by the survey.
        let survey = Survey::of(text, region);
        match survey.numbers.len() {
            2.. => Err(Note::SeveralNumbers),
            1 if refusal == Note::StrayCharacter && !survey.has_fragments => survey.decide(text),
            _ => Err(refusal),
        }
    })
}

/// Appends the numbers of a folded free text.
pub(super) fn extract(text: &[u8], region: Region, out: &mut Vec<u64>) {
    out.extend(Survey::of(text, region).numbers);
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
        && suffix.is_none_or(|suffix| matches!(suffix, [b'P' | b'S' | b'T' | b'G']))
        && parts.next().is_none()
}

/// Everything that was seen in a text.
#[derive(Default)]
struct Survey {
    /// Numbers that stand whole, in order, repeats removed.
    numbers: Vec<u64>,
    /// The same, to ask quickly.
    seen: HashSet<u64>,
    /// The first number that was accepted, with its mends.
    found: Option<Found>,
    /// The first refusal of a stretch.
    refusal: Option<Note>,
    /// Whether a number stands more than once.
    is_repeated: bool,
    /// Whether digits or masks are there that belong to no number.
    has_fragments: bool,
    has_upi_id: bool,
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
            if let Some((digits, end)) = surroundings::chat_link(text, at) {
                // Chat links hold E.164 digits, whatever the region.
                let digits: Vec<u8> = digits.iter().map(|digit| digit - b'0').collect();
                let found = dialled::read(&digits, true, Region::E164);
                self.count(
                    found.map(|found| found.mended(Some(Note::LinkRemoved))),
                    &[],
                );
                return end;
            }
            if let Some(end) =
                surroundings::web_address(text, at).or_else(|| surroundings::mask(text, at))
            {
                let is_mask = text[at..end]
                    .iter()
                    .all(|&byte| !is_letter(byte) || matches!(byte, b'x' | b'X'));
                self.has_fragments |= is_mask || text[at..end].iter().any(u8::is_ascii_digit);
                self.around.extend(&text[at..end]);
                return end;
            }
        }
        if !begins_stretch(text, at) {
            self.around.push(text[at]);
            return at + 1;
        }
        if let Some(end) = surroundings::figure(text, at) {
            self.has_fragments = true;
            self.around
                .extend(text[at..end].iter().filter(|byte| !byte.is_ascii_digit()));
            return end;
        }
        let end = stretch_end(text, at);
        if let Some(end) = surroundings::upi_id(text, at, end) {
            self.has_upi_id = true;
            self.around.push(b' ');
            return end;
        }
        self.stretch(text, at, end, region)
    }

    fn stretch(&mut self, text: &[u8], start: usize, end: usize, region: Region) -> usize {
        // A label speaks of what comes next: in `IMEI 359876543210123 9876543210`, not of the number.
        let is_other = surroundings::is_labelled_otherwise(text, start)
            && !run::begins_with_id(&text[start..end], region);
        if is_other || !surroundings::starts_alone(text, start) {
            self.count(Err(Note::StrayLetter), &[]);
            return end;
        }
        let mut whole = Vec::new();
        let found = run::read(&text[start..end], region, &mut whole);
        if let Ok(number) = found
            && let Some(after) = surroundings::extension(text, end)
        {
            self.count(Ok(number.mended(Some(Note::ExtensionRemoved))), &whole);
            return after;
        }
        if surroundings::stands_alone(text, start, end) {
            self.count(found, &whole);
        } else {
            self.count(Err(Note::StrayLetter), &[]);
        }
        end
    }

    /// Counts what a stretch or a link gave.
    fn count(&mut self, found: Result<Found, Note>, whole: &[u64]) {
        self.around.push(b' ');
        match found {
            Ok(found) => {
                self.is_repeated |=
                    self.seen.contains(&found.msisdn) || found.mend == Some(Note::RepeatedInCell);
                self.found.get_or_insert(found);
                self.add(found.msisdn);
            }
            Err(refusal) => {
                self.has_fragments = true;
                self.refusal.get_or_insert(refusal);
            }
        }
        whole.iter().for_each(|&number| self.add(number));
    }

    fn add(&mut self, number: u64) {
        if self.seen.insert(number) {
            self.numbers.push(number);
        }
    }

    /// The first refusal that the survey supports, else the number.
    fn decide(&self, text: &[u8]) -> Result<Found, Note> {
        let has_letters = self.around.iter().any(|&byte| is_letter(byte));
        let has_break = text.iter().any(|&byte| is_line_break(byte));
        if !text.iter().any(u8::is_ascii_digit) {
            return Err(match () {
                () if surroundings::is_upi_id(text) => Note::UpiId,
                () if has_letters => Note::NotANumber,
                () => Note::StrayCharacter,
            });
        }
        match (&self.numbers[..], self.found) {
            ([], _) => Err(self.without_number(text, has_letters, has_break)),
            ([_, _, ..], _) => Err(Note::SeveralNumbers),
            ([_], Some(found)) if !self.has_fragments && !self.has_upi_id => {
                self.beside_text(text, has_letters, has_break).map(|mend| {
                    let repeated = self.is_repeated.then_some(Note::RepeatedInCell);
                    found.mended(mend).mended(repeated)
                })
            }
            ([_], _) => Err(self.beside_fragments(has_letters || self.has_upi_id, has_break)),
        }
    }

    /// Digits, and no whole number.
    fn without_number(&self, text: &[u8], has_letters: bool, has_break: bool) -> Note {
        match () {
            () if self.has_upi_id && !self.has_fragments => Note::UpiId,
            () if cell::has_stray_letters(text) => Note::StrayLetter,
            () if has_letters || self.has_upi_id => Note::TextWithDigits,
            () if self
                .around
                .iter()
                .any(|&byte| byte != b' ' && !is_line_break(byte)) =>
            {
                Note::StrayCharacter
            }
            () if has_break => Note::BrokenLine,
            () => self
                .refusal
                .filter(|&refusal| refusal != Note::StrayLetter)
                .unwrap_or(Note::StrayCharacter),
        }
    }

    /// One whole number, and no digit beside it: what the text around it costs.
    fn beside_text(
        &self,
        text: &[u8],
        has_letters: bool,
        has_break: bool,
    ) -> Result<Option<Note>, Note> {
        // Between two writings of one number, what parts a list is no remark.
        let is_list = |byte: &u8| matches!(byte, b' ' | b',' | b';' | b'&' | b'|' | b'\t' | b'/');
        let is_end = |byte: Option<&u8>| byte.is_some_and(|&byte| run::is_part(byte));
        let outside = trim(&self.around);
        match () {
            () if !outside.iter().all(|&byte| is_remark(byte)) => Err(Note::StrayCharacter),
            () if has_break => Err(Note::BrokenLine),
            () if has_letters => Ok(Some(Note::TextRemoved)),
            () if outside.is_empty() => Ok(None),
            () if self.is_repeated
                && outside.iter().all(is_list)
                && is_end(text.first())
                && is_end(text.last()) =>
            {
                Ok(None)
            }
            () => Err(Note::StrayCharacter),
        }
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

/// Whether a stretch begins at `at`: a digit, or a plus or bracket just before one.
fn begins_stretch(text: &[u8], at: usize) -> bool {
    let is_before = |byte: &u8| matches!(byte, b' ' | b'(' | b'+');
    text[at].is_ascii_digit()
        || matches!(text[at], b'+' | b'(')
            && text[at + 1..]
                .iter()
                .take(4)
                .find(|byte| !is_before(byte))
                .is_some_and(u8::is_ascii_digit)
}

/// Where a stretch that begins at `start` ends: after its last digit or closing bracket.
fn stretch_end(text: &[u8], start: usize) -> usize {
    let (mut at, mut end) = (start, start);
    let mut open = 0_usize;
    while let Some(&byte) = text.get(at)
        && run::is_part(byte)
    {
        match byte {
            b'+' if end > start => break,
            b'(' => open += 1,
            b')' if open > 0 => {
                open -= 1;
                end = if at == end { at + 1 } else { end };
            }
            b'0'..=b'9' => {
                // Each piece after a blank may be a figure that is no number.
                if end > start
                    && matches!(text[at - 1], b' ' | b'(')
                    && surroundings::figure(text, at).is_some()
                {
                    break;
                }
                at += text[at..]
                    .iter()
                    .take_while(|byte| byte.is_ascii_digit())
                    .count();
                end = at;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    end
}
