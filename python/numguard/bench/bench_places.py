"""Linkage with rules of place against SQL that computes the same.

The rules are `max_speed_kmh` and `max_numbers_in_one_place` of `LinkPolicy`: which handsets were in two places at once,
which stay in one, and what follows. The tables of both are asserted equal before either is timed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from numguard.bench import sightings
from numguard.bench.bench_linkage import ANSWERS, HOPS, KEYS, LEVEL, TABLES, connect, walk
from numguard.bench.plan import plan
from numguard.bench.record import Line
from numguard.bench.rivals import NUMGUARD
from numguard.linkage import Expansion, LinkPolicy, expand

ROWS = plan().file_rows
SEEDS = min(27_824, ROWS // 100)
THREADS = plan().threads
POLICY = LinkPolicy(max_hops=HOPS, max_speed_kmh=300, max_numbers_in_one_place=1_000)

#: The distance in kilometres between two points in degrees, along a great circle.
KM = """2 * 6371.0088 * asin(least(1, sqrt(
          pow(sin((radians({latitude}) - radians(latitude)) / 2), 2)
          + cos(radians(latitude)) * cos(radians({latitude}))
            * pow(sin((radians({longitude}) - radians(longitude)) / 2), 2))))"""

#: The sightings of the wanted handsets, in order of time.
PLACED = [
    """create or replace temp table placed as
       select distinct served_msisdn as msisdn, imei14, "at", latitude, longitude
       from ({rows}) semi join wanted on imei14 = wanted.key""",
    f"""create or replace temp table pairs as
        select *, row_number() over (partition by imei14 order by "at", msisdn, latitude, longitude) as place,
               msisdn <> before and km - 30 > {POLICY.max_speed_kmh} * hours as is_apart
        from (select *, {KM.format(latitude="latitude_before", longitude="longitude_before")} as km,
                     epoch_us("at" - at_before) / 3.6e9 as hours
              from (select *, lag(msisdn) over w as before, lag("at") over w as at_before,
                           lag(latitude) over w as latitude_before, lag(longitude) over w as longitude_before
                    from placed where latitude is not null
                    window w as (partition by imei14 order by "at", msisdn, latitude, longitude)))""",
    # Of consecutive pairs that are apart every second one counts: the comparison starts again behind each.
    """create or replace temp table apart as
       select imei14, count(*) as times, round(max(km))::bigint as km
       from (select *, row_number() over (partition by imei14, run order by place) as nth
             from (select *, place - row_number() over (partition by imei14 order by place) as run
                   from pairs where is_apart))
       where nth % 2 = 1 group by imei14""",
    """create or replace temp table middles as
       select imei14, count(*) as seen, count(latitude) as known,
              list_sort(list(latitude) filter (latitude is not null))[count(latitude) // 2 + 1] as latitude_middle,
              list_sort(list(longitude) filter (longitude is not null))[count(longitude) // 2 + 1] as longitude_middle
       from placed group by imei14""",
    f"""create or replace temp table one_place as
        select imei14 from placed join middles using (imei14)
        group by imei14, seen, known
        having known > 0 and 2 * known >= seen and 10 * count(*) filter (
          {KM.format(latitude="latitude_middle", longitude="longitude_middle")} <= 1) >= 9 * known""",
]

KNOWN = f"""
insert into known
select e.imei14, count(*) as numbers, min(first_seen), max(last_seen),
       case when e.imei14 in (select imei14 from placeholders) then 'placeholder'
            when any_value(times) >= 2 then 'in_two_places'
            when count(*) > 100 and not (
                count(*) <= {POLICY.max_numbers_in_one_place} and any_value(times) is null
                and e.imei14 in (select imei14 from one_place)) then 'too_many_numbers' end,
       any_value(times), any_value(km)
from handset_edges e left join apart using (imei14) group by e.imei14
"""

SETUP = TABLES.replace("why text);", "why text, times bigint, km bigint);", 1)
LINKED = ANSWERS | {
    "handsets": """select imei14, hop, numbers, first_seen, last_seen,
                          case when numbers > 100 then 'too_many_numbers' end as in_one_place
                   from walked join known using (imei14) order by hop, imei14""",
    "stopped": """select msisdn, imei14, why, count, times, km from (
                    select msisdn, null as imei14, 'too_many_handsets' as why, handsets as count, null as times,
                           null as km from stopped_numbers
                    union all
                    select distinct null, imei14, s.why, s.numbers, case when s.why = 'in_two_places' then times end,
                           case when s.why = 'in_two_places' then km end
                    from stopped_handsets s join known using (imei14))
                  order by msisdn nulls last, imei14""",
}


def statements(rows: str) -> list[str]:
    """The statements of a level, with the rules of place before the handsets are closed."""
    found: list[str] = []
    for statement in LEVEL:
        if statement.startswith("<"):
            found += [statement, *(one.format(rows=rows) for one in PLACED)]
        elif statement.startswith("insert into known"):
            found.append(KNOWN)
        else:
            found.append(
                statement.replace("join known using (imei14) where why", "join known using (imei14) where known.why")
            )
    return found


def expand_sql(connection: Any, path: Path) -> dict[str, pa.Table]:
    """Linkage in SQL, from a file, which is read once."""
    rows = "from sightings"
    connection.execute(f"create or replace temp table sightings as {KEYS['keys'].format(path=path)}")
    return walk(connection, rows, SETUP, statements(rows), LINKED)


@pytest.fixture(scope="module")
def path() -> Path:
    """The file of sightings with coordinates."""
    return sightings.write(plan().inputs / f"sightings-placed-{ROWS}.parquet", ROWS, "placed")


@pytest.fixture(scope="module")
def seeds() -> pa.UInt64Array:
    """The seeds of linkage."""
    return sightings.seeds(SEEDS, ROWS)


@pytest.fixture(scope="module")
def connection(path: Path, seeds: pa.UInt64Array) -> Any:
    """DuckDB, whose result is asserted equal to that of numguard."""
    connection = connect(seeds, THREADS)
    tables, ours = expand_sql(connection, path), expanded(path, seeds)
    for name, table in tables.items():
        assert getattr(ours, name) == table.cast(getattr(ours, name).schema), name
    assert ours.linked.num_rows > SEEDS // 10
    reasons = set(ours.stopped["why"].to_pylist())
    assert "in_two_places" in reasons
    assert any(ours.handsets["in_one_place"].to_pylist())
    return connection


def expanded(path: Path, seeds: pa.UInt64Array) -> Expansion:
    """The result of numguard."""
    return expand(seeds, path, POLICY, threads=THREADS)


def line(candidate: str) -> Line:
    """The line of a measurement."""
    return Line("expand", "Parquet, places", ROWS, SEEDS, None, candidate, THREADS)


@pytest.mark.usefixtures("connection")
def test_numguard(measure: Any, path: Path, seeds: pa.UInt64Array) -> None:
    """From the file."""
    measure(line(NUMGUARD), lambda: expanded(path, seeds))


def test_duckdb(measure: Any, path: Path, connection: Any) -> None:
    """From the file, in SQL."""
    measure(line("DuckDB"), lambda: expand_sql(connection, path))
