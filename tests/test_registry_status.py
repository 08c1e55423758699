"""What each status means, what comes before what, and who is protected."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

import numguard as ng
from numguard.errors import ArgumentError
from numguard.registry.numbers.state import REASONS, STATUSES, Standing
from registry_cases import HANDSET, IST, A, B, C, D, complaint, complaints, listed, sightings, status_of


def test_reported_and_linked_are_kept_apart(registry: ng.Registry) -> None:
    registry.add_complaints(complaints(complaint("1", "9876543210", district="Rohtak", reported_at="2026-09-01")))
    registry.expand(sightings((A, HANDSET), (B, HANDSET)))
    rows = {row["msisdn"]: row for row in registry.block_list().to_table().to_pylist()}
    assert (rows[A]["action"], rows[A]["hop"], rows[A]["via_imei"]) == ("block", 0, None)
    assert (rows[B]["action"], rows[B]["hop"], rows[B]["via_imei"]) == ("reverify", 1, HANDSET)
    assert (rows[B]["status"], rows[B]["complaints"], rows[B]["district"]) == ("reverify", 0, "Rohtak")
    assert rows[A]["review_by"] == rows[B]["review_by"] == date(2026, 9, 1) + timedelta(days=90)
    # Also linked is still reported.
    registry.add_complaints(complaints(complaint("2", "9123456789")))
    assert listed(registry) == {A: "block", B: "block"}


def test_a_linked_number_leads_further_only_once_confirmed(registry: ng.Registry) -> None:
    seen = sightings((A, HANDSET), (B, HANDSET), (B, HANDSET + 10), (C, HANDSET + 10))
    registry.add_complaints(complaints(complaint("1", "9876543210")))
    for _ in range(2):
        registry.expand(seen)
        assert listed(registry) == {A: "block", B: "reverify"}
    registry.decide([B], "confirmed", "caller identified")
    assert listed(registry) == {A: "block", B: "block"}
    registry.expand(seen)
    assert listed(registry) == {A: "block", B: "block", C: "reverify"}


def test_a_link_falls_with_its_seed_or_its_run(registry: ng.Registry) -> None:
    intake = registry.add_complaints(complaints(complaint("1", "9876543210")))
    registry.expand(sightings((A, HANDSET), (B, HANDSET)))
    run = registry._case.store.head()
    registry.decide([A], "withdrawn", "a victim's own number")
    assert listed(registry) == {}
    registry.decide([A], "confirmed", "not so after all")
    assert listed(registry) == {A: "block", B: "reverify"}
    registry.withdraw_intake(run, "sightings of another case")
    assert listed(registry) == {A: "block"}
    assert registry.history(B)["what"].to_pylist() == ["linked", "seen", "taken back"]
    assert registry.withdraw_intake(intake.id, "wrong") == run + 4


CHAIN = ((A, HANDSET), (B, HANDSET), (B, HANDSET + 10), (C, HANDSET + 10), (C, HANDSET + 20), (D, HANDSET + 20))


def three_hops(registry: ng.Registry, folder: Path) -> int:
    """A is reported, and B, C and D are linked, each through the one before; their list went out with this event."""
    registry.add_complaints(complaints(complaint("1", "9876543210")))
    registry.expand(sightings(*CHAIN), ng.LinkPolicy(max_hops=3))
    registry.export(folder / "list.csv", replace=True, to="DoT")
    assert listed(registry) == {A: "block", B: "reverify", C: "reverify", D: "reverify"}
    return registry._case.store.head()


@pytest.mark.parametrize("how", ["protected", "withdrawn", "reverified", "answered", "complained"])
def test_a_link_falls_with_a_number_on_its_way(how: str, registry: ng.Registry, tmp_path: Path) -> None:
    sent = three_hops(registry, tmp_path)
    if how == "answered":
        registry.record_outcomes(pa.table({"msisdn": ["9123456789"], "status": ["reverified"]}))
    elif how == "complained":
        registry.add_complaints(complaints(complaint("2", "9000000001", complainant_mobile="91234 56789")))
    else:
        registry.decide([B], how, "seen with his papers")
    assert not {B, C, D} & set(listed(registry))
    # The same for some of the numbers, whichever they are.
    assert registry.numbers("withdrawn", among=[D]).to_array().to_pylist() == [D]
    assert registry.numbers("reverify", among=[C, D]).to_array().to_pylist() == []
    seen = registry.block_list(since=sent).to_table()
    change = registry.export(tmp_path / "list.csv", replace=True, to="DoT", since="last").to_table()
    for table in (seen, change):
        rows = {row["msisdn"]: row for row in table.to_pylist() if row["msisdn"] in {C, D}}
        assert {n: (row["change"], row["status"], row["reason"]) for n, row in rows.items()} == dict.fromkeys(
            (C, D), ("removed", "withdrawn", "link_without_ground")
        )
    # Another way, or a decision, is a ground of its own.
    registry.expand(sightings((A, HANDSET + 30), (D, HANDSET + 30)))
    registry.decide([C], "confirmed", "known by voice")
    assert {n: action for n, action in listed(registry).items() if n in {C, D}} == {C: "block", D: "reverify"}


def test_a_link_stands_with_a_seed_that_is_blocked_and_falls_with_one_that_is_verified(
    registry: ng.Registry, tmp_path: Path
) -> None:
    three_hops(registry, tmp_path)
    linked = dict.fromkeys((B, C, D), "reverify")
    for status, left in (("blocked", linked), ("rejected", {}), ("reverified", {}), ("reactivated", {})):
        registry.record_outcomes(pa.table({"msisdn": ["9876543210"], "status": [status]}))
        assert listed(registry) == left, status
        registry.withdraw_intake(registry._case.store.head(), "another file")
        assert listed(registry) == {A: "block", **linked}
    for status in ("reverified", "reactivated"):
        registry.decide([A], status, "seen with his papers")
        assert listed(registry) == {}
        registry.decide([A], "confirmed", "the papers were forged")
        assert listed(registry) == {A: "block", **linked}


def test_the_first_status_that_holds(registry: ng.Registry, tmp_path: Path) -> None:
    def outcome(status: str) -> None:
        registry.record_outcomes(
            pa.table({"msisdn": ["9876543210"], "status": [status], "date": [f"2026-10-{day():02}"]})
        )

    days = iter(range(1, 28))

    def day() -> int:
        return next(days)

    registry.add_complaints(complaints(complaint("1", "9123456789")))
    registry.expand(sightings((B, HANDSET), (A, HANDSET)))
    assert status_of(registry, A) == "reverify"
    registry.add_complaints(complaints(complaint("2", "9876543210")))
    assert status_of(registry, A) == "reported"
    registry.decide([A], "confirmed", "seen")
    assert status_of(registry, A) == "confirmed"
    registry.export(tmp_path / "list.csv", replace=True, to="DoT")
    assert status_of(registry, A) == "requested"
    for status in ("blocked", "rejected", "reverified", "reactivated"):
        outcome(status)
        assert status_of(registry, A) == status
    # An outcome older than the last decision does not hold, and the request has had its answer.
    registry.decide([A], "confirmed", "once more")
    assert status_of(registry, A) == "confirmed"
    registry.export(tmp_path / "list.csv", replace=True, to="DoT")
    assert status_of(registry, A) == "requested"
    outcome("blocked")
    registry.decide([A], "withdrawn", "mistake")
    outcome("blocked")
    assert status_of(registry, A) == "withdrawn"
    registry.decide([A], "protected", "an officer's")
    assert status_of(registry, A) == "protected"
    registry.decide([A], "unprotected", "retired")
    assert status_of(registry, A) == "withdrawn"
    registry.decide([A], "reactivated", "given back")
    assert status_of(registry, A) == "reactivated"


def test_protected_from_the_start(registry: ng.Registry, tmp_path: Path) -> None:
    intake = registry.add_complaints(
        complaints(
            complaint("1", "1800 123 4567; 160 0123456; 9999999999; 98989 89898; 112; 1930"),
            complaint("2", "9876543210", complainant_mobile="91234 56789"),
            complaint("3", "9123456789"),
        )
    )
    assert intake.added == 3
    assert listed(registry) == {A: "block"}
    assert status_of(registry, B) == "protected"
    registry.decide([9118001234567, 919999999999], "confirmed", "no")
    assert listed(registry) == {A: "block"}
    reasons = {row["msisdn"]: row for row in registry._case.state(registry._case.store.head()).to_pylist()}
    assert [reasons[n]["reason"] for n in (B, 919999999999, 9118001234567)] == [
        "complainants_number",
        "placeholder",
        "toll_free",
    ]
    # Protected numbers are not walked through either.
    registry.expand(sightings((A, HANDSET), (B, HANDSET), (C, HANDSET)))
    assert listed(registry) == {A: "block", C: "reverify"}
    # A suspect who complains to protect his own number: an officer decides.
    registry.decide([B], "unprotected", "complaint was false")
    assert listed(registry)[B] == "block"


def test_kinds_that_need_a_decision(registry: ng.Registry) -> None:
    fixed, m2m = 911242345678, 915591234567890
    registry.add_complaints(
        complaints(complaint("1", f"+{fixed}"), complaint("2", "5591234567890"), complaint("3", "+447911123456"))
    )
    assert listed(registry) == {}
    assert status_of(registry, fixed) == "reported"
    registry.decide(pa.array([fixed], pa.uint64()), "confirmed", "a call centre's line")
    assert listed(registry) == {fixed: "block"}
    assert m2m in registry.numbers("reported").to_array().to_pylist()


def test_corroboration_counts_complainants_and_not_complaints(registry: ng.Registry) -> None:
    registry.add_complaints(
        complaints(
            complaint("1", "9876543210", complainant_mobile="9812345678", district="Hisar"),
            complaint("2", "9876543210", complainant_mobile="+91 98123 45678", district="Rohtak"),
            complaint("3", "9876543210", complainant_mobile="9812345679", district="ROHTAK"),
            complaint("4", "9123456789") | {"source": "cybercrime.gov.in"},
            complaint("4", "9123456789"),
        )
    )
    rows = {row["msisdn"]: row for row in registry.block_list().to_table().to_pylist()}
    assert (rows[A]["complaints"], rows[A]["sources"]) == (2, 1)
    assert (rows[B]["complaints"], rows[B]["sources"]) == (2, 2)
    assert listed(registry, policy=ng.ListPolicy(min_sources=2)) == {B: "block"}
    assert listed(registry, policy=ng.ListPolicy(min_complaints=2, min_districts=2)) == {A: "block"}
    assert listed(registry, policy=ng.ListPolicy(min_complaints=3)) == {}
    registry.decide([A], "confirmed", "certain")
    assert listed(registry, policy=ng.ListPolicy(min_complaints=3)) == {A: "block"}


def test_districts_partition_the_list(registry: ng.Registry) -> None:
    registry.add_complaints(
        complaints(
            complaint("1", "9876543210", district="Rohtak", reported_at="2026-09-05"),
            complaint("2", "9876543210; 9123456789", district="Hisar", reported_at="2026-09-02"),
            complaint("3", "8887776665"),
            complaint("4", "7776665554", district="hisar"),
            complaint("5", "7776665554", district="Rohtak"),
        )
    )
    whole = registry.block_list()
    parts = {name: part.to_table()["msisdn"].to_pylist() for name, part in whole.by_district()}
    assert parts == {"Hisar": [D, B, A], None: [C]}
    assert set(listed(registry, district="HISAR")) == {A, B, D}
    assert listed(registry, district="Rohtak") == {}


def test_a_district_is_that_of_what_stands(registry: ng.Registry) -> None:
    def districts() -> dict[int, str | None]:
        rows = registry.block_list().to_table().to_pylist()
        return {row["msisdn"]: row["district"] for row in rows}

    registry.add_complaints(complaints(complaint("1", "9876543210", district="Rohtak")))
    registry.expand(sightings((A, HANDSET), (B, HANDSET)))
    run = registry._case.store.head()
    assert districts() == {A: "Rohtak", B: "Rohtak"}
    # A linked number that is confirmed leads on, and numbers linked from it are in the district of its own seed.
    registry.decide([B], "confirmed", "caller identified")
    registry.expand(sightings((B, HANDSET + 10), (C, HANDSET + 10)))
    assert districts() == {A: "Rohtak", B: "Rohtak", C: "Rohtak"}
    event = registry._case.store.head()
    registry.add_complaints(complaints(complaint("2", "9876543210", district="Hisar", reported_at="2020-01-01")))
    assert districts() == dict.fromkeys((A, B, C), "Hisar")
    change = registry.block_list(since=event).to_table()
    assert change["district"].to_pylist() == ["Hisar"] * 3
    # Reported without a district is in none, whatever it is linked with.
    registry.add_complaints(complaints(complaint("3", "9123456789")))
    assert districts() == {A: "Hisar", B: None, C: None}
    registry.withdraw_intake(run, "sightings of another case")
    assert districts() == {A: "Hisar", B: None, C: None}


def test_the_numbers_of_a_status_among_some(registry: ng.Registry) -> None:
    registry.add_complaints(complaints(complaint("1", "9876543210"), complaint("2", "8887776665")))
    registry.expand(sightings((A, HANDSET), (B, HANDSET)))
    registry.decide([C], "withdrawn", "checked")
    for status, among in (("reported", [A, B, C]), ("reverify", [B, C]), (["reverify", "withdrawn"], [A, B, C, D])):
        of_all = registry.numbers(status) & ng.NumberSet(pa.array(among, pa.uint64()))
        assert registry.numbers(status, among=pa.array(among, pa.uint64())) == of_all
        assert len(of_all) == (1 if isinstance(status, str) else 2)
    assert registry.numbers(among=["98765 43210", "8887776665"]).to_array().to_pylist() == [A]


def test_as_of_rebuilds_any_day(registry: ng.Registry) -> None:
    clock = datetime(2026, 9, 1, 23, 59, tzinfo=IST)
    registry._case.now = lambda: int(clock.timestamp() * 1e6)  # type: ignore[method-assign]
    registry.add_complaints(complaints(complaint("1", "9876543210")))
    clock += timedelta(minutes=2)
    registry.add_complaints(complaints(complaint("2", "9123456789")))
    clock += timedelta(days=3)
    registry.decide([A], "withdrawn", "mistake")
    assert set(listed(registry, as_of=date(2026, 8, 31))) == set()
    assert set(listed(registry, as_of=date(2026, 9, 1))) == {A}
    assert set(listed(registry, as_of=datetime(2026, 9, 2, 0, 0, tzinfo=IST))) == {A}
    assert set(listed(registry, as_of=date(2026, 9, 2))) == {A, B}
    assert set(listed(registry)) == {B}
    change = registry.block_list(since=date(2026, 9, 2)).to_table().select(["msisdn", "action", "change"]).to_pylist()
    assert change == [{"msisdn": A, "action": "release", "change": "removed"}]
    with pytest.raises(ArgumentError, match="zone"):
        registry.block_list(as_of=datetime(2026, 9, 2))
    # A clock that goes back does not change the order of events.
    clock -= timedelta(hours=23)
    registry.add_complaints(complaints(complaint("3", "8887776665")))
    at = registry.history(C)["at"].to_pylist()
    assert at == [datetime(2026, 9, 5, 0, 1, tzinfo=IST)]


def test_the_rules_have_the_order_of_the_statuses(registry: ng.Registry) -> None:
    registry.add_complaints(complaints(complaint("1", "9876543210")))
    rules = Standing(registry._case.facts(registry._case.store.head())).rules
    assert tuple(dict.fromkeys(rule.status for rule in rules)) == STATUSES
    codes = {rule.reason for rule in rules if isinstance(rule.reason, str)}
    assert codes <= set(REASONS)


def test_a_window_is_around_each_dated_report_and_around_nothing_else(registry: ng.Registry) -> None:
    """The user of a number on the day an old complaint is entered is linked to no other by it."""
    registry.add_complaints(
        complaints(
            complaint("1", "9876543210", reported_at="2026-03-01"),
            complaint("2", "9876543210", reported_at="2026-07-01"),
            complaint("3", "9876543211"),
        )
    )
    # Ten days before the first report, between both, and before the second one; today for a complaint without a date.
    days = [datetime(2026, 2, 25), datetime(2026, 5, 1), datetime(2026, 6, 28), datetime.now()]
    seeds = [919876543210, 919876543210, 919876543210, 919876543211]
    rows = [
        row
        for k, (seed, at) in enumerate(zip(seeds, days, strict=True))
        for row in ((seed, HANDSET + 10 * k, at), (919000000010 + k, HANDSET + 10 * k, at))
    ]
    msisdns, imeis, at = zip(*rows, strict=True)
    seen = pa.table({"served_msisdn": pa.array(msisdns, pa.uint64()), "imei14": pa.array(imeis, pa.uint64()), "at": at})
    found = registry.expand(seen, ng.LinkPolicy(days_before=10, days_after=1), at="at")
    assert found.linked["msisdn"].to_pylist() == [919000000010, 919000000012]
    assert (found.seeds_seen, found.refused_seeds) == (1, {"no_time": 1})
