//! The text around numbers: extensions, UPI ids, web addresses, masks.
//!
//! This module owns the characters that show what a run of digits is; [`crate::words`] has the words. It does not
//! depend on numbering plans. Each function reads folded text from a position on, for at most a word or two, so that
//! the cost of a hostile cell is proportional to its length.

use crate::digits::{LETTER, SYMBOL, is_letter, is_line_break};

/// Longer than any UPI id in use.
const UPI_WIDTH: usize = 64;

/// The text after the first of these prefixes that `text` begins with, ignoring case.
pub(super) fn after_prefix<'a>(text: &'a [u8], prefixes: &[&[u8]]) -> Option<&'a [u8]> {
    prefixes.iter().find_map(|prefix| {
        let (head, rest) = text.split_at_checked(prefix.len())?;
        head.eq_ignore_ascii_case(prefix).then_some(rest)
    })
}

fn width(text: &[u8], holds: impl Fn(u8) -> bool) -> usize {
    text.iter().take_while(|&&byte| holds(byte)).count()
}

/// Whether the text before a run allows it to be a number.
pub(super) fn starts_alone(text: &[u8], start: usize) -> bool {
    let Some((&last, before)) = text[..start].split_last() else {
        return true;
    };
    let word = before.iter().rfind(|&&byte| byte != b' ').copied();
    let is_label = |byte: u8| is_letter(byte) || matches!(byte, b')' | b':' | b'.');
    match last {
        // `₹ 9876543210` is a sum of rupees.
        b' ' => word != Some(b'$'),
        // `Mob.9876543210`, but not `.9876543210`.
        b'.' => before.last().is_some_and(|&byte| is_letter(byte)),
        // `Ravi -9876543210` and `No:-9876543210`, but not a negative number. A zero after a letter of another script
        // marks an abbreviation.
        b'-' => {
            let touches = before.last() == word.as_ref();
            word.is_some_and(|byte| is_letter(byte) || touches && is_label(byte))
                || before.ends_with(&[LETTER, b'0'])
        }
        _ => !joins(last) && !matches!(last, b'@' | b'+'),
    }
}

/// Whether a run begins a field of a bank's narration, behind a slash or a dash.
pub(super) fn is_field(text: &[u8], start: usize) -> bool {
    let before = &text[..start];
    before.ends_with(b"-") || before.trim_ascii_end().ends_with(b"/")
}

/// Whether a run begins with a plus between digits: directly after the digits before it, or with blanks on both
/// sides.
pub(super) fn adds(text: &[u8], start: usize) -> bool {
    let before = &text[..start];
    let blanks = before
        .iter()
        .rev()
        .take_while(|&&byte| byte == b' ')
        .count();
    text[start] == b'+'
        && before[..before.len() - blanks]
            .last()
            .is_some_and(u8::is_ascii_digit)
        && (blanks == 0 || text.get(start + 1) == Some(&b' '))
}

/// Whether the text after a run allows it to be a number. `9876543210/-` is a sum of rupees.
pub(super) fn ends_alone(text: &[u8], end: usize) -> bool {
    let behind = &text[end..];
    let blanks = width(behind, |byte| matches!(byte, b' ' | b'\t')).min(3);
    let ends_sum = |end: &&[u8]| behind[blanks..].starts_with(end);
    !behind.first().is_some_and(|&byte| joins(byte))
        && ![&b"/-"[..], b"/=", b"%"].iter().any(ends_sum)
}

/// Whether a mask follows a run: `+39 02 1234 ****`. The numbers of some countries have any length, so that what
/// stands before it may look whole.
pub(super) fn is_before_mask(text: &[u8], end: usize) -> bool {
    let is_mask = |byte: u8| matches!(byte, b'x' | b'X' | b'*' | b'#') || byte >= SYMBOL;
    width(behind_gap(text, end), is_mask) >= 2
}

/// Whether blanks to be filled in or one cross follow a run: `+43 1 58858 __`, `+49 30 12345 x`. They may also part the
/// number from a remark.
pub(super) fn is_before_blank(text: &[u8], end: usize) -> bool {
    let behind = behind_gap(text, end);
    let signs = match behind.first() {
        Some(b'x' | b'X') => 1,
        _ => width(behind, |byte| byte == b'_'),
    };
    let goes_on = behind.get(signs);
    signs > 0 && !goes_on.is_some_and(|&byte| is_letter(byte) || byte.is_ascii_digit())
}

