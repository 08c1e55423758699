"""Linkage as its rules are written, slowly, with dictionaries and loops: the oracle of `expand`.

Written from the rules alone. `expand` here takes rows whose keys are read already: a sighting is `(msisdn, imei14,
at)`, an aware `datetime` or None as `at`, and where it was, if known: latitude, longitude, cell, circle. A row
with a None key is refused. It returns plain rows in a fixed order.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone
from hashlib import blake2b
from itertools import pairwise
from typing import Any

IST = timezone(timedelta(hours=5, minutes=30))
FAR = datetime.max.replace(tzinfo=UTC)


@dataclass
class Policy:
    max_hops: int = 1
    since: date | datetime | None = None
    until: date | datetime | None = None
    max_numbers_per_imei: int | None = 100
    max_numbers_per_day: float | None = None
    max_speed_kmh: float | None = None
    max_numbers_in_one_place: int | None = None
    min_days: int = 5
    max_imeis_per_number: int | None = 20
    min_sightings: int = 1
    max_gap_days: int | None = None
    days_before: int | None = None
    days_after: int | None = None
    protected: set[int] = field(default_factory=set)
    release: set[int] = field(default_factory=set)
    placeholders: set[int] = field(default_factory=set)
    max_linked_per_seed: int = 100


@dataclass
class Found:
    linked: list[dict[str, Any]]
    handsets: list[dict[str, Any]]
    stopped: list[dict[str, Any]]
    evidence: list[dict[str, Any]]
    stopped_evidence: list[dict[str, Any]]
    unseen: list[int]
    refused: int
    braked: bool


def moment(value: date | datetime) -> datetime:
    """Rule 1: a date is its midnight in India; a time without a zone is Indian."""
    if not isinstance(value, datetime):
        return datetime.combine(value, time(), IST)
    return value if value.tzinfo else value.replace(tzinfo=IST)


def is_placeholder(imei14: int) -> bool:
    """A few that every list has; tests use no others."""
    digits = f"{imei14:014d}"
    return len(set(digits)) == 1 or digits == "12345678901234" or digits.endswith("00000000")


@dataclass(frozen=True)
class Seen:
    """A sighting of one handset: who, when, and where."""

    msisdn: int
    at: datetime | None
    latitude: float | None = None
    longitude: float | None = None
    cell: str | None = None
    circle: str | None = None

    @property
    def point(self) -> tuple[float, float] | None:
        if self.latitude is None or self.longitude is None or self.latitude == self.longitude == 0:
            return None
        return self.latitude, self.longitude


def kilometres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Along the great circle, by the law of cosines."""
    (a, b), (c, d) = ((math.radians(x) for x in point) for point in (one, other))
    cosine = math.sin(a) * math.sin(c) + math.cos(a) * math.cos(c) * math.cos(b - d)
    return 6371.0088 * math.acos(max(-1.0, min(1.0, cosine)))


def joined(one: Seen, other: Seen) -> Seen:
    """What two rows know of one sighting; of two values the smaller one, of words by their number."""
    point = min((found for found in (one.point, other.point) if found), default=(None, None))
    words = []
    for pair in ((one.cell, other.cell), (one.circle, other.circle)):
        known = [word for word in pair if word and word.strip().strip("-")]
        words.append(
            min(known, key=lambda word: blake2b(word.strip().lower().encode(), digest_size=8).digest(), default=None)
        )
    return Seen(one.msisdn, one.at, *point, *words)


