"""Types of Parquet of which the readers' own types would lose something, and columns that are encrypted."""

from __future__ import annotations

import base64
import gzip
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

import numguard as ng
from numguard.errors import InputError, UnsupportedTypeError

LISTED = ng.NumberSet(["9876543210"])
FAR, OLD, NEAR = datetime(9999, 12, 31), datetime(1600, 1, 1, 5, 0, 0, 123456), datetime(2026, 6, 1, 5)
TIMES: Any = pa.array([FAR, OLD, NEAR], pa.timestamp("us"))
CALLS = pa.table({
    "m": ["9876543210"] * 3,
    "imei14": [35824005111111] * 3,
    "at": TIMES,
    "in_zone": TIMES.cast(pa.timestamp("us", "Asia/Kolkata")),
    "several": pa.array([[time.as_py()] for time in TIMES], pa.list_(pa.timestamp("us"))),
    "of": pa.StructArray.from_arrays([pa.array([1, 2, 3]), TIMES], ["n", "at"]),
})  # fmt: skip


def write_int96(path: Path, *, store_schema: bool = False, table: pa.Table = CALLS) -> Path:
    pq.write_table(table, path, use_deprecated_int96_timestamps=True, store_schema=store_schema)
    return path


@pytest.mark.parametrize("store_schema", [False, True])
def test_times_in_int96_are_microseconds_however_a_file_is_read(store_schema: bool, tmp_path: Path) -> None:
    """The last day of the year 9999 was one of 1816."""
    path = write_int96(tmp_path / "calls.parquet", store_schema=store_schema)
    (tmp_path / "calls.parquet.gz").write_bytes(gzip.compress(path.read_bytes()))
    expected = CALLS.select(["at", "several", "of"]).to_pylist()
    tables = []
    for all_rows in (False, True):
        for source in (path, tmp_path / "calls.parquet.gz", ds.dataset(path), path.as_uri()):
            found = ng.scan(source, {"m": LISTED}, all_rows=all_rows).read_all()
            assert found.select(["at", "several", "of"]).to_pylist() == expected
            if source is path:
                tables.append(found)
    assert tables[0].equals(tables[1])
    assert tables[0].schema.field("in_zone").type == pa.timestamp("us", "Asia/Kolkata" if store_schema else None)


def test_nanoseconds_in_int96_are_cut_to_microseconds_on_every_path(tmp_path: Path) -> None:
    nanoseconds = pa.array([1_790_000_000_123_456_789], pa.timestamp("ns"))
    path = write_int96(tmp_path / "calls.parquet", table=pa.table({"m": ["9876543210"], "at": nanoseconds}))
    for source in (path, ds.dataset(path)):
        for all_rows in (False, True):
            found = ng.scan(source, {"m": LISTED}, all_rows=all_rows).read_all()["at"]
            assert found.cast(pa.int64()).to_pylist() == [1_790_000_000_123_456]


def test_times_in_int96_are_compared_as_what_they_are(tmp_path: Path) -> None:
    path = write_int96(tmp_path / "calls.parquet")
    for source in (path, ds.dataset(path)):
        since = {"m": (["9876543210"], [date(2020, 1, 1)])}
        found = ng.scan(source, {"m": LISTED}, at="at", since=since).read_all()
        assert found["at"].to_pylist() == [FAR, NEAR]
        expansion = ng.expand(["9876543210"], source, msisdn="m")
        assert expansion.refused == {"clock_not_set": 1, "in_the_future": 1}
        assert expansion.account["rows_used"] == 1
        periods = ng.changes(source, msisdn="m")
        assert periods.account["refused_rows"] == {"clock_not_set": 1, "in_the_future": 1}
        assert len(periods) == 1


def test_a_filtered_dataset_with_int96_has_to_be_opened_with_microseconds(tmp_path: Path) -> None:
    """A filter cannot be taken off a dataset, and it compares the other dates."""
    path = write_int96(tmp_path / "calls.parquet")
    is_filled: Any = ds.field("m").is_valid()
    with pytest.raises(UnsupportedTypeError, match=r"calls\.parquet: column 'at': it holds times as INT96"):
        ng.scan(ds.dataset(path).filter(is_filled), {"m": LISTED}).read_all()
    without = ng.scan(ds.dataset(path).filter(is_filled), {"m": LISTED}, columns=["imei14"])
    assert without.read_all().num_rows == 3
    in_microseconds: Any = ds.ParquetFileFormat(coerce_int96_timestamp_unit="us")
    opened = ds.dataset(path, format=in_microseconds).filter(is_filled)
    assert ng.scan(opened, {"m": LISTED}).read_all()["at"].to_pylist() == [FAR, OLD, NEAR]


