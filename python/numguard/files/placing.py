"""Files at their paths, whole or not at all: written under temporary names beside them, flushed to the disk, renamed.

Owns these steps. Files that belong together are renamed together. A call that stops early leaves no file, and temporary
files of a killed process are removed by the next one that writes into the folder. Independent of what a file holds.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from secrets import token_hex
from typing import IO

from numguard.errors import ArgumentError, FileError, FileMissingError, InputError
from numguard.files.steps import one_step
from numguard.system import (
    at_home,
    check_replaceable,
    flush_folder,
    lock_alone,
    lock_shared,
    make_private,
    open_folder,
    open_new,
    reason_of,
)
from numguard.types import PathLike

#: Temporary names: written by a running call, waiting for a record in a registry, replaced by a new file.
_PREFIX = ".numguard-"
_PARTIAL, _WAITING, _KEPT = ".partial", ".waiting", ".kept"

#: The first bytes of a registry's file.
_REGISTRY = b"SQLite format 3"

#: The files of the block of `placed_together` that this context is in.
_PLACED_TOGETHER: ContextVar[Together | None] = ContextVar("placed_together", default=None)


class _Names:
    """The temporary names of one call, and how the call is undone.

    Attributes:
        written: Final path -> temporary name of the new file.
        kept: Final path -> temporary name of the file that was replaced.
        placed: Final paths that have their new file.
        folders: Descriptors of the folders, locked so that no other process removes temporary files.
    """

    def __init__(self) -> None:
        self.written: dict[Path, Path] = {}
        self.kept: dict[Path, Path] = {}
        self.placed: list[Path] = []
        self.folders: dict[Path, int | None] = {}
        self._process = os.getpid()

    def undo(self) -> None:
        """Restores the replaced files and removes the new ones."""
        for path in self.placed:
            if path in self.kept:
                self.kept.pop(path).replace(path)
            else:
                path.unlink(missing_ok=True)
        self.placed.clear()

    def forget(self) -> None:
        """Removes replaced files and new files that were not placed, and closes the folders."""
        for path in (*self.kept.values(), *self.written.values()):
            path.unlink(missing_ok=True)
        for folder in self.folders.values():
            if folder is not None:
                os.close(folder)
        for names in (self.kept, self.written, self.folders):
            names.clear()
        self.placed.clear()

    def roll_back(self) -> None:
        """Undoes a call that an exception ended between two of its lines; a forked process must not do this."""
        if os.getpid() == self._process:
            with one_step():
                self.undo()
                self.forget()


class Together:
    """Files that are written under temporary names and renamed together; made by `together`.

    Attributes:
        token: The common part of the temporary names.
    """

    def __init__(self, *, private: bool, token: str | None = None, joins: Together | None = None) -> None:
        self._private = private
        # Files with a token of the caller are never removed as leftovers: the caller decides.
        self._ending = _PARTIAL if token is None else _WAITING
        self.token = token_hex(8) if token is None else token
        self._names: _Names = _Names() if joins is None else joins._names
        self._count = 0
        if token is None and joins is None:
            # Ctrl-C may come between two instructions of a `with`, so that its end never runs. Then the files are
            # removed with this object, or when the process ends.
            weakref.finalize(self, self._names.roll_back)

    @contextmanager
    def open(self, path: PathLike) -> Iterator[IO[bytes]]:
        """Opens a temporary file beside `path`; it is flushed to the disk when the block ends.

        Raises:
            ArgumentError: The path is written already.
            FileMissingError: There is no such directory.
            FileError: The file cannot be created, or the disk is full.
        """
        path = _checked_path(path)
        if path in self._names.written:
            raise ArgumentError(f"{path}: is written already by this call: name another file")
        temporary = self._temporary(path, self._ending)
        folders = self._names.folders
        try:
            if path.parent not in folders:
                _open_locked(path.parent, folders)
            # Recorded before it exists: a file that is not recorded would never be removed.
            self._names.written[path] = temporary
            # The name is random and the file new, so no existing file gives it its mode.
            made = open_new(temporary, self._mode)
        except OSError as error:
            self._names.written.pop(path, None)
            if isinstance(error, FileNotFoundError):
                raise FileMissingError(f"{path.parent}: there is no such directory") from None
            raise unwritten(path, error) from None
        try:
            # At its end the file is flushed once more, which fails again on a full disk.
            with os.fdopen(made, "wb") as file:
                if self._private:
                    make_private(made, self._mode)
                yield file
                file.flush()
                os.fsync(made)
        except OSError as error:
            raise unwritten(path, error) from None

    def fingerprint(self, path: PathLike) -> tuple[str, int]:
        """SHA-256 and size of a file that has been written."""
        temporary = self._names.written[at_home(path)]
        with temporary.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest(), temporary.stat().st_size

    def places(self) -> dict[Path, Path]:
        """Temporary path -> final path of all written files, whose names are flushed to the disk."""
        self._flush_names()
        return {temporary.absolute(): path.absolute() for path, temporary in self._names.written.items()}

    def place(self) -> None:
        """Renames all to their final paths, in the order in which they were opened; `together` calls it at its end."""
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
        """Renames all to their final paths without undo, because the export is recorded already.

        Raises:
            OSError: One of them cannot be renamed, and keeps its temporary name; others may have been renamed.
        """
        with one_step():
            waiting = dict(self._names.written)
            self._names.written.clear()
            for path, temporary in waiting.items():
                try:
                    temporary.replace(path)
                except FileNotFoundError:
                    # Another process may have found the record and renamed the file.
                    if not path.exists():
                        raise
            self._flush_names()

    def leave(self) -> None:
        """Leaves the files under their temporary names; whether they are renamed is decided later."""
        self._names.written.clear()

    @property
    def _mode(self) -> int:
        return 0o600 if self._private else 0o666

    def _temporary(self, path: Path, ending: str) -> Path:
        self._count += 1
        return path.with_name(f"{_PREFIX}{self.token}-{self._count}{ending}")

    def _keep(self, path: Path) -> Path:
        """Keeps the file at a path, which is about to be replaced, under a temporary name."""
        kept = self._temporary(path, _KEPT)
        try:
            kept.hardlink_to(path)
        except OSError:  # not every file system has hard links
            shutil.copy2(path, kept)
        return kept

    def _flush_names(self) -> None:
        for folder in self._names.folders.values():
            flush_folder(folder)


def _checked_path(path: PathLike) -> Path:
    """The path with `~` expanded, if a file can be written there.

    Raises:
        ArgumentError: Its name is not UTF-8 or contains NUL, or a registry is there.
        FileError: It is a folder, a device or a pipe, too long, or a file that another program has open.
    """
    path = at_home(path)
    try:
        name = os.fsencode(path.name).decode()
    except UnicodeError:
        raise ArgumentError("path: the file's name is not UTF-8; the receiver could not read it") from None
    if "\0" in str(path):
        raise ArgumentError("path: a file name cannot contain a NUL character")
    try:
        if path.is_dir():
            raise FileError(f"{name}: is a folder")
        if path.exists() and not path.is_file():
            raise FileError(f"{name}: is a device or a pipe, which a file would replace; give the name of a file")
        check_replaceable(path)
    except OSError as error:
        raise unwritten(path, error) from None
    if is_registry(path):
        raise ArgumentError(f"path: {name} is a registry: write to another file")
    return path


def is_registry(path: Path) -> bool:
    """Whether there is a file at the path that is a database of SQLite, as a registry is."""
    # Opening a pipe waits for who writes to it.
    with suppress(OSError):
        if path.is_file():
            with path.open("rb") as file:
                return file.read(len(_REGISTRY)) == _REGISTRY
    return False


def make_folder(path: PathLike) -> Path:
    """A folder, which is created for its owner only if it is not there."""
    folder = at_home(path, "folder")
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise unwritten(folder, error) from None
    return folder


def unwritten(path: Path, error: OSError) -> Exception:
    """The package's error for a file that could not be written."""
    if isinstance(error, InputError):
        return error
    return FileError(f"{path}: cannot be written ({reason_of(error)})")


