"""A list of numbers with the time at which each was reported: the seeds of a linkage that counts days from it.

Owns which rows give a seed. Independent of linkage. One idea: **a time that is not known is never a guess**; a row
without one is refused, and a text that is no time stops the list.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from numguard._core import explain
from numguard.compute import filtered, pc, schema_of, seen_text, why_unread
from numguard.errors import InputError
from numguard.indian_time import IST
from numguard.number_list.actions import may_have_words
from numguard.number_list.columns import numbers
from numguard.number_list.decisions import checked_yes
from numguard.number_list.reader import OpenList, other_types
from numguard.source import Batch
from numguard.source.dated import moments_of
from numguard.types import PathLike, Region, RowAccount

_SEEDS = schema_of(msisdn=pa.string(), reported_at=pa.timestamp("us"))


def read_dated_seeds(
    path: PathLike, *, region: Region = "IN", yes: Sequence[str] = ()
) -> tuple[pa.Table, RowAccount, pa.Table]:
    """The rows of a list of numbers to act on, in its column `msisdn`, with their column `reported_at`.

    Args:
        path: A file, folder or glob. Text of a time is in ISO 8601, of India where it names no zone.
        region: The country by whose plan digits without a country code are read.
        yes: Texts of its columns of decisions that are a yes, as for `read_numbers`.

    Returns:
        The seeds: msisdn as it is written, reported_at; the account of the list; its refused rows.

    Raises:
        ColumnError: A column does not exist, or the list may have the numbers of victims.
        InputError: The file cannot be read, a text is no time, or several files have columns of other types.
    """
    with checked_yes(yes) as known_yes:
        opened = OpenList(
            path, numbers(region), "msisdn", ("block",), more=["reported_at"], is_chosen=False, yes=known_yes
        )
        seeds = _seeds_of(opened, region)
    refused, account = opened.account()
    try:
        return pa.Table.from_batches(seeds) if seeds else _SEEDS.empty_table(), account, refused
    except pa.ArrowInvalid:
        raise other_types(path) from None


def _seeds_of(opened: OpenList, region: Region) -> list[pa.RecordBatch]:
    seeds = []
    for batch in opened.rows():
        rows = batch.data.set_column(1, "reported_at", _reported_at(batch))
        late = _in_the_future(rows["reported_at"])
        notes = pc.if_else(late, "in_the_future", _why_no_seed(rows, region))
        opened.refuse(batch, batch.data.column(0), notes)
        seeds.append(filtered(rows, pc.invert(late)))
    return seeds


def _reported_at(batch: Batch) -> Any:
    """The times of report of a batch, its second column, text of a file as moments."""
    written: Any = batch.data.column(1)
    if not may_have_words(written.type):
        return written
    found, is_unread = moments_of(seen_text(written))
    at = pc.index(is_unread, True).as_py()
    if at >= 0:
        where = f"{batch.file}: row {batch.row_numbers()[at]}"
        raise InputError(f"{where}: reported_at: write it as 2026-09-01 or 2026-09-01 18:30:00, in IST")
    return found


def _in_the_future(moments: Any) -> Any:
    """Which times of report are more than a day ahead, so that no sighting would count."""
    if not (pa.types.is_timestamp(moments.type) or pa.types.is_date(moments.type)):
        return pa.array([False] * len(moments))
    zone = None if pa.types.is_date(moments.type) else moments.type.tz
    kind = pa.timestamp("us", zone and "UTC")
    latest = datetime.datetime.now(IST) + datetime.timedelta(days=1)
    limit = pa.scalar(latest if zone else latest.replace(tzinfo=None), kind)
    return pc.fill_null(pc.greater(moments.cast(kind, safe=False), limit), False)


def _why_no_seed(seeds: pa.RecordBatch, region: Region) -> Any:
    """Why a row gives no seed, by the walk's own rule; null where it gives one."""
    no_time = pc.if_else(seeds["reported_at"].is_null(), "no_time", None)
    return pc.coalesce(why_unread(explain(seeds["msisdn"], region=region)), no_time)
