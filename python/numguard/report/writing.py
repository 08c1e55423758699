"""The format of figures on a page: lakh and crore, shares, days, and masked numbers.

Independent of what a figure means. One idea: a report is forwarded to readers who need no number, so that a number is
masked up to its last two digits unless the caller requests it in full.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any, Final

import pyarrow as pa

from numguard import _core
from numguard.masking import crossed, masked

_CRORE: Final = 1_00_00_000
_LAKH: Final = 1_00_000

# Invisible characters and changes of direction, which could make one name look like another. Indic joiners stay.
_UNSEEN: Final = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def counted(count: int, what: str) -> str:
    """1 handset; 2,345 handsets."""
    return f"{grouped(count)} {what}{'s' * (count != 1)}"


def grouped(count: int) -> str:
    """12,34,567: the last three digits, then twos."""
    digits = str(abs(count))
    head, tail = digits[:-3], digits[-3:]
    parts = [head[max(0, end - 2) : end] for end in range(len(head), 0, -2)][::-1]
    return "-" * (count < 0) + ",".join([*parts, tail])


def lakh(amount: Decimal) -> str:
    """Rupees as lakh with two places: 3,721.86 for 37,21,86,100."""
    hundredths = int((amount * 100 / _LAKH).to_integral_value())
    return f"{grouped(hundredths // 100)}.{hundredths % 100:02}"


def rupees_in_words(amount: Decimal) -> str:
    """₹ 15.00 crore, ₹ 2.50 lakh, ₹ 900."""
    for unit, name in ((_CRORE, "crore"), (_LAKH, "lakh")):
        if amount >= unit:
            return f"₹ {amount / unit:.2f} {name}"
    return f"₹ {grouped(int(amount.to_integral_value()))}"


def share(part: int, whole: int) -> str:
    """99.1%; nothing where there is no whole, and never 100% of less than all."""
    if not whole:
        return ""
    tenths = 1000 * part // whole
    return f"{tenths // 10}.{tenths % 10}%" if tenths < 1000 else "100%"


def day(at: date) -> str:
    """3 Sep 2026."""
    return f"{at.day} {at:%b %Y}"


def minute(at: datetime) -> str:
    """3 Sep 2026, 14:05."""
    return f"{day(at)}, {at:%H:%M}"


def moment(at: datetime) -> str:
    """3 Sep 2026, 14:05 IST."""
    return f"{minute(at)} IST"


def duration(seconds: int) -> str:
    """3 days 4 h; 2 h 5 min; 40 s."""
    units = (("days", 86_400), ("h", 3_600), ("min", 60), ("s", 1))
    for (name, size), (lower, less) in pairwise(units):
        if seconds >= size:
            whole, rest = seconds // size, seconds % size // less
            text = f"{whole} {'day' if name == 'days' and whole == 1 else name}"
            return f"{text} {rest} {lower}" if rest else text
    return f"{seconds} s"


def masked_text(text: str) -> str:
    """Text with the middle of each possible phone number masked."""
    return masked(text, lambda digits: crossed(digits, 2))


class Namer:
    """Writes numbers, handsets and text of complaints: masked, or in full."""

    def __init__(self, *, full: bool) -> None:
        self._full = full

    def text(self, words: str) -> str:
        """Text of a complaint, with a replacement character for each invisible one."""
        seen = _UNSEEN.sub("\ufffd", words)
        return seen if self._full else masked_text(seen)

    def number(self, msisdn: int) -> str:
        """+9198xxxxxx10."""
        if self._full:
            return str(_core.format(pa.array([msisdn], pa.uint64()), style="international")[0].as_py())
        return f"+{crossed(str(msisdn), 4)}"

    def handset(self, imei14: int) -> str:
        """49015420xxxx51: the type of the phone, and the end of its serial number."""
        if self._full:
            return str(_core.format_imei(pa.array([imei14], pa.uint64()))[0].as_py())
        return crossed(f"{imei14:014}", 8)

    def key(self, column: str, key: int) -> str:
        """The number or the handset of a column `msisdn` or `imei14`."""
        return self.number(key) if column == "msisdn" else self.handset(key)

    def either(self, row: dict[str, Any]) -> str:
        """The number or the handset of a row that has one of them."""
        return self.number(row["msisdn"]) if row["imei14"] is None else self.handset(row["imei14"])
