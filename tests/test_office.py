"""The office from the command line: what was taken in and taken back, the list of a day, operators' words, merges."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

import numguard as ng
from numguard.cli import run
from numguard.errors import ArgumentError
from numguard.registry.notes import NOTES

Say = Callable[..., tuple[int, str, str]]


@pytest.fixture
def say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Say:
    """The command line in a folder with two sheets: exit code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NUMGUARD_REGISTRY", "cases.db")
    monkeypatch.setenv("NUMGUARD_BY", "HC 1234")
    head = "acknowledgement_no,source,district,suspect_mobiles\n"
    Path("one.csv").write_text(f"{head}1,1930,Rohtak,98765 43210\n2,1930,Nuh,91234 56789\n")
    Path("two.csv").write_text(f"{head}3,1930,Nuh,97111 11111\n")

    def call(*arguments: str) -> tuple[int, str, str]:
        capfd.readouterr()
        code = run(list(arguments))
        out, error = capfd.readouterr()
        return code, out, error

    return call


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(text.splitlines()))


def test_what_was_taken_in_is_shown_and_can_be_taken_back(say: Say) -> None:
    for sheet in ("one.csv", "two.csv"):
        assert say("complaints", "add", sheet)[0] == 0
    code, _, said = say("complaints", "withdraw", "1", "--reason", "a sheet of another state")
    assert (code, said) == (0, "intake 1 withdrawn: 2 numbers no longer in force, 0 in force again; event 3\n")
    code, out, _ = say("complaints", "list")
    assert [(row["id"], row["name"], row["added"], row["by"], row["withdrawn"]) for row in rows(out)] == [
        ("1", "one.csv", "2", "HC 1234", "3"),
        ("2", "two.csv", "1", "HC 1234", ""),
    ]
    assert say("complaints", "withdraw", "1", "--reason", "again")[0] == 2
    assert say("complaints", "withdraw", "9", "--reason", "none")[0] == 2


def test_the_list_of_a_day_is_shown_and_nothing_is_recorded(say: Say) -> None:
    say("complaints", "add", "one.csv")
    code, out, _ = say("list")
    assert (code, [row["msisdn"] for row in rows(out)]) == (0, ["919123456789", "919876543210"])
    assert rows(say("list", "--district", "mewat")[1])[0]["district"] == "Nuh"
    assert rows(say("list", "--as-of", "2020-01-01")[1]) == []
    assert say("list", "--as-of", "yesterday")[0] == 2
    assert say("list", "--district", "Nowhere")[0] == 2
    with ng.Registry("cases.db") as registry:
        assert registry.verify().events == 1
    code, out, said = say("history", "98765 43210", "--as-of", "2020-01-01")
    assert (code, rows(out), "has nothing about the number on 2020-01-01" in said) == (0, [], True)


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("Barred", "blocked"),
        ("DISCONNECTED", "blocked"),
        ("re-verified", "reverified"),
        ("Re_Verified.", "reverified"),
        ("Not blocked", "rejected"),
        ("Restored", "reactivated"),
        ("Line closed", "blocked"),
    ],
)
def test_operators_words_are_understood(say: Say, word: str, status: str) -> None:
    say("complaints", "add", "one.csv")
    Path("back.csv").write_text(f"msisdn,status\n9876543210,{word}\n")
    assert say("outcomes", "back.csv", "--map-value", "Line closed=blocked")[0] == 0
    with ng.Registry("cases.db") as registry:
        assert registry.numbers([status]) == ng.NumberSet(["98765 43210"])


def test_a_word_that_nobody_knows_is_refused(say: Say) -> None:
    say("complaints", "add", "one.csv")
    with ng.Registry("cases.db", by="HC 1234") as registry:
        told = registry.record_outcomes(pa.table({"msisdn": ["9876543210"], "status": ["blocked?"]}))
        assert told.refusals["note"].to_pylist() == ["unknown_status"]
        with pytest.raises(ArgumentError, match="--map-value"):
            registry.record_outcomes("one.csv", values={"Barred": "gone"})
    assert say("outcomes", "one.csv", "--map-value", "Barred")[0] == 2


