"""Bharti Airtel: the target has its own column, values stand in single quotes, nulls are `-` and `---`.

Source: header and rows as seen in public parsers and fixtures; no published specification.
"""

from __future__ import annotations

from typing import Final

from numguard.cdr.layout import Layout

__all__ = ["CDR"]

CDR: Final = Layout(
    name="airtel",
    signature=("target no", "call type", "b party no", "dur s"),
    columns={
        "served": ("target no",),
        "other": ("b party no",),
        "imei": ("imei",),
        "imsi": ("imsi",),
        "date": ("date",),
        "time": ("time",),
        "call_type": ("call type",),
        "duration": ("dur s",),
        "lrn": ("lrn no",),
    },
    call_types={"in": "in", "out": "out", "smt": "in", "smo": "out"},
)
