"""The rows of sightings that a walk could not read, one by one: file, row, note.

Owns file and row of each row that the walk counts as refused. Independent of the rules of linkage. One idea: the walk
refuses what `normalize` and `normalize_imei` refuse, so that the rows add up to the walk's own count.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pyarrow as pa

from numguard._core import explain, explain_imei
from numguard.compute import pc, why_unread
from numguard.source import ORIGIN, REFUSED, Batch, Part

if TYPE_CHECKING:
    from numguard.linkage.policy import LinkPolicy
    from numguard.types import Region

__all__ = ["Unread"]


class Unread:
    """Collects the rows that were not read.

    Args:
        policy: Whether a row needs a time.
        region: How bare digits are read.
    """

    def __init__(self, policy: LinkPolicy, region: Region) -> None:
        self._needs_time = bool(policy.time_rules)
        self._region = region
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
        if self._needs_time:
            is_undated = pc.is_null(data.column(columns[2]))
            notes = pc.coalesce(notes, pc.if_else(is_undated, "no_time", None))
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

    def table(self) -> pa.Table:
        """The rows, in the order in which they were read."""
        return pa.concat_tables([REFUSED.empty_table(), *self._found])
