"""Which hits of a part to validate, and names that no column can have.

Owns which columns and rows of a source are errors. Independent of numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pyarrow as pa

from numguard.source import ArrowFilePart, Part, reading

__all__ = ["is_broken", "validating"]


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
