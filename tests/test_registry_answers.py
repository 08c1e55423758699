"""Answers of operators: which column has them, and rows and titles that contradict themselves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pytest

import numguard as ng
from numguard.errors import ColumnError
from numguard.registry.events.returned import OF_LISTS
from registry_cases import A, B, C, complaint, complaints, sightings, status_of
from workbooks import book_of_sheets


@pytest.fixture
def case() -> ng.Registry:
    registry = ng.Registry(by="HC 1234")
    registry.add_complaints(complaints(complaint("1", "9876543210; 9123456789; 8887776665")))
    return registry


def answer(**cells: str) -> pa.Table:
    """One answer about A, and nothing about B."""
    columns = {name.replace("_", " "): [cell, ""] for name, cell in cells.items()}
    return pa.table({"msisdn": [str(A), str(B)], **columns})


# A list that is sent back ------------------------------------------------------------------------------


def returned(case: ng.Registry, folder: Path, **added: list[str]) -> pa.Table:
    """The change that releases A and lists C, with columns of the operator behind ours."""
    case.decide(["8887776665"], "protected", "a hospital")
    case.export(folder / "1.csv", to="DoT")
    case.decide(["9876543210"], "reactivated", "the owner showed the form")
    case.decide(["8887776665"], "unprotected", "not the hospital's")
    case.export(folder / "2.csv", to="DoT", since="last")
    table = pa.csv.read_csv(folder / "2.csv")
    table = pa.table({name: table[name].cast(pa.string()) for name in table.column_names})
    assert table.select(["msisdn", "status", "action"]).to_pylist() == [
        {"msisdn": str(C), "status": "reported", "action": "block"},
        {"msisdn": str(A), "status": "reactivated", "action": "release"},
    ]
    for name, cells in added.items():
        table = table.append_column(name.replace("_", " "), pa.array(cells))
    return table


def test_the_columns_of_lists_are_known(case: ng.Registry, tmp_path: Path) -> None:
    case.expand(sightings((A, 35824005111111), (917776665554, 35824005111111)))
    case.export(tmp_path / "1.csv", to="DoT")
    tables = [case.block_list(since=1), case.export_handsets(tmp_path / "2.csv", to="DoT", since="last")]
    assert {name for table in tables for name in table.schema.names} == {*OF_LISTS}


def test_the_status_of_a_list_that_is_sent_back_is_no_answer(case: ng.Registry, tmp_path: Path) -> None:
    """`reactivated` was recorded where the operator had written that the number could not be restored."""
    table = returned(case, tmp_path, TSP_Response=["Barred", "Could not be restored"])
    with pytest.raises(ColumnError) as error:
        case.record_outcomes(table, name="back.csv")
    assert str(error.value) == (
        "back.csv: has the columns of a list of the registry: its 'status' is what is on record, and no answer; name "
        'the column of the answers with --map "TSP Response=status" (it may be TSP Response); or, if the answers are '
        "written into 'status' itself, say so with --map \"status=status\" (mapping=)"
    )
    done = case.record_outcomes(table, mapping={"TSP Response": "status"})
    assert (done.added, done.refusals["note"].to_pylist()) == (1, ["unknown_status"])
    assert (status_of(case, C), status_of(case, A)) == ("blocked", "reactivated")


@pytest.mark.parametrize(
    "heading",
    [
        "Current Status",
        "TSP Status",
        "Action Taken by TSP",
        "Blocking Status",
        "Response",
        "TSP Response",
        "Compliance",
    ],
)
def test_an_answer_is_found_below_a_further_heading_where_no_usual_one_is(case: ng.Registry, heading: str) -> None:
    answers = {"Mobile No": [str(A), str(C)], heading: ["Barred", ""]}
    done = case.record_outcomes(pa.table(answers))
    assert (done.added, done.refusals["note"].to_pylist()) == (1, ["empty"])
    # Beside a usual one it is another column, and of two neither is chosen.
    beside = case.record_outcomes(pa.table({**answers, "Status": ["Not restored", "Restored"]}))
    assert (beside.added, beside.unread) == (1, [heading])
    other = "Response" if heading != "Response" else "Compliance"
    with pytest.raises(ColumnError, match="more than one column could be status: "):
        case.record_outcomes(pa.table({**answers, other: ["Not barred", "Barred"]}))


def test_a_status_that_the_operator_wrote_over_is_chosen(case: ng.Registry, tmp_path: Path) -> None:
    table = returned(case, tmp_path)
    place = table.column_names.index("status")
    partly = table.set_column(place, "status", pa.array(["Barred", "reactivated"]))
    with pytest.raises(ColumnError, match=r'and no answer; if the answers .* with --map "status=status" \(mapping=\)$'):
        case.record_outcomes(partly)
    assert case.record_outcomes(partly, mapping={"status": "status"}).added == 2
    wholly = table.set_column(place, "status", pa.array(["Barred", "Restored on request"]))
    done = case.record_outcomes(wholly)
    assert (done.added, done.refusals["note"].to_pylist()) == (0, ["unknown_status"])


def test_a_list_without_our_status_has_the_answers_in_a_column_of_that_name(case: ng.Registry, tmp_path: Path) -> None:
    """It was an error that offered the column of days."""
    table = returned(case, tmp_path, Date=["", ""], Remarks=["", ""], TSP_Response=["Barred", "Restored"])
    with pytest.raises(ColumnError, match=r'"TSP Response=status" \(it may be TSP Response\)'):
        case.record_outcomes(table)
    table = table.select(["msisdn", "action", "reason", "Date", "Remarks"])
    for ours in (["REPORTED", "Blocked"], ["Blocked", "Reactivated"], ["blocked", "Blocked"]):
        with pytest.raises(ColumnError, match='"Status=status"'):
            case.record_outcomes(table.append_column("Status", pa.array(ours)))
    table = table.append_column("S.No.", pa.array(["1", "2"])).append_column("Circle", pa.array(["Haryana", "Delhi"]))
    done = case.record_outcomes(table.append_column("Status", pa.array(["Blocked", "Restored"])))
    assert (done.added, done.refused, status_of(case, C)) == (2, 0, "blocked")


@pytest.mark.parametrize("name", ["क्र.सं.", "क्र.", "क्रमांक", "No.", "Nos", "S.No", "Sr. No."])
@pytest.mark.parametrize("mobile", ["मोबाइल नंबर", "Mobile No", "Number"])
def test_a_column_of_serial_numbers_beside_the_numbers(case: ng.Registry, name: str, mobile: str) -> None:
    answers = pa.table({name: ["1"], mobile: [f"+{C}"], "Status": ["Blocked"]})
    assert case.record_outcomes(answers).added == 1


@pytest.mark.parametrize("name", ["Outcome", "Action taken"])
def test_a_known_column_beside_ours_has_the_answers(case: ng.Registry, tmp_path: Path, name: str) -> None:
    """Both were one too many, and so was the operator's column of remarks beside our reason."""
    table = returned(case, tmp_path, **{name: ["Barred", "Restored"], "Remarks": ["of 3 Sep", "of 4 Sep"]})
    done = case.record_outcomes(table)
    assert (done.added, done.refused, status_of(case, C)) == (2, 0, "blocked")
    assert {"status", "reason", "action"} <= {*done.unread}
    reasons = case.history(f"+{C}").to_pylist()
    assert [row["reason"] for row in reasons if row["what"] == "outcome"] == ["of 3 Sep"]


