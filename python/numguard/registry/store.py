"""The event log on disk, and with `queries` the only file that knows SQL.

Owns the connection, the schema and its migrations, and the writing transaction. Knows nothing of what a status is: it
appends rows and gives rows back as Arrow tables of declared types. One idea: nothing is ever overwritten, so the state
at any moment is the rows whose event number is not past some `cut`, and a reader needs no lock.
"""

# Queries are put together from constants of this file alone; whatever a caller gives is bound.
# ruff: noqa: S608

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import resources
from typing import Any, NoReturn

import pyarrow as pa
import pyarrow.compute

from numguard.errors import RegistryError
from numguard.registry.dialect import Dialect, connect, is_there, stand_in
from numguard.registry.queries import FACTS, HISTORY, SPOKEN, STORY, TAKEN_BACK, TOUCHED, WANTED_VERSIONS

pc: Any = pyarrow.compute  # its stubs know no plain Python values

__all__ = ["Append", "Store"]

# What each table holds, but for its event: `name:i` is a BIGINT, `name:t` a TEXT.
_TABLES = {
    "input": "ordinal:i name:t bytes:i sha256:t records:i",
    "intake": "added:i updated:i repeated:i refused:i",
    "withdrawal": "withdrawn:i",
    "complaint": "row:i complaint:i complaint_key:t source:t acknowledgement_no:t district:t category:t reported_at:i "
    "complainant:i amount_lost:i amount_recovered:i suspects:t complainants:t amends:i fingerprint:i police_station:t "
    "incident_at:i amount_held:i",
    "complainant": "version:i msisdn:i",
    "naming": "row:i version:i msisdn:i note:t doubt:t cell:t",
    "refusal": "row:i field:t cell:t note:t",
    "expansion": "as_of:i policy:t seeds:i linked:i braked:t",
    "link": "msisdn:i hop:i seed_msisdn:i via_imei:i via_msisdn:i first_seen:i last_seen:i sightings:i",
    "handset": "imei14:i hop:i numbers:i first_seen:i last_seen:i",
    "stop": "msisdn:i imei14:i why:t count:i",
    "evidence": "msisdn:i imei14:i first_seen:i last_seen:i sightings:i",
    "decision": "msisdn:i status:t",
    "outcome": "ordinal:i row:i msisdn:i status:t happened_at:i reason:t",
    "export": "receiver:t as_of:i since:i district:t policy:t name:t bytes:i sha256:t records:i",
    "exported": "msisdn:i action:t",
}


class Append:
    """A writing transaction: its event's number and moment, and the way to append what the event says."""

    def __init__(self, store: Store, event: int, at: int) -> None:
        self._store = store
        self.event = event
        self.at = at
        self.said = False
        self.committed = False

    def rows(self, table: str, content: Mapping[str, Any] | pa.Table) -> None:
        """Appends to one of the event's tables."""
        content = content if isinstance(content, pa.Table) else pa.table(dict(content))
        self.said |= len(content) > 0
        self._store.append(table, self.event, content)

    def commit(self) -> None:
        """Makes it last; called at the end by itself. An event that said nothing is no event."""
        if not self.committed:
            self._store.dialect.execute("COMMIT" if self.said else "ROLLBACK")
            self.committed = True


