"""Rows as text -> canonical sightings: whose handset, which handset, when, with whom.

Owns which rows are refused. A row is **refused** where whose sighting it is, or when, is uncertain: the served number
cannot be read, the call type is unknown, the date or the time is written but unreadable. A row is **kept** with a null
where a value is merely missing: no IMEI (as in many SMS rows), no time, no other party, no duration. Independent of
files. One idea: **the IMEI and IMSI of a row belong to the served party alone**; they are never paired with the other
party's number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from numguard import _core
from numguard.cdr import times
from numguard.cdr.callers import Callers
from numguard.cdr.cells import Bytes, Column, Flags, Ints, nulls, unwrapped
from numguard.cdr.clocks import have_own_zone, of_other_zones
from numguard.cdr.durations import durations
from numguard.cdr.ends import IN, NEITHER, OUT, UNKNOWN, Parties, are_called, parties
from numguard.cdr.header import Header
from numguard.cdr.layout import PLACE_ROLES, Role
from numguard.cdr.layout import has_month_first as is_month_first
from numguard.cdr.layouts.generic import OF_THE_CALLED, SERVICES
from numguard.cdr.non_data import NonData
from numguard.cdr.places import PLACE_COLUMNS, PLACE_READERS, places
from numguard.cdr.refusals import Refusals, Refused
from numguard.cdr.rows import RawRows, Reader, decides_served
from numguard.cdr.subjects import Subject
from numguard.cdr.summary import FileSummary
from numguard.compute import counts, flags, named, schema_of
from numguard.imsi import are_imsis
from numguard.indian_time import DAY_MICROS, MOMENT, OFFSET_MICROS, clock_bounds
from numguard.source.languages import canonical_name

#: The columns of sightings, of every layout.
SCHEMA: Final = schema_of(
    served_msisdn=pa.uint64(),
    imei14=pa.uint64(),
    imsi=pa.string(),
    other_party=pa.string(),
    other_msisdn=pa.uint64(),
    at=MOMENT,
    direction=pa.dictionary(pa.int8(), pa.string()),
    duration_s=pa.int64(),
    **PLACE_COLUMNS,
    source=pa.dictionary(pa.int32(), pa.string()),
    row=pa.int64(),
)

_DIRECTIONS: Final = ("in", "out")
_CODES: Final = {"in": IN, "out": OUT, None: NEITHER}
#: What `_read_types` gives of a call type.
_DIRECTION, _OF_CALLED = range(2)
_DIRECTION_CODES: Final = np.array([0, 1, 0, 0], dtype=np.int8)
_MOST_VALUES_KEPT: Final = 10_000
#: Of a column that is not read in rows whose served party is the B number.
_OF_A: Final = "is of the A number, and is not read for the called one"
#: The same in rows whose served party is neither of the two that they name.
_OF_OTHERS: Final = "is not read in rows in which neither the caller nor the called one is known to be the subject"
_OF_A_HANDSET: Final[frozenset[Role]] = frozenset({"imei", "imsi", *PLACE_ROLES})
_NOT_FORWARDED: Final = r"(?i)^\W*(?:0*(?:\.0+)?|no?|false|nil|nf|not (?:applicable|forwarded)|unknown)\W*$"


@dataclass(frozen=True, slots=True)
class _Unread:
    """What gave no value, for each row; `notes` has by column why a written cell was not read.

    `imei`: the text of the cells without an IMEI, None without such a column. `other`: that of other parties without a
    number, as a dictionary.
    """

    imei: Column | None
    other: Column
    notes: Mapping[str, Column]

    def filter(self, keep: Column) -> _Unread:
        """The same of some rows."""
        imei = None if self.imei is None else self.imei.filter(keep)
        notes = {name: column.filter(keep) for name, column in self.notes.items()}
        return _Unread(imei, self.other.filter(keep), notes)


class Sightings:
    """Turns the rows of one file into sightings and counts what was left out."""

    def __init__(
        self,
        header: Header,
        summary: FileSummary,
        non_data: NonData,
        callers: Callers,
        *,
        has_month_first: bool = False,
    ) -> None:
        self._header = header
        self._callers = callers
        self._where = f"{summary.source}: line {header.line}"
        self._summary = summary
        self._non_data = non_data
        #: The readers of the columns with few values, for `raw_rows`.
        self.readers: dict[Role, Reader] = {
            role: reader
            for role, reader in {
                **PLACE_READERS,
                "call_type": self._read_types,
                "date": self._read_days,
                "zone": lambda zones: [of_other_zones(zones)],
                "forwarding": _forwarded,
            }.items()
            if role in header.columns
        }
        #: Columns of the A number's and their roles, in a file whose served party may be the other one.
        self._of_a = header.of_the_a_number
        #: Those of the handset that a row shows.
        self._of_handsets = {at: role for role, at in header.columns.items() if role in _OF_A_HANDSET}
        self._left_out: set[str] = set()
        served = header.columns.get("served", 0)
        self._subjects = [Subject([header.names[served], header.names[place]]) for place in header.beside]
        self._notes, self._imei_notes = _Notes(_core.explain), _Notes(_core.explain_imei)
        when = [header.canonical[place] for role, place in header.columns.items() if role in ("at", "date", "time")]
        #: Whether a date or a heading of the file has the month first, as far as it is read.
        self.have_month_first = has_month_first or any(map(is_month_first, when))
        self._columns_of_times = 1 if "at" in header.columns else len(when)
        self._earliest, self._latest = clock_bounds()

    def convert(self, raw: RawRows) -> tuple[pa.RecordBatch, list[Refused]]:
        """The sightings of a block of rows, and the rows of it that were refused."""
        direction = self._directions(raw)
        switched = self._of_the_called(raw)
        ends = parties(raw, self._header, direction, switched)
        called = are_called(ends, self._header, direction, switched) if self._of_a else None
        self._leave_out(raw, called, self._of_a, _OF_A)
        self._leave_out(raw, ends.of_others, self._of_handsets, _OF_OTHERS)
        self._count_callers(raw, ends, direction)
        at, outcomes = _instants(raw)
        refusals = self._refusals(raw, ends, direction, at, outcomes)
        self._refuse_zones(refusals, raw, at)
        for subject, numbers in zip(self._subjects, raw.beside, strict=True):
            subject.add(numbers, (ends.served_msisdn, ends.other_msisdn), pa.array(~refusals.which), raw.lines)
        batch, unread = self._sightings(raw, ends, direction, at)
        if refusals.which.any():
            keep = pa.array(~refusals.which)
            batch, unread = batch.filter(keep), unread.filter(keep)
        self._count(batch, unread, refusals.all)
        return batch, refusals.all

    def check(self) -> None:
        """Checks what all rows show.

        Raises:
            InputError: Two columns of subjects differ.
        """
        for subject in self._subjects:
            subject.check(self._summary.source)

    def _refusals(
        self, raw: RawRows, ends: Parties, direction: Bytes, at: Column, outcomes: list[tuple[Role, Bytes]]
    ) -> Refusals:
        """The refused rows, each for the first reason that holds."""
        refusals = Refusals(self._header, raw, self._non_data)
        if ends.served_msisdn.null_count:
            called = direction == IN if decides_served(self._header) else self._of_the_called(raw)
            unserved = flags(ends.served_msisdn.is_null())
            refusals.add_unserved(unserved, ends.served_cells, flags(at.is_valid()), called)
        refusals.add_under_others()
        if decides_served(self._header):
            refusals.add(direction >= NEITHER, "call_type", "unknown_call_type")
            if "forwarding" in raw.read:
                # The handset may be that of the number to which the call went.
                refusals.add(flags(raw.read["forwarding"][0]), "forwarding", "unknown_call_type")
        elif self._header.may_switch_parties:
            # The A number may be the caller, and the handset that of the called party.
            refusals.add(direction == UNKNOWN, "call_type", "unknown_call_type")
            of_called = flags(raw.read["call_type"][_OF_CALLED])
            if self._header.hides_subject:
                # Nothing says whether the A number is the subject or calls it.
                refusals.add((direction == IN) & ~of_called, "call_type", "unknown_call_type")
            if "other" not in self._header.columns:
                # The handset is that of a called party who has no column.
                refusals.add(of_called, "call_type", "unknown_call_type")
        imei = raw.columns.get("imei")
        if imei is not None:
            refusals.add(are_imsis(imei), "imei", "imsi_for_imei")
        self._refuse_clocks(refusals, at)
        for role, outcome in outcomes:
            self._refuse_times(refusals, role, outcome)
        if imei is not None and imei.null_count and outcomes and len(outcomes) == self._columns_of_times:
            untimed = np.logical_and.reduce([outcome == times.BLANK for _, outcome in outcomes])
            refusals.add(untimed & flags(_blank(imei, raw.unread.get("imei"))), None, "neither_imei_nor_time")
        return refusals

    def _sightings(self, raw: RawRows, ends: Parties, direction: Bytes, at: Column) -> tuple[pa.RecordBatch, _Unread]:
        """The sightings of all rows, and what of them gave no value."""
        count = len(raw.lines)
        where, notes = places(raw)
        seconds, notes["duration_s"] = durations(raw)
        imei, unread_imei = _with_zeros(raw.columns.get("imei", nulls(count, pa.uint64())), raw.unread.get("imei"))
        columns = [
            ends.served_msisdn,
            imei,
            raw.columns.get("imsi", nulls(count, pa.string())),
            ends.other_party,
            ends.other_msisdn,
            at,
            _coded(_with_nulls(_DIRECTION_CODES[direction], direction > OUT), _DIRECTIONS),
            seconds,
            *where,
            _coded(pa.array(np.zeros(count, dtype=np.int32)), (self._summary.source,)),
            pa.array(raw.lines, pa.int64()),
        ]
        unread = _Unread(unread_imei, ends.unkeyed, notes)
        return pa.RecordBatch.from_arrays(columns, schema=SCHEMA), unread

    def _refuse_clocks(self, refusals: Refusals, at: Column) -> None:
        """Refuse rows whose time cannot be right: links between numbers would rest on it."""
        micros: Column = at.view(pa.int64())
        period = pc.min_max(micros)
        first, last = period["min"].as_py(), period["max"].as_py()
        if first is None or (first >= self._earliest and last <= self._latest):
            return
        late: Column = pc.greater(micros, pa.scalar(self._latest, pa.int64()))
        early: Column = pc.less(micros, pa.scalar(self._earliest, pa.int64()))
        role: Role | None = next((role for role in ("at", "date", "time") if role in self._header.columns), None)
        refusals.add(flags(late), role, "in_the_future")
        refusals.add(flags(early), role, "clock_not_set")

    def _refuse_times(self, refusals: Refusals, role: Role, outcome: Bytes) -> None:
        """Refuse rows for a date or a time.

        From the block of the first date with the month first on, no date is read that may have it first too. The blocks
        before it were returned already.
        """
        refusals.add(outcome == times.UNREADABLE, role, "unreadable_time" if role == "time" else "unreadable_date")
        refusals.add(outcome == times.TWO_DIGIT_YEAR, role, "two_digit_year")
        refusals.add(outcome == times.MONTH_FIRST, role, "month_first")
        either_way = outcome == times.DAY_OR_MONTH
        self.have_month_first |= bool((outcome == times.MONTH_FIRST).any())
        if self.have_month_first:
            refusals.add(either_way, role, "day_or_month")
        else:
            self._summary.day_or_month += int((either_way & ~refusals.which).sum())

    def _refuse_zones(self, refusals: Refusals, raw: RawRows, at: Column) -> None:
        """Refuse rows with a time of another zone than India's, unless the cell of the time has its zone too."""
        if "zone" in raw.read:
            others = flags(raw.read["zone"][0]) & flags(at.is_valid())
            if "at" in raw.columns:
                others &= ~flags(have_own_zone(raw.columns["at"]))
            refusals.add(others, "zone", "other_zone")

    def _directions(self, raw: RawRows) -> Bytes:
        """The direction of each row for the served party, from its call type."""
        if "call_type" not in raw.read:
            return np.full(len(raw.lines), UNKNOWN, dtype=np.uint8)
        found: Bytes = raw.read["call_type"][_DIRECTION].to_numpy()
        return found

    def _count_callers(self, raw: RawRows, ends: Parties, direction: Bytes) -> None:
        """Count the ends of calls in their handsets, but of a switch's record of the called party, which says whose."""
        if not self._callers.are_counted or not {"call_type", "imei"} <= self._header.columns.keys():
            return
        imeis = raw.columns["imei"]
        self._callers.add_outgoing(ends.served_msisdn, imeis, direction == OUT)
        if self._header.may_have_callers:
            is_in = (direction == IN) & ~flags(raw.read["call_type"][_OF_CALLED])
            self._callers.add_incoming(self._where, (ends.served_msisdn, ends.other_msisdn), imeis, is_in)

    def _leave_out(self, raw: RawRows, which: Flags | None, columns: Mapping[int, Role | None], why: str) -> None:
        """Makes null what is not the served party's: the cells of these columns in some rows."""
        if which is None or not which.any():
            return
        if why not in self._left_out:
            names = [repr(named([self._header.names[place]])) for place in columns]
            self._summary.reader_warnings += tuple(f"the column {name} {why}" for name in names)
            self._left_out.add(why)
        keep: Column = pa.array(~which)
        for role in columns.values():
            if role in raw.read:
                raw.read[role] = [_where(keep, column) for column in raw.read[role]]
            elif role is not None:
                raw.columns[role] = _where(keep, raw.columns[role])
                if role in raw.unread:
                    raw.unread[role] = _where(keep, raw.unread[role])

    def _of_the_called(self, raw: RawRows) -> Flags | None:
        """Rows that a switch has recorded for the called party, with the served party as the A number."""
        if not self._header.may_switch_parties or "other" not in self._header.columns:
            return None
        called = flags(raw.read["call_type"][_OF_CALLED])
        return called if called.any() else None

    def _read_types(self, texts: Column) -> list[Column]:
        """Call types: the direction, and whether a switch gives the type to records of the called party."""
        types = [text or "" for text in texts.to_pylist()]
        known = [self._header.layout.direction(text) for text in types]
        names = [canonical_name(text) for text in types]
        others = [NEITHER if self._header.has_services and name in SERVICES else UNKNOWN for name in names]
        codes = [_CODES[way] if is_known else other for (is_known, way), other in zip(known, others, strict=True)]
        of_called = [name in OF_THE_CALLED for name in names]
        return [pa.array(codes, pa.uint8()), pa.array(of_called, pa.bool_())]

    def _read_days(self, texts: Column) -> list[Column]:
        """Dates: microseconds, and outcomes. A single column has the time too."""
        is_alone = not {"at", "time"} & self._header.columns.keys()
        micros, outcome = times.read(texts, "timestamp" if is_alone else "date")
        return [pa.array(micros, pa.int64()), pa.array(outcome, pa.uint8())]

    def _count(self, batch: pa.RecordBatch, unread: _Unread, refused: list[Refused]) -> None:
        summary = self._summary
        summary.rows += len(batch)
        for lines, _, note in refused:
            summary.refuse(lines.tolist(), note)
        if unread.imei is not None and unread.imei.null_count < len(unread.imei):
            self._imei_notes.count(summary, "imei14", unread.imei.drop_null().dictionary_encode())
        self._notes.count(summary, "other_msisdn", unread.other)
        for column, notes in unread.notes.items():
            summary.leave_unread(column, counts(notes.drop_null()))
        period = pc.min_max(batch.column("at").view(pa.int64()))
        if period["min"].is_valid:
            summary.cover(period["min"].as_py(), period["max"].as_py())
        summary.off_period += _off_period(batch, summary)
        summary.off_target += _off_target(batch, summary)


