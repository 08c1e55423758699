"""A sheet of outcomes -> what operators did with the numbers that were sent to them.

Owns the headings of the columns and which rows are refused. Independent of SQL. One idea: rows are ordered by the
moment at which they happened, where the file has one.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Any, Final, TypeAlias

import numpy as np
import pyarrow as pa

from numguard.compute import aggregated, ascending, named, pc, schema_of, tuples_of
from numguard.errors import ArgumentError
from numguard.registry.actions import ASKS, RELEASE
from numguard.registry.arrays import Bools, flags, ints
from numguard.registry.case import Case
from numguard.registry.events.contradicted import above_notes, below_titles, check_titles, contradicted_rows
from numguard.registry.events.intake import UNREQUESTED, Intake, named_refusals, record_intake
from numguard.registry.events.returned import answer_columns, own_columns, requests
from numguard.registry.log.answers import KNOWN, TURNS, UNDATED_REPEAT, Answers, Turns, turns_of
from numguard.registry.numbers.state import OUTCOMES, RELEASED, Answer
from numguard.registry.sheets import cells
from numguard.registry.sheets.doubts import of_other_countries, rows_with
from numguard.registry.sheets.headings import (
    NUMBER_HEADINGS,
    REASON_HEADINGS,
    Mapped,
    heading,
    ignored,
    known_by,
    left_over,
)
from numguard.registry.sheets.moments import end_of_day, moments
from numguard.registry.sheets.sheet import Sheet, read_sheet
from numguard.registry.spelling import phrases, plain_words
from numguard.source.strict import check_strict
from numguard.types import TableSource

#: The columns that are read, each with other spellings of its heading.
COLUMNS: dict[str, tuple[str, ...]] = {
    "msisdn": NUMBER_HEADINGS,
    "status": ("outcome", "action taken", "result"),
    "happened_at": ("at", "date", "action date", "date of action"),
    "reason": REASON_HEADINGS,
}

#: Columns of days that the lists themselves have, and that operators send back.
_OF_LISTS = frozenset(map(heading, ("first_reported", "last_reported", "review_by")))
#: What is written as a day, and is refused all the same.
_NOTES_OF_DAYS = ("two_digit_year", "month_first", "day_or_month")

#: The answer that a number is another operator's. It is no outcome: `rejected` would take the number off the list.
_OTHER: Final = "other_operator"
#: Words of operators for outcomes, folded, and the status that each means. `Block` is none: it is what was requested.
WORDS: dict[str, str] = {
    spelling: status
    for status, spellings in {
        "blocked": """barred; disconnected; deactivated; de activated; suspended; terminated; number blocked;
            permanently disconnected; permanently blocked; permanently barred; permanently deactivated; sim blocked;
            already blocked; already barred; already disconnected; already deactivated; number disconnected;
            service barred; service disconnected; blocked successfully; successfully blocked; barring done;
            blocking done; disconnection done; has been blocked; has been disconnected; ब्लॉक किया गया; बंद किया गया""",
        "rejected": """not blocked; not barred; not disconnected; not deactivated; not de activated; not suspended;
            refused; declined; request rejected; request declined; request refused; cannot be blocked;
            can not be blocked; could not be blocked; अस्वीकृत; ब्लॉक नहीं किया गया""",
        "reverified": """re verified; re verification done; re verification completed; re verification complete;
            reverification done; reverification completed; re verified successfully; successfully re verified;
            verified again; re kyc done; re kyc completed; rekyc done; rekyc completed; पुनः सत्यापित""",
        "reactivated": """re activated; restored; service restored; reconnected; re connected; unbarred; un barred;
            unblocked; un blocked; service resumed; activated again; connection restored; पुनः चालू""",
        _OTHER: """not our subscriber; not our customer; not our number; not our connection; not our network; not a
            subscriber of ours; not subscriber of ours; not in our network; not on our network; does not belong to us;
            not belongs to us; not belonging to us; number does not belong to us; number not belongs to us; does not
            pertain to us; not pertains to us; not pertaining to us; belongs to other operator; belongs to another
            operator; belongs to other tsp; belongs to another tsp; other operator; other tsp; other tsp number; other
            operator number; ported out; number ported out; already ported out; mnp out; port out; mnp port out; mnp'd;
            mnp ed; ported to other operator; ported to another operator; ported to other network; ported to another
            network; ported; mnp done""",
    }.items()
    for spelling in phrases(spellings)
}


#: Why a row of outcomes is refused, beside the notes of numbers, days and records.
OUTCOME_NOTES: dict[str, str] = {
    "contradicted_in_row": "Another cell, or a line above, says that it is not blocked, or no longer, or not to be.",
    "contradiction": "Another row has a different status for the same number and moment.",
    "other_country_code": "Another cell of the row has another country, or its code, than the number as it was read.",
    "other_operator": "The operator has no such subscriber, or no longer: send the number to the operator that has it.",
    "older_than_known": "It happened before the recorded outcome of the number, and would replace it.",
    "undated_repeat": "Without a day, and as the last answer, before a decision: write its day if it is a new one.",
    "unknown_number": "A number that the registry does not know.",
    "unknown_status": "None of blocked, rejected, reverified and reactivated.",
}

#: Why a number should not have been blocked, although an operator reports that it is; the first that holds.
BLOCKED_NOTES: dict[str, str] = {
    "blocked_though_protected": "Reported as blocked, but protected: have the block lifted.",
    "blocked_though_released": "Reported as blocked, but withdrawn, reactivated or released: have the block lifted.",
    "blocked_but_never_sent": "Reported as blocked, but never exported: the answer may be of another number.",
}

#: After every event on record.
_LAST = sys.maxsize
_ANSWER = ("msisdn", "status", "happened_at")

#: The places of the columns of each field.
_Columns: TypeAlias = Mapping[str, Sequence[int]]

_REFUSED = schema_of(row=pa.int64(), field=pa.string(), cell=pa.string(), note=pa.string())


def record_outcomes(
    case: Case,
    source: TableSource,
    mapping: Mapped | None,
    name: str | None,
    *,
    values: Mapping[str, Answer] | None = None,
    sheet_name: str | None = None,
    strict: bool = False,
) -> Intake:
    """Records a sheet of outcomes as one event; the same sheet twice changes nothing."""
    words = _words(values)
    sheet = read_sheet(source, name, known_by(COLUMNS, mapping), sheet_name)
    own = own_columns(sheet.table, COLUMNS, words)
    at = answer_columns(sheet, COLUMNS, mapping, own)
    statuses = _statuses(sheet, at, _beside(sheet, at, mapping, own), words)
    with case.event("record_outcomes") as append:
        rows, refused_cells = _read(sheet, at, lambda msisdns: case.known(msisdns, append.event - 1), *statuses)
        numbers = rows["msisdn"]
        before, *turns = (case.store.facts(kind, append.event - 1, numbers) for kind in ("outcomes", *TURNS))
        earlier = case.store.intake_of(sheet.sha256, "record_outcomes")
        notes = _compared(rows, before, turns_of(*turns), append.at, again=earlier is not None)
        fresh = rows.filter(pc.is_null(notes))
        repeated = int(pc.sum(pc.equal(notes, KNOWN)).as_py() or 0)
        refused_cells = pa.concat_tables([refused_cells, _late(rows, notes)]).sort_by("row")
        refused = len(pc.unique(refused_cells["row"]))
        counts = (len(fresh), 0, repeated, refused)
        if strict:
            check_strict(sheet.name, refused_cells)
        known = None if len(fresh) else earlier
        if known is None:
            record_intake(append, sheet, counts)
            append.rows("outcome", fresh.append_column("ordinal", pa.array(np.arange(len(fresh)))))
            append.rows("refusal", refused_cells)
        unrequested = _unrequested(case, append.event - 1, fresh, sheet.name)
    event = append.event if known is None else known
    read = (named_refusals(sheet, refused_cells), sheet.name, sheet.bytes, sheet.sha256)
    warnings = [*sheet.warnings, *_unread_days(sheet, at, mapping)]
    around: Any = {"not_data": sheet.not_data, "passed_over": sheet.passed_over, "warnings": warnings}
    names = sheet.table.column_names
    unread = [names[place] for place in left_over(names, at)]
    return Intake(event, *counts, *read, **around, unrequested=unrequested, unread=unread)


def _unrequested(case: Case, cut: int, fresh: pa.Table, name: str) -> pa.Table:
    """The numbers last reported as blocked for which no block or verification is requested at `cut`, and why."""
    last = aggregated(fresh.append_column("order", pa.array(np.arange(len(fresh)))), ["msisdn"], ["order"], "max")
    rows = fresh.take(last["order"].sort())
    rows = rows.filter(pc.equal(rows["status"], "blocked"))
    if not len(rows):
        return UNREQUESTED.empty_table()
    linked = case.store.with_linked(rows["msisdn"].cast(pa.int64()).combine_chunks(), cut)
    why = why_unrequested(case.state(cut, linked), case.store.facts("exported", cut, linked), rows["msisdn"])
    table = pa.table([pa.repeat(name, len(rows)), rows["row"], rows["msisdn"], why], schema=UNREQUESTED)
    return table.filter(pc.is_valid(table["why"])).sort_by("row").combine_chunks()


def why_unrequested(state: pa.Table, sent: pa.Table, blocked: Any) -> Any:
    """Why each number that is reported as blocked should not be, a code of `BLOCKED_NOTES`; null where it should."""
    sent = sent.filter(pc.is_in(sent["action"], pa.array(ASKS))).sort_by("event")
    final = aggregated(sent, ["msisdn"], ["action"], "last")
    last = final["action"].take(pc.index_in(blocked, final["msisdn"].cast(pa.uint64())))
    status = state["status"].take(pc.index_in(blocked, state["msisdn"]))
    why = pc.if_else(pc.is_in(status, pa.array(RELEASED)), "blocked_though_released", unrequested_by(last))
    return pc.if_else(pc.equal(status, "protected"), "blocked_though_protected", why)


def unrequested_by(last: Any) -> Any:
    """Why the lists before each block do not request it, by the last of their `ASKS`; null where they do.

    >>> unrequested_by(pa.array(["block", "release", None])).to_pylist()
    [None, 'blocked_though_released', 'blocked_but_never_sent']
    """
    why = pc.if_else(pc.equal(last, RELEASE), "blocked_though_released", None)
    return pc.if_else(pc.is_null(last), "blocked_but_never_sent", why)


def _words(values: Mapping[str, Answer] | None) -> dict[str, str]:
    """The words of operators, and those of the caller, folded."""
    words = dict(WORDS)
    if not isinstance(values, Mapping | None):
        raise ArgumentError(f"values (--map-value): takes {{word: status}}, not {type(values).__name__}")
    for word, status in (values or {}).items():
        if status not in (*OUTCOMES, _OTHER):
            raise ArgumentError(f"values (--map-value): a word means one of {', '.join((*OUTCOMES, _OTHER))}")
        words[plain_words(word)] = status
    return words


def _beside(sheet: Sheet, at: _Columns, mapping: Mapped | None, own: Collection[int]) -> list[int]:
    """The places of the columns that may contradict an answer: neither ours nor left out by the caller."""
    ours = {*own, *requests(sheet.table)}
    unread = left_over(sheet.table.column_names, at, ignored(mapping, COLUMNS))
    return [*(place for place in unread if place not in ours), *at.get("reason", ()), *at.get("happened_at", ())]


def _statuses(
    sheet: Sheet, at: _Columns, beside: Sequence[int], words: Mapping[str, str]
) -> tuple[pa.Array[Any], pa.Array[Any]]:
    """The status of each row, and why it is refused; `words` maps words to statuses."""
    encoded: Any = cells.written(sheet.column(at, "status")).dictionary_encode()
    plain = map(plain_words, encoded.dictionary.to_pylist())
    status = pa.array([words.get(word, word) for word in plain], pa.string()).take(encoded.indices)
    unknown = pc.if_else(pc.equal(pc.fill_null(status, ""), ""), "empty", "unknown_status")
    note = pc.if_else(pc.is_in(status, pa.array(OUTCOMES)), None, unknown)
    note = pc.if_else(pc.fill_null(pc.equal(status, _OTHER), False), _OTHER, note)
    blocked = flags(pc.equal(status, "blocked"))
    if blocked.any():
        check_titles(sheet, blocked, words)
        otherwise = contradicted_rows(sheet, beside, words) | below_titles(sheet, at, words)
        otherwise |= above_notes(sheet, at, words)
        note = pc.if_else(pa.array(blocked & otherwise), "contradicted_in_row", note)
    struck = rows_with(ints(sheet.row), sheet.struck_out, (*at["msisdn"], *at["status"]))
    return status, pc.if_else(pa.array(struck), "struck_out", note)


def _read(
    sheet: Sheet,
    at: _Columns,
    known: Callable[[pa.Array[Any]], pa.Array[Any]],
    status: pa.Array[Any],
    of_status: pa.Array[Any],
) -> tuple[pa.Table, pa.Table]:
    """The rows of outcomes, ordered by moment, and the refused cells, of each row the first.

    `known` returns which of some numbers the registry has, `of_status` is why the status of a row is refused.
    """
    column = partial(sheet.column, at)
    msisdn, unread = sheet.read_by(cells.single_numbers, at["msisdn"][0])
    others = of_other_countries(np.arange(len(sheet.table)), msisdn, sheet.table, range(sheet.table.num_columns))
    of_number = pc.coalesce(
        unread,
        pc.if_else(pc.is_null(msisdn), "empty", None),
        pc.if_else(pc.is_in(msisdn, known(msisdn)), None, "unknown_number"),
        pc.if_else(pa.array(others), "other_country_code", None),
    )
    happened, of_moment = moments(column("happened_at"))
    rows = pa.table(
        {
            "row": sheet.row,
            "msisdn": msisdn,
            "status": status,
            "happened_at": happened,
            "reason": cells.remarks(column("reason")),
            "status_cell": cells.written(column("status")),
            "happened_at_cell": cells.written(column("happened_at")),
        }
    )
    clash = _contradicting(rows, flags(pc.is_null(pc.coalesce(of_number, of_status, of_moment))))
    of_rows = pc.if_else(pa.array(clash), "contradiction", None)
    field, cell, note = (pa.nulls(len(rows), pa.string()) for _ in range(3))
    notes = (("msisdn", of_number), ("status", of_status), ("happened_at", of_moment), ("status", of_rows))
    for word, found in notes:
        is_first = pc.and_(pc.is_null(note), pc.is_valid(found))
        field, cell = pc.if_else(is_first, word, field), pc.if_else(is_first, cells.written(column(word)), cell)
        note = pc.coalesce(note, found)
    refused = pa.table([sheet.row, field, cell, note], schema=_REFUSED).filter(pc.is_valid(note))
    broken = sheet.broken.add_column(1, "field", pa.nulls(len(sheet.broken), pa.string()))
    kept = rows.filter(pc.is_null(note))
    order = np.lexsort((ints(kept["row"]), ints(pc.fill_null(kept["happened_at"], 0))))
    return kept.take(order), pa.concat_tables([refused, broken.cast(_REFUSED)]).sort_by("row")


def _unread_days(sheet: Sheet, at: _Columns, mapping: Mapped | None) -> list[str]:
    """A warning of columns of days that are not read, where no other is: the order of answers would not be known."""
    if "happened_at" in at:
        return []
    names, days = sheet.table.column_names, []
    for place in left_over(names, at, ignored(mapping, COLUMNS) | _OF_LISTS):
        moment, note = moments(sheet.table.column(place))
        is_day = flags(pc.or_(pc.is_valid(moment), pc.is_in(note, pa.array(_NOTES_OF_DAYS))))
        if 2 * is_day.sum() > (is_day | flags(pc.is_valid(note))).sum():
            days.append(names[place])
    return [
        f"the column {named([name])!r} has dates and is not read: if the answers are of these days, name it with --map "
        "COLUMN=happened_at (mapping=), else leave it out with COLUMN=ignore"
        for name in days
    ]


def _contradicting(rows: pa.Table, good: Bools) -> Bools:
    """Rows whose number has another outcome at the same moment, or an undated one, so that the last is unknown."""
    usable = rows.filter(pa.array(good)).select(["msisdn", "happened_at", "status"])
    at_once = usable.group_by(["msisdn", "happened_at"]).aggregate([("status", "count_distinct")])
    at_once = at_once.filter(pc.greater(at_once["status_count_distinct"], 1))
    clashing = set(tuples_of(at_once, "msisdn", "happened_at"))
    undated = usable.filter(pc.is_in(usable["msisdn"], usable["msisdn"].filter(pc.is_null(usable["happened_at"]))))
    several = undated.group_by("msisdn").aggregate([("status", "count_distinct")])
    numbers = set(several["msisdn"].filter(pc.greater(several["status_count_distinct"], 1)).to_pylist())
    if not clashing and not numbers:
        return np.zeros(len(rows), np.bool_)
    pairs = tuples_of(rows, "msisdn", "happened_at")
    return np.array([pair in clashing or pair[0] in numbers for pair in pairs], np.bool_)


def _compared(rows: pa.Table, before: pa.Table, turns: Turns, now: int, *, again: bool) -> pa.Array[Any]:
    """How each row compares with the recorded outcomes and the rows before it: null where it is new, else a note.

    `rows`: msisdn, status, happened_at, ordered by moment; `before`: the same, with event and ordinal. An operator may
    date to the end of the day of `now`. `again`: whether the same file was recorded before.
    """
    answers, tomorrow = Answers(turns), end_of_day(now)
    for answer in tuples_of(ascending(before, "event", "ordinal"), "event", *_ANSWER):
        answers.take(*answer)
    found: list[str | None] = []
    for msisdn, status, at in tuples_of(rows, *_ANSWER):
        note = answers.compared(_LAST, msisdn, status, at, again=again)
        if note != KNOWN and at is not None and at >= tomorrow:
            note = "in_the_future"
        if note is None:
            answers.take(_LAST, msisdn, status, at)
        found.append(note)
    return pa.array(found, pa.string())


def _late(rows: pa.Table, notes: pa.Array[Any]) -> pa.Table:
    """The rows that are refused because of recorded outcomes, as refused cells."""
    hit = pc.and_(pc.is_valid(notes), pc.invert(pc.fill_null(pc.equal(notes, KNOWN), False)))
    rows, note = rows.filter(hit), notes.filter(hit)
    clash = pc.is_in(note, pa.array(["contradiction", UNDATED_REPEAT]))
    return pa.table(
        {
            "row": rows["row"],
            "field": pc.if_else(clash, "status", "happened_at"),
            "cell": pc.if_else(clash, rows["status_cell"], rows["happened_at_cell"]),
            "note": note,
        },
        schema=_REFUSED,
    )
