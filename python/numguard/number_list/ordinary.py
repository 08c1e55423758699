"""Remarks that name the number of their row: which of them have nothing but what is ordinary of a number to block.

Owns what is ordinary, a closed list: whose such a number is, what was done with it, and that it is to be blocked.
Independent of headings and of the phrases that doubt or oppose a number (`doubted`, `against`). One idea: **a short
statement on the number that has any other word may say that it is an innocent's**: `number of a friend`, `hospital
number`, `मित्राचा क्रमांक`. Prose is longer, and what it says of other things is not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from numguard.compute import pc
from numguard.number_list.spared import NUMBERS
from numguard.number_list.titles import FILLING, OF_FAMILY, is_victim, statements_of, words_of
from numguard.number_list.words import words_for, words_in

#: Words for a number. `no` is one behind another word, at the end, or before `of`; else it may be a denial.
_NUMBERS: Final = NUMBERS | words_for("number")
_NO: Final = words_in("no nos")
_ANY_NUMBER: Final = "|".join(sorted(_NUMBERS | _NO))
#: A statement of more words is prose.
_FEW_WORDS: Final = 6
#: Words of the number of another thing, or of the handset.
_OF_THINGS: Final = words_for("thing") - words_in("bank customer link website") | words_in(
    "amount app banking bill case challan consignment docket fir gd handset imei kyc letter money order policy "
    "recharge reference refund rrn serial shop sr ticket tracking transaction txn utr vehicle wallet"
)
_DENIED: Final = words_for("denial", "no") - words_in("f false n no pending reject rejected yet ना")
#: What is denied of a number that is to be blocked: `Number not reachable`.
_NOT_SO: Final = words_in(
    "active answered answering arrested barred blocked disconnected found known mentioned picked recharged recovered",
    "recycled reachable reallotted responding saved traceable traced working yet",
)
#: What makes a number a suspect's, whatever is beside it: `Fake customer care number`.
_SUSPECTS: Final = words_for("suspect", "fraud_reason") | words_in("google nakli")
#: What makes it none all the same.
_UNCERTAIN: Final = words_in(
    "chori cloned doubt doubtful galat lost maybe mistake shayad spoofed stolen surrendered गलत चोरी शायद"
)
#: What makes it a victim's beside a word for one, in a longer statement too.
_BY_MISTAKE: Final = words_in("bhulse chori galti galtise lost mistake mistakenly stolen wrongly गलती")
_MORE_WORDS: Final = 10
#: A statement on its subscriber, who may have any name.
_OF_OWNERS: Final = words_in(
    "allotted belong belonging belongs holder identified issued name owner registered subscriber user"
)
_ORDINARY: Final = (
    FILLING | words_for("suspect", "fraud_reason", "to_block", "blocked", "of_number", "number", "beside_yes") | NUMBERS
) - (OF_FAMILY - {"is"})
_NAME: Final = re.compile(r"[A-Z]")


def may_clear(texts: Any) -> list[str]:
    """Those of some texts with a short statement on the number of their row that is not ordinary.

    >>> import pyarrow as pa
    >>> may_clear(pa.array(["number of friend", "Number of accused", "OTP fraud", "UPI fraud, hospital number"]))
    ['number of friend', 'UPI fraud, hospital number']
    """
    named = texts.filter(pc.match_substring_regex(pc.utf8_lower(texts), _ANY_NUMBER))
    return [text for text in named.to_pylist() if _may_clear(text)]


def _may_clear(text: str) -> bool:
    return any(is_not_ordinary(part) for part, _ in statements_of(text))


def is_not_ordinary(statement: str) -> bool:
    """Whether a short statement names the number and has a word that is not ordinary.

    >>> [is_not_ordinary(text) for text in ("SIM surrendered", "dost ka number", "नंबर बैंक का है", "hospital no.")]
    [True, True, True, True]
    >>> of = "Fraudster's number", "Number not reachable", "Fake SBI customer care number", "Number belongs to Ram"
    >>> [is_not_ordinary(text) for text in of]
    [False, False, False, False]
    """
    words = words_of(statement)
    there = set(words)
    if len(words) > _MORE_WORDS or not _names_number(words) or there & _OF_THINGS:
        return False
    if any(map(is_victim, words)):
        return not there.isdisjoint(_BY_MISTAKE)
    if len(words) > _FEW_WORDS:
        return False
    if _is_denied(words) or there & _UNCERTAIN:
        return True
    if there & _SUSPECTS or there <= _ORDINARY | _DENIED | _NOT_SO:
        return False
    names = {word.casefold() for word in re.findall(r"[^\W\d_]+", statement)[1:] if _NAME.match(word)}
    return not (there & _OF_OWNERS and there <= _ORDINARY | _OF_OWNERS | names)


def _names_number(words: Sequence[str]) -> bool:
    """Whether a statement names a number.

    >>> [_names_number(text.split()) for text in ("bank number", "doctor no", "no of doctor", "no", "no refund")]
    [True, True, True, False, False]
    """
    is_last = len(words) > 1 and words[-1] in _NO
    is_first = len(words) > 1 and words[0] in _NO and words[1] == "of"
    return is_last or is_first or not _NUMBERS.isdisjoint(words)


def _is_denied(words: Sequence[str]) -> bool:
    """Whether something is denied that is so of a number to be blocked: `Number is not of accused`.

    >>> [_is_denied(text.split()) for text in ("number not in use", "number not reachable", "नंबर संदिग्ध नहीं पाया गया")]
    [True, False, True]
    """
    if " ".join(word for word in words if word not in _NUMBERS) in words_for("not_yet_blocked"):
        return False
    behind = (word for at, word in enumerate(words) if at and words[at - 1] in _DENIED)
    last = words[-1:] if words else []
    return bool(_DENIED.intersection(last)) or not all(word in _NOT_SO for word in behind)
