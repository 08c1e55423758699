//! A written IMEI -> the fourteen digits on which handsets join.
//!
//! Owns the forms of 3GPP TS 23.003: fourteen digits (type allocation code 8, serial number 6), fifteen with the check
//! digit or with the spare zero that networks send in its place, sixteen with a software version. Knows nothing of who
//! used the handset. One idea: the first fourteen digits are the handset, whatever follows them; the check digit is a
//! hint and refuses nothing.

use crate::cell::{self, Printed};
use crate::digits::{Digits, fold, is_letter, is_line_break, trim, value};
use crate::notes::{Form, Note};

/// What one cell said. `imei14` is 0 when the cell was refused or holds a placeholder; then `note` is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The first fourteen digits as an integer, or 0.
    pub imei14: u64,
    /// The fourteen digits of a placeholder, for linkage, which must say where a walk ran into one; else 0.
    pub placeholder: u64,
    /// How it was written, when it was an IMEI at all.
    pub form: Option<Form>,
    /// The one note, if anything had to be said.
    pub note: Option<Note>,
}

/// One more than the largest key.
const KEYS: u64 = 100_000_000_000_000;

/// An IMEI inside a cell, and the first mend that it took.
#[derive(Clone, Copy)]
struct Found {
    imei14: u64,
    form: Form,
    mend: Option<Note>,
}

impl Found {
    fn mended(self, mend: Option<Note>) -> Self {
        Self {
            mend: self.mend.into_iter().chain(mend).min(),
            ..self
        }
    }
}

impl Reading {
    fn of(found: Result<Found, Note>) -> Self {
        match found {
            Ok(Found { imei14, form, .. }) if is_placeholder(imei14) => Self {
                imei14: 0,
                placeholder: imei14,
                form: Some(form),
                note: Some(Note::Placeholder),
            },
            Ok(Found { imei14, form, mend }) => Self {
                imei14,
                placeholder: 0,
                form: Some(form),
                note: mend,
            },
            Err(note) => Self {
                imei14: 0,
                placeholder: 0,
                form: None,
                note: Some(note),
            },
        }
    }
}

/// Whether an integer can be a key at all: fourteen digits, not all of them zero.
#[must_use]
pub fn is_key(value: u64) -> bool {
    (1..KEYS).contains(&value)
}

/// Reads a cell of text.
///
/// ```
/// use numguard_core::imei::read;
/// use numguard_core::notes::Form;
///
/// let reading = read("35-824005-111111-0");
/// assert_eq!((reading.imei14, reading.form), (35824005111111, Some(Form::LuhnOk)));
/// assert_eq!(read("358240051111112").form, Some(Form::LuhnBad));
/// ```
#[must_use]
pub fn read(cell: &str) -> Reading {
    let mut buffer = Vec::new();
    Reading::of(cell::open(fold(cell, &mut buffer)).and_then(|opened| {
        let found = read_text(opened.text)?;
        Ok(found.mended(opened.mend))
    }))
}

/// Reads an unsigned integer, which is a fourteen-digit key already; leading zeros are the integer's own.
#[must_use]
pub fn read_u64(value: u64) -> Reading {
    Reading::of(if value < KEYS {
        Ok(Found {
            imei14: value,
            form: Form::Imei14,
            mend: None,
        })
    } else {
        Err(Note::TooLong)
    })
}

/// The handset alone of an unsigned integer, placeholders too, or 0: [`read_u64`] for those who ask for nothing else.
#[inline]
#[must_use]
pub fn key_or_placeholder_u64(value: u64) -> u64 {
    if value < KEYS { value } else { 0 }
}

/// Reads a signed integer: digits as written, so a leading zero that an integer cannot hold is missing from it.
#[must_use]
pub fn read_i64(value: i64) -> Reading {
    read_i128(i128::from(value))
}

/// Reads a wide signed integer: digits as written.
#[must_use]
pub fn read_i128(value: i128) -> Reading {
    Reading::of(match u64::try_from(value) {
        Ok(value) => read_digits(&Digits::of(value)),
        Err(_) if value < 0 => Err(Note::StraySign),
        Err(_) => Err(Note::TooLong),
    })
}

