//! The oracle of [`crate::words`]: the same lists, every phrase kept as the text that it is.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::pattern;
use super::text::Shown;

/// The entry of a word in the lists: the name of its class, and a country's calling code.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Meaning {
    pub(super) class: &'static str,
    code: &'static str,
    /// How a word bears on a complaint's numbers, as the list has it.
    pub(super) role: &'static str,
}

impl Meaning {
    /// Of a word that is on no list.
    pub(super) const UNLISTED: Self = Self::of("unlisted");
    /// Of a `no` that is no number's word.
    pub(super) const DENIAL: Self = Self::of("denial");
    /// Of the word behind a number that a call reached.
    pub(super) const OWNER: Self = Self::of("owner");

    const fn of(class: &'static str) -> Self {
        Self {
            class,
            code: "",
            role: "",
        }
    }

    /// Whether a number of the country with this code is another thing's, or not the suspect's.
    pub(super) fn refuses(&self, country_code: &str) -> bool {
        match self.class {
            "id" | "amount" | "measure" | "denial" | "owner" | "first_person" => true,
            "country" => self.code != country_code,
            _ => false,
        }
    }
}

/// Phrases as they are searched for, and their entries.
type List = HashMap<String, Meaning>;

static PHONE_NUMBERS: LazyLock<List> = LazyLock::new(|| {
    list(&[
        include_str!("../lists/phone_words.tsv"),
        include_str!("../lists/other_words.tsv"),
    ])
});
static HANDSETS: LazyLock<List> =
    LazyLock::new(|| list(&[include_str!("../lists/handset_words.tsv")]));

