"""A workbook -> the extent of its cells, and what its reader does not give of them.

Owns the inspection of a workbook before a library reads it: a file of a kilobyte can name a cell at XFD1048576, and
the library would allocate all cells before it. Independent of the content of cells, except that an error (`#N/A`) and
a formula without a value are not empty cells. One idea: **the inspection unpacks the bytes that are read later**, so it
bounds their size too.
"""

from __future__ import annotations

import html
import io
import posixpath
import re
import zipfile
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO, Final
from xml.etree import ElementTree

from numguard._core import OpenXml, SheetXml
from numguard.compute import by_key
from numguard.errors import InputError
from numguard.source.inspected import Inspected
from numguard.source.limits import check, limit
from numguard.source.number_formats import digits_shown
from numguard.source.xlsb import Binary, sheets_listed

_PIECE: Final = 1 << 20
#: The errors for which the reader of a sheet in XML does not fail.
_KNOWN_ERRORS: Final = frozenset({"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"})
#: A cell of an error, with its formula, up to its value.
_OF_ERROR: Final = (
    rb"""(<(?:\w+:)?c\b[^<>]*\bt\s*=\s*["']e["'][^<>]*>\s*"""
    rb"(?:<(?:\w+:)?f\b[^<>]*(?:/>|>[^<>]*</(?:\w+:)?f\s*>)\s*)?<(?:\w+:)?v(?:\s[^<>]*)?>)"
)
#: Where an OpenDocument file says that it is encrypted.
_PROTECTION: Final = "META-INF/manifest.xml"
#: Where it has the styles that users name; and what the sheets of the binary form share.
_OPEN_STYLES: Final = "styles.xml"
_BINARY: Final = ("xl/workbook.bin", "xl/styles.bin", "xl/sharedstrings.bin")
#: The longest tag that is looked at; those of spreadsheets are far shorter.
_TAG: Final = rb"[^>]{0,500}?"
_STRIKE: Final = re.compile(rb"""<(?:\w+:)?strike\b(?!%s\bval=["'](?:0|false|off)["'])""" % _TAG)
_END_OF_TEXT: Final = re.compile(rb"</(?:\w+:)?si>|<(?:\w+:)?si\s*/>")
_NOT: Final = ("0", "false", "off")
#: Where sheets are in the files of most programs, and where a workbook names them.
_OF_SHEETS: Final = re.compile(r"xl/(work|chart|dialog|macro)sheets/[^/]*$")
_RELATIONS: Final = re.compile(r"(.*/)?_rels/(workbook\.(?:xml|bin))\.rels$", re.IGNORECASE)
#: The bytes of the longest file of notes that is read; the row and the text of a note, as a conversation has one too.
_MOST_OF_NOTES: Final = 1 << 26
_NOTE: Final = re.compile(
    rb"""<(?:\w+:)?comment\b%s\bref=["'][A-Za-z]{1,3}(\d{1,7})["'](.*?)</(?:\w+:)?comment>""" % _TAG, re.DOTALL
)
_TEXT_OF_NOTE: Final = re.compile(rb"<(?:\w+:)?t(?:\s[^>]*)?>([^<]*)<")
#: Who wrote it, or what a program writes before the first text of a conversation.
_BEFORE_NOTE: Final = re.compile(r"\s*(?:\[Threaded comment\].*?Comment|[^\n:]*):\s*\n\s*", re.DOTALL)
#: The quantities of an OpenDocument file that are limited.
_OPEN: Final = {"cells": "the cells up to the last one in use are", "sheets": "its sheets are"}


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
        members = {_path(member): member for member in archive.namelist()}
        named, styles = _Named.of(archive, members), _Styles.of(archive, members)
        binary = Binary.of({path: archive.read(members[path]) for path in _BINARY if path in members})
        check("sheets", named.count, name, "its sheets are")
        cells = 0
        for entry in entries:
            path = _path(entry.filename)
            # Wherever it is, and whatever it is called: the reader follows the names that the workbook gives.
            sheet = _sheet(name, _pieces(archive, entry), styles)
            if sheet is None and path in named.binary:
                sheet = binary.inspect(name, archive.read(entry))
            if sheet is None and path in named.tables:
                raise InputError(
                    f"{name}: a sheet is not in the form that is read here, which is UTF-8 with a table of cells: "
                    "open it and save it again"
                )
            if sheet is not None:
                of = named.sheets.get(path, [entry.filename])
                sheet[1].noted = _noted(archive, path)
                cells += sheet[0] * len(of)
                found |= dict.fromkeys(of, sheet[1])
            if entry.filename == "content.xml":
                named_styles = members.get(_OPEN_STYLES)
                styles_of = _pieces(archive, archive.getinfo(named_styles)) if named_styles else iter(())
                reach, sheets_of = _open_document(name, _pieces(archive, entry), styles_of)
                cells, found = cells + reach, found | sheets_of
            check("cells", cells, name, "the cells up to the last one in use are")
    return found


