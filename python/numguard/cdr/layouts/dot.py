"""The uniform layouts that several operators answer with, for calls and for internet sessions.

In the call layout IMEI and IMSI are those "of party": the called party's on an incoming call type, the calling party's
on an outgoing one. In the session layout the handset is in the column for "other device identification".
Source: headers as seen in public parsers, one of which names the first "DoT uniform"; no published specification.
"""

from __future__ import annotations

from typing import Final

from numguard.cdr.layout import Layout

CDR: Final = Layout(
    name="dot",
    signature=("calling party telephone number", "called party telephone number", "imei of party"),
    columns={
        "calling": ("calling party telephone number",),
        "called": ("called party telephone number",),
        "imei": ("imei of party",),
        "imsi": ("imsi of party",),
        "call_type": ("call type in out sms in sms out", "call type"),
        "duration": ("call duration in seconds", "call duration"),
    },
)

IPDR: Final = Layout(
    name="dot-ipdr",
    signature=("landline msisdn mdn leased circuit id for internet access",),
    columns={
        "served": ("landline msisdn mdn leased circuit id for internet access",),
        "imei": ("imei", "source mac id address other device identification number"),
        "date": ("start date", "start date of public ip address allocation dd mm yyyy"),
        "time": ("start time", "ist start time of public ip address allocation hh mm ss"),
        "duration": ("session duration", "session duration seconds"),
    },
)
