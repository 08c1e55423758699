"""The parts of a workbook in the binary form (.xlsb, [MS-XLSB]) -> what its reader does not give of them.

Owns the records of this form. Independent of where a workbook keeps its parts. One idea: **a record that the reader
passes over is read here, or is an error**: of a short cell (its column is the next one) the reader takes none.
"""

from __future__ import annotations

import datetime as dt
import struct
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from numguard.source.inspected import Inspected, Lost, Place
from numguard.source.limits import check
from numguard.source.number_formats import Shown, digits_shown, shown

#: Records of a sheet: a row, cells with a column, the same with formulas, cells without a column, a cell with formats
#: within its text, merged cells; the list of sheets; and the first of a project of macros, a file of another kind.
_ROW, _CELLS, _SHORT, _RICH, _MERGED, _LISTED_SHEET = 0, range(1, 12), range(12, 19), 62, 176, 156
_OLE: Final = b"\xd0\xcf\x11\xe0"
#: Of these cells: a number in short, an error, a yes or no, a number, a text, a shared text.
_RK, _ERROR, _BOOL, _REAL, _TEXT, _SHARED = 2, 3, 4, 5, 6, 7
_FORMULA_NUMBER, _FORMULA_ERROR = 9, 11
_BLANK: Final = 1
#: The fewest bytes of each, without which the reader fails.
_LEAST: Final = {1: 8, 2: 12, 3: 9, 4: 9, 5: 16, 6: 12, 7: 12, 8: 12, 9: 16, 10: 9, 11: 9, _RICH: 13}
#: What a short cell is beside one with a column.
_SHORTER: Final = 11
_SHORT_KINDS: Final = {1: _BLANK, 2: _RK, 3: _ERROR, 4: _BOOL, 5: _REAL, 6: _TEXT, 7: _SHARED}
#: In the twelfth byte of a row; in a number in short: whether it is an integer, and of hundredths.
_ROW_HIDDEN: Final = 0x10
_INTEGER, _HUNDREDTHS = 2, 1
#: The count of shared texts, and each; a number format, the styles of cells, and each of them; the clock from 1904.
_TEXTS, _ONE_TEXT, _FORMAT, _STYLES, _END_OF_STYLES, _ONE_STYLE, _PROPERTIES = 159, 19, 44, 617, 618, 47, 153
_ERRORS: Final = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2B: "#GETTING_DATA",
}
#: The last row that the reader reads.
_LAST_ROW: Final = 0x100000
#: In the calendar of Excel 1900 has a 29th of February.
_NO_DAY: Final = 60
_LAST_DAY: Final = 2_958_465


