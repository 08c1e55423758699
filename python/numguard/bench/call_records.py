"""Parquet and CSV files of call records to scan: seeded, of any length, in row groups so that memory is bounded.

Two party columns drawn from one population of subscribers, as integers of ten digits or as text in the forms that
operators mix, and a few other columns.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from numguard.bench.columns import national, texts
from numguard.bench.plan import POPULATION, SEED
from numguard.files import whole_file
from numguard.synthetic.numbering import Numbering

ROW_GROUP: Final = 1_000_000
_DAY: Final = (1_748_736_000_000_000, 86_400_000_000)


def write(path: Path, rows: int, *, text: bool) -> Path:
    """Writes `rows` call records to `path` unless the file exists."""
    numbers, rng = Numbering(SEED), np.random.default_rng([SEED, 7])
    sizes = (min(ROW_GROUP, rows - start) for start in range(0, rows, ROW_GROUP))
    return write_tables(path, (_calls(numbers, rng, size, text=text) for size in sizes))


def write_tables(path: Path, tables: Iterable[pa.Table], row_group: int = ROW_GROUP) -> Path:
    """Writes tables, one after the other, to a Parquet file unless it exists."""
    if path.exists():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path) as file:
        writer = None
        for table in tables:
            writer = writer or pq.ParquetWriter(file, table.schema, compression="snappy")
            writer.write_table(table, row_group_size=row_group)
        if writer:
            writer.close()
    return path


def write_csv(path: Path, rows: int, *, width: int, quoted: bool) -> Path:
    """Writes `rows` call records of `width` columns, at least six, as CSV."""
    if path.exists():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    numbers, rng = Numbering(SEED), np.random.default_rng([SEED, 8])
    with whole_file(path) as file:
        for start in range(0, rows, ROW_GROUP):
            table = _calls(numbers, rng, min(ROW_GROUP, rows - start), text=False)
            for n in range(table.num_columns, width):
                table = table.append_column(f"field_{n}", _filling(n, table.num_rows, rng))
            if quoted:
                kinds: Any = [pa.field(name, pa.string()) for name in table.column_names]
                table = table.cast(pa.schema(kinds))
            style: Literal["all_valid", "needed"] = "all_valid" if quoted else "needed"
            pa_csv.write_csv(table, file, pa_csv.WriteOptions(include_header=start == 0, quoting_style=style))
    return path


def _filling(n: int, rows: int, rng: np.random.Generator) -> pa.Array[Any]:
    """A further column like those of operators: handsets, places, codes, or mostly empty."""
    if n % 5 == 0:
        return pa.array(rng.integers(35_000_000_000_000_0, 35_999_999_999_999_9, rows))
    if n % 5 == 1:
        places = np.array(["Sector 29, Gurugram", "Old Railway Road", "NH 48 Tower 7, Manesar", "DLF Phase III"])
        chosen: pa.Array[Any] = pa.array(places[rng.integers(0, len(places), rows)])
        return chosen
    if n % 5 == 2:
        return pa.array(np.where(rng.random(rows) < 0.9, "", "roaming"))
    return pa.array(rng.integers(0, 10**n % 99_991 + 10, rows))


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
