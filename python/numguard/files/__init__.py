"""Record batches -> files, whole or not at all, in the format that a path's ending tells.

Owns the way a file comes into being: written beside its place, flushed to the disk, and only then given its name. Files
that belong together take their places together. Who stops half way leaves nothing behind. How each format is written is
in `formats` and `spreadsheet`, what leaves the house in `outgoing`.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.compute

from numguard.errors import ArgumentError, FileMissingError
from numguard.files.formats import Arrow, Csv, Format, JsonLines, Parquet
from numguard.files.spreadsheet import Workbook
from numguard.types import PathLike

__all__ = ["FORMATS", "IMEI_COLUMNS", "Together", "together", "whole_file", "write_csv", "write_rows"]

compute: Any = pyarrow.compute  # its stubs leave some functions out

#: The formats by the ending of a path.
FORMATS: dict[str, type[Format]] = {
    ".parquet": Parquet,
    ".csv": Csv,
    ".xlsx": Workbook,
    ".arrow": Arrow,
    ".jsonl": JsonLines,
}
#: What columns of IMEI14 keys are called in this package.
IMEI_COLUMNS = ("imei14", "via_imei")
#: Rows gathered before they are written: a Parquet file of tiny row groups is slow to read.
_GATHER = 1 << 16


class Together:
    """Files that are written beside their places, and take them together; made by `together`."""

    def __init__(self, *, private: bool) -> None:
        self._mode = 0o600 if private else 0o666
        self._written: dict[Path, Path] = {}
        self._kept: dict[Path, Path] = {}
        self._placed: list[Path] = []

    @contextmanager
    def open(self, path: PathLike) -> Iterator[IO[bytes]]:
        """Opens a file beside `path`, which is on the disk when the block ends.

        Raises:
            FileMissingError: There is no such directory.
        """
        path = Path(path).expanduser()
        partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
        try:
            file = os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, self._mode), "wb")
        except FileNotFoundError:
            raise FileMissingError(f"{path.parent}: there is no such directory") from None
        self._written[path] = partial
        with file:
            yield file
            file.flush()
            os.fsync(file.fileno())

    def fingerprint(self, path: PathLike) -> tuple[str, int]:
        """SHA-256 and size of a file that has been written."""
        partial = self._written[Path(path).expanduser()]
        with partial.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest(), partial.stat().st_size

    def place(self) -> None:
        """All take their places, in the order in which they were opened; called at the end by itself.

        Who calls it earlier has what was there before put back if the block fails after all.
        """
        for path in list(self._written):
            if path.is_file():
                self._kept[path] = _kept(path)
            self._written[path].replace(path)
            self._placed.append(path)
            del self._written[path]

    def undo(self) -> None:
        """What was there before is there again, and nothing else."""
        for path in self._placed:
            if path in self._kept:
                self._kept.pop(path).replace(path)
            else:
                path.unlink(missing_ok=True)
        self._placed = []

    def forget(self) -> None:
        """Lets go of what was there before, and of what was written and has no place."""
        for path in (*self._kept.values(), *self._written.values()):
            path.unlink(missing_ok=True)


def _kept(path: Path) -> Path:
    """A second name for a file that is about to lose its own."""
    kept = path.with_name(f".{path.name}.{os.getpid()}.kept")
    kept.unlink(missing_ok=True)
    try:
        kept.hardlink_to(path)
    except OSError:  # not every disk has second names
        shutil.copy2(path, kept)
    return kept


@contextmanager
def together(*, private: bool = False) -> Iterator[Together]:
    """Several files that are there together once the block ends, or not at all; what they replace stays until then.

    `private` files can be read by their owner only.
    """
    files = Together(private=private)
    try:
        yield files
        files.place()
    except BaseException:
        files.undo()
        raise
    finally:
        files.forget()


@contextmanager
def whole_file(path: PathLike, *, private: bool = False) -> Iterator[IO[bytes]]:
    """Opens a file beside `path` that takes its place once everything was written, and vanishes otherwise.

    A `private` file can be read by its owner only.

    Raises:
        FileMissingError: There is no such directory.
    """
    with together(private=private) as files, files.open(path) as file:
        yield file


def write_rows(
    path: PathLike,
    schema: pa.Schema,
    batches: Iterable[pa.RecordBatch],
    *,
    texts: Sequence[str] = (),
    imeis: Sequence[str] = IMEI_COLUMNS,
    title: Sequence[str] = (),
    header: bool = True,
    private: bool = False,
    into: Together | None = None,
) -> None:
    """Writes `batches` of `schema` to `path`.

    Args:
        path: Its ending tells the format: .parquet, .csv, .xlsx, .arrow, .jsonl.
        schema: The columns.
        batches: The rows.
        texts: Integer columns that JSON gets as text, because its readers may hold no integer that long.
        imeis: Columns of IMEI14 keys; formats of text get all fourteen digits, or a handset with a leading zero could
            not be read back.
        title: Lines above the header, in .csv and .xlsx.
        header: Whether .csv and .xlsx begin with the names of the columns.
        private: Whether only its owner may read the file.
        into: The files among which it takes its place; by default it is one of its own.

    Raises:
        ArgumentError: No such format, or a column that the format cannot hold.
        MissingExtraError: The format needs what is not installed.
    """
    ending = Path(path).suffix.lower()
    if ending not in FORMATS:
        raise ArgumentError(f"path: its ending tells the format and is one of {', '.join(FORMATS)}")
    form = FORMATS[ending]
    if unfit := form.unfit(schema):
        raise ArgumentError(
            f"path: a {ending} file cannot hold the columns {', '.join(unfit)}: leave them out with columns=, "
            "or write .parquet, .arrow or .jsonl"
        )
    if (title or not header) and not form.is_sheet:
        raise ArgumentError(f"path: a {ending} file has no title and cannot go without the names of its columns")
    opened = whole_file(path, private=private) if into is None else into.open(path)
    with opened as file:
        _write(form, file, schema, batches, texts=texts, imeis=imeis, title=title, header=header)


def write_csv(file: IO[bytes], schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> None:
    """Writes `batches` of `schema` as CSV into an open file, such as standard output."""
    _write(Csv, file, schema, batches, texts=(), imeis=IMEI_COLUMNS)


def _write(
    form: type[Format],
    file: IO[bytes],
    schema: pa.Schema,
    batches: Iterable[pa.RecordBatch],
    *,
    texts: Sequence[str],
    imeis: Sequence[str],
    title: Sequence[str] = (),
    header: bool = True,
) -> None:
    handsets = [name for name in imeis if name in schema.names and schema.field(name).type == pa.uint64()]
    if not form.is_text:
        handsets = []
    written = schema
    for name in handsets:
        written = written.set(written.get_field_index(name), pa.field(name, pa.string()))
    with form(file, written, texts, title=title, header=header) as writer:
        for rows in _gathered(schema, batches):
            writer.write(_spelled(rows, handsets))


def _spelled(rows: pa.Table, handsets: Sequence[str]) -> pa.Table:
    """The rows with their IMEI14 keys as fourteen digits."""
    for name in handsets:
        digits = compute.utf8_lpad(rows[name].cast(pa.string()), 14, "0")
        rows = rows.set_column(rows.schema.get_field_index(name), name, digits)
    return rows


def _gathered(schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    waiting: list[pa.RecordBatch] = []
    for batch in batches:
        waiting.append(batch)
        if sum(b.num_rows for b in waiting) >= _GATHER:
            yield pa.Table.from_batches(waiting, schema)
            waiting = []
    if waiting:
        yield pa.Table.from_batches(waiting, schema)
