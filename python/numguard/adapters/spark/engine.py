"""The engine: its version, and the columns of a frame.

Owns the checks of a client and a frame before a task runs, so that a wrong argument is an error here and not the stack
trace of a worker. Independent of numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

import pyarrow as pa

from numguard.adapters.spark.keys import readable_type
from numguard.errors import ArgumentError, ColumnError, EngineError, MissingExtraError, UnsupportedTypeError
from numguard.source import named

try:
    import pyspark
    from pyspark.sql import Column, DataFrame, SparkSession
    from pyspark.sql import functions as F  # noqa: N812 - its usual name
    from pyspark.sql.pandas.types import from_arrow_schema
    from pyspark.sql.types import StructField, StructType
except ImportError as _error:
    raise MissingExtraError(
        'Spark is not installed: pip install "numguard-telecom[spark]", or "numguard-telecom[sail]" for Sail and for a '
        f"Connect client without a JVM ({_error})"
    ) from None

__all__ = [
    "Column",
    "DataFrame",
    "F",
    "SparkSession",
    "StructField",
    "StructType",
    "arrow_schema",
    "by_place",
    "check_engine",
    "chosen",
    "column",
    "require",
    "session_of",
    "spark_schema",
    "version_of_client",
]

_LEAST = (4, 0)
_ARROW_TYPES: Final[dict[str, Any]] = {
    "string": pa.string(),
    "varchar": pa.string(),
    "char": pa.string(),
    "bigint": pa.int64(),
    "int": pa.int32(),
    "smallint": pa.int16(),
    "tinyint": pa.int8(),
    "double": pa.float64(),
    "float": pa.float32(),
    "boolean": pa.bool_(),
    "binary": pa.binary(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us", "UTC"),
    "timestamp_ntz": pa.timestamp("us"),
    "void": pa.null(),
}


def check_engine(session: Any, least: tuple[int, int] = _LEAST) -> None:
    """Whether client and server are recent enough.

    Raises:
        EngineError: One of them is not.
        ArgumentError: `session` is not a SparkSession.
    """
    if not hasattr(session, "createDataFrame"):
        raise ArgumentError(f"session: takes a SparkSession, not {type(session).__name__}")
    for what, version in (("pyspark", version_of_client()), ("the engine", str(session.version))):
        found = re.match(r"(\d+)\.(\d+)", version)
        if found and (int(found[1]), int(found[2])) < least:
            raise EngineError(f"{what} is {version}, and {least[0]}.{least[1]} is the oldest that this runs on")


def version_of_client() -> str:
    """The version of the installed pyspark."""
    return str(pyspark.__version__)


def session_of(frame: Any) -> SparkSession:
    """The session of a DataFrame; raises if it is not one, or the engine is too old."""
    if not isinstance(frame, DataFrame):
        raise ArgumentError(f"df: takes a DataFrame of Spark, not {type(frame).__name__}")
    check_engine(frame.sparkSession)
    return frame.sparkSession


def column(name: str) -> Column:
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
    return frame.select(*map(column, names))


def by_place(frame: DataFrame) -> DataFrame:
    """The same columns with generated names: a task takes them by position, and engines restrict names."""
    return frame.toDF(*(f"c{n}" for n in range(len(frame.columns))))


def arrow_schema(schema: StructType, names: Iterable[str]) -> pa.Schema:
    """The Arrow schema of these columns on the workers, with keys in the type as which they are read."""
    kinds = [(name, schema[name].dataType.simpleString()) for name in names]
    for name, kind in kinds:
        if _arrow_type(kind) is None:
            raise UnsupportedTypeError(f"column {name!r}: a column of type {kind[:40]} holds neither numbers nor times")
    return pa.schema([pa.field(name, readable_type(_arrow_type(kind))) for name, kind in kinds])


def _arrow_type(kind: str) -> Any:
    if kind.startswith("decimal("):
        precision, scale = (int(digits) for digits in kind[8:-1].split(","))
        return pa.decimal128(precision, scale)
    return _ARROW_TYPES.get(re.split(r"[ (]", kind)[0])


def spark_schema(schema: pa.Schema) -> StructType:
    """The Spark types of these columns."""
    return from_arrow_schema(schema, prefer_timestamp_ntz=True)
