"""Linkage over sightings outside the process: with only the sizes of closed handsets, the result is the same."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import numguard as ng
from numguard.errors import ArgumentError
from numguard.linkage.elsewhere import Counted, Held, Side, expand_elsewhere, read_kept
from numguard.linkage.places import PLACED, PLACES, Places
from numguard.linkage.policy import bounds_of
from test_linkage import SEED, cases, link_policy, same, seed_table, table_of
from test_linkage_places import NOON, POLICIES
from test_linkage_places import sightings as placed_sightings
from test_linkage_places import table_of as placed_table

DAY, IST = 86_400_000_000, 19_800_000_000


class InDictionaries(Held):
    """Sightings as plain rows; `given` has the keys whose rows were requested."""

    def __init__(self, table: pa.Table, policy: ng.LinkPolicy, most: int) -> None:
        self.most = most
        self.notes: dict[str, int] = defaultdict(int)
        self.counted_rows = self.placed = 0
        self.rows: list[tuple[Any, ...]] = []
        self.given: set[tuple[Side, int]] = set()
        self.more = PLACED if policy.place_rules else ()
        for batch in table.to_batches(max_chunksize=7):
            where = batch.select(batch.schema.names[3:]) if policy.place_rules else None
            kept, counted = read_kept(batch.select(batch.schema.names[:3]), bounds_of(policy), "IN", where)
            self.rows += zip(*(column.to_pylist() for column in kept.columns), strict=True)
            for note, count in counted.refused.items():
                self.notes[note] += count
            self.counted_rows += counted.rows
            self.placed += counted.rows_placed

    def of(self, side: Side, keys: pa.UInt64Array) -> dict[int, list[tuple[Any, ...]]]:
        wanted = set(keys.to_pylist())
        found = defaultdict(list)
        for msisdn, imei14, at, *where in self.rows:
            key, other = (msisdn, imei14) if side == "numbers" else (imei14, msisdn)
            if key in wanted:
                found[key].append((other, at, *where))
        return found

    def counted(self) -> Counted:
        return Counted(self.counted_rows, dict(self.notes), False, self.placed)

    def seen(self, side: Side, keys: pa.UInt64Array, most: int) -> tuple[pa.Table, pa.Table]:
        def size(key: int, rows: list[tuple[Any, ...]]) -> dict[str, int]:
            days = {((at + IST) // DAY, other) for other, at, *_ in rows if at is not None}
            return {
                "key": key,
                "others": len({other for other, *_ in rows}),
                "rows": len(rows),
                "days": len({day for day, _ in days}),
                "others_on_days": len(days),
            }

        counted = [size(key, rows) for key, rows in self.of(side, keys).items()]
        names = ["key", "others", "rows", "days", "others_on_days"]
        sizes = pa.Table.from_pylist(counted, pa.schema([(name, pa.int64()) for name in names]))
        most = min(most, self.most)
        few = [size["key"] for size in counted if size["rows"] <= most]
        return sizes, self.rows_of(side, pa.array(few, pa.uint64()))

    def sightings(self, side: Side, keys: pa.UInt64Array) -> pa.Table:
        assert len(keys)
        self.given |= {(side, key) for key in keys.to_pylist()}
        return self.rows_of(side, keys)

    def rows_of(self, side: Side, keys: pa.UInt64Array) -> pa.Table:
        rows = [(key, *row) for key, rows in self.of(side, keys).items() for row in rows]
        names = ("key", "other", "at", *self.more)
        columns = zip(*rows, strict=True) if rows else ([] for _ in names)
        kinds = [pa.int64(), pa.int64(), pa.int64(), *(pa.uint64() for _ in self.more)]
        arrays = [pa.array(column, kind) for column, kind in zip(columns, kinds, strict=True)]
        return pa.table(dict(zip(names, arrays, strict=True)))


def walk(
    seeds: Any, table: pa.Table, policy: ng.LinkPolicy, limit: int = 10**6, most: int = 0
) -> tuple[ng.Expansion, InDictionaries]:
    held = InDictionaries(table, policy, most)
    return expand_elsewhere(seeds, held, policy, msisdn="served_msisdn", imei="imei14", region="IN", limit=limit), held


@settings(max_examples=300, deadline=None)
@given(cases())
def test_equal_to_a_walk_over_all_sightings(case: Any) -> None:
    seeds, sightings, policy = case
    bounds, table = link_policy(policy), table_of(sightings)
    found, held = walk(seed_table(seeds), table, bounds)
    for most in (1, 3, 1000):
        assert same(walk(seed_table(seeds), table, bounds, most=most)[0], found)
    assert same(found, ng.expand(seed_table(seeds), table, bounds))
    closed = {("handsets", row["imei14"]) for row in found.stopped.to_pylist() if row["imei14"] is not None}
    assert not closed & held.given


@settings(max_examples=300, deadline=None)
@given(placed_sightings(), POLICIES, st.booleans())
def test_equal_where_a_policy_looks_at_places(rows: list[Any], bounds: dict[str, Any], period: bool) -> None:
    since = {"since": NOON + dt.timedelta(minutes=20), "until": NOON + dt.timedelta(minutes=110)} if period else {}
    policy = ng.LinkPolicy(**bounds, **since)
    table, seeds = placed_table(rows), pa.array([SEED, SEED + 1], pa.uint64())
    found, held = walk(seeds, table, policy)
    assert same(found, ng.expand(seeds, table, policy))
    assert same(walk(seeds, table, policy, most=2)[0], found)
    if not policy.place_rules:
        assert not {("handsets", row["imei14"]) for row in found.stopped.to_pylist()} & held.given


def test_places_stay_beside_their_rows_where_others_are_refused() -> None:
    rows = 500
    odd = {n: ["1930", None, "98765 432l0"][n % 3] for n in range(0, rows, 7)}
    batch = pa.RecordBatch.from_pydict(
        {
            "msisdn": [odd.get(n, str(9_812_300_000 + n)) for n in range(rows)],
            "imei14": [None if n % 11 == 0 else "0" * 14 if n % 13 == 0 else "35824005111110" for n in range(rows)],
            "at": pa.array([NOON + dt.timedelta(seconds=n) for n in range(rows)], pa.timestamp("us", "UTC")),
        }
    )
    where = pa.RecordBatch.from_pydict({"latitude": [n / 100 for n in range(1, rows + 1)], "longitude": [77.0] * rows})
    bounds = bounds_of(ng.LinkPolicy(since=NOON + dt.timedelta(seconds=60)))
    kept, counted = read_kept(batch, bounds, "IN", where)
    of_rows = Places(PLACES).beside(batch, where)["point"].to_pylist()
    left = [n for n in range(60, rows) if n not in odd and n % 11]
    begin = int(NOON.timestamp())
    assert kept["at"].to_pylist() == [(begin + n) * 1_000_000 for n in left]
    assert kept["msisdn"].to_pylist() == [919_812_300_000 + n for n in left]
    assert kept["point"].to_pylist() == [of_rows[n] for n in left]
    assert sum(counted.refused.values()) + len(left) + sum(n not in odd and bool(n % 11) for n in range(60)) == rows


def test_a_handset_that_no_place_opens_is_only_counted() -> None:
    """Zeros, and with no rule of speed a handset of more numbers than one place may hold."""
    shop, clone = 35_824_005_111_111, 35_824_005_222_222
    seen = [(SEED, imei, NOON, 28.6, 77.2, None, None) for imei in (0, shop, clone)]
    for imei, others in ((0, 300), (shop, 150), (clone, 250)):
        seen += [(SEED + n, imei, NOON + dt.timedelta(minutes=n), 28.6, 77.2, None, None) for n in range(1, others)]
    table, seeds = placed_table(seen), pa.array([SEED], pa.uint64())
    policy = ng.LinkPolicy(max_numbers_in_one_place=200)
    found, held = walk(seeds, table, policy)
    assert same(found, ng.expand(seeds, table, policy))
    assert [(row["why"], row["count"]) for row in found.stopped.to_pylist()] == [
        ("placeholder", 300),
        ("too_many_numbers", 250),
    ]
    assert held.given == {("numbers", SEED), ("handsets", shop)}
    fast = ng.LinkPolicy(max_numbers_in_one_place=200, max_speed_kmh=900, until=NOON + dt.timedelta(days=1))
    found, held = walk(seeds, table, fast)
    assert same(found, ng.expand(seeds, table, fast))
    assert held.given == {("numbers", SEED), ("handsets", shop), ("handsets", clone)}


def test_a_clone_stays_where_it_is_and_the_limit_is_one_of_what_is_collected() -> None:
    clone, shared = 35_824_005_111_111, 35_824_005_222_222
    rows = [(SEED, clone, None), (SEED, shared, None), (SEED + 1, shared, None)]
    rows += [(SEED + 100 + n, clone, None) for n in range(500)]
    table, seeds = table_of(rows, at=False), pa.array([SEED], pa.uint64())
    found, held = walk(seeds, table, ng.LinkPolicy(), limit=4)
    assert same(found, ng.expand(seeds, table))
    assert [row["count"] for row in found.stopped.to_pylist()] == [501]
    assert held.given == {("numbers", SEED), ("handsets", shared)}
    with pytest.raises(ArgumentError, match="level 1 requests 2 sightings of 1 handsets, 4 in all, and 3 may"):
        walk(seeds, table, ng.LinkPolicy(), limit=3)
    with pytest.raises(ArgumentError, match="505 in all"):
        walk(seeds, table, ng.LinkPolicy(max_numbers_per_imei=None), limit=502)
