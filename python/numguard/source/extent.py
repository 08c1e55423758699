"""The XML of a workbook -> the extent of its cells, and the cells that its reader takes for empty though they are not.

Owns the inspection of a workbook before a library reads it: a file of a kilobyte can name a cell at XFD1048576, and
the library would allocate all cells before it. Independent of the content of cells, except that an error (`#N/A`) and
a formula without a value are not empty cells. One idea: **the inspection unpacks the bytes that are read later**, so it
bounds their size too.
"""

from __future__ import annotations

import html
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice, product
from typing import BinaryIO, Final
from xml.etree import ElementTree

from numguard.source.limits import check

__all__ = ["Extents", "inspect_workbook"]

_PIECE: Final = 1 << 20
#: A cell that is not empty: its column, its row.
_CELL: Final = re.compile(rb"""<(?:\w+:)?c\b[^>]*?\br=["']([A-Za-z]{1,4})([0-9]{1,12})["'][^>]*?(/?)>""")
_ERROR: Final = re.compile(
    rb"""<(?:\w+:)?c\b(?=[^>]*?\bt=["']e["'])[^>]*?\br=["']([A-Za-z]{1,3})([0-9]{1,7})["'][^>]*>.{0,2000}?<(?:\w+:)?v>([^<]{0,20})<""",
    re.DOTALL,
)
_WITHOUT_VALUE: Final = re.compile(
    rb"""<(?:\w+:)?c\b[^>]*?\br=["']([A-Za-z]{1,3})([0-9]{1,7})["'][^>]*>\s*<(?:\w+:)?f\b(?:[^>]*/>|[^<]*</(?:\w+:)?f>)"""
    rb"""\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</(?:\w+:)?c>"""
)
_LOST: Final = "#N/A"
#: The most cells that one repeated formula without a value is marked in; all are counted.
_MOST_REPEATED: Final = 1 << 16
_OPEN_TAG: Final = re.compile(rb"<table:(table-row|covered-table-cell|table-cell|table)\b([^>]*?)(/?)>")
_REPEATED: Final = re.compile(rb"""table:number-(?:rows|columns)-repeated=["'](\d{1,12})""")
#: The name of a sheet; what shows that a cell has a value.
_OPEN_NAME: Final = re.compile(rb"""\btable:name=(["'])(.*?)\1""")
_QUOTED: Final = re.compile(rb""""[^"]*"|'[^']*'""")
_OPEN_VALUE: Final = re.compile(rb"""\boffice:(?:\w+-)?value=|\boffice:value-type=["']string""")
_NAMESPACES: Final = re.compile(r"^\{[^}]*\}")
#: Of the binary form: a row, a cell of some kind, and the count of shared texts.
_ROW, _CELLS, _TEXTS = 0, range(1, 12), 159


@dataclass(slots=True)
class Extents:
    """What the reader of a workbook takes for empty cells.

    Attributes:
        lost: sheet -> (row, column) -> the text of such a cell: an error, or `#N/A` for a formula without a value.
        without_value: sheet -> how many of them are formulas without a value.
    """

    lost: dict[str, dict[tuple[int, int], str]] = field(default_factory=dict)
    without_value: dict[str, int] = field(default_factory=dict)


def inspect_workbook(name: str, stream: BinaryIO) -> Extents:
    """Inspects a workbook.

    Raises:
        InputError: it exceeds a limit.
        zipfile.BadZipFile: it is damaged.
    """
    found = Extents()
    with zipfile.ZipFile(stream) as archive:
        entries = [entry for entry in archive.infolist() if not entry.filename.startswith("xl/media/")]
        check("members", len(entries), name, "the files in it are")
        sheets = [e for e in entries if re.match(r"xl/(work|chart|dialog|macro)sheets/[^/]*$", e.filename)]
        check("sheets", len(sheets), name, "its sheets are")
        names = _sheet_names(archive)
        cells = 0
        for entry in entries:
            reach = 0
            if entry in sheets and entry.filename.endswith(".bin"):
                reach = _binary_reach(name, archive.read(entry))
            elif entry in sheets:
                sheet = names.get(entry.filename, entry.filename)
                lost = found.lost[sheet] = {}
                reach, found.without_value[sheet] = _reach(name, archive, entry, lost)
            elif entry.filename == "content.xml":
                reach = _open_reach(name, archive, entry, found)
            elif entry.filename == "xl/sharedStrings.bin":
                _binary_reach(name, archive.read(entry))
            else:
                for _ in _pieces(archive, entry):
                    pass
            cells += reach
            check("cells", cells, name, "the cells up to the last one in use are")
    return found


