"""Columns of nested types at any offset: a scan returns the rows of the table, whatever the slices they come in."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import numguard as ng
from numguard.errors import InputError

ROWS = 20
NUMBERS = pa.array([f"98765{n:05}" for n in range(ROWS)])
LISTED = ng.NumberSet([f"98765{n:05}" for n in range(0, ROWS, 3)])
DEEP = pa.struct([("a", pa.struct([("b", pa.int64()), ("c", pa.string())]))])


def deep(count: int) -> Any:
    """Structs in structs, with nulls in both."""
    rows = [None if n % 7 == 6 else {"a": None if n % 5 == 4 else {"b": n, "c": str(n)}} for n in range(count)]
    return pa.array(rows, DEEP)


def offsets(step: int) -> Any:
    return pa.array(range(0, ROWS * step + 1, step), pa.int32())


KINDS = pa.array([n % 2 for n in range(ROWS)], pa.int8())
RUNS = pa.array([3, 9, ROWS], pa.int32())
THIRDS = pa.array([n % 3 for n in range(ROWS)], pa.int32())

COLUMNS: dict[str, Any] = {
    "struct": deep(ROWS).field(0),
    "struct of structs": deep(ROWS),
    "struct of structs of structs": pa.StructArray.from_arrays([deep(ROWS)], ["x"]),
    "struct of lists": pa.StructArray.from_arrays([pa.ListArray.from_arrays(offsets(2), deep(2 * ROWS))], ["x"]),
    "list": pa.ListArray.from_arrays(offsets(2), deep(2 * ROWS)),
    "list of structs at an offset": pa.ListArray.from_arrays(offsets(1), deep(ROWS + 5).slice(3, ROWS)),
    "large list": pa.LargeListArray.from_arrays(offsets(2).cast(pa.int64()), deep(2 * ROWS)),
    "list view": pa.array([[n, n + 1] for n in range(ROWS)], pa.list_view(pa.int64())),
    "fixed-size list": pa.FixedSizeListArray.from_arrays(deep(2 * ROWS), 2),
    "map": pa.MapArray.from_arrays(offsets(1), pa.array([str(n) for n in range(ROWS)]), deep(ROWS)),
    "dense union": pa.UnionArray.from_dense(
        KINDS, pa.array([n // 2 for n in range(ROWS)], pa.int32()), [deep(ROWS), pa.array(range(ROWS))]
    ),
    "sparse union": pa.UnionArray.from_sparse(KINDS, [deep(ROWS), pa.array(range(ROWS))]),
    "run-end encoded": pa.RunEndEncodedArray.from_arrays(RUNS, deep(3)),
    "struct of run-end encoded": pa.StructArray.from_arrays(
        [pa.RunEndEncodedArray.from_arrays(RUNS, pa.array(["x", "y", "z"]))], ["x"]
    ),
    "dictionary": pa.DictionaryArray.from_arrays(THIRDS, deep(3)),
    "dictionary of structs at an offset": pa.DictionaryArray.from_arrays(THIRDS, deep(9).slice(2, 3)),
    "structs without fields": pa.array([{"a": {}}] * ROWS, pa.struct([("a", pa.struct([]))])),
}


def rows_of(table: pa.Table, *, every: bool) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = table.to_pylist()
    return [row for row in rows if every or int(row["num"][5:]) % 3 == 0]


def scanned(source: Any, *, every: bool) -> list[dict[str, Any]]:
    found = ng.scan(source, {"num": LISTED}, all_rows=every).read_all()
    found.validate(full=True)
    return found.drop_columns(["num_match"]).to_pylist()


@pytest.mark.parametrize("every", [False, True])
@pytest.mark.parametrize("name", COLUMNS)
def test_rows_are_those_of_the_table(name: str, every: bool) -> None:
    table = pa.table({"num": NUMBERS, "nested": COLUMNS[name]})
    for offset, length in ((0, ROWS), (0, 9), (1, 9), (7, 13), (8, 5)):
        part = table.slice(offset, length)
        assert scanned(part, every=every) == rows_of(part, every=every), (offset, length)
    steps = table.to_batches(max_chunksize=6)
    assert scanned(steps, every=every) == rows_of(table, every=every)


@pytest.mark.parametrize("every", [False, True])
def test_row_groups_with_a_dictionary(tmp_path: Path, every: bool) -> None:
    words = pa.array([f"v{n % 4}" for n in range(ROWS)]).dictionary_encode()
    table = pa.table({"num": NUMBERS, "nested": deep(ROWS), "word": words})
    pq.write_table(table, tmp_path / "calls.parquet", row_group_size=6)
    assert scanned(tmp_path / "calls.parquet", every=every) == rows_of(table, every=every)


def test_a_large_table_is_cut_into_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["numguard.scanning.run"], "_ROWS_AT_ONCE", 6)
    table = pa.table({"num": NUMBERS, "nested": deep(ROWS)})
    assert scanned(table, every=False) == rows_of(table, every=False)


def test_numbers_in_runs_are_read_at_their_offset(tmp_path: Path) -> None:
    runs = pa.RunEndEncodedArray.from_arrays(RUNS, NUMBERS[:3])
    table = pa.table({"num": runs, "n": pa.array(range(ROWS)).dictionary_encode()})
    expected = [{"num": "9876500000", "n": n, "num_match": 919876500000} for n in range(3)]
    assert ng.scan(table.to_batches(max_chunksize=2), {"num": LISTED}).read_all().to_pylist() == expected
    ng.scan(table.slice(1, 9), {"num": LISTED}, all_rows=True).write(tmp_path / "marked.arrow")
    with pa.ipc.open_file(tmp_path / "marked.arrow") as file:
        assert file.read_all()["num"].to_pylist() == table["num"].slice(1, 9).to_pylist()


def test_runs_of_another_type_are_an_error() -> None:
    texts = (pa.string(), pa.large_string())
    first, other = (pa.RunEndEncodedArray.from_arrays(RUNS, NUMBERS[:3].cast(to)) for to in texts)
    batches = [pa.record_batch({"num": first}), pa.record_batch({"num": other}).slice(5)]
    with pytest.raises(InputError, match="another type"):
        ng.scan(batches, {"num": LISTED}).read_all()


def test_invalid_arrays_are_not_written_anew() -> None:
    # Its first and last offset are valid.
    offsets = pa.py_buffer(bytes(4) + b"\xff\xff\xff\x7f" * (ROWS - 1) + bytes(4))
    wrong = pa.Array.from_buffers(pa.list_(pa.int64()), ROWS, [None, offsets], children=[pa.array([1])])
    table = pa.table({"num": NUMBERS, "nested": pa.StructArray.from_arrays([deep(ROWS), wrong], ["x", "y"])})
    with pytest.raises(InputError, match="does not match its schema"):
        ng.scan(table.slice(1, 9), {"num": LISTED}).read_all()
