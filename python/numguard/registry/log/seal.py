"""A digest of each event over its rows and the digest of the event before: a chain that reveals any change.

Owns which bytes of an event are digested. Independent of stores. One idea: the digest is over the values of the rows
and not their order or storage, so that every store, and every later schema, computes the same digest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import pyarrow as pa

from numguard.compute import ascending, flags, pc, whole

#: An event's number, moment, actor, verb and reason.
Event: TypeAlias = tuple[int, int, str, str, str]


class Seal(NamedTuple):
    """The number of a registry's last event, and the digest over all of them.

    Attributes:
        events: The last event's number.
        digest: Its SHA-256, in hexadecimal digits; empty where there is no event.
    """

    events: int
    digest: str


def digest(before: str, event: Event, tables: Mapping[str, pa.Table]) -> str:
    """The digest of an event.

    Args:
        before: That of the event before.
        event: Its number, moment, actor, verb and reason.
        tables: Its rows by table, of integers and text. An empty column is left out, so that a column that a later
            schema adds changes no digest, and one that it renames has its first name.

    Returns:
        SHA-256 in hexadecimal digits.
    """
    state = hashlib.sha256()
    for part in _parts(before, event, tables):
        state.update(len(part).to_bytes(8, "little"))
        state.update(part)
    return state.hexdigest()


#: The names under which columns are digested that a later step of the schema renamed.
_DIGESTED_AS = {"contradiction": {"held_value": "held_said", "other_value": "other_said"}}


def _parts(before: str, event: Event, tables: Mapping[str, pa.Table]) -> Iterator[bytes]:
    yield before.encode()
    for field in event:
        yield str(field).encode()
    for name in sorted(tables):
        former = _DIGESTED_AS.get(name, {})
        table = tables[name].rename_columns([former.get(column, column) for column in tables[name].column_names])
        columns = {column: _values(table[column]) for column in sorted(table.column_names)}
        columns = {column: values for column, values in columns.items() if values is not None}
        rows = pa.table(columns)
        if len(rows) > 1:
            rows = ascending(rows, *columns)
        yield name.encode()
        for column in columns:
            yield column.encode()
            yield from _bytes(whole(rows[column]))


def _values(values: pa.ChunkedArray[Any]) -> pa.Array[Any] | None:
    """The values, or None if all of them are null or empty."""
    array = whole(values)
    if pa.types.is_integer(array.type):
        array = array.cast(pa.int64())
        return None if array.null_count == len(array) else array
    array = pc.fill_null(array.cast(pa.binary()), b"")
    return array if pc.any(pc.greater(pc.binary_length(array), 0)).as_py() else None


def _bytes(values: Any) -> Iterator[bytes]:
    if pa.types.is_integer(values.type):
        yield flags(pc.is_valid(values)).tobytes()
        yield np.asarray(pc.fill_null(values, 0).to_numpy(), "<i8").tobytes()
        return
    yield np.asarray(pc.binary_length(values).to_numpy(), "<i8").tobytes()
    offsets = np.frombuffer(values.buffers()[1], np.int32)[values.offset : values.offset + len(values) + 1]
    yield values.buffers()[2].to_pybytes()[offsets[0] : offsets[-1]] if len(values) else b""
