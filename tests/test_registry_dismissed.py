"""A number that was dismissed and is named again, and what else a sheet puts in force that an officer has to know."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import numguard as ng
from numguard.errors import RegistryError
from numguard.registry.numbers.safeguard import refuse_unfit
from registry_cases import A, B, complaint, complaints, listed, status_of
from warm import numguard

BESIDE, PLAIN = "Ravi 98765 43210", "98765 43210"
HEAD = "acknowledgement_no,source,suspect_mobiles"


def whys(registry: ng.Registry) -> list[tuple[int, str]]:
    return [(row["msisdn"], row["why"]) for row in registry.review().to_pylist()]


@pytest.mark.parametrize("status", ["Pending", "FIR registered"])
def test_an_old_sheet_that_is_saved_again_puts_no_dismissed_number_back(registry: ng.Registry, status: str) -> None:
    """The status had changed since, so that the sheet was not the same again."""
    registry.add_complaints(complaints(complaint("1", PLAIN, complaint_status="Pending")), name="a1")
    registry.add_complaints(complaints(complaint("1", PLAIN, complaint_status="Closed")), name="a2")
    registry.decide([A], "dismissed", "closed as false")
    again = complaints(complaint("1", PLAIN, complaint_status=status), complaint("2", "91234 56789"))
    for dry_run in (True, False):
        intake = registry.add_complaints(again, name="a1b", dry_run=dry_run)
        assert [(row["msisdn"], row["why"]) for row in intake.waiting.to_pylist()] == [(A, "dismissed_before")]
        assert intake.dismissed == 0
    assert (listed(registry), whys(registry)) == ({B: "block"}, [(A, "dismissed_before")])
    registry.decide([A], "accepted", "asked the complainant")
    assert listed(registry) == {A: "block", B: "block"}


def test_an_amendment_puts_no_dismissed_number_back_and_another_complaint_does(registry: ng.Registry) -> None:
    registry.add_complaints(complaints(complaint("1", BESIDE)))
    registry.decide([A], "dismissed", "the complainant's brother")
    for district in ("Nuh", "Hisar"):
        intake = registry.add_complaints(complaints(complaint("1", PLAIN, district=district)))
        assert (intake.dismissed, listed(registry), whys(registry)) == (0, {}, [(A, "dismissed_before")])
        registry.decide([A], "dismissed", "the brother, as was said")
        assert (status_of(registry, A), whys(registry)) == ("withdrawn", [])
    another = complaints(complaint("1", PLAIN, district="Rohtak"), complaint("2", PLAIN))
    for dry_run in (True, False):
        assert registry.add_complaints(another, dry_run=dry_run).dismissed == 1
    assert (listed(registry), whys(registry)) == ({A: "block"}, [])
    # It is no news from then on.
    assert registry.add_complaints(complaints(complaint("3", PLAIN))).dismissed == 0


@pytest.mark.parametrize(
    "amended", [complaint("1", "91234 56789"), complaint("1", BESIDE), complaint("1", PLAIN, complaint_status="Closed")]
)
def test_an_amendment_that_is_withdrawn_puts_no_dismissed_number_back(registry: ng.Registry, amended: Any) -> None:
    registry.add_complaints(complaints(complaint("1", PLAIN)), name="a1")
    intake = registry.add_complaints(complaints(amended), name="a2")
    registry.decide([A], "dismissed", "the complainant's brother")
    (row,) = (row for row in registry.would_withdraw(intake.id).to_pylist() if row["msisdn"] == A)
    assert (row["was"], row["status"], row["action"]) == ("withdrawn", "review", None)
    registry.withdraw_intake(intake.id, "a wrong file")
    assert (listed(registry), whys(registry)) == ({}, [(A, "dismissed_before")])
    registry.decide([A], "dismissed", "the brother, as was said")
    assert (status_of(registry, A), whys(registry)) == ("withdrawn", [])
    registry.decide([A], "accepted", "asked the complainant")
    assert listed(registry) == {A: "block"}


def test_the_final_check_knows_that_a_complaint_puts_no_dismissed_number_back(registry: ng.Registry) -> None:
    """It works it out by itself: here the list is made by hand, as an error of the code would make it."""
    store = registry._case.store
    to_block = pa.table({"msisdn": pa.array([A], pa.uint64()), "action": ["block"]})
    registry.add_complaints(complaints(complaint("1", BESIDE)))
    for district in ("Nuh", "Hisar"):
        registry.decide([A], "dismissed", "the complainant's brother")
        registry.add_complaints(complaints(complaint("1", PLAIN, district=district)))
        with pytest.raises(RegistryError, match="nothing names any more"):
            refuse_unfit(store, store.head(), to_block)
    registry.add_complaints(complaints(complaint("2", PLAIN)))
    refuse_unfit(store, store.head(), to_block)
    # What was certain while another complaint was dismissed stays.
    registry.decide([A], "dismissed", "the first means his brother")
    registry.add_complaints(complaints(complaint("2", PLAIN, district="Nuh")))
    refuse_unfit(store, store.head(), to_block)


def test_an_amendment_that_is_withdrawn_puts_back_what_was_dismissed_of_another_complaint(
    registry: ng.Registry,
) -> None:
    registry.add_complaints(complaints(complaint("1", PLAIN), complaint("2", BESIDE)))
    registry.decide([A], "dismissed", "the second means his brother")
    intake = registry.add_complaints(complaints(complaint("1", "91234 56789")))
    registry.withdraw_intake(intake.id, "a wrong file")
    assert (listed(registry), whys(registry)) == ({A: "block"}, [])


def test_what_was_certain_while_another_complaint_was_dismissed_stays(registry: ng.Registry) -> None:
    registry.add_complaints(complaints(complaint("1", PLAIN), complaint("2", BESIDE)))
    registry.decide([A], "dismissed", "the second means his brother")
    intake = registry.add_complaints(complaints(complaint("1", PLAIN, district="Nuh")))
    assert (listed(registry), intake.waiting.num_rows, intake.dismissed) == ({A: "block"}, 0, 0)
    registry.add_complaints(complaints(complaint("1", PLAIN, district="Nuh"), complaint("2", PLAIN)))
    assert registry.block_list().to_table()["complaints"].to_pylist() == [1]


@pytest.mark.parametrize(("ack", "listed_then"), [("1", []), ("2", [A])])
def test_desks_that_are_merged_in_any_order_agree(tmp_path: Path, ack: str, listed_then: list[int]) -> None:
    """One desk dismisses the number, and another one adds a sheet that names it plainly."""
    with ng.Registry(tmp_path / "one.db", by="HC 1") as one:
        one.add_complaints(complaints(complaint("1", BESIDE)))
        one.decide([A], "dismissed", "the complainant's brother")
    with ng.Registry(tmp_path / "two.db", by="HC 2") as two:
        two.add_complaints(complaints(complaint(ack, PLAIN)))
    answers = []
    for order in (("one", "two"), ("two", "one")):
        with ng.Registry(tmp_path / f"{order[0]} first.db", by="SI 3") as state:
            for desk in order:
                state.merge(tmp_path / f"{desk}.db")
            answers.append((sorted(listed(state)), whys(state)))
    assert answers == [(listed_then, [] if listed_then else [(A, "dismissed_before")])] * 2


def add(*rows: str, name: str = "sheet.csv", head: str = HEAD) -> list[str]:
    Path(name).write_text("\n".join([head, *rows]) + "\n")
    return numguard("complaints", "add", name).stderr.splitlines()


@pytest.fixture
def _case(desk: Path) -> None:
    (desk / "one.csv").write_text("9876543210\n")


@pytest.mark.usefixtures("_case")
def test_the_summary_counts_a_dismissed_number_that_is_in_force_again() -> None:
    add(f"1,1930,{BESIDE}")
    numguard("decide", "dismissed", "--numbers", "one.csv", "--reason", "the brother")
    assert add(f"1,1930,{PLAIN}")[1] == "1 number waits for a decision: dismissed_before 1; see numguard review"
    Path("other.csv").write_text(f"{HEAD}\n2,1930,{PLAIN}\n")
    line = "dismissed: 1 number that had been dismissed {} in force again, as another complaint names it; "
    shown = numguard("complaints", "add", "other.csv", "--dry-run").stderr
    assert line.format("would be") in shown
    run = numguard("complaints", "add", "other.csv", "--json")
    assert json.loads(run.stdout)["dismissed"] == 1
    numguard("complaints", "withdraw", "4", "--reason", "to see its text")
    assert line.format("is") in numguard("complaints", "add", "other.csv").stderr


@pytest.mark.usefixtures("_case")
def test_a_decision_against_protection_says_what_it_means() -> None:
    add(f"1,1930,{PLAIN}")
    for status in ("protected", "unprotected"):
        run = numguard("decide", status, "--numbers", "one.csv", "--reason", "checked")
    assert "not protected before" not in run.stderr
    assert "from now on no complaint protects these numbers" in run.stderr
    run = numguard("decide", "unprotected", "--numbers", "one.csv", "--reason", "checked")
    assert "1 of them: not protected before, and the decision is recorded all the same\n" in run.stderr
    run = numguard("decide", "unprotected", "--numbers", "one.csv", "--reason", "checked", "--json")
    assert json.loads(run.stdout)["not_protected"] == 1


def test_a_complainants_number_that_is_unprotected_and_in_force_has_a_warning(registry: ng.Registry) -> None:
    registry.add_complaints(complaints(complaint("1", "98765 43210, 91234 56789")))
    registry.decide([A], "unprotected", "no hospital after all")
    theirs = complaints(
        complaint("2", "8887776665", complainant_mobile="9812345678"),
        complaint("3", "8887776665", complainant_mobile=PLAIN),
    )
    for dry_run in (True, False):
        (warning,) = registry.add_complaints(theirs, dry_run=dry_run).warnings
        assert warning.startswith("1 complainant's number stays in force, the first in row 2: an earlier decision")
    assert A in listed(registry)
    registry.decide([A], "protected", "he is a victim")
    later = complaints(complaint("4", "7776665554", complainant_mobile=PLAIN))
    (warning,) = registry.add_complaints(later).warnings
    assert warning.startswith("1 number of a suspect is protected")


@pytest.mark.usefixtures("_case")
def test_a_number_that_leaves_the_list_by_a_status_is_no_amendments() -> None:
    head = f"{HEAD},Status"
    add(f"1,1930,{PLAIN},Pending", "2,1930,91234 56789,Pending", head=head)
    lines = add(f"1,1930,{PLAIN},Closed", "2,1930,8887776665,Pending", head=head, name="later.csv")
    moved = "dropped or moved between suspect and complainant, 1 of them no longer in force"
    named = "by the status of a complaint that still names it"
    assert [line for line in lines if line.startswith(("amendments", "status_unclear"))] == [
        f"amendments: 1 number {moved} (dropped_by_amendment 1); see numguard review",
        f"status_unclear: 1 number no longer in force, {named}; see numguard review",
    ]
    Path("third.csv").write_text(f"{head}\n2,1930,8887776665,Closed\n")
    account = json.loads(numguard("complaints", "add", "third.csv", "--json").stdout)
    assert (account["amendments"], account["no_longer_in_force_by_status"]) == ({}, 1)


@pytest.mark.parametrize("cells", [[BESIDE], [BESIDE, PLAIN]])
def test_a_row_that_repeats_a_dismissed_number_is_named(registry: ng.Registry, cells: list[str]) -> None:
    for cell in cells:
        registry.add_complaints(complaints(complaint("1", cell)))
        registry.decide([A], "dismissed", "the complainant's brother")
    again = complaints(complaint("1", cells[-1]), complaint("2", "91234 56789"))
    for dry_run in (True, False):
        intake = registry.add_complaints(again, dry_run=dry_run)
        assert (intake.added, intake.repeated, intake.dismissed, intake.waiting.num_rows) == (1, 1, 0, 0)
        (warning,) = intake.warnings
        assert warning.startswith("1 number named stays off the list by an earlier decision or answer: dismissed 1;")
    # One that another complaint names is in force, and no question.
    registry.add_complaints(complaints(complaint("3", PLAIN)))
    assert registry.add_complaints(complaints(complaint("1", cells[-1]), complaint("4", "8887776665"))).warnings == []


@pytest.mark.parametrize(
    ("field", "sum_", "is_more"),
    [
        ("amount_held", "500.01", True),
        ("amount_recovered", "501", True),
        ("amount_held", "500", False),
        ("amount_held", "", False),
    ],
)
def test_more_that_is_held_or_back_than_was_lost_is_named(
    registry: ng.Registry, field: str, sum_: str, is_more: bool
) -> None:
    sheet = complaints(complaint("1", PLAIN, amount_lost="500", **{field: sum_}))
    start = [f"{field}: more than amount_lost in row 1; it is recorded as written"]
    assert [text[: len(start[0])] for text in registry.add_complaints(sheet).warnings] == start * is_more
