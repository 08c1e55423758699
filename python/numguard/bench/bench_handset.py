"""Handsets: columns of IMEIs as in call records, read and looked up by default calls, against Polars and DuckDB.

The rivals take the first fourteen characters and validate nothing, which is right only because every cell here is an
IMEI. A list hits one row in 50,000, like real ones, and one row in 50. A set that is built for one query is timed with
its building, from an unsorted list.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pytest

from numguard._core import ImeiSet, NumberSet, normalize, normalize_imei
from numguard.bench.chains import need, polars_key
from numguard.bench.columns import Case, column, members
from numguard.bench.plan import SEED, Plan, plan
from numguard.bench.record import Line
from numguard.bench.rivals import NUMGUARD, Queries, duckdb_join, polars_is_in, polars_join
from numguard.compute import pc
from numguard.synthetic.numbering import U64

LAYOUTS: Final = ("15 digits", "14 to 16 digits", "Int64")
LISTED: Final = 27_824
RATES: Final = (0.000_02, 0.02)
_MODELS: Final = 5_000
_ROWS_OF_ONE_QUESTION: Final = 5_000_000


@lru_cache(maxsize=2)
def drawn(rows: int, rate: float) -> tuple[U64, U64, Any]:
    """Keys, a list, and which keys are on it: the list has the serials that are multiples of eleven."""
    rng = np.random.default_rng([SEED, 7])
    models = np.uint64(35_000_000) + rng.integers(0, _MODELS, rows).astype(np.uint64) * np.uint64(97)
    serials = rng.integers(0, 90_000, rows).astype(np.uint64) * np.uint64(11) + np.uint64(1)
    keys = models * np.uint64(1_000_000) + serials
    listed = np.unique(
        (np.uint64(35_000_000) + rng.integers(0, _MODELS, 2 * LISTED).astype(np.uint64) * np.uint64(97))
        * np.uint64(1_000_000)
        + rng.integers(0, 90_000, 2 * LISTED).astype(np.uint64) * np.uint64(11)
    )
    rng.shuffle(listed)
    listed = listed[:LISTED]
    hit = rng.random(rows) < rate
    keys[hit] = listed[rng.integers(0, len(listed), int(hit.sum()))]
    return keys, listed, hit


def cells(keys: U64, layout: str) -> pa.Array[Any]:
    """IMEIs as written: with a trailing zero, in three lengths, or as integers with a trailing zero."""
    if layout == "Int64":
        return pa.array((keys * np.uint64(10)).astype(np.int64))
    lengths = (
        np.full(len(keys), 15)
        if layout == "15 digits"
        else np.random.default_rng([SEED, 8]).integers(14, 17, len(keys))
    )
    scale = np.choose(lengths - 14, np.array([1, 10, 100], dtype=np.uint64))
    text: Any = pa.array(keys * scale)
    written: pa.Array[Any] = text.cast(pa.string())
    return written


@pytest.mark.parametrize("beside", [False, True], ids=["imeis", "numbers"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_read(measure: Any, the_plan: Plan, layout: str, beside: bool) -> None:
    """IMEIs, and numbers in text of the same length, on one thread."""
    if beside:
        numbers: Any = pa.array(np.random.default_rng([SEED, 9]).integers(6_000_000_000, 10_000_000_000, the_plan.rows))
        if layout != "Int64":
            numbers = pc.binary_join_element_wise("0091-", numbers.cast(pa.string()), "")
        line = Line("read imeis", layout, the_plan.rows, 0, None, "numguard, numbers as long", threads=1)
        assert measure(line, lambda: normalize(numbers, threads=1)).null_count == 0
        return
    keys, _, _ = drawn(the_plan.rows, RATES[0])
    written = cells(keys, layout)
    line = Line("read imeis", layout, the_plan.rows, 0, None, NUMGUARD, threads=1)
    assert measure(line, lambda: normalize_imei(written, threads=1)).equals(pa.array(keys))


def _queries(candidate: str, written: pa.Array[Any], listed: U64, threads: int) -> Queries:
    """The queries of a candidate: the first fourteen digits of each cell, with its data prepared."""
    text = pa.types.is_string(written.type)
    if candidate == NUMGUARD:
        listing = ImeiSet(pa.array(listed))
        ask: Callable[[], Any] = lambda: listing.contains(written)  # noqa: E731
        return Queries(lambda: int(ask().true_count), lambda: np.asarray(ask()))
    keys: Any = pa.array(listed).cast(pa.string() if text else pa.int64())
    if candidate.startswith("DuckDB"):
        return duckdb_join(written, keys, "key[:14]" if text else "key // 10", threads)
    import polars as pl

    key = pl.col("key").str.head(14) if text else pl.col("key") // 10
    return (polars_is_in if candidate.endswith("is_in") else polars_join)(written, keys, key)


@pytest.mark.parametrize("candidate", [NUMGUARD, "Polars is_in", "Polars semi-join", "DuckDB semi-join"])
@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("layout", ["15 digits", "Int64"])
def test_contains(measure: Any, the_plan: Plan, layout: str, rate: float, candidate: str) -> None:
    """Checks the rows that are found, and times their count."""
    need(candidate)
    keys, listed, truth = drawn(the_plan.rows, rate)
    asked = _queries(candidate, cells(keys, layout), listed, the_plan.threads)
    assert np.array_equal(asked.mask(), truth)
    line = Line("contains imeis", layout, the_plan.rows, LISTED, rate, candidate, the_plan.threads)
    assert measure(line, asked.count) == int(truth.sum())


@pytest.mark.parametrize("listed", plan().lists)
@pytest.mark.parametrize("candidate", [NUMGUARD, "Polars is_in", "Polars semi-join"])
def test_one_question(measure: Any, the_plan: Plan, listed: int, candidate: str) -> None:
    """A set that is built for one query: the list as Int64, unsorted."""
    need(candidate)
    rows = min(the_plan.rows, _ROWS_OF_ONE_QUESTION)
    column_of_rows: Any = column(Case("integers", rows, listed, the_plan.hit_rates[0])).cast(pa.int64())
    keys: Any = pa.array(members(listed)).cast(pa.int64())

    def build_and_count() -> int:
        answer: Any = NumberSet(keys).contains(column_of_rows)
        return int(answer.true_count)

    truth = build_and_count()
    count = build_and_count
    if candidate != NUMGUARD:
        polars = polars_is_in if candidate.endswith("is_in") else polars_join
        count = polars(column_of_rows, keys, polars_key("key", written=False)).count
    assert measure(Line("one question", "Int64", rows, listed, None, candidate, the_plan.threads), count) == truth