/// Reads a float: digits as written where it is integral. NaN is a null: it reads as an empty cell.
#[must_use]
pub fn read_f64(value: f64) -> Reading {
    /// From here on a float may have been rounded; a sixteen-digit IMEISV can lie on either side.
    const INEXACT: f64 = 9_007_199_254_740_992.0;
    Reading::of(if value.is_nan() {
        Err(Note::Empty)
    } else if value.is_infinite() || value.fract() != 0.0 {
        Err(Note::NotAnInteger)
    } else if value < 0.0 {
        Err(Note::StraySign)
    } else if value >= 1e16 {
        Err(Note::TooLong)
    } else if value >= INEXACT {
        Err(Note::PrecisionLost)
    } else {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "integral and in 0..2^53"
        )]
        read_digits(&Digits::of(value as u64))
    })
}

/// Digits alone: the length tells the form.
fn read_digits(digits: &Digits) -> Result<Found, Note> {
    let Some(held) = digits.held().filter(|held| held.len() <= 16) else {
        return Err(Note::TooLong);
    };
    let Some((key, rest)) = held.split_first_chunk::<14>() else {
        return Err(Note::TooShort);
    };
    let form = match *rest {
        [] => Form::Imei14,
        [check] if check == check_digit(key) => Form::LuhnOk,
        [0] => Form::SpareZero,
        [_] => Form::LuhnBad,
        _ => Form::Imeisv,
    };
    Ok(Found {
        imei14: value(key),
        form,
        mend: None,
    })
}

/// The Luhn check digit of fourteen digits (ISO/IEC 7812-1, as TS 23.003 annex B applies it).
fn check_digit(key: &[u8; 14]) -> u8 {
    let sum: u8 = key
        .iter()
        .enumerate()
        .map(|(at, &digit)| match (at % 2, digit) {
            (0, digit) => digit,
            (_, 0..=4) => digit * 2,
            _ => digit * 2 - 9,
        })
        .sum();
    (10 - sum % 10) % 10
}

/// An opened cell: folded, trimmed, unwrapped, not empty.
fn read_text(text: &[u8]) -> Result<Found, Note> {
    if text.iter().all(|&byte| is_part(byte)) {
        return read_run(text);
    }
    if let Some(printed) = cell::printed(text) {
        let Printed { digits, plus, mend } = printed?;
        if plus {
            return Err(Note::StrayCharacter);
        }
        return read_digits(&digits).map(|found| found.mended(Some(mend)));
    }
    if cell::is_dial_code(text) {
        return Err(Note::DialCode);
    }
    if cell::is_masked(text, 15) || cell::is_masked(text, 14) {
        return Err(Note::Masked);
    }
    let has_digits = text.iter().any(u8::is_ascii_digit);
    let has_letters = text.iter().any(|&byte| is_letter(byte));
    let has_break = trim(text).iter().any(|&byte| is_line_break(byte));
    match runs(text)[..] {
        _ if !has_digits && has_letters => Err(Note::NotANumber),
        _ if !has_digits => Err(Note::StrayCharacter),
        [(start, end)] if has_letters && !has_break && stands_alone(text, start, end) => {
            let around = [&text[..start], &text[end..]];
            if around
                .iter()
                .all(|part| part.iter().all(|&byte| is_remark(byte)))
            {
                let found = read_run(&text[start..end]);
                // A remark hides what is wrong with the digits; what is right with them it does not.
                found
                    .map(|found| found.mended(Some(Note::TextRemoved)))
                    .map_err(|note| match note {
                        Note::SeveralNumbers => note,
                        _ => Note::TextWithDigits,
                    })
            } else {
                Err(Note::StrayCharacter)
            }
        }
        ref runs => among(text, runs, has_letters && !has_break),
    }
}

