"""The figures of a scan: counts of rows, hits and refused cells, by column and by file.

Owns the figures of a run. Independent of rows. One idea: **what was not read is counted too**, so that no hits mean
that there are none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from numguard.masking import masked_repr
from numguard.notebook import card
from numguard.types import RowAccount, row_account


@dataclass(frozen=True)
class SkippedFile:
    """A file that could not be read to its end. Hits that were returned before are valid."""

    file: str
    why: str

    __repr__ = masked_repr


@dataclass(frozen=True)
class ScanSummary:
    """The figures of a scan: of the whole run once it has finished, of the run so far in `progress`."""

    #: Rows read.
    rows: int = 0
    #: Rows with at least one match; where `limit` was reached, those that were found by then, which are a few more.
    hits: int = 0
    #: Rows that matched in each key column.
    hits_by_column: dict[str, int] = field(default_factory=dict)
    #: Rows that hit each list, of columns that are looked up in several: column -> list -> rows.
    hits_by_list: dict[str, dict[str, int]] = field(default_factory=dict)
    #: Cells of the key columns that were refused: column -> note -> cells. Columns without any are left out.
    refused: dict[str, dict[str, int]] = field(default_factory=dict)
    #: Distinct numbers and handsets that matched.
    distinct_keys: int = 0
    #: Matches left out by `since`, by column: from before the listing date; and without a time or a listing date.
    before_listing: dict[str, int] = field(default_factory=dict)
    undated: dict[str, int] = field(default_factory=dict)
    #: Lines of text that are no whole row, and so were not searched; and their count by reason.
    refused_lines: int = 0
    refused_rows: dict[str, int] = field(default_factory=dict)
    #: Non-data lines, by kind: title, blank, ruler, header (a repeated one), total, page.
    not_data: dict[str, int] = field(default_factory=dict)
    #: Members of archives and sheets that are no table with these columns.
    passed_over: tuple[SkippedFile, ...] = ()
    #: What else must be known of how the rows were read, such as formulas without a value.
    warnings: tuple[str, ...] = ()
    #: Files that could not be read to their end (`on_error="skip"`).
    skipped: tuple[SkippedFile, ...] = ()
    #: Files, tables and streams that are finished, or were skipped, and how many there are.
    files_done: int = 0
    files: int = 0
    #: The current file; None for a table or stream.
    file: str | None = None
    #: Wall time from the first call for a row.
    seconds: float = 0.0
    #: Whether everything was read; not so where `limit` was reached or the caller stopped.
    finished: bool = False

    __repr__ = masked_repr

    @property
    def rows_read(self) -> int:
        """Rows that were read, refused rows, and non-data lines."""
        return self.account["rows_read"]

    @property
    def account(self) -> RowAccount:
        """The account of every row, as of other verbs. Refused cells (`refused`) are of rows that were used."""
        passed_over = [f"{passed.file}: {passed.why}" for passed in self.passed_over]
        around = {"passed_over": passed_over, "warnings": list(self.warnings)}
        return row_account(self.rows, self.refused_rows, self.not_data, **around)

    @property
    def rows_per_second(self) -> float:
        """Rows for each second of wall time."""
        return self.rows / self.seconds if self.seconds else 0.0

    def card(self, columns: Sequence[str], *, begun: bool) -> str:
        """The summary as HTML for a notebook."""
        facts: list[tuple[str, object]] = [
            ("state", "finished" if self.finished else "running" if begun else "not yet run"),
            ("columns", ", ".join(columns)),
        ]
        if begun:
            facts += [
                ("files", f"{self.files_done:,} of {self.files:,}"),
                ("rows", self.rows),
                ("hits", self.hits),
                ("refused cells", sum(sum(notes.values()) for notes in self.refused.values()) or None),
                ("lines that could not be read", self.refused_lines or None),
                ("files passed over", len(self.passed_over) + len(self.skipped) or None),
            ]
        return card("Scan", facts)
