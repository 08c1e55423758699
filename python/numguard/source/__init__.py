"""Rows from any input: a path, a glob, a directory, an archive, a workbook, a dataset, a table, a stream.

Owns which inputs are accepted. Independent of numbers. One idea: every source is a list of **parts** (a file, a member
of an archive, a sheet, a table, a stream). A part has a schema, batches with the line of each row, and an account of
the lines that did not become rows.

    >>> import pyarrow as pa
    >>> source = open_source(pa.table({"mobile": ["98765 43210", "1930"]}))
    >>> [batch.row_numbers().tolist() for batch in source.batches(["mobile"])]
    [[1, 2]]
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Literal, cast

import pyarrow as pa

from numguard.compute import named
from numguard.errors import ArgumentError, FileMissingError, InputError
from numguard.source.codes import is_of_codes, unread_codes
from numguard.source.columns import check_columns, check_header, headings, looks_national, misspelt, other_blanks
from numguard.source.container import (
    Found,
    Member,
    Opener,
    PassedOver,
    Piped,
    check_file,
    members,
    opened_bytes,
    piped_members,
    read_up_to,
    read_whole,
)
from numguard.source.dated import dated
from numguard.source.folders import without_links
from numguard.source.header import clean
from numguard.source.json_records import JsonPart
from numguard.source.kinds import HEAD, kind_of
from numguard.source.limits import check_environment
from numguard.source.opened import OpenSource, accounted, refused_rows
from numguard.source.part import (
    ORIGIN,
    REFUSED,
    Account,
    Batch,
    BrokenPart,
    Part,
    exporting,
    in_part,
    in_steps,
    reading,
    with_partition_values,
)
from numguard.source.paths import (
    check_all_count,
    check_listed_once,
    check_name,
    copies_among,
    escaped,
    files_found,
    files_of,
    is_hidden,
    is_listed_twice,
    is_local,
    outermost,
    partition_values,
    paths_read_by,
)
from numguard.source.text import TextPart
from numguard.source.typed import (
    ArrowFilePart,
    ParquetPart,
    StreamPart,
    Validation,
    packed_part,
    parts_of_batches,
    parts_of_dataset,
    together,
)
from numguard.source.typed_text import Key, typed_text
from numguard.source.unread import is_at_fault
from numguard.types import PathLike

__all__ = [
    "ORIGIN", "REFUSED", "Account", "ArrowFilePart", "Batch", "Found", "JsonPart", "OpenSource", "ParquetPart",
    "Part", "PassedOver", "TextPart", "Validation", "accounted", "as_text", "check_columns", "check_header",
    "check_listed_once", "copies_among", "dated", "each_source", "exporting", "files_of", "headings",
    "in_part", "in_steps", "is_at_fault", "is_listed_twice", "is_local", "is_of_codes", "kind_of_file",
    "looks_national", "open_members", "open_source", "other_blanks", "outermost", "paths_read_by",
    "reading", "refused_rows", "together", "unread_codes", "with_partition_values",
]  # fmt: skip

_STANDARD_INPUT = "-"
_KINDS_OF_DATASETS: dict[str, Literal["parquet", "ipc"]] = {"parquet": "parquet", "arrow": "ipc"}
_TYPED_ENDINGS = {".parquet", ".parq", ".pq"}


@dataclass(frozen=True, slots=True)
class _Options:
    """How files are read."""

    wanted: Callable[[str], bool] | None
    sheet: str | None
    keep_broken: bool
    is_kept: Callable[[Part], bool] | None = None
    keys: Sequence[str] = ()
    any_name: bool = False
    shown: str | None = None
    parameter: str = "source"
    partitions: Mapping[str, str | None] = field(default_factory=dict)
    passed_over: list[PassedOver] = field(default_factory=list)


def each_source(source: Any) -> Sequence[Any]:
    """The sources of a list of tables and readers; of paths or batches, which are one source, that list itself."""
    if not isinstance(source, (list, tuple)) or all(isinstance(one, (str, Path)) for one in source):
        return [source]
    return [source] if all(isinstance(one, pa.RecordBatch) for one in source) else source


def open_source(
    source: Any,
    *,
    wanted: Callable[[str], bool] | Iterable[str] | None = None,
    keys: Sequence[str] = (),
    sheet: str | None = None,
    keep_broken: bool = False,
    is_kept: Callable[[Part], bool] | None = None,
    any_name: bool = False,
    shown: str | None = None,
    parameter: str = "source",
) -> OpenSource:
    """Finds the parts of a source. Only the first bytes of a file are read, except for workbooks and JSON.

    Args:
        source: A path, a glob, a directory (its files, by name, without hidden ones; directories below it such as
            `day=2025-06-01` become columns of text), `-` (standard input), a list of these, a URI that pyarrow reads
            (`s3://...`), a pyarrow dataset or scanner, anything with the Arrow PyCapsule methods, or an iterable of
            batches or tables. A file is text (comma, semicolon, tab or bar; UTF-8, UTF-16 or Windows-1252), JSON, JSON
            Lines, a workbook, Parquet or Arrow, in gzip, zstd, bzip2 or ZIP.
        wanted: The names of the wanted columns, or a test for them. The header is the line, of the first 50, that has
            most of them.
        keys: The columns of numbers and handsets. They are read as text from a pyarrow dataset of CSV, which would make
            numbers of their digits, without plus signs and zeros.
        sheet: The sheet of a workbook; by default all sheets that are not empty, and of several those with a wanted
            column.
        keep_broken: Keep files that cannot be read or do not exist: reading such a part raises.
        is_kept: Whether a member or sheet without a wanted column, beside others that have one, is read too.
        any_name: Whether the name of a file may be no UTF-8, because no table will have it.
        shown: What messages call the file; its path by default.
        parameter: What the caller's argument is called.

    Raises:
        FileMissingError: A path does not exist, or a glob matches nothing.
        InputError: A file has an unsupported container or a name that is not UTF-8, or exceeds a limit.
        ArgumentError: The source is none of these.
    """
    check_environment()
    if wanted is not None and not callable(wanted):
        names = {clean(name) for name in wanted}
        wanted = names.__contains__ if names else None
    options = _Options(wanted, sheet, keep_broken, is_kept, keys, any_name=any_name, shown=shown, parameter=parameter)
    parts = _parts(source, options)
    return OpenSource(parts, options.passed_over)


def _parts(source: Any, options: _Options) -> list[Part]:
    if isinstance(source, (str, Path)):
        return _parts_of_path(source, options)
    dataset = sys.modules.get("pyarrow.dataset")  # slow to import, and imported already where a dataset was made
    if dataset is not None and isinstance(source, dataset.Dataset):
        return parts_of_dataset(source, options.keys)
    if dataset is not None and isinstance(source, dataset.Scanner):
        return [StreamPart(source.to_reader())]
    if hasattr(source, "__arrow_c_stream__") or hasattr(source, "__arrow_c_array__"):
        return [StreamPart(source)]
    if hasattr(source, "collect"):
        raise ArgumentError(f"{options.parameter}: takes data, not a lazy frame: collect() it, or pass its file")
    if isinstance(source, Sequence) and not isinstance(source, (bytes, bytearray)):
        if not source:
            raise ArgumentError(f"{options.parameter}: the list of paths is empty")
        if all(isinstance(path, (str, Path)) for path in source):
            given = [[(part.name or "", part) for part in _parts_of_path(path, options)] for path in source]
            return without_links(given)
    if isinstance(source, Iterable) and not isinstance(source, (bytes, bytearray, dict, io.IOBase)):
        return parts_of_batches(source, options.keys)
    raise ArgumentError(
        f"{options.parameter}: takes a path, a glob, a list of paths, a pyarrow dataset, anything with "
        f"__arrow_c_stream__ or an iterable of batches, not {type(source).__name__}"
    )


def _parts_of_path(path: str | Path, options: _Options) -> list[Part]:
    text = str(path)
    if text == _STANDARD_INPUT:
        return _standard_input(options)
    if "://" in text:
        return _remote(text, options)
    return [part for file, below in files_found(path) for part in _parts_of_file(file, options, below=below)]


def open_members(path: PathLike | Sequence[PathLike]) -> Iterator[Found]:
    """The members of each file of a path, a glob, a directory, `-` or a list of these."""
    check_environment()
    if isinstance(path, (str, Path)) and str(path) == _STANDARD_INPUT:
        piped = Piped(sys.stdin.buffer)
        yield piped_members(piped)
        piped.is_final = True
        return
    if not isinstance(path, (str, Path)) and _STANDARD_INPUT in map(str, path):
        for one in path:
            yield from open_members(one)
        return
    for file in files_of(path):
        check_name(file)
        check_file(file)
        yield members(str(file), partial(_opened_file, file), file)


def as_text(member: Member, key_of: Callable[[str], Key | None]) -> tuple[list[Member], list[PassedOver]]:
    """A member as texts: itself, or the sheets, records or typed columns in it with tabs between the cells.

    Second come the hidden sheets that are not among them. `key_of`: the keys in a typed column of that name.
    """
    if member.kind == "text":
        return [member], []
    if member.kind == "workbook":
        from numguard.source.workbook import as_lines, filled_sheets, part_name

        with reading(member.name, "the workbook"), member.open() as stream:
            sheets, hidden = filled_sheets(member.name, stream.read())
        texts = [
            Member(
                part_name(member.name, name, number, len(sheets)),
                member.container,
                "text",
                "workbook",
                partial(opened_bytes, as_lines(filled.columns)),
                warnings=(*member.warnings, *filled.warnings),
            )
            for number, (name, filled) in enumerate(sheets.items(), 1)
        ]
        return texts, hidden
    (part,) = _parts_of_member(member, _Options(None, None, keep_broken=False))
    return [typed_text(part, member.name, member.container, key_of)], []


def _opened_file(file: Path) -> BinaryIO:
    return file.open("rb")


def kind_of_file(path: Path) -> str:
    """The kind of a local file, by its first bytes."""
    check_file(path)
    with reading(str(path), "the file"), path.open("rb") as file:
        return kind_of(file.read(HEAD))


def _parts_of_file(path: Path, options: _Options, *, below: Path | None) -> list[Part]:
    try:
        if not options.any_name:
            check_name(path)
        check_file(path)
        options = replace(options, partitions={} if below is None else partition_values(path, below))
        return _parts_of(options.shown or str(path), partial(_opened_file, path), path, options)
    except InputError as error:
        if not options.keep_broken or not is_at_fault(error):
            raise
        return [BrokenPart(escaped(path), error)]


def _parts_of(name: str, opened: Opener, path: Path | None, options: _Options) -> list[Part]:
    inside = members(name, opened, path, keep_broken=options.keep_broken)
    kinds = [member.kind for member in inside.members]
    if path is not None and path.suffix.lower() in _TYPED_ENDINGS and kinds[:1] in (["text"], ["json"]):
        raise InputError(f"{name}: is not Parquet, although its name ends like that of a Parquet file")
    options.passed_over.extend(inside.passed_over)
    found: list[Part] = []
    for member in inside.members:
        with inside.reading(member.name):
            found += _parts_of_member(replace(member, partitions=options.partitions), options)
    if options.wanted is not None and len(found) > 1:
        found = _with_a_wanted_column(found, options)
    return [*found, *(BrokenPart(escaped(Path(broken)), error) for broken, error in inside.broken)]


def _parts_of_member(member: Member, options: _Options) -> list[Part]:
    match member.kind:
        case "workbook":
            from numguard.source.workbook import sheet_parts

            with reading(member.name, "the workbook"):
                sheets, names, hidden = sheet_parts(member, options.wanted, options.sheet)
            options.passed_over.extend(hidden)
            if not sheets:
                raise ArgumentError(f"sheet: {member.name} has no such sheet, or it is empty; it has {named(names)}")
            return list(sheets)
        case "json":
            return [JsonPart(member)]
        case "parquet" | "arrow" | "arrow stream" if member.path is None:
            return [packed_part(member)]
        case "parquet":
            return [ParquetPart(member)]
        case "arrow" | "arrow stream":
            return [ArrowFilePart(member)]
    if options.sheet is not None:
        raise ArgumentError(f"sheet: {member.name} is not a workbook")
    return [TextPart(member, options.wanted)]


def _with_a_wanted_column(found: list[Part], options: _Options) -> list[Part]:
    """Of several members or sheets those with a wanted column, and the others skipped; all if none has one."""
    is_wanted = cast("Callable[[str], bool]", options.wanted)
    with_column: list[Part] = []
    looked_for: set[str] = set()
    for part in found:
        try:
            names = part.stored_schema().names
        except InputError:
            with_column.append(part)  # reading it raises
        else:
            if any(map(is_wanted, names)):
                with_column.append(part)
                looked_for.update(name for name in names if is_wanted(name) and name in (options.keys or names))
    if not with_column:
        return found
    # Reading a member with another spelling of such a name raises, as for a file of its own.
    with_column = [part for part in found if part in with_column or misspelt(part.stored_schema().names, looked_for)]
    if options.is_kept is not None:
        with_column = [part for part in found if part in with_column or options.is_kept(part)]
    options.passed_over.extend(
        PassedOver(str(part.name), "has no column that is looked for") for part in found if part not in with_column
    )
    return with_column


# Standard input -------------------------------------------------------------------------------------------------------


def _standard_input(options: _Options) -> list[Part]:
    name = "standard input"
    piped = Piped(sys.stdin.buffer)
    with piped.open() as stream:
        kind = kind_of(read_up_to(stream, HEAD))
    if kind == "parquet":
        raise InputError(f"{name}: Parquet cannot be read from a pipe, because its index is at its end: name the file")
    if kind == "arrow stream":
        with reading(name, "the Arrow stream"):
            return [StreamPart(pa.ipc.open_stream(pa.PythonFile(piped.last(), mode="r")))]
    if kind in {"zip", "arrow"}:
        content = read_whole(Member(name, kind, kind, "", piped.open))
        return _parts_of(name, lambda: io.BytesIO(content), None, options)
    inside = piped_members(piped)
    options.passed_over.extend(inside.passed_over)
    piped.is_final = True
    if inside.members[0].kind == "text":
        return [TextPart(inside.members[0], options.wanted, once=True)]
    return [part for member in inside.members for part in _parts_of_member(member, options)]


# Addresses ------------------------------------------------------------------------------------------------------------


def _remote(uri: str, options: _Options) -> list[Part]:
    """The parts at a URI: directories of Parquet and Arrow as datasets of pyarrow, all else as local files."""
    import pyarrow.dataset as ds
    from pyarrow import fs

    with reading(uri, "what is there"):
        try:
            system, path = fs.FileSystem.from_uri(uri)
        except pa.ArrowInvalid:
            # It may hold a password.
            kind = uri.split(":", maxsplit=1)[0]
            raise InputError(f"{kind}://...: is not read; name a file, a directory, or s3://bucket/path") from None
        found = system.get_file_info(path)
        if found.type == fs.FileType.NotFound:
            raise FileMissingError(f"{uri}: there is nothing at this address")
        if found.type == fs.FileType.Directory:
            files = system.get_file_info(fs.FileSelector(path, recursive=True))
            below = [Path(file.path) for file in files if file.type == fs.FileType.File]
            check_all_count(below, Path(path), uri)
            paths = [str(file) for file in sorted(below) if not is_hidden(file, Path(path))]
            if not paths:
                raise FileMissingError(f"{uri}: there is no file in this directory")
        else:
            paths = [path]
        # The first file gives the kind of all, because opening a remote file is slow.
        with system.open_input_stream(paths[0]) as stream:
            kind = kind_of(bytes(stream.read(HEAD)))
        if kind in _KINDS_OF_DATASETS:
            form = _KINDS_OF_DATASETS[kind]
            dataset = ds.dataset(path, filesystem=system, format=form, partitioning="hive")
            return parts_of_dataset(dataset, options.keys)
        if kind == "arrow stream":
            return [StreamPart(pa.ipc.open_stream(system.open_input_stream(file))) for file in paths]
        parts = []
        for file in paths:
            opened: Any = partial(system.open_input_stream, file, compression=None)
            if kind == "zip":
                opened = partial(system.open_input_file, file)
            partitions = partition_values(Path(file), Path(path))
            parts += _parts_of(file, opened, None, replace(options, partitions=partitions))
        return parts