def _pieces(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(entry) as stream:
        while piece := stream.read(_PIECE):
            yield piece


def _tags(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """The text in pieces that end between cells."""
    rest = b""
    for piece in _pieces(archive, entry):
        rest += piece
        end = max(rest.rfind(b"</c>"), rest.rfind(b"/>"), rest.rfind(b"</row>"), rest.rfind(b":c>"))
        if end >= 0:
            end = rest.index(b">", end) + 1
            yield rest[:end]
            rest = rest[end:]
        elif len(rest) > 16 * _PIECE:
            yield rest
            rest = b""
    if rest:
        yield rest


def _reach(
    name: str, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, lost: dict[tuple[int, int], str]
) -> tuple[int, int]:
    """The extent of a sheet, and its formulas without a value; fills `lost`."""
    rows, columns, without_value = 0, 0, 0
    for text in _tags(archive, entry):
        places = [(letters, row) for letters, row, closed in _CELL.findall(text) if not closed]
        if places:
            rows = max(rows, *map(int, {row for _, row in places}), 0)
            columns = max(columns, *map(_column, {letters for letters, _ in places}), 0)
        check("columns", columns, name, "the columns of a sheet are")
        for pattern in (_ERROR, _WITHOUT_VALUE):
            for match in pattern.finditer(text):
                value = match[3].decode(errors="replace") if pattern is _ERROR else _LOST
                lost[int(match[2]) - 1, _column(match[1]) - 1] = value
                without_value += pattern is _WITHOUT_VALUE
    return rows * columns, without_value


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _open_reach(name: str, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, found: Extents) -> int:
    """The extent of the cells of an OpenDocument file, all sheets together; fills `found`."""
    sheet = ""
    total = row = column = last = widest = 0
    row_times, rest, sheets = 1, b"", 0
    for piece in _pieces(archive, entry):
        rest += piece
        cut = rest.rfind(b"<")
        text, rest = (rest[:cut], rest[cut:]) if cut > 0 else (rest, b"")
        for what, attributes, closed in _OPEN_TAG.findall(text):
            times = int(match[1]) if (match := _REPEATED.search(attributes)) else 1
            if what == b"table":
                total, row, column, last, widest, row_times = total + last * widest, 0, 0, 0, 0, 0
                sheets += 1
                sheet = _open_name(attributes)
                check("sheets", sheets, name, "its sheets are")
            elif what == b"table-row":
                row, column, row_times = row + row_times, 0, times
            else:
                if what == b"table-cell" and _is_without_value(attributes):
                    rows, columns = range(row, row + max(row_times, 1)), range(column, column + times)
                    marked = islice(product(rows, columns), _MOST_REPEATED)
                    found.lost.setdefault(sheet, {}).update(dict.fromkeys(marked, _LOST))
                    found.without_value[sheet] = found.without_value.get(sheet, 0) + len(rows) * len(columns)
                column += times
                if not closed or b"office:value" in attributes:
                    last, widest = max(last, row + row_times), max(widest, column)
            check("cells", total + last * widest, name, "the cells up to the last one in use are")
    return total + last * widest


def _open_name(attributes: bytes) -> str:
    name = _OPEN_NAME.search(attributes)
    return html.unescape(name[2].decode(errors="replace")) if name else ""


def _is_without_value(attributes: bytes) -> bool:
    """Whether a cell of an OpenDocument file is a formula without a value. One that is text may be empty."""
    if b"table:formula" not in attributes or _OPEN_VALUE.search(attributes):
        return False
    # A `>` in a formula seems to end the tag.
    return not {*b"\"'"} & {*_QUOTED.sub(b"", attributes)}


def _binary_reach(name: str, content: bytes) -> int:
    """The extent of a sheet in the binary form, record by record."""
    at = row = rows = columns = 0
    size = len(content)
    while at < size:
        kind, at = _variable(content, at, 2)
        length, at = _variable(content, at, 4)
        if kind == _ROW and length >= 4:
            row = int.from_bytes(content[at : at + 4], "little")
            check("cells", row, name, "the rows of a sheet are")
        elif kind in _CELLS and length >= 4:
            rows, columns = max(rows, row + 1), max(columns, int.from_bytes(content[at : at + 4], "little") + 1)
        elif kind == _TEXTS and length >= 8:
            check("cells", int.from_bytes(content[at + 4 : at + 8], "little"), name, "its shared texts claim to be")
        at += length
    check("columns", columns, name, "the columns of a sheet are")
    return rows * columns


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


def _sheet_names(archive: zipfile.ZipFile) -> dict[str, str]:
    """The name of each sheet by its file."""
    try:
        related = {
            element.get("Id"): "xl/" + str(element.get("Target")).removeprefix("/xl/").removeprefix("xl/")
            for element in _parsed(archive, "xl/_rels/workbook.xml.rels")
        }
        sheets: dict[str, str] = {}
        for element in _parsed(archive, "xl/workbook.xml").iter():
            if _NAMESPACES.sub("", element.tag) == "sheet":
                attributes = {_NAMESPACES.sub("", key): value for key, value in element.attrib.items()}
                sheets[str(related.get(attributes.get("id")))] = str(attributes.get("name"))
    except (KeyError, ElementTree.ParseError):
        return {}
    return sheets


def _parsed(archive: zipfile.ZipFile, member: str) -> ElementTree.Element:
    # Expat has limited the expansion of entities since 2.4.1, and Python bundles a later version.
    return ElementTree.fromstring(archive.read(member))  # noqa: S314
