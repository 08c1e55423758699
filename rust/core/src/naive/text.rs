//! The text of a cell as it is displayed: in ASCII where possible, without quotes and formulas around it.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;

use super::pattern;
use crate::notes::Note;

/// Stands for a letter that is not Latin.
pub(super) const LETTER: char = 'λ';
/// Stands for a character that is neither part of a number nor of a remark.
pub(super) const SIGN: char = '¤';

/// A text as it is read, with the original character of each character.
#[derive(Clone)]
pub(super) struct Shown {
    pub(super) text: String,
    written: Vec<char>,
}

impl Shown {
    /// The characters of a cell, composed (NFC), each replaced by the one that it is read as.
    pub(super) fn of(cell: &str) -> Self {
        let (text, written) = cell
            .nfc()
            .filter_map(|character| Some((plain_character(character)?, character)))
            .unzip();
        Self { text, written }
    }

    /// A part of the text.
    fn part(&self, range: Range<usize>) -> Self {
        let before = self.text[..range.start].chars().count();
        let count = self.text[range.clone()].chars().count();
        Self {
            text: self.text[range].to_owned(),
            written: self.written[before..before + count].to_vec(),
        }
    }

    /// The text after so many bytes.
    pub(super) fn from(&self, start: usize) -> Self {
        self.part(start..self.text.len())
    }

    /// Each character with the original one.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (char, char)> {
        self.text.chars().zip(self.written.iter().copied())
    }
}

fn plain_character(character: char) -> Option<char> {
    let mut buffer = [0; 4];
    let text: &str = character.encode_utf8(&mut buffer);
    let is = |pattern: &regex::Regex| pattern.is_match(text);
    Some(match character {
        ascii if ascii.is_ascii() => ascii,
        digit if is(pattern!(r"^[\p{Nd}\u{11DE0}-\u{11DE9}]$")) => char::from(b'0' + value(digit)),
        '！'..='～' => char::from_u32(u32::from(character) - u32::from('！') + u32::from('!'))?,
        // Marks that reorder text are invisible and removed, except this one: it reverses the digits that follow.
        '\u{202E}' => SIGN,
        _ if is(pattern!(
            r"^[\u{AD}\u{61C}\u{180E}\u{200B}-\u{200F}\u{202A}-\u{202D}\u{2060}-\u{206F}\u{FEFF}\u{FE00}-\u{FE0F}]$"
        )) =>
        {
            return None;
        }
        '\u{85}' | '\u{2028}' | '\u{2029}' => '\n',
        _ if is(pattern!(r"^\p{Zs}$")) => ' ',
        '\u{2212}' | '\u{2043}' => '-',
        _ if is(pattern!(r"^\p{Pd}$")) => '-',
        '﹢' => '+',
        '‘' | '’' | '‚' | '‛' | 'ʼ' | '´' | '′' => '\'',
        '“' | '”' | '„' | '‟' | '″' | '«' | '»' => '"',
        '٫' => '.',
        '٬' | '،' | '、' | '।' | '॥' => ',',
        '•' | '●' | '∗' => '*',
        '∞' => '∞',
        '\u{20A0}'..='\u{20C0}' | '¢' | '£' | '¤' | '¥' => '$',
        '\u{300}'..='\u{36F}' | '\u{900}'..='\u{DFF}' => LETTER,
        // By the tables of the standard library, since those of the pattern library may have another Unicode version.
        letter if letter.is_alphabetic() => LETTER,
        _ => SIGN,
    })
}

/// The value of a digit. Unicode has digits in runs of ten from zero, so it is the distance from the start of the run.
fn value(digit: char) -> u8 {
    let is_digit = |code: u32| {
        char::from_u32(code).is_some_and(|near| {
            pattern!(r"^[\p{Nd}\u{11DE0}-\u{11DE9}]$").is_match(&near.to_string())
        })
    };
    let mut zero = u32::from(digit);
    while is_digit(zero - 1) {
        zero -= 1;
    }
    u8::try_from((u32::from(digit) - zero) % 10).expect("below ten")
}

/// The text without blanks, tabs and line breaks at both ends.
pub(super) fn trimmed(text: &str) -> &str {
    text.trim_matches(|character: char| " \t\n\r\u{B}\u{C}".contains(character))
}

