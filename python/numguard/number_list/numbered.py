"""Lists whose lines are numbered: `1. 98765 43210`, `2. 98765 43211`.

Owns how serial numbers before numbers look. Independent of what a number is. One idea: **serials count**: they are left
out if every line of a text has one, and these count from 1; of any other text none is.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pyarrow as pa

from numguard.compute import Bools, as_text, flags, pc
from numguard.errors import ColumnError
from numguard.source import Part
from numguard.source.scripts import plain_digits

#: A serial number, in the digits of any script: `1.`, `(2)` or `3-`, before a text. One `1-98` may be a number of its
#: own, of another country: not so beside `2-98`.
_SERIAL: Final = r"^\s*\(?\s*(?P<serial>\p{Nd}{1,9})\s*(?:\.?\s*\)|[.\x{2013}\x{2014}-])\s*"
_NUMBERED: Final = rf"{_SERIAL}\S"
#: One before the digits of a number: a day has fewer.
_BEFORE_A_NUMBER: Final = rf"{_SERIAL}(?:\P{{Nd}}*\p{{Nd}}){{10}}"


def is_numbered(part: Part, *, is_headed: bool) -> bool:
    """Whether a text of one column, whose first line is a row or a title, has two rows or more, all numbered from 1."""
    names = part.schema().names
    if part.container.split("/")[-1] != "text" or len(names) != 1:
        return False
    row, lines = first_uncounted(part, is_headed=is_headed)
    return row is None and lines > 1


def first_uncounted(part: Part, *, is_headed: bool) -> tuple[int | None, int]:
    """The first row of a text of one column that breaks the count from 1; and how many lines before it count."""
    lines = 0
    if not is_headed:
        if not _count_from(1, pa.array(part.schema().names)).all():
            return part.above.header_row, 0
        lines = 1
    for batch in part.batches():
        counts = _count_from(lines + 1, batch.data.column(0))
        if not counts.all():
            return batch.first_row(~counts), lines + int(counts.argmin())
        lines += batch.data.num_rows
    return None, lines


def without_serials(data: pa.RecordBatch) -> pa.RecordBatch:
    """Numbered lines without their serial numbers.

    >>> without_serials(pa.RecordBatch.from_pydict({"n": ["1. 98765 43210", "2) 98765 43211"]})).column(0).to_pylist()
    ['98765 43210', '98765 43211']
    """
    cells: Any = pc.replace_substring_regex(as_text(data.column(0)), _SERIAL, "")
    return data.set_column(0, data.schema.field(0), cells)


def are_numbered(cells: Any) -> bool:
    """Whether each of some cells has what may be a serial number before it, whatever it counts.

    >>> are_numbered(pa.array(["1. 98765 43210", "(7) 98765 43211"])), are_numbered(pa.array(["98765 43210"]))
    (True, False)
    """
    return pc.all(pc.match_substring_regex(as_text(cells), _BEFORE_A_NUMBER)).as_py() is not False


def check_numbered(part: Part) -> None:
    """Raises ColumnError if the first line of a text has a serial number, and several cells: `1. 98 ..., 98 ...`."""
    names = part.schema().names
    is_text = part.container.split("/")[-1] in ("csv", "text")
    if is_text and len(names) > 1 and part.above.header_row and _count_from(1, pa.array(names[:1])).all():
        raise ColumnError(
            f"{part.name}: its lines have serial numbers before the numbers, and several of these: take the serial "
            "numbers out, and write each number in a line of its own"
        )


def _count_from(first: int, lines: Any) -> Bools:
    """Which lines have the serial numbers that count from one.

    >>> of = lambda *lines: bool(_count_from(1, pa.array(lines)).all())
    >>> of("1. 98", "(2) 98", "3-98", "४. 98"), of("1. 98", "3. 98"), of("1 98"), of("1."), of("98-1")
    (True, False, False, False, False)
    """
    serials = plain_digits(pc.struct_field(pc.extract_regex(as_text(lines), _NUMBERED), "serial"))
    expected = pa.array(np.arange(first, first + len(serials)))
    return flags(pc.equal(serials.cast(pa.int64()), expected))
