"""The part of a source in which an error occurred, and names that no column can have.

Owns how an error of the compiled module gets the name of its part. Knows no rows.
"""

from __future__ import annotations

from numguard.errors import InputError
from numguard.source import Part

__all__ = ["in_part", "is_broken"]


def is_broken(name: str) -> bool:
    """Whether a name has half a character (a surrogate), which no column's name can have."""
    return any("\ud800" <= character <= "\udfff" for character in name)


class in_part:  # noqa: N801 - reads as a verb, as context managers do
    """Adds the name of a part to errors of the compiled module."""

    def __init__(self, part: Part) -> None:
        self._name = part.name

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, InputError) and self._name and not str(error).startswith(self._name):
            raise type(error)(f"{self._name}: {error}") from None
