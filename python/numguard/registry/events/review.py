"""Numbers that wait for a decision: which, why, and the decisions on them.

Owns the table of waiting numbers, and the sheet of decisions. Independent of SQL; `state` decides which numbers wait.
One idea: **not certain means not blocked**: such a number is on no list and no seed, until a decision is recorded.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import pyarrow as pa

from numguard import _core
from numguard.compute import aggregated, ascending, by_key, pc, replaced, schema_of, table_of, tuples_of, whole
from numguard.errors import ArgumentError, InputError, RegistryError
from numguard.registry.arrays import ints
from numguard.registry.case import Case, reason_given
from numguard.registry.log.inputs import record_input
from numguard.registry.numbers.state import SETTLING, Standing, derive
from numguard.registry.sheets import cells
from numguard.registry.sheets.complaint_status import STATUS_UNCLEAR
from numguard.registry.sheets.headings import NUMBER_HEADINGS, REASON_HEADINGS, Mapped, find_columns, known_by
from numguard.registry.sheets.sheet import Sheet, read_sheet
from numguard.report.writing import masked_text
from numguard.source.strict import check_strict
from numguard.types import RowAccount, TableSource

__all__ = [
    "COLUMNS",
    "DROPPED",
    "NEVER_NAMED",
    "REVIEW_NOTES",
    "TURNED",
    "Reviewed",
    "refuse_certain",
    "review",
    "take_review",
]

#: Why a number waits, beside the doubts of cells.
DROPPED: Final = "dropped_by_amendment"
TURNED: Final = "turned_by_amendment"
NO_LONGER_PROTECTED: Final = "complainants_until_withdrawn"
NEVER_NAMED: Final = "confirmed_but_never_named"

#: Why a number waits, or a row of decisions is refused, beside the notes of numbers.
REVIEW_NOTES: Final = {
    "from_narrative": "Found inside of a narrative, which may mention it for any reason.",
    DROPPED: "A complaint named it before it was amended.",
    TURNED: "An amended complaint has it as the complainant's instead of a suspect's, or the reverse.",
    NO_LONGER_PROTECTED: "It was protected as a complainant's until the complaint was withdrawn.",
    NEVER_NAMED: "It was confirmed, though no complaint, link or list ever named it.",
    "unknown_decision": "Neither accepted nor dismissed.",
    "no_reason": "A decision without a reason.",
    "decided_otherwise": "The number has another decision, which holds until `decide` replaces it.",
    "not_as_shown": "The number no longer waits for what this row shows: list the waiting numbers again.",
    "waits_for_no_decision": "Nothing that stands about the number waits for a decision, or waited for one.",
}

#: What a row of `review` shows of where, and why, a number waits; the first two say which row it is.
_SHOWN: Final = ("file", "row", "why", "cell")

#: The columns of a sheet of decisions, each with other spellings of its heading.
COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "msisdn": NUMBER_HEADINGS,
    "decision": ("decided", "verdict"),
    "reason": REASON_HEADINGS,
}

#: Words for decisions that have one meaning.
_WORDS: Final = {"accept": "accepted", "dismiss": "dismissed"}

_WAITING = schema_of(
    msisdn=pa.uint64(),
    why=pa.string(),
    file=pa.string(),
    row=pa.int64(),
    cell=pa.string(),
    complaints=pa.int64(),
    status=pa.string(),
)
_REFUSED = schema_of(file=pa.string(), row=pa.int64(), column=pa.string(), cell=pa.string(), note=pa.string())


@dataclass(frozen=True, slots=True)
class Reviewed:
    """The result of a sheet of decisions.

    Attributes:
        accepted, dismissed: Numbers.
        left: Rows without a decision.
        known: Rows whose number waits no more: the sheet was recorded before.
        events: The events that were recorded: one for each decision and reason.
        refusals: The rows that were refused: file, row, column, cell, note.
        account: The account of every row: rows_read = rows_used + rows_refused + the lines in not_data.
        passed_over: Members and sheets of the file that are no table, and why.
    """

    accepted: int
    dismissed: int
    left: int
    known: int
    events: tuple[int, ...]
    refusals: pa.Table = field(repr=False)
    account: RowAccount = field(default_factory=RowAccount, repr=False)
    passed_over: list[str] = field(default_factory=list, repr=False)


def review(case: Case, cut: int) -> pa.Table:
    """The waiting numbers as of the event `cut`; the columns are those of `Registry.review`."""
    state = derive(case.facts(cut))
    state = state.filter(_waits(state))
    if not len(state):
        return _WAITING.empty_table()
    waiting = state["msisdn"]
    found = Standing(case.facts(cut, waiting))
    namings = found.facts.namings
    version = found.namings.version
    dropped = pa.array(~found.versions.stands[version])
    numbers = pc.cast(namings["msisdn"], pa.uint64())
    turned = pc.is_in(numbers, state["msisdn"].filter(state["turned"]))
    shown = pc.or_(pa.chunked_array([pa.array(found.namings.waiting)]), turned)
    lost, unclear = found.namings.no_longer_protected, found.namings.unclear
    doubt = pc.if_else(pa.array(lost), NO_LONGER_PROTECTED, pc.if_else(pa.array(unclear), STATUS_UNCLEAR, None))
    doubt = pc.coalesce(namings["doubt"], doubt)
    live = pa.chunked_array([pa.array(found.versions.live[version])])
    shown_namings = pa.table(
        {
            "msisdn": numbers,
            "why": pc.if_else(turned, TURNED, pc.if_else(dropped, DROPPED, doubt)),
            "complaint": found.versions.complaint[version],
            **{name: namings[name] for name in ("event", "row", "version")},
        }
    ).filter(pc.and_(shown, live))
    shown_namings = _with_cells(shown_namings, case.store.facts("doubtful_cells", cut, waiting))
    joint = case.store.order(cut)
    if joint is not None:
        shown_namings = replaced(shown_namings, event=pa.array(joint.event[ints(shown_namings["event"])]))
    without_naming = state.filter(pc.invert(pc.is_in(state["msisdn"], shown_namings["msisdn"])))["msisdn"]
    never_named = pa.table({"msisdn": without_naming, "why": pa.repeat(NEVER_NAMED, len(without_naming))})
    shown_namings = pa.concat_tables([shown_namings, never_named], promote_options="default")
    counted = shown_namings.group_by("msisdn", use_threads=False).aggregate([("complaint", "count_distinct")])
    at = pc.index_in(shown_namings["msisdn"], counted["msisdn"])
    table = pa.table(
        {
            "msisdn": shown_namings["msisdn"],
            "why": shown_namings["why"],
            "file": case.store.events(shown_namings["event"])["file"],
            "row": shown_namings["row"],
            "cell": [None if cell is None else masked_text(cell) for cell in shown_namings["cell"].to_pylist()],
            "complaints": counted["complaint_count_distinct"].take(at),
            "status": state["status"].take(pc.index_in(shown_namings["msisdn"], state["msisdn"])),
        },
        schema=_WAITING,
    )
    return ascending(table, "msisdn", "why", "file", "row", "cell", "complaints").combine_chunks()


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
    """Refuses numbers that neither wait for a decision nor waited for one.

    Raises:
        ArgumentError: There is such a number: a decision on it would change nothing.
    """
    state = case.state(cut, msisdns.cast(pa.int64()))
    idle = len(msisdns) - pc.sum(pc.is_in(msisdns, state["msisdn"].filter(state["unsure"]))).as_py()
    if idle:
        raise ArgumentError(
            f"values: {idle:,} of the numbers wait for no decision; nothing was recorded; "
            "numguard review (review()) shows those that do"
        )


def _open(state: pa.Table) -> Any:
    """The numbers of a state that wait for a decision, or that an amendment turned."""
    return state["msisdn"].filter(pc.or_(state["waits"], state["turned"]))


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of a sheet of decisions: as it is read, and two of its cells as they are written."""

    row: int
    number: int | None
    word: str | None
    reason: str | None
    cells: tuple[str | None, str | None]
    is_struck: bool

    def fault(
        self, clashing: set[int], unsure: set[int], before: dict[int, str], older: set[int]
    ) -> tuple[str, str | None, str] | None:
        """Why the row is refused: column, cell, note.

        Args:
            clashing: The numbers with different decisions.
            unsure: Those that wait for a decision, or waited for one.
            before: The last decision on each that waits no more.
            older: The rows that show what their number no longer waits for.
        """
        cell, decision = self.cells
        faults = (
            (self.is_struck, ("decision", decision, "struck_out")),
            (self.number is None, ("msisdn", cell, "not_a_number")),
            (self.word not in SETTLING, ("decision", decision, "unknown_decision")),
            (self.number in clashing, ("decision", decision, "contradiction")),
            (self.reason is None, ("reason", None, "no_reason")),
            (self.number not in unsure, ("msisdn", cell, "waits_for_no_decision")),
            (before.get(self.number or 0, self.word) != self.word, ("decision", decision, "decided_otherwise")),
            (self.row in older, ("msisdn", cell, "not_as_shown")),
        )
        return next((fault for is_one, fault in faults if is_one), None)


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
    at = find_columns(sheet.table, COLUMNS, ("msisdn", "decision"), mapping, sheet.name, header_row=sheet.header_row)
    rows = _rows(sheet, at, None if reason is None else reason_given(reason))
    unseen = {*sheet.hidden_rows, *(row for row, place in sheet.covered if place == at["decision"][0])}
    if hidden := [one.row for one in rows if one.word is not None and one.row in unseen]:
        # What is pasted over rows that are filtered is pasted into the hidden ones too.
        raise InputError(
            f"{sheet.name}: row {hidden[0]} has a decision and is hidden in the spreadsheet, by a filter, by hand or "
            "below merged cells: show all of them, and delete the decisions that are not meant"
        )
    clashing = _clashing(rows)
    waiting, unsure, before = _before(case, rows)
    older = _older(case, sheet, [(one.row, one.number) for one in rows if one.number in waiting])
    decided = [(one, one.fault(clashing, unsure, before, older)) for one in rows if one.word is not None]
    sound = [one for one, fault in decided if fault is None]
    refused: list[tuple[Any, ...]] = [(one.row, *fault) for one, fault in decided if fault is not None]
    refused += [(one["row"], None, one["cell"], one["note"]) for one in sheet.broken.to_pylist()]
    refused.sort(key=lambda entry: entry[0])
    refusals = table_of([(sheet.name, *entry) for entry in refused], _REFUSED)
    if strict:
        check_strict(sheet.name, refusals)
    open_ones = [(one, one.number) for one in sound if one.number is not None and one.number in waiting]
    groups = by_key(((str(one.word), str(one.reason)), number) for one, number in open_ones)
    events, settled = _record(case, sheet, groups)
    known = sum((one.word, one.number) not in settled for one in sound)
    count = Counter(word for word, _ in settled)
    counts = (count["accepted"], count["dismissed"], len(rows) - len(decided), known)
    return Reviewed(*counts, events, refusals, sheet.account(len(refusals)), sheet.passed_over)


