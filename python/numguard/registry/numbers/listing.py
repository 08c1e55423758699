"""From the state of numbers to the rows of a block list, and from two states to the difference between their lists.

Owns `ListPolicy`, what action a status calls for, and what a change is. Independent of SQL, files and the clock. One
idea: a list is a pure function of a state, so that a delta is two lists compared, and never a second way to decide.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from numguard._core import closed_lists
from numguard.compute import counts, pc, replaced
from numguard.errors import ArgumentError
from numguard.indian_time import DAY_MICROS, MOMENT, OFFSET_MICROS
from numguard.registry.arrays import Bools, flags
from numguard.registry.numbers.state import ACTIONS, RELEASED
from numguard.registry.spelling import folded, folded_cells
from numguard.types import is_finite, is_texts, is_whole

__all__ = [
    "Due", "ListPolicy", "change", "delta", "in_district", "is_of_his", "keys_of", "leaving", "list_policy", "rows",
    "unlisted",
]  # fmt: skip

#: A disconnected number is not assigned to another subscriber for 90 days.
_REVIEW_DAYS = 90


@dataclass(frozen=True, slots=True)
class ListPolicy:
    """Which numbers in force go on a list. A number that an officer confirmed goes on it whatever the policy.

    Attributes:
        min_complaints: complaints that must name a reported number; one complainant who repeats counts once.
        min_sources: distinct sources of those complaints.
        min_districts: distinct districts of those complaints.
        kinds: the kinds of number that are listed without a decision.
        max_hop: how far a linked number may be from a reported one; 0 leaves linked numbers out, None takes all.
        max_growth: the brake of an export: how many times as long as the last list to the same receiver it may be.

    Example:
        >>> from numguard.registry import ListPolicy
        >>> ListPolicy(min_complaints=2).min_complaints
        2
    """

    min_complaints: int = 1
    min_sources: int = 1
    min_districts: int = 1
    kinds: Sequence[str] = ("mobile", "fixed_or_mobile")
    max_hop: int | None = None
    max_growth: float | None = None

    def __post_init__(self) -> None:
        if not is_texts(self.kinds):
            raise ArgumentError("kinds: takes a list of kinds, such as ('mobile', 'fixed_or_mobile')")
        object.__setattr__(self, "kinds", tuple(self.kinds))
        if unknown := set(self.kinds) - set(known := closed_lists()["kind"]):
            raise ArgumentError(f"kinds: there is no kind {min(unknown)!r}; there are {', '.join(known)}")
        # With NaN there was no brake, and no least number: nothing is less than it.
        for name in ("min_complaints", "min_sources", "min_districts"):
            if not is_whole(getattr(self, name), 0):
                raise ArgumentError(f"{name}: takes a whole number of at least 0")
        if self.max_hop is not None and not is_whole(self.max_hop, 0):
            raise ArgumentError("max_hop: takes a whole number of at least 0, or None")
        if self.max_growth is not None and not (is_finite(self.max_growth) and self.max_growth >= 1):
            raise ArgumentError("max_growth: takes a number of at least 1, or None")

    def as_json(self) -> str:
        """The policy as it is recorded with every list."""
        return json.dumps(asdict(self), sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> ListPolicy:
        """The policy that `as_json` wrote."""
        fields: dict[str, Any] = json.loads(text)
        # Earlier versions took others too: no number is of them.
        fields["kinds"] = [kind for kind in fields["kinds"] if kind in closed_lists()["kind"]]
        return cls(**fields)


def list_policy(policy: ListPolicy | None) -> ListPolicy:
    """The policy that a caller chose, or else the default one.

    Raises:
        ArgumentError: It is something else, such as a dictionary.
    """
    if policy is None:
        return ListPolicy()
    if not isinstance(policy, ListPolicy):
        raise ArgumentError(f"policy: takes a ListPolicy, not {type(policy).__name__}")
    return policy


class Due(NamedTuple):
    """The numbers whose block holds as far as one receiver knows.

    Attributes:
        asked: A list to him requested the block: one of the district, or any where lists of all are meant.
        whole: A list of all districts did, where lists of one are meant.
        done: An operator has reported it since the first list to him.
        once: A list to him, of any district, requested it once: the blocks of others are not his to lift.
        districts: The districts of which he has lists, as they are compared.
    """

    asked: pa.Array[Any]
    whole: pa.Array[Any]
    done: pa.Array[Any]
    once: pa.Array[Any]
    districts: pa.Array[Any]

    @property
    def numbers(self) -> pa.Array[Any]:
        """All of them, as integers."""
        found: pa.Array[Any] = pc.unique(pa.concat_arrays([self.asked, self.whole, self.done])).cast(pa.int64())
        return found

    def of_lists(self) -> Due:
        """Without what an operator has reported of numbers that no list requested."""
        return self._replace(done=self.done.filter(pc.is_in(self.done, self.once)))


def rows(state: pa.Table, policy: ListPolicy, district: str | None) -> pa.Table:
    """The list that `state` calls for, ascending by number."""
    return _shown(state.filter(pa.array(_listed(state, policy, district))))


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
    number whose block lapsed, and that is still listed because it is linked, has two rows: removed, then added.

    `due` has the blocks that hold as far as its receiver knows; without it, only what changed since `before` counts.
    """
    old, new = rows(before, policies[0], districts[0]), rows(after, policies[1], districts[1])
    his = in_district(before, districts[0])
    if due is None:
        nothing = pa.array([], pa.uint64())
        due = Due(nothing, nothing, nothing, nothing, nothing)
    else:
        his &= _among(before, due.once)
    asked = _among(after, due.asked)
    if len(due.whole):
        asked |= is_of_his(after, districts[1], due.districts) & _among(after, due.whole)

    # A number that is only linked is never to be blocked without a decision, so that its block must be lifted, also
    # where an operator has reported it done. While something about the number waits for a decision, nothing has lapsed.
    grounded = before["msisdn"].filter(pa.array(his & flags(before["block_sent"]) & _has_grounds(before)))
    on_list = old["msisdn"].filter(pc.equal(old["action"], "block"))
    only_linked = _has_status(after, ("reverify", "blocked")) & ~_has_grounds(after)
    lapsed = only_linked & (asked | _among(after, grounded) | _among(after, on_list))

    # A number whose block was requested, or done, is on no list any more, but must be released.
    requested = before["msisdn"].filter(pa.array(his & flags(before["block_requested"])))
    # An operator may report a block of a number that is protected or was released: nothing was held, and it is now.
    done = flags(after["block_done"]) & ~_among(after, before["msisdn"].filter(before["block_done"]))
    done = in_district(after, districts[1]) & (done | _among(after, due.done))
    blocked = asked | done | _among(after, requested) & _changed_status(before, after)
    released = blocked & _has_status(after, RELEASED)

    gone = _among(after, old["msisdn"]) & ~_among(after, new["msisdn"])
    left = gone | released | lapsed
    removed = _shown(after.filter(pa.array(left)))
    release = _has_status(removed, RELEASED) | lapsed[left]
    removed = leaving(removed, release, lapsed[left], "only_linked")
    return change(old, new, removed, after["msisdn"].filter(pa.array(lapsed)))


