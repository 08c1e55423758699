"""The same sighting read twice: it counts once if it has a time, and is an error otherwise."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

import numguard as ng
from numguard.errors import InputError

SEEN_ONCE: dict[str, Any] = {
    "served_msisdn": ["9876543210", "9812345678", "9700012345"],
    "imei14": ["490154203237518", "490154203237510", "358240051111110"],
}
AT = datetime.datetime(2026, 9, 1, 10, tzinfo=datetime.UTC)
TWICE = ng.LinkPolicy(min_sightings=2)


def written(folder: Path, ending: str, ats: list[Any] | None) -> Path:
    path = folder / f"sightings.{ending}"
    times = {} if ats is None else {"at": pa.array(ats, pa.timestamp("us", "UTC"))}
    table = pa.table(SEEN_ONCE | times)
    pq.write_table(table, path) if ending == "parquet" else pyarrow.csv.write_csv(table, path)
    return path


@pytest.mark.parametrize(("ending", "ats"), [("csv", None), ("parquet", None), ("parquet", [AT, None, AT])])
def test_a_file_without_times_is_not_listed_twice(tmp_path: Path, ending: str, ats: list[Any] | None) -> None:
    path = written(tmp_path, ending, ats)
    assert ng.expand(["9876543210"], [path], TWICE).linked.num_rows == 0
    other = tmp_path / f"other.{ending}"
    other.hardlink_to(path)
    link = tmp_path / f"link.{ending}"
    link.symlink_to(path)
    for again in (path, tmp_path / "." / path.name, str(path), other, link):
        with pytest.raises(InputError, match="listed twice"):
            ng.expand(["9876543210"], [path, again], TWICE)


def test_sightings_with_times_count_once(tmp_path: Path) -> None:
    path = written(tmp_path, "parquet", [AT, AT, AT])
    found = ng.expand(["9876543210"], [path, path])
    assert found.linked["sightings"].to_pylist() == [1]
    assert ng.expand(["9876543210"], [path, path], TWICE).linked.num_rows == 0
