"""Lines of a sheet that are no rows, and which rows a note among them means.

Owns what a line is: one text with nothing beside it but a serial number or `Note`. Independent of what a note says
(`number_list.lines`). One idea: **a note is not lost because it is in no column that is read**, and not because it was
not split into cells.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa

from numguard.compute import pc, tuples_of
from numguard.number_list.lines import is_note_against, may_mean_above
from numguard.registry.arrays import Bools, flags, ints
from numguard.registry.sheets import cells

#: What may be beside the text of a line.
_BESIDE: Final = re.compile(r"\W*(?:\d{1,3}\W*|n\.? ?b|note|remarks?|नोट)\W*", re.IGNORECASE)
#: A broken record of so many digits may be a row.
_MANY_DIGITS: Final = re.compile(r"\d{6}")
#: Into how many cells the commas of a note part it.
_MOST_CELLS: Final = 4


class Line(NamedTuple):
    """A line: its row as a spreadsheet shows it, its text, and the place of its column; None if it is not split."""

    row: int
    text: str
    place: int | None


def lines_of(table: pa.Table, row: Any, broken: pa.Table) -> list[Line]:
    """The lines of a sheet, in their order.

    Args:
        table: The rows.
        row: The number of each.
        broken: The records that could not be split: row, cell, note.
    """
    columns = [cells.trimmed(cells.joined(column)) for column in table.columns]
    filled = np.zeros(len(table), np.int64)
    for column in columns:
        filled += flags(pc.not_equal(column, ""))
    found = [
        Line(line, whole, None)
        for line, text in tuples_of(broken, "row", "cell")
        if text and not _MANY_DIGITS.search(text) and (whole := _of_one_text(text))
    ]
    numbers = ints(row)
    for at in np.flatnonzero((filled > 0) & (filled <= _MOST_CELLS)).tolist():
        there = [(place, text) for place, column in enumerate(columns) if (text := column[at].as_py())]
        worded = [one for one in there if not _BESIDE.fullmatch(one[1])]
        if len(there) > 1 and may_mean_above(there[0][1]) and not _MANY_DIGITS.search(joined := _joined(there)):
            found.append(Line(int(numbers[at]), joined, there[0][0]))
        elif len(there) <= 2 and len(worded) == 1 and re.search(r"[^\W\d_]{2}", worded[0][1]):
            # `Note` is of the text, and a serial number is not.
            label = next((text for _, text in there if text != worded[0][1] and not text[0].isdigit()), None)
            text = f"{label}: {worded[0][1]}" if label else worded[0][1]
            found.append(Line(int(numbers[at]), text, worded[0][0]))
    return sorted(found, key=lambda line: line.row)


def _joined(there: list[tuple[int, str]]) -> str:
    return ", ".join(text for _, text in there)


def _of_one_text(record: str) -> str:
    """The text of a record that was not split, if it has one and nothing beside it; a comma before a blank is of prose.

    One that begins as a note is one text, into however many cells its commas part it.

    >>> _of_one_text("Note: Sr. Nos. 1, 2 are false,,,"), _of_one_text("Victim,Mobile,Amount")
    ('Note: Sr. Nos. 1, 2 are false', '')
    """
    parts = [part for part in re.split(r"[;|\t]|,(?! )", record.replace('"', "")) if part.strip()]
    worded = [part for part in parts if not _BESIDE.fullmatch(part)]
    joined = ": ".join(part.strip() for part in parts)
    return joined if len(worded) == 1 or (worded and may_mean_above(joined)) else ""


def notes_against(
    lines: Collection[Line], row: Any, is_row: Bools, also: Callable[[str], bool] | None = None
) -> list[tuple[Line, bool]]:
    """The lines that refuse or spare rows above them, and whether rows are below.

    Args:
        lines: The lines.
        row: The number of each record.
        is_row: Which records are rows with a number.
        also: As in `is_note_against`.
    """
    last = int(ints(row)[is_row].max(initial=0))
    against = [line for line in lines if is_note_against(line.text, also)]
    return [(line, line.row < last) for line in against if line.row > last or may_mean_above(line.text)]


def rows_of_notes(
    lines: Collection[Line], row: Any, is_row: Bools, also: Callable[[str], bool] | None = None
) -> dict[int, str]:
    """The places of the rows that a note means, and its text; of one among rows that names rows, all of them."""
    numbers = ints(row)
    found: dict[int, str] = {}
    for line, has_below in notes_against(lines, row, is_row, also):
        meant = is_row if has_below else is_row & (numbers < line.row)
        found |= {at: line.text for at in np.flatnonzero(meant).tolist() if at not in found}
    return found
