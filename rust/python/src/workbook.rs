//! Workbooks: the extent of their cells, and what a reader of values does not give of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use numguard_columns::parallel::locked;
use numguard_columns::workbook::{Found, Open, Pieces, Place, Refusal, Sheet};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;

/// What was found of a sheet: `lost`, `without_value`, `hidden`, `struck`, `merged`, `padded`.
type InSheet = (
    BTreeMap<Place, String>,
    u64,
    BTreeSet<u32>,
    BTreeSet<Place>,
    Vec<(Place, Place)>,
    BTreeMap<Place, u32>,
);

/// The XML of a sheet of an XLSX workbook, which is inspected a piece at a time (ECMA-376 Part 1, 18.3.1).
///
/// Rows and columns are counted from 0. Any part of a workbook may be given: one that is no sheet has no cells.
///
/// Args:
///     styles: The numbers of the styles that strike a cell out.
///     texts: The numbers of the texts that are struck out, among those that all sheets share.
///     digits: The numbers of the styles that show numbers with zeros before them, and with how many digits.
///
/// Example:
///     >>> from numguard._core import SheetXml
///     >>> sheet = SheetXml([], [], {})
///     >>> sheet.take(b'<sheetData><row r="2" hidden="1"><c r="B2" t="e"><v>#N/A</v></c>')
///     True
///     >>> sheet.take(b'<c><f>A1</f></c></row></sheetData>')
///     True
///     >>> sheet.end()
///     ((2, 3), ({(1, 1): '#N/A', (1, 2): '#N/A'}, 1, {1}, set(), [], {}))
#[pyclass(frozen, module = "numguard._core")]
pub(crate) struct SheetXml(Mutex<Pieces<Sheet>>);

#[pymethods]
impl SheetXml {
    #[new]
    #[pyo3(text_signature = "(styles, texts, digits)")]
    fn new(styles: Vec<u32>, texts: Vec<u32>, digits: BTreeMap<u32, u32>) -> Self {
        Self(Mutex::new(Pieces::new(Sheet::new(styles, texts, digits))))
    }

    /// Takes the next piece.
    ///
    /// Returns:
    ///     False if it is no XML, and no cell was found before: it is no sheet.
    ///
    /// Raises:
    ///     ValueError: For the XML of a sheet that is not valid, or a cell without a valid place of its own.
    #[allow(clippy::needless_pass_by_value)] // pyo3 gives owned values
    fn take(&self, py: Python<'_>, piece: PyBackedBytes) -> PyResult<bool> {
        py.detach(|| {
            let mut pieces = locked(&self.0);
            match pieces.take(&piece) {
                Err(refusal) if pieces.events.is_sheet => Err(damaged(refusal)),
                taken => Ok(taken.is_ok()),
            }
        })
    }

    /// What was found, after the last piece.
    ///
    /// Returns:
    ///     None if it is no sheet. The rows and columns up to the last cell that is not an empty tag. Of the sheet: the texts of cells that a
    ///     reader takes for empty, by row and column (an error, or `#N/A` for a formula without a value), how many of
    ///     them are formulas, the hidden rows, the cells that are struck out, the first and the last of merged cells (of an
    ///     OpenDocument file alone), and the digits of the numbers that are shown with zeros before them.
    ///
    /// Raises:
    ///     ValueError: As for `take`.
    fn end(&self, py: Python<'_>) -> PyResult<Option<((u32, u32), InSheet)>> {
        py.detach(|| {
            let mut pieces = locked(&self.0);
            let ended = pieces.end();
            let sheet = std::mem::take(&mut pieces.events);
            if !sheet.is_sheet {
                return Ok(None);
            }
            ended?;
            Ok(Some(((sheet.rows, sheet.columns), in_sheet(sheet.found))))
        })
        .map_err(damaged)
    }
}

