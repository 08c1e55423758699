//! The tokens of a text, and what they are together.
//!
//! Owns what only all tokens decide: denials, numbers that other digits make doubtful. It does not read characters
//! ([`reader`](super::reader) does), and does not decide the result of a cell ([`text`](super::text) does).

use hashbrown::HashSet;

use super::Number;
use super::codes::{self, Led};
use super::labels::Item;
use crate::notes::Note;
use crate::words::{Role, Word};

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
    /// Whether any run is only a code, of another country or of an area.
    pub(super) has_foreign_code: bool,
    /// Whether a figure before a number may be the code of its country.
    pub(super) may_be_abroad: bool,
    /// The positions of the numbers that a code may belong to which nothing parts from them.
    pub(super) behind_codes: HashSet<usize>,
    /// The numbers with a short figure before them, in order.
    pub(super) led: Vec<Led>,
    /// Whether a sign hides a digit of what would be a number with it.
    pub(super) is_masked: bool,
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
    /// `no` is a number's word behind a phone word or before digits, and else a denial: `no suspect 98...`.
    pub(super) fn deny(&mut self) {
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

    /// Takes the word behind a number that a call reached as an owner's: `98... पर कॉल आया`, `98... पर 97... से कॉल आया`,
    /// `मुझे 98... पर कॉल किया`.
    pub(super) fn receive(&mut self) {
        let role = |at: usize| {
            let found = self.roles.binary_search_by_key(&at, |role| role.0);
            found.ok().map(|found| self.roles[found].1)
        };
        let is_number = |at: usize| matches!(self.items.get(at), Some(Item::Number(_)));
        let is_about_call = |at: &usize| {
            let is_label = matches!(
                self.items.get(*at),
                Some(Item::Word(Word::Phone | Word::Complaint))
            );
            is_label && role(*at) != Some(Role::Came)
        };
        let is_reached = |&to: &usize| {
            let has_source = is_number(to + 1) && role(to + 2) == Some(Role::Source);
            let call = if has_source { to + 3 } else { to + 1 };
            let came = call + (call..).take_while(is_about_call).count();
            let was_called = || {
                let whom = || self.before_labels(to - 1);
                role(to + 1) == Some(Role::Made) && whom().and_then(role) == Some(Role::Me)
            };
            to > 0 && is_number(to - 1) && (role(came) == Some(Role::Came) || was_called())
        };
        let tos = self.roles.iter().filter(|role| role.1 == Role::To);
        let reached: Vec<usize> = tos.map(|role| role.0).filter(is_reached).collect();
        for at in reached {
            self.items[at] = Item::Word(Word::Owner);
        }
    }

    /// The place before an item and the labels of numbers right before it: `mujhe mobile no 98...`.
    fn before_labels(&self, at: usize) -> Option<usize> {
        let is_label = |item: &&Item| {
            matches!(
                item,
                Item::Word(Word::Phone | Word::Numbering | Word::Complaint)
            )
        };
        let labels = self.items[..at].iter().rev().take_while(is_label).count();
        at.checked_sub(labels + 1)
    }

    /// Marks the numbers that a figure before them may make another country's.
    pub(super) fn find_abroad(&mut self) {
        for led in codes::abroad(&self.led) {
            self.may_be_abroad = true;
            // No list in a cell has a hundred marks: `977, 98...`.
            if led.is_close || led.figure >= 100 {
                self.behind_codes.insert(led.number);
            }
        }
    }

    /// Takes back the numbers that an area code was put into, where other digits are: they may hold the code; and years
    /// beside other digits or numbers.
    pub(super) fn leave_out_local(&mut self) {
        let has_fragments = self.has_fragments;
        let has_others = has_fragments || self.numbers.len() > 1;
        let is_left_out =
            |found: Number| has_fragments && found.is_local() || has_others && found.is_like_year();
        let items = std::mem::take(&mut self.items);
        if !items
            .iter()
            .any(|item| matches!(item, Item::Number(found) if is_left_out(*found)))
        {
            self.items = items;
            return;
        }
        self.has_fragments = true;
        (self.numbers, self.seen, self.found) = <_>::default();
        self.is_repeated = false;
        for item in items {
            match item {
                Item::Number(found) if is_left_out(found) => {
                    let digits = found.national_width();
                    self.items.push(Item::Other { digits });
                }
                Item::Number(found) => self.number(found),
                item => self.items.push(item),
            }
        }
    }

    pub(super) fn number(&mut self, found: Number) {
        self.items.push(Item::Number(found));
        self.found.get_or_insert(found);
        if self.seen.insert(found.msisdn) {
            self.numbers.push(found.msisdn);
        } else {
            self.is_repeated = true;
        }
    }

    pub(super) fn fragment(&mut self, digits: usize, refusal: Note) {
        self.items.push(Item::Other { digits });
        self.has_fragments = true;
        self.is_masked |= refusal == Note::Masked;
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
