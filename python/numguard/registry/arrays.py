"""Arrow columns as NumPy arrays, in which the registry computes.

Owns the conversion of integers, the names of the types, and the steps that many computations have. Independent of
what a column holds.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from numguard.compute import Bools, flags, pc

__all__ = ["Bools", "Column", "Ints", "ReadNoted", "anywhere", "first_of_each", "flags", "ints", "of_same"]

Ints: TypeAlias = npt.NDArray[np.int64]
#: Quoted, as the types of pyarrow take no parameters at run time.
Column: TypeAlias = "pa.Array[Any] | pa.ChunkedArray[Any]"
#: Reads the cells of a column: the values, null where a cell has none, and the note of each cell that is refused.
ReadNoted: TypeAlias = "Callable[[Column], tuple[pa.Array[Any], pa.Array[Any]]]"


def ints(values: Column) -> Ints:
    """Integers, of which none is null."""
    return np.asarray(values.to_numpy(zero_copy_only=False), np.int64)


def anywhere(position: Ints, size: int) -> Bools:
    """Which of `size` places are among the positions."""
    found = np.zeros(size, np.bool_)
    found[position] = True
    return found


def first_of_each(*columns: Ints) -> Bools:
    """Which rows are the first of those with their values, in columns by which the rows are sorted."""
    first = np.zeros(len(columns[0]), np.bool_)
    first[:1] = True
    for column in columns:
        first[1:] |= column[1:] != column[:-1]
    return first


def of_same(key: Column, rows: Bools) -> Bools:
    """Which rows have the key of one of these."""
    return flags(pc.is_in(key, key.filter(pa.array(rows)).drop_null()))
