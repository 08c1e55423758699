"""Hits by the names of the lists that they are on: many lists of one column, looked up in one pass.

Owns the column of names. Independent of sources and cells. One idea: **the pass looks for members of the union of the
lists, and only hits are looked up in each list**, so that many lists cost hardly more than one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa

from numguard._core import ImeiSet, NumberSet
from numguard.compute import flags, named, pc, replaced
from numguard.errors import ArgumentError

_Set: TypeAlias = NumberSet | ImeiSet
#: What a key column is looked up in: one set, or several by name.
Sets: TypeAlias = Mapping[str, _Set | Mapping[str, _Set]]

#: The suffix of the column of lists, after the key column's name.
LISTS = "_lists"

_NAMES = pa.list_(pa.string())
#: The separator of names in formats without lists.
_BETWEEN = ";"


class Marks:
    """The lists of each key column that was given several, and how many rows hit each.

    Args:
        sets: What each key column is looked up in.

    Raises:
        ArgumentError: Not sets of one kind in each column, or a name that cannot be written.
    """

    def __init__(self, sets: Sets) -> None:
        #: What each column is looked up in: for several lists, their union.
        self.sets: dict[str, _Set] = {}
        self._lists: dict[str, dict[str, _Set]] = {}
        #: Rows that hit each list, by column.
        self.hits: dict[str, dict[str, int]] = {}
        whole: dict[tuple[int, ...], _Set] = {}
        for column, members in sets.items():
            if not isinstance(members, Mapping):
                self.sets[column] = _checked(column, members)
                continue
            lists = {_checked_name(column, name): _checked(column, one) for name, one in members.items()}
            if len({type(one) for one in lists.values()}) != 1:
                raise ArgumentError(
                    f"sets: {named([column])!r} takes at least one list, and all of numbers or all of handsets"
                )
            # Several columns are mostly looked up in the same lists.
            same = tuple(map(id, lists.values()))
            if same not in whole:
                whole[same] = _any_of(list(lists.values()))
            self.sets[column] = whole[same]
            self._lists[column] = lists
            self.hits[column] = dict.fromkeys(lists, 0)

    def of_several(self, column: str) -> bool:
        """Whether a column is looked up in several lists."""
        return column in self._lists

    def columns(self) -> list[str]:
        """The columns of names."""
        return [f"{column}{LISTS}" for column in self._lists]

    def schema(self, schema: pa.Schema) -> pa.Schema:
        """The columns of marked hits: the names of the lists beside each match.

        Raises:
            ArgumentError: There is such a column already.
        """
        for column in self._lists:
            name = f"{column}{LISTS}"
            if name in schema.names:
                raise ArgumentError(
                    f"there is a column '{named([name])}' already: leave it out with columns= (--keep), or rename it"
                )
            schema = schema.insert(schema.get_field_index(f"{column}_match") + 1, pa.field(name, _NAMES))
        return schema

    def apply(self, hits: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
        """Rows with the names of the lists that each match is on, null where nothing matched."""
        if not self._lists:
            return hits
        names_of = {f"{column}{LISTS}": self._names(column, hits[f"{column}_match"]) for column in self._lists}
        # By place: several columns may have one name.
        others = iter(hits.columns)
        columns = [names_of[name] if name in names_of else next(others) for name in schema.names]
        return pa.RecordBatch.from_arrays(columns, schema=schema)

    def _names(self, column: str, match: Any) -> pa.Array[Any]:
        lists = self._lists[column]
        matched = flags(match.is_valid())
        keys = match.drop_null()
        on = np.empty((len(keys), len(lists)), np.bool_)
        for n, (name, members) in enumerate(lists.items()):
            on[:, n] = flags(members.contains(keys))
            self.hits[column][name] += int(on[:, n].sum())
        row, place = np.nonzero(on)
        counts = np.zeros(len(match), np.int64)
        counts[matched] = np.bincount(row, minlength=len(keys))
        ends = np.concatenate([[0], np.cumsum(counts)])
        names: Any = pa.array(list(lists), pa.string()).take(pa.array(place, pa.int64()))
        lists_of: pa.Array[Any] = pa.ListArray.from_arrays(pa.array(ends, pa.int32()), names, mask=pa.array(~matched))
        return lists_of


def flattened(
    schema: pa.Schema, batches: Iterable[pa.RecordBatch], columns: Sequence[str]
) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
    """Rows whose names of lists are one text, for formats without lists; and their columns."""
    flat = schema
    for name in columns:
        flat = flat.set(flat.get_field_index(name), pa.field(name, pa.string()))

    def each() -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield replaced(batch, **{name: pc.binary_join(batch[name], _BETWEEN) for name in columns})

    return flat, each()


def _checked(column: str, members: object) -> _Set:
    if not isinstance(members, (NumberSet, ImeiSet)):
        raise no_set(f"sets: {named([column])!r}", members)
    return members


def no_set(argument: str, given: object) -> ArgumentError:
    """The error for what is given in place of a set."""
    of_a_file = isinstance(given, (str, PurePath)) or (hasattr(given, "keys") and not isinstance(given, Mapping))
    remedy = "; read_numbers(path).keys and read_imeis(path).keys are those of a file" if of_a_file else ""
    return ArgumentError(f"{argument} takes a NumberSet or an ImeiSet, not {type(given).__name__}{remedy}")


def _checked_name(column: str, name: object) -> str:
    if not isinstance(name, str) or not name.strip() or _BETWEEN in name or not name.isprintable():
        raise ArgumentError(f"sets: {named([column])!r}: a list takes a name without {_BETWEEN}")
    return name


def _any_of(lists: list[Any]) -> _Set:
    """The union of the lists; the smallest are joined first, so that a large one is copied once."""
    left = sorted(lists, key=len, reverse=True)
    while len(left) > 1:
        left.append(left.pop() | left.pop())
        left.sort(key=len, reverse=True)
    whole: _Set = left[0]
    return whole
