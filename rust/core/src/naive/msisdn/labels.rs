//! The oracle of the labels: what stands beside a number as a row of signs, and patterns over them.

use super::Number;
use super::international::code;
use super::token::{Token, digits_in, row, sign};
use crate::naive::pattern;
use crate::naive::words::Meaning;

/// The meaning of the words beside a number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Label {
    Phone,
    Other,
    Uninvolved,
}

/// As far as words are looked for.
const REACH: usize = 12;

/// Whether the words leave open whose a complaint's numbers are: whether there is one, and the text is in none of the
/// listed forms. In a form `p` is a phone word, `c` one for a suspect, `u` one for an unknown suspect, `f` `of`, `g` a
/// genitive, `i` `is`, `h` a verb at the end, `o` `from`, `s` the same behind its word, `v` a call that came, `,` what
/// parts or joins a list and `!` anything else.
pub(super) fn has_doubt(tokens: &[Token], country: &str) -> bool {
    const SUSPECT: &str = "(?:[pc]*c[pc]*|u[pc]+)";
    const END: &str = "[p,]*h?,*";
    let label = format!("(?:p+f)?{SUSPECT}(?:g[pc]*p)?i?");
    let forms = [
        format!("(?:[p,]*pi|[p,]*)#(?:(?:,*|[p,]*,[p,]*|[p,]*,[p,]*pi)#)*{END}"),
        format!(",*[pc]*o(?:{SUSPECT})?#,*"),
        format!(",*{label}#(?:(?:p*,+)?#)*{END}"),
        format!(",*{label}#(?:p*,+{label}#)*{END}"),
        format!("[p,]*#(?:{SUSPECT},[p,]*#)*{SUSPECT},*h?,*"),
        format!("[p,]*#[,i]{SUSPECT},*h?,*"),
        format!("(?:[p,]*|,*{label})#s[pc]*v,*"),
    ];
    let row: String = tokens
        .iter()
        .filter_map(|token| match token {
            Token::Word(meaning, _) => sign_in_complaint(meaning, country),
            token => Some(match sign(token, "")? {
                '(' | ')' | 'm' => return None,
                ',' | '|' | '.' => ',',
                '#' => '#',
                _ => '!',
            }),
        })
        .collect();
    let has_words = tokens
        .iter()
        .any(|token| matches!(token, Token::Word(..)) || is_bare_address(token));
    let is_listed = |form: &String| {
        regex::Regex::new(&format!("^(?:{form})$"))
            .expect("a pattern")
            .is_match(&row)
    };
    // At a helpline the caller is who complains.
    let accused = |role: fn(&str) -> bool| {
        let is_accused = |meaning: &Meaning| meaning.class == "complaint" && role(meaning.role);
        tokens
            .iter()
            .any(|token| matches!(token, Token::Word(meaning, _) if is_accused(meaning)))
    };
    let has_two_labels = accused(|role| role == "caller") && accused(|role| role != "caller");
    let mut numbers: Vec<u64> = tokens
        .iter()
        .filter_map(Token::number)
        .map(Number::value)
        .collect();
    numbers.sort_unstable();
    numbers.dedup();
    has_words && (numbers.len() > 1 && has_two_labels || !forms.iter().any(is_listed))
}

/// An address without digits counts as a word.
fn is_bare_address(token: &Token) -> bool {
    matches!(token, Token::Address(text) if digits_in(text) == 0)
}

fn sign_in_complaint(meaning: &Meaning, country: &str) -> Option<char> {
    Some(match (meaning.class, meaning.role) {
        ("phone", "") | ("idword", "" | "no") => 'p',
        ("country", _) if !meaning.refuses(country) => 'p',
        ("complaint", "" | "caller") => 'c',
        (_, "unknown") => 'u',
        (_, "of") => 'f',
        (_, "genitive") => 'g',
        (_, "is") => 'i',
        (_, "verb") => 'h',
        (_, "from") => 'o',
        (_, "source") => 's',
        (_, "came") => 'v',
        (_, "list") => ',',
        (_, "article") => return None,
        _ => '!',
    })
}

/// Whether a text is a label and its number, and the label another thing's: no word that is on no list but before an id's,
/// none of who acts or writes or of a suspect, no other digits, and no word with a meaning after it.
pub(super) fn is_bare_label(tokens: &[Token]) -> bool {
    let mut numbers: Vec<u64> = tokens
        .iter()
        .filter_map(|token| token.number().map(Number::value))
        .collect();
    let first = tokens.iter().find_map(Token::number);
    let country = first.map_or("", |number| code(&number.digits));
    numbers.sort_unstable();
    numbers.dedup();
    let row = row(tokens, country).replace("?i", "i");
    let is_sum = tokens.iter().any(|token| token.around().contains('$'));
    numbers.len() == 1
        && pattern!(r"^[^?coedDz.]*\.?$").is_match(&row)
        && (is_sum || pattern!("[iarxw]").is_match(&row))
}

