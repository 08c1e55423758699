"""Input of linkage that is no sighting and no seed: a clear error, or an empty result with its counts."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import numguard as ng
from numguard._core import Linkage
from numguard.errors import ArgumentError, ColumnError, NumguardError, UnsupportedTypeError
from numguard.linkage.policy import bounds_of

SEED, OTHER, PHONE = "9876543210", "9123456789", "358240051111110"
NUMBERS = {"served_msisdn": [SEED, OTHER]}
SEEN = {**NUMBERS, "imei14": [PHONE, PHONE]}
TWICE = pa.table([[SEED], [PHONE], [PHONE]], ["served_msisdn", "imei14", "imei14"])


def linked(sightings: Any, seeds: Any = (SEED,), **arguments: Any) -> tuple[int, dict[str, int]]:
    found = ng.expand(list(seeds), sightings, **arguments)
    return found.linked.num_rows, found.refused


# IMEIs that went through a float --------------------------------------------------------------------------------------


def test_imeis_that_are_whole_floats_are_what_they_were() -> None:
    for written in (PHONE, PHONE[:14], PHONE + "1"):
        assert linked(pd.DataFrame({**NUMBERS, "imei14": [float(written)] * 2})) == (1, {})
    assert linked(pa.table({**NUMBERS, "imei14": [PHONE, f"{PHONE}.0"]})) == (1, {})


def test_a_missing_imei_makes_pandas_write_floats_and_only_it_is_refused() -> None:
    assert linked(pd.DataFrame({**NUMBERS, "imei14": [float(PHONE), np.nan]})) == (0, {"empty": 1})


def test_imeis_that_lost_digits_are_refused_by_note() -> None:
    beyond = 9_900_000_000_000_001.0  # a double holds no such odd number
    assert linked(pa.table({**NUMBERS, "imei14": [beyond, beyond]})) == (0, {"precision_lost": 2})
    assert linked(pa.table({**NUMBERS, "imei14": ["3.5824E+14"] * 2})) == (0, {"precision_lost": 2})
    with pytest.raises(UnsupportedTypeError, match=r"column 'imei14': .*rounded the digits.*text"):
        linked(pa.table({**NUMBERS, "imei14": pa.array([3.5e14, 3.5e14], pa.float32())}))


def test_a_cell_that_is_not_utf8_is_one_refused_row_of_a_file(tmp_path: Path) -> None:
    msisdns = pa.array([SEED, OTHER, OTHER]).cast(pa.binary())
    spoiled = pa.py_buffer(msisdns.buffers()[2].to_pybytes().replace(OTHER.encode(), b"912345\xff789", 1))
    cells = pa.Array.from_buffers(pa.string(), 3, [None, msisdns.buffers()[1], spoiled])
    pq.write_table(pa.table({"served_msisdn": cells, "imei14": [PHONE] * 3}), tmp_path / "seen.parquet")
    assert linked(tmp_path / "seen.parquet") == (1, {"stray_character": 1})


# Columns of more than one type ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("cells", [[SEED, int(OTHER)], [int(SEED), OTHER], [SEED, 9123456789.0]])
def test_mixed_types_name_the_column_and_quote_no_cell(cells: list[Any]) -> None:
    for call in (
        lambda: linked(pd.DataFrame({"served_msisdn": cells, "imei14": [PHONE, PHONE]})),
        lambda: ng.expand(pd.DataFrame({"msisdn": cells}), pa.table(SEEN)),
        lambda: ng.expand({"msisdn": cells}, pa.table(SEEN)),
    ):
        with pytest.raises(UnsupportedTypeError, match="more than one type: make all of them text") as raised:
            call()
        assert not any(str(cell) in str(raised.value) for cell in (SEED, OTHER))
        assert raised.value.__suppress_context__
    with pytest.raises(UnsupportedTypeError, match="column 'served_msisdn'"):
        linked(pd.DataFrame({"served_msisdn": [SEED, int(OTHER)], "imei14": [PHONE, PHONE]}))


# Times ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "at",
    [
        pa.array([1, 2]),
        pa.array([1, 2], pa.time32("s")),
        pa.array([1, 2], pa.duration("s")),
    ],
)
def test_times_that_are_none_are_not_guessed_at(at: pa.Array[Any]) -> None:
    with pytest.raises(UnsupportedTypeError, match=r"column 'at': .*parse it into timestamps or dates first"):
        linked(pa.table({**SEEN, "at": at}))


def test_written_times_in_a_file_have_a_reader_that_the_message_names(tmp_path: Path) -> None:
    """Nothing in a text has another type, so that there is nothing to parse first."""
    path = tmp_path / "seen.csv"
    path.write_text(f"served_msisdn,imei14,at\n{SEED},{PHONE},01/09/2026 10:00:00\n{OTHER},{PHONE},01/09/2026 11:00\n")
    with pytest.raises(UnsupportedTypeError, match=r"seen\.csv: column 'at': .*, or read the file with read_cdr"):
        linked(path)
    assert linked(ng.read_cdr(path), policy=ng.LinkPolicy(max_gap_days=3)) == (1, {})


def test_rows_without_a_time_count_unless_a_rule_asks() -> None:
    for at in (pa.nulls(2), pa.array([None, None], pa.timestamp("us"))):
        table = pa.table({**SEEN, "at": at})
        assert linked(table) == (1, {})
        assert linked(table, policy=ng.LinkPolicy(max_gap_days=3)) == (0, {"no_time": 2})
    partly = pd.DataFrame({**SEEN, "at": [pd.Timestamp("2026-09-01"), pd.NaT]})
    assert linked(partly, policy=ng.LinkPolicy(max_gap_days=3)) == (0, {"no_time": 1})


# Nothing at all -------------------------------------------------------------------------------------------------------


def test_no_sightings_and_no_seeds_are_reported(tmp_path: Path) -> None:
    empty = pa.table({"served_msisdn": pa.array([], pa.string()), "imei14": pa.array([], pa.string())})
    pq.write_table(empty, tmp_path / "none.parquet")
    (tmp_path / "none.csv").write_text("served_msisdn,imei14\n")
    for nothing in (empty, empty.to_reader(), empty.to_pandas(), tmp_path / "none.parquet", tmp_path / "none.csv"):
        found = ng.expand([SEED, OTHER], nothing)
        assert repr(found) == "<Expansion of 0 seeds seen: 0 linked through 0 handsets, stopped at 0>"
        assert found.unseen.to_pylist() == [919123456789, 919876543210]
        assert found.requests()["why"].to_pylist() == ["unseen", "unseen"]
    for seeds in ([], pa.array([], pa.uint64()), pd.Series([], dtype=object), ng.NumberSet([])):
        found = ng.expand(seeds, pa.table(SEEN))
        assert (found.seeds_seen, len(found.unseen), found.linked.num_rows, found.refused) == (0, 0, 0, {})
        assert found.requests().num_rows == 0
    unread = ng.expand([float("nan"), None, "x"], pa.table(SEEN))
    assert unread.refused_seeds == {"empty": 2, "not_a_number": 1}


def test_columns_of_nothing_are_refused_rows() -> None:
    assert linked(pa.table({**NUMBERS, "imei14": pa.nulls(2)})) == (0, {"empty": 2})


# Calls that cannot be meant -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: linked(pd.DataFrame()), ColumnError, "no column 'served_msisdn'; there are none at all"),
        (lambda: linked(pa.table({"a": [SEED]})), ColumnError, "no column 'served_msisdn'; there are a: .* msisdn="),
        (lambda: linked(TWICE), ColumnError, "several columns are named 'imei14'"),
        (lambda: linked(pa.table({**NUMBERS, "imei14": [True, False]})), UnsupportedTypeError, "column 'imei14'"),
        (lambda: linked(pa.table({**NUMBERS, "imei14": [[PHONE], [PHONE]]})), UnsupportedTypeError, "column 'imei14'"),
        (lambda: linked(pa.table(SEEN), msisdn=None), ArgumentError, "^msisdn: takes the name of a column"),
        (lambda: linked(pa.table(SEEN), imei=3), ArgumentError, "^imei: takes the name of a column"),
        (lambda: linked(pa.table(SEEN), at=b"at"), ArgumentError, "^at: takes the name of a column, or None"),
        (lambda: linked(pa.table(SEEN), threads=0), ArgumentError, "^threads: "),
        (lambda: linked(None), ArgumentError, "^sightings: "),
        (lambda: linked([]), ArgumentError, "^sightings: .*empty"),
        (lambda: linked(SEEN), ArgumentError, "^sightings: .*not dict"),
        (lambda: linked(pl.LazyFrame(SEEN)), ArgumentError, "^sightings: .*collect"),
        (lambda: ng.expand(None, pa.table(SEEN)), UnsupportedTypeError, "takes"),  # type: ignore[arg-type]
        (lambda: ng.expand(SEED, pa.table(SEEN)), UnsupportedTypeError, "not a single one"),
        (lambda: ng.expand(pd.DataFrame({"mobile": [SEED]}), TWICE), ColumnError, "^seeds: no column 'msisdn'"),
        (lambda: ng.expand(pd.DataFrame({SEED: [OTHER]}), TWICE), ColumnError, r"there are: \(a number\)$"),
    ],
)  # fmt: skip
def test_the_error_of_a_bad_call_names_the_remedy(
    call: Callable[[], Any], error: type[NumguardError], message: str
) -> None:
    with pytest.raises(error, match=message) as raised:
        call()
    assert SEED not in str(raised.value)


# Long work over files -------------------------------------------------------------------------------------------------


@pytest.fixture
def unthrottled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Progress at every step: a fast machine may complete a stage within the interval."""
    monkeypatch.setattr("numguard.progress._INTERVAL", 0.0)


