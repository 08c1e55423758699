"""Types of columns: Spark's and Arrow's, and which of them hold numbers or times."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

import pyarrow as pa
from pyspark.sql.pandas.types import from_arrow_schema
from pyspark.sql.types import DecimalType, StructField, StructType

from numguard.adapters.spark.keys import readable_type
from numguard.compute import named
from numguard.errors import UnsupportedTypeError

__all__ = ["DecimalType", "StructField", "StructType", "arrow_schema", "spark_schema"]

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


#: What Spark makes of canonical numbers in sums and roundings, and some databases of every integer.
_WIDER_THAN_KEYS: Final = re.compile(r"decimal\((2[1-9]|3\d),0\)")


def arrow_schema(schema: StructType, names: Iterable[str]) -> pa.Schema:
    """The Arrow schema of these columns on the workers, with keys in the type as which they are read."""
    kinds = [(name, schema[name].dataType.simpleString()) for name in names]
    for name, kind in kinds:
        if _arrow_type(kind) is None:
            raise UnsupportedTypeError(
                f"column {named([name])!r}: a column of type {kind[:40]} holds neither numbers nor times"
            )
        if _WIDER_THAN_KEYS.fullmatch(kind):
            raise UnsupportedTypeError(
                f"column {named([name])!r}: {kind} may be canonical numbers or digits as written: cast it to "
                "decimal(20,0) or to bigint"
            )
    return pa.schema([pa.field(name, readable_type(_arrow_type(kind))) for name, kind in kinds])


def _arrow_type(kind: str) -> Any:
    if kind.startswith("decimal("):
        precision, scale = (int(digits) for digits in kind[8:-1].split(","))
        return pa.decimal128(precision, scale)
    return _ARROW_TYPES.get(re.split(r"[ (]", kind)[0])


def spark_schema(schema: pa.Schema) -> StructType:
    """The Spark types of these columns."""
    return from_arrow_schema(schema, prefer_timestamp_ntz=True)