/// Several stretches, or one among what no IMEI is written with.
fn among(text: &[u8], runs: &[(usize, usize)], has_words: bool) -> Result<Found, Note> {
    let found: Vec<Option<Found>> = runs
        .iter()
        .map(|&(start, end)| {
            read_run(&text[start..end])
                .ok()
                .filter(|_| stands_alone(text, start, end))
        })
        .collect();
    let first = found.iter().flatten().next();
    let is_other = |next: &Found| first.is_some_and(|first| first.imei14 != next.imei14);
    let parts_a_list =
        |&byte: &u8| is_part(byte) || matches!(byte, b',' | b';' | b'|' | b'&' | b'\t');
    match first {
        Some(_) if found.iter().flatten().any(is_other) => Err(Note::SeveralNumbers),
        Some(first)
            if found.len() > 1
                && found.iter().all(Option::is_some)
                && text.iter().all(parts_a_list) =>
        {
            Ok(first.mended(Some(Note::RepeatedInCell)))
        }
        None if cell::has_stray_letters(text) => Err(Note::StrayLetter),
        _ if has_words => Err(Note::TextWithDigits),
        _ if text
            .iter()
            .any(|&byte| !is_part(byte) && !is_line_break(byte) && !is_letter(byte)) =>
        {
            Err(Note::StrayCharacter)
        }
        _ => Err(Note::BrokenLine),
    }
}

fn is_part(byte: u8) -> bool {
    byte.is_ascii_digit() || matches!(byte, b' ' | b'-' | b'.' | b'/' | b'(' | b')' | b'+')
}

fn is_remark(byte: u8) -> bool {
    is_letter(byte)
        || matches!(
            byte,
            b' ' | b'\t' | b':' | b',' | b'.' | b';' | b'-' | b'(' | b')' | b'[' | b']' | b'/'
        )
}

fn stands_alone(text: &[u8], start: usize, end: usize) -> bool {
    let touches = |byte: Option<&u8>| byte.is_some_and(|&byte| is_letter(byte));
    !touches(text[..start].last()) && !touches(text.get(end))
}

/// Stretches of digits and separators, each from a digit to a digit.
fn runs(text: &[u8]) -> Vec<(usize, usize)> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    let mut goes_on = false;
    for (at, &byte) in text.iter().enumerate() {
        match runs.last_mut() {
            Some(run) if byte.is_ascii_digit() && goes_on => run.1 = at + 1,
            _ if byte.is_ascii_digit() => {
                runs.push((at, at + 1));
                goes_on = true;
            }
            _ => goes_on &= is_part(byte),
        }
    }
    runs
}

/// A stretch as one IMEI, the same IMEI again, or several.
fn read_run(run: &[u8]) -> Result<Found, Note> {
    let first = run
        .iter()
        .position(u8::is_ascii_digit)
        .ok_or(Note::NotANumber)?;
    let last = run
        .iter()
        .rposition(u8::is_ascii_digit)
        .ok_or(Note::NotANumber)?;
    match run[..first]
        .iter()
        .find(|byte| !matches!(byte, b' ' | b'('))
    {
        Some(b'-') => return Err(Note::StraySign),
        Some(_) => return Err(Note::StrayCharacter),
        None => {}
    }
    let dangling_point = run[last + 1..] == *b".";
    if run[..=last].contains(&b'+')
        || !dangling_point
            && run[last + 1..]
                .iter()
                .any(|byte| !matches!(byte, b' ' | b')'))
    {
        return Err(Note::StrayCharacter);
    }
    let run = &run[first..=last];
    let found = decimal(run).unwrap_or_else(|| read_digits(&all_digits(run)));
    match found {
        Err(Note::TooLong) => several(run),
        found => found.map(|found| found.mended(dangling_point.then_some(Note::TrailingDecimal))),
    }
}

fn all_digits(run: &[u8]) -> Digits {
    let mut digits = Digits::new();
    run.iter()
        .filter(|byte| byte.is_ascii_digit())
        .for_each(|byte| digits.push(byte - b'0'));
    digits
}

