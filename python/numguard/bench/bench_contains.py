"""Which rows of a column are on a list: sets of ours beside Polars, DuckDB, pyarrow and pandas.

The set is built before the clock starts, as it is opened once and asked many times; the rivals have nothing of the kind
and build their table in every query. What building costs is measured by `bench_set`, and the two are added up where
the report says who loses.
"""

from __future__ import annotations

import importlib.util
from typing import Any

import numpy as np
import pytest

from numguard.bench.columns import LAYOUTS, Case, column_and_truth, members
from numguard.bench.plan import Plan, plan
from numguard.bench.record import Line
from numguard.bench.rivals import ask, candidates


def cases() -> list[Case]:
    """Every column against every list, those of one list together."""
    planned = plan()
    return [
        Case(layout, planned.rows, listed, rate)
        for listed in planned.lists
        for layout in LAYOUTS
        for rate in planned.hit_rates
    ]


def installed(candidate: str) -> bool:
    """Whether the library that a candidate is named after can be imported."""
    return importlib.util.find_spec(candidate.split(maxsplit=1)[0].lower()) is not None


@pytest.mark.parametrize(
    ("case", "candidate"),
    [(case, candidate) for case in cases() for candidate in candidates(case, plan())],
    ids=str,
)
def test_contains(measure: Any, the_plan: Plan, case: Case, candidate: str) -> None:
    """The right rows, and how fast they are counted."""
    if not installed(candidate):
        pytest.skip(f"{candidate}: not installed")
    rows, truth = column_and_truth(case)
    question = ask(candidate, case, rows, members(case.listed), the_plan.threads)
    assert np.array_equal(question.mask(), truth)
    line = Line("contains", case.layout, case.rows, case.listed, case.hit_rate, candidate, the_plan.threads)
    assert measure(line, question.count) == int(truth.sum())
