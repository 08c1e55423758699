//! Bare digits as another region than India dials them.
//!
//! Owns the choice among the ways in which such digits can be read: behind the international prefix, behind the
//! national prefix, behind the country code without a sign, as they stand. Independent of single regions:
//! [`crate::plan`] has what is dialled in each. One idea: the reading is libphonenumber's (`parse`, and
//! `is_possible_number`), which must be the only one that a plan knows as a number; where another reading of the same
//! digits is one, nothing is guessed.

use super::international::{self, LONGEST, SHORTEST};
use super::{Form, Number};
use crate::digits::{Digits, value};
use crate::notes::{Kind, Note};
use crate::plan::{self, Class, Length, RegionPlan, Stripped};

/// Fewer digits than this are a number only where the plan has that very number.
const SHORT: usize = 6;

/// Reads bare digits.
pub(super) fn read(digits: &[u8], plan: RegionPlan) -> Result<Number, Note> {
    if digits.len() <= 2 {
        return Err(Note::TooShort);
    }
    if digits.iter().all(|&digit| digit == 0) {
        return Err(Note::NotANumber);
    }
    if plan.is_short(digits) {
        return Err(Note::ShortCode);
    }
    let found = match plan.abroad(digits) {
        Some(width) => abroad(digits, width, plan),
        None => at_home(digits, plan),
    };
    if found.is_ok_and(|found| is_another_behind_zeros(digits, found)) {
        return Err(Note::AmbiguousPrefix);
    }
    if digits.len() <= SHORT && !found.is_ok_and(international::is_certain) {
        return Err(Note::ShortCode);
    }
    found
}

/// Whether two zeros or more and a country's number stand there that is another than `found`. Most countries dial two
/// zeros, and they are written where a region dials something else, or more than them.
fn is_another_behind_zeros(digits: &[u8], found: Number) -> bool {
    let zeros = digits.iter().take_while(|&&digit| digit == 0).count();
    let is_another =
        |other: Number| other.msisdn != found.msisdn && international::is_certain(other);
    zeros >= 2 && international(&digits[zeros..]).is_ok_and(is_another)
}

/// Digits behind a plus: what would be a number of the region without it is another country's only if that country has
/// the number.
pub(super) fn behind_plus(digits: &[u8], plan: RegionPlan) -> Result<Number, Note> {
    let found = international(digits)?;
    if international::is_certain(found) || known_at_home(digits, plan).is_none() {
        Ok(found)
    } else {
        Err(Note::PlusWithoutCountryCode)
    }
}

/// A country's number, of a length that libphonenumber allows it.
fn international(digits: &[u8]) -> Result<Number, Note> {
    let found = international::international(digits)?;
    // What begins with a trunk zero that could not be taken off is refused.
    let is_possible =
        |digits: &[u8]| plan::is_possible_with_area(digits) && plan::trunk_zero(digits).is_none();
    let msisdn = Digits::of(found.msisdn);
    if international::is_certain(found) || msisdn.held().is_some_and(is_possible) {
        Ok(found)
    } else {
        Err(Note::PlusWithoutCountryCode)
    }
}

/// What kind of number an E.164 integer is, seen from a region.
pub(super) fn kind(msisdn: u64, region: RegionPlan) -> Kind {
    let digits = Digits::of(msisdn);
    let Some(digits) = digits.held() else {
        return Kind::Unknown;
    };
    let class = plan::class(digits);
    if plan::code_width(digits).is_some_and(|width| value(&digits[..width]) == region.code().into())
    {
        class.into()
    } else if class != Class::None || plan::is_possible_with_area(digits) {
        Kind::Foreign
    } else {
        Kind::Unknown
    }
}

/// Digits that begin with an international prefix of `width` digits.
fn abroad(digits: &[u8], width: usize, plan: RegionPlan) -> Result<Number, Note> {
    let found = international(&digits[width..]);
    let is_certain = found.is_ok_and(international::is_certain);
    let zeros = digits.iter().take_while(|&&digit| digit == 0).count();
    // Two zeros may be one that was typed twice.
    let is_home = known_at_home(digits, plan).is_some()
        || !is_certain && known_at_home(&digits[zeros..], plan).is_some();
    if is_home {
        return Err(Note::AmbiguousPrefix);
    }
    found.map(|found| Number {
        form: Form::Abroad {
            prefix: width as u8,
        },
        ..found
    })
}

/// One way to read digits as the region's own.
#[derive(Clone, Copy)]
struct Reading {
    national: Stripped,
    /// How many digits are the country code before them.
    code: usize,
}

impl Reading {
    fn msisdn(&self, plan: RegionPlan) -> Option<u64> {
        let national = self.national.digits();
        let code = u64::from(plan.code());
        (national.len() + width_of(code) <= LONGEST)
            .then(|| code * 10_u64.pow(national.len() as u32) + value(national))
    }
}

fn width_of(code: u64) -> usize {
    code.ilog10() as usize + 1
}

