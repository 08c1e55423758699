"""Numbers that wait for a decision: which, why, and since when.

Owns the table of waiting numbers. Independent of SQL and of sheets of decisions (`decisions`); `state` decides which
numbers wait. One idea: **not certain means not blocked**: such a number is on no list and no seed, until a decision is
recorded.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pyarrow as pa

from numguard.compute import aggregated, ascending, pc, replaced, schema_of
from numguard.errors import ArgumentError
from numguard.indian_time import MOMENT
from numguard.registry.arrays import Column, Ints, anywhere, flags
from numguard.registry.case import Case
from numguard.registry.events.ended import ended_since
from numguard.registry.numbers.grounds import NEVER, positions
from numguard.registry.numbers.state import Standing
from numguard.registry.sheets.complaint_status import STATUS_UNCLEAR
from numguard.report.writing import masked_text

#: Why a number waits, beside the doubts of cells.
DROPPED: Final = "dropped_by_amendment"
TURNED: Final = "turned_by_amendment"
DISMISSED_BEFORE: Final = "dismissed_before"
NO_LONGER_PROTECTED: Final = "complainants_until_withdrawn"
NEVER_NAMED: Final = "confirmed_but_never_named"
COMPLAINT_ENDED: Final = "complaint_ended"

#: Why a number waits, or a row of decisions is refused, beside the notes of numbers.
REVIEW_NOTES: Final = {
    "from_narrative": "Found inside of a narrative, which may mention it for any reason.",
    DROPPED: "A complaint named it before it was amended.",
    TURNED: "An amended complaint has it as the complainant's instead of a suspect's, or the reverse.",
    DISMISSED_BEFORE: "A complaint of which it was dismissed names it again: it was sent again, amended or restored.",
    NO_LONGER_PROTECTED: "It was protected as a complainant's until the complaint was withdrawn.",
    NEVER_NAMED: "It was confirmed, though no complaint, link or list ever named it.",
    "unknown_decision": "Neither accepted nor dismissed.",
    "no_reason": "A decision without a reason.",
    "decided_otherwise": "The number has another decision, which holds until `decide` replaces it.",
    "not_as_shown": "The number waits for what this sheet does not show, or not for what it shows, or rows of the "
    "number are missing, or a spreadsheet has written `waits_since` otherwise, as with the month before the day: write "
    "a new sheet, or take all rows of a number in one sheet.",
    "waits_for_no_decision": "The number waits for no decision, or no longer.",
}

_WAITING = schema_of(
    msisdn=pa.uint64(),
    why=pa.string(),
    file=pa.string(),
    row=pa.int64(),
    cell=pa.string(),
    complaints=pa.int64(),
    status=pa.string(),
    waits_since=MOMENT,
)


def review(case: Case, cut: int, among: pa.Array[Any] | None = None) -> pa.Table:
    """The waiting numbers as of the event `cut`; the columns are those of `Registry.review`.

    `among`: Only of these numbers.
    """
    state = case.state(cut, None if among is None else case.store.with_linked(among, cut))
    if among is not None:
        state = state.filter(pc.is_in(state["msisdn"].cast(pa.int64()), among.cast(pa.int64())))
    state = state.filter(_waits(state))
    if not len(state):
        return _WAITING.empty_table()
    waiting = state["msisdn"]
    found = Standing(case.facts(cut, waiting))
    shown = _shown(found, ended_since(case, cut, found), waiting, state["turned"])
    shown = _with_cells(shown, case.store.facts("doubtful_cells", cut, waiting))
    without_naming = waiting.filter(pc.invert(pc.is_in(waiting, shown["msisdn"])))
    confirmed_at = found.decisions.event[positions(without_naming, found.numbers)]
    never_named = {"msisdn": without_naming, "why": pa.repeat(NEVER_NAMED, len(confirmed_at)), "since": confirmed_at}
    shown = pa.concat_tables([shown, pa.table(never_named)], promote_options="default")
    joint = case.store.order(cut)
    if joint is not None:
        in_joint = {name: pa.array(joint.event, pa.int64()).take(shown[name]) for name in ("event", "since")}
        shown = replaced(shown, **in_joint)
    counted = shown.group_by("msisdn", use_threads=False).aggregate([("complaint", "count_distinct")])
    at = pc.index_in(shown["msisdn"], counted["msisdn"])
    table = pa.table(
        {
            "msisdn": shown["msisdn"],
            "why": shown["why"],
            "file": case.store.events(shown["event"])["file"],
            "row": shown["row"],
            "cell": [None if cell is None else masked_text(cell) for cell in shown["cell"].to_pylist()],
            "complaints": counted["complaint_count_distinct"].take(at),
            "status": state["status"].take(pc.index_in(shown["msisdn"], waiting)),
            "waits_since": case.store.events(shown["since"])["at"].cast(MOMENT),
        },
        schema=_WAITING,
    )
    return ascending(table, "msisdn", "why", "file", "row", "cell", "complaints", "waits_since").combine_chunks()


def _shown(found: Standing, ended_at: Ints, waiting: Column, turned: Column) -> pa.Table:
    """The namings that wait, or whose numbers an amendment turned, each with why, and the event since which it waits.

    `ended_at` is the event that ended the complaint of each naming, `turned` which of the `waiting` numbers are turned.
    """
    namings, names, versions = found.facts.namings, found.namings, found.versions
    numbers = pc.cast(namings["msisdn"], pa.uint64())
    is_turned = flags(pc.is_in(numbers, waiting.filter(turned)))
    shown = (names.waiting | is_turned) & versions.live[names.version]
    # Where another complaint has it too, that one is why it waits.
    others = anywhere(names.position[shown & (ended_at == NEVER)], len(found.numbers))
    has_ended = ~others[names.position] & ~is_turned
    doubt = pc.if_else(pa.array(names.unclear), STATUS_UNCLEAR, None)
    doubt = pc.if_else(pa.array(names.no_longer_protected), NO_LONGER_PROTECTED, doubt)
    doubt = pc.coalesce(namings["doubt"], doubt)
    doubt = pc.if_else(pa.array(names.dismissed_before), DISMISSED_BEFORE, doubt)
    doubt = pc.if_else(pa.array(~versions.stands[names.version]), DROPPED, doubt)
    doubt = pc.if_else(pa.array(has_ended), COMPLAINT_ENDED, doubt)
    since = np.where(has_ended, np.maximum(names.since, ended_at), names.since)
    return pa.table(
        {
            "msisdn": numbers,
            "why": pc.if_else(pa.array(is_turned), TURNED, doubt),
            "complaint": versions.complaint[names.version],
            "since": np.where(is_turned, found.turned_since[names.position], since),
            **{name: namings[name] for name in ("event", "row", "version")},
        }
    ).filter(pa.array(shown))


def _waits(state: pa.Table) -> Any:
    """The numbers of a state that wait: one that is reported, or decided, does not."""
    waits = pc.and_(state["waits"], pc.is_in(state["status"], pa.array(("review", "reverify"))))
    return pc.or_(waits, pc.and_(state["turned"], pc.equal(state["status"], "protected")))


def _with_cells(shown_namings: pa.Table, kept: pa.Table) -> pa.Table:
    """The namings with their cells, where these were kept."""
    keys = ["msisdn", "event", "version", "row"]
    kept = aggregated(replaced(kept, msisdn=pc.cast(kept["msisdn"], pa.uint64())), keys, ["cell"], "first")
    return shown_namings.join(kept, keys, join_type="left outer", use_threads=False)


def refuse_certain(case: Case, cut: int, msisdns: pa.Array[Any]) -> None:
    """Refuses numbers that neither wait for a decision nor waited for one."""
    state = case.state(cut, msisdns.cast(pa.int64()))
    idle = len(msisdns) - pc.sum(pc.is_in(msisdns, state["msisdn"].filter(state["unsure"]))).as_py()
    if idle:
        raise ArgumentError(
            f"values: {idle:,} of the numbers wait for no decision; nothing was recorded; "
            "numguard review (review()) shows those that do"
        )
