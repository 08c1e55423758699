"""One file of records -> its cells as they were written, each record with its place, and every record that is broken.

Owns where the header stands, which separator a text has, and which sheet of a workbook is meant. Knows nothing of what
a column means: the caller says which names it knows. For files that fit into memory, as those do that people fill in;
the large ones that machines write go through `open_source`. One idea: **a record is read or is named as broken**, with
its row and its text; a quotation mark that is never closed does not swallow the rows after it.
"""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as pv

from numguard.errors import ArgumentError, InputError
from numguard.source import json_records, open_source, quotes, workbook
from numguard.source.container import Opener, Part, parts
from numguard.source.part import named, reading

__all__ = ["BROKEN", "RECORD_NOTES", "Records", "read_records"]

#: Rows searched for the header: reports begin with their title, their office and the date.
_SEARCHED: Final = 50
_SEPARATORS: Final = (",", ";", "\t", "|")
#: Containers that hold typed columns, by their first bytes.
_TYPED: Final = (b"PAR1", b"PARE", b"ARROW1", b"\xff\xff\xff\xff")

#: Why a record is broken.
RECORD_NOTES: Final = {
    "ragged_row": "The row has more or fewer cells than the header, so that nobody can tell which is which.",
    "broken_quote": "A quotation mark is opened and not closed in this row, or closed in the middle of a cell.",
    "not_json": "The line is not one whole JSON object.",
}
_BROKEN_FIELDS: list[pa.Field[Any]] = [
    pa.field("row", pa.int64()),
    *(pa.field(name, pa.string()) for name in ("cell", "note")),
]
BROKEN: Final = pa.schema(_BROKEN_FIELDS)


@dataclass(frozen=True, slots=True)
class Records:
    """The records of one file or table.

    Attributes:
        table: the records; of text, JSON and workbooks every column is text.
        row: the number of each record: as a spreadsheet shows it, the line in JSON Lines, from 1 in typed tables.
        broken: row, cell (its text), note: the records that could not be taken apart.
        container: what the file is: text, workbook, json, json lines, parquet, arrow, stream, behind what it was
            wrapped in (gzip/text).
        encoding: the character set of a text.
        header_row: the number of the header's row; 0 where columns have names without one.
        sheet: the sheet of a workbook.
    """

    table: pa.Table
    row: npt.NDArray[np.int64]
    broken: pa.Table
    container: str
    encoding: str | None = None
    header_row: int = 0
    sheet: str | None = None


def read_records(source: Any, is_known: Callable[[str], bool], sheet: str | None = None) -> Records:
    """Reads one file, or anything that gives itself as an Arrow stream.

    Args:
        source: a path: text (comma, semicolon, tab or bar; UTF-8, UTF-16 or Windows-1252), JSON, JSON Lines, a
            workbook, the same in gzip or alone in a ZIP archive, Parquet, Arrow; or a table.
        is_known: whether a cell is the name of a column that is looked for; the header is the row, of the first 50,
            that has most of them, and the first row with anything in it if none has any.
        sheet: the sheet of a workbook that has several.

    Raises:
        FileMissingError: no file is there.
        InputError: the file is not what its name says, is damaged, or has several sheets and none was chosen.
    """
    if not isinstance(source, str | Path) or _is_typed(Path(source)):
        return _typed(source)
    path = Path(source)
    part = _only_part(path)
    if part.workbook is not None:
        return _from_workbook(part, part.workbook, is_known, sheet)
    if sheet is not None:
        raise ArgumentError(f"sheet: {path} is no workbook")
    content, encoding = _text(part)
    if json_records.looks_so(content):
        rows, broken, form = json_records.read(content.decode(), part.name)
        table, row = json_records.as_table(rows)
        return Records(table, row, _broken(broken), part.container.replace("text", form), encoding)
    return _from_text(content, part, encoding, is_known)