/// The text behind a run and at most three blanks, points or dashes.
fn behind_gap(text: &[u8], end: usize) -> &[u8] {
    let behind = &text[end..];
    let gap = width(behind, |byte| matches!(byte, b' ' | b'\t' | b'.' | b'-')).min(3);
    &behind[gap..]
}

/// Whether a byte beside digits makes them part of something longer.
fn joins(byte: u8) -> bool {
    is_letter(byte)
        || matches!(byte, b'*' | b'#' | b'$' | b'%' | b'^' | b'\\' | b'~')
        || byte >= SYMBOL
}

/// An extension behind a number.
pub(super) struct Extension<'a> {
    pub(super) digits: &'a [u8],
    pub(super) end: usize,
    /// Whether only a sign stands before it that may be written for a digit: `98765432x0`, `98765432?0`.
    pub(super) may_be_mask: bool,
    /// Whether the sign is no sign of an extension.
    pub(super) is_mask_only: bool,
}

/// The extension after a number: `ext 12`, `x12`, `;ext=12`; or what may be one but for its sign, a question mark.
pub(super) fn extension(text: &[u8], end: usize) -> Option<Extension<'_>> {
    let gap = width(&text[end..], |byte| {
        matches!(byte, b' ' | b',' | b';' | b'.' | b'-')
    });
    let word = &text[end + gap..];
    let sign = |signs: &[&[u8]]| after_prefix(word, signs);
    let named = sign(&[b"extension", b"extn", b"ext", b"xtn"]);
    let mask = sign(&[b"x"]);
    let unread = sign(&[b"?"]).filter(|_| gap == 0);
    let rest = named.or(mask).or(unread)?;
    let marks = width(rest, |byte| {
        matches!(byte, b'.' | b':' | b'=' | b' ' | b'-' | b'#')
    });
    let is_mask_only = named.or(mask).is_none();
    let digits = width(&rest[marks..], |byte| byte.is_ascii_digit());
    let after = text.len() - rest.len() + marks + digits;
    let ends = text
        .get(after)
        .is_none_or(|&byte| !joins(byte) && byte != b'@');
    let is_one = (1..=6).contains(&digits) && ends && !(is_mask_only && marks > 0);
    is_one.then(|| Extension {
        digits: &text[after - digits..after],
        end: after,
        may_be_mask: named.is_none(),
        is_mask_only,
    })
}

/// The end of a UPI id or mail address that contains the run: `9876543210@ybl`, `9876543210.ravi@okaxis`,
/// `9876543210 @ybl`, `9876543210@ ybl`.
pub(super) fn upi_id(text: &[u8], start: usize, end: usize) -> Option<usize> {
    let in_name =
        |byte: u8| is_letter(byte) || byte.is_ascii_digit() || matches!(byte, b'.' | b'-');
    if text[..start].last() == Some(&b'@') {
        return Some(end);
    }
    let rest = &text[end..text.len().min(end + UPI_WIDTH)];
    let ats = [
        end + width(rest, in_name),
        end + width(rest, |byte| byte == b' '),
    ];
    ats.into_iter().find_map(|at| {
        let handle = text.get(at..)?.strip_prefix(b"@")?;
        let blank = usize::from(handle.first() == Some(&b' '));
        let width = width(&handle[blank..], |byte| in_name(byte) && byte != b'-');
        (width > 0).then_some(at + 1 + blank + width)
    })
}

/// Whether a text without digits is a UPI id: `ravi@ybl`, and not `ravi@example.com`.
pub(super) fn is_upi_id(text: &[u8]) -> bool {
    let is_name = |part: &[u8]| {
        !part.is_empty()
            && part
                .iter()
                .all(|&byte| is_letter(byte) || matches!(byte, b'.' | b'-'))
    };
    let mut parts = text.split(|&byte| byte == b'@');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(name), Some(handle), None) => {
            is_name(name) && is_name(handle) && !handle.contains(&b'.')
        }
        _ => false,
    }
}

