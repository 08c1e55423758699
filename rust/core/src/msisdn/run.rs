//! One stretch of digits and separators -> the number it writes, or the numbers.
//!
//! Owns separators: which may stand inside a number, when a point is a decimal point, when a slash parts two numbers.
//! Knows nothing of letters. One idea: a stretch is one number with all its digits, or it falls apart into whole
//! numbers **in exactly one way**, or it is refused.

use super::{Found, Region, dialled};
use crate::digits::Digits;
use crate::notes::Note;

/// Longer than any national number: such a piece is an id of its own, not a group of a number's digits.
const ID_WIDTH: usize = 11;

/// Whether a folded byte may stand in a stretch.
pub(super) fn is_part(byte: u8) -> bool {
    byte.is_ascii_digit() || is_separator(byte) || byte == b'+'
}

/// The closed list of separators inside one number.
pub(super) fn is_separator(byte: u8) -> bool {
    matches!(byte, b' ' | b'-' | b'.' | b'(' | b')' | b'/')
}

/// Reads a stretch; pushes to `whole` every number that stands whole in it, accepted or not.
pub(super) fn read(run: &[u8], region: Region, whole: &mut Vec<u64>) -> Result<Found, Note> {
    let parts = || run.split(|&byte| byte == b'/');
    let is_parted = run.contains(&b'/') && parts().all(|part| part.iter().any(u8::is_ascii_digit));
    if is_parted && parts().any(|part| single(part, region).is_ok()) {
        let results = parts()
            .map(|part| sentence(part, region, whole))
            .collect::<Vec<_>>();
        // `9876543210/11`: the second number is there, cut short.
        return repeated(&results).ok_or(Note::SeveralNumbers);
    }
    let before = whole.len();
    sentence(run, region, whole).map_err(|refusal| {
        // A sentence ends where a point is followed by a blank.
        if whole.len() == before {
            let mut rest = run;
            while let Some(at) = rest.windows(2).position(|pair| pair == b". ") {
                let _ = sentence(&rest[..at], region, whole);
                rest = &rest[at + 2..];
            }
            if rest.len() < run.len() {
                let _ = sentence(rest, region, whole);
            }
        }
        let several = whole[before..]
            .iter()
            .any(|number| *number != whole[before]);
        if several {
            Note::SeveralNumbers
        } else {
            refusal
        }
    })
}

/// Reads a stretch as one number, or as the whole numbers into which it falls apart.
fn sentence(run: &[u8], region: Region, whole: &mut Vec<u64>) -> Result<Found, Note> {
    let refusal = match single(run, region) {
        Ok(found) => {
            whole.push(found.msisdn);
            return Ok(found);
        }
        Err(refusal) => refusal,
    };
    // A stretch that is no number for its signs (`-9876543210`) is none in parts either.
    Shape::of(run)?;
    let groups = partition(run, region).unwrap_or_default();
    whole.extend(groups.iter().flatten().map(|found| found.msisdn));
    let results = groups
        .into_iter()
        .map(|group| group.ok_or(refusal))
        .collect::<Vec<_>>();
    repeated(&results).ok_or(refusal)
}

/// The number that all of these are.
fn repeated(results: &[Result<Found, Note>]) -> Option<Found> {
    let first = results.first()?.ok()?;
    let same = |next: &Result<Found, Note>| next.is_ok_and(|next| next.msisdn == first.msisdn);
    results
        .iter()
        .all(same)
        .then(|| first.mended(Some(Note::RepeatedInCell)))
}

/// The groups of a stretch that falls apart into whole numbers (`Some`) and long ids (`None`) in exactly one way.
fn partition(run: &[u8], region: Region) -> Option<Vec<Option<Found>>> {
    let pieces = pieces(run);
    // Ways to part the first n pieces, none or one or more, and where the last group of the one way begins.
    let mut ways: Vec<(u32, usize, Option<Found>)> = vec![(1, 0, None)];
    for end in 1..=pieces.len() {
        let mut here = (0, 0, None);
        // A number has at most as many pieces as digits; further back no group can begin.
        for start in (end.saturating_sub(dialled::LONGEST + 2)..end).rev() {
            if ways[start].0 == 0 {
                continue;
            }
            if let Some(group) = group(run, &pieces[start..end], region) {
                here = (ways[start].0.saturating_add(here.0), start, group);
            }
        }
        ways.push(here);
    }
    if ways.last()?.0 != 1 {
        return None;
    }
    let mut found = Vec::new();
    let mut end = pieces.len();
    while end > 0 {
        found.push(ways[end].2);
        end = ways[end].1;
    }
    found.reverse();
    found.iter().any(Option::is_some).then_some(found)
}

