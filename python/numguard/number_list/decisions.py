"""Columns of decisions and results beside the numbers: a list in which they do not agree is refused.

Owns which cells agree. Independent of what a heading and a text are (`decision_words`), and of columns that ask for a
yes or a no (`beside`). One idea: **if the cells of a list do not all have the same answer, not every row is meant**,
whatever the answers mean; only one that all rows have is read, and only by closed lists.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, Final

import numpy as np
import pyarrow as pa

from numguard.compute import Bools, flags, named, pc, seen_text
from numguard.errors import ColumnError
from numguard.number_list.beside import is_yes
from numguard.number_list.decision_words import Kind, are_same, has_passed, is_against, is_for, kind_of
from numguard.number_list.titles import words_of
from numguard.source import Batch

__all__ = ["Decisions", "with_above"]

#: Stands for the answer of the row above.
_DITTO: Final = (
    r"""(?i)^[\s.\-\x{2013}\x{2014}]*(?:do|ditto|(?:same )?as above|same|"|''|\x{3003}|\x{2033}|\x{201d})"""
    r"[\s.\-\x{2013}\x{2014}]*$"
)
#: More spellings of one answer are not compared.
_MOST_SPELLINGS: Final = 10_000


class Decisions:
    """The columns of decisions and results of a list, which are compared over all its parts."""

    def __init__(self, decision: str | None) -> None:
        """Takes the decision that is recorded of the numbers; None: they are those of a list to act on."""
        self._decision = decision
        self._columns: list[_Column] = []

    def headings(self, schema: pa.Schema, read: set[str]) -> list[str]:
        """Those of a part's columns that are compared, but for the ones that are read already."""
        others = [field for field in schema if field.name not in read and not pa.types.is_nested(field.type)]
        return [field.name for field in others if kind_of(field.name, self._decision) is not None]

    def add(self, batches: Iterator[Batch], headings: set[str], counted: Callable[[Batch], Bools]) -> None:
        """Takes the columns of a part, as far as it needs; of each batch the rows that are `counted` are compared."""
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
        """The columns that those of a part go on: of a kind one with the same heading, or else the next one."""
        found: dict[int, _Column] = {}
        left = list(self._columns)
        for is_same in (True, False):
            for at, heading in headings.items():
                kind = kind_of(heading, self._decision) or Kind.DECISION
                those = [one for one in left if one.kind is kind and (one.heading == heading or not is_same)]
                if at not in found and those:
                    found[at] = those[0]
                    left.remove(those[0])
        for at, heading in headings.items():
            if at not in found:
                found[at] = _Column(heading, self._decision)
                self._columns.append(found[at])
            found[at].begin_part(heading)
        return found

    def check(self) -> None:
        """Checks the whole list.

        Raises:
            ColumnError: The cells of a column do not agree, or are against what is recorded.
        """
        for column in self._columns:
            column.check()


class _Column:
    """One column of a list."""

    def __init__(self, heading: str, decision: str | None) -> None:
        self.heading, self.kind, self._decision = heading, kind_of(heading, decision) or Kind.DECISION, decision
        #: Where the first text is, and the first one that does not agree with it: heading, file and row.
        self._at: tuple[str, str, int] | None = None
        self._other: tuple[str, str, int] | None = None
        self._first, self._has_too_many = "", False
        #: The texts that agree with the first one, as they are written.
        self._agreeing: list[str] = []
        self._here = self._above = ""

    @property
    def is_open(self) -> bool:
        """Whether all texts so far agree."""
        return self._other is None

    def begin_part(self, heading: str) -> None:
        """Begins the next part, in which the column has this heading."""
        self._here, self._above = heading, ""

    def add(self, batch: Batch, at: int, counted: Callable[[], Bools]) -> None:
        cells, self._above = with_above(pc.fill_null(seen_text(batch.data.column(at)), ""), self._above)
        is_other = flags(pc.invert(pc.is_in(cells, pa.array(self._agreeing, pa.string()))))
        if not is_other.any():
            return
        is_other &= counted()
        # They are in the order of the rows: the first that does not agree is the first row that does not.
        for text in pc.unique(cells.filter(pa.array(is_other))).to_pylist():
            place = self._here, batch.file or "", _row_of(batch, cells, text, is_other)
            self._has_too_many = len(self._agreeing) >= _MOST_SPELLINGS
            if self._at is None:
                self._first, self._at = text, place
            elif self._has_too_many or not self._agrees(text):
                self._other = place
                return
            self._agreeing.append(text)

    def check(self) -> None:
        if self._at is None:
            return
        heading, file, row = self._other or self._at
        first = f"row {self._at[2]}" + (f" of {self._at[1]}" if self._at[1] != file else "")
        if self._other is not None and self._has_too_many:
            what = f"has in row {row} and above more than {_MOST_SPELLINGS:,} texts, which are not all compared"
        elif self._other is not None:
            what = f"has in row {row} another answer than in {first}"
        elif is_against(self._first, self.kind, self._decision):
            of = "a block" if self._decision is None else repr(self._decision)
            what = f"says in row {row} (and all others) what is against {of}"
        else:
            return
        raise ColumnError(
            f"{file}: the column {named([heading])!r} {what}: take the rows that are not meant out of the "
            "list, or the column if every row is meant; what is merged counts in its first row alone"
        )

    def _agrees(self, text: str) -> bool:
        both = self._first, text
        if words_of(self.heading) == ["kyc"] and not any(is_yes(one) or has_passed(one) is not None for one in both):
            return True  # It has the papers that were shown.
        return are_same(*both) or all(is_for(one, self.kind, self._decision) for one in both)


def _row_of(batch: Batch, cells: Any, text: str, which: Bools) -> int:
    return int(batch.row_numbers()[int(np.argmax(flags(pc.equal(cells, text)) & which))])


def with_above(cells: Any, above: str = "") -> tuple[Any, str]:
    """Texts with that of the row above in place of a ditto, and the last of them; `above`: the one above the first.

    >>> with_above(pa.array(["Yes", "-do-", "", "same as above"]))[0].to_pylist()
    ['Yes', 'Yes', '', '']
    """
    is_ditto = pc.match_substring_regex(cells, _DITTO)
    if is_ditto.true_count:
        cells = pc.fill_null(pc.fill_null_forward(pc.if_else(is_ditto, None, cells)), above)
    return cells, cells[-1].as_py() if len(cells) else above
