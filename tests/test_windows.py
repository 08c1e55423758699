"""What Windows and its spreadsheets do, as far as it can be tested on another system."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pv
import pytest

import numguard as ng
from numguard.cli import arguments_of, run
from numguard.errors import FileError
from numguard.source.kinds import refusal_reason

ONE, OTHER = "9876543210", "9812345678"


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in ("lists", "calls"):
        Path(folder).mkdir()
    Path("lists/a.csv").write_text(f"mobile\n{ONE}\n")
    Path("lists/b.csv").write_text(f"mobile\n{OTHER}\n")
    for name in ("1.csv", "2.csv"):
        Path("calls", name).write_text(f"mobile\n{OTHER}\n9700012345\n{ONE}\n")


class _OfWindows:
    """`os` as on Windows, where click makes an argument of each file that a pattern matches."""

    name = "nt"

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)


def test_a_pattern_is_one_argument(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("click.core.os", _OfWindows())
    given = ["scan", "calls/*.csv", "--numbers", "lists/*.csv", "-c", "mobile", "-o", "hits.csv"]
    monkeypatch.setattr(sys, "argv", ["numguard", *given])
    assert run() == 0
    assert pv.read_csv("hits.csv")["mobile"].to_pylist() == [int(OTHER), int(ONE)] * 2


def test_the_folder_of_the_user_is_an_argument_of_windows_too() -> None:
    given = ["~/cases.db", "lists/*.csv", "HC ~1", "~root"]
    assert arguments_of(given, is_windows=True) == [str(Path.home() / "cases.db"), *given[1:]]
    assert arguments_of(given, is_windows=False) == given


def test_a_pattern_for_one_file_is_an_error_that_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["complaints", "add", "calls/*.csv", "--registry", "cases.db", "--by", "x", "--set", "source=1930"]) == 3
    assert "calls/*.csv: there is no such file: name one file, and no pattern" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["~$1.xlsx", "desktop.ini", "Thumbs.db"])
@pytest.mark.parametrize("source", ["calls", "calls/*"])
def test_files_that_windows_does_not_show_are_no_files_of_a_folder(source: str, name: str) -> None:
    # The file that a spreadsheet keeps beside an open workbook: a name, filled up with blanks, twice.
    user = "HC 1234"
    lock = bytes([len(user)]) + user.ljust(54).encode() + bytes([len(user), 0]) + user.ljust(54).encode("utf-16-le")
    Path("calls", name).write_bytes(lock)
    assert run(["scan", source, "--numbers", "lists/a.csv", "-c", "mobile", "-o", "hits.csv"]) == 0
    assert pv.read_csv("hits.csv")["mobile"].to_pylist() == [int(ONE)] * 2


@pytest.fixture
def open_elsewhere(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Makes the file of a name one that another program has open, or opens `later`: Windows does not replace it."""

    def make(name: str, when: str) -> None:
        def refusing(rename: Callable[..., Any]) -> Callable[..., Any]:
            def call(source: Any, target: Any) -> Any:
                if Path(target).name != name:
                    return rename(source, target)
                error = PermissionError(13, "Access is denied", str(target))
                error.winerror = 5  # type: ignore[attr-defined]
                raise error

            return call

        if when == "already":
            monkeypatch.setattr(os, "rename", refusing(os.rename))
        monkeypatch.setattr(Path, "replace", refusing(Path.replace))

    return make


@pytest.mark.parametrize("when", ["already", "later"])
def test_a_file_that_is_open_in_a_spreadsheet_stays_and_the_message_says_what_to_do(
    open_elsewhere: Callable[[str, str], None], capsys: pytest.CaptureFixture[str], when: str
) -> None:
    Path("hits.csv").write_text("as it was\n")
    open_elsewhere("hits.csv", when)
    assert run(["scan", "calls", "--numbers", "lists", "-c", "mobile", "-o", "hits.csv"]) == 3
    messages = capsys.readouterr().err
    assert "close it there" in messages
    # What would be lost at the end is known before the work.
    assert ("lists: 2 numbers" in messages) is (when == "later")
    assert Path("hits.csv").read_text() == "as it was\n"


