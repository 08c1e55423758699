"""`common` and `changes` give the same answer for the same rows, in whatever they come, and on every path."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.dataset as ds
import pyarrow.feather as feather
import pyarrow.parquet as pq
import pytest

import numguard as ng
from numguard.errors import ArgumentError, ColumnError, InputError, NumguardError, UnsupportedTypeError
from numguard.source import part
from workbooks import book_of

#: The module, of which the package has the function by the same name.
COMMON = sys.modules[ng.common.__module__]
START = datetime(2026, 9, 1, tzinfo=UTC)
NUMBERS = ["9876543210", "+91 98765 43210", "09812345678", "919123456789", "98765", "", None, "AD-HDFCBK", "9700012345"]
PHONES = ["35824005111111", "490154203237510", "352099001761481", "000000000000000", "12", None, "35824005111111"]


def test_a_workbook_whose_times_are_text_keeps_its_warnings(tmp_path: Path) -> None:
    row = ["9876543210", "49015420323751", "2026-09-01 10:00", "=1+1"]
    path = tmp_path / "seen.xlsx"
    book_of(["served_msisdn", "imei14", "at", "note"], row).save(path)
    for account in (ng.expand(["9876543210"], path).account, ng.changes(path).account):
        assert [warning for warning in account["warnings"] if "without a value" in warning]


def test_rows_of_a_list_of_batches_are_counted_through_by_every_verb() -> None:
    keys = {"served_msisdn": ["9876543210", "12"], "imei14": ["35824005111111"] * 2}
    moments = pa.array([START, START], pa.timestamp("us", "UTC"))
    batch = pa.RecordBatch.from_pydict({**keys, "at": moments})
    for found in (
        ng.expand(["9876543210"], [batch, batch], list_refused=True),
        ng.changes([batch, batch], list_refused=True),
    ):
        assert found.refused_rows["row"].to_pylist() == [2, 4]


def mess(seed: int, rows: int = 400) -> pa.Table:
    rng = random.Random(seed)
    return pa.table(
        {
            "served_msisdn": pa.array([rng.choice(NUMBERS) for _ in range(rows)]),
            "imei14": pa.array([rng.choice(PHONES) for _ in range(rows)]),
            "at": pa.array(
                [None if rng.random() < 0.05 else START + timedelta(hours=rng.randrange(900)) for _ in range(rows)],
                pa.timestamp("us", "UTC"),
            ),
        }
    )


def forms(table: pa.Table, folder: Path, name: str) -> Iterator[Any]:
    """The same rows in every form that has types."""
    coded = table
    for n, column in enumerate(("served_msisdn", "imei14")):
        coded = coded.set_column(n, column, table[column].combine_chunks().dictionary_encode())
    pq.write_table(table, folder / f"{name}-plain.parquet", use_dictionary=False, row_group_size=7)
    pq.write_table(table, folder / f"{name}-coded.parquet", row_group_size=150)
    pq.write_table(coded, folder / f"{name}-dictionary.parquet")
    feather.write_feather(table, folder / f"{name}.arrow", chunksize=31)
    for ending in ("-plain.parquet", "-coded.parquet", "-dictionary.parquet", ".arrow"):
        yield folder / f"{name}{ending}"
    yield ds.dataset(folder / f"{name}-plain.parquet")
    yield table
    yield coded
    yield table.to_reader(max_chunksize=13)
    yield table.cast(pa.schema([("served_msisdn", pa.large_string()), ("imei14", pa.string_view()), table.schema[2]]))


@pytest.mark.parametrize("by", ["msisdn", "imei14"])
def test_every_form_gives_the_same_periods(tmp_path: Path, by: Any) -> None:
    table = mess(1)
    expected = ng.changes(table, by=by, list_refused=True)
    assert expected.table.num_rows > 20
    assert expected.account["rows_refused"] == expected.refused_rows.num_rows > 50
    unnamed = ["from_file", "to_file"]
    for source in forms(table, tmp_path, "a"):
        found = ng.changes(source, by=by, list_refused=True)
        assert found.table.drop_columns(unnamed) == expected.table.drop_columns(unnamed)
        assert found.account == expected.account
        assert found.refused_rows.select(["row", "note"]) == expected.refused_rows.select(["row", "note"])


def test_every_form_gives_the_same_keys(tmp_path: Path) -> None:
    first, second = mess(2), mess(3)
    expected = ng.common({"a": first, "b": second}, list_refused=True)
    assert len(expected) == 4
    for one, other in zip(forms(first, tmp_path, "a"), forms(second, tmp_path, "b"), strict=True):
        found = ng.common({"a": one, "b": other}, list_refused=True)
        assert found.table == expected.table
        assert found.proof.drop_columns(["file"]) == expected.proof.drop_columns(["file"])
        assert found.account == expected.account
        assert found.refused_rows.select(["row", "note"]) == expected.refused_rows.select(["row", "note"])


def test_text_is_numbered_by_its_lines(tmp_path: Path) -> None:
    lines = [
        "Title of the dump",
        "",
        "served_msisdn,imei14",
        "9876543210,1",
        "",
        "98765,1",
        "9812345678,1,2",
        "9876543210,1",
    ]
    for name in ("a", "b"):
        (tmp_path / f"{name}.csv").write_text("\n".join(lines))
    found = ng.common(f"{tmp_path}/*.csv", list_refused=True)
    assert found.proof["row"].to_pylist() == [4, 8, 4, 8]
    notes = {(row["row"], row["note"]) for row in found.refused_rows.to_pylist()}
    assert notes == {(6, "short_code"), (7, "too_many_fields")}
    with pytest.raises(UnsupportedTypeError, match="'imei14'"):
        ng.common(f"{tmp_path}/*.csv", at="imei14")


def test_columns_of_folders_are_columns(tmp_path: Path) -> None:
    for day in (1, 2):
        folder = tmp_path / f"at=2026-09-0{day}"
        folder.mkdir()
        seen = {"served_msisdn": [f"987654321{day}"], "imei14": ["35824005111111"]}
        pq.write_table(pa.table(seen), folder / "part.parquet")
    found = ng.common({"all": str(tmp_path), "first": pa.table({"served_msisdn": ["9876543211"]})})
    assert found.table["key"].to_pylist() == [919876543211]
    assert [at and at.day for at in found.proof["at"].to_pylist()] == [1, None]


def test_neither_threads_nor_memory_nor_the_filter_change_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(4)
    numbers = [919876500000 + rng.randrange(60_000) for _ in range(300_000)]
    table = pa.table(
        {
            "served_msisdn": pa.array(numbers, pa.uint64()),
            "imei14": pa.array([35824005000000 + n % 7919 * 3 for n in numbers], pa.uint64()),
            "at": pa.array([rng.randrange(10**9) * 10**6 for _ in numbers], pa.timestamp("us", "UTC")),
        }
    )
    expected = ng.changes(table, by="imei14", threads=1)
    assert ng.changes(table, by="imei14", threads=2, memory_limit=1_000_000).table == expected.table
    halves = [table[:150_000], table[150_000:]]
    for at_least in (1, 2):
        one = ng.common(halves, at_least=at_least, threads=1)
        assert ng.common(halves, at_least=at_least, threads=3).table == one.table
        proof = one.proof
        with monkeypatch.context() as patch:
            patch.setattr(COMMON, "_ROWS_KEPT", 10)
            patch.setattr(part, "_STEP", 1000)
            again = ng.common(halves, at_least=at_least)
            assert again.table == one.table
            assert again.proof == proof
            streams = ng.common([half.to_reader(max_chunksize=777) for half in halves], at_least=at_least)
            assert streams.proof == proof


def test_a_file_that_changes_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(COMMON, "_ROWS_KEPT", 0)
    paths = [tmp_path / "a.parquet", tmp_path / "b.parquet"]
    for path in paths:
        pq.write_table(pa.table({"served_msisdn": ["9876543210"] * 3}), path)
    found = ng.common(paths)
    pq.write_table(pa.table({"served_msisdn": ["9876543210"] * 2}), paths[0])
    with pytest.raises(InputError, match="changed"):
        _ = found.proof


def test_times_of_every_type(tmp_path: Path) -> None:
    naive = [datetime(2026, 9, 1, 10), datetime(2026, 9, 3, 10), None]
    base = pa.table({"served_msisdn": ["9876543210"] * 3, "imei14": ["35824005111111"] * 3})
    for unit in ("s", "ms", "us", "ns"):
        for zone in (None, "UTC", "Asia/Kolkata"):
            column = pa.array(naive, pa.timestamp(unit, zone))
            table = base.append_column("at", column)
            pq.write_table(table, tmp_path / "a.parquet")
            for source in (table, tmp_path / "a.parquet"):
                found = ng.changes(source)
                shift = timedelta(hours=5, minutes=30) if zone else timedelta()
                assert found.table["from"].to_pylist()[0].replace(tzinfo=None) == naive[0] + shift  # type: ignore[operator]
                assert found.account["refused_rows"] == {"no_time": 1}
    with pytest.raises(UnsupportedTypeError):
        ng.changes(base.append_column("at", pa.array([1, 2, 3])))


def test_bad_arguments() -> None:
    table = mess(5)
    for how in ({"memory_limit": -1}, {"memory_limit": 1.5}, {"threads": 0}, {"threads": True}):
        with pytest.raises(ArgumentError):
            ng.changes(table, **how)  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="threads: takes a whole number from 1 to 1024, or None"):
        ng.changes(table, threads=0)
    with pytest.raises(ArgumentError):
        ng.common([table, table], threads=-1)
    with pytest.raises(ColumnError):
        ng.changes(pa.table({"served_msisdn": [1], "imei14": [1], "AT": [1]}))
    with pytest.raises(UnsupportedTypeError, match="'served_msisdn'"):
        ng.common([table.set_column(0, "served_msisdn", pa.array([b"1"] * 400, pa.binary()))] * 1, at_least=1)


def test_an_empty_or_refused_source() -> None:
    none = mess(6)[:0]
    assert ng.changes(none).table.num_rows == 0
    found = ng.common([none, mess(7)])
    assert (len(found), found.proof.num_rows) == (0, 0)
    assert found.account["rows_read"] == 400


def test_national_numbers_in_uint64_are_warned_of() -> None:
    table = pa.table({"served_msisdn": pa.array([9876543210] * 5, pa.uint64())})
    with pytest.warns(UserWarning, match="E.164"):
        ng.common([table, table.slice(1)])


def test_csv_of_the_answer(tmp_path: Path) -> None:
    found = ng.changes(mess(8))
    pa_csv.write_csv(found.table, tmp_path / "out.csv")
    assert len((tmp_path / "out.csv").read_text().splitlines()) == len(found) + 1


@pytest.mark.parametrize("link", [Path.symlink_to, Path.hardlink_to])
def test_an_operator_file_is_not_common_with_itself(tmp_path: Path, link: Any) -> None:
    path, again = tmp_path / "calls.csv", tmp_path / "again.csv"
    path.write_text(
        "Target No,Call Type,B Party No,Date,Time,Dur(s),IMEI\n"
        "9876543210,OUT,1930,01/09/2026,10:00:00,1,358240051111110\n"
    )
    link(again, path)
    for sources in ([path, again], [ng.read_cdr(path), ng.read_cdr(again)], {"a": path, "b": ng.read_cdr(again)}):
        with pytest.raises(ArgumentError, match="given twice"):
            ng.common(sources)


def test_a_file_of_a_dataset_or_a_list_is_not_common_with_itself(tmp_path: Path) -> None:
    for name, number in {"a": "9876543210", "b": "9876543211"}.items():
        pq.write_table(pa.table({"served_msisdn": [number]}), tmp_path / f"{name}.parquet")
    path, both = tmp_path / "a.parquet", [tmp_path / "b.parquet", tmp_path / "a.parquet"]
    one, whole = ds.dataset(path), ds.dataset(tmp_path)
    for sources in ([one, ds.dataset(path)], [path, whole], [ds.dataset([whole]), str(path)], {"x": both, "y": path}):
        with pytest.raises(ArgumentError, match="given twice"):
            ng.common(sources)
    assert len(ng.common([one, ds.dataset(tmp_path / "b.parquet")])) == 0
    frame = pd.DataFrame({"served_msisdn": ["9876543210"], "paths": [5], "children": ["x"]})
    assert len(ng.common([frame, frame.copy()])) == 1


def test_a_copy_of_a_file_is_named_as_common_with_it(tmp_path: Path) -> None:
    """A dump that was saved twice has every subscriber of its cell in two sources."""
    numbers = {"a.csv": "9876543210", "copy.csv": "9876543210", "other.csv": "9812345678"}
    for name, number in numbers.items():
        rows = f"Target No,Call Type,B Party No,Date,Time,Dur(s),IMEI\n{number},OUT,1930,01/09/2026,10:00:00,1,\n"
        (tmp_path / name).write_text(rows)
    paths = [tmp_path / name for name in numbers]
    sentence = f"{paths[1]}: is equal to {paths[0]}, byte for byte: every number in it is common to both"
    readers = [ng.read_cdr(path) for path in paths]
    for sources in (tmp_path, paths, readers):
        found = ng.common(sources, msisdn="served_msisdn" if sources is readers else "Target No")
        assert [warning[: len(sentence)] for warning in found.account["warnings"]] == [sentence]


def test_a_table_is_not_common_with_itself() -> None:
    table = pa.table({"served_msisdn": ["9876543210"]})
    with pytest.raises(ArgumentError, match="given twice"):
        ng.common([table, table])
    assert len(ng.common([table, table.slice(0)])) == 1


def test_rows_that_a_reader_of_operator_files_refuses_are_in_the_account_of_every_verb(tmp_path: Path) -> None:
    rows = (
        "9876543210,358967101234560,01/06/2026,08:01:39,OUT\n"
        "9876543210,358967101234560,01/06/26,09:12:00,IN\n"
        "12,358967101234560,02/06/2026,09:12:00,IN\n"
    )
    path = tmp_path / "calls.csv"
    path.write_text(f"Call records\n\nTarget No,IMEI,Call Date,Call Time,Call Type\n{rows}")
    calls = ng.read_cdr(path)
    other = pa.table({"served_msisdn": ["9876543210"]})
    for source in (calls, [calls], (calls,)):
        scanned = ng.scan(source, {"served_msisdn": ng.NumberSet(["9876543210"])})
        scanned.read_all()
        summary = scanned.summary
        assert (summary.rows_read, summary.rows, summary.refused_rows) == (5, 1, {"two_digit_year": 1, "too_short": 1})
        assert scanned.refused_lines["row"].to_pylist() == [5, 6]
    with pytest.raises(ArgumentError, match="alone or in a list"):
        ng.scan(iter([calls]), {"served_msisdn": ng.NumberSet(["9876543210"])})
    for found, more in (
        (ng.expand(["9876543210"], calls), 0),
        (ng.expand(["9876543210"], [other.append_column("imei14", pa.array(["35896710123456"])), calls]), 1),
        (ng.common([calls, other]), 1),
        (ng.changes(calls), 0),
        (ng.changes(calls), 0),  # which reads the files again
    ):
        account = found.account
        assert account["refused_rows"] == {"two_digit_year": 1, "too_short": 1}
        assert account["not_data"] == {"title": 1, "blank": 1}
        assert (account["rows_read"], account["rows_used"], account["rows_refused"]) == (5 + more, 1 + more, 2)
        assert [(one["file"], one["row"]) for one in found.refused_rows.to_pylist()] == [(str(path), 5), (str(path), 6)]
    for strict in (
        lambda: ng.expand(["9876543210"], calls, strict=True),
        lambda: ng.common([calls, other], strict=True),
        lambda: ng.changes(calls, strict=True),
        lambda: ng.scan(calls, {"served_msisdn": ng.NumberSet(["9876543210"])}, strict=True).read_all(),
    ):
        with pytest.raises(InputError, match="2 of its rows cannot be read"):
            strict()


@pytest.mark.parametrize("call", ["scan", "expand", "changes", "common", "read_cdr"])
def test_text_that_is_no_unicode_is_an_error_without_the_cell(call: str) -> None:
    """The error of Python has the whole cell."""
    columns = {"served_msisdn": ["9123456789\udcff"], "imei14": ["490154203237518"], "at": ["2026-09-01"]}
    frame = pd.DataFrame({name: pd.Series(cells, dtype=object) for name, cells in columns.items()})
    calls: dict[str, Any] = {
        "scan": lambda: ng.scan([frame], {"served_msisdn": ng.NumberSet(["9123456789"])}).read_all(),
        "expand": lambda: ng.expand(["9876543210"], [frame]),
        "changes": lambda: ng.changes([frame]),
        "common": lambda: ng.common([frame, frame.copy()]),
        "read_cdr": lambda: ng.read_cdr(frame).read_all(),
    }
    with pytest.raises(NumguardError, match="UTF-8") as refused:
        calls[call]()
    assert "9123456789" not in repr(refused.value)
    assert refused.value.__cause__ is None


@pytest.mark.parametrize("cells", [[2**64, 9876543210], [1 + 0j]])
def test_columns_of_pandas_that_arrow_does_not_have(cells: list[Any]) -> None:
    dtype = object if isinstance(cells[0], int) else None
    for call in (ng.normalize, ng.NumberSet, ng.explain):
        with pytest.raises(UnsupportedTypeError, match="takes text or integers of one type"):
            call(pd.Series(cells, dtype=dtype))


def test_the_error_of_too_few_sources_names_what_one_is() -> None:
    with pytest.raises(ArgumentError, match=r"which is 1 \(an archive or workbook is one\)"):
        ng.common(["towers.zip"])


@pytest.mark.parametrize("row", [["x", "y"], [5, None], [1.5, 2.5]])
def test_columns_source_and_row_of_another_meaning_are_no_origin(row: list[Any]) -> None:
    """A text failed as a number, with the cell in the error, and a null was a row below zero."""
    seen = {"served_msisdn": ["9876543210", "12"], "imei14": ["35824005111111"] * 2, "at": [START] * 2}
    table = pa.table({**seen, "source": ["bank", "bank"], "row": row})
    found = ng.changes(table, list_refused=True)
    assert found.table.select(["from_row", "to_row"]).to_pylist() == [{"from_row": 1, "to_row": 1}]
    assert found.refused_rows["note"].to_pylist() == ["too_short"]
    assert ng.expand(["9876543210"], table, list_refused=True).refused_rows.num_rows == 1
    assert ng.common([table, table.slice(0)]).proof["row"].to_pylist() == [1, 1]
