"""What is below a folder, and what a pattern matches.

Independent of what is in a file. Two ideas: **a link to a folder is followed, and no folder is read twice**, by
whatever names it is reached; **what cannot be read is found too**: reading it is an error, and no row is lost silently.
"""

from __future__ import annotations

import fnmatch
import glob
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path, PurePath
from typing import TypeVar

from numguard.errors import FileError
from numguard.system import is_shortage

_One = TypeVar("_One")

#: The directories in which formats of tables keep which of the files beside them count.
TABLE_LOGS = {"_delta_log": "Delta Lake", ".hoodie": "Apache Hudi"}

#: The files of settings and pictures that Windows keeps in folders.
_OF_WINDOWS = frozenset({"desktop.ini", "thumbs.db"})

#: The folders that systems keep on a drive, and that users may not read.
_OF_SYSTEMS = frozenset({"system volume information", "$recycle.bin", "lost+found"})

_HIDDEN = (".", "_")


# Where a folder above is closed to this user, the methods of `Path` raise before Python 3.14.


def is_folder(path: Path) -> bool:
    """Whether a path leads to a folder, as far as this user may know."""
    return os.path.isdir(path)  # noqa: PTH112


def is_file(path: Path) -> bool:
    """Whether a path leads to a file, as far as this user may know."""
    return os.path.isfile(path)  # noqa: PTH113


def is_there(path: Path) -> bool:
    """Whether a path leads to anything, as far as this user may know."""
    return os.path.exists(path)  # noqa: PTH110


class Places:
    """Which paths were seen, also by another name of their folder: links lead to it."""

    def __init__(self) -> None:
        self._real = cache(os.path.realpath)
        self._seen: set[tuple[str, str]] = set()

    def is_new(self, path: Path) -> bool:
        """Whether a path is seen for the first time."""
        place = (self._real(path.parent), path.name)
        is_new = place not in self._seen
        self._seen.add(place)
        return is_new


def without_links(given: Iterable[Sequence[tuple[str, _One]]]) -> list[_One]:
    """What is at the paths of several sources, without that in a folder which a link leads to and another source has.

    A path that two sources name is there twice.
    """
    real = cache(os.path.realpath)
    names, places = set[str](), set[tuple[str, str]]()
    found: list[_One] = []
    for some in given:
        at = [(name, (real(Path(name).parent), Path(name).name), one) for name, one in some]
        new = [(name, place, one) for name, place, one in at if name in names or place not in places]
        names |= {name for name, _, _ in new}
        places |= {place for _, place, _ in new}
        found += [one for _, _, one in new]
    return found


def is_lock(name: str) -> bool:
    """Whether a name is that of a file which a spreadsheet keeps beside an open one, or which Windows keeps in folders.

    Windows does not show them to its users.
    """
    return name.startswith("~$") or name.lower() in _OF_WINDOWS


def has_hidden_name(name: str) -> bool:
    """Whether a name is one that programs give to files and folders without data (`_SUCCESS`, `.crc`)."""
    return name.startswith(_HIDDEN)


def files_below(folders: Sequence[Path]) -> dict[Path, list[Path]]:
    """The files below each of some folders in the order of their names, with those whose names are hidden.

    Among them are links that lead to nothing, and folders that this user may not read: reading them is an error. A
    folder that links of several lead to is below one of them.
    """
    found: dict[Path, list[Path]] = {folder: [] for folder in folders}
    for top, one, inside in _folders(folders, lambda name: has_hidden_name(name) and name not in TABLE_LOGS):
        found[top] += [one] if inside is None else filter(_is_to_read, inside)
    return {top: sorted(files) for top, files in found.items()}


def is_pattern(path: PurePath) -> bool:
    r"""Whether a path has the signs of a pattern; `\\?\C:\` at the beginning of one of Windows is none."""
    return any(_is_pattern_of(path, part) for part in path.parts)


def _is_pattern_of(path: PurePath, part: str) -> bool:
    return part != path.anchor and glob.has_magic(part)


def matches(pattern: Path) -> list[Path]:
    """The files and folders that a pattern matches, in the order of their names; `**` at its end matches files alone.

    Among them are links that lead to nothing, and folders whose files it matches and that this user may not read.
    A folder whose name is hidden is matched only by a pattern that names hidden ones.
    """
    parts = pattern.parts
    first = next(at for at, part in enumerate(parts) if _is_pattern_of(pattern, part))
    steps = parts[first:]
    found, unread = [Path(*parts[:first])], list[Path]()
    for step in steps:
        found = [path for one in found for path in _step(one, step, unread)]
    if steps[-1] == "**":
        found = [path for one in found for path in _step(one, "*", unread) if not is_folder(path)]
    found = [path for path in found if is_folder(path) or (_is_to_read(path) and not is_lock(path.name))]
    if not any(map(has_hidden_name, steps)):
        found = [path for path in found if not (is_folder(path) and any(map(has_hidden_name, path.parts[first:])))]
    return list(filter(Places().is_new, sorted({*found, *unread}, key=str)))


def _step(folder: Path, part: str, unread: list[Path]) -> Iterator[Path]:
    """What one part of a pattern matches in a folder; the folders that cannot be listed are added to `unread`."""
    if part == "**":
        for _, one, inside in _folders([folder], lambda name: name.startswith(".")):
            if inside is None:
                unread.append(one)
            else:
                yield one
    elif not glob.has_magic(part):
        if os.path.lexists(folder / part):
            yield folder / part
    elif is_folder(folder):
        inside = _listed(folder)
        if inside is None and folder.name.lower() not in _OF_SYSTEMS:
            unread.append(folder)
        names = [path.name for path in inside or () if part.startswith(".") or not path.name.startswith(".")]
        yield from (folder / name for name in fnmatch.filter(names, part))


def _folders(
    tops: Sequence[Path], is_left_out: Callable[[str], bool]
) -> Iterator[tuple[Path, Path, list[Path] | None]]:
    """Some folders and those below them, each once: the top, the folder and what is in it (None: it cannot be listed).

    Links come last, so that a folder has its own name where it is reached by that too.
    """
    waiting, links = deque[tuple[Path, Path]](), deque[tuple[Path, Path]]()
    for top in tops:
        (links if top.is_symlink() else waiting).append((top, top))
    seen: set[str] = set()
    while waiting or links:
        top, one = waiting.popleft() if waiting else links.popleft()
        real = os.path.realpath(one)
        if real in seen:
            continue
        seen.add(real)
        inside = _listed(one)
        if inside is not None or one.name.lower() not in _OF_SYSTEMS:
            yield top, one, inside
        for path in inside or ():
            if is_folder(path) and not is_left_out(path.name):
                (links if path.is_symlink() else waiting).append((top, path))


def _listed(folder: Path) -> list[Path] | None:
    """What is in a folder, in the order of names; None where the system does not list it.

    Raises:
        FileError: The process has too many files open, for which no folder is at fault.
    """
    try:
        return sorted(folder.iterdir())
    except OSError as error:
        if is_shortage(error):
            raise FileError(f"{folder}: cannot be read ({error.strerror})") from None
        return None


def _is_to_read(path: Path) -> bool:
    """Whether a path is a file or leads to nothing, and is no folder, device or pipe."""
    return is_file(path) or not is_there(path)
