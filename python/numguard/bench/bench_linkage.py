"""Linkage against SQL that computes the same: caps, levels, evidence, best paths, and where linkage stopped.

Both get the same number of threads, and their results are asserted equal, table by table, before either is timed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from numguard.bench import memory, sightings
from numguard.bench.chains import duckdb_with
from numguard.bench.plan import plan
from numguard.bench.record import Line
from numguard.bench.rivals import NUMGUARD
from numguard.indian_time import ZONE
from numguard.linkage import Expansion, LinkPolicy, expand

pytest.importorskip("duckdb")
pl = pytest.importorskip("polars")

ROWS = plan().file_rows * 5 // 2
SEEDS = min(27_824, ROWS // 100)
THREADS = plan().threads
HOPS = 2

#: Sightings in a file, and how many times the file is listed: from a fiftieth of `ROWS` to ten times as many. The seeds
#: stay the same, so that the linked numbers do not increase.
LENGTHS = ((ROWS // 50, 1), (ROWS // 5, 1), (ROWS, 1), (ROWS, 10))
SEEDS_OF_LENGTHS = max(ROWS // 25_000, 10)

#: The distinct sightings of some keys, aggregated by number and handset. `side` is the column of the keys.
EDGES = """
create or replace temp table {into} as
select msisdn, imei14, min("at") as first_seen, max("at") as last_seen, count(*) as sightings
from (select distinct served_msisdn as msisdn, imei14, "at" from ({rows}) semi join {keys} on {side} = {keys}.key)
group by all
"""

#: The keys of a file, by layout. An IMEI in an Int64 has lost its leading zeros; one that is too short is invalid.
KEYS = {
    "keys": """select * from read_parquet('{path}')""",
    "Int64": """select (served_msisdn + 910000000000)::ubigint as served_msisdn, (imei14 // 10)::ubigint as imei14, "at"
                from read_parquet('{path}') where imei14 >= 100000000000000""",
    "text": """select served_msisdn::ubigint as served_msisdn, imei14[:14]::ubigint as imei14, "at"
               from read_parquet('{path}')""",
}

LEVEL = [
    # Which numbers of the level before are open, and by which edges they are left.
    """create or replace temp table open_numbers as
       select msisdn from number_edges group by msisdn having count(*) <= 20""",
    """create or replace temp table sources as
       select e.* from number_edges e semi join open_numbers using (msisdn)""",
    """create or replace temp table wanted as
       select distinct imei14 as key from sources anti join known using (imei14)""",
    "<edges of handsets>",
    """insert into known
       select imei14, count(*) as numbers, min(first_seen), max(last_seen),
              case when imei14 in (select imei14 from placeholders) then 'placeholder'
                   when count(*) > 100 then 'too_many_numbers' end as why
       from handset_edges group by imei14""",
    "insert into carried select e.* from handset_edges e join known k using (imei14) where k.why is null",
    # What is reached, and by which path.
    """insert into stopped_handsets
       select distinct imei14, why, numbers from sources join known using (imei14) where why is not null""",
    """create or replace temp table linking_handsets as
       select imei14, min(msisdn) as via_msisdn from sources join known using (imei14) where why is null
       group by imei14""",
    "insert into walked select imei14, {hop} from linking_handsets anti join walked using (imei14)",
    """create or replace temp table reached as
       select c.*, d.via_msisdn from carried c join linking_handsets d using (imei14)
       anti join levels using (msisdn)""",
    """insert into evidence
       select s.* from sources s semi join linking_handsets using (imei14)
       union all select msisdn, imei14, first_seen, last_seen, sightings from reached""",
    """create or replace temp table level as
       select msisdn, {hop} as hop,
              unnest(min(struct_pack(a := -sightings, b := first_seen, c := imei14, d := via_msisdn, e := last_seen)))
       from reached group by msisdn""",
    """insert into levels
       select msisdn, hop, coalesce((select seed_msisdn from levels before where before.msisdn = d), d), c, d, b, e, -a
       from level""",
    """insert into stopped_numbers
       select msisdn, count(*) from number_edges group by msisdn having count(*) > 20""",
    "create or replace temp table frontier as select msisdn as key from level",
]

TABLES = """
create or replace temp table frontier as select msisdn as key from seeds;
create or replace temp table levels as
  select msisdn, 0 as hop, msisdn as seed_msisdn, null::ubigint as via_imei, null::ubigint as via_msisdn,
         null::timestamptz as first_seen, null::timestamptz as last_seen, 0::bigint as sightings from seeds;
create or replace temp table known
  (imei14 ubigint, numbers bigint, first_seen timestamptz, last_seen timestamptz, why text);
create or replace temp table carried
  (msisdn ubigint, imei14 ubigint, first_seen timestamptz, last_seen timestamptz, sightings bigint);
create or replace temp table evidence as from carried;
create or replace temp table walked (imei14 ubigint, hop int);
create or replace temp table stopped_handsets (imei14 ubigint, why text, numbers bigint);
create or replace temp table stopped_numbers (msisdn ubigint, handsets bigint);
"""

ANSWERS = {
    "linked": """select msisdn, hop, seed_msisdn, via_imei, via_msisdn, first_seen, last_seen, sightings
                 from levels where hop > 0 order by hop, msisdn""",
    "handsets": """select imei14, hop, numbers, first_seen, last_seen from walked join known using (imei14)
                   order by hop, imei14""",
    "stopped": """select msisdn, imei14, why, count from (
                    select msisdn, null as imei14, 'too_many_handsets' as why, handsets as count from stopped_numbers
                    union all select distinct null, imei14, why, numbers from stopped_handsets)
                  order by msisdn nulls last, imei14""",
    "evidence": "select distinct * from evidence order by msisdn, imei14",
}


def walk(
    connection: Any, rows: str, tables: str = TABLES, level: Sequence[str] = LEVEL, answers: dict[str, str] = ANSWERS
) -> dict[str, pa.Table]:
    """Linkage in SQL, over the rows of a query."""
    connection.execute(tables)
    for hop in range(1, HOPS + 1):
        connection.execute(EDGES.format(into="number_edges", keys="frontier", side="served_msisdn", rows=rows))
        for statement in level:
            if statement.startswith("<"):
                statement = EDGES.format(into="handset_edges", keys="wanted", side="imei14", rows=rows)  # noqa: PLW2901
            connection.execute(statement.replace("{hop}", str(hop)))
    return {name: connection.sql(query).to_arrow_table() for name, query in answers.items()}


def expand_sql(connection: Any, path: Path, layout: str) -> dict[str, pa.Table]:
    """Linkage in SQL, from a file, which is read once: to read it again for each step took longer."""
    connection.execute(f"create or replace temp table sightings as {KEYS[layout].format(path=path)}")
    return walk(connection, "from sightings")


@pytest.fixture(scope="module", params=sightings.LAYOUTS)
def layout(request: pytest.FixtureRequest) -> str:
    """The layout of the keys in the file."""
    return str(request.param)


@pytest.fixture(scope="module")
def path(layout: str) -> Path:
    """The file of sightings."""
    return file(layout)


def file(layout: str) -> Path:
    """The file of sightings in a layout."""
    name = f"sightings-{ROWS}.parquet" if layout == "keys" else f"sightings-{layout}-{ROWS}.parquet"
    return sightings.write(plan().inputs / name, ROWS, layout)


def named(layout: str, source: str = "Parquet") -> str:
    """A layout in the record."""
    return source if layout == "keys" else f"{source}, {layout}"


@pytest.fixture(scope="module")
def seeds() -> pa.UInt64Array:
    """The seeds of linkage."""
    return sightings.seeds(SEEDS, ROWS)


@pytest.fixture(scope="module")
def connection(seeds: pa.UInt64Array) -> Any:
    """DuckDB with the seeds and the placeholders."""
    return connect(seeds, THREADS)


def connect(seeds: pa.UInt64Array, threads: int) -> Any:
    """DuckDB with tables of seeds and placeholders."""
    connection = duckdb_with(threads)
    connection.execute(f"set timezone = '{ZONE}'")
    connection.register("seed_table", pa.table({"msisdn": seeds}))
    connection.execute("create temp table seeds as select distinct msisdn from seed_table")
    connection.register("placeholder_table", pa.table({"imei14": sightings.PLACEHOLDERS}))
    connection.execute("create temp table placeholders as from placeholder_table")
    return connection


@pytest.fixture(scope="module")
def found(path: Path, layout: str, seeds: pa.UInt64Array, connection: Any) -> dict[str, pa.Table]:
    """The result of the SQL, asserted equal to that of numguard."""
    tables = expand_sql(connection, path, layout)
    ours = expanded(path, seeds)
    assert ours.linked.num_rows > SEEDS // 10
    for name, table in tables.items():
        assert getattr(ours, name) == table.cast(getattr(ours, name).schema), name
    return tables


def expanded(source: Any, seeds: pa.UInt64Array) -> Expansion:
    """The result of numguard."""
    return expand(seeds, source, LinkPolicy(max_hops=HOPS), threads=THREADS)


def line(layout: str, candidate: str, work: str = "expand") -> Line:
    """The line of a measurement."""
    return Line(work, layout, ROWS, SEEDS, None, candidate, THREADS)


@pytest.mark.usefixtures("found")
def test_numguard(measure: Any, path: Path, layout: str, seeds: pa.UInt64Array) -> None:
    """From the file."""
    measure(line(named(layout), NUMGUARD), lambda: expanded(path, seeds))


@pytest.mark.usefixtures("found")
def test_duckdb(measure: Any, path: Path, layout: str, connection: Any) -> None:
    """From the file, in SQL."""
    measure(line(named(layout), "DuckDB"), lambda: expand_sql(connection, path, layout))


def test_decode(measure: Any, path: Path, layout: str) -> None:
    """The limit: only reading the columns, with the fastest reader."""
    limit = line(named(layout, "sightings"), "Polars", "decode")
    assert measure(limit, lambda: pl.read_parquet(path)).height == ROWS


@pytest.mark.usefixtures("found")
def test_numguard_table(measure: Any, path: Path, layout: str, seeds: pa.UInt64Array) -> None:
    """From a table in memory."""
    table = pl.read_parquet(path).to_arrow()
    measure(line(named(layout, "table"), NUMGUARD), lambda: expanded(table, seeds))


def expand_copies(rows: int, copies: int, threads: int) -> Callable[[], Expansion]:
    """Linkage over a file listed `copies` times; repeated sightings count once, so the result stays the same."""
    source = [sightings.write(plan().inputs / f"sightings-{rows}.parquet", rows)] * copies
    begin = sightings.seeds(SEEDS_OF_LENGTHS, rows)
    return lambda: expand(begin, source, LinkPolicy(max_hops=HOPS), threads=threads)


@pytest.mark.parametrize(("rows", "copies"), LENGTHS)
def test_length(measure: Any, rows: int, copies: int) -> None:
    """Time and memory by length, also for more sightings than are kept in memory."""
    once = expand_copies(rows, 1, THREADS)()
    added = memory.added("expand", rows=rows, copies=copies, threads=THREADS)
    line = Line("expand of length", "Parquet", rows * copies, SEEDS_OF_LENGTHS, None, NUMGUARD, THREADS, bytes=added)
    found = measure(line, expand_copies(rows, copies, THREADS))
    assert found.linked == once.linked
    assert found.evidence == once.evidence
