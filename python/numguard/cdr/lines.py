"""A stream of UTF-8 -> blocks of whole lines.

Owns line ends and broken characters. Knows nothing of what a line holds. One idea: **a block ends where a line ends**,
so that blocks can be read one by one and no row is ever torn.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO, Final

from numguard.errors import InputError

__all__ = ["BLOCK_BYTES", "LineReader"]

#: Bytes a block. Smaller ones pay more often for the calls, larger ones leave the processor's cache: measured from 1 to
#: 8 MiB, 4 takes a quarter less time than 1 and a tenth less than 8.
BLOCK_BYTES: Final = 4 << 20
_LONGEST_LINE: Final = 16 << 20


class LineReader:
    """Reads a stream a block at a time; `encoding` is what the bytes turned out to be."""

    def __init__(self, name: str, stream: BinaryIO, encoding: str) -> None:
        self.name = name
        self.encoding = encoding
        self._stream = stream
        self._has_seen_utf8 = False
        #: One for all blocks: memory that is new to the process costs as much as the reading.
        self._buffer = bytearray(BLOCK_BYTES)
        self._held = 0

    def __iter__(self) -> Iterator[bytes]:
        """The whole stream in order, each block ending with a line feed; the last line is given one if it has none."""
        while block := self._read():
            yield block

    def _read(self) -> bytes:
        try:
            content = self._whole_lines()
        except (OSError, EOFError, ValueError, zlib.error, zipfile.BadZipFile) as damage:
            raise InputError(
                f"{self.name}: cannot be read to its end ({type(damage).__name__}): it is damaged or cut short"
            ) from damage
        if self._held >= _LONGEST_LINE:
            raise InputError(f"{self.name}: has a line longer than 16 MiB: this is no table of text")
        if content and not content.endswith(b"\n"):
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
                read = self._stream.readinto(buffer[self._held :])  # type: ignore[attr-defined]
                held = self._held + read
                end = self._buffer.rfind(b"\n", self._held, held) + 1 if read else held
                content = bytes(buffer[:end])
                buffer[: held - end] = bytes(buffer[end:held])
            self._held = held - end
            if not read:
                break
        return content

    def _as_utf8(self, content: bytes) -> bytes:
        """The bytes as UTF-8, which they are taken for until some are not; then they are Windows-1252."""
        if self.encoding == "cp1252":
            return content.decode("cp1252", errors="replace").encode()
        content = content.removeprefix(b"\xef\xbb\xbf")
        try:
            content.decode()
        except UnicodeDecodeError:
            if self._has_seen_utf8:
                # A broken byte in a UTF-8 file: what it stood for is lost, the digits around it are not.
                return content.decode(errors="replace").encode()
            self.encoding = "cp1252"
            return content.decode("cp1252", errors="replace").encode()
        self._has_seen_utf8 = True
        return content
