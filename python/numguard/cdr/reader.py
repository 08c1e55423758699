"""Paths in, a stream of sightings out.

Owns the order of reading: which reports, which blocks, and when the summary is complete. Independent of layouts and of
the rules about rows. One idea: **a `Cdr` can be read again**: each reading starts from the files, so that a second pass
never finds an empty stream, and the summary is that of the last pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final, TypeAlias

import numpy as np
import pyarrow as pa

from numguard.cdr.callers import Callers
from numguard.cdr.cells import Column
from numguard.cdr.header import candidates
from numguard.cdr.layout import Layout
from numguard.cdr.non_data import NonData
from numguard.cdr.refusals import Refused
from numguard.cdr.report import ABOVE_HEADER, Report, are_paths, open_report, reports
from numguard.cdr.rows import raw_rows
from numguard.cdr.sightings import SCHEMA, Sightings
from numguard.cdr.summary import CdrSummary, FileSummary
from numguard.compute import schema_of
from numguard.source import check_listed_once, files_of, is_local
from numguard.source.lines import open_text
from numguard.types import Source

#: The columns of `Cdr.refused`: one row for each refused row, with the line it starts on.
REFUSED_SCHEMA: Final = schema_of(source=pa.string(), row=pa.int64(), column=pa.string(), note=pa.string())


#: A file, by its reader and its number there.
_File: TypeAlias = tuple[int, int]


class Cdr:
    """Sightings read from operator files: an Arrow stream with an account of the rows it left out.

    Iterate over it for record batches, or pass it to anything that accepts an Arrow stream. `summary` and `refused` are
    complete once all rows were read; reading again starts from the files.
    """

    def __init__(
        self, path: Source, layout: str | Mapping[str, str] | Layout | None = None, *, strict: bool = False
    ) -> None:
        self._strict = strict
        self._layouts = candidates(layout)
        check_listed_once(path)
        given: Any = path if isinstance(path, (list, tuple)) else [path]
        # Every file is opened before the first row is read: a file of no known layout is an error of the call, which
        # is raised before an hour's work on the others.
        self._reports = reports(path, self._layouts)
        #: The files that are read, in their order.
        paths = given if are_paths(path) else []
        self.paths = tuple(file for one in paths if is_local(one) for file in files_of(one))
        self._refused: list[tuple[str, list[Refused]]] = []
        self.summary = CdrSummary([report.summary for report in self._reports])

    @property
    def schema(self) -> pa.Schema:
        """The columns, of any layout."""
        return SCHEMA

    @property
    def refused(self) -> pa.Table:
        """The rows that were refused: source, row (its line), column (null: the row as a whole), note."""
        return pa.concat_tables([REFUSED_SCHEMA.empty_table(), *(_as_table(*one) for one in self._refused)])

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        # Of this reading alone, or of one call: others may run at the same time.
        return self._batches(_AMONG.get())

    @staticmethod
    @contextmanager
    def together(readers: Iterable[Cdr]) -> Iterator[None]:
        """What is decided over all files of a reader, these readers, if read within, decide over all their files.

        Raises:
            InputError: When all are read, as one of a reader alone.
        """
        among = _Among(report for reader in readers for report in reader._reports)
        token = _AMONG.set(among)
        try:
            yield
        finally:
            _AMONG.reset(token)
        among.callers.check()

    def _batches(self, shared: _Among | None) -> Iterator[pa.RecordBatch]:
        read = CdrSummary()
        refused: list[tuple[str, list[Refused]]] = []
        self.summary, self._refused = read, refused
        among = shared or _Among(self._reports)
        for report in self._reports:
            if report.summary.left_out:
                read.files.append(report.summary)
            else:
                yield from self._read(report, read, refused, among)
        # Before the reading ends: who takes the rows has not used them yet, and records nothing.
        if shared is None:
            among.callers.check()
        read.complete = True

    def read_all(self) -> pa.Table:
        """Every sighting, in memory."""
        return pa.Table.from_batches(self, SCHEMA)

    def reader(self) -> pa.RecordBatchReader:
        """The sightings as a pyarrow reader."""
        return pa.RecordBatchReader.from_batches(SCHEMA, iter(self))

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """The Arrow PyCapsule interface."""
        capsule: object = self.reader().__arrow_c_stream__(requested_schema)  # type: ignore[no-untyped-call]
        return capsule

    def __repr__(self) -> str:
        return f"<numguard.Cdr of {len(self._reports)} files, layout {self.summary.layout or 'none'}>"

    def _read(
        self, report: Report, read: CdrSummary, all_refused: list[tuple[str, list[Refused]]], among: _Among
    ) -> Iterator[pa.RecordBatch]:
        with open_text(report.member) as text:
            summary, header, above = open_report(report.member, text.lines, self._layouts)
            read.files.append(summary)
            if header is None:
                return
            # The lines that it counts are those of the summary.
            non_data = NonData(header.delimiter, len(header.names), header.whose, skipped=summary.skipped)
            file = id(self), report.file
            has_month_first = report.has_month_first or among.swapped.is_in(file, summary.layout)
            sightings = Sightings(header, summary, non_data, among.callers, has_month_first=has_month_first)
            refused = [Refused(np.array(above), None, ABOVE_HEADER)] if above else []
            all_refused.append((report.member.name, refused))
            summary.encoding = text.encoding
            first = 1 if report.member.encoding == "typed" else None
            for raw in raw_rows(text, header, sightings.readers, first=first):
                non_data.count("blank", raw.blank)
                batch, refusals = sightings.convert(raw)
                refused.extend(refusals)
                if raw.mended:
                    summary.encoding = "cp1252"
                if "preamble" in summary.skipped:
                    summary.hold_several_reports()
                if len(batch):
                    yield batch
            sightings.check()
            among.swapped.add(file, summary, has_month_first=sightings.have_month_first)
            if "preamble" not in summary.skipped:
                summary.stated_rows = non_data.stated_rows(summary.stated_rows, summary.rows + summary.refused_rows)
            if self._strict:
                summary.check_strict()


class _Swapped:
    """Which files have dates with the month first, and the summaries of dates that were read before that was seen."""

    def __init__(self) -> None:
        self._files: set[tuple[_File, str | None]] = set()
        self._readers: set[tuple[int, str | None]] = set()
        self._layouts: set[str | None] = set()
        self._of_file: dict[tuple[_File, str | None], list[FileSummary]] = {}
        self._of_layout: dict[str | None, list[FileSummary]] = {}

    def is_in(self, file: _File, layout: str | None) -> bool:
        """Whether a part of a file of this reader that was read, of this layout, has such dates."""
        return (file[0], layout) in self._readers

    def add(self, file: _File, summary: FileSummary, *, has_month_first: bool) -> None:
        """Adds a part of a file that was read."""
        part = (file, summary.layout)
        self._of_file.setdefault(part, []).append(summary)
        self._of_layout.setdefault(summary.layout, []).append(summary)
        if has_month_first:
            self._files.add(part)
            self._readers.add((file[0], summary.layout))
            self._layouts.add(summary.layout)
        # What is marked is forgotten, so that many files take no longer each than a few.
        if summary.layout in self._layouts:
            for earlier in self._of_layout.pop(summary.layout):
                earlier.month_first_in = earlier.month_first_in or "another file of its layout"
        if part in self._files:
            for earlier in self._of_file.pop(part):
                earlier.month_first_in = "its file"


class _Among:
    """What is decided over all files of a call."""

    def __init__(self, reports: Iterable[Report]) -> None:
        # Of other files no pair is kept: it would be compared with none.
        self.callers = Callers(are_counted=any(report.may_have_callers for report in reports))
        self.swapped = _Swapped()


#: Of a call that reads several readers.
_AMONG: Final[ContextVar[_Among | None]] = ContextVar("_AMONG", default=None)


def _as_table(source: str, refused: list[Refused]) -> pa.Table:
    """The refused rows of one file, in its order."""
    if not refused:
        return REFUSED_SCHEMA.empty_table()
    counts = [len(lines) for lines, _, _ in refused]
    reason = np.repeat(np.arange(len(refused)), counts)
    columns: list[Column] = [
        pa.repeat(pa.scalar(source, pa.string()), sum(counts)),
        pa.array(np.concatenate([lines for lines, _, _ in refused]), pa.int64()),
        pa.array([column for _, column, _ in refused], pa.string()).take(reason),
        pa.array([note for _, _, note in refused], pa.string()).take(reason),
    ]
    return pa.Table.from_arrays(columns, schema=REFUSED_SCHEMA).sort_by("row")
