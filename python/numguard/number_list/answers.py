"""Columns of a list that are filled in some rows and not in others: answers, serial numbers, remarks.

Owns what follows from them for the whole list. Independent of which headings ask what (`beside`). One idea: **a row is
what it is among the others**: without an answer where another has a yes, without a serial number below the last one, or
with a remark where most have none.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal, TypeAlias

import numpy as np
import pyarrow as pa

from numguard.compute import Bools, flags, named, pc, seen_text
from numguard.errors import ColumnError
from numguard.number_list.actions import may_have_words
from numguard.number_list.beside import asks, asks_to_act, is_of_serials, is_yes
from numguard.number_list.decision_headings import Heading
from numguard.number_list.decision_words import is_for
from numguard.number_list.distinct import Beside
from numguard.source import Batch

#: What a cell is: a yes, a no, blank, or another text.
_Answer: TypeAlias = bool | Literal["other"] | None
_Found: TypeAlias = set[_Answer]
#: The most rows below the last serial number that sign a table: a name, and a rank.
_SIGNED: Final = 2
#: Of so many rows one has a remark at the most: others are no exceptions.
_ONE_OF: Final = 4


class Answers:
    """The columns of a list beside its numbers, as far as they have nothing but answers."""

    def __init__(self) -> None:
        #: By heading; None if there is any other text, where an answer alone is not asked for.
        self._found: dict[str, _Found | None] = {}
        #: By heading, file and row of the first cell that is blank or another text.
        self._without: dict[str, tuple[str | None, int]] = {}

    def add(self, batch: Batch, read: set[str], is_number: Bools) -> None:
        """Takes rows of the list: of those with a number, the columns that are not `read`."""
        for at, name in enumerate(batch.data.schema.names):
            before = self._found.get(name, set())
            if name in read or before is None:
                continue
            cells = _plain(batch.data.column(at), is_number)
            found = None if cells is None else _found_in(cells, name)
            self._found[name] = None if found is None else before | found
            if found and not found <= {True, False} and name not in self._without:
                first = int(np.argmax(_is_without(cells, name)))
                self._without[name] = batch.file, int(batch.row_numbers()[is_number][first])

    def check(self) -> list[str]:
        """The warnings of columns that are not read.

        Raises:
            ColumnError: A row has no answer to what asks whether its number is to be acted upon, and another has a yes.
        """
        warnings = []
        for name, found in self._found.items():
            if found is None or True not in found:
                continue
            if not found <= {True, False} and asks(name):
                file, row = self._without[name]
                raise ColumnError(
                    f"{file}: the column {named([name])!r} has no answer in row {row}, and a yes in others: take such "
                    "rows out of the list, or the column if every row is meant"
                )
            if False in found:
                warnings.append(f"the column {named([name])!r} has yes and no and is not read: every row counts")
        return warnings


class Serials:
    """The serial numbers of the rows of each part: what is below the last one may be the signature of the table."""

    def __init__(self) -> None:
        #: By heading and file: the last row with a serial number and how many have one, and the rows without.
        self._with: dict[tuple[str, str | None], tuple[int, int]] = {}
        self._without: dict[tuple[str, str | None], list[int]] = {}

    def add(self, batch: Batch, is_number: Bools) -> None:
        """Takes rows of a part, those with a number."""
        for at, name in enumerate(batch.data.schema.names):
            if not is_of_serials(name) or pa.types.is_nested(batch.data.schema.types[at]):
                continue
            cells = seen_text(batch.data.column(at)).filter(pa.array(is_number))
            is_there = flags(pc.fill_null(pc.match_substring_regex(cells, r"[\pL\p{Nd}]"), False))
            rows, key = batch.row_numbers()[is_number], (name, batch.file)
            if is_there.any():
                last, count = self._with.get(key, (0, 0))
                self._with[key] = max(last, int(rows[is_there].max())), count + int(is_there.sum())
            # More of them are no signature.
            self._without[key] = [*self._without.get(key, []), *rows[~is_there][: _SIGNED + 1].tolist()]

    def check(self) -> None:
        """Checks the whole list.

        Raises:
            ColumnError: All rows but the last one or two of a part have a serial number.
        """
        for (name, file), rows in self._without.items():
            last, count = self._with.get((name, file), (0, 0))
            if 1 <= len(rows) <= _SIGNED < count + 1 and min(rows) > last:
                raise ColumnError(
                    f"{file}: the number in row {min(rows)} is below the last one that has a serial number "
                    f"({named([name])!r}), where an officer's name and phone are: take it out of the list, or give it "
                    "a serial number if it is meant"
                )


class Remarks:
    """The columns of words in which few rows have any: what is written there may except a number."""

    def __init__(self) -> None:
        #: By heading, how many rows have words, of how many.
        self._filled: dict[str, tuple[int, int]] = {}

    def add(self, beside: Beside, read: set[str]) -> None:
        """Takes rows of the list: of those that count, the columns that are not `read`."""
        for at, field in enumerate(beside.batch.data.schema):
            if field.name not in read and may_have_words(field.type):
                texts, counts = beside.distinct(at)
                filled, rows = self._filled.get(field.name, (0, 0))
                filled += int(counts[flags(pc.match_substring_regex(texts, r"\pL[\pL\pM]"))].sum())
                self._filled[field.name] = filled, rows + int(counts.sum())

    def warnings(self, others: Sequence[str]) -> list[str]:
        """The warning of such columns, but for those that the `others` name."""
        few = [
            f"{named([name])!r} ({filled:,} of {rows:,})"
            for name, (filled, rows) in self._filled.items()
            if 0 < filled * _ONE_OF <= rows and not any(f"column {named([name])!r} " in other for other in others)
        ]
        return [f"columns with words in few rows are not read, and every row counts: {', '.join(few)}"] if few else []


def _plain(column: Any, which: Bools) -> Any:
    """Some cells of a column as booleans or as text; None if they are neither."""
    if pa.types.is_boolean(column.type):
        return column.filter(pa.array(which))
    return seen_text(column).filter(pa.array(which)) if may_have_words(column.type) else None


def _answer(text: str, heading: str) -> _Answer:
    """What a text that is not blank says below a heading of no decision (`decisions` has those).

    >>> [_answer(text, "Block status") for text in ("Yes", "Block", "Hold")], _answer("UPI", "Is fraud") is None
    ([True, True, 'other'], True)
    """
    found = is_yes(text)
    return found if found is not None or not asks_to_act(heading) else is_for(text, Heading.DECISION, None) or "other"


def _found_in(cells: Any, heading: str) -> _Found | None:
    """What the cells are; None if one has another text, unless such a text is looked for.

    >>> of = lambda *cells, heading="Is fraud": _found_in(pa.array(cells), heading)
    >>> of("Yes", "") == {True, None}, of(True, None) == {True, None}, of("Yes", "Nuh")
    (True, True, None)
    >>> sorted(map(str, of("Yes", "Hold", heading="Block status")))
    ['True', 'other']
    """
    if pa.types.is_boolean(cells.type):
        return set(pc.unique(cells).to_pylist())
    found: _Found = set()
    for text in pc.unique(cells).to_pylist():
        if text is None or not text.strip():
            found.add(None)
        elif (one := _answer(text, heading)) is None:
            return None
        else:
            found.add(one)
    return found


def _is_without(cells: Any, heading: str) -> Bools:
    """Which cells are neither yes nor no."""
    if pa.types.is_boolean(cells.type):
        return flags(pc.is_null(cells))
    texts = pc.unique(cells).to_pylist()
    without = [text for text in texts if not text or not text.strip() or not isinstance(_answer(text, heading), bool)]
    return flags(pc.is_in(cells, pa.array(without, pa.string())))
