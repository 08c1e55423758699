"""A sheet of decisions on the numbers that wait for one.

Owns the headings of its columns, which rows are refused, and its events. Independent of SQL; `review` decides which
numbers wait, and `opposed` what contradicts a decision. One idea: **a sheet decides on what it shows**: what a number
waits for since it was written, it does not settle.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
import pyarrow as pa

from numguard import _core
from numguard.compute import ascending, by_key, pc, schema_of, table_of, tuples_of, whole
from numguard.errors import InputError, RegistryError
from numguard.indian_time import OFFSET_MICROS
from numguard.number_list.decision_headings import kind_of
from numguard.number_list.titles import RANKS
from numguard.registry.case import Case, reason_given
from numguard.registry.events.opposed import Opposing, line_of, opposed_rows
from numguard.registry.events.review import COMPLAINT_ENDED, REVIEW_NOTES, review
from numguard.registry.log.inputs import record_input
from numguard.registry.numbers.state import DECISIONS, SETTLING, STATUSES
from numguard.registry.sheets import cells
from numguard.registry.sheets.complaints import COMPLAINT_NOTES
from numguard.registry.sheets.headings import (
    NUMBER_HEADINGS,
    REASON_HEADINGS,
    Mapped,
    find_columns,
    ignored,
    known_by,
    left_over,
)
from numguard.registry.sheets.moments import moments
from numguard.registry.sheets.sheet import Sheet, read_sheet
from numguard.source.columns import naming_hidden
from numguard.source.strict import check_strict
from numguard.types import RowAccount, TableSource

#: The columns of a sheet of decisions, each with other spellings of its heading.
COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "msisdn": NUMBER_HEADINGS,
    "decision": ("decided", "verdict"),
    "reason": REASON_HEADINGS,
}

#: Words for decisions that have one meaning.
_WORDS: Final = {"accept": "accepted", "dismiss": "dismissed"}
#: The decisions of all kinds that a later look at each word agrees with.
_AGREEING: Final = {
    "accepted": ("accepted", "confirmed", "unprotected"),
    "dismissed": ("dismissed", "withdrawn", "protected", "reverified", "reactivated"),
}

#: What a row of `review` shows of where, why and since when a number waits.
_SHOWN: Final = ("file", "row", "why", "cell", "waits_since")
_SINCE: Final = "waits_since"
#: Its other columns, and those that together show that it wrote the sheet.
_OURS: Final = (*_SHOWN, "complaints", "status")
_TOGETHER: Final = frozenset(["file", "row", "why"])
#: What programs write for a cell without a decision; an officer may write any other.
_BLANK: Final = ("", "#n/a", "nan", "null")
#: What a second row of a number has as its decision where it repeats that of the first.
_DITTO: Final = frozenset(["do", "ditto", "same", '"', "''", "\u201d", "\u3003"])
_ACCEPTED_BY: Final = re.compile(rf"accept(?:ed)?(?: by(?: (?:the|{'|'.join(sorted(RANKS))}))+)?")
#: The clock of a written moment, with its seconds if it has them.
_CLOCK: Final = re.compile(r"[T ,]\s*(?:at )?\d{1,2}[:.]\d{2}(?P<seconds>[:.]\d{2})?")
_MINUTE: Final = 60
_DAY: Final = 86_400
_SECOND: Final = 1_000_000
#: A number that a spreadsheet has rounded, where a comma is the decimal point.
_ROUNDED: Final = re.compile(r"\d,\d+[eE]\+?\d+")

_REFUSED = schema_of(file=pa.string(), row=pa.int64(), column=pa.string(), cell=pa.string(), note=pa.string())

#: What is shown of a place at which a number waits.
_Place: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reviewed:
    """The result of a sheet of decisions.

    Attributes:
        accepted, dismissed: Numbers.
        left: Numbers of the sheet that still wait for a decision.
        known: Numbers that wait no more: the sheet was recorded before.
        events: The events that were recorded: one for each decision and reason.
        refusals: The rows that were refused: file, row, column, cell, note.
        account: The account of every row: rows_read = rows_used + rows_refused + the lines in not_data.
        passed_over: Members and sheets of the file that are no table, and why.
        unread: The columns of no field, but for those that `review` wrote, and those of decisions, by which rows
            are refused.
    """

    accepted: int
    dismissed: int
    left: int
    known: int
    events: tuple[int, ...]
    refusals: pa.Table = field(repr=False)
    account: RowAccount = field(default_factory=RowAccount, repr=False)
    passed_over: list[str] = field(default_factory=list, repr=False)
    unread: list[str] = field(default_factory=list, repr=False)


class _Row(NamedTuple):
    """A row of a sheet of decisions: as it is read, and two of its cells as they are written."""

    row: int
    number: int | None
    #: Why the cell is no number.
    why_none: str | None
    word: str | None
    reason: str | None
    cells: tuple[str | None, str | None]
    is_struck: bool

    def fault(self, known: _Known) -> tuple[str | None, str | None, str] | None:
        """Why the row is refused: column, cell, note; of one that another cell opposes these are that cell's."""
        cell, decision = self.cells
        number = self.number or 0
        faults = (
            (self.is_struck, ("decision", decision, "struck_out")),
            (self.number is None, ("msisdn", cell, self.why_none or "not_a_number")),
            (number in known.clashing, ("decision", decision, "contradiction")),
            (self.word not in SETTLING, ("decision", decision, "unknown_decision")),
            (self.reason is None, ("reason", None, "no_reason")),
            (
                self.word == "accepted" and number in known.opposed,
                (*known.opposed.get(number, (None, None)), "contradicted_in_row"),
            ),
            (number not in known.unsure, ("msisdn", cell, "waits_for_no_decision")),
            (known.is_otherwise(number, self.word), ("decision", decision, "decided_otherwise")),
            (not known.is_open(number, self.word), ("msisdn", cell, "waits_for_no_decision")),
            (known.is_older(self), ("msisdn", cell, "not_as_shown")),
        )
        return next((fault for is_one, fault in faults if is_one), None)


