"""Lists as they are published: the documents of MNRL, and the difference of two lists."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from numguard.cli import run
from numguard.errors import ColumnError, InputError
from numguard.number_list import open_imeis, open_numbers
from sheet_files import write

A, B = 919876543210, 919123456789
PAYLOAD = [{"n": "9876543210"}, {"n": 9123456789}, {"n": "9876543210"}]


def answer(**fields: object) -> bytes:
    return json.dumps(fields).encode()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("mnrl.json", answer(status=200, file_name="x", payload=PAYLOAD)),
        ("mnrl.json", answer(status="200", payload=PAYLOAD)),
        ("mnrl.txt", b"\xef\xbb\xbf" + answer(payload=PAYLOAD)),
        ("mnrl.json.gz", gzip.compress(answer(status=200, payload=PAYLOAD), mtime=0)),
        ("list.jsonl", b'{"mobile": "98765 43210", "why": "x"}\n{"mobile": "+919123456789"}\n'),
        ("list.json", answer(reactivated=[{"n": "9876543210", "date": "x"}, {"n": "9123456789"}])),
        ("list.txt", b"98765 43210\n9123456789\n"),
        ("list.csv", b"name,mobile\r\nx,9876543210\r\ny,9123456789\r\n"),
        ("list.csv", "\ufeffname;Mobile No.\nx;9876543210\ny;9123456789\n".encode("utf-16")),
    ],
)
def test_a_list_is_read_from_every_format(tmp_path: Path, name: str, content: bytes) -> None:
    assert open_numbers(write(tmp_path, name, content)).to_array().to_pylist() == [B, A]


def test_a_workbook_is_a_list_too(tmp_path: Path) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(tmp_path / "list.xlsx") as book:
        sheet = book.add_worksheet()
        for row, cell in enumerate(["Mobile", 9876543210, "91234 56789"]):
            sheet.write(row, 0, cell)
    assert open_numbers(tmp_path / "list.xlsx").to_array().to_pylist() == [B, A]


def test_an_empty_answer_is_an_empty_list(tmp_path: Path) -> None:
    assert len(open_numbers(write(tmp_path, "mnrl.json", answer(status=200, payload=[])))) == 0


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (answer(status=401, message="token of 9876543210 expired"), "status 401"),
        (answer(status=500, payload=PAYLOAD), "status 500"),
        (answer(status=200, file_name="x", payload=None), "without a list"),
        (answer(status=200, payload=PAYLOAD)[:-9], "damaged"),
        (answer(a=PAYLOAD, b=PAYLOAD), "several lists"),
    ],
)
def test_an_answer_without_a_list_is_an_error_and_not_an_empty_list(
    tmp_path: Path, content: bytes, message: str
) -> None:
    with pytest.raises(InputError, match=message) as error:
        open_numbers(write(tmp_path, "mnrl.json", content))
    assert "98765" not in str(error.value)


def test_a_list_of_unknown_columns_needs_the_name_of_one(tmp_path: Path) -> None:
    path = write(tmp_path, "list.json", answer(payload=[{"a": "9876543210", "b": "9123456789"}]))
    with pytest.raises(ColumnError, match="there are a, b"):
        open_numbers(path)
    assert open_numbers(path, column="b").to_array().to_pylist() == [B]


def test_a_list_of_handsets_in_json(tmp_path: Path) -> None:
    path = write(tmp_path, "imeis.json", answer(payload=[{"imei": "490154203237518"}, {"imei": 49015420323751}]))
    assert open_imeis(path).to_array().to_pylist() == [49015420323751]


def test_what_changed_between_two_lists(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = write(tmp_path, "monday.json", answer(status=200, payload=PAYLOAD))
    after = write(tmp_path, "tuesday.txt", b"+91 98765 43210\n98111 11111\n98222 22222\n1930\n")
    folder = tmp_path / "changed"
    assert run(["lists", "diff", str(before), str(after), "--folder", str(folder), "--json"]) == 0
    account = json.loads(capsys.readouterr().out)
    rows = [account.pop(name) for name in ("rows_before", "rows_after")]
    assert [(one["rows_read"], one["rows_used"], one["rows_refused"]) for one in rows] == [(3, 3, 0), (4, 3, 1)]
    assert account == {
        "before": 2, "after": 3, "added": 2, "removed": 1, "common": 1, "refused_before": {},
        "refused_after": {"short_code": 1},
    }  # fmt: skip
    assert open_numbers(folder / "added.csv").to_array().to_pylist() == [919811111111, 919822222222]
    assert open_numbers(folder / "removed.csv").to_array().to_pylist() == [B]
    assert (folder / "added.csv").stat().st_mode & 0o777 == 0o600
    both = open_numbers(before)
    assert both - open_numbers(folder / "removed.csv") | open_numbers(folder / "added.csv") == open_numbers(after)


def test_what_changed_between_two_lists_of_handsets(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = write(tmp_path, "a.txt", b"imei\n490154203237518\n")
    after = write(tmp_path, "b.txt", b"imei\n4901542032375100\n358967101234560\n")
    assert run(["lists", "diff", str(before), str(after), "--imeis"]) == 0
    assert "1 added, 0 removed, 1 in both" in capsys.readouterr().err
