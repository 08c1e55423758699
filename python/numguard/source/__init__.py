"""Rows from wherever they are: a path, a glob, a directory, an archive, a workbook, a dataset, a table, a stream.

Owns what a source may be. Knows nothing of numbers. One idea: every source is a list of **parts** (a file, a member of
an archive, a sheet, a table, a stream), and a part is a schema, batches that know the line of each row, and an account
of what did not become a row.

    >>> import pyarrow as pa
    >>> source = open_source(pa.table({"mobile": ["98765 43210", "1930"]}))
    >>> [(batch.first_row, batch.data.num_rows) for batch in source.batches(["mobile"])]
    [(1, 2)]
"""

from __future__ import annotations

import glob
import io
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Literal, cast
from urllib.parse import unquote

import pyarrow as pa

from numguard.errors import ArgumentError, FileMissingError, InputError
from numguard.source.container import Member, Opener, PassedOver, Piped, check_file, members, read_up_to, read_whole
from numguard.source.header import clean
from numguard.source.json_records import JsonPart
from numguard.source.kinds import HEAD, kind_of
from numguard.source.part import (
    REFUSED,
    Account,
    Batch,
    BrokenPart,
    Part,
    check_columns,
    exporting,
    headings,
    named,
    reading,
    with_partition_values,
)
from numguard.source.text import TextPart
from numguard.source.typed import ArrowFilePart, ParquetPart, StreamPart, packed_part, parts_of_dataset, stream_of
from numguard.types import PathLike

__all__ = [
    "REFUSED",
    "Account",
    "Batch",
    "Found",
    "ParquetPart",
    "Part",
    "PassedOver",
    "Source",
    "TextPart",
    "accounted",
    "as_text",
    "check_columns",
    "exporting",
    "files_of",
    "headings",
    "kind_of_file",
    "named",
    "open_members",
    "open_source",
    "reading",
    "refused_rows",
    "with_partition_values",
]

_STANDARD_INPUT = "-"
_KINDS_OF_DATASETS: dict[str, Literal["parquet", "ipc"]] = {"parquet": "parquet", "arrow": "ipc"}
_TYPED_ENDINGS = {".parquet", ".parq", ".pq"}


@dataclass(frozen=True)
class Source:
    """The parts of a source, in order, and what in it is no table."""

    parts: Sequence[Part]
    passed_over: Sequence[PassedOver] = field(default=())

    @property
    def schema(self) -> pa.Schema:
        """The columns of the first part."""
        return self.parts[0].schema()

    def batches(self, columns: Sequence[str] | None = None) -> Iterator[Batch]:
        """The rows of all parts, in order; `columns` chooses and orders the columns, None takes all."""
        for part in self.parts:
            yield from part.batches(columns)


def accounted(parts: Iterable[Part]) -> dict[str, Any]:
    """What became of the rows of all parts so far.

    rows_read = rows_used + rows_refused + the lines in not_data; refused_rows has those that are refused by note.
    """
    refused: Counter[str] = Counter()
    not_data: Counter[str] = Counter()
    used = read = 0
    for part in parts:
        refused.update(part.account.refused)
        not_data.update(part.account.not_data)
        used, read = used + part.account.used, read + part.account.read
    return {
        "rows_read": read,
        "rows_used": used,
        "rows_refused": refused.total(),
        "refused_rows": dict(refused),
        "not_data": dict(not_data),
    }


def refused_rows(parts: Iterable[Part]) -> pa.Table:
    """The rows that could not be read as rows: file, row, note."""
    return pa.concat_tables([REFUSED.empty_table(), *(part.account.table(part.name) for part in parts)])


@dataclass(frozen=True, slots=True)
class _Asked:
    """How files are to be read."""

    wanted: Callable[[str], bool] | None
    sheet: str | None
    keep_broken: bool
    passed_over: list[PassedOver] = field(default_factory=list)


