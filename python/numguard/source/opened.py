"""What was opened of a source: its parts, and the account of their rows.

Owns how the accounts of parts are added up. Independent of how a part is opened and read. One idea: **what a caller
refuses is added to what the reader refused**, so that every verb has one account.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import pyarrow as pa

from numguard.compute import counts
from numguard.source.columns import none_read
from numguard.source.container import PassedOver
from numguard.source.part import REFUSED, Batch, Part
from numguard.types import RowAccount, row_account


@dataclass(frozen=True)
class OpenSource:
    """The parts of a source, in order, and its members that are not tables."""

    parts: Sequence[Part]
    passed_over: Sequence[PassedOver] = ()

    @property
    def schema(self) -> pa.Schema:
        """The columns of the first part."""
        return self.parts[0].schema()

    def batches(self, columns: Sequence[str] | None = None) -> Iterator[Batch]:
        """The rows of all parts, in order; `columns` chooses and orders the columns, None takes all."""
        for part in self.parts:
            yield from part.batches(columns)

    @property
    def not_read(self) -> list[str]:
        """Its members that are not tables, and why."""
        return [f"{passed.name}: {passed.why}" for passed in self.passed_over]

    def account(self) -> RowAccount:
        """The account of all parts so far."""
        return accounted(self.parts, [self])

    def account_with(
        self, refused: Iterable[pa.Table], not_data: Mapping[str, int] = MappingProxyType({})
    ) -> tuple[pa.Table, RowAccount]:
        """All refused rows, and the account with rows that were read and not used.

        Args:
            refused: The rows that the caller refused: file, row, note.
            not_data: Rows that the caller left out, by kind.
        """
        more = pa.concat_tables([REFUSED.empty_table(), *refused])
        account = accounted(self.parts, [self], refused=counts(more["note"]), not_data=not_data)
        return pa.concat_tables([refused_rows(self.parts), more]), account


def accounted(
    parts: Iterable[Part],
    sources: Iterable[OpenSource] = (),
    *,
    refused: Mapping[str, int] = MappingProxyType({}),
    not_data: Mapping[str, int] = MappingProxyType({}),
    columns: Sequence[str] = (),
) -> RowAccount:
    """The account of all parts so far.

    Args:
        parts: The parts.
        sources: The sources that they are of, which know the members that are not tables.
        refused: Rows that were read as rows, and that the caller refused, by note.
        not_data: Rows that the caller left out, by kind.
        columns: The columns of which every row needs a value; a warning names them if no row could be read.
    """
    parts = list(parts)
    all_refused, all_not_data = Counter(refused), Counter(not_data)
    left_out = all_refused.total() + all_not_data.total()
    for part in parts:
        all_refused.update(part.account.refused)
        all_not_data.update(part.account.not_data)
    used = sum(part.account.used for part in parts) - left_out
    warnings = [
        warning
        for part in parts
        for warning in (*(f"{part.name}: {one}" for one in part.about.warnings), *part.account.warnings)
    ]
    account = row_account(
        used,
        +all_refused,
        +all_not_data,
        passed_over=[
            *(passed for source in sources for passed in source.not_read),
            *(f"{file}: {why}" for part in parts for file, why in part.account.passed_over),
        ],
        warnings=[*warnings, *(none_read(used, all_refused.total(), *columns) if columns else ())],
    )
    if not_read := {file: names for part in parts for file, names in part.account.not_read.items()}:
        account["not_read"] = not_read
    return account


def refused_rows(parts: Iterable[Part]) -> pa.Table:
    """The rows that could not be read as rows: file, row, note."""
    return pa.concat_tables([REFUSED.empty_table(), *(part.account.table(part.name) for part in parts)])
