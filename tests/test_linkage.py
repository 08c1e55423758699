"""Linkage from Python: equal to the oracle however the sightings come, and its traps distinguished from its links."""

from __future__ import annotations

import dataclasses
import signal
import threading
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import linkage_oracle as oracle
import numguard as ng
from numguard.errors import ArgumentError, ColumnError, FileMissingError, InputError, UnsupportedTypeError
from numguard.linkage import LinkageProgress

IST = oracle.IST
DAY_0 = datetime(2026, 9, 1, tzinfo=IST)
SEED = 919876543210
PHONE = 35824005111111
NUMBERS = [919876543210 + n for n in range(30)]
HANDSETS = [0, 12345678901234, *(35824005111100 + n for n in range(14))]

Sighting = tuple[int | None, int | None, datetime | None]


def table_of(sightings: Sequence[Sighting], *, at: bool = True) -> pa.Table:
    columns = {
        "served_msisdn": pa.array([msisdn for msisdn, _, _ in sightings], pa.uint64()),
        "imei14": pa.array([imei14 for _, imei14, _ in sightings], pa.uint64()),
        "at": pa.array([at for _, _, at in sightings], pa.timestamp("us", "UTC")),
    }
    return pa.table(columns if at else {name: columns[name] for name in ("served_msisdn", "imei14")})


def rows(table: pa.Table) -> list[dict[str, Any]]:
    return table.to_pylist()


def assert_equal(found: ng.Expansion, expected: oracle.Found) -> None:
    assert rows(found.linked) == expected.linked
    assert rows(found.handsets) == expected.handsets
    assert rows(found.stopped) == expected.stopped
    assert rows(found.evidence) == expected.evidence
    assert rows(found.stopped_evidence) == expected.stopped_evidence
    assert found.unseen.to_pylist() == expected.unseen
    assert sum(found.refused.values()) == expected.refused
    assert (found.braked is not None) == expected.braked


def same(one: ng.Expansion, other: ng.Expansion) -> bool:
    return all(
        getattr(one, field.name) == getattr(other, field.name)
        for field in dataclasses.fields(ng.Expansion)
        if field.name != "policy"
    )


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


@st.composite
def policies(draw: st.DrawFn) -> oracle.Policy:
    relative = draw(st.booleans())
    days = st.integers(0, 8)
    since = draw(maybe(days))
    until = draw(maybe(st.integers(1, 8)))
    as_date = draw(st.booleans())

    def boundary(day: int | None) -> date | datetime | None:
        if day is None:
            return None
        return date(2026, 9, 1 + day) if as_date else datetime(2026, 9, 1 + day, 9, 30)

    return oracle.Policy(
        max_hops=1 if relative else draw(st.integers(1, 4)),
        since=boundary(since),
        until=boundary(until if until is None or since is None or until > since else since + 1),
        max_numbers_per_imei=draw(maybe(st.integers(1, 8))),
        max_numbers_per_day=draw(maybe(st.sampled_from([0.5, 1.0, 1.5, 2.1]))),
        min_days=draw(st.integers(0, 4)),
        max_imeis_per_number=draw(maybe(st.integers(1, 5))),
        min_sightings=draw(st.integers(1, 2)),
        max_gap_days=draw(maybe(st.integers(0, 3))),
        days_before=draw(maybe(days)) if relative else None,
        days_after=draw(maybe(days)) if relative else None,
        protected=draw(st.sets(st.sampled_from(NUMBERS), max_size=2)),
        release=draw(st.sets(st.sampled_from(HANDSETS[2:]), max_size=2)),
        placeholders=draw(st.sets(st.sampled_from(HANDSETS), max_size=1)),
    )


