"""Files that the operating system does not read, though they may be sound.

Owns the words for them, and whether such a file may be skipped. Independent of content. One idea: **an error of the
system says nothing about what is in a file**: who calls it damaged makes its owner throw it away.
"""

from __future__ import annotations

import os
from typing import Final

from numguard.errors import FileError, FileMissingError, InputError
from numguard.system import is_of_system, tells_of_shortage

#: What is to be done about a name where the locale is not UTF-8.
NOT_ENCODED: Final = (
    "this process cannot write this name, because its locale is not UTF-8: set LC_ALL=C.UTF-8, or PYTHONUTF8=1"
)


def unread(where: str, error: BaseException) -> InputError | None:
    """The error of a file that the system does not read; None for an error about its content."""
    if isinstance(error, FileNotFoundError):
        return FileMissingError(f"{where}: there is no such file")
    if isinstance(error, PermissionError):
        return FileError(f"{where}: not readable by this user")
    if isinstance(error, OSError) and is_of_system(error):
        return FileError(f"{where}: cannot be read ({os.strerror(error.errno or 0)})")
    # Of a path: content is decoded, and not encoded.
    return InputError(f"{where}: {NOT_ENCODED}") if isinstance(error, UnicodeEncodeError) else None


def is_at_fault(error: InputError) -> bool:
    """Whether a file is at fault, and may be skipped; not where the process has too many files open, or no memory."""
    return not (isinstance(error, FileError) and tells_of_shortage(str(error)))
