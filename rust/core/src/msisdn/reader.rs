//! A text -> its tokens.
//!
//! This module owns the order in which tokens are recognised: links and addresses before words, figures before
//! runs of digits. It does not decide what all tokens are together ([`survey`](super::survey) does). One idea: one pass
//! from left to right, in which each byte belongs to one token.

use super::codes::{self, Code, Figure, Led};
use super::figures::{self, FigureKind};
use super::labels::Item;
use super::run::{self, Part};
use super::spans::{begins_run, ends_sentence, has_range, hides, hides_code, rest_behind, run_end};
use super::survey::Survey;
use super::{Number, Region, dialled, international, plain, surroundings};
use crate::digits::{Folded, is_letter, is_line_break};
use crate::notes::Note;
use crate::words::{self, Meaning, Role, Word};

/// Surveys all of `text`, a slice of the folded cell.
pub(super) fn survey(cell: &Folded<'_>, text: &[u8], region: Region) -> Survey {
    let mut survey = Survey::default();
    survey.has_range = has_range(text);
    survey.around = Vec::with_capacity(text.len());
    let mut reader = Reader {
        cell,
        offset: cell.place(text),
        text,
        region,
        survey,
        code: None,
        figure: None,
        is_narration: false,
    };
    let mut at = 0;
    while at < text.len() {
        at = reader.take(at);
    }
    reader.survey.deny();
    reader.survey.receive();
    reader.survey.find_abroad();
    reader.survey.leave_out_local();
    reader.survey
}

/// A text that is being read.
struct Reader<'a> {
    cell: &'a Folded<'a>,
    /// The text, a slice of the cell, and its position there.
    text: &'a [u8],
    offset: usize,
    region: Region,
    survey: Survey,
    /// The last run, if it is only a code.
    code: Option<Code>,
    /// The last figure that is short.
    figure: Option<Figure>,
    /// Whether this is the narration of a bank's statement, whose fields end at slashes and dashes.
    is_narration: bool,
}

