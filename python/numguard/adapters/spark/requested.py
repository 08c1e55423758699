"""What a task does with sightings: returns those of the requested keys, or all of them to be stored.

Owns the columns of a task's result. One idea: **a task returns the sightings of the requested keys**, and only counts
of all others, because the transfer of rows to Python is the main cost. Workers import this module.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from numguard._core import ImeiSet, NumberSet
from numguard.adapters.spark.sightings import Reader
from numguard.linkage.elsewhere import Side


class Stored:
    """Reads a batch that `Written` returned."""

    def __call__(self, batch: pa.RecordBatch) -> tuple[pa.RecordBatch, dict[str, int]]:
        """As `Reader`."""
        is_note = batch.column("note").is_valid()
        notes: Counter[str] = Counter()
        for row in batch.select(["note", "rows"]).filter(is_note).to_pylist():
            notes[row["note"]] += row["rows"]
        names = [name for name in batch.schema.names if name not in ("note", "rows")]
        return batch.select(names).filter(pc.invert(is_note)), dict(notes)


class Written:
    """The function of a task: all sightings that count, and a row for each note."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Reads a task's batches."""
        for batch in batches:
            if batch.num_rows:
                read, notes = self._reader(batch)
                yield _with_notes(read, notes)


class Requested:
    """The function of a task: the sightings of some keys, seen from their side, and a row for each note.

    Args:
        reader: Reads a batch.
        side: The kind of the keys.
        keys: The keys.
        most: A sighting is `listed` unless its key has more than about so many in this task.
    """

    def __init__(self, reader: Reader | Stored, side: Side, keys: pa.UInt64Array, most: int) -> None:
        self._reader, self._side, self._keys, self._most = reader, side, keys, most
        self._members = NumberSet(keys, region=None) if side == "numbers" else ImeiSet(keys)
        # No set holds a placeholder.
        is_member: Any = self._members.contains(keys).fill_null(False)
        self._others = keys.filter(pc.invert(is_member))

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Reads a task's batches."""
        sorted_keys = np.sort(self._keys.view(pa.int64()).to_numpy())
        seen = np.zeros(len(sorted_keys), dtype=np.int64)
        notes: Counter[str] = Counter()
        none = None
        for batch in batches:
            if not batch.num_rows:
                continue
            read, of_batch = self._reader(batch)
            notes.update(of_batch)
            found = self._of(read)
            places = np.searchsorted(sorted_keys, found.column(0).to_numpy())
            listed = pa.array(seen[places] < self._most)
            np.add.at(seen, places, 1)
            found = found.append_column("listed", listed)
            none = found.slice(0, 0)
            if found.num_rows:
                yield _with_notes(found, {})
        if none is not None:
            yield _with_notes(none, notes)

    def _of(self, read: pa.RecordBatch) -> pa.RecordBatch:
        key, other = ("msisdn", "imei14") if self._side == "numbers" else ("imei14", "msisdn")
        keys: Any = read.column(key).view(pa.uint64())
        is_requested: Any = self._members.contains(keys, threads=1).fill_null(False)
        if len(self._others):
            is_requested = pc.or_(is_requested, pc.is_in(keys, value_set=self._others))
        names = [key, other, *read.schema.names[2:]]
        found = read.select(names).filter(is_requested)
        return pa.RecordBatch.from_arrays(found.columns, ["key", "other", *names[2:]])


def _with_notes(read: pa.RecordBatch, notes: dict[str, int]) -> pa.RecordBatch:
    """Sightings, and behind them a row for each note that is null except for the note and its count."""
    rows, others = read.num_rows, len(notes)
    columns = [pa.concat_arrays([column, pa.nulls(others, column.type)]) for column in read.columns]
    columns.append(pa.concat_arrays([pa.nulls(rows, pa.string()), pa.array(list(notes), pa.string())]))
    columns.append(pa.concat_arrays([pa.nulls(rows, pa.int64()), pa.array(list(notes.values()), pa.int64())]))
    return pa.RecordBatch.from_arrays(columns, [*read.schema.names, "note", "rows"])
