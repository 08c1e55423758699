"""Dates with the month first in one part of a file, and those in its other parts that read both ways."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from numguard.cdr import read_cdr
from numguard.errors import InputError
from workbooks import book_of_sheets
from zip_files import zipped

HEADER = "MSISDN,IMEI,Call Date,Call Time"
ROW = "9876543210,358967101234560,{},08:01:39"
#: More rows than are looked at before the first one is read.
FAR = 1000


def sheet(*dates: str, header: str = HEADER) -> str:
    return "\n".join([header, *map(ROW.format, dates)]) + "\n"


def workbook(folder: Path, sheets: list[str]) -> Path:
    rows = {f"S{number}": [line.split(",") for line in text.splitlines()] for number, text in enumerate(sheets)}
    book_of_sheets(rows).save(folder / "calls.xlsx")
    return folder / "calls.xlsx"


def archive(folder: Path, sheets: list[str]) -> Path:
    (folder / "calls.zip").write_bytes(zipped({f"{number}.csv": text for number, text in enumerate(sheets)}))
    return folder / "calls.zip"


@pytest.mark.parametrize("pack", [workbook, archive])
@pytest.mark.parametrize("swapped", ["01/13/2026", "1/13/26", "01-13-2026"])
@pytest.mark.parametrize("first", [False, True])
def test_a_date_of_another_part_of_the_file_shows_its_order(
    tmp_path: Path, pack: Any, swapped: str, first: bool
) -> None:
    """`01/09/2026` was read as 1 September in one sheet, while another one showed that it is 9 January."""
    sheets = [sheet("01/09/2026", "05/05/2026"), sheet(swapped)]
    cdr = read_cdr(pack(tmp_path, sheets[::-1] if first else sheets))
    assert [f"{at:%d %m}" for at in cdr.read_all()["at"].to_pylist()] == ["05 05"]
    assert sorted(cdr.refused["note"].to_pylist()) == ["day_or_month", "month_first"]
    assert cdr.read_all().num_rows == 1


def test_a_heading_of_another_part_shows_it_too(tmp_path: Path) -> None:
    other = sheet("06/06/2026", header=HEADER.replace("Call Date", "Call Date (MM/DD/YYYY)"))
    cdr = read_cdr(workbook(tmp_path, [sheet("01/09/2026"), other]))
    assert cdr.read_all().num_rows == 1
    assert cdr.refused["note"].to_pylist() == ["day_or_month"]


@pytest.mark.parametrize("pack", [workbook, archive])
def test_dates_that_were_read_before_a_far_one_are_a_warning(tmp_path: Path, pack: Any) -> None:
    sheets = [sheet("01/09/2026", "02/09/2026"), sheet(*["05/05/2026"] * FAR, "01/13/2026"), sheet("03/09/2026")]
    path = pack(tmp_path, sheets)
    cdr = read_cdr(path)
    assert cdr.read_all().num_rows == 2 + FAR
    assert cdr.summary.refused == {"month_first": 1, "day_or_month": 1}
    first, _, last = cdr.summary.files
    assert len(first.warnings) == 1
    assert first.warnings[0].startswith("2 dates were read with the day first, and dates of its file have the month")
    assert last.warnings == []
    with pytest.raises(InputError, match="month_first"):
        read_cdr(path, strict=True).read_all()


@pytest.mark.parametrize("order", [1, -1])
def test_files_decide_together_as_the_members_of_an_archive_do(tmp_path: Path, order: int) -> None:
    texts = [sheet("01/09/2026"), sheet("01/13/2026"), sheet("25/09/2026")]
    names = [tmp_path / f"{name}.csv" for name in "abc"]
    for name, text in zip(names, texts, strict=True):
        name.write_text(text)
    for source in (names[::order], archive(tmp_path, texts[::order])):
        cdr = read_cdr(source)
        assert cdr.read_all().num_rows == 1
        assert cdr.summary.refused == {"month_first": 1, "day_or_month": 1}


def test_dates_of_another_file_that_was_read_before_a_far_one_are_a_warning(tmp_path: Path) -> None:
    texts = {
        "a.csv": sheet("01/09/2026"),
        "b.csv": sheet(*["05/05/2026"] * FAR, "01/13/2026"),
        "c.csv": sheet("02/09/2026"),
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    cdr = read_cdr([tmp_path / name for name in texts])
    assert cdr.read_all().num_rows == 1 + FAR
    warned = {Path(part.source).name: part.warnings for part in cdr.summary.files}
    (warning,) = warned["a.csv"]
    assert warning.startswith("1 dates were read with the day first, and dates of another file of its layout have the")
    assert warned["c.csv"] == []
    assert cdr.summary.refused == {"month_first": 1, "day_or_month": 1}


def test_files_without_such_dates_have_no_warning(tmp_path: Path) -> None:
    path = workbook(tmp_path, [sheet("01/09/2026"), sheet("13/01/2026"), sheet("13/01/26")])
    cdr = read_cdr(path)
    assert cdr.read_all().num_rows == 2
    assert cdr.summary.warnings == []
