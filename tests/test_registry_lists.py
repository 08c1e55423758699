"""What leaves the registry: deltas, brakes, outcomes that come back, stories of numbers, and nothing by mistake."""

from __future__ import annotations

import logging
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pytest

import numguard as ng
from numguard.errors import ArgumentError, BrakeError, RefusedCellsError, RegistryError
from numguard.registry.numbers.safeguard import refuse_unfit
from registry_cases import HANDSET, IST, A, B, C, D, complaint, complaints, listed, sightings, status_of


def test_deltas_hold_changes_and_releases(registry: ng.Registry, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    registry.add_complaints(complaints(complaint("1", "9876543210; 9123456789"), complaint("2", "8887776665")))
    first = registry.export(path, replace=True, to="DoT", since="last").to_table()
    assert first["change"].to_pylist() == ["added"] * 3
    assert len(registry.export(path, replace=True, to="DoT", since="last")) == 0
    registry.record_outcomes(pa.table({"mobile": ["9876543210"], "outcome": ["Blocked"]}))
    registry.decide([B], "protected", "a doctor's")
    registry.add_complaints(complaints(complaint("3", "7776665554")))
    change = {
        row["msisdn"]: (row["change"], row["action"], row["status"])
        for row in registry.export(path, replace=True, to="DoT", since="last").to_table().to_pylist()
    }
    assert change == {
        A: ("removed", "none", "blocked"),
        B: ("removed", "release", "protected"),
        D: ("added", "block", "reported"),
    }
    # A blocked number is on no list any more, and must be let go all the same.
    registry.decide([A], "withdrawn", "the complaint was false")
    rows = registry.export(path, replace=True, to="DoT", since="last").to_table().to_pylist()
    assert [(row["msisdn"], row["change"], row["action"], row["reason"]) for row in rows] == [
        (A, "removed", "release", "the complaint was false")
    ]
    # Another receiver starts with the whole list.
    assert registry.export(path, replace=True, to="Bank", since="last").to_table()["msisdn"].to_pylist() == [D, C]


def test_a_delta_releases_all_complainants(registry: ng.Registry) -> None:
    registry.add_complaints(complaints(complaint("1", "9876543210; 9123456789")))
    event = registry._case.store.head()
    registry.add_complaints(
        complaints(
            complaint("2", "8887776665", complainant_mobile="9876543210"),
            complaint("2", "8887776665", complainant_mobile="9123456789"),
        )
    )
    change = registry.block_list(since=event).to_table()
    changes = zip(*(change[name].to_pylist() for name in ("msisdn", "change", "action")), strict=True)
    assert sorted(changes) == sorted([(C, "added", "block"), (A, "removed", "release"), (B, "removed", "release")])


def test_a_change_of_a_district_is_relative_to_its_own_list(registry: ng.Registry, tmp_path: Path) -> None:
    def sent(district: str | None) -> dict[int, str]:
        listed = registry.export(
            tmp_path / "list.csv", replace=True, to="DoT", since="last", district=district
        ).to_table()
        return dict(zip(listed["msisdn"].to_pylist(), listed["change"].to_pylist(), strict=True))

    registry.add_complaints(
        complaints(complaint("1", "9876543210", district="Rohtak"), complaint("2", "9123456789", district="Hisar"))
    )
    assert sent("Rohtak") == {A: "added"}
    # The list of another district is no list of this one, and neither is the whole.
    assert sent("Hisar") == {B: "added"}
    assert sent(None) == {A: "added", B: "added"}
    registry.add_complaints(complaints(complaint("3", "8887776665", district="Hisar")))
    registry.decide([A], "withdrawn", "a victim's own number")
    assert sent(" HISAR") == {C: "added"}
    assert sent("Rohtak") == {A: "removed"}
    assert sent(None) == {A: "removed", C: "added"}
    assert sent("Rohtak") == sent("Hisar") == sent(None) == {}


def test_the_brake_compares_lists_of_one_district(registry: ng.Registry, tmp_path: Path) -> None:
    policy = ng.ListPolicy(max_growth=2)
    registry.add_complaints(
        complaints(
            complaint("0", "9876543210", district="Rohtak"),
            *(complaint(str(n), str(9000000001 + n), district="Hisar") for n in range(2, 9)),
        )
    )
    registry.export(tmp_path / "rohtak.csv", replace=True, to="DoT", district="Rohtak", policy=policy)
    registry.export(tmp_path / "hisar.csv", replace=True, to="DoT", district="Hisar", policy=policy)
    registry.add_complaints(complaints(*(complaint(f"r{n}", str(9000000101 + n), district="Rohtak") for n in range(2))))
    with pytest.raises(BrakeError, match="3 rows, the last one to the same receiver had 1"):
        registry.export(tmp_path / "rohtak.csv", replace=True, to="DoT", district="Rohtak", policy=policy)
    registry.export(tmp_path / "hisar.csv", replace=True, to="DoT", district="Hisar", policy=policy)


def test_the_brake_stops_a_list_that_grew_absurdly(registry: ng.Registry, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    policy = ng.ListPolicy(max_growth=2)
    registry.add_complaints(complaints(complaint("1", "9876543210")))
    registry.export(path, replace=True, to="DoT", policy=policy)
    kept = path.read_bytes()
    registry.add_complaints(complaints(*(complaint(str(n), str(9000000001 + n)) for n in range(2, 9))))
    head = registry._case.store.head()
    with pytest.raises(BrakeError, match="override"):
        registry.export(path, replace=True, to="DoT", policy=policy)
    for nothing in (" ", "\u200b"):
        with pytest.raises(ArgumentError, match="override: takes a sentence"):
            registry.export(path, replace=True, to="DoT", policy=policy, override=nothing)
    assert (path.read_bytes(), registry._case.store.head()) == (kept, head)
    registry.export(path, replace=True, to="DoT", policy=policy, override="eight raids in one day")
    assert "eight raids in one day" in registry.history(A)["reason"].to_pylist()


def test_the_brake_of_linkage_stores_nothing(registry: ng.Registry) -> None:
    registry.add_complaints(complaints(complaint("1", "9876543210")))
    crowd = sightings((A, HANDSET), *((916000000000 + n, HANDSET) for n in range(1_500)))
    policy = ng.LinkPolicy(max_numbers_per_imei=None)
    with pytest.raises(BrakeError, match="override"):
        registry.expand(crowd, policy)
    with pytest.raises(ArgumentError, match="override: takes a sentence"):
        registry.expand(crowd, policy, override="\u200b")
    assert registry._case.store.head() == 1
    assert registry.expand(crowd, policy, override="a seized SIM box").braked
    assert len(registry.block_list()) == 1_501


def test_outcomes_that_cannot_be_taken(registry: ng.Registry) -> None:
    registry.add_complaints(complaints(complaint("1", "9876543210; 9123456789")))
    table = pa.table(
        {
            "number": ["9876543210", "9123456789", "9123456789", "7776665554", "112", "9876543210", "9876543210"],
            "status": ["blocked", "blocked", "rejected", "blocked", "blocked", "vanished", "rejected"],
            "date": ["2026-10-01", "2026-10-02", "2026-10-02", "", "", "", "30/02/2026"],
            "remarks": ["", "", "", "", "", "", ""],
        }
    )
    intake = registry.record_outcomes(table, name="answers.csv")
    assert (intake.added, intake.repeated, intake.refused) == (1, 0, 6)
    assert [(r["row"], r["column"], r["note"]) for r in intake.refusals.to_pylist()] == [
        (2, "status", "contradiction"),
        (3, "status", "contradiction"),
        (4, "msisdn", "unknown_number"),
        (5, "msisdn", "short_code"),
        (6, "status", "unknown_status"),
        (7, "happened_at", "not_a_date"),
    ]
    again = registry.record_outcomes(table)
    assert (again.id, again.added, again.repeated) == (intake.id, 0, 1)
    assert status_of(registry, A) == "blocked"
    registry.withdraw_intake(intake.id, "of another state")
    assert status_of(registry, A) == "reported"


def test_history_has_author_time_reason_and_file(registry: ng.Registry, tmp_path: Path) -> None:
    intake = registry.add_complaints(
        complaints(complaint("31708220000001", "9876543210", district="Rohtak", reported_at="01/09/2026 10:30")),
        name="desk 12.csv",
    )
    registry.expand(sightings((A, HANDSET), (B, HANDSET)))
    registry.decide(["98765 43210"], "confirmed", "caller identified by voice")
    registry.export(tmp_path / "list.csv", replace=True, to="DoT Haryana")
    registry.record_outcomes(
        pa.table({"msisdn": ["9876543210"], "status": ["blocked"], "reason": ["done"]}), name="dot.csv"
    )
    story = registry.history("+91 98765-43210").to_pylist()
    assert [row["what"] for row in story] == ["named", "seen", "decided", "exported", "outcome"]
    assert {row["by"] for row in story} == {"HC 1234"}
    assert (story[0]["file"], story[0]["sha256"], story[0]["row"]) == ("desk 12.csv", intake.sha256, 1)
    assert story[0]["acknowledgement_no"] == "31708220000001"
    assert story[0]["reported_at"] == datetime(2026, 9, 1, 10, 30, tzinfo=IST)
    assert story[1]["via_imei"] == HANDSET
    assert (story[2]["status"], story[2]["reason"]) == ("confirmed", "caller identified by voice")
    assert (story[3]["to"], story[3]["status"]) == ("DoT Haryana", "block")
    assert (story[4]["file"], story[4]["status"], story[4]["reason"]) == ("dot.csv", "blocked", "done")
    linked = registry.history(str(B)[2:]).to_pylist()
    assert [(row["what"], row["via_imei"], row["via_msisdn"], row["hop"]) for row in linked] == [
        ("linked", HANDSET, A, 1),
        ("seen", HANDSET, None, None),
        ("exported", None, None, None),
    ]
    assert len(registry.history("9000000001")) == 0
    with pytest.raises(ArgumentError):
        registry.history("garbage")


def test_history_has_the_event_that_dropped_a_number(registry: ng.Registry) -> None:
    def story(number: int) -> list[tuple[int, str]]:
        return [(row["event"], row["what"]) for row in registry.history(f"+{number}").to_pylist()]

    def amended(suspects: str, complainant: str) -> ng.registry.Intake:
        return registry.add_complaints(complaints(complaint("1", suspects, complainant_mobile=complainant)))

    amended("9876543210", "9812345678")
    second = amended("9123456789", "9812345679")
    amended("9123456789 8887776665", "9812345679")
    named, dropped = [(1, "named")], [(2, "named no more")]
    assert story(A) == named + dropped
    assert story(919812345678) == [(1, "complainant"), (2, "complainant no more")]
    assert story(B) == [(2, "named"), (3, "named")]
    # What is taken back in between was not what a later version amended.
    registry.withdraw_intake(second.id or 0, "of another case")
    assert story(A) == [*named, *dropped, (4, "taken back")]
    registry.withdraw_intake(3, "this one too")
    assert status_of(registry, A) == "reported"
    amended("7776665554", "9812345678")
    assert story(A) == [*named, *dropped, (4, "taken back"), (5, "taken back"), (6, "named no more")]


def test_arguments(registry: ng.Registry) -> None:
    for call in (
        lambda: registry.decide(["9876543210"], "blocked", "why"),
        lambda: registry.decide(["9876543210"], "confirmed", " "),
        lambda: registry.decide([], "confirmed", "why"),
        lambda: registry.decide("9876543210", "confirmed", "why"),
        lambda: registry.numbers("nonsense"),
        lambda: registry.export("x.csv", to=""),
        lambda: registry.export("x.csv", replace=True, to="DoT", since="first"),
        lambda: registry.block_list(since=5),
        lambda: ng.Registry(by=""),
        *(lambda k=k: ng.ListPolicy(max_growth=k) for k in (0.5, float("nan"))),
        lambda: ng.ListPolicy(max_hop=0.5),  # type: ignore[arg-type]
    ):
        with pytest.raises(ArgumentError):
            call()
    with pytest.raises(RefusedCellsError):
        registry.decide(["9876543210", "1930"], "confirmed", "why")
    assert registry._case.store.head() == 0


def test_no_number_in_what_is_shown_or_logged(
    registry: ng.Registry, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    caplog.set_level(logging.DEBUG)
    intake = registry.add_complaints(
        complaints(complaint("1", "9876543210, 98765 432l0", complainant_mobile="9812345678"))
    )
    shown = [repr(intake), repr(registry), repr(registry.block_list()), str(registry.block_list().manifest)]
    for call in (
        lambda: registry.decide(["98765 432l0"], "confirmed", "why"),
        lambda: registry.history("98765432101"),
        lambda: registry.add_complaints(complaints(complaint("1", "9876543210")), mapping={"district": "x"}),
        lambda: registry.record_outcomes(pa.table({"msisdn": ["9876543210"]})),
        lambda: registry.export(tmp_path / "no" / "list.csv", replace=True, to="DoT"),
    ):
        with pytest.raises(ng.NumguardError) as error:
            call()
        shown.append(str(error.value))
    text = "\n".join(shown) + caplog.text
    assert "98765" not in text
    assert "98123" not in text


def test_a_number_protected_since_the_list_was_made_does_not_leave(registry: ng.Registry, tmp_path: Path) -> None:
    """The final check, which reads the log as the file is written."""
    registry.add_complaints(complaints(complaint("1", "9876543210; 9123456789")))
    made = registry.block_list()
    registry.decide([B], "protected", "a doctor's")
    with pytest.raises(RegistryError, match="1 rows of the list request an action for a protected number"):
        made.write(tmp_path / "list.csv")
    with pytest.raises(RegistryError, match="protected"):
        made.write_by_district(tmp_path)
    registry.decide([B], "unprotected", "no doctor after all")
    # A complainant is protected as long as the complaint stands.
    mine = registry.add_complaints(complaints(complaint("2", "7776665554", complainant_mobile="9876543210")))
    with pytest.raises(RegistryError, match="protected"):
        made.write(tmp_path / "list.csv")
    registry.withdraw_intake(mine.id, "a wrong file")
    made.write(tmp_path / "list.csv")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["list.csv", "list.csv.manifest.json"]


def test_a_list_made_before_its_complaint_was_taken_back_does_not_leave(registry: ng.Registry, tmp_path: Path) -> None:
    intake = registry.add_complaints(complaints(complaint("1", "9876543210")))
    made, of_the_day = registry.block_list(), registry.block_list(as_of=datetime.now(IST))
    registry.withdraw_intake(intake.id, "a wrong file")
    with pytest.raises(RegistryError, match="would block a number that is only linked"):
        made.write(tmp_path / "list.csv")
    # What the list was on an earlier day can be shown at any time.
    assert len(pa.csv.read_csv(of_the_day.write(tmp_path / "then.csv"))) == 1
    registry.close()
    with pytest.raises(RegistryError, match="closed"):
        of_the_day.write(tmp_path / "then.csv")


@pytest.mark.parametrize(("number", "action"), [("1800 123 4567", "block"), ("9999999999", "reverify")])
def test_the_final_check_refuses_numbers_without_a_subscriber(registry: ng.Registry, number: str, action: str) -> None:
    """The check derives statuses itself, so that it also finds faults in how lists are made."""
    registry.decide([number], "confirmed", "so it is said")
    rows = pa.table({"msisdn": ng.normalize([number]), "action": [action]})
    with pytest.raises(RegistryError, match="protected"):
        refuse_unfit(registry._case.store, 1, rows)
    registry.decide([number], "unprotected", "is a subscriber's")
    refuse_unfit(registry._case.store, 2, rows)


def test_the_final_check_knows_what_was_accepted(registry: ng.Registry) -> None:
    registry.add_complaints(complaints(complaint("1", "rang from 9876543210 they say")))
    store = registry._case.store
    to_block = pa.table({"msisdn": pa.array([A], pa.uint64()), "action": ["block"]})
    for settled in ("accepted", "dismissed", "accepted"):
        registry.decide([A], settled, "asked the complainant")
        if settled == "accepted":
            refuse_unfit(store, store.head(), to_block)
        else:
            with pytest.raises(RegistryError, match="would block a number that is only linked"):
                refuse_unfit(store, store.head(), to_block)
    # What came later is not what was accepted.
    registry.add_complaints(complaints(complaint("1", "9123456789")))
    with pytest.raises(RegistryError, match="would block a number that is only linked"):
        refuse_unfit(store, store.head(), to_block)


def test_a_list_that_would_block_a_linked_number_is_not_written(registry: ng.Registry) -> None:
    """The final check works it out for itself: here the list is made by hand, with an action that no code gives."""
    registry.add_complaints(complaints(complaint("1", "9876543210")))
    registry.expand(sightings((A, HANDSET), (B, HANDSET)))
    store = registry._case.store
    to_block = pa.table({"msisdn": pa.array([A, B], pa.uint64()), "action": ["block", "block"]})
    with pytest.raises(RegistryError, match="1 rows of the list would block a number that is only linked"):
        refuse_unfit(store, store.head(), to_block)
    refuse_unfit(store, store.head(), to_block.slice(0, 1))
    registry.decide([B], "confirmed", "re-verification failed")
    refuse_unfit(store, store.head(), to_block)


def test_a_number_that_is_only_linked_now_is_not_blocked_for_an_earlier_request(
    registry: ng.Registry, tmp_path: Path
) -> None:
    registry.add_complaints(complaints(complaint("1", "9876543210")))
    wrong = registry.add_complaints(complaints(complaint("2", "9123456789")))
    registry.expand(sightings((A, HANDSET), (B, HANDSET)))
    registry.export(tmp_path / "list.csv", replace=True, to="DoT")
    assert listed(registry) == {A: "block", B: "block"}
    registry.withdraw_intake(wrong.id, "a sheet of another state")
    registry.expand(sightings((A, HANDSET), (B, HANDSET)))
    assert listed(registry) == {A: "block", B: "reverify"}
    registry.decide([B], "confirmed", "re-verification failed")
    assert listed(registry) == {A: "block", B: "block"}


def reported_and_linked(registry: ng.Registry) -> int:
    """A and B are reported and were in one handset; returns the intake with B."""
    registry.add_complaints(complaints(complaint("1", "9876543210")))
    wrong = registry.add_complaints(complaints(complaint("2", "9123456789")))
    registry.expand(sightings((A, HANDSET), (B, HANDSET)))
    assert wrong.id is not None
    return wrong.id


def sent(registry: ng.Registry, folder: Path, to: str = "DoT", **how: Any) -> list[tuple[Any, ...]]:
    """The rows of a change that goes out."""
    table = registry.export(folder / "change.csv", to=to, since="last", replace=True, **how).to_table()
    return [tuple(row.values()) for row in table.select(["msisdn", "change", "action", "status", "reason"]).to_pylist()]


RELEASED_AND_LINKED = [
    (B, "removed", "release", "reverify", "only_linked"),
    (B, "added", "reverify", "reverify", "linked_by_handset"),
]


def test_the_block_of_a_number_that_is_only_linked_now_is_lifted(registry: ng.Registry, tmp_path: Path) -> None:
    wrong = reported_and_linked(registry)
    for to in ("DoT", "Bank"):
        assert [row[:3] for row in sent(registry, tmp_path, to)] == [(B, "added", "block"), (A, "added", "block")]
    registry.withdraw_intake(wrong, "a sheet of another state")
    registry.expand(sightings((A, HANDSET), (B, HANDSET)))
    assert sent(registry, tmp_path) == RELEASED_AND_LINKED
    assert sent(registry, tmp_path) == []
    assert listed(registry) == {A: "block", B: "reverify"}
    # On record it is one action: it waits for its re-verification, and no block of it is requested any more.
    history = registry.history("91234 56789").to_pylist()
    assert [row["status"] for row in history if row["what"] == "exported"][-1] == "release_and_reverify"
    (linked,) = (row for row in registry.action_taken().to_pylist() if row["found"] == "linked")
    assert (linked["uploaded"], linked["pending"], linked["released"]) == (1, 1, 0)
    registry.add_complaints(complaints(complaint("3", "9123456789")))
    assert status_of(registry, B) == "reported"
    assert sent(registry, tmp_path) == [(B, "changed", "block", "reported", "named_in_complaint")]
    registry.withdraw_intake(registry.intakes()["id"].to_pylist()[-1], "that one too")
    registry.expand(sightings((A, HANDSET), (B, HANDSET)))
    assert sent(registry, tmp_path) == RELEASED_AND_LINKED
    # Another receiver has to lift his own, once.
    assert sent(registry, tmp_path, "Bank", key=None) == RELEASED_AND_LINKED
    assert sent(registry, tmp_path, "Bank") == []


def test_a_block_that_an_operator_has_done_is_lifted_too(registry: ng.Registry, tmp_path: Path) -> None:
    wrong = reported_and_linked(registry)
    sent(registry, tmp_path)
    registry.record_outcomes(pa.table({"msisdn": ["9123456789"], "status": ["blocked"]}))
    assert sent(registry, tmp_path) == [(B, "removed", "none", "blocked", "answered_by_operator")]
    registry.withdraw_intake(wrong, "a sheet of another state")
    registry.expand(sightings((A, HANDSET), (B, HANDSET)))
    assert sent(registry, tmp_path) == [(B, "removed", "release", "blocked", "only_linked"), RELEASED_AND_LINKED[1]]
    assert sent(registry, tmp_path) == []


def test_a_change_that_is_only_looked_at_has_the_release_too(registry: ng.Registry, tmp_path: Path) -> None:
    wrong = reported_and_linked(registry)
    sent(registry, tmp_path)
    done = registry.record_outcomes(pa.table({"msisdn": ["9123456789"], "status": ["blocked"]}))
    registry.withdraw_intake(wrong, "a sheet of another state")
    registry.expand(sightings((A, HANDSET), (B, HANDSET)))
    release = (B, "removed", "release", "only_linked")
    # Since it was reported, and since it was blocked, when it was on the list no more.
    for since in (wrong, done.id):
        table = registry.block_list(since=since).to_table().select(["msisdn", "change", "action", "reason"])
        assert tuple(table.to_pylist()[0].values()) == release


def test_a_block_that_was_on_a_list_not_sent_is_released_in_its_change(registry: ng.Registry) -> None:
    wrong = reported_and_linked(registry)
    registry.withdraw_intake(wrong, "a sheet of another state")
    registry.expand(sightings((A, HANDSET), (B, HANDSET)))
    change = registry.block_list(since=wrong).to_table()
    assert change.select(["change", "action"]).to_pylist() == [
        {"change": "removed", "action": "release"},
        {"change": "added", "action": "reverify"},
    ]


def test_a_block_lapses_whatever_the_policy_and_once_nothing_waits(registry: ng.Registry, tmp_path: Path) -> None:
    reported_and_linked(registry)
    near = ng.ListPolicy(max_hop=0)
    sent(registry, tmp_path, policy=near)
    # Another desk's amendment drops it: until that is decided, nothing is lifted.
    registry.add_complaints(complaints(complaint("2", "8887776665")))
    registry.expand(sightings((A, HANDSET), (B, HANDSET)))
    assert [row[:3] for row in sent(registry, tmp_path, policy=near)] == [(C, "added", "block"), (B, "removed", "none")]
    registry.decide([B], "dismissed", "the amendment is right")
    assert sent(registry, tmp_path, policy=near) == [(B, "removed", "release", "reverify", "only_linked")]


def test_the_block_of_a_number_that_failed_its_verification_is_not_lifted(
    registry: ng.Registry, tmp_path: Path
) -> None:
    registry.add_complaints(complaints(complaint("1", "9876543210")))
    registry.expand(sightings((A, HANDSET), (B, HANDSET)))
    sent(registry, tmp_path)
    registry.record_outcomes(pa.table({"msisdn": ["9123456789"], "status": ["blocked"]}))
    late = registry.add_complaints(complaints(complaint("2", "9123456789")))
    assert sent(registry, tmp_path) == [(B, "removed", "none", "blocked", "answered_by_operator")]
    registry.withdraw_intake(late.id, "a sheet of another state")
    assert sent(registry, tmp_path) == []


def test_a_block_of_a_protected_or_released_number_is_to_be_lifted(registry: ng.Registry, tmp_path: Path) -> None:
    registry.add_complaints(complaints(complaint("1", "9876543210", complainant_mobile="9123456789")))
    sent(registry, tmp_path)
    registry.decide([A], "withdrawn", "the complaint was false")
    assert [row[:3] for row in sent(registry, tmp_path)] == [(A, "removed", "release")]
    registry.record_outcomes(pa.table({"msisdn": [str(A), str(B)], "status": ["blocked"] * 2}))
    assert [row[:4] for row in sent(registry, tmp_path)] == [
        (B, "removed", "release", "protected"),
        (A, "removed", "release", "withdrawn"),
    ]
    assert sent(registry, tmp_path) == []


def test_a_keyed_change_has_the_release_before_the_verification(registry: ng.Registry, tmp_path: Path) -> None:
    key = b"0123456789abcdef0123456789abcdef"
    wrong = reported_and_linked(registry)
    registry.export(tmp_path / "list.csv", to="Bank", key=key)
    registry.withdraw_intake(wrong, "a sheet of another state")
    registry.expand(sightings((A, HANDSET), (B, HANDSET)))
    change = registry.export(tmp_path / "change.csv", to="Bank", since="last", key=key).to_table()
    assert change["action"].to_pylist() == ["release", "reverify"]
    assert change["msisdn_hmac_sha256"].to_pylist() == ng.keyed_hash([str(B)] * 2, key).to_pylist()


def test_a_change_since_an_export_keeps_the_policy_of_that_export(registry: ng.Registry, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    registry.add_complaints(complaints(complaint("1", "9876543210"), complaint("2", "9876543210; 9123456789")))
    narrow = registry.export(path, replace=True, to="DoT", policy=ng.ListPolicy(min_complaints=2)).manifest["export"]
    wide = registry.export(path, replace=True, to="DoT").manifest["export"]
    assert registry.export(path, replace=True, to="DoT", since=narrow).to_table()["msisdn"].to_pylist() == [B]
    assert len(registry.export(path, replace=True, to="DoT", since=wide)) == 0
    with pytest.raises(ArgumentError, match="another receiver"):
        registry.export(path, replace=True, to="Bank", since=wide)


def test_a_confirmed_number_is_listed_whatever_the_policy(registry: ng.Registry) -> None:
    intake = registry.add_complaints(complaints(complaint("1", "9876543210")))
    registry.decide([A], "confirmed", "seen in the call records")
    registry.withdraw_intake(intake.id, "a sheet of another state")
    for policy in (ng.ListPolicy(), ng.ListPolicy(min_complaints=2, kinds=()), ng.ListPolicy(max_hop=0)):
        assert registry.block_list(policy=policy).to_table()["msisdn"].to_pylist() == [A]


def test_a_policy_of_kinds_that_do_not_exist_is_an_error() -> None:
    """The list would have no number, and its change would take all numbers off."""
    with pytest.raises(ArgumentError, match="there is no kind 'Mobile'; there are mobile, "):
        ng.ListPolicy(kinds=["mobile", "Mobile"])
    # Those of older exports are read all the same.
    text = ng.ListPolicy().as_json().replace('"fixed_or_mobile"', '"landline"')
    assert ng.ListPolicy.from_json(text) == ng.ListPolicy(kinds=["mobile"])
