//! The styles of an `OpenDocument` file: which strike a text out, and with how many digits they show a number.
//!
//! A style takes what it does not say from its parent, and that from its own; the styles that users name are in
//! `styles.xml`, which is read before `content.xml`.

use std::collections::HashMap;

use quick_xml::events::BytesStart;

use super::Refusal;
use super::cell::{attribute, number};

/// The most parents above a style: no program lets users nest more than a few.
const MOST_PARENTS: usize = 64;
/// More digits than a number has that a spreadsheet keeps.
const MOST_DIGITS: u64 = 64;

/// The longest name of a style, in bytes: each cell looks its own up.
const LONGEST_NAME: usize = 1 << 10;

/// How a cell or a text is shown.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Look {
    pub(super) is_struck: bool,
    /// The digits that a number has at least, with zeros before it; 0 if it is shown in another way too.
    pub(super) digits: u32,
}

/// What one style says itself.
#[derive(Default)]
struct Style {
    parent: Option<String>,
    line: Option<bool>,
    format: Option<String>,
}

/// A format of numbers that is being read: its name, and the digits so far.
struct Format {
    name: String,
    digits: Option<u32>,
    is_plain: bool,
}

/// All styles of a file, by family and name.
#[derive(Default)]
pub(super) struct Styles {
    styles: HashMap<String, HashMap<String, Style>>,
    digits: HashMap<String, u32>,
    style: Option<(String, String, Style)>,
    format: Option<Format>,
}

impl Styles {
    /// Takes a tag outside of sheets.
    pub(super) fn open(&mut self, tag: &BytesStart<'_>, is_empty: bool) -> Result<(), Refusal> {
        match tag.name().as_ref() {
            name @ ("style:style" | "style:default-style") => {
                let family = attribute(tag, "style:family")?.unwrap_or_default();
                // A default style has no name: it is above all that have no parent.
                let style = attribute(tag, "style:name")?.unwrap_or_default();
                let parent = attribute(tag, "style:parent-style-name")?.unwrap_or_default();
                if [&family, &style, &parent]
                    .iter()
                    .any(|name| name.len() > LONGEST_NAME)
                {
                    return Err(Refusal::Damaged);
                }
                let own = Style {
                    parent: (name == "style:style").then_some(parent),
                    line: None,
                    format: attribute(tag, "style:data-style-name")?,
                };
                self.style = Some((family, style, own));
                if is_empty {
                    self.close(name);
                }
            }
            name @ "number:number-style" => {
                self.format = Some(Format {
                    name: attribute(tag, "style:name")?.unwrap_or_default(),
                    digits: None,
                    is_plain: true,
                });
                if is_empty {
                    self.close(name);
                }
            }
            _ if self.format.is_some() => self.open_format(tag)?,
            "style:text-properties" => {
                if let Some((_, _, style)) = &mut self.style {
                    style.line = line(tag)?.or(style.line);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn open_format(&mut self, tag: &BytesStart<'_>) -> Result<(), Refusal> {
        let Some(format) = &mut self.format else {
            return Ok(());
        };
        match tag.name().as_ref() {
            "number:number" if format.digits.is_none() => {
                let digits = attribute(tag, "number:min-integer-digits")?;
                let digits = digits.map_or(Ok(0), |digits| number(&digits))?;
                format.digits = u32::try_from(digits.min(MOST_DIGITS)).ok();
                let places = attribute(tag, "number:decimal-places")?;
                format.is_plain &= places.is_none_or(|places| places == "0");
                let grouping = attribute(tag, "number:grouping")?;
                format.is_plain &= grouping.is_none_or(|grouping| grouping != "true");
                format.is_plain &= attribute(tag, "number:display-factor")?.is_none();
            }
            "style:text-properties" => {}
            // Texts before, behind and within the number, other numbers, conditions.
            _ => format.is_plain = false,
        }
        Ok(())
    }

    /// Takes the end of a tag outside of sheets.
    pub(super) fn close(&mut self, name: &str) {
        match name {
            "style:style" | "style:default-style" => {
                if let Some((family, name, style)) = self.style.take() {
                    self.styles.entry(family).or_default().insert(name, style);
                }
            }
            "number:number-style" => {
                if let Some(format) = self.format.take() {
                    let digits = format.digits.filter(|_| format.is_plain).unwrap_or(0);
                    self.digits.insert(format.name, digits);
                }
            }
            _ => {}
        }
    }

    /// How a style shows what has it.
    pub(super) fn look(&self, family: &str, name: &str) -> Look {
        let (mut line, mut format) = (None, None);
        let styles = self.styles.get(family);
        let mut next = styles.and_then(|styles| styles.get(name));
        for _ in 0..MOST_PARENTS {
            let Some(style) = next else { break };
            line = line.or(style.line);
            format = format.or(style.format.as_deref());
            let parent = style.parent.as_ref();
            next = parent.and_then(|parent| styles.and_then(|styles| styles.get(parent)));
        }
        Look {
            is_struck: line.unwrap_or_default(),
            digits: format
                .and_then(|format| self.digits.get(format))
                .copied()
                .unwrap_or_default(),
        }
    }
}

/// Whether a tag has a line through the text, if it has an attribute of it.
fn line(tag: &BytesStart<'_>) -> Result<Option<bool>, Refusal> {
    let style = attribute(tag, "style:text-line-through-style")?;
    let kind = attribute(tag, "style:text-line-through-type")?;
    let mut given = [style, kind].into_iter().flatten().peekable();
    Ok(given
        .peek()
        .is_some()
        .then(|| given.all(|one| one != "none")))
}