def _instants(raw: RawRows) -> tuple[Column, list[tuple[Role, Bytes]]]:
    """The time of each row, null where none is written, and the outcomes of its columns that are not all OK."""
    columns: dict[Role, times.What] = {"at": "timestamp"} if "at" in raw.columns else {"date": "date", "time": "clock"}
    columns = {role: what for role, what in columns.items() if role in raw.columns or role in raw.read}
    if len(columns) == 1:
        # A single column has both, whatever its name.
        both: times.What = "timestamp"
        columns = dict.fromkeys(columns, both)
    micros = np.full(len(raw.lines), -OFFSET_MICROS)
    missing = np.full(len(raw.lines), not columns)
    outcomes: list[tuple[Role, Bytes]] = []
    for role, what in columns.items():
        reading = _read_times(raw, role, what)
        if what == "clock" and (reading.outcome == times.UNREADABLE).any():
            reading = _with_moments(reading, _read_times(raw, "date", "date"), raw.unread[role])
        micros += reading.micros
        if reading.outcome.any():
            missing |= reading.outcome > times.DAY_OR_MONTH
            outcomes.append((role, reading.outcome))
    return _with_nulls(micros, missing).view(MOMENT), outcomes


def _read_times(raw: RawRows, role: Role, what: times.What) -> times.Reading:
    if role in raw.read:
        micros, outcome = raw.read[role]
        return times.Reading(micros.to_numpy(), outcome.to_numpy())
    if role in raw.unread:
        return _completed(raw.columns[role], raw.unread[role], what)
    return times.read(raw.columns[role], what)


