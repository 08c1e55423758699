"""Plain Arrow files are read cell by cell: the same hits as from the table, whatever is in the file."""

from __future__ import annotations

import datetime
import os
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import numguard as ng
from numguard._core import Scanner, is_plain_arrow
from numguard.errors import InputError

LISTED = ng.NumberSet([f"98{n:08d}" for n in range(50)])
HANDSETS = ng.ImeiSet(["35000000000001"])
CUTS = int(os.environ.get("NUMGUARD_DAMAGES", "300"))

#: Types of columns that are not keys, and how to draw a value.
OTHERS: dict[str, tuple[pa.DataType, Any]] = {
    "flag": (pa.bool_(), lambda r: r.random() < 0.5),
    "small": (pa.int8(), lambda r: r.randrange(-128, 128)),
    "amount": (pa.decimal128(20, 2), lambda r: Decimal(r.randrange(10**9)) / 100),
    "share": (pa.float32(), lambda r: float(r.randrange(1000))),
    "at": (pa.timestamp("us", "Asia/Kolkata"), lambda r: datetime.datetime(2026, 1, 1 + r.randrange(28))),
    "day": (pa.date32(), lambda r: datetime.date(2026, 1, 1 + r.randrange(28))),
    "name": (pa.string(), lambda r: "क" * r.randrange(4) + "x" * r.choice([0, 1, 40, 3000])),
    "long": (pa.large_string(), lambda r: "y" * r.randrange(30)),
    "raw": (pa.binary(), lambda r: bytes(r.randrange(9))),
    "code": (pa.binary(3), lambda r: bytes(3)),
    "view": (pa.string_view(), lambda r: "क" * r.randrange(4) + "x" * r.choice([0, 1, 11, 12, 13, 40, 3000])),
    "raw view": (pa.binary_view(), lambda r: bytes(r.randrange(30))),
}


def table(random: Random, rows: int, rate: float, nulls: float) -> pa.Table:
    """Rows of which so many are hits, and cells of which so many are null."""

    def column(draw: Any) -> list[Any]:
        return [None if random.random() < nulls else draw(random) for _ in range(rows)]

    def number(_: Random) -> str:
        ending = random.randrange(50) if random.random() < rate else random.randrange(50, 10**8)
        return f"{random.choice(['', '+91 ', '0'])}98{ending:08d}"

    columns = {
        "a": pa.array(column(number), random.choice([pa.string(), pa.large_string(), pa.string_view()])),
        "b": pa.array([None if cell is None else int(cell[-10:]) for cell in column(number)], pa.int64()),
        "imei": pa.array(column(lambda r: r.choice(["350000000000014", "350000000000022", "x"])), pa.string()),
    }
    for name in random.sample(sorted(OTHERS), random.randrange(len(OTHERS) + 1)):
        kind, draw = OTHERS[name]
        columns[name] = pa.array(column(draw), kind)
    names = random.sample(sorted(columns), len(columns))
    return pa.table({name: columns[name] for name in names})


def written(path: Path, *tables: pa.Table, chunk: int = 1 << 20, **options: Any) -> Path:
    with pa.ipc.new_file(path, tables[0].schema, options=pa.ipc.IpcWriteOptions(**options)) as writer:
        for rows in tables:
            writer.write_table(rows, max_chunksize=chunk)
    return path


def scanned(source: Any, **options: Any) -> tuple[pa.Table, dict[str, Any]]:
    scan = ng.scan(source, {"a": LISTED, "b": LISTED, "imei": HANDSETS}, **options)
    hits = scan.read_all()
    counts = scan.summary
    return hits.combine_chunks(), {
        name: getattr(counts, name) for name in ("rows", "hits", "hits_by_column", "refused", "distinct_keys")
    }


@pytest.mark.parametrize("seed", range(60))
def test_the_hits_are_those_of_the_table(tmp_path: Path, seed: int) -> None:
    random = Random(seed)
    rows = table(
        random, random.choice([0, 1, 7, 8, 9, 300, 3000]), random.choice([0, 0.01, 0.5, 1]), random.random() ** 3
    )
    # A slice has offsets that do not begin at 0 in memory.
    rows = rows.slice(random.randrange(3))
    path = written(tmp_path / "t.arrow", rows, rows.slice(0, 0), rows, chunk=random.choice([1, 5, 64, 1000, 1 << 20]))
    assert is_plain_arrow(path)
    options = {
        "threads": random.choice([1, 2, 5]),
        "columns": random.choice([None, [], ["a"], rows.column_names[::-1]]),
    }
    assert scanned(path, **options) == scanned(pa.concat_tables([rows, rows]), **options)


