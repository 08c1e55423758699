"""A file of phone numbers or IMEIs -> a set.

Owns how the column with the numbers is told, and that a list whose first line is a number has no header. Knows nothing
of what the list is for.

The list of revoked numbers that India's Department of Telecommunications gives out (MNRL), and its list of numbers that
are in use again, come as `{"status": 200, "payload": [{"n": "9876543210"}]}`. What went wrong comes the same way, as
an answer that says 200 outside and another status inside: that is an error here, and never an empty list.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from gzip import GzipFile
from pathlib import Path
from typing import Any, TypeVar
from zlib import error

import pyarrow as pa
import pyarrow.compute

from numguard._core import ImeiSet, NumberSet, explain, explain_imei
from numguard.errors import ArgumentError, ColumnError, InputError
from numguard.source import Source, open_source
from numguard.source.json_records import looks_so
from numguard.source.records import read_records
from numguard.types import PathLike, Region

__all__ = ["listing_dates", "open_imeis", "open_numbers"]

_NUMBER_NAMES = ("msisdn", "mobile", "mobile_no", "mobile_number", "number", "phone", "phone_number", "n")
_IMEI_NAMES = ("imei14", "imei", "imei_no", "imei_number")
_SAVED_SET = b"numguard"
_ZIP, _GZIP = b"PK\x03\x04", b"\x1f\x8b"
_ACTION = "action"

compute: Any = pyarrow.compute  # its stubs know no lists of text

_Set = TypeVar("_Set", NumberSet, ImeiSet)


def open_numbers(
    path: PathLike, *, column: str | None = None, region: Region = "IN", actions: Sequence[str] = ("block",)
) -> NumberSet:
    """The set of all phone numbers in a file; of a block list, those that are to be blocked.

    Args:
        path: A saved set, whatever `scan` reads (CSV, text with one number a line, Parquet, Arrow), JSON as MNRL comes
            in, JSON Lines, or a workbook.
        column: Which column holds them; may be left out if there is only one, or one is named as such columns are.
        region: How bare digits are read.
        actions: In a file with a column `action`, as block lists have, take the rows with one of these. What is to be
            verified again or released is not mixed with what is to be blocked.

    Raises:
        ColumnError: It cannot be told which column holds the numbers.
        InputError: The file cannot be read as what it should be.
    """
    if _is_saved(path):
        return NumberSet.open(path)
    cells = _cells(path, column, _NUMBER_NAMES, lambda name: explain([name], region=region), actions)
    return NumberSet(cells, region=region)


def open_imeis(path: PathLike, *, column: str | None = None) -> ImeiSet:
    """The set of all handsets in a file; as `open_numbers`."""
    if _is_saved(path):
        return ImeiSet.open(path)
    return ImeiSet(_cells(path, column, _IMEI_NAMES, lambda name: explain_imei([name]), None))


def listing_dates(
    path: PathLike,
    dates: str,
    *,
    column: str | None = None,
    of_imeis: bool = False,
    actions: Sequence[str] | None = ("block",),
) -> tuple[pa.ChunkedArray[Any], pa.ChunkedArray[Any]]:
    """The numbers of a list as they stand, and for each the date in the column `dates`, as `scan` takes them.

    Args:
        path: As for `open_numbers`, but no saved set, which holds no dates.
        dates: The column that says when a number was listed: `first_reported` in a block list.
        column: Which column holds the numbers, as for `open_numbers`.
        of_imeis: Whether it is a list of handsets.
        actions: As for `open_numbers`.

    Raises:
        ArgumentError: The file is a saved set.
        ColumnError: There is no such column.
        InputError: The file cannot be read as what it should be.
    """
    if _is_saved(path):
        raise ArgumentError(f"{path}: a saved set holds no dates: give the list that it was made of")
    names = _IMEI_NAMES if of_imeis else _NUMBER_NAMES
    read: Any = explain_imei if of_imeis else explain
    taken = None if of_imeis else actions
    source = open_source(_as_read(path, names))
    table = _columns(source, column, names, lambda name: read([name]), taken, path=path, more=[dates])
    return table.column(0), table.column(1)


def _is_saved(path: PathLike) -> bool:
    path = Path(path)
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(_SAVED_SET)) == _SAVED_SET


def _cells(
    path: PathLike, column: str | None, names: tuple[str, ...], read: Any, actions: Sequence[str] | None
) -> pa.ChunkedArray[Any]:
    """The column with the numbers. A header that is itself a number is the first of them."""
    source = open_source(_as_read(path, names))
    if not source.schema.names:
        return pa.chunked_array([], pa.string())
    table = _columns(source, column, names, read, actions, path=path)
    cells = table.column(0)
    column = table.column_names[0]
    if _is_number(column, read) and len(source.schema.names) == 1:
        cells = pa.chunked_array([pa.array([column], cells.type), *cells.chunks])
    return cells


def _columns(
    source: Source,
    column: str | None,
    names: tuple[str, ...],
    read: Any,
    actions: Sequence[str] | None,
    *,
    path: PathLike,
    more: Sequence[str] = (),
) -> pa.Table:
    """The column with the numbers, and `more`."""
    there = source.schema.names
    if column is None:
        known = [name for name in there if _bare(name) in names]
        if len(there) != 1 and len(known) != 1:
            masked = ", ".join(_masked(there, read))
            raise ColumnError(f"{path}: say which column holds the numbers (--list-column); there are {masked}")
        column = there[0] if len(there) == 1 else known[0]
    wanted = [column, *more]
    if actions is None or _ACTION not in there:
        batches = [batch.data for batch in source.batches(wanted)]
    else:
        taken = pa.array(actions, pa.string())
        asked = [*wanted, *({_ACTION} - set(wanted))]
        batches = [
            batch.data.filter(compute.is_in(batch.data[_ACTION].cast(pa.string()), taken)).select(wanted)
            for batch in source.batches(asked)
        ]
    schema = source.schema
    return pa.Table.from_batches(batches, None if batches else pa.schema([schema.field(name) for name in wanted]))


def _as_read(path: PathLike, names: tuple[str, ...]) -> Any:
    """A list in JSON or a workbook as a table; any other as the file that it is."""
    if not Path(path).is_file():
        return path
    with Path(path).open("rb") as file:
        head = file.read(4096)
        if head.startswith(_GZIP):
            file.seek(0)
            with suppress(OSError, EOFError, error):
                head = GzipFile(fileobj=file).read(4096)
    if not head.startswith(_ZIP) and not looks_so(head.removeprefix(b"\xef\xbb\xbf")):
        return path
    found = read_records(path, lambda cell: _bare(cell) in names)
    if len(found.broken):
        raise InputError(
            f"{path}: {len(found.broken)} of its lines are broken, the first in row {found.broken['row'][0]}: "
            "a list is taken whole or not at all"
        )
    return found.table


def _bare(name: str) -> str:
    return name.strip().lower().replace(" ", "_").replace(".", "")


def _is_number(name: str, read: Any) -> bool:
    return bool(read(name).field(0)[0].is_valid)


def _masked(names: list[str], read: Any) -> list[str]:
    return ["(a number)" if _is_number(name, read) else name for name in names]
