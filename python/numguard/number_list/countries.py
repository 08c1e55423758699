"""Other countries beside a number that stands without its country code.

Owns the headings of countries and their codes, and which words name a country. Independent of regions, and of how a
number is read. One idea: **a number as it was read begins with the code of its row, or is another country's**: `1`
beside `9876543210` is no Indian mobile, and `Foreign number` neither.
"""

from __future__ import annotations

import re
import unicodedata
from enum import Enum, auto
from functools import cache, lru_cache
from typing import Any, Final

import numpy as np
import pyarrow as pa

from numguard._core import regions
from numguard.compute import Bools, as_text, flags, pc, seen_text
from numguard.number_list.actions import may_have_words
from numguard.number_list.beside import is_yes
from numguard.number_list.spared import NUMBERS
from numguard.number_list.titles import names_victims, parts_of, words_of
from numguard.number_list.words import words_for, words_in
from numguard.source import is_of_codes
from numguard.types import Region


class _Of(Enum):
    """What a heading asks for."""

    CODE = auto()
    PREFIX = auto()
    COUNTRY = auto()
    ABROAD = auto()
    HOME = auto()
    KIND = auto()


def _joined(*meanings: Any) -> frozenset[str]:
    return frozenset("".join(one.split()) for one in words_for(*meanings))


_COUNTRY: Final = words_for("country")
_INDIAN: Final = words_for("india")
_STATES: Final = _joined("state")
_ABROAD: Final = _joined("abroad")
_OTHER_COUNTRIES: Final = _joined("other_country")
#: So many words the name of a country has at most.
_LONGEST_NAME: Final = 5
#: Words of headings beside `country`. It may be where the complainant is, so that `India` says nothing about a number.
_OF_NAMES: Final = NUMBERS | words_for("number") | words_in(
    "accused any belong belonging belongs caller callers foreign fraudster from if is name no of origin other region s",
    "sim suspect suspects the to whatsapp which"
)  # fmt: skip
#: Words beside others in headings of questions: `Is it an international number (Y/N)`.
_OF_QUESTIONS: Final = (
    _OF_NAMES | words_for("type") | words_in("a an call caller flag it mob n national nos or vs whether y yes")
)
#: Words by which a heading asks of which country a number is, and those of the networks of a number.
_OF_KIND: Final = words_for("type") | words_in(
    "carrier category circle class lsa nationality network operator origin provider service tsp"
)
#: The same words, but for those that are of persons and of frauds too, and the `kind` of files written here: below it
#: `foreign` is not India where that is read by another region.
_OF_KIND_ALONE: Final = _OF_KIND - words_in("category nationality origin class service kind")
_BESIDE_KIND: Final = _OF_KIND | _OF_NAMES | words_in("telecom licensed area and company nos")
#: `Local: No` is of a district.
_HOME: Final = _INDIAN - words_in("ind local")
#: Words with which a text begins that names no country.
_UNKNOWN: Final = words_in(
    "as blank cannot data details ditto do info information k n na nan nil no none not null other others pending same",
    "select to under unknown yet"
)  # fmt: skip
#: Words of a text that says of which country a number is.
_NUMBER: Final = NUMBERS | words_for("number") | words_in("contact isd mob no nos sim whatsapp")
_CALL: Final = words_in("call calls calling कॉल")
_BESIDE: Final = (words_for("country", "fraud_reason", "of_number", "suspect", "type") | _NUMBER | _CALL | words_in(
    "a an code hai ka ke ki network no of telecom telecommunications virtual ye का के की है"
)) - words_in("more not")  # fmt: skip
#: What is not Indian is foreign.
_NOT_INDIAN: Final = re.compile(r"\b(?:(?:not|non) (?:(?:an?|of|from|in) )?(?:indian?)|(?:outside|out of) india)\b")
#: `us number` is `that number` in Hindi.
_US: Final = re.compile(r"\bU\.?S\b")
#: What the cells of other columns have, of which each word is looked at; longer ones are prose.
_WORDS_ABROAD: Final = sorted(words_for("abroad", "country", "other_country") | {"india", "indian"})