def _is_typed(path: Path) -> bool:
    if not path.is_file():
        return False
    with reading(str(path), "the file"), path.open("rb") as file:
        return file.read(8).startswith(_TYPED)


def _only_part(path: Path) -> Part:
    if path.is_dir():
        raise InputError(f"{path}: is a folder; name the file")
    found = list(parts(path))
    if len(found) != 1:
        held = ", ".join(named([part.name.removeprefix(f"{path}/")]) for part in found[:10])
        raise InputError(f"{path}: holds {len(found)} files ({held}): unpack it and give them one at a time")
    return found[0]


def _typed(source: Any) -> Records:
    found = open_source(source).parts
    if len(found) != 1:
        raise ArgumentError("source: takes one file at a time, so that each keeps a name and a fingerprint of its own")
    batches, rows = [], [np.empty(0, np.int64)]
    for batch in found[0].batches():
        batches.append(batch.data)
        rows.append(batch.row_numbers())
    table = pa.Table.from_batches(batches, found[0].schema())
    return Records(table, np.concatenate(rows), BROKEN.empty_table(), found[0].container)


def _broken(found: Sequence[tuple[int, str, str]]) -> pa.Table:
    columns = [[one[k] for one in found] for k in range(3)]
    return pa.table(columns, schema=BROKEN)


# Workbooks ------------------------------------------------------------------------------------------------------------


def _from_workbook(part: Part, opened: Opener, is_known: Callable[[str], bool], wanted: str | None) -> Records:
    with reading(part.name, "the workbook"), opened() as stream:
        sheets = workbook.filled_sheets(part.name, stream.read())
    if wanted is None and len(sheets) > 1:
        raise InputError(
            f"{part.name}: has {len(sheets)} sheets with something in them ({named(list(sheets))}); say which with "
            "--sheet (sheet=), one after the other if all are meant"
        )
    name = next(iter(sheets)) if wanted is None else wanted
    if name not in sheets:
        raise ArgumentError(f"sheet: {part.name} has no such sheet with anything in it; it has {named(list(sheets))}")
    rows = sheets[name]
    at = max(
        (k for k, row in enumerate(rows[:_SEARCHED]) if any(cell.strip() for cell in row)),
        key=lambda k: (sum(map(is_known, rows[k])), -k),
    )
    body = rows[at + 1 :]
    columns = [pa.array([row[k] for row in body], pa.string()) for k in range(len(rows[at]))]
    table = pa.Table.from_arrays(columns, [_clean(cell) for cell in rows[at]])
    row = np.arange(at + 2, at + 2 + len(body), dtype=np.int64)
    return Records(table, row, BROKEN.empty_table(), part.container, None, at + 1, name)


# Text -----------------------------------------------------------------------------------------------------------------


def _text(part: Part) -> tuple[bytes, str]:
    """The whole text as UTF-8 with line feeds, and the character set that it came in."""
    try:
        with part.open() as stream:
            content = stream.read()
    except (OSError, EOFError, ValueError, zlib.error, zipfile.BadZipFile) as damage:
        raise InputError(f"{part.name}: cannot be read to its end: it is damaged or cut short") from damage
    content = content.removeprefix(b"\xef\xbb\xbf")
    if b"\r" in content:
        content = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if b"\x00" in content[:4096]:
        raise InputError(f"{part.name}: is neither text nor any other container that is read here")
    try:
        content.decode()
    except UnicodeDecodeError:
        # A file that was put together from two has lines of both kinds.
        return b"\n".join(_line_as_utf8(line) for line in content.split(b"\n")), "cp1252"
    return content, part.encoding


def _line_as_utf8(line: bytes) -> bytes:
    try:
        line.decode()
    except UnicodeDecodeError:
        return line.decode("cp1252", errors="replace").encode()
    return line


@dataclass(frozen=True, slots=True)
class _Header:
    names: list[str]
    separator: str
    #: The row it stands in, and the number of lines up to its end: a quoted name may have two.
    row: int
    lines: int


