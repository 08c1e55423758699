"""Parquet files of call records to scan: seeded, at any length, in row groups so that memory stays flat.

Two party columns drawn from one population of subscribers, as integers of ten digits or as text in the forms that
operators mix, and a few columns that ride along.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from numguard.bench.columns import national, texts
from numguard.bench.plan import POPULATION, SEED
from numguard.files import whole_file
from numguard.synthetic.numbering import Numbering

__all__ = ["ROW_GROUP", "write"]

ROW_GROUP: Final = 1_000_000
_DAY: Final = (1_748_736_000_000_000, 86_400_000_000)


def write(path: Path, rows: int, *, text: bool) -> Path:
    """Writes `rows` call records to `path` unless a file of that name is there already."""
    if path.exists():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    numbers, rng = Numbering(SEED), np.random.default_rng([SEED, 7])
    with whole_file(path) as file:
        writer = None
        for start in range(0, rows, ROW_GROUP):
            table = _calls(numbers, rng, min(ROW_GROUP, rows - start), text=text)
            writer = writer or pq.ParquetWriter(file, table.schema, compression="snappy")
            writer.write_table(table, row_group_size=ROW_GROUP)
        if writer:
            writer.close()
    return path


def _calls(numbers: Numbering, rng: np.random.Generator, size: int, *, text: bool) -> pa.Table:
    def party() -> pa.Array[Any]:
        drawn = numbers.msisdns(rng.integers(0, POPULATION, size))
        return texts(drawn, "mixed", rng) if text else pa.array(national(drawn).astype(np.int64))

    begin, length = _DAY
    return pa.table(
        {
            "a_party": party(),
            "b_party": party(),
            "at": pa.array(begin + np.sort(rng.integers(0, length, size)), pa.timestamp("us")),
            "duration_s": pa.array(rng.exponential(90, size).astype(np.int32)),
            "cell": pa.array(rng.integers(404_010_000_000, 404_010_060_000, size)),
            "direction": pa.array(np.array(["in", "out", "sms_in", "sms_out"])[rng.integers(0, 4, size)]),
        }
    )
