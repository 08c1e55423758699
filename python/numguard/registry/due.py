"""The blocks that hold as far as one receiver knows, by the lists that were sent to him and the answers of operators.

Owns when a block was requested and not lifted since. Independent of SQL and of statuses: `listing` decides whether such
a block has lost its ground. One idea: a release is due until a change to that receiver has it. A whole list has no rows
to release, and a change for another receiver lifts no block here.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from numguard.compute import pc
from numguard.registry.grounds import NEVER, Last, distinct
from numguard.registry.listing import Due
from numguard.registry.receivers import same_receiver
from numguard.registry.spelling import folded, folded_cells
from numguard.registry.store import Store

__all__ = ["releases_due"]

_BLOCK = "block"


def releases_due(
    among: pa.Array[Any] | None, store: Store, receiver: str, district: str | None, cut: int, *, first: int, base: int
) -> Due:
    """The blocks that hold at `cut`.

    Args:
        among: The numbers that matter; None is all.
        store: The log.
        receiver: To whom the lists went.
        district: Of which district they are; None is the lists of all.
        cut: The last event that counts.
        first: The event of the first list to him.
        base: The event of the list that is to be changed: of a number that it has to block, nothing is due unless
            something happens to it, so that with all numbers those are left out.
    """
    if among is not None:
        store.want(among)
    sent, outcomes = (store.facts(kind, cut, wanted=among is not None) for kind in ("sent", "outcomes"))
    order = store.order(cut)
    if order is not None:
        first, base = (int(order.rank[event]) for event in (first, base))
    numbers = distinct(np.concatenate([np.asarray(facts["msisdn"].to_numpy(), np.int64) for facts in (sent, outcomes)]))
    names: list[Any] = sent["receiver"].unique().to_pylist()
    his = pc.is_in(sent["receiver"], pa.array([name for name in names if same_receiver(name, receiver)], pa.string()))
    blocks = pc.equal(sent["action"], _BLOCK)
    own = pc.equal(pc.fill_null(folded_cells(sent["district"]), ""), folded(district))
    blocked = Last(sent.filter(pc.and_(pc.and_(his, blocks), own)), numbers, "event").event
    once = Last(sent.filter(pc.and_(his, blocks)), numbers, "event").exists
    released, released_for_any = (
        Last(sent.filter(pc.and_(which, pc.invert(blocks))), numbers, "event").event
        for which in (his, pc.is_valid(his))
    )
    answers = Last(outcomes, numbers, "event", "ordinal")
    done = answers.means("blocked")
    lifted = np.maximum(released, np.where(done, NEVER, answers.event))
    asked = blocked > lifted
    if among is None:
        asked &= blocked != base
    msisdn = pa.array(numbers.astype(np.uint64))
    # What was reported before the first list to him is his to lift only as long as no receiver was asked to.
    done &= answers.event > np.maximum(lifted, np.minimum(first, released_for_any))
    return Due(*(msisdn.filter(pa.array(which)) for which in (asked, done, once)))
