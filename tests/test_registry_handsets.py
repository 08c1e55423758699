"""Pairs of handset and number: derived from evidence, and never to block without a decision."""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import numguard as ng
from numguard.errors import ArgumentError
from registry_cases import HANDSET, IST, A, B, C, D, complaint, complaints, registry, sightings, status_of
from registry_stores import make_older
from warm import numguard

__all__ = ["registry"]

OTHER = 35824005222222


def pairs(registry: ng.Registry, **how: object) -> dict[tuple[int, int], tuple[str, str, str | None]]:
    rows = registry.handsets(**how).to_table().to_pylist()  # type: ignore[arg-type]
    return {(row["imei14"], row["msisdn"]): (row["action"], row["status"], row["stopped"]) for row in rows}


def test_a_pair_is_to_block_only_once_its_number_was_confirmed(registry: ng.Registry, tmp_path: Path) -> None:
    registry.add_complaints(complaints(complaint("1", "9876543210"), complaint("2", "8887776665")))
    registry.expand(sightings((A, HANDSET), (B, HANDSET), (C, OTHER), (D, OTHER)))
    registry.decide([D], "protected", "a doctor's")
    assert pairs(registry) == {
        (HANDSET, A): ("reverify", "reported", None),
        (HANDSET, B): ("reverify", "reverify", None),
        (OTHER, C): ("reverify", "reported", None),
    }
    registry.decide([B, C], "confirmed", "re-verification failed")
    assert pairs(registry)[HANDSET, B] == ("block", "confirmed", None)
    # That a number was asked for as a reported one is no decision about a handset.
    registry.export(tmp_path / "list.csv", replace=True, to="DoT")
    assert pairs(registry)[HANDSET, A] == ("reverify", "requested", None)
    assert pairs(registry)[OTHER, C] == ("block", "requested", None)
    with pytest.raises(ArgumentError, match="action reverify, which would be taken for numbers to block"):
        registry.handsets().write(tmp_path / "pairs.csv", columns=["imei14", "msisdn", "status"])
    with pytest.raises(ArgumentError, match="of no use without msisdn"):
        registry.handsets().write(tmp_path / "pairs.csv", columns=["imei14", "action"])
    # That an operator has blocked the number does not end the block of the pair.
    registry.record_outcomes(pa.table({"mobile": ["8887776665"], "outcome": ["Blocked"]}))
    assert pairs(registry)[OTHER, C] == ("block", "blocked", None)
    registry.decide([B], "withdrawn", "the operator's mistake")
    assert (HANDSET, B) not in pairs(registry)


def test_a_handset_at_which_the_last_run_stopped_is_not_blocked(registry: ng.Registry) -> None:
    registry.add_complaints(complaints(complaint("1", "9876543210")))
    registry.decide([A], "confirmed", "caller known by voice")
    few = sightings((A, HANDSET), (B, HANDSET))
    registry.expand(few)
    assert pairs(registry)[HANDSET, A] == ("block", "confirmed", None)
    crowd = sightings((A, HANDSET), *((916000000000 + n, HANDSET) for n in range(101)))
    run = registry._case.store.head() + 1
    registry.expand(crowd)
    assert pairs(registry)[HANDSET, A] == ("reverify", "confirmed", "too_many_numbers")
    registry.withdraw_intake(run, "a tower dump, not a handset's records")
    assert pairs(registry)[HANDSET, A] == ("block", "confirmed", None)
    registry.expand(crowd)
    registry.expand(few)
    assert pairs(registry)[HANDSET, A] == ("block", "confirmed", None)


