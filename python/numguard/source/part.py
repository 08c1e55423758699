"""A part of a source: a schema, batches with the line of each row, and an account of lines that did not become rows.

Owns the account, and the messages for damaged files. No message repeats that of a library, because libraries quote the
cells that they cannot read.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from abc import ABC, abstractmethod
from array import array
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import KW_ONLY, dataclass, field, replace
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from numguard.compute import decoded, filtered, flags, is_text, named, schema_of
from numguard.errors import (
    ArgumentError,
    ColumnError,
    InputError,
    NumguardError,
    UnsupportedTypeError,
)
from numguard.source.columns import check_columns
from numguard.source.non_data import NUMBER, NonData, is_blank
from numguard.source.strict import strict_error
from numguard.source.unread import unread

#: Rows passed to the compiled module at a time: enough for every thread, a fraction of a second.
_STEP: Final = 1 << 20


#: Why a whole row is refused, for any content of its cells.
RECORD_NOTES: Final = {
    "too_few_fields": "The row has fewer fields than the file's rows have; its columns may have shifted.",
    "too_many_fields": "The row has more fields than the file's rows have; its columns may have shifted.",
    "broken_quote": "A double quote is opened and never closed, or closed in the middle of a cell.",
    "not_json": "The line is not one whole JSON object, or the object has a name twice.",
    "above_header": "A number stands above the header, where only titles do.",
}

#: A refused row: its line, its text, its note.
Ragged: TypeAlias = tuple[int, str, str]


#: The note of a row of sightings whose time is a text, and none in ISO 8601.
NOT_A_TIME: Final = "not_a_time"
_NOTES: Final = (*RECORD_NOTES, NOT_A_TIME)
#: The schema of refused rows.
REFUSED: Final = schema_of(file=pa.string(), row=pa.int64(), note=pa.string())
#: The columns of a stream, as `read_cdr` gives it, for the file and the row of each row.
ORIGIN: Final = ("source", "row")


class Account:
    """The count of the lines of one part: used, refused, non-data.

    Args:
        on_refused: Called with the line, text and note of each refused row.
        finds_headers: Whether the caller looks for headers of other columns among the rows, and refuses what is below
            them.

    Attributes:
        used: rows that were read.
        not_data: non-data lines by kind: title, blank, ruler, header (a repeated one), total, page.
        lines, notes: the line of each refused row, and the index of its note.
        not_read: the columns of each of its files that were not read.
    """

    def __init__(
        self, on_refused: Callable[[int, str, str], None] | None = None, *, finds_headers: bool = False
    ) -> None:
        self._on_refused, self.finds_headers = on_refused, finds_headers
        self.used = 0
        self.not_data: dict[str, int] = {}
        self.lines = array("q")
        self.notes = array("B")
        self.not_read: dict[str, list[str]] = {}
        #: A reader of operator files, its summary, and what it refused by note.
        self._reader: Any = None
        self._summary: Any = None
        self._by_reader: Mapping[str, int] = {}

    @property
    def refused(self) -> dict[str, int]:
        """The count of refused rows by note."""
        of_lines = Counter({note: self.notes.count(code) for code, note in enumerate(_NOTES)})
        return dict(of_lines + Counter(self._by_reader))

    @property
    def passed_over(self) -> list[tuple[str, str]]:
        """What a reader of operator files passed over, and why."""
        return [(file.source, file.bare_reason) for file in self._files() if file.left_out]

    @property
    def warnings(self) -> list[str]:
        """Those of a reader about what it has read; a file that is read later may add to them."""
        read = [file for file in self._files() if not file.left_out]
        warnings = [f"{file.source}: {warning}" for file in read for warning in file.warnings]
        return warnings if self._summary is None else [*warnings, *self._summary.unread_imeis]

    def skip(self, kind: str, count: int = 1) -> None:
        """Counts non-data lines."""
        if count:
            self.not_data[kind] = self.not_data.get(kind, 0) + count

    def refuse(self, line: int, text: str, note: str) -> None:
        """Counts a refused row."""
        self.lines.append(line)
        self.notes.append(_NOTES.index(note))
        if self._on_refused is not None:
            self._on_refused(line, text, note)

    def add_reader(self, reader: Any) -> None:
        """Counts what a reader of operator files, which has been read, refused or passed over itself."""
        summary = reader.summary
        for kind, count in summary.skipped.items():
            self.skip(kind, count)
        self.not_read = summary.account["not_read"]
        self._reader, self._summary, self._by_reader = reader, summary, summary.refused

    def _files(self) -> Sequence[Any]:
        return () if self._summary is None else self._summary.files

    def check_strict(self, name: str | None) -> None:
        """Raises InputError if a row of the part, which has this name, is refused."""
        if refused := self.refused:
            first = min(self.lines) if self.lines else None
            raise strict_error(name, sum(refused.values()), first=first, notes=refused)

    def table(self, name: str | None) -> pa.Table:
        """The refused rows: file, row, note, in the order of the file."""
        notes: Any = pa.DictionaryArray.from_arrays(pa.array(self.notes, pa.int8()), pa.array(_NOTES, pa.string()))
        names: Any = pa.repeat(pa.scalar(name, pa.string()), len(self.lines))
        columns: list[Any] = [names, pa.array(self.lines, pa.int64())]
        of_lines = pa.Table.from_arrays([*columns, notes.cast(pa.string())], schema=REFUSED).sort_by("row")
        if self._reader is None:
            return of_lines
        of_reader = self._reader.refused.select(["source", "row", "note"]).rename_columns(REFUSED.names)
        return pa.concat_tables([of_lines, of_reader])


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of one part, in its order.

    Row numbers are those that a user sees: in a text the line on which the row begins, from 1; in a workbook the row as
    the spreadsheet shows it; in JSON Lines the line; in typed tables the count from 1.
    """

    #: The rows.
    data: pa.RecordBatch
    #: The file, as it was named; None for a table or stream.
    file: str | None
    #: The number of each row; if they are consecutive, that of the first.
    rows: npt.NDArray[np.int64] | int

    def row_numbers(self) -> npt.NDArray[np.int64]:
        """The number of each row in the file, table or stream."""
        if isinstance(self.rows, int):
            return np.arange(self.rows, self.rows + self.data.num_rows, dtype=np.int64)
        return self.rows

    def first_row(self, which: Any) -> int:
        """The number of the first row for which this is true."""
        return int(self.row_numbers()[int(np.argmax(which))])

    def filter(self, is_kept: Any) -> Batch:
        """The rows for which this is true."""
        rows = self.row_numbers()[flags(is_kept)]
        return Batch(filtered(self.data, is_kept), self.file, rows)

    def refused(self, notes: Any) -> pa.Table:
        """The rows that have a note: file, row, note."""
        is_refused = notes.is_valid()
        rows: Any = pa.array(self.row_numbers(), pa.int64()).filter(is_refused)
        files: Any = pa.repeat(pa.scalar(self.file, pa.string()), len(rows))
        return pa.Table.from_arrays([files, rows, notes.filter(is_refused)], schema=REFUSED)


