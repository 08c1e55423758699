"""Which texts below a heading of decisions or results are a yes.

Owns what a yes is, and a result. Independent of headings (`decision_headings`) and of rows. One idea: **closed lists**:
an answer is a yes if each of its words is known in one; any other is none.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable, Set
from functools import lru_cache
from typing import Final

from numguard.number_list.beside import is_yes
from numguard.number_list.decision_headings import (
    AGREE,
    CONFIRM,
    OFF,
    OWN_WORDS,
    REFUSED,
    Heading,
    is_of_hold,
    refuses_alone,
)
from numguard.number_list.titles import OFFICERS, RANKS, words_of
from numguard.number_list.words import words_for, words_in

#: The words of a yes: for a block, and to what is asked.
_BLOCK: Final = words_for("to_block", "blocked", "question_block") | words_in("band blk", "बंद बन्द")
FRAUD: Final = words_in("fraud fraudulent")
_FOR_BLOCK: Final = _BLOCK | CONFIRM | AGREE | FRAUD

#: Those that say it of a number; what was blocked was acted upon, and is no answer, and a suspicion is confirmed too.
_EXPLICIT: Final = words_for("to_block") | AGREE
#: What is done with an approval that is given; below `Decision` it may be a bail that is granted.
_GIVEN: Final = words_in("accorded done granted obtained")
#: Those against a block.
AGAINST: Final = REFUSED | words_in(
    "acquitted clean closed discharged genuine ignore innocent leave negative nfa spare spared unconfirmed",
    "छोड़ छोड़े छोड़ें",
)
_NOT: Final = words_for("denial", "no") - words_in("deny false n pending reject rejected yet")
#: The number of a letter is no denial.
_NUMBER_OF: Final = re.compile(
    r"\b(ack|case|complaint|cr|crime|dd|diary|file|fir|gd|letter|memo|order|ref|s|sr|vide) no\b"
)
_MONTHS: Final = "jan feb mar apr may jun jul aug sep oct nov dec"
#: Words of the numbers, papers and days of a case.
_CASE: Final = words_in(
    "ack acknowledgement case complaint cr crime date dated diary dt fir gd letter memo order orders ref reference vide"
)
_OF_CASE: Final = _CASE | words_in("act and as bns ipc it ncrp s section sept u", _MONTHS)
_FIGURES: Final = re.compile(r"\w*\d\w*(?:\([\da-i]\))*")
_YEAR: Final = r"(?:19|20)?\d\d"
_DAY: Final = re.compile(
    rf"(?<!\w)(?!0+[./-]0)(?:(?:\d\d?|{_YEAR})([./-])\d\d?\1{_YEAR}"
    rf"|\d\d?(?:st|nd|rd|th)?[\s./-]*(?:{_MONTHS.replace(' ', '|')})[a-z]*[\s.,/-]*{_YEAR})"
    r"(?:[,T\s]\s*(?:at )?\d\d?[:.]\d\d(?::\d\d(?:\.\d+)?)?\s?(?:[ap]m|hrs|z|[+-]\d\d:?\d\d)?)?(?!\w)",
    re.IGNORECASE,
)
#: The parts of a day.
_PARTS_OF_DAY: Final = re.compile(rf"(\d+)\D*?(?:({_MONTHS.replace(' ', '|')})\D*|(\d+)\D)(\d+)", re.IGNORECASE)
#: The number of a paper, of which one without a year follows a word for it: `CC/45/2026`, `Letter 45 dt 5/2/26`.
_PAPER: Final = re.compile(
    r"(?:(?:no|number)[.:\s]+)*(?P<of>(?:(?:dd|diary|file|gd|letter|memo|office|order|ref|reference|vide)[.:\s]+"
    r"(?:(?:no|number)[.:\s]+)?)*)(?P<number>(?:[^\W\d_]{1,6}[/-])*0*[1-9]\d*(?:-\d+)?"
    r"(?P<year>/(?:19|20)\d\d|(?:/[^\W\d_]{1,6})+)?)"
    r"(?:[,\s]+(?:(?:dated|dt)[.:\s]*)?(?P<day>\S.*))?",
    re.IGNORECASE,
)
#: Words in such a number: of offices, branches and what a file is of.
_OF_NUMBERS: Final = _CASE | OFFICERS | words_in("cc ccps cell crime dc hq misc office ps reader sp steno")
#: What may be written in capitals there, and is no office.
_NO_OFFICE: Final = words_in("bail canc n nfa obj parole pend rej ret rev stay")
#: Whatever is no letter, figure, mark of a sentence or tick changes an answer: `Yes ?`, `Accept ❌`.
_SIGN: Final = re.compile(r"[^\w\u0900-\u0d7f\u200c\u200d\s.,;:()/&!'\"\u2019\u2013\u2014\u2713\u2714\u2611-]")
_MOST_NAMES: Final = 4
_MOST_CERTAIN: Final = 2
#: Who signs, the words of his office, and what is beside them: a day, a paper, and how he is spoken of.
_RANK: Final = words_for("officer", "rank", "rank_or_other") | words_in("hps incharge ips sd", "प्रभारी थाना")
_HONORIFIC: Final = words_for("honorific")
_OFFICE: Final = (OFFICERS - words_in("bank enquiry inquiry investigation", "अनुसंधान जाँच जांच")) | words_in(
    "ble cell crime headquarters hon hps hq ips ji office range sahab saheb sd sir sr traffic w worthy zone"
)
_OF_WHO: Final = _OFFICE | _RANK | _OF_CASE | {","}
#: An initial, and words beside the number of a paper: an unknown word beside them is a name, and no refusal.
_INITIAL: Final = re.compile(r"(?:^|[\s.,])[A-Z]\.? ?(?=[A-Z][a-z]{2})|[A-Z][a-z]+ [A-Z]\.")
_OF_PAPERS: Final = words_in("letter memo order vide")
#: The number of an officer: `SI Ravi No. 45/NUH`, `ASI Ramesh 567`.
_OF_OFFICER: Final = re.compile(r"(?:\bno\b[.\s]*)?\b\d[\w/-]*|,", re.IGNORECASE)
_DOTTED: Final = re.compile(r"\b(?:[A-Z]\.){2,}")
#: What ends a name; a stop behind an initial or a rank ends none.
_ENDS: Final = re.compile(r"[,;.()\u2013\u2014-]")
_ABBREVIATED: Final = re.compile(rf"\b(\w|{'|'.join(sorted(RANKS | _HONORIFIC, reverse=True))})\.", re.IGNORECASE)
_RANK_ENDS: Final = re.compile(rf"\b({'|'.join(sorted(RANKS, reverse=True))}) ?,", re.IGNORECASE)
#: Words that no name has: how a refusal ends, but for names that end so; words against a number; and small words.
_NO_NAME_ENDS: Final = re.compile(r"(?<!e)ed$|(?:ing|ly|[st]ion)$")
_NAMES_TOO: Final = words_in("ahmed hamed javed khaled mohamed mohammed naved rashed sayed station syed tshering")
_NO_NAME: Final = (
    AGAINST
    | words_for("denial", "failed", "family", "passed", "released", "victim", "yes")
    | words_in(
        "absent abeyance account active after allow await back before but check closure conditional discuss dispute",
        "disputes doubt doubtful doubts enquiry error except galat galti if imei inquiry instead ka ke kept ki ko kyc",
        "later leave live mana mistake nako ne nil none nothing null object objects on once only or over oversight",
        "query recall recheck refer refund return review rok roka ruko see speak stay stop subject then till to under",
        "unless until upi verify wait weak when with wrong x",
    )
)
#: A yes that others are still to give: `To be confirmed`, `For approval`, `Recommended to SP`; and the words of one.
_TO_BE_GIVEN: Final = re.compile(
    rf"\b(?:be|for|kindly|must|on|please|plz|pls|should|to) (?:{'|'.join(sorted(AGREE | CONFIRM | _GIVEN))})\b"
    rf"|\bto (?:the )?(?:{'|'.join(sorted(RANKS - {'of'}))})\b"
)
_TO_GIVE: Final = words_in("hetu jana karna kindly please pls plz", "करना जाना हेतु")
_YES: Final = frozenset(word for word in words_for("yes") if len(word) > 1) | {"ok", "okay"}
#: Words of a yes that change nothing; those for an enquiry change something.
_OF_YES: Final = (
    (OFFICERS - words_in("bank enquiry inquiry investigation", "अनुसंधान जाँच जांच"))
    | words_for("beside_yes")
    | _YES
    | words_in(
        "also be by can do finally fit for he immediate immediately is it kindly mobile msisdn must number on per",
        "permanent permanently please pls request shall should sim sir the this to tsp urgent urgently",
    )
    | {","}
)
#: Why a number is to be blocked, behind a yes to that.
_REASONS: Final = words_for("fraud_reason")
_FAKE: Final = words_in("fake farji farzi", "फर्जी")
#: Phrases, and the word of a yes that each stands for.
_PHRASES: Final = {
    "no objection": "agreed",
    "permission granted": "granted",
    "sim and imei": "sim",
    "sim card": "sim",
    "with immediate effect": "immediately",
}
_PHRASE: Final = re.compile(rf"\b(?:{'|'.join(_PHRASES)})\b")
#: The results of a verification: its subscriber is genuine, or not; and what was not so of one who is not.
_PASSED, _FAILED = words_for("passed"), words_for("failed") | FRAUD
_NOT_SO: Final = words_in(
    "appear appeared available come found matched reachable respond responded responding traceable traced"
)
_BESIDE_RESULTS: Final = OFFICERS | words_in(
    "address by customer did does has her his holder in is kyc mobile number on operator re reverification subscriber",
    "the tsp user verification was",
)
BLANK_MARKS: Final = " -\u2013\u2014._"
#: What is blank without them.
BLANK: Final = frozenset(["", "na", "n/a", "n.a", "nil"])
#: A longer text is no yes.
_LONGEST: Final = 120


def is_blank(text: str) -> bool:
    """Whether a cell has nothing, a dash, or what stands for that.

    >>> [is_blank(text) for text in (" -", "N/A", "nil.", "No")]
    [True, True, True, False]
    """
    return text.strip(BLANK_MARKS).casefold() in BLANK


def is_refused(heading: str, text: str) -> bool:
    """Whether a cell below a heading of refusals says that its number is refused.

    Any text does but a known no; below a word of refusal alone a mark, a yes, a refusal, and of no hold a day.

    >>> [is_refused("Rejected by SP", text) for text in ("Yes", "x", "SI Ram", "\u2717", "No", "nil", "0", "None")]
    [True, True, True, True, False, False, False, False]
    >>> [is_refused("Rejected", text) for text in ("Yes", "*", "1", "5/2/26", "Rejected by SP", "SI Ram", "No")]
    [True, True, True, True, True, False, False]
    >>> [is_refused("On hold", text) for text in ("x", "Hold", "Rs 5000 in SBI", "12 days", "5/2/26", "1500")]
    [True, True, False, False, False, False]
    """
    words = words_of(text)
    if is_blank(text) or words == ["none"]:
        return False
    if not refuses_alone(heading):
        return not (is_yes(text) is False and any(map(str.isalnum, text)))
    if not any(map(str.isalnum, text)) or words == ["x"] or is_yes(text) is True:
        return True
    if _is_day(text.strip()):
        return not is_of_hold(heading)
    has_figures = any(map(str.isdigit, text))
    return not (has_figures or REFUSED.isdisjoint(words)) and set(words) <= REFUSED | OFFICERS | {"by", "on", "put"}


def is_explicit(text: str) -> bool:
    """Whether a known yes says what it is a yes to, so that a column of such texts has decisions.

    >>> [is_explicit(text) for text in ("Approved", "To be blocked", "Yes", "1", "Blocked", "Fraud")]
    [True, True, False, False, False, False]
    """
    words = set(words_of(text))
    return not _EXPLICIT.isdisjoint(words) or words >= {"be", "blocked"}


@lru_cache(10_000)
def is_for(text: str, kind: Heading, decision: str | None) -> bool:
    """Whether a text is a known yes to what is recorded.

    >>> [is_for(text, Heading.DECISION, "confirmed") for text in ("Yes", "To be blocked", "Confirmed by SP", "हाँ")]
    [True, True, True, True]
    >>> [is_for(text, Heading.DECISION, None) for text in ("Block if not verified", "Not blocked", "Nuh", "")]
    [False, False, False, False]
    >>> [is_for(text, Heading.APPROVAL, None) for text in ("SP Nuh", "5-Feb-2026 10:30", "123/2026", "Overruled")]
    [False, True, True, False]
    >>> [is_for(text, Heading.FILED, None) for text in ("45", "5/2/26")], is_for("SI Kumar", Heading.BY_WHOM, None)
    ([True, True], True)
    >>> is_for("Failed", Heading.RESULT, "confirmed"), is_for("Withdrawn by SP", Heading.DECISION, "withdrawn")
    (True, True)
    """
    if is_yes(text) is True and (kind.is_of_decision or decision in OFF):
        return True
    if len(text) > _LONGEST or _SIGN.search(text):
        return False
    is_given = kind in (Heading.APPROVAL, Heading.FILED)
    if is_given and _is_signed(text.strip(), is_filed=kind is Heading.FILED):
        return True
    if kind.is_of_decision:
        return _is_who(text, _names_in(text)) if kind is Heading.BY_WHOM else _leads(text, _wanted(kind, decision))
    if decision not in OFF:
        return has_passed(text) is False
    return has_passed(text) is True or _leads(text, OWN_WORDS[decision or ""] - _PASSED)


def _wanted(kind: Heading, decision: str | None) -> frozenset[str]:
    """The words of a yes to what is recorded."""
    own = OWN_WORDS.get(decision or "", frozenset())
    is_given = kind in (Heading.APPROVAL, Heading.FILED)
    return (own if decision in OFF else _FOR_BLOCK | own) | (AGREE | _GIVEN if is_given else frozenset())


def is_certain(text: str) -> bool:
    """Whether a text below who decided is a yes, or names him so that no unknown word may be a refusal.

    >>> of = "Yes", "SP", "SHO Cyber Cell", "R. Kumar, SI", "Sh. Rajesh Duggal, SP Nuh", "SP Nuh vide letter 7"
    >>> [is_certain(text) for text in of]
    [True, True, True, True, True, True]
    >>> [is_certain(text) for text in ("SP Nuh", "SP Tomorrow", "Ram Kumar, SI", "Sh. Ram Kumar Later", "Nuh")]
    [False, False, False, False, False]
    """
    return is_yes(text) is True or (not _SIGN.search(text) and _is_who(text, _certain_names(text), _MOST_CERTAIN))


def may_be_who(text: str) -> bool:
    """Whether a text may be who decided: behind his rank is a name, a place or his number, as far as is known.

    >>> [may_be_who(text) for text in ("SP, Nuh", "ASI Ramesh 567", "SI Ravi No. 45/NUH", "SP Tomorrow", "SP Refused")]
    [True, True, True, True, False]
    """
    return any(is_for(one, Heading.BY_WHOM, None) for one in (text, _OF_OFFICER.sub(" ", _undotted(text))))


def may_be_for(text: str, kind: Heading, decision: str | None) -> bool:
    """Whether a text is a known yes if unknown words behind a rank are a name or a place.

    >>> of = "Approved by S.P., Nuh", "Block as per SP Nuh order", "Block by SP Overruled", "SP Nuh"
    >>> [may_be_for(text, Heading.APPROVAL, None) for text in of]
    [True, True, False, False]
    """
    if kind is Heading.BY_WHOM:
        return may_be_who(text)
    is_answer = kind.is_of_decision and len(text) <= _LONGEST and not _SIGN.search(text)
    return is_answer and _leads(_RANK_ENDS.sub(r"\1 ", _undotted(text)), _wanted(kind, decision), _names_in(text))


def _undotted(text: str) -> str:
    return _DOTTED.sub(lambda found: found[0].replace(".", "") + " ", text)


def _certain_names(text: str) -> set[str]:
    """The words of a text that may be a name, if it has an honorific, an initial, or the number of a paper."""
    words = set(words_of(text))
    is_of_paper = not _OF_PAPERS.isdisjoint(words) and any(map(str.isdigit, text))
    has_name = is_of_paper or not _HONORIFIC.isdisjoint(words) or _INITIAL.search(text) is not None
    return _names_in(text) if has_name else set()


def _is_who(text: str, names: set[str], most: int = _MOST_NAMES) -> bool:
    """Whether a text is an officer: his rank, his name beside it, and a day or a paper behind them.

    >>> of = "SI Ram", "Sh. R. Duggal, IPS, SP Nuh", "Ram Kumar, SI", "SP Nuh vide letter no. 345 dt 5/2/26", "SP राम"
    >>> [_is_who(text, _names_in(text)) for text in of]
    [True, True, True, True, True]
    >>> of = "R Kumar", "Back to SP", "SP REFUSED", "SP Overruled", "Refused by SP", "SP sir ne roka", "Recall, SP"
    >>> any(_is_who(text, _names_in(text)) for text in of)
    False
    """
    words = _spelt(text)
    first = next((at for at, word in enumerate(words) if word in _OFFICE | _RANK | _HONORIFIC), 0)
    before = [word for word in words[:first] if word != ","]
    # One word may be any: `Recall, SP`.
    is_named = not before or (1 < len(before) <= _MOST_NAMES and names.issuperset(before))
    is_officer = not (_RANK | _HONORIFIC).isdisjoint(words[first:])
    return is_named and is_officer and not _has_other_figures(text) and _are_known(words[first:], _OF_WHO, names, most)


def _are_known(words: list[str], known: frozenset[str], names: Set[str], most: int = _MOST_NAMES) -> bool:
    """Whether each word is known, or one of the few names behind a rank; an initial is no more than the name has."""
    left = 0
    for word in words:
        if word in _RANK | _HONORIFIC:
            left = most
        elif word in known:
            left = left if word in RANKS | _OFFICE else 0
        elif left and word in names:
            left -= len(word) > 1
        else:
            return False
    return True


def _is_signed(text: str, *, is_filed: bool = False) -> bool:
    """Whether a text is a day, the number of a paper, or a rank or an office alone; `is_filed`: or figures alone.

    >>> of = "5.2.26", "Order no 7 dt 5 Feb 2026", "CC/45/2026", "DCP (Crime)", "Sd/-", "SP Overruled", "SP Nuh"
    >>> [_is_signed(text) for text in of]
    [True, True, True, True, True, False, False]
    >>> [_is_signed(text) for text in ("32/13/2026", "Null/2026", "Hold/12/2026", "0/5", "Back to IO", "Bail order 7")]
    [False, False, False, False, False, False]
    """
    words = set(words_of(text))
    if _is_day(text) or (words & _RANK and words <= _OFFICE | _RANK):
        return True
    paper = _PAPER.fullmatch(text)
    if paper is None or not (is_filed or paper["of"] or paper["year"]):
        return False
    is_of_office = all(map(_may_be_of_office, re.findall(r"[^\W\d_]+", paper["number"])))
    return is_of_office and (paper["day"] is None or _is_day(paper["day"]))


def _may_be_of_office(letters: str) -> bool:
    """Whether letters of the number of a paper are a word of offices, or a code of one: in capitals, and no refusal.

    >>> [_may_be_of_office(letters) for letters in ("memo", "GGM", "Ggm", "CANCEL", "REJ", "N")]
    [True, True, False, False, False, False]
    """
    word = letters.casefold()
    return word in _OF_NUMBERS or (letters.isupper() and not _is_no_name(word) and word not in _NO_OFFICE)


def _is_day(text: str) -> bool:
    """Whether a text is a day that exists.

    >>> [_is_day(text) for text in ("29/02/2024", "2/25/26", "2026-02-05 10:30", "5th Feb. 26", "30/02/2026", "0/5")]
    [True, True, True, True, False, False]
    """
    parts = _PARTS_OF_DAY.match(text) if _DAY.fullmatch(text) else None
    if parts is None:
        return False
    first, last = int(parts[1]), int(parts[4])
    if parts[2]:
        return _exists(first, _MONTHS.split().index(parts[2].lower()) + 1, last)
    of = int(parts[3])
    return (
        _exists(last, of, first)
        if len(parts[1]) == len("2026")
        else _exists(first, of, last) or _exists(of, first, last)
    )


def _exists(day: int, month: int, year: int) -> bool:
    full = year if year > 99 else 2000 + year
    return 1 <= month <= 12 and 1 <= day <= monthrange(full, month)[1]


def _has_other_figures(text: str) -> bool:
    """Whether a text has figures that are no day, and no number of a case.

    >>> of = "1", "Block - FIR 12/26", "Block by SP 1.2.2026 15:30", "Yes 0", "Yes (1 of 2)"
    >>> [_has_other_figures(text) for text in of]
    [False, False, False, True, True]
    """
    bare = _DAY.sub(" ", text)
    is_other = any(map(str.isdigit, bare)) and any(map(str.isalpha, bare))
    return is_other and _OF_CASE.isdisjoint(words_of(bare))


def _names_in(text: str) -> set[str]:
    """The words of a text that may be a name: they begin with a capital, or their script has none.

    >>> sorted(_names_in("Accepted by SI Ram K, later")), sorted(_names_in("SI RAM REFUSED"))
    (['k', 'ram', 'si'], ['ram', 'si'])
    """
    small = {word.casefold() for word in re.findall(r"[^\W\d_]+", text) if word[0].islower()}
    return {word for word in words_of(text) if word not in small and not _is_no_name(word)}


def _is_no_name(word: str) -> bool:
    return word in _NO_NAME or (_NO_NAME_ENDS.search(word) is not None and word not in _NAMES_TOO)


def _spelt(text: str) -> list[str]:
    """The words of a text without figures, and a comma where a name ends."""
    bare = _ABBREVIATED.sub(r"\1 ", _FIGURES.sub(" ", _DAY.sub(" ", text)))
    found: list[str] = []
    for part in _ENDS.split(bare):
        plain = re.sub(r"\bdon ?t\b", "not", " ".join(words_of(part)))
        plain = _PHRASE.sub(lambda phrase: _PHRASES[phrase[0]], plain)
        found += [*_NUMBER_OF.sub(r"\1", plain).split(), ","]
    return found


def _leads(text: str, wanted: frozenset[str], names: Set[str] | None = None) -> bool:
    """Whether the first of the words that matter is one of these, and those behind it say only who, when and why.

    `names`: the words that may be a name behind a rank, if others may than those that are certain.

    >>> [_leads(text, frozenset(["block"])) for text in ("Block - FIR 12/26", "Block by SI Ram vide letter 7 dt 3 Feb")]
    [True, True]
    >>> of = "Block, SP rejects", "Block x", "Block in abeyance", "Block by SP once verified", "Block by SP Kal"
    >>> [_leads(text, frozenset(["block"])) for text in of]
    [False, False, False, False, False]
    """
    words, leading = _spelt(text), wanted | _YES
    first = next((word for word in words if word not in _OF_YES or word in leading), "")
    if first not in leading or _has_other_figures(text) or _is_to_be_given(words):
        return False
    known = (wanted - words_in("drop dropped kharij khareej reject rejected", "खारिज")) | _OF_YES | _OF_CASE
    # It is the complaint that may be fake.
    is_of_number = _FAKE.isdisjoint(words) or (_CASE.isdisjoint(words) and not _BLOCK.isdisjoint(words))
    known |= _REASONS if wanted & _BLOCK and is_of_number else frozenset()
    most = _MOST_CERTAIN if names is None else _MOST_NAMES
    names = _certain_names(text) if names is None else names
    by_whom = names if {"by", "per"} & set(words) else frozenset()
    return _are_known(words[words.index(first) + 1 :], known, by_whom, most)


def _is_to_be_given(words: list[str]) -> bool:
    """Whether an approval or a confirmation is asked for, and none is given.

    >>> of = "confirm please", "accepted request", "recommended to sp", "approved, please block", "request to block"
    >>> [_is_to_be_given(text.replace(",", "").split()) for text in of]
    [True, True, True, False, False]
    """
    there = set(words)
    if _TO_BE_GIVEN.search(" ".join(words)):
        return True
    is_to_give = "request" in there or (not there.isdisjoint(_TO_GIVE) and there.isdisjoint(_BLOCK))
    return is_to_give and not there.isdisjoint(AGREE | CONFIRM)


def are_places(texts: Iterable[str]) -> bool:
    """Whether the texts below `Block` are parts of districts or towns, and none is an answer.

    >>> [are_places(of) for of in (["Nuh", "1"], ["1", ""], ["Nuh", "Yes"], ["Hold"], ["Nuh", "Wrong"])]
    [True, False, False, False, False]
    """
    rest = [text for text in texts if not (is_blank(text) or text.strip() in ("1", "1.0"))]
    return bool(rest) and all(
        text.strip(". ").isdecimal()
        or not (is_yes(text) is not None or any(map(_is_no_name, words_of(text))) or _leads(text, _FOR_BLOCK))
        for text in rest
    )


def is_contrary(text: str, kind: Heading, decision: str | None) -> bool:
    """Whether a result that all rows have is known to be against what is recorded.

    >>> is_contrary("Passed", Heading.REVERIFIED, None), is_contrary("Verified", Heading.RESULT, "confirmed")
    (True, False)
    >>> [is_contrary("Failed", Heading.RESULT, decision) for decision in ("reverified", "confirmed")]
    [True, False]
    """
    if decision in ("reverified", "reactivated"):
        return is_yes(text) is False or has_passed(text) is False
    return kind is Heading.REVERIFIED and decision not in OFF and has_passed(text) is True


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
