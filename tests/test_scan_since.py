"""Hits from a number's listing date on: a plain loop is the oracle, for every kind of source and of times."""

from __future__ import annotations

import datetime
import doctest
import importlib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import numguard as ng
from numguard.errors import ArgumentError, ColumnError, UnsupportedTypeError
from source_kinds import KINDS

IST = datetime.timezone(datetime.timedelta(hours=5, minutes=30))
LISTED = ng.NumberSet([f"98765{n:05}" for n in range(10)])
HANDSETS = ng.ImeiSet([f"3512340000{n:04}" for n in range(5)])
SETS: dict[str, Any] = {"a": LISTED, "b": LISTED, "imei": HANDSETS}
DATES = [datetime.date(2025, 6, 1 + n) if n % 4 else None for n in range(10)]


def listed(dates: Any) -> tuple[Any, Any]:
    """A list like those of users: unsorted, in several forms, with numbers repeated at later dates."""
    numbers = [f"098765 {n:05}" for n in range(10)]
    later = [datetime.date(2025, 12, 31) if date else None for date in DATES]
    pairs = [*zip(numbers, later, strict=True), *reversed(list(zip(numbers, dates, strict=True)))]
    return [number for number, _ in pairs], [date for _, date in pairs]


SINCE = {"a": listed(DATES), "b": listed(DATES)}


def calls(rows: int = 1000) -> pa.Table:
    rng = np.random.default_rng(7)
    start = datetime.datetime(2025, 5, 30)
    at = [start + datetime.timedelta(minutes=int(m)) for m in rng.integers(0, 15 * 24 * 60, rows)]
    return pa.table(
        {
            "a": [f"98765{n:05}" for n in rng.integers(0, 40, rows)],
            "b": [f"+91 98765 {n:05}" for n in rng.integers(0, 40, rows)],
            "imei": [f"3512340000{n:04}0" for n in rng.integers(0, 20, rows)],
            "at": [None if n % 11 == 0 else moment.isoformat(" ") for n, moment in enumerate(at)],
            "n": [str(n) for n in range(rows)],
        }
    )


CALLS = calls()


def expected(table: pa.Table) -> tuple[list[tuple[str, int | None, int | None, int | None]], dict[str, int]]:
    """The hits, and the matches without a date, computed in a slow and obvious way."""
    members = LISTED.to_array().to_pylist()
    handsets = set(HANDSETS.to_array().to_pylist())
    hits, undated = [], {"a": 0, "b": 0}
    for row in table.to_pylist():
        at = datetime.datetime.fromisoformat(row["at"]).replace(tzinfo=IST) if row["at"] else None
        matches: list[int | None] = []
        for column in ("a", "b"):
            number = ng.normalize([row[column]])[0].as_py()
            stands = None
            if number in members:
                day = DATES[members.index(number)]
                if at is None or day is None:
                    undated[column] += 1
                elif at >= datetime.datetime.combine(day, datetime.time(), IST):
                    stands = number
            matches.append(stands)
        imei = ng.normalize_imei([row["imei"]])[0].as_py()
        matches.append(imei if imei in handsets else None)
        if any(match is not None for match in matches):
            hits.append((row["n"], *matches))
    return hits, undated


def found_rows(hits: pa.Table) -> list[tuple[Any, ...]]:
    return [(str(r["n"]), r["a_match"], r["b_match"], r["imei_match"]) for r in hits.to_pylist()]


@pytest.mark.parametrize("kind", ["parquet", "csv", "arrow file", "dataset", "table", "polars"])
def test_calls_before_the_listing_date_are_no_hits(kind: str, tmp_path: Path) -> None:
    want, undated = expected(CALLS)
    found = ng.scan(KINDS[kind](tmp_path, CALLS), SETS, at="at", since=SINCE)
    assert found_rows(found.read_all()) == want
    summary = found.summary
    assert summary.rows == CALLS.num_rows
    assert summary.hits == len(want)
    assert summary.undated == undated
    plain = ng.scan(CALLS, SETS)
    plain.read_all()
    for n, column in enumerate("ab", start=1):
        assert summary.hits_by_column[column] == sum(row[n] is not None for row in want)
        left_out = summary.before_listing[column] + summary.undated[column]
        assert summary.hits_by_column[column] + left_out == plain.summary.hits_by_column[column]
    assert summary.hits_by_column["imei"] == plain.summary.hits_by_column["imei"]
    numbers = {match for row in want for match in row[1:3]} - {None}
    assert summary.distinct_keys == len(numbers) + len({row[3] for row in want} - {None})


