//! What the first digits and the count of all of them decide: most numbers of a region, without a look at the others.
//!
//! Owns tables of answers and no rule: each answer is that of [`national`](super::national) for all digits with these
//! first ones and this count, so that the digits themselves need not be asked. Knows nothing of how digits are written.
//! One idea: where the answer is the same whatever follows, the number is the integer that the digits write, and one
//! figure more for what was taken off before it and for the country code.

use std::sync::OnceLock;

use super::Form;
use super::dialled::{LONGEST, SHORTEST};
use crate::digits::{sixteen, value};
use crate::plan::ahead::{self, Abroad, Ahead, StrippedAhead};
use crate::plan::{self, Length, RegionPlan};

/// How many digits there may be, with their prefixes.
pub(super) const COUNTS: std::ops::Range<usize> = SHORTEST..LONGEST + 4;

/// The powers of ten.
pub(super) const POWERS: [u64; COUNTS.end] = {
    let mut powers = [1; COUNTS.end];
    let mut at = 1;
    while at < powers.len() {
        powers[at] = powers[at - 1] * 10;
        at += 1;
    }
    powers
};

/// When digits are a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    /// The other digits must be asked.
    Unsure,
    Never,
    Always,
    /// Where the plan knows the number, and not otherwise.
    Known,
    /// Where the plan knows the number; otherwise the digits must be asked.
    KnownOrUnsure,
}

/// What is known of digits by the first of them and their count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Verdict {
    pub(super) when: When,
    /// Whether the plan knows the number, whatever follows.
    is_certain: bool,
    /// The number, less the integer that the digits write.
    offset: u64,
    pub(super) form: Form,
    pub(super) code: u16,
    /// The state of the plans behind the country code.
    behind_code: u16,
}

impl Verdict {
    const UNSURE: Self = Self::none(When::Unsure);
    const NEVER: Self = Self::none(When::Never);

    const fn none(when: When) -> Self {
        Self {
            when,
            is_certain: false,
            offset: 0,
            form: Form::Common,
            code: 0,
            behind_code: 0,
        }
    }

    /// The number of digits that are those `whole`, country code first, with what was dialled before taken off.
    fn read(when: When, digits: &Ahead, code: u16, national: &Ahead, form: Form) -> Self {
        let whole = u64::from(code) * POWERS[national.lead().len()] + value(national.lead());
        Self {
            when,
            is_certain: ahead::is_known(code, national) == Some(true),
            offset: whole
                .wrapping_sub(value(digits.lead()))
                .wrapping_mul(POWERS[digits.unknown()]),
            form,
            code,
            behind_code: ahead::behind_code(code),
        }
    }

    /// The number of the digits that write this integer.
    #[inline]
    pub(super) fn msisdn(&self, value: u64) -> u64 {
        value.wrapping_add(self.offset)
    }

    /// Whether the plans know its number.
    #[inline]
    pub(super) fn is_known(&self, msisdn: u64) -> bool {
        if self.is_certain {
            return true;
        }
        let digits = sixteen(msisdn);
        let zeros = digits.trailing_zeros() as usize / 8;
        let digits = &digits.to_le_bytes()[zeros + width_of(self.code)..];
        plan::is_known_behind(self.behind_code, digits)
    }
}

/// One column of answers, by the count of the digits.
type Row = [u16; COUNTS.end - COUNTS.start];

/// The answers for bare digits, or for those behind a plus.
struct Table {
    /// By the first three digits: a row, or, from [`DEEPER`] on, a place in `deeper`.
    first: Box<[u16; 1000]>,
    /// By one digit more.
    deeper: Vec<[u16; 10]>,
    rows: Vec<Row>,
}

/// The first place in a table's `deeper`.
const DEEPER: u16 = 1 << 15;
/// How many of the first digits are looked at, and in how many places more than three of them.
const DEEPEST: usize = 6;
const MOST_DEEPER: usize = 512;

/// The answers of one region.
pub(super) struct Leads {
    bare: Table,
    signed: Table,
    verdicts: Vec<Verdict>,
}

impl Leads {
    /// The answers of a region, made at the first call.
    pub(super) fn of(plan: RegionPlan) -> &'static Self {
        static ALL: [OnceLock<Leads>; plan::COUNT] = [const { OnceLock::new() }; plan::COUNT];
        ALL[plan.place()].get_or_init(|| Self::build(plan))
    }

    fn build(plan: RegionPlan) -> Self {
        // What has no place in the list is at the first.
        let mut verdicts = vec![Verdict::UNSURE];
        let bare = Table::build(&mut verdicts, |digits| bare(digits, plan));
        let signed = Table::build(&mut verdicts, |digits| signed(digits, plan));
        Self {
            bare,
            signed,
            verdicts,
        }
    }

    /// What is known of `count` digits, one of [`COUNTS`], which write the integer `value`.
    #[inline]
    pub(super) fn verdict(&self, value: u64, count: usize, plus: bool) -> &Verdict {
        let table = if plus { &self.signed } else { &self.bare };
        &self.verdicts[usize::from(table.answer(value, count))]
    }
}

