//! One record -> its cells.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, Visitor};
use serde_json::Result;
use serde_json::value::RawValue;

use super::mend::mended;
use super::plain;

/// How deeply objects may be nested in a record.
const DEEPEST: usize = 64;

/// A cell: the name of its column, and its text; no text for null.
pub(super) struct Cell<'a> {
    pub(super) name: Cow<'a, str>,
    pub(super) text: Option<Cow<'a, str>>,
    /// How many objects it is in, beside the record.
    depth: usize,
}

/// Calls `then` with the cells of a line, whose names may be repeated. `None` if the line is no object.
pub(super) fn with_cells<R>(line: &str, then: impl FnOnce(&[Cell<'_>]) -> R) -> Option<R> {
    if let Some(cells) = plain_cells(line).or_else(|| cells_of(line).ok()) {
        return Some(then(&cells));
    }
    let mended = mended(line)?;
    cells_of(&mended).ok().map(|cells| then(&cells))
}

/// The cells of a plain object, as `plain` has it.
fn plain_cells(line: &str) -> Option<Vec<Cell<'_>>> {
    let mut cells = Vec::with_capacity(16);
    plain::each(line, |name, text| {
        let (name, text) = (Cow::Borrowed(name), text.map(Cow::Borrowed));
        cells.push(Cell {
            name,
            text,
            depth: 0,
        });
    })
    .then_some(cells)
}

/// The cells of any valid object.
fn cells_of(line: &str) -> Result<Vec<Cell<'_>>> {
    let mut cells = Vec::new();
    let mut reader = serde_json::Deserializer::from_str(line);
    let object = Object {
        cells: &mut cells,
        above: "",
        depth: 0,
    };
    object.deserialize(&mut reader)?;
    reader.end()?;
    Ok(cells)
}

/// Reads an object. The cells of an object in it are named after both: `{"suspect": {"mobile": ...}}` is `suspect.mobile`.
struct Object<'c, 'a> {
    cells: &'c mut Vec<Cell<'a>>,
    /// What the names of its cells begin with.
    above: &'c str,
    depth: usize,
}

impl<'a> DeserializeSeed<'a> for Object<'_, 'a> {
    type Value = ();

    fn deserialize<D: Deserializer<'a>>(self, reader: D) -> std::result::Result<(), D::Error> {
        reader.deserialize_map(self)
    }
}

impl<'a> Visitor<'a> for Object<'_, 'a> {
    type Value = ();

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("an object")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> std::result::Result<(), A::Error> {
        let (first, mut objects) = (self.cells.len(), Vec::new());
        while let Some((Text(name), value)) = map.next_entry::<Text<'a>, &'a RawValue>()? {
            let name = match self.above {
                "" => name,
                above => Cow::Owned(format!("{above}{name}")),
            };
            if !value.get().starts_with('{') {
                let text = text_of(value).map_err(A::Error::custom)?;
                self.cells.push(Cell {
                    name,
                    text,
                    depth: self.depth,
                });
                continue;
            }
            if self.depth == DEEPEST {
                return Err(A::Error::custom("nested too deeply"));
            }
            let within = Object {
                cells: self.cells,
                above: &format!("{name}."),
                depth: self.depth + 1,
            };
            within.deserialize(value).map_err(A::Error::custom)?;
            objects.push(name);
        }
        // The caller compares the cells; an object is none.
        objects.sort_unstable();
        let is_object =
            |cell: &Cell<'_>| cell.depth == self.depth && objects.binary_search(&cell.name).is_ok();
        let is_repeated = |two: &[Cow<'_, str>]| two[0] == two[1];
        if !objects.is_empty()
            && (objects.windows(2).any(is_repeated) || self.cells[first..].iter().any(is_object))
        {
            return Err(A::Error::custom("a name is repeated"));
        }
        Ok(())
    }
}

/// The text of a cell: a list of texts and numbers is one text, with semicolons; any other list is JSON.
fn text_of(value: &RawValue) -> Result<Option<Cow<'_, str>>> {
    let written = value.get();
    Ok(match written.as_bytes() {
        [b'"', ..] => Some(string(written)?),
        [b'n', ..] => None,
        [b'[', ..] => {
            let values: Vec<&RawValue> = serde_json::from_str(written)?;
            Some(Cow::Owned(if values.iter().copied().all(is_text) {
                let texts: Result<Vec<_>> = values.iter().map(|value| text_of(value)).collect();
                let texts: Vec<_> = texts?.into_iter().flatten().collect();
                texts.join("; ")
            } else {
                let mut text = String::new();
                write(value, DEEPEST, &mut text)?;
                text
            }))
        }
        _ => Some(Cow::Borrowed(written)),
    })
}

/// Whether a value is a text or a number.
pub(super) fn is_text(value: &RawValue) -> bool {
    matches!(value.get().as_bytes()[0], b'"' | b'-' | b'0'..=b'9')
}

