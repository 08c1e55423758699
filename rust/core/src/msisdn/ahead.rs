//! Digits as another region dials them, of which only the first and the count are known.
//!
//! Owns what [`national`](super::national) answers for all digits with the same beginning and count, if that is the
//! same for all; where later digits decide it, there is no answer. Independent of how digits are written. One idea:
//! each function is one of `national`, with the third answer for each of its questions.

use super::Form;
use super::international::{LONGEST, SHORTEST};
use super::verdict::{DEEPEST, Verdict, When};
use crate::digits::value;
use crate::plan::ahead::{self, Abroad, Ahead, StrippedAhead};
use crate::plan::{Length, RegionPlan};

/// As [`national::read`](super::national::read).
pub(super) fn bare(digits: &Ahead, plan: RegionPlan) -> Option<Verdict> {
    if digits.lead().iter().all(|&digit| digit == 0) {
        return None;
    }
    if plan.is_short_ahead(digits)? {
        return Some(Verdict::NEVER);
    }
    let width = plan.abroad_ahead(digits)?;
    let verdict = match width {
        Some(width) => abroad(digits, width, plan),
        None => at_home(digits, plan),
    }?;
    let is_number = !matches!(verdict.when, When::Never | When::Unsure);
    let is_another = is_number && may_be_another_behind_zeros(digits, width);
    (!is_another).then_some(verdict)
}

/// Whether `national::is_another_behind_zeros` may hold, where the digits begin with an international prefix of so
/// many digits.
fn may_be_another_behind_zeros(digits: &Ahead, width: Option<usize>) -> bool {
    let zeros = zeros(digits);
    if zeros == digits.lead().len() {
        return true;
    }
    if zeros < 2 || width == Some(zeros) {
        return false;
    }
    match international(&digits.behind(zeros)) {
        Some(International::None) => false,
        Some(International::Number(found)) => found.is_known != Some(false),
        Some(International::Unsure) | None => true,
    }
}

/// How many zeros the digits begin with, as far as they are known.
fn zeros(digits: &Ahead) -> usize {
    let lead = digits.lead().iter();
    lead.take_while(|&&digit| digit == 0).count()
}

/// As [`national::behind_plus`](super::national::behind_plus).
pub(super) fn signed(digits: &Ahead, plan: RegionPlan) -> Option<Verdict> {
    let found = match international(digits)? {
        International::None => return Some(Verdict::NEVER),
        International::Unsure => return Some(Verdict::UNSURE),
        International::Number(found) => found,
    };
    let is_home = Readings::of(digits, plan).is_another_known(digits, plan, found.code);
    let is_undecided = is_home && found.is_known.is_none() && found.otherwise == Some(true);
    if is_undecided && found.code == plan.code() && digits.lead().len() < DEEPEST {
        return None;
    }
    Some(found.verdict(digits, Form::Common, || is_home))
}

/// What digits behind a plus or an international prefix are.
enum International {
    /// No country's number.
    None,
    /// What all digits decide.
    Unsure,
    Number(Foreign),
}

/// A country's number.
struct Foreign {
    code: u16,
    national: Ahead,
    /// Whether the plans know it.
    is_known: Option<bool>,
    /// Whether it is a number where they do not.
    otherwise: Option<bool>,
}

impl Foreign {
    /// `is_home`: whether the digits are a number of the region too.
    fn verdict(&self, digits: &Ahead, form: Form, is_home: impl FnOnce() -> bool) -> Verdict {
        let when = match (self.is_known, self.otherwise) {
            (Some(true), _) => When::Always,
            (Some(false), Some(false)) => When::Never,
            (None, Some(false)) => When::Known,
            (_, Some(true)) if !is_home() => When::Always,
            (Some(false), _) => When::Unsure,
            (None, _) => When::KnownOrUnsure,
        };
        match when {
            When::Unsure | When::Never => Verdict::none(when),
            _ => Verdict::read(when, digits, self.code, &self.national, form),
        }
    }
}

