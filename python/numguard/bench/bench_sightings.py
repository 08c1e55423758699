"""Numbers in several tower dumps, and periods of numbers in handsets, against SQL that computes the same.

Both get the same number of threads, and their results are asserted equal, column by column, before either is timed.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from numguard.bench import memory, sightings
from numguard.bench.chains import duckdb_with
from numguard.bench.plan import SEED, plan
from numguard.bench.record import Line
from numguard.bench.rivals import NUMGUARD
from numguard.files import whole_file
from numguard.indian_time import MOMENT, ZONE
from numguard.sightings import changes, common
from numguard.synthetic.numbering import Numbering

pytest.importorskip("duckdb")
pl = pytest.importorskip("polars")

THREADS = plan().threads
DUMPS = 20
#: Rows of a dump: a million in a whole run.
ROWS = max(plan().file_rows // DUMPS, 500)
#: Subscribers who were near all towers.
EVERYWHERE = 50
#: In how many of the dumps: in all of them, which few are, and in two, which most are.
DEPTHS = (DUMPS, 2)
SIGHTINGS = plan().file_rows
GAP_DAYS = 1

#: Distinct pairs of number and dump first, which is several times as fast as `count(distinct)`.
COMMON = """
with pairs as (
  select served_msisdn as key, dump, count(*) as rows, min("at") as first_seen, max("at") as last_seen
  from ({rows}) where served_msisdn is not null group by all)
select key, count(*) as sources, list('source ' || (dump + 1) order by dump) as names, sum(rows)::bigint as rows,
       min(first_seen) as first_seen, max(last_seen) as last_seen
from pairs group by key having count(*) >= {at_least} order by sources desc, key
"""

CHANGES = """
with distinct_sightings as (
  select served_msisdn as msisdn, imei14, "at", min(file_row_number) + 1 as row
  from read_parquet('{path}', file_row_number = true)
  where imei14 not in ({placeholders}) group by all),
numbered as (
  select *, row_number() over (partition by msisdn order by "at", imei14) as place from distinct_sightings),
begun as (
  select *, coalesce(place - lag(place) over pair > 1 and "at" - lag("at") over pair > interval {gap_days} days,
                     lag(place) over pair is null)::int as begins
  from numbered window pair as (partition by msisdn, imei14 order by "at")),
periods as (
  select msisdn, imei14, number, min("at") as "from", max("at") as "to", count(*) as sightings,
         min_by(row, "at") as from_row, max_by(row, "at") as to_row
  from (select *, sum(begins) over (partition by msisdn, imei14 order by "at") as number from begun) group by all),
ordered as (
  select *, lag(imei14) over key as before,
         max("to") over (key rows between unbounded preceding and 1 preceding) as ended
  from periods window key as (partition by msisdn order by "from", "to", imei14))
