//! The sheets of an `OpenDocument` file: `content.xml` by part 3 of `OpenDocument` 1.3.

use std::collections::HashSet;

use quick_xml::escape::unescape;
use quick_xml::events::{BytesStart, Event};

use super::cell::{Cell, Kind, attribute, cell, is_drawn, number};
use super::pieces::{Events, attributes};
use super::styles::{Look, Styles};
use super::{Found, NOT_AVAILABLE, Place, Refusal, is_shorter};

/// The most places in which one repeated cell or row is marked; formulas without a value are all counted.
const MOST_REPEATED: u32 = 1 << 16;
/// The most places that are marked in all: as many as a sheet has rows at most. Small files can repeat cells without end.
const MOST_MARKED: u64 = 1 << 20;
/// The longest text of a cell that is kept, in bytes: spreadsheets have 32,767 characters at most.
const LONGEST_TEXT: usize = 1 << 17;
/// The bytes of a text that is kept for which a place counts as one more mark.
const BYTES_OF_A_MARK: u64 = 64;
/// The family of the styles of cells.
const CELL: &str = "table-cell";

/// All sheets of a file, tag by tag.
pub struct Open {
    /// The name of each sheet, and what was found of it.
    pub sheets: Vec<(String, Found)>,
    most_cells: u64,
    most_sheets: usize,
    styles: Styles,
    names: HashSet<String>,
    /// Whether the tables are those of links to other files, which have no names.
    is_linked: bool,
    is_in_sheet: bool,
    marked: u64,
    /// The cells of the sheets before.
    before: u64,
    /// In this sheet: the place of the next cell, and the rows and columns up to the last one in use.
    row: u64,
    column: u64,
    rows: u64,
    columns: u64,
    row_times: u64,
    /// How the columns from one on, and up to another, show cells without a style; of those alone that show them in
    /// another way. And how the row does.
    of_columns: Vec<(u64, u64, Look)>,
    columns_given: u64,
    of_row: Option<Look>,
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
    /// The open tags with that of a drawing or of the small signs above a text, if it is within one.
    left_out_from: Option<u32>,
    /// What a spreadsheet shows, if that is the value.
    text: String,
    /// Whether the text has what the reader of values leaves out (tabs, breaks of lines, CDATA), or beside it is what
    /// that reader takes for a part of it: the text of a drawing.
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

impl Open {
    /// A file of which more cells, up to the last one in use in each sheet, and more sheets are refused.
    pub fn new(most_cells: u64, most_sheets: usize) -> Self {
        Self {
            sheets: Vec::new(),
            most_cells,
            most_sheets,
            styles: Styles::default(),
            names: HashSet::new(),
            is_linked: false,
            is_in_sheet: false,
            marked: 0,
            before: 0,
            row: 0,
            column: 0,
            rows: 0,
            columns: 0,
            row_times: 1,
            of_columns: Vec::new(),
            columns_given: 0,
            of_row: None,
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
            // The reader of values takes the end of the inner one for that of the outer one.
            "table:table" | "table:table-row" | "table:table-cell" | "table:covered-table-cell"
                if self.inside.is_some() =>
            {
                return Err(Refusal::Damaged);
            }
            "table:table" => self.open_sheet(tag, is_empty)?,
            "table:table-column" => self.open_column(tag)?,
            "table:table-row" => self.open_row(tag)?,
            "table:table-cell" | "table:covered-table-cell" => {
                self.take_cell(&cell(tag)?, is_empty)?;
            }
            "table:dde-link" => self.is_linked = !is_empty,
            _ if self.inside.is_some() => self.open_inside(tag, is_empty)?,
            _ => self.styles.open(tag, is_empty)?,
        }
        if self.cells() > self.most_cells {
            return Err(Refusal::Cells);
        }
        Ok(())
    }

