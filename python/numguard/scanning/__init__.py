"""Any source x sets -> the rows with a member, and a summary of what was read.

Owns the limit, the summary, progress, and how hits are written; `run` owns which reader reads each part. The compiled
module decides what a cell means and what is a member.

    >>> import numguard as ng, pyarrow as pa
    >>> calls = pa.table({"a_party": ["09876543210", "9123456789"], "b_party": ["1930", "+91 98765 43210"]})
    >>> listed = ng.NumberSet(["98765 43210"])
    >>> found = ng.scan(calls, {"a_party": listed, "b_party": listed})
    >>> found.read_all().column("b_party_match").to_pylist()
    [None, 919876543210]
    >>> found.summary.hits_by_column
    {'a_party': 1, 'b_party': 1}
    >>> found.summary.refused
    {'b_party': {'short_code': 1}}
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NoReturn, TypeAlias

import pyarrow as pa

from numguard._core import ImeiSet, Scanner
from numguard.compute import named
from numguard.errors import ArgumentError, MissingExtraError, UnsupportedTypeError
from numguard.files import FORMATS, IMEI_COLUMNS, Style, write_rows
from numguard.files.formats import SEVERAL_REGIONS
from numguard.files.manifest import has_manifest
from numguard.progress import Throttle
from numguard.scanning.marks import Marks, Sets, flattened
from numguard.scanning.projection import Projection
from numguard.scanning.run import Run, first_part
from numguard.scanning.since import Since
from numguard.scanning.summary import ScanSummary, SkippedFile
from numguard.source import (
    OpenSource,
    accounted,
    check_columns,
    in_part,
    looks_national,
    open_source,
    refused_rows,
    unread_codes,
)
from numguard.source.columns import naming_hidden, none_read
from numguard.system import at_home
from numguard.types import PathLike, Region, Source, Values, is_texts, is_whole
from numguard.warning import warn

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

__all__ = ["Scan", "ScanSummary", "SkippedFile", "scan"]

_OnError: TypeAlias = Literal["raise", "skip"]


class Scan:
    """A scan about to run, running, or done. It is an iterator of record batches, and runs once."""

    def __init__(
        self,
        source: OpenSource,
        marks: Marks,
        *,
        columns: Sequence[str] | None,
        region: Region,
        region_column: str | None,
        on_error: _OnError,
        progress: Callable[[ScanSummary], object] | None,
        limit: int | None,
        since: Since | None,
        all_rows: bool,
        threads: int | None,
        strict: bool,
    ) -> None:
        sets = marks.sets
        self._marks, self._since, self._limit = marks, since, limit
        self._region = SEVERAL_REGIONS if region_column else region
        self._parts = source.parts
        self._passed = tuple(SkippedFile(passed.name, passed.why) for passed in source.passed_over)
        self._keys = list(sets)
        self._handsets = [column for column, members in sets.items() if isinstance(members, ImeiSet)]
        if progress is not None and not callable(progress):
            raise ArgumentError("progress: takes a function, or None")
        self._report = Throttle(progress)
        # Taken by the one that runs the scan, and never given back: of two threads, only one gets it.
        self._claim = threading.Lock()
        self._begun: float | None = None
        self._ended: float | None = None
        self._finished = False
        skip = on_error == "skip"
        # Regions of rows are read by batches.
        by_batches = all_rows or region_column is not None
        part, schema = first_part(self._parts, by_batches=by_batches, skip=skip)
        if since is not None:
            check_columns([since.at], part.schema(), part.name)
            since.check_type(part.schema().field(since.at).type)
        self._projection = Projection(
            part,
            schema,
            columns=columns,
            keys=self._keys,
            region_column=region_column,
            at=None if since is None else since.at,
        )
        with in_part(part):
            self._scanner = Scanner(
                schema,
                list(sets.items()),
                columns=self._projection.stored,
                region=region,
                region_column=region_column,
                threads=threads,
            )
        self._run = Run(
            self._parts,
            self._scanner,
            self._projection,
            keys=self._keys,
            all_rows=all_rows,
            by_batches=by_batches,
            skip=skip,
            strict=strict,
        )
        self._schema = marks.schema(self._projection.schema(self._scanner.schema))
        numbers = [column for column in self._keys if column not in self._handsets]
        read = {*self._keys, region_column or ""}
        self._unread_codes = unread_codes(part.schema().names, read) if numbers else []

    @property
    def schema(self) -> pa.Schema:
        """The columns of the hits."""
        return self._schema

    @property
    def summary(self) -> ScanSummary:
        """The figures so far; of the whole run once `finished`."""
        tally = self._scanner.tally()
        counts = dict(zip(self._keys, tally["columns"], strict=True))
        now = self._ended or time.perf_counter()
        since = self._since
        account = accounted(self._parts)
        by_readers = [SkippedFile(*one) for part in self._parts for one in part.account.passed_over]
        return ScanSummary(
            rows=tally["rows"],
            hits=since.hits if since else tally["hits"],
            hits_by_column=dict(since.kept) if since else {column: hits for column, (hits, _) in counts.items()},
            hits_by_list={column: dict(hits) for column, hits in self._marks.hits.items()},
            before_listing={column: n for column, n in since.early.items() if n} if since else {},
            undated={column: n for column, n in since.undated.items() if n} if since else {},
            refused={column: refused for column, (_, refused) in counts.items() if refused},
            distinct_keys=since.distinct if since else tally["distinct"],
            refused_lines=account["rows_refused"],
            refused_rows=account["refused_rows"],
            not_data=account["not_data"],
            passed_over=(*self._passed, *by_readers),
            warnings=(
                *account["warnings"],
                *self._unread_codes,
                *self._national(),
                *self._without_numbers(tally["rows"], counts),
            ),
            skipped=tuple(self._run.skipped.values()),
            files_done=self._run.done,
            files=len(self._parts),
            file=self._run.at.name if self._run.at else None,
            seconds=now - self._begun if self._begun else 0.0,
            finished=self._finished,
        )

    @property
    def refused_lines(self) -> pa.Table:
        """Lines that were not read: `file`, `row` (the line, from 1) and `note`."""
        return refused_rows(self._parts)

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        """Runs the scan, giving batches of hits in the order of the source.

        Raises:
            InputError: A part cannot be read (with `on_error="skip"` it is reported instead).
            ArgumentError: The scan has run already.
        """
        if not self._claim.acquire(blocking=False):
            raise ArgumentError("this scan has run already: call scan again")
        self._begun = time.perf_counter()
        return self._limited()

    def read_all(self) -> pa.Table:
        """Runs the scan and gives all hits as one table."""
        return pa.Table.from_batches(iter(self), self.schema)

    def write(self, path: PathLike) -> ScanSummary:
        """Runs the scan and writes the hits to a file, whole or not at all.

        Args:
            path: Its ending selects the format: .parquet, .csv, .xlsx, .arrow, .jsonl.

        Returns:
            The summary.

        Raises:
            ArgumentError: The scan reads this file, it is an exported list, or its format cannot hold the columns.
        """
        self._check_place(at_home(path))
        matches, handsets = ([f"{key}_match" for key in keys] for keys in (self._keys, self._handsets))
        ending = Path(path).suffix.lower()
        flat = ending in FORMATS and FORMATS[ending].is_sheet
        schema, rows = flattened(self.schema, self, self._marks.columns()) if flat else (self.schema, iter(self))
        # Integers that were scanned as keys are written so that they read as the same keys.
        imeis = [*IMEI_COLUMNS, *handsets, *self._handsets]
        numbers = [name for name in (*matches, *self._keys) if name not in imeis]
        write_rows(path, schema, rows, Style(texts=matches, imeis=imeis, numbers=numbers, region=self._region))
        return self.summary

    def _check_place(self, path: Path) -> None:
        # Members of archives and sheets of workbooks are named as if they were in a directory.
        read = {file for part in self._parts if part.name for file in (Path(part.name), *Path(part.name).parents)}
        is_list = has_manifest(path)
        if is_list or any(_is_same(file, path) for file in read):
            what = "an exported list" if is_list else "read by this scan"
            raise ArgumentError(f"path: {path} is {what}: write to another file")

    def flat(self) -> pa.RecordBatchReader:
        """Runs the scan for formats without lists, such as CSV: the names of lists are one text, separated by `;`."""
        return pa.RecordBatchReader.from_batches(*flattened(self.schema, self, self._marks.columns()))

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Gives the hits as an Arrow stream, which runs the scan as it is read."""
        reader: Any = pa.RecordBatchReader.from_batches(self.schema, iter(self))
        return reader.__arrow_c_stream__(requested_schema)

    def to_pandas(self) -> pd.DataFrame:
        """Runs the scan and gives all hits as a pandas data frame; the columns of matches are nullable UInt64."""
        try:
            import pandas as pd
        except ImportError:
            raise MissingExtraError('pandas is not installed: pip install "numguard-telecom[pandas]"') from None

        # A column with nulls would become floating point.
        whole: Any = {pa.uint64(): pd.UInt64Dtype()}
        return self.read_all().to_pandas(types_mapper=whole.get)

    def to_polars(self) -> pl.DataFrame:
        """Runs the scan and gives all hits as a Polars data frame."""
        try:
            import polars as pl
        except ImportError:
            raise MissingExtraError('Polars is not installed: pip install "numguard-telecom[polars]"') from None

        return pl.DataFrame(self)

    def __reduce__(self) -> NoReturn:
        raise UnsupportedTypeError(
            "a scan runs once and is neither copied nor sent to another process: call scan there"
        )

    def _repr_html_(self) -> str:
        return self.summary.card(self._keys, begun=self._begun is not None)

    def __repr__(self) -> str:
        state = "finished" if self._finished else "running" if self._begun else "not yet run"
        return f"<Scan of {len(self._parts)} parts for {named(self._keys)}, {state}>"

    def _limited(self) -> Iterator[pa.RecordBatch]:
        left = self._limit
        try:
            for hits in map(self._filtered, self._run.hits(self._tell)):
                if hits.num_rows == 0:
                    continue
                if left is not None and hits.num_rows >= left:
                    yield hits.slice(0, left)
                    break
                yield hits
                left = None if left is None else left - hits.num_rows
            else:
                self._finished = True
        finally:
            self._run.stop()
            self._ended = time.perf_counter()
        # Not on the way of an error, of Ctrl-C or of `close`: a warning that is an error would take its place.
        for warning in self._national():
            warn(warning)

    def _filtered(self, hits: pa.RecordBatch) -> pa.RecordBatch:
        """The hits that `since` keeps, with the names of their lists."""
        if self._since is not None:
            hits = self._projection.without_time(self._since.apply(hits))
        return self._marks.apply(hits, self._schema)

    def _tell(self, now: bool) -> None:
        self._report(lambda: self.summary, now=now)

    def _national(self) -> list[str]:
        """The warnings of columns of UInt64 that have national numbers: they match no list."""
        are_national = zip(self._keys, self._scanner.looks_national(), strict=True)
        return [looks_national(column) for column, is_national in are_national if is_national]

    def _without_numbers(self, rows: int, counts: Mapping[str, tuple[int, dict[str, int]]]) -> Iterator[str]:
        """The warnings of columns that are not empty, and of which no cell could be read."""
        for column, (_, refused) in counts.items() if self._finished else ():
            if refused.keys() - {"empty"}:
                cells = sum(refused.values())
                yield from none_read(rows - cells, cells, column)


