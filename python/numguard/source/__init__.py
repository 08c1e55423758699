"""Rows from wherever they are: a path, a glob, a directory, a list of paths, a dataset, a table, any Arrow stream.

Owns what a source may be, and that a file is what its first bytes say, whatever it is called. Knows nothing of numbers.
One idea: every source is a list of **parts** (one a file, or one for a whole table or stream), and a part is a schema
and record batches that know in which file and row they begin.

    >>> import pyarrow as pa
    >>> source = open_source(pa.table({"mobile": ["98765 43210", "1930"]}))
    >>> [(batch.first_row, batch.data.num_rows) for batch in source.batches(["mobile"])]
    [(1, 2)]
"""

from __future__ import annotations

import glob
import io
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote

import pyarrow as pa

from numguard.errors import ArgumentError, FileMissingError, InputError
from numguard.source.arrow import ArrowFilePart, ParquetPart, StreamPart, parts_of_dataset
from numguard.source.csv import CsvPart
from numguard.source.part import Batch, BrokenPart, Part, check_columns, exporting, named, reading, with_told

__all__ = [
    "Batch",
    "CsvPart",
    "ParquetPart",
    "Part",
    "Source",
    "check_columns",
    "exporting",
    "named",
    "open_source",
    "reading",
    "with_told",
]

_STANDARD_INPUT = "-"
_ARROW_STREAM = b"\xff\xff\xff\xff"
_PARQUET = b"PAR1"
_KINDS_OF_DATASETS: dict[bytes, Literal["parquet", "ipc"]] = {_PARQUET: "parquet", b"ARRO": "ipc"}

#: What else people hand in, by its first bytes, and what to do with it.
_FOREIGN = {
    b"PK\x03\x04": "is a spreadsheet or a zip archive: save the sheet as CSV, or unpack it",
    b"\xd0\xcf\x11\xe0": "is an old spreadsheet: save it as CSV",
    b"SQLite format 3": "is a database: export the table to CSV or Parquet",
    b"%PDF": "is a PDF: ask for the records as CSV",
    b"ORC": "is ORC: write it as Parquet",
}


@dataclass(frozen=True)
class Source:
    """The parts of a source, in order."""

    parts: Sequence[Part]

    @property
    def schema(self) -> pa.Schema:
        """The columns of the first part."""
        return self.parts[0].schema()

    def batches(self, columns: Sequence[str] | None = None) -> Iterator[Batch]:
        """The rows of all parts, in order; `columns` chooses and orders the columns, None takes all."""
        for part in self.parts:
            yield from part.batches(columns)


def open_source(source: Any, *, keep_broken: bool = False) -> Source:
    """Finds the parts of a source. Files are looked at but not read.

    Args:
        source: A path, a glob, a directory (its files, by name, without hidden ones; directories below it such as
            `day=2025-06-01` become columns of text), `-` (standard input: CSV or an Arrow stream), a list of these, a
            URI that pyarrow knows (`s3://...`), a pyarrow dataset, or anything with the Arrow PyCapsule methods.
        keep_broken: Keep files that are of no container that is read, or that are gone: who reads such a part is told.

    Raises:
        FileMissingError: A path leads to nothing, or a glob matches nothing.
        InputError: A file is of a container that is not read.
        ArgumentError: The source is none of these.
    """
    if isinstance(source, (str, Path)):
        return Source(_parts_of_path(source, keep_broken))
    if _is_dataset(source):
        return Source(parts_of_dataset(source))
    if hasattr(source, "__arrow_c_stream__") or hasattr(source, "__arrow_c_array__"):
        return Source([StreamPart(source)])
    if isinstance(source, Sequence) and not isinstance(source, (bytes, bytearray)):
        if not source:
            raise ArgumentError("source: the list of paths is empty")
        if all(isinstance(path, (str, Path)) for path in source):
            return Source([part for path in source for part in _parts_of_path(path, keep_broken)])
    if hasattr(source, "collect"):
        raise ArgumentError("source: takes data, not a plan of it: collect() it, or hand in its file")
    raise ArgumentError(
        "source: takes a path, a glob, a list of paths, a pyarrow dataset or anything with __arrow_c_stream__, "
        f"not {type(source).__name__}"
    )


def _is_dataset(source: object) -> bool:
    # Only who made a dataset has the module, which takes long to import.
    module = sys.modules.get("pyarrow.dataset")
    return module is not None and isinstance(source, module.Dataset)


