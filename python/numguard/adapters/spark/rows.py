"""`scan` of a DataFrame: its rows go by, in the engine's own tasks, and those that name a member stay.

Owns what a task does with a batch, and what a result looks like. One idea: only key columns are looked at; all others
are handed on by row number, so that no type is one too many.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from numguard._core import ImeiSet, NumberSet, Scanner
from numguard.adapters.spark.engine import (
    DataFrame,
    F,
    StructField,
    StructType,
    arrow_schema,
    by_place,
    chosen,
    column,
    require,
    session_of,
    spark_schema,
)
from numguard.adapters.spark.keys import CANONICAL, Sets, canonical, readable
from numguard.adapters.spark.workers import check_workers
from numguard.errors import ArgumentError, ColumnError
from numguard.types import Region

__all__ = ["REFUSED", "refusals", "refused", "result_of", "scan"]

_ROW = "row"

#: What a row says that stands for refused cells.
REFUSED: Any = pa.struct(
    [pa.field("column", pa.string()), pa.field("note", pa.string()), pa.field("cells", pa.int64())]
)


def scan(
    df: DataFrame,
    sets: Mapping[str, NumberSet | ImeiSet],
    *,
    columns: Sequence[str] | None = None,
    region: Region = "IN",
    refused: str | None = None,
) -> DataFrame:
    """The rows of a DataFrame that name a member of a set: `numguard.scan` where the rows lie.

    Lazy, and for streams too: each row is judged by itself. Each row that names a member in at least one key column
    comes out once, with its own columns, whatever their types, and for each key column `<column>_match`: the canonical
    MSISDN or IMEI14 that matched (DECIMAL(20,0)), null where that column did not.

    Args:
        df: A DataFrame of Spark Classic, Spark Connect or Sail, in batches or streaming.
        sets: For each key column (text, BIGINT, DOUBLE, DECIMAL without a fraction) the `NumberSet` or `ImeiSet` that
            its cells are looked up in. A set over 1 MiB that was saved or opened travels as the path of its file, which
            all workers have to find.
        columns: The columns to hand on; None hands on all.
        region: How bare digits are read, as in `normalize`.
        refused: A name for one column more, in which refused cells are counted as they are met: besides the hits there
            are then rows that are null but for this column, a struct of `column`, `note` and `cells`. Take them apart
            with `refused(result, name)` and a filter on null. None: they are not counted.

    Raises:
        ColumnError: There is no such column, or one that the result adds.
        UnsupportedTypeError: A key column's type cannot hold a number without loss.
        SetFileError, FileMissingError: A worker cannot open the file of a set.
        EngineError: Client or server are too old, or the workers have no numguard.
        ArgumentError: An argument that the call cannot work with.
    """
    carried = Sets(sets)
    session = session_of(df)
    if isinstance(columns, str):
        raise ArgumentError("columns: takes a list of names, not one name")
    handed = list(df.columns if columns is None else dict.fromkeys(columns))
    frame = df if columns is None else chosen(df, [*handed, *carried])
    require(frame, carried)
    keys = arrow_schema(frame.schema, carried)
    Scanner(keys, list(carried.items()), columns=None, region=region, threads=1)  # says which type is none for a key
    added = [*(f"{name}_match" for name in carried), *([refused] if refused is not None else [])]
    if taken := set(added) & set(handed):
        raise ColumnError(f"there is a column {min(taken)!r} already: name it differently in df")
    check_workers(session, carried)
    schema = result_of(list(frame.schema)[: len(handed)], carried, refused)
    places = [frame.columns.index(name) for name in carried]
    return by_place(frame).mapInArrow(_Scan(carried, places, len(handed), region, refused), schema)


def result_of(handed: Sequence[StructField], sets: Sets, refused: str | None) -> StructType:
    """The columns of a result."""
    # A row that stands for refused cells is null elsewhere.
    fields = [StructField(field.name, field.dataType, field.nullable or refused is not None) for field in handed]
    added: list[Any] = [pa.field(f"{name}_match", CANONICAL) for name in sets]
    if refused is not None:
        added.append(pa.field(refused, REFUSED))
    return StructType([*fields, *spark_schema(pa.schema(added))])


def refused(result: DataFrame, name: str) -> DataFrame:
    """Counts the refused cells of a scan that returns them: `column`, `note`, `cells`.

    Args:
        result: What `scan` or `scan_files` gave, or what was written of it.
        name: What was given there as `refused`.
    """
    rows = result.where(column(name).isNotNull())
    parts = [column(name)[part].alias(part) for part in ("column", "note", "cells")]
    return rows.select(*parts).groupBy("column", "note").agg(F.sum("cells").alias("cells"))


def refusals(schema: pa.Schema, cells: Mapping[tuple[str | None, str], int]) -> pa.RecordBatch:
    """Rows that stand for refused cells, in the columns of a result, the last of which counts them."""
    counts = [{"column": column, "note": note, "cells": count} for (column, note), count in cells.items()]
    nulls = [pa.nulls(len(counts), field.type) for field in list(schema)[:-1]]
    return pa.RecordBatch.from_arrays([*nulls, pa.array(counts, REFUSED)], schema.names)


class _Scan:
    """What a task does."""

    def __init__(self, sets: Sets, places: list[int], handed: int, region: Region, refused: str | None) -> None:
        self._sets, self._places, self._handed, self._region, self._refused = sets, places, handed, region, refused

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        scanner: Any = None
        schema: Any = None
        for batch in batches:
            if batch.num_rows == 0:
                continue
            rows = pa.array(np.arange(batch.num_rows, dtype=np.uint32))
            keys = [readable(batch.column(place)) for place in self._places]
            # By place, so that no name of a column is one too many.
            asked = pa.RecordBatch.from_arrays([*keys, rows], [*map(str, range(len(keys))), _ROW])
            if scanner is None:
                lookups = [(str(n), members) for n, members in enumerate(self._sets.values())]
                scanner = Scanner(asked.schema, lookups, columns=[_ROW], region=self._region, threads=1)
                schema = self._result(batch, pa.array([], pa.uint32()), {}).schema
            hits = scanner.batch(asked)
            if hits is not None and hits.num_rows:
                yield self._result(batch, hits.column(0), {n: hits.column(n + 1) for n in range(len(keys))})
        if scanner is not None and self._refused is not None:
            by_column = zip(self._sets, scanner.tally()["columns"], strict=True)
            cells: dict[tuple[str | None, str], int] = {
                (name, note): n for name, (_, notes) in by_column for note, n in notes.items()
            }
            if cells:
                yield refusals(schema, cells)

    def _result(self, batch: pa.RecordBatch, rows: pa.Array[Any], matches: dict[int, Any]) -> pa.RecordBatch:
        handed = [batch.column(place).take(rows) for place in range(self._handed)]
        added = [canonical(matches.get(n, pa.nulls(0, pa.uint64()))) for n in range(len(self._sets))]
        names = [*batch.schema.names[: self._handed], *(f"{name}_match" for name in self._sets)]
        if self._refused is not None:
            added.append(pa.nulls(len(rows), REFUSED))
            names.append(self._refused)
        return pa.RecordBatch.from_arrays([*handed, *added], names)
