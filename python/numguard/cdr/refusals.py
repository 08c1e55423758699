"""Which rows of a block are refused, for which column, and why.

Owns the order of reasons (each row is refused once, for the first that holds) and which unreadable rows are non-data
lines. Does not read cells. One idea: **rows refused for one reason are one array of their lines**, so that a file of
which every row is refused costs no more than a good one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from numguard import _core
from numguard.cdr.cells import Column, Flags, Ints
from numguard.cdr.header import Header
from numguard.cdr.layout import Role
from numguard.cdr.non_data import NonData
from numguard.cdr.rows import RawRows
from numguard.compute import by_key, flags


class Refused(NamedTuple):
    """Rows refused for one reason: their lines, ascending, the column (None for the row as a whole), and the note."""

    lines: Ints
    column: str | None
    note: str


class Refusals:
    """The refused rows of one block: `which` of the rows that were read, and `all` with those that made no row."""

    def __init__(self, header: Header, raw: RawRows, non_data: NonData) -> None:
        self._header = header
        self._raw = raw
        self._non_data = non_data
        self.which: Flags = np.zeros(len(raw.lines), dtype=np.bool_)
        ragged = by_key((note, line) for line, text, note in raw.ragged if not non_data.take(text, line))
        self.all = [Refused(np.array(sorted(lines)), None, note) for note, lines in ragged.items()]

    def add(self, which: Flags, role: Role | None, note: str) -> None:
        """Refuse rows for the cells of a column, or as a whole."""
        new = which & ~self.which
        if new.any():
            column = None if role is None else self._header.names[self._header.columns[role]]
            self.all.append(Refused(self._raw.lines[new], column, note))
            self.which |= which

    def add_unserved(
        self, unread: Flags, cells: Callable[[Column], Column], dated: Flags, called: Flags | None
    ) -> None:
        """Refuse rows whose served number cannot be read, except non-data lines.

        `cells` returns the served party's cells of some of the rows, in the `called` ones those of the B number. A row
        that is `dated` is a row: no non-data line has a date in the column of dates. Each of the others is checked.
        """
        rows = np.flatnonzero(unread)
        if not len(rows):
            return
        explained: Column = _core.explain(cells(pa.array(rows)))
        notes: Column = explained.field("note").cast(pa.string()).fill_null("empty")
        is_row = dated[rows]
        for k in np.flatnonzero(~is_row).tolist():
            line = int(self._raw.lines[rows[k]])
            is_row[k] = not self._non_data.take(self._raw.text_of(int(rows[k])), line)
        self.which[rows[~is_row]] = True
        ends: tuple[Role, Role] = ("served", "other") if "served" in self._header.columns else ("calling", "called")
        for note in pc.unique(notes.filter(pa.array(is_row))).to_pylist():
            with_note: Column = pc.equal(notes, pa.scalar(note, pa.string()))
            noted = np.zeros(len(unread), dtype=np.bool_)
            noted[rows] = is_row & flags(with_note)
            if called is not None:
                self.add(noted & called, ends[1], note)
            self.add(noted, ends[0], note)

    def add_under_others(self) -> None:
        """Refuse rows below a header of other columns: read by the first header, they could pair the wrong cells."""
        headers = sorted(self._non_data.headers.items())
        if not any(whose == "other" for _, whose in headers):
            return
        above = np.searchsorted(np.array([line for line, _ in headers]), self._raw.lines) - 1
        # The last entry is that of -1: rows above all of these headers.
        is_other = np.array([*(whose == "other" for _, whose in headers), False])
        self.add(is_other[above], None, "another_header")
