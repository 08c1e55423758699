//! The meaning of a word beside a number.
//!
//! Owns the closed lists (`lists/phone_words.tsv`, `lists/other_words.tsv`, `lists/handset_words.tsv`) and the lookup
//! of a word of a text in them. Independent of numbers. One idea: a word is on a list or it is not; a word on no list
//! lets no number in, so that an unexpected word costs a review and never a subscriber's phone.

use std::sync::LazyLock;

use hashbrown::{HashMap, HashSet};

use crate::digits::{Folded, is_letter};

/// The meaning of a word for the number beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Word {
    /// That it is a phone number.
    Phone,
    /// That it is a handset's: only where IMEIs are read.
    Handset,
    /// Nothing: `is`, `of`, `the`.
    Neutral,
    /// Nothing, and that something else begins: `and`, `then`, `who`.
    Conjunction,
    /// Who acted: `from`, `by`.
    Origin,
    /// That it is a number of what the word before it names: `no`, `number`.
    Numbering,
    /// That it is a suspect's, which in a complaint is what the column asks for.
    Complaint,
    /// That it is the number of something else: an account, a ticket, a card.
    Id,
    /// That it is a sum of money.
    Amount,
    /// That it is a count or a measure.
    Measure,
    /// That it is not the number meant, or not a suspect's.
    Denial,
    /// That it is the writer's own, or a relative's.
    Owner,
    /// Who writes, and not whose it is: `me`, `we`. Beside a number alone it is the writer's own; in a sentence it has
    /// no meaning.
    FirstPerson,
    /// That it is a number of the country with this code.
    Country(u16),
    /// The word is on no list.
    Unlisted,
}

impl Word {
    fn named(class: &str, code: Option<&str>) -> Option<Self> {
        Some(match class {
            "phone" => Self::Phone,
            "neutral" => Self::Neutral,
            "conjunction" => Self::Conjunction,
            "origin" => Self::Origin,
            "handset" => Self::Handset,
            "idword" => Self::Numbering,
            "complaint" => Self::Complaint,
            "id" => Self::Id,
            "amount" => Self::Amount,
            "measure" => Self::Measure,
            "denial" => Self::Denial,
            "owner" => Self::Owner,
            "first_person" => Self::FirstPerson,
            "country" => Self::Country(code?.parse().ok()?),
            _ => return None,
        })
    }

    /// Whether the word excludes the number, as another thing's or not the suspect's, for a number of `country_code`.
    pub(crate) fn refuses(self, country_code: u16) -> bool {
        match self {
            Self::Phone
            | Self::Handset
            | Self::Neutral
            | Self::Conjunction
            | Self::Origin
            | Self::Numbering
            | Self::Complaint
            | Self::Unlisted => false,
            Self::Country(code) => code != country_code,
            Self::Id
            | Self::Amount
            | Self::Measure
            | Self::Denial
            | Self::Owner
            | Self::FirstPerson => true,
        }
    }
}

/// What a word does in the cell of a complaint: the fourth field of the list of phone words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// The meaning of its class.
    Plain,
    /// It may name a receiver, or someone else than the suspect: `called`, `old`.
    Doubt,
    /// It joins the numbers of a list: `and`.
    List,
    /// It stands before an owner: `of`.
    Of,
    /// It stands behind an owner: `का`.
    Genitive,
    /// It stands between a label and its number: `is`.
    Is,
    /// It ends a sentence: `है`.
    Verb,
    /// It has no meaning: `the`.
    Article,
    /// It stands before who acted: `from`.
    From,
    /// It stands behind who acted: `से`.
    Source,
    /// It names an incoming call: `कॉल आया`.
    Came,
    /// It stands behind whom a call reached: `को`, `पर`.
    To,
    /// It names an unknown suspect, or stands before another word: `unknown caller`.
    Unknown,
    /// It names the caller: a suspect, or the complainant of a helpline.
    Caller,
    /// `no`: a number, or a denial.
    No,
    /// It stands before what the writer did or was asked to do: `by me on`, `asked me to`.
    Act,
    /// It names the writer as whom something was done to: `मुझे`.
    Me,
    /// It names a call that was made: `कॉल किया`.
    Made,
    /// It is the end of a UPI id, and no word behind its `@`: `ybl`.
    Handle,
    /// With a slash or a dash behind it, it begins a bank's narration: `UPI/412345678901/...`.
    Narration,
}

