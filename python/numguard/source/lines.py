"""A stream of bytes -> blocks of whole lines, UTF-8 with line feeds.

Owns character sets, line ends and broken characters. Knows nothing of what a line holds. One idea: **a block ends where
a line ends**, so that blocks can be read one by one and no row is ever torn.
"""

from __future__ import annotations

import codecs
import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, Final

from numguard.errors import InputError
from numguard.source.container import Member

__all__ = ["BLOCK_BYTES", "LineReader", "open_lines", "with_last"]

#: Bytes a block. Smaller ones pay more often for the calls, larger ones leave the processor's cache: measured from 1 to
#: 8 MiB, 4 takes a quarter less time than 1 and a tenth less than 8.
BLOCK_BYTES: Final = 4 << 20
_LONGEST_LINE: Final = 16 << 20


class LineReader:
    """Reads a stream a block at a time; `encoding` is what the bytes turned out to be."""

    def __init__(self, name: str, stream: BinaryIO, encoding: str) -> None:
        self.name = name
        self.encoding = encoding
        wide = encoding.startswith("utf-16")
        self._stream: Any = io.BufferedReader(_AsUtf8(stream, encoding), 1 << 20) if wide else stream
        self._only_returns: bool | None = None
        #: One for all blocks: memory that is new to the process costs as much as the reading.
        self._buffer = bytearray(BLOCK_BYTES)
        self._held = 0
        self._begun = False

    def __iter__(self) -> Iterator[bytes]:
        """The whole stream in order, each block ending with a line feed; the last line is given one if it has none."""
        while block := self._read():
            yield block

    def _read(self) -> bytes:
        try:
            content = self._whole_lines()
        except (OSError, EOFError, ValueError, zlib.error, zipfile.BadZipFile) as damage:
            if isinstance(damage, InputError):
                raise
            raise InputError(
                f"{self.name}: cannot be read to its end ({type(damage).__name__}): it is damaged or cut short"
            ) from damage
        if self._held >= _LONGEST_LINE:
            raise InputError(f"{self.name}: has a line longer than 16 MiB: this is no table of text")
        if not content:
            return content
        if not self._begun:
            self._begun = True
            content = content.removeprefix(codecs.BOM_UTF8) or b"\n"
        if not content.endswith(b"\n"):
            content += b"\n"
        if b"\r" in content:
            content = content.replace(b"\r\r\n", b"\n").replace(b"\r\n", b"\n")
            # One that ends no line: the CSV reader would break the row there.
            content = content.replace(b"\r", b" ")
        return content if content.isascii() else self._as_utf8(content)

    def _whole_lines(self) -> bytes:
        """What there is up to the last line feed; a line that was begun waits in front for its end.

        At the end of the stream the last line, whether it ends or not; nothing where a line does not end for too long.
        """
        content = b""
        while not content and self._held < _LONGEST_LINE:
            if self._held == len(self._buffer):
                self._buffer += bytes(self._held)
            with memoryview(self._buffer) as buffer:
                read = self._stream.readinto(buffer[self._held :]) or 0
                held = self._held + read
                if read and self._only_returns is None:
                    # Old Macintosh files, and some exports still, end lines with a carriage return alone.
                    head = bytes(buffer[: min(held, 1 << 16)])
                    self._only_returns = b"\r" in head.rstrip(b"\r") and b"\n" not in head
                if self._only_returns and read:
                    fresh = bytes(buffer[self._held : held]).replace(b"\r", b"\n")
                    buffer[self._held : held] = fresh
                end = self._buffer.rfind(b"\n", self._held, held) + 1 if read else held
                content = bytes(buffer[:end])
                buffer[: held - end] = bytes(buffer[end:held])
            self._held = held - end
            if not read:
                break
        return content

    def _as_utf8(self, content: bytes) -> bytes:
        """The bytes as UTF-8; a line that is none is Windows-1252: files are put together from both."""
        try:
            content.decode()
        except UnicodeDecodeError:
            self.encoding = "cp1252"
            return b"\n".join(_line_as_utf8(line) for line in content.split(b"\n"))
        return content


def _line_as_utf8(line: bytes) -> bytes:
    try:
        line.decode()
    except UnicodeDecodeError:
        return line.decode("cp1252", errors="replace").encode()
    return line


class _AsUtf8(io.RawIOBase):
    """A text of another character set, read as UTF-8."""

    def __init__(self, stream: BinaryIO, encoding: str) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
        self._ready = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        raw = b" "
        while raw and not self._ready:
            raw = self._stream.read(1 << 20)
            self._ready = self._decoder.decode(raw, final=not raw).encode(errors="replace")
        count = min(len(buffer), len(self._ready))
        buffer[:count], self._ready = self._ready[:count], self._ready[count:]
        return count


@contextmanager
def open_lines(member: Member) -> Iterator[LineReader]:
    """The lines of a text."""
    with member.open() as stream:
        yield LineReader(member.name, stream, member.encoding)


def with_last(blocks: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Each block that holds anything, and whether it is the last."""
    held = b""
    for block in blocks:
        if held and block:
            yield held, False
        held = block or held
    if held:
        yield held, True
