"""Columns of decisions and results beside the numbers: a cell that is no yes to a decision stops the list.

Owns which cells of such a column stop a list, over all its parts. Independent of what a heading and a text are
(`decision_words`). One idea: **a row counts if its decision is a known yes**; only results, of which nothing more is
known, are compared with each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import IntEnum
from functools import lru_cache
from typing import Any, Final

import numpy as np
import pyarrow as pa

from numguard.compute import Bools, flags, named, pc, seen_text
from numguard.errors import ColumnError
from numguard.number_list.beside import is_yes
from numguard.number_list.decision_words import (
    Heading,
    are_places,
    has_passed,
    is_blank,
    is_contrary,
    is_for,
    kind_of,
)
from numguard.number_list.titles import words_of
from numguard.source import Batch

__all__ = ["Decisions", "with_above"]

#: Stands for the answer of the row above.
_DITTO: Final = (
    r"""(?i)^[\s.\-\x{2013}\x{2014}]*(?:do|ditto|(?:same )?as above|same|"|''|\x{3003}|\x{2033}|\x{201d})"""
    r"[\s.\-\x{2013}\x{2014}]*$"
)
#: More spellings of one answer are not compared, nor are more texts that are no yes.
_MOST_SPELLINGS: Final = 10_000
_MOST_OTHERS: Final = 100
#: The columns of a sheet of numbers that wait for a decision, and the one to be filled in.
_REVIEW: Final = frozenset(["why", "waits_since", "decision"])
#: Of so many rows the numbers are shown.
_MOST_NAMED: Final = 5


class _Text(IntEnum):
    """What a text is: a yes, or the first result; blank; or another."""

    KNOWN = 0
    BLANK = 1
    OTHER = 2


class Decisions:
    """The columns of decisions and results of a list, over all its parts."""

    def __init__(self, decision: str | None) -> None:
        """Takes the decision that is recorded of the numbers; None: they are those of a list to act on."""
        self._decision = decision
        self._columns: list[_Column] = []
        self._is_review = False

    def headings(self, schema: pa.Schema, read: set[str]) -> list[str]:
        """Those of a part's columns that are looked at, but for the ones that are read already."""
        self._is_review |= _REVIEW.issubset(map(str.casefold, schema.names))
        others = [field for field in schema if field.name not in read and not pa.types.is_nested(field.type)]
        return [field.name for field in others if kind_of(field.name, self._decision) is not None]

    def add(self, batches: Iterator[Batch], headings: set[str], counted: Callable[[Batch], Bools]) -> None:
        """Takes the columns of a part, as far as it needs; of each batch the rows that are `counted` count."""
        columns: dict[int, _Column] = {}
        for batch in batches:
            if not columns:
                names = batch.data.schema.names
                columns = self._columns_of({at: name for at, name in enumerate(names) if name in headings})
            is_counted = lru_cache(1)(lambda batch=batch: counted(batch))
            open_ones = [(at, column) for at, column in columns.items() if column.is_open]
            if not open_ones:
                return
            for at, column in open_ones:
                column.add(batch, at, is_counted)

    def _columns_of(self, headings: dict[int, str]) -> dict[int, _Column]:
        """The columns that those of a part go on: of a group one with the same heading, or else the next one."""
        kinds = {at: kind for at, name in headings.items() if (kind := kind_of(name, self._decision))}
        # A decision in one part may be an approval in the next.
        groups = {at: Heading.DECISION if kind is Heading.APPROVAL else kind for at, kind in kinds.items()}
        found: dict[int, _Column] = {}
        left = list(self._columns)
        for is_same in (True, False):
            for at, group in groups.items():
                those = [one for one in left if one.group is group and (one.heading == headings[at] or not is_same)]
                if at not in found and those:
                    found[at] = those[0]
                    left.remove(those[0])
        for at, kind in kinds.items():
            if at not in found:
                found[at] = _Column(headings[at], groups[at], self._decision)
                self._columns.append(found[at])
            found[at].begin_part(headings[at], kind)
        return found

    def check(self) -> None:
        """Checks the whole list.

        Raises:
            ColumnError: A cell below a decision is no yes to what is recorded, or results differ or are against it, or
                nothing is filled in on a sheet of waiting numbers.
        """
        for column in self._columns:
            column.check()
            if self._is_review and column.heading.casefold() == "decision":
                column.check_filled()


class _Rows:
    """The first rows of some, to be named, and how many there are."""

    def __init__(self) -> None:
        self.heading = self.file = ""
        self._rows: list[int] = []
        self.count = 0

    def add(self, heading: str, batch: Batch, which: Bools) -> None:
        """Takes rows of a batch."""
        rows = batch.row_numbers()[which].tolist()
        if rows and not self.count:
            self.heading, self.file = heading, batch.file or ""
        # The message names one file.
        if self.file == (batch.file or ""):
            self._rows += rows[: _MOST_NAMED - len(self._rows)]
        self.count += len(rows)

    def __str__(self) -> str:
        """The rows, as in `rows 2, 4 and 5`."""
        rest = self.count - len(self._rows)
        *others, last = [*map(str, self._rows), *([f"{rest:,} more"] if rest else [])]
        return f"rows {', '.join(others)} and {last}" if others else f"row {last}"


