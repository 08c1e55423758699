"""Linkage over sightings that an engine holds on other machines and that are never collected as a whole.

Owns the protocol: a pass of the linkage requests keys; the engine returns the number of sightings of each; the linkage
determines which of them are open, and only their sightings are collected. Where a policy has rules of place, those of
closed handsets are collected too, unless their size alone closes them. Independent of the engine, and of the
rules of linkage: both sides of a pass are in the compiled module, so that the result is that of `expand`.
"""

from __future__ import annotations

import warnings
from abc import ABC, abstractmethod
from typing import Any, Final, Literal, NamedTuple, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from numguard._core import Linkage, normalize, read_sightings
from numguard.errors import ArgumentError
from numguard.linkage import read_seeds
from numguard.linkage.expansion import Expansion, expansion_of
from numguard.linkage.places import PLACES, Places
from numguard.linkage.policy import LinkPolicy, bounds_of
from numguard.source import looks_national
from numguard.types import Region

__all__ = ["PLACED", "Counted", "Held", "Side", "expand_elsewhere", "read_kept"]

#: Which key a pass requests.
Side: TypeAlias = Literal["numbers", "handsets"]

#: The columns of the place of a sighting: uint64, 0 where it is unknown.
PLACED: Final = ("point", "cell", "circle")

#: The most sightings of a key that are collected before it is known whether they are needed.
_AT_ONCE: Final = 1_000

#: The first of the canonical numbers that represent a row, or a number that is only counted.
_STAND_IN: Final = 919_000_000_000


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
    seeds: Any, held: Held, policy: LinkPolicy, *, msisdn: str, region: Region, limit: int
) -> Expansion:
    """As `expand`, for sightings that an engine holds.

    Args:
        seeds: As for `expand`.
        held: The sightings.
        policy: The bounds of linkage.
        msisdn: The column of numbers, for a warning.
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
        placed = side == "handsets" and bool(policy.place_rules)
        needed = _undecided(linkage, counts, policy) if placed else linkage.judge(_one(counts))
        rows = pc.sum(sizes["rows"].filter(pc.is_in(counts["key"], value_set=needed))).as_py() or 0
        collected += rows
        if collected > limit:
            raise ArgumentError(
                f"limit: level {hop} requests {rows:,} sightings of {len(needed):,} {side}, {collected:,} in all, and "
                f"{limit:,} may be collected: bound the walk (since, until, the caps), or raise the limit"
            )
        found = _complete(held, side, needed, few)
        if placed:
            _answer_placed(linkage, found, counts, policy)
        else:
            linkage.answer(_plain(found))
    counted = held.counted()
    tables = linkage.finish() | {"refused": counted.refused, "account": _account(counted, policy)}
    tables.pop("looks_national")
    tables.pop("rows_placed")
    if counted.looks_national:
        warnings.warn(looks_national(msisdn), stacklevel=3)
    return expansion_of(tables, policy)


def _complete(held: Held, side: Side, keys: pa.UInt64Array, few: pa.Table) -> pa.Table:
    """All sightings of these keys; `few` has those that were already collected."""
    here = few["key"].cast(pa.uint64())
    rest = keys.filter(pc.invert(pc.is_in(keys, value_set=here)))
    found = few.filter(pc.is_in(here, value_set=keys))
    return pa.concat_tables([found, held.sightings(side, rest)]) if len(rest) else found


def _account(counted: Counted, policy: LinkPolicy) -> dict[str, Any]:
    """The account, as that of `expand`; an engine returns no lines that are not data."""
    refused = sum(counted.refused.values())
    account = {
        "rows_read": counted.rows,
        "rows_used": counted.rows - refused,
        "rows_refused": refused,
        "not_data": {},
    }
    return account | ({"rows_placed": counted.rows_placed} if policy.place_rules else {})


def _one(counts: pa.Table) -> pa.RecordBatch:
    return counts.to_batches()[0] if len(counts) else _NO_SIZES


_NO_SIZES = pa.RecordBatch.from_pydict(
    {"key": [], "others": []}, pa.schema({"key": pa.uint64(), "others": pa.uint64()})
)


def _undecided(linkage: Linkage, counts: pa.Table, policy: LinkPolicy) -> pa.UInt64Array:
    """The handsets whose places decide whether they are closed; the others are closed in any case."""
    most, cap = policy.max_numbers_in_one_place, policy.max_numbers_per_imei
    others = counts["others"].to_numpy()
    seen = np.zeros(len(others), dtype=np.uint64)  # a size of 0 is under every cap, so only placeholders are closed
    if policy.max_speed_kmh is None and most is not None and cap is not None:
        seen = np.where(others > max(most, cap), others, seen)
    return linkage.judge(_one(pa.table({"key": counts["key"], "others": seen})))


def _answer_placed(linkage: Linkage, found: pa.Table, counts: pa.Table, policy: LinkPolicy) -> None:
    """Completes a pass over handsets with the sightings and their places. Each handset is requested once.

    For a handset whose sightings were not collected only a count of numbers is known: it gets as many made-up numbers.
    """
    batches = _plain(found, PLACED)
    closed = counts.filter(pc.invert(pc.is_in(counts["key"], value_set=found["key"].cast(pa.uint64()))))
    others = closed["others"].to_numpy().astype(np.int64)
    rows = int(others.sum())
    made_up: dict[str, Any] = {
        "key": np.repeat(closed["key"].to_numpy(), others),
        "other": _STAND_IN + np.arange(rows),
        "at": pa.repeat(_kept_time(policy), rows),
    }
    nowhere = np.zeros(rows, dtype=np.uint64)
    batches += _plain(pa.table(made_up | dict.fromkeys(PLACED, nowhere)), PLACED)
    linkage.read([_as_read(batch) for batch in batches], True, placed=True)
    state = linkage.step()
    while state is not None and state[2] < (state[3] or 0):
        state = linkage.step()


def _kept_time(policy: LinkPolicy) -> int:
    """A time within the bounds of the policy."""
    bounds = bounds_of(policy)
    since, until = bounds["since"], bounds["until"]
    return int(since if since is not None else 0 if until is None else until - 1)


def _as_read(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Sightings of handsets as the columns of a source."""
    at = batch["at"].cast(pa.timestamp("us", "UTC"))
    columns = [batch["other"], batch["key"], at, *(batch[name] for name in PLACED)]
    return pa.RecordBatch.from_arrays(columns, ["msisdn", "imei14", "at", *PLACED])


