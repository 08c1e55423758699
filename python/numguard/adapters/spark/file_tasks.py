"""What a task does with files: opens them, or runs `numguard.scan` on them. Workers import this module."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from numguard.adapters.spark.keys import CANONICAL, Sets, Travelling, of_spark
from numguard.adapters.spark.refused import REFUSED, refusals
from numguard.compute import cells_of, named
from numguard.errors import UnsupportedTypeError
from numguard.scanning import scan
from numguard.types import Region

__all__ = ["ScanFiles", "schema_of_hits"]


def schema_of_hits(files: list[str], travelling: Travelling, columns: list[str] | None, region: Region, n: int) -> str:
    """The schema of the hits in a file, found on a worker, as Base64."""
    sets = Sets.of(travelling)
    _check_keys(files[n], sets)
    schema = scan(files[n], sets, columns=columns, region=region, threads=1).schema
    schema = pa.schema([pa.field(field.name, of_spark(field.type)) for field in schema])
    return base64.b64encode(schema.serialize()).decode()


def _check_keys(file: str, sets: Sets) -> None:
    """Refuses canonical numbers as Spark writes them: in a file, decimals are digits as written."""
    keys = scan(file, sets, columns=list(sets), threads=1).schema
    for name in sets:
        if keys.field(name).type == CANONICAL:
            raise UnsupportedTypeError(
                f"{file}: column {named([name])!r} is DECIMAL(20,0), which is canonical in Spark and digits as written "
                "in a file: scan the file as a DataFrame, or write the column as text with a plus before each number"
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
        for hits in scanned:
            arrays = list(hits.columns)
            if self._refused is not None:
                arrays.append(pa.nulls(hits.num_rows, REFUSED))
            # pyarrow casts no dictionaries of views, and no runs.
            plain = map(cells_of, arrays)
            cast = (array.cast(field.type, safe=False) for array, field in zip(plain, self._schema, strict=True))
            yield pa.RecordBatch.from_arrays(list(cast), schema=self._schema)
        if self._refused is not None:
            summary = scanned.summary
            cells: dict[tuple[str | None, str], int] = {
                (column, note): n for column, notes in summary.refused.items() for note, n in notes.items()
            }
            if summary.refused_lines:
                cells[None, "field_count"] = summary.refused_lines
            if cells:
                yield refusals(self._schema, cells)
