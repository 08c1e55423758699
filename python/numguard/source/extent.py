"""The XML of a workbook -> the extent of its cells, and what its reader does not give of them.

Owns the inspection of a workbook before a library reads it: a file of a kilobyte can name a cell at XFD1048576, and
the library would allocate all cells before it. Independent of the content of cells, except that an error (`#N/A`) and
a formula without a value are not empty cells. One idea: **the inspection unpacks the bytes that are read later**, so it
bounds their size too.
"""

from __future__ import annotations

import html
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice, product
from typing import BinaryIO, Final
from xml.etree import ElementTree

from numguard.errors import InputError
from numguard.source.limits import check
from numguard.source.shown import Strikes, bare_name, column_number, hidden_rows, is_row_hidden, struck_styles

__all__ = ["Inspected", "inspect_workbook"]

_PIECE: Final = 1 << 20
#: The attributes of a tag to its end, a `/` before the end included, read once and never again from another place: the
#: time is that of one pass, whatever a file has. In a quoted value a `>` ends no tag.
_ATTRIBUTES: Final = rb"""[^<>"']*+(?:"[^"<]*+"[^<>"']*+|'[^'<]*+'[^<>"']*+)*+"""
_TO_PLACE: Final = rb"""(?:[^<>"']|"[^"<]*"|'[^'<]*')*?\sr=["']"""
_CELL_TAG: Final = rb"<(?:\w+:)?c(?=[\s/>])"
#: A cell: its column, its row, and a `/` if it is empty.
_CELL: Final = re.compile(
    _CELL_TAG + rb"(?>" + _TO_PLACE + rb"""([A-Za-z]{1,4})([0-9]{1,12})["'])""" + _ATTRIBUTES + rb"(?:(?<=(/))>|>)"
)
_ANY_CELL: Final = re.compile(_CELL_TAG)
#: A cell without a place, which is the one after the cell before it; a tag that does not end.
_WITHOUT_PLACE: Final = re.compile(_CELL_TAG + rb"(?!" + _TO_PLACE + rb")")
_ENDLESS: Final = re.compile(_CELL_TAG + _ATTRIBUTES + rb"(?!>)")
_ROW_TAG: Final = re.compile(rb"<(?:\w+:)?row(?=[\s/>])")
_ROW_PLACE: Final = re.compile(_TO_PLACE + rb"([0-9]{1,12})")
_PLACE: Final = rb"""(?>[^<>]*?\br=["']([A-Za-z]{1,3})([0-9]{1,7})["'])"""
_ERROR: Final = re.compile(
    rb"""<(?:\w+:)?c\b(?=[^<>]*?\bt=["']e["'])""" + _PLACE + rb"""[^<>]*>.{0,2000}?<(?:\w+:)?v>([^<]{0,20})<""",
    re.DOTALL,
)
_FORMULA: Final = rb"""\s*<(?:\w+:)?f\b(?:[^<>]*/>|[^<]*</(?:\w+:)?f>)\s*"""
#: Beside a value that is text and empty, as of `=IF(A2="","",A2)`.
_EMPTY_TEXT: Final = rb"""(?>[^<>]*?\bt=["']str["'])[^<>]*>""" + _FORMULA + rb"<(?:\w+:)?v\b"
_WITHOUT_VALUE: Final = re.compile(
    rb"<(?:\w+:)?c\b(?!"
    + _EMPTY_TEXT
    + rb")"
    + _PLACE
    + rb"[^<>]*>"
    + _FORMULA
    + rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_LOST: Final = "#N/A"
#: The most cells that one repeated formula without a value, or style, is marked in; all are counted.
_MOST_REPEATED: Final = 1 << 16
#: No other tag that begins so, such as `table-column` and `table-row-group`.
_OPEN_NAMES: Final = rb"<table:(table-row|covered-table-cell|table-cell|table)(?=[\s/>])"
_OPEN_TAG: Final = re.compile(_OPEN_NAMES + rb"(" + _ATTRIBUTES + rb")>")
_OPEN_ENDLESS: Final = re.compile(_OPEN_NAMES + _ATTRIBUTES + rb"(?!>)")
_REPEATED: Final = re.compile(rb"""table:number-(?:rows|columns)-repeated=["'](\d{1,12})""")
#: The name of a sheet, and of the style of a cell; what shows that a cell has a value.
_OPEN_NAME: Final = re.compile(rb"""\btable:name=(["'])(.*?)\1""")
_OPEN_STYLE: Final = re.compile(rb"""\btable:style-name=["']([^"']{1,200})["']""")
#: As many bytes as the style of a cell has at most.
_LONGEST_STYLE: Final = 4_000
_OPEN_VALUE: Final = re.compile(rb"""\boffice:(?:\w+-)?value=|\boffice:value-type=["']string""")
#: Where an OpenDocument file says that it is encrypted.
_PROTECTION: Final = "META-INF/manifest.xml"
#: Of the binary form: a row, a cell of some kind, and the count of shared texts.
_ROW, _CELLS, _TEXTS = 0, range(1, 12), 159


@dataclass(slots=True)
class Inspected:
    """What the reader of a workbook does not give of a sheet; rows and columns from 0.

    Attributes:
        lost: (row, column) -> the text of a cell that it takes for empty: an error, or `#N/A` for a formula without a
            value.
        without_value: how many of them are formulas without a value.
        hidden: the hidden rows.
        struck: (row, column) of the cells that are struck out.
    """

    lost: dict[tuple[int, int], str] = field(default_factory=dict)
    without_value: int = 0
    hidden: set[int] = field(default_factory=set)
    struck: set[tuple[int, int]] = field(default_factory=set)


def inspect_workbook(name: str, stream: BinaryIO) -> Mapping[str, Inspected]:
    """Inspects a workbook: what was found of each sheet.

    Raises:
        InputError: it exceeds a limit, or has a password.
        zipfile.BadZipFile: it is damaged.
    """
    found: defaultdict[str, Inspected] = defaultdict(Inspected)
    with zipfile.ZipFile(stream) as archive:
        entries = [entry for entry in archive.infolist() if not entry.filename.startswith("xl/media/")]
        check("members", len(entries), name, "the files in it are")
        if any(e.filename == _PROTECTION and b"encryption-data" in archive.read(e) for e in entries):
            raise InputError(f"{name}: is protected with a password: save it without one")
        sheets = [e for e in entries if re.match(r"xl/(work|chart|dialog|macro)sheets/[^/]*$", e.filename)]
        check("sheets", len(sheets), name, "its sheets are")
        names, strikes = _sheet_names(archive), Strikes.of(archive)
        cells = 0
        for entry in entries:
            reach = 0
            if entry in sheets and entry.filename.endswith(".bin"):
                reach = _binary_reach(name, archive.read(entry))
            elif entry in sheets:
                reach = _reach(name, archive, entry, found[names.get(entry.filename, entry.filename)], strikes)
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


def _reach(name: str, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, found: Inspected, strikes: Strikes) -> int:
    """The extent of a sheet; fills `found`."""
    rows, columns = 0, 0
    without_place = _WithoutPlace()
    for text in _tags(archive, entry):
        cells = _CELL.findall(text)
        if len(cells) != _count_of_cells(text):
            _check_ends(_ENDLESS, text)
            without_place.take(text, rows)
        places = [(letters, row) for letters, row, is_empty in cells if not is_empty]
        if places:
            rows = max(rows, *map(int, {row for _, row in places}), 0)
            columns = max(columns, *map(column_number, {letters for letters, _ in places}), 0)
        check("columns", columns + without_place.columns, name, "the columns of a sheet are")
        for pattern, marks in ((_ERROR, (b't="e', b"t='e")), (_WITHOUT_VALUE, (b"<f", b":f"))):
            # Most pieces have neither, and to look for a few bytes takes a hundredth of the time.
            for match in pattern.finditer(text) if any(mark in text for mark in marks) else ():
                value = match[3].decode(errors="replace") if pattern is _ERROR else _LOST
                found.lost[int(match[2]) - 1, column_number(match[1]) - 1] = value
                found.without_value += pattern is _WITHOUT_VALUE
        found.hidden |= hidden_rows(text)
        found.struck.update(strikes.cells(text))
    return max(rows, without_place.last) * (columns + without_place.columns)


def _check_ends(endless: re.Pattern[bytes], text: bytes) -> None:
    """Raises an error for a tag that does not end, or has a `<` in it: another reader could find its end elsewhere.

    Raises:
        zipfile.BadZipFile: there is one.
    """
    if endless.search(text):
        raise zipfile.BadZipFile("a tag without an end")


def _count_of_cells(text: bytes) -> int:
    """How many tags of cells there are in a piece of a sheet."""
    if b":c" in text:
        return len(_ANY_CELL.findall(text))
    # Nearly every sheet is written so, and to count a text takes a hundredth of the time.
    return sum(map(text.count, (b"<c ", b"<c>", b"<c/", b"<c\t", b"<c\n", b"<c\r")))


class _WithoutPlace:
    """The extent of cells without a place, as few programs write them: each is behind the one before it."""

    def __init__(self) -> None:
        #: The last row that has one, and the most in one row.
        self.last = self.columns = 0
        self._row = self._count = 0

    def take(self, text: bytes, rows: int) -> None:
        """Takes a piece of a sheet; `rows`: the last row of the cells with a place."""
        self._row = max(self._row, rows)
        for at, of_row in enumerate(_ROW_TAG.split(text)):
            if at:
                place = _ROW_PLACE.match(of_row)
                self._row, self._count = int(place[1]) if place else self._row + 1, 0
            if found := len(_WITHOUT_PLACE.findall(of_row)):
                self._count += found
                self.last, self.columns = max(self.last, self._row), max(self.columns, self._count)


def _open_reach(name: str, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, found: dict[str, Inspected]) -> int:
    """The extent of the cells of an OpenDocument file, all sheets together; fills `found`."""
    sheets = _OpenSheets(name, found)
    rest = before = b""
    for piece in _pieces(archive, entry):
        rest += piece
        cut = rest.rfind(b"<")
        text, rest = (rest[:cut], rest[cut:]) if cut > 0 else (rest, b"")
        if not sheets.count:
            # Styles are above the sheets.
            sheets.struck |= struck_styles(before + text)
            before = text[-_LONGEST_STYLE:]
        _check_ends(_OPEN_ENDLESS, text)
        for what, attributes in _OPEN_TAG.findall(text):
            sheets.take(what, attributes, is_empty=attributes.endswith(b"/"))
            check("cells", sheets.cells, name, "the cells up to the last one in use are")
    return sheets.cells


class _OpenSheets:
    """The sheets of an OpenDocument file, tag by tag."""

    def __init__(self, name: str, found: dict[str, Inspected]) -> None:
        self.count = 0
        #: The names of styles that strike a cell out.
        self.struck: set[bytes] = set()
        self._name = name
        self._found = found
        self._sheet = ""
        #: The cells of the sheets before; in this one the row and column, and the last row and column in use.
        self._total = self._row = self._column = self._last = self._widest = 0
        self._row_times = 1

    @property
    def cells(self) -> int:
        """The cells up to the last one in use."""
        return self._total + self._last * self._widest

    def take(self, what: bytes, attributes: bytes, *, is_empty: bool) -> None:
        """Takes the tag of a sheet, a row or a cell."""
        times = int(match[1]) if (match := _REPEATED.search(attributes)) else 1
        if what == b"table":
            self._total = self.cells
            self._row = self._column = self._last = self._widest = self._row_times = 0
            self.count += 1
            self._sheet = _open_name(attributes)
            check("sheets", self.count, self._name, "its sheets are")
        elif what == b"table-row":
            self._row, self._column, self._row_times = self._row + self._row_times, 0, times
            if is_row_hidden(attributes):
                rows = range(self._row, self._row + times)
                self._found[self._sheet].hidden.update(islice(rows, _MOST_REPEATED))
        else:
            if what == b"table-cell":
                self._mark(attributes, times, is_empty=is_empty)
            self._column += times
            if not is_empty or b"office:value" in attributes:
                self._last = max(self._last, self._row + self._row_times)
                self._widest = max(self._widest, self._column)

    def _mark(self, attributes: bytes, times: int, *, is_empty: bool) -> None:
        """Marks a cell that is a formula without a value, or struck out, wherever it is repeated."""
        # A formula without a value; one that is text may be empty.
        is_lost = b"table:formula" in attributes and not _OPEN_VALUE.search(attributes)
        style = None if is_empty or not self.struck else _OPEN_STYLE.search(attributes)
        is_struck = style is not None and style[1] in self.struck
        if not is_lost and not is_struck:
            return
        rows = range(self._row, self._row + max(self._row_times, 1))
        columns = range(self._column, self._column + times)
        marked = list(islice(product(rows, columns), _MOST_REPEATED))
        found = self._found[self._sheet]
        if is_struck:
            found.struck.update(marked)
        if is_lost:
            found.lost.update(dict.fromkeys(marked, _LOST))
            found.without_value += len(rows) * len(columns)


def _open_name(attributes: bytes) -> str:
    name = _OPEN_NAME.search(attributes)
    return html.unescape(name[2].decode(errors="replace")) if name else ""


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
            if bare_name(element.tag) == "sheet":
                attributes = {bare_name(key): value for key, value in element.attrib.items()}
                sheets[str(related.get(attributes.get("id")))] = str(attributes.get("name"))
    except (KeyError, ElementTree.ParseError):
        return {}
    return sheets


def _parsed(archive: zipfile.ZipFile, member: str) -> ElementTree.Element:
    # Expat has limited the expansion of entities since 2.4.1, and Python bundles a later version.
    return ElementTree.fromstring(archive.read(member))  # noqa: S314
