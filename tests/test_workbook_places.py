"""Workbooks as few programs write them: sheets in other folders, rows of formulas without a value, the binary form."""

import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from numguard.cli import run
from numguard.errors import InputError
from numguard.number_list import read_numbers
from numguard.source import open_source
from test_shown import open_cell, open_document
from workbooks import book_of
from zip_files import members_of, zipped


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _workbook(rows: list[list[object]]) -> None:
    """Writes d.xlsx, whose third row is hidden."""
    book = book_of(*rows)
    book.active.row_dimensions[3].hidden = True
    book.save("d.xlsx")


def _rewritten(rename: Callable[[str], str], change: Callable[[bytes], bytes]) -> None:
    """d.xlsx with other names of its members, and other contents."""
    members = {rename(name): change(content) for name, content in members_of("d.xlsx").items()}
    Path("d.xlsx").write_bytes(zipped(members))


def _column(name: str) -> list[object]:
    [part] = open_source("d.xlsx").parts
    return [cell for batch in part.batches([name]) for cell in batch.data.column(0).to_pylist()]


MEMBERS: dict[str, tuple[Callable[[str], str], Callable[[bytes], bytes]]] = {
    "another folder": (
        lambda name: name.replace("/worksheets/", "/data/"),
        lambda content: content.replace(b"/worksheets/sheet1.xml", b"/data/sheet1.xml"),
    ),
    "another case": (lambda name: name.replace("sheet1.xml", "Sheet1.xml"), lambda content: content),
    "the root": (
        lambda name: name.replace("xl/worksheets/", "data/"),
        lambda content: content.replace(b"/xl/worksheets/sheet1.xml", b"/data/sheet1.xml"),
    ),
}


@pytest.mark.parametrize("members", MEMBERS)
def test_a_sheet_is_inspected_wherever_it_is_in_its_file(members: str) -> None:
    _workbook([["mobile", "also"], [1, "=A2"], [2, 3]])
    _rewritten(*MEMBERS[members])
    assert _column("also") == ["#N/A", "3"]
    [part] = open_source("d.xlsx").parts
    assert [warning[:11] for warning in part.about.warnings] == ["1 cell is a", "1 row is hi"]


@pytest.mark.parametrize("members", MEMBERS)
def test_the_cells_of_a_sheet_are_limited_wherever_it_is_in_its_file(members: str) -> None:
    _workbook([["mobile"], [1], [2]])
    rename, change = MEMBERS[members]
    _rewritten(rename, lambda content: change(content).replace(b'r="A3"', b'r="XFD1048576"'))
    with pytest.raises(InputError, match="17,179,869,184, and the limit"):
        open_source("d.xlsx").parts  # noqa: B018


def test_rows_with_nothing_but_formulas_without_a_value_are_rows() -> None:
    _workbook([["mobile"], [1], ["=A2+1"], ["=A2+2"]])
    assert _column("mobile") == ["1", "#N/A", "#N/A"]


def test_a_sheet_with_nothing_but_formulas_without_a_value_is_reported() -> None:
    _workbook([["=A1", "=B1"], ["=A2", "=B2"]])
    [part] = open_source("d.xlsx").parts
    assert part.about.warnings[0].startswith("4 cells are formulas without a value")


def _record(kind: int, content: bytes = b"") -> bytes:
    first = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    assert len(content) < 128
    return first + bytes([len(content)]) + content


def _text(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def _row(number: int, *cells: bytes, hidden: bool = False) -> bytes:
    head = struct.pack("<IIHBBBIII", number, 0, 300, 0, 0x10 if hidden else 0, 0, 1, 0, 3)
    return _record(0, head) + b"".join(cells)


def _cell(kind: int, column: int, content: bytes) -> bytes:
    return _record(kind, struct.pack("<II", column, 0) + content)


def _binary_workbook() -> None:
    """Writes d.xlsb by [MS-XLSB]; a formula is behind its value."""
    no_formula = bytes(10)
    sheet = [
        _record(129) + _record(148, struct.pack("<IIII", 0, 3, 0, 1)) + _record(145),
        _row(0, _cell(6, 0, _text("mobile")), _cell(6, 1, _text("also"))),
        _row(1, _cell(5, 0, struct.pack("<d", 9811000001)), _cell(3, 1, b"\x2a")),
        _row(2, _cell(5, 0, struct.pack("<d", 9811000002)), _cell(8, 1, _text("x") + no_formula), hidden=True),
        _row(3, _cell(11, 0, b"\x0f" + no_formula)),
        _record(146) + _record(130),
    ]
    listed = _record(156, struct.pack("<II", 0, 1) + _text("rId1") + _text("Calls"))
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    related = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
        f'Type="{relations}/worksheet" Target="worksheets/sheet1.bin"/></Relationships>'
    )
    members = {
        "xl/workbook.bin": _record(131) + _record(143) + listed + _record(144) + _record(132),
        "xl/_rels/workbook.bin.rels": related,
        "xl/worksheets/sheet1.bin": b"".join(sheet),
    }
    Path("d.xlsb").write_bytes(zipped(members))


