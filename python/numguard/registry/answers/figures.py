"""The figures of a case as of one event, for a report.

Owns which rows of the log a report consists of. Independent of SQL and pages. One idea: everything is of one cut, so
that the same events give the same report.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

import pyarrow as pa

from numguard import _core
from numguard.compute import aggregated, pc, replaced, schema_of, table_of
from numguard.indian_time import MOMENT
from numguard.registry.answers.action import action_taken, complaints_by_day, of_several_sources
from numguard.registry.answers.history import history
from numguard.registry.answers.notes import NOTES
from numguard.registry.case import Case
from numguard.registry.events.ended import ended_and_in_force
from numguard.registry.events.outcomes import BLOCKED_NOTES, why_unrequested
from numguard.registry.events.review import review
from numguard.registry.numbers.listing import ListPolicy, unlisted
from numguard.registry.sheets.moments import last_moment
from numguard.report import Figures
from numguard.report.history import History
from numguard.report.writing import day

_UNSETTLED = schema_of(why=pa.string(), sentence=pa.string(), numbers=pa.int64(), complaints=pa.int64())
_REGISTRIES = schema_of(registry=pa.string(), events=pa.int64(), first=MOMENT, last=MOMENT)


def figures(case: Case, cut: int, policy: ListPolicy) -> Figures:
    """The figures of a report on the log up to `cut`."""
    state, order = case.state(cut), case.store.order(cut)
    return Figures(
        event=cut if order is None else order.size,
        at=_moment_of(case, cut),
        action=action_taken(case, cut, policy),
        by_day=complaints_by_day(case, cut),
        refused=_refused(case, cut),
        handsets=_handsets(case, cut),
        stopped=_newest(case.store.facts("stops", cut), "msisdn", "imei14").drop_columns(["event"]),
        waiting=_waiting(case, cut),
        unsettled=_unsettled(case, cut, state),
        taken_back=_withdrawn(case, cut),
        registries=_registries(case, cut),
        inputs=case.store.inputs(cut).drop_columns(["event", "withdrawn"]),
        policy=asdict(policy),
        unlisted=unlisted(state, policy, None),
        version=_core.__version__,
    )


def history_of(case: Case, msisdn: int, as_of: date | datetime | None, cut: int) -> History:
    """The content of the page about one number, by the log up to `cut`."""
    seal = case.store.verify()
    digest = case.store.digest_of(cut) if cut < seal.events else seal.digest
    table = history(case.store, msisdn, cut)
    when = None
    if isinstance(as_of, datetime):
        when = f"at {as_of.isoformat(' ')}"
    elif as_of is not None:
        ended = last_moment("as_of", as_of) < case.now()
        when = f"{'at the end of' if ended else 'so far on'} {day(as_of)}, IST"
    return History(msisdn, table, when, case.store.id, cut, digest, NOTES, _core.__version__)


def _moment_of(case: Case, cut: int) -> datetime | None:
    if cut == 0:
        return None
    order = case.store.order(cut)
    at = case.store.events(pa.array([cut if order is None else int(order.event[-1])]))["at"]
    moment: datetime = pc.cast(at, MOMENT)[0].as_py()
    return moment


def _waiting(case: Case, cut: int) -> pa.Table:
    waiting = review(case, cut).group_by("why", use_threads=False).aggregate([("msisdn", "count_distinct")])
    columns = {"why": waiting["why"], "sentence": _sentences(waiting["why"])}
    table = pa.table(columns | {"numbers": waiting["msisdn_count_distinct"]})
    return table.sort_by([("numbers", "descending"), ("why", "ascending")])


def _unsettled(case: Case, cut: int, state: pa.Table) -> pa.Table:
    """Blocks that were not requested, numbers whose only complaint has ended, and complaints that may be one."""
    blocked = state.filter(state["block_done"])["msisdn"]
    why = why_unrequested(state, case.store.facts("exported", cut), blocked)
    counted = Counter(why.drop_null().to_pylist())
    rows: list[tuple[Any, ...]] = [(code, NOTES[code], counted[code], None) for code in BLOCKED_NOTES if counted[code]]
    ended = ended_and_in_force(case, cut)
    if len(ended):
        numbers, complaints = (len(ended[name].unique()) for name in ("msisdn", "complaint"))
        rows.append(("complaint_ended", NOTES["complaint_ended"], numbers, complaints))
    if twice := of_several_sources(case, cut):
        rows.append(("other_source", NOTES["other_source"], None, twice))
    return table_of(rows, _UNSETTLED)


def _withdrawn(case: Case, cut: int) -> pa.Table:
    table = case.store.taken_back(cut)
    table = replaced(table, withdrawn_at=pc.cast(table["withdrawn_at"], MOMENT))
    return table.rename_columns({"withdrawn_at": "at"})


def _registries(case: Case, cut: int) -> pa.Table:
    """The registries whose events these are; none where a single registry recorded all."""
    order = case.store.order(cut)
    rows: list[tuple[str, int, int, int]] = []
    if order is not None:
        of = order.registry[order.event[1:]]
        for place, name in enumerate(order.registries):
            events = order.event[1:][of == place]
            if len(events):
                first, last = (int(order.at[event]) for event in (events[0], events[-1]))
                rows.append((name, len(events), first, last))
    return table_of(rows if len(rows) > 1 else [], _REGISTRIES)


def _refused(case: Case, cut: int) -> pa.Table:
    cells = case.store.facts("refusals", cut)
    order: Any = [("cells", "descending"), ("field", "ascending"), ("note", "ascending")]
    return cells.append_column("sentence", _sentences(cells["note"])).sort_by(order)


def _sentences(notes: pa.ChunkedArray[Any]) -> pa.Array[Any]:
    return pa.array([NOTES.get(str(note), "") for note in notes.to_pylist()], pa.string())


def _handsets(case: Case, cut: int) -> pa.Table:
    table = _newest(case.store.facts("handsets", cut), "imei14").drop_columns(["event"])
    return replaced(table, **{name: pc.cast(table[name], MOMENT) for name in ("first_seen", "last_seen")})


def _newest(table: pa.Table, *keys: str) -> pa.Table:
    """The newest row of each key, of several runs; most numbers first."""
    others = [name for name in table.column_names if name not in keys]
    table = aggregated(table.sort_by("event"), keys, others, "last")
    size = "numbers" if "numbers" in others else "count"
    order: Any = [(size, "descending"), *((key, "ascending") for key in keys)]
    return table.sort_by(order)
