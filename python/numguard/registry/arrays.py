"""Arrow columns as NumPy arrays, in which the registry computes.

Owns the two conversions and the names of the two types. Independent of what a column holds.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from numguard.compute import pc, whole

__all__ = ["Bools", "Ints", "flags", "ints"]

Bools: TypeAlias = npt.NDArray[np.bool_]
Ints: TypeAlias = npt.NDArray[np.int64]


def flags(values: pa.Array[Any] | pa.ChunkedArray[Any]) -> Bools:
    """Which values are true; null is not."""
    return np.asarray(pc.fill_null(whole(values), False).to_numpy(zero_copy_only=False), np.bool_)


def ints(values: pa.Array[Any] | pa.ChunkedArray[Any]) -> Ints:
    """Integers, of which none is null."""
    return np.asarray(values.to_numpy(zero_copy_only=False), np.int64)