select msisdn, imei14, "from", "to", sightings,
       last_value(case when before <> imei14 then before end ignore nulls) over (
         partition by msisdn order by "from", "to", imei14
         rows between unbounded preceding and current row) as followed,
       case when followed is not null then
         greatest(0, (epoch_us(least("to", ended)) - epoch_us("from")) // 1000000) end as overlap,
       from_row, to_row
from ordered
order by msisdn, "from", "to", imei14
"""


def dumps(rows: int = ROWS) -> list[Path]:
    """The dumps: subscribers at random, in the order of time, three days each."""
    numbers, rng = Numbering(SEED), np.random.default_rng([SEED, 9])
    paths = []
    for n in range(DUMPS):
        path = plan().inputs / f"dump-{rows}-{n:02}.parquet"
        paths.append(path)
        ranks = rng.integers(0, max(DUMPS * rows // 4, 1), rows)
        ranks[rng.permutation(rows)[:EVERYWHERE]] = np.arange(EVERYWHERE)
        at = sightings.MONTH_BEGINS + np.sort(rng.integers(0, 3 * 86_400, rows))
        if path.exists():
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        columns: dict[str, Any] = {
            "served_msisdn": pa.array(numbers.msisdns(ranks), pa.uint64()),
            "imei14": pa.array(sightings.handsets(ranks, rng), pa.uint64()),
            "at": pa.array(at * 1_000_000, pa.timestamp("us", "UTC")).cast(MOMENT),
        }
        with whole_file(path) as file:
            pq.write_table(pa.table(columns), file, compression="snappy")
    return paths


@pytest.fixture(scope="module")
def connection() -> Any:
    """DuckDB."""
    connection = duckdb_with(THREADS)
    connection.execute("set enable_progress_bar = false")
    connection.execute(f"set timezone = '{ZONE}'")
    return connection


def common_sql(connection: Any, at_least: int) -> pa.Table:
    """The numbers in several dumps, in SQL."""
    read = """select served_msisdn, "at", {n} as dump from read_parquet('{path}')"""
    rows = " union all ".join(read.format(n=n, path=path) for n, path in enumerate(dumps()))
    table: pa.Table = connection.sql(COMMON.format(rows=rows, at_least=at_least)).to_arrow_table()
    return table


def common_of(rows: int, at_least: int, threads: int) -> Callable[[], Any]:
    """The numbers in several dumps."""
    named = {f"source {n}": path for n, path in enumerate(dumps(rows), start=1)}
    return lambda: common(named, at_least=at_least, threads=threads)


def of_dumps(at_least: int, candidate: str, bytes_added: int | None = None) -> Line:
    """The line of a measurement."""
    layout = f"in {at_least} of {DUMPS} dumps"
    return Line("common", layout, DUMPS * ROWS, 0, None, candidate, THREADS, bytes=bytes_added)


def equal(ours: pa.Table, theirs: pa.Table) -> bool:
    """Whether both have the same cells, in types of their own."""
    names = [name for name in ours.schema.names if name in theirs.schema.names]
    schema = pa.schema([theirs.schema.field(name) for name in names])
    return bool(len(names) == len(theirs.schema.names) and ours.select(names).cast(schema) == theirs.select(names))


@pytest.mark.parametrize("at_least", DEPTHS)
def test_common(measure: Any, connection: Any, at_least: int) -> None:
    """From Parquet files, with every source of every number."""
    run = common_of(ROWS, at_least, THREADS)
    assert equal(run().table, common_sql(connection, at_least))
    added = memory.added("common", rows=ROWS, at_least=at_least, threads=THREADS)
    measure(of_dumps(at_least, NUMGUARD, added), run)


@pytest.mark.parametrize("at_least", DEPTHS)
def test_common_duckdb(measure: Any, connection: Any, at_least: int) -> None:
    """From the same files, in SQL."""
    found = measure(of_dumps(at_least, "DuckDB"), lambda: common_sql(connection, at_least))
    assert found.num_rows >= EVERYWHERE


@pytest.fixture(scope="module")
def path() -> Path:
    """A month of sightings."""
    return sightings.write(plan().inputs / f"sightings-{SIGHTINGS}.parquet", SIGHTINGS)


def changes_sql(connection: Any, path: Path) -> pa.Table:
    """The periods, in SQL."""
    placeholders = ", ".join(map(str, sightings.PLACEHOLDERS))
    query = CHANGES.format(path=path, placeholders=placeholders, gap_days=GAP_DAYS)
    table: pa.Table = connection.sql(query).to_arrow_table()
    return table


def changes_of(rows: int, threads: int) -> Callable[[], Any]:
    """The periods of a file of sightings."""
    source = sightings.write(plan().inputs / f"sightings-{rows}.parquet", rows)
    return lambda: changes(source, gap_days=GAP_DAYS, threads=threads)


def of_month(candidate: str, work: str = "changes", bytes_added: int | None = None) -> Line:
    """The line of a measurement."""
    return Line(work, "Parquet", SIGHTINGS, 0, None, candidate, THREADS, bytes=bytes_added)


@pytest.mark.usefixtures("path")
def test_changes(measure: Any, connection: Any, path: Path) -> None:
    """From a Parquet file, with the rows of both ends of each period."""
    run = changes_of(SIGHTINGS, THREADS)
    assert equal(run().table, changes_sql(connection, path))
    added = memory.added("changes", rows=SIGHTINGS, threads=THREADS)
    measure(of_month(NUMGUARD, bytes_added=added), run)


def test_changes_duckdb(measure: Any, connection: Any, path: Path) -> None:
    """From the same file, in SQL."""
    assert measure(of_month("DuckDB"), lambda: changes_sql(connection, path)).num_rows


def test_changes_decode(measure: Any, path: Path) -> None:
    """The limit: only reading the columns, with the fastest reader."""
    assert measure(of_month("Polars", "decode sightings"), lambda: pl.read_parquet(path)).height == SIGHTINGS
