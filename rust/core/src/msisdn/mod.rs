//! A written number -> its E.164 digits as an integer, its kind, and a note.
//!
//! This module owns what a phone number may look like. One idea: **a cell is read as a whole or refused.** No digit is
//! dropped, added or guessed. If a cell can be read in two ways, it is refused, and its note gives the reason.
//!
//! A module uses only the ones after it in this list, which `tests/test_architecture.py` checks:
//!
//! - `quick`: the forms that most cells of India have, recognised at once;
//! - `regional`: the forms that most cells of other regions have;
//! - `leads`: tables from the first digits and their count to what these decide;
//! - `ahead`: what they decide, by the plan of a region;
//! - `verdict`: what can be known of digits of which only the first are known;
//! - `text`: the other cells, whole or as free text;
//! - `certain`: whether the words of a complaint's cell state plainly whose its numbers are;
//! - `reader`: a text to its tokens;
//! - `survey`: the tokens of a text, and what they are together;
//! - `plain`: cells of digits and separators only;
//! - `spans`: where runs of digits and sentences begin and end;
//! - `surroundings`: links, extensions, UPI ids and masks;
//! - `run`: one run of digits and separators, as one number or several;
//! - `codes`: codes of countries and areas that stand apart from their number;
//! - `figures`: times, dates, network addresses, amounts and marks of a list;
//! - `written`: the groups of a run, and which groupings are listed;
//! - `indian`: which groups Indian numbers have;
//! - `gaps`: the separators between groups;
//! - `dialled`: digits as dialled, and their prefixes;
//! - `national`: digits as dialled in a region other than India;
//! - `international`: digits behind a plus or two zeros;
//! - `labels`: the meaning of the words beside a number;
//! - `number`: a number that was read, and how it was dialled;
//! - `format`: numbers to text;
//! - `kinds`: what kind of number it is.

mod ahead;
mod certain;
mod codes;
mod dialled;
mod figures;
mod format;
mod gaps;
mod indian;
mod international;
mod kinds;
mod labels;
mod leads;
mod national;
mod number;
mod plain;
mod quick;
mod reader;
mod regional;
mod run;
mod spans;
mod surroundings;
mod survey;
mod text;
mod verdict;
mod written;

pub(crate) use format::is_foreign;
pub use format::{Style, format};
pub(crate) use kinds::MOBILES;
use kinds::{class, indian_mobile_of, kind_under, warning};
pub use kinds::{is_in_no_handset, kind};
use number::{Form, Number};
pub use quick::{indian_mobile, ten_digits};
pub use regional::Regional;
use survey::Survey;

use crate::cell;
use crate::digits::{Digits, Folded, INEXACT, is_letter};
use crate::notes::{Kind, Note};
use crate::plan::{MobileSeries, RegionPlan};

/// How digits without `+` or `00` are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Region {
    /// By India's numbering plan.
    In,
    /// As E.164 (`region=None` in Python).
    E164,
    /// By the plan of another region.
    Of(RegionPlan),
    /// Not at all, since the region is unknown. Numbers with a plus are read.
    Unknown,
}

impl Region {
    /// The region with this code of two letters, as in ISO 3166-1.
    ///
    /// ```
    /// use numguard_core::msisdn::Region;
    ///
    /// assert_eq!(Region::named("IN"), Some(Region::In));
    /// assert!(Region::named("GB").is_some());
    /// assert_eq!(Region::named("gb"), None);
    /// ```
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        name.as_bytes().try_into().ok().and_then(Self::of_letters)
    }

    /// The same of the two letters, each a byte of ASCII.
    #[inline]
    #[must_use]
    pub fn of_letters(letters: [u8; 2]) -> Option<Self> {
        match &letters {
            b"IN" => Some(Self::In),
            _ => RegionPlan::of_letters(letters).map(Self::Of),
        }
    }
}

/// The reading of one cell. `msisdn` is 0 if the cell is refused; then `note` is set and `kind` is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// E.164 digits as an integer, or 0.
    pub msisdn: u64,
    /// The kind of the number, if there is one.
    pub kind: Option<Kind>,
    /// The note, if there is one: the reason of a refusal, a warning or a mend.
    pub note: Option<Note>,
}