def text_to(kind: pa.DataType, zone: str | None = None) -> pa.Table:
    times = CALLS["at"].cast(pa.timestamp("us"))
    times = pa.compute.assume_timezone(times, "Asia/Kolkata").cast(kind) if zone else times.cast(kind, safe=False)
    return CALLS.set_column(3, "at", times)


@pytest.mark.parametrize(
    ("kind", "zone"),
    [
        (pa.timestamp("s"), None),
        (pa.timestamp("ns"), None),
        (pa.timestamp("us", "UTC"), "UTC"),
        (pa.timestamp("ms", "Asia/Kolkata"), "IST"),
        (pa.dictionary(pa.int32(), pa.string()), None),
        (pa.dictionary(pa.int32(), pa.timestamp("us", "UTC")), "UTC"),
    ],
)
def test_times_of_every_type_mean_the_same(kind: pa.DataType, zone: str | None) -> None:
    value = kind.value_type if pa.types.is_dictionary(kind) else kind
    table = text_to(value, zone) if pa.types.is_timestamp(value) else CALLS
    if pa.types.is_dictionary(kind):
        table = table.set_column(3, "at", table["at"].dictionary_encode())
    found = ng.scan(table, SETS, at="at", since=SINCE)
    assert found_rows(found.read_all()) == expected(CALLS)[0]


def test_a_column_without_any_time_and_times_of_a_nanosecond() -> None:
    """A column of nulls has no type of times, and pandas has nanoseconds."""
    late = pa.array([1_780_000_000_000_000_001] * 2, pa.timestamp("ns"))
    for at, dates, hits in ((pa.nulls(2), late, 0), (late, pa.nulls(2), 0), (late, late, 2)):
        table = pa.table({"a": ["9876500001", "9876500002"], "at": at})
        scan = ng.scan(table, {"a": LISTED}, since={"a": (table["a"], dates)}, at="at")
        assert scan.read_all().num_rows == hits
        assert scan.summary.undated == ({} if hits else {"a": 2})


def test_a_time_that_no_clock_showed_or_no_moment_holds_is_no_reason_to_stop() -> None:
    gaps = [
        datetime.datetime(1906, 1, 1, 0, 5),
        datetime.datetime(1941, 10, 1, 0, 30),
        datetime.datetime(1945, 10, 14, 23, 45),
    ]
    overflowing = [pa.array([10**13], pa.timestamp("s")), pa.array([2**62], pa.timestamp("ms", "UTC"))]
    for times, early, undated in [
        (pa.array(gaps), 3, 0),
        (pa.array([1], pa.date64()), 1, 0),
        (pa.array([2**31 - 1], pa.date32()), 0, 1),
        *((times, 0, 1) for times in overflowing),
    ]:
        calls = pa.table({"a": ["9876543210"] * len(times), "at": times})
        listed = (["9876543210"], [datetime.date(2025, 6, 2)])
        scan = ng.scan(calls, {"a": ng.NumberSet(listed[0])}, at="at", since={"a": listed})
        assert scan.read_all().num_rows == 0
        counted = scan.summary.before_listing.get("a", 0), scan.summary.undated.get("a", 0)
        assert counted == (early, undated)


def test_midnight_of_the_listing_date_is_on_the_list_already() -> None:
    table = pa.table({"a": ["9876500001"] * 3, "at": ["2025-06-01T23:59:59", "2025-06-02", "2025-06-01T18:30Z"]})
    found = ng.scan(table, {"a": LISTED}, at="at", since={"a": listed(DATES)})
    assert found.read_all()["at"].to_pylist() == ["2025-06-02", "2025-06-01T18:30Z"]


def test_the_time_is_returned_only_if_selected(tmp_path: Path) -> None:
    want, _ = expected(CALLS)
    for kind in ("parquet", "csv"):
        source = KINDS[kind](tmp_path, CALLS)
        for columns in (["n"], ["n", "at"], []):
            found = ng.scan(source, SETS, columns=columns, at="at", since=SINCE)
            hits = found.read_all()
            assert hits.column_names == [*columns, "a_match", "b_match", "imei_match"]
            assert found.schema.names == hits.column_names
            assert hits.num_rows == len(want)


def test_a_limit_counts_hits_from_the_listing_date_on() -> None:
    want, _ = expected(CALLS)
    found = ng.scan(CALLS, SETS, at="at", since=SINCE, limit=5)
    assert found_rows(found.read_all()) == want[:5]


def test_the_examples_run() -> None:
    result = doctest.testmod(importlib.import_module("numguard.scanning.since"))
    assert (result.attempted > 0, result.failed) == (True, 0)


