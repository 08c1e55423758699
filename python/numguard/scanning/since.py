"""Hits from the day on which a number was listed.

Owns the rule. A match is kept if the time of its row is not before the listing date of its number. A time without a
zone is Indian Standard Time and a date is its midnight there, as in linkage. Where it cannot be decided - a row without
a time, a number without a date, a text that is no time - the match is left out and counted.

One idea: **the listing dates are in the order of the set**, so that the date of a match is one `take`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias, cast

import pyarrow as pa

from numguard._core import ImeiSet, NumberSet, keep_rows
from numguard.compute import cells_of, decoded, is_text, named, pc, whole
from numguard.errors import ArgumentError, UnsupportedTypeError
from numguard.indian_time import ZONE
from numguard.source.dated import UTC_MOMENT, check_alike, read_moments
from numguard.types import Region, Values

_Set: TypeAlias = NumberSet | ImeiSet


class Since:
    """The rule of one scan, and the count of what it left out.

    Args:
        at: The column of the times of rows.
        lists: For key columns the list: its numbers or IMEIs, and the date on which each was listed.
        sets: The sets of the scan.
        region: How bare digits of a list are read.

    Raises:
        ArgumentError: A column that is no key column, or dates that are not one for each number.
        UnsupportedTypeError: Dates of a type without times.
    """

    def __init__(
        self, at: str, lists: Mapping[str, tuple[Values, Values]], sets: Mapping[str, _Set], region: Region
    ) -> None:
        self.at = at
        self._sets = sets
        self._listed: dict[str, pa.Array[Any]] = {}
        for column, listed in lists.items():
            if column not in sets:
                raise ArgumentError(f"since: {named([column])!r} is no key column of this scan")
            if not isinstance(listed, tuple) or len(listed) != 2:
                raise ArgumentError(
                    f"since: {named([column])!r} takes a pair: the numbers of the list, and their dates"
                )
            self._listed[column] = _in_order(sets[column], *listed, region, f"since: {named([column])!r}")
        #: Matches that were kept, by column.
        self.kept: dict[str, int] = dict.fromkeys(sets, 0)
        #: Matches left out because their row is from before the listing date.
        self.early: dict[str, int] = dict.fromkeys(self._listed, 0)
        #: Matches left out because their row has no time, or their number no date.
        self.undated: dict[str, int] = dict.fromkeys(self._listed, 0)
        #: Rows that were kept.
        self.hits = 0
        self._distinct: dict[bool, set[int]] = {False: set(), True: set()}

    @property
    def distinct(self) -> int:
        """Distinct numbers and handsets whose matches were kept."""
        return sum(map(len, self._distinct.values()))

    def check_type(self, kind: pa.DataType) -> None:
        """Refuses a column of a type without times.

        Raises:
            UnsupportedTypeError: The type is none of times.
        """
        moments(pa.array([], decoded(kind)), f"column {named([self.at])!r}")

    def apply(self, hits: pa.RecordBatch) -> pa.RecordBatch:
        """The rows with a match that is kept; other matches are null."""
        at = moments(hits[self.at], self.at)
        kept: Any = None
        for column, members in self._sets.items():
            name = f"{column}_match"
            match: Any = hits[name]
            if column in self._listed:
                match = self._since_listing(column, members, match, at)
                hits = hits.set_column(hits.schema.get_field_index(name), hits.schema.field(name), match)
            kept = match.is_valid() if kept is None else pc.or_(kept, match.is_valid())
            self.kept[column] += len(match) - match.null_count
            self._distinct[isinstance(members, ImeiSet)].update(pc.unique(match.drop_null()).to_pylist())
        hits = keep_rows(hits, kept)
        self.hits += hits.num_rows
        return hits

    def _since_listing(self, column: str, members: _Set, match: Any, at: Any) -> Any:
        listed = self._listed[column].take(members.position(match))
        is_late = pc.greater_equal(at, listed)
        matches = len(match) - match.null_count
        late = pc.sum(pc.and_kleene(is_late, match.is_valid())).as_py() or 0
        unknown = pc.sum(pc.and_(match.is_valid(), is_late.is_null())).as_py() or 0
        self.undated[column] += unknown
        self.early[column] += matches - late - unknown
        return pc.if_else(is_late.fill_null(False), match, None)


def _in_order(members: _Set, numbers: Any, dates: Any, region: Region, what: str) -> pa.Array[Any]:
    """The listing date of each member, in the order of the set: the earliest, where a list has a number twice."""
    listed = moments(dates, what)
    positions: Any = (
        members.position(numbers) if isinstance(members, ImeiSet) else members.position(numbers, region=region)
    )
    if len(positions) != len(listed):
        raise ArgumentError(f"{what} has {len(listed):,} dates for {len(positions):,} numbers: give one for each")
    rows: Any = pa.table({"position": positions, "date": listed}).filter(pc.field("position").is_valid())
    first = rows.group_by("position").aggregate([("date", "min")])
    order = pa.array(range(len(members)), pa.uint32())
    found = pc.index_in(order, value_set=first["position"].combine_chunks())
    dated: pa.Array[Any] = first["date_min"].combine_chunks().take(found)
    return dated


#: Microseconds that a moment can be from 1970, less the offset of any zone.
_MOST = 2**63 - 10**11


def moments(times: Any, what: str) -> pa.Array[Any]:
    """Times as moments in UTC; null where there is none, or a text is none in ISO 8601.

    Args:
        times: Timestamps, dates, or text in ISO 8601, as an Arrow array, a series or a list.
        what: Their name in errors.

    Raises:
        UnsupportedTypeError: They are of another type.

    Examples:
        >>> [str(moment) for moment in moments(["2025-06-01", "2025-06-01T10:00Z", "yesterday"], "since").to_pylist()]
        ['2025-05-31 18:30:00+00:00', '2025-06-01 10:00:00+00:00', 'None']
    """
    if not isinstance(times, (pa.Array, pa.ChunkedArray)):
        check_alike(what, times)
        try:
            times = pa.array(times, from_pandas=True)
        except (pa.ArrowException, OverflowError, TypeError, ValueError):
            raise UnsupportedTypeError(f"{what}: takes a list or a column of times, of dates or of text") from None
    if isinstance(times, pa.ChunkedArray):
        times = whole(times)
    times = times if decoded(times.type) == times.type else cells_of(times)
    kind = times.type
    if pa.types.is_null(kind):
        return pa.nulls(len(times), UTC_MOMENT)
    if is_text(kind):
        return cast("pa.Array[Any]", read_moments(times))
    if pa.types.is_date(kind):
        times = times.cast(pa.timestamp("ms" if pa.types.is_date64(kind) else "s"))
        kind = times.type
    if not pa.types.is_timestamp(kind):
        raise UnsupportedTypeError(f"{what}: {kind} holds no times: cast it to a timestamp or a date")
    # A moment that overflows would come out at any other. Nanoseconds are truncated: no call record has any.
    most = _MOST // {"s": 1_000_000, "ms": 1_000}.get(kind.unit, 1)
    ticks: Any = times.cast(pa.int64())
    is_moment = pc.and_(pc.greater(ticks, -most), pc.less(ticks, most))
    micro = pc.if_else(is_moment, times, None).cast(pa.timestamp("us", kind.tz), safe=False)
    # Clocks in India were last changed in 1945: such an hour is before any list, whichever moment it was.
    aware = micro if kind.tz else pc.assume_timezone(micro, ZONE, ambiguous="earliest", nonexistent="earliest")
    moments: pa.Array[Any] = aware.cast(UTC_MOMENT)
    return moments
