//! The sheets of an `OpenDocument` file: `content.xml` by part 3 of `OpenDocument` 1.3.

use std::collections::HashSet;

use quick_xml::escape::unescape;
use quick_xml::events::{BytesStart, Event};

use super::pieces::{Events, attributes};
use super::{Found, NOT_AVAILABLE, Place, Refusal};

/// The most places in which one repeated cell or row is marked; formulas without a value are all counted.
const MOST_REPEATED: u32 = 1 << 16;
/// The most places that are marked in all: as many as a sheet has rows at most. Small files can repeat cells without end.
const MOST_MARKED: u64 = 1 << 20;
/// The longest text of a cell that is kept, in bytes: spreadsheets have 32,767 characters at most.
const LONGEST_TEXT: usize = 1 << 17;
/// The bytes of a text that is kept for which a place counts as one more mark.
const BYTES_OF_A_MARK: u64 = 64;

/// All sheets of a file, tag by tag.
pub struct Open {
    /// The name of each sheet, and what was found of it.
    pub sheets: Vec<(String, Found)>,
    most_cells: u64,
    most_sheets: usize,
    /// The names of styles that strike a cell out, and the style that is being read.
    struck: HashSet<String>,
    style: Option<String>,
    marked: u64,
    /// The cells of the sheets before.
    before: u64,
    /// In this sheet: the place of the next cell, and the rows and columns up to the last one in use.
    row: u64,
    column: u64,
    rows: u64,
    columns: u64,
    row_times: u64,
    inside: Option<Inside>,
}

/// A cell whose content is being read.
struct Inside {
    column: u64,
    times: u64,
    kind: Kind,
    /// The open tags in the cell, and whether the first of them is a paragraph: the text of a note or of a drawing is
    /// none of the cell.
    tags: u32,
    is_paragraph: bool,
    /// What a spreadsheet shows, if that is the value.
    text: String,
    /// Whether the text has what the reader of values leaves out: tabs, breaks of lines, CDATA.
    is_left_out: bool,
}

impl Inside {
    /// Adds to the text. What is longer than a text may be is not kept, so that no small file takes memory without end.
    fn push(&mut self, text: &str) {
        if self.kind != Kind::Attribute && self.text.len() <= LONGEST_TEXT {
            self.text.push_str(text);
        }
    }
}

/// Where the value of a cell is.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Kind {
    /// A cell without a type: if it has a text, the reader of values takes it for empty.
    #[default]
    Untyped,
    Text,
    Attribute,
}

/// A cell, by the attributes of its tag.
#[derive(Default)]
struct Cell {
    times: u64,
    style: Option<String>,
    is_formula: bool,
    /// Some programs write an error as an empty text.
    is_error: bool,
    /// Of a formula, one that is text may be empty.
    has_value: bool,
    kind: Kind,
}

impl Open {
    /// A file of which more cells, up to the last one in use in each sheet, and more sheets are refused.
    pub fn new(most_cells: u64, most_sheets: usize) -> Self {
        Self {
            sheets: Vec::new(),
            most_cells,
            most_sheets,
            struck: HashSet::new(),
            style: None,
            marked: 0,
            before: 0,
            row: 0,
            column: 0,
            rows: 0,
            columns: 0,
            row_times: 1,
            inside: None,
        }
    }

    /// The cells up to the last one in use, of all sheets.
    pub fn cells(&self) -> u64 {
        self.before
            .saturating_add(self.rows.saturating_mul(self.columns))
    }

    fn open(&mut self, tag: &BytesStart<'_>, is_empty: bool) -> Result<(), Refusal> {
        match tag.name().as_ref() {
            "table:table" => self.open_sheet(tag)?,
            "table:table-row" => self.open_row(tag)?,
            "table:table-cell" => self.take_cell(&cell(tag)?, is_empty, true)?,
            "table:covered-table-cell" => self.take_cell(&cell(tag)?, is_empty, false)?,
            "style:style" => self.style = attribute(tag, "style:name")?,
            _ if self.inside.is_some() => self.open_inside(tag, is_empty)?,
            _ => {
                if let Some(style) = &self.style
                    && let Some(line) = attribute(tag, "style:text-line-through-style")?
                    && line != "none"
                {
                    self.struck.insert(style.clone());
                }
            }
        }
        if self.cells() > self.most_cells {
            return Err(Refusal::Cells);
        }
        Ok(())
    }

