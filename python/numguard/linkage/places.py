"""Columns of places -> integers that the walk compares: a point, a cell, a circle.

Owns which columns those are and which values they may have. Independent of the rules of linkage. One idea: **cells and
circles are compared as text**; the reader of operator files gives each circle one spelling.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from numguard._core import points
from numguard.compute import as_text, decoded, is_text, named, pc
from numguard.errors import ColumnError, UnsupportedTypeError
from numguard.source import headings

Keys = npt.NDArray[np.uint64]

#: The parts of a place, each with its default column.
PLACES: Final[dict[str, str]] = {
    "latitude": "latitude",
    "longitude": "longitude",
    "cell": "first_cell",
    "place": "place",
}
#: The columns of the place of a sighting: uint64, 0 where it is unknown.
PLACED: Final = ("point", "cell", "circle")
_DECIMAL: Final = r"^[+-]?\d{1,3}(\.\d{1,15})?$"
_MOST_KEPT: Final = 100_000
_DEGREES: Final = ("latitude", "longitude")


class Places:
    """Reads the places of one run of sightings.

    Args:
        named: The column of each of `PLACES`.

    Attributes:
        rows: How many rows have a place: coordinates, a cell or a circle.
    """

    def __init__(self, named: Mapping[str, str]) -> None:
        self._named = named
        self._numbers: dict[str, int] = {}
        self.rows = 0

    def columns(self, names: Sequence[str]) -> list[str]:
        """Which of the columns a source has.

        Raises:
            ColumnError: A column that is not a default one is missing.
        """
        for what, column in self._named.items():
            if column != PLACES[what] and column not in names:
                raise ColumnError(f"{what}: no column {named([column])!r}; there are {headings(names)}")
        return [column for column in dict.fromkeys(self._named.values()) if column in names]

    def degrees(self, stored: pa.Schema, names: Sequence[str]) -> list[str] | None:
        """The columns of degrees of a file, empty if it has no places; None if the compiled module cannot read them.

        Args:
            stored: The columns in the file.
            names: The columns of its rows, with those that its folders give.

        Raises:
            ColumnError: As in `columns`.
        """
        found = self.columns(names)
        if not found:
            return []
        degrees = [self._named[what] for what in _DEGREES]
        if set(found) != set(degrees) or any(stored.names.count(name) != 1 for name in degrees):
            return None
        kinds = [stored.field(name).type for name in degrees]
        return degrees if all(pa.types.is_float64(kind) or pa.types.is_float32(kind) for kind in kinds) else None

    def beside(self, keys: pa.RecordBatch, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Keys and times followed by the points, cells and circles of their batch: uint64, 0 where unknown.

        Raises:
            UnsupportedTypeError: A column cannot hold such values; the message names it.
        """
        places = self._points(batch)
        cells, circles = (self._numbered(what, batch) for what in ("cell", "place"))
        self.rows += int(np.count_nonzero(places | cells | circles))
        columns: list[Any] = [*keys.columns, *(pa.array(column, pa.uint64()) for column in (places, cells, circles))]
        return pa.RecordBatch.from_arrays(columns, [*keys.schema.names, *PLACED])

    def _column(self, what: str, batch: pa.RecordBatch) -> Any:
        place = batch.schema.get_field_index(self._named[what])
        if place < 0:
            return None
        column: Any = batch.column(place)
        kind = decoded(column.type)
        if is_text(kind):
            return as_text(column)
        column = column.cast(kind)
        if pa.types.is_integer(kind) or pa.types.is_null(kind):
            return column
        if what in _DEGREES and (pa.types.is_floating(kind) or pa.types.is_decimal(kind)):
            return column
        holds = "degrees as numbers or text" if what in _DEGREES else "text"
        raise UnsupportedTypeError(f"column {named([self._named[what]])!r}: takes {holds}, not {kind}")

    def _points(self, batch: pa.RecordBatch) -> Keys:
        """The point of each row; the compiled module has the rule."""
        latitudes, longitudes = (self._column(what, batch) for what in _DEGREES)
        if latitudes is None or longitudes is None:
            return np.zeros(batch.num_rows, dtype=np.uint64)
        found: Keys = points(_degrees(latitudes), _degrees(longitudes)).to_numpy()
        return found

    def _numbered(self, what: str, batch: pa.RecordBatch) -> Keys:
        """Each distinct text as a number of its own, blanks around it and case aside."""
        column = self._column(what, batch)
        if column is None or pa.types.is_null(column.type):
            return np.zeros(batch.num_rows, dtype=np.uint64)
        coded = pc.cast(column, pa.string()).dictionary_encode()
        words = pc.utf8_lower(pc.utf8_trim_whitespace(coded.dictionary)).to_pylist()
        numbers = np.array([*(self._number(word or "") for word in words), 0], dtype=np.uint64)
        numbered: Keys = numbers[coded.indices.fill_null(len(words)).to_numpy(zero_copy_only=False)]
        return numbered

    def _number(self, word: str) -> int:
        """A text as an integer, the same whatever was read before it, so that an answer has no order; 0 of nothing."""
        if word not in self._numbers:
            if len(self._numbers) > _MOST_KEPT:
                self._numbers.clear()
            digest = hashlib.blake2b(word.encode(), digest_size=8).digest()
            self._numbers[word] = int.from_bytes(digest, "big") if word.strip("-") else 0
        return self._numbers[word]


def _degrees(column: Any) -> Any:
    """As numbers, null where none is written. Of text only a plain decimal number is one."""
    if is_text(column.type):
        text = pc.utf8_trim_whitespace(pc.cast(column, pa.string()))
        column = pc.if_else(pc.match_substring_regex(text, _DECIMAL), text, None)
    # Integers that a float does not hold are no degrees, whatever they are rounded to.
    return pc.cast(column, pa.float64(), safe=False)
