//! The groupings of Indian numbers.
//!
//! This module owns rules that the list of groupings cannot express: which first groups a kind of number has, and which
//! listed groupings are other things side by side. It depends on the kinds of separators only. One idea: a rule that
//! refuses one real number in a thousand is acceptable if it excludes what is no number.

use super::Number;
use super::gaps::Gaps;
use crate::digits::value;
use crate::groupings::{self, Gap, NumberingPlan};
use crate::plan::{self, Class};

/// An Indian number in two groups or more.
pub(super) struct Grouped<'a> {
    pub(super) found: Number,
    /// The national digits, and the width of each group.
    pub(super) digits: &'a [u8],
    pub(super) widths: &'a [usize],
    pub(super) gaps: &'a Gaps,
    /// Whether a plus or two zeros precede the country code.
    pub(super) is_explicit: bool,
    pub(super) has_trunk_zero: bool,
    /// Whether there is a prefix before the national digits.
    pub(super) has_prefix: bool,
}

/// Whether the grouping is in use for this number.
pub(super) fn is_listed(number: &Grouped) -> bool {
    if number.found.class() == Class::M2m {
        let gap = number.gaps.all().filter(|_| number.is_explicit);
        return gap.is_some_and(|gap| {
            groupings::is_listed(NumberingPlan::M2m, gap, number.widths, false)
        });
    }
    let is_led = number.is_explicit || number.has_trunk_zero;
    let is_area = (is_led || number.gaps.first_is_bracketed)
        && plan::is_area_code(&number.digits[..number.widths[0]]);
    let Some(gap) = number.gaps.but_the_first(is_area) else {
        return false;
    };
    groupings::is_listed(
        NumberingPlan::National,
        gap,
        number.widths,
        is_area && is_led,
    ) && first_group_is_right(number, is_area)
        && !are_other_things(number)
        && !are_in_order(number)
}

/// Whether numbers of this kind have such a first group.
fn first_group_is_right(number: &Grouped, is_area: bool) -> bool {
    let width = number.widths[0];
    let first = &number.digits[..width];
    // `91 98765432`: a country code, and two digits are missing.
    let is_bare_code = first == [9, 1] && !number.is_explicit && !number.has_code();
    // `78 - 61886271`: the mark of a list.
    let is_mark = number.gaps.first == Gap::SpacedDash && width < 4 && !is_area;
    let is_of_its_kind = match number.found.class() {
        _ if number.found.is_indian_mobile() => {
            !number.gaps.first_is_bracketed || is_area || width == 5
        }
        Class::TollFree
        | Class::SharedCost
        | Class::Premium
        | Class::Service
        | Class::Telemarketing => (3..=6).contains(&width),
        _ => plan::is_area_code(first),
    };
    is_of_its_kind && !is_bare_code && !is_mark
}

impl Grouped<'_> {
    /// Whether there is a country code, with or without a sign before it.
    fn has_code(&self) -> bool {
        self.has_prefix && !self.has_trunk_zero
    }
}

/// Whether the groups are a number and its extension, two sums, a case and its year, a date and a time, or a number of
/// another country.
fn are_other_things(number: &Grouped) -> bool {
    let Grouped { widths, digits, .. } = *number;
    let are_pairs = widths.iter().all(|&width| width <= 2);
    // `1800 11 4000 123`: toll-free numbers of thirteen digits exist, and extensions are common.
    let has_extension =
        number.found.class() == Class::TollFree && digits.len() == 13 && widths.last() == Some(&3);
    has_extension
        || are_pairs && !number.found.is_indian_mobile()
        || !number.has_prefix
            && number.found.is_indian_mobile()
            && (groupings::are_round_sums(widths, digits)
                || is_case_and_year(widths, digits)
                || is_date_and_time(widths, digits)
                || is_of_another_country(widths, digits))
}

/// Whether the groups of a mobile number without a prefix are a range or steps.
fn are_in_order(number: &Grouped) -> bool {
    let is_bare = !number.has_prefix && number.found.is_indian_mobile();
    is_bare && (is_range(number) || are_steps(number.widths, number.digits))
}

/// `98765/98770`, `98765 - 98770`: a range from one figure to a slightly larger one. A dash without blanks is too
/// common in the middle of numbers.
fn is_range(number: &Grouped) -> bool {
    const LONGEST: u64 = 1_000;
    let parts = matches!(number.gaps.all(), Some(Gap::Slash | Gap::SpacedDash));
    let (first, last) = number.digits.split_at(number.widths[0]);
    number.widths == [5; 2]
        && parts
        && (1..=LONGEST).contains(&value(last).saturating_sub(value(first)))
}

/// `66 67 68 69 70`: five figures, each one more than the one before.
fn are_steps(widths: &[usize], digits: &[u8]) -> bool {
    let pair = |at: usize| digits[2 * at] * 10 + digits[2 * at + 1];
    widths == [2; 5] && (1..5).all(|at| pair(at) == pair(at - 1) + 1)
}

/// `876543-2024`: the number of a case, and a year from 1900 on.
fn is_case_and_year(widths: &[usize], digits: &[u8]) -> bool {
    widths == [6, 4] && matches!(digits[6..8], [1, 9] | [2, 0])
}

/// `65 9123 4567`: the code of Singapore, and a number of it in its own grouping.
fn is_of_another_country(widths: &[usize], digits: &[u8]) -> bool {
    let [code, rest @ ..] = widths else {
        return false;
    };
    plan::code_width(digits) == Some(*code)
        && plan::class(digits) != Class::None
        && (rest.len() == 1 || plan::has_format(plan::code_of(digits), rest))
}

/// `98-12-31-10-15`: year, month, day, hour and minute.
fn is_date_and_time(widths: &[usize], digits: &[u8]) -> bool {
    if widths != [2; 5] {
        return false;
    }
    let pair = |at: usize| digits[2 * at] * 10 + digits[2 * at + 1];
    let is_day = |day: u8, month: u8| (1..=31).contains(&day) && (1..=12).contains(&month);
    (is_day(pair(1), pair(2)) || is_day(pair(2), pair(1))) && pair(3) < 24 && pair(4) < 60
}
