"""Writes operator files with a known content, and damages them in known ways.

Independent of the readers: it knows the layouts as their operators write them, and counts for itself how many rows a
file has after each damage. A row is a line of the data section with at least one letter or digit.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import NamedTuple

AIRTEL_HEADER = (
    "Target No,Call Type,TOC,B Party No,LRN No,LRN TSP-LSA,Date,Time,Dur(s),First CGI Lat/Long,First CGI,"
    "Last CGI Lat/Long,Last CGI,SMSC No,Service Type,IMEI,IMSI,Call Fow No,Roam Nw,SW & MSC ID,IN TG,OUT TG,"
    "Vowifi First UE IP,Port1,Vowifi Last UE IP,Port2"
)
JIO_HEADER = (
    "Calling Party Telephone Number,Called Party Telephone Number,Call Forwarding,LRN Called No,Call Date,Call Time,"
    "Call Termination Time,Call Duration,First Cell ID,Last Cell ID,Call Type,SMS Center Number,IMEI,IMSI,"
    "Roaming Circle Name"
)
VI_HEADER = (
    "Target /A PARTY NUMBER,CALL_TYPE,Type of Connection,B PARTY NUMBER,LRN- B Party Number,Translation of LRN,"
    "Call date,Call Initiation Time,Call Duration,First BTS Location,First Cell Global Id,Last BTS Location,"
    "Last Cell Global Id,SMS Centre Number,Service Type,IMEI,IMSI,Call Forwarding Number,Roaming Network/Circle,MSC ID,"
    "In TG ,Out TG ,IP Address ,Port No"
)
BSNL_HEADER = (
    "Target/A-Party Number,Call Type,Type of Connection,Other/B-party Number,LRN of B-Party Number,Translation of LRN,"
    "Call Date,Call Initiation Time,Call Duration,First BTS Location,First Cell Global ID,Last BTS Location,"
    "Last Cell Global ID,SMS Centre No.,Service Type,IMEI,IMSI,Original Calling Party,Roaming Network/Circle,"
    "Switch/MSC ID,In TG,Out TG"
)


class Call(NamedTuple):
    """What happened: the served party's number without country code, its handset, and the other end."""

    served: int
    other: str
    imei: str
    imsi: str
    when: dt.datetime
    seconds: int
    incoming: bool
    sms: bool


@dataclass
class OperatorFile:
    """A report in pieces: cells as they will stand, so that a damage can be counted."""

    name: str
    preamble: list[str]
    header: list[str]
    rows: list[list[str]]
    footer: list[str]
    calls: list[Call]
    line_end: str = "\n"
    encoding: str = "utf-8"
    joined: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """The data section."""
        return [",".join(row) for row in self.rows] if not self.joined else self.joined

    def content(self) -> bytes:
        """The whole file."""
        lines = [*self.preamble, ",".join(self.header), *self.lines(), *self.footer]
        return (self.line_end.join(lines) + self.line_end).encode(self.encoding, errors="replace")

    def count(self) -> int:
        """The number of rows that a reader sees."""
        return sum(any(c.isalnum() for c in line) for line in self.lines())


def some_calls(random: Random, count: int, targets: int = 1) -> list[Call]:
    """Calls of a few targets, each in its own few handsets, in no order."""
    owners = [(random.randrange(6_000_000_000, 10**10), [_imei(random) for _ in range(2)]) for _ in range(targets)]
    calls = []
    for _ in range(count):
        served, handsets = random.choice(owners)
        sms = random.random() < 0.4
        incoming = random.random() < 0.5
        other = str(random.randrange(6_000_000_000, 10**10))
        if sms and incoming and random.random() < 0.7:
            other = random.choice(["AD-INVENT-S", "VD-MADEUP-S", "57645"])
        when = dt.datetime(2026, 1, 1) + dt.timedelta(seconds=random.randrange(180 * 86_400))
        seconds = 0 if sms else random.randrange(3600)
        calls.append(Call(served, other, random.choice(handsets), f"40498{served}", when, seconds, incoming, sms))
    return calls


def _imei(random: Random) -> str:
    return f"35{random.randrange(10**12):012}"


def _quoted(text: str) -> str:
    return f"'{text}'"