def _parts_of_path(path: str | Path, keep_broken: bool) -> list[Part]:
    text = str(path)
    if text == _STANDARD_INPUT:
        return [_standard_input()]
    if "://" in text:
        return _remote(text)
    path = Path(path).expanduser()
    if path.is_dir():
        found = [file for file in sorted(path.rglob("*")) if file.is_file() and not _is_hidden(file, path)]
        if not found:
            raise FileMissingError(f"{path}: there is no file in this directory")
        return [_part_of_file(file, keep_broken, below=path) for file in found]
    if not path.exists() and glob.has_magic(text):
        matched = [Path(file) for file in sorted(glob.glob(str(path), recursive=True))]  # noqa: PTH207
        matched = [file for file in matched if file.is_file()]
        if not matched:
            raise FileMissingError(f"{path}: no file matches")
        return [_part_of_file(file, keep_broken) for file in matched]
    return [_part_of_file(path, keep_broken)]


def _standard_input() -> Part:
    stream: Any = sys.stdin.buffer
    # What has come is looked at and stays there.
    head = stream.peek(4)[:4] if isinstance(stream, io.BufferedReader) else b""
    if head.startswith(_ARROW_STREAM):
        with reading("standard input", "the Arrow stream"):
            return StreamPart(pa.ipc.open_stream(stream))
    if head == _PARQUET:
        raise InputError("standard input: Parquet is read from its end, which a pipe does not allow: name the file")
    return CsvPart("standard input", lambda: stream, once=True)


def _is_hidden(file: Path, directory: Path) -> bool:
    """Whether tools that write many files use such names for what is no data (`_SUCCESS`, `.crc`)."""
    return any(step.startswith((".", "_")) for step in file.relative_to(directory).parts)


def _part_of_file(path: Path, keep_broken: bool, *, below: Path | None = None) -> Part:
    try:
        part = _sniff(path)
    except InputError as error:
        if not keep_broken:
            raise
        part = BrokenPart(str(path), error)
    if below is not None:
        part.partitions = _told_by(path, below)
    return part


def _sniff(path: Path) -> Part:
    name = str(path)
    with reading(name, "the file"):
        with path.open("rb") as file:
            head = file.read(16)
        if path.suffix.lower() in {".parquet", ".parq", ".pq"} and not head.startswith(b"PAR"):
            state = "is empty" if not head else "is not Parquet, whatever its name says"
            raise InputError(f"{name}: {state}")
    if head.startswith(_PARQUET):
        return ParquetPart(path)
    if head.startswith(b"PARE"):
        raise InputError(f"{name}: is encrypted Parquet: decrypt it first")
    if head.startswith(b"ARROW1"):
        return ArrowFilePart(path, stream=False)
    if head.startswith(_ARROW_STREAM):
        return ArrowFilePart(path, stream=True)
    for magic, advice in _FOREIGN.items():
        if head.startswith(magic):
            raise InputError(f"{name}: {advice}")
    return CsvPart(name, lambda: path.open("rb"))


def _remote(uri: str) -> list[Part]:
    """The parts of what stands at an address: CSV is read here, as everywhere; the rest is a dataset."""
    import pyarrow.dataset as ds
    from pyarrow import fs

    with reading(uri, "what is there"):
        system, path = fs.FileSystem.from_uri(uri)
        found = system.get_file_info(path)
        if found.type == fs.FileType.NotFound:
            raise FileMissingError(f"{uri}: there is nothing at this address")
        if found.type == fs.FileType.Directory:
            files = system.get_file_info(fs.FileSelector(path, recursive=True))
            below = [Path(file.path) for file in files if file.type == fs.FileType.File]
            paths = [str(file) for file in sorted(below) if not _is_hidden(file, Path(path))]
            if not paths:
                raise FileMissingError(f"{uri}: there is no file in this directory")
        else:
            paths = [path]
        # One look says what they are: each look at a file far away takes its time.
        with system.open_input_stream(paths[0]) as stream:
            head = bytes(stream.read(len(_PARQUET)))
        if kind := _KINDS_OF_DATASETS.get(head):
            return parts_of_dataset(ds.dataset(path, filesystem=system, format=kind, partitioning="hive"))
        if head == _ARROW_STREAM:
            return [StreamPart(pa.ipc.open_stream(system.open_input_stream(file))) for file in paths]
        return [_remote_csv(system, file, Path(path)) for file in paths]


def _remote_csv(system: Any, file: str, directory: Path) -> Part:
    part = CsvPart(file, lambda: system.open_input_stream(file, compression=None))
    part.partitions = _told_by(Path(file), directory)
    return part


def _told_by(file: Path, directory: Path) -> dict[str, str]:
    """What directories such as `day=2025-06-01` say of a file below them."""
    steps = (step.partition("=") for step in file.relative_to(directory).parent.parts)
    return {name: unquote(text) for name, equals, text in steps if name and equals}
