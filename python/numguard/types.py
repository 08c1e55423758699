"""The types of public arguments and results, as structural types: no class has to inherit from them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Literal, Protocol, TypeAlias, runtime_checkable

__all__ = [
    "ArrowArrayExportable",
    "ArrowStreamExportable",
    "PathLike",
    "Progress",
    "Region",
    "Regions",
    "Source",
    "Style",
    "Values",
]


@runtime_checkable
class ArrowArrayExportable(Protocol):
    """An object that exports one Arrow array: a `pyarrow.Array`, a `RecordBatch`, a numguard set."""

    def __arrow_c_array__(self, requested_schema: object | None = None) -> tuple[object, object]:
        """The Arrow PyCapsule interface."""
        ...


@runtime_checkable
class ArrowStreamExportable(Protocol):
    """An object that exports an Arrow stream: a chunked array, a table, a Polars, DuckDB or pandas object."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """The Arrow PyCapsule interface."""
        ...


#: A column of numbers: an Arrow array or stream, a series, a NumPy array, or a plain list.
Values: TypeAlias = ArrowArrayExportable | ArrowStreamExportable | Iterable[Any]

PathLike: TypeAlias = str | Path

#: Rows to read: a path, a glob, a list of paths, a pyarrow dataset, or any Arrow stream.
Source: TypeAlias = PathLike | Sequence[PathLike] | ArrowStreamExportable | ArrowArrayExportable

#: How bare digits are read: as the plan of a region (a code of `numguard.regions()`) reads them, or (`None`) as E.164
#: already.
Region: TypeAlias = str | None

#: The same, or a column with the region of each row.
Regions: TypeAlias = Region | Values

#: The form in which a number is written.
Style: TypeAlias = Literal["e164", "digits", "national", "international"]

#: Called repeatedly during long work, with the progress so far.
Progress: TypeAlias = Callable[[Any], object]