/// The `content.xml` of an OpenDocument file, which is inspected a piece at a time (OpenDocument 1.3, part 3).
///
/// Its `styles.xml`, if it has one, is taken before by `take_styles`: the styles of users are there.
///
/// Args:
///     most_cells: More cells, up to the last one in use in each sheet, are refused.
///     most_sheets: More sheets are.
///
/// Example:
///     >>> from numguard._core import OpenXml
///     >>> content = OpenXml(10, 10)
///     >>> content.take(b'<table:table table:name="a"><table:table-row><table:table-cell table:formula="of:=1"/>')
///     >>> content.take(b'</table:table-row></table:table>')
///     >>> content.end()
///     (0, [('a', ({(0, 0): '#N/A'}, 1, set(), set(), [], {}))])
///     >>> content.take(b''.join(b'<table:table table:name="%d"/>' % name for name in range(11)))
///     'sheets'
#[pyclass(frozen, module = "numguard._core")]
pub(crate) struct OpenXml(Mutex<Pieces<Open>>);

#[pymethods]
impl OpenXml {
    #[new]
    #[pyo3(text_signature = "(most_cells, most_sheets)")]
    fn new(most_cells: u64, most_sheets: usize) -> Self {
        Self(Mutex::new(Pieces::new(Open::new(most_cells, most_sheets))))
    }

    /// Takes the next piece.
    ///
    /// Returns:
    ///     "cells" or "sheets", of which there are more than given; None if of neither.
    ///
    /// Raises:
    ///     ValueError: For XML that is not valid, a sheet without a name of its own, or more than a million repeated cells
    ///         that are struck out or formulas without a value.
    #[allow(clippy::needless_pass_by_value)] // pyo3 gives owned values
    fn take(&self, py: Python<'_>, piece: PyBackedBytes) -> PyResult<Option<&'static str>> {
        over(py.detach(|| locked(&self.0).take(&piece)))
    }

    /// Takes the next piece of `styles.xml`, whose end is an empty piece.
    ///
    /// Raises:
    ///     ValueError: As for `take`.
    #[allow(clippy::needless_pass_by_value)] // pyo3 gives owned values
    fn take_styles(&self, py: Python<'_>, piece: PyBackedBytes) -> PyResult<()> {
        py.detach(|| {
            let mut pieces = locked(&self.0);
            if piece.is_empty() {
                pieces.end()
            } else {
                pieces.take(&piece)
            }
        })
        .map_err(damaged)
    }

    /// What was found, after the last piece.
    ///
    /// Returns:
    ///     The cells up to the last one in use of each sheet, all together; the name of each sheet, with what
    ///     `SheetXml.end` returns of one.
    ///
    /// Raises:
    ///     ValueError: As for `take`.
    fn end(&self, py: Python<'_>) -> PyResult<(u64, Vec<(String, InSheet)>)> {
        py.detach(|| {
            let mut pieces = locked(&self.0);
            pieces.end()?;
            let sheets = std::mem::take(&mut pieces.events.sheets);
            let sheets = sheets
                .into_iter()
                .map(|(name, found)| (name, in_sheet(found)));
            Ok((pieces.events.cells(), sheets.collect()))
        })
        .map_err(damaged)
    }
}

fn in_sheet(found: Found) -> InSheet {
    (
        found.lost,
        found.without_value,
        found.hidden,
        found.struck,
        found.merged,
        found.padded,
    )
}

fn over(taken: Result<(), Refusal>) -> PyResult<Option<&'static str>> {
    match taken {
        Ok(()) => Ok(None),
        Err(Refusal::Cells) => Ok(Some("cells")),
        Err(Refusal::Sheets) => Ok(Some("sheets")),
        Err(refusal @ Refusal::Damaged) => Err(damaged(refusal)),
    }
}

fn damaged(_: Refusal) -> PyErr {
    PyValueError::new_err("the XML of a workbook is not valid")
}

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<SheetXml>()?;
    module.add_class::<OpenXml>()
}
