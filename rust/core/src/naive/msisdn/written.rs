//! One run of digits and separators as one number.

use super::Number;
use super::dialled::dialled;
use super::international::{class, code, is_area_code, is_certain};
use crate::msisdn::Region;
use crate::naive::groupings::{gap, is_listed};
use crate::naive::pattern;
use crate::notes::Note;
use crate::plan::{self, Class};

/// A group of digits, and the sign of the gap before it.
#[derive(Clone)]
struct Piece {
    digits: String,
    gap: char,
    is_bracketed: bool,
}

/// The elements of a run.
struct Written {
    has_plus: bool,
    has_point_behind: bool,
    pieces: Vec<Piece>,
    /// The run up to the end of each piece.
    up_to: Vec<String>,
    /// The run from its first digit on.
    from_first: String,
    /// The brackets, with `d` for each piece.
    brackets: String,
}

/// The pieces of a written number: prefix and national digits.
struct Parts {
    /// Pieces of the prefix alone.
    prefix: Vec<Piece>,
    /// Pieces of national digits; digits of the prefix are removed from the first.
    groups: Vec<Piece>,
    /// Two zeros or one before the country code or the number, the country code, the trunk zero: as far as written.
    written_prefix: [String; 3],
}

impl Written {
    fn of(run: &str) -> Result<Self, Note> {
        let Some(found) = pattern!("^([^0-9]*)([0-9](?:.*[0-9])?)([^0-9]*)$").captures(run) else {
            return Err(Note::NotANumber);
        };
        let (before, core, after) = (&found[1], &found[2], &found[3]);
        if pattern!(r"^[ ()]*-").is_match(before) {
            return Err(Note::StraySign);
        }
        if !pattern!(r"^[ ()]*\+?[ ()]*$").is_match(before)
            || !pattern!(r"^(?:\.|[ ()]*)$").is_match(after)
            || core.contains('+')
        {
            return Err(Note::StrayCharacter);
        }
        let brackets = pattern!("[0-9]+").replace_all(run, "d");
        let brackets = pattern!("[^()d]").replace_all(&brackets, "").into_owned();
        let is_bracketed = |index: usize| {
            pattern!(r"\(d\)")
                .find_iter(&brackets)
                .any(|pair| brackets[..pair.start()].matches('d').count() == index)
        };
        let mut pieces = Vec::new();
        let mut up_to = Vec::new();
        let mut end = None;
        for (index, digits) in pattern!("[0-9]+").find_iter(run).enumerate() {
            let between = &run[end.unwrap_or(digits.start())..digits.start()];
            end = Some(digits.end());
            up_to.push(run[..digits.end()].to_owned());
            pieces.push(Piece {
                digits: digits.as_str().to_owned(),
                gap: gap(between),
                is_bracketed: is_bracketed(index),
            });
        }
        Ok(Self {
            has_plus: before.contains('+'),
            has_point_behind: after == ".",
            pieces,
            up_to,
            from_first: format!("{core}{after}"),
            brackets,
        })
    }

    fn digits(&self) -> String {
        self.pieces
            .iter()
            .map(|piece| piece.digits.as_str())
            .collect()
    }

    fn parts(&self, number: &Number) -> Parts {
        let digits = self.digits();
        let country = code(&number.digits);
        let national = number
            .dialled
            .map_or(number.digits.len() - country.len(), |dialled| {
                if dialled.is_abroad {
                    number.digits.len() - country.len()
                } else {
                    dialled.national
                }
            });
        let before = digits.len() - national;
        let zeros = match &digits[..before] {
            _ if self.has_plus => 0,
            _ if number.dialled.is_some() => number.dialled.map_or(0, |dialled| dialled.prefix),
            prefix if prefix.starts_with("00") => 2,
            prefix if prefix.starts_with('0') => 1,
            _ => 0,
        };
        let code_end = before.min(zeros + country.len());
        let mut parts = Parts {
            prefix: Vec::new(),
            groups: self.pieces.clone(),
            written_prefix: [
                &digits[..zeros],
                &digits[zeros..code_end],
                &digits[code_end..before],
            ]
            .map(str::to_owned),
        };
        let mut left = before;
        while left >= parts.groups[0].digits.len() {
            left -= parts.groups[0].digits.len();
            parts.prefix.push(parts.groups.remove(0));
        }
        parts.groups[0].digits.drain(..left);
        parts
    }

