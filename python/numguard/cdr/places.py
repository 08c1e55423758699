"""The columns that say where a handset was -> cells, circle and coordinates of canonical sightings.

Owns what is a cell, and the count of what is written and was not read. Knows no operator. One idea: **a file has few
places**: each distinct text is read once and the rows look it up.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final, Generic, TypeVar

import numpy as np
import pyarrow as pa

from numguard.cdr.cells import WRAPPING, Column, Ints
from numguard.cdr.circles import circle
from numguard.cdr.coordinates import COORDINATE_NOTES, Degrees, of_address, of_pair, of_two
from numguard.cdr.layout import Role
from numguard.cdr.rows import RawRows

__all__ = ["PLACE_COLUMNS", "PLACE_NOTES", "Places"]

#: The columns of a sighting that say where it was; all of them null where a file has none.
PLACE_COLUMNS: Final[dict[str, pa.DataType]] = {
    "first_cell": pa.string(),
    "last_cell": pa.string(),
    "place": pa.string(),
    "latitude": pa.float64(),
    "longitude": pa.float64(),
}

#: Why what is written of a place was not read; the row itself stays.
PLACE_NOTES: Final = {
    **COORDINATE_NOTES,
    "no_cell": "What stands in the column is no cell: an address of the internet, zeros, or a number that was rounded.",
    "unlisted_circle": "The circle is written in a way that is not on the list, or is none of India's.",
}

_MOST_VALUES_KEPT: Final = 100_000
_BLANK: Final = re.compile(r"-*|na|n/a|nan|null|none|#n/a", re.IGNORECASE)
_DECIMAL: Final = re.compile(r"(\d+)\.0")
#: IPv4 or IPv6, with or without a port: what a call over Wi-Fi has instead of a cell.
_ADDRESS: Final = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}(?:[:/]\d+)?|[0-9a-f]*(?::[0-9a-f]*){3,}", re.IGNORECASE)
_ROUNDED: Final = re.compile(r"[\d.]+e\+?\d+|#+", re.IGNORECASE)

_Read = TypeVar("_Read")


class _Reader(Generic[_Read]):
    """Reads each distinct text once, a file long; knows how many rows had which note."""

    def __init__(self, read: Callable[[str], tuple[_Read, str | None]]) -> None:
        self._read = read
        self._known: dict[str, tuple[_Read, str | None]] = {}

    def values(self, cells: Column) -> tuple[list[tuple[_Read, str | None]], Ints]:
        """What each distinct text says, and for each row which of them it has; the last says nothing."""
        coded = cells if pa.types.is_dictionary(cells.type) else cells.dictionary_encode()
        if len(self._known) > _MOST_VALUES_KEPT:
            self._known.clear()
        found = []
        for text in coded.dictionary.to_pylist():
            if text not in self._known:
                self._known[text] = self._read((text or "").strip(WRAPPING))
            found.append(self._known[text])
        codes: Ints = coded.indices.fill_null(len(found)).to_numpy()
        return [*found, self._read("")], codes.astype(np.int64)


def _cell(text: str) -> tuple[str | None, str | None]:
    """A cell's identity as its network writes it: text, never joined or cut."""
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


def _coordinates(read: Callable[[str], Degrees]) -> Callable[[str], tuple[Degrees, str | None]]:
    def noted(text: str) -> tuple[Degrees, str | None]:
        found = read(text)
        return found, found.note

    return noted


def _both(text: str) -> Degrees:
    latitude, _, longitude = text.partition("\0")
    return of_two(latitude.strip(WRAPPING), longitude.strip(WRAPPING))


class Places:
    """Reads where the rows of one file were."""

    def __init__(self) -> None:
        self._texts: dict[Role, _Reader[str | None]] = {
            "first_cell": _Reader(_cell),
            "last_cell": _Reader(_cell),
            "place": _Reader(_circle),
        }
        self._of_pair = _Reader(_coordinates(of_pair))
        self._of_address = _Reader(_coordinates(of_address))
        self._of_two = _Reader(_coordinates(_both))

    def read(self, raw: RawRows) -> tuple[list[Column], dict[str, Column]]:
        """The columns of `PLACE_COLUMNS`; and by column, for each row, the note of what is written there and not read.

        Notes are dictionary-encoded, null where there is none, and left out of a column without any.
        """
        count = len(raw.lines)
        columns: list[Column] = []
        notes: dict[str, Column] = {}
        for name, reader in self._texts.items():
            cells = raw.columns.get(name)
            if cells is None:
                columns.append(pa.nulls(count, pa.string()))
                continue
            found, codes = reader.values(cells)
            columns.append(pa.array([value for value, _ in found], pa.string()).take(_index(codes)))
            _note(notes, name, [note for _, note in found], codes)
        return [*columns, *self._degrees(raw, notes)], notes

    def _degrees(self, raw: RawRows, notes: dict[str, Column]) -> list[Column]:
        columns = raw.columns
        if {"latitude", "longitude"} <= columns.keys():
            found, codes = self._of_two.values(_joined(columns["latitude"], columns["longitude"]))
        elif "coordinates" in columns:
            found, codes = self._of_pair.values(columns["coordinates"])
        elif "site" in columns:
            found, codes = self._of_address.values(columns["site"])
        else:
            return [pa.nulls(len(raw.lines), pa.float64())] * 2
        _note(notes, "latitude", [note for _, note in found], codes)
        where = _index(codes)
        return [
            pa.array([degrees.latitude for degrees, _ in found], pa.float64()).take(where),
            pa.array([degrees.longitude for degrees, _ in found], pa.float64()).take(where),
        ]


def _index(codes: Ints) -> Column:
    return pa.array(codes)


def _note(notes: dict[str, Column], column: str, said: Sequence[str | None], codes: Ints) -> None:
    if any(said):
        notes[column] = pa.array(said, pa.string()).take(_index(codes))


def _joined(latitude: Column, longitude: Column) -> Column:
    """Two columns as one of distinct pairs, without a string a row: by the codes of each."""
    coded = [
        cells if pa.types.is_dictionary(cells.type) else cells.dictionary_encode() for cells in (latitude, longitude)
    ]
    texts: list[list[str]] = [[*(text or "" for text in one.dictionary.to_pylist()), ""] for one in coded]
    codes: list[Ints] = [
        one.indices.fill_null(len(text) - 1).to_numpy().astype(np.int64) for one, text in zip(coded, texts, strict=True)
    ]
    pairs, rows = np.unique(codes[0] * len(texts[1]) + codes[1], return_inverse=True)
    words = [f"{texts[0][pair // len(texts[1])]}\0{texts[1][pair % len(texts[1])]}" for pair in pairs.tolist()]
    return pa.DictionaryArray.from_arrays(pa.array(rows.astype(np.int32)), pa.array(words, pa.string()))
