"""The exceptions of numguard.

They have one root, and each is also a subclass of the builtin that it resembles, so that general handlers catch it. No
message contains a phone number, an IMEI or complaint text: a file, a row, a column and a code locate the problem.
"""

from __future__ import annotations

__all__ = [
    "ArgumentError",
    "BrakeError",
    "ColumnError",
    "DamagedError",
    "EngineError",
    "FileError",
    "FileMissingError",
    "InputError",
    "Interrupted",
    "MissingExtraError",
    "NumguardError",
    "RefusedCellsError",
    "RegistryError",
    "SetFileError",
    "UnsettledError",
    "UnsupportedTypeError",
]


class NumguardError(Exception):
    """The root of every error of this package."""


class ArgumentError(NumguardError, ValueError):
    """An invalid argument; the message lists the valid ones."""


class InputError(NumguardError, ValueError):
    """A file or stream that cannot be read as what it should be; the message names file, row and column."""


class FileMissingError(InputError, FileNotFoundError):
    """A path that does not exist."""


class FileError(InputError, OSError):
    """A file that the operating system cannot open, read or write; the message has the reason."""


class ColumnError(InputError, LookupError):
    """A column that the input does not have; the message lists those it has."""


class UnsupportedTypeError(InputError, TypeError):
    """An Arrow type that cannot hold a number without loss; the message names the type to cast it to."""


class RefusedCellsError(InputError):
    """`strict=True` and cells were refused; `refused` counts them by note."""

    def __init__(self, message: str, refused: dict[str, int] | None = None) -> None:
        super().__init__(message)
        self.refused = refused or {}


class SetFileError(InputError):
    """A saved set that is damaged, cut short, of another version or of the other key type."""


class BrakeError(NumguardError, RuntimeError):
    """A run that links more numbers than the brake allows; nothing was stored."""


class EngineError(NumguardError, RuntimeError):
    """An engine that cannot run this: too old, without numguard on its workers, or short of files or memory."""


class RegistryError(NumguardError, RuntimeError):
    """A registry that cannot be opened or written; the state before the call is intact."""


class DamagedError(RegistryError):
    """A registry whose content is not what was recorded; none of it can be relied on."""


class UnsettledError(RegistryError):
    """Whether an event was recorded is unknown: the connection broke during it, and the store does not answer."""


class Interrupted(KeyboardInterrupt):
    """Ctrl-C while a call could record something; `event` is the number of the event if it did, else None.

    A call that records several has all of them in `events`, and the last as `event`.
    """

    def __init__(self, *events: int | None) -> None:
        self.events = tuple(event for event in events if event is not None)
        self.event = self.events[-1] if self.events else None
        what = "event" if len(self.events) == 1 else "events"
        were = "was" if len(self.events) == 1 else "were"
        recorded = f"{what} {', '.join(map(str, self.events))} {were} recorded" if self.events else ""
        super().__init__(f"interrupted; {recorded or 'nothing was recorded'}")

    def __reduce__(self) -> tuple[type[Interrupted], tuple[int, ...]]:
        return Interrupted, self.events


class MissingExtraError(NumguardError, ImportError):
    """An optional dependency that is not installed; the message names the extra to install."""
