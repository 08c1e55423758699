"""`pl.col("a").numguard.normalize()`: numbers and sets in Polars, eager, lazy and streaming.

Importing this module adds the namespace `numguard` to expressions and series. The result of a row depends on that row
alone, so Polars may split a column anywhere, move filters past the call and stream. A streaming engine calls with short
pieces on threads of its own, so each of these calls uses one; a longer column is shared among our threads.

    >>> import polars as pl, numguard as ng, numguard.adapters.polars
    >>> calls = pl.LazyFrame({"a_party": ["098765 43210", "1930"]})
    >>> listed = ng.NumberSet(["9876543210"])
    >>> calls.filter(pl.col("a_party").numguard.contains(listed)).collect(engine="streaming").rows()
    [('098765 43210',)]
    >>> calls.select(pl.col("a_party").numguard.explain().struct.field("note")).collect().rows()
    [(None,), ('short_code',)]
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import partial
from typing import Any, Generic, TypeVar

import pyarrow as pa

from numguard._core import ImeiSet, NumberSet, explain, explain_imei, normalize, normalize_imei
from numguard.adapters import check_region, lookup, without_codes
from numguard.errors import MissingExtraError, UnsupportedTypeError
from numguard.types import Region

try:
    import polars as pl
except ImportError:
    raise MissingExtraError('Polars is not installed: pip install "numguard-telecom[polars]"') from None

__all__ = ["NumguardExpr", "NumguardSeries"]

Column = TypeVar("Column", pl.Expr, pl.Series)

#: Rows up to which a column is a piece of a stream: Polars makes them of a hundred thousand rows or so.
_PIECE = 1 << 18


class _Namespace(ABC, Generic[Column]):
    """The verbs; a subclass defines how one is applied to a column."""

    def __init__(self, column: Column) -> None:
        self._column: Column = column

    @abstractmethod
    def _apply(self, verb: Callable[..., Any], to: Any) -> Column:
        """The column of what a verb gives, of this type."""

    def _region(self, region: Region) -> Region:
        """The region, if the column can be read by it."""
        return region

    def normalize(self, *, region: Region = "IN") -> Column:
        """Each cell's E.164 digits (UInt64), null where it is refused; as `numguard.normalize`."""
        return self._apply(partial(normalize, region=self._region(region)), pl.UInt64)

    def normalize_imei(self) -> Column:
        """Each cell's fourteen digits (UInt64), null where it is refused; as `numguard.normalize_imei`."""
        return self._apply(normalize_imei, pl.UInt64)

    def explain(self, *, region: Region = "IN") -> Column:
        """Each cell's number, kind and note (Struct of msisdn, kind, note); as `numguard.explain`."""
        fields = {"msisdn": pl.UInt64, "kind": pl.String, "note": pl.String}
        return self._apply(_plain(partial(explain, region=self._region(region))), pl.Struct(fields))

    def explain_imei(self) -> Column:
        """Each cell's handset, form and note (Struct of imei14, form, note)."""
        fields = {"imei14": pl.UInt64, "form": pl.String, "note": pl.String}
        return self._apply(_plain(explain_imei), pl.Struct(fields))

    def contains(self, members: NumberSet | ImeiSet, *, region: Region = "IN") -> Column:
        """Whether each cell is a member (Boolean), null where it is null or refused; as `NumberSet.contains`."""
        return self._apply(lookup(members, "contains", self._region(region)), pl.Boolean)

    def position(self, members: NumberSet | ImeiSet, *, region: Region = "IN") -> Column:
        """Each cell's index in `members.to_array()` (UInt32), null if it is no member; as `NumberSet.position`."""
        return self._apply(lookup(members, "position", self._region(region)), pl.UInt32)


@pl.api.register_expr_namespace("numguard")
class NumguardExpr(_Namespace[pl.Expr]):
    """The verbs on an expression: `pl.col("a").numguard.normalize()`."""

    def _apply(self, verb: Callable[..., Any], to: Any) -> pl.Expr:
        def answer(cells: pl.Series) -> pl.Series:
            return pl.Series(cells.name, verb(_typed(cells), threads=1 if len(cells) <= _PIECE else None), to)

        expression: pl.Expr = self._column.map_batches(answer, return_dtype=to, is_elementwise=True)
        return expression

    def _region(self, region: Region) -> Region:
        check_region(region)
        return region


@pl.api.register_series_namespace("numguard")
class NumguardSeries(_Namespace[pl.Series]):
    """The verbs on a series: `series.numguard.normalize()`."""

    def _apply(self, verb: Callable[..., Any], to: Any) -> pl.Series:
        return pl.Series(self._column.name, verb(_typed(self._column)), to)


def _typed(cells: pl.Series) -> pl.Series:
    """A column of nulls alone as text: Polars exports its own type for it with a buffer that Arrow does not have.

    Int128 is what Polars makes of canonical numbers beside signed integers: it may hold both.
    """
    if str(cells.dtype) in {"Int128", "UInt128"}:  # older versions do not have both
        raise UnsupportedTypeError(f"{cells.dtype}: cast canonical numbers to UInt64, and digits as written to Int64")
    return cells.cast(pl.String) if cells.dtype == pl.Null else cells


def _plain(verb: Callable[..., Any]) -> Callable[..., pa.ChunkedArray[Any]]:
    """The verb with codes as text: Polars would make a different categorical of every batch."""

    def plain(cells: pl.Series, *, threads: int | None = None) -> pa.ChunkedArray[Any]:
        result: pa.ChunkedArray[Any] = without_codes(verb(cells, threads=threads))
        return result

    return plain
