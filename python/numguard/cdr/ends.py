"""The two ends of each row: the served party, and the other one.

Owns which of two parties is the other one, and which served parties are B numbers. Independent of handsets and times.
One idea: **an end is named by its number, not by its column**: the target of a file may be in either.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from numguard import _core
from numguard.cdr.cells import Bytes, Column, Flags, nulls, unwrapped
from numguard.cdr.header import Header
from numguard.cdr.prefixes import without_prefix
from numguard.cdr.rows import RawRows, decides_served
from numguard.compute import flags

__all__ = ["IN", "NEITHER", "OUT", "UNKNOWN", "Parties", "are_called", "parties"]

# The direction for the served party; the two known ones come first, so that they are the dictionary's codes. The
# compiled module knows 0, an incoming call, as the row of the called party (`CALLED` in csv/typed/parties.rs).
IN, OUT, NEITHER, UNKNOWN = range(4)


class Parties(NamedTuple):
    """The two ends of each row.

    `served_cells` returns the served party's cells of some of the rows; `unkeyed` is, as a dictionary, the text of the
    other parties without a number.
    """

    served_msisdn: Column
    served_cells: Callable[[Column], Column]
    other_party: Column
    other_msisdn: Column
    unkeyed: Column


def parties(raw: RawRows, header: Header, direction: Bytes, switched: Flags | None) -> Parties:
    """The ends of rows, of which a switch has recorded the `switched` ones for the called party."""
    found = _as_written(raw, header, direction, switched)
    number, unkeyed = without_prefix(found.other_msisdn, found.unkeyed, raw.columns.get("lrn"))
    return found._replace(other_msisdn=number, unkeyed=unkeyed)


def are_called(raw: RawRows, header: Header, served: Column, direction: Bytes, switched: Flags | None) -> Flags | None:
    """The rows whose served party is not known to be the A number; None where all of them are."""
    if decides_served(header):
        is_in: Flags = direction == IN
        return is_in
    if switched is not None or not {"calling", "called"} <= raw.columns.keys():
        return switched
    is_caller, is_called = _which_end(raw, served)
    is_a: Flags = flags(is_caller) & ~(flags(is_called) & (direction == IN))
    return flags(served.is_valid()) & ~is_a


def _as_written(raw: RawRows, header: Header, direction: Bytes, switched: Flags | None) -> Parties:
    if switched is not None:
        # In a switch's record of the called party the A number is the caller.
        first, second = unwrapped(raw.columns["served"]), raw.columns["other"]
        of_called: Column = pa.array(switched)
        served, other = pc.if_else(of_called, second, first), pc.if_else(of_called, first, second)
        return _with_unkeyed(_core.normalize(served), served.take, other, _core.normalize(other))
    msisdn, unread = raw.columns["served"], raw.unread.get("served")
    if unread is None:
        msisdn, unread = _core.normalize(msisdn, region=None if header.has_keys else "IN"), msisdn
    if "other" in raw.columns:
        return Parties(msisdn, unread.take, raw.columns["other"], raw.numbers["other"], raw.unkeyed["other"])
    if {"calling", "called"} <= raw.columns.keys():
        other, number = _other_end(raw, msisdn, direction, has_target=header.has_target_beside_callers)
        return _with_unkeyed(msisdn, unread.take, other, number)
    nothing, no_number = nulls(len(direction), pa.string()), nulls(len(direction), pa.uint64())
    return _with_unkeyed(msisdn, unread.take, nothing, no_number)


def _with_unkeyed(served: Column, served_cells: Callable[[Column], Column], other: Column, number: Column) -> Parties:
    nothing: Any = pa.scalar(None, pa.string())
    unkeyed: Column = pc.if_else(number.is_null(), other, nothing)
    return Parties(served, served_cells, other, number, unkeyed.dictionary_encode())


def _which_end(raw: RawRows, served: Column) -> tuple[Column, Column]:
    """Which served parties are the caller, and which the called one."""
    lrns = raw.columns.get("lrn")
    ends = (without_prefix(raw.numbers[role], raw.unkeyed[role], lrns)[0] for role in ("calling", "called"))
    is_caller, is_called = (pc.equal(number, served).fill_null(False) for number in ends)
    return is_caller, is_called


def _other_end(raw: RawRows, served: Column, direction: Bytes, *, has_target: bool) -> tuple[Column, Column]:
    """Of caller and called the one that is not the subject; where both or neither is, by the call type.

    It is never the subject's own number. Beside a target the call type decides only if the end that would be the target
    has no number, as where it is blank or masked: another number there is that of a third one.
    """
    calling, called = raw.columns["calling"], raw.columns["called"]
    is_caller, is_called = _which_end(raw, served)
    by_type: Column = pa.array(direction == IN)
    typed: Column = pa.array(direction <= OUT)
    if has_target:
        own: Column = pc.if_else(by_type, raw.numbers["called"], raw.numbers["calling"])
        typed = pc.and_(typed, own.is_null())
    caller_is_other: Column = pc.if_else(pc.equal(is_caller, is_called), by_type, is_called)
    known: Column = pc.and_not(pc.or_(typed, pc.xor(is_caller, is_called)), pc.and_(is_caller, is_called))
    no_text, no_number = (pa.scalar(None, kind) for kind in (pa.string(), pa.uint64()))
    other: Column = pc.if_else(known, pc.if_else(caller_is_other, calling, called), no_text)
    ends = pc.if_else(caller_is_other, raw.numbers["calling"], raw.numbers["called"])
    number: Column = pc.if_else(known, ends, no_number)
    return other, number
