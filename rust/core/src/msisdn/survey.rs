//! The tokens of a text: numbers, words, other digits, and the text between them.
//!
//! This module owns the order in which tokens are recognised: links and addresses before words, figures before
//! runs of digits. It does not decide the result of a cell ([`text`](super::text) does). One idea: one pass from left to
//! right, in which each byte belongs to one token.

use hashbrown::HashSet;

use super::figures::{self, FigureKind};
use super::labels::Item;
use super::run::{self, Part};
use super::{Number, Region, dialled, international, plain, surroundings};
use crate::digits::{Folded, is_letter, is_line_break};
use crate::notes::Note;
use crate::words::{self, Meaning, Role, Word};

/// The tokens of a text, and a summary of them.
#[derive(Default)]
pub(super) struct Survey {
    /// All tokens, in order.
    pub(super) items: Vec<Item>,
    /// The words with a role among a complaint's numbers, in order.
    pub(super) roles: Vec<(usize, Role)>,
    /// The whole numbers, in order, without repeats.
    pub(super) numbers: Vec<u64>,
    /// The same numbers as a set.
    seen: HashSet<u64>,
    /// The first number, with its mends.
    pub(super) found: Option<Number>,
    /// Whether any run is only the code of another country.
    pub(super) has_foreign_code: bool,
    /// The first refusal of a run.
    pub(super) refusal: Option<Note>,
    /// Whether a number occurs more than once.
    pub(super) is_repeated: bool,
    /// Whether there are digits or masks outside numbers.
    pub(super) has_fragments: bool,
    pub(super) has_upi_id: bool,
    /// Whether a link contains text after its number.
    pub(super) has_link_text: bool,
    /// Whether a dash stands between two whole numbers: the first and the last of a series, or two of a list.
    pub(super) has_range: bool,
    /// The text outside numbers, extensions and links, with a blank for each of them.
    pub(super) around: Vec<u8>,
}

impl Survey {
    /// Surveys all of `text`, a slice of the folded cell.
    pub(super) fn of(cell: &Folded<'_>, text: &[u8], region: Region) -> Self {
        let mut reader = Reader {
            cell,
            offset: cell.place(text),
            text,
            region,
            survey: Self {
                has_range: has_range(text),
                around: Vec::with_capacity(text.len()),
                ..Self::default()
            },
            foreign_code: None,
        };
        let mut at = 0;
        while at < text.len() {
            at = reader.take(at);
        }
        reader.survey.deny();
        reader.survey
    }

    /// `no` is a number's word behind a phone word or before digits, and else a denial: `no suspect 98...`.
    fn deny(&mut self) {
        for &(at, _) in self.roles.iter().filter(|(_, role)| *role == Role::No) {
            let before = at.checked_sub(1).map(|before| &self.items[before]);
            let behind = self.items.get(at + 1);
            let is_named = matches!(
                before,
                Some(Item::Word(word)) if !matches!(
                    word,
                    Word::Neutral | Word::Conjunction | Word::Origin | Word::FirstPerson | Word::Complaint
                )
            );
            let has_digits = matches!(
                behind,
                Some(Item::Number(_) | Item::Other { .. } | Item::Mark | Item::Open)
            );
            // `suspect no is 98...`.
            let is_subject = matches!(before, Some(Item::Word(Word::Complaint)))
                && matches!(behind, Some(Item::Word(Word::Neutral)));
            if !is_named && !has_digits && !is_subject {
                self.items[at] = Item::Word(Word::Denial);
            }
        }
    }

    fn number(&mut self, found: Number) {
        self.items.push(Item::Number(found));
        self.found.get_or_insert(found);
        if self.seen.insert(found.msisdn) {
            self.numbers.push(found.msisdn);
        } else {
            self.is_repeated = true;
        }
    }

    fn fragment(&mut self, digits: usize, refusal: Note) {
        self.items.push(Item::Other { digits });
        self.has_fragments = true;
        self.refusal.get_or_insert(refusal);
    }

    /// The words of the text.
    pub(super) fn words(&self) -> impl Iterator<Item = Word> {
        self.items.iter().filter_map(|item| match item {
            Item::Word(word) => Some(*word),
            _ => None,
        })
    }
}

