"""Columns of decisions and results beside the numbers: a cell that is no yes to a decision stops the list.

Owns which cells of such a column stop a list, over all its parts. Independent of what a heading and a text are
(`decision_words`). One idea: **a row counts if its decision is a known yes**; only results, of which nothing more is
known, are compared with each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, Final

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
#: More spellings of one answer are not compared.
_MOST_SPELLINGS: Final = 10_000


class Decisions:
    """The columns of decisions and results of a list, over all its parts."""

    def __init__(self, decision: str | None) -> None:
        """Takes the decision that is recorded of the numbers; None: they are those of a list to act on."""
        self._decision = decision
        self._columns: list[_Column] = []

    def headings(self, schema: pa.Schema, read: set[str]) -> list[str]:
        """Those of a part's columns that are looked at, but for the ones that are read already."""
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
            ColumnError: A cell below a decision is no yes to what is recorded, or results differ or are against it.
        """
        for column in self._columns:
            column.check()


class _Column:
    """One column of a list."""

    def __init__(self, heading: str, group: Heading, decision: str | None) -> None:
        self.heading, self.group, self._decision = heading, group, decision
        self._recorded = "a block" if decision is None else repr(decision)
        #: Where each text is: heading, file and row; and the first that is no yes, or another result than the first.
        self._texts: dict[str, tuple[str, str, int]] = {}
        self._other: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether no text so far is another."""
        return self._other is None

    def begin_part(self, heading: str, kind: Heading) -> None:
        """Begins the next part, in which the column has this heading."""
        self._here, self._kind, self._above = heading, kind, ""
        #: The texts of the part that are known.
        self._known: list[str] = []

    def add(self, batch: Batch, at: int, counted: Callable[[], Bools]) -> None:
        cells, self._above = with_above(pc.fill_null(seen_text(batch.data.column(at)), ""), self._above)
        is_other = flags(pc.invert(pc.is_in(cells, pa.array(self._known, pa.string()))))
        if not is_other.any():
            return
        is_other &= counted()
        # They are in the order of the rows: the first that is another is the first row that is.
        for text in pc.unique(cells.filter(pa.array(is_other))).to_pylist():
            place = self._here, batch.file or "", batch.first_row(flags(pc.equal(cells, text)) & is_other)
            self._texts.setdefault(text, place)
            if len(self._texts) > _MOST_SPELLINGS or not self._is_known(text):
                self._other, self._texts[text] = text, place
                return
            self._known.append(text)

    def check(self) -> None:
        text = self._other
        if text is not None and len(self._texts) > _MOST_SPELLINGS:
            row = self._row(text)
            what = f"has in row {row} and above more than {_MOST_SPELLINGS:,} texts, which are not all compared"
        else:
            text, what = self._fault_of_answers() if self.group.is_of_decision else self._fault_of_results()
        if text is not None:
            heading, file, _ = self._texts[text]
            raise ColumnError(
                f"{file}: the column {named([heading])!r} {what}: take the rows that are not meant out of the list, or "
                "the column if every row is meant; what is merged counts in its first row alone"
            )

    def _is_known(self, text: str) -> bool:
        if self.group.is_of_decision:
            # What is below `Block` depends on all of it.
            return self.group is Heading.BLOCK or is_blank(text) or is_for(text, self._kind, self._decision)
        both = next(iter(self._texts)), text
        if words_of(self.heading) == ["kyc"] and not any(is_yes(one) or has_passed(one) is not None for one in both):
            return True  # It has the papers that were shown.
        one, other = (text.casefold().strip(" .-") for text in both)
        return one == other or all(is_for(text, self._kind, self._decision) for text in both)

    def _fault_of_answers(self) -> tuple[str | None, str]:
        filled = [text for text in self._texts if not is_blank(text)]
        other = self._other
        if self.group is Heading.BLOCK:
            if are_places(filled):
                return None, ""
            other = next((text for text in filled if not is_for(text, self.group, self._decision)), None)
        if other is not None:
            return other, f"says in row {self._row(other)} what is no known yes to {self._recorded}"
        blank = next(filter(is_blank, self._texts), None) if filled else None
        return blank, "" if blank is None else f"has no answer in row {self._row(blank)}, and a yes in others"

    def _fault_of_results(self) -> tuple[str | None, str]:
        first, other = next(iter(self._texts), None), self._other
        if first is None or (other is None and not is_contrary(first, self.group, self._decision)):
            return None, ""
        if other is None:
            return first, f"says in row {self._row(first)} (and all others) what is against {self._recorded}"
        of = "" if self._texts[first][1] == self._texts[other][1] else f" of {self._texts[first][1]}"
        return other, f"has in row {self._row(other)} another answer than in row {self._row(first)}{of}"

    def _row(self, text: str) -> int:
        return self._texts[text][2]


def with_above(cells: Any, above: str = "") -> tuple[Any, str]:
    """Texts with that of the row above in place of a ditto, and the last of them; `above`: the one above the first.

    >>> with_above(pa.array(["Yes", "-do-", "", "same as above"]))[0].to_pylist()
    ['Yes', 'Yes', '', '']
    """
    is_ditto = pc.match_substring_regex(cells, _DITTO)
    if is_ditto.true_count:
        cells = pc.fill_null(pc.fill_null_forward(pc.if_else(is_ditto, None, cells)), above)
    return cells, cells[-1].as_py() if len(cells) else above
