"""A path of a linkage as a sentence for the case file.

Owns the wording. Independent of tables: its argument is a path, hop by hop.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


@dataclass(frozen=True)
class Pair:
    """A number in a handset: both as they are written, how often and between when."""

    msisdn: str
    imei: str
    sightings: int
    first_seen: datetime | None
    last_seen: datetime | None


def sentence(hops: list[tuple[Pair, Pair]]) -> str:
    """How a number is linked with a reported one.

    Args:
        hops: From the linked number to the seed: each number in a handset, and the next number in the same handset.

    Example:
        >>> there = Pair("+919123456789", "358240051111110", 14, datetime(2026, 9, 3), datetime(2026, 9, 9))
        >>> seed = Pair("+919876543210", "358240051111110", 1, datetime(2026, 9, 5), datetime(2026, 9, 5))
        >>> text = sentence([(there, seed)])
        >>> text.split(", ")[0]
        '+919123456789 was seen 14 times between 3 and 9 September 2026 in handset 358240051111110'
        >>> text.split(", ")[1:]
        ['which also carried the reported number +919876543210', 'seen once on 5 September 2026.']
    """
    parts = []
    for n, (one, other) in enumerate(hops):
        what = "the reported number " if n + 1 == len(hops) else ""
        parts.append(
            f"{one.msisdn} was seen {_seen(one)} in handset {one.imei}, which also carried {what}{other.msisdn}, "
            f"seen {_seen(other)}"
        )
    return "; ".join(parts) + "."


def _seen(pair: Pair) -> str:
    times = {1: "once", 2: "twice"}.get(pair.sightings, f"{pair.sightings:,} times")
    if pair.first_seen is None or pair.last_seen is None:
        return times
    return f"{times} {_between(pair.first_seen, pair.last_seen)}"


def _between(first: datetime, last: datetime) -> str:
    """Two days, without repeating a common month or year."""
    if first.date() == last.date():
        return f"on {_day(last)}"
    if (first.year, first.month) == (last.year, last.month):
        return f"between {first.day} and {_day(last)}"
    if first.year == last.year:
        return f"between {first.day} {_MONTHS[first.month - 1]} and {_day(last)}"
    return f"between {_day(first)} and {_day(last)}"


def _day(moment: datetime) -> str:
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"
