"""Reads the event log: facts, lookups and histories, as Arrow tables of declared types.

Owns how the log is read up to a cut. Independent of transactions (`store`), connections and statuses. One idea: facts
have the order of all registries whose events the log holds (`order`), so that no answer depends on how registries were
merged.
"""

# Queries are composed of constants of this package alone; the values of callers are bound.
# ruff: noqa: S608

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from numguard.compute import ascending, by_key, pc, tuples_of, whole
from numguard.registry.actions import RELEASES
from numguard.registry.arrays import Column, ints
from numguard.registry.log import sql
from numguard.registry.log.answers import TURNS, answers_in_order, turns_of
from numguard.registry.log.dialect import Dialect
from numguard.registry.log.kept import with_kept
from numguard.registry.log.order import ID, Order, amending, in_order, position
from numguard.registry.log.restored import with_restored
from numguard.registry.log.tables import TABLES, fields_of
from numguard.registry.receivers import same_receiver

# The events up to the cut $1 with their digests, and those among them that another registry recorded.
EVENTS = """SELECT e.seq AS event, e.at, e.verb, s.digest FROM event e LEFT JOIN seal s ON s.event = e.seq
  WHERE e.seq <= $1"""
ORIGINS = "SELECT event, registry, number, at, digest FROM origin WHERE event <= $1"

# The lists of numbers to which a change can be relative, and those of handsets.
LISTS = (
    "FROM export x WHERE x.policy <> ''",
    "FROM export x JOIN event e ON e.seq = x.event WHERE e.verb = 'export_handsets'",
)


class SentList(NamedTuple):
    """A list on record: its event, the events of its cut and base, its district and policy, how many rows it has.

    `policy` is null in lists from before it was recorded, as is `key_check`; a list of no district has none.
    """

    event: int
    receiver: str
    as_of: int
    since: int
    district: str | None
    policy: str | None
    records: int
    key_check: str | None


