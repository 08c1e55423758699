"""Parquet files of any writer, codec and encoding: a scan returns the rows of the table that was written."""

from __future__ import annotations

import decimal
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import numguard as ng
from test_scan import CALLS, LISTED, SETS, as_text, calls, expected


@pytest.mark.parametrize("codec", ["uncompressed", "snappy", "zstd", "gzip", "lz4", "brotli"])
@pytest.mark.parametrize("writer", ["polars", "duckdb"])
def test_files_of_other_writers(writer: str, codec: str, tmp_path: Path) -> None:
    table = calls(10_000, nulls=0.1).append_column("n", pa.array(range(9876500000, 9876510000)))
    path = tmp_path / "t.parquet"
    if writer == "polars":
        frame = pl.from_arrow(table)
        assert isinstance(frame, pl.DataFrame)
        frame.write_parquet(path, compression=codec, row_group_size=3000)  # type: ignore[arg-type]
    else:
        options = f"FORMAT parquet, CODEC '{'lz4_raw' if codec == 'lz4' else codec}', ROW_GROUP_SIZE 3000"
        duckdb.from_arrow(table).query("t", f"COPY t TO '{path}' ({options})")
    sets = {**SETS, "n": LISTED}
    assert as_text(ng.scan(path, sets).read_all()).equals(as_text(expected(table, sets)))


@pytest.mark.parametrize("encoding", ["PLAIN", "DELTA_LENGTH_BYTE_ARRAY", "DELTA_BYTE_ARRAY"])
def test_every_encoding_of_text(encoding: str, tmp_path: Path) -> None:
    pq.write_table(CALLS, tmp_path / "t.parquet", use_dictionary=False, column_encoding=encoding)
    assert as_text(ng.scan(tmp_path / "t.parquet", SETS).read_all()).equals(as_text(expected(CALLS)))


@pytest.mark.parametrize("version", ["1.0", "2.0"])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"use_dictionary": False},
        {"use_dictionary": False, "column_encoding": "DELTA_LENGTH_BYTE_ARRAY"},
        {"dictionary_pagesize_limit": 5000},
        {"row_group_size": 1500},
    ],
    ids=["default", "plain", "delta", "dictionary then plain", "row groups"],
)
@pytest.mark.parametrize("listed", [{0, 699}, set(range(0, 700, 3))], ids=["few", "a third"])
def test_text_of_hits_is_handed_on_as_it_is(
    listed: set[int], options: dict[str, Any], version: Any, tmp_path: Path
) -> None:
    rows = 20_000
    texts = [f"{n * n % 9973}" * (n % 5) for n in range(rows)]
    blobs = pa.array([b"\xff\x00" * (n % 3) for n in range(rows)])
    table = pa.table(
        {
            "a": [f"98765{n % 700:05}" for n in range(rows)],
            "text": texts,
            "some": [None if n % 7 else text for n, text in enumerate(texts)],
            "none": pa.nulls(rows, pa.string()),
            "large": pa.array(texts, pa.large_string()),
            "view": pa.array(texts, pa.string_view()),
            "coded": pa.array(texts).dictionary_encode(),
            "blob": blobs,
            "list": [[text] for text in texts],
        }
    )
    path = tmp_path / "t.parquet"
    pq.write_table(table, path, data_page_size=3000, write_batch_size=100, data_page_version=version, **options)
    found = ng.scan(path, {"a": ng.NumberSet([f"98765{n:05}" for n in listed])}).read_all()
    assert found.schema.types[:-1] == table.schema.types
    hits = [row for n, row in enumerate(table.to_pylist()) if n % 700 in listed]
    assert found.drop_columns(["a_match"]).to_pylist() == hits


def test_columns_of_different_encodings_stay_aligned(tmp_path: Path) -> None:
    table = calls(30_000, nulls=0.1)
    pq.write_table(
        table,
        tmp_path / "t.parquet",
        use_dictionary=["imei"],
        column_encoding={"a": "DELTA_BYTE_ARRAY", "b": "PLAIN"},
        data_page_size=7000,
        row_group_size=9000,
    )
    for threads in (1, 2):
        found = ng.scan(tmp_path / "t.parquet", SETS, threads=threads)
        assert as_text(found.read_all()).equals(as_text(expected(table)))


