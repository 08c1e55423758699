"""The types of public arguments and results, as structural types, and whether an argument is a count or a number.

No class has to inherit from them.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal, Protocol, TypeAlias, TypedDict, TypeGuard, get_args, runtime_checkable

import pyarrow as pa


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
Values: TypeAlias = ArrowArrayExportable | ArrowStreamExportable | Iterable[object]

PathLike: TypeAlias = str | Path


class Dataset(Protocol):
    """A dataset: a `pyarrow.dataset.Dataset`."""

    @property
    def schema(self) -> pa.Schema:
        """The columns."""
        ...

    def to_batches(self) -> Iterator[pa.RecordBatch]:
        """The rows."""
        ...


#: One table: a path, or an object that exports an Arrow stream.
TableSource: TypeAlias = PathLike | ArrowStreamExportable | ArrowArrayExportable

#: Rows to read: a path, a glob, a list of paths, a pyarrow dataset, any Arrow stream, several of them, or batches.
Source: TypeAlias = (
    TableSource | Sequence[PathLike] | Sequence[ArrowStreamExportable] | Dataset | Iterable[pa.RecordBatch]
)

#: One phone number, as written or as E.164 digits.
Number: TypeAlias = str | int


class RowAccount(TypedDict, total=False):
    """The account of every row: rows_read = rows_used + rows_refused + the lines in not_data."""

    rows_read: int
    rows_used: int
    rows_refused: int
    #: Refused rows, by note.
    refused_rows: dict[str, int]
    #: Non-data lines, by kind.
    not_data: dict[str, int]
    #: Members of archives and sheets that are no table, and why.
    passed_over: list[str]
    #: What else must be known of how the rows were read.
    warnings: list[str]
    #: Rows with a place, where a linkage has rules of places.
    rows_placed: int
    #: The columns of each file that were not read, of operators' files and of lists.
    not_read: dict[str, list[str]]


def row_account(
    used: int,
    refused: Mapping[str, int] | int = 0,
    not_data: Mapping[str, int] = MappingProxyType({}),
    *,
    passed_over: Iterable[str] = (),
    warnings: Iterable[str] = (),
) -> RowAccount:
    """The account of rows of which so many were used, and so many refused: in all, or by note.

    >>> account = row_account(3, {"empty": 1}, {"total": 1})
    >>> account["rows_read"], account["rows_refused"], account["refused_rows"]
    (5, 1, {'empty': 1})
    """
    in_all = refused if isinstance(refused, int) else sum(refused.values())
    account: RowAccount = {
        "rows_read": used + in_all + sum(not_data.values()),
        "rows_used": used,
        "rows_refused": in_all,
        "not_data": dict(not_data),
        "passed_over": list(passed_over),
        "warnings": list(warnings),
    }
    if not isinstance(refused, int):
        account["refused_rows"] = dict(refused)
    return account


#: How bare digits are read: as the plan of a region (a code of `numguard.regions()`) reads them, or (`None`) as E.164
#: already.
Region: TypeAlias = str | None

#: The same, or a column with the region of each row.
Regions: TypeAlias = Region | Values

#: What a row of a block list, or of a change of one, is for.
Action: TypeAlias = Literal["block", "reverify", "release", "none"]
ACTIONS: Final[tuple[Action, ...]] = get_args(Action)

#: The form in which a number is written.
Style: TypeAlias = Literal["e164", "digits", "national", "international"]


def is_whole(value: object, least: int, most: int = 2**63 - 1) -> TypeGuard[int]:
    """Whether an argument is a whole number within bounds; True and False are none.

    >>> [is_whole(value, 1) for value in (1, 0, True, 1.0, None)]
    [True, False, False, False, False]
    """
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def is_texts(value: object) -> TypeGuard[Collection[str]]:
    """Whether an argument is a list of texts; one text is none.

    >>> [is_texts(value) for value in (["a"], ("a", "b"), [], "a", ["a", 1], None, 5)]
    [True, True, True, False, False, False, False]
    """
    return isinstance(value, Collection) and not isinstance(value, str) and all(isinstance(one, str) for one in value)


def is_finite(value: object) -> TypeGuard[float]:
    """Whether an argument is a finite number: no comparison with NaN holds, and a bound that is NaN bounds nothing."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