def airtel(calls: list[Call]) -> OperatorFile:
    rows = []
    for c in calls:
        kind = {(True, True): "SMT", (False, True): "SMO", (True, False): "IN", (False, False): "OUT"}[
            c.incoming, c.sms
        ]
        cells = [_quoted(str(c.served)), kind, "Pre", _quoted(c.other), "", "-", _quoted(f"{c.when:%d/%m/%Y}")]
        cells += [f"{c.when:%H:%M:%S}", str(c.seconds), "21.29669/72.8915", "404-98-8331-1", "-", "---"]
        cells += [_quoted("919800000001"), "SMS" if c.sms else "Voice", _quoted(c.imei + "0"), _quoted(c.imsi)]
        rows.append([*cells, "-", "AIR GJ", _quoted("9898000001"), *[""] * 6])
    preamble = ["BHARTI AIRTEL LIMITED", "Call Details from '01-Jan-2026' to '30-Jun-2026'", ""]
    footer = ["", " This is System generated report, and needs no signature.", "", " 11-Oct-2026 19:18:29"]
    return OperatorFile("airtel", preamble, AIRTEL_HEADER.split(","), rows, footer, calls)


def jio(calls: list[Call]) -> OperatorFile:
    rows = []
    for k, c in enumerate(calls):
        me, other = f"91{c.served}", c.other if not c.other.isdigit() or len(c.other) < 10 else f"91{c.other}"
        kinds = {
            (True, True): ["A2P_SMSIN", "P2P_SMSIN"],
            (False, True): ["P2POUT", "P2AOUT"],
            (True, False): ["a_in", "a_in_wifi", "a_in_wv", "a_in_vw"],
            (False, False): ["a_out", "a_out_wifi", "a_out_vw"],
        }[c.incoming, c.sms]
        ends = c.when + dt.timedelta(seconds=c.seconds)
        pair = (other, me) if c.incoming else (me, other)
        cells = [*map(_quoted, pair), "", "", f"{c.when:%d/%m/%Y}", f"{c.when:%H:%M:%S}", f"{ends:%H:%M:%S}"]
        cells += ["" if c.sms else str(c.seconds), _quoted("405856001"), "", kinds[k % len(kinds)]]
        rows.append([*cells, _quoted("919475000002") if c.sms else "", _quoted(c.imei + "0"), _quoted(c.imsi), "BH"])
    preamble = ["Ticket Number :,LEA1", f"Total Records :,{len(calls)}", *[f"Remark {k} :,'-'" for k in range(16)]]
    return OperatorFile("jio", preamble, JIO_HEADER.split(","), rows, [], calls)


def vi(calls: list[Call]) -> OperatorFile:
    rows = []
    for k, c in enumerate(calls):
        me = f"0{c.served}" if k % 2 else f"91{c.served}"
        cells = [me, "Incoming" if c.incoming else "Outgoing", "PREPAID", c.other, "3087", "Jio", f"{c.when:%d-%m-%Y}"]
        cells += [f"{c.when:%H:%M:%S}", str(c.seconds), "Tower A", "405701", "Tower A", "405701", "-"]
        cells += ["SMS" if c.sms else "Voice", c.imei + "0", c.imsi, "-", "Bihar", "MSC", "-", "-", "-", "-", ""]
        rows.append(cells)
    ruler = "-" * 90
    preamble = ["Vodafone Idea Call Data Records", "Report Type :- Main CDR Report", ruler]
    return OperatorFile(
        "vi", preamble, VI_HEADER.split(","), rows, [ruler, "Note :- This is a System generated Report."], calls
    )


def bsnl(calls: list[Call]) -> OperatorFile:
    rows = []
    for k, c in enumerate(calls):
        date = f"{c.when:%d-%b-%Y}".upper() if k % 2 else f"{c.when:%d/%m/%Y}"
        cells = [str(c.served), "IN" if c.incoming else "OUT", "", c.other, "3104", "Jio - Kolkata", date]
        cells += [f"{c.when:%H:%M:%S}", str(c.seconds), "Tower A; Kolkata; Lat-22.39711", "404-81-724-1", "", "-"]
        cells += [
            "919417000097",
            "SMS" if c.sms else "Voice Call",
            c.imei + "0",
            c.imsi,
            "",
            "BSNL - Kolkata",
            "MSC",
            "",
            "",
        ]
        rows.append(cells)
    preamble = ["Search Criteria : MSISDN", "Start Date : 202601010000", ""]
    footer = ["*** END OF REPORT ***", f"CDR COUNT : {len(calls)}"]
    return OperatorFile("bsnl", preamble, BSNL_HEADER.split(","), rows, footer, calls)