def _from_text(content: bytes, part: Part, encoding: str, is_known: Callable[[str], bool]) -> Records:
    header = _find_header(content.decode().split("\n", 2 * _SEARCHED), is_known)
    if header is None:
        raise InputError(f"{part.name}: is empty, without so much as a header")
    after = content.split(b"\n", header.lines)
    body = after[header.lines].removesuffix(b"\n") if len(after) > header.lines else b""
    if _always_ends_with(body, header):
        header.names.append("")
    found = quotes.split(body, header.separator, len(header.names))
    rows = header.row + found.row
    ragged: list[tuple[int, str, str]] = []
    table = _parse(found.text, header, part.name, lambda n, text: ragged.append((int(rows[n - 1]), text, "ragged_row")))
    kept = np.ones(len(rows), np.bool_)
    kept[np.searchsorted(rows, [row for row, _, _ in ragged])] = False
    if len(table) != kept.sum():
        raise InputError(f"{part.name}: its rows cannot be told apart: save it again as CSV or .xlsx")
    if ragged and not len(table):
        raise InputError(
            f"{part.name}: no row has the {len(header.names)} fields that the header has: "
            "is the first line the header, and is the separator one of , ; tab |"
        )
    told = [one for one in ragged if one[1].strip()]
    told += [(header.row + row, text, "broken_quote") for row, text in found.broken]
    return Records(table, rows[kept], _broken(sorted(told)), part.container, encoding, header.row)


def _find_header(lines: list[str], is_known: Callable[[str], bool]) -> _Header | None:
    """The row with most names that are known, and the separator that tells them apart."""
    best: tuple[tuple[int, int, int], _Header] | None = None
    for at, line in enumerate(lines[:_SEARCHED]):
        if not line.strip():
            continue
        for separator in _SEPARATORS:
            reader = csv.reader(lines[at:], delimiter=separator)
            try:
                names = next(reader)
            except csv.Error:
                continue
            known = sum(map(is_known, names))
            # Where no name is known it is the first line, cut into the most fields.
            rank = (known, -at, len(names))
            if best is None or rank > best[0]:
                best = rank, _Header([_clean(name) for name in names], separator, at + 1, at + reader.line_num)
    return best[1] if best else None


def _clean(name: str) -> str:
    return " ".join(name.strip("\ufeff'\" \t").split())


def _always_ends_with(body: bytes, header: _Header) -> bool:
    """Whether every row ends with a separator of which the header knows nothing: then no column has shifted."""
    end = header.separator.encode()
    lines = [line for line in body.split(b"\n", 1000) if line][:1000]
    width = len(header.names)
    return bool(lines) and header.names[-1] != "" and all(
        line.endswith(end) and len(next(csv.reader([line.decode(errors="replace")], delimiter=header.separator)))
        == width + 1
        for line in lines
    )  # fmt: skip


def _parse(text: bytes, header: _Header, name: str, refuse: Callable[[int, str], None]) -> pa.Table:
    places = [str(k) for k in range(len(header.names))]
    if not text:
        return pa.table({place: pa.array([], pa.string()) for place in places}).rename_columns(header.names)

    def keep_out(row: pv.InvalidRow) -> Literal["skip"]:
        refuse(row.number or 0, row.text)
        return "skip"

    with reading(name, "the text"):
        table = pv.read_csv(
            io.BytesIO(text + b"\n"),
            # One thread, or refused rows would have no numbers.
            pv.ReadOptions(column_names=places, use_threads=False, block_size=min(len(text) + 2, 1 << 24)),
            pv.ParseOptions(
                delimiter=header.separator,
                newlines_in_values=True,
                ignore_empty_lines=False,
                invalid_row_handler=keep_out,
            ),
            pv.ConvertOptions(column_types=dict.fromkeys(places, pa.string()), strings_can_be_null=False),
        )
    return table.rename_columns(header.names)
