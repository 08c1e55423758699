//! Digits as dialled in a region: the steps of libphonenumber's `parse`, and then a check of every other reading.

use super::Number;
use super::international::{abroad, class, code, is_certain, values};
use crate::naive::pattern;
use crate::notes::{Kind, Note};
use crate::plan::{self, Class, Length, RegionPlan};

/// The prefixes of a number as dialled in a region.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Dialled {
    /// Whether it is an international prefix.
    pub(super) is_abroad: bool,
    /// The count of its digits, or of those of the national prefix without a carrier code.
    pub(super) prefix: usize,
    /// The count of digits after all prefixes.
    pub(super) national: usize,
}

/// National digits, and the count of digits before them.
type Stripped = (String, usize);

/// Whether more than the national prefix is removed, or other digits are inserted.
fn is_guess(digits: &str, (rest, prefix): &Stripped, plan: RegionPlan) -> bool {
    *prefix > plan.national_prefix() || !digits.ends_with(rest.as_str())
}

fn without_prefix(digits: &str, plan: RegionPlan) -> Stripped {
    let found = plan.without_prefix(&values(digits));
    let digits = found.digits().iter().map(|digit| char::from(b'0' + digit));
    (digits.collect(), found.prefix)
}

fn length(digits: &str, plan: RegionPlan) -> Length {
    plan.length(&values(digits))
}

/// The digits without a prefix, unless too few are left.
fn shortened(digits: &str, plan: RegionPlan) -> Stripped {
    let (rest, prefix) = without_prefix(digits, plan);
    if matches!(length(&rest, plan), Length::Possible | Length::TooLong) {
        (rest, prefix)
    } else {
        (digits.to_owned(), 0)
    }
}

pub(super) fn bare(digits: &str, plan: RegionPlan) -> Result<Number, Note> {
    match digits {
        short if short.len() < 3 => return Err(Note::TooShort),
        zeros if pattern!("^0+$").is_match(zeros) => return Err(Note::NotANumber),
        short if plan.is_short(&values(short)) => return Err(Note::ShortCode),
        _ => {}
    }
    let found = match plan.abroad(&values(digits)) {
        Some(width) => from_abroad(digits, width, plan),
        None => domestic(digits, plan),
    };
    match found {
        // Two zeros are what most countries dial before a code.
        Ok(number)
            if digits.starts_with("00")
                && is_other(&number, possible(digits.trim_start_matches('0'))) =>
        {
            Err(Note::AmbiguousPrefix)
        }
        Ok(number) if digits.len() < 7 && class(&number.digits) == Class::None => {
            Err(Note::ShortCode)
        }
        Err(_) if digits.len() < 7 => Err(Note::ShortCode),
        found => found,
    }
}

/// Whether another number, which a plan has, is read in another way.
fn is_other(number: &Number, other: Result<Number, Note>) -> bool {
    other.is_ok_and(|other| other.digits != number.digits && is_certain(&other))
}

pub(super) fn signed(digits: &str, plan: RegionPlan) -> Result<Number, Note> {
    let number = possible(digits)?;
    if !is_certain(&number) && !known(digits, plan).is_empty() {
        return Err(Note::PlusWithoutCountryCode);
    }
    Ok(number)
}

/// A number of some country that libphonenumber calls possible.
fn possible(digits: &str) -> Result<Number, Note> {
    abroad(digits).and_then(|number| {
        let digits = values(&number.digits);
        let is_possible =
            plan::is_possible_with_area(&digits) && plan::trunk_zero(&digits).is_none();
        if is_certain(&number) || is_possible {
            Ok(number)
        } else {
            Err(Note::PlusWithoutCountryCode)
        }
    })
}

fn from_abroad(digits: &str, width: usize, plan: RegionPlan) -> Result<Number, Note> {
    let found = possible(&digits[width..]);
    let is_unsure = !found.as_ref().is_ok_and(is_certain);
    let others = [digits, digits.trim_start_matches('0')];
    if !known(others[0], plan).is_empty() || is_unsure && !known(others[1], plan).is_empty() {
        return Err(Note::AmbiguousPrefix);
    }
    let mut number = found?;
    number.dialled = Some(Dialled {
        is_abroad: true,
        prefix: width,
        national: number.digits.len() - code(&number.digits).len(),
    });
    Ok(number)
}

