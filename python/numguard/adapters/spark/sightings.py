"""The reading of sightings in the engine's tasks: rows of any columns to integers that the walk compares.

Owns what a task does with a batch, and the columns of a result: those of the sightings that count, and of the others a
count for each note. Independent of the rules of linkage and, because workers import this module, of the engine.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import pyarrow as pa

from numguard.adapters.spark.keys import readable
from numguard.linkage import LinkPolicy
from numguard.linkage.elsewhere import PLACED, Counted, read_kept
from numguard.types import Region

__all__ = ["KeysOf", "as_uint64", "counted", "schema_of"]

#: What else is counted of a batch, returned like the count of a note.
_ROWS: Final = "rows"
_ROWS_PLACED: Final = "rows placed"
_NATIONAL: Final = "batches that look national"


def schema_of(policy: LinkPolicy) -> str:
    """The columns that a task returns, as Spark writes them."""
    columns = ["msisdn", "imei14", "at", *_placed(policy)]
    return ", ".join([*(f"{name} bigint" for name in columns), "note string", "rows bigint"])


def _placed(policy: LinkPolicy) -> tuple[str, ...]:
    return PLACED if policy.place_rules else ()


def as_uint64(rows: pa.Table, names: Sequence[str]) -> pa.Table:
    """The columns as they were before a task returned them: the same bits without a sign."""
    for name in names:
        chunks = [chunk.view(pa.uint64()) for chunk in rows[name].chunks]
        rows = rows.set_column(rows.schema.get_field_index(name), name, pa.chunked_array(chunks, pa.uint64()))
    return rows


def counted(notes: dict[str, int]) -> Counted:
    """What became of the rows, from the sum of each note."""
    rows, placed, national = (notes.pop(name, 0) for name in (_ROWS, _ROWS_PLACED, _NATIONAL))
    return Counted(rows, dict(sorted(notes.items())), national > 0, placed)


class KeysOf:
    """The function of a task.

    Args:
        policy: The bounds of the walk.
        region: How bare digits are read.
        keys: How many of the first columns are numbers, IMEIs and times.
        where: What the other columns are: their names in `PLACES`.
    """

    def __init__(self, policy: LinkPolicy, region: Region, keys: int, where: Sequence[str]) -> None:
        # The walk applies the lists of the policy.
        self._bounds = policy.bounds() | {"protected": [], "release": [], "placeholders": []}
        self._region, self._keys, self._where, self._placed = region, keys, list(where), _placed(policy)

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Reads a task's batches."""
        for batch in batches:
            if batch.num_rows:
                yield self._read(batch)

    def _read(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        columns: list[Any] = list(map(readable, batch.columns))
        keys = pa.RecordBatch.from_arrays(columns[: self._keys], [str(n) for n in range(self._keys)])
        where = None
        if self._placed:
            # A batch without columns has no rows.
            nothing = pa.nulls(batch.num_rows, pa.string())
            where = pa.RecordBatch.from_arrays([*columns[self._keys :], nothing], [*self._where, ""])
        read, became = read_kept(keys, self._bounds, self._region, where)
        whole = {_ROWS: became.rows, _ROWS_PLACED: became.rows_placed, _NATIONAL: int(became.looks_national)}
        notes = became.refused | whole
        rows, others = len(read), len(notes)
        known = [c.view(pa.int64()) if pa.types.is_uint64(c.type) else c for c in read.columns]
        return pa.RecordBatch.from_arrays(
            [
                *(pa.concat_arrays([c, pa.nulls(others, pa.int64())]) for c in known),
                pa.concat_arrays([pa.nulls(rows, pa.string()), pa.array(list(notes), pa.string())]),
                pa.concat_arrays([pa.nulls(rows, pa.int64()), pa.array(list(notes.values()), pa.int64())]),
            ],
            [*read.schema.names, "note", "rows"],
        )
