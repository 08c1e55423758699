"""Any file whose columns can be recognised by their names, as analysts' tools export them.

A column named for the target, the subject or the A party is the served party's. Where only a calling and a called
number are named, the call type must show which of them the handset belongs to.
"""

from __future__ import annotations

from typing import Final

from numguard.cdr.layout import Direction, Layout

#: Words that a call type has beside its direction, before or behind it: `Incoming Voice`, `ROAM OUT`, `SMS-IN`.
_BESIDE: Final = ("call", "isd", "local", "roam", "roaming", "sms", "std", "video", "voice", "volte", "vowifi", "wifi")


def _with_words(ways: tuple[str, ...]) -> list[str]:
    return [f"{first} {last}" for way in ways for word in _BESIDE for first, last in ((way, word), (word, way))]


#: Call types in the spellings of switches, operators and tools (3GPP TS 32.250: MOC, MTC, SMS-MO, SMS-MT), as they are
#: compared: lower case, one space between words.
CALL_TYPES: Final[dict[str, Direction]] = {
    **dict.fromkeys((
        "in", "incoming", "incoming call", "call in", "call incoming", "voice in", "volte in", "vowifi in",
        "voice incoming", "mtc", "mt", "terminating", "received", "sms in", "smsin", "sms incoming", "incoming sms",
        "smt", "mt sms", "mtsms", "smsmt", "sms mt", "ic", "i c", "incg", "in coming", "recd", "rcvd",
        *_with_words(("in", "incoming")),
    ), "in"),
    **dict.fromkeys((
        "out", "outgoing", "outgoing call", "call out", "call outgoing", "voice out", "volte out", "vowifi out",
        "voice outgoing", "moc", "mo", "originating", "dialled", "dialed", "sms out", "smsout", "sms outgoing",
        "outgoing sms", "smo", "mo sms", "mosms", "smsmo", "sms mo", "og", "o g", "outg", "out going", "sent",
        *_with_words(("out", "outgoing")),
    ), "out"),
    **dict.fromkeys(("gprs", "data", "internet"), None),
}  # fmt: skip

#: What a column of call types has that has no directions: each row is then one of the A number.
SERVICES: Final = frozenset({*_BESIDE, "", "4g", "data", "gprs", "internet", "lte", "mms", "voice call"})

#: Of `CALL_TYPES`, those that a switch gives to the record of the called party: there the A number is the caller's,
#: and the handset belongs to the B number (3GPP TS 32.250).
OF_THE_CALLED: Final = frozenset({"mtc", "mt", "terminating", "smt", "sms mt", "mt sms", "mtsms", "smsmt"})
#: The names of the caller's column in such records. A target or subject is the served party whatever the type.
CALLERS: Final = frozenset(
    {"a party", "a party no", "a party number", "a party msisdn", "aparty", "party a", "a number", "a no"}
)
#: The names of columns of the IMEIs of the A numbers: the handset is theirs whatever the call type; and so the others.
OF_THE_A_NUMBER: Final = frozenset({"imei a", "a party imei"})
ALSO_OF_THE_A_NUMBER: Final = frozenset({"imsi a", "a party imsi", "first cell id a", "last cell id a"})

