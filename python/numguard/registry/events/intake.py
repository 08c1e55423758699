"""The intake of a file: the event of a file of complaints, and the summary for the caller.

Owns `Intake`. Independent of the meaning of columns (`complaints`). One idea: a trial (`dry_run`) takes the
steps of the event, and so shows what it would do.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

import pyarrow as pa

from numguard.compute import ascending, pc, replaced, schema_of, tuples_of, whole
from numguard.compute import counts as counted
from numguard.masking import masked_repr
from numguard.notebook import card, counts
from numguard.registry.arrays import Column, ints
from numguard.registry.case import Case
from numguard.registry.events.amended import AMENDED, amended
from numguard.registry.events.both_sides import on_both_sides, protected_suspects, unprotected_complainants
from numguard.registry.events.dismissed import dismissed_among, named_again
from numguard.registry.events.ended import in_force_of
from numguard.registry.events.reconcile import ALIKE, Plan, reconcile
from numguard.registry.events.review import DISMISSED_BEFORE
from numguard.registry.log.inputs import record_input
from numguard.registry.log.store import Append
from numguard.registry.numbers.state import SETTLING
from numguard.registry.sheets.cells import words
from numguard.registry.sheets.complaint_status import STATUS_UNCLEAR
from numguard.registry.sheets.complaints import Complaints, read_complaints
from numguard.registry.sheets.doubts import unanswered, unread_numbers
from numguard.registry.sheets.headings import AMBIGUOUS, COLUMNS, Mapped, ignored, known_by, left_over
from numguard.registry.sheets.mapping import read_mapping
from numguard.registry.sheets.preview import Preview, preview
from numguard.registry.sheets.sheet import Sheet, read_sheet
from numguard.source.columns import naming_hidden
from numguard.source.strict import check_strict, notes_text
from numguard.types import PathLike, RowAccount, TableSource, row_account

_WAITING = schema_of(file=pa.string(), row=pa.int64(), msisdn=pa.uint64(), why=pa.string(), cell=pa.string())
#: The columns of `Intake.unrequested`.
UNREQUESTED = schema_of(file=pa.string(), row=pa.int64(), msisdn=pa.uint64(), why=pa.string())
_ENDED = schema_of(file=pa.string(), row=pa.int64(), msisdn=pa.uint64(), status=pa.string(), complaints=pa.int64())
_WORDED = _WAITING.remove(_WAITING.get_field_index("why"))


#: The status of a number that is in use again.
_BACK = "reactivated"
#: The statuses, by a decision or an answer, of which a new complaint makes no other.
_STAYING = (_BACK, "withdrawn", "reverified", "rejected")

#: Complaints may be numbered by fewer digits than a phone has.
_IS_KEY = known_by({word: COLUMNS[word] for word in ("acknowledgement_no",)}, None)

_ALIKE = ALIKE.insert(0, _WAITING.field("file"))


@dataclass(frozen=True, slots=True)
class Intake:
    """The result of adding a file.

    Attributes:
        id: The event's number, by which the file can be withdrawn; None if nothing was recorded.
        added, updated, repeated, refused: Rows: new complaints (or outcomes), complaints with amended content, rows
            that are recorded already, rows without a usable number.
        refusals: Every refused cell: file, row, column, cell, note. A row that was added may have some.
        waiting: The numbers that are not certain and wait for a decision: file, row, msisdn, why, cell.
        text_removed: The numbers that were read although words are beside them: file, row, msisdn, cell.
        name, bytes, sha256: The file.
        preview: Which column was read as which field, and the first rows of each; None for outcomes.
        not_data: Lines that are no rows, by kind: title, blank, ruler, header (a repeated one), total, page.
        passed_over: Members and sheets of the file that are no table, and why.
        dropped: The numbers that an amended complaint names no more, or has in the other role, or that leave the
            list as its status is not clear any more: file, row, msisdn, why (`dropped_by_amendment`,
            `turned_by_amendment`, `status_unclear`), was, status (before and after).
        alike: Complaints that may be known ones under another spelling, and were kept apart: file, row, source,
            acknowledgement_no, why (`leading_zeros`, `other_source`), known_source, known_acknowledgement_no.
        reactivated: How many of the numbers that are named are reactivated: they stay off the list.
        dismissed: How many of the numbers that are named were dismissed, and are in force again, since a complaint
            names them that had not when they were.
        unrequested: The numbers that an operator reports as blocked although no block of them is requested: file, row,
            msisdn, why (`blocked_though_protected`, `blocked_though_released`, `blocked_but_never_sent`).
        ended: The numbers in force that complaints name whose status in the file is withdrawn, rejected or such: file,
            row, msisdn, status, complaints (how many on record name it for certain, with the ended one): those in the
            rows, and those that the complaints name on record. The file alone takes none of them off a list;
            `Registry.decide` does.
        reopened: How many complaints that had ended the file names again as standing.
        warnings: What else must be known of how the file was read: formulas without a value, hidden rows, cells that
            are struck out or merged; columns of phone numbers that are not read; numbers of suspects that are
            protected, or stay off the list by an earlier decision or answer; complainants' numbers in force that
            an earlier decision keeps unprotected.
        unread: The columns of no field, at most searched for reasons against a number.
        ended_waiting: How many numbers of complaints that the sheet ends wait for a decision, with `complaint_ended` as
            their reason in `Registry.review`.

    Example:
        >>> import numguard as ng, pyarrow as pa
        >>> sheet = pa.table({"acknowledgement_no": ["31708220000001"], "suspect_mobiles": ["98765O3210"]})
        >>> with ng.Registry(by="HC 1234") as registry:
        ...     intake = registry.add_complaints(sheet, name="desk 12", constants={"source": "1930"})
        >>> intake.added, intake.refused, intake.refusals["note"].to_pylist()
        (0, 1, ['stray_letter'])
    """

    id: int | None
    added: int
    updated: int
    repeated: int
    refused: int
    refusals: pa.Table = field(repr=False)
    name: str
    bytes: int
    sha256: str
    preview: Preview | None = field(default=None, repr=False)
    waiting: pa.Table = field(default_factory=_WAITING.empty_table, repr=False)
    text_removed: pa.Table = field(default_factory=_WORDED.empty_table, repr=False)
    not_data: dict[str, int] = field(default_factory=dict)
    passed_over: list[str] = field(default_factory=list)
    dropped: pa.Table = field(default_factory=AMENDED.empty_table, repr=False)
    alike: pa.Table = field(default_factory=_ALIKE.empty_table, repr=False)
    reactivated: int = 0
    unrequested: pa.Table = field(default_factory=UNREQUESTED.empty_table, repr=False)
    ended: pa.Table = field(default_factory=_ENDED.empty_table, repr=False)
    reopened: int = 0
    warnings: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    ended_waiting: int = 0
    dismissed: int = 0

    __repr__ = masked_repr

    def _repr_html_(self) -> str:
        facts: list[tuple[str, object]] = [
            ("file", self.name),
            ("event", self.id if self.id is not None else "nothing was recorded"),
            ("added", self.added),
            ("updated", self.updated),
            ("repeated", self.repeated),
            ("refused", self.refused),
            ("waiting for a decision", self.waiting.num_rows),
            ("dropped or turned by amendments", self.dropped.num_rows or None),
            ("perhaps known under another spelling", self.alike.num_rows or None),
            ("named again after they were reactivated", self.reactivated or None),
            ("dismissed, and in force again by another complaint", self.dismissed or None),
            ("in force, of complaints that have ended", self.ended.num_rows or None),
            ("waiting, of complaints that have ended", self.ended_waiting or None),
            ("complaints that had ended and stand again", self.reopened or None),
            ("reported as blocked without a request", self.unrequested.num_rows or None),
            ("lines that are no rows", counts(self.not_data)),
        ]
        return card("Intake", facts)

    @property
    def account(self) -> RowAccount:
        """The account of every row: rows_read = rows_used + rows_refused + the lines in not_data."""
        used = self.added + self.updated + self.repeated
        around = {"passed_over": self.passed_over, "warnings": self.warnings}
        return row_account(used, self.refused, self.not_data, **around)


def add_complaints(
    case: Case,
    source: TableSource,
    mapping: Mapped | PathLike | None,
    name: str | None,
    *,
    constants: Mapping[str, str] | None = None,
    sheet_name: str | None = None,
    dry_run: bool,
    strict: bool = False,
) -> Intake:
    """Adds a file of complaints as one event; a file without anything new, that was added before, records none."""
    mapped = read_mapping(mapping) if isinstance(mapping, str | PurePath) else mapping
    is_heading = known_by({**COLUMNS, "": tuple(AMBIGUOUS)}, mapped)
    sheet = read_sheet(
        source, name, known_by(COLUMNS, mapped), sheet_name, is_heading=is_heading, of_suspects=True, is_key=_IS_KEY
    )
    with naming_hidden(sheet.passed_over):
        complaints = read_complaints(sheet, mapped, constants, now=case.now())
    places = left_over(sheet.table.column_names, complaints.at, ignored(mapped, COLUMNS))
    unread = [*unread_numbers(sheet.table, places), *_unused(sheet, complaints, constants or {})]
    unread += [*unanswered(sheet.table, places), *_more_than_lost(complaints)]
    if dry_run:
        plan, _ = _planned(case, sheet, complaints)
        known_of = _known_of(case, complaints, plan, case.store.head())
        effect = _trial(case, sheet, complaints, plan)
        return _summary(None, sheet, complaints, plan, unread=unread, **known_of, **effect)
    if strict and not case.store.exists:
        # An event that is not recorded would create the file all the same.
        plan, _ = _planned(case, sheet, complaints)
        check_strict(sheet.name, plan.refused_cells, plan.refused)
    with case.event("add_complaints") as append:
        plan, known = _planned(case, sheet, complaints)
        if strict:
            check_strict(sheet.name, plan.refused_cells, plan.refused)
        if known is None:
            _record(append, sheet, plan)
        effect = _effect(case, sheet, complaints, plan, append.event)
        known_of = _known_of(case, complaints, plan, append.event - 1)
    event = append.event if known is None else known
    return _summary(event, sheet, complaints, plan, unread=unread, **known_of, **effect)


def _unused(sheet: Sheet, complaints: Complaints, constants: Mapping[str, str]) -> list[str]:
    """A warning for each constant that no row takes, as the sheet has another value in every row."""
    found = []
    for word, value in constants.items():
        there = words(sheet.column(complaints.at, word))
        if len(there) and not there.null_count and not pc.all(pc.equal(there, words(pa.array([value]))[0])).as_py():
            found.append(f"{word}: every row of the sheet has one, so that the value set for all is not used")
    return found


def _more_than_lost(complaints: Complaints) -> list[str]:
    """A warning of each sum of which rows have more than was lost: columns, or rupees and paise, may be mixed up."""
    found = []
    for word in ("amount_held", "amount_recovered"):
        rows = complaints.rows.filter(pc.greater(complaints.rows[word], complaints.rows["amount_lost"]))["row"]
        if len(rows):
            where = f"row {rows[0]}" if len(rows) == 1 else f"{len(rows):,} rows, the first {rows[0]}"
            found.append(f"{word}: more than amount_lost in {where}; it is recorded as written: compare the columns")
    return found


def _planned(case: Case, sheet: Sheet, complaints: Complaints) -> tuple[Plan, int | None]:
    """What the sheet adds; and the event that added the same file before, where it adds nothing."""
    known = case.store.intake_of(sheet.sha256, "add_complaints")
    plan = reconcile(complaints, case.store, again=known is not None)
    return plan, known if plan.empty else None


def _off_the_list(case: Case, plan: Plan, cut: int) -> dict[str, int]:
    """How many of the numbers named have each status with which a new complaint alone puts them on no list."""
    tables = [case.store.facts(kind, cut) for kind in ("outcomes", "decisions")]
    staying = pa.array(_STAYING)
    off = pa.concat_tables([one.filter(pc.is_in(one["status"], staying)).select(["msisdn"]) for one in tables])[
        "msisdn"
    ]
    named = pc.unique(plan.namings["msisdn"].filter(pc.is_in(plan.namings["msisdn"], off)))
    if not len(named):
        return {}
    state = case.state(cut, named)
    status = state["status"].filter(pc.is_in(state["msisdn"].cast(pa.int64()), named.cast(pa.int64())))
    return counted(status.filter(pc.is_in(status, staying)))


def _known_of(case: Case, complaints: Complaints, plan: Plan, cut: int) -> dict[str, Any]:
    """What is known of the numbers named: how many stay off the list, by what (`off`), and why each waits (`why`).

    One waits by its row, or by an earlier status of its complaint, unless it was settled since.
    """
    named, off = complaints.namings, _off_the_list(case, plan, cut)
    numbers = named["msisdn"].cast(pa.int64())
    anew = pc.is_in(numbers, whole(plan.namings["msisdn"]).cast(pa.int64()))
    # Of a row that is recorded already the decision holds.
    again = dismissed_among(case, numbers.filter(pc.invert(anew)), cut)
    staying = _without_grounds(case, set(ints(again).tolist()), cut)
    doubt = pc.if_else(pc.is_in(numbers, pa.array(sorted(staying), pa.int64())), None, named["doubt"])
    unclear_at = plan.unclear_at[ints(named["index"])]
    if not unclear_at.any():
        return {"off": _with_dismissed(off, staying), "why": doubt}
    decisions = ascending(case.store.facts("decisions", cut, named["msisdn"].combine_chunks()), "event")
    decisions = decisions.filter(pc.is_in(decisions["status"], pa.array(SETTLING)))
    last = {number: (status, event) for number, status, event in tuples_of(decisions, "msisdn", "status", "event")}
    why: list[str | None] = doubt.to_pylist()
    plain, dismissed = set[int](), set[int]()
    for place, (number, since) in enumerate(zip(ints(numbers).tolist(), unclear_at.tolist(), strict=True)):
        status, event = last.get(number, (None, 0))
        if why[place] is not None:
            continue
        if since > event:
            why[place] = STATUS_UNCLEAR
        else:
            (dismissed if since and status == "dismissed" else plain).add(number)
    staying |= _without_grounds(case, dismissed - plain, cut)
    return {"off": _with_dismissed(off, staying), "why": pa.chunked_array([pa.array(why, pa.string())])}


def _with_dismissed(off: dict[str, int], staying: set[int]) -> dict[str, int]:
    return {**off, "dismissed": len(staying)} if staying else off


def _without_grounds(case: Case, numbers: set[int], cut: int) -> set[int]:
    """Those of the numbers that nothing else puts on a list."""
    if not numbers:
        return set()
    wanted = pa.array(sorted(numbers), pa.int64())
    state = case.state(cut, wanted)
    return {number for number, status in tuples_of(state, "msisdn", "status") if status == "withdrawn"} & numbers


def _staying(off: Mapping[str, int]) -> list[str]:
    """The warning of numbers named that stay off the list; those that are reactivated are counted apart."""
    others = {status: count for status, count in off.items() if status != _BACK}
    if not others:
        return []
    numbers = "1 number named stays" if sum(others.values()) == 1 else f"{sum(others.values()):,} numbers named stay"
    why = f"by an earlier decision or answer: {notes_text(others)}"
    return [f"{numbers} off the list {why}; look at each with numguard history"]


def _outdated(plan: Plan) -> list[str]:
    """The warning of rows that repeat what was amended since: a correction back to it, or an old sheet."""
    if not len(plan.outdated):
        return []
    count, first = len(plan.outdated), plan.outdated[0].as_py()
    rows = f"row {first} repeats" if count == 1 else f"{count:,} rows, the first {first}, repeat"
    remedy = "if the earlier is right, withdraw the file that amended it (numguard complaints withdraw)"
    return [f"{rows} an earlier version of a complaint, and the later one counts: {remedy}"]


def _effect(case: Case, sheet: Sheet, complaints: Complaints, plan: Plan, event: int) -> dict[str, Any]:
    """The numbers that the sheet drops with its `event`, those in force of complaints that it ends, and warnings."""
    row = complaints.rows["row"].take(complaints.ended["index"])
    written = pa.table({"row": row, "msisdn": complaints.ended["msisdn"]})
    in_force, ended_waiting = in_force_of(case, event, plan.ended, written)
    ended = _of_file(sheet, in_force).cast(_ENDED)
    both = protected_suspects(case, on_both_sides(case, plan, event - 1), event)
    both += unprotected_complainants(case, plan, event)
    dropped = amended(case, event, plan.amended, sheet.name)
    again, dismissed = named_again(case, plan, event)
    named = {"again": again, "dismissed": dismissed}
    return {"dropped": dropped, "ended": ended, "ended_waiting": ended_waiting, "both": both, **named}


def _trial(case: Case, sheet: Sheet, complaints: Complaints, plan: Plan) -> dict[str, Any]:
    """The effect that the sheet would have."""
    head = case.store.head()
    shown = on_both_sides(case, plan, head), dismissed_among(case, plan.namings["msisdn"], head), plan.complainants
    if not any(map(len, (plan.amended, plan.ended, complaints.ended, *shown))):
        return {}
    with case.trial("add_complaints") as append:
        _record(append, sheet, plan)
        return _effect(case, sheet, complaints, plan, append.event)


def _record(append: Append, sheet: Sheet, plan: Plan) -> None:
    new = pc.add(pc.cast(plan.versions["first_row"], pa.int64()), append.event << 32)
    complaint = pc.coalesce(plan.versions["complaint"], new)
    versions = pa.concat_tables([replaced(plan.versions, complaint=complaint), plan.reopenings])
    record_intake(append, sheet, plan.counts)
    append.rows("complaint", versions)
    append.rows("naming", plan.namings)
    append.rows("complainant", plan.complainants)
    append.rows("refusal", plan.refusals)


def record_intake(append: Append, sheet: Sheet, counts: tuple[int, int, int, int]) -> None:
    """Records the file of an intake, and how many of its rows were added, updated, repeated and refused."""
    record_input(append, 0, sheet.name, sheet.bytes, sheet.sha256, records=sheet.records)
    names = ("added", "updated", "repeated", "refused")
    append.rows("intake", {name: [count] for name, count in zip(names, counts, strict=True)})


def _summary(
    event: int | None,
    sheet: Sheet,
    complaints: Complaints,
    plan: Plan,
    *,
    off: Mapping[str, int],
    why: Column,
    unread: list[str],
    both: Sequence[str] = (),
    again: Collection[tuple[int, int]] = (),
    **effect: Any,
) -> Intake:
    """The result.

    `off` counts numbers that stay off the list, `why` has why each waits, and so do the rows and numbers in `again`, as
    they were dismissed before; `effect` has what else follows.
    """
    named = complaints.namings
    row = complaints.rows["row"].take(named["index"])
    if again:
        pairs = zip(why.to_pylist(), row.to_pylist(), named["msisdn"].to_pylist(), strict=True)
        texts = [DISMISSED_BEFORE if (at, number) in again else text for text, at, number in pairs]
        why = pa.chunked_array([pa.array(texts, pa.string())])
    numbers = _of_file(sheet, pa.table({"row": row, "msisdn": named["msisdn"], "why": why, "cell": named["cell"]}))
    doubtful = pc.is_valid(numbers["why"])
    worded = pc.and_(pc.invert(doubtful), pc.fill_null(pc.equal(named["note"], "text_removed"), False))
    shown = preview(sheet, complaints)
    return Intake(
        event,
        *plan.counts,
        named_refusals(sheet, plan.refused_cells),
        sheet.name,
        sheet.bytes,
        sheet.sha256,
        preview=shown,
        unread=shown.unread,
        waiting=numbers.filter(doubtful).select(_WAITING.names).combine_chunks(),
        text_removed=numbers.filter(worded).select(_WORDED.names).combine_chunks(),
        not_data=sheet.not_data,
        passed_over=sheet.passed_over,
        warnings=[*sheet.warnings, *unread, *both, *_staying(off), *_outdated(plan)],
        alike=_of_file(sheet, plan.alike),
        reactivated=off.get(_BACK, 0),
        reopened=plan.reopened,
        **effect,
    )


def named_refusals(sheet: Sheet, cells: pa.Table) -> pa.Table:
    """Refused cells as they are shown: file, row, column, cell, note."""
    return _of_file(sheet, cells.select(["row", "field", "cell", "note"]).rename_columns({"field": "column"}))


def _of_file(sheet: Sheet, rows: pa.Table) -> pa.Table:
    return rows.add_column(0, "file", pa.repeat(sheet.name, len(rows))).combine_chunks()