/// India's country code before ten national digits.
pub(crate) const INDIA: u64 = 910_000_000_000;

impl Reading {
    const fn refused(note: Note) -> Self {
        Self {
            msisdn: 0,
            kind: None,
            note: Some(note),
        }
    }

    fn accepted(found: Number, region: Region, series: MobileSeries) -> Self {
        let kind = match region {
            Region::Of(plan) => national::kind(found.msisdn, plan),
            Region::In | Region::E164 | Region::Unknown => kind_under(found.msisdn, series),
        };
        Self {
            msisdn: found.msisdn,
            kind: Some(kind),
            note: warning(found.msisdn, series).or(found.mend),
        }
    }

    fn of(found: Result<Number, Note>, region: Region, series: MobileSeries) -> Self {
        match found {
            Ok(found) => Self::accepted(found, region, series),
            Err(note) => Self::refused(note),
        }
    }
}

/// Reads a cell of text.
///
/// ```
/// use numguard_core::msisdn::{Region, read};
/// use numguard_core::notes::{Kind, Note};
///
/// let reading = read("+91 98765-43210", Region::In);
/// assert_eq!((reading.msisdn, reading.kind, reading.note), (919876543210, Some(Kind::Mobile), None));
///
/// let reading = read("98765 432l0", Region::In);
/// assert_eq!((reading.msisdn, reading.note), (0, Some(Note::StrayLetter)));
/// ```
#[must_use]
pub fn read(cell: &str, region: Region) -> Reading {
    read_under(cell, region, MobileSeries::INDIA)
}

/// Reads a cell of text, with another table of India's mobile series than the built-in one.
#[must_use]
pub fn read_under(cell: &str, region: Region, series: MobileSeries) -> Reading {
    match read_quickly(cell, region) {
        Some(found) => Reading::of(found, region, series),
        None => Reading::of(read_slowly(&Folded::of(cell), region).0, region, series),
    }
}

/// The number of a cell in one of the forms that most have, or why there is none, if its form alone decides that.
fn read_quickly(cell: &str, region: Region) -> Option<Result<Number, Note>> {
    let bytes = cell.as_bytes();
    let is_around = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\'' | b'"' | b'=');
    let is_wrapped = bytes.first().is_some_and(is_around) || bytes.last().is_some_and(is_around);
    if !is_wrapped {
        return read_unwrapped(bytes, region);
    }
    if !cell.is_ascii() {
        return None;
    }
    let unwrapped = cell::unwrapped(bytes).ok()?;
    let found = read_unwrapped(unwrapped.text, region)?;
    Some(found.map(|found| found.mended(unwrapped.mend)))
}

/// The same without blanks, quotes and formulas around it.
fn read_unwrapped(text: &[u8], region: Region) -> Option<Result<Number, Note>> {
    // Behind a plus, India's numbers are written everywhere as in India, but where another country's may be meant.
    if region == Region::In || text.starts_with(b"+91") && !matches!(region, Region::Of(_)) {
        // Floats printed as text are common, so they are tested here.
        let (number, mend) = match text {
            [number @ .., b'.', b'0'] if number.iter().all(|byte| !matches!(byte, b' ' | b'-')) => {
                (number, Some(Note::TrailingDecimal))
            }
            number => (number, None),
        };
        if let Some(national) = indian_mobile(number) {
            return Some(Ok(Number {
                msisdn: INDIA + national,
                mend,
                form: Form::Common,
            }));
        }
    }
    let note = match region {
        // There, six digits may be a number.
        Region::Of(_) => None,
        Region::In | Region::E164 | Region::Unknown => text::refused_quickly(text),
    };
    note.map(Err).or_else(|| plain::read_quickly(text, region))
}

/// Reads a cell without the quick path, with the same result. Returns the survey too, if one of the whole cell was
/// made.
fn read_slowly(folded: &Folded, region: Region) -> (Result<Number, Note>, Option<Survey>) {
    match cell::unwrapped(folded.bytes()) {
        Ok(unwrapped) => {
            let (found, survey) = text::read(folded, unwrapped.text, region);
            let is_whole = unwrapped.text.len() == folded.bytes().len();
            (
                found.map(|found| found.mended(unwrapped.mend)),
                survey.filter(|_| is_whole),
            )
        }
        Err(note) => (Err(note), None),
    }
}