class _Column:
    """One column of a list."""

    def __init__(self, heading: str, group: Heading, decision: str | None) -> None:
        self.heading, self.group, self._decision = heading, group, decision
        self._recorded = "a block" if decision is None else repr(decision)
        #: What each text is, the first of them, and the rows without a yes, or with another result than the first.
        self._texts: dict[str, _Text] = {}
        self._first, self._blank, self._other = _Rows(), _Rows(), _Rows()
        self._others = 0
        self._last: _Rows | None = None

    @property
    def is_open(self) -> bool:
        """Whether more of its texts are read."""
        return self._last is None

    def begin_part(self, heading: str, kind: Heading) -> None:
        """Begins the next part, in which the column has this heading."""
        self._here, self._kind, self._above = heading, kind, ""
        #: What each text of the part is, and those that need no look.
        self._are: dict[str, _Text] = {}
        self._known: list[str] = []

    def add(self, batch: Batch, at: int, counted: Callable[[], Bools]) -> None:
        cells, self._above = with_above(pc.fill_null(seen_text(batch.data.column(at)), ""), self._above)
        is_left = flags(pc.invert(pc.is_in(cells, pa.array(self._known, pa.string()))))
        if not is_left.any():
            return
        is_left &= counted()
        left = pc.filter(cells, pa.array(is_left))
        # They are in the order of the rows.
        distinct = pc.unique(left)
        for text in distinct.to_pylist():
            if text not in self._are:
                self._are[text] = self._what(text, batch, cells, is_left)
            if self._last is not None:
                break
        found = np.array([self._are.get(text, _Text.KNOWN) for text in distinct.to_pylist()], np.int8)
        what = np.full(len(is_left), -1, np.int8)
        what[is_left] = found[pc.index_in(left, distinct).to_numpy()]
        self._blank.add(self._here, batch, what == _Text.BLANK)
        self._other.add(self._here, batch, what == _Text.OTHER)

    def _what(self, text: str, batch: Batch, cells: Any, is_left: Bools) -> _Text:
        """What a text of the part is that is new there, in those of the cells that are left."""
        if not self._texts:
            self._first.add(self._here, batch, flags(pc.equal(cells, text)) & is_left)
        what = self._texts[text] = self._kind_of(text)
        self._others += what is _Text.OTHER
        most = _MOST_SPELLINGS if self.group is Heading.BLOCK else _MOST_OTHERS
        if len(self._texts) > _MOST_SPELLINGS or self._others > most:
            self._last = _Rows()
            self._last.add(self._here, batch, flags(pc.equal(cells, text)) & is_left)
        elif what is _Text.KNOWN:
            self._known.append(text)
        return what

    def check(self) -> None:
        rows, what = self._fault_of_answers() if self.group.is_of_decision else self._fault_of_results()
        if rows is None and self._last is not None:
            rows = self._last
            what = f"has in {rows} and above more than {_MOST_SPELLINGS:,} texts, which are not all compared"
        if rows is not None:
            raise ColumnError(
                f"{rows.file}: the column {named([rows.heading])!r} {what}: take the rows that are not meant out of "
                "the list, or the column if every row is meant; a merged cell counts in its first row alone"
            )

    def check_filled(self) -> None:
        if self._blank.count and set(self._texts.values()) == {_Text.BLANK}:
            raise ColumnError(
                f"{self._blank.file}: it is a sheet of numbers that wait for a decision, and the column "
                f"{named([self.heading])!r} is blank: fill it in and take it with review --take (take_review)"
            )

    def _kind_of(self, text: str) -> _Text:
        if self.group.is_of_decision:
            is_known = is_for(text, self._kind, self._decision)
            return _Text.BLANK if is_blank(text) else _Text.KNOWN if is_known else _Text.OTHER
        both = next(iter(self._texts), text), text
        if words_of(self.heading) == ["kyc"] and not any(is_yes(one) or has_passed(one) is not None for one in both):
            return _Text.KNOWN  # It has the papers that were shown.
        one, other = (text.casefold().strip(" .-") for text in both)
        is_alike = one == other or all(is_for(text, self._kind, self._decision) for text in both)
        return _Text.KNOWN if is_alike else _Text.OTHER

    def _fault_of_answers(self) -> tuple[_Rows | None, str]:
        filled = [text for text, what in self._texts.items() if what is not _Text.BLANK]
        if self.group is Heading.BLOCK and self._last is None and are_places(filled):
            return None, ""
        if self._other.count:
            more = "" if self._last is None else ", and others below are not read"
            return self._other, f"says in {self._other} what is no known yes to {self._recorded}{more}"
        if self._blank.count and filled:
            return self._blank, f"has no answer in {self._blank}, and a yes in others"
        return None, ""

    def _fault_of_results(self) -> tuple[_Rows | None, str]:
        first, other = next(iter(self._texts), None), self._other
        if first is None or not (other.count or is_contrary(first, self.group, self._decision)):
            return None, ""
        if not other.count:
            return self._first, f"says in {self._first} (and all others) what is against {self._recorded}"
        of = "" if self._first.file == other.file else f" of {self._first.file}"
        return other, f"has in {other} another answer than in {self._first}{of}"


def with_above(cells: Any, above: str = "") -> tuple[Any, str]:
    """Texts with that of the row above in place of a ditto, and the last of them; `above`: the one above the first.

    >>> with_above(pa.array(["Yes", "-do-", "", "same as above"]))[0].to_pylist()
    ['Yes', 'Yes', '', '']
    """
    is_ditto = pc.match_substring_regex(cells, _DITTO)
    if is_ditto.true_count:
        cells = pc.fill_null(pc.fill_null_forward(pc.if_else(is_ditto, None, cells)), above)
    return cells, cells[-1].as_py() if len(cells) else above
