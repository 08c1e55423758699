"""The functions of `pyarrow.compute`, under the one name by which the package calls them.

Owns the one untyped reference: the stubs of pyarrow accept no plain Python values, lists of text, struct arrays or
chunked arrays of times, all of which the functions accept. A module whose calls the stubs do cover imports
`pyarrow.compute` itself.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute

__all__ = ["counts", "pc", "whole"]

pc: Any = pyarrow.compute


def counts(column: pa.Array[Any] | pa.ChunkedArray[Any]) -> dict[Any, int]:
    """How often a column has each value, in the order in which they first occur.

    >>> counts(pa.array(["b", "a", "b"]))
    {'b': 2, 'a': 1}
    """
    return {entry["values"]: entry["counts"] for entry in pc.value_counts(column).to_pylist()}


def whole(column: pa.Array[Any] | pa.ChunkedArray[Any]) -> pa.Array[Any]:
    """A column as one array.

    >>> whole(pa.chunked_array([[1], [2]])).to_pylist()
    [1, 2]
    """
    if isinstance(column, pa.ChunkedArray):
        return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
    return column
