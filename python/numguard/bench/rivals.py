"""Who else can say which rows of a column are on a list, each asked in its own fastest way.

Owns one class a rival. Knows nothing of time.

The one idea: each rival gets its data in its own home, unmeasured, and is then asked two things: how many rows are on
the list (measured: nothing is handed on, so nobody pays for a copy), and which ones (not measured, to compare answers).
Text in mixed forms is a trap: rivals get a chain that reads exactly the forms in the column and validates nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from numguard.bench.chains import duckdb_key, polars_key
from numguard.bench.columns import Case, national
from numguard.bench.plan import Plan
from numguard.synthetic.numbering import U64

__all__ = ["NUMGUARD", "RIVALS", "Question", "ask", "candidates"]

NUMGUARD: Final = "numguard"

Mask = NDArray[np.bool_]
_WRITTEN: Final = ("mixed", "string_view", "dictionary")


@dataclass(frozen=True)
class Question:
    """A rival, its data at hand.

    Attributes:
        count: How many rows are on the list; this is measured.
        mask: Which rows are; this is compared.
    """

    count: Callable[[], int]
    mask: Callable[[], Mask]


@dataclass(frozen=True)
class Asked:
    """What a rival is given: the column, the list, and how many threads it may use."""

    case: Case
    column: pa.Array[Any]
    members: U64
    threads: int

    @property
    def keys(self) -> Any:
        """The list as this layout's rows will be compared with it: E.164, ten digits as text, or ten digits."""
        if self.case.layout == "integers":
            return pa.array(self.members)
        if self.case.layout == "clean":
            return pa.array(national(self.members)).cast(pa.string())
        return pa.array(national(self.members).astype(np.int64))


def _numguard(asked: Asked) -> Question:
    from numguard._core import NumberSet

    listed = NumberSet(asked.members)

    def contains() -> Any:
        return listed.contains(asked.column, threads=asked.threads)

    return Question(lambda: contains().true_count, lambda: _of_arrow(contains()))


def _of_arrow(answer: Any) -> Mask:
    """An Arrow column of truth values as NumPy; a null would be a refused row, and none of these may be refused."""
    assert answer.null_count == 0
    mask: Mask = answer.to_numpy(zero_copy_only=False)
    return mask


def _of_rows(rows: int, which: Any) -> Mask:
    mask = np.zeros(rows, dtype=bool)
    mask[which] = True
    return mask


def _polars_join(asked: Asked, *, last_ten: bool = False) -> Question:
    import polars as pl

    members = pl.DataFrame({"key": pl.Series(asked.keys)}).lazy()
    rows = pl.DataFrame({"key": pl.Series(asked.column)}).lazy()
    key = polars_key("key", written=asked.case.layout in _WRITTEN, last_ten=last_ten)
    found = rows.select(key).join(members, on="key", how="semi")
    numbered = rows.select(key).with_row_index("row").join(members, on="key", how="semi").select("row")
    return Question(
        lambda: int(found.select(pl.len()).collect().item()),
        lambda: _of_rows(asked.case.rows, numbered.collect()["row"].to_numpy()),
    )


def _polars_last_ten(asked: Asked) -> Question:
    return _polars_join(asked, last_ten=True)


def _polars_is_in(asked: Asked) -> Question:
    import polars as pl

    members = pl.Series(asked.keys).implode()
    rows = pl.DataFrame({"key": pl.Series(asked.column)}).lazy()
    found = rows.select(pl.col("key").is_in(members))

    def mask() -> Mask:
        answer: Mask = found.collect()["key"].to_numpy()
        return answer

    return Question(lambda: int(found.sum().collect().item()), mask)


def _duckdb_join(asked: Asked) -> Question:
    import duckdb

    connection = duckdb.connect()
    connection.execute(f"set threads = {asked.threads}")
    for name, keys in (("rows", asked.column), ("members", asked.keys)):
        connection.register("given", pa.table({"key": keys}))
        connection.execute(f"create table {name} as from given")
        connection.unregister("given")
    which = f"from rows where {duckdb_key('key', written=asked.case.layout in _WRITTEN)} in (select key from members)"

    def count() -> int:
        found = connection.execute(f"select count(*) {which}").fetchall()
        return int(found[0][0])

    def mask() -> Mask:
        return _of_rows(asked.case.rows, connection.execute(f"select rowid as row {which}").fetchnumpy()["row"])

    return Question(count, mask)


