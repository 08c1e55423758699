"""Office verbs of the command line: intakes and withdrawals, the list of a day, operators' words, merges."""

from __future__ import annotations

import csv
import hashlib
import json
from pathlib import Path

import pyarrow as pa
import pytest

import numguard as ng
from numguard.errors import ArgumentError, RegistryError
from numguard.registry.answers.notes import NOTES
from numguard.registry.log.verifying import seal_what_is_not
from registry_cases import Cli


@pytest.fixture
def cli(cli: Cli) -> Cli:
    """The command line in a folder with two sheets."""
    head = "acknowledgement_no,source,district,suspect_mobiles\n"
    Path("one.csv").write_text(f"{head}1,1930,Rohtak,98765 43210\n2,1930,Nuh,91234 56789\n")
    Path("two.csv").write_text(f"{head}3,1930,Nuh,97111 11111\n")
    return cli


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(text.splitlines()))


def test_intakes_are_shown_and_can_be_withdrawn(cli: Cli) -> None:
    for sheet in ("one.csv", "two.csv"):
        assert cli("complaints", "add", sheet)[0] == 0
    code, _, error = cli("complaints", "withdraw", "1", "--reason", "a sheet of another state")
    assert (code, error) == (0, "intake 1 withdrawn: 2 numbers no longer in force, 0 in force again; event 3\n")
    code, out, _ = cli("complaints", "list")
    assert [(row["id"], row["name"], row["added"], row["by"], row["withdrawn"]) for row in rows(out)] == [
        ("1", "one.csv", "2", "HC 1234", "3"),
        ("2", "two.csv", "1", "HC 1234", ""),
    ]
    assert cli("complaints", "withdraw", "1", "--reason", "again")[0] == 2
    assert cli("complaints", "withdraw", "9", "--reason", "none")[0] == 2


