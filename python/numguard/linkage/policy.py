"""The bounds of a linkage, checked when a policy is made.

Owns the fields and the values of each. Independent of sightings: the compiled module applies the bounds. One idea:
every policy that exists is valid, and its repr, which has no numbers, may be logged.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta
from typing import Any

from numguard._core import ImeiSet, NumberSet
from numguard.errors import ArgumentError, NumguardError, check_complete
from numguard.indian_time import IST, clock_bounds
from numguard.types import Values, is_finite, is_whole

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LARGEST = 2**31 - 1


@dataclass(frozen=True)
class LinkPolicy:
    """How far a linkage walks, and what it does not walk through.

    Times without a zone are Indian Standard Time, and a date is its midnight. Caps see every sighting
    between `since` and `until`, including those that other rules leave out.

    Args:
        max_hops: Levels beyond the seeds. At 1, only numbers that shared a handset with a seed itself.
        since: Sightings before this date or time do not count.
        until: Sightings at or after this date or time do not count.
        max_numbers_per_imei: A handset with more distinct numbers is closed (a cloned IMEI, a repair shop, a SIM
            box). None: no cap.
        max_numbers_per_day: A handset whose mean of distinct numbers a day it was seen (IST) is larger is closed:
            the test that distinguishes a clone from a shop's phone (ITU-T Q.5052). None: no cap.
        min_days: `max_numbers_per_day` is tested only for handsets seen on at least so many days.
        max_imeis_per_number: A number seen in more distinct handsets is linked but not walked from. None: no cap.
        min_sightings: A number and a handset seen together less often are no pair.
        max_gap_days: Two numbers are linked by a handset only if they used it together or within so many days of each
            other (a phone sold on). None: after any time.
        days_before: Only sightings at most so many days before a seed was reported count for it. Seeds are then a table
            with `msisdn` and `reported_at`, and `max_hops` is 1.
        days_after: The same, after.
        protected: Numbers that are never linked.
        release: Handsets that are open in spite of caps: SIM boxes that were seized.
        placeholders: Handsets that are closed, besides the IMEIs that phones without one are known to report.
        max_linked_per_seed: More linked numbers for each seed seen than this (and than 1,000 in all) set the result's
            `braked`.
        max_speed_kmh: A handset is a clone (`in_two_places`) and closed if at least twice, in different rows, a number
            was seen in it and then another, at coordinates out of reach at that speed (towers within 30 km of each
            other may serve a phone that does not move); or, where coordinates are missing, in two circles less than a
            minute apart. None: places are not read (ITU-T Q.5052, 7.4).
        max_numbers_in_one_place: A handset over a cap of number is open up to so many distinct numbers if it was never
            in two places, and of the sightings with a place (half of all, at the least) nine of ten are
            within one kilometre or in one cell: a SIM box. None: the caps hold for any place.

    Raises:
        ArgumentError: An invalid value of a field; the message names the field.

    Example:
        >>> from datetime import date
        >>> import numguard as ng
        >>> ng.LinkPolicy(max_hops=2, since=date(2026, 9, 1), max_gap_days=30)
        LinkPolicy(max_hops=2, since=datetime.date(2026, 9, 1), max_gap_days=30)
    """

    max_hops: int = 1
    since: date | datetime | None = None
    until: date | datetime | None = None
    max_numbers_per_imei: int | None = 100
    max_numbers_per_day: float | None = None
    min_days: int = 5
    max_imeis_per_number: int | None = 20
    min_sightings: int = 1
    max_gap_days: int | None = None
    days_before: int | None = None
    days_after: int | None = None
    protected: Values | None = None
    release: Values | None = None
    placeholders: Values | None = None
    max_linked_per_seed: int = 100
    max_speed_kmh: float | None = None
    max_numbers_in_one_place: int | None = None

    def __post_init__(self) -> None:
        for name, least, optional in (
            ("max_hops", 1, False),
            ("max_numbers_per_imei", 0, True),
            ("max_numbers_in_one_place", 0, True),
            ("min_days", 0, False),
            ("max_imeis_per_number", 0, True),
            ("min_sightings", 1, False),
            ("max_gap_days", 0, True),
            ("days_before", 0, True),
            ("days_after", 0, True),
            ("max_linked_per_seed", 0, False),
        ):
            _check_count(name, getattr(self, name), least, optional=optional)
        _check_mean(self.max_numbers_per_day)
        _check_speed(self.max_speed_kmh)
        since, until = _microseconds("since", self.since), _microseconds("until", self.until)
        if since is not None and until is not None and since >= until:
            raise ArgumentError("until: takes a time after since")
        if self.is_relative and self.max_hops != 1:
            raise ArgumentError("max_hops: takes 1 only when days_before or days_after is set")
        self._freeze("protected", ImeiSet, lambda values: NumberSet(values, strict=True))
        self._freeze("release", NumberSet, lambda values: ImeiSet(values, strict=True))
        self._freeze("placeholders", NumberSet, _placeholders)

    def _freeze(self, name: str, never: type, build: Callable[[Any], NumberSet | ImeiSet]) -> None:
        """Keeps the keys of a field as a set, so that later changes of the argument have no effect."""
        values = getattr(self, name)
        if values is None:
            return
        if isinstance(values, never):
            raise ArgumentError(f"{name}: takes keys of the other kind, not a {never.__name__}")
        try:
            check_complete(values)
            object.__setattr__(self, name, build(values))
        except NumguardError as error:
            raise ArgumentError(f"{name}: {error}") from error

    @property
    def is_relative(self) -> bool:
        """Whether windows are relative to the seeds' times of report."""
        return self.days_before is not None or self.days_after is not None

    @property
    def time_rules(self) -> list[str]:
        """The fields in use that need the time of a sighting."""
        names = ("since", "until", "max_numbers_per_day", "max_speed_kmh", "max_gap_days", "days_before", "days_after")
        return [name for name in names if getattr(self, name) is not None]

    @property
    def place_rules(self) -> list[str]:
        """The fields in use that need the place of a sighting."""
        names = ("max_speed_kmh", "max_numbers_in_one_place")
        return [name for name in names if getattr(self, name) is not None]

    def __repr__(self) -> str:
        values = [
            f"{field.name}={getattr(self, field.name)!r}"
            for field in fields(LinkPolicy)
            if getattr(self, field.name) != field.default
        ]
        return f"LinkPolicy({', '.join(values)})"


