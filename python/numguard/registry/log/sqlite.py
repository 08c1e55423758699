"""A registry in one private file, or in memory.

Owns how the file is created, opened and checked, and the settings of its write-ahead log. Independent of the tables of
the registry. One idea: an event that was acknowledged is in the file itself, and no other file has taken its name.
"""

from __future__ import annotations

import os
import shutil
import stat
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from numguard.errors import DamagedError, RegistryError
from numguard.files.placing import beside
from numguard.registry.log import dialect
from numguard.registry.log.dialect import DAMAGED, FAILED, FULL, READ_ONLY, WAITED, Dialect
from numguard.system import has_modes, is_remote

_GONE = "was deleted or replaced since it was opened; nothing was recorded; open it again"
_TRIGGER = "has a trigger, so that it may record or show something else than it is given; restore it from a backup"
_OPEN_ELSEWHERE = (
    "another process has had it open for 20 seconds, and on a network drive one at a time can; try again when it has "
    "ended"
)

# SQLite 3.7.0 to 3.51.2 can lose a commit when a write-ahead log is reset under two connections.
_OLDEST_SQLITE = (3, 51, 3)

# Numbers are not inserted in order, so that in a large registry nearly every row of an index changes another page.
# Small pages halve what is written, and with a log of this many bytes a page that changes often within one event is
# copied into the file once, at its end (`settled`). Measured with 10 million complaints: 10,000 more in 0.25 s
# on average, 0.36 s with SQLite's own pages of 4,096 bytes and log of a thousand pages.
_PAGE = 2_048
_LOG = 64 << 20

# The bytes of the index of the log at first.
_INDEX = 32_768


