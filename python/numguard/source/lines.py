"""A stream of bytes -> the first lines of a text, and the rows below its header.

Owns character sets, line ends, and the offset at which the rows begin. Independent of the content of a line, which the
compiled splitter reads. One idea: **nothing is copied without need**: the splitter opens a plain file itself, and gets
all else in blocks of UTF-8.
"""

from __future__ import annotations

import codecs
import io
import os
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import Any, BinaryIO, Final, TypeAlias, TypeVar

import pyarrow as pa

from numguard._core import RowTexts, Text
from numguard.errors import ArgumentError, InputError
from numguard.source.container import Member, read_up_to
from numguard.source.header import LINES_SEARCHED
from numguard.source.part import Ragged
from numguard.source.unread import unread

#: Bytes of a block that is split into columns by one call. Smaller blocks need more calls.
BLOCK_BYTES: Final = 4 << 20
#: Bytes of one read from a stream.
_READ: Final = 1 << 20
#: Bytes of one read while the first lines are collected.
_HEAD: Final = 1 << 16
#: The most bytes of the first lines together, and of one line.
_MOST_HEAD: Final = 4 << 20
_LONGEST_LINE: Final = 16 << 20

#: Bytes that the splitter returns of a line that is not a row.
_TEXT_BYTES: Final = 1 << 16

#: The other lines of a block: refused ones, the count of blank ones, and whether any line was Windows-1252.
Between: TypeAlias = tuple[pa.RecordBatch, int, bool]
#: Rows, the line of each, the indices of possible non-data lines, the other lines, and the texts of rows.
Rows: TypeAlias = tuple[pa.RecordBatch, pa.Int64Array, pa.UInt32Array, Between, RowTexts]

_Step = TypeVar("_Step")

#: The splitter's codes that have another name in `RECORD_NOTES`.
_NOTES: Final = {"unclosed_quote": "broken_quote", "stray_quote": "broken_quote"}


class OpenText:
    """An open text.

    Attributes:
        lines: its first lines.
        encoding: its character set, as far as it was read.
    """

    def __init__(self, member: Member, stream: BinaryIO) -> None:
        self.name = member.name
        self.encoding = member.encoding
        self._member = member
        wide = member.encoding.startswith("utf-16")
        self._stream: Any = io.BufferedReader(_AsUtf8(stream, member.encoding), _READ) if wide else stream
        head = self._read(_HEAD)
        # Old Macintosh files and some exports end lines with a carriage return alone.
        self._only_returns = b"\r" in head.rstrip(b"\r") and b"\n" not in head
        head = self._with_feeds(head)
        is_whole = len(head) < _HEAD
        while not is_whole and head.count(b"\n") < LINES_SEARCHED and (len(head) < _MOST_HEAD or b"\n" not in head):
            more = self._with_feeds(self._read(_HEAD))
            head += more
            is_whole = len(more) < _HEAD
            if len(head) > _LONGEST_LINE and b"\n" not in head:
                raise _too_long(self.name)
        self._mark = len(codecs.BOM_UTF8) if head.startswith(codecs.BOM_UTF8) else 0
        self._head = head[self._mark :]
        pieces = self._head.split(b"\n", LINES_SEARCHED)[:LINES_SEARCHED]
        if not is_whole and self._head.count(b"\n") < LINES_SEARCHED:
            pieces.pop()
        self.lines = [self._decoded(piece.rstrip(b"\r")) for piece in pieces] if self._head else []

    def below(self, line: int, names: Sequence[str], separator: str, *, first: int | None = None, **shape: Any) -> Text:
        """The text below a line, for the splitter; can be called once. `first`: the number of the next line."""
        at = 0
        for _ in range(line):
            at = self._head.find(b"\n", at) + 1 or len(self._head)
        source: Any = chain([self._head[at:]], self._blocks())
        offset = 0
        if self._member.path is not None and self.encoding in {"utf-8", "cp1252"} and not self._only_returns:
            source, offset = self._member.path, self._mark + at
        given: dict[str, Any] = {
            "offset": offset,
            "line": first or line + 1,
            "longest": _LONGEST_LINE,
            "windows_1252": True,
        }
        try:
            return Text(source, names, separator=separator, **given, **shape)
        except ArgumentError as error:
            raise InputError(f"{self.name}: {error}") from None

    def split(
        self, text: Text, columns: Sequence[int], types: Sequence[Any] | None = None, **options: Any
    ) -> Iterator[Rows]:
        """The rows of a text, in blocks; the columns with these indices and types (None: text)."""
        rows = text.rows(columns, types, block=BLOCK_BYTES, **options)
        try:
            yield from in_one_process(rows, "the reading of this text")
        except InputError as error:
            raise error if str(error).startswith(self.name) else InputError(f"{self.name}: {error}") from None
        finally:
            rows.close()

    def _blocks(self) -> Iterator[bytes]:
        while block := self._read(_READ, self._stream.read):
            yield self._with_feeds(block)

    def _read(self, size: int, read: Callable[[int], bytes] | None = None) -> bytes:
        """`size` bytes, or fewer at the end; with `read`, the bytes of one call of it."""
        try:
            return read(size) if read is not None else read_up_to(self._stream, size)
        except (pa.ArrowException, OSError, EOFError, UnicodeError, zlib.error, zipfile.BadZipFile) as damage:
            if isinstance(damage, InputError):
                raise
            raise unread(self.name, damage) or InputError(
                f"{self.name}: cannot be read to its end ({type(damage).__name__}): it is damaged or cut short"
            ) from damage

    def _with_feeds(self, block: bytes) -> bytes:
        return block.replace(b"\r", b"\n") if self._only_returns else block

    def _decoded(self, line: bytes) -> str:
        """A line as text; a line that is not UTF-8 is Windows-1252: some files mix both."""
        try:
            text = line.decode()
        except UnicodeDecodeError:
            self.encoding = "cp1252"
            text = line.decode("cp1252", errors="replace")
        return text.replace("\r", " ")