def test_desks_are_merged(say: Say) -> None:
    say("complaints", "add", "one.csv", "--registry", "desk1.db", "--by", "desk 1")
    say("complaints", "add", "two.csv", "--registry", "desk2.db", "--by", "desk 2")
    code, _, said = say("merge", "desk1.db", "desk2.db", "--contradictions", "apart.csv")
    assert (code, said.count("1 event of registry"), said.count("0 contradictions")) == (0, 2, 2)
    assert say("merge", "desk2.db")[2] == "desk2.db: nothing new\n"
    told = [(row["name"], row["by"]) for row in rows(say("complaints", "list")[1])]
    assert told == [("one.csv", "desk 1"), ("two.csv", "desk 2")]
    assert Path("apart.csv").read_text().startswith('"kind"')
    assert say("merge", "desk9.db")[0] == 3


def test_who_confirms_what_nobody_named_is_told(say: Say) -> None:
    say("complaints", "add", "one.csv")
    Path("list.csv").write_text("9876543210\n9999912345\n")
    code, _, said = say("decide", "confirmed", "--numbers", "list.csv", "--reason", "checked")
    assert (code, "1 of them: no record names it; it waits until it is accepted" in said) == (0, True)
    Path("bad.csv").write_text("9876543210\n98765O3210\n")
    code, _, said = say("decide", "protected", "--numbers", "bad.csv", "--reason", "a bank")
    assert (code, "nothing was recorded" in said, "98765" in said) == (3, True, False)


def test_a_list_that_went_out_stays(say: Say) -> None:
    say("complaints", "add", "one.csv")
    assert say("export", "l.csv", "--to", "DoT")[0] == 0
    code, _, said = say("export", "l.csv", "--to", "DoT", "--since-last")
    assert (code, "--force" in said) == (2, True)
    assert say("export", "l.csv", "--to", "DoT", "--since-last", "--force")[0] == 0
    code, _, said = say("export", "m.csv", "--to", "DoT", "--district", "gurgram")
    assert (code, "Gurugram" in said, Path("m.csv").exists()) == (2, True, False)


def test_a_certificate_names_the_list_and_its_files_and_checks_them(say: Say) -> None:
    say("complaints", "add", "one.csv")
    say("export", "l.csv", "--to", "DoT <script>")
    assert say("certificate", "c.html", "--export", "2")[0] == 0
    page = Path("c.html").read_text()
    for file in ("one.csv", "l.csv"):
        assert hashlib.sha256(Path(file).read_bytes()).hexdigest() in page
    assert "<script>" not in page
    assert "98765" not in page
    assert say("certificate", "--export", "2", "--check", ".")[0] == 0
    Path("one.csv").write_text("changed")
    Path("l.csv").unlink()
    code, _, said = say("certificate", "--export", "2", "--check", ".")
    assert (code, "one.csv: differs" in said, "l.csv: is not there" in said) == (3, True, True)
    assert say("certificate", "c.html", "--export", "1")[0] == 2
    assert say("certificate", "--export", "2")[0] == 2


def test_files_of_one_name_are_told_apart_by_what_is_in_them(say: Say) -> None:
    for desk, sheet in (("rohtak", "one.csv"), ("nuh", "two.csv")):
        Path(desk).mkdir()
        Path(sheet).rename(Path(desk, "complaints.csv"))
        assert say("complaints", "add", f"{desk}/complaints.csv", "--by", desk)[0] == 0
    assert say("export", "l.csv", "--to", "DoT")[0] == 0
    code, _, said = say("certificate", "--export", "3", "--check", ".")
    assert (code, said.count("complaints.csv: the same"), "l.csv: the same" in said) == (0, 2, True)
    Path("nuh/complaints.csv").rename("nuh/second sheet.csv")
    assert say("certificate", "--export", "3", "--check", ".")[0] == 0
    Path("nuh/second sheet.csv").unlink()
    code, _, said = say("certificate", "--export", "3", "--check", ".")
    assert (code, said.count("complaints.csv: the same"), said.count("complaints.csv: differs")) == (3, 1, 1)


def test_every_note_of_a_refused_cell_has_a_sentence() -> None:
    assert {"older_than_known", "serial_date", "too_few_fields", "stray_letter", "in_the_future"} <= NOTES.keys()
    assert all(NOTES.values())
