"""Versions of complaints that stand again, as what had amended them was withdrawn.

Owns since when and until when a version was amended so. Independent of SQL and of what follows for numbers. One idea:
what an officer decided in between was decided of a complaint that did not stand as it does now.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from numguard.compute import by_key, tuples_of
from numguard.registry.arrays import ints

_NONE = -1


def with_restored(versions: pa.Table, withdrawn: pa.Table) -> pa.Table:
    """The versions with `dropped_at` and `restored_at`: the first such amendment, and the last withdrawal; -1 if none.

    `versions`: event, complaint. `withdrawn`: complaint, event, withdrawn_at: those that name a number.
    """
    complaint, event = ints(versions["complaint"]), ints(versions["event"])
    dropped_at, restored_at = np.full((2, len(versions)), _NONE, np.int64)
    rows = zip(ints(withdrawn["complaint"]).tolist(), tuples_of(withdrawn, "event", "withdrawn_at"), strict=True)
    of_complaint = by_key(rows)
    for at in np.flatnonzero(np.isin(complaint, [*of_complaint])).tolist():
        if later := [one for one in of_complaint[int(complaint[at])] if one[0] > event[at]]:
            dropped_at[at], restored_at[at] = min(later)[0], max(end for _, end in later)
    versions = versions.append_column("dropped_at", pa.array(dropped_at))
    return versions.append_column("restored_at", pa.array(restored_at))