@pytest.mark.parametrize("encoding", ["PLAIN", "DELTA_BINARY_PACKED", "BYTE_STREAM_SPLIT"])
def test_every_encoding_of_integers(encoding: str, tmp_path: Path) -> None:
    table = pa.table({"a": pa.array(range(9876500000, 9876502000), pa.int64())})
    pq.write_table(table, tmp_path / "t.parquet", use_dictionary=False, column_encoding=encoding)
    assert ng.scan(tmp_path / "t.parquet", {"a": LISTED}).read_all().num_rows == 143


def test_a_dictionary_followed_by_plain_pages(tmp_path: Path) -> None:
    table = calls(20_000)
    pq.write_table(table, tmp_path / "t.parquet", dictionary_pagesize_limit=2000, data_page_size=5000)
    assert as_text(ng.scan(tmp_path / "t.parquet", SETS).read_all()).equals(as_text(expected(table)))


def test_exotic_columns_pass_through(tmp_path: Path) -> None:
    rows = 1000
    table = pa.table(
        {
            "a": [f"98765{n:05}" for n in range(rows)],
            "list": [[n, None] * (n % 3) for n in range(rows)],
            "struct": [{"x": n, "y": [str(n)]} if n % 2 else None for n in range(rows)],
            "map": pa.array([[("k", n)] for n in range(rows)], pa.map_(pa.string(), pa.int64())),
            "at": pa.array(range(rows), pa.timestamp("ns", "Asia/Kolkata")),
            "day": pa.array(range(rows), pa.date32()),
            "took": pa.array(range(rows), pa.duration("us")),
            "sum": pa.array([decimal.Decimal(n) / 100 for n in range(rows)], pa.decimal128(12, 2)),
            "half": pa.array(np.arange(rows, dtype=np.float16)),
            "blob": pa.array([b"\x00\xff"] * rows, pa.binary(2)),
            "word": pa.array(["in", "out"] * 500).dictionary_encode(),
            "none": pa.nulls(rows),
        }
    )
    pq.write_table(table, tmp_path / "t.parquet", row_group_size=300)
    hits = table.take(list(range(0, rows, 7)))
    for source in (table, tmp_path / "t.parquet"):
        found = ng.scan(source, {"a": LISTED}).read_all()
        assert found.schema.types[:-1] == table.schema.types
        assert found.drop_columns(["a_match"]).to_pylist() == hits.to_pylist()


@pytest.mark.parametrize("version", ["1.0", "2.0"])
def test_a_column_of_nulls_has_a_dictionary_without_bytes(tmp_path: Path, version: Any) -> None:
    rows = 1000
    table = pa.table(
        {
            "a": [f"98765{n:05}" for n in range(rows)],
            "none": pa.nulls(rows, pa.string()),
            "some": [None if n // 100 % 2 else str(n) for n in range(rows)],
        }
    )
    path = tmp_path / "t.parquet"
    pq.write_table(table, path, row_group_size=100, compression="none", data_page_version=version)
    found = ng.scan(path, {"a": LISTED}).read_all()
    assert found.drop_columns(["a_match"]).to_pylist() == table.take(list(range(0, rows, 7))).to_pylist()


@pytest.mark.parametrize("every", [7, 40, 900])
@pytest.mark.parametrize("compression", ["none", "snappy", "zstd"])
def test_pages_whose_bounds_are_long_texts_are_skipped_and_read(every: int, compression: Any, tmp_path: Path) -> None:
    """A page header has the least and the greatest text of its page, and so may be of any length."""
    rows = 9000
    texts = [None if n * n % 97 % 3 else f"w{n * n % 173}" if n * n % 173 else "x" * 500 for n in range(rows)]
    table = pa.table({"a": [9876500000 + (n % every > 0) for n in range(rows)], "text": texts})
    path = tmp_path / "t.parquet"
    pq.write_table(table, path, data_page_size=100, write_batch_size=100, compression=compression)
    found = ng.scan(path, {"a": ng.NumberSet(["98765 00000"])}).read_all()
    assert found["text"].to_pylist() == texts[::every]
