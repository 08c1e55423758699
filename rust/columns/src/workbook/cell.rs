//! A cell of an `OpenDocument` file, by the attributes of its tag.

use quick_xml::events::BytesStart;

use super::Refusal;
use super::pieces::attributes;

/// Where the value of a cell is.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Kind {
    /// A cell without a type: if it has a text, the reader of values takes it for empty.
    #[default]
    Untyped,
    Text,
    Attribute,
}

/// A cell, by the attributes of its tag.
#[derive(Default)]
pub(super) struct Cell {
    pub(super) times: u64,
    pub(super) style: Option<String>,
    /// The rows and columns over which it is merged.
    pub(super) spans: (u64, u64),
    /// The value, where it is a number.
    pub(super) value: Option<String>,
    pub(super) is_formula: bool,
    /// Some programs write an error as an empty text.
    pub(super) is_error: bool,
    /// Of a formula, one that is text may be empty.
    pub(super) has_value: bool,
    pub(super) kind: Kind,
}

pub(super) fn cell(tag: &BytesStart<'_>) -> Result<Cell, Refusal> {
    let mut cell = Cell {
        times: 1,
        spans: (1, 1),
        ..Cell::default()
    };
    for attribute in attributes(tag) {
        let attribute = attribute?;
        let name = attribute.key.as_ref();
        match name {
            "table:number-columns-repeated" => cell.times = number(&attribute.value)?,
            "table:number-rows-spanned" => cell.spans.0 = number(&attribute.value)?,
            "table:number-columns-spanned" => cell.spans.1 = number(&attribute.value)?,
            "table:style-name" => cell.style = Some(attribute.value.clone().into_owned()),
            "table:formula" => cell.is_formula = true,
            "calcext:value-type" => cell.is_error = &*attribute.value == "error",
            "office:value-type" => {
                // Of other types the reader of values has none without its attribute.
                let is_text = attribute.value.starts_with("string");
                cell.has_value |= is_text;
                if is_text && cell.kind == Kind::Untyped {
                    cell.kind = Kind::Text;
                }
            }
            _ if name.starts_with("office:") && name.ends_with("value") => {
                cell.has_value = true;
                cell.kind = Kind::Attribute;
                if name == "office:value" {
                    cell.value = Some(attribute.value.clone().into_owned());
                }
            }
            _ => {}
        }
    }
    Ok(cell)
}

/// Whether a tag is of a drawing, a picture or a part of one: what it says is none of the cell.
pub(super) fn is_drawn(name: &str) -> bool {
    ["draw:", "dr3d:", "svg:", "table:", "form:", "chart:"]
        .iter()
        .any(|&space| name.starts_with(space))
}

pub(super) fn attribute(tag: &BytesStart<'_>, name: &str) -> Result<Option<String>, Refusal> {
    for attribute in attributes(tag) {
        let attribute = attribute?;
        if attribute.key.as_ref() == name {
            return Ok(Some(attribute.value.into_owned()));
        }
    }
    Ok(None)
}

pub(super) fn number(written: &str) -> Result<u64, Refusal> {
    written.parse().map_err(|_| Refusal::Damaged)
}
