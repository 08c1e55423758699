"""Sightings -> the periods of each number in each handset, or of each handset with each number.

Owns the definition of a period. Independent of files. One idea: **a period ends where the key is next seen with another
and returns only after the gap**: alternating use within the gap gives overlapping periods, a later return a second one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from numguard._core import ImeiSet, NumberSet, normalize, normalize_imei
from numguard.compute import pc
from numguard.errors import ArgumentError
from numguard.indian_time import DAY_MICROS, MOMENT
from numguard.sightings.reading import Account, Reader, Result, Rows, check_names
from numguard.types import Region, Source

__all__ = ["Changes", "changes"]

_Ints = npt.NDArray[np.int64]
_SECOND_US = 1_000_000
#: Sightings of a block.
_BLOCK = 1 << 17
_BITS = 64


@dataclass(frozen=True, eq=False)
class Changes(Result):
    """The periods of numbers in handsets; an Arrow stream of `table`.

    >>> import numguard as ng, pyarrow as pa
    >>> ng.changes(pa.table({"served_msisdn": ["9876543210"], "imei14": ["35824005111111"], "at": [None]}))
    <Changes of 0 numbers: 0 periods, 0 of them followed another>
    """

    #: One row a period: the number and the handset (`msisdn`, `imei14`, uint64, the key first), `from`, `to`
    #: (timestamp[us, Asia/Kolkata]), `sightings` (int64), what it `followed` (uint64: the handset that the number was
    #: in before, or the number that the handset had; null in the first period), `overlap` (int64: seconds of the period
    #: in which an earlier one had not ended; null in the first), and the origin of its first and last sighting:
    #: `from_file`, `from_row`, `to_file`, `to_row`. By key, then `from`.
    table: pa.Table
    #: The account of all rows: rows_read = rows_used + rows_refused + not_data; `refused_rows` by note.
    account: dict[str, Any]
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
    *,
    by: Literal["msisdn", "imei14"] = "msisdn",
    gap_days: int = 1,
    msisdn: str = "served_msisdn",
    imei: str = "imei14",
    at: str = "at",
    region: Region = "IN",
    strict: bool = False,
    list_refused: bool = False,
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
        at: The column of times: timestamps (without a zone: IST) or dates. A row without one is refused.
        region: How bare digits are read, as in `normalize`.
        strict: A row that cannot be used is an error; else it is counted in `account`.
        list_refused: List each row that cannot be used in `refused_rows`.

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
    if by not in ("msisdn", "imei14"):
        raise ArgumentError("by: takes 'msisdn' or 'imei14'")
    if isinstance(gap_days, bool) or not isinstance(gap_days, int) or not 0 <= gap_days <= 100_000:
        raise ArgumentError("gap_days: takes a whole number of at least 0")
    check_names(msisdn=msisdn, imei=imei)
    if not isinstance(at, str):
        raise ArgumentError("at: takes the name of a column: without times there are no periods")
    account = Account(list_refused=list_refused, region=region)
    seen = _Seen()
    for rows in Reader(sightings, [msisdn, imei], at, timed=True).rows(account):
        seen.add(rows, region, account)
    key, other = ("msisdn", "imei14") if by == "msisdn" else ("imei14", "msisdn")
    if strict:
        account.check_strict()
    table = _periods(seen, key, other, gap_days * DAY_MICROS)
    return Changes(table, account.summary(), account.refused_rows(), by, gap_days)


class _Seen:
    """The sightings that can be used, as columns, each with its file and row."""

    def __init__(self) -> None:
        self._columns: dict[str, list[Any]] = {"msisdn": [], "imei14": [], "at": [], "file": [], "row": []}

    def add(self, rows: Rows, region: Region, account: Account) -> None:
        """Adds the rows whose number, handset and time can be read; counts and lists the others."""
        numbers, handsets = normalize(rows.columns[0], region=region), normalize_imei(rows.columns[1])
        at = rows.at
        usable = pc.and_(pc.and_(numbers.is_valid(), handsets.is_valid()), at.is_valid())
        if usable.true_count < len(usable):
            notes = account.notes(rows.columns[0], numbers, of_imeis=False)
            notes = pc.coalesce(notes, account.notes(rows.columns[1], handsets, of_imeis=True))
            nothing: Any = pa.scalar(None, pa.string())
            notes = pc.coalesce(notes, pc.if_else(at.is_null(), "no_time", nothing))
            counts = pc.value_counts(notes.drop_null()).to_pylist()
            account.count({count["values"]: count["counts"] for count in counts})
            account.list_rows(rows, notes)
        kept = [numbers.filter(usable), handsets.filter(usable), at.filter(usable).cast(pa.int64())]
        files, lines = rows.where(usable)
        for name, column in zip(self._columns, [*kept, files.dictionary_encode(), lines], strict=True):
            self._columns[name].append(column)

    def column(self, name: str) -> Any:
        """A column of all rows, as one array."""
        if not self._columns[name]:
            kinds: dict[str, Any] = {"at": pa.int64(), "row": pa.int64(), "file": pa.string()}
            return pa.array([], kinds.get(name, pa.uint64()))
        return pa.chunked_array(self._columns[name]).unify_dictionaries().combine_chunks()


def _periods(seen: _Seen, key_name: str, other_name: str, gap: int) -> pa.Table:
    """The periods of all keys, by key and time; computed in blocks of keys whose sightings fit into the cache."""
    columns = {name: seen.column(name) for name in (key_name, other_name, "at")}
    keys, others = (_ranks(columns[name], name) for name in (key_name, other_name))
    whole = {name: column.to_numpy(zero_copy_only=False) for name, column in columns.items()}
    moments = _moments_of(whole["at"])
    found = []
    for rows in _blocks(keys):
        order = rows[_by_time(keys[rows], moments[rows], others[rows])]
        key, other, at = (whole[name][order] for name in (key_name, other_name, "at"))
        chosen = _Sorted(key, other, at, keys[order], others[order])
        found.append(_periods_of(chosen, order, seen, (key_name, other_name), gap))
    return pa.concat_tables(found)


@dataclass(frozen=True)
class _Sorted:
    """Sightings by key, time and other; `ranks` and `other_ranks` are the ranks of the keys and of the others."""

    key: Any
    other: Any
    at: _Ints
    ranks: _Ints
    other_ranks: _Ints

    def of(self, kept: npt.NDArray[np.bool_]) -> _Sorted:
        """The sightings that a mask selects."""
        return _Sorted(self.key[kept], self.other[kept], self.at[kept], self.ranks[kept], self.other_ranks[kept])


def _ranks(column: Any, name: str) -> _Ints:
    """The rank of each key among the distinct keys."""
    members: Any = NumberSet(column) if name == "msisdn" else ImeiSet(column)
    ranks: _Ints = members.position(column).to_numpy(zero_copy_only=False).astype(np.int64)
    return ranks


def _moments_of(at: _Ints) -> _Ints:
    """Times since the first: in seconds if all are whole seconds, as in operators' files, else in microseconds."""
    if not len(at):
        return at
    since: _Ints = at - at.min()
    return since // _SECOND_US if not (since % _SECOND_US).any() else since


