"""Several sources -> the numbers or handsets in at least a given number of them, with every row as proof.

Owns the count. Independent of files. One idea: **each source is a sorted set, and in the merged sets a key of k sources
is repeated k times**. Only the rows of the keys found are read again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from numguard._core import ImeiSet, NumberSet, normalize, normalize_imei
from numguard.compute import pc
from numguard.errors import ArgumentError
from numguard.indian_time import MOMENT
from numguard.sightings.reading import Account, Reader, Result, check_names, named_sources
from numguard.types import Region

__all__ = ["Common", "common"]

#: Keys of the longest source in one range.
_RANGE: Final = 1 << 13


@dataclass(frozen=True, eq=False)
class Common(Result):
    """The numbers or handsets in several sources, and their rows; an Arrow stream of `table`.

    >>> import numguard as ng, pyarrow as pa
    >>> dump = pa.table({"served_msisdn": ["9876543210", "9123456789"]})
    >>> ng.common([dump, dump.slice(1)])
    <Common of 2 sources: 1 stand in at least 2>
    """

    #: One row a number or handset: `key` (uint64, E.164 digits or the first fourteen of an IMEI), the number of its
    #: `sources` (int64), their `names` (list of text, in the order given), the number of its `rows` (int64),
    #: `first_seen`, `last_seen` (timestamp[us, Asia/Kolkata], null without times). Most sources first, then by key.
    table: pa.Table
    #: Every row of these keys: `key`, `source` (its name), `file` (null where it has no name), `row`, `at`. By key,
    #: then source, file and row.
    proof: pa.Table
    #: The account of all rows: rows_read = rows_used + rows_refused + not_data.
    account: dict[str, Any]
    #: With `list_refused` the refused rows: file, row, note.
    refused_rows: pa.Table = field(repr=False)
    #: The number of sources.
    sources: int
    #: The least number of sources that a key is in.
    at_least: int
    #: The names of all sources, in the order given.
    names: tuple[str, ...] = field(repr=False)
    #: The kind of the keys: `msisdn` or `imei14`.
    by: str

    def __repr__(self) -> str:
        return f"<Common of {self.sources} sources: {self.table.num_rows:,} stand in at least {self.at_least}>"


def common(
    sources: Sequence[Any] | Mapping[str, Any] | str | Path,
    *,
    at_least: int = 2,
    by: Literal["msisdn", "imei14"] = "msisdn",
    msisdn: str = "served_msisdn",
    imei: str = "imei14",
    at: str | None = "at",
    region: Region = "IN",
    strict: bool = False,
    list_refused: bool = False,
) -> Common:
    """Finds the numbers or handsets in at least a given number of several sources, such as tower dumps.

    Args:
        sources: A list of sources, each a source of `scan` or a reader of `read_cdr`; a mapping of names to sources; or
            a folder or pattern, of which each file is a source.
        at_least: The least number of sources.
        by: `"msisdn"` for numbers, `"imei14"` for handsets. Placeholders, which many phones report, are no handset.
        msisdn: The column of numbers, of any type that `normalize` takes.
        imei: The column of IMEIs, of any type that `normalize_imei` takes.
        at: The column of times: timestamps (without a zone: IST) or dates. None, or a source without a column `at`: no
            times.
        region: How bare digits are read, as in `normalize`.
        strict: A row whose key cannot be read is an error; else it is counted in `account`.
        list_refused: List each row whose key cannot be read in `refused_rows`.

    Raises:
        FileMissingError: A path leads to no file.
        ColumnError: A source has no such column.
        UnsupportedTypeError: The type of a column cannot hold numbers, IMEIs or times.
        InputError: A file cannot be read.
        ArgumentError: An argument is invalid, or one source is given twice.

    Examples:
        >>> import numguard as ng, pyarrow as pa
        >>> first = pa.table({"served_msisdn": ["9876543210", "9812345678", "9876543210"]})
        >>> second = pa.table({"served_msisdn": ["09812345678", "+919876543210"]})
        >>> found = ng.common([first, second, first.slice(1, 1)], at_least=3)
        >>> found.table.select(["key", "sources", "rows"]).to_pylist()
        [{'key': 919812345678, 'sources': 3, 'rows': 3}]
        >>> found.proof.select(["source", "row"]).to_pylist()[0]
        {'source': 'source 1', 'row': 2}
    """
    if by not in ("msisdn", "imei14"):
        raise ArgumentError("by: takes 'msisdn' or 'imei14'")
    check_names(msisdn=msisdn, imei=imei, at=at)
    pairs = named_sources(sources)
    if isinstance(at_least, bool) or not isinstance(at_least, int) or not 1 <= at_least <= len(pairs):
        raise ArgumentError(f"at_least: takes a whole number from 1 to the number of sources, which is {len(pairs)}")
    account = Account(list_refused=list_refused, region=region)
    readers = [Reader(source, [msisdn if by == "msisdn" else imei], at) for _, source in pairs]
    kept = _in_several(readers, at_least, by, region, account)
    if strict:
        account.check_strict()
    names = [name for name, _ in pairs]
    table, proof = _tables(kept, _hits(readers, kept, by, region, account), names)
    return Common(table, proof, account.summary(), account.refused_rows(), len(pairs), at_least, tuple(names), by)


def _set_of(cells: list[Any], by: str, region: Region) -> Any:
    column = pa.chunked_array(cells) if cells else pa.array([], pa.uint64())
    return NumberSet(column, region=region) if by == "msisdn" else ImeiSet(column)


def _in_several(readers: list[Reader], at_least: int, by: str, region: Region, account: Account) -> Any:
    """The set of the keys in at least so many sources; counts the rows and the refused cells."""
    each = []
    for reader in readers:
        cells = [rows.columns[0] for rows in reader.rows(account, keys_alone=True)]
        here = _set_of(cells, by, region)
        each.append(here.to_array().to_numpy())
        account.count(here.refused)
        # A set does not count nulls; a row without a key is refused.
        if empty := sum(column.null_count for column in cells):
            account.count({"empty": empty})
    return _set_of([pa.array(_often(each, at_least), pa.uint64())], by, region)


def _often(each: list[npt.NDArray[np.uint64]], at_least: int) -> npt.NDArray[np.uint64]:
    """The keys in at least so many of the arrays, each sorted and distinct; sorted, with repeats.

    The keys are merged range by range: a range fits into the cache, and no array holds all keys of all sources.
    """
    longest = max(each, key=len)
    bounds = longest[_RANGE::_RANGE]
    cuts = [np.concatenate([[0], np.searchsorted(keys, bounds), [len(keys)]]) for keys in each]
    found = [longest[:0]]
    for place in range(len(bounds) + 1):
        keys = np.concatenate([own[cut[place] : cut[place + 1]] for own, cut in zip(each, cuts, strict=True)])
        keys.sort(kind="stable")  # merges sorted runs
        last = len(keys) - at_least + 1
        if last > 0:
            found.append(keys[:last][keys[:last] == keys[at_least - 1 :]])
    return np.concatenate(found)


def _hits(readers: list[Reader], kept: Any, by: str, region: Region, account: Account) -> pa.Table:
    """Every row of the kept keys: their position in the set, its source, file, row and time."""
    fields: list[Any] = [pa.uint32(), pa.int32(), pa.string(), pa.int64(), MOMENT]
    schema = pa.schema(list(zip(("place", "source", "file", "row", "at"), fields, strict=True)))
    found: list[pa.Table] = [schema.empty_table()]
    if not len(kept) and not account.lists:
        return found[0]
    for source, reader in enumerate(readers):
        for rows in reader.rows():
            cells = rows.columns[0]
            places = kept.position(cells, region=region) if by == "msisdn" else kept.position(cells)
            if account.lists:
                keys = normalize(cells, region=region) if by == "msisdn" else normalize_imei(cells)
                account.list_rows(rows, account.notes(cells, keys, of_imeis=by == "imei14"))
            hit = places.is_valid()
            count = hit.true_count
            if count:
                here = pa.repeat(pa.scalar(source, pa.int32()), count)
                columns = [places.filter(hit), here, *rows.where(hit), rows.at.filter(hit)]
                found.append(pa.Table.from_arrays(columns, schema=schema))
    return pa.concat_tables(found)


def _tables(kept: Any, hits: pa.Table, names: list[str]) -> tuple[pa.Table, pa.Table]:
    """The tables `Common.table` and `Common.proof`."""
    keys = kept.to_array()
    counted = hits.group_by("place").aggregate(
        [("source", "count_distinct"), ("source", "count"), ("at", "min"), ("at", "max")]
    )
    counted = counted.sort_by("place")
    pairs = hits.group_by(["place", "source"]).aggregate([]).sort_by([("place", "ascending"), ("source", "ascending")])
    ends = pc.cumulative_sum(counted["source_count_distinct"].combine_chunks().cast(pa.int32()))
    offsets = pa.concat_arrays([pa.array([0], pa.int32()), ends])
    named = pa.array(names, pa.string()).take(pairs["source"].combine_chunks())
    table = pa.table(
        {
            "key": keys.take(counted["place"].combine_chunks()),
            "sources": counted["source_count_distinct"],
            "names": pa.ListArray.from_arrays(offsets, named),
            "rows": counted["source_count"],
            "first_seen": counted["at_min"],
            "last_seen": counted["at_max"],
        }
    )
    ordered = hits.sort_by([(name, "ascending") for name in ("place", "source", "file", "row")])
    proof = pa.table(
        {
            "key": keys.take(ordered["place"].combine_chunks()),
            "source": pa.array(names, pa.string()).take(ordered["source"].combine_chunks()),
            **{name: ordered[name] for name in ("file", "row", "at")},
        }
    )
    return table.sort_by([("sources", "descending"), ("key", "ascending")]), proof
