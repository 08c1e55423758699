//! Whether the words of a complaint's cell name the holder of its numbers without doubt.
//!
//! Owns the closed set of forms in which a cell names the numbers of whom it accuses. Independent of digits. One idea:
//! numbers are certain in a list with phone words alone, or with words for a suspect before all of them, before each or
//! behind each; any other form leaves open who reached whom, and waits for a decision.

use super::labels::Item;
use super::survey::Survey;
use crate::words::{Role, Word};

/// What one item is to the forms. Brackets, list marks and articles are left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sign {
    Number,
    /// A phone word, `number`, or the number's own country.
    Phone,
    /// A word for a suspect.
    Suspect,
    /// `unknown`, which means a suspect's number only before another word.
    Unknown,
    /// `of`, which stands before the owner.
    Of,
    /// `का`, `'s`, which stand behind the owner.
    Genitive,
    /// `is`, before a number.
    Is,
    /// `है`, at the end of a cell.
    Verb,
    /// `from`, `by`.
    From,
    /// `से`, which stands behind who acted.
    Source,
    /// `कॉल आया`.
    Came,
    /// What parts a list, or `and`.
    Parting,
    /// Any other word, and other digits.
    Other,
}

use Sign::{
    Came, From, Genitive, Is, Number, Of, Other, Parting, Phone, Source, Suspect, Unknown, Verb,
};

/// Whether the words of a survey leave no doubt whose its numbers are; true where there is no word.
pub(super) fn is_plain(survey: &Survey) -> bool {
    if survey.words().next().is_none() {
        return true;
    }
    if survey.numbers.len() > 1 && has_two_labels(survey) {
        return false;
    }
    let signs: Vec<Sign> = signs(survey).collect();
    let gaps: Vec<&[Sign]> = signs.split(|&sign| sign == Number).collect();
    let [first, between @ .., last] = &gaps[..] else {
        return false;
    };
    let has_phone_words =
        || is_phone_label(first) && between.iter().all(|gap| parts_phones(gap)) && ends(last);
    let has_origin = || between.is_empty() && is_origin(first) && is_all(last, &[Parting]);
    let came = || {
        between.is_empty()
            && (is_all(first, &[Phone, Parting])
                || is_suspect_label(without_leading(first, &[Parting])))
            && is_arrival(last)
    };
    let first_is_suspects = || is_suspect_label(without_leading(first, &[Parting]));
    let has_one_label =
        || first_is_suspects() && between.iter().all(|gap| parts_list(gap)) && ends(last);
    let has_labels_before =
        || first_is_suspects() && between.iter().all(|gap| parts_labelled(gap)) && ends(last);
    let has_labels_behind = || {
        is_all(first, &[Phone, Parting])
            && between.iter().all(|gap| is_label_behind(gap))
            && ends_with_label(last, between.is_empty())
    };
    has_phone_words()
        || has_origin()
        || came()
        || has_one_label()
        || has_labels_before()
        || has_labels_behind()
}

/// Whether callers and other suspects are named: at a helpline the caller is who complains.
fn has_two_labels(survey: &Survey) -> bool {
    let callers = survey
        .roles
        .iter()
        .filter(|(_, role)| *role == Role::Caller);
    let callers = callers.count();
    let suspects = survey
        .words()
        .filter(|&word| word == Word::Complaint)
        .count();
    callers > 0 && suspects > callers
}

fn signs(survey: &Survey) -> impl Iterator<Item = Sign> {
    let mut roles = survey.roles.iter().peekable();
    let own_country = survey
        .found
        .map(|found| Word::Country(found.country_code()));
    survey
        .items
        .iter()
        .enumerate()
        .filter_map(move |(at, item)| {
            let role = roles
                .next_if(|role| role.0 == at)
                .map_or(Role::Plain, |role| role.1);
            Some(match item {
                Item::Number(_) => Number,
                Item::Comma | Item::Bar | Item::Break => Parting,
                Item::Open | Item::Close | Item::Mark => return None,
                Item::Word(word) if Some(*word) == own_country => Phone,
                Item::Word(word) => match (word, role) {
                    (Word::Phone, Role::Plain) | (Word::Numbering, Role::Plain | Role::No) => Phone,
                    (Word::Complaint, Role::Plain | Role::Caller) => Suspect,
                    (Word::Complaint, Role::Unknown) => Unknown,
                    (_, Role::Of) => Of,
                    (_, Role::Genitive) => Genitive,
                    (_, Role::Is) => Is,
                    (_, Role::Verb) => Verb,
                    (_, Role::From) => From,
                    (_, Role::Source) => Source,
                    (_, Role::Came) => Came,
                    (_, Role::List) => Parting,
                    (_, Role::Article) => return None,
                    _ => Other,
                },
                Item::Other { .. } => Other,
            })
        })
}

