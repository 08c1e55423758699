"""Periods of numbers in handsets: equal to a slow oracle, planted swaps found, each with its rows."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import numguard as ng
from numguard.cli import run
from numguard.errors import ArgumentError, ColumnError, InputError, UnsupportedTypeError

START = datetime(2026, 9, 1, tzinfo=UTC)
NUMBER, PHONE = 919876543210, 35824005111100

Seen = tuple[int, int, int]


def table_of(seen: list[Seen]) -> pa.Table:
    return pa.table(
        {
            "served_msisdn": pa.array([NUMBER + n for n, _, _ in seen], pa.uint64()),
            "imei14": pa.array([PHONE + m for _, m, _ in seen], pa.uint64()),
            "at": pa.array([START + timedelta(hours=h) for _, _, h in seen], pa.timestamp("us", "UTC")),
        }
    )


def periods(seen: list[Seen], gap_days: int) -> list[tuple[Any, ...]]:
    """As the rule is written: key, other, from, to, sightings, followed, overlap; hours."""
    found = []
    ordered = sorted(set(seen), key=lambda one: (one[0], one[2], one[1]))
    for key, group in groupby(ordered, key=lambda one: one[0]):
        mine = list(group)
        of_key = []
        for other in {one[1] for one in mine}:
            places = [place for place, one in enumerate(mine) if one[1] == other]
            current = [places[0]]
            for before, place in pairwise(places):
                if place > before + 1 and mine[place][2] - mine[before][2] > 24 * gap_days:
                    of_key.append((other, current))
                    current = []
                current.append(place)
            of_key.append((other, current))
        of_all = sorted((mine[p[0]][2], mine[p[-1]][2], other, len(p)) for other, p in of_key)
        for n, (begin, end, other, count) in enumerate(of_all):
            earlier = [one[1] for one in of_all[:n]]
            followed = [one[2] for one in of_all[:n] if one[2] != other]
            overlap = max(0, min(end, max(earlier)) - begin) if followed else None
            found.append((key, other, begin, end, count, followed[-1] if followed else None, overlap))
    return found


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 150)), max_size=40),
    st.integers(0, 3),
    st.booleans(),
)
def test_as_the_rule_is_written(seen: list[Seen], gap_days: int, by_number: bool) -> None:
    by, key, other = ("msisdn", "msisdn", "imei14") if by_number else ("imei14", "imei14", "msisdn")
    found = ng.changes(table_of(seen), by=by, gap_days=gap_days).table.to_pylist()  # type: ignore[arg-type]
    base = {"msisdn": NUMBER, "imei14": PHONE}

    def hours(at: datetime) -> int:
        return round((at - START) / timedelta(hours=1))

    found_periods = [
        (
            row[key] - base[key],
            row[other] - base[other],
            hours(row["from"]),
            hours(row["to"]),
            row["sightings"],
            None if row["followed"] is None else row["followed"] - base[other],
            None if row["overlap"] is None else row["overlap"] // 3600,
        )
        for row in found
    ]
    assert found_periods == periods(seen if by_number else [(m, n, h) for n, m, h in seen], gap_days)
    for row in found:
        for end, at in (("from_row", "from"), ("to_row", "to")):
            n, m, h = seen[row[end] - 1]
            assert (NUMBER + n, PHONE + m, START + timedelta(hours=h)) == (row["msisdn"], row["imei14"], row[at])


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 3), st.integers(0, 40)), min_size=1, max_size=60),
    st.integers(1, 20),
    st.sampled_from([0, 100, 10_000]),
    st.booleans(),
)
def test_batches_and_memory_make_no_difference(seen: list[Seen], size: int, limit: int, fractions: bool) -> None:
    table = table_of(seen)
    if fractions:
        moved = pa.compute.add(table["at"], pa.scalar(timedelta(microseconds=1)))  # type: ignore[attr-defined]
        table = pa.concat_tables([table.set_column(2, "at", moved), table])
    expected = ng.changes(table, threads=1).table
    cut = pa.Table.from_batches(table.to_batches(max_chunksize=size))
    assert ng.changes(cut, memory_limit=limit).table.equals(expected)


def test_pairs_and_sightings_are_those_of_duckdb() -> None:
    seen = [(n % 7, n * n % 5, n * 31 % 700) for n in range(900)]
    sightings = table_of(seen)
    connection = duckdb.connect()
    connection.register("sightings", sightings)
    pairs = connection.execute(
        'SELECT served_msisdn, imei14, count(DISTINCT "at"), min("at"), max("at") FROM sightings '
        "GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    found = ng.changes(sightings, gap_days=100_000).table.sort_by([("msisdn", "ascending"), ("imei14", "ascending")])
    names = ["msisdn", "imei14", "sightings", "from", "to"]
    assert [tuple(row.values()) for row in found.select(names).to_pylist()] == pairs


def test_what_was_before_is_another_though_the_same_comes_again() -> None:
    """A phone with two SIMs: the period before the third one, by its beginning, is of the same number."""
    one, two = 0, 1
    seen = [(one, 0, 10), (two, 0, 11), (one, 0, 34), (two, 0, 37)]
    found = ng.changes(table_of(seen), by="imei14").table.to_pylist()
    assert [(row["msisdn"] - NUMBER, row["followed"]) for row in found] == [
        (one, None),
        (two, NUMBER + one),
        (two, NUMBER + one),
    ]


def test_swaps_and_clones() -> None:
    a, b = 0, 1
    swap = [(0, a, h) for h in (0, 10, 50)] + [(0, b, h) for h in (60, 80)]
    found = ng.changes(table_of(swap)).table.to_pylist()
    assert [(row["imei14"] - PHONE, row["followed"], row["overlap"]) for row in found] == [
        (a, None, None),
        (b, PHONE, 0),
    ]
    back = [*swap, (0, a, 100), (0, a, 120)]
    assert ng.changes(table_of(back)).table["imei14"].to_pylist() == [PHONE, PHONE + 1, PHONE]
    # What is used in turns is two periods that overlap, and no row of changes.
    turns = [(0, h % 2, h) for h in range(20)]
    found = ng.changes(table_of(turns)).table.to_pylist()
    assert [(row["sightings"], row["overlap"]) for row in found] == [(10, None), (10, 17 * 3600)]
    sims = [(n, a, 24 * n) for n in range(5)]
    of_handset = ng.changes(table_of(sims), "imei14").table
    assert of_handset["followed"].to_pylist() == [None, *(NUMBER + n for n in range(4))]
    assert ng.changes(table_of(sims), by="imei14").table.equals(of_handset)


def test_any_source_and_dates(tmp_path: Path) -> None:
    table = table_of([(0, 0, 0), (0, 1, 30), (1, 1, 40)])
    pq.write_table(table, tmp_path / "a.parquet")
    expected = ng.changes(table).table.drop_columns(["from_file", "to_file"])
    for source in (str(tmp_path / "a.parquet"), table.to_reader(max_chunksize=1), [table], [table[:0], table]):
        assert ng.changes(source).table.drop_columns(["from_file", "to_file"]) == expected
    assert ng.changes(tmp_path / "a.parquet").table["to_file"].to_pylist() == [str(tmp_path / "a.parquet")] * 3
    dated = table.set_column(2, "at", pa.array([date(2026, 9, 1)] * 3))
    assert ng.changes(dated).table["from"].to_pylist()[0].isoformat() == "2026-09-01T00:00:00+05:30"
    naive = table.set_column(2, "at", pa.array([datetime(2026, 9, 1, 10)] * 3, pa.timestamp("ns")))
    assert ng.changes(naive).table["from"].to_pylist()[0].isoformat() == "2026-09-01T10:00:00+05:30"
    assert ng.changes(table[:0]).table.num_rows == 0
    assert repr(ng.changes(table)) == "<Changes of 2 numbers: 3 periods, 1 of them followed another>"


def test_what_cannot_be_used_is_counted_and_named() -> None:
    table = pa.table(
        {
            "served_msisdn": ["9876543210", "9876543", "9876543210", "9876543210"],
            "imei14": ["35824005111111", "35824005111111", "000000000000000", "35824005111111"],
            "at": pa.array([START, START, START, None], pa.timestamp("us", "UTC")),
        }
    )
    found = ng.changes(table, list_refused=True)
    assert found.account["refused_rows"] == {"too_short": 1, "placeholder": 1, "no_time": 1}
    assert (found.account["rows_read"], found.account["rows_used"]) == (4, 1)
    assert found.refused_rows.select(["row", "note"]).to_pylist() == [
        {"row": 2, "note": "too_short"},
        {"row": 3, "note": "placeholder"},
        {"row": 4, "note": "no_time"},
    ]
    with pytest.raises(InputError, match="strict"):
        ng.changes(table, strict=True)


def test_bad_calls() -> None:
    table = table_of([(0, 0, 0)])
    for how in ({"by": "imsi"}, {"gap_days": -1}, {"gap_days": 1.5}, {"at": None}, {"msisdn": 1}):
        with pytest.raises(ArgumentError):
            ng.changes(table, **how)  # type: ignore[arg-type]
    with pytest.raises(ColumnError, match=r"no column 'at'.* at= \(--at\)"):
        ng.changes(table.drop_columns(["at"]))
    with pytest.raises(UnsupportedTypeError, match="'at'"):
        ng.changes(table.set_column(2, "at", pa.array(["now"])))


def test_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, out = tmp_path / "calls.csv", tmp_path / "out.csv"
    path.write_text(
        "Target No,Call Type,B Party No,Date,Time,Dur(s),IMEI\n"
        "9876543210,OUT,1930,01/09/2026,10:00:00,1,358240051111110\n"
        "9876543210,OUT,1930,05/09/2026,10:00:00,1,490154203237510\n"
        "9123456789,OUT,1930,05/09/2026,11:00:00,1,352099001761480\n"
        "9123456789,OUT,1930,05/09/2026,11:00:00,1,351756051523990\n"
    )
    assert run(["changes", str(path), "--changed", "-o", str(out)]) == 0
    printed = capsys.readouterr().err
    assert "periods, 1 of them followed another" in printed
    assert "of keys with a change: 2 periods" in printed
    lines = out.read_text().splitlines()
    assert [line.split(",")[1].strip('"') for line in lines[1:]] == ["35824005111111", "49015420323751"]
    assert lines[2].split(",")[-1] == "3"
    assert run(["changes", str(path), "--by", "imei14", "--json", "-o", str(out)]) == 0
    assert '"periods": 3' in capsys.readouterr().out
    wanted = tmp_path / "wanted.csv"
    wanted.write_text("msisdn,action\n9876543210,release\n")
    assert run(["changes", str(path), "--numbers", str(wanted), "--json", "-o", str(out)]) == 0
    assert '"periods": 2' in capsys.readouterr().out
    assert run(["changes", str(path), "--json"]) == 2
