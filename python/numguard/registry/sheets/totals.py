"""Rows of a sheet of complaints that are totals of the rows above them, whatever their label.

Owns what makes a row a total. Independent of labels (`non_data`) and of how sums are read. One idea: **a total shows
itself by its figures**: a row whose sums are those of the rows above it, and that has nothing else of a complaint, is
none.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from numguard.registry.arrays import Bools, Ints


def totals(sums: Sequence[Ints], is_complaint: Bools) -> Bools:
    """Which rows are totals: of all complaints above, or of those since the last total.

    One sum above is not enough: a second complaint may have lost as much as the first.

    Args:
        sums: The sums of each column, 0 where a row has none.
        is_complaint: Whether a row has anything of a complaint beside its sums.

    >>> lost, held = np.array([500, 700, 1200, 300, 100, 400, 1600]), np.array([50, 0, 50, 0, 7, 7, 57])
    >>> totals([lost, held], np.array([True, True, False, True, True, False, False])).tolist()
    [False, False, True, False, False, True, True]
    """
    found = np.zeros(len(is_complaint), np.bool_)
    # For each column, the running sums and the running counts of its sums: before row 0, before row 1, and so on.
    running = [np.stack([_running(column), _running(column != 0)]) for column in sums]
    # What totals add to them up to here, and the row after the last.
    of_totals, start = np.zeros((len(sums), 2), np.int64), 0
    for row in np.flatnonzero(~is_complaint).tolist():
        own = np.array([column[row] for column in sums])
        above = np.array([one[:, row] for one in running])
        of_last = above - np.array([one[:, start] for one in running])
        if _is_total(own, above - of_totals) or _is_total(own, of_last):
            found[row], start = True, row + 1
            of_totals += np.stack([own, own != 0], axis=1)
    return found


def _running(values: npt.NDArray[Any]) -> Ints:
    return np.append(0, np.cumsum(values, dtype=np.int64))


def _is_total(own: Ints, above: Ints) -> bool:
    """Whether all sums of a row are those above it, at least one of which has two parts or more."""
    filled = own != 0
    return bool((above[filled, 1] >= 2).any() and (above[filled, 0] == own[filled]).all())
