"""Rows as text -> canonical sightings: whose handset, which handset, when, with whom.

Owns which rows are refused. A row is **refused** where whose sighting it is, or when, is uncertain: the served number
cannot be read, the call type is unknown, the date or the time is written but unreadable. A row is **kept** with a null
where a value is merely missing: no IMEI (as in many SMS rows), no time, no other party, no duration. Independent of
files. One idea: **the IMEI and IMSI of a row belong to the served party alone**; they are never paired with the other
party's number.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from numguard import _core
from numguard.cdr import times
from numguard.cdr.cells import Bytes, Column, Flags, Ints, are_digits, as_text, spans
from numguard.cdr.header import Header
from numguard.cdr.layout import Role, canonical_name
from numguard.cdr.layouts.generic import OF_THE_CALLED
from numguard.cdr.non_data import NonData
from numguard.cdr.places import PLACE_COLUMNS, Places
from numguard.cdr.refusals import Refusals, Refused
from numguard.cdr.rows import RawRows
from numguard.cdr.summary import FileSummary
from numguard.indian_time import MOMENT, OFFSET_MICROS

__all__ = ["SCHEMA", "Sightings"]

_COLUMNS: Final[dict[str, pa.DataType]] = {
    "served_msisdn": pa.uint64(),
    "imei14": pa.uint64(),
    "imsi": pa.string(),
    "other_party": pa.string(),
    "other_msisdn": pa.uint64(),
    "at": MOMENT,
    "direction": pa.dictionary(pa.int8(), pa.string()),
    "duration_s": pa.int64(),
    **PLACE_COLUMNS,
    "source": pa.dictionary(pa.int32(), pa.string()),
    "row": pa.int64(),
}
#: The columns of sightings, of every layout.
SCHEMA: Final = pa.schema(_COLUMNS)

_DIRECTIONS: Final = ("in", "out")
# The direction for the served party; the two known ones come first, so that they are the dictionary's codes.
_IN, _OUT, _NEITHER, _UNKNOWN = range(4)
_PARTS: Final = {"in": _IN, "out": _OUT, None: _NEITHER}
_DIRECTION_CODES: Final = np.array([0, 1, 0, 0], dtype=np.int8)
_LONGEST_DURATION: Final = 9
_PREFIXED: Final = 14
_DECIMAL: Final = r"^(\d+)\.0$"
_TIME_OF_DAY: Final = "[A-Za-z+]"
_TYPE_OF_ADDRESS: Final = "^(91|11)91[6-9]"
_MOST_VALUES_KEPT: Final = 10_000


class _Parties(NamedTuple):
    """The two ends of each row; `served_cells` returns the served party's cells of some of the rows."""

    served_msisdn: Column
    served_cells: Callable[[Column], Column]
    other_party: Column
    other_msisdn: Column


def _parties(raw: RawRows, part: Bytes, switched: Flags | None) -> _Parties:
    if switched is not None:
        # In a switch's record of the called party the A number is the caller.
        first, second = as_text(raw.columns["served"]), raw.columns["other"]
        of_called: Column = pa.array(switched)
        served, other = pc.if_else(of_called, second, first), pc.if_else(of_called, first, second)
        return _Parties(_core.normalize(served), served.take, other, _core.normalize(other))
    if "served" in raw.columns:
        msisdn, unread = raw.columns["served"], raw.unread.get("served")
        if unread is None:
            msisdn, unread = _core.normalize(msisdn), msisdn
        if "other" in raw.columns:
            return _Parties(msisdn, unread.take, raw.columns["other"], raw.numbers["other"])
        if {"calling", "called"} <= raw.columns.keys():
            return _Parties(msisdn, unread.take, *_other_end(raw, msisdn, part))
        nothing = pa.nulls(len(part), pa.string())
        return _Parties(msisdn, unread.take, nothing, nothing.cast(pa.uint64()))
    incoming = pa.array(part == _IN)

    def served_cells(rows: Column) -> Column:
        calling, called = (raw.unread[role].take(rows) for role in ("calling", "called"))
        return pc.if_else(incoming.take(rows), called, calling)

    from_number, to_number = raw.numbers["calling"], raw.numbers["called"]
    served_number: Column = pc.if_else(incoming, to_number, from_number)
    other_number: Column = pc.if_else(incoming, from_number, to_number)
    other = pc.if_else(incoming, raw.columns["calling"], raw.columns["called"])
    return _Parties(served_number, served_cells, other, other_number)


