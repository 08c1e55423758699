"""One table as every kind of source, for the tests of sources and scans."""

from __future__ import annotations

import bz2
import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq


def write_parquet(path: Path, table: pa.Table) -> Path:
    pq.write_table(table, path / "t.parquet", row_group_size=300)
    return path / "t.parquet"


def write_csv(path: Path, table: pa.Table) -> Path:
    pc.write_csv(table, path / "t.csv")
    return path / "t.csv"


def write_compressed(path: Path, table: pa.Table, compress: Callable[[bytes], bytes], ending: str) -> Path:
    (path / f"t.csv{ending}").write_bytes(compress(write_csv(path, table).read_bytes()))
    return path / f"t.csv{ending}"


def write_arrow(path: Path, table: pa.Table, *, stream: bool) -> Path:
    new = pa.ipc.new_stream if stream else pa.ipc.new_file
    with new(path / "t.arrow", table.schema) as writer:
        writer.write_table(table, max_chunksize=300)
    return path / "t.arrow"


def write_directory(path: Path, table: pa.Table) -> Path:
    (path / "day").mkdir()
    quarter = -(-table.num_rows // 4)
    for n in range(4):
        pq.write_table(table.slice(n * quarter, quarter), path / "day" / f"{n}.parquet")
    (path / "day" / "_SUCCESS").write_bytes(b"")
    (path / "day" / ".hidden").write_bytes(b"\x00")
    return path / "day"


def two_members(data: bytes) -> bytes:
    return gzip.compress(data[:99]) + gzip.compress(data[99:])


def zstd(data: bytes) -> bytes:
    return pa.Codec("zstd").compress(data, asbytes=True)


KINDS: dict[str, Callable[[Path, pa.Table], Any]] = {
    "parquet": write_parquet,
    "csv": write_csv,
    "gzip": lambda path, table: write_compressed(path, table, gzip.compress, ".gz"),
    "gzip, two members": lambda path, table: write_compressed(path, table, two_members, ""),
    "zstd": lambda path, table: write_compressed(path, table, zstd, ".zst"),
    "bzip2": lambda path, table: write_compressed(path, table, bz2.compress, ".bz2"),
    "arrow file": lambda path, table: write_arrow(path, table, stream=False),
    "arrow stream": lambda path, table: write_arrow(path, table, stream=True),
    "path as text": lambda path, table: str(write_parquet(path, table)),
    "directory": write_directory,
    "glob": lambda path, table: str(write_directory(path, table) / "*.parquet"),
    "list": lambda path, table: sorted(write_directory(path, table).glob("*.parquet")),
    "uri": lambda path, table: write_parquet(path, table).as_uri(),
    "uri of CSV": lambda path, table: write_csv(path, table).as_uri(),
    "uri of gzip": lambda path, table: write_compressed(path, table, gzip.compress, ".gz").as_uri(),
    "uri of an arrow file": lambda path, table: write_arrow(path, table, stream=False).as_uri(),
    "uri of an arrow stream": lambda path, table: write_arrow(path, table, stream=True).as_uri(),
    "uri of a directory": lambda path, table: write_directory(path, table).as_uri(),
    "table": lambda _, table: table,
    "reader": lambda _, table: table.to_reader(max_chunksize=300),
    "batch": lambda _, table: table.combine_chunks().to_batches()[0],
    "dataset": lambda path, table: ds.dataset(write_directory(path, table)),
    "dataset in memory": lambda _, table: ds.dataset(table),
    "polars": lambda _, table: pl.from_arrow(table),
    "duckdb": lambda _, table: duckdb.from_arrow(table),
    "pandas": lambda _, table: table.to_pandas(),
}
