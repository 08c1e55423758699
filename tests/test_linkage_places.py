"""Clones and SIM boxes: equal to the oracle however the sightings come, and off unless a policy asks."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import linkage_oracle as oracle
import numguard as ng
from numguard.cdr import read_cdr
from numguard.errors import ArgumentError, ColumnError, UnsupportedTypeError
from numguard.synthetic import TRAPS, make_complaints
from numguard.synthetic.numbering import Numbering
from numguard.synthetic.places import PLACE_TRAPS, place
from numguard.synthetic.score import score
from numguard.synthetic.traps import plant

NOON = datetime(2026, 9, 1, 12, tzinfo=oracle.IST)
SEED = 919876543210
PHONE = 35824005111111
DELHI, GURUGRAM, MUMBAI = (28.6139, 77.209), (28.4595, 77.0266), (19.076, 72.8777)
PLACE = ["latitude", "longitude", "first_cell", "place"]

#: A sighting of the oracle: number, handset, time, latitude, longitude, cell, circle.
Seen = tuple[Any, ...]


def table_of(seen: list[Seen]) -> pa.Table:
    kinds: list[Any] = [pa.uint64(), pa.uint64(), pa.timestamp("us", "UTC"), pa.float64(), pa.float64()]
    kinds += [pa.string(), pa.string()]
    names = ["served_msisdn", "imei14", "at", *PLACE]
    columns = list(zip(*seen, strict=True)) or [[] for _ in names]
    return pa.table({name: pa.array(c, kind) for name, c, kind in zip(names, columns, kinds, strict=True)})


def expand(source: Any, seeds: int = 2, **policy: Any) -> ng.Expansion:
    numbers = pa.array([SEED + n for n in range(seeds)], pa.uint64())
    return ng.expand(numbers, source, ng.LinkPolicy(**policy))


def seen(n: int, minute: float, where: tuple[float, float] | None, circle: str | None = None) -> Seen:
    latitude, longitude = where or (None, None)
    return SEED + n, PHONE, NOON + timedelta(minutes=minute), latitude, longitude, None, circle


CLONE = [seen(n % 2, 10 * n, DELHI if n % 2 else MUMBAI) for n in range(6)]


def test_a_clone_has_its_count_and_distance() -> None:
    found = expand(table_of(CLONE), 1, max_speed_kmh=1000)
    assert found.linked.num_rows == 0
    assert found.stopped.to_pylist() == [
        {"msisdn": None, "imei14": PHONE, "why": "in_two_places", "count": 2, "times": 3, "km": 1148}
    ]
    assert found.account["rows_placed"] == 6
    shut = found.graph().nodes.to_pylist()[-1]
    assert (shut["role"], shut["why"]) == ("closed", "in_two_places")


def test_two_circles_within_a_minute_show_two_places_without_a_speed_too() -> None:
    """Coordinates are compared by speed alone: without one, rows with coordinates are no worse than rows without."""
    flat = [seen(n % 10, 60 * n, DELHI, "Delhi") for n in range(40)]
    far = [seen(n + 1, 60 * n + 0.5, MUMBAI, "Mumbai") for n in range(4)]
    for rows in (flat + far, [(*one[:3], None, None, one[6], one[6]) for one in flat + far]):
        found = expand(table_of(rows), 1, max_numbers_per_imei=5, max_numbers_in_one_place=50)
        assert found.stopped["why"].to_pylist() == ["too_many_numbers"]
    assert expand(table_of(flat), 1, max_numbers_per_imei=5, max_numbers_in_one_place=50).linked.num_rows == 9


def test_a_sighting_in_two_files_counts_once_whatever_each_knows_of_its_place() -> None:
    box = {"max_numbers_per_imei": 5, "max_numbers_in_one_place": 50}
    few = [seen(n, n, DELHI if n < 4 else None) for n in range(10)]
    again = [(*one[:5], "404-96-1", None) for one in few[:4]]
    for source in (table_of(few), [table_of(few), table_of(again)], [table_of(again), table_of(few)]):
        assert expand(source, 1, **box).linked.num_rows == 0
    most = [(*seen(n, n, None)[:5], "404-96-1" if n < 8 else None, None) for n in range(10)]
    bare = [seen(n, n, None) for n in range(10)]
    for source in (table_of(most), [table_of(most), table_of(bare)], [table_of(bare), table_of(most)]):
        assert expand(source, 1, **box).linked.num_rows == 9
    wrong = [seen(0, 0, DELHI), seen(1, 1, MUMBAI), seen(2, 2, DELHI)]
    cell = [(*wrong[1][:5], "404-90-7", None)]
    for source in (table_of(wrong), [table_of(wrong), table_of(cell)]):
        assert expand(source, 1, max_speed_kmh=200).linked.num_rows == 2


def test_one_wrong_row_with_coordinates_and_a_circle_closes_nothing() -> None:
    rows = [seen(0, 0, DELHI, "Delhi"), seen(1, 0.5, MUMBAI, "Mumbai"), seen(2, 0.98, None, "Delhi")]
    found = expand(table_of(rows), 1, max_speed_kmh=200)
    assert (found.linked.num_rows, found.stopped.num_rows) == (2, 0)


@pytest.mark.parametrize("of", ["dictionary", "dictionary of views", "run-end encoded"])
def test_circles_may_be_encoded(of: str) -> None:
    table = table_of([seen(n % 2, n / 4, None, "Delhi" if n % 2 else "Mumbai") for n in range(6)])
    circles: Any = table["place"].combine_chunks()
    encoded = {
        "dictionary": circles.dictionary_encode,
        "dictionary of views": circles.cast(pa.string_view()).dictionary_encode,
        "run-end encoded": lambda: pa.compute.run_end_encode(circles),
    }[of]()
    found = expand(table.set_column(6, "place", encoded), 1, max_speed_kmh=1000)
    assert found.stopped["why"].to_pylist() == ["in_two_places"]


def test_a_sim_box_has_the_cap_it_exceeds() -> None:
    flat = [seen(n, 7 * n, (28.6139 + n % 5 / 1000, 77.209)) for n in range(150)]
    assert expand(table_of(flat), 1).stopped["why"].to_pylist() == ["too_many_numbers"]
    found = expand(table_of(flat), 1, max_speed_kmh=1000, max_numbers_in_one_place=150)
    assert found.linked.num_rows == 149
    assert found.handsets["in_one_place"].to_pylist() == ["too_many_numbers"]
    fewer = expand(table_of(flat), 1, max_speed_kmh=1000, max_numbers_in_one_place=149)
    assert fewer.stopped["why"].to_pylist() == ["too_many_numbers"]
    daily = expand(table_of(flat), 1, max_numbers_per_imei=None, max_numbers_per_day=3.1, min_days=1)
    assert daily.linked.num_rows == 0
    daily = expand(
        table_of(flat), 1, max_numbers_per_imei=None, max_numbers_per_day=3.1, min_days=1, max_numbers_in_one_place=500
    )
    assert daily.handsets["in_one_place"].to_pylist() == ["too_many_per_day"]


def test_a_released_clone_stays_closed() -> None:
    """A seized SIM box is released from its caps; that other phones report its IMEI does not change."""
    release = pa.array([PHONE], pa.uint64())
    assert expand(table_of(CLONE), 1, max_speed_kmh=1000, release=release).linked.num_rows == 0
    assert expand(table_of(CLONE), 1, max_numbers_per_imei=1, release=release).linked.num_rows == 1


def test_off_it_costs_no_column_and_changes_no_table() -> None:
    sightings = table_of(CLONE)
    found, bare = expand(sightings), expand(sightings.drop_columns(PLACE))
    for field in dataclasses.fields(ng.Expansion):
        if field.name != "policy":
            assert getattr(found, field.name) == getattr(bare, field.name), field.name
    assert found.stopped.column_names == ["msisdn", "imei14", "why", "count"]
    assert found.handsets.column_names == ["imei14", "hop", "numbers", "first_seen", "last_seen"]
    # A column that could not be read is not looked at either.
    odd = sightings.set_column(3, "latitude", pa.array([True] * len(sightings)))
    assert expand(odd).linked == found.linked


def test_a_source_without_places_is_walked_as_before() -> None:
    sightings = table_of(CLONE).drop_columns(PLACE)
    found = expand(sightings, 1, max_speed_kmh=1000, max_numbers_in_one_place=500)
    assert found.linked == expand(sightings, 1).linked
    assert found.account["rows_placed"] == 0


def test_where_it_was_comes_from_anywhere(tmp_path: Path) -> None:
    whole = [*CLONE, *(seen(n, 5000 + n / 4, None, "Bihar" if n % 2 else "Gujarat") for n in range(8))]
    sightings = table_of(whole)
    bounds = {"max_speed_kmh": 1000, "max_numbers_in_one_place": 400, "max_numbers_per_imei": 1}
    expected = expand(sightings, **bounds)
    assert expected.stopped["times"].to_pylist() == [7]
    pq.write_table(sightings, tmp_path / "a.parquet", row_group_size=3)
    coded = sightings.set_column(6, "place", sightings["place"].dictionary_encode())
    narrow = coded.set_column(3, "latitude", coded["latitude"].cast(pa.float32()))
    texts = narrow.set_column(4, "longitude", narrow["longitude"].cast(pa.string()))
    large = texts.set_column(5, "first_cell", texts["first_cell"].cast(pa.large_string()))
    for source in (
        str(tmp_path / "a.parquet"),
        coded,
        texts,
        large,
        coded.to_reader(max_chunksize=2),
        [coded[:5], coded[5:]],
    ):
        found = expand(source, **bounds)
        assert (found.stopped, found.linked) == (expected.stopped, expected.linked)
    for limit in (0, 200, 10**6):
        policy = ng.LinkPolicy(**bounds)
        numbers = pa.array([SEED, SEED + 1], pa.uint64())
        found = ng.expand(numbers, coded.to_reader(max_chunksize=2), policy, memory_limit=limit)
        assert found.stopped == expected.stopped
    names = {"latitude": "north", "longitude": "east", "cell": "tower", "place": "circle"}
    renamed = sightings.rename_columns([*sightings.column_names[:3], *names.values()])
    found = ng.expand(pa.array([SEED], pa.uint64()), renamed, ng.LinkPolicy(**bounds), **names)
    assert found.stopped == expected.stopped


def test_coordinates_of_local_parquet_are_those_of_the_table(tmp_path: Path) -> None:
    phones = [*CLONE, seen(0, 70, None), (SEED, 0, None, *MUMBAI, None, None), (7, PHONE, NOON, *DELHI, None, None)]
    box = [(SEED + n % 9, PHONE + 1, NOON + timedelta(minutes=n), *GURUGRAM, None, None) for n in range(40)]
    table = table_of([*phones, *box]).drop_columns(["first_cell", "place"])
    policy: dict[str, Any] = {"max_speed_kmh": 300, "max_numbers_in_one_place": 20, "max_numbers_per_imei": 3}
    narrow = pa.table({name: table[name] for name in ("longitude", "at", "imei14", "latitude", "served_msisdn")})
    floats = [pa.float32() if name == "latitude" else narrow.schema.field(name).type for name in narrow.schema.names]
    for n, sightings in enumerate(
        [table, narrow, narrow.cast(pa.schema(zip(narrow.schema.names, floats, strict=True)))]
    ):
        expected, path = expand(sightings, **policy), tmp_path / f"{n}.parquet"
        assert expected.account["rows_placed"] == len(table) - 1
        pq.write_table(sightings, path, row_group_size=7)
        for source in (str(path), [pa.table(sightings)[:20], pq.ParquetFile(path).read()[20:]]):
            found = expand(source, **policy)
            assert found.account == expected.account
            for name in ("linked", "handsets", "stopped", "evidence"):
                assert getattr(found, name) == getattr(expected, name), name
    assert "in_two_places" in expected.stopped["why"].to_pylist()
    assert any(expected.handsets["in_one_place"].to_pylist())


def test_rows_of_operator_files_have_places(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    lines = ["Target No,IMEI,Call Date,Call Time,Lat/Long,Roam Nw"]
    for n, (circle, where) in enumerate([("AIR GJ", "21.29669/72.8915"), ("BSNL - Bihar", "25.5941/85.1376")] * 3):
        lines.append(f"987654321{n % 2},358240051111110,01/09/2026,10:0{n}:00,{where},{circle}")
    path.write_text("\n".join([*lines, ""]))
    found = ng.expand(["9876543210"], read_cdr(path), ng.LinkPolicy(max_speed_kmh=1000))
    assert found.stopped.select(["why", "times"]).to_pylist() == [{"why": "in_two_places", "times": 3}]


def test_circles_are_one_whatever_their_case(tmp_path: Path) -> None:
    rows = [seen(n % 2, n / 10, None, " BIHAR" if n % 2 else "Bihar ") for n in range(6)]
    assert expand(table_of(rows), 1, max_speed_kmh=1000).linked.num_rows == 1
    nothing = [seen(n % 2, n / 10, (0.0, 0.0) if n % 2 else DELHI, "-" if n % 2 else "Bihar") for n in range(6)]
    assert expand(table_of(nothing), 1, max_speed_kmh=1000).linked.num_rows == 1


def test_invalid_degrees_are_no_place() -> None:
    where = [(91.0, 77.0), (28.0, 181.0), (float("nan"), 77.0), (float("inf"), 77.0), (0.0, 0.0), (None, 77.0)]
    rows = [seen(n % 2, n, DELHI if n % 2 else where[n // 2]) for n in range(12)]  # type: ignore[arg-type]
    found = expand(table_of(rows), 1, max_speed_kmh=1000)
    assert (found.linked.num_rows, found.account["rows_placed"]) == (1, 6)


def test_integers_that_no_float_holds_are_no_degrees(tmp_path: Path) -> None:
    sightings = table_of(CLONE)
    for kind, most in ((pa.int64(), 2**63 - 1), (pa.uint64(), 2**64 - 1)):
        degrees = pa.array([most, 28] * 3, kind)
        odd = sightings.set_column(3, "latitude", degrees)
        pq.write_table(odd, tmp_path / "odd.parquet")
        for source in (odd, str(tmp_path / "odd.parquet")):
            assert expand(source, 1, max_speed_kmh=1000).account["rows_placed"] == 3


def test_bad_calls() -> None:
    for bounds, message in (
        ({"max_speed_kmh": 0}, "max_speed_kmh"),
        ({"max_speed_kmh": "fast"}, "max_speed_kmh"),
        ({"max_speed_kmh": float("nan")}, "max_speed_kmh"),
        ({"max_numbers_in_one_place": -1}, "max_numbers_in_one_place"),
        ({"max_numbers_in_one_place": 1.5}, "max_numbers_in_one_place"),
    ):
        with pytest.raises(ArgumentError, match=message):
            ng.LinkPolicy(**bounds)
    sightings = table_of(CLONE)
    with pytest.raises(ArgumentError, match="max_speed_kmh"):
        ng.expand(["9876543210"], sightings, ng.LinkPolicy(max_speed_kmh=900), at=None)
    with pytest.raises(ColumnError, match="latitude: no column 'north'"):
        ng.expand(["9876543210"], sightings, ng.LinkPolicy(max_speed_kmh=900), latitude="north")
    for n, name in ((3, "latitude"), (6, "place")):
        odd = sightings.set_column(n, name, pa.array([True] * len(sightings)))
        with pytest.raises(UnsupportedTypeError, match=f"column '{name}'"):
            expand(odd, max_speed_kmh=900)


def sightings() -> st.SearchStrategy[list[Seen]]:
    """Numbers that hop between places, or nearly always stay in one; a number is once at a time in a handset."""
    points = st.sampled_from([DELHI, GURUGRAM, MUMBAI, (28.62, 77.209), (28.7, 76.5), None])

    def several(at_home: bool) -> st.SearchStrategy[list[Seen]]:
        where = st.sampled_from([DELHI] * 30 + [MUMBAI]) if at_home else points
        one = st.tuples(
            st.integers(0, 8),
            st.integers(0, 2),
            st.integers(0, 400),
            where,
            st.sampled_from([None, "1", "2"]),
            st.sampled_from([None, "Bihar", "Gujarat"]),
        )
        return st.lists(one, max_size=30, unique_by=lambda row: (row[0], row[1], row[2])).map(
            lambda rows: [
                (SEED + n, PHONE + m, NOON + timedelta(seconds=20 * t), *(p or (None, None)), cell, circle)
                for n, m, t, p, cell, circle in rows
            ]
        )

    return st.booleans().flatmap(several)


POLICIES = st.fixed_dictionaries(
    {
        "max_speed_kmh": st.sampled_from([None, 5, 200.0, 1000]),
        "max_numbers_in_one_place": st.none() | st.integers(1, 9),
        "max_numbers_per_imei": st.none() | st.integers(1, 5),
        "max_numbers_per_day": st.sampled_from([None, 0.5, 2.0]),
        "min_days": st.just(0),
        "max_hops": st.integers(1, 2),
    }
)


@settings(max_examples=300, deadline=None)
@given(sightings(), POLICIES, st.randoms())
def test_as_the_oracle(rows: list[Seen], bounds: dict[str, Any], random: Any) -> None:
    expected = oracle.expand([(SEED, None), (SEED + 1, None)], rows, oracle.Policy(**bounds))
    found = expand(table_of(rows), **bounds)
    assert found.linked.to_pylist() == expected.linked
    assert found.handsets.to_pylist() == expected.handsets
    assert found.stopped.to_pylist() == expected.stopped
    shuffled = random.sample(rows, len(rows))
    again = expand(table_of(shuffled).to_reader(max_chunksize=7), **bounds)
    assert (again.stopped, again.handsets) == (found.stopped, found.handsets)


@settings(max_examples=100, deadline=None)
@given(sightings(), sightings(), st.randoms())
def test_the_order_of_rows_is_irrelevant_even_at_one_moment(rows: list[Seen], more: list[Seen], random: Any) -> None:
    """Also where one number is seen at one time in several places."""
    both = [*rows, *((*one[:3], *other[3:]) for one, other in zip(rows, more, strict=False))]
    bounds = {"max_speed_kmh": 200, "max_numbers_in_one_place": 9, "max_numbers_per_imei": 1}
    found = expand(table_of(both), **bounds)
    again = expand(table_of(random.sample(both, len(both))), **bounds)
    assert (again.stopped, again.handsets, again.linked) == (found.stopped, found.handsets, found.linked)


def test_the_planted_case_finds_its_sim_boxes_and_spares_whom_clones_would_bring() -> None:
    supply = Numbering(1930)
    complaints = make_complaints(1930, scale=0.02, supply=supply)
    planted = plant(1930, supply, complaints.msisdns, complaints.complainants, scale=0.02)
    placed = place(planted, supply, 1930)
    again = place(planted, supply, 1930)
    assert (again.sightings, again.truth) == (placed.sightings, placed.truth)
    assert placed.sightings["latitude"].null_count > 1000
    seeds = pa.array([*complaints.msisdns.tolist(), *placed.seeds.tolist()], pa.uint64())
    kinds = [*TRAPS, *PLACE_TRAPS]

    def scores(**bounds: Any) -> dict[str, Any]:
        found = ng.expand(seeds, placed.sightings, ng.LinkPolicy(**bounds))
        return {one.trap: one for one in score(placed.truth, found.linked, kinds)}

    without, placing = scores(), scores(max_speed_kmh=200, max_numbers_in_one_place=500)
    clones = [kind for kind in kinds if "clone" in kind]
    assert sum(without[kind].innocent_linked for kind in clones) > 150
    assert sum(placing[kind].innocent_linked for kind in clones) == 0
    for kind in ("SIM box", "SIM box without coordinates"):
        assert (without[kind].recall or 0) < 0.3
        assert (placing[kind].recall or 0) >= 0.9
    assert (placing["all"].precision or 0) > (without["all"].precision or 0)
    for kind in ("phone on a bus", "ported number"):
        assert placing[kind] == without[kind]
    assert placing["wrong clock"].guilty_linked == 0