fn string(written: &str) -> Result<Cow<'_, str>> {
    let within = &written[1..written.len() - 1];
    if memchr::memchr(b'\\', within.as_bytes()).is_none() {
        return Ok(Cow::Borrowed(within));
    }
    serde_json::from_str::<Text<'_>>(written).map(|text| text.0)
}

/// Writes a value with numbers as texts, because a reader of the cell may round them.
fn write(value: &RawValue, depth: usize, to: &mut String) -> Result<()> {
    if depth == 0 {
        return Err(serde_json::Error::custom("nested too deeply"));
    }
    let written = value.get();
    match written.as_bytes()[0] {
        b'[' => {
            to.push('[');
            for (n, value) in serde_json::from_str::<Vec<&RawValue>>(written)?
                .into_iter()
                .enumerate()
            {
                to.push_str(if n == 0 { "" } else { ", " });
                write(value, depth - 1, to)?;
            }
            to.push(']');
        }
        b'{' => {
            to.push('{');
            for (n, (name, value)) in members(written)?.into_iter().enumerate() {
                to.push_str(if n == 0 { "" } else { ", " });
                *to += &serde_json::to_string(&*name)?;
                to.push_str(": ");
                write(value, depth - 1, to)?;
            }
            to.push('}');
        }
        b'"' => *to += &serde_json::to_string(&*string(written)?)?,
        _ if is_text(value) => *to += &serde_json::to_string(written)?,
        _ => *to += written,
    }
    Ok(())
}

/// The members of an object, in order; an error where a name is repeated.
pub(super) fn members(written: &str) -> Result<Vec<(String, &RawValue)>> {
    let mut reader = serde_json::Deserializer::from_str(written);
    let found = reader.deserialize_map(Members)?;
    reader.end()?;
    let mut names: Vec<_> = found.iter().map(|(name, _)| name).collect();
    names.sort_unstable();
    if names.windows(2).any(|two| two[0] == two[1]) {
        return Err(serde_json::Error::custom("a name is repeated"));
    }
    Ok(found)
}

struct Members;

impl<'a> Visitor<'a> for Members {
    type Value = Vec<(String, &'a RawValue)>;

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("an object")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> std::result::Result<Self::Value, A::Error> {
        let mut found = Vec::new();
        while let Some(member) = map.next_entry()? {
            found.push(member);
        }
        Ok(found)
    }
}

/// A text of the input, where it has no escapes, or else a copy: serde's own `Cow` always copies.
struct Text<'a>(Cow<'a, str>);

impl<'a> Deserialize<'a> for Text<'a> {
    fn deserialize<D: Deserializer<'a>>(reader: D) -> std::result::Result<Self, D::Error> {
        reader.deserialize_str(TextVisitor).map(Self)
    }
}

struct TextVisitor;

impl<'a> Visitor<'a> for TextVisitor {
    type Value = Cow<'a, str>;

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("a text")
    }

    fn visit_borrowed_str<E>(self, text: &'a str) -> std::result::Result<Self::Value, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E>(self, text: &str) -> std::result::Result<Self::Value, E> {
        Ok(Cow::Owned(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(cells: &[Cell<'_>]) -> Vec<(String, Option<String>)> {
        let text = |cell: &Cell<'_>| cell.text.as_ref().map(ToString::to_string);
        cells
            .iter()
            .map(|cell| (cell.name.to_string(), text(cell)))
            .collect()
    }

    #[test]
    fn plain_lines_are_read_without_the_library() {
        let line = " {\"a\" : \"98765 43210\", \"\u{928}\":-0.5e+7,\"b\":null , \"c\":true} ";
        let cells = shown(&plain_cells(line).unwrap());
        let texts: Vec<_> = cells.iter().map(|(_, text)| text.as_deref()).collect();
        assert_eq!(
            texts,
            [Some("98765 43210"), Some("-0.5e+7"), None, Some("true")]
        );
    }

    proptest! {
        /// Of pieces of JSON in any order, what is plain is what serde_json reads.
        #[test]
        fn cells_are_those_of_the_library(
            pieces in prop::collection::vec(prop::sample::select(vec![
                "{", "}", "\"a\"", "\"b\"", "\"98765 43210\"", ":", ",", " ", "\t", "0", "-", "1", "00", ".5", "e+7",
                "E", "null", "true", "false", "nul", "\"x\ny\"", "\"\\\"", "\"\u{928}\"", "\"", "[", "]", "x",
                "{\"a\":", ",\"b\":", "\"a long text of more than sixteen bytes\"", "\"\u{1}\"", "\u{7f}", "\"seven77\"",
            ]), 0..9),
            is_object: bool,
        ) {
            let line = if is_object { format!("{{\"n\":{}}}", pieces.concat()) } else { pieces.concat() };
            if let Some(cells) = plain_cells(&line) {
                let expected = cells_of(&line).map(|cells| shown(&cells)).ok();
                prop_assert_eq!(Some(shown(&cells)), expected);
            }
        }
    }
}