/// `358240051111110.0`: a point after a whole IMEI, where no other point is.
fn decimal(run: &[u8]) -> Option<Result<Found, Note>> {
    let point = run.iter().position(|&byte| byte == b'.')?;
    let (head, tail) = (&run[..point], &run[point + 1..]);
    if tail.is_empty() || !tail.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let whole = read_digits(&all_digits(head));
    if tail.iter().all(|&byte| byte == b'0')
        && (head.iter().all(u8::is_ascii_digit) || whole.is_ok())
    {
        return Some(whole.map(|found| found.mended(Some(Note::TrailingDecimal))));
    }
    whole.is_ok().then_some(Err(Note::NotAnInteger))
}

/// More digits than one IMEI has: the IMEIs into which the stretch falls apart, if it does.
fn several(run: &[u8]) -> Result<Found, Note> {
    let pieces: Vec<&[u8]> = run
        .split(|byte| !byte.is_ascii_digit())
        .filter(|piece| !piece.is_empty())
        .collect();
    let mut first: Option<Found> = None;
    let mut group = Digits::new();
    let mut same = true;
    for (at, piece) in pieces.iter().enumerate() {
        piece.iter().for_each(|byte| group.push(byte - b'0'));
        // An IMEI goes on while it has room: the next piece decides whether this one was its end.
        let room = pieces
            .get(at + 1)
            .is_some_and(|next| group.count() + next.len() <= 16);
        if group.count() < 14 || room {
            continue;
        }
        let found = read_digits(&group)?;
        same &= first.is_none_or(|first| first.imei14 == found.imei14);
        first.get_or_insert(found);
        group = Digits::new();
    }
    if group.count() > 0 {
        return Err(Note::TooLong);
    }
    match first {
        Some(found) if same => Ok(found.mended(Some(Note::RepeatedInCell))),
        _ => Err(Note::SeveralNumbers),
    }
}

/// Keys that phones without an IMEI of their own report: the first fourteen digits (type allocation code, serial
/// number) of the fixed values in lists shipped in phone software.
#[rustfmt::skip]
static REPORTED_BY_MANY: [u64; 26] = [
    1_123_456,
    106_800_000_000,
    440_015_202_000,
    499_901_064_000,
    1_234_567_891_234,
    1_237_900_077_288,
    11_345_679_894_545,
    34_563_000_000_011,
    35_030_526_000_000,
    35_160_200_052_582,
    35_175_104_406_739,
    35_175_104_542_118,
    35_200_504_824_725,
    35_209_900_176_148,
    35_519_500_000_001,
    35_569_254_769_308,
    35_629_904_658_776,
    35_653_104_459_053,
    35_659_100_000_022,
    35_724_204_183_452,
    35_724_204_280_404,
    35_800_004_365_413,
    35_853_704_004_054,
    35_867_301_379_589,
    35_870_104_290_975,
    86_228_001_059_952,
];

/// Whether a key is one that phones with no IMEI of their own report: one digit fourteen times, digits that count up
/// (`01234567890123`, `12345678901234`), or a value that phone software is known to fall back to.
#[must_use]
pub fn is_placeholder(imei14: u64) -> bool {
    let counts_up = |first: u64| (0..14).fold(0, |key, at| key * 10 + (first + at) % 10);
    imei14 < KEYS && imei14.is_multiple_of(11_111_111_111_111)
        || imei14 == counts_up(imei14 / 10_000_000_000_000)
        || REPORTED_BY_MANY.binary_search(&imei14).is_ok()
}

/// Fifteen ASCII digits, the check digit computed. Only the last fourteen digits of a larger integer are written.
///
/// ```
/// assert_eq!(&numguard_core::imei::format(35824005111111), b"358240051111110");
/// ```
#[must_use]
pub fn format(imei14: u64) -> [u8; 15] {
    let mut key = [0; 14];
    let mut rest = imei14;
    for digit in key.iter_mut().rev() {
        *digit = (rest % 10) as u8;
        rest /= 10;
    }
    let mut text = [b'0' + check_digit(&key); 15];
    for (byte, digit) in text.iter_mut().zip(key) {
        *byte = b'0' + digit;
    }
    text
}
