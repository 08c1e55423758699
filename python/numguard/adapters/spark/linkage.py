"""`expand` over a DataFrame of sightings: linkage runs on this machine and queries the sightings in the engine.

Owns which columns of a frame are read, and as what. Independent of the rules of linkage: the traversal, that of
`numguard.expand`, determines which handsets and numbers are closed.
"""

from __future__ import annotations

import uuid
from typing import Any

import pyarrow as pa

from numguard._core import check_sightings
from numguard.adapters.spark.engine import (
    Column,
    DataFrame,
    F,
    by_name,
    by_place,
    chosen,
    require,
    session_of,
    unsigned_of,
)
from numguard.adapters.spark.held import HeldInEngine
from numguard.adapters.spark.keys import KEY, readable
from numguard.adapters.spark.schema import StructField, arrow_schema
from numguard.adapters.spark.sightings import Reader
from numguard.adapters.spark.workers import check_workers
from numguard.errors import ArgumentError
from numguard.linkage import Expansion, LinkPolicy, check_call, columns_read
from numguard.linkage.elsewhere import expand_elsewhere
from numguard.linkage.places import PLACES, Places
from numguard.types import Region, is_whole

_DEFAULT_POLICY = LinkPolicy()
_LIMIT = 20_000_000


def expand(
    seeds: Any,
    df: DataFrame,
    policy: LinkPolicy = _DEFAULT_POLICY,
    *,
    msisdn: str = "served_msisdn",
    imei: str = "imei14",
    at: str | None = "at",
    latitude: str = PLACES["latitude"],
    longitude: str = PLACES["longitude"],
    cell: str = PLACES["cell"],
    place: str = PLACES["place"],
    region: Region = "IN",
    scratch: str | None = None,
    limit: int = _LIMIT,
) -> Expansion:
    """Links numbers from reported ones through the sightings of a DataFrame, with the same result as `numguard.expand`.

    In each hop the engine's tasks look for the keys of a level, twice: for its numbers and for its handsets. They are
    counted, and their sightings collected, but for those of closed keys with many: a cloned IMEI has the most rows.
    Where the policy looks at places, the sightings of handsets over a cap are collected too, since their places decide.

    Args:
        seeds: As for `numguard.expand`; or a DataFrame with a column `msisdn`, and `reported_at` where the policy needs
            it.
        df: The sightings.
        policy: The bounds of linkage.
        msisdn: The column of served numbers: text, BIGINT, DOUBLE, DECIMAL without a fraction.
        imei: The column of IMEIs, of the same types.
        at: The column of times: TIMESTAMP, TIMESTAMP_NTZ (Indian Standard Time) or DATE. None: no times. A missing
            column `at` also means no times, unless the policy has a rule about time.
        latitude: The column of degrees north, and the next three, as for `numguard.expand`: read where the policy has
            `max_speed_kmh` or `max_numbers_in_one_place`, and a frame without such a column does not say where it was.
        longitude: The column of degrees east.
        cell: The column of cells.
        place: The column of circles.
        region: How bare digits are read, as in `normalize`.
        scratch: A folder that all workers can write and read: the keys are read once and kept there as Parquet until
            the end, then removed if this machine can reach the folder. None reads `df` again for each pass, so it must
            have the same rows each time.
        limit: The most sightings that are collected, 24 bytes each; those that say where they were, 48.

    Returns:
        An `Expansion`, equal to that of `numguard.expand` of the same rows.

    Raises:
        ColumnError, UnsupportedTypeError: A column does not exist, or its type cannot hold numbers or times.
        EngineError: Client or server are too old, or the workers have no numguard.
        ArgumentError: An argument is invalid, or linkage needs more sightings than `limit`.
    """
    session = session_of(df)
    if df.isStreaming:
        raise ArgumentError("df: takes sightings that are all there, not a stream of them")
    check_call(policy, msisdn, imei, at)
    if not is_whole(limit, 0):
        raise ArgumentError("limit: takes a whole number of sightings")
    columns = columns_read(policy, msisdn, imei, at, df.columns)
    where = {"latitude": latitude, "longitude": longitude, "cell": cell, "place": place}
    placed = _placed_columns(df, where) if policy.place_rules else {}
    df = chosen(df, [*columns, *placed.values()])
    # A column may be read twice, as numbers and as handsets.
    rows = df.select(*map(_as_bigint, [df.schema[name] for name in columns]), *map(by_name, placed.values()))
    check_sightings(list(arrow_schema(df.schema, columns)), region)
    check_workers(session)
    canonical = [_is_canonical(df.schema[name]) for name in columns]
    reader = Reader(policy, region, canonical, [PLACES[what] for what in placed])
    folder = None if scratch is None else f"{str(scratch).rstrip('/')}/numguard-{uuid.uuid4().hex}"
    with HeldInEngine(by_place(rows), reader, policy, folder) as stored:
        return expand_elsewhere(_seeds(seeds), stored, policy, msisdn=msisdn, imei=imei, region=region, limit=limit)


def _seeds(seeds: Any) -> Any:
    """Seeds as a table, also those of a DataFrame."""
    if not isinstance(seeds, DataFrame):
        return seeds
    unsigned, names = unsigned_of(seeds), seeds.columns
    rows = by_place(seeds)
    keys = [key.cast(KEY) if n in unsigned else key for n, key in enumerate(map(by_name, rows.columns))]
    table = rows.select(*keys).toDF(*names).toArrow()
    return pa.Table.from_arrays(list(map(readable, table.columns)), names=table.column_names)


def _is_canonical(field: StructField) -> bool:
    return str(field.dataType.simpleString()) == KEY


def _as_bigint(field: StructField) -> Column:
    """A canonical key as BIGINT, which is passed on faster. A larger one becomes -1, which is too long without sign."""
    key = by_name(field.name)
    if not _is_canonical(field):
        return key
    return F.when(key.isNotNull(), F.coalesce(key.try_cast("bigint"), F.lit(-1)))


def _placed_columns(df: DataFrame, where: dict[str, str]) -> dict[str, str]:
    """The columns that say where a sighting was, as far as the frame has them."""
    places = Places(where)
    there = places.columns(df.columns)
    require(df, there)
    schema = arrow_schema(df.schema, there)
    none = pa.RecordBatch.from_pylist([], schema)
    places.beside(none, none)  # raises for the type of a column
    return {what: name for what, name in where.items() if name in there}
