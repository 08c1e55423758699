"""The two ends of each row: the served party, and the other one.

Owns which of two parties is the other one, and which served parties are B numbers. Independent of handsets and times.
One idea: **an end is named by its number, not by its column**: the target of a file may be in either.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from numguard import _core
from numguard.cdr.cells import Bytes, Column, Flags, nulls, unwrapped
from numguard.cdr.header import Header
from numguard.cdr.layout import Role
from numguard.cdr.own import have_number, may_fit
from numguard.cdr.prefixes import without_prefix
from numguard.cdr.rows import RawRows, decides_served
from numguard.compute import flags

# The direction for the served party; the two known ones come first, so that they are the dictionary's codes. The
# compiled module knows 0, an incoming call, as the row of the called party (`CALLED` in csv/typed/parties.rs).
IN, OUT, NEITHER, UNKNOWN = range(4)


class Parties(NamedTuple):
    """The two ends of each row.

    `served_cells` returns the served party's cells of some of the rows; `unkeyed` is, as a dictionary, the text of the
    other parties without a number. Where caller and called have columns beside that of the served party, `of_a` are the
    rows in which it is the A number, and `of_others` those in which it is not known to be one of the two.
    """

    served_msisdn: Column
    served_cells: Callable[[Column], Column]
    other_party: Column
    other_msisdn: Column
    unkeyed: Column
    of_a: Flags | None = None
    of_others: Flags | None = None


class _Ends(NamedTuple):
    """Caller and called beside the served party: the cells, the numbers, and which of the two it is.

    `may_be_own`: whether the end that the call type says is the served party's leaves it open who that is.
    """

    cells: list[Column]
    numbers: list[Column]
    is_caller: Flags
    is_called: Flags
    may_be_own: Flags


def parties(raw: RawRows, header: Header, direction: Bytes, switched: Flags | None) -> Parties:
    """The ends of rows, of which a switch has recorded the `switched` ones for the called party."""
    lrns = raw.columns.get("lrn")
    if switched is not None:
        # In a switch's record of the called party the A number is the caller.
        first, second = unwrapped(raw.columns["served"]), raw.columns["other"]
        of_called: Column = pa.array(switched)
        served, other = pc.if_else(of_called, second, first), pc.if_else(of_called, first, second)
        number = _core.normalize(other)
        ends = without_prefix(number, _unkeyed(other, number), lrns)
        return Parties(_core.normalize(served), served.take, other, *ends)
    msisdn, unread = raw.columns["served"], raw.unread.get("served")
    if unread is None:
        msisdn, unread = _core.normalize(msisdn, region=None if header.has_keys else "IN"), msisdn
    found = _ends(raw, msisdn, direction) if {"calling", "called"} <= raw.columns.keys() else None
    if "other" in raw.columns:
        other = raw.columns["other"]
        number, unkeyed = without_prefix(raw.numbers["other"], raw.unkeyed["other"], lrns)
    else:
        no_ends = nulls(len(direction), pa.string()), nulls(len(direction), pa.uint64())
        other, number = no_ends if found is None else _other_end(found, direction)
        unkeyed = _unkeyed(other, number)
    if found is None:
        return Parties(msisdn, unread.take, other, number, unkeyed)
    of_a = found.is_caller & ~(found.is_called & (direction == IN))
    of_others = flags(msisdn.is_valid()) & ~(found.is_caller | found.is_called | found.may_be_own)
    return Parties(msisdn, unread.take, other, number, unkeyed, of_a, of_others)


def are_called(ends: Parties, header: Header, direction: Bytes, switched: Flags | None) -> Flags | None:
    """The rows whose served party is not known to be the A number; None where all of them are."""
    if decides_served(header):
        is_in: Flags = direction == IN
        return is_in
    return switched if ends.of_a is None else flags(ends.served_msisdn.is_valid()) & ~ends.of_a


def _unkeyed(other: Column, number: Column) -> Column:
    nothing: Any = pa.scalar(None, pa.string())
    unkeyed: Column = pc.if_else(number.is_null(), other, nothing)
    return unkeyed.dictionary_encode()


def _ends(raw: RawRows, served: Column, direction: Bytes) -> _Ends:
    roles: tuple[Role, ...] = ("calling", "called")
    lrns = raw.columns.get("lrn")
    ends = [without_prefix(raw.numbers[role], raw.unkeyed[role], lrns) for role in roles]
    numbers = [number for number, _ in ends]
    are_same: list[Column] = [pc.equal(number, served) for number in numbers]
    is_caller, is_called = (
        flags(same.fill_null(False)) | have_number(unkeyed, served)
        for same, (_, unkeyed) in zip(are_same, ends, strict=True)
    )
    may_be_own = ~(is_caller | is_called)
    # Of most files it is one of the two in all rows, so that no text is looked at.
    if may_be_own.any():
        caller, called = (flags(number.is_null()) & may_fit(unkeyed, served, may_be_own) for number, unkeyed in ends)
        # Without a direction a row of the served party alone is still its own.
        may_be_own = np.select([direction == OUT, direction == IN], [caller, called], caller & called)
    return _Ends([raw.columns[role] for role in roles], numbers, is_caller, is_called, may_be_own)


def _other_end(ends: _Ends, direction: Bytes) -> tuple[Column, Column]:
    """Of caller and called the one that is not the subject; where neither is known to be, by the call type.

    It is never the subject's own number. The call type decides only if the end that would be the subject's is blank, or
    a mask or damaged text that its digits fit: anything else there is that of a third party.
    """
    is_in = direction == IN
    neither = ~(ends.is_caller | ends.is_called)
    is_known = (ends.is_caller ^ ends.is_called) | (neither & (direction <= OUT) & ends.may_be_own)
    of_caller = pa.array(np.where(neither, is_in, ends.is_called))
    known: Column = pa.array(is_known)

    def chosen(pair: list[Column]) -> Column:
        of_either: Column = pc.if_else(of_caller, *pair)
        return of_either if is_known.all() else pc.if_else(known, of_either, pa.scalar(None, of_either.type))

    return chosen(ends.cells), chosen(ends.numbers)
