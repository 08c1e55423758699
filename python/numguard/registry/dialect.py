"""One open connection to a store, and how a store says that something failed.

Owns the calls into the drivers. Knows no table of the registry, and no store (`sqlite`, `postgresql`). One idea: a
driver's own words may quote data, so that none of them is passed on; what went wrong is told from a closed list.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import pyarrow as pa

from numguard.errors import ArgumentError, DamagedError, RegistryError
from numguard.files.steps import one_step, step

__all__ = ["DAMAGED", "READ_ONLY", "Dialect", "UnreachableError"]

#: How long a writer waits for another, in milliseconds.
BUSY_MS = 20_000
_WAITED = "another process has been writing for 20 seconds; try again when it is done"
DAMAGED = "damaged: restore it from a backup"
READ_ONLY = "cannot be written: the file or its folder is read-only"

# What drivers say, and what is said instead.
_FAILURES = (
    ("could not serialize", "another process wrote at the same moment; nothing was recorded; try again"),
    ("deadlock", "another process wrote at the same moment; nothing was recorded; try again"),
    ("idle-in-transaction", "the call stood still for five minutes and was ended; nothing was recorded; try again"),
    ("locked", _WAITED),
    ("lock timeout", _WAITED),
    ("busy", _WAITED),
    ("malformed", DAMAGED),
    ("unsupported file format", DAMAGED),
    ("corrupt", DAMAGED),
    ("no such table", DAMAGED),
    ("no such column", DAMAGED),
    ("has no column", DAMAGED),
    ("duplicate column", DAMAGED),
    ("already exists", DAMAGED),
    ("utf8", DAMAGED),
    ("utf-8", DAMAGED),
    ("not a database", "not a numguard registry, or damaged"),
    ("full", "the disk is full; what stood before is intact"),
    ("no space", "the disk is full; what stood before is intact"),
    ("readonly", READ_ONLY),
    ("read-only", READ_ONLY),
    ("unable to open", "cannot be opened: is the folder there, and may it be written?"),
    ("disk i/o", "the disk failed; what stood before is intact"),
)
# What drivers say of a connection that is no more.
_LOST = ("could not connect", "connection", "terminating", "ssl syscall", "server closed")


class UnreachableError(RegistryError):
    """The server does not answer, or has hung up."""


def _refuse_nul(values: Iterable[object]) -> None:
    if any("\x00" in value for value in values if isinstance(value, str)):
        raise ArgumentError("a text with a NUL character in it cannot be recorded, as one store cuts it off there")


class Dialect:
    """One open connection, and what every store can do with it.

    It calls the driver below the interface in which each call takes Ctrl-C over: there, a thread of the driver manager
    cancels the call by an object that is gone once the call has ended, which crashes the process now and then, and a
    call that was done is told as one that failed. Here a signal waits until the call has ended.
    """

    begin_statement = "BEGIN"
    #: The schema of tables that are this connection's alone.
    scratch = "temp"
    #: How the store is asked for its time; None where this machine's is as good.
    clock: str | None = None
    closed = False

    def __init__(self, name: str, database: Any) -> None:
        from adbc_driver_manager import AdbcConnection

        self.name = name
        self._database = database
        self._connection = AdbcConnection(database)

    def fetch(self, query: str, values: Sequence[int | str] = ()) -> pa.Table:
        """The rows of one statement."""
        _refuse_nul(values)
        with self._statement() as statement:
            statement.set_sql_query(query)
            statement.prepare()
            if values:
                names = [str(index) for index in range(len(values))]
                statement.bind(pa.record_batch([[value] for value in values], names=names))
            stream, _ = statement.execute_query()
            with pa.RecordBatchReader.from_stream(stream) as reader:
                return reader.read_all()

    def execute(self, sql: str) -> None:
        """One statement that gives no rows."""
        self.fetch(sql)

    def ingest(self, name: str, table: pa.Table, *, temporary: bool) -> None:
        """Appends `table` to the table `name`; a temporary one is made for it."""
        from adbc_driver_manager import (
            INGEST_OPTION_MODE,
            INGEST_OPTION_MODE_APPEND,
            INGEST_OPTION_MODE_CREATE,
            INGEST_OPTION_TARGET_TABLE,
            StatementOptions,
        )

        if len(table) == 1:
            # What a caller says of an event; in the cells of files NUL was replaced by its sign.
            _refuse_nul(table.to_pylist()[0].values())
        with self._statement() as statement:
            mode = INGEST_OPTION_MODE_CREATE if temporary else INGEST_OPTION_MODE_APPEND
            statement.set_options(**{INGEST_OPTION_TARGET_TABLE: name, INGEST_OPTION_MODE: mode})
            if temporary:
                statement.set_options(**{StatementOptions.INGEST_TEMPORARY.value: "true"})
            statement.bind_stream(table)
            statement.execute_update()

    def begin(self) -> None:
        """Begins a transaction that will write."""
        self.execute(self.begin_statement)

    def begin_to_build(self) -> None:
        """Begins a transaction that will make or change tables, one process at a time."""
        self.begin()

    def commit(self) -> None:
        """Makes the transaction last."""
        self.execute("COMMIT")

    def rollback(self) -> None:
        """Takes back what the transaction did; the error that led here is the one to tell."""
        with one_step(), suppress(RegistryError):
            self.execute("ROLLBACK")

    def settled(self) -> None:
        """An event has been recorded."""

    def answers(self) -> bool:
        """Whether the connection is still one."""
        return True

    def check(self) -> None:
        """Looks for damage that the store itself can tell.

        Raises:
            DamagedError: There is some.
        """

    def copy(self, path: Path) -> None:
        """Writes all that is recorded into an empty file."""
        raise RegistryError(f"{self.name}: a server has its own way to back up: pg_dump of the registry's schema")

    def close(self) -> None:
        """Closes the connection."""
        if not self.closed:
            with one_step():
                self.closed = True
                self._connection.close()
                self._database.close()

    def tables(self) -> set[str]:
        """The names of the tables that are there."""
        raise NotImplementedError

    @contextmanager
    def _statement(self) -> Iterator[Any]:
        """A statement of the driver, from its making to its end without a signal."""
        step()
        with one_step(), self._told():
            from adbc_driver_manager import AdbcStatement

            with closing(AdbcStatement(self._connection)) as statement:
                yield statement

    def _why(self, said: str | None) -> str | None:
        """What is said of a failure, by a store that knows more of it than its driver."""
        return said

    @contextmanager
    def _told(self) -> Iterator[None]:
        from adbc_driver_manager import Error

        if self.closed:
            raise RegistryError(f"{self.name}: was closed; open it again")
        try:
            yield
        except pa.ArrowInvalid:
            # The driver guesses types by the first rows, and what was written fits them.
            raise DamagedError(f"{self.name}: {DAMAGED}") from None
        except (Error, pa.ArrowException, OSError) as error:
            # pyarrow hands on what a driver says while its rows are read.
            words = str(error).lower()
            said = self._why(next((told for sign, told in _FAILURES if sign in words), None))
            if said is None and any(sign in words for sign in _LOST):
                raise UnreachableError(f"{self.name}: the server cannot be reached") from None
            code = getattr(getattr(error, "status_code", None), "name", type(error).__name__)
            kind = DamagedError if said == DAMAGED else RegistryError
            raise kind(f"{self.name}: {said or f'the database refused ({code})'}") from None