def a_long_source(folder: Path) -> list[Path]:
    """Forty million rows: one file of a hundred thousand, many times."""
    number = np.arange(100_000, dtype=np.uint64)
    table = pa.table(
        {
            "served_msisdn": number + np.uint64(919876543210),
            "imei14": number // 2 + np.uint64(35824005111111),
            "at": pa.array(number.astype(np.int64) + 1_750_000_000, pa.timestamp("s")),
        }
    )
    pq.write_table(table, folder / "seen.parquet")
    return [folder / "seen.parquet"] * 400


@pytest.mark.usefixtures("unthrottled")
def test_progress_is_called_at_each_stage_and_its_error_ends_the_walk(tmp_path: Path) -> None:
    states: list[Any] = []

    class EnoughError(Exception):
        pass

    def progress(state: Any) -> None:
        states.append(state)
        if state.stage == "handsets":
            raise EnoughError

    with pytest.raises(EnoughError):
        ng.expand([SEED], a_long_source(tmp_path), memory_limit=0, progress=progress)
    stages = [state.stage for state in states]
    assert stages == sorted(stages, key=["reading", "numbers", "handsets"].index)
    assert {"reading", "numbers", "handsets"} == set(stages)
    reading = [state for state in states if state.stage == "reading"]
    assert all(state.file == str(tmp_path / "seen.parquet") and state.of is None for state in reading)
    last = states[-1]
    assert (last.hop, last.of, last.file) == (1, 40_000_000, None)
    assert 0 < last.rows <= 40_000_000