    fn open_sheet(&mut self, tag: &BytesStart<'_>) -> Result<(), Refusal> {
        self.before = self.cells();
        (self.row, self.column, self.rows, self.columns) = (0, 0, 0, 0);
        self.row_times = 0;
        let name = attribute(tag, "table:name")?.unwrap_or_default();
        let name = unescape(&name).map_or_else(|_| name.clone(), Into::into);
        self.sheets.push((name, Found::default()));
        if self.sheets.len() > self.most_sheets {
            return Err(Refusal::Sheets);
        }
        Ok(())
    }

    fn open_row(&mut self, tag: &BytesStart<'_>) -> Result<(), Refusal> {
        let (mut times, mut is_hidden) = (1, false);
        for attribute in attributes(tag) {
            let attribute = attribute?;
            match attribute.key.as_ref() {
                "table:number-rows-repeated" => times = number(&attribute.value)?,
                "table:visibility" => {
                    is_hidden = matches!(&*attribute.value, "collapse" | "filter");
                }
                _ => {}
            }
        }
        self.row = self.row.saturating_add(self.row_times);
        (self.column, self.row_times) = (0, times);
        if is_hidden {
            let rows = repeated(self.row, times);
            self.count_marks(rows.len() as u64)?;
            if let Some((_, found)) = self.sheets.last_mut() {
                found.hidden.extend(rows);
            }
        }
        Ok(())
    }

    fn take_cell(&mut self, cell: &Cell, is_empty: bool, is_own: bool) -> Result<(), Refusal> {
        if is_own {
            self.mark(cell, is_empty)?;
            self.inside = (!is_empty).then_some(Inside {
                column: self.column,
                times: cell.times,
                kind: cell.kind,
                tags: 0,
                is_paragraph: false,
                text: String::new(),
                is_left_out: false,
            });
        }
        self.column = self.column.saturating_add(cell.times);
        if !is_empty || cell.kind != Kind::Untyped {
            self.rows = self.rows.max(self.row.saturating_add(self.row_times));
            self.columns = self.columns.max(self.column);
        }
        Ok(())
    }

    /// Marks a cell that is a formula without a value, or struck out, wherever it is repeated.
    fn mark(&mut self, cell: &Cell, is_empty: bool) -> Result<(), Refusal> {
        let is_without_value = cell.is_formula && !cell.has_value;
        let is_lost = is_without_value || cell.is_error;
        let is_struck = !is_empty
            && cell
                .style
                .as_ref()
                .is_some_and(|style| self.struck.contains(style));
        if !is_lost && !is_struck {
            return Ok(());
        }
        let times = self.row_times.max(1).saturating_mul(cell.times);
        let places = self.places(self.column, cell.times, 1)?;
        let Some((_, found)) = self.sheets.last_mut() else {
            return Ok(());
        };
        for place in places {
            if is_struck {
                found.struck.insert(place);
            }
            if is_lost {
                found.lost.insert(place, NOT_AVAILABLE.to_owned());
            }
        }
        if is_without_value {
            found.without_value = found.without_value.saturating_add(times);
        }
        Ok(())
    }

    fn open_inside(&mut self, tag: &BytesStart<'_>, is_empty: bool) -> Result<(), Refusal> {
        let Some(cell) = &mut self.inside else {
            return Ok(());
        };
        let name = tag.name();
        let name = name.as_ref();
        if cell.tags == 0 {
            cell.is_paragraph = name == "text:p";
        }
        cell.tags += u32::from(!is_empty);
        if !cell.is_paragraph {
            return Ok(());
        }
        match name {
            "text:p" if !cell.text.is_empty() => cell.push("\n"),
            "text:s" => {
                let blanks = attribute(tag, "text:c")?.map_or(Ok(1), |times| number(&times))?;
                let room = (LONGEST_TEXT + 1).saturating_sub(cell.text.len());
                cell.push(&" ".repeat(room.min(usize::try_from(blanks).unwrap_or(room))));
            }
            "text:tab" | "text:line-break" => {
                cell.push(if name == "text:tab" { "\t" } else { "\n" });
                cell.is_left_out = true;
            }
            _ => {}
        }
        let is_struck = !is_empty
            && attribute(tag, "text:style-name")?.is_some_and(|style| self.struck.contains(&style));
        if is_struck {
            let (column, times) = (cell.column, cell.times);
            let places = self.places(column, times, 1)?;
            if let Some((_, found)) = self.sheets.last_mut() {
                found.struck.extend(places);
            }
        }
        Ok(())
    }

    fn text(&mut self, text: &str) {
        if let Some(cell) = &mut self.inside
            && cell.tags > 0
            && cell.is_paragraph
        {
            cell.push(text);
        }
    }

