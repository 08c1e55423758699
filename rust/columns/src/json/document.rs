//! A document, or a value in it: what kind it is, its members, and its records as lines.

use std::ops::Range;
use std::sync::Arc;

use serde_json::value::RawValue;

use super::mend::mended;
use super::record;

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An object.
    Object,
    /// A list of objects alone, or an empty one.
    Records,
    /// A list of texts and numbers alone.
    Texts,
    /// Any other list.
    List,
    /// A text, a number, or a word.
    Other,
}

/// A value of a document. It shares the text of the document.
#[derive(Clone, Debug)]
pub struct Document {
    text: Arc<String>,
    at: Range<usize>,
}

impl Document {
    /// A whole text. `None` if it is not valid JSON.
    #[must_use]
    pub fn new(text: String) -> Option<Self> {
        let text = mended(&text).unwrap_or(text);
        serde_json::from_str::<&RawValue>(&text).ok()?;
        let at = 0..text.len();
        Some(Self {
            text: Arc::new(text),
            at,
        })
    }

    /// As it is written.
    #[must_use]
    pub fn text(&self) -> &str {
        self.text[self.at.clone()].trim_ascii()
    }

    /// What it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self.text().as_bytes() {
            [b'{', ..] => Kind::Object,
            [b'[', ..] => {
                let values = self.values();
                if values.iter().all(|value| value.get().starts_with('{')) {
                    Kind::Records
                } else if values.iter().copied().all(record::is_text) {
                    Kind::Texts
                } else {
                    Kind::List
                }
            }
            _ => Kind::Other,
        }
    }

    /// The members of an object, in order. `None` if it is none, or a name is repeated.
    #[must_use]
    pub fn members(&self) -> Option<Vec<(String, Self)>> {
        let found = record::members(self.text()).ok()?;
        let within = |value: &RawValue| {
            let start = value.get().as_ptr().addr() - self.text.as_ptr().addr();
            Self {
                text: Arc::clone(&self.text),
                at: start..start + value.get().len(),
            }
        };
        Some(
            found
                .into_iter()
                .map(|(name, value)| (name, within(value)))
                .collect(),
        )
    }

    /// The values of a list, a line each; the one line of any other value. Line breaks between the parts of a value are
    /// spaces; a text has none.
    #[must_use]
    pub fn lines(&self) -> Vec<u8> {
        let mut lines = Vec::with_capacity(self.at.len());
        if self.text().starts_with('[') {
            for value in self.values() {
                push_line(value.get(), &mut lines);
            }
        } else {
            push_line(self.text(), &mut lines);
        }
        lines
    }

    fn values(&self) -> Vec<&RawValue> {
        serde_json::from_str(self.text()).unwrap_or_default()
    }
}

fn push_line(text: &str, lines: &mut Vec<u8>) {
    let bytes = text.bytes();
    lines.extend(bytes.map(|byte| {
        if matches!(byte, b'\n' | b'\r') {
            b' '
        } else {
            byte
        }
    }));
    lines.push(b'\n');
}