impl Role {
    fn named(field: &str) -> Option<Self> {
        Some(match field {
            "doubt" => Self::Doubt,
            "list" => Self::List,
            "of" => Self::Of,
            "genitive" => Self::Genitive,
            "is" => Self::Is,
            "verb" => Self::Verb,
            "article" => Self::Article,
            "from" => Self::From,
            "source" => Self::Source,
            "came" => Self::Came,
            "to" => Self::To,
            "unknown" => Self::Unknown,
            "caller" => Self::Caller,
            "no" => Self::No,
            "act" => Self::Act,
            "me" => Self::Me,
            "made" => Self::Made,
            "handle" => Self::Handle,
            "narration" => Self::Narration,
            _ => return None,
        })
    }
}

/// The entry of one word or phrase in the lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Meaning {
    pub(crate) word: Word,
    pub(crate) role: Role,
}

impl Meaning {
    const fn plain(word: Word) -> Self {
        Self {
            word,
            role: Role::Plain,
        }
    }
}

/// As many words as the longest phrase of the lists has.
const PHRASE: usize = 4;
/// More characters than any word of the lists has: a longer word is on none of them.
const LONGEST: usize = 64;

struct Lists {
    phrases: HashMap<String, Meaning>,
    /// Phrases with another meaning beside an IMEI.
    handsets: HashMap<String, Meaning>,
    /// The first words of every phrase of several: behind other words, no phrase has to be looked for.
    beginnings: HashSet<String>,
    /// Letters before a zero that is an abbreviation's mark: `मो0`, and its meaning.
    abbreviations: HashMap<String, Word>,
}

static LISTS: LazyLock<Lists> = LazyLock::new(|| {
    let mut lists = Lists {
        phrases: HashMap::new(),
        handsets: HashMap::new(),
        beginnings: HashSet::new(),
        abbreviations: HashMap::new(),
    };
    let beside_numbers = include_str!("lists/phone_words.tsv")
        .lines()
        .chain(include_str!("lists/other_words.tsv").lines());
    let lines = beside_numbers.map(|line| (line, false)).chain(
        include_str!("lists/handset_words.tsv")
            .lines()
            .map(|line| (line, true)),
    );
    for (line, is_of_handsets) in
        lines.filter(|(line, _)| !line.starts_with('#') && !line.is_empty())
    {
        let mut fields = line.split('\t');
        let mut field = || fields.next().unwrap_or_default();
        let (class, language, phrase) = (field(), field(), spelling(field().chars()));
        // In English `is` has no meaning here; behind the particles of the Indian languages another word's
        // part of the sentence begins.
        let class = match class {
            "neutral" if language != "en" => "conjunction",
            class => class,
        };
        let abbreviated = match class {
            "abbrev0" => Some(Word::Phone),
            "abbrev0id" => Some(Word::Id),
            _ => None,
        };
        if let Some(word) = abbreviated {
            lists.abbreviations.insert(phrase, word);
        } else {
            let last = fields.next();
            let word = Word::named(class, last).expect("a class of the word lists");
            let role = last.and_then(Role::named).unwrap_or(Role::Plain);
            let beginnings = phrase.match_indices(' ').map(|(end, _)| &phrase[..end]);
            lists.beginnings.extend(beginnings.map(str::to_owned));
            let list = if is_of_handsets {
                &mut lists.handsets
            } else {
                &mut lists.phrases
            };
            list.insert(phrase, Meaning { word, role });
        }
    }
    lists
});

/// Composed letters as the lists are searched for them: small, without the marks that writers leave out, one letter for those
/// that keyboards write in two ways.
fn spelling(letters: impl Iterator<Item = char>) -> String {
    letters
        .flat_map(char::to_lowercase)
        .filter_map(spelt)
        .collect()
}

