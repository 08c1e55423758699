"""Handsets with the numbers seen in them: the pairs by which one phone is blocked, and not all that share its IMEI.

Owns which pairs are listed and the action of each. Independent of SQL and files. One idea: a pair from call records is
evidence and no verdict; only an officer's decision on its number makes it one to block.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from numguard.compute import pc
from numguard.indian_time import MOMENT
from numguard.registry.listing import in_district
from numguard.registry.state import IN_FORCE

__all__ = ["pairs"]

_BLOCKED = ("requested", "confirmed", "blocked")


def pairs(state: pa.Table, evidence: pa.Table, stops: pa.Table, district: str | None) -> pa.Table:
    """The pairs of the numbers in force and the handsets in which they were seen, ascending by handset and number.

    Args:
        state: The result of `derive`.
        evidence: msisdn, imei14, first_seen, last_seen, sightings, event: the sightings behind links of runs that are
            not withdrawn.
        stops: imei14, why, event: where runs stopped at a handset.
        district: Only the numbers of that district.

    Returns:
        Columns: imei14, msisdn, action, status, reason, hop, district, first_seen, last_seen, sightings (the most of
        one run: the same records read twice count once), stopped (why the last run stopped at this handset, null if it
        did not). The action is `block` only for a number that an officer confirmed, in a handset that
        is not shared by too many; else `reverify`.
    """
    in_force = pc.is_in(state["status"], pa.array(IN_FORCE))
    state = state.filter(pc.and_(in_force, in_district(state, district)))
    seen = evidence.group_by(["imei14", "msisdn"]).aggregate(
        [("first_seen", "min"), ("last_seen", "max"), ("sightings", "max"), ("event", "max")]
    )
    numbers = pc.cast(seen["msisdn"], pa.uint64())
    seen = seen.filter(pc.is_in(numbers, state["msisdn"])).sort_by([("imei14", "ascending"), ("msisdn", "ascending")])
    of = state.take(pc.index_in(pc.cast(seen["msisdn"], pa.uint64()), state["msisdn"]))
    stopped = _stopped(seen, stops)
    confirmed = pc.and_(of["decided"], pc.is_in(of["status"], pa.array(_BLOCKED)))
    action = pc.if_else(pc.and_(confirmed, pc.is_null(stopped)), "block", "reverify")
    return pa.table(
        {
            "imei14": pc.cast(seen["imei14"], pa.uint64()),
            "msisdn": of["msisdn"],
            "action": action if len(seen) else pa.array([], pa.string()),
            "status": of["status"],
            "reason": of["reason"],
            "hop": pc.cast(of["hop"], pa.uint8()),
            "district": of["district"],
            "first_seen": pc.cast(seen["first_seen_min"], MOMENT),
            "last_seen": pc.cast(seen["last_seen_max"], MOMENT),
            "sightings": pc.cast(seen["sightings_max"], pa.uint64()),
            "stopped": stopped,
        }
    ).combine_chunks()


def _stopped(seen: pa.Table, stops: pa.Table) -> Any:
    """Why the last run that reached a handset stopped there."""
    last = stops.sort_by("event").group_by("imei14", use_threads=False).aggregate([("why", "last"), ("event", "max")])
    at = pc.index_in(seen["imei14"], last["imei14"])
    later = pc.fill_null(pc.greater(last["event_max"].take(at), seen["event_max"]), False)
    return pc.if_else(later, last["why_last"].take(at), pa.scalar(None, pa.string()))
