//! All the numbers in one run of digits and separators.

use super::Number;
use super::dialled::dialled;
use super::international::{is_certain, reads_on};
use super::token::Code;
use super::written::{is_domestic, joined, single};
use crate::msisdn::Region;
use crate::naive::groupings::gap;
use crate::naive::pattern;
use crate::notes::Note;

/// A part of a run: a number, or digits that are none.
pub(super) struct Part {
    /// The count of its digits.
    pub(super) digits: usize,
    /// Its text, if it is one group and no number.
    pub(super) text: String,
    /// The number, if it is one.
    pub(super) number: Option<Number>,
    /// Whether it is separated from the part before it by more than a separator of digits.
    pub(super) is_apart: bool,
}

/// A group of digits, with the plus and the brackets right before it.
struct Group {
    /// Its start, with the plus and the brackets.
    start: usize,
    /// The end of its digits.
    end: usize,
    /// The sign of the separator before it; `!` for a plus.
    gap: char,
    /// Whether the separator before it is a point.
    is_decimal: bool,
    /// Whether it is a term of a sum: a plus joins it to the digits before it.
    is_term: bool,
}

impl Group {
    fn stands_apart(&self) -> bool {
        "/!".contains(self.gap)
    }
}

fn groups(run: &str) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for digits in pattern!("[0-9]+").find_iter(run) {
        let end = groups.last().map_or(0, |group| group.end);
        let between = &run[end..digits.start()];
        let opening = pattern!("[+(][+( ]*$").find(between);
        let is_first = groups.is_empty();
        groups.push(Group {
            start: digits.start() - opening.map_or(0, |opening| opening.len()),
            end: digits.end(),
            gap: match between {
                _ if is_first => '~',
                plus if plus.contains('+') => '!',
                between => gap(between),
            },
            is_decimal: !is_first && between == ".",
            is_term: !is_first && pattern!(r"^\+[^+]*$|\+ [^+]*$").is_match(between),
        });
    }
    groups
}

/// A run being read.
struct Run<'a> {
    text: &'a str,
    region: Region,
    groups: Vec<Group>,
}

/// A number, and the group after it.
type Taken = (Number, usize);

