"""Each file that a case rests on is on record: no output replaces it, and lists and certificates name it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import numguard as ng
from numguard.cli import run
from numguard.errors import ArgumentError, FileMissingError, RegistryError
from registry_cases import A, B, complaint, complaints

HEAD = "acknowledgement_no,source,suspect_mobiles\n"


@pytest.fixture(autouse=True)
def _sheets(desk: Path) -> None:
    (desk / "a.csv").write_text(f"{HEAD}1,1930,9876543210\n2,1930,9123456789\n")
    (desk / "b.csv").write_text(f"{HEAD}3,1930,8887776665\n")


def call(line: str, code: int = 0) -> None:
    assert run(line.split()) == code


def inputs(manifest: str) -> list[tuple[str, str, int | None]]:
    listed = json.loads(Path(f"{manifest}.manifest.json").read_text())
    return [(one["name"], one["verb"], one.get("withdrawn")) for one in listed["inputs"]]


def certified(export: int, capfd: pytest.CaptureFixture[str]) -> list[str]:
    """The lines of a comparison of a folder with what an export was made from."""
    capfd.readouterr()
    run(["certificate", "--export", str(export), "--check", "."])
    return capfd.readouterr().err.splitlines()


def test_no_output_replaces_a_file_that_was_withdrawn(capfd: pytest.CaptureFixture[str]) -> None:
    """The list that was exported before rests on it."""
    call("complaints add a.csv")
    call("export e.csv --to DoT")
    call("complaints withdraw 1 --reason wrong")
    before = Path("a.csv").read_bytes()
    call("list -o a.csv", 2)
    assert "a.csv was read by event 1 of the registry" in capfd.readouterr().err
    assert Path("a.csv").read_bytes() == before
    assert certified(2, capfd) == ["e.csv: the same", "a.csv: the same"]


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("b.csv", {}),
        ("b-1-of-1.csv", {"rows_per_file": 9}),
        ("b-no_district.csv", {"by_district": True}),
        ("b.csv.manifest.json", {}),
    ],
)
def test_no_list_replaces_a_file_that_the_registry_has_read(name: str, form: dict[str, int]) -> None:
    """`BlockList.write` replaced it without an error, as `export` and the command line never did."""
    Path("b.csv").rename(name)
    before = Path(name).read_bytes()
    with ng.Registry("cases.db") as registry:
        registry.add_complaints("a.csv")
        registry.decide([A], "confirmed", "checked", file=name)
        listed, empty = registry.block_list(), registry.block_list(since=2)
        for each in (
            listed,
            listed.keyed(b"0123456789abcdefghijklmnopqrstuv"),
            *([] if "by_district" in form else [empty]),
        ):
            with pytest.raises(ArgumentError, match="was read by event 2 of the registry"):
                each.write("b.csv", **form)
        assert Path(name).read_bytes() == before
        listed.write("c.csv", **form)
    if "by_district" not in form:
        with pytest.raises(RegistryError, match="the registry is closed"):
            empty.write("b.csv", **form)
    empty.write("new.csv")


def test_no_list_of_a_district_replaces_a_file_that_the_registry_has_read() -> None:
    Path("b.csv").rename("no_district.csv")
    with ng.Registry("cases.db") as registry:
        registry.add_complaints("no_district.csv")
        with pytest.raises(ArgumentError, match="was read by event 1 of the registry"):
            registry.block_list().write_by_district(".")


@pytest.mark.parametrize("decision", ["confirmed", "withdrawn", "protected", "reverified"])
def test_the_file_of_a_decision_is_on_record(decision: str, capfd: pytest.CaptureFixture[str]) -> None:
    call("complaints add a.csv")
    Path("dec.csv").write_text("msisdn\n9876543210\n")
    call(f"decide {decision} --numbers dec.csv --reason checked")
    before = Path("dec.csv").read_bytes()
    call("list -o dec.csv", 2)
    assert "dec.csv was read by event 2 of the registry" in capfd.readouterr().err
    assert Path("dec.csv").read_bytes() == before
    call("export e.csv --to DoT")
    assert inputs("e.csv") == [("a.csv", "add_complaints", None), ("dec.csv", "decide", None)]
    assert certified(3, capfd) == ["e.csv: the same", "a.csv: the same", "dec.csv: the same"]
    with ng.Registry("cases.db") as registry:
        assert registry.history(A)["file"].to_pylist()[:2] == ["a.csv", "dec.csv"]
        assert registry.intakes()["name"].to_pylist() == ["a.csv"]
        registry.verify()


def test_a_decision_of_a_merged_desk_keeps_its_file() -> None:
    for desk in ("one.db", "two.db"):
        with ng.Registry(desk) as registry:
            registry.add_complaints("a.csv" if desk == "one.db" else "b.csv")
    with ng.Registry("one.db") as one, ng.Registry("two.db") as two:
        two.decide([B], "protected", "a bank", file="b.csv")
        one.merge("two.db")
        assert [entry["verb"] for entry in one.block_list().manifest["inputs"] if entry["name"] == "b.csv"] == [
            "add_complaints",
            "decide",
        ]
        one.verify()


def test_the_file_of_a_decision_is_a_file() -> None:
    with ng.Registry() as registry:
        with pytest.raises(FileMissingError):
            registry.decide([A], "protected", "a bank", file="none.csv")
        with pytest.raises(ArgumentError, match="file: takes a path"):
            registry.decide([A], "protected", "a bank", file=5)  # type: ignore[arg-type]
        assert registry.verify().events == 0


def test_a_sheet_of_decisions_is_on_record_once(capfd: pytest.CaptureFixture[str]) -> None:
    """It is the input of each event that it makes, one for each decision and reason."""
    Path("c.csv").write_text(f"{HEAD}4,1930,98765 43210 (Axel)\n5,1930,91234 56789 (Axel)\n")
    call("complaints add c.csv")
    Path("filled.csv").write_text("msisdn,decision,reason\n919876543210,accepted,asked\n919123456789,dismissed,asked\n")
    call("review --take filled.csv")
    call("list -o filled.csv", 2)
    call("export e.csv --to DoT")
    assert inputs("e.csv") == [("c.csv", "add_complaints", None), ("filled.csv", "decide", None)]
    assert certified(4, capfd) == ["e.csv: the same", "c.csv: the same", "filled.csv: the same"]
    call("review --take filled.csv")
    with ng.Registry("cases.db") as registry:
        assert registry.verify().events == 4


def test_the_answers_of_an_operator_are_on_record() -> None:
    call("complaints add a.csv")
    Path("answers.csv").write_text("msisdn,status\n9876543210,rejected\n")
    call("outcomes answers.csv")
    call("list -o answers.csv", 2)


def test_a_change_names_the_files_that_were_withdrawn(capfd: pytest.CaptureFixture[str]) -> None:
    """Its rows to release are known from them alone."""
    for sheet in ("a.csv", "b.csv"):
        call(f"complaints add {sheet}")
    call("export e.csv --to DoT")
    call("complaints withdraw 1 --reason wrong")
    call("export d.csv --to DoT --since-last")
    assert inputs("e.csv") == [("a.csv", "add_complaints", None), ("b.csv", "add_complaints", None)]
    assert inputs("d.csv") == [("a.csv", "add_complaints", 4), ("b.csv", "add_complaints", None)]
    call("certificate c.html --export 5")
    assert "<td>add complaints; taken back by event 4</td>" in Path("c.html").read_text()
    Path("a.csv").unlink()
    assert certified(5, capfd)[1] == "a.csv: is not there"
    # Later changes, and whole lists, are not made from it.
    call("export f.csv --to DoT --since-last")
    call("export g.csv --to DoT")
    assert inputs("f.csv") == inputs("g.csv") == [("b.csv", "add_complaints", None)]


def test_a_change_with_a_release_that_is_due_names_the_files_that_were_withdrawn_before() -> None:
    for sheet in ("a.csv", "b.csv"):
        call(f"complaints add {sheet}")
    call("export e.csv --to DoT")
    call("complaints withdraw 2 --reason wrong")
    call("export f.csv --to DoT")  # a whole list has no rows to release
    call("export d.csv --to DoT --since-last")
    assert "release" in Path("d.csv").read_text()
    assert inputs("f.csv") == [("a.csv", "add_complaints", None)]
    assert inputs("d.csv") == [("a.csv", "add_complaints", None), ("b.csv", "add_complaints", 4)]
    call("certificate c.html --export 6")
    assert "taken back by event 4" in Path("c.html").read_text()


def test_the_rows_of_a_list_in_several_files_are_not_those_of_the_file_of_their_hashes() -> None:
    call("complaints add a.csv")
    call("export e.csv --to DoT --rows-per-file 1")
    call("certificate c.html --export 2")
    page = Path("c.html").read_text()
    assert '<td>e.csv.sha256</td><td class="count"></td>' in page
    assert "The list is in several files, which have 2 rows together." in page


def test_the_report_counts_what_was_sent_and_taken_back() -> None:
    pytest.importorskip("jinja2")
    with ng.Registry("cases.db") as registry:
        ids = [registry.add_complaints(complaints(complaint(str(n), str(n)))).id for n in (A, B)]
        registry.export("e.csv", to="DoT")
        for count, id_ in enumerate(ids, 1):
            registry.withdraw_intake(id_ or 0, "wrong")
            page = registry.report("r.html").read_text()
            assert "counts nowhere" not in page
            files, them = ("1 file", "it") if count == 1 else ("2 files", "them")
            assert f"{files} taken back. What is in {them} stays on record and is no ground to list a number." in page
            assert "A number that was on an exported list before stays in the counts." in page