def open_source(
    source: Any,
    *,
    wanted: Callable[[str], bool] | Iterable[str] | None = None,
    sheet: str | None = None,
    keep_broken: bool = False,
) -> Source:
    """Finds the parts of a source. Files are looked at but, workbooks and JSON left out, not read.

    Args:
        source: A path, a glob, a directory (its files, by name, without hidden ones; directories below it such as
            `day=2025-06-01` become columns of text), `-` (standard input), a list of these, a URI that pyarrow knows
            (`s3://...`), a pyarrow dataset or scanner, anything with the Arrow PyCapsule methods, or an iterable of
            batches or tables. A file is text (comma, semicolon, tab or bar; UTF-8, UTF-16 or Windows-1252), JSON, JSON
            Lines, a workbook, Parquet or Arrow, in gzip, zstd, bzip2 or ZIP.
        wanted: The names of columns that are looked for, or a test for them: a header is the line, of the first 50,
            that has most of them.
        sheet: The sheet of a workbook; by default all that have anything in them, and of several those with a column
            that is wanted.
        keep_broken: Keep files that cannot be read, or that are gone: reading such a part raises.

    Raises:
        FileMissingError: A path leads to nothing, or a glob matches nothing.
        InputError: A file is of a container that is not read, or asks for more than its bounds.
        ArgumentError: The source is none of these.
    """
    if wanted is not None and not callable(wanted):
        names = {clean(name) for name in wanted}
        wanted = names.__contains__ if names else None
    asked = _Asked(wanted, sheet, keep_broken)
    parts = _parts(source, asked)
    return Source(parts, asked.passed_over)


def _parts(source: Any, asked: _Asked) -> list[Part]:
    if isinstance(source, (str, Path)):
        return _parts_of_path(source, asked)
    dataset = sys.modules.get("pyarrow.dataset")  # only who made a dataset has the module, which takes long to import
    if dataset is not None and isinstance(source, dataset.Dataset):
        return parts_of_dataset(source)
    if dataset is not None and isinstance(source, dataset.Scanner):
        return [StreamPart(source.to_reader())]
    if hasattr(source, "__arrow_c_stream__") or hasattr(source, "__arrow_c_array__"):
        return [StreamPart(source)]
    if hasattr(source, "collect"):
        raise ArgumentError("source: takes data, not a plan of it: collect() it, or hand in its file")
    if isinstance(source, Sequence) and not isinstance(source, (bytes, bytearray)):
        if not source:
            raise ArgumentError("source: the list of paths is empty")
        if all(isinstance(path, (str, Path)) for path in source):
            return [part for path in source for part in _parts_of_path(path, asked)]
    if isinstance(source, Iterable) and not isinstance(source, (bytes, bytearray, dict, io.IOBase)):
        return [StreamPart(stream_of(source))]
    raise ArgumentError(
        "source: takes a path, a glob, a list of paths, a pyarrow dataset, anything with __arrow_c_stream__ or an "
        f"iterable of batches, not {type(source).__name__}"
    )


def _parts_of_path(path: str | Path, asked: _Asked) -> list[Part]:
    text = str(path)
    if text == _STANDARD_INPUT:
        return _standard_input(asked)
    if "://" in text:
        return _remote(text, asked)
    below = Path(path).expanduser() if text and Path(path).expanduser().is_dir() else None
    return [part for file in files_of(path) for part in _parts_of_file(file, asked, below=below)]


def files_of(path: PathLike | Sequence[PathLike]) -> list[Path]:
    """The local files that a path, a glob, a directory or a list of these leads to, in the order of their names.

    Raises:
        ArgumentError: an empty path or list.
        FileMissingError: a glob or a directory without a file. A path that leads nowhere is the reader's to find.
    """
    if not isinstance(path, (str, Path)):
        if not path:
            raise ArgumentError("path: an empty list; name at least one file")
        return [file for one in path for file in files_of(one)]
    text = str(path)
    if not text:
        raise ArgumentError("the path is empty: name a file")
    path = Path(path).expanduser()
    if path.is_dir():
        found = [file for file in sorted(path.rglob("*")) if file.is_file() and not _is_hidden(file, path)]
        if not found:
            raise FileMissingError(f"{path}: there is no file in this directory")
        return found
    if not path.exists() and glob.has_magic(text):
        found = [Path(file) for file in sorted(glob.glob(str(path), recursive=True))]  # noqa: PTH207
        found = [file for file in found if file.is_file()]
        if not found:
            raise FileMissingError(f"{path}: no file matches")
        return found
    return [path]


