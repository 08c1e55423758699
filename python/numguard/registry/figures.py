"""The figures of a case as of one event, for a report.

Owns which rows of the log a report is made of. Knows no SQL and no page. One idea: everything is of one cut, so that
the same events give the same report.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute

from numguard import _core
from numguard.registry.action import action_taken, complaints_by_day
from numguard.registry.case import Case
from numguard.registry.complaints import COMPLAINT_NOTES
from numguard.registry.listing import MOMENT, ListPolicy
from numguard.registry.outcomes import OUTCOME_NOTES
from numguard.report import Figures
from numguard.source.part import RECORD_NOTES

pc: Any = pyarrow.compute  # its stubs know no plain Python values

__all__ = ["NOTES", "figures"]

#: What a note says in words, each from where the note is given.
NOTES: Final = {**_core.closed_lists()["note"], **RECORD_NOTES, **COMPLAINT_NOTES, **OUTCOME_NOTES}


def figures(case: Case, cut: int, policy: ListPolicy) -> Figures:
    """Everything that a report tells of the log up to `cut`."""
    return Figures(
        event=_events(case, cut),
        at=_moment_of(case, cut),
        action=action_taken(case, cut, policy),
        by_day=complaints_by_day(case, cut),
        refused=_refused(case, cut),
        handsets=_handsets(case, cut),
        stopped=_newest(case.store.facts("stops", cut), "msisdn", "imei14").drop_columns(["event"]),
        inputs=case.store.inputs(cut).drop_columns(["event"]),
        policy=asdict(policy),
        version=_core.__version__,
    )


def _events(case: Case, cut: int) -> int:
    order = case.store.order(cut)
    return cut if order is None else order.size


def _moment_of(case: Case, cut: int) -> datetime | None:
    if cut == 0:
        return None
    order = case.store.order(cut)
    at = case.store.events(pa.array([cut if order is None else int(order.event[-1])]))["at"]
    moment: datetime = pc.cast(at, MOMENT)[0].as_py()
    return moment


def _refused(case: Case, cut: int) -> pa.Table:
    cells = case.store.facts("refusals", cut)
    told = pa.array([NOTES.get(str(note), "") for note in cells["note"].to_pylist()], pa.string())
    order: Any = [("cells", "descending"), ("field", "ascending"), ("note", "ascending")]
    return cells.append_column("sentence", told).sort_by(order)


def _handsets(case: Case, cut: int) -> pa.Table:
    table = _newest(case.store.facts("handsets", cut), "imei14").drop_columns(["event"])
    for name in ("first_seen", "last_seen"):
        table = table.set_column(table.schema.get_field_index(name), name, pc.cast(table[name], MOMENT))
    return table


def _newest(table: pa.Table, *keys: str) -> pa.Table:
    """Of what several runs say, the newest; most numbers first."""
    others = [name for name in table.column_names if name not in keys]
    table = table.sort_by("event").group_by(list(keys), use_threads=False).aggregate([(o, "last") for o in others])
    table = table.rename_columns([name.removesuffix("_last") for name in table.column_names])
    size = "numbers" if "numbers" in others else "count"
    order: Any = [(size, "descending"), *((key, "ascending") for key in keys)]
    return table.sort_by(order)
