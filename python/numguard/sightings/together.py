"""Several sources -> the numbers or handsets that stand in at least so many of them, with every row as proof.

Owns the count. Knows nothing of files. One idea: **each source is a set, and all sets in one order tell who is in
many**: whoever is in k of them stands there k times in a row. Only the rows of those are looked at once more.
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
from numguard.sightings.reading import MOMENT, Account, Reader, check_names, named_sources
from numguard.types import Region

__all__ = ["Common", "common"]

#: Keys of the longest source in one range.
_RANGE: Final = 1 << 13


@dataclass(frozen=True, eq=False)
class Common:
    """Who stands in several sources, and the rows that say so; an Arrow stream of `table`.

    >>> import numguard as ng, pyarrow as pa
    >>> dump = pa.table({"served_msisdn": ["9876543210", "9123456789"]})
    >>> ng.common([dump, dump.slice(1)])
    <Common of 2 sources: 1 stand in at least 2>
    """

    #: One row for each: `key` (uint64, E.164 digits or the first fourteen of an IMEI), in how many `sources` (int64),
    #: their `names` (list of text, in the order given), in how many `rows` (int64), `first_seen`, `last_seen`
    #: (timestamp[us, Asia/Kolkata], null without times). Most sources first, then by key.
    table: pa.Table
    #: Every row of them: `key`, `source` (its name), `file` (null where none has a name), `row`, `at`. By key, then
    #: source, file and row.
    proof: pa.Table
    #: How many rows the sources had, and what became of each: rows_read = rows_used + rows_refused + not_data.
    account: dict[str, Any]
    #: With `list_refused` the refused rows: file, row, note.
    refused_rows: pa.Table = field(repr=False)
    #: How many sources there were, and of how many at the least.
    sources: int
    at_least: int
    #: The names of all sources, in the order given.
    names: tuple[str, ...] = field(repr=False)
    #: `msisdn` or `imei14`: what the keys are.
    by: str

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """The Arrow PyCapsule interface."""
        capsule: object = self.table.__arrow_c_stream__(requested_schema)  # type: ignore[no-untyped-call]
        return capsule

    def __len__(self) -> int:
        return self.table.num_rows

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
    """Finds the numbers or handsets that stand in at least so many of several sources, such as the dumps of towers.

    Args:
        sources: A list of sources, each whatever `scan` takes or a reader of `read_cdr`; names with sources; or a
            folder or pattern, of which each file is a source.
        at_least: In how many of them.
        by: `"msisdn"` for numbers, `"imei14"` for handsets. Placeholders, which many phones report, are no handset.
        msisdn: The column of numbers, of any type that `normalize` takes.
        imei: The column of IMEIs, of any type that `normalize_imei` takes.
        at: The column of times: timestamps (without a zone: IST) or dates. None, or a source without a column `at`: no
            times.
        region: How bare digits are read, as in `normalize`.
        strict: A row whose key cannot be read is an error; else it is counted in `account`.
        list_refused: Name each row whose key cannot be read in `refused_rows`.

    Raises:
        FileMissingError: A path leads to no file.
        ColumnError: A source has no such column.
        UnsupportedTypeError: A column's type cannot hold what it should.
        InputError: A file cannot be read as what it should be.
        ArgumentError: An argument that the call cannot work with; or one source is given twice.

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
    table, proof = _told(kept, _hits(readers, kept, by, region, account), names)
    return Common(table, proof, account.summary(), account.refused_rows(), len(pairs), at_least, tuple(names), by)


def _set_of(cells: list[Any], by: str, region: Region) -> Any:
    column = pa.chunked_array(cells) if cells else pa.array([], pa.uint64())
    return NumberSet(column, region=region) if by == "msisdn" else ImeiSet(column)


def _in_several(readers: list[Reader], at_least: int, by: str, region: Region, account: Account) -> Any:
    """Whoever is in at least so many: the keys of all sources in order hold such a one so often in a row."""
    each = []
    for reader in readers:
        cells = [rows.columns[0] for rows in reader.rows(account, keys_alone=True)]
        here = _set_of(cells, by, region)
        each.append(here.to_array().to_numpy())
        account.count(here.refused)
        # A set passes over nulls without a word; a row without a key is a row that was not used.
        if empty := sum(column.null_count for column in cells):
            account.count({"empty": empty})
    return _set_of([pa.array(_often(each, at_least), pa.uint64())], by, region)


def _often(each: list[npt.NDArray[np.uint64]], at_least: int) -> npt.NDArray[np.uint64]:
    """The keys that are in at least so many arrays, each of which is in order and without repeats; in order, repeated.

    A range of keys at a time, for it fits into a cache, and no array is as long as all of them together.
    """
    longest = max(each, key=len)
    bounds = longest[_RANGE::_RANGE]
    cuts = [np.concatenate([[0], np.searchsorted(keys, bounds), [len(keys)]]) for keys in each]
    found = [longest[:0]]
    for place in range(len(bounds) + 1):
        keys = np.concatenate([own[cut[place] : cut[place + 1]] for own, cut in zip(each, cuts, strict=True)])
        keys.sort(kind="stable")  # merges what is in order already
        last = len(keys) - at_least + 1
        if last > 0:
            found.append(keys[:last][keys[:last] == keys[at_least - 1 :]])
    return np.concatenate(found)


def _hits(readers: list[Reader], kept: Any, by: str, region: Region, account: Account) -> pa.Table:
    """Every row of whoever was kept: its place in the set, its source, file, row and time."""
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


def _told(kept: Any, hits: pa.Table, names: list[str]) -> tuple[pa.Table, pa.Table]:
    """One row for each key, and one for each of its rows."""
    keys = kept.to_array()
    counted = hits.group_by("place").aggregate(
        [("source", "count_distinct"), ("source", "count"), ("at", "min"), ("at", "max")]
    )
    counted = counted.sort_by("place")
    pairs = hits.group_by(["place", "source"]).aggregate([]).sort_by([("place", "ascending"), ("source", "ascending")])
    ends = pc.cumulative_sum(counted["source_count_distinct"].combine_chunks().cast(pa.int32()))
    offsets = pa.concat_arrays([pa.array([0], pa.int32()), ends])
    called = pa.array(names, pa.string()).take(pairs["source"].combine_chunks())
    table = pa.table(
        {
            "key": keys.take(counted["place"].combine_chunks()),
            "sources": counted["source_count_distinct"],
            "names": pa.ListArray.from_arrays(offsets, called),
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
