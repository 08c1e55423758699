"""One open connection to a store, and the messages of its failures.

Owns the calls into the drivers. Independent of the tables of the registry, and of stores (`sqlite`, `postgresql`). One
idea: a driver's message may quote data, so that none is passed on; the messages are a closed list.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, NoReturn
from weakref import finalize

import pyarrow as pa

from numguard.errors import ArgumentError, DamagedError, RegistryError
from numguard.files.steps import one_step, step

#: Connections of the process that this one was forked from: closing one could end what that process does with it.
_left: list[Dialect] = []

#: How long a writer waits for another, in milliseconds.
BUSY_MS = 20_000
WAITED = "another process has been writing for 20 seconds; try again when it has ended"
DAMAGED = "damaged: restore it from a backup"
FULL = "the disk is full; what was recorded before is intact"
FAILED = "the disk failed; what was recorded before is intact"
READ_ONLY = "cannot be written: the file or its folder is read-only"
_RIGHTS = (
    "the server gives this user no right to do that (to read needs USAGE on the schema, SELECT on its tables and "
    "TEMPORARY on the database; to record, INSERT, UPDATE and DELETE too; the first event, CREATE on the schema; an "
    "upgrade, to own the tables); nothing was recorded"
)

# Parts of a driver's message, and the message in its place; the first that is there counts.
_FAILURES = (
    (("permission denied", "must be owner"), _RIGHTS),
    (("could not serialize", "deadlock"), "another process wrote at the same moment; nothing was recorded; try again"),
    (("idle-in-transaction",), "the call was idle for five minutes and was ended; nothing was recorded; try again"),
    (("locked", "lock timeout", "busy"), WAITED),
    (
        ("malformed", "unsupported file format", "corrupt", "no such table", "no such column", "has no column",
         "duplicate column", "already exists", "utf8", "utf-8"),
        DAMAGED,
    ),
    (("not a database",), "not a numguard registry, or damaged"),
    (("full", "no space"), FULL),
    (("readonly", "read-only"), READ_ONLY),
    (("unable to open",), "cannot be opened: does the folder exist, and can it be written?"),
    (("disk i/o",), FAILED),
)  # fmt: skip
# Parts of drivers' messages about a lost connection.
_LOST = ("could not connect", "connection", "terminating", "ssl syscall", "server closed")


class UnreachableError(RegistryError):
    """The server does not answer, or has closed the connection."""


def _refuse_nul(values: Iterable[object]) -> None:
    if any("\x00" in value for value in values if isinstance(value, str)):
        raise ArgumentError("a text with a NUL character cannot be recorded: one of the stores would cut it off there")


def _close(connection: Any, database: Any) -> None:
    connection.close()
    database.close()


class Dialect:
    """One open connection, and the operations that every store has.

    It calls the driver below the DB-API, whose calls handle Ctrl-C: there, a thread of the driver manager cancels the
    call through an object that is freed once the call has ended, which crashes the process now and then, and a call
    that succeeded is reported as failed. Here a signal waits until the call has ended.
    """

    begin_statement = "BEGIN"
    #: The schema of the connection's temporary tables.
    scratch = "temp"
    #: The query of the store's time; None where this machine's clock serves.
    clock: str | None = None
    closed = False
    #: Whether a transaction that writes has begun.
    writing = False
    #: The message of a store that differs from what was recorded.
    damage = DAMAGED
    #: Whether a process that was forked closes the connection, before it opens one of its own.
    closed_in_forks = False

    def __init__(self, name: str, database: Any) -> None:
        from adbc_driver_manager import AdbcConnection

        self.name = name
        self._connection = AdbcConnection(database)
        # The driver's objects close nothing by themselves.
        self._close = finalize(self, _close, self._connection, database)
        self._close.atexit = False

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
        """One statement without result rows."""
        self.fetch(sql)

    def ingest(self, name: str, table: pa.Table, *, temporary: bool) -> None:
        """Appends `table` to the table `name`, which is created where it is temporary."""
        from adbc_driver_manager import (
            INGEST_OPTION_MODE,
            INGEST_OPTION_MODE_APPEND,
            INGEST_OPTION_MODE_CREATE,
            INGEST_OPTION_TARGET_TABLE,
            StatementOptions,
        )

        if len(table) == 1:
            # Arguments of a call; in the cells of files NUL was replaced by its symbol.
            _refuse_nul(table.to_pylist()[0].values())
        with self._statement() as statement:
            mode = INGEST_OPTION_MODE_CREATE if temporary else INGEST_OPTION_MODE_APPEND
            statement.set_options(**{INGEST_OPTION_TARGET_TABLE: name, INGEST_OPTION_MODE: mode})
            if temporary:
                statement.set_options(**{StatementOptions.INGEST_TEMPORARY.value: "true"})
            statement.bind_stream(table)
            statement.execute_update()

    def begin(self) -> None:
        """Begins a transaction that writes."""
        self.writing = True
        self.execute(self.begin_statement)

    def begin_to_build(self) -> None:
        """Begins a transaction that creates or changes tables, one process at a time."""
        self.begin()

    def commit(self) -> None:
        """Commits the transaction."""
        self.execute("COMMIT")
        self.writing = False

    def rollback(self) -> None:
        """Rolls the transaction back; an error of that is not raised, as another one led here."""
        with one_step(), suppress(RegistryError):
            self.execute("ROLLBACK")
        self.writing = False

    def settled(self) -> None:
        """Called after an event was recorded."""

    def answers(self) -> bool:
        """Whether the connection works."""
        return True

    def refuse_shadow(self) -> None:
        """Called where there is no registry yet: refuses a place from which one elsewhere would no longer be found."""

    def refuse_to_build(self) -> None:
        """Called before tables are created: refuses a place that cannot hold a registry."""

    def check(self) -> None:
        """Looks for damage that the store itself detects.

        Raises:
            DamagedError: The store is damaged.
        """

    def mistyped(self, fields: Sequence[tuple[str, str]]) -> list[str]:
        """The conditions of text of the table `t` that is recorded so by no event: it is never null."""
        return [f"t.{name} IS NULL" for name, code in fields if code == "t"]

    def damaged(self) -> NoReturn:
        """Raises the error of a store that differs from what was recorded."""
        raise DamagedError(f"{self.name}: {self.damage}")

    def copy(self, path: Path) -> None:
        """Copies the log into an empty file."""
        raise RegistryError(f"{self.name}: is on a server: back up the registry's schema with pg_dump")

    def close(self) -> None:
        """Closes the connection."""
        if not self.closed:
            with one_step():
                self.closed = True
                self._close()

    def leave(self) -> None:
        """Gives the connection up without closing it, in a process that was forked."""
        self.closed = True
        _left.append(self)

    def tables(self) -> set[str]:
        """The names of the tables."""
        raise NotImplementedError

    def has_registry(self) -> bool:
        """Whether the tables of a registry are there; False if there are none."""
        tables = self.tables()
        if tables and not {"head", "event"} <= tables:
            raise RegistryError(f"{self.name}: is another program's database, not a numguard registry")
        return bool(tables)

    @contextmanager
    def _statement(self) -> Iterator[Any]:
        """A statement of the driver, during which no signal takes effect."""
        step()
        with one_step(), self._translated_errors():
            from adbc_driver_manager import AdbcStatement

            with closing(AdbcStatement(self._connection)) as statement:
                yield statement

    def _why(self, message: str | None, words: str) -> str | None:
        """The message of a failure, if a store has a better one than `message`; `words`: those of the driver."""
        return message

    @contextmanager
    def _translated_errors(self) -> Iterator[None]:
        from adbc_driver_manager import Error

        if self.closed:
            raise RegistryError(f"{self.name}: was closed; open it again")
        try:
            yield
        except pa.ArrowInvalid:
            # The driver infers types from the first rows, and intact rows have them.
            raise DamagedError(f"{self.name}: {self.damage}") from None
        except (Error, pa.ArrowException, OSError) as error:
            # pyarrow raises the errors of a driver while rows are read.
            words = str(error).lower()
            found = next((message for parts, message in _FAILURES if any(part in words for part in parts)), None)
            message = self._why(found, words)
            if message is None and any(part in words for part in _LOST):
                raise UnreachableError(f"{self.name}: the server cannot be reached") from None
            code = getattr(getattr(error, "status_code", None), "name", type(error).__name__)
            if message == DAMAGED:
                raise DamagedError(f"{self.name}: {self.damage}") from None
            raise RegistryError(f"{self.name}: {message or f'the database refused ({code})'}") from None
