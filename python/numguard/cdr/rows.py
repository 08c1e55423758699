"""The rows of a report as text, each column by its role.

Owns the call of the splitter. Knows no meaning of a cell. One idea: **all is text**, and columns of few
values come as dictionaries, so that each value is read once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from numguard._core import RowTexts
from numguard.cdr.cells import Column, Ints
from numguard.cdr.header import Header
from numguard.cdr.layout import Role
from numguard.source.lines import OpenText, ragged
from numguard.source.part import Ragged

__all__ = ["RawRows", "raw_rows"]

#: Columns with few distinct values.
_FEW_VALUES: Final[frozenset[Role]] = frozenset({"date", "call_type"})


@dataclass(frozen=True, slots=True)
class RawRows:
    """Rows as text: one array a column, the line on which each row starts, lines that are none, and how many are blank.

    `mended`: whether a line of them was Windows-1252.
    """

    columns: dict[Role, Column]
    lines: Ints
    ragged: list[Ragged]
    blank: int
    mended: bool
    _texts: RowTexts

    def text_of(self, row: int) -> str:
        """The line that a row starts with."""
        return self._texts[row].split(b"\n", 1)[0].decode(errors="replace")


def raw_rows(text: OpenText, header: Header, *, first: int | None) -> Iterator[RawRows]:
    """The rows under a header, a block at a time; `first`: the number of the first of them, if not its line."""
    rows = text.below(header.line, header.names, header.delimiter, first=first, width=header.width, apostrophes=True)
    roles = list(header.columns)
    for data, lines, _, (refused, blank, mended), texts in text.split(rows, list(header.columns.values()), texts=True):
        columns = {
            role: cells.dictionary_encode() if role in _FEW_VALUES else cells
            for role, cells in zip(roles, data.columns, strict=True)
        }
        yield RawRows(
            columns,
            lines.to_numpy(),
            list(ragged(refused, header.delimiter, header.width, text.name)),
            blank,
            mended,
            texts,
        )