    /// Whether each pair of brackets encloses one piece or all, and a single bracket is first or last.
    fn brackets_are_right(&self) -> bool {
        pattern!(r"^(?:(?:d|\(d\))*\)*|\(d+\)+|\(d*)$").is_match(&self.brackets)
    }

    fn prefix_is_listed(&self, parts: &Parts) -> bool {
        let written: Vec<&str> = parts
            .prefix
            .iter()
            .map(|piece| piece.digits.as_str())
            .collect();
        let gaps: String = self.pieces[..=parts.prefix.len()]
            .iter()
            .skip(1)
            .map(|piece| piece.gap)
            .collect();
        let prefix = parts.written_prefix.iter().map(String::as_str);
        let prefix: Vec<&str> = prefix.filter(|part| !part.is_empty()).collect();
        ways_to_cut(&prefix).iter().any(|way| *way == written)
            && (pattern!("^[~ =-]*$").is_match(&gaps)
                || self.has_plus && pattern!(r"^[~ =-]*\.$").is_match(&gaps))
    }

    /// Whether the pieces are a listed grouping of this number; and whether from the first on.
    fn listing(&self, number: &Number) -> Option<bool> {
        let parts = self.parts(number);
        // `(06 1) 234 5678`: the prefix and the area code.
        let together = format!(r"^\(d{{{}}}\)d+\)*$", parts.prefix.len() + 1);
        let are_together = is_domestic(number)
            && regex::Regex::new(&together)
                .expect("a pattern")
                .is_match(&self.brackets);
        if !(are_together || self.brackets_are_right()) || !self.prefix_is_listed(&parts) {
            return None;
        }
        let [_, behind @ ..] = &parts.groups[..] else {
            return None;
        };
        if behind.is_empty() {
            return Some(true);
        }
        if behind.iter().any(|group| group.is_bracketed) {
            return None;
        }
        if number.digits.starts_with("91") {
            self.is_listed_in_india(number, &parts).then_some(true)
        } else {
            let widths: Vec<usize> = parts
                .groups
                .iter()
                .map(|group| group.digits.len())
                .collect();
            let first_is_bracketed = parts.groups[0].is_bracketed;
            let gaps: String = behind.iter().map(|group| group.gap).collect();
            let written: Vec<&str> = parts
                .groups
                .iter()
                .map(|group| group.digits.as_str())
                .collect();
            // `12.345678` is a fraction, `6000-7500` a range.
            let sums = format!("{} ", written.join(" "));
            let is_bare = parts.written_prefix.concat().is_empty();
            let is_figure = gaps == "." || is_bare && pattern!("^(?:[0-9]+00 )+$").is_match(&sums);
            if is_figure && is_domestic(number) {
                return None;
            }
            let code = code(&number.digits).parse().unwrap_or(0);
            let are_gaps = pattern!("^[ =-]+$").is_match(&gaps)
                || first_is_bracketed && pattern!("^~[ =-]*$").is_match(&gaps);
            if plan::has_format(code, &widths) && (are_gaps || pattern!(r"^\.+$").is_match(&gaps)) {
                return Some(true);
            }
            let has_prefix = self.has_plus || !is_bare;
            let is_one_number =
                widths.len() == 2 && widths[0] >= 3 && widths[1] >= 7 && gaps != "=";
            let sign = &gaps[1..].chars().next().unwrap_or(' ').to_string();
            let is_behind_area = are_gaps
                && gaps[1..].chars().all(|gap| gap.to_string() == *sign)
                && plan::has_first_group(code, widths[0], widths.iter().sum())
                && (has_prefix || is_one_number)
                && is_listed("foreign", &written.join(sign), false);
            is_behind_area.then_some(false)
        }
    }

