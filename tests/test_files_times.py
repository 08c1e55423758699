"""Dates, times and durations in text formats: every digit and every year, or an error that names the column."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from python_calamine import CalamineWorkbook

import numguard as ng
from numguard.errors import ArgumentError, InputError
from numguard.files import write_rows
from numguard.files.times import as_values

UTC_US = pa.timestamp("us", "UTC")
INDIA = pa.timestamp("us", "Asia/Kolkata")
LAST = 2**63 - 1


def stored(values: list[int | None], kind: pa.DataType) -> Any:
    """A column of the integers that Arrow stores."""
    return pa.array(values, pa.int32() if kind.bit_width == 32 else pa.int64()).cast(kind)


def of_csv(path: Path) -> list[str]:
    with path.open(newline="") as file:
        return [row["x"] for row in csv.DictReader(file)]


def of_lines(path: Path) -> list[Any]:
    return [json.loads(line)["x"] for line in path.read_text().splitlines()]


def of_sheet(path: Path) -> list[Any]:
    return [x for (x,) in CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()[1:]]


READERS: dict[str, Callable[[Path], list[Any]]] = {".csv": of_csv, ".jsonl": of_lines, ".xlsx": of_sheet}


def written(tmp_path: Path, ending: str, column: Any) -> list[Any]:
    table = pa.table({"x": column})
    write_rows(tmp_path / f"t{ending}", table.schema, table.to_batches())
    return READERS[ending](tmp_path / f"t{ending}")


NANOS = 3_600_000_000_001
#: Columns and their cells in `.csv`, and in `.jsonl` and `.xlsx`.
CASES: dict[str, tuple[Any, list[str], list[str]]] = {
    "nanoseconds of a time": (
        stored([NANOS, 3_600_000_000_000, 1_000], pa.time64("ns")),
        ["01:00:00.000000001", "01:00:00.000000000", "00:00:00.000001000"],
        ["01:00:00.000000001", "01:00:00", "00:00:00.000001"],
    ),
    "nanoseconds": (
        stored([NANOS, 0, -1], pa.timestamp("ns")),
        ["1970-01-01 01:00:00.000000001", "1970-01-01 00:00:00.000000000", "1969-12-31 23:59:59.999999999"],
        ["1970-01-01T01:00:00.000000001", "1970-01-01T00:00:00", "1969-12-31T23:59:59.999999999"],
    ),
    "nanoseconds of a zone": (
        stored([NANOS], pa.timestamp("ns", "Asia/Kolkata")),
        ["1970-01-01 06:30:00.000000001+0530"],
        ["1970-01-01T06:30:00.000000001+05:30"],
    ),
    "the last nanosecond of a zone": (
        stored([LAST], pa.timestamp("ns", "Asia/Kolkata")),
        ["2262-04-11 23:47:16.854775807Z"],
        ["2262-04-12T05:17:16.854775807+05:30"],
    ),
    "infinity": (
        stored([LAST, 0], pa.timestamp("us")),
        ["294247-01-10 04:00:54.775807", "1970-01-01 00:00:00.000000"],
        ["294247-01-10T04:00:54.775807", "1970-01-01T00:00:00"],
    ),
    "infinity of a zone": (
        stored([LAST, 0], INDIA),
        ["294247-01-10 04:00:54.775807Z", "1970-01-01 05:30:00.000000+0530"],
        ["294247-01-10T04:00:54.775807+00:00", "1970-01-01T05:30:00+05:30"],
    ),
    "infinity in seconds": (
        stored([LAST], pa.timestamp("s", "UTC")),
        ["292277026596-12-04 15:30:07Z"],
        ["292277026596-12-04T15:30:07+00:00"],
    ),
    "infinity of days": (stored([2**31 - 1], pa.date32()), ["5881580-07-11"], ["5881580-07-11"]),
    "far days": (
        stored([3_672_961, -735_536, 2_932_896, -719_162], pa.date32()),
        ["12026-03-24", "-0044-03-04", "9999-12-31", "0001-01-01"],
        ["12026-03-24", "-0044-03-04", "9999-12-31", "0001-01-01"],
    ),
    "the year before 1": (stored([-719_163], pa.date32()), ["0000-12-31"], ["0000-12-31"]),
    "days in milliseconds": (stored([86_400_000 * 3_000_000], pa.date64()), ["10183-09-21"], ["10183-09-21"]),
    "the end of a day": (
        stored([86_400_000_000, 86_399_999_999], pa.time64("us")),
        ["24:00:00.000000", "23:59:59.999999"],
        ["24:00:00", "23:59:59.999999"],
    ),
    "before a day": (stored([-1], pa.time32("ms")), ["-00:00:00.001"], ["-00:00:00.001000"]),
}


@pytest.mark.parametrize("ending", READERS)
@pytest.mark.parametrize("case", CASES)
def test_every_value_is_written_exactly(case: str, ending: str, tmp_path: Path) -> None:
    column, of_csv, of_others = CASES[case]
    cells = [cell.removeprefix("'") for cell in written(tmp_path, ending, column)]
    assert cells == (of_csv if ending == ".csv" else of_others)


def test_days_are_those_that_duckdb_reads() -> None:
    days = stored([*range(-2_000_000, 5_000_000, 9_973), -719_163, -719_162, -719_528, -719_529], pa.date32())
    read = duckdb.from_arrow(pa.table({"x": days})).project("x::varchar").fetchall()
    for ours, (text,) in zip(as_values(days), read, strict=True):
        year, _, rest = text.removesuffix(" (BC)").partition("-")
        assert ours.endswith(f"-{rest}")
        assert int(ours.removesuffix(f"-{rest}")) == (1 - int(year) if text.endswith("(BC)") else int(year))


@pytest.mark.parametrize("unit", ["s", "ms", "us"])
@pytest.mark.parametrize("zone", [None, "UTC", "Asia/Kolkata", "+05:30", "Europe/London"])
def test_values_of_python_are_written_as_by_python(unit: Any, zone: str | None) -> None:
    per = {"s": 1, "ms": 10**3, "us": 10**6}[unit]
    numbers = [0, -1, 1_780_000_000 * per + per // 3, -3_000_000_000 * per, 250_000_000_000 * per, None]
    column = stored(numbers, pa.timestamp(unit, zone))
    assert as_values(column) == [None if one is None else one.isoformat() for one in column.to_pylist()]


def test_days_and_durations_of_python_are_written_as_by_python() -> None:
    days = pa.array([date.min, date(2026, 2, 28), date(2000, 2, 29), date(1900, 3, 1), date.max, None])
    assert as_values(days) == [None if one is None else one.isoformat() for one in days.to_pylist()]
    lengths = pa.array([timedelta(days=2, seconds=5, microseconds=7), timedelta(seconds=-1), None], pa.duration("us"))
    assert as_values(lengths) == ["2 days, 0:00:05.000007", "-1 day, 23:59:59", None]
    assert as_values(stored([5, -1_500_000_000, 2_000_000_000], pa.duration("ns"))) == [
        "PT0.000000005S", "-1 day, 23:59:58.500000", "0:00:02",
    ]  # fmt: skip
    assert as_values(stored([-LAST], pa.duration("s"))) == [f"-PT{LAST}S"]


def test_times_within_lists_and_structures_are_text_too(tmp_path: Path) -> None:
    times = stored([1, None], pa.time64("ns"))
    far = stored([LAST, 0], UTC_US)
    cells: Any = pa.StructArray.from_arrays([times, far, pa.array(["a", "b"])], ["time", "at", "word"])
    ends = pa.array([0, 1, 1, 2], pa.int32())
    expected = [
        {"time": "00:00:00.000000001", "at": "294247-01-10T04:00:54.775807+00:00", "word": "a"},
        {"time": None, "at": "1970-01-01T00:00:00+00:00", "word": "b"},
    ]
    assert written(tmp_path, ".jsonl", cells) == expected
    assert written(tmp_path, ".jsonl", pa.ListArray.from_arrays(ends, cells)) == [expected[:1], [], expected[1:]]
    large: Any = pa.LargeListArray.from_arrays(ends.cast(pa.int64()), far)
    assert written(tmp_path, ".jsonl", large.slice(2)) == [["1970-01-01T00:00:00+00:00"]]
    assert written(tmp_path, ".jsonl", pa.FixedSizeListArray.from_arrays(times, 2)) == [["00:00:00.000000001", None]]
    maps = pa.MapArray.from_arrays(pa.array([0, 2], pa.int32()), pa.array(["k", "l"]), far)
    assert written(tmp_path, ".jsonl", maps) == [[["k", expected[0]["at"]], ["l", expected[1]["at"]]]]


@pytest.mark.parametrize("ending", [".jsonl", ".xlsx", ".csv"])
def test_encoded_times_are_written_as_plain_ones(ending: str, tmp_path: Path) -> None:
    plain = stored([NANOS, NANOS, 0], pa.timestamp("ns"))
    expected = written(tmp_path, ending, plain)
    assert written(tmp_path, ending, plain.dictionary_encode()) == expected
    if ending == ".jsonl":
        assert written(tmp_path, ending, pc.run_end_encode(plain).slice(1)) == expected[1:]


def test_times_need_no_pandas(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    column = stored([NANOS], pa.timestamp("ns"))
    assert written(tmp_path, ".jsonl", column) == ["1970-01-01T01:00:00.000000001"]
    assert written(tmp_path, ".jsonl", stored([5], pa.duration("ns"))) == ["PT0.000000005S"]


def test_far_values_among_numbers_of_other_countries(tmp_path: Path) -> None:
    numbers = pa.array([919876543210, 6591234567], pa.uint64())
    table = pa.table({"msisdn": numbers, "x": stored([0, LAST], UTC_US)})
    write_rows(tmp_path / "t.csv", table.schema, table.to_batches())
    assert (tmp_path / "t.csv").read_text().splitlines() == [
        '"msisdn","x"',
        '919876543210,"1970-01-01 00:00:00.000000Z"',
        '"+6591234567","294247-01-10 04:00:54.775807Z"',
    ]


def test_columns_without_far_values_are_written_as_before(tmp_path: Path) -> None:
    table = pa.table({"x": pa.array([datetime(2026, 9, 1, 10), None], INDIA), "day": pa.array([date(2026, 9, 1)] * 2)})
    write_rows(tmp_path / "t.csv", table.schema, table.to_batches())
    assert (tmp_path / "t.csv").read_text().splitlines()[1:] == [
        "2026-09-01 15:30:00.000000+0530,2026-09-01",
        ",2026-09-01",
    ]


@pytest.mark.parametrize("kind", ["fixed", "plain"])
def test_bytes_that_are_no_text_are_an_error_that_names_the_column(kind: str, tmp_path: Path) -> None:
    cells = [bytes(range(240, 256))]
    table = pa.table({"mobile": ["9876543210"], "id": pa.array(cells, pa.binary(16 if kind == "fixed" else -1))})
    with pytest.raises(
        InputError, match=r"^column 'id': holds bytes that are no UTF-8 text: leave it out with columns="
    ):
        write_rows(tmp_path / "t.csv", table.schema, table.to_batches())
    assert not list(tmp_path.iterdir())
    scan = ng.scan(table, {"mobile": ng.NumberSet(["9876543210"])}, columns=["mobile"])
    scan.write(tmp_path / "t.csv")


def test_intervals_in_csv_are_an_error_that_names_the_column(tmp_path: Path) -> None:
    interval = pa.array([pa.MonthDayNano([1, 2, 3])], pa.month_day_nano_interval())
    scan = ng.scan(pa.table({"mobile": ["9876543210"], "x": interval}), {"mobile": ng.NumberSet(["9876543210"])})
    with pytest.raises(ArgumentError, match=r"a \.csv file cannot hold the columns x: leave them out with columns="):
        scan.write(tmp_path / "t.csv")
