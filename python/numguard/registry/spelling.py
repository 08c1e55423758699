"""Spellings of one name, folded to be compared: names that look alike are equal.

Owns which differences between two names are ignored: the width of letters, capitals, blanks, and invisible characters.
Independent of columns. One idea: an invisible character never makes two sources of one.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

import pyarrow as pa

from numguard.compute import pc, whole
from numguard.registry.arrays import Column

_UNSEEN = r"\p{Cf}"
#: Joiners that Indian scripts write with: they are left where a name is shown.
_UNSEEN_BUT_JOINERS = (
    r"[\x{00ad}\x{0600}-\x{0605}\x{061c}\x{180e}\x{200b}\x{200e}\x{200f}"
    r"\x{2028}-\x{202e}\x{2060}-\x{206f}\x{feff}]"
)
_BLANKS = r"[\p{Z}\s\x{1f}]+"
#: Where a name is more than plain letters, signs and single blanks between them.
_ODD = r"[^\x21-\x7e ]|  |^ | $"


def seen(text: pa.Array[Any]) -> pa.Array[Any]:
    """Names as they are shown: one width of letters, no invisible characters, single blanks and none around."""
    text = pc.replace_substring_regex(pc.utf8_normalize(text, "NFKC"), _UNSEEN_BUT_JOINERS, "")
    # Between Latin letters a joiner has no effect.
    text = pc.replace_substring_regex(text, r"([\x00-\x7f])[\x{200c}\x{200d}]+", r"\1")
    text = pc.replace_substring_regex(text, r"[\x{200c}\x{200d}]+([\x00-\x7f]|$)", r"\1")
    cells: pa.Array[Any] = pc.utf8_trim_whitespace(pc.replace_substring_regex(text, _BLANKS, " "))
    return cells


def folded_cells(column: Column) -> pa.Array[Any]:
    """Names as they are compared."""
    text: Any = whole(column)
    # Nearly all names are plain, and need no further processing.
    odd = pc.fill_null(pc.match_substring_regex(text, _ODD), False)
    if pc.any(odd).as_py():
        names = text.filter(odd).dictionary_encode()
        plain = pc.replace_substring_regex(pc.utf8_normalize(names.dictionary, "NFKC"), _UNSEEN, "")
        plain = pc.utf8_trim_whitespace(pc.replace_substring_regex(plain, _BLANKS, " "))
        text = pc.replace_with_mask(text, odd, plain.take(names.indices))
    cells: pa.Array[Any] = pc.utf8_lower(text)
    return cells


def folded(name: str | None) -> str:
    """One name as it is compared; none is ''.

    >>> folded("PS\\u200b  \\uff32ohtak") == folded("ps Rohtak")
    True
    """
    if not re.search(_ODD, name or ""):
        return (name or "").lower()
    text: str = folded_cells(pa.array([name], pa.string()))[0].as_py()
    return text


def signs_of(name: str) -> str:
    """The letters, marks and digits of a name, folded. Vowels of Indian scripts are marks.

    >>> signs_of("N.C.R.P. 1930") == signs_of("ncrp-१९३०")
    True
    """
    kept = (sign for sign in folded(name) if unicodedata.category(sign)[0] in "LMN")
    return "".join(str(unicodedata.digit(sign, sign)) for sign in kept)


def plain_words(text: str) -> str:
    """A word or a few, folded: dashes of all kinds are blanks, and punctuation at the end is removed."""
    apart = (" " if sign == "_" or unicodedata.category(sign) == "Pd" else sign for sign in folded(text))
    return " ".join("".join(apart).split()).rstrip(".!। ")


def phrases(text: str) -> list[str]:
    """The phrases of a list that is written with semicolons between them, over several lines."""
    return [" ".join(phrase.split()) for phrase in text.split(";")]