impl Run<'_> {
    fn width(&self, at: usize) -> usize {
        let group = &self.groups[at];
        pattern!("[0-9]")
            .find_iter(&self.text[group.start..group.end])
            .count()
    }

    /// The groups `first..=last`, with a closing bracket after them, as one number; and the count of groups with national
    /// digits.
    fn number(&self, first: usize, last: usize) -> Option<(Number, usize)> {
        // In a list or a text, fewer digits are no number in any region.
        let digits: usize = (first..=last).map(|group| self.width(group)).sum();
        if !(7..=18).contains(&digits) {
            return None;
        }
        let end = self.groups[last].end;
        let end = if self.text[end..].starts_with(')') {
            end + 1
        } else {
            end
        };
        joined(&self.text[self.groups[first].start..end], self.region).ok()
    }

    /// The number, if it has no decimal part or one of zeros.
    fn with_decimals(&self, (number, next): Taken) -> Option<Taken> {
        let is_decimal = |at: usize| self.groups.get(at).is_some_and(|group| group.is_decimal);
        if !is_decimal(next) {
            return Some((number, next));
        }
        let zeros = self.text[self.groups[next].start..self.groups[next].end]
            .trim_matches('0')
            .is_empty();
        (zeros && !is_decimal(next + 1)).then(|| (number.with(Note::TrailingDecimal), next + 1))
    }

    /// A number in one group, after its prefixes.
    fn whole_at(&self, at: usize) -> Option<Taken> {
        let ends = at..self.groups.len().min(at + 4);
        ends.filter_map(|end| {
            Some((
                self.number(at, end).filter(|(_, groups)| *groups == 1)?.0,
                end + 1,
            ))
        })
        .find_map(|taken| self.with_decimals(taken))
    }

    /// The longest number in several groups.
    fn longest_at(&self, at: usize) -> Option<Taken> {
        let apart = (at + 1..self.groups.len()).find(|&next| self.groups[next].gap == '!');
        let end = apart.unwrap_or(self.groups.len()).min(at + 18);
        (at + 1..end)
            .rev()
            .find_map(|end| Some((self.number(at, end)?.0, end + 1)))
    }

    /// The longest number in several groups, if it is not a part of something longer.
    fn several_at(&self, at: usize, is_behind_digits: bool) -> Option<Taken> {
        let (number, next) = self.longest_at(at)?;
        // A sum beside another figure.
        if self.groups.get(next).is_some_and(|group| group.is_decimal) {
            return None;
        }
        // The first five digits may follow a prefix without a separator.
        let is_in_fives = self.width(next - 1) == 5
            && self.width(next - 2) >= 5
            && pattern!("^91[6-9][0-9]{9}$").is_match(&number.digits);
        // `404-10-98765-43210` is one thing.
        let is_chained =
            is_behind_digits && self.groups[at].gap == '-' && self.groups[next - 1].gap == '-';
        // Six digits and four, or four and six, are more likely a PIN code and another figure.
        let widths: Vec<usize> = (at..next).map(|group| self.width(group)).collect();
        let is_pin = widths == [6, 4] || widths == [4, 6];
        let is_chain = widths.len() > 3;
        let before = (at > 0 && (is_behind_digits || is_pin) && !self.groups[at].stands_apart())
            .then(|| self.width(at - 1));
        let begins_number = || self.whole_at(next).is_some() || self.longest_at(next).is_some();
        let after = (next < self.groups.len()
            && !self.groups[next].stands_apart()
            && (is_pin || is_chain || !begins_number()))
        .then(|| self.width(next));
        let is_count_or_pin = |width: usize| matches!(width, 1..=4 | 6);
        // Slashes part figures: one number holds a slash alone, and none follows a figure's slash.
        let gaps: String = self.groups.iter().map(|group| group.gap).collect();
        let joins_slash = gaps[at + 1..next].contains('/');
        let is_behind_slash = at > 0 && gaps[at..].starts_with('/');
        let is_before_slash = gaps[next..].starts_with('/');
        let has_neighbour = before.is_some() || after.is_some();
        if joins_slash && (is_behind_slash || is_before_slash || has_neighbour)
            || is_behind_slash && is_behind_digits
        {
            return None;
        }
        before
            .into_iter()
            .chain(after)
            .all(|width| is_in_fives && !is_chained && is_count_or_pin(width))
            .then_some((number, next))
    }

    /// Whether a number of another country, which is short or in no range of a plan, is followed by more digits.
    fn is_cut(&self, number: &Number, at: usize, next: usize) -> bool {
        let text = |group: &Group| &self.text[group.start..group.end];
        let digits: usize = (at..next).map(|group| self.width(group)).sum();
        let is_short = next > at + 1 && digits <= 9 && is_foreign_code(text(&self.groups[at]));
        let is_unknown = !number.digits.starts_with("91") && !is_certain(number);
        let is_followed = self
            .groups
            .get(next)
            .is_some_and(|group| !group.stands_apart() && !opens_number(text(group)));
        let is_rest = |group: &Group| {
            let digits = text(group);
            group.gap == '/'
                && pattern!("^[1-9]").is_match(digits)
                && self.whole_at(next).is_none()
                && self.longest_at(next).is_none()
                && reads_on(number, digits)
        };
        let goes_on =
            !number.digits.starts_with("91") && self.groups.get(next).is_some_and(is_rest);
        goes_on || is_followed && (is_short || is_unknown)
    }

    /// Whether a code stands before, a plus or two zeros and fewer digits than a number has, with no number and no sign
    /// of a new one between: a plus, two zeros, or what keeps a number apart; behind another country's code that counts
    /// seven digits on only. With it, whether it is another country's.
    fn code_before(&self, at: usize, parts: &[Part]) -> Option<bool> {
        let text = |group: &Group| &self.text[group.start..group.end];
        let opens = |group: &Group| opens_number(text(group));
        let first = (0..=at).rev().find(|&group| opens(&self.groups[group]))?;
        let is_foreign = is_foreign_code(text(&self.groups[first]));
        let between = |last: usize| {
            (first + 1..last)
                .map(|group| self.width(group))
                .sum::<usize>()
        };
        let is_parted = (first + 1..=at)
            .any(|group| self.groups[group].stands_apart() && (!is_foreign || between(group) >= 7));
        let is_code = is_cut_code(text(&self.groups[first]));
        // The code and what stands behind it are parts without a number, each of one group.
        let fragments = parts
            .iter()
            .rev()
            .take_while(|part| part.number.is_none())
            .count();
        (first < at && is_code && !is_parted && fragments >= at - first).then_some(is_foreign)
    }

    /// The number that begins with a group.
    fn number_at(&self, at: usize, is_behind_digits: bool) -> Option<Taken> {
        let group = &self.groups[at];
        if group.is_decimal || group.is_term && is_behind_digits {
            return None;
        }
        let whole = self.whole_at(at);
        let several = self.several_at(at, is_behind_digits);
        // Where a country code is written, the country's own format goes before whole first.
        let is_foreign = |(number, _): &Taken| !number.digits.starts_with("91");
        if self.text[group.start..].starts_with('+') && several.as_ref().is_some_and(is_foreign) {
            several
        } else {
            whole.or(several)
        }
    }
}