def _open_locked(folder: Path, opened: dict[Path, int | None]) -> None:
    """Adds a folder's descriptor with a shared lock; leftovers of killed processes are removed first.

    Writers share the lock, and the removal needs it exclusively: while no process writes, all temporary files are
    leftovers. None for a folder that may be written to but not read.
    """
    # A descriptor that Ctrl-C separates from its name would hold its lock until the process ends.
    with one_step():
        descriptor = opened[folder] = open_folder(folder)
    if descriptor is None:
        return
    if lock_alone(descriptor):
        for left in (*folder.glob(f"{_PREFIX}*{_PARTIAL}*"), *folder.glob(f"{_PREFIX}*{_KEPT}*")):
            with suppress(OSError):
                left.unlink()
    lock_shared(descriptor)


@contextmanager
def beside(path: Path) -> Iterator[Path]:
    """A temporary name beside `path` for a file that another library writes; it is removed at the end."""
    opened: dict[Path, int | None] = {}
    name = path.with_name(f"{_PREFIX}{token_hex(8)}{_PARTIAL}")
    try:
        _open_locked(path.parent, opened)
        os.close(open_new(name, 0o600))
        yield name
        flush_folder(opened[path.parent])
    finally:
        with one_step():
            for left in path.parent.glob(f"{name.name}*"):
                left.unlink(missing_ok=True)
            if (folder := opened.get(path.parent)) is not None:
                os.close(folder)