def test_evidence_read_twice_is_not_more_of_it(registry: ng.Registry) -> None:
    registry.add_complaints(complaints(complaint("1", "9876543210", district="Rohtak")))
    days = [datetime(2026, 9, day, 10, tzinfo=IST) for day in (3, 1, 5)]
    seen = {"served_msisdn": pa.array([A] * 3, pa.uint64()), "imei14": pa.array([HANDSET] * 3, pa.uint64())}
    for rows in (2, 3, 2):
        registry.expand(pa.table({**seen, "at": pa.array(days, pa.timestamp("us", "Asia/Kolkata"))}).slice(0, rows))
    (pair,) = registry.handsets().to_table().to_pylist()
    assert (pair["first_seen"], pair["last_seen"], pair["sightings"]) == (days[1], days[2], 3)
    assert (pair["reason"], pair["district"], pair["hop"]) == ("named_in_complaint", "Rohtak", 0)
    assert len(registry.handsets(district="rohtak")) == 1
    assert len(registry.handsets(district="Nuh")) == 0
    assert len(registry.handsets(as_of=datetime(2020, 1, 1, tzinfo=IST))) == 0
    assert registry.handsets(district="Nuh").schema == registry.handsets().schema


def test_an_export_of_pairs_is_recorded_and_requests_no_block(registry: ng.Registry, tmp_path: Path) -> None:
    registry.add_complaints(complaints(complaint("1", "9876543210")))
    registry.expand(sightings((A, 1124000111111), (A, HANDSET)))
    columns = {"imei14": "IMEI", "msisdn": "Mobile", "action": "Do"}
    sent = registry.export_handsets(tmp_path / "pairs.csv", to="DoT", columns=columns)
    with (tmp_path / "pairs.csv").open(newline="") as lines:
        assert list(csv.reader(lines)) == [
            ["IMEI", "Mobile", "Do"],
            ["011240001111110", str(A), "reverify"], ["358240051111110", str(A), "reverify"],
        ]  # fmt: skip
    assert (sent.manifest["list"], sent.manifest["rows"], sent.manifest["to"]) == ("handsets", 2, "DoT")
    assert status_of(registry, A) == "reported"
    story = registry.history(str(A)).to_pylist()[-2:]
    assert [(row["what"], row["status"], row["via_imei"], row["to"]) for row in story] == [
        ("exported", "reverify", 1124000111111, "DoT"), ("exported", "reverify", HANDSET, "DoT"),
    ]  # fmt: skip
    # It is no list of numbers, so the first of those is a whole one.
    assert registry.export(tmp_path / "list.csv", replace=True, to="DoT", since="last").to_table()[
        "change"
    ].to_pylist() == ["added"]
    made = registry.handsets()
    registry.decide([A], "protected", "a doctor's")
    with pytest.raises(ng.NumguardError, match="protected"):
        made.write(tmp_path / "late.csv")
    with pytest.raises(ArgumentError, match="to:"):
        registry.export_handsets(tmp_path / "pairs.csv", to=" ")


def sent(registry: ng.Registry, folder: Path, to: str = "CEIR", **how: Any) -> list[tuple[Any, ...]]:
    """The rows of a change, or of a list, of handsets that is sent."""
    table = registry.export_handsets(folder / "pairs.csv", to=to, replace=True, **{"since": "last"} | how).to_table()
    columns = [name for name in ("imei14", "msisdn", "change", "action", "reason") if name in table.column_names]
    return [tuple(row.values()) for row in table.select(columns).to_pylist()]


def confirmed(registry: ng.Registry) -> int:
    """A (Rohtak) and C (Hisar), confirmed and seen in two handsets with B; the run."""
    rows = [complaint("1", "9876543210", district="Rohtak"), complaint("2", "8887776665", district="Hisar")]
    registry.add_complaints(complaints(*rows))
    registry.decide([A, C], "confirmed", "known by voice")
    registry.expand(sightings((A, HANDSET), (B, HANDSET), (C, OTHER), (B, OTHER)))
    return registry._case.store.head()


