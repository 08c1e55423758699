"""Sightings in the engine: the number of sightings of each key, and the sightings of some keys.

Owns the queries, and the folder in which keys are stored between them. Independent of the rules of linkage, which
determines the keys that are requested.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from numguard.adapters.spark.engine import DataFrame, F
from numguard.adapters.spark.requested import Requested, Stored, Written
from numguard.adapters.spark.sightings import Reader, as_uint64, columns_of, counted, in_spark
from numguard.indian_time import DAY_MICROS, OFFSET_MICROS
from numguard.linkage import LinkPolicy
from numguard.linkage.elsewhere import Counted, Held, Side
from numguard.linkage.places import PLACED
from numguard.warning import warn

#: The midnight in India before a time; it distinguishes days.
_DAY = f"at - pmod(at + {OFFSET_MICROS}, {DAY_MICROS})"

#: Keys that a task receives: 17 bytes each, and a message is limited.
_KEYS_AT_ONCE = 1_000_000


class HeldInEngine(Held):
    """The sightings in the engine, from the first query until the end of the linkage.

    Args:
        rows: The frame, whose columns `reader` reads by position.
        reader: Reads a batch of the frame in a task.
        policy: The bounds of linkage.
        scratch: The folder for the keys; None reads the frame again for each query.
    """

    def __init__(self, rows: DataFrame, reader: Reader, policy: LinkPolicy, scratch: str | None) -> None:
        self._rows, self._scratch = rows, scratch
        self._reader: Reader | Stored = reader
        self._columns, self._by_day = columns_of(policy), policy.max_numbers_per_day is not None
        self._counted: Counted | None = None

    def __enter__(self) -> HeldInEngine:
        return self

    def __exit__(self, *_: object) -> None:
        if self._scratch is None:
            return
        from pyarrow import fs

        try:
            system, path = fs.FileSystem.from_uri(self._scratch)
            system.delete_dir(path)
        except FileNotFoundError:
            pass
        except (pa.ArrowInvalid, OSError):
            warn(f"{self._scratch} cannot be removed from here: it holds the keys of sightings")

    def seen(self, side: Side, keys: pa.UInt64Array, most: int) -> tuple[pa.Table, pa.Table]:
        """One query: the sizes of keys, and the sightings of those with few."""
        seen = F.count("other")
        counts = {"rows": seen, "others": F.countDistinct("other"), "noted": F.sum("rows")}
        if self._by_day and side == "handsets":
            counts |= {"days": F.countDistinct(F.expr(_DAY)), "others_on_days": F.countDistinct(F.expr(_DAY), "other")}
        more = self._columns[2:]
        counts["few"] = F.when(seen <= most, F.collect_list(F.when(F.col("listed"), F.struct("other", *more))))
        aggregates = [count.alias(name) for name, count in counts.items()]
        parts = self._results(side, keys, most, lambda found: found.groupBy("key", "note").agg(*aggregates))
        if self._counted is None:
            self._counted = counted(_notes(parts[0]))
        sizes = pa.concat_tables(parts).filter(pc.field("note").is_null())
        few: Any = sizes["few"].combine_chunks()
        listed = pa.Table.from_batches([pa.RecordBatch.from_struct_array(few.flatten())])
        listed = listed.add_column(0, "key", sizes["key"].take(pc.list_parent_indices(few)))
        return sizes.drop_columns(["note", "noted", "few"]), as_uint64(listed, PLACED)

    def sightings(self, side: Side, keys: pa.UInt64Array) -> pa.Table:
        """One query: all sightings of some keys."""
        columns = ["key", "other", *self._columns[2:]]
        parts = self._results(side, keys, 0, lambda found: found.where("note is null").select(*columns))
        return as_uint64(pa.concat_tables(parts), PLACED)

    def counted(self) -> Counted:
        """What the first query counted."""
        if self._counted is None:  # without seeds there was no query
            self.seen("numbers", pa.array([], pa.uint64()), 0)
        return self._counted or counted({})

    def _results(
        self, side: Side, keys: pa.UInt64Array, most: int, query: Callable[[DataFrame], DataFrame]
    ) -> list[pa.Table]:
        """The results of a query over the sightings of some keys; a task receives at most `_KEYS_AT_ONCE`."""
        if self._scratch is not None and isinstance(self._reader, Reader):
            stored = in_spark(self._columns)
            self._rows.mapInArrow(Written(self._reader), stored).write.parquet(self._scratch)
            self._rows = self._rows.sparkSession.read.schema(stored).parquet(self._scratch)
            self._reader = Stored()
        returned = in_spark(["key", "other", *self._columns[2:]], listed=True)
        parts = []
        for start in range(0, max(1, len(keys)), _KEYS_AT_ONCE):
            requested = Requested(self._reader, side, keys[start : start + _KEYS_AT_ONCE], most)
            parts.append(query(self._rows.mapInArrow(requested, returned)).toArrow())
        return parts


def _notes(table: pa.Table) -> dict[str, int]:
    rows = table.select(["note", "noted"]).to_pylist()
    return {row["note"]: int(row["noted"]) for row in rows if row["note"] is not None}