    fn open_sheet(&mut self, tag: &BytesStart<'_>, is_empty: bool) -> Result<(), Refusal> {
        self.before = self.cells();
        (self.row, self.column, self.rows, self.columns) = (0, 0, 0, 0);
        self.row_times = 0;
        (self.columns_given, self.of_row) = (0, None);
        self.of_columns.clear();
        let name = attribute(tag, "table:name")?.unwrap_or_default();
        let name = unescape(&name).map_or_else(|_| name.clone(), Into::into);
        // The reader of values has no sheet without a name, and of two with one name the last. The end of one within
        // another, as in a drawing, it takes for that of both.
        let has_own_name = self.is_linked || (!name.is_empty() && self.names.insert(name.clone()));
        let is_lost = !has_own_name || self.is_in_sheet;
        self.is_in_sheet = !is_empty;
        self.sheets.push((name, Found::default()));
        if self.sheets.len() > self.most_sheets {
            return Err(Refusal::Sheets);
        }
        if is_lost {
            return Err(Refusal::Damaged);
        }
        Ok(())
    }

    fn open_column(&mut self, tag: &BytesStart<'_>) -> Result<(), Refusal> {
        let times = attribute(tag, "table:number-columns-repeated")?;
        let times = times.map_or(Ok(1), |times| number(&times))?;
        let from = self.columns_given;
        self.columns_given = from.saturating_add(times);
        if let Some(style) = attribute(tag, "table:default-cell-style-name")? {
            let look = self.styles.look(CELL, &style);
            if times > 0 && look != Look::default() {
                self.of_columns.push((from, self.columns_given, look));
            }
        }
        Ok(())
    }

