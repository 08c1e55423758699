"""What operating systems do differently, each with what is done where one lacks it.

Owns the flags with which new files are opened, the privacy of a file, the flushing and locking of folders. Knows no
format and no name. One idea: **a call that a system lacks is named here once**, with its substitute, so that the rest
of the package runs the same code everywhere.

Windows has neither `O_NOFOLLOW` (to make a link one must be an administrator), nor modes (a file has the rights of its
folder), nor descriptors of folders: names are on its disk once they are renamed (NTFS keeps a journal of them), and
what a killed process left behind is not swept.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

__all__ = ["flush_folder", "has_modes", "lock_alone", "lock_shared", "make_private", "open_folder", "open_new"]

#: Seconds for which a shared lock is waited for: a process that has the folder alone removes temporary files, which
#: is soon done.
_PATIENCE = 1.0


def _flag(name: str) -> int:
    """A flag of `os.open`, or none where the system lacks it."""
    found: int = getattr(os, name, 0)
    return found


def open_new(path: Path, mode: int) -> int:
    """A descriptor of a file made by this call, for reading and writing; no link is followed.

    Raises:
        OSError: The name is taken, or the file cannot be made.
    """
    # Descriptors are not inherited by other programs (PEP 446); without O_BINARY, Windows writes CR before each LF.
    wanted = os.O_RDWR | os.O_CREAT | os.O_EXCL | _flag("O_NOFOLLOW") | _flag("O_CLOEXEC") | _flag("O_BINARY")
    return os.open(path, wanted, mode)


def has_modes() -> bool:
    """Whether files have modes that say who may read them."""
    return hasattr(os, "fchmod")


def make_private(descriptor: int, mode: int) -> None:
    """Sets the mode of an open file, whatever the umask is; where there are no modes, its folder decides."""
    if has_modes():
        os.fchmod(descriptor, mode)


def open_folder(folder: Path) -> int | None:
    """A descriptor of a folder; none where a system has no such thing, or the folder cannot be read.

    Raises:
        OSError: There is no such folder.
    """
    if not hasattr(os, "O_DIRECTORY"):
        if not folder.is_dir():
            raise FileNotFoundError(folder)
        return None
    try:
        return os.open(folder, os.O_RDONLY | os.O_DIRECTORY | _flag("O_CLOEXEC"))
    except PermissionError:
        return None


def flush_folder(folder: int | None) -> None:
    """Brings the names in a folder to the disk, where a system can."""
    if folder is not None:
        with suppress(OSError):  # not every disk flushes folders
            os.fsync(folder)


def lock_alone(folder: int) -> bool:
    """Whether nobody else has a lock on the folder, and this process now has it alone."""
    locks: Any = fcntl
    if locks is None:
        return False
    try:
        locks.flock(folder, locks.LOCK_EX | locks.LOCK_NB)
    except OSError:  # somebody has it, or the disk has no locks
        return False
    return True


def lock_shared(folder: int) -> None:
    """Shares the lock on a folder with others, where the disk has locks."""
    locks: Any = fcntl
    if locks is None:
        return
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        try:
            locks.flock(folder, locks.LOCK_SH | locks.LOCK_NB)
        except BlockingIOError:  # somebody has it alone
            time.sleep(0.01)
        except OSError:
            return
        else:
            return
