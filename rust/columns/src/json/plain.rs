//! The names and texts of a line as nearly every line is: one object, in which no text has an escape, and nothing is nested.
//!
//! Such lines take a third of the time that `serde_json` needs. Whatever else is in a line, valid or not, is left to it.

const ONES: u64 = u64::MAX / 255;
const HIGHS: u64 = ONES << 7;

/// Calls `take` with the name and the text of each cell. False if the line is no plain object.
pub(super) fn each<'a>(line: &'a str, take: impl FnMut(&'a str, Option<&'a str>)) -> bool {
    walk(line, |at| text(line, at), take)
}

/// Calls `take` with the text of each cell. False if the line is no plain object whose names are the first of `names`, in
/// their order: `names` are in quotation marks, and those that no plain object has are empty.
pub(super) fn each_of<'a>(
    line: &'a str,
    names: &[String],
    mut take: impl FnMut(Option<&'a str>),
) -> bool {
    let mut names = names.iter();
    let known = |at| {
        let name = names.next().filter(|name| !name.is_empty())?;
        let is_next = line.as_bytes()[at..].starts_with(name.as_bytes());
        is_next.then(|| ((), at + name.len()))
    };
    walk(line, known, |(), text| take(text))
}

/// A name in quotation marks, as a plain object has it; empty if it has none with that name.
pub(super) fn quoted(name: &str) -> String {
    let quoted = format!("\"{name}\"");
    if text(&quoted, 0).is_some_and(|(_, end)| end == quoted.len()) {
        quoted
    } else {
        String::new()
    }
}

/// Reads a plain object; `name` reads a name, and returns the place after it.
fn walk<'a, N>(
    line: &'a str,
    mut name: impl FnMut(usize) -> Option<(N, usize)>,
    mut take: impl FnMut(N, Option<&'a str>),
) -> bool {
    let mut cells = || {
        let bytes = line.as_bytes();
        let mut at = after(bytes, 0, b'{')?;
        loop {
            let (name, end) = name(at)?;
            at = after(bytes, end, b':')?;
            let (text, end) = value(line, at)?;
            take(name, text);
            match after(bytes, end, b',') {
                Some(next) => at = next,
                None => break after(bytes, end, b'}').filter(|&end| end == bytes.len()),
            }
        }
    };
    cells().is_some()
}

/// The place of what follows `sign`, with blanks before and behind it.
fn after(bytes: &[u8], at: usize, sign: u8) -> Option<usize> {
    let at = without_blanks(bytes, at);
    (*bytes.get(at)? == sign).then(|| without_blanks(bytes, at + 1))
}

fn without_blanks(bytes: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\t' | b'\n' | b'\r') = bytes.get(at) {
        at += 1;
    }
    at
}

/// A value, with the place after it; no text for null.
fn value(line: &str, at: usize) -> Option<(Option<&str>, usize)> {
    let bytes = line.as_bytes();
    let word = |word: &str| {
        bytes[at..]
            .starts_with(word.as_bytes())
            .then_some(at + word.len())
    };
    match *bytes.get(at)? {
        b'"' => text(line, at).map(|(text, end)| (Some(text), end)),
        b'n' => word("null").map(|end| (None, end)),
        b't' => word("true").map(|end| (Some(&line[at..end]), end)),
        b'f' => word("false").map(|end| (Some(&line[at..end]), end)),
        _ => number(bytes, at).map(|end| (Some(&line[at..end]), end)),
    }
}

/// A text without escapes and control characters, with the place after it.
fn text(line: &str, at: usize) -> Option<(&str, usize)> {
    let bytes = line.as_bytes();
    if bytes.get(at) != Some(&b'"') {
        return None;
    }
    let start = at + 1;
    let mut end = start;
    // Eight bytes at a time; of the bytes that are flagged, the first is flagged for what it is.
    while let Some(eight) = bytes[end..].first_chunk() {
        let found = special(u64::from_le_bytes(*eight));
        if found != 0 {
            end += found.trailing_zeros() as usize / 8;
            return (bytes[end] == b'"').then(|| (&line[start..end], end + 1));
        }
        end += 8;
    }
    end += bytes[end..]
        .iter()
        .position(|&byte| byte < b' ' || byte == b'"' || byte == b'\\')?;
    (bytes[end] == b'"').then(|| (&line[start..end], end + 1))
}

/// Flags quotation marks, backslashes and control characters.
fn special(word: u64) -> u64 {
    let equal = |byte: u8| {
        let apart = word ^ (ONES * u64::from(byte));
        apart.wrapping_sub(ONES) & !apart
    };
    let control = word.wrapping_sub(ONES * u64::from(b' ')) & !word;
    (equal(b'"') | equal(b'\\') | control) & HIGHS
}

/// The place after a number.
fn number(bytes: &[u8], at: usize) -> Option<usize> {
    let digits = |at: usize| {
        let count = bytes[at..]
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        (count > 0).then_some(at + count)
    };
    let start = at + usize::from(bytes[at] == b'-');
    let mut end = digits(start)?;
    if bytes[start] == b'0' && end > start + 1 {
        return None;
    }
    if bytes.get(end) == Some(&b'.') {
        end = digits(end + 1)?;
    }
    if let Some(b'e' | b'E') = bytes.get(end) {
        let sign = matches!(bytes.get(end + 1), Some(b'+' | b'-'));
        end = digits(end + 1 + usize::from(sign))?;
    }
    Some(end)
}
