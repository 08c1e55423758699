"""Reliance Jio, with three headers.

The usual one has no column for the target: IMEI and IMSI belong to the called party of an incoming call type and to the
calling party of an outgoing one; a row of any other type is ambiguous and refused.

Source: headers and rows as seen in public parsers and fixtures; no published specification. The suffixes mean how the
call was carried: `_wifi`, and `_vw`, `_wv` for one that moved between Wi-Fi and the radio network; `v_` is video. Any
other suffix may mean another party, as that of a forwarded call does, so the row is refused; so is one with a value in
`Call Forwarding`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from numguard.cdr.layout import Layout
from numguard.cdr.layouts.generic import CALL_TYPES

CDR: Final = Layout(
    name="jio",
    signature=("calling party telephone number", "called party telephone number", "call termination time"),
    columns={
        "calling": ("calling party telephone number",),
        "called": ("called party telephone number",),
        "duration": ("call duration",),
        "lrn": ("lrn called no",),
        "forwarding": ("call forwarding",),
    },
    call_types={
        **dict.fromkeys((
            "a in", "a in wifi", "a in wv", "a in vw", "v in", "v in wifi", "v in wv", "v in vw", "a2p smsin",
            "p2p smsin", "a2p smsin wifi", "p2p smsin wifi",
        ), "in"),
        **dict.fromkeys((
            "a out", "a out wifi", "a out wv", "a out vw", "v out", "v out wifi", "v out wv", "v out vw", "p2pout",
            "p2aout", "p2pout wifi", "p2aout wifi",
        ), "out"),
    },
)  # fmt: skip

#: The same without the end time of a call; its call types may be those of any operator.
SHORT: Final = replace(
    CDR,
    signature=("calling party telephone number", "called party telephone number"),
    call_types={**CALL_TYPES, **CDR.call_types},
)

WITH_TARGET: Final = Layout(
    name="jio",
    signature=("target a party number", "call type in out", "b party number"),
    columns={
        "served": ("target a party number",),
        "other": ("b party number",),
        "call_type": ("call type in out",),
        "duration": ("call duration",),
        "lrn": ("lrn called no",),
    },
)
