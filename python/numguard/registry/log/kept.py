"""What a complaint keeps of its earlier versions.

Owns which values fill the empty fields of a version. Independent of SQL and of which version stands. One idea: **an
empty field takes nothing back**: a list of numbers that follows the full sheet has no district, no day, no sum and no
status, and its complaint still has them. They are looked up when versions are read, so that those of a withdrawn file
count no longer, and so that merged registries agree.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import pyarrow as pa

from numguard.compute import aggregated, ascending, pc, replaced
from numguard.registry.arrays import Bools, flags, ints
from numguard.registry.log.order import Order

#: The fields that a complaint keeps, as far as a kind of facts has them.
_FIELDS: Final = ("district", "reported_at", "complainant", "amount_lost", "amount_recovered", "unclear_at")
#: Those that the last version with one has, whether or not it names a number: a row may have a status alone.
_OF_ANY: Final = ("unclear_at",)


def with_kept(versions: pa.Table, order: Order | None, of_complaints: Callable[[pa.Table], pa.Table]) -> pa.Table:
    """The versions, each empty field as in the last version of the complaint before it that has one.

    Versions that name a number come before those that name none, the status aside: these amend nothing.

    `versions`: event, row, complaint, and any of the fields; `complaint_key` where registries were merged. `order` is
    None for that of the numbers of events. `of_complaints` gives, for some (ordinal, event, row), the versions of their
    complaints that count: ordinal, event, row, usable and the fields.
    """
    fields = [name for name in _FIELDS if name in versions.column_names]
    lacking = np.logical_or.reduce([flags(pc.is_null(versions[name])) for name in fields])
    at = np.flatnonzero(lacking & _may_be_later(versions, order))
    if not len(at):
        return versions
    event = ints(versions["event"])
    places: Any = pa.array(at)
    candidates = versions.select(["event", "row"]).take(places).add_column(0, "ordinal", places)
    found = of_complaints(candidates)
    own, other = event[ints(found["ordinal"])], ints(found["event"])
    if order is not None:
        own, other = order.rank[own], order.rank[other]
    found = replaced(found, event=pa.array(other)).filter(pa.array(other < own))
    filled: dict[str, Any] = {}
    of_any = [name for name in fields if name in _OF_ANY]
    for names, order_of in ((fields, ("usable", "event", "row")), (of_any, ("event", "row"))):
        last = aggregated(ascending(found, "ordinal", *order_of), ["ordinal"], names, "last")
        place = pc.index_in(pa.array(np.arange(len(event))), last["ordinal"].combine_chunks())
        filled |= {name: pc.coalesce(versions[name], last[name].take(place)) for name in names}
    return replaced(versions, **filled)


def _may_be_later(versions: pa.Table, order: Order | None) -> Bools:
    """Which versions may not be the first of their complaint, whose id begins with the event of that one."""
    if order is None:
        return ints(versions["event"]) > ints(versions["complaint"]) >> 32
    key: Any = versions["complaint_key"].combine_chunks().dictionary_encode()
    places = ints(key.indices)
    return np.bincount(places)[places] > 1
