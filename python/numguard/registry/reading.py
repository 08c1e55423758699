"""What is asked of the event log: facts, lookups and stories, as Arrow tables of declared types.

Owns how the log is read up to a cut. Knows no transaction (`store`), no connection and no status. One idea: facts come
in the one order of all registries whose events the log holds (`order`), so that who merged whom, and when, makes no
difference to an answer.
"""

# Queries are put together from constants of this package alone; whatever a caller gives is bound.
# ruff: noqa: S608

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from numguard.compute import pc
from numguard.registry.dialect import Dialect
from numguard.registry.migrating import damaged
from numguard.registry.order import ID, Order, amending, answers_in_order, in_order
from numguard.registry.queries import (
    ALIKE,
    ALL_VERSIONS,
    ALL_VERSIONS_OF_WANTED,
    FACTS,
    HISTORY,
    KIN,
    OF_ASKED,
    SENT,
    SPOKEN,
    STORY,
    TAKEN_BACK,
    TOUCHED,
    TOUCHING,
    VERSION_COLUMNS,
    WANTED_VERSIONS,
)
from numguard.registry.tables import TABLES

__all__ = ["Reading"]


# The events up to the cut $1 with their digests, and those among them that another registry recorded.
EVENTS = """SELECT e.seq AS event, e.at, e.verb, s.digest FROM event e LEFT JOIN seal s ON s.event = e.seq
  WHERE e.seq <= $1"""
ORIGINS = "SELECT event, registry, number, at, digest FROM origin WHERE event <= $1"


