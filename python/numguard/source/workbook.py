"""A workbook -> its sheets as text cells, each with its header, and every row counted.

Owns what a spreadsheet does to numbers and dates. Independent of operators. One idea: **cells become text to which the
rules for text apply**: a number that the spreadsheet has rounded (it keeps 15 digits) is written in exponent form,
which the reader of handset numbers refuses as `precision_lost`; a formula without a value and an error are written as
`#N/A` and the like, and are not empty cells.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final

import numpy as np
import pyarrow as pa

from numguard.compute import by_key, may_be_number, named
from numguard.errors import ArgumentError, InputError, MissingExtraError
from numguard.source.columns import HIDDEN
from numguard.source.container import Member, PassedOver
from numguard.source.extent import inspect_workbook, with_known_errors
from numguard.source.header import clean, completed_names, groups, joined_names, wanted_names
from numguard.source.inspected import Inspected, Place, Range
from numguard.source.limits import check
from numguard.source.non_data import FIGURES, NonData
from numguard.source.part import Above, Batch, Part
from numguard.source.typed_text import clock, tabbed

_SEARCHED: Final = 50
#: The digits of phone numbers, without and with the code of a country.
_OF_PHONES: Final = range(10, 14)
_DIGITS_KEPT: Final = 10**15
_MONTHS: Final = 12
_DAY_FIRST: Final = re.compile(r"\s*'?(\d{1,2})[/.-]\d{1,2}[/.-]\d{4}")


@dataclass(frozen=True, slots=True)
class FilledSheet:
    """A sheet that is not empty; rows and columns from 0.

    Attributes:
        columns: its columns as text cells, all of one length.
        without_value: how many of its cells are formulas without a value.
        hidden: the hidden rows that are not empty.
        struck: (row, column) of the cells that are struck out and not empty.
        merged: the first rows of the cells that are merged over several rows of data.
        covered: (row, column) of the cells that are not empty, and below others that are merged.
        noted: the rows of the cells that have a note, each with its text.
    """

    columns: list[Sequence[str]]
    without_value: int
    hidden: frozenset[int] = frozenset()
    struck: frozenset[tuple[int, int]] = frozenset()
    merged: tuple[int, ...] = ()
    covered: frozenset[tuple[int, int]] = frozenset()
    noted: tuple[tuple[int, str], ...] = ()

    @classmethod
    def of(cls, columns: list[Sequence[str]], found: Inspected, ranges: Collection[Range]) -> FilledSheet:
        """The sheet with these cells, of which that was found, and with these ranges of merged cells."""
        height, width = len(columns[0]), len(columns)
        # A second row of headings has no figures.
        has_figures = cache(lambda row: any(FIGURES.search(cells[row]) for cells in columns))
        is_filled = cache(lambda row: any(cells[row].strip() for cells in columns))
        hidden = frozenset(k for k in found.hidden if k < height and is_filled(k))
        struck = frozenset((k, at) for k, at in found.struck if k < height and at < width and columns[at][k].strip())
        covered = frozenset(_covered(columns, ranges))

        def lacks(top: int, left: int, bottom: int) -> bool:
            """Whether rows of data are without what a merged cell holds; it may be their only figures."""
            if not columns[left][top].strip():
                return False
            below = range(top + 1, min(bottom + 1, height))
            return has_figures(top + 1) or (
                FIGURES.search(columns[left][top]) is not None and any(map(is_filled, below))
            )

        merged = (
            top
            for (top, left), (bottom, _) in ranges
            if top < min(bottom, height - 1) and left < width and lacks(top, left, bottom)
        )
        return cls(
            columns,
            found.without_value,
            hidden,
            struck,
            tuple(sorted(merged)),
            covered,
            tuple(found.noted),
        )

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader must know: what the spreadsheet shows in another way than its cells alone do."""
        found: list[str] = []
        if self.without_value:
            # Some programs write formulas, and leave it to a spreadsheet to compute them.
            cells = "1 cell is a formula" if self.without_value == 1 else f"{self.without_value:,} cells are formulas"
            found.append(f"{cells} without a value, read as #N/A: open it in the spreadsheet and save it again")
        if self.hidden:
            rows = "1 row is hidden" if len(self.hidden) == 1 else f"{len(self.hidden):,} rows are hidden"
            found.append(
                f"{rows} by a filter or by hand, the first is row {min(self.hidden) + 1}; they are read as all others "
                "are: delete those that do not count"
            )
        if self.struck:
            cells = "1 cell is struck out" if len(self.struck) == 1 else f"{len(self.struck):,} cells are struck out"
            found.append(
                f"{cells}, the first in row {min(self.struck)[0] + 1}; what it holds is read, unless its row is "
                "refused: delete what does not count"
            )
        if self.merged:
            cells = "1 cell is merged" if len(self.merged) == 1 else f"{len(self.merged):,} cells are merged"
            found.append(
                f"{cells} over several rows, the first in row {self.merged[0] + 1}; only the first row of each has "
                "what is shown: unmerge them and fill in each row"
            )
        if self.covered:
            cells = "1 cell is" if len(self.covered) == 1 else f"{len(self.covered):,} cells are"
            found.append(
                f"{cells} below merged cells, which hide what they hold; the first is in row "
                f"{min(self.covered)[0] + 1}; they are read as all others are: unmerge the cells, and delete what does "
                "not count"
            )
        if self.noted:
            cells = "1 cell has a note" if len(self.noted) == 1 else f"{len(self.noted):,} cells have notes"
            found.append(
                f"{cells} (comments), the first in row {self.noted[0][0] + 1}; only those of complaints are read, as "
                "remarks are: look whether one says that a number does not count"
            )
        return tuple(found)