/// A text that is being read.
struct Reader<'a> {
    cell: &'a Folded<'a>,
    /// The text, a slice of the cell, and its position there.
    text: &'a [u8],
    offset: usize,
    region: Region,
    survey: Survey,
    /// The position of the last run, if it is only the code of another country.
    foreign_code: Option<usize>,
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
                    if word.refuses(INDIA) {
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
                let (Meaning { word, role }, end) = words::at(cell, offset + at);
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
        self.survey.items.extend(item);
        self.survey.around.push(text[at]);
    }

    /// Takes a run of digits and separators, and an extension behind it; gives where they end.
    fn run(&mut self, start: usize, end: usize) -> usize {
        self.survey.around.push(b' ');
        let run = &self.text[start..end];
        let end = self.numbers_of(start, end);
        let is_code = run::is_foreign_code(run)
            && matches!(self.survey.items.last(), Some(Item::Other { .. }));
        self.survey.has_foreign_code |= is_code;
        self.foreign_code = is_code.then(|| self.survey.items.len() - 1);
        end
    }

    /// Whether the last tokens are the code of another country and, after it, only separators of a list: `+977, 98...`.
    fn is_behind_code(&self, run: &[u8]) -> bool {
        let parts_a_list = |item: &Item| {
            matches!(
                item,
                Item::Comma | Item::Bar | Item::Break | Item::Word(Word::Conjunction)
            )
        };
        !run::opens_number(run)
            && self
                .foreign_code
                .is_some_and(|at| self.survey.items[at + 1..].iter().all(parts_a_list))
    }

    fn numbers_of(&mut self, start: usize, end: usize) -> usize {
        let (text, run) = (self.text, &self.text[start..end]);
        let is_behind_code = self.is_behind_code(run);
        let starts = self.starts_alone(start);
        // In a text, a number of another region that is only of a possible length may be any figure.
        let found = run::single(run, self.region).and_then(|found| {
            let is_sure = !found.is_at_home() || international::is_certain(found);
            let is_foreign_rest = is_behind_code && found.is_indian();
            (is_sure && !is_foreign_rest)
                .then_some(found)
                .ok_or(Note::TextWithDigits)
        });
        if starts
            && let Ok(number) = found
            && let Some(after) = surroundings::extension(text, end)
        {
            self.survey
                .number(number.mended(Some(Note::ExtensionRemoved)));
            return after;
        }
        let ends_alone = surroundings::ends_alone(text, end);
        let is_before_mask = surroundings::is_before_mask(text, end);
        let ends = |number: Number| ends_alone && (number.is_indian() || !is_before_mask);
        match found {
            Ok(found) if starts && ends(found) => self.survey.number(found),
            // Text that touches a run makes the number at that end uncertain.
            found => {
                let parts = run::parts(run, self.region);
                let refusal = found.err().unwrap_or(Note::StrayLetter);
                let last = parts.len().saturating_sub(1);
                for (at, (part, stands_apart)) in parts.into_iter().enumerate() {
                    if stands_apart {
                        self.survey.items.push(Item::Comma);
                    }
                    let is_spoilt = |found| {
                        at == 0 && (!starts || is_behind_code) || at == last && !ends(found)
                    };
                    match part {
                        Part::Number { digits, found } if is_spoilt(found) => {
                            self.survey.fragment(digits, Note::StrayLetter);
                        }
                        Part::Number { found, .. } => self.survey.number(found),
                        Part::Fragment { digits } => self.survey.fragment(digits, refusal),
                    }
                }
            }
        }
        end
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
const INDIA: u16 = 91;

fn other(text: &[u8]) -> Item {
    Item::Other {
        digits: digits_of(text),
    }
}

fn digits_of(text: &[u8]) -> usize {
    text.iter().filter(|byte| byte.is_ascii_digit()).count()
}

/// Whether a dash, with or without blanks, stands between two groups of ten digits or more.
fn has_range(text: &[u8]) -> bool {
    const WHOLE: usize = 10;
    let is_whole =
        |digits: Option<&[u8]>| digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_digit));
    let skip = |text: &[u8], byte: u8| text.iter().take_while(|&&next| next == byte).count();
    let begins = |&at: &usize| text[at] == b'-' && (at == 0 || text[at - 1] != b'-');
    (0..text.len()).filter(begins).any(|at| {
        let before = text[..at].trim_ascii_end();
        let behind = &text[at + skip(&text[at..], b'-')..];
        let behind = behind.trim_ascii_start();
        let behind = behind.strip_prefix(b"+").unwrap_or(behind);
        is_whole(
            before
                .len()
                .checked_sub(WHOLE)
                .map(|start| &before[start..]),
        ) && is_whole(behind.get(..WHOLE))
    })
}

/// Whether a point ends a sentence. Behind a short word, or one that ends in three consonants, it is an abbreviation's:
/// `A/c No. 98...`, `Complt. mob 98...`.
fn ends_sentence(text: &[u8], at: usize) -> bool {
    const ABBREVIATION: usize = 4;
    const CONSONANTS: usize = 3;
    let before = || text[..at].iter().rev();
    let letters = before()
        .take(ABBREVIATION + 1)
        .take_while(|&&byte| is_letter(byte))
        .count();
    let consonants = before()
        .take(CONSONANTS)
        .take_while(|byte| byte.is_ascii_alphabetic() && !is_vowel(**byte))
        .count();
    let is_before_blank = text
        .get(at + 1)
        .is_none_or(|&byte| byte == b' ' || is_line_break(byte));
    is_before_blank && !(1..=ABBREVIATION).contains(&letters) && consonants < CONSONANTS
}

fn is_vowel(byte: u8) -> bool {
    matches!(byte.to_ascii_lowercase(), b'a' | b'e' | b'i' | b'o' | b'u')
}

/// Whether a run of digits begins at `at`: a digit, or a plus or bracket just before one.
fn begins_run(text: &[u8], at: usize) -> bool {
    let is_before = |byte: &u8| matches!(byte, b' ' | b'(' | b'+');
    text[at].is_ascii_digit()
        || matches!(text[at], b'+' | b'(')
            && text[at + 1..]
                .iter()
                .take(4)
                .find(|byte| !is_before(byte))
                .is_some_and(u8::is_ascii_digit)
}

/// Where a run of digits that begins at `start` ends: after its last digit or closing bracket.
fn run_end(text: &[u8], start: usize, region: Region) -> usize {
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
                // Each group after a blank may be a figure that is no number.
                if end > start
                    && matches!(text[at - 1], b' ' | b'(')
                    && figures::figure(text, at, region).is_some()
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
