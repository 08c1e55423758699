"""Lines of a separated text -> its records, where quoted cells may hold line breaks and some are never closed.

Owns which lines belong together. Knows nothing of columns. One idea: **a line is a record unless it opens a quoted
cell; then the record ends where a strict reader says so**, and if the reader finds no end, or would swallow lines that
are records themselves, the one line is broken and the others stand.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute

pc: Any = pyarrow.compute  # its stubs know no lists of text

__all__ = ["Split", "split"]

#: With fewer columns, a line of a narrative looks like a record too easily to stand as one.
_FEWEST_COLUMNS = 3


@dataclass(frozen=True, slots=True)
class Split:
    """The text without its broken lines; the row of each record in it, from 1; row and text of each broken line."""

    text: bytes
    row: npt.NDArray[np.int64]
    broken: list[tuple[int, str]]


def split(body: bytes, separator: str, width: int) -> Split:
    """Tells the records of `body` apart; `width` is the number of columns.

    >>> found = split(b'1,98765\\n2,"98\\n3,98123', ",", 3)
    >>> found.text, found.row.tolist(), found.broken
    (b'1,98765\\n3,98123', [1, 3], [(2, '2,"98')])
    """
    if not body:
        return Split(b"", np.empty(0, np.int64), [])
    if b'"' not in body:
        return Split(body, np.arange(1, body.count(b"\n") + 2, dtype=np.int64), [])
    lines = body.decode().split("\n")
    starts = np.ones(len(lines), np.bool_)
    broken = np.zeros(len(lines), np.bool_)
    past = 0
    for at in np.flatnonzero(~_whole(lines, separator)).tolist():
        if at < past:
            continue
        length = _record_length(lines, at, separator, width)
        if length > 1:
            starts[at + 1 : at + length] = False
            past = at + length
        else:
            past = at + max(1, -length)
            broken[at:past] = True
    row = np.cumsum(starts, dtype=np.int64)
    text = "\n".join(line for line, lost in zip(lines, broken, strict=True) if not lost) if broken.any() else None
    lost = [(int(row[at]), lines[at]) for at in np.flatnonzero(broken)]
    return Split(body if text is None else text.encode(), row[starts & ~broken], lost)


def _whole(lines: list[str], separator: str) -> npt.NDArray[np.bool_]:
    """Which lines close every quoted cell that they open, and close it at its end."""
    mark = re.escape(separator)
    cell = rf'(?:"(?:[^"]|"")*"|[^"{mark}][^{mark}]*|)'
    whole = pc.match_substring_regex(pa.array(lines, pa.string()), rf"^{cell}(?:{mark}{cell})*$")
    return np.asarray(whole.to_numpy(zero_copy_only=False), np.bool_)


def _record_length(lines: list[str], at: int, separator: str, width: int) -> int:
    """How many lines the record takes that begins with one which opens a cell; 0 or less: so many lines are broken."""
    reader = csv.reader((line + "\n" for line in lines[at:]), delimiter=separator, strict=True)
    try:
        cells = next(reader)
    except csv.Error as error:
        # A quotation mark in the middle of a cell spoils its own line alone.
        swallowed = reader.line_num if "unexpected end" in str(error) else 1
        return 0 if width >= _FEWEST_COLUMNS else -swallowed
    length = reader.line_num
    inside = lines[at + 1 : at + length]
    if len(cells) == width and not any(_is_record(line, separator, width) for line in inside):
        return length
    return 0 if width >= _FEWEST_COLUMNS else -length


def _is_record(line: str, separator: str, width: int) -> bool:
    """Whether a line on its own has as many cells as the header."""
    try:
        return len(next(csv.reader([line], delimiter=separator, strict=True), [])) == width
    except csv.Error:
        return False
