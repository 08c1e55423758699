"""A source of sightings -> columns of keys and times, each row with the file and the line that it stands on.

Owns what a source may be and which of its rows can be used. Knows no question that is asked of them. One idea: **a row
is known by where it stands**: what comes as a stream of `read_cdr` says so itself, in `source` and `row`.
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
from numguard.source import REFUSED, Batch, Part, accounted, check_columns, files_of, named, open_source
from numguard.types import Region

__all__ = ["MOMENT", "Account", "Reader", "Rows", "check_names", "named_sources"]

MOMENT: Final = pa.timestamp("us", "Asia/Kolkata")
_ORIGIN: Final = ("source", "row")


@dataclass(frozen=True)
class Rows:
    """Some rows: the columns that were asked for, when, and in which batch they stand."""

    columns: list[Any]
    at: Any
    batch: Batch
    #: Whether the rows say themselves which file and line they are from.
    told: bool

    def where(self, chosen: Any) -> tuple[Any, Any]:
        """File (null where none has a name) and row of the rows that a mask or indices choose."""
        pick = pc.filter if pa.types.is_boolean(chosen.type) else pc.take
        if self.told:
            files, rows = (pick(self.batch.data.column(name), chosen) for name in _ORIGIN)
            return files.cast(pa.string()), rows.cast(pa.int64())
        rows = pick(pa.array(self.batch.row_numbers(), pa.int64()), chosen)
        return pa.repeat(pa.scalar(self.batch.file, pa.string()), len(rows)), rows


class Account:
    """What became of every row of a question's sources."""

    def __init__(self, *, list_refused: bool, region: Region) -> None:
        self._list = list_refused
        self._region = region
        self._parts: list[Part] = []
        self._refused: Counter[str] = Counter()
        self._listed: list[pa.Table] = []

    def add(self, part: Part) -> None:
        """Takes in what became of the lines of a part that was read."""
        self._parts.append(part)

    def count(self, notes: Mapping[str, int]) -> None:
        """Counts refused cells, by note."""
        self._refused.update(notes)

    @property
    def lists(self) -> bool:
        """Whether refused rows are named one by one."""
        return self._list

    def list_rows(self, rows: Rows, notes: Any) -> None:
        """Names the rows that have a note."""
        if self._list and notes.null_count < len(notes):
            refused = pc.is_valid(notes)
            self._listed.append(pa.Table.from_arrays([*rows.where(refused), notes.filter(refused)], schema=REFUSED))

    def notes(self, cells: Any, keys: Any, *, of_imeis: bool) -> Any:
        """For each cell the note with which it was refused, null where it gave a key."""
        unread = pc.is_null(keys)
        left = cells.filter(unread)
        told: Any = explain_imei(left) if of_imeis else explain(left, region=self._region)
        notes = pc.fill_null(told.field("note").cast(pa.string()), "empty")
        return pc.replace_with_mask(pa.nulls(len(cells), pa.string()), unread, notes)

    def summary(self) -> dict[str, Any]:
        """rows_read = rows_used + rows_refused + the lines in not_data; refused_rows by note."""
        told = accounted(self._parts)
        refused = Counter(told["refused_rows"]) + self._refused
        used = told["rows_used"] - self._refused.total()
        return told | {"rows_used": used, "rows_refused": refused.total(), "refused_rows": dict(refused)}

    def check_strict(self) -> None:
        """Raises InputError if a row was refused."""
        told = self.summary()
        if told["rows_refused"]:
            said = ", ".join(f"{note} {rows:,}" for note, rows in sorted(told["refused_rows"].items()))
            raise InputError(f"{told['rows_refused']:,} rows cannot be read ({said}): strict takes all or nothing")

    def refused_rows(self) -> pa.Table:
        """File, row, note."""
        of_parts = [part.account.table(part.name) for part in self._parts]
        return pa.concat_tables([REFUSED.empty_table(), *of_parts, *self._listed])