/// The digits of a chat link that begins at `at`, and the ends of the digits and of the link: `wa.me/919876543210`. The
/// hosts are a closed list: the path of any other host is the address of a page.
pub(super) fn chat_link(text: &[u8], at: usize) -> Option<(&[u8], usize, usize)> {
    const HOSTS: [&[u8]; 9] = [
        b"wa.me/",
        b"api.whatsapp.com/send?phone=",
        b"api.whatsapp.com/send/?phone=",
        b"web.whatsapp.com/send?phone=",
        b"web.whatsapp.com/send/?phone=",
        b"whatsapp.com/send?phone=",
        b"whatsapp.com/send/?phone=",
        b"whatsapp://send?phone=",
        b"t.me/+",
    ];
    // Most words do not begin like a link.
    if !matches!(text[at].to_ascii_lowercase(), b'a' | b'h' | b't' | b'w') {
        return None;
    }
    let rest = &text[at..];
    let rest = after_prefix(rest, &[b"https://", b"http://"]).unwrap_or(rest);
    let rest = after_prefix(rest, &[b"www."]).unwrap_or(rest);
    let rest = after_prefix(rest, &HOSTS)?;
    let rest = after_prefix(rest, &[b"%2B", b"+"]).unwrap_or(rest);
    let digits = &rest[..width(rest, |byte| byte.is_ascii_digit())];
    let end = text.len() - rest.len() + digits.len();
    match text.get(end) {
        // The message in a link is not part of the number.
        Some(b'?' | b'&' | b'/') => Some((
            digits,
            end,
            end + width(&text[end..], |byte| !is_blank(byte)),
        )),
        Some(&byte) if joins(byte) => None,
        _ => Some((digits, end, end)),
    }
}

/// The parts of a link after its number that contain text: its path, its fragment, its message and other numbers, each
/// with its position. Other parameters (`type=`, `app_absent=`) do not concern the number.
pub(super) fn link_texts(tail: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    const TEXTS: [&[u8]; 5] = [b"text=", b"body=", b"message=", b"msg=", b"phone="];
    let mut at = 0;
    let parts = tail.split(|byte| matches!(byte, b'?' | b'&' | b'/' | b'#'));
    parts.filter_map(move |part| {
        let start = at;
        at += part.len() + 1;
        let is_text = !part.contains(&b'=') || after_prefix(part, &TEXTS).is_some();
        is_text.then_some((start, part))
    })
}

/// The text after `tel:` or `sms:` at `at`, if it has parameters, and its end: `tel:98...;phone-context=+91`.
pub(super) fn telephone_uri(text: &[u8], at: usize) -> Option<(&[u8], usize)> {
    let rest = after_prefix(&text[at..], &[b"tel:", b"sms:"])?;
    let ends =
        |byte: u8| is_blank(byte) || matches!(byte, b',' | b'"' | b'\'' | b'<' | b'>' | b')');
    let near = &rest[..rest.len().min(URI_WIDTH)];
    let uri = &near[..width(near, |byte| !ends(byte))];
    uri.contains(&b';')
        .then_some((uri, text.len() - rest.len() + uri.len()))
}

/// The end of a web address, or of a part of a page's source, that begins at `at`: the next blank.
pub(super) fn web_address(text: &[u8], at: usize) -> Option<usize> {
    let rest = &text[at..];
    let is_in_host = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    let near = &rest[..rest.len().min(HOST_WIDTH)];
    let host = &near[..width(near, is_in_host)];
    let after = &rest[host.len()..];
    let is_address = after_prefix(rest, &[b"www.", b"&#"]).is_some()
        || !host.is_empty() && after.starts_with(b"://")
        || is_dotted_name(host) && matches!(after.first(), Some(b'/' | b'?' | b'#'));
    is_address.then(|| at + width(rest, |byte| !is_blank(byte)))
}

/// Longer than a number with its parameters.
const URI_WIDTH: usize = 80;

/// Longer than any host in use.
const HOST_WIDTH: usize = 80;

/// `bit.ly`, `profile.php`: names with a point, the last of letters. `Mob.No` before a slash would match too, and is no
/// number either.
fn is_dotted_name(host: &[u8]) -> bool {
    let mut names = host.rsplit(|&byte| byte == b'.');
    let last = names.next().unwrap_or_default();
    last.len() >= 2
        && last.iter().all(u8::is_ascii_alphabetic)
        && names
            .next()
            .is_some_and(|name| name.iter().any(u8::is_ascii_alphabetic))
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t') || is_line_break(byte)
}

/// The end of a mask, with the digits that only a separator divides from it: `XXXX 1234`, `XXXXX-43210`.
pub(super) fn mask(text: &[u8], at: usize) -> Option<usize> {
    let is_mask = |byte: u8| matches!(byte, b'x' | b'X' | b'*');
    let masks = width(&text[at..], is_mask);
    if masks < 2 || text.get(at + masks).is_some_and(|&byte| is_letter(byte)) {
        return None;
    }
    Some(
        at + width(&text[at..], |byte| {
            is_mask(byte) || byte.is_ascii_digit() || matches!(byte, b' ' | b'-')
        }),
    )
}
