"""What the tests of the report share: a case that has everything a report shows, some of it hostile."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

import numguard as ng
from registry_cases import IST, complaint, complaints

START = datetime(2026, 9, 1, 9, tzinfo=IST)
#: Number and handset 0 of `sightings`, and the moment from which their hours are counted.
NUMBER, PHONE = 919876543210, 35824005111100
FIRST = datetime(2026, 9, 1, tzinfo=UTC)
HUB = 35824005999990
FOLLOWED = 35824005111111
LOOSE = [919812300000 + n for n in range(130)]

#: Texts of complaints that attack a browser.
HOSTILE = [
    '<script>document.title="run"</script>',
    '"><img src=x onerror=alert(1)>',
    "</title></svg><svg onload=alert(1)>",
    "{{ 7 * 7 }}{% raw %}",
    "javascript:alert(1) &lt;b&gt; ]]>",
    "url(https://example.org/x.png)",
    "\u202edistrict",
]


def case(path: Path | str = ":memory:", *, hostile: bool = False) -> ng.Registry:
    """A registry with complaints of three sources and districts, linkage, a hub, an export and answers."""
    registry = ng.Registry(str(path), by="HC 1234")
    clock = iter(range(1_000))
    registry._case.now = lambda: int((START + timedelta(days=20, hours=next(clock))).timestamp() * 1_000_000)  # type: ignore[method-assign]
    words = HOSTILE if hostile else ["Rohtak", "Hisar", "Nuh"]
    sources = words if hostile else ["1930", "cybercrime.gov.in", "Desk 9876501234"]
    rows: list[dict[str, Any]] = [
        complaint(
            f"{20000000000000 + n}", f"+91 98765 4{n:04}", district=words[n % len(words)],
            reported_at=(START + timedelta(days=n % 15)).strftime("%d/%m/%Y %H:%M"), amount_lost=f"{1000 * n}.50",
            amount_recovered="250",
        )
        | {"source": sources[n % len(sources)]}
        for n in range(40)
    ]  # fmt: skip
    rows.append(complaint("20000000009999", "AD-BANKXX-S", district=words[0]))
    registry.add_complaints(complaints(*rows), name=words[0] if hostile else "desk 12.csv")
    pairs = [(919876540000, FOLLOWED), (LOOSE[0], FOLLOWED), (LOOSE[1], FOLLOWED)]
    pairs += [(919876540001, HUB), *((n, HUB) for n in LOOSE)]
    at = [START + timedelta(hours=k % 200) for k in range(len(pairs))]
    seen = pa.table(
        {
            "served_msisdn": pa.array([m for m, _ in pairs], pa.uint64()),
            "imei14": pa.array([i for _, i in pairs], pa.uint64()),
            "at": pa.array(at, pa.timestamp("us", "Asia/Kolkata")),
        }
    )
    registry.expand(seen, ng.LinkPolicy(max_numbers_per_imei=100))
    return registry


def sent_and_answered(registry: ng.Registry, folder: Path) -> ng.Registry:
    """The same, sent out and answered in part."""
    registry.export(folder / "list.csv", replace=True, to="DoT")
    answers = {"msisdn": [str(919876540000 + n) for n in range(3)], "status": ["blocked", "blocked", "rejected"]}
    registry.record_outcomes(pa.table(answers))
    return registry


def sightings(*seen: tuple[int, int, float]) -> pa.Table:
    """Number, handset, hours."""
    return pa.table(
        {
            "served_msisdn": pa.array([NUMBER + n for n, _, _ in seen], pa.uint64()),
            "imei14": pa.array([PHONE + m for _, m, _ in seen], pa.uint64()),
            "at": pa.array([FIRST + timedelta(hours=h) for _, _, h in seen], pa.timestamp("us", "UTC")),
        }
    )