class Reader:
    """One source, which is read as often as asked.

    What comes but once is kept: its columns of keys, times and places in the file.
    """

    def __init__(self, source: Any, columns: Sequence[str], at: str | None, *, timed: bool = False) -> None:
        self._source, self._columns, self._at = source, list(columns), at
        #: Whether a source without a column of that name is an error.
        self._timed = timed or at != "at"
        self._kept: list[Rows] | None = None
        self._comes_again = _comes_again(source)

    def rows(self, account: Account | None = None, *, keys_alone: bool = False) -> Iterator[Rows]:
        """The rows; `account` takes in what became of the lines, on one reading.

        `keys_alone`: neither times nor places are asked for, so that they are not read where they can be read later.
        """
        keys_alone = keys_alone and self._comes_again
        if self._kept is not None:
            yield from self._kept
            return
        kept: list[Rows] = []
        for part in self._parts():
            names = part.schema().names
            timed = self._at is not None and (self._timed or self._at in names)
            if timed and keys_alone:
                # Read later or never, it has to be there.
                check_columns([str(self._at)], part.schema(), part.name)
            timed = timed and not keys_alone
            asked = [*self._columns, *([self._at] if timed and self._at is not None else [])]
            origin = list(_ORIGIN) if part.name is None and set(_ORIGIN) <= set(names) and not keys_alone else []
            wanted = list(dict.fromkeys([*asked, *origin]))
            for batch in part.batches(wanted):
                rows = _rows_of(batch, self._columns, self._at if timed else None, told=bool(origin))
                if not self._comes_again:
                    kept.append(rows)
                yield rows
            if account is not None:
                account.add(part)
        if not self._comes_again:
            self._kept = kept

    def _parts(self) -> Iterator[Part]:
        for source in self._source if _is_several(self._source) else [self._source]:
            yield from open_source(source, wanted=self._columns).parts


def _is_several(source: Any) -> bool:
    """Whether a source is a list of tables and readers, and not of paths or batches."""
    if not isinstance(source, (list, tuple)) or all(isinstance(one, (str, Path)) for one in source):
        return False
    return not all(isinstance(one, pa.RecordBatch) for one in source)


def _comes_again(source: Any) -> bool:
    several = source if isinstance(source, (list, tuple)) else [source]
    return all(isinstance(one, (str, Path, pa.Table)) and str(one) != "-" for one in several)


def _rows_of(batch: Batch, columns: Sequence[str], at: str | None, *, told: bool) -> Rows:
    data = batch.data
    moments = pa.nulls(data.num_rows, MOMENT) if at is None else _moments(data.column(at), at)
    return Rows([data.column(name) for name in columns], moments, batch, told)


def _moments(column: Any, name: str) -> Any:
    """Times in India: a time without a zone is Indian, a date its midnight."""
    kind = column.type
    if pa.types.is_null(kind):
        return column.cast(MOMENT)
    if pa.types.is_date(kind):
        column = column.cast(pa.timestamp("ms"))
        kind = column.type
    if not pa.types.is_timestamp(kind):
        raise UnsupportedTypeError(f"column {named([name])!r}: takes timestamps or dates, not {kind}")
    if kind.tz is None:
        column = pc.assume_timezone(column, "Asia/Kolkata")
    return pc.cast(column, MOMENT, safe=False)


def check_names(**columns: str | None) -> None:
    """Raises ArgumentError for a column's name that is none; the one of times may be None."""
    for what, column in columns.items():
        if not (isinstance(column, str) or (what == "at" and column is None)):
            raise ArgumentError(f"{what}: takes the name of a column")


def named_sources(sources: Any) -> list[tuple[str, Any]]:
    """Sources and what they are called: as the caller says, by their path, or by their place.

    Raises:
        ArgumentError: They are no list of sources, or one stands there twice.
        FileMissingError: A path leads to no file.
    """
    if isinstance(sources, (str, Path)):
        sources = [str(file) for file in files_of(sources)]
    if isinstance(sources, Mapping):
        pairs = [(str(name), source) for name, source in sources.items()]
    elif isinstance(sources, (list, tuple)):
        pairs = [(_called(source, place), source) for place, source in enumerate(sources, start=1)]
    else:
        raise ArgumentError("sources: takes a list of sources, names with sources, or a pattern of files")
    names = Counter(name for name, _ in pairs)
    files = Counter(file.resolve() for _, source in pairs if isinstance(source, (str, Path)) for file in _files(source))
    if max([0, *names.values(), *files.values()]) > 1:
        raise ArgumentError("sources: one of them stands there twice, and everybody in it would be common to both")
    return pairs


def _files(source: str | Path) -> list[Path]:
    return [] if str(source) == "-" or "://" in str(source) else files_of(source)


def _called(source: Any, place: int) -> str:
    if isinstance(source, (str, Path)):
        return str(source)
    paths = getattr(source, "paths", ())
    return ", ".join(map(str, paths)) if paths else f"source {place}"
