"""Files that the generator of `row_files` does not make: every line of them is accounted for, too."""

from __future__ import annotations

import gzip
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pv
import pyarrow.parquet as pq
import pytest
from openpyxl.styles import Font

import numguard as ng
from numguard.cli import run
from numguard.errors import InputError
from numguard.source import TextPart, open_source
from workbooks import book_of
from zip_files import members_of, zipped

ROWS = b"name,mobile\nA,9876543210\nB,9812345678\n"
READS: dict[str, tuple[str, ...]] = {
    "normalize": ("normalize", "-c", "mobile", "-o", "o.csv"),
    "explain": ("explain", "-c", "mobile", "-o", "o.csv"),
    "keyed": ("keyed", "-c", "mobile", "--key-env", "SHARED", "-o", "o.csv"),
    "scan": ("scan", "--numbers", "list.txt", "-c", "mobile", "-o", "o.csv"),
}
Read = Callable[..., dict[str, Any]]


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SHARED", "sixteen bytes or more")
    Path("list.txt").write_text("9876543210\n")


@pytest.fixture(params=READS)
def read(request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]) -> Read:
    """Runs a verb with a file: the account, and the refused rows as `refused`."""

    def call(name: str, content: bytes | None = None) -> dict[str, Any]:
        if content is not None:
            Path(name).write_bytes(content)
        verb, *options = READS[request.param]
        code = run([verb, name, *options, "--refused", "r.csv", "--json"])
        printed = capsys.readouterr()
        assert code == 0, printed.err
        account: dict[str, Any] = json.loads(printed.out)
        others = account["rows_refused"] + sum(account["not_data"].values())
        assert account["rows_read"] == account["rows_used"] + others
        refused = pv.read_csv("r.csv").select(["row", "note"]).to_pylist()
        return account | {"refused": [(row["row"], row["note"]) for row in refused], "messages": printed.err}

    return call


def test_a_file_of_two_joined_ones_has_a_mark_and_a_header_within(read: Read) -> None:
    account = read("d.csv", b"\xef\xbb\xbf" + ROWS + b"\xef\xbb\xbf" + ROWS + b"\xef\xbb\xbfC,9700012345\n")
    assert (account["rows_used"], account["not_data"], account["refused"]) == (5, {"header": 1}, [])


@pytest.mark.parametrize("again", ["NAME,MOBILE", "Name,Mobile", "name,mobile,"])
def test_a_repeated_header_in_another_case_is_no_row(read: Read, again: str) -> None:
    account = read("d.csv", ROWS + again.encode() + b"\nC,9700012345\n")
    assert (account["rows_used"], account["not_data"]) == (3, {"header": 1})


def test_a_repeated_header_with_blanks_within_is_no_row(read: Read) -> None:
    content = b"Full  Name,mobile\nA,9876543210\nFull  Name,mobile\nFULL NAME,mobile\nB,9812345678\n"
    account = read("d.csv", content)
    assert (account["rows_used"], account["not_data"]) == (2, {"header": 2})


def test_zero_bytes_in_a_text_cost_their_own_line_only(read: Read) -> None:
    content = ROWS + b"D,9000000001\n" * 2000 + b"C\0,98765\x0043210\n" + b"\0" * 9000 + b"\nE,9876543210\n"
    account = read("d.csv", content)
    assert (account["rows_used"], account["refused"]) == (2004, [(2005, "too_few_fields")])


@pytest.mark.parametrize("zeros", [1, 511, 300_000])
def test_zeros_behind_a_gzip_file_are_padding(read: Read, zeros: int) -> None:
    assert read("d.csv.gz", gzip.compress(ROWS) + bytes(zeros))["rows_used"] == 2
    more = gzip.compress(ROWS) + bytes(zeros) + gzip.compress(b"C,9700012345\n") + bytes(zeros)
    assert read("d.csv.gz", more)["rows_used"] == 3