/// Reads an unsigned integer, which is E.164 already: it is refused for its length only. The kind of the number is that
/// for a caller in the region.
#[must_use]
pub fn read_u64(value: u64, region: Region) -> Reading {
    if value < MSISDNS.start {
        Reading::refused(Note::TooShort)
    } else if value >= MSISDNS.end {
        Reading::refused(Note::TooLong)
    } else {
        Reading::accepted(
            Number {
                msisdn: value,
                mend: None,
                form: Form::Common,
            },
            region,
            MobileSeries::INDIA,
        )
    }
}

/// The integers whose length E.164 allows.
pub(crate) const MSISDNS: std::ops::Range<u64> =
    10_u64.pow(international::SHORTEST as u32 - 1)..10_u64.pow(international::LONGEST as u32);

/// The number of an unsigned integer, or 0: [`read_u64`] without kind and note.
#[inline]
#[must_use]
pub fn key_u64(value: u64) -> u64 {
    if MSISDNS.contains(&value) { value } else { 0 }
}

/// The number of a cell of text, or 0: [`read`] without kind and note. Call records have millions of sender ids, which
/// contain no digit.
#[inline]
#[must_use]
pub fn key(cell: &str, region: Region) -> u64 {
    if let Region::Of(plan) = region
        && let Some(key) = Regional::after(plan, 1).and_then(|reader| reader.key(cell.as_bytes()))
    {
        key
    } else if has_no_digit(cell) {
        0
    } else {
        let found = match read_quickly(cell, region) {
            Some(found) => found,
            None => read_slowly(&Folded::of(cell), region).0,
        };
        found.map_or(0, |found| found.msisdn)
    }
}

#[inline]
fn has_no_digit(cell: &str) -> bool {
    cell.bytes()
        .all(|byte| byte.is_ascii() && !byte.is_ascii_digit())
}

/// The reading of an Indian mobile number, without a mend; `None` for every other number.
#[inline]
#[must_use]
pub fn mobile(msisdn: u64) -> Option<Reading> {
    let series = MobileSeries::INDIA;
    indian_mobile_of(msisdn).map(|national| Reading {
        msisdn,
        kind: Some(series.kind(national)),
        note: warning(msisdn, series),
    })
}

/// The number of a signed integer, or 0: [`read_i64`] without kind and note.
#[inline]
#[must_use]
pub fn key_i64(value: i64, region: Region) -> u64 {
    let written = value.cast_unsigned();
    if let Region::Of(plan) = region
        && let Some(key) =
            Regional::after(plan, 1).and_then(|reader| reader.key_of_integer(written))
    {
        key
    } else if region == Region::In && MOBILES.contains(&written) {
        INDIA + written
    } else if region == Region::In && MOBILES.contains(&written.wrapping_sub(INDIA)) {
        written
    } else {
        read_i64(value, region).msisdn
    }
}

/// Reads a signed integer: digits as written.
#[must_use]
pub fn read_i64(value: i64, region: Region) -> Reading {
    u64::try_from(value).map_or(Reading::refused(Note::StraySign), |value| {
        read_integer(value, region)
    })
}

/// Reads a wide signed integer (a decimal of scale 0): digits as written.
#[must_use]
pub fn read_i128(value: i128, region: Region) -> Reading {
    match u64::try_from(value) {
        Ok(value) => read_integer(value, region),
        Err(_) if value < 0 => Reading::refused(Note::StraySign),
        Err(_) => Reading::refused(Note::TooLong),
    }
}

/// Reads a float: digits as written if it is integral. NaN is a null, and is read as an empty cell.
#[must_use]
pub fn read_f64(value: f64, region: Region) -> Reading {
    if value.is_nan() {
        Reading::refused(Note::Empty)
    } else if value.is_infinite() || value.fract() != 0.0 {
        Reading::refused(Note::NotAnInteger)
    } else if value < 0.0 {
        Reading::refused(Note::StraySign)
    } else if value >= INEXACT {
        // Sixteen digits: a number with a carrier code.
        Reading::refused(Note::TooLong)
    } else {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "integral and in 0..2^53"
        )]
        read_integer(value as u64, region)
    }
}