def _blocks(ranks: _Ints) -> list[_Ints]:
    """Blocks of rows by ranges of keys; within a block the rows keep their order."""
    if len(ranks) <= _BLOCK:
        return [np.arange(len(ranks))]
    before = np.cumsum(np.bincount(ranks))
    block_of_rank = (before - 1) * (len(ranks) // _BLOCK + 1) // len(ranks)
    # NumPy sorts 16-bit integers by radix, so the number of blocks is limited to 65,536.
    blocks = np.minimum(block_of_rank, np.iinfo(np.uint16).max).astype(np.uint16)[ranks]
    order = np.argsort(blocks, kind="stable")
    ends = np.cumsum(np.bincount(blocks))
    return [rows for rows in np.split(order, ends[:-1]) if len(rows)]


def _packed(*columns: _Ints) -> npt.NDArray[np.uint64] | None:
    """The columns and the position of each row packed into one integer a row; None where 64 bits are too few."""
    packed = np.zeros(len(columns[0]), dtype=np.uint64)
    bits = 0
    for column in (*columns, np.arange(len(columns[0]))):
        least = column.min()
        width = int(column.max() - least).bit_length()
        bits += width
        if bits > _BITS:
            return None
        packed = (packed << np.uint64(width)) | (column - least).astype(np.uint64)
    return packed


def _order(*columns: _Ints) -> _Ints:
    """The rows ordered by the first column, then the second, then their position."""
    packed = _packed(*columns) if len(columns[0]) else None
    if packed is None:
        return np.lexsort(columns[::-1])
    packed.sort()
    positions: _Ints = (packed & np.uint64((1 << (len(packed) - 1).bit_length()) - 1)).astype(np.int64)
    return positions


def _by_time(keys: _Ints, moments: _Ints, others: _Ints) -> _Ints:
    """The rows ordered by key, moment, other and position."""
    order = _order(keys, moments)
    same = (keys[order][1:] == keys[order][:-1]) & (moments[order][1:] == moments[order][:-1])
    tied = np.flatnonzero(np.append(same, [False]) | np.append([False], same))
    if len(tied):
        # Only the few rows of the same key and moment are sorted again, each run in its place.
        runs = np.cumsum(np.append([True], ~same))[tied]
        order[tied] = order[tied][np.lexsort((others[order[tied]], runs))]
    return order


def _periods_of(seen_in_order: _Sorted, order: _Ints, seen: _Seen, names: tuple[str, str], gap: int) -> pa.Table:
    """The periods of some keys. `order`: the row of each sighting in `seen`."""
    key_name, other_name = names
    key, other, at = seen_in_order.key, seen_in_order.other, seen_in_order.at
    first = np.ones(len(order), dtype=np.bool_)
    first[1:] = (key[1:] != key[:-1]) | (other[1:] != other[:-1]) | (at[1:] != at[:-1])
    # Of identical sightings only the one read first is kept.
    order, distinct = order[first], seen_in_order.of(first)
    key, other, at = distinct.key, distinct.other, distinct.at
    in_pairs = _order(distinct.ranks, distinct.other_ranks)
    begins = _begins(key, other, at, in_pairs, gap)
    starts = np.flatnonzero(begins)
    ends = np.append(starts[1:], len(order))
    first_of, last_of = in_pairs[starts], in_pairs[ends - 1] if len(starts) else starts
    by_time = np.lexsort((other[first_of], at[last_of], at[first_of], key[first_of]))
    first_of, last_of, sightings = first_of[by_time], last_of[by_time], (ends - starts)[by_time]
    follows = np.zeros(len(first_of), dtype=np.bool_)
    follows[1:] = key[first_of][1:] == key[first_of][:-1]
    before = np.maximum(np.arange(len(first_of)) - 1, 0)
    overlap = _overlap(key[first_of], at[first_of], at[last_of])
    file, row = seen.column("file"), seen.column("row")

    def moments(places: Any) -> Any:
        return pa.array(at[places], pa.timestamp("us", "UTC")).cast(MOMENT)

    columns = {
        key_name: pa.array(key[first_of], pa.uint64()),
        other_name: pa.array(other[first_of], pa.uint64()),
        "from": moments(first_of),
        "to": moments(last_of),
        "sightings": pa.array(sightings, pa.int64()),
        "followed": pa.array(other[first_of][before], pa.uint64(), mask=~follows),
        "overlap": pa.array(overlap // _SECOND_US, pa.int64(), mask=~follows),
    }
    for end, places in (("from", first_of), ("to", last_of)):
        where = pa.array(order[places])
        columns |= {f"{end}_file": file.take(where).cast(pa.string()), f"{end}_row": row.take(where)}
    return pa.table(columns)


def _begins(key: Any, other: Any, at: _Ints, in_pairs: _Ints, gap: int) -> npt.NDArray[np.bool_]:
    """Whether each sighting, by pair and time, begins a period; `in_pairs` has their positions by key and time."""
    begins = np.ones(len(in_pairs), dtype=np.bool_)
    one, next_one = in_pairs[:-1], in_pairs[1:]
    same = (key[one] == key[next_one]) & (other[one] == other[next_one])
    elsewhere = next_one - one > 1
    begins[1:] = ~same | (elsewhere & (at[next_one] - at[one] > gap))
    return begins


def _overlap(key: Any, begin: _Ints, end: _Ints) -> _Ints:
    """How much of each period, by key and beginning, precedes the latest end of an earlier period of the key."""
    if not len(key):
        return begin
    _, number = np.unique(key, return_inverse=True)
    # One running maximum serves all keys, because every value of a later key is greater than all of an earlier one.
    ranks = np.argsort(np.argsort(end, kind="stable"), kind="stable")
    latest = np.maximum.accumulate(number.astype(np.int64) * len(key) + ranks) % len(key)
    ordered = np.sort(end, kind="stable")
    before: _Ints = np.append(begin[:1], ordered[latest[:-1]])
    overlap: _Ints = np.maximum(0, np.minimum(end, before) - begin)
    return overlap