def test_an_error_while_a_withdrawal_is_prepared_leaves_nothing_recorded(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cli("complaints", "add", "one.csv")[0] == 0
    withdraw = ("complaints", "withdraw", "1", "--reason", "a sheet of another state")

    def fail(_: ng.Registry) -> pa.Table:
        raise RegistryError("cases.db: the connection broke")

    with monkeypatch.context() as broken:
        broken.setattr(ng.Registry, "intakes", fail)
        assert cli(*withdraw)[0] != 0
    code, _, error = cli(*withdraw)
    assert (code, error) == (0, "intake 1 withdrawn: 2 numbers no longer in force, 0 in force again; event 2\n")


def test_a_withdrawal_names_the_files_whose_repeated_rows_go_with_it(cli: Cli) -> None:
    """A complaint that another file repeats is recorded of the first file alone."""
    one = Path("one.csv").read_text()
    Path("both.csv").write_text(f"{one}4,1930,Nuh,97222 22222\n")
    for sheet in ("one.csv", "both.csv", "two.csv"):
        assert cli("complaints", "add", sheet)[0] == 0
    hint = "  both.csv repeated 2 rows of earlier files: add it again if they were of this one\n"
    assert hint not in cli("complaints", "withdraw", "3", "--dry-run")[2]
    for more in (("--dry-run",), ("--reason", "a sheet of another state")):
        assert cli("complaints", "withdraw", "1", *more)[2].endswith(hint)
    assert "2 complaints added, 0 updated, 1 repeated" in cli("complaints", "add", "both.csv")[2]
    assert [row["msisdn"] for row in rows(cli("list")[1])] == [
        "919123456789",
        "919711111111",
        "919722222222",
        "919876543210",
    ]


def test_the_list_of_a_day_is_shown_and_nothing_is_recorded(cli: Cli) -> None:
    cli("complaints", "add", "one.csv")
    code, out, _ = cli("list")
    assert (code, [row["msisdn"] for row in rows(out)]) == (0, ["919123456789", "919876543210"])
    assert rows(cli("list", "--district", "mewat")[1])[0]["district"] == "Nuh"
    assert rows(cli("list", "--as-of", "2020-01-01")[1]) == []
    assert cli("list", "--as-of", "yesterday")[0] == 2
    assert cli("list", "--district", "Nowhere")[0] == 2
    with ng.Registry("cases.db") as registry:
        assert registry.verify().events == 1
    code, out, error = cli("history", "98765 43210", "--as-of", "2020-01-01")
    assert (code, rows(out), "has nothing about the number on 2020-01-01" in error) == (0, [], True)


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
def test_known_words_of_operators_set_a_status(cli: Cli, word: str, status: str) -> None:
    cli("complaints", "add", "one.csv")
    Path("back.csv").write_text(f"msisdn,status\n9876543210,{word}\n")
    assert cli("outcomes", "back.csv", "--map-value", "Line closed=blocked")[0] == 0
    with ng.Registry("cases.db") as registry:
        assert registry.numbers([status]) == ng.NumberSet(["98765 43210"])


def test_an_unknown_word_is_refused(cli: Cli) -> None:
    cli("complaints", "add", "one.csv")
    with ng.Registry("cases.db", by="HC 1234") as registry:
        intake = registry.record_outcomes(pa.table({"msisdn": ["9876543210"], "status": ["blocked?"]}))
        assert intake.refusals["note"].to_pylist() == ["unknown_status"]
        with pytest.raises(ArgumentError, match="--map-value"):
            registry.record_outcomes("one.csv", values={"Barred": "gone"})
    assert cli("outcomes", "one.csv", "--map-value", "Barred")[0] == 2


def test_columns_of_answers_that_are_not_read_are_named(cli: Cli) -> None:
    cli("complaints", "add", "one.csv")
    Path("back.csv").write_text("Mobile,Status,Circle,LSA\n9876543210,Barred,HR,x\n")
    assert cli("outcomes", "back.csv")[2].endswith("against a number: Circle, LSA\n")
    assert json.loads(cli("outcomes", "back.csv", "--json")[1])["unread"] == ["Circle", "LSA"]
    Path("two.csv").write_text("Mobile,Status\n9876543210,Barred\n")
    assert "not read" not in cli("outcomes", "two.csv")[2]


def test_desks_are_merged(cli: Cli) -> None:
    cli("complaints", "add", "one.csv", "--registry", "desk1.db", "--by", "desk 1")
    cli("complaints", "add", "two.csv", "--registry", "desk2.db", "--by", "desk 2")
    code, _, error = cli("merge", "desk1.db", "desk2.db", "--contradictions", "apart.csv")
    assert (code, error.count("1 event of registry"), error.count("0 contradictions")) == (0, 2, 2)
    assert cli("merge", "desk2.db")[2] == "desk2.db: nothing new\n"
    intakes = [(row["name"], row["by"]) for row in rows(cli("complaints", "list")[1])]
    assert intakes == [("one.csv", "desk 1"), ("two.csv", "desk 2")]
    assert Path("apart.csv").read_text().startswith('"kind"')
    assert cli("merge", "desk9.db")[0] == 3


def test_a_merge_that_fails_says_what_was_merged_before(cli: Cli) -> None:
    cli("complaints", "add", "one.csv", "--registry", "desk1.db")
    code, _, error = cli("merge", "desk1.db", "desk9.db")
    assert (code, error) == (3, "numguard: desk9.db: there is no such file; nothing was merged\n")
    Path("desk9.db").write_text("no registry")
    code, _, error = cli("merge", "desk1.db", "desk9.db")
    assert code == 3
    assert "desk1.db: 1 event of registry" in error
    assert "desk9.db" in error.splitlines()[-1]
    assert len(rows(cli("complaints", "list")[1])) == 1


def test_confirming_a_number_without_a_record_gets_a_warning(cli: Cli) -> None:
    cli("complaints", "add", "one.csv")
    Path("list.csv").write_text("9876543210\n9999912345\n")
    code, _, error = cli("decide", "confirmed", "--numbers", "list.csv", "--reason", "checked")
    assert (code, "1 of them: no record names it; it waits until it is accepted" in error) == (0, True)
    # Again, and after another decision on it, it waits as before.
    for status in ("confirmed", "withdrawn", "confirmed"):
        code, _, error = cli("decide", status, "--numbers", "list.csv", "--reason", "checked again")
        assert (code, "it waits until it is accepted" in error) == (0, status == "confirmed")
    Path("bad.csv").write_text("9876543210\n98765O3210\n")
    code, _, error = cli("decide", "protected", "--numbers", "bad.csv", "--reason", "a bank")
    assert (code, "nothing was recorded" in error, "98765" in error) == (3, True, False)


def test_confirming_what_another_desk_decided_on_gets_a_warning(cli: Cli) -> None:
    cli("complaints", "add", "one.csv")
    cli("complaints", "add", "two.csv")
    for number, status in (("98765 43210", "withdrawn"), ("91234 56789", "protected")):
        Path("list.csv").write_text(f"{number}\n")
        assert cli("decide", status, "--numbers", "list.csv", "--reason", "checked", "--by", "SI Nuh")[0] == 0
    Path("list.csv").write_text("9876543210\n9123456789\n9711111111\n")
    code, _, error = cli("decide", "confirmed", "--numbers", "list.csv", "--reason", "the list of last week")
    expected = "2 of them: another decision or answer was on record (protected 1, withdrawn 1); those that are"
    assert (code, expected in error) == (0, True)
    # Once more, only the protected one is on no list.
    error = cli("decide", "confirmed", "--numbers", "list.csv", "--reason", "again")[2]
    assert "1 of them: another decision or answer was on record (protected 1)" in error


def test_an_exported_list_is_not_overwritten(cli: Cli) -> None:
    cli("complaints", "add", "one.csv")
    assert cli("export", "l.csv", "--to", "DoT")[0] == 0
    code, _, error = cli("export", "l.csv", "--to", "DoT", "--since-last")
    assert (code, "--force" in error) == (2, True)
    assert cli("export", "l.csv", "--to", "DoT", "--since-last", "--force")[0] == 0
    code, _, error = cli("export", "m.csv", "--to", "DoT", "--district", "gurgram")
    assert (code, "Gurugram" in error, Path("m.csv").exists()) == (2, True, False)


def test_a_certificate_names_the_list_and_its_files_and_checks_them(cli: Cli) -> None:
    cli("complaints", "add", "one.csv")
    cli("export", "l.csv", "--to", "DoT <script>")
    assert cli("certificate", "c.html", "--export", "2")[0] == 0
    page = Path("c.html").read_text()
    for file in ("one.csv", "l.csv"):
        assert hashlib.sha256(Path(file).read_bytes()).hexdigest() in page
    assert "<script>" not in page
    assert "98765" not in page
    assert cli("certificate", "--export", "2", "--check", ".")[0] == 0
    Path("one.csv").write_text("changed")
    Path("l.csv").unlink()
    code, _, error = cli("certificate", "--export", "2", "--check", ".")
    assert (code, "one.csv: differs" in error, "l.csv: is not there" in error) == (3, True, True)
    assert cli("certificate", "c.html", "--export", "1")[0] == 2
    assert cli("certificate", "--export", "2")[0] == 2


def test_a_certificate_shows_what_would_turn_its_words_round(cli: Cli) -> None:
    """A direction mark in a name would show the words after it in another order."""
    Path("one.csv").rename("one\u202evsc.csv")
    cli("complaints", "add", "one\u202evsc.csv")
    cli("export", "l.csv", "--to", "DoT\u202e", "--by", "HC\u202e 1234")
    assert cli("certificate", "c.html", "--export", "2")[0] == 0
    page = Path("c.html").read_text()
    assert ("\u202e" in page, page.count("\ufffd")) == (False, 3)


def test_a_changed_list_does_not_pass_by_a_copy_of_another_name(cli: Cli) -> None:
    cli("complaints", "add", "one.csv")
    cli("export", "l.csv", "--to", "DoT")
    Path("kept.csv").write_bytes(Path("l.csv").read_bytes())
    Path("l.csv").write_text("changed")
    code, _, error = cli("certificate", "--export", "2", "--check", ".")
    assert (code, error.splitlines()[0]) == (3, "l.csv: differs; kept.csv is as recorded")
    Path("l.csv").unlink()
    code, _, error = cli("certificate", "--export", "2", "--check", ".")
    assert (code, error.splitlines()[0]) == (0, "l.csv: the same, as kept.csv")
    with ng.Registry("cases.db", by="HC 1234") as registry:
        Path("one.csv").rename("copy.csv")
        Path("one.csv").write_text("changed")
        states = {one["name"]: one for one in registry.check_certificate(".", export=2)}
    assert states["one.csv"] == {"name": "one.csv", "state": "differs", "found": "copy.csv"}


@pytest.mark.parametrize("parts", [(), ("--rows-per-file", "1")])
def test_a_chain_that_was_made_anew_differs_from_the_manifest(cli: Cli, parts: tuple[str, ...]) -> None:
    cli("complaints", "add", "one.csv")
    cli("export", "l.csv", "--to", "DoT", *parts)
    assert cli("certificate", "--export", "2", "--check", ".")[0] == 0
    with ng.Registry("cases.db", by="HC 1234") as registry:
        dialect = registry._case.store.dialect
        dialect.execute("UPDATE event SET actor = 'HC 99' WHERE seq = 1")
        dialect.execute("DELETE FROM seal")
        seal_what_is_not(dialect)
    code, _, error = cli("certificate", "--export", "2", "--check", ".")
    manifest = "l-1-of-2.csv.manifest.json" if parts else "l.csv.manifest.json"
    assert (code, f"{manifest}: has another digest of the log" in error) == (3, True)


def test_check_without_a_folder_looks_beside_the_page_and_keeps_it(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    cli("complaints", "add", "one.csv")
    cli("export", "l.csv", "--to", "DoT")
    cli("certificate", "c.html", "--export", "2")
    Path("c.html").write_text("filled in")
    folder = Path.cwd()
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    for call in ((str(folder / "c.html"), "--export", "2", "--check"), ("--check", "--export", "2")):
        code, _, error = cli("certificate", *call, "--registry", str(folder / "cases.db"))
        assert (code, error) == (0, "l.csv: the same\none.csv: the same\n")
    monkeypatch.chdir(elsewhere)
    code, _, error = cli("certificate", "--check", "--export", "2", "--registry", str(folder / "cases.db"))
    assert (code, "l.csv: is not there" in error) == (3, True)
    assert (folder / "c.html").read_text() == "filled in"


def test_the_files_of_a_list_in_several_are_each_checked(cli: Cli) -> None:
    cli("complaints", "add", "one.csv")
    assert cli("export", "l.csv", "--to", "DoT", "--rows-per-file", "1")[0] == 0
    assert cli("certificate", "c.html", "--export", "2")[0] == 0
    assert "The list is in several files" in Path("c.html").read_text()
    code, _, error = cli("certificate", "--export", "2", "--check", ".")
    names = [f"l-{k}-of-2.csv{end}" for k in (1, 2) for end in ("", ".manifest.json")]
    assert (code, [line for line in error.splitlines() if "-of-2" in line]) == (0, [f"{n}: the same" for n in names])
    # The file of their hashes is the same: it says nothing of what became of them.
    Path(names[0]).write_text(Path(names[0]).read_text().replace("block", "Block"))
    Path(names[3]).unlink()
    Path(names[2]).rename("sent in September.csv")
    code, _, error = cli("certificate", "--export", "2", "--check", ".")
    states = dict(line.split(": ", 1) for line in error.splitlines())
    assert code == 3
    found = [states[name] for name in ("l.csv.sha256", *names)]
    assert found == ["the same", "differs", "the same", "the same, as sent in September.csv", "is not there"]


def test_files_of_one_name_are_distinguished_by_content(cli: Cli) -> None:
    for desk, sheet in (("rohtak", "one.csv"), ("nuh", "two.csv")):
        Path(desk).mkdir()
        Path(sheet).rename(Path(desk, "complaints.csv"))
        assert cli("complaints", "add", f"{desk}/complaints.csv", "--by", desk)[0] == 0
    assert cli("export", "l.csv", "--to", "DoT")[0] == 0
    code, _, error = cli("certificate", "--export", "3", "--check", ".")
    assert (code, error.count("complaints.csv: the same"), "l.csv: the same" in error) == (0, 2, True)
    Path("nuh/complaints.csv").rename("nuh/second sheet.csv")
    assert cli("certificate", "--export", "3", "--check", ".")[0] == 0
    Path("nuh/second sheet.csv").unlink()
    code, _, error = cli("certificate", "--export", "3", "--check", ".")
    assert (code, error.count("complaints.csv: the same"), error.count("complaints.csv: differs")) == (3, 1, 1)


def test_every_note_of_a_refused_cell_has_a_sentence() -> None:
    assert {"older_than_known", "serial_date", "too_few_fields", "stray_letter", "in_the_future"} <= NOTES.keys()
    assert all(NOTES.values())
