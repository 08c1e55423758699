"""The inputs of an event: the name, size and SHA-256 of each file or table, and their record.

Independent of what is in them. One idea: for every input it can be proved later which file it was.
"""

from __future__ import annotations

import glob
import hashlib
import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa

from numguard.compute import filled, pc, whole
from numguard.errors import ArgumentError, FileMissingError, InputError
from numguard.registry.log.store import Append, Store
from numguard.source import files_of, is_local
from numguard.source.container import check_file
from numguard.system import state_of
from numguard.types import Source


def record_input(
    append: Append, ordinal: int, name: str, size: int | None, sha256: str, *, records: int | None
) -> None:
    """Records an input of an event."""
    row = {"ordinal": [ordinal], "name": [name], "bytes": [size], "sha256": [sha256], "records": [records]}
    append.rows("input", row)


def refuse_recorded(store: Store, path: Path, option: str) -> None:
    """Refuses to write over a file that an event has read: it is evidence, and the record has its SHA-256."""
    try:
        if not path.is_file():
            return
    except OSError:
        return  # writing to it raises the error
    # One that was withdrawn since is what a list was made of before.
    inputs = store.inputs(store.head(), since=0)
    as_long = inputs.filter(pc.equal(inputs["bytes"], path.stat().st_size))
    if not len(as_long):
        return
    same = as_long.filter(pc.equal(as_long["sha256"], fingerprint_file(path)[1]))
    if len(same):
        event = same["event"][0].as_py()
        raise ArgumentError(f"{option}: {path} was read by event {event} of the registry: write to another file")


def fingerprints(sightings: Source) -> list[tuple[str, int | None, str]]:
    """Name, size and SHA-256 of each file of sightings; a stream that can be read only once has none."""
    found: list[tuple[str, int | None, str]] = []
    for entry in sightings if isinstance(sightings, list | tuple) else [sightings]:
        if isinstance(entry, pa.Table):
            found.append(("table", *fingerprint_table(entry)))
            continue
        paths = _paths_of(entry)
        stream = "standard input" if isinstance(entry, str) and entry == "-" else type(entry).__name__
        found += [(path.name, *fingerprint_file(path)) for path in paths] or [(stream, None, "")]
    return found


def local_files(sightings: Source) -> list[Path]:
    """The local files of sightings."""
    entries = sightings if isinstance(sightings, list | tuple) else [sightings]
    return [path for entry in entries for path in _paths_of(entry)]


def _paths_of(entry: object) -> Sequence[Path]:
    # Complaints are added without it.
    from numguard.cdr import Cdr

    if isinstance(entry, Cdr):
        return entry.paths
    return files_of(entry) if isinstance(entry, str | Path) and is_local(entry) else ()


@contextmanager
def unchanged(files: Callable[[], Sequence[Path]]) -> Iterator[None]:
    """Raises at its end if one of the files was written to meanwhile, or another one is among them.

    The SHA-256 on record would be of another content than the one that was read.
    """
    before = {path: state_of(path) for path in files()}
    yield
    after = {path: state_of(path) for path in files()}
    changed = [path.name for path in {**before, **after} if before.get(path) != after.get(path)]
    if changed:
        raise InputError(f"{changed[0]}: was changed while it was read; nothing was recorded; read it again")


def fingerprint_file(path: Path) -> tuple[int, str]:
    """The size and SHA-256 of a file."""
    if path.exists():
        check_file(path)
    try:
        with path.open("rb") as file:
            return path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest()
    except ValueError:
        raise FileMissingError("path: a file name cannot contain a NUL character") from None
    except OSError as error:
        is_pattern = glob.has_magic(str(path)) and not path.exists()
        # Windows has another error for a name with `*`.
        if is_pattern or isinstance(error, FileNotFoundError):
            of_one = ": name one file, and no pattern" if is_pattern else ""
            raise FileMissingError(f"{path}: there is no such file{of_one}") from None
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None


def fingerprint_table(table: pa.Table) -> tuple[int, str]:
    """The size and SHA-256 of a table: of its bare columns as an Arrow stream, whatever its chunks."""
    bare = _joined(table.replace_schema_metadata(None))
    sink = _Digest()
    with pa.ipc.new_stream(pa.PythonFile(sink, "w"), bare.schema) as writer:
        writer.write_table(bare)
    return sink.size, sink.sha256.hexdigest()


def _joined(table: pa.Table) -> pa.Table:
    """A table of one chunk a column, as pyarrow joins it; else without empty chunks; else without dictionaries."""
    try:
        return table.combine_chunks()
    except pa.ArrowException:
        columns = [filled(column) for column in table.columns]
    try:
        return pa.Table.from_arrays(columns, schema=table.schema).combine_chunks()
    except pa.ArrowException:
        arrays = list(map(whole, columns))
    fields = [field.with_type(array.type) for field, array in zip(table.schema, arrays, strict=True)]
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields))


class _Digest(io.RawIOBase):
    """A file object that keeps only size and SHA-256 of what is written."""

    def __init__(self) -> None:
        self.size = 0
        self.sha256 = hashlib.sha256()

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        self.sha256.update(data)
        self.size += len(data)
        return len(data)