def _with_moments(clocks: times.Reading, days: times.Reading, unread: Column) -> times.Reading:
    """The times of day, those included of whole moments whose day is that of the date beside them."""
    rows = np.flatnonzero(clocks.outcome == times.UNREADABLE)
    cells: Column = unread.take(pa.array(rows))
    moments = times.read(cells, "timestamp")
    of_day = moments.micros - days.micros[rows]
    are_dates = np.maximum(moments.outcome, days.outcome[rows]) <= times.DAY_OR_MONTH
    # A lone date is not midnight.
    has_clock: Column = pc.match_substring(cells, ":")
    is_one = are_dates & (of_day >= 0) & (of_day < DAY_MICROS) & flags(has_clock.fill_null(False))
    clocks.micros[rows[is_one]], clocks.outcome[rows[is_one]] = of_day[is_one], times.OK
    return clocks


def _off_target(batch: pa.RecordBatch, summary: FileSummary) -> int:
    """Rows that are neither of the requested number or handset nor, for a number, with it."""
    if summary.target_msisdn is not None:
        target = pa.scalar(summary.target_msisdn, pa.uint64())
        seen: Column = pc.or_kleene(
            pc.equal(batch.column("served_msisdn"), target), pc.equal(batch.column("other_msisdn"), target)
        )
        return len(batch) - int(seen.true_count)
    if summary.target_imei14 is not None:
        other: Column = pc.not_equal(batch.column("imei14"), pa.scalar(summary.target_imei14, pa.uint64()))
        return int(other.true_count)
    return 0


