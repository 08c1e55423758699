"""Headings that operators change: the column is found, or the summary says that it is missing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pytest

from numguard.cdr import read_cdr
from numguard.errors import InputError

A, B, OTHER = "9876543210", "9123456789", "9700012345"
IMEI = "358967101234560"


def rows(tmp_path: Path, header: str, *lines: str, **how: Any) -> list[dict[str, Any]]:
    path = tmp_path / "calls.csv"
    path.write_text("\n".join([header, *lines, ""]))
    cdr = read_cdr(path, **how)
    found = cdr.read_all().to_pylist()
    assert not cdr.refused.num_rows, cdr.refused.to_pylist()
    return found


def test_a_changed_heading_loses_no_column(tmp_path: Path) -> None:
    header = "Target No,Call Type,B Party No,Call Date,Call Time,Dur(s),IMEI No"
    (row,) = rows(tmp_path, header, f"{A},OUT,{B},01/06/2026,08:01:39,12,{IMEI}")
    assert (row["imei14"], row["duration_s"]) == (35896710123456, 12)
    assert f"{row['at']:%d %H:%M:%S}" == "01 08:01:39"


def test_the_form_of_a_time_may_stand_in_its_heading(tmp_path: Path) -> None:
    (row,) = rows(tmp_path, "MSISDN,IMEI,TIME1 (dd/MM/yyyy HH:mm:ss)", f"{A},{IMEI},01/06/2026 08:01:39")
    assert f"{row['at']:%d %H:%M:%S}" == "01 08:01:39"


def test_an_imei_column_of_a_session_is_read(tmp_path: Path) -> None:
    header = "Landline/MSISDN/MDN/Leased Circuit ID for Internet Access,IMEI,Start Date,Start Time"
    (row,) = rows(tmp_path, header, f"{A},{IMEI},01/06/2026,08:01:39")
    assert row["imei14"] == 35896710123456


@pytest.mark.parametrize(("kind", "other"), [("IN", B), ("OUT", B)])
def test_a_subject_beside_caller_and_called_has_another_party(tmp_path: Path, kind: str, other: str) -> None:
    parties = f"{B},{A}" if kind == "IN" else f"{A},{B}"
    header = "Subject,Calling No,Called No,Call Type,IMEI,Call Date,Call Time"
    (row,) = rows(tmp_path, header, f"{A},{parties},{kind},{IMEI},01/06/2026,08:01:39")
    assert (row["served_msisdn"], row["other_msisdn"]) == (919876543210, 910000000000 + int(other))


def test_the_column_with_the_direction_is_taken(tmp_path: Path) -> None:
    header = "Calling No,Called No,Call Type,Direction,IMEI,Call Date,Call Time"
    (row,) = rows(tmp_path, header, f"{A},{B},Call,Incoming,{IMEI},01/06/2026,08:01:39")
    assert (row["served_msisdn"], row["direction"]) == (919123456789, "in")


def test_a_short_header_of_jio_is_jios(tmp_path: Path) -> None:
    header = "Calling Party Telephone Number,Called Party Telephone Number,Call Type,IMEI,Call Date,Call Time"
    (row,) = rows(tmp_path, header, f"{A},{B},a_in,{IMEI},01/06/2026,08:01:39")
    assert row["served_msisdn"] == 919123456789


def test_the_caller_of_a_switchs_mt_record_is_not_served(tmp_path: Path) -> None:
    header = "A NUMBER,B NUMBER,Record Type,IMEI,Call Date,Call Time"
    lines = [f"{OTHER},{B},MTC,{IMEI},01/06/2026,08:01:39", f"{A},{B},MOC,{IMEI},01/06/2026,08:02:39"]
    first, second = rows(tmp_path, header, *lines)
    assert (first["served_msisdn"], first["other_msisdn"]) == (919123456789, 919700012345)
    assert (second["served_msisdn"], second["other_msisdn"]) == (919876543210, 919123456789)


def test_a_time_in_utc_is_read(tmp_path: Path) -> None:
    (row,) = rows(tmp_path, "MSISDN,IMEI,Timestamp", f"{A},{IMEI},2026-06-01T18:37:18.864Z")
    assert f"{row['at']:%d %H:%M:%S}" == "02 00:07:18"


@pytest.mark.parametrize(("written", "missing"), [("2026-06-01 08:01:39", []), ("08:01:39", ["times"])])
def test_a_column_of_times_that_has_the_days_too_is_one_of_times(
    tmp_path: Path, written: str, missing: list[str]
) -> None:
    path = tmp_path / "calls.csv"
    path.write_text(f"MSISDN,IMEI,Time\n{A},{IMEI},{written}\n")
    cdr = read_cdr(path)
    assert len(cdr.read_all().filter(pc.field("at").is_valid())) == (not missing)
    assert cdr.summary.files[0].missing == missing


@pytest.mark.parametrize(
    "heading", ["CALL_START", "StartTime", "ts", "seen", "session_start", "begin_time", "Call Start DateTime"]
)
@pytest.mark.parametrize("served", ["msisdn", "phone"])
def test_times_under_the_names_that_programs_give_them(tmp_path: Path, heading: str, served: str) -> None:
    """Such rows were read without a time."""
    (row,) = rows(tmp_path, f"{served},IMEI,{heading},CALL_END", f"{A},{IMEI},2026-06-01 08:01:39,2026-06-01 09:00:00")
    assert (row["served_msisdn"], f"{row['at']:%d %H:%M:%S}") == (919876543210, "01 08:01:39")


@pytest.mark.parametrize(("written", "served"), [("VoLTE_IN", B), ("VOLTE-OUT", A), ("VoWiFi In", B)])
def test_a_call_over_data_has_a_direction(tmp_path: Path, written: str, served: str) -> None:
    header = "Calling Number,Called Number,Call Type,Start Time,IMEI"
    (row,) = rows(tmp_path, header, f"{A},{B},{written},2026-06-01 08:01:39,{IMEI}")
    assert row["served_msisdn"] == int(f"91{served}")


def test_columns_that_are_absent_or_not_read_are_reported(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text(f"Target No,Call Type,B Party No,Dur(s),Handset Code\n{A},OUT,{B},12,{IMEI}\n")
    cdr = read_cdr(path)
    cdr.read_all()
    (warning,) = cdr.summary.warnings
    assert warning.endswith(
        "has no column of IMEIs and times with a known name; if one of those not read is it, name the columns "
        "(--map COLUMN=served ..., layout=)"
    )
    assert cdr.summary.files[0].not_read == ["Handset Code"]
    with pytest.raises(InputError, match="strict"):
        read_cdr(path, strict=True).read_all()


def test_an_unknown_header_is_shown_and_a_row_is_not(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text("Who,When\nx,y\n")
    with pytest.raises(InputError, match="Who, When"):
        read_cdr(path)
    path.write_text(f"{A},Ravi\n{B},Axel\n")
    with pytest.raises(InputError) as caught:
        read_cdr(path)
    assert "Ravi" not in str(caught.value)
    assert A not in str(caught.value)


@pytest.mark.parametrize("heading", ["Call Date (MM/DD/YYYY)", "Date mm-dd-yyyy"])
def test_a_heading_may_say_that_the_month_is_first(tmp_path: Path, heading: str) -> None:
    path = tmp_path / "calls.csv"
    path.write_text(f"Target No,IMEI,{heading}\n{A},{IMEI},06/05/2026\n{A},{IMEI},06/06/2026\n")
    cdr = read_cdr(path)
    assert [f"{row['at']:%d %m}" for row in cdr.read_all().to_pylist()] == ["06 06"]
    assert cdr.refused["note"].to_pylist() == ["day_or_month"]


@pytest.mark.parametrize("heading", ["Duration (ms)", "Call Duration (mm:ss)", "Duration HH:MM"])
def test_a_duration_in_another_unit_is_not_read(tmp_path: Path, heading: str) -> None:
    (row,) = rows(tmp_path, f"Target No,IMEI,Date,{heading}", f"{A},{IMEI},01/06/2026,05:30")
    assert row["duration_s"] is None


@pytest.mark.parametrize(
    ("heading", "written", "seconds"),
    [("Duration (ss)", "61", 61), ("Call Duration (HH:MM:SS)", "00:01:01", 61), ("Duration", "0:01:01", 61)],
)
def test_a_duration_in_seconds_or_by_a_clock_is_read(tmp_path: Path, heading: str, written: str, seconds: int) -> None:
    (row,) = rows(tmp_path, f"Target No,IMEI,Date,{heading}", f"{A},{IMEI},01/06/2026,{written}")
    assert row["duration_s"] == seconds


def test_an_unclear_duration_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    cells = ["05:30", "5 min", "10.30", "", "-", "NA", "12", "00:00:12"]
    path.write_text("Target No,IMEI,Date,Duration\n" + "".join(f"{A},{IMEI},01/06/2026,{cell}\n" for cell in cells))
    cdr = read_cdr(path)
    assert cdr.read_all()["duration_s"].to_pylist() == [None] * 6 + [12, 12]
    assert cdr.summary.unread == {"duration_s": {"unclear_duration": 3}}


@pytest.mark.parametrize("headings", ["Call Date,Call Time (UTC)", "Call Date (GMT),Call Time"])
def test_a_date_beside_a_time_of_another_zone_is_not_read(tmp_path: Path, headings: str) -> None:
    path = tmp_path / "calls.csv"
    path.write_text(f"Target No,IMEI,{headings}\n{A},{IMEI},01/06/2026,22:00:00\n")
    cdr = read_cdr(path)
    assert cdr.read_all()["at"].to_pylist() == [None]
    assert cdr.summary.files[0].missing == ["times"]


def test_a_time_of_another_zone_beside_that_of_india_changes_nothing(tmp_path: Path) -> None:
    header = "MSISDN,IMEI,Start Date,Start Time (IST),Start Time (UTC)"
    (row,) = rows(tmp_path, header, f"{A},{IMEI},01/06/2026,22:00:00,16:30:00")
    assert f"{row['at']:%d %H:%M}" == "01 22:00"
