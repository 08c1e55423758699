"""Errors of libraries are errors of this package that name the file; mistakes of our own code stay as they are."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import numguard as ng
from numguard.errors import FileMissingError, InputError
from numguard.number_list import read_numbers
from workbooks import book_of
from zip_files import zipped

LISTED = ng.NumberSet(["9876543210"])


@pytest.mark.parametrize("mistake", [KeyError, TypeError, ValueError, AttributeError])
@pytest.mark.parametrize(
    "where", ["text.find_header", "lines.OpenText.below", "lines.read_up_to", "workbook.joined_names"]
)
def test_a_mistake_in_our_own_code_is_no_damage(
    mistake: type[Exception], where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise mistake("a mistake")

    is_workbook = where.startswith("workbook")
    path = tmp_path / ("a.xlsx" if is_workbook else "a.csv")
    path.write_bytes(workbook() if is_workbook else b"msisdn\n9876543210\n")
    monkeypatch.setattr(f"numguard.source.{where}", fail)
    with pytest.raises(mistake, match="a mistake") as raised:
        ng.scan(path, {"msisdn": LISTED}).read_all()
    assert not isinstance(raised.value, InputError)


def workbook() -> bytes:
    file = io.BytesIO()
    book_of(["msisdn", "remark"], *(["9876543210", f"word {n}"] for n in range(500))).save(file)
    return file.getvalue()


def test_a_workbook_whose_packed_sheet_is_damaged_is_an_error_that_names_it(tmp_path: Path) -> None:
    content = bytearray(workbook())
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entry = archive.getinfo("xl/worksheets/sheet1.xml")
    start = entry.header_offset + 30 + len(entry.filename)
    content[start] = 0xFF  # no kind of block has this number: zlib.error
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"a\.xlsx.*damaged"):
        read_numbers(path)
    with pytest.raises(InputError, match=r"a\.xlsx.*damaged"):
        ng.read_cdr(path)


def test_an_encoding_that_is_not_known_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(io.BytesIO(workbook())) as book, zipfile.ZipFile(path, "w") as damaged:
        for entry in book.infolist():
            is_named = entry.filename == "xl/_rels/workbook.xml.rels"
            start = b'<?xml version="1.0" encoding="abc"?>' if is_named else b""
            damaged.writestr(entry, start + book.read(entry))
    with pytest.raises(InputError, match=r"a\.xlsx"):
        read_numbers(path)


@pytest.mark.parametrize("is_packed", [False, True])
def test_parquet_with_text_that_is_not_utf_8_is_an_error_that_quotes_no_cell(is_packed: bool, tmp_path: Path) -> None:
    offsets = pa.array([0, 10, 15], pa.int32()).buffers()[1]
    cells = pa.StringArray.from_buffers(2, offsets, pa.py_buffer(b"9876543210Sing\xff"))
    file = io.BytesIO()
    pq.write_table(pa.table({"msisdn": ["9876543210", "9876543211"], "victim": cells}), file)
    path = tmp_path / "a.parquet"
    path.write_bytes(file.getvalue())
    if is_packed:
        path = tmp_path / "a.zip"
        path.write_bytes(zipped({"a.parquet": file.getvalue()}))
    for column in ("msisdn", "victim"):
        with pytest.raises(InputError, match=r"a\.(parquet|zip).*not UTF-8") as raised:
            read_numbers(path, column=column)
        assert "Sing" not in str(raised.value)


@pytest.mark.parametrize(
    "cells",
    [
        pa.array([10**15], pa.int64()).view(pa.timestamp("s")),
        pa.array([10**15], pa.int64()).view(pa.date64()),
        pa.array([1], pa.int64()).view(pa.timestamp("s", tz="No/Such")),
    ],
    ids=lambda cells: str(cells.type),
)
def test_nested_times_that_python_has_not_are_an_error_of_ours(cells: pa.Array, tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    nested = pa.ListArray.from_arrays(pa.array([0, 1], pa.int32()), cells)
    pq.write_table(pa.table({"msisdn": ["9876543210"], "times": nested}), path)
    with pytest.raises(InputError, match=r"a\.parquet.*cannot be read here"):
        list(ng.read_cdr(path))


def test_a_name_with_a_zero_byte_is_no_file() -> None:
    with pytest.raises(FileMissingError, match="no such file"):
        ng.scan("a\0.csv", {"msisdn": LISTED})
