"""Vodafone Idea (Vi): the target has its own column, numbers are written with 0 or 91, rulers are around the header.

Rows end with one comma more than the header has; the reader of rows detects that in the file.
Source: headers and rows as seen in public parsers and fixtures; no published specification.
"""

from __future__ import annotations

from typing import Final

from numguard.cdr.layout import Layout

CDR: Final = Layout(
    name="vi",
    signature=("target a party number", "call type", "b party number"),
    columns={
        "served": ("target a party number",),
        "other": ("b party number",),
        "time": ("call initiation time",),
        "duration": ("call duration",),
        "lrn": ("lrn b party number",),
    },
)

GPRS: Final = Layout(
    name="vi-gprs",
    signature=("target a party number", "call initiation time", "apn"),
    columns={"served": ("target a party number",), "time": ("call initiation time",), "duration": ("call duration",)},
)

IPDR: Final = Layout(
    name="vi-ipdr",
    signature=("msisdn", "imei", "session start date time", "translated ip"),
    columns={"served": ("msisdn",), "at": ("session start date time",), "duration": ("duration in sec",)},
)