class SQLite(Dialect):
    """A private file, or memory: write-ahead log, full sync, readable by its owner only.

    The index of the log is in the memory that the processes of one machine share. On a drive of another machine, which
    processes of several may open, the file is locked as long as one has it open, and no memory is shared.
    """

    begin_statement = "BEGIN IMMEDIATE"
    # As long as it is open, SQLite believes that the process has the locks of the one it was forked from. They are not
    # inherited, so that another process could delete the log to which a second connection writes.
    closed_in_forks = True

    def __init__(self, target: str) -> None:
        import adbc_driver_sqlite as driver

        self._file = None if target == ":memory:" else Path(target).absolute()
        self._opened: tuple[int, int] | None = None
        #: One process at a time has it open: other machines do not see what this one has in memory of the log.
        self._alone = self._file is not None and is_remote(self._file)
        self.name = target if self._file is None else self._file.name
        if self._file is not None:
            self._check_file(self._file)
        with self._translated_errors():
            super().__init__(self.name, driver.connect(str(self._file or target)))
        try:
            self._opened = self._seen()
            self._prepare()
        except BaseException:
            self.close()
            raise

    @classmethod
    def make(cls, target: str, build: Callable[[Dialect], None]) -> None:
        """Creates a file that is complete when it is given its name; a file that was created meanwhile stays.

        Raises:
            RegistryError: It cannot be created, or the write-ahead log of a deleted file exists.
        """
        file = Path(target).absolute()
        log = log_of(file)
        if log.exists() and not file.exists():
            raise RegistryError(
                f"{file.name}: was deleted, but its log exists; restore the file from a backup, or move {log.name} away"
            )
        try:
            with beside(file) as unnamed:
                new = cls(str(unnamed))
                new.name = file.name
                try:
                    build(new)
                finally:
                    new.close()
                with suppress(FileExistsError):
                    _name_it(unnamed, file)
        except OSError as error:
            raise RegistryError(f"{file.name}: cannot be created ({error.strerror})") from None

    def copy(self, path: Path) -> None:
        """Copies the log into an empty file."""
        self.fetch("VACUUM INTO $1", (str(path),))

    def begin(self) -> None:
        """Begins a transaction that will write, if the file is still the one that was opened."""
        self._still_there()
        super().begin()

    def commit(self) -> None:
        """Commits the transaction, if the file is still the one that was opened."""
        self._still_there()
        super().commit()

    def settled(self) -> None:
        """Copies the write-ahead log into the file, so that a copy of the file alone is complete."""
        if self._file is not None:
            with suppress(RegistryError):  # an event in the write-ahead log is recorded
                self.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def check(self) -> None:
        """Looks for what SQLite itself detects, such as indexes that differ from their tables, and for triggers."""
        self._still_there()
        result = self.fetch("PRAGMA integrity_check(1)").column(0)[0].as_py()
        if result != "ok":
            self.damaged()
        if len(self.fetch("SELECT name FROM sqlite_master WHERE type = 'trigger'")):
            raise DamagedError(f"{self.name}: {_TRIGGER}")

    def mistyped(self, fields: Sequence[tuple[str, str]]) -> list[str]:
        """The conditions of text that is kept as bytes or null: SQLite keeps the type of each value beside it."""
        return [f"typeof(t.{name}) <> 'text'" for name, code in fields if code == "t"]

    def _seen(self) -> tuple[int, int] | None:
        """The device and inode of the file, by which it differs from another of the same name."""
        if self._file is None:
            return None
        try:
            there = self._file.stat()
        except OSError:
            return None
        return there.st_dev, there.st_ino

    def _still_there(self) -> None:
        if self._seen() != self._opened:
            raise RegistryError(f"{self.name}: {_GONE}")

    def _why(self, message: str | None, words: str) -> str | None:
        if message == WAITED and self._alone:
            return _OPEN_ELSEWHERE
        if message == FAILED and self._file is not None and is_full(self._file):
            return FULL
        if message != READ_ONLY or self._file is None:
            return message
        if self._opened is not None and self._seen() != self._opened:
            return _GONE
        # SQLite reports a writable file as read-only where the version bytes of its header are damaged.
        writable = os.access(self._file, os.W_OK) and os.access(self._file.parent, os.W_OK)
        return DAMAGED if writable else message

    def _prepare(self) -> None:
        self.execute(f"PRAGMA busy_timeout = {dialect.BUSY_MS}")
        if self._alone:
            self.execute("PRAGMA locking_mode = EXCLUSIVE")
        if self._file is None:
            return
        # Of a file that is none of ours neither the mode nor the content is changed.
        self.has_registry()
        self._make_private(self._file)
        version = self.fetch("SELECT sqlite_version() AS version")["version"][0].as_py()
        if tuple(int(part) for part in version.split(".")[:3]) < _OLDEST_SQLITE:
            raise RegistryError(f"{self.name}: SQLite {version} can lose commits; upgrade adbc-driver-sqlite")
        self.execute(f"PRAGMA page_size = {_PAGE}")
        self._log_ahead()
        self.execute(f"PRAGMA wal_autocheckpoint = {_LOG // _PAGE}")
        self.execute("PRAGMA synchronous = FULL")
        self.execute("PRAGMA cache_size = -262144")

    def _log_ahead(self) -> None:
        # SQLite does not wait for another connection that changes the journal mode at the same moment.
        deadline = time.monotonic() + dialect.BUSY_MS / 1000
        while True:
            try:
                mode = self.fetch("PRAGMA journal_mode = WAL").column(0)[0].as_py()
            except RegistryError as error:
                if "another process" not in str(error) or time.monotonic() > deadline:
                    raise
                time.sleep(0.02)
                continue
            if mode != "wal":
                raise RegistryError(f"{self.name}: this file system cannot hold a write-ahead log")
            return

    def _check_file(self, file: Path) -> None:
        # The file is never opened here: closing it would drop the locks of every connection this process has to it.
        try:
            there = file.stat()
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) else "the name is no file name"
            raise RegistryError(f"{self.name}: cannot be opened ({why})") from None
        if stat.S_ISDIR(there.st_mode):
            raise RegistryError(f"{self.name}: is a folder, not a registry")
        if there.st_size == 0 and not file.name.endswith(".partial"):
            raise RegistryError(
                f"{self.name}: is an empty file, not a registry; restore it from a backup, "
                "or remove it: a new one is created"
            )

    def _make_private(self, file: Path) -> None:
        with suppress(PermissionError):
            if has_modes() and file.stat().st_mode & 0o077:
                file.chmod(0o600)

    def tables(self) -> set[str]:
        """The names of the tables."""
        names = self.fetch("SELECT name FROM sqlite_master WHERE type = 'table'").column(0)
        return {str(name) for name in names.to_pylist() if not str(name).startswith("sqlite_")}


def log_of(file: Path) -> Path:
    """The write-ahead log of a file, beside it."""
    return file.with_name(f"{file.name}-wal")


def is_full(file: Path) -> bool:
    """Whether the disk has too little space for the index of the write-ahead log, which SQLite needs to open a file.

    For SQLite that is a failure of the disk, and not a full one.
    """
    try:
        index = file.with_name(f"{file.name}-shm")
        return shutil.disk_usage(file.parent).free < _INDEX and not (index.exists() and index.stat().st_size >= _INDEX)
    except (OSError, ValueError):
        return False


def _name_it(unnamed: Path, file: Path) -> None:
    """Gives a new file its name, unless a file has it."""
    try:
        file.hardlink_to(unnamed)
    except FileExistsError:
        raise
    except OSError:  # the file system has no hard links
        if file.exists():
            raise FileExistsError from None
        unnamed.rename(file)
