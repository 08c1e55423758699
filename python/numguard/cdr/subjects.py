"""Whether several columns that are named as the subject's have the same numbers, in all rows.

Owns the counts that decide it, and the error. Independent of how rows are read. One idea: **the order of the rows does
not matter**: two columns may be alike in the first lines, and differ far below.
"""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow.compute as pc

from numguard.cdr.callers import DoubtError
from numguard.cdr.cells import Column, Ints
from numguard.compute import flags, named


def subjects_error(source: str, line: int, names: Sequence[str]) -> DoubtError:
    """The error of a table with two columns of subjects that differ in this line."""
    return DoubtError(
        f"{source}: line {line}: the columns {named(names)} may both have the number whose handset a row shows, and "
        'they differ; name the columns: numguard cdr read --map "COLUMN=served" --map "COLUMN=imei" and so on '
        "(layout={...})"
    )


class Subject:
    """A column beside that of the served party, and whether it has other numbers than this one and the other party."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names
        self._is_no_other = self._meets_other = False
        #: The first line in which it differs from the served party, and the first from both; 0 for none.
        self._differs = self._is_neither = 0

    def add(self, numbers: Column, ends: tuple[Column, Column], keep: Column, lines: Ints) -> None:
        """Adds the numbers of the rows to keep, with their served and their other parties."""
        served, other = ends
        differs = pc.and_(keep, pc.not_equal(numbers, served))
        is_no_other = pc.and_(keep, pc.not_equal(numbers, other))
        self._differs = self._differs or _first(differs, lines)
        self._is_neither = self._is_neither or _first(pc.and_(differs, is_no_other), lines)
        self._is_no_other |= _any(is_no_other)
        self._meets_other |= _any(pc.and_(keep, pc.and_(numbers.is_valid(), other.is_valid())))

    def check(self, source: str) -> None:
        """Checks all rows that were added.

        Raises:
            InputError: The column has other numbers than that of the served party, and is not that of the other party.
        """
        if self._differs and (self._is_no_other or not self._meets_other):
            raise subjects_error(source, self._is_neither or self._differs, self._names)


def _first(found: Column, lines: Ints) -> int:
    """The line of the first row that was found; 0 for none."""
    return int(lines[flags(found).argmax()]) if _any(found) else 0


def _any(found: Column) -> bool:
    return pc.any(found).as_py() is True
