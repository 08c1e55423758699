"""The columns of places -> cells, circle and coordinates of canonical sightings.

Owns what is a cell, and the count of written places that were not read. Independent of operators. One idea: **a file
has few places**: each distinct text is read once and the rows look it up.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, Final

import pyarrow as pa

from numguard.cdr.cells import WRAPPING, Column
from numguard.cdr.circles import circle
from numguard.cdr.coordinates import COORDINATE_NOTES, Degrees, of_address, of_pair, of_two
from numguard.cdr.layout import Role
from numguard.cdr.rows import RawRows
from numguard.compute import pc

__all__ = ["PLACE_COLUMNS", "PLACE_NOTES", "Places"]

#: The columns of the place of a sighting; all of them null where a file has none.
PLACE_COLUMNS: Final[dict[str, pa.DataType]] = {
    "first_cell": pa.string(),
    "last_cell": pa.string(),
    "place": pa.string(),
    "latitude": pa.float64(),
    "longitude": pa.float64(),
}

#: Why a written place was not read; the row itself is kept.
PLACE_NOTES: Final = {
    **COORDINATE_NOTES,
    "no_cell": "The text is no cell: an Internet address, zeros, or a rounded number.",
    "unlisted_circle": "The spelling of the circle is not on the list, or it is no circle of India.",
}

_MOST_KEPT: Final = 20_000
_BLANK: Final = re.compile(r"-*|na|n/a|nan|null|none|#n/a", re.IGNORECASE)
_DECIMAL: Final = re.compile(r"(\d+)\.0")
#: IPv4 or IPv6, with or without a port: what a call over Wi-Fi has instead of a cell.
_ADDRESS: Final = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}(?:[:/]\d+)?|[0-9a-f]*(?::[0-9a-f]*){3,}", re.IGNORECASE)
_ROUNDED: Final = re.compile(r"[\d.]+e\+?\d+|#+", re.IGNORECASE)


class _Reader:
    """Reads each distinct text once, and looks the others up.

    `read` returns for a text a value of each of the `types`, and the note if there is none.
    """

    def __init__(self, types: Sequence[pa.DataType], read: Callable[[str], tuple[Any, ...]]) -> None:
        self._read = read
        self._types = (*types, pa.string())
        self._known: Column = pa.nulls(0, pa.string())
        self._values: list[Column] = []
        self._forget()

    def columns(self, cells: Column) -> list[Column]:
        """For each row of a dictionary the values and, last, the note."""
        words, rows = cells.dictionary, cells.indices
        codes = pc.index_in(words, value_set=self._known)
        if codes.null_count:
            if len(self._known) > _MOST_KEPT:
                self._forget()
                codes = pc.index_in(words, value_set=self._known)
            self._learn(words.filter(codes.is_null()))
            codes = pc.index_in(words, value_set=self._known)
        return [_taken(column.take(codes), rows) for column in self._values]

    def _forget(self) -> None:
        self._known = pa.nulls(0, pa.string())
        self._values = [pa.array([], kind) for kind in self._types]
        self._learn(pa.nulls(1, pa.string()))

    def _learn(self, texts: Column) -> None:
        values_of = zip(*(self._read((text or "").strip(WRAPPING)) for text in texts.to_pylist()), strict=True)
        new = [pa.array(values, kind) for values, kind in zip(values_of, self._types, strict=True)]
        self._values = [pa.concat_arrays([old, more]) for old, more in zip(self._values, new, strict=True)]
        self._known = pa.concat_arrays([self._known, texts])


def _taken(values: Column, rows: Column) -> Column:
    """A value for each row; most files leave one column or another empty."""
    return pa.nulls(len(rows), values.type) if values.null_count == len(values) else values.take(rows)


def _cell(text: str) -> tuple[str | None, str | None]:
    """A cell's identity as written by its network: text, neither joined nor cut."""
    if _BLANK.fullmatch(text):
        return None, None
    if not re.search("[1-9]", text) or _ADDRESS.fullmatch(text) or _ROUNDED.fullmatch(text):
        return None, "no_cell"
    return _DECIMAL.sub(r"\1", text) if _DECIMAL.fullmatch(text) else text, None


def _circle(text: str) -> tuple[str | None, str | None]:
    if _BLANK.fullmatch(text):
        return None, None
    name = circle(text)
    return name, None if name else "unlisted_circle"


def _both(text: str) -> Degrees:
    latitude, _, longitude = text.partition("\0")
    return of_two(latitude.strip(WRAPPING), longitude.strip(WRAPPING))


def _text(read: Callable[[str], tuple[str | None, str | None]]) -> _Reader:
    return _Reader([pa.string()], read)


def _degrees(read: Callable[[str], Degrees]) -> _Reader:
    return _Reader([pa.float64(), pa.float64()], read)


class Places:
    """Reads where the rows of one file were."""

    def __init__(self) -> None:
        self._texts: dict[Role, _Reader] = {"first_cell": _text(_cell), "last_cell": _text(_cell)}
        self._texts["place"] = _text(_circle)
        self._of_pair, self._of_site, self._of_two = _degrees(of_pair), _degrees(of_address), _degrees(_both)

    def read(self, raw: RawRows) -> tuple[list[Column], dict[str, Column]]:
        """The columns of `PLACE_COLUMNS`; and by column, for each row, the note of a text that was not read.

        Notes are null where there is none, and left out of a column without any.
        """
        nothing = pa.nulls(len(raw.lines), pa.string())
        columns: list[Column] = []
        notes: dict[str, Column] = {}
        for name, reader in self._texts.items():
            cells = raw.columns.get(name)
            values, note = (nothing, nothing) if cells is None else reader.columns(cells)
            columns.append(values)
            notes[name] = note
        latitude, longitude, notes["latitude"] = self._coordinates(raw.columns, nothing)
        return [*columns, latitude, longitude], {
            name: note for name, note in notes.items() if note.null_count < len(note)
        }

    def _coordinates(self, columns: dict[Role, Column], nothing: Column) -> list[Column]:
        if {"latitude", "longitude"} <= columns.keys():
            two: Column = pc.binary_join_element_wise(columns["latitude"], columns["longitude"], "\0")
            return self._of_two.columns(two.dictionary_encode())
        if "coordinates" in columns:
            return self._of_pair.columns(columns["coordinates"])
        if "site" in columns:
            return self._of_site.columns(columns["site"])
        return [nothing.cast(pa.float64()), nothing.cast(pa.float64()), nothing]