fn domestic(digits: &str, plan: RegionPlan) -> Result<Number, Note> {
    let country = plan.code().to_string();
    let own = digits
        .strip_prefix(&country)
        .filter(|rest| !rest.is_empty())
        .map(|rest| {
            let (once, first) = without_prefix(rest, plan);
            let (twice, second) = shortened(&once, plan.main());
            let stripped = (twice, first + second);
            let is_guess = is_guess(rest, &stripped, plan);
            (stripped, is_guess, once)
        });
    let is_viable = |digits: &str| plan.is_viable(&values(digits));
    let is_too_long = length(digits, plan) == Length::TooLong;
    let ((national, before), is_guess, has_code) = match own {
        Some((own, is_guess, once)) if is_too_long || !is_viable(digits) && is_viable(&once) => {
            (own, is_guess, true)
        }
        _ => {
            let stripped = shortened(digits, plan);
            let is_guess = is_guess(digits, &stripped, plan);
            (stripped, is_guess, false)
        }
    };
    let whole = format!("{country}{national}");
    if whole.len() > 15 {
        return Err(Note::TooLong);
    }
    let known = known(digits, plan);
    if !known.is_empty() && known != [whole.as_str()] {
        return Err(Note::AmbiguousPrefix);
    }
    // The zero of a list before a number that was written with its code. Of what the region dials itself, only a mobile
    // number is kept apart.
    let own_class = class(&whole);
    let is_written = |other: &String| match class(other) {
        Class::None => false,
        Class::Mobile => true,
        _ => own_class == Class::None,
    };
    if behind_prefix(digits, plan).is_some_and(|other| other != whole && is_written(&other)) {
        return Err(Note::AmbiguousPrefix);
    }
    let is_odd = national.starts_with('0') && !is_viable(&national);
    let is_number = class(&whole) != Class::None
        || !is_odd && !is_guess && plan::is_possible_with_area(&values(&whole));
    if !is_number || whole.len() < 7 {
        return Err(match length(&national, plan) {
            Length::TooLong => Note::TooLong,
            Length::Possible if is_odd || is_guess => Note::TooLong,
            _ => Note::TooShort,
        });
    }
    let code_width = if has_code { country.len() } else { 0 };
    let mut number = Number::new(whole);
    number.dialled = Some(Dialled {
        is_abroad: false,
        prefix: if has_code {
            0
        } else {
            before.min(plan.national_prefix())
        },
        national: digits.len() - code_width - before,
    });
    Ok(number)
}

/// The number of digits that are a national prefix, or a zero where there is none, the country code and the rest.
fn behind_prefix(digits: &str, plan: RegionPlan) -> Option<String> {
    let country = plan.code().to_string();
    let rest = match without_prefix(digits, plan) {
        (_, 0) => digits.strip_prefix('0')?.to_owned(),
        (rest, _) => Some(rest).filter(|rest| digits.ends_with(rest))?,
    };
    let national = rest
        .strip_prefix(&country)
        .filter(|rest| !rest.is_empty())?;
    let once = without_prefix(national, plan).0;
    let whole = format!("{country}{}", shortened(&once, plan.main()).0);
    (whole.len() < 16).then_some(whole)
}

/// Every number in the plan of the region that the digits may be read as.
fn known(digits: &str, plan: RegionPlan) -> Vec<String> {
    let country = plan.code().to_string();
    let mut readings = vec![digits.to_owned(), without_prefix(digits, plan).0];
    if let Some(rest) = digits.strip_prefix(&country) {
        let once = without_prefix(rest, plan).0;
        readings.push(shortened(&once, plan.main()).0);
    }
    let mut known: Vec<String> = readings
        .into_iter()
        .map(|national| format!("{country}{national}"))
        .filter(|whole| whole.len() < 16 && class(whole) != Class::None)
        .collect();
    known.sort();
    known.dedup();
    known
}

/// The kind of a number for a caller in the region.
pub(super) fn kind(digits: &str, plan: RegionPlan, own: Kind) -> Kind {
    let is_own = code(digits) == plan.code().to_string();
    match class(digits) {
        _ if is_own => own,
        Class::None if !plan::is_possible_with_area(&values(digits)) => Kind::Unknown,
        _ => Kind::Foreign,
    }
}
