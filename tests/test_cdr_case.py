"""One invented case over four operators' files, from the files to the linked numbers.

A caller works with two handsets. Handset X held a reported Airtel number and then a Jio one; the Jio number moved on to
handset Y, in which a Vi and a BSNL number were seen later. Every number that they called is innocent, although it is in
the same rows as the handsets.
"""

from __future__ import annotations

import datetime as dt
from hashlib import sha256
from pathlib import Path

import pytest

import numguard as ng
from operator_files import WRITERS, Call

X, Y, VICTIM_PHONE = "35896710123456", "86628404348207", "35309885264836"
REPORTED, JIO, VI, BSNL = 9876543210, 9234000001, 8600000001, 9477000061
VICTIMS = [8128000001, 8128000002, 8128000003]
COUNTRY = 91 * 10**10


def call(served: int, imei: str, day: int, other: int, *, incoming: bool = False) -> Call:
    when = dt.datetime(2026, 3, day, 10, 30)
    return Call(served, str(other), imei, f"40498{served}", when, 60, incoming, sms=False)


CASE = {
    "airtel": [call(REPORTED, X, day, VICTIMS[day % 3], incoming=day % 2 == 0) for day in range(1, 10)],
    # The Jio file was asked for by handset, and is where a reader that takes the calling party for the target goes
    # wrong: half of its rows are incoming.
    "jio": [
        *(call(JIO, X, day, VICTIMS[day % 3], incoming=day % 2 == 0) for day in range(10, 16)),
        *(call(JIO, Y, day, REPORTED, incoming=day % 2 == 0) for day in range(16, 20)),
        call(VICTIMS[0], VICTIM_PHONE, 12, JIO, incoming=True),
    ],
    "vi": [call(VI, Y, day, VICTIMS[day % 3], incoming=day % 2 == 0) for day in range(20, 24)],
    "bsnl": [call(BSNL, Y, day, VICTIMS[day % 3]) for day in range(24, 28)],
}


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    paths = []
    for operator, calls in CASE.items():
        paths.append(tmp_path / f"{operator}.csv")
        paths[-1].write_bytes(WRITERS[operator](calls).content())
    return paths


def test_from_the_files_to_the_linked_numbers(files: list[Path]) -> None:
    sightings = ng.read_cdr(files)
    one = ng.expand([REPORTED], sightings, ng.LinkPolicy(max_hops=1))
    two = ng.expand([REPORTED], sightings, ng.LinkPolicy(max_hops=2))
    assert set(one.linked["msisdn"].to_pylist()) == {COUNTRY + JIO}
    assert {(row["msisdn"] - COUNTRY, row["hop"]) for row in two.linked.to_pylist()} == {(JIO, 1), (VI, 2), (BSNL, 2)}
    by = {row["msisdn"] - COUNTRY: row for row in two.linked.to_pylist()}
    assert by[JIO]["via_imei"] == int(X)
    assert by[VI]["via_imei"] == by[BSNL]["via_imei"] == int(Y)
    assert by[VI]["via_msisdn"] == COUNTRY + JIO
    assert by[JIO]["sightings"] == 6
    assert str(by[JIO]["first_seen"])[:10] == "2026-03-10"


def test_numbers_that_they_called_are_not_linked(files: list[Path]) -> None:
    found = ng.expand([REPORTED, JIO, VI, BSNL], ng.read_cdr(files), ng.LinkPolicy(max_hops=3))
    assert found.linked.num_rows == 0
    assert {row["imei14"] for row in found.handsets.to_pylist()} == {int(X), int(Y)}


def test_the_files_say_how_they_were_read(files: list[Path]) -> None:
    sightings = ng.read_cdr(files)
    assert sightings.read_all().num_rows == sum(map(len, CASE.values()))
    assert sightings.summary.layout == "airtel, jio, vi, bsnl"
    assert sightings.summary.refused == {}
    assert sightings.summary.warnings == []


def test_a_registry_keeps_what_the_files_were(files: list[Path]) -> None:
    with ng.Registry(by="HC 1234") as registry:
        registry.decide([REPORTED], "confirmed", "caller identified")
        registry.decide([REPORTED], "accepted", "no complaint names it, the case diary does")
        registry.expand(ng.read_cdr(files))
        inputs = registry.block_list().manifest["inputs"]
        events = registry.history(f"+{COUNTRY + JIO}").to_pylist()
    expected = [(path.name, path.stat().st_size, sha256(path.read_bytes()).hexdigest()) for path in files]
    assert sorted((entry["name"], entry["bytes"], entry["sha256"]) for entry in inputs) == sorted(expected)
    all_of_them = tuple("; ".join(str(file[n]) for file in expected) for n in (0, 2))
    assert {(row["file"], row["sha256"]) for row in events} == {all_of_them}


def test_the_registry_keeps_which_files_the_evidence_is_from(files: list[Path]) -> None:
    with ng.Registry(by="HC 1") as registry:
        registry.decide([REPORTED], "confirmed", "a complaint on paper")
        registry.decide([REPORTED], "accepted", "no complaint of the registry names it")
        found = registry.expand([ng.read_cdr(files[:2]), ng.read_cdr(files[2:])], ng.LinkPolicy(max_hops=2))
        kept = registry.block_list().manifest["inputs"]
    assert set(found.linked["msisdn"].to_pylist()) == {COUNTRY + JIO, COUNTRY + VI, COUNTRY + BSNL}
    of = {row["name"]: (row["bytes"], row["sha256"]) for row in kept}
    assert of == {path.name: (path.stat().st_size, sha256(path.read_bytes()).hexdigest()) for path in files}
