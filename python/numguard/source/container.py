"""A file -> the texts, tables and workbooks in it, unpacked from any container.

Owns compression and archives, and the limits on what they unpack to. Independent of columns. One idea: **an archive is
opened once**, and a member that is not a table is skipped, with its name.
"""

from __future__ import annotations

import io
import os
import shutil
import stat
import weakref
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from tempfile import mkstemp
from typing import Any, BinaryIO, Final, Literal, TypeAlias, cast

import pyarrow as pa

from numguard._core import Gunzip
from numguard.errors import FileMissingError, InputError, NumguardError
from numguard.source.kinds import HEAD, WRAPPED, character_set, kind_of, refusal_reason
from numguard.source.limits import check, limit
from numguard.source.part import About, reading
from numguard.source.unread import is_at_fault, unread

Opener: TypeAlias = Callable[[], AbstractContextManager[BinaryIO]]

#: The most bytes that any file may unpack to.
_UNCHECKED: Final = 128 << 20
_CODECS: Final[dict[str, Literal["gzip", "zstd", "bz2"]]] = {"gzip": "gzip", "zstd": "zstd", "bzip2": "bz2"}
_WORKBOOKS: Final = frozenset({"xl/workbook.xml", "xl/workbook.bin"})
#: One of these is beside the `content.xml` of an OpenDocument file; alone that is any XML.
_OPEN_DOCUMENT: Final = frozenset({"mimetype", "META-INF/manifest.xml"})
_DAMAGE: Final = (OSError, EOFError, zlib.error, zipfile.BadZipFile, NotImplementedError, RuntimeError)


@dataclass(frozen=True, slots=True)
class Member(About):
    """One text, table or workbook: what is known of it, its kind, its character set, how to open it."""

    name: str
    kind: str
    encoding: str
    open: Opener
    #: The file itself, where it is not packed.
    path: Path | None = None


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A member of an archive, or a sheet, that is not a table."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Found:
    """The members of one file, in its order, those that are not tables, and those that cannot be read.

    The last are listed by name with their errors if `keep_broken`, and one of them is else an error of the file.
    """

    members: list[Member] = field(default_factory=list)
    passed_over: list[PassedOver] = field(default_factory=list)
    broken: list[tuple[str, InputError]] = field(default_factory=list)
    keep_broken: bool = False

    @contextmanager
    def reading(self, name: str) -> Iterator[None]:
        """Lists a member that is read within, if it cannot be."""
        try:
            yield
        except InputError as error:
            if not self.keep_broken or not is_at_fault(error):
                raise
            self.broken.append((name, error))


def check_file(path: Path) -> None:
    """Raises an error for a path that is not a regular file: a device or a pipe may never end."""
    if "\0" in str(path):  # the system takes no such name, and Python raises a ValueError
        raise FileMissingError(f"{path}: there is no such file")
    with reading(str(path), "the file"):
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            os.scandir(path).close()  # raises if this user may not read it
    if stat.S_ISDIR(mode):
        raise InputError(f"{path}: is a folder; name the file")
    if not stat.S_ISREG(mode):
        raise InputError(f"{path}: is a device or a pipe, not a file: give - and send it to standard input")


def members(name: str, opened: Opener, path: Path | None = None, *, keep_broken: bool = False) -> Found:
    """What is in a file; of an archive, if `keep_broken`, also without the members that cannot be read.

    Raises:
        InputError: none of them can be read; the message names the remedy.
    """
    found = Found(keep_broken=keep_broken)
    _inspect(found, name, "", opened, layers=0, path=path)
    if not found.members and not found.broken:
        first = found.passed_over[0] if found.passed_over else PassedOver(name, "is an archive without files")
        raise InputError(f"{first.name}: {first.why}")
    return found


def read_whole(member: Member) -> bytes:
    """All bytes of a member, up to the limit of a document."""
    with reading(member.name, "the file"), member.open() as stream:
        return _in_memory(member.name, stream)


@contextmanager
def opened_bytes(content: bytes) -> Iterator[BinaryIO]:
    """Bytes as an open file."""
    yield io.BytesIO(content)