def with_known_errors(content: bytes, unknown: Collection[str]) -> bytes:
    """A workbook with `#N/A` for the errors that its reader does not know, as `#SPILL!`, for which it fails."""
    errors = b"|".join(re.escape(error.encode()) for error in sorted(unknown))
    cell = re.compile(_OF_ERROR + rb"(?:" + errors + rb")(?=</)")
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as archive, zipfile.ZipFile(written, "w") as book:
        for entry in archive.infolist():
            book.writestr(entry.filename, cell.sub(rb"\1#N/A", archive.read(entry)), zipfile.ZIP_DEFLATED, 1)
    return written.getvalue()


def _pieces(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(entry) as stream:
        while piece := stream.read(_PIECE):
            yield piece


def _sheet(name: str, pieces: Iterator[bytes], styles: _Styles) -> tuple[int, Inspected] | None:
    """The cells of a sheet up to the last one in use, and what was found of it; None of another part."""
    xml = SheetXml([*styles.struck], [*styles.texts], dict(styles.digits))
    try:
        sheet = xml.end() if all(map(xml.take, pieces)) else None
    except ValueError as problem:
        raise zipfile.BadZipFile("the XML of a sheet") from problem
    if sheet is None:
        return None
    (rows, columns), found = sheet
    check("columns", columns, name, "the columns of a sheet are")
    inspected = Inspected(*found)
    inspected.unknown_errors = {str(error) for error in inspected.lost.values()} - _KNOWN_ERRORS
    return rows * columns, inspected


def _noted(archive: zipfile.ZipFile, sheet: str) -> list[tuple[int, str]]:
    """The notes of the cells of a sheet: the row of each, from 0, ascending, and its text."""
    members = {_path(member): member for member in archive.namelist()}
    folder, _, file = sheet.rpartition("/")
    found: list[tuple[int, str]] = []
    try:
        related = _root(archive.read(members[f"{folder}/_rels/{file}.rels"]))
    except (KeyError, ElementTree.ParseError):
        return found
    for one in related:
        notes = members.get(_target(f"{folder}/", str(one.get("Target"))))
        if notes and str(one.get("Type")).endswith("/comments") and archive.getinfo(notes).file_size <= _MOST_OF_NOTES:
            found += [(int(row) - 1, _text_of_note(note)) for row, note in _NOTE.findall(archive.read(notes))]
    return sorted(found)


def _text_of_note(note: bytes) -> str:
    """The text of a note, without who wrote it.

    >>> _text_of_note(b"<text><r><t>HC Ravi:</t></r><r><t>\\nvictim&apos;s </t></r><r><t>own</t></r></text>")
    "victim's own"
    """
    text = html.unescape(b"".join(_TEXT_OF_NOTE.findall(note)).decode(errors="replace"))
    return _BEFORE_NOTE.sub("", text, count=1) if _BEFORE_NOTE.match(text) else text


def _open_document(name: str, pieces: Iterator[bytes], styles: Iterator[bytes]) -> tuple[int, dict[str, Inspected]]:
    """The same of all sheets of an OpenDocument file, by their names."""
    xml = OpenXml(limit("cells"), limit("sheets"))
    try:
        for piece in styles:
            xml.take_styles(piece)
        xml.take_styles(b"")
        over = next(filter(None, map(xml.take, pieces)), None)
        cells, sheets = xml.end() if over is None else (0, [])
    except ValueError as problem:
        raise zipfile.BadZipFile("the XML of the sheets") from problem
    if over is not None:
        check(over, limit(over) + 1, name, _OPEN[over])
    return cells, {sheet: Inspected(*found) for sheet, found in sheets}


@dataclass(frozen=True, slots=True)
class _Named:
    """The files that a workbook names.

    Attributes:
        sheets: The names of the sheets of each; several may be of one file.
        binary: Those of a workbook in the binary form.
        tables: Those that are sheets of cells.
        count: How many sheets there are.
    """

    sheets: Mapping[str, list[str]]
    binary: Collection[str]
    tables: Collection[str]
    count: int

    @classmethod
    def of(cls, archive: zipfile.ZipFile, members: Mapping[str, str]) -> _Named:
        """Those of all workbooks in a file: it has one, wherever that is."""
        sheets: list[tuple[str, str]] = []
        binary: set[str] = set()
        tables: set[str] = set()
        for path, relations in members.items():
            if (found := _RELATIONS.match(path)) is None:
                continue
            folder, workbook = found.groups("")
            try:
                relating = list(_root(archive.read(relations)))
                related = {e.get("Id"): _target(folder, str(e.get("Target"))) for e in relating}
                of_cells = {related[e.get("Id")] for e in relating if str(e.get("Type")).endswith("/worksheet")}
                content = archive.read(members[_path(folder + workbook)])
                is_binary = workbook.lower().endswith(".bin")
                binary.update(related.values() if is_binary else ())
                listed = sheets_listed(content) if is_binary else _listed(content)
                found_here = [(related.get(id_, ""), sheet) for id_, sheet in listed]
                tables |= of_cells & {path for path, _ in found_here}
                sheets += found_here
            except (KeyError, ElementTree.ParseError, UnicodeDecodeError):
                continue
        in_folders = [path for path in members if _OF_SHEETS.match(path)]
        binary.update(path for path in in_folders if path.endswith(".bin"))
        return cls(by_key(sheets), binary, tables, max(len(sheets), len(in_folders)))


def _listed(content: bytes) -> Iterator[tuple[str | None, str]]:
    """The sheets that a workbook lists: the id of the file, and the name."""
    for element in _root(content).iter():
        if _bare_name(element.tag) == "sheet":
            of = {_bare_name(key): value for key, value in element.attrib.items()}
            yield of.get("id"), str(of.get("name"))


def _path(written: str) -> str:
    """A path in an archive as the reader compares it."""
    return written.replace("\\", "/").lower()


def _target(folder: str, written: str) -> str:
    """The path of a file that a workbook in `folder` names."""
    written, folder = _path(written), _path(folder)
    inside = "" if written.startswith(("/", folder or "/")) else folder
    return posixpath.normpath(f"{inside}{written}").lstrip("/")


def _root(content: bytes) -> ElementTree.Element:
    try:
        # Expat has limited the expansion of entities since 2.4.1, and Python bundles a later version.
        return ElementTree.fromstring(content)  # noqa: S314
    except LookupError as unknown:
        raise ElementTree.ParseError("an encoding that is not known") from unknown


@dataclass(frozen=True, slots=True)
class _Styles:
    """What strikes a cell out: its style, or the style of its text or a part of it; and what pads its number.

    Attributes:
        struck: The numbers of such styles.
        texts: The numbers of such texts, among those that all sheets share.
        digits: The styles that show a number with zeros before it, and with how many digits.
    """

    struck: frozenset[int]
    texts: frozenset[int]
    digits: Mapping[int, int]

    @classmethod
    def of(cls, archive: zipfile.ZipFile, members: Mapping[str, str]) -> _Styles:
        """Those of a workbook.

        Raises:
            zipfile.BadZipFile: it is damaged.
        """
        # Some programs write these names with capitals, and the reader finds them.
        styles, texts = (
            archive.read(members[path]) if path in members else b""
            for path in ("xl/styles.xml", "xl/sharedstrings.xml")
        )
        try:
            root = _root(styles) if b"strike" in styles or b"numFmt " in styles else ElementTree.Element("none")
            formats = _children(root, "cellXfs")
            return cls(_struck(root, formats), _texts(texts), _digits(root, formats))
        except (ElementTree.ParseError, ValueError):
            raise zipfile.BadZipFile("its styles") from None


def _struck(root: ElementTree.Element, formats: list[ElementTree.Element]) -> frozenset[int]:
    """The numbers of the styles of cells whose font is struck out."""
    fonts = [
        any(part.get("val", "1") not in _NOT for part in font if _bare_name(part.tag) == "strike")
        for font in _children(root, "fonts")
    ]
    struck = {at for at, is_struck in enumerate(fonts) if is_struck}
    return frozenset(k for k, xf in enumerate(formats) if int(xf.get("fontId", "0")) in struck)


def _digits(root: ElementTree.Element, formats: list[ElementTree.Element]) -> dict[int, int]:
    codes = _children(root, "numFmts")
    digits = {one.get("numFmtId"): digits_shown(one.get("formatCode", "")) for one in codes}
    found = ((k, digits.get(xf.get("numFmtId"), 0)) for k, xf in enumerate(formats))
    return {k: many for k, many in found if many}


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
