"""A part of a source: a schema, batches that know their lines, and an account of what did not become a row.

Owns the account, and the words for what can be wrong with a file. No message repeats what the readers below say word
for word: they quote the cells they stumble over.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from numguard.errors import ColumnError, FileMissingError, InputError, NumguardError, UnsupportedTypeError

__all__ = [
    "BATCH_ROWS",
    "RECORD_NOTES",
    "REFUSED",
    "Account",
    "Batch",
    "BrokenPart",
    "Part",
    "Ragged",
    "check_columns",
    "check_names",
    "exporting",
    "headings",
    "named",
    "reading",
    "with_partition_values",
]

#: A column's name with more digits than that may be somebody's number.
MOST_DIGITS = 6
#: Column names that a message lists.
MOST_NAMES = 100
#: Rows that are read at once, where the container leaves the choice.
BATCH_ROWS = 1 << 16


#: Why a row is refused as a row, whatever it holds.
RECORD_NOTES: Final = {
    "too_few_fields": "The row has fewer fields than the file's rows have; its columns may have shifted.",
    "too_many_fields": "The row has more fields than the file's rows have; its columns may have shifted.",
    "broken_quote": "A double quote is opened and never closed, or closed in the middle of a cell.",
    "not_json": "The line is not one whole JSON object.",
    "above_header": "A number stands above the header, where only titles do.",
}

#: A row that is refused as a row: its line, its text, its note.
Ragged: TypeAlias = tuple[int, str, str]


_NOTES: Final = tuple(RECORD_NOTES)
_REFUSED_FIELDS: Final[dict[str, pa.DataType]] = {"file": pa.string(), "row": pa.int64(), "note": pa.string()}
#: Rows that could not be read as rows.
REFUSED: Final = pa.schema(_REFUSED_FIELDS)


class Account:
    """What became of the rows of one part.

    Attributes:
        used: rows that were handed on.
        not_data: lines that are no rows, by kind: title, blank, ruler, header (a repeated one), total, page.
        lines, notes: rows that could not be read as rows: where each stands, and why (a place in `RECORD_NOTES`).
    """

    def __init__(self) -> None:
        self.used = 0
        self.not_data: dict[str, int] = {}
        self.lines = array("q")
        self.notes = array("B")

    @property
    def read(self) -> int:
        """All rows of the part, its header left out."""
        return self.used + len(self.lines) + sum(self.not_data.values())

    @property
    def refused(self) -> dict[str, int]:
        """How many rows could not be read as rows, by note."""
        counts = {note: self.notes.count(code) for code, note in enumerate(_NOTES)}
        return {note: count for note, count in counts.items() if count}

    def skip(self, kind: str, count: int = 1) -> None:
        """Counts lines that are no rows."""
        if count:
            self.not_data[kind] = self.not_data.get(kind, 0) + count

    def refuse(self, line: int, note: str) -> None:
        """Counts a row that is none."""
        self.lines.append(line)
        self.notes.append(_NOTES.index(note))

    def table(self, name: str | None) -> pa.Table:
        """The refused rows: file, row, note, in the order of the file."""
        notes: Any = pa.DictionaryArray.from_arrays(pa.array(self.notes, pa.int8()), pa.array(_NOTES, pa.string()))
        names: Any = pa.repeat(pa.scalar(name, pa.string()), len(self.lines))
        columns: list[Any] = [names, pa.array(self.lines, pa.int64())]
        return pa.Table.from_arrays([*columns, notes.cast(pa.string())], schema=REFUSED).sort_by("row")


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of one part, in its order.

    Rows are counted as people count them: in a text by the line on which each begins, the first being 1; in a workbook
    as the spreadsheet shows them; in JSON Lines by line; in typed tables from 1.
    """

    #: The rows.
    data: pa.RecordBatch
    #: The file, as it was named; None for a table or stream.
    file: str | None
    #: Where each row stands; of consecutive rows the first one's place.
    rows: npt.NDArray[np.int64] | int

    @property
    def first_row(self) -> int:
        """Where the first row stands."""
        return self.rows if isinstance(self.rows, int) else int(self.rows[0])

    def row_numbers(self) -> npt.NDArray[np.int64]:
        """Where each row stands in the file, table or stream."""
        if isinstance(self.rows, int):
            return np.arange(self.rows, self.rows + self.data.num_rows, dtype=np.int64)
        return self.rows


