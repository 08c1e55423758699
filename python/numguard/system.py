"""Differences between operating systems, each with a fallback.

Owns the flags of new files, the privacy of a file, the flushing and locking of folders, what is on another machine, and
the folder of this user.
Independent of formats and names. One idea: **a call that a system lacks occurs here only**, with its fallback, so that
the rest of the package runs the same code everywhere.

Windows has no `O_NOFOLLOW` (only an administrator can make a link), no modes (a file has the rights of its folder), and
no descriptors of folders. Renamed names are on its disk at once (NTFS has a journal of them), and temporary files of a
killed process are not removed. It replaces no file that another program has open, as a spreadsheet has.
"""

from __future__ import annotations

import ctypes
import errno
import os
import re
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from numguard.errors import ArgumentError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]


#: Seconds to wait for a shared lock: the holder of the exclusive lock removes temporary files, which takes little time.
_TIMEOUT = 1.0
#: The errors of Windows for a file that another program has open: access denied, sharing violation.
_IN_USE = frozenset({5, 32})

#: What a process or its machine runs out of: files may be open, and there may be memory, a moment later.
_SHORTAGES = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM})
#: With these the system answers who looks for a place that no file has, as readers of damaged files do.
_OF_READERS = frozenset({errno.EINVAL, errno.ESPIPE})

#: File systems of other machines, as Linux names them.
_REMOTE = {
    "afs", "beegfs", "ceph", "cifs", "davfs", "fuse.ceph", "fuse.davfs2", "fuse.glusterfs", "fuse.rclone", "fuse.s3fs",
    "fuse.smbnetfs", "fuse.sshfs", "fuse.vmhgfs-fuse", "gfs2", "glusterfs", "lustre", "ncpfs", "nfs", "nfs4", "ocfs2",
    "smb3", "smbfs", "vboxsf",
}  # fmt: skip
#: What Windows calls a drive of another machine.
_REMOTE_DRIVE = 4


def _flag(name: str) -> int:
    """A flag of `os.open`, or 0 where the system lacks it."""
    found: int = getattr(os, name, 0)
    return found


def at_home(path: object, name: str = "path") -> Path:
    """A path, with this user's folder for `~`; `~name` is the name of a file, as of the lock files `~$x.xlsx`.

    Raises:
        ArgumentError: It is no path; `name` is that of the argument.

    >>> at_home("~calls.csv").name
    '~calls.csv'
    """
    if not isinstance(path, (str, os.PathLike)) or not isinstance(os.fspath(path), str):
        raise ArgumentError(f"{name}: takes a path, not {type(path).__name__}")
    path = Path(path)
    # It stays as it is where the folder is not known, and Path.expanduser raises.
    return Path(os.path.expanduser(path)) if path.parts[:1] == ("~",) else path  # noqa: PTH111


def state_of(path: str | Path) -> tuple[int, ...] | None:
    """What changes with the content of a file, as far as this machine sees it; None if it sees none."""
    try:
        found = os.stat(path)  # noqa: PTH116
    except (OSError, ValueError):  # a path with a NUL is none
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


def open_new(path: Path, mode: int) -> int:
    """A descriptor of a new file, for reading and writing; no link is followed.

    Raises:
        OSError: The name exists, or the file cannot be created.
    """
    # Descriptors are not inherited by other programs (PEP 446); without O_BINARY, Windows writes CR before each LF.
    wanted = os.O_RDWR | os.O_CREAT | os.O_EXCL | _flag("O_NOFOLLOW") | _flag("O_CLOEXEC") | _flag("O_BINARY")
    return os.open(path, wanted, mode)


def has_modes() -> bool:
    """Whether files have modes that restrict who may read them."""
    return hasattr(os, "fchmod")


def make_private(descriptor: int, mode: int) -> None:
    """Sets the mode of an open file, under any umask; without modes, it has the rights of its folder."""
    if has_modes():
        os.fchmod(descriptor, mode)


