"""The status of a complaint: one that has ended blocks no number, and one that is not clear waits."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, count, islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import numguard as ng
from numguard.registry.answers.figures import figures
from numguard.registry.answers.notes import NOTES
from numguard.registry.events.ended import ended_and_in_force
from numguard.registry.sheets.complaint_status import ENDS, STANDS
from registry_cases import A, B, C, complaint, complaints, listed, registry, status_of
from warm import numguard

__all__ = ["registry"]

HEADINGS = [
    "Status",
    "Complaint Status",
    "Case Status",
    "STATUS OF COMPLAINT",
    "complaint_status",
    "Current Status",
    "Status as on 30.11.2026",
    "Complaint Status as on 30/11/2026",
    "Status (as of 2026-11-30)",
    "Present Status as on 30 Nov 2026",
    "Status as on date",
    "Status till date",
    "status_as_on_30_11_2026",
    "Latest Status",
    "Complaint Disposal Status",
    "शिकायत की स्थिति",
    "शिकायतों की स्थिति",
    "तक्रारीची सद्यस्थिती",
    "ફરિયાદની સ્થિતિ",
    "ਸ਼ਿਕਾਇਤ ਦੀ ਸਥਿਤੀ",
]


ENDED_IN_FORCE = (
    "complaint_ended: 1 number in force that ended complaints name, the first in row 2; what is recorded stays until "
    "decided: --ended FILE writes them; look at each with numguard history, then run numguard decide withdrawn "
    "--numbers FILE --reason TEXT"
)


def numbers() -> Iterator[int]:
    """Numbers that are each named by one complaint."""
    return chain([A, B, C], count(919811100000))


def with_status(*statuses: str | None, heading: str = "Status") -> pa.Table:
    """A complaint of each status, which names a number of its own: A, B and C come first."""
    rows = [complaint(str(k), str(number)) for k, number in enumerate(islice(numbers(), len(statuses)))]
    return complaints(*rows).append_column(heading, pa.array(statuses, pa.string()))


@pytest.mark.parametrize("heading", HEADINGS)
def test_a_complaint_that_has_ended_puts_no_number_on_a_list(heading: str) -> None:
    with ng.Registry(by="HC 1234") as registry:
        intake = registry.add_complaints(with_status("Registered", "Withdrawn", "Closed", heading=heading))
        assert (intake.added, intake.refused) == (2, 1)
        assert intake.refusals.select(["row", "column", "cell", "note"]).to_pylist() == [
            {"row": 2, "column": "complaint_status", "cell": "Withdrawn", "note": "complaint_ended"}
        ]
        assert intake.waiting.select(["msisdn", "why"]).to_pylist() == [{"msisdn": C, "why": "status_unclear"}]
        assert intake.ended.num_rows == 0
        assert listed(registry) == {A: "block"}
        assert status_of(registry, C) == "review"
        assert {"complaint_ended", "status_unclear"} <= set(NOTES)
        again = registry.add_complaints(with_status("Registered", "Withdrawn", "Closed", heading=heading))
        assert (again.id, again.added, again.repeated, again.refused) == (intake.id, 0, 2, 1)


#: Beside the words of the list.
STANDING = [
        None, "", "-", "NA", "REGISTERED", "Under-Process", "FIR Registered.", "FIR No. 123/2026",
        "FIR registered on 05-11-2026", "FIR No 12/2026 dated 1.11.2026", "Pending / लंबित",
        " under  process ", "Charge-sheeted", "Pending Investigation", "Investigation Under Process", "Open / Pending",
        "Pending with Cyber PS", "Pending - IO", "FIR Registered (123/2026)", "F.I.R. Registered", "Registered FIR",
        "inProgress", "UnderInvestigation", "Complaint accepted, FIR lodged.", "Pending since 05-11-2026",
        "Enquiry pending", "एफआईआर 12/2026 दर्ज",
]  # fmt: skip


@pytest.mark.parametrize("statuses", [[*sorted(STANDS), *STANDING], *([status] for status in STANDING[:8])], ids=len)
def test_complaints_that_stand(statuses: list[str | None]) -> None:
    with ng.Registry(by="HC 1234") as registry:
        assert registry.add_complaints(with_status(*statuses)).refusals.to_pylist() == []
        assert listed(registry) == dict.fromkeys(islice(numbers(), len(statuses)), "block")


ENDED = [
    "WITHDRAWN",
    "Withdrawn.",
    "withdrawn on 05/11/2026",
    "False_Complaint",
    "Closed - False",
    "Re\u200bjected",
    "Rejected (अस्वीकृत)",
    "खारिज/Rejected",
]


@pytest.mark.parametrize("statuses", [[*sorted(ENDS), *ENDED], *([status] for status in ENDED)], ids=len)
def test_complaints_that_have_ended(statuses: list[str]) -> None:
    with ng.Registry(by="HC 1234") as registry:
        refusals = registry.add_complaints(with_status(*statuses)).refusals
        assert refusals["cell"].to_pylist() == statuses
        assert set(refusals["note"].to_pylist()) == {"complaint_ended"}
        assert listed(registry) == {}
        assert len(registry.review()) == 0


UNKNOWN = [
        "Closed", "Disposed", "Resolved", "Refunded", "Blocked", "No action", "not withdrawn", "not false", "200", "1",
        "वापस लिए गए", "निरस्त की गईं", "झूठी पाई गई", "तक्रार मागे", "खोट्या तक्रारी", "પાછી ખેંચી", "ખોટી",
        "ਵਾਪਸ ਲਈ ਗਈ", "ਝੂਠੀਆਂ", "नोंदवली", "दाखल", "নথিভুক্ত", "ਦਰਜ ਨਹੀਂ",
        "दप्तरी दाखल", "registered; withdrawn", "दर्ज / खारिज",
        "Registered (अस्वीकृत)", "Rejected (XYZ अ)",
        "Registered (false)", "not registered", "withdrawn?", "to be withdrawn", "accepted?", "No FIR registered",
        "FIR: No", "FIR not registered", "pending closure", "Pending / withdrawn", "registered by mistake", "case",
        "at ps", "FIR registered u/s 182 IPC", "accepted closure", "FIR registered against complainant",
        "investigation closed", "Withdrawn / Rejected", "१२/०९",
]  # fmt: skip


@pytest.mark.parametrize("statuses", [UNKNOWN, *([status] for status in UNKNOWN[::12])], ids=len)
def test_a_status_on_neither_list_leaves_the_numbers_to_a_decision(statuses: list[str]) -> None:
    with ng.Registry(by="HC 1234") as registry:
        intake = registry.add_complaints(with_status(*statuses))
        assert (intake.added, intake.refused, listed(registry)) == (len(statuses), 0, {})
        assert registry.review()["why"].to_pylist() == ["status_unclear"] * len(statuses)
        waiting = list(islice(numbers(), len(statuses)))
        registry.decide(waiting, "accepted", "the desk confirms that they stand")
        assert listed(registry) == dict.fromkeys(waiting, "block")


def test_no_word_is_on_both_lists() -> None:
    assert not STANDS & ENDS
    assert {"dismissed", "declined", "complaint declined", "case dismissed", "not accepted", "প্রত্যাখ্যাত"} <= ENDS
    assert all("closed" not in word or len(word.split()) > 1 for word in STANDS | ENDS)


def test_a_recorded_complaint_stays_until_it_is_decided(registry: ng.Registry) -> None:
    registry.add_complaints(with_status("Registered", "Registered"))
    for dry_run in (True, False):
        intake = registry.add_complaints(with_status("Rejected", "Registered"), dry_run=dry_run, name="week2.csv")
        assert (intake.added, intake.updated, intake.repeated, intake.refused) == (0, 0, 1, 1)
        assert intake.ended.to_pylist() == [
            {"file": "week2.csv", "row": 1, "msisdn": A, "status": "reported", "complaints": 1}
        ]
        assert str(A) not in repr(intake)
    assert listed(registry) == {A: "block", B: "block"}
    registry.decide([A], "withdrawn", "the complaint was rejected")
    assert listed(registry) == {B: "block"}
    assert registry.add_complaints(with_status("Rejected")).ended.num_rows == 0


def test_a_complaint_that_another_row_ends_is_not_certain(registry: ng.Registry) -> None:
    rows = complaints(complaint("1", str(A)), complaint("1", str(B)), complaint("2", str(C)))
    intake = registry.add_complaints(rows.append_column("Status", pa.array(["Registered", "Withdrawn", "Registered"])))
    assert listed(registry) == {C: "block"}
    assert intake.waiting.select(["msisdn", "why"]).to_pylist() == [{"msisdn": A, "why": "status_unclear"}]


def test_of_several_columns_the_one_that_ends_it_counts(registry: ng.Registry) -> None:
    sheet = with_status("Registered", "Withdrawn", "Pending").append_column(
        "Case Status", pa.array(["False", "FIR", "Closed"])
    )
    intake = registry.add_complaints(sheet)
    assert intake.refusals["note"].to_pylist() == ["complaint_ended"] * 2
    assert intake.refusals["cell"].to_pylist() == ["Registered; False", "Withdrawn; FIR"]
    assert (listed(registry), status_of(registry, C)) == ({}, "review")
    with ng.Registry(by="HC 1234") as other:
        mapping = {"ignore": ["Status", "Case Status"]}
        assert other.add_complaints(sheet, mapping=mapping).added == 3
        assert other.add_complaints(sheet, mapping={"complaint_status": "Status", "ignore": "Case Status"}).refused == 1


def test_a_column_of_another_status_is_not_read(registry: ng.Registry) -> None:
    for heading in ("Account Status", "Mobile Status", "Transaction Status", "Status of number", "Amount Status"):
        assert registry.add_complaints(with_status("Withdrawn", heading=heading), dry_run=True).refused == 0


def test_the_command_line_counts_what_has_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    head = "acknowledgement_no,source,suspect_mobiles,Status\n"
    Path("week1.csv").write_text(f"{head}1,1930,98765 43210,Registered\n")
    Path("week2.csv").write_text(f"{head}1,1930,98765 43210,Withdrawn\n2,1930,91234 56789,Closed\n")
    how = ("--registry", "cases.db", "--by", "HC 1234")
    numguard("complaints", "add", "week1.csv", *how)
    run = numguard("complaints", "add", "week2.csv", *how)
    assert run.returncode == 0
    assert run.stderr.splitlines() == [
        "week2.csv: 1 complaint added, 0 updated, 0 repeated, 1 refused; 1 cell refused",
        "why: complaint_ended 1",
        "1 number waits for a decision: status_unclear 1; see numguard review",
        ENDED_IN_FORCE,
    ]


@pytest.mark.usefixtures("desk")
def test_the_numbers_of_complaints_that_have_ended_are_written_to_be_decided_on() -> None:
    head = "acknowledgement_no,source,suspect_mobiles,Status\n"
    Path("week1.csv").write_text(f"{head}1,1930,98765 43210,\n2,1930,91234 56789,\n3,1930,91234 56789,\n")
    Path("week2.csv").write_text(f"{head}1,1930,98765 43210,Withdrawn\n2,1930,91234 56789,False\n")
    numguard("complaints", "add", "week1.csv")
    run = numguard("complaints", "add", "week2.csv", "--ended", "ended.csv")
    (line,) = (one for one in run.stderr.splitlines() if one.startswith("complaint_ended:"))
    assert "2 numbers in force that ended complaints name, the first in row 2, 1 of them named by other" in line
    assert line.endswith("then run numguard decide withdrawn --numbers ended.csv --reason TEXT")
    assert Path("ended.csv").read_text().splitlines() == [
        '"msisdn","file","row","complaints"',
        f'"{A}","week2.csv",2,1',
        f'"{B}","week2.csv",3,2',
    ]
    assert Path("ended.csv").stat().st_mode & 0o077 == 0
    run = numguard("decide", "withdrawn", "--numbers", "ended.csv", "--reason", "the complaints were withdrawn")
    unread = "ended.csv: columns that were not read: file, row, complaints\n"
    assert (run.returncode, run.stderr) == (0, f"withdrawn: 2 numbers\n{unread}")


def test_a_report_counts_the_complaints_that_have_ended(registry: ng.Registry, tmp_path: Path) -> None:
    def waits() -> list[tuple[Any, ...]]:
        case = registry._case
        rows = figures(case, case.store.head(), ng.registry.ListPolicy()).unsettled
        return [(row["why"], row["numbers"], row["complaints"]) for row in rows.to_pylist()]

    registry.add_complaints(with_status("Registered", "Registered"))
    registry.add_complaints(complaints(complaint("9", str(B))))
    assert waits() == []
    later = registry.add_complaints(with_status("Rejected", "Withdrawn"))
    # Another complaint names B.
    assert waits() == [("complaint_ended", 1, 1)]
    assert "For an officer to look at" in registry.report(tmp_path / "report.html").read_text()
    assert later.id is not None
    registry.withdraw_intake(later.id, "another state's")
    assert waits() == []
    registry.add_complaints(with_status("Rejected", "Withdrawn", "Registered"), name="again")
    assert waits() == [("complaint_ended", 1, 1)]
    registry.decide([A], "confirmed", "a second witness")
    assert waits() == []
    registry.decide([A], "withdrawn", "the complaint was rejected")
    assert waits() == []


def test_a_complaint_that_names_numbers_again_has_not_ended(registry: ng.Registry) -> None:
    registry.add_complaints(with_status("Registered"))
    registry.add_complaints(with_status("Withdrawn"))
    assert len(ended_and_in_force(registry._case, registry._case.store.head())) == 1
    registry.add_complaints(complaints(complaint("1", f"{A}; {B}")))
    assert len(ended_and_in_force(registry._case, registry._case.store.head())) == 0


def test_a_complaint_that_ended_before_it_was_recorded_has_no_money(registry: ng.Registry) -> None:
    sheet = with_status("Withdrawn", "Registered").append_column("amount_lost", pa.array(["500", "70"]))
    registry.add_complaints(sheet)
    (row,) = registry.action_taken().to_pylist()
    assert (row["complaints"], str(row["amount_lost"])) == (1, "70.00")
    assert registry.complaints_by_day()["complaints"].to_pylist() == [1]


def test_a_text_of_a_page_is_no_known_status(registry: ng.Registry) -> None:
    intake = registry.add_complaints(with_status("pending " * 200, "no. " * 5_000))
    assert intake.waiting["why"].to_pylist() == ["status_unclear"] * 2


def test_a_report_says_how_many_complaints_may_be_counted_twice(registry: ng.Registry, tmp_path: Path) -> None:
    """The portal gives a complaint of the helpline its number; only the intake warned that both were counted."""

    def of(source: str, number: str) -> pa.Table:
        columns = {"acknowledgement_no": number, "source": source, "suspect_mobiles": str(A), "amount_lost": "500"}
        return pa.table({name: [cell] for name, cell in columns.items()})

    def twice() -> list[tuple[Any, ...]]:
        case = registry._case
        rows = figures(case, case.store.head(), ng.registry.ListPolicy()).unsettled
        return [(row["why"], row["numbers"], row["complaints"]) for row in rows.to_pylist()]

    registry.add_complaints(of("1930", "31110300000001"), name="helpline")
    # Every desk has a number 12.
    registry.add_complaints(of("1930", "12"), name="desk 1")
    registry.add_complaints(of("NCRP", "12"), name="desk 2")
    assert twice() == []
    portal = registry.add_complaints(of("NCRP", "31110300000001"), name="portal")
    assert twice() == [("other_source", None, 2)]
    assert (
        "One that is recorded under two sources is counted twice"
        in registry.report(tmp_path / "report.html").read_text()
    )
    assert portal.id is not None
    registry.withdraw_intake(portal.id, "the same complaints")
    assert twice() == []