    fn is_listed_in_india(&self, number: &Number, parts: &Parts) -> bool {
        let [zeros, country, trunk] = &parts.written_prefix;
        let is_explicit = self.has_plus || zeros.len() >= 2;
        let written = joined_by_gaps(&parts.groups);
        if class(&number.digits) == Class::M2m {
            return is_explicit && is_listed("m2m", &written, false);
        }
        let has_trunk_zero = zeros == "0" && country.is_empty() || !trunk.is_empty();
        let is_led = is_explicit || has_trunk_zero;
        let first = &parts.groups[0];
        let is_area = is_area_code(&first.digits) && (is_led || first.is_bracketed);
        let has_prefix = self.has_plus || !parts.written_prefix.concat().is_empty();
        // `91 98765432`: a country code, and digits are missing.
        let is_bare_code = first.digits == "91" && !is_explicit && (has_trunk_zero || !has_prefix);
        // `78 - 61886271`: the mark of a list.
        let is_mark = parts.groups[1].gap == '=' && first.digits.len() < 4 && !is_area;
        ways_behind_the_first(&parts.groups, is_area)
            .iter()
            .any(|way| is_listed("national", way, is_area && is_led))
            && is_right_first_group(number, first, is_area)
            && !is_bare_code
            && !is_mark
            && !are_other_things(number, &written, has_prefix)
    }
}

/// Whether it is dialled as in its own region.
pub(super) fn is_domestic(number: &Number) -> bool {
    number.dialled.is_some_and(|dialled| !dialled.is_abroad)
}

fn is_indian_mobile(number: &Number) -> bool {
    pattern!("^91[6-9][0-9]{9}$").is_match(&number.digits)
}

/// Whether numbers of this kind have such a first group.
fn is_right_first_group(number: &Number, first: &Piece, is_area: bool) -> bool {
    let width = first.digits.len();
    match class(&number.digits) {
        _ if is_indian_mobile(number) => !first.is_bracketed || is_area || width == 5,
        Class::TollFree
        | Class::SharedCost
        | Class::Premium
        | Class::Service
        | Class::Telemarketing => (3..7).contains(&width),
        _ => is_area_code(&first.digits),
    }
}

/// Whether the groups are another thing: pairs of no mobile number, a number and its extension, two sums, a case and its
/// year, a date and a time.
fn are_other_things(number: &Number, written: &str, has_prefix: bool) -> bool {
    if !is_indian_mobile(number) {
        let has_extension = pattern!("^(?:[0-9][^0-9]*){9}[0-9][^0-9]+[0-9]{3}$").is_match(written);
        return !pattern!("[0-9]{3}").is_match(written)
            || class(&number.digits) == Class::TollFree && has_extension;
    }
    !has_prefix
        && (pattern!("^(?:[0-9]+00[^0-9])*[0-9]+00$").is_match(written)
            || is_range(written)
            || pattern!("^[0-9]{2}(?:[^0-9][0-9]{2}){4}$").is_match(written) && are_steps(written)
            || pattern!("^[0-9]{6}[^0-9](?:19|20)[0-9]{2}$").is_match(written)
            || is_date_and_time(written)
            || is_of_another_country(written))
}

/// Whether the first group is a country code with which the digits are a valid number, written as in that country.
fn is_of_another_country(written: &str) -> bool {
    let groups: Vec<&str> = written.split(|sign: char| !sign.is_ascii_digit()).collect();
    let digits = groups.concat();
    let widths: Vec<usize> = groups[1..].iter().map(|group| group.len()).collect();
    code(&digits) == groups[0]
        && class(&digits) != Class::None
        && (widths.len() == 1 || plan::has_format(groups[0].parse().unwrap_or(0), &widths))
}

/// `98765/98770`.
fn is_range(written: &str) -> bool {
    let Some(found) = pattern!("^([0-9]{5})[/=]([0-9]{5})$").captures(written) else {
        return false;
    };
    let figure = |at: usize| found[at].parse::<i64>().expect("digits");
    (1..=1000).contains(&(figure(2) - figure(1)))
}

