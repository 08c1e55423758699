"""Two lists compared: what a receiver adds, changes and releases to have the second in place of the first.

Owns the rows of a change, for lists of numbers and of handsets, and which numbers are released by it. Independent of
SQL, files and receivers: `due` has the blocks that one of them still holds. One idea: whatever leaves a list is
removed, and of that, whatever was to be blocked and is not any more is released.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from numguard.compute import pc, replaced
from numguard.registry.arrays import Bools, flags
from numguard.registry.numbers.due import Due
from numguard.registry.numbers.listing import ListPolicy, has_status, in_district, keys_of, rows, shown
from numguard.registry.numbers.state import RELEASED


def delta(
    before: pa.Table,
    after: pa.Table,
    policies: tuple[ListPolicy, ListPolicy],
    districts: tuple[str | None, str | None],
    due: Due | None = None,
) -> pa.Table:
    """The change from the list of the state `before` to the list of the state `after`, over the numbers of both.

    Columns: those of a list, and change: "added", "changed" or "removed". A removed row has action "release" where
    a block must be lifted (its status is withdrawn, protected or reactivated, or its block lapsed), else "none". A
    number whose block lapsed, and that is listed because it is still linked, has two rows: removed, then added.

    `due` has the blocks that hold as far as its receiver knows; without it, only what changed since `before` counts.
    """
    old = rows(before, policies[0], districts[0])
    his = in_district(before, districts[0])
    if due is None:
        due = Due.nothing()
    else:
        his &= _among(before, due.once)
    asked = due.asked_of(after, districts[1])

    # A number that is only linked is never to be blocked without a decision, so that its block must be lifted, also
    # where an operator has reported it done, or one of several has not. While something about the number waits for a
    # decision, nothing has lapsed.
    grounded = before["msisdn"].filter(pa.array(his & flags(before["block_sent"]) & _has_grounds(before)))
    on_list = old["msisdn"].filter(pc.equal(old["action"], "block"))
    lost = has_status(after, ("reverify", "blocked", "rejected", "reverified")) & ~_has_grounds(after)
    lapsed = lost & (asked | _among(after, grounded) | _among(after, on_list))
    new = rows(_once_released(after, lapsed), policies[1], districts[1])

    # A number whose block was requested, or done, is on no list any more, but must be released.
    requested = before["msisdn"].filter(pa.array(his & flags(before["block_requested"])))
    # An operator may report a block of a number that is protected or was released: nothing was held, and it is now.
    done = flags(after["block_done"]) & ~_among(after, before["msisdn"].filter(before["block_done"]))
    done = in_district(after, districts[1]) & (done | _among(after, due.done))
    blocked = asked | done | _among(after, requested) & _changed_status(before, after)
    released = blocked & has_status(after, RELEASED)

    gone = _among(after, old["msisdn"]) & ~_among(after, new["msisdn"])
    left = gone | released | lapsed
    removed = shown(after.filter(pa.array(left)))
    release = has_status(removed, RELEASED) | lapsed[left]
    only_linked = lapsed[left] & flags(pc.is_valid(removed["hop"]))
    removed = leaving(removed, release, only_linked, "only_linked")
    return change(old, new, removed, after["msisdn"].filter(pa.array(lapsed)))


def _once_released(state: pa.Table, lapsed: Bools) -> pa.Table:
    """The state of numbers once the change is sent: some of those that are reported as blocked are to be verified."""
    then = pa.array(lapsed & flags(state["to_verify_then"]))
    columns = {"status": "reverify", "reason": "linked_by_handset"}
    return replaced(state, **{name: pc.if_else(then, word, state[name]) for name, word in columns.items()})


def leaving(removed: pa.Table, release: Bools, otherwise: Bools, why: Any) -> pa.Table:
    """The rows `removed` from a list: which blocks are to be lifted, and `why`, where `otherwise` than by status."""
    action = pc.if_else(pa.array(release), "release", "none")
    return replaced(removed, action=action, reason=pc.if_else(pa.array(otherwise), why, removed["reason"]))


def change(old: pa.Table, new: pa.Table, removed: pa.Table, lifted: Any) -> pa.Table:
    """The change from the list `old` to the list `new`, with the rows `removed` from it.

    Of the keys `lifted`, those that stay on the list are on it anew.
    """
    was = pc.index_in(keys_of(new), keys_of(old))
    stays = flags(pc.is_valid(was)) & ~flags(pc.is_in(keys_of(new), lifted))
    kept = new.filter(pa.array(stays))
    changed = kept.filter(pa.array(_differs(kept, old.take(was.filter(pa.array(stays))))))
    parts = [
        part.append_column("change", pa.repeat(word, len(part)))
        for part, word in ((removed, "removed"), (new.filter(pa.array(~stays)), "added"), (changed, "changed"))
    ]
    # Of two rows of a number the removed one is first, for a receiver that applies them in order.
    names = [name for name in ("imei14", "msisdn") if name in new.column_names]
    order: Any = [*((name, "ascending") for name in names), ("change", "descending")]
    return pa.concat_tables(parts).sort_by(order).combine_chunks()


def _among(state: pa.Table, numbers: Any) -> Bools:
    return flags(pc.is_in(state["msisdn"], numbers))


def _has_grounds(state: pa.Table) -> Bools:
    """Which numbers a complaint names or an officer confirmed, or may: something about them waits for a decision."""
    return flags(pc.equal(state["hop"], 0)) | flags(state["decided"]) | flags(state["waits"])


def _differs(kept: pa.Table, earlier: pa.Table) -> Bools:
    same = np.ones(len(kept), np.bool_)
    for name in kept.column_names:
        a, b = kept[name], earlier[name]
        same &= flags(pc.equal(a, b)) | flags(pc.and_(pc.is_null(a), pc.is_null(b)))
    return ~same


def _changed_status(before: pa.Table, after: pa.Table) -> Bools:
    earlier = before["status"].take(pc.index_in(after["msisdn"], before["msisdn"]))
    return ~flags(pc.equal(after["status"], earlier))
