"""The columns of a scan: which are read from each part, which are returned, and in which order.

Owns the columns that come from directory names, and those that are read for a rule only. Independent of cells and sets.
One idea: **what is read and what is returned are two lists**, worked out once, from the first part.
"""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from numguard.compute import named
from numguard.errors import ColumnError
from numguard.source import Part, check_columns, check_header, with_partition_values


class Projection:
    """The columns of one scan.

    Args:
        first: The first part that can be read.
        schema: Its columns.
        columns: The columns to return; None returns all.
        keys: The key columns.
        region_column: The column with the region of each row.
        at: The column of times, which is returned only if it is among `columns`.

    Raises:
        ColumnError: A name that no column can have, that may be a number, or that a column of matches has.
    """

    def __init__(
        self,
        first: Part,
        schema: pa.Schema,
        *,
        columns: Sequence[str] | None,
        keys: Sequence[str],
        region_column: str | None,
        at: str | None,
    ) -> None:
        self._first = first
        self._keys = len(keys)
        # Columns of directories are added at the end: the compiled module reads files only.
        self._of_directories = list(first.partition_values())
        #: The column of times, if it is read for the rule only.
        self._dropped = at if columns is not None and at is not None and at not in columns else None
        self._order = None if columns is None else [*columns, *([] if self._dropped is None else [self._dropped])]
        #: The columns of files to return; None returns all.
        self.stored = None if self._order is None else [n for n in self._order if n not in self._of_directories]
        beside = [] if region_column is None else [region_column]
        #: All columns to read from a file; None reads all.
        self.read = None if self.stored is None else list(dict.fromkeys([*self.stored, *keys, *beside]))
        broken = [name for name in (*keys, *beside, *(self.stored or ())) if _is_broken(name)]
        first.check_keys(keys)
        check_columns([*keys, *broken], schema, first.name)
        first.check_columns(self.read)
        self._check_matches(keys)
        # Beside a heading of keys that is no number, others may be: a day, or an amount.
        self._named = [*keys, *beside, *([] if at is None else [at])]
        self.check_header(first)

    def _check_matches(self, keys: Sequence[str]) -> None:
        """Raises ColumnError if the directories give a column that is returned the name of one of matches."""
        for name in (f"{key}_match" for key in keys):
            if name in self._of_directories and (self._order is None or name in self._order):
                raise ColumnError(
                    f"{self._first.name}: its directories give a column {named([name])!r}, as that of the matches is "
                    "called: leave it out with columns= (--keep), or rename them"
                )

    def check_header(self, part: Part) -> None:
        """Raises ColumnError if a column that is read for the scan may be a number: the part has no header."""
        check_header(self._named, part.above.header_row, part.name)

    def schema(self, stored: pa.Schema) -> pa.Schema:
        """The columns that are returned, given those of the compiled module's hits."""
        if self._of_directories:
            stored = self.complete(pa.RecordBatch.from_pylist([], stored), self._first).schema
        return stored if self._dropped is None else stored.remove(stored.get_field_index(self._dropped))

    def complete(self, hits: pa.RecordBatch, part: Part) -> pa.RecordBatch:
        """Hits with the columns of the part's directories.

        Raises:
            ColumnError: The directories of the part have other columns than those of the first.
        """
        values = part.partition_values()
        if list(values) != self._of_directories:
            raise ColumnError(
                f"{part.name}: its directories give the columns {', '.join(values) or 'none'}, "
                f"and those of the first file {', '.join(self._of_directories) or 'none'}: scan them apart"
            )
        if not values:
            return hits
        names = hits.schema.names[: -self._keys]
        return with_partition_values(hits, values, [*names, *values] if self._order is None else self._order)

    def without_time(self, hits: pa.RecordBatch) -> pa.RecordBatch:
        """Hits without the column of times, if it was read for the rule only."""
        return hits if self._dropped is None else hits.drop_columns([self._dropped])


def _is_broken(name: str) -> bool:
    """Whether a name has half a character (a surrogate), which no column's name can have."""
    return any("\ud800" <= character <= "\udfff" for character in name)