    fn close(&mut self, name: &str) -> Result<(), Refusal> {
        match name {
            "style:style" => self.style = None,
            "table:table-cell" | "table:table-row" | "table:table" => self.close_cell()?,
            _ => {
                if let Some(cell) = &mut self.inside {
                    cell.tags = cell.tags.saturating_sub(1);
                }
            }
        }
        Ok(())
    }

    /// Keeps the text of a cell that the reader of values takes for empty, or of which it leaves something out.
    fn close_cell(&mut self) -> Result<(), Refusal> {
        let Some(cell) = self.inside.take() else {
            return Ok(());
        };
        let is_lost = match cell.kind {
            Kind::Untyped => !cell.text.trim().is_empty(),
            Kind::Text => cell.is_left_out,
            Kind::Attribute => false,
        };
        if !is_lost {
            return Ok(());
        }
        if cell.text.len() > LONGEST_TEXT {
            return Err(Refusal::Damaged);
        }
        let marks = 1 + cell.text.len() as u64 / BYTES_OF_A_MARK;
        let places = self.places(cell.column, cell.times, marks)?;
        if let Some((_, found)) = self.sheets.last_mut() {
            for place in places {
                found.lost.entry(place).or_insert_with(|| cell.text.clone());
            }
        }
        Ok(())
    }

    /// The places of a cell, wherever it is repeated; each counts as so many marks.
    fn places(
        &mut self,
        column: u64,
        times: u64,
        marks: u64,
    ) -> Result<impl Iterator<Item = Place> + use<>, Refusal> {
        let (row, row_times) = (self.row, self.row_times.max(1));
        let all = row_times.saturating_mul(times).min(MOST_REPEATED.into());
        self.count_marks(all.saturating_mul(marks))?;
        Ok(repeated(row, row_times)
            .flat_map(move |row| repeated(column, times).map(move |column| (row, column)))
            .take(MOST_REPEATED as usize))
    }

    fn count_marks(&mut self, marks: u64) -> Result<(), Refusal> {
        self.marked += marks;
        if self.marked > MOST_MARKED {
            return Err(Refusal::Damaged);
        }
        Ok(())
    }
}

impl Events for Open {
    fn take(&mut self, event: &Event<'_>) -> Result<(), Refusal> {
        match event {
            Event::Start(tag) => self.open(tag, false)?,
            Event::Empty(tag) => self.open(tag, true)?,
            Event::End(tag) => self.close(tag.name().as_ref())?,
            Event::Text(text) => self.text(text),
            Event::GeneralRef(entity) => {
                let written = format!("&{};", &**entity);
                self.text(&unescape(&written).map_err(|_| Refusal::Damaged)?);
            }
            Event::CData(text) => {
                self.text(text);
                if let Some(cell) = &mut self.inside {
                    cell.is_left_out = true;
                }
            }
            _ => {}
        }
        Ok(())
    }
}

fn cell(tag: &BytesStart<'_>) -> Result<Cell, Refusal> {
    let mut cell = Cell {
        times: 1,
        ..Cell::default()
    };
    for attribute in attributes(tag) {
        let attribute = attribute?;
        let name = attribute.key.as_ref();
        match name {
            "table:number-columns-repeated" => cell.times = number(&attribute.value)?,
            "table:style-name" => cell.style = Some(attribute.value.clone().into_owned()),
            "table:formula" => cell.is_formula = true,
            "calcext:value-type" => cell.is_error = &*attribute.value == "error",
            "office:value-type" => {
                let is_text = attribute.value.starts_with("string");
                cell.has_value |= is_text;
                if is_text && cell.kind == Kind::Untyped {
                    cell.kind = Kind::Text;
                } else if !is_text {
                    cell.kind = Kind::Attribute;
                }
            }
            _ if name.starts_with("office:") && name.ends_with("value") => {
                cell.has_value = true;
                cell.kind = Kind::Attribute;
            }
            _ => {}
        }
    }
    Ok(cell)
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> Result<Option<String>, Refusal> {
    for attribute in attributes(tag) {
        let attribute = attribute?;
        if attribute.key.as_ref() == name {
            return Ok(Some(attribute.value.into_owned()));
        }
    }
    Ok(None)
}

/// The places from one on, as far as a repeated cell or row is marked.
fn repeated(from: u64, times: u64) -> std::ops::Range<u32> {
    let from = u32::try_from(from).unwrap_or(u32::MAX);
    let times = u32::try_from(times).unwrap_or(u32::MAX).min(MOST_REPEATED);
    from..from.saturating_add(times)
}

fn number(written: &str) -> Result<u64, Refusal> {
    written.parse().map_err(|_| Refusal::Damaged)
}
