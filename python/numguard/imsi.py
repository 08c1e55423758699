"""Handsets that are IMSIs of India: of a file whose column of IMEIs has the numbers of SIM cards.

Owns which ones are. One idea: **no TAC begins with 404 or 405**, the mobile country codes of India (ITU-T E.212):
of the subscribers of one operator, every ten would be one handset.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

_FIRST: Final = 404 * 10**11
_COUNT: Final = 2 * 10**11


def are_imsis(imei14s: Any) -> npt.NDArray[np.bool_]:
    """Which handsets, an array of uint64 with nulls, begin as IMSIs of India do.

    >>> import pyarrow as pa
    >>> are_imsis(pa.array([40445000000001, 35824005111111, None], pa.uint64())).tolist()
    [True, False, False]
    """
    keys = imei14s.fill_null(0).to_numpy()
    found: npt.NDArray[np.bool_] = keys - np.uint64(_FIRST) < np.uint64(_COUNT)
    return found
