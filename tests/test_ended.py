"""Complaints that have ended: which numbers an officer has to look at, and which sheet has the last word."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import numguard as ng
from numguard.registry.events.ended import ended_and_in_force
from registry_cases import A, B, C, complaint, complaints, listed, registry, status_of
from registry_stores import postgres, store
from warm import numguard

__all__ = ["postgres", "registry", "store"]

OPEN = ("Registered", str(A))
ENDS = ("Withdrawn", str(A))


def sheet(*rows: tuple[str | None, str], ack: str = "1") -> pa.Table:
    """Rows of one complaint, each with a status and the numbers that it names."""
    table = complaints(*(complaint(ack, numbers) for _, numbers in rows))
    return table.append_column("Status", pa.array([status for status, _ in rows], pa.string()))


def to_look_at(registry: ng.Registry) -> list[int]:
    found: list[int] = ended_and_in_force(registry._case, registry._case.store.head())["msisdn"].to_pylist()
    return sorted(found)


def ended(intake: Any) -> list[tuple[int, int, int]]:
    return [(row["row"], row["msisdn"], row["complaints"]) for row in intake.ended.to_pylist()]


def test_a_row_that_names_no_number_ends_what_its_complaint_names_on_record(registry: ng.Registry) -> None:
    registry.add_complaints(sheet(("Registered", f"{A}; {B}")))
    registry.add_complaints(complaints(complaint("2", str(B)), complaint("3", str(C))))
    for dry_run in (True, False):
        intake = registry.add_complaints(sheet(("Withdrawn", "")), dry_run=dry_run)
        assert ended(intake) == [(1, B, 2), (1, A, 1)]
        assert intake.ended["status"].to_pylist() == ["reported"] * 2
    assert to_look_at(registry) == [A]
    # A row that names some of them has all, each once.
    intake = registry.add_complaints(sheet(("Withdrawn", str(B)), ("Rejected", "")))
    assert ended(intake) == [(1, B, 2), (1, A, 1)]
    assert ended(registry.add_complaints(sheet(("Rejected", ""), ("Withdrawn", str(B))))) == [(1, A, 1), (2, B, 2)]
    # What an officer has decided on is no longer in force, and what a correction dropped is not named.
    registry.decide([A], "withdrawn", "the complaint was withdrawn")
    assert ended(registry.add_complaints(sheet(("False", "")))) == [(1, B, 2)]
    registry.add_complaints(sheet(("Registered", str(C))))
    assert ended(registry.add_complaints(sheet(("False", "")))) == [(1, C, 2)]


def test_a_dry_run_has_the_numbers_that_the_sheet_itself_puts_in_force(tmp_path: Path) -> None:
    ends, stands = sheet(("Withdrawn", str(A))), sheet(("Registered", str(A)), ack="2")
    with ng.Registry(tmp_path / "cases.db", by="HC 1") as registry:
        for dry_run in (True, False):
            intake = registry.add_complaints(pa.concat_tables([ends, stands]), dry_run=dry_run)
            assert ended(intake) == [(1, A, 1)]
        # B is in force today, and no more once its complaint names another number.
        registry.add_complaints(sheet(("Registered", str(B)), ack="3"))
        for dry_run in (True, False):
            amends = [sheet(("Registered", str(C)), ack="3"), sheet(("Withdrawn", str(B)), ack="4")]
            assert ended(registry.add_complaints(pa.concat_tables(amends), dry_run=dry_run)) == []


@pytest.mark.usefixtures("desk")
def test_the_command_line_has_the_numbers_of_a_row_without_any() -> None:
    head = "acknowledgement_no,source,suspect_mobiles,Status\n"
    Path("week1.csv").write_text(f"{head}1,1930,98765 43210,Registered\n")
    Path("week2.csv").write_text(f"{head}1,1930,,Withdrawn\n")
    Path("week3.csv").write_text(f"{head}1,1930,98765 43210,Under process\n")
    numguard("complaints", "add", "week1.csv")
    run = numguard("complaints", "add", "week2.csv", "--ended", "ended.csv")
    assert "complaint_ended: 1 number in force that ended complaints name, the first in row 2;" in run.stderr
    assert Path("ended.csv").read_text().splitlines()[1:] == [f'"{A}","week2.csv",2,1']
    run = numguard("complaints", "add", "week3.csv")
    assert "reopened: 1 complaint that had ended stands again by this file\n" in run.stderr


def test_an_ended_row_counts_wherever_it_is_among_the_rows_of_its_complaint(registry: ng.Registry) -> None:
    registry.add_complaints(sheet(OPEN))
    intake = registry.add_complaints(sheet(("", ""), ("", "-"), ENDS))
    assert ended(intake) == [(3, A, 1)]
    assert to_look_at(registry) == [A]
    (row,) = registry.action_taken().to_pylist()
    assert row["complaints"] == 1


def test_money_of_a_complaint_that_only_a_later_row_ends_is_not_counted(registry: ng.Registry) -> None:
    rows = sheet(("", ""), ("Withdrawn", "")).append_column("amount_lost", pa.array(["500", "500"]))
    registry.add_complaints(rows)
    registry.add_complaints(complaints(complaint("2", str(B))))
    assert registry.complaints_by_day()["complaints"].to_pylist() == [1]


def test_the_last_status_that_was_received_decides(registry: ng.Registry) -> None:
    registry.add_complaints(sheet(OPEN))
    registry.add_complaints(sheet(ENDS))
    assert to_look_at(registry) == [A]
    # The content is recorded already, and the status is what is new.
    for dry_run in (True, False):
        intake = registry.add_complaints(sheet(("Reopened", str(A))), dry_run=dry_run)
        assert (intake.reopened, intake.added, intake.updated, intake.repeated) == (1, 0, 0, 1)
    assert to_look_at(registry) == []
    assert listed(registry) == {A: "block"}
    (row,) = registry.action_taken().to_pylist()
    assert (row["named"], row["complaints"]) == (1, 1)
    assert [entry["what"] for entry in registry.history(A).to_pylist()] == ["named"]
    # It ends once more, by a row that is recorded already.
    again = registry.add_complaints(sheet(ENDS))
    assert (ended(again), to_look_at(registry)) == ([(1, A, 1)], [A])
    # The same file, twice in a row, changes nothing.
    assert registry.add_complaints(sheet(ENDS)).id == again.id
    assert intake.id is not None
    registry.withdraw_intake(intake.id, "a sheet of another state")
    assert to_look_at(registry) == [A]
    assert again.id is not None
    registry.withdraw_intake(again.id, "a sheet of another state")
    assert to_look_at(registry) == [A]


def test_an_ending_that_a_second_file_repeats_stays_without_the_first(registry: ng.Registry) -> None:
    registry.add_complaints(sheet(OPEN))
    first = registry.add_complaints(sheet(ENDS))
    week = pa.concat_tables([sheet(ENDS), sheet(("Registered", str(B)), ack="2")])
    second = registry.add_complaints(week)
    assert (ended(second), second.reopened, second.refused) == ([(1, A, 1)], 0, 1)
    # The same file again changes nothing.
    assert registry.add_complaints(week).id == second.id
    assert first.id is not None
    registry.withdraw_intake(first.id, "a sheet of another state")
    assert to_look_at(registry) == [A]
    # An officer has looked at it: a file that repeats the ending is no reason to look again.
    registry.decide([A], "reverified", "the holder was met")
    registry.record_outcomes(pa.table({"msisdn": [str(A)], "status": ["blocked"]}))
    assert (to_look_at(registry), status_of(registry, A)) == ([], "blocked")
    registry.add_complaints(pa.concat_tables([sheet(ENDS), sheet(OPEN, ack="3")]))
    assert (to_look_at(registry), status_of(registry, A)) == ([], "blocked")


def test_a_doubtful_number_that_was_accepted_before_its_complaint_ended_is_to_be_looked_at(
    registry: ng.Registry,
) -> None:
    registry.add_complaints(sheet(("Registered", "98765 43210 (Axel)")))
    registry.decide([A], "accepted", "the complainant was asked")
    assert to_look_at(registry) == []
    assert ended(registry.add_complaints(sheet(("Withdrawn", "")))) == [(1, A, 1)]
    assert (to_look_at(registry), listed(registry)) == ([A], {A: "block"})
    registry.add_complaints(complaints(complaint("2", str(A))))
    assert to_look_at(registry) == []


def test_a_reopening_goes_with_its_file(registry: ng.Registry) -> None:
    first = registry.add_complaints(sheet(OPEN))
    registry.add_complaints(sheet(ENDS))
    intake = registry.add_complaints(sheet(("FIR registered", str(A))))
    assert to_look_at(registry) == []
    assert intake.id is not None
    registry.withdraw_intake(intake.id, "a sheet of another state")
    assert to_look_at(registry) == [A]
    registry.add_complaints(sheet(("FIR registered", str(A))))
    assert to_look_at(registry) == []
    assert first.id is not None
    # A complaint of which only the reopening is left is no complaint.
    registry.withdraw_intake(first.id, "a sheet of another state")
    assert status_of(registry, A) == "withdrawn"
    assert registry.action_taken().num_rows == 0


@pytest.mark.parametrize("status", [None, "Closed", "Withdrawn"])
def test_what_does_not_say_that_it_stands_reopens_nothing(registry: ng.Registry, status: str | None) -> None:
    registry.add_complaints(sheet(OPEN))
    registry.add_complaints(sheet(ENDS))
    intake = registry.add_complaints(sheet((status, str(A)), ack="1"), name="week 3")
    assert intake.reopened == 0
    assert to_look_at(registry) == ([A] if status != "Closed" else [])
    assert status_of(registry, A) == ("reported" if status != "Closed" else "review")


def test_a_file_that_is_sent_again_reopens_nothing_but_ends_what_it_ended(registry: ng.Registry) -> None:
    one, two = sheet(OPEN), sheet(("Registered", str(B)), ack="2")
    first = registry.add_complaints(pa.concat_tables([one, two]))
    registry.add_complaints(sheet(ENDS))
    again = registry.add_complaints(pa.concat_tables([one, two]))
    assert (again.id, again.reopened, to_look_at(registry)) == (first.id, 0, [A])
    # A row that stands beside one that ends the same complaint reopens nothing either.
    both = registry.add_complaints(sheet(("Reopened", str(A)), ("Withdrawn", "")))
    assert both.reopened == 0


def test_content_that_is_new_reopens_too(registry: ng.Registry) -> None:
    registry.add_complaints(sheet(OPEN))
    registry.add_complaints(sheet(ENDS))
    intake = registry.add_complaints(complaints(complaint("1", f"{A}; {B}")))
    assert (intake.reopened, intake.updated, to_look_at(registry)) == (1, 1, [])


def test_an_officers_decision_holds_whatever_reopens_the_complaint(registry: ng.Registry) -> None:
    registry.add_complaints(sheet(OPEN))
    registry.add_complaints(sheet(ENDS))
    registry.decide([A], "withdrawn", "the complaint was withdrawn")
    registry.add_complaints(sheet(("Reopened", str(A))))
    assert listed(registry) == {}


def test_merged_registries_agree_on_what_has_ended(tmp_path: Path) -> None:
    def desk(name: str, *sheets: pa.Table) -> Path:
        with ng.Registry(tmp_path / name, by=name) as registry:
            for one in sheets:
                registry.add_complaints(one)
        return tmp_path / name

    one = desk("one.db", sheet(OPEN), sheet(ENDS), sheet(("Reopened", str(A))))
    two = desk("two.db", sheet(("Registered", str(B)), ack="2"), sheet(("False", ""), ack="2"))
    for mine, other in ((one, two), (two, one)):
        with ng.Registry(tmp_path / f"state of {mine.name}", by="SI State") as state:
            state.merge(mine)
            state.merge(other)
            assert to_look_at(state) == [B]
            assert ended(state.add_complaints(sheet(("Withdrawn", "")))) == [(1, A, 1)]
            assert to_look_at(state) == [B, A]
            assert state.add_complaints(sheet(("Open", str(B)), ack="2")).reopened == 1
            assert to_look_at(state) == [A]
