"""An oracle of linkage: a walk over Python dicts, obvious and slow, for comparison with the fast one.

Owns one reading of the published rules, written apart from the engine's. Independent of Arrow and files; without
relative windows, which the demonstration does not use.

Each paragraph below carries the number of the rule it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

__all__ = ["Edge", "Link", "Rules", "Walk", "walk"]

_DAY_US = 86_400_000_000
_IST_US = 19_800_000_000


@dataclass(frozen=True, repr=False)
class Rules:
    """The fields of a policy that the oracle knows; times are microseconds UTC, `until` is not included."""

    max_hops: int = 1
    since: int | None = None
    until: int | None = None
    max_numbers_per_imei: int = 100
    max_numbers_per_day: float | None = None
    min_days: int = 5
    max_imeis_per_number: int = 20
    min_sightings: int = 1
    max_gap_days: int | None = None
    protected: frozenset[int] = frozenset()
    release: frozenset[int] = frozenset()
    placeholders: frozenset[int] = frozenset()


@dataclass
class Edge:
    """All sightings of one number in one handset."""

    first: int
    last: int
    count: int


@dataclass(frozen=True, repr=False)
class Link:
    """One linked number and its best path."""

    hop: int
    via_imei: int
    via_msisdn: int
    seed_msisdn: int
    first: int
    last: int
    sightings: int


@dataclass(repr=False)
class Walk:
    """The result of the rules."""

    linked: dict[int, Link] = field(default_factory=dict)
    handsets: dict[int, int] = field(default_factory=dict)
    stopped: dict[tuple[str, int], str] = field(default_factory=dict)


class _Tables:
    """Every kept sighting, by number and by handset."""

    def __init__(self, sightings: Iterable[tuple[int, int, int]], rules: Rules) -> None:
        self.rules = rules
        # 1. Kept sightings, identical ones once.
        kept = {
            (m, i, at)
            for m, i, at in sightings
            if (rules.since is None or rules.since <= at) and (rules.until is None or at < rules.until)
        }
        # 2, 3. n, h and d are over every kept sighting.
        edges: dict[tuple[int, int], Edge] = {}
        self.numbers_of: dict[int, set[int]] = defaultdict(set)
        self.handsets_of: dict[int, set[int]] = defaultdict(set)
        self.by_day: dict[int, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
        for m, i, at in kept:
            edge = edges.setdefault((m, i), Edge(at, at, 0))
            edge.first, edge.last, edge.count = min(edge.first, at), max(edge.last, at), edge.count + 1
            self.numbers_of[i].add(m)
            self.handsets_of[m].add(i)
            self.by_day[i][(at + _IST_US) // _DAY_US].add(m)
        # 6. Edges that count.
        self.edges = {key: edge for key, edge in edges.items() if edge.count >= rules.min_sightings}

    def handset_closed(self, i: int) -> str | None:
        """Rule 4: the first reason wins; a released handset is not tested for the last two."""
        rules, days = self.rules, self.by_day[i]
        if i in rules.placeholders:
            return "placeholder"
        if i in rules.release:
            return None
        if len(self.numbers_of[i]) > rules.max_numbers_per_imei:
            return "too_many_numbers"
        mean = sum(map(len, days.values())) / len(days)
        if rules.max_numbers_per_day is not None and len(days) >= rules.min_days and mean > rules.max_numbers_per_day:
            return "too_many_per_day"
        return None

    def number_closed(self, m: int) -> str | None:
        """Rule 5."""
        if m in self.rules.protected:
            return "protected"
        return "too_many_handsets" if len(self.handsets_of.get(m, ())) > self.rules.max_imeis_per_number else None

    def near(self, m: int, x: int, i: int) -> bool:
        """Rule 9: the stays of two numbers in a handset touch, or nearly."""
        if self.rules.max_gap_days is None:
            return True
        a, b = self.edges[m, i], self.edges[x, i]
        return max(a.first, b.first) - min(a.last, b.last) <= self.rules.max_gap_days * _DAY_US


def walk(seeds: Iterable[int], sightings: Iterable[tuple[int, int, int]], rules: Rules) -> Walk:
    """Who is reachable from the seeds, how, and where the walk stopped.

    Args:
        seeds: Reported numbers, E.164 digits.
        sightings: (msisdn, imei14, at) of well-formed keys, `at` in microseconds UTC; repeats count once.
        rules: The policy.

    Example:
        >>> hour = 3_600_000_000
        >>> found = walk([1], [(1, 7, hour), (2, 7, 2 * hour), (3, 8, hour)], Rules())
        >>> found.linked[2].via_imei, list(found.handsets), 3 in found.linked
        (7, [7], False)
    """
    tables = _Tables(sightings, rules)
    users: dict[int, list[int]] = defaultdict(list)
    for m, i in tables.edges:
        users[i].append(m)
    found = Walk()
    level = set(seeds)
    seed_of = {m: m for m in level}
    placed = set(level)
    # 7, 8. Whole levels; only those below max_hops are walked from.
    for hop in range(1, rules.max_hops + 1):
        paths: dict[int, list[tuple[int, int, int, int]]] = defaultdict(list)
        for m in level:
            closed = tables.number_closed(m)
            if closed:
                found.stopped["msisdn", m] = closed
                continue
            for i in tables.handsets_of.get(m, ()):
                if (m, i) in tables.edges:
                    _through(tables, found, (m, i, hop), users[i], placed, paths)
        for x, ways in paths.items():
            # 11. Most sightings, then earliest, smallest handset, smallest number.
            count, first, i, m = min(ways)
            seed_of[x] = seed_of[m]
            found.linked[x] = Link(hop, i, m, seed_of[m], first, tables.edges[x, i].last, -count)
        level = set(paths)
        placed |= level
    return found


def _through(  # noqa: PLR0917
    tables: _Tables,
    found: Walk,
    at: tuple[int, int, int],
    users: list[int],
    placed: set[int],
    paths: dict[int, list[tuple[int, int, int, int]]],
) -> None:
    """From one open number through one of its handsets: the paths to all its numbers, or the reason to stop."""
    m, i, hop = at
    closed = tables.handset_closed(i)
    if closed:
        found.stopped["imei", i] = closed
        return
    found.handsets.setdefault(i, hop)
    for x in users:
        if x in placed or not tables.near(m, x, i):
            continue
        if x in tables.rules.protected:
            found.stopped["msisdn", x] = "protected"
        else:
            edge = tables.edges[x, i]
            paths[x].append((-edge.count, edge.first, i, m))
