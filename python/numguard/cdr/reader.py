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

import pyarrow as pa

from numguard.cdr.furniture import Furniture, is_no_data
from numguard.cdr.header import LINES_SEARCHED, Header, candidates, find_header, read_preamble
from numguard.cdr.layout import Layout
from numguard.cdr.lines import LineReader
from numguard.cdr.rows import RowReader
from numguard.cdr.sightings import SCHEMA, Refusal, Sightings
from numguard.cdr.summary import CdrSummary, FileSummary
from numguard.errors import ArgumentError, FileMissingError, InputError
from numguard.source.container import Part, parts
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

    def __init__(self, path: PathLike | Sequence[PathLike], layout: str | Mapping[str, str] | None = None) -> None:
        self._layouts = candidates(layout)
        #: The files that are read, in their order.
        self.paths = tuple(Path(name) for name in _expand(path))
        self._parts = [part for name in self.paths for part in parts(name)]
        self._refused: list[tuple[str, list[Refusal]]] = []
        self.summary = CdrSummary()
        for part in self._parts:
            # Every file is opened before the first row is read: a file of no known layout is a bad call, and should be
            # known before an hour's work on the others.
            with part.open() as stream:
                first = next(iter(LineReader(part.name, stream, part.encoding)), b"")
            summary, _, _ = _open_report(part, first, self._layouts)
            self.summary.files.append(summary)

    @property
    def schema(self) -> pa.Schema:
        """The columns, whatever the layout."""
        return SCHEMA

    @property
    def refused(self) -> pa.Table:
        """The rows that were refused: source, row (its line), column (null: the row as a whole), note."""
        tables = [
            pa.table(
                {
                    "source": pa.array([source] * len(refusals), pa.string()),
                    "row": pa.array([r.line for r in refusals], pa.int64()),
                    "column": pa.array([r.column for r in refusals], pa.string()),
                    "note": pa.array([r.note for r in refusals], pa.string()),
                },
                schema=REFUSED_SCHEMA,
            )
            for source, refusals in self._refused
        ]
        return pa.concat_tables([REFUSED_SCHEMA.empty_table(), *tables])

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        self.summary = CdrSummary()
        self._refused = []
        for part in self._parts:
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
            summary, header, rest = _open_report(part, next(blocks, b""), self._layouts)
            self.summary.files.append(summary)
            if header is None:
                return
            furniture = Furniture(header.delimiter, len(header.names), header.whose)
            sightings = Sightings(header, summary, furniture)
            rows = RowReader(header)
            refused: list[Refusal] = []
            self._refused.append((part.name, refused))
            for block, is_last in _with_last(chain([rest], blocks)):
                batch, refusals = sightings.convert(rows.read(block, last=is_last))
                refused.extend(refusals)
                summary.encoding = lines.encoding
                summary.skipped = dict(furniture.skipped)
                if len(batch):
                    yield batch
            if furniture.stated_rows is not None:
                summary.stated_rows = furniture.stated_rows


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


def _open_report(part: Part, first: bytes, layouts: Sequence[Layout]) -> tuple[FileSummary, Header | None, bytes]:
    """The summary of a report as far as its first lines tell it, its header, and what follows the header."""
    if not first:
        raise InputError(f"{part.name}: is empty")
    summary = FileSummary(part.name, encoding=part.encoding, container=part.container)
    lines = [line.decode(errors="replace") for line in first.split(b"\n", LINES_SEARCHED)[:LINES_SEARCHED]]
    header = find_header(lines, layouts, part.name)
    if header is None:
        if any(is_no_data(line) for line in lines):
            return summary, None, b""
        raise InputError(
            f"{part.name}: no header row of a known layout in its first lines. Known are "
            f"{', '.join(dict.fromkeys(layout.name for layout in layouts))}; where the columns have other names, say "
            "which is which: layout={'served': ..., 'imei': ..., 'date': ..., 'time': ...}"
        )
    preamble = read_preamble(lines[: header.line - 1])
    summary.layout, summary.header_line = header.layout.name, header.line
    summary.target_msisdn, summary.target_imei14 = preamble.target_msisdn, preamble.target_imei14
    summary.stated_rows = preamble.stated_rows
    return summary, header, first.split(b"\n", header.line)[header.line]


def _with_last(blocks: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Each block that holds anything, and whether it is the last."""
    held = b""
    for block in blocks:
        if held and block:
            yield held, False
        held = block or held
    if held:
        yield held, True
