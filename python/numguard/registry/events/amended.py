"""The effect of an event: numbers that an amendment drops or turns, and the states that a withdrawal changes.

Owns how two states are compared number by number. Independent of SQL and of precedence (`state`). One idea: an effect
is shown by recording the event, reading the state, and rolling back, so that it is the effect that the event has.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import pyarrow as pa

from numguard.compute import ascending, by_key, pc, schema_of, table_of, tuples_of
from numguard.errors import ArgumentError
from numguard.registry.actions import REQUESTS, REQUESTS_NOTHING
from numguard.registry.arrays import Column
from numguard.registry.case import Case
from numguard.registry.events.review import DROPPED, TURNED
from numguard.registry.log.order import position
from numguard.registry.log.store import Append
from numguard.registry.numbers.grounds import version_keys
from numguard.registry.numbers.listing import ListPolicy, rows
from numguard.registry.sheets.complaint_status import STATUS_UNCLEAR
from numguard.types import is_whole

#: Which complaint, and which number.
_Pairs: TypeAlias = set[tuple[int, int]]

AMENDED = schema_of(
    file=pa.string(), row=pa.int64(), msisdn=pa.uint64(), why=pa.string(), was=pa.string(), status=pa.string()
)

_CHANGED = schema_of(
    msisdn=pa.uint64(),
    was=pa.string(),
    status=pa.string(),
    action_was=pa.string(),
    action=pa.string(),
    sent_to=pa.string(),
    handsets_sent_to=pa.string(),
)


def amended(case: Case, event: int, keys: Column, name: str) -> pa.Table:
    """The numbers that a file of complaints drops or turns by amending the complaints with these keys.

    The event is recorded, or on trial. Returned are file, row (of the version that amends), msisdn, why
    (`dropped_by_amendment`, or `turned_by_amendment` of one that was a suspect's and is the complainant's, or the
    reverse; `status_unclear` of one that leaves the list by the status alone), was and status: before it and with it.
    """
    if not len(keys):
        return AMENDED.empty_table()
    numbers = case.store.with_linked(case.store.numbers_of(keys), event)
    facts = case.facts(event, numbers)
    here = position(event, case.store.order(event))
    versions = facts.versions.select(["event", "row", "complaint", "amended_at", "unclear_at", "taken_back"])
    new = versions.filter(pc.equal(versions["event"], here))
    fallen = pc.and_(pc.fill_null(pc.equal(versions["amended_at"], here), False), pc.equal(versions["taken_back"], 0))
    old = versions.filter(fallen)
    named, named_before = _pairs(facts.namings, new), _pairs(facts.namings, old)
    # A version without a status has that of an earlier one.
    since = pc.fill_null(new["unclear_at"], 0)
    clear = new.filter(pc.or_(pc.equal(since, 0), pc.equal(since, here)))
    certain = _pairs(facts.namings.filter(pc.is_null(facts.namings["doubt"])), clear)
    complaining, complained = _pairs(facts.complainants, new), _pairs(facts.complainants, old)
    turned = named_before & complaining | complained & named
    row = dict(tuples_of(new, "complaint", "row"))
    before, after = (case.statuses(cut, numbers) for cut in (event - 1, event))
    # One that is named on, and no longer for certain, is dropped if it leaves the list by that.
    stay = {pair for pair in named if pair in certain or before.get(pair[1]) == after.get(pair[1])}
    dropped = named_before - stay - turned
    # Of one that is named on, another doubt than of the status is in its cell, which was amended.
    cells = facts.namings.filter(pc.not_equal(pc.fill_null(facts.namings["doubt"], STATUS_UNCLEAR), STATUS_UNCLEAR))
    by_status = (dropped & named) - _pairs(cells, new)
    dropped -= by_status
    found = [
        (name, row.get(complaint), msisdn, why, before.get(msisdn), after.get(msisdn))
        for pairs, why in ((dropped, DROPPED), (turned, TURNED), (by_status, STATUS_UNCLEAR))
        for complaint, msisdn in pairs
    ]
    table = table_of(found, AMENDED)
    return ascending(table, "row", "msisdn", "why").combine_chunks()


def _pairs(facts: pa.Table, versions: pa.Table) -> _Pairs:
    """The complaints and numbers of the facts in some versions."""
    where = {key: n for n, key in enumerate(version_keys(versions, "row").tolist())}
    complaint: list[Any] = versions["complaint"].to_pylist()
    # Most facts are in other versions.
    facts = facts.filter(pc.is_in(facts["event"], versions["event"].combine_chunks()))
    numbers: list[Any] = facts["msisdn"].to_pylist()
    pairs = zip(version_keys(facts, "version").tolist(), numbers, strict=True)
    return {(complaint[where[key]], msisdn) for key, msisdn in pairs if key in where}


def withdraw(case: Case, append: Append, intake: object) -> None:
    """Withdraws an intake or an expansion."""
    found = case.store.event(intake) if is_whole(intake, 1, append.event - 1) else None
    if found is None or found[0] not in {"add_complaints", "record_outcomes", "expand"}:
        raise ArgumentError("id: no file was added under it; numguard complaints list (intakes()) shows the ids")
    if found[1]:
        raise ArgumentError("id: this intake is withdrawn already")
    append.rows("withdrawal", {"withdrawn": [intake]})


def would_withdraw(case: Case, intake: object) -> pa.Table:
    """The effect of withdrawing an intake; the columns are those of `Registry.would_withdraw`."""
    with case.trial("withdraw_intake") as append:
        withdraw(case, append, intake)
        cut = append.event
        touched = case.store.touched(cut - 1, cut)
        before, after = case.state(cut - 1, touched), case.state(cut, touched)
        was, now = (dict(tuples_of(state, "msisdn", "status")) for state in (before, after))
        lists = [rows(state, ListPolicy(), None) for state in (before, after)]
        listed, left = (dict(tuples_of(table, "msisdn", "action")) for table in lists)
        numbers = [n for n in sorted(was | now) if (was.get(n), listed.get(n)) != (now.get(n), left.get(n))]
        sent = case.store.sent(cut, pa.array(numbers, pa.int64()))
        sent = sent.filter(pc.invert(pc.is_in(sent["action"], pa.array(REQUESTS_NOTHING))))
        pairs = case.store.facts("sent_handsets", cut)
        pairs = pairs.filter(pc.is_in(pairs["msisdn"], pa.array(numbers, pairs.schema.field("msisdn").type)))
    to, handsets_to = _receivers(sent, "msisdn"), _receivers(pairs, "msisdn", "imei14")
    columns = (was, now, listed, left, to, handsets_to)
    return table_of([(n, *(values.get(n) for values in columns)) for n in numbers], _CHANGED)


def _receivers(sent: pa.Table, *key: str) -> dict[int, str]:
    """The receivers of each number: those whose last list of it, or of one of its handsets, has it."""
    last = {tuple(sent): action for *sent, action in tuples_of(sent.sort_by("event"), *key, "receiver", "action")}
    has_it = sorted({(msisdn, receiver) for (msisdn, *_, receiver), action in last.items() if action in REQUESTS})
    return {msisdn: "; ".join(receivers) for msisdn, receivers in by_key(has_it).items()}
