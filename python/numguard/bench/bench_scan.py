"""`numguard.scan` against the fastest whole queries of Polars and DuckDB, and against only decoding the same columns.

All have the same files and the same number of threads. Each rival finds the rows in which either party is on the list
and returns both party columns; the rows must be the same. For mixed text, rivals get the fastest expression
that reads exactly the forms in the file and validates nothing (`chains`).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from numguard._core import NumberSet
from numguard.bench import call_records, memory
from numguard.bench.chains import COLUMNS, Query, duckdb_either, duckdb_members, duckdb_rows, in_order, need, polars_key
from numguard.bench.columns import members, national
from numguard.bench.plan import Plan, plan
from numguard.bench.record import Line
from numguard.bench.rivals import NUMGUARD
from numguard.scanning import scan

LAYOUTS = ["integers", "mixed"]
SIZES = plan().lists[:2]
#: Rows of a file, and how often it is listed: the cost of a row must not depend on the number of rows.
LENGTHS = ((plan().file_rows // 20, 1), *((plan().file_rows, copies) for copies in (1, 5, 50)))


def file(layout: str, rows: int = plan().file_rows) -> Path:
    """The file of call records in a layout."""
    return call_records.write(plan().inputs / f"calls-{layout}-{rows}.parquet", rows, text=layout == "mixed")


def numguard(layout: str, listed: int, threads: int) -> Query:
    """The set is built before the time is taken, because users open a saved one."""
    sets = dict.fromkeys(COLUMNS, NumberSet(members(listed)))

    def query() -> pa.Table:
        found: Any = scan(file(layout), sets, columns=COLUMNS, threads=threads).read_all()
        table: pa.Table = found.select(COLUMNS)
        return table

    return query


def _polars_keys(layout: str) -> list[Any]:
    written = layout != "integers"
    return [polars_key(column, written=written).alias(f"{column}_key") for column in COLUMNS]


def polars_is_in(layout: str, listed: int, _threads: int) -> Query:
    """Membership, streamed."""
    import polars as pl

    keys = pl.Series(national(members(listed)).astype(np.int64)).implode()
    either = pl.any_horizontal(pl.col(f"{column}_key").is_in(keys) for column in COLUMNS)
    query = pl.scan_parquet(file(layout)).select(*COLUMNS, *_polars_keys(layout)).filter(either).select(COLUMNS)
    return lambda: query.collect(engine="streaming").to_arrow()


def polars_join(layout: str, listed: int, _threads: int) -> Query:
    """A left join for each party, streamed."""
    import polars as pl

    keys = pl.LazyFrame({"key": national(members(listed)).astype(np.int64), "found": True})
    query = pl.scan_parquet(file(layout)).select(*COLUMNS, *_polars_keys(layout))
    for column in COLUMNS:
        named = keys.rename({"found": f"{column}_found"})
        query = query.join(named, left_on=f"{column}_key", right_on="key", how="left")
    found = pl.any_horizontal(pl.col(f"{column}_found").is_not_null() for column in COLUMNS)
    hits: Any = query.filter(found).select(COLUMNS)
    return lambda: hits.collect(engine="streaming").to_arrow()


def duckdb(layout: str, listed: int, threads: int) -> Query:
    """Two semi-joins in one filter."""
    connection = duckdb_members(listed, threads)
    either = duckdb_either(written=layout != "integers")
    query = f"select {', '.join(COLUMNS)} from read_parquet('{file(layout)}') where {either}"
    return duckdb_rows(connection, query)


CANDIDATES = {NUMGUARD: numguard, "Polars is_in": polars_is_in, "Polars join": polars_join, "DuckDB": duckdb}


@pytest.mark.parametrize("candidate", CANDIDATES)
@pytest.mark.parametrize("listed", SIZES)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_scan(measure: Any, the_plan: Plan, layout: str, listed: int, candidate: str) -> None:
    """The rows with a listed party."""
    need(candidate)
    query = CANDIDATES[candidate](layout, listed, the_plan.threads)
    hits = measure(Line("scan", layout, the_plan.file_rows, listed, None, candidate, the_plan.threads), query)
    assert hits.num_rows > 0
    if candidate != NUMGUARD:
        ours = numguard(layout, listed, the_plan.threads)()
        assert in_order(hits, COLUMNS).equals(in_order(ours, COLUMNS))


@pytest.mark.parametrize("candidate", ["Polars", "pyarrow"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_decode(measure: Any, the_plan: Plan, layout: str, candidate: str) -> None:
    """The limit: only reading the two columns."""

    def polars() -> int:
        import polars as pl

        return pl.scan_parquet(file(layout)).select(COLUMNS).collect().height

    def pyarrow() -> int:
        import pyarrow.parquet as pq

        return pq.read_table(file(layout), columns=COLUMNS).num_rows

    pytest.importorskip(candidate.lower())
    line = Line("decode", layout, the_plan.file_rows, 0, None, candidate, the_plan.threads)
    assert measure(line, {"Polars": polars, "pyarrow": pyarrow}[candidate]) == the_plan.file_rows


def scan_copies(layout: str, rows: int, listed: int, threads: int, copies: int) -> Callable[[], int]:
    """Scans a file of `rows` rows, listed `copies` times as one source, and counts the hits."""
    sets = dict.fromkeys(COLUMNS, NumberSet(members(listed)))
    source = [file(layout, rows)] * copies
    return lambda: sum(batch.num_rows for batch in scan(source, sets, columns=COLUMNS, threads=threads))


@pytest.mark.parametrize(("rows", "copies"), LENGTHS)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_length(measure: Any, the_plan: Plan, layout: str, rows: int, copies: int) -> None:
    """Time and memory by length: the cost of a row and the memory must be constant."""
    listed, threads = SIZES[0], the_plan.threads
    once = scan_copies(layout, rows, listed, threads, 1)()
    added = memory.added("scan", layout=layout, rows=rows, listed=listed, threads=threads, copies=copies)
    line = Line("scan of length", layout, rows * copies, listed, None, NUMGUARD, threads, bytes=added)
    assert measure(line, scan_copies(layout, rows, listed, threads, copies)) == once * copies
