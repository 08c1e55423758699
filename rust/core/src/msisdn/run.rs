//! One run of digits and separators -> its number, or its numbers.
//!
//! This module decides what is one number, what is several, and what is a decimal part. It does not depend on letters.
//! One idea: **whole numbers first**. If a leading group is a number by itself, nothing after it is joined to it:
//! `9193449650 24` is a number and a count, and not another number.

use std::ops::RangeInclusive;

use super::codes::{figure, is_cut_code, is_foreign_code, opens_number};
use super::written::{Listing, PIECES, Written};
use super::{Number, Region, dialled, figures, international};
use crate::groupings::Gap;
use crate::notes::Note;
use crate::plan::Class;

/// The largest number of digits of a number with all its prefixes.
const LENGTHS: RangeInclusive<usize> = international::SHORTEST..=international::LONGEST + 3;

/// Whether a folded byte may be part of a run.
pub(super) fn is_part(byte: u8) -> bool {
    byte.is_ascii_digit() || matches!(byte, b' ' | b'-' | b'.' | b'(' | b')' | b'/' | b'+')
}

/// Reads a run as exactly one number.
pub(super) fn single(run: &[u8], region: Region) -> Result<Number, Note> {
    let written = Written::of(run)?;
    let Some(tail) = written.last_behind_point() else {
        return joined(&written, run, region);
    };
    let before = &run[..tail.start - 1];
    let whole = || joined(&Written::of(before)?, before, region);
    // After several groups, digits with a point are a sum beside another figure.
    let is_in_one_group = written.pieces().is_some_and(|pieces| pieces.len() == 2);
    // With nothing else, they may be a printed float.
    let is_float = is_in_one_group && !written.plus;
    if is_in_one_group && run[tail.start..tail.end].iter().all(|&digit| digit == b'0') {
        let found = whole().map(|found| found.mended(Some(Note::TrailingDecimal)));
        if is_float || found.is_ok() {
            return found;
        }
    }
    joined(&written, run, region).map_err(|refusal| {
        let is_number_and_part = || whole().is_ok() && single(&run[tail.start..], region).is_err();
        if is_float || is_number_and_part() {
            Note::NotAnInteger
        } else {
            refusal
        }
    })
}

/// Reads all digits of a run as one number.
fn joined(written: &Written, run: &[u8], region: Region) -> Result<Number, Note> {
    let digits = written.digits.held().ok_or(Note::TooLong)?;
    let looks_like_aadhaar =
        matches!(digits.first(), Some(2..=9)) && written.widths_are(&[4, 4, 4]);
    if !written.plus && looks_like_aadhaar {
        return Err(Note::LooksLikeId);
    }
    let found = dialled::read(digits, written.plus, region)?;
    let pieces = written.pieces().ok_or(Note::SeveralNumbers)?;
    let from_first = &run[pieces[0].start..];
    let is_address = || figures::ip_address(from_first).is_some_and(|end| end == from_first.len());
    // `12/10/20-25-10-2025`: a date anywhere among the groups.
    let has_date = || {
        let mut starts = pieces.iter().map(|piece| piece.start);
        starts.any(|start| figures::date(&run[start..]).is_some())
    };
    if !written.plus && (has_date() || is_address() || figures::begins_with_day(from_first)) {
        return Err(Note::NotANumber);
    }
    if pieces.len() > 1 {
        let national = written.first_national(found).ok_or(Note::SeveralNumbers)?;
        let is_one_group = national + 1 == pieces.len();
        let listing = written.listing(found);
        let is_listed =
            listing != Listing::Unlisted && (is_one_group || international::is_certain(found));
        // In some countries a shorter number is the beginning of a longer one, so a format of the country is tested
        // first.
        let is_format = listing == Listing::Listed && is_listed;
        let decides = found.is_indian() || found.is_at_home() || !is_format;
        let begins_whole = |groups: usize| is_whole(written.up_to(groups), region);
        if decides && !is_one_group && begins_whole(national + 1) {
            return Err(Note::TooLong);
        }
        // Without a prefix, a figure may stand before a number.
        let is_bare = || !written.plus && !written.has_prefix(found);
        let has_whole = || {
            (national + 2..pieces.len()).any(begins_whole)
                || is_bare() && is_whole(&run[pieces[1].start..], region)
        };
        if !is_listed || listing == Listing::BehindArea && has_whole() {
            return Err(Note::SeveralNumbers);
        }
    } else if written.listing(found) != Listing::Listed {
        return Err(Note::StrayCharacter);
    }
    Ok(found.mended(written.dangling_point.then_some(Note::TrailingDecimal)))
}

