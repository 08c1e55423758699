"""Iterables, datasets and streams: batches whose types differ, whose columns differ, that fail, or were read before."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

import numguard as ng
from numguard.errors import ArgumentError, ColumnError, InputError, UnsupportedTypeError

#: Indian mobiles that no cell below is: how bare digits of a canonical number of Singapore, and of two texts, read.
LISTED = ng.NumberSet(["6591234567", "9876540000"])
CANONICAL = pa.array([6591234567, 442079460018, 442079460019], pa.uint64())
FIRST = {
    "int64": pa.array([1]),
    "double": pa.array([1.0]),
    "decimal": pa.array([1], pa.decimal128(18, 0)),
    "string": pa.array(["1"]),
    "dictionary": pa.array(["1"]).dictionary_encode(),
}
DIFFERENT = [(first, CANONICAL) for first in FIRST.values()] + [
    (FIRST["int64"], pa.array(["006591234567"])),
    (FIRST["double"], pa.array(["9.87654E+09"])),
    (FIRST["decimal"], pa.array(["006591234567"], pa.string_view())),
]


def scan(source: Any) -> pa.Table:
    return ng.scan(source, {"a": LISTED}).read_all()


@pytest.mark.parametrize(("first", "then"), DIFFERENT)
def test_no_cell_is_cast_to_a_type_in_which_it_is_another_number(first: Any, then: Any, tmp_path: Path) -> None:
    tables = [pa.table({"a": first}), pa.table({"a": then})]
    with pytest.raises(InputError, match=r"column 'a': it is .* here and .* before"):
        scan(tables)
    with pytest.raises(InputError, match=r"column 'a': it is .* here and .* before"):
        scan(iter(reversed(tables)) if then is CANONICAL else iter(tables))
    paths = [tmp_path / "1.parquet", tmp_path / "2.parquet"]
    for table, path in zip(tables, paths, strict=True):
        pq.write_table(table, path, store_schema=False)
    for source in (ds.dataset(paths), ds.dataset(paths).filter(ds.field("a").is_valid()), f"file://{tmp_path}"):
        with pytest.raises(InputError, match=r"2\.parquet: column 'a': it is .* here and .* before|another type than"):
            scan(source)


@pytest.mark.parametrize("zones", [(None, "UTC"), ("Asia/Kolkata", None)])
def test_no_time_is_cast_over_the_edge_of_a_zone(zones: tuple[str | None, ...], tmp_path: Path) -> None:
    """A time of India that pyarrow takes as one of UTC is five and a half hours late."""
    paths = [tmp_path / "1.parquet", tmp_path / "2.parquet"]
    for path, zone in zip(paths, zones, strict=True):
        at = pa.array([1_790_000_000], pa.timestamp("s", zone))
        pq.write_table(pa.table({"served_msisdn": ["9876543210"], "imei14": [35824005111111], "at": at}), path)
    with pytest.raises(InputError, match=r"2\.parquet: column 'at': it is .* here and .* before"):
        ng.changes(ds.dataset(paths))
    with pytest.raises(InputError, match=r"column 'at': it is .* here and .* before"):
        ng.changes(pq.read_table(path) for path in paths)
    # Files that are given as files are read each by itself.
    assert len(ng.changes(paths)) == 1


def test_a_rounded_cell_in_a_later_chunk_of_pandas_is_not_its_rounded_number() -> None:
    chunks = pd.read_csv(io.StringIO("a\n1\n2\n9.87654E+09\nx\n"), chunksize=2)
    with pytest.raises(InputError, match="column 'a': it is large_string here and int64 before"):
        scan(chunks)


def test_digits_as_written_keep_their_reading_in_any_of_their_types() -> None:
    cells: list[Any] = [pa.array(["x"]), pa.array([6591234567]), pa.array([916591234567.0, 919876540000.0])]
    cells += [pa.array(["6591234567"], pa.large_string()), pa.nulls(2), pa.array(["9876540000"]).dictionary_encode()]
    found = scan([pa.table({"a": column}) for column in cells])
    assert found["a_match"].to_pylist() == [916591234567, 916591234567, 919876540000, 916591234567, 919876540000]
    whole = scan([pa.table({"a": pa.array([1])}), pa.table({"a": [6591234567.0, None]})])
    assert whole["a_match"].to_pylist() == [916591234567]


def test_a_column_that_is_not_read_may_have_any_type(tmp_path: Path) -> None:
    for n, other in enumerate((pa.array([1]), pa.array(["1"]))):
        pq.write_table(pa.table({"a": ["6591234567"], "b": other}), tmp_path / f"{n}.parquet")
    assert ng.scan(ds.dataset(tmp_path), {"a": LISTED}, columns=["a"]).read_all().num_rows == 2


def test_a_file_of_a_dataset_without_a_column_is_named(tmp_path: Path) -> None:
    for n, table in enumerate((pa.table({"a": ["6591234567"], "b": [1]}), pa.table({"A": ["6591234567"], "b": [1]}))):
        pq.write_table(table, tmp_path / f"{n}.parquet")
    for source in (ds.dataset(tmp_path), ds.dataset(tmp_path).filter(ds.field("b") == 1), f"file://{tmp_path}"):
        with pytest.raises(ColumnError, match=r"1\.parquet: no column 'a'; there are A, b"):
            scan(source)
    for circle in ("hr", "dl"):
        (tmp_path / f"circle={circle}").mkdir()
        (tmp_path / "0.parquet").replace(tmp_path / f"circle={circle}" / "0.parquet")
        pq.write_table(pa.table({"a": ["6591234567"], "b": [1]}), tmp_path / "0.parquet")
    (tmp_path / "0.parquet").unlink()
    (tmp_path / "1.parquet").unlink()
    found = scan(ds.dataset(tmp_path, partitioning="hive"))
    assert sorted(found["circle"].to_pylist()) == ["dl", "hr"]


def test_batches_may_have_their_columns_in_any_order_and_no_others() -> None:
    one, turned = pa.table({"a": ["6591234567"], "b": [1]}), pa.table({"b": [2], "a": ["9876540000"]})
    assert scan([one, turned])["b"].to_pylist() == [1, 2]
    for other in (one.drop_columns("b"), one.append_column("c", [[1]]), pa.table([["1"], ["1"]], ["a", "a"])):
        with pytest.raises(ColumnError, match="other columns than the first, which has a, b"):
            scan([one, other])


@pytest.mark.parametrize("on_error", ["raise", "skip"])
@pytest.mark.parametrize("error", [ValueError(), KeyError("a"), OSError(), UnicodeError(), MemoryError()])
def test_an_exception_of_the_callers_own_iterable_is_passed_on(error: Exception, on_error: Any) -> None:
    def batches() -> Iterator[pa.Table]:
        yield pa.table({"a": ["6591234567"]})
        raise error

    with pytest.raises(type(error)) as raised:
        ng.scan(batches(), {"a": LISTED}, on_error=on_error).read_all()
    assert raised.value is error


def test_a_stream_that_another_reader_has_taken_says_so() -> None:
    class Taken:
        def __init__(self) -> None:
            self.stream = pa.table({"a_party": ["9876543210"]}).__arrow_c_stream__()

        def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
            return self.stream

    taken = Taken()
    assert pa.table(taken).num_rows == 1
    with pytest.raises(ArgumentError, match="was read already"):
        ng.scan(taken, {"a_party": ng.NumberSet(["9876543210"])})


def test_a_reader_that_a_scan_has_read_is_an_error_and_not_empty() -> None:
    reader = pa.table({"a": ["6591234567"]}).to_reader()
    with pytest.raises(ColumnError):  # which reads no rows
        ng.scan(reader, {"b": LISTED})
    assert scan(reader).num_rows == 1
    with pytest.raises(ArgumentError, match="was read already"):
        scan(reader)


@pytest.mark.parametrize(
    ("column", "why"),
    [
        (pd.arrays.SparseArray([0]), "column 'b' is sparse: make it dense"),
        (np.array([1j]), "column 'b' has a type that Arrow has not"),
        (pd.Series([10**25], dtype=object), "column( 'b')? holds integers of more than 64 bits: make all of them text"),
        (pd.Series([object()]), "column 'b' holds values of more than one type"),
    ],
)
def test_a_column_of_pandas_without_an_arrow_type_is_named(column: Any, why: str) -> None:
    frame = pd.DataFrame({"a": ["6591234567"], "b": column})
    for source in (frame, iter([frame])):
        with pytest.raises(UnsupportedTypeError, match=why):
            scan(source)


@pytest.mark.parametrize(
    "column", [pl.Series(["1"]), pa.array(["1"]), pa.chunked_array([["1"]]), pd.Series(["1"]), LISTED]
)
def test_one_column_is_no_table(column: Any) -> None:
    with pytest.raises(UnsupportedTypeError, match="the source: is one column and no table"):
        scan(column)


def test_keys_in_a_dataset_of_csv_are_read_as_they_are_written(tmp_path: Path) -> None:
    """pyarrow makes integers of them: +65 8123 4567 would be an Indian mobile, and an IMEI another handset."""
    (tmp_path / "day=2").mkdir()
    rows = (
        "served_msisdn,imei14,at,n\n+6581234567,011240001111110,2026-06-01,7\n9876543210,011240001111110,2026-06-02,\n"
    )
    for path in ("day=2/a.csv", "day=2/b.csv"):
        (tmp_path / path).write_text(rows)
    read = ds.dataset(tmp_path, format="csv", partitioning="hive")
    assert read.schema.field("served_msisdn").type == pa.float64()
    listed = ng.NumberSet(["65812 34567", "9876543210"])
    hits = ng.scan(read, {"served_msisdn": listed}).read_all()
    assert hits.column("served_msisdn").to_pylist() == ["9876543210"] * 2
    assert hits.select(["n", "day"]).schema == pa.schema([("n", pa.int64()), ("day", pa.int32())])
    assert ng.scan(read, {"imei14": ng.ImeiSet(["011240001111110"])}).read_all().num_rows == 4
    seen = {6581234567, 919876543210}
    assert set(ng.changes(read).table["msisdn"].to_pylist()) == seen
    (tmp_path / "copy.csv").write_text(rows)
    one = ds.dataset(tmp_path / "copy.csv", format="csv")
    assert set(ng.common([read, one]).table["key"].to_pylist()) == seen
    assert ng.expand(["9876543210"], read, at=None).linked["msisdn"].to_pylist() == [6581234567]


def test_a_filtered_dataset_of_csv_needs_text_in_its_keys(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text("served_msisdn,imei14,at\n+6581234567,011240001111110,2026-06-01\n")
    listed = ng.NumberSet(["65812 34567"])
    read = ds.dataset(path, format="csv")
    for source in (read.filter(ds.field("at") > date(2020, 1, 1)), ds.dataset([read])):
        with pytest.raises(UnsupportedTypeError, match=r"numbers of the text in .*served_msisdn.* schema"):
            ng.scan(source, {"served_msisdn": listed})
    as_text = ds.dataset(path, format="csv", schema=pa.schema([(name, pa.string()) for name in read.schema.names]))
    for source in (as_text, as_text.filter(ds.field("at") > "2020"), ds.dataset([as_text])):
        assert ng.scan(source, {"served_msisdn": listed}).read_all().num_rows == 0


def test_a_type_that_changes_is_named_where_a_cell_does_not_fit(tmp_path: Path) -> None:
    """The error called it damage, and advised to get the file anew."""
    schema = pa.schema([("a", pa.string()), ("b", pa.int64())])
    (tmp_path / "1.csv").write_text("a,b\n9876543210,1\n")
    (tmp_path / "2.csv").write_text("a,b\n9812345678,x\n")
    batches = [pa.record_batch({"a": ["9876543210"], "b": column}) for column in (pa.array([1]), pa.array([1.5]))]
    for source in (ds.dataset(tmp_path, format="csv", schema=schema), iter(batches)):
        why = r"2\.csv: column 'b': it is string here and int64 before|has another type than in the first file"
        with pytest.raises(InputError, match=why):
            ng.scan(source, {"a": LISTED}).read_all()


OTHER_FIELDS = [
    ({"paid": 100}, {"refunded": 500}),
    ({"lat": 1, "lon": 2}, {"lon": 1, "lat": 2}),
    ([{"paid": 1}], [{"refunded": 1}]),
    ({"of": {"paid": 1}}, {"of": {"refunded": 1}}),
]


@pytest.mark.parametrize(("first", "then"), OTHER_FIELDS)
def test_no_field_of_a_struct_is_given_under_the_name_of_another(first: Any, then: Any, tmp_path: Path) -> None:
    tables = [pa.table({"a": ["9876543210"], "of": pa.array([cell])}) for cell in (first, then)]
    paths = [tmp_path / f"{k}.{ending}" for ending in ("parquet", "arrow") for k in (1, 2)]
    for table, path in zip([*tables, *tables], paths, strict=True):
        if path.suffix == ".parquet":
            pq.write_table(table, path)
        else:
            with pa.ipc.new_file(path, table.schema) as file:
                file.write_table(table)
    for source in (tables, iter(tables), paths[:2], paths[2:], paths[1:3], ds.dataset(paths[:2])):
        with pytest.raises(InputError, match=r"column 'of': it is \w+ with other fields here and \w+ "):
            scan(source)


def test_names_that_writers_give_to_items_and_entries_are_no_other_fields(tmp_path: Path) -> None:
    maps = [
        pa.map_(pa.string(), pa.int64()),
        pa.map_(pa.field("k", pa.string(), nullable=False), pa.field("v", pa.int64())),
    ]
    lists = [pa.list_(pa.field(name, pa.int64())) for name in ("item", "element")]
    for kinds, cell in ((maps, [("x", 1)]), (lists, [1])):
        tables = [pa.table({"a": ["9876540000"], "of": pa.array([cell], kind)}) for kind in kinds]
        for k, table in enumerate(tables):
            pq.write_table(table, tmp_path / f"{k}.parquet")
        for source in (tables, [tmp_path / "0.parquet", tmp_path / "1.parquet"]):
            assert scan(source)["of"].to_pylist() == [cell] * 2


def test_a_row_that_is_null_as_a_whole_is_named_as_what_it_is() -> None:
    rows = pa.array([{"a": "9876540000"}, None])
    assert scan(rows.drop_null()).num_rows == 1
    with pytest.raises(UnsupportedTypeError, match="the source: has rows that are null as a whole: leave them out"):
        scan(rows)


def test_a_query_that_fails_is_no_damaged_file() -> None:
    """The stream was damaged and to be got anew, or its columns were of other types than in a first file."""
    for fault in ("error('98765 43210')", "cast('98765x' as int)"):
        query = f"select '9876543210' a, case when i = 150000 then {fault} end b from range(200000) t(i)"
        with pytest.raises(
            InputError, match=r"^the source: the stream breaks off after row [0-9,]+: .* run that by itself"
        ):
            scan(duckdb.sql(query))
    schema = pa.schema({"a": pa.string()})

    def rows() -> Iterator[pa.RecordBatch]:
        yield pa.record_batch({"a": ["6591234567"]}, schema)
        raise pa.ArrowInvalid("cannot convert 98765 43210")

    with pytest.raises(InputError, match="breaks off after row 1: ") as raised:
        scan(pa.RecordBatchReader.from_batches(schema, rows()))
    assert "98765" not in str(raised.value)
