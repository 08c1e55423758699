"""`scan` and `scan_files` in an engine: the rows that `numguard.scan` finds, all of them and no others."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import numguard as ng
from numguard.adapters import spark
from numguard.adapters.spark.keys import CANONICAL
from numguard.errors import (
    ArgumentError,
    ColumnError,
    EngineError,
    FileMissingError,
    InputError,
    SetFileError,
    UnsupportedTypeError,
)

SPELLINGS = ["{}", "+91 {}", "0{}", "91{}", "{}.0", "{} / {}", "AD-AIRTEL-S", "1930", "", "98765 432l0"]
NUMBERS = [9_812_300_000 + 7 * n for n in range(60)]
LISTED = ng.NumberSet([str(number) for number in NUMBERS[::3]])
PHONES = [35_824_005_111_100 + 3 * n for n in range(40)]
HANDSETS = ng.ImeiSet(pa.array(PHONES[::2], pa.uint64()))
ROWS = 3_000


def calls(seed: int = 1, rows: int = ROWS) -> pa.Table:
    """Call records with the usual columns, and with types of columns that are rare."""
    rng = Random(seed)

    def cell() -> str | None:
        spelling = rng.choice(SPELLINGS)
        number = rng.choice(NUMBERS)
        return rng.choice([spelling.format(number, number + 1), None]) if rng.random() < 0.2 else str(number)

    numbers = [rng.choice(NUMBERS) for _ in range(rows)]
    return pa.table(
        {
            "n": pa.array(range(rows), pa.int64()),
            "a_party": pa.array([cell() for _ in range(rows)], pa.string()),
            "b.party": pa.array(numbers, pa.int64()),
            "c_party": pa.array([910_000_000_000 + number for number in numbers], pa.int64()).cast(CANONICAL),
            "imei": pa.array([rng.choice([*PHONES, None, 0]) for _ in range(rows)], pa.int64()).cast(pa.string()),
            "at": pa.array(
                [dt.datetime(2026, 9, 1) + dt.timedelta(seconds=n) for n in range(rows)], pa.timestamp("us")
            ),
            "amount": pa.array([Decimal(n) / 100 for n in range(rows)], pa.decimal128(12, 2)),
            "cells": pa.array([[str(n), None] for n in range(rows)], pa.list_(pa.string())),
            "place": pa.array([{"lat": n / 3, "name": None} for n in range(rows)]).cast(
                pa.struct({"lat": pa.float64(), "name": pa.string()})
            ),
            "tags": pa.array([[("k", n)] for n in range(rows)], pa.map_(pa.string(), pa.int64())),
            "raw": pa.array([bytes([n % 256]) for n in range(rows)], pa.binary()),
        }
    )


SETS = {"a_party": LISTED, "b.party": LISTED, "c_party": LISTED, "imei": HANDSETS}


def local(table: pa.Table) -> pa.Table:
    """The table as `numguard.scan` reads it: canonical keys are uint64 there."""
    kinds = [field.with_type(pa.uint64()) if field.type == CANONICAL else field for field in table.schema]
    return table.cast(pa.schema(kinds))


def rows_of(table: pa.Table) -> list[dict[str, Any]]:
    """Rows in order, with numbers as numbers, whatever the engine calls their type."""

    def plain(value: Any) -> Any:
        if isinstance(value, Decimal) and value == value.to_integral_value():
            return int(value)
        return value.replace(tzinfo=None) if isinstance(value, dt.datetime) else value

    rows = [{name: plain(value) for name, value in row.items()} for row in table.to_pylist()]
    return sorted(rows, key=lambda row: row["n"])


def frame_of(session: Any, table: pa.Table) -> Any:
    return session.createDataFrame(table)


def test_a_frame_gives_the_rows_that_scan_gives(session: Any) -> None:
    table = calls()
    expected = ng.scan(local(table), SETS).read_all()
    hits = spark.scan(frame_of(session, table), SETS)
    assert hits.columns == expected.column_names
    types = {field.name: field.dataType.simpleString() for field in hits.schema}
    assert {types[f"{name}_match"] for name in SETS} == {"decimal(20,0)"}
    found = hits.toArrow()
    assert 0 < found.num_rows < ROWS
    assert rows_of(found) == rows_of(expected)


def test_chosen_columns_are_handed_on_in_order(session: Any) -> None:
    table = calls()
    expected = ng.scan(local(table), {"b.party": LISTED}, columns=["tags", "n"]).read_all()
    found = spark.scan(frame_of(session, table), {"b.party": LISTED}, columns=["tags", "n"]).toArrow()
    assert found.column_names == ["tags", "n", "b.party_match"]
    assert rows_of(found) == rows_of(expected)


@pytest.mark.parametrize("region", ["IN", None])
def test_region_reaches_the_workers(session: Any, region: Any) -> None:
    table = pa.table({"n": [1, 2], "a": ["9812300000", "919812300000"]})
    listed = ng.NumberSet(["919812300000"], region=None)
    expected = ng.scan(table, {"a": listed}, region=region).read_all()
    assert rows_of(spark.scan(frame_of(session, table), {"a": listed}, region=region).toArrow()) == rows_of(expected)


def test_a_bigint_is_read_and_a_canonical_number_is_not(session: Any) -> None:
    singapore = 6_591_234_567
    listed = ng.NumberSet(pa.array([singapore, 91 * 10**10 + singapore], pa.uint64()))
    table = pa.table({"n": [1], "written": [singapore], "canonical": pa.array([singapore]).cast(CANONICAL)})
    found = spark.scan(frame_of(session, table), {"written": listed, "canonical": listed}).toArrow().to_pylist()
    assert [int(found[0][f"{name}_match"]) for name in ("written", "canonical")] == [91 * 10**10 + singapore, singapore]


def test_refused_cells_are_counted_and_none_is_lost(session: Any) -> None:
    table = calls()
    scan = ng.scan(local(table), SETS)
    expected = scan.read_all()
    result = spark.scan(frame_of(session, table), SETS, refused="odd")
    assert rows_of(result.where("odd is null").drop("odd").toArrow()) == rows_of(expected)
    counted: dict[str, dict[str, int]] = {}
    for row in spark.refused(result, "odd").toArrow().to_pylist():
        counted.setdefault(row["column"], {})[row["note"]] = row["cells"]
    assert counted == scan.summary.refused
    assert set(counted["a_party"]) >= {"sender_id", "short_code", "empty", "several_numbers", "stray_letter"}


def test_decimals_that_are_no_keys_are_refused_without_a_warning(session: Any) -> None:
    values = [Decimal(-5), Decimal(10**20 - 1), Decimal(919_812_300_000), None]
    table = pa.table({"n": range(4), "a": pa.array(values, CANONICAL)})
    result = spark.scan(frame_of(session, table), {"a": LISTED}, refused="odd")
    assert [row["n"] for row in result.where("odd is null").toArrow().to_pylist()] == [2]
    assert sum(row["cells"] for row in spark.refused(result, "odd").toArrow().to_pylist()) == 2


def test_names_of_columns_mean_nothing(session: Any) -> None:
    names = ["row", "0", "a`b", "c.d", "ü", "C", "n"]
    table = pa.table({name: ["9812300000", "1930"] for name in names[:-1]} | {"n": [1, 2]})
    sets = dict.fromkeys(names[:-1], LISTED)
    expected = ng.scan(table, sets).read_all()
    frame = frame_of(session, table)
    assert rows_of(spark.scan(frame, sets).toArrow()) == rows_of(expected)
    narrow = spark.scan(frame, {"c.d": LISTED}, columns=["a`b", "n"]).toArrow()
    assert narrow.column_names == ["a`b", "n", "c.d_match"]
    assert narrow.num_rows == 1


def test_names_that_differ_in_case_are_different_columns(session: Any) -> None:
    table = pa.table({"a": ["9812300000"], "A": ["9812300003"], "A_MATCH": ["x"], "n": [1]})
    frame = frame_of(session, table)
    for name, other in (("a", "A"), ("A", "a")):
        expected = ng.scan(table, {name: LISTED}, columns=[other, "n"]).read_all()
        found = spark.scan(frame, {name: LISTED}, columns=[other, "n"])
        assert found.columns == expected.column_names
        assert rows_of(found.toArrow()) == rows_of(expected)
    own = ["a", "A", "n"]
    assert spark.scan(frame, {"a": LISTED}, columns=own).columns == [*own, "a_match"]


def test_a_thousand_columns_pass_through(session: Any) -> None:
    table = pa.table({"a": ["9812300000", "1930"]} | {f"c{n}": [n, -n] for n in range(999)} | {"n": [1, 2]})
    assert rows_of(spark.scan(frame_of(session, table), {"a": LISTED}).drop("a_match").toArrow()) == rows_of(table[:1])


def test_cells_that_are_null_in_all_rows_are_no_hits_and_not_refused(session: Any) -> None:
    table = pa.table({"a": pa.nulls(3, pa.string()), "b": pa.nulls(3, pa.int64()), "n": [1, 2, 3]})
    frame = frame_of(session, table).selectExpr("*", "null as c")
    assert spark.scan(frame, {"a": LISTED, "b": LISTED, "c": LISTED}, refused="odd").toArrow().num_rows == 0
    assert ng.scan(table, {"a": LISTED, "b": LISTED}).summary.refused == {}


def test_decimals_of_other_precisions_are_digits_as_written(session: Any) -> None:
    cells = [Decimal(9_812_300_000), Decimal(910_000_000_000 + 9_812_300_000), None, Decimal(1930)]
    for precision in (12, 19):
        table = pa.table({"n": range(4), "a": pa.array(cells, pa.decimal128(precision, 0))})
        expected = ng.scan(table, {"a": LISTED}).read_all()
        assert rows_of(spark.scan(frame_of(session, table), {"a": LISTED}).toArrow()) == rows_of(expected)


def test_an_empty_frame_has_no_hits(session: Any) -> None:
    result = spark.scan(frame_of(session, calls()).where("n < 0"), SETS, refused="odd")
    assert result.toArrow().num_rows == 0


def test_invalid_arguments_are_refused_before_anything_runs(session: Any, tmp_path: Path) -> None:
    frame = frame_of(session, pa.table({"a": ["98123 00000"], "short": pa.array([1], pa.int32()), "a_match": ["x"]}))
    with pytest.raises(ColumnError, match="no column 'b'"):
        spark.scan(frame, {"b": LISTED})
    with pytest.raises(ColumnError, match="no column 'c'"):
        spark.scan(frame, {"a": LISTED}, columns=["c"])
    with pytest.raises(ColumnError, match="'a_match' already"):
        spark.scan(frame, {"a": LISTED})
    with pytest.raises(UnsupportedTypeError, match="'short'"):
        spark.scan(frame, {"short": LISTED})
    with pytest.raises(ArgumentError, match="takes a NumberSet"):
        spark.scan(frame.drop("a_match"), {"a": ["98123 00000"]})
    with pytest.raises(ArgumentError, match="names of columns"):
        spark.scan(frame, {1: LISTED})  # type: ignore[dict-item]
    with pytest.raises(ArgumentError, match="a list of names"):
        spark.scan(frame, {"a": LISTED}, columns=[1])  # type: ignore[list-item]
    with pytest.raises(ArgumentError, match="a list of names"):
        spark.scan_files(session, [str(tmp_path)], {"a": LISTED}, columns="a")
    for name in (True, 1):
        with pytest.raises(ArgumentError, match="refused: takes the name"):
            spark.scan(frame.drop("a_match"), {"a": LISTED}, refused=name)  # type: ignore[arg-type]
    for name in ("short", "a_match"):
        with pytest.raises(ColumnError, match=f"{name!r} already"):
            spark.scan(frame.drop("a_match"), {"a": LISTED}, refused=name)
    with pytest.raises(ColumnError, match="no column 'odd'"):
        spark.refused(frame, "odd")
    with pytest.raises(ColumnError, match="more than one"):
        spark.scan(frame.select("a", "a"), {"a": LISTED})
    with pytest.raises(ColumnError, match=r"no column 's\.a'"):
        spark.scan(frame.selectExpr("named_struct('a', a) as s"), {"s.a": LISTED})
    with pytest.raises(UnsupportedTypeError, match="'s'"):
        spark.scan(frame.selectExpr("named_struct('a', a) as s"), {"s": LISTED})
    for precision in (21, 38):  # of sums of canonical numbers, and of databases that write every integer so
        with pytest.raises(UnsupportedTypeError, match=r"'a': .* cast it to decimal\(20,0\) or to bigint"):
            spark.scan(frame.selectExpr(f"cast(a as decimal({precision},0)) as a"), {"a": LISTED})
    with pytest.raises(UnsupportedTypeError, match="such as an interval"):
        spark.scan(frame.selectExpr("a", "interval '1' month as span"), {"a": LISTED})
    with pytest.raises(ArgumentError, match="takes a DataFrame"):
        spark.scan(calls(rows=3), {"a_party": LISTED})
    with pytest.raises(ArgumentError, match="takes a SparkSession"):
        spark.scan_files(None, [str(tmp_path)], {"a_party": LISTED})


def test_names_that_differ_in_case_only_are_taken(session: Any, tmp_path: Path) -> None:
    table = pa.table({"a": ["98123 00000"], "A_MATCH": ["x"]})
    frame = frame_of(session, table)
    pq.write_table(table, tmp_path / "calls.parquet")
    calls_of = [
        partial(spark.scan, frame),
        partial(spark.scan_files, session, str(tmp_path / "calls.parquet")),
    ]
    for scan in calls_of:
        with pytest.raises(ColumnError, match="there is a column 'A_MATCH' already"):
            scan({"a": LISTED})
        for name in ("A", "A_Match"):
            with pytest.raises(ColumnError, match=r"already: name that of the refused cells differently"):
                scan({"a": LISTED}, columns=["a"], refused=name)
        assert scan({"a": LISTED}, columns=["a"]).columns == ["a", "a_match"]
    session.conf.set("spark.sql.caseSensitive", "true")
    try:
        assert spark.scan(frame, {"a": LISTED}, refused="A").columns == ["a", "A_MATCH", "a_match", "A"]
    finally:
        session.conf.unset("spark.sql.caseSensitive")


def long_set() -> ng.NumberSet:
    return ng.NumberSet(pa.array(range(919_000_000_000, 919_000_100_000), pa.uint64())) | LISTED


def test_a_long_set_travels_by_its_file(session: Any, tmp_path: Path) -> None:
    path = tmp_path / "listed.ngset"
    long_set().save(path)
    listed = ng.NumberSet.open(path)
    table = calls(2)
    expected = ng.scan(local(table), {"a_party": listed}).read_all()
    assert rows_of(spark.scan(frame_of(session, table), {"a_party": listed}).toArrow()) == rows_of(expected)


def test_a_set_that_no_worker_finds_is_an_error_here(session: Any, tmp_path: Path) -> None:
    path = tmp_path / "listed.ngset"
    long_set().save(path)
    listed = ng.NumberSet.open(path)
    path.unlink()
    with pytest.raises(FileMissingError, match="on a worker") as caught:
        spark.scan(frame_of(session, calls(rows=5)), {"a_party": listed})
    assert "Traceback" not in str(caught.value)
    other = ng.NumberSet(pa.array(range(919_000_000_000, 919_000_200_000), pa.uint64()))
    other.save(path)
    with pytest.raises(SetFileError, match="replaced by another"):
        spark.scan(frame_of(session, calls(rows=5)), {"a_party": listed})


def test_a_set_replaced_since_the_first_call_is_an_error_here(session: Any, tmp_path: Path) -> None:
    path = tmp_path / "listed.ngset"
    long_set().save(path)
    listed, frame = ng.NumberSet.open(path), frame_of(session, calls(rows=5))
    spark.scan(frame, {"a_party": listed}).count()
    ng.NumberSet(pa.array(range(919_000_000_000, 919_000_200_000), pa.uint64())).save(path)
    with pytest.raises(SetFileError, match="replaced by another"):
        spark.scan(frame, {"a_party": listed})


def test_a_set_too_long_to_travel_has_to_be_saved(session: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("numguard.adapters.spark.keys._LARGEST_CARRIED", 10_000)
    with pytest.raises(ArgumentError, match="save"):
        spark.scan(frame_of(session, calls(rows=5)), {"a_party": long_set()})


@pytest.mark.parametrize("version", ["3.5.1", "2.4"])
def test_an_engine_that_is_too_old_is_refused(session: Any, monkeypatch: pytest.MonkeyPatch, version: str) -> None:
    frame = frame_of(session, calls(rows=5))
    monkeypatch.setattr("pyspark.__version__", version)
    with pytest.raises(EngineError, match=f"pyspark is {version}"):
        spark.scan(frame, {"a_party": LISTED})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for n in range(3):
        table = local(calls(n)).append_column("day", pa.array([f"d{n}"] * ROWS).dictionary_encode())
        pq.write_table(table, tmp_path / f"part-{n}.parquet", row_group_size=700)
    return tmp_path


def test_files_give_the_rows_that_scan_gives(session: Any, folder: Path) -> None:
    paths = sorted(map(str, folder.glob("*.parquet")))
    scan = ng.scan(paths, SETS)
    expected = scan.read_all()
    result = spark.scan_files(session, paths, SETS, refused="odd")
    found = result.where("odd is null").drop("odd").toArrow()
    assert found.column_names == expected.column_names

    def ordered(table: pa.Table) -> list[dict[str, Any]]:
        return sorted(rows_of(table), key=lambda row: (row["day"], row["n"]))

    assert ordered(found) == ordered(expected)
    counted: dict[str, dict[str, int]] = {}
    for row in spark.refused(result, "odd").toArrow().to_pylist():
        counted.setdefault(row["column"], {})[row["note"]] = row["cells"]
    assert counted == scan.summary.refused
    by_glob = spark.scan_files(session, str(folder / "*.parquet"), SETS, columns=["n"])
    assert by_glob.count() == expected.num_rows


def test_lines_of_csv_with_too_many_fields_are_counted(session: Any, tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text("a_party,n\n9812300000,1\n9812300000,2,3\n1930,3\n")
    result = spark.scan_files(session, path, {"a_party": LISTED}, refused="odd")
    assert result.where("odd is null").count() == 1
    counted = {(row["column"], row["note"]): row["cells"] for row in spark.refused(result, "odd").toArrow().to_pylist()}
    assert counted == {("a_party", "short_code"): 1, (None, "field_count"): 1}


def test_dictionaries_of_views_and_runs_are_plain_columns(session: Any, tmp_path: Path) -> None:
    values = pa.array(["x", "y"], pa.string_view())
    columns: dict[str, Any] = {
        "a_party": ["9812300000"] * 3,
        "views": pa.DictionaryArray.from_arrays(pa.array([0, 1, None], pa.int32()), values),
        "runs": pa.RunEndEncodedArray.from_arrays([1, 3], values),
    }
    table = pa.table(columns)
    path = tmp_path / "calls.arrow"
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)
    found = spark.scan_files(session, path, {"a_party": LISTED}).toArrow()
    assert [found[name].to_pylist() for name in ("views", "runs")] == [["x", "y", None], ["x", "y", "y"]]


def test_a_file_that_changed_since_is_no_hits_under_other_headings(session: Any, tmp_path: Path) -> None:
    path = tmp_path / "calls.parquet"
    before = pa.table({"a": ["9812300000"], "b": ["1930"], "n": pa.array([5], pa.int32())})
    pq.write_table(before, path)
    result = spark.scan_files(session, path, {"a": LISTED})
    assert result.count() == 1
    longer = before.set_column(2, "n", pa.array([2**33 + 5]))
    for after, why in (
        (before.rename_columns(["b", "a", "n"]), "has other columns than the file that scan_files opened"),
        (longer, "column 'n' is int64, and in the file that scan_files opened int32: call scan_files again"),
    ):
        pq.write_table(after, path)
        with pytest.raises(Exception, match=rf"calls\.parquet: {why}"):
            result.toArrow()


def test_nanoseconds_are_not_cut_off(session: Any, tmp_path: Path) -> None:
    for nanoseconds in (0, 789):
        at = pa.array([1_735_689_600_123_456_000 + nanoseconds], pa.timestamp("ns"))
        pq.write_table(pa.table({"a": ["9812300000"], "at": at}), tmp_path / f"{nanoseconds}.parquet")
    whole = spark.scan_files(session, tmp_path / "0.parquet", {"a": LISTED}).toArrow()["at"]
    assert whole.to_pylist()[0].microsecond == 123_456
    finer = spark.scan_files(session, tmp_path / "789.parquet", {"a": LISTED})
    with pytest.raises(Exception, match=r"789\.parquet: column 'at' has a cell that timestamp\[us\]") as caught:
        finer.toArrow()
    assert "1735689600123456789" not in str(caught.value)
    assert spark.scan_files(session, tmp_path / "789.parquet", {"a": LISTED}, columns=["a"]).count() == 1


def test_files_of_this_users_folder(session: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    (tmp_path / "calls.csv").write_text("a_party\n9812300000\n")
    for path in ("~/calls.csv", "~/c*.csv"):
        assert spark.scan_files(session, path, {"a_party": LISTED}).count() == 1


def test_invalid_files_are_refused_before_anything_runs(session: Any, folder: Path) -> None:
    paths = sorted(map(str, folder.glob("*.parquet")))
    with pytest.raises(FileMissingError, match=r"absent\.parquet") as caught:
        spark.scan_files(session, [*paths, str(folder / "absent.parquet")], SETS)
    assert "Traceback" not in str(caught.value)
    with pytest.raises(FileMissingError, match="no file matches"):
        spark.scan_files(session, str(folder / "*.csv"), SETS)
    with pytest.raises(ColumnError, match="no column 'z'"):
        spark.scan_files(session, paths, {"z": LISTED})
    with pytest.raises(UnsupportedTypeError, match="amount"):
        spark.scan_files(session, paths, {"amount": LISTED})
    decimals = folder / "decimals.parquet"
    pq.write_table(pa.table({"a_party": pa.array([Decimal(6591234567)], CANONICAL)}), decimals)
    with pytest.raises(UnsupportedTypeError, match=r"column 'a_party': .* cast it to UInt64 if it is canonical, as"):
        spark.scan_files(session, decimals, {"a_party": LISTED})
    decimals.unlink()
    twice = folder / "twice.parquet"
    pq.write_table(pa.table([["98123 00000"], ["1"], ["2"]], ["a_party", "b", "b"]), twice)
    with pytest.raises(ColumnError, match="two columns of one name"):
        spark.scan_files(session, twice, {"a_party": LISTED})
    twice.unlink()
    (folder / "torn.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(InputError, match=r"torn.parquet"):
        spark.scan_files(session, [*paths, str(folder / "torn.parquet")], SETS)
    pq.write_table(pa.table({"a_party": ["1930"]}), folder / "zz.parquet")
    with pytest.raises(ColumnError, match="other columns"):
        spark.scan_files(session, [*paths, str(folder / "zz.parquet")], {"a_party": LISTED})


def test_a_stream_of_files_is_scanned_as_it_comes(session: Any, engine: str, tmp_path: Path) -> None:
    if engine == "sail":
        pytest.skip("Sail streams no files yet")
    into, out, seen = tmp_path / "in", tmp_path / "out", tmp_path / "seen"
    into.mkdir()
    table = calls(4).select(["n", "a_party", "b.party"])
    sets = {"a_party": LISTED, "b.party": LISTED}
    for n in range(3):
        pq.write_table(table.slice(n * 1000, 1000), into / f"{n}.parquet")
    schema = session.read.parquet(str(into)).schema
    stream = session.readStream.schema(schema).option("maxFilesPerTrigger", 1).parquet(str(into))
    result = spark.scan(stream, sets, refused="odd")
    assert result.isStreaming
    query = (
        result.writeStream.format("parquet")
        .option("checkpointLocation", str(seen))
        .trigger(availableNow=True)
        .start(str(out))
    )
    assert query.awaitTermination(120)
    written = session.read.parquet(str(out))
    scan = ng.scan(table, sets)
    expected = scan.read_all()
    assert rows_of(written.where("odd is null").drop("odd").toArrow()) == rows_of(expected)
    cells = sum(row["cells"] for row in spark.refused(written, "odd").toArrow().to_pylist())
    assert cells == sum(sum(notes.values()) for notes in scan.summary.refused.values())


def test_a_stream_with_a_watermark_is_counted_by_time(session: Any, engine: str) -> None:
    if engine == "sail":
        pytest.skip("Sail streams no files yet")
    rates = session.readStream.format("rate").load().selectExpr("cast(value as string) as a", "timestamp as at")
    # The engine forgets a watermark where rows go through Python, so the result is given it.
    hits = spark.scan(rates.withWatermark("at", "1 minute"), {"a": LISTED}).withWatermark("at", "1 minute")
    counted = hits.groupBy("at").count().writeStream.format("noop").outputMode("append").trigger(availableNow=True)
    query = counted.start()
    assert query.awaitTermination(120)
    assert query.exception() is None
