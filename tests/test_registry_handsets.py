"""Pairs of handset and number: derived from evidence, and never to block without a decision."""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pytest

import numguard as ng
from numguard.errors import ArgumentError
from registry_cases import HANDSET, IST, A, B, C, D, complaint, complaints, registry, sightings, status_of
from test_cli import numguard

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
    story = registry.history(str(A)).to_pylist()[-1]
    assert (story["what"], story["status"], story["to"]) == ("exported", "handset", "DoT")
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


def test_on_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NUMGUARD_BY", "HC 1234")
    with ng.Registry("cases.db", by="HC 1234") as registry:
        registry.add_complaints(complaints(complaint("1", "9876543210")))
        registry.expand(sightings((A, HANDSET), (B, HANDSET)))
    run = numguard("export", "pairs.csv", "--registry", "cases.db", "--to", "CEIR", "--handsets")
    assert (run.returncode, run.stderr) == (0, "pairs.csv: 2 to reverify; export 3\n")
    run = numguard("export", "p.csv", "--registry", "cases.db", "--to", "CEIR", "--handsets", "--since-last")
    assert run.returncode == 2
