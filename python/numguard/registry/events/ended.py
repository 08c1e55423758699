"""Complaints on record that a later sheet ends, and the numbers in force for which they are the only ground.

Owns which numbers an officer has to look at for that reason. Independent of sheets (`complaint_status`) and of SQL. One
idea: a sheet alone takes no number off a list, so what it ends is shown until a decision follows.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
import pyarrow as pa

from numguard.compute import by_key, pc, schema_of, table_of, tuples_of, whole
from numguard.registry.arrays import Ints, anywhere, flags, ints
from numguard.registry.case import Case
from numguard.registry.numbers.grounds import NEVER, Versions
from numguard.registry.numbers.state import IN_FORCE, Standing

_PAIRS = schema_of(complaint=pa.int64(), msisdn=pa.int64())
_OF_ROWS = schema_of(row=pa.int64(), msisdn=pa.uint64(), status=pa.string(), complaints=pa.int64())


def in_force_of(case: Case, cut: int, ended: pa.Table, written: pa.Table) -> tuple[pa.Table, int]:
    """The numbers in force at `cut` of complaints that a sheet ends, and how many wait for a decision.

    `ended`: row, complaint_key: the rows of the sheet that end a complaint. `written`: row, msisdn: the numbers in
    these rows, and in rows that end a complaint without a key.

    Returned are row, msisdn, status, complaints (how many name it for certain, or so that it was accepted). A number
    that a complaint names on record, and no row of the sheet that ends it, is of the first of these rows. And the count
    of numbers that wait for a decision, these complaints name, and none by which they wait has not ended.
    """
    if not len(ended) and not len(written):
        return _OF_ROWS.empty_table(), 0
    recorded = case.store.numbers_of(ended["complaint_key"])
    numbers = pa.concat_arrays([recorded, whole(written["msisdn"].cast(pa.int64()))])
    standing = Standing(case.facts(cut, case.store.with_linked(numbers, cut)))
    pairs = _pairs(standing)
    complaints = case.store.complaints_of(ended["complaint_key"], cut)
    named = by_key((complaint, msisdn) for msisdn, complaint in pairs)
    in_row: dict[int, list[int]] = by_key(tuples_of(written, "row", "msisdn"))
    found = set(tuples_of(written, "row", "msisdn"))
    rows_of: dict[str, list[int]] = by_key(tuples_of(ended, "complaint_key", "row"))
    for key, rows in rows_of.items():
        here = {msisdn for row in rows for msisdn in in_row.get(row, ())}
        found |= {(rows[0], msisdn) for msisdn in named.get(complaints.get(key, NEVER), ()) if msisdn not in here}
    count = Counter(msisdn for msisdn, _ in pairs)
    status = dict(zip(standing.numbers.tolist(), standing.status.to_pylist(), strict=True))
    lines = [(row, msisdn, status.get(msisdn), count[msisdn]) for row, msisdn in sorted(found)]
    table = table_of([line for line in lines if line[2] in IN_FORCE], _OF_ROWS)
    return table, _count_waiting(standing, set(complaints.values()), ended_since(case, cut, standing))


def _count_waiting(found: Standing, ended: set[int], ended_at: Ints) -> int:
    """How many numbers wait for a decision by complaints of which some end now, and all others have ended.

    These are the numbers that `review` has as `complaint_ended`.
    """
    namings, versions, size = found.namings, found.versions, len(found.numbers)
    ends = np.isin(versions.complaint[namings.version], sorted(ended))
    waits = namings.waiting & versions.live[namings.version]
    by_others = anywhere(namings.position[waits & ~ends & (ended_at == NEVER)], size)
    by_ended = anywhere(namings.position[waits & ends], size)
    return int((by_ended & ~by_others & ~found.turned & flags(pc.equal(found.status, "review"))).sum())


def _pairs(found: Standing) -> set[tuple[int, int]]:
    """The numbers that complaints name for certain, or that were accepted, each with the complaint."""
    namings = found.namings
    numbers, complaints = found.numbers[namings.position], found.versions.complaint[namings.version]
    return set(zip(numbers[namings.certain].tolist(), complaints[namings.certain].tolist(), strict=True))


def ended_and_in_force(case: Case, cut: int) -> pa.Table:
    """The complaints that have ended by a later sheet, each with the numbers in force that no other complaint names.

    Left out are numbers that an officer has confirmed, or decided on since the sheet.
    """
    if not len(case.store.facts("ended", cut)):
        return _PAIRS.empty_table()
    found = Standing(case.facts(cut))
    ended_at = ended_since(case, cut, found, found.versions)
    version, certain, number = found.namings.version, found.namings.certain, found.namings.position
    complaint = found.versions.complaint[version]
    has_ended = ended_at != NEVER
    others = anywhere(number[certain & ~has_ended], len(found.numbers))
    decided_at = np.maximum(found.decisions.event, found.settled.event)
    waits = flags(pc.is_in(found.status, pa.array(IN_FORCE))) & ~others & ~found.confirmed
    shown = certain & has_ended & waits[number] & (decided_at[number] < ended_at)
    pairs = pa.table([complaint[shown], found.numbers[number[shown]]], schema=_PAIRS)
    return pairs.group_by(pairs.column_names).aggregate([])


def ended_since(case: Case, cut: int, found: Standing, versions: Versions | None = None) -> Ints:
    """Of each naming of `found`, the event of the sheet that ended its complaint; `NEVER` where none did since.

    `versions` are those of all complaints at `cut`, if they are known.
    """
    ended = case.store.facts("ended", cut)
    if not len(ended):
        return np.full(len(found.facts.namings), NEVER, np.int64)
    every = Versions(case.store.facts("versions", cut)) if versions is None else versions
    endings = _events(ended, every)
    openings = _events(case.store.facts("reopened", cut), every)
    named_at = ints(found.facts.namings["event"])
    complaint = found.versions.complaint[found.namings.version]
    opened_at = np.array([max(openings.get(one, [NEVER])) for one in complaint.tolist()], np.int64)
    # The last that was received decides: a later version with numbers has opened the complaint again, and so has a
    # later status by which it stands. A decision since the first sheet that ended it holds for those that repeat it.
    since = zip(complaint.tolist(), np.maximum(named_at, opened_at).tolist(), strict=True)
    first = [min((event for event in endings.get(one, ()) if event > at), default=NEVER) for one, at in since]
    return np.array(first, np.int64)


def _events(rows: pa.Table, versions: Versions) -> dict[int, list[int]]:
    """The events of each complaint of the versions `rows`."""
    complaints = versions.complaint[versions.of(rows)].tolist()
    return by_key(zip(complaints, ints(rows["event"]).tolist(), strict=True))