def test_what_a_list_requested_contradicts_no_answer(case: ng.Registry, tmp_path: Path) -> None:
    """A number that is blocked although its release was sent is counted, and its release is due."""
    table = returned(case, tmp_path, Outcome=["Barred", "Barred"])
    done = case.record_outcomes(table)
    assert (done.added, done.unrequested["why"].to_pylist()) == (2, ["blocked_though_released"])
    few = table.select(["msisdn", "action", "Outcome"]).append_column("change", table["change"])
    assert case.record_outcomes(few).refused == 0


@pytest.mark.parametrize(
    "names", [("District", "Reason"), ("Action",), ("District", "Circle", "Reason"), ("happened at", "reason")]
)
def test_the_sheet_of_an_operator_is_no_list_of_ours(case: ng.Registry, names: tuple[str, ...]) -> None:
    table = answer(Status="Barred", **dict.fromkeys(names, ""))
    assert case.record_outcomes(table).added == 1


@pytest.mark.parametrize("name", ["hop", "via_imei", "review_by"])
def test_one_column_that_is_ours_alone_shows_our_list(case: ng.Registry, name: str) -> None:
    with pytest.raises(ColumnError, match="TSP Response=status"):
        case.record_outcomes(answer(status="reactivated", **{name: "0", "TSP Response": "Could not be restored"}))


