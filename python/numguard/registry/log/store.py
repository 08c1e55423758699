"""The event log on disk: its connection, and the transaction that records an event.

Owns the connection, the schema and its migrations, and the writing transaction. Independent of statuses: it appends
rows and returns rows as Arrow tables of declared types. One idea: nothing is ever overwritten, so the state at any
moment is the rows whose event number is not past some `cut`, and a reader needs no lock.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from weakref import WeakSet

import pyarrow as pa

from numguard import starting
from numguard.compute import pc
from numguard.errors import ArgumentError, RegistryError, UnsettledError
from numguard.files.placing import Together, together
from numguard.files.steps import one_step, stepwise
from numguard.registry.arrays import Column
from numguard.registry.log.address import NO_REGISTRY, connect, is_address, is_file, is_there, not_yet_created
from numguard.registry.log.dialect import FULL, READ_ONLY, Dialect
from numguard.registry.log.migrating import is_built, migrate
from numguard.registry.log.opening import Seen, copied, is_read_only, seen
from numguard.registry.log.order import Order
from numguard.registry.log.reading import Reading
from numguard.registry.log.seal import Event, Seal, digest
from numguard.registry.log.sqlite import SQLite, is_full
from numguard.registry.log.tables import TABLES, fields_of
from numguard.registry.log.verifying import seal_what_is_not, verify
from numguard.registry.log.waiting import Waiting

#: All stores of the process.
_stores: WeakSet[Store] = WeakSet()


class Append:
    """A writing transaction: its event's number and moment, and how rows of the event are appended."""

    def __init__(self, store: Store, event: Event, now: int) -> None:
        self._store = store
        self.event, self.at = event[:2]
        self.who = event
        self.now = now
        #: The rows of the event, by table.
        self.tables: dict[str, pa.Table] = {}
        self.committed = False
        #: Whether events of another registry were copied with it, after it.
        self.more = False

    def rows(self, table: str, content: Mapping[str, Any] | pa.Table) -> None:
        """Appends to one of the event's tables."""
        content = content if isinstance(content, pa.Table) else pa.table({k: _utf8(v) for k, v in content.items()})
        rows = self._store.append(table, self.event, content)
        if len(rows):
            self.tables[table] = pa.concat_tables([self.tables[table], rows]) if table in self.tables else rows

    def commit(self, files: Together | None = None) -> None:
        """Commits the event; called at the end of `Store.writing` by itself. An event without rows is not recorded.

        Args:
            files: Files to write with it: they are moved into place if it is recorded, and only then.

        Raises:
            RegistryError: It was not recorded.
            UnsettledError: Whether it was recorded is unknown.
            FileError: It was recorded, and a file could not be moved into place.
        """
        if self.committed:
            return
        with one_step():
            if self.tables:
                self._store.commit(self, files)
            else:
                self._store.dialect.rollback()
            self.committed = True


