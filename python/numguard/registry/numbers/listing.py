"""From the state of numbers to the rows of a block list.

Owns `ListPolicy`, and what action a status calls for. Independent of SQL, files and the clock. One idea: a list is a
pure function of a state, so that a change is two lists compared (`changes`), and never a second way to decide.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from numguard._core import closed_lists
from numguard.compute import counts, pc
from numguard.errors import ArgumentError
from numguard.indian_time import DAY_MICROS, MOMENT, OFFSET_MICROS
from numguard.registry.arrays import Bools, flags
from numguard.registry.numbers.state import ACTIONS
from numguard.registry.spelling import folded, folded_cells
from numguard.types import is_finite, is_texts, is_whole

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
    """The policy that a caller chose, or else the default one."""
    if policy is None:
        return ListPolicy()
    if not isinstance(policy, ListPolicy):
        raise ArgumentError(f"policy: takes a ListPolicy, not {type(policy).__name__}")
    return policy


def rows(state: pa.Table, policy: ListPolicy, district: str | None) -> pa.Table:
    """The list that `state` calls for, ascending by number."""
    return shown(state.filter(pa.array(_listed(state, policy, district))))


def keys_of(table: pa.Table) -> Any:
    """What a row of a list is of: a number, or a pair of handset and number."""
    if "imei14" not in table.column_names:
        return table["msisdn"]
    return pc.binary_join_element_wise(*(table[name].cast(pa.string()) for name in ("imei14", "msisdn")), " ")


def has_status(state: pa.Table, statuses: Sequence[str]) -> Bools:
    """Which rows of a state have one of the `statuses`."""
    return flags(pc.is_in(state["status"], pa.array(statuses)))


def _listed(state: pa.Table, policy: ListPolicy, district: str | None) -> Bools:
    known = flags(pc.is_in(state["kind"], pa.array(policy.kinds, pa.string())))
    linked = has_status(state, ("reverify",))
    if policy.max_hop is not None:
        linked &= flags(pc.less_equal(state["hop"], policy.max_hop))
    reported = has_status(state, ("reported", "requested"))
    for count, least in (
        ("complaints", policy.min_complaints),
        ("sources", policy.min_sources),
        ("districts", policy.min_districts),
    ):
        # A complaint without a source or a district is still a complaint.
        if least > 1:
            reported &= flags(pc.greater_equal(state[count], least))
    decided = flags(state["decided"]) & has_status(state, ("requested", "confirmed"))
    return (decided | known & (reported | linked)) & in_district(state, district)


def unlisted(
    state: pa.Table, policy: ListPolicy, district: str | None, statuses: Sequence[str] = ("reported", "requested")
) -> dict[str, int]:
    """How many numbers are of kinds that the policy lists with a decision alone, and have none, by kind."""
    known = flags(pc.is_in(state["kind"], pa.array(policy.kinds, pa.string())))
    left_out = has_status(state, statuses) & ~known & ~flags(state["decided"])
    return counts(state["kind"].filter(pa.array(left_out & in_district(state, district))))


def in_district(state: pa.Table, district: str | None) -> Bools:
    """Which rows of a state are of a district; all, without a district."""
    if district is None:
        return np.ones(len(state), np.bool_)
    return flags(pc.equal(folded_cells(state["district"]), folded(district)))


def shown(state: pa.Table) -> pa.Table:
    """The rows of a list for the rows of a state."""
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