class Reading:
    """The read side of a log."""

    dialect: Dialect
    _lock: threading.RLock
    #: The numbers in the temporary table `wanted`.
    _wanted: Column | None
    _order: tuple[int, Order | None] | None

    def read(self, columns: str, query: str, values: Sequence[int | str] = ()) -> pa.Table:
        """The rows of `query`, as the declared `columns`; empty text is null."""
        with self._lock:
            table = self.dialect.fetch(query, values)
        try:
            return _declared(table, columns)
        except pa.ArrowInvalid:
            self.dialect.damaged()

    def _one(self, query: str, values: Sequence[int | str] = ()) -> tuple[Any, ...] | None:
        with self._lock:
            rows = self.dialect.fetch(query, values).to_pylist()
        return tuple(rows[0].values()) if rows else None

    def _number(self, query: str, values: Sequence[int | str] = ()) -> int | None:
        """The integer that a query of one column returns; None without a row."""
        row = self._one(query, values)
        return int(row[0]) if row else None

    def head(self) -> int:
        """The last event's number."""
        return self._number("SELECT seq FROM head") or 0

    def now(self) -> int:
        """Microseconds since 1970, UTC: by the server's clock where there is a server, else by this machine's."""
        if self.dialect.clock is None:
            return time.time_ns() // 1000
        return self._number(self.dialect.clock) or 0

    def moment_of(self, event: int) -> int | None:
        """When an event was recorded."""
        return self._number("SELECT at FROM event WHERE seq = $1", (event,))

    def digest_of(self, event: int) -> str:
        """The digest over everything up to an event; '' where there is none."""
        row = self._one("SELECT digest FROM seal WHERE event = $1", (event,))
        return str(row[0]) if row else ""

    def cut_at(self, moment: int) -> int:
        """The last event not after `moment`, in microseconds UTC."""
        return self._number("SELECT coalesce(max(seq), 0) AS seq FROM event WHERE at <= $1", (moment,)) or 0

    @property
    def id(self) -> str:
        """The registry's name among others: the first digits of the digest of its first event; '' without events."""
        return self.digest_of(1)[:ID]

    def order(self, cut: int) -> Order | None:
        """The order of the events up to `cut`; None where this registry recorded all of them."""
        known = self._order
        if known is None or known[0] != cut:
            origins = self.read("event:i registry:t number:i at:i digest:t", ORIGINS, (cut,))
            found = None
            if len(origins):
                events = self.read("event:i at:i verb:t digest:t", EVENTS, (cut,))
                found = in_order(events, origins)
                if events["digest"].null_count:
                    # One is being recorded, and has no digest yet.
                    return found
            self._order = known = (cut, found)
        return known[1]

    def _ranked(self, table: pa.Table, cut: int) -> pa.Table:
        """The table with the positions of events in the order of all registries, in place of their numbers here."""
        order = self.order(cut)
        return table if order is None else order.ranked(table)

    def identities(self, cut: int) -> pa.Table:
        """The events up to `cut`, each as in the registry that recorded it.

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

    def facts(self, kind: str, cut: int, among: Column | None = None) -> pa.Table:
        """The facts of one kind up to `cut`: of all numbers, or of those `among` some.

        Their events are in the order of all merged registries. Calls with the same array are faster than with its copy.
        """
        order = self.order(cut)
        if kind in {"versions", "complaints"}:
            return self._versions(kind, cut, among, order)
        facts = self._facts(kind, cut, among)
        if order is not None:
            facts = order.ranked(facts)
        if order is not None and kind == "outcomes":
            files = order.ranked(self._facts("files_of_outcomes", cut, None))
            turns = turns_of(*(order.ranked(self._facts(turn, cut, among)) for turn in TURNS))
            facts = answers_in_order(facts, files, turns)
        return facts

    def _versions(self, kind: str, cut: int, among: Column | None, order: Order | None) -> pa.Table:
        """The versions of complaints, with what they keep of earlier ones."""

        def beside(candidates: pa.Table) -> pa.Table:
            return self._of_candidates(sql.VERSIONS_BESIDE_COLUMNS, sql.VERSIONS_BESIDE, candidates, (cut,))

        if order is None:
            facts = with_kept(self._facts(kind, cut, among), None, beside)
            if kind == "complaints":
                return facts
            withdrawn = self.read("complaint:i event:i withdrawn_at:i", sql.WITHDRAWN_VERSIONS, (cut,))
            return with_restored(facts, withdrawn)
        query = sql.ALL_VERSIONS.format(wanted="" if among is None else sql.ALL_VERSIONS_OF_WANTED)
        facts = amending(with_kept(self._among(sql.VERSION_COLUMNS, query, cut, among), order, beside), order)
        names = [name for name, _ in fields_of(sql.FACTS[kind][0])]
        if kind == "complaints":
            facts = facts.filter(pc.and_(pc.equal(facts["taken_back"], 0), pc.is_null(facts["amended_at"])))
            return facts.select(names)
        back = self.withdrawals(cut)
        ends = dict(sorted(zip(order.rank[ints(back["withdrawn"])], order.rank[ints(back["event"])], strict=True)))
        withdrawn = facts.filter(pc.and_(pc.equal(facts["taken_back"], 1), pc.equal(facts["usable"], 1)))
        withdrawn_at = pa.array([ends[event] for event in withdrawn["event"].to_pylist()], pa.int64())
        return with_restored(facts.select(names), withdrawn.append_column("withdrawn_at", withdrawn_at))

    def as_recorded(self, kind: str, cut: int) -> pa.Table:
        """As `facts` of all numbers, with the numbers that events have in this log."""
        return self._facts(kind, cut, None)

    def merges(self) -> pa.Table:
        """Each merge, and the number of its contradictions."""
        return self.read(
            "event:i registry:t name:t events:i upto:i digest:t contradictions:i",
            """SELECT m.event, m.registry, m.name, m.events, m.upto, m.digest,
                 (SELECT count(*) FROM contradiction c WHERE c.event = m.event) AS contradictions FROM merge m""",
        ).sort_by("event")

    def contradictions(self, since: int = 1) -> pa.Table:
        """The contradictions of merges, recorded with the event `since` or later."""
        columns = TABLES["contradiction"]
        names = ", ".join(name for name, _ in fields_of(columns))
        return self.read(columns, f"SELECT {names} FROM contradiction WHERE event >= $1", (since,))

    def _facts(self, kind: str, cut: int, among: Column | None) -> pa.Table:
        columns, query = sql.FACTS[kind]
        return self._among(columns, sql.of_all(query) if among is None else sql.of_wanted(query), cut, among)

    def _among(self, columns: str, query: str, cut: int, among: Column | None) -> pa.Table:
        """The rows of a query that joins the numbers `among` some as the table `wanted`, or of one without it."""
        if among is None:
            return self.read(columns, query, (cut,))
        # All threads share one temporary table.
        with self._lock:
            if self._wanted is not among:
                self._wanted = None
                self._scratch("wanted", pa.table({"msisdn": pc.unique(among).cast(pa.int64())}).sort_by("msisdn"))
                self._wanted = among
            return self.read(columns, query, (cut,))

    def touched(self, after: int, cut: int) -> pa.Array[Any] | None:
        """The numbers whose state may differ between the two cuts, and the ones on which their state depends.

        None is all numbers: merged events may come before those that were there.
        """
        if self.order(cut) is not None:
            return None
        found = [whole(self.read("msisdn:i", query, (after, cut))["msisdn"]) for query in sql.TOUCHED]
        found.append(_numbers_in(self.read(sql.NUMBER_COLUMNS, sql.COMPLAINTS_BETWEEN, (after, cut))))
        return self.with_linked(pa.concat_arrays(found), cut)

    def with_linked(self, msisdns: pa.Array[Any], cut: int) -> pa.Array[Any]:
        """`msisdns`, all that were linked from or through them, at any distance, and what these were linked through."""
        for query in (sql.LINKED, sql.LINKED_THROUGH):
            met = 0
            while len(msisdns) > met:
                met = len(msisdns)
                more = self._among("msisdn:i", query, cut, msisdns)["msisdn"].combine_chunks()
                msisdns = pc.unique(pa.concat_arrays([whole(msisdns).cast(pa.int64()), whole(more).cast(pa.int64())]))
        return msisdns

    def versions(self, keys: pa.Table) -> pa.Table:
        """The recorded versions of the complaints with the keys of `keys`, with its `ordinal`."""
        columns = "ordinal:i event:i complaint:i fingerprint:i usable:i unclear_at:i taken_back:i"
        found = self._of_candidates(columns, sql.VERSIONS_OF_CANDIDATES, keys.sort_by("complaint_key"))
        return self._ranked(found, self.head())

    def numbers_of(self, keys: Column) -> pa.Array[Any]:
        """The numbers that any version of some complaints names as a suspect's or has as the complainant's."""
        candidates = pa.table({"complaint_key": pc.unique(keys)}).sort_by("complaint_key")
        versions = self._of_candidates(sql.NUMBER_COLUMNS, sql.NUMBERS_OF_CANDIDATES, candidates)
        numbers: pa.Array[Any] = pc.unique(_numbers_in(versions))
        return numbers

    def ended(self) -> pa.Array[Any]:
        """The keys of the complaints that have ended, and were not named again since."""
        columns, cut = "complaint_key:t event:i", self.head()
        endings = self.read(columns, sql.ENDINGS, (cut,))
        candidates = endings.group_by("complaint_key").aggregate([])
        openings = self._of_candidates(columns, sql.OPENINGS, candidates, (cut,)) if len(endings) else endings
        last: dict[Any, tuple[int, bool]] = {}
        for table, ends in ((endings, True), (openings, False)):
            for key, event in tuples_of(self._ranked(table, cut)):
                last[key] = max((event, ends), last.get(key, (0, False)))
        return pa.array([key for key, (_, ends) in last.items() if ends], pa.string())

    def complaints_of(self, keys: Column, cut: int) -> dict[str, int]:
        """The complaint of each key, as the facts up to `cut` number it."""
        order, names = self.order(cut), pc.unique(keys)
        recorded = self.versions(pa.table({"ordinal": np.arange(len(names)), "complaint_key": names}))
        found: dict[str, int] = {}
        for ordinal, first in tuples_of(recorded, "ordinal", "complaint"):
            complaint, key = (position(first >> 32, order) << 32) | (first & 0xFFFFFFFF), names[ordinal].as_py()
            found[key] = min(complaint, found.get(key, complaint))
        return found

    def alike(self, candidates: pa.Table) -> pa.Table:
        """The complaints with a number of `candidates` (ordinal, bare, prefix, long), leading zeros aside.

        Where `long` is 0, only those whose key begins with `prefix`.
        """
        columns = "ordinal:i complaint_key:t source:t acknowledgement_no:t"
        return self._of_candidates(columns, sql.ALIKE, candidates.sort_by("bare"))

    def _of_candidates(
        self, columns: str, query: str, candidates: pa.Table, values: Sequence[int | str] = ()
    ) -> pa.Table:
        """The rows of a query that joins complaints with the table `candidate`; a log without complaints needs none."""
        with self._lock:
            if self._one("SELECT 1 AS one FROM complaint LIMIT 1") is None:
                candidates = candidates.slice(0, 0)
            self._scratch("candidate", candidates)
            return self.read(columns, query, values)

    def sent(self, cut: int, among: pa.Array[Any]) -> pa.Table:
        """The receivers of the numbers `among` some, with action and event."""
        return self._among("msisdn:i receiver:t action:t event:i", sql.SENT, cut, among)

    def intake_of(self, sha256: str, verb: str) -> int | None:
        """The event of the same kind that read the same input and is not withdrawn."""
        query = """SELECT i.event FROM input i JOIN event e ON e.seq = i.event
                   WHERE i.sha256 = $1 AND e.verb = $2 AND i.event NOT IN (SELECT withdrawn FROM withdrawal)
                   ORDER BY i.event DESC LIMIT 1"""
        return self._number(query, (sha256, verb))

    def event(self, seq: int) -> tuple[str, bool] | None:
        """The verb of an event, and whether it is withdrawn."""
        row = self._one("SELECT verb FROM event WHERE seq = $1", (seq,))
        if row is None:
            return None
        back = self._one("SELECT event FROM withdrawal WHERE withdrawn = $1", (seq,))
        return str(row[0]), back is not None

    def exports(self, receiver: str, *, handsets: bool = False) -> list[SentList]:
        """The lists of numbers, or of handsets, that were sent to `receiver`, the last first."""
        columns = "event:i receiver:t as_of:i since:i district:t policy:t records:i key_check:t"
        # Without those of merged registries, which are relative to the state of those.
        query = f"""SELECT x.event, x.receiver, x.as_of, x.since, x.district, x.policy, x.records, x.key_check
                    {LISTS[handsets]} AND x.receiver = $1 AND x.event NOT IN (SELECT event FROM origin)"""
        found = self.read(columns, query, (receiver,)).sort_by([("event", "descending")])
        return [SentList(*row) for row in tuples_of(found)]

    def kinds_of_lists(self, receiver: str, *, handsets: bool = False) -> set[tuple[str | None, str | None]]:
        """The district and the key check of all lists to `receiver`; those of no district are None, as are old keys."""
        query = f"SELECT DISTINCT x.receiver, x.district, x.key_check {LISTS[handsets]}"
        rows = tuples_of(self.read("receiver:t district:t key_check:t", query))
        return {(district, key) for name, district, key in rows if same_receiver(name, receiver)}

    def districts(self) -> list[str]:
        """The districts that complaints name."""
        found: list[Any] = self.read("district:t", "SELECT DISTINCT district FROM complaint")["district"].to_pylist()
        return sorted(name for name in found if name)

    def receivers(self) -> list[str]:
        """The receivers of this registry's lists, the last first."""
        query = """SELECT receiver, max(event) AS event FROM export
                   WHERE event NOT IN (SELECT event FROM origin) GROUP BY receiver"""
        sent = self.read("receiver:t event:i", query).sort_by([("event", "descending")])
        names: list[Any] = sent["receiver"].to_pylist()
        return names

    def export_of(self, event: int) -> dict[str, Any] | None:
        """An export of this registry: receiver, as_of, since, name, bytes, sha256, records, and its digest."""
        query = """SELECT x.receiver, x.as_of, x.since, x.name, x.bytes, x.sha256, x.records, s.digest
                   FROM export x JOIN seal s ON s.event = x.event
                   WHERE x.event = $1 AND x.event NOT IN (SELECT event FROM origin)"""
        rows = self.read(
            "receiver:t as_of:i since:i name:t bytes:i sha256:t records:i digest:t", query, (event,)
        ).to_pylist()
        return dict(rows[0]) if rows else None

    def intakes(self) -> pa.Table:
        """The intakes and the expansions, each with the first file that it read and the event that withdrew it."""
        return self.read(
            "event:i verb:t at:i by:t name:t sha256:t added:i updated:i repeated:i refused:i withdrawn:i",
            """SELECT t.event, e.verb, coalesce(o.at, e.at) AS at, e.actor, i.name, i.sha256, t.added, t.updated,
                 t.repeated, t.refused, (SELECT min(w.event) FROM withdrawal w WHERE w.withdrawn = t.event) AS withdrawn
               FROM (SELECT event, added, updated, repeated, refused FROM intake
                     UNION ALL SELECT event, linked, 0, 0, 0 FROM expansion) t
               JOIN event e ON e.seq = t.event LEFT JOIN input i ON i.event = t.event AND i.ordinal = 0
               LEFT JOIN origin o ON o.event = t.event""",
        ).sort_by("event")

    def inputs(self, cut: int, *, since: int | None = None, released: pa.Array[Any] | None = None) -> pa.Table:
        """Every input up to `cut` that is not withdrawn, each file once for each verb that read it.

        `withdrawn` is the event that withdrew an input: with `since`, those that were withdrawn after it are among
        them, and with numbers that are `released`, those that have one of these.
        """
        table = self.read("event:i verb:t name:t bytes:i sha256:t records:i withdrawn:i", sql.INPUTS, (cut,))
        kept = pc.is_null(table["withdrawn"])
        if since is not None:
            kept = pc.or_(kept, pc.fill_null(pc.greater(table["withdrawn"], since), False))
        if released is not None and len(released):
            kept = pc.or_(
                kept, pc.is_in(table["event"], self._among("event:i", sql.CONTAINING, cut, released)["event"])
            )
        table = ascending(self._ranked(table.filter(kept), cut), "event", "name")
        names = [name for name in table.column_names if name != "event"]
        files = list(tuples_of(table, *names))
        first = {file: at for at, file in reversed([*enumerate(files)])}
        # Streams have no SHA-256, and two of one name are two.
        return table.filter(pa.array([not file[3] or first[file] == at for at, file in enumerate(files)], pa.bool_()))

    def released_by(self, event: int) -> pa.Array[Any]:
        """The numbers that an exported list, of numbers or of handsets, releases."""
        found = self.read("msisdn:i action:t", sql.EXPORTED_ACTIONS, (event,))
        numbers: pa.Array[Any] = found.filter(pc.is_in(found["action"], pa.array(RELEASES)))["msisdn"].combine_chunks()
        return numbers

    def events(self, seqs: Column) -> pa.Table:
        """Who, when and why of each of some events, and the file it read; `at` is the moment where it was recorded.

        Of several files, `file` has all names and `sha256` all digests, in the same order, with `; ` between.
        """
        query = """SELECT e.seq AS event, coalesce(o.at, e.at) AS at, e.actor, e.verb, e.reason
                   FROM wanted_event a JOIN event e ON e.seq = a.seq LEFT JOIN origin o ON o.event = e.seq"""
        inputs = """SELECT i.event, i.ordinal, i.name, i.sha256 FROM wanted_event a JOIN input i ON i.event = a.seq"""
        with self._lock:
            self._scratch_events(seqs)
            found = self.read("event:i at:i actor:t verb:t because:t", query)
            files = self.read("event:i ordinal:i name:t sha256:t", inputs)
        for name, column in (("file", "name"), ("sha256", "sha256")):
            found = found.append_column(name, _of_each(found["event"], files, column))
        return found.take(pc.index_in(seqs, found["event"]))

    def sent_files(self, seqs: Column) -> pa.Table:
        """The files that were sent with some events."""
        query = """SELECT DISTINCT x.event, x.name, x.sha256 FROM wanted_event a JOIN export x ON x.event = a.seq"""
        with self._lock:
            self._scratch_events(seqs)
            return ascending(self.read("event:i name:t sha256:t", query), "event", "name")

    def entries(self, msisdn: int) -> pa.Table:
        """The history of one number, unordered, without what follows from `related_versions` and withdrawals."""
        return pa.concat_tables([self.read(sql.HISTORY, query, (msisdn,)) for query in sql.ENTRIES])

    def related_versions(self, msisdn: int) -> pa.Table:
        """All versions of the complaints that contain a number, and in which role each version has it."""
        columns = (
            "event:i row:i complaint_key:t source:t acknowledgement_no:t district:t reported_at:i fingerprint:i "
            "usable:i named:i complains:i"
        )
        return self.read(columns, sql.RELATED_VERSIONS, (msisdn,))

    def withdrawals(self, cut: int) -> pa.Table:
        """The events that are withdrawn up to `cut`, and by which event."""
        return self.read("event:i withdrawn:i", "SELECT event, withdrawn FROM withdrawal WHERE event <= $1", (cut,))

    def taken_back(self, cut: int) -> pa.Table:
        """The files that are withdrawn up to `cut`, with who, when and why, in the order of withdrawals."""
        query = """SELECT w.event, e.verb, i.name, i.sha256, t.actor, coalesce(o.at, t.at) AS withdrawn_at, t.reason
                   FROM withdrawal w JOIN event e ON e.seq = w.withdrawn JOIN event t ON t.seq = w.event
                   LEFT JOIN input i ON i.event = w.withdrawn LEFT JOIN origin o ON o.event = w.event
                   WHERE w.event <= $1"""
        table = self.read("event:i verb:t name:t sha256:t by:t withdrawn_at:i reason:t", query, (cut,))
        return ascending(self._ranked(table, cut), "event", "name", "sha256").drop_columns(["event"])

    def touching(self, msisdn: int) -> pa.Array[Any]:
        """The events besides complaints that concern one number and can be withdrawn."""
        found: pa.Array[Any] = self.read("event:i", sql.TOUCHING, (msisdn,))["event"].combine_chunks()
        return found

    def refusals(self, event: int) -> pa.Table:
        """The cells that an intake refused."""
        query = "SELECT row, field, cell, note FROM refusal WHERE event = $1"
        return ascending(self.read(TABLES["refusal"], query, (event,)), "row", "field", "cell")

    def _scratch_events(self, seqs: Column) -> None:
        self._scratch("wanted_event", pa.table({"seq": pc.unique(seqs).cast(pa.int64())}))

    def _scratch(self, name: str, table: pa.Table) -> None:
        """Creates a temporary table, for a join."""
        with self._lock:
            self.dialect.execute(f"DROP TABLE IF EXISTS {self.dialect.scratch}.{name}")
            self.dialect.ingest(name, table, temporary=True)


