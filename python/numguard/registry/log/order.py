"""The order of the events of several registries, and what follows from it for complaints.

Owns how events are identified and ordered, and which version of a complaint amends which where two registries recorded
it independently. Independent of SQL. One idea: an event is identified by the registry that recorded it and by its
digest there, and the order depends on the events alone, so that registries with the same events have the same order.

Within a registry the order is its own. Between registries, and copies of one that were used apart, it is that of their
clocks; events after a merge are dated after the merged events, so that no decision comes before what its author could
see.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from numguard.compute import pc, replaced, whole
from numguard.registry.arrays import Bools, Ints, flags, ints

#: The verb of an event that records a merge: it concerns no number.
MERGE = "merge"

#: How many digits of the digest of its first event name a registry.
ID = 16

_NONE = -1


@dataclass(frozen=True, slots=True)
class Order:
    """The events up to a cut, indexed by their numbers in this log.

    Attributes:
        rank: The position of each event in the order, from 1; 0 of merges, which concern no number.
        event: The event's number in this log, by position.
        at: The moment of each event in the registry that recorded it.
        registry: The registry that recorded each, as an index into `registries`.
        number: Its number there.
        registries: Their ids, ascending.
    """

    rank: Ints
    event: Ints
    at: Ints
    registry: Ints
    number: Ints
    registries: tuple[str, ...]

    @property
    def size(self) -> int:
        """The number of events without merges."""
        return len(self.event) - 1

    def ranked(self, table: pa.Table) -> pa.Table:
        """The table with positions in the order instead of numbers in this log."""
        if "event" not in table.column_names:
            return table
        rank = self.rank[ints(table["event"])]
        at = pa.array(self.at[self.event[rank]])
        others: dict[str, Any] = {name: at for name in ("added_at", "at") if name in table.column_names}
        if "unclear_at" in table.column_names:
            since = table["unclear_at"]
            others["unclear_at"] = pa.array(self.rank[ints(pc.fill_null(since, 0))], mask=flags(pc.is_null(since)))
        return replaced(table, event=pa.array(rank), **others)


def position(event: int, order: Order | None) -> int:
    """The position of an event; without an order, where one registry recorded all events, its number."""
    return event if order is None else int(order.rank[event])


def origins_of(events: Ints, order: Order | None, registry: str) -> tuple[pa.Array[Any], Ints]:
    """The registry that recorded each event, and its number there; without an order, all are of `registry`."""
    if order is None:
        return pa.array([registry] * len(events), pa.string()), events
    return pa.array(order.registries).take(pa.array(order.registry[events], pa.int64())), order.number[events]


def in_order(events: pa.Table, origins: pa.Table) -> Order:
    """The order of the events of a log.

    `events`: event, at, verb, digest: all up to the cut. `origins`: event, registry, number, at, digest: of those that
    another registry recorded.
    """
    events = events.sort_by("event")
    size = len(events) + 1
    seq = ints(events["event"])
    mine = str(events["digest"][0].as_py() or "")[:ID]
    at = np.zeros(size, np.int64)
    number = np.arange(size)
    at[seq] = ints(events["at"])
    registry = np.full(size, mine, dtype=object)
    digests = np.full(size, "", dtype=object)
    digests[seq] = pc.fill_null(events["digest"], "").to_pylist()
    merged = ints(origins["event"])
    for column, values in ((at, "at"), (number, "number")):
        column[merged] = ints(origins[values])
    registry[merged] = origins["registry"].to_pylist()
    digests[merged] = origins["digest"].to_pylist()

    names, code = np.unique(registry.astype(str), return_inverse=True)
    counts = flags(pc.not_equal(events["verb"], MERGE))
    counted = seq[counts]
    apart = used_apart(code[seq], number[seq])[counts]
    moment = moments_in_order(at[counted], code[counted], number[counted], apart)
    keys = (digests[counted].astype(str), number[counted], code[counted], moment)
    placed = counted[np.lexsort(keys)]
    rank = np.zeros(size, np.int64)
    rank[placed] = np.arange(1, len(placed) + 1)
    return Order(rank, np.concatenate([[0], placed]), at, code, number, tuple(str(name) for name in names))


def used_apart(registry: Ints, number: Ints) -> Bools:
    """Which events may be of different copies of their registry: those from the first number on that two events have.

    `registry` is a code from 0, `number` that of the event there.
    """
    order = np.lexsort((number, registry))
    code, at = registry[order], number[order]
    again = (code[1:] == code[:-1]) & (at[1:] == at[:-1])
    first = np.full(int(code.max(initial=0)) + 1, np.iinfo(np.int64).max)
    np.minimum.at(first, code[1:][again], at[1:][again])
    apart: Bools = number >= first[registry]
    return apart


def moments_in_order(at: Ints, registry: Ints, number: Ints, apart: Bools) -> Ints:
    """The moments by which events are ordered: no event counts as later than the next one of its registry.

    Of copies of one registry that were used `apart` it is unknown which event follows which, so that each of their
    events counts as of its own moment.
    """
    order = np.lexsort((number, registry))[::-1]
    least, following = at.copy(), (_NONE, np.iinfo(np.int64).max)
    for k in order.tolist():
        bound = following[1] if following[0] == registry[k] else np.iinfo(np.int64).max
        following = (registry[k], min(at[k], bound))
        least[k] = at[k] if apart[k] else following[1]
    return least


def amending(versions: pa.Table, order: Order) -> pa.Table:
    """Versions of complaints in the order of all registries, each with its complaint and what amended it first.

    Two registries may have recorded the same complaint independently. A version with the content of an earlier one that
    is not withdrawn repeats it: it amends nothing, and what amended the earlier one amends it too. Any other later
    version that names a number amends those before it.

    `versions`: event, row, complaint, complaint_key, fingerprint, usable, taken_back: all of each complaint. They are
    returned with `event` and `complaint` in the order, and with `amended_at` (null where none did).
    """
    if not len(versions):
        return versions.append_column("amended_at", pa.array([], pa.int64()))
    key = ints(whole(versions["complaint_key"]).dictionary_encode().indices)
    complaint = ints(versions["complaint"])
    complaint = (order.rank[complaint >> 32] << 32) | (complaint & 0xFFFFFFFF)
    first = np.full(int(key.max()) + 1, np.iinfo(np.int64).max)
    np.minimum.at(first, key, complaint)

    rank = order.rank[ints(versions["event"])]
    live = ints(versions["taken_back"]) == 0
    usable = ints(versions["usable"]) == 1
    prints = ints(versions["fingerprint"])
    same = np.unique(np.stack([key, prints]), axis=1, return_inverse=True)[1].reshape(-1)
    earliest = np.full(int(same.max()) + 1, np.iinfo(np.int64).max)
    np.minimum.at(earliest, same[live], rank[live])
    since = np.where(live, earliest[same], rank)

    amends = live & usable & (since == rank)
    span = int(rank.max()) + 1
    places = np.sort(key[amends] * span + rank[amends])
    after = np.searchsorted(places, key * span + since, side="right")
    found = np.append(places, _NONE)[after]
    amended = (found >= 0) & (found // span == key)
    versions = replaced(order.ranked(versions), complaint=pa.array(first[key], pa.int64()))
    return versions.append_column("amended_at", pa.array(found % span, pa.int64(), mask=~amended))
