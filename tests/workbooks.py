"""Workbooks for tests, to be changed and saved; and rows as a workbook or as text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl


def book_of(*rows: Sequence[Any]) -> Any:
    """A workbook of one sheet with these rows."""
    return book_of_sheets({"Sheet": rows})


def book_of_sheets(sheets: Mapping[str, Iterable[Sequence[Any]]]) -> Any:
    """A workbook of these sheets, each with its rows."""
    book: Any = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    return book


def write_rows(path: Path, *rows: Sequence[str]) -> Path:
    """A file with these rows, of the kind that its ending names: a workbook, or text with commas."""
    if path.suffix == ".xlsx":
        book_of(*rows).save(path)
    else:
        path.write_text("".join(",".join(row) + "\n" for row in rows))
    return path