WRITERS: dict[str, Callable[[list[Call]], OperatorFile]] = {"airtel": airtel, "jio": jio, "vi": vi, "bsnl": bsnl}


# Damages. Each changes the file in place and leaves `lines()` what a reader sees.


def shuffle_columns(random: Random, file: OperatorFile) -> None:
    places = list(range(len(file.header)))
    random.shuffle(places)
    file.header = [file.header[k] for k in places]
    file.rows = [[row[k] for k in places] + row[len(places) :] for row in file.rows]


def add_field(random: Random, file: OperatorFile) -> None:
    for row in random.sample(file.rows, 3):
        row.insert(random.randrange(len(row) + 1), random.choice(["", "-", "x", "GJ", "9876500000"]))


def drop_field(random: Random, file: OperatorFile) -> None:
    # A row that has a field more already would have the right number of them again, and the shift of the fields between
    # the two could not be detected.
    usual = min(map(len, file.rows))
    for row in random.sample([row for row in file.rows if len(row) == usual], 3):
        row.pop(random.randrange(len(row)))


def merge_lines(random: Random, file: OperatorFile) -> None:
    for _ in range(2):
        at = random.randrange(len(file.rows) - 1)
        tail = file.rows.pop(at + 1)
        file.rows[at] = [*file.rows[at][:-1], file.rows[at][-1] + tail[0], *tail[1:]]


def break_line(random: Random, file: OperatorFile) -> None:
    at = random.randrange(len(file.rows))
    row = file.rows[at]
    cut = random.randrange(1, len(row))
    file.rows[at : at + 1] = [row[:cut], row[cut:]]


def cut_short(random: Random, file: OperatorFile) -> None:
    lines = file.lines()
    at = random.randrange(len(lines))
    file.joined = [*lines[:at], lines[at][: random.randrange(len(lines[at]) + 1)]]
    file.footer = []


def stray_quotes(random: Random, file: OperatorFile) -> None:
    quote = random.choice(['"', "'"])
    for row in random.sample(file.rows, random.randrange(1, 4)):
        k = random.randrange(len(row))
        at = random.choice([0, random.randrange(len(row[k]) + 1)])
        row[k] = row[k][:at] + quote + row[k][at:]


def quote_all(random: Random, file: OperatorFile) -> None:
    file.rows = [[f'"{cell}"' for cell in row] for row in file.rows]


def spoil_cells(random: Random, file: OperatorFile) -> None:
    for _ in range(4):
        row = random.choice(file.rows)
        junk = ["", "-", "#REF!", "########", "\x00", "\ufeff", "क", "31/02/2026", "99:99:99", "1E+15", "nan", "'", "0"]
        row[random.randrange(len(row))] = random.choice(junk)


def add_non_data(random: Random, file: OperatorFile) -> None:
    lines = file.lines()
    for _ in range(4):
        piece = random.choice(["", " ", ",,,,,,", "-----", "=====,=====", "\t", "''"])
        lines.insert(random.randrange(len(lines) + 1), piece)
    file.joined = lines


def other_line_ends(random: Random, file: OperatorFile) -> None:
    file.line_end = random.choice(["\r\n", "\r", "\r\r\n"])


def other_encoding(random: Random, file: OperatorFile) -> None:
    file.encoding = random.choice(["utf-16", "utf-8-sig", "cp1252", "utf-16-le", "utf-16-be", "latin-1"])
    whole = [row for row in file.rows if len(row) > 2]
    random.choice(whole)[-2 if file.name != "jio" else -1] = "Caf\xe9"


def other_delimiter(random: Random, file: OperatorFile) -> None:
    delimiter = random.choice(["\t", "|"])
    file.joined = [line.replace(",", delimiter) for line in file.lines()]
    file.header = [delimiter.join(file.header)]


DAMAGES: list[Callable[[Random, OperatorFile], None]] = [
    shuffle_columns,
    add_field,
    drop_field,
    merge_lines,
    break_line,
    cut_short,
    stray_quotes,
    quote_all,
    spoil_cells,
    add_non_data,
    other_line_ends,
    other_encoding,
    other_delimiter,
]
