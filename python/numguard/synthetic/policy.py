"""The policy of the demonstration of the traps, and its result for each.

Owns one choice of bounds, argued in the documentation of linkage, and a sentence for every trap in which it misses the
guilty or links the innocent. Independent of runs.
"""

from __future__ import annotations

import datetime
from typing import Any, Final

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
