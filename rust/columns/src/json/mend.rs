//! What programs write that is no JSON, made JSON: `NaN`, `Infinity`, and one half of a character in two (`"\ud83d"`).

/// Words that JavaScript's and Python's numbers have, and JSON has not.
const WORDS: [&str; 3] = ["NaN", "Infinity", "-Infinity"];
/// The bytes of an escape with four digits.
const ESCAPE: usize = 6;

/// The text with such words as texts, and with U+FFFD for such a half, as is left where a text was cut. `None` if it has
/// neither.
pub(super) fn mended(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let (mut out, mut copied, mut at) = (String::new(), 0, 0);
    let mut is_within = false;
    while let Some(&byte) = bytes.get(at) {
        let rest = &bytes[at..];
        let (len, instead) = match byte {
            b'"' => {
                is_within = !is_within;
                (1, None)
            }
            b'\\' if is_within => escape(rest),
            b'N' | b'I' | b'-' if !is_within => word(rest),
            _ => (1, None),
        };
        if let Some(instead) = instead {
            out.push_str(&text[copied..at]);
            out.push_str(&instead);
            copied = at + len;
        }
        at += len;
    }
    if copied == 0 {
        return None;
    }
    out.push_str(&text[copied..]);
    Some(out)
}

/// The length of what the text begins with, and what stands for it.
fn word(text: &[u8]) -> (usize, Option<String>) {
    let found = WORDS.iter().find(|word| text.starts_with(word.as_bytes()));
    found.map_or((1, None), |word| (word.len(), Some(format!("\"{word}\""))))
}

/// As [`word`], of an escape.
fn escape(text: &[u8]) -> (usize, Option<String>) {
    match (unit(text), unit(text.get(ESCAPE..).unwrap_or_default())) {
        (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => (2 * ESCAPE, None),
        (Some(0xd800..=0xdfff), _) => (ESCAPE, Some("\\ufffd".to_owned())),
        _ => (2, None),
    }
}

/// The UTF-16 unit that an escape at the beginning of the text stands for.
fn unit(text: &[u8]) -> Option<u16> {
    let digits = text.strip_prefix(b"\\u")?.get(..4)?;
    let digits = digits.iter().all(u8::is_ascii_hexdigit).then_some(digits)?;
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_outside_of_texts_and_halves_within_are_replaced() {
        for (text, expected) in [
            (
                r#"{"a":NaN,"NaN":-Infinity}"#,
                Some(r#"{"a":"NaN","NaN":"-Infinity"}"#),
            ),
            (
                r#"["\ud83d","\ud83d\ude00","\ude00\\ud83d"]"#,
                Some(r#"["\ufffd","\ud83d\ude00","\ufffd\\ud83d"]"#),
            ),
            (
                r#"["\ud83d\ud83d\ude00"]"#,
                Some(r#"["\ufffd\ud83d\ude00"]"#),
            ),
            (r#"{"a":"NaN \"NaN"}"#, None),
            (r#"["\ud8"#, None),
            ("é\\", None),
            ("", None),
        ] {
            assert_eq!(mended(text).as_deref(), expected, "{text}");
        }
    }
}
