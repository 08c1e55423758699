"""The event log on disk, and with `queries` the only file that knows SQL.

Owns the connection, the schema and its migrations, and the writing transaction. Knows nothing of what a status is: it
appends rows and gives rows back as Arrow tables of declared types. One idea: nothing is ever overwritten, so the state
at any moment is the rows whose event number is not past some `cut`, and a reader needs no lock.
"""

# Queries are put together from constants of this file alone; whatever a caller gives is bound.
# ruff: noqa: S608

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute

from numguard.errors import ArgumentError, RegistryError, UnsettledError
from numguard.files import Together, together
from numguard.files.steps import one_step, stepwise
from numguard.registry.address import connect, is_file, is_there, stand_in
from numguard.registry.dialect import Dialect
from numguard.registry.migrating import damaged, migrate
from numguard.registry.queries import FACTS, HISTORY, SPOKEN, STORY, TAKEN_BACK, TOUCHED, WANTED_VERSIONS
from numguard.registry.seal import Seal, digest
from numguard.registry.sqlite import SQLite
from numguard.registry.tables import TABLES
from numguard.registry.verifying import seal_what_is_not, verify
from numguard.registry.waiting import Waiting

pc: Any = pyarrow.compute  # its stubs know no plain Python values

__all__ = ["Append", "Store"]


class Append:
    """A writing transaction: its event's number and moment, and the way to append what the event says."""

    def __init__(self, store: Store, event: tuple[int, int, str, str, str], now: int) -> None:
        self._store = store
        self.event, self.at = event[:2]
        self.who = event
        self.now = now
        self.told: dict[str, pa.Table] = {}
        self.committed = False

    @property
    def said(self) -> bool:
        """Whether the event says anything."""
        return bool(self.told)

    def rows(self, table: str, content: Mapping[str, Any] | pa.Table) -> None:
        """Appends to one of the event's tables."""
        content = content if isinstance(content, pa.Table) else pa.table({k: _told(v) for k, v in content.items()})
        rows = self._store.append(table, self.event, content)
        if len(rows):
            self.told[table] = pa.concat_tables([self.told[table], rows]) if table in self.told else rows

    def commit(self, files: Together | None = None) -> None:
        """Makes it last; called at the end by itself. An event that said nothing is no event.

        Args:
            files: What goes out with it: they take their places if it is recorded, and only then.

        Raises:
            RegistryError: It was not recorded.
            UnsettledError: Whether it was cannot be told.
            FileError: It was recorded, and a file could not take its place.
        """
        if self.committed:
            return
        with one_step():
            if self.said:
                self._store.commit(self, files)
            else:
                self._store.dialect.rollback()
            self.committed = True