def _off_period(batch: pa.RecordBatch, summary: FileSummary) -> int:
    """Rows before or after the requested period: day and month may be exchanged."""
    if summary.stated_period is None:
        return 0
    begin, end = (pa.scalar(micros, pa.int64()) for micros in summary.stated_period)
    micros: Column = batch.column("at").view(pa.int64())
    outside: Column = pc.or_(pc.less(micros, begin), pc.greater_equal(micros, end))
    return int(outside.true_count)


class _Notes:
    """Why cells gave no key. Most of these are the same few senders of messages: each is explained once."""

    def __init__(self, explain: Callable[[Column], Column]) -> None:
        self._explain = explain
        self._known: dict[str, str] = {}

    def count(self, summary: FileSummary, column: str, cells: Column) -> None:
        """Count by note the cells with content that gave no key, given as a dictionary."""
        codes: Ints = cells.indices.drop_null().to_numpy()
        if not len(codes):
            return
        often = np.bincount(codes, minlength=len(cells.dictionary)).tolist()
        texts = {text: n for text, n in zip(cells.dictionary.to_pylist(), often, strict=True) if n}
        if new := [text for text in texts if text not in self._known]:
            if len(self._known) > _MOST_VALUES_KEPT:
                self._known.clear()
                new = list(texts)
            notes = self._explain(pa.array(new, pa.string())).field("note").to_pylist()
            self._known.update(zip(new, notes, strict=True))
        by_note: dict[str, int] = {}
        for text, count in texts.items():
            by_note[self._known[text]] = by_note.get(self._known[text], 0) + count
        by_note.pop("empty", None)
        summary.leave_unread(column, by_note)


