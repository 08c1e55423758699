"""What was read: counts, period and warnings, for each file and for all together.

Owns the figures and their wording. Independent of file formats. One idea: **a summary is not confidential**: it counts
and names columns, and neither its text nor its repr contains a number; the target of a request is an attribute only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from numguard.compute import named
from numguard.errors import InputError
from numguard.indian_time import local
from numguard.notebook import card, counts
from numguard.source.part import RECORD_NOTES
from numguard.source.strict import notes_text, strict_error
from numguard.types import RowAccount, row_account

_LINES_SHOWN: Final = 5
_LINES_KEPT: Final = 100

#: Why a row is refused as a row. A served number that cannot be read carries the note that `explain` gives it.
CDR_NOTES: Final = {
    **{note: RECORD_NOTES[note] for note in ("too_few_fields", "too_many_fields", "broken_quote", "above_header")},
    "another_header": "The row is below a second header, of other columns; save that part as a file of its own.",
    "unknown_call_type": "The call type does not show whether the handset is the calling or the called party's.",
    "unreadable_date": "It is in no known form, has a time beside a column of times or an offset but IST and UTC, or a "
    "spreadsheet may have swapped day and month.",
    "two_digit_year": "The year has two digits, so that the date reads in more than one way.",
    "month_first": "The date has the month first, so that in other dates of its file day and month may be exchanged.",
    "day_or_month": "Another date of these files, or a heading, has the month first, so that this one reads both ways.",
    "in_the_future": "The time is more than a day in the future: a clock was wrong, or the year is.",
    "clock_not_set": "The time is before 1995, when mobile service in India began: a clock was not set.",
    "other_zone": "The column of time zones names another than India's, or one that is unknown.",
    "unreadable_time": "The time is no time of day in a known form.",
    "neither_imei_nor_time": "The row has neither an IMEI nor a time, as those of a table of something else below.",
    "imsi_for_imei": "In place of the IMEI is an IMSI of India: columns may be exchanged, or shifted.",
}


@dataclass(repr=False, slots=True)
class FileSummary:
    """One file (or one file of an archive).

    Attributes:
        rows, refused: The rows that were returned; and those that were not, by note: together every row of the file.
        refused_lines: The first lines of each note; `Cdr.refused` has all.
        skipped: Non-data lines, by kind: title (above the header), blank, ruler, preamble (of a further report), header
            (repeated), footer, page, no_data.
        unread: Cells with content that became null, by column and note.
        day_or_month: Dates that were read with the day first, and are another date with the month first.
        month_first_in: Where other dates have the month first, if that was seen only after those were read.
        missing: Of IMEIs and times, those without a column that is read; `explained`: those that a warning explains.
        stated_period: The period that the preamble names, in microseconds UTC, without its end.
        off_period: The rows outside of it.
        left_out: Whether it is a sheet or member without a table, beside one that has a table.
        why_left_out: Why nothing was read from it.
        reader_warnings: Warnings of the reader of a sheet.
    """

    source: str
    layout: str | None = None
    encoding: str = "utf-8"
    container: str = "text"
    header_line: int | None = None
    rows: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    refused_lines: dict[str, list[int]] = field(default_factory=dict)
    skipped: dict[str, int] = field(default_factory=dict)
    unread: dict[str, dict[str, int]] = field(default_factory=dict)
    first: datetime | None = None
    last: datetime | None = None
    target_msisdn: int | None = None
    target_imei14: int | None = None
    off_target: int = 0
    day_or_month: int = 0
    month_first_in: str = ""
    missing: list[str] = field(default_factory=list)
    explained: list[str] = field(default_factory=list)
    not_read: list[str] = field(default_factory=list)
    stated_rows: int | None = None
    stated_period: tuple[int, int] | None = None
    off_period: int = 0
    left_out: bool = False
    why_left_out: str = ""
    reader_warnings: tuple[str, ...] = ()

    @property
    def _target_kind(self) -> str:
        return "number" if self.target_msisdn is not None else "handset"

    @property
    def bare_reason(self) -> str:
        """Why nothing was read from it, without its name."""
        return self.why_left_out.removeprefix(f"{self.source}: ")

    @property
    def warnings(self) -> list[str]:
        """What must be checked before the rows are used."""
        found = list(self.reader_warnings)
        if self.left_out:
            found.append(f"nothing was read from it: {self.bare_reason}")
        unknown = [what for what in self.missing if what not in self.explained]
        if unknown and not self.left_out:
            remedy = "; if one of those not read is it, name the columns (--map COLUMN=served ..., layout=)"
            remedy = remedy if self.not_read else ""
            found.append(f"has no column of {' and '.join(unknown)} with a known name{remedy}")
        if self.off_target:
            found.append(f"{self.off_target} rows are not of the {self._target_kind} that the preamble names")
        if self.off_period:
            found.append(f"{self.off_period} rows are outside of the period that the preamble names")
        if swapped := self.refused.get("month_first"):
            found.append(f"{swapped} dates have the month first: dates up to the twelfth are not read beside them")
            if self.day_or_month:
                found.append(
                    f"{self.day_or_month} dates far above the first of them were read with the day first, and day and"
                    " month may be exchanged"
                )
        elif self.month_first_in and self.day_or_month:
            found.append(
                f"{self.day_or_month} dates were read with the day first, and dates of {self.month_first_in} have the "
                "month first: day and month may be exchanged"
            )
        seen = self.rows + self.refused_rows
        if self.stated_rows is not None and self.stated_rows != seen:
            found.append(f"the report states {self.stated_rows} rows, and {seen} were found")
        return found

    @property
    def refused_rows(self) -> int:
        """Rows that were refused."""
        return sum(self.refused.values())

    def check_strict(self) -> None:
        """Refuses a file with a refused row, or without a column of IMEIs or of times.

        Raises:
            InputError: There is such a row, or no such column.
        """
        if self.refused:
            first = min(lines[0] for lines in self.refused_lines.values())
            raise strict_error(self.source, self.refused_rows, first=first, notes=self.refused)
        if self.missing:
            what = " and ".join(self.missing)
            fault = f"no column of {what} is read" if self.explained else f"has no column of {what}"
            raise InputError(f"{self.source}: {fault}, and strict requires it")

    def hold_several_reports(self) -> None:
        """Drops target, period and stated count: the file has several preambles, each of which covers some rows."""
        self.target_msisdn = self.target_imei14 = self.stated_rows = self.stated_period = None
        self.off_target = self.off_period = 0

    def refuse(self, lines: list[int], note: str) -> None:
        """Count refused rows, given by their lines."""
        self.refused[note] = self.refused.get(note, 0) + len(lines)
        kept = [*self.refused_lines.get(note, []), *lines[:_LINES_KEPT]]
        self.refused_lines[note] = sorted(kept)[:_LINES_KEPT]

    def leave_unread(self, column: str, cells: Mapping[str, int]) -> None:
        """Count cells with content that became null, by note."""
        for note, count in cells.items():
            notes = self.unread.setdefault(column, {})
            notes[note] = notes.get(note, 0) + count

    def cover(self, first: int, last: int) -> None:
        """Widen the period by two instants, in microseconds UTC."""
        earliest, latest = local(first), local(last)
        self.first = earliest if self.first is None else min(self.first, earliest)
        self.last = latest if self.last is None else max(self.last, latest)
        # A column of times of day may have the days too.
        self.missing = [what for what in self.missing if what != "times"]

    def __repr__(self) -> str:
        counts = f"rows={self.rows}, refused={self.refused_rows}"
        return f"FileSummary({self.source!r}, layout={self.layout!r}, {counts})"

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def lines(self) -> list[str]:
        """The summary as text, in lines; a name of a file may have a line break."""
        layout = self.layout or ("left out" if self.left_out else "no data")
        text = [f"{self.source}", f"  layout    {layout} ({self.container}, {self.encoding})"]
        if self.target_msisdn is not None or self.target_imei14 is not None:
            text.append(f"  target    a {self._target_kind} that the preamble names")
        text.append(f"  rows      {self.rows:,}")
        if self.first is not None and self.last is not None:
            text.append(f"  period    {self.first:%d-%b-%Y %H:%M:%S} to {self.last:%d-%b-%Y %H:%M:%S} IST")
        for note, count in sorted(self.refused.items()):
            lines = ", ".join(map(str, self.refused_lines[note][:_LINES_SHOWN]))
            more = " ..." if count > _LINES_SHOWN else ""
            text.append(f"  refused   {count:,} {note} (line {lines}{more})")
        for column, notes in sorted(self.unread.items()):
            counts = ", ".join(f"{count:,} {note}" for note, count in sorted(notes.items()))
            text.append(f"  unread    {column}: {counts}")
        if self.not_read:
            text.append(f"  not read  {named(self.not_read)}")
        text.extend(f"  warning   {warning}" for warning in self.warnings)
        return text


@dataclass(repr=False, slots=True)
class CdrSummary:
    """All files of one call, in order; complete once all rows were read (`complete`)."""

    files: list[FileSummary] = field(default_factory=list)
    complete: bool = False

    @property
    def rows(self) -> int:
        """Rows that were returned."""
        return sum(part.rows for part in self.files)

    @property
    def refused(self) -> dict[str, int]:
        """Rows that were refused, by note."""
        return _added(part.refused for part in self.files)

    @property
    def refused_lines(self) -> dict[str, list[tuple[str, int]]]:
        """The first refused rows of each note, as (source, line)."""
        found: dict[str, list[tuple[str, int]]] = {}
        for part in self.files:
            for note, lines in part.refused_lines.items():
                found.setdefault(note, []).extend((part.source, line) for line in lines)
        return found

    @property
    def skipped(self) -> dict[str, int]:
        """Non-data lines, by kind."""
        return _added(part.skipped for part in self.files)

    @property
    def account(self) -> RowAccount:
        """The account of every row, with the columns of each file that were not read."""
        passed_over = [f"{part.source}: {part.bare_reason}" for part in self.files if part.left_out]
        around = {"passed_over": passed_over, "warnings": self.warnings}
        account = row_account(self.rows, self.refused, self.skipped, **around)
        account["not_read"] = {
            part.source: [named([name]) for name in part.not_read] for part in self.files if part.not_read
        }
        return account

    @property
    def unread(self) -> dict[str, dict[str, int]]:
        """Cells with content that became null, by column and note."""
        columns = dict.fromkeys(column for part in self.files for column in part.unread)
        return {column: _added(part.unread.get(column, {}) for part in self.files) for column in columns}

    @property
    def unread_imeis(self) -> list[str]:
        """Of each file, how many written IMEIs are not read: where a handset is required, they are empty."""
        found = ((part.source, part.unread.get("imei14")) for part in self.files)
        return [
            f"{source}: {(n := sum(notes.values())):,} written IMEI{'s' if n > 1 else ''} not read, and empty here: "
            + notes_text(notes)
            for source, notes in found
            if notes
        ]

    @property
    def layout(self) -> str | None:
        """The layout's name; of several files their names, joined; None where no file has data."""
        return ", ".join(dict.fromkeys(part.layout for part in self.files if part.layout)) or None

    @property
    def encoding(self) -> str:
        """The character set; of several files all of them, joined."""
        return ", ".join(dict.fromkeys(part.encoding for part in self.files))

    @property
    def first(self) -> datetime | None:
        """The earliest time in any row."""
        return min((part.first for part in self.files if part.first), default=None)

    @property
    def last(self) -> datetime | None:
        """The latest time in any row."""
        return max((part.last for part in self.files if part.last), default=None)

    @property
    def warnings(self) -> list[str]:
        """What must be checked, each with its file."""
        return [f"{part.source}: {warning}" for part in self.files for warning in part.warnings]

    def __repr__(self) -> str:
        return f"CdrSummary(files={len(self.files)}, rows={self.rows}, refused={sum(self.refused.values())})"

    def _repr_html_(self) -> str:
        facts = [
            ("files", len(self.files)),
            ("rows", self.rows),
            ("refused", counts(self.refused)),
            ("warnings", len(self.warnings) or None),
        ]
        return card("CdrSummary", facts)

    def __str__(self) -> str:
        return "\n".join(map(str, self.files))


def _added(counts: Iterable[dict[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for count in counts:
        total.update(count)
    return dict(total)
