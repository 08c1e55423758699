"""Folders of files that Spark wrote: every codec, encoding and kind of page that it supports, and its older formats.

The expected hits follow from how the rows were made, not from a reader; pyarrow reads the other columns.
"""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.dataset as ds
import pytest

import numguard as ng
from spark.write import HERE, PARTITIONED, ROWS, WAYS, day, numbers

PARTIES = ("served_msisdn", "other_party", "called")
MEMBERS = [919_876_500_000 + n for n in range(0, 200, 9)]
LISTED = ng.NumberSet(MEMBERS)

HITS = [n for n in range(ROWS) if not set(MEMBERS).isdisjoint(numbers(n))]
MATCHES = [
    [number if number in MEMBERS else None for number in party]
    for party in zip(*(numbers(n) for n in HITS), strict=True)
]


def scanned(folder: Path, threads: int = 2) -> pa.Table:
    return pa.table(ng.scan(str(folder), dict.fromkeys(PARTIES, LISTED), threads=threads))


def check_matches(found: pa.Table) -> None:
    assert 0 < len(HITS) < ROWS
    assert found["seconds"].to_pylist() == [n % 300 for n in HITS]
    assert [found[f"{name}_match"].to_pylist() for name in PARTIES] == MATCHES


@pytest.mark.parametrize("folder", [folder for folder, _, _ in WAYS])
def test_a_folder_that_spark_wrote(folder: str) -> None:
    found = scanned(HERE / folder)
    check_matches(found)
    expected = ds.dataset(HERE / folder, exclude_invalid_files=True).to_table().take(HITS)
    for name in expected.column_names:
        assert found[name].to_pylist() == expected[name].to_pylist(), name
    assert found.equals(scanned(HERE / folder, threads=1))


def test_folders_of_a_day_each() -> None:
    found = scanned(HERE / PARTITIONED).sort_by("charge")
    check_matches(found)
    assert found["day"].to_pylist() == [str(day(n)) for n in HITS]