@dataclass(frozen=True, slots=True)
class About:
    """What is known of a part before it is read."""

    #: The file, as it was named; None for a table or stream.
    name: str | None
    #: Its kind (text, json, workbook, parquet, arrow, dataset, stream), after its containers (gzip/text).
    container: str
    _: KW_ONLY
    #: The sheet of a workbook.
    sheet: str | None = None
    #: What a reader must know of how it is read, such as formulas without a value.
    warnings: tuple[str, ...] = ()
    #: The rows that a workbook hides, by a filter or by hand.
    hidden_rows: Collection[int] = frozenset()
    #: The cells of a workbook that are struck out: the row, and the place of the column.
    struck_out: Collection[tuple[int, int]] = frozenset()
    #: Those that are filled, and below merged cells, which hide them; as `struck_out`.
    covered: Collection[tuple[int, int]] = frozenset()
    #: The texts of the notes of its cells, by rows.
    notes: Mapping[int, Sequence[str]] = field(default_factory=dict)
    #: The values that the directories above the file give all its rows: `day=2025-06-01/` is the column `day`.
    partitions: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Above:
    """What stands above the rows of a part."""

    #: The line or row of the header; 0 where the format names its columns without one.
    header_row: int = 0
    #: For each column what stands above its heading, if the row above the header has several headings of groups.
    groups: Sequence[str] = ()
    #: The lines above the header, with all their cells.
    titles: Sequence[str] = ()

    def own_titles(self) -> list[str]:
        """The lines above the header without the headings of groups, which are the last that is not blank."""
        titles = list(self.titles)
        if self.groups:
            while titles and not titles.pop().strip(" ,;|\t"):
                pass
        return titles