# Answers that contradict themselves -----------------------------------------------------------------------

CONTRADICTED = [
    ("Unblocked on", "10-11-2026"),
    ("Unblocked", "Yes"),
    ("Remarks", "reconnected on 10-11-2026 after re-verification"),
    ("Reason", "Wrong number - request rejected"),
    ("Reason", "Wrong number - ported out"),
    ("Remarks", "not to be blocked"),
    ("Remarks", "SIM could not be blocked, ported out"),
    ("Remarks", "Request for blocking is declined"),
    ("Remarks", "Rejected as the subscriber is a hospital"),
    ("Final status", "Not blocked"),
    ("Final status", "Rejected"),
    ("Present position", "Restored on 5 Feb"),
    ("Present position", "Barred; later un-barred"),
    ("Remarks", "ब्लॉक नहीं किया गया"),
    ("Re-verification", "Re-verification done"),
    ("Blocked", "No"),
    ("Remarks", "Blocked but restored on court order"),
    ("Remarks", "Barring lifted"),
    ("Remarks", "Unable to block"),
    ("Remarks", "Not yet blocked"),
    ("Identifier type", "Bank account"),
    *(
        ("Remarks", cell)
        for cell in (
            "Subsequently unblocked on 25.11.2026",
            "Since restored",
            "Number restored on 5 Feb",
            "Bar lifted",
            "Request withdrawn by LEA",
            "LEA withdrew request",
            "number is live",
            "SIM active",
            "Pending",
            "Under process",
            "Action not taken",
            "Will be blocked in 5 days",
            "Scheduled for blocking",
            "Blocking kept pending",
            "Kept in abeyance",
            "बंद नहीं किया गया",
            "ब्लॉक नहीं हुआ",
            "चालू कर दिया गया है",
            "block nahi hua",
            "chalu hai",
        )
    ),
    ("Current Status", "Active"),
    ("Remarks (if any)", "Under process"),
    ("Airtel remarks", "To be blocked"),
    ("Remarks", "- Under process"),
    ("Remarks", "1. Under process"),
    ("Remarks", "Request received. Under process"),
    ("Remarks", "No. will be blocked"),
    ("Remarks", "It is to be blocked by 10-12-2026"),
]


@pytest.mark.parametrize(("heading", "cell"), CONTRADICTED)
def test_a_row_that_contradicts_its_block_is_refused(case: ng.Registry, heading: str, cell: str) -> None:
    table = pa.table({"msisdn": [str(A), str(B)], "Status": ["Disconnected", "Barred"], heading: [cell, ""]})
    done = case.record_outcomes(table)
    assert (done.added, done.refused, status_of(case, A), status_of(case, B)) == (1, 1, "reported", "blocked")
    assert done.refusals.select(["row", "column", "cell", "note"]).to_pylist() == [
        {"row": 1, "column": "status", "cell": "Disconnected", "note": "contradicted_in_row"}
    ]
    # A column that the caller leaves out contradicts nothing.
    assert case.record_outcomes(table, mapping={heading: "ignore"}).added == 1
    assert status_of(case, A) == "blocked"