@pytest.mark.usefixtures("unthrottled")
@pytest.mark.parametrize("stage", ["reading", "handsets"])
def test_interrupt_stops_a_walk_over_files_half_way(stage: str, tmp_path: Path) -> None:
    states: list[Any] = []

    def progress(state: Any) -> None:
        states.append(state)
        if [one.stage for one in states].count(stage) == 1 and state.stage == stage:
            threading.Timer(0.02, signal.raise_signal, [signal.SIGINT]).start()

    with pytest.raises(KeyboardInterrupt):
        ng.expand([SEED], a_long_source(tmp_path), memory_limit=0, progress=progress)
    assert states[-1].stage == stage
    assert states[-1].rows < 40_000_000


# Temporary files without space ---------------------------------------------------------------------------------------


def a_graph(folder: Path) -> pa.Table:
    """Two hundred thousand sightings in a file of four row groups, which is `folder / "many.parquet"`."""
    number = np.arange(200_000, dtype=np.uint64)
    table = pa.table(
        {"served_msisdn": number // 3 + np.uint64(919876500000), "imei14": number // 2 + np.uint64(35824005111111)}
    )
    pq.write_table(table, folder / "many.parquet", row_group_size=50_000)
    return table


def test_files_are_read_again_if_there_is_no_temporary_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = a_graph(tmp_path)
    seeds = table["served_msisdn"].to_numpy()[::700]
    expected = ng.expand(seeds, table).linked
    assert expected.num_rows
    assert ng.expand(seeds, tmp_path / "many.parquet", memory_limit=0).linked == expected
    monkeypatch.setenv("TMPDIR", str(tmp_path / "nowhere"))
    for limit in (0, 500_000):
        assert ng.expand(seeds, tmp_path / "many.parquet", memory_limit=limit).linked == expected
    with pytest.raises(NumguardError, match="nowhere"):
        ng.expand(seeds, table.to_reader(), memory_limit=0)


def test_files_are_read_again_from_where_the_temporary_file_is_full(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    table = a_graph(tmp_path)
    seeds = table["served_msisdn"].to_numpy()[::700]
    expected = ng.expand(seeds, table).linked
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        for most in (0, 300_000, 700_000):
            resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
            assert ng.expand(seeds, tmp_path / "many.parquet", memory_limit=0).linked == expected, most
        with pytest.raises(NumguardError):
            ng.expand(seeds, table.to_reader(), memory_limit=0)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_imsis_in_place_of_imeis_are_refused() -> None:
    """Ten subscribers of an operator would be one handset."""
    numbers = [f"987654321{k}" for k in range(4)]
    sightings = pa.table({"served_msisdn": numbers, "imsi": [f"40410000000001{k}" for k in range(4)]})
    found = ng.expand(numbers[:1], sightings, imei="imsi")
    assert (found.linked.num_rows, found.refused) == (0, {"imsi_for_imei": 4})
    assert ng.expand(numbers[:1], sightings, imei="imsi", list_refused=True).refused_rows["row"].to_pylist() == [
        1,
        2,
        3,
        4,
    ]
    sightings = pa.table({"served_msisdn": numbers, "imei14": ["490154203237518"] * 4})
    assert ng.expand(numbers[:1], sightings).refused == {}


def test_the_chunks_of_seeds_and_of_their_times_may_differ() -> None:
    """The compiled module panicked, which no caller can catch by name."""
    policy = ng.LinkPolicy(days_before=1)
    day = datetime(2026, 6, 1)
    seen = pa.table({**SEEN, "at": [day, day]})
    numbers = pa.chunked_array([["9000000001", SEED], ["9000000002"]])

    def walk(days: list[list[Any]]) -> list[Any]:
        linkage = Linkage(
            numbers,
            pa.chunked_array(days, pa.timestamp("us")),
            bounds_of(policy),
            region="IN",
            memory_limit=1 << 20,
            threads=1,
        )
        linkage.read(seen.to_batches(), True)
        while linkage.step() is not None:
            pass
        found = linkage.finish()
        return [found["linked"], found["refused_seeds"]]

    late = datetime(2027, 6, 1)
    expected = walk([[late, day], [late]])
    assert expected[0]["msisdn"].to_pylist() == [919123456789]
    for days in ([[late], [day, late]], [[], [late, day, late]], [[late], [day], [late]]):
        assert walk(days) == expected
    assert walk([[late], [day, None]])[1] == {"no_time": 1}
    for days in ([[day, day]], [[day] * 4], [[], [day]]):
        with pytest.raises(ArgumentError, match=r"there are \d times for 3 numbers: give one for each"):
            walk(days)