class _Waiting:
    """What the numbers of a sheet wait for at an event, as far as the sheet has the columns to show it."""

    def __init__(self, case: Case, cut: int, numbers: Iterable[int], names: Sequence[str]) -> None:
        self.cut = cut
        found = review(case, cut, pa.array(sorted(numbers), pa.int64()))
        msisdns: list[Any] = found["msisdn"].to_pylist()
        placed: dict[int, list[_Place]] = by_key(zip(msisdns, _as_shown(found, names), strict=True))
        self.places = {number: Counter(places) for number, places in placed.items()}
        self.ended = {number for number, why in tuples_of(found, "msisdn", "why") if why == COMPLAINT_ENDED}


class _Known:
    """What decides which rows are refused."""

    def __init__(self, case: Case, sheet: Sheet, rows: Sequence[_Row], opposed: dict[int, Opposing]) -> None:
        decided = {one.number for one in rows if one.word is not None and one.number is not None}
        #: The columns of `review` that the sheet has.
        self.names = _names_shown(sheet.table)
        cut = case.store.head()
        numbers = pa.array(sorted(decided), pa.int64())
        state = case.state(cut, numbers)
        #: The numbers with different decisions, those with an opposed row and what opposes it, and those that wait for
        #: a decision, or waited.
        self.clashing, self.opposed = _clashing(rows), opposed
        self.unsure = set(state["msisdn"].filter(state["unsure"]).to_pylist())
        self.waiting = _Waiting(case, cut, decided, self.names)
        decisions = ascending(case.store.facts("decisions", cut, numbers), "event")
        #: The last decision on each number, and the last that settled what it waited for.
        self.last = {one: word for one, word in tuples_of(decisions, "msisdn", "status") if word in DECISIONS}
        self.settled = {one: word for one, word in tuples_of(decisions, "msisdn", "status") if word in SETTLING}
        self._of_row = dict(zip(sheet.row.to_pylist(), _as_shown(sheet.table, self.names), strict=True))
        placed = ((one.number, self._of_row[one.row]) for one in rows if one.number and self._has_place(one.row))
        self._shown = {number: Counter(places) for number, places in by_key(placed).items()}
        #: To how many seconds the rows of each number show the moment since which it waits.
        steps = dict(zip(sheet.row.to_pylist(), _steps(sheet.table), strict=True))
        every = by_key((one.number, steps[one.row]) for one in rows if one.number is not None)
        self._step = {number: max(of) for number, of in every.items()}

    def is_otherwise(self, number: int, word: str | None) -> bool:
        """Whether the number waits no more, and the last decision on it is another."""
        last = self.last.get(number)
        return number not in self.waiting.places and last is not None and last not in _AGREEING.get(str(word), ())

    def is_open(self, number: int, word: str | None) -> bool:
        """Whether the number waits, or the same was decided of it before."""
        return number in self.waiting.places or self.settled.get(number) == word

    def is_older(self, row: _Row) -> bool:
        """Whether the sheet does not show all that the waiting number of a row waits for, or the row shows other."""
        number = row.number or 0
        now = self.waiting.places.get(number)
        if now is None:
            return False
        # One without the column may be older than the last decision, or than the sheet that ended the complaint.
        step = self._step[number]
        if (_SINCE not in self.names or step == _DAY) and number in self.settled:
            return True
        if "why" not in self.names and row.word == "accepted" and number in self.waiting.ended:
            return True
        shown = self._shown.get(number)
        if shown is None:
            return False
        now, shown = (Counter(self._to_step(place, step) for place in of.elements()) for of in (now, shown))
        here = self._to_step(self._of_row[row.row], step)
        return bool(now - shown) or (self._has_place(row.row) and here not in now)

    def _to_step(self, place: _Place, step: int) -> _Place:
        """A place with its moment as precise as a cell shows it, in Indian time."""
        if step == 1:
            return place
        return tuple(
            str((int(text) + OFFSET_MICROS // _SECOND) // step) if name == _SINCE and text.isdecimal() else text
            for name, text in zip(self.names, place, strict=True)
        )

    def _has_place(self, row: int) -> bool:
        """Whether a row shows where, or since when, its number waits."""
        shown = dict(zip(self.names, self._of_row[row], strict=True))
        return bool((shown.get("file") and shown.get("row")) or shown.get(_SINCE))


def take_review(
    case: Case,
    source: TableSource,
    mapping: Mapped | None,
    name: str | None,
    reason: str | None,
    *,
    strict: bool = False,
) -> Reviewed:
    """Records a sheet of decisions, an event for each decision and reason; the same sheet twice changes nothing."""
    sheet = read_sheet(source, name, known_by(COLUMNS, mapping))
    find = naming_hidden(sheet.passed_over)(find_columns)
    at = find(sheet.table, COLUMNS, ("msisdn", "decision"), mapping, sheet.name, header_row=sheet.header_row)
    rows = _rows(sheet, at, None if reason is None else reason_given(reason))
    _check_hidden(sheet, at, rows)
    ours = _own_columns(sheet.table)
    unread = _unread(sheet.table.column_names, at, mapping, ours)
    known = _Known(case, sheet, rows, _opposed(sheet, at, rows, mapping, ours))
    decided = [(one, one.fault(known)) for one in rows if one.word is not None]
    sound = [one for one, fault in decided if fault is None]
    refused: list[tuple[Any, ...]] = [(one.row, *fault) for one, fault in decided if fault is not None]
    refused += [(one["row"], None, one["cell"], one["note"]) for one in sheet.broken.to_pylist()]
    # One without a number and a decision is no row: what it says, as that of a note, is shown.
    refused += [
        (one.row, None, line_of(sheet.table, place), one.why_none or "not_a_number")
        for place, one in enumerate(rows)
        if one.word is None and one.number is None
    ]
    refused.sort(key=lambda entry: entry[0])
    refusals = table_of([(sheet.name, *entry) for entry in refused], _REFUSED)
    if strict:
        check_strict(sheet.name, refusals)
    open_ones = [(one, one.number) for one in sound if one.number is not None and one.number in known.waiting.places]
    groups = by_key(((str(one.word), str(one.reason)), number) for one, number in open_ones)
    events, settled = _record(case, sheet, groups, known)
    count = Counter(word for word, _ in settled)
    numbers = {one.number for one in rows if one.number is not None}
    left = len(_Waiting(case, case.store.head(), numbers, ()).places)
    before = len({one.number for one in sound if (one.word, one.number) not in settled})
    return Reviewed(
        *(count["accepted"], count["dismissed"], left, before, events, refusals, sheet.account(len(refusals))),
        passed_over=sheet.passed_over,
        unread=unread,
    )


def _unread(
    names: Sequence[str], at: Mapping[str, Sequence[int]], mapping: Mapped | None, ours: Collection[int]
) -> list[str]:
    """The columns that are not read; one of decisions is, unless the mapping leaves it out."""
    compared = left_over(names, at, ignored(mapping, COLUMNS))
    kinds = {place: kind_of(names[place], "accepted") for place in compared}
    decided = {place for place, kind in kinds.items() if kind is not None and kind.is_of_decision}
    return [names[place] for place in left_over(names, at) if place not in decided and place not in ours]


def _check_hidden(sheet: Sheet, at: Mapping[str, Sequence[int]], rows: Sequence[_Row]) -> None:
    """Refuses decisions in hidden rows: what is pasted over filtered rows is pasted into the hidden ones too."""
    unseen = {*sheet.hidden_rows, *(row for row, place in sheet.covered if place == at["decision"][0])}
    if hidden := [one.row for one in rows if one.word is not None and one.row in unseen]:
        raise InputError(
            f"{sheet.name}: row {hidden[0]} has a decision and is hidden in the spreadsheet, by a filter, by hand or "
            "below merged cells: show all of them, and delete the decisions that are not meant"
        )


def _own_columns(table: pa.Table) -> set[int]:
    """The places of the columns that `review` wrote; one of an officer's own texts is none of them."""
    ours = {name: place for place, name in enumerate(table.column_names) if name in _OURS}
    if "why" in ours and not _has_only(table.column(ours["why"]), _whys()):
        del ours["why"]
    if "status" in ours and not _has_only(table.column(ours["status"]), STATUSES):
        del ours["status"]
    return set(ours.values()) if _SINCE in ours or ours.keys() >= _TOGETHER else set()


def _names_shown(table: pa.Table) -> list[str]:
    """The columns of a sheet that show where, why and since when its numbers wait."""
    names = [name for name in _SHOWN if table.column_names.count(name) == 1]
    return [name for name in names if name != "why" or _has_only(table[name], _whys())]


def _whys() -> list[str]:
    """What `review` has as its reasons."""
    return [*REVIEW_NOTES, *COMPLAINT_NOTES, *_core.closed_lists()["note"]]


def _steps(table: pa.Table) -> list[int]:
    """To how many seconds the moments of each row are written; a spreadsheet leaves out seconds, and 00:00 too."""
    if _SINCE not in table.column_names or pa.types.is_timestamp(table[_SINCE].type):
        return [1] * len(table)
    clocks = ((text, _CLOCK.search(text or "")) for text in cells.remarks(table[_SINCE]).to_pylist())
    return [1 if not text or (at and at["seconds"]) else _MINUTE if at else _DAY for text, at in clocks]


def _has_only(column: Any, texts: Sequence[str]) -> bool:
    written = cells.remarks(column).drop_null()
    return bool(pc.all(pc.is_in(written, pa.array(texts, pa.string()))).as_py())


def _opposed(
    sheet: Sheet, at: dict[str, list[int]], rows: Sequence[_Row], mapping: Mapped | None, ours: Collection[int]
) -> dict[int, Opposing]:
    """The numbers that another cell of one of their rows, or a line above it, opposes, also of rows without a decision.

    A number is decided on as a whole: what opposes one of its rows opposes it.
    """
    accepted = np.array([one.word == "accepted" for one in rows], np.bool_)
    if not accepted.any():
        return {}
    unread = left_over(sheet.table.column_names, at, ignored(mapping, COLUMNS))
    places = [*(place for place in unread if place not in ours), *at.get("reason", ())]
    is_row = np.array([one.number is not None for one in rows], np.bool_)
    opposed = opposed_rows(sheet, at, places, accepted, is_row)
    # What is blank in one row of a number may be written in another.
    agreed = {one.number for place, one in enumerate(rows) if one.word == "accepted" and place not in opposed}
    found: dict[int, Opposing] = {}
    for place, one in enumerate(rows):
        if one.number is not None and place in opposed and (opposed[place][1].strip() or one.number not in agreed):
            found.setdefault(one.number, opposed[place])
    return found


def _as_shown(table: pa.Table, names: Sequence[str]) -> list[_Place]:
    """Some columns of `review`, as they are compared: spreadsheets write them in other ways."""
    columns = [_moments(table[name]) if name == _SINCE else _plain(table[name]) for name in names]
    return list(zip(*columns, strict=True)) if columns else [()] * len(table)


def _plain(column: Any) -> list[str]:
    """The letters and digits of cells: a spreadsheet has others before what may be a formula, and `.0` after a row."""
    texts: list[Any] = cells.remarks(column).to_pylist()
    return ["".join(filter(str.isalnum, (text or "").removesuffix(".0"))) for text in texts]


def _moments(column: Any) -> list[str]:
    """The moments of cells, to the second, as a sheet has them."""
    moment, _ = moments(column)
    read: list[Any] = moment.to_pylist()
    written: list[Any] = cells.remarks(column).to_pylist()
    return [str(at // _SECOND) if at is not None else (text or "") for at, text in zip(read, written, strict=True)]


def _rows(sheet: Sheet, at: Mapping[str, Sequence[int]], default: str | None) -> list[_Row]:
    """The rows of a sheet; `default` is the reason of those without one."""

    def text(word: str) -> list[Any]:
        return cells.remarks(sheet.column(at, word)).to_pylist()

    # A sheet that this registry wrote has E.164 numbers of all countries; what is none is read as officers write it.
    written = whole(sheet.table.column(at["msisdn"][0]))
    ours, theirs = (_core.explain(written, region=region) for region in (None, "IN"))
    numbers: list[Any] = pc.coalesce(ours.field("msisdn"), theirs.field("msisdn")).to_pylist()
    why: list[Any] = pc.cast(theirs.field("note"), pa.string()).to_pylist()
    struck = {row for row, place in sheet.struck_out if place in (at["msisdn"][0], at["decision"][0])}
    # `NA` may be `not accepted`: whatever is there is no blank beside another row's `accepted`.
    decisions: list[Any] = cells.remarks(sheet.column(at, "decision"), _BLANK).to_pylist()
    columns = (sheet.row.to_pylist(), numbers, why, text("reason"), text("msisdn"), decisions)
    return [
        _Row(
            row,
            number,
            "precision_lost" if _ROUNDED.fullmatch(cell or "") else note,
            decision and _WORDS.get(decision.lower(), decision.lower()),
            reason or default,
            (cell, decision),
            row in struck,
        )
        for row, number, note, reason, cell, decision in zip(*columns, strict=True)
    ]


def _clashing(rows: Sequence[_Row]) -> set[int]:
    """The numbers with different decisions in two rows, of which one may be no word that is known."""
    words = by_key((one.number, _meant(one.word)) for one in rows if one.number is not None and one.word is not None)
    return {number for number, found in words.items() if len({*found} - {None}) > 1}


def _meant(word: str) -> str | None:
    """What a decision is compared as; None if it repeats another, and says nothing itself.

    >>> [_meant(word) for word in ("-do-", "accepted.", "accepted by sp", "accepted?")]
    [None, 'accepted', 'accepted', 'accepted?']
    """
    bare = word.strip(" .-\u2013\u2014")
    if bare in _DITTO:
        return None
    return "accepted" if _ACCEPTED_BY.fullmatch(bare) else _WORDS.get(bare, bare)


def _record(
    case: Case, sheet: Sheet, groups: dict[tuple[str, str], list[int]], known: _Known
) -> tuple[tuple[int, ...], set[tuple[str, int]]]:
    """The events of the decisions, each with the sheet as its input, and what was decided of which number.

    Another desk may have decided on a number, or named it, after the sheet was compared: then it is left as it is.

    Raises:
        RegistryError: One of the events was not recorded; the message has those that were.
    """
    events: list[int] = []
    settled: set[tuple[str, int]] = set()
    every = {one for found in groups.values() for one in found}
    open_ones, ours = every, known.waiting.cut
    try:
        for (word, why), found in groups.items():
            numbers = sorted(set(found))
            with case.event("decide", why) as append:
                if append.event - 1 != ours:  # between two events of the sheet only another desk changes what waits
                    now = _Waiting(case, append.event - 1, every, known.names).places
                    open_ones = {one for one in every if now.get(one) == known.waiting.places[one]}
                # One that this sheet has with two reasons is recorded with both.
                mine = [one for one in numbers if one in open_ones or (word, one) in settled]
                append.rows("decision", {"msisdn": pa.array(mine, pa.uint64()), "status": [word] * len(mine)})
                if mine:
                    record_input(append, 0, sheet.name, sheet.bytes, sheet.sha256, records=sheet.records)
            if mine:
                ours = append.event
                events.append(append.event)
                settled |= {(word, one) for one in mine}
    except RegistryError as error:
        if not events:
            raise
        recorded = ", ".join(map(str, events))
        what = f"of this sheet, event {recorded} was recorded; take it again for the others"
        raise type(error)(f"{error}; {what}") from None
    return tuple(events), settled
