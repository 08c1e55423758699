"""Tables for other offices: numbers as text, times in Indian Standard Time, no cell that a spreadsheet runs.

Owns how a column is written in a file that is sent to others, and what makes a cell inert. Independent of lists. One
idea: the name and type of a column in this package determine how it is written, not the receiver's name for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pyarrow as pa

from numguard import _core
from numguard.compute import pc
from numguard.errors import ArgumentError
from numguard.files import Together, together, unwritten, write_rows
from numguard.indian_time import ZONE
from numguard.types import PathLike

__all__ = ["shown", "unwritten", "write_private"]

# A spreadsheet runs cells with these first characters as formulas (OWASP, CSV injection), full-width ones included.
# Where it splits cells at semicolons or tabs, such a cell may also begin in the middle of ours.
_FORMULA = r"(^|[;\t\r\n])([\s\x{00A0}\"]*[=+\-@\x{FF1D}\x{FF0B}\x{FF0D}\x{FF20}])"
_STRIPPED = r"^([\t\r\n])"


def write_private(
    table: pa.Table,
    path: PathLike,
    *,
    names: Sequence[str] | None = None,
    title: Sequence[str] = (),
    header: bool = True,
    into: Together | None = None,
) -> tuple[str, int]:
    """Writes a table by the rules for lists, readable by its owner only: refused rows, a history, a report.

    Args:
        table: The rows. Columns of UInt64 with `msisdn` in their name become digits, with `imei` fifteen digits.
        path: Its ending gives the format.
        names: The receiver's names for the columns.
        title: Lines above the header, in .csv and .xlsx.
        header: Whether .csv and .xlsx begin with the names of the columns.
        into: Files with which it is renamed.

    Returns:
        The file's SHA-256 and size.

    Raises:
        ArgumentError: The ending is of no format, or the same name is given twice.
        InputError: The folder does not exist, or cannot be written to.
    """
    path = Path(path)
    written = shown(table) if path.suffix.lower() == ".csv" else _written(table)
    if path.suffix.lower() == ".csv":
        title, names = inert(title), None if names is None else inert(names)
    if names is not None:
        if len(set(names)) < len(names):
            raise ArgumentError("columns: two columns cannot have the same name")
        written = written.rename_columns(list(names))
    try:
        with together(private=True) if into is None else nullcontext(into) as files:
            write_rows(path, written.schema, written.to_batches(), title=title, header=header, into=files)
            return files.fingerprint(path)
    except OSError as error:
        raise unwritten(path, error) from None


def shown(table: pa.Table) -> pa.Table:
    """The rows as they are written in CSV: all text, and inert in a spreadsheet."""
    return _inert(_written(table))


def _written(table: pa.Table) -> pa.Table:
    """The columns as they are written: numbers, handsets, times and dates as text."""
    for index, field in enumerate(table.schema):
        values: Any = table.column(index)
        if "msisdn" in field.name and pa.types.is_uint64(field.type):
            values = _core.format(values, style="digits")
        elif "imei" in field.name and pa.types.is_uint64(field.type):
            values = _core.format_imei(values)
        elif pa.types.is_timestamp(field.type):
            # Indian Standard Time has one fixed offset.
            ist = pc.cast(values, pa.timestamp("s", ZONE), safe=False)
            values = pc.strftime(ist, format="%Y-%m-%dT%H:%M:%S+05:30")
        elif pa.types.is_date(field.type):
            values = pc.cast(values, pa.string())
        table = table.set_column(index, field.name, values)
    return table


def inert(lines: Sequence[str]) -> list[str]:
    """Lines of text with an apostrophe before each formula that a spreadsheet would run."""
    inert = _inert(pa.table({"line": pa.array(lines, pa.string())}))["line"]
    return [str(line) for line in inert.to_pylist()]


def inert_batches(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Batches with their text inert in a spreadsheet."""
    for batch in batches:
        yield from _inert(pa.Table.from_batches([batch])).to_batches()


def _inert(table: pa.Table) -> pa.Table:
    """The text columns with an apostrophe before each formula that a spreadsheet would run."""
    for index, field in enumerate(table.schema):
        if pa.types.is_string(field.type) or pa.types.is_large_string(field.type):
            values = pc.replace_substring_regex(table.column(index), pattern=_FORMULA, replacement=r"\1'\2")
            values = pc.replace_substring_regex(values, pattern=_STRIPPED, replacement=r"'\1")
            table = table.set_column(index, field.name, values)
    return table
