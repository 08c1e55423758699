"""Times of operator files that cannot be right: in the future, or of a clock that was not set."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.compute as pc
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900

import numguard as ng
from numguard.indian_time import IST

IMEI = "358967101234560"
NOW = dt.datetime.now(IST)


def read(tmp_path: Path, *moments: str, header: str = "Call Date,Call Time") -> list[str | None]:
    """The note of each row, or None where it was read."""
    path = tmp_path / "calls.csv"
    rows = [f"9876543210,{IMEI},{moment},OUT" for moment in moments]
    path.write_text("\n".join([f"Target No,IMEI,{header},Call Type", *rows]) + "\n")
    cdr = ng.read_cdr(path)
    found: dict[int, str | None] = dict.fromkeys(cdr.read_all()["row"].to_pylist())
    refused = cdr.refused
    found |= dict(zip(refused["row"].to_pylist(), refused["note"].to_pylist(), strict=True))
    assert cdr.summary.account["rows_read"] == len(moments)
    assert set(pc.unique(refused["column"]).to_pylist()) <= {header.split(",")[0]}
    return [found[line] for line in range(2, len(moments) + 2)]


def day(days: int) -> str:
    return f"{NOW + dt.timedelta(days=days):%d/%m/%Y,%H:%M:%S}"


def test_times_that_cannot_be_right_are_refused(tmp_path: Path) -> None:
    moments = {
        "01/06/2062,10:00:00": "in_the_future",
        day(30): "in_the_future",
        day(2): "in_the_future",
        day(0): None,
        day(-1): None,
        "01/01/1970,00:00:00": "clock_not_set",
        "01/01/1970,05:30:00": "clock_not_set",
        "06/01/1980,00:00:00": "clock_not_set",
        "31/12/1994,23:59:59": "clock_not_set",
        "01/01/1995,00:00:00": None,
        "31/12/1969,23:59:59": "unreadable_date",
        "01/01/2100,00:00:00": "unreadable_date",
    }
    assert read(tmp_path, *moments) == list(moments.values())


@pytest.mark.parametrize("moment", ["2062-06-01 10:00:00", "2062-06-01T10:00:00Z", "2062-06-01"])
def test_a_moment_in_one_column(tmp_path: Path, moment: str) -> None:
    assert read(tmp_path, moment, "2026-06-01 10:00:00", header="Timestamp") == ["in_the_future", None]


def test_a_row_without_a_time_stays(tmp_path: Path) -> None:
    assert read(tmp_path, "-,-") == [None]


@pytest.mark.parametrize("form", ["m/d/yy", "mm-dd-yy", "m/d/yyyy", "[$-409]m/d/yy h:mm AM/PM;@", "d-mmm-yy"])
@pytest.mark.parametrize("epoch", [CALENDAR_WINDOWS_1900, CALENDAR_MAC_1904])
def test_a_date_of_a_workbook_is_its_serial_number_however_it_is_shown(
    tmp_path: Path, form: str, epoch: dt.datetime
) -> None:
    book: Any = openpyxl.Workbook()
    book.epoch = epoch
    book.active.append(["Target No", "IMEI", "Call Date", "Call Type"])
    book.active.append(["9876543210", IMEI, dt.datetime(2026, 6, 1), "OUT"])
    book.active.cell(2, 3).number_format = form
    book.save(tmp_path / "calls.xlsx")
    (at,) = ng.read_cdr(tmp_path / "calls.xlsx").read_all()["at"].to_pylist()
    assert (at.year, at.month, at.day) == (2026, 6, 1)


@pytest.mark.parametrize(
    "preamble",
    [
        "Call Details of Mobile No '9876543210' from '01-Jun-2026' to '30-Jun-2026'",
        "From Date :,'01/06/2026 00:00:00'\nTo Date :,'30/06/2026 23:59:59'",
        "From Date:-2026-06-01\nTo Date:-2026-06-30",
        "CDR FROM 1-6-2026 TO 30-6-2026",
    ],
)
def test_rows_outside_of_the_stated_period_are_a_warning(tmp_path: Path, preamble: str) -> None:
    """As where a spreadsheet exchanged day and month of each date up to the twelfth."""
    path = tmp_path / "calls.csv"
    days = ["01/06/2026 00:00:00", "30/06/2026 23:59:59", "31/05/2026 23:59:59", "01/07/2026 00:00:00", ""]
    rows = "".join(f"9876543210,358967101234560,{day}\n" for day in days)
    path.write_text(f"{preamble}\n\nMSISDN,IMEI,Timestamp\n{rows}")
    cdr = ng.read_cdr(path)
    assert cdr.read_all().num_rows == 5
    assert cdr.summary.files[0].warnings == ["2 rows are outside of the period that the preamble names"]


@pytest.mark.parametrize(
    "preamble", ["From Date:-2026-06-01", "from 30/06/2026 to 01/06/2026", "to whom it may concern"]
)
def test_half_a_period_is_none(tmp_path: Path, preamble: str) -> None:
    path = tmp_path / "calls.csv"
    path.write_text(f"{preamble}\nMSISDN,IMEI,Timestamp\n9876543210,358967101234560,01/05/2026 10:00:00\n")
    cdr = ng.read_cdr(path)
    assert cdr.read_all().num_rows == 1
    assert cdr.summary.files[0].warnings == []


@pytest.mark.parametrize(
    ("title", "warned"),
    [
        ("All times are in UTC", True),
        ("Time zone: GMT", True),
        ("Time zone: (GMT+05:30) Asia/Kolkata", False),
        ("Time zone: UTC +5:30", False),
        ("Call details, UTCL circle", False),
    ],
)
def test_a_title_about_another_zone_is_a_warning(tmp_path: Path, title: str, warned: bool) -> None:
    path = tmp_path / "calls.csv"
    row = f"9876543210,{IMEI},01/06/2026,10:00:00,OUT"
    path.write_text(f"{title}\nTarget No,IMEI,Call Date,Call Time,Call Type\n{row}\n")
    cdr = ng.read_cdr(path)
    assert cdr.read_all().num_rows == 1
    assert [("UTC or GMT" in warning) for warning in cdr.summary.warnings] == [True] * warned
