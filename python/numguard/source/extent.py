"""A workbook -> the extent of its cells, and what its reader does not give of them.

Owns the inspection of a workbook before a library reads it: a file of a kilobyte can name a cell at XFD1048576, and
the library would allocate all cells before it. Independent of the content of cells, except that an error (`#N/A`) and
a formula without a value are not empty cells. One idea: **the inspection unpacks the bytes that are read later**, so it
bounds their size too.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO, Final
from xml.etree import ElementTree

from numguard._core import OpenXml, SheetXml
from numguard.compute import by_key
from numguard.errors import InputError
from numguard.source.limits import check, limit

__all__ = ["Inspected", "inspect_workbook"]

_PIECE: Final = 1 << 20
#: Where an OpenDocument file says that it is encrypted.
_PROTECTION: Final = "META-INF/manifest.xml"
#: The longest tag that is looked at; those of spreadsheets are far shorter.
_TAG: Final = rb"[^>]{0,500}?"
_STRIKE: Final = re.compile(rb"""<(?:\w+:)?strike\b(?!%s\bval=["'](?:0|false|off)["'])""" % _TAG)
_END_OF_TEXT: Final = re.compile(rb"</(?:\w+:)?si>|<(?:\w+:)?si\s*/>")
_NOT: Final = ("0", "false", "off")
#: Where sheets are in the files of most programs, and where a workbook names them.
_OF_SHEETS: Final = re.compile(r"xl/(work|chart|dialog|macro)sheets/[^/]*$")
_RELATIONS: Final = re.compile(r"(.*/)?_rels/(workbook\.(?:xml|bin))\.rels$", re.IGNORECASE)
#: The row of a note of a cell, as a conversation has one too; and the bytes of the longest file of notes that is read.
_MOST_OF_NOTES: Final = 1 << 26
_NOTE: Final = re.compile(rb"""<(?:\w+:)?comment\b%s\bref=["'][A-Za-z]{1,3}(\d{1,7})["']""" % _TAG)
#: The first bytes of a file of OLE.
_OLE: Final = b"\xd0\xcf\x11\xe0"
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
        lost: (row, column) -> the text of a cell that it takes for empty, or gives in part: an error, `#N/A` for a
            formula without a value, a text of an OpenDocument file without a type.
        without_value: how many of them are formulas without a value.
        hidden: the hidden rows.
        struck: (row, column) of the cells that are struck out.
        noted: the rows of the cells with a note; of the OpenDocument and the binary form none is known.
    """

    lost: dict[tuple[int, int], str] = field(default_factory=dict)
    without_value: int = 0
    hidden: set[int] = field(default_factory=set)
    struck: set[tuple[int, int]] = field(default_factory=set)
    noted: list[int] = field(default_factory=list)


def inspect_workbook(name: str, stream: BinaryIO) -> Mapping[str, Inspected]:
    """Inspects a workbook: what was found of each sheet.

    Raises:
        InputError: it exceeds a limit, or has a password.
        zipfile.BadZipFile: it is damaged.
    """
    found: dict[str, Inspected] = {}
    with zipfile.ZipFile(stream) as archive:
        entries = archive.infolist()
        check("members", sum(not e.filename.startswith("xl/media/") for e in entries), name, "the files in it are")
        if any(e.filename == _PROTECTION and b"encryption-data" in archive.read(e) for e in entries):
            raise InputError(f"{name}: is protected with a password: save it without one")
        named, strikes = _Named.of(archive), _Strikes.of(archive)
        check("sheets", named.count, name, "its sheets are")
        cells = 0
        for entry in entries:
            path = _path(entry.filename)
            # Wherever it is, and whatever it is called: the reader follows the names that the workbook gives.
            sheet = _sheet(name, _pieces(archive, entry), strikes)
            if sheet is None and path in named.binary:
                content = archive.read(entry)
                # A project of macros is a file of another kind.
                sheet = None if content.startswith(_OLE) else _binary(name, content)
            if sheet is not None:
                of = named.sheets.get(path, [entry.filename])
                sheet[1].noted = _noted(archive, path)
                cells += sheet[0] * len(of)
                found |= dict.fromkeys(of, sheet[1])
            if entry.filename == "content.xml":
                reach, sheets_of = _open_document(name, _pieces(archive, entry))
                cells, found = cells + reach, found | sheets_of
            check("cells", cells, name, "the cells up to the last one in use are")
    return found


def _pieces(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(entry) as stream:
        while piece := stream.read(_PIECE):
            yield piece


def _sheet(name: str, pieces: Iterator[bytes], strikes: _Strikes) -> tuple[int, Inspected] | None:
    """The cells of a sheet up to the last one in use, and what was found of it; None of another part."""
    xml = SheetXml([*strikes.styles], [*strikes.texts])
    try:
        sheet = xml.end() if all(map(xml.take, pieces)) else None
    except ValueError as problem:
        raise zipfile.BadZipFile("the XML of a sheet") from problem
    if sheet is None:
        return None
    (rows, columns), found = sheet
    check("columns", columns, name, "the columns of a sheet are")
    return rows * columns, Inspected(*found)


def _noted(archive: zipfile.ZipFile, sheet: str) -> list[int]:
    """The rows of the cells of a sheet that have a note, from 0, ascending."""
    members = {_path(member): member for member in archive.namelist()}
    folder, _, file = sheet.rpartition("/")
    rows: list[int] = []
    try:
        related = _root(archive.read(members[f"{folder}/_rels/{file}.rels"]))
    except (KeyError, ElementTree.ParseError):
        return rows
    for one in related:
        notes = members.get(_target(f"{folder}/", str(one.get("Target"))))
        if notes and str(one.get("Type")).endswith("/comments") and archive.getinfo(notes).file_size <= _MOST_OF_NOTES:
            rows += [int(row) - 1 for row in _NOTE.findall(archive.read(notes))]
    return sorted(rows)


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
    """The same of a part in the binary form; what is struck out is not found."""
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


@dataclass(frozen=True, slots=True)
class _Named:
    """The files that a workbook names.

    Attributes:
        sheets: The names of the sheets of each; several may be of one file.
        binary: Those of a workbook in the binary form.
        count: How many sheets there are.
    """

    sheets: Mapping[str, list[str]]
    binary: Collection[str]
    count: int

    @classmethod
    def of(cls, archive: zipfile.ZipFile) -> _Named:
        """Those of all workbooks in a file: it has one, wherever that is."""
        sheets: list[tuple[str, str]] = []
        binary: set[str] = set()
        members = {_path(member): member for member in archive.namelist()}
        for relations in members.values():
            if (found := _RELATIONS.match(relations)) is None:
                continue
            folder, workbook = found.groups("")
            try:
                related = {e.get("Id"): _target(folder, str(e.get("Target"))) for e in _root(archive.read(relations))}
                content = archive.read(members[_path(folder + workbook)])
                is_binary = workbook.lower().endswith(".bin")
                binary.update(related.values() if is_binary else ())
                listed = _listed_in_binary(content) if is_binary else _listed(content)
                sheets += [(related.get(id_, ""), sheet) for id_, sheet in listed]
            except (KeyError, ElementTree.ParseError, UnicodeDecodeError):
                continue
        in_folders = [path for path in members if _OF_SHEETS.match(path)]
        binary.update(path for path in in_folders if path.endswith(".bin"))
        return cls(by_key(sheets), binary, max(len(sheets), len(in_folders)))


def _listed(content: bytes) -> Iterator[tuple[str | None, str]]:
    """The sheets that a workbook lists: the id of the file, and the name."""
    for element in _root(content).iter():
        if _bare_name(element.tag) == "sheet":
            of = {_bare_name(key): value for key, value in element.attrib.items()}
            yield of.get("id"), str(of.get("name"))


def _listed_in_binary(content: bytes) -> Iterator[tuple[str | None, str]]:
    """The same of the binary form: two texts behind eight bytes, each behind its length."""
    for kind, at, _ in _records(content):
        if kind == _LISTED_SHEET:
            texts, start = [], at + 8
            for _ in range(2):
                end = start + 4 + 2 * int.from_bytes(content[start : start + 4], "little")
                texts.append(content[start + 4 : end].decode("utf-16-le"))
                start = end
            yield texts[0], texts[1]


def _path(written: str) -> str:
    """A path in an archive as the reader compares it."""
    return written.replace("\\", "/").lower()


def _target(folder: str, written: str) -> str:
    """The path of a file that a workbook in `folder` names."""
    written, folder = _path(written), _path(folder)
    inside = "" if written.startswith(("/", folder or "/")) else folder
    return posixpath.normpath(f"{inside}{written}").lstrip("/")


def _root(content: bytes) -> ElementTree.Element:
    # Expat has limited the expansion of entities since 2.4.1, and Python bundles a later version.
    return ElementTree.fromstring(content)  # noqa: S314


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
    root = _root(content)
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
