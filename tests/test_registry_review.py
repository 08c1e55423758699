"""Not certain means not blocked: the numbers that wait for a decision, and what settles them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.csv as pv
import pytest

import numguard as ng
from numguard.errors import ArgumentError, InputError, RegistryError
from numguard.registry.numbers.safeguard import refuse_unfit
from registry_cases import HANDSET, A, B, C, D, complaint, complaints, listed, sightings, status_of
from registry_stores import make_older
from workbooks import book_of


def waiting(registry: ng.Registry) -> list[tuple[int, str]]:
    return [(row["msisdn"], row["why"]) for row in registry.review().to_pylist()]


def test_a_number_that_is_not_certain_is_on_no_list_and_leads_nowhere(registry: ng.Registry, tmp_path: Path) -> None:
    intake = registry.add_complaints(
        complaints(complaint("1", "98765 43210 (Axel)", district="Rohtak")), name="desk 12"
    )
    assert (intake.added, intake.refused, intake.waiting.num_rows) == (1, 0, 1)
    assert listed(registry) == {}
    assert status_of(registry, A) == "review"
    assert len(registry.numbers()) == 0
    assert registry.review().drop_columns(["waits_since"]).to_pylist() == [
        {
            "msisdn": A,
            "why": "unlisted_words",
            "file": "desk 12",
            "row": 1,
            "cell": "98xxxxxx10 (Axel)",
            "complaints": 1,
            "status": "review",
        }
    ]
    found = registry.expand(sightings((A, HANDSET), (B, HANDSET)))
    assert found.linked.num_rows == 0
    assert len(registry.export(tmp_path / "list.csv", replace=True, to="DoT")) == 0
    report = registry.action_taken().to_pylist()
    assert [(row["found"], row["named"], row["listed"]) for row in report] == [("reported", 0, 0), ("review", 1, 0)]
    assert report[0]["complaints"] == 1


def test_accepted_is_as_if_written_plainly(registry: ng.Registry) -> None:
    row = complaint(
        "1", "98765 43210 (Axel)", district="Rohtak", reported_at="2026-09-01", complainant_mobile="9812345678"
    )
    registry.add_complaints(complaints(row))
    registry.decide([A], "accepted", "asked the complainant")
    with ng.Registry(by="HC 1234") as plain:
        plain.add_complaints(complaints(row | {"suspect_mobiles": "98765 43210"}))
        assert registry.block_list().to_table().equals(plain.block_list().to_table())
    assert waiting(registry) == []
    with pytest.raises(ArgumentError, match="wait for no decision"):
        registry.decide([B], "accepted", "a number without a record")


def test_dismissed_is_let_go_until_it_is_named_again(registry: ng.Registry) -> None:
    registry.add_complaints(complaints(complaint("1", "98765 43210 (Axel)")))
    registry.decide([A], "dismissed", "the victim's brother")
    assert (status_of(registry, A), waiting(registry)) == ("withdrawn", [])
    # A settled decision can be changed.
    registry.decide([A], "accepted", "no, the caller")
    assert listed(registry) == {A: "block"}
    registry.decide([A], "dismissed", "the victim's brother after all")
    assert listed(registry) == {}
    registry.add_complaints(complaints(complaint("2", "Ravi: 98765 43210")))
    assert waiting(registry) == [(A, "unlisted_words")]
    registry.add_complaints(complaints(complaint("3", "98765 43210")))
    assert listed(registry) == {A: "block"}
    assert waiting(registry) == []


def test_a_certain_cell_of_the_same_row_is_enough(registry: ng.Registry) -> None:
    table = complaints(complaint("1", "98765 43210", facts="he rang from 98765 43210 and from 91234 56789"))
    registry.add_complaints(table, mapping={"narrative": "facts"})
    assert listed(registry) == {A: "block"}
    assert waiting(registry) == [(B, "from_narrative")]
    assert registry.add_complaints(table, mapping={"narrative": "facts"}).repeated == 1


def test_a_certain_cell_of_another_row_of_the_complaint_is_enough(registry: ng.Registry) -> None:
    registry.add_complaints(complaints(complaint("1", "Ravi: 98765 43210"), complaint("1", "98765 43210")))
    assert (listed(registry), waiting(registry)) == ({A: "block"}, [])
    with pytest.raises(ArgumentError, match="wait for no decision"):
        registry.decide([A], "dismissed", "there is nothing to settle")


def test_a_certain_cell_of_another_complaint_counts_as_long_as_that_one_does(registry: ng.Registry) -> None:
    certain = registry.add_complaints(complaints(complaint("1", "98765 43210")))
    registry.add_complaints(complaints(complaint("2", "Ravi: 98765 43210")))
    registry.withdraw_intake(certain.id, "another desk's")
    assert (listed(registry), waiting(registry)) == ({}, [(A, "unlisted_words")])


def test_what_was_accepted_waits_once_an_amendment_drops_it(registry: ng.Registry) -> None:
    registry.add_complaints(complaints(complaint("1", "Ravi: 98765 43210")))
    registry.decide([A], "accepted", "asked the complainant")
    assert listed(registry) == {A: "block"}
    registry.add_complaints(complaints(complaint("1", "8887776665")))
    assert (listed(registry), waiting(registry)) == ({C: "block"}, [(A, "dropped_by_amendment")])


def test_what_an_amendment_dropped_waits(registry: ng.Registry, tmp_path: Path) -> None:
    registry.add_complaints(complaints(complaint("1", "9876543210", district="Nuh")), name="desk A")
    registry.export(tmp_path / "first.csv", replace=True, to="DoT")
    registry.add_complaints(complaints(complaint("1", "8887776665", district="Hisar")), name="desk B")
    assert listed(registry) == {C: "block"}
    assert waiting(registry) == [(A, "dropped_by_amendment")]
    change = registry.export(tmp_path / "second.csv", replace=True, to="DoT", since="last").to_table()
    # Without a decision, no action is requested.
    assert {row["msisdn"]: row["action"] for row in change.to_pylist()} == {A: "none", C: "block"}
    registry.decide([A], "dismissed", "a slip of desk A")
    change = registry.export(tmp_path / "third.csv", replace=True, to="DoT", since="last").to_table()
    assert [(row["msisdn"], row["action"], row["reason"]) for row in change.to_pylist()] == [
        (A, "release", "a slip of desk A")
    ]
    # What was dismissed is not asked again because of a further amendment.
    registry.add_complaints(complaints(complaint("1", "8887776665", district="Rohtak")), name="desk B")
    assert waiting(registry) == []
    assert listed(registry) == {C: "block"}


def test_what_an_amendment_dropped_may_be_accepted(registry: ng.Registry) -> None:
    registry.add_complaints(complaints(complaint("1", "9876543210", district="Nuh")), name="desk A")
    wrong = registry.add_complaints(complaints(complaint("1", "8887776665")), name="desk B")
    registry.decide([A], "accepted", "two complaints with one number")
    assert listed(registry) == {A: "block", C: "block"}
    registry.withdraw_intake(wrong.id, "another desk's")
    assert listed(registry) == {A: "block"}


def test_a_complainant_of_any_version_is_protected(registry: ng.Registry) -> None:
    registry.add_complaints(complaints(complaint("1", "9876543210", complainant_mobile="9123456789")))
    # Sent again without the column, and with a slip in it.
    registry.add_complaints(complaints(complaint("1", "9876543210; 9123456789")))
    registry.add_complaints(complaints(complaint("1", "9876543210; 9123456789", complainant_mobile="8887776665")))
    assert listed(registry) == {A: "block"}
    assert status_of(registry, B) == "protected"
    assert waiting(registry) == [(B, "turned_by_amendment")] * 2
    registry.decide([B], "unprotected", "he filed against himself")
    assert listed(registry) == {A: "block", B: "block"}
    assert waiting(registry) == []


def test_a_suspect_who_becomes_the_complainant_is_looked_at(registry: ng.Registry) -> None:
    registry.add_complaints(complaints(complaint("1", "9876543210")))
    registry.add_complaints(complaints(complaint("1", "9123456789", complainant_mobile="9876543210")))
    assert (status_of(registry, A), listed(registry)) == ("protected", {B: "block"})
    assert waiting(registry) == [(A, "turned_by_amendment")]
    registry.decide([A], "dismissed", "he is the complainant")
    assert (status_of(registry, A), waiting(registry)) == ("protected", [])


def test_a_complainant_with_words_beside_the_number_is_protected(registry: ng.Registry) -> None:
    registry.add_complaints(
        complaints(
            complaint("1", "9876543210", complainant_mobile="my own 91234 56789 (Ravi)"),
            complaint("2", "9123456789"),
        )
    )
    assert listed(registry) == {A: "block"}


def test_a_number_that_was_confirmed_but_never_named_waits(registry: ng.Registry) -> None:
    registry.decide([D], "confirmed", "a slip of the pen")
    assert (status_of(registry, D), listed(registry)) == ("review", {})
    assert waiting(registry) == [(D, "confirmed_but_never_named")]
    registry.decide([D], "accepted", "checked once more")
    assert listed(registry) == {D: "block"}
    # Confirmed again after that, it waits again, until a complaint names it.
    registry.decide([D], "confirmed", "once more")
    assert listed(registry) == {}
    registry.add_complaints(complaints(complaint("1", "7776665554")))
    assert listed(registry) == {D: "block"}


def test_confirming_what_waits_settles_it(registry: ng.Registry) -> None:
    registry.add_complaints(complaints(complaint("1", "98765 43210 (Axel)")))
    registry.decide([A], "confirmed", "his voice on the recording")
    assert (listed(registry), waiting(registry)) == ({A: "block"}, [])


def test_the_last_look_stops_a_list_with_a_number_that_waits(registry: ng.Registry, tmp_path: Path) -> None:
    registry.add_complaints(complaints(complaint("1", "9876543210")))
    made = registry.block_list()
    registry.add_complaints(complaints(complaint("1", "9123456789")))
    with pytest.raises(RegistryError, match="only linked, or that nothing names"):
        made.write(tmp_path / "list.csv")


@pytest.mark.parametrize("ending", ["withdrawn", "reverified", "reactivated"])
def test_the_final_check_knows_that_a_confirmation_has_ended(registry: ng.Registry, ending: Any) -> None:
    store = registry._case.store
    to_block = pa.table({"msisdn": pa.array([A], pa.uint64()), "action": ["block"]})
    registry.decide([A], "confirmed", "re-verification failed")
    refuse_unfit(store, store.head(), to_block)
    registry.decide([A], ending, "looked at once more")
    with pytest.raises(RegistryError, match="would block a number that is only linked"):
        refuse_unfit(store, store.head(), to_block)


def test_the_final_check_knows_what_was_taken_back_and_what_was_amended(registry: ng.Registry) -> None:
    store = registry._case.store
    to_block = pa.table({"msisdn": pa.array([A], pa.uint64()), "action": ["block"]})
    intake = registry.add_complaints(complaints(complaint("1", "rang from 9876543210 they say")))
    registry.decide([A], "accepted", "asked the complainant")
    registry.withdraw_intake(intake.id, "a wrong file")
    with pytest.raises(RegistryError, match="would block a number that is only linked"):
        refuse_unfit(store, store.head(), to_block)
    # A complainant's number is protected though a later version of the complaint has another.
    registry.add_complaints(complaints(complaint("2", "9123456789", complainant_mobile="9876543210")))
    registry.add_complaints(complaints(complaint("2", "9123456789", complainant_mobile="8887776665")))
    with pytest.raises(RegistryError, match="protected"):
        refuse_unfit(store, store.head(), to_block)


@pytest.mark.parametrize("ending", [".csv", ".xlsx", ".jsonl"])
def test_a_sheet_goes_out_and_comes_back(tmp_path: Path, ending: str) -> None:
    from click.testing import CliRunner

    from numguard.cli import verbs

    path, cases = tmp_path / f"waiting{ending}", str(tmp_path / "cases.db")
    with ng.Registry(cases, by="HC 1234") as registry:
        registry.add_complaints(
            complaints(
                complaint("1", "98765 43210 (Axel)"),
                complaint("2", "Ravi: 91234 56789"),
                complaint("3", "=cmd: 88877 76665"),
                complaint("4", "Bob: +46 70 123 45 67"),
            )
        )

    def run(*arguments: str) -> str:
        done = CliRunner().invoke(verbs, ["review", "--registry", cases, *arguments], catch_exceptions=False)
        assert done.exit_code == 0
        return done.output

    assert "4 numbers wait for a decision" in run("--sheet", str(path))
    fill(path, {A: "accepted", B: "Dismissed", 46701234567: "accepted"})
    done = run("--by", "SI 77", "--take", str(path), "--reason", "asked the complainants")
    assert "2 numbers accepted, 1 dismissed, 1 left open, 0 decided before, 0 refused" in done
    again = run("--by", "SI 77", "--take", str(path), "--reason", "asked the complainants")
    assert "0 numbers accepted, 0 dismissed, 1 left open, 3 decided before, 0 refused" in again
    with ng.Registry(cases, by="HC 1234") as registry:
        assert listed(registry) == {A: "block"}
        assert status_of(registry, 46701234567) == "reported"
        assert [row["msisdn"] for row in registry.review().to_pylist()] == [C]
        assert registry.history(f"+{B}").to_pylist()[-1]["by"] == "SI 77"


def test_a_decision_in_a_hidden_row_of_a_sheet_is_an_error(registry: ng.Registry, tmp_path: Path) -> None:
    """What is pasted over filtered rows is pasted into the hidden ones too: their numbers were accepted."""
    registry.add_complaints(complaints(complaint("1", "98765 43210 (Axel)"), complaint("2", "Ravi: 91234 56789")))
    book = book_of(["msisdn", "decision", "reason"], [A, "accepted", "seen"], [B, "accepted", "seen"])
    page = book.active
    page.row_dimensions[3].hidden = True
    book.save(tmp_path / "waiting.xlsx")
    with pytest.raises(InputError, match="row 3 has a decision and is hidden in the spreadsheet"):
        registry.take_review(tmp_path / "waiting.xlsx")
    assert listed(registry) == {}
    page["B3"].value = None
    book.save(tmp_path / "waiting.xlsx")
    assert registry.take_review(tmp_path / "waiting.xlsx").accepted == 1
    assert listed(registry) == {A: "block"}


def fill(path: Path, decided: dict[int, str]) -> None:
    """Writes decisions into a sheet, as an officer would."""
    if path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path)
        page = book.active
        assert page is not None
        head = [cell.value for cell in page[1]]
        for row in page.iter_rows(min_row=2):
            number = int(str(row[head.index("msisdn")].value))
            row[head.index("decision")].value = decided.get(number)
        book.save(path)
        return
    from numguard.source.records import read_records

    table: Any = read_records(path, lambda _: False, None).table
    words = [decided.get(int(number)) for number in table["msisdn"].to_pylist()]
    table = table.set_column(table.schema.get_field_index("decision"), "decision", pa.array(words, pa.string()))
    path.unlink()
    from numguard.files import write_rows

    write_rows(path, table.schema, table.to_reader())


@pytest.mark.parametrize("file", ["desk 2.csv", "=desk 1.csv"])
def test_a_sheet_of_last_month_decides_nothing_about_a_number_that_was_named_anew(
    file: str, registry: ng.Registry, tmp_path: Path
) -> None:
    """Its number was accepted, then dismissed; what it waits for now, the sheet never showed."""

    def sheet(name: str) -> Path:
        shown = registry.review()
        decided = shown.append_column("decision", pa.array(["accepted"] * len(shown)))
        pv.write_csv(decided.append_column("reason", pa.array(["seen"] * len(shown))), tmp_path / name)
        return tmp_path / name

    registry.add_complaints(complaints(complaint("1", "98765 43210 (Axel)")), name="=desk 1.csv")
    first = sheet("first.csv")
    assert registry.take_review(first).accepted == 1
    assert registry.take_review(first).known == 1
    registry.decide(["98765 43210"], "dismissed", "the complainant's brother")
    registry.add_complaints(complaints(complaint("2", "98765 43210 (Ravi)")), name=file)
    done = registry.take_review(first)
    assert (done.accepted, done.refusals["note"].to_pylist()) == (0, ["not_as_shown"])
    assert listed(registry) == {}
    second = sheet("second.csv")
    # A spreadsheet writes a mark before what may be a formula, and a number with a fraction.
    second.write_text(second.read_text().replace("desk 2.csv", "'desk 2.csv").replace(",1,", ",1.0,"))
    assert registry.take_review(second).accepted == 1
    third = registry.take_review(pa.table({"msisdn": [str(A)], "decision": ["accepted"], "reason": ["seen"]}))
    assert third.known == 1


def test_a_sheet_is_refused_where_it_is_not_clear(registry: ng.Registry) -> None:
    rows = [complaint("1", "Axel: 9876543210"), complaint("2", "Ravi: 9123456789"), complaint("3", "8887776665")]
    registry.add_complaints(complaints(*rows))
    sheet = pa.table(
        {
            "msisdn": [str(A), str(B), str(B), "9.19877E+11", str(A), str(A), str(C), str(D)],
            "decision": ["accepted", "accepted", "dismissed", "accepted", "blocked", None, "dismissed", "accepted"],
            "reason": [None, "seen", "seen", "seen", "seen", None, "seen", "seen"],
        }
    )
    done = registry.take_review(sheet)
    assert [(row["row"], row["column"], row["note"]) for row in done.refusals.to_pylist()] == [
        # Another row of its number has a word that is none.
        (1, "decision", "contradiction"),
        (2, "decision", "contradiction"),
        (3, "decision", "contradiction"),
        (4, "msisdn", "precision_lost"),
        (5, "decision", "contradiction"),
        # One that is named for certain, and one that nothing names: these rows decide nothing.
        (7, "msisdn", "waits_for_no_decision"),
        (8, "msisdn", "waits_for_no_decision"),
    ]
    assert (done.accepted, done.dismissed, done.left, done.known, done.events) == (0, 0, 2, 0, ())
    assert len(waiting(registry)) == 2


def test_accept_and_dismiss_are_decisions(registry: ng.Registry) -> None:
    registry.add_complaints(complaints(complaint("1", "Axel: 9876543210"), complaint("2", "Ravi: 9123456789")))
    sheet = pa.table({"msisdn": [str(A), str(B)], "decision": ["Accept", "dismiss"], "reason": ["seen", "seen"]})
    done = registry.take_review(sheet)
    assert (done.accepted, done.dismissed, registry.take_review(sheet).known) == (1, 1, 2)


def test_a_sheet_that_was_corrected_replaces_no_decision_and_says_so(registry: ng.Registry) -> None:
    registry.add_complaints(complaints(complaint("1", "Axel: 9876543210")))
    accepted, dismissed = (
        pa.table({"msisdn": [str(A)], "decision": [word], "reason": ["seen"]}) for word in ("accepted", "dismissed")
    )
    registry.take_review(accepted)
    done = registry.take_review(dismissed)
    assert (done.known, done.refusals["note"].to_pylist()) == (0, ["decided_otherwise"])
    assert listed(registry) == {A: "block"}
    registry.decide([A], "dismissed", "a mistake")
    done = registry.take_review(dismissed)
    assert (done.known, done.refusals.num_rows, listed(registry)) == (1, 0, {})


def test_a_registry_of_before_is_brought_forward(tmp_path: Path) -> None:
    """What an older version took out of narratives, or from beside any words, waits once it is opened by this one."""
    path = tmp_path / "cases.db"
    with ng.Registry(path, by="HC 1234") as registry:
        registry.add_complaints(complaints(complaint("1", "9876543210"), complaint("2", "9123456789")))
        registry._case.store.dialect.execute("UPDATE naming SET note = 'from_narrative' WHERE msisdn = 919123456789")
        make_older(registry, 2)
    with ng.Registry(path, by="HC 1234") as registry:
        assert listed(registry) == {A: "block"}
        assert waiting(registry) == [(B, "from_narrative")]


def test_no_number_is_in_the_repr_of_an_intake_or_in_an_error(registry: ng.Registry) -> None:
    intake = registry.add_complaints(complaints(complaint("1", "98765 43210 (Axel)")))
    with pytest.raises(ArgumentError) as caught:
        registry.decide([B], "accepted", "x")
    for text in (repr(intake), str(caught.value), repr(registry)):
        assert "98765" not in text
        assert "91234" not in text
