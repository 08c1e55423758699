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
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from numguard.errors import FileMissingError, InputError

__all__ = ["Part", "parts"]

_SNIFFED: Final = 4096
_MOST_MEMBERS: Final = 10_000

_REFUSED: Final = {
    b"\xd0\xcf\x11\xe0": "is an old binary .xls, or a workbook with a password: open it and save it as .xlsx or CSV",
    b"%PDF": "is a PDF: ask the operator for the CSV, or save the table as CSV",
    b"PAR1": "is a Parquet file: its columns are typed already, give it to scan or expand as it is",
    b"ARROW1": "is an Arrow file: its columns are typed already, give it to scan or expand as it is",
    b"Rar!": "is a RAR archive: unpack it first",
    b"7z\xbc\xaf": "is a 7-Zip archive: unpack it first",
    b"BZh": "is compressed with bzip2: unpack it first",
    b"\xfd7zXZ": "is compressed with xz: unpack it first",
    b"\x28\xb5\x2f\xfd": "is compressed with zstd: unpack it first",
}
_MARKUP: Final = (b"<html", b"<!doctype", b"<table", b"<?xml", b"<head", b"<body")


@dataclass(frozen=True, slots=True)
class Part:
    """One text: what the `source` column calls it, the character set, and how to open it as UTF-8."""

    name: str
    encoding: str
    container: str
    open: Callable[[], BinaryIO]


def parts(path: str | Path) -> Iterator[Part]:
    """The texts in a file: one, or those of a ZIP archive in its order.

    Raises:
        FileMissingError: there is no such file.
        InputError: the file is empty, or is nothing that holds rows; the message says what to do.
    """
    path = Path(path)
    if not path.exists():
        raise FileMissingError(f"{path}: no such file")
    if path.is_dir():
        raise InputError(f"{path}: is a folder; name a file, or a pattern such as '{path}/*.csv'")
    yield from _parts(str(path), "", lambda: path.open("rb"))


def _parts(name: str, within: str, opened: Callable[[], BinaryIO]) -> Iterator[Part]:
    try:
        with opened() as stream:
            head = stream.read(_SNIFFED)
    except (OSError, EOFError, zipfile.BadZipFile) as damage:
        raise InputError(f"{name}: cannot be read ({type(damage).__name__}): it is damaged or cut short") from damage
    if not head:
        raise InputError(f"{name}: is empty")
    for magic, said in _REFUSED.items():
        if head.startswith(magic):
            raise InputError(f"{name}: {said}")
    if head.startswith(b"\x1f\x8b"):
        yield from _parts(name, _within(within, "gzip"), lambda: _gunzip(opened()))
    elif head.startswith(b"PK\x03\x04"):
        yield from _zip_parts(name, within, opened)
    elif head.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_MARKUP):
        raise InputError(f"{name}: is a web page or XML, whatever its name says: open it and save it as .xlsx or CSV")
    else:
        encoding = _character_set(head)
        # Old Macintosh files, and some exports still, end lines with a carriage return alone.
        only_returns = b"\r" in head and b"\n" not in head
        yield Part(name, encoding, within or "text", lambda: _as_utf8(opened(), encoding, only_returns=only_returns))


def _within(outer: str, inner: str) -> str:
    return f"{outer}/{inner}" if outer else inner


def _gunzip(stream: BinaryIO) -> BinaryIO:
    return gzip.GzipFile(fileobj=stream)  # type: ignore[return-value]


def _zip_parts(name: str, within: str, opened: Callable[[], BinaryIO]) -> Iterator[Part]:
    with _zip(name, opened) as archive:
        members = [m for m in archive.infolist() if not m.is_dir() and not m.filename.startswith("__MACOSX/")]
        workbook = any(m.filename in {"xl/workbook.xml", "xl/workbook.bin", "content.xml"} for m in members)
    if workbook:
        yield Part(name, "workbook", _within(within, "workbook"), lambda: _first_sheet(name, opened))
        return
    if len(members) > _MOST_MEMBERS:
        raise InputError(f"{name}: holds {len(members)} files; unpack it and name those that you mean")
    for member in members:
        if member.flag_bits & 0x1:
            raise InputError(f"{name}: is protected with a password; unpack it first")

        def open_member(filename: str = member.filename) -> BinaryIO:
            return io.BufferedReader(_OpenedMember(name, opened, filename), 1 << 20)

        yield from _parts(f"{name}/{member.filename}", _within(within, "zip"), open_member)


@contextmanager
def _zip(name: str, opened: Callable[[], BinaryIO]) -> Iterator[zipfile.ZipFile]:
    with opened() as stream:
        try:
            seekable = stream if stream.seekable() else io.BytesIO(stream.read())
            with zipfile.ZipFile(seekable) as archive:
                yield archive
        except zipfile.BadZipFile as damage:
            raise InputError(f"{name}: is a damaged or cut-short archive or workbook") from damage


class _OpenedMember(io.RawIOBase):
    """A member of an archive that closes the archive with itself."""

    def __init__(self, name: str, opened: Callable[[], BinaryIO], filename: str) -> None:
        self._holder = _zip(name, opened)
        self._member = self._holder.__enter__().open(filename)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        return self._member.readinto(buffer)  # type: ignore[attr-defined,no-any-return]

    def close(self) -> None:
        if not self.closed:
            self._member.close()
            self._holder.__exit__(None, None, None)
        super().close()


def _character_set(head: bytes) -> str:
    """UTF-16 told by its mark or its zero bytes; all else is read as UTF-8, or Windows-1252 where it is not that."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if head[1::2].count(0) > len(head) // 4:
        return "utf-16-le"
    if head[0::2].count(0) > len(head) // 4:
        return "utf-16-be"
    return "utf-8"


def _as_utf8(stream: BinaryIO, encoding: str, *, only_returns: bool) -> BinaryIO:
    if encoding == "utf-8" and not only_returns:
        return stream
    # Bytes that are not UTF-8 are the line reader's to judge, so that here they pass as they are.
    errors = "surrogateescape" if encoding == "utf-8" else "replace"
    return io.BufferedReader(_Transcoded(stream, encoding, errors, only_returns=only_returns), 1 << 20)


class _Transcoded(io.RawIOBase):
    """A text of another character set or with other line ends, read as UTF-8 with line feeds."""

    def __init__(self, stream: BinaryIO, encoding: str, errors: str, *, only_returns: bool) -> None:
        self._stream = stream
        self._errors = errors
        self._decoder = codecs.getincrementaldecoder(encoding)(errors=errors)
        self._only_returns = only_returns
        self._ready = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        raw = b" "
        while raw and not self._ready:
            raw = self._stream.read(1 << 20)
            text = self._decoder.decode(raw, final=not raw)
            self._ready = (text.replace("\r", "\n") if self._only_returns else text).encode(errors=self._errors)
        count = min(len(buffer), len(self._ready))
        buffer[:count], self._ready = self._ready[:count], self._ready[count:]
        return count

    def close(self) -> None:
        self._stream.close()
        super().close()


def _first_sheet(name: str, opened: Callable[[], BinaryIO]) -> BinaryIO:
    from numguard.cdr.workbook import first_sheet

    with opened() as stream:
        return first_sheet(name, stream.read())
