"""A linkage run compared with the planted truth: does it follow the rules, and are the rules right?

Owns the two comparisons. The first must come out equal, to the last date; the second never does in full, because no
policy catches every fraudster and spares every innocent: it shows what a policy buys and what it costs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import pyarrow as pa
import pyarrow.compute as pc

from numguard.synthetic.oracle import Link, Walk
from numguard.synthetic.traps import TRAPS

__all__ = ["Expanded", "Score", "differences", "score"]


class Expanded(Protocol):
    """The tables of a linkage run."""

    @property
    def linked(self) -> pa.Table:
        """A row a linked number."""

    @property
    def handsets(self) -> pa.Table:
        """A row a handset that was walked through."""

    @property
    def stopped(self) -> pa.Table:
        """A row a number or handset at which the walk stopped."""


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

    Example:
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


def differences(walk: Walk, expanded: Expanded) -> dict[str, int]:
    """Rows in which a run differs from the oracle, by table: missing, surplus, or with another path, date or reason.

    Returns:
        linked, handsets and stopped, each with a count; all zero when the run follows the rules.
    """
    linked = {
        row["msisdn"]: Link(
            row["hop"],
            row["via_imei"],
            row["via_msisdn"],
            row["seed_msisdn"],
            row["first_seen"],
            row["last_seen"],
            row["sightings"],
        )
        for row in _microseconds(expanded.linked).to_pylist()
    }
    handsets = dict(zip(*(expanded.handsets[name].to_pylist() for name in ("imei14", "hop")), strict=True))
    stopped = {
        ("msisdn", row["msisdn"]) if row["msisdn"] is not None else ("imei", row["imei14"]): row["why"]
        for row in expanded.stopped.to_pylist()
    }
    return {
        "linked": len(dict(linked.items() ^ walk.linked.items())),
        "handsets": len(dict(handsets.items() ^ walk.handsets.items())),
        "stopped": len(dict(stopped.items() ^ walk.stopped.items())),
    }


def _microseconds(table: pa.Table) -> pa.Table:
    """The table with its times as microseconds since 1970, UTC."""
    for k, field in enumerate(table.schema):
        if pa.types.is_timestamp(field.type):
            utc = pc.cast(table.column(k), pa.timestamp("us", field.type.tz))
            table = table.set_column(k, field.name, pc.cast(utc, pa.int64()))
    return table
