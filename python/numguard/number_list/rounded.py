"""Numbers that a spreadsheet rounded: 919876543210 is shown as 9.19877E+11, and written out again as 919877000000.

9876543210 is shown as 9.87654E+09, and is 9876540000 then.

Owns how such numbers look, and how many in a list are too many. Independent of how they are read. One idea: **a
spreadsheet rounds a whole column**, so one number that ends in zeros may be a subscriber's, and several are not.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from numguard._core import NumberSet
from numguard.compute import pc
from numguard.errors import InputError
from numguard.types import PathLike

#: What such numbers are multiples of: six digits are left, of twelve or, without the country code, of ten.
_OF_TWELVE: Final = np.uint64(1_000_000)
_OF_TEN: Final = np.uint64(10_000)
#: A spreadsheet has no more rows.
_MOST_ROWS: Final = 1 << 20
#: One number in so many is many.
_MANY: Final = 10


def rounded(numbers: Any) -> npt.NDArray[np.bool_]:
    """Which numbers of a column of uint64 end in six zeros, if more than one does; in four, if also one in ten does.

    A number counts once, however often it stands there.

    >>> import pyarrow as pa
    >>> rounded(pa.array([919877000000, 919876543210, 919123000000], pa.uint64())).tolist()
    [True, False, True]
    >>> rounded(pa.array([919876540000, 919876543210, 919123450000], pa.uint64())).tolist()
    [True, False, True]
    >>> rounded(pa.array([919877000000, 919876543210], pa.uint64())).tolist()
    [False, False]
    >>> rounded(pa.array([919876500000, 919876500000], pa.uint64())).tolist()
    [False, False]
    """
    values = np.asarray(numbers.to_numpy(), np.uint64)
    distinct = np.asarray(pc.unique(numbers).to_numpy(), np.uint64)
    four = distinct[distinct % _OF_TEN == 0]
    zeros = four if _MANY * len(four) > len(distinct) else distinct[distinct % _OF_TWELVE == 0]
    return np.isin(values, zeros) if len(zeros) > 1 else np.zeros(len(values), np.bool_)


def check_rounded(keys: NumberSet, path: PathLike) -> None:
    """Raises InputError if a spreadsheet has rounded the numbers: written out again they are other subscribers'."""
    if len(keys) > _MOST_ROWS:
        return
    zeros = int(rounded(keys.to_array()).sum())
    if _MANY * zeros > len(keys):
        raise InputError(
            f"{path}: {zeros} of its numbers end in zeros, as a spreadsheet rounds them: make the column one of "
            "text where the list was made, and save it again"
        )
