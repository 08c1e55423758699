"""Countries that stand in a column of their own, beside a number without its country code.

Owns the headings of such columns, and whether a cell contradicts a number. Independent of regions. One idea: **a number
as it was read begins with the code of its row, or is another country's**: `1` beside `9876543210` is no Indian mobile.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from numguard._core import regions
from numguard.compute import as_text, flags, named, pc

__all__ = ["contradicted", "is_of_country", "unread_codes"]

#: The headings of columns of codes, by their letters alone. A mobile country code is that of a network.
_OF_CODES: Final = frozenset(
    ["callingcode", "cc", "contactcountrycode", "countrycallingcode", "countrycode", "countrydialcode", "dialcode",
     "countrydialingcode", "countrydiallingcode", "countryprefix", "dialingcode", "diallingcode", "internationalcode",
     "isd", "isdcode", "isdprefix", "phonecc", "phonecode", "phonecountrycode"]
)  # fmt: skip
#: Those of columns of names. They may be where the complainant is, so that `India` says nothing about a number.
_OF_NAMES: Final = frozenset(
    ["accusedcountry", "callercountry", "country", "countryname", "countryofnumber", "countryoforigin",
     "countryofsuspect", "mobilecountry", "numbercountry", "phonecountry", "suspectcountry"]
)  # fmt: skip
#: India as it is named there, and words for an unknown country, by their letters alone.
_AT_HOME: Final = frozenset(
    ["bharat", "bharath", "domestic", "hindustan", "in", "ind", "india", "indiain", "indian", "inindia", "local",
     "republicofindia", "भारत", "ভারত", "ভাৰত", "ભારત", "ਭਾਰਤ", "ଭାରତ", "இந்தியா", "భారత్", "భారతదేశం", "ಭಾರತ",
     "ഇന്ത്യ", "ഭാരതം", "بھارت", "ہندوستان",
     "", "blank", "na", "nan", "nil", "no", "none", "notapplicable", "notavailable", "notknown", "notmentioned", "null",
     "other", "others", "select", "unknown"]
)  # fmt: skip
#: One to three digits, with a plus or zeros in front.
_CODE: Final = r"^[\s'+(]*0{0,2}(?P<code>[1-9][0-9]{0,2})[\s)]*(?:\.0+)?$"

_INDIA: Final = "IN"
_CODE_OF_INDIA: Final = "91"
#: Namibia and Norway, whose numbers are too short to be read as Indian ones, are "not available" and "no" here.
_NOT_ABROAD: Final = frozenset([_INDIA, "NA", "NO"])


def is_of_country(heading: str) -> bool:
    """Whether a heading is that of a column of country codes, or of countries.

    >>> [is_of_country(name) for name in ("Country Code", "ISD", "CC", "Country", "Mobile Country Code", "Code")]
    [True, True, True, True, False, False]
    """
    return _letters(heading) in _OF_CODES | _OF_NAMES


def contradicted(heading: str, column: Any, msisdns: Any) -> npt.NDArray[np.bool_]:
    """Which numbers, a column of uint64, are of another country than the cell beside them.

    In a column of codes, a region of two letters (`GB`) contradicts an Indian number, and `IN` any other; of
    other words nothing is known. In one of countries, each word but India contradicts an Indian number.

    >>> codes = pa.array(["91", "1", "+1", "Delhi", "IN", "gb", "United Kingdom", "India"])
    >>> numbers = pa.array([919876543210] * 8, pa.uint64())
    >>> contradicted("ISD", codes, numbers).tolist()
    [False, True, True, False, False, True, False, False]
    >>> contradicted("Country", codes, numbers).tolist()
    [False, True, True, True, False, True, True, False]
    """
    text = as_text(column)
    digits = msisdns.cast(pa.string())
    written = pc.struct_field(pc.extract_regex(text, _CODE), "code")
    if _letters(heading) in _OF_NAMES:
        abroad = pc.and_(pc.is_null(written), pc.is_in(text, _abroad(text)))
    else:
        letters = pc.utf8_upper(pc.utf8_trim_whitespace(text))
        abroad = pc.is_in(letters, pa.array(sorted({*regions()} - _NOT_ABROAD), letters.type))
        written = pc.if_else(pc.equal(letters, _INDIA), _CODE_OF_INDIA, written)
    found = flags(pc.and_(abroad, pc.starts_with(digits, _CODE_OF_INDIA)))
    for code in pc.unique(written).drop_null().to_pylist():
        other = pc.and_(pc.equal(written, code), pc.invert(pc.starts_with(digits, code)))
        found |= flags(other)
    return found


def _abroad(text: Any) -> pa.Array[Any]:
    """The distinct cells of a column of countries that name another one than India."""
    cells: Any = pc.unique(text).drop_null()
    is_abroad = [_letters(cell) not in _AT_HOME for cell in cells.to_pylist()]
    abroad: pa.Array[Any] = cells.filter(pa.array(is_abroad, pa.bool_()))
    return abroad


def _letters(text: str) -> str:
    """The letters and the marks on them, in lower case."""
    return "".join(sign for sign in text.casefold() if unicodedata.category(sign)[0] in "LM")


def unread_codes(names: Sequence[str], read: Collection[str]) -> list[str]:
    """The warnings about columns of country codes that are not among those that are read."""
    return [
        f"the column {named([name])!r} is not read: a number without its country code is read as one of the region: "
        "write the code before the number"
        for name in names
        if name not in read and _letters(name) in _OF_CODES
    ]
