"""Columns of a list that have nothing but yes and no.

Owns what follows from them for the whole list. Independent of which headings ask what (`spared`). One idea: **a row
without an answer, in a column with a yes, has none**, wherever in the list the yes is.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pyarrow as pa

from numguard.compute import Bools, flags, named, pc, seen_text
from numguard.errors import ColumnError
from numguard.number_list.actions import may_have_words
from numguard.number_list.spared import asks, is_yes
from numguard.source import Batch

__all__ = ["Answers"]

#: The bytes of the longest answer, and blanks around it.
_LONGEST: Final = 24
#: What a cell is: a yes, a no, or blank.
_Found = set[bool | None]


class Answers:
    """The columns of a list beside its numbers, as far as they have nothing but answers."""

    def __init__(self) -> None:
        #: By heading; None if there is any other text.
        self._found: dict[str, _Found | None] = {}
        #: By heading, file and row of the first blank.
        self._blank: dict[str, tuple[str | None, int]] = {}

    def add(self, batch: Batch, read: set[str], is_number: Bools) -> None:
        """Takes rows of the list: of those with a number, the columns that are not `read`."""
        for at, name in enumerate(batch.data.schema.names):
            before = self._found.get(name, set())
            if name in read or before is None:
                continue
            cells = _plain(batch.data.column(at), is_number)
            found = None if cells is None else _found_in(cells)
            self._found[name] = None if found is None else before | found
            if found and None in found and name not in self._blank:
                first = int(np.argmax(_is_blank(cells)))
                self._blank[name] = batch.file, int(batch.row_numbers()[is_number][first])

    def check(self) -> list[str]:
        """The warnings of columns that are not read.

        Raises:
            ColumnError: A row has no answer to what asks whether its number is to be acted upon, and another has a yes.
        """
        warnings = []
        for name, found in self._found.items():
            if found is None or True not in found:
                continue
            if None in found and asks(name):
                file, row = self._blank[name]
                raise ColumnError(
                    f"{file}: the column {named([name])!r} has no answer in row {row}, and a yes in others: take such "
                    "rows out of the list, or the column if every row is meant"
                )
            if False in found:
                warnings.append(f"the column {named([name])!r} has yes and no and is not read: every row counts")
        return warnings


def _plain(column: Any, which: Bools) -> Any:
    """Some cells of a column as booleans or as text; None if they are neither."""
    if pa.types.is_boolean(column.type):
        return column.filter(pa.array(which))
    return seen_text(column).filter(pa.array(which)) if may_have_words(column.type) else None


def _found_in(cells: Any) -> _Found | None:
    """What the cells are; None if one has another text.

    >>> [_found_in(pa.array(cells)) == {True, None} for cells in (["Yes", ""], [True, None], ["Yes", "Nuh"])]
    [True, True, False]
    """
    if pa.types.is_boolean(cells.type):
        return set(pc.unique(cells).to_pylist())
    if (pc.max(pc.binary_length(cells)).as_py() or 0) > _LONGEST:
        return None
    written = {text or "" for text in pc.unique(cells).to_pylist()}
    answers = {text: is_yes(text) for text in written if text.strip()}
    if None in answers.values():
        return None
    return {*answers.values(), *(None for text in written if not text.strip())}


def _is_blank(cells: Any) -> Bools:
    if pa.types.is_boolean(cells.type):
        return flags(pc.is_null(cells))
    return flags(pc.fill_null(pc.equal(pc.utf8_trim_whitespace(cells), ""), True))
