"""A release is due to a receiver until a change has it, whatever other lists were sent in between."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import numguard as ng
from numguard.errors import ArgumentError
from numguard.keyed import key_check
from registry_cases import HANDSET, A, B, C, complaint, complaints, registry, sightings
from registry_stores import postgres, store
from warm import numguard

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


def test_a_change_lifts_a_block_that_the_change_before_requested(registry: ng.Registry, tmp_path: Path) -> None:
    registry.add_complaints(complaints(complaint("1", "9876543210")))
    sent(registry, tmp_path)
    wrong = registry.add_complaints(complaints(complaint("2", "9123456789")))
    assert sent(registry, tmp_path) == [(B, "added", "block")]
    registry.withdraw_intake(wrong.id, "a sheet of another state")
    registry.expand(sightings((A, HANDSET), (B, HANDSET)))
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


def test_a_reported_block_is_to_be_lifted_by_each_receiver_that_had_a_list(
    registry: ng.Registry, tmp_path: Path
) -> None:
    """Which operator blocked it is not known; the release that another receiver has is not his."""
    registry.add_complaints(complaints(complaint("1", "9876543210")))
    sent(registry, tmp_path)
    registry.add_complaints(complaints(complaint("2", "9123456789")))
    sent(registry, tmp_path, "Bank")
    registry.record_outcomes(pa.table({"msisdn": [str(B)], "status": ["blocked"]}))
    assert sent(registry, tmp_path) == []
    registry.decide([B], "withdrawn", "the complaint was false")
    for to in ("Bank", "DoT"):
        assert sent(registry, tmp_path, to) == [(B, "removed", "release")]
    assert sent(registry, tmp_path) == []


def test_of_a_number_that_an_operator_reactivated_no_release_is_due(registry: ng.Registry, tmp_path: Path) -> None:
    registry.add_complaints(complaints(complaint("1", "9876543210"), complaint("2", "9123456789")))
    sent(registry, tmp_path)
    registry.record_outcomes(pa.table({"msisdn": [str(B)], "status": ["reactivated"]}))
    whole = registry.export(tmp_path / "list.csv", to="DoT", replace=True)
    assert whole.manifest["releases_due"] == 0
    assert sent(registry, tmp_path) == []


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


def left(registry: ng.Registry, folder: Path, to: str = "DoT", **how: Any) -> int | None:
    manifest = registry.export(folder / "left.csv", to=to, replace=True, **how).manifest
    count: int | None = manifest.get("releases_due")
    assert json.loads((folder / "left.csv.manifest.json").read_text()).get("releases_due") == count
    return count


def test_a_whole_list_says_how_many_releases_the_next_change_has(registry: ng.Registry, tmp_path: Path) -> None:
    wrong = registry.add_complaints(complaints(complaint("1", "9876543210", district="Rohtak")))
    registry.add_complaints(complaints(complaint("2", "9123456789"), complaint("3", "8887776665")))
    registry.expand(sightings((A, HANDSET), (C, HANDSET)))
    assert left(registry, tmp_path) == 0
    assert left(registry, tmp_path, district="Rohtak") == 0
    registry.withdraw_intake(wrong.id, "a sheet of another state")
    registry.decide([B], "protected", "a hospital")
    assert left(registry, tmp_path) == 2
    assert left(registry, tmp_path, key=bytes(range(32))) == 2
    # A list of an earlier day, of a district, to another receiver. B is of no district, and goes with any.
    assert left(registry, tmp_path, as_of=date.today()) is None
    assert left(registry, tmp_path, district="Rohtak") == 2
    assert left(registry, tmp_path, "Bank") == 0
    assert left(registry, tmp_path) == 2
    assert left(registry, tmp_path, since=0) == 2
    assert left(registry, tmp_path, since="last") == 0
    assert left(registry, tmp_path) == 0
    assert left(registry, tmp_path, district="Rohtak") == 0
    answer(registry, "blocked", 1, B)
    assert (left(registry, tmp_path), len(sent(registry, tmp_path))) == (1, 1)


def test_a_number_that_is_linked_now_is_due_too(registry: ng.Registry, tmp_path: Path) -> None:
    registry.add_complaints(complaints(complaint("1", "9876543210")))
    wrong = registry.add_complaints(complaints(complaint("2", "9123456789")))
    registry.expand(sightings((A, HANDSET), (B, HANDSET)))
    assert left(registry, tmp_path) == 0
    registry.withdraw_intake(wrong.id, "a sheet of another state")
    registry.expand(sightings((A, HANDSET), (B, HANDSET)))
    assert left(registry, tmp_path) == 1
    assert sent(registry, tmp_path) == [(B, "removed", "release"), (B, "added", "reverify")]


def test_a_merged_registry_counts_the_releases_that_are_due(tmp_path: Path) -> None:
    with ng.Registry(tmp_path / "desk.db", by="SI Nuh") as desk:
        wrong = desk.add_complaints(complaints(complaint("1", "9876543210")))
        sent(desk, tmp_path, "dot")
        desk.withdraw_intake(wrong.id, "a sheet of another state")
    with ng.Registry(by="SI State") as state:
        state.add_complaints(complaints(complaint("2", "9123456789")))
        state.merge(tmp_path / "desk.db")
        assert left(state, tmp_path) == 1
        assert sent(state, tmp_path) == [(A, "removed", "release")]


def test_the_command_line_says_which_command_writes_the_releases(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with ng.Registry("cases.db", by="HC 1234") as registry:
        registry.add_complaints(complaints(complaint("1", "9876543210", district="Nuh")))
        registry.export("one.csv", to="DoT Cell", district="Nuh")
        registry.decide([A], "protected", "a hospital")
    export = ("export", "--registry", "cases.db", "--by", "HC 1234", "--to", "DoT Cell", "--district", "nuh")
    run = numguard(*export, "two.csv")
    assert run.stderr.splitlines()[1] == (
        "releases_due: 1 release is due to DoT Cell, and a whole list has no releases: "
        'numguard export FILE --to "DoT Cell" --district nuh --since-last writes it'
    )
    assert json.loads(numguard(*export, "three.csv", "--json").stdout)["releases_due"] == 1
    run = numguard(*export, "four.csv", "--since-last")
    assert run.stderr.splitlines() == ["four.csv: 1 to release; export 6"]


def test_a_release_is_for_those_who_were_asked_to_block(registry: ng.Registry, tmp_path: Path) -> None:
    registry.add_complaints(complaints(complaint("1", "9876543210"), complaint("2", "9123456789")))
    sent(registry, tmp_path)
    # It waits for a decision, and is not on the first list to the bank.
    registry.add_complaints(complaints(complaint("1", "8887776665")))
    assert sent(registry, tmp_path, "Bank") == [(B, "added", "block"), (C, "added", "block")][::-1]
    registry.decide([A, B], "withdrawn", "the complaint was false")
    assert sent(registry, tmp_path, "Bank") == [(B, "removed", "release")]
    assert sent(registry, tmp_path)[:2] == [(C, "added", "block"), (B, "removed", "release")]
    assert sent(registry, tmp_path, "Bank") == []


def test_a_block_without_grounds_is_lifted_where_it_was_asked_for(registry: ng.Registry, tmp_path: Path) -> None:
    wrong = registry.add_complaints(complaints(complaint("1", "9876543210")))
    registry.add_complaints(complaints(complaint("2", "8887776665")))
    sent(registry, tmp_path)
    answer(registry, "blocked", 1, A)
    assert sent(registry, tmp_path, "Bank") == [(C, "added", "block")]
    registry.withdraw_intake(wrong.id, "a sheet of another state")
    registry.expand(sightings((C, HANDSET), (A, HANDSET)))
    assert sent(registry, tmp_path, "Bank") == []
    assert sent(registry, tmp_path) == [(A, "removed", "release"), (A, "added", "reverify")]
    assert sent(registry, tmp_path) == []


KEYS = [bytes(range(32)), bytes(range(32, 64))]


def test_a_number_known_under_an_earlier_key_alone_is_released_under_that_key(
    registry: ng.Registry, tmp_path: Path
) -> None:
    old, new = KEYS
    registry.add_complaints(complaints(complaint("1", "9876543210"), complaint("2", "9123456789")))
    registry.export(tmp_path / "old.csv", to="Bank", key=old)
    # It leaves the lists as it is blocked, and is known under the new key by no list.
    answer(registry, "blocked", 1, A)
    whole = registry.export(tmp_path / "new.csv", to="Bank", key=new)
    assert (len(whole), whole.manifest["releases_due"]) == (1, 0)
    registry.decide([A, B], "withdrawn", "the complaints were false")

    def change(key: bytes | None) -> tuple[list[str], list[int], dict[str, Any]]:
        sent = registry.export(tmp_path / "change.csv", to="Bank", key=key, since="last", replace=True)
        rows = sent.to_table().column(0).to_pylist()
        found = [number for number in (A, B) if ng.keyed_hash([f"+{number}"], key or new)[0].as_py() in rows]
        due = {name: sent.manifest.get(name) for name in ("releases_due", "releases_due_under")}
        return sent.to_table()["action"].to_pylist(), found, {**due, "list": sent.manifest["list"]}

    still = {"releases_due": 1, "releases_due_under": {key_check(old): 1}, "list": "delta"}
    assert change(new) == (["release"], [B], still)
    assert change(new) == ([], [], still)
    # Under the earlier key, the change has the releases alone, and no later change is relative to it.
    registry.add_complaints(complaints(complaint("3", "8887776665")))
    done = {"releases_due": 0, "releases_due_under": None}
    assert change(old) == (["release"], [A], {**done, "list": "releases"})
    with pytest.raises(ArgumentError, match="another key"):
        change(old)
    with pytest.raises(ArgumentError, match="keyed hashes"):
        change(None)
    assert change(new) == (["block"], [], {**done, "list": "delta"})


def test_a_release_under_one_key_lifts_no_block_that_was_requested_under_another(
    registry: ng.Registry, tmp_path: Path
) -> None:
    old, new = KEYS
    registry.add_complaints(complaints(complaint("1", "9876543210")))
    registry.export(tmp_path / "old.csv", to="Bank", key=old)
    first = registry.verify().events
    registry.export(tmp_path / "new.csv", to="Bank", key=new)
    registry.decide([A], "withdrawn", "the complaint was false")
    since = registry.export(tmp_path / "since.csv", to="Bank", key=old, since=first)
    assert (since.to_table()["action"].to_pylist(), since.manifest["releases_due_under"]) == (
        ["release"],
        {key_check(new): 1},
    )
    change = registry.export(tmp_path / "change.csv", to="Bank", key=new, since="last")
    assert change.to_table()["action"].to_pylist() == ["release"]


def test_the_command_line_says_under_which_key_releases_are_due(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NEW", "sixteen bytes or more")
    with ng.Registry("cases.db", by="HC 1234") as registry:
        registry.add_complaints(complaints(complaint("1", "9876543210"), complaint("2", "9123456789")))
        registry.export("one.csv", to="Bank", key=KEYS[0])
        registry.decide([A], "withdrawn", "the complaint was false")
        registry.export("two.csv", to="Bank")
    export = ("export", "--registry", "cases.db", "--by", "HC 1234", "--to", "Bank")
    run = numguard(*export, "three.csv", "--since-last")
    assert run.stderr == (
        "three.csv: nothing; export 5\n"
        f"releases_due: 1 release is due to Bank under another key (key_check {key_check(KEYS[0])}): "
        "numguard export FILE --to Bank --since-last writes it, with that key\n"
    )
    run = numguard(*export, "four.csv", "--key-env", "NEW")
    assert [line.split(":")[0] for line in run.stderr.splitlines()] == ["four.csv", "releases_due"]


def test_a_whole_list_after_lists_of_districts_and_the_reverse(registry: ng.Registry, tmp_path: Path) -> None:
    registry.add_complaints(
        complaints(
            complaint("1", "9876543210", district="Rohtak"),
            complaint("2", "9123456789", district="Hisar"),
            complaint("3", "8887776665"),
        )
    )
    rohtak, hisar = {"district": "Rohtak"}, {"district": "Hisar"}
    assert sent(registry, tmp_path, **rohtak) == [(A, "added", "block")]
    assert sent(registry, tmp_path, **hisar) == [(B, "added", "block")]
    registry.decide([A], "withdrawn", "the complaint was false")
    # The block of a list of a district is lifted by the next change of whole lists.
    assert left(registry, tmp_path) == 1
    assert sent(registry, tmp_path) == [(A, "removed", "release")]
    assert sent(registry, tmp_path, **rohtak) == [(A, "removed", "release")]
    # Back to lists of districts: of whole lists, each has what is of its district, and any what is of no list.
    registry.decide([B, C], "protected", "a hospital, and a school")
    assert sent(registry, tmp_path, **rohtak) == [(C, "removed", "release")]
    assert sent(registry, tmp_path, **hisar) == [(B, "removed", "release")]
    assert [sent(registry, tmp_path, **how) for how in (rohtak, hisar)] == [[], []]
    # It stands in the change of whole lists, whose last list has it.
    assert sent(registry, tmp_path) == [(C, "removed", "release"), (B, "removed", "release")]


def test_a_whole_change_since_a_list_of_a_district_has_what_whole_lists_requested(
    registry: ng.Registry, tmp_path: Path
) -> None:
    registry.add_complaints(
        complaints(complaint("1", "9876543210", district="Rohtak"), complaint("2", "9123456789", district="Hisar"))
    )
    for how in ({"since": None}, {"since": None, "district": "Hisar"}, {"since": None, "district": "Rohtak"}):
        sent(registry, tmp_path, **how)
    registry.decide([B], "withdrawn", "the complaint was false")
    sent(registry, tmp_path, district="Rohtak")
    last = registry._case.store.head()
    # Nothing was recorded since that change, which had what was due to the lists of its district.
    assert (B, "removed", "release") in sent(registry, tmp_path, since=last)
