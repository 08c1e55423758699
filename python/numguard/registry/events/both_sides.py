"""Numbers that a sheet names as suspects', or has as complainants', and that are on the other side too.

Owns the warning of them. Independent of sheets and of SQL. One idea: a protected number is on no list, whichever of the
two came first, so an officer has to be shown a suspect's number that is protected.
"""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from numguard.compute import pc, tuples_of, whole
from numguard.registry.case import Case
from numguard.registry.events.reconcile import Plan
from numguard.registry.numbers.state import IN_FORCE, PROTECTING


def on_both_sides(case: Case, plan: Plan, cut: int) -> pa.Table:
    """The rows (row, msisdn) of new versions with a number of a suspect that may be protected, and the reverse.

    What protects it, or names it, is in the plan, or on record at `cut`.
    """
    named = plan.namings.filter(pc.is_null(plan.namings["doubt"])).select(["row", "msisdn"])
    theirs = plan.complainants.select(["row", "msisdn"])
    decided = case.store.facts("decisions", cut)
    guarded = [
        theirs["msisdn"],
        case.store.facts("complainants", cut, pc.unique(named["msisdn"]))["msisdn"],
        decided["msisdn"].filter(pc.equal(decided["status"], "protected")),
    ]
    among = pa.concat_arrays([whole(numbers).cast(pa.int64()) for numbers in guarded])
    recorded = whole(case.store.facts("namings", cut, pc.unique(theirs["msisdn"]))["msisdn"]).cast(pa.int64())
    is_named = pc.is_in(theirs["msisdn"], recorded)
    return pa.concat_tables([named.filter(pc.is_in(named["msisdn"], among)), theirs.filter(is_named)])


def protected_suspects(case: Case, found: pa.Table, event: int) -> list[str]:
    """The warning of the numbers `found` on both sides that are protected at `event`; none where there are none."""
    numbers = pc.unique(found["msisdn"])
    before, after = (case.statuses(cut, numbers) for cut in (event - 1, event))
    rows = {msisdn: row for row, msisdn in sorted(tuples_of(found, "row", "msisdn"), reverse=True)}
    rows = {msisdn: row for msisdn, row in rows.items() if after.get(msisdn) == "protected"}
    if not rows:
        return []
    left = sum(before.get(msisdn) in IN_FORCE for msisdn in rows)
    numbers_are = "1 number of a suspect is" if len(rows) == 1 else f"{len(rows):,} numbers of suspects are"
    no_more = f", and {left:,} of them no longer in force" if left else ""
    where = f"the first in row {min(rows.values())}"
    found_so = f"{numbers_are} protected, as a complainant's or by a decision, {where}: on no list{no_more}"
    return [f"{found_so}; look at each with numguard history"]


def unprotected_complainants(case: Case, plan: Plan, event: int) -> list[str]:
    """The warning of complainants' numbers of a sheet that are in force at `event`, as they were unprotected before."""
    theirs = whole(pc.unique(plan.complainants["msisdn"])).cast(pa.int64())
    decided = case.store.facts("decisions", event, theirs).sort_by("event")
    decided = decided.filter(pc.is_in(decided["status"], pa.array(PROTECTING)))
    last = dict(tuples_of(decided, "msisdn", "status"))
    numbers = pa.array([number for number, word in last.items() if word == "unprotected"], pa.int64())
    if not len(numbers):
        return []
    status = case.statuses(event, numbers)
    kept = {number for number in numbers.to_pylist() if status.get(number) in IN_FORCE}
    if not kept:
        return []
    rows = [row for row, msisdn in tuples_of(plan.complainants, "row", "msisdn") if msisdn in kept]
    stay = "1 complainant's number stays" if len(kept) == 1 else f"{len(kept):,} complainants' numbers stay"
    why = "an earlier decision unprotected holds against this complaint"
    end = "look at each with numguard history; numguard decide protected takes it off"
    return [f"{stay} in force, the first in row {min(rows)}: {why}; {end}"]


def protected_by_merge(merged: tuple[Case, int], desks: Sequence[tuple[Case, int]]) -> int:
    """How many numbers are in force at one of the `desks`, and protected once they are merged.

    Each case comes with the event as of which it is meant.
    """
    case, cut = merged
    kinds = "complainants", "namings", "decisions"
    theirs, named, decided = (whole(case.store.facts(kind, cut)["msisdn"]).cast(pa.int64()) for kind in kinds)
    named = pc.unique(pa.concat_arrays([named.filter(pc.is_in(named, theirs)), decided]))
    now, *apart = (one.statuses(at, named) for one, at in (merged, *desks))
    before = ([of.get(msisdn) for of in apart] for msisdn, status in now.items() if status == "protected")
    return sum(any(status in IN_FORCE for status in of) for of in before)