/// A small letter in [`spelling`].
fn spelt(letter: char) -> Option<char> {
    Some(match letter {
        // Nukta of the Indian scripts; the vowel marks of Arabic script; joiners.
        '\u{93C}' | '\u{9BC}' | '\u{A3C}' | '\u{ABC}' | '\u{B3C}' | '\u{CBC}' => return None,
        '\u{64B}'..='\u{652}' | '\u{670}' | '\u{200C}' | '\u{200D}' => return None,
        // Letters that NFC composes with their nukta.
        '\u{929}' => '\u{928}',
        '\u{931}' => '\u{930}',
        '\u{934}' => '\u{933}',
        // Arabic and Urdu keyboards write one letter in two ways.
        '\u{643}' => '\u{6A9}',
        '\u{64A}' | '\u{649}' => '\u{6CC}',
        '\u{647}' | '\u{6C3}' => '\u{6C1}',
        '\u{622}' | '\u{623}' | '\u{625}' => '\u{627}',
        letter => letter,
    })
}

/// The word or phrase that begins at a letter of folded text, the longest of the lists, and where it ends.
pub(crate) fn at(cell: &Folded, start: usize) -> (Meaning, usize) {
    longest(cell, start, |phrase| LISTS.phrases.get(phrase).copied())
}

/// The same beside an IMEI, where `imei` and `handset` are what `mobile` and `phone` are beside a phone number.
pub(crate) fn beside_handset(cell: &Folded, start: usize) -> (Word, usize) {
    let lists = &*LISTS;
    let (meaning, end) = longest(cell, start, |phrase| {
        lists
            .handsets
            .get(phrase)
            .or_else(|| lists.phrases.get(phrase))
            .copied()
    });
    (meaning.word, end)
}

fn longest(
    cell: &Folded,
    start: usize,
    find: impl Fn(&str) -> Option<Meaning>,
) -> (Meaning, usize) {
    let text = cell.bytes();
    // `NoT`: a capital inside a word of the lists parts no words where the word refuses.
    let letters = letters_end(text, start);
    if (word_end(cell, start) + 1..=start + LONGEST).contains(&letters)
        && let Some(meaning) =
            find(&spelled(cell, start, letters)).filter(|meaning| meaning.word.refuses(0))
    {
        return (meaning, letters);
    }
    let mut phrase = String::new();
    let mut found = (Meaning::plain(Word::Unlisted), word_end(cell, start));
    let mut from = start;
    for words in 0..PHRASE {
        let end = word_end(cell, from);
        if end - from > LONGEST {
            break;
        }
        if words > 0 {
            phrase.push(' ');
        }
        spell(cell, from, end, &mut phrase);
        if words == 0
            && let Some(meaning) = initials(cell, start, end).and_then(|letters| find(&letters))
        {
            return (meaning, end);
        }
        if let Some(meaning) = find(&phrase) {
            found = (meaning, end);
        } else if words == 0
            && let Some(word) = compound(&phrase, &find)
        {
            found = (Meaning::plain(word), end);
        }
        match next_word(text, end) {
            Some(next) if LISTS.beginnings.contains(&phrase) => from = next,
            _ => break,
        }
    }
    found
}

/// Two letters with a slash between them, with a blank instead: `s/o` is `s o`, and not the word `so`.
fn initials(cell: &Folded, start: usize, end: usize) -> Option<String> {
    (end == start + 3 && cell.bytes()[start + 1] == b'/').then(|| {
        let (first, last) = (
            spelled(cell, start, start + 1),
            spelled(cell, start + 2, end),
        );
        format!("{first} {last}")
    })
}