/// `66 67 68 69 70`.
fn are_steps(written: &str) -> bool {
    let figures: Vec<i64> = written
        .split(|sign: char| !sign.is_ascii_digit())
        .map(|figure| figure.parse().expect("digits"))
        .collect();
    figures.windows(2).all(|two| two[1] - two[0] == 1)
}

/// Every way to write the parts of a prefix as pieces: each part alone or joined with the next ones; the last parts may
/// be joined with the number.
fn ways_to_cut(parts: &[&str]) -> Vec<Vec<String>> {
    let mut ways = vec![Vec::new()];
    for end in 1..=parts.len() {
        for mut way in ways_to_cut(&parts[end..]) {
            way.insert(0, parts[..end].concat());
            ways.push(way);
        }
    }
    ways
}

fn joined_by_gaps(groups: &[Piece]) -> String {
    let mut written = String::new();
    for group in groups {
        if !written.is_empty() {
            written.push(group.gap);
        }
        written.push_str(&group.digits);
    }
    written
}

/// The groups as written and, after an area code or brackets, also with the first gap equal to the next one.
fn ways_behind_the_first(groups: &[Piece], is_area: bool) -> Vec<String> {
    let mut ways = vec![joined_by_gaps(groups)];
    let is_bracketed = groups[0].is_bracketed;
    let may_differ =
        is_area && " -=".contains(groups[1].gap) || is_bracketed && " -=~".contains(groups[1].gap);
    if may_differ {
        let mut others = groups.to_vec();
        others[1].gap = match groups.get(2) {
            Some(next) => next.gap,
            None if groups[1].gap == '~' => ' ',
            None => groups[1].gap,
        };
        ways.push(joined_by_gaps(&others));
    }
    ways
}

/// `98-12-31-10-15`.
fn is_date_and_time(written: &str) -> bool {
    const DAY: &str = "(?:0[1-9]|[12][0-9]|3[01])";
    const MONTH: &str = "(?:0[1-9]|1[0-2])";
    let pattern = format!(
        "^[0-9]{{2}}[^0-9](?:{DAY}[^0-9]{MONTH}|{MONTH}[^0-9]{DAY})[^0-9](?:[01][0-9]|2[0-3])[^0-9][0-5][0-9]$"
    );
    regex::Regex::new(&pattern)
        .expect("a pattern")
        .is_match(written)
}

/// A run as one number.
pub(super) fn single(run: &str, region: Region) -> Result<Number, Note> {
    let written = Written::of(run)?;
    let Some(decimal) = pattern!(r"^(.*[0-9][()]{0,7})\.([0-9]+)([^0-9]*)$").captures(run) else {
        return joined(run, region).map(|(number, _)| number);
    };
    let whole = joined(&decimal[1], region).map(|(number, _)| number.with(Note::TrailingDecimal));
    let is_of_two = written.pieces.len() == 2;
    let is_float = is_of_two && !written.has_plus;
    // After several groups it is a sum beside another figure.
    if is_of_two && pattern!("^0+$").is_match(&decimal[2]) && (is_float || whole.is_ok()) {
        return whole;
    }
    let tail = format!("{}{}", &decimal[2], &decimal[3]);
    joined(run, region)
        .map(|(number, _)| number)
        .map_err(|refusal| {
            if is_float || whole.is_ok() && single(&tail, region).is_err() {
                Note::NotAnInteger
            } else {
                refusal
            }
        })
}

