"""`numguard.scan` beside the best whole queries of Polars and DuckDB, and beside merely decoding the same columns.

One run, one machine, the same files, as many threads for everybody. Each rival finds the rows in which either party is
on the list and hands on both party columns; the numbers of hit rows must agree. Mixed text is a trap for rivals: they
are given a chain of regular expressions that reads exactly the forms in the file and validates nothing.

    NUMGUARD_BENCH_ROWS=20000000 python -m pytest benches/end_to_end/bench_scan.py --benchmark-only
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import call_records
import duckdb
import numpy as np
import polars as pl
import pyarrow.parquet as pq
import pytest

import numguard as ng

ROWS = int(os.environ.get("NUMGUARD_BENCH_ROWS", "5000000"))
THREADS = int(os.environ.get("NUMGUARD_BENCH_THREADS", str(os.cpu_count() or 1)))
COLUMNS = ["a_party", "b_party"]
WRITTEN = [False, True]
SIZES = [27_824, 1_000_000]


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Callable[[bool], Path]:
    folder = Path(os.environ.get("NUMGUARD_BENCH_FILES") or tmp_path_factory.mktemp("bench"))

    def file(text: bool) -> Path:
        name = f"{'text' if text else 'integers'}-{ROWS}.parquet"
        return call_records.write(folder / name, ROWS, text=text)

    return file


@pytest.fixture(params=WRITTEN, ids=["integers", "text"])
def text(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def path(files: Callable[[bool], Path], text: bool) -> Path:
    return files(text)


@pytest.fixture(params=SIZES)
def listed(request: pytest.FixtureRequest) -> np.ndarray:
    return call_records.listed(request.param)


def numguard_hits(path: Path, listed: np.ndarray) -> Callable[[], int]:
    members = ng.NumberSet(listed)
    sets = dict.fromkeys(COLUMNS, members)
    return lambda: ng.scan(path, sets, columns=COLUMNS, threads=THREADS).read_all().num_rows


def polars_keys(text: bool) -> list[pl.Expr]:
    if not text:
        return [pl.col(column).alias(f"{column}_key") for column in COLUMNS]
    return [
        pl.col(column)
        .str.strip_suffix(".0")
        .str.replace_all(r"[^0-9]", "")
        .str.replace(r"^(?:0091|91|0)([0-9]{10})$", "$1")
        .cast(pl.Int64)
        .alias(f"{column}_key")
        for column in COLUMNS
    ]


def polars_is_in(path: Path, listed: np.ndarray, *, text: bool) -> Callable[[], int]:
    members = pl.Series(listed).implode()
    either = pl.any_horizontal(pl.col(f"{column}_key").is_in(members) for column in COLUMNS)
    query = pl.scan_parquet(path).select(*COLUMNS, *polars_keys(text)).filter(either).select(COLUMNS)
    return lambda: query.collect(engine="streaming").height


def polars_join(path: Path, listed: np.ndarray, *, text: bool) -> Callable[[], int]:
    members = pl.LazyFrame({"key": listed, "found": True})
    query = pl.scan_parquet(path).select(*COLUMNS, *polars_keys(text))
    for column in COLUMNS:
        query = query.join(
            members.rename({"found": f"{column}_found"}), left_on=f"{column}_key", right_on="key", how="left"
        )
    found = pl.any_horizontal(pl.col(f"{column}_found").is_not_null() for column in COLUMNS)
    return lambda: query.filter(found).select(COLUMNS).collect(engine="streaming").height


def duckdb_hits(path: Path, listed: np.ndarray, *, text: bool) -> Callable[[], int]:
    connection = duckdb.connect()
    connection.execute(f"SET threads = {THREADS}")
    members = pl.DataFrame({"key": listed}).to_arrow()
    connection.register("members_view", members)
    connection.execute("CREATE TABLE members AS SELECT * FROM members_view")

    def key(column: str) -> str:
        if not text:
            return column
        bare = f"regexp_replace(regexp_replace({column}, '\\.0$', ''), '[^0-9]', '', 'g')"
        return f"CAST(regexp_replace({bare}, '^(0091|91|0)([0-9]{{10}})$', '\\2') AS BIGINT)"

    either = " OR ".join(f"{key(column)} IN (SELECT key FROM members)" for column in COLUMNS)
    query = f"SELECT {', '.join(COLUMNS)} FROM read_parquet('{path}') WHERE {either}"
    return lambda: connection.execute(query).to_arrow_table().num_rows


@pytest.mark.parametrize("rival", ["numguard", "polars is_in", "polars join", "duckdb"])
def test_scan(benchmark, rival: str, path: Path, listed: np.ndarray, text: bool) -> None:
    benchmark.group = f"scan, {'text' if text else 'integers'}, {ROWS} rows, list of {len(listed)}"
    benchmark.extra_info.update(rows=ROWS, listed=len(listed), text=text, rival=rival, threads=THREADS)
    run = {
        "numguard": lambda: numguard_hits(path, listed),
        "polars is_in": lambda: polars_is_in(path, listed, text=text),
        "polars join": lambda: polars_join(path, listed, text=text),
        "duckdb": lambda: duckdb_hits(path, listed, text=text),
    }[rival]()
    hits = benchmark.pedantic(run, rounds=3, warmup_rounds=1)
    assert hits == numguard_hits(path, listed)()


@pytest.mark.parametrize("rival", ["polars", "pyarrow"])
def test_decode_only(benchmark, rival: str, path: Path, text: bool) -> None:
    benchmark.group = f"decode only, {'text' if text else 'integers'}, {ROWS} rows"
    benchmark.extra_info.update(rows=ROWS, text=text, rival=rival, threads=THREADS)
    run = {
        "polars": lambda: pl.scan_parquet(path).select(COLUMNS).collect().height,
        "pyarrow": lambda: pq.read_table(path, columns=COLUMNS).num_rows,
    }[rival]
    assert benchmark.pedantic(run, rounds=3, warmup_rounds=1) == ROWS