def ragged(refused: pa.RecordBatch, separator: str, width: int, name: str) -> Iterator[Ragged]:
    """Lines that are not rows, each with its text and note; a refused record of several lines gives each line.

    Raises:
        InputError: a line is longer than 16 MiB.
    """
    for row in refused.to_pylist():
        if row["note"] == "line_too_long":
            raise _too_long(name)
        whole = row["text"].decode(errors="replace").removesuffix("\n")
        # A text that was cut must not look blank or complete.
        cut = " (cut)" if len(row["text"]) >= _TEXT_BYTES else ""
        texts = [text.rstrip("\r") + cut for text in whole.split("\n")]
        note = _NOTES.get(row["note"], row["note"])
        if row["lines"] == 1:
            yield row["line"], texts[0], note
            continue
        # A quote that the first line opens by mistake joins these lines to one cell, and the result is not a row.
        yield row["line"], texts[0], "broken_quote"
        texts += [cut] * (row["lines"] - len(texts))
        for k, text in enumerate(texts[1:], 1):
            yield row["line"] + k, text, "too_few_fields" if text.count(separator) < width else "too_many_fields"


def _too_long(name: str) -> InputError:
    return InputError(f"{name}: has a line longer than 16 MiB: this is not a text table")


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
            raw = self._stream.read(_READ)
            self._ready = self._decoder.decode(raw, final=not raw).encode(errors="replace")
        count = min(len(buffer), len(self._ready))
        buffer[:count], self._ready = self._ready[:count], self._ready[count:]
        return count


def in_one_process(steps: Iterable[_Step], what: str) -> Iterator[_Step]:
    """The results of the threads of the compiled module.

    Raises:
        ArgumentError: The process was forked meanwhile. It has no such threads, and would wait for them forever.
    """
    process = os.getpid()
    for step in steps:
        yield step
        if os.getpid() != process:
            raise ArgumentError(f"{what} began in another process, which has its threads: begin again in this one")


@contextmanager
def open_text(member: Member) -> Iterator[OpenText]:
    """A text, opened."""
    with member.open() as stream:
        yield OpenText(member, stream)