def _any_of(words: list[str], other: str) -> str:
    """An expression of a country code with its plus, or of one of some words, with `other` characters around them."""
    names = "|".join(f"{other}*".join(word.split()) for word in words)
    return rf"[+\x{{ff0b}}]\s?\p{{Nd}}|(?:^|{other})(?:{names})(?:{other}|$)"


#: The expression of ASCII texts takes a seventieth of the time.
_IN_ASCII: Final = _any_of(list(filter(str.isascii, _WORDS_ABROAD)), "[^a-z]")
_IN_TEXT: Final = _any_of(_WORDS_ABROAD, r"[^\pL\pM]")
_LONGEST: Final = 60

#: The country codes of ITU-T E.164.
_CALLING_CODE: Final = (
    "1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|(?:2[1-689]|3[578]|42|5[09]|6[7-9]|8[05-9]|9[679])[0-9]"
)
#: One to three digits, with a plus or zeros in front.
_CODE: Final = re.compile(r"[\s'+(]*0{0,2}([1-9][0-9]{0,2})[\s)]*(?:\.0+)?")
#: The same beside other words of a column of codes: `PK +92`, `Code 92`, `92 Sark`.
_CODE_AMONG: Final = re.compile(
    r"(?:\D*(?:\+|\b00|\b(?:code|isd|cc|dial)\W*)([1-9][0-9]{0,2})(?:\W.*)?|([1-9][0-9]{0,2})\W+[^\W\d].*)",
    re.IGNORECASE | re.DOTALL,
)
_REGION_AND_CODE: Final = re.compile(rf"([A-Za-z]{{2}})\W+(?:{_CALLING_CODE})")
#: A country code with its plus, which are all digits of a text.
_PLUS: Final = re.compile(rf"(?:[^\d+]*[^\w+])?\+\s?({_CALLING_CODE})(?:[^\w+]\D*)?")
#: A heading and what is below it, in one text.
_BELOW: Final = re.compile(r"([^:=]+?)\s*[:=]\s*(\S[^:=]*)|(\D+?)\s+(\d{1,3})")

_INDIA: Final = "IN"
_CODE_OF_INDIA: Final = "91"
#: India in ISO 3166-1, beside its two letters.
_NUMERIC_OF_INDIA: Final = "356"
#: Namibia and Norway, whose numbers are too short to be read as Indian ones, are "not available" and "no" here.
_NOT_ABROAD: Final = frozenset([_INDIA, "NA", "NO"])
#: What asks for a country, and what asks whether it is another one.
_OF_COUNTRIES: Final = frozenset([_Of.CODE, _Of.PREFIX, _Of.COUNTRY])
_OF_ANSWERS: Final = frozenset([_Of.ABROAD, _Of.HOME])
#: What a cell has of a country that is known only as none of India.
_ANOTHER: Final = "another"


def is_of_country(heading: str) -> bool:
    """Whether a heading is that of a column of country codes, of countries, or asks whether a number is foreign.

    >>> [is_of_country(name) for name in ("Suspect ISD", "Suspect's Country", "देश", "Foreign number (Y/N)")]
    [True, True, True, True]
    >>> [is_of_country(name) for name in ("Mobile Country Code", "Code", "Victim's country", "Operator")]
    [False, False, False, False]
    """
    return _asks(heading) in _OF_COUNTRIES | _OF_ANSWERS


