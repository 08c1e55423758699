"""Whether the A numbers of whole files are callers: the handsets of their incoming calls are those of the B numbers.

Owns the counts that decide it: the pairs of number and handset of all rows. Independent of how rows are read. One idea:
**the order of the rows does not matter**: a file sorted by call type has its incoming calls far below the first lines,
or in a file of its own.
"""

from __future__ import annotations

from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from numguard.cdr.cells import Column
from numguard.compute import schema_of
from numguard.errors import InputError

__all__ = ["Callers", "callers_error"]

_KEYS: Final = ["number", "handset"]
_PAIRS: Final = schema_of(number=pa.uint64(), handset=pa.uint64(), rows=pa.int64())
_REMEDY: Final = (
    'name the columns: numguard cdr read --map "COLUMN=calling" --map "COLUMN=called" --map "COLUMN=call_type" and so'
    " on (layout={...})"
)
#: So many pairs are kept before they are counted together.
_PENDING: Final = 1 << 17


def callers_error(where: str) -> InputError:
    """The error of a file whose A numbers are callers."""
    return InputError(
        f"{where}: the handsets of incoming calls are those of the B numbers, so that the A numbers are callers, "
        f"whose handset a row need not show; {_REMEDY}"
    )


class Callers:
    """The numbers in handsets of the outgoing calls of all files, and for each file those of the incoming ones."""

    def __init__(self) -> None:
        self._outgoing = _Pairs()
        self._incoming: dict[str, tuple[_Pairs, _Pairs]] = {}

    def add(self, where: str, is_out: Column, is_in: Column, parties: tuple[Column, Column], imeis: Column) -> None:
        """Counts rows: which are outgoing and incoming calls, their A numbers and B numbers, and handsets."""
        callers, others = parties
        self._outgoing.add(callers, imeis, is_out)
        of_callers, of_called = self._incoming.setdefault(where, (_Pairs(), _Pairs()))
        of_callers.add(callers, imeis, is_in)
        of_called.add(others, imeis, is_in)

    def check(self) -> None:
        """Checks each file.

        Raises:
            InputError: Of a file, more incoming calls are in a handset of the B number than in one of the A number.
        """
        for where, (of_callers, of_called) in self._incoming.items():
            if self._outgoing.shared_with(of_called) > self._outgoing.shared_with(of_callers):
                raise callers_error(where)


class _Pairs:
    """How many rows have a number in a handset."""

    def __init__(self) -> None:
        self._found: pa.Table = _PAIRS.empty_table()
        self._new: list[pa.Table] = []
        self._pending = 0

    def add(self, numbers: Column, handsets: Column, which: Column) -> None:
        both = pa.table({"number": numbers, "handset": handsets}).filter(which).drop_null()
        if not both.num_rows:
            return
        counted: Any = both.group_by(_KEYS, use_threads=False).aggregate([([], "count_all")])
        self._new.append(_as_pairs(counted, "count_all"))
        self._pending += counted.num_rows
        # As many again as there are: each pair is counted a few times in all.
        if self._pending > max(_PENDING, self._found.num_rows):
            self._count()

    def shared_with(self, others: _Pairs) -> int:
        """The rows of others whose pair is here."""
        found = others._count().join(self._count().select(_KEYS), _KEYS, join_type="left semi", use_threads=False)
        rows: int = pc.sum(found.column("rows")).as_py() or 0
        return rows

    def _count(self) -> pa.Table:
        if self._new:
            every = pa.concat_tables([self._found, *self._new])
            counted = every.group_by(_KEYS, use_threads=False).aggregate([("rows", "sum")])
            self._found, self._new, self._pending = _as_pairs(counted, "rows_sum"), [], 0
        return self._found


def _as_pairs(counted: pa.Table, rows: str) -> pa.Table:
    return counted.select([*_KEYS, rows]).rename_columns(_PAIRS.names)
