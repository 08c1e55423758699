"""The rows of a list that an error names, and those of the names of officers in a column.

Owns which rows are named, and when a name is none. Independent of what a text and a heading are. One idea: **a word
beside a rank is a name if many rows have it**, for any word may be a refusal.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, Final
from unicodedata import category

import numpy as np
import pyarrow as pa

from numguard.compute import Bools, flags, pc
from numguard.number_list.decision_headings import Heading
from numguard.number_list.decision_words import BLANK, BLANK_MARKS, is_blank, is_for, may_be_for
from numguard.number_list.distinct import Distinct
from numguard.source import Batch

#: A name on so many rows is no exception, however many there are.
FREQUENT: Final = 10
#: Of more officers none is looked at.
_MOST_OFFICERS: Final = 1_000
#: Of so many rows the numbers are shown.
_MOST_SHOWN: Final = 5


def bare_name(text: str) -> str:
    """A text without marks and blanks, by which one name in two spellings is one.

    >>> [bare_name(text) for text in ("S.P. Nuh", "SP, Nuh", "एसपी, नूंह")]
    ['spnuh', 'spnuh', 'एसपीनूंह']
    """
    return "".join(char for char in text.casefold() if char.isalnum() or category(char)[0] == "M")


def is_frequent(count: int, filled: int, *, is_one_of_several: bool) -> bool:
    """Whether a name is no exception in its column, so that it is no refusal: it is on ten rows, or half of the filled.

    >>> [is_frequent(*of, is_one_of_several=True) for of in ((10, 140_000), (9, 19), (2, 4), (1, 2))]
    [True, False, True, False]
    """
    return count >= FREQUENT or (2 * count >= filled and (count > 1 or not is_one_of_several))


def agreed_by_names(cells: Any, kind: Heading) -> list[str]:
    """Those texts of a whole column of decisions that are no known yes but for a name, which is no exception there.

    Args:
        cells: The texts of all rows, none of them null.
        kind: What the column has.

    >>> import pyarrow as pa
    >>> agreed_by_names(pa.array(["Approved by S.P. Nuh", "Approved by SP Nuh", "Yes", ""]), Heading.APPROVAL)
    ['Approved by S.P. Nuh', 'Approved by SP Nuh']
    >>> agreed_by_names(pa.array(["Yes", "Yes", "Approved by SP Kal"]), Heading.APPROVAL)
    []
    """
    distinct = Distinct.of(cells)
    rows = dict(zip(distinct.texts.to_pylist(), distinct.counts.tolist(), strict=True))
    filled = sum(count for text, count in rows.items() if not is_blank(text))
    names = {text: bare_name(text) for text in rows if not is_for(text, kind, None) and may_be_for(text, kind, None)}
    of_names: Counter[str] = Counter()
    for text, name in names.items():
        of_names[name] += rows[text]
    of_several = len(of_names) > 1
    return [text for text, name in names.items() if is_frequent(of_names[name], filled, is_one_of_several=of_several)]


class Rows:
    """The first rows of some, to be named, and how many there are."""

    def __init__(self) -> None:
        self.heading = self.file = ""
        self._rows: list[int] = []
        self.count = 0

    def add(self, heading: str, batch: Batch, which: Bools) -> None:
        """Takes rows of a batch."""
        count = int(np.count_nonzero(which))
        if count and not self.count:
            self.heading, self.file = heading, batch.file or ""
        # The message names one file.
        if count and self.file == (batch.file or "") and len(self._rows) < _MOST_SHOWN:
            self._rows += batch.row_numbers()[which][: _MOST_SHOWN - len(self._rows)].tolist()
        self.count += count

    @classmethod
    def of(cls, several: list[Rows]) -> Rows:
        """The rows of several, named in their order."""
        made, filled = cls(), [one for one in several if one.count]
        made.heading, made.file = (filled[0].heading, filled[0].file) if filled else ("", "")
        made._rows = sorted(row for one in filled for row in one._rows if one.file == made.file)[:_MOST_SHOWN]
        made.count = sum(one.count for one in filled)
        return made

    def __str__(self) -> str:
        """The rows, as in `rows 2, 4 and 5`."""
        rest = self.count - len(self._rows)
        *others, last = [*map(str, self._rows), *([f"{rest:,} more"] if rest else [])]
        return f"rows {', '.join(others)} and {last}" if others else f"row {last}"


class Names:
    """Texts of a column that are a yes if they have a name, by the letters of each, and how many rows are filled."""

    def __init__(self) -> None:
        self._rows: dict[str, Rows] = {}
        self._filled = 0

    @property
    def are_few(self) -> bool:
        """Whether one more is looked at."""
        return len(self._rows) <= _MOST_OFFICERS

    def count(self, distinct: Distinct) -> None:
        """Counts the filled rows of a batch."""
        bare = pc.utf8_lower(pc.utf8_trim(distinct.texts, characters=BLANK_MARKS))
        self._filled += int(distinct.counts[~flags(pc.is_in(bare, pa.array(BLANK)))].sum())

    def add(self, text: str, heading: str, batch: Batch, which: Bools) -> None:
        """Takes the rows of a batch that have such a text."""
        self._rows.setdefault(bare_name(text), Rows()).add(heading, batch, which)

    def exceptions(self) -> list[Rows]:
        """The rows of those that may be a refusal: beside a rank any word may be one."""
        of_several = len(self._rows) > 1
        return [
            rows
            for rows in self._rows.values()
            if not is_frequent(rows.count, self._filled, is_one_of_several=of_several)
        ]
