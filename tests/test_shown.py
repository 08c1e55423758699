"""What a spreadsheet shows and no cell holds: rows that are hidden, cells that are struck out or merged.

A number that was struck out, or that a filter hides, is not on the list that its writer sees.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font

import numguard as ng
from numguard.cli import run
from numguard.source import open_source
from workbooks import book_of, book_of_sheets
from zip_files import OPEN_DOCUMENT, members_of, zipped

MEANT, STRUCK, HIDDEN = 9876543210, 9812345678, 9700012345
Cell = str | int | None
Write = Callable[[Path], None]


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("customers.csv").write_text(f"mobile\n{MEANT}\n{STRUCK}\n{HIDDEN}\n")


def workbook(rows: list[list[Cell]], name: str = "list.xlsx") -> tuple[openpyxl.Workbook, Any]:
    book = book_of(*rows)
    sheet = book.active
    book.save(name)
    return book, sheet


def hits(capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, set[int], str]:
    """Scans the customers for the list: the exit code, the numbers that were found, the messages."""
    Path("hits.csv").unlink(missing_ok=True)
    code = run(["scan", "customers.csv", "-c", "mobile", "-o", "hits.csv", *options])
    found = Path("hits.csv").read_text() if Path("hits.csv").exists() else ""
    return code, {number for number in (MEANT, STRUCK, HIDDEN) if str(number) in found}, capsys.readouterr().err


def of_style(path: Path) -> None:
    book, sheet = workbook([["mobile"], [MEANT], [STRUCK]])
    sheet["A3"].font = Font(strike=True)
    book.save(path)


def within_a_cell(path: Path) -> None:
    book, sheet = workbook([["mobile"], [MEANT]])
    sheet["A3"] = CellRichText(TextBlock(InlineFont(strike=True), str(STRUCK)), " ")
    book.save(path)


def of_a_shared_text(path: Path) -> None:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_column(0, 0, ["mobile", str(MEANT)])
        sheet.write_rich_string(2, 0, book.add_format({"font_strikeout": True}), str(STRUCK), " ")


def open_document(path: Path, rows: str, styles: str = "") -> None:
    """A file as LibreOffice writes it: styles, columns and groups of rows have tags that begin like those of sheets."""
    names = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text", "style")
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {names} office:version="1.3">'
        f"<office:automatic-styles>{styles}</office:automatic-styles><office:body><office:spreadsheet>"
        '<table:table table:name="Sheet1" table:style-name="ta1"><table:table-column table:style-name="co1" '
        f'table:number-columns-repeated="2" table:default-cell-style-name="Default"/>{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    path.write_bytes(zipped({**OPEN_DOCUMENT, "content.xml": content}))


def open_cell(text: object, style: str = "ce1") -> str:
    return (
        f'<table:table-cell table:style-name="{style}" office:value-type="string">'
        f"<text:p>{text}</text:p></table:table-cell>"
    )


def of_an_open_document(path: Path) -> None:
    rows = "".join(
        f'<table:table-row table:style-name="ro1">{open_cell(text, style)}</table:table-row>'
        for text, style in (("mobile", "ce1"), (MEANT, "ce1"), (STRUCK, "ce2"))
    )
    styles = '<style:style style:name="co1" style:family="table-column"/>'
    for name, line in (("ce1", "none"), ("ce2", "solid")):
        styles += (
            f'<style:style style:name="{name}" style:family="table-cell" style:parent-style-name="Default">'
            f'<style:text-properties style:text-line-through-style="{line}"/></style:style>'
        )
    open_document(path, rows, styles)


STRIKES: dict[str, tuple[str, Write]] = {
    "style": ("list.xlsx", of_style),
    "text within": ("list.xlsx", within_a_cell),
    "shared text": ("list.xlsx", of_a_shared_text),
    "open document": ("list.ods", of_an_open_document),
}


@pytest.mark.parametrize("how", STRIKES)
def test_a_number_that_is_struck_out_stops_a_list_to_act_on(capsys: pytest.CaptureFixture[str], how: str) -> None:
    name, write = STRIKES[how]
    write(Path(name))
    code, found, message = hits(capsys, "--numbers", name)
    assert (code, found) == (3, set())
    assert "the number in row 3 is struck out" in message
    assert str(STRUCK) not in message
    # Numbers that are never marked: all of them count, and the message says which are struck out.
    Path("all.csv").write_text(f"mobile\n{MEANT}\n{STRUCK}\n")
    code, found, message = hits(capsys, "--numbers", "all.csv", "--except", name)
    assert (code, found) == (0, set())
    assert "1 cell is struck out, the first in row 3" in message


def test_a_heading_or_another_cell_that_is_struck_out_stops_no_list(capsys: pytest.CaptureFixture[str]) -> None:
    book, sheet = workbook([["mobile", "name"], [MEANT, "A"], [None, None], ["NA", "B"]])
    for cell in ("A1", "B2", "A4"):
        sheet[cell].font = Font(strike=True)
    sheet["A3"].font = Font(strike=True)
    sheet["A2"].font = Font(bold=True, strike=False)
    book.save("list.xlsx")
    assert hits(capsys, "--numbers", "list.xlsx")[:2] == (0, {MEANT})


@pytest.mark.parametrize("header", [["mobile"], []])
def test_a_number_in_a_hidden_row_stops_a_list(capsys: pytest.CaptureFixture[str], header: list[Cell]) -> None:
    rows: list[list[Cell]] = [header] if header else []
    book, sheet = workbook([*rows, [HIDDEN], [MEANT]])
    sheet.row_dimensions[len(rows) + 1].hidden = True
    book.save("list.xlsx")
    code, found, message = hits(capsys, "--numbers", "list.xlsx")
    assert (code, found) == (3, set())
    assert f"row {len(rows) + 1} has a number and is hidden" in message
    Path("all.csv").write_text(f"mobile\n{MEANT}\n{HIDDEN}\n{STRUCK}\n")
    assert hits(capsys, "--numbers", "all.csv", "--except", "list.xlsx")[:2] == (0, {STRUCK})


def test_hidden_rows_without_a_number_and_of_other_actions_stop_no_list(capsys: pytest.CaptureFixture[str]) -> None:
    book, sheet = workbook([["mobile", "action"], [MEANT, "block"], [HIDDEN, "reverify"], [None, "block"]])
    for row in (3, 4):
        sheet.row_dimensions[row].hidden = True
    book.save("list.xlsx")
    assert hits(capsys, "--numbers", "list.xlsx")[:2] == (0, {MEANT})
    assert hits(capsys, "--numbers", "list.xlsx", "--action", "reverify")[0] == 3


def test_hidden_rows_are_found_behind_columns_and_groups(capsys: pytest.CaptureFixture[str]) -> None:
    rows = (
        f"<table:table-header-rows><table:table-row>{open_cell('mobile')}</table:table-row></table:table-header-rows>"
        f"<table:table-row-group><table:table-row>{open_cell(MEANT)}</table:table-row>"
        f'<table:table-row table:visibility="filter">{open_cell(HIDDEN)}</table:table-row></table:table-row-group>'
    )
    open_document(Path("list.ods"), rows)
    code, found, message = hits(capsys, "--numbers", "list.ods")
    assert (code, found) == (3, set())
    assert "row 3 has a number and is hidden" in message


COMPLAINTS: list[list[Cell]] = [
    ["acknowledgement_no", "source", "district", "suspect_mobiles"],
    ["20000000000001", "1930", "Nuh", MEANT],
    ["20000000000002", "1930", "Nuh", STRUCK],
    ["20000000000003", "1930", None, HIDDEN],
]


def added(book: openpyxl.Workbook, mapping: dict[str, str] | None = None) -> tuple[set[int], dict[int, str], str]:
    """Adds the sheet: the numbers on the list, those that wait and why, the messages."""
    book.save("sheet.xlsx")
    with ng.Registry(by="x") as registry:
        intake = registry.add_complaints("sheet.xlsx", mapping=mapping)
        listed = registry.block_list().read_all()["msisdn"].to_pylist()
    waits = {row["msisdn"] - 910000000000: row["why"] for row in intake.waiting.to_pylist()}
    return {number - 910000000000 for number in listed}, waits, str(intake.warnings)


@pytest.mark.parametrize("column", ["A", "D"])
def test_a_complaint_or_a_suspect_that_is_struck_out_waits(column: str) -> None:
    book, sheet = workbook(COMPLAINTS)
    sheet[f"{column}3"].font = Font(strike=True)
    listed, waits, message = added(book)
    assert (listed, waits) == ({MEANT, HIDDEN}, {STRUCK: "struck_out"})
    assert "1 cell is struck out, the first in row 3" in message


def test_a_suspect_in_a_hidden_row_or_below_merged_cells_waits() -> None:
    """It was listed, with a warning, though a number in a hidden row stops a list and a decision."""
    book, sheet = workbook(COMPLAINTS)
    sheet.row_dimensions[4].hidden = True
    listed, waits, message = added(book)
    assert (listed, waits) == ({MEANT, STRUCK}, {HIDDEN: "not_shown"})
    assert "1 row is hidden by a filter or by hand, the first is row 4" in message
    Path("sheet.xlsx").unlink()
    with xlsxwriter.Workbook("merged.xlsx") as file:
        page = file.add_worksheet()
        page.merge_range("D2:D3", "")
        for row, texts in enumerate(COMPLAINTS):
            page.write_row(row, 0, [str(text) for text in texts])
    with ng.Registry(by="x") as registry:
        intake = registry.add_complaints("merged.xlsx")
    assert [(row["row"], row["why"]) for row in intake.waiting.to_pylist()] == [(3, "not_shown")]


def test_a_part_that_is_struck_out_is_of_its_own_cell() -> None:
    """It was taken for one of the empty cell before it, which has a format of its own."""
    book, sheet = workbook(COMPLAINTS)
    sheet["C3"].value, sheet["C3"].font = None, Font(bold=True)
    sheet["D3"] = CellRichText(TextBlock(InlineFont(strike=True), str(STRUCK)))
    listed, waits, _ = added(book)
    assert (listed, waits) == ({MEANT, HIDDEN}, {STRUCK: "struck_out"})


def test_a_suspect_beside_a_narrative_that_is_struck_out_waits() -> None:
    header, *rows = COMPLAINTS
    book, sheet = workbook([[*header, "narrative"], *([*row, "called twice"] for row in rows)])
    sheet["E3"].font = Font(strike=True)
    assert added(book, {"narrative": "narrative"})[:2] == ({MEANT, HIDDEN}, {STRUCK: "struck_out"})


def test_a_struck_out_cell_of_another_column_leaves_a_complaint_as_it_is() -> None:
    book, sheet = workbook(COMPLAINTS)
    sheet["C3"].font = Font(strike=True)
    assert added(book)[0] == {MEANT, STRUCK, HIDDEN}


@pytest.mark.parametrize("column", ["A", "B"])
def test_a_decision_that_is_struck_out_is_refused(column: str) -> None:
    header, one, other, _ = COMPLAINTS
    workbook([header, [*one[:3], f"Ravi: {MEANT}"], [*other[:3], f"Asha: {STRUCK}"]], "desk.xlsx")
    decisions = [[f"91{number}", "accepted", "asked"] for number in (MEANT, STRUCK)]
    book, sheet = workbook([["msisdn", "decision", "reason"], *decisions])
    sheet[f"{column}3"].font = Font(strike=True)
    book.save("decided.xlsx")
    with ng.Registry(by="x") as registry:
        assert registry.add_complaints("desk.xlsx").waiting.num_rows == 2
        taken = registry.take_review("decided.xlsx")
        listed = registry.block_list().read_all()["msisdn"].to_pylist()
    assert (taken.accepted, listed) == (1, [910000000000 + MEANT])
    assert taken.refusals.select(["row", "note"]).to_pylist() == [{"row": 3, "note": "struck_out"}]


def test_numbers_that_were_drawn_down_wait() -> None:
    header, *_ = COMPLAINTS
    drawn = [str(STRUCK + more) for more in range(4)]
    others = [MEANT, HIDDEN, HIDDEN + 1]
    numbers: list[Cell] = [others[0], *drawn, *others[1:]]
    book, _ = workbook([header, *([f"2000000000000{k}", "1930", "Nuh", number] for k, number in enumerate(numbers))])
    listed, waits, _ = added(book)
    assert listed == set(others)
    assert waits == {STRUCK + more: "drawn_down" for more in range(4)}


def test_numbers_with_others_between_them_were_not_drawn_down() -> None:
    header, *_ = COMPLAINTS
    numbers: list[Cell] = [STRUCK, MEANT, STRUCK + 2, HIDDEN, STRUCK + 4]
    book, _ = workbook([header, *([f"2000000000000{k}", "1930", "Nuh", number] for k, number in enumerate(numbers))])
    listed, waits, _ = added(book)
    assert (listed, waits) == (set(numbers), {})


def test_numbers_that_rise_by_more_than_one_were_not_drawn_down() -> None:
    header, *_ = COMPLAINTS
    numbers: list[Cell] = [STRUCK, STRUCK + 2, STRUCK + 4, STRUCK + 60]
    book, _ = workbook([header, *([f"2000000000000{k}", "1930", "Nuh", number] for k, number in enumerate(numbers))])
    listed, waits, _ = added(book)
    assert (listed, waits) == (set(numbers), {})


def test_numbers_of_one_complaint_may_rise_by_one() -> None:
    header, *_ = COMPLAINTS
    book, _ = workbook([header, *(["20000000000001", "1930", "Nuh", str(STRUCK + more)] for more in range(4))])
    listed, waits, _ = added(book)
    assert (len(listed), waits) == (4, {})


def test_hidden_rows_and_merged_cells_of_complaints_are_reported() -> None:
    book, sheet = workbook(COMPLAINTS)
    sheet.merge_cells("C3:C4")
    sheet.row_dimensions[4].hidden = True
    listed, _, message = added(book)
    assert listed == {MEANT, STRUCK}
    assert "1 row is hidden by a filter or by hand, the first is row 4" in message
    assert "1 cell is merged over several rows, the first in row 3" in message


def test_headings_that_are_merged_over_two_rows_are_no_warning() -> None:
    book, sheet = workbook([["Served", "Handset"], [None, "IMEI"], [MEANT, "490154203237518"], [STRUCK, None]])
    sheet.merge_cells("A1:A2")
    sheet.merge_cells("A4:B4")
    book.save("d.xlsx")
    assert [part.about.warnings for part in open_source("d.xlsx").parts] == [()]


CALLS: list[list[Cell]] = [
    ["MSISDN", "IMEI", "Call Date", "Call Time", "Call Type"],
    [str(MEANT), "490154203237518", "05/09/2026", "09:00:00", "OUT"],
    [str(HIDDEN), "490154203237518", "05/09/2026", "09:00:00", "OUT"],
]


def test_hidden_and_struck_out_rows_of_an_operator_file_are_reported(capsys: pytest.CaptureFixture[str]) -> None:
    book, sheet = workbook(CALLS)
    sheet.row_dimensions[3].hidden = True
    sheet["B2"].font = Font(strike=True)
    sheet["B3"].value = None
    sheet.merge_cells("B2:B3")
    book.save("calls.xlsx")
    assert run(["cdr", "read", "calls.xlsx", "-o", "o.csv"]) == 0
    message = capsys.readouterr().err
    for part in ("1 row is hidden", "1 cell is struck out, the first in row 2", "1 cell is merged over several rows"):
        assert part in message


FORMULAS = {
    '<c r="B2" t="str"><f>IF(A2="","",A2)</f><v></v></c>': "",
    '<c r="B2" s="1" t="str"><f>IF(A2="","",A2)</f><v/></c>': "",
    '<c r="B2" t="str"><f t="shared" si="0"/><v></v></c>': "",
    '<c r="B2" t="str"><f>A2</f><v>9876543210</v></c>': "9876543210",
    '<c r="B2" t="str"><f>A2</f></c>': "#N/A",
    '<c r="B2"><f>A2</f><v></v></c>': "#N/A",
    '<c r="B2"><f>A2</f></c>': "#N/A",
}


@pytest.mark.parametrize("cell", FORMULAS)
def test_a_formula_whose_value_is_an_empty_text_is_an_empty_cell(cell: str) -> None:
    """As in a sheet whose formulas were drawn down below its rows: to save it again would change nothing."""
    workbook([["mobile", "also"], [1, 2]], "d.xlsx")
    members = members_of("d.xlsx")
    plain = b'<c r="B2" t="n"><v>2</v></c>'
    assert plain in members["xl/worksheets/sheet1.xml"]
    members["xl/worksheets/sheet1.xml"] = members["xl/worksheets/sheet1.xml"].replace(plain, cell.encode())
    Path("d.xlsx").write_bytes(zipped(members))
    [part] = open_source("d.xlsx").parts
    assert [cell for batch in part.batches(["also"]) for cell in batch.data.column(0).to_pylist()] == [FORMULAS[cell]]
    assert bool(part.about.warnings) is (FORMULAS[cell] == "#N/A")


def test_a_number_that_is_formatted_as_a_duration_is_an_error_that_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    book, sheet = workbook([["mobile"], [MEANT]])
    sheet["A2"].number_format = "[h]:mm:ss"
    book.save("list.xlsx")
    code, _, message = hits(capsys, "--numbers", "list.xlsx")
    assert (code, "has the format of a duration" in message) == (3, True)


def test_an_open_document_with_a_password_is_an_error_that_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    sealed = (
        '<manifest:file-entry manifest:full-path="content.xml"><manifest:encryption-data>x</manifest:encryption-data>'
        "</manifest:file-entry></manifest:manifest>"
    )
    manifest = OPEN_DOCUMENT["META-INF/manifest.xml"].replace("/>", f">{sealed}")
    members = {**OPEN_DOCUMENT, "content.xml": bytes(range(256)), "META-INF/manifest.xml": manifest}
    Path("list.ods").write_bytes(zipped(members))
    assert hits(capsys, "--numbers", "list.ods")[2].endswith("is protected with a password: save it without one\n")


def test_formulas_of_a_sheet_with_columns_are_reported_as_libreoffice_writes_it() -> None:
    formula = '<table:table-cell table:formula="of:=[.A2]"/>'
    rows = (
        f"<table:table-row>{open_cell('mobile')}{open_cell('also')}</table:table-row>"
        f"<table:table-row-group><table:table-row>{open_cell(MEANT)}{formula}</table:table-row></table:table-row-group>"
    )
    open_document(Path("d.ods"), rows)
    [part] = open_source("d.ods").parts
    assert [cell for batch in part.batches(["also"]) for cell in batch.data.column(0).to_pylist()] == ["#N/A"]
    assert "1 cell is a formula without a value" in part.about.warnings[0]


def test_the_summary_of_a_scan_has_what_a_workbook_hides(capsys: pytest.CaptureFixture[str]) -> None:
    book, sheet = workbook([["mobile"], [MEANT], [HIDDEN]], "d.xlsx")
    sheet.row_dimensions[3].hidden = True
    book.save("d.xlsx")
    Path("list.txt").write_text(f"{HIDDEN}\n")
    assert run(["scan", "d.xlsx", "-c", "mobile", "--numbers", "list.txt", "-o", "hits.csv", "--json"]) == 0
    summary = json.loads(capsys.readouterr().out)
    assert summary["hits"] == 1
    assert "1 row is hidden" in str(summary["warnings"])


def test_a_row_of_a_chosen_sheet_is_recorded_with_the_sheet() -> None:
    header, *rows = COMPLAINTS
    book_of_sheets({"Nuh": [header, rows[0]], "9812345678": [header, rows[1]]}).save("desk.xlsx")
    with ng.Registry(by="x") as registry:
        names = [registry.add_complaints("desk.xlsx", sheet=title).name for title in ("Nuh", str(STRUCK))]
        found = [registry.history(n).select(["file", "row"]).to_pylist()[0] for n in (MEANT, STRUCK)]
    assert names == ["desk.xlsx/Nuh", "desk.xlsx/sheet"]
    assert found == [{"file": name, "row": 2} for name in names]


def of_two_rows(*headings: list[Cell], how: str) -> str:
    """A file of complaints whose header has these two rows."""
    book, sheet = workbook([["Weekly report"], *headings])
    for k, (suspect, victim) in enumerate([(MEANT, 9000000001), (STRUCK, 9000000002)]):
        sheet.append([k + 1, f"2000000000000{k}", "Asha", victim, suspect, f"12345{k}", "Nuh"])
    if how == "csv":
        with Path("two.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(sheet.iter_rows(values_only=True))
        return "two.csv"
    for cells in ("A2:A3", "B2:B3", "C2:D2", "E2:F2", "G2:G3") if how == "merged" else ():
        sheet.merge_cells(cells)
    book.save("two.xlsx")
    return "two.xlsx"


@pytest.mark.parametrize("how", ["merged", "blank cells", "csv"])
@pytest.mark.parametrize(
    ("groups", "below"),
    [
        (("Complainant details", "Suspect details"), ("Name", "Mobile No.", "Mobile No.", "A/c")),
        (("Complainant", "Suspect"), ("Name", "Mobile", "Mobile", "A/c")),
        (("Victim particulars", "Suspect Mobile No"), ("Name", "Mobile", "Number", "Operator")),
        (("शिकायतकर्ता", "संदिग्ध"), ("नाम", "मोबाइल नंबर", "मोबाइल नंबर", "खाता")),
    ],
)
def test_a_header_of_complaints_may_have_two_rows(groups: tuple[str, str], below: tuple[str, ...], how: str) -> None:
    upper: list[Cell] = ["S.No.", "Ack No", groups[0], None, groups[1], None, "District"]
    path = of_two_rows(upper, [None, None, *below, None], how=how)
    with ng.Registry(by="x") as registry:
        intake = registry.add_complaints(path, constants={"source": "1930"})
        listed = registry.block_list().read_all()
        known = registry.known([9000000001, 9000000002])
    assert intake.preview is not None
    assert intake.preview.header_row == (2 if how == "csv" else 3)
    assert listed["msisdn"].to_pylist() == [910000000000 + STRUCK, 910000000000 + MEANT]
    assert set(listed["district"].to_pylist()) == {"Nuh"}
    # Those of complainants are protected.
    assert len(known) == 2
    assert (intake.added, intake.refused, intake.not_data) == (2, 0, {"title": 1 if how == "csv" else 2})


def test_a_field_in_a_group_that_is_not_known_is_named_with_its_group() -> None:
    upper: list[Cell] = ["S.No.", "Ack No", "Caller", None, "Fraud", None, "District"]
    of_two_rows(upper, [None, None, "Name", "Mobile", "Mobile", "A/c", None], how="merged")
    mapping = {"suspect_mobiles": "Fraud Mobile", "complainant_mobile": "Caller Mobile"}
    with ng.Registry(by="x") as registry:
        with pytest.raises(ng.errors.ColumnError, match="Caller Mobile, Fraud Mobile, Fraud A/c"):
            registry.add_complaints("two.xlsx", constants={"source": "1930"})
        assert registry.add_complaints("two.xlsx", constants={"source": "1930"}, mapping=mapping).added == 2


@pytest.mark.parametrize(
    "below",
    [["A", MEANT, "x", None], [None, "Ravi", "x", None], [None, "Ravi", None, None], ["A", "B", "C", "D"], [None] * 4],
)
def test_a_row_below_the_header_is_no_second_one(below: list[Cell]) -> None:
    workbook([["name", "mobile", None, "district"], below, ["B", STRUCK, None, "Nuh"]], "d.xlsx")
    [part] = open_source("d.xlsx", wanted=["mobile"]).parts
    is_second = below == [None, "Ravi", "x", None]
    assert part.above.header_row == (2 if is_second else 1)
    assert ("mobile" in part.schema().names) is not is_second


@pytest.mark.parametrize("how", ["merged", "csv"])
@pytest.mark.parametrize(("remark", "is_listed"), [("Victim", False), ("named by two complainants", True)])
def test_a_remark_below_the_first_row_of_a_header_spares_a_number(
    capsys: pytest.CaptureFixture[str], how: str, remark: str, is_listed: bool
) -> None:
    rows: list[list[Cell]] = [["S.No.", "Suspect", None, "Remarks"], [None, "Name", "Mobile", None]]
    rows += [[1, "A", str(MEANT), "Suspect"], [2, "B", str(STRUCK), remark]]
    book, sheet = workbook(rows)
    for cells in ("A1:A2", "B1:C1", "D1:D2"):
        sheet.merge_cells(cells)
    book.save("list.xlsx")
    with Path("list.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    code, found, message = hits(capsys, "--numbers", "list.csv" if how == "csv" else "list.xlsx")
    assert (code, found) == ((0, {MEANT, STRUCK}) if is_listed else (3, set()))
    assert ("the column 'Remarks' says in row 4" in message) is not is_listed


@pytest.mark.parametrize("sides", [("Victim", "Suspect"), ("Suspect", "Victim"), ("Called", "Caller")])
def test_sides_below_a_heading_of_numbers_are_part_of_the_names(
    capsys: pytest.CaptureFixture[str], sides: tuple[str, str]
) -> None:
    """Which of two columns is meant is known where one is of suspects."""
    workbook([["S.No.", "Mobile", None, "Remarks"], [None, *sides, None], [1, str(MEANT), str(STRUCK), None]])
    code, found, message = hits(capsys, "--numbers", "list.xlsx")
    meant = {(MEANT, STRUCK)[sides.index("Suspect")]} if "Suspect" in sides else set()
    assert (code, found) == (0 if meant else 3, meant)
    assert (f"Mobile {sides[0]}, Mobile {sides[1]}" in message) is not bool(meant)
