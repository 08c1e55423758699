"""A file or table of records -> its columns as they were written, each record with its place in the file.

Owns the name, size and SHA-256 that an input is kept under. Knows nothing of complaints, and leaves the reading of
files to `numguard.source`. One idea: a record keeps the row number that a spreadsheet shows, whatever was refused
before it.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute

from numguard.errors import ArgumentError, FileMissingError, InputError, UnsupportedTypeError
from numguard.source.container import check_file
from numguard.source.records import Records, read_records

pc: Any = pyarrow.compute  # its stubs know no plain Python values

__all__ = ["Sheet", "fingerprint_file", "fingerprint_table", "read_sheet"]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Records as they were written.

    Attributes:
        name, bytes, sha256: what the input is kept under.
        table: the records, blank and broken ones left out.
        row: each record's number as a spreadsheet shows it; in a table, from 1.
        broken: row, cell, note: the records that could not be taken apart.
        not_data: lines that are no records, by kind: title, blank, ruler, header (a repeated one), total, page.
        passed_over: what else was in the file, and why it is no table.
        told: what the file turned out to be: container, encoding, header_row, sheet.
    """

    name: str
    bytes: int
    sha256: str
    table: pa.Table
    row: pa.Array[Any]
    broken: pa.Table
    not_data: dict[str, int]
    passed_over: list[str]
    told: dict[str, Any]

    @property
    def records(self) -> int:
        """All records, broken ones included."""
        return len(self.table) + len(self.broken)


def read_sheet(source: Any, name: str | None, is_known: Callable[[str], bool], sheet: str | None = None) -> Sheet:
    """Reads one file of records, or anything that gives itself as an Arrow stream.

    Args:
        source: the file or table.
        name: what it is kept under; by default the file's name.
        is_known: whether a cell is a heading that is looked for.
        sheet: the sheet of a workbook that has several.

    Raises:
        FileMissingError: no file is there.
        InputError: the file is not what its name says.
        UnsupportedTypeError: neither a path nor a table.
    """
    if isinstance(source, str | Path):
        if not str(source):
            raise ArgumentError("the path is empty: name a file")
        path = Path(source)
        size, sha256 = fingerprint_file(path)
        found = read_records(path, is_known, sheet)
        # A name that is not UTF-8 is kept with a sign in the place of each broken letter.
        return _without_blank(found, name or path.name.encode(errors="replace").decode(), size, sha256)
    try:
        found = read_records(source, is_known)
    except ArgumentError as error:
        raise UnsupportedTypeError(str(error)) from None
    return _without_blank(found, name or "table", *fingerprint_table(found.table))


def _without_blank(found: Records, name: str, size: int, sha256: str) -> Sheet:
    table, row, not_data = found.table, found.row, dict(found.not_data)
    keep = ~_blank(table)
    if not keep.all():
        table, row = table.filter(pa.array(keep)), row[keep]
        not_data["blank"] = not_data.get("blank", 0) + int((~keep).sum())
    passed = [f"{passed.name}: {passed.why}" for passed in found.passed_over]
    told = {name: getattr(found, name) for name in ("container", "encoding", "header_row", "sheet")}
    return Sheet(name, size, sha256, table, pa.array(row), found.broken, not_data, passed, told)


def _blank(table: pa.Table) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Which records hold nothing at all: an editor counts them, nobody wrote them."""
    blank = np.ones(len(table), np.bool_)
    for column in table.columns:
        text = pa.types.is_string(column.type)
        nothing = pc.or_kleene(pc.is_null(column), pc.equal(column, "")) if text else pc.is_null(column)
        blank &= np.asarray(nothing.to_numpy(), np.bool_)
        if not blank.any():
            break
    return blank


def fingerprint_file(path: Path) -> tuple[int, str]:
    """The size and SHA-256 of a file."""
    if path.exists() and not path.is_dir():
        check_file(path)
    try:
        with path.open("rb") as file:
            return path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        raise FileMissingError(f"{path}: there is no such file") from None
    except IsADirectoryError:
        raise InputError(f"{path.name}: is a folder; name the file") from None
    except OSError as error:
        raise InputError(f"{path.name}: cannot be read ({error.strerror})") from None


def fingerprint_table(table: pa.Table) -> tuple[int, str]:
    """The size and SHA-256 of a table: of its bare columns as an Arrow stream, so that chunks make no difference."""
    bare = table.replace_schema_metadata(None).combine_chunks()
    sink = _Digest()
    with pa.ipc.new_stream(pa.PythonFile(sink, "w"), bare.schema) as writer:
        writer.write_table(bare)
    return sink.size, sink.sha256.hexdigest()


class _Digest(io.RawIOBase):
    """A file of which nothing is kept but its size and SHA-256."""

    def __init__(self) -> None:
        self.size = 0
        self.sha256 = hashlib.sha256()

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        self.sha256.update(data)
        self.size += len(data)
        return len(data)
