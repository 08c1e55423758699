"""What a column beside the numbers has, by its heading: decisions, what is about them, results.

Owns which headings are of decisions on numbers. Independent of the texts below them (`decision_words`) and of rows. One
idea: **a heading is one of decisions if each of its words is known**, or it has a word for a decision and none for
another thing.
"""

from __future__ import annotations

import re
from enum import Enum, auto
from functools import lru_cache
from itertools import pairwise
from typing import Final

from numguard.number_list.beside import asks_to_act, is_of_money
from numguard.number_list.entries import has_end_days
from numguard.number_list.titles import BARE_RANKS, OFFICERS, RANKS, words_of
from numguard.number_list.words import words_for, words_in


class Heading(Enum):
    """What a heading says that a column has of each number."""

    DECISION = auto()
    #: Its day, the number of its paper, or the rank of who gave it, is a yes there too.
    APPROVAL = auto()
    #: The day or the paper of a decision, whose number may be figures alone; and the names of who gave it.
    FILED = auto()
    BY_WHOM = auto()
    #: `Block` alone: a decision, or a part of a district.
    BLOCK = auto()
    REVERIFIED = auto()
    #: Of a verification that is not named, or was done for another reason: what it has is not read, only compared.
    RESULT = auto()
    #: The reverse of a decision: each row that has more than a no there is refused.
    REFUSAL = auto()

    @property
    def is_of_decision(self) -> bool:
        """Whether each cell has to be a yes."""
        return self not in (Heading.REVERIFIED, Heading.RESULT, Heading.REFUSAL)


#: The words of a yes to what is asked.
CONFIRM: Final = words_in("confirm confirmation confirmed", "पुष्टि")
AGREE: Final = words_for("agreed")
_DECISION: Final = words_for("decision") | words_in("decided decison desicion")
_APPROVAL: Final = AGREE - words_in("proceed") | words_for("approval")
_RESULT: Final = words_for("result")
_ACTION: Final = words_in("action actions", "कार्यवाही कार्रवाई")
#: Words beside `action` in the heading of what is to be done; of `Action taken` a blank cell is not done yet.
_TO_DO: Final = words_in("final proposed recommended required suggested", "अंतिम")
_VERIFIED_AGAIN: Final = re.compile(r"\b(?:re ?verif\w*|पुनः ?सत्यापन|पुनर्सत्यापन)(?!\w)")
_VERIFICATION: Final = words_in("kyc rekyc verification", "सत्यापन")
_ORDER: Final = words_for("order")
#: `Order` alone may be that of a shop.
_ORDER_ALONE: Final = _ORDER - words_in("order orders")
_OF_ORDER: Final = _ORDER | RANKS | words_in("by court final ka ke ki the", "का की के")
#: A block by other words, and the other answer that a heading has beside it: `Disconnect (Y/N)`, `Block/Hold`.
_AS_BLOCK: Final = dict.fromkeys(words_for("to_block") | words_in("band", "बंद बन्द"), "block") | dict.fromkeys(
    words_for("blocked"), "blocked"
)
_BLOCKS: Final = frozenset(_AS_BLOCK)
_OR_NOT: Final = re.compile(
    r"(?<=\bblock) (?:or |ya )?(?:hold|keep|leave|not(?: to)?(?: block(?:ed)?)?)$"
    r"| (?:or|ya|या) (?:na|nahi|nahin|no|not|न|नहीं)$"
)
#: Words that change nothing beside those of a result, or of the decision that is recorded.
_BESIDE: Final = (OFFICERS - {"bank"}) | words_in(
    "airtel be bsnl by current done e final flag for idea is jio last latest mobile msisdn mtnl n no number operator",
    "our phone physical re s sim status subscriber suspect the this to tsp user vi vil vodafone whether y yes",
    "अंतिम का की के नंबर मोबाइल",
)
_DAYS: Final = words_in("date dated day days dinank dt tarikh time", "तारीख तिथि दिनांक")
#: What is about a decision, or is decided of something else than a number; behind its word: what it is filed by. What
#: is joined to it is in its cells too: `Decision & reasons`.
_ABOUT: Final = (
    _DAYS | words_for("name") | words_in("authority bail basis parole reason reasons remand report since", "कारण")
)
#: Of whose day, number or name nothing follows for the numbers.
_OF_OTHERS: Final = (_ABOUT - _DAYS) | words_in("ack acknowledgement action case complaint complaints fir ncrp")
_FILED_BY: Final = words_in("file id letter memo no nos number order ref reference", "क्रमांक संख्या")
_JOINED: Final = re.compile(r"\s*(?:[&/+,(-]|(?:and|with)\b)")
#: Of a number too, where `is_of_money` knows them of sums.
_OF_NUMBERS_TOO: Final = words_in("bank c customer hold kyc order")