@pytest.mark.parametrize("behind", [b"x", b"\0\0x", bytes(300_000) + b"\x1f", b"\x1f\x8b"])
def test_other_bytes_behind_a_gzip_file_are_an_error(behind: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    Path("d.csv.gz").write_bytes(gzip.compress(ROWS) + behind)
    for verb, *options in READS.values():
        assert run([verb, "d.csv.gz", *options]) == 3
        assert "damaged or cut short" in capsys.readouterr().err
        assert not Path("o.csv").exists()


def test_merged_cells_hidden_rows_and_lost_digits_of_a_workbook(read: Read) -> None:
    book = book_of(["name", "mobile"], ["A", "9876543210"], [None, "9812345678"], ["B", None], ["C", 9876543210])
    sheet = book.active
    sheet.merge_cells("A2:A3")
    sheet.row_dimensions[5].hidden = True
    book.save("d.xlsx")
    assert read("d.xlsx")["rows_used"] == 4


@pytest.mark.parametrize(
    ("cell", "note", "of_two"),
    [
        ("########", "spreadsheet_overflow", {}),
        ("**********", "masked", {}),
        ("~~~~", "stray_character", {}),
        ("--------", None, {"ruler": 1}),
        ("____", None, {"ruler": 1}),
    ],
)
@pytest.mark.parametrize("beside", ["", "-"])
def test_a_cell_without_figures_is_the_same_in_a_text_and_a_workbook(
    cell: str, note: str | None, of_two: dict[str, int], beside: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """In a spreadsheet a column that is too narrow shows a number so, and copies of it have these characters."""
    sheets = {"one": [["mobile"], ["9876543210"], [cell]]}
    sheets["two"] = [["mobile", "name"], ["9876543210", "A"], [cell, beside]]
    for name, rows in sheets.items():
        Path(f"{name}.csv").write_text("".join(",".join(row) + "\n" for row in rows))
        book_of(*rows).save(f"{name}.xlsx")
        for path in (f"{name}.csv", f"{name}.xlsx"):
            assert run(["explain", path, "-c", "mobile", "-o", "o.csv", "--json"]) == 0
            account = json.loads(capsys.readouterr().out)
            assert account["not_data"] == of_two, path
            found = pv.read_csv("o.csv")["note"].to_pylist()[1:]
            assert found == ([note] if note else []), path


@pytest.mark.parametrize("blank", [",,", ";;", " , ,", '"",""', ""])
def test_a_blank_row_above_a_header_is_no_title(read: Read, blank: str) -> None:
    """As the blank rows of a workbook are in CSV; it was a title, and in operators' files a ruler."""
    content = f"Numbers of the week,,\n{blank}\n".encode() + ROWS
    account = read("d.csv", content)
    assert (account["rows_used"], account["not_data"]) == (2, {"title": 1, "blank": 1})
    Path("cdr.csv").write_bytes(content.replace(b"name,mobile", b"imei,mobile"))
    assert ng.read_cdr("cdr.csv").summary.files[0].skipped == {"title": 1, "blank": 1}


def test_members_of_an_archive_with_other_columns_are_named(read: Read) -> None:
    account = read("d.zip", zipped({"a.csv": ROWS, "b.csv": "mobile,name\n9700012345,C\n", "c.csv": "foo,bar\n1,2\n"}))
    assert account["rows_used"] == 3
    assert "d.zip/c.csv" in str(account["passed_over"])


@pytest.mark.parametrize("verb", ["normalize", "keyed", "scan"])
def test_a_column_that_only_some_files_have_is_an_error(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    word, *options = READS[verb]
    for name, other, why in (
        ("d.zip", b"place,mobile,name\nNuh,9700012345,C\n", "column 'place' is not in the first file"),
        ("e.zip", b"mobile\n9700012345\n", "no column 'name'"),
    ):
        Path(name).write_bytes(zipped({"a.csv": ROWS, "b.csv": other}))
        assert run([word, name, *options]) == 3
        assert why in capsys.readouterr().err
        assert not Path("o.csv").exists()


@pytest.mark.parametrize("verb", ["normalize", "keyed", "explain"])
def test_files_with_other_types_of_columns_are_an_error(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("d").mkdir()
    pq.write_table(pa.table({"mobile": ["9876543210"]}), "d/a.parquet")
    pq.write_table(pa.table({"mobile": [9876543210]}), "d/b.parquet")
    word, *options = READS[verb]
    assert run([word, "d", *options]) == 3
    assert "other types" in capsys.readouterr().err
    assert not Path("o.csv").exists()


DATED = ["expand", "s.parquet", "--days-before", "3", "--days-after", "3", "--max-hops", "1", "--seeds"]


def test_dated_seeds_with_other_types_or_without_days_are_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    at = pa.array([0], pa.timestamp("us"))
    pq.write_table(pa.table({"served_msisdn": ["9876543210"], "imei14": ["490154203237518"], "at": at}), "s.parquet")
    Path("d").mkdir()
    pq.write_table(pa.table({"msisdn": ["9876543210"], "reported_at": ["2026-09-01"]}), "d/a.parquet")
    pq.write_table(pa.table({"msisdn": [9876543210], "reported_at": ["2026-09-01"]}), "d/b.parquet")
    Path("l.csv").write_text("msisdn,day\n9876543210,2026-09-01\n")
    for seeds, why in (("d", "other types"), ("l.csv", "no column 'reported_at'")):
        assert run([*DATED, seeds]) == 3
        assert why in capsys.readouterr().err


def test_the_first_refused_row_of_a_list_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    Path("d.csv").write_bytes(ROWS)
    Path("l.csv").write_text("msisdn,x\n9876543210,1\nabc,2\n9876543211\n")
    assert run(["scan", "d.csv", "-c", "mobile", "--numbers", "l.csv", "--strict"]) == 3
    assert "the first in row 3" in capsys.readouterr().err


@pytest.mark.parametrize("verb", READS)
def test_two_columns_of_one_name_are_an_error(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("d.csv").write_text("mobile,mobile\n9876543210,9812345678\n")
    word, *options = READS[verb]
    assert run([word, "d.csv", *options]) == 3
    assert "several columns are named" in capsys.readouterr().err


def test_a_list_with_two_columns_of_numbers_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    Path("l.csv").write_text("mobile,phone\n9876543210,9812345678\n")
    Path("d.csv").write_bytes(ROWS)
    assert run(["scan", "d.csv", "-c", "mobile", "--numbers", "l.csv"]) == 3
    assert "no column is certainly that of the numbers" in capsys.readouterr().err


def test_a_line_break_in_a_cell_at_the_edge_of_a_block(read: Read) -> None:
    cells = ["x" * (1 << 20), "a\nb", '"\r\n"', "y" * ((1 << 20) - 40), "c\r\nd", "z" * (3 << 20), "e\n\n\nf"]
    rows = b"".join(b'"%s",98765%05d\n' % (cell.replace('"', '""').encode(), k) for k, cell in enumerate(cells * 3))
    for name, content in (("d.csv", ROWS + rows), ("d.csv.gz", gzip.compress(ROWS + rows, 1))):
        account = read(name, content)
        assert (account["rows_used"], account["refused"]) == (23, [])


def test_a_file_that_becomes_shorter_while_it_is_read_is_an_error(tmp_path: Path) -> None:
    """As a log that is copied and emptied by another program: the rows that were cut off were missing in silence."""
    path = tmp_path / "calls.csv"
    path.write_text("a,b\n" + "9876543210,1\n" * 1000)
    batches = open_source(path).parts[0].batches()
    next(batches)
    os.truncate(path, 500)
    with pytest.raises(InputError, match=r"calls\.csv: was changed while it was read"):
        list(batches)
    path.write_text("a,b\n" + "9876543210,1\n" * 1000)
    scan = ng.scan(path, {"a": ng.NumberSet(["9876543210"])}, on_error="skip")
    assert len([os.truncate(path, 500) for _ in scan]) == 1
    assert "was changed" in scan.summary.skipped[0].why
    assert scan.summary.rows == 1000


@pytest.mark.skipif(sys.platform == "win32", reason="an open file cannot be replaced there")
def test_a_file_that_is_replaced_while_it_is_read_is_read_as_it_was(tmp_path: Path) -> None:
    path, new = tmp_path / "calls.csv", tmp_path / "new.csv"
    path.write_text("a,b\n9876543210,1\n")
    new.write_text("a\n")
    with open_source(path).parts[0].to_scan():  # type: ignore[attr-defined]
        new.replace(path)


@pytest.mark.parametrize("verb", READS)
def test_a_file_that_grows_while_it_is_read_is_an_error(
    verb: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("calls.csv").write_bytes(ROWS)
    begin = TextPart._rows

    @contextmanager
    def and_grow(part: TextPart) -> Iterator[Any]:
        with begin(part) as opened:
            yield opened
            if part.name == "calls.csv":
                with Path("calls.csv").open("ab") as file:
                    file.write(b"C,9812345679\n")

    monkeypatch.setattr(TextPart, "_rows", and_grow)
    name, *options = READS[verb]
    assert run([name, "calls.csv", *options]) == 3
    assert "calls.csv: was changed while it was read" in capsys.readouterr().err
    assert not Path("o.csv").exists()


def test_a_sheet_is_inspected_wherever_it_is(tmp_path: Path) -> None:
    """A workbook names the files of its sheets, and some programs put them elsewhere than others."""
    book = book_of(["mobile"], ["9876543210"], ["9812345678"])
    sheet = book.active
    sheet["A3"].font = Font(strike=True)
    sheet.row_dimensions[2].hidden = True
    book.save("usual.xlsx")
    other = {
        name.replace("xl/worksheets/sheet1.xml", "xl/data/ONE.XML"): content.replace(
            b"/xl/worksheets/sheet1.xml", b"/xl/Data/one.xml"
        )
        for name, content in members_of("usual.xlsx").items()
    }
    Path("other.xlsx").write_bytes(zipped(other))
    for name in ("usual.xlsx", "other.xlsx"):
        [part] = open_source(name).parts
        assert (part.about.hidden_rows, part.about.struck_out) == ({2}, {(3, 0)}), name