class Part(ABC):
    """One file, or one table or stream."""

    #: The character set of a text, complete once it was read.
    encoding: str | None = None
    _above = Above()

    def __init__(self, about: About) -> None:
        self.about: Final = about
        self.name: Final = about.name
        self.begin_account()

    @property
    def container(self) -> str:
        """Its kind, after its containers; of JSON whether it is one document or one a line."""
        return self.about.container

    @property
    def above(self) -> Above:
        """What stands above its rows."""
        return self._above

    def schema(self) -> pa.Schema:
        """The columns: those of the file, then those of its directories (`name=value`)."""
        schema = self.stored_schema()
        for name in self.partition_values():
            schema = schema.append(pa.field(name, pa.string()))
        return schema

    def check_columns(self, columns: Sequence[str] | None) -> None:  # noqa: B027 - most parts have nothing to check
        """Raises if one of these columns, all of them for None, cannot be read."""

    def batches(self, columns: Sequence[str] | None = None, account: Account | None = None) -> Iterator[Batch]:
        """The rows, in order, counted in this or a new account.

        `columns` chooses and orders the columns, None takes all.
        """
        if columns is not None:
            check_columns(columns, self.schema(), self.name)
        values = self.partition_values()
        wanted = None if columns is None else [name for name in columns if name not in values]
        for batch in self.counted(self.stored_batches(wanted), account):
            yield replace(batch, data=with_partition_values(batch.data, values, columns)) if values else batch

    def partition_values(self) -> dict[str, str | None]:
        """The columns that come from the directories of the path alone, with their one value."""
        if not self.about.partitions:
            return {}
        stored = self.stored_schema().names
        return {name: text for name, text in self.about.partitions.items() if name not in stored}

    def check_keys(self, columns: Iterable[str]) -> None:
        """Raises ColumnError if the names of directories give one of these columns of numbers or handsets."""
        for name in columns:
            if name in self.partition_values():
                raise ColumnError(
                    f"{self.name}: no column {named([name])!r} in the file: the names of its directories give it, and "
                    "are not read as numbers or handsets"
                )

    def origin(self) -> Sequence[str]:
        """The columns `ORIGIN`; none of a file, or of a stream that does not have both, of these types."""
        schema = self.schema()
        if self.name is not None or any(schema.names.count(name) != 1 for name in ORIGIN):
            return ()
        file, row = (schema.field(name).type for name in ORIGIN)
        return ORIGIN if is_text(decoded(file)) and pa.types.is_integer(row) else ()

    @abstractmethod
    def stored_schema(self) -> pa.Schema:
        """The columns of the file itself."""

    @abstractmethod
    def stored_batches(self, columns: Sequence[str] | None) -> Iterator[Batch]:
        """The rows, without the columns of the directories; `columns` must exist."""

    @property
    def account(self) -> Account:
        """The account of the lines read so far."""
        return self._account

    def begin_account(self, account: Account | None = None) -> None:
        """Begins this or a new account."""
        self._account = Account() if account is None else account

    def counted(self, rows: Iterable[Batch], account: Account | None = None) -> Iterator[Batch]:
        """The rows, counted in this or a new account."""
        self.begin_account(account)
        for batch in rows:
            self._account.used += batch.data.num_rows
            yield batch

    def account_title(self, line: int, text: str) -> None:
        """Counts a line above the header: a title, a blank one, or a refused row if it has a number."""
        if NUMBER.search(text):
            self.account.refuse(line, text, "above_header")
        else:
            self.account.skip("blank" if is_blank(text) else "title")

    def check_header(self, line: int, cells: Sequence[str], non_data: NonData) -> None:
        """Raises ColumnError if a row is a header of other columns: below it each column may hold something else."""
        if not self.account.finds_headers and non_data.is_other_header(cells):
            raise second_header(self.name, line)


def second_header(name: str | None, row: int) -> ColumnError:
    """The error of a header of other columns among the rows."""
    return ColumnError(
        f"{name}: row {row} is a second header, of other columns or in another order: make what is below it a file of "
        "its own"
    )


def was_changed(name: str | None) -> InputError:
    """The error of a file to which something wrote: rows of it may be missing, and its last line cut."""
    return InputError(
        f"{name}: was changed while it was read, so that rows of it may be missing: read a copy, or wait until nothing "
        "writes to it"
    )


class BrokenPart(Part):
    """A file that cannot be read; reading it raises its error."""

    def __init__(self, name: str, error: InputError) -> None:
        super().__init__(About(name, "broken"))
        self._error = error

    def stored_schema(self) -> pa.Schema:
        """Raises the error of the file."""
        raise self._error

    def stored_batches(self, columns: Sequence[str] | None) -> Iterator[Batch]:
        """Raises the error of the file."""
        raise self._error


def with_partition_values(
    data: pa.RecordBatch, values: Mapping[str, str | None], order: Sequence[str] | None
) -> pa.RecordBatch:
    """The rows with a column of one text, or of nulls, for each of `values`, in an order; None puts these columns last.

    Columns that are not in `order` follow those that are.
    """
    if order is None:
        order = [*data.schema.names, *values]
    rest = iter(zip(data.schema, data.columns, strict=True))
    pairs = [(pa.field(n, pa.string()), _of_one(values[n], data)) if n in values else next(rest) for n in order]
    pairs += rest
    return pa.RecordBatch.from_arrays([column for _, column in pairs], schema=pa.schema([field for field, _ in pairs]))


