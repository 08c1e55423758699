//! The XML of a workbook -> the extent of its cells, and what a reader of its values does not give of them.
//!
//! Owns the inspection of a workbook before a library reads it: a file of a kilobyte can have a cell at XFD1048576, and
//! the library would allocate all cells before it. Independent of the content of cells, except that an error (`#N/A`)
//! and a formula without a value are not empty cells. One idea: **the XML is parsed as the library parses it**, so that
//! a cell is where the library finds it; a piece at a time, so that memory does not grow with the file.

mod cell;
mod open;
mod pieces;
mod sheet;
mod styles;

pub use open::Open;
pub use pieces::Pieces;
pub use sheet::Sheet;

use std::collections::{BTreeMap, BTreeSet};

/// A row and a column, from 0.
pub type Place = (u32, u32);

/// What is not as a reader of values shows it; rows and columns from 0.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The texts of cells that such a reader takes for empty, or gives in part: an error, `#N/A` for a formula without
    /// a value, a text of an `OpenDocument` file without a type.
    pub lost: BTreeMap<Place, String>,
    /// How many cells are formulas without a value.
    pub without_value: u64,
    /// The hidden rows.
    pub hidden: BTreeSet<u32>,
    /// The cells that are struck out.
    pub struck: BTreeSet<Place>,
    /// The first and the last cell of those that are merged, of an `OpenDocument` file.
    pub merged: Vec<(Place, Place)>,
    /// The numbers that are shown with zeros before them, and with how many digits.
    pub padded: BTreeMap<Place, u32>,
}

/// Whether a number may have less digits than it is shown with.
fn is_shorter(written: &str, digits: u32) -> bool {
    let is_plain = written.bytes().all(|byte| byte.is_ascii_digit());
    digits > 1 && !(is_plain && written.len() >= digits as usize)
}

/// In place of the value of a formula that has none.
const NOT_AVAILABLE: &str = "#N/A";

