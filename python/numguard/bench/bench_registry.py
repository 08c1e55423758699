"""The case registry against a bare ADBC ingest of the same rows, and the growth of its cost, on both of its stores.

The bare ingest is the lower limit: the same table of text into one database with the same settings, without reading
cells and without an index. Growth is measured in one registry, in which each complaint has a number of its own.
"""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import adbc_driver_sqlite.dbapi
import numpy as np
import pyarrow as pa
import pytest

from numguard.bench import server
from numguard.bench.plan import plan
from numguard.bench.record import Line
from numguard.bench.rivals import NUMGUARD
from numguard.compute import pc
from numguard.registry import Registry
from numguard.registry.events.intake import Intake

COMPLAINTS = max(2_000, plan().file_rows // 20)
#: Complaints in the registry when more are added, and when a delta is made.
SIZES = (COMPLAINTS // 10, COMPLAINTS, 10 * COMPLAINTS)
MORE = COMPLAINTS // 100
CHANGES = COMPLAINTS // 1_000

STORES = [
    "SQLite",
    pytest.param("PostgreSQL", marks=pytest.mark.skipif(not server.is_there(), reason="no PostgreSQL here")),
]


def complaints(start: int, count: int, *, once: bool = False) -> pa.Table:
    """Complaints as the portal lists them, a fifth with two numbers; half as many suspects as rows, or each `once`."""
    rng = np.random.default_rng([7, start])

    numbers: Any = pa.array

    def mobiles(drawn: Any) -> Any:
        return pc.utf8_slice_codeunits(pa.array(916_000_000_000 + drawn).cast(pa.string()), 2)

    def suspects() -> Any:
        return start + rng.permutation(count) if once else rng.integers(0, max(count // 2, 1), count)

    one, two = (mobiles(suspects() * 7) for _ in range(2))
    form = rng.random(count)
    cell = pc.if_else(pa.array(form < 0.5), pc.binary_join_element_wise("+91 ", one, ""), one)
    cell = pc.if_else(pa.array(form < 0.2), pc.binary_join_element_wise(one, two, ", "), cell)
    day = np.datetime64("2026-01-01") + rng.integers(0, 270, count)
    names = pa.array([f"District {k}" for k in range(23)])
    rupees = np.round(rng.lognormal(9.6, 1.3, count), -2).astype(np.int64)
    return pa.table(
        {
            "acknowledgement_no": pa.array(31_700_022_300_000 + start + np.arange(count)).cast(pa.string()),
            "source": pa.repeat("cybercrime.gov.in", count),
            "district": names.take(numbers(rng.integers(0, 23, count))),
            "category": pa.repeat("UPI fraud", count),
            "reported_at": pa.array(day.astype("datetime64[D]")).cast(pa.string()),
            "suspect_mobiles": cell,
            "complainant_mobile": mobiles(2_000_000_000 + rng.integers(0, 1_000_000_000, count)),
            "amount_lost": pa.array(rupees).cast(pa.string()),
            "amount_recovered": pa.array(rupees // 10).cast(pa.string()),
        }
    )


def line(work: str, rows: int, before: int, layout: str, candidate: str = NUMGUARD) -> Line:
    """The line of a measurement: rows added, listed or changed, with `before` complaints in the registry."""
    return Line(work, layout, rows, before, None, candidate, threads=1)


@pytest.fixture(scope="module")
def places() -> Iterator[Callable[[str], str]]:
    """Paths and addresses for new registries, by kind of store; all are removed afterwards."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        names = (str(Path(folder) / f"{n}.db") for n in itertools.count())
        address: list[str] = []

        def place(layout: str) -> str:
            if layout == "SQLite":
                return next(names)
            if not address:
                address.append(stack.enter_context(server.running()))
            return server.make_schema(address[0])

        yield place


@pytest.fixture(scope="module")
def table() -> pa.Table:
    """Complaints that are added in one call."""
    return complaints(0, COMPLAINTS)


def bare_ingest(place: str, table: pa.Table) -> int:
    """Ingests into a table of text, as durably as the registry."""
    if place.startswith("postgresql:"):
        connected, settings = server.connect(place), []
    else:
        connected = adbc_driver_sqlite.dbapi.connect(place, autocommit=True)
        settings = ["journal_mode = WAL", "synchronous = FULL", "cache_size = -262144"]
    with closing(connected) as connection, connection.cursor() as cursor:
        for setting in settings:
            cursor.execute(f"PRAGMA {setting}")
        cursor.adbc_ingest("complaint", table, mode="create")
        cursor.execute("SELECT count(*) FROM complaint")
        counted: Any = cursor.fetchone()
        return int(counted[0])


@pytest.mark.parametrize("layout", STORES)
def test_bare_ingest(measure: Any, places: Callable[[str], str], table: pa.Table, layout: str) -> None:
    """The limit."""
    limit = line("ingest", COMPLAINTS, 0, layout, "bare ADBC ingest")
    assert measure(limit, lambda: bare_ingest(places(layout), table)) == COMPLAINTS


def add(place: str, table: pa.Table) -> Intake:
    """Adds complaints to a new registry."""
    with Registry(place, by="bench") as registry:
        return registry.add_complaints(table)


@pytest.mark.parametrize("layout", STORES)
def test_add_complaints(measure: Any, places: Callable[[str], str], table: pa.Table, layout: str) -> None:
    """Into a new store."""
    intake = measure(line("add complaints", COMPLAINTS, 0, layout), lambda: add(places(layout), table))
    assert intake.added == COMPLAINTS


class Grown:
    """A registry that is grown to each size in turn."""

    def __init__(self, registry: Registry, layout: str) -> None:
        self.registry, self.layout, self.size = registry, layout, 0
        self._next = 0

    def more(self, count: int) -> Intake:
        """Adds `count` complaints."""
        begin, self._next = self._next, self._next + count
        return self.registry.add_complaints(complaints(begin, count, once=True))

    def to(self, size: int) -> Grown:
        """Grows the registry to a size; complaints that were added by measurements count."""
        while self._next < size:
            self.more(min(size - self._next, COMPLAINTS))
        self.size = size
        return self


@pytest.fixture(scope="module", params=STORES)
def growing(request: pytest.FixtureRequest, places: Callable[[str], str]) -> Iterator[Grown]:
    """A registry to grow in each store."""
    with Registry(places(request.param), by="bench") as registry:
        yield Grown(registry, request.param)


@pytest.fixture(scope="module", params=SIZES)
def grown(request: pytest.FixtureRequest, growing: Grown) -> Grown:
    """The registry at a size."""
    return growing.to(request.param)


def test_delta(measure: Any, grown: Grown) -> None:
    """The changes since an event, by the size of the registry."""
    registry = grown.registry
    numbers: Any = pa.array(916_000_000_000 + 7 * np.arange(CHANGES), pa.uint64())
    event = registry.decide(numbers, "withdrawn", "bench")
    timed = line("delta", CHANGES, grown.size, grown.layout)
    assert len(measure(timed, lambda: registry.block_list(since=event - 1))) == CHANGES
    registry.decide(numbers, "confirmed", "bench")


def test_history(measure: Any, grown: Grown) -> None:
    """Every event of one number."""
    timed = line("history", 1, grown.size, grown.layout)
    assert len(measure(timed, lambda: grown.registry.history("+916000000000"))) > 0


def test_block_list(measure: Any, grown: Grown) -> None:
    """The whole list."""
    if grown.size > COMPLAINTS:
        pytest.skip("the whole list is measured at two sizes")
    assert len(measure(line("block list", grown.size, grown.size, grown.layout), grown.registry.block_list)) > 0


def test_add_some_more(measure: Any, grown: Grown) -> None:
    """The cost of a row must not grow with the registry."""
    assert measure(line("add more", MORE, grown.size, grown.layout), lambda: grown.more(MORE)).added == MORE