/// The meaning of words of the lists that are written together: `upirefno`, `rollnumber`. Only words for a kind of
/// number make one; names do not split into such words.
fn compound(letters: &str, find: &impl Fn(&str) -> Option<Meaning>) -> Option<Word> {
    /// Shorter than any two words that are written together, and longer.
    const LENGTHS: std::ops::RangeInclusive<usize> = 5..=24;
    if !letters.is_ascii() || !LENGTHS.contains(&letters.len()) {
        return None;
    }
    // The meaning of the first n letters, if they are words.
    let mut known: Vec<Option<Word>> = vec![None; letters.len() + 1];
    for start in 0..letters.len() - 1 {
        if start > 0 && known[start].is_none() {
            continue;
        }
        for end in start + 2..=letters.len() {
            if known[end].is_none()
                && let Some(Meaning { word, .. }) = find(&letters[start..end])
                && matches!(
                    word,
                    Word::Id | Word::Amount | Word::Phone | Word::Numbering
                )
            {
                let first = known[start].filter(|first| first.refuses(0));
                known[end] = Some(first.unwrap_or(word));
            }
        }
    }
    known[letters.len()].filter(|word| word.refuses(0))
}

/// The meaning of an abbreviation that begins at a letter, and its end, with its zero: `मो0`.
pub(crate) fn abbreviation(cell: &Folded, start: usize) -> Option<(Word, usize)> {
    let end = word_end(cell, start);
    let may_be_one = cell.bytes().get(end) == Some(&b'0')
        && end - start <= LONGEST
        && !cell.bytes()[start].is_ascii();
    if !may_be_one {
        return None;
    }
    let word = LISTS.abbreviations.get(&spelled(cell, start, end))?;
    Some((*word, end + 1))
}

/// The letters of a word. Points and slashes between single letters (`P.N.R.`, `a/c`) are no letters.
fn spelled(cell: &Folded, start: usize, end: usize) -> String {
    let mut letters = String::new();
    spell(cell, start, end, &mut letters);
    letters
}

/// Appends [`spelled`].
fn spell(cell: &Folded, start: usize, end: usize, letters: &mut String) {
    for at in (start..end).filter(|&at| is_letter(cell.bytes()[at])) {
        match cell.bytes()[at] {
            // Full-width letters are folded to these.
            latin if latin.is_ascii() => letters.push(char::from(latin.to_ascii_lowercase())),
            _ => letters.extend(cell.character(at).to_lowercase().filter_map(spelt)),
        }
    }
}

/// Where the word that begins at `start` ends: at what is no letter, at an underscore, where a capital follows a small
/// letter. Single letters with a point or a slash between them are one word.
fn word_end(cell: &Folded, start: usize) -> usize {
    let text = cell.bytes();
    let is_in_word = |at: usize| {
        text.get(at)
            .is_some_and(|&byte| is_letter(byte) && byte != b'_')
    };
    if text[start] == b'_' {
        return start + 1;
    }
    let mut end = start + 1;
    while matches!(text.get(end), Some(b'.' | b'/'))
        && is_in_word(end + 1)
        && !is_in_word(end + 2)
        && text[end + 1].is_ascii()
        && !is_in_word(start + 1)
    {
        end += 2;
    }
    if end > start + 1 {
        return end;
    }
    while is_in_word(end) && !(text[end - 1].is_ascii_lowercase() && text[end].is_ascii_uppercase())
    {
        end += 1;
    }
    end
}

/// Where the letters that begin at `start` end, whatever their case; not much farther than any word is long.
fn letters_end(text: &[u8], start: usize) -> usize {
    let letters = text[start..].iter().take(LONGEST + 1);
    start
        + letters
            .take_while(|&&byte| is_letter(byte) && byte != b'_')
            .count()
}

/// Where the next word of the same phrase begins: behind a few signs that stand between words, or at once after a
/// change of case.
fn next_word(text: &[u8], end: usize) -> Option<usize> {
    let gap = text[end..]
        .iter()
        .take(4)
        .take_while(|byte| matches!(byte, b' ' | b'\t' | b'.' | b'_' | b'-' | b'/'))
        .count();
    let next = text.get(end + gap)?;
    (gap < 4 && is_letter(*next) && *next != b'_').then_some(end + gap)
}
