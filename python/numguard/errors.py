"""The exceptions of numguard.

They have one root, and each is also a subclass of the builtin that it resembles, so that general handlers catch it. No
message contains a phone number, an IMEI or complaint text: a file, a row, a column and a code locate the problem.
"""

from __future__ import annotations

from typing import Any

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


#: Of more events a message has the first and the last.
_MOST_NAMED = 20


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

    A call that records several has all of them in `events`, and the last as `event`. The message names each, and of
    more than twenty the first and the last.
    """

    def __init__(self, *events: int | None) -> None:
        self.events = tuple(event for event in events if event is not None)
        self.event = self.events[-1] if self.events else None
        super().__init__(f"interrupted; {_recorded(self.events)}")

    def __reduce__(self) -> tuple[type[Interrupted], tuple[int, ...]]:
        return Interrupted, self.events


def _recorded(events: tuple[int, ...]) -> str:
    """What was recorded, as a message has it.

    >>> _recorded(()), _recorded((7,)), _recorded((2, 3))
    ('nothing was recorded', 'event 7 was recorded', 'events 2, 3 were recorded')
    >>> _recorded(tuple(range(2, 1_301)))
    '1,299 events, the first 2 and the last 1300, were recorded'
    """
    if len(events) > _MOST_NAMED:
        return f"{len(events):,} events, the first {events[0]} and the last {events[-1]}, were recorded"
    if not events:
        return "nothing was recorded"
    what, were = ("event", "was") if len(events) == 1 else ("events", "were")
    return f"{what} {', '.join(map(str, events))} {were} recorded"


class MissingExtraError(NumguardError, ImportError):
    """An optional dependency that is not installed; the message names the extra to install."""


def check_complete(keys: Any) -> None:
    """Checks that no cell was refused when a set was built: a list with that cell would be an error too.

    Raises:
        RefusedCellsError: `keys` is a set without some of the cells that it was built from.
    """
    refused: dict[str, int] = getattr(keys, "refused", None) or {}
    if refused:
        notes = ", ".join(f"{note} {count}" for note, count in refused.items())
        raise RefusedCellsError(
            f"the set was built without cells that were refused ({notes}): correct them, or pass to_array(), which has "
            "the others",
            refused,
        )