/// All digits of a run as one number, and the count of pieces with national digits.
pub(super) fn joined(run: &str, region: Region) -> Result<(Number, usize), Note> {
    let written = Written::of(run)?;
    let digits = written.digits();
    if digits.len() > 24 {
        return Err(Note::TooLong);
    }
    let widths: Vec<usize> = written
        .pieces
        .iter()
        .map(|piece| piece.digits.len())
        .collect();
    if !written.has_plus && widths == [4, 4, 4] && pattern!("^[2-9]").is_match(&digits) {
        return Err(Note::LooksLikeId);
    }
    let number = dialled(&digits, written.has_plus, region)?;
    if !written.has_plus
        && (has_date(&written.from_first)
            || pattern!(
                "^(?:0[1-9]|[12][0-9]|3[01])(?:0[1-9]|1[0-2])(?:19|20)[0-9]{2}[^0-9].*[0-9]"
            )
            .is_match(&written.from_first)
            || address(&written.from_first) == Some(written.from_first.len()))
    {
        return Err(Note::NotANumber);
    }
    let parts = written.parts(&number);
    let is_one_group = parts.groups.len() == 1;
    let listing = written
        .listing(&number)
        .filter(|_| is_one_group || is_certain(&number));
    let begins_whole = |groups: usize| is_whole(&written.up_to[groups - 1], region);
    // In some countries a shorter number is the beginning of a longer one, so a format of the country is tested first.
    let is_format = listing == Some(true);
    let decides = number.digits.starts_with("91") || is_domestic(&number) || !is_format;
    if decides && !is_one_group && begins_whole(parts.prefix.len() + 1) {
        return Err(Note::TooLong);
    }
    let is_bare = !written.has_plus && parts.written_prefix.concat().is_empty();
    let has_whole = || {
        let mut ends = parts.prefix.len() + 2..written.pieces.len();
        ends.any(begins_whole) || is_bare && is_whole(&parts.groups[1].digits, region)
    };
    if listing.is_none() || listing == Some(false) && has_whole() {
        return Err(if written.pieces.len() > 1 {
            Note::SeveralNumbers
        } else {
            Note::StrayCharacter
        });
    }
    let number = if written.has_point_behind {
        number.with(Note::TrailingDecimal)
    } else {
        number
    };
    Ok((number, parts.groups.len()))
}

/// Whether the leading pieces are a number by themselves.
fn is_whole(leading: &str, region: Region) -> bool {
    let Ok(written) = Written::of(leading) else {
        return false;
    };
    dialled(&written.digits(), written.has_plus, region).is_ok_and(|number| {
        let is_group = is_domestic(&number) && written.digits().len() < 7;
        !is_group && class(&number.digits) != Class::None
            || pattern!("^91[1-9][0-9]{9}$").is_match(&number.digits)
    })
}

/// Whether a text contains a date.
fn has_date(text: &str) -> bool {
    pattern!("[0-9]+")
        .find_iter(text)
        .any(|digits| date(&text[digits.start()..]).is_some())
}

/// The end of a date at the start of a text.
pub(super) fn date(text: &str) -> Option<usize> {
    let found = pattern!(r"^([0-9]{1,4})([-/.])([0-9]{1,2})([-/.])([0-9]{1,4})").captures(text)?;
    let part = |at: usize| {
        found[at]
            .parse::<u32>()
            .map(|value| (found[at].len(), value))
            .ok()
    };
    let (first, month, last) = (part(1)?, part(3)?, part(5)?);
    let is_day = |(width, value): (usize, u32)| width < 3 && (1..32).contains(&value);
    let is_year = |(width, value): (usize, u32)| width == 4 && (1900..2100).contains(&value);
    let ends = !text[found[0].len()..].starts_with(|next: char| next.is_ascii_digit());
    (found[2] == found[4]
        && (1..13).contains(&month.1)
        && ends
        && (is_day(first) && is_year(last) || is_year(first) && is_day(last)))
    .then_some(found[0].len())
}

/// The end of an IPv4 address at the start of a text.
pub(super) fn address(text: &str) -> Option<usize> {
    let found =
        pattern!(r"^([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3})").captures(text)?;
    let ends = !text[found[0].len()..].starts_with(|next: char| next.is_ascii_digit());
    (ends && (1..5).all(|part| found[part].parse::<u32>().is_ok_and(|value| value < 256)))
        .then_some(found[0].len())
}
