"""Workbooks as few programs write them: sheets in other folders, and rows of nothing but formulas without a value."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from numguard.errors import InputError
from numguard.source import open_source


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _workbook(rows: list[list[object]]) -> None:
    """Writes d.xlsx, whose third row is hidden."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.active.row_dimensions[3].hidden = True
    book.save("d.xlsx")


def _rewritten(rename: Callable[[str], str], change: Callable[[bytes], bytes]) -> None:
    """d.xlsx with other names of its members, and other contents."""
    with zipfile.ZipFile("d.xlsx") as archive:
        members = {rename(name): change(archive.read(name)) for name in archive.namelist()}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    Path("d.xlsx").write_bytes(out.getvalue())


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