impl Reader<'_> {
    /// Takes what begins at `at`; gives where it ends.
    fn take(&mut self, at: usize) -> usize {
        let text = self.text;
        let is_word_start = at == 0 || !is_letter(text[at - 1]) && !text[at - 1].is_ascii_digit();
        if is_word_start && let Some(end) = self.link_or_mask(at) {
            return end;
        }
        if is_letter(text[at]) {
            return self.word(at);
        }
        if !begins_run(text, at) {
            self.sign(at);
            return at + 1;
        }
        if let Some((kind, end)) = figures::figure(text, at, self.region) {
            self.survey.has_fragments = true;
            self.survey
                .around
                .extend(text[at..end].iter().filter(|byte| !byte.is_ascii_digit()));
            if kind == FigureKind::Mark {
                self.figure(codes::figure(&text[at..end]), text[at] == b'(');
            }
            self.survey.items.push(match kind {
                FigureKind::Mark => Item::Mark,
                FigureKind::Other => other(&text[at..end]),
            });
            return end;
        }
        let end = run_end(text, at, self.region);
        if let Some(end) = surroundings::upi_id(text, at, end) {
            self.survey.has_upi_id = true;
            self.survey.around.push(b' ');
            self.survey.items.push(Item::Other { digits: 0 });
            return end;
        }
        if self.is_narration && surroundings::is_field(text, at) {
            return self.field(at, end);
        }
        self.run(at, end)
    }

    fn link_or_mask(&mut self, at: usize) -> Option<usize> {
        let text = self.text;
        if let Some((digits, tail, end)) = surroundings::chat_link(text, at) {
            // Chat links hold E.164 digits, whatever the region.
            let digits: Vec<u8> = digits.iter().map(|digit| digit - b'0').collect();
            self.survey.around.push(b' ');
            match dialled::read(&digits, true, Region::E164) {
                // An Indian mobile number without its country code would be read as a number of another country.
                Ok(found)
                    if international::is_certain(found) && !international::is_mobile(&digits) =>
                {
                    self.survey.number(found.mended(Some(Note::LinkRemoved)));
                }
                read => {
                    let refusal = read.err().unwrap_or(Note::PlusWithoutCountryCode);
                    self.survey.fragment(digits.len(), refusal);
                }
            }
            self.link_text(tail, end);
            return Some(end);
        }
        if let Some((uri, end)) = surroundings::telephone_uri(text, at) {
            self.survey.around.push(b' ');
            match plain::address(uri, self.region) {
                Ok(found) => self.survey.number(found),
                Err(refusal) => self.survey.fragment(digits_of(uri), refusal),
            }
            return Some(end);
        }
        let address = surroundings::web_address(text, at);
        let end = address.or_else(|| surroundings::mask(text, at))?;
        let has_digit = text[at..end].iter().any(u8::is_ascii_digit);
        self.survey.has_fragments |= address.is_none() || has_digit;
        self.survey.around.extend(&text[at..end]);
        // An address without digits has the same effect on the number as an unlisted word.
        self.survey.items.push(if address.is_some() && !has_digit {
            Item::Word(Word::Unlisted)
        } else {
            other(&text[at..end])
        });
        Some(end)
    }

    /// The text of a link after its number: words that refuse it, and other numbers.
    fn link_text(&mut self, tail: usize, end: usize) {
        let Self {
            cell, text, offset, ..
        } = *self;
        for (start, part) in surroundings::link_texts(&text[tail..end]) {
            self.survey.has_link_text |= !part.is_empty();
            let (mut at, last) = (tail + start, tail + start + part.len());
            while at < last {
                let digits = text[at..last]
                    .iter()
                    .take_while(|byte| byte.is_ascii_digit())
                    .count();
                if text[at] == b'%' {
                    at += 3;
                } else if is_letter(text[at]) && text[at] != b'_' {
                    let (word, end) = words::abbreviation(cell, offset + at).unwrap_or_else(|| {
                        let (meaning, end) = words::at(cell, offset + at);
                        (meaning.word, end)
                    });
                    let end = end - offset;
                    // Greetings and questions do not concern the number.
                    if word.refuses(INDIA_CODE) {
                        self.survey.items.push(Item::Word(word));
                        let letters = text[at..end].iter().filter(|byte| !byte.is_ascii_digit());
                        self.survey.around.extend(letters);
                    }
                    at = end;
                } else {
                    if digits >= international::SHORTEST {
                        self.survey.fragment(digits, Note::TextWithDigits);
                    }
                    at += digits.max(1);
                }
            }
        }
    }

    fn word(&mut self, at: usize) -> usize {
        let Self {
            cell, text, offset, ..
        } = *self;
        let is_underscore = text[at] == b'_';
        let (word, end) = match words::abbreviation(cell, offset + at) {
            _ if is_underscore => (None, offset + at + 1),
            Some((word, end)) => (Some(word), end),
            None => {
                let (Meaning { mut word, mut role }, end) = words::at(cell, offset + at);
                // `S-98...` is no `suspect's`.
                let is_letter_alone = text[at].is_ascii() && end == offset + at + 1;
                let is_none = match role {
                    Role::Genitive => is_letter_alone && !text[..at].ends_with(b"'"),
                    // Of `ravi@ybl`.
                    Role::Handle => text[..at].ends_with(b"@"),
                    _ => false,
                };
                if is_none {
                    (word, role) = (Word::Unlisted, Role::Plain);
                }
                let behind = text.get(end - offset);
                self.is_narration |= role == Role::Narration && matches!(behind, Some(b'/' | b'-'));
                if role != Role::Plain {
                    self.survey.roles.push((self.survey.items.len(), role));
                }
                (Some(word), end)
            }
        };
        let end = end.min(offset + text.len()) - offset;
        self.survey.items.extend(word.map(Item::Word));
        let letters = text[at..end].iter().filter(|byte| !byte.is_ascii_digit());
        self.survey.around.extend(letters);
        if !is_underscore {
            self.go_on_with_code(at, end);
        }
        end
    }

    fn sign(&mut self, at: usize) {
        let text = self.text;
        let item = match text[at] {
            // A comma or semicolon without a blank after it separates fields, with one it separates parts of a
            // sentence.
            b',' if text.get(at + 1) == Some(&b' ') => Some(Item::Comma),
            b',' => Some(Item::Bar),
            b'/' | b'|' | b'\t' => Some(Item::Bar),
            b'.' if ends_sentence(text, at) => Some(Item::Break),
            b';' if text.get(at + 1).is_some_and(|&byte| byte != b' ') => Some(Item::Bar),
            b';' | b'?' | b'!' => Some(Item::Break),
            byte if is_line_break(byte) => Some(Item::Bar),
            b'(' | b'[' | b'{' | b'<' => Some(Item::Open),
            b')' | b']' | b'}' | b'>' => Some(Item::Close),
            _ => None,
        };
        // A narration has no commas, and is in one line.
        self.is_narration &= match item {
            Some(Item::Bar) => text[at] == b'/',
            Some(Item::Comma | Item::Break) => false,
            _ => true,
        };
        self.survey.items.extend(item);
        self.survey.around.push(text[at]);
        if text[at] == b'+' && hides_code(text, at) {
            self.code(at + 1, false, None);
        }
    }

    /// Takes a run in a field of a narration: a reference, an account, a part of a UPI id.
    fn field(&mut self, start: usize, end: usize) -> usize {
        self.survey.around.push(b' ');
        let digits = digits_of(&self.text[start..end]);
        self.survey.fragment(digits, Note::TextWithDigits);
        end
    }

    /// Takes a run of digits and separators, and an extension behind it; gives where they end.
    fn run(&mut self, start: usize, end: usize) -> usize {
        self.survey.around.push(b' ');
        let run = &self.text[start..end];
        let end = self.numbers_of(start, end);
        let is_hidden = self.text.get(end).is_some_and(|&byte| hides(byte));
        // Abroad, India's own code alone is another country's too.
        let may_be_cut = is_hidden || matches!(self.region, Region::Of(_));
        let is_cut = may_be_cut && codes::is_cut_code(run);
        let is_area = codes::is_area_code(run, is_hidden, self.region);
        self.code = None;
        let digit = codes::digit_of_area(run, self.region).filter(|_| !is_hidden);
        if (is_cut || is_area || digit.is_some() || codes::is_foreign_code(run))
            && matches!(self.survey.items.last(), Some(Item::Other { .. }))
        {
            self.code(end, is_area, digit);
        }
        if let Some(figure) = &mut self.figure {
            figure.is_close = false;
        }
        end
    }

    /// Takes the next token as a short figure, if it is one.
    fn figure(&mut self, value: Option<u16>, is_close: bool) {
        let at = self.survey.items.len();
        self.figure = value.map(|value| Figure {
            at,
            value,
            is_close,
        });
    }

    /// Takes a number that was written in so many digits.
    fn number(&mut self, found: Number, digits: usize) {
        let items = &self.survey.items;
        let number = items.len();
        if let Some(figure) = self.figure
            && items[figure.at + 1..].iter().all(is_separator)
        {
            self.survey.led.push(Led {
                number,
                figure: figure.value,
                may_be_abroad: codes::is_abroad_with(figure.value, found, digits),
                is_close: figure.is_close && figure.at + 1 == number,
            });
        }
        self.survey.number(found);
    }

    /// Takes the last token as a code that ends at `end`.
    fn code(&mut self, end: usize, is_area: bool, digit: Option<u8>) {
        self.survey.has_foreign_code |= digit.is_none();
        self.code = Some(Code {
            behind: self.survey.items.len(),
            end,
            is_area: is_area || digit.is_some(),
            digit,
        });
    }

    /// Takes what touches a code as a part of it.
    fn go_on_with_code(&mut self, start: usize, end: usize) {
        if let Some(code) = &mut self.code
            && code.end == start
        {
            code.behind = self.survey.items.len();
            code.end = end;
        }
    }

    /// The code before a run, if only separators of a list and words of phone numbers stand between: `+977, 98...`,
    /// `+977 mobile 98...`.
    fn code_before(&self, run: &[u8]) -> Option<Code> {
        let says_nothing = |item: &Item| {
            is_separator(item)
                || matches!(
                    item,
                    Item::Word(Word::Conjunction | Word::Neutral | Word::Phone | Word::Numbering)
                )
        };
        let ends_there = |code: &Code| self.survey.items[code.behind..].iter().all(says_nothing);
        self.code
            .filter(|code| !codes::opens_number(run) && ends_there(code))
    }

    fn numbers_of(&mut self, start: usize, end: usize) -> usize {
        let (text, run, region) = (self.text, &self.text[start..end], self.region);
        let code = self.code_before(run);
        let is_rest = |found| code.is_some_and(|code| code.is_before(found, region));
        let is_behind_code = code.is_some_and(|code| !code.is_area);
        let starts = self.starts_alone(start);
        // In a text, a number of another region that is only of a possible length may be any figure.
        let found = run::single(run, self.region).and_then(|found| {
            let is_sure = !found.is_at_home() || international::is_certain(found);
            (is_sure && !is_rest(found))
                .then_some(found)
                .ok_or(Note::TextWithDigits)
        });
        if starts
            && let Ok(number) = found
            && let Some(end) = self.extension(number, run, end)
        {
            return end;
        }
        let ends_alone = surroundings::ends_alone(text, end);
        let is_before_mask = surroundings::is_before_mask(text, end);
        let is_before_blank = surroundings::is_before_blank(text, end);
        let hides_more = |number: Number| {
            is_before_mask || is_before_blank && international::may_be_longer(number)
        };
        let goes_on = |number: Number| {
            let rest = rest_behind(text, end, region);
            rest.is_some_and(|rest| {
                let is_digit = |byte: &&u8| byte.is_ascii_digit();
                let digits: Vec<u8> = rest.iter().filter(is_digit).copied().collect();
                international::reads_on(number, &digits) && run::single(rest, region).is_err()
            })
        };
        let ends = |number: Number| {
            ends_alone && (number.is_indian() || !hides_more(number) && !goes_on(number))
        };
        match found {
            Ok(found) if starts && ends(found) => self.number(found, digits_of(run)),
            found => {
                let refusal = found.err().unwrap_or(Note::StrayLetter);
                self.parts_of(run, refusal, |found, is_first, is_last| match () {
                    () if is_first && (!starts || is_behind_code || is_rest(found)) => {
                        Some(Note::StrayLetter)
                    }
                    () if !is_last || ends(found) => None,
                    () if ends_alone && hides_more(found) => Some(Note::Masked),
                    () => Some(Note::StrayLetter),
                });
            }
        }
        end
    }

    /// Takes the parts of a run. `spoilt` gives the note of a number that the text before the first part or behind the
    /// last one makes uncertain.
    fn parts_of(
        &mut self,
        run: &[u8],
        refusal: Note,
        spoilt: impl Fn(Number, bool, bool) -> Option<Note>,
    ) {
        let parts = run::parts(run, self.region);
        let last = parts.len().saturating_sub(1);
        for (at, (part, stands_apart)) in parts.into_iter().enumerate() {
            if stands_apart {
                self.survey.items.push(Item::Comma);
            }
            match part {
                Part::Number {
                    found,
                    digits,
                    is_behind_code,
                } => match spoilt(found, at == 0, at == last) {
                    Some(note) => self.survey.fragment(digits, note),
                    None => {
                        let place = self.survey.items.len();
                        let behind_codes = &mut self.survey.behind_codes;
                        behind_codes.extend(is_behind_code.then_some(place));
                        self.number(found, digits);
                    }
                },
                Part::Fragment { digits, figure } => {
                    self.figure(figure, true);
                    self.survey.fragment(digits, refusal);
                }
            }
        }
    }

    /// Takes a number with the extension behind it, or digits of which a sign hides one; gives where they end.
    fn extension(&mut self, number: Number, run: &[u8], end: usize) -> Option<usize> {
        let extension = surroundings::extension(self.text, end)?;
        if extension.may_be_mask && run::may_go_on(run, number, extension.digits, self.region) {
            let digits = digits_of(run) + extension.digits.len();
            self.survey.fragment(digits, Note::Masked);
        } else if extension.is_mask_only {
            return None;
        } else {
            self.number(number.mended(Some(Note::ExtensionRemoved)), digits_of(run));
        }
        Some(extension.end)
    }

    /// Whether the text before a run allows it to be a number.
    fn starts_alone(&self, start: usize) -> bool {
        let text = self.text;
        let behind_number = matches!(self.survey.items.last(), Some(Item::Number(_)));
        match text[start] {
            // `918+3102277`: a plus after digits that are no number is an addition.
            b'+' if !behind_number && surroundings::adds(text, start) => false,
            b'+' if behind_number && text[..start].ends_with(b"-") => true,
            _ => surroundings::starts_alone(text, start),
        }
    }
}

/// The country whose words a link may hold.
const INDIA_CODE: u16 = 91;

fn is_separator(item: &Item) -> bool {
    matches!(
        item,
        Item::Comma | Item::Bar | Item::Break | Item::Open | Item::Close
    )
}

fn other(text: &[u8]) -> Item {
    Item::Other {
        digits: digits_of(text),
    }
}

fn digits_of(text: &[u8]) -> usize {
    text.iter().filter(|byte| byte.is_ascii_digit()).count()
}
