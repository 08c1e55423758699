"""`numguard demo`: the whole job on one invented case, in the terminal, compared with what is known to be true.

Owns the order of the job, what is said about it, and the checks that decide whether the run is a success. Knows
nothing of how anything is computed: every figure comes from the face of the package, or from the truth that the
generator kept. No whole number or handset is ever printed.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TextIO

import click
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

import numguard as ng
from numguard.cli.page import Page, open_page
from numguard.synthetic import SEED, TRAPS, World, districts, make_world
from numguard.synthetic.oracle import Rules
from numguard.synthetic.score import Score, differences, score
from numguard.synthetic.world import placeholders

__all__ = ["DemoResult", "demo", "run_demo"]

SINCE: Final = "2022-07-01"
UNTIL: Final = "2022-10-01"
MAX_HOPS: Final = 2
MAX_NUMBERS_PER_DAY: Final = 3.1
MIN_SIGHTINGS: Final = 2
MAX_GAP_DAYS: Final = 14


@dataclass
class DemoResult:
    """What a run found.

    Attributes:
        world: The invented case.
        checks: What had to come out, in words, and whether it did.
        reported: Reported numbers by district.
        linked: Linked numbers by district.
        differences: Rows in which linkage differs from the oracle, by table.
        scores: How each trap came out.
        hits: Hit rows of the scan.
        rows_per_second: Rate of the scan.
        written: Every file written, by what it is.
        seconds: The whole run.
    """

    world: World
    checks: dict[str, bool] = field(default_factory=dict)
    reported: dict[str, int] = field(default_factory=dict)
    linked: dict[str, int] = field(default_factory=dict)
    differences: dict[str, int] = field(default_factory=dict)
    scores: list[Score] = field(default_factory=list)
    hits: int = 0
    rows_per_second: float = 0.0
    written: dict[str, Path] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        """Whether everything that had to come out did."""
        return bool(self.checks) and all(self.checks.values())
