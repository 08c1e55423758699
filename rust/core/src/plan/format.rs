//! The text in which a country writes a number.
//!
//! Owns the choice among the country's formats: the first that the leading digits and the length admit.

use super::{MARKS, country, step, table};

/// For whom a number is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NumberFormat {
    /// For callers in the same country, with what they dial before it.
    National,
    /// For callers in other countries.
    International,
}

/// Appends the national digits of E.164 `digits` as their country writes them, and nothing else. No country: nothing.
pub(crate) fn format(digits: &[u8], way: NumberFormat, out: &mut String) {
    let Some((width, country)) = country(digits) else {
        return;
    };
    let national = &digits[width..];
    let mut state = match way {
        NumberFormat::National => country.national,
        NumberFormat::International => country.international,
    };
    for &digit in national {
        match step(state, digit) {
            0 => break,
            next => state = next,
        }
    }
    let bounds = |groups: &[(u8, u8)]| {
        groups.iter().fold((0, 0), |(least, most), group| {
            (least + usize::from(group.0), most + usize::from(group.1))
        })
    };
    let chosen = table::CHOICES[usize::from(MARKS[usize::from(state)])]
        .iter()
        .map(|&format| &table::FORMATS[usize::from(format)])
        .find(|format| {
            let (least, most) = bounds(format.groups);
            (least..=most).contains(&national.len())
        });
    let push = |digits: &[u8], out: &mut String| {
        out.extend(digits.iter().map(|digit| char::from(b'0' + digit)));
    };
    let Some(chosen) = chosen else {
        push(national, out);
        return;
    };
    let text = match way {
        NumberFormat::National => chosen.national,
        NumberFormat::International => chosen.international,
    };
    // The first groups take as many digits as they may.
    let spare = national.len() - bounds(chosen.groups).0;
    let mut parts = text.split('\\');
    out.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let group = usize::from(part.as_bytes()[0] - b'1');
        let (start, end) = place(chosen.groups, spare, group);
        push(&national[start..end], out);
        out.push_str(&part[1..]);
    }
}

/// Where a group stands among the national digits.
fn place(groups: &[(u8, u8)], mut spare: usize, group: usize) -> (usize, usize) {
    let mut start = 0;
    for (at, &(least, most)) in groups.iter().enumerate() {
        let more = spare.min(usize::from(most - least));
        spare -= more;
        let end = start + usize::from(least) + more;
        if at == group {
            return (start, end);
        }
        start = end;
    }
    (start, start)
}
