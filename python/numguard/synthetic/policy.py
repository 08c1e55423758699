"""The policy of the demonstration of the traps, and its result for each.

Owns one choice of bounds, argued in the documentation of linkage, and a sentence for every trap in which it misses the
guilty or links the innocent. Independent of runs.
"""

from __future__ import annotations

import datetime
from typing import Any, Final

from numguard.indian_time import IST
from numguard.synthetic.numbering import PLACEHOLDER_IMEIS, U64
from numguard.synthetic.oracle import Rules

__all__ = ["BOUNDS", "HARMED", "MISSED", "SINCE", "UNTIL", "rules"]

SINCE: Final = datetime.date(2022, 7, 1)
UNTIL: Final = datetime.date(2022, 10, 1)
BOUNDS: Final[dict[str, Any]] = {
    "max_hops": 2,
    "max_numbers_per_imei": 100,
    "max_numbers_per_day": 3.1,
    "min_days": 5,
    "max_imeis_per_number": 20,
    "min_sightings": 2,
    "max_gap_days": 14,
}
MISSED: Final = {
    "shared handset": "seen there once only, and min_sightings is 2",
    "third hop": "a step beyond max_hops = 2",
    "slow rotation": "gone for longer than max_gap_days = 14",
    "SIM box": "closed by the caps, as a clone would be; a seized one is reopened with release=",
    "placeholder IMEI": "no handset of their own to go by",
    "many handsets": "a number in more than 20 handsets leads nowhere",
}
"""Why the guilty of a trap are missed."""

HARMED: Final = {
    "shared handset": "borrowed it for more than one call",
    "repair shop": "tried there within 14 days of the fraudster's SIM",
    "resold phone": "bought it within 14 days",
    "cloned IMEI, 5 users": "too few users for any cap to see",
}
"""Why the innocent of a trap are linked."""


def rules(protected: U64) -> Rules:
    """The same policy for the oracle, over the whole of it: period, bounds, protected numbers, placeholders."""
    return Rules(
        since=_microseconds(SINCE),
        until=_microseconds(UNTIL),
        protected=frozenset(protected.tolist()),
        placeholders=frozenset(int(imei[:14]) for imei in PLACEHOLDER_IMEIS),
        **BOUNDS,
    )


def _microseconds(date: datetime.date) -> int:
    """Midnight of a date in India, microseconds since 1970, UTC."""
    return int(datetime.datetime(date.year, date.month, date.day, tzinfo=IST).timestamp()) * 1_000_000
