"""Sightings -> the periods of each number in each handset, or of each handset with each number.

Owns the table of the answer; the compiled module has the definition of a period. Independent of files. One idea: **a
period ends where the key is next seen with another and returns only after the gap**: alternating use within the gap
gives overlapping periods, a later return a second one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, Literal

import numpy as np
import pyarrow as pa

from numguard._core import Changes as Finder
from numguard.compute import pc
from numguard.errors import ArgumentError
from numguard.indian_time import DAY_MICROS, clock_bounds
from numguard.sightings.reading import Account, Origins, Reader, Result, check_call, check_names, repeated
from numguard.source import each_source, together
from numguard.types import Region, RowAccount, Source, is_whole

#: Bytes of sightings kept in memory: some ninety million.
_MEMORY_LIMIT: Final = 1_500_000_000


@dataclass(frozen=True, eq=False)
class Changes(Result):
    """The periods of numbers in handsets; an Arrow stream of `table`.

    >>> import numguard as ng, pyarrow as pa
    >>> ng.changes(pa.table({"served_msisdn": ["9876543210"], "imei14": ["35824005111111"], "at": [None]}))
    <Changes of 0 numbers: 0 periods, 0 of them followed another>
    """

    #: One row a period: the number and the handset (`msisdn`, `imei14`, uint64, the key first), `from`, `to`
    #: (timestamp[us, Asia/Kolkata]), `sightings` (int64), what it `followed` (uint64: the other handset that the number
    #: was in before, or the other number that the handset had; null in the first period), `overlap` (int64: seconds of
    #: the period in which an earlier one had not ended; null too), and the origin of its first and last
    #: sighting: `from_file`, `from_row`, `to_file`, `to_row`. By key, then `from`.
    table: pa.Table
    #: The account of all rows: rows_read = rows_used + rows_refused + not_data; `refused_rows` by note.
    account: RowAccount
    #: With `list_refused` the refused rows: file, row, note.
    refused_rows: pa.Table = field(repr=False)
    #: `msisdn` or `imei14`.
    by: str
    #: The longest pause, in days, that ends no period.
    gap_days: int

    def __repr__(self) -> str:
        keys = len(pc.unique(self.table[self.by]))
        followed = self.table.num_rows - self.table["followed"].null_count
        what = "numbers" if self.by == "msisdn" else "handsets"
        return f"<Changes of {keys:,} {what}: {self.table.num_rows:,} periods, {followed:,} of them followed another>"


def changes(
    sightings: Source,
    by: Literal["msisdn", "imei14"] = "msisdn",
    *,
    gap_days: int = 1,
    msisdn: str = "served_msisdn",
    imei: str = "imei14",
    at: str = "at",
    region: Region = "IN",
    strict: bool = False,
    list_refused: bool = False,
    memory_limit: int = _MEMORY_LIMIT,
    threads: int | None = None,
) -> Changes:
    """Finds the periods of each number in each handset, or of each handset with each number.

    A period is one number in one handset. It ends where its key is next seen with another and comes back, if at all,
    after more than `gap_days` days: then a second period begins. Identical sightings count once.

    Args:
        sightings: A source of `scan`, or a reader of `read_cdr`.
        by: `"msisdn"`: the handsets of each number; `"imei14"`: the numbers of each handset.
        gap_days: The longest pause, in days, in which the key may be seen with another without ending the period.
        msisdn: The column of numbers, of any type that `normalize` takes.
        imei: The column of IMEIs, of any type that `normalize_imei` takes. A row of a placeholder is refused.
        at: The column of times: timestamps (without a zone: IST), dates, or text in ISO 8601. A row without one is
            refused.
        region: How bare digits are read, as in `normalize`.
        strict: A row that cannot be used is an error; else it is counted in `account`.
        list_refused: List each row that cannot be used in `refused_rows`.
        memory_limit: Bytes of sightings to keep in memory, 16 a sighting (24 where times are finer than a second or far
            apart). The rest waits in a temporary file without a name (in `TMPDIR`). The answer takes about 150 bytes a
            period beside them.
        threads: How many threads to use; None takes as many as the process may.

    Raises:
        FileMissingError: A path leads to no file.
        ColumnError: The source has no such column.
        UnsupportedTypeError: The type of a column cannot hold numbers, IMEIs or times.
        InputError: A file cannot be read.
        ArgumentError: An argument is invalid.

    Examples:
        >>> import numguard as ng, pyarrow as pa
        >>> seen = pa.table({
        ...     "served_msisdn": ["9876543210"] * 3,
        ...     "imei14": ["35824005111111", "35824005111111", "35824005222222"],
        ...     "at": pa.array(["2026-09-01", "2026-09-03", "2026-09-08"]).cast(pa.date32()),
        ... })
        >>> found = ng.changes(seen).table
        >>> found.select(["imei14", "sightings", "followed"]).to_pylist()[1]
        {'imei14': 35824005222222, 'sightings': 1, 'followed': 35824005111111}
        >>> found["from"].to_pylist()[1].isoformat(), found["from_row"].to_pylist()[1]
        ('2026-09-08T00:00:00+05:30', 3)
    """
    check_call(by, threads)
    if not is_whole(gap_days, 0, 100_000):
        raise ArgumentError("gap_days: takes a whole number from 0 to 100,000")
    check_names(msisdn=msisdn, imei=imei)
    if not isinstance(at, str):
        raise ArgumentError("at: takes the name of a column: without times there are no periods")
    if not is_whole(memory_limit, 0):
        raise ArgumentError("memory_limit: takes a whole number of bytes")
    account, origins = Account(msisdn, imei), Origins()
    finder = Finder(
        by_imei=by == "imei14",
        gap=gap_days * DAY_MICROS,
        clock=clock_bounds(),
        region=region,
        list_refused=list_refused,
        memory_limit=memory_limit,
        threads=threads,
    )
    with together(each_source(sightings)):
        Reader(sightings, [msisdn, imei], at, region=region, timed=True).read(finder, origins, account)
    while finder.step():
        pass
    one = origins.one()
    batches, counted = finder.finish(0 if one is None else one[1])
    account.count(counted, origins, msisdn)
    if strict:
        account.check_strict()
    key, other = ("msisdn", "imei14") if by == "msisdn" else ("imei14", "msisdn")
    table = _table(pa.Table.from_batches(batches), key, other, origins)
    return Changes(table, account.summary(), account.refused_rows(), by, gap_days)


def _table(found: pa.Table, key: str, other: str, origins: Origins) -> pa.Table:
    """The table `Changes.table`."""
    columns: dict[str, Any] = {
        key: found["key"],
        other: found["other"],
        **{name: found[name] for name in ("from", "to", "sightings", "followed", "overlap")},
    }
    one = origins.one()
    for end in ("from", "to"):
        rows: Any = found[f"{end}_row"]
        if one is None:
            columns[f"{end}_file"], columns[f"{end}_row"] = origins.where(rows.to_numpy().view(np.uint64))
        else:
            # The rows of one file are counted from its first one already.
            columns[f"{end}_file"], columns[f"{end}_row"] = repeated(one[0], len(rows)), rows
    return pa.table(columns)