class Part(ABC):
    """One file, or one table or stream."""

    #: The file, as it was named; None for a table or stream.
    name: str | None = None
    #: What it is (text, json, json lines, workbook, parquet, arrow, dataset, stream), behind what it was wrapped in.
    container: str
    #: The character set of a text.
    encoding: str | None = None
    #: The line or row of the header; 0 where columns have names without one.
    header_row: int = 0
    #: The sheet of a workbook.
    sheet: str | None = None
    #: What a refused row looked like, for who asks before the rows are read.
    on_refused: Callable[[int, str, str], None] | None = None
    #: What the directories above the file say of all its rows, as text: `day=2025-06-01/` is the column `day`.
    partitions: Mapping[str, str] = MappingProxyType({})

    def schema(self) -> pa.Schema:
        """The columns: those of the file, then those of its directories (`name=value`)."""
        schema = self.stored_schema()
        for name in self.partition_values():
            schema = schema.append(pa.field(name, pa.string()))
        return schema

    def batches(self, columns: Sequence[str] | None = None) -> Iterator[Batch]:
        """The rows, in order; `columns` chooses and orders the columns, None takes all."""
        if columns is not None:
            check_columns(columns, self.schema(), self.name)
        values = self.partition_values()
        wanted = None if columns is None else [name for name in columns if name not in values]
        for batch in self.counted(wanted):
            yield replace(batch, data=with_partition_values(batch.data, values, columns)) if values else batch

    def partition_values(self) -> dict[str, str]:
        """Columns that only the directories of the path give, with their one value."""
        if not self.partitions:
            return {}
        stored = self.stored_schema().names
        return {name: text for name, text in self.partitions.items() if name not in stored}

    @abstractmethod
    def stored_schema(self) -> pa.Schema:
        """The columns that stand in the file itself."""

    @abstractmethod
    def stored_batches(self, columns: Sequence[str] | None) -> Iterator[Batch]:
        """The rows, without those of the directories; the columns must be there."""

    @property
    def account(self) -> Account:
        """What became of its rows, so far."""
        if not hasattr(self, "_account"):
            self._account = Account()
        return self._account

    def begin_account(self) -> None:
        """Begins the account anew."""
        self._account = Account()

    def counted(self, columns: Sequence[str] | None) -> Iterator[Batch]:
        """The rows as `stored_batches` gives them, and the account begun anew."""
        self.begin_account()
        for batch in self.stored_batches(columns):
            self._account.used += batch.data.num_rows
            yield batch

    def refuse(self, line: int, text: str, note: str) -> None:
        """Takes a row that is none into the account."""
        self.account.refuse(line, note)
        if self.on_refused is not None:
            self.on_refused(line, text, note)


class BrokenPart(Part):
    """A file that was found to be none that is read when it was looked at; reading it raises."""

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


def with_partition_values(
    data: pa.RecordBatch, values: Mapping[str, str], order: Sequence[str] | None
) -> pa.RecordBatch:
    """The rows with columns of one text each, put where `order` names them; None puts them last.

    Columns that `order` does not name stay behind those that it names.
    """
    if order is None:
        order = [*data.schema.names, *values]
    rest = iter(zip(data.schema, data.columns, strict=True))
    pairs = [
        (pa.field(n, pa.string()), pa.repeat(values[n], data.num_rows)) if n in values else next(rest) for n in order
    ]
    pairs += rest
    return pa.RecordBatch.from_arrays([column for _, column in pairs], schema=pa.schema([field for field, _ in pairs]))


def named(names: Sequence[str]) -> str:
    """Column names for a message; one that holds a number, as in a file without a header, is left out."""
    return ", ".join("(a number)" if sum(map(str.isdigit, name)) > MOST_DIGITS else name for name in names)


def headings(names: Sequence[str]) -> str:
    """The columns of a file for a message; of one that seems to have no header, and begins with a row, not a cell."""
    if any(sum(map(str.isdigit, name)) > MOST_DIGITS for name in names):
        return f"({len(names)}, and its first line holds a number: it may have no header)"
    more = ", ..." if len(names) > MOST_NAMES else ""
    return ", ".join(names[:MOST_NAMES]) + more or "none at all"


def check_columns(columns: Sequence[str], schema: pa.Schema, name: str | None) -> None:
    """Raises ColumnError for a column that is not there, or is there more than once."""
    where = f"{name}: " if name else ""
    # Arrow's own look-up has no answer for a name that is not UTF-8.
    names = Counter(schema.names)
    for column in columns:
        found = names[column]
        if not found:
            raise ColumnError(f"{where}no column {named([column])!r}; there are {headings(schema.names)}")
        if found > 1:
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
    ("truncated compressed|zlib|zstd|decompress", "its compressed data is damaged or cut short: get the file anew"),
    ("cast|type|field .* missing", "a column of {what} is of another type than in the first: scan them apart"),
    ("footer|magic bytes", "{what} is damaged or cut short, its footer cannot be read: get the file anew"),
    ("", "{what} is damaged or cut short: get the file anew"),
)


def _why(error: BaseException, what: str) -> str:
    if isinstance(error, pa.ArrowNotImplementedError):
        return f"{what} uses something that cannot be read here: write it again with common settings"
    text = "utf-8" if isinstance(error, UnicodeError) else str(error).lower()
    return next(why.format(what=what) for words, why in _WORDS if re.search(words, text, re.DOTALL))
