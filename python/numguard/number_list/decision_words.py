"""What a column of decisions or results is, by its heading, and what a text in it is.

Owns which headings are of decisions on numbers, and which texts are a yes, or against one. Independent of rows. One
idea: **closed lists**: an answer is a yes if each of its words is known in one; any other is none.
"""

from __future__ import annotations

import re
from enum import Enum, auto
from functools import lru_cache
from itertools import pairwise
from typing import Final

from numguard.number_list.beside import is_of_money, is_yes
from numguard.number_list.titles import OFFICERS, RANKS, words_of
from numguard.number_list.words import words_for, words_in

__all__ = ["AGAINST", "Kind", "are_same", "has_passed", "is_against", "is_for", "kind_of"]


class Kind(Enum):
    """What a column has of each number."""

    DECISION = auto()
    REVERIFIED = auto()
    #: Of a verification that is not named, or was done for another reason: what it has is not read, only compared.
    RESULT = auto()


_DECISION: Final = words_for("decision") | words_in("decided decison desicion")
_RESULT: Final = words_for("result")
_ACTION: Final = words_in("action actions", "कार्यवाही कार्रवाई")
#: Words beside `action` in the heading of what is to be done; of `Action taken` a blank cell is not done yet.
_TO_DO: Final = words_in("final proposed recommended required suggested", "अंतिम")
_VERIFIED_AGAIN: Final = re.compile(r"\b(?:re ?verif\w*|पुनः ?सत्यापन|पुनर्सत्यापन)(?!\w)")
_VERIFICATION: Final = words_in("kyc rekyc verification", "सत्यापन")
_BY_WHOM: Final = words_in("officer officers", "अधिकारी")
_ORDER: Final = words_in("order orders", "आदेश")
_OF_VERIFICATION: Final = frozenset(["done", "status"])
#: Words that change nothing beside those of a result, or of the decision that is recorded.
_BESIDE: Final = (OFFICERS - {"bank"}) | words_in(
    "airtel be bsnl by current done e final flag for idea is jio last latest mobile msisdn mtnl n no number operator",
    "our phone physical re s sim status subscriber suspect the this to tsp user vi vil vodafone whether y yes",
    "अंतिम का की के नंबर मोबाइल",
)
#: What is about a decision, or is decided of something else than a number; behind its word: what it is filed by. What
#: is joined to it is in its cells too: `Decision & reasons`.
_ABOUT: Final = words_in(
    "authority bail basis date dated day days dinank dt parole reason reasons remand report since tarikh time",
    "कारण तारीख तिथि दिनांक",
)
_FILED_BY: Final = words_in("file id letter memo no nos number order ref reference", "क्रमांक संख्या")
_JOINED: Final = re.compile(r"\s*(?:[&/+,(-]|(?:and|with)\b)")
#: Of a number too, where `is_of_money` knows them of sums.
_OF_NUMBERS_TOO: Final = words_in("c customer hold kyc order")

#: The decisions that put no number on a list, and the words of each; and what ends one of them.
_OFF: Final = {
    "withdrawn": words_in(
        "delete deleted drop dropped reject rejected release released remove removed restore restored unblock",
        "unblocked withdraw withdrawal withdrawn",
    ),
    "protected": words_in("exempt exempted protect protected whitelist whitelisted"),
    "reverified": words_in("pass passed reverified success successful verified"),
    "reactivated": words_in("reactivate reactivated reconnect reconnected restore restored unblock unblocked"),
    "dismissed": words_in("dismiss dismissed drop dropped reject rejected"),
}
#: Of these a verification is no ground.
_WITHOUT_RESULTS: Final = (None, "withdrawn", "protected", "dismissed")

