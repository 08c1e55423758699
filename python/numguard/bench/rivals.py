"""Rival libraries for membership in a list, each with its fastest query.

Owns one function a rival. Independent of time measurement.

One idea: each rival gets its data in its own format before the measurement, and then runs two queries: the count of
rows on the list (measured, because it copies no result), and which rows these are (not measured, to compare results).
For text in mixed forms rivals get a chain that reads exactly the forms in the column and validates nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from numguard.bench.chains import COUNTRY_CODE, duckdb_key, duckdb_with, polars_key
from numguard.bench.columns import Case, national
from numguard.bench.plan import Plan
from numguard.compute import pc
from numguard.synthetic.numbering import U64

NUMGUARD: Final = "numguard"

Mask = NDArray[np.bool_]
_WRITTEN: Final = ("mixed", "string_view", "dictionary")


@dataclass(frozen=True)
class Queries:
    """The queries of a rival, with its data prepared: the count of rows on the list is measured, `mask` compared."""

    count: Callable[[], int]
    mask: Callable[[], Mask]


@dataclass(frozen=True)
class Given:
    """The input of a rival: the column, the list, and the number of threads."""

    case: Case
    column: pa.Array[Any]
    members: U64
    threads: int

    @property
    def keys(self) -> Any:
        """The list in the type of this layout's rows: E.164, ten digits as text or floats, or ten digits."""
        if self.case.layout == "integers":
            return pa.array(self.members)
        if self.case.layout == "floats":
            return pa.array(national(self.members).astype(np.float64))
        if self.case.layout in {"clean", "long dictionary"}:
            return pa.array(national(self.members)).cast(pa.string())
        return pa.array(national(self.members).astype(np.int64))


def _numguard(given: Given) -> Queries:
    from numguard._core import NumberSet

    listed = NumberSet(given.members)

    def contains() -> Any:
        return listed.contains(given.column, threads=given.threads)

    return Queries(lambda: contains().true_count, lambda: _of_arrow(contains()))


def _of_arrow(answer: Any) -> Mask:
    """An Arrow column of booleans as NumPy; a null would be a refused row, and no row here may be refused."""
    assert answer.null_count == 0
    mask: Mask = answer.to_numpy(zero_copy_only=False)
    return mask


def _of_rows(rows: int, which: Any) -> Mask:
    mask = np.zeros(rows, dtype=bool)
    mask[which] = True
    return mask


def polars_join(column: Any, keys: Any, key: Any) -> Queries:
    """A semi-join of an expression over the column `key` with keys."""
    import polars as pl

    members = pl.DataFrame({"key": pl.Series(keys)}).lazy()
    rows = pl.DataFrame({"key": pl.Series(column)}).lazy()
    found = rows.select(key).join(members, on="key", how="semi")
    numbered = rows.select(key).with_row_index("row").join(members, on="key", how="semi").select("row")
    return Queries(
        lambda: int(found.select(pl.len()).collect().item()),
        lambda: _of_rows(len(column), numbered.collect()["row"].to_numpy()),
    )


def polars_is_in(column: Any, keys: Any, key: Any) -> Queries:
    """Membership of an expression over the column `key` in keys."""
    import polars as pl

    found = pl.DataFrame({"key": pl.Series(column)}).lazy().select(key.is_in(pl.Series(keys).implode()))

    def mask() -> Mask:
        answer: Mask = found.collect()["key"].to_numpy()
        return answer

    return Queries(lambda: int(found.sum().collect().item()), mask)


def duckdb_join(column: Any, keys: Any, key: str, threads: int) -> Queries:
    """A semi-join in SQL, of an expression over the column `key`."""
    connection = duckdb_with(threads, rows=column, members=keys)
    which = f"from rows where {key} in (select key from members)"

    def count() -> int:
        found = connection.execute(f"select count(*) {which}").fetchall()
        return int(found[0][0])

    def mask() -> Mask:
        return _of_rows(len(column), connection.execute(f"select rowid as row {which}").fetchnumpy()["row"])

    return Queries(count, mask)


def _polars_join(given: Given, *, last_ten: bool = False) -> Queries:
    key = polars_key("key", written=given.case.layout in _WRITTEN, last_ten=last_ten)
    return polars_join(given.column, given.keys, key)


def _polars_is_in(given: Given) -> Queries:
    return polars_is_in(given.column, given.keys, polars_key("key", written=False))


