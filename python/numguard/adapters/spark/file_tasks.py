"""What a task does with files: opens them, or runs `numguard.scan` on them. Workers import this module."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from numguard.adapters.spark.keys import Sets, Travelling, of_spark
from numguard.adapters.spark.refused import REFUSED, refusals
from numguard.compute import cells_of, named, type_name
from numguard.errors import ColumnError, InputError
from numguard.scanning import scan
from numguard.types import Region


def schema_of_hits(files: list[str], travelling: Travelling, columns: list[str] | None, region: Region, n: int) -> str:
    """The schema of the hits in a file, found on a worker, as Base64."""
    scanned = scan(files[n], Sets.of(travelling), columns=columns, region=region, threads=1)
    return base64.b64encode(_in_spark(scanned.schema).serialize()).decode()


def _in_spark(schema: pa.Schema) -> pa.Schema:
    return pa.schema([pa.field(field.name, of_spark(field.type)) for field in schema])


def check_same(file: str, schema: pa.Schema, expected: pa.Schema, of: str, remedy: str) -> None:
    """Raises unless a file has the columns and types of another one, or of itself before: of `of`."""
    if schema.names != expected.names:
        raise ColumnError(f"{file}: has other columns than {of}: {remedy}, or choose columns")
    for field, before in zip(schema, expected, strict=True):
        if field.type != before.type:
            raise InputError(
                f"{file}: column {named([field.name])!r} is {type_name(field.type)}, and in {of} "
                f"{type_name(before.type)}: {remedy}"
            )


class ScanFiles:
    """The function of a task."""

    def __init__(
        self,
        files: list[str],
        sets: Sets,
        columns: list[str] | None,
        schema: pa.Schema,
        *,
        region: Region,
        refused: str | None,
    ) -> None:
        self._files, self._sets, self._columns, self._region = files, sets, columns, region
        self._schema, self._refused = schema, refused

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Scans a task's files, whose places in the list are its rows."""
        for batch in batches:
            numbers: list[Any] = batch.column(0).to_pylist()
            for n in numbers:
                yield from self._file(self._files[n])

    def _file(self, file: str) -> Iterator[pa.RecordBatch]:
        scanned = scan(file, self._sets, columns=self._columns, region=self._region, threads=1)
        own = self._schema if self._refused is None else self._schema.remove(len(self._schema) - 1)
        # The query may run long after it was made.
        check_same(file, _in_spark(scanned.schema), own, "the file that scan_files opened", "call scan_files again")
        for hits in scanned:
            arrays = list(hits.columns)
            if self._refused is not None:
                arrays.append(pa.nulls(hits.num_rows, REFUSED))
            cast = [_cast(file, array, field) for array, field in zip(arrays, self._schema, strict=True)]
            yield pa.RecordBatch.from_arrays(cast, schema=self._schema)
        if self._refused is not None:
            summary = scanned.summary
            cells: dict[tuple[str | None, str], int] = {
                (column, note): n for column, notes in summary.refused.items() for note, n in notes.items()
            }
            if summary.refused_lines:
                cells[None, "field_count"] = summary.refused_lines
            if cells:
                yield refusals(self._schema, cells)


def _cast(file: str, array: Any, field: pa.Field[Any]) -> Any:
    try:
        # pyarrow casts no dictionaries of views, and no runs.
        return cells_of(array).cast(field.type)
    except pa.ArrowInvalid:  # its message quotes the cell
        raise InputError(
            f"{file}: column {named([field.name])!r} has a cell that {type_name(field.type)}, the type that Spark has, "
            "cannot hold: leave the column out with columns="
        ) from None