class Store:
    """A registry's event log, open.

    Args:
        target: a path, `":memory:"`, or a `postgresql://` address.

    Raises:
        RegistryError: it cannot be opened, is damaged, or belongs to another program or a newer numguard.
    """

    def __init__(self, target: str) -> None:
        # Whoever asks two things that belong together, or writes, has the connection for as long as that takes.
        self._lock = threading.RLock()
        self._mine = threading.local()
        self._wanted: pa.Table | None = None
        self.closed = False
        self._target = target
        self._there = is_there(target)
        self.dialect: Dialect = self._open() if self._there else self._built(stand_in(target))

    def _open(self) -> Dialect:
        opened = connect(self._target)
        # A file has its tables as soon as it has its name.
        return self._built(opened, whole=is_file(self._target))

    def _built(self, dialect: Dialect, *, whole: bool = False) -> Dialect:
        try:
            migrate(dialect, _sealed, whole=whole)
            Waiting(dialect).finish()
        except BaseException:
            dialect.close()
            raise
        return dialect

    @property
    def recorded(self) -> int | None:
        """The last event that this thread recorded."""
        event: int | None = getattr(self._mine, "recorded", None)
        return event

    def verify(self) -> Seal:
        """Whether the store holds what was recorded, and how far that is.

        Raises:
            DamagedError: It does not.
        """
        with self._lock:
            return verify(self.dialect, TABLES)

    def backup(self, path: Path) -> Seal:
        """Writes all that is recorded into a new file, while others go on, and verifies it there.

        Raises:
            ArgumentError: The path is taken.
            RegistryError: There is nothing to copy, the store is on a server, or the copy cannot be written.
            DamagedError: What is recorded is damaged.
        """
        if not self._there:
            raise RegistryError(f"{self.dialect.name}: is not there")
        if path.exists():
            raise ArgumentError(f"path: {path.name} is there already; a backup takes the place of nothing")
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
        """Opens the file if it has come to be since, or is to be made; and the server again if it has hung up."""
        with self._lock:
            if self.dialect.closed:
                return
            if not self._there and (make or is_there(self._target)):
                if not is_there(self._target):
                    SQLite.make(self._target, lambda dialect: migrate(dialect, _sealed))
                self._turn_to(self._open())
                self._there = True
            elif not self.dialect.answers():
                self._turn_to(self._open())

    def _turn_to(self, fresh: Dialect) -> None:
        with one_step():
            old, self.dialect, self._wanted = self.dialect, fresh, None
            with suppress(Exception):  # it may be lost
                old.close()

    def close(self) -> None:
        """Lets go of the file."""
        self.closed = True
        self.dialect.close()

    # Reading ----------------------------------------------------------------------------------------------------

    def read(self, columns: str, query: str, values: Sequence[int | str] = ()) -> pa.Table:
        """The rows of `query`, as the declared `columns`; text that says nothing is null."""
        with self._lock:
            table = self.dialect.fetch(query, values)
        try:
            return _declared(table, columns)
        except pa.ArrowInvalid:
            damaged(self.dialect)

    def _one(self, query: str, values: Sequence[int | str] = ()) -> tuple[Any, ...] | None:
        with self._lock:
            rows = self.dialect.fetch(query, values).to_pylist()
        return tuple(rows[0].values()) if rows else None

    def head(self) -> int:
        """The last event's number."""
        row = self._one("SELECT seq FROM head")
        return int(row[0]) if row else 0

    def now(self) -> int:
        """Microseconds since 1970, UTC: the server's clock where several desks write to one, else this machine's."""
        if self.dialect.clock is None:
            return time.time_ns() // 1000
        row = self._one(self.dialect.clock)
        return int(row[0]) if row else 0

    def moment_of(self, event: int) -> int | None:
        """When an event was recorded."""
        row = self._one("SELECT at FROM event WHERE seq = $1", (event,))
        return int(row[0]) if row else None

    def cut_at(self, moment: int) -> int:
        """The last event not after `moment`, in microseconds UTC."""
        row = self._one("SELECT coalesce(max(seq), 0) AS seq FROM event WHERE at <= $1", (moment,))
        return int(row[0]) if row else 0

    def facts(self, kind: str, cut: int, *, wanted: bool = False) -> pa.Table:
        """The facts of one kind up to `cut`: of all numbers, or of those that this thread gave to `want`."""
        columns, query = FACTS[kind]
        for place, narrowed in (
            ("{wanted}", "wanted w CROSS JOIN"),
            ("{match n}", "n.msisdn = w.msisdn AND"),
            ("{versions}", WANTED_VERSIONS),
            ("{match v}", "c.event = v.event AND c.row = v.version AND"),
        ):
            query = query.replace(place, narrowed if wanted else "")
        return self._of_wanted(columns, query, cut) if wanted else self.read(columns, query, (cut,))

    def want(self, msisdns: pa.Array[Any] | pa.ChunkedArray[Any]) -> None:
        """The numbers that this thread asks for with `facts(..., wanted=True)` from now on."""
        self._mine.wanted = pa.table({"msisdn": pc.unique(msisdns).cast(pa.int64())}).sort_by("msisdn")

    def _of_wanted(self, columns: str, query: str, cut: int) -> pa.Table:
        # The table that is joined is one for all threads, and holds what the last of them wanted.
        with self._lock:
            wanted = self._mine.wanted
            if self._wanted is not wanted:
                self._wanted = None
                self._scratch("wanted", wanted)
                self._wanted = wanted
            return self.read(columns, query, (cut,))

    def touched(self, after: int, cut: int) -> pa.Array[Any]:
        """The numbers whose state may differ between the two cuts, and the seeds that their state hangs on."""
        found = [self.read("msisdn:i", query, (after, cut))["msisdn"].combine_chunks() for query in TOUCHED]
        spoken = self.read("suspects:t complainants:t complainant:i", SPOKEN, (after, cut))
        found.append(pc.drop_null(spoken["complainant"]))
        for name in ("suspects", "complainants"):
            numbers = pc.list_flatten(pc.split_pattern(pc.drop_null(spoken[name]), ","))
            found.append(numbers.cast(pa.int64()))
        return self.with_linked(pa.concat_arrays([_whole(part) for part in found]), cut)

    def with_linked(self, msisdns: pa.Array[Any], cut: int) -> pa.Array[Any]:
        """`msisdns`, all that were linked from them, one from the other, and the seeds that all of these hang on."""
        for near, far in (("seed_msisdn", "msisdn"), ("msisdn", "seed_msisdn")):
            query = f"""SELECT DISTINCT n.{far} AS msisdn FROM wanted w CROSS JOIN link n
                        WHERE n.{near} = w.msisdn AND n.event <= $1"""
            met = 0
            while len(msisdns) > met:
                met = len(msisdns)
                self.want(msisdns)
                more = self._of_wanted("msisdn:i", query, cut)["msisdn"].combine_chunks()
                msisdns = pc.unique(pa.concat_arrays([_whole(msisdns), _whole(more)]))
        return msisdns

    def versions(self, keys: pa.Table) -> pa.Table:
        """The versions known of the complaints whose `complaint_key` is asked for: in `ordinal`, the row that asked."""
        if self._one("SELECT 1 AS one FROM complaint LIMIT 1") is None:
            keys = keys.slice(0, 0)
        with self._lock:
            self._scratch("asked", keys.sort_by("complaint_key"))
            return self.read(
                "ordinal:i complaint:i fingerprint:i usable:i taken_back:i",
                """SELECT a.ordinal, c.complaint, c.fingerprint, CASE WHEN c.suspects = '' THEN 0 ELSE 1 END AS usable,
                     CASE WHEN c.event IN
                     (SELECT withdrawn FROM withdrawal) THEN 1 ELSE 0 END AS taken_back
                   FROM asked a CROSS JOIN complaint c WHERE c.complaint_key = a.complaint_key""",
            )

    def intake_of(self, sha256: str, verb: str) -> int | None:
        """The event of the same kind that read the same input and was not taken back."""
        row = self._one(
            """SELECT max(i.event) AS event FROM input i JOIN event e ON e.seq = i.event
               WHERE i.sha256 = $1 AND e.verb = $2 AND i.event NOT IN (SELECT withdrawn FROM withdrawal)""",
            (sha256, verb),
        )
        return int(row[0]) if row and row[0] is not None else None

    def event(self, seq: int) -> tuple[str, bool] | None:
        """The verb of an event, and whether it was taken back."""
        row = self._one("SELECT verb FROM event WHERE seq = $1", (seq,))
        if row is None:
            return None
        back = self._one("SELECT event FROM withdrawal WHERE withdrawn = $1", (seq,))
        return str(row[0]), back is not None

    def exports(self, receiver: str) -> pa.Table:
        """The lists of numbers that went out to `receiver`, the last first."""
        columns = "event:i as_of:i district:t policy:t records:i"
        query = "SELECT event, as_of, district, policy, records FROM export WHERE receiver = $1 AND policy <> ''"
        return self.read(columns, query, (receiver,)).sort_by([("event", "descending")])

    def inputs(self, cut: int) -> pa.Table:
        """Every input up to `cut` that was not taken back."""
        return self.read(
            "event:i verb:t name:t bytes:i sha256:t records:i",
            f"""SELECT i.event, e.verb, i.name, i.bytes, i.sha256, i.records
                FROM input i JOIN event e ON e.seq = i.event
                WHERE i.event <= $1 AND NOT i.{TAKEN_BACK.format("event")}""",
            (cut,),
        ).sort_by([("event", "ascending"), ("name", "ascending")])

    def events(self, seqs: pa.Array[Any] | pa.ChunkedArray[Any]) -> pa.Table:
        """Who, when and why of some events, and the names of what they read."""
        query = """SELECT e.seq AS event, e.at, e.actor, e.verb, e.reason, coalesce(i.name, '') AS file,
                     coalesce(i.sha256, '') AS sha256
                   FROM asked_event a JOIN event e ON e.seq = a.seq
                   LEFT JOIN input i ON i.event = e.seq AND i.ordinal = 0"""
        with self._lock:
            self._scratch("asked_event", pa.table({"seq": pc.unique(seqs).cast(pa.int64())}))
            return self.read("event:i at:i actor:t verb:t because:t file:t sha256:t", query)

    def story(self, msisdn: int) -> pa.Table:
        """Everything that touched one number, unordered."""
        return pa.concat_tables([self.read(HISTORY, query, (msisdn,)) for query in STORY])

    def refusals(self, event: int) -> pa.Table:
        """The cells that an intake refused."""
        query = "SELECT row, field, cell, note FROM refusal WHERE event = $1"
        table = self.read(TABLES["refusal"], query, (event,))
        return table.sort_by([("row", "ascending"), ("field", "ascending"), ("cell", "ascending")])

    # Writing ----------------------------------------------------------------------------------------------------

    @contextmanager
    def writing(
        self, *, actor: str, verb: str, reason: str, now: int, sure: bool = False, token: str = ""
    ) -> Iterator[Append]:
        """One event: everything appended inside is committed together, or not at all.

        The event's number comes from the one row of `head`, updated first: that is also the lock that makes writers
        wait for each other. Its moment is never before the last event's, so that a cut by moment is a cut by number,
        unless somebody is `sure` of `now`, and the last event was dated by a wrong clock. Ctrl-C is let through between
        two statements, and not from the commit on.
        """
        with stepwise(), self._lock:
            self.settle(make=True)
            append = None
            try:
                self.dialect.begin()
                row = self._one(
                    """UPDATE head SET seq = seq + 1, at = CASE WHEN at > $1 AND $2 = 0 THEN at ELSE $1 END
                       RETURNING seq, at""",
                    (now, int(sure)),
                )
                if row is None:
                    damaged(self.dialect)
                event, at = int(row[0]), int(row[1])
                self._insert(
                    "event",
                    pa.table({"seq": [event], "at": [at], "actor": [actor], "verb": [verb], "reason": [reason]}),
                )
                Waiting(self.dialect).settle(but_for=token)
                append = Append(self, (event, at, actor, verb, reason), now)
                yield append
                append.commit()
            except BaseException:
                if append is None or not append.committed:
                    self.dialect.rollback()
                raise

    @contextmanager
    def sending(self, folder: Path, **what: Any) -> Iterator[tuple[Append, str]]:
        """An event with which files go into `folder`, and the token under which they wait there.

        What may be left there is recorded first, so that the next event finds it, whenever this process is killed.
        """
        while True:
            with stepwise(), self._lock:
                self.settle(make=True)
                token = Waiting(self.dialect).intend(folder)
            with self.writing(**what, token=token) as append:
                # Another writer that came between took it for one that was left.
                if Waiting(self.dialect).is_intended(token):
                    yield append, token
                    return

    def commit(self, append: Append, files: Together | None) -> None:
        """Makes an event last. Where the answer to that is lost, the store is asked whether it did."""
        before = self._one("SELECT digest FROM seal WHERE event = $1", (append.event - 1,))
        if before is None and append.event > 1:
            damaged(self.dialect)
        sealed = digest(before[0] if before else "", append.who, append.told)
        self._insert("seal", pa.table({"event": [append.event], "digest": [sealed]}))
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
        self._mine.recorded = append.event
        self.dialect.settled()
        if files is not None:
            Waiting(self.dialect).place(files, append.event)

    def _is_recorded(self, event: int, sealed: str) -> bool:
        """Whether an event is there, told by a connection that knows of no transaction."""
        try:
            self.settle()
            # The server may still be at it: who holds the row of `head` has waited until it was done.
            self.dialect.begin()
            self._one("UPDATE head SET seq = seq RETURNING seq")
            found = self._one("SELECT digest FROM seal WHERE event = $1", (event,))
        except RegistryError:
            raise UnsettledError(
                f"{self.dialect.name}: the connection was lost while event {event} was recorded, and whether it is "
                "cannot be asked; files wait beside their places, and the next call that records something places or "
                "removes them"
            ) from None
        finally:
            self.dialect.rollback()
        return found == (sealed,)

    def append(self, name: str, event: int, table: pa.Table) -> pa.Table:
        """Appends rows of an event to the table `name`; returns them as they are recorded, but for the event."""
        if not len(table):
            return table
        columns: list[Any] = [pa.repeat(pa.scalar(event, pa.int64()), len(table))]
        names = ["event"]
        for field in TABLES[name].split():
            column, _, code = field.partition(":")
            values = table[column]
            columns.append(values.cast(pa.int64()) if code == "i" else pc.fill_null(values.cast(pa.string()), ""))
            names.append(column)
        rows = pa.table(columns, names=names)
        self._insert(name, rows)
        return rows.drop_columns(["event"])

    def _insert(self, name: str, table: pa.Table) -> None:
        self.dialect.ingest(name, table, temporary=False)

    def _scratch(self, name: str, table: pa.Table) -> None:
        """A table of this connection alone, for a join."""
        with self._lock:
            self.dialect.execute(f"DROP TABLE IF EXISTS {self.dialect.scratch}.{name}")
            self.dialect.ingest(name, table, temporary=True)


def _told(values: Any) -> Any:
    """What is recorded of a file's name that is not UTF-8: the sign for a broken letter in the place of each byte."""
    if isinstance(values, list):
        return [value.encode(errors="replace").decode() if isinstance(value, str) else value for value in values]
    return values


def _sealed(dialect: Dialect) -> None:
    seal_what_is_not(dialect, TABLES)


def _declared(table: pa.Table, columns: str) -> pa.Table:
    """`table` as the declared columns: drivers guess a column's type from its first rows."""
    arrays, names = [], []
    for index, field in enumerate(columns.split()):
        name, _, code = field.partition(":")
        values = table.column(index)
        if code == "i":
            arrays.append(values.cast(pa.int64()))
        else:
            text = values.cast(pa.string())
            arrays.append(pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text))
        names.append(name)
    return pa.table(arrays, names=names)


def _whole(values: pa.Array[Any] | pa.ChunkedArray[Any]) -> pa.Array[Any]:
    """One array of int64, whatever the chunks."""
    values = values.cast(pa.int64())
    if isinstance(values, pa.ChunkedArray):
        return pa.concat_arrays(values.chunks) if values.num_chunks else pa.array([], pa.int64())
    return values