/// Consecutive pieces as a group of their own: a number, a long id (`Some(None)`), or neither.
fn group(run: &[u8], pieces: &[(usize, usize)], region: Region) -> Option<Option<Found>> {
    let (&(start, first_end), &(_, end)) = (pieces.first()?, pieces.last()?);
    // The plus and the bracket before the first piece belong to it.
    let start = run[..start]
        .iter()
        .rposition(u8::is_ascii_digit)
        .map_or(0, |before| before + 1);
    let start = start
        + run[start..]
            .iter()
            .position(|byte| matches!(byte, b'+' | b'(') || byte.is_ascii_digit())?;
    match single(&run[start..end], region) {
        // Pieces that only a length makes a number may be anything.
        Ok(found) if pieces.len() == 1 || dialled::is_certain(found) => Some(Some(found)),
        Err(_) if pieces.len() == 1 && first_end - pieces[0].0 >= ID_WIDTH => Some(None),
        _ => None,
    }
}

fn pieces(run: &[u8]) -> Vec<(usize, usize)> {
    let mut pieces = Vec::new();
    let mut start = 0;
    for (at, byte) in run.iter().enumerate() {
        if !byte.is_ascii_digit() {
            if start < at {
                pieces.push((start, at));
            }
            start = at + 1;
        }
    }
    if start < run.len() {
        pieces.push((start, run.len()));
    }
    pieces
}

/// A stretch as one number and nothing else.
fn single(run: &[u8], region: Region) -> Result<Found, Note> {
    let shape = Shape::of(run)?;
    let Some(point) = shape.point else {
        return joined(run, &shape, region);
    };
    let (head, tail) = (&run[shape.first..point], &run[point + 1..=shape.last]);
    let zeros = tail.iter().all(|&byte| byte == b'0');
    let short = tail.len() <= 3;
    let before = &run[..point];
    let whole = Shape::of(before).and_then(|shape| joined(before, &shape, region));
    // Bare digits with a point and nothing else are what a program prints of a float.
    let is_float = shape.gaps == 1 && !shape.plus;
    if zeros && (is_float || short) {
        return whole.map(|found| found.mended(Some(Note::TrailingDecimal)));
    }
    if whole.is_ok() && short || is_float && whole.is_err() && !is_split_by_point(head, tail) {
        return Err(Note::NotAnInteger);
    }
    joined(run, &shape, region).map_err(|refusal| {
        if whole.is_ok() {
            Note::NotAnInteger
        } else {
            refusal
        }
    })
}

/// Whether people write a number so (`98765.43210`, `022.12345678`, `91.9876543210`); `98.76543210` is a coordinate.
fn is_split_by_point(head: &[u8], tail: &[u8]) -> bool {
    match head {
        [b'0', _, ..] => true,
        b"91" => tail.len() == 10,
        _ => head.len() >= 4 && tail.len() >= 4,
    }
}

/// All digits of a stretch together.
fn joined(run: &[u8], shape: &Shape, region: Region) -> Result<Found, Note> {
    let digits = shape.digits.held().ok_or(Note::TooLong)?;
    // Two zeros in front say, as a plus does, that a country code follows.
    if !shape.plus && !digits.starts_with(&[0, 0]) && widths_are(run, &[4, 4, 4]) {
        return Err(Note::LooksLikeId);
    }
    let found = dialled::read(digits, shape.plus, region)?;
    if !shape.plus && (is_date(run) || is_address(run)) {
        return Err(Note::NotANumber);
    }
    Ok(if shape.dangling_point {
        found.mended(Some(Note::TrailingDecimal))
    } else {
        found
    })
}

fn widths_are(run: &[u8], widths: &[usize]) -> bool {
    let mut pieces = run
        .split(|byte| !byte.is_ascii_digit())
        .map(<[u8]>::len)
        .filter(|&width| width > 0);
    widths.iter().all(|&width| pieces.next() == Some(width)) && pieces.next().is_none()
}

/// Whether a stretch begins with a date: `7-8-2026 1015` has the ten digits of a mobile, and is none.
fn is_date(run: &[u8]) -> bool {
    date(run).is_some()
}