def _numbers_in(versions: pa.Table) -> pa.Array[Any]:
    """The numbers that versions of complaints name as suspects' or have as complainants'."""
    texts = [pc.split_pattern(pc.drop_null(versions[name]), ",") for name in ("suspects", "complainants")]
    numbers = [pc.drop_null(versions["complainant"]), *(pc.list_flatten(text).cast(pa.int64()) for text in texts)]
    return pa.concat_arrays([whole(part) for part in numbers])


def _of_each(events: pa.ChunkedArray[Any], files: pa.Table, column: str) -> pa.Array[Any]:
    """The text of a column of the files of each event, with `; ` between those of several; null where there is none."""
    texts: dict[int, list[str | None]] = by_key(tuples_of(ascending(files, "event", "ordinal"), "event", column))
    each: list[Any] = events.to_pylist()
    return pa.array(["; ".join(text or "" for text in texts.get(event, [])) or None for event in each], pa.string())


def _declared(table: pa.Table, columns: str) -> pa.Table:
    """`table` as the declared columns: drivers infer a column's type from its first rows."""
    declared: dict[str, Any] = {}
    for (name, code), values in zip(fields_of(columns), table.columns, strict=True):
        if code == "i":
            declared[name] = values.cast(pa.int64())
        else:
            text = values.cast(pa.string())
            declared[name] = pc.if_else(pc.equal(text, ""), None, text)
    return pa.table(declared)