def test_errors_and_hidden_rows_of_the_binary_form_are_reported() -> None:
    _binary_workbook()
    [part] = open_source("d.xlsb").parts
    rows = [row for batch in part.batches(["mobile", "also"]) for row in batch.data.to_pylist()]
    assert rows == [
        {"mobile": "9811000001", "also": "#N/A"},
        {"mobile": "9811000002", "also": "x"},
        {"mobile": "#VALUE!", "also": ""},
    ]
    assert [warning[:30] for warning in part.about.warnings] == ["1 row is hidden by a filter or"]
    assert part.about.hidden_rows == {3}


def test_a_list_to_act_on_with_a_number_in_a_hidden_row_of_the_binary_form_is_an_error(
    capsys: pytest.CaptureFixture[str],
) -> None:
    _binary_workbook()
    Path("customers.csv").write_text("mobile\n9811000002\n")
    assert run(["scan", "customers.csv", "-c", "mobile", "--numbers", "d.xlsb", "--list-column", "mobile"]) == 3
    assert "row 3 has a number and is hidden" in capsys.readouterr().err


def test_an_error_of_an_open_document_is_no_empty_cell() -> None:
    error = (
        '<table:table-cell table:formula="of:=1/0" office:value-type="string" office:string-value="" '
        'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0" '
        'calcext:value-type="error"><text:p>#DIV/0!</text:p></table:table-cell>'
    )
    cells = [open_cell("mobile"), open_cell(9876543210), error, open_cell(9123456789)]
    open_document(Path("d.ods"), "".join(f"<table:table-row>{cell}</table:table-row>" for cell in cells))
    [part] = open_source("d.ods").parts
    read = [cell for batch in part.batches(["mobile"]) for cell in batch.data.column(0).to_pylist()]
    assert read == ["9876543210", "#N/A", "9123456789"]


UNUSUAL = {
    "no type": ("<text:p>9876543210</text:p>", "", "9876543210"),
    "CDATA": ("<text:p>98765<![CDATA[4321]]>0</text:p>", "string", "9876543210"),
    "a break of the line": (
        "<text:p>9876543210<text:line-break/>9123456789</text:p>",
        "string",
        "9876543210\n9123456789",
    ),
    "a tab": ("<text:p>98765<text:tab/>43210</text:p>", "string", "98765\t43210"),
}


@pytest.mark.parametrize("case", UNUSUAL)
def test_texts_of_an_open_document_are_read_however_they_are_written(case: str) -> None:
    """Also in the last column and row, which the reader leaves out where it finds no cell in use."""
    content, kind, expected = UNUSUAL[case]
    cell = f"<table:table-cell{f' office:value-type={kind!r}' if kind else ''}>{content}</table:table-cell>"
    rows = [open_cell("district") + open_cell("mobile"), open_cell("Nuh") + cell]
    open_document(Path("d.ods"), "".join(f"<table:table-row>{row}</table:table-row>" for row in rows))
    [part] = open_source("d.ods").parts
    assert [row for batch in part.batches() for row in batch.data.to_pylist()] == [
        {"district": "Nuh", "mobile": expected}
    ]


def test_a_cell_of_an_open_document_of_which_a_part_is_struck_out_is_struck_out() -> None:
    style = (
        '<style:style style:name="T1" style:family="text"><style:text-properties '
        'style:text-line-through-style="solid"/></style:style>'
    )
    cells = [open_cell("mobile"), open_cell('<text:span text:style-name="T1">9876543210</text:span>')]
    open_document(Path("d.ods"), "".join(f"<table:table-row>{cell}</table:table-row>" for cell in cells), style)
    with pytest.raises(InputError, match="the number in row 2 is struck out"):
        read_numbers("d.ods")


def test_an_error_beside_a_value_is_an_error() -> None:
    error = (
        '<table:table-cell office:value-type="float" office:value="9876543210" '
        'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0" '
        'calcext:value-type="error"><text:p>#REF!</text:p></table:table-cell>'
    )
    rows = "".join(
        f"<table:table-row>{cell}</table:table-row>" for cell in (open_cell("mobile"), error, open_cell(9123456789))
    )
    open_document(Path("d.ods"), rows)
    listed = read_numbers("d.ods")
    assert (len(listed.keys), listed.account["rows_refused"]) == (1, 1)
