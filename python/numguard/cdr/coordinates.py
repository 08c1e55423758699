"""Written coordinates -> degrees of latitude and longitude, or why there are none.

Owns every form of coordinates that operator files use. Independent of files and columns. One idea: **coordinates are
read only where they can mean one place**: two numbers in the order of their heading, or with their own labels or
hemispheres. Exchanged ones are recognised, since no exchanged pair is in India, and refused, never exchanged back: the
row may have other errors too.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from numguard._core import EMPTY_WORDS

#: Why coordinates are written and not read.
COORDINATE_NOTES: Final = {
    "zero_coordinates": "Latitude or longitude is 0, which software writes for an unknown place.",
    "half_coordinates": "Only one of latitude and longitude is written.",
    "swapped_coordinates": "Latitude and longitude are exchanged.",
    "outside_india": "The coordinates are no place in India (latitude 6 to 38, longitude 68 to 98).",
    "imprecise_coordinates": "The coordinates are rounded to a tenth of a degree or more: eleven kilometres.",
    "unreadable_coordinates": "The text is no latitude and longitude in a known form.",
}

_LATITUDES: Final = (6.0, 38.0)
_LONGITUDES: Final = (68.0, 98.0)
_LEAST_DECIMALS: Final = 2


def _written(n: int) -> str:
    """The pattern of an angle, decimal or in degrees, minutes and seconds; its groups carry the number `n`."""
    amount = r"\d{1,2}(?:\.\d{1,12})?"
    return (
        rf"(?:(?P<before{n}>[nsew])\s*)?(?P<sign{n}>[+-])?"
        rf"(?P<degrees{n}>\d{{1,3}}(?:\.\d{{1,12}})?)(?:\s*(?:[°º\u02da]|deg))?"
        rf"(?:[\s:-]*(?P<minutes{n}>{amount})(?:\s*(?:['\u2019\u2032\u00b4`]|min))?"
        rf"(?:[\s:-]*(?P<seconds{n}>{amount})(?:\s*(?:[\"\u201d\u2033]|''|sec))?)?)?"
        rf"(?:\s*(?P<after{n}>[nsew])\b)?"
    )


_PLAIN: Final = r"[+-]?\d{1,3}(?:\.\d{1,12})?"
_ONE: Final = re.compile(_written(1), re.IGNORECASE)
_TWO: Final = re.compile(rf"{_written(1)}\s*[/,;|]\s*{_written(2)}", re.IGNORECASE)
#: Where each angle has its hemisphere, a blank may separate them.
_BOTH_LABELLED: Final = re.compile(rf"{_written(1)}\s+{_written(2)}", re.IGNORECASE)
_BLANK_BETWEEN: Final = re.compile(rf"({_PLAIN})\s+({_PLAIN})")
#: `Lat-22.39711; Long-88.43938`: the dash, like a colon, belongs to the label.
_LABELLED: Final = tuple(
    re.compile(rf"(?<![a-z]){label}[ \t.]*(?:[:=]\s*|-\s*)?{_written(1)}(?![\d.])", re.IGNORECASE)
    for label in ("lat(?:itude)?", "(?:long?(?:itude)?|lng)")
)
_NO_VALUE: Final = f"(?:{'|'.join(EMPTY_WORDS)})"
_NOTHING: Final = re.compile(rf"[\s/,;|.-]*|{_NO_VALUE}(?:\s*[/,;|]\s*{_NO_VALUE})?", re.IGNORECASE)


class Degrees(NamedTuple):
    """Latitude and longitude in degrees, north and east positive; or None twice, and why (None: nothing is written)."""

    latitude: float | None = None
    longitude: float | None = None
    note: str | None = None


_UNREADABLE: Final = Degrees(note="unreadable_coordinates")


class _Angle(NamedTuple):
    """Degrees, the hemisphere's letter if there is one, and whether it is more precise than tenths."""

    degrees: float
    hemisphere: str
    is_precise: bool


