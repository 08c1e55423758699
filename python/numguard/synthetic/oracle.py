"""The rules of linkage read out loud: a walk over Python dicts, obvious and slow, to hold the fast one to.

Owns one reading of the published rules, written apart from the engine's. Knows nothing of Arrow or files, nor of
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


@dataclass(frozen=True)
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


@dataclass(frozen=True)
class Link:
    """One linked number and its best path."""

    hop: int
    via_imei: int
    via_msisdn: int
    seed_msisdn: int
    first: int
    last: int
    sightings: int


@dataclass
class Walk:
    """What the rules answer."""

    linked: dict[int, Link] = field(default_factory=dict)
    handsets: dict[int, int] = field(default_factory=dict)
    stopped: dict[tuple[str, int], str] = field(default_factory=dict)


def walk(seeds: Iterable[int], sightings: Iterable[tuple[int, int, int]], rules: Rules) -> Walk:  # noqa: C901, PLR0912
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
    # 1. Kept sightings, identical ones once.
    kept = {
        (m, i, at)
        for m, i, at in sightings
        if (rules.since is None or rules.since <= at) and (rules.until is None or at < rules.until)
    }
    # 2, 3. n, h and d over every kept sighting.
    all_edges: dict[tuple[int, int], Edge] = {}
    numbers_of: dict[int, set[int]] = defaultdict(set)
    handsets_of: dict[int, set[int]] = defaultdict(set)
    by_day: dict[int, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    for m, i, at in kept:
        edge = all_edges.setdefault((m, i), Edge(at, at, 0))
        edge.first, edge.last, edge.count = min(edge.first, at), max(edge.last, at), edge.count + 1
        numbers_of[i].add(m)
        handsets_of[m].add(i)
        by_day[i][(at + _IST_US) // _DAY_US].add(m)

    # 4. Closed handsets, first reason wins.
    def handset_closed(i: int) -> str | None:
        if i in rules.placeholders:
            return "placeholder"
        if i in rules.release:
            return None
        if len(numbers_of[i]) > rules.max_numbers_per_imei:
            return "too_many_numbers"
        days = by_day[i]
        if (
            rules.max_numbers_per_day is not None
            and len(days) >= rules.min_days
            and sum(map(len, days.values())) / len(days) > rules.max_numbers_per_day
        ):
            return "too_many_per_day"
        return None

    # 5. Closed numbers.
    def number_closed(m: int) -> str | None:
        if m in rules.protected:
            return "protected"
        return "too_many_handsets" if len(handsets_of[m]) > rules.max_imeis_per_number else None

    # 6. Edges.
    edges = {key: edge for key, edge in all_edges.items() if edge.count >= rules.min_sightings}
    edges_of_number: dict[int, list[int]] = defaultdict(list)
    edges_of_handset: dict[int, list[int]] = defaultdict(list)
    for m, i in edges:
        edges_of_number[m].append(i)
        edges_of_handset[i].append(m)

    # 9. The two stays touch, or nearly.
    def near(a: Edge, b: Edge) -> bool:
        return rules.max_gap_days is None or max(a.first, b.first) - min(a.last, b.last) <= rules.max_gap_days * _DAY_US

    # 7, 8. Whole levels.
    found = Walk()
    level = set(seeds)
    seed_of = {m: m for m in level}
    placed = set(level)
    for hop in range(1, rules.max_hops + 1):
        walked = set()
        for m in level:
            why = number_closed(m)
            if why:
                if why == "protected" or m in handsets_of:
                    found.stopped["msisdn", m] = why
                continue
            walked.add(m)
        paths: dict[int, list[tuple[int, int, int, int]]] = defaultdict(list)
        for m in walked:
            for i in edges_of_number[m]:
                closed = handset_closed(i)
                if closed:
                    found.stopped["imei", i] = closed
                    continue
                found.handsets.setdefault(i, hop)
                for x in edges_of_handset[i]:
                    if x in placed or not near(edges[m, i], edges[x, i]):
                        continue
                    if x in rules.protected:
                        found.stopped["msisdn", x] = "protected"
                    else:
                        # 11. Most sightings, then earliest, smallest handset, smallest number.
                        paths[x].append((-edges[x, i].count, edges[x, i].first, i, m))
        for x, ways in paths.items():
            count, first, i, m = min(ways)
            seed_of[x] = seed_of[m]
            found.linked[x] = Link(hop, i, m, seed_of[m], first, edges[x, i].last, -count)
        level = set(paths)
        placed |= level
    return found
