"""`numguard.scan` of CSV against whole queries of Polars, DuckDB and pyarrow, and against their reading of two columns.

Default calls on files like those of operators: six columns, or twenty-five, plain, quoted or compressed; all columns of
the hits are returned. Numbers are ten clean digits, so that rivals need no rules. The rows must be the same.
"""

from __future__ import annotations

import gzip
import shutil
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.csv as pa_csv
import pytest

from numguard._core import NumberSet
from numguard.bench import call_records
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
from numguard.bench.columns import members, national
from numguard.bench.plan import Plan, plan
from numguard.bench.record import Line
from numguard.bench.rivals import NUMGUARD
from numguard.scanning import scan

#: Columns, and whether every cell is quoted.
SHAPES: Final = {
    "6 columns": (6, False),
    "25 columns": (25, False),
    "6 columns, quoted": (6, True),
    "25 columns, quoted": (25, True),
}
LISTED: Final = plan().lists[0]


def file(shape: str, rows: int = plan().file_rows) -> Path:
    """The file of a shape."""
    width, quoted = SHAPES[shape]
    path = plan().inputs / f"calls-{width}-{'quoted' if quoted else 'plain'}-{rows}.csv"
    return call_records.write_csv(path, rows, width=width, quoted=quoted)


def packed() -> Path:
    """A file of six columns, compressed with gzip."""
    plain = file("6 columns", plan().file_rows // 4)
    path = plain.with_suffix(".csv.gz")
    if not path.exists():
        with plain.open("rb") as source, gzip.open(path, "wb", compresslevel=6) as target:
            shutil.copyfileobj(source, target, 1 << 20)
    return path


def numguard(path: Path, threads: int) -> Query:
    """The set is built before the time is taken, because users open a saved one."""
    sets = dict.fromkeys(COLUMNS, NumberSet(members(LISTED)))
    return lambda: scan(path, sets, threads=threads).read_all().drop_columns([f"{name}_match" for name in COLUMNS])


def listed_texts() -> list[str]:
    """The list as texts of ten digits."""
    return [str(number) for number in national(members(LISTED)).tolist()]


def polars(path: Path, _threads: int) -> Query:
    """Membership, streamed; everything is text."""
    import polars as pl

    keys = pl.Series(listed_texts()).implode()
    either = pl.any_horizontal(pl.col(name).is_in(keys) for name in COLUMNS)
    query = pl.scan_csv(path, infer_schema=False).filter(either)
    return lambda: query.collect(engine="streaming").to_arrow()


def duckdb(path: Path, threads: int) -> Query:
    """Two semi-joins in one filter; everything is text."""
    connection = duckdb_with(threads, members=listed_texts())
    query = f"select * from read_csv('{path}', all_varchar = true) where {duckdb_either()}"
    return duckdb_rows(connection, query)


def pyarrow(path: Path, _threads: int) -> Query:
    """Two look-ups over all of it, read as text."""
    keys: Any = pa.array(listed_texts())
    names = path.open().readline().split(",") if path.suffix == ".csv" else []
    text = pa_csv.ConvertOptions(column_types={name.strip().strip('"'): pa.string() for name in names})
    return lambda: pyarrow_either(pa_csv.read_csv(path, convert_options=text), keys)


CANDIDATES: Final = {NUMGUARD: numguard, "Polars": polars, "DuckDB": duckdb, "pyarrow": pyarrow}


def check(measure: Any, line: Line, path: Path) -> pa.Table:
    """Measures a candidate on a file, and compares its rows with numguard's."""
    need(line.candidate)
    hits: pa.Table = measure(line, CANDIDATES[line.candidate](path, line.threads))
    assert hits.num_rows > 0
    if line.candidate != NUMGUARD:
        ours = numguard(path, line.threads)()
        assert in_order(hits, hits.column_names).equals(in_order(ours, ours.column_names))
    return hits


@pytest.mark.parametrize("candidate", CANDIDATES)
@pytest.mark.parametrize("shape", SHAPES)
def test_scan_csv(measure: Any, the_plan: Plan, shape: str, candidate: str) -> None:
    """The rows with a listed party."""
    line = Line("scan csv", shape, the_plan.file_rows, LISTED, None, candidate, the_plan.threads)
    assert check(measure, line, file(shape)).num_columns == SHAPES[shape][0]


@pytest.mark.parametrize("candidate", [NUMGUARD, "Polars"])
def test_scan_csv_gz(measure: Any, the_plan: Plan, candidate: str) -> None:
    """The same from a compressed file."""
    line = Line("scan csv", "6 columns, gzip", the_plan.file_rows // 4, LISTED, None, candidate, the_plan.threads)
    check(measure, line, packed())


@pytest.mark.parametrize("candidate", ["Polars", "DuckDB", "pyarrow"])
@pytest.mark.parametrize("shape", SHAPES)
def test_decode_csv(measure: Any, the_plan: Plan, shape: str, candidate: str) -> None:
    """The limit for rivals: reading the two columns as text and nothing else."""
    need(candidate)
    path, threads = file(shape), the_plan.threads

    def polars() -> int:
        import polars as pl

        return pl.scan_csv(path, infer_schema=False).select(COLUMNS).collect().height

    def duckdb() -> int:
        query = f"select a_party, b_party from read_csv('{path}', all_varchar = true)"
        return duckdb_rows(duckdb_with(threads), query)().num_rows

    def pyarrow() -> int:
        options = pa_csv.ConvertOptions(include_columns=COLUMNS, column_types=dict.fromkeys(COLUMNS, pa.string()))
        return pa_csv.read_csv(path, convert_options=options).num_rows

    line = Line("decode csv", shape, the_plan.file_rows, 0, None, candidate, threads)
    assert measure(line, {"Polars": polars, "DuckDB": duckdb, "pyarrow": pyarrow}[candidate]) == the_plan.file_rows


def unpack(path: Path) -> int:
    """Unpacks a file and counts its bytes: the lower limit for a compressed scan."""
    with pa.CompressedInputStream(pa.OSFile(str(path), "rb"), "gzip") as stream:
        return sum(len(block) for block in iter(lambda: stream.read(1 << 20), b""))


def test_unpack(measure: Any, the_plan: Plan) -> None:
    """The limit of the compressed file."""
    rows = the_plan.file_rows // 4
    line = Line("decode csv", "6 columns, gzip", rows, 0, None, "unpacking", the_plan.threads)
    assert measure(line, lambda: unpack(packed())) == file("6 columns", rows).stat().st_size