#: The decisions that put no number on a list, and the words of each; and what ends one of them.
OFF: Final = {
    "withdrawn": words_in(
        "delete deleted drop dropped release released remove removed restore restored unblock unblocked withdraw",
        "withdrawal withdrawn अनब्लाक अनब्लॉक बहाल",
    ),
    "protected": words_in("exempt exempted protect protected whitelist whitelisted"),
    "reverified": words_in("done pass passed reverified success successful verified"),
    "reactivated": words_in(
        "reactivate reactivated reconnect reconnected restore restored unblock unblocked अनब्लाक अनब्लॉक बहाल"
    ),
    "dismissed": words_in("dismiss dismissed drop dropped khareej kharij reject rejected खारिज"),
}
OWN_WORDS: Final = {**OFF, "unprotected": words_in("unprotect unprotected")}
#: How an officer refuses a number, or holds it back.
REFUSED: Final = words_for("rejected").union(*OFF.values()) - OFF["reverified"] | words_in(
    "cancel cancelled deferred disagree disagreed disapproved exclude excluded held hold quashed skip unapproved",
    "withheld रद्द रोक रोकें लंबित स्थगित",
)
#: The same of headings, in which it may be what was done, or when; what only waits is refused if it is an approval.
_REFUSED: Final = REFUSED - {"लंबित"} | words_in(
    "canceled cancellation disapproval mana objected objection refusal refuse refused rejection रोका मना"
)
#: A number on hold, in a heading that says nothing else but who holds it: of others it is money.
_HOLDS: Final = words_in("held hold")
_OF_HOLD: Final = re.compile(
    r"(?:(?:mobile|msisdn|numbers?|sim) )*(?:(?:is|kept|put) )*(?:on )?(?:held|hold)(?: back)?(?P<by> by .*)?"
)
_WAITING: Final = words_in("awaited awaiting pending लंबित")
_DENIED: Final = words_in("nahi nahin never not नहीं नही")
#: What is released, or left out, by a heading alone is spared by another rule (`beside`).
_BY_THEMSELVES: Final = _REFUSED - words_for("released")
#: Words beside them; and of what else is refused, or on hold, and who else refuses it.
_OPERATORS: Final = words_in("airtel bsnl idea jio mtnl operator tsp vi vil vodafone")
_OF_REFUSALS: Final = _BESIDE | words_in(
    "back date for from gaya given hai in it keep kept kiya ko list ne num of on or reason reasons received since till",
    "until with yet है गया",
)
_OF_OTHER_THINGS: Final = (
    (_OF_OTHERS - _ABOUT)
    | _OPERATORS
    | words_in(
        "amount arrest bail bank card case cdr cheque court form kyc lien request sum transaction warrant",
    )
)
#: What parts the answers of a heading that has more than one: `Approved/Rejected`, `Block or not`.
_ANSWERS: Final = re.compile(r"[/|(),&]|\b(?:or|ya|या)\b", re.IGNORECASE)
_WORD: Final = re.compile(r"\w+")