/// Whether the groups up to the first one with national digits are a number by themselves.
fn is_whole(leading: &[u8], region: Region) -> bool {
    let Ok(written) = Written::of(leading) else {
        return false;
    };
    let digits = written.digits.held();
    let Some(Ok(found)) = digits.map(|digits| dialled::read(digits, written.plus, region)) else {
        return false;
    };
    // Some plans have numbers as short as the first group of others: `2123 5234`.
    let is_group = || found.is_at_home() && written.digits.count() < international::SHORTEST;
    (found.class() != Class::None || found.is_ten_indian()) && !is_group()
}

/// An element of a run, from left to right.
#[derive(Clone, Copy, Debug)]
pub(super) enum Part {
    Number {
        found: Number,
        digits: usize,
        /// Whether a plus or two zeros stand before it that belong to no number.
        is_behind_code: bool,
    },
    /// Digits that are not part of a number, and their value if they are a figure of at most three.
    Fragment { digits: usize, figure: Option<u16> },
}

/// The elements of a run: whole numbers in listed forms, and the digits between them; each with a flag whether a
/// slash or more separates it from the one before.
pub(super) fn parts(run: &[u8], region: Region) -> Vec<(Part, bool)> {
    let groups = groups(run);
    let mut parts = Vec::new();
    let mut at = 0;
    let mut behind_number = true;
    // The code before that is not part of a number, and the number of digits after it.
    let mut behind_code: Option<Behind> = None;
    while at < groups.len() {
        let text = &run[groups[at].start..groups[at].end];
        let ends_code = |behind: &Behind| {
            opens_number(text) || groups[at].stands_apart() && behind.may_end_apart()
        };
        behind_code = behind_code.filter(|behind| !ends_code(behind));
        let is_foreign_rest =
            |found: Number| behind_code.is_some_and(|code| code.is_foreign) && found.is_indian();
        let is_sure =
            |&(found, _): &(Number, usize)| !found.is_at_home() || international::is_certain(found);
        match number_at(run, &groups, at, behind_number, region).filter(is_sure) {
            Some((found, next))
                if !is_foreign_rest(found)
                    && !is_cut(found, run, &groups[at..], next - at, region) =>
            {
                let part = Part::Number {
                    found,
                    digits: groups[at..next].iter().map(|group| group.digits).sum(),
                    is_behind_code: behind_code.is_some() && found.is_indian(),
                };
                parts.push((part, groups[at].stands_apart()));
                at = next;
                behind_number = true;
                behind_code = None;
            }
            _ => {
                let digits = groups[at].digits;
                behind_code = match behind_code {
                    None => is_cut_code(text).then(|| Behind {
                        is_foreign: is_foreign_code(text),
                        digits: 0,
                    }),
                    Some(code) => Some(Behind {
                        digits: code.digits + digits,
                        ..code
                    }),
                };
                let figure = figure(text);
                parts.push((Part::Fragment { digits, figure }, groups[at].stands_apart()));
                at += 1;
                behind_number = false;
            }
        }
    }
    if matches!(region, Region::Of(_)) {
        all_or_none(&mut parts);
    }
    parts
}

/// A code that is not part of a number, and the number of digits after it.
#[derive(Clone, Copy)]
struct Behind {
    /// Whether it is another country's, and not India's or two zeros.
    is_foreign: bool,
    digits: usize,
}

impl Behind {
    /// Whether what keeps the next digits apart ends what belongs to the code.
    fn may_end_apart(self) -> bool {
        !self.is_foreign || self.digits >= international::SHORTEST
    }
}

/// In regions whose numbers have many lengths, digits beside a number may be the rest of it: in a run with such
/// digits, no number without a prefix is accepted.
fn all_or_none(parts: &mut [(Part, bool)]) {
    let has_fragment = parts
        .iter()
        .any(|(part, _)| matches!(part, Part::Fragment { .. }));
    for (part, _) in parts.iter_mut().filter(|_| has_fragment) {
        if let Part::Number { found, digits, .. } = *part
            && found.is_at_home()
        {
            *part = Part::Fragment {
                digits,
                figure: None,
            };
        }
    }
}

/// The number that begins with a group, and the group after it.
fn number_at(
    run: &[u8],
    groups: &[Group],
    at: usize,
    behind_number: bool,
    region: Region,
) -> Option<(Number, usize)> {
    let group = groups[at];
    if group.behind_point || group.is_term && !behind_number {
        return None;
    }
    let whole = || whole_at(run, groups, at, region);
    let joined = || joined_at(run, groups, at, behind_number, region);
    // After a country code, a format of that country is tested before the rule of whole numbers.
    let is_foreign = |(found, _): &(Number, usize)| !found.is_indian();
    if run[group.start] == b'+' {
        joined().filter(is_foreign).or_else(whole).or_else(joined)
    } else {
        whole().or_else(joined)
    }
}

