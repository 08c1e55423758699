"""Who sends complaints: Haryana's police districts, the other units, their stations and desks.

Owns the published figures and the made-up names of units. Independent of complaints.

Source of the figures: Haryana Police, 27 October 2022, as printed by The Tribune, The Indian Express and PTI: 27,824
mobile numbers misused for cybercrime, found through helpline 1930 and cybercrime.gov.in, with the number of each
district; more than 47,000 complaints up to September from 1930, 29 cyber police stations and 309 cyber desks; over
15 crore rupees recovered. The printed districts add up to 27,682; the other 142 are those of the Railway Police and the
State Crime Branch's cyber station. How the 142 divide between those two is not printed; the division here is invented.
"""

from __future__ import annotations

from typing import Final

COMPLAINTS: Final = 47_000
RECOVERED: Final = 15_00_00_000
"""Rupees recovered in all: 15 crore."""

DISTRICTS: Final[dict[str, int]] = {
    "Gurugram": 7142,
    "Faridabad": 3896,
    "Panchkula": 1420,
    "Sonipat": 1408,
    "Hisar": 1228,
    "Ambala": 1101,
    "Rohtak": 1045,
    "Panipat": 1034,
    "Jhajjar": 1024,
    "Jind": 979,
    "Karnal": 958,
    "Yamunanagar": 873,
    "Rewari": 805,
    "Bhiwani": 710,
    "Mahendragarh": 611,
    "Palwal": 602,
    "Kurukshetra": 593,
    "Sirsa": 591,
    "Fatehabad": 419,
    "Kaithal": 408,
    "Charkhi Dadri": 296,
    "Nuh": 282,
    "Hansi": 257,
}
"""Numbers by police district, as printed."""

OTHER_UNITS: Final[dict[str, int]] = {"State Crime Branch": 88, "Railway Police": 54}
"""The two units whose numbers the printed table leaves out."""

UNITS: Final[dict[str, int]] = DISTRICTS | OTHER_UNITS
DESKS: Final = 309

_SEVERAL_STATIONS: Final = {
    "Gurugram": ("East", "West", "South", "Manesar"),
    "Faridabad": ("NIT", "Central", "Ballabgarh"),
}


def stations() -> dict[str, list[str]]:
    """The 29 cyber police stations by unit.

    >>> sum(map(len, stations().values()))
    29
    """
    found = {
        unit: [f"Cyber PS {unit} {part}" for part in _SEVERAL_STATIONS.get(unit, ())] or [f"Cyber PS {unit}"]
        for unit in DISTRICTS
    }
    return found | {"State Crime Branch": ["Cyber PS State Crime Branch"]}


def desks() -> dict[str, list[str]]:
    """The 309 cyber desks of the territorial stations by unit, shared out by the numbers of each unit.

    >>> sum(map(len, desks().values()))
    309
    """
    # Square roots: a large district has more stations than a small one, but not twenty-eight times as many.
    takers = [unit for unit in UNITS if unit != "State Crime Branch"]
    weights = {unit: UNITS[unit] ** 0.5 for unit in takers}
    share = {unit: max(2, int(DESKS * weights[unit] / sum(weights.values()))) for unit in takers}
    share["Gurugram"] += DESKS - sum(share.values())
    return {unit: [f"Cyber Desk {k + 1:02}, {unit}" for k in range(n)] for unit, n in share.items()}
