"""A list of the registry that an operator has sent back: which of its columns are ours, and say nothing of his answer.

Owns how such a list is recognised, and the error where no column has an answer. Independent of what an answer means.
One idea: **our own status is no answer**: a list has one for each number, and of a change it may be `reactivated`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import chain
from typing import Any, Final

import pyarrow as pa

from numguard.compute import is_text, named, pc
from numguard.errors import ColumnError
from numguard.registry.numbers.state import OUTCOMES, STATUSES
from numguard.registry.sheets import cells
from numguard.registry.sheets.headings import Mapped, find_columns, heading
from numguard.registry.sheets.sheet import Sheet
from numguard.registry.spelling import plain_words
from numguard.source.columns import naming_hidden
from numguard.types import ACTIONS

#: The columns of lists of numbers and of handsets, and of their changes.
OF_LISTS: Final = (
    "msisdn", "status", "action", "hop", "district", "reason", "complaints", "sources", "first_reported",
    "last_reported", "via_imei", "review_by", "change", "imei14", "first_seen", "last_seen", "sightings", "stopped",
)  # fmt: skip
_OF_LISTS: Final = frozenset(map(heading, OF_LISTS))
_STATUS: Final = heading("status")
#: Those by which no list is recognised: every sheet of answers may have one.
_OF_ANSWERS: Final = frozenset(map(heading, ("msisdn", "status")))
#: Those that an operator's own sheet may have too: beside them alone a status is his.
_OF_OPERATORS: Final = frozenset(map(heading, ("district", "reason")))
#: One of these alone shows that a sheet is a list that was sent back.
_OURS_ALONE: Final = frozenset(map(heading, ("hop", "via_imei", "review_by")))
#: So many others show that a sheet is a list that was sent back.
_FEWEST: Final = 2
#: Headings of answers where no column has a usual one: beside it, they may be of something else.
_FURTHER: Final = (
    "current status", "tsp status", "blocking status", "status by tsp", "action taken by tsp", "response",
    "response of tsp", "tsp response", "response by tsp", "compliance", "compliance by tsp",
)  # fmt: skip
#: Words of headings of answers.
_ANSWERING: Final = frozenset(map(heading, ("answer", "action", "outcome", "reply", "response", "result", "status")))
#: Statuses of a list that no answer has, and the one that its change has for a release.
_NO_ANSWERS: Final = (*sorted({*STATUSES} - {*OUTCOMES}), "reactivated")
#: Those that are read in a sheet of answers, and are ours in a list.
_READ: Final = frozenset(map(heading, ("status", "reason")))
#: The columns of what is requested, each with its words.
_REQUESTS: Final = {"action": ACTIONS, "change": ("added", "changed", "removed")}


def own_columns(table: pa.Table, known: Mapping[str, Sequence[str]], answers: Collection[str]) -> frozenset[int]:
    """The places of our own columns, if these are those of a list that was sent back; otherwise none.

    `known`: each field of a sheet of answers, and the usual spellings of its heading. `answers`: the words for answers,
    folded.

    >>> ours = {"msisdn": ["1"], "action": ["block"], "hop": ["0"]}
    >>> sorted(own_columns(pa.table({**ours, "status": ["reported"], "TSP Response": ["Done"]}), {}, ()))
    [0, 1, 2, 3]
    >>> sorted(own_columns(pa.table({**ours, "Status": ["Blocked"]}), {}, ()))
    [0, 1, 2]
    >>> own_columns(pa.table({"Mobile": ["1"], "District": ["Nuh"], "Status": ["Blocked"], "Reason": [""]}), {}, ())
    frozenset()
    """
    # A heading in a language of India is the operator's.
    names = table.column_names
    ours = {at: heading(name) for at, name in enumerate(names) if name.isascii() and heading(name) in _OF_LISTS}
    others = set(ours.values()) - _OF_ANSWERS
    if others.isdisjoint(_OURS_ALONE) and (len(others) < _FEWEST or others <= _OF_OPERATORS):
        return frozenset()
    fields = {heading(spelling) for word, spellings in known.items() for spelling in (word, *spellings)}
    unknown = [at for at, name in enumerate(names) if at not in ours and heading(name) not in fields]
    if any(_may_answer(names[at], table.column(at), answers) for at in unknown):
        return frozenset(ours)
    return frozenset(at for at, name in ours.items() if name != _STATUS or not _is_theirs(table.column(at)))


def _may_answer(name: str, column: Any, answers: Collection[str]) -> bool:
    """Whether a column may have the answers of an operator, by its heading or a cell."""
    if not is_text(column.type):
        return False
    written = pc.unique(cells.trimmed(cells.written(column))).drop_null().to_pylist()
    return bool(_ANSWERING & set(heading(name).split())) or any(plain_words(text) in answers for text in written)


def _is_theirs(column: Any) -> bool:
    """Whether a column of statuses has answers in place of ours: none of our words, and none as a list writes it."""
    if not is_text(column.type):
        return False
    written = pc.unique(cells.trimmed(cells.written(column))).drop_null()
    has_ours = pc.any(
        pc.or_(pc.is_in(pc.utf8_lower(written), pa.array(_NO_ANSWERS)), pc.is_in(written, pa.array(STATUSES)))
    )
    return not has_ours.as_py() and any(written.to_pylist())


def requests(table: pa.Table) -> frozenset[int]:
    """The places of columns that have nothing but what a list requests, as a choice of its columns has them.

    >>> requests(pa.table({"msisdn": ["1"], "action": ["release"], "change": ["removed"], "Action": ["Unblocked"]}))
    frozenset({1, 2})
    """
    found = set()
    for at, name in enumerate(table.column_names):
        words = _REQUESTS.get(heading(name))
        if words and is_text(table.schema.field(at).type):
            written = pc.unique(cells.trimmed(cells.written(table.column(at)))).drop_null()
            if pc.all(pc.is_in(written, pa.array(["", *words]))).as_py():
                found.add(at)
    return frozenset(found)


def answer_columns(
    sheet: Sheet, known: Mapping[str, Sequence[str]], mapping: Mapped | None, own: Collection[int]
) -> dict[str, list[int]]:
    """Which columns of a sheet of answers hold each of the `known` words; of a list sent back, none of `own`."""
    names = sheet.table.column_names
    ours = [at for at in own if heading(names[at]) in _READ]
    status = next((names[at] for at in ours if heading(names[at]) == _STATUS), None)
    required = ("msisdn",) if status else ("msisdn", "status")
    usual = {*map(heading, ("status", *known["status"]))}
    if not own and usual.isdisjoint(map(heading, names)):
        known = {**known, "status": (*known["status"], *_FURTHER)}
    with naming_hidden(sheet.passed_over):
        at = find_columns(sheet.table, known, required, mapping, sheet.name, header_row=sheet.header_row, left_out=ours)
    if status is not None and "status" not in at:
        raise ColumnError(_without_answers(sheet, status, {*own, *chain.from_iterable(at.values())}))
    return at


def _without_answers(sheet: Sheet, status: str, read: Collection[int]) -> str:
    """The message for a list that was sent back without a known column of answers."""
    columns = enumerate(zip(sheet.table.column_names, sheet.table.schema.types, strict=True))
    could = [name for at, (name, of) in columns if at not in read and name and is_text(of)]
    theirs = f'name the column of the answers with --map "{named(could[:1])}=status" (it may be {named(could)}); or, '
    return (
        f"{sheet.name}: has the columns of a list of the registry: its {status!r} is what is on record, and no answer; "
        f"{theirs if could else ''}if the answers are written into {status!r} itself, say so with "
        f'--map "{status}=status" (mapping=)'
    )