fn is_all(signs: &[Sign], set: &[Sign]) -> bool {
    signs.iter().all(|sign| set.contains(sign))
}

fn without_leading<'a>(signs: &'a [Sign], set: &[Sign]) -> &'a [Sign] {
    let skipped = signs.iter().take_while(|sign| set.contains(sign)).count();
    &signs[skipped..]
}

/// `Mobile no:`, `mobile and whatsapp no is`, or nothing.
fn is_phone_label(gap: &[Sign]) -> bool {
    let label = match gap {
        [label @ .., Phone, Is] => label,
        gap => gap,
    };
    is_all(label, &[Phone, Parting])
}

/// `, `, ` (whatsapp), mobile `: between two numbers words need something that parts them.
fn parts_phones(gap: &[Sign]) -> bool {
    is_phone_label(gap) && (!gap.contains(&Phone) || gap.contains(&Parting))
}

/// What stands behind the last number: phone words, and the verb of the sentence.
fn ends(gap: &[Sign]) -> bool {
    let end = gap
        .iter()
        .rposition(|&sign| sign != Parting)
        .map_or(0, |last| last + 1);
    let words = match &gap[..end] {
        [words @ .., Verb] => words,
        words => words,
    };
    is_all(words, &[Phone, Parting])
}

/// `call from`, `fraud by`, `call from fraudster`.
fn is_origin(gap: &[Sign]) -> bool {
    let gap = without_leading(gap, &[Parting]);
    let from = gap.iter().position(|&sign| sign == From);
    from.is_some_and(|at| {
        let owner = &gap[at + 1..];
        is_all(&gap[..at], &[Phone, Suspect]) && (owner.is_empty() || is_suspect(owner))
    })
}

/// `से कॉल आया`, `se fraud call aaya`.
fn is_arrival(gap: &[Sign]) -> bool {
    let [Source, words @ ..] = gap else {
        return false;
    };
    let came = words.iter().position(|&sign| sign == Came);
    came.is_some_and(|at| {
        is_all(&words[..at], &[Phone, Suspect]) && is_all(&words[at + 1..], &[Parting])
    })
}

/// `suspect`, `accused mobile no`, `unknown caller`.
fn is_suspect(words: &[Sign]) -> bool {
    match words {
        [Unknown, named @ ..] => !named.is_empty() && is_all(named, &[Phone, Suspect]),
        words => words.contains(&Suspect) && is_all(words, &[Phone, Suspect]),
    }
}

/// `suspect's mobile is`, `number of fraudster`, `आरोपी का मोबाइल`.
fn is_suspect_label(gap: &[Sign]) -> bool {
    let label = match gap {
        [label @ .., Is] => label,
        gap => gap,
    };
    let label = match label.iter().position(|&sign| sign == Genitive) {
        Some(at) => match &label[at + 1..] {
            [owned @ .., Phone] if is_all(owned, &[Phone, Suspect]) => &label[..at],
            _ => return false,
        },
        None => label,
    };
    match label.iter().position(|&sign| sign == Of) {
        Some(at) if at > 0 && is_all(&label[..at], &[Phone]) => is_suspect(&label[at + 1..]),
        Some(_) => false,
        None => is_suspect(label),
    }
}

/// Between numbers that one label names: nothing, or phone words of the one before and what parts a list.
fn parts_list(gap: &[Sign]) -> bool {
    let gap_without_words = without_leading(gap, &[Phone]);
    is_all(gap_without_words, &[Parting]) && (gap.is_empty() || !gap_without_words.is_empty())
}

/// Between numbers that have a label each: what parts a list, and the label of the next.
fn parts_labelled(gap: &[Sign]) -> bool {
    let behind = without_leading(gap, &[Phone]);
    let label = without_leading(behind, &[Parting]);
    label.len() < behind.len() && is_suspect_label(label)
}

/// Between numbers with their labels behind them: the label of the one before, what parts a list, phone words.
fn is_label_behind(gap: &[Sign]) -> bool {
    let parting = gap.iter().position(|&sign| sign == Parting);
    parting.is_some_and(|at| is_suspect(&gap[..at]) && is_all(&gap[at..], &[Phone, Parting]))
}

/// The label behind the last number, and the verb of the sentence; behind the only one a comma or `is` may
/// stand before it.
fn ends_with_label(gap: &[Sign], is_only: bool) -> bool {
    let gap = match gap {
        [Parting | Is, label @ ..] if is_only => label,
        gap => gap,
    };
    let label = gap
        .iter()
        .take_while(|sign| matches!(sign, Phone | Suspect | Unknown))
        .count();
    let mut rest = without_leading(&gap[label..], &[Parting]);
    if let [Verb, behind @ ..] = rest {
        rest = behind;
    }
    is_suspect(&gap[..label]) && is_all(rest, &[Parting])
}