/// Why a workbook is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It is not valid XML, or a cell has no valid place.
    Damaged,
    /// More cells than a limit allows.
    Cells,
    /// More sheets than a limit allows.
    Sheets,
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHEET: &str = r#"<?xml version="1.0"?><x:worksheet><!-- <c r="Z99"> --><x:sheetData>
        <x:row r="3" hidden="1"><x:c r="B3" s="2"><x:v>1930</x:v></x:c><x:c t="e"><x:v>#N/A</x:v></x:c></x:row>
        <row hidden='true'><c note='a > b' t="str"><f>IF(A2="","",A2)</f><v></v></c><c><f>A1</f><v/></c></row>
        <row r="9"><c r="AA9"/><c r="C9" t="s"><v>5</v></c><c><is><r><rPr><strike/></rPr><t>&amp; é</t></r></is></c>
        <c r="E9" t="s"><v>6</v></c><c><is><r><rPr><strike val="0"/></rPr></r></is></c></row></x:sheetData>"#;

    const OPEN: &str = r#"<office:document-content><style:style style:family="table-cell" style:name="ce1"><style:text-properties
        style:text-line-through-style="solid"/></style:style><style:style style:family="table-cell" style:name="ce2"><style:text-properties
        style:text-line-through-style="none"/></style:style><table:table table:name="a &amp; b"><table:table-row
        table:visibility="filter" table:number-rows-repeated="2"><table:table-cell table:formula="of:=A1"/>
        <table:covered-table-cell/><table:table-cell office:value-type="string" table:style-name="ce1"><text:p>1930</text:p></table:table-cell>
        </table:table-row></table:table><table:table table:name="c"><table:table-row
        table:number-rows-repeated="3"><table:table-cell table:style-name="ce2" office:value="1"
        table:number-columns-repeated="4"/></table:table-row></table:table>"#;

    fn sheet(pieces: &[&str]) -> Result<Sheet, Refusal> {
        let mut found = Pieces::new(Sheet::new([2], [5], [(3, 4)]));
        found.take(b"<sheetData><row>")?;
        for piece in pieces {
            found.take(piece.as_bytes())?;
        }
        found.end()?;
        Ok(found.events)
    }

    fn open(pieces: &[&str], most: (u64, usize)) -> Result<Open, Refusal> {
        let mut found = Pieces::new(Open::new(most.0, most.1));
        for piece in pieces {
            found.take(piece.as_bytes())?;
        }
        found.end()?;
        Ok(found.events)
    }

    #[test]
    fn a_sheet_is_the_same_in_whatever_pieces() {
        let whole = sheet(&[SHEET]).unwrap();
        assert_eq!((whole.rows, whole.columns), (9, 6));
        let mut other = Pieces::new(Sheet::default());
        other
            .take(b"<calcChain><c r=\"B3\"><v>1</v></c><c r=\"\">")
            .unwrap();
        other.end().unwrap();
        assert_eq!((other.events.rows, other.events.is_sheet), (0, false));
        let found = &whole.found;
        let lost = |place| found.lost.get(&place).map(String::as_str);
        assert_eq!(found.lost.len(), 2);
        assert_eq!(
            (lost((2, 2)), lost((3, 1))),
            (Some("#N/A"), Some(NOT_AVAILABLE))
        );
        assert_eq!(found.without_value, 1);
        assert_eq!(found.hidden, BTreeSet::from([2, 3]));
        assert_eq!(found.struck, BTreeSet::from([(2, 1), (8, 2), (8, 3)]));
        for cut in (0..=SHEET.len()).filter(|&cut| SHEET.is_char_boundary(cut)) {
            let (one, other) = SHEET.split_at(cut);
            let parts = sheet(&[one, other]).unwrap();
            assert_eq!(parts.found, *found, "cut at {cut}");
            assert_eq!((parts.rows, parts.columns), (9, 6), "cut at {cut}");
        }
    }

    #[test]
    fn the_sheets_of_a_file_are_the_same_in_whatever_pieces() {
        let whole = open(&[OPEN], (24, 2)).unwrap();
        assert_eq!(whole.cells(), 6 + 12);
        let [(name, first), (other, second)] = &whole.sheets[..] else {
            panic!("two sheets")
        };
        assert_eq!((&name[..], &other[..]), ("a & b", "c"));
        assert_eq!(first.lost.len(), 2);
        assert_eq!(first.without_value, 2);
        assert_eq!(first.hidden, BTreeSet::from([0, 1]));
        assert_eq!(first.struck, BTreeSet::from([(0, 2), (1, 2)]));
        assert_eq!(*second, Found::default());
        for cut in 0..=OPEN.len() {
            let (one, rest) = OPEN.split_at(cut);
            let parts = open(&[one, rest], (24, 2)).unwrap();
            assert_eq!(parts.sheets, whole.sheets, "cut at {cut}");
        }
    }

    #[test]
    fn text_of_an_open_document_that_its_reader_leaves_out_is_kept() {
        let cell = |kind: &str, content: &str| {
            let text = format!(
                "<table:table table:name='t'><table:table-cell{kind}>{content}</table:table-cell>"
            );
            let found = open(&[&text], (10, 10)).unwrap();
            found.sheets[0].1.lost.get(&(0, 0)).cloned()
        };
        let typed = r#" office:value-type="string""#;
        for (content, [without_type, with_type]) in [
            ("<text:p>1930</text:p>", [Some("1930"), None]),
            ("<text:p>a &amp; &#49;</text:p>", [Some("a & 1"), None]),
            ("<text:p> </text:p><text:p/>", [None, None]),
            ("<text:p>1<![CDATA[93]]>0</text:p>", [Some("1930"); 2]),
            ("<text:p>19<text:tab/>30</text:p>", [Some("19\t30"); 2]),
            (
                "<text:p>19<text:line-break/>30</text:p>",
                [Some("19\n30"); 2],
            ),
            (
                "<text:p>19</text:p><text:p><text:span>3<text:s text:c=\"2\"/>0</text:span></text:p>",
                [Some("19\n3  0"), None],
            ),
            // Of a drawing beside the text, of a picture in it, and of the small signs above it.
            (
                "<text:p>1930</text:p><draw:frame><text:p>7</text:p><svg:title>8</svg:title></draw:frame>",
                [Some("1930"); 2],
            ),
            (
                "<text:p>19<draw:a><text:p>7</text:p></draw:a>3<text:ruby-text>8</text:ruby-text>0</text:p>",
                [Some("1930"); 2],
            ),
            // The text of a note, and of a drawing on the sheet.
            (
                "<office:annotation><text:p>1930</text:p></office:annotation>",
                [None, None],
            ),
            (
                "<draw:frame><text:p>19<text:tab/>30</text:p></draw:frame>",
                [None, Some("")],
            ),
        ] {
            assert_eq!(cell("", content).as_deref(), without_type, "{content}");
            assert_eq!(cell(typed, content).as_deref(), with_type, "{content}");
        }
        // The value of others is not what is shown.
        let shown = "<text:p>19<text:tab/>30</text:p>";
        assert_eq!(
            cell(r#" office:value-type="float" office:value="1""#, shown),
            None
        );
        // Nothing takes memory without end: blanks, and long texts in many places.
        let blanks = r#"<text:s text:c="999999999"/>"#.repeat(1 << 16);
        let of_blanks = format!(
            "<table:table table:name='t'><table:table-cell><text:p>1{blanks}</text:p></table:table-cell>"
        );
        assert_eq!(open(&[&of_blanks], (10, 10)).err(), Some(Refusal::Damaged));
        let long = format!(
            r#"<table:table table:name='t'><table:table-cell table:number-columns-repeated="65536"><text:p>{}</text:p></table:table-cell>"#,
            "1".repeat(1 << 16)
        );
        assert_eq!(open(&[&long], (1 << 20, 10)).err(), Some(Refusal::Damaged));
    }

    #[test]
    fn a_cell_of_which_a_part_is_struck_out_is_struck_out() {
        let style = r#"<style:style style:family="text" style:name="T1"><style:text-properties style:text-line-through-style="solid"/>
            </style:style><table:table table:name='t'><table:table-row table:number-rows-repeated="2"><table:table-cell/>"#;
        let span = r#"<text:p>19<text:span text:style-name="T1">30</text:span></text:p></table:table-cell>"#;
        let text = format!(
            r#"{style}<table:table-cell office:value-type="string" table:number-columns-repeated="2">{span}
            <table:table-cell><office:annotation>{span}"#
        );
        let found = open(&[&text], (10, 10)).unwrap();
        let struck = BTreeSet::from([(0, 1), (0, 2), (1, 1), (1, 2)]);
        assert_eq!(found.sheets[0].1.struck, struck);
    }

    #[test]
    fn a_cell_is_struck_out_and_padded_by_its_style_and_those_above() {
        let line = |kind: &str| {
            format!(r#"<style:text-properties style:text-line-through-{kind}/></style:style>"#)
        };
        let style = |name: &str, rest: &str| {
            format!(r#"<style:style style:family="table-cell" style:name="{name}"{rest}"#)
        };
        let styles = [
            r#"<number:number-style style:name="N1"><number:number number:min-integer-digits="4"/></number:number-style>"#.to_owned(),
            r#"<number:number-style style:name="N2"><number:number number:min-integer-digits="4"/><number:text>-</number:text></number:number-style>"#.to_owned(),
            style("a", " style:data-style-name=\"N1\">") + &line("type=\"single\""),
            style("b", " style:parent-style-name=\"a\"/>"),
            style("c", " style:parent-style-name=\"a\">") + &line("style=\"none\""),
            style("d", " style:data-style-name=\"N2\"/>"),
        ]
        .concat();
        let number = |rest: &str| {
            format!(
                r#"<table:table-cell office:value-type="float" office:value="7"{rest}><text:p>7</text:p></table:table-cell>"#
            )
        };
        let own = |name: &str| number(&format!(r#" table:style-name="{name}""#));
        let text = [
            &styles,
            "<table:table table:name='t'><table:table-column table:number-columns-repeated='2'/>",
            "<table:table-column table:default-cell-style-name='b' table:number-columns-repeated='2'/>",
            "<table:table-row>",
            &own("a"), &own("b"), &own("c"), &own("d"),
            "</table:table-row><table:table-row>",
            &number(" table:number-columns-repeated='3'"), &own("other"),
            "</table:table-row><table:table-row table:default-cell-style-name='c'>",
            &number(" table:number-columns-repeated='4'"),
        ]
        .concat();
        let found = &open(&[&text], (100, 10)).unwrap().sheets[0].1;
        assert_eq!(found.struck, BTreeSet::from([(0, 0), (0, 1), (1, 2)]));
        let of_the_row = (0..4).map(|column| (2, column));
        let padded = [(0, 0), (0, 1), (0, 2), (1, 2)];
        let padded = padded.into_iter().chain(of_the_row);
        assert_eq!(found.padded, padded.map(|place| (place, 4)).collect());
        let sheet = sheet(&[
            "<c s=\"3\"><v>123</v></c><c s=\"3\"><v>1234</v></c><c s=\"3\" t=\"str\"><v>1</v></c>",
        ]);
        assert_eq!(sheet.unwrap().found.padded, BTreeMap::from([((0, 0), 4)]));
    }

    #[test]
    fn merged_cells_are_found() {
        let text = "<table:table table:name='t'><table:table-row table:number-rows-repeated='2'><table:table-cell/>\
            <table:table-cell table:number-columns-spanned='2' table:number-rows-spanned='1'/>";
        let found = &open(&[text], (100, 10)).unwrap().sheets[0].1;
        assert_eq!(found.merged, [((0, 1), (0, 2)), ((1, 1), (1, 2))]);
    }

    #[test]
    fn sheets_that_a_reader_of_values_loses_are_refused() {
        let named = "<table:table table:name='t'></table:table>";
        for text in [
            named.repeat(2),
            "<table:table></table:table>".to_owned(),
            "<table:table table:name='t'><table:shapes><table:table table:name='u'/>".to_owned(),
            "<table:table table:name='t'><table:table-row><table:table-cell><table:table table:name='u'/>".to_owned(),
        ] {
            assert_eq!(open(&[&text], (10, 10)).err(), Some(Refusal::Damaged), "{text}");
        }
        let linked = "<table:dde-link><table:table></table:table></table:dde-link>";
        assert!(open(&[named, linked, linked], (10, 10)).is_ok());
    }

    #[test]
    fn what_is_not_valid_is_refused() {
        for text in [
            "<row><c r=\"A1\"",
            "<c r=\"A0\"/>",
            "<c r=\"1A\"/>",
            "<c r=\"ABCDE1\"/>",
            "<c r=\"A1\" <c r=\"B2\"/>",
            "<c r=A1/>",
            "<row r=\"4294967296\"/>",
            "<row r=\"+1\"/>",
            "<c r=\"A1\" t=\"str\"><v><![CDATA[1930]]></v></c>",
            "<c r=\"A1\" t=\"s\"><v> 1 </v></c>",
            "<c r=\"A1\"><v>1</v><f>A2</f></c>",
            "<c r=\"A1\"><v>1</v><v>2</v></c>",
            "<c r=\"A1\"><v>1</v><is><t>2</t></is></c>",
            "<c r=\"A1\"><v>1<!-- 2 -->3</v></c>",
            "<c r=\"A1\"><v>1<?a b?>3</v></c>",
            "<c r=\"A1\" t=\"e\"><v>1&#48;3</v></c>",
            "<c r=\"A1\" t=\"inlineStr\"><v>1</v></c>",
            "<c r=\"A1\"/><c r=\"C1\"/><c r=\"B1\"/><c r=\"C1\"/>",
            "<c r=\"A1\"/></row><row r=\"3\"><c/></row><row r=\"1\"><c r=\"B1\"/>",
        ] {
            assert_eq!(sheet(&[text]).err(), Some(Refusal::Damaged), "{text}");
        }
        let long = format!("<c r=\"{}\"/>", " ".repeat(1 << 20));
        let pieces = vec![&long[..1 << 20]; 20];
        assert_eq!(sheet(&pieces).err(), Some(Refusal::Damaged));
    }

    #[test]
    fn limits_hold_before_memory_is_used() {
        let table =
            r#"<table:table table:name="a"><table:table-row table:number-rows-repeated="1000000">"#;
        let used =
            r#"<table:table-cell office:value="1" table:number-columns-repeated="9999999999"/>"#;
        let cells = format!("{table}{used}");
        assert_eq!(open(&[&cells], (10, 10)).err(), Some(Refusal::Cells));
        assert_eq!(
            open(
                &[
                    table,
                    "</table:table>",
                    &table.replace("\"a\"", "\"b\""),
                    "</table:table><table:table table:name='c'>"
                ],
                (10, 2)
            )
            .err(),
            Some(Refusal::Sheets)
        );
        // Cells that are not in use are not counted, and repeated without end.
        let lost =
            r#"<table:table-cell table:formula="of:=A1" table:number-columns-repeated="65536"/>"#;
        let repeated = format!("{table}{}", lost.repeat(17));
        assert_eq!(open(&[&repeated], (10, 2)).err(), Some(Refusal::Damaged));
    }
}