class SheetPart(Part):
    """One sheet of a workbook."""

    def __init__(
        self, member: Member, name: str, sheet: str, filled: FilledSheet, wanted: Callable[[str], bool] | None
    ) -> None:
        hidden = frozenset(row + 1 for row in filled.hidden)
        struck = frozenset((row + 1, at) for row, at in filled.struck)
        covered = frozenset((row + 1, at) for row, at in filled.covered)
        notes = by_key((row + 1, text) for row, text in filled.noted)
        warnings = *member.warnings, *filled.warnings
        about = replace(member, name=name, sheet=sheet, warnings=warnings)
        super().__init__(replace(about, hidden_rows=hidden, struck_out=struck, covered=covered, notes=notes))
        self._columns = filled.columns
        self._rows = rows = list(zip(*filled.columns, strict=True))
        at = _header_row(rows, wanted)
        above: Sequence[str] = next((row for row in reversed(rows[:at]) if any(cell.strip() for cell in row)), ())
        joined = joined_names(rows[at], rows[at + 1] if at + 1 < len(rows) else [], wanted)
        completed = completed_names(rows[at - 1], rows[at]) if at and not joined else None
        self._header = joined or completed or rows[at]
        self._above = Above(
            header_row=at + (2 if joined else 1),
            groups=() if joined else groups(above, rows[at]),
            titles=[" ".join(row) for row in rows[:at]],
        )

    def stored_schema(self) -> pa.Schema:
        """The columns, all text."""
        return pa.schema([(clean(cell), pa.string()) for cell in self._header])

    def stored_batches(self, columns: Sequence[str] | None) -> Iterator[Batch]:
        """The rows, in order."""
        header = self._header
        non_data = NonData(header)
        first = self._above.header_row
        for line, cells in enumerate(self._rows[: first - 1], 1):
            self.account_title(line, ",".join(cells) if any(cell.strip() for cell in cells) else "")
        data_rows: list[int] = []
        for at in range(first, len(self._rows)):
            kind = non_data.kind(self._rows[at])
            if kind is None:
                self.check_header(at + 1, self._rows[at], non_data)
                data_rows.append(at)
            else:
                self.account.skip(kind)
        schema = self.stored_schema()
        places = range(len(header)) if columns is None else [schema.names.index(name) for name in columns]
        of_data = pa.array(data_rows, pa.int64())
        data = [pa.array(self._columns[place], pa.string()).take(of_data) for place in places]
        schema = pa.schema([schema.field(place) for place in places])
        if data_rows:
            yield Batch(pa.RecordBatch.from_arrays(data, schema=schema), self.name, np.array(data_rows, np.int64) + 1)


def _header_row(rows: Sequence[Sequence[str]], wanted: Callable[[str], bool] | None) -> int:
    """The row with most of the wanted names; without any, the first row with several cells, or the first."""
    filled = [k for k, row in enumerate(rows[:_SEARCHED]) if any(cell.strip() for cell in row)]
    if not filled:
        return next(k for k, row in enumerate(rows) if any(cell.strip() for cell in row))
    if wanted is not None:
        known = {k: wanted_names(rows[k], wanted) for k in filled}
        if any(known.values()):
            return max(filled, key=lambda k: (known[k], -k))
    several = [k for k in filled if sum(bool(cell.strip()) for cell in rows[k]) > 1]
    return several[0] if several else filled[0]


def sheet_parts(
    member: Member, wanted: Callable[[str], bool] | None, sheet: str | None
) -> tuple[list[SheetPart], list[str], list[PassedOver]]:
    """The sheets that are not empty, or only the one named `sheet`; the names of all of these; hidden sheets not read.

    Raises:
        InputError: all sheets are empty, or hidden and not chosen.
    """
    with member.open() as stream:
        sheets, hidden = filled_sheets(member.name, stream.read(), sheet)
    names = list(sheets)
    parts = [
        SheetPart(member, part_name(member.name, name, number, len(names)), name, filled, wanted)
        for number, (name, filled) in enumerate(sheets.items(), 1)
        if sheet in (None, name)
    ]
    return parts, names, [] if sheet else hidden