def test_a_rule_that_cannot_be_applied_is_an_error() -> None:
    for why, kind, options in (
        ("no key column", ArgumentError, {"at": "at", "since": {"n": SINCE["a"]}}),
        ("takes a pair", ArgumentError, {"at": "at", "since": {"a": DATES}}),
        ("3 dates for 20 numbers", ArgumentError, {"at": "at", "since": {"a": (SINCE["a"][0], DATES[:3])}}),
        ("goes with at=", ArgumentError, {"since": SINCE}),
        ("goes with at=", ArgumentError, {"at": "at"}),
        ("no column 'when'", ColumnError, {"at": "when", "since": SINCE}),
        ("int64 holds no times", UnsupportedTypeError, {"at": "at", "since": {"a": (["1"], [1])}}),
    ):
        with pytest.raises(kind, match=why):
            ng.scan(CALLS, SETS, **options)  # type: ignore[arg-type]
    table = CALLS.set_column(4, "n", pa.array(range(CALLS.num_rows)))
    with pytest.raises(UnsupportedTypeError, match="column 'n': int64 holds no times"):
        ng.scan(table, SETS, at="n", since={"a": listed(DATES)})


_NAIVE, _AWARE = datetime.datetime(2025, 6, 3), datetime.datetime(2025, 6, 3, tzinfo=datetime.UTC)
MIXED = [[_AWARE, _NAIVE], [_NAIVE, None, _AWARE], [_NAIVE.date(), _NAIVE], [_NAIVE.date(), "2025-06-03"], [_NAIVE, 5]]


@pytest.mark.parametrize("times", MIXED)
@pytest.mark.parametrize("as_given", [list, tuple, lambda times: np.array(times, dtype=object)])
def test_times_of_several_kinds_in_one_list_are_an_error(times: list[Any], as_given: Any) -> None:
    """pyarrow gave all the type of the first, so that the hit of one number depended on the listing date of another."""
    numbers = [f"987654321{n}" for n in range(len(times))]
    calls = pa.table({"a": numbers, "at": [_AWARE] * len(times)})
    with pytest.raises(UnsupportedTypeError, match=r"since: 'a': has .* and .*: make all of them alike"):
        ng.scan(calls, {"a": ng.NumberSet(numbers)}, at="at", since={"a": (numbers, as_given(times))})
    seen = pa.table({"served_msisdn": numbers, "imei14": ["35824005111111"] * len(times), "at": [_AWARE] * len(times)})
    with pytest.raises(
        UnsupportedTypeError, match=r"seeds: column 'reported_at': has .* and .*: make all of them alike"
    ):
        ng.expand({"msisdn": numbers, "reported_at": as_given(times)}, seen, ng.LinkPolicy(days_before=1))


@pytest.mark.parametrize("missing", [None, pd.NA, pd.NaT])
@pytest.mark.parametrize("time", ["2025-06-02", _NAIVE, _AWARE, _NAIVE.date()])
def test_missing_values_of_pandas_are_no_times_of_another_kind(missing: Any, time: Any) -> None:
    numbers = ["9876543210", "9123456789"]
    calls = pa.table({"a": numbers, "at": [_AWARE] * 2})
    for times in ([time, missing], pd.Series([time, missing], dtype=object)):
        found = ng.scan(calls, {"a": ng.NumberSet(numbers)}, at="at", since={"a": (numbers, times)})
        assert found.read_all()["a"].to_pylist() == numbers[:1]


@pytest.mark.parametrize("times", [np.array(["2025-06-03T00:00"], "M8[m]"), [object()], datetime.date(2025, 6, 3)])
def test_what_is_no_list_of_times_is_an_error_of_its_own(times: Any) -> None:
    calls = pa.table({"a": ["9876543210"], "at": [_AWARE]})
    with pytest.raises(UnsupportedTypeError, match="since: 'a': takes a list or a column of times"):
        ng.scan(calls, {"a": ng.NumberSet(["9876543210"])}, at="at", since={"a": (["9876543210"], times)})


ENCODED: list[Any] = [
    pa.DictionaryArray.from_arrays(pa.array([0], pa.uint32()), pa.array(["2025-06-03"], pa.string_view())),
    pa.RunEndEncodedArray.from_arrays([1], ["2025-06-03"]),
    pa.RunEndEncodedArray.from_arrays([1], pa.array([_AWARE])),
]


@pytest.mark.parametrize("times", ENCODED)
def test_times_are_read_however_they_are_encoded(times: Any) -> None:
    calls = pa.table({"a": ["9876543210"], "at": times})
    found = ng.scan(calls, {"a": ng.NumberSet(["9876543210"])}, at="at", since={"a": (["9876543210"], ["2025-06-02"])})
    assert found.read_all().num_rows == 1
