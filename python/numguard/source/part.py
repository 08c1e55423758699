"""A part of a source: a schema, and record batches that know where they begin; and how an error names the part.

Owns the words for what can be wrong with a file. No message repeats what the readers below say word for word: they
quote the cells they stumble over.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from numguard.errors import ColumnError, FileMissingError, InputError, NumguardError, UnsupportedTypeError

__all__ = [
    "BATCH_ROWS",
    "Batch",
    "BrokenPart",
    "Part",
    "check_columns",
    "check_names",
    "exporting",
    "named",
    "reading",
    "with_told",
]

#: A column's name with more digits than that may be somebody's number.
MOST_DIGITS = 6
#: Column names that a message lists.
MOST_NAMES = 100
#: Rows that are read at once, where the container leaves the choice.
BATCH_ROWS = 1 << 16


@dataclass(frozen=True, slots=True)
class Batch:
    """Consecutive rows of one part.

    Rows are counted as people count them: from 1, and in a CSV file the header is row 1, so that the number is the line
    an editor shows (as long as no quoted cell holds a line break).
    """

    #: The rows.
    data: pa.RecordBatch
    #: The file, as it was named; None for a table or stream.
    file: str | None
    #: Where the first of them stands in the file, table or stream.
    first_row: int
    #: Rows from there on that were kept out, ascending: they are counted, but are not in `data`.
    kept_out: Sequence[int] = ()

    def row_numbers(self) -> npt.NDArray[np.int64]:
        """Where each row stands in the file, table or stream."""
        numbers = np.arange(self.first_row, self.first_row + self.data.num_rows, dtype=np.int64)
        for row in self.kept_out:
            numbers[numbers >= row] += 1
        return numbers


class Part(ABC):
    """One file, or one table or stream."""

    #: The file, as it was named; None for a table or stream.
    name: str | None = None
    #: What it is: parquet, csv, arrow, dataset or stream.
    container: str
    #: What the directories above the file say of all its rows, as text: `day=2025-06-01/` is the column `day`.
    partitions: Mapping[str, str] = MappingProxyType({})

    def schema(self) -> pa.Schema:
        """The columns: those of the file, then those that its directories tell."""
        schema = self.stored_schema()
        for name in self.told():
            schema = schema.append(pa.field(name, pa.string()))
        return schema

    def batches(self, columns: Sequence[str] | None = None) -> Iterator[Batch]:
        """The rows, in order; `columns` chooses and orders the columns, None takes all."""
        if columns is not None:
            check_columns(columns, self.schema(), self.name)
        told = self.told()
        wanted = None if columns is None else [name for name in columns if name not in told]
        for batch in self.stored_batches(wanted):
            yield replace(batch, data=with_told(batch.data, told, columns)) if told else batch

    def told(self) -> dict[str, str]:
        """What the directories tell that the file itself does not say."""
        if not self.partitions:
            return {}
        stored = self.stored_schema().names
        return {name: text for name, text in self.partitions.items() if name not in stored}

    @abstractmethod
    def stored_schema(self) -> pa.Schema:
        """The columns that stand in the file itself."""

    @abstractmethod
    def stored_batches(self, columns: Sequence[str] | None) -> Iterator[Batch]:
        """The rows, without what the directories tell; the columns must be there."""

    @property
    def refused_rows(self) -> Sequence[int]:
        """Rows that could not be read as rows of this part, so far."""
        return ()


class BrokenPart(Part):
    """A file that was found to be none that is read when it was looked at; who reads it is told so then."""

    container = "broken"

    def __init__(self, name: str, error: InputError) -> None:
        self.name: str = name
        self._error = error

    def stored_schema(self) -> pa.Schema:
        """Raises what was found."""
        raise self._error

    def stored_batches(self, columns: Sequence[str] | None) -> Iterator[Batch]:
        """Raises what was found."""
        raise self._error


def check_names(fields: Iterable[pa.Field[Any]]) -> None:
    """Reads every name, down to the last nested one: a damaged file may hold any bytes there.

    Raises:
        UnicodeDecodeError: One is no text.
    """
    for field in fields:
        field.name.encode()
        kind = field.type
        if pa.types.is_timestamp(kind) and kind.tz is not None:
            kind.tz.encode()
        check_names(kind.field(n) for n in range(kind.num_fields))


def with_told(data: pa.RecordBatch, told: Mapping[str, str], order: Sequence[str] | None) -> pa.RecordBatch:
    """The rows with columns of one text each, put where `order` names them; None puts them last.

    Columns that `order` does not name stay behind those that it names.
    """
    if order is None:
        order = [*data.schema.names, *told]
    rest = iter(zip(data.schema, data.columns, strict=True))
    pairs = [(pa.field(n, pa.string()), pa.repeat(told[n], data.num_rows)) if n in told else next(rest) for n in order]
    pairs += rest
    return pa.RecordBatch.from_arrays([column for _, column in pairs], schema=pa.schema([field for field, _ in pairs]))


def named(names: Sequence[str]) -> str:
    """Column names for a message; one that holds a number, as in a file without a header, is not said."""
    return ", ".join("(a number)" if sum(map(str.isdigit, name)) > MOST_DIGITS else name for name in names)


def check_columns(columns: Sequence[str], schema: pa.Schema, name: str | None) -> None:
    """Raises ColumnError for a column that is not there, or is there more than once."""
    where = f"{name}: " if name else ""
    for column in columns:
        found = schema.get_all_field_indices(column)
        if not found:
            there = named(schema.names[:MOST_NAMES]) + (", ..." if len(schema.names) > MOST_NAMES else "")
            there = there or "none at all"
            raise ColumnError(f"{where}no column {named([column])!r}; there are {there}")
        if len(found) > 1:
            raise ColumnError(f"{where}several columns are named {named([column])!r}: rename all but one")


@contextmanager
def reading(name: str | None, what: str) -> Iterator[None]:
    """Turns whatever the readers below raise into an InputError that names the part and says what to do."""
    where = name or "the source"
    try:
        yield
    except NumguardError:
        raise
    except FileNotFoundError:
        raise FileMissingError(f"{where}: there is no such file") from None
    except PermissionError:
        raise InputError(f"{where}: not readable by this user") from None
    except MemoryError:
        raise InputError(f"{where}: {what} asks for more memory than there is; it may be damaged") from None
    except (pa.ArrowException, OSError, EOFError, UnicodeError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{where}: {_why(error, what)}") from None


@contextmanager
def exporting(what: str) -> Iterator[None]:
    """Turns what a library says that cannot make Arrow of its own columns into an error that quotes no cell."""
    try:
        yield
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        column = re.search("for column (.*?) with type", str(error))
        which = f"column {named([column[1]])!r}" if column else "a column"
        raise UnsupportedTypeError(
            f"{what}: {which} holds values of more than one type: make all of them text"
        ) from None


#: What the readers below say, and what that means; the first that fits.
_WORDS = (
    ("utf8|utf-8", "holds text that is not UTF-8: save it again as UTF-8"),
    # Rows of another length are kept out; only one whose text cannot be decoded comes to this.
    ("csv parse error.*columns", "holds text that is not UTF-8: save it again as UTF-8"),
    ("straddl", "a quoted cell is opened and not closed, or one line is longer than 16 MB"),
    ("truncated compressed|zlib|zstd|decompress", "its compressed data is damaged or cut short: get the file anew"),
    ("cast|type|field .* missing", "a column of {what} is of another type than in the first: scan them apart"),
    ("footer|magic bytes", "{what} is damaged or cut short, its footer cannot be read: get the file anew"),
    ("", "{what} is damaged or cut short: get the file anew"),
)


def _why(error: BaseException, what: str) -> str:
    if isinstance(error, pa.ArrowNotImplementedError):
        return f"{what} uses something that cannot be read here: write it again with common settings"
    said = "utf-8" if isinstance(error, UnicodeError) else str(error).lower()
    return next(why.format(what=what) for words, why in _WORDS if re.search(words, said, re.DOTALL))