/// As `national::international`.
fn international(digits: &Ahead) -> Option<International> {
    if !(SHORTEST..=LONGEST).contains(&digits.count()) {
        return Some(International::None);
    }
    let Some(country) = Abroad::of(digits)? else {
        return Some(International::None);
    };
    let national = digits.behind(country.width);
    let &first = national.lead().first()?;
    let is_known = ahead::is_known(country.code, &national);
    let found = |is_known, otherwise| {
        Some(International::Number(Foreign {
            code: country.code,
            national,
            is_known,
            otherwise,
        }))
    };
    match (country.code, first) {
        // Ten digits and the lead of a mobile are certain, whatever the plan has for them.
        (91, 6..) if national.count() == 10 => found(Some(true), None),
        // The other numbers of India, and a zero that may be a prefix, are read by all digits.
        (91, _) => Some(International::Unsure),
        (_, 0) if country.has_trunk_zero() => Some(International::Unsure),
        (_, 0) => found(is_known, None),
        _ => {
            let is_indian = digits.count() == 10 && digits.lead()[0] >= 6;
            found(
                is_known,
                Some(!is_indian && country.is_possible(national.count())),
            )
        }
    }
}

/// Digits behind an international prefix of `width` digits.
fn abroad(digits: &Ahead, width: usize, plan: RegionPlan) -> Option<Verdict> {
    let behind = digits.behind(width);
    let found = match international(&behind)? {
        International::None => return Some(Verdict::NEVER),
        International::Unsure => return Some(Verdict::UNSURE),
        International::Number(found) => found,
    };
    let zeros = zeros(digits);
    let is_home = |digits: &Ahead| Readings::of(digits, plan).is_one_known(plan);
    if is_home(digits) {
        return None;
    }
    let form = Form::Abroad {
        prefix: width as u8,
    };
    Some(found.verdict(digits, form, || is_home(&digits.behind(zeros))))
}

/// One way to read digits as the region's own.
#[derive(Clone, Copy)]
struct Reading {
    national: StrippedAhead,
    /// How many digits are the country code before them.
    code: usize,
}

/// The ways to read digits as the region's own; none where later digits decide what one is.
struct Readings {
    bare: Reading,
    without_prefix: Option<Reading>,
    behind_code: Option<Option<Reading>>,
}

impl Readings {
    fn of(digits: &Ahead, plan: RegionPlan) -> Self {
        let bare = |national| Reading { national, code: 0 };
        Self {
            bare: bare(StrippedAhead::none(digits)),
            without_prefix: plan.without_prefix_ahead(digits).map(bare),
            behind_code: behind_code(digits, plan),
        }
    }

    /// Whether the plan may know one of them, but for those that `is_same`.
    fn is_known(&self, plan: RegionPlan, is_same: impl Fn(&Reading) -> bool) -> bool {
        let may_be = |reading: &Reading| {
            !is_same(reading)
                && ahead::is_known(plan.code(), &reading.national.digits) != Some(false)
        };
        may_be(&self.bare)
            || self.without_prefix.as_ref().is_none_or(may_be)
            || self
                .behind_code
                .as_ref()
                .is_none_or(|reading| reading.as_ref().is_some_and(may_be))
    }

    fn is_one_known(&self, plan: RegionPlan) -> bool {
        self.is_known(plan, |_| false)
    }

    /// The same, but for the digits themselves, with their country `code`.
    fn is_another_known(&self, digits: &Ahead, plan: RegionPlan, code: u16) -> bool {
        self.is_known(plan, |reading| {
            code == plan.code()
                && reading.code > 0
                && reading.national.digits.is(&digits.behind(reading.code))
        })
    }
}

fn width_of(code: u16) -> usize {
    code.ilog10() as usize + 1
}