/// A group of digits in a run of any length, with the plus or bracket before it.
#[derive(Clone, Copy)]
struct Group {
    start: usize,
    end: usize,
    gap: Gap,
    digits: usize,
    /// Whether only a point separates it from the digits before: it is then a decimal part.
    behind_point: bool,
    /// Whether the plus before it is an addition: `918+3102277`.
    is_term: bool,
}

/// Whether the first groups, so many, may be the beginning of a number of another country that more digits follow: it is
/// short (`+98 91234 56789`), or no range of a plan has it (`+4915123456 78`).
fn is_cut(found: Number, run: &[u8], groups: &[Group], taken: usize, region: Region) -> bool {
    let digits: usize = groups[..taken].iter().map(|group| group.digits).sum();
    let goes_on = groups
        .get(taken)
        .is_some_and(|next| !next.stands_apart() && !opens_number(&run[next.start..next.end]));
    let is_short =
        || taken > 1 && digits < 10 && is_foreign_code(&run[groups[0].start..groups[0].end]);
    goes_on && (!found.is_indian() && !international::is_certain(found) || is_short())
        || !found.is_indian() && goes_on_behind_slash(found, run, groups, taken, region)
}

/// Whether the group behind a slash is no number, and the rest of the one before: `+39 02 1234/1444`.
fn goes_on_behind_slash(
    found: Number,
    run: &[u8],
    groups: &[Group],
    taken: usize,
    region: Region,
) -> bool {
    let is_rest = |next: &Group| {
        let digits = &run[next.start..next.end];
        next.gap == Gap::Slash
            && matches!(digits.first(), Some(b'1'..=b'9'))
            && whole_at(run, groups, taken, region).is_none()
            && longest_at(run, groups, taken, region).is_none()
            && international::reads_on(found, digits)
    };
    groups.get(taken).is_some_and(is_rest)
}

/// Whether the digits of a run, one that is hidden and those `behind` may be a number all together, or the run is one
/// by its length only.
pub(super) fn may_go_on(run: &[u8], found: Number, behind: &[u8], region: Region) -> bool {
    let Ok(written) = Written::of(run) else {
        return true;
    };
    let Some(before) = written.digits.held() else {
        return true;
    };
    let behind = behind.iter().map(|digit| digit - b'0');
    let reads_with = |hidden: u8| {
        let digits = before.iter().copied().chain([hidden]);
        let digits: Vec<u8> = digits.chain(behind.clone()).collect();
        dialled::read(&digits, written.plus, region).is_ok()
    };
    !international::is_certain(found) || (0..10).any(reads_with)
}

impl Group {
    /// Whether its separator keeps it apart from the digits before.
    fn stands_apart(&self) -> bool {
        matches!(self.gap, Gap::Slash | Gap::Other)
    }
}

fn groups(run: &[u8]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut at = 0;
    while at < run.len() {
        if !run[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let digits = at;
        while run.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
        }
        let before = groups.last().map_or(0, |group| group.end);
        let between = &run[before..digits];
        // The plus and the bracket directly before the digits belong to them.
        let opens = |byte: &u8| matches!(byte, b'+' | b'(' | b' ');
        let blanks = between.iter().rev().take_while(|byte| opens(byte)).count();
        let opening = run[digits - blanks..digits]
            .iter()
            .position(|&byte| byte != b' ')
            .map_or(digits, |first| digits - blanks + first);
        groups.push(Group {
            start: opening,
            end: at,
            digits: at - digits,
            gap: if groups.is_empty() {
                Gap::Touch
            } else if between.contains(&b'+') {
                Gap::Other
            } else {
                Gap::of(between)
            },
            behind_point: !groups.is_empty() && between == b".",
            is_term: !groups.is_empty()
                && between
                    .iter()
                    .rposition(|&byte| byte == b'+')
                    .is_some_and(|plus| plus == 0 || between.get(plus + 1) == Some(&b' ')),
        });
    }
    groups
}

/// A number in one group, with its prefixes before it, and the index of the group after it.
fn whole_at(run: &[u8], groups: &[Group], at: usize, region: Region) -> Option<(Number, usize)> {
    /// The country code and the trunk zero may each be a group.
    const PREFIXES: usize = 4;
    let last = groups.len().min(at + PREFIXES);
    let mut digits = 0;
    (at..last).find_map(|end| {
        digits += groups[end].digits;
        LENGTHS.contains(&digits).then_some(())?;
        let text = text_of(run, groups, at, end);
        let written = Written::of(text).ok()?;
        let found = joined(&written, text, region).ok()?;
        (written.first_national(found)? == end - at).then_some(())?;
        after_decimals(run, groups, end).map(|(next, mend)| (found.mended(mend), next))
    })
}

