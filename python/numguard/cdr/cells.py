"""A column of text of a file -> where each cell's content begins and ends.

Owns which texts mean an empty cell (`-`, `---`, `NA`) and which characters around a cell are removed: blanks and
quotes. Independent of the meaning of a cell. One idea: **trim by moving two offsets, never by copying text.**
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from numguard._core import EMPTY_WORDS

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

#: A pyarrow array. The stubs tie an array's type to that of its scalars, which code over any text cannot state.
Column: TypeAlias = Any

#: Blanks and quotes around a cell (a no-break space by its bytes in UTF-8), and the sign of `="9876543210"`, by which
#: exports make a spreadsheet keep a number as text.
WRAPPING: Final = " \t'\"=\N{NO-BREAK SPACE}"
_WRAPPING_BYTES: Final = [bytes([byte]) for byte in set(WRAPPING.encode())]
_IS_WRAPPING: Final = np.isin(np.arange(256), np.frombuffer(WRAPPING.encode(), dtype=np.uint8))
_BLANKS: Final = tuple(np.frombuffer(word.encode(), dtype=np.uint8) for word in EMPTY_WORDS)
_LONGEST_BLANK: Final = 8
_DECIMAL: Final = r"^(\d+)\.0$"
#: More rows than most blocks have.
_MANY: Final = 1 << 16
_BEGINS_BLANK: Final = np.isin(np.arange(256), np.frombuffer(b"-nN#", dtype=np.uint8))


class Group(NamedTuple):
    """The cells of one length: which rows they are, and their bytes: `matrix[k]` holds the k-th byte of every cell."""

    rows: Ints
    matrix: Bytes


class Spans(NamedTuple):
    """For each cell the half-open range of its content in `data`."""

    data: Bytes
    starts: Ints
    ends: Ints
    #: Whether no cell had anything around its content.
    bare: bool = False

    def groups(self) -> Iterator[Group]:
        """The cells, all those of one length together."""
        lengths = self.ends - self.starts
        if not len(lengths):
            return
        shortest, longest = int(lengths.min()), int(lengths.max())
        for length in [shortest] if shortest == longest else np.unique(lengths).tolist():
            rows = np.flatnonzero(lengths == length)
            yield Group(rows, self._bytes(self.starts[rows], int(length)))

    def _bytes(self, starts: Ints, length: int) -> Bytes:
        stride = int(starts[1] - starts[0]) if len(starts) > 1 else 1
        if length and (np.diff(starts) == stride).all():
            # Cells of one length at even distances are a strided view, which one copy transposes.
            window = np.lib.stride_tricks.sliding_window_view(self.data, length)
            return np.ascontiguousarray(window[int(starts[0]) : int(starts[-1]) + 1 : stride].T)
        matrix: Bytes = self.data[np.arange(length)[:, None] + starts]
        return matrix

    def digits(self) -> Flags:
        """Which cells are digits from end to end."""
        lengths: Ints = self.ends - self.starts
        digits: Flags = lengths > 0
        first, last = (int(self.starts[0]), int(self.ends[-1])) if len(lengths) else (0, 0)
        if lengths.sum() != last - first or not (self.data[first:last] - np.uint8(ord("0")) <= 9).all():
            # There are other bytes between or among the digits: find the cells that have them.
            for rows, matrix in self.groups():
                digits[rows] &= are_digits(matrix)
        return digits

    def blank(self) -> Flags:
        """Which cells are empty, or have a text that means empty."""
        lengths = self.ends - self.starts
        blank: Flags = lengths == 0
        candidates = np.flatnonzero((lengths > 0) & (lengths <= _LONGEST_BLANK))
        candidates = candidates[_BEGINS_BLANK[self.data[self.starts[candidates]]]]
        if len(candidates):
            part = Spans(self.data, self.starts[candidates], self.ends[candidates])
            for rows, matrix in part.groups():
                blank[candidates[rows]] = (matrix == ord("-")).all(axis=0)
                for word in _BLANKS:
                    if len(word) == len(matrix):
                        blank[candidates[rows]] |= ((matrix | 0x20) == (word[:, None] | 0x20)).all(axis=0)
        return blank


def nulls(rows: int, kind: Any) -> Column:
    """A column without values; of the usual length, a part of one that is made once."""
    return _many_nulls(kind).slice(0, rows) if rows <= _MANY else pa.nulls(rows, kind)


@cache
def _many_nulls(kind: Any) -> Column:
    return pa.nulls(_MANY, kind)


def are_digits(matrix: Bytes) -> Flags:
    """Which columns of a matrix of bytes are digits from end to end."""
    # Below "0" the difference wraps round to a large number.
    digits: Flags = np.logical_and.reduce(matrix - np.uint8(ord("0")) <= 9, axis=0)
    return digits


def spans(cells: Column) -> Spans:
    """The span of each cell's content without blanks and quotes around it; a null cell is empty."""
    count = len(cells)
    _, offset_buffer, value_buffer = cells.buffers()
    if not count or value_buffer is None or not value_buffer.size:
        nothing = np.zeros(count, dtype=np.int64)
        return Spans(np.zeros(1, dtype=np.uint8), nothing, nothing)
    offsets = np.frombuffer(offset_buffer, dtype=np.int32)[cells.offset : cells.offset + count + 1].astype(np.int64)
    data = np.frombuffer(value_buffer, dtype=np.uint8)
    content = value_buffer.slice(int(offsets[0]), int(offsets[-1] - offsets[0])).to_pybytes()
    if not any(byte in content for byte in _WRAPPING_BYTES):
        # Most columns are bare, and a search for six bytes is quicker than checking both ends of every cell.
        return Spans(data, offsets[:-1], offsets[1:], bare=True)
    starts, ends = offsets[:-1].copy(), offsets[1:].copy()
    last = len(data) - 1
    while (wrapped := (starts < ends) & _IS_WRAPPING[data[np.minimum(starts, last)]]).any():
        starts += wrapped
    while (wrapped := (starts < ends) & _IS_WRAPPING[data[np.maximum(ends - 1, 0)]]).any():
        ends -= wrapped
    return Spans(data, starts, ends)


def unwrapped(cells: Column) -> Column:
    """The cells without their wrapping, null where empty."""
    found = spans(cells)
    text = cells if found.bare else pc.utf8_trim(cells, characters=WRAPPING)
    blank = found.blank()
    return pc.if_else(pa.array(blank), pa.scalar(None, pa.string()), text) if blank.any() else text


def without_fraction(cells: Column) -> Column:
    """Identifiers as digits, where software has written them as floats: `404100000000001.0`."""
    decimal: Column = pc.match_substring_regex(cells, _DECIMAL)
    return pc.replace_substring_regex(cells, _DECIMAL, r"\1") if decimal.true_count else cells
