"""A release is due to a receiver until a change has it, whatever other lists were sent in between."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

import numguard as ng
from registry_cases import HANDSET, A, B, C, complaint, complaints, registry, sightings
from registry_stores import postgres, store

__all__ = ["postgres", "registry", "store"]


def sent(registry: ng.Registry, folder: Path, to: str = "DoT", **how: Any) -> list[tuple[Any, ...]]:
    """The rows of a change, or of a list, that is sent."""
    how = {"since": "last"} | how
    table = registry.export(folder / "list.csv", to=to, replace=True, **how).to_table()
    columns = [name for name in ("msisdn", "change", "action") if name in table.column_names]
    return [tuple(row.values()) for row in table.select(columns).to_pylist()]


def answer(registry: ng.Registry, status: str, day: int, *numbers: int) -> None:
    rows = {"msisdn": [str(number) for number in numbers], "status": [status] * len(numbers)}
    moment = f"{date.today().replace(day=1, month=1).isoformat()} 0{day}:00:00"
    registry.record_outcomes(pa.table(rows | {"date": [moment] * len(numbers)}), name=f"answer {day}")


def test_a_whole_list_in_between_does_not_lose_a_release(registry: ng.Registry, tmp_path: Path) -> None:
    wrong = registry.add_complaints(complaints(complaint("1", "9876543210")))
    registry.add_complaints(complaints(complaint("2", "9123456789")))
    assert sent(registry, tmp_path, since=None) == [(B, "block"), (A, "block")]
    registry.withdraw_intake(wrong.id, "a sheet of another state")
    registry.decide([B], "protected", "a hospital")
    registry.add_complaints(complaints(complaint("3", "8887776665")))
    # A whole list has no rows to release.
    assert sent(registry, tmp_path, since=None) == [(C, "block")]
    assert sent(registry, tmp_path, since=None) == [(C, "block")]
    assert sent(registry, tmp_path, "Bank", since=None) == [(C, "block")]
    assert sent(registry, tmp_path) == [(B, "removed", "release"), (A, "removed", "release")]
    assert sent(registry, tmp_path) == []
    # No list asked the bank to block them.
    assert sent(registry, tmp_path, "Bank") == []


def test_a_whole_list_in_between_does_not_keep_a_block_without_grounds(registry: ng.Registry, tmp_path: Path) -> None:
    registry.add_complaints(complaints(complaint("1", "9876543210")))
    wrong = registry.add_complaints(complaints(complaint("2", "9123456789")))
    registry.expand(sightings((A, HANDSET), (B, HANDSET)))
    sent(registry, tmp_path, since=None)
    registry.withdraw_intake(wrong.id, "a sheet of another state")
    registry.expand(sightings((A, HANDSET), (B, HANDSET)))
    assert sent(registry, tmp_path, since=None) == [(B, "reverify"), (A, "block")]
    assert sent(registry, tmp_path) == [(B, "removed", "release"), (B, "added", "reverify")]
    assert sent(registry, tmp_path) == []


def test_a_release_for_one_receiver_is_not_one_for_another(registry: ng.Registry, tmp_path: Path) -> None:
    registry.add_complaints(complaints(complaint("1", "9876543210")))
    for to in ("DoT", "Bank"):
        sent(registry, tmp_path, to)
    registry.decide([A], "withdrawn", "the complaint was false")
    assert sent(registry, tmp_path) == [(A, "removed", "release")]
    assert sent(registry, tmp_path, "bank", since=None) == []
    assert sent(registry, tmp_path, "Bank") == [(A, "removed", "release")]
    assert sent(registry, tmp_path, "Bank") == []


def test_a_number_that_is_blocked_again_is_to_be_released_again(registry: ng.Registry, tmp_path: Path) -> None:
    registry.add_complaints(complaints(complaint("1", "9876543210")))
    sent(registry, tmp_path)
    answer(registry, "blocked", 1, A)
    registry.decide([A], "protected", "a hospital")
    assert sent(registry, tmp_path) == [(A, "removed", "release")]
    answer(registry, "reactivated", 2, A)
    answer(registry, "blocked", 3, A)
    assert sent(registry, tmp_path) == [(A, "removed", "release")]
    answer(registry, "blocked", 4, A)
    assert sent(registry, tmp_path) == [(A, "removed", "release")]
    assert sent(registry, tmp_path) == []
    answer(registry, "reactivated", 5, A)
    assert sent(registry, tmp_path) == []


def test_a_block_that_was_reported_before_a_whole_list_is_lifted(registry: ng.Registry, tmp_path: Path) -> None:
    registry.add_complaints(complaints(complaint("1", "9876543210", complainant_mobile="9123456789")))
    answer(registry, "blocked", 1, B)
    # The first list to a receiver is no change.
    assert sent(registry, tmp_path) == [(A, "added", "block")]
    assert sent(registry, tmp_path) == [(B, "removed", "release")]
    # A receiver who comes later has nothing to do with it.
    sent(registry, tmp_path, "Bank")
    assert sent(registry, tmp_path, "Bank") == []


def test_the_block_of_a_number_that_an_officer_verified_is_lifted_with_its_grounds(
    registry: ng.Registry, tmp_path: Path
) -> None:
    registry.add_complaints(complaints(complaint("1", "9876543210"), complaint("2", "9123456789")))
    sent(registry, tmp_path)
    answer(registry, "blocked", 1, A)
    registry.decide([A, B], "reverified", "the holders came with documents")
    assert sent(registry, tmp_path) == [(B, "removed", "none"), (A, "removed", "none")]
    registry.decide([A, B], "protected", "they are victims")
    assert sent(registry, tmp_path) == [(B, "removed", "release"), (A, "removed", "release")]
    assert sent(registry, tmp_path) == []


def test_the_block_of_a_number_of_another_district_now_is_lifted_where_it_was_asked_for(
    registry: ng.Registry, tmp_path: Path
) -> None:
    first = registry.add_complaints(complaints(complaint("1", "9876543210", district="Rohtak")))
    registry.add_complaints(complaints(complaint("2", "9876543210", district="Hisar")))
    for district in ("Rohtak", "Hisar"):
        sent(registry, tmp_path, district=district)
    registry.withdraw_intake(first.id, "a sheet of another state")
    assert sent(registry, tmp_path, district="Rohtak") == [(A, "removed", "none")]
    registry.decide([A], "withdrawn", "the complaint was false")
    assert sent(registry, tmp_path, district="Rohtak") == [(A, "removed", "release")]
    assert sent(registry, tmp_path, district="Rohtak") == []


def test_a_merged_list_to_the_same_receiver_counts(tmp_path: Path) -> None:
    desk = ng.Registry(tmp_path / "desk.db", by="SI Nuh")
    wrong = desk.add_complaints(complaints(complaint("1", "9876543210")))
    sent(desk, tmp_path, "dot")
    desk.withdraw_intake(wrong.id, "a sheet of another state")
    desk.close()
    with ng.Registry(by="SI State") as state:
        state.add_complaints(complaints(complaint("2", "9123456789")))
        state.merge(tmp_path / "desk.db")
        assert sent(state, tmp_path) == [(B, "added", "block")]
        assert sent(state, tmp_path) == [(A, "removed", "release")]
        assert sent(state, tmp_path) == []