BY_NAMES: Final = Layout(
    name="generic",
    signature=(),
    columns={
        "served": (
            "served msisdn", "served number", "served party", "served mobile number", "served mobile no", "target",
            "target no", "target number", "target msisdn", "target mobile no", "target mobile number",
            "target a party number", "target a party no", "target a party", "subject", "subject no", "subject number",
            "subject msisdn", "subject mobile no", "cdr no", "cdr number", "cdrno", "a party", "a party no",
            "a party number", "a party msisdn", "aparty", "party a", "a number", "a no", "msisdn", "msisdn no",
            "msisdn number", "mobile no", "mobile number", "mobile", "phone", "phone no", "phone number",
            "subscriber no", "subscriber number", "subscriber msisdn", "subscriber",
        ),
        "other": (
            "other party", "other party no", "other party number", "other number", "other no", "other msisdn",
            "opposite party", "opposite number", "b party", "b party no", "b party number", "b party msisdn", "bparty",
            "party b", "b number", "b no", "other b party number", "contact", "contact no", "contact number",
            "dialled number", "dialed number",
        ),
        "calling": (
            "calling party telephone number", "calling party number", "calling party no", "calling party",
            "calling number", "calling no", "calling", "caller", "caller no", "caller number", "caller msisdn",
            "caller id",
        ),
        "called": (
            "called party telephone number", "called party number", "called party no", "called party", "called number",
            "called no", "called", "callee", "callee number", "callee msisdn", "receiver", "receiver no",
            "receiver number", "receiver msisdn", "receiver id",
        ),
        "imei": (
            "imei", "imei no", "imei number", "imei of party", "target imei", "subject imei", "served imei", "imei14",
            "imei a", "a party imei", "handset imei", "handset", "imeisv",
        ),
        "imsi": (
            "imsi", "imsi no", "imsi number", "imsi of party", "target imsi", "served imsi", "imsi a", "a party imsi",
        ),
        "at": (
            "timestamp", "time stamp", "datetime", "date time", "date and time", "call date time", "call date and time",
            "call datetime", "call start datetime", "call timestamp", "ts", "call start date time",
            "call start time stamp", "event timestamp", "event start time", "session start time",
            "session start date time", "start date time", "start date and time", "start datetime", "start timestamp",
            "seen at", "seen", "first seen", "first used", "at", "time1", "time 1", "date1", "call date and start time",
            "date time ist",
        ),
        "date": ("call date", "calldate", "date", "date of call", "event date", "start date", "call start date"),
        "time": (
            "call time", "calltime", "call initiation time", "call initiation time cit", "time", "time of call",
            "event time", "start time", "call start time", "call start", "starttime", "session start", "begin time",
        ),
        "call_type": (
            "call type", "calltype", "call type in out", "call type in out sms in sms out", "call direction",
            "direction", "event type", "record type", "type of call", "type",
        ),
        "duration": (
            "duration s", "duration", "call duration", "call duration s", "call duration sec",
            "call duration in seconds", "call duration seconds", "duration sec", "duration secs", "duration in sec",
            "duration in seconds", "duration seconds", "dur", "dur s", "dur sec", "session duration",
        ),
        "lrn": (
            "lrn", "lrn no", "lrn number", "lrn b party number", "lrn b party no", "lrn of b party number",
            "lrn of b party", "lrn called no", "b party lrn",
        ),
        "first_cell": (
            "first cell", "first cgi", "first cell id", "first cell global id", "complete first cell id",
            "first cell id a", "cell id", "cellid", "cell", "cgi", "cgi id", "cgi ld", "cell global id", "first cgi id",
            "site id",
        ),
        "last_cell": (
            "last cell", "last cgi", "last cell id", "last cell global id", "complete last cell id", "last cell id a",
            "last cgi id",
        ),
        "place": (
            "place", "roam nw", "roaming network circle", "roaming circle name", "roaming circle",
            "first roaming network circle id", "circle nw", "circle", "lsa", "roaming network",
        ),
        "coordinates": (
            "first cgi lat long", "first cell lat long", "first cell id lat long", "first bts lat long",
            "cell lat long", "cgi lat long", "bts lat long", "site lat long", "lat long", "latlong", "lat lon",
            "lat lng", "latitude longitude",
        ),
        "latitude": (
            "latitude", "lat", "cgi latitude", "cell latitude", "bts latitude", "site latitude", "first latitude",
            "first cell latitude", "first cgi latitude", "latitude first",
        ),
        "longitude": (
            "longitude", "long", "lon", "lng", "cgi longitude", "cell longitude", "bts longitude", "site longitude",
            "first longitude", "first cell longitude", "first cgi longitude", "longitude first",
        ),
        "site": (
            "first bts location", "first bts location address", "first cell desc", "first cell description",
            "first cell id name location", "bts location", "cell address", "tower address", "site address",
        ),
    },
    call_types=CALL_TYPES,
)  # fmt: skip
