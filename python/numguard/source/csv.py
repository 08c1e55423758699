"""CSV files, plain or compressed: every column as text, every row accounted for.

Owns the header, the separator and the encoding. A row with more or fewer fields than the header is kept out and its
number remembered; a quoted cell that is opened and never closed is an error, because whole rows vanish into it.
"""

from __future__ import annotations

import csv
import io
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import IO, Literal, Protocol, TypeAlias, cast

import pyarrow as pa
import pyarrow.csv as pc

from numguard.errors import InputError
from numguard.source.part import Batch, Part, check_names, reading

__all__ = ["CsvPart", "is_compressed"]

#: Bytes parsed at once, and so the longest line that can be read.
_BLOCK = 1 << 24
#: Bytes looked at to find the header.
_HEAD = 1 << 18

_Codec: TypeAlias = Literal["bz2", "gzip", "zstd"]
_COMPRESSIONS: dict[bytes, _Codec] = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd", b"BZh": "bz2"}
_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_SEPARATORS = (",", ";", "\t", "|")


class _Bytes(Protocol):
    """What bytes are read from: a Python file, or a pyarrow stream."""

    def read(self, size: int, /) -> bytes: ...


def is_compressed(head: bytes) -> bool:
    """Whether a file that begins with `head` is compressed."""
    return _compression(head) is not None


def _compression(head: bytes) -> _Codec | None:
    return next((codec for magic, codec in _COMPRESSIONS.items() if head.startswith(magic)), None)


class _Tap(io.RawIOBase):
    """A stream whose beginning was looked at already, and that counts the quotation marks that pass."""

    def __init__(self, head: bytes, rest: _Bytes) -> None:
        self._head = head
        self._rest = rest
        self.quotes = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        size = size if size >= 0 else _BLOCK
        if self._head:
            data, self._head = self._head[:size], self._head[size:]
        else:
            data = self._rest.read(size)
        self.quotes += data.count(b'"')
        return data


@dataclass(frozen=True, slots=True)
class _Header:
    names: list[str]
    separator: str
    encoding: str
    #: Empty lines before it.
    skipped: int