def _other_end(raw: RawRows, served: Column, part: Bytes) -> tuple[Column, Column]:
    """Of caller and called the one that is not the subject; where both or neither is, by the call type."""
    calling, called = raw.columns["calling"], raw.columns["called"]
    from_number, to_number = raw.numbers["calling"], raw.numbers["called"]
    is_caller: Column = pc.equal(from_number, served)
    is_called: Column = pc.equal(to_number, served)
    is_caller, is_called = is_caller.fill_null(False), is_called.fill_null(False)
    by_type: Column = pa.array(part == _IN)
    typed: Column = pa.array(part <= _OUT)
    caller_is_other: Column = pc.if_else(pc.equal(is_caller, is_called), by_type, is_called)
    known: Column = pc.or_(typed, pc.xor(is_caller, is_called))
    nothing: Any = pa.scalar(None, pa.string())
    other: Column = pc.if_else(known, pc.if_else(caller_is_other, calling, called), nothing)
    no_number: Any = pa.scalar(None, pa.uint64())
    number: Column = pc.if_else(known, pc.if_else(caller_is_other, from_number, to_number), no_number)
    return other, number


class Sightings:
    """Turns the rows of one file into sightings and counts what was left out."""

    def __init__(self, header: Header, summary: FileSummary, non_data: NonData) -> None:
        self._header = header
        self._summary = summary
        self._non_data = non_data
        self._days: dict[str, tuple[int, int]] = {}
        self._parts_of: dict[str, int] = {}
        self._places = Places()
        self._notes, self._imei_notes = _Notes(_core.explain), _Notes(_core.explain_imei)

    def convert(self, raw: RawRows) -> tuple[pa.RecordBatch, list[Refused]]:
        """The sightings of a block of rows, and the rows of it that were refused."""
        refusals = Refusals(self._header, raw, self._non_data)
        part = self._parts(raw)
        parties = _parties(raw, part, self._of_the_called(raw))
        at, outcomes = self._instants(raw)
        if parties.served_msisdn.null_count:
            refusals.add_unserved(_flags(parties.served_msisdn.is_null()), parties.served_cells, _flags(at.is_valid()))
        refusals.add_under_others()
        if "served" not in raw.columns:
            refusals.add(part >= _NEITHER, "call_type", "unknown_call_type")
        for role, outcome in outcomes:
            unreadable = "unreadable_time" if role == "time" else "unreadable_date"
            refusals.add(outcome == times.UNREADABLE, role, unreadable)
            refusals.add(outcome == times.TWO_DIGIT_YEAR, role, "two_digit_year")

        count = len(raw.lines)
        imei, unread_imei = raw.columns.get("imei"), raw.unread.get("imei")
        where, unplaced = self._places.read(raw)
        columns = [
            parties.served_msisdn,
            pa.nulls(count, pa.uint64()) if imei is None else imei,
            raw.columns.get("imsi", pa.nulls(count, pa.string())),
            parties.other_party,
            _without_prefix(parties, raw.columns.get("lrn")),
            at,
            _coded(_with_nulls(_DIRECTION_CODES[part], part > _OUT), _DIRECTIONS),
            _durations(raw),
            *where,
            _coded(pa.array(np.zeros(count, dtype=np.int32)), (self._summary.source,)),
            pa.array(raw.lines, pa.int64()),
        ]
        batch = pa.RecordBatch.from_arrays(columns, schema=SCHEMA)
        if refusals.which.any():
            keep = pa.array(~refusals.which)
            batch = batch.filter(keep)
            unread_imei = None if unread_imei is None else unread_imei.filter(keep)
            unplaced = {column: notes.filter(keep) for column, notes in unplaced.items()}
        self._count(batch, unread_imei, refusals.all)
        for column, notes in unplaced.items():
            self._summary.leave_unread(column, pc.value_counts(notes.drop_null()).to_pylist())
        return batch, refusals.all

    def _parts(self, raw: RawRows) -> Bytes:
        """The part of the served party in each row, from its call type."""
        if "call_type" not in raw.columns:
            return np.full(len(raw.lines), _UNKNOWN, dtype=np.uint8)
        types = raw.columns["call_type"]
        parts = np.array([self._part(value or "") for value in types.dictionary.to_pylist()], dtype=np.uint8)
        codes: Ints = types.indices.to_numpy()
        return parts[codes]

    def _of_the_called(self, raw: RawRows) -> Flags | None:
        """Rows that a switch has recorded for the called party, with the served party as the A number."""
        if not self._header.may_switch_parties:
            return None
        types = raw.columns["call_type"]
        called = np.array([canonical_name(v or "") in OF_THE_CALLED for v in types.dictionary.to_pylist()], np.bool_)
        if not called.any():
            return None
        codes: Ints = types.indices.to_numpy()
        return called[codes]

    def _part(self, call_type: str) -> int:
        if call_type not in self._parts_of:
            if len(self._parts_of) > _MOST_VALUES_KEPT:
                self._parts_of.clear()
            known, direction = self._header.layout.direction(call_type)
            self._parts_of[call_type] = _PARTS[direction] if known else _UNKNOWN
        return self._parts_of[call_type]

    def _instants(self, raw: RawRows) -> tuple[Column, list[tuple[Role, Bytes]]]:
        """The time of each row, null where none is written, and the outcomes of its columns that are not all OK."""
        columns: dict[Role, str] = {"at": "timestamp"} if "at" in raw.columns else {"date": "date", "time": "clock"}
        columns = {role: what for role, what in columns.items() if role in raw.columns}
        if len(columns) == 1:
            # A single column has both, whatever its name.
            columns = dict.fromkeys(columns, "timestamp")
        micros = np.full(len(raw.lines), -OFFSET_MICROS)
        missing = np.full(len(raw.lines), not columns)
        outcomes: list[tuple[Role, Bytes]] = []
        for role, what in columns.items():
            reading = self._read_times(raw, role, what)
            micros += reading.micros
            if reading.outcome.any():
                missing |= reading.outcome != times.OK
                outcomes.append((role, reading.outcome))
        return _with_nulls(micros, missing).view(MOMENT), outcomes

    def _read_times(self, raw: RawRows, role: Role, what: str) -> times.Reading:
        cells = raw.columns[role]
        if role in raw.unread:
            return _completed(cells, raw.unread[role], what)
        if not pa.types.is_dictionary(cells.type):
            return times.read(cells, what)
        # A file has few days: each is read once.
        days: list[str] = cells.dictionary.to_pylist()
        if new := [day for day in days if day not in self._days]:
            if len(self._days) > _MOST_VALUES_KEPT:
                self._days.clear()
                new = days
            micros, outcome = times.read(pa.array(new, pa.string()), what)
            self._days.update(zip(new, zip(micros.tolist(), outcome.tolist(), strict=True), strict=True))
        known = np.array([self._days[day] for day in days], dtype=np.int64).reshape(-1, 2)
        places: Ints = cells.indices.to_numpy()
        found = known[:, 1].astype(np.uint8)
        outcome = found[places] if found.any() else np.zeros(len(places), dtype=np.uint8)
        return times.Reading(known[:, 0].take(places), outcome)

    def _count(self, batch: pa.RecordBatch, imei: Column | None, refused: list[Refused]) -> None:
        summary = self._summary
        summary.rows += len(batch)
        for lines, _, note in refused:
            summary.refuse(lines.tolist(), note)
        if imei is not None:
            self._imei_notes.count(summary, "imei14", imei, batch.column("imei14"))
        self._notes.count(summary, "other_msisdn", batch.column("other_party"), batch.column("other_msisdn"))
        period = pc.min_max(batch.column("at").view(pa.int64()))
        if period["min"].is_valid:
            summary.cover(period["min"].as_py(), period["max"].as_py())
        summary.off_target += _off_target(batch, summary)


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