/// As `national::behind_code`; none within where the digits do not begin with the code.
fn behind_code(digits: &Ahead, plan: RegionPlan) -> Option<Option<Reading>> {
    let width = width_of(plan.code());
    let lead = digits.lead();
    let seen = lead.len().min(width);
    let begins = value(&lead[..seen]) == u64::from(plan.code()) / 10_u64.pow((width - seen) as u32);
    if !begins || digits.count() <= width {
        return Some(None);
    }
    if lead.len() < width {
        return None;
    }
    let once = plan.without_prefix_ahead(&digits.behind(width))?;
    let twice = plan.main().stripped_ahead(&once.digits)?;
    Some(Some(Reading {
        national: twice.behind(&once),
        code: width,
    }))
}

/// As `national::chosen`.
fn chosen(digits: &Ahead, plan: RegionPlan) -> Option<Reading> {
    if let Some(behind_code) = behind_code(digits, plan)? {
        let once = plan.without_prefix_ahead(&digits.behind(behind_code.code))?;
        let becomes_viable = match (
            plan.is_viable_ahead(digits),
            plan.is_viable_ahead(&once.digits),
        ) {
            (Some(true), _) | (_, Some(false)) => false,
            (Some(false), Some(true)) => true,
            _ if plan.length_of(digits.count()) == Length::TooLong => true,
            _ => return None,
        };
        if becomes_viable || plan.length_of(digits.count()) == Length::TooLong {
            return Some(behind_code);
        }
    }
    Some(Reading {
        national: plan.stripped_ahead(digits)?,
        code: 0,
    })
}

/// As `national::at_home`.
fn at_home(digits: &Ahead, plan: RegionPlan) -> Option<Verdict> {
    let chosen = chosen(digits, plan)?;
    let (national, prefix) = (&chosen.national.digits, chosen.national.prefix);
    let all = width_of(plan.code()) + national.count();
    if !(SHORTEST..=LONGEST).contains(&all) {
        return Some(Verdict::NEVER);
    }
    let is_known = ahead::is_known(plan.code(), national);
    let is_guess = prefix > plan.national_prefix() || chosen.national.is_transformed;
    let is_possible = ahead::is_possible_with_area(plan.code(), national.count());
    // All digits decide whether a zero is the number's own.
    let otherwise = match national.lead().first()? {
        _ if is_guess || !is_possible => Some(false),
        0 => None,
        _ => Some(true),
    };
    if is_known == Some(false) && otherwise == Some(false) {
        return Some(Verdict::NEVER);
    }
    let others = Readings::of(digits, plan);
    if others.is_known(plan, |reading| reading.national.digits.is(national)) {
        return None;
    }
    if may_be_behind_prefix(digits, plan) {
        return None;
    }
    let when = match (is_known, otherwise) {
        (Some(true), _) | (_, Some(true)) => When::Always,
        (None, Some(false)) => When::Known,
        _ => When::KnownOrUnsure,
    };
    let form = Form::Home {
        prefix: if chosen.code > 0 {
            0
        } else {
            plan.national_prefix().min(prefix) as u8
        },
        national: (digits.count() - chosen.code - prefix) as u8,
    };
    Some(Verdict::read(when, digits, plan.code(), national, form))
}

/// Whether `national::is_another_behind_prefix` may hold.
fn may_be_behind_prefix(digits: &Ahead, plan: RegionPlan) -> bool {
    let Some(without) = plan.without_prefix_ahead(digits) else {
        return true;
    };
    let behind = match (without.prefix, digits.lead().first()) {
        (0, Some(0)) => digits.behind(1),
        (0, None) => return true,
        (1.., _) if !without.is_transformed => without.digits,
        _ => return false,
    };
    match behind_code(&behind, plan) {
        Some(Some(reading)) => {
            ahead::is_known(plan.code(), &reading.national.digits) != Some(false)
        }
        Some(None) => false,
        None => true,
    }
}
