"""Batches, tables and files of a dataset whose types differ: what is cast to the type of the first, and what is not."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

import numguard as ng
from numguard.errors import InputError, UnsupportedTypeError

#: What the cells below would be as integers: the float's is another number than was written.
LISTED = ng.NumberSet(["9876543488", "6591234567", "9000000001", "9876543210"])
INTEGERS = pa.array([9000000001])
NO_NUMBERS = {
    "float": pa.array([9876543210.0], pa.float32()),
    "binary": pa.array([b"006591234567"]),
    "time64": pa.array([time(1, 49, 50)], pa.time64("us")),
    "timestamp": pa.array([9876543210], pa.timestamp("s")),
    "duration": pa.array([9876543210], pa.duration("s")),
    "bool": pa.array([True]),
    "int32": pa.array([7], pa.int32()),
    "decimal128": pa.array([Decimal("9876543210.00")], pa.decimal128(12, 2)),
}


def sources(folder: Path, first: pa.Table, then: pa.Table) -> Iterator[Any]:
    """Tables in a list and in a generator, batches, and datasets."""
    yield [first, then]
    yield iter([first, then])
    yield first.to_batches() + then.to_batches()
    paths = [folder / "1.parquet", folder / "2.parquet"]
    for table, path in zip((first, then), paths, strict=True):
        pq.write_table(table, path)
    yield ds.dataset(paths)
    is_filled: Any = ds.field("m").is_valid()
    yield ds.dataset(paths).filter(is_filled)
    yield f"file://{folder}"


@pytest.mark.parametrize("kind", NO_NUMBERS)
def test_a_later_key_is_checked_in_its_own_type_as_if_it_came_alone(kind: str, tmp_path: Path) -> None:
    """A float that has rounded its digits became an integer, and with it another number."""
    first, then = pa.table({"m": INTEGERS}), pa.table({"m": NO_NUMBERS[kind]})
    with pytest.raises(UnsupportedTypeError):
        ng.scan(then, {"m": LISTED}).read_all()
    for source in sources(tmp_path, first, then):
        with pytest.raises(UnsupportedTypeError, match=r"(the source|2\.parquet): column 'm': .* holds no numbers"):
            ng.scan(source, {"m": LISTED}).read_all()


def test_a_key_of_another_type_is_named_before_pyarrow_fails_at_its_cast(tmp_path: Path) -> None:
    """The message was that the file uses something that cannot be read here."""
    fixed = pa.table({"m": pa.array([b"006591234567"], pa.binary(12))})
    for source in sources(tmp_path, pa.table({"m": INTEGERS}), fixed):
        why = "column 'm': .* holds no numbers|has another type than in the first file"
        with pytest.raises(InputError, match=why):
            ng.scan(source, {"m": LISTED}).read_all()


@pytest.mark.parametrize("kind", ["float", "binary", "time64"])
def test_expand_and_changes_check_a_later_key_in_its_own_type(kind: str, tmp_path: Path) -> None:
    rows = {"imei14": [35824005111111], "at": [datetime(2026, 6, 1)]}
    tables = [pa.table({"m": cells, **rows}) for cells in (INTEGERS, NO_NUMBERS[kind])]
    for source in sources(tmp_path, *tables):
        with pytest.raises(UnsupportedTypeError, match=r"column 'm': .* holds no numbers"):
            ng.changes(source, msisdn="m")
    for source in sources(tmp_path, *tables):
        with pytest.raises(UnsupportedTypeError, match=r"column 'm': .* holds no numbers"):
            ng.expand(["9000000001"], source, msisdn="m")


INTERVAL: Any = pa.array([(1, 2, 3)], pa.month_day_nano_interval())
#: Cells of every kind of type, each by the name of its type.
CELLS: dict[str, pa.Array[Any]] = {
    str(cells.type): cells
    for cells in (
        pa.array([5]),
        pa.array([5], pa.int8()),
        pa.array([5], pa.uint64()),
        pa.array([1.5]),
        pa.array([1.5], pa.float32()),
        pa.array([1.5], pa.float16()),
        pa.array([Decimal("1.25")], pa.decimal128(9, 2)),
        pa.array([True]),
        pa.array(["007"]),
        pa.array(["007"], pa.string_view()),
        pa.array([b"007"]),
        pa.array([b"007"], pa.binary(3)),
        pa.array([date(2026, 6, 1)]),
        pa.array([datetime(2026, 6, 1, 5)], pa.timestamp("us")),
        pa.array([datetime(2026, 6, 1, 5)], pa.timestamp("us", "UTC")),
        pa.array([time(5)], pa.time32("s")),
        pa.array([time(5)], pa.time64("us")),
        pa.array([timedelta(5)], pa.duration("s")),
        pa.array([[5]]),
        pa.array([[1.5]], pa.list_(pa.float32())),
        pa.array([["007"]]),
        pa.array([[b"007"]]),
        pa.array([{"a": 5}]),
        pa.array([{"a": b"5"}]),
        INTERVAL,
    )
}
#: The pairs of them that are cast, from a later type to the first.
CAST = {
    *itertools.permutations(["int64", "int8"], 2),
    *itertools.permutations(["string", "string_view"], 2),
    *((one, text) for one in ("int64", "int8", "double", "decimal128(9, 2)") for text in ("string", "string_view")),
    ("int64", "double"),
    ("int8", "double"),
    ("time32[s]", "time64[us]"),
    ("time64[us]", "time32[s]"),
    *itertools.permutations(["fixed_size_binary[3]", "binary"], 2),
    ("int8", "decimal128(9, 2)"),
    *itertools.combinations(["halffloat", "float", "double"], 2),
}
#: Of a cell of these, something would be lost, or pyarrow has no such cast: the message names no column.
UNFIT = {
    ("double", "int64"),
    ("double", "int8"),
    ("decimal128(9, 2)", "int64"),
    ("decimal128(9, 2)", "int8"),
    ("int64", "decimal128(9, 2)"),
}


def test_a_float_goes_with_wider_ones() -> None:
    tables = [pa.table({"m": ["9876543210"], "of": pa.array([1.5], kind)}) for kind in (pa.float64(), pa.float32())]
    assert ng.scan(tables, {"m": LISTED}).read_all()["of"].to_pylist() == [1.5, 1.5]
    with pytest.raises(UnsupportedTypeError, match="column 'of': it is double here and float before"):
        ng.scan(tables[::-1], {"m": LISTED}).read_all()


@pytest.mark.parametrize("then", CELLS)
def test_the_casts_of_other_columns_are_a_closed_list(then: str) -> None:
    def scanned(first: str, *, by_one: bool) -> pa.Table:
        tables = [pa.table({"m": ["9876543210"], "of": CELLS[kind]}) for kind in (first, then)]
        source: Any = iter(tables) if by_one else tables
        return ng.scan(source, {"m": LISTED}).read_all()

    for first, by_one in itertools.product(CELLS.keys() - {then}, (False, True)):
        if (then, first) in CAST:
            cell = CELLS[then].to_pylist()[0]
            found = scanned(first, by_one=by_one)["of"].to_pylist()[1]
            assert found == (str(cell) if "string" in first else cell), f"{then} after {first}"
        elif (then, first) in UNFIT:
            with pytest.raises(InputError, match="has another type than in the first file"):
                scanned(first, by_one=by_one)
        else:
            with pytest.raises(UnsupportedTypeError, match=r"the source: column 'of': it is .* here and .* before"):
                scanned(first, by_one=by_one)


@pytest.mark.parametrize("turned", [False, True])
def test_a_date_is_no_timestamp_in_a_later_batch(turned: bool, tmp_path: Path) -> None:
    """The timestamp lost its time of the day, or the date began at midnight of UTC, half past five in India."""
    rows = {"m": ["9876543210"], "imei14": [35824005111111]}
    times: list[Any] = [pa.array([date(2026, 6, 1)]), pa.array([datetime(2026, 6, 1, 5)], pa.timestamp("us", "UTC"))]
    for zone in ("UTC", None):
        times[1] = times[1].cast(pa.timestamp("us", zone))
        tables = [pa.table({**rows, "at": at}) for at in (reversed(times) if turned else times)]
        for source in sources(tmp_path, *tables):
            since = {"m": (["9876543210"], [date(2026, 6, 1)])}
            with pytest.raises(UnsupportedTypeError, match=r"column 'at': it is .* here and .* before"):
                ng.scan(source, {"m": LISTED}, at="at", since=since).read_all()
        # Tables in a list are read each in its own types.
        together, *others = sources(tmp_path, *tables)
        assert ng.changes(together, msisdn="m").table.num_rows == 1
        assert ng.expand(["9876543210"], together, msisdn="m").account["rows_used"] == 2
        for source in others:
            with pytest.raises(UnsupportedTypeError, match=r"column 'at': it is .* here and .* before"):
                ng.changes(source, msisdn="m")
        for source in [*sources(tmp_path, *tables)][1:]:
            with pytest.raises(UnsupportedTypeError, match=r"column 'at': it is .* here and .* before"):
                ng.expand(["9876543210"], source, msisdn="m")


def test_a_column_of_dictionaries_goes_with_one_of_views_in_any_order() -> None:
    """The message was that one of them uses something that cannot be read; files of the same rows were read."""
    cells = ["9876543210", None, "9000000001"]
    kinds: list[Any] = [
        pa.array(cells).dictionary_encode(),
        pa.array(cells).dictionary_encode().cast(pa.dictionary(pa.int8(), pa.string())),
        pa.DictionaryArray.from_arrays(pa.array([0, 1, 2]), pa.array(cells, pa.string_view())),
        pa.array(cells, pa.string_view()),
        pa.array(cells, pa.large_string()),
    ]
    for first, then in itertools.permutations(kinds, 2):
        tables = [pa.table({"m": column}) for column in (first, then)]
        found = ng.scan([*tables, tables[1].slice(1)], {"m": LISTED}, all_rows=True).read_all()
        assert found["m"].type == first.type
        assert found["m"].to_pylist() == cells * 2 + cells[1:]


def test_whole_floats_in_dictionaries_become_text_with_all_their_digits() -> None:
    floats = pa.array([9876543210.0]).dictionary_encode()
    found = ng.scan([pa.table({"m": cells}) for cells in (pa.array(["x"]), floats)], {"m": LISTED}).read_all()
    assert found["m"].to_pylist() == ["9876543210"]


def test_csv_is_parsed_in_the_types_of_the_dataset_and_not_cast(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text("m,of\n9876543210,2026-06-01\n")
    for zone, is_read in ((None, True), ("UTC", False)):
        schema = pa.schema([("m", pa.string()), ("of", pa.timestamp("s", zone))])
        scan = ng.scan(ds.dataset(path, format="csv", schema=schema), {"m": LISTED})
        if is_read:
            assert scan.read_all()["of"].to_pylist() == [datetime(2026, 6, 1)]
        else:
            with pytest.raises(UnsupportedTypeError, match=r"column 'of': it is date32\[day\] here"):
                scan.read_all()


def test_the_text_of_csv_is_read_whatever_pyarrow_takes_it_for(tmp_path: Path) -> None:
    for n, cell in enumerate(("x", "true", "2026-06-01", "2026-06-01 05:00:00", "1.50")):
        (tmp_path / f"{n}.csv").write_text(f"m,of\n9876543210,{cell}\n")
    found = ng.scan(ds.dataset(tmp_path, format="csv"), {"m": LISTED}).read_all()
    assert found["of"].to_pylist() == ["x", "true", "2026-06-01", "2026-06-01 05:00:00", "1.50"]


def test_a_rounded_float_becomes_no_number_beside_integers(tmp_path: Path) -> None:
    """A float of 2**53 or more is refused alone: an integer that is made of it may be another handset's."""
    first = pa.table({"m": [35824005111111, 9007199254740993]})
    listed = ng.ImeiSet(["9007199254740993"])
    rounded: Any = pa.array([9007199254740994.0, None])
    for cells in (rounded, rounded.dictionary_encode()):
        then = pa.table({"m": cells})
        assert ng.scan(then, {"m": listed}).read_all().num_rows == 0
        for source in sources(tmp_path, first, then):
            with pytest.raises(
                InputError, match=r"column 'm': has floats of more than fifteen digits|another type than"
            ):
                ng.scan(source, {"m": listed}).read_all()
    exact = pa.table({"m": [9876543210.0, None]})
    for source in sources(tmp_path, pa.table({"m": [9812345678]}), exact):
        if not isinstance(source, (str, ds.Dataset)):
            assert ng.scan(source, {"m": ng.NumberSet(["9876543210"])}).read_all().num_rows == 1
