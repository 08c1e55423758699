"""Written files: no cell runs in a spreadsheet, identifiers keep all digits, several files are placed together."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import stat
import zipfile
from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from threading import Thread
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

import numguard as ng
from numguard.errors import ArgumentError, FileError, FileMissingError, InputError
from numguard.files import placed_together, together, whole_file, write_csv, write_rows
from numguard.files.formats import inert
from numguard.files.outgoing import write_private
from numguard.files.spreadsheet import SHEET_ROWS

IST = timezone(timedelta(hours=5, minutes=30))
HOSTILE = [
    "=HYPERLINK(0)",
    '=cmd|"/c calc"!A1',
    "+1+1",
    "-1+1",
    "@SUM(1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    " =1+1",
    "\u00a0=1+1",
    "\uff1d1+1",
    "Rohtak;=1+1",
    'a"\t=1+1',
    "{=1+1}",
    "plain",
    "it's",
    "5 - 3",
    "https://example.org",
    "<r><t>1</t></r>",
    '<r></is></c><c r="B9"><f>HYPERLINK(0)</f></c><c r="A9" t="inlineStr"><is></r>',
    "_x003D_1+1",
]


def openpyxl_cells(path: Path) -> list[list[Any]]:
    book = openpyxl.load_workbook(path)
    return [list(row) for sheet in book for row in sheet.iter_rows()]


def test_no_cell_of_a_workbook_is_a_formula_or_a_link(tmp_path: Path) -> None:
    path = tmp_path / "hostile.xlsx"
    write_private(pa.table({"=1+1": HOSTILE}), path, title=["=2+2"])
    cells = [row[0] for row in openpyxl_cells(path)]
    assert [cell.value for cell in cells if "_x" not in cell.value] == [
        "=2+2", "=1+1", *(text for text in HOSTILE if "\r" not in text and "_x" not in text),
    ]  # fmt: skip
    assert {cell.data_type for cell in cells} <= {"s", "inlineStr"}
    # With the general format the cell would become a formula when it is edited.
    assert {cell.number_format for cell in cells} == {"@"}
    assert all(cell.hyperlink is None for cell in cells)
    with zipfile.ZipFile(path) as book:
        assert not re.search(rb"<f[ />]", book.read("xl/worksheets/sheet1.xml"))
        # A time of writing would make the bytes of the same rows differ.
        assert set(re.findall(rb"\d{4}-\d\d-\d\dT", book.read("docProps/core.xml"))) == {b"2000-01-01T"}
    # openpyxl returns a carriage return in its escaped form; calamine decodes it.
    assert CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()[2:] == [[text] for text in HOSTILE]


RUNS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
#: A sign and what numbers are written in. Where semicolons or tabs part cells, the next cell is text behind the first.
ONLY_NUMBERS = re.compile(r"[-+][\d .,()\u00a0-]*(;[ \u00a0]*[-+]?[\d .,()\u00a0-]*)*(,\".*)?", re.DOTALL)


def cells_in(path: Path, delimiter: str) -> list[str]:
    with path.open(newline="", encoding="utf-8") as lines:
        return [cell for row in csv.reader(lines, delimiter=delimiter) for cell in row]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@settings(deadline=None)
@given(
    text=st.one_of(st.sampled_from(HOSTILE), st.text(st.sampled_from(" =+-@\t\r\n;,'\"a1\uff1d\u00a0"), max_size=8)),
    beside=st.text(st.sampled_from('=;"a'), max_size=4),
)
def test_no_cell_of_a_csv_begins_as_a_formula(
    delimiter: str, text: str, beside: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """With any separator that a reader may use: that of Excel depends on the regional settings."""
    path = tmp_path_factory.mktemp("csv") / "hostile.csv"
    write_private(pa.table({"district": [text], "reason": [beside], "kept": ["x"]}), path)
    stripped = [cell.strip(" \t\r\n\u00a0") for cell in cells_in(path, delimiter)]
    assert not [cell for cell in stripped if cell.startswith(RUNS) and not ONLY_NUMBERS.fullmatch(cell)]


def test_no_cell_of_a_csv_begins_with_what_a_reader_strips(tmp_path: Path) -> None:
    write_private(pa.table({"text": ["\tplain", "\rplain", "\nplain", " plain"]}), tmp_path / "t.csv")
    assert cells_in(tmp_path / "t.csv", ",")[1:] == ["'\tplain", "'\rplain", "'\nplain", " plain"]


NUMBERS = [
    "+919876500001", "+91-98765 00001", "+91 (0) 98765-00001", "+91.98765.00001", " +91 98765 00001", "-12.5",
    "(+91)9876500001", "+91\u00a098765\u201100001", "+\u096f\u0967 98765", "+919876500001; +919812300002",
    "-1,250.00", "-", "---", "+",
]  # fmt: skip


def test_csv_text_that_is_no_formula_is_unchanged(tmp_path: Path) -> None:
    kept = [*NUMBERS, "plain", "it's", "5 - 3", "a=b", "Nuh (Mewat), rural", 'he said "no"', "https://example.org", ""]
    write_private(pa.table({"text": kept}), tmp_path / "kept.csv")
    assert cells_in(tmp_path / "kept.csv", ",") == ["text", *kept]


@pytest.mark.parametrize(
    "cell",
    ["+919876500001 (Ravi)", "+91 98765;=1", "-2+3+cmd", "+cmd|' /C calc'!A0", "-1E5", "+91/98765", "+A1", "-(SUM(1))",
     "\uff0b1*2", "\t+919876500001", "+1 \u00d7 2", "- Ravi", "-1\n*cmd|' /C calc'!A0", "-1;A1", "-1\t1", "+1;=2"],
)  # fmt: skip
def test_a_sign_before_more_than_a_number_is_a_formula(cell: str, tmp_path: Path) -> None:
    write_private(pa.table({"text": [cell]}), tmp_path / "t.csv")
    (written,) = cells_in(tmp_path / "t.csv", ",")[1:]
    assert written != cell
    assert written.replace("'", "") == cell.replace("'", "")


def of_types(cells: list[str]) -> dict[str, pa.Array]:
    """The cells in every type of text and bytes."""
    text, data = pa.array(cells), pa.array([cell.encode() for cell in cells])
    return {
        "string": text,
        "large string": text.cast(pa.large_string()),
        "view": text.cast(pa.string_view()),
        "dictionary": text.dictionary_encode(),
        "dictionary of views": text.cast(pa.string_view()).dictionary_encode(),
        "binary": data,
        "large binary": data.cast(pa.large_binary()),
        "binary view": pa.array([cell.encode() for cell in cells], pa.binary_view()),
        "=fixed": pa.array([cell.encode("ascii", "replace")[:2] for cell in cells], pa.binary(2)),
    }


def test_text_of_every_type_is_inert(tmp_path: Path) -> None:
    cells = ["=1+1", "\uff1d1+1", "\u00a0@x", "+91 98765", "-2+3"]
    table = pa.table(of_types(cells))
    write_rows(tmp_path / "t.csv", table.schema, table.to_batches())
    rows = list(csv.DictReader(io.StringIO((tmp_path / "t.csv").read_text(encoding="utf-8"))))
    for name in table.column_names[:-1]:
        assert [row[name] for row in rows] == ["'=1+1", "'\uff1d1+1", "'\u00a0@x", "+91 98765", "'-2+3"], name
    assert rows[0]["'=fixed"] == "'=1"
    written = io.BytesIO()
    write_csv(written, table.schema, table.to_batches())
    assert written.getvalue() == (tmp_path / "t.csv").read_bytes()


@given(
    st.lists(
        st.one_of(st.none(), st.text(st.sampled_from(' ;=+-@\t\r\na1\u00a0"\uff1d\uff20\uff41'), max_size=5)),
        max_size=6,
    ),
    st.sampled_from([pa.string(), pa.large_string(), pa.binary(), pa.large_binary()]),
)
@settings(max_examples=300, deadline=None)
def test_a_column_without_a_formula_is_left_as_it_is(cells: list[str | None], kind: pa.DataType) -> None:
    """Columns without a sign are not searched; each cell comes out as beside one that has a formula."""
    beside: pa.Array[Any] = inert(pa.array([*cells, "=1", "\t1"], pa.string()).cast(kind))
    expected = beside.to_pylist()[:-2]
    of_kind: Any = pa.array(["=1", *cells, "\t1"], pa.string()).cast(kind)
    cut = of_kind[1:-1]
    for column in (cut, pa.chunked_array([cut, cut[:0]]), pa.chunked_array([cut.slice(0, 2), cut.slice(2)], kind)):
        assert inert(column).to_pylist() == expected


@pytest.mark.parametrize("ending", ["xlsx", "parquet", "arrow", "jsonl"])
def test_text_of_every_type_is_written(tmp_path: Path, ending: str) -> None:
    table = pa.table(of_types(["=1", "b2"]))
    write_rows(tmp_path / f"t.{ending}", table.schema, table.to_batches())


@pytest.mark.parametrize("cell", [b"\xff\xfe", b"\0\0\0\0\3\0\0\0\0\0\0\0"])  # the second are three days of Parquet
def test_bytes_that_are_no_text_are_an_error(tmp_path: Path, cell: bytes) -> None:
    of_bytes: Any = pa.array([None, cell])
    for column in (of_bytes, of_bytes.cast(pa.binary(len(cell))), of_bytes.dictionary_encode()):
        table = pa.table({"a": column})
        with pytest.raises(InputError, match="column 'a': holds bytes that are no UTF-8 text"):
            write_rows(tmp_path / "t.csv", table.schema, table.to_batches())
    assert not list(tmp_path.iterdir())


def test_a_column_that_csv_cannot_hold_is_named() -> None:
    for kind in (pa.list_(pa.string()), pa.uuid(), pa.run_end_encoded(pa.int32(), pa.string())):
        schema = pa.schema({"a": pa.string(), "odd": kind})
        with pytest.raises(ArgumentError, match="cannot hold the columns odd:"):
            write_csv(io.BytesIO(), schema, [])


@pytest.mark.parametrize(("ending", "remedy"), [("parquet", ".arrow or .jsonl"), ("csv", ".parquet, .arrow or .jsonl")])
@pytest.mark.parametrize("kind", [pa.month_day_nano_interval(), pa.run_end_encoded(pa.int32(), pa.string())])
def test_a_column_of_a_rare_type_is_named_where_it_cannot_be_written(
    tmp_path: Path, kind: pa.DataType, ending: str, remedy: str
) -> None:
    schema = pa.schema({"a": pa.string(), "odd": kind})
    with pytest.raises(ArgumentError, match=f"cannot hold the columns odd: .* write {remedy}$"):
        write_rows(tmp_path / f"t.{ending}", schema, [])
    assert not list(tmp_path.iterdir())


_OF_LISTS = pa.dictionary(pa.int32(), pa.list_(pa.string()))


@pytest.mark.parametrize("kind", [pa.binary(0), pa.list_(_OF_LISTS), pa.struct([])], ids=str)
def test_a_column_that_parquet_cannot_hold_is_named_before_there_are_rows(tmp_path: Path, kind: pa.DataType) -> None:
    schema = pa.schema({"a": pa.string(), "odd": kind})
    with pytest.raises(
        ArgumentError, match=r"a \.parquet file cannot hold the columns odd: .* write \.arrow or \.jsonl$"
    ):
        write_rows(tmp_path / "t.parquet", schema, [])
    assert not list(tmp_path.iterdir())


def test_a_dictionary_of_lists_is_written_to_parquet(tmp_path: Path) -> None:
    desks: Any = pa.DictionaryArray.from_arrays([1, 0], pa.array([["a"], ["b", "c"]]))
    rows = pa.table({"a": ["9876500001", "9876500002"], "desks": desks})
    ng.scan(rows, {"a": ng.NumberSet(rows["a"])}).write(tmp_path / "t.parquet")
    assert pq.read_table(tmp_path / "t.parquet")["desks"].to_pylist() == [["b", "c"], ["a"]]


def test_a_heading_with_a_number_is_in_no_message() -> None:
    schema = pa.schema({"a": pa.string(), "+91 98765 43210": pa.list_(pa.string()), "odd": pa.list_(pa.string())})
    with pytest.raises(ArgumentError, match=r"cannot hold the columns \(a number\), odd:"):
        write_csv(io.BytesIO(), schema, [])


def test_which_values_are_numbers_in_a_workbook_and_which_are_text(tmp_path: Path) -> None:
    table = pa.table(
        {
            "msisdn": pa.array([919876543210], pa.uint64()),
            "imei14": pa.array([1124000111111], pa.uint64()),
            "account": pa.array([1234567890123456789], pa.int64()),
            "row": pa.array([42], pa.int64()),
            "complaints": pa.array([7], pa.uint32()),
            "share": [0.25],
            "none": [float("inf")],
            "amount": [Decimal("1000.50")],
            "exact": [Decimal("12345678901234567.89")],
            "flag": [True],
            "at": pa.array([datetime(2026, 9, 1, 10, 30, tzinfo=IST)], pa.timestamp("us", "Asia/Kolkata")),
            "day": [date(2026, 9, 1)],
            "word": pa.array(["x"]).dictionary_encode(),
            "nothing": pa.nulls(1, pa.string()),
        }
    )
    write_rows(tmp_path / "t.xlsx", table.schema, table.to_batches())
    header, row = openpyxl_cells(tmp_path / "t.xlsx")
    assert {name.value: cell.value for name, cell in zip(header, row, strict=True)} == {
        "msisdn": "919876543210",
        "imei14": "01124000111111",
        "account": "1234567890123456789",
        "row": 42,
        "complaints": 7,
        "share": 0.25,
        "none": "inf",
        "amount": 1000.5,
        "exact": "12345678901234567.89",
        "flag": True,
        "at": "2026-09-01T10:30:00+05:30",
        "day": "2026-09-01",
        "word": "x",
        "nothing": None,
    }


def test_a_full_sheet_goes_on_in_the_next(tmp_path: Path) -> None:
    """One row more than a sheet holds: xlsxwriter alone would drop it without an error."""
    rows = SHEET_ROWS - 2 + 1
    table = pa.table({"n": pa.array([1, *[None] * (rows - 3), 2, 3], pa.int32())})
    write_private(table, tmp_path / "long.xlsx", title=["a title"])
    book = CalamineWorkbook.from_path(tmp_path / "long.xlsx")
    first, second = (book.get_sheet_by_index(k).to_python() for k in range(2))
    assert len(book.sheet_names) == 2
    assert (len(first), first[:3], first[-1]) == (SHEET_ROWS, [["a title"], ["n"], [1.0]], [2.0])
    assert second == [["a title"], ["n"], [3.0]]


def test_a_cell_that_is_too_long_for_a_sheet_stops_the_file(tmp_path: Path) -> None:
    write_private(pa.table({"text": ["x" * 32_767]}), tmp_path / "t.xlsx")
    kept = (tmp_path / "t.xlsx").read_bytes()
    with pytest.raises(InputError, match=r"row 2, column 1: .*32,767"):
        write_private(pa.table({"text": ["x", "x" * 32_768]}), tmp_path / "t.xlsx")
    assert (tmp_path / "t.xlsx").read_bytes() == kept
    with pytest.raises(ArgumentError, match="cannot hold the columns list"):
        write_rows(tmp_path / "n.xlsx", pa.schema({"list": pa.list_(pa.int8())}), [])
    assert [path.name for path in tmp_path.iterdir()] == ["t.xlsx"]


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_title_and_header(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"t{ending}"
    read = {
        ".csv": lambda: list(csv.reader(path.read_text().splitlines())),
        ".xlsx": lambda: CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python(),
    }[ending]
    table = pa.table({"a": ["1"], "b": ["2"]})
    write_private(table, path, title=['State "Haryana", 2026', "Form 7"], names=["A", "B"])
    lines = [[cell for cell in line if cell] for line in read()]
    assert lines == [['State "Haryana", 2026'], ["Form 7"], ["A", "B"], ["1", "2"]]
    write_private(table, path, header=False)
    assert read() == [["1", "2"]]
    with pytest.raises(ArgumentError, match="same name"):
        write_private(table, path, names=["A", "A"])


@pytest.mark.parametrize("ending", [".parquet", ".jsonl"])
@pytest.mark.parametrize("how", [{"title": ["a title"]}, {"header": False}])
def test_a_title_or_no_header_is_an_error_in_other_formats(tmp_path: Path, ending: str, how: dict[str, Any]) -> None:
    with pytest.raises(ArgumentError, match="no title"):
        write_private(pa.table({"a": ["1"]}), tmp_path / f"t{ending}", **how)
    assert list(tmp_path.iterdir()) == []


# Several files that are placed together -------------------------------------------------------------------------------


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def put(files: Any, path: Path, text: bytes) -> None:
    with files.open(path) as file:
        file.write(text)


def test_files_are_placed_together(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old")
    with together(private=True) as files:
        put(files, tmp_path / "a", b"new")
        put(files, tmp_path / "b", b"new")
        assert (tmp_path / "a").read_bytes() == b"old"
        assert not (tmp_path / "b").exists()
    assert contents(tmp_path) == {"a": b"new", "b": b"new"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}


def fail_inside(files: Any, folder: Path) -> None:
    put(files, folder / "b", b"new")
    raise KeyboardInterrupt


def fail_afterwards(files: Any, folder: Path) -> None:
    put(files, folder / "b", b"new")
    files.place()
    assert (folder / "a").read_bytes() == b"new"
    raise KeyboardInterrupt


def fail_to_place(files: Any, folder: Path) -> None:
    """The second cannot be renamed to its path, because a folder is there."""
    put(files, folder / "taken", b"new")
    (folder / "taken").mkdir()


def fail_to_open(files: Any, folder: Path) -> None:
    put(files, folder / "no such folder" / "b", b"new")


@pytest.mark.parametrize(
    ("fail", "error"),
    [
        (fail_inside, KeyboardInterrupt),
        (fail_afterwards, KeyboardInterrupt),
        (fail_to_place, FileError),
        (fail_to_open, FileMissingError),
    ],
)
def test_no_file_is_placed_if_one_fails(
    fail: Callable[[Any, Path], None], error: type[BaseException], tmp_path: Path
) -> None:
    (tmp_path / "a").write_bytes(b"old")

    def write() -> None:
        with together() as files:
            put(files, tmp_path / "a", b"new")
            fail(files, tmp_path)

    with pytest.raises(error):
        write()
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["a"]
    assert (tmp_path / "a").read_bytes() == b"old"


def test_names_beside_are_random_exclusive_and_private(tmp_path: Path) -> None:
    target, path = tmp_path / "target", tmp_path / "list.csv"
    target.write_bytes(b"theirs")
    with together(private=True) as files:
        with files.open(path) as file:
            file.write(b"ours")
            (beside,) = (entry for entry in tmp_path.iterdir() if entry.name.startswith(".numguard-"))
            assert beside.stat().st_mode & 0o777 == 0o600
            assert re.fullmatch(r"\.numguard-[0-9a-f]{16}-1\.partial", beside.name)
        # A symbolic link at the next temporary name is not followed.
        files._count += 1
        planted = beside.with_name(beside.name.replace("-1.", "-2."))
        planted.symlink_to(target)
        files._count -= 1
        with pytest.raises(FileError), files.open(tmp_path / "other.csv") as file:
            file.write(b"ours")
        planted.unlink()
    assert (target.read_bytes(), path.read_bytes()) == (b"theirs", b"ours")


def test_threads_on_one_path_leave_one_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "hits.csv"

    def write(letter: bytes) -> None:
        for _ in range(20):
            with whole_file(path) as file:
                for _ in range(50):
                    file.write(letter * 1000)

    threads = [Thread(target=write, args=(letter,)) for letter in (b"a", b"b", b"c")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    content = path.read_bytes()
    assert (len(content), len(set(content))) == (50_000, 1)
    assert [entry.name for entry in tmp_path.iterdir()] == ["hits.csv"]


def test_files_of_a_killed_process_are_removed_when_no_process_writes(tmp_path: Path) -> None:
    left = tmp_path / ".numguard-0123456789abcdef-1.partial"
    waiting = tmp_path / ".numguard-0123456789abcdef-2.waiting"
    left.write_bytes(b"half")
    waiting.write_bytes(b"recorded")
    with together() as files, files.open(tmp_path / "a") as file:
        # While a process writes, temporary files may be its own.
        file.write(b"a")
        assert not left.exists()
        left.write_bytes(b"half")
        put_alone(tmp_path / "b")
        assert left.exists()
    put_alone(tmp_path / "c")
    assert sorted(entry.name for entry in tmp_path.iterdir()) == [waiting.name, "a", "b", "c"]


def put_alone(path: Path) -> None:
    with whole_file(path) as file:
        file.write(b"whole")


def test_a_file_is_written_once_by_a_call(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with placed_together():
        write_x(path)
        with pytest.raises(ArgumentError, match="already"):
            write_x(path)
    assert path.read_bytes() == b"x"
    assert [file.name for file in tmp_path.iterdir()] == ["a.csv"]


def write_x(path: Path) -> None:
    with whole_file(path) as file:
        file.write(b"x")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_a_file_replaces_no_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "hits.csv"
    os.mkfifo(pipe)
    with pytest.raises(FileError, match=r"hits\.csv: is a device or a pipe"):
        write_rows(pipe, pa.schema({"a": pa.string()}), [])
    assert pipe.is_fifo()
    assert list(tmp_path.iterdir()) == [pipe]


def test_json_has_null_for_what_is_no_number(tmp_path: Path) -> None:
    """NaN and Infinity are no JSON (RFC 8259), and one of them made Polars refuse the whole file."""
    figures: list[Any] = [1.5, float("nan"), float("inf")]
    nested: list[Any] = [{"x": [figure]} for figure in figures]
    table = pa.table({"a": ["9876543210"] * 3, "f": pa.array(figures), "of": nested})
    ng.scan(table, {"a": ng.NumberSet(["9876543210"])}).write(tmp_path / "hits.jsonl")
    rows = [json.loads(line, parse_constant=pytest.fail) for line in (tmp_path / "hits.jsonl").read_text().splitlines()]
    assert [(row["f"], row["of"]) for row in rows] == [
        (1.5, {"x": [1.5]}),
        (None, {"x": [None]}),
        (None, {"x": [None]}),
    ]
