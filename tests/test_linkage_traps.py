"""The traps of a real case, each kept from a link: clones, a repair shop, a resold phone, a SIM box, placeholders."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import Any

import pyarrow as pa
import pytest

import numguard as ng
from numguard import errors as ngerrors

DAY_0 = datetime(2025, 9, 1, tzinfo=timezone(timedelta(hours=5, minutes=30)))
SEED = 919876543210
PHONE = 35824005111111

Sighting = tuple[int, int, datetime]


def uses(msisdn: int, imei14: int, *days: float) -> list[Sighting]:
    return [(msisdn, imei14, DAY_0 + timedelta(days=day, hours=10)) for day in days]


def sightings_of(sightings: list[Sighting]) -> pa.Table:
    msisdns, imeis, ats = zip(*sightings, strict=True)
    return pa.table(
        {
            "served_msisdn": pa.array(msisdns, pa.uint64()),
            "imei14": pa.array(imeis, pa.uint64()),
            "at": pa.array(ats, pa.timestamp("us", "UTC")),
        }
    )


def innocent(count: int) -> list[int]:
    return [917000000000 + n for n in range(count)]


def linked(sightings: list[Sighting], **policy: Any) -> list[int]:
    found = ng.expand(pa.array([SEED], pa.uint64()), sightings_of(sightings), ng.LinkPolicy(**policy))
    return [row["msisdn"] for row in found.linked.to_pylist()]


def stopped(sightings: list[Sighting], **policy: Any) -> list[tuple[int | None, int | None, str, int]]:
    found = ng.expand(pa.array([SEED], pa.uint64()), sightings_of(sightings), ng.LinkPolicy(**policy))
    return [tuple(row.values()) for row in found.stopped.to_pylist()]


@pytest.mark.parametrize("users", [5, 50, 90, 110, 5000])
def test_cloned_imei(users: int) -> None:
    """A clone is caught by its size above the cap, and below it by how many use it on a day."""
    crowd = innocent(users)
    sightings = uses(SEED, PHONE, *range(6))
    for n, number in enumerate(crowd):
        sightings += uses(number, PHONE, n % 6, (n + 1) % 6, (n + 2) % 6)
    assert linked(sightings) == (crowd if users < 100 else [])
    assert stopped(sightings) == ([] if users < 100 else [(None, PHONE, "too_many_numbers", users + 1)])
    assert linked(sightings, max_numbers_per_day=3.1) == []
    why = "too_many_per_day" if users < 100 else "too_many_numbers"
    assert stopped(sightings, max_numbers_per_day=3.1) == [(None, PHONE, why, users + 1)]
    assert linked(sightings, max_numbers_per_day=3.1, min_days=7) == (crowd if users < 100 else [])
    assert linked(sightings, release=[PHONE]) == crowd


def test_repair_shop() -> None:
    """Many numbers, one after the other: no clone, and no ring. The gap separates them from the seed."""
    sightings = uses(SEED, PHONE, 0)
    for n, number in enumerate(innocent(40)):
        sightings += uses(number, PHONE, 2 + n)
    assert len(linked(sightings)) == 40
    assert len(linked(sightings, max_numbers_per_day=3.1)) == 40
    assert linked(sightings, max_gap_days=2) == innocent(1)
    assert linked(sightings, max_numbers_per_imei=20) == []


def test_resold_phone() -> None:
    """The next owner, a hundred days later, is not the seed's accomplice."""
    buyer, accomplice = SEED + 1, SEED + 2
    sightings = uses(SEED, PHONE, 0, 5) + uses(accomplice, PHONE, 3) + uses(buyer, PHONE, 105, 200)
    assert linked(sightings) == [buyer, accomplice]
    assert linked(sightings, max_gap_days=99) == [accomplice]
    assert linked(sightings, max_gap_days=100) == [buyer, accomplice]


def test_resold_phone_within_a_window() -> None:
    """Sightings outside of the window of a report do not bring two numbers closer to each other."""
    buyer = SEED + 1
    sightings = uses(SEED, PHONE, -240, 0) + uses(buyer, PHONE, -210, 91)
    reported = pa.table({"msisdn": pa.array([SEED], pa.uint64()), "reported_at": [DAY_0]})

    def linked_by(**policy: Any) -> list[int]:
        found = ng.expand(reported, sightings_of(sightings), ng.LinkPolicy(days_before=10, **policy))
        return found.linked["msisdn"].to_pylist()

    assert linked_by() == linked_by(max_gap_days=91) == [buyer]
    assert linked_by(max_gap_days=14) == linked_by(max_gap_days=90) == []


def test_sim_box() -> None:
    """Closed by the caps until it is seized; then all of its SIMs are the case."""
    sims = innocent(300)
    sightings = uses(SEED, PHONE, 0) + [sighting for sim in sims for sighting in uses(sim, PHONE, 0.1, 0.2)]
    assert linked(sightings) == []
    assert linked(sightings, release=[PHONE]) == sims
    assert stopped(sightings, release=[PHONE]) == []


