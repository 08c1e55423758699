"""A workbook -> its first sheet with anything in it, as lines with tabs between the cells.

Owns what a spreadsheet does to numbers and dates. Knows nothing of operators. One idea: **write a cell so that the
readers of text judge it as they judge text**: a number that the spreadsheet has rounded (it keeps 15 digits) is written
in exponent form, which the reader of handset numbers refuses as `precision_lost`.
"""

from __future__ import annotations

import datetime as dt
import io
from typing import BinaryIO, Final

from numguard.errors import InputError, MissingExtraError

__all__ = ["first_sheet"]

_DIGITS_KEPT: Final = 10**15
_BREAKS: Final = str.maketrans("\t\n\r\x0b\x0c\u2028\u2029", " " * 7)


def first_sheet(name: str, content: bytes) -> BinaryIO:
    """The first sheet that is not empty; row n of the sheet is line n."""
    try:
        from python_calamine import CalamineError, CalamineWorkbook
    except ImportError as missing:
        raise MissingExtraError(f"{name}: is a workbook; install numguard-telecom[xlsx] to read it") from missing
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        for sheet_name in workbook.sheet_names:
            sheet = workbook.get_sheet_by_name(sheet_name)
            if sheet.height:
                rows = sheet.to_python(skip_empty_area=False)
                return io.BytesIO("\n".join("\t".join(map(_written, row)) for row in rows).encode())
    except (CalamineError, ValueError, OSError) as damage:
        raise InputError(
            f"{name}: is a damaged workbook ({type(damage).__name__}): open it and save it again"
        ) from damage
    raise InputError(f"{name}: has no sheet with anything in it")


def _written(cell: object) -> str:
    """A cell as it would stand in a text file."""
    match cell:
        case str():
            written = cell.translate(_BREAKS)
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
