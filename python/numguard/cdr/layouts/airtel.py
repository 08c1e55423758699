"""Bharti Airtel: the target has its own column, values are in single quotes, nulls are `-` and `---`.

Source: headers and rows as seen in public parsers and fixtures; no published specification. Internet sessions come
with sixteen-digit IMEIs and thirteen-digit machine numbers.
"""

from __future__ import annotations

from typing import Final

from numguard.cdr.layout import Layout

CDR: Final = Layout(
    name="airtel",
    signature=("target no", "call type", "b party no", "dur s"),
    columns={
        "served": ("target no",),
        "other": ("b party no",),
        "date": ("date",),
        "time": ("time",),
        "duration": ("dur s",),
        "lrn": ("lrn no",),
    },
)

IPDR: Final = Layout(
    name="airtel-ipdr",
    signature=("msisdn userid", "imei", "session start time"),
    columns={"served": ("msisdn userid",), "at": ("session start time",), "duration": ("duration",)},
)

GPRS: Final = Layout(
    name="airtel-gprs",
    signature=("mobile no", "imei", "session start time", "total vol"),
    columns={"served": ("mobile no",), "at": ("session start time",)},
)