@dataclass(frozen=True, slots=True)
class Found:
    """What one file holds, and what in it is no table."""

    members: Sequence[Member]
    passed_over: Sequence[PassedOver]


def open_members(path: PathLike | Sequence[PathLike]) -> Iterator[Found]:
    """What each file holds that a path, a glob, a directory, `-` or a list of these leads to."""
    if isinstance(path, (str, Path)) and str(path) == _STANDARD_INPUT:
        piped = Piped(sys.stdin.buffer)
        yield Found(*members("standard input", piped.open))
        piped.is_looked_at = True
        return
    if not isinstance(path, (str, Path)) and _STANDARD_INPUT in map(str, path):
        for one in path:
            yield from open_members(one)
        return
    for file in files_of(path):
        check_file(file)
        yield Found(*members(str(file), partial(_opened_file, file), file))


def as_text(member: Member) -> list[Member]:
    """A member as texts: itself; or sheets of a workbook, records or typed columns, with tabs between their cells."""
    if member.kind == "text":
        return [member]
    if member.kind == "workbook":
        from numguard.source.workbook import as_lines, filled_sheets, part_name

        with member.open() as stream:
            sheets = filled_sheets(member.name, stream.read())
        return [
            Member(
                part_name(member.name, name, number, len(sheets)),
                "text",
                member.container,
                "workbook",
                partial(_opened_bytes, as_lines(rows)),
            )
            for number, (name, rows) in enumerate(sheets.items(), 1)
        ]
    from numguard.source.workbook import as_lines

    (part,) = _parts_of_member(member, _Asked(None, None, keep_broken=False))
    rows = [list(map(str, part.schema().names))]
    for batch in part.batches():
        columns = [column.cast(pa.string()).to_pylist() for column in batch.data.columns]
        rows += [[cell or "" for cell in row] for row in zip(*columns, strict=True)]
    return [Member(member.name, "text", member.container, "typed", partial(_opened_bytes, as_lines(rows)))]


def _opened_file(file: Path) -> BinaryIO:
    return file.open("rb")


@contextmanager
def _opened_bytes(content: bytes) -> Iterator[BinaryIO]:
    yield io.BytesIO(content)


def kind_of_file(path: Path) -> str:
    """What a local file is, by its first bytes."""
    check_file(path)
    with reading(str(path), "the file"), path.open("rb") as file:
        return kind_of(file.read(HEAD))


def _is_hidden(file: Path, directory: Path) -> bool:
    """Whether tools that write many files use such names for what is no data (`_SUCCESS`, `.crc`)."""
    return any(step.startswith((".", "_")) for step in file.relative_to(directory).parts)


def _parts_of_file(path: Path, asked: _Asked, *, below: Path | None = None) -> list[Part]:
    try:
        check_file(path)
        found = _parts_of(str(path), lambda: path.open("rb"), path, asked)
    except InputError as error:
        if not asked.keep_broken:
            raise
        found = [BrokenPart(str(path), error)]
    if below is not None:
        for part in found:
            part.partitions = _told_by(path, below)
    return found


def _parts_of(name: str, opened: Opener, path: Path | None, asked: _Asked) -> list[Part]:
    inside, passed = members(name, opened, path)
    if path is not None and path.suffix.lower() in _TYPED_ENDINGS and inside[0].kind in {"text", "json"}:
        raise InputError(f"{name}: is not Parquet, whatever its name says")
    asked.passed_over.extend(passed)
    found: list[Part] = []
    for member in inside:
        found += _parts_of_member(member, asked)
    if asked.wanted is not None and len(found) > 1:
        found = _with_a_wanted_column(found, asked)
    return found


def _parts_of_member(member: Member, asked: _Asked) -> list[Part]:
    match member.kind:
        case "workbook":
            from numguard.source.workbook import sheet_parts

            with reading(member.name, "the workbook"):
                sheets, names = sheet_parts(member, asked.wanted, asked.sheet)
            if not sheets:
                raise ArgumentError(
                    f"sheet: {member.name} has no such sheet with anything in it; it has {named(names)}"
                )
            return list(sheets)
        case "json":
            return [JsonPart(member)]
        case "parquet" | "arrow" | "arrow stream" if member.path is None:
            return [packed_part(member)]
        case "parquet":
            return [ParquetPart(cast("Path", member.path))]
        case "arrow" | "arrow stream":
            return [ArrowFilePart(cast("Path", member.path), stream=member.kind == "arrow stream")]
    if asked.sheet is not None:
        raise ArgumentError(f"sheet: {member.name} is no workbook")
    return [TextPart(member, asked.wanted)]