def part_name(file: str, sheet: str, number: int, count: int) -> str:
    """The name of a sheet's part; a sheet whose name may be a number is named by its position."""
    if count == 1:
        return file
    return f"{file}/{f'sheet {number}' if may_be_number(sheet) else sheet}"


def as_lines(columns: Sequence[Sequence[str]]) -> bytes:
    """A sheet as a text: a line for each row, a tab between its cells."""
    return "\n".join(tabbed([pa.array(cells, pa.string()) for cells in columns])).encode()


def filled_sheets(
    name: str, content: bytes, chosen: str | None = None
) -> tuple[dict[str, FilledSheet], list[PassedOver]]:
    """The sheets that are not empty, as columns of text cells from the first row and column on.

    Hidden sheets, which often contain the choices of a form or what is out of date, count only if `chosen`; those that
    do not count come second.

    Raises:
        InputError: none counts.
    """
    sheets: dict[str, FilledSheet] = {}
    hidden: list[str] = []
    for sheet, is_hidden, filled in _filled(name, content):
        if is_hidden and sheet != chosen:
            hidden.append(sheet)
        else:
            sheets[sheet] = filled
    if not sheets and hidden:
        raise InputError(
            f"{name}: all its sheets are empty but for hidden ones, which are not read ({named(hidden)}): show in the "
            "spreadsheet what is to be read, or choose it with --sheet where a verb has that"
        )
    if not sheets:
        raise InputError(f"{name}: all its sheets are empty")
    places = [part_name(name, sheet, number, 2) for number, sheet in enumerate(hidden, len(sheets) + 1)]
    return sheets, [PassedOver(place, HIDDEN) for place in places]


def _filled(name: str, content: bytes) -> Iterator[tuple[str, bool, FilledSheet]]:
    """The sheets that are not empty, hidden ones last: the name, whether it is hidden, and the sheet."""
    try:
        from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum
    except ImportError as missing:
        raise MissingExtraError(f'{name}: a workbook needs: pip install "numguard-telecom[xlsx]"') from missing
    try:
        found = inspect_workbook(name, io.BytesIO(content))
        if unknown := set().union(*(sheet.unknown_errors for sheet in found.values())):
            content = with_known_errors(content, unknown)
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        shown = [sheet.name for sheet in workbook.sheets_metadata if sheet.visible == SheetVisibleEnum.Visible]
        hidden = [sheet.name for sheet in workbook.sheets_metadata if sheet.name not in shown]
        _check_names(name, [sheet.name for sheet in workbook.sheets_metadata])
        cells = 0
        for sheet_name in [*shown, *hidden]:
            sheet = workbook.get_sheet_by_name(sheet_name)
            rows = sheet.to_python(skip_empty_area=False)
            of_sheet = _inspected(name, found, sheet_name, rows)
            cells = _restore_lost(rows, of_sheet.lost, name, cells)
            _pad(rows, of_sheet.padded)
            if columns := _columns(rows):
                ranges = sheet.merged_cell_ranges or of_sheet.merged
                yield sheet_name, sheet_name in hidden, FilledSheet.of(columns, of_sheet, ranges)
    except OverflowError as span:
        raise InputError(
            f"{name}: a large number has the format of a duration ([h]:mm:ss): give its column the format of a number, "
            "and save it again"
        ) from span
    except (CalamineError, ValueError, OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError) as damage:
        if isinstance(damage, ArgumentError | InputError):
            raise
        raise _damaged(name, damage) from damage
    except BaseException as panic:
        # A panic of compiled code is no Exception. Its text may have what is in the cells.
        if type(panic).__name__ != "PanicException":
            raise
        raise _damaged(name, panic) from None


def _damaged(name: str, damage: BaseException) -> InputError:
    return InputError(f"{name}: is a damaged workbook ({type(damage).__name__}): open it and save it again")


def _check_names(name: str, sheets: Sequence[str]) -> None:
    """Checks that each sheet has a name of its own: by a name the reader gives the first sheet alone."""
    if len({*sheets}) < len(sheets):
        raise InputError(f"{name}: several sheets have one name: rename all but one, and save it again")


def _inspected(name: str, found: Mapping[str, Inspected], sheet: str, rows: list[list[Any]]) -> Inspected:
    """What was found of a sheet."""
    if rows and sheet not in found:
        # What its cells hide would not be known.
        raise InputError(f"{name}: the name of a sheet has two readings: rename it, and save it again")
    return found.get(sheet, Inspected())


