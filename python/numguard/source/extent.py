"""A workbook -> the extent of its cells, and what its reader does not give of them.

Owns the inspection of a workbook before a library reads it: a file of a kilobyte can name a cell at XFD1048576, and
the library would allocate all cells before it. Independent of the content of cells, except that an error (`#N/A`) and
a formula without a value are not empty cells. One idea: **the inspection unpacks the bytes that are read later**, so it
bounds their size too.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO, Final
from xml.etree import ElementTree

from numguard._core import OpenXml, SheetXml
from numguard.errors import InputError
from numguard.source.limits import check, limit

__all__ = ["Inspected", "inspect_workbook"]

_PIECE: Final = 1 << 20
#: Where sheets are in nearly all files; they may be elsewhere.
_SHEET: Final = re.compile(r"xl/(work|chart|dialog|macro)sheets/[^/]*$")
#: Where an OpenDocument file says that it is encrypted.
_PROTECTION: Final = "META-INF/manifest.xml"
#: The longest tag that is looked at; those of spreadsheets are far shorter.
_TAG: Final = rb"[^>]{0,500}?"
_STRIKE: Final = re.compile(rb"""<(?:\w+:)?strike\b(?!%s\bval=["'](?:0|false|off)["'])""" % _TAG)
_END_OF_TEXT: Final = re.compile(rb"</(?:\w+:)?si>|<(?:\w+:)?si\s*/>")
_NOT: Final = ("0", "false", "off")
#: Of the binary form: a row, a cell of some kind, the count of shared texts, and a sheet in the list of sheets.
_ROW, _CELLS, _TEXTS, _LISTED_SHEET = 0, range(1, 12), 159, 156
#: In the twelfth byte of a row; cells of an error, as it is or of a formula; and their errors.
_ROW_HIDDEN: Final = 0x10
_ERROR_CELLS: Final = (3, 11)
_ERRORS: Final = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2B: "#GETTING_DATA",
}
#: The quantities of an OpenDocument file that are limited.
_OPEN: Final = {"cells": "the cells up to the last one in use are", "sheets": "its sheets are"}


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
    found: dict[str, Inspected] = {}
    with zipfile.ZipFile(stream) as archive:
        entries = [entry for entry in archive.infolist() if not entry.filename.startswith("xl/media/")]
        check("members", len(entries), name, "the files in it are")
        if any(e.filename == _PROTECTION and b"encryption-data" in archive.read(e) for e in entries):
            raise InputError(f"{name}: is protected with a password: save it without one")
        names, strikes = _sheet_names(archive), _Strikes.of(archive)
        sheets = [e for e in entries if e.filename in names or _SHEET.match(e.filename)]
        check("sheets", len(sheets), name, "its sheets are")
        cells = 0
        for entry in entries:
            reach = 0
            if entry in sheets and entry.filename.endswith(".bin"):
                reach, found[names.get(entry.filename, entry.filename)] = _binary(name, archive.read(entry))
            elif entry in sheets:
                reach, found[names.get(entry.filename, entry.filename)] = _sheet(name, _pieces(archive, entry), strikes)
            elif entry.filename == "content.xml":
                reach, sheets_of = _open_document(name, _pieces(archive, entry))
                found |= sheets_of
            elif entry.filename == "xl/sharedStrings.bin":
                _binary(name, archive.read(entry))
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


def _sheet(name: str, pieces: Iterator[bytes], strikes: _Strikes) -> tuple[int, Inspected]:
    """The cells of a sheet up to the last one in use, and what was found of it."""
    xml = SheetXml([*strikes.styles], [*strikes.texts])
    try:
        for piece in pieces:
            xml.take(piece)
        (rows, columns), found = xml.end()
    except ValueError as problem:
        raise zipfile.BadZipFile("the XML of a sheet") from problem
    check("columns", columns, name, "the columns of a sheet are")
    return rows * columns, Inspected(*found)


def _open_document(name: str, pieces: Iterator[bytes]) -> tuple[int, dict[str, Inspected]]:
    """The same of all sheets of an OpenDocument file, by their names."""
    xml = OpenXml(limit("cells"), limit("sheets"))
    try:
        over = next(filter(None, map(xml.take, pieces)), None)
        cells, sheets = xml.end() if over is None else (0, [])
    except ValueError as problem:
        raise zipfile.BadZipFile("the XML of the sheets") from problem
    if over is not None:
        check(over, limit(over) + 1, name, _OPEN[over])
    return cells, {sheet: Inspected(*found) for sheet, found in sheets}


def _binary(name: str, content: bytes) -> tuple[int, Inspected]:
    """The same of a sheet in the binary form; what is struck out is not found."""
    row = rows = columns = 0
    found = Inspected()
    for kind, at, length in _records(content):
        if kind == _ROW and length >= 4:
            row = int.from_bytes(content[at : at + 4], "little")
            check("cells", row, name, "the rows of a sheet are")
            if length >= 12 and content[at + 11] & _ROW_HIDDEN:
                found.hidden.add(row)
        elif kind in _CELLS and length >= 4:
            column = int.from_bytes(content[at : at + 4], "little")
            rows, columns = max(rows, row + 1), max(columns, column + 1)
            if kind in _ERROR_CELLS and length >= 9:
                found.lost[row, column] = _ERRORS.get(content[at + 8], "#N/A")
        elif kind == _TEXTS and length >= 8:
            check("cells", int.from_bytes(content[at + 4 : at + 8], "little"), name, "its shared texts claim to be")
    check("columns", columns, name, "the columns of a sheet are")
    return rows * columns, found


def _records(content: bytes) -> Iterator[tuple[int, int, int]]:
    """The records of a part in the binary form: the kind, where its content begins, and the length of that."""
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


def _sheet_names(archive: zipfile.ZipFile) -> dict[str, str]:
    """The name of each sheet by its file, whose path may be written in another case."""
    files = {member.lower(): member for member in archive.namelist()}

    def file(target: str) -> str:
        path = target[1:] if target.startswith("/") else f"xl/{target.removeprefix('xl/')}"
        return files.get(path.lower(), path)

    form = "bin" if "xl/workbook.bin" in files else "xml"
    try:
        related = {
            element.get("Id"): file(str(element.get("Target")))
            for element in _parsed(archive, f"xl/_rels/workbook.{form}.rels")
        }
        listed = _listed_in_binary if form == "bin" else _listed
        return {str(related.get(id_)): name for id_, name in listed(archive)}
    except (KeyError, ElementTree.ParseError, UnicodeDecodeError):
        return {}


def _listed(archive: zipfile.ZipFile) -> Iterator[tuple[str | None, str]]:
    """The sheets that the workbook lists: the id of its file, and its name."""
    for element in _parsed(archive, "xl/workbook.xml").iter():
        if _bare_name(element.tag) == "sheet":
            attributes = {_bare_name(key): value for key, value in element.attrib.items()}
            yield attributes.get("id"), str(attributes.get("name"))


def _listed_in_binary(archive: zipfile.ZipFile) -> Iterator[tuple[str | None, str]]:
    """The same of the binary form: two texts behind eight bytes, each behind its length."""
    content = archive.read("xl/workbook.bin")
    for kind, at, _ in _records(content):
        if kind == _LISTED_SHEET:
            texts, start = [], at + 8
            for _ in range(2):
                end = start + 4 + 2 * int.from_bytes(content[start : start + 4], "little")
                texts.append(content[start + 4 : end].decode("utf-16-le"))
                start = end
            yield texts[0], texts[1]


def _parsed(archive: zipfile.ZipFile, member: str) -> ElementTree.Element:
    # Expat has limited the expansion of entities since 2.4.1, and Python bundles a later version.
    return ElementTree.fromstring(archive.read(member))  # noqa: S314


@dataclass(frozen=True, slots=True)
class _Strikes:
    """What strikes a cell out: its style, or the style of its text or a part of it.

    Attributes:
        styles: The numbers of such styles.
        texts: The numbers of such texts, among those that all sheets share.
    """

    styles: frozenset[int]
    texts: frozenset[int]

    @classmethod
    def of(cls, archive: zipfile.ZipFile) -> _Strikes:
        """Those of a workbook.

        Raises:
            zipfile.BadZipFile: it is damaged.
        """
        names = archive.namelist()
        styles, texts = (
            archive.read(name) if name in names else b"" for name in ("xl/styles.xml", "xl/sharedStrings.xml")
        )
        try:
            return cls(_styles(styles), _texts(texts))
        except (ElementTree.ParseError, ValueError):
            raise zipfile.BadZipFile("its styles") from None


def _styles(content: bytes) -> frozenset[int]:
    """The numbers of the styles of cells whose font is struck out."""
    if b"strike" not in content:
        return frozenset()
    # Expat has limited the expansion of entities since 2.4.1, and Python bundles a later version.
    root = ElementTree.fromstring(content)  # noqa: S314
    fonts = [
        any(part.get("val", "1") not in _NOT for part in font if _bare_name(part.tag) == "strike")
        for font in _children(root, "fonts")
    ]
    struck = {at for at, is_struck in enumerate(fonts) if is_struck}
    return frozenset(k for k, xf in enumerate(_children(root, "cellXfs")) if int(xf.get("fontId", "0")) in struck)


def _texts(content: bytes) -> frozenset[int]:
    if b"strike" not in content:
        return frozenset()
    return frozenset(k for k, text in enumerate(_END_OF_TEXT.split(content)) if _STRIKE.search(text))


def _children(root: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    """The children of the first child with a name."""
    return next((list(child) for child in root if _bare_name(child.tag) == name), [])


def _bare_name(name: str) -> str:
    """The name of an element or attribute without its namespace."""
    return name.rpartition("}")[2]