def _of_one(value: str | None, data: pa.RecordBatch) -> pa.Array[Any]:
    """A column of one text, or of nulls, for these rows."""
    return pa.nulls(data.num_rows, pa.string()) if value is None else pa.repeat(value, data.num_rows)


@contextmanager
def reading(name: str | None, what: str) -> Iterator[None]:
    """Turns the errors of libraries into an InputError that names the part and the remedy.

    ValueError, KeyError and TypeError are not among them: they are mistakes in our own code, and no damage of a file.
    Who calls a library that raises one of these for a file converts it there.
    """
    where = name or "the source"
    try:
        yield
    except NumguardError:
        raise
    except MemoryError:
        raise InputError(f"{where}: {what} needs more memory than is available; it may be damaged") from None
    except (pa.ArrowException, OSError, EOFError, UnicodeError, zlib.error, zipfile.BadZipFile) as error:
        raise unread(where, error) or InputError(f"{where}: {_why(error, what)}") from None


@contextmanager
def exporting(what: str) -> Iterator[None]:
    """Turns the error of a library that cannot export its columns as Arrow into one that quotes no cell."""
    try:
        yield
    except (pa.ArrowException, OverflowError, TypeError) as error:
        if "released" in str(error):
            raise ArgumentError(f"{what}: this stream was read already; open it again") from None
        why = error if isinstance(error, UnsupportedTypeError) else _why_not_exported(error)
        raise UnsupportedTypeError(f"{what}: {why}") from None
    except UnicodeError:
        # It has the whole cell.
        raise InputError(f"{what}: holds text that is not UTF-8: save it again as UTF-8") from None
    except ValueError as error:
        if "uplicate column" not in str(error):
            raise
        raise ColumnError(f"{what}: several columns have the same name: rename all but one") from None


def _why_not_exported(error: Exception) -> str:
    text = str(error)
    if "non-struct" in text:
        return "is one column and no table: make it a table, with a name for the column"
    if "null count" in text:
        return "has rows that are null as a whole: leave them out"
    column = re.search(r"for column (.*?) with type|data \(column (.*?)\)", text)
    which = f"column {named([column[1] or column[2]])!r}" if column else "a column"
    if text.startswith("Sparse"):
        why = "is sparse: make it dense, with sparse.to_dense() of pandas"
    elif isinstance(error, OverflowError):
        why = "holds integers of more than 64 bits: make all of them text"
    elif "format string" in text or not isinstance(error, (pa.ArrowInvalid, pa.ArrowTypeError)):
        why = "has a type that Arrow has not, such as Int128: make it Int64 or text"
    else:
        why = "holds values of more than one type: make all of them text"
    return f"{which} {why}"


#: Patterns of library errors, and our messages for them; the first match counts.
_MESSAGES = (
    ("decrypt", "is encrypted Parquet: decrypt it first"),
    ("aws error|curl|connect|network|credential|access denied", "cannot be read: check the address and your access"),
    ("utf8|utf-8", "holds text that is not UTF-8: save it again as UTF-8"),
    ("truncated compressed|zlib|zstd|decompress", "its compressed data is damaged or cut short: get the file anew"),
    (
        "cast|type|precision|field .* missing|convert|conversion|would lose|data loss|not in range",
        "a column of {what} has another type than in the first file: scan them separately",
    ),
    ("footer|magic bytes", "{what} is damaged or cut short, its footer cannot be read: get the file anew"),
    ("", "{what} is damaged or cut short: get the file anew"),
)


def _why(error: BaseException, what: str) -> str:
    if "more than 64 bits" in str(error):
        return (
            f"a column of {what} has a type that Arrow has not, such as Int128: make it Int64 or text, or leave it out"
        )
    if isinstance(error, pa.ArrowNotImplementedError) and "cast" not in str(error):
        return f"{what} uses something that cannot be read here: write it again with common settings"
    text = "utf-8" if isinstance(error, UnicodeError) else str(error).lower()
    return next(message.format(what=what) for pattern, message in _MESSAGES if re.search(pattern, text, re.DOTALL))


@contextmanager
def in_part(part: Part) -> Iterator[None]:
    """Adds the name of a part to errors of the compiled module."""
    try:
        yield
    except InputError as error:
        if not part.name or str(error).startswith(part.name):
            raise
        raise type(error)(f"{part.name}: {error}") from None


def in_steps(batches: Iterable[pa.RecordBatch]) -> Iterator[list[pa.RecordBatch]]:
    """Batches for the compiled module, a list a call: about `_STEP` rows, between which Ctrl-C takes effect."""
    pending: list[pa.RecordBatch] = []
    rows = 0
    for batch in batches:
        for start in range(0, batch.num_rows, _STEP):
            piece = batch.slice(start, _STEP)
            pending.append(piece)
            rows += piece.num_rows
            if rows >= _STEP:
                yield pending
                pending, rows = [], 0
    yield pending