def contradicted(heading: str, column: Any, msisdns: Any, *, region: Region = _INDIA) -> Bools:
    """Which numbers, a column of uint64, are of another country than the cell beside them.

    In a column of codes, a region of two letters (`GB`) or the name of a country contradicts an Indian number, and `IN`
    any other; of other words nothing is known. In one of countries, each word contradicts an Indian number that is not
    India's or a state's of India, and does not say that nothing is known. In any other column that is not a victim's, a
    country code with its plus does, and a text that says no more than that a number is foreign: of a list of another
    `region`, an Indian number may be.

    >>> codes = pa.array(["91", "1", "+1", "Delhi", "IN", "gb", "UK", "Sark", "India", "not known", "PK +92"])
    >>> numbers = pa.array([919876543210] * 11, pa.uint64())
    >>> contradicted("ISD", codes, numbers).nonzero()[0].tolist()
    [1, 2, 5, 6, 10]
    >>> contradicted("Country", codes, numbers).nonzero()[0].tolist()
    [1, 2, 5, 6, 7, 10]
    >>> texts = pa.array(["+92", "Foreign number", "Nepal", "Nepali no.", "+91", "call +1 202 555 0123"])
    >>> contradicted("Remarks", texts, numbers[:6]).tolist()
    [True, True, False, True, False, False]
    """
    kind = _asks(heading)
    if kind in _OF_COUNTRIES or (kind in _OF_ANSWERS and region == _INDIA):
        text: Any = as_text(column)
        cells = pc.unique(text).drop_null()
    elif region == _INDIA and may_have_words(column.type) and not names_victims(heading):
        text = seen_text(column)
        cells = pc.unique(_may_be_abroad(text))
    else:
        return np.zeros(len(column), np.bool_)
    of: dict[str, list[str]] = {}
    for cell in cells.to_pylist():
        if (code := _country_in(cell, kind)) is not None:
            of.setdefault(code, []).append(cell)
    found = np.zeros(len(column), np.bool_)
    digits = msisdns.cast(pa.string())
    for code, those in of.items():
        begins: Any = pc.starts_with(digits, _CODE_OF_INDIA if code == _ANOTHER else code)
        is_other = begins if code == _ANOTHER else pc.invert(begins)
        found |= flags(pc.and_(pc.is_in(text, pa.array(those, pa.string())), is_other))
    return found


def _may_be_abroad(text: Any) -> Any:
    """Those of some cells that may say more of a country than prose does."""
    cells = text.filter(pc.less_equal(pc.utf8_length(text), _LONGEST))
    is_ascii = pc.string_is_ascii(cells)
    plain, other = cells.filter(is_ascii), cells.filter(pc.invert(is_ascii))
    plain = plain.filter(pc.match_substring_regex(pc.ascii_lower(plain), _IN_ASCII))
    other = other.filter(pc.match_substring_regex(other, _IN_TEXT, ignore_case=True))
    return pa.concat_arrays([one for part in (plain, other) for one in getattr(part, "chunks", [part])])


@lru_cache(1_000)
def _asks(heading: str) -> _Of | None:
    """What a heading asks of the country of a number; `KIND` also of other things."""
    words = set(words_of(heading))
    if is_of_codes(heading):
        return _Of.CODE
    if "prefix" in words and words - {"prefix"} <= _OF_NAMES - {"name"}:
        return _Of.PREFIX
    if "".join(words_of(heading)) == "countryname" or (words & _COUNTRY and words - _COUNTRY <= _OF_NAMES):
        return _Of.COUNTRY
    beside = words - _ABROAD - _INDIAN
    if words & _ABROAD and beside <= _OF_QUESTIONS:
        return _Of.ABROAD
    if words & _HOME and beside <= _OF_QUESTIONS:
        return _Of.HOME
    is_of_kind = words & _OF_KIND_ALONE or (words & _OF_KIND and words & NUMBERS)
    return _Of.KIND if is_of_kind and words <= _BESIDE_KIND else None


def _country_in(cell: str, kind: _Of | None) -> str | None:
    """The country code that a cell has, `another` if it says that the country is not India, or None."""
    plain = unicodedata.normalize("NFKC", cell).strip()
    plain = "".join(str(unicodedata.digit(char)) if char.isdecimal() else char for char in plain)
    if kind in (_Of.CODE, _Of.PREFIX):
        return _among_codes(plain, kind) if len(plain) <= _LONGEST else None
    return _among_countries(plain) if kind is _Of.COUNTRY else _in_words(plain, kind)


