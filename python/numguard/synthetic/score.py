"""A linkage run compared with the planted truth, trap by trap.

Owns the comparison. It never comes out in full, because no policy catches every fraudster and spares every innocent: it
shows what a policy finds and what it costs. Whether a run follows the rules is a matter for the tests.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import pyarrow as pa

from numguard.synthetic.traps import TRAPS


@dataclass(frozen=True)
class Score:
    """The result for one kind of trap, without reported numbers."""

    trap: str
    guilty: int
    guilty_linked: int
    innocent: int
    innocent_linked: int

    @property
    def precision(self) -> float | None:
        """Share of the linked who are guilty; None when no number was linked."""
        linked = self.guilty_linked + self.innocent_linked
        return self.guilty_linked / linked if linked else None

    @property
    def recall(self) -> float | None:
        """Share of the guilty who were linked; None when no number is guilty."""
        return self.guilty_linked / self.guilty if self.guilty else None


def score(truth: pa.Table, linked: pa.Table, traps: Iterable[str] = TRAPS) -> list[Score]:
    """The result for each trap, in the order of `traps`, and the sum of all as the last.

    Args:
        truth: msisdn, trap, guilty, seed.
        linked: A table with a column msisdn.
        traps: What is planted.

    >>> truth = pa.table({"msisdn": [1, 2, 3], "trap": ["SIM box"] * 3, "guilty": [True] * 3, "seed": [1, 0, 0]})
    >>> score(truth, pa.table({"msisdn": [2]}))[-1].recall
    0.5
    """
    found = set(linked["msisdn"].to_pylist())
    counts: Counter[tuple[str, bool, bool]] = Counter()
    for row in truth.to_pylist():
        if not row["seed"]:
            counts[row["trap"], row["guilty"], row["msisdn"] in found] += 1

    def one(name: str, traps: list[str]) -> Score:
        def total(guilty: bool, *linked: bool) -> int:
            return sum(counts[trap, guilty, was] for trap in traps for was in linked)

        return Score(name, total(True, True, False), total(True, True), total(False, True, False), total(False, True))

    kinds = list(traps)
    return [*(one(trap, [trap]) for trap in kinds), one("all", kinds)]