class Store:
    """A registry's event log, open.

    Args:
        target: a path, `":memory:"`, or a `postgresql://` address.

    Raises:
        RegistryError: it cannot be opened, is damaged, or belongs to another program or a newer numguard.
    """

    def __init__(self, target: str) -> None:
        self._lock = threading.RLock()
        self.closed = False
        self._target = target
        self._there = is_there(target)
        self.dialect: Dialect = self._open()

    def _open(self) -> Dialect:
        self.dialect = connect(self._target) if self._there else stand_in(self._target)
        try:
            self._migrate()
        except BaseException:
            self.dialect.close()
            raise
        return self.dialect

    def settle(self, *, make: bool = False) -> None:
        """Opens the file if it has come to be since, or is to be made: until then an empty store answers for it."""
        with self._lock:
            waiting = self.dialect
            if self._there or waiting.closed or not (make or is_there(self._target)):
                return
            self._there = True
            try:
                self._open()
            except BaseException:
                self._there, self.dialect = False, waiting
                raise
            waiting.close()

    def close(self) -> None:
        """Lets go of the file."""
        self.closed = True
        self.dialect.close()

    # Reading ----------------------------------------------------------------------------------------------------

    def read(self, columns: str, query: str, values: Sequence[int | str] = ()) -> pa.Table:
        """The rows of `query`, as the declared `columns`; text that says nothing is null."""
        with self._lock:
            table = self.dialect.fetch(query, values)
        return _declared(table, columns)

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
        """The facts of one kind up to `cut`: of all numbers, or of those given to `want`."""
        columns, query = FACTS[kind]
        for place, narrowed in (
            ("{wanted}", "wanted w CROSS JOIN"),
            ("{match n}", "n.msisdn = w.msisdn AND"),
            ("{versions}", WANTED_VERSIONS),
            ("{match v}", "c.event = v.event AND c.row = v.version AND"),
        ):
            query = query.replace(place, narrowed if wanted else "")
        return self.read(columns, query, (cut,))

    def want(self, msisdns: pa.Array[Any] | pa.ChunkedArray[Any]) -> None:
        """The numbers that `facts(..., wanted=True)` is asked for from now on."""
        self._scratch("wanted", pa.table({"msisdn": pc.unique(msisdns).cast(pa.int64())}).sort_by("msisdn"))

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
                more = self.read("msisdn:i", query, (cut,))["msisdn"].combine_chunks()
                msisdns = pc.unique(pa.concat_arrays([_whole(msisdns), _whole(more)]))
        return msisdns

    def versions(self, keys: pa.Table) -> pa.Table:
        """The versions known of the complaints whose `complaint_key` is asked for: in `ordinal`, the row that asked."""
        if self._one("SELECT 1 AS one FROM complaint LIMIT 1") is None:
            keys = keys.slice(0, 0)
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
        self._scratch("asked_event", pa.table({"seq": pc.unique(seqs).cast(pa.int64())}))
        query = """SELECT e.seq AS event, e.at, e.actor, e.verb, e.reason, coalesce(i.name, '') AS file,
                     coalesce(i.sha256, '') AS sha256
                   FROM asked_event a JOIN event e ON e.seq = a.seq
                   LEFT JOIN input i ON i.event = e.seq AND i.ordinal = 0"""
        return self.read("event:i at:i actor:t verb:t because:t file:t sha256:t", query)

    def story(self, msisdn: int) -> pa.Table:
        """Everything that touched one number, unordered."""
        return pa.concat_tables([self.read(HISTORY, query, (msisdn,)) for query in STORY])

    def refusals(self, event: int) -> pa.Table:
        """The cells that an intake refused."""
        query = "SELECT row, field, cell, note FROM refusal WHERE event = $1"
        table = self.read(_TABLES["refusal"], query, (event,))
        return table.sort_by([("row", "ascending"), ("field", "ascending"), ("cell", "ascending")])

    # Writing ----------------------------------------------------------------------------------------------------

    @contextmanager
    def writing(self, *, actor: str, verb: str, reason: str, now: int, sure: bool = False) -> Iterator[Append]:
        """One event: everything appended inside is committed together, or not at all.

        The event's number comes from the one row of `head`, updated first: that is also the lock that makes writers
        wait for each other. Its moment is never before the last event's, so that a cut by moment is a cut by number,
        unless somebody is `sure` of `now`, and the last event was dated by a wrong clock.
        """
        with self._lock:
            self.settle(make=True)
            self.dialect.begin()
            try:
                row = self._one(
                    """UPDATE head SET seq = seq + 1, at = CASE WHEN at > $1 AND $2 = 0 THEN at ELSE $1 END
                       RETURNING seq, at""",
                    (now, int(sure)),
                )
                if row is None:
                    self._damaged()
                event, at = int(row[0]), int(row[1])
                self._insert(
                    "event",
                    pa.table({"seq": [event], "at": [at], "actor": [actor], "verb": [verb], "reason": [reason]}),
                )

                append = Append(self, event, at)
                yield append
                append.commit()
            except BaseException:
                self.dialect.rollback()
                raise

    def append(self, name: str, event: int, table: pa.Table) -> None:
        """Appends rows of an event to the table `name`."""
        if not len(table):
            return
        columns: list[Any] = [pa.repeat(pa.scalar(event, pa.int64()), len(table))]
        names = ["event"]
        for field in _TABLES[name].split():
            column, _, code = field.partition(":")
            values = table[column]
            columns.append(values.cast(pa.int64()) if code == "i" else pc.fill_null(values.cast(pa.string()), ""))
            names.append(column)
        self._insert(name, pa.table(columns, names=names))

    def _insert(self, name: str, table: pa.Table) -> None:
        self.dialect.ingest(name, table, temporary=False)

    def _scratch(self, name: str, table: pa.Table) -> None:
        """A table of this connection alone, for a join."""
        with self._lock:
            self.dialect.execute(f"DROP TABLE IF EXISTS {self.dialect.scratch}.{name}")
            self.dialect.ingest(name, table, temporary=True)

    # The schema -------------------------------------------------------------------------------------------------

    def _migrate(self) -> None:
        folder = resources.files(__package__) / "schema"
        steps = sorted((entry.name, entry.read_text()) for entry in folder.iterdir() if entry.name.endswith(".sql"))
        if self._version() == len(steps):
            return
        self.dialect.begin_to_build()
        try:
            version = self._version()
            if version > len(steps):
                self._too_new(version, len(steps))
            for _, text in steps[version:]:
                for statement in _statements(text):
                    self.dialect.execute(statement)
            self.dialect.execute(f"UPDATE head SET schema_version = {len(steps)}")
            self.dialect.execute("COMMIT")
        except BaseException:
            self.dialect.rollback()
            raise

    def _version(self) -> int:
        tables = self.dialect.tables()
        if "head" in tables and "event" in tables:
            row = self._one("SELECT schema_version FROM head")
            if row is None:
                self._damaged()
            return int(row[0])
        if tables:
            raise RegistryError(f"{self.dialect.name}: is another program's database, not a numguard registry")
        return 0

    def _damaged(self) -> NoReturn:
        raise RegistryError(f"{self.dialect.name}: damaged: the row that numbers its events is lost")

    def _too_new(self, version: int, known: int) -> NoReturn:
        raise RegistryError(
            f"{self.dialect.name}: written by a newer numguard (schema {version}, this one knows {known}); "
            "upgrade numguard to open it"
        )


def _statements(text: str) -> list[str]:
    """The statements of a schema file: a driver runs only the first of a string."""
    bare = "\n".join(line for line in text.splitlines() if not line.startswith("--"))
    return [statement.strip() for statement in bare.split(";") if statement.strip()]


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