def _duckdb_join(given: Given) -> Queries:
    key = duckdb_key("key", written=given.case.layout in _WRITTEN)
    return duckdb_join(given.column, given.keys, key, given.threads)


def _pyarrow_key(cells: Any, layout: str) -> Any:
    if layout not in _WRITTEN:
        return cells
    for sign in "+ -":
        cells = pc.replace_substring(cells, sign, "")
    # A cell may end in `.0`.
    whole = cells.cast(pa.float64()).cast(pa.int64())
    code = COUNTRY_CODE * 10**10
    has_code = pc.and_(pc.greater_equal(whole, code), pc.less(whole, code + 10**10))
    return pc.if_else(has_code, pc.subtract(whole, code), whole)


def _pyarrow_is_in(given: Given) -> Queries:
    members = given.keys

    def is_in() -> Any:
        if isinstance(given.column, pa.DictionaryArray):
            # Each distinct cell once, as numguard does.
            values = _pyarrow_key(given.column.dictionary, given.case.layout)
            return pc.take(pc.is_in(values, members), given.column.indices)
        return pc.is_in(_pyarrow_key(given.column, given.case.layout), members)

    return Queries(lambda: int(is_in().true_count), lambda: _of_arrow(is_in()))


def _pandas_isin(given: Given) -> Queries:
    import pandas as pd  # type: ignore[import-untyped,unused-ignore]

    if given.case.layout == "clean":
        kind = pd.ArrowDtype(pa.string())
        series, listed = pd.Series(given.column, dtype=kind), pd.Series(given.keys, dtype=kind)
    else:
        series, listed = given.column.to_pandas(), given.keys.to_pandas()
    return Queries(lambda: int(series.isin(listed).sum()), lambda: series.isin(listed).to_numpy(dtype=bool))


_PLAIN: Final[dict[str, Callable[[Given], Queries]]] = {
    "Polars semi-join": _polars_join,
    "Polars is_in": _polars_is_in,
    "DuckDB semi-join": _duckdb_join,
    "pyarrow is_in": _pyarrow_is_in,
    "pandas isin": _pandas_isin,
}
RIVALS: Final[dict[str, dict[str, Callable[[Given], Queries]]]] = {
    "integers": _PLAIN,
    "floats": _PLAIN,
    "clean": _PLAIN,
    # Polars and DuckDB read a dictionary as the text in it, so "clean" has their rates.
    "long dictionary": {"pyarrow is_in": _pyarrow_is_in, "pandas isin": _pandas_isin},
    "mixed": {
        "Polars semi-join": _polars_join,
        "Polars last ten digits, semi-join": partial(_polars_join, last_ten=True),
        "DuckDB semi-join": _duckdb_join,
        "pyarrow is_in": _pyarrow_is_in,
    },
    # Polars and DuckDB store all text as views, so "mixed" has their rates.
    "string_view": {"Polars semi-join": _polars_join},
    "dictionary": {"pyarrow is_in": _pyarrow_is_in},
}
"""Layout -> rival -> the function that prepares its queries."""

#: They use one thread, or read text cell by cell, and take minutes where others take seconds.
_SLOW: Final = ("pyarrow", "pandas")
#: Builds its table of texts again in every round.
_SLOW_WITH_TEXT: Final = "Polars is_in"
_LONG: Final = 10_000_000


def candidates(case: Case, plan: Plan) -> list[str]:
    """The candidates of a case: all at the first hit rate, but no slow ones for text and long lists; else the fast.

    With `plan.everyone`, all of them in every case.
    """
    names = list(RIVALS[case.layout])
    if not plan.everyone:
        text, long = case.layout not in {"integers", "floats"}, case.listed > _LONG
        first = case.hit_rate == plan.hit_rates[0]
        slow = _SLOW if (long and text) or not first else ()
        if long and text and not first:
            slow = (*slow, _SLOW_WITH_TEXT)
        names = [name for name in names if not name.startswith(slow)]
    return [NUMGUARD, *names]


def queries(candidate: str, case: Case, column: pa.Array[Any], members: U64, threads: int) -> Queries:
    """The queries of a candidate, with its data prepared."""
    prepare = _numguard if candidate == NUMGUARD else RIVALS[case.layout][candidate]
    return prepare(Given(case, column, members, threads))
