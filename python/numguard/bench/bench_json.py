"""`numguard.scan` of JSON Lines against whole queries of Polars, DuckDB and pyarrow.

Default calls on six columns of call records, as programs dump them; all columns of the hits are returned. Numbers are
texts of ten clean digits, so that rivals need no rules. The rows must be the same.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.json as pa_json
import pytest

from numguard.bench.bench_csv import LISTED, file, listed_texts, numguard
from numguard.bench.chains import (
    COLUMNS,
    Query,
    duckdb_either,
    duckdb_rows,
    duckdb_with,
    in_order,
    need,
    pyarrow_either,
)
from numguard.bench.plan import Plan, plan
from numguard.bench.record import Line
from numguard.bench.rivals import NUMGUARD
from numguard.files import whole_file

ROWS: Final = plan().file_rows // 4


def lines() -> Path:
    """The first rows of the CSV file, a line of JSON each."""
    import polars as pl

    plain = file("6 columns", ROWS)
    path = plain.with_suffix(".jsonl")
    if not path.exists():
        names = plain.open().readline().replace('"', "").strip().split(",")
        text = pa_csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()))
        with whole_file(path) as target:
            pl.DataFrame(pa_csv.read_csv(plain, convert_options=text)).write_ndjson(target)
    return path


def polars(path: Path, _threads: int) -> Query:
    """Membership, streamed."""
    import polars as pl

    keys = pl.Series(listed_texts()).implode()
    query = pl.scan_ndjson(path).filter(pl.any_horizontal(pl.col(name).is_in(keys) for name in COLUMNS))
    return lambda: query.collect(engine="streaming").to_arrow()


def duckdb(path: Path, threads: int) -> Query:
    """Two semi-joins in one filter."""
    connection = duckdb_with(threads, members=listed_texts())
    return duckdb_rows(connection, f"select * from read_ndjson('{path}') where {duckdb_either()}")


def pyarrow(path: Path, _threads: int) -> Query:
    """Two look-ups over all of it."""
    keys: Any = pa.array(listed_texts())
    return lambda: pyarrow_either(pa_json.read_json(path), keys)


CANDIDATES: Final = {NUMGUARD: numguard, "Polars": polars, "DuckDB": duckdb, "pyarrow": pyarrow}


@pytest.mark.parametrize("candidate", CANDIDATES)
def test_scan_json(measure: Any, the_plan: Plan, candidate: str) -> None:
    """The rows with a listed party."""
    need("polars")
    need(candidate)
    path, threads = lines(), the_plan.threads
    hits: pa.Table = measure(
        Line("scan json", "6 columns", ROWS, LISTED, None, candidate, threads), CANDIDATES[candidate](path, threads)
    )
    assert hits.num_rows > 0
    assert in_order(hits, COLUMNS).equals(in_order(numguard(path, threads)(), COLUMNS))