/// Digits without an international prefix.
fn at_home(digits: &[u8], plan: RegionPlan) -> Result<Number, Note> {
    let chosen = chosen(digits, plan);
    let national = chosen.national.digits();
    let Some(msisdn) = chosen.msisdn(plan) else {
        return Err(Note::TooLong);
    };
    let all = Digits::of(msisdn);
    let all = all.held().ok_or(Note::TooLong)?;
    let is_known = plan::class(all) != Class::None;
    // The code of a carrier may as well be a part of the number, and so may what an area code is put before.
    let is_guess =
        chosen.national.prefix > plan.national_prefix() || chosen.national.is_transformed;
    match known_at_home(digits, plan) {
        Some(Known::One(known)) if known == msisdn => {}
        Some(_) => return Err(Note::AmbiguousPrefix),
        None => {}
    }
    if is_another_behind_prefix(digits, plan, msisdn, is_known) {
        return Err(Note::AmbiguousPrefix);
    }
    // A zero that is none of the number's own is an unknown prefix.
    let has_odd_zero = national.first() == Some(&0) && !plan.is_viable(national);
    if !is_known && (has_odd_zero || is_guess || !plan::is_possible_with_area(all))
        || all.len() < SHORTEST
    {
        return Err(match plan.length(national) {
            Length::TooLong => Note::TooLong,
            Length::Possible if has_odd_zero || is_guess => Note::TooLong,
            _ => Note::TooShort,
        });
    }
    Ok(Number {
        msisdn,
        mend: None,
        form: Form::Home {
            prefix: if chosen.code > 0 {
                0
            } else {
                plan.national_prefix().min(chosen.national.prefix) as u8
            },
            national: (digits.len() - chosen.code - chosen.national.prefix) as u8,
        },
    })
}

/// The reading that libphonenumber chooses.
fn chosen(digits: &[u8], plan: RegionPlan) -> Reading {
    if let Some(behind_code) = behind_code(digits, plan) {
        let once = plan.without_prefix(&digits[behind_code.code..]);
        let becomes_viable = !plan.is_viable(digits) && plan.is_viable(once.digits());
        if becomes_viable || plan.length(digits) == Length::TooLong {
            return behind_code;
        }
    }
    Reading {
        national: stripped(digits, plan),
        code: 0,
    }
}

/// The digits without a national prefix, where enough of them are left.
fn stripped(digits: &[u8], plan: RegionPlan) -> Stripped {
    let without = plan.without_prefix(digits);
    match plan.length(without.digits()) {
        Length::Possible | Length::TooLong => without,
        Length::Local | Length::TooShort | Length::Between => Stripped::none(digits),
    }
}

/// The digits behind the country code, if they begin with it. What is written with the code is read by the plan of the
/// code's first region, in which a second prefix may go.
fn behind_code(digits: &[u8], plan: RegionPlan) -> Option<Reading> {
    let code = u64::from(plan.code());
    let width = width_of(code);
    if digits.len() <= width || value(&digits[..width]) != code {
        return None;
    }
    let once = plan.without_prefix(&digits[width..]);
    let twice = stripped(once.digits(), plan.main());
    Some(Reading {
        national: twice.behind(once),
        code: width,
    })
}

/// Whether a national prefix, the country code and a number stand there that is another than `msisdn`: a prefix was put
/// before a number with its code. Where the plan knows `msisdn` too, that is what the region dials, and areas whose codes
/// begin as the country code does have numbers of many lengths; only a mobile number is then long enough to be
/// distinguished from them.
fn is_another_behind_prefix(digits: &[u8], plan: RegionPlan, msisdn: u64, is_known: bool) -> bool {
    let without = plan.without_prefix(digits);
    let behind = match (without.prefix, digits) {
        // Where no prefix is dialled, a zero is written all the same.
        (0, [0, behind @ ..]) => behind,
        (1.., _) if !without.is_transformed => without.digits(),
        _ => return false,
    };
    let reading = behind_code(behind, plan);
    let other = reading.and_then(|reading| reading.msisdn(plan));
    other.is_some_and(|other| {
        let class = Digits::of(other).held().map_or(Class::None, plan::class);
        other != msisdn
            && match class {
                Class::None => false,
                Class::Mobile => true,
                _ => !is_known,
            }
    })
}

/// The numbers that the plan knows among all readings of digits as the region's own.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Known {
    One(u64),
    Several,
}

fn known_at_home(digits: &[u8], plan: RegionPlan) -> Option<Known> {
    let bare = |national| Reading { national, code: 0 };
    let readings = [
        Some(bare(Stripped::none(digits))),
        Some(bare(plan.without_prefix(digits))),
        behind_code(digits, plan),
    ];
    let mut known = None;
    for reading in readings.into_iter().flatten() {
        let is_known = |msisdn: &u64| {
            Digits::of(*msisdn)
                .held()
                .is_some_and(|digits| plan::class(digits) != Class::None)
        };
        let Some(msisdn) = reading.msisdn(plan).filter(is_known) else {
            continue;
        };
        known = match known {
            None => Some(Known::One(msisdn)),
            Some(Known::One(other)) if other == msisdn => known,
            Some(_) => Some(Known::Several),
        };
    }
    known
}