impl Table {
    #[inline]
    fn answer(&self, value: u64, count: usize) -> u16 {
        let mut unknown = count - 3;
        let mut place = self.first[(value / POWERS[unknown]) as usize];
        while place >= DEEPER {
            unknown -= 1;
            let digit = value / POWERS[unknown] % 10;
            place = self.deeper[usize::from(place - DEEPER)][digit as usize];
        }
        self.rows[usize::from(place)][count - COUNTS.start]
    }

    fn build(verdicts: &mut Vec<Verdict>, ask: impl Fn(&Ahead) -> Option<Verdict>) -> Self {
        let mut table = Self {
            first: Box::new([0; 1000]),
            deeper: Vec::new(),
            rows: Vec::new(),
        };
        let answers = Answers::default().with(&[], verdicts, &ask);
        table.fill(&mut Vec::with_capacity(DEEPEST), answers, verdicts, &ask);
        table
    }

    /// Fills in what follows `lead`, of which there are `answers`, and returns its place.
    fn fill(
        &mut self,
        lead: &mut Vec<u8>,
        answers: Answers,
        verdicts: &mut Vec<Verdict>,
        ask: &impl Fn(&Ahead) -> Option<Verdict>,
    ) -> u16 {
        let next: [Answers; 10] = std::array::from_fn(|digit| {
            lead.push(digit as u8);
            let next = answers.with(lead, verdicts, ask);
            lead.pop();
            next
        });
        let is_last = match lead.len() {
            ..3 => answers.are_all(),
            DEEPEST => true,
            _ => self.deeper.len() >= MOST_DEEPER || next.iter().all(|next| *next == answers),
        };
        let place = if is_last {
            place_of(&mut self.rows, answers.0.map(Option::unwrap_or_default))
        } else {
            let mut places = [0; 10];
            for (digit, place) in places.iter_mut().enumerate() {
                lead.push(digit as u8);
                *place = self.fill(lead, next[digit], verdicts, ask);
                lead.pop();
            }
            match lead.len() {
                ..3 => return 0,
                _ => DEEPER + place_of(&mut self.deeper, places),
            }
        };
        if lead.len() <= 3 {
            let scale = 10_usize.pow(3 - lead.len() as u32);
            let from = value(lead) as usize * scale;
            self.first[from..from + scale].fill(place);
        }
        place
    }
}

/// The places of verdicts, by the count of the digits, as far as a beginning decides them.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Answers([Option<u16>; COUNTS.end - COUNTS.start]);

impl Answers {
    fn are_all(&self) -> bool {
        self.0.iter().all(Option::is_some)
    }

    /// The same with those that a longer beginning decides.
    fn with(
        mut self,
        lead: &[u8],
        verdicts: &mut Vec<Verdict>,
        ask: &impl Fn(&Ahead) -> Option<Verdict>,
    ) -> Self {
        for (answer, count) in self.0.iter_mut().zip(COUNTS) {
            if answer.is_none() {
                *answer = ask(&Ahead::of(lead, count)).map(|verdict| place_of(verdicts, verdict));
            }
        }
        self
    }
}

/// Where a list has a thing, put there if it has it not.
fn place_of<T: PartialEq>(list: &mut Vec<T>, thing: T) -> u16 {
    let place = list.iter().position(|held| *held == thing);
    let place = place.unwrap_or_else(|| {
        list.push(thing);
        list.len() - 1
    });
    u16::try_from(place).unwrap_or(0)
}

/// As [`national::read`](super::national::read).
fn bare(digits: &Ahead, plan: RegionPlan) -> Option<Verdict> {
    if digits.lead().iter().all(|&digit| digit == 0) {
        return None;
    }
    if plan.is_short_ahead(digits)? {
        return Some(Verdict::NEVER);
    }
    match plan.abroad_ahead(digits)? {
        Some(width) => abroad(digits, width, plan),
        None => at_home(digits, plan),
    }
}

/// As [`national::behind_plus`](super::national::behind_plus).
fn signed(digits: &Ahead, plan: RegionPlan) -> Option<Verdict> {
    let found = match international(digits)? {
        International::None => return Some(Verdict::NEVER),
        International::Unsure => return Some(Verdict::UNSURE),
        International::Number(found) => found,
    };
    let readings = Readings::of(digits, plan);
    let is_home = || readings.is_another_known(digits, plan, found.code);
    Some(found.verdict(digits, Form::Common, is_home))
}

/// What digits behind a plus or an international prefix are.
enum International {
    /// No country's number.
    None,
    /// What all digits must say.
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
        // Ten digits and the lead of a mobile are certain, whatever the plan says of them.
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
    let zeros = digits
        .lead()
        .iter()
        .take_while(|&&digit| digit == 0)
        .count();
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
    let code = plan.code().to_string();
    let lead = digits.lead();
    let begins = lead
        .iter()
        .zip(code.bytes())
        .all(|(&digit, byte)| digit == byte - b'0');
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
    // Of a zero all digits say whether it is the number's own.
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
