"""`expand` over a DataFrame of sightings: the walk runs on this machine and queries the sightings in the engine.

Owns the queries: which sightings count, how often a key was seen, and the sightings of some keys. Independent of the
rules of linkage: the walk, which is that of `numguard.expand`, determines which handsets and numbers are closed.
"""

from __future__ import annotations

import uuid
import warnings
from typing import Any

import pyarrow as pa

from numguard._core import check_sightings
from numguard.adapters.spark.engine import (
    DataFrame,
    F,
    arrow_schema,
    by_place,
    chosen,
    column,
    require,
    session_of,
)
from numguard.adapters.spark.keys import CANONICAL
from numguard.adapters.spark.sightings import KeysOf, as_uint64, counted, schema_of
from numguard.adapters.spark.workers import check_workers
from numguard.errors import ArgumentError
from numguard.linkage import Expansion, LinkPolicy, check_call
from numguard.linkage.elsewhere import PLACED, Counted, Held, Side, expand_elsewhere
from numguard.linkage.places import PLACES, Places
from numguard.types import Region

__all__ = ["expand"]

_DEFAULT_POLICY = LinkPolicy()
_LIMIT = 20_000_000

#: The midnight in India before a time; it distinguishes days.
_DAY = "at - pmod(at + 19800000000, 86400000000)"


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
    """Walks from reported numbers through the sightings of a DataFrame, with the same result as `numguard.expand`.

    In each hop the engine counts the sightings of the keys of a level, and returns the sightings of those that are not
    closed. Those of closed keys stay in the engine; a cloned IMEI has the most rows. Keys are read once. Where the
    policy looks at places, the sightings of handsets over a cap are returned too, since their places decide.

    Args:
        seeds: As for `numguard.expand`; or a DataFrame with a column `msisdn`, and `reported_at` where the policy needs
            it.
        df: The sightings.
        policy: The bounds of the walk.
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
        scratch: A folder that all workers can write and read, for the keys between passes, as Parquet. They are removed
            at the end if this machine can reach the folder. None keeps them with `persist()`, where the engine supports
            it; Sail does not, and reads them again for each pass.
        limit: The most sightings that are collected, 24 bytes each; those that say where they were, 48.

    Returns:
        An `Expansion`, equal to that of `numguard.expand` of the same rows.

    Raises:
        ColumnError, UnsupportedTypeError: A column does not exist, or its type cannot hold numbers or times.
        EngineError: Client or server are too old, or the workers have no numguard.
        ArgumentError: An argument is invalid, or the walk needs more sightings than `limit`.
    """
    session = session_of(df)
    if df.isStreaming:
        raise ArgumentError("df: takes sightings that are all there, not a stream of them")
    check_call(policy, msisdn, imei, at)
    if isinstance(limit, bool) or not isinstance(limit, int) or limit < 0:
        raise ArgumentError("limit: takes a whole number of sightings")
    timed = at is not None and (policy.time_rules or at != "at" or at in df.columns)
    columns = [msisdn, imei, at] if at is not None and timed else [msisdn, imei]
    where = {"latitude": latitude, "longitude": longitude, "cell": cell, "place": place}
    placed = _placed_columns(df, where) if policy.place_rules else {}
    # A column may be read twice, as numbers and as handsets.
    read = [*columns, *placed.values()]
    rows = chosen(df, read).select(*map(column, read))
    check_sightings(list(arrow_schema(df.schema, columns)), region)
    check_workers(session)
    keys_of = KeysOf(policy, region, len(columns), [PLACES[what] for what in placed])
    keys = by_place(rows).mapInArrow(keys_of, schema_of(policy))
    folder = None if scratch is None else f"{str(scratch).rstrip('/')}/numguard-{uuid.uuid4().hex}"
    with _Sightings(session, keys, policy, folder) as stored:
        return expand_elsewhere(_seeds(seeds), stored, policy, msisdn=msisdn, region=region, limit=limit)


def _seeds(seeds: Any) -> Any:
    """Seeds as a table, also those of a DataFrame."""
    if not isinstance(seeds, DataFrame):
        return seeds
    table = seeds.toArrow()
    uint64 = [pa.field(f.name, pa.uint64()) if f.type == CANONICAL else f for f in table.schema]
    return table.cast(pa.schema(uint64))


def _placed_columns(df: DataFrame, where: dict[str, str]) -> dict[str, str]:
    """The columns that say where a sighting was, as far as the frame has them."""
    places = Places(where)
    there = places.columns(df.columns)
    require(df, there)
    schema = arrow_schema(df.schema, there)
    none = pa.RecordBatch.from_pylist([], schema)
    places.beside(none, none)  # raises for the type of a column
    return {what: name for what, name in where.items() if name in there}


class _Sightings(Held):
    """The keys in the engine, from the first query until the end of the walk."""

    def __init__(self, session: Any, keys: DataFrame, policy: LinkPolicy, scratch: str | None) -> None:
        self._session, self._keys, self._scratch = session, keys, scratch
        self._schema, self._placed = schema_of(policy), bool(policy.place_rules)
        self._by_day = policy.max_numbers_per_day is not None

    def __enter__(self) -> _Sightings:
        return self

    def __exit__(self, *_: object) -> None:
        if self._scratch is None:
            self._keys.unpersist()
            return
        from pyarrow import fs

        try:
            system, path = fs.FileSystem.from_uri(self._scratch)
            system.delete_dir(path)
        except FileNotFoundError:
            pass
        except (pa.ArrowInvalid, OSError):
            warnings.warn(f"{self._scratch} cannot be removed from here: it holds the keys of sightings", stacklevel=3)

    def counted(self) -> Counted:
        if self._scratch is None:
            self._keys = self._keys.persist()
        else:
            self._keys.write.parquet(self._scratch)
            self._keys = self._session.read.schema(self._schema).parquet(self._scratch)
        notes = self._keys.where("note is not null").groupBy("note").agg(F.sum("rows").alias("rows")).toArrow()
        return counted({note["note"]: int(note["rows"]) for note in notes.to_pylist()})

    def sizes(self, side: Side, keys: pa.UInt64Array) -> pa.Table:
        counts = {"others": F.countDistinct("other"), "rows": F.count("*")}
        if self._by_day and side == "handsets":
            counts |= {"days": F.countDistinct(F.expr(_DAY)), "others_on_days": F.countDistinct(F.expr(_DAY), "other")}
        counted = self._of(side, keys).groupBy("key").agg(*(count.alias(name) for name, count in counts.items()))
        sizes: pa.Table = counted.toArrow()
        return sizes

    def sightings(self, side: Side, keys: pa.UInt64Array) -> pa.Table:
        if side == "numbers" or not self._placed:
            found: pa.Table = self._of(side, keys).toArrow()
            return found
        return as_uint64(self._of(side, keys, PLACED).toArrow(), PLACED)

    def _of(self, side: Side, keys: pa.UInt64Array, more: tuple[str, ...] = ()) -> DataFrame:
        """The sightings of some keys: `key`, `other`, `at`, and more columns."""
        key, other = ("msisdn", "imei14") if side == "numbers" else ("imei14", "msisdn")
        wanted = self._session.createDataFrame(pa.table({"key": keys.cast(pa.int64())}))
        columns = [F.col(key).alias("key"), F.col(other).alias("other"), "at", *more]
        sightings = self._keys.where("note is null").select(*columns)
        return sightings.join(F.broadcast(wanted), "key", "left_semi").select("key", "other", "at", *more)
