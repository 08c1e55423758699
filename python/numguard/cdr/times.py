"""Written dates and clocks -> microseconds, a whole column at a time.

Owns every form of a date that operator files use, and the rule of the year: it has four digits, since `05-06-07` reads
three ways. Independent of columns and layouts. Nothing here has a time zone: the caller knows that it is Indian
Standard Time.

One idea: **cells of one length are a matrix of bytes.** A form ("DD/MM/YYYY") determines which column of the
matrix is which digit, so a column of text is read by a few additions over whole arrays.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import product
from typing import Final, Literal, NamedTuple, TypeAlias

import numpy as np
import pyarrow.compute as pc

from numguard.cdr.cells import Bytes, Column, Flags, Ints, spans
from numguard.indian_time import DAY_MICROS, OFFSET_MICROS
from numguard.source.scripts import plain_digits

#: The first two were read. The second is another date with the month first, which other dates of its file may have.
OK, DAY_OR_MONTH, BLANK, UNREADABLE, TWO_DIGIT_YEAR, MONTH_FIRST = range(6)

SECOND: Final = 1_000_000

# A letter is a digit of a field: D M Y h m s, f of a fraction of a second; bbb is a month's name, PM is AM or PM.
# `/` matches any separator of dates, `|` a slash or a dash, `:` any separator of clocks. All else matches itself.
_DATES: Final = (
    *("DD/MM/YYYY", "D/MM/YYYY", "DD/M/YYYY", "D/M/YYYY", "YYYY/MM/DD", "YYYYMMDD"),
    *("DD/bbb/YYYY", "D/bbb/YYYY", "DDbbbYYYY"),
    # Two-digit years are recognised so that they are refused with a note of their own.
    *("DD/MM/YY", "D/MM/YY", "DD/M/YY", "D/M/YY", "DD/bbb/YY", "D/bbb/YY", "DDbbbYY"),
    # So are dates with the month first, where the day is after the twelfth. With points, `10.15.30` is a clock.
    *("MM/DD/YYYY", "M/DD/YYYY", "MM|DD|YY", "M|DD|YY"),
)
_CLOCKS: Final = (
    *("hh:mm:ss", "h:mm:ss", "hh:mm", "h:mm", "hhmmss"),
    # Seven digits are those of SQL Server and .NET, nine those of Polars.
    *(f"hh:mm:ss.{'f' * digits}" for digits in range(1, 10)),
    *(f"{clock}{blank}PM" for clock in ("hh:mm:ss", "h:mm:ss", "hh:mm", "h:mm") for blank in ("", " ")),
)
_UTC: Final = ("Z", "+00:00", "+0000", "+00", " UTC")
_ZONES: Final = ("", " IST", "+05:30", " +05:30", "+0530", " +0530", *_UTC)
_TIMESTAMPS: Final = (
    *_DATES,
    *(date + gap + clock + zone for date, gap, clock, zone in product(_DATES, (" ", "T"), _CLOCKS, _ZONES)),
    "YYYYMMDDhhmmss",
    "YYYYMMDDhhmm",
)
#: A fraction of a second at midnight.
_NOTHING: Final = ("", *(f".{'0' * digits}" for digits in range(1, 10)))
#: What a spreadsheet or a program adds to a day that it writes as an instant.
_MIDNIGHTS: Final = (
    "",
    " 00:00",
    *(f"{gap}00:00:00{part}{zone}" for gap, part, zone in product(" T", _NOTHING, ("", "+05:30", "+0530"))),
)
#: A day from 1970 on, a time since midnight, or a day with a time or alone.
What: TypeAlias = Literal["date", "clock", "timestamp"]

_WRITTEN: Final[dict[What, tuple[str, ...]]] = {
    "date": tuple(date + midnight for date, midnight in product(_DATES, _MIDNIGHTS)),
    "clock": tuple(clock + zone for clock, zone in product(_CLOCKS, _ZONES)),
    "timestamp": _TIMESTAMPS,
}

_CLASSES: Final = {"/": b"/-. ", "|": b"/-", ":": b":."}
_FIELDS: Final = "DMYhmsf"
_MONTH_NAMES: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH_DAYS: Final = np.array([0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], dtype=np.int64)
# Clocks that were never set show the first days of 1970 or 1980; the caller refuses them.
_FIRST_YEAR: Final = 1970
_LAST_YEAR: Final = 2099


class Reading(NamedTuple):
    """Microseconds (0 where nothing was read), and the outcome of each cell."""

    micros: Ints
    outcome: Bytes


def read(cells: Column, what: What) -> Reading:
    """A column of text -> microseconds.

    A date is from 1970-01-01 to that midnight, a clock since midnight; a timestamp is both in one cell, or a lone date.
    """
    found = spans(_plain(cells))
    micros = np.zeros(len(cells), dtype=np.int64)
    outcome = np.full(len(cells), UNREADABLE, dtype=np.uint8)
    for rows, matrix in found.groups():
        # A file has one form of dates: the shape that matches the first cell is nearly always the only one tried.
        first = matrix[:, 0].tobytes()
        shapes = sorted(_shapes(what, len(matrix)), key=lambda shape: shape.pattern.fullmatch(first) is None)
        unread, part = rows, matrix
        for shape in shapes:
            fits = shape.fits(part)
            if not fits.any():
                continue
            value, exists = shape.value(part)
            fits &= exists
            outcome[unread[fits]] = shape.outcome
            if shape.outcome == OK:
                micros[unread[fits]] = value[fits]
            if shape.is_day_first:
                outcome[unread[fits & shape.may_be_exchanged(part)]] = DAY_OR_MONTH
            if fits.all():
                break
            unread, part = unread[~fits], part[:, ~fits]
    if (outcome == UNREADABLE).any():
        outcome[(outcome == UNREADABLE) & found.blank()] = BLANK
    return Reading(micros, outcome)


def _plain(cells: Column) -> Column:
    """The cells with the digits of every script as 0 to 9, and without marks that are not seen."""
    plain = plain_digits(cells)
    if plain is cells:
        return cells
    return pc.replace_substring_regex(pc.replace_substring(plain, "\u00a0", " "), r"\p{Cf}", "")


class _Shape:
    """One form, compiled: which byte is which digit, and which bytes must be between them."""

    def __init__(self, written: str) -> None:
        self.fields = {letter: [k for k, c in enumerate(written) if c == letter] for letter in _FIELDS}
        self.month_name = written.find("bbb")
        self.meridiem = written.find("PM")
        if self.meridiem >= 0:
            self.fields["M"] = [k for k in self.fields["M"] if k != self.meridiem + 1]
        self.digits = sorted(k for positions in self.fields.values() for k in positions)
        between = set(range(len(written))) - set(self.digits)
        between -= {*range(self.month_name, self.month_name + 3)} if self.month_name >= 0 else set()
        between -= {self.meridiem, self.meridiem + 1} if self.meridiem >= 0 else set()
        self.between = [(k, _CLASSES.get(written[k], written[k].encode())) for k in sorted(between)]
        self.ahead = OFFSET_MICROS if written.endswith(_UTC) else 0
        self.short_year = len(self.fields["Y"]) == 2
        self.outcome = MONTH_FIRST if written.startswith("M") else TWO_DIGIT_YEAR if self.short_year else OK
        self.is_day_first = self.outcome == OK and written.startswith("D") and self.month_name < 0
        self.pattern = re.compile(_pattern(written), re.IGNORECASE)

    def fits(self, matrix: Bytes) -> Flags:
        """Which rows have this form: digits where digits belong, separators between them."""
        fits = np.ones(matrix.shape[1], dtype=np.bool_)
        for k, allowed in self.between:
            column = matrix[k]
            fits &= np.logical_or.reduce([column == byte for byte in allowed])
        for k in self.digits:
            fits &= (matrix[k] - np.uint8(ord("0"))) <= 9
        if self.meridiem >= 0:
            first, second = matrix[self.meridiem] | 0x20, matrix[self.meridiem + 1] | 0x20
            fits &= ((first == ord("a")) | (first == ord("p"))) & (second == ord("m"))
        return fits

    def value(self, matrix: Bytes) -> tuple[Ints, Flags]:
        """Microseconds, and whether there is such a day and such a time of day."""
        exists = np.ones(matrix.shape[1], dtype=np.bool_)
        micros = np.zeros(matrix.shape[1], dtype=np.int64)
        if self.fields["D"]:
            days, exists = self._days(matrix)
            micros = days * DAY_MICROS
        if self.fields["h"]:
            clock, on_the_clock = self._clock(matrix)
            micros, exists = micros + clock + self.ahead, exists & on_the_clock
        return micros, exists

    def may_be_exchanged(self, matrix: Bytes) -> Flags:
        """Which rows are another date with the month first."""
        day = self._number(matrix, "D")
        other: Flags = (day <= 12) & (day != self._number(matrix, "M"))
        return other

    def _number(self, matrix: Bytes, letter: str) -> Ints:
        total = np.zeros(matrix.shape[1], dtype=np.int64)
        for k in self.fields[letter]:
            total = total * 10 + (matrix[k].astype(np.int64) - ord("0"))
        return total

    def _days(self, matrix: Bytes) -> tuple[Ints, Flags]:
        day, year = self._number(matrix, "D"), self._number(matrix, "Y")
        month = self._number(matrix, "M") if self.month_name < 0 else self._named_month(matrix)
        if self.short_year:
            year = year + 2000
        exists = (month >= 1) & (month <= 12) & (day >= 1) & (year >= _FIRST_YEAR) & (year <= _LAST_YEAR)
        month = np.where(exists, month, 1)
        leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
        exists &= day <= _MONTH_DAYS[month] - ((month == 2) & ~leap)
        # Days from 1970-01-01 in the proleptic Gregorian calendar, counting years from March so that the leap day is
        # the last of its year.
        shifted = year - (month <= 2)
        of_year = (153 * (month + np.where(month > 2, -3, 9)) + 2) // 5 + day - 1
        return shifted * 365 + shifted // 4 - shifted // 100 + shifted // 400 + of_year - 719_468, exists

    def _named_month(self, matrix: Bytes) -> Ints:
        name = matrix[self.month_name : self.month_name + 3] | 0x20
        month = np.zeros(matrix.shape[1], dtype=np.int64)
        for number, spelled in enumerate(_MONTH_NAMES, start=1):
            month[(name == np.frombuffer(spelled.encode(), dtype=np.uint8)[:, None]).all(axis=0)] = number
        return month

    def _clock(self, matrix: Bytes) -> tuple[Ints, Flags]:
        hour, minute, second = (self._number(matrix, letter) for letter in "hms")
        exists = (hour < 24) & (minute < 60) & (second < 60)
        if self.meridiem >= 0:
            exists &= (hour >= 1) & (hour <= 12)
            hour = hour % 12 + 12 * ((matrix[self.meridiem] | 0x20) == ord("p"))
        digits = len(self.fields["f"])
        fraction = self._number(matrix, "f") * 10 ** max(6 - digits, 0) // 10 ** max(digits - 6, 0)
        return (hour * 3600 + minute * 60 + second) * SECOND + fraction, exists


def _pattern(written: str) -> bytes:
    """The shape as a regular expression: for one cell that is quicker than array operations."""
    spelled = {"b": b"[a-z]", "P": b"[ap]m"} | dict.fromkeys(_FIELDS, b"[0-9]")
    spelled |= {letter: b"[" + re.escape(allowed) + b"]" for letter, allowed in _CLASSES.items()}
    return b"".join(spelled.get(c, re.escape(c.encode())) for c in written.replace("PM", "P"))


@cache
def _shapes(what: What, length: int) -> tuple[_Shape, ...]:
    return tuple(_Shape(written) for written in _WRITTEN[what] if len(written) == length)
