"""The columns of places -> cells, circle and coordinates of canonical sightings.

Owns what is a cell, and the count of written places that were not read. Independent of operators. One idea: **a file
has few places**: each distinct text is read once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Final

import pyarrow as pa

from numguard._core import EMPTY_WORDS
from numguard.cdr.cells import WRAPPING, Column, nulls
from numguard.cdr.circles import circle
from numguard.cdr.coordinates import COORDINATE_NOTES, Degrees, of_address, of_pair, of_two
from numguard.cdr.layout import Role
from numguard.cdr.rows import RawRows, Reader
from numguard.compute import pc

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

_BLANK: Final = re.compile("|".join(["-*", *EMPTY_WORDS]), re.IGNORECASE)
_DECIMAL: Final = re.compile(r"(\d+)\.0")
#: IPv4 or IPv6, with or without a port: what a call over Wi-Fi has instead of a cell.
_ADDRESS: Final = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}(?:[:/]\d+)?|[0-9a-f]*(?::[0-9a-f]*){3,}", re.IGNORECASE)
_ROUNDED: Final = re.compile(r"[\d.]+e\+?\d+|#+", re.IGNORECASE)


def _reader(types: Sequence[pa.DataType], read: Callable[[str], tuple[Any, ...]]) -> Reader:
    """Reads distinct texts: `read` returns for one a value of each of the `types`, and the note if there is none."""
    kinds = (*types, pa.string())

    def values(texts: Column) -> list[Column]:
        found = [read((text or "").strip(WRAPPING)) for text in texts.to_pylist()]
        return [pa.array([one[k] for one in found], kind) for k, kind in enumerate(kinds)]

    return values


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


@lru_cache(maxsize=20_000)
def _both(text: str) -> Degrees:
    latitude, _, longitude = text.partition("\0")
    return of_two(latitude.strip(WRAPPING), longitude.strip(WRAPPING))


_DEGREES: Final = (pa.float64(), pa.float64())
#: The readers of the columns of places, by their roles.
PLACE_READERS: Final[dict[Role, Reader]] = {
    "first_cell": _reader([pa.string()], _cell),
    "last_cell": _reader([pa.string()], _cell),
    "place": _reader([pa.string()], _circle),
    "coordinates": _reader(_DEGREES, of_pair),
    "site": _reader(_DEGREES, of_address),
}
_TEXTS: Final[tuple[Role, ...]] = ("first_cell", "last_cell", "place")
_of_two: Final = _reader(_DEGREES, _both)


def places(raw: RawRows) -> tuple[list[Column], dict[str, Column]]:
    """The columns of `PLACE_COLUMNS`; and by column, for each row, the note of a text that was not read.

    Notes are null where there is none, and left out of a column without any.
    """
    nothing = nulls(len(raw.lines), pa.string())
    columns: list[Column] = []
    notes: dict[str, Column] = {}
    for name in _TEXTS:
        values, note = raw.read.get(name, (nothing, nothing))
        columns.append(values)
        notes[name] = note
    latitude, longitude, notes["latitude"] = _coordinates(raw)
    return [*columns, latitude, longitude], {name: note for name, note in notes.items() if note.null_count < len(note)}


def _coordinates(raw: RawRows) -> list[Column]:
    if {"latitude", "longitude"} <= raw.columns.keys():
        two: Column = pc.binary_join_element_wise(raw.columns["latitude"], raw.columns["longitude"], "\0")
        distinct = two.dictionary_encode()
        return [values.take(distinct.indices) for values in _of_two(distinct.dictionary)]
    for role in ("coordinates", "site"):
        if role in raw.read:
            return raw.read[role]
    return [nulls(len(raw.lines), kind) for kind in (*_DEGREES, pa.string())]