#: The words of an answer for a block, and for what an officer decides.
_BLOCK: Final = words_for("to_block", "blocked", "question_block") | words_in("band", "बंद बन्द")
_CONFIRM: Final = words_in("confirm confirmation confirmed", "पुष्टि")
_ACCEPT: Final = words_in("accept acceptance accepted", "स्वीकार स्वीकृत")
_AGREE: Final = words_in("agree agreed approval approve approved recommend recommended sanction sanctioned")
_FOR_BLOCK: Final = _BLOCK | _CONFIRM | _ACCEPT | _AGREE
_FRAUD: Final = words_in("fraud fraudulent")
#: Other words of decisions, as in headings.
_OWN_WORDS: Final = {**_OFF, "unprotected": words_in("unprotect unprotected"), "accepted": _ACCEPT | _AGREE}
#: Those against one.
AGAINST: Final = words_for("rejected") | words_in(
    "acquitted cancel cancelled clean closed disapproved drop dropped exclude excluded exempt exempted genuine held",
    "deferred disagree disagreed discharged hold ignore innocent leave negative nfa protect protected quashed release",
    "released remove removed skip spare spared unapproved unblock unblocked",
    "unconfirmed whitelist whitelisted withdraw withdrawal withdrawn withheld",
    "रद्द छोड़ छोड़े छोड़ें",
)
_NO: Final = frozenset(word for word in words_for("no") if len(word) > 1) - {"false"} | {"ना"}
_NOT: Final = _NO | (words_for("denial") - words_in("deny pending reject rejected yet"))
#: What is beside a no that is meant of the decision itself.
_NEEDED: Final = words_in(
    "action hai hoga kar karein karen kare karna karo karna need needed necessary required",
    "करना करने करे करें करो कर है",
)
#: A no, and why.
_NO_FOR: Final = re.compile(r"(?:nahin?|no|नही|नहीं)\s*[,:;(\u2013-]\s*(?!\d).*", re.DOTALL)
#: The number of a letter is no denial.
_NUMBER_OF: Final = re.compile(r"\b(ack|case|complaint|cr|crime|dd|diary|file|fir|gd|letter|memo|order|ref|s|sr) no\b")
#: Words of the numbers, papers and days of a case.
_CASE: Final = words_in(
    "ack acknowledgement case complaint cr crime date dated diary dt fir gd letter memo order orders ref reference vide"
)
_OF_CASE: Final = _CASE | words_in(
    "act and as bns ipc it jan feb mar apr may jun jul aug sep sept oct nov dec ncrp s section u"
)
_FIGURES: Final = re.compile(r"\w*\d\w*")
_DATE: Final = re.compile(r"\b\d{1,4}([./-])\d{1,2}\1\d{2,4}\b")
#: Whatever is no letter, figure, mark of a sentence or tick changes an answer: `Yes ?`, `Accept ❌`.
_SIGN: Final = re.compile(r"[^\w\u0900-\u0d7f\u200c\u200d\s.,;:()/&'\"\u2019\u2013\u2014\u2713\u2714\u2611-]")
#: Words that no name has behind `by`: what takes back a yes, or makes it depend.
_MOST_NAMES: Final = 4
_NO_NAME: Final = (
    AGAINST
    | words_for("denial", "family", "released", "passed", "failed", "victim")
    | words_in(
        "account active after await awaited awaiting before but check closure deferred doubtful error except expired",
        "galti if instead kyc later lifted mistake none nothing once only or over partially recheck refund",
        "review rok stay stayed stopped subject then till unless until verification verify when wrong",
    )
)
#: A yes that others are still to give: `To be confirmed`, `For approval`.
_TO_BE_GIVEN: Final = re.compile(
    r"\b(?:be|for|kindly|must|on|please|plz|pls|should|to) (?:accept|agree|approv|confirm|recommend|sanction)"
)
#: Words of an answer that change nothing.
_FILLING: Final = OFFICERS | words_in(
    "also be by can do finally for he immediate immediately is it kindly may must number on permanent permanently",
    "please pls sahab saheb shall should sir the this to urgent urgently",
    "तुरंत",
)
_YES: Final = frozenset(word for word in words_for("yes") if len(word) > 1) | {"ok", "okay"}
#: Others in a yes, in which words for an enquiry change something.
_OF_YES: Final = (
    (_FILLING - words_in("bank enquiry inquiry investigation may", "अनुसंधान जाँच जांच"))
    | _YES
    | words_in("band fit kar kare karein karen karna karo mobile per request sim sir turant", "कर करना करें")
)
#: Of whom or what it may be written that it is genuine, or closed.
_WHO: Final = words_in("customer holder mobile sim subscriber user")
#: The results of a verification: its subscriber is genuine, or not; and what was not so of one who is not.
_PASSED, _FAILED = words_for("passed"), words_for("failed") | _FRAUD
_NOT_SO: Final = words_in(
    "appear appeared available come found matched reachable respond responded responding traceable traced"
)
_BESIDE_RESULTS: Final = OFFICERS | words_in(
    "address by customer did does has her his holder in is kyc mobile number on operator re reverification subscriber",
    "the tsp user verification was",
)
_WORD: Final = re.compile(r"\w+")
_BLANK: Final = " -\u2013\u2014._"
#: A longer text is no yes.
_LONGEST: Final = 120