def _plain(rows: pa.Table, more: tuple[str, ...] = ()) -> list[pa.RecordBatch]:
    columns = {"key": pa.uint64(), "other": pa.uint64(), "at": pa.int64()} | dict.fromkeys(more, pa.uint64())
    return pa.table({name: rows[name].cast(kind) for name, kind in columns.items()}).to_batches()


def read_kept(
    batch: pa.RecordBatch, bounds: dict[str, Any], region: Region, where: pa.RecordBatch | None = None
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
    read, refused, national = read_sightings(batch, bounds, region)
    if where is None:
        return read, Counted(len(batch), refused, national, 0)
    places = Places(PLACES)
    placed = places.beside(pa.RecordBatch.from_arrays([], []), where)
    if len(read) < len(batch):
        # The batch is read again with each readable number replaced by its row, which gives the rows that were kept.
        rows = pa.array(_STAND_IN + np.arange(len(batch)), pa.uint64())
        known = normalize(batch.column(0), region=region, threads=1).is_valid()
        numbered = pc.if_else(known, rows, pa.scalar(None, pa.uint64()))
        kept, *_ = read_sightings(batch.set_column(0, batch.schema.names[0], numbered), bounds, region)
        placed = placed.take(pc.subtract(kept["msisdn"], _STAND_IN))
    columns = [*read.columns, *placed.columns]
    sightings = pa.RecordBatch.from_arrays(columns, [*read.schema.names, *PLACED])
    return sightings, Counted(len(batch), refused, national, places.rows)
