"""Files and calls like those of users: many columns, all of them returned, by a default call.

Parties are Int64 or text in the forms that operators mix; one row in 700 or one in 50,000 is a hit. Rows are in the
order of time, or sorted by number, so that a file's statistics could let a reader skip most of it. The same table in
memory and as an Arrow file shows the cost of reading.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from numguard._core import NumberSet
from numguard.bench.call_records import ROW_GROUP, write_tables
from numguard.bench.chains import COLUMNS, Query, duckdb_either, duckdb_members, duckdb_rows, in_order, need, polars_key
from numguard.bench.columns import members, national, texts
from numguard.bench.plan import POPULATION, SEED, Plan, plan
from numguard.bench.record import Line
from numguard.bench.rivals import NUMGUARD
from numguard.scanning import scan
from numguard.synthetic.numbering import Numbering

LAYOUTS: Final = ("integers", "mixed", "integers by number")
RATES: Final = (1 / 700, 1 / 50_000)
SIZES: Final = plan().lists[:2]
ROWS: Final = max(plan().file_rows // 4, 1000)
_OTHERS: Final = 18


def file(layout: str, listed: int, rate: float) -> Path:
    """A Parquet file of call records with twenty-five columns, of which one party in `2 / rate` is listed."""
    path = plan().inputs / f"wide-{layout.replace(' ', '-')}-{listed}-{round(1 / rate)}-{ROWS}.parquet"
    if path.exists():
        return path
    rng, numbers = np.random.default_rng([SEED, 11]), Numbering(SEED)
    sizes = (min(ROW_GROUP, ROWS - start) for start in range(0, ROWS, ROW_GROUP))
    tables: Iterator[pa.Table] = (_calls(numbers, rng, size, layout, listed, rate) for size in sizes)
    if layout.endswith("by number"):
        tables = iter([pa.concat_tables(tables).sort_by("a_party")])
    return write_tables(path, tables, ROW_GROUP // 10)


def _calls(numbers: Numbering, rng: np.random.Generator, size: int, layout: str, listed: int, rate: float) -> pa.Table:
    def party() -> pa.Array[Any]:
        hit = rng.random(size) < rate / 2
        serials = np.where(hit, rng.integers(0, listed, size), rng.integers(listed, POPULATION, size))
        drawn = numbers.msisdns(serials)
        return texts(drawn, "mixed", rng) if layout == "mixed" else pa.array(national(drawn).astype(np.int64))

    imeis = (35_000_000_000_000 + rng.integers(0, 10**12, size)) * 10
    begin = 1_748_736_000_000_000 + np.sort(rng.integers(0, 86_400_000_000, size))
    columns = {
        "a_party": party(),
        "b_party": party(),
        "at": pa.array(begin, pa.timestamp("us")),
        "duration_s": pa.array(rng.exponential(90, size).astype(np.int32)),
        "imei": pa.array(imeis).cast(pa.string()),
        "imsi": pa.array(404_450_000_000_000 + rng.integers(0, 10**9, size)),
        "direction": pa.array(np.array(["in", "out", "sms_in", "sms_out"])[rng.integers(0, 4, size)]),
    }
    for n in range(_OTHERS):
        values: Any = pa.array(rng.integers(0, 10 ** (2 + n % 6), size))
        columns[f"field_{n}"] = values.cast(pa.string()) if n % 2 else values
    return pa.table(columns)


def numguard(layout: str, listed: int, rate: float, _threads: int) -> Query:
    """Default calls; the set is built before, because users open a saved one."""
    sets = dict.fromkeys(COLUMNS, NumberSet(members(listed)))
    path = file(layout, listed, rate)
    return lambda: scan(path, sets).read_all()


def polars(layout: str, listed: int, rate: float, _threads: int) -> Query:
    """Membership, streamed."""
    import polars as pl

    keys = pl.Series(national(members(listed)).astype(np.int64)).implode()
    either = pl.any_horizontal(polars_key(column, written=layout == "mixed").is_in(keys) for column in COLUMNS)
    query = pl.scan_parquet(file(layout, listed, rate)).filter(either)
    return lambda: query.collect(engine="streaming").to_arrow()


def duckdb(layout: str, listed: int, rate: float, threads: int) -> Query:
    """Two semi-joins in one filter."""
    connection = duckdb_members(listed, threads)
    either = duckdb_either(written=layout == "mixed")
    query = f"select * from read_parquet('{file(layout, listed, rate)}') where {either}"
    return duckdb_rows(connection, query)


CANDIDATES: Final = {NUMGUARD: numguard, "Polars is_in": polars, "DuckDB": duckdb}


@lru_cache(maxsize=1)
def found(candidate: str, layout: str, listed: int, rate: float, threads: int) -> pa.Table:
    """The rows that a candidate finds, in an order that does not depend on the library."""
    return in_order(CANDIDATES[candidate](layout, listed, rate, threads)(), [*COLUMNS, "imei"])


@pytest.mark.parametrize("candidate", CANDIDATES)
@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("listed", SIZES)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_wide(measure: Any, the_plan: Plan, layout: str, listed: int, rate: float, candidate: str) -> None:
    """The rows with a listed party, with all columns."""
    need(candidate)
    query = CANDIDATES[candidate](layout, listed, rate, the_plan.threads)
    hits = measure(Line("scan wide", layout, ROWS, listed, rate, candidate, the_plan.threads), query)
    assert set(hits.column_names) >= {*COLUMNS, "imei", f"field_{_OTHERS - 1}"}
    if candidate != NUMGUARD:
        case = (layout, listed, rate, the_plan.threads)
        assert found(candidate, *case).equals(found(NUMGUARD, *case))


@pytest.mark.parametrize("kind", ["table", "Arrow file"])
def test_arrow(measure: Any, the_plan: Plan, kind: str) -> None:
    """The same rows from memory, and from an Arrow file."""
    listed, rate = SIZES[0], RATES[0]
    table: Any = pq.read_table(file("integers", listed, rate))
    path = plan().inputs / f"wide-{ROWS}.arrow"
    with pa.OSFile(str(path), "wb") as written, pa.ipc.new_file(written, table.schema) as writer:
        writer.write_table(table, max_chunksize=ROW_GROUP // 10)
    sets = dict.fromkeys(COLUMNS, NumberSet(members(listed)))
    source = table if kind == "table" else path
    line = Line("scan arrow", f"integers, {kind}", ROWS, listed, rate, NUMGUARD, the_plan.threads)
    assert measure(line, lambda: scan(source, sets).read_all()).num_rows > 0