def test_the_day_of_an_unblocking_is_not_that_of_a_block(case: ng.Registry) -> None:
    """A warning names the column of days as one to map: the number was blocked on the day of its unblocking."""
    table = answer(Status="Barred", **{"Unblocked on": "10-11-2026"})
    done = case.record_outcomes(table, mapping={"Unblocked on": "happened_at"})
    assert (done.added, done.refusals["note"][0].as_py()) == (0, "contradicted_in_row")


@pytest.mark.parametrize(
    ("heading", "cell"),
    [
        ("Remarks", "permanently disconnected on 10-11-2026"),
        ("Remarks", "Refused to come for re-verification"),
        ("Remarks", "Re-KYC - refused"),
        ("Remarks", "Re-verification done - forged documents"),
        ("Remarks", "Not re-connected till date"),
        ("Remarks", "Could not be re-connected"),
        ("Unblocked on", "-"),
        ("Unblocked on", "NA"),
        ("Active", "No"),
        ("Circle", "HR"),
        ("Blocked on", "10-11-2026"),
        ("Remarks", "named by the victim"),
        ("IMEI status", "Not blocked"),
        ("WhatsApp status", "Restored"),
        ("Account status", "Unblocked"),
        ("KYC Status", "Rejected"),
        ("Previous status", "Reactivated"),
        ("Remarks", "Unblock request rejected"),
        ("Remarks", "Number was not blocked earlier, blocked now"),
        ("Remarks", "IMEI not blocked"),
        ("Remarks", "Handset could not be blocked"),
        ("Remarks", "Mule account not blocked"),
        ("Remarks", "Outgoing blocked; incoming not blocked"),
        ("Remarks", "Blocked, refund pending"),
        ("Remarks", "Re-verification - failed"),
        ("Remarks", "Number blocked. SDR - awaited"),
        ("Remarks", "Blocked, FIR - pending"),
        ("Remarks", "Number will be blocked for 2 years"),
        ("Remarks", "Requested numbers to be blocked are blocked"),
        ("Remarks", "Previous status - Active"),
        ("Remarks", "Customer withdrew unblock request"),
        ("Remarks", "Complainant withdrew request for refund"),
        ("LEA Request", "To be blocked"),
        ("Re-verification", "Failed"),
        ("CDR status", "Pending"),
        ("Customer Status", "Active"),
        ("Complaint Status", "Pending"),
        ("Remarks on re-verification", "Failed"),
        ("Status of case", "Under process"),
        ("Remarks", "SIM was active earlier"),
    ],
)
def test_what_agrees_with_a_block_is_recorded(case: ng.Registry, heading: str, cell: str) -> None:
    done = case.record_outcomes(pa.table({"msisdn": [str(A)], "Status": ["Blocked"], heading: [cell]}))
    assert (done.added, done.refused, status_of(case, A)) == (1, 0, "blocked")


@pytest.mark.parametrize(("word", "status"), [("Restored", "reactivated"), ("Rejected", "rejected")])
def test_only_a_block_is_contradicted(case: ng.Registry, word: str, status: str) -> None:
    table = answer(Status=word, Unblocked_on="10-11-2026", Remarks="Wrong number - request rejected")
    assert (case.record_outcomes(table).added, status_of(case, A)) == (1, status)


TITLES = ["Numbers not blocked", "Reconnected numbers", "Numbers that could not be blocked", "Request rejected"]


@pytest.mark.parametrize("title", TITLES)
def test_a_title_that_contradicts_a_block_is_an_error(case: ng.Registry, tmp_path: Path, title: str) -> None:
    path = tmp_path / "back.csv"
    path.write_text(f"Circle HR\n{title}\n\nMobile,Status\n9123456789,Restored\n9876543210,Blocked\n")
    with pytest.raises(ColumnError, match=r"^back.csv: the title in line 2 says .* and row 6 that its number is blo"):
        case.record_outcomes(path)
    assert status_of(case, A) == "reported"
    # It is the title of the answers where none of them is a block.
    path.write_text(f"{title}\nMobile,Status\n9123456789,Restored\n9876543210,Rejected\n")
    assert case.record_outcomes(path).added == 2