def test_views_may_share_bytes_in_any_order(tmp_path: Path) -> None:
    random = Random(5)
    cells = [f"+91 98000 000{n:02d}" + " " * 40 for n in range(50)] + ["9123456789", None, "x" * 5000]
    validity, words, texts = pa.array(cells, pa.string_view()).buffers()
    order = [random.randrange(len(cells)) for _ in range(5000)]
    words = b"".join(words.to_pybytes()[16 * at : 16 * at + 16] for at in order)
    validity = pa.array([cells[at] is not None for at in order]).buffers()[1]
    views = pa.Array.from_buffers(pa.string_view(), 5000, [validity, pa.py_buffer(words), texts])
    rows = pa.table({"a": views, "b": pa.nulls(5000, pa.int64()), "imei": pa.nulls(5000, pa.string()), "more": views})
    path = written(tmp_path / "t.arrow", rows, chunk=3000)
    assert is_plain_arrow(path)
    hits, counts = scanned(path)
    assert (hits, counts) == scanned(rows)
    assert counts["hits"] > 4000


def test_a_file_of_polars_is_plain(tmp_path: Path) -> None:
    pl = pytest.importorskip("polars")
    rows = pl.from_arrow(table(Random(6), 3000, 0.1, 0.1))
    rows.write_ipc(tmp_path / "t.arrow")
    assert is_plain_arrow(tmp_path / "t.arrow")
    assert scanned(tmp_path / "t.arrow") == scanned(rows)


@pytest.mark.parametrize("rate", [0.00005, 0.9])
def test_a_batch_of_many_rows_is_read_in_parts(tmp_path: Path, rate: float) -> None:
    random = Random(7)
    few = table(random, 1000, 1, 0.1).select(["a", "b", "imei"])
    many = pa.concat_tables([few] * 300).combine_chunks()
    none = pa.table({name: pa.nulls(300_000, many.schema.field(name).type) for name in many.column_names})
    rows = pa.concat_tables([many if rate > 0.5 else none, few, none]).combine_chunks()
    path = written(tmp_path / "t.arrow", rows)
    assert is_plain_arrow(path)
    assert scanned(path) == scanned(rows)


def test_files_are_one_scan_and_text_may_differ_in_layout(tmp_path: Path) -> None:
    rows = table(Random(1), 100, 0.5, 0.1)
    fields = [field.with_type(pa.large_string()) if field.type == pa.string() else field for field in rows.schema]
    paths = [written(tmp_path / "1.arrow", rows), written(tmp_path / "2.arrow", rows.cast(pa.schema(fields)))]
    hits, counts = scanned(paths)
    assert hits.equals(pa.concat_tables([scanned(rows)[0]] * 2).combine_chunks())
    assert counts["rows"] == 200
    other = written(tmp_path / "3.arrow", rows.drop_columns(["a"]))
    with pytest.raises(InputError, match=r"3\.arrow"):
        scanned([*paths, other])


@pytest.mark.parametrize("kind", ["compressed", "dictionary", "nested", "nulls", "old"])
def test_other_files_are_read_too(tmp_path: Path, kind: str) -> None:
    rows = table(Random(2), 500, 0.3, 0.1).select(["a", "b", "imei"])
    options: dict[str, Any] = {}
    if kind == "compressed":
        options["compression"] = "lz4"
    elif kind == "old":
        options["metadata_version"] = pa.ipc.MetadataVersion.V4
    elif kind == "nulls":
        rows = rows.append_column("nothing", pa.nulls(500))
    else:
        changed = {
            "dictionary": lambda: rows["a"].dictionary_encode(),
            "nested": lambda: pa.array([[1]] * 500),
        }[kind]()
        rows = rows.set_column(0, "a", changed) if kind != "nested" else rows.append_column("more", changed)
    path = written(tmp_path / "t.arrow", rows, chunk=64, **options)
    assert not is_plain_arrow(path)
    assert scanned(path) == scanned(rows)


