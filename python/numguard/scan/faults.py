"""The part of a source in which an error occurred, which of its hits to validate, and names that no column can have.

Owns how an error of the compiled module gets the name of its part. Knows no rows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pyarrow as pa

from numguard.errors import InputError
from numguard.source import ArrowFilePart, Part, reading

__all__ = ["in_part", "is_broken", "validating"]


def is_broken(name: str) -> bool:
    """Whether a name has half a character (a surrogate), which no column's name can have."""
    return any("\ud800" <= character <= "\udfff" for character in name)


def validating(part: Part, keys: Sequence[str] | None) -> Callable[[pa.RecordBatch | None], pa.RecordBatch | None]:
    """What validates the hits of a part, where only its key columns are validated as they are read.

    That is an Arrow file: the scanner relies on nothing in the columns that are not keys. With None, everything is
    validated before.
    """
    if not isinstance(part, ArrowFilePart):
        return lambda hits: hits
    part.validated = keys

    def validated(hits: pa.RecordBatch | None) -> pa.RecordBatch | None:
        if hits is not None and keys is not None:
            with reading(part.name, "the Arrow file"):
                hits.validate(full=True)
        return hits

    return validated


class in_part:  # noqa: N801 - reads as a verb, as context managers do
    """Adds the name of a part to errors of the compiled module."""

    def __init__(self, part: Part) -> None:
        self._name = part.name

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, InputError) and self._name and not str(error).startswith(self._name):
            raise type(error)(f"{self._name}: {error}") from None
