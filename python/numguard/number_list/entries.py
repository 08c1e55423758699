"""Columns by which a database says that an entry of a list counts no more: flags, codes of a status, and last days.

Owns their headings and cells. Independent of what officers decide on a number. One idea: **words, and not spellings**:
`DEL_FLG`, `Deleted (Y/N)` and `is_deleted` are a word of deletion and words of flags, whatever their order.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final

from numguard.indian_time import IST
from numguard.number_list.titles import words_of
from numguard.number_list.words import words_in

#: Words of a flag, and of what it is of.
_FLAG: Final = words_in("entry flag flg ind indicator is n rec record row soft still whether y yes yn")
_ACTIVE: Final = words_in("active enabled live valid")
#: What was deactivated or disabled may be a number that was blocked.
_DELETED: Final = words_in(
    "archived canceled cancelled del delete deleted dlt expired inactive lapsed obsolete purged superseded void voided"
)
#: Words of a day, of the end of a validity, and of what has an end.
_WHEN: Final = words_in("at date day dt on time ts")
_TO: Final = words_in("end ends thru till to until up upto")
_VALID: Final = words_in("eff effective valid validity")
_EXPIRY: Final = words_in("expiration expires expiry")
#: What else may end: a complaint, a licence, a plan. It is an entry only if the heading says so.
_ENDED: Final = _EXPIRY | words_in("closed expired inactive lapsed")
_OF_ENTRIES: Final = words_in("entry list listing rec record row")
#: Words of the heading of a status, and those beside them that say that it is one of an entry.
_STATUS: Final = words_in("stat status sts")
_BESIDE_STATUS: Final = _STATUS | _OF_ENTRIES | words_in("cd code flag flg ind indicator")
#: The codes of an entry that counts no more, beside `A` for one that does; and its words.
_CODES: Final = words_in("d del dlt")
#: The same below a heading of entries: below `Status` alone they are of a SIM too.
_CODES_OF_ENTRIES: Final = _CODES | words_in("e i inactive x")
_WORDS: Final = words_in("archived cancelled canceled deleted expired void")
_MONTHS: Final = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
#: A time may follow without a space.
_ISO: Final = re.compile(r"\s*(\d{4})[-/.]?(\d\d)[-/.]?(\d\d)(?:\d{4}|\d{6})?(?!\d)")
_INDIAN: Final = re.compile(r"\s*(\d\d?)[-/.](\d\d?)[-/.](\d{4}|\d\d)(?!\d)")
_DAY, _MONTH, _YEAR = r"(?P<day>\d\d?)", r"(?P<month>[a-z]{3})[a-z]*", r"(?P<year>\d{4}|\d\d)(?!\d)"
_NAMED: Final = re.compile(rf"\s*{_DAY}[-/.\s]*{_MONTH}[-/.,\s]*{_YEAR}", re.IGNORECASE)
_MONTH_FIRST: Final = re.compile(rf"\s*{_MONTH}[-/.\s]*{_DAY}[-/.,\s]+{_YEAR}", re.IGNORECASE)


def without_flags(words: set[str]) -> set[str]:
    """The words of a heading but for those of a flag."""
    return words - _FLAG


def asks_if_active(words: set[str]) -> bool:
    """Whether a heading of these words asks if an entry still counts.

    >>> [asks_if_active(set(words_of(heading))) for heading in ("ACTIVE_FLG", "Valid (Y/N)", "Live", "Active SIM")]
    [True, True, True, False]
    """
    meant = without_flags(words)
    return bool(meant) and meant <= _ACTIVE


def asks_if_deleted(words: set[str]) -> bool:
    """Whether a heading of these words asks if an entry counts no more.

    >>> of = "DEL_FLG", "Deleted (Y/N)", "INACTIVE_FLAG", "Expired", "Deleted SMS", "Expired on"
    >>> [asks_if_deleted(set(words_of(heading))) for heading in of]
    [True, True, True, True, False, False]
    """
    meant = without_flags(words)
    return bool(meant) and meant <= _DELETED


def has_status(heading: str) -> bool:
    """Whether a heading is that of the status of an entry.

    >>> [has_status(heading) for heading in ("REC_STATUS", "Status", "Number status")]
    [True, True, False]
    """
    words = set(words_of(heading))
    return bool(words & _STATUS) and words <= _BESIDE_STATUS


def ended(heading: str, texts: Any) -> list[str]:
    """Those texts of a status that an entry has which counts no more.

    That a number is inactive is another thing: it says so of an entry only beside codes, or below a heading of entries.

    >>> import pyarrow as pa
    >>> of = lambda heading, *texts: ended(heading, pa.array(texts))
    >>> of("Status", "A", "D", "I"), of("Status", "Active", "Inactive", "Expired"), of("REC_STS", "INACTIVE")
    (['D'], ['Expired'], ['INACTIVE'])
    >>> of("REC_STS", "A", "D", "I"), of("Sts", "D")
    (['D', 'I'], [])
    """
    meant = {text: text.strip(" .").casefold() for text in texts.to_pylist()}
    is_of_entries = not _OF_ENTRIES.isdisjoint(words_of(heading))
    codes = _CODES_OF_ENTRIES if is_of_entries else _CODES
    codes = codes if "a" in meant.values() else codes & {"inactive"}
    return [text for text, bare in meant.items() if bare in codes | _WORDS]


@lru_cache(1_000)
def has_end_days(heading: str) -> bool:
    """Whether a heading is that of the last days of entries.

    >>> of = "valid_to", "Valid till", "Entry expiry", "Record closed on", "Cancelled date", "End date", "Closed on"
    >>> [has_end_days(heading) for heading in of]
    [True, True, True, True, True, False, False]
    """
    words = set(words_of(heading))
    meant = words - _OF_ENTRIES - _WHEN
    if not meant:
        return False
    is_validity = bool(meant & _VALID) and bool(meant & _TO) and meant <= _VALID | _TO
    ends = _DELETED - _ENDED if words.isdisjoint(_OF_ENTRIES) else _DELETED | _ENDED
    return is_validity or (meant <= ends and not words.isdisjoint(_WHEN | _EXPIRY))


def past(texts: Any) -> list[str]:
    """Those texts that are a day before today, in every way in which they read."""
    today = datetime.now(IST).date()
    return [text for text in texts.to_pylist() if (days := _days(text)) and all(day < today for day in days)]


def _days(text: str) -> list[date]:
    """The days that a text may be, with day and month either way round.

    >>> _days("2024-03-05 00:00:00") == _days("5 Mar 2024") == _days("20240305000000") == [date(2024, 3, 5)]
    True
    >>> _days("Mar 5 2024") == _days("March 5, 24") == [date(2024, 3, 5)], _days("Mar 2024")
    (True, [])
    >>> _days("05/03/24") == [date(2024, 3, 5), date(2024, 5, 3)], _days("0000-00-00"), _days("NA")
    (True, [], [])
    """
    if found := _ISO.match(text):
        forms = [(found[1], found[2], found[3])]
    elif found := _INDIAN.match(text):
        forms = [(found[3], found[2], found[1]), (found[3], found[1], found[2])]
    elif (found := _NAMED.match(text) or _MONTH_FIRST.match(text)) and found["month"].lower() in _MONTHS:
        forms = [(found["year"], str(_MONTHS.index(found["month"].lower()) + 1), found["day"])]
    else:
        return []
    days = []
    for year, month, day in dict.fromkeys(forms):
        full = int(year) + (2000 if len(year) == len("24") else 0)
        try:
            days.append(date(full, int(month), int(day)))
        except ValueError:
            continue
    return days