def place_waiting(places: Mapping[Path, Path]) -> None:
    """Renames files from temporary to final paths beside them, if they still exist; no other file of a recorded name.

    Raises:
        OSError: One of them cannot be renamed; others may have been.
    """
    for temporary, path in places.items():
        ours = temporary.parent == path.parent and temporary.name.startswith(_PREFIX)
        if ours and temporary.exists():
            with suppress(FileNotFoundError):  # another process does the same
                temporary.replace(path)


def remove_waiting(folder: Path, token: str) -> None:
    """Removes the temporary files with a token."""
    with suppress(FileNotFoundError, NotADirectoryError):
        for left in folder.glob(f"{_PREFIX}{token}-*"):
            left.unlink(missing_ok=True)


@contextmanager
def together(*, private: bool = False, token: str | None = None) -> Iterator[Together]:
    """Several files that are written together once the block ends, or not at all; replaced files stay until then.

    `private` files can be read by their owner only. With a `token`, the caller handles files that a killed process
    leaves.
    """
    outer = _PLACED_TOGETHER.get()
    if outer is not None and token is None:
        with _joining(outer, private=private) as files:
            yield files
        return
    files = Together(private=private, token=token)
    try:
        yield files
        files.place()
    except BaseException:
        with one_step():
            files._names.undo()
        raise
    finally:
        with one_step():
            files._names.forget()


@contextmanager
def _joining(outer: Together, *, private: bool) -> Iterator[Together]:
    """Files that are placed with those of `outer`, unless the block fails."""
    written = outer._names.written
    before = set(written)
    try:
        yield Together(private=private, joins=outer)
    except BaseException:
        with one_step():
            for path in set(written) - before:
                written.pop(path).unlink(missing_ok=True)
        raise


@contextmanager
def placed_together() -> Iterator[None]:
    """All files written in the block are placed at its end, or none; not those with a `token` or of other threads."""
    with together() as files:
        before = _PLACED_TOGETHER.get()
        try:
            _PLACED_TOGETHER.set(files)
            yield
        finally:
            with one_step():
                _PLACED_TOGETHER.set(before)


@contextmanager
def whole_file(path: PathLike, *, private: bool = False) -> Iterator[IO[bytes]]:
    """Opens a temporary file that is renamed to `path` once all is written, and removed otherwise.

    A `private` file can be read by its owner only.
    """
    with together(private=private) as files, files.open(path) as file:
        yield file
