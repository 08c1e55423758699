"""Sightings in a Parquet file for the benchmarks: seeded, of any length, in row groups so that memory is bounded.

A month of a population's phones. Most numbers stay in one handset. Some pairs share one, some numbers change handsets,
some IMEIs are cloned by hundreds or thousands of phones, and some phones report a placeholder.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from numguard.bench.call_records import ROW_GROUP, write_tables
from numguard.bench.columns import national
from numguard.bench.plan import SEED
from numguard.compute import pc
from numguard.indian_time import MOMENT
from numguard.synthetic.numbering import Numbering

MONTH_BEGINS = 1_788_220_800  # 2026-09-01 in seconds
MONTH = 30 * 86_400
PLACEHOLDERS = np.array([0, 12345678901234, 499901064000, 34563000000011], dtype=np.uint64)
CLONES = 400


def population_of(rows: int) -> int:
    """The number of subscribers, with about five sightings each."""
    return max(rows // 5, 1000)


def mixed(ranks: np.ndarray, salt: int) -> np.ndarray:
    """A hash of each rank, so that a subscriber has the same properties in every row group."""
    value = (ranks.astype(np.uint64) + np.uint64(salt)) * np.uint64(0x9E37_79B9_7F4A_7C15)
    return value ^ (value >> np.uint64(29))


def handsets(ranks: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The handset that each subscriber was seen in this time."""
    phone = ranks.astype(np.uint64)
    # Every fifth pair of ranks shares one phone, and one sighting in fifty is in a phone of a near rank.
    shared = mixed(ranks // 2, 1) % np.uint64(5) == 0
    phone[shared] &= ~np.uint64(1)
    lent = rng.random(len(ranks)) < 0.02
    phone[lent] = phone[lent] // np.uint64(50) * np.uint64(50) + mixed(ranks[lent], 2) % np.uint64(50)
    imei = np.uint64(35_000_000_000_000) + phone * np.uint64(7_919) % np.uint64(900_000_000_000)
    # A key that ends in eight zeros is a placeholder.
    imei[imei % np.uint64(100_000_000) == 0] += np.uint64(1)
    ways = mixed(ranks, 3) % np.uint64(1000)
    cloned = ways < 20
    # A few clones have most of the users.
    part = (mixed(ranks[cloned], 4) >> np.uint64(11)).astype(np.float64) / float(1 << 53)
    which = (part**3 * CLONES).astype(np.uint64)
    imei[cloned] = np.uint64(86_228_001_000_000) + which
    nameless = (ways >= 20) & (ways < 25)
    imei[nameless] = PLACEHOLDERS[(mixed(ranks[nameless], 5) % np.uint64(len(PLACEHOLDERS))).astype(np.int64)]
    return imei


#: The forms of numbers and handsets in a file: keys; integers of ten digits, and of fifteen with a trailing zero; text.
LAYOUTS = ("keys", "Int64", "text")

#: The least latitude and longitude of the towns, and their extent, in millionths of a degree.
_SOUTH, _NORTHWARD, _WEST, _EASTWARD = 8_500_000, 25_000_000, 69_000_000, 25_000_000
#: Numbers in one SIM box.
_BOX = 150


def placed(ranks: np.ndarray, imeis: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, pa.Table]:
    """The handsets, some of which are SIM boxes, and where each sighting was: `latitude` and `longitude`, some null.

    Subscribers move around their town, all numbers of a SIM box are in one place.
    """
    in_box = mixed(ranks, 3) % np.uint64(1000) - np.uint64(25) < 5
    box = mixed(ranks, 6) % np.uint64(max(int(ranks.max(initial=0)) // 200 // _BOX, 1))
    imeis = np.where(in_box, np.uint64(86_500_001_000_000) + box, imeis)
    town = mixed(np.where(in_box, box, ranks.astype(np.uint64)), 7)
    south = _SOUTH + (town >> np.uint64(40)).astype(np.int64) % _NORTHWARD
    west = _WEST + (town >> np.uint64(10) & np.uint64(0xFFFF_FFFF)).astype(np.int64) % _EASTWARD
    moved = np.where(in_box, 0, 60_000)
    degrees = ((base + (rng.random(len(ranks)) - 0.5) * moved).astype(np.int64) / 1_000_000 for base in (south, west))
    unknown = rng.random(len(ranks)) < 0.1
    columns = [pa.array(values, pa.float64(), mask=unknown) for values in degrees]
    return imeis, pa.table(columns, ["latitude", "longitude"])


def written(msisdns: np.ndarray, imeis: np.ndarray, layout: str) -> tuple[pa.Array[Any], pa.Array[Any]]:
    """Keys in the form of a layout."""
    if layout in {"keys", "placed"}:
        return pa.array(msisdns), pa.array(imeis)
    if layout == "Int64":
        return pa.array(national(msisdns).astype(np.int64)), pa.array((imeis * np.uint64(10)).astype(np.int64))
    digits: Any = pa.array(imeis * np.uint64(10))
    return pa.array(msisdns).cast(pa.string()), pc.utf8_lpad(digits.cast(pa.string()), 15, padding="0")


def write(path: Path, rows: int, layout: str = "keys") -> Path:
    """Writes `rows` sightings to `path` unless the file exists; with the layout "placed" keys, and coordinates too."""
    return write_tables(path, _tables(rows, layout))


def _tables(rows: int, layout: str) -> Iterator[pa.Table]:
    numbers, rng = Numbering(SEED), np.random.default_rng([SEED, 8])
    for start in range(0, rows, ROW_GROUP):
        size = min(ROW_GROUP, rows - start)
        ranks = rng.integers(0, population_of(rows), size)
        span = start * MONTH // rows, (start + size) * MONTH // rows
        at = MONTH_BEGINS + np.sort(rng.integers(*span, size))
        keys = handsets(ranks, rng)
        where = pa.table({})
        if layout == "placed":
            keys, where = placed(ranks, keys, rng)
        served, imeis = written(numbers.msisdns(ranks), keys, layout)
        table = pa.table({"served_msisdn": served, "imei14": imeis, "at": pa.array(at * 1_000_000, MOMENT)})
        for name in where.column_names:
            table = table.append_column(name, where[name])
        yield table


def seeds(count: int, rows: int) -> pa.UInt64Array:
    """`count` reported numbers, nearly all of them seen."""
    ranks = np.random.default_rng(7).choice(population_of(rows), size=count, replace=False)
    drawn: Any = Numbering(SEED).msisdns(ranks)
    return pa.array(drawn, pa.uint64())
