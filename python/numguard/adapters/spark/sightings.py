"""The reading of sightings in the engine's tasks: rows of any columns to the integers that linkage compares.

Owns how a batch is read, and the names and types of what a task returns.
Independent of the rules of linkage and, because workers import this module, of the engine.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import pyarrow as pa

from numguard.adapters.spark.keys import readable
from numguard.compute import replaced
from numguard.linkage import LinkPolicy
from numguard.linkage.elsewhere import Counted, read_kept
from numguard.linkage.places import PLACED
from numguard.linkage.policy import bounds_of
from numguard.types import Region

#: What else is counted of a batch, returned like the count of a note.
_ROWS: Final = "rows"
_ROWS_PLACED: Final = "rows placed"
_NATIONAL: Final = "batches that look national"


def columns_of(policy: LinkPolicy) -> list[str]:
    """The columns of a sighting that was read."""
    return ["msisdn", "imei14", "at", *(PLACED if policy.place_rules else ())]


def in_spark(columns: Sequence[str], *, listed: bool = False) -> str:
    """The columns that a task returns, as Spark writes them; a note and its count are in a row of their own."""
    flag = ["listed boolean"] if listed else []
    return ", ".join([*(f"{name} bigint" for name in columns), *flag, "note string", "rows bigint"])


def as_uint64(rows: pa.Table, names: Sequence[str]) -> pa.Table:
    """Those of the columns that are there, as unsigned integers again: the same bits without a sign."""
    for name in set(names) & set(rows.column_names):
        bits: Any = rows[name].combine_chunks()
        rows = replaced(rows, **{name: bits.view(pa.uint64())})
    return rows


def counted(notes: dict[str, int]) -> Counted:
    """What became of the rows, from the sum of each note."""
    rows, placed, national = (notes.pop(name, 0) for name in (_ROWS, _ROWS_PLACED, _NATIONAL))
    return Counted(rows, dict(sorted(notes.items())), national > 0, placed)


class Reader:
    """Reads a batch of a frame.

    Args:
        policy: The bounds of linkage.
        region: How bare digits are read.
        canonical: For each key column whether it is a canonical number as BIGINT.
        where: What the columns behind the keys are: their names in `PLACES`.
    """

    def __init__(self, policy: LinkPolicy, region: Region, canonical: Sequence[bool], where: Sequence[str]) -> None:
        # Linkage applies the lists of the policy.
        self._bounds = bounds_of(policy) | {"protected": [], "release": [], "placeholders": []}
        self._region, self._canonical, self._where = region, list(canonical), list(where)
        self._placed = bool(policy.place_rules)

    def __call__(self, batch: pa.RecordBatch) -> tuple[pa.RecordBatch, dict[str, int]]:
        """The sightings that count, of int64, and a count for each note."""
        keys: list[Any] = [
            column.view(pa.uint64()) if canonical else readable(column)
            for column, canonical in zip(batch.columns, self._canonical, strict=False)
        ]
        names = [str(n) for n in range(len(keys))]
        where = None
        if self._placed:
            # A batch without columns has no rows.
            columns = [*map(readable, batch.columns[len(keys) :]), pa.nulls(batch.num_rows)]
            where = pa.RecordBatch.from_arrays(columns, [*self._where, ""])
        read, became = read_kept(pa.RecordBatch.from_arrays(keys, names), self._bounds, self._region, where)
        whole = {_ROWS: became.rows, _ROWS_PLACED: became.rows_placed, _NATIONAL: int(became.looks_national)}
        bits: list[Any] = [column.view(pa.int64()) for column in read.columns]
        return pa.RecordBatch.from_arrays(bits, read.schema.names), became.refused | whole
