"""The rows of sightings that a walk could not read, one by one: file, row, note.

Owns file and row of each row that the walk counts as refused. Independent of the rules of linkage. One idea: the walk
refuses what `normalize` and `normalize_imei` refuse, IMSIs and times of a wrong clock, so that the rows add up to the
walk's own count.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

from numguard._core import explain, explain_imei, imei_keys
from numguard.compute import decoded, pc, why_unread
from numguard.imsi import are_imsis
from numguard.indian_time import OFFSET_MICROS
from numguard.source import ORIGIN, REFUSED, Batch, Part

if TYPE_CHECKING:
    from numguard.linkage.policy import LinkPolicy
    from numguard.types import Region


#: The seconds from 1970 that microseconds can count.
_MOST: Final = 2**63 // 1_000_000


class Unread:
    """Collects the rows that were not read.

    Args:
        policy: Whether a row needs a time.
        region: How bare digits are read.
        clock: The first and the last time of rows that are not refused, as the walk has them.
    """

    def __init__(self, policy: LinkPolicy, region: Region, clock: tuple[int, int]) -> None:
        self._needs_time = bool(policy.time_rules)
        self._region = region
        self._clock = clock
        self._found: list[pa.Table] = []

    def look_at(self, part: Part, columns: Sequence[str]) -> None:
        """Reads a whole part for the rows that cannot be read."""
        for batch in part.batches(columns):
            self.take(batch, columns)

    def take(self, batch: Batch, columns: Sequence[str]) -> None:
        """Reads the rows of a batch; `columns` are those of numbers, IMEIs and, if there are any, times."""
        data = batch.data
        with warnings.catch_warnings():
            # The walk warns once, and not for each batch.
            warnings.simplefilter("ignore", UserWarning)
            of_number = why_unread(explain(data.column(columns[0]), region=self._region))
        of_handset = why_unread(explain_imei(data.column(columns[1])))
        notes = pc.coalesce(of_number, pc.if_else(pc.equal(of_handset, "placeholder"), None, of_handset))
        is_imsi = pa.array(are_imsis(imei_keys(data.column(columns[1]))))
        notes = pc.coalesce(notes, pc.if_else(is_imsi, "imsi_for_imei", None))
        if len(columns) > 2:
            notes = pc.coalesce(notes, self._why_unread_time(data.column(columns[2])))
        refused = pc.is_valid(notes)
        count = refused.true_count
        if not count:
            return
        if set(ORIGIN) <= set(data.schema.names):
            files, rows = (data.column(name).filter(refused) for name in ORIGIN)
        else:
            files = pa.array([batch.file] * count, pa.string())
            rows = pa.array(batch.row_numbers()).filter(refused)
        columns_of_refused = [files.cast(pa.string()), rows.cast(pa.int64()), notes.filter(refused).cast(pa.string())]
        self._found.append(pa.Table.from_arrays(columns_of_refused, schema=REFUSED))

    def _why_unread_time(self, times: Any) -> Any:
        """Why a row is refused for its time; null where it is not."""
        seconds = _seconds(times)
        first, last = (bound // 1_000_000 for bound in self._clock)
        wrong = pc.if_else(pc.less(seconds, first), "clock_not_set", None)
        wrong = pc.if_else(pc.greater(seconds, last), "in_the_future", wrong)
        return pc.if_else(pc.is_null(seconds), "no_time" if self._needs_time else None, wrong)

    def table(self) -> pa.Table:
        """The rows, in the order in which they were read."""
        return pa.concat_tables([REFUSED.empty_table(), *self._found])


def _seconds(times: Any) -> Any:
    """Whole seconds since 1970 UTC of times of any unit; null of those that microseconds cannot count."""
    plain = decoded(times.type)
    zone = getattr(plain, "tz", None)
    seconds = times.cast(plain).cast(pa.timestamp("s", zone), safe=False).cast(pa.int64())
    if zone is None:
        seconds = pc.subtract(seconds, OFFSET_MICROS // 1_000_000)
    return pc.if_else(pc.less_equal(pc.abs(seconds), _MOST), seconds, None)