def _among_countries(cell: str) -> str | None:
    """What a cell of a column of countries has."""
    if (code := _CODE.fullmatch(cell)) is not None:
        return None if code[1] == _NUMERIC_OF_INDIA else code[1]
    return _ANOTHER if _is_not_india(cell) else None


def _in_words(cell: str, kind: _Of | None) -> str | None:
    """What a cell of any other column has."""
    if (code := _PLUS.fullmatch(cell)) is not None:
        # `Ram Kumar +1` is two persons.
        return code[1] if len(code[1]) > 1 or _BESIDE.issuperset(words_of(cell)) else None
    below = _BELOW.fullmatch(cell)
    if below and (of := _asks(below[1] or below[3])) in _OF_COUNTRIES:
        return _country_in(below[2] or below[4], of)
    if kind in _OF_ANSWERS and is_yes(cell) is (kind is _Of.ABROAD):
        return _ANOTHER
    texts = [cell, *(part for part, _ in parts_of(cell))]
    return _ANOTHER if any(_is_foreign(text, may_be_short=kind is not None) for text in texts) else None


def _among_codes(cell: str, kind: _Of) -> str | None:
    """What a cell of a column of codes has; below `Prefix`, `Mr` is none."""
    if cell.upper() == _INDIA:
        return _CODE_OF_INDIA
    code = _CODE.fullmatch(cell) or _CODE_AMONG.fullmatch(cell)
    if code is not None:
        return code[code.lastindex or 0]
    if kind is _Of.PREFIX:
        return None
    region = _REGION_AND_CODE.fullmatch(cell)
    is_region = (region[1] if region else cell).upper() in _regions_abroad()
    return _ANOTHER if is_region or "".join(words_of(cell)) in _OTHER_COUNTRIES or _says_foreign(cell) else None


def _says_foreign(cell: str) -> bool:
    """Whether a cell of a column of codes says that there is one of another country: `Yes` below `ISD`, `Foreign`."""
    return is_yes(cell) is True or (words_of(cell)[:1] != ["no"] and _is_foreign(cell, may_be_short=True))


@cache
def _regions_abroad() -> frozenset[str]:
    return frozenset(regions()) - _NOT_ABROAD


def _is_not_india(cell: str) -> bool:
    """Whether a cell of a column of countries names one that is not India."""
    words = words_of(cell)
    if _NOT_INDIAN.search(" ".join(words)):
        return True
    if not words or words[0] in _UNKNOWN or not _INDIAN.isdisjoint(words):
        return False
    return words != ["in"] and "".join(words) not in _STATES


def _is_foreign(cell: str, *, may_be_short: bool) -> bool:
    """Whether a text says no more than that a number is of another country.

    Args:
        cell: The text.
        may_be_short: Whether its heading asks of which country a number is, so that it need not name the number.

    >>> of = "Foreign number", "WhatsApp number of USA", "pakistani no hai", "not an Indian number", "Nepal"
    >>> [_is_foreign(text, may_be_short=False) for text in of], _is_foreign("Nepal", may_be_short=True)
    ([True, True, True, True, False], True)
    >>> [_is_foreign(text, may_be_short=False) for text in ("us number se call", "Nepal border", "number not foreign")]
    [False, False, False]
    """
    words = _NOT_INDIAN.sub("foreign", " ".join(words_of(cell))).split()
    found: set[str] = set()
    at = 0
    while at < len(words):
        for size in range(min(_LONGEST_NAME, len(words) - at), 0, -1):
            # `WhatsApp` is two words.
            name = "".join(words[at : at + size])
            if name in _ABROAD | _OTHER_COUNTRIES | _BESIDE and (name != "us" or _US.search(cell)):
                found.add(name)
                at += size
                break
        else:
            if words[at] != "us":
                return False
            at += 1
    is_abroad, is_country = not _ABROAD.isdisjoint(found), not _OTHER_COUNTRIES.isdisjoint(found)
    names_number = may_be_short or not _NUMBER.isdisjoint(found)
    return (is_country and names_number) or (is_abroad and (names_number or not _CALL.isdisjoint(found)))