def are_same(one: str, other: str) -> bool:
    """Whether two texts are the same, but for the numbers of a case.

    >>> are_same("Fraud, FIR 12/26", "fraud, FIR 13/26."), are_same("1", "0"), are_same("Level 1", "Level 2")
    (True, False, False)
    """
    one, other = one.casefold().strip(_BLANK), other.casefold().strip(_BLANK)
    if one == other or _CASE.isdisjoint(words_of(one)):
        return one == other
    return re.sub(r"\d+", "0", one) == re.sub(r"\d+", "0", other)


@lru_cache(1_000)
def kind_of(heading: str, decision: str | None) -> Kind | None:
    """What a column has, by its heading; None if it is not compared.

    >>> of = lambda decision, *headings: [getattr(kind_of(heading, decision), "name", None) for heading in headings]
    >>> of(None, "Decision", "Court decision", "SP ka faisla", "Action to be taken", "Result of re-verification")
    ['DECISION', 'DECISION', 'DECISION', 'DECISION', 'REVERIFIED']
    >>> of(None, "Action taken", "Refund decision", "Decision date", "Decision No.", "Decision by", "Result")
    [None, None, None, None, None, None]
    >>> of("confirmed", "Result", "KYC status", "Verified", "Status"), of("withdrawn", "Result", "To be withdrawn")
    (['RESULT', 'RESULT', 'RESULT', None], [None, 'DECISION'])
    """
    there = _VERIFIED_AGAIN.sub("reverified", " ".join(words_of(heading))).split()
    words, own = set(there), _OWN_WORDS.get(decision or "", frozenset())
    is_to_do = not words.isdisjoint(_TO_DO) or words >= {"to", "be"}
    of_decision = _DECISION | (_ACTION if is_to_do else frozenset())
    if there[-1:] in (["by"], ["on"]) or _is_about(heading, there, of_decision, own):
        return None
    if words & of_decision:
        return None if is_of_money(" ".join(words - _OF_NUMBERS_TOO)) else Kind.DECISION
    is_order = words & _ORDER and len(words) > 1 and words <= _ORDER | RANKS | {"by", "final", "the"}
    is_final = words >= {"final", "status"} and words <= _BESIDE
    is_question = words in ({"n", "y"}, {"no", "yes"})
    if is_order or is_final or is_question or (words & own and words <= own | _BESIDE):
        return Kind.DECISION
    is_one = words <= {"reverified", "verified"} | _RESULT | _BESIDE | _VERIFICATION
    is_check = not words.isdisjoint(_VERIFICATION - {"kyc"}) or words >= {"re", "kyc"} or words == {"kyc"}
    if is_one and "reverified" in words:
        return Kind.REVERIFIED
    is_result = (
        words & (_RESULT | {"verified"})
        or (is_check and words.isdisjoint(_BY_WHOM))
        or (words & _VERIFICATION and words & _OF_VERIFICATION)
    )
    return Kind.RESULT if is_one and is_result and decision not in _WITHOUT_RESULTS else None