def link_policy(policy: oracle.Policy) -> ng.LinkPolicy:
    values = {field.name: getattr(policy, field.name) for field in dataclasses.fields(policy)}
    for name in ("protected", "release", "placeholders"):
        values[name] = pa.array(sorted(values[name]), pa.uint64()) if values[name] else None
    return ng.LinkPolicy(**values)


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[tuple[int, datetime]], list[Sighting], oracle.Policy]:
    width = draw(st.sampled_from([5, 14]))
    minutes = st.integers(0, 8 * 24 * 4).map(lambda quarter: DAY_0 + timedelta(minutes=15 * quarter))
    sightings = draw(
        st.lists(
            st.tuples(
                st.sampled_from([*NUMBERS[: 2 * width], None]),
                st.sampled_from([*HANDSETS[: 2 + width], None]),
                draw(st.sampled_from([minutes, maybe(minutes), st.none()])),
            ),
            max_size=80,
        )
    )
    seeds = draw(st.lists(st.tuples(st.sampled_from(NUMBERS), minutes), max_size=4))
    return seeds, sightings, draw(policies())


def seed_table(seeds: list[tuple[int, datetime]]) -> pa.Table:
    return pa.table(
        {
            "msisdn": pa.array([seed for seed, _ in seeds], pa.uint64()),
            "reported_at": pa.array([at for _, at in seeds], pa.timestamp("ms", "Asia/Kolkata")),
        }
    )


@settings(max_examples=400, deadline=None)
@given(cases())
def test_equal_to_the_oracle(case: tuple[list[tuple[int, datetime]], list[Sighting], oracle.Policy]) -> None:
    seeds, sightings, policy = case
    found = ng.expand(seed_table(seeds), table_of(sightings), link_policy(policy))
    assert_equal(found, oracle.expand(seeds, sightings, policy))  # type: ignore[arg-type]


@settings(max_examples=100, deadline=None)
@given(cases(), st.randoms(use_true_random=False), st.sampled_from([1, 2, 3]))
def test_order_chunks_and_threads_change_nothing(case: Any, random: Any, threads: int) -> None:
    seeds, sightings, policy = case
    whole = ng.expand(seed_table(seeds), table_of(sightings), link_policy(policy), threads=1)
    shuffled = random.sample(sightings, len(sightings))
    cuts = sorted(random.randrange(len(sightings) + 1) for _ in range(4))
    pieces = [table_of(shuffled[low:high]) for low, high in zip([0, *cuts], [*cuts, len(shuffled)], strict=True)]
    again = ng.expand(seed_table(seeds[::-1]), pa.concat_tables(pieces), link_policy(policy), threads=threads)
    assert same(whole, again)


@settings(max_examples=60, deadline=None)
@given(cases())
def test_a_table_without_times(case: Any) -> None:
    seeds, sightings, policy = case
    policy = dataclasses.replace(
        policy, since=None, until=None, max_numbers_per_day=None, max_gap_days=None, days_before=None, days_after=None
    )
    timeless = [(msisdn, imei14, None) for msisdn, imei14, _ in sightings]
    numbers = pa.array([seed for seed, _ in seeds], pa.uint64())
    expected = oracle.expand(seeds, timeless, policy)  # type: ignore[arg-type]
    assert_equal(ng.expand(numbers, table_of(timeless, at=False), link_policy(policy)), expected)
    assert_equal(ng.expand(numbers, table_of(sightings), link_policy(policy), at=None), expected)


# Every kind of source, every kind of column ---------------------------------------------------------------------------


def a_case() -> tuple[list[int], list[Sighting]]:
    random = np.random.default_rng(7)
    sightings: list[Sighting] = [
        (
            NUMBERS[random.integers(30)],
            HANDSETS[2 + random.integers(14)],
            DAY_0 + timedelta(minutes=int(random.integers(8 * 24 * 60))),
        )
        for _ in range(120)
    ]
    return NUMBERS[:2], sightings


POLICY = ng.LinkPolicy(max_hops=3, max_numbers_per_imei=12, max_imeis_per_number=4)