def open_folder(folder: Path) -> int | None:
    """A descriptor of a folder; None where the system has none, or the folder cannot be read.

    Raises:
        OSError: The folder does not exist.
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
    """Flushes the names in a folder to the disk, where the system can."""
    if folder is not None:
        with suppress(OSError):  # not every file system flushes folders
            os.fsync(folder)


def lock_alone(folder: int) -> bool:
    """Whether this process now has the exclusive lock on the folder."""
    locks: Any = fcntl
    if locks is None:
        return False
    try:
        locks.flock(folder, locks.LOCK_EX | locks.LOCK_NB)
    except OSError:  # another process has a lock, or the file system has none
        return False
    return True


def lock_shared(folder: int) -> None:
    """Takes the shared lock on a folder, where the file system has locks."""
    locks: Any = fcntl
    if locks is None:
        return
    end = time.monotonic() + _TIMEOUT
    while time.monotonic() < end:
        try:
            locks.flock(folder, locks.LOCK_SH | locks.LOCK_NB)
        except BlockingIOError:  # another process has the exclusive lock
            time.sleep(0.01)
        except OSError:
            return
        else:
            return


def runs(process: int) -> bool:
    """Whether a process of this machine runs; one that has ended and is only remembered does not. False on Windows."""
    if not has_modes():
        return False
    try:
        os.kill(process, 0)
    except PermissionError:
        return True
    except (OSError, OverflowError):
        return False
    try:
        # After the name of its program in brackets: `Z` is one that has ended.
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] not in {"Z", "X"}
    except (OSError, IndexError):  # not Linux
        return True


def is_remote(path: Path) -> bool:
    """Whether a path is on a drive of another machine, as far as Linux or Windows says so."""
    place = os.path.realpath(path)
    windows: Any = getattr(ctypes, "windll", None)
    if windows is not None:
        drive = os.path.splitdrive(place)[0]
        return drive.startswith("\\\\") or windows.kernel32.GetDriveTypeW(f"{drive}\\") == _REMOTE_DRIVE
    try:
        mounts = Path("/proc/self/mountinfo").read_text(errors="surrogateescape")
    except OSError:  # not Linux
        return False
    return _file_system_of(place, mounts) in _REMOTE


def _file_system_of(place: str, mounts: str) -> str:
    """The kind of the file system that holds a path, by the table of mounts of Linux."""
    found, longest = "", -1
    for line in mounts.splitlines():
        before, _, after = line.partition(" - ")
        point = re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), before.split(" ")[4])
        # Of two at one place, the later one covers the other.
        if len(point) >= longest and f"{place}/".startswith(f"{point.rstrip('/')}/"):
            found, longest = after.split(" ")[0], len(point)
    return found


def check_replaceable(path: Path) -> None:
    """Raises the error with which Windows refuses to replace a file that another program has open.

    Raises:
        PermissionError: Such a file is at the path.
    """
    try:
        os.rename(path, path)  # noqa: PTH104 - it changes nothing, and fails as a replacement would
    except OSError as error:
        if getattr(error, "winerror", None) in _IN_USE:
            raise


def is_of_system(error: OSError) -> bool:
    """Whether the system does not read a file, which may be sound; errors of libraries about damage have no number."""
    return error.errno is not None and error.errno not in _OF_READERS


def is_shortage(error: OSError) -> bool:
    """Whether the process has too many files open or no memory, for which no file is at fault."""
    return error.errno in _SHORTAGES


def tells_of_shortage(message: str) -> bool:
    """Whether a message ends with such an error: in brackets, or as the compiled module has it."""
    return message.endswith(
        tuple(end for n in _SHORTAGES for end in (f"({os.strerror(n)})", f"{os.strerror(n)} (os error {n})"))
    )


def reason_of(error: OSError) -> str:
    """Why a file could not be written or renamed, for a message."""
    why = error.strerror or "the disk failed"
    if getattr(error, "winerror", None) in _IN_USE:
        return f"{why}; if it is open in another program, such as a spreadsheet, close it there"
    return why
