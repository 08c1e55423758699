"""Scans: Python sets over normalised cells are the oracle, for every source, layout, file shape and thread count."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import numguard as ng
from numguard.errors import ArgumentError, ColumnError, FileMissingError, UnsupportedTypeError
from numguard.scanning import ScanSummary
from source_kinds import KINDS

LISTED = ng.NumberSet([f"98765{n:05}" for n in range(0, 1000, 7)])
HANDSETS = ng.ImeiSet([f"3512340000{n:04}" for n in range(0, 1000, 11)])
SETS: dict[str, ng.NumberSet | ng.ImeiSet] = {"a": LISTED, "b": LISTED, "imei": HANDSETS}

FORMS = ("98765{:05}", "+91 98765 {:05}", "098765{:05}", "9198765{:05}", "98765{:05}.0", "AD-AXISBK", "", "1930")


def calls(rows: int, seed: int = 0, *, nulls: float = 0.0) -> pa.Table:
    rng = np.random.default_rng(seed)

    def party() -> list[str | None]:
        forms, numbers = rng.integers(0, 8, rows), rng.integers(0, 1000, rows)
        cells = [FORMS[form].format(number) for form, number in zip(forms, numbers, strict=True)]
        return [None if null else cell for cell, null in zip(cells, rng.random(rows) < nulls, strict=True)]

    return pa.table(
        {
            "a": pa.array(party(), pa.string()),
            "at": pa.array([f"2025-06-01T00:{n % 60:02}" for n in range(rows)], pa.string()),
            "b": pa.array(party(), pa.string()),
            "imei": pa.array([f"3512340000{n:04}0" for n in rng.integers(0, 1000, rows)], pa.string()),
        }
    )


CALLS = calls(2000)


def expected(table: pa.Table, sets: dict[str, Any] = SETS, columns: list[str] | None = None) -> pa.Table:
    """The hits, computed in a slow and obvious way."""
    matches = {}
    for column, members in sets.items():
        read = ng.normalize_imei if isinstance(members, ng.ImeiSet) else ng.normalize
        listed = set(members.to_array().to_pylist())
        keys = read(table[column]).to_pylist()
        matches[f"{column}_match"] = pa.array([key if key in listed else None for key in keys], pa.uint64())
    hit = [any(row) for row in zip(*(m.is_valid().to_pylist() for m in matches.values()), strict=True)]
    hits = table if columns is None else table.select(columns)
    for name, match in matches.items():
        hits = hits.append_column(name, match)
    return hits.filter(pa.array(hit, pa.bool_()))


def as_text(table: pa.Table) -> pa.Table:
    """The same cells in one text layout."""
    fields = [f if pa.types.is_uint64(f.type) else f.with_type(pa.string()) for f in table.schema]
    return table.cast(pa.schema([f.with_nullable(True).remove_metadata() for f in fields])).combine_chunks()


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_source_gives_the_hits_of_the_table(kind: str, tmp_path: Path) -> None:
    want = expected(CALLS)
    assert 400 < want.num_rows < 1600
    found = ng.scan(KINDS[kind](tmp_path, CALLS), SETS)
    assert as_text(found.read_all()).equals(as_text(want))
    assert found.summary.rows == 2000
    assert found.summary.hits == want.num_rows


@pytest.mark.parametrize("columns", [None, [], ["at"], ["b"], ["imei", "at", "a"]])
@pytest.mark.parametrize("kind", ["parquet", "csv", "table"])
def test_columns_are_returned_in_the_given_order(kind: str, columns: list[str] | None, tmp_path: Path) -> None:
    found = ng.scan(KINDS[kind](tmp_path, CALLS), SETS, columns=columns)
    want = expected(CALLS, columns=columns)
    assert found.schema.names == want.column_names
    assert as_text(found.read_all()).equals(as_text(want))


LAYOUTS: dict[str, Callable[[pa.Array], pa.Array]] = {
    "string": lambda a: a,
    "large_string": lambda a: a.cast(pa.large_string()),
    "string_view": lambda a: a.cast(pa.string_view()),
    "dictionary": lambda a: a.dictionary_encode(),
    "run_end_encoded": lambda a: pc.run_end_encode(a),
    "int64": lambda a: a.cast(pa.int64()),
    "uint64": lambda a: pc.add(a.cast(pa.uint64()), pa.scalar(910_000_000_000, pa.uint64())),
    "decimal": lambda a: a.cast(pa.decimal128(19, 0)),
    "float64": lambda a: a.cast(pa.float64()),
}
NOT_IN_PARQUET = ("run_end_encoded", True)


@pytest.mark.parametrize(
    ("layout", "as_file"),
    [(layout, as_file) for layout in LAYOUTS for as_file in (False, True) if (layout, as_file) != NOT_IN_PARQUET],
)
def test_every_layout_of_a_key_column(layout: str, as_file: bool, tmp_path: Path) -> None:
    plain = pa.array([None if n % 10 == 3 else f"98765{n % 1000:05}" for n in range(3000)])
    table = pa.table({"a": LAYOUTS[layout](plain), "n": range(3000)})
    hits = [n for n in range(3000) if n % 10 != 3 and n % 1000 % 7 == 0]
    source: Any = table
    if as_file:
        pq.write_table(table, tmp_path / "t.parquet", row_group_size=700)
        source = tmp_path / "t.parquet"
    found = ng.scan(source, {"a": LISTED}).read_all()
    assert found["n"].to_pylist() == hits
    assert found["a_match"].to_pylist() == [919876500000 + n % 1000 for n in hits]
    assert found.schema.field("a").type == table.schema.field("a").type
    assert found["a"].to_pylist() == [cell for n, cell in enumerate(table["a"].to_pylist()) if n in hits]


def test_slices_and_chunks_give_the_hits_of_the_whole() -> None:
    want = as_text(expected(CALLS))
    sliced = pa.concat_tables([CALLS.slice(0, 1), CALLS.slice(1, 0), CALLS.slice(1, 999), CALLS.slice(1000)])
    assert as_text(ng.scan(sliced, SETS).read_all()).equals(want)


@settings(deadline=None, max_examples=60)
@given(
    rows=st.integers(0, 5000),
    row_group=st.integers(1, 3000),
    seed=st.integers(0, 99),
    nulls=st.sampled_from([0.0, 0.001, 0.5, 1.0, None]),
    threads=st.integers(1, 3),
    options=st.fixed_dictionaries(
        {
            "compression": st.sampled_from(["none", "snappy", "gzip", "zstd", "lz4", "brotli"]),
            "use_dictionary": st.booleans() | st.just(["a"]),
            "data_page_version": st.sampled_from(["1.0", "2.0"]),
            "data_page_size": st.sampled_from([100, 10_000, 1 << 20]),
            "write_page_index": st.booleans(),
            "store_schema": st.booleans(),
        }
    ),
    columns=st.none() | st.lists(st.sampled_from(["a", "at", "b", "imei"]), unique=True),
)
def test_files_of_any_shape(
    tmp_path_factory: pytest.TempPathFactory,
    rows: int,
    row_group: int,
    seed: int,
    nulls: float | None,
    threads: int,
    options: dict[str, Any],
    columns: list[str] | None,
) -> None:
    path = tmp_path_factory.mktemp("any") / "t.parquet"
    table = calls(rows, seed, nulls=nulls or 0.0)
    if nulls is None:
        table = table.cast(pa.schema([field.with_nullable(False) for field in table.schema]))
    pq.write_table(table, path, row_group_size=row_group, **options)
    found = ng.scan(path, SETS, columns=columns, threads=threads)
    assert as_text(found.read_all()).equals(as_text(expected(table, columns=columns)))
    assert found.summary.rows == rows


def test_a_row_group_longer_than_a_part_loses_no_hit(tmp_path: Path) -> None:
    rows = 3_200_000
    numbers = np.full(rows, 9_000_000_000, np.int64)
    planted = [0, (1 << 20) - 1, 1 << 20, (1 << 21) - 1, 1 << 21, rows - 1]
    numbers[planted] = 9876500007
    table = pa.table({"a": numbers, "n": np.arange(rows), "text": pa.array(numbers).cast(pa.string())})
    pq.write_table(table, tmp_path / "t.parquet", row_group_size=rows)
    assert pq.read_metadata(tmp_path / "t.parquet").num_row_groups == 1
    for threads in (1, 2):
        found = ng.scan(tmp_path / "t.parquet", {"a": LISTED, "text": LISTED}, threads=threads)
        assert found.read_all()["n"].to_pylist() == planted
        assert found.summary.rows == rows


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_a_long_batch_is_searched_by_all_threads_in_order(threads: int) -> None:
    rows = 300_000
    numbers = np.arange(9_876_400_000, 9_876_400_000 + rows)
    table = pa.table({"a": numbers, "n": np.arange(rows), "b": pa.array(["1930", None, "AD-AXISBK"] * 100_000)})
    found = ng.scan(table, {"a": LISTED, "b": LISTED}, threads=threads)
    assert found.read_all()["n"].to_pylist() == list(range(100_000, 101_000, 7))
    assert found.summary.rows == rows
    assert found.summary.refused == {"b": {"short_code": 100_000, "sender_id": 100_000}}


def test_a_batch_longer_than_one_search_loses_no_hit() -> None:
    rows = 2 * (1 << 22) + 5
    numbers = np.full(rows, 9_000_000_000, np.int64)
    planted = [0, (1 << 22) - 1, 1 << 22, (1 << 23) - 1, 1 << 23, rows - 1]
    numbers[planted] = 9_876_500_007
    found = ng.scan(pa.table({"a": numbers, "n": np.arange(rows)}), {"a": LISTED})
    assert found.read_all()["n"].to_pylist() == planted
    assert found.summary.rows == rows


def test_every_row_a_hit(tmp_path: Path) -> None:
    table = pa.table({"a": ["9876500007"] * 200_000, "n": range(200_000)})
    pq.write_table(table, tmp_path / "t.parquet")
    found = ng.scan(tmp_path / "t.parquet", {"a": LISTED})
    assert found.read_all()["n"].to_pylist() == list(range(200_000))
    assert found.summary.distinct_keys == 1


@pytest.mark.parametrize("threads", [1, 2, None])
def test_many_files_come_in_order_with_any_number_of_threads(threads: int | None, tmp_path: Path) -> None:
    tables = [calls(n * 37 % 600, seed=n) for n in range(30)]
    for n, table in enumerate(tables):
        pq.write_table(table, tmp_path / f"{n:02}.parquet", row_group_size=100)
    found = ng.scan(tmp_path, SETS, threads=threads)
    want = expected(pa.concat_tables(tables))
    assert as_text(found.read_all()).equals(as_text(want))
    assert found.summary.files_done == 30


def test_containers_may_be_mixed(tmp_path: Path) -> None:
    table = calls(900)
    pq.write_table(table.slice(0, 300), tmp_path / "1.parquet")
    KINDS["csv"](tmp_path, table.slice(300, 300)).rename(tmp_path / "2.csv")
    pq.write_table(table.slice(600), tmp_path / "3.parquet")
    found = ng.scan(str(tmp_path / "*.*"), SETS)
    assert as_text(found.read_all()).equals(as_text(expected(table)))
    assert (found.summary.files_done, found.summary.files) == (3, 3)


def test_the_same_text_in_another_layout_or_order_is_the_same_column(tmp_path: Path) -> None:
    table = calls(300)
    pq.write_table(table, tmp_path / "1.parquet")
    other = table.select(["imei", "b", "a", "at"]).set_column(2, "a", table["a"].cast(pa.large_string()))
    pq.write_table(other.set_column(0, "imei", table["imei"].dictionary_encode()), tmp_path / "2.parquet")
    found = ng.scan(tmp_path, SETS).read_all()
    assert found.column_names[:4] == table.column_names
    assert as_text(found).equals(as_text(expected(pa.concat_tables([table, table]))))


def test_the_summary_counts_all_rows(tmp_path: Path) -> None:
    pq.write_table(CALLS, tmp_path / "t.parquet", row_group_size=300)
    want = expected(CALLS)
    for source in (CALLS, tmp_path / "t.parquet"):
        found = ng.scan(source, SETS)
        assert not found.summary.finished
        found.read_all()
        summary = found.summary
        assert summary.finished
        assert summary.rows == 2000
        assert summary.hits == want.num_rows
        matches = {column: want[f"{column}_match"] for column in SETS}
        assert summary.hits_by_column == {c: len(m) - m.null_count for c, m in matches.items()}
        numbers = {*matches["a"].to_pylist(), *matches["b"].to_pylist()} - {None}
        assert summary.distinct_keys == len(numbers) + len(set(matches["imei"].to_pylist()) - {None})
        notes = {c: Counter(ng.explain(CALLS[c]).combine_chunks().field("note").to_pylist()) for c in "ab"}
        assert summary.refused == {
            c: {note: notes[c][note] for note in ("empty", "sender_id", "short_code")} for c in "ab"
        }
        assert summary.rows_per_second > 0


def test_nulls_are_not_refused_cells(tmp_path: Path) -> None:
    table = pa.table({"a": [None, "9876500007", None, "1930", "  "]})
    pq.write_table(table, tmp_path / "t.parquet")
    for source in (table, tmp_path / "t.parquet"):
        found = ng.scan(source, {"a": LISTED})
        found.read_all()
        assert found.summary.refused == {"a": {"short_code": 1, "empty": 1}}


def test_region_determines_how_bare_digits_are_read() -> None:
    table = pa.table({"a": pa.array([9876500007, 919876500007])})
    assert ng.scan(table, {"a": LISTED}).read_all().num_rows == 2
    assert ng.scan(table, {"a": LISTED}, region=None).read_all().num_rows == 1


def test_national_numbers_taken_for_e164_get_a_warning(tmp_path: Path) -> None:
    table = pa.table({"a": pa.array([9876500007] * 10, pa.uint64())})
    pq.write_table(table, tmp_path / "t.parquet")
    for source in (table, tmp_path / "t.parquet"):
        with pytest.warns(UserWarning, match="column 'a': UInt64 is taken for E.164"):
            assert ng.scan(source, {"a": LISTED}).read_all().num_rows == 0


def test_a_scan_is_a_stream(tmp_path: Path) -> None:
    pq.write_table(CALLS, tmp_path / "t.parquet")
    want = expected(CALLS)
    assert pl.DataFrame(ng.scan(tmp_path / "t.parquet", SETS)).height == want.num_rows
    assert as_text(pa.table(ng.scan(CALLS, SETS))).equals(as_text(want))
    twice = ng.scan(ng.scan(CALLS, {"a": LISTED}), {"b": LISTED})
    assert twice.read_all().num_rows == len([row for row in want.to_pylist() if row["a_match"] and row["b_match"]])


def test_a_scan_runs_once() -> None:
    found = ng.scan(CALLS, SETS)
    found.read_all()
    with pytest.raises(ArgumentError, match="has run already"):
        list(found)


def test_a_scan_may_be_abandoned(tmp_path: Path) -> None:
    pq.write_table(CALLS, tmp_path / "t.parquet", row_group_size=100)
    found = ng.scan(tmp_path / "t.parquet", SETS, threads=2)
    for batch in found:
        assert batch.num_rows
        break
    assert not found.summary.finished


def test_progress_is_called_at_least_once_a_file(tmp_path: Path) -> None:
    for n in range(5):
        pq.write_table(CALLS, tmp_path / f"{n}.parquet")
    KINDS["csv"](tmp_path, CALLS)
    summaries: list[ScanSummary] = []
    ng.scan(tmp_path, SETS, progress=summaries.append).read_all()
    assert {summary.files_done for summary in summaries} >= {1, 2, 3, 4, 5, 6}
    assert [summary.rows for summary in summaries] == sorted(summary.rows for summary in summaries)
    assert summaries[-1].rows == 12_000
    assert summaries[-1].files == 6


def test_the_loop_may_call_numguard(tmp_path: Path) -> None:
    pq.write_table(calls(50_000), tmp_path / "t.parquet", row_group_size=1000)
    for batch in ng.scan(tmp_path / "t.parquet", SETS, threads=2):
        assert len(ng.normalize(pa.array(["9876543210"] * 200_000), threads=2)) == 200_000
        assert batch.num_rows


def wrong_calls(tmp_path: Path) -> Iterator[tuple[type[Exception], str, Callable[[], object]]]:
    table = pa.table({"a": ["1"], "n": pa.array([1], pa.int32()), "a_match": [1]})
    twice = pa.Table.from_arrays([pa.array(["1"]), pa.array(["2"])], names=["a", "a"])
    path = tmp_path / "t.parquet"
    pq.write_table(table, path)
    yield ArgumentError, "at least one column", lambda: ng.scan(table, {})
    yield ArgumentError, "'a' takes a NumberSet", lambda: ng.scan(table, {"a": ["98765 43210"]})  # type: ignore[dict-item]
    yield ArgumentError, "on_error", lambda: ng.scan(table, {"a": LISTED}, on_error="ignore")  # type: ignore[arg-type]
    yield ArgumentError, "columns", lambda: ng.scan(table, {"a": LISTED}, columns="a")
    yield ArgumentError, "threads", lambda: ng.scan(table, {"a": LISTED}, threads=0)
    yield ArgumentError, "region", lambda: ng.scan(table, {"a": LISTED}, region="XX")
    yield ArgumentError, "source", lambda: ng.scan(5, {"a": LISTED})
    for source, where in ((table, ""), (path, f"{path}: ")):
        yield ColumnError, f"^{where}no column 'b'; there are a, n", lambda s=source: ng.scan(s, {"b": LISTED})
        yield ColumnError, "no column 'x'", lambda s=source: ng.scan(s, {"a": LISTED}, columns=["x"])
        yield ColumnError, "a column 'a_match' already", lambda s=source: ng.scan(s, {"a": LISTED})
        yield (
            UnsupportedTypeError,
            f"^{where}column 'n': .*Int32",
            lambda s=source: ng.scan(s, {"n": LISTED}, columns=[]),
        )
    yield ColumnError, "several columns are named 'a'", lambda: ng.scan(twice, {"a": LISTED})
    yield ArgumentError, "each once", lambda: ng.scan(CALLS, {"a": LISTED}, columns=["a", "b", "a"])
    yield FileMissingError, "there is no such file", lambda: ng.scan(tmp_path / "none", {"a": LISTED})


def test_an_invalid_call_is_an_error_with_the_remedy(tmp_path: Path) -> None:
    for kind, message, call in wrong_calls(tmp_path):
        with pytest.raises(kind, match=message.replace("\\", ".")):
            call()


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_values_of_directories_become_columns(tmp_path: Path, ending: str) -> None:
    write = {"parquet": pq.write_table, "csv": pa_csv.write_csv}[ending]
    for circle in ("hr", "d%20l"):
        for day in ("01", "02"):
            folder = tmp_path / f"circle={circle}" / f"day={day}"
            folder.mkdir(parents=True)
            write(CALLS.select(["a", "at"]), folder / f"t.{ending}")
    want = expected(CALLS.select(["a", "at"]), {"a": LISTED})
    found = ng.scan(tmp_path, {"a": LISTED})
    assert found.schema.names == ["a", "at", "circle", "day", "a_match"]
    hits = found.read_all()
    assert hits.schema.names == found.schema.names
    assert hits["circle"].to_pylist() == ["d l"] * 2 * want.num_rows + ["hr"] * 2 * want.num_rows
    assert hits["day"].to_pylist() == (["01"] * want.num_rows + ["02"] * want.num_rows) * 2
    for columns in (["day", "at"], ["circle"], ["at", "a", "day"], []):
        cut = ng.scan(tmp_path, {"a": LISTED}, columns=columns).read_all()
        assert as_text(cut).equals(as_text(hits.select([*columns, "a_match"])))
    with pytest.raises(ColumnError, match="no column 'circle' in the file: the names of its directories"):
        ng.scan(tmp_path, {"circle": LISTED})
    write(CALLS.select(["a", "at"]), tmp_path / f"zz.{ending}")
    with pytest.raises(
        ColumnError, match=r"its directories give the columns none, and those of the first file circle, day"
    ):
        ng.scan(tmp_path, {"a": LISTED}).read_all()


@pytest.mark.parametrize("kind", ["parquet", "csv", "table"])
def test_a_limit_cuts_the_scan(kind: str, tmp_path: Path) -> None:
    want = as_text(expected(CALLS))
    for limit in (1, 7, want.num_rows, want.num_rows + 1):
        found = ng.scan(KINDS[kind](tmp_path, CALLS), SETS, limit=limit)
        assert as_text(found.read_all()).equals(want.slice(0, limit).combine_chunks())
        assert found.summary.finished == (limit > want.num_rows)
    with pytest.raises(ArgumentError, match="limit"):
        ng.scan(CALLS, SETS, limit=0)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_hits_that_are_kept_have_no_spare_memory(tmp_path: Path) -> None:
    """A hit in each of sixty row groups: what is kept is sixty rows, not sixty batches of the longest length."""
    groups, rows = 60, 2_000
    callers = pa.array(range(6_000_000_000, 6_000_000_000 + groups * rows))
    path = tmp_path / "calls.parquet"
    columns = {f"field_{n}": callers for n in range(12)}
    pq.write_table(pa.table({"caller": callers, **columns}), path, row_group_size=rows)
    listed = ng.NumberSet(callers[::rows])

    def memory() -> int:
        return int(re.search(r"VmData:\s+(\d+)", Path("/proc/self/status").read_text())[1]) // 1024  # type: ignore[index]

    ng.scan(path, {"caller": listed}).read_all()
    before = memory()
    kept = [ng.scan(path, {"caller": listed}).read_all() for _ in range(3)]
    assert [hits.num_rows for hits in kept] == [groups] * 3
    assert memory() - before < 200