/// Where a date at the start of `text` ends: day, month, year or year, month, day, with one sign between them.
pub(super) fn date(text: &[u8]) -> Option<usize> {
    let mut values = [(0_usize, 0_u16); 3];
    let mut at = 0;
    let mut sign = None;
    for (index, slot) in values.iter_mut().enumerate() {
        if index > 0 {
            let &found = text
                .get(at)
                .filter(|byte| matches!(byte, b'-' | b'/' | b'.'))?;
            if *sign.get_or_insert(found) != found {
                return None;
            }
            at += 1;
        }
        let width = text[at..]
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        if !(1..=4).contains(&width) {
            return None;
        }
        let value = text[at..at + width]
            .iter()
            .fold(0, |value, &byte| value * 10 + u16::from(byte - b'0'));
        *slot = (width, value);
        at += width;
    }
    let is_year = |(width, value)| width == 4 && (1900..2100).contains(&value);
    let is_month = |(width, value)| width <= 2 && (1..=12).contains(&value);
    let is_day = |(width, value)| width <= 2 && (1..=31).contains(&value);
    let [first, middle, last] = values;
    (is_month(middle) && (is_day(first) && is_year(last) || is_year(first) && is_day(last)))
        .then_some(at)
}

/// Whether a stretch is an IPv4 address: `68.123.145.67` has the ten digits of a mobile, and is none.
fn is_address(run: &[u8]) -> bool {
    address(run) == Some(run.len())
}

/// Where an IPv4 address at the start of `text` ends.
pub(super) fn address(text: &[u8]) -> Option<usize> {
    let mut at = 0;
    for part in 0..4 {
        if part > 0 {
            at += text.get(at).filter(|&&byte| byte == b'.').map(|_| 1)?;
        }
        let width = text[at..]
            .iter()
            .take(4)
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        let value = text[at..at + width]
            .iter()
            .fold(0, |value, &byte| value * 10 + u16::from(byte - b'0'));
        if !(1..=3).contains(&width) || value > 255 {
            return None;
        }
        at += width;
    }
    Some(at)
}

/// Whether a stretch begins with an id: digits too many for a national number, and no number.
pub(super) fn begins_with_id(run: &[u8], region: Region) -> bool {
    let width = run.iter().take_while(|byte| byte.is_ascii_digit()).count();
    width >= ID_WIDTH && single(&run[..width], region).is_err()
}

/// What one pass over a stretch tells.
struct Shape {
    digits: Digits,
    plus: bool,
    /// Gaps between digits.
    gaps: usize,
    /// Where the last gap is, if it is a point and no other gap has one.
    point: Option<usize>,
    /// Where the first and the last digit are.
    first: usize,
    last: usize,
    /// Whether a point follows it, as in some printed floats.
    dangling_point: bool,
}

impl Shape {
    fn of(run: &[u8]) -> Result<Self, Note> {
        let first = run
            .iter()
            .position(u8::is_ascii_digit)
            .ok_or(Note::NotANumber)?;
        let last = run
            .iter()
            .rposition(u8::is_ascii_digit)
            .ok_or(Note::NotANumber)?;
        let plus = leading_plus(&run[..first])?;
        let dangling_point = match &run[last + 1..] {
            [b'.'] => true,
            rest if rest.iter().all(|byte| matches!(byte, b' ' | b'(' | b')')) => false,
            _ => return Err(Note::StrayCharacter),
        };
        let mut shape = Self {
            digits: Digits::new(),
            plus,
            gaps: 0,
            point: None,
            first,
            last,
            dangling_point,
        };
        let mut points = 0;
        for at in first..=last {
            match run[at] {
                b'+' => return Err(Note::StrayCharacter),
                b'.' => points += 1,
                digit if digit.is_ascii_digit() => {
                    if at > first && !run[at - 1].is_ascii_digit() {
                        shape.gaps += 1;
                        let is_point = run[at - 1] == b'.' && run[at - 2].is_ascii_digit();
                        shape.point = (is_point && points == 1).then_some(at - 1);
                    }
                    shape.digits.push(digit - b'0');
                }
                _ => {}
            }
        }
        Ok(shape)
    }
}

/// What may stand before the first digit: a plus, brackets, blanks.
fn leading_plus(before: &[u8]) -> Result<bool, Note> {
    let mut plus = false;
    for byte in before {
        match byte {
            b' ' | b'(' | b')' => {}
            b'+' if !plus => plus = true,
            b'-' if !plus => return Err(Note::StraySign),
            _ => return Err(Note::StrayCharacter),
        }
    }
    Ok(plus)
}
