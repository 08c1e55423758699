"""Call records of single targets as two operators send them: preambles, quotes, footers and all.

Owns the two layouts as far as they are publicly seen. Independent of how they are read.

In both, IMEI and IMSI belong to the target of the file. Airtel names it in a column; Jio leaves it to
the call type whether that is the calling or the called party.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from numguard.synthetic.numbering import COUNTRY

_AIRTEL_HEADER: Final = (
    "Target No,Call Type,TOC,B Party No,LRN No,LRN TSP-LSA,Date,Time,Dur(s),First CGI Lat/Long,First CGI,"
    "Last CGI Lat/Long,Last CGI,SMSC No,Service Type,IMEI,IMSI,Call Fow No,Roam Nw,SW & MSC ID,IN TG,OUT TG,"
    "Vowifi First UE IP,Port1,Vowifi Last UE IP,Port2"
)
_JIO_HEADER: Final = (
    "Calling Party Telephone Number,Called Party Telephone Number,Call Forwarding,LRN Called No,Call Date,Call Time,"
    "Call Termination Time,Call Duration,First Cell ID,Last Cell ID,Call Type,SMS Center Number,IMEI,IMSI,"
    "Roaming Circle Name"
)
_JIO_CALL_TYPES: Final = {"IN": "a_in", "OUT": "a_out", "SMS_IN": "P2P_SMSIN", "SMS_OUT": "P2POUT"}
_AIRTEL_CALL_TYPES: Final = {"IN": "IN", "OUT": "OUT", "SMS_IN": "SMT", "SMS_OUT": "SMO"}


class Call(NamedTuple):
    """One call of a target: who, with whom, when (01/06/2022 and a clock, IST), how long, in which handset."""

    served: int
    other: int
    call_type: str
    date: str
    clock: str
    seconds: int
    imei: str
    imsi: str
    cell: str


def _national(msisdn: int) -> str:
    return f"{msisdn - COUNTRY:010}"


def airtel(target: int, calls: Sequence[Call]) -> str:
    """The file that answers a request by number: bare ten digits in single quotes, nulls as dashes."""
    lines = [
        "BHARTI AIRTEL LIMITED",
        f"Call Details of Mobile No '{_national(target)}' from '01-Jun-2022' to '30-Sep-2022'",
        "",
        _AIRTEL_HEADER,
    ]
    for c in calls:
        cells = [_national(c.served), _AIRTEL_CALL_TYPES[c.call_type], "PREPAID", _national(c.other), "-", "---"]
        cells += [c.date, c.clock, str(c.seconds), *["28.4595/77.0266", c.cell] * 2, "-"]
        cells += ["SMS" if c.call_type.startswith("SMS") else "Voice", c.imei or "---", c.imsi, *["-"] * 9]
        lines.append(",".join(f"'{cell}'" for cell in cells))
    lines += ["", "This is a system generated report and needs no signature."]
    return "\r\n".join(lines) + "\r\n"


def jio(imei14: int, calls: Sequence[Call], undirected: Sequence[Call]) -> str:
    """The file that answers a request by handset: numbers with 91 in single quotes, a long preamble.

    `undirected` rows have a call type that does not show whose handset it was.
    """
    preamble = [
        "Ticket Number :,'SYN-2022-0001'",
        "Requesting Agency :,'Invented'",
        "Request Type :,'CDR'",
        "Input Type :,'IMEI'",
        f"Input Value (MSISDN/B PARTY/IMEI/IMSI/CELL ID) :,'{imei14}'",
        "From Date :,'01/06/2022 00:00:00'",
        "To Date :,'30/09/2022 23:59:59'",
        *[f"Remark {k} :,'-'" for k in range(1, 10)],
        f"Total Records :,'{len(calls) + len(undirected)}'",
        "",
    ]
    rows = []
    for c in [*calls, *undirected]:
        served, other = f"91{_national(c.served)}", f"91{_national(c.other)}"
        incoming = c.call_type in {"IN", "SMS_IN"}
        call_type = "a_conf" if c in undirected else _JIO_CALL_TYPES[c.call_type]
        hour, minute, second = map(int, c.clock.split(":"))
        end = min(hour * 3600 + minute * 60 + second + c.seconds, 86_399)
        ended = f"{end // 3600:02}:{end // 60 % 60:02}:{end % 60:02}"
        cells = [*((other, served) if incoming else (served, other)), "-", "-", c.date, c.clock, ended, str(c.seconds)]
        cells += [c.cell, c.cell, call_type, "-", c.imei, c.imsi, "HR"]
        rows.append(",".join(f"'{cell}'" for cell in cells))
    return "\r\n".join([*preamble, _JIO_HEADER, *rows]) + "\r\n"