def in_two_places(seen: list[Seen], speed: float | None) -> tuple[int, int | None]:
    """How often a handset was in two places, and how far apart at the most: each sighting in one pair at the most."""
    timed = sorted((one for one in seen if one.at is not None), key=lambda s: (s.at, s.msisdn))
    ways = []
    used: list[Seen] = []
    if speed is not None:
        rest = [one for one in timed if one.point]
        while len(rest) > 1:
            one, other = rest.pop(0), rest[0]
            hours = (other.at - one.at) / timedelta(hours=1)  # type: ignore[operator]
            way = kilometres(one.point, other.point)  # type: ignore[arg-type]
            if one.msisdn != other.msisdn and way - 30 > speed * hours:
                ways.append(way)
                used += [one, rest.pop(0)]
    times = len(ways)
    rest = [one for one in timed if one.circle and one not in used]
    while len(rest) > 1:
        one, other = rest.pop(0), rest[0]
        near = other.at - one.at < timedelta(minutes=1)  # type: ignore[operator]
        exact = speed is not None and one.point and other.point
        if one.msisdn != other.msisdn and near and one.circle != other.circle and not exact:
            times += 1
            rest.pop(0)
    return times, round(max(ways)) if ways else None


def in_one_place(seen: list[Seen]) -> bool:
    """Whether nine tenths of the placed sightings are within a kilometre of their middle or in one cell."""
    placed = [one for one in seen if one.point or one.cell]
    if not placed or len(placed) < len(seen) / 2:
        return False
    points = [one.point for one in placed if one.point]
    near = 0
    if points:
        middle = tuple(sorted(degrees)[len(degrees) // 2] for degrees in zip(*points, strict=True))
        near = sum(kilometres(middle, point) <= 1 for point in points)  # type: ignore[arg-type]
    cells = Counter(one.cell for one in placed if one.cell)
    return max(near, *cells.values(), 0) >= 0.9 * len(placed)


class Table:
    """Every kept sighting."""

    def __init__(self, sightings: list[Any], policy: Policy) -> None:
        rules = (policy.since, policy.until, policy.max_numbers_per_day, policy.max_gap_days, policy.max_speed_kmh)
        timed = any(rule is not None for rule in (*rules, policy.days_before, policy.days_after))
        self.refused = 0
        self.times: dict[tuple[int, int], list[datetime | None]] = defaultdict(list)
        self.numbers: dict[int, set[int]] = defaultdict(set)
        self.handsets: dict[int, set[int]] = defaultdict(set)
        self.places: dict[int, list[Seen]] = defaultdict(list)
        moments: dict[tuple[int, int, datetime], int] = {}
        for msisdn, imei14, at, *place in sightings:
            if msisdn is None or imei14 is None or (at is None and timed):
                self.refused += 1
                continue
            if at is not None and policy.since is not None and at < moment(policy.since):
                continue
            if at is not None and policy.until is not None and at >= moment(policy.until):
                continue
            seen = Seen(msisdn, at, *place)
            places = self.places[imei14]
            # What is seen at one moment is one sighting; without a time each row is its own.
            again = moments.get((msisdn, imei14, at))
            if again is not None:
                places[again] = joined(places[again], seen)
                continue
            if at is not None:
                moments[msisdn, imei14, at] = len(places)
            places.append(seen)
            self.times[msisdn, imei14].append(at)
            self.numbers[imei14].add(msisdn)
            self.handsets[msisdn].add(imei14)

    def seen(self, msisdn: int, imei14: int) -> tuple[datetime | None, datetime | None, int]:
        times = self.times[msisdn, imei14]
        known = [at for at in times if at is not None]
        return min(known, default=None), max(known, default=None), len(times)

    def edges(self, pairs: set[tuple[int, int]]) -> list[dict[str, Any]]:
        edges = []
        for msisdn, imei14 in sorted(pairs):
            first, last, count = self.seen(msisdn, imei14)
            edges.append(
                {"msisdn": msisdn, "imei14": imei14, "first_seen": first, "last_seen": last, "sightings": count}
            )
        return edges

    def over_a_cap(self, imei14: int, policy: Policy) -> str | None:
        cap = policy.max_numbers_per_imei
        if cap is not None and len(self.numbers[imei14]) > cap:
            return "too_many_numbers"
        if policy.max_numbers_per_day is not None:
            days = defaultdict(set)
            for msisdn in self.numbers[imei14]:
                for at in self.times[msisdn, imei14]:
                    assert at is not None
                    days[at.astimezone(IST).date()].add(msisdn)
            mean = sum(len(numbers) for numbers in days.values()) / len(days)
            if len(days) >= policy.min_days and mean > policy.max_numbers_per_day:
                return "too_many_per_day"
        return None

    def is_sim_box(self, imei14: int, policy: Policy) -> bool:
        most, seen = policy.max_numbers_in_one_place, self.places[imei14]
        if most is None or len(self.numbers[imei14]) > most:
            return False
        return in_one_place(seen) and in_two_places(seen, policy.max_speed_kmh)[0] == 0

    def closed_handset(self, imei14: int, policy: Policy) -> str | None:
        if is_placeholder(imei14) or imei14 in policy.placeholders:
            return "placeholder"
        if policy.max_speed_kmh is not None and in_two_places(self.places[imei14], policy.max_speed_kmh)[0] >= 2:
            return "in_two_places"
        if imei14 in policy.release or self.is_sim_box(imei14, policy):
            return None
        return self.over_a_cap(imei14, policy)

    def closed_number(self, msisdn: int, policy: Policy) -> str | None:
        if msisdn in policy.protected:
            return "protected"
        cap = policy.max_imeis_per_number
        return "too_many_handsets" if cap is not None and len(self.handsets[msisdn]) > cap else None


def windows(msisdn: int, seeds: list[tuple[int, datetime | None]], policy: Policy) -> list[Any]:
    """Rule 10: for each time a seed was reported, from when to when sightings count; None is all of time."""
    if policy.days_before is None and policy.days_after is None:
        return [None]
    found = []
    for seed, reported_at in seeds:
        if seed == msisdn:
            assert reported_at is not None
            low = reported_at - timedelta(policy.days_before) if policy.days_before is not None else None
            high = reported_at + timedelta(policy.days_after) if policy.days_after is not None else None
            found.append((low, high))
    return found


def inside(times: list[datetime | None], window: Any) -> list[datetime | None]:
    """The times in a window."""
    if window is None:
        return times
    low, high = window
    return [at for at in times if at and (low is None or low <= at) and (high is None or at <= high)]


def is_edge(times: list[datetime | None], window: Any, policy: Policy) -> bool:
    """Rule 6, inside a window."""
    return len(inside(times, window)) >= policy.min_sightings


def near(one: list[datetime | None], other: list[datetime | None], policy: Policy) -> bool:
    """Rule 9: the spans of time overlap, or the gap between them is small enough."""
    if policy.max_gap_days is None:
        return True
    spans = sorted((min(times), max(times)) for times in (one, other))  # type: ignore[type-var]
    gaps = [after[0] - before[1] for before, after in pairwise(spans)]  # type: ignore[operator]
    return all(gap <= timedelta(policy.max_gap_days) for gap in gaps)


class Walk:
    """The rules one after the other, as they are written: what is reached level by level, and where it stops."""

    def __init__(self, seeds: list[tuple[int, datetime | None]], table: Table, policy: Policy) -> None:
        self.seeds, self.table, self.policy = seeds, table, policy
        self.levels: list[set[int]] = [{seed for seed, _ in seeds}]
        self.path: dict[int, tuple[Any, ...]] = {}
        self.via: dict[int, tuple[int, int, int]] = {}  # number -> hop, handset, number before
        self.hop_of_handset: dict[int, int] = {}
        self.stopped_numbers = dict.fromkeys(self.levels[0] & policy.protected, "protected")
        self.stopped_handsets: dict[int, str] = {}
        self.walked: set[tuple[int, int]] = set()
        self.ended: set[tuple[int, int]] = set()

    def step(self, hop: int) -> None:
        level: set[int] = set()
        for before in sorted(self.levels[-1]):
            why = self.table.closed_number(before, self.policy)
            if why:
                self.stopped_numbers[before] = why
                continue
            for imei14 in self.table.handsets[before]:
                for window in windows(before, self.seeds, self.policy):
                    if is_edge(self.table.times[before, imei14], window, self.policy):
                        level |= self.through(before, imei14, window, hop)
        self.levels.append(level)

    def through(self, before: int, imei14: int, window: Any, hop: int) -> set[int]:
        """The numbers that a handset links to the one before it."""
        closed = self.table.closed_handset(imei14, self.policy)
        if closed:
            self.stopped_handsets[imei14] = closed
            self.ended.add((before, imei14))
            return set()
        self.hop_of_handset.setdefault(imei14, hop)
        self.walked.add((before, imei14))
        linked = set()
        for number in self.table.numbers[imei14]:
            if not self.is_linked(number, before, imei14, window):
                continue
            if number in self.policy.protected:
                self.stopped_numbers[number] = "protected"
                self.ended.add((number, imei14))
                continue
            linked.add(number)
            self.walked.add((number, imei14))
            first, _, count = self.table.seen(number, imei14)
            rank = (-count, first or FAR, imei14, before)
            if number not in self.path or rank < self.path[number]:
                self.path[number] = rank
                self.via[number] = (hop, imei14, before)
        return linked

    def is_linked(self, number: int, before: int, imei14: int, window: Any) -> bool:
        if any(number in earlier for earlier in self.levels):
            return False
        if not is_edge(self.table.times[number, imei14], window, self.policy):
            return False
        both = (inside(self.table.times[one, imei14], window) for one in (before, number))
        return near(*both, self.policy)

    def linked(self) -> list[dict[str, Any]]:
        rows = []
        for number, (hop, imei14, before) in sorted(self.via.items(), key=lambda item: (item[1][0], item[0])):
            first, last, count = self.table.seen(number, imei14)
            seed = number
            while seed in self.via:
                seed = self.via[seed][2]
            rows.append(
                {
                    "msisdn": number,
                    "hop": hop,
                    "seed_msisdn": seed,
                    "via_imei": imei14,
                    "via_msisdn": before,
                    "first_seen": first,
                    "last_seen": last,
                    "sightings": count,
                }
            )
        return rows

    def handsets(self) -> list[dict[str, Any]]:
        rows = []
        for imei14, hop in sorted(self.hop_of_handset.items(), key=lambda item: (item[1], item[0])):
            numbers = self.table.numbers[imei14]
            known = [at for number in numbers for at in self.table.times[number, imei14] if at is not None]
            rows.append(
                {
                    "imei14": imei14,
                    "hop": hop,
                    "numbers": len(numbers),
                    "first_seen": min(known, default=None),
                    "last_seen": max(known, default=None),
                }
            )
        return rows

    def stopped(self) -> list[dict[str, Any]]:
        numbers, handsets = sorted(self.stopped_numbers.items()), sorted(self.stopped_handsets.items())
        rows = [{"msisdn": n, "imei14": None, "why": why, "count": len(self.table.handsets[n])} for n, why in numbers]
        rows += [{"msisdn": None, "imei14": n, "why": why, "count": len(self.table.numbers[n])} for n, why in handsets]
        return rows


def expand(seeds: list[tuple[int, datetime | None]], sightings: list[Any], policy: Policy) -> Found:
    table = Table(sightings, policy)
    walk = Walk(seeds, table, policy)
    for hop in range(1, policy.max_hops + 1):
        walk.step(hop)
    linked, handsets, ends = walk.linked(), walk.handsets(), walk.stopped()
    seen = [seed for seed in walk.levels[0] if table.handsets[seed]]
    if policy.max_speed_kmh is not None or policy.max_numbers_in_one_place is not None:
        for row in handsets:
            released = row["imei14"] in policy.release
            row["in_one_place"] = None if released else table.over_a_cap(row["imei14"], policy)
        for row in ends:
            is_clone = row["why"] == "in_two_places"
            figures = in_two_places(table.places[row["imei14"]], policy.max_speed_kmh) if is_clone else (None, None)
            row["times"], row["km"] = figures
    return Found(
        linked=linked,
        handsets=handsets,
        stopped=ends,
        evidence=table.edges(walk.walked),
        stopped_evidence=table.edges(walk.ended),
        unseen=sorted(seed for seed in walk.levels[0] if not table.handsets[seed] and seed not in policy.protected),
        refused=table.refused,
        braked=len(linked) > max(1000, policy.max_linked_per_seed * len(seen)),
    )
