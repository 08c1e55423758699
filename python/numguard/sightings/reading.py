"""A source of sightings -> the compiled module, and the file and row number of each row that it names.

Owns which sources are read, where each row stands, the account, and how the table of a result is exported. Independent
of `common` and `changes`. One idea: **the compiled module counts the rows of all parts**, and such a number is later
turned into a file and a row; a stream of `read_cdr` has both in its columns `source` and `row`.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from numguard._core import check_sightings, parquet_schema
from numguard.compute import pc
from numguard.errors import ArgumentError
from numguard.source import (
    REFUSED,
    Batch,
    OpenSource,
    ParquetPart,
    Part,
    accounted,
    check_columns,
    check_header,
    dated,
    each_source,
    files_of,
    in_part,
    in_steps,
    is_listed_twice,
    looks_national,
    open_source,
    paths_read_by,
    refused_rows,
)
from numguard.source.strict import strict_error
from numguard.types import Region, RowAccount, is_whole
from numguard.warning import warn

#: Rows of a column of names that share their memory.
_SHARED: Final = 1 << 16

_Ints = npt.NDArray[np.int64]


class Sink(Protocol):
    """What rows are passed to: batches with the columns of keys and, if there are any, of times; or local Parquet."""

    def read(self, batches: list[pa.RecordBatch]) -> int:
        """Takes batches."""
        ...

    def begin(self, files: list[tuple[Path, list[str]]]) -> None:
        """Begins to read files, each with the names of the columns."""
        ...

    def read_on(self) -> tuple[int, bool]:
        """Goes on reading the files; the rows so far, and whether there are more."""
        ...


class Origins:
    """Where rows stand, which are counted through all parts."""

    def __init__(self) -> None:
        self.rows = 0
        self._starts: list[int] = []
        self._names: list[str | None] = []
        #: The number of the first row of a block, if its rows follow each other; else where its numbers begin.
        self._firsts: list[int] = []
        self._listed: list[_Ints] = []
        #: The files of the listed rows, null where the block has one file.
        self._files: list[Any] = []
        self._is_listed: list[bool] = []
        self._in_list = 0

    def add(self, count: int, file: str | None, first: int) -> None:
        """Adds rows of a file that follow each other."""
        if not count:
            return
        follows = self._starts and not self._is_listed[-1] and self._names[-1] == file
        if not follows or self._firsts[-1] + self.rows - self._starts[-1] != first:
            self._block(file, first, is_listed=False)
        self.rows += count

    def add_batch(self, batch: Batch, origin: Sequence[Any]) -> None:
        """Adds the rows of a batch; `origin` has the file and row number of each, or nothing: they are the batch's."""
        count = batch.data.num_rows
        rows = batch.rows
        if origin and origin[1].null_count:  # the columns of a table that has its own ones of these names
            origin = ()
        if not origin and not isinstance(rows, int) and count and (np.diff(rows) == 1).all():
            rows = int(rows[0])
        if not origin and isinstance(rows, int):
            self.add(count, batch.file, rows)
        elif count:
            self._block(batch.file, self._in_list, is_listed=True)
            files, numbers = origin or (pa.nulls(count, pa.string()), rows)
            self._files.append(files.cast(pa.string()).dictionary_encode())
            self._listed.append(np.asarray(numbers, dtype=np.int64))
            self._in_list += count
            self.rows += count

    def _block(self, file: str | None, first: int, *, is_listed: bool) -> None:
        self._starts.append(self.rows)
        self._names.append(file)
        self._firsts.append(first)
        self._is_listed.append(is_listed)

    def one(self) -> tuple[str | None, int] | None:
        """The file of all rows and the number of its first one, if they follow each other in one file."""
        if len(self._starts) == 1 and not self._is_listed[0]:
            return self._names[0], self._firsts[0]
        return None

    def where(self, rows: npt.NDArray[np.uint64]) -> tuple[Any, Any]:
        """File (null where none has a name) and row number of some rows."""
        if not len(rows):
            return pa.array([], pa.string()), pa.array([], pa.int64())
        wanted = rows.view(np.int64)
        one = self.one()
        if one is not None:
            return repeated(one[0], len(wanted)), pa.array(wanted + one[1])
        blocks = np.searchsorted(np.array(self._starts), wanted, side="right") - 1
        places: _Ints = wanted - np.array(self._starts)[blocks] + np.array(self._firsts)[blocks]
        names: Any = pa.array(self._names, pa.string()).dictionary_encode()
        files = names.take(pa.array(blocks)).cast(pa.string())
        is_listed = np.array(self._is_listed)[blocks]
        if is_listed.any():
            numbers, mask = np.concatenate(self._listed), pa.array(is_listed)
            own: Any = pa.chunked_array(self._files).unify_dictionaries().combine_chunks()
            own = own.take(pa.array(places[is_listed])).cast(pa.string())
            own = pc.coalesce(own, files.filter(mask))
            files = pc.replace_with_mask(files, mask, own)
            places[is_listed] = numbers[places[is_listed]]
        return files, pa.array(places)