def _before(case: Case, rows: Sequence[_Row]) -> tuple[set[int], set[int], dict[int, str]]:
    """Of the numbers with a decision: which wait for one, which do or did, and the last one on those that do not."""
    cut = case.store.head()
    numbers = pa.array({one.number for one in rows if one.word is not None and one.number is not None}, pa.int64())
    state = case.state(cut, numbers)
    waiting, unsure = (set(of.to_pylist()) for of in (_open(state), state["msisdn"].filter(state["unsure"])))
    decisions = ascending(case.store.facts("decisions", cut, numbers), "event")
    last = {number: word for number, word in tuples_of(decisions, "msisdn", "status") if word in SETTLING}
    return waiting, unsure, {number: word for number, word in last.items() if number not in waiting}


def _older(case: Case, sheet: Sheet, numbers: Sequence[tuple[int, int | None]]) -> set[int]:
    """The rows of waiting numbers that show, in the columns of `review`, what no number waits for now.

    A sheet that is taken again long after would decide on what was never shown with it. One without a file and a row
    decides on whatever waits.
    """
    names = [name for name in _SHOWN if name in sheet.table.column_names]
    if not numbers or not {"file", "row"} <= {*names}:
        return set()
    columns = [cells.remarks(sheet.table.column(name)).to_pylist() for name in names]
    shown = dict(zip(sheet.row.to_pylist(), zip(*columns, strict=True), strict=True))
    waiting = tuples_of(review(case, case.store.head()), "msisdn", *names)
    now = {(number, *map(_plain, as_shown)) for number, *as_shown in waiting}
    has_place = {at for at, texts in shown.items() if None not in texts[:2]}
    return {at for at, number in numbers if at in has_place and (number, *map(_plain, shown[at])) not in now}