def test_a_change_of_handsets_releases_what_is_not_to_be_blocked_any_more(
    registry: ng.Registry, tmp_path: Path
) -> None:
    confirmed(registry)
    assert {row[2:] for row in sent(registry, tmp_path)} == {
        ("added", "block", "known by voice"), ("added", "reverify", "linked_by_handset")
    }  # fmt: skip
    assert sent(registry, tmp_path) == []
    registry.decide([A], "withdrawn", "the complaint was false")
    registry.record_outcomes(pa.table({"msisdn": [str(C)], "status": ["reverified"], "reason": ["the holder came"]}))
    # A whole list has no rows to release, and a pair that is on none any more is released by the next change.
    listed = registry.export_handsets(tmp_path / "pairs.csv", to="CEIR", replace=True)
    assert (len(listed), listed.manifest["releases_due"]) == (0, 2)
    assert sent(registry, tmp_path, "Another", since=None) == sent(registry, tmp_path, "Another", since=None)
    assert sent(registry, tmp_path) == [
        (HANDSET, A, "removed", "release", "the complaint was false"),
        (OTHER, C, "removed", "release", "the holder came"),
    ]  # fmt: skip
    assert sent(registry, tmp_path) == []
    # No list asked this receiver to block them.
    assert sent(registry, tmp_path, "Another") == []


def test_a_pair_that_is_only_to_be_verified_is_released_first(registry: ng.Registry, tmp_path: Path) -> None:
    confirmed(registry)
    sent(registry, tmp_path)
    run = registry._case.store.head() + 1
    registry.expand(sightings((A, HANDSET), *((916000000000 + n, HANDSET) for n in range(101))))
    assert sent(registry, tmp_path) == [
        (HANDSET, B, "changed", "reverify", "linked_by_handset"),
        (HANDSET, A, "removed", "release", "too_many_numbers"), (HANDSET, A, "added", "reverify", "known by voice"),
    ]  # fmt: skip
    registry.withdraw_intake(run, "a tower dump, not a handset's records")
    assert [row[:4] for row in sent(registry, tmp_path)] == [
        (HANDSET, B, "changed", "reverify"), (HANDSET, A, "changed", "block")
    ]  # fmt: skip
    # A whole list on which it is to be verified lifts no block.
    registry.expand(sightings((A, HANDSET), *((916000000000 + n, HANDSET) for n in range(101))))
    assert (HANDSET, A, "reverify", "known by voice") in sent(registry, tmp_path, since=None)
    assert sent(registry, tmp_path)[-2][:4] == (HANDSET, A, "removed", "release")


@pytest.mark.parametrize(("crowd", "why"), [(0, "not_seen_in_handset"), (101, "too_many_numbers")])
def test_a_pair_that_no_sighting_shows_any_more_is_released(
    registry: ng.Registry, tmp_path: Path, crowd: int, why: str
) -> None:
    run = confirmed(registry)
    sent(registry, tmp_path)
    registry.withdraw_intake(run, "the records of another case")
    if crowd:
        registry.expand(sightings((A, HANDSET), *((916000000000 + n, HANDSET) for n in range(crowd))))
    rows = sent(registry, tmp_path)
    assert [(*row[:2], *row[3:]) for row in rows if row[1] != B] == [
        (HANDSET, A, "release", why), (OTHER, C, "release", "not_seen_in_handset")
    ]  # fmt: skip
    assert {row[3] for row in rows if row[1] == B} == {"none"}
    assert sent(registry, tmp_path) == []


def test_handsets_of_districts_and_of_all(registry: ng.Registry, tmp_path: Path) -> None:
    confirmed(registry)
    rohtak, hisar = {"district": "Rohtak"}, {"district": "Hisar"}
    assert [row[:4] for row in sent(registry, tmp_path, **rohtak) if row[1] != B] == [(HANDSET, A, "added", "block")]
    registry.decide([A], "protected", "a doctor's")
    # The lists of a district have its pairs alone, those of all have every release.
    assert [row for row in sent(registry, tmp_path, **hisar) if row[1] != B] == [
        (OTHER, C, "added", "block", "known by voice")
    ]
    assert registry.export_handsets(tmp_path / "all.csv", to="ceir").manifest["releases_due"] == 1
    assert (HANDSET, A, "removed", "release", "a doctor's") in sent(registry, tmp_path)
    registry.decide([C], "withdrawn", "the complaint was false")
    assert (OTHER, C, "removed", "release", "the complaint was false") in sent(registry, tmp_path, **hisar)


