"""Columns of country codes, which stand beside numbers without them.

Owns the headings of such columns. Independent of what their cells say (`number_list.countries`). One idea: **a number
beside a country code may be no number of the region**, so that a column that is not read is named.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Final

from numguard.compute import named
from numguard.source.scripts import plain_letters

_COUNTRY: Final = frozenset(["country", "ctry", "cntry", "देश", "राष्ट्र"])
_CALLING: Final = frozenset(
    ["calling", "dial", "dialing", "dialling", "int", "international", "intl", "phone", "tel", "telephone"]
)
_CODE: Final = frozenset(["cc", "cd", "code", "codes", "कोड", "prefix"])
#: Headings in one word.
_ALONE: Final = frozenset(
    ["callingcode", "cc", "contactcountrycode", "countrycallingcode", "countrycode", "countrydialcode",
     "countrydialingcode", "countrydiallingcode", "countryprefix", "ctrycode", "dialcode", "dialingcode",
     "diallingcode", "internationalcode", "isd", "isdcode", "isdprefix", "phonecc", "phonecode", "phonecountrycode"]
)  # fmt: skip
#: Words beside them, none of them for victims.
_BESIDE: Final = frozenset(
    ["accused", "any", "call", "caller", "callers", "cell", "contact", "foreign", "fraudster", "fraudsters", "if", "l",
     "mob", "mobile", "msisdn", "no", "number", "of", "phone", "s", "sim", "suspect", "suspects", "tel", "telephone",
     "the", "whatsapp", "का", "नंबर", "मोबाइल", "संदिग्ध"]
)  # fmt: skip
#: A code of a network, of three digits.
_OF_NETWORKS: Final = "mobilecountrycode"


@lru_cache(1_000)
def is_of_codes(heading: str) -> bool:
    """Whether a heading is that of a column of country codes.

    >>> [is_of_codes(name) for name in ("Country Code", "Suspect ISD", "dialCode", "Mobile Country Code", "Code")]
    [True, True, True, False, False]
    """
    plain = plain_letters(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", heading))
    words = "".join(sign if unicodedata.category(sign)[0] in "LM" else " " for sign in plain).split()
    there = set(words)
    names = there & _ALONE
    # `Code` and `Mobile code` may be any.
    if there & _CODE:
        names |= there & (_COUNTRY | _CALLING)
    return bool(names) and there - names - _CODE <= _BESIDE and "".join(words) != _OF_NETWORKS


def unread_codes(names: Sequence[str], read: Collection[str]) -> list[str]:
    """The warnings about columns of country codes that are not among those that are read."""
    return [
        f"the column {named([name])!r} is not read: a number without its country code is read as one of the region: "
        "write the code before the number"
        for name in names
        if name not in read and is_of_codes(name)
    ]
