"""The rows of a report, each column by its role.

Owns the call of the splitter, and as what it reads each column. Independent of the meaning of a value. Two ideas: **the
splitter reads the usual form of a cell, and any other cell stays text**, for the exact readers here; and **a column
with few values is read once for each text**, by the reader of its role.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import pyarrow as pa

from numguard._core import RowTexts
from numguard.cdr.cells import Column, Ints
from numguard.cdr.header import Header
from numguard.cdr.layout import Role
from numguard.source.lines import OpenText, ragged
from numguard.source.part import Ragged

#: Distinct texts of a column to their values: arrays, each with a value for each text. The splitter calls it on any
#: thread, and keeps what it returns.
Reader: TypeAlias = Callable[[Column], Sequence[Column]]

#: What the splitter reads a column as, if it has no reader and that does not depend on the other columns; all others
#: are text.
_TYPES: Final[dict[Role, str]] = {
    "served": "msisdn",
    "other": "party",
    "calling": "party",
    "called": "party",
    "imei": "imei",
    "imsi": "imsi",
    "duration": "integer",
    "lrn": "coded",
}
#: Types of which a second column has the text of the cells that gave no value.
_WITH_TEXT: Final[frozenset[str]] = frozenset({"msisdn", "imei", "integer", "clock"})


@dataclass(frozen=True, slots=True)
class RawRows:
    """Rows: one array a column, the line on which each row starts, lines that are none, and how many are blank.

    `columns`: the keys of `served` (its text if its header may switch the parties, or has keys) and `imei`; whole
    seconds of `duration`; of `time` microseconds since midnight, if a date is beside it; null if the cell has not the
    usual form. All other columns are text. `unread`: the text of the cells without such a value. `numbers`: the keys of
    `other`, `calling` and `called`; `unkeyed`: their trimmed text where there is no key, as dictionaries. `read`: what
    the readers gave. `beside`: the keys of other columns of subjects. `mended`: whether a line of them was
    Windows-1252.

    Where the call type decides which party is served, `served` and `other` are here in place of `calling` and `called`.
    """

    lines: Ints
    ragged: list[Ragged]
    blank: int
    mended: bool
    _texts: RowTexts
    columns: dict[Role, Column] = field(default_factory=dict)
    unread: dict[Role, Column] = field(default_factory=dict)
    numbers: dict[Role, Column] = field(default_factory=dict)
    unkeyed: dict[Role, Column] = field(default_factory=dict)
    read: dict[Role, list[Column]] = field(default_factory=dict)
    beside: list[Column] = field(default_factory=list)

    def text_of(self, row: int) -> str:
        """The line that a row starts with."""
        return self._texts[row].split(b"\n", 1)[0].rstrip(b"\r").decode(errors="replace")


def raw_rows(text: OpenText, header: Header, readers: Mapping[Role, Reader], *, first: int | None) -> Iterator[RawRows]:
    """The rows under a header, a block at a time; `first`: the number of the first of them, if not its line."""
    rows = text.below(header.line, header.names, header.delimiter, first=first, width=header.width, apostrophes=True)
    asked = _types(header)
    options: dict[str, Any] = {"texts": True}
    returned = list(asked.items())
    if decides_served(header):
        by = list(asked).index("call_type")
        options["parties"] = header.columns["calling"], header.columns["called"], by
        returned += [("served", "msisdn"), ("other", "party")]
    values = {role: len(readers[role](pa.array([], pa.string()))) for role in asked if role in readers}
    places = [header.columns[role] for role in asked]
    types = [readers.get(role, kind) for role, kind in asked.items()]
    if not decides_served(header):
        places += header.beside
        types += ["msisdn"] * len(header.beside)
    for data, lines, _, (refused, blank, mended), texts in text.split(rows, places, types, **options):
        others = list(ragged(refused, header.delimiter, header.width, text.name))
        raw = RawRows(lines.to_numpy(), others, blank, mended, texts)
        _sort(raw, returned, values, data.columns)
        yield raw


def decides_served(header: Header) -> bool:
    """Whether the call type of a row decides which of its parties is served."""
    return "served" not in header.columns


def _types(header: Header) -> dict[Role, str]:
    """As what each column is read."""
    columns = header.columns
    types = {role: _TYPES.get(role, "text") for role in columns}
    if {"date", "time"} <= columns.keys() and "at" not in columns:
        types["time"] = "clock"
    if header.may_switch_parties or header.has_keys:
        types["served"] = "text"
    if decides_served(header):
        del types["calling"], types["called"]
    return types


def _sort(
    raw: RawRows, returned: Sequence[tuple[Role, str]], values: Mapping[Role, int], columns: Sequence[Column]
) -> None:
    """Puts the columns where they belong."""
    each = iter(columns)
    for role, kind in returned:
        if role in values:
            raw.read[role] = [next(each) for _ in range(values[role])]
            continue
        raw.columns[role] = next(each)
        if kind == "party":
            raw.numbers[role] = next(each)
            raw.unkeyed[role] = next(each)
        if kind in _WITH_TEXT:
            raw.unread[role] = next(each)
    # Each has its text too.
    raw.beside.extend([*each][::2])