/// The text inside quotes and formulas, and the mend if a formula was removed; or the note of an empty cell.
pub(super) fn unwrapped(cell: &Shown) -> Result<(Shown, Option<Note>), Note> {
    const WRAPPINGS: &str = concat!(
        r#"(?s)^[ \t\n\r\x0B\x0C]*"#,
        r#"(?:'(.*)'|"(.*)"|`(.*)`|'(.*)|=([ \t\n\r\x0B\x0C]*(?:".*"|\+?[0-9]+)[ \t\n\r\x0B\x0C]*))"#,
        r#"[ \t\n\r\x0B\x0C]*$"#
    );
    let mut inner = cell.clone();
    let mut mend = None;
    while let Some(found) = pattern!(WRAPPINGS).captures(&inner.text) {
        if found.get(5).is_some() {
            mend = Some(Note::FormulaRemoved);
        }
        let range = found.iter().skip(1).flatten().next().expect("one of them");
        inner = inner.part(range.range());
    }
    let text = trimmed(&inner.text);
    if pattern!(r"(?i)^(?:-*|na|n/a|#n/a|null|none|nan)$").is_match(text) {
        return Err(Note::Empty);
    }
    if pattern!(r"^#+$").is_match(text) {
        return Err(Note::SpreadsheetOverflow);
    }
    if pattern!(r"(?i)^[+-]?(?:inf|infinity|∞)$").is_match(text) {
        return Err(Note::NotAnInteger);
    }
    let start = inner.text.len()
        - inner
            .text
            .trim_start_matches([' ', '\t', '\n', '\r', '\u{B}', '\u{C}'])
            .len();
    Ok((inner.part(start..start + text.len()), mend))
}

/// Digits in a format of programs (an exponent, thousands separators): digits, whether there is a plus, and the mend.
pub(super) fn printed(text: &str) -> Option<Result<(String, bool, Note), Note>> {
    if let Some(found) =
        pattern!(r"(?i)^([+-]?)([0-9]+)(?:\.([0-9]*))?e([+-]?)([0-9]{1,3})$").captures(text)
    {
        let fraction = found.get(3).map_or("", |part| part.as_str());
        let power: usize = found[5].parse().expect("three digits");
        return Some(if &found[4] == "-" && power > 0 {
            Err(Note::NotAnInteger)
        } else if fraction.len() < power {
            Err(Note::PrecisionLost)
        } else if fraction[power..].contains(|digit| digit != '0') {
            Err(Note::NotAnInteger)
        } else if &found[1] == "-" {
            Err(Note::StraySign)
        } else {
            Ok((
                format!("{}{}", &found[2], &fraction[..power]),
                &found[1] == "+",
                Note::Exponent,
            ))
        });
    }
    let found = pattern!(
        r"^([+-]?)([0-9]{1,2}(?:,[0-9]{2}){0,7},[0-9]{3}|[0-9]{1,3}(?:,[0-9]{3}){1,8})(\.[0-9]*)?$"
    )
    .captures(text)?;
    // With a decimal part it is a sum of money.
    Some(if found.get(3).is_some() {
        Err(Note::NotAnInteger)
    } else if &found[1] == "-" {
        Err(Note::StraySign)
    } else {
        Ok((
            found[2].replace(',', ""),
            &found[1] == "+",
            Note::GroupingRemoved,
        ))
    })
}

/// Whether letters among the digits are typing errors.
pub(super) fn has_stray_letters(text: &str) -> bool {
    let digits = pattern!("[0-9]").find_iter(text).count();
    let letters = pattern!("[A-Za-zλ_]").find_iter(text).count();
    let touch = pattern!("[A-Za-zλ_][0-9]|[0-9][A-Za-zλ_]").is_match(text);
    let between = pattern!("[0-9] [A-Za-zλ_] [0-9]").is_match(text);
    digits >= 5 && letters > 0 && letters < digits && (touch || between)
}

/// Whether some of the `whole` digits of a number are replaced by signs.
pub(super) fn is_masked(text: &str, whole: usize) -> bool {
    let digits = pattern!("[0-9]").find_iter(text).count();
    let masks = pattern!("[xX*#]").find_iter(text).count();
    pattern!(r"^[0-9xX*# \-.()/+]+$").is_match(text)
        && (masks == 1 && digits + 1 == whole || masks >= 2 && digits > 0 || masks >= 4)
}

/// Whether the cell is a code that is dialled to the handset or the network, such as `*#06#`.
pub(super) fn is_dial_code(text: &str) -> bool {
    pattern!(r"^[*#]+[0-9+ ][0-9+ *#]*$").is_match(text)
        && pattern!(r"[0-9]").is_match(text)
        && (pattern!(r"^[*#]+[0-9+ ]+[*#]").is_match(text) || {
            let digits = pattern!("[0-9]").find_iter(text).count();
            digits <= 4 && pattern!(r"^[*#]{1,2}[^*#]").is_match(text)
        })
}