def _restore_lost(rows: list[list[Any]], lost: Mapping[Place, object], name: str, before: int) -> int:
    """Restores errors, formulas without a value, and texts of which the reader gives a part or nothing.

    It takes them for empty cells, or for the value that is beside an error, or leaves them out at the end.

    Returns the cells of this sheet and those before; `before` and `name` are for the limit of them.
    """
    own = len(rows[0]) if rows else 0
    width = max(own, *(column + 1 for _, column in lost), 0)
    height = max(len(rows), *(row + 1 for row, _ in lost), 0)
    check("cells", before + height * width, name, "the cells up to the last one in use are")
    if width > own:
        for row in rows:
            row.extend([""] * (width - own))
    rows.extend([""] * width for _ in range(height - len(rows)))
    for (at, column), value in lost.items():
        rows[at][column] = value
    return before + height * width


def _pad(rows: list[list[Any]], padded: Mapping[Place, int]) -> None:
    """Writes numbers with the zeros that their format shows before them: a handset's number may begin with one.

    A phone number in a column of longer ones gets none: 9876543210 among 919876543210, as `009876543210` a number
    abroad, stays as it is stored.
    """
    for (at, column), digits in padded.items():
        cell = rows[at][column] if at < len(rows) and column < len(rows[at]) else None
        if isinstance(cell, int | float) and 0 <= cell < _DIGITS_KEPT and cell == int(cell):
            written = str(int(cell))
            if len(written) not in _OF_PHONES or digits - len(written) == 1:
                rows[at][column] = written.zfill(digits)


def _covered(columns: Sequence[Sequence[str]], ranges: Collection[Range]) -> Iterator[Place]:
    """The cells that are not empty, and that merged ones hide."""
    height, width = len(columns[0]), len(columns)
    left_over = height * width
    for (top, left), (bottom, right) in ranges:
        down, along = range(top, min(bottom + 1, height)), range(left, min(right + 1, width))
        left_over -= len(down) * len(along)
        if left_over < 0:
            raise zipfile.BadZipFile("merged cells that overlap")
        for at in along:
            cells = columns[at]
            yield from ((row, at) for row in down if cells[row].strip() and (row, at) != (top, left))


def _columns(rows: list[list[Any]]) -> list[Sequence[str]]:
    """The columns of a sheet as texts; none of an empty sheet, or one of blanks alone."""
    columns = [_as_written(cells) for cells in zip(*rows, strict=True)]
    return columns if any(any(map(str.strip, cells)) for cells in columns) else []


def _as_written(cells: Sequence[Any]) -> Sequence[str]:
    """A column as texts in the form that a text file has."""
    kinds = {*map(type, cells)}
    if kinds == {str}:
        return cells
    if any(issubclass(kind, dt.date) for kind in kinds) and _are_doubtful(cells):
        return [_both_readings(cell) for cell in cells]
    # Most cells are texts and whole numbers, of which these conditions are the shortest.
    return [
        cell
        if type(cell) is str
        else str(int(cell))
        if type(cell) is float and cell.is_integer() and -_DIGITS_KEPT < cell < _DIGITS_KEPT
        else _written(cell)
        for cell in cells
    ]


def _are_doubtful(cells: Sequence[Any]) -> bool:
    """Whether day and month may be exchanged in a column of dates.

    A spreadsheet with month-first dates that opens a day-first file reads the fifth of April as the fourth of May. It
    leaves the fifteenth as text, because there is no fifteenth month. A column with such text, and with dates on the
    first twelve days of months only, shows this error.
    """
    if max(cell.day for cell in cells if isinstance(cell, dt.date)) > _MONTHS:
        return False
    texts = (_DAY_FIRST.match(cell) for cell in cells if isinstance(cell, str))
    return any(found and int(found[1]) > _MONTHS for found in texts)


def _both_readings(cell: object) -> str:
    """A date of a doubtful column, as a text that is refused as a date."""
    if isinstance(cell, dt.date) and cell.day != cell.month:
        return f"{cell:%d/%m/%Y} or {cell:%m/%d/%Y}"
    return _written(cell)


def _written(cell: object) -> str:
    """A cell as text."""
    match cell:
        case str():
            written = cell
        case bool():
            written = str(cell)
        case int() | float():
            written = _number(cell)
        case dt.datetime():
            # `strftime` takes twice as long. A moment within a second after midnight has a time.
            written = str(cell).removesuffix(" 00:00:00")[:19]
        case dt.timedelta():
            written = clock(round(cell.total_seconds()))
        case _:
            written = str(cell)
    return written


def _number(cell: float) -> str:
    if abs(cell) >= _DIGITS_KEPT:
        return f"{cell:.14E}"
    return str(int(cell)) if cell == int(cell) else repr(cell)