def _is_about(heading: str, there: list[str], of_decision: frozenset[str], own: frozenset[str]) -> bool:
    """Whether a heading is that of what is about a decision, and not of one."""
    has_answers = not {"y", "yes", "हाँ", "हां"}.isdisjoint(there)
    is_filed = any(one in of_decision | _RESULT | own and two in _FILED_BY for one, two in pairwise(there))
    text = heading.casefold()
    is_joined = any(_JOINED.match(text[found.end() :]) for found in _WORD.finditer(text) if found[0] in of_decision)
    # That of `Decision of the committee dt. 12/02/2026` has its day in the heading.
    is_about = not _ABOUT.isdisjoint(there) and not any(map(str.isdigit, heading)) and not is_joined
    return is_about or (is_filed and not has_answers)


@lru_cache(10_000)
def is_for(text: str, kind: Kind, decision: str | None) -> bool:
    """Whether a text is a known yes to what is recorded.

    >>> [is_for(text, Kind.DECISION, "confirmed") for text in ("Yes", "To be blocked", "Confirmed by SI Ram", "हाँ")]
    [True, True, True, True]
    >>> [is_for(text, Kind.DECISION, None) for text in ("Block if not verified", "Not blocked", "Fraud", "")]
    [False, False, False, False]
    >>> is_for("Failed", Kind.RESULT, "confirmed"), is_for("Withdrawn by SP", Kind.DECISION, "withdrawn")
    (True, True)
    """
    if len(text) > _LONGEST or _SIGN.search(text) or _has_other_figures(text):
        return False
    own = _OWN_WORDS.get(decision or "", frozenset())
    if kind is Kind.DECISION:
        return is_yes(text) is True or _leads(text, own if decision in _OFF else _FOR_BLOCK | own)
    if decision not in _OFF:
        return has_passed(text) is False
    return is_yes(text) is True or has_passed(text) is True or _leads(text, own - _PASSED)


def _has_other_figures(text: str) -> bool:
    """Whether a text has figures that are no date, and no number of a case.

    >>> of = "1", "Block - FIR 12/26", "Block by SP 1.2.2026", "Yes 0", "Yes (1 of 2)"
    >>> [_has_other_figures(text) for text in of]
    [False, False, False, True, True]
    """
    bare = _DATE.sub(" ", text)
    is_other = any(map(str.isdigit, bare)) and any(map(str.isalpha, bare))
    return is_other and _OF_CASE.isdisjoint(words_of(bare))


def _names_in(text: str) -> set[str]:
    """The words of a text that may be a name: in capitals where others are not.

    >>> sorted(_names_in("Accepted by SI Ram K, overruled")), _names_in("ACCEPTED BY SI RAM"), _names_in("Block By Ram")
    (['accepted', 'k', 'ram'], set(), set())
    """
    words = re.findall(r"[^\W\d_]+", text)
    if not any(word in ("by", "per") for word in words):
        return set()
    return {word.casefold() for word in words if word[0].isupper() and (len(word) == 1 or not word.isupper())}


def is_against(text: str, kind: Kind, decision: str | None) -> bool:
    """Whether a text that all rows have is known to be against what is recorded.

    >>> [is_against(text, Kind.DECISION, None) for text in ("No", "Do not block", "रद्द", "नहीं करना है", "Keep active")]
    [True, True, True, True, True]
    >>> of = "No doubt - block", "Not to be released", "Not genuine - block", "No stay", "NA", "Pending", "No. 12"
    >>> [is_against(text, Kind.DECISION, "confirmed") for text in of]
    [False, False, False, False, False, False, False]
    >>> [is_against("Confirmed", Kind.DECISION, decision) for decision in ("withdrawn", "confirmed")]
    [True, False]
    """
    if len(text) > _LONGEST or (kind is Kind.RESULT and decision not in _OFF):
        return False
    if decision not in _OFF:
        return has_passed(text) is True if kind is Kind.REVERIFIED else _is_refusal(text)
    words = set(_words(text))
    own, more = _OFF[decision], _ACCEPT if decision == "dismissed" else frozenset()
    has_failed = decision in ("reverified", "reactivated") and has_passed(text) is False
    is_for_block = bool(words) and words <= _BLOCK | _CONFIRM | more
    return is_yes(text) is False or _is_denied(text, own) or is_for_block or has_failed