@dataclass(frozen=True)
class Binary:
    """What the sheets of a workbook in the binary form share.

    Attributes:
        styles: The number of its format, by that of the style.
        codes: The codes of the formats that it has itself.
        is_1904: Whether days are counted from 1904.
        shared: The part with its shared texts.
    """

    styles: list[int] = field(default_factory=list)
    codes: Mapping[int, str] = field(default_factory=dict)
    is_1904: bool = False
    shared: bytes = b""

    @classmethod
    def of(cls, parts: Mapping[str, bytes]) -> Binary:
        """That of a workbook, by its parts `xl/workbook.bin`, `xl/styles.bin` and `xl/sharedStrings.bin`."""
        styles: list[int] = []
        codes: dict[int, str] = {}
        is_of_cells = is_1904 = False
        content = parts.get("xl/styles.bin", b"")
        for kind, at, length in _records(content):
            if kind == _FORMAT and length >= 6:
                codes[int.from_bytes(content[at : at + 2], "little")] = _text(content, at + 2, at + length)
            elif kind in (_STYLES, _END_OF_STYLES):
                is_of_cells = kind == _STYLES
            elif kind == _ONE_STYLE and is_of_cells and length >= 4:
                styles.append(int.from_bytes(content[at + 2 : at + 4], "little"))
        content = parts.get("xl/workbook.bin", b"")
        for kind, at, length in _records(content):
            if kind == _PROPERTIES and length >= 1:
                is_1904 = bool(content[at] & 1)
        return cls(styles, codes, is_1904, parts.get("xl/sharedstrings.bin", b""))

    @cached_property
    def _texts(self) -> list[str]:
        content = self.shared
        return [_text(content, at + 1, at + size) for kind, at, size in _records(content) if kind == _ONE_TEXT]

    @cached_property
    def _count(self) -> int:
        """How many shared texts the reader has."""
        content, claimed, found = self.shared, 0, 0
        for kind, at, length in _records(content):
            found += kind == _ONE_TEXT
            if kind == _TEXTS and length >= 8:
                claimed = int.from_bytes(content[at + 4 : at + 8], "little")
        return min(claimed, found)

    @cached_property
    def _shown(self) -> list[Shown]:
        of_formats = {number: shown(number, self.codes.get(number)) for number in {*self.styles}}
        return [of_formats[number] for number in self.styles]

    @cached_property
    def _digits(self) -> dict[int, int]:
        digits = ((style, digits_shown(self.codes.get(number, ""))) for style, number in enumerate(self.styles))
        return {style: many for style, many in digits if many}

    def inspect(self, name: str, content: bytes) -> tuple[int, Inspected] | None:
        """The cells of a part up to the last one in use, and what was found; None of no part of this form.

        What is struck out is not found.

        Raises:
            InputError: It exceeds a limit.
            zipfile.BadZipFile: It is damaged.
        """
        if content.startswith(_OLE):
            return None
        sheet = _Sheet(self, content)
        for kind, at, length in _records(content):
            if kind == _ROW and length >= 4:
                sheet.take_row(name, at, length)
            elif kind in _CELLS or kind == _RICH:
                if length < _LEAST[kind]:
                    raise zipfile.BadZipFile("a cell without a value")
                sheet.take_cell(kind, at, at + length)
            elif kind in _SHORT and length >= 4:
                sheet.take_short(kind, at, at + length)
            elif kind == _MERGED and length >= 16:
                top, bottom, left, right = struct.unpack_from("<4I", content, at)
                sheet.found.merged.append(((top, left), (bottom, right)))
            elif kind == _TEXTS and length >= 8:
                check("cells", int.from_bytes(content[at + 4 : at + 8], "little"), name, "its shared texts claim to be")
        check("columns", sheet.columns, name, "the columns of a sheet are")
        return sheet.rows * sheet.columns, sheet.found

    def check_text(self, index: int) -> None:
        """Raises BadZipFile if there is no such shared text, for which the reader fails."""
        if index >= self._count:
            raise zipfile.BadZipFile("a text that is not there")

    def text(self, index: int) -> str:
        """A shared text."""
        self.check_text(index)
        return self._texts[index]

    def shown(self, style: int) -> Shown:
        """What a style makes of a number."""
        return self._shown[style] if style < len(self._shown) else Shown.NUMBER

    def digits(self, style: int) -> int:
        """How many digits a style shows at least."""
        return self._digits.get(style, 0)

    def number(self, value: float, style: int) -> Lost:
        """A number as its style shows it: days since an epoch are a date."""
        as_shown = self.shown(style)
        if as_shown is Shown.SPAN:
            return dt.timedelta(days=value)
        if as_shown is Shown.NUMBER or not 0 <= value <= _LAST_DAY:
            return value
        seconds = round(value % 1 * 86_400)
        clock = (dt.datetime.min + dt.timedelta(seconds=min(seconds, 86_399))).time()
        if value < 1:
            return clock
        if self.is_1904:
            epoch = dt.date(1904, 1, 1)
        else:
            epoch = dt.date(1899, 12, 31) if value < _NO_DAY else dt.date(1899, 12, 30)
        day = epoch + dt.timedelta(days=int(value))
        return dt.datetime.combine(day, clock) if seconds else day


