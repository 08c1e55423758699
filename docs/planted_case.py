"""The planted case of the demonstration at full size: the page on traps counts and draws it.

Counts and pictures come from one case with one seed. The module does not depend on pages or pictures.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

import numguard as ng
from numguard.synthetic import SEED
from numguard.synthetic.complaints import make_complaints
from numguard.synthetic.numbering import Numbering
from numguard.synthetic.places import Placed, place
from numguard.synthetic.traps import Planted, plant

__all__ = ["PERIOD", "Case", "case"]

PERIOD = {"since": date(2022, 7, 1), "until": date(2022, 10, 1)}


@dataclass(frozen=True)
class Case:
    """Seeds, sightings, protected numbers and the truth; `placed` has the same with places and further traps."""

    seeds: ng.NumberSet
    sightings: pa.Table
    protected: ng.NumberSet
    planted: Planted
    placed: Placed

    @property
    def all_seeds(self) -> ng.NumberSet:
        """The seeds, with those of the traps that only places distinguish."""
        return self.seeds | ng.NumberSet(pa.array(self.placed.seeds))

    def seed_of(self, trap: str, nth: int = 0) -> pa.Array[Any]:
        """One of the reported numbers of a trap, in ascending order."""
        truth = self.planted.truth
        is_seed = pc.and_(pc.equal(truth["trap"], pa.scalar(trap)), truth["seed"])
        return pa.array(sorted(truth["msisdn"].filter(is_seed).to_pylist())[nth : nth + 1], pa.uint64())


@cache
def case() -> Case:
    """The case, planted once a process."""
    supply = Numbering(SEED)
    complaints = make_complaints(SEED, scale=1.0, supply=supply)
    planted = plant(SEED, supply, complaints.msisdns, complaints.complainants)
    sightings = pa.table(
        {
            "served_msisdn": pa.array(planted.msisdn),
            "imei14": pa.array(planted.imei14),
            "at": pa.array(planted.at, pa.timestamp("us", "UTC")),
        }
    )
    protected = np.union1d(complaints.complainants, planted.protected)
    placed = place(planted, supply, SEED)
    seeds = ng.NumberSet(pa.array(complaints.msisdns))
    return Case(seeds, sightings, ng.NumberSet(pa.array(protected)), planted, placed)