def _spelt(text: str) -> list[str]:
    plain = re.sub(r"\bdon ?t\b", "not", " ".join(words_of(text))).replace("no objection", "agreed")
    return _NUMBER_OF.sub(r"\1", plain).split()


def _words(text: str) -> list[str]:
    return [word for word in _spelt(text) if word not in _FILLING]


def _leads(text: str, wanted: frozenset[str]) -> bool:
    """Whether the first of the words that matter is one of these, and those behind it say only who, when and why.

    >>> [_leads(text, frozenset(["block"])) for text in ("Block - FIR 12/26", "Block by SI Ram vide letter 7 dt 3 Feb")]
    [True, True]
    >>> of = "Block, SP rejects", "Block x", "Block in abeyance", "Block by SP once verified", "Block under enquiry"
    >>> [_leads(text, frozenset(["block"])) for text in of]
    [False, False, False, False, False]
    """
    words, filling = _spelt(_FIGURES.sub(" ", text)), _OF_YES | (_FRAUD if wanted >= _BLOCK else frozenset())
    leading = wanted | _YES
    first = next((word for word in words if word not in filling or word in leading), "")
    if first not in leading or _TO_BE_GIVEN.search(" ".join(words)):
        return False
    names = _names_in(text)
    known = (wanted - words_in("drop dropped reject rejected")) | filling | _OF_CASE
    named = 0
    for word in words[words.index(first) + 1 :]:
        if word in ("by", "per"):
            named = _MOST_NAMES
        elif word in known:
            named = named if word in RANKS else 0
        elif named and word in names and word not in _NO_NAME:
            named -= 1
        else:
            return False
    return True


def _is_denied(text: str, what: frozenset[str]) -> bool:
    """Whether a text is a no, or one to what is named, and nothing else."""
    words = _words(text)
    if len(words) == 1:
        return words[0] in _NO and not any(map(str.isdigit, text))
    return sum(word in _NOT for word in words) == 1 and set(words) <= _NOT | _NEEDED | what


def _is_refusal(text: str) -> bool:
    words = _words(text)
    if is_yes(text) is False or _is_denied(text, _FOR_BLOCK):
        return True
    words = words[1:] if len(words) > 1 and words[0] in _WHO else words
    is_left = not AGAINST.isdisjoint(words[:1]) or words[:2] in (["keep", "active"], ["keep", "hold"], ["set", "aside"])
    return (is_left or _NO_FOR.fullmatch(text.strip().casefold()) is not None) and _FOR_BLOCK.isdisjoint(words)


def has_passed(text: str) -> bool | None:
    """Whether the subscriber is genuine by a result; None if it is neither that nor the contrary.

    >>> of = lambda *texts: [has_passed(text) for text in texts]
    >>> of("Passed", "Verified by TSP", "सही"), of("Failed", "Not traceable", "Did not appear")
    ([True, True, True], [False, False, False])
    >>> of("Pending", "Not yet verified", "Verified fraud", "not fake", "To be verified", "")
    [None, None, None, None, None, None]
    """
    there = set(words_of(text)) - _BESIDE_RESULTS
    if there and there <= _PASSED:
        return True
    is_not_so = bool(there & _NOT) and bool(there - _NOT) and there <= _NOT | _PASSED | _NOT_SO
    return False if (there and there <= _FAILED) or is_not_so else None
