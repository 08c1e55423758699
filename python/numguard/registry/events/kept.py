"""What is on record of complaints that a sheet amends, where the sheet has no column of it, or an empty cell.

Owns which values an amended complaint keeps, and which it loses. Independent of how versions are compared
(`reconcile`). One idea: **a sheet says nothing of what it has no column for**: a list of numbers that follows the full
sheet takes no district, day or sum from its complaints. An empty cell of a column does.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pyarrow as pa

from numguard.compute import aggregated, ascending, pc, replaced
from numguard.registry.arrays import Bools, flags

__all__ = ["KEPT", "completed", "emptied", "kept", "last_of_each"]

#: The fields that a complaint keeps: all but those by which it is known.
KEPT = (
    "district", "category", "reported_at", "complainant", "amount_lost", "amount_recovered", "police_station",
    "incident_at", "amount_held",
)  # fmt: skip


def last_of_each(recorded: pa.Table, size: int) -> pa.Table:
    """The fields of the last of the recorded versions of each of `size` complaints; nulls where it has none."""
    there = ascending(recorded, "ordinal", "event")
    there = there.append_column("place", pa.array(np.arange(len(there))))
    last = aggregated(there, ["ordinal"], ["place"], "last")
    rows = last["place"].take(pc.index_in(pa.array(np.arange(size)), last["ordinal"].combine_chunks()))
    return there.select(KEPT).take(rows)


def completed(versions: pa.Table, recorded: pa.Table, absent: Collection[str]) -> pa.Table:
    """The version of each recorded one, with what that has in the fields that the sheet does not have."""
    return kept(versions.take(recorded["ordinal"]), recorded, absent)


def kept(versions: pa.Table, recorded: pa.Table, absent: Collection[str]) -> pa.Table:
    """The versions, with what is recorded in the fields that the sheet does not have; `recorded` is row by row."""
    return replaced(versions, **{field: pc.coalesce(versions[field], recorded[field]) for field in absent})


def emptied(versions: pa.Table, recorded: pa.Table, amending: Bools) -> dict[str, int]:
    """How many of the `amending` versions have no value in a field that has one on record."""
    lost = {
        field: int((amending & flags(pc.and_(pc.is_null(versions[field]), pc.is_valid(recorded[field])))).sum())
        for field in KEPT
    }
    return {field: count for field, count in lost.items() if count}
