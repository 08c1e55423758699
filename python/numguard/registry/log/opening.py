"""A registry opened for reading only: where it cannot be written, or must not be.

Owns how a file is read that is in a read-only folder, or that has an older schema and must stay as it is. Independent
of tables. One idea: a file that cannot be changed is copied into a private folder, and the copy is opened.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias

from numguard.errors import RegistryError
from numguard.registry.log.address import connect, is_file
from numguard.registry.log.migrating import is_current
from numguard.registry.log.sqlite import is_full, log_of
from numguard.system import state_of

_TRIES = 5

#: The state of a file, and of its log; None where there is none.
Seen: TypeAlias = tuple[tuple[int, ...] | None, ...]


def is_read_only(target: str) -> bool:
    """Whether `target` is a file that exists and cannot be written, or not be opened as its disk is full."""
    if not is_file(target):
        return False
    file = Path(target).absolute()
    try:
        may_write = os.access(file, os.W_OK) and os.access(file.parent, os.W_OK)
        return file.is_file() and (not may_write or is_full(file))
    except (OSError, ValueError):
        return False


def copied(target: str) -> tuple[str, TemporaryDirectory[str], Seen] | None:
    """A private copy of a file that must not be changed, its folder, and how the file was; None if none is needed."""
    if not is_file(target):
        return None
    file, before = Path(target).absolute(), seen(target)
    if is_read_only(target):
        return *_private(file, lambda copy: _copy(file, copy)), before
    opened = connect(target)
    try:
        return None if is_current(opened) else (*_private(file, opened.copy), before)
    finally:
        opened.close()


def _private(file: Path, write: Callable[[Path], object]) -> tuple[str, TemporaryDirectory[str]]:
    """A copy that `write` makes in a private folder, under the name of `file`; and the folder."""
    folder = TemporaryDirectory(prefix="numguard-")
    copy = Path(folder.name) / file.name
    try:
        copy.touch(0o600)
        write(copy)
    except BaseException:
        folder.cleanup()
        raise
    return str(copy), folder


def _copy(file: Path, to: Path) -> None:
    """The file and its log, as they were at one moment."""
    try:
        for _ in range(_TRIES):
            before = seen(file)
            shutil.copyfile(file, to)
            log_of(to).unlink(missing_ok=True)
            if before[1] is not None:
                shutil.copyfile(log_of(file), log_of(to))
            if seen(file) == before:
                return
    except OSError as error:
        raise RegistryError(f"{file}: cannot be opened ({error.strerror})") from None
    raise RegistryError(f"{file}: another process keeps writing to it; try again")


def seen(target: str | Path) -> Seen:
    """How a file and its log are now: another process that writes to them changes it."""
    file = Path(target).absolute()
    return tuple(state_of(one) for one in (file, log_of(file)))
