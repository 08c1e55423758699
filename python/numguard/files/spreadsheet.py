"""Tables into a workbook (.xlsx) that a spreadsheet shows unchanged, without formulas.

Owns the type of each cell, when the next sheet begins, and the checks of the writer's return values: past its last row
it writes nothing and reports this in no other way. One idea: a value that a spreadsheet could change is a text cell.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from tempfile import TemporaryDirectory
from typing import IO, Any

import pyarrow as pa

from numguard.compute import retyped
from numguard.errors import InputError, MissingExtraError
from numguard.files.formats import Format, Style, nested, plain_text, values_of, with_pluses, without_dictionaries

#: Rows of one sheet, with its title and header.
SHEET_ROWS = 1_048_576
_SHEET_COLUMNS = 16_384
#: From here on a cell shows an integer as 9.19877E+11; past fifteen digits it loses digits.
_SHOWN_WHOLE = 10**11
#: A workbook contains its time of creation; the same rows must give the same bytes.
_MADE = datetime(2000, 1, 1)


class _Output:
    """The file of a workbook, which takes no more calls after one that failed.

    The archive in which xlsxwriter collects a workbook writes its directory when it is deleted, also after an error; on
    a full disk Python would print the traceback of a second one.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._failed = False

    def write(self, data: bytes) -> Any:
        return self._unless_failed(self._file.write, data)

    def seek(self, offset: int, whence: int = 0) -> Any:
        return self._unless_failed(self._file.seek, offset, whence)

    def tell(self) -> Any:
        return self._unless_failed(self._file.tell)

    def flush(self) -> Any:
        return self._unless_failed(self._file.flush)

    def _unless_failed(self, call: Callable[..., Any], *args: Any) -> Any:
        if self._failed:
            return 0
        try:
            return call(*args)
        except OSError:
            self._failed = True
            raise


class Workbook(Format):
    """One sheet after the other, each with title and header."""

    is_text = True
    is_sheet = True
    plain = staticmethod(without_dictionaries)

    def __init__(self, file: IO[bytes], schema: pa.Schema, style: Style, numbers: Sequence[int]) -> None:
        try:
            import xlsxwriter  # type: ignore[import-untyped]
        except ImportError:
            raise MissingExtraError('an .xlsx file needs xlsxwriter: pip install "numguard-telecom[xlsx]"') from None
        super().__init__(file, schema, style, numbers)
        # xlsxwriter keeps rows in files until the workbook is closed: in this folder, so that all are removed.
        self._waiting = TemporaryDirectory(prefix="numguard-")
        options = {"constant_memory": True, "tmpdir": self._waiting.name, "use_zip64": True}
        self._book: Any = xlsxwriter.Workbook(_Output(file), options)
        self._book.set_properties({"created": _MADE})
        # A cell of this format stays text when it is edited; with the general format it could become a formula.
        self._text = self._book.add_format({"num_format": "@"})
        self._cells = [self._cell(field) for field in self._schema]
        self._sheet: Any = None
        self._next = 0
        self._rows = 0
        self._begin()

    @classmethod
    def unfit(cls, schema: pa.Schema) -> list[str]:
        return nested(schema) + schema.names[_SHEET_COLUMNS:]

    def write(self, rows: pa.Table) -> None:
        rows = retyped(rows, self._schema)
        columns = [
            with_pluses(column, self._style.region) if at in self._numbers else values_of(rows, at)
            for at, column in enumerate(rows.columns)
        ]
        for index in range(len(rows)):
            if self._next == SHEET_ROWS:
                self._begin()
            for at, (values, cell) in enumerate(zip(columns, self._cells, strict=True)):
                value = values[index]
                if value is not None and cell(self._next, at, value):
                    self._refuse(at, self._rows + index + 1)
            self._next += 1
        self._rows += len(rows)

    def close(self) -> None:
        from xlsxwriter.exceptions import FileCreateError  # type: ignore[import-untyped]

        try:
            self._book.close()
        except FileCreateError as error:
            # The OSError that the library wraps.
            raise error.args[0] from None
        finally:
            self._waiting.cleanup()

    def abandon(self) -> None:
        for sheet in self._book.worksheets():
            sheet._opt_close()
        self._waiting.cleanup()

    def _begin(self) -> None:
        """The next sheet."""
        self._sheet = self._book.add_worksheet()
        self._sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{SHEET_ROWS}"})
        self._next = 0
        for line in self._style.title:
            self._put_text(self._next, 0, line)
            self._next += 1
        if self._style.header:
            for at, name in enumerate(self._schema.names):
                if self._put_text(self._next, at, name):
                    self._refuse(at, 0)
            self._next += 1
            self._sheet.freeze_panes(self._next, 0)

    def _cell(self, field: pa.Field[Any]) -> Callable[[int, int, Any], int]:
        """The function that writes a value of this column; it returns 0 on success."""
        if pa.types.is_uint64(field.type) or field.name in self._style.texts:
            return self._put_text  # a number or a handset
        if pa.types.is_boolean(field.type):
            return lambda row, at, value: int(self._sheet.write_boolean(row, at, value))
        if pa.types.is_integer(field.type) or pa.types.is_floating(field.type):
            return self._put_number
        if pa.types.is_decimal(field.type):
            return self._put_decimal
        return self._put_text

    def _put_text(self, row: int, at: int, value: Any) -> int:
        text = value if isinstance(value, str) else plain_text(value)
        if text.startswith("<r>"):
            # xlsxwriter takes such a text for its own markup and does not escape it, unless it is written in two runs.
            return int(self._sheet.write_rich_string(row, at, self._text, text[:1], text[1:], self._text))
        return int(self._sheet.write_string(row, at, text, self._text))

    def _put_number(self, row: int, at: int, value: float) -> int:
        if not math.isfinite(value) or (abs(value) >= _SHOWN_WHOLE and isinstance(value, int)):
            return self._put_text(row, at, value)
        return int(self._sheet.write_number(row, at, value))

    def _put_decimal(self, row: int, at: int, value: Decimal) -> int:
        """An amount as a number, so that it can be summed; past fifteen digits a cell would round it."""
        if len(value.as_tuple().digits) > 15:
            return self._put_text(row, at, value)
        return int(self._sheet.write_number(row, at, float(value)))

    def _refuse(self, at: int, row: int) -> None:
        raise InputError(
            f"row {row}, column {at + 1}: a spreadsheet cell holds 32,767 characters at most, "
            "and this one has more; nothing was written; write .csv, .parquet or .jsonl"
        )
