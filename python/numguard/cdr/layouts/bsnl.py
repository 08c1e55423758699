"""BSNL: two headers, one for the national search and one of the nodal offices; the target has its own column in both.

Dates are 24/03/2026 or 30-APR-2022, numbers bare ten digits.
Source: headers and rows as seen in public parsers and fixtures; no published specification.
"""

from __future__ import annotations

from typing import Final

from numguard.cdr.layout import Layout

CDR: Final = Layout(
    name="bsnl",
    signature=("target a party number", "other b party number"),
    columns={
        "served": ("target a party number",),
        "other": ("other b party number",),
        "time": ("call initiation time",),
        "duration": ("call duration",),
        "lrn": ("lrn of b party number",),
    },
)

NODAL_OFFICE: Final = Layout(
    name="bsnl",
    signature=("sl no", "mobile no", "other party no"),
    columns={
        "served": ("mobile no",),
        "other": ("other party no",),
        "time": ("call initiation time cit", "call initiation time", "call time"),
        "duration": ("call duration",),
        "lrn": ("lrn b party no",),
    },
)
