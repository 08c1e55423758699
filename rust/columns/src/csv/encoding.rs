//! Lines that are not UTF-8, read as Windows-1252: some files contain both.

/// The characters of the bytes 0x80 to 0x9f. An unassigned byte becomes U+FFFD.
const HIGH: [char; 32] = [
    '€', '\u{fffd}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{fffd}', 'Ž',
    '\u{fffd}', '\u{fffd}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{fffd}',
    'ž', 'Ÿ',
];

/// Whether all of a text is UTF-8.
pub(super) fn is_utf8(bytes: &[u8]) -> bool {
    simdutf8::basic::from_utf8(bytes).is_ok()
}

/// The text with each line that is not UTF-8 read as Windows-1252.
pub(super) fn mended(bytes: &[u8], line_break: u8) -> Vec<u8> {
    let mut text = Vec::with_capacity(bytes.len() + bytes.len() / 8);
    for line in bytes.split_inclusive(|&byte| byte == line_break) {
        if is_utf8(line) {
            text.extend_from_slice(line);
            continue;
        }
        // Most bytes of such a line are ASCII too.
        for some in line.chunks(16) {
            if some.is_ascii() {
                text.extend_from_slice(some);
            } else {
                for &byte in some {
                    text.extend_from_slice(char_of(byte).encode_utf8(&mut [0; 4]).as_bytes());
                }
            }
        }
    }
    text
}

fn char_of(byte: u8) -> char {
    match byte {
        0x80..=0x9f => HIGH[usize::from(byte) - 0x80],
        _ => char::from(byte),
    }
}

#[cfg(test)]
mod tests {
    use super::mended;

    #[test]
    fn only_lines_that_are_not_utf8_are_read_as_windows_1252() {
        assert_eq!(mended("a,ü\n".as_bytes(), b'\n'), "a,ü\n".as_bytes());
        let text = mended(b"\xc3\xbc\n\xfc\x80\x81\n1", b'\n');
        assert_eq!(std::str::from_utf8(&text), Ok("ü\nü€\u{fffd}\n1"));
    }
}
