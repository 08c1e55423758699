"""The local files that a path names.

Independent of what is in them. One idea: a path, a glob, a directory or a list of these is a list of files, in the
order of their names.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from numguard.compute import by_key, named
from numguard.errors import ArgumentError, ColumnError, FileMissingError, InputError
from numguard.source.folders import (
    TABLE_LOGS,
    Places,
    files_below,
    has_hidden_name,
    is_file,
    is_folder,
    is_lock,
    is_pattern,
    is_there,
    matches,
)
from numguard.source.unread import NOT_ENCODED
from numguard.system import at_home
from numguard.types import PathLike

#: The name in place of a value that writers of partitions give to null.
_NULL = "__HIVE_DEFAULT_PARTITION__"


def is_local(path: PathLike) -> bool:
    """Whether a path is one of local files, and neither standard input (`-`) nor an address."""
    return str(path) != "-" and "://" not in str(path)


def files_of(path: PathLike | Sequence[PathLike]) -> list[Path]:
    """The local files of a path, a glob, a directory or a list of these, in the order of their names.

    Raises:
        ArgumentError: an empty path or list.
        FileMissingError: a glob or a directory without a file. A path that does not exist is returned as it is.
        InputError: a directory of a table of which not all files count.
    """
    if not isinstance(path, (str, Path)):
        if not path:
            raise ArgumentError("path: an empty list; name at least one file")
        return [file for one in path for file in files_of(one)]
    return [file for file, _ in files_found(path)]


def files_found(path: PathLike) -> list[tuple[Path, Path | None]]:
    """The local files of a path, each with the directory that is read with all below it, or None.

    A directory that a glob matches is read as one that is given as a path. Each file is there once: that of a directory
    which the glob matches too is a file of the glob.

    Raises:
        ArgumentError: an empty path.
        FileMissingError: as `files_of`.
        InputError: as `files_of`.
    """
    text = str(path)
    if not text:
        raise ArgumentError("the path is empty: name a file")
    path = at_home(path)
    _check_working_directory(path)
    if is_folder(path):
        inside = files_below([path])[path]
        check_all_count(inside, path, text)
        found: list[tuple[Path, Path | None]] = [(file, path) for file in inside if not is_hidden(file, path)]
        if not found:
            raise FileMissingError(f"{path}: there is no file in this directory")
        return found
    if os.path.lexists(path) or not is_pattern(path):
        return [(path, None)]
    matched = list(_matched(path))
    if not matched:
        raise FileMissingError(f"{path}: no file matches")
    return matched


def _check_working_directory(path: Path) -> None:
    """Raises FileMissingError for a path below the working directory, if that was deleted: it looks like a folder."""
    if path.is_absolute():
        return
    try:
        os.getcwd()  # noqa: PTH109 - as `os.path.realpath` calls it
    except OSError:
        raise FileMissingError(f"{path}: the working directory of this process was deleted or is closed") from None


def _matched(pattern: Path) -> Iterator[tuple[Path, Path | None]]:
    """The files that a glob matches, and those of the directories that it matches."""
    matched = matches(pattern)
    places = Places()
    files = {path for path in matched if not is_folder(path) and places.is_new(path)}
    below = files_below(_outermost([path for path in matched if path not in files]))
    for path in matched:
        if path in files:
            yield path, None
        more = [file for file in below.get(path, ()) if not is_hidden(file, path) and places.is_new(file)]
        if more:
            check_all_count(below[path], path, str(path))
        yield from ((file, path) for file in more)


def outermost(pattern: str) -> list[Path]:
    """The files and directories that a glob matches, without those in a directory that it matches; a path is itself."""
    path = Path(pattern)
    return [path] if os.path.lexists(path) or not is_pattern(path) else _outermost(matches(path))


def _outermost(paths: Sequence[Path]) -> list[Path]:
    """The paths that are not below another one of them."""
    inside = {*paths}
    return [path for path in paths if inside.isdisjoint(path.parents)]


def check_name(path: Path) -> None:
    """Raises InputError for a name that is not UTF-8: no table and no JSON can have it, and tables name the files."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        raise InputError(f"{escaped(path)}: {_why_not_encoded(path)}") from None


def _why_not_encoded(path: Path) -> str:
    try:
        os.fsencode(path).decode()
    except UnicodeError:
        return "the name of this file is not UTF-8: rename it"
    return NOT_ENCODED  # it is one as any other, for a process with another locale


def escaped(path: Path) -> str:
    """A path in UTF-8; each other byte of it as `\\xe9`.

    >>> escaped(Path("k\\udce9.csv"))
    'k\\\\xe9.csv'
    """
    try:
        return os.fsencode(path).decode(errors="backslashreplace")
    except UnicodeEncodeError:  # half a character, which no name of a file has
        return str(path).encode(errors="backslashreplace").decode()


