"""A file or table of records -> its columns as they were written, each record with its place in the file.

Owns how columns are found by their names, and the name, size and SHA-256 that an input is kept under. Knows nothing of
complaints, and leaves the reading of files to `numguard.source`. One idea: a record keeps the row number that a
spreadsheet shows, whatever was refused before it.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute

from numguard.errors import ArgumentError, ColumnError, FileMissingError, InputError, UnsupportedTypeError
from numguard.source import named, open_source

pc: Any = pyarrow.compute  # its stubs know no plain Python values

__all__ = ["Mapped", "Sheet", "find_columns", "fingerprint_file", "fingerprint_table", "read_sheet"]

#: Which column holds what: `{"suspect_mobiles": "Mobile No."}`, or several columns for one word.
Mapped: TypeAlias = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Records as they were written.

    Attributes:
        name, bytes, sha256: what the input is kept under.
        table: the records, blank and broken ones left out.
        row: each record's number as a spreadsheet shows it (a header is row 1); in a table, from 1.
        broken: the numbers of records that have more or fewer cells than the header.
    """

    name: str
    bytes: int
    sha256: str
    table: pa.Table
    row: pa.Array[Any]
    broken: pa.Array[Any]

    @property
    def records(self) -> int:
        """All records, broken ones included."""
        return len(self.table) + len(self.broken)


def read_sheet(source: Any, name: str | None = None) -> Sheet:
    """Reads one file of records, or anything that gives itself as an Arrow stream.

    Raises:
        FileMissingError: no file is there.
        InputError: the file is not what its name says.
        UnsupportedTypeError: neither a path nor a table.
    """
    if isinstance(source, str | Path):
        path = Path(source)
        size, sha256 = fingerprint_file(path)
        return _read(str(source), name or path.name, size, sha256)
    try:
        table = source if isinstance(source, pa.Table) else pa.table(source)
    except (TypeError, ValueError, pa.ArrowException):
        raise UnsupportedTypeError(
            "source: takes a path, or a table that gives itself as an Arrow stream (pyarrow, Polars, DuckDB, pandas)"
        ) from None
    return _read(table, name or "table", *fingerprint_table(table))


def _read(source: Any, name: str, size: int, sha256: str) -> Sheet:
    parts = open_source(source).parts
    if len(parts) != 1:
        raise ArgumentError("source: takes one file at a time, so that each keeps a name and a fingerprint of its own")
    part = parts[0]
    batches, rows = [], [np.empty(0, np.int64)]
    for batch in part.batches():
        batches.append(batch.data)
        rows.append(batch.row_numbers())
    table = pa.Table.from_batches(batches, part.schema())
    keep = ~_blank(table)
    row = np.concatenate(rows)
    if not keep.all():
        table, row = table.filter(pa.array(keep)), row[keep]
    return Sheet(name, size, sha256, table, pa.array(row), pa.array(list(part.refused_rows), pa.int64()))


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
    try:
        with path.open("rb") as file:
            return path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        raise FileMissingError(f"{path.name}: there is no such file") from None
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


def find_columns(
    table: pa.Table,
    known: Mapping[str, Sequence[str]],
    required: Sequence[str],
    mapping: Mapped | None,
    where: str,
) -> dict[str, list[int]]:
    """Which columns of `table` hold each of the `known` words.

    Args:
        table: the records.
        known: each word and the usual spellings of its header, normalised.
        required: words that must be found.
        mapping: the caller's own choice, word to header; the other way round is understood too.
        where: the input's name, for messages.

    Raises:
        ColumnError: a required or mapped column is not there, or is there twice.
        ArgumentError: the mapping names no known word.
    """
    headers = table.column_names
    there = named(headers)
    places: dict[str, list[int]] = {}
    for index, header in enumerate(headers):
        places.setdefault(_bare(header), []).append(index)

    found: dict[str, list[int]] = {}
    for word, wanted in _asked(mapping, known).items():
        for header in wanted:
            exact = [index for index, name in enumerate(headers) if name == header]
            at = exact or places.get(_bare(header), [])
            if len(at) != 1:
                trouble = "is there twice" if at else "is not there"
                raise ColumnError(f"{where}: the column {named([header])!r} {trouble}; its columns are {there}")
            found.setdefault(word, []).extend(at)
    for word, spellings in known.items():
        if word in found:
            continue
        at = [index for spelling in (word, *spellings) for index in places.get(_bare(spelling), [])]
        if len(at) > 1:
            raise ColumnError(f"{where}: more than one column could be {word}; tell which with mapping=")
        if at:
            found[word] = at
    missing = [word for word in required if word not in found]
    if missing:
        raise ColumnError(
            f"{where}: no column for {', '.join(missing)}; tell which with mapping=; its columns are {there}"
        )
    return found


def _asked(mapping: Mapped | None, known: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    if not mapping:
        return {}
    if all(word in known for word in mapping):
        return {word: [at] if isinstance(at, str) else list(at) for word, at in mapping.items()}
    turned: dict[str, list[str]] = {}
    for header, word in mapping.items():
        if not isinstance(word, str) or word not in known:
            raise ArgumentError(f"mapping: takes {{word: header}}; the words are {', '.join(known)}")
        turned.setdefault(word, []).append(header)
    return turned


def _bare(header: str) -> str:
    return re.sub(r"[\W_]+", "_", header.lower()).strip("_")
