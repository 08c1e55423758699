"""The functions of `pyarrow.compute`, under the one name by which the package calls them.

Owns the one untyped reference: the stubs of pyarrow accept no plain Python values, lists of text, struct arrays or
chunked arrays of times, all of which the functions accept. A module whose calls the stubs do cover imports
`pyarrow.compute` itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute

pc: Any = pyarrow.compute
Bools: TypeAlias = npt.NDArray[np.bool_]

_How: TypeAlias = Literal["first", "last", "max", "min", "sum"]
_Rows = TypeVar("_Rows", pa.Table, pa.RecordBatch)
_Key = TypeVar("_Key")
_Value = TypeVar("_Value")

#: How many of its units a second has, by the name of the unit.
PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}

#: A name with more digits than that may be a number.
_MOST_DIGITS = 6
#: A day in figures, as `Status as on 30.11.2026` has it, and the most digits beside days: a day has eight at the most,
#: and with one more it is no mobile number.
_DAY = re.compile(
    r"(?<!\d)(?:(?:0?[1-9]|[12]\d|3[01])([./_-])(?:0?[1-9]|1[0-2])\1(?:20)?\d\d"
    r"|20\d\d([./_-])(?:0?[1-9]|1[0-2])\2(?:0?[1-9]|[12]\d|3[01]))(?!\d)"
)
_MOST_BESIDE_DAYS = 1


def may_be_number(name: str) -> bool:
    """Whether the name of a column or a sheet may be a number, as in a file without a header: no message shows it.

    >>> may_be_number("98765 43210"), may_be_number("calls 2026"), may_be_number("Status as on 30.11.2026")
    (True, False, False)
    """
    digits, beside_days = (sum(map(str.isdigit, text)) for text in (name, _DAY.sub(" ", name)))
    return digits > _MOST_DIGITS and (digits == beside_days or beside_days > _MOST_BESIDE_DAYS)


def named(names: Sequence[str]) -> str:
    """Column names for a message, without those that may be numbers."""
    return ", ".join("(a number)" if may_be_number(name) else name for name in names)


def counts(column: pa.Array[Any] | pa.ChunkedArray[Any]) -> dict[Any, int]:
    """How often a column has each value, in the order in which they first occur.

    >>> counts(pa.array(["b", "a", "b"]))
    {'b': 2, 'a': 1}
    """
    return {entry["values"]: entry["counts"] for entry in pc.value_counts(column).to_pylist()}


def whole(column: pa.Array[Any] | pa.ChunkedArray[Any]) -> pa.Array[Any]:
    """A column as one array, decoded if its dictionaries cannot be joined.

    >>> whole(pa.chunked_array([[1], [2]])).to_pylist()
    [1, 2]
    """
    if not isinstance(column, pa.ChunkedArray):
        return column
    chunks: list[Any] = filled(column).chunks
    if not chunks:
        none: pa.Array[Any] = pa.nulls(0, column.type)
        return none
    try:
        return pa.concat_arrays(chunks)
    except pa.ArrowInvalid:  # pyarrow joins no dictionaries that have nulls among their values
        return pa.concat_arrays([cells_of(chunk) for chunk in chunks])


def filled(column: pa.ChunkedArray[Any]) -> pa.ChunkedArray[Any]:
    """A column without its chunks of no rows.

    Such a chunk may be a slice beyond its buffers, as pyarrow cuts columns whose chunks differ, and pyarrow joins none.

    >>> filled(pa.chunked_array([[1], pa.array([], pa.int64()), [2]])).num_chunks
    2
    """
    return pa.chunked_array([chunk for chunk in column.chunks if len(chunk)], column.type)


def cells_of(values: Any) -> Any:
    """The cells of a column without dictionaries and runs.

    >>> cells_of(pa.RunEndEncodedArray.from_arrays([1, 3], pa.array(["a", "b"], pa.string_view())).slice(1)).to_pylist()
    ['b', 'b']
    """

    def simple(cells: Any) -> Any:
        to = _without_dictionaries(_without_views(cells.type))
        return cells if to == cells.type else cells.cast(to)

    return _taken(values, simple)


def _taken(values: Any, read: Callable[[Any], Any]) -> Any:
    """What `read` makes of the values of an encoded array, for each cell; pyarrow decodes no runs of views."""
    if isinstance(values, pa.ChunkedArray):
        return pa.chunked_array([_taken(chunk, read) for chunk in filled(values).chunks or [whole(values)]])
    if pa.types.is_dictionary(values.type):
        return _taken(values.dictionary, read).take(values.indices)
    if pa.types.is_run_end_encoded(values.type):
        ends = values.run_ends.to_numpy()
        cells = np.arange(values.offset, values.offset + len(values))
        return _taken(values.values, read).take(pa.array(np.searchsorted(ends, cells, side="right")))
    return read(values)


def _without_dictionaries(kind: Any) -> Any:
    """The type of the same nested cells without dictionaries."""
    if pa.types.is_struct(kind):
        return pa.struct([field.with_type(_without_dictionaries(field.type)) for field in kind])
    if is_list(kind):
        of = kind.value_field.with_type(_without_dictionaries(kind.value_type))
        return pa.list_(of) if pa.types.is_list(kind) else pa.large_list(of)
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def as_text(values: pa.Array[Any]) -> pa.Array[Any]:
    """Cells as text: encoded ones decoded, whole floats with all their digits, rounded ones with an exponent.

    >>> as_text(pa.array([919876543210.0, 2.5, None])).to_pylist()
    ['919876543210', '2.5', None]
    >>> as_text(pa.array([9876543210.0, 2.5, None], pa.float32())).to_pylist()
    ['9.876543e+09', '2.5', None]

    Raises:
        pa.ArrowException: The type has no text, as lists have none.
    """
    kind = values.type
    if decoded(kind) != kind:
        # pyarrow casts no dictionary of views.
        text: pa.Array[Any] = _taken(values, as_text)
        return text
    if pa.types.is_nested(kind):
        # pyarrow writes a list of nulls as `[]`.
        raise pa.ArrowNotImplementedError("lists and structures have no text")
    if not pa.types.is_floating(kind):
        return values.cast(pa.string())
    wide = values.cast(pa.float64())
    exact = 2.0 ** {16: 11, 32: 24, 64: 53}[kind.bit_width]
    is_whole = pc.and_(pc.equal(wide, pc.floor(wide)), pc.less(pc.abs(wide), exact))
    digits = pc.if_else(is_whole, wide, None).cast(pa.int64()).cast(pa.string())
    shown: Any = values.cast(pa.string())
    if kind != pa.float64():
        # pyarrow fills rounded digits up with zeros, and several numbers would be one.
        cells = [f"{cell:e}" if cell is not None and abs(cell) >= exact else None for cell in wide.to_pylist()]
        shown = pc.coalesce(pa.array(cells, pa.string()), shown)
    written: pa.Array[Any] = pc.coalesce(digits, shown)
    return written


def seen_text(values: pa.Array[Any]) -> pa.Array[Any]:
    r"""Cells as text, in which bytes that are not UTF-8 are replacement characters: to look for words, and no more.

    >>> seen_text(pa.array([b"Victim", b"\xff1"])).to_pylist()
    ['Victim', '�1']
    """
    if not is_bytes(decoded(values.type)):
        return as_text(values)
    try:
        return as_text(values)
    except pa.ArrowInvalid:
        cells: list[Any] = values.to_pylist()
        return pa.array([None if cell is None else cell.decode(errors="replace") for cell in cells], pa.string())


def decoded(kind: Any) -> pa.DataType:
    """The type of the cells, however they are encoded.

    >>> decoded(pa.dictionary(pa.int32(), pa.string()))
    DataType(string)
    """
    encoded = pa.types.is_dictionary(kind) or pa.types.is_run_end_encoded(kind)
    return decoded(kind.value_type) if encoded else kind


def is_text(kind: pa.DataType) -> bool:
    """Whether a type is one of text, not encoded.

    >>> is_text(pa.string_view()), is_text(pa.dictionary(pa.int32(), pa.string()))
    (True, False)
    """
    return kind in (pa.string(), pa.large_string(), pa.string_view())


def is_bytes(kind: pa.DataType) -> bool:
    """Whether a type is one of bytes, not encoded. Older writers of Parquet mark no column of texts as such.

    >>> is_bytes(pa.binary()), is_bytes(pa.string())
    (True, False)
    """
    return kind in (pa.binary(), pa.large_binary(), pa.binary_view()) or pa.types.is_fixed_size_binary(kind)


def is_list(kind: pa.DataType) -> bool:
    """Whether a type is one of lists, each of any length.

    >>> is_list(pa.list_(pa.string())), is_list(pa.string())
    (True, False)
    """
    return pa.types.is_list(kind) or pa.types.is_large_list(kind)


def is_number(kind: pa.DataType) -> bool:
    """Whether a type is one of numbers, not encoded.

    >>> is_number(pa.decimal128(20, 0)), is_number(pa.string())
    (True, False)
    """
    return pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)


def type_name(kind: pa.DataType) -> str:
    """A type as a message has it: without the names of nested fields, which may be numbers.

    >>> type_name(pa.struct({"a": pa.int8()})), type_name(pa.timestamp("us"))
    ('struct', 'timestamp[us]')
    """
    return str(kind).partition("<")[0]


def field_names(kind: pa.DataType) -> list[str]:
    """The names of the fields of structs in a type, in order; of items and entries of maps, writers choose the names.

    >>> field_names(pa.map_(pa.string(), pa.list_(pa.struct({"a": pa.int8(), "b": pa.struct({"c": pa.int8()})}))))
    ['a', 'b', 'c']
    """
    if isinstance(kind, pa.MapType):
        return [*field_names(kind.key_type), *field_names(kind.item_type)]
    found = []
    for at in range(kind.num_fields):
        field = kind.field(at)
        found += [field.name] if pa.types.is_struct(kind) else []
        found += field_names(field.type)
    return found


def flags(values: pa.Array[Any] | pa.ChunkedArray[Any]) -> Bools:
    """Which values are true, for NumPy; null is not.

    >>> flags(pa.array([True, None])).tolist()
    [True, False]
    """
    return np.asarray(pc.fill_null(whole(values), False).to_numpy(zero_copy_only=False), np.bool_)


def why_unread(explained: Any) -> Any:
    """Why each cell gives no number or handset, by what the compiled module explains; null where it gives one.

    >>> notes = pa.array(["masked", None, None], pa.string())
    >>> explained = pa.StructArray.from_arrays([pa.array([None, None, 7]), notes], ["msisdn", "note"])
    >>> why_unread(explained).to_pylist()
    ['masked', 'empty', None]
    """
    notes = pc.fill_null(explained.field("note").cast(pa.string()), "empty")
    return pc.if_else(pc.is_null(explained.field(0)), notes, None)


def filtered(batch: pa.RecordBatch, is_kept: Any) -> pa.RecordBatch:
    """The rows for which this is true, in the types that they have; pyarrow filters no views, as Polars writes text.

    >>> batch = pa.record_batch({"a": pa.array(["x", "y"], pa.string_view())})
    >>> filtered(batch, pa.array([False, True])).to_pylist()
    [{'a': 'y'}]
    """
    columns: list[Any] = []
    for column in batch.columns:
        of_views = pa.types.is_string_view(column.type)
        kept = (column.cast(pa.string()) if of_views else column).filter(is_kept)
        columns.append(kept.cast(column.type) if of_views else kept)
    return pa.RecordBatch.from_arrays(columns, schema=batch.schema)


def ascending(table: pa.Table, *columns: str) -> pa.Table:
    """The table in the ascending order of some columns, of which the first counts most; nulls come last.

    >>> ascending(pa.table({"a": [2, 1, 1], "b": [0, None, 5]}), "a", "b").to_pylist()
    [{'a': 1, 'b': 5}, {'a': 1, 'b': None}, {'a': 2, 'b': 0}]
    """
    return table.sort_by([(column, "ascending") for column in columns])


def aggregated(table: pa.Table, keys: Sequence[str], columns: Sequence[str], how: _How) -> pa.Table:
    """One row for each key, in the order in which they first occur: of each column its `how`, under its own name.

    >>> aggregated(pa.table({"a": [1, 2, 1], "b": ["x", "y", "z"]}), ["a"], ["b"], "last").to_pylist()
    [{'a': 1, 'b': 'z'}, {'a': 2, 'b': 'y'}]
    """
    found = table.group_by(list(keys), use_threads=False).aggregate([(name, how) for name in columns])
    return found.rename_columns({f"{name}_{how}": name for name in columns})


def replaced(rows: _Rows, **columns: Any) -> _Rows:
    """The rows with other values in columns that they have.

    >>> replaced(pa.table({"row": [1, 2], "note": ["a", "b"]}), row=pa.array([3, 4])).to_pylist()
    [{'row': 3, 'note': 'a'}, {'row': 4, 'note': 'b'}]
    """
    for name, values in columns.items():
        rows = rows.set_column(rows.schema.get_field_index(name), name, values)
    return rows


def schema_of(**columns: pa.DataType) -> pa.Schema:
    """The schema of columns of these names and types, in this order.

    >>> schema_of(row=pa.int64(), note=pa.string()).names
    ['row', 'note']
    """
    return pa.schema(list(columns.items()))


def table_of(rows: Sequence[tuple[Any, ...]], schema: pa.Schema) -> pa.Table:
    """Rows as a table; each has one value for each column of the schema.

    >>> table_of([(2, "masked"), (5, None)], schema_of(row=pa.int64(), note=pa.string())).to_pylist()
    [{'row': 2, 'note': 'masked'}, {'row': 5, 'note': None}]
    """
    columns: list[Any] = list(zip(*rows, strict=True)) or [()] * len(schema)
    return pa.table([pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)], schema.names)


def tuples_of(table: pa.Table, *names: str) -> list[tuple[Any, ...]]:
    """The rows of some columns of a table, or of all.

    >>> tuples_of(pa.table({"row": [2, 5], "note": ["masked", None]}), "note", "row")
    [('masked', 2), (None, 5)]
    """
    columns: list[list[Any]] = [table[name].to_pylist() for name in names or table.column_names]
    return list(zip(*columns, strict=True))


def by_key(pairs: Iterable[tuple[_Key, _Value]]) -> dict[_Key, list[_Value]]:
    """The values of each key, keys and values in the order in which they first occur.

    >>> by_key([("a", 1), ("b", 2), ("a", 3)])
    {'a': [1, 3], 'b': [2]}
    """
    found: dict[_Key, list[_Value]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return found


def retyped(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """A table with the types of a schema; a column that has its type already stays as it is.

    pyarrow casts run-end-encoded columns from the beginning of their runs, whatever the offset of a slice, to the same
    type too.

    >>> runs = pa.RunEndEncodedArray.from_arrays([1, 3], ["a", "b"])
    >>> table = pa.table({"n": pa.array([1, 2]), "run": runs.slice(1)})
    >>> retyped(table, table.schema.set(0, pa.field("n", pa.string()))).to_pylist()
    [{'n': '1', 'run': 'b'}, {'n': '2', 'run': 'b'}]
    """
    columns = list(zip(table.columns, schema, strict=False))
    if table.column_names != schema.names or any(not to.nullable and column.null_count for column, to in columns):
        return table.cast(schema)  # raises
    if any(column.type != to.type and "run_end_encoded" in str(column.type) for column, to in columns):
        raise pa.ArrowTypeError("a run-end-encoded column has another type")
    cast: list[Any] = [column if column.type == to.type else _cast(column, to.type) for column, to in columns]
    return pa.Table.from_arrays(cast, schema=schema)


def _cast(column: Any, to: Any) -> Any:
    """A column in another type; pyarrow casts no views to dictionaries or back, and writes whole floats as 9.19e+11."""
    if pa.types.is_dictionary(column.type) and not pa.types.is_dictionary(to):
        # pyarrow takes no cells of views.
        simple: Any = _without_views(column.type.value_type)
        chunks: list[Any] = [c.dictionary.cast(simple).take(c.indices) for c in column.chunks]
        return _cast(pa.chunked_array(chunks, simple), to)
    if pa.types.is_dictionary(to) and "view" in f"{column.type}{to}":
        return _encoded(_cast(column, _without_views(to.value_type)), to)
    if pa.types.is_floating(column.type) and "string" in str(to):
        column = as_text(column)
    return column.cast(to)


def _without_views(kind: pa.DataType) -> pa.DataType:
    """The type of the same texts or bytes without views; any other type as it is."""
    return pa.string() if pa.types.is_string_view(kind) else pa.binary() if kind == pa.binary_view() else kind


def _encoded(column: Any, to: Any) -> Any:
    """A column as dictionaries of this type."""
    chunks: list[Any] = []
    for chunk in column.dictionary_encode().chunks:
        indices, values = chunk.indices.cast(to.index_type), chunk.dictionary.cast(to.value_type)
        chunks.append(pa.DictionaryArray.from_arrays(indices, values, ordered=to.ordered))
    return pa.chunked_array(chunks, to)
