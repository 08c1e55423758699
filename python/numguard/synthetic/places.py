"""The places of the planted sightings: copies of one IMEI over a country, SIM boxes in a flat, buses, wrong clocks.

Owns the map: a place for every stay, the towers around it, and the traps that need places. Independent of the rules of
linkage. One idea: **a place never changes who is guilty**: places are drawn from random numbers of their own, so that
the rest of the case stays the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from numguard.compute import table_of, tuples_of
from numguard.indian_time import DAY_MICROS, OFFSET_MICROS
from numguard.synthetic.numbering import U64, Numbering
from numguard.synthetic.traps import DAYS, FIRST_DAY, PERIOD_DAY, Planted

#: Towns, their circle, and degrees; the copies of an IMEI are spread over them.
_TOWNS: Final = (
    ("Haryana", 28.4595, 77.0266),
    ("Haryana", 28.8955, 76.6066),
    ("Haryana", 29.1492, 75.7217),
    ("Delhi", 28.6139, 77.2090),
    ("Rajasthan", 26.9124, 75.7873),
    ("Gujarat", 21.1702, 72.8311),
    ("Mumbai", 19.0760, 72.8777),
    ("Karnataka", 12.9716, 77.5946),
    ("Tamil Nadu", 13.0827, 80.2707),
    ("Kolkata", 22.5726, 88.3639),
    ("Bihar", 25.5941, 85.1376),
    ("UP East", 26.8467, 80.9462),
    ("Assam", 26.1445, 91.7362),
    ("Madhya Pradesh", 23.2599, 77.4126),
)
_OF_HARYANA: Final = 3
_KM: Final = 1 / 111.0
_MIDNIGHT: Final = int(FIRST_DAY.astype("datetime64[us]").astype(np.int64)) - OFFSET_MICROS

#: The further traps, and the innocent among them.
PLACE_TRAPS: Final = {
    "phone on a bus": "a conductor's phone that changes SIMs on the road; one of them is a fraudster's",
    "ported number": "a number that changes operator and circle in one handset, beside an accomplice's",
    "wrong clock": "an accomplice on the road whose operator's clock is five and a half hours behind",
    "SIM box without coordinates": "a SIM box of which the files name the cell alone",
    "clone without places": "a copied IMEI, a hundred and fifty users, without places in the files",
}


@dataclass(frozen=True, repr=False)
class Placed:
    """The case with its places: of the planted case and of `PLACE_TRAPS`, whose reported numbers are the `seeds`.

    `sightings`: served_msisdn, imei14, at, first_cell, place, latitude, longitude. `truth`: msisdn, trap, guilty, seed.
    """

    sightings: pa.Table
    truth: pa.Table
    seeds: U64


class _Map:
    """Rows as they are written, and the numbers in them."""

    def __init__(self, seed: int, supply: Numbering) -> None:
        self.rng = np.random.default_rng([seed, 9])
        self._numbers: Iterator[int] = iter(supply.msisdns(2 * 10**8 + 100_000 + np.arange(5_000)).tolist())
        self._handsets: Iterator[int] = iter(supply.handsets(100_000 + np.arange(500)).tolist())
        self.rows: list[tuple[int, int, int, float, float, str, str]] = []
        self.truth: list[tuple[int, str, bool, bool]] = []

    def number(self, trap: str, *, guilty: bool, seed: bool = False) -> int:
        number = next(self._numbers)
        self.truth.append((number, trap, guilty, seed))
        return number

    def handset(self) -> int:
        return next(self._handsets)

    def moment(self, day: float) -> int:
        return _MIDNIGHT + round(day * DAY_MICROS)

    def see(self, number: int, handset: int, at: int, town: int, km: float = 0.0, *, cell: str | None = None) -> None:
        """A sighting so many kilometres north of a town; with `cell` there are no coordinates, and if "" no place."""
        circle, north, east = _TOWNS[town]
        if cell is None:
            position = north + km * _KM, east, _cell(north + km * _KM, east)
        else:
            position = float("nan"), float("nan"), cell
        self.rows.append((number, handset, at, *position, "" if cell is not None else circle))


def place(planted: Planted, supply: Numbering, seed: int) -> Placed:
    """Gives the planted sightings their places, and plants the traps that need places.

    Of the supply it takes serials from 2 x 10^8 + 100,000 for numbers and from 100,000 for handsets.
    """
    more = _Map(seed, supply)
    for trap in (_on_a_bus, _ported, _wrong_clock):
        for _ in range(20):
            trap(more)
    for _ in range(2):
        _without_coordinates(more)
        _without_places(more)
    latitude, longitude, circle = _homes(planted, np.random.default_rng([seed, 8]))
    extra: Any = list(zip(*more.rows, strict=True))
    known = np.char.str_len(circle) > 0
    cells = [_cell(n, e) if k else None for n, e, k in zip(latitude, longitude, known, strict=True)]
    sightings = pa.table(
        {
            "served_msisdn": pa.array(np.append(planted.msisdn, np.array(extra[0], np.uint64))),
            "imei14": pa.array(np.append(planted.imei14, np.array(extra[1], np.uint64))),
            "at": pa.array(np.append(planted.at, np.array(extra[2], np.int64)), pa.timestamp("us", "UTC")),
            "first_cell": pa.array([*cells, *(cell or None for cell in extra[5])], pa.string()),
            "place": pa.array([*(c or None for c in circle.tolist()), *(c or None for c in extra[6])], pa.string()),
            "latitude": pa.array(np.append(latitude, extra[3]), from_pandas=True),
            "longitude": pa.array(np.append(longitude, extra[4]), from_pandas=True),
        }
    )
    truth = pa.concat_tables([planted.truth, table_of(more.truth, planted.truth.schema)])
    reported = np.array([one[0] for one in more.truth if one[3]], dtype=np.uint64)
    return Placed(sightings, truth, reported)


def _cell(north: float, east: float) -> str:
    """The tower nearest to a place: one in every square of two kilometres or so."""
    return f"404-96-{round(north / 0.02):04}-{round(east / 0.02):05}"


def _homes(
    planted: Planted, rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.str_]]:
    """A place for every sighting: a handset has one home and moves about it, a copy of an IMEI one for each user."""
    handsets, of = np.unique(planted.imei14, return_inverse=True)
    trap_of = dict(tuples_of(planted.truth, "msisdn", "trap"))
    traps = np.array([trap_of[number] for number in planted.msisdn.tolist()])
    town = rng.integers(0, _OF_HARYANA, len(handsets))[of]
    users, who = np.unique(planted.msisdn, return_inverse=True)
    copied = np.char.startswith(traps, "cloned") | (traps == "placeholder IMEI")
    town[copied] = rng.integers(0, len(_TOWNS), len(users))[who][copied]
    # Within a town a handset roams; a SIM box and a shop's test handset stay, and their towers with them.
    still = (traps == "SIM box") | (traps == "repair shop")
    away = rng.normal(0, 4, (2, len(town))) * _KM
    flat = (rng.normal(0, 3, (2, len(handsets))) * _KM)[:, of] + rng.normal(0, 0.15, (2, len(town))) * _KM
    away = np.where(still, flat, away)
    latitude = np.array([north for _, north, _ in _TOWNS])[town] + away[0]
    longitude = np.array([east for _, _, east in _TOWNS])[town] + away[1]
    circle = np.array([name for name, _, _ in _TOWNS])[town]
    # Calls over Wi-Fi and rows of some networks have no place.
    silent = rng.random(len(town)) < 0.1
    latitude[silent], longitude[silent], circle[silent] = np.nan, np.nan, ""
    return latitude.round(5), longitude.round(5), circle


def _on_a_bus(on: _Map) -> None:
    """From Gurugram to Jaipur and back, 260 km in five hours, with a call every twenty minutes."""
    trap, handset = "phone on a bus", on.handset()
    numbers = [on.number(trap, guilty=True, seed=True)]
    numbers += [on.number(trap, guilty=k == 0) for k in range(2)]
    for day in range(PERIOD_DAY, PERIOD_DAY + 10):
        for step in range(15):
            km = 260 * step / 15 * (1 if day % 2 else -1) + (0 if day % 2 else 260)
            at = on.moment(day + (8 + step / 3) / 24)
            on.see(numbers[step % 3], handset, at, 0, km - 260)


def _ported(on: _Map) -> None:
    """The same number from another operator, whose files name another circle than the tower's."""
    trap, handset = "ported number", on.handset()
    numbers = [on.number(trap, guilty=True, seed=True), on.number(trap, guilty=True)]
    for k in range(40):
        on.see(numbers[k % 2], handset, on.moment(PERIOD_DAY + k / 2 + 0.4), 1)
        number, imei, at, north, east, cell, _ = on.rows[-1]
        on.rows[-1] = (number, imei, at, north, east, cell, "Delhi" if k % 4 == 0 else "Haryana")