def test_a_pair_that_another_district_has_now_keeps_its_reason(registry: ng.Registry, tmp_path: Path) -> None:
    confirmed(registry)
    sent(registry, tmp_path, district="Rohtak")
    registry.add_complaints(complaints(complaint("1", "9876543210", district="Hisar")))
    assert (HANDSET, A, "removed", "none", "known by voice") in sent(registry, tmp_path, district="Rohtak")


def test_pairs_of_merged_registries(tmp_path: Path) -> None:
    with ng.Registry(by="SI Nuh") as desk, ng.Registry(by="SI State") as state:
        confirmed(desk)
        sent(desk, tmp_path, "C.E.I.R.", since=None)
        state.merge(desk)
        state.decide([A], "withdrawn", "the complaint was false")
        sent(state, tmp_path, since=None)
        assert (HANDSET, A, "removed", "release", "the complaint was false") in sent(state, tmp_path)


def test_lists_from_before_pairs_were_recorded_count(tmp_path: Path) -> None:
    with ng.Registry(tmp_path / "cases.db", by="HC 1234") as registry:
        confirmed(registry)
        sent(registry, tmp_path, since=None)
        # Of a time without digests too, which would be over the pairs.
        make_older(registry, 3)
    with ng.Registry(tmp_path / "cases.db", by="HC 1234") as registry:
        registry.decide([A], "withdrawn", "the complaint was false")
        assert [row[:2] for row in sent(registry, tmp_path, since=None)] == [(OTHER, C)]
        assert (HANDSET, A, "removed", "release", "the complaint was false") in sent(registry, tmp_path)
        assert sent(registry, tmp_path) == []


def test_on_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NUMGUARD_BY", "HC 1234")
    with ng.Registry("cases.db", by="HC 1234") as registry:
        registry.add_complaints(complaints(complaint("1", "9876543210")))
        registry.expand(sightings((A, HANDSET), (B, HANDSET)))
    run = numguard("export", "pairs.csv", "--registry", "cases.db", "--to", "CEIR", "--handsets")
    assert (run.returncode, run.stderr) == (0, "pairs.csv: 2 to reverify; export 3\n")
    export = ("export", "--registry", "cases.db", "--to", "CEIR", "--handsets")
    run = numguard(*export, "p.csv", "--since-last")
    assert run.stderr == "p.csv: nothing; export 4\n"
    assert numguard(*export, "q.csv", "--as-of", "2026-09-01").returncode == 2
    with ng.Registry("cases.db", by="HC 1234") as registry:
        registry.decide([A], "confirmed", "known by voice")
    assert numguard(*export, "r.csv", "--since-last").stderr == "r.csv: 1 to block; export 6\n"
    with ng.Registry("cases.db", by="HC 1234") as registry:
        registry.decide([A], "withdrawn", "the complaint was false")
    assert numguard(*export, "s.csv").stderr == (
        "s.csv: nothing; export 8\n"
        "releases_due: 1 release is due to CEIR, and a whole list has no releases: "
        "numguard export FILE --to CEIR --handsets --since-last writes it\n"
    )
    assert numguard(*export, "t.csv", "--since", "6").stderr == "t.csv: 1 no longer listed, 1 to release; export 9\n"


def test_the_history_has_what_became_of_each_pair(registry: ng.Registry, tmp_path: Path) -> None:
    confirmed(registry)
    sent(registry, tmp_path)
    registry.decide([A], "withdrawn", "the wrong number was looked into")
    sent(registry, tmp_path)
    # The operator was never asked to block the number itself.
    registry.record_outcomes(pa.table({"msisdn": [str(A)], "status": ["blocked"]}))
    story = registry.history(str(A)).to_pylist()
    shown = [(row["status"], row["via_imei"], row["to"]) for row in story if row["what"] == "exported"]
    assert shown == [("block", HANDSET, "CEIR"), ("release", HANDSET, "CEIR")]
    assert story[-1]["note"] == "blocked_but_never_sent"
    page = registry.history_page(tmp_path / "history.html", str(A)).read_text()
    assert "On a list that went out: block<small>to CEIR; handset 358240051111110" in page
    assert "On a list that went out: release (its block is to be lifted)" in page
