"""A workbook -> its sheets as written cells, or the first with anything in it as lines with tabs between them.

Owns what a spreadsheet does to numbers and dates. Knows nothing of operators. One idea: **write a cell so that the
readers of text judge it as they judge text**: a number that the spreadsheet has rounded (it keeps 15 digits) is written
in exponent form, which the reader of handset numbers refuses as `precision_lost`.
"""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

from numguard.errors import InputError, MissingExtraError

__all__ = ["as_lines", "filled_sheets", "first_sheet"]

_DIGITS_KEPT: Final = 10**15
_MONTHS: Final = 12
_DAY_FIRST: Final = re.compile(r"\s*'?(\d{1,2})[/.-]\d{1,2}[/.-]\d{4}")
_BREAKS: Final = str.maketrans("\t\n\r\x0b\x0c\u2028\u2029", " " * 7)


def first_sheet(name: str, content: bytes) -> BinaryIO:
    """The first sheet that is not empty, as lines; row n of the sheet is line n."""
    for _, rows in _filled(name, content):
        return as_lines(rows)
    raise InputError(f"{name}: has no sheet with anything in it")


def as_lines(rows: list[list[str]]) -> BinaryIO:
    """A sheet as a text: a line for each row, a tab between its cells."""
    return io.BytesIO("\n".join("\t".join(cell.translate(_BREAKS) for cell in row) for row in rows).encode())


def filled_sheets(name: str, content: bytes) -> dict[str, list[list[str]]]:
    """The sheets that are not empty, as rows of written cells from the first row and column on.

    Hidden sheets, which hold the choices of a form, count only where no other has anything in it.
    """
    sheets = dict(_filled(name, content))
    if not sheets:
        raise InputError(f"{name}: has no sheet with anything in it")
    return sheets


def _filled(name: str, content: bytes) -> Iterator[tuple[str, list[list[str]]]]:
    try:
        from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum
    except ImportError as missing:
        raise MissingExtraError(f"{name}: is a workbook; install numguard-telecom[xlsx] to read it") from missing
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        shown = [sheet.name for sheet in workbook.sheets_metadata if sheet.visible == SheetVisibleEnum.Visible]
        hidden = [sheet.name for sheet in workbook.sheets_metadata if sheet.name not in shown]
        found = False
        for sheet_name in [*shown, *hidden]:
            if sheet_name in hidden and found:
                return
            sheet = workbook.get_sheet_by_name(sheet_name)
            if sheet.height:
                found = True
                yield sheet_name, _as_written(sheet.to_python(skip_empty_area=False))
    except (CalamineError, ValueError, OSError) as damage:
        raise InputError(
            f"{name}: is a damaged workbook ({type(damage).__name__}): open it and save it again"
        ) from damage


def _as_written(rows: list[list[Any]]) -> list[list[str]]:
    doubtful = _doubtful_columns(rows)
    return [[_both_ways(cell) if k in doubtful else _written(cell) for k, cell in enumerate(row)] for row in rows]


def _doubtful_columns(rows: list[list[Any]]) -> set[int]:
    """The columns in which days and months may have changed places.

    A spreadsheet set to month-first dates that opens a day-first file makes the fifth of April the fourth of May, and
    leaves the fifteenth as text, there being no fifteenth month. So a column that has such text, and real dates on the
    first twelve days of months alone, has been through this.
    """
    doubtful = set()
    for k, cells in enumerate(zip(*rows, strict=True)):
        days = [cell.day for cell in cells if isinstance(cell, dt.date)]
        if days and max(days) <= _MONTHS:
            texts = (_DAY_FIRST.match(cell) for cell in cells if isinstance(cell, str))
            if any(found and int(found[1]) > _MONTHS for found in texts):
                doubtful.add(k)
    return doubtful


def _both_ways(cell: object) -> str:
    """A date of a doubtful column, written so that it cannot be read as either day."""
    if isinstance(cell, dt.date) and cell.day != cell.month:
        return f"{cell:%d/%m/%Y} or {cell:%m/%d/%Y}"
    return _written(cell)


def _written(cell: object) -> str:
    """A cell as it would stand in a text file."""
    match cell:
        case str():
            written = cell
        case bool():
            written = str(cell)
        case int() | float():
            written = _number(cell)
        case dt.datetime():
            written = cell.strftime("%Y-%m-%d" if cell.time() == dt.time() else "%Y-%m-%d %H:%M:%S")
        case dt.timedelta():
            seconds = round(cell.total_seconds())
            written = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
        case _:
            written = str(cell)
    return written


def _number(cell: float) -> str:
    if abs(cell) >= _DIGITS_KEPT:
        return f"{cell:.14E}"
    return str(int(cell)) if cell == int(cell) else repr(cell)
