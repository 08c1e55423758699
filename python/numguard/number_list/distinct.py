"""The columns beside the numbers of a list, as the distinct texts of the rows that count.

Owns how often each text is in them. Independent of what a text says. One idea: **each column is counted once**, for all
that look at its words.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from numguard.compute import Bools, flags, pc, seen_text
from numguard.source import Batch


class Distinct(NamedTuple):
    """Distinct texts, and how often each is there."""

    texts: Any
    counts: npt.NDArray[np.int64]

    @classmethod
    def of(cls, cells: Any) -> Distinct:
        """Those of some cells.

        >>> Distinct.of(pa.array(["Hold", "", "Hold"])).counts.tolist()
        [2, 1]
        """
        found = pc.value_counts(cells)
        return cls(found.field("values"), found.field("counts").to_numpy())


class Beside:
    """Rows of a part: those that count, and the texts of each column.

    Args:
        batch: The rows.
        is_counted: Which of them count.
    """

    def __init__(self, batch: Batch, is_counted: Bools) -> None:
        self.batch, self.is_counted = batch, is_counted
        self.texts = lru_cache(maxsize=None)(self._texts)
        self.distinct = lru_cache(maxsize=None)(self._distinct)

    def _texts(self, at: int) -> Any:
        """The cells of a column in all rows; those without a value are empty."""
        cells = self.batch.data.column(at)
        # Databases give a yes or no as a decimal, 1.00 among them.
        cells = cells.cast(pa.float64()) if pa.types.is_decimal(cells.type) else cells
        return pc.fill_null(seen_text(cells), "")

    def _distinct(self, at: int) -> Distinct:
        """The texts of a column in the rows that count."""
        return Distinct.of(self.filtered(self.texts(at)))

    def filtered(self, cells: Any) -> Any:
        """Those of the cells of a column in rows that count."""
        return cells.filter(pa.array(self.is_counted))

    def those(self, cells: Any, texts: list[str]) -> Bools:
        """The rows that count in which the cells of a column are some texts."""
        return flags(pc.is_in(cells, pa.array(texts, pa.string()))) & self.is_counted