def of_pair(text: str) -> Degrees:
    """Reads a cell that holds latitude and longitude, in this order unless labels or hemispheres give another.

    >>> of_pair("21.29669/72.8915")
    Degrees(latitude=21.29669, longitude=72.8915, note=None)
    >>> of_pair("72.8915/21.29669").note
    'swapped_coordinates'
    """
    text = text.strip().removeprefix("(").removesuffix(")").strip()
    if _NOTHING.fullmatch(text):
        return Degrees()
    if any(label.search(text) for label in _LABELLED):
        return of_address(text)
    two = _TWO.fullmatch(text)
    labelled = None if two else _BOTH_LABELLED.fullmatch(text)
    if labelled and all(labelled[f"before{n}"] or labelled[f"after{n}"] for n in (1, 2)):
        two = labelled
    if two:
        return _in_india(_angle(two, 1), _angle(two, 2))
    blank = _BLANK_BETWEEN.fullmatch(text)
    if blank:
        return of_two(blank[1], blank[2])
    halves = re.split(r"[/,;|]", text)
    if len(halves) == 2 and sum(bool(_NOTHING.fullmatch(half)) for half in halves) == 1:
        return of_two(*halves)
    return _UNREADABLE


def of_two(latitude: str, longitude: str) -> Degrees:
    """Reads two cells, one for each.

    >>> of_two("21°17'48.1\\"N", "72 53 29.4 E")
    Degrees(latitude=21.296694, longitude=72.8915, note=None)
    """
    cells = latitude.strip(), longitude.strip()
    written = [not _NOTHING.fullmatch(cell) for cell in cells]
    if not any(written):
        return Degrees()
    if not all(written):
        return Degrees(note="half_coordinates")
    one, other = (_ONE.fullmatch(cell) for cell in cells)
    return _in_india(_angle(one, 1), _angle(other, 1)) if one and other else _UNREADABLE


def of_address(text: str) -> Degrees:
    """Reads the coordinates out of a site's description, where they have labels; a description without labels has none.

    >>> of_address("Tower A; Kolkata; Lat-22.39711; Long-88.43938")
    Degrees(latitude=22.39711, longitude=88.43938, note=None)
    """
    found = [list(label.finditer(text)) for label in _LABELLED]
    if not any(found):
        return Degrees()
    if not all(found):
        return Degrees(note="half_coordinates")
    if any(len(matches) > 1 for matches in found):
        return _UNREADABLE
    return _in_india(_angle(found[0][0], 1), _angle(found[1][0], 1))


def _angle(found: re.Match[str], n: int) -> _Angle | None:
    part = {name: found[f"{name}{n}"] for name in ("before", "sign", "degrees", "minutes", "seconds", "after")}
    degrees, minutes, seconds = (float(part[name] or 0) for name in ("degrees", "minutes", "seconds"))
    # Only the last part of an angle has a fraction.
    cut = ("." in part["degrees"] and part["minutes"]) or ("." in (part["minutes"] or "") and part["seconds"])
    if minutes >= 60 or seconds >= 60 or cut or (part["before"] and part["after"]):
        return None
    hemisphere = (part["before"] or part["after"] or "").upper()
    if hemisphere and part["sign"]:
        return None
    value = round(degrees + minutes / 60 + seconds / 3600, 6)
    if part["sign"] == "-" or hemisphere in {"S", "W"}:
        value = -value
    decimals = len(part["degrees"].partition(".")[2])
    is_precise = decimals >= _LEAST_DECIMALS or bool(part["seconds"]) or "." in (part["minutes"] or "")
    return _Angle(value, hemisphere, is_precise)


def _in_india(latitude: _Angle | None, longitude: _Angle | None) -> Degrees:
    """Whether two angles are a place in India."""
    if latitude is None or longitude is None:
        return _UNREADABLE
    if {latitude.hemisphere, longitude.hemisphere} <= {"E", "W", "N", "S"} and latitude.hemisphere in {"E", "W"}:
        # The hemispheres identify both.
        latitude, longitude = longitude, latitude
    if latitude.hemisphere in {"E", "W"} or longitude.hemisphere in {"N", "S"}:
        return _UNREADABLE
    note = _why_not(latitude, longitude)
    return Degrees(note=note) if note else Degrees(latitude.degrees, longitude.degrees)


def _why_not(latitude: _Angle, longitude: _Angle) -> str | None:
    north, east = latitude.degrees, longitude.degrees
    if north == 0 or east == 0:
        return "zero_coordinates"
    if _within(east, _LATITUDES) and _within(north, _LONGITUDES):
        return "swapped_coordinates"
    if not (_within(north, _LATITUDES) and _within(east, _LONGITUDES)):
        return "outside_india"
    # A number whose last decimals are zero is often written without them; both of them so are rounded.
    return None if latitude.is_precise or longitude.is_precise else "imprecise_coordinates"


def _within(degrees: float, bounds: tuple[float, float]) -> bool:
    return bounds[0] <= degrees <= bounds[1]
