"""The rows of a report, each column by its role.

Owns the call of the splitter, and as what it reads each column. Independent of the meaning of a value. One idea: **the
splitter reads the usual form of a cell, and any other cell stays text**, for the exact readers here.
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

#: What the splitter reads a column as, if that does not depend on the other columns; all others are text.
_TYPES: Final[dict[Role, str]] = {
    "served": "msisdn",
    "other": "party",
    "calling": "party",
    "called": "party",
    "imei": "imei",
    "imsi": "imsi",
    "date": "coded",
    "call_type": "coded",
    "duration": "integer",
    "lrn": "coded",
    "first_cell": "coded",
    "last_cell": "coded",
    "place": "coded",
    "coordinates": "coded",
    "site": "coded",
}
#: Types of which a second column has the text of the cells that gave no value.
_WITH_TEXT: Final[frozenset[str]] = frozenset({"msisdn", "party", "imei", "integer", "clock"})


@dataclass(frozen=True, slots=True)
class RawRows:
    """Rows: one array a column, the line on which each row starts, lines that are none, and how many are blank.

    `columns`: the keys of `served` (its text if its header may switch the parties) and `imei`; whole seconds of
    `duration`; of `time` microseconds since midnight, if a date is beside it; null if the cell has not the usual form.
    All other columns are text. `numbers`: the keys of `other`, `calling` and `called`. `unread`: the text of the cells
    without such a value. `mended`: whether a line of them was Windows-1252.
    """

    columns: dict[Role, Column]
    unread: dict[Role, Column]
    numbers: dict[Role, Column]
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
    asked = _types(header)
    places = [header.columns[role] for role, _ in asked]
    types = [kind for _, kind in asked]
    for data, lines, _, (refused, blank, mended), texts in text.split(rows, places, types, texts=True):
        columns, unread, numbers = _by_role(asked, data.columns)
        yield RawRows(
            columns,
            unread,
            numbers,
            lines.to_numpy(),
            list(ragged(refused, header.delimiter, header.width, text.name)),
            blank,
            mended,
            texts,
        )


def _types(header: Header) -> list[tuple[Role, str]]:
    """As what each column is read."""
    columns = header.columns
    types = {role: _TYPES.get(role, "text") for role in columns}
    if {"date", "time"} <= columns.keys() and "at" not in columns:
        types["time"] = "clock"
    if header.may_switch_parties:
        types["served"] = "text"
    return list(types.items())


def _by_role(
    asked: list[tuple[Role, str]], columns: list[Column]
) -> tuple[dict[Role, Column], dict[Role, Column], dict[Role, Column]]:
    """The columns, the text of cells that gave no value, and the numbers of the parties."""
    values: dict[Role, Column] = {}
    unread: dict[Role, Column] = {}
    numbers: dict[Role, Column] = {}
    each = iter(columns)
    for role, kind in asked:
        values[role] = next(each)
        if kind == "party":
            numbers[role] = next(each)
        if kind in _WITH_TEXT:
            unread[role] = next(each)
    return values, unread, numbers