def _with_a_wanted_column(found: list[Part], asked: _Asked) -> list[Part]:
    """Of several members or sheets those with a column that is wanted, if any has one; the others are passed over."""
    is_wanted = cast("Callable[[str], bool]", asked.wanted)
    kept = []
    for part in found:
        try:
            names = part.schema().names
        except InputError:
            kept.append(part)  # reading it raises
        else:
            if any(map(is_wanted, names)):
                kept.append(part)
    if not kept:
        return found
    asked.passed_over.extend(
        PassedOver(str(part.name), "has no column that is looked for") for part in found if part not in kept
    )
    return kept


# Standard input -------------------------------------------------------------------------------------------------------


def _standard_input(asked: _Asked) -> list[Part]:
    name = "standard input"
    piped = Piped(sys.stdin.buffer)
    with piped.open() as stream:
        kind = kind_of(read_up_to(stream, HEAD))
    if kind == "parquet":
        raise InputError(f"{name}: Parquet is read from its end, which a pipe does not allow: name the file")
    if kind == "arrow stream":
        with reading(name, "the Arrow stream"):
            return [StreamPart(pa.ipc.open_stream(pa.PythonFile(piped.last(), mode="r")))]
    if kind in {"zip", "arrow"}:
        content = read_whole(Member(name, kind, kind, "", piped.open))
        return _parts_of(name, lambda: io.BytesIO(content), None, asked)
    inside, passed = members(name, piped.open)
    asked.passed_over.extend(passed)
    piped.is_looked_at = True
    if inside[0].kind == "text":
        return [TextPart(inside[0], asked.wanted, once=True)]
    return [part for member in inside for part in _parts_of_member(member, asked)]


# Addresses ------------------------------------------------------------------------------------------------------------


def _remote(uri: str, asked: _Asked) -> list[Part]:
    """The parts of what stands at an address: all but directories of Parquet and Arrow is read here, as everywhere."""
    import pyarrow.dataset as ds
    from pyarrow import fs

    with reading(uri, "what is there"):
        system, path = fs.FileSystem.from_uri(uri)
        found = system.get_file_info(path)
        if found.type == fs.FileType.NotFound:
            raise FileMissingError(f"{uri}: there is nothing at this address")
        if found.type == fs.FileType.Directory:
            files = system.get_file_info(fs.FileSelector(path, recursive=True))
            below = [Path(file.path) for file in files if file.type == fs.FileType.File]
            paths = [str(file) for file in sorted(below) if not _is_hidden(file, Path(path))]
            if not paths:
                raise FileMissingError(f"{uri}: there is no file in this directory")
        else:
            paths = [path]
        # One look says what they are: each look at a file far away takes its time.
        with system.open_input_stream(paths[0]) as stream:
            kind = kind_of(bytes(stream.read(HEAD)))
        if kind in _KINDS_OF_DATASETS:
            form = _KINDS_OF_DATASETS[kind]
            return parts_of_dataset(ds.dataset(path, filesystem=system, format=form, partitioning="hive"))
        if kind == "arrow stream":
            return [StreamPart(pa.ipc.open_stream(system.open_input_stream(file))) for file in paths]
        parts = []
        for file in paths:
            opened: Any = partial(system.open_input_file, file) if kind == "zip" else partial(_streamed, system, file)
            for part in _parts_of(file, opened, None, asked):
                part.partitions = _told_by(Path(file), Path(path))
                parts.append(part)
        return parts


def _streamed(system: Any, file: str) -> Any:
    return system.open_input_stream(file, compression=None)


def _told_by(file: Path, directory: Path) -> dict[str, str]:
    """What directories such as `day=2025-06-01` say of a file below them."""
    steps = (step.partition("=") for step in file.relative_to(directory).parent.parts)
    return {name: unquote(text) for name, equals, text in steps if name and equals}
