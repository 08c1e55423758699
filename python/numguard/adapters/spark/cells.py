"""Expressions over a column: `normalize`, `contains` and `explain`, in any query.

Owns their types of arguments and results. For whole rows `scan` is faster, because the engine buffers the other columns
of an expression.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa

from numguard import _core
from numguard.adapters import check_region
from numguard.adapters.spark.engine import Column, F, SparkSession, by_name, check_engine, version_of_client
from numguard.adapters.spark.keys import KEY, Sets, canonical, readable
from numguard.adapters.spark.workers import check_workers
from numguard.errors import EngineError
from numguard.types import Region

_HOLDS_KEYS = r"^(string.*|char.*|varchar.*|(unsigned )?bigint|double|void|null|decimal\((1?\d|20), ?0\))$"


def normalize(column: Column | str, *, region: Region = "IN") -> Column:
    """Each cell's E.164 digits (DECIMAL(20,0)), null where it is refused; as `numguard.normalize`."""
    check_region(region)
    return _of_cells(
        "normalize", column, lambda cells: canonical(_core.normalize(cells, region=region, threads=1)), KEY
    )


def normalize_imei(column: Column | str) -> Column:
    """Each cell's fourteen digits (DECIMAL(20,0)), null where it is refused; as `numguard.normalize_imei`."""
    return _of_cells("normalize_imei", column, lambda cells: canonical(_core.normalize_imei(cells, threads=1)), KEY)


def contains(column: Column | str, members: _core.NumberSet | _core.ImeiSet, *, region: Region = "IN") -> Column:
    """Whether each cell is a member (BOOLEAN), null where it is null or refused; as `NumberSet.contains`.

    Args:
        column: Text, BIGINT, DOUBLE, or DECIMAL without a fraction: the name of a column, or an expression.
        members: A `NumberSet` or an `ImeiSet`; it is sent to the workers as in `scan`.
        region: How bare digits are read, as in `normalize`.

    Raises:
        SetFileError, FileMissingError: A worker of the active session cannot open the file of the set.
        EngineError: Client or server are too old, or the workers have no numguard.
        ArgumentError: An argument is invalid.
    """
    check_region(region)
    sets = Sets({"members": members})
    region_of = {} if isinstance(members, _core.ImeiSet) else {"region": region}
    return _of_cells(
        "contains", column, lambda cells: sets["members"].contains(cells, threads=1, **region_of), "boolean", sets
    )


def explain(column: Column | str, *, region: Region = "IN") -> Column:
    """Each cell's number, kind and note; as `numguard.explain`.

    A STRUCT of `msisdn` (DECIMAL(20,0)), `kind` and `note` (text).
    """
    check_region(region)
    struct = f"struct<msisdn: {KEY}, kind: string, note: string>"
    return _of_cells("explain", column, lambda cells: _plain(_core.explain(cells, region=region, threads=1)), struct)


def explain_imei(column: Column | str) -> Column:
    """Each cell's handset, form and note: a STRUCT of `imei14`, `form` and `note`."""
    struct = f"struct<imei14: {KEY}, form: string, note: string>"
    return _of_cells("explain_imei", column, lambda cells: _plain(_core.explain_imei(cells, threads=1)), struct)


def _of_cells(
    verb: str, column: Column | str, answer: Callable[[pa.Array[Any]], Any], returned: str, sets: Sets | None = None
) -> Column:
    arrow_udf: Any = getattr(F, "arrow_udf", None)
    if arrow_udf is None:
        raise EngineError(f"pyspark is {version_of_client()}, and 4.1 is the oldest that has expressions over Arrow")

    answer(pa.nulls(0, pa.string()))  # raises for a wrong argument
    session = SparkSession.getActiveSession()
    if session is not None:
        check_engine(session)
        check_workers(session, sets)

    def cells_of(cells: pa.Array) -> pa.Array:  # type: ignore[type-arg]
        answered: pa.Array[Any] = answer(readable(cells))
        return answered

    cells = by_name(column) if isinstance(column, str) else column
    kind = F.typeof(cells)
    advice = f"holds no number: cast it to bigint or string, or to {KEY} if it is canonical, for it is "
    wrong = F.concat(F.lit(advice), kind)
    # The engine evaluates this without a worker.
    expression: Column = F.when(kind.rlike(_HOLDS_KEYS), arrow_udf(cells_of, returned)(cells)).otherwise(
        F.raise_error(wrong)
    )
    return expression.alias(f"numguard_{verb}")


def _plain(answers: Any) -> Any:
    """The result with codes as text and keys as DECIMAL(20,0)."""
    kinds = [canonical(answers.field(0)), *(answers.field(n).cast(pa.string()) for n in (1, 2))]
    return pa.StructArray.from_arrays(kinds, [field.name for field in answers.type], mask=answers.is_null())