@pytest.mark.parametrize("damage", [None, "place", "place of a hit", "text", "key text"])
def test_a_dictionary_that_batches_share_is_validated_once_and_every_other_one_too(
    tmp_path: Path, damage: str | None
) -> None:
    """In the third batch a place is past the end of the dictionary, or there is a dictionary that is no UTF-8."""
    keys, words = pa.array(["9800000001", "9900000001"]), pa.array(["one", "two"])
    broken = pa.StringArray.from_buffers(2, pa.py_buffer(np.array([0, 3, 6], np.int32)), pa.py_buffer(b"on\xfftwo"))
    path = tmp_path / "t.arrows"
    types = pa.schema({"a": pa.dictionary(pa.int32(), pa.string()), "word": pa.dictionary(pa.int32(), pa.string())})
    with pa.ipc.new_stream(path, types, options=pa.ipc.IpcWriteOptions(emit_dictionary_deltas=False)) as file:
        for n in range(4):
            places = pa.array([0, 1, 7 if n == 2 and damage == "place" else 1], pa.int32())
            others = pa.array([7 if n == 2 and damage == "place of a hit" else 0, 1, 0], pa.int32())
            listed = broken if n == 2 and damage == "key text" else keys
            named = broken if n == 2 and damage == "text" else words
            columns = [
                pa.DictionaryArray.from_arrays(places, listed, safe=False),
                pa.DictionaryArray.from_arrays(others, named, safe=False),
            ]
            file.write_batch(pa.record_batch(columns, schema=types))
    if damage is None:
        hits = ng.scan(path, {"a": LISTED}).read_all()
        assert hits["word"].to_pylist() == ["one"] * 4
    else:
        with pytest.raises(InputError, match="not UTF-8" if "text" in damage else "damaged"):
            ng.scan(path, {"a": LISTED}).read_all()


def test_a_damaged_file_is_an_error_or_has_other_cells(tmp_path: Path) -> None:
    random = Random(3)
    rows = table(random, 400, 0.5, 0.2)
    whole = written(tmp_path / "t.arrow", rows, chunk=150).read_bytes()
    path, errors = tmp_path / "damaged.arrow", []
    for _ in range(CUTS):
        damaged = bytearray(whole)
        for _ in range(random.choice([1, 1, 4])):
            # The metadata of a file of few rows is near its ends and between its batches.
            at = random.choice([random.randrange(len(whole)), -1 - random.randrange(2000), random.randrange(3000)])
            damaged[at] = random.choice([0, 1, 255, damaged[at] ^ 1 << random.randrange(8)])
        if random.random() < 0.2:
            del damaged[random.randrange(len(whole)) :]
        path.write_bytes(damaged)
        try:
            hits, counts = scanned(path)
        except InputError as error:
            errors.append(str(error))
        else:
            assert hits.num_rows <= counts["rows"]
            hits.validate(full=True)
    assert 0 < len(errors) < CUTS
    assert all(str(path) in error and "98000" not in error for error in errors)


def test_a_file_that_is_cut_short_while_it_is_read_is_an_error(tmp_path: Path) -> None:
    rows = table(Random(4), 3000, 0.5, 0)
    path = written(tmp_path / "t.arrow", *[rows] * 40, chunk=3000)
    hits = iter(ng.scan(path, {"a": LISTED}, threads=1))
    next(hits)
    os.truncate(path, 5000)
    with pytest.raises(InputError, match="cut short"):
        list(hits)


@pytest.mark.parametrize("arrow", [True, False])
@pytest.mark.parametrize("threads", [1, 2])
def test_every_part_without_hits_gives_the_caller_a_turn(tmp_path: Path, arrow: bool, threads: int) -> None:
    """So that Ctrl-C is noticed, and progress is shown, in a file of many parts and no hit."""
    rows = pa.table({"a": ["9123456789"] * 50})
    if arrow:
        path = written(tmp_path / "t.arrow", rows, chunk=10)
    else:
        path = tmp_path / "t.parquet"
        pq.write_table(rows, path, row_group_size=10)
    scanner = Scanner(rows.schema, [("a", LISTED)], columns=None, region="IN", threads=threads)
    scanner.begin([path], arrow=arrow)
    events = [event[0] for event in iter(scanner.next, None)]
    assert events in (["read"] * 5 + ["done"], ["read"] * 4 + ["done"])
    assert scanner.rows == 50