def _plain(shown: str | int | None) -> str:
    """The letters and digits of a cell: a spreadsheet has others before what may be a formula, and `.0` after a row."""
    text = str(shown if shown is not None else "").removesuffix(".0")
    return "".join(filter(str.isalnum, text))


def _rows(sheet: Sheet, at: Mapping[str, Sequence[int]], default: str | None) -> list[_Row]:
    """The rows of a sheet; `default` is the reason of those without one."""

    def text(word: str) -> list[Any]:
        return cells.remarks(sheet.column(at, word)).to_pylist()

    # A sheet that this registry wrote has E.164 numbers of all countries.
    explained: Any = _core.explain(whole(sheet.table.column(at["msisdn"][0])), region=None)
    numbers = explained.field("msisdn").to_pylist()
    struck = {row for row, place in sheet.struck_out if place in (at["msisdn"][0], at["decision"][0])}
    columns: tuple[list[Any], ...] = (sheet.row.to_pylist(), numbers, text("reason"), text("msisdn"), text("decision"))
    return [
        _Row(
            row,
            number,
            decision and _WORDS.get(decision.lower(), decision.lower()),
            why or default,
            (cell, decision),
            row in struck,
        )
        for row, number, why, cell, decision in zip(*columns, strict=True)
    ]


def _clashing(rows: Sequence[_Row]) -> set[int]:
    """The numbers with different decisions in two rows."""
    words_of = by_key((one.number, one.word) for one in rows if one.number is not None and one.word in SETTLING)
    return {number for number, words in words_of.items() if len({*words}) > 1}


def _record(
    case: Case, sheet: Sheet, groups: dict[tuple[str, str], list[int]]
) -> tuple[tuple[int, ...], set[tuple[str, int]]]:
    """The events of the decisions, each with the sheet as its input, and what was decided of which number.

    Another desk may have decided on a number after the sheet was read: its decision holds.

    Raises:
        RegistryError: One of the events was not recorded; the message has those that were.
    """
    events: list[int] = []
    settled: set[tuple[str, int]] = set()
    every = pa.array(sorted({one for found in groups.values() for one in found}), pa.int64())
    waiting, ours = set[Any](), -1
    try:
        for (word, why), found in groups.items():
            numbers = sorted(set(found))
            with case.event("decide", why) as append:
                if append.event - 1 != ours:  # between two events of the sheet only another desk changes what waits
                    waiting = set(_open(case.state(append.event - 1, every)).to_pylist())
                # One that this sheet has with two reasons is recorded with both.
                mine = [one for one in numbers if one in waiting or (word, one) in settled]
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
