"""Record batches -> files, whole or not at all, in the format given by the path's ending.

Owns the way a file comes into being: written beside its place, flushed to the disk, and only then given its name. Files
that belong together take their places together. Who stops half way leaves nothing behind, and what a killed process
left is swept by the next one that writes into the folder. How each format is written is
in `formats` and `spreadsheet`, what leaves the house in `outgoing`.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import weakref
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from typing import IO, Any

import pyarrow as pa
import pyarrow.compute

from numguard.errors import ArgumentError, FileError, FileMissingError, InputError
from numguard.files.formats import Arrow, Csv, Format, JsonLines, Parquet
from numguard.files.spreadsheet import Workbook
from numguard.files.steps import one_step, step
from numguard.system import flush_folder, lock_alone, lock_shared, make_private, open_folder, open_new
from numguard.types import PathLike

__all__ = [
    "FORMATS",
    "IMEI_COLUMNS",
    "Together",
    "beside",
    "sweep",
    "take_places",
    "together",
    "unwritten",
    "whole_file",
    "write_csv",
    "write_rows",
]

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
#: The names of files that have no place yet, or have lost it: written by one call, waiting for a record, replaced.
_OURS = ".numguard-"
PARTIAL, WAITING, KEPT = ".partial", ".waiting", ".kept"
#: Rows gathered before they are written: a Parquet file of tiny row groups is slow to read.
_GATHER = 1 << 16


class _Names:
    """The names that the files of one call have beside their places, and how they are given up.

    Attributes:
        written: Places, and where what was written for them lies.
        kept: Places, and where what had them before lies.
        placed: Places that were taken.
        folders: Descriptors of the folders, locked against sweeping.
    """

    def __init__(self) -> None:
        self.written: dict[Path, Path] = {}
        self.kept: dict[Path, Path] = {}
        self.placed: list[Path] = []
        self.folders: dict[Path, int | None] = {}
        self._process = os.getpid()

    def undo(self) -> None:
        """What was there before is there again, and nothing else."""
        for path in self.placed:
            if path in self.kept:
                self.kept.pop(path).replace(path)
            else:
                path.unlink(missing_ok=True)
        self.placed.clear()

    def forget(self) -> None:
        """Lets go of what was there before, and of what was written and has no place."""
        for path in (*self.kept.values(), *self.written.values()):
            path.unlink(missing_ok=True)
        for folder in self.folders.values():
            if folder is not None:
                os.close(folder)
        for names in (self.kept, self.written, self.folders):
            names.clear()
        self.placed.clear()

    def give_up(self) -> None:
        """What a call left behind that was ended between two of its own lines; a copy of this process owns nothing."""
        if os.getpid() == self._process:
            with one_step():
                self.undo()
                self.forget()


class Together:
    """Files that are written beside their places, and take them together; made by `together`.

    Attributes:
        token: What the names beside their places have in common.
    """

    def __init__(self, *, private: bool, token: str | None = None) -> None:
        self._private = private
        # Those that somebody else answers for bear his token, and are never swept.
        self._ending = PARTIAL if token is None else WAITING
        self.token = token_hex(8) if token is None else token
        self._names = _Names()
        self._count = 0
        if token is None:
            # Ctrl-C may come between two instructions of a `with`, so that its block is entered or left and nobody
            # knows: then the names go with this object, or when the process ends.
            weakref.finalize(self, self._names.give_up)

    @contextmanager
    def open(self, path: PathLike) -> Iterator[IO[bytes]]:
        """Opens a file beside `path`, which is on the disk when the block ends.

        Raises:
            FileMissingError: There is no such directory.
            FileError: The file cannot be made, or the disk is full.
        """
        path = _writable(path)
        partial = self._beside(path, self._ending)
        folders = self._names.folders
        try:
            if path.parent not in folders:
                folders[path.parent] = _entered(path.parent)
            # Reported before it exists: a file that is made and not reported would stay.
            self._names.written[path] = partial
            # A name that nobody can foresee, made by this call: no other file lends its mode.
            made = open_new(partial, self._mode)
        except OSError as error:
            self._names.written.pop(path, None)
            if isinstance(error, FileNotFoundError):
                raise FileMissingError(f"{path.parent}: there is no such directory") from None
            raise unwritten(path, error) from None
        with os.fdopen(made, "wb") as file:
            if self._private:
                make_private(made, self._mode)
            try:
                yield file
                file.flush()
                os.fsync(made)
            except OSError as error:
                raise unwritten(path, error) from None

    def fingerprint(self, path: PathLike) -> tuple[str, int]:
        """SHA-256 and size of a file that has been written."""
        partial = self._names.written[Path(path).expanduser()]
        with partial.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest(), partial.stat().st_size

    def places(self) -> dict[Path, Path]:
        """Where what was written lies, on the disk with its name, and the place that it is to take."""
        self._flush_names()
        return {partial.absolute(): path.absolute() for path, partial in self._names.written.items()}

    def place(self) -> None:
        """All take their places, in the order in which they were opened; called at the end by itself."""
        names = self._names
        with one_step():
            for path in list(names.written):
                try:
                    if path.is_file():
                        names.kept[path] = self._keep(path)
                    names.written[path].replace(path)
                except OSError as error:
                    raise unwritten(path, error) from None
                names.placed.append(path)
                del names.written[path]
            self._flush_names()

    def place_for_good(self) -> None:
        """All take their places, and are not taken back: it is recorded that they did. What cannot stays beside.

        Raises:
            OSError: One of them cannot; the others may have theirs.
        """
        with one_step():
            waiting = dict(self._names.written)
            self._names.written.clear()
            for path, partial in waiting.items():
                try:
                    partial.replace(path)
                except FileNotFoundError:
                    # Another process may have found the record, and done it.
                    if not path.exists():
                        raise
            self._flush_names()

    def leave(self) -> None:
        """Leaves what was written beside its place: whether it takes it is decided later."""
        self._names.written.clear()

    def undo(self) -> None:
        """What was there before is there again, and nothing else."""
        self._names.undo()

    def forget(self) -> None:
        """Lets go of what was there before, and of what was written and has no place."""
        self._names.forget()

    @property
    def _mode(self) -> int:
        return 0o600 if self._private else 0o666

    def _beside(self, path: Path, ending: str) -> Path:
        self._count += 1
        return path.with_name(f"{_OURS}{self.token}-{self._count}{ending}")

    def _keep(self, path: Path) -> Path:
        """A second name for a file that is about to lose its own."""
        kept = self._beside(path, KEPT)
        try:
            kept.hardlink_to(path)
        except OSError:  # not every disk has second names
            shutil.copy2(path, kept)
        return kept

    def _flush_names(self) -> None:
        for folder in self._names.folders.values():
            flush_folder(folder)


def _writable(path: PathLike) -> Path:
    """A path that a file can have.

    Raises:
        ArgumentError: Its name is none.
        FileError: It is a folder, or too long.
    """
    path = Path(path).expanduser()
    try:
        name = os.fsencode(path.name).decode()
    except UnicodeError:
        raise ArgumentError("path: the file's name is not UTF-8; the receiver could not read it") from None
    if "\0" in str(path):
        raise ArgumentError("path: no file's name has a NUL character")
    try:
        if path.is_dir():
            raise FileError(f"{name}: is a folder")
    except OSError as error:
        raise unwritten(path, error) from None
    return path


def unwritten(path: Path, error: OSError) -> Exception:
    """The package's error for a file that could not be written."""
    if isinstance(error, InputError):
        return error
    return FileError(f"{path.name}: cannot be written ({error.strerror or 'the disk failed'})")


