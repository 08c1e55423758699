"""A source of sightings -> columns of keys and times, each row with its file and row number.

Owns which sources are read, which of their rows can be used, and how the table of a result is exported. Independent of
`common` and `changes`. One idea: **a row is identified by its file and row number**; a stream of `read_cdr` has both in
its columns `source` and `row`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from numguard._core import explain, explain_imei
from numguard.compute import pc
from numguard.errors import ArgumentError, InputError, UnsupportedTypeError
from numguard.indian_time import MOMENT, ZONE
from numguard.source import REFUSED, Batch, Part, accounted, check_columns, files_of, named, open_source
from numguard.types import Region

__all__ = ["Account", "Reader", "Result", "Rows", "check_names", "named_sources"]

_ORIGIN: Final = ("source", "row")


@dataclass(frozen=True)
class Rows:
    """Some rows of a batch: the requested columns and the times."""

    columns: list[Any]
    at: Any
    batch: Batch
    #: Whether the batch has the file and row number of each row in columns.
    has_origin: bool

    def where(self, chosen: Any) -> tuple[Any, Any]:
        """File (null where none has a name) and row of the rows that a mask or indices choose."""
        pick = pc.filter if pa.types.is_boolean(chosen.type) else pc.take
        if self.has_origin:
            files, rows = (pick(self.batch.data.column(name), chosen) for name in _ORIGIN)
            return files.cast(pa.string()), rows.cast(pa.int64())
        rows = pick(pa.array(self.batch.row_numbers(), pa.int64()), chosen)
        return pa.repeat(pa.scalar(self.batch.file, pa.string()), len(rows)), rows


class Result:
    """A result with a table: an Arrow stream of that table, with its length."""

    table: pa.Table

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """The Arrow PyCapsule interface."""
        capsule: object = self.table.__arrow_c_stream__(requested_schema)  # type: ignore[no-untyped-call]
        return capsule

    def __len__(self) -> int:
        return self.table.num_rows


class Account:
    """The account of the rows of all sources of a call."""

    def __init__(self, *, list_refused: bool, region: Region) -> None:
        self._list = list_refused
        self._region = region
        self._parts: list[Part] = []
        self._refused: Counter[str] = Counter()
        self._listed: list[pa.Table] = []

    def add(self, part: Part) -> None:
        """Adds the account of a part that was read."""
        self._parts.append(part)

    def count(self, notes: Mapping[str, int]) -> None:
        """Counts refused cells, by note."""
        self._refused.update(notes)

    @property
    def lists(self) -> bool:
        """Whether refused rows are listed."""
        return self._list

    def list_rows(self, rows: Rows, notes: Any) -> None:
        """Lists the rows that have a note."""
        if self._list and notes.null_count < len(notes):
            refused = pc.is_valid(notes)
            self._listed.append(pa.Table.from_arrays([*rows.where(refused), notes.filter(refused)], schema=REFUSED))

    def notes(self, cells: Any, keys: Any, *, of_imeis: bool) -> Any:
        """The note of each refused cell, null where the cell was read."""
        unread = pc.is_null(keys)
        left = cells.filter(unread)
        explained: Any = explain_imei(left) if of_imeis else explain(left, region=self._region)
        notes = pc.fill_null(explained.field("note").cast(pa.string()), "empty")
        return pc.replace_with_mask(pa.nulls(len(cells), pa.string()), unread, notes)

    def summary(self) -> dict[str, Any]:
        """rows_read = rows_used + rows_refused + the lines in not_data; refused_rows by note."""
        lines = accounted(self._parts)
        refused = Counter(lines["refused_rows"]) + self._refused
        used = lines["rows_used"] - self._refused.total()
        return lines | {"rows_used": used, "rows_refused": refused.total(), "refused_rows": dict(refused)}

    def check_strict(self) -> None:
        """Raises InputError if a row was refused."""
        summary = self.summary()
        if summary["rows_refused"]:
            notes = ", ".join(f"{note} {rows:,}" for note, rows in sorted(summary["refused_rows"].items()))
            raise InputError(f"{summary['rows_refused']:,} rows cannot be read ({notes}): strict takes all or nothing")

    def refused_rows(self) -> pa.Table:
        """File, row, note."""
        of_parts = [part.account.table(part.name) for part in self._parts]
        return pa.concat_tables([REFUSED.empty_table(), *of_parts, *self._listed])


class Reader:
    """One source, which can be read several times.

    Of a source that can be read only once, the columns of keys, times and row numbers are kept.
    """

    def __init__(self, source: Any, columns: Sequence[str], at: str | None, *, timed: bool = False) -> None:
        self._source, self._columns, self._at = source, list(columns), at
        #: Whether a source without a column of that name is an error.
        self._timed = timed or at != "at"
        self._kept: list[Rows] | None = None
        self._is_rereadable = _is_rereadable(source)

    def rows(self, account: Account | None = None, *, keys_alone: bool = False) -> Iterator[Rows]:
        """The rows. `account` is passed in one pass only, so that each line is counted once.

        `keys_alone`: a source that can be read again is read without times and origin.
        """
        keys_alone = keys_alone and self._is_rereadable
        if self._kept is not None:
            yield from self._kept
            return
        kept: list[Rows] = []
        for part in self._parts():
            names = part.schema().names
            timed = self._at is not None and (self._timed or self._at in names)
            if timed and keys_alone:
                # The column is required even if no later pass reads it.
                check_columns([str(self._at)], part.schema(), part.name)
            timed = timed and not keys_alone
            requested = [*self._columns, *([self._at] if timed and self._at is not None else [])]
            origin = list(_ORIGIN) if part.name is None and set(_ORIGIN) <= set(names) and not keys_alone else []
            wanted = list(dict.fromkeys([*requested, *origin]))
            for batch in part.batches(wanted):
                rows = _rows_of(batch, self._columns, self._at if timed else None, has_origin=bool(origin))
                if not self._is_rereadable:
                    kept.append(rows)
                yield rows
            if account is not None:
                account.add(part)
        if not self._is_rereadable:
            self._kept = kept

    def _parts(self) -> Iterator[Part]:
        for source in self._source if _is_several(self._source) else [self._source]:
            yield from open_source(source, wanted=self._columns).parts


def _is_several(source: Any) -> bool:
    """Whether a source is a list of tables and readers, not of paths or batches."""
    if not isinstance(source, (list, tuple)) or all(isinstance(one, (str, Path)) for one in source):
        return False
    return not all(isinstance(one, pa.RecordBatch) for one in source)


def _is_rereadable(source: Any) -> bool:
    several = source if isinstance(source, (list, tuple)) else [source]
    return all(isinstance(one, (str, Path, pa.Table)) and str(one) != "-" for one in several)


def _rows_of(batch: Batch, columns: Sequence[str], at: str | None, *, has_origin: bool) -> Rows:
    data = batch.data
    moments = pa.nulls(data.num_rows, MOMENT) if at is None else _moments(data.column(at), at)
    return Rows([data.column(name) for name in columns], moments, batch, has_origin)


def _moments(column: Any, name: str) -> Any:
    """Times of type `MOMENT`: a time without a zone is Indian Standard Time, a date the midnight at its beginning."""
    kind = column.type
    if pa.types.is_null(kind):
        return column.cast(MOMENT)
    if pa.types.is_date(kind):
        column = column.cast(pa.timestamp("ms"))
        kind = column.type
    if not pa.types.is_timestamp(kind):
        raise UnsupportedTypeError(f"column {named([name])!r}: takes timestamps or dates, not {kind}")
    if kind.tz is None:
        column = pc.assume_timezone(column, ZONE)
    return pc.cast(column, MOMENT, safe=False)


def check_names(**columns: str | None) -> None:
    """Raises ArgumentError for a column name that is not text; that of times may be None."""
    for what, column in columns.items():
        if not (isinstance(column, str) or (what == "at" and column is None)):
            raise ArgumentError(f"{what}: takes the name of a column")


def named_sources(sources: Any) -> list[tuple[str, Any]]:
    """Each source with its name: as given, its path, or its position in the list.

    Raises:
        ArgumentError: The argument is no list of sources, or contains one twice.
        FileMissingError: A path leads to no file.
    """
    if isinstance(sources, (str, Path)):
        sources = [str(file) for file in files_of(sources)]
    if isinstance(sources, Mapping):
        pairs = [(str(name), source) for name, source in sources.items()]
    elif isinstance(sources, (list, tuple)):
        pairs = [(_name_of(source, position), source) for position, source in enumerate(sources, start=1)]
    else:
        raise ArgumentError("sources: takes a list of sources, names with sources, or a pattern of files")
    names = Counter(name for name, _ in pairs)
    files = Counter(file.resolve() for _, source in pairs if isinstance(source, (str, Path)) for file in _files(source))
    if max([0, *names.values(), *files.values()]) > 1:
        raise ArgumentError("sources: one of them stands there twice, and everybody in it would be common to both")
    return pairs


def _files(source: str | Path) -> list[Path]:
    return [] if str(source) == "-" or "://" in str(source) else files_of(source)


def _name_of(source: Any, position: int) -> str:
    if isinstance(source, (str, Path)):
        return str(source)
    paths = getattr(source, "paths", ())
    return ", ".join(map(str, paths)) if paths else f"source {position}"
