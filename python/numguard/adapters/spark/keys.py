"""Conversion of keys between Spark's types and Arrow's, and the sending of sets to the workers.

Owns the type for uint64 in an engine without unsigned types, and how a set is sent: a small one itself, a larger one as
the path of its file. Independent of the engine, because workers import this module too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from numguard._core import ImeiSet, NumberSet
from numguard.compute import named
from numguard.errors import ArgumentError

#: Spark's type for uint64, and its name there.
CANONICAL: Final = pa.decimal128(20, 0)
KEY: Final = "decimal(20,0)"

#: A set of more bytes than this must be in a file: each task would receive it again, and messages are limited.
_LARGEST_CARRIED: Final = 32 << 20

_UINT64_MOST: Final = 2**64 - 1

#: By column: the function that builds a set, and its arguments: the bytes or the file, and the hash.
Travelling: TypeAlias = dict[str, tuple[Any, tuple[Any, int]]]


def readable_type(kind: pa.DataType) -> pa.DataType:
    """The type as which a key column is read."""
    return pa.uint64() if kind == CANONICAL else kind


def of_spark(kind: Any) -> Any:
    """The Arrow type in which Spark accepts a column of `scan`."""
    types = pa.types
    if types.is_dictionary(kind) or types.is_run_end_encoded(kind):
        return of_spark(kind.value_type)
    if types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind):
        return pa.list_(of_spark(kind.value_type))
    if types.is_struct(kind):
        return pa.struct([pa.field(field.name, of_spark(field.type)) for field in kind])
    if types.is_timestamp(kind):
        return pa.timestamp("us", kind.tz)
    return next((simple for is_one, simple in _SIMPLE if is_one(kind)), kind)


_SIMPLE: Final[list[tuple[Any, Any]]] = [
    (pa.types.is_uint8, pa.int16()),
    (pa.types.is_uint16, pa.int32()),
    (pa.types.is_uint32, pa.int64()),
    (pa.types.is_uint64, CANONICAL),
    (pa.types.is_float16, pa.float32()),
    (pa.types.is_date, pa.date32()),
    (pa.types.is_null, pa.string()),
    (pa.types.is_large_string, pa.string()),
    (pa.types.is_string_view, pa.string()),
    (pa.types.is_large_binary, pa.binary()),
    (pa.types.is_binary_view, pa.binary()),
    (pa.types.is_fixed_size_binary, pa.binary()),
]


def readable(column: Any) -> Any:
    """A key column as numguard reads it. A value that is no uint64 becomes the largest one, which is too long."""
    if column.type != CANONICAL:
        return column
    try:
        return column.cast(pa.uint64())
    except pa.ArrowInvalid:  # its message quotes the value, so it must not be raised
        none, most = pa.scalar(0, CANONICAL), pa.scalar(_UINT64_MOST, CANONICAL)
        return pc.if_else(pc.or_(pc.less(column, none), pc.greater(column, most)), most, column).cast(pa.uint64())


def canonical(keys: Any) -> Any:
    """Keys in Spark's type."""
    return keys.cast(CANONICAL)


class Sets(Mapping[str, Any]):
    """Sets by key column. Each is pickled as its bytes or as the path of its file; a process opens a file once."""

    _opened: Final[dict[Any, Any]] = {}

    def __init__(self, sets: Mapping[str, NumberSet | ImeiSet]) -> None:
        if not isinstance(sets, Mapping) or not sets:
            raise ArgumentError('sets: takes a mapping such as {"a_party": numbers}, of at least one column')
        for column, members in sets.items():
            if not isinstance(column, str):
                raise ArgumentError(f"sets: takes names of columns as keys, not {type(column).__name__}")
            if not isinstance(members, (NumberSet, ImeiSet)):
                raise ArgumentError(
                    f"sets: {named([column])!r} takes a NumberSet or an ImeiSet, not {type(members).__name__}"
                )
            if not _is_in_file(members) and members.nbytes > _LARGEST_CARRIED:
                raise ArgumentError(
                    f"sets: that of {named([column])!r} has {members.nbytes >> 20:,} MiB, too many to travel with "
                    "each task: save() it where all workers find it under the same path, and open() it from there"
                )
        self._sets = dict(sets)

    def __getitem__(self, column: str) -> NumberSet | ImeiSet:
        return self._sets[column]

    def __iter__(self) -> Iterator[str]:
        return iter(self._sets)

    def __len__(self) -> int:
        return len(self._sets)

    def travelling(self) -> Travelling:
        """The pickled form of each set: a function that builds it, and its arguments."""
        return {column: _reduced(members) for column, members in self._sets.items()}

    @classmethod
    def of(cls, travelling: Travelling) -> Sets:
        """The sets on a worker, from their pickled form."""
        arrived = {}
        for column, (build, how) in travelling.items():
            arrived[column] = cls._opened.get(how) or build(*how)
            if not isinstance(how[0], bytes):
                cls._opened[how] = arrived[column]
        sets = cls.__new__(cls)
        sets._sets = arrived
        return sets

    def __reduce__(self) -> tuple[Any, tuple[Travelling]]:
        return Sets.of, (self.travelling(),)


def _reduced(members: Any) -> tuple[Any, tuple[Any, int]]:
    build, how = members.__reduce__()
    return build, how


def _is_in_file(members: Any) -> bool:
    return not isinstance(_reduced(members)[1][0], bytes)