class _Notes:
    """Why cells gave no key. Most of these are the same few senders of messages: each is explained once."""

    def __init__(self, explain: Callable[[Column], Column]) -> None:
        self._explain = explain
        self._known: dict[str, str] = {}

    def count(self, summary: FileSummary, column: str, cells: Column, keys: Column) -> None:
        """Count by note the cells with content that gave no key."""
        if not keys.null_count:
            return
        unread = cells.filter(pc.and_(keys.is_null(), cells.is_valid()))
        if not len(unread):
            return
        distinct: Column = pc.value_counts(unread)
        texts: list[str] = distinct.field("values").to_pylist()
        if new := [text for text in texts if text not in self._known]:
            if len(self._known) > _MOST_VALUES_KEPT:
                self._known.clear()
                new = texts
            notes = self._explain(pa.array(new, pa.string())).field("note").to_pylist()
            self._known.update(zip(new, notes, strict=True))
        by_note: dict[str, int] = {}
        for text, count in zip(texts, distinct.field("counts").to_pylist(), strict=True):
            by_note[self._known[text]] = by_note.get(self._known[text], 0) + count
        by_note.pop("empty", None)
        summary.leave_unread(column, [{"values": note, "counts": n} for note, n in by_note.items()])


def _with_nulls(values: Any, missing: Flags) -> Column:
    return pa.array(values, mask=missing if missing.any() else None)


