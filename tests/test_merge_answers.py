"""Answers of operators that two desks recorded each, in registries that are merged."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from numguard.registry.numbers.state import Decision
from test_merge import complaint, two


def test_an_answer_that_two_desks_recorded_counts_from_the_first(tmp_path: Path) -> None:
    """In one registry the second is known already, and undoes no decision."""
    one, other = two(tmp_path)
    blocked = pa.table({"msisdn": ["9876543210"], "status": ["blocked"]})
    for hours, desk in enumerate((one, other)):
        desk.now += timedelta(hours=2 * hours)
        desk.registry.add_complaints(complaint("98765 43210"))
        desk.registry.record_outcomes(blocked)
    one.now += timedelta(hours=1)
    one.registry.decide(["98765 43210"], "reactivated", "a typing error")
    one.registry.merge(other.registry)
    assert one.registry.history("98765 43210")["status"].to_pylist().count("blocked") == 2
    case = one.registry._case
    assert case.state(case.store.head())["status"].to_pylist() == ["reactivated"]


def test_a_file_of_answers_that_two_desks_recorded_counts_once(tmp_path: Path) -> None:
    """Without dates, the second record of the file would come after what the first desk learned in between."""
    one, other = two(tmp_path)
    blocked, restored = (pa.table({"msisdn": ["9876543210"], "status": [word]}) for word in ("blocked", "restored"))
    for hours, desk in enumerate((one, other)):
        desk.now += timedelta(hours=2 * hours)
        desk.registry.add_complaints(complaint("98765 43210"))
        desk.registry.record_outcomes(blocked)
    one.now += timedelta(hours=1)
    one.registry.record_outcomes(restored)
    for desk, third in ((one, other), (other, one)):
        desk.registry.merge(third.registry)
        case = desk.registry._case
        assert case.state(case.store.head())["status"].to_pylist() == ["reactivated"]


@pytest.mark.parametrize(
    ("decision", "answer", "later", "rule", "status"),
    [
        ("confirmed", "reverified", "decision", "later", "confirmed"),
        ("confirmed", "reverified", "answer", "later", "reverified"),
        ("confirmed", "rejected", "answer", "later", "rejected"),
        ("withdrawn", "blocked", "answer", "withdrawn_first", "withdrawn"),
        ("reactivated", "blocked", "decision", "later", "reactivated"),
        ("reactivated", "blocked", "answer", "older_answer", "reactivated"),
        ("confirmed", "blocked", "answer", None, "blocked"),
        ("withdrawn", "reverified", "decision", None, "withdrawn"),
    ],
)
def test_a_decision_and_an_answer_of_two_desks_that_differ_are_a_contradiction(
    decision: Decision, answer: str, later: str, rule: str | None, status: str, tmp_path: Path
) -> None:
    """The clocks decide between desks that did not know of each other, and perhaps no one has looked at both."""
    one, other = two(tmp_path)
    one.registry.add_complaints(complaint("98765 43210"))
    other.registry.merge(one.registry)
    late, early = (one, other) if later == "decision" else (other, one)
    late.now = early.now + timedelta(days=2)
    one.registry.decide(["98765 43210"], decision, "checked")
    # The answer is of the day before, whenever it is recorded.
    day = f"{early.now - timedelta(days=1):%d/%m/%Y}"
    other.registry.record_outcomes(pa.table({"msisdn": ["9876543210"], "status": [answer], "happened_at": [day]}))
    one.now = other.now = late.now + timedelta(hours=1)
    found = [desk.registry.merge(third.registry).contradictions for desk, third in ((one, other), (other, one))]
    for desk, contradictions in zip((one, other), found, strict=True):
        case = desk.registry._case
        assert case.state(case.store.head())["status"].to_pylist() == [status]
        rows = [(r["kind"], r["held_value"], r["other_value"], r["rule"]) for r in contradictions.to_pylist()]
        values = (decision, answer) if status == decision else (answer, decision)
        assert rows == ([("decision_and_outcome", *values, rule)] if rule else [])


@pytest.mark.parametrize("decision", ["accepted", "dismissed"])
def test_a_decision_on_a_number_that_waits_at_another_desk_too_is_a_contradiction(
    decision: Decision, tmp_path: Path
) -> None:
    one, other = two(tmp_path)
    for number, (desk, words) in enumerate(((one, "Axel"), (other, "not sure:"))):
        desk.registry.add_complaints(complaint(f"{words} 98765 43210", acknowledgement_no=f"3170822000000{number}"))
    one.now = other.now = other.now + timedelta(hours=1)
    one.registry.decide(["98765 43210"], decision, "checked")
    (row,) = other.registry.merge(one.registry).contradictions.to_pylist()
    assert (row["kind"], row["held_value"], row["other_value"]) == ("decision_and_naming", decision, "waits")
    assert (row["rule"], row["held_by"], row["other_by"]) == ("settled_apart", "SI Rohtak", "SI Hisar")


@pytest.mark.parametrize("answers", [("blocked", "rejected"), ("rejected", "blocked")])
def test_two_answers_of_one_day_that_differ_have_a_rule_of_their_own(answers: tuple[str, str], tmp_path: Path) -> None:
    """Neither is older, and neither is undated: in one registry, the second is a `contradiction`."""
    one, other = two(tmp_path)
    for hours, (desk, status) in enumerate(zip((one, other), answers, strict=True)):
        desk.now += timedelta(hours=hours)
        desk.registry.add_complaints(complaint("98765 43210"))
        rows = {"msisdn": ["9876543210"], "status": [status], "happened_at": [f"{one.now:%d/%m/%Y}"]}
        desk.registry.record_outcomes(pa.table(rows))
    for desk, third in ((one, other), (other, one)):
        (row,) = desk.registry.merge(third.registry).contradictions.to_pylist()
        assert (row["held_value"], row["other_value"], row["rule"]) == (*answers, "same_moment")
        assert "same day or moment" in row["sentence"]
        case = desk.registry._case
        assert case.state(case.store.head())["status"].to_pylist() == [answers[0]]


def test_a_decision_holds_against_an_answer_that_another_of_its_day_contradicts(tmp_path: Path) -> None:
    one, other = two(tmp_path)
    one.registry.add_complaints(complaint("98765 43210"))
    other.registry.merge(one.registry)
    answered = [
        pa.table({"msisdn": ["9876543210"], "status": [status], "happened_at": [f"{one.now:%d/%m/%Y}"]})
        for status in ("blocked", "reverified")
    ]
    one.registry.record_outcomes(answered[0])
    one.registry.decide(["98765 43210"], "confirmed", "checked")
    other.now = one.now + timedelta(hours=1)
    other.registry.record_outcomes(answered[1])
    one.now = other.now + timedelta(hours=1)
    rows = one.registry.merge(other.registry).contradictions.to_pylist()
    assert {(r["kind"], r["held_value"], r["other_value"], r["rule"]) for r in rows} == {
        ("outcome", "blocked", "reverified", "same_moment"),
        ("decision_and_outcome", "confirmed", "reverified", "same_moment"),
    }
