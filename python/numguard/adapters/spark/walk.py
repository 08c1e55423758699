"""`expand` over a DataFrame of sightings: the walk runs on this machine and queries the sightings in the engine.

Owns the queries: which sightings count, how often a key was seen, and the sightings of some keys. Independent of the
rules of linkage: the walk, which is that of `numguard.expand`, determines which handsets and numbers are closed.
"""

from __future__ import annotations

import uuid
import warnings
from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from numguard._core import check_sightings, read_sightings
from numguard.adapters.spark.engine import (
    DataFrame,
    F,
    arrow_schema,
    by_place,
    chosen,
    column,
    session_of,
)
from numguard.adapters.spark.keys import CANONICAL, readable
from numguard.adapters.spark.workers import check_workers
from numguard.errors import ArgumentError
from numguard.linkage import Expansion, LinkPolicy, check_call
from numguard.linkage.elsewhere import Held, Side, check_places, expand_elsewhere
from numguard.types import Region

__all__ = ["expand"]

_DEFAULT_POLICY = LinkPolicy()
_LIMIT = 20_000_000

#: A count of a whole batch, returned like that of a note.
_NATIONAL = "looks national"

_KEYS = "msisdn bigint, imei14 bigint, at bigint, note string, rows bigint"
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
    region: Region = "IN",
    scratch: str | None = None,
    limit: int = _LIMIT,
) -> Expansion:
    """Walks from reported numbers through the sightings of a DataFrame, with the same result as `numguard.expand`.

    In each hop the engine counts the sightings of the keys of a level, and returns the sightings of those that are not
    closed. Those of closed keys stay in the engine; a cloned IMEI has the most rows. Keys are read once.

    Args:
        seeds: As for `numguard.expand`; or a DataFrame with a column `msisdn`, and `reported_at` where the policy needs
            it.
        df: The sightings.
        policy: The bounds of the walk, without `max_speed_kmh` and `max_numbers_in_one_place`.
        msisdn: The column of served numbers: text, BIGINT, DOUBLE, DECIMAL without a fraction.
        imei: The column of IMEIs, of the same types.
        at: The column of times: TIMESTAMP, TIMESTAMP_NTZ (Indian Standard Time) or DATE. None: no times. A missing
            column `at` also means no times, unless the policy has a rule about time.
        region: How bare digits are read, as in `normalize`.
        scratch: A folder that all workers can write and read, for the keys between passes, as Parquet. They are removed
            at the end if this machine can reach the folder. None keeps them with `persist()`, where the engine supports
            it; Sail does not, and reads them again for each pass.
        limit: The most sightings that are collected, 24 bytes each.

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
    check_places(policy)
    if isinstance(limit, bool) or not isinstance(limit, int) or limit < 0:
        raise ArgumentError("limit: takes a whole number of sightings")
    timed = at is not None and (policy.time_rules or at != "at" or at in df.columns)
    columns = [msisdn, imei, at] if at is not None and timed else [msisdn, imei]
    # A column may be read twice, as numbers and as handsets.
    rows = chosen(df, columns).select(*map(column, columns))
    check_sightings(list(arrow_schema(rows.schema, columns)), region)
    check_workers(session)
    keys = by_place(rows).mapInArrow(_Keys(policy, region), _KEYS)
    place = None if scratch is None else f"{str(scratch).rstrip('/')}/numguard-{uuid.uuid4().hex}"
    with _Sightings(session, keys, policy, place) as stored:
        return expand_elsewhere(_seeds(seeds), stored, policy, msisdn=msisdn, region=region, limit=limit)


def _seeds(seeds: Any) -> Any:
    """Seeds as a table, also those of a DataFrame."""
    if not isinstance(seeds, DataFrame):
        return seeds
    table = seeds.toArrow()
    uint64 = [pa.field(f.name, pa.uint64()) if f.type == CANONICAL else f for f in table.schema]
    return table.cast(pa.schema(uint64))


class _Keys:
    """The function of a task: the keys of sightings that count, and of the others a count for each note."""

    def __init__(self, policy: LinkPolicy, region: Region) -> None:
        # The walk applies the lists of the policy.
        self._bounds = policy.bounds() | {"protected": [], "release": [], "placeholders": []}
        self._region = region

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            if batch.num_rows == 0:
                continue
            names = [str(n) for n in range(batch.num_columns)]
            wanted = pa.RecordBatch.from_arrays([*map(readable, batch.columns)], names)
            read, refused, looks_national = read_sightings(wanted, self._bounds, self._region)
            notes = refused | ({_NATIONAL: 1} if looks_national else {})
            rows = len(read)
            yield pa.RecordBatch.from_arrays(
                [
                    *(pa.concat_arrays([c.cast(pa.int64()), pa.nulls(len(notes), pa.int64())]) for c in read.columns),
                    pa.concat_arrays([pa.nulls(rows, pa.string()), pa.array(list(notes), pa.string())]),
                    pa.concat_arrays([pa.nulls(rows, pa.int64()), pa.array(list(notes.values()), pa.int64())]),
                ],
                ["msisdn", "imei14", "at", "note", "rows"],
            )


class _Sightings(Held):
    """The keys in the engine, from the first query until the end of the walk."""

    def __init__(self, session: Any, keys: DataFrame, policy: LinkPolicy, scratch: str | None) -> None:
        self._session, self._keys, self._scratch = session, keys, scratch
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

    def refused(self) -> tuple[dict[str, int], bool]:
        if self._scratch is None:
            self._keys = self._keys.persist()
        else:
            self._keys.write.parquet(self._scratch)
            self._keys = self._session.read.schema(_KEYS).parquet(self._scratch)
        notes = self._keys.where("note is not null").groupBy("note").agg(F.sum("rows").alias("rows")).toArrow()
        counted = dict(zip(*(notes[name].to_pylist() for name in ("note", "rows")), strict=True))
        looks_national = counted.pop(_NATIONAL, 0) > 0
        return {note: int(rows) for note, rows in sorted(counted.items())}, looks_national

    def sizes(self, side: Side, keys: pa.UInt64Array) -> pa.Table:
        counts = {"others": F.countDistinct("other"), "rows": F.count("*")}
        if self._by_day and side == "handsets":
            counts |= {"days": F.countDistinct(F.expr(_DAY)), "others_on_days": F.countDistinct(F.expr(_DAY), "other")}
        counted = self._of(side, keys).groupBy("key").agg(*(count.alias(name) for name, count in counts.items()))
        sizes: pa.Table = counted.toArrow()
        return sizes

    def sightings(self, side: Side, keys: pa.UInt64Array) -> pa.Table:
        found: pa.Table = self._of(side, keys).toArrow()
        return found

    def _of(self, side: Side, keys: pa.UInt64Array) -> DataFrame:
        """The sightings of some keys: `key`, `other`, `at`."""
        key, other = ("msisdn", "imei14") if side == "numbers" else ("imei14", "msisdn")
        wanted = self._session.createDataFrame(pa.table({"key": keys.cast(pa.int64())}))
        sightings = self._keys.where("note is null").select(F.col(key).alias("key"), F.col(other).alias("other"), "at")
        return sightings.join(F.broadcast(wanted), "key", "left_semi").select("key", "other", "at")