/// All the parts of a run, in order.
pub(super) fn parts(text: &str, region: Region) -> Vec<Part> {
    let run = Run {
        text,
        region,
        groups: groups(text),
    };
    let mut parts = Vec::new();
    let (mut at, mut is_behind_digits) = (0, false);
    while at < run.groups.len() {
        let taken = run
            .number_at(at, is_behind_digits)
            .filter(|(number, _)| is_sure(number))
            .filter(|(number, _)| {
                !number.digits.starts_with("91") || run.code_before(at, &parts) != Some(true)
            })
            .filter(|(number, next)| !run.is_cut(number, at, *next));
        let (number, next) = taken.map_or((None, at + 1), |(mut number, next)| {
            number.is_behind_code =
                number.digits.starts_with("91") && run.code_before(at, &parts).is_some();
            (Some(number), next)
        });
        is_behind_digits = number.is_none();
        let group = &run.groups[at];
        parts.push(Part {
            digits: (at..next).map(|group| run.width(group)).sum(),
            text: if number.is_none() {
                run.text[group.start..group.end].to_owned()
            } else {
                String::new()
            },
            number,
            is_apart: run.groups[at].stands_apart(),
        });
        at = next;
    }
    // Digits beside a region's own number may be the rest of it.
    if parts.iter().any(|part| part.number.is_none()) {
        for part in &mut parts {
            part.number = part.number.take().filter(|number| !is_domestic(number));
        }
    }
    parts
}

/// The code that a run is and no more. Abroad, India's own code alone is another country's too.
pub(super) fn code(run: &str, is_hidden: bool, region: Region) -> Option<Code> {
    let may_be_cut = is_hidden || matches!(region, Region::Of(_));
    let is_cut = may_be_cut && is_cut_code(run);
    let digits = if is_hidden {
        String::new()
    } else {
        short_area_code(run, region)
    };
    let is_area = is_area_code(run, is_hidden, region) || !digits.is_empty();
    (is_area || is_cut || is_foreign_code(run)).then_some(Code { is_area, digits })
}

/// Whether a group is a plus or two zeros and the beginning of a number, but not of an Indian one.
fn is_foreign_code(group: &str) -> bool {
    let bare = group.replace([' ', '('], "");
    pattern!("^(?:[+]|00)[1-9][0-9]{0,5}$").is_match(&bare)
        && !pattern!("^(?:[+]|00)91").is_match(&bare)
}

/// Whether a group is a plus or two zeros and at most six digits.
fn is_cut_code(group: &str) -> bool {
    opens_number(group) && pattern!("[0-9]").find_iter(group).count() < 7
}

