"""Linkage on graphs of ten to a million edges: the oracle's answer, and the same bytes however the sightings come."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

import linkage_oracle as oracle
import numguard as ng
from numguard.files import write_rows
from test_linkage import IST, Sighting, assert_equal, link_policy, table_of

FIRST_NUMBER = 916000000000
FIRST_HANDSET = 35000000000001
DAY_0 = datetime(2026, 9, 1, tzinfo=IST)

#: Every field has another value than its default in one of them; of some of them two values.
POLICIES = {
    "default": oracle.Policy(),
    "far": oracle.Policy(max_hops=4, max_numbers_per_imei=8, max_imeis_per_number=5, min_sightings=1),
    "no caps": oracle.Policy(
        max_hops=3, min_sightings=2, max_numbers_per_imei=None, max_imeis_per_number=None, max_linked_per_seed=1
    ),
    "timed": oracle.Policy(
        max_hops=2,
        since=date(2026, 9, 3),
        until=datetime(2026, 9, 25, 18, 30),
        max_numbers_per_day=1.5,
        min_days=2,
        max_gap_days=4,
        max_linked_per_seed=3,
    ),
    "windows": oracle.Policy(days_before=9, days_after=2, max_numbers_per_imei=12),
    "lists": oracle.Policy(
        max_hops=3,
        max_numbers_per_imei=6,
        protected={FIRST_NUMBER + n for n in range(0, 400, 7)},
        release={FIRST_HANDSET + n for n in range(0, 60, 2)},
        placeholders={FIRST_HANDSET + n for n in range(1, 60, 6)},
    ),
}
TIMED = {"timed", "windows"}


def graph(edges: int, *, timed: bool) -> list[Sighting]:
    """Numbers that stay with their handsets, some that wander, a few handsets that carry crowds; repeats, and holes."""
    random = np.random.default_rng([edges, timed])
    width = max(edges // 3, 4)
    numbers = random.integers(0, width, edges)
    handsets = np.where(random.random(edges) < 0.8, numbers * 2 // 3, random.integers(0, width, edges))
    crowded = random.random(edges) < 0.05
    handsets[crowded] = (random.random(crowded.sum()) ** 3 * 60).astype(np.int64)
    minutes = random.integers(0, 30 * 24 * 4, edges) * 15
    kind = random.random(edges)
    rows: list[Sighting] = []
    for number, handset, minute, k in zip(
        numbers.tolist(), handsets.tolist(), minutes.tolist(), kind.tolist(), strict=True
    ):
        at = DAY_0 + timedelta(minutes=minute) if timed and k < 0.97 else None
        key = None if k < 0.01 else FIRST_HANDSET + handset if k > 0.02 else 0
        rows.append((None if 0.5 < k < 0.51 else FIRST_NUMBER + number, key, at))
        if 0.3 < k < 0.35:
            rows.append(rows[-1])
    return rows


def seeds_of(edges: int) -> list[tuple[int, datetime]]:
    random = np.random.default_rng(edges)
    count = min(max(edges // 100, 2), 300)
    return [
        (FIRST_NUMBER + number, DAY_0 + timedelta(days=day))
        for number, day in zip(
            random.integers(0, max(edges // 3, 4), count).tolist(), random.integers(0, 30, count).tolist(), strict=True
        )
    ]


def seed_table(seeds: list[tuple[int, datetime]]) -> pa.Table:
    numbers, reported_at = zip(*seeds, strict=True)
    return pa.table(
        {"msisdn": pa.array(numbers, pa.uint64()), "reported_at": pa.array(reported_at, pa.timestamp("us", "UTC"))}
    )


def bytes_of(found: ng.Expansion) -> bytes:
    """Everything found, as it would be sent over a wire."""
    sink = pa.BufferOutputStream()
    for field in dataclasses.fields(found):
        value = getattr(found, field.name)
        if isinstance(value, pa.Array):
            value = pa.table({field.name: value})
        if isinstance(value, pa.Table):
            with pa.ipc.new_stream(sink, value.schema) as writer:
                writer.write_table(value)
        elif field.name != "policy":
            sink.write(repr(value).encode())
    return sink.getvalue().to_pybytes()


def forms(table: pa.Table, folder: Path) -> Iterator[tuple[str, Any, int]]:
    """The same sightings as other sources, in another order and other chunks; and how much of them may be kept."""
    random = np.random.default_rng(1)
    shuffled = table.take(pa.array(random.permutation(table.num_rows)))
    third = table.num_rows // 3 + 1
    for n in range(3):
        piece = shuffled.slice(n * third, third)
        pq.write_table(piece, folder / f"{n}.parquet", row_group_size=max(third // 4, 1))
    yield "table", shuffled, 0
    yield "stream", shuffled.to_reader(max_chunksize=max(third // 5, 1)), 1 << 30
    yield "spilled stream", shuffled.to_reader(max_chunksize=max(third // 5, 1)), 0
    yield "parquet", str(folder / "*.parquet"), 1 << 30
    yield "parquet read again", [folder / f"{n}.parquet" for n in (2, 0, 1)], 0
    yield "half of the parquet read again", str(folder / "*.parquet"), 12 * table.num_rows
    yield "dataset", ds.dataset([str(folder / f"{n}.parquet") for n in range(3)]), 0
    yield "polars", pl.from_arrow(shuffled), 0
    yield "several", [shuffled.slice(0, third), folder / "1.parquet", shuffled.slice(2 * third).to_reader()], 0
    if "at" not in table.column_names:
        write_rows(folder / "all.csv", shuffled.schema, shuffled.to_batches())
        yield "csv", folder / "all.csv", 0


@pytest.mark.parametrize("name", POLICIES)
@pytest.mark.parametrize("edges", [10, 1_000, 30_000])
def test_graphs_of_every_size(edges: int, name: str, tmp_path: Path) -> None:
    check(edges, name, tmp_path, timed=True)
    if name not in TIMED:
        check(edges, name, tmp_path, timed=False)


def test_a_million_edges(tmp_path: Path) -> None:
    check(1_000_000, "timed", tmp_path, timed=True)


def check(edges: int, name: str, folder: Path, *, timed: bool) -> None:
    policy, sightings, seeds = POLICIES[name], graph(edges, timed=timed), seeds_of(edges)
    expected = oracle.expand(seeds, sightings, policy)  # type: ignore[arg-type]
    if edges >= 30_000:
        assert expected.linked
        assert expected.stopped or name == "no caps"
    table, begin, bounds = table_of(sightings, at=timed), seed_table(seeds), link_policy(policy)
    found = ng.expand(begin, table, bounds, threads=1)
    assert_equal(found, expected)
    first = bytes_of(found)
    for form, source, memory in forms(table, folder):
        if edges >= 1_000_000 and form not in {"table", "spilled stream", "parquet read again"}:
            continue
        # A stream can be read once, so it is read by two threads.
        for threads in (2,) if "stream" in form or form == "several" else (1, 2):
            again = ng.expand(begin, source, bounds, threads=threads, memory_limit=memory)
            assert bytes_of(again) == first, (form, threads)


def test_the_graphs_set_off_the_brake_and_do_not() -> None:
    """Both ends of rule 12: more than 1,000, and more than so many for each seed seen."""
    sightings, seeds = graph(30_000, timed=True), seeds_of(30_000)
    numbers = pa.array([seed for seed, _ in seeds], pa.uint64())
    wide = ng.LinkPolicy(max_hops=3, max_numbers_per_imei=None, max_imeis_per_number=None, max_linked_per_seed=0)
    found = ng.expand(numbers, table_of(sightings), wide)
    assert found.linked.num_rows > 1000
    assert found.braked is not None
    enough = -(-found.linked.num_rows // found.seeds_seen)
    for each, is_braked in ((enough, False), (enough - 1, found.linked.num_rows > (enough - 1) * found.seeds_seen)):
        again = ng.expand(numbers, table_of(sightings), dataclasses.replace(wide, max_linked_per_seed=each))
        assert (again.braked is not None) == is_braked


def test_every_field_has_another_value_somewhere() -> None:
    of_places = {"max_speed_kmh", "max_numbers_in_one_place"}  # walked in test_linkage_places
    for field in dataclasses.fields(oracle.Policy):
        default = getattr(oracle.Policy(), field.name)
        assert field.name in of_places or any(getattr(policy, field.name) != default for policy in POLICIES.values()), (
            field.name
        )
    assert {field.name for field in dataclasses.fields(oracle.Policy)} == {
        field.name for field in dataclasses.fields(ng.LinkPolicy)
    }
