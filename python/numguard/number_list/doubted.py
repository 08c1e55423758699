"""Texts that say of a number that it may be another one: `Not sure of number`, `Last digit not clear`, `Pls verify`.

Owns the phrases. Independent of headings (`against`) and of who writes them. One idea: **who doubts what he wrote has
not named a number for certain**: all of a text says so, or a part of it that names the number.
"""

from __future__ import annotations

import re
from typing import Final

from numguard.number_list.titles import statements_of, words_of
from numguard.source.scripts import plain_letters

_NOUN: Final = "(?:digits?|mobiles?|msisdn|no|nos|numbers?|sim|नंबर|नम्बर)"
_WHICH: Final = (
    "(?:all|both|few|first|last|middle|mob|mobile|one|phone|second|some|suspect|suspects|the|third|this|two|मोबाइल)"
)
_NUMBER: Final = rf"(?:{_WHICH} )*{_NOUN}"
_IT: Final = rf"(?:(?:it|{_NUMBER}) )?"
_IS: Final = "(?:(?:are|is|was|were) )?"
_ABOUT: Final = rf"(?: (?:about|as to|in|of|on|regarding))?(?: (?:{_NUMBER}|{_WHICH}(?: {_WHICH})*))?"
_KNOWN: Final = "(?:certain|clear|legible|readable|sure|verified|visible)"
_YET: Final = "(?: (?:at all|exactly|fully|properly|quite|so|very|yet))?"
_PLEASE: Final = "(?:kindly|pl|please|pls|plz)"
_AGAIN: Final = "(?:(?:cross|double|re) ?)?"
_WITH: Final = " (?:by|from|with) (?:the )?(?:applicant|bank|caller|complainant|informant|party|portal|victim)"
_THEN: Final = f"(?:{_WITH})?(?: (?:again|before block(?:ing)?|first|once(?: again| more)?))?"

#: That it is still to be compared, of a part of a text too: `Amount 5000, pls verify`.
_COMPARE: Final = (
    f"(?:{_PLEASE} )?{_AGAIN}(?:check|verify)(?: (?:it|{_NUMBER}))?{_THEN}",
    f"{_PLEASE} (?:re ?)?confirm(?: (?:it|{_NUMBER}))?{_THEN}",
)
#: That it may be another, of all of a text, or of a part that names the number.
_DOUBTS: Final = (
    # That it was not read for certain.
    f"{_IT}{_IS}not{_YET} {_KNOWN}(?: yet)?{_ABOUT}",
    f"{_IT}yet to (?:be verified|verify){_ABOUT}",
    f"{_IT}{_IS}(?:illegible|uncertain|unclear|unreadable|unsure|unverified){_ABOUT}",
    f"(?:in |some )?(?:confusion|doubts?){_ABOUT}",
    f"{_NUMBER} {_IS}(?:in )?(?:confusion|doubt)",
    # That it is another.
    f"{_IT}(?:can|could|may|might) (?:also )?be (?:an? )?(?:another|incorrect|mistake|other|wrong)(?: {_NUMBER})?",
    f"(?:maybe|perhaps|possibly|probably|shayad) (?:galat|incorrect|wrong)(?: {_NUMBER})?",
    f"{_NUMBER} {_IS}(?:doubtful|extra|incomplete|less|mismatch(?:ed)?|missing|not matching|short)",
    f"{_NUMBER} (?:do|does) not match",
    f"(?:extra|incomplete|incorrect|less|missing|short|wrong) (?:{_WHICH} )*digits?",
    f"mismatch (?:in|of) {_NUMBER}",
    f"(?:actual|correct|right|sahi) {_NUMBER} (?:awaited|is|required|not (?:available|given|known|provided))",
    f"(?:actual|correct|right|sahi) {_NUMBER} (?:to|will) be (?:confirmed|given|intimated|provided|taken)",
    # That it is still to be compared.
    f"(?:re ?)?confirm (?:it|{_NUMBER}){_THEN}",
    f"(?:re ?)?confirm{_WITH}",
    f"{_IT}(?:to be {_AGAIN}(?:checked|confirmed)|tbc|tbv)(?:{_WITH})?",
    f"{_IT}(?:needs?|requires?) (?:to be )?{_AGAIN}(?:check(?:ed|ing)?|confirm(?:ation|ed)|verif(?:ication|ied))",
    # Without the number it says how far a case is: `Verification pending`.
    f"{_NUMBER} (?:confirmation|verification) (?:awaited|due|needed|pending|required)",
    # The same in Hindi.
    "(?:number )?(?:clear|confirm|pakka|saaf|sahi|spasht|sure|verify) (?:nahi|nahin|nhi)(?: hai)?",
    "(?:number )?(?:check|confirm|verify) kar(?:e|ein|en|lo|na|o)(?: hai| hoga)?",
    "(?:(?:मोबाइल )?(?:नंबर|नम्बर) )?(?:(?:पक्का|सही|सत्यापित|साफ|स्पष्ट) (?:नहीं|नही)|अस्पष्ट)(?: है)?",
    "(?:(?:नंबर|नम्बर) की )?(?:पुष्टि|सत्यापन) (?:नहीं|नही|बाकी|शेष)(?: (?:हुआ|हुई|है))*",
    "(?:नंबर |नम्बर )?(?:चेक|जांच|सत्यापित) (?:कर )?(?:करें|करे|करना|लें|ले)(?: है)?",
    "(?:number )?galat (?:bhi )?ho sakt(?:a|i)(?: hai)?",
    "(?:(?:नंबर|नम्बर) )?गलत (?:भी )?हो सकत(?:ा|ी)(?: है)?|शायद गलत",
)
PHRASES: Final = _DOUBTS + _COMPARE
_PHRASE: Final = re.compile("|".join(map(plain_letters, PHRASES)))
_TO_COMPARE: Final = re.compile("|".join(_COMPARE))
_NAMED: Final = re.compile(rf"(?<!\S){plain_letters(_NOUN)}(?!\S)")
#: A mark of a question, and nothing else; or the number that is the right one.
WRITTEN: Final = (
    r"^[\s.!]*\?[\s.!?]*$|(?i:\b(?:actual|correct|right|sahi) (?:mob\.? |mobile )?(?:no|number)\b\D{0,20}\d{10})"
)
_WRITTEN: Final = re.compile(WRITTEN)


def is_doubted(text: str) -> bool:
    """Whether a text says that the number beside it may be another.

    >>> texts = "Not sure of number", "last digit not clear", "UPI fraud; number not clear", "Rs 500, pls verify", "?"
    >>> [is_doubted(text) for text in texts]
    [True, True, True, True, True]
    >>> [is_doubted(text) for text in ("Verified", "KYC not verified", "Money trail not clear", "Case - not clear")]
    [False, False, False, False]
    """
    if _WRITTEN.search(text):
        return True
    parts = (" ".join(words_of(part)) for part, _ in statements_of(text))
    return _PHRASE.fullmatch(" ".join(words_of(text))) is not None or any(
        _TO_COMPARE.fullmatch(part) or (_NAMED.search(part) and _PHRASE.fullmatch(part)) for part in parts
    )