def _with_zeros(imei: Column, unread: Column | None) -> tuple[Column, Column | None]:
    """The IMEIs, and the text of the cells without one: an IMEI of zeros is a placeholder, with the key 0."""
    if unread is None or not imei.null_count:
        return imei, unread
    texts: Any = unread.dictionary_encode()
    notes: Any = _core.explain_imei(texts.dictionary).field("note")
    is_placeholder: Any = pc.fill_null(pc.equal(notes, pa.scalar("placeholder")), False)
    is_zero = pc.fill_null(is_placeholder.take(texts.indices), False)
    no_text: Any = pa.scalar(None, unread.type)
    return pc.if_else(is_zero, pa.scalar(0, pa.uint64()), imei), pc.if_else(is_zero, no_text, unread)


def _where(keep: Column, column: Column) -> Column:
    return pc.if_else(keep, column, pa.scalar(None, column.type))


def _with_nulls(values: Any, missing: Flags) -> Column:
    return pa.array(values, mask=missing if missing.any() else None)


def _coded(codes: Column, values: Sequence[str]) -> Column:
    # The codes are places in `values`: to check each takes longer than all else.
    return pa.DictionaryArray.from_arrays(codes, pa.array(values, pa.string()), safe=False)


def _completed(micros: Column, unread: Column, what: times.What) -> times.Reading:
    """The times of a column, those included that are not in the usual form."""
    outcome = np.full(len(micros), times.OK, dtype=np.uint8)
    if not micros.null_count:
        return times.Reading(micros.to_numpy(), outcome)
    values: Ints = micros.fill_null(0).to_numpy().copy()
    rows = np.flatnonzero(flags(micros.is_null()))
    others = times.read(unread.take(pa.array(rows)), what)
    values[rows], outcome[rows] = others.micros, others.outcome
    return times.Reading(values, outcome)


def _blank(keys: Column, unread: Column | None) -> Column:
    """Which cells without a key have no other text."""
    return keys.is_null() if unread is None else pc.and_(keys.is_null(), unwrapped(unread).is_null())


def _forwarded(texts: Column) -> list[Column]:
    """Which texts say that a call was forwarded: all with content but `0`, `No` and such."""
    found: Column = pc.match_substring_regex(unwrapped(texts), _NOT_FORWARDED)
    return [pc.invert(found.fill_null(True))]