class _Sheet:
    """The records of a sheet, one after the other."""

    def __init__(self, book: Binary, content: bytes) -> None:
        self._lost: dict[Place, Lost] = {}
        self.found = Inspected(self._lost)
        self.rows = self.columns = 0
        self._book = book
        self._content = content
        self._row = 0
        self._column = -1

    def take_row(self, name: str, at: int, length: int) -> None:
        self._row = self._at(at)
        self._column = -1
        check("cells", self._row, name, "the rows of a sheet are")
        if self._row > _LAST_ROW:
            raise zipfile.BadZipFile("a row below the last one")
        if length >= 12 and self._content[at + 11] & _ROW_HIDDEN:
            self.found.hidden.add(self._row)

    def take_cell(self, kind: int, at: int, end: int) -> None:
        """A cell with a column. Of most kinds the reader gives the value."""
        self._column = self._at(at)
        self._grow()
        if kind == _RICH:
            self._lose(_text(self._content, at + 9, end))
        elif kind in (_ERROR, _FORMULA_ERROR):
            self._lose(self._error(at + 8, end))
        elif kind == _SHARED:
            self._book.check_text(self._at(at + 8))
        elif kind in (_RK, _REAL, _FORMULA_NUMBER):
            self._take_number(kind, at + 4)

    def _take_number(self, kind: int, at: int) -> None:
        style = self._style(at)
        if digits := self._book.digits(style):
            self.found.padded[self._row, self._column] = digits
        # The reader takes whole days in short for numbers.
        if kind == _RK and self._content[at + 4] & 3 == _INTEGER:
            value = self._book.number(self._rk(at + 4), style)
            if not isinstance(value, float):
                self._lose(value)

    def take_short(self, kind: int, at: int, end: int) -> None:
        """A cell without a column, which is the next one. The reader has none of them."""
        self._column += 1
        self._grow()
        as_kind, style, at = _SHORT_KINDS[kind - _SHORTER], self._style(at), at + 4
        if as_kind in (_RK, _REAL):
            wide = 4 if as_kind == _RK else 8
            self._check(at, wide, end)
            number = self._rk(at) if as_kind == _RK else struct.unpack_from("<d", self._content, at)[0]
            self._lose(self._book.number(number, style))
            if digits := self._book.digits(style):
                self.found.padded[self._row, self._column] = digits
        elif as_kind == _ERROR:
            self._lose(self._error(at, end))
        elif as_kind == _BOOL:
            self._check(at, 1, end)
            self._lose(bool(self._content[at]))
        elif as_kind == _TEXT:
            self._lose(_text(self._content, at, end))
        elif as_kind == _SHARED:
            self._check(at, 4, end)
            self._lose(self._book.text(self._at(at)))

    def _lose(self, value: Lost) -> None:
        self._lost[self._row, self._column] = value

    def _grow(self) -> None:
        self.rows, self.columns = max(self.rows, self._row + 1), max(self.columns, self._column + 1)

    def _error(self, at: int, end: int) -> str:
        return _ERRORS.get(self._content[at], "#N/A") if at < end else "#N/A"

    def _rk(self, at: int) -> float:
        written = self._at(at)
        if written & _INTEGER:
            value = float(struct.unpack_from("<i", self._content, at)[0] >> 2)
        else:
            value = struct.unpack("<d", struct.pack("<II", 0, written & 0xFFFFFFFC))[0]
        return value / 100 if written & _HUNDREDTHS else value

    def _style(self, at: int) -> int:
        return int.from_bytes(self._content[at : at + 3], "little")

    def _at(self, at: int) -> int:
        return int.from_bytes(self._content[at : at + 4], "little")

    @staticmethod
    def _check(at: int, wide: int, end: int) -> None:
        if at + wide > end:
            raise zipfile.BadZipFile("a cell without a value")


def sheets_listed(content: bytes) -> Iterator[tuple[str | None, str]]:
    """The sheets that a workbook lists, the id of the file and the name: two texts behind eight bytes."""
    for kind, at, _ in _records(content):
        if kind == _LISTED_SHEET:
            texts, start = [], at + 8
            for _ in range(2):
                end = start + 4 + 2 * int.from_bytes(content[start : start + 4], "little")
                texts.append(content[start + 4 : end].decode("utf-16-le"))
                start = end
            yield texts[0], texts[1]


def _text(content: bytes, at: int, end: int) -> str:
    """A text behind its length."""
    start, size = at + 4, 2 * int.from_bytes(content[at : at + 4], "little")
    if start + size > end:
        raise zipfile.BadZipFile("a text that is cut short")
    try:
        return content[start : start + size].decode("utf-16-le")
    except UnicodeDecodeError as damage:
        raise zipfile.BadZipFile("a text of no characters") from damage


def _records(content: bytes) -> Iterator[tuple[int, int, int]]:
    """The records of a part: the kind, where its content begins, and the length of that."""
    at, size = 0, len(content)
    while at < size:
        kind, at = _variable(content, at, 2)
        length, at = _variable(content, at, 4)
        yield kind, at, min(length, size - at)
        at += length


def _variable(content: bytes, at: int, longest: int) -> tuple[int, int]:
    value = 0
    for k in range(longest):
        if at + k >= len(content):
            return value, at + longest
        byte = content[at + k]
        value |= (byte & 0x7F) << (7 * k)
        if not byte & 0x80:
            return value, at + k + 1
    return value, at + longest
