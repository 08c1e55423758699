"""Written dates and times -> microseconds since 1970 in UTC, each refused cell with its note.

Owns the forms in which complaints and spreadsheets write a moment, and when a day of India ends. Independent of
complaints. One idea: **the day is before the month, and a column with another order is not guessed**: 05/04/2026 is the
fifth of April, unless the same column has a 04/15/2026; then it is ambiguous, and both are refused. So is 2026-04-09
beside 2026-15-09.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

import numpy as np
import pyarrow as pa

from numguard.compute import pc, whole
from numguard.errors import ArgumentError
from numguard.indian_time import DAY_MICROS, IST, OFFSET_MICROS, day_begin
from numguard.registry.arrays import Bools, Column, Ints, flags, ints
from numguard.registry.sheets.cells import (
    SPREADSHEET_MARKS,
    each_once,
    is_nothing,
    more_precise,
    plain_text,
    repeats,
    trimmed,
    written,
)
from numguard.source.scripts import plain_letters

_CLOCK: Final = (
    r"(?:(?:(?P<T>T)|[T ,]+|\s+at\s+)(?P<H>\d{1,2})[:.](?P<M>\d{2})(?:[:.](?P<S>\d{2})(?:[.,]\d+)?)?"
    r"\s*(?P<p>[AaPp]\.?[Mm]\.?)?\s*(?:[Hh](?:ou)?rs\.?)?\s*(?:IST|(?P<z>Z|[+-]\d{2}(?::?\d{2})?))?)?$"
)
#: No zone is further from UTC, in seconds: UTC-12:00, UTC+14:00.
_WEST, _EAST = 12 * 3600, 14 * 3600
_NAME: Final = r"[\p{L}\p{M}]{2,12}"
_ISO: Final = rf"^(?P<y>\d{{4}})[-/.](?P<m>\d{{1,2}})[-/.](?P<d>\d{{1,2}}){_CLOCK}"
_DAY_FIRST: Final = (
    rf"^(?P<d>\d{{1,2}})(?:st|nd|rd|th)?[-/. ]\s*(?P<m>\d{{1,2}}|{_NAME})\.?[-/. ,]\s*(?P<y>\d{{4}}){_CLOCK}"
)
_MONTH_NAMED_FIRST: Final = rf"^(?P<m>{_NAME})\.? (?P<d>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<y>\d{{4}}){_CLOCK}"
#: The two numbers before the year, in the order of a day and a month; and those after it, a month and a day.
_NUMERIC: Final = r"^(?P<a>\d{1,2})[-/. ]\s*(?P<b>\d{1,2})[-/. ]\s*\d{4}\b"
#: A date with a year of two digits is refused, but shows the order too; with points, `10.15.30` may be a time of day.
_SHORT_YEAR: Final = r"^(\d{1,2})(?:/(\d{1,2})/|-(\d{1,2})-)(\d{2})(?:[ ,T]|$)"
_AFTER_YEAR: Final = r"^\d{4}[-/.](?P<b>\d{1,2})[-/.](?P<a>\d{1,2})(?:\D|$)"

_ENGLISH: Final = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
                   "november", "december")  # fmt: skip
#: January to December in the languages of India; a slash parts two spellings.
_INDIAN: Final = (
    "जनवरी फरवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर/सितम्बर अक्टूबर/अक्तूबर नवंबर/नवम्बर दिसंबर/दिसम्बर",
    "जानेवारी फेब्रुवारी मार्च एप्रिल मे जून जुलै ऑगस्ट सप्टेंबर ऑक्टोबर नोव्हेंबर डिसेंबर",
    "જાન્યુઆરી ફેબ્રુઆરી માર્ચ એપ્રિલ મે જૂન જુલાઈ ઓગસ્ટ/ઑગસ્ટ સપ્ટેમ્બર ઓક્ટોબર/ઑક્ટોબર નવેમ્બર ડિસેમ્બર",
    "ਜਨਵਰੀ ਫਰਵਰੀ ਮਾਰਚ ਅਪ੍ਰੈਲ ਮਈ ਜੂਨ ਜੁਲਾਈ ਅਗਸਤ ਸਤੰਬਰ ਅਕਤੂਬਰ ਨਵੰਬਰ ਦਸੰਬਰ",
    "জানুয়ারি/জানুয়ারী ফেব্রুয়ারি/ফেব্রুয়ারী মার্চ এপ্রিল মে জুন জুলাই আগস্ট সেপ্টেম্বর অক্টোবর নভেম্বর ডিসেম্বর",
    "জানুৱাৰী ফেব্ৰুৱাৰী মাৰ্চ এপ্ৰিল মে জুন জুলাই আগষ্ট ছেপ্টেম্বৰ অক্টোবৰ নৱেম্বৰ ডিচেম্বৰ",
    "ଜାନୁଆରୀ ଫେବୃଆରୀ ମାର୍ଚ୍ଚ ଅପ୍ରେଲ ମଇ ଜୁନ ଜୁଲାଇ ଅଗଷ୍ଟ ସେପ୍ଟେମ୍ବର ଅକ୍ଟୋବର ନଭେମ୍ବର ଡିସେମ୍ବର",
    "ஜனவரி பிப்ரவரி மார்ச் ஏப்ரல் மே ஜூன் ஜூலை ஆகஸ்ட் செப்டம்பர் அக்டோபர் நவம்பர் டிசம்பர்",
    "జనవరి ఫిబ్రవరి మార్చి ఏప్రిల్ మే జూన్ జులై/జూలై ఆగస్టు/ఆగస్ట్ సెప్టెంబర్/సెప్టెంబరు అక్టోబర్/అక్టోబరు నవంబర్/నవంబరు డిసెంబర్/డిసెంబరు",
    "ಜನವರಿ ಫೆಬ್ರವರಿ ಮಾರ್ಚ್ ಏಪ್ರಿಲ್ ಮೇ ಜೂನ್ ಜುಲೈ ಆಗಸ್ಟ್ ಸೆಪ್ಟೆಂಬರ್ ಅಕ್ಟೋಬರ್ ನವೆಂಬರ್ ಡಿಸೆಂಬರ್",
    "ജനുവരി ഫെബ്രുവരി മാർച്ച് ഏപ്രിൽ മേയ്/മെയ് ജൂൺ ജൂലൈ ഓഗസ്റ്റ്/ആഗസ്റ്റ് സെപ്റ്റംബർ ഒക്ടോബർ നവംബർ ഡിസംബർ",
    "جنوری فروری مارچ اپریل مئی جون جولائی اگست ستمبر اکتوبر نومبر دسمبر",
)
_MONTHS: Final = {
    plain_letters(spelling): k
    for names in (_ENGLISH, [name[:3] for name in _ENGLISH], *(line.split() for line in _INDIAN))
    for k, name in enumerate(names, 1)
    for spelling in name.split("/")
} | {"sept": 9}

#: The notes of refused cells by pattern; the last that matches holds.
_WHY: Final = (
    (r"^\d{1,2}[-/. ]\s*(?:\d{1,2}|[A-Za-z]{3,9})[-/. ,']\s*\d{2}(?:\D.*)?$", "two_digit_year"),
    (r"^\d{5}(?:\.\d+)?$", "serial_date"),
    *SPREADSHEET_MARKS,
    (r" or ", "day_or_month"),
)


def end_of_day(now: int) -> int:
    """The first moment after the day of `now` in India, in microseconds since 1970."""
    return day_begin(now) + DAY_MICROS


def last_moment(name: str, moment: object) -> int:
    """The last moment of a day (IST), or a moment itself, in microseconds UTC.

    Raises:
        ArgumentError: neither a day nor a time with its zone; `name` is the argument's.
    """
    if isinstance(moment, datetime):
        if moment.tzinfo is None:
            raise ArgumentError(f"{name}: a time needs its zone; a day alone is taken to its end in IST")
        last = moment
    elif isinstance(moment, date):
        last = datetime.combine(moment, time.max, IST)
    else:
        raise ArgumentError(f"{name}: takes a day, or a time with its zone")
    return (last - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def moments(column: Column) -> tuple[pa.Array[Any], pa.Array[Any]]:
    """Dates and times -> microseconds since 1970 in UTC. Returns (moment, note); without a zone, a time is IST.

    Accepted: ISO 8601, day first with `/`, `-`, `.` or a blank (12/09/2026, 12-Sep-2026 14:05, 12.09.2026 2:05 PM,
    5th September 2026), a named month first (Sep 12, 2026), digits and months of the languages of India too. The
    note of a cell that is no day of the calendar is `not_a_date`, or more precisely `two_digit_year`, `month_first`,
    `day_or_month`, `serial_date`, `spreadsheet_overflow`, `spreadsheet_error`.

    >>> moments(pa.array(["12/09/2026", "12/09/26", "09/13/2026"]))[1].to_pylist()
    ['day_or_month', 'two_digit_year', 'month_first']
    """
    if pa.types.is_timestamp(column.type) or pa.types.is_date(column.type):
        values = whole(column)
        zone = getattr(column.type, "tz", None)
        micros = pc.cast(pc.cast(values, pa.timestamp("us", zone), safe=False), pa.int64())
        if zone is None:
            micros = pc.subtract(micros, OFFSET_MICROS)
        return micros, pa.nulls(len(values), pa.string())
    cells = written(column)
    if repeats(cells):
        return each_once(cells, moments)
    text = plain_text(trimmed(cells))
    empty = flags(is_nothing(text))
    seconds = np.zeros(len(text), np.int64)
    good = np.zeros(len(text), np.bool_)
    for form in (_ISO, _DAY_FIRST, _MONTH_NAMED_FIRST):
        at = np.flatnonzero(~good & ~empty)
        if not len(at):
            break
        some: Any = pa.array(at)
        seconds[at], good[at] = _calendar(pc.extract_regex(text.take(some), form))
    note = pc.if_else(pa.array(~good & ~empty), "not_a_date", None)
    for pattern, why in _WHY:
        note = more_precise(note, pc.match_substring_regex(text, pattern), why)
    with_century = pc.replace_substring_regex(text, _SHORT_YEAR, r"\1/\2\3/20\4 ")
    swapped, before_year = _swapped(with_century, good, _NUMERIC)
    note = more_precise(note, pa.array(swapped), "month_first")
    doubtful = before_year | _swapped(text, good, _AFTER_YEAR)[1]
    if doubtful.any():
        good &= ~doubtful
        note = pc.if_else(pa.array(doubtful), "day_or_month", note)
    return pa.array(seconds * 1_000_000, pa.int64(), mask=~good), note


def _swapped(text: pa.Array[Any], good: Bools, form: str) -> tuple[Bools, Bools]:
    """Which cells of a form have their day where the month is to be; and, if there is one, which may be such.

    `good` has the cells that are days as they are written.
    """
    numeric = pc.extract_regex(text, form)
    day, month = (_digits(pc.struct_field(numeric, part)) for part in "ab")
    swapped = ~good & (day <= 12) & (month > 12) & (month <= 31)
    either_way = good & (day <= 12) & (month <= 12) & (day != month) & (day > 0)
    return swapped, either_way & swapped.any()


def _calendar(parts: pa.StructArray) -> tuple[Ints, Bools]:
    """Seconds since 1970 in UTC of the matched parts, and which of them are days and times of the calendar."""
    matched = ~flags(pc.is_null(parts))
    month = pc.struct_field(parts, "m")
    named = pa.array([*_MONTHS.values()]).take(pc.index_in(pc.utf8_lower(month), pa.array([*_MONTHS])))
    month = _digits(pc.if_else(pc.is_valid(named), pc.cast(named, pa.string()), month))
    year, day, hour, minute, second = (_digits(pc.struct_field(parts, part)) for part in ("y", "d", "H", "M", "S"))
    half = pc.utf8_lower(pc.fill_null(pc.struct_field(parts, "p"), ""))
    has_half = flags(pc.greater(pc.utf8_length(half), 0))
    afternoon = flags(pc.starts_with(half, "p"))
    good = matched & (month >= 1) & (month <= 12) & (year >= 1970) & (year <= 2200) & (minute < 60) & (second < 60)
    good &= np.where(has_half, (hour >= 1) & (hour <= 12), hour < 24)
    hour = np.where(has_half, hour % 12 + 12 * afternoon, hour)
    first = ((np.where(good, year, 1970) - 1970) * 12 + np.where(good, month, 1) - 1).astype("datetime64[M]")
    length = ((first + np.timedelta64(1, "M")).astype("datetime64[D]") - first.astype("datetime64[D]")).astype(np.int64)
    good &= (day >= 1) & (day <= length)
    days = first.astype("datetime64[D]").astype(np.int64) + day - 1
    offset, is_zone = _offsets(parts)
    return days * 86_400 + hour * 3600 + minute * 60 + second - offset, good & is_zone


def _offsets(parts: pa.StructArray) -> tuple[Ints, Bools]:
    """Seconds from UTC of the matched parts, those of India where no zone is written; and whether a written one exists.

    Behind a time without seconds `-11:30` is when something ended, unless a `T` before it shows an instant.
    """
    zone = pc.fill_null(pc.struct_field(parts, "z"), "")
    minutes = _digits(pc.utf8_slice_codeunits(pc.replace_substring(zone, ":", ""), 3, 5))
    offset = _digits(pc.utf8_slice_codeunits(zone, 1, 3)) * 3600 + minutes * 60
    is_west = flags(pc.starts_with(zone, "-"))
    offset = np.where(is_west, -offset, offset)
    is_zone = (minutes < 60) & (offset >= -_WEST) & (offset <= _EAST)
    is_instant = flags(pc.or_(*(pc.greater(pc.fill_null(pc.struct_field(parts, part), ""), "") for part in "ST")))
    is_written = flags(pc.greater(pc.utf8_length(zone), 0))
    return np.where(is_written, offset, OFFSET_MICROS // 1_000_000), is_zone & (is_instant | ~is_west)


def _digits(text: pa.Array[Any]) -> Ints:
    """The numbers of texts; 0 of those that are none."""
    is_number = pc.fill_null(pc.match_substring_regex(text, r"^\d+$"), False)
    return ints(pc.cast(pc.if_else(is_number, text, "0"), pa.int64()))
