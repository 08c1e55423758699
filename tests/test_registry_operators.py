"""Several operators answer one list, and what they blocked is released, or requested again."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

import numguard as ng
from registry_cases import HANDSET, A, B, C, complaint, complaints, registry, sightings, status_of
from registry_stores import postgres, store
from test_registry_due import answer, left, sent

__all__ = ["postgres", "registry", "store"]


ANSWERS = list(permutations(["blocked", "rejected", "reverified"]))


@pytest.mark.parametrize("decision", ["withdrawn", "protected"])
@pytest.mark.parametrize("since", [None, "last"])
def test_what_one_operator_has_not_blocked_another_has_on_every_store(
    decision: ng.registry.Decision, since: str | None, registry: ng.Registry, tmp_path: Path
) -> None:
    operators_answer(registry, ANSWERS[-1], decision, since, tmp_path)


@pytest.mark.parametrize("answers", ANSWERS)
@pytest.mark.parametrize("decision", ["withdrawn", "protected"])
@pytest.mark.parametrize("since", [None, "last"])
def test_what_one_operator_has_not_blocked_another_has(
    answers: tuple[str, ...], decision: ng.registry.Decision, since: str | None, tmp_path: Path
) -> None:
    with ng.Registry(by="HC 1234") as registry:
        operators_answer(registry, answers, decision, since, tmp_path)


def operators_answer(
    registry: ng.Registry, answers: tuple[str, ...], decision: ng.registry.Decision, since: str | None, tmp_path: Path
) -> None:
    """A list goes to several operators, and lists go out between their answers."""
    registry.add_complaints(complaints(complaint("1", "9876543210")))
    sent(registry, tmp_path)
    for day, status in enumerate(answers, 1):
        answer(registry, status, day, A)
        sent(registry, tmp_path, since=since)
    registry.decide([A], decision, "the complaint was false")
    assert left(registry, tmp_path) == 1
    assert sent(registry, tmp_path) == [(A, "removed", "release")]
    assert (left(registry, tmp_path), sent(registry, tmp_path)) == (0, [])


def test_a_block_that_is_refused_as_an_older_answer_is_lifted(registry: ng.Registry, tmp_path: Path) -> None:
    """The operator who blocked it answers last, of an earlier day, so that no block is on record."""
    registry.add_complaints(complaints(complaint("1", "9876543210"), complaint("2", "9123456789")))
    sent(registry, tmp_path)
    answer(registry, "rejected", 2, A, B)
    answer(registry, "blocked", 1, A)
    assert sent(registry, tmp_path) == [(B, "removed", "none"), (A, "removed", "none")]
    registry.decide([A, B], "withdrawn", "the complaints were false")
    assert sent(registry, tmp_path) == [(B, "removed", "release"), (A, "removed", "release")]


def test_a_number_in_use_again_is_not_blocked_by_an_earlier_answer(registry: ng.Registry, tmp_path: Path) -> None:
    registry.add_complaints(complaints(complaint("1", "9876543210")))
    sent(registry, tmp_path)
    for day, status in enumerate(("blocked", "rejected", "reactivated", "rejected"), 1):
        answer(registry, status, day, A)
        sent(registry, tmp_path)
    registry.decide([A], "withdrawn", "the complaint was false")
    assert sent(registry, tmp_path) == []


@pytest.mark.parametrize(("status", "linked"), [("rejected", True), ("reverified", True), ("reverified", False)])
def test_the_block_of_a_number_that_no_complaint_names_any_more_is_lifted(
    status: Any, linked: bool, registry: ng.Registry, tmp_path: Path
) -> None:
    """Of several operators one has blocked it; the others have not, or an officer has verified its holder."""
    wrong = registry.add_complaints(complaints(complaint("1", "9123456789")))
    registry.add_complaints(complaints(complaint("2", "9876543210")))
    sent(registry, tmp_path)
    answer(registry, "blocked", 1, B)
    if linked:
        answer(registry, status, 2, B)
    else:
        registry.decide([B], status, "came with documents")
    assert sent(registry, tmp_path) == [(B, "removed", "none")]
    registry.withdraw_intake(wrong.id, "a sheet of another state")
    if linked:
        registry.expand(sightings((A, HANDSET), (B, HANDSET)))
    assert left(registry, tmp_path) == 1
    change = registry.export(tmp_path / "list.csv", to="DoT", since="last", replace=True).to_table()
    reason = "only_linked" if linked else "came with documents"
    assert change.select(["action", "status", "reason"]).to_pylist() == [
        {"action": "release", "status": status, "reason": reason}
    ]
    assert sent(registry, tmp_path) == []


def test_a_block_that_a_list_has_released_is_requested_again(registry: ng.Registry, tmp_path: Path) -> None:
    """It counted as blocked, and a new complaint put it on no list."""
    wrong = registry.add_complaints(complaints(complaint("1", "9876543210")))
    registry.add_complaints(complaints(complaint("2", "9123456789", complainant_mobile="8887776665")))
    for to in ("DoT", "Bank"):
        sent(registry, tmp_path, to)
    answer(registry, "blocked", 1, A, B, C)
    registry.withdraw_intake(wrong.id, "a sheet of another state")
    registry.decide([B], "protected", "a hospital")
    assert sent(registry, tmp_path) == [(C, "removed", "release"), (B, "removed", "release"), (A, "removed", "release")]
    registry.add_complaints(complaints(complaint("3", "9876543210"), complaint("4", "8887776665")))
    registry.decide([B, C], "unprotected", "it was not")
    assert [status_of(registry, number) for number in (A, B, C)] == ["reported"] * 3
    assert sum(row["blocked"] for row in registry.action_taken().to_pylist()) == 0
    assert sent(registry, tmp_path) == [(C, "added", "block"), (B, "added", "block"), (A, "added", "block")]
    # The bank was not asked to lift A and B, and has them on its list.
    assert sent(registry, tmp_path, "Bank") == [(C, "added", "block")]
    answer(registry, "blocked", 2, A, B, C)
    assert [status_of(registry, number) for number in (A, B, C)] == ["blocked"] * 3


def test_a_block_that_no_list_has_released_is_still_one(registry: ng.Registry, tmp_path: Path) -> None:
    wrong = registry.add_complaints(complaints(complaint("1", "9876543210")))
    sent(registry, tmp_path)
    answer(registry, "blocked", 1, A)
    registry.withdraw_intake(wrong.id, "a sheet of another state")
    registry.add_complaints(complaints(complaint("2", "9876543210")))
    assert (status_of(registry, A), sent(registry, tmp_path)) == ("blocked", [(A, "removed", "none")])