def _inspect(found: Found, name: str, within: str, opened: Opener, *, layers: int, path: Path | None = None) -> None:
    head = _head(name, opened)
    why = refusal_reason(head)
    kind = kind_of(head)
    if why is not None:
        found.passed_over.append(PassedOver(name, why))
    elif kind not in WRAPPED:
        found.members.append(Member(name, _inside(within, kind), kind, character_set(head), opened, path))
    else:
        check("layers", layers + 1, name, "the layers that it is packed in are at least")
        if kind == "zip":
            _inspect_zip(found, name, within, opened, layers=layers, path=path)
        else:
            unpacked = partial(_unpacked, name, opened, _CODECS[kind])
            _inspect(found, name, _inside(within, kind), unpacked, layers=layers + 1)


def _head(name: str, opened: Opener) -> bytes:
    try:
        with opened() as stream:
            return read_up_to(stream, HEAD)
    except NumguardError:
        raise
    except _DAMAGE as damage:
        raise unread(name, damage) or InputError(
            f"{name}: cannot be read ({type(damage).__name__}): it is damaged or cut short"
        ) from damage


# Compressed streams ---------------------------------------------------------------------------------------------------


@contextmanager
def _unpacked(name: str, opened: Opener, codec: Literal["gzip", "zstd", "bz2"]) -> Iterator[BinaryIO]:
    with opened() as stream:
        packed = _Counted(stream)
        if codec == "gzip":
            unpacked: Any = Gunzip(packed)
        else:
            unpacked = pa.CompressedInputStream(pa.PythonFile(cast("io.IOBase", packed), mode="r"), codec)
        yield cast("BinaryIO", _Bounded(name, unpacked, packed))


