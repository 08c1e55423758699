"""A walk over sightings that stay where they are: told of what is closed by its size, it finds what it found before."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings

import numguard as ng
from numguard._core import read_sightings
from numguard.errors import ArgumentError
from numguard.linkage.elsewhere import Held, Side, expand_elsewhere
from test_linkage import SEED, cases, link_policy, same, seed_table, table_of

DAY, IST = 86_400_000_000, 19_800_000_000


class InDictionaries(Held):
    """Sightings as plain rows; it notes which keys it had to give the rows of."""

    def __init__(self, table: pa.Table, policy: ng.LinkPolicy) -> None:
        self.notes: dict[str, int] = defaultdict(int)
        self.rows: list[tuple[int, int, int | None]] = []
        self.given: set[tuple[Side, int]] = set()
        for batch in table.to_batches(max_chunksize=7):
            kept, refused, _ = read_sightings(batch, policy.bounds(), "IN")
            self.rows += zip(*(column.to_pylist() for column in kept.columns), strict=True)
            for note, count in refused.items():
                self.notes[note] += count

    def of(self, side: Side, keys: pa.UInt64Array) -> dict[int, list[tuple[int, int | None]]]:
        wanted = set(keys.to_pylist())
        found = defaultdict(list)
        for msisdn, imei14, at in self.rows:
            key, other = (msisdn, imei14) if side == "numbers" else (imei14, msisdn)
            if key in wanted:
                found[key].append((other, at))
        return found

    def refused(self) -> tuple[dict[str, int], bool]:
        return dict(self.notes), False

    def sizes(self, side: Side, keys: pa.UInt64Array) -> pa.Table:
        def size(key: int, rows: list[tuple[int, int | None]]) -> dict[str, int]:
            days = {((at + IST) // DAY, other) for other, at in rows if at is not None}
            return {
                "key": key,
                "others": len({other for other, _ in rows}),
                "rows": len(rows),
                "days": len({day for day, _ in days}),
                "others_on_days": len(days),
            }

        counted = [size(key, rows) for key, rows in self.of(side, keys).items()]
        names = ["key", "others", "rows", "days", "others_on_days"]
        return pa.Table.from_pylist(counted, pa.schema([(name, pa.int64()) for name in names]))

    def sightings(self, side: Side, keys: pa.UInt64Array) -> pa.Table:
        self.given |= {(side, key) for key in keys.to_pylist()}
        rows = [(key, other, at) for key, rows in self.of(side, keys).items() for other, at in rows]
        columns = zip(*rows, strict=True) if rows else ([], [], [])
        return pa.table(dict(zip(("key", "other", "at"), map(pa.array, columns), strict=True)))


def walk(seeds: Any, table: pa.Table, policy: ng.LinkPolicy, limit: int = 10**6) -> tuple[ng.Expansion, InDictionaries]:
    held = InDictionaries(table, policy)
    return expand_elsewhere(seeds, held, policy, msisdn="served_msisdn", region="IN", limit=limit), held


def unaccounted(found: ng.Expansion) -> ng.Expansion:
    """Without the account of rows: what lies elsewhere is read elsewhere."""
    return dataclasses.replace(found, account={})


@settings(max_examples=300, deadline=None)
@given(cases())
def test_equal_to_a_walk_over_all_sightings(case: Any) -> None:
    seeds, sightings, policy = case
    bounds, table = link_policy(policy), table_of(sightings)
    found, held = walk(seed_table(seeds), table, bounds)
    assert same(found, unaccounted(ng.expand(seed_table(seeds), table, bounds)))
    closed = {("handsets", row["imei14"]) for row in found.stopped.to_pylist() if row["imei14"] is not None}
    assert not closed & held.given


def test_a_clone_stays_where_it_is_and_the_limit_is_one_of_what_is_collected() -> None:
    clone, shared = 35_824_005_111_111, 35_824_005_222_222
    rows = [(SEED, clone, None), (SEED, shared, None), (SEED + 1, shared, None)]
    rows += [(SEED + 100 + n, clone, None) for n in range(500)]
    table, seeds = table_of(rows, at=False), pa.array([SEED], pa.uint64())
    found, held = walk(seeds, table, ng.LinkPolicy(), limit=4)
    assert same(found, unaccounted(ng.expand(seeds, table)))
    assert [row["count"] for row in found.stopped.to_pylist()] == [501]
    assert held.given == {("numbers", SEED), ("handsets", shared)}
    with pytest.raises(ArgumentError, match="level 1 requests 2 sightings of 1 handsets, 4 in all, and 3 may"):
        walk(seeds, table, ng.LinkPolicy(), limit=3)
    with pytest.raises(ArgumentError, match="505 in all"):
        walk(seeds, table, ng.LinkPolicy(max_numbers_per_imei=None), limit=502)