def test_placeholder_links_no_number() -> None:
    for written in ("000000000000000", "012345678901234", "11111111111111", "004999010640000"):
        table = pa.table({"served_msisdn": [f"+{SEED}", "7000000000"], "imei14": [written] * 2})
        found = ng.expand([f"+{SEED}"], table)
        assert (found.linked.num_rows, found.refused, found.seeds_seen) == (0, {}, 1)
        assert found.stopped.to_pylist() == [
            {"msisdn": None, "imei14": int(written[:14]), "why": "placeholder", "count": 2},
        ]


def test_a_shared_sim_is_a_leaf() -> None:
    """A number in thirty handsets (an agent's) is linked, and its handsets are not walked."""
    agent, far = SEED + 1, SEED + 2
    sightings = uses(SEED, PHONE, 0) + uses(agent, PHONE, 0)
    for n in range(29):
        sightings += uses(agent, PHONE + 1 + n, 1)
    sightings += uses(far, PHONE + 1, 1)
    assert linked(sightings, max_hops=2) == [agent]
    assert stopped(sightings, max_hops=2) == [(agent, None, "too_many_handsets", 30)]
    assert stopped(sightings, max_hops=1) == []
    assert linked(sightings, max_hops=2, max_imeis_per_number=None) == [agent, far]


def test_protected() -> None:
    helpline = SEED + 1
    sightings = uses(SEED, PHONE, 0) + uses(helpline, PHONE, 0) + uses(helpline, PHONE + 1, 0)
    assert linked(sightings, protected=[f"+{helpline}"]) == []
    assert stopped(sightings, protected=[f"+{helpline}"]) == [(helpline, None, "protected", 2)]
    assert stopped(sightings, protected=[f"+{SEED}"]) == [(SEED, None, "protected", 1)]


def test_brake() -> None:
    crowd = innocent(1001)
    sightings = uses(SEED, PHONE, 0) + [sighting for number in crowd for sighting in uses(number, PHONE, 0)]
    found = ng.expand(pa.array([SEED], pa.uint64()), sightings_of(sightings), ng.LinkPolicy(max_numbers_per_imei=None))
    assert found.linked.num_rows == 1001
    assert found.braked is not None
    assert "1,001 numbers were linked to 1 seeds seen" in found.braked
    fewer = ng.expand(pa.array([SEED], pa.uint64()), sightings_of(sightings[:-1]), found.policy)
    assert (fewer.linked.num_rows, fewer.braked) == (1000, None)
    wide = ng.LinkPolicy(max_numbers_per_imei=None, max_linked_per_seed=1001)
    assert ng.expand(pa.array([SEED], pa.uint64()), sightings_of(sightings), wide).braked is None


# What an officer reads ------------------------------------------------------------------------------------------------


def a_chain() -> list[Sighting]:
    sightings = uses(SEED, PHONE, 0, 4) + uses(SEED + 1, PHONE, 4) + uses(SEED + 1, PHONE + 1, 2, 8, 40)
    return sightings + uses(SEED + 2, PHONE + 1, 8, 9)


def test_explain_gives_the_whole_path() -> None:
    found = ng.expand(pa.array([SEED], pa.uint64()), sightings_of(a_chain()), ng.LinkPolicy(max_hops=2))
    assert found.explain("98765 43212") == (
        "+919876543212 was seen twice between 9 and 10 September 2025 in handset 358240051111128, which also carried "
        "+919876543211, seen 3 times between 3 September and 11 October 2025; "
        "+919876543211 was seen once on 5 September 2025 in handset 358240051111110, which also carried the reported "
        "number +919876543210, seen twice between 1 and 5 September 2025."
    )
    several = [pa.array(numbers, pa.string()) for numbers in ([], ["9876543212", "7000000000"])]
    for other in (f"+{SEED}", "7000000000", "no number", None, *several):
        with pytest.raises(ngerrors.ArgumentError, match="number: takes one of the linked numbers"):
            found.explain(other)


def test_requests_ask_for_what_is_missing() -> None:
    seeds = pa.array([SEED, SEED + 9], pa.uint64())
    sightings = sightings_of([*uses(SEED, PHONE, 0), *uses(SEED, PHONE + 1, 1, 3), *uses(SEED + 1, PHONE, 0)])
    asked = ng.expand(seeds, sightings).requests().to_pylist()
    nine = DAY_0 + timedelta(hours=10)
    assert asked == [
        {"msisdn": "919876543219", "imei": None, "why": "unseen", "since": None, "until": None},
        {
            "msisdn": None,
            "imei": "358240051111128",
            "why": "one_number",
            "since": nine + timedelta(1),
            "until": nine + timedelta(3),
        },
    ]
    bounded = ng.expand(seeds, sightings, ng.LinkPolicy(since=date(2025, 9, 1))).requests()
    assert bounded.column("since").to_pylist() == [DAY_0, DAY_0]
    assert bounded.schema.field("imei").type == pa.string()
