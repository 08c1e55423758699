"""`expand` in an engine: every table equal to that of `numguard.expand` of the same rows, whatever graph and policy."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import numguard as ng
from numguard.adapters import spark
from numguard.adapters.spark.keys import CANONICAL
from numguard.errors import ArgumentError, ColumnError, UnsupportedTypeError

IST = dt.timezone(dt.timedelta(hours=5, minutes=30))
DAY_0 = dt.datetime(2026, 9, 1, tzinfo=IST)
NUMBERS = [919_876_543_210 + n for n in range(24)]
HANDSETS = [0, 12_345_678_901_234, *(35_824_005_111_100 + n for n in range(12))]
DELHI = (28.6139, 77.209)
PLACES: list[tuple[float | None, float | None]] = [DELHI, (28.4595, 77.0266), (19.076, 72.8777), (None, None)]
GRAPHS = int(os.environ.get("NUMGUARD_GRAPHS", "6"))


def policy_of(rng: Random) -> ng.LinkPolicy:
    def maybe(value: Any) -> Any:
        return value if rng.random() < 0.5 else None

    relative = rng.random() < 0.25
    placed = rng.random() < 0.5
    period = rng.random() < 0.4
    return ng.LinkPolicy(
        max_hops=1 if relative else rng.randint(1, 4),
        since=(DAY_0 + dt.timedelta(days=rng.randint(0, 2))).date() if period else None,
        until=maybe(DAY_0 + dt.timedelta(days=rng.randint(5, 8), hours=3)) if period else None,
        max_numbers_per_imei=maybe(rng.randint(1, 6)),
        max_numbers_per_day=maybe(rng.choice([0.5, 1, 1.5, 2.25])),
        max_speed_kmh=rng.choice([None, 5, 200, 1000]) if placed else None,
        max_numbers_in_one_place=maybe(rng.randint(1, 9)) if placed else None,
        min_days=rng.randint(0, 3),
        max_imeis_per_number=maybe(rng.randint(1, 5)),
        min_sightings=rng.choice([1, 1, 2, 3]),
        max_gap_days=maybe(rng.randint(0, 3)),
        days_before=rng.randint(0, 4) if relative else None,
        days_after=maybe(rng.randint(0, 4)) if relative else None,
        protected=maybe(rng.sample([str(number) for number in NUMBERS], 3)),
        release=maybe(pa.array(rng.sample(HANDSETS[2:], 2), pa.uint64())),
        placeholders=maybe(pa.array(rng.sample(HANDSETS[2:], 2), pa.uint64())),
        max_linked_per_seed=rng.choice([0, 100]),
    )


def sightings_of(rng: Random) -> pa.Table:
    """Few keys that meet often; cells that are refused, times that are not there, rows that come twice."""
    rows = rng.choice([0, 1, 12, 60, 200])

    def number() -> str | None:
        odd = rng.random()
        written = str(rng.choice(NUMBERS))
        return rng.choice([None, "", "1930", "98765 432l0"]) if odd < 0.05 else written[2:] if odd < 0.5 else written

    def imei() -> str | None:
        return rng.choice([None, "", "12"]) if rng.random() < 0.05 else f"{rng.choice(HANDSETS):014d}"

    def at() -> dt.datetime | None:
        return None if rng.random() < 0.05 else DAY_0 + dt.timedelta(hours=rng.randint(0, 8 * 24))

    # Phones that stay where they are nearly always, or anywhere.
    home = rng.choice([DELHI, None])
    points = [home or rng.choice([*PLACES, (None, 77.0), (0.0, 0.0), (28.6, 200.0)]) for _ in range(rows)]
    points = [rng.choice(PLACES) if rng.random() < 0.05 else point for point in points]
    return pa.table(
        {
            "served_msisdn": pa.array([number() for _ in range(rows)], pa.string()),
            "imei14": pa.array([imei() for _ in range(rows)], pa.string()),
            "at": pa.array([at() for _ in range(rows)], pa.timestamp("us", "UTC")),
            "latitude": pa.array([point[0] for point in points], pa.float64()),
            "longitude": pa.array([point[1] for point in points], pa.float64()),
            "first_cell": pa.array([rng.choice([None, "404-10-1", "404-10-2"]) for _ in range(rows)], pa.string()),
            "place": pa.array(
                [rng.choice([None, "-", "Bihar", " BIHAR", "Gujarat"]) for _ in range(rows)], pa.string()
            ),
        }
    )


def seeds_of(rng: Random, policy: ng.LinkPolicy) -> Any:
    numbers = [str(number) for number in rng.sample(NUMBERS, rng.randint(1, 4))]
    if not policy.is_relative:
        return [*numbers, "no number"]
    times = [DAY_0 + dt.timedelta(days=rng.randint(0, 8)) for _ in numbers]
    return pa.table({"msisdn": numbers, "reported_at": pa.array(times, pa.timestamp("us", "UTC"))})


def assert_same(found: ng.Expansion, expected: ng.Expansion) -> None:
    for field in dataclasses.fields(ng.Expansion):
        one, other = getattr(found, field.name), getattr(expected, field.name)
        assert one == other, field.name
        if isinstance(other, pa.Table):
            assert one.schema == other.schema, field.name


@pytest.mark.parametrize("graph", range(GRAPHS))
def test_a_random_graph_is_walked_as_on_one_machine(session: Any, graph: int) -> None:
    rng = Random(f"graph {graph}")
    for _ in range(3):
        policy, sightings = policy_of(rng), sightings_of(rng)
        seeds = seeds_of(rng, policy)
        expected = ng.expand(seeds, sightings, policy)
        assert_same(spark.expand(seeds, frame_of(session, sightings), policy), expected)


def placed(hours: list[float], where: list[tuple[float, float]], imei: int) -> pa.Table:
    """A handset that as many numbers use in turn, at some hours, where they say."""
    rows = len(hours)
    return pa.table(
        {
            "served_msisdn": pa.array([NUMBERS[0] + 1000 * n for n in range(rows)]).cast(CANONICAL),
            "imei14": pa.array([imei] * rows).cast(CANONICAL),
            "at": pa.array([DAY_0 + dt.timedelta(hours=hour) for hour in hours], pa.timestamp("us", "UTC")),
            "north": pa.array([str(latitude) for latitude, _ in where]),
            "longitude": pa.array([longitude for _, longitude in where], pa.float32()),
            "tower": pa.array(range(rows), pa.int64()),
        }
    )


def test_clones_and_sim_boxes_are_separated_by_their_places(session: Any) -> None:
    many = 150
    box = placed([7 * n for n in range(many)], [(28.6139 + n % 5 / 1000, 77.209) for n in range(many)], HANDSETS[3])
    fast = placed([n / 10 for n in range(many)], [[DELHI, (19.076, 72.8777)][n % 2] for n in range(many)], HANDSETS[4])
    table, names = pa.concat_tables([box, fast]), {"latitude": "north", "cell": "tower"}
    frame, seeds = session.createDataFrame(table), [str(NUMBERS[0])]
    keys = pa.schema([f.with_type(pa.uint64()) if f.type == CANONICAL else f for f in table.schema])
    for policy in (
        ng.LinkPolicy(max_speed_kmh=1000, max_numbers_in_one_place=150),
        ng.LinkPolicy(max_numbers_in_one_place=149, until=DAY_0 + dt.timedelta(days=90)),
    ):
        expected = ng.expand(seeds, table.cast(keys), policy, **names)
        assert_same(spark.expand(seeds, frame, policy, **names), expected)
    # Without a rule of speed the size of a handset closes it, and only the sightings of the seed are collected.
    assert expected.stopped["why"].to_pylist() == ["too_many_numbers", "too_many_numbers"]
    assert_same(spark.expand(seeds, frame, policy, limit=2, **names), expected)
    with pytest.raises(ColumnError, match="latitude: no column 'east'"):
        spark.expand(seeds, frame, policy, latitude="east")
    with pytest.raises(UnsupportedTypeError, match="'at': takes degrees"):
        spark.expand(seeds, frame, policy, latitude="at")
    with pytest.raises(ArgumentError, match="at: takes the name of the column of times, for the policy has max_speed"):
        spark.expand(seeds, frame, ng.LinkPolicy(max_speed_kmh=1000), at=None)


def test_a_column_may_be_read_as_both(session: Any) -> None:
    table = pa.table({"key": ["9876543210", "35824005111110"], "at": pa.array([0, 1], pa.timestamp("us", "UTC"))})
    expected = ng.expand(["9876543210"], table, msisdn="key", imei="key")
    assert_same(spark.expand(["9876543210"], session.createDataFrame(table), msisdn="key", imei="key"), expected)


def frame_of(session: Any, table: pa.Table) -> Any:
    """A frame of a table, which may have no rows, of which engines cannot tell the types."""
    if table.num_rows:
        return session.createDataFrame(table)
    row = pa.table({field.name: pa.nulls(1, field.type) for field in table.schema})
    return session.createDataFrame(row).limit(0)


def clone() -> pa.Table:
    """Two seeds; one phone in a hundred hands, and one that a few share; a number that was in thirty phones."""
    rows = [(NUMBERS[0], HANDSETS[2]), (NUMBERS[1], HANDSETS[3]), (NUMBERS[2], HANDSETS[3]), (NUMBERS[1], 0)]
    rows += [(919_700_000_000 + n, HANDSETS[2]) for n in range(150)]
    rows += [(NUMBERS[2], 35_900_000_000_000 + n) for n in range(30)]
    numbers, handsets = zip(*rows, strict=True)
    return pa.table({"served_msisdn": pa.array(numbers, pa.uint64()), "imei14": pa.array(handsets, pa.uint64())})


def canonical(table: pa.Table) -> pa.Table:
    return table.cast(pa.schema([(name, CANONICAL) for name in table.column_names]))


def test_a_clone_is_counted_and_not_collected(session: Any) -> None:
    table, seeds = clone(), [str(number) for number in NUMBERS[:2]]
    policy = ng.LinkPolicy(max_hops=2)
    expected = ng.expand(seeds, table, policy)
    assert {row["why"] for row in expected.stopped.to_pylist()} == {
        "too_many_numbers",
        "too_many_handsets",
        "placeholder",
    }
    frame = session.createDataFrame(canonical(table))
    assert_same(spark.expand(seeds, frame, policy, limit=10), expected)
    released = dataclasses.replace(policy, release=pa.array([HANDSETS[2]], pa.uint64()), max_linked_per_seed=0)
    assert_same(spark.expand(seeds, frame, released), ng.expand(seeds, table, released))
    with pytest.raises(
        ArgumentError, match=r"level 1 requests 15\d sightings of \d handsets, 15\d in all, and 100 may"
    ):
        spark.expand(seeds, frame, released, limit=100)


def test_a_walk_that_is_stopped_is_stopped_here_too(session: Any) -> None:
    numbers = [NUMBERS[0], *(919_700_000_000 + n for n in range(1_200))]
    table = pa.table(
        {"served_msisdn": pa.array(numbers, pa.uint64()), "imei14": pa.array([HANDSETS[3]] * 1201, pa.uint64())}
    )
    policy = ng.LinkPolicy(max_numbers_per_imei=None)
    expected = ng.expand([str(NUMBERS[0])], table, policy)
    assert expected.braked
    assert_same(spark.expand([str(NUMBERS[0])], session.createDataFrame(canonical(table)), policy), expected)


@pytest.mark.parametrize("kind", [pa.timestamp("us"), pa.date32()])
def test_times_of_every_kind_mean_the_same(session: Any, kind: pa.DataType) -> None:
    rng = Random("times")
    table = sightings_of(rng)
    while table.num_rows < 50:
        table = sightings_of(rng)
    table = table.set_column(2, "at", table["at"].cast(pa.timestamp("us")).cast(kind, safe=False))
    policy = ng.LinkPolicy(max_hops=2, since=dt.date(2026, 9, 2), max_gap_days=2, max_numbers_per_day=3)
    expected = ng.expand([str(NUMBERS[0])], table, policy)
    # A frame made of times without a zone has instants of the session's zone; files of them have none.
    as_it_was = {"timestamp[us]": "cast(at as timestamp_ntz) as at"}.get(str(kind), "at")
    frame = session.createDataFrame(table).selectExpr("served_msisdn", "imei14", as_it_was)
    assert_same(spark.expand([str(NUMBERS[0])], frame, policy), expected)


def test_keys_may_be_kept_in_a_folder_and_are_gone_afterwards(session: Any, tmp_path: Path) -> None:
    table = clone()
    expected = ng.expand([str(NUMBERS[1])], table)
    frame = session.createDataFrame(canonical(table))
    assert_same(spark.expand([str(NUMBERS[1])], frame, scratch=str(tmp_path)), expected)
    assert list(tmp_path.iterdir()) == []


def test_seeds_may_be_in_the_engine_and_sightings_in_files(session: Any, tmp_path: Path) -> None:
    table = clone()
    pq.write_table(table, tmp_path / "sightings.parquet")
    expected = ng.expand([str(NUMBERS[1])], table)
    frame = session.read.parquet(str(tmp_path / "sightings.parquet"))
    seeds = session.createDataFrame(pa.table({"msisdn": pa.array([NUMBERS[1]]).cast(CANONICAL)}))
    assert_same(spark.expand(seeds, frame), expected)
    # Sail shows those of a file as bigint, which would make the number one of India.
    cambodia = pa.table({"msisdn": pa.array([85_512_345_678], pa.uint64())})
    pq.write_table(cambodia, tmp_path / "seeds.parquet")
    read = session.read.parquet(str(tmp_path / "seeds.parquet"))
    assert spark.expand(read, frame).unseen.to_pylist() == cambodia["msisdn"].to_pylist()


def test_seeds_in_the_engine_that_are_no_numbers_are_left_out(session: Any) -> None:
    table = clone()
    cells = [Decimal(NUMBERS[1]), Decimal(-5), Decimal(99_999_999_999_999_999_999), None]
    seeds = session.createDataFrame(pa.table({"msisdn": pa.array(cells, CANONICAL)}))
    expected = ng.expand(pa.array([NUMBERS[1], 2**64 - 1, 2**64 - 1, None], pa.uint64()), table)
    assert expected.refused_seeds == {"empty": 1, "too_long": 2}
    assert_same(spark.expand(seeds, session.createDataFrame(canonical(table))), expected)


def test_invalid_arguments_are_refused_before_anything_runs(session: Any, engine: str) -> None:
    frame = session.createDataFrame(pa.table({"served_msisdn": ["9876543210"], "imei14": ["1"], "at": ["today"]}))
    with pytest.raises(ColumnError, match="no column 'imei'"):
        spark.expand(["9876543210"], frame, imei="imei")
    with pytest.raises(UnsupportedTypeError, match="'at'"):
        spark.expand(["9876543210"], frame)
    with pytest.raises(ArgumentError, match="days_before"):
        spark.expand(
            ["9876543210"],
            frame.selectExpr("served_msisdn", "imei14", "current_date() as at"),
            ng.LinkPolicy(days_before=1),
        )
    with pytest.raises(ArgumentError, match="takes a LinkPolicy"):
        spark.expand(["9876543210"], frame, 2)  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="takes a DataFrame"):
        spark.expand(["9876543210"], clone())
    with pytest.raises(ArgumentError, match="limit"):
        spark.expand(["9876543210"], frame, limit=-1)
    if engine != "sail":  # which streams nothing
        stream = session.readStream.format("rate").load().selectExpr("value as served_msisdn", "value as imei14")
        with pytest.raises(ArgumentError, match="not a stream"):
            spark.expand(["9876543210"], stream)