class Store(Reading):
    """A registry's event log, open.

    Args:
        target: a path, `":memory:"`, or a `postgresql://` address.
        unchanged: the file is not changed, even if an older numguard wrote it; nothing can be recorded.

    Raises:
        RegistryError: it cannot be opened, is damaged, or belongs to another program or a newer numguard.
    """

    def __init__(self, target: str, *, unchanged: bool = False) -> None:
        if not target.strip():
            raise ArgumentError("registry: the path is empty: name a file")
        # Held during a write, and during reads that must see the same state of the connection.
        self._lock = threading.RLock()
        self._mine = threading.local()
        self._wanted: Column | None = None
        self._order: tuple[int, Order | None] | None = None
        self.closed = False
        self._target = target
        self._copy: TemporaryDirectory[str] | None = None
        #: How the file was when it was copied.
        self._copied_at: Seen | None = None
        #: Nothing can be recorded: a copy is open.
        self.read_only = False
        self._unchanged = unchanged
        self._there = False
        self.dialect: Dialect = self._open() or self._built(not_yet_created(target))
        #: Whether the process was forked, and has no connection of its own yet.
        self._was_forked = False
        _stores.add(self)

    @property
    def exists(self) -> bool:
        """Whether its file, or its tables on a server, exist; the first event creates them."""
        return self._there

    def _open(self, *, make: bool = False) -> Dialect | None:
        """What is there, opened; None where nothing is yet, unless `make` creates it on a server."""
        if not self._there and not make and not is_there(self._target):
            return None
        copy = copied(self._target) if self._unchanged or is_read_only(self._target) else None
        if copy is not None:
            self._forget_copy()
            self._copy = copy[1]
            self._copied_at = copy[2]
        opened = connect(self._target if copy is None else copy[0])
        self.read_only = self._unchanged or copy is not None
        if is_address(self._target) and not self._there and not make and not self._holds(opened):
            return None
        # A file is given its name when its tables are complete; what was on a server once is not created again.
        built = self._built(opened, whole=is_file(self._target) or (is_address(self._target) and not make))
        self._there = True
        return built

    @staticmethod
    def _holds(opened: Dialect) -> bool:
        """Whether a server has the registry; closes the connection if not."""
        found = False
        try:
            found = is_built(opened)
            if not found:
                opened.refuse_shadow()
        finally:
            if not found:
                opened.close()
        return found

    def _built(self, dialect: Dialect, *, whole: bool = False) -> Dialect:
        try:
            migrate(dialect, whole=whole)
            if not self.read_only:
                Waiting(dialect).finish()
        except BaseException:
            dialect.close()
            raise
        return dialect

    @property
    def recorded(self) -> int | None:
        """The last event that this thread recorded."""
        events: list[int] = getattr(self._mine, "recorded", [])
        return events[-1] if events else None

    def recorded_since(self, event: int | None) -> list[int]:
        """The events that this thread recorded, those after `event` alone."""
        return [one for one in getattr(self._mine, "recorded", ()) if event is None or one > event]

    def verify(self) -> Seal:
        """Compares the store with the digests of its events; returns the last event and its digest.

        Raises:
            DamagedError: The store differs from what was recorded.
        """
        with self._lock:
            return verify(self.dialect)

    def backup(self, path: Path) -> Seal:
        """Copies the log into a new file, while others write, and verifies the copy.

        Raises:
            ArgumentError: A file is at the path.
            RegistryError: There is no file to copy, the store is on a server, or the copy cannot be written.
            DamagedError: The store is damaged.
        """
        if not self._there:
            missing = "there is no such file" if is_file(self._target) else NO_REGISTRY
            raise RegistryError(f"{self.dialect.name}: {missing}")
        if path.exists():
            raise ArgumentError(f"path: {path.name} exists already; a backup replaces no file")
        if path.name.endswith(("-wal", "-shm", "-journal")):  # SQLite removes them
            raise ArgumentError(f"path: {path.name} is a name of files of a registry; give the backup another one")
        with together(private=True) as files:
            with files.open(path):
                pass
            (unnamed,) = files.places()
            with self._lock:
                self.dialect.copy(unnamed)
            copied = Store(str(unnamed))
            try:
                seal = copied.verify()
            finally:
                copied.close()
            with unnamed.open("r+b") as file:  # Windows flushes only what is open for writing
                os.fsync(file.fileno())
        return seal

    def settle(self, *, make: bool = False) -> None:
        """Opens what was created since, or with `make` creates it; reconnects to a server.

        A file that cannot be written is copied again if others wrote to it since, and opened itself once it can be.
        """
        with self._lock:
            if self._was_forked and not self.closed:
                self._reopen()
                self._was_forked = False
            if self.dialect.closed:
                return
            if not self._there:
                if make and not is_there(self._target):
                    SQLite.make(self._target, migrate)
                self._reopen(make=make)
            elif not self.dialect.answers() or self._is_outdated():
                self._reopen()

    def _is_outdated(self) -> bool:
        if self._copy is None or self._unchanged:
            return False
        return seen(self._target) != self._copied_at or not is_read_only(self._target)

    def create(self) -> None:
        """Creates what does not exist yet: the first event is dated by the clock of a server too."""
        with stepwise(), self._lock:
            self.settle(make=True)

    def _reopen(self, *, make: bool = False) -> None:
        fresh = self._open(make=make)
        if fresh is None:
            return
        with one_step():
            old, self.dialect, self._wanted, self._order = self.dialect, fresh, None, None
            with suppress(Exception):  # the connection may be lost
                old.close()

    def leave(self) -> None:
        """In a process that was forked: leaves the connection to the other process, and will open one of its own."""
        idle = self._lock.acquire(blocking=False)
        self._lock = threading.RLock()  # a thread that had the old one does not exist here
        if self._there and self._target != ":memory:" and self._copy is None and not self.closed:
            self._was_forked = True
            if idle and self.dialect.closed_in_forks and not self.dialect.writing:
                self.dialect.close()
            else:
                self.dialect.leave()

    def close(self) -> None:
        """Closes the connection, when no other thread uses it."""
        self.closed = True
        with self._lock:
            self.dialect.close()
            self._forget_copy()

    def _forget_copy(self) -> None:
        if self._copy is not None:
            self._copy.cleanup()
            self._copy = None

    def _refuse_read_only(self) -> None:
        if self.read_only:
            is_there_room = not is_file(self._target) or not is_full(Path(self._target).absolute())
            raise RegistryError(f"{self.dialect.name}: {READ_ONLY if is_there_room else FULL}")

    # Writing ----------------------------------------------------------------------------------------------------

    @contextmanager
    def writing(
        self, *, actor: str, verb: str, reason: str, now: int, sure: bool = False, token: str = ""
    ) -> Iterator[Append]:
        """One event: everything appended inside is committed together, or not at all.

        The event's number comes from the one row of `head`, updated first: the row lock makes writers wait for each
        other. Its moment is never before the last event's, so that a cut by moment is a cut by number, unless the
        caller is `sure` of `now` because the last event was dated by a wrong clock. Ctrl-C takes effect between two
        statements, and not from the commit on.
        """
        with stepwise(), self._lock:
            self.settle(make=True)
            self._refuse_read_only()
            append = None
            try:
                self.dialect.begin()
                append = self._begun(actor, verb, reason, now, sure=sure)
                Waiting(self.dialect).settle(but_for=token)
                yield append
                append.commit()
            except BaseException:
                if append is None or not append.committed:
                    self.dialect.rollback()
                    self._forget_joined()
                raise

    def _begun(self, actor: str, verb: str, reason: str, now: int, *, sure: bool) -> Append:
        """The event of a transaction that has begun."""
        row = self._one(
            """UPDATE head SET seq = seq + 1, at = CASE WHEN at > $1 AND $2 = 0 THEN at ELSE $1 END
               RETURNING seq, at""",
            (now, int(sure)),
        )
        if row is None:
            self.dialect.damaged()
        event, at = int(row[0]), int(row[1])
        self.insert(
            "event", pa.table({"seq": [event], "at": [at], "actor": [actor], "verb": [verb], "reason": [reason]})
        )
        return Append(self, (event, at, actor, verb, reason), now)

    @contextmanager
    def trying(self, *, actor: str, verb: str, reason: str, now: int, sure: bool = False) -> Iterator[Append]:
        """One event as it would be recorded, visible to reads inside, rolled back at the end."""
        with stepwise(), self._lock:
            self.settle()
            try:
                self.dialect.begin()
                yield self._begun(actor, verb, reason, now, sure=sure)
            finally:
                self.dialect.rollback()
                self._forget_joined()

    def _forget_joined(self) -> None:
        """Drops what is cached of an event that is not recorded: its order, and the temporary table for joins."""
        self._wanted = self._order = None

    @contextmanager
    def sending(self, folder: Path, **what: Any) -> Iterator[tuple[Append, str]]:
        """An event that writes files into `folder`, and the token in the names of their temporary files.

        The intention is recorded first, so that the next event finds leftover files, whenever this process is killed.
        """
        while True:
            with stepwise(), self._lock:
                self.settle(make=True)
                self._refuse_read_only()
                token = Waiting(self.dialect).intend(folder)
            try:
                with self.writing(**what, token=token) as append:
                    # Otherwise another writer has taken the token for a leftover one, and removed it.
                    if Waiting(self.dialect).is_intended(token):
                        yield append, token
                        return
            finally:
                Waiting.done(token)

    def commit(self, append: Append, files: Together | None) -> None:
        """Commits an event. Where the connection is lost meanwhile, a new one reads whether it was committed."""
        before = self.digest_of(append.event - 1)
        if not before and append.event > 1:
            self.dialect.damaged()
        sealed = digest(before, append.who, append.tables)
        self.insert("seal", pa.table({"event": [append.event], "digest": [sealed]}))
        if append.more:
            seal_what_is_not(self.dialect)
        if files is not None:
            Waiting(self.dialect).record(files, append.event)
        try:
            self.dialect.commit()
        except RegistryError:
            self.dialect.rollback()
            try:
                recorded = self._is_recorded(append.event, sealed)
            except UnsettledError:
                if files is not None:
                    files.leave()
                raise
            if not recorded:
                raise
        append.committed = True
        # All of them: an interrupted call names the first that it recorded, however many follow.
        vars(self._mine).setdefault("recorded", []).append(append.event)
        starting.RECORDED.append(append.event)
        self.dialect.settled()
        if files is not None:
            Waiting(self.dialect).place(files, append.event)

    def _is_recorded(self, event: int, sealed: str) -> bool:
        """Whether an event is recorded, by a connection outside of the transaction."""
        try:
            self.settle()
            # The server may still be committing: the lock on the row of `head` waits until that has ended.
            self.dialect.begin()
            self._one("UPDATE head SET seq = seq RETURNING seq")
            found = self.digest_of(event)
        except RegistryError:
            raise UnsettledError(
                f"{self.dialect.name}: the connection was lost while event {event} was recorded, and whether it was "
                "recorded is unknown; files keep their temporary names, and the next call that records an event places "
                "or removes them"
            ) from None
        finally:
            self.dialect.rollback()
        return found == sealed

    def append(self, name: str, event: int, table: pa.Table) -> pa.Table:
        """Appends rows of an event to the table `name`; returns them as they are recorded, but for the event."""
        if not len(table):
            return table
        columns: dict[str, Any] = {"event": pa.repeat(pa.scalar(event, pa.int64()), len(table))}
        for column, code in fields_of(TABLES[name]):
            values = table[column]
            columns[column] = values.cast(pa.int64()) if code == "i" else pc.fill_null(values.cast(pa.string()), "")
        rows = pa.table(columns)
        self.insert(name, rows)
        return rows.drop_columns(["event"])

    def insert(self, name: str, table: pa.Table) -> None:
        """Appends rows as they are."""
        self.dialect.ingest(name, table, temporary=False)


def _utf8(values: Any) -> Any:
    """Text as it can be recorded: each byte of a file's name that is not UTF-8 becomes a replacement character."""
    if isinstance(values, list):
        return [value.encode(errors="replace").decode() if isinstance(value, str) else value for value in values]
    return values


def _leave_all() -> None:
    for store in list(_stores):
        store.leave()


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(after_in_child=_leave_all)
