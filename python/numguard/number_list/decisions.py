"""Columns of decisions and results beside the numbers: a list in which they do not agree is refused.

Owns their headings, and which cells agree. Independent of columns that ask for a yes or a no (`beside`). One idea: **if
the cells of one file do not all have the same answer, not every row is meant**, whatever the answers mean; only one
that all rows have is read, and only by closed lists.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from enum import Enum, auto
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final

import numpy as np
import pyarrow as pa

from numguard.compute import Bools, flags, named, pc, seen_text
from numguard.errors import ColumnError
from numguard.number_list.beside import is_of_money, is_yes
from numguard.number_list.titles import OFFICERS, words_of
from numguard.number_list.words import words_for, words_in
from numguard.source import Batch

__all__ = ["Decisions"]


class _Kind(Enum):
    """What a column has of each number."""

    DECISION = auto()
    REVERIFIED = auto()
    #: Of a verification that is not named, or was done for another reason: what it has is not read, only compared.
    RESULT = auto()


_DECISION: Final = words_for("decision")
_RESULT: Final = words_for("result")
_ACTION: Final = words_in("action actions", "कार्यवाही कार्रवाई")
#: Words beside `action` in the heading of what is to be done; of `Action taken` a blank cell is not done yet.
_TO_DO: Final = words_in("final proposed recommended required suggested", "अंतिम")
_VERIFIED_AGAIN: Final = re.compile(r"\b(?:re ?verif\w*|पुनः ?सत्यापन|पुनर्सत्यापन)(?!\w)")
_VERIFICATION: Final = words_in("kyc rekyc verification", "सत्यापन")
_OF_VERIFICATION: Final = frozenset(["done", "status"])
#: Words that change nothing beside those of a result, or of the decision that is recorded.
_BESIDE: Final = (OFFICERS - {"bank"}) | words_in(
    "be current done e final flag for is last latest mobile msisdn n no number our phone re s sim status subscriber",
    "suspect the this to user whether y yes",
    "अंतिम का की के नंबर मोबाइल",
)
#: What is about a decision, or is decided of something else than a number; behind its word: what it is filed by.
_ABOUT: Final = words_in(
    "bail date dated day days dinank dt parole reason reasons remand report since tarikh time",
    "कारण तारीख तिथि दिनांक",
)
_FILED_BY: Final = words_in("file id letter memo no nos number", "क्रमांक संख्या")
#: Of a number too, where `is_of_money` knows them of sums.
_OF_NUMBERS_TOO: Final = words_in("c customer hold kyc order")

#: The decisions that put no number on a list, and the words of each; and what ends one of them.
_OFF: Final = {
    "withdrawn": words_in("drop dropped reject rejected release released remove removed withdraw withdrawal withdrawn"),
    "protected": words_in("exempt exempted protect protected whitelist whitelisted"),
    "reverified": words_in("pass passed reverified success successful verified"),
    "reactivated": words_in("reactivate reactivated reconnect reconnected restore restored unblock unblocked"),
    "dismissed": words_in("dismiss dismissed drop dropped reject rejected"),
}
_OWN_WORDS: Final = {**_OFF, "unprotected": words_in("unprotect unprotected")}
#: Of these a verification is no ground.
_WITHOUT_RESULTS: Final = (None, "withdrawn", "protected", "dismissed")

#: The words of an answer for a block, and for what an officer decides.
_BLOCK: Final = words_for("to_block", "blocked", "question_block") | words_in("band", "बंद बन्द")
_CONFIRM: Final = words_in("confirm confirmation confirmed", "पुष्टि")
_ACCEPT: Final = words_in("accept acceptance accepted", "स्वीकार स्वीकृत")
_AGREE: Final = words_in("agree agreed approval approve approved recommend recommended sanction sanctioned")
_FOR_BLOCK: Final = _BLOCK | _CONFIRM | _ACCEPT | _AGREE
#: Those against one.
_AGAINST: Final = words_for("rejected") | words_in(
    "acquitted cancel cancelled clean disapproved drop dropped exclude excluded exempt exempted genuine held hold",
    "ignore innocent leave negative protect protected quashed release released remove removed skip spare spared",
    "unapproved unblock unblocked whitelist whitelisted withdraw withdrawal withdrawn",
    "रद्द छोड़ छोड़े छोड़ें",
)
_NO: Final = frozenset(word for word in words_for("no") if len(word) > 1) - {"false"}
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
#: What takes back a yes that it is behind, or makes it depend.
_UNDONE: Final = (
    _AGAINST
    | words_for("denial", "released")
    | words_in(
        "active after await awaited awaiting but doubtful except if instead later lifted or partially recheck subject",
        "unless victim",
    )
)
#: Words of an answer that change nothing.
_FILLING: Final = OFFICERS | words_in(
    "also be by can do finally for he immediate immediately is it kindly may must number on permanent permanently",
    "please pls shall should the this to urgent urgently",
    "तुरंत",
)
#: The results of a verification: its subscriber is genuine, or not; and what was not so of one who is not.
_PASSED, _FAILED = words_for("passed"), words_for("failed")
_NOT_SO: Final = words_in(
    "appear appeared available come found matched reachable respond responded responding traceable traced"
)
_BESIDE_RESULTS: Final = OFFICERS | words_in(
    "address by customer did does has her his holder in is kyc mobile number on operator re reverification subscriber",
    "the tsp user verification was",
)
#: Stands for the answer of the row above.
_DITTO: Final = (
    r"""(?i)^[\s.\-\x{2013}\x{2014}]*(?:do|ditto|"|''|\x{3003}|\x{2033}|\x{201d})[\s.\-\x{2013}\x{2014}]*$"""
)
_BLANK: Final = " -\u2013\u2014._"
#: More spellings of a yes, and longer ones, are other answers.
_MOST_SPELLINGS: Final = 10_000
_LONGEST: Final = 120