@pytest.mark.parametrize("ending", [".jsonl", ".xlsx", ".parquet", ".arrow"])
def test_an_interval_is_its_twelve_bytes_on_every_path(ending: str, tmp_path: Path) -> None:
    """It lost its months, and no format but those of Arrow had a place for what was left."""
    path, interval = tmp_path / "orders.parquet", "interval '1 month 2 days'"
    duckdb.sql(f"copy (select '9876543210' as m, {interval} as valid, [{interval}] as of) to '{path}'")
    cell = bytes([1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0])
    for all_rows in (False, True):
        for source in (path, ds.dataset(path)):
            found = ng.scan(source, {"m": LISTED}, all_rows=all_rows).read_all()
            assert found.select(["valid", "of"]).to_pylist() == [{"valid": cell, "of": [cell]}]
            written = tmp_path / f"hits{ending}"
            written.unlink(missing_ok=True)
            ng.scan(source, {"m": LISTED}, all_rows=all_rows, columns=["m", "valid"]).write(written)
            assert written.stat().st_size > 0
    with pytest.raises(InputError, match="column 'valid': holds bytes that are no UTF-8 text"):
        ng.scan(path, {"m": LISTED}, columns=["m", "valid"]).write(tmp_path / "hits.csv")


def _encrypted(path: Path, column: str) -> Path:
    """A file of which one column is encrypted, and the footer is not."""
    import pyarrow.parquet.encryption as pe

    client: Any = pe.KmsClient

    class Keys(client):  # type: ignore[misc]
        def wrap_key(self, key_bytes: bytes, _master_key_identifier: str) -> bytes:
            return base64.b64encode(key_bytes)

        def unwrap_key(self, wrapped_key: bytes, _master_key_identifier: str) -> bytes:
            return base64.b64decode(wrapped_key)

    config = pe.EncryptionConfiguration(
        footer_key="footer", column_keys={"key": [column]}, plaintext_footer=True, double_wrapping=False
    )
    factory: Any = pe.CryptoFactory(lambda _config: Keys())
    properties = factory.file_encryption_properties(pe.KmsConnectionConfig(), config)
    table = pa.table({"m": ["9876543210"], "imei14": [35824005111111], "x": ["a"]})
    with pq.ParquetWriter(path, table.schema, encryption_properties=properties) as writer:
        writer.write_table(table)
    return path


def test_a_file_with_an_encrypted_column_is_named_as_what_it_is(tmp_path: Path) -> None:
    """A required field was missing, and the file was to be got anew."""
    for column in ("m", "x"):
        path = _encrypted(tmp_path / f"{column}.parquet", column)
        for all_rows in (False, True):
            with pytest.raises(InputError, match=rf"{column}\.parquet: is encrypted Parquet: decrypt it first"):
                ng.scan(path, {"m": LISTED}, all_rows=all_rows).read_all()
    with pytest.raises(InputError, match=r"m\.parquet: is encrypted Parquet: decrypt it first"):
        ng.expand(["9876543210"], tmp_path / "m.parquet", msisdn="m", at=None)
    # What is not encrypted is read.
    found = ng.scan(tmp_path / "x.parquet", {"m": LISTED}, columns=["imei14"]).read_all()
    assert found["imei14"].to_pylist() == [35824005111111]


def test_a_type_that_arrow_has_not_is_named_and_no_damage(tmp_path: Path) -> None:
    """Polars declares Int128, for which the readers panicked: the file was damaged."""
    wide = pl.Series([1], dtype=pl.Int128)
    calls = pl.DataFrame({"m": ["9876543210"], "imei14": [35824005111111], "at": [NEAR], "wide": wide})
    path, arrow = tmp_path / "calls.parquet", tmp_path / "calls.arrow"
    calls.write_parquet(path)
    calls.write_ipc(arrow)
    advice = "has a type that Arrow has not, such as Int128"
    for all_rows in (False, True):
        with pytest.raises(UnsupportedTypeError, match=rf"calls\.parquet: column 'wide' {advice}"):
            ng.scan(path, {"m": LISTED}, columns=["m"], all_rows=all_rows)
        with pytest.raises(InputError, match=rf"calls\.arrow: a column of the Arrow file {advice}"):
            ng.scan(arrow, {"m": LISTED}, columns=["m"], all_rows=all_rows)
    for verb in (ng.changes, lambda source, **names: ng.expand(["9876543210"], source, **names)):
        with pytest.raises(UnsupportedTypeError, match=f"column 'wide' {advice}"):
            verb(path, msisdn="m")
    with pytest.raises(UnsupportedTypeError, match=f"column 'wide' {advice}"):
        ng.scan(calls, {"m": LISTED}).read_all()