@pytest.fixture(scope="module")
def expected() -> ng.Expansion:
    seeds, sightings = a_case()
    found = ng.expand(pa.array(seeds, pa.uint64()), table_of(sightings), POLICY)
    assert found.linked.num_rows > 5
    assert found.stopped.num_rows > 1
    return found


def test_every_source_gives_the_same(expected: ng.Expansion, tmp_path: Path) -> None:
    seeds, sightings = a_case()
    table = table_of(sightings)
    for n in range(3):
        pq.write_table(table.slice(40 * n, 40), tmp_path / f"{n}.parquet", row_group_size=7)
    with pa.OSFile(str(tmp_path / "all.arrow"), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    connection = duckdb.connect()
    connection.register("sightings", table)
    sources = {
        "glob": str(tmp_path / "*.parquet"),
        "paths": [tmp_path / f"{n}.parquet" for n in (2, 0, 1)],
        "dataset": ds.dataset([str(tmp_path / f"{n}.parquet") for n in range(3)]),
        "ipc": tmp_path / "all.arrow",
        "several": [table.slice(0, 50), table.slice(50).to_reader()],
        "reader": table.to_reader(max_chunksize=11),
        "batch": table.combine_chunks().to_batches()[0],
        "polars": pl.from_arrow(table),
        "pandas": table.to_pandas(),
        "duckdb": connection.sql("select * from sightings"),
    }
    for name, source in sources.items():
        assert same(ng.expand(pa.array(seeds, pa.uint64()), source, POLICY), expected), name


def test_no_space_in_memory_gives_the_same(expected: ng.Expansion, tmp_path: Path) -> None:
    seeds, sightings = a_case()
    table = table_of(sightings)
    pq.write_table(table, tmp_path / "all.parquet", row_group_size=20)
    numbers = pa.array(seeds, pa.uint64())
    for limit in (0, 1000, 10_000):
        for source in (tmp_path / "all.parquet", table.to_reader(max_chunksize=17), table):
            assert same(ng.expand(numbers, source, POLICY, memory_limit=limit), expected), (limit, type(source))
    timeless = table.drop_columns(["at"])
    kept = ng.expand(numbers, timeless, POLICY)
    assert same(ng.expand(numbers, timeless.to_reader(max_chunksize=17), POLICY, memory_limit=0), kept)


def test_parquet_of_every_type_gives_the_same(expected: ng.Expansion, tmp_path: Path) -> None:
    seeds, sightings = a_case()
    table = table_of(sightings)
    texts = {
        "served_msisdn": pa.array([f"{msisdn}"[2:] for msisdn, _, _ in sightings]),
        "imei14": pa.array([f"{imei14:014d}0" for _, imei14, _ in sightings]),
    }
    written = pa.table({**texts, "other": ["x"] * len(sightings), "at": table.column("at")})
    ways: dict[str, dict[str, Any]] = {
        "dictionary": {},
        "plain": {"use_dictionary": False},
        "int96": {"use_deprecated_int96_timestamps": True},
        "zstd": {"compression": "zstd", "data_page_size": 64, "row_group_size": 30},
    }
    for name, options in ways.items():
        path = tmp_path / f"{name}.parquet"
        pq.write_table(written.select(["at", "other", "imei14", "served_msisdn"]), path, **options)
        assert same(ng.expand(pa.array(seeds, pa.uint64()), path, POLICY), expected), name


def test_every_type_of_column_gives_the_same(expected: ng.Expansion) -> None:
    seeds, sightings = a_case()
    table = table_of(sightings)
    msisdns = [f"+{msisdn}" for msisdn, _, _ in sightings]
    imeis = [f"{imei14:014d}0" for _, imei14, _ in sightings]
    at = table.column("at")
    columns: dict[str, list[Any]] = {
        "served_msisdn": [
            pa.array(msisdns),
            pa.array(msisdns, pa.string_view()),
            pa.array(msisdns, pa.large_string()),
            pa.array(msisdns).dictionary_encode(),
            pa.array([int(msisdn[3:]) for msisdn in msisdns], pa.int64()),
            pa.array([float(msisdn[3:]) for msisdn in msisdns], pa.float64()),
        ],
        "imei14": [
            pa.array(imeis),
            pa.array([imei + "1" for imei in imeis]).dictionary_encode(),
            pa.array([int(imei) for imei in imeis], pa.int64()),
            pa.array([float(imei[:14]) for imei in imeis], pa.float64()),
        ],
        "at": [
            at.cast(pa.timestamp("s", "America/Lima")),
            at.cast(pa.timestamp("ms", "+05:30")),
            at.cast(pa.timestamp("ns", "UTC")),
            pa.array([moment.replace(tzinfo=None) for _, _, moment in sightings if moment], pa.timestamp("us")),
        ],
    }
    for name, variants in columns.items():
        for variant in variants:
            changed = table.set_column(table.schema.get_field_index(name), name, variant)
            found = ng.expand([f"+{seed}" for seed in seeds], changed, POLICY)
            assert same(found, expected), (name, variant.type)


def test_dates_are_midnights_in_india() -> None:
    when = [date(2026, 9, 3), date(2026, 9, 4)]
    table = pa.table({"served_msisdn": NUMBERS[:2], "imei14": [35824005111111] * 2, "at": pa.array(when, pa.date32())})
    table = table.set_column(0, "served_msisdn", pa.array(NUMBERS[:2], pa.uint64()))
    for at in (pa.date32(), pa.date64()):
        typed = table.set_column(2, "at", table.column("at").cast(at))
        found = ng.expand([f"+{NUMBERS[0]}"], typed, ng.LinkPolicy(since=date(2026, 9, 3), until=date(2026, 9, 5)))
        assert found.linked.column("first_seen").to_pylist() == [datetime(2026, 9, 4, tzinfo=IST)]
        none = ng.expand([f"+{NUMBERS[0]}"], typed, ng.LinkPolicy(until=date(2026, 9, 4)))
        assert none.linked.num_rows == 0


# What stands in the result --------------------------------------------------------------------------------------------


def test_schemas() -> None:
    found = ng.expand([], table_of([]))
    when = pa.timestamp("us", "Asia/Kolkata")
    seen: list[tuple[str, Any]] = [("first_seen", when), ("last_seen", when)]
    key = pa.uint64()
    hop, count = ("hop", pa.int32()), ("sightings", pa.int64())
    path: list[tuple[str, Any]] = [("msisdn", key), hop, ("seed_msisdn", key), ("via_imei", key), ("via_msisdn", key)]
    pair: list[tuple[str, Any]] = [("msisdn", key), ("imei14", key)]
    assert found.linked.schema == pa.schema([*path, *seen, count])
    assert found.handsets.schema == pa.schema([("imei14", key), hop, ("numbers", pa.int64()), *seen])
    assert found.stopped.schema == pa.schema([*pair, ("why", pa.string()), ("count", pa.int64())])
    assert found.evidence.schema == found.stopped_evidence.schema == pa.schema([*pair, *seen, count])
    assert found.unseen == pa.array([], key)
    assert (found.refused, found.braked, found.seeds_seen) == ({}, None, 0)


def test_refused_rows_are_counted_by_note() -> None:
    table = pa.table(
        {
            "served_msisdn": ["9876543210", None, "98765", "9876543211", "9876543212", "9876543213"],
            "imei14": ["35824005111111", "35824005111111", "35824005111111", "", "123", "35824005111111"],
            "at": pa.array([DAY_0, DAY_0, DAY_0, DAY_0, DAY_0, None], pa.timestamp("us", "UTC")),
        }
    )
    found = ng.expand(["9876543210"], table, ng.LinkPolicy(max_gap_days=1))
    assert sum(found.refused.values()) == 5
    assert found.refused["no_time"] == 1
    assert found.refused["empty"] == 2
    assert found.linked.num_rows == 0
    untimed = ng.expand(["9876543210"], table)
    assert "no_time" not in untimed.refused
    assert untimed.linked.column("msisdn").to_pylist() == [919876543213]


def test_lines_that_make_no_row_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "seen.csv"
    path.write_text("served_msisdn,imei14\n9876543210,35824005111111\n9876543211,35824005111111,more\n9876543211,-\n")
    found = ng.expand(["9876543210"], path)
    assert found.refused == {"empty": 1, "too_many_fields": 1}
    assert found.linked.num_rows == 0


def test_refused_seeds_are_counted() -> None:
    found = ng.expand(["9876543210", "98765XXXXX", None], table_of([]))
    assert found.unseen.to_pylist() == [919876543210]
    assert found.refused_seeds == {"masked": 1, "empty": 1}


def test_repr_and_messages_hold_no_numbers() -> None:
    seeds, sightings = a_case()
    found = ng.expand(pa.array(seeds, pa.uint64()), table_of(sightings), POLICY)
    assert not any(str(number) in repr(found) + repr(found.policy) for number in NUMBERS)


# A bad call is an exception that names the remedy ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("max_hops", 0),
        ("max_hops", True),
        ("max_hops", None),
        ("since", "2026-09-01"),
        ("until", 5),
        ("max_numbers_per_imei", -1),
        ("max_numbers_per_imei", 2.5),
        ("max_numbers_per_day", float("nan")),
        ("max_numbers_per_day", "3"),
        ("min_days", None),
        ("max_imeis_per_number", 2**40),
        ("min_sightings", 0),
        ("max_gap_days", timedelta(3)),
        ("days_before", -1),
        ("days_after", 1.0),
        ("protected", ["98765"]),
        ("protected", "9876543210"),
        ("protected", ng.ImeiSet(["35824005111111"])),
        ("release", ["000000000000000"]),
        ("release", ng.NumberSet(["9876543210"])),
        ("placeholders", ["12"]),
        ("max_linked_per_seed", None),
    ],
)
def test_a_policy_names_the_field(field: str, value: Any) -> None:
    with pytest.raises(ArgumentError, match=f"^{field}: "):
        ng.LinkPolicy(**{field: value})


