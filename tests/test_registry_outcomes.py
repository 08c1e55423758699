"""Outcomes of operators: with dates and reasons, and refused where their order is not certain."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from openpyxl.styles import Font

import numguard as ng
from numguard.errors import UnsupportedTypeError
from numguard.registry.answers.figures import figures
from registry_cases import IST, A, B, C, D, complaint, complaints, registry, status_of
from workbooks import book_of

__all__ = ["registry"]


@pytest.fixture
def case(registry: ng.Registry) -> ng.Registry:
    registry.add_complaints(complaints(complaint("1", "9876543210; 9123456789")))
    return registry


def answers(*rows: tuple[str, str, str | None]) -> pa.Table:
    numbers, statuses, dates = zip(*rows, strict=True)
    return pa.table({"mobile": numbers, "outcome": statuses, "date": pa.array(dates, pa.string())})


def why(intake: ng.Intake) -> list[tuple[int, str, str, str]]:
    return [(row["row"], row["column"], row["cell"], row["note"]) for row in intake.refusals.to_pylist()]


def test_an_older_answer_changes_nothing(case: ng.Registry) -> None:
    case.record_outcomes(answers(("9876543210", "blocked", "05/10/2026")))
    late = case.record_outcomes(
        answers(("9876543210", "Reverified", "01/10/2026"), ("9123456789", "rejected", "01/10/2026"))
    )
    assert (late.added, late.repeated, late.refused) == (1, 0, 1)
    assert why(late) == [(1, "happened_at", "01/10/2026", "older_than_known")]
    assert case.refusals(late.id or 0)["note"].to_pylist() == ["older_than_known"]
    assert (status_of(case, A), status_of(case, B)) == ("blocked", "rejected")
    newer = case.record_outcomes(answers(("9876543210", "reactivated", "06/10/2026")))
    assert (newer.added, status_of(case, A)) == (1, "reactivated")


def test_an_earlier_file_without_dates_that_is_sent_again_undoes_no_later_answer(case: ng.Registry) -> None:
    """It has no date, so that a number that was given back was blocked again by the file of the week before."""
    blocked, restored = (answers(("9876543210", word, None)) for word in ("blocked", "restored"))
    first, second = (case.record_outcomes(one) for one in (blocked, restored))
    again = case.record_outcomes(blocked)
    assert (again.id, again.added, again.repeated, status_of(case, A)) == (first.id, 0, 1, "reactivated")
    # Once it is withdrawn, it is a file like any other; so is another file with the same answer.
    case.withdraw_intake(first.id or 0, "not of this case")
    assert (case.record_outcomes(blocked).added, status_of(case, A)) == (1, "blocked")
    more = case.record_outcomes(answers(("9876543210", "Restored", None), ("9123456789", "blocked", None)))
    assert (more.added, status_of(case, A), second.added) == (2, "reactivated", 1)


@pytest.mark.parametrize("day", ["29/11/2025", "29-Nov-25", "2025-11-29 10:00"])
def test_a_column_of_days_that_is_not_read_is_named(case: ng.Registry, day: str) -> None:
    """Its answers counted as of the day on which they were recorded, without a word: the file recorded last held."""
    answer = {"mobile": ["9876543210", "9123456789"], "outcome": ["Barred", "Barred"], "Status Date": [day, ""]}
    table = pa.table(answer | {"review_by": [day, day], "Circle": ["HR", "HR"], "Pin": ["12345", "12345"]})
    shown = (
        "the column 'Status Date' has dates and is not read: if the answers are of these days, name it with --map "
        "COLUMN=happened_at (mapping=), else leave it out with COLUMN=ignore"
    )
    intake = case.record_outcomes(table)
    assert (intake.added, intake.warnings) == (2, [shown])
    for mapping in ({"Status Date": "happened_at"}, {"Status Date": "ignore"}):
        assert case.record_outcomes(table, mapping=mapping).warnings == []
    assert case.record_outcomes(table.append_column("date", table["Status Date"])).warnings == []


def test_a_file_that_was_refused_in_part_is_recorded_again_for_the_rest(case: ng.Registry) -> None:
    """The answer of a number whose complaint came later was lost if the file counted as recorded."""
    file = answers(("9876543210", "blocked", None), ("8887776665", "blocked", None))
    first = case.record_outcomes(file)
    case.add_complaints(complaints(complaint("2", "8887776665")))
    again = case.record_outcomes(file)
    assert [(one.added, one.repeated, one.refused) for one in (first, again)] == [(1, 0, 1), (1, 1, 0)]
    assert status_of(case, C) == "blocked"
    head = case._case.store.head()
    assert (case.record_outcomes(file).repeated, case._case.store.head()) == (2, head)


@pytest.mark.parametrize("column", ["A", "B"])
def test_an_outcome_that_is_struck_out_is_refused(case: ng.Registry, tmp_path: Path, column: str) -> None:
    book = book_of(["msisdn", "status"], [A, "Blocked"], [B, "Blocked"])
    sheet = book.active
    sheet[f"{column}3"].font = Font(strike=True)
    book.save(tmp_path / "answers.xlsx")
    intake = case.record_outcomes(tmp_path / "answers.xlsx")
    assert (intake.added, status_of(case, A), status_of(case, B)) == (1, "blocked", "reported")
    assert intake.refusals.select(["row", "note"]).to_pylist() == [{"row": 3, "note": "struck_out"}]


@pytest.mark.parametrize("decision", ["reactivated", "reverified"])
@pytest.mark.parametrize("word", ["blocked", "rejected"])
def test_an_answer_of_an_earlier_day_undoes_no_release(
    case: ng.Registry, tmp_path: Path, decision: Any, word: str
) -> None:
    """A number that was found to be in use stayed blocked, since the file of the week before came late."""
    case.export(tmp_path / "dot.csv", to="DoT")
    case.decide(["9876543210"], decision, "the owner showed the form of the operator")
    today = datetime.now(IST).date()
    late = case.record_outcomes(answers(("9876543210", word, f"{today - timedelta(days=1):%d/%m/%Y}")))
    assert (late.added, status_of(case, A)) == (1, decision)
    if decision == "reactivated":
        change = case.block_list(since=1).to_table().filter(pa.compute.field("msisdn") == A)
        assert change["action"].to_pylist() == ["release"]
        assert late.unrequested["why"].to_pylist() == ["blocked_though_released"] * (word == "blocked")
    # One of the day itself is the later one, as is one without a date; and after a confirmation each answer counts.
    case.record_outcomes(answers(("9876543210", word, f"{today:%d/%m/%Y}")))
    assert status_of(case, A) == word
    case.decide(["9123456789"], "confirmed", "a witness")
    case.record_outcomes(answers(("9123456789", word, f"{today - timedelta(days=1):%d/%m/%Y}")))
    assert status_of(case, B) == word


def test_two_files_that_contradict_each_other_of_one_moment(case: ng.Registry) -> None:
    first = case.record_outcomes(answers(("9876543210", "blocked", "2026-10-05")))
    second = case.record_outcomes(
        answers(("9876543210", "Rejected", "2026-10-05"), ("9876543210", "blocked", "2026-10-05 11:00"))
    )
    assert (second.added, second.refused) == (1, 1)
    assert why(second) == [(1, "status", "Rejected", "contradiction")]
    # When the first intake is withdrawn as wrong, the other answer can be recorded.
    case.withdraw_intake(first.id or 0, "read from the wrong column")
    case.withdraw_intake(second.id or 0, "to be sent again")
    again = case.record_outcomes(answers(("9876543210", "Rejected", "2026-10-05")))
    assert (again.added, again.refused, status_of(case, A)) == (1, 0, "rejected")


@pytest.mark.parametrize(
    "rows",
    [
        [("9876543210", "blocked", "2026-10-05"), ("9876543210", "rejected", None)],
        [("9876543210", "rejected", None), ("9876543210", "blocked", None)],
        [("9876543210", "blocked", "2026-10-05"), ("9876543210", "rejected", "5/10/2026")],
    ],
)
def test_rows_without_a_certain_order_are_all_refused(case: ng.Registry, rows: list[Any]) -> None:
    intake = case.record_outcomes(answers(*rows, ("9123456789", "blocked", None)))
    assert [(row, column, note) for row, column, _, note in why(intake)] == [
        (1, "status", "contradiction"),
        (2, "status", "contradiction"),
    ]
    assert (status_of(case, A), status_of(case, B)) == ("reported", "blocked")


def test_rows_that_agree_or_have_an_order_are_taken(case: ng.Registry) -> None:
    rows = [
        ("9876543210", "reactivated", "2026-10-07"),
        ("9876543210", "blocked", "2026-10-05"),
        ("9123456789", "blocked", "2026-10-05"),
        ("9123456789", "blocked", None),
    ]
    intake = case.record_outcomes(answers(*rows))
    assert (intake.added, intake.repeated, intake.refused) == (4, 0, 0)
    assert (status_of(case, A), status_of(case, B)) == ("reactivated", "blocked")
    again = case.record_outcomes(answers(*rows))
    assert (again.id, again.added, again.repeated, again.refused) == (intake.id, 0, 4, 0)


def test_what_has_not_happened_yet_is_refused(case: ng.Registry) -> None:
    """A year mistyped would stand in the way of every answer to come."""
    today = datetime.now(IST)
    intake = case.record_outcomes(
        answers(
            ("9876543210", "blocked", (today + timedelta(days=1)).strftime("%Y-%m-%d")),
            ("9123456789", "blocked", today.strftime("%Y-%m-%d 23:59")),
        )
    )
    assert [(row, column, note) for row, column, _, note in why(intake)] == [(1, "happened_at", "in_the_future")]
    assert (status_of(case, A), status_of(case, B)) == ("reported", "blocked")


def test_a_change_has_the_reason_of_the_operator(case: ng.Registry, tmp_path: Any) -> None:
    case.export(tmp_path / "list.csv", replace=True, to="DoT")
    table = answers(("9876543210", "blocked", "2026-10-05"), ("9123456789", "rejected", "2026-10-05"))
    case.record_outcomes(table.append_column("remarks", pa.array([None, "subscriber is a hospital"])))
    change = case.block_list(since=2).to_table().to_pylist()
    assert {row["msisdn"]: (row["change"], row["status"], row["reason"]) for row in change} == {
        A: ("removed", "blocked", "answered_by_operator"),
        B: ("removed", "rejected", "subscriber is a hospital"),
    }


def test_a_block_that_was_not_requested_is_counted(registry: ng.Registry, tmp_path: Path) -> None:
    registry.add_complaints(complaints(complaint("1", "9876543210"), complaint("2", "9123456789; 8887776665")))
    registry.export(tmp_path / "list.csv", to="DoT")
    registry.add_complaints(
        complaints(complaint("3", "7776665554"), complaint("4", "9000000001", complainant_mobile="9000000002"))
    )
    registry.decide([B], "withdrawn", "the complaint was false")
    intake = registry.record_outcomes(
        answers(
            *((number, "blocked", None) for number in ("9876543210", "9123456789", "7776665554", "9000000002")),
            ("8887776665", "rejected", None),
        ),
        name="answers.csv",
    )
    assert (intake.added, intake.refused) == (5, 0)
    assert intake.unrequested.to_pylist() == [
        {"file": "answers.csv", "row": row, "msisdn": number, "why": why}
        for row, number, why in (
            (2, B, "blocked_though_released"),
            (3, D, "blocked_but_never_sent"),
            (4, 919000000002, "blocked_though_protected"),
        )
    ]
    assert "9000000002" not in repr(intake)
    case = registry._case
    unsettled = figures(case, case.store.head(), ng.registry.ListPolicy()).unsettled
    assert unsettled.select(["why", "numbers", "complaints"]).to_pylist() == [
        {"why": f"blocked_{why}", "numbers": 1, "complaints": None}
        for why in ("though_protected", "though_released", "but_never_sent")
    ]
    # The last answer counts, and what is known already is no news.
    dated = answers(("7776665554", "blocked", "2026-10-05"), ("7776665554", "reactivated", "2026-10-06"))
    assert registry.record_outcomes(dated).unrequested.num_rows == 0
    assert registry.record_outcomes(dated).unrequested.num_rows == 0
    # A number whose release was sent is not to be blocked, whatever names it since.
    registry.export(tmp_path / "change.csv", to="DoT", since=2)
    registry.decide([B], "confirmed", "failed re-verification")
    late = registry.record_outcomes(answers(("9123456789", "blocked", "2026-10-07")))
    assert late.unrequested["why"].to_pylist() == ["blocked_though_released"]


def test_the_history_says_of_a_block_that_no_list_requested_it(registry: ng.Registry, tmp_path: Path) -> None:
    def notes(number: int) -> list[tuple[str, str | None]]:
        rows = registry.history(f"+{number}").to_pylist()
        return [(row["status"], row["note"]) for row in rows if row["what"] == "outcome"]

    def block(*numbers: int, day: int) -> None:
        registry.record_outcomes(answers(*((f"+{n}", "blocked", f"0{day}/09/2026") for n in numbers)), name=str(day))

    registry.add_complaints(complaints(complaint("1", "9876543210"), complaint("2", "9123456789")))
    block(A, day=1)
    assert notes(A) == [("blocked", "blocked_but_never_sent")]
    page = registry.history_page(tmp_path / "history.html", f"+{A}").read_text()
    assert "never exported: the answer may be of another number." in page
    registry.decide([A], "confirmed", "a second witness")
    registry.export(tmp_path / "list.csv", to="DoT")
    block(A, B, day=2)
    # What was recorded before the list stays as it was.
    assert notes(A) == [("blocked", "blocked_but_never_sent"), ("blocked", None)]
    assert notes(B) == [("blocked", None)]
    registry.decide([B], "protected", "a hospital")
    registry.export(tmp_path / "change.csv", to="DoT", since="last")
    block(B, day=3)
    assert notes(B) == [("blocked", None), ("blocked", "blocked_though_released")]


def test_a_column_of_a_type_without_numbers_is_named(case: ng.Registry) -> None:
    numbers = pa.array([9876543210.0], pa.float32())
    sheet = pa.table({"acknowledgement_no": ["9"], "source": ["1930"], "suspect_mobiles": numbers})
    with pytest.raises(UnsupportedTypeError, match="desk 12: column 'suspect_mobiles': a column of type Float32"):
        case.add_complaints(sheet, name="desk 12")
    with pytest.raises(UnsupportedTypeError, match="table: column 'mobile': a column of type Float32"):
        case.record_outcomes(pa.table({"mobile": numbers, "outcome": ["blocked"]}))
    with pytest.raises(UnsupportedTypeError, match=r"column 'mobile': .* has lists: give each number a row of its own"):
        case.record_outcomes(pa.table({"mobile": [["9876543210"]], "outcome": ["blocked"]}))


REPEATS: list[tuple[str, tuple[str, ...], str, tuple[str | None, str]]] = [
    # The answer that was given, what came between, the same answer in another file without days, and what comes of it.
    ("reverified", (), "reverified", ("known", "reverified")),
    ("reverified", ("confirmed", "export"), "reverified", (None, "reverified")),
    ("reverified", ("confirmed",), "reverified", ("undated_repeat", "confirmed")),
    ("rejected", ("confirmed",), "rejected", ("undated_repeat", "confirmed")),
    ("blocked", ("confirmed",), "blocked", ("known", "confirmed")),
    ("blocked", ("reactivated",), "blocked", ("undated_repeat", "reactivated")),
    ("blocked", ("reactivated", "export"), "blocked", ("undated_repeat", "reactivated")),
    ("reverified", ("reactivated",), "reverified", ("known", "reactivated")),
    ("blocked", ("withdrawn",), "blocked", ("known", "withdrawn")),
    ("blocked", ("withdrawn", "export"), "blocked", (None, "withdrawn")),
    ("blocked", ("protected", "export"), "blocked", (None, "protected")),
]


@pytest.mark.parametrize(("answer", "between", "repeated", "expected"), REPEATS)
def test_an_answer_without_a_day_that_is_given_again_counts_if_something_was_sent_since(
    case: ng.Registry, tmp_path: Path, answer: str, between: tuple[str, ...], repeated: str, expected: tuple[str, str]
) -> None:
    case.export(tmp_path / "1.csv", to="DoT")
    case.record_outcomes(answers(("9876543210", answer, None)))
    for step in between:
        if step == "export":
            case.export(tmp_path / "2.csv", to="DoT", since="last")
        else:
            case.decide(["9876543210"], step, "checked")  # type: ignore[arg-type]
    again = case.record_outcomes(answers(("9876543210", repeated, None), ("9123456789", "blocked", None)))
    note, status = expected
    assert (again.added, again.repeated, again.refused) == (
        1 + (note is None),
        note == "known",
        note == "undated_repeat",
    )
    assert again.refusals["note"].to_pylist() == ["undated_repeat"] * again.refused
    assert status_of(case, A) == status
    if between[-1:] == ("export",) and status in {"withdrawn", "protected"}:
        # It is still blocked: the receiver is asked once more.
        assert again.unrequested["msisdn"].to_pylist() == [A]
        released = case.export(tmp_path / "3.csv", to="DoT", since="last").to_table()
        assert {"msisdn": A, "action": "release"} in released.select(["msisdn", "action"]).to_pylist()


@pytest.mark.parametrize(
    "word", ["Not our subscriber", "Number does not belong to us", "PORTED OUT", "MNP'd", "Not ours"]
)
def test_the_answer_that_a_number_is_another_operators_takes_it_off_no_list(case: ng.Registry, word: str) -> None:
    """The list went to two operators: as `rejected`, the answer of one undid the block that the other had made."""
    other = answers(("9876543210", word, "01/10/2026"), ("9123456789", "rejected", "01/10/2026"))
    first = case.record_outcomes(other, values={"not ours": "other_operator"})
    assert why(first) == [(1, "status", word, "other_operator")]
    assert (status_of(case, A), status_of(case, B)) == ("reported", "rejected")
    assert case.record_outcomes(answers(("9876543210", "Blocked", "01/10/2026"))).added == 1
    assert status_of(case, A) == "blocked"
    case.record_outcomes(other, values={"not ours": "other_operator"})
    assert status_of(case, A) == "blocked"


@pytest.mark.parametrize("remark", ["Not our subscriber", "Ported out", "Number does not belong to us"])
def test_a_block_of_a_number_of_another_operator_is_none(case: ng.Registry, remark: str) -> None:
    sheet = answers(("9876543210", "Blocked", "01/10/2026")).append_column("remarks", pa.array([remark]))
    assert why(case.record_outcomes(sheet)) == [(1, "status", "Blocked", "contradicted_in_row")]


@pytest.mark.parametrize("remark", ["Port out, disallowed", "MNP out - barred", "Other TSP"])
def test_a_remark_of_a_barred_service_contradicts_no_block(case: ng.Registry, remark: str) -> None:
    sheet = answers(("9876543210", "Blocked", "01/10/2026")).append_column("remarks", pa.array([remark]))
    assert case.record_outcomes(sheet).added == 1
