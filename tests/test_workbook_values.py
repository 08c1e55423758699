"""Cells of workbooks whose value is not what a library takes for it: it is read as shown, or the file is an error."""

from pathlib import Path

import pytest

import numguard as ng
from numguard.errors import InputError
from numguard.number_list import read_numbers
from numguard.source import open_source
from workbooks import book_of, book_of_sheets
from zip_files import OPEN_DOCUMENT, members_of, zipped

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
FIRST, SECOND = 9811000001, 9811000002


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def rows_read(name: str) -> list[tuple[object, ...]]:
    [part] = open_source(name).parts
    return [tuple(one.values()) for batch in part.batches() for one in batch.data.to_pylist()]


# OpenDocument ---------------------------------------------------------------------------------------------------------


STRUCK = '<style:text-properties style:text-line-through-style="solid"/>'
PLAIN = '<table:table-column table:number-columns-repeated="2"/>'


def style(name: str, content: str = "", parent: str = "", family: str = "table-cell", more: str = "") -> str:
    above = f' style:parent-style-name="{parent}"' if parent else ""
    return f'<style:style style:name="{name}" style:family="{family}"{above}{more}>{content}</style:style>'


def open_text(text: object, rest: str = "", more: str = "") -> str:
    return f'<table:table-cell office:value-type="string"{more}><text:p>{text}</text:p>{rest}</table:table-cell>'


def open_number(number: int, more: str = "", name: str = "table-cell") -> str:
    value = f'office:value-type="float" office:value="{number}"'
    return f"<table:{name} {value}{more}><text:p>{number}</text:p></table:{name}>"


def open_row(*cells: str, more: str = "") -> str:
    return f"<table:table-row{more}>{''.join(cells)}</table:table-row>"


def open_table(*rows: str, columns: str = PLAIN, name: str = ' table:name="S"') -> str:
    return f"<table:table{name}>{columns}{''.join(rows)}</table:table>"


def open_file(*tables: str, styles: str = "", named: str = "") -> None:
    """Writes d.ods; `named` are the styles that a user names."""
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text", "style", "number")
    )
    spaces += ' xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" xmlns:svg="urn:svg"'
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces} office:version="1.3">'
        f"<office:automatic-styles>{styles}</office:automatic-styles><office:body><office:spreadsheet>"
        f"{''.join(tables)}</office:spreadsheet></office:body></office:document-content>"
    )
    members = {**OPEN_DOCUMENT, "content.xml": content}
    if named:
        named = f"<office:styles>{named}</office:styles>"
        members["styles.xml"] = f"<office:document-styles {spaces}>{named}</office:document-styles>"
    Path("d.ods").write_bytes(zipped(members))


HEAD = open_row(open_text("mobile"), open_text("name"))
BESIDE = {
    "a drawing with a text": f"<draw:custom-shape><text:p>{SECOND}</text:p></draw:custom-shape>",
    "a picture with a title": "<draw:frame><draw:image><text:p/></draw:image><svg:title>10</svg:title></draw:frame>",
    "a note": f"<office:annotation><text:p>{SECOND}</text:p></office:annotation>",
}


@pytest.mark.parametrize("case", BESIDE)
def test_what_is_drawn_in_a_cell_is_none_of_its_text(case: str) -> None:
    open_file(open_table(HEAD, open_row(open_text(FIRST, BESIDE[case]), open_text("a"))))
    assert rows_read("d.ods") == [(str(FIRST), "a")]


def test_what_is_drawn_or_small_within_a_text_is_none_of_it() -> None:
    ruby = "<text:ruby><text:ruby-base>98110</text:ruby-base><text:ruby-text>77</text:ruby-text></text:ruby>00001"
    drawn = "98110<draw:frame><draw:text-box><text:p>77</text:p></draw:text-box></draw:frame>00002"
    open_file(open_table(HEAD, open_row(open_text(ruby), open_text("a")), open_row(open_text(drawn), open_text("b"))))
    assert rows_read("d.ods") == [(str(FIRST), "a"), (str(SECOND), "b")]