class CsvPart(Part):
    """A CSV file.

    Args:
        name: The file, as errors name it.
        opened: Opens its bytes.
        once: Whether they come but once, as those of a pipe do.
    """

    container = "csv"

    def __init__(self, name: str, opened: Callable[[], IO[bytes]], *, once: bool = False) -> None:
        self.name = name
        self._opened = opened
        self._once = once
        self._waiting: tuple[_Header, _Tap] | None = None
        self._header: _Header | None = None
        self._refused = array("q")

    @property
    def refused_rows(self) -> Sequence[int]:
        """Rows with more or fewer fields than the header has, so far."""
        return self._refused

    def stored_schema(self) -> pa.Schema:
        """The columns, all text."""
        if self._header is None:
            with self._open() as (header, tap):
                self._header = header
                self._waiting = (header, tap) if self._once else None
        return pa.schema([(name, pa.string()) for name in self._header.names])

    def stored_batches(self, columns: Sequence[str] | None) -> Iterator[Batch]:
        """The rows, in order."""
        self._refused = array("q")
        with reading(self.name, "the CSV file"), self._open() as (header, tap):
            yield from self._read(header, tap, columns)

    def _read(self, header: _Header, tap: _Tap, columns: Sequence[str] | None) -> Iterator[Batch]:
        first = header.skipped + 2
        rows = 0
        last_cell = None
        # The last column is always read, because a quoted cell that is never closed ends up in it.
        wanted = None if columns is None else [*columns, *({header.names[-1]} - set(columns))]
        reader = self._open_reader(header, tap, wanted)
        check_names(reader.schema)
        for data in reader:
            if data.num_rows == 0:
                continue
            last_cell = data.column(header.names[-1] if wanted else data.num_columns - 1)[-1].as_py()
            kept_out = self._refused[bisect_left(self._refused, first) :]
            batch = Batch(data if columns is None else data.select(list(columns)), self.name, first, kept_out)
            rows += data.num_rows
            first = int(batch.row_numbers()[-1]) + 1 if kept_out else first + data.num_rows
            yield batch
        if last_cell and "\n" in last_cell and tap.quotes % 2:
            raise InputError(
                f"{self.name}: the quoted cell that is opened in row {first - 1} is never closed, "
                "so the rows after it cannot be told apart: close it and scan again"
            )
        if self._refused and rows == 0:
            raise InputError(
                f"{self.name}: no row has the {len(header.names)} fields that the header has: "
                "is the first line the header, and is the separator one of , ; tab |"
            )

    def _open_reader(self, header: _Header, tap: _Tap, columns: Sequence[str] | None) -> pc.CSVStreamingReader:
        def keep_out(row: pc.InvalidRow) -> Literal["skip"]:
            self._refused.append((row.number or 0) + header.skipped)
            return "skip"

        return pc.open_csv(
            cast(IO[bytes], tap),
            # One thread, or refused rows would have no numbers.
            read_options=pc.ReadOptions(
                use_threads=False,
                block_size=_BLOCK,
                skip_rows=header.skipped,
                encoding="utf8" if header.encoding.startswith("utf-8") else header.encoding,
            ),
            parse_options=pc.ParseOptions(
                delimiter=header.separator,
                newlines_in_values=True,
                # An empty line is a row of empty cells, or the rows after it would not be counted as an editor does.
                ignore_empty_lines=False,
                invalid_row_handler=keep_out,
            ),
            convert_options=pc.ConvertOptions(
                column_types={name: pa.string() for name in header.names},
                include_columns=list(columns) if columns is not None else None,
                strings_can_be_null=False,
            ),
        )

    @contextmanager
    def _open(self) -> Iterator[tuple[_Header, _Tap]]:
        """Opens the file and reads its header, or goes on where that was left."""
        if self._waiting:
            waiting, self._waiting = self._waiting, None
            yield waiting
            return
        with ExitStack() as stack:
            with reading(self.name, "the CSV file"):
                file = self._opened()
                if not self._once:
                    stack.enter_context(file)
                stream: _Bytes = file
                head = _read_up_to(stream, 8)
                if codec := _compression(head):
                    whole = pa.PythonFile(cast(io.IOBase, _Tap(head, stream)), mode="r")
                    stream, head = pa.CompressedInputStream(whole, codec), b""
                head += _read_up_to(stream, _HEAD - len(head))
                if not head.strip():
                    raise InputError(f"{self.name}: is empty, without so much as a header")
                header = self._parse_header(head)
                if len(head) < _HEAD and header.encoding.startswith("utf-8") and head[-1:] not in (b"\n", b"\r"):
                    head += b"\n"  # a header without one would not be taken for a header
            yield header, _Tap(head, stream)

    def _parse_header(self, head: bytes) -> _Header:
        encoding = next((code for mark, code in _MARKS.items() if head.startswith(mark)), "utf-8")
        # What was looked at may end inside a character, so the last ones are not insisted on.
        text = head.decode(encoding, errors="replace")
        if "\x00" in text[:_HEAD]:
            raise InputError(f"{self.name}: is neither CSV nor any other container that is read here")
        body = text.lstrip("\r\n")
        skipped = len(text[: len(text) - len(body)].splitlines())
        # The separator is the one that cuts the header into the most fields; a comma if there is none.
        try:
            fields = {mark: next(csv.reader(io.StringIO(body, newline=""), delimiter=mark)) for mark in _SEPARATORS}
        except csv.Error:
            raise InputError(f"{self.name}: its first line is no header of a CSV file") from None
        separator = max(_SEPARATORS, key=lambda mark: len(fields[mark]))
        names = fields[separator]
        return _Header(names, separator, encoding, skipped)


def _read_up_to(stream: _Bytes, size: int) -> bytes:
    """`size` bytes, or fewer at the end of the stream."""
    data = b""
    while len(data) < size:
        more = stream.read(size - len(data))
        if not more:
            break
        data += more
    return data
