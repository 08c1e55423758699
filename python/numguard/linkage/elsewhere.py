"""A linkage over sightings that an engine holds on other machines, and that are never collected as a whole.

Owns the protocol: a pass of the linkage requests keys; the engine returns the number of sightings of each; the linkage
determines which of them are open, and only their sightings are collected. Knows no engine, and no rule of linkage: both
sides of a pass are in the compiled module, so that the result is that of `expand`.
"""

from __future__ import annotations

import warnings
from abc import ABC, abstractmethod
from typing import Any, Literal, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from numguard._core import Linkage
from numguard.errors import ArgumentError
from numguard.linkage import read_seeds
from numguard.linkage.expansion import Expansion
from numguard.linkage.policy import LinkPolicy
from numguard.source import looks_national
from numguard.types import Region

__all__ = ["Held", "Side", "check_places", "expand_elsewhere"]

#: Which key a pass requests.
Side: TypeAlias = Literal["numbers", "handsets"]


def check_places(policy: LinkPolicy) -> None:
    """Refuses a policy with rules of places, which sightings held elsewhere do not support.

    Raises:
        ArgumentError: The policy has such a rule.
    """
    if policy.place_rules:
        raise ArgumentError(
            f"policy: {policy.place_rules[0]} is not supported for sightings that an engine holds, which returns "
            "sizes and no places. Use numguard.expand, which reads the same files"
        )


class Held(ABC):
    """Sightings that an engine holds, with their keys."""

    @abstractmethod
    def refused(self) -> tuple[dict[str, int], bool]:
        """Rows that could not be read, by note; and whether numbers look national in a column of E.164."""

    @abstractmethod
    def sizes(self, side: Side, keys: pa.UInt64Array) -> pa.Table:
        """Of each key that was seen: `key`, `others` (distinct keys of the other side) and `rows` (sightings).

        Of handsets, if the policy has `max_numbers_per_day`, also `days` (on which it was seen, in India) and
        `others_on_days` (the distinct numbers of each of them, summed).
        """

    @abstractmethod
    def sightings(self, side: Side, keys: pa.UInt64Array) -> pa.Table:
        """Every kept sighting of these keys: `key`, `other`, and `at` in microseconds since 1970 UTC, or null."""


def expand_elsewhere(
    seeds: Any, held: Held, policy: LinkPolicy, *, msisdn: str, region: Region, limit: int
) -> Expansion:
    """As `expand`, for sightings that an engine holds.

    Args:
        seeds: As for `expand`.
        held: The sightings.
        policy: The bounds of the walk.
        msisdn: The column of numbers, for a warning.
        region: How bare digits of seeds are read.
        limit: At most so many sightings are collected.

    Raises:
        ArgumentError: The walk requests more than that; or seeds that `expand` does not accept.
    """
    check_places(policy)
    numbers, reported_at = read_seeds(seeds, policy)
    linkage = Linkage(numbers, reported_at, policy.bounds(), region=region, memory_limit=0, threads=None)
    refused, national = held.refused()
    collected = 0
    while (wanted := linkage.wanted()) is not None:
        side, hop, keys = wanted
        sizes = held.sizes(side, keys)
        names = [name for name in ("key", "others", "days", "others_on_days") if name in sizes.column_names]
        counts = pa.table({name: sizes[name].cast(pa.uint64()) for name in names}).combine_chunks()
        needed = linkage.judge(counts.to_batches()[0] if len(counts) else _NO_SIZES)
        rows = pc.sum(sizes["rows"].filter(pc.is_in(counts["key"], value_set=needed))).as_py() or 0
        collected += rows
        if collected > limit:
            raise ArgumentError(
                f"limit: level {hop} requests {rows:,} sightings of {len(needed):,} {side}, {collected:,} in all, and "
                f"{limit:,} may be collected: bound the walk (since, until, the caps), or raise the limit"
            )
        linkage.answer(_plain(held.sightings(side, needed)) if len(needed) else [])
    found = linkage.finish() | {"refused": refused}
    found.pop("looks_national")
    if national:
        warnings.warn(looks_national(msisdn), stacklevel=3)
    return Expansion.of(found, policy)


_NO_SIZES = pa.RecordBatch.from_pydict(
    {"key": [], "others": []}, pa.schema({"key": pa.uint64(), "others": pa.uint64()})
)


def _plain(rows: pa.Table) -> list[pa.RecordBatch]:
    columns = {"key": pa.uint64(), "other": pa.uint64(), "at": pa.int64()}
    return pa.table({name: rows[name].cast(kind) for name, kind in columns.items()}).to_batches()
