"""Copies the events of another registry into this one: their rows, with this log's numbers.

Owns which columns name events, and the copying, table by table. Independent of what a column means. One idea: an event
is copied whole, as it was recorded, under the next number of this log.
"""

# Queries are composed of names of this package alone.
# ruff: noqa: S608

from __future__ import annotations

from typing import Any

import pyarrow as pa

from numguard.compute import pc
from numguard.registry.arrays import Ints, anywhere, ints
from numguard.registry.log.reading import Reading
from numguard.registry.log.store import Append, Store
from numguard.registry.log.tables import TABLES, fields_of

#: Columns that name an event of the same log. The `as_of` and `since` of an export or a linkage are numbers of the
#: registry that recorded it, and stay so.
_EVENTS = {("withdrawal", "withdrawn"), ("contradiction", "held"), ("contradiction", "other")}

# Events whose rows are read at once.
_BLOCK = 20_000


def copy_events(store: Store, append: Append, other: Reading, chosen: pa.Table, numbers: Ints) -> None:
    """Appends events of `other`, after the event that records the merge.

    `chosen`: event, registry, number, at, digest of each, ascending by event. `numbers`: of each event of the other
    registry, its number here.
    """
    theirs = ints(chosen["event"])
    upto = int(theirs.max())
    wanted = anywhere(theirs, upto + 1)
    mine = pa.array(numbers[theirs])
    query = "SELECT seq, actor, verb, reason FROM event WHERE seq <= $1"
    who = other.read("event:i actor:t verb:t because:t", query, (upto,))
    who = who.take(pc.index_in(pa.array(theirs), who["event"]))
    texts = [pc.fill_null(who[name], "") for name in ("actor", "verb", "because")]
    at = pa.repeat(pa.scalar(append.at, pa.int64()), len(theirs))
    store.insert("event", pa.table([mine, at, *texts], names=["seq", "at", "actor", "verb", "reason"]))
    store.dialect.execute(f"UPDATE head SET seq = {int(numbers[theirs].max())}")
    origin = ("registry", "number", "at", "digest")
    store.insert("origin", pa.table([mine, *(chosen[name] for name in origin)], names=["event", *origin]))
    for name, fields in TABLES.items():
        if name == "origin":
            continue
        for first in range(1, upto + 1, _BLOCK):
            last = min(upto, first + _BLOCK - 1)
            if not wanted[first : last + 1].any():
                continue
            columns = ", ".join(column for column, _ in fields_of(fields))
            query = f"SELECT event, {columns} FROM {name} WHERE event >= $1 AND event <= $2"
            rows = other.read(f"event:i {fields}", query, (first, last))
            rows = rows.filter(pa.array(wanted[ints(rows["event"])]))
            if len(rows):
                store.insert(name, _numbered(name, rows, numbers))
    append.more = True


def _numbered(name: str, rows: pa.Table, numbers: Ints) -> pa.Table:
    """The rows as they are recorded here."""
    columns: list[Any] = []
    for column in rows.column_names:
        values: Any = rows[column]
        if column == "event" or (name, column) in _EVENTS:
            values = pa.array(numbers[ints(values)])
        elif (name, column) == ("complaint", "complaint"):
            complaint = ints(values)
            values = pa.array((numbers[complaint >> 32] << 32) | (complaint & 0xFFFFFFFF))
        elif pa.types.is_string(values.type):
            values = pc.fill_null(values, "")
        columns.append(values)
    rows = pa.table(columns, names=rows.column_names)
    # An index of numbers grows page by page if they are inserted in order.
    return rows.sort_by("msisdn") if "msisdn" in rows.column_names else rows