def test_fields_that_contradict_each_other() -> None:
    with pytest.raises(ArgumentError, match=r"^until: "):
        ng.LinkPolicy(since=date(2026, 9, 1), until=datetime(2026, 8, 31, 18, 30, tzinfo=UTC))
    with pytest.raises(ArgumentError, match=r"^max_hops: "):
        ng.LinkPolicy(max_hops=2, days_after=3)


def test_policies_are_values() -> None:
    one, other = (ng.LinkPolicy(protected=[written]) for written in ("98765 43210", "+919876543210"))
    assert one == other
    assert hash(one) == hash(other)
    assert repr(ng.LinkPolicy()) == "LinkPolicy()"
    assert ng.LinkPolicy(placeholders=["000000000000000"]).placeholders == ng.ImeiSet([])


def test_bad_calls(tmp_path: Path) -> None:
    table = table_of([(SEED, PHONE, DAY_0)])
    seeds = pa.array([SEED], pa.uint64())
    with pytest.raises(ColumnError, match="imsi"):
        ng.expand(seeds, table, imei="imsi")
    with pytest.raises(ColumnError, match="when"):
        ng.expand(seeds, table, at="when")
    with pytest.raises(ColumnError, match="'at'"):
        ng.expand(seeds, table.drop_columns(["at"]), ng.LinkPolicy(since=date(2026, 1, 1)))
    with pytest.raises(ArgumentError, match=r"at: .*max_gap_days"):
        ng.expand(seeds, table, ng.LinkPolicy(max_gap_days=3), at=None)
    with pytest.raises(ArgumentError, match=r"seeds: .*reported_at"):
        ng.expand(seeds, table, ng.LinkPolicy(days_before=3))
    with pytest.raises(ColumnError, match=r"seeds: .*'reported_at'"):
        ng.expand(pa.table({"msisdn": seeds}), table, ng.LinkPolicy(days_before=3))
    with pytest.raises(ArgumentError, match="seeds: "):
        ng.expand(ng.ImeiSet([]), table)
    with pytest.raises(ArgumentError, match="policy: "):
        ng.expand(seeds, table, {"max_hops": 2})  # type: ignore[arg-type]
    (tmp_path / "cut.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(InputError, match=r"cut\.parquet"):
        ng.expand(seeds, tmp_path / "cut.parquet")
    with pytest.raises(FileMissingError):
        ng.expand(seeds, tmp_path / "none.parquet")
    with pytest.raises(UnsupportedTypeError, match=r"column 'at': .*no times"):
        ng.expand(seeds, table.set_column(2, "at", pa.array(["03/09/2026"])))
    pq.write_table(table.set_column(2, "at", pa.array(["03/09/2026"])), tmp_path / "text.parquet")
    with pytest.raises(UnsupportedTypeError, match=r"text.parquet: .*column 'at'.*no times"):
        ng.expand(seeds, tmp_path / "text.parquet")
    with pytest.raises(ArgumentError, match="memory_limit: "):
        ng.expand(seeds, table, memory_limit=-1)
    with pytest.raises(UnsupportedTypeError, match="column 'imei14': "):
        ng.expand(seeds, table.set_column(1, "imei14", pa.array([1.5], pa.float32())))
    with pytest.raises(UnsupportedTypeError, match="reported_at"):
        ng.expand(pa.table({"msisdn": seeds, "reported_at": ["today"]}), table, ng.LinkPolicy(days_before=3))


def test_national_numbers_in_uint64_get_a_warning() -> None:
    table = pa.table({"served_msisdn": pa.array([9876543210], pa.uint64()), "imei14": [PHONE]})
    with pytest.warns(UserWarning, match=r"served_msisdn.*Int64"):
        ng.expand(["9876543210"], table)


# Long work ------------------------------------------------------------------------------------------------------------


def endless() -> pa.RecordBatchReader:
    batch = table_of([(SEED, PHONE, DAY_0)] * 1000).combine_chunks().to_batches()[0]

    def batches() -> Any:
        while True:
            yield batch

    return pa.RecordBatchReader.from_batches(batch.schema, batches())


def test_interrupt_stops_it() -> None:
    # The first call imports modules, and Python may lose a signal that comes meanwhile.
    ng.expand(pa.array([SEED], pa.uint64()), table_of([(SEED, PHONE, DAY_0)]))
    timer = threading.Timer(0.3, signal.raise_signal, [signal.SIGINT])
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        ng.expand(pa.array([SEED], pa.uint64()), endless())


def test_progress_is_called_and_can_stop_the_walk() -> None:
    states: list[LinkageProgress] = []

    class EnoughError(Exception):
        pass

    def progress(state: LinkageProgress) -> None:
        states.append(state)
        if len(states) == 2:
            raise EnoughError

    with pytest.raises(EnoughError):
        ng.expand(pa.array([SEED], pa.uint64()), endless(), progress=progress)
    assert [state.stage for state in states] == ["reading", "reading"]
    assert 0 < states[0].rows < states[1].rows
    assert (states[0].of, states[0].hop) == (None, 0)


def test_seeds_that_are_a_lazy_frame_are_named_as_such() -> None:
    rows = pa.table({"msisdn": ["9876543210"], "imei": ["490154203237518"]})
    with pytest.raises(ArgumentError, match=r"seeds: takes data, not a lazy frame: collect\(\) it"):
        ng.expand(pl.LazyFrame({"msisdn": ["9876543210"]}), rows, msisdn="msisdn", imei="imei")