OF_A_COLUMN = '<table:table-column table:default-cell-style-name="c"/><table:table-column/>'
OWN = ' table:style-name="c"'
TYPE_ALONE = STRUCK.replace("-style=", "-type=").replace("solid", "single")
#: The row with the number, what is before the table, what users named, and the columns.
STRIKES = {
    "of the column": (open_row(open_number(FIRST)), style("c", STRUCK), "", OF_A_COLUMN),
    "of the row": (
        open_row(open_number(FIRST), more=' table:default-cell-style-name="c"'), style("c", STRUCK), "", PLAIN,
    ),
    "of a user": (open_row(open_number(FIRST, OWN)), "", style("c", STRUCK), PLAIN),
    "of a parent": (open_row(open_number(FIRST, OWN)), style("p", STRUCK) + style("c", parent="p"), "", PLAIN),
    "of a parent of a user": (open_row(open_number(FIRST, OWN)), style("c", parent="p"), style("p", STRUCK), PLAIN),
    "by a type alone": (open_row(open_number(FIRST, OWN)), style("c", TYPE_ALONE), "", PLAIN),
    "of a paragraph": (
        open_row(open_text(FIRST).replace("<text:p>", '<text:p text:style-name="P1">')),
        style("P1", STRUCK, family="paragraph"), "", PLAIN,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", STRIKES)
def test_a_number_of_an_open_document_is_struck_out_by_any_style(case: str) -> None:
    row, styles, named, columns = STRIKES[case]
    # The heading has a style of its own.
    head = open_row(open_text("mobile", more=' table:style-name="plain"'))
    open_file(open_table(head, row, columns=columns), styles=styles + style("plain"), named=named)
    with pytest.raises(InputError, match="the number in row 2 is struck out"):
        read_numbers("d.ods")


def test_a_number_without_a_text_is_struck_out_by_its_style() -> None:
    bare = f'<table:table-cell office:value-type="float" office:value="{FIRST}"{OWN}/>'
    open_file(open_table(HEAD, open_row(bare)), styles=style("c", STRUCK))
    with pytest.raises(InputError, match="the number in row 2 is struck out"):
        read_numbers("d.ods")


def test_a_style_may_take_off_the_line_of_its_parent() -> None:
    off = STRUCK.replace("solid", "none")
    both = style("p", STRUCK) + style("c", off, parent="p") + style("p", STRUCK, family="text")
    open_file(open_table(HEAD, open_row(open_number(FIRST, OWN))), styles=both)
    assert len(read_numbers("d.ods").keys) == 1


def test_a_number_below_a_merged_cell_stops_a_list() -> None:
    spans = ' table:number-rows-spanned="2" table:number-columns-spanned="1"'
    below = open_number(SECOND, name="covered-table-cell")
    first = open_row(open_number(FIRST, spans), open_text(12345))
    open_file(open_table(HEAD, first, open_row(below, open_text(12346))))
    with pytest.raises(InputError, match="the number in row 3 is hidden in the spreadsheet, below merged cells"):
        read_numbers("d.ods")
    [part] = open_source("d.ods").parts
    assert [warning[:38] for warning in part.about.warnings] == [
        "1 cell is merged over several rows, th",
        "1 cell is below merged cells, which hi",
    ]
    assert part.about.covered == {(3, 0)}


def test_a_number_without_a_value_is_what_is_shown() -> None:
    shown = f'<table:table-cell office:value-type="float"><text:p>{FIRST}</text:p></table:table-cell>'
    open_file(open_table(HEAD, open_row(shown, open_text("a")), open_row(open_number(SECOND), open_text("b"))))
    assert rows_read("d.ods") == [(str(FIRST), "a"), (str(SECOND), "b")]


def test_styles_are_found_in_capitals() -> None:
    open_file(open_table(HEAD, open_row(open_number(FIRST), open_text("a"))))
    Path("d.ods").write_bytes(zipped(members_of("d.ods") | {"STYLES.XML": b"<styles/>"}))
    assert rows_read("d.ods") == [(str(FIRST), "a")]


ROW = open_row(open_number(FIRST), open_text("a"))
LOST = {
    "without a name": [open_table(HEAD, ROW, name=""), open_table(HEAD, ROW)],
    "with the name of another": [open_table(HEAD, ROW), open_table(HEAD, ROW)],
    "in a cell": [open_table(HEAD, open_row(open_text(FIRST, open_table(ROW, name=' table:name="in"'))))],
}


@pytest.mark.parametrize("case", LOST)
def test_a_sheet_that_would_be_lost_is_an_error(case: str) -> None:
    open_file(*LOST[case])
    with pytest.raises(InputError, match="is a damaged workbook"):
        open_source("d.ods").parts  # noqa: B018


def test_zeros_that_a_format_of_an_open_document_shows_are_of_the_number() -> None:
    zeros = (
        '<number:number-style style:name="N1"><number:number number:decimal-places="0" '
        'number:min-integer-digits="15"/></number:number-style>'
    )
    padded = style("c", parent="Default", more=' style:data-style-name="N1"')
    open_file(
        open_table(
            HEAD.replace("mobile", "imei"),
            open_row(open_number(10648001111110, OWN), open_number(12)),
            open_row(open_number(358240051111110, OWN), open_text("a", more=OWN)),
        ),
        styles=zeros + padded,
    )
    assert rows_read("d.ods") == [("010648001111110", "12"), ("358240051111110", "a")]


# Excel ----------------------------------------------------------------------------------------------------------------


def text(written: object) -> str:
    return f'<c t="inlineStr"><is><t>{written}</t></is></c>'


def number(written: object, more: str = "") -> str:
    return f"<c{more}><v>{written}</v></c>"


def row(*cells: str) -> str:
    return f"<row>{''.join(cells)}</row>"


def sheet(*rows: str, rest: str = "") -> bytes:
    return f'<worksheet xmlns="{MAIN}"><sheetData>{"".join(rows)}</sheetData>{rest}</worksheet>'.encode()


def workbook(*sheets: bytes, texts: str = "", styles: str = "", spelling: tuple[str, str] = ("", "")) -> None:
    """Writes d.xlsx; `spelling` is a part of the names of members, and what it is instead."""
    listed = "".join(f'<sheet name="S{k}" sheetId="{k}" r:id="rId{k}"/>' for k in range(1, len(sheets) + 1))
    related = "".join(
        f'<Relationship Id="rId{k}" Type="{RELATIONS}/worksheet" Target="worksheets/sheet{k}.xml"/>'
        for k in range(1, len(sheets) + 1)
    )
    related += f'<Relationship Id="t" Type="{RELATIONS}/sharedStrings" Target="sharedStrings.xml"/>'
    related += f'<Relationship Id="s" Type="{RELATIONS}/styles" Target="styles.xml"/>'
    of = "http://schemas.openxmlformats.org/package/2006/content-types"
    members = {
        "[Content_Types].xml": f'<Types xmlns="{of}"><Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="r" Type="{RELATIONS}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">{related}</Relationships>',
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{texts}</sst>',
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}">{styles}</styleSheet>',
    }
    files: dict[str, str | bytes] = {
        name.replace(*spelling): content.replace(*spelling) for name, content in members.items()
    }
    files |= {f"xl/worksheets/sheet{k}.xml": content for k, content in enumerate(sheets, 1)}
    Path("d.xlsx").write_bytes(zipped(files))


TOP = row(text("mobile"), text("name"))
CELLS = row(number(FIRST), text("a"))
STRUCK_TEXT = f"<si><r><rPr><strike/></rPr><t>{FIRST}</t></r></si>"
STRUCK_STYLE = (
    '<fonts><font/><font><strike/></font></fonts><cellXfs><xf numFmtId="0" fontId="0"/><xf numFmtId="0" fontId="1"/>'
    "</cellXfs>"
)


@pytest.mark.parametrize("spelling", [("shared", "Shared"), ("styles.xml", "Styles.xml")], ids=["texts", "styles"])
def test_what_is_struck_out_is_found_whatever_the_case_of_its_member(spelling: tuple[str, str]) -> None:
    struck = number(0, ' t="s"') if spelling[0] == "shared" else number(FIRST, ' s="1"')
    workbook(sheet(TOP, row(struck)), texts=STRUCK_TEXT, styles=STRUCK_STYLE, spelling=spelling)
    with pytest.raises(InputError, match="the number in row 2 is struck out"):
        read_numbers("d.xlsx")


MERGED = '<mergeCells count="1"><mergeCell ref="A2:A3"/></mergeCells>'


def test_a_number_below_a_merged_cell_of_a_workbook_stops_a_list_and_a_decision() -> None:
    workbook(sheet(TOP, CELLS, row(number(SECOND), text("b")), rest=MERGED))
    with pytest.raises(InputError, match="the number in row 3 is hidden in the spreadsheet, below merged cells"):
        read_numbers("d.xlsx")
    decided = sheet(
        row(text("decision"), text("msisdn"), text("reason")),
        row(text("accepted"), text(f"+91{FIRST}"), text("a")),
        row(text("accepted"), text(f"+91{SECOND}"), text("b")),
        rest=MERGED,
    )
    workbook(decided)
    with ng.Registry(by="HC 1234") as registry, pytest.raises(InputError, match="row 3 has a decision and is hidden"):
        registry.take_review("d.xlsx")


def test_merged_cells_that_overlap_are_damage() -> None:
    twice = '<mergeCells count="2"><mergeCell ref="A1:B2"/><mergeCell ref="A1:B2"/></mergeCells>'
    workbook(sheet(TOP, CELLS, rest=twice))
    with pytest.raises(InputError, match="is a damaged workbook"):
        open_source("d.xlsx").parts  # noqa: B018


def test_zeros_that_a_format_shows_are_of_the_number() -> None:
    codes = "".join(
        f'<numFmt numFmtId="{164 + k}" formatCode="{code}"/>' for k, code in enumerate(["0" * 15, "0000-0"])
    )
    used = "".join(f'<xf numFmtId="{one}" fontId="0"/>' for one in (0, 164, 165))
    styles = f"<numFmts>{codes}</numFmts><fonts><font/></fonts><cellXfs>{used}</cellXfs>"
    rows = [
        row(number(10648001111110, ' s="1"'), number(12, ' s="1" t="n"')),
        row(number("1.064800111111E13", ' s="1"'), number(12, ' s="2"')),
        row(number(-5, ' s="1"'), number(2.5, ' s="1"')),
        row(number(10648001111110), text("012")),
    ]
    workbook(sheet(row(text("imei"), text("also")), *rows), styles=styles)
    assert rows_read("d.xlsx") == [
        ("010648001111110", "000000000000012"),
        ("010648001111110", "12"),
        ("-5", "2.5"),
        ("10648001111110", "012"),
    ]


def test_a_phone_number_gets_no_code_of_a_country_from_zeros() -> None:
    """A mobile of ten digits in a column for twelve was `006591234567`, a number abroad."""
    styles = (
        f'<numFmts><numFmt numFmtId="164" formatCode="{"0" * 12}"/></numFmts><fonts><font/></fonts>'
        '<cellXfs><xf numFmtId="0" fontId="0"/><xf numFmtId="164" fontId="0"/></cellXfs>'
    )
    numbers = [6591234567, 919811000001, 1123456789, 93000]
    workbook(sheet(TOP, *(row(number(one, ' s="1"'), text("a")) for one in numbers)), styles=styles)
    assert [read for read, _ in rows_read("d.xlsx")] == ["6591234567", "919811000001", "1123456789", "000000093000"]


DAMAGE = {
    "a comment in a number": row(number("9811<!-- x -->000001")),
    "a reference in a number": row(number("98110&#48;0001")),
    "a place twice": '<row r="2"><c r="A2"><v>9811000001</v></c><c r="A2"><v>9811000002</v></c></row>',
    "a row twice": '<row r="2"><c r="A2"><v>9811000001</v></c></row><row r="3"><c r="A3"><v>1</v></c></row>'
    '<row r="2"><c r="A2"><v>9811000002</v></c></row>',
    "an inline text that is a value": row(number(FIRST, ' t="inlineStr"')),
    "a row beyond all": f'<row r="4294967294"></row><row></row><row>{number(1)}</row>',
}


@pytest.mark.parametrize("case", DAMAGE)
def test_a_cell_of_which_a_part_would_be_lost_is_an_error(case: str) -> None:
    workbook(sheet(TOP, DAMAGE[case]))
    with pytest.raises(InputError, match="is a damaged workbook"):
        open_source("d.xlsx").parts  # noqa: B018


def test_cells_and_rows_in_any_order_are_read() -> None:
    rows = ['<row r="3"><c r="B3"><v>4</v></c><c r="A3"><v>3</v></c></row>', '<row r="2"><c r="A2"><v>1</v></c></row>']
    workbook(sheet(TOP, *rows))
    assert rows_read("d.xlsx") == [("1", ""), ("3", "4")]


ERRORS = ("#SPILL!", "#CALC!", "#GETTING_DATA", "#ERROR!", "#FIELD!", "Err:502", "#N/A")


def test_errors_of_new_programs_are_errors_of_their_cells() -> None:
    rows = [row(number(error, ' t="e"'), text(error)) for error in ERRORS]
    workbook(sheet(TOP, *rows, CELLS))
    assert rows_read("d.xlsx") == [*((error, error) for error in ERRORS), (str(FIRST), "a")]


def test_the_text_of_an_error_in_another_cell_stays() -> None:
    mixed = [
        row(number(FIRST), number(FIRST, ' t="e"')),
        row('<c t="str"><f>IF(1,"")</f><v></v></c>', '<c t="e"><f>A1</f><v>#SPILL!</v></c>'),
    ]
    workbook(sheet(TOP, *mixed))
    assert rows_read("d.xlsx") == [(str(FIRST), str(FIRST)), ("", "#SPILL!")]


def test_two_sheets_of_one_name_are_an_error() -> None:
    """The first was read twice, and the second was lost."""
    workbook(sheet(TOP, CELLS), sheet(TOP, row(number(SECOND))), spelling=('name="S2"', 'name="S1"'))
    with pytest.raises(InputError, match="several sheets have one name"):
        open_source("d.xlsx").parts  # noqa: B018


def test_what_is_struck_out_or_hidden_is_found_where_members_have_backslashes() -> None:
    struck = '<row hidden="1">' + number(FIRST, ' s="1"') + "</row>"
    workbook(sheet(TOP, struck), styles=STRUCK_STYLE)
    members = {name.replace("/", "\\"): content for name, content in members_of("d.xlsx").items()}
    Path("d.xlsx").write_bytes(zipped(members))
    [part] = open_source("d.xlsx").parts
    assert (part.about.hidden_rows, part.about.struck_out) == ({2}, {(2, 0)})


WITHOUT_CELLS = {
    "utf-16": sheet(TOP, CELLS).decode().encode("utf-16"),
    "no table of cells": f'<worksheet xmlns="{MAIN}"/>'.encode(),
}


def test_a_number_too_wide_for_its_column_beside_a_line_is_no_ruler() -> None:
    workbook(sheet(TOP, CELLS, row(text("########"), text("---")), row(text("-----"), text("---"))))
    assert rows_read("d.xlsx") == [(str(FIRST), "a"), ("########", "---")]


def test_an_archive_of_lists_may_have_any_xml() -> None:
    Path("d.zip").write_bytes(zipped({"list.csv": f"mobile\n{FIRST}\n", "content.xml": "<x/>"}))
    assert "d.zip/list.csv" in [part.name for part in open_source("d.zip").parts]


@pytest.mark.parametrize("case", WITHOUT_CELLS)
def test_a_sheet_that_is_not_read_is_an_error(case: str) -> None:
    workbook(WITHOUT_CELLS[case], sheet(TOP, CELLS))
    with pytest.raises(InputError, match="a sheet is not in the form that is read here"):
        open_source("d.xlsx").parts  # noqa: B018


def test_a_sheet_whose_name_has_two_readings_is_an_error(tmp_path: Path) -> None:
    """Its hidden rows and struck-out cells were not known."""
    book_of_sheets({"A B": [["mobile"], ["9876543210"]]}).save(tmp_path / "plain.xlsx")
    path = tmp_path / "tab.xlsx"
    members = members_of(tmp_path / "plain.xlsx")
    path.write_bytes(zipped({name: old.replace(b'name="A B"', b'name="A\tB"') for name, old in members.items()}))
    with pytest.raises(InputError, match="the name of a sheet"):
        ng.read_numbers(path)


@pytest.mark.parametrize(("below", "warns"), [("fraud", True), (None, False)])
def test_a_number_that_is_merged_over_two_rows_is_a_warning(below: str | None, warns: bool) -> None:
    book = book_of(["Mobile", "Reason"], [FIRST, "fraud"], [None, below], [SECOND, "fraud"])
    book.worksheets[0].merge_cells("A2:A3")
    book.save("d.xlsx")
    [part] = open_source("d.xlsx").parts
    assert ("1 cell is merged over several rows, the first in row 2" in " ".join(part.about.warnings)) == warns
