"""Columns of any layout of Arrow -> columns of plain values.

Owns what cells of an encoded or nested type are as written cells. Independent of what a column means. One idea: **a
table gives the rows that the same table in CSV or JSON gives**, whichever library made it.
"""

from __future__ import annotations

import json
from typing import Any, Final

import pyarrow as pa

from numguard.compute import as_text, cells_of, decoded, is_bytes, is_list, is_number, is_text

_TEXTS: Final = pa.list_(pa.string())


def plain(column: pa.ChunkedArray[Any]) -> pa.ChunkedArray[Any]:
    """A column with texts as strings, encoded values decoded, and lists of texts or numbers as simple lists.

    Other nested cells are texts, in JSON, with a plus before canonical numbers. Bytes that are not UTF-8 stay bytes,
    which are no written cells.

    >>> plain(pa.chunked_array([pa.array([[b"98765 43210"], None], pa.list_(pa.binary(), 1))])).to_pylist()
    [['98765 43210'], None]
    """
    kind = column.type
    of = decoded(kind)
    if is_text(of) or is_bytes(of):
        try:
            return pa.chunked_array([as_text(chunk) for chunk in column.chunks], pa.string())
        except pa.ArrowInvalid:
            return column
    if of != kind:
        chunks: list[Any] = [cells_of(chunk) for chunk in column.chunks]
        to: Any = chunks[0].type if chunks else of
        return plain(pa.chunked_array(chunks, to))
    return _plain_lists(column) if pa.types.is_nested(kind) else column


def _plain_lists(column: pa.ChunkedArray[Any]) -> pa.ChunkedArray[Any]:
    kind: Any = column.type
    of = decoded(kind.value_type) if hasattr(kind, "value_type") else None
    if of is not None and (is_number(of) or of == pa.string()) and is_list(kind) and of == kind.value_type:
        return column
    cells: list[Any] = column.to_pylist()
    if of is not None and is_number(of):
        # As texts, canonical numbers would be digits as written: a number of Singapore would be one of India.
        return pa.chunked_array([pa.array(cells, pa.list_(of))])
    # A list of nulls has the type of no cells, and none.
    if of is None or not (is_text(of) or is_bytes(of) or pa.types.is_null(of)):
        shown = [None if cell is None else _with_plus(kind, cell) for cell in cells]
        texts = [None if cell is None else json.dumps(cell, ensure_ascii=False, default=_text) for cell in shown]
        return pa.chunked_array([pa.array(texts, pa.string())])
    lists = [None if cell is None else [None if one is None else _text(one) for one in cell] for cell in cells]
    return pa.chunked_array([pa.array(lists, _TEXTS)])


def _text(value: object) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def _with_plus(kind: Any, cell: Any) -> Any:
    """A cell with its canonical numbers as texts that are read as the same numbers."""
    if cell is None:
        return None
    if pa.types.is_struct(kind):
        return {field.name: _with_plus(field.type, cell[field.name]) for field in kind}
    if pa.types.is_map(kind):
        return [[_with_plus(kind.key_type, key), _with_plus(kind.item_type, item)] for key, item in cell]
    if isinstance(cell, list):
        of: Any = decoded(kind)
        return [_with_plus(of.value_type, one) for one in cell]
    return f"+{cell}" if decoded(kind) == pa.uint64() else cell
