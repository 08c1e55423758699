"""Handsets with the numbers seen in them: the pairs by which one phone is blocked, and not all that share its IMEI.

Owns which pairs are listed, the action of each, and which are to be released. Independent of SQL and files. One idea: a
pair from call records is evidence and no verdict; only an officer's decision on its number makes it one to block, and
it is released as soon as it is none to block any more.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import pyarrow as pa

from numguard.compute import ascending, pc
from numguard.indian_time import MOMENT
from numguard.registry.arrays import Bools, flags
from numguard.registry.numbers.changes import change, leaving
from numguard.registry.numbers.due import HandsetsDue
from numguard.registry.numbers.listing import in_district, keys_of
from numguard.registry.numbers.state import IN_FORCE

_BLOCKED = ("requested", "confirmed", "blocked")
_PAIR = ["imei14", "msisdn"]


class Handsets:
    """The pairs of handset and number as of some event.

    `state` is the result of `derive`. `evidence`: msisdn, imei14, first_seen, last_seen, sightings, event: the
    sightings behind links of runs that are not withdrawn. `stops`: imei14, why, event: where runs stopped at a handset.
    """

    def __init__(self, state: pa.Table, evidence: pa.Table, stops: pa.Table) -> None:
        self._state = state
        seen = evidence.group_by(_PAIR).aggregate(
            [("first_seen", "min"), ("last_seen", "max"), ("sightings", "max"), ("event", "max")]
        )
        self._seen = ascending(seen, *_PAIR)
        last = stops.sort_by("event").group_by("imei14", use_threads=False)
        self._stops = last.aggregate([("why", "last"), ("event", "max")])

    def listed(self, district: str | None) -> pa.Table:
        """The pairs of the numbers in force that were seen in a handset, ascending by handset and number.

        Columns: imei14, msisdn, action, status, reason, hop, district, first_seen, last_seen, sightings (the most of
        one run: the same records read twice count once), stopped (why the last run stopped at this handset, null if it
        did not). The action is `block` only for a number that an officer confirmed, in a handset that is not shared by
        too many; else `reverify`.
        """
        return self._pairs.filter(pa.array(in_district(self._pairs, district)))

    @cached_property
    def _pairs(self) -> pa.Table:
        in_force = self._state["msisdn"].filter(pc.is_in(self._state["status"], pa.array(IN_FORCE)))
        return self._rows(self._seen.filter(pc.is_in(pc.cast(self._seen["msisdn"], pa.uint64()), in_force)))

    def lifted(self, district: str | None, due: HandsetsDue) -> pa.Table:
        """The pairs that a list of a district has to release: a block holds, and they are to be blocked nowhere."""
        asked = due.pairs(self._of(due.whole), district)
        to_block = keys_of(self._pairs.filter(pc.equal(self._pairs["action"], "block")))
        return asked.filter(pc.invert(pc.is_in(keys_of(asked), to_block)))

    def change(self, old: pa.Table, district: str | None, due: HandsetsDue) -> pa.Table:
        """The change from the list `old`; columns: those of `listed`, and change, as in `changes.delta`.

        A removed row has the action "release" where the pair is to be released, else "none". One that is to be released
        and is still to be verified has two rows: removed, then added.
        """
        new, lifted = self.listed(district), self.lifted(district, due)
        gone = old.filter(pc.invert(pc.is_in(keys_of(old), keys_of(new)))).select(_PAIR).cast(lifted.schema)
        left = pa.concat_tables([lifted, gone]).group_by(_PAIR, use_threads=False).aggregate([])
        seen = self._seen.take(pc.index_in(keys_of(left), keys_of(self._seen))).drop_columns(_PAIR)
        removed = self._rows(pa.table([*left.columns, *seen.columns], names=[*_PAIR, *seen.column_names]))
        release = flags(pc.is_in(keys_of(removed), keys_of(lifted)))
        # The reason of a number that is still to be blocked is none to release it in this handset.
        unseen = release & _confirmed(self._of(removed))
        removed = leaving(removed, release, unseen, pc.coalesce(removed["stopped"], "not_seen_in_handset"))
        return change(old, new, removed, keys_of(lifted))

    def _of(self, pairs: pa.Table) -> pa.Table:
        """The state of the number of each pair."""
        return self._state.take(pc.index_in(pc.cast(pairs["msisdn"], pa.uint64()), self._state["msisdn"]))

    def _rows(self, seen: pa.Table) -> pa.Table:
        of, stopped = self._of(seen), self._stopped(seen)
        to_block = _confirmed(of) & flags(pc.is_null(stopped))
        return pa.table(
            {
                "imei14": pc.cast(seen["imei14"], pa.uint64()),
                "msisdn": of["msisdn"],
                "action": pc.if_else(pa.array(to_block), "block", "reverify"),
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

    def _stopped(self, seen: pa.Table) -> Any:
        """Why the last run that reached a handset stopped there."""
        at = pc.index_in(seen["imei14"], self._stops["imei14"])
        later = pc.greater(self._stops["event_max"].take(at), pc.fill_null(seen["event_max"], 0))
        return pc.if_else(later, self._stops["why_last"].take(at), None)


def _confirmed(state: pa.Table) -> Bools:
    return flags(state["decided"]) & flags(pc.is_in(state["status"], pa.array(_BLOCKED)))