class Decisions:
    """The columns of decisions and results of a list."""

    def __init__(self, decision: str | None) -> None:
        """Takes the decision that is recorded of the numbers; None: they are those of a list to act on."""
        self._decision = decision
        self._columns: list[_Column] = []

    def headings(self, schema: pa.Schema, read: set[str]) -> list[str]:
        """Those of a part's columns that are compared, but for the ones that are read already."""
        others = [field for field in schema if field.name not in read and not pa.types.is_nested(field.type)]
        return [field.name for field in others if _kind(field.name, self._decision) is not None]

    def add(self, batches: Iterator[Batch], headings: set[str], counted: Callable[[Batch], Bools]) -> None:
        """Takes the columns of a part, as far as it needs; of each batch the rows that are `counted` are compared."""
        columns: dict[int, _Column] = {}
        for batch in batches:
            if not columns:
                names = batch.data.schema.names
                columns = {at: _Column(name, self._decision) for at, name in enumerate(names) if name in headings}
                self._columns += columns.values()
            is_counted = lru_cache(1)(lambda batch=batch: counted(batch))
            open_ones = [(at, column) for at, column in columns.items() if column.other is None]
            if not open_ones:
                return
            for at, column in open_ones:
                column.add(batch, at, is_counted)

    def check(self) -> None:
        """Checks the whole list.

        Raises:
            ColumnError: The cells of a column do not agree, or are against what is recorded.
        """
        for column in self._columns:
            column.check()


class _Column:
    """One column of a part."""

    def __init__(self, heading: str, decision: str | None) -> None:
        self._heading, self._decision, self._kind = heading, decision, _kind(heading, decision) or _Kind.DECISION
        self._first, self._file, self._row = "", "", 0
        #: The first row that does not agree with the first one.
        self.other: int | None = None
        #: The texts that agree with the first one, as they are written.
        self._agreeing: list[str] = []
        self._above = ""

    def add(self, batch: Batch, at: int, counted: Callable[[], Bools]) -> None:
        cells = self._filled(pc.fill_null(seen_text(batch.data.column(at)), ""))
        is_other = flags(pc.invert(pc.is_in(cells, pa.array(self._agreeing, pa.string()))))
        if not is_other.any():
            return
        is_other &= counted()
        # They are in the order of the rows: the first that does not agree is the first row that does not.
        for text in pc.unique(cells.filter(pa.array(is_other))).to_pylist():
            if self._agreeing and not (len(self._agreeing) < _MOST_SPELLINGS and self._agrees(text)):
                self.other = self._row_of(batch, cells, text, is_other)
                return
            if not self._agreeing:
                self._first, self._file = text, batch.file or ""
                self._row = self._row_of(batch, cells, text, is_other)
            self._agreeing.append(text)

    def check(self) -> None:
        if self.other is not None:
            what = f"has in row {self.other} another answer than in row {self._row}"
        elif self._agreeing and _is_against(self._first, self._kind, self._decision):
            of = "a block" if self._decision is None else repr(self._decision)
            what = f"says in row {self._row} (and all others) what is against {of}"
        else:
            return
        raise ColumnError(
            f"{self._file}: the column {named([self._heading])!r} {what}: take the rows that are not meant out of the "
            "list, or the column if every row is meant"
        )

    def _filled(self, cells: Any) -> Any:
        """Cells with the answer of the row above in place of a ditto."""
        is_ditto = pc.match_substring_regex(cells, _DITTO)
        if is_ditto.true_count:
            cells = pc.fill_null(pc.fill_null_forward(pc.if_else(is_ditto, None, cells)), self._above)
        self._above = cells[-1].as_py() if len(cells) else self._above
        return cells

    def _agrees(self, text: str) -> bool:
        one, other = self._first.casefold().strip(_BLANK), text.casefold().strip(_BLANK)
        return one == other or (
            _is_for(self._first, self._kind, self._decision) and _is_for(text, self._kind, self._decision)
        )

    def _row_of(self, batch: Batch, cells: Any, text: str, which: Bools) -> int:
        return int(batch.row_numbers()[int(np.argmax(flags(pc.equal(cells, text)) & which))])


