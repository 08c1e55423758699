"""Written sums of money -> paise, exactly.

Owns the forms in which rupees are written. Independent of complaints. One idea: **a sum is digits and the position of
the point**: "2.5 lakh" is 25 followed by six zeros of paise, so that no sum passes through a binary fraction.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import pyarrow as pa

from numguard.compute import pc
from numguard.registry.arrays import Column
from numguard.registry.sheets.cells import (
    SPREADSHEET_MARKS,
    each_once,
    is_mobile,
    is_nothing,
    more_precise,
    plain_text,
    repeats,
    trimmed,
    written,
)
from numguard.source.scripts import plain_letters

#: Units by how many zeros they mean: thousand, lakh and crore, in English and in the languages of India. "Cr" is not
#: one: on a bank statement it means credit.
_WORDS: Final = {
    3: "thousand hazar k हजार હજાર ਹਜ਼ਾਰ হাজার হাজাৰ ହଜାର ஆயிரம் వేలు వేల ಸಾವಿರ ആയിരം ہزار",
    5: "lakh lakhs lac lacs लाख લાખ ਲੱਖ লক্ষ লাখ ଲକ୍ଷ லட்சம் இலட்சம் లక్ష లక్షలు లక్షల ಲಕ್ಷ ലക്ഷം لاکھ",
    7: "crore crores करोड़ कोटी કરોડ ਕਰੋੜ কোটি କୋଟି கோடி కోటి కోట్లు కోట్ల ಕೋಟಿ കോടി کروڑ",
}
_UNITS: Final = {plain_letters(word): zeros for zeros, words in _WORDS.items() for word in words.split()}
#: Words for rupees: Hindi and Marathi, Gujarati, Punjabi, Bengali, Assamese, Odia, Tamil, Telugu, Kannada, Malayalam,
#: Urdu.
_RUPEES: Final = "रुपये रुपए रूपये रुपया રૂપિયા ਰੁਪਏ টাকা টকা ଟଙ୍କା ரூபாய் రూపాయలు రూపాయల ರೂಪಾಯಿ ರೂಪಾಯಿಗಳು രൂപ روپے روپیہ"
_SIGNS: Final = r"₹|\x{20a8}|rs\.?|inr|rupees?"
_SIGNS_OF_ALL: Final = rf"{_SIGNS}|{'|'.join(plain_letters(_RUPEES).split())}|(?:रु|રૂ|ரூ|రూ|ರೂ|রু|ਰੁ)\.?"
#: Thirteen digits, or groups of two and three as Indians write them, or of three.
_WHOLE: Final = r"(?:\d{1,2}(?:,\d{2})*,\d{3}|\d{1,3}(?:,\d{3})+|\d{1,13})"


def _written(money: str, units: Iterable[str]) -> str:
    """The expression of a sum, with some signs and words for rupees and for units."""
    return (
        rf"^(?:{money})?\s*(?P<whole>{_WHOLE})(?:\.(?P<part>\d*))?\s*(?P<unit>{'|'.join(units)})?\.?\s*(?:{money})?"
        r"\s*(?:/[-=])?\s*(?:only|मात्र)?\.?$"
    )


#: Most sheets have no sum with Indian words, and an expression without them takes half the time.
_ENGLISH: Final = _written(_SIGNS, filter(str.isascii, _UNITS))
_AMOUNT: Final = _written(_SIGNS_OF_ALL, _UNITS)
#: No sum at all, as police sheets write it.
_NIL: Final = rf"^(?:{_SIGNS})?\s*(?:nil|zero|शून्य|निरंक)\.?\s*(?:/[-=])?$"
_PAISE: Final = 2
_MOST_DIGITS: Final = 18


def amounts(column: Column) -> tuple[pa.Array[Any], pa.Array[Any]]:
    """Rupees -> paise (int64), exactly. Returns (paise, note).

    Accepted: digits, with separators as in India (1,00,000) or by threes; with a sign or word of rupees; with thousand,
    lakh or crore, in English or a language of India; digits of any script. The note of a cell that is no amount is
    `not_an_amount` (finer than a paisa included), `number_for_a_sum`, `spreadsheet_overflow`, `spreadsheet_error` or
    `precision_lost`.

    >>> amounts(pa.array(["Rs 2.5 lakh", "1,00,000/-", "10,00"]))[0].to_pylist()
    [25000000, 10000000, None]
    """
    cells = written(column)
    if repeats(cells):
        return each_once(cells, amounts)
    text = pc.replace_substring_regex(pc.utf8_lower(plain_text(trimmed(cells))), _NIL, "0")
    is_english = pc.all(pc.string_is_ascii(pc.replace_substring(text, "₹", ""))).as_py() is not False
    parts = pc.extract_regex(text, _ENGLISH if is_english else _AMOUNT)
    whole = pc.replace_substring(pc.struct_field(parts, "whole"), ",", "")
    part, unit = pc.utf8_rtrim(pc.struct_field(parts, "part"), "0"), pc.struct_field(parts, "unit")
    digits: Any = pa.nulls(len(text), pa.string())
    for zeros in (0, 3, 5, 7):
        words = pa.array([word for word, count in _UNITS.items() if count == zeros] or [""], pa.string())
        places = zeros + _PAISE
        fits = pc.and_(pc.is_in(unit, words), pc.less_equal(pc.utf8_length(part), places))
        shifted = pc.binary_join_element_wise(whole, pc.utf8_rpad(part, places, "0"), "")
        digits = pc.if_else(fits, shifted, digits)
    digits = pc.utf8_ltrim(digits, "0")
    digits = pc.if_else(pc.equal(digits, ""), "0", digits)
    digits = pc.if_else(pc.less_equal(pc.utf8_length(digits), _MOST_DIGITS), digits, None)
    note: Any = pc.if_else(pc.and_(pc.is_null(digits), pc.invert(is_nothing(text))), "not_an_amount", None)
    for pattern, why in (*SPREADSHEET_MARKS, (r"^\d(?:\.\d+)?e\+?\d{1,2}$", "precision_lost")):
        note = more_precise(note, pc.match_substring_regex(text, pattern), why)
    # No complaint is about six hundred crore: the cell of another column stands here.
    number = is_mobile(text)
    note = pc.if_else(number, "number_for_a_sum", note)
    return pc.if_else(number, None, pc.cast(digits, pa.int64())), note