class _Counted(io.RawIOBase):
    """A stream that counts its bytes."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.count = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        self.count += len(data)
        return data


class _Bounded(io.RawIOBase):
    """An unpacked stream that raises once it is too large for its packed size."""

    def __init__(self, name: str, stream: Any, packed: _Counted) -> None:
        self._name = name
        self._stream = stream
        self._packed = packed
        self._count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def read(self, size: int = -1) -> bytes:
        if size < 0:
            return self.readall()
        try:
            data: bytes = self._stream.read(size)
        except OSError as error:
            # pyarrow gives zstd's own words.
            if "too much memory for decoding" in str(error):
                raise InputError(
                    f"{self._name}: its zstd window is larger than the limit of 128 MiB: pack it again without --long"
                ) from None
            raise
        self._counted(len(data))
        return data

    def _counted(self, count: int) -> None:
        self._count += count
        if self._count > _UNCHECKED:
            times = (self._count - _UNCHECKED) // max(1, self._packed.count)
            check("ratio", times, self._name, "it unpacks to its packed size times")


# Archives -------------------------------------------------------------------------------------------------------------


class _Archive:
    """A ZIP archive that stays open as long as any of its members exists."""

    def __init__(self, name: str, opened: Opener, *, is_file: bool) -> None:
        self.name = name
        stack = ExitStack()
        weakref.finalize(self, stack.close)
        try:
            self.stream = stack.enter_context(opened())
            if not is_file:
                self.stream = io.BytesIO(_in_memory(name, self.stream))
            self.zip = zipfile.ZipFile(self.stream)
        except NumguardError:
            raise
        except (*_DAMAGE, UnicodeDecodeError) as damage:
            raise unread(name, damage) or InputError(
                f"{name}: is a damaged or cut-short archive or workbook"
            ) from damage
        self.entries = [e for e in self.zip.infolist() if not e.is_dir() and not e.filename.startswith("__MACOSX/")]

    def check_size(self) -> None:
        """Raises InputError where it unpacks to too much for its size; members of a ZIP bomb share packed bytes."""
        size = min(sum(entry.compress_size for entry in self.entries), self.stream.seek(0, io.SEEK_END))
        times = (sum(entry.file_size for entry in self.entries) - _UNCHECKED) // max(1, size)
        check("ratio", times, self.name, "it unpacks to its packed size times")

    @contextmanager
    def whole(self) -> Iterator[BinaryIO]:
        """The archive itself."""
        self.stream.seek(0)
        yield self.stream

    @contextmanager
    def member(self, name: str, entry: zipfile.ZipInfo) -> Iterator[BinaryIO]:
        """One member; `name` is for errors."""
        try:
            with self.zip.open(entry) as stream:
                yield cast("BinaryIO", stream)
        except zipfile.BadZipFile as damage:
            raise InputError(f"{name}: is damaged: get the archive anew") from damage
        except (NotImplementedError, RuntimeError) as unknown:
            raise InputError(f"{name}: is packed in a way that is not read here: unpack it first") from unknown


def _inspect_zip(found: Found, name: str, within: str, opened: Opener, *, layers: int, path: Path | None) -> None:
    archive = _Archive(name, opened, is_file=path is not None)
    archive.check_size()
    members = {entry.filename for entry in archive.entries}
    # Some programs write backslashes, and capitals.
    paths = {member.replace("\\", "/").lower() for member in members}
    if paths & _WORKBOOKS or ("content.xml" in members and members & _OPEN_DOCUMENT):
        found.members.append(Member(name, _inside(within, "workbook"), "workbook", "workbook", archive.whole))
        return
    check("members", len(archive.entries), name, "the files in it are")
    first: dict[tuple[int, int], str] = {}
    for entry in archive.entries:
        inner = f"{name}/{entry.filename}"
        before = len(found.members)
        with found.reading(inner):
            if entry.flag_bits & 0x1:
                raise InputError(f"{inner}: is protected with a password; unpack it first")
            _inspect(found, inner, _inside(within, "zip"), partial(archive.member, inner, entry), layers=layers + 1)
        tables = found.members[before:]
        if not tables or not entry.file_size:
            continue
        earlier = first.setdefault((entry.file_size, entry.CRC), inner)
        if earlier is not inner:
            again = f"is equal to {earlier}, by size and checksum: its rows are read twice"
            found.members[before:] = [replace(one, warnings=(*one.warnings, again)) for one in tables]


def _inside(outer: str, inner: str) -> str:
    return f"{outer}/{inner}" if outer else inner


def _in_memory(name: str, stream: BinaryIO) -> bytes:
    content = stream.read(limit("document") + 1)
    check("document", len(content), name, "its bytes when unpacked are at least")
    return content


# Pipes ----------------------------------------------------------------------------------------------------------------


class Piped:
    """A stream that can be read only once, buffered so that it can be opened again until the last reading."""

    def __init__(self, stream: Any) -> None:
        self._rest = stream
        self._buffer = bytearray()
        #: Whether this is the last reading, whose bytes are not buffered.
        self.is_final = False

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """Its bytes from the beginning."""
        yield cast("BinaryIO", io.BufferedReader(_Replayed(self)))

    def last(self) -> io.BufferedReader:
        """Its bytes from the beginning, as the last reading."""
        self.is_final = True
        return io.BufferedReader(_Replayed(self))

    def read(self, at: int, size: int) -> bytes:
        """Up to `size` bytes at an offset: buffered ones, or the next of the stream."""
        if at < len(self._buffer):
            return bytes(self._buffer[at : at + size])
        data: bytes = self._rest.read1(size) if hasattr(self._rest, "read1") else self._rest.read(size)
        if not self.is_final:
            self._buffer += data
        return data


def piped_members(piped: Piped) -> Found:
    """What is in standard input."""
    found = members("standard input", piped.open)
    for n, member in enumerate(found.members):
        # JSON is read twice, at first for the names of its columns.
        if member.kind == "json":
            found.members[n] = replace(member, open=partial(opened_bytes, read_whole(member)))
    return found


@contextmanager
def spooled(stream: Any, name: str) -> Iterator[Path]:
    """A stream as a file that can be read several times, by this user only; it is deleted at the end."""
    with reading(name, "what was sent"):
        descriptor, place = mkstemp(prefix="numguard-")  # with mode 600
    path = Path(place)
    try:
        with reading(name, "what was sent"), os.fdopen(descriptor, "wb") as file:
            shutil.copyfileobj(stream, file)
        yield path
    finally:
        path.unlink()


class _Replayed(io.RawIOBase):
    def __init__(self, piped: Piped) -> None:
        self._piped = piped
        self._at = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._piped.read(self._at, len(buffer))
        self._at += len(data)
        buffer[: len(data)] = data
        return len(data)


def read_up_to(stream: Any, size: int) -> bytes:
    """`size` bytes, or fewer at the end of the stream."""
    data = b""
    while len(data) < size and (more := stream.read(size - len(data))):
        data += more
    return data
