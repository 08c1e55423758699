"""Data frames of which Arrow has not every column: the columns that it has, and the error of each other one.

Owns which columns of a frame are converted. Independent of rows. One idea: **a column that is not read is no error**.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa

from numguard.compute import decoded, named, retyped
from numguard.errors import UnsupportedTypeError
from numguard.source.part import exporting

#: The type of Spark's canonical numbers, which is no key, as it may also be digits as written.
_OF_ANY_KIND: Final = pa.decimal128(20, 0)


def chosen(frame: Any, columns: Sequence[str]) -> Any:
    """These columns of a data frame, if it is one that has each of them once; else what was given."""
    names = _names(frame)
    return frame[list(columns)] if all(names.count(column) == 1 for column in columns) else frame


def stream_of(source: Any, what: str) -> tuple[pa.RecordBatchReader, dict[str, UnsupportedTypeError]]:
    """Anything that exports a stream, as one; and the error of each column that it cannot export, which is null there.

    Raises:
        UnsupportedTypeError: Arrow has none of the columns.
        ArgumentError, ColumnError, InputError: It is no table that can be read.
    """
    try:
        with exporting(what):
            return _wide(source, pa.RecordBatchReader.from_stream(source)), {}
    except UnsupportedTypeError:
        names = _names(source)
        errors = _errors(source, names, what)
        # An index may be what Arrow has not.
        if not errors or len(errors) == len(names):
            raise
    with exporting(what):
        rest = _wide(source, pa.RecordBatchReader.from_stream(source[[name for name in names if name not in errors]]))
    order = [*names, *(name for name in rest.schema.names if name not in names)]
    fields = [pa.field(name, pa.null()) if name in errors else rest.schema.field(name) for name in order]
    metadata: Any = rest.schema.metadata
    schema = pa.schema(fields, metadata)

    def batches() -> Iterator[pa.RecordBatch]:
        for batch in rest:
            columns: list[Any] = [pa.nulls(len(batch)) if name in errors else batch.column(name) for name in order]
            yield pa.RecordBatch.from_arrays(columns, schema=schema)

    return pa.RecordBatchReader.from_batches(schema, batches()), errors


def table_of(source: Any) -> pa.Table:
    """Anything that pyarrow makes a table of, as one."""
    if isinstance(source, pa.Table):
        return source
    return _wide(source, pa.table(source).to_reader()).read_all()


def _wide(source: Any, rows: pa.RecordBatchReader) -> pa.RecordBatchReader:
    """The rows with Python's decimals, which have no precision, in the type that may be canonical, as they may be.

    Spark's `toPandas` makes them of canonical numbers, and databases of digits as written; Arrow gives them the fewest
    digits that they need.

    Raises:
        UnsupportedTypeError: A column has canonical numbers beside others, of which Arrow makes digits as written.
    """
    schema = rows.schema
    for at, field in enumerate(schema):
        kind: Any = decoded(field.type)
        has_fewest = pa.types.is_decimal128(kind) and kind.scale == 0 and kind.precision < _OF_ANY_KIND.precision
        if kind in (pa.int64(), pa.float64()) and _has_keys(source, at):
            raise UnsupportedTypeError(
                f"column {named([field.name])!r} has numpy.uint64 beside other numbers: make all of them uint64 if "
                "they are canonical, and int64 if they are digits as written"
            )
        if has_fewest and _has_objects(source, field.name):
            schema = schema.set(at, field.with_type(_OF_ANY_KIND))
    if schema.equals(rows.schema):
        return rows
    batches = (pa.Table.from_batches([batch]) for batch in rows)
    return pa.RecordBatchReader.from_batches(schema, (b for one in batches for b in retyped(one, schema).to_batches()))


def _has_objects(source: Any, name: str) -> bool:
    """Whether a column has Python's objects: in a list, in a data frame of pandas, or in its index."""
    if isinstance(source, Mapping):
        return isinstance(source[name], (list, tuple)) or str(getattr(source[name], "dtype", "")) == "object"
    if type(source).__module__.partition(".")[0] != "pandas":
        return False
    return str(dict(source.dtypes).get(name, "object")) in ("object", "category")


def _has_keys(source: Any, at: int) -> bool:
    """Whether a column, the first one being 0, is one of Python's objects that has canonical numbers."""
    if isinstance(source, Mapping):
        cells = list(source.values())[at]
    elif type(source).__module__.partition(".")[0] == "pandas":
        beyond = at - len(source.columns)
        cells = source.index.get_level_values(beyond) if beyond >= 0 else source.iloc[:, at]
    else:
        return False
    # Of categories, each cell is one of these.
    cells = getattr(getattr(cells, "dtype", None), "categories", cells)
    is_of_objects = isinstance(cells, (list, tuple)) or str(getattr(cells, "dtype", "")) == "object"
    return is_of_objects and any(type(cell) is np.uint64 for cell in cells)


def _names(source: Any) -> list[str]:
    """The columns of a data frame, if it can be taken apart by them; else none."""
    if type(source).__module__.partition(".")[0] not in ("pandas", "polars") or getattr(source, "ndim", 2) != 2:
        return []
    names = list(getattr(source, "columns", ()))
    return names if len({*names}) == len(names) and all(isinstance(name, str) for name in names) else []


def _errors(frame: Any, names: Sequence[str], what: str) -> dict[str, UnsupportedTypeError]:
    """The error of each column that Arrow has not."""
    found = {}
    for name in names:
        try:
            with exporting(what):
                _wide(frame[[name]], pa.RecordBatchReader.from_stream(frame[[name]]))
        except UnsupportedTypeError as error:
            which = f"column {named([name])!r} "
            error.args = (str(error).replace("a column ", which, 1),)
            found[name] = error
    return found
