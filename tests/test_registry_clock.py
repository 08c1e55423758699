"""Clocks that are wrong, days that have not been yet, and lists of days that are over."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import numguard as ng
from numguard.errors import ArgumentError, RegistryError
from numguard.files.manifest import manifest_path
from registry_cases import IST, A, B, C, complaint, complaints, listed, status_of
from registry_stores import is_there, make_schema


def at(registry: ng.Registry, moment: datetime) -> None:
    registry._case.now = lambda: int(moment.timestamp() * 1e6)  # type: ignore[method-assign]


NOW = datetime(2026, 11, 20, 12, tzinfo=IST)


def test_one_wrong_clock_does_not_date_all_that_follows(registry: ng.Registry) -> None:
    at(registry, NOW)
    registry.add_complaints(complaints(complaint("1", "9876543210")))
    for wrong in (datetime(2099, 1, 1, tzinfo=IST), datetime(2027, 11, 20, tzinfo=IST), NOW - timedelta(days=2)):
        at(registry, wrong)
        with pytest.raises(RegistryError, match=r"clock shows .* NUMGUARD_TODAY="):
            registry.decide([A], "protected", "an officer's")
        assert registry._case.store.head() == 1
    at(registry, NOW + timedelta(days=1))
    registry.decide([A], "protected", "an officer's")
    assert listed(registry, as_of=date(2026, 11, 21)) == {}
    assert listed(registry, as_of=date(2026, 11, 20)) == {A: "block"}


def test_a_case_without_events_for_a_year_needs_a_confirmed_clock(
    registry: ng.Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(registry, NOW)
    registry.add_complaints(complaints(complaint("1", "9876543210")))
    later = NOW + timedelta(days=400)
    at(registry, later)
    registry._case.today = NOW.date()
    with pytest.raises(RegistryError, match="clock"):
        registry.decide([A], "protected", "an officer's")
    registry._case.today = later.date()
    registry.decide([A], "protected", "an officer's")
    assert listed(registry) == {}
    monkeypatch.setenv("NUMGUARD_TODAY", later.date().isoformat())
    with ng.Registry(by="HC 1234") as other:
        assert other._case.today == later.date()
    monkeypatch.setenv("NUMGUARD_TODAY", "tomorrow")
    with pytest.raises(ArgumentError, match="NUMGUARD_TODAY"):
        ng.Registry(by="HC 1234")


def test_a_first_event_of_a_wrong_clock_is_followed_by_right_ones(registry: ng.Registry) -> None:
    """The events after it have their own days again, and the lists of those days show what stood then."""
    at(registry, datetime(2099, 1, 1, tzinfo=IST))
    registry.add_complaints(complaints(complaint("1", "9876543210")))
    at(registry, NOW)
    with pytest.raises(RegistryError, match="2099-01-01"):
        registry.add_complaints(complaints(complaint("2", "9123456789")))
    registry._case.today = NOW.date()
    registry.add_complaints(complaints(complaint("2", "9123456789")))
    registry._case.today = None
    at(registry, NOW + timedelta(days=1))
    registry.decide([B], "protected", "an officer's")
    assert listed(registry, as_of=date(2026, 11, 19)) == {}
    assert listed(registry, as_of=date(2026, 11, 20)) == {A: "block", B: "block"}
    assert listed(registry, as_of=date(2026, 11, 21)) == {A: "block"}


@pytest.mark.skipif(not is_there(), reason="no PostgreSQL here")
def test_a_server_has_the_time_of_its_own_clock(postgres: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time_ns", lambda: 0)
    with ng.Registry(make_schema(postgres), by="HC 1234") as registry:
        registry.decide([A], "protected", "an officer's")
        recorded = registry.history(f"+{A}")["at"][0].as_py()
    assert abs(recorded - datetime.now(IST)) < timedelta(minutes=5)


def test_a_list_of_an_earlier_day_says_so_and_does_not_go_out_with_who_was_protected_since(
    registry: ng.Registry, tmp_path: Path
) -> None:
    at(registry, NOW)
    registry.add_complaints(complaints(complaint("1", "9876543210"), complaint("2", "9123456789")))
    at(registry, NOW + timedelta(days=2))
    path, then = tmp_path / "list.csv", NOW.date()
    earlier = registry.block_list(as_of=then)
    earlier.write(path)
    assert json.loads(manifest_path(path).read_text())["as_of"] == "2026-11-20T23:59:59.999999+05:30"
    assert "as_of" not in registry.block_list().manifest
    registry.decide([A], "protected", "a bank's")
    for made in (earlier, registry.block_list(as_of=then)):
        assert set(made.to_table()["msisdn"].to_pylist()) == {A, B}
        with pytest.raises(RegistryError, match="as-of"):
            made.write(tmp_path / "other.csv")
    assert not (tmp_path / "other.csv").exists()


def test_an_export_of_an_earlier_day_requests_nothing(registry: ng.Registry, tmp_path: Path) -> None:
    at(registry, NOW)
    registry.add_complaints(complaints(complaint("1", "9876543210"), complaint("2", "9123456789")))
    at(registry, NOW + timedelta(days=2))
    registry.decide([A], "protected", "a bank's")
    path = tmp_path / "list.csv"
    with pytest.raises(ArgumentError, match="as_of"):
        registry.export(path, replace=True, to="Court", since="last", as_of=NOW.date())
    for future in (NOW.date() + timedelta(days=3), NOW + timedelta(days=2, hours=23), date.max):
        with pytest.raises(ArgumentError, match="in the future"):
            registry.export(path, replace=True, to="Court", as_of=future)
        for verb in (
            registry.block_list,
            registry.action_taken,
            registry.review,
            partial(registry.history, "9876543210"),
        ):
            with pytest.raises(ArgumentError, match=r"as_of \(--as-of\): the day is in the future"):
                verb(as_of=future)
    assert not path.exists()
    registry.export(path, replace=True, to="Court", as_of=NOW.date() + timedelta(days=2))
    sent = registry.export(path, replace=True, to="DoT", as_of=NOW.date())
    assert set(sent.to_table()["msisdn"].to_pylist()) == {A, B}
    assert json.loads(manifest_path(path).read_text())["as_of"].startswith("2026-11-20")
    assert (status_of(registry, A), status_of(registry, B)) == ("protected", "reported")
    assert registry.history(f"+{A}").to_pylist()[-1]["status"] == "earlier"
    # A later change is relative to the last list of its day.
    assert registry.export(tmp_path / "first.csv", replace=True, to="DoT", since="last").to_table()[
        "change"
    ].to_pylist() == ["added"]


def test_days_that_have_not_been_yet_are_refused(registry: ng.Registry) -> None:
    at(registry, NOW)
    rows = [
        complaint("1", "9876543210", reported_at="20/11/2026 23:00", incident_at="21/11/2026"),
        complaint("2", "9123456789", reported_at="2062-11-20"),
    ]
    for intake in (registry.add_complaints(complaints(*rows), dry_run=dry) for dry in (True, False)):
        assert [(r["row"], r["column"], r["note"]) for r in intake.refusals.to_pylist()] == [
            (1, "incident_at", "in_the_future"),
            (2, "reported_at", "in_the_future"),
        ]
    review_by = {row["msisdn"]: row["review_by"] for row in registry.block_list().to_table().to_pylist()}
    assert review_by == dict.fromkeys((A, B), date(2026, 11, 20) + timedelta(days=90))


def test_an_undated_outcome_does_not_undo_a_dated_one(registry: ng.Registry) -> None:
    def answer(status: str, day: str | None = None, reason: str = "") -> list[Any]:
        cells = {"msisdn": ["9876543210"], "status": [status], "date": pa.array([day], pa.string()), "reason": [reason]}
        table = pa.table(cells)
        return registry.record_outcomes(table).refusals["note"].to_pylist()

    registry.add_complaints(complaints(complaint("1", "9876543210"), complaint("2", "8887776665")))
    assert answer("blocked") == []
    assert answer("reactivated", "2026-09-20") == []
    assert answer("blocked", reason="again") == ["contradiction"]
    assert answer("blocked") == []  # the first answer once more
    assert status_of(registry, A) == "reactivated"
    assert answer("reactivated") == []
    assert answer("blocked", "2026-09-21") == []
    assert status_of(registry, A) == "blocked"
    assert status_of(registry, C) == "reported"
