"""Calls that return rows (`explain`, `extract`, `format`, `keyed_hash`), and expressions of Polars against the call.

No rival library gives the reason why a cell is refused, so these have no rivals. Keyed hashes are those of any tool.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest

from numguard import _core
from numguard._core import normalize
from numguard.bench.bench_handset import RATES, cells, drawn
from numguard.bench.columns import Case, column
from numguard.bench.plan import Plan
from numguard.bench.record import Line
from numguard.bench.rivals import NUMGUARD
from numguard.keyed import keyed_hash

LISTED = 1_000
_ROWS_OF_HASHES = 1_000_000
_KEY = b"0f1e2d3c4b5a69788796a5b4c3d2e1f0"
WAYS = ("direct call", "expression", "streamed expression")


def numbers(layout: str, the_plan: Plan) -> pa.Array[Any]:
    """A column of numbers."""
    return column(Case(layout, the_plan.rows, LISTED, the_plan.hit_rates[0]))


def handsets(layout: str, the_plan: Plan) -> pa.Array[Any]:
    """A column of handsets: written, or as keys."""
    keys, _, _ = drawn(the_plan.rows, RATES[0])
    return pa.array(keys) if layout == "integers" else cells(keys, "15 digits")


VERBS: dict[tuple[str, str], tuple[Callable[[Any], Any], Callable[[str, Plan], Any]]] = {
    ("explain", "clean"): (_core.explain, numbers),
    ("explain", "mixed"): (_core.explain, numbers),
    ("extract", "clean"): (_core.extract, numbers),
    ("extract", "mixed"): (_core.extract, numbers),
    ("format", "integers"): (_core.format, numbers),
    ("explain_imei", "15 digits"): (_core.explain_imei, handsets),
    ("format_imei", "integers"): (_core.format_imei, handsets),
}


@pytest.mark.parametrize(("verb", "layout"), VERBS)
def test_answers(measure: Any, the_plan: Plan, verb: str, layout: str) -> None:
    """One call for the whole column."""
    call, column_of = VERBS[verb, layout]
    cells = column_of(layout, the_plan)
    line = Line("answers", f"{verb}, {layout}", the_plan.rows, 0, None, NUMGUARD, the_plan.threads)
    answer: Any = measure(line, lambda: call(cells))
    assert (len(answer), answer.null_count) == (the_plan.rows, 0)


@pytest.mark.parametrize("candidate", [NUMGUARD, "hmac of Python"])
def test_keyed_hash(measure: Any, the_plan: Plan, candidate: str) -> None:
    """HMAC-SHA-256 of numbers in hexadecimal digits, against the standard library, whose state is copied for each."""
    rows = min(the_plan.rows, _ROWS_OF_HASHES)
    keys: Any = column(Case("integers", rows, LISTED, the_plan.hit_rates[0]))
    begun = hmac.new(_KEY, digestmod="sha256")

    def hashed(digits: str) -> str:
        state = begun.copy()
        state.update(digits.encode())
        return state.hexdigest()

    def by_hmac() -> Any:
        return pa.array([hashed(digits) for digits in _core.format(keys, "digits").to_pylist()], pa.string())

    line = Line("answers", "keyed_hash, integers", rows, 0, None, candidate, the_plan.threads)
    found = measure(line, (lambda: keyed_hash(keys, _KEY)) if candidate == NUMGUARD else by_hmac)
    assert found[:1_000].equals(by_hmac()[:1_000]) if candidate == NUMGUARD else len(found) == rows


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("layout", ["clean", "mixed"])
def test_expression(measure: Any, the_plan: Plan, layout: str, way: str) -> None:
    """`normalize` as a call on a Polars column, and as an expression of a query."""
    pl = pytest.importorskip("polars")
    import numguard.adapters.polars  # noqa: F401  # registers the expressions

    series: Any = pl.Series("cell", numbers(layout, the_plan))
    frame = series.to_frame()
    expression = pl.col("cell").numguard.normalize()
    ways: dict[str, Callable[[], Any]] = {
        "direct call": lambda: pl.Series("cell", normalize(series), pl.UInt64),
        "expression": lambda: frame.select(expression)["cell"],
        "streamed expression": lambda: frame.lazy().select(expression).collect(engine="streaming")["cell"],
    }
    line = Line("expression", f"{layout}, {way}", the_plan.rows, 0, None, NUMGUARD, the_plan.threads)
    assert measure(line, ways[way]).equals(ways["direct call"]())