/// The longest number in several groups, and the index of the group after it. Beside other digits it may be a part of
/// something longer, so only ten digits in two fives are accepted there.
fn joined_at(
    run: &[u8],
    groups: &[Group],
    at: usize,
    behind_number: bool,
    region: Region,
) -> Option<(Number, usize)> {
    let (found, end) = longest_at(run, groups, at, region)?;
    let (next, mend) = after_decimals(run, groups, end)?;
    if mend.is_some() {
        return None;
    }
    // `800001 2225 98...`: in a longer run, six digits and four are a PIN code and another figure.
    let may_be_pin =
        end == at + 1 && matches!([groups[at].digits, groups[end].digits], [6, 4] | [4, 6]);
    // `83 899 75 722 481 7780 279`: many short groups in sequence are no list of numbers.
    let is_chain = end > at + 2;
    // `404-10-98765-43210` is one thing.
    let is_chained = !behind_number && groups[at].gap == Gap::Dash && groups[end].gap == Gap::Dash;
    let before = (at > 0 && !groups[at].stands_apart() && (!behind_number || may_be_pin))
        .then(|| groups[at - 1].digits);
    let begins_number = || {
        whole_at(run, groups, next, region).is_some()
            || longest_at(run, groups, next, region).is_some()
    };
    let after = groups
        .get(next)
        .filter(|group| !group.stands_apart() && (may_be_pin || is_chain || !begins_number()))
        .map(|group| group.digits);
    let is_count_or_pin = |width: usize| matches!(width, 1..=4 | 6);
    let is_alone = before.is_none() && after.is_none();
    // `98000 / 12345 / 5000`, `12345/67891 98765/43219`: each slash parts two figures.
    let is_slash = |group: Option<&Group>| group.is_some_and(|group| group.gap == Gap::Slash);
    let joins_slash = groups[at + 1..=end]
        .iter()
        .any(|group| group.gap == Gap::Slash);
    let is_behind_slash = at > 0 && is_slash(groups.get(at));
    let is_parted = joins_slash && (is_behind_slash || is_slash(groups.get(next)))
        || is_behind_slash && !behind_number
        || joins_slash && !is_alone;
    // The first five may have a prefix glued to them.
    let is_in_fives =
        || groups[end].digits == 5 && groups[end - 1].digits >= 5 && found.is_indian_mobile();
    let takes = is_alone
        || !is_chained && is_in_fives() && before.into_iter().chain(after).all(is_count_or_pin);
    (takes && !is_parted).then_some((found, next))
}

/// The longest text from a group on that is one number in several groups, and its last group.
fn longest_at(run: &[u8], groups: &[Group], at: usize, region: Region) -> Option<(Number, usize)> {
    let mut digits = groups[at].digits;
    let mut last = at;
    while last + 1 < groups.len()
        && last + 1 - at < PIECES
        && groups[last + 1].gap != Gap::Other
        && digits + groups[last + 1].digits <= *LENGTHS.end()
    {
        last += 1;
        digits += groups[last].digits;
    }
    (at + 1..=last).rev().find_map(|end| {
        let fewer = digits;
        digits -= groups[end].digits;
        LENGTHS.contains(&fewer).then_some(())?;
        let text = text_of(run, groups, at, end);
        let written = Written::of(text).ok()?;
        joined(&written, text, region)
            .ok()
            .map(|found| (found, end))
    })
}

/// The text of some groups, with the plus and the bracket before the first and a bracket after the last.
fn text_of<'a>(run: &'a [u8], groups: &[Group], first: usize, last: usize) -> &'a [u8] {
    let end = groups[last].end;
    let closes = usize::from(run.get(end) == Some(&b')'));
    &run[groups[first].start..end + closes]
}

/// The index of the group after a number that ends with the group `end`, without a decimal part of zeros. `None` if
/// another decimal part follows: it is then no number.
fn after_decimals(run: &[u8], groups: &[Group], end: usize) -> Option<(usize, Option<Note>)> {
    match groups.get(end + 1) {
        Some(part) if part.behind_point => {
            let is_nothing = run[part.start..part.end].iter().all(|&digit| digit == b'0');
            let ends = groups.get(end + 2).is_none_or(|next| !next.behind_point);
            (is_nothing && ends).then_some((end + 2, Some(Note::TrailingDecimal)))
        }
        _ => Some((end + 1, None)),
    }
}
