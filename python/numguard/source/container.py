"""A path -> the texts in it, whatever they were wrapped in.

Owns compression, archives, workbooks and character sets; every container is told by its first bytes, never by its
name. Knows nothing of columns. One idea: **everything becomes a stream of UTF-8 lines**; a sheet of a workbook becomes
one with tabs between its cells, so that nothing after this file knows where a row came from.
"""

from __future__ import annotations

import codecs
import gzip
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Final, TypeAlias, cast

from numguard.errors import FileMissingError, InputError

__all__ = ["Opener", "Part", "parts"]

_SNIFFED: Final = 4096
_MOST_MEMBERS: Final = 10_000

_REFUSED: Final = {
    b"\xd0\xcf\x11\xe0": "is an old binary .xls, or a workbook with a password: open it and save it as .xlsx or CSV",
    b"%PDF": "is a PDF: ask for the CSV, or save the table as CSV",
    b"PAR1": "is a Parquet file: its columns are typed already, give it to scan or expand as it is",
    b"ARROW1": "is an Arrow file: its columns are typed already, give it to scan or expand as it is",
    b"Rar!": "is a RAR archive: unpack it first",
    b"7z\xbc\xaf": "is a 7-Zip archive: unpack it first",
    b"BZh": "is compressed with bzip2: unpack it first",
    b"\xfd7zXZ": "is compressed with xz: unpack it first",
    b"\x28\xb5\x2f\xfd": "is compressed with zstd: unpack it first",
}
_MARKUP: Final = (b"<html", b"<!doctype", b"<table", b"<?xml", b"<head", b"<body")


Opener: TypeAlias = Callable[[], AbstractContextManager[BinaryIO]]


@dataclass(frozen=True, slots=True)
class Part:
    """One text: what the `source` column calls it, the character set, and how to open it as UTF-8.

    `workbook` opens the bytes of the workbook that it is the first sheet of.
    """

    name: str
    encoding: str
    container: str
    open: Opener
    workbook: Opener | None = None


def parts(path: str | Path) -> Iterator[Part]:
    """The texts in a file: one, or those of a ZIP archive in its order.

    Raises:
        FileMissingError: there is no such file.
        InputError: the file is empty, or is nothing that holds rows; the message says what to do.
    """
    path = Path(path)
    if not path.exists():
        raise FileMissingError(f"{path}: no such file")
    yield from _parts(str(path), "", lambda: path.open("rb"))


def _parts(name: str, within: str, opened: Opener) -> Iterator[Part]:
    head = _head(name, opened)
    if head.startswith(b"\x1f\x8b"):
        yield from _parts(name, _within(within, "gzip"), partial(_gunzip, opened))
    elif head.startswith(b"PK\x03\x04"):
        yield from _zip_parts(name, within, opened)
    else:
        encoding = _character_set(head)
        # Old Macintosh files, and some exports still, end lines with a carriage return alone.
        only_returns = b"\r" in head and b"\n" not in head
        as_is = encoding == "utf-8" and not only_returns
        yield Part(
            name, encoding, within or "text", opened if as_is else partial(_transcode, opened, encoding, only_returns)
        )


def _head(name: str, opened: Opener) -> bytes:
    """The first bytes of something that may hold rows."""
    try:
        with opened() as stream:
            head = stream.read(_SNIFFED)
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile) as damage:
        raise InputError(f"{name}: cannot be read ({type(damage).__name__}): it is damaged or cut short") from damage
    if not head:
        raise InputError(f"{name}: is empty")
    for magic, said in _REFUSED.items():
        if head.startswith(magic):
            raise InputError(f"{name}: {said}")
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_MARKUP):
        raise InputError(f"{name}: is a web page or XML, whatever its name says: open it and save it as .xlsx or CSV")
    return head


def _within(outer: str, inner: str) -> str:
    return f"{outer}/{inner}" if outer else inner


@contextmanager
def _gunzip(opened: Opener) -> Iterator[BinaryIO]:
    with opened() as stream, gzip.GzipFile(fileobj=stream) as unpacked:
        yield cast("BinaryIO", unpacked)


@contextmanager
def _unzip(name: str, opened: Opener) -> Iterator[zipfile.ZipFile]:
    with opened() as stream:
        try:
            with zipfile.ZipFile(stream if stream.seekable() else io.BytesIO(stream.read())) as archive:
                yield archive
        except zipfile.BadZipFile as damage:
            raise InputError(f"{name}: is a damaged or cut-short archive or workbook") from damage


def _zip_parts(name: str, within: str, opened: Opener) -> Iterator[Part]:
    with _unzip(name, opened) as archive:
        members = [m for m in archive.infolist() if not m.is_dir() and not m.filename.startswith("__MACOSX/")]
    if any(m.filename in {"xl/workbook.xml", "xl/workbook.bin", "content.xml"} for m in members):
        yield Part(name, "workbook", _within(within, "workbook"), partial(_first_sheet, name, opened), opened)
        return
    if len(members) > _MOST_MEMBERS:
        raise InputError(f"{name}: holds {len(members)} files; unpack it and name those that you mean")
    for member in members:
        if member.flag_bits & 0x1:
            raise InputError(f"{name}: is protected with a password; unpack it first")
        open_member = partial(_member, name, opened, member.filename)
        yield from _parts(f"{name}/{member.filename}", _within(within, "zip"), open_member)


@contextmanager
def _member(name: str, opened: Opener, filename: str) -> Iterator[BinaryIO]:
    with _unzip(name, opened) as archive, archive.open(filename) as member:
        yield cast("BinaryIO", member)


@contextmanager
def _first_sheet(name: str, opened: Opener) -> Iterator[BinaryIO]:
    from numguard.source.workbook import first_sheet

    with opened() as stream:
        yield first_sheet(name, stream.read())


def _character_set(head: bytes) -> str:
    """UTF-16 told by its mark or its zero bytes; all else is read as UTF-8, or Windows-1252 where it is not that."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if head[1::2].count(0) > len(head) // 4:
        return "utf-16-le"
    if head[0::2].count(0) > len(head) // 4:
        return "utf-16-be"
    return "utf-8"


@contextmanager
def _transcode(opened: Opener, encoding: str, only_returns: bool) -> Iterator[BinaryIO]:
    with opened() as stream:
        yield io.BufferedReader(_Transcoded(stream, encoding, only_returns=only_returns), 1 << 20)


class _Transcoded(io.RawIOBase):
    """A text of another character set or with other line ends, read as UTF-8 with line feeds."""

    def __init__(self, stream: BinaryIO, encoding: str, *, only_returns: bool) -> None:
        self._stream = stream
        # Bytes that should be UTF-8 and are not are the line reader's to judge: here they pass as they are.
        self._errors = "surrogateescape" if encoding == "utf-8" else "replace"
        self._decoder = codecs.getincrementaldecoder(encoding)(errors=self._errors)
        self._only_returns = only_returns
        self._ready = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        raw = b" "
        while raw and not self._ready:
            raw = self._stream.read(1 << 20)
            text = self._decoder.decode(raw, final=not raw)
            self._ready = (text.replace("\r", "\n") if self._only_returns else text).encode(errors=self._errors)
        count = min(len(buffer), len(self._ready))
        buffer[:count], self._ready = self._ready[:count], self._ready[count:]
        return count
