"""Whether a file can be written at a path, and the errors that say why not.

Owns these checks and their messages. Independent of formats. One idea: **what cannot be written is known before the
work**, and the message says what to do.
"""

from __future__ import annotations

import os
from pathlib import Path

from numguard.errors import ArgumentError, FileError, InputError
from numguard.system import check_replaceable, reason_of
from numguard.types import PathLike

__all__ = ["checked_path", "unwritten"]


def checked_path(path: PathLike) -> Path:
    """The path with `~` expanded, if a file can be written there.

    Raises:
        ArgumentError: Its name is not UTF-8 or contains NUL.
        FileError: It is a folder, too long, or a file that another program has open.
    """
    path = Path(path).expanduser()
    try:
        name = os.fsencode(path.name).decode()
    except UnicodeError:
        raise ArgumentError("path: the file's name is not UTF-8; the receiver could not read it") from None
    if "\0" in str(path):
        raise ArgumentError("path: a file name cannot contain a NUL character")
    try:
        if path.is_dir():
            raise FileError(f"{name}: is a folder")
        check_replaceable(path)
    except OSError as error:
        raise unwritten(path, error) from None
    return path


def unwritten(path: Path, error: OSError) -> Exception:
    """The package's error for a file that could not be written."""
    if isinstance(error, InputError):
        return error
    return FileError(f"{path}: cannot be written ({reason_of(error)})")
