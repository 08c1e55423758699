"""Several sources -> the numbers or handsets in at least a given number of them, with every row as proof.

Owns the tables of the answer; the compiled module counts. Independent of files. One idea: **every source is read
twice**: first its keys, to decide which are found, then the rows of these.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from numguard._core import Common as Finder
from numguard.compute import pc
from numguard.errors import ArgumentError, InputError
from numguard.indian_time import MOMENT, clock_bounds
from numguard.sightings.copies import alike_sources, copies_named, digest
from numguard.sightings.reading import (
    Account,
    Origins,
    Reader,
    Result,
    check_call,
    check_names,
    named_sources,
)
from numguard.source import each_source, together
from numguard.source.columns import none_read
from numguard.types import Region, RowAccount, Source, is_whole

#: Rows of found keys that the second look keeps. If there are more, the proof reads the sources once more.
_ROWS_KEPT: Final = 1 << 20
#: The most sources.
_SOURCES: Final = 1 << 16


@dataclass(frozen=True, eq=False)
class Common(Result):
    """The numbers or handsets in several sources, and their rows; an Arrow stream of `table`.

    >>> import numguard as ng, pyarrow as pa
    >>> dump = pa.table({"served_msisdn": ["9876543210", "9123456789"]})
    >>> ng.common([dump, dump.slice(1)])
    <Common of 2 sources: 1 stand in at least 2>
    """

    #: One row a number or handset: `key` (uint64, E.164 digits or the first fourteen of an IMEI), the number of its
    #: `sources` (int64), their `names` (list of text, dictionary-encoded, in the order given), the number of its `rows`
    #: (int64), `first_seen`, `last_seen` (timestamp[us, Asia/Kolkata], null without times). Most sources first, then by
    #: key.
    table: pa.Table
    #: The account of all rows: rows_read = rows_used + rows_refused + not_data.
    account: RowAccount
    #: With `list_refused` the refused rows: file, row, note.
    refused_rows: pa.Table = field(repr=False)
    #: The number of sources.
    sources: int
    #: The least number of sources that a key is in.
    at_least: int
    #: The names of all sources, in the order given.
    names: tuple[str, ...] = field(repr=False)
    #: The kind of the keys: `msisdn` or `imei14`.
    by: str
    _proof: Callable[[], pa.Table] = field(repr=False)

    @property
    def proof(self) -> pa.Table:
        """Every row of these keys: `key`, `source` (its name), `file` (null where it has no name), `row`, `at`.

        By key, then source, file and row. Above a million rows, the sources are read once more when it is first used.

        Raises:
            InputError: A file has changed since.
        """
        return self._proof()

    def __getstate__(self) -> dict[str, Any]:
        """A pickle has the proof, in place of the sources."""
        return vars(self) | {"_proof": partial(_as_is, self.proof)}

    def __repr__(self) -> str:
        return f"<Common of {self.sources} sources: {self.table.num_rows:,} stand in at least {self.at_least}>"


def common(
    sources: Source | Sequence[Source] | Mapping[str, Source],
    *,
    at_least: int = 2,
    by: Literal["msisdn", "imei14"] = "msisdn",
    msisdn: str = "served_msisdn",
    imei: str = "imei14",
    at: str | None = "at",
    region: Region = "IN",
    strict: bool = False,
    list_refused: bool = False,
    threads: int | None = None,
) -> Common:
    """Finds the numbers or handsets in at least a given number of several sources, such as tower dumps.

    Every source is read twice, and twice more if another one may be its copy, which `account["warnings"]` then names;
    of a stream, which can be received only once, keys and times are kept. Beside them,
    memory holds 256 MiB at most, or forty bytes for each distinct pair of key and source, and about a hundred bytes
    for each key found.

    Args:
        sources: A list of sources, each a source of `scan` or a reader of `read_cdr`; a mapping of names to sources; or
            a folder or pattern, of which each file is a source.
        at_least: The least number of sources.
        by: `"msisdn"` for numbers, `"imei14"` for handsets. Placeholders, which many phones report, are no handset.
        msisdn: The column of numbers, of any type that `normalize` takes.
        imei: The column of IMEIs, of any type that `normalize_imei` takes.
        at: The column of times: timestamps (without a zone: IST), dates, or text in ISO 8601; a row with another text
            is refused. None, or a source without a column `at`: no times.
        region: How bare digits are read, as in `normalize`.
        strict: A row whose key cannot be read is an error; else it is counted in `account`.
        list_refused: List each row whose key cannot be read in `refused_rows`.
        threads: How many threads to use; None takes as many as the process may.

    Raises:
        FileMissingError: A path leads to no file.
        ColumnError: A source has no such column.
        UnsupportedTypeError: The type of a column cannot hold numbers, IMEIs or times.
        InputError: A file cannot be read.
        ArgumentError: An argument is invalid, or one source is given twice.

    Examples:
        >>> import numguard as ng, pyarrow as pa
        >>> first = pa.table({"served_msisdn": ["9876543210", "9812345678", "9876543210"]})
        >>> second = pa.table({"served_msisdn": ["09812345678", "+919876543210"]})
        >>> found = ng.common([first, second, first.slice(1, 1)], at_least=3)
        >>> found.table.select(["key", "sources", "rows"]).to_pylist()
        [{'key': 919812345678, 'sources': 3, 'rows': 3}]
        >>> found.proof.select(["source", "row"]).to_pylist()[0]
        {'source': 'source 1', 'row': 2}
    """
    check_call(by, threads)
    check_names(msisdn=msisdn, imei=imei, at=at)
    pairs = named_sources(sources)
    if not is_whole(at_least, 1, len(pairs)):
        up_to = f"which is {len(pairs)} (an archive or workbook is one): name more, or set at_least= (--at-least)"
        raise ArgumentError(f"at_least: takes a whole number from 1 to the number of sources, {up_to}")
    if len(pairs) > _SOURCES:
        raise ArgumentError(f"sources: takes {_SOURCES:,} at the most")
    key, other, default = (msisdn, imei, "imei14") if by == "msisdn" else (imei, msisdn, "served_msisdn")
    account, origins = Account(), Origins()
    others = [] if other == default else [other]
    readers = [Reader(source, [key], at, region=region, named=others, parameter="sources") for _, source in pairs]
    search = _Search(readers, by, region, threads, origins)
    finder = search.finder(list_refused=list_refused)
    with together(one for _, source in pairs for one in each_source(source)):
        search.look(finder, account)
    account.count(finder.look_again(at_least, _ROWS_KEPT), origins, msisdn)
    if strict:
        account.check_strict()
    names = [name for name, _ in pairs]
    if not finder.is_empty():
        search.look(finder)
    hits = finder.hits()
    sums = [finder.sum_of(source) for source in range(len(pairs))]
    found = finder.finish()
    rows = np.diff([*search.starts, origins.rows]).tolist()
    copies = alike_sources(rows, sums, search.digest)
    search.keep(hits)
    table = _table(found, names)
    proof = cache(partial(search.proof, table, names))
    summary = account.summary()
    what = "number" if by == "msisdn" else "handset"
    summary["warnings"] += _without_keys(names, rows, sums, key, what)
    summary["warnings"] += copies_named(pairs, by, copies)
    return Common(table, summary, account.refused_rows(), len(pairs), at_least, tuple(names), by, proof)


def _without_keys(names: list[str], rows: list[int], sums: list[int], key: str, what: str) -> list[str]:
    """A warning of each source without a key, of which the sum is 0: it has nothing in common with another one."""
    warnings = []
    for name, many, total in zip(names, rows, sums, strict=True):
        if not total:
            warnings += [f"{name}: {why}" for why in none_read(0, many, key) or [f"has no {what} that can be read"]]
    return warnings


def _as_is(table: pa.Table) -> pa.Table:
    return table


class _Search:
    """The sources, which are looked through several times."""

    def __init__(self, readers: list[Reader], by: str, region: Region, threads: int | None, origins: Origins) -> None:
        self._readers, self._by, self._region, self._threads = readers, by, region, threads
        self.origins = origins
        #: The number of the first row of each source, counted through all.
        self.starts: list[int] = []
        self._hits: pa.RecordBatch | None = None

    def finder(self, *, list_refused: bool = False, wanted: Any = None) -> Finder:
        """A finder that has seen no row; `wanted`: the keys found, if they are known."""
        return Finder(
            by_imei=self._by == "imei14",
            clock=clock_bounds(),
            region=self._region,
            list_refused=list_refused,
            threads=self._threads,
            wanted=wanted,
        )

    def look(self, finder: Finder, account: Account | None = None) -> None:
        """Passes all rows to the finder: only the keys, if there is an account, which counts them."""
        is_first = account is not None
        rows = 0
        for source, reader in enumerate(self._readers):
            if is_first:
                self.starts.append(self.origins.rows)
            origins = self.origins if is_first else None
            rows += reader.read(_Sink(finder, source), origins, account, keys_alone=is_first, again=True)
        if rows != self.origins.rows:
            raise InputError("sources: a file has changed while it was read")

    def digest(self, source: int) -> bytes | None:
        """Reads a source alone, and digests all its keys and the times of each, if they can tell sources apart."""
        finder = self.finder()
        self._readers[source].read(_Sink(finder, 0), keys_alone=True, again=True)
        finder.look_again(1, 0)
        if not finder.is_empty():
            self._readers[source].read(_Sink(finder, 0), again=True)
        return digest(pa.Table.from_batches([finder.finish()["table"]]))

    def keep(self, hits: pa.RecordBatch | None) -> None:
        """Keeps the rows of the keys found; without them the sources are kept."""
        self._hits = hits
        if hits is not None:
            self._readers = []

    def proof(self, table: pa.Table, names: list[str]) -> pa.Table:
        """The table `Common.proof`."""
        hits: Any = self._hits
        if hits is None:
            finder = self.finder(wanted=table["key"])
            self.look(finder)
            hits = finder.hits()
            if hits is None or hits.num_rows != pc.sum(table["rows"]).as_py():
                raise InputError("sources: a file has changed since it was read")
        return _proof(hits, self, names)


class _Sink:
    """A source of the finder."""

    def __init__(self, finder: Finder, source: int) -> None:
        self._finder, self._source = finder, source

    def read(self, batches: list[pa.RecordBatch]) -> int:
        """Takes batches."""
        return self._finder.read(self._source, batches)

    def begin(self, files: list[tuple[Path, list[str]]]) -> None:
        """Begins to read files."""
        self._finder.begin(self._source, files)

    def read_on(self) -> tuple[int, bool]:
        """Goes on reading the files."""
        return self._finder.read_on()


def _table(found: dict[str, Any], names: list[str]) -> pa.Table:
    """The table `Common.table`."""
    table: Any = pa.Table.from_batches([found["table"]])
    # The numbers of the sources are made by the compiled module, so their bounds need no look.
    named: Any = pa.DictionaryArray.from_arrays(found["which"], pa.array(names, pa.string()), safe=False)
    whole: pa.Table = table.add_column(2, "names", pa.ListArray.from_arrays(found["offsets"], named))
    return whole


def _proof(hits: Any, search: _Search, names: list[str]) -> pa.Table:
    """The table `Common.proof`."""
    rows: npt.NDArray[np.uint64] = hits["row"].to_numpy()
    sources = np.searchsorted(np.array(search.starts, dtype=np.uint64), rows, side="right") - 1
    files, lines = search.origins.where(rows)
    by_name = pc.rank(files, sort_keys="ascending", tiebreaker="dense").to_numpy()
    order = np.lexsort((lines.to_numpy(), by_name, sources, hits["key"].to_numpy()))
    columns: dict[str, Any] = {
        "key": hits["key"],
        "source": pa.array(names, pa.string()).take(sources),
        "file": files,
        "row": lines,
        "at": hits["at"].cast(MOMENT),
    }
    proof = pa.table(columns)
    return proof if (order[1:] > order[:-1]).all() else proof.take(order)
