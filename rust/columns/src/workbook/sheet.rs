//! A sheet of an XLSX workbook: its cells by ECMA-376 Part 1, 18.3.1.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use quick_xml::events::{BytesStart, Event};

use super::pieces::{Events, attributes};
use super::{Found, NOT_AVAILABLE, Place, Refusal, is_shorter};

/// More columns than any limit of a caller: cells in descending order are sorted one by one.
const MOST_COLUMNS: u32 = 1 << 17;
/// The longest error; `#GETTING_DATA` has thirteen characters.
const LONGEST_ERROR: usize = 20;

/// A sheet, tag by tag.
#[derive(Default)]
pub struct Sheet {
    /// What was found so far.
    pub found: Found,
    /// The rows and the columns up to the last cell that is not an empty tag.
    pub rows: u32,
    /// As `rows`.
    pub columns: u32,
    /// Whether it is a sheet: it has the element that cells are in.
    pub is_sheet: bool,
    struck_styles: BTreeSet<u32>,
    struck_texts: BTreeSet<u32>,
    /// The styles that show numbers with zeros before them, and with how many digits.
    digits: BTreeMap<u32, u32>,
    /// The rows before with cells, the row of the last cell, and its columns, ascending.
    rows_before: HashSet<u32>,
    row: Option<u32>,
    columns_before: Vec<u32>,
    /// The place of the next cell, if it has none of its own.
    next: Place,
    cell: Option<Cell>,
}

/// A cell between its two tags.
struct Cell {
    place: Place,
    kind: Kind,
    /// The digits with which a number is shown at least; 0 if its style does not say it.
    digits: u32,
    has_formula: bool,
    has_value: bool,
    has_more: bool,
    is_in_value: bool,
    /// The value, as far as it may be the text of an error or the number of a shared text.
    value: String,
}

/// The type of a cell, as far as it matters.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Error,
    Shared,
    Text,
    Inline,
    Number,
    Other,
}

impl Sheet {
    /// Of a workbook in which these styles of cells, and these of the texts that all sheets share, are struck out, and
    /// these styles show numbers with so many digits, with zeros before them.
    pub fn new(
        struck_styles: impl IntoIterator<Item = u32>,
        struck_texts: impl IntoIterator<Item = u32>,
        digits: impl IntoIterator<Item = (u32, u32)>,
    ) -> Self {
        Self {
            struck_styles: struck_styles.into_iter().collect(),
            struck_texts: struck_texts.into_iter().collect(),
            digits: digits.into_iter().collect(),
            ..Self::default()
        }
    }

    fn open(&mut self, tag: &BytesStart<'_>, is_empty: bool) -> Result<(), Refusal> {
        match tag.local_name().as_ref() {
            "sheetData" => self.is_sheet = true,
            // Other parts of a workbook have tags of these names too.
            _ if !self.is_sheet => return Ok(()),
            "row" => self.open_row(tag)?,
            "c" => self.open_cell(tag, is_empty)?,
            name => {
                if let Some(cell) = &mut self.cell {
                    match name {
                        // The reader of values takes such a cell for an empty one.
                        "f" if cell.has_value => return Err(Refusal::Damaged),
                        // Of two values it has the last one.
                        "v" | "is" if cell.has_value => return Err(Refusal::Damaged),
                        "f" => cell.has_formula = true,
                        "v" => {
                            cell.has_value = true;
                            cell.is_in_value = !is_empty;
                        }
                        "strike" if is_on(tag)? => {
                            self.found.struck.insert(cell.place);
                        }
                        _ => cell.has_more = true,
                    }
                }
            }
        }
        if is_empty {
            self.close(tag.local_name().as_ref())?;
        }
        Ok(())
    }

    fn open_row(&mut self, tag: &BytesStart<'_>) -> Result<(), Refusal> {
        let mut is_hidden = false;
        for attribute in attributes(tag) {
            let attribute = attribute?;
            match attribute.key.as_ref() {
                "r" => self.next = (row(&attribute.value)?, 0),
                "hidden" => is_hidden = matches!(&*attribute.value, "1" | "true" | "on"),
                _ => {}
            }
        }
        if is_hidden {
            self.found.hidden.insert(self.next.0);
        }
        Ok(())
    }

    fn open_cell(&mut self, tag: &BytesStart<'_>, is_empty: bool) -> Result<(), Refusal> {
        let (mut at, mut kind, mut style) = (self.next, Kind::Number, None);
        for attribute in attributes(tag) {
            let attribute = attribute?;
            match attribute.key.as_ref() {
                "r" => at = place(&attribute.value)?,
                "s" => style = attribute.value.parse().ok(),
                "t" => {
                    kind = match &*attribute.value {
                        "e" => Kind::Error,
                        "s" => Kind::Shared,
                        "str" => Kind::Text,
                        "inlineStr" => Kind::Inline,
                        "n" => Kind::Number,
                        _ => Kind::Other,
                    }
                }
                _ => {}
            }
        }
        if at.0 == u32::MAX || at.1 >= MOST_COLUMNS {
            return Err(Refusal::Damaged);
        }
        self.next.1 = at.1;
        self.check_twice(at)?;
        if style.is_some_and(|style| self.struck_styles.contains(&style)) {
            self.found.struck.insert(at);
        }
        if !is_empty {
            self.rows = self.rows.max(at.0 + 1);
            self.columns = self.columns.max(at.1 + 1);
        }
        self.cell = Some(Cell {
            place: at,
            kind,
            digits: style
                .and_then(|style| self.digits.get(&style))
                .copied()
                .unwrap_or_default(),
            has_formula: false,
            has_value: false,
            has_more: false,
            is_in_value: false,
            value: String::new(),
        });
        Ok(())
    }

