"""Typed columns of operators' files: uint64 holds keys, which are not read again; and tables and streams in memory."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

import numguard as ng
from numguard.cdr import Cdr
from numguard.cli import run
from numguard.errors import ArgumentError, InputError, NumguardError, UnsupportedTypeError

#: Of Singapore: as written digits of India, an Indian mobile number.
ABROAD, HERE = 6591234567, 919876543210
KEYS = pa.array([ABROAD, HERE], pa.uint64())
CALLS = pa.table(
    {
        "served_msisdn": KEYS,
        "imei14": pa.array([1064800111111, 35824005111111], pa.uint64()),
        "other_msisdn": KEYS.take(pa.array([1, 0])),
        "at": pa.array([datetime(2026, 6, 1, 10), datetime(2026, 6, 2, 10)], pa.timestamp("us")),
    }
)


def keys_of(records: Cdr) -> dict[str, list[Any]]:
    return records.read_all().select(["served_msisdn", "imei14", "other_msisdn"]).to_pydict()


@pytest.mark.parametrize("coded", [False, True])
@pytest.mark.parametrize("is_named", [False, True])
def test_keys_in_uint64_are_not_read_again(tmp_path: Path, is_named: bool, coded: bool) -> None:
    table, layout = CALLS, None
    if is_named:
        table = CALLS.rename_columns(["who", "phone", "whom", "when"])
        layout = {"served": "who", "imei": "phone", "other": "whom", "at": "when"}
    if coded:
        table = table.set_column(0, table.column_names[0], table[0].dictionary_encode())
    pq.write_table(table, tmp_path / "calls.parquet")
    records = ng.read_cdr(tmp_path / "calls.parquet", layout)
    assert keys_of(records) == CALLS.drop_columns("at").to_pydict()
    assert records.refused.num_rows == 0


def test_national_digits_in_uint64_are_refused_and_in_int64_read(tmp_path: Path) -> None:
    for kind, served in ((pa.uint64(), []), (pa.int64(), [HERE])):
        table = CALLS.slice(1).set_column(0, "served_msisdn", pa.array([9876543210], kind))
        pq.write_table(table, tmp_path / "calls.parquet")
        records = ng.read_cdr(tmp_path / "calls.parquet")
        assert keys_of(records)["served_msisdn"] == served
        assert records.refused["note"].to_pylist() == ["plus_without_country_code"] * (1 - len(served))


@pytest.mark.parametrize("column", ["served_msisdn", "imei14", "other_msisdn"])
@pytest.mark.parametrize(
    ("kind", "why"),
    [
        (pa.decimal128(20, 0), "cast it to UInt64 if it is canonical"),
        (pa.float32(), "it has rounded the digits"),
        (pa.opaque(pa.uint64(), "n", "v"), "extension over UInt64"),
    ],
    ids=str,
)
def test_a_type_whose_text_may_be_another_number_is_an_error(column: str, kind: Any, why: str, tmp_path: Path) -> None:
    """A number of Singapore that Spark had written was an Indian one, and a float the number of someone else."""
    keys = CALLS[column].combine_chunks()
    is_extension = isinstance(kind, pa.BaseExtensionType)
    cells: Any = pa.ExtensionArray.from_storage(kind, keys) if is_extension else keys.cast(kind, safe=False)
    table = CALLS.set_column(CALLS.column_names.index(column), column, cells)
    pq.write_table(table, tmp_path / "calls.parquet")
    for source in (table, tmp_path / "calls.parquet"):
        with pytest.raises(UnsupportedTypeError, match=f"'{column}'.*{why}"):
            ng.read_cdr(source)


def test_other_columns_of_uint64_are_as_they_were(tmp_path: Path) -> None:
    more = CALLS.append_column("duration_s", pa.array([61, 7200], pa.uint64()))
    more = more.append_column("imsi", pa.array([404110123456789, 404110123456780], pa.uint64()))
    pq.write_table(more, tmp_path / "calls.parquet")
    found = ng.read_cdr(tmp_path / "calls.parquet").read_all()
    assert found["duration_s"].to_pylist() == [61, 7200]
    assert found["imsi"].to_pylist() == ["404110123456789", "404110123456780"]


def in_memory(folder: Path) -> dict[str, Callable[[], Any]]:
    pq.write_table(CALLS, folder / "calls.parquet")
    return {
        "table": lambda: CALLS,
        "batch": lambda: CALLS.combine_chunks().to_batches()[0],
        "stream": CALLS.to_reader,
        "dataset": lambda: ds.dataset(folder / "calls.parquet"),
        "scanner": lambda: ds.dataset(folder / "calls.parquet").scanner(),
        "iterable": lambda: iter(CALLS.to_batches(max_chunksize=1)),
        "list": lambda: CALLS.to_batches(max_chunksize=1),
        "pandas": CALLS.to_pandas,
        "polars": lambda: pl.from_arrow(CALLS),
    }


KINDS = ("table", "batch", "stream", "dataset", "scanner", "iterable", "list", "pandas", "polars")


@pytest.mark.parametrize("kind", KINDS)
def test_tables_and_streams_are_read_as_files_are(kind: str, tmp_path: Path) -> None:
    records = ng.read_cdr(in_memory(tmp_path)[kind]())
    expected = ng.read_cdr(tmp_path / "calls.parquet").read_all()
    for _ in range(2):  # a `Cdr` can be read again, also of a stream
        found = records.read_all()
        assert found.drop_columns("source").equals(expected.drop_columns("source"))
    assert set(found["source"].to_pylist()) == {str(tmp_path / "calls.parquet") if kind == "dataset" else "table"}
    assert records.summary.account["rows_read"] == 2
    assert records.paths == ()


def test_a_row_of_a_table_is_refused_by_its_number() -> None:
    served = pa.array(["98765", "9876543210"])
    records = ng.read_cdr(CALLS.set_column(0, "served_msisdn", served))
    assert keys_of(records)["served_msisdn"] == [HERE]
    assert records.refused.to_pylist() == [
        {"source": "table", "row": 1, "column": "served_msisdn", "note": "short_code"}
    ]
    linked = ng.expand([HERE], ng.read_cdr(CALLS)).handsets["imei14"].to_pylist()
    assert linked == [35824005111111]


def test_what_is_no_table_of_calls_is_an_error() -> None:
    with pytest.raises(InputError, match="table: no header row of a known layout"):
        ng.read_cdr(pa.table({"a": ["1"], "b": ["2"]}))
    for source in (5, None, iter(["a.csv"]), pa.array([1])):
        with pytest.raises(NumguardError):
            ng.read_cdr(source)  # type: ignore[arg-type]


def test_a_list_of_numbers_alone_has_a_column_that_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As of Parquet: `common` answers in which lists a number stands."""
    monkeypatch.chdir(tmp_path)
    Path("title.csv").write_text("Customers\nof June\nmobile,name\n9876543210,A\n98765,B\n")
    Path("alone.csv").write_text("mobile\n9876543210\n+65 9123 4567\n")
    assert run(["common", "title.csv", "alone.csv", "--msisdn", "mobile", "--refused", "refused.csv"]) == 0
    assert '919876543210,2,"title.csv; alone.csv",2,,' in capsys.readouterr().out
    assert Path("refused.csv").read_text().splitlines()[1:] == ['"title.csv",5,"short_code"']
    records = ng.read_cdr("alone.csv", {"served": "mobile"})
    assert records.read_all()["served_msisdn"].to_pylist() == [HERE, ABROAD]
    assert records.summary.files[0].missing == ["IMEIs", "times"]


@pytest.mark.parametrize(
    ("call", "parameter"),
    [
        (lambda: ng.read_cdr(None), "path"),
        (lambda: ng.expand(["9876543210"], None), "sightings"),
        (lambda: ng.changes(None), "sightings"),
        (lambda: ng.common([None, 5]), "sources"),
        (lambda: ng.common([]), "sources"),
    ],
)
def test_an_argument_that_is_no_source_is_named(call: Callable[[], object], parameter: str) -> None:
    with pytest.raises(ArgumentError, match=rf"^{parameter}: "):
        call()