/// Words that a figure stands beside, not more than one thing between them, as capitals; `f` for a figure that a word
/// such as `No` numbers: `A/c No 2`.
fn beside_figures(row: &str, words: &str, is_numbered: bool) -> String {
    let signs: Vec<char> = row.chars().collect();
    let is_figure = |sign: &char| "dD".contains(*sign);
    let with_context = |(at, &sign): (usize, &char)| {
        let near = &signs[at + 1..signs.len().min(at + 3)];
        if words.contains(sign) && near.iter().any(is_figure) {
            sign.to_ascii_uppercase()
        } else if sign == 'd' && is_numbered && near.first() == Some(&'u') {
            'f'
        } else {
            sign
        }
    };
    signs
        .iter()
        .enumerate()
        .map(with_context)
        .take(REACH)
        .collect()
}

/// The label of each number, in order.
pub(super) fn labels(tokens: &[Token]) -> Vec<Label> {
    let mut labels: Vec<Label> = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let Token::Number(number) = token else {
            continue;
        };
        let country = code(&number.digits);
        let role = |token: &Token| match token {
            Token::Word(meaning, _) => meaning.role,
            _ => "",
        };
        let is_shown = |token: &&Token| sign(token, country).is_some();
        let next = tokens[at + 1..].iter().find(is_shown);
        // What stands before `को` is of whom the call reached, if the number is where it came from.
        let behind_last = |name: &str| {
            let last = tokens[..at].iter().rposition(|token| role(token) == name);
            last.map_or(0, |last| last + 1)
        };
        let receiver = match next.map(role) {
            Some("source") => behind_last("to"),
            _ => 0,
        };
        let from = receiver.max(behind_last("act"));
        let before: String = row(&tokens[from..at], country).chars().rev().collect();
        let before = beside_figures(&before, "xwa", true);
        let after = beside_figures(&row(&tokens[at + 1..], country), "iar", false);
        let label = if pattern!("^[njem()f,|]*#").is_match(&before) {
            labels.last().copied()
        } else {
            label_before(&before)
        };
        labels.push(label.unwrap_or_else(|| label_after(&after)));
    }
    labels
}

/// The label from the words before a number, the nearest first.
fn label_before(before: &str) -> Option<Label> {
    /// Signs without meaning before the first word; a field may end there.
    const SILENT: &str = "[njem()f|]*";
    /// Words without meaning.
    const FILLERS: &str = "[njem()fuk]*";
    /// Behind a phone word, the names of other things have no meaning.
    const PHONE: &str = "(?:p[njem()fukpaAir]*)?";
    /// One name or two, and signs without meaning behind them.
    const NAMES: &str = r"(?:\?[njem()fukpaAirXW]*){1,2}";
    let plain = format!("{SILENT}{FILLERS}{PHONE}");
    let named = format!("{FILLERS}{PHONE}{NAMES}");
    let suspect = format!("(?:{plain}|{named})c[njem()fupc]*");
    let fits = |pattern: String| {
        regex::Regex::new(&format!("^(?:{pattern})"))
            .expect("a pattern")
            .is_match(before)
    };
    if fits(format!("{plain}[xXwW]|{named}[xw]|{suspect}[xX]")) {
        Some(Label::Uninvolved)
    } else if fits(format!("{suspect}[?wWaAikr]")) {
        Some(Label::Phone)
    } else if fits(format!("{SILENT}{FILLERS}[air]")) {
        Some(Label::Other)
    } else {
        None
    }
}

/// The label from the words behind a number, if those before it give none.
fn label_after(after: &str) -> Label {
    /// All words of a bracket that opens right there, or none but those without meaning.
    const PASSED: &str = r"(?:\([njupoc?k(]*(?:\)[n()]*)?|\|?[n()]*)";
    let fits = |pattern: String| {
        regex::Regex::new(&format!("^(?:{pattern})"))
            .expect("a pattern")
            .is_match(after)
    };
    // Indian languages have `suspect not`.
    if fits(format!(r"{PASSED}[xw]|cx|\([njupoc?k(]*e")) {
        Label::Uninvolved
    } else if fits(format!("{PASSED}[iar]")) {
        Label::Other
    } else {
        Label::Phone
    }
}