class Reading:
    """A log that can be asked."""

    dialect: Dialect
    _lock: threading.RLock
    _mine: threading.local
    _wanted: pa.Table | None
    _order: tuple[int, Order | None] | None

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

    def digest_of(self, event: int) -> str:
        """The digest in which everything up to an event is; '' of none."""
        row = self._one("SELECT digest FROM seal WHERE event = $1", (event,))
        return str(row[0]) if row else ""

    def cut_at(self, moment: int) -> int:
        """The last event not after `moment`, in microseconds UTC."""
        row = self._one("SELECT coalesce(max(seq), 0) AS seq FROM event WHERE at <= $1", (moment,))
        return int(row[0]) if row else 0

    @property
    def id(self) -> str:
        """What this registry is called among others: the first digits of the digest of its first event; '' of none."""
        row = self._one("SELECT digest FROM seal WHERE event = 1")
        return str(row[0])[:ID] if row else ""

    def order(self, cut: int) -> Order | None:
        """The order of the events up to `cut`; None where all of them are this registry's, and so are their numbers."""
        known = self._order
        if known is None or known[0] != cut:
            origins = self.read("event:i registry:t number:i at:i digest:t", ORIGINS, (cut,))
            found = None
            if len(origins):
                events = self.read("event:i at:i verb:t digest:t", EVENTS, (cut,))
                found = in_order(events, origins)
                if events["digest"].null_count:
                    # One is just being recorded: what it will be called is not known yet.
                    return found
            self._order = known = (cut, found)
        return known[1]

    def identities(self, cut: int) -> pa.Table:
        """The events up to `cut`, each as the registry that recorded it knows it.

        Columns: event (its number here), registry, number, at, digest, verb.
        """
        origins = self.read("event:i registry:t number:i at:i digest:t", ORIGINS, (cut,))
        events = self.read("event:i at:i verb:t digest:t", EVENTS, (cut,)).sort_by("event")
        own = events.filter(pc.invert(pc.is_in(events["event"], origins["event"])))
        own = own.append_column("registry", pa.repeat(self.id, len(own))).append_column("number", own["event"])
        verbs = events["verb"].take(pc.index_in(origins["event"], events["event"]))
        names = ["event", "registry", "number", "at", "digest", "verb"]
        return pa.concat_tables([own.select(names), origins.append_column("verb", verbs).select(names)]).sort_by(
            "event"
        )

    def facts(self, kind: str, cut: int, *, wanted: bool = False) -> pa.Table:
        """The facts of one kind up to `cut`: of all numbers, or of those that this thread gave to `want`.

        Their events are in the order of all registries that were merged.
        """
        order = self.order(cut)
        if order is None or kind not in {"versions", "complaints"}:
            told = self._facts(kind, cut, wanted=wanted)
            if order is not None:
                told = order.ranked(told)
                told = answers_in_order(told) if kind == "outcomes" else told
            return told
        query = ALL_VERSIONS.format(wanted=ALL_VERSIONS_OF_WANTED if wanted else "")
        versions = self._of_wanted(VERSION_COLUMNS, query, cut) if wanted else self.read(VERSION_COLUMNS, query, (cut,))
        told = amending(versions, order)
        if kind == "complaints":
            told = told.filter(pc.and_(pc.equal(told["taken_back"], 0), pc.is_null(told["amended_at"])))
        columns = [field.partition(":")[0] for field in FACTS[kind][0].split()]
        return told.select(columns)

    def as_recorded(self, kind: str, cut: int) -> pa.Table:
        """As `facts` of all numbers, with the numbers that events have in this log."""
        return self._facts(kind, cut, wanted=False)

    def merges(self) -> pa.Table:
        """Each merge, and how many contradictions it met."""
        return self.read(
            "event:i registry:t name:t events:i upto:i digest:t contradictions:i",
            """SELECT m.event, m.registry, m.name, m.events, m.upto, m.digest,
                 (SELECT count(*) FROM contradiction c WHERE c.event = m.event) AS contradictions FROM merge m""",
        ).sort_by("event")

    def contradictions(self, since: int = 1) -> pa.Table:
        """The contradictions that merges met, which came in with the event `since` or later."""
        columns = TABLES["contradiction"]
        names = ", ".join(field.partition(":")[0] for field in columns.split())
        return self.read(columns, f"SELECT {names} FROM contradiction WHERE event >= $1", (since,))

    def _facts(self, kind: str, cut: int, *, wanted: bool) -> pa.Table:
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

    def touched(self, after: int, cut: int) -> pa.Array[Any] | None:
        """The numbers whose state may differ between the two cuts, and the seeds that their state hangs on.

        None is all numbers: what a merge brings may stand before what was there.
        """
        if self.order(cut) is not None:
            return None
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

    def numbers_of(self, keys: pa.Array[Any] | pa.ChunkedArray[Any]) -> pa.Array[Any]:
        """The numbers that any version of some complaints names, or has as a complainant's."""
        with self._lock:
            self._scratch("asked", pa.table({"complaint_key": pc.unique(keys)}).sort_by("complaint_key"))
            said = self.read("suspects:t complainants:t complainant:i", OF_ASKED)
        texts = [pc.split_pattern(pc.drop_null(said[name]), ",") for name in ("suspects", "complainants")]
        found = [pc.drop_null(said["complainant"]), *(pc.list_flatten(text).cast(pa.int64()) for text in texts)]
        numbers: pa.Array[Any] = pc.unique(pa.concat_arrays([_whole(part) for part in found]))
        return numbers

    def alike(self, asked: pa.Table) -> pa.Table:
        """The complaints that have a number of `asked` (ordinal, bare, prefix, long) but for zeros before it."""
        if self._one("SELECT 1 AS one FROM complaint LIMIT 1") is None:
            asked = asked.slice(0, 0)
        with self._lock:
            self._scratch("asked", asked.sort_by("bare"))
            return self.read("ordinal:i complaint_key:t source:t acknowledgement_no:t", ALIKE)

    def sent(self, cut: int) -> pa.Table:
        """To whom the numbers that this thread wants went, with which action and when."""
        return self._of_wanted("msisdn:i receiver:t action:t event:i", SENT, cut)

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
        # What another registry sent is told against what that one knew: no change of ours is.
        query = """SELECT event, as_of, district, policy, records FROM export
                   WHERE receiver = $1 AND policy <> '' AND event NOT IN (SELECT event FROM origin)"""
        return self.read(columns, query, (receiver,)).sort_by([("event", "descending")])

    def districts(self) -> list[str]:
        """The districts that complaints name."""
        found: list[Any] = self.read("district:t", "SELECT DISTINCT district FROM complaint")["district"].to_pylist()
        return sorted(name for name in found if name)

    def receivers(self) -> list[str]:
        """Whom lists went to from here, the last first."""
        query = """SELECT receiver, max(event) AS event FROM export
                   WHERE event NOT IN (SELECT event FROM origin) GROUP BY receiver"""
        sent = self.read("receiver:t event:i", query).sort_by([("event", "descending")])
        names: list[Any] = sent["receiver"].to_pylist()
        return names

    def export_of(self, event: int) -> dict[str, Any] | None:
        """An export of this registry: receiver, as_of, name, bytes, sha256, records, and the digest of the log then."""
        query = """SELECT x.receiver, x.as_of, x.name, x.bytes, x.sha256, x.records, s.digest
                   FROM export x JOIN seal s ON s.event = x.event
                   WHERE x.event = $1 AND x.event NOT IN (SELECT event FROM origin)"""
        rows = self.read("receiver:t as_of:i name:t bytes:i sha256:t records:i digest:t", query, (event,)).to_pylist()
        return dict(rows[0]) if rows else None

    def intakes(self) -> pa.Table:
        """What was taken in, and which event took it back."""
        return self.read(
            "event:i verb:t at:i by:t name:t sha256:t added:i updated:i repeated:i refused:i withdrawn:i",
            """SELECT t.event, e.verb, coalesce(o.at, e.at) AS at, e.actor, i.name, i.sha256, t.added, t.updated,
                 t.repeated, t.refused, (SELECT min(w.event) FROM withdrawal w WHERE w.withdrawn = t.event) AS withdrawn
               FROM intake t JOIN event e ON e.seq = t.event LEFT JOIN input i ON i.event = t.event AND i.ordinal = 0
               LEFT JOIN origin o ON o.event = t.event""",
        ).sort_by("event")

    def inputs(self, cut: int) -> pa.Table:
        """Every input up to `cut` that was not taken back."""
        told = self.read(
            "event:i verb:t name:t bytes:i sha256:t records:i",
            f"""SELECT i.event, e.verb, i.name, i.bytes, i.sha256, i.records
                FROM input i JOIN event e ON e.seq = i.event
                WHERE i.event <= $1 AND NOT i.{TAKEN_BACK.format("event")}""",
            (cut,),
        )
        order = self.order(cut)
        told = told if order is None else order.ranked(told)
        return told.sort_by([("event", "ascending"), ("name", "ascending")])

    def events(self, seqs: pa.Array[Any] | pa.ChunkedArray[Any]) -> pa.Table:
        """Who, when and why of some events, and the names of what they read; `at` is that of who recorded them."""
        query = """SELECT e.seq AS event, coalesce(o.at, e.at) AS at, e.actor, e.verb, e.reason,
                     coalesce(i.name, '') AS file, coalesce(i.sha256, '') AS sha256
                   FROM asked_event a JOIN event e ON e.seq = a.seq
                   LEFT JOIN input i ON i.event = e.seq AND i.ordinal = 0
                   LEFT JOIN origin o ON o.event = e.seq"""
        with self._lock:
            self._scratch("asked_event", pa.table({"seq": pc.unique(seqs).cast(pa.int64())}))
            return self.read("event:i at:i actor:t verb:t because:t file:t sha256:t", query)

    def sent_files(self) -> pa.Table:
        """The files that went out with the events that `events` was last asked of."""
        query = """SELECT DISTINCT x.event, x.name, x.sha256 FROM asked_event a JOIN export x ON x.event = a.seq"""
        return self.read("event:i name:t sha256:t", query).sort_by([("event", "ascending"), ("name", "ascending")])

    def story(self, msisdn: int) -> pa.Table:
        """Everything that touched one number, unordered, but for what follows from `kin` and what was taken back."""
        return pa.concat_tables([self.read(HISTORY, query, (msisdn,)) for query in STORY])

    def kin(self, msisdn: int) -> pa.Table:
        """All versions of the complaints in which a number stands, and in which of them it does."""
        columns = (
            "event:i row:i complaint_key:t source:t acknowledgement_no:t district:t reported_at:i fingerprint:i "
            "usable:i named:i complains:i"
        )
        return self.read(columns, KIN, (msisdn,))

    def withdrawals(self, cut: int) -> pa.Table:
        """What was taken back up to `cut`, and by which event."""
        return self.read("event:i withdrawn:i", "SELECT event, withdrawn FROM withdrawal WHERE event <= $1", (cut,))

    def taken_back(self, cut: int) -> pa.Table:
        """The files that were taken back up to `cut`, with who did it, when and why."""
        query = """SELECT w.event, e.verb, i.name, i.sha256, t.actor, coalesce(o.at, t.at) AS told_at, t.reason
                   FROM withdrawal w JOIN event e ON e.seq = w.withdrawn JOIN event t ON t.seq = w.event
                   LEFT JOIN input i ON i.event = w.withdrawn LEFT JOIN origin o ON o.event = w.event
                   WHERE w.event <= $1"""
        return self.read("event:i verb:t name:t sha256:t by:t told_at:i reason:t", query, (cut,))

    def touching(self, msisdn: int) -> pa.Array[Any]:
        """The events besides complaints that said something of one number which can be taken back."""
        found: pa.Array[Any] = self.read("event:i", TOUCHING, (msisdn,))["event"].combine_chunks()
        return found

    def refusals(self, event: int) -> pa.Table:
        """The cells that an intake refused."""
        query = "SELECT row, field, cell, note FROM refusal WHERE event = $1"
        table = self.read(TABLES["refusal"], query, (event,))
        return table.sort_by([("row", "ascending"), ("field", "ascending"), ("cell", "ascending")])

    def _scratch(self, name: str, table: pa.Table) -> None:
        """A table of this connection alone, for a join."""
        with self._lock:
            self.dialect.execute(f"DROP TABLE IF EXISTS {self.dialect.scratch}.{name}")
            self.dialect.ingest(name, table, temporary=True)


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