fn list(files: &[&'static str]) -> List {
    let rows = files.iter().flat_map(|file| file.lines());
    rows.filter(|row| !row.starts_with('#') && !row.is_empty())
        .map(|row| {
            let fields: Vec<&str> = row.split('\t').collect();
            // A zero stands behind these letters in writing.
            let (class, mark) = match (fields[0], fields[1]) {
                ("abbrev0", _) => ("phone", "0"),
                ("abbrev0id", _) => ("id", "0"),
                // Behind the particles of the Indian languages another part of the sentence begins.
                ("neutral", language) if language != "en" => ("conjunction", ""),
                (class, _) => (class, ""),
            };
            let last = fields.get(3).copied().unwrap_or_default();
            let (code, role) = if class == "country" {
                (last, "")
            } else {
                ("", last)
            };
            let meaning = Meaning { class, code, role };
            (spelling(fields[2]) + mark, meaning)
        })
        .collect()
}

/// Letters that are written in two ways, each with the one that it is searched as; with none where it is left out.
const SPELLINGS: &str = "\u{93C} \u{9BC} \u{A3C} \u{ABC} \u{B3C} \u{CBC} \u{64B} \u{64C} \u{64D} \u{64E} \u{64F} \u{650} \
    \u{651} \u{652} \u{670} \u{200C} \u{200D} \u{929}\u{928} \u{931}\u{930} \u{934}\u{933} \u{643}\u{6A9} \
    \u{64A}\u{6CC} \u{649}\u{6CC} \u{647}\u{6C1} \u{6C3}\u{6C1} \u{622}\u{627} \u{623}\u{627} \u{625}\u{627}";

fn spelling(word: &str) -> String {
    let mut spelled = word.to_lowercase();
    for pair in SPELLINGS.split(' ').filter(|pair| !pair.is_empty()) {
        let letter: String = pair.chars().take(1).collect();
        let other: String = pair.chars().skip(1).collect();
        spelled = spelled.replace(&letter, &other);
    }
    spelled
}

/// The word at the start of a text, in bytes: up to what is no letter, up to a capital behind a small letter; single
/// letters with points or slashes between them are one word.
fn word(text: &str) -> &str {
    let initials = pattern!("^[A-Za-zλ](?:[./][A-Za-z])+")
        .find(text)
        .map_or("", |found| found.as_str());
    // `P.N.Ravi`: the last letter begins a word.
    let initials = if text[initials.len()..].starts_with(is_letter) {
        initials
            .get(..initials.len().saturating_sub(2))
            .unwrap_or_default()
    } else {
        initials
    };
    if initials.chars().count() > 1 {
        return initials;
    }
    pattern!("^[A-Zλ]*(?:[a-z]+λ[A-Zλ]*)*[a-z]*")
        .find(text)
        .expect("even an empty one")
        .as_str()
}

fn is_letter(character: char) -> bool {
    character.is_ascii_alphabetic() || character == 'λ'
}

/// The letters of a text as they were written, without points and slashes.
fn letters(shown: &Shown, end: usize) -> String {
    let count = shown.text[..end].chars().count();
    let written: String = shown
        .pairs()
        .take(count)
        .filter(|(read, _)| is_letter(*read))
        // Full-width letters are read as these.
        .map(|(read, written)| if read.is_ascii() { read } else { written })
        .collect();
    spelling(&written)
}

/// The words with which a text begins, one more each time: where they end, and the phrase.
fn phrases(shown: &Shown) -> Vec<(usize, String)> {
    let mut phrases: Vec<(usize, String)> = Vec::new();
    let mut start = 0;
    while phrases.len() < 4 {
        let rest = shown.from(start);
        let width = word(&rest.text).len();
        let before = phrases
            .last()
            .map_or(String::new(), |(_, phrase)| format!("{phrase} "));
        phrases.push((start + width, before + &letters(&rest, width)));
        let Some(gap) = pattern!(r"^[ \t._/\-]{0,3}[A-Za-zλ]").find(&rest.text[width..]) else {
            break;
        };
        start += width + gap.as_str().trim_end_matches(is_letter).len();
    }
    phrases
}

/// The meaning of the longest phrase of a list at the start of a text, and its end.
pub(super) fn meaning(shown: &Shown) -> (Meaning, usize) {
    let width = word(&shown.text).len();
    if shown.text.starts_with('λ') && shown.text[width..].starts_with('0') {
        let abbreviation = letters(shown, width) + "0";
        if let Some(meaning) = PHONE_NUMBERS.get(&abbreviation) {
            return (meaning.clone(), width + 1);
        }
    }
    longest(shown, &[&PHONE_NUMBERS])
}

/// The same beside an IMEI.
pub(super) fn meaning_beside_handset(shown: &Shown) -> (Meaning, usize) {
    longest(shown, &[&HANDSETS, &PHONE_NUMBERS])
}

fn longest(shown: &Shown, lists: &[&List]) -> (Meaning, usize) {
    let phrases = phrases(shown);
    let known = |phrase: &str| lists.iter().find_map(|list| list.get(phrase)).cloned();
    let (width, first) = &phrases[0];
    // `NoT`: capitals part no words inside of one that refuses.
    let whole = pattern!("^[A-Za-zλ]*")
        .find(&shown.text)
        .map_or(0, |found| found.end());
    let refusing = known(&letters(shown, whole)).filter(|meaning| meaning.refuses(""));
    if let Some(meaning) = refusing.filter(|_| whole > *width) {
        return (meaning, whole);
    }
    // `s/o` is no `so`.
    if let Some(found) = pattern!("^([A-Za-zλ])/([A-Za-z])$").captures(&shown.text[..*width]) {
        let last = width - 1;
        let letters = [
            letters(shown, found[1].len()),
            letters(&shown.from(last), 1),
        ];
        if let Some(meaning) = known(&letters.join(" ")) {
            return (meaning, *width);
        }
    }
    phrases
        .iter()
        .rev()
        .find_map(|(end, phrase)| Some((known(phrase)?, *end)))
        .or_else(|| Some((compound(first, &known)?, *width)))
        .unwrap_or((Meaning::UNLISTED, *width))
}

/// The meaning of letters that split into words for a kind of number: `upirefno`. It is another thing's number if one
/// of the words is.
fn compound(letters: &str, known: &impl Fn(&str) -> Option<Meaning>) -> Option<Meaning> {
    let may_be_one = pattern!("^[a-z]{5,24}$").is_match(letters);
    let ways = if may_be_one {
        ways_apart(letters, known)
    } else {
        Vec::new()
    };
    ways.iter()
        .flatten()
        .find(|meaning| meaning.refuses(""))
        .map(|meaning| Meaning {
            role: "",
            ..meaning.clone()
        })
}

/// All ways in which letters are two such words or more, those first whose last word is the longest.
fn ways_apart(letters: &str, known: &impl Fn(&str) -> Option<Meaning>) -> Vec<Vec<Meaning>> {
    let mut ways = Vec::new();
    for start in (0..letters.len()).filter(|start| letters.len() - start > 1) {
        let makes_one =
            |meaning: &Meaning| ["id", "amount", "phone", "idword"].contains(&meaning.class);
        let Some(last) = known(&letters[start..]).filter(makes_one) else {
            continue;
        };
        if start == 0 {
            ways.push(vec![last]);
        } else {
            let before = ways_apart(&letters[..start], known);
            ways.extend(
                before
                    .into_iter()
                    .map(|way| [way, vec![last.clone()]].concat()),
            );
        }
    }
    ways
}