def repeated(name: str | None, count: int) -> Any:
    """A column of one name, in chunks that share their memory: a path is longer than all other cells of a row."""
    some: Any = pa.repeat(pa.scalar(name, pa.string()), min(count, _SHARED))
    chunks = [some] * (count // _SHARED) + [some[: count % _SHARED]] * (count % _SHARED > 0)
    return pa.chunked_array(chunks, pa.string())


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

    def __init__(self, *columns: str) -> None:
        #: The columns of which every row needs a value.
        self._columns = columns
        self._parts: list[Part] = []
        self._refused: Counter[str] = Counter()
        self._listed: list[pa.Table] = []
        self._sources: list[OpenSource] = []

    def add(self, part: Part) -> None:
        """Adds the account of a part that was read."""
        self._parts.append(part)

    def add_source(self, source: OpenSource) -> None:
        """Adds a source that was opened."""
        self._sources.append(source)

    def count(self, counted: Mapping[str, Any], origins: Origins, column: str) -> None:
        """Counts the rows that the compiled module refused, and lists those that it lists; `column` has the numbers."""
        self._refused.update(counted["refused"])
        if counted["listed"]:
            rows, notes = zip(*counted["listed"], strict=True)
            where = origins.where(np.array(rows, dtype=np.uint64))
            self._listed.append(pa.Table.from_arrays([*where, pa.array(notes, pa.string())], schema=REFUSED))
        if counted["looks_national"]:
            warn(looks_national(column))

    def summary(self) -> RowAccount:
        """rows_read = rows_used + rows_refused + the lines in not_data; refused_rows by note."""
        return accounted(self._parts, self._sources, refused=self._refused, columns=self._columns)

    def check_strict(self) -> None:
        """Raises InputError if a row was refused."""
        summary = self.summary()
        if summary["rows_refused"]:
            raise strict_error("sightings", summary["rows_refused"], notes=summary["refused_rows"])

    def refused_rows(self) -> pa.Table:
        """File, row, note."""
        return pa.concat_tables([refused_rows(self._parts), *self._listed])


class Reader:
    """One source, which can be read several times.

    Of a source that can be read only once, the columns of keys and times are kept.
    """

    def __init__(
        self,
        source: Any,
        columns: Sequence[str],
        at: str | None,
        *,
        region: Region,
        timed: bool = False,
        named: Sequence[str] = (),
        parameter: str = "sightings",
    ) -> None:
        self._parameter = parameter
        self._source, self._columns, self._at = source, list(columns), at
        self._region = region
        #: Whether a source without a column of that name is an error.
        self._timed = timed or at != "at"
        #: Columns that are not read, and that the caller names: a wrong name is an error, whatever else is right.
        self._named = named
        self._kept: list[list[pa.RecordBatch]] | None = None
        self._is_rereadable = _is_rereadable(source)

    def read(
        self,
        sink: Sink,
        origins: Origins | None = None,
        account: Account | None = None,
        *,
        keys_alone: bool = False,
        again: bool = False,
    ) -> int:
        """Passes all rows to the sink; returns their number. `again`: a later pass follows.

        `origins` and `account` are passed in one pass only, so that each line is counted once.
        `keys_alone`: a source that can be read again is read without times.
        """
        if self._kept is not None:
            for batches in self._kept:
                sink.read(batches)
            return sum(batch.num_rows for batches in self._kept for batch in batches)
        keys_alone = keys_alone and self._is_rereadable
        kept: list[list[pa.RecordBatch]] = []
        rows = 0
        for is_file, parts in itertools.groupby(self._parts(account), self._is_file):
            if is_file:
                rows += self._read_files(sink, list(parts), origins, account, keys_alone=keys_alone)
                continue
            for part in parts:
                for batches in self._steps(part, origins, keys_alone=keys_alone):
                    sink.read(batches)
                    rows += sum(batch.num_rows for batch in batches)
                    if again and not self._is_rereadable:
                        kept.append(batches)
                if account is not None:
                    account.add(part)
        if again and not self._is_rereadable:
            self._kept = kept
        return rows

    def _columns_of(self, part: Part) -> list[str]:
        """The columns of a part: keys, and times if it has any."""
        schema = part.schema()
        timed = self._at is not None and (self._timed or self._at in schema.names)
        columns = [*self._columns, *([self._at] if timed and self._at is not None else [])]
        check_columns([*columns, *self._named], schema, part.name, are_of_sightings=True)
        check_header(columns, part.above.header_row, part.name)
        fields = [schema.field(name) for name in columns]
        with in_part(part):
            # Numbers and IMEIs are held by the same types.
            check_sightings(fields if len(self._columns) > 1 else [fields[0], *fields], self._region)
        return columns

    def _is_file(self, part: Part) -> bool:
        """Whether a part is local Parquet that has all columns itself, which the compiled module reads."""
        return isinstance(part, ParquetPart) and set(self._columns_of(part)) <= set(parquet_schema(part.path).names)

    def _read_files(
        self, sink: Sink, parts: Sequence[Any], origins: Origins | None, account: Account | None, *, keys_alone: bool
    ) -> int:
        files = []
        rows = 0
        for part in parts:
            columns = self._columns_of(part)
            files.append((part.path, columns[: len(self._columns)] if keys_alone else columns))
            rows += part.count_rows()
            if origins is not None:
                origins.add(part.account.used, part.name, 1)
            if account is not None:
                account.add(part)
        sink.begin(files)
        while sink.read_on()[1]:
            pass
        return rows

    def _steps(self, part: Part, origins: Origins | None, *, keys_alone: bool) -> Iterator[list[pa.RecordBatch]]:
        """The rows of a part, as lists of batches whose columns are named by their places."""
        columns = self._columns_of(part)
        passed = columns[: len(self._columns)] if keys_alone else columns
        origin = () if origins is None else part.origin()
        wanted = list(dict.fromkeys([*passed, *origin]))

        def batches() -> Iterator[pa.RecordBatch]:
            for batch in part.batches(wanted):
                if origins is not None:
                    origins.add_batch(batch, [batch.data.column(name) for name in origin])
                arrays: list[Any] = [batch.data.column(name) for name in passed]
                yield pa.RecordBatch.from_arrays(arrays, names=[str(n) for n in range(len(passed))])

        return in_steps(batches())

    def _parts(self, account: Account | None) -> Iterator[Part]:
        for source in each_source(self._source):
            opened = open_source(source, wanted=self._columns, keys=self._columns, parameter=self._parameter)
            if account is not None:
                account.add_source(opened)
            for part in opened.parts:
                part.check_keys([*self._columns, *self._named])
                yield dated(part, self._at)


def _is_rereadable(source: Any) -> bool:
    several = source if isinstance(source, (list, tuple)) else [source]
    return all(isinstance(one, (str, Path, pa.Table)) and str(one) != "-" for one in several)


def check_names(**columns: str | None) -> None:
    """Raises ArgumentError for a column name that is not text; that of times may be None."""
    for what, column in columns.items():
        if not (isinstance(column, str) or (what == "at" and column is None)):
            raise ArgumentError(f"{what}: takes the name of a column")


def check_call(by: str, threads: int | None) -> None:
    """Raises ArgumentError for other keys than numbers and handsets, and for what is no number of threads."""
    if by not in ("msisdn", "imei14"):
        raise ArgumentError("by: takes 'msisdn' or 'imei14'")
    if threads is not None and not is_whole(threads, 1, 1024):
        raise ArgumentError("threads: takes a whole number from 1 to 1024, or None")


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
    if not pairs:
        raise ArgumentError("sources: there are none")
    names = Counter(name for name, _ in pairs)
    given = [source for _, source in pairs]
    is_again = max([0, *names.values()]) > 1 or len({id(source) for source in given}) < len(given)
    if is_again or is_listed_twice(given):
        raise ArgumentError("sources: one of them is given twice, and every number in it would be common to both")
    return pairs


def _name_of(source: Any, position: int) -> str:
    if isinstance(source, (str, Path)):
        return str(source)
    paths = paths_read_by(source)
    return ", ".join(map(str, paths)) if paths else f"source {position}"