@dataclass(frozen=True, repr=False)
class CasePolicy(LinkPolicy):
    """The policy of a case: numbers of services and placeholders, which are in no handset, are protected too.

    Attributes:
        unprotected: Those that are not.
    """

    unprotected: NumberSet | None = None


def bounds_of(policy: LinkPolicy) -> dict[str, Any]:
    """A policy as the compiled module accepts it: times in microseconds since 1970 UTC, keys as lists.

    `clock` has the times that are not refused.
    """
    bounds = {field.name: getattr(policy, field.name) for field in fields(LinkPolicy)}
    for name in ("since", "until"):
        bounds[name] = _microseconds(name, bounds[name])
    bounds["clock"] = clock_bounds()
    for name in ("protected", "release", "placeholders"):
        bounds[name] = [] if bounds[name] is None else bounds[name].to_array().to_pylist()
    unprotected = policy.unprotected if isinstance(policy, CasePolicy) else None
    bounds["unprotected"] = None if unprotected is None else unprotected.to_array().to_pylist()
    return bounds


def _placeholders(values: Values) -> ImeiSet:
    """The handsets of a field; known placeholders are left out, any other unreadable cell is an error."""
    found = ImeiSet(values)
    if found.refused.keys() - {"placeholder"}:
        return ImeiSet(values, strict=True)
    return found


def _check_count(name: str, value: object, least: int, *, optional: bool) -> None:
    if value is None and optional:
        return
    if not is_whole(value, least, _LARGEST):
        none = ", or None" if optional else ""
        raise ArgumentError(f"{name}: takes a whole number of at least {least}{none}")


def _check_mean(value: object) -> None:
    if value is not None and not (is_finite(value) and value >= 0):
        raise ArgumentError("max_numbers_per_day: takes a number of at least 0, or None")


def _check_speed(value: object) -> None:
    if value is not None and not (is_finite(value) and value > 0):
        raise ArgumentError("max_speed_kmh: takes a number greater than 0, or None")


def _microseconds(name: str, value: object) -> int | None:
    """A date or time as microseconds since 1970 UTC."""
    if value is None:
        return None
    # In pandas a missing time (NaT) is a datetime, and differs from itself.
    if not isinstance(value, date) or value != value:  # noqa: PLR0124
        raise ArgumentError(f"{name}: takes a date or a datetime, or None")
    if not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)
    if value.tzinfo is None:
        value = value.replace(tzinfo=IST)
    return (value - _EPOCH) // timedelta(microseconds=1)
