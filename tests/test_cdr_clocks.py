"""Times of operator files that cannot be right: in the future, or of a clock that was not set."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from random import Random
from typing import Any

import pyarrow.compute as pc
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900

import numguard as ng
from numguard.errors import InputError
from numguard.indian_time import IST
from operator_files import WRITERS, some_calls
from workbooks import book_of

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
    header = ["Target No", "IMEI", "Call Date", "Call Type"]
    book = book_of(header, ["9876543210", IMEI, dt.datetime(2026, 6, 1), "OUT"])
    book.epoch = epoch
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


def at_of(tmp_path: Path, headings: str, *rows: str, layout: Any = None) -> tuple[list[str | None], Any]:
    """The times of rows below these headings, and how they were read."""
    path = tmp_path / "calls.csv"
    lines = "".join(f"9876543210,{IMEI},OUT,{row}\n" for row in rows)
    path.write_text(f"Target No,IMEI,Call Type,{headings}\n{lines}")
    cdr = ng.read_cdr(path, layout)
    return [at and f"{at:%d %H:%M}" for at in cdr.read_all()["at"].to_pylist()], cdr


UNKNOWN_TIMES = [
    *("Call Time (UTC+0)", "Call Time (UTC 00:00)", "Call Time (12 hr)", "Time(Z)", "UTC Time", "GMT Time"),
    *("Call Time in UTC", "Call Time (UTC+4)", "Call UTC Time", "Clock", "Call Time (x)", "Begins"),
]


@pytest.mark.parametrize("heading", UNKNOWN_TIMES)
def test_a_day_is_not_read_beside_a_time_under_another_name(tmp_path: Path, heading: str) -> None:
    """It would be 00:00 of its day, which may be within a period that the call is outside of."""
    ats, cdr = at_of(tmp_path, f"Call Date,{heading}", "01/06/2026,22:00:00")
    assert ats == [None]
    assert "times" in cdr.summary.warnings[-1]
    with pytest.raises(InputError, match="times"):
        ng.read_cdr(tmp_path / "calls.csv", strict=True).read_all()


def test_a_day_is_not_read_beside_hours_and_minutes(tmp_path: Path) -> None:
    ats, cdr = at_of(tmp_path, "Call Date,Hour,Minute", "01/06/2026,22,5")
    assert ats == [None]
    assert "'Hour'" in cdr.summary.warnings[0]


@pytest.mark.parametrize(
    "form",
    ["24 Hrs format", "24 hours", "UTC+05:30", "GMT+5:30", "Local", "H:M:S", "hhmmss", "HH:MM:SS format", "in IST"],
)
def test_a_form_of_indian_times_is_no_other_name(tmp_path: Path, form: str) -> None:
    ats, cdr = at_of(tmp_path, f"Call Date,Call Time ({form})", "01/06/2026,22:00:00")
    assert (ats, cdr.summary.warnings) == (["01 22:00"], [])


@pytest.mark.parametrize("form", ["(UTC+0)", "(24 Hrs format)", "(12 hr)"])
@pytest.mark.parametrize("operator", sorted(WRITERS))
def test_a_form_in_the_header_of_an_operator_moves_no_call(tmp_path: Path, operator: str, form: str) -> None:
    file = WRITERS[operator](some_calls(Random(1), 20))
    file.header = [
        f"{name} {form}" if name in ("Time", "Call Time", "Call Initiation Time") else name for name in file.header
    ]
    path = tmp_path / "calls.csv"
    path.write_bytes(file.content())
    cdr = ng.read_cdr(path)
    ats = cdr.read_all()["at"].to_pylist()
    is_read = form == "(24 Hrs format)"
    assert [at and at.replace(tzinfo=None) for at in ats] == [call.when if is_read else None for call in file.calls]
    assert cdr.summary.files[0].missing == ([] if is_read else ["times"])


@pytest.mark.parametrize(
    ("headings", "row", "at"),
    [
        ("Call Date", "01/06/2026", "01 00:00"),
        ("Call Date,Talk Time", "01/06/2026,00:00:55", "01 00:00"),
        ("Call Date,Call Time,End Time", "01/06/2026,10:00:00,10:01:00", "01 10:00"),
        ("Call Date,Start Clock", "01/06/2026 10:00:00,10:00", "01 10:00"),
        ("Call Date,Call Time,Zone", "01/06/2026,10:00:00,North", "01 10:00"),
        ("Call Date,Call Time,Zone", "01/06/2026,10:00:00,N/A", "01 10:00"),
        ("Call Date,Call Time,Circle", "01/06/2026,10:00:00,UP", "01 10:00"),
    ],
)
def test_columns_beside_times_that_change_nothing(tmp_path: Path, headings: str, row: str, at: str) -> None:
    ats, cdr = at_of(tmp_path, headings, row)
    assert (ats, cdr.summary.warnings) == ([at], [])


def test_a_named_column_of_days_is_read_with_a_warning(tmp_path: Path) -> None:
    layout = {"served": "Target No", "imei": "IMEI", "date": "Call Date"}
    ats, cdr = at_of(tmp_path, "Call Date,Call Time", "01/06/2026,22:00:00", layout=layout)
    assert ats == ["01 00:00"]
    assert "each date is read as 00:00 of its day" in cdr.summary.warnings[0]


@pytest.mark.parametrize("heading", ["AM/PM", "Meridiem", "am or pm", "Half"])
def test_no_time_is_read_beside_a_column_of_its_half_of_the_day(tmp_path: Path, heading: str) -> None:
    rows = ["01/06/2026,08:00:00,PM", "01/06/2026,08:00:00,AM", "01/06/2026,08:00:00,"]
    ats, cdr = at_of(tmp_path, f"Call Date,Call Time,{heading}", *rows)
    assert ats == [None, None, None]
    assert cdr.summary.files[0].missing == ["times"]


@pytest.mark.parametrize("heading", ["Time Zone", "TimeZone", "TZ", "UTC Offset", "Zone", "Remark"])
@pytest.mark.parametrize("zone", ["UTC", "GMT", "UTC-05:30", "GMT+4"])
def test_a_time_of_another_zone_in_a_column_is_refused(tmp_path: Path, heading: str, zone: str) -> None:
    zones = [zone, zone, zone, "IST", "", "(UTC+05:30) Asia/Kolkata"]
    rows = [f"01/06/2026,20:00:00,{one}" for one in zones]
    ats, cdr = at_of(tmp_path, f"Call Date,Call Time,{heading}", *rows)
    assert ats == ["01 20:00"] * 3
    assert cdr.refused["note"].to_pylist() == ["other_zone"] * 3
    assert cdr.refused["column"].to_pylist() == [heading] * 3


def test_a_zone_far_below_the_first_rows_is_refused(tmp_path: Path) -> None:
    rows = ["01/06/2026,20:00:00,+05:30"] * 1000 + ["01/06/2026,20:00:00,+00:00"]
    ats, cdr = at_of(tmp_path, "Call Date,Call Time,Time Zone", *rows)
    assert len(ats) == 1000
    assert cdr.summary.refused == {"other_zone": 1}


def test_a_time_with_its_own_zone_needs_no_column_of_zones(tmp_path: Path) -> None:
    rows = ["2026-06-01T10:00:00Z,UTC", "2026-06-01 10:00:00,UTC", "2026-06-01 10:00:00,IST"]
    ats, cdr = at_of(tmp_path, "Timestamp,Timezone", *rows)
    assert ats == ["01 15:30", "01 10:00"]
    assert cdr.refused["row"].to_pylist() == [3]
