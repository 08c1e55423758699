"""Countries that stand in a column of their own, beside a number without its country code.

Owns the headings of such columns, and whether a cell contradicts a number. Independent of regions. One idea: **a number
as it was read begins with the code of its row, or is another country's**: `1` beside `9876543210` is no Indian mobile.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Sequence
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from numguard._core import regions
from numguard.compute import as_text, flags, named, pc

#: The headings of columns of codes, by their letters alone. A mobile country code is that of a network.
_OF_CODES: Final = frozenset(
    ["callingcode", "cc", "contactcountrycode", "countrycallingcode", "countrycode", "countrydialcode", "dialcode",
     "countrydialingcode", "countrydiallingcode", "countryprefix", "dialingcode", "diallingcode", "internationalcode",
     "isd", "isdcode", "isdprefix", "phonecc", "phonecode", "phonecountrycode"]
)  # fmt: skip
#: Words of headings of columns of names, beside `country`. It may be where the complainant is, so that `India` says
#: nothing about a number.
_OF_NAMES: Final = frozenset(
    ["accused", "caller", "callers", "fraudster", "from", "mobile", "msisdn", "name", "no", "number", "of",
     "origin", "phone", "region", "s", "suspect", "suspects", "the"]
)  # fmt: skip
#: Words by which India is named.
_INDIAN: Final = frozenset(
    ["bharat", "bharath", "domestic", "hindustan", "ind", "india", "indian", "local", "भारत", "भारतीय", "इंडिया",
     "इण्डिया", "हिन्दुस्तान", "हिंदुस्तान", "ভারত", "ভাৰত", "ইন্ডিয়া", "ભારત", "ઇન્ડિયા", "ਭਾਰਤ", "ਇੰਡੀਆ", "ଭାରତ", "ଇଣ୍ଡିଆ", "இந்தியா",
     "భారత్", "భారతదేశం", "ఇండియా", "ಭಾರತ", "ಇಂಡಿಯಾ", "ഇന്ത്യ", "ഭാരതം", "بھارت", "ہندوستان", "انڈیا"]
)  # fmt: skip
#: The states and union territories of India, by their letters alone: some write these below `Country`.
_STATES: Final = frozenset(
    ["andamanandnicobarislands", "andhrapradesh", "arunachalpradesh", "assam", "bihar", "chandigarh", "chhattisgarh",
     "dadraandnagarhavelianddamananddiu", "delhi", "goa", "gujarat", "haryana", "himachalpradesh", "jammuandkashmir",
     "jammukashmir", "jharkhand", "karnataka", "kerala", "ladakh", "lakshadweep", "madhyapradesh", "maharashtra",
     "manipur", "meghalaya", "mizoram", "mumbai", "nagaland", "newdelhi", "odisha", "orissa", "puducherry", "punjab",
     "rajasthan", "sikkim", "tamilnadu", "telangana", "tripura", "uttarakhand", "uttarpradesh", "westbengal"]
)  # fmt: skip
#: Words with which a text begins that names no country.
_UNKNOWN: Final = frozenset(
    ["as", "blank", "cannot", "data", "details", "ditto", "do", "info", "information", "k", "n", "na", "nan", "nil",
     "no", "none", "not", "null", "other", "others", "pending", "same", "select", "to", "under", "unknown", "yet"]
)  # fmt: skip
#: Other countries as they are named in a column of codes, beside their two letters; of other words nothing is known.
_ABROAD: Final = frozenset(
    ["afghanistan", "australia", "bahrain", "bangladesh", "bhutan", "cambodia", "canada", "china", "dubai", "england",
     "france", "germany", "hongkong", "indonesia", "iran", "iraq", "italy", "japan", "kenya", "kuwait", "laos",
     "malaysia", "maldives", "mauritius", "myanmar", "nepal", "netherlands", "newzealand", "nigeria", "oman",
     "pakistan", "philippines", "qatar", "russia", "saudiarabia", "singapore", "southafrica", "spain", "srilanka",
     "switzerland", "thailand", "turkey", "uae", "uganda", "uk", "ukraine", "unitedarabemirates", "unitedkingdom",
     "unitedstates", "unitedstatesofamerica", "usa", "vietnam"]
)  # fmt: skip
#: India in ISO 3166-1, beside its two letters.
_NUMERIC_OF_INDIA: Final = "356"
#: One to three digits, with a plus or zeros in front.
_CODE: Final = r"^[\s'+(]*0{0,2}(?P<code>[1-9][0-9]{0,2})[\s)]*(?:\.0+)?$"

_INDIA: Final = "IN"
_CODE_OF_INDIA: Final = "91"
#: Namibia and Norway, whose numbers are too short to be read as Indian ones, are "not available" and "no" here.
_NOT_ABROAD: Final = frozenset([_INDIA, "NA", "NO"])


def is_of_country(heading: str) -> bool:
    """Whether a heading is that of a column of country codes, or of countries.

    >>> [is_of_country(name) for name in ("Country Code", "ISD", "Suspect's Country", "Mobile Country Code", "Code")]
    [True, True, True, False, False]
    """
    return _letters(heading) in _OF_CODES or _is_of_names(heading)


def contradicted(heading: str, column: Any, msisdns: Any) -> npt.NDArray[np.bool_]:
    """Which numbers, a column of uint64, are of another country than the cell beside them.

    In a column of codes, a region of two letters (`GB`) or the name of a country contradicts an Indian number, and `IN`
    any other; of other words nothing is known. In one of countries, each word contradicts an Indian number that is not
    India's or a state's of India, and does not say that nothing is known.

    >>> codes = pa.array(["91", "1", "+1", "Delhi", "IN", "gb", "UK", "Sark", "India", "not known"])
    >>> numbers = pa.array([919876543210] * 10, pa.uint64())
    >>> contradicted("ISD", codes, numbers).tolist()
    [False, True, True, False, False, True, True, False, False, False]
    >>> contradicted("Country", codes, numbers).tolist()
    [False, True, True, False, False, True, True, True, False, False]
    """
    text = as_text(column)
    digits = msisdns.cast(pa.string())
    written = pc.struct_field(pc.extract_regex(text, _CODE), "code")
    if _is_of_names(heading):
        names = _distinct(text, _is_abroad)
        written = pc.if_else(pc.equal(written, _NUMERIC_OF_INDIA), None, written)
    else:
        names = _distinct(text, _is_abroad_among_codes)
        is_india = pc.equal(pc.utf8_upper(pc.utf8_trim_whitespace(text)), _INDIA)
        written = pc.if_else(is_india, _CODE_OF_INDIA, written)
    abroad = pc.and_(pc.is_null(written), pc.is_in(text, names))
    found = flags(pc.and_(abroad, pc.starts_with(digits, _CODE_OF_INDIA)))
    for code in pc.unique(written).drop_null().to_pylist():
        other = pc.and_(pc.equal(written, code), pc.invert(pc.starts_with(digits, code)))
        found |= flags(other)
    return found


def _distinct(text: Any, which: Callable[[str], bool]) -> pa.Array[Any]:
    """The distinct cells for which `which` holds."""
    cells: Any = pc.unique(text).drop_null()
    chosen: pa.Array[Any] = cells.filter(pa.array([which(cell) for cell in cells.to_pylist()], pa.bool_()))
    return chosen


@cache
def _regions_abroad() -> frozenset[str]:
    return frozenset(regions()) - _NOT_ABROAD


def _is_abroad_among_codes(cell: str) -> bool:
    """Whether a cell of a column of codes is a region, or names a country, that is not India."""
    return cell.strip().upper() in _regions_abroad() or _letters(cell) in _ABROAD


def _is_abroad(cell: str) -> bool:
    """Whether a cell of a column of countries names one that is not India."""
    words = _words(cell)
    if not words or words[0] in _UNKNOWN or not _INDIAN.isdisjoint(words):
        return False
    return words != ["in"] and _letters(cell) not in _STATES


def _is_of_names(heading: str) -> bool:
    """Whether a heading is that of a column of countries."""
    words = _words(heading)
    return _letters(heading) == "countryname" or ("country" in words and set(words) - {"country"} <= _OF_NAMES)


def _words(text: str) -> list[str]:
    """Words of letters and the marks on them, in lower case."""
    return "".join(sign if unicodedata.category(sign)[0] in "LM" else " " for sign in text.casefold()).split()


def _letters(text: str) -> str:
    """The letters and the marks on them, in lower case."""
    return "".join(_words(text))


def unread_codes(names: Sequence[str], read: Collection[str]) -> list[str]:
    """The warnings about columns of country codes that are not among those that are read."""
    return [
        f"the column {named([name])!r} is not read: a number without its country code is read as one of the region: "
        "write the code before the number"
        for name in names
        if name not in read and _letters(name) in _OF_CODES
    ]