def is_listed_twice(sources: Any) -> bool:
    """Whether paths lead to the same local file, by whatever names: those given, and those of readers of files."""
    return _listed_again(sources) is not None


def check_listed_once(sources: Any) -> None:
    """Raises ArgumentError if paths lead to the same file, by whatever names: its rows would be read twice."""
    again = _listed_again(sources)
    if again is not None:
        name = "standard input" if str(again) == "-" else again
        raise ArgumentError(f"{name}: is given twice, by this name or another: its rows would be read twice")


def copies_among(sources: Sequence[PathLike]) -> list[tuple[Path, Path]]:
    """The local files that are equal byte for byte to one before them, with that one; empty files aside.

    Both are read: files of two directories such as `day=2025-06-01` may be equal and have other rows.
    """
    local = (file for path in sources if is_local(path) for file in files_of(path) if is_file(file))
    by_size = by_key((file.stat().st_size, file) for file in local)
    found = []
    for files in (files for size, files in by_size.items() if size and len(files) > 1):
        first: dict[bytes, Path] = {}
        for file in files:
            with file.open("rb") as opened:
                digest = hashlib.file_digest(opened, "sha256").digest()
            if (earlier := first.setdefault(digest, file)) is not file:
                found.append((earlier, file))
    return found


def _listed_again(sources: Any) -> PathLike | None:
    """The first path that leads to the same file as another one before it."""
    seen: set[object] = set()
    for file, identity in (found for path in _paths_in(sources) for found in _identified(path)):
        if identity in seen:
            return file
        seen.add(identity)
    return None


def _paths_in(source: Any) -> Iterator[PathLike]:
    """The paths of a source, of a list of sources, of a reader of files, or of a pyarrow dataset of local files."""
    dataset: Any = sys.modules.get("pyarrow.dataset")  # imported already where a dataset was made
    if isinstance(source, (str, Path)):
        yield source
    elif isinstance(source, (list, tuple)):
        for one in source:
            yield from _paths_in(one)
    elif dataset is not None and isinstance(source, dataset.Dataset):
        if isinstance(source, dataset.FileSystemDataset) and source.filesystem.type_name == "local":
            yield from source.files
        yield from _paths_in(getattr(source, "children", []))
    else:
        yield from paths_read_by(source)


def paths_read_by(source: Any) -> tuple[PathLike, ...]:
    """The paths of a reader of files; none of anything else, as of a frame of pandas with a column `paths`."""
    paths = getattr(source, "paths", ())
    return paths if isinstance(paths, tuple) else ()


def _identified(path: PathLike) -> Iterator[tuple[PathLike, object]]:
    """The files of a path, each with what it is known by: standard input and addresses by their names."""
    if not is_local(path):
        yield path, str(path)
        return
    for file in files_of(path):
        if is_there(file):
            there = file.stat()
            yield file, (there.st_dev, there.st_ino)


def check_all_count(files: Sequence[Path], directory: Path, shown: str) -> None:
    """Raises InputError for the directory of a table whose log names the files that count: deleted rows are in others.

    Args:
        files: all files of the directory, those with hidden names too.
        directory: the directory.
        shown: its name for the message.
    """
    for file in files:
        *within, name = file.relative_to(directory).parts or ("",)
        kind = next((TABLE_LOGS[one] for one in (*within, name) if one in TABLE_LOGS), None)
        if kind is None and within[-1:] == ["metadata"] and name.endswith(".metadata.json"):
            kind = "Apache Iceberg"
        if kind is not None:
            raise InputError(
                f"{shown}: holds a table of {kind}, and so may hold files of rows that were deleted or replaced: read "
                "it with a library of that format, and pass the table; or name its files by a pattern if they all count"
            )


def is_hidden(file: Path, directory: Path) -> bool:
    """Whether the name is one that programs give to files without data (`_SUCCESS`, `.crc`, `~$calls.xlsx`)."""
    names = file.relative_to(directory).parts
    return any(map(has_hidden_name, names)) or any(map(is_lock, names[-1:]))


def partition_values(file: Path, directory: Path) -> dict[str, str | None]:
    """The values that directories such as `day=2025-06-01` give a file below them; None: that of rows without one.

    Raises:
        ColumnError: two directories give a column two values.
    """
    values: dict[str, str | None] = {}
    for part in file.relative_to(directory).parent.parts:
        name, equals, text = part.partition("=")
        if not name or not equals:
            continue
        value = None if text == _NULL else unquote(text)
        if values.setdefault(name, value) != value:
            raise ColumnError(
                f"{escaped(file)}: two of its directories give the column {named([name])!r}, each another value: "
                "rename one of them"
            )
    return values
