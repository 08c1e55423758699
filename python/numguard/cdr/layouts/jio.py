"""Reliance Jio: no column names the target. IMEI and IMSI belong to the called party of an incoming call type and to
the calling party of an outgoing one; a row of any other type cannot be told and is refused.

Source: header and rows as seen in public parsers and fixtures; no published specification. The suffixes say how the
call was carried: `_wifi`, and `_vw`, `_wv` for a call that moved between Wi-Fi and the radio network.
"""

from __future__ import annotations

from typing import Final

from numguard.cdr.layout import Layout

__all__ = ["CDR"]

CDR: Final = Layout(
    name="jio",
    signature=("calling party telephone number", "called party telephone number", "call termination time"),
    columns={
        "calling": ("calling party telephone number",),
        "called": ("called party telephone number",),
        "imei": ("imei",),
        "imsi": ("imsi",),
        "date": ("call date",),
        "time": ("call time",),
        "call_type": ("call type",),
        "duration": ("call duration",),
        "lrn": ("lrn called no",),
    },
    call_types={
        "a_in": "in",
        "a_in_wifi": "in",
        "a_in_wv": "in",
        "a_in_vw": "in",
        "v_in": "in",
        "v_in_wifi": "in",
        "v_in_wv": "in",
        "v_in_vw": "in",
        "a2p_smsin": "in",
        "p2p_smsin": "in",
        "a2p_smsin_wifi": "in",
        "p2p_smsin_wifi": "in",
        "a_out*": "out",
        "v_out*": "out",
        "p2pout": "out",
        "p2aout": "out",
        "p2pout_wifi": "out",
        "p2aout_wifi": "out",
    },
)
