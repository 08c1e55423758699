"""The case registry against a bare ADBC ingest of the same rows, and how its cost grows.

Run: `pytest benches/end_to_end/bench_registry.py --benchmark-only`; `NUMGUARD_BENCH_COMPLAINTS` (default 1 million) is the
size, `NUMGUARD_BENCH_FILES` (default: the system's directory for temporary files) where the files go. The bare ingest is
what nobody could do without: the same table of text into one file with the same settings, nothing read, nothing indexed.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import adbc_driver_sqlite.dbapi
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

import numguard as ng

COMPLAINTS = int(float(os.environ.get("NUMGUARD_BENCH_COMPLAINTS", "1e6")))
ROUNDS = 3


def complaints(start: int, count: int) -> pa.Table:
    """Complaints as the portal lists them: by acknowledgement number, a fifth with two numbers, half as many suspects."""
    rng = np.random.default_rng([7, start])

    def mobiles(drawn: Any) -> pa.Array:
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
            "district": names.take(pa.array(rng.integers(0, 23, count))),
            "category": pa.repeat("UPI fraud", count),
            "reported_at": pa.array(day.astype("datetime64[D]")).cast(pa.string()),
            "suspect_mobiles": cell,
            "complainant_mobile": mobiles(2_000_000_000 + rng.integers(0, 1_000_000_000, count)),
            "amount_lost": pa.array(rupees).cast(pa.string()),
            "amount_recovered": pa.array(rupees // 10).cast(pa.string()),
        }
    )


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=os.environ.get("NUMGUARD_BENCH_FILES")) as name:
        yield Path(name)


@pytest.fixture(scope="module")
def table() -> pa.Table:
    return complaints(0, COMPLAINTS)


def bare_ingest(path: Path, table: pa.Table) -> int:
    with adbc_driver_sqlite.dbapi.connect(str(path), autocommit=True) as connection, connection.cursor() as cursor:
        for setting in ("journal_mode = WAL", "synchronous = FULL", "cache_size = -262144"):
            cursor.execute(f"PRAGMA {setting}")
        cursor.adbc_ingest("complaint", table, mode="create")
        cursor.execute("SELECT count(*) FROM complaint")
        return int(cursor.fetchone()[0])


@pytest.mark.benchmark(group="a million complaints")
def test_bare_ingest(benchmark: Any, folder: Path, table: pa.Table) -> None:
    paths = iter(folder / f"{n}.db" for n in range(100))
    rows = benchmark.pedantic(lambda: bare_ingest(next(paths), table), rounds=ROUNDS)
    assert rows == COMPLAINTS


def add(path: str | Path, table: pa.Table) -> ng.Intake:
    with ng.Registry(path, by="bench") as registry:
        return registry.add_complaints(table)


@pytest.mark.benchmark(group="a million complaints")
def test_add_complaints(benchmark: Any, folder: Path, table: pa.Table) -> None:
    paths = iter(folder / f"{n}.db" for n in range(100))
    intake = benchmark.pedantic(lambda: add(next(paths), table), rounds=ROUNDS)
    assert intake.added == COMPLAINTS


@pytest.mark.benchmark(group="a million complaints")
@pytest.mark.skipif("NUMGUARD_POSTGRES" not in os.environ, reason="NUMGUARD_POSTGRES names no server")
def test_add_complaints_to_postgresql(benchmark: Any, table: pa.Table) -> None:
    import adbc_driver_postgresql.dbapi

    address = os.environ["NUMGUARD_POSTGRES"]
    schemas = iter(f"bench_{os.getpid()}_{n}" for n in range(100))

    def once() -> ng.Intake:
        schema = next(schemas)
        with (
            adbc_driver_postgresql.dbapi.connect(address, autocommit=True) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(f"CREATE SCHEMA {schema}")
        return add(f"{address}{'&' if '?' in address else '?'}options=-csearch_path%3D{schema}", table)

    assert benchmark.pedantic(once, rounds=1).added == COMPLAINTS


@pytest.fixture(scope="module", params=[0.1, 1], ids=["a tenth", "all"])
def grown(request: pytest.FixtureRequest, table: pa.Table) -> Iterator[ng.Registry]:
    """A registry of a tenth of the complaints, and one of all of them, sent out once."""
    where = tempfile.TemporaryDirectory(dir=os.environ.get("NUMGUARD_BENCH_FILES"))
    with where as name, ng.Registry(Path(name) / "cases.db", by="bench") as registry:
        registry.add_complaints(table.slice(0, int(COMPLAINTS * request.param)))
        registry.export(Path(name) / "list.parquet", to="DoT")
        yield registry


@pytest.mark.benchmark(group="ten thousand more complaints")
def test_add_some_more(benchmark: Any, grown: ng.Registry) -> None:
    starts = iter(range(10 * COMPLAINTS, 11 * COMPLAINTS, 10_000))
    intake = benchmark.pedantic(lambda: grown.add_complaints(complaints(next(starts), 10_000)), rounds=5)
    assert intake.added == 10_000


@pytest.mark.benchmark(group="the whole list")
def test_block_list(benchmark: Any, grown: ng.Registry) -> None:
    assert len(benchmark.pedantic(grown.block_list, rounds=ROUNDS)) > 0


@pytest.mark.benchmark(group="a delta of a thousand changes")
def test_delta(benchmark: Any, grown: ng.Registry) -> None:
    numbers = grown.block_list().to_table()["msisdn"].slice(0, 1_000).combine_chunks()
    event = grown.decide(numbers, "withdrawn", "bench")
    change = benchmark.pedantic(lambda: grown.block_list(since=event - 1), rounds=5)
    assert len(change) == len(numbers)
    grown.decide(numbers, "confirmed", "bench")


@pytest.mark.benchmark(group="the history of a number")
def test_history(benchmark: Any, grown: ng.Registry) -> None:
    number = grown.block_list().to_table()["msisdn"][0].as_py()
    assert len(benchmark.pedantic(lambda: grown.history(f"+{number}"), rounds=20)) > 0
