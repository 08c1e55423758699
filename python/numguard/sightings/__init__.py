"""Comparison of sightings: which numbers or handsets are in several sources, and which changed when.

Owns the two analyses that need no linkage, `common` and `changes`. Independent of policies, the registry and output.

    >>> import numguard as ng, pyarrow as pa
    >>> bank = pa.table({"served_msisdn": ["9876543210", "9123456789"]})
    >>> house = pa.table({"served_msisdn": ["9812345678", "+91 98765 43210"]})
    >>> ng.common({"bank": bank, "house": house}).table.select(["key", "names"]).to_pylist()
    [{'key': 919876543210, 'names': ['bank', 'house']}]
"""

from __future__ import annotations

from numguard.sightings.changes import Changes, changes
from numguard.sightings.common import Common, common

__all__ = ["Changes", "Common", "changes", "common"]
