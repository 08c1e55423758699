"""The cost of a set: building it, its bytes a key, opening a saved one, and the memory that these need."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from numguard._core import NumberSet
from numguard.bench import memory
from numguard.bench.chains import need
from numguard.bench.columns import Case, members
from numguard.bench.plan import Plan, plan
from numguard.bench.record import Line
from numguard.bench.rivals import NUMGUARD, RIVALS

LISTS = plan().lists
MEASURED_FOR_MEMORY = ("numguard", "Polars semi-join", "Polars is_in", "DuckDB")


@pytest.mark.parametrize("listed", LISTS)
def test_build(measure: Any, the_plan: Plan, listed: int) -> None:
    """From unsorted UInt64 keys."""
    keys = pa.array(members(listed))
    size = NumberSet(keys).nbytes
    built = measure(
        Line("build", "integers", listed, listed, None, NUMGUARD, the_plan.threads, bytes=size), lambda: NumberSet(keys)
    )
    assert len(built) == listed
    assert np.array_equal(built.to_array().to_numpy(), np.sort(members(listed)))


@pytest.mark.parametrize("listed", LISTS)
@pytest.mark.parametrize("verify", [True, False], ids=["verified", "unverified"])
def test_open(measure: Any, tmp_path: Path, listed: int, verify: bool) -> None:
    """A saved set whose pages are in the system's cache."""
    path = tmp_path / "listed.set"
    NumberSet(members(listed)).save(path)
    layout = "verified" if verify else "unverified"
    opened = measure(
        Line("open", layout, listed, listed, None, NUMGUARD, 1, bytes=path.stat().st_size),
        lambda: NumberSet.open(path, verify=verify),
    )
    assert len(opened) == listed


@pytest.mark.parametrize("verb", ["union", "to_array"])
@pytest.mark.parametrize("listed", LISTS[1:])
def test_algebra(measure: Any, the_plan: Plan, listed: int, verb: str) -> None:
    """The union of two sets that share half of their keys; the keys of a set, in order."""
    keys = np.sort(members(listed))
    first, second = NumberSet(pa.array(keys)), NumberSet(pa.array(keys[::2]))
    rows = len(first) + (len(second) if verb == "union" else 0)
    line = Line("set algebra", verb, rows, listed, None, NUMGUARD, the_plan.threads)
    found: Any = measure(line, (lambda: first | second) if verb == "union" else first.to_array)
    assert len(found) == listed


@pytest.mark.parametrize("listed", LISTS)
def test_memory_of_building(measure: Any, the_plan: Plan, listed: int) -> None:
    """The peak memory beyond the keys while a set is built, with the set."""
    added = memory.added("build", listed=listed)
    measure.note(Line("memory of building", "integers", listed, listed, None, NUMGUARD, the_plan.threads, bytes=added))


@pytest.mark.parametrize(
    ("case", "candidate"),
    [
        (case, candidate)
        for listed in LISTS[1:]
        for layout in ("integers", "mixed")
        for case in [Case(layout, plan().rows, listed, 0.5)]
        for candidate in [NUMGUARD, *RIVALS[layout]]
        if candidate.startswith(MEASURED_FOR_MEMORY)
    ],
    ids=str,
)
def test_memory_of_contains(measure: Any, the_plan: Plan, case: Case, candidate: str) -> None:
    """The peak memory beyond column and list while rows are counted once."""
    need(candidate)
    added = memory.added("contains", candidate=candidate, case=asdict(case), threads=the_plan.threads)
    about = (case.layout, case.rows, case.listed, case.hit_rate)
    measure.note(Line("memory of contains", *about, candidate, the_plan.threads, bytes=added))
