"""Lists whose lines are numbered: `1. 98765 43210`, `2. 98765 43211`.

Owns how serial numbers before numbers look. Independent of what a number is. One idea: **serials count**: they are left
out if every line of a text has one, and these count from 1; of any other text none is.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pyarrow as pa

from numguard.compute import as_text, flags, pc
from numguard.source import Part

__all__ = ["is_numbered", "without_serials"]

#: A serial number: `1.`, `2)` or `3 -`, before a text. Without a blank `1.98` may be a number of its own.
_SERIAL: Final = r"^\s*(?P<serial>[0-9]{1,9})(?:\s*\.?\)\s*|\s*\.\s+|\s+[-\x{2013}\x{2014}]\s+)"
_NUMBERED: Final = rf"{_SERIAL}\S"


def is_numbered(part: Part) -> bool:
    """Whether a text of one column, whose first line is a row, has two lines or more, all numbered from 1."""
    names = part.schema().names
    if part.container.split("/")[-1] != "text" or len(names) != 1 or not _count_from(1, pa.array(names)):
        return False
    lines = 1
    for batch in part.batches():
        if not _count_from(lines + 1, batch.data.column(0)):
            return False
        lines += batch.data.num_rows
    return lines > 1


def without_serials(data: pa.RecordBatch) -> pa.RecordBatch:
    """Numbered lines without their serial numbers.

    >>> without_serials(pa.RecordBatch.from_pydict({"n": ["1. 98765 43210", "2) 98765 43211"]})).column(0).to_pylist()
    ['98765 43210', '98765 43211']
    """
    cells: Any = pc.replace_substring_regex(as_text(data.column(0)), _SERIAL, "")
    return data.set_column(0, data.schema.field(0), cells)


def _count_from(first: int, lines: Any) -> bool:
    """Whether lines have serial numbers that count from one.

    >>> of = lambda *lines: _count_from(1, pa.array(lines))
    >>> of("1. 98", "2) 98", "3 - 98"), of("1. 98", "3. 98"), of("1.98"), of("1 98"), of("1."), of("1-98")
    (True, False, False, False, False, False)
    """
    serials = pc.struct_field(pc.extract_regex(as_text(lines), _NUMBERED), "serial")
    expected = pa.array(np.arange(first, first + len(serials)))
    return bool(flags(pc.equal(serials.cast(pa.int64()), expected)).all())