def leaving(removed: pa.Table, release: Bools, otherwise: Bools, why: Any) -> pa.Table:
    """The rows `removed` from a list: which blocks are to be lifted, and `why`, where `otherwise` than by status."""
    action = pc.if_else(pa.array(release), "release", "none")
    return replaced(removed, action=action, reason=pc.if_else(pa.array(otherwise), why, removed["reason"]))


def keys_of(table: pa.Table) -> Any:
    """What a row of a list is of: a number, or a pair of handset and number."""
    if "imei14" not in table.column_names:
        return table["msisdn"]
    return pc.binary_join_element_wise(*(table[name].cast(pa.string()) for name in ("imei14", "msisdn")), " ")


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


def _has_status(state: pa.Table, statuses: Sequence[str]) -> Bools:
    return flags(pc.is_in(state["status"], pa.array(statuses)))


def _has_grounds(state: pa.Table) -> Bools:
    """Which numbers a complaint names or an officer confirmed, or may: something about them waits for a decision."""
    return flags(pc.equal(state["hop"], 0)) | flags(state["decided"]) | flags(state["waits"])


def _listed(state: pa.Table, policy: ListPolicy, district: str | None) -> Bools:
    known = flags(pc.is_in(state["kind"], pa.array(policy.kinds, pa.string())))
    linked = _has_status(state, ("reverify",))
    if policy.max_hop is not None:
        linked &= flags(pc.less_equal(state["hop"], policy.max_hop))
    reported = _has_status(state, ("reported", "requested"))
    for count, least in (
        ("complaints", policy.min_complaints),
        ("sources", policy.min_sources),
        ("districts", policy.min_districts),
    ):
        # A complaint without a source or a district is still a complaint.
        if least > 1:
            reported &= flags(pc.greater_equal(state[count], least))
    decided = flags(state["decided"]) & _has_status(state, ("requested", "confirmed"))
    return (decided | known & (reported | linked)) & in_district(state, district)


