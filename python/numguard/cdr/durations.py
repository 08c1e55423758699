"""Written durations -> whole seconds.

Owns what is a duration: digits, or a clock with hours, minutes and seconds. Independent of the other columns. One idea:
**a clock with AM, PM or a time zone is a time of day, and one of two parts has minutes or hours first**: neither is
read.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from numguard.cdr import times
from numguard.cdr.cells import Column, are_digits, nulls, spans, unwrapped, without_fraction
from numguard.cdr.rows import RawRows
from numguard.compute import flags
from numguard.source.scripts import plain_digits

_LONGEST: Final = 9
_CLOCK: Final = r"^\d{1,2}[:.]\d{2}[:.]\d{2}"
_TIME_OF_DAY: Final = "[A-Za-z+]"


def durations(raw: RawRows) -> tuple[Column, Column]:
    """The seconds of each row, null where none are written, and the notes of cells with other text."""
    if "duration" not in raw.columns:
        return nulls(len(raw.lines), pa.int64()), nulls(len(raw.lines), pa.string())
    seconds, unread = raw.columns["duration"], raw.unread["duration"]
    # Many reports leave the cell of a message empty.
    if unread.null_count == len(unread):
        return seconds, nulls(len(raw.lines), pa.string())
    rows = unread.is_valid()
    of_rows, is_blank = _seconds(unread.filter(rows))
    seconds = pc.replace_with_mask(seconds, rows, of_rows)
    blank = pc.replace_with_mask(pc.invert(rows), rows, is_blank)
    is_unclear = pc.and_(seconds.is_null(), pc.invert(blank))
    return seconds, pc.if_else(is_unclear, pa.scalar("unclear_duration"), pa.scalar(None, pa.string()))


def _seconds(cells: Column) -> tuple[Column, Column]:
    """Durations that are not just digits, and which cells are blank."""
    plain = without_fraction(plain_digits(cells))
    clock = times.read(plain, "clock")
    of_day: Column = pc.match_substring_regex(plain, _TIME_OF_DAY)
    is_clock: Column = pc.match_substring_regex(unwrapped(plain), _CLOCK)
    seconds = clock.micros // times.SECOND
    missing = (clock.outcome != times.OK) | flags(of_day) | ~flags(is_clock)
    for rows, matrix in spans(plain).groups():
        if 0 < len(matrix) <= _LONGEST:
            digits = are_digits(matrix)
            total = np.zeros(len(rows), dtype=np.int64)
            for digit in matrix:
                total = total * 10 + (digit.astype(np.int64) - ord("0"))
            seconds[rows] = np.where(digits, total, seconds[rows])
            missing[rows] &= ~digits
    return pa.array(seconds, mask=missing), pa.array(clock.outcome == times.BLANK)
