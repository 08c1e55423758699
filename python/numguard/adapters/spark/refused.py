"""Refused cells of a scan: rows of its result that are null but for one column, which counts them by column and note.

Owns that column: its type, its rows, and their sums.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from numguard.adapters.spark.engine import DataFrame, F, SparkSession, by_name, chosen, folding
from numguard.errors import ArgumentError, ColumnError

#: The type of the column that counts refused cells.
REFUSED: Any = pa.struct(
    [pa.field("column", pa.string()), pa.field("note", pa.string()), pa.field("cells", pa.int64())]
)


def refused(result: DataFrame, name: str) -> DataFrame:
    """Counts the refused cells of a scan that returns them: `column`, `note`, `cells`.

    Args:
        result: The result of `scan` or `scan_files`, or a table that it was written to.
        name: The value of `refused` in that call.
    """
    rows = chosen(result, [name]).where(by_name(name).isNotNull())
    parts = [by_name(name)[part].alias(part) for part in ("column", "note", "cells")]
    return rows.select(*parts).groupBy("column", "note").agg(F.sum("cells").alias("cells"))


def check_added(session: SparkSession, returned: Iterable[str], matches: Sequence[str], refused: Any) -> None:
    """Raises unless the columns that a scan adds can be beside those that it returns."""
    if refused is not None and not isinstance(refused, str):
        raise ArgumentError(f"refused: takes the name of a column, not {type(refused).__name__}")
    fold = folding(session)
    there = {fold(name): name for name in returned}
    if taken := [there[fold(name)] for name in matches if fold(name) in there]:
        raise ColumnError(f"there is a column {min(taken)!r} already: rename it, or leave it out with columns=")
    there |= {fold(name): name for name in matches}
    if refused is not None and fold(refused) in there:
        raise ColumnError(
            f"there is a column {there[fold(refused)]!r} already: name that of the refused cells differently"
        )


def refusals(schema: pa.Schema, cells: Mapping[tuple[str | None, str], int]) -> pa.RecordBatch:
    """Rows that count refused cells, in the columns of a result, of which the last has the counts."""
    counts = [{"column": column, "note": note, "cells": count} for (column, note), count in cells.items()]
    nulls = [pa.nulls(len(counts), field.type) for field in list(schema)[:-1]]
    return pa.RecordBatch.from_arrays([*nulls, pa.array(counts, REFUSED)], schema.names)
