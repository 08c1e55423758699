"""What the two stores do not share: how to connect, how to begin to write, and how they say that something failed.

Owns the drivers. Knows no table of the registry. One idea: a driver's own words may quote data, so that none of them is
passed on; what went wrong is told from a closed list.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import Any

import pyarrow as pa

from numguard.errors import ArgumentError, MissingExtraError, RegistryError

__all__ = ["Dialect", "PostgreSQL", "SQLite", "connect", "is_there", "stand_in"]

#: How long a writer waits for another, in milliseconds.
BUSY_MS = 20_000

# SQLite 3.7.0 to 3.51.2 can lose a commit when a write-ahead log is reset under two connections.
_OLDEST_SQLITE = (3, 51, 3)

# Numbers come in no order, so that in a large registry nearly every row that an index takes changes a page of its own.
# Small pages make that half as much to write, and a log of this many bytes lets a page that changes in every intake be
# taken over once for several. Measured with 10 million complaints there: 10,000 more in 0.25 s on average, 0.36 s with
# the pages of 4,096 and the log of a thousand pages that SQLite chooses.
_PAGE = 2_048
_LOG = 64 << 20

# Rows that change what PostgreSQL should know of a table: to look at them takes less than to write them.
_LARGE = 50_000

# What drivers say, and what is said instead.
_FAILURES = (
    ("locked", "another process has been writing for 20 seconds; try again when it is done"),
    ("lock timeout", "another process has been writing for 20 seconds; try again when it is done"),
    ("busy", "another process has been writing for 20 seconds; try again when it is done"),
    ("malformed", "damaged: restore it from a backup"),
    ("not a database", "not a numguard registry, or damaged"),
    ("full", "the disk is full; what stood before is intact"),
    ("no space", "the disk is full; what stood before is intact"),
    ("readonly", "cannot be written: the file or its folder is read-only"),
    ("read-only", "cannot be written: the file or its folder is read-only"),
    ("unable to open", "cannot be opened: is the folder there, and may it be written?"),
    ("disk i/o", "the disk failed; what stood before is intact"),
    ("could not connect", "the server cannot be reached"),
    ("connection", "the server cannot be reached"),
)


def _refuse_nul(values: Iterable[object]) -> None:
    if any("\x00" in value for value in values if isinstance(value, str)):
        raise ArgumentError("a text with a NUL character in it cannot be recorded, as one store cuts it off there")


class Dialect:
    """One open connection, and what every store can do with it."""

    begin_statement = "BEGIN"
    #: The schema of tables that are this connection's alone.
    scratch = "temp"
    #: How the store is asked for its time; None where this machine's is as good.
    clock: str | None = None
    closed = False

    def __init__(self, name: str, connection: Any) -> None:
        self.name = name
        self._connection = connection

    def fetch(self, query: str, values: Sequence[int | str] = ()) -> pa.Table:
        """The rows of one statement."""
        _refuse_nul(values)
        with self._told(), self._connection.cursor() as cursor:
            cursor.execute(query, tuple(values) or None)
            table: pa.Table = cursor.fetch_arrow_table()
            return table

    def execute(self, statement: str) -> None:
        """One statement that gives no rows."""
        with self._told(), self._connection.cursor() as cursor:
            cursor.execute(statement)

    def ingest(self, name: str, table: pa.Table, *, temporary: bool) -> None:
        """Appends `table` to the table `name`; a temporary one is made for it."""
        if len(table) == 1:
            # What a caller says of an event; in the cells of files NUL was replaced by its sign.
            _refuse_nul(table.to_pylist()[0].values())
        mode = "create" if temporary else "append"
        with self._told(), self._connection.cursor() as cursor:
            cursor.adbc_ingest(name, table, mode=mode, temporary=temporary)

    def begin(self) -> None:
        """Begins a transaction that will write."""
        self.execute(self.begin_statement)

    def begin_to_build(self) -> None:
        """Begins a transaction that will make or change tables, one process at a time."""
        self.begin()

    def rollback(self) -> None:
        """Takes back what the transaction did; the error that led here is the one to tell."""
        with suppress(RegistryError):
            self.execute("ROLLBACK")

    def close(self) -> None:
        """Closes the connection."""
        self.closed = True
        self._connection.close()

    def tables(self) -> set[str]:
        """The names of the tables that are there."""
        raise NotImplementedError

    @contextmanager
    def _told(self) -> Iterator[None]:
        from adbc_driver_manager import Error

        if self.closed:
            raise RegistryError(f"{self.name}: was closed; open it again")
        try:
            yield
        except (Error, pa.ArrowException, OSError) as error:
            # pyarrow hands on what a driver says while its rows are read.
            words = str(error).lower()
            said = next((told for sign, told in _FAILURES if sign in words), None)
            code = getattr(getattr(error, "status_code", None), "name", type(error).__name__)
            raise RegistryError(f"{self.name}: {said or f'the database refused ({code})'}") from None


class SQLite(Dialect):
    """A private file, or memory: write-ahead log, full sync, readable by its owner alone."""

    begin_statement = "BEGIN IMMEDIATE"

    def __init__(self, target: str) -> None:
        import adbc_driver_sqlite.dbapi as driver

        self._file = None if target == ":memory:" else Path(target).absolute()
        self.name = target if self._file is None else self._file.name
        if self._file is not None:
            self._make_private(self._file)
        with self._told():
            # Implicit transactions are off: pragmas fail inside one.
            super().__init__(self.name, driver.connect(str(self._file or target), autocommit=True))
        try:
            self._prepare()
        except BaseException:
            self.close()
            raise

    def _prepare(self) -> None:
        self.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
        if self._file is None:
            return
        version = self.fetch("SELECT sqlite_version() AS version")["version"][0].as_py()
        if tuple(int(part) for part in version.split(".")[:3]) < _OLDEST_SQLITE:
            raise RegistryError(f"{self.name}: SQLite {version} can lose commits; upgrade adbc-driver-sqlite")
        self.execute(f"PRAGMA page_size = {_PAGE}")
        self._log_ahead()
        self.execute(f"PRAGMA wal_autocheckpoint = {_LOG // _PAGE}")
        self.execute("PRAGMA synchronous = FULL")
        self.execute("PRAGMA cache_size = -262144")

    def _log_ahead(self) -> None:
        # The change of journal does not wait for another connection that is just making it.
        deadline = time.monotonic() + BUSY_MS / 1000
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

    def _make_private(self, file: Path) -> None:
        # A file that is there is never opened here: closing it would drop the locks of every connection this process
        # has to it.
        try:
            os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        except FileExistsError:
            mode = file.stat().st_mode
            if stat.S_ISDIR(mode):
                raise RegistryError(f"{self.name}: is a folder, not a registry") from None
            if mode & 0o077:
                with suppress(PermissionError):
                    file.chmod(0o600)
        except OSError as error:
            raise RegistryError(f"{self.name}: cannot be made ({error.strerror})") from None

    def tables(self) -> set[str]:
        """The names of the tables that are there."""
        names = self.fetch("SELECT name FROM sqlite_master WHERE type = 'table'").column(0)
        return {str(name) for name in names.to_pylist() if not str(name).startswith("sqlite_")}


class PostgreSQL(Dialect):
    """A shared server, which needs a database or a schema of its own."""

    scratch = "pg_temp"
    clock = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS now"
    # Nothing is there yet whose row could be locked.
    _ALONE = "SELECT pg_advisory_xact_lock(hashtext('numguard ' || current_schema()))"

    def __init__(self, target: str) -> None:
        try:
            driver = import_module("adbc_driver_postgresql.dbapi")
        except ImportError:
            raise MissingExtraError(
                "a registry on PostgreSQL needs: pip install 'numguard-telecom[postgres]'"
            ) from None
        # The address may hold a password.
        self.name = "postgresql"
        with self._told():
            super().__init__(self.name, driver.connect(target, autocommit=True))
        self.execute(f"SET lock_timeout = {BUSY_MS}")
        # A question about a few numbers is answered long before the server has compiled it.
        self.execute("SET jit = off")
        # Of ten thousand complaints it looks each up, rather than read a million of them: disks have no arms any more.
        self.execute("SET random_page_cost = 1.1")

    def ingest(self, name: str, table: pa.Table, *, temporary: bool) -> None:
        """Appends `table`, and has the server look at once at what is temporary and at what is large.

        Nobody else knows of the one; and of the other, until it looks by itself a minute later, the server answers
        questions about a few numbers from all rows.
        """
        super().ingest(name, table, temporary=temporary)
        if temporary:
            self.execute(f"ANALYZE {self.scratch}.{name}")
        elif len(table) >= _LARGE:
            self.execute(f"ANALYZE {name}")

    def begin_to_build(self) -> None:
        """Begins a transaction that will make or change tables, one process at a time."""
        self.begin()
        self.fetch(self._ALONE)

    def tables(self) -> set[str]:
        """The names of the tables that are there."""
        query = "SELECT tablename::text AS name FROM pg_tables WHERE schemaname = current_schema()"
        return {str(name) for name in self.fetch(query).column(0).to_pylist()}


_ADDRESSES = ("postgresql://", "postgres://")


def connect(target: str) -> Dialect:
    """The store that `target` names: a `postgresql://` address, `":memory:"`, or a path."""
    return PostgreSQL(target) if target.startswith(_ADDRESSES) else SQLite(target)


def is_there(target: str) -> bool:
    """Whether `target` can be opened without making a file."""
    if target == ":memory:" or target.startswith(_ADDRESSES):
        return True
    try:
        return Path(target).exists()
    except OSError:
        # Whoever may not even look is told why when it is opened.
        return True


def stand_in(target: str) -> Dialect:
    """An empty store in the place of a file that is not there yet, which bears its name.

    Raises:
        RegistryError: the file could not be made later.
    """
    file = Path(target).absolute()
    if not file.parent.is_dir():
        raise RegistryError(f"{file.name}: cannot be made (there is no such folder)")
    if not os.access(file.parent, os.W_OK | os.X_OK):
        raise RegistryError(f"{file.name}: cannot be made (its folder is read-only)")
    memory = SQLite(":memory:")
    memory.name = file.name
    return memory