def test_a_line_in_the_table_is_a_title_of_the_rows_below(case: ng.Registry, tmp_path: Path) -> None:
    path = tmp_path / "back.csv"
    path.write_text(
        "S.No,Mobile,Status\nA. Numbers blocked,,\n1,9876543210,Blocked\n"
        "B. Numbers unblocked subsequently,,\n2,9123456789,Blocked\nC. Blocked numbers,,\n3,8887776665,Blocked\n"
    )
    done = case.record_outcomes(path)
    notes = done.refusals.select(["row", "note"]).to_pylist()
    assert [(one["row"], one["note"]) for one in notes if one["note"] != "empty"] == [(5, "contradicted_in_row")]
    assert [status_of(case, number) for number in (A, B, C)] == ["blocked", "reported", "blocked"]


@pytest.mark.parametrize(
    ("lines", "refused"),
    [
        # Below the heading of the numbers, and with a line of neither below it.
        (["B. Numbers unblocked subsequently,,", "Delhi circle,,", "9876543210,Blocked,"], [4]),
        # An answer without a number, a remark and a note are no titles.
        ([",Not blocked,", "9876543210,Blocked,"], []),
        ([",,Wrong number", "9876543210,Blocked,"], []),
        (["Note: do not unblock without our letter,,", "9876543210,Blocked,"], []),
        (["Numbers unblocked on court order are in annexure B,,", "9876543210,Blocked,"], []),
        (["9123456789,Reactivated,", "9876543210,Blocked,"], []),
    ],
)
def test_what_is_a_line_above_rows(case: ng.Registry, tmp_path: Path, lines: list[str], refused: list[int]) -> None:
    path = tmp_path / "back.csv"
    path.write_text("\n".join(["Mobile,Status,Remarks", *lines, ""]))
    notes = case.record_outcomes(path).refusals.select(["row", "note"]).to_pylist()
    assert [one["row"] for one in notes if one["note"] == "contradicted_in_row"] == refused


@pytest.mark.parametrize(
    "title",
    ["Blocked / not blocked", "Answer to the list of 3 Nov", "Numbers blocked", "Status (blocked/unblocked)",
     "Blocking/unblocking report"],
)  # fmt: skip
def test_a_title_of_both_or_none_is_no_error(case: ng.Registry, tmp_path: Path, title: str) -> None:
    path = tmp_path / "back.csv"
    path.write_text(f"{title}\nMobile,Status\n9876543210,Blocked\n")
    assert (case.record_outcomes(path).added, status_of(case, A)) == (1, "blocked")


def test_the_name_of_a_sheet_is_a_title_and_the_heading_of_a_group_is_none(case: ng.Registry, tmp_path: Path) -> None:
    def book(name: str, *rows: list[Any]) -> Path:
        book_of_sheets({name: rows}).save(tmp_path / "back.xlsx")
        return tmp_path / "back.xlsx"

    rows = [["Mobile", "Status", "Date", "Letter"], ["9876543210", "Blocked", "05/10/2026", None]]
    with pytest.raises(ColumnError, match=r"the name of the sheet says .* if the rows are right, change that name"):
        case.record_outcomes(book("Not blocked", *rows))
    groups = [["Subscriber", None, "Block", "Unblock"], *rows]
    assert case.record_outcomes(book("Sheet1", *groups)).added == 1


@pytest.mark.parametrize("word", ["Block", "BLOCK.", "ब्लॉक"])
def test_the_word_of_a_request_is_no_answer(case: ng.Registry, word: str) -> None:
    """A sheet that repeats what was requested was recorded as done."""
    done = case.record_outcomes(answer(Status=word))
    assert (done.added, done.refusals["note"].to_pylist()) == (0, ["unknown_status", "empty"])
    mapped = case.record_outcomes(answer(Status=word), values={word: "blocked"})
    assert (mapped.added, status_of(case, A)) == (1, "blocked")
