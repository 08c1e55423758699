"""Linkage over sightings that an engine holds on other machines and that are never collected as a whole.

Owns the protocol: a pass of the linkage requests keys; the engine returns the number of sightings of each; the linkage
determines whose sightings are needed, and only those are collected: not those of keys that their size closes.
Independent of the engine, and of the rules of linkage: both sides of a pass are in the compiled module, so that the
result is that of `expand`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Final, Literal, NamedTuple, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from numguard._core import Linkage, read_sightings
from numguard.errors import ArgumentError
from numguard.linkage import read_seeds
from numguard.linkage.expansion import Expansion, expansion_of
from numguard.linkage.places import PLACED, PLACES, Places
from numguard.linkage.policy import LinkPolicy, bounds_of
from numguard.source import looks_national
from numguard.source.columns import none_read
from numguard.types import Region, RowAccount, row_account
from numguard.warning import warn

#: Which key a pass requests.
Side: TypeAlias = Literal["numbers", "handsets"]

#: The most sightings of a key that are collected before it is known whether they are needed.
_AT_ONCE: Final = 1_000


class Counted(NamedTuple):
    """The account of rows that an engine holds."""

    #: All rows.
    rows: int
    #: Those that cannot be read, by note.
    refused: dict[str, int]
    #: Whether numbers look national in a column of E.164.
    looks_national: bool
    #: The rows with a place; 0 unless places were requested.
    rows_placed: int


class Held(ABC):
    """Sightings that an engine holds, with their keys."""

    @abstractmethod
    def seen(self, side: Side, keys: pa.UInt64Array, most: int) -> tuple[pa.Table, pa.Table]:
        """The sizes of these keys, and the sightings of those that have at most `most`.

        Returns:
            `key`, `others` (distinct keys of the other side) and `rows` (sightings) of each key that was seen. Of
            handsets, if the policy has `max_numbers_per_day`, also `days` (on which it was seen, in India) and
            `others_on_days` (the distinct numbers of each of them, summed). And sightings as `sightings` gives them.
        """

    @abstractmethod
    def sightings(self, side: Side, keys: pa.UInt64Array) -> pa.Table:
        """Every kept sighting of these keys: `key`, `other`, and `at` in microseconds since 1970 UTC, or null.

        Of handsets, if the policy has rules of place, also the columns of `PLACED`.
        """

    @abstractmethod
    def counted(self) -> Counted:
        """The account of the rows; called when linkage is complete."""


def expand_elsewhere(
    seeds: Any, held: Held, policy: LinkPolicy, *, msisdn: str, imei: str, region: Region, limit: int
) -> Expansion:
    """As `expand`, for sightings that an engine holds.

    Args:
        seeds: As for `expand`.
        held: The sightings.
        policy: The bounds of linkage.
        msisdn: The column of numbers, for a warning.
        imei: That of IMEIs.
        region: How bare digits of seeds are read.
        limit: The most sightings that are collected.

    Raises:
        ArgumentError: Linkage requests more than that; or seeds that `expand` does not accept.
    """
    numbers, reported_at = read_seeds(seeds, policy)
    linkage = Linkage(numbers, reported_at, bounds_of(policy), region=region, memory_limit=0, threads=None)
    collected = 0
    while (wanted := linkage.wanted()) is not None:
        side, hop, keys = wanted
        sizes, few = held.seen(side, keys, min(_AT_ONCE, (limit - collected) // len(keys)))
        names = [name for name in ("key", "others", "days", "others_on_days") if name in sizes.column_names]
        counts = pa.table({name: sizes[name].cast(pa.uint64()) for name in names}).combine_chunks()
        needed = linkage.needed(_one(counts))
        rows = pc.sum(sizes["rows"].filter(pc.is_in(counts["key"], value_set=needed))).as_py() or 0
        collected += rows
        if collected > limit:
            raise ArgumentError(
                f"limit: level {hop} requests {rows:,} sightings of {len(needed):,} {side}, {collected:,} in all, and "
                f"{limit:,} may be collected: bound the walk (since, until, the caps), or raise the limit"
            )
        placed = PLACED if linkage.wants_places() else ()
        linkage.answer(_plain(_complete(held, side, needed, few), placed))
    counted = held.counted()
    tables = linkage.finish() | {"refused": counted.refused, "account": _account(counted, policy, msisdn, imei)}
    tables.pop("looks_national")
    tables.pop("rows_placed")
    if counted.looks_national:
        warn(looks_national(msisdn))
    return expansion_of(tables, policy)


def _complete(held: Held, side: Side, keys: pa.UInt64Array, few: pa.Table) -> pa.Table:
    """All sightings of these keys; `few` has those that were already collected."""
    here = few["key"].cast(pa.uint64())
    rest = keys.filter(pc.invert(pc.is_in(keys, value_set=here)))
    found = few.filter(pc.is_in(here, value_set=keys))
    return pa.concat_tables([found, held.sightings(side, rest)]) if len(rest) else found


def _account(counted: Counted, policy: LinkPolicy, *columns: str) -> RowAccount:
    """The account, as that of `expand`; an engine returns rows alone."""
    refused = sum(counted.refused.values())
    used = counted.rows - refused
    account = row_account(used, counted.refused, warnings=none_read(used, refused, *columns))
    if policy.place_rules:
        account["rows_placed"] = counted.rows_placed
    return account


def _one(counts: pa.Table) -> pa.RecordBatch:
    return counts.to_batches()[0] if len(counts) else _NO_SIZES


_NO_SIZES = pa.RecordBatch.from_pydict(
    {"key": [], "others": []}, pa.schema({"key": pa.uint64(), "others": pa.uint64()})
)


def _plain(rows: pa.Table, more: tuple[str, ...]) -> list[pa.RecordBatch]:
    columns = {"key": pa.uint64(), "other": pa.uint64(), "at": pa.int64()} | dict.fromkeys(more, pa.uint64())
    return pa.table({name: rows[name].cast(kind) for name, kind in columns.items()}).to_batches()


def read_kept(
    batch: pa.RecordBatch, bounds: dict[str, Any], region: Region, where: pa.RecordBatch | None
) -> tuple[pa.RecordBatch, Counted]:
    """Reads a batch of numbers, IMEIs and, if there are any, times, in the process that holds it.

    Args:
        batch: The columns, in that order.
        bounds: Those of the policy.
        region: How bare digits are read.
        where: The columns of the places of the same rows, under their names in `PLACES`. None: places are not read.

    Returns:
        The sightings that count, as `msisdn`, `imei14` (uint64), `at` (int64, microseconds) and, with `where`,
        the columns of `PLACED` (uint64); and the account of the rows.
    """
    places = Places(PLACES)
    columns = batch if where is None else places.beside(batch, where)
    kept, refused, national = read_sightings(columns, bounds, region, placed=where is not None)
    return kept, Counted(len(batch), refused, national, places.rows)