/// Whether a group is no more than a zero and two to five digits of a number of a region; fewer, if some
/// are hidden.
fn is_area_code(group: &str, is_hidden: bool, region: Region) -> bool {
    let bare = group.replace([' ', '(', ')'], "");
    let is_short = is_hidden && pattern!("^0[1-9]?$").is_match(&bare);
    let dials_zero = matches!(region, Region::Of(plan) if plan.dials_zero());
    dials_zero && (is_short || pattern!("^0[1-9][0-9]{1,4}$").is_match(&bare))
}

/// A group that is a zero and one digit, in a region that dials a zero before its areas; or nothing.
fn short_area_code(group: &str, region: Region) -> String {
    let bare = group.replace([' ', '(', ')'], "");
    let dials_zero = matches!(region, Region::Of(plan) if plan.dials_zero());
    if dials_zero && pattern!("^0[1-9]$").is_match(&bare) {
        bare
    } else {
        String::new()
    }
}

/// Whether a number is one by its length only, or its digits with a hidden one and those behind it are one too.
pub(super) fn may_go_on(run: &str, number: &Number, behind: &str, region: Region) -> bool {
    let before = pattern!("[^0-9]").replace_all(run, "");
    let reads_with = |hidden: u8| {
        dialled(
            &format!("{before}{hidden}{behind}"),
            run.contains('+'),
            region,
        )
    };
    !is_certain(number) || (0..10).any(|hidden| reads_with(hidden).is_ok())
}

pub(super) fn opens_number(group: &str) -> bool {
    pattern!("^[ (]*(?:[+]|00)").is_match(group)
}

/// Whether a number can be taken from a text: what only its length makes a region's own may be any figure.
pub(super) fn is_sure(number: &Number) -> bool {
    !is_domestic(number) || is_certain(number)
}

/// A cell of digits and separators only.
pub(super) fn cell(text: &str, region: Region) -> Result<Number, Note> {
    let refusal = match single(text, region) {
        Ok(number) => return Ok(number),
        Err(refusal @ (Note::StraySign | Note::LooksLikeId | Note::NotANumber)) => {
            return Err(refusal);
        }
        Err(refusal) => refusal,
    };
    let parts = parts(text, region);
    let numbers: Vec<&Number> = parts
        .iter()
        .filter_map(|part| part.number.as_ref())
        .collect();
    let Some(&first) = numbers.first() else {
        return Err(refusal);
    };
    let is_list = parts.iter().skip(1).any(|part| part.is_apart) && text.contains('/');
    if numbers.iter().any(|number| number.digits != first.digits) {
        Err(Note::SeveralNumbers)
    } else if numbers.len() > 1 && numbers.len() == parts.len() {
        Ok(first.clone().with(Note::RepeatedInCell))
    } else if is_list {
        // `9876543210/11`: the second number is there, cut short.
        Err(Note::SeveralNumbers)
    } else {
        Err(refusal)
    }
}

/// What follows `tel:` or `sms:` (RFC 3966).
pub(super) fn address(uri: &str, region: Region) -> Result<Number, Note> {
    let fields: Vec<&str> = uri.split(';').collect();
    let number = crate::naive::text::trimmed(fields[0]);
    let parameters = &fields[1..];
    let is_international = number.contains('+');
    let is_known = |parameter: &&str| {
        let is_extension = pattern!("^(?i:ext=)[0-9]{1,6}$").is_match(parameter);
        let is_local = pattern!("^(?i:phone-context=)").is_match(parameter);
        let is_indian = pattern!(r"^(?i:phone-context=)\+91$").is_match(parameter);
        is_extension || is_indian || is_local && is_international
    };
    if !pattern!(r"^[0-9 \-.()/+]*$").is_match(number) || !parameters.iter().all(is_known) {
        return Err(Note::TextWithDigits);
    }
    let has = |name: &str| {
        parameters
            .iter()
            .any(|parameter| parameter.to_lowercase().starts_with(name))
    };
    let region = if has("phone-context=") && !is_international {
        Region::In
    } else {
        region
    };
    let read = cell(number, region)?;
    Ok(if has("ext=") {
        read.with(Note::ExtensionRemoved)
    } else {
        read
    })
}