COMPLAINT = {
    "acknowledgement_no": ["20000000000001"],
    "source": ["1930"],
    "district": ["Nuh"],
    "suspect_mobiles": [ONE],
}


@pytest.mark.parametrize(("when", "recorded"), [("already", False), ("later", True)])
def test_an_export_over_a_list_that_is_open_says_what_to_do(
    open_elsewhere: Callable[[str, str], None], when: str, recorded: bool
) -> None:
    with ng.Registry("cases.db", by="x") as registry:
        registry.add_complaints(pa.table(COMPLAINT), name="desk 12")
        open_elsewhere("list.csv", when)
        with pytest.raises(FileError, match="close it there") as raised:
            registry.export("list.csv", to="DoT")
        assert ("event 2 was recorded" in str(raised.value)) is recorded
        assert registry.decide([ONE], "confirmed", "checked") == 2 + recorded


def test_what_a_verb_writes_beside_its_result_is_known_to_be_open_before_anything_is_recorded(
    open_elsewhere: Callable[[str, str], None],
) -> None:
    Path("desk.csv").write_text(",".join(COMPLAINT) + "\n" + ",".join(cell for [cell] in COMPLAINT.values()) + "\n")
    open_elsewhere("refused.csv", "already")
    given = ["complaints", "add", "desk.csv", "--registry", "cases.db", "--by", "x", "--refused", "refused.csv"]
    assert run(given) == 3
    assert not Path("cases.db").exists()


def test_a_list_that_was_sent_stays_where_the_locale_is_not_utf_8() -> None:
    """The manifest has names in Hindi, and is UTF-8 in every locale."""
    code = f"""
import locale
import numguard as ng, pyarrow as pa
with ng.Registry(by="x") as registry:
    registry.add_complaints(pa.table({COMPLAINT!r}), name="\\u0925\\u093e\\u0928\\u093e.csv")
    registry.export("list.csv", to="DoT")
    try:
        registry.export("list.csv", to="DoT")
    except ng.errors.ArgumentError as error:
        print(locale.getpreferredencoding(False).lower(), "refused" if "was sent" in str(error) else error)
"""
    environment = os.environ | {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, env=environment, check=True
    )
    encoding, _, what = done.stdout.strip().partition(" ")
    assert "utf" not in encoding
    assert what == "refused"


@pytest.mark.parametrize(
    "head",
    [
        b"<style>.t { mso-number-format:'\\@' }</style><table><tr><td>9876543210</td></tr></table>",
        b'<meta http-equiv="Content-Type" content="text/html; charset=utf-8">\n<table>',
        b"<!-- Report -->\n<table>",
        b"<DIV><TABLE border=1>",
        b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n",
        b"From: <Saved by a browser>\r\nSubject: list\r\nMIME-Version: 1.0\r\n",
        b'Content-Type: multipart/related;\r\n\tboundary="x"\r\n',
        b"<b>Cyber Cell</b><br><table border=1><tr><th>Mobile</th></tr>",
        b'<link rel="stylesheet" href="a.css">\n<table class="t">\n<thead><tr>',
        b'<form method="post">\n<table><tr><td>9876543210</td>',
        b"Warning: cannot modify header in export.php on line 3\n\n  <table><tr><td>9876543210</td>",
        "\ufeff<table><tr><td>9876543210</td>".encode("utf-16-le"),
    ],
)
def test_a_web_page_that_is_named_as_a_workbook_is_known_by_its_first_tag(head: bytes) -> None:
    assert "web page" in str(refusal_reason(head))


@pytest.mark.parametrize(
    "head",
    [
        b"<date>,<time>,mobile\n",
        b"<Target No>,IMEI\n",
        b"<b2b>;<mobile>\n",
        b'ack,fact\n1,"From: a@b.example\nMIME-Version: 1.0\nContent-Type: text/html"\n',
        b'[{"page": "<table><tr>"}]',
        b"PARENT NO,mobile\n1,9876543210\n",
        b"ORC\tMobile\n1\t9876543210\n",
    ],
)
def test_texts_that_begin_like_other_kinds_of_files_are_texts(head: bytes) -> None:
    assert refusal_reason(head) is None
