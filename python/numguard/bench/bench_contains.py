"""Membership of a column's rows in a list: numguard's sets, Polars, DuckDB, pyarrow and pandas.

The set is built before the time is taken, because users build it once and look up many columns. The rivals have no such
set and build their table in every query. `bench_set` measures building, and the report of losses adds the two.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from numguard.bench.chains import need
from numguard.bench.columns import LAYOUTS, Case, column_and_truth, members
from numguard.bench.plan import Plan, plan
from numguard.bench.record import Line
from numguard.bench.rivals import candidates, queries


def cases() -> list[Case]:
    """Every column against every list, grouped by list."""
    planned = plan()
    return [
        Case(layout, planned.rows, listed, rate)
        for listed in planned.lists
        for layout in LAYOUTS
        for rate in planned.hit_rates
    ]


@pytest.mark.parametrize(
    ("case", "candidate"), [(case, candidate) for case in cases() for candidate in candidates(case, plan())], ids=str
)
def test_contains(measure: Any, the_plan: Plan, case: Case, candidate: str) -> None:
    """Checks the rows that are found, and times their count."""
    need(candidate)
    rows, truth = column_and_truth(case)
    rival = queries(candidate, case, rows, members(case.listed), the_plan.threads)
    assert np.array_equal(rival.mask(), truth)
    line = Line("contains", case.layout, case.rows, case.listed, case.hit_rate, candidate, the_plan.threads)
    assert measure(line, rival.count) == int(truth.sum())
