"""Numbers of a sheet that were dismissed before: those that wait by that, and those that are in force again.

Owns which of them the summary of a sheet counts. Independent of sheets and of SQL. One idea: the complaint of which a
number was dismissed does not put it back, and another one does not put it back unsaid.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from numguard.compute import ascending, pc, tuples_of, whole
from numguard.registry.arrays import Column, ints
from numguard.registry.case import Case
from numguard.registry.events.reconcile import Plan
from numguard.registry.log.order import position
from numguard.registry.numbers.state import IN_FORCE, SETTLING, Standing


def dismissed_among(case: Case, named: Column, cut: int) -> pa.Array[Any]:
    """The numbers among those named that are dismissed at `cut`."""
    numbers = whole(pc.unique(named)).cast(pa.int64())
    decisions = ascending(case.store.facts("decisions", cut, numbers), "event")
    decisions = decisions.filter(pc.is_in(decisions["status"], pa.array(SETTLING)))
    last = dict(tuples_of(decisions, "msisdn", "status"))
    return pa.array(sorted(number for number, word in last.items() if word == "dismissed"), pa.int64())


def named_again(case: Case, plan: Plan, event: int) -> tuple[set[tuple[int, int]], int]:
    """What becomes of dismissed numbers by a sheet that is recorded as `event`, or on trial.

    Returned are the rows and numbers that wait as their complaint had the number when it was dismissed; and how many
    numbers are in force again, since another complaint names them.
    """
    numbers = dismissed_among(case, plan.namings["msisdn"], event - 1)
    if not len(numbers):
        return set(), 0
    found = Standing(case.facts(event, case.store.with_linked(numbers, event)))
    named = found.facts.namings
    here = ints(named["event"]) == position(event, case.store.order(event))
    mine = named.filter(pa.array(here & found.namings.dismissed_before & found.namings.waiting))
    before, after = (case.statuses(cut, numbers) for cut in (event - 1, event))
    back = [one for one in numbers.to_pylist() if before.get(one) not in IN_FORCE and after.get(one) in IN_FORCE]
    return set(tuples_of(mine, "row", "msisdn")), len(back)