@lru_cache(1_000)
def kind_of(heading: str, decision: str | None) -> Heading | None:
    """What a column has, by its heading; None if it is not compared.

    >>> of = lambda decision, *headings: [getattr(kind_of(heading, decision), "name", None) for heading in headings]
    >>> of(None, "Decision", "Court decision", "SP ka faisla", "Action to be taken", "Result of re-verification")
    ['DECISION', 'DECISION', 'DECISION', 'DECISION', 'REVERIFIED']
    >>> of(None, "Approved by SP Nuh", "HQ approval", "SP order", "Confirmed", "To be blocked", "Block")
    ['APPROVAL', 'APPROVAL', 'APPROVAL', 'APPROVAL', 'DECISION', 'BLOCK']
    >>> of(None, "Approval date", "Decision No.", "Approved by", "Disconnect (Y/N)", "Block/Hold", "Bank approval")
    ['FILED', 'FILED', 'BY_WHOM', 'DECISION', 'DECISION', 'APPROVAL']
    >>> of(None, "Action taken", "Refund approved", "Reason for decision", "Bank account decision", "Result", "Blocked")
    [None, None, None, None, None, None]
    >>> of("confirmed", "Result", "KYC status", "Verified", "Status"), of("withdrawn", "Result", "To be withdrawn")
    (['RESULT', 'RESULT', 'RESULT', None], [None, 'DECISION'])
    """
    there = _VERIFIED_AGAIN.sub("reverified", " ".join(words_of(heading))).split()
    of_decision = _of_decision(set(there), decision)
    positive = of_decision | CONFIRM | _ORDER
    # Of entries that ended on a day, those of later days are listed still (`entries`).
    if decision not in OFF and _refuses(heading, positive) and not has_end_days(heading):
        return Heading.REFUSAL if _is_of_refused_numbers(heading, positive) else None
    return _kind_of_words(heading, there, of_decision, decision)


def _kind_of_words(heading: str, there: list[str], of_decision: frozenset[str], decision: str | None) -> Heading | None:
    """What a column has by the words of its heading, if that refuses nothing."""
    words, own = set(there), OWN_WORDS.get(decision or "", frozenset())
    if there[-1:] in (["by"], ["on"]) or _is_about(heading, there, of_decision, own):
        return _kind_of_about(there, of_decision)
    if words & of_decision:
        kind = Heading.APPROVAL if words & of_decision <= _APPROVAL else Heading.DECISION
        return None if is_of_money(" ".join(words - _OF_NUMBERS_TOO)) else kind
    if (words & _ORDER and len(words) > 1 and words <= _OF_ORDER) or (words and words <= _ORDER_ALONE):
        return Heading.APPROVAL
    is_final = words >= {"final", "status"} and words <= _BESIDE
    if is_final or words in ({"n", "y"}, {"no", "yes"}) or (words & own and words <= own | _BESIDE):
        return Heading.DECISION
    # `Band` alone is one of radio, and `Suspension` that of an officer.
    asked = _OR_NOT.sub("", " ".join(_AS_BLOCK.get(word, word) if len(there) > 1 else word for word in there))
    if decision not in OFF and asks_to_act(asked) and "status" not in words:
        is_place = there[-1] == "block" and len(there) < 3
        return Heading.BLOCK if is_place else Heading.APPROVAL if words & CONFIRM else Heading.DECISION
    return _kind_of_result(words, decision)


def _refuses(heading: str, positive: frozenset[str]) -> bool:
    """Whether a heading has a word by which numbers are refused, or one that denies a decision, and no other answer.

    >>> of = "Rejected by SP", "Not approved", "FIR cancelled", "Approval pending", "No approval"
    >>> [_refuses(heading, _APPROVAL) for heading in of]
    [True, True, True, True, True]
    >>> any(_refuses(heading, _APPROVAL) for heading in ("Approved/Rejected", "Accepted or not", "Not rejected"))
    False
    """
    parts = [set(words_of(part)) for part in _ANSWERS.split(heading)]
    words: set[str] = set().union(*parts)
    denied = _DENIED if words & positive else frozenset()
    there = words_of(heading)
    # `Approval No.` is the number of a paper.
    denied |= frozenset(["no"]) if there[:1] == ["no"] and there[1:2] != ["of"] and words & positive else frozenset()
    refusals = _REFUSED | denied | (_WAITING if words & positive else frozenset())
    if words.isdisjoint(refusals) or (words & _DENIED and words & _REFUSED):
        return False
    return not any(part & (positive | _BLOCKS) and part.isdisjoint(refusals) for part in parts)


def is_of_hold(heading: str) -> bool:
    """Whether a heading says that numbers are on hold, and nothing else but which officer holds them.

    >>> [is_of_hold(heading) for heading in ("Hold", "On hold", "Held back by SP", "Hold by bank", "Hold date")]
    [True, True, True, False, False]
    """
    found = _OF_HOLD.fullmatch(" ".join(words_of(heading)))
    return found is not None and (found["by"] is None or not BARE_RANKS.isdisjoint(words_of(found["by"])))


