"""Tables for other offices: numbers as text, times in Indian Standard Time.

Owns how a column is written in a file that is sent to others. Independent of lists and formats. One idea: the name and
type of a column in this package determine how it is written, not the receiver's name for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any

import pyarrow as pa

from numguard import _core
from numguard.compute import pc
from numguard.errors import ArgumentError
from numguard.files import write_rows
from numguard.files.formats import Style, written_numbers
from numguard.files.placing import Together, together, unwritten
from numguard.indian_time import ZONE
from numguard.system import at_home
from numguard.types import PathLike, Region


def write_private(
    table: pa.Table,
    path: PathLike,
    *,
    names: Sequence[str] | None = None,
    title: Sequence[str] = (),
    header: bool = True,
    region: Region = "IN",
    into: Together | None = None,
) -> tuple[str, int]:
    """Writes a table by the rules for lists, readable by its owner only: refused rows, a history, a report.

    Args:
        table: The rows. Columns of UInt64 with `msisdn` in their name become digits (of other countries
            with `+`), with `imei` fifteen digits.
        path: Its ending gives the format.
        names: The receiver's names for the columns.
        title: Lines above the header, in .csv and .xlsx.
        header: Whether .csv and .xlsx begin with the names of the columns.
        region: By which bare digits are read again: of another than India every number has `+`.
        into: Files with which it is renamed.

    Returns:
        The file's SHA-256 and size.

    Raises:
        ArgumentError: The ending is of no format, or the same name is given twice.
        InputError: The folder does not exist, or cannot be written to.
    """
    path = at_home(path)
    written = shown(table, region)
    if names is not None:
        if len(set(names)) < len(names):
            raise ArgumentError("columns: two columns cannot have the same name")
        written = written.rename_columns(list(names))
    try:
        with together(private=True) if into is None else nullcontext(into) as files:
            write_rows(path, written.schema, written.to_batches(), Style(title=title, header=header), into=files)
            return files.fingerprint(path)
    except OSError as error:
        raise unwritten(path, error) from None


def shown(table: pa.Table, region: Region = "IN") -> pa.Table:
    """The columns as they are written: numbers as a region reads them, handsets, times and dates as text."""
    for index, field in enumerate(table.schema):
        values: Any = table.column(index)
        if "msisdn" in field.name and pa.types.is_uint64(field.type):
            values = written_numbers(values, region)
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