def _is_same(file: Path, path: Path) -> bool:
    try:
        return file.is_file() and file.samefile(path)
    except (OSError, ValueError):  # one of them does not exist, or cannot
        return False


def scan(
    source: Source,
    sets: Sets,
    *,
    columns: Sequence[str] | None = None,
    region: Region = "IN",
    region_column: str | None = None,
    on_error: _OnError = "raise",
    progress: Callable[[ScanSummary], object] | None = None,
    limit: int | None = None,
    at: str | None = None,
    since: Mapping[str, tuple[Values, Values]] | None = None,
    all_rows: bool = False,
    threads: int | None = None,
    strict: bool = False,
) -> Scan:
    """Looks for members of sets in the key columns of any source.

    Each row with a member in at least one key column is returned once (with `all_rows` each row), in the order of
    the source, with its own columns and for each key column `<column>_match`: the canonical MSISDN or IMEI14 (uint64)
    that matched, null where that column did not.

    Args:
        source: A path, a glob, a directory or a list of paths (text, workbooks, JSON, Parquet, Arrow; in gzip, zstd,
            bzip2 or ZIP), a pyarrow dataset, table or reader, any object with `__arrow_c_stream__` (Polars, DuckDB,
            pandas), or an iterable of batches.
        sets: For each key column the set that its cells are looked up in: a `NumberSet` for numbers, an `ImeiSet` for
            handsets; or several of one kind by name, `{"mobile": {"revoked": a, "risk": b}}`, looked up in one pass.
            Beside its match each hit then has `<column>_lists` (list<string>): the names of the lists that it is on, in
            the order given, null where the column did not match. Numbers to leave out are removed from a list
            before: `{"revoked": revoked - reactivated}`.
        columns: The columns to return; None returns all.
        region: How bare digits are read, as in `normalize`.
        region_column: The column that has the region of each row, as in `normalize`: numbers are then read by it and
            not by `region`, a batch at a time.
        on_error: What to do with a file that cannot be read to its end: `"raise"`, or `"skip"` it and report it in the
            summary.
        progress: Called with a `ScanSummary` at least once a file.
        limit: Stop after so many hits; None returns all.
        at: The column of the times of rows: timestamps, dates, or text in ISO 8601. A time without a zone is
            Indian Standard Time, and a date its midnight.
        since: For key columns a pair: the numbers (or IMEIs) of the list, and the date on which each was listed, of the
            same types as `at`; where a number is there twice, the earliest counts. A row from before the date of its
            number is then no match; one without a time, or whose number has no date, is none either. The summary
            counts both, as `before_listing` and `undated`. A column of several lists has no dates.
        all_rows: Every row is returned, marked or not, in the order of the source, but for broken lines; not with
            `limit` or `since`.
        threads: How many threads to use; None takes as many as the process may.
        strict: A row that cannot be read is an error; else it is counted, and in `refused_lines`.

    Returns:
        A `Scan`, which runs when its rows are read.

    Raises:
        FileMissingError: There is no file at a path.
        ColumnError: The source has no such column.
        UnsupportedTypeError: A key column's type cannot hold a number without loss, or that of `at` no time.
        InputError: The first file cannot be read.
        ArgumentError: An argument is invalid.

    Examples:
        >>> import numguard as ng, pyarrow as pa
        >>> calls = pa.table({"a_party": ["09876543210", "9123456789"], "seconds": [12, 40]})
        >>> ng.scan(calls, {"a_party": ng.NumberSet(["98765 43210"])}).read_all().to_pylist()
        [{'a_party': '09876543210', 'seconds': 12, 'a_party_match': 919876543210}]
        >>> lists = {"revoked": ng.NumberSet(["98765 43210"]), "risk": ng.NumberSet(["98765 43210", "91234 56789"])}
        >>> ng.scan(calls, {"a_party": lists}).read_all().column("a_party_lists").to_pylist()
        [['revoked', 'risk'], ['risk']]
    """
    if not isinstance(sets, Mapping) or not sets or not all(isinstance(column, str) for column in sets):
        raise ArgumentError('sets: takes a mapping such as {"a_party": numbers}, of at least one column')
    marks = Marks(sets)
    if on_error not in ("raise", "skip"):
        raise ArgumentError('on_error: takes "raise" or "skip"')
    if limit is not None and not is_whole(limit, 1):
        raise ArgumentError("limit: takes a whole number of at least 1, or None")
    names = [] if columns is None else columns
    if not is_texts(names) or len({*names}) < len(names):
        raise ArgumentError("columns (--keep): takes a list of names, each once")
    for what, name in (("at", at), ("region_column", region_column)):
        if name is not None and not isinstance(name, str):
            raise ArgumentError(f"{what}: takes the name of a column, or None")
    if (at is None) != (since is None):
        raise ArgumentError("since: takes the listing dates, and goes with at=, the column of the times of rows")
    if several := [column for column in since or () if marks.of_several(column)]:
        raise ArgumentError(f"since: {named(several)!r} is looked up in several lists, and one date would be for all")
    if all_rows and (limit is not None or since is not None):
        raise ArgumentError("all_rows: goes with neither limit= nor since=, which leave rows out")
    beside = [name for name in (at, region_column) if name is not None]
    wanted = [*sets, *(columns or ()), *beside]
    opened = open_source(source, wanted=wanted, keys=list(sets), keep_broken=on_error == "skip")
    with naming_hidden(opened.not_read):
        return Scan(
            opened,
            marks,
            columns=columns,
            region=region,
            region_column=region_column,
            on_error=on_error,
            progress=progress,
            limit=limit,
            since=None if at is None or since is None else Since(at, since, marks.sets, region),
            all_rows=all_rows,
            threads=threads,
            strict=strict,
        )