    /// Of two cells in one place the reader of values has the last one alone.
    fn check_twice(&mut self, (row, column): Place) -> Result<(), Refusal> {
        if self.row != Some(row) {
            let before = self.row.replace(row);
            self.rows_before.extend(before);
            self.columns_before.clear();
            if self.rows_before.contains(&row) {
                return Err(Refusal::Damaged);
            }
        }
        let columns = &mut self.columns_before;
        if columns.last().is_none_or(|&last| last < column) {
            columns.push(column);
            return Ok(());
        }
        match columns.binary_search(&column) {
            Ok(_) => Err(Refusal::Damaged),
            Err(at) => {
                columns.insert(at, column);
                Ok(())
            }
        }
    }

    fn text(&mut self, text: &str) {
        let Some(cell) = &mut self.cell else {
            return;
        };
        if cell.is_in_value {
            let room = (LONGEST_ERROR + 1).saturating_sub(cell.value.len());
            // A piece that begins with a byte-order mark loses it: nowhere is it a part of a value.
            let shown = text.chars().filter(|&char| char != '\u{feff}');
            cell.value.extend(shown.take(room));
        }
    }

    fn close(&mut self, name: &str) -> Result<(), Refusal> {
        match name {
            "row" => self.next = (self.next.0.saturating_add(1), 0),
            "c" => {
                self.next.1 = self.next.1.saturating_add(1);
                if let Some(cell) = self.cell.take() {
                    self.take_cell(cell)?;
                }
            }
            "v" => {
                if let Some(cell) = &mut self.cell {
                    cell.is_in_value = false;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn take_cell(&mut self, cell: Cell) -> Result<(), Refusal> {
        // Beside an empty text, as of `=IF(A2="","",A2)`, a formula has a value.
        let is_empty_text = cell.kind == Kind::Text && cell.has_value;
        if cell.has_formula && !cell.has_more && cell.value.is_empty() && !is_empty_text {
            self.found.lost.insert(cell.place, NOT_AVAILABLE.to_owned());
            self.found.without_value += 1;
        } else if cell.kind == Kind::Error && cell.has_value && cell.value.len() <= LONGEST_ERROR {
            self.found.lost.insert(cell.place, cell.value);
        } else if cell.kind == Kind::Shared && cell.has_value {
            // The reader of values takes a number that it cannot read for that of the first text.
            let text = cell.value.parse().map_err(|_| Refusal::Damaged)?;
            if self.struck_texts.contains(&text) {
                self.found.struck.insert(cell.place);
            }
        } else if cell.kind == Kind::Inline && cell.has_value && !cell.value.is_empty() {
            // The reader of values looks for the text of such a cell elsewhere in it.
            return Err(Refusal::Damaged);
        } else if cell.kind == Kind::Number
            && !cell.value.is_empty()
            && is_shorter(&cell.value, cell.digits)
        {
            self.found.padded.insert(cell.place, cell.digits);
        }
        Ok(())
    }

    /// The kind of the cell in whose value this is.
    fn kind_of_value(&self) -> Option<Kind> {
        self.cell
            .as_ref()
            .filter(|cell| cell.is_in_value)
            .map(|cell| cell.kind)
    }
}

impl Events for Sheet {
    fn take(&mut self, event: &Event<'_>) -> Result<(), Refusal> {
        match event {
            Event::Start(tag) => self.open(tag, false)?,
            Event::Empty(tag) => self.open(tag, true)?,
            Event::End(tag) => self.close(tag.local_name().as_ref())?,
            Event::Text(text) => self.text(text),
            // The reader of values passes over it.
            Event::CData(_) if self.kind_of_value().is_some() => return Err(Refusal::Damaged),
            // Of a number it takes the piece before.
            Event::Comment(_) | Event::PI(_) | Event::GeneralRef(_)
                if self.kind_of_value().is_some_and(|kind| kind != Kind::Text) =>
            {
                return Err(Refusal::Damaged);
            }
            Event::GeneralRef(_) => self.text("&"),
            _ => {}
        }
        Ok(())
    }
}

/// Whether `<strike/>` is one, and not `<strike val="0"/>`.
fn is_on(tag: &BytesStart<'_>) -> Result<bool, Refusal> {
    for attribute in attributes(tag) {
        let attribute = attribute?;
        if attribute.key.as_ref() == "val" {
            return Ok(!matches!(&*attribute.value, "0" | "false" | "off"));
        }
    }
    Ok(true)
}

/// The place of `B7`.
fn place(written: &str) -> Result<Place, Refusal> {
    let letters = written.bytes().take_while(u8::is_ascii_alphabetic).count();
    if !(1..=4).contains(&letters) {
        return Err(Refusal::Damaged);
    }
    let column = written[..letters].bytes().fold(0, |column, letter| {
        column * 26 + u32::from(letter.to_ascii_uppercase() - b'A' + 1)
    });
    Ok((row(&written[letters..])?, column - 1))
}

/// The row of `7`, from 0.
fn row(written: &str) -> Result<u32, Refusal> {
    let is_number = !written.is_empty() && written.bytes().all(|byte| byte.is_ascii_digit());
    let number: u32 = written.parse().map_err(|_| Refusal::Damaged)?;
    if !is_number || number == 0 || number == u32::MAX {
        return Err(Refusal::Damaged);
    }
    Ok(number - 1)
}