def _pyarrow_key(cells: Any, layout: str) -> Any:
    if layout not in _WRITTEN:
        return cells
    compute: Any = pc
    bare = compute.replace_substring_regex(compute.replace_substring_regex(cells, r"\.0$", ""), r"[^0-9]", "")
    ten = compute.replace_substring_regex(bare, r"^(?:0091|91|0)([0-9]{10})$", r"\1")
    return ten.cast(pa.int64())


def _pyarrow_is_in(asked: Asked) -> Question:
    members = asked.keys

    def is_in() -> Any:
        if isinstance(asked.column, pa.DictionaryArray):
            # Each distinct cell once, as we do it.
            values = _pyarrow_key(asked.column.dictionary, asked.case.layout)
            return pc.take(pc.is_in(values, members), asked.column.indices)
        return pc.is_in(_pyarrow_key(asked.column, asked.case.layout), members)

    return Question(lambda: int(is_in().true_count), lambda: _of_arrow(is_in()))


def _pandas_isin(asked: Asked) -> Question:
    import pandas as pd  # type: ignore[import-untyped,unused-ignore]

    rows: Any = asked.column.to_numpy() if asked.case.layout == "integers" else asked.column
    members: Any = asked.members if asked.case.layout == "integers" else asked.keys
    kind = None if asked.case.layout == "integers" else pd.ArrowDtype(pa.string())
    series, listed = pd.Series(rows, dtype=kind), pd.Series(members, dtype=kind)
    return Question(lambda: int(series.isin(listed).sum()), lambda: series.isin(listed).to_numpy(dtype=bool))


RIVALS: Final[dict[str, dict[str, Callable[[Asked], Question]]]] = {
    "integers": {
        "Polars semi-join": _polars_join,
        "Polars is_in": _polars_is_in,
        "DuckDB semi-join": _duckdb_join,
        "pyarrow is_in": _pyarrow_is_in,
        "pandas isin": _pandas_isin,
    },
    "clean": {
        "Polars semi-join": _polars_join,
        "Polars is_in": _polars_is_in,
        "DuckDB semi-join": _duckdb_join,
        "pyarrow is_in": _pyarrow_is_in,
        "pandas isin": _pandas_isin,
    },
    "mixed": {
        "Polars regex, semi-join": _polars_join,
        "Polars last ten digits, semi-join": _polars_last_ten,
        "DuckDB regex, semi-join": _duckdb_join,
        "pyarrow regex, is_in": _pyarrow_is_in,
    },
    # Polars and DuckDB hold every text as views already: theirs are the rates of "mixed".
    "string_view": {"Polars regex, semi-join": _polars_join},
    "dictionary": {"pyarrow regex, is_in": _pyarrow_is_in},
}
"""Layout -> rival -> how it is asked."""

#: On one thread whatever is set, or reading text cell by cell: they take minutes where others take seconds.
_SLOW: Final = ("pyarrow", "pandas")
#: Takes a table of texts apart anew in every round.
_SLOW_WITH_TEXT: Final = "Polars is_in"
_LONG: Final = 10_000_000


def candidates(case: Case, plan: Plan) -> list[str]:
    """Who is asked about a case: at the first hit rate all, but slow ones not about text and long lists; else the fast.

    With `plan.everyone`, everyone about everything.
    """
    asked = list(RIVALS[case.layout])
    if not plan.everyone:
        text, long = case.layout != "integers", case.listed > _LONG
        first = case.hit_rate == plan.hit_rates[0]
        slow = _SLOW if (long and text) or not first else ()
        if long and text and not first:
            slow = (*slow, _SLOW_WITH_TEXT)
        asked = [name for name in asked if not name.startswith(slow)]
    return [NUMGUARD, *asked]


def ask(candidate: str, case: Case, column: pa.Array[Any], members: U64, threads: int) -> Question:
    """A candidate with its data at hand."""
    prepare = _numguard if candidate == NUMGUARD else RIVALS[case.layout][candidate]
    return prepare(Asked(case, column, members, threads))
