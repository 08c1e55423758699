"""Paths in, a stream of sightings out.

Owns the order of things: which files, which header, which blocks, and when the summary is complete. Knows no layout
and no rule about rows. One idea: **a `Cdr` can be read again**: each reading starts from the files, so that a second
pass never finds an empty stream, and the summary is that of the last pass.
"""

from __future__ import annotations

import glob
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa

from numguard.cdr.cells import Column
from numguard.cdr.furniture import Furniture
from numguard.cdr.header import candidates
from numguard.cdr.layout import Layout
from numguard.cdr.lines import LineReader
from numguard.cdr.refusals import Refused
from numguard.cdr.report import open_report, reports
from numguard.cdr.rows import RowReader
from numguard.cdr.sightings import SCHEMA, Sightings
from numguard.cdr.summary import CdrSummary
from numguard.errors import ArgumentError, FileMissingError
from numguard.source.container import Part
from numguard.types import PathLike

__all__ = ["REFUSED_SCHEMA", "Cdr"]

#: What `Cdr.refused` holds: one row for each refused row, with the line it starts on.
_REFUSED_COLUMNS: Final[dict[str, pa.DataType]] = {
    "source": pa.string(),
    "row": pa.int64(),
    "column": pa.string(),
    "note": pa.string(),
}
REFUSED_SCHEMA: Final = pa.schema(_REFUSED_COLUMNS)


class Cdr:
    """Sightings read from operator files: an Arrow stream that says what it left out.

    Iterate over it for record batches, or give it to anything that takes an Arrow stream. `summary` and `refused` are
    complete once the rows were read to their end; reading again starts from the files.
    """

    def __init__(
        self, path: PathLike | Sequence[PathLike], layout: str | Mapping[str, str] | Layout | None = None
    ) -> None:
        self._layouts = candidates(layout)
        #: The files that are read, in their order.
        self.paths = tuple(Path(name) for name in _expand(path))
        # Every file is opened before the first row is read: a file of no known layout is a bad call, and should be
        # known before an hour's work on the others.
        self._parts = [part for name in self.paths for part in reports(name, self._layouts)]
        self._refused: list[tuple[str, list[Refused]]] = []
        self.summary = CdrSummary([summary for _, summary in self._parts])

    @property
    def schema(self) -> pa.Schema:
        """The columns, whatever the layout."""
        return SCHEMA

    @property
    def refused(self) -> pa.Table:
        """The rows that were refused: source, row (its line), column (null: the row as a whole), note."""
        return pa.concat_tables([REFUSED_SCHEMA.empty_table(), *(_as_table(*one) for one in self._refused)])

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        self.summary = CdrSummary()
        self._refused = []
        for part, opened in self._parts:
            if opened.left_out:
                self.summary.files.append(opened)
            else:
                yield from self._read(part)
        self.summary.complete = True

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
        return f"<numguard.Cdr of {len(self._parts)} files, layout {self.summary.layout or 'none'}>"

    def _read(self, part: Part) -> Iterator[pa.RecordBatch]:
        with part.open() as stream:
            lines = LineReader(part.name, stream, part.encoding)
            blocks = iter(lines)
            summary, header, rest = open_report(part, next(blocks, b""), self._layouts)
            self.summary.files.append(summary)
            if header is None:
                return
            furniture = Furniture(header.delimiter, len(header.names), header.whose)
            sightings = Sightings(header, summary, furniture)
            rows = RowReader(header)
            refused: list[Refused] = []
            self._refused.append((part.name, refused))
            for block, is_last in _with_last(chain([rest], blocks)):
                batch, refusals = sightings.convert(rows.read(block, last=is_last))
                refused.extend(refusals)
                summary.encoding = lines.encoding
                summary.skipped = dict(furniture.skipped)
                if "preamble" in furniture.skipped:
                    summary.hold_several_reports()
                if len(batch):
                    yield batch
            if furniture.stated_rows is not None and "preamble" not in furniture.skipped:
                summary.stated_rows = furniture.stated_rows


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


def _expand(path: PathLike | Sequence[PathLike]) -> list[str]:
    """The files that are meant, those of a folder or a pattern in the order of their names."""
    if not isinstance(path, str | Path):
        names = [name for one in path for name in _expand(one)]
        if not names:
            raise ArgumentError("path: an empty list; name at least one file")
        return names
    name = str(path)
    if Path(name).is_dir():
        found = sorted(str(one) for one in Path(name).iterdir() if one.is_file() and not one.name.startswith("."))
        if not found:
            raise FileMissingError(f"{name}: the folder holds no files")
        return found
    if glob.has_magic(name) and not Path(name).exists():
        found = sorted(glob.glob(name, recursive=True))  # noqa: PTH207 - a pattern may be absolute
        if not found:
            raise FileMissingError(f"{name}: no file matches")
        return found
    return [name]


def _with_last(blocks: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Each block that holds anything, and whether it is the last."""
    held = b""
    for block in blocks:
        if held and block:
            yield held, False
        held = block or held
    if held:
        yield held, True
