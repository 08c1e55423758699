"""A disk that is full: the error names the file, and of the files of one call all are there or none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pytest

import numguard as ng
from numguard.errors import FileError

resource = pytest.importorskip("resource")


@contextmanager
def disk(size: int) -> Iterator[None]:
    """No file may be larger than so many bytes: a write beyond them fails as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("rows", [3_000, 100_000])
@pytest.mark.parametrize("ending", ["csv", "parquet", "arrow", "jsonl", "xlsx"])
def test_the_error_names_the_file(tmp_path: Path, ending: str, rows: int) -> None:
    table = pa.table({"num": [f"98765{n * 7919 % 100_000:05}" for n in range(rows)]})
    path = tmp_path / f"hits.{ending}"
    with disk(4_000), pytest.raises(FileError, match=rf"hits\.{ending}: cannot be written"):
        ng.scan(table, {"num": ng.NumberSet(table["num"])}).write(path)
    assert list(tmp_path.iterdir()) == []