def _wrong_clock(on: _Map) -> None:
    """From Gurugram to Jaipur in the day, with two SIMs, of which one operator writes its rows in UTC."""
    trap, handset = "wrong clock", on.handset()
    numbers = [on.number(trap, guilty=True, seed=True), on.number(trap, guilty=True)]
    for day in range(PERIOD_DAY, PERIOD_DAY + 10):
        for hour, town in ((9, 0), (15, 4)):
            on.see(numbers[0], handset, on.moment(day + hour / 24), town)
            on.see(numbers[1], handset, on.moment(day + (hour + 1 / 6) / 24) - OFFSET_MICROS, town)


def _without_coordinates(on: _Map) -> None:
    trap, handset = "SIM box without coordinates", on.handset()
    for k in range(180):
        number = on.number(trap, guilty=True, seed=k % 12 == 0)
        start = on.rng.uniform(PERIOD_DAY, PERIOD_DAY + 40)
        for call in range(8):
            on.see(number, handset, on.moment(start + call / 4), 2, cell="404-96-1450-03786")


def _without_places(on: _Map) -> None:
    trap, handset = "clone without places", on.handset()
    for k in range(150):
        number = on.number(trap, guilty=k == 0, seed=k == 0)
        for _ in range(12):
            # Only one tower's dump has its place.
            at = on.moment(on.rng.uniform(PERIOD_DAY, DAYS - 1))
            on.see(number, handset, at, 0, cell=None if on.rng.random() < 0.05 else "")