def refuses_alone(heading: str) -> bool:
    """Whether a heading is a word of refusal alone, below which may be of what else, or how much, is refused.

    >>> [refuses_alone(heading) for heading in ("Rejected", "On hold", "Rejected on", "Rejected by SP", "Disapproved")]
    [True, True, False, False, False]
    """
    words = words_of(heading)
    is_one = len(words) == 1 and words[0] in _REFUSED - words_in("disapproved disapproval unapproved")
    return is_one or (is_of_hold(heading) and "by" not in words)


def _is_of_refused_numbers(heading: str, positive: frozenset[str]) -> bool:
    """Whether such a heading is about numbers: beside an officer or a decision, unknown words are those of a place.

    >>> of = "Rejected by SP Nuh", "On hold", "Approval pending", "Amount on hold", "Rejected by bank", "Hold list Nuh"
    >>> [_is_of_refused_numbers(heading, _APPROVAL) for heading in of]
    [True, True, True, False, False, False]
    """
    words = set(words_of(heading))
    if not words.isdisjoint(_HOLDS) and words.isdisjoint(positive | (_REFUSED - _HOLDS)):
        return is_of_hold(heading)
    if words & (_OF_OTHER_THINGS - positive) or is_of_money(" ".join(words - _OF_NUMBERS_TOO)):
        return False
    is_alone = not words.isdisjoint(_BY_THEMSELVES) and words <= _REFUSED | _OF_REFUSALS
    return is_alone or not words.isdisjoint(positive | BARE_RANKS)


def _of_decision(words: set[str], decision: str | None) -> frozenset[str]:
    """The words that make a heading with these words one of decisions."""
    is_to_do = not words.isdisjoint(_TO_DO) or words >= {"to", "be"}
    # A number that was not approved is dismissed.
    return _DECISION | (_ACTION if is_to_do else frozenset()) | (frozenset() if decision == "dismissed" else _APPROVAL)


def _kind_of_about(there: list[str], of_decision: frozenset[str]) -> Heading | None:
    """What a column has of a decision that is in another one: its day, its paper, or who gave it."""
    words = set(there)
    if words.isdisjoint(of_decision) or words & _OF_OTHERS or is_of_money(" ".join(words - _OF_NUMBERS_TOO)):
        return None
    return Heading.BY_WHOM if there[-1] == "by" else Heading.FILED


def _kind_of_result(words: set[str], decision: str | None) -> Heading | None:
    is_one = words <= {"reverified", "verified"} | _RESULT | _BESIDE | _VERIFICATION
    if is_one and "reverified" in words:
        return Heading.REVERIFIED
    is_check = not words.isdisjoint(_VERIFICATION - {"kyc"}) or words >= {"re", "kyc"} or words == {"kyc"}
    is_result = (
        words & (_RESULT | {"verified"})
        or (is_check and words.isdisjoint(words_in("officer officers", "अधिकारी")))
        or (words & _VERIFICATION and words & {"done", "status"})
    )
    has_no_ground = decision in (None, "withdrawn", "protected", "dismissed")
    return Heading.RESULT if is_one and is_result and not has_no_ground else None


def _is_about(heading: str, there: list[str], of_decision: frozenset[str], own: frozenset[str]) -> bool:
    """Whether a heading is that of what is about a decision, and not of one."""
    has_answers = not {"y", "yes", "हाँ", "हां"}.isdisjoint(there)
    is_filed = any(one in of_decision | _RESULT | own and two in _FILED_BY for one, two in pairwise(there))
    text = heading.casefold()
    is_joined = any(_JOINED.match(text[found.end() :]) for found in _WORD.finditer(text) if found[0] in of_decision)
    # That of `Decision of the committee dt. 12/02/2026` has its day in the heading.
    about = _ABOUT - {"authority"} if "by" in there else _ABOUT
    is_about = not about.isdisjoint(there) and not any(map(str.isdigit, heading)) and not is_joined
    return is_about or (is_filed and not has_answers)
