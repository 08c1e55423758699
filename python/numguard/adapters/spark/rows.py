"""`scan` of a DataFrame: the engine's tasks filter its rows to those that name a member.

Owns what a task does with a batch, and the columns of a result. One idea: only key columns are read; all others are
taken by row number, so that every type is supported.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from numguard._core import ImeiSet, NumberSet, Scanner
from numguard.adapters.spark.engine import (
    DataFrame,
    PySparkNotImplementedError,
    by_place,
    chosen,
    names_of,
    require,
    session_of,
    unsigned_of,
)
from numguard.adapters.spark.keys import CANONICAL, Sets, canonical, readable
from numguard.adapters.spark.refused import REFUSED, check_added, refusals
from numguard.adapters.spark.schema import DecimalType, StructField, StructType, arrow_schema, spark_schema
from numguard.adapters.spark.workers import check_workers
from numguard.errors import UnsupportedTypeError
from numguard.types import Region

_ROW = "row"


def scan(
    df: DataFrame,
    sets: Mapping[str, NumberSet | ImeiSet],
    *,
    columns: Sequence[str] | None = None,
    region: Region = "IN",
    refused: str | None = None,
) -> DataFrame:
    """The rows of a DataFrame that name a member of a set: `numguard.scan` in the engine's tasks.

    Lazy, and for streams too, because rows are independent. The result has each row that names a member in at least one
    key column, once, with its own columns of any type, and for each key column `<column>_match`: the canonical MSISDN
    or IMEI14 that matched (DECIMAL(20,0)), null where that column did not match. On Spark it is much faster with
    `spark.sql.execution.arrow.maxBytesPerBatch` 2147483647 and `maxRecordsPerBatch` 65536, as the guide says.

    Args:
        df: A DataFrame of Spark Classic, Spark Connect or Sail, in batches or streaming.
        sets: For each key column (text, BIGINT, DOUBLE, DECIMAL without a fraction) the `NumberSet` or `ImeiSet` that
            its cells are looked up in. A set over 1 MiB that was saved or opened is sent as the path of its file, which
            all workers must have.
        columns: The columns to return; None returns all.
        region: How bare digits are read, as in `normalize`.
        refused: The name of an additional column that counts refused cells. The result then also has rows that are null
            except for this column, a struct of `column`, `note` and `cells`. Separate them with `refused(result, name)`
            and a filter on null. None: they are not counted.

    Raises:
        ColumnError: A column does not exist, or has the name of one that the result adds.
        UnsupportedTypeError: A key column's type cannot hold a number without loss.
        SetFileError, FileMissingError: A worker cannot open the file of a set.
        EngineError: Client or server are too old, or the workers have no numguard.
        ArgumentError: An argument is invalid.
    """
    carried = Sets(sets)
    session = session_of(df)
    names = names_of(columns)
    returned = list(df.columns) if names is None else names
    frame = df if names is None else chosen(df, [*names, *carried])
    require(frame, carried)
    keys = arrow_schema(frame.schema, carried)
    Scanner(keys, list(carried.items()), columns=None, region=region, threads=1)  # raises for the type of a key column
    matches = [f"{name}_match" for name in carried]
    check_added(session, returned, matches, refused)
    check_workers(session, carried)
    unsigned = unsigned_of(frame)
    schema = _result(list(frame.schema)[: len(returned)], unsigned, carried, refused)
    places = [frame.columns.index(name) for name in carried]
    task = _Scan(carried, places, len(returned), unsigned, region=region, refused=refused)
    try:
        return by_place(frame).mapInArrow(task, schema)
    except PySparkNotImplementedError:  # its message has all columns of the frame
        raise UnsupportedTypeError(
            "a column is of a type that Spark does not pass to Python, such as an interval: cast it or leave it out"
        ) from None


def _result(returned: Sequence[StructField], unsigned: set[int], sets: Sets, refused: str | None) -> StructType:
    """The columns of a result; those in `unsigned` are of uint64."""
    types = [DecimalType(20, 0) if n in unsigned else field.dataType for n, field in enumerate(returned)]
    # A row that counts refused cells is null in all other columns.
    fields = [
        StructField(field.name, kind, field.nullable or refused is not None)
        for field, kind in zip(returned, types, strict=True)
    ]
    added: list[Any] = [pa.field(f"{name}_match", CANONICAL) for name in sets]
    if refused is not None:
        added.append(pa.field(refused, REFUSED))
    return StructType([*fields, *spark_schema(pa.schema(added))])


class _Scan:
    """The function of a task."""

    def __init__(
        self, sets: Sets, places: list[int], returned: int, unsigned: set[int], *, region: Region, refused: str | None
    ) -> None:
        self._sets, self._places, self._returned, self._unsigned = sets, places, returned, unsigned
        self._region, self._refused = region, refused

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        scanner: Any = None
        schema: Any = None
        for batch in batches:
            if batch.num_rows == 0:
                continue
            rows = pa.array(np.arange(batch.num_rows, dtype=np.uint32))
            keys = [readable(batch.column(place)) for place in self._places]
            # By position, so that columns may have any names.
            keys_and_rows = pa.RecordBatch.from_arrays([*keys, rows], [*map(str, range(len(keys))), _ROW])
            if scanner is None:
                lookups = [(str(n), members) for n, members in enumerate(self._sets.values())]
                scanner = Scanner(keys_and_rows.schema, lookups, columns=[_ROW], region=self._region, threads=1)
                schema = self._result(batch, pa.array([], pa.uint32()), {}).schema
            hits = scanner.batch(keys_and_rows)
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
        returned = [self._column(batch, place).take(rows) for place in range(self._returned)]
        added = [canonical(matches.get(n, pa.nulls(0, pa.uint64()))) for n in range(len(self._sets))]
        names = [*batch.schema.names[: self._returned], *(f"{name}_match" for name in self._sets)]
        if self._refused is not None:
            added.append(pa.nulls(len(rows), REFUSED))
            names.append(self._refused)
        return pa.RecordBatch.from_arrays([*returned, *added], names)

    def _column(self, batch: pa.RecordBatch, place: int) -> Any:
        """A returned column, whose uint64 the engine would make digits as written."""
        column = batch.column(place)
        if place in self._unsigned:
            return canonical(column)
        if "uint64" in str(column.type):
            raise UnsupportedTypeError(
                "a column has uint64 inside lists or structs, of which the engine makes bigint: leave it out with "
                "columns="
            )
        return column