fn read_integer(value: u64, region: Region) -> Reading {
    if region == Region::In && MOBILES.contains(&value) {
        return Reading::accepted(
            Number {
                msisdn: INDIA + value,
                mend: None,
                form: Form::Common,
            },
            region,
            MobileSeries::INDIA,
        );
    }
    let digits = Digits::of(value);
    let found = digits.held().map_or(Err(Note::TooLong), |digits| {
        dialled::read(digits, false, region)
    });
    Reading::of(found, region, MobileSeries::INDIA)
}

/// Appends every number of a free-text cell, in order, repeats removed.
///
/// For a cell that [`read`] accepts, it is that number. For any other cell, it is the whole numbers in it: never a part
/// of a longer run of digits, no part of a UPI id, an amount, a date or a masked number, and no number that is another
/// thing's or a victim's by the words beside it.
///
/// ```
/// use numguard_core::msisdn::{Region, extract};
///
/// let mut found = Vec::new();
/// extract("Flat 12, 9876543210/11, paid to 9812345678@ybl", Region::In, &mut found);
/// assert_eq!(found, [919876543210]);
/// ```
pub fn extract(cell: &str, region: Region, out: &mut Vec<u64>) {
    if has_no_digit(cell) {
        return;
    }
    if let Some(found) = read_quickly(cell, region) {
        // In such a cell there is nothing else.
        out.extend(found.map(|found| found.msisdn));
        return;
    }
    let folded = Folded::of(cell);
    let (found, survey) = read_slowly(&folded, region);
    match found {
        Ok(found) => out.push(found.msisdn),
        Err(Note::Empty | Note::NotANumber) => {}
        Err(_) => text::extract(&surveyed(survey, &folded, region), out),
    }
}

/// The survey of a cell: the one made when it was read, or a new one.
fn surveyed(survey: Option<Survey>, folded: &Folded, region: Region) -> Survey {
    survey.unwrap_or_else(|| reader::survey(folded, folded.bytes(), region))
}

/// The numbers in one cell of a complaint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mentions {
    /// Every whole number, in order, without repeats and without those of another thing.
    pub numbers: Vec<u64>,
    /// The note for which the numbers are not certain, or for which there are none; `None` if they are certain.
    pub doubt: Option<Note>,
    /// The note of other digits of the cell that gave no number.
    pub rest: Option<Note>,
}

/// Reads a cell of a complaint with numbers: one, a list, or a text.
///
/// Numbers are certain where nothing but separators, list marks and phone words stand beside them, or words for a suspect
/// before all of them, before each or behind each. A sentence, two labels of different sorts and `unknown` leave doubt.
///
/// ```
/// use numguard_core::msisdn::{Region, mentions};
/// use numguard_core::notes::Note;
///
/// let named = mentions("1) 98765 43210 2) 9812345678 (whatsapp)", Region::In);
/// assert_eq!((named.numbers, named.doubt), (vec![919876543210, 919812345678], None));
/// let named = mentions("complainant 9876543210; suspect 9812345678", Region::In);
/// assert_eq!((named.numbers.len(), named.doubt), (2, Some(Note::TextWithDigits)));
/// ```
#[must_use]
pub fn mentions(cell: &str, region: Region) -> Mentions {
    let certain = |found: Number| Mentions {
        numbers: vec![found.msisdn],
        ..Mentions::default()
    };
    if let Some(found) = read_quickly(cell, region) {
        return found.map_or_else(
            |note| Mentions {
                doubt: Some(note),
                ..Mentions::default()
            },
            certain,
        );
    }
    let folded = Folded::of(cell);
    let (found, survey) = read_slowly(&folded, region);
    match found {
        Ok(found) if folded.bytes().iter().any(|&byte| is_letter(byte)) => Mentions {
            doubt: text::is_doubtful(&surveyed(survey, &folded, region))
                .then_some(Note::TextWithDigits),
            ..certain(found)
        },
        Ok(found) => certain(found),
        Err(note @ (Note::Empty | Note::NotANumber)) => Mentions {
            doubt: Some(note),
            ..Mentions::default()
        },
        Err(note) => text::mentions(&surveyed(survey, &folded, region), note),
    }
}
