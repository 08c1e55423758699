"""The case registry against a bare ADBC ingest of the same rows, and how its cost grows.

The bare ingest is what nobody could do without: the same table of text into one file with the same settings, nothing
read, nothing indexed.
"""

from __future__ import annotations

import itertools
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import adbc_driver_sqlite.dbapi
import numpy as np
import pyarrow as pa
import pyarrow.compute
import pytest

from numguard.bench.plan import plan
from numguard.bench.record import Line
from numguard.bench.rivals import NUMGUARD
from numguard.registry import Registry
from numguard.registry.intake import Intake

COMPLAINTS = max(2_000, plan().file_rows // 20)
MORE = COMPLAINTS // 100


def complaints(start: int, count: int) -> pa.Table:
    """Complaints as the portal lists them, a fifth with two numbers; half as many suspects as rows."""
    rng = np.random.default_rng([7, start])

    pc: Any = pyarrow.compute
    numbers: Any = pa.array

    def mobiles(drawn: Any) -> Any:
        return pc.utf8_slice_codeunits(pa.array(916_000_000_000 + drawn).cast(pa.string()), 2)

    one, two = (mobiles(rng.integers(0, max(count // 2, 1), count) * 7) for _ in range(2))
    form = rng.random(count)
    cell = pc.if_else(pa.array(form < 0.5), pc.binary_join_element_wise("+91 ", one, ""), one)
    cell = pc.if_else(pa.array(form < 0.2), pc.binary_join_element_wise(one, two, ", "), cell)
    day = np.datetime64("2026-01-01") + rng.integers(0, 270, count)
    names = pa.array([f"District {k}" for k in range(23)])
    rupees = np.round(rng.lognormal(9.6, 1.3, count), -2).astype(np.int64)
    return pa.table(
        {
            "acknowledgement_no": pa.array(31_700_000_000_000 + start + np.arange(count)).cast(pa.string()),
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


def line(work: str, rows: int, before: int = 0, layout: str = "SQLite", candidate: str = NUMGUARD) -> Line:
    """What is measured: rows added, taken or changed, with so many complaints there before."""
    return Line(work, layout, rows, before, None, candidate, threads=1)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A directory for registries, gone afterwards."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


@pytest.fixture(scope="module")
def table() -> pa.Table:
    """All complaints."""
    return complaints(0, COMPLAINTS)


def bare_ingest(path: Path, table: pa.Table) -> int:
    """Into a table of text, as durably as the registry."""
    with adbc_driver_sqlite.dbapi.connect(str(path), autocommit=True) as connection, connection.cursor() as cursor:
        for setting in ("journal_mode = WAL", "synchronous = FULL", "cache_size = -262144"):
            cursor.execute(f"PRAGMA {setting}")
        cursor.adbc_ingest("complaint", table, mode="create")
        cursor.execute("SELECT count(*) FROM complaint")
        counted: Any = cursor.fetchone()
        return int(counted[0])


def test_bare_ingest(measure: Any, folder: Path, table: pa.Table) -> None:
    """The limit."""
    paths = (folder / f"{n}.db" for n in itertools.count())
    limit = line("ingest", COMPLAINTS, candidate="bare ADBC ingest")
    assert measure(limit, lambda: bare_ingest(next(paths), table)) == COMPLAINTS


def add(path: str | Path, table: pa.Table) -> Intake:
    """Complaints into a new registry."""
    with Registry(path, by="bench") as registry:
        return registry.add_complaints(table)


def test_add_complaints(measure: Any, folder: Path, table: pa.Table) -> None:
    """Into a new file."""
    paths = (folder / f"{n}.db" for n in itertools.count())
    intake = measure(line("add complaints", COMPLAINTS), lambda: add(next(paths), table))
    assert intake.added == COMPLAINTS


@pytest.mark.skipif("NUMGUARD_POSTGRES" not in os.environ, reason="NUMGUARD_POSTGRES names no server")
def test_add_complaints_to_postgresql(measure: Any, table: pa.Table) -> None:
    """Into a new schema of a shared store."""
    postgresql = pytest.importorskip("adbc_driver_postgresql.dbapi")
    address = os.environ["NUMGUARD_POSTGRES"]
    schemas = (f"bench_{os.getpid()}_{n}" for n in itertools.count())

    def once() -> Intake:
        schema = next(schemas)
        with (
            postgresql.connect(address, autocommit=True) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(f"CREATE SCHEMA {schema}")
        return add(f"{address}{'&' if '?' in address else '?'}options=-csearch_path%3D{schema}", table)

    assert measure(line("add complaints", COMPLAINTS, layout="PostgreSQL"), once).added == COMPLAINTS


@pytest.fixture(scope="module", params=[0.1, 1], ids=["a tenth", "all"])
def grown(request: pytest.FixtureRequest, table: pa.Table) -> Iterator[tuple[Registry, int]]:
    """A registry of a tenth of the complaints, and one of all of them, sent out once; and how many it has."""
    size = int(COMPLAINTS * request.param)
    with tempfile.TemporaryDirectory() as name, Registry(Path(name) / "cases.db", by="bench") as registry:
        registry.add_complaints(table.slice(0, size))
        registry.export(Path(name) / "list.parquet", to="DoT")
        yield registry, size


def test_add_some_more(measure: Any, grown: tuple[Registry, int]) -> None:
    """A row must not cost more because others are there."""
    registry, size = grown
    starts = itertools.count(10 * COMPLAINTS, MORE)
    intake = measure(line("add more", MORE, size), lambda: registry.add_complaints(complaints(next(starts), MORE)))
    assert intake.added == MORE


def test_block_list(measure: Any, grown: tuple[Registry, int]) -> None:
    """The whole list."""
    registry, size = grown
    assert len(measure(line("block list", size, size), registry.block_list)) > 0


def test_delta(measure: Any, grown: tuple[Registry, int]) -> None:
    """The changes since an event, however long the list."""
    registry, size = grown
    numbers: Any = registry.block_list().to_table()["msisdn"].slice(0, MORE // 10).combine_chunks()
    event = registry.decide(numbers, "withdrawn", "bench")
    change = measure(line("delta", len(numbers), size), lambda: registry.block_list(since=event - 1))
    assert len(change) == len(numbers)
    registry.decide(numbers, "confirmed", "bench")


def test_history(measure: Any, grown: tuple[Registry, int]) -> None:
    """Every event of one number."""
    registry, size = grown
    number = registry.block_list().to_table()["msisdn"][0].as_py()
    assert len(measure(line("history", 1, size), lambda: registry.history(f"+{number}"))) > 0
