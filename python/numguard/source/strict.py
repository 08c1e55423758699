"""`strict`: the rows of a source are all read, or none counts.

Owns the error of a row that is not read. Independent of where rows come from. One idea: it says how many there are,
where the first one is and why, in every verb alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from numguard.compute import counts, pc
from numguard.errors import InputError


def strict_error(name: str | None, count: int, *, first: int | None = None, notes: Mapping[str, int]) -> InputError:
    """The error for refused rows of a source, where all or nothing is taken.

    Args:
        name: The source; None if it has no name.
        count: How many rows are refused.
        first: The number of the first of them, if it is known.
        notes: How many have which note.
    """
    where = "" if first is None else f", the first in row {first}"
    return InputError(
        f"{name or 'the source'}: {count:,} of its rows cannot be read{where} ({notes_text(notes)}): strict takes all "
        "or nothing"
    )


def check_strict(name: str | None, refused: pa.Table, rows: int | None = None) -> None:
    """Checks that no row of a source is refused.

    Args:
        name: The source.
        refused: What is refused, with row and note: a row as often as it has cells that are.
        rows: How many rows are; None: those in `refused`. Of complaints, rows are taken without some of their cells.

    Raises:
        InputError: A row is refused.
    """
    if rows is None:
        places: Any = refused.select([name for name in ("file", "row") if name in refused.column_names])
        rows = len(places.group_by(places.column_names).aggregate([]))
    if rows:
        raise strict_error(name, rows, first=pc.min(refused["row"]).as_py(), notes=counts(refused["note"]))


def notes_text(refused: Mapping[str, int]) -> str:
    """Refusals by note, most first: `stray_letter 12, masked 3`."""
    return ", ".join(
        f"{note} {cells:,}" for note, cells in sorted(refused.items(), key=lambda item: (-item[1], item[0]))
    )
