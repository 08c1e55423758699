"""Complaints on record that a later sheet ends, and the numbers in force for which they are the only ground.

Owns which numbers an officer has to look at for that reason. Independent of sheets (`complaint_status`) and of SQL. One
idea: a sheet alone takes no number off a list, so what it ends is shown until a decision follows.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
import pyarrow as pa

from numguard.compute import pc, schema_of
from numguard.registry.case import Case
from numguard.registry.cells import flags
from numguard.registry.grounds import NEVER, Bools, Ints, Versions, positions
from numguard.registry.state import IN_FORCE, Facts, Standing

__all__ = ["complaints_of_each", "ended_and_in_force"]

_PAIRS = schema_of(complaint=pa.int64(), msisdn=pa.int64())


def complaints_of_each(facts: Facts) -> Counter[int]:
    """How many complaints that stand name each number for certain."""
    versions = Versions(facts.versions)
    version, certain = _certain(facts, versions)
    numbers = np.asarray(facts.namings["msisdn"].to_numpy(), np.int64)
    pairs = zip(numbers[certain].tolist(), versions.complaint[version[certain]].tolist(), strict=True)
    return Counter(number for number, _ in set(pairs))


def ended_and_in_force(case: Case, cut: int) -> pa.Table:
    """The complaints that have ended by a later sheet, each with the numbers in force that no other complaint names.

    Left out are numbers that an officer has confirmed, or decided on since the sheet.
    """
    ended = case.store.facts("ended", cut)
    if not len(ended):
        return _PAIRS.empty_table()
    found = Standing(case.facts(cut))
    versions, facts = found.versions, found.facts
    at: dict[int, int] = {}
    events = np.asarray(ended["event"].to_numpy(), np.int64)
    for one, event in zip(versions.complaint[versions.of(ended)].tolist(), events.tolist(), strict=True):
        at[one] = max(event, at.get(one, NEVER))

    version, certain = _certain(facts, versions)
    number = positions(facts.namings["msisdn"], found.numbers)
    named_at = np.asarray(facts.namings["event"].to_numpy(), np.int64)
    complaint = versions.complaint[version]
    ended_at = np.array([at.get(one, NEVER) for one in complaint.tolist()], np.int64)
    # A later version with numbers has opened the complaint again.
    has_ended = ended_at > named_at
    others = np.zeros(len(found.numbers), np.bool_)
    others[number[certain & ~has_ended]] = True
    decided_at = np.maximum(found.decisions.event, found.settled.event)
    waits = flags(pc.is_in(found.status, pa.array(IN_FORCE))) & ~others & ~found.confirmed
    shown = certain & has_ended & waits[number] & (decided_at[number] < ended_at)
    pairs = pa.table([complaint[shown], found.numbers[number[shown]]], schema=_PAIRS)
    return pairs.group_by(pairs.column_names).aggregate([])


def _certain(facts: Facts, versions: Versions) -> tuple[Ints, Bools]:
    """The version of each naming, and which namings are certain and stand."""
    version = versions.of(facts.namings)
    return version, versions.stands[version] & ~flags(pc.is_valid(facts.namings["doubt"]))
