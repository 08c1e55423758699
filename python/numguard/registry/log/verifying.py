"""Whether a registry is as it was recorded, by the digests of its events.

Owns how the log is read again, event by event, in blocks of bounded size. Independent of what a digest is over (`seal`)
and of the meaning of events.
"""

# Queries are composed of names of this package alone; the values of callers are bound.
# ruff: noqa: S608

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from numguard.compute import tuples_of
from numguard.errors import RegistryError
from numguard.registry.log.dialect import Dialect
from numguard.registry.log.seal import Event, Seal, digest
from numguard.registry.log.tables import TABLES, fields_of

# Of tables that name other events, or other registries: what no event records.
_UNSOUND = {
    "withdrawal": ["t.withdrawn NOT BETWEEN 1 AND h.seq"],
    "contradiction": ["t.held NOT BETWEEN 1 AND h.seq", "t.other NOT BETWEEN 1 AND h.seq"],
    "complaint": ["(t.complaint >> 32) NOT BETWEEN 1 AND h.seq"],
    "origin": ["t.registry = ''", "t.number < 1", f"t.at NOT BETWEEN 0 AND {1 << 55}"],
}

# Rows and events that are read at once.
_ROWS, _EVENTS = 500_000, 10_000


def verify(dialect: Dialect) -> Seal:
    """Reads the whole log and compares it with the digests.

    Raises:
        DamagedError: Something is not as it was recorded.
    """
    try:
        dialect.check()
        _refuse_strays(dialect)
        events = _head(dialect)
        last = ""
        wanted = _digests(dialect, events)
        for event, rows in _events(dialect, 0, events):
            last = digest(last, event, rows)
            if wanted.get(event[0]) != last:
                dialect.damaged()
    except RegistryError:
        raise
    except Exception:
        # An intact log can be read.
        dialect.damaged()
    return Seal(events, last)


def _refuse_strays(dialect: Dialect) -> None:
    """Refuses what no digest covers and a query may read: rows of no event, and values that no event records.

    A row of the event 0 is before every cut. A text that is kept as bytes has the digest of the text, and equals none.
    """
    columns_of = TABLES | {"event": "seq:i at:i actor:t verb:t reason:t", "seal": "digest:t"}
    if not {*columns_of, "head"} <= dialect.tables():  # a view has taken the place of a table
        dialect.damaged()
    for name, columns in columns_of.items():
        event = "t.seq" if name == "event" else "t.event"
        strays = [f"{event} IS NULL", f"{event} < 1", f"{event} > h.seq", *dialect.mistyped(fields_of(columns))]
        strays += _UNSOUND.get(name, [])
        if len(dialect.fetch(f"SELECT 1 AS one FROM head h CROSS JOIN {name} t WHERE {' OR '.join(strays)} LIMIT 1")):
            dialect.damaged()


def seal_what_is_not(dialect: Dialect) -> None:
    """Digests the events that were recorded before digests existed."""
    events = _head(dialect)
    sealed, last = max(_digests(dialect, events).items(), default=(0, ""))
    digests: dict[int, str] = {}
    for event, rows in _events(dialect, sealed, events):
        last = digests[event[0]] = digest(last, event, rows)
    if digests:
        dialect.ingest("seal", pa.table({"event": list(digests), "digest": list(digests.values())}), temporary=False)


def _head(dialect: Dialect) -> int:
    """The last event's number, if the events are numbered as they should be."""
    head = dialect.fetch("SELECT seq, at FROM head").to_pylist()
    if len(head) != 1:
        dialect.damaged()
    seq, at = head[0]["seq"], head[0]["at"]
    query = """SELECT count(*) AS n, coalesce(min(seq), 1) AS first, coalesce(max(seq), 0) AS last,
                 coalesce(max(CASE WHEN seq = $1 THEN at END), 0) AS at FROM event WHERE seq <= $1"""
    found = dialect.fetch(query, (seq,)).to_pylist()[0]
    if found != {"n": seq, "first": 1, "last": seq, "at": at if seq else found["at"]}:
        dialect.damaged()
    return int(seq)


def _digests(dialect: Dialect, upto: int) -> dict[int, str]:
    rows: Any = dialect.fetch("SELECT event, digest FROM seal WHERE event <= $1", (upto,))
    found = dict(tuples_of(rows, "event", "digest"))
    if len(found) != len(rows):
        dialect.damaged()  # two of one event: another call would read the other
    return found


def _events(dialect: Dialect, after: int, upto: int) -> Iterator[tuple[Event, dict[str, pa.Table]]]:
    """Each event with its rows, in order, read in blocks."""
    sizes: Counter[int] = Counter()
    for name in TABLES:
        query = f"SELECT event, count(*) AS n FROM {name} WHERE event > $1 AND event <= $2 GROUP BY event"
        rows: Any = dialect.fetch(query, (after, upto))
        sizes.update(dict(tuples_of(rows, "event", "n")))
    first = after + 1
    while first <= upto:
        last, rows_there = first, sizes[first]
        while last < min(upto, first + _EVENTS) and rows_there + sizes[last + 1] <= _ROWS:
            last += 1
            rows_there += sizes[last]
        yield from _block(dialect, first, last)
        first = last + 1


def _block(dialect: Dialect, first: int, last: int) -> Iterator[tuple[Event, dict[str, pa.Table]]]:
    rows_of: dict[int, dict[str, pa.Table]] = defaultdict(dict)
    for name, columns in TABLES.items():
        fields = fields_of(columns)
        query = f"SELECT event, {', '.join(dict(fields))} FROM {name} WHERE event >= $1 AND event <= $2"
        found = dialect.fetch(query, (first, last))
        if not len(found):
            continue
        types = [pa.int64(), *(pa.int64() if code == "i" else pa.binary() for _, code in fields)]
        _refuse_other_integers(dialect, found, [name for name, code in [("event", "i"), *fields] if code == "i"])
        names = ["event", *dict(fields)]
        arrays: list[Any] = [found.column(at).cast(kind) for at, kind in enumerate(types)]
        rows = pa.table(arrays, names=names).sort_by("event")
        events, begins, counts = np.unique(rows["event"].to_numpy(), return_index=True, return_counts=True)
        rows = rows.drop_columns(["event"])
        for event, begin, count in zip(events.tolist(), begins.tolist(), counts.tolist(), strict=True):
            rows_of[event][name] = rows.slice(begin, count)
    query = "SELECT seq, at, actor, verb, reason FROM event WHERE seq >= $1 AND seq <= $2"
    who = dialect.fetch(query, (first, last))
    _refuse_other_integers(dialect, who, ["seq", "at"])
    for row in sorted(who.to_pylist(), key=lambda row: int(row["seq"])):
        event = (int(row["seq"]), int(row["at"]), str(row["actor"]), str(row["verb"]), str(row["reason"]))
        yield event, rows_of.pop(event[0], {})
    if rows_of:
        dialect.damaged()


def _refuse_other_integers(dialect: Dialect, rows: pa.Table, names: list[str]) -> None:
    """Refuses digits that SQLite keeps as bytes, and fractions: cast to integers, they have the digest of integers."""
    if any(rows[name].type != pa.int64() for name in names):
        dialect.damaged()
