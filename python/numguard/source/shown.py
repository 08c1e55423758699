"""The XML of a workbook -> its hidden rows, and its cells that are struck out.

Owns how a workbook writes both. Independent of the content of cells, and of what follows from it. One idea: **who works
with a sheet takes a row that is hidden or struck out for one that does not count**, and no cell of it says so.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from xml.etree import ElementTree

__all__ = ["Strikes", "bare_name", "column_number", "hidden_rows", "is_row_hidden", "struck_styles"]

#: The longest tag that is looked at; those of spreadsheets are far shorter.
_TAG: Final = rb"[^>]{0,500}?"
_HIDDEN_ROW: Final = re.compile(
    rb"""<(?:\w+:)?row\b(?=%s\bhidden=["'](?:1|true|on)["'])%s\br=["'](\d{1,7})["']""" % (_TAG, _TAG)
)
_PLACE: Final = rb"""\br=["']([A-Za-z]{1,3})(\d{1,7})["']"""
_OF_STYLE: Final = re.compile(rb"""<(?:\w+:)?c\b(?=%s\bs=["'](\d{1,6})["'])%s%s""" % (_TAG, _TAG, _PLACE))
_OF_TEXT: Final = re.compile(
    rb"""<(?:\w+:)?c\b(?=%s\bt=["']s["'])%s%s%s>\s*<(?:\w+:)?v>(\d{1,9})<""" % (_TAG, _TAG, _PLACE, _TAG)
)
#: A cell with its text in itself, of which a part is struck out.
_WITHIN: Final = re.compile(
    rb"""<(?:\w+:)?c\b%s%s%s>(?:(?!</(?:\w+:)?c>).){0,2000}?<(?:\w+:)?strike\b(?!%s\bval=["'](?:0|false|off)["'])"""
    % (_TAG, _PLACE, _TAG, _TAG),
    re.DOTALL,
)
_STRIKE: Final = re.compile(rb"""<(?:\w+:)?strike\b(?!%s\bval=["'](?:0|false|off)["'])""" % _TAG)
_END_OF_TEXT: Final = re.compile(rb"</(?:\w+:)?si>|<(?:\w+:)?si\s*/>")
_NOT: Final = ("0", "false", "off")
#: The same of an OpenDocument file.
_OPEN_HIDDEN: Final = re.compile(rb"""table:visibility=["'](?:collapse|filter)["']""")
_OPEN_STYLE: Final = re.compile(
    rb"""<style:style\b%s\bstyle:name=["']([^"']{1,200})["']%s(?<!/)>"""
    rb"""((?:(?!</?style:style\b).){0,3000})</style:style>""" % (_TAG, _TAG),
    re.DOTALL,
)
_OPEN_STRIKE: Final = re.compile(rb"""style:text-line-through-style=["'](?!none)""")


@dataclass(frozen=True, slots=True)
class Strikes:
    """What strikes a cell out: its style, or the style of its text or a part of it.

    Attributes:
        styles: The numbers of such styles.
        texts: The numbers of such texts, among those that all sheets share.
    """

    styles: frozenset[int]
    texts: frozenset[int]

    @classmethod
    def of(cls, archive: zipfile.ZipFile) -> Strikes:
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

    def cells(self, text: bytes) -> Iterator[tuple[int, int]]:
        """The cells that are struck out in a piece of a sheet: (row, column), from 0."""
        if self.styles:
            for style, letters, row in _OF_STYLE.findall(text):
                if int(style) in self.styles:
                    yield int(row) - 1, column_number(letters) - 1
        if self.texts:
            for letters, row, number in _OF_TEXT.findall(text):
                if int(number) in self.texts:
                    yield int(row) - 1, column_number(letters) - 1
        if b"strike" in text:
            for letters, row in _WITHIN.findall(text):
                yield int(row) - 1, column_number(letters) - 1


def hidden_rows(text: bytes) -> set[int]:
    """The hidden rows in a piece of a sheet, from 0."""
    return {int(row) - 1 for row in _HIDDEN_ROW.findall(text)} if b"hidden=" in text else set()


def column_number(letters: bytes) -> int:
    """The number of a column, from 1."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _styles(content: bytes) -> frozenset[int]:
    """The numbers of the styles of cells whose font is struck out."""
    if b"strike" not in content:
        return frozenset()
    # Expat has limited the expansion of entities since 2.4.1, and Python bundles a later version.
    root = ElementTree.fromstring(content)  # noqa: S314
    fonts = [
        any(part.get("val", "1") not in _NOT for part in font if bare_name(part.tag) == "strike")
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
    return next((list(child) for child in root if bare_name(child.tag) == name), [])


def bare_name(name: str) -> str:
    """The name of an element or attribute without its namespace."""
    return name.rpartition("}")[2]


def is_row_hidden(attributes: bytes) -> bool:
    """Whether a row of an OpenDocument file is hidden, by its attributes."""
    return b"table:visibility=" in attributes and _OPEN_HIDDEN.search(attributes) is not None


def struck_styles(text: bytes) -> set[bytes]:
    """The names of the styles of an OpenDocument file that strike a cell out, in a piece of it."""
    if b"line-through-style" not in text:
        return set()
    return {name for name, style in _OPEN_STYLE.findall(text) if _OPEN_STRIKE.search(style)}