@lru_cache(1_000)
def _kind(heading: str, decision: str | None) -> _Kind | None:
    """What a column has, by its heading; None if it is not compared.

    >>> of = lambda decision, *headings: [getattr(_kind(heading, decision), "name", None) for heading in headings]
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
    has_answers = not words.isdisjoint(words_in("y yes", "हाँ हां"))
    is_filed = any(one in of_decision | _RESULT | own and two in _FILED_BY for one, two in pairwise(there))
    # That of `Decision of the committee dt. 12/02/2026` has its day in the heading.
    is_about = not words.isdisjoint(_ABOUT) and not any(map(str.isdigit, heading))
    if is_about or there[-1:] == ["by"] or (is_filed and not has_answers):
        return None
    if words & of_decision:
        return None if is_of_money(" ".join(words - _OF_NUMBERS_TOO)) else _Kind.DECISION
    if words & own and words <= own | _BESIDE:
        return _Kind.DECISION
    is_of_result = not words.isdisjoint(_RESULT | {"status"})
    if "reverified" in words and is_of_result and words <= {"reverified"} | _RESULT | _BESIDE | _VERIFICATION:
        return _Kind.REVERIFIED
    is_result = words & (_RESULT | {"verified"}) or (words & _VERIFICATION and words & _OF_VERIFICATION)
    is_one = is_result and words <= {"verified"} | _RESULT | _BESIDE | _VERIFICATION
    return _Kind.RESULT if is_one and decision not in _WITHOUT_RESULTS else None


@lru_cache(10_000)
def _is_for(text: str, kind: _Kind, decision: str | None) -> bool:
    """Whether a text is a known yes to what is recorded.

    >>> [_is_for(text, _Kind.DECISION, "confirmed") for text in ("Yes", "To be blocked", "Confirmed by SI Ram", "हाँ")]
    [True, True, True, True]
    >>> [_is_for(text, _Kind.DECISION, None) for text in ("Block if not verified", "Not blocked", "Fraud", "")]
    [False, False, False, False]
    >>> _is_for("Failed", _Kind.RESULT, "confirmed"), _is_for("Withdrawn by SP", _Kind.DECISION, "withdrawn")
    (True, True)
    """
    if len(text) > _LONGEST:
        return False
    own = _OWN_WORDS.get(decision or "", frozenset())
    if kind is _Kind.DECISION:
        return is_yes(text) is True or _leads(text, own if decision in _OFF else _FOR_BLOCK | own)
    if decision not in _OFF:
        return _has_passed(text) is False
    return is_yes(text) is True or _has_passed(text) is True or _leads(text, own - _PASSED)


def _is_against(text: str, kind: _Kind, decision: str | None) -> bool:
    """Whether a text that all rows have is known to be against what is recorded.

    >>> [_is_against(text, _Kind.DECISION, None) for text in ("No", "Do not block", "रद्द", "नहीं करना है", "Keep active")]
    [True, True, True, True, True]
    >>> of = "No doubt - block", "Not to be released", "Not genuine - block", "No stay", "NA", "Pending", "No. 12"
    >>> [_is_against(text, _Kind.DECISION, "confirmed") for text in of]
    [False, False, False, False, False, False, False]
    >>> [_is_against("Confirmed", _Kind.DECISION, decision) for decision in ("withdrawn", "confirmed")]
    [True, False]
    """
    if kind is _Kind.RESULT or len(text) > _LONGEST:
        return False
    if decision not in _OFF:
        return _has_passed(text) is True if kind is _Kind.REVERIFIED else _is_refusal(text)
    words = set(_words(text))
    own, more = _OFF[decision], _ACCEPT if decision == "dismissed" else frozenset()
    has_failed = decision in ("reverified", "reactivated") and _has_passed(text) is False
    is_for_block = bool(words) and words <= _BLOCK | _CONFIRM | more
    return is_yes(text) is False or _is_denied(text, own) or is_for_block or has_failed


def _words(text: str) -> list[str]:
    plain = re.sub(r"\bdon ?t\b", "not", " ".join(words_of(text))).replace("no objection", "agreed")
    return [word for word in _NUMBER_OF.sub(r"\1", plain).split() if word not in _FILLING]


def _leads(text: str, wanted: frozenset[str]) -> bool:
    """Whether the first of the words that matter is one of these, and none behind it takes it back."""
    first, *others = _words(text) or [""]
    undone = (_UNDONE if wanted >= _BLOCK else _UNDONE | _FAILED) - (wanted - {"reject", "rejected"})
    return first in wanted and undone.isdisjoint(others)


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
    is_left = not _AGAINST.isdisjoint(words[:1]) or words[:2] in (["keep", "active"], ["set", "aside"])
    return (is_left or _NO_FOR.fullmatch(text.strip().casefold()) is not None) and _FOR_BLOCK.isdisjoint(words)


def _has_passed(text: str) -> bool | None:
    """Whether the subscriber is genuine by a result; None if it is neither that nor the contrary.

    >>> of = lambda *texts: [_has_passed(text) for text in texts]
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
