//! The meaning of the words beside a number.
//!
//! Owns which of the words around a number are about it. Independent of digits. One idea: the nearest word with a
//! meaning decides, the words before the number before those behind it; a number, other digits or the end of a sentence
//! end the search, and a word beside other digits is about those.

use super::Number;
use crate::words::{Role, Word};

/// Something that stands in a text, in order.
#[derive(Clone, Copy, Debug)]
pub(super) enum Item {
    Number(Number),
    Word(Word),
    /// Digits, an address or a UPI id that are no number; how many digits.
    Other {
        digits: usize,
    },
    /// The mark of a list: `1)`.
    Mark,
    Comma,
    /// What parts the fields of a record: a slash, a bar, a tab, the end of a line.
    Bar,
    /// The end of a sentence.
    Break,
    Open,
    Close,
}

impl Item {
    /// Whether it is digits that are no number. A figure's own words (`Rs 500`, `24 calls`) stand right beside it.
    fn is_figure(&self) -> bool {
        matches!(self, Item::Other { digits: 1.. })
    }
}

/// The meaning of the words beside a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Label {
    /// That it is a phone number, or nothing in particular.
    Phone,
    /// That it is another thing's: an account's, a sum, a count.
    Other,
    /// That it is a victim's, a helper's or the writer's own.
    Uninvolved,
}

/// As far as words are looked for.
const REACH: usize = 12;
/// As many words on no list as may stand between a number and whose it is: a name.
const NAME: usize = 2;

/// The label of each number of a text, in order; with the items come the words among them that bear on others.
pub(super) fn labels(items: &[Item], roles: &[(usize, Role)]) -> Vec<Label> {
    let mut labels: Vec<Label> = Vec::new();
    let mut roles = roles.iter().peekable();
    let (mut behind_receiver, mut behind_act) = (0, 0);
    for (at, item) in items.iter().enumerate() {
        match roles.next_if(|role| role.0 == at) {
            Some((_, Role::To)) => behind_receiver = at + 1,
            // `he called my wife and asked me to call 98...`: what stands before is of another number.
            Some((_, Role::Act)) => behind_act = at + 1,
            _ => {}
        }
        if let Item::Number(found) = item {
            // `मेरे भाई को 98... से कॉल आया`: the words up to `को` are of whom the call reached.
            let is_source = roles.peek() == Some(&&(at + 1, Role::Source));
            let receiver = if is_source { behind_receiver } else { 0 };
            let from = receiver.max(behind_act);
            let code = found.country_code();
            let label = match before(&items[from..at], code) {
                Before::Is(label) => label,
                Before::Inherits => labels.last().copied().unwrap_or(Label::Phone),
                Before::Nothing => after(&items[at + 1..], code),
            };
            labels.push(label);
        }
    }
    labels
}

enum Before {
    Is(Label),
    /// A list: the label of its first number holds for all.
    Inherits,
    Nothing,
}

/// The label from the words before a number, the nearest first.
fn before(items: &[Item], code: u16) -> Before {
    let mut search = Search::default();
    for at in (items.len().saturating_sub(REACH)..items.len()).rev() {
        let figure_before = items[..at].iter().rev().take(2).any(Item::is_figure);
        let step = match &items[at] {
            Item::Word(word) => search.word(*word, code, figure_before),
            Item::Number(_) if search.is_silent => Some(Before::Inherits),
            Item::Comma if search.is_silent => {
                search.is_behind_comma = true;
                None
            }
            // `Policy|98...`: the field before is the label, and nothing farther.
            Item::Bar if search.is_silent => {
                search.is_behind_bar = true;
                None
            }
            // `A/c No 2: 98...`.
            Item::Other { digits: 1..=2 }
                if matches!(items[..at].last(), Some(Item::Word(Word::Numbering))) =>
            {
                None
            }
            Item::Mark | Item::Open | Item::Close => None,
            _ => Some(Before::Nothing),
        };
        if let Some(decided) = step {
            return decided;
        }
    }
    Before::Nothing
}

/// What was passed on the way back from a number.
struct Search {
    /// Whether all words so far are without meaning.
    is_silent: bool,
    is_behind_comma: bool,
    is_behind_bar: bool,
    phone: bool,
    suspect: bool,
    /// Words that are on no list.
    names: usize,
}

impl Default for Search {
    fn default() -> Self {
        Self {
            is_silent: true,
            is_behind_comma: false,
            is_behind_bar: false,
            phone: false,
            suspect: false,
            names: 0,
        }
    }
}

impl Search {
    /// Takes one word; gives what it decides. `figure_before`: digits stand right before the word.
    fn word(&mut self, word: Word, code: u16, figure_before: bool) -> Option<Before> {
        if matches!(word, Word::Neutral | Word::Conjunction | Word::FirstPerson) {
            return None;
        }
        if self.is_behind_comma {
            return Some(Before::Nothing);
        }
        self.is_silent = false;
        match word {
            Word::Numbering => {}
            Word::Phone => self.phone = true,
            Word::Complaint => self.suspect = true,
            Word::Origin => return Some(Before::Nothing),
            // `not the suspect 98...`; but in `my account, suspect 98...` the nearer word decides.
            Word::Denial if self.suspect => return Some(Before::Is(Label::Uninvolved)),
            _ if self.suspect => return Some(Before::Is(Label::Phone)),
            Word::Unlisted if self.names < NAME && !self.is_behind_bar => self.names += 1,
            Word::Unlisted => return Some(Before::Nothing),
            Word::Denial | Word::Owner if self.names == 0 || !figure_before => {
                return Some(Before::Is(Label::Uninvolved));
            }
            _ if self.phone || self.names > 0 || !word.refuses(code) => {}
            // `500 rupees to 98...`, `10:15 am 98...`: the word is the figure's.
            Word::Amount | Word::Measure if figure_before => return Some(Before::Nothing),
            _ => return Some(Before::Is(Label::Other)),
        }
        None
    }
}

/// The label from the words behind a number: the first with a meaning, and all in a bracket that opens right there.
fn after(items: &[Item], code: u16) -> Label {
    let (mut is_open, mut is_suspect) = (false, false);
    for (at, item) in items.iter().enumerate().take(REACH) {
        let figure_behind = || items[at + 1..].iter().take(2).any(Item::is_figure);
        match item {
            Item::Open if at == 0 => is_open = true,
            // `98.../victim`: the next field, and nothing farther.
            Item::Bar if at == 0 => {}
            // `98... - not the suspect` has the denial first, Indian languages have it last.
            Item::Word(Word::Complaint) if at == 0 => is_suspect = true,
            Item::Word(Word::Denial) if is_suspect => return Label::Uninvolved,
            _ if is_suspect => break,
            Item::Close => is_open = false,
            Item::Open | Item::Word(Word::Neutral) => {}
            Item::Word(Word::Denial | Word::Owner) => return Label::Uninvolved,
            // `98... (me)`; in `98... me ...` it begins another part of the sentence.
            Item::Word(Word::FirstPerson) if is_open => return Label::Uninvolved,
            Item::Word(Word::FirstPerson) => break,
            // `98... Rs 500`, `98... on Apr 11`: the word is the figure's.
            Item::Word(word) if word.refuses(code) => {
                return if figure_behind() {
                    Label::Phone
                } else {
                    Label::Other
                };
            }
            Item::Word(_) if is_open => {}
            _ => break,
        }
    }
    Label::Phone
}