def _flags(column: Column) -> Flags:
    flags: Flags = column.to_numpy(zero_copy_only=False)
    return flags


def _coded(codes: Column, values: Sequence[str]) -> Column:
    return pa.DictionaryArray.from_arrays(codes, pa.array(values, pa.string()))


def _without_prefix(parties: _Parties, lrns: Column | None) -> Column:
    """The other party's numbers, including those that a switch has prefixed with four digits.

    A routing number (LRN) is removed only where the row's own LRN column has the same four digits. `9191` and `1191`
    are the type of address (0x91, or type 1 and plan 1: an international number, 3GPP TS 24.008, 10.5.4.7) and the
    country code; only a mobile follows them.
    """
    numbers, cells = parties.other_msisdn, parties.other_party
    if not numbers.null_count:
        return numbers
    as_long = _lengths(cells) == _PREFIXED
    if not as_long.any():
        return numbers
    prefixed: Column = pc.and_(numbers.is_null(), pc.and_(pa.array(as_long), cells.is_valid()))
    rows = np.flatnonzero(_flags(prefixed))
    if not len(rows):
        return numbers
    written = cells.take(pa.array(rows))
    known: Column = pc.match_substring_regex(written, _TYPE_OF_ADDRESS)
    if lrns is not None:
        own = as_text(_plain(lrns.take(pa.array(rows)).dictionary_decode()))
        same: Column = pc.equal(pc.utf8_slice_codeunits(written, 0, 4), own)
        known = pc.or_(known, same.fill_null(False))
    bare = pc.if_else(known, pc.utf8_slice_codeunits(written, 4), pa.scalar(None, pa.string()))
    return pc.replace_with_mask(numbers, prefixed, _core.normalize(bare))


def _plain(cells: Column) -> Column:
    """Identifiers as digits, where software has written them as floats: `404100000000001.0`."""
    decimal: Column = pc.match_substring_regex(cells, _DECIMAL)
    return pc.replace_substring_regex(cells, _DECIMAL, r"\1") if decimal.true_count else cells


def _completed(micros: Column, unread: Column, what: str) -> times.Reading:
    """The times of a column, those included that are not in the usual form."""
    outcome = np.full(len(micros), times.OK, dtype=np.uint8)
    if not micros.null_count:
        return times.Reading(micros.to_numpy(), outcome)
    values: Ints = micros.fill_null(0).to_numpy().copy()
    rows = np.flatnonzero(_flags(micros.is_null()))
    others = times.read(unread.take(pa.array(rows)), what)
    values[rows], outcome[rows] = others.micros, others.outcome
    return times.Reading(values, outcome)


def _durations(raw: RawRows) -> Column:
    """Whole seconds, or a clock's `hh:mm:ss`; null where neither is written."""
    if "duration" not in raw.columns:
        return pa.nulls(len(raw.lines), pa.int64())
    seconds, unread = raw.columns["duration"], raw.unread["duration"]
    # Many reports leave the cell of a message empty.
    written = _lengths(unread) > 0
    if not written.any():
        return seconds
    rows = pa.array(written)
    return pc.replace_with_mask(seconds, rows, _seconds(unread.filter(rows)))


def _lengths(cells: Column) -> Any:
    """The bytes of each cell of text; of a null, what its offsets say."""
    if not len(cells):
        return np.zeros(0, dtype=np.int32)
    return np.diff(np.frombuffer(cells.buffers()[1], dtype=np.int32)[cells.offset : cells.offset + len(cells) + 1])


def _seconds(cells: Column) -> Column:
    """Durations that are not just digits; a clock with AM, PM or a time zone is a time of day, not a duration."""
    plain = _plain(cells)
    clock = times.read(plain, "clock")
    of_day: Column = pc.match_substring_regex(plain, _TIME_OF_DAY)
    seconds = clock.micros // times.SECOND
    missing = (clock.outcome != times.OK) | _flags(of_day)
    for rows, matrix in spans(plain).groups():
        if 0 < len(matrix) <= _LONGEST_DURATION:
            digits = are_digits(matrix)
            total = np.zeros(len(rows), dtype=np.int64)
            for digit in matrix:
                total = total * 10 + (digit.astype(np.int64) - ord("0"))
            seconds[rows] = np.where(digits, total, seconds[rows])
            missing[rows] &= ~digits
    return pa.array(seconds, mask=missing)