def unlisted(state: pa.Table, policy: ListPolicy, district: str | None) -> dict[str, int]:
    """How many reported numbers are of kinds that the policy lists with a decision alone, and have none, by kind."""
    known = flags(pc.is_in(state["kind"], pa.array(policy.kinds, pa.string())))
    left_out = _has_status(state, ("reported", "requested")) & ~known & ~flags(state["decided"])
    return counts(state["kind"].filter(pa.array(left_out & in_district(state, district))))


def in_district(state: pa.Table, district: str | None) -> Bools:
    """Which rows of a state are of a district; all, without a district."""
    if district is None:
        return np.ones(len(state), np.bool_)
    return flags(pc.equal(folded_cells(state["district"]), folded(district)))


def is_of_his(state: pa.Table, district: str | None, districts: pa.Array[Any]) -> Bools:
    """Which rows of a state are of a district, or of none of the `districts` of which a receiver has lists."""
    return in_district(state, district) | ~flags(pc.is_in(folded_cells(state["district"]), districts))


def _shown(state: pa.Table) -> pa.Table:
    action = pa.array([*ACTIONS.values()]).take(pc.index_in(state["status"], pa.array([*ACTIONS])))
    day = pc.divide(pc.add(state["review_from"], OFFSET_MICROS), DAY_MICROS)
    review = pc.cast(pc.cast(pc.add(day, _REVIEW_DAYS), pa.int32()), pa.date32())
    columns = {
        "msisdn": state["msisdn"],
        "status": state["status"],
        "action": pc.fill_null(action, "none"),
        "hop": pc.cast(state["hop"], pa.uint8()),
        "district": state["district"],
        "reason": state["reason"],
        "complaints": pc.cast(state["complaints"], pa.uint32()),
        "sources": pc.cast(state["sources"], pa.uint32()),
        "first_reported": pc.cast(state["first_reported"], MOMENT),
        "last_reported": pc.cast(state["last_reported"], MOMENT),
        "via_imei": state["via_imei"],
        "review_by": review,
    }
    return pa.table(columns)


def _differs(kept: pa.Table, earlier: pa.Table) -> Bools:
    same = np.ones(len(kept), np.bool_)
    for name in kept.column_names:
        a, b = kept[name], earlier[name]
        same &= flags(pc.equal(a, b)) | flags(pc.and_(pc.is_null(a), pc.is_null(b)))
    return ~same


def _changed_status(before: pa.Table, after: pa.Table) -> Bools:
    earlier = before["status"].take(pc.index_in(after["msisdn"], before["msisdn"]))
    return ~flags(pc.equal(after["status"], earlier))