def _entered(folder: Path) -> int | None:
    """A folder's descriptor, locked against sweeping; what killed processes left there is swept before.

    A writer shares the lock, and the clean-up has it alone: while nobody writes, temporary files belong to nobody.
    None of a folder that may be written to and not be read.
    """
    entered = open_folder(folder)
    if entered is None:
        return None
    if lock_alone(entered):
        for left in folder.glob(f"{_OURS}*"):
            if PARTIAL in left.name or KEPT in left.name:
                with suppress(OSError):
                    left.unlink()
    lock_shared(entered)
    return entered


@contextmanager
def beside(path: Path) -> Iterator[Path]:
    """A name beside `path` for a file that another library makes; what has it at the end is removed.

    Raises:
        OSError: The folder is not there, or cannot be written to.
    """
    folder = _entered(path.parent)
    name = path.with_name(f"{_OURS}{token_hex(8)}{PARTIAL}")
    try:
        os.close(open_new(name, 0o600))
        yield name
        flush_folder(folder)
    finally:
        with one_step():
            for left in path.parent.glob(f"{name.name}*"):
                left.unlink(missing_ok=True)
            if folder is not None:
                os.close(folder)


def take_places(places: Mapping[Path, Path]) -> None:
    """What was left beside its place takes it, if it is still there.

    Raises:
        OSError: One of them cannot; the others may have theirs.
    """
    for partial, path in places.items():
        if partial.exists():
            with suppress(FileNotFoundError):  # another process does the same
                partial.replace(path)


def sweep(folder: Path, token: str) -> None:
    """Removes what bears a token and was left beside its place."""
    with suppress(FileNotFoundError, NotADirectoryError):
        for left in folder.glob(f"{_OURS}{token}-*"):
            left.unlink(missing_ok=True)


@contextmanager
def together(*, private: bool = False, token: str | None = None) -> Iterator[Together]:
    """Several files that are there together once the block ends, or not at all; what they replace stays until then.

    `private` files can be read by their owner only. With a `token`, somebody else answers for what a killed process
    leaves behind.
    """
    files = Together(private=private, token=token)
    try:
        yield files
        files.place()
    except BaseException:
        with one_step():
            files.undo()
        raise
    finally:
        with one_step():
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
        path: Its ending gives the format: .parquet, .csv, .xlsx, .arrow, .jsonl.
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
        raise ArgumentError(f"path: its ending gives the format and is one of {', '.join(FORMATS)}")
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
            step()
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
