"""Texts that say of a number that it is not accepted, or held back: `Not approved`, `On hold`, `Cancelled by SP`.

Owns the phrases, and the headings below which each counts. Independent of columns of decisions, in which whatever is no
yes counts, and of what spares a number (`spared`). One idea: **a text counts if nothing else is in it, or in a part of
it**, in a column about the number.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

from numguard.compute import pc
from numguard.number_list.beside import is_of_money
from numguard.number_list.decision_headings import Heading, kind_of
from numguard.number_list.decision_words import AGAINST, is_refused
from numguard.number_list.doubted import PHRASES as DOUBTS
from numguard.number_list.doubted import WRITTEN, is_doubted
from numguard.number_list.phrases import Phrases, Prefilter
from numguard.number_list.spared import NUMBERS
from numguard.number_list.spelling import MISSPELT, spelt
from numguard.number_list.titles import (
    BARE_RANKS,
    BEGINNINGS,
    FILLING,
    OF_FAMILY,
    RANKS,
    VICTIMS,
    is_victim,
    parts_of,
    words_of,
)
from numguard.number_list.words import words_for, words_in
from numguard.source.scripts import plain_letters

_OFFICER: Final = f"(?:the )?(?:{'|'.join(sorted(RANKS))})(?: (?:ji|ne|sahab|saheb|sir))*"
#: What may be around such a text, which changes nothing.
_BEFORE: Final = rf"(?:(?:be|is|it|keep|kept|kindly|mobile|no|number|numbers|please|pls|put|sim|the|this|{_OFFICER}) )*"
_BEHIND: Final = (
    r"(?:(?: (?:it|now|this|yet|karein|karen|karo|kar do|kiya|kiye|entry|numbers?|record|row))*"
    rf"(?: (?:{'|'.join(sorted(BARE_RANKS))})| (?:for|pending|till|until) "
    r"(?:(?:further )?orders?|confirmation|enquiry|inquiry|(?:re ?)?verification))?"
    rf"(?: (?:as per|by|from|for|of|till|until|with) {_OFFICER}(?: .*)?)?)"
)
#: What says of whatever it is beside that it is not accepted.
_NOT_ACCEPTED: Final = (
    r"(?:can not|cannot|did not|do not|don t|dont|never|not)(?: (?:be|been|to|yet))* "
    r"(?:accept(?:able|ed)?|approved?|be accepted)|no accept|accept mat karo|manjoor nahi|unapproved|disapproved"
    r"|approval (?:awaited|pending|nahin? mil[ai]|not (?:given|received|taken))|(?:awaiting|pending) approval"
    r"|(?:put up|sent|submitted) (?:(?:by|to) .* )?for approval"
    r"|yet to be approved|(?:स्वीकार|मंजूर) (?:नहीं|नही)|अस्वीकृत"
)
#: What says so of a number only in a column about the number: a document may be pending, and a name not confirmed.
_HELD_BACK: Final = (
    r"not(?: yet)? (?:allowed|agreed|cleared|confirmed|ok|recommended)|(?:do not|dont|don t|not to) add"
    r"|not to be (?:added|confirmed)|yet to be confirmed|disallowed|to be (?:re ?)?(?:checked|verified)|verify first"
    r"|doubtful|on hold|wait|pending|under (?:enquiry|process)|re ?check|disagreed?|returned with objection|later|ruko"
    r"|(?:do ?no?t|do not|don t|mat|no need to|not to be|not to) block(?:ed)?|mat kar(?:o|na) block"
    r"|block (?:na|nhi) ka?r(?:e|na|o)"
    r"|(?:abhi )?(?:rok(?:o| do| lo| dijiye| kar rakho)|ruk jao)|not now|abhi nahin?|baad me(?:in)?|hata do|hatana hai"
    r"|unblock (?:kar|kijiye|karein)(?: .*)?|unblock request rec(?:d|eived)|(?:sim )?surrendered(?: sim)?(?: by .*)?"
    r"|(?:is )?(?:galat|incorrect|not (?:correct|right)|wrong)(?: hai| num)?|misprint|(?:ek )?digit kam(?: hai)?"
    r"|discuss|(?:decoy|dummy|sample|test|testing)(?: (?:data|entry))?|(?:(?:caller id|cli) )?spoof(?:ed|ing)"
    r"|re ?allott?ed|landline|pco"
    r"|(?:bank|courier|govt|government|hospital|police|school) (?:employee|official|office|staff|wala)"
    r"|(?:अभी )?रोक(?:ा गया|ें| दें| दो| कर रखें)|होल्ड(?: पर)?|थांबवा|पडताळणी (?:बाकी|प्रलंबित)|सरेंडर"
    r"|chh?od do|mana(?: kar diya| kiya)?|(?:(?:may|must|should|to) be )?"
    rf"(?:{'|'.join(sorted(AGAINST, reverse=True))})"
    r"|(?:may be|maybe|might be|possibly|shayad)(?: a| the)? victim|नहीं"
)
#: A no, which says so only in a column of an officer's words.
_OF_OFFICER: Final = r"nahin?|no|नही"
#: Whose a number is, and words beside them and beside those for victims: `Friend's number`, `Ye bhi victim hai`.
_THEIRS: Final = OF_FAMILY - {"is"}
_PROFESSIONS: Final = words_for("profession")
_BESIDE_THEIRS: Final = (
    FILLING
    | NUMBERS
    | words_in(
        "also an appear appears as be bhi by can could he her his lag lagta looks may maybe me mera mere might mine "
        "my perhaps possibly probably profession raha rahi seem seems shayad she their they to too uska yah भी मेरा "
        "मेरे लगता"
    )
)


#: Words of what waits, which a desk may still have to work on.
_WAITS: Final = words_in("by enquiry io kept later pending process ruko till under until wait with")
#: What is refused, of a line or a title: `Rejected list`.
_OF_LISTS: Final = words_in(
    "list lists mob mobile mobiles msisdn no nos number numbers of phone sim sims soochi suchi the",
    "का की के नंबर नम्बर नंबरों मोबाइल सूची लिस्ट",
)


def _whole(phrases: str) -> re.Pattern[str]:
    return re.compile(rf"{_BEFORE}(?:{plain_letters(phrases)}){_BEHIND}")


_ANYWHERE: Final = _whole(_NOT_ACCEPTED)
_OF_NUMBERS: Final = _whole(f"{_NOT_ACCEPTED}|{_HELD_BACK}")
_BY_OFFICERS: Final = _whole(_OF_OFFICER)


def _may_have(*phrases: str) -> Prefilter:
    rules = [Phrases(*map(plain_letters, (*phrases, *DOUBTS)), *MISSPELT)]
    return Prefilter(rules, words=[*_THEIRS, *_PROFESSIONS, *VICTIMS], split=((), BEGINNINGS), written=WRITTEN)


#: The texts that may have one of them; `no` is in much prose. Few are read faster than an expression is compiled.
_MAY_OPPOSE: Final = _may_have(_NOT_ACCEPTED, _HELD_BACK)
_MAY_OPPOSE_BY_OFFICERS: Final = _may_have(_NOT_ACCEPTED, _HELD_BACK, _OF_OFFICER)
_FEW: Final = 100
#: A longer text is prose.
_LONGEST: Final = 120
#: What a request waits for.
NOT_YET_BLOCKED: Final = words_for("not_yet_blocked")

#: Words of the headings of remarks, and of who decides; those beside a rank are in others too.
_OF_REMARKS: Final = BARE_RANKS | words_for("remark") | words_in("accepted agreed approved confirmed decided")
#: Words of headings that are about the number only if each other word is too: `Refund status` is not.
_OF_STATE: Final = words_in("disposition final order orders report result status")
_ABOUT_NUMBERS: Final = RANKS | words_in(
    "action approval block blocked blocking by current decision file for latest mobile msisdn no number of on phone",
    "present",
    "review sim the",
)
_OF_REQUESTS: Final = RANKS | words_in("by of our request requested requests the")
#: Words of the headings of other things than the number.
_OF_OTHERS: Final = words_in(
    "account amount arrest bail bank caf card case cdr complaint fir imei investigation kyc lien money name ncrp",
    "refund transaction upi wallet",
)


def may_decide(heading: str) -> bool:
    """Whether a column may have decisions on numbers by its cells alone: that of remarks, of a state, or of a request.

    >>> [may_decide(heading) for heading in ("Remarks of SP", "Status", "Request", "Bail status", "Category", "Level")]
    [True, True, True, False, False, False]
    """
    words = set(words_of(heading))
    return (is_about_numbers(heading) or words <= _OF_REQUESTS) and not is_of_money(" ".join(words))


def is_of_remarks(heading: str) -> bool:
    """Whether such a column has remarks of no officer, in which most is no decision.

    >>> [is_of_remarks(heading) for heading in ("Remarks", "Remarks of SP", "Status", "Request")]
    [True, False, False, False]
    """
    return (RANKS | _OF_STATE | _OF_REQUESTS).isdisjoint(words_of(heading))


def those_against(heading: str, texts: Any) -> list[str]:
    """Those of a list's texts, each once, that are against the number of their row, below a heading of no decision.

    A part of a text may be of the fraud, and a block may be pending: `ATM - withdrawn` and `Pending` are not against,
    but for the answer of who refuses numbers, in which all but a no is.

    >>> import pyarrow as pa
    >>> those_against("Remarks", pa.array(["Not approved", "Pending", "fraud", "रद्द", "ATM - withdrawn"]))
    ['Not approved', 'रद्द']
    >>> those_against("Rejected by SP", pa.array(["Pending", "No"]))
    ['Pending']
    """
    words = words_of(heading)
    if _is_of_refusals(heading):
        return [text for text in texts.to_pylist() if is_refused(heading, text)]
    if len(texts) > _FEW:
        texts = texts.filter(pc.less_equal(pc.utf8_length(texts), _LONGEST))
        of = _MAY_OPPOSE if BARE_RANKS.isdisjoint(words) else _MAY_OPPOSE_BY_OFFICERS
        texts = texts.filter(of.may_have(texts))
    found = [text for text in texts.to_pylist() if opposes(heading, text, in_parts=False)]
    return [text for text in found if " ".join(words_of(text)) not in NOT_YET_BLOCKED]


@lru_cache(10_000)
def opposes(heading: str, text: str, *, in_parts: bool = True) -> bool:
    """Whether a text, or a part of it, opposes that its number is accepted, below a heading of no decision.

    >>> [opposes("Note", text) for text in ("Not approved", "hold - SI to check", "Name not confirmed", "No")]
    [True, True, False, False]
    >>> [opposes(heading, "Hold") for heading in ("SP", "Number status", "Money status", "Amount")]
    [True, True, False, False]
    >>> [opposes("Rejected by SP", text) for text in ("No", "Yes")]
    [False, True]
    """
    words = words_of(heading)
    if _is_of_refusals(heading):
        return is_refused(heading, text)
    if is_about_numbers(heading):
        is_by_officer = not BARE_RANKS.isdisjoint(words)
        is_no = is_by_officer and (_says(_BY_OFFICERS, text, in_parts=in_parts) or is_theirs(text))
        return is_no or _says(_OF_NUMBERS, text, in_parts=in_parts) or is_doubted(text)
    return _OF_OTHERS.isdisjoint(words) and _says(_ANYWHERE, text, in_parts=in_parts)


def _is_of_refusals(heading: str) -> bool:
    return kind_of(heading, None) is Heading.REFUSAL


def is_about_numbers(heading: str) -> bool:
    """Whether a heading is that of remarks, or of the state of a number.

    >>> [is_about_numbers(heading) for heading in ("Remarks", "Final status", "Final report", "Bank remarks", "Nuh")]
    [True, True, False, False, False]
    """
    words = set(words_of(heading))
    if words & _OF_STATE:
        return words <= _OF_STATE | _ABOUT_NUMBERS and "report" not in words
    # A column without a heading has remarks.
    is_of_decision = not words.isdisjoint(words_for("decision")) and words.isdisjoint(words_in("date dated dt on time"))
    is_of_remarks = is_of_decision or not words.isdisjoint(_OF_REMARKS) or words <= {"column", "unnamed"}
    return is_of_remarks and words.isdisjoint(_OF_OTHERS)


def is_theirs(text: str) -> bool:
    """Whether a text says that a number is one's own, a relative's, a friend's or a victim's too, and nothing else.

    Or what its user does for a living, as is known of no suspect. A part of a text counts if it names the number.

    >>> [is_theirs(text) for text in ("own number", "Friend", "he is also victim", "UPI, friend's number", "a doctor")]
    [True, True, True, True, True]
    >>> [is_theirs(text) for text in ("Number", "Accused is friend", "OTP shared with friend", "UPI, friend")]
    [False, False, False, False]
    """
    parts = [set(words) for part, _ in parts_of(text) if _are_theirs(words := words_of(part))]
    return _are_theirs(words_of(text)) or any(part & _THEIRS and part & NUMBERS for part in parts)


def _are_theirs(words: Sequence[str]) -> bool:
    others = {word for word in words if word not in _BESIDE_THEIRS or word in _THEIRS}
    if others and others <= _PROFESSIONS:
        return True
    return bool(others) and all(word in _THEIRS or is_victim(word) for word in others)


def _says(phrases: re.Pattern[str], text: str, *, in_parts: bool = True) -> bool:
    """Whether all of a text, or a part of it, is one of some phrases, also with a word misspelt."""
    parts = (text, *(part for part, _ in parts_of(text) if in_parts))
    return any(phrases.fullmatch(" ".join(spelt(words_of(part)))) for part in parts)


def is_not_accepted(text: str) -> bool:
    """Whether a text says so of whatever it is beside."""
    return _says(_ANYWHERE, text)


def heads_refused(text: str) -> bool:
    """Whether a line or a title says that the numbers below are refused, or may be others, and not only that they wait.

    >>> [heads_refused(text) for text in ("Not approved numbers:", "List (approval pending)", "On hold", "Pending")]
    [True, True, True, False]
    >>> [heads_refused(text) for text in ("अस्वीकृत नंबर", "Rejcted list", "Doubtful", "Numbers on hold amount cases")]
    [True, True, True, False]
    """
    words = spelt(words_of(text))
    bare = " ".join(word for word in words if word not in _OF_LISTS)
    is_held = any(map(is_held_back, (text, bare))) and not _WAITS.issuperset(bare.split())
    return is_held or any(map(is_not_accepted, (text, bare))) or any(map(is_doubted, (text, bare)))


def is_held_back(text: str) -> bool:
    """Whether a text says so of a number, or that it waits."""
    return _says(_OF_NUMBERS, text)