    fn open_row(&mut self, tag: &BytesStart<'_>) -> Result<(), Refusal> {
        let (mut times, mut is_hidden) = (1, false);
        self.of_row = None;
        for attribute in attributes(tag) {
            let attribute = attribute?;
            match attribute.key.as_ref() {
                "table:number-rows-repeated" => times = number(&attribute.value)?,
                "table:visibility" => {
                    is_hidden = matches!(&*attribute.value, "collapse" | "filter");
                }
                "table:default-cell-style-name" => {
                    self.of_row = Some(self.styles.look(CELL, &attribute.value));
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

    fn take_cell(&mut self, cell: &Cell, is_empty: bool) -> Result<(), Refusal> {
        self.mark(cell)?;
        if cell.spans > (1, 1) || cell.spans.1 > 1 {
            self.mark_merged(cell)?;
        }
        if !is_empty || cell.kind != Kind::Untyped {
            self.mark_looks(cell)?;
        }
        self.inside = (!is_empty).then_some(Inside {
            column: self.column,
            times: cell.times,
            kind: cell.kind,
            tags: 0,
            is_paragraph: false,
            left_out_from: None,
            text: String::new(),
            is_left_out: false,
        });
        self.column = self.column.saturating_add(cell.times);
        if !is_empty || cell.kind != Kind::Untyped {
            self.rows = self.rows.max(self.row.saturating_add(self.row_times));
            self.columns = self.columns.max(self.column);
        }
        Ok(())
    }

    /// Marks a cell that is a formula without a value, wherever it is repeated.
    fn mark(&mut self, cell: &Cell) -> Result<(), Refusal> {
        let is_without_value = cell.is_formula && !cell.has_value;
        if !is_without_value && !cell.is_error {
            return Ok(());
        }
        let times = self.row_times.max(1).saturating_mul(cell.times);
        let places = self.places(self.column, cell.times, 1)?;
        let Some((_, found)) = self.sheets.last_mut() else {
            return Ok(());
        };
        for place in places {
            found.lost.insert(place, NOT_AVAILABLE.to_owned());
        }
        if is_without_value {
            found.without_value = found.without_value.saturating_add(times);
        }
        Ok(())
    }

    /// Marks the cells over which one is merged.
    fn mark_merged(&mut self, cell: &Cell) -> Result<(), Refusal> {
        let [down, right] = [cell.spans.0, cell.spans.1]
            .map(|span| u32::try_from(span.saturating_sub(1)).unwrap_or(u32::MAX));
        let places = self.places(self.column, cell.times, 1)?;
        if let Some((_, found)) = self.sheets.last_mut() {
            found.merged.extend(places.map(|(row, column)| {
                let last = (row.saturating_add(down), column.saturating_add(right));
                ((row, column), last)
            }));
        }
        Ok(())
    }

    /// Marks a cell that its own style, or else that of its row or its column, strikes out or shows with zeros.
    fn mark_looks(&mut self, cell: &Cell) -> Result<(), Refusal> {
        let (from, to) = (self.column, self.column.saturating_add(cell.times));
        let own = cell.style.as_ref();
        let own = own
            .map(|style| self.styles.look(CELL, style))
            .or(self.of_row);
        if let Some(look) = own {
            return self.mark_look(cell, from, to, look);
        }
        let first = self.of_columns.partition_point(|&(_, end, _)| end <= from);
        for at in first..self.of_columns.len() {
            let (start, end, look) = self.of_columns[at];
            if start >= to {
                break;
            }
            self.mark_look(cell, start.max(from), end.min(to), look)?;
        }
        Ok(())
    }

    fn mark_look(&mut self, cell: &Cell, from: u64, to: u64, look: Look) -> Result<(), Refusal> {
        if look.is_struck {
            let places = self.places(from, to - from, 1)?;
            if let Some((_, found)) = self.sheets.last_mut() {
                found.struck.extend(places);
            }
        }
        let value = cell.value.as_deref();
        if value.is_some_and(|value| is_shorter(value, look.digits)) {
            // A cell alone takes more bytes in the file than its mark; one of too many places would be padded in some.
            let all = self.row_times.max(1).saturating_mul(to - from);
            if all > MOST_REPEATED.into() {
                return Err(Refusal::Damaged);
            }
            let places = self.places(from, to - from, u64::from(all > 1))?;
            if let Some((_, found)) = self.sheets.last_mut() {
                found
                    .padded
                    .extend(places.map(|place| (place, look.digits)));
            }
        }
        Ok(())
    }

    fn open_inside(&mut self, tag: &BytesStart<'_>, is_empty: bool) -> Result<(), Refusal> {
        let Some(cell) = &mut self.inside else {
            return Ok(());
        };
        let name = tag.name();
        let name = name.as_ref();
        let is_drawn = name == "text:ruby-text" || is_drawn(name);
        if cell.tags == 0 {
            cell.is_paragraph = name == "text:p";
            cell.is_left_out |= is_drawn;
        }
        cell.tags += u32::from(!is_empty);
        if !cell.is_paragraph || cell.left_out_from.is_some() {
            return Ok(());
        }
        if is_drawn {
            cell.is_left_out = true;
            cell.left_out_from = (!is_empty).then_some(cell.tags);
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
        let family = if name == "text:p" {
            "paragraph"
        } else {
            "text"
        };
        let is_struck = !is_empty
            && attribute(tag, "text:style-name")?
                .is_some_and(|style| self.styles.look(family, &style).is_struck);
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
            && cell.left_out_from.is_none()
        {
            cell.push(text);
        }
    }

    fn close(&mut self, name: &str) -> Result<(), Refusal> {
        if name == "table:table" {
            self.is_in_sheet = false;
        }
        match name {
            "table:table-cell" | "table:covered-table-cell" | "table:table-row" | "table:table" => {
                self.close_cell()?;
            }
            "table:dde-link" => self.is_linked = false,
            _ => {
                if let Some(cell) = &mut self.inside {
                    cell.tags = cell.tags.saturating_sub(1);
                    let tags = cell.tags;
                    cell.left_out_from = cell.left_out_from.filter(|&from| from <= tags);
                } else {
                    self.styles.close(name);
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

/// The places from one on, as far as a repeated cell or row is marked.
fn repeated(from: u64, times: u64) -> std::ops::Range<u32> {
    let from = u32::try_from(from).unwrap_or(u32::MAX);
    let times = u32::try_from(times).unwrap_or(u32::MAX).min(MOST_REPEATED);
    from..from.saturating_add(times)
}
