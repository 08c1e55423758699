//! From a stretch of digits and separators to the number, or the numbers.

use super::Number;
use super::dialled::{dialled, is_certain};
use crate::msisdn::Region;
use crate::naive::pattern;
use crate::notes::Note;

/// A stretch as one number.
pub(super) fn single(run: &str, region: Region) -> Result<Number, Note> {
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
    let plus = before.contains('+');
    let all = || {
        let number = joined(run, core, plus, region)?;
        Ok(if after == "." {
            number.with(Note::TrailingDecimal)
        } else {
            number
        })
    };
    let Some(decimal) = pattern!(r"^([^.]*[0-9])\.([0-9]+)$").captures(core) else {
        return all();
    };
    let (head, tail) = (&decimal[1], &decimal[2]);
    let whole = joined(&format!("{before}{head}"), head, plus, region);
    let is_float = !plus && pattern!("^[0-9]+$").is_match(head);
    let zeros = pattern!("^0+$").is_match(tail);
    match whole {
        whole if zeros && (is_float || tail.len() < 4) => {
            whole.map(|number| number.with(Note::TrailingDecimal))
        }
        Ok(_) if tail.len() < 4 => Err(Note::NotAnInteger),
        Ok(_) => all().map_err(|_| Note::NotAnInteger),
        Err(_) if is_float && !is_split_by_point(head, tail) => Err(Note::NotAnInteger),
        Err(_) => all(),
    }
}

fn is_split_by_point(head: &str, tail: &str) -> bool {
    pattern!("^0[0-9]").is_match(head)
        || head == "91" && tail.len() == 10
        || !head.starts_with('0') && head.len() > 3 && tail.len() > 3
}

/// All digits of `core` together.
fn joined(run: &str, core: &str, plus: bool, region: Region) -> Result<Number, Note> {
    let digits = pattern!("[^0-9]").replace_all(core, "").into_owned();
    if digits.len() > 24 {
        return Err(Note::TooLong);
    }
    if !plus
        && !digits.starts_with("00")
        && pattern!("^[0-9]{4}[^0-9]+[0-9]{4}[^0-9]+[0-9]{4}$").is_match(core)
    {
        return Err(Note::LooksLikeId);
    }
    let number = dialled(&digits, plus, region)?;
    if !plus && (date(run).is_some() || address(run) == Some(run.len())) {
        return Err(Note::NotANumber);
    }
    Ok(number)
}

/// Where a date at the start ends.
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

/// Where an IPv4 address at the start ends.
pub(super) fn address(text: &str) -> Option<usize> {
    let found =
        pattern!(r"^([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3})").captures(text)?;
    let ends = !text[found[0].len()..].starts_with(|next: char| next.is_ascii_digit());
    (ends && (1..5).all(|part| found[part].parse::<u32>().is_ok_and(|value| value < 256)))
        .then_some(found[0].len())
}

/// The result of a stretch, and every number that stands whole in it.
pub(super) fn stretch(run: &str, region: Region) -> (Result<Number, Note>, Vec<String>) {
    let parts: Vec<&str> = run.split('/').collect();
    let has_digits = |part: &&str| part.contains(|character: char| character.is_ascii_digit());
    if parts.len() > 1
        && parts.iter().all(has_digits)
        && parts.iter().any(|part| single(part, region).is_ok())
    {
        let read: Vec<_> = parts.iter().map(|part| sentence(part, region)).collect();
        let whole = read.iter().flat_map(|(_, whole)| whole.clone()).collect();
        let results: Vec<_> = read.into_iter().map(|(result, _)| result).collect();
        return (repeated(&results).ok_or(Note::SeveralNumbers), whole);
    }
    let (result, mut whole) = sentence(run, region);
    let Err(refusal) = result else {
        return (result, whole);
    };
    if whole.is_empty() && run.contains(". ") {
        whole = run
            .split(". ")
            .flat_map(|part| sentence(part, region).1)
            .collect();
    }
    let several = whole.iter().any(|number| *number != whole[0]);
    (
        Err(if several {
            Note::SeveralNumbers
        } else {
            refusal
        }),
        whole,
    )
}

fn sentence(run: &str, region: Region) -> (Result<Number, Note>, Vec<String>) {
    let refusal = match single(run, region) {
        Ok(number) => {
            let whole = vec![number.digits.clone()];
            return (Ok(number), whole);
        }
        Err(refusal) => refusal,
    };
    if matches!(refusal, Note::StraySign | Note::StrayCharacter) {
        return (Err(refusal), Vec::new());
    }
    let ways = partitions(run, region);
    let [groups] = &ways[..] else {
        return (Err(refusal), Vec::new());
    };
    let whole: Vec<String> = groups
        .iter()
        .flatten()
        .map(|number| number.digits.clone())
        .collect();
    let results: Vec<_> = groups
        .iter()
        .map(|group| group.clone().ok_or(refusal))
        .collect();
    (repeated(&results).ok_or(refusal), whole)
}

fn repeated(results: &[Result<Number, Note>]) -> Option<Number> {
    let first = results.first()?.as_ref().ok()?;
    let same =
        |next: &Result<Number, Note>| next.as_ref().is_ok_and(|next| next.digits == first.digits);
    results
        .iter()
        .all(same)
        .then(|| first.clone().with(Note::RepeatedInCell))
}

/// Every way in which a stretch falls apart into whole numbers and long ids, with a number among them.
fn partitions(run: &str, region: Region) -> Vec<Vec<Option<Number>>> {
    let pieces: Vec<(usize, usize)> = pattern!("[0-9]+")
        .find_iter(run)
        .map(|piece| (piece.start(), piece.end()))
        .collect();
    let mut ways = Vec::new();
    extend(run, &pieces, region, &mut Vec::new(), &mut ways);
    // A way without a number still is a way: with two ways, whichever, nothing is certain.
    if ways.len() == 1 && ways[0].iter().all(Option::is_none) {
        Vec::new()
    } else {
        ways
    }
}

fn extend(
    run: &str,
    pieces: &[(usize, usize)],
    region: Region,
    so_far: &mut Vec<Option<Number>>,
    ways: &mut Vec<Vec<Option<Number>>>,
) {
    if pieces.is_empty() {
        ways.push(so_far.clone());
    }
    for count in 1..=pieces.len().min(17) {
        let (start, end) = (pieces[0].0, pieces[count - 1].1);
        let gap = pattern!("[^0-9]*$")
            .find(&run[..start])
            .expect("even an empty one");
        let before = pattern!(r"[+(].*$")
            .find(gap.as_str())
            .map_or("", |before| before.as_str());
        let group = format!("{before}{}", &run[start..end]);
        let group = match single(&group, region) {
            Ok(number) if count == 1 || is_certain(&number) => Some(number),
            Err(_) if count == 1 && end - start > 10 => None,
            _ => continue,
        };
        so_far.push(group);
        extend(run, &pieces[count..], region, so_far, ways);
        so_far.pop();
    }
}
