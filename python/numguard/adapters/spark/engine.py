"""The engine: its version, and the columns of a frame.

Owns the checks of a client and a frame before a task runs, so that a wrong argument is an error here and not the stack
trace of a worker. Independent of numbers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from numguard.compute import named
from numguard.errors import ArgumentError, ColumnError, EngineError, MissingExtraError

try:
    import pyspark
    from pyspark.errors import PySparkNotImplementedError
    from pyspark.sql import Column, DataFrame, SparkSession
    from pyspark.sql import functions as F  # noqa: N812 - its usual name
except ImportError as _error:
    raise MissingExtraError(
        'Spark is not installed: pip install "numguard-telecom[spark]", or "numguard-telecom[sail]" for Sail and for a '
        f"Connect client without a JVM ({_error})"
    ) from None

__all__ = [
    "Column",
    "DataFrame",
    "F",
    "PySparkNotImplementedError",
    "SparkSession",
    "by_name",
    "by_place",
    "check_engine",
    "chosen",
    "folding",
    "names_of",
    "require",
    "session_of",
    "unsigned_of",
    "version_of_client",
]

_LEAST = (4, 0)


def check_engine(session: Any) -> None:
    """Checks that client and server are recent enough.

    Raises:
        EngineError: One of them is not.
        ArgumentError: `session` is not a SparkSession.
    """
    if not hasattr(session, "createDataFrame"):
        raise ArgumentError(f"session: takes a SparkSession, not {type(session).__name__}")
    for what, version in (("pyspark", version_of_client()), ("the engine", str(session.version))):
        found = re.match(r"(\d+)\.(\d+)", version)
        if found and (int(found[1]), int(found[2])) < _LEAST:
            raise EngineError(f"{what} is {version}, and {_LEAST[0]}.{_LEAST[1]} is the oldest that this runs on")


def version_of_client() -> str:
    """The version of the installed pyspark."""
    return str(pyspark.__version__)


def session_of(frame: Any) -> SparkSession:
    """The session of a DataFrame; raises if it is not one, or the engine is too old."""
    if not isinstance(frame, DataFrame):
        raise ArgumentError(f"df: takes a DataFrame of Spark, not {type(frame).__name__}")
    check_engine(frame.sparkSession)
    return frame.sparkSession


def folding(session: SparkSession) -> Callable[[str], str]:
    """What the engine compares names of columns by: most take those that differ in case for the same."""
    return str if session.conf.get("spark.sql.caseSensitive", "false") == "true" else str.lower


def by_name(name: str) -> Column:
    """A column by its name, which may have any characters."""
    quoted = name.replace("`", "``")
    return F.col(f"`{quoted}`")


def require(frame: DataFrame, names: Iterable[str]) -> None:
    """Raises ColumnError unless each of these columns exists exactly once."""
    for name in names:
        if frame.columns.count(name) != 1:
            there = named(frame.columns)
            raise ColumnError(f"no column {named([name])!r} (or more than one); there are: {there}")


def chosen(frame: DataFrame, names: Iterable[str]) -> DataFrame:
    """The named columns of a frame, in order, each once."""
    names = list(dict.fromkeys(names))
    require(frame, names)
    # By position, because an engine takes names that differ only in case for the same.
    return by_place(frame).select(*(f"c{frame.columns.index(name)}" for name in names)).toDF(*names)


def names_of(columns: Sequence[str] | None) -> list[str] | None:
    """The names in an argument `columns`, each once; None where it is None."""
    if columns is None:
        return None
    names = [columns] if isinstance(columns, str) else list(columns)
    if isinstance(columns, str) or not all(isinstance(name, str) for name in names):
        raise ArgumentError("columns: takes a list of names, not one name or another type")
    return list(dict.fromkeys(names))


def unsigned_of(frame: DataFrame) -> set[int]:
    """The places of columns of uint64 that the engine shows as bigint, as Sail does; no query runs."""
    places = [n for n, field in enumerate(frame.schema) if field.dataType.simpleString() == "bigint"]
    # Beside a bigint, an unsigned one becomes the type that holds both.
    beside = [F.coalesce(F.col(f"c{n}"), F.lit(0).cast("bigint")).alias(f"c{n}") for n in places]
    types = by_place(frame).select(*beside).schema if places else []
    return {n for n, field in zip(places, types, strict=True) if field.dataType.simpleString() != "bigint"}


def by_place(frame: DataFrame) -> DataFrame:
    """The same columns with generated names: a task takes them by position, and engines restrict names."""
    return frame.toDF(*(f"c{n}" for n in range(len(frame.columns))))
