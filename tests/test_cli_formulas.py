"""The CSV of every verb that writes cells of its source: no cell runs in a spreadsheet, numbers stay as they are."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from numguard.cli import run

SOURCE = """\
who,phone,imei
=HYPERLINK(0),+919876500001,358240051111110
@SUM(1),+91-98765 00001,358240051111110
-2+3+cmd,-12.5,358240051111110
"""
CALLS = """\
Target No,Call Type,B Party No,Date,Time,Dur(s),IMEI,First CGI
9876500001,IN,@HYPERLINK(0),01/09/2026,10:00:00,1,358240051111110,@SUM(1)
9876500001,IN,+919812300002,01/09/2026,10:05:00,1,358240051111110,-12.5
"""
#: Verbs, and the cells of which column they write how.
VERBS = {
    "normalize": (["normalize", "s.csv", "-c", "phone"], "who", ["'=HYPERLINK(0)", "'@SUM(1)", "'-2+3+cmd"]),
    "explain": (["explain", "s.csv", "-c", "who"], "who", ["'=HYPERLINK(0)", "'@SUM(1)", "'-2+3+cmd"]),
    "explain numbers": (["explain", "s.csv", "-c", "phone"], "phone", ["+919876500001", "+91-98765 00001", "-12.5"]),
    "keyed": (
        ["keyed", "s.csv", "-c", "phone", "--key-env", "KEY"], "phone", ["+919876500001", "+91-98765 00001", "-12.5"]
    ),
    "scan": (
        ["scan", "s.csv", "-c", "phone", "--numbers", "l.txt", "--all-rows"],
        "who", ["'=HYPERLINK(0)", "'@SUM(1)", "'-2+3+cmd"],
    ),
    "scan numbers": (
        ["scan", "s.csv", "-c", "phone", "--numbers", "l.txt", "--all-rows"],
        "phone", ["+919876500001", "+91-98765 00001", "-12.5"],
    ),
    "cdr read": (["cdr", "read", "c.csv"], "other_party", ["'@HYPERLINK(0)", "+919812300002"]),
    "cdr read cells": (["cdr", "read", "c.csv"], "first_cell", ["'@SUM(1)", None]),
}  # fmt: skip


@pytest.fixture(autouse=True)
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KEY", "0123456789abcdef0123456789abcdef")
    Path("s.csv").write_text(SOURCE)
    Path("c.csv").write_text(CALLS)
    Path("l.txt").write_text("9876500001\n")


@pytest.mark.parametrize("verb", VERBS)
def test_no_cell_of_the_source_runs(verb: str, capfd: pytest.CaptureFixture[str]) -> None:
    arguments, column, expected = VERBS[verb]
    assert run([*arguments, "-o", "out.csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(Path("out.csv").read_text())))
    cells = [row[column] for row in rows]
    assert [cell for cell, want in zip(cells, expected, strict=True) if want is not None] == [
        want for want in expected if want is not None
    ]
    capfd.readouterr()
    # What is printed may be sent to a file, which is opened like any other.
    assert run(arguments) == 0
    assert capfd.readouterr().out == Path("out.csv").read_text()


def test_what_was_written_is_read_again(capfd: pytest.CaptureFixture[str]) -> None:
    Path("again.csv").write_text('phone\n="9876500001"\n+919876500001\n')
    assert run(["normalize", "again.csv", "-c", "phone", "-o", "once.csv"]) == 0
    assert run(["explain", "once.csv", "-c", "phone", "-o", "twice.csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(Path("twice.csv").read_text())))
    assert [(row["phone"], row["msisdn"]) for row in rows] == [
        ('\'="9876500001"', "919876500001"),
        ("+919876500001", "919876500001"),
    ]
