"""The parts of a source -> batches of hits, each part read by the reader that is the fastest for it.

Owns which reader that is, what becomes of a part that cannot be read, and where the run is. Independent of what is done
with the hits. One idea: the compiled module reads what it can by itself, and every part gives batches.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Literal

import pyarrow as pa

from numguard._core import Scanner, is_plain_arrow, parquet_schema
from numguard.errors import ArgumentError, InputError
from numguard.scanning.projection import Projection
from numguard.scanning.summary import SkippedFile
from numguard.source import (
    ArrowFilePart,
    JsonPart,
    ParquetPart,
    Part,
    TextPart,
    Validation,
    check_columns,
    in_part,
    is_at_fault,
    reading,
)
from numguard.source.lines import in_one_process

#: Rows of a batch that are looked up at once, after which Ctrl-C takes effect: a hundredth of a second for integers,
#: and half a second of one processor for text in many forms. With fewer, integers take some percent longer.
_ROWS_AT_ONCE = 1 << 20


def first_part(parts: Iterable[Part], *, by_batches: bool, skip: bool) -> tuple[Part, pa.Schema]:
    """The first part that can be read, and its columns.

    Args:
        parts: All parts.
        by_batches: Whether Parquet is read in batches, as every other part.
        skip: Whether a part that cannot be read is left out.

    Raises:
        InputError: No part can be read; or the first one cannot, and none is left out.
        ArgumentError: There is no part.
    """
    first_error: InputError | None = None
    for part in parts:
        # The two readers of Parquet give dictionaries of other values than text different types.
        path = part.path if isinstance(part, ParquetPart) and not by_batches else None
        try:
            with reading(part.name, "the file"):
                return part, part.stored_schema() if path is None else parquet_schema(path)
        except InputError as error:
            if not skip or not is_at_fault(error):
                raise
            first_error = first_error or error
    raise first_error or ArgumentError("source: contains nothing to scan")


class Run:
    """The parts of a scan, one after another.

    Attributes:
        at: The part that is read; None before the first and after the last.
        done: How many are finished, or were skipped.
        skipped: Parts that cannot be read to their end, by name.
    """

    def __init__(
        self,
        parts: Sequence[Part],
        scanner: Scanner,
        projection: Projection,
        *,
        keys: Sequence[str],
        all_rows: bool,
        by_batches: bool,
        skip: bool,
        strict: bool,
    ) -> None:
        """Takes the parts, what reads them and what completes their hits.

        Args:
            parts: All parts.
            scanner: The compiled scan.
            projection: The columns of hits.
            keys: The key columns.
            all_rows: Whether each row is returned.
            by_batches: Whether all parts are read in batches.
            skip: Whether a part that cannot be read is left out.
            strict: Whether a refused row is an error.
        """
        self.at: Part | None = None
        self.done = 0
        self.skipped: dict[str, SkippedFile] = {}
        self._parts, self._scanner, self._projection = parts, scanner, projection
        self._keys, self._all_rows, self._by_batches = keys, all_rows, by_batches
        self._skip, self._strict = skip, strict
        self._tell: Callable[[bool], None] = _nothing

    def stop(self) -> None:
        """Ends the run, wherever it is."""
        self._scanner.stop()
        self.at = None
        # The scan, which is called there, would keep itself in memory.
        self._tell = _nothing

    def hits(self, tell: Callable[[bool], None]) -> Iterator[pa.RecordBatch]:
        """The hits of all parts; `tell` is called when there is progress, with True after each part."""
        self._tell = tell
        if self._by_batches:
            yield from self._run_each(self._parts, self._hits_of_batches)
            return
        for kind, parts in itertools.groupby(self._parts, self._read_as):
            if kind in ("parquet", "plain arrow"):
                yield from self._run_files(list(parts), arrow=kind == "plain arrow")
            else:
                yield from self._run_each(parts, self._hits_of_text if kind == "text" else self._hits_of_batches)

    def _read_as(self, part: Part) -> Literal["parquet", "plain arrow", "text", "batches"]:
        """How a part is read."""
        if isinstance(part, ArrowFilePart) and is_plain_arrow(part.path):
            return "plain arrow"
        if isinstance(part, ParquetPart):
            return "parquet"
        return "text" if isinstance(part, (TextPart, JsonPart)) else "batches"

    def _run_files(self, parts: list[Any], *, arrow: bool) -> Iterator[pa.RecordBatch]:
        """Local Parquet and plain Arrow files are read by the compiled module, many pieces at a time."""
        self.at = parts[0]
        self._scanner.begin([part.path for part in parts], arrow=arrow)
        for what, n, *rest in self._events():
            if what == "hits":
                yield self._projection.complete(rest[0], parts[n])
            if what in ("hits", "read"):
                self._tell(False)
                continue
            if what == "failed":
                self._failed(parts[n], rest[0])
            self._part_done()
            self.at = parts[n + 1] if n + 1 < len(parts) else None

    def _run_each(
        self, parts: Iterable[Any], hits_of: Callable[[Any], Iterator[pa.RecordBatch]]
    ) -> Iterator[pa.RecordBatch]:
        for part in parts:
            self.at = part
            try:
                if self._projection.read is not None:
                    check_columns(self._projection.read, part.stored_schema(), part.name)
                self._projection.check_header(part)
                for hits in hits_of(part):
                    yield self._projection.complete(hits, part)
            except InputError as error:
                self._scanner.stop()
                self._failed(part, error)
            if self._strict:
                part.account.check_strict(part.name)
            self._part_done()

    def _hits_of_text(self, part: TextPart | JsonPart) -> Iterator[pa.RecordBatch]:
        """Text is read by the compiled module, many blocks at a time; it returns lines that are no row."""
        before = self._scanner.rows
        with part.to_scan() as rows:
            with in_part(part):
                self._scanner.begin_text(rows)
            for what, _, *rest in self._events():
                part.account.used = self._scanner.rows - before
                if what == "hits":
                    yield rest[0]
                elif what == "lines":
                    part.account_for(rest[0])
                elif what == "doubtful" and isinstance(part, TextPart):
                    self._scanner.decide(part.are_rows(rest[0]))
                elif what == "failed":
                    with in_part(part):
                        raise rest[0]
                self._tell(False)
            part.account.used = self._scanner.rows - before

    def _hits_of_batches(self, part: Part) -> Iterator[pa.RecordBatch]:
        read = self._projection.read
        # Of an Arrow file the scanner relies on nothing but keys: of the other columns, hits alone are validated.
        arrow = part if isinstance(part, ArrowFilePart) and not self._by_batches else None
        validation = Validation()
        for batch in part.counted(arrow.stored_batches(read, self._keys) if arrow else part.stored_batches(read)):
            for start in range(0, batch.data.num_rows, _ROWS_AT_ONCE):  # Ctrl-C takes effect between two calls
                with in_part(part):
                    hits = self._scanner.batch(batch.data.slice(start, _ROWS_AT_ONCE), every=bool(self._all_rows))
                    if hits is not None and arrow:
                        with reading(part.name, "the Arrow file"):
                            validation.of(hits)
                if hits is not None:
                    yield hits
                self._tell(False)

    def _events(self) -> Iterator[tuple[Any, ...]]:
        return in_one_process(iter(self._scanner.next, None), "this scan")

    def _failed(self, part: Part, error: InputError) -> None:
        if not self._skip or not is_at_fault(error):
            raise error
        name = part.name or "the source"
        self.skipped[name] = SkippedFile(name, str(error))

    def _part_done(self) -> None:
        self.done += 1
        self._tell(True)


def _nothing(_now: bool) -> None:
    """Takes no notice of progress."""
