"""Columns of decisions and results beside the numbers: which rows of a list they are for, and which they are against.

Owns their headings, and what their cells say to the decision that is recorded. Independent of columns that ask for a
yes or a no (`beside`). One idea: **where one row has the decision, a row without it is not meant**: the list is
refused, and the error names the row.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import Enum, auto
from functools import lru_cache
from itertools import pairwise
from typing import Final, TypeAlias

import numpy as np
import pyarrow as pa

from numguard.compute import Bools, flags, named, pc, seen_text
from numguard.errors import ColumnError
from numguard.number_list.actions import is_against
from numguard.number_list.beside import is_yes
from numguard.number_list.titles import NOT_KNOWN, OFFICERS, words_of
from numguard.number_list.words import words_for, words_in
from numguard.source import Batch

__all__ = ["Decisions"]


class _Kind(Enum):
    """What a column has of each number."""

    DECISION = auto()
    REVERIFIED = auto()
    #: Of a verification that is not named, or was done for another reason: it counts where a decision is recorded.
    RESULT = auto()


class _Says(Enum):
    """What a cell says to the decision that is recorded, or to a block."""

    YES = auto()
    AGAINST = auto()
    OTHER = auto()
    NONE = auto()


_Reader: TypeAlias = Callable[[str], _Says]
#: By the place of a column in its part: the heading, and what its cells say.
_Columns: TypeAlias = dict[int, tuple[str, _Reader]]

_DECISION: Final = words_for("decision")
_ACTION: Final = words_in("action actions", "कार्यवाही कार्रवाई")
#: Words beside `action` in the heading of what is to be done; of `Action taken` a blank cell is not done yet.
_TO_DO: Final = words_in("final proposed recommended required suggested", "अंतिम")
_RESULT: Final = words_for("result")
_VERIFIED_AGAIN: Final = re.compile(r"\b(?:re ?verif\w*|पुनः ?सत्यापन|पुनर्सत्यापन)\b")
_VERIFICATION: Final = words_in("kyc rekyc verification verify", "सत्यापन")
#: Words beside them in their headings: whose decision it is, and of what.
_BESIDE: Final = OFFICERS | words_in(
    "a about and application block blocking by current desk final flag for given his in is it its last latest mobile",
    "msisdn n number numbers office on order our phone ps re recommendation request review s sim status subscriber",
    "suspect taken the their this to unit user y yes",
    "अंतिम और का की के द्वारा नंबर मोबाइल पर",
)
#: Behind the word for a decision: its number or its day.
_OF_ITS_OWN: Final = words_in("date dated day dt no nos time")

#: What agrees to a block, and to what an officer decides.
_BLOCKING: Final = words_for("to_block", "blocked", "question_block") | words_in(
    "accept acceptance accepted agree agreed approval approve approved band confirm confirmation confirmed haan",
    "recommend recommended sanction sanctioned true yes",
    "पुष्टि बंद बन्द स्वीकार स्वीकृत हाँ हां",
)
#: The decisions that put no number on a list, and the words of each in a cell.
_OWN_WORDS: Final = {
    "withdrawn": words_in("drop dropped reject rejected release released remove removed withdraw withdrawal withdrawn"),
    "protected": words_in("exempt exempted protect protected whitelist whitelisted"),
    "reverified": words_in("pass passed reverified success successful verified"),
    "reactivated": words_in("reactivate reactivated reconnect reconnected restore restored unblock unblocked"),
    "dismissed": words_in("dismiss dismissed drop dropped reject rejected"),
}
#: What a number is left alone with.
_LEAVING: Final = words_in(
    "cancel cancelled drop dropped exclude excluded ignore leave left release released remove removed skip spare",
    "spared unblock unblocked withdraw withdrawal withdrawn",
    "छोड़ छोड़े छोड़ें",
)
_NOT_TO: Final = tuple(sorted(words_for("not_to")))
_NO: Final = frozenset(word for word in words_for("no") if word.isalpha() and len(word) > 1)
#: What is not there yet, behind a no.
_NOT_YET: Final = words_in(
    "answer available data decided decision final finalised known pending received record reply response taken yet"
)
#: The number of a letter is no denial.
_NUMBER_OF: Final = re.compile(
    r"\b(ack|case|complaint|cr|crime|dd|diary|file|fir|gd|letter|memo|mobile|order|ref|s|sr) no\b"
)
#: What takes back a yes that is behind or before it, or makes it depend.
_UNDONE: Final = words_for("denial") | words_in(
    "await awaited awaiting but cancel cancelled doubtful except hold held if instead later leave or recheck release",
    "released unblock unblocked unless withdraw withdrawn",
)
_UNDECIDED: Final = NOT_KNOWN | words_in("await awaited awaiting decision due pending process review still under")
#: Words before a decision that change nothing.
_BEFORE: Final = OFFICERS | words_in(
    "also be by can finally he immediate immediately is it kindly may number permanent permanently please pls shall",
    "should the this to urgent urgently",
    "तुरंत",
)

#: Results of a verification: its subscriber is genuine, or not.
_PASSED: Final = words_for("passed")
_FAILED: Final = words_for("failed")
#: What was not so, if the subscriber is not genuine.
_NOT_SO: Final = _PASSED | words_in(
    "appear appeared available come found matched reachable respond responded responding traceable traced"
)
_DENIAL: Final = words_for("denial") | {"non"}


class Decisions:
    """The columns of decisions and results of a list."""

    def __init__(self, decision: str | None) -> None:
        """Takes the decision that is recorded of the numbers; None: they are those of a list to act on."""
        self._decision = decision
        #: By heading, what its cells say, and for each the file and row of the first cell that says so.
        self._first: dict[str, dict[_Says, tuple[str | None, int]]] = {}

    def columns(self, schema: pa.Schema, read: set[str]) -> _Columns:
        """Those of the columns of a part that count, but for the ones that are read already."""
        found = {}
        for at, field in enumerate(schema):
            reader = None if field.name in read else _reader(field.name, self._decision)
            if reader is not None and not pa.types.is_nested(field.type):
                found[at] = field.name, reader
        return found

    def add(self, batch: Batch, columns: _Columns, is_counted: Bools) -> None:
        """Takes rows of a part, of which those with a number count."""
        rows = batch.row_numbers()[is_counted]
        for at, (name, reader) in columns.items():
            cells = pc.fill_null(seen_text(batch.data.column(at)).filter(pa.array(is_counted)), "")
            first = self._first.setdefault(name, {})
            texts: dict[_Says, list[str]] = {}
            for text in pc.unique(cells).to_pylist():
                texts.setdefault(reader(text), []).append(text)
            for says in texts.keys() - first.keys():
                is_so = flags(pc.is_in(cells, pa.array(texts[says], pa.string())))
                first[says] = batch.file, int(rows[int(np.argmax(is_so))])

    def check(self) -> None:
        """Checks the whole list.

        Raises:
            ColumnError: A row is decided against, or without the decision that another has.
        """
        for name, first in self._first.items():
            kind = _kind(name)
            is_mixed = len(first) > 1 or (kind is _Kind.REVERIFIED and self._decision not in (*_OWN_WORDS, None))
            if _Says.AGAINST in first and (is_mixed or kind is _Kind.DECISION):
                raise _error(name, first[_Says.AGAINST], "says in row {} that the number was decided against", "")
            if _Says.YES not in first or len(first) == 1:
                continue
            accepted = f" (a yes is {_accepted(kind, self._decision)})"
            if _Says.OTHER in first:
                what = "says in row {} something else than the yes in others"
                raise _error(name, first[_Says.OTHER], what, accepted)
            raise _error(name, first[_Says.NONE], "has no answer in row {}, and a yes in others", accepted)


def _is_of_decisions(heading: str) -> bool:
    """Whether a heading is that of an officer's decisions on the numbers, or of what is to be done with them.

    >>> [_is_of_decisions(one) for one in ("Decision", "IO Decision", "Decision of SP", "Final action", "निर्णय")]
    [True, True, True, True, True]
    >>> [_is_of_decisions(one) for one in ("Action taken", "Refund decision", "Decision date", "Decision No.")]
    [False, False, False, False]
    """
    there = words_of(heading)
    words = set(there)
    if not words & _DECISION:
        return bool(words & _ACTION and words & _TO_DO) and words <= _ACTION | _TO_DO | (_BESIDE - {"taken"})
    behind = {word for before, word in pairwise(there) if before in _DECISION}
    return words <= _DECISION | _TO_DO | _BESIDE and behind.isdisjoint(_OF_ITS_OWN)


def _error(heading: str, place: tuple[str | None, int], what: str, more: str) -> ColumnError:
    file, row = place
    return ColumnError(
        f"{file}: the column {named([heading])!r} {what.format(row)}: take such rows out of the list, or the column if "
        f"every row is meant{more}"
    )


def _accepted(kind: _Kind | None, decision: str | None) -> str:
    if decision in _OWN_WORDS:
        return f"Yes or {decision}" if kind is _Kind.DECISION else f"Passed, Verified or {decision}"
    if kind is _Kind.DECISION:
        return "Yes, Block, Confirm, Accept or Approve"
    return "Failed, Not verified, Not traceable or Fake"


@lru_cache(1_000)
def _kind(heading: str) -> _Kind | None:
    """What a column has, by its heading.

    >>> headings = "Result of re-verification", "Reverification result", "KYC status", "परिणाम", "Final result"
    >>> [_kind(heading).name for heading in headings]
    ['REVERIFIED', 'REVERIFIED', 'RESULT', 'RESULT', 'RESULT']
    >>> [_kind(heading) for heading in ("Status", "KYC", "Verification date", "Blocking status", "Test result")]
    [None, None, None, None, None]
    """
    if _is_of_decisions(heading):
        return _Kind.DECISION
    words = set(words_of(heading))
    is_again = _VERIFIED_AGAIN.search(" ".join(words_of(heading))) is not None
    others = {word for word in words if not word.startswith("reverif")} - _VERIFICATION
    if not others <= _RESULT | _BESIDE | _TO_DO | words_in("पुनः पुनर्सत्यापन"):
        return None
    if is_again:
        return _Kind.REVERIFIED
    is_of_verification = "status" in words and not words.isdisjoint(_VERIFICATION)
    is_of_blocks = not words.isdisjoint({"block", "blocking"})
    return _Kind.RESULT if (words & _RESULT or is_of_verification) and not is_of_blocks else None


def _reader(heading: str, decision: str | None) -> _Reader | None:
    """What the cells below a heading say; None of a heading that does not count."""
    kind = _kind(heading)
    own = _OWN_WORDS.get(decision or "")
    if kind is None or (kind is _Kind.RESULT and decision is None):
        return None
    if kind is not _Kind.DECISION:
        return lambda text: _of_result(text, own)
    if own is not None:
        return lambda text: _of_own_decision(text, own)
    more = words_in("unprotect unprotected") if decision == "unprotected" else frozenset()
    return lambda text: _of_decision(text, _BLOCKING | more)


def _words(text: str) -> list[str]:
    plain = " ".join(words_of(text)).replace("no objection", "agreed")
    return _NUMBER_OF.sub(r"\1", plain).split()


def _is_yes(words: list[str], wanted: frozenset[str]) -> bool:
    """Whether these are the words of a decision, which is the first of them that matters, and nothing takes it back."""
    first = next((word for word in words if word not in _BEFORE), "")
    return first in wanted and _UNDONE.difference(wanted).isdisjoint(words)


def _of_decision(text: str, wanted: frozenset[str]) -> _Says:
    """What a text says to a block.

    >>> of = lambda *texts: [_of_decision(text, _BLOCKING).name for text in texts]
    >>> of("Yes", "To be blocked", "Confirmed by SP", "Block, vide letter No. 12", "no objection")
    ['YES', 'YES', 'YES', 'YES', 'YES']
    >>> of("No", "Leave", "withdraw", "Do not block", "Not to be blocked", "No action", "Rejected")
    ['AGAINST', 'AGAINST', 'AGAINST', 'AGAINST', 'AGAINST', 'AGAINST', 'AGAINST']
    >>> of("", "-", "Pending", "Not yet decided", "-do-", "Block if not verified")
    ['NONE', 'NONE', 'NONE', 'NONE', 'OTHER', 'OTHER']
    """
    answer, words = is_yes(text), _words(text)
    if answer or (answer is None and _is_yes(words, wanted)):
        return _Says.YES
    is_not_yet = bool(words) and words[0] in _NO and not _NOT_YET.isdisjoint(words[1:])
    is_number = words == ["no"] and any(map(str.isdigit, text))
    is_no = bool(words) and words[0] in _NO and not is_number
    is_left = bool(words) and (words[0] in _LEAVING or " ".join(words).startswith(_NOT_TO))
    if answer is False or (not is_not_yet and (is_no or is_left or is_against(text))):
        return _Says.AGAINST
    return _Says.NONE if is_not_yet or _is_none(text, words) else _Says.OTHER


def _of_own_decision(text: str, own: frozenset[str]) -> _Says:
    """What a text says to a decision that puts no number on a list.

    >>> of = lambda *texts: [_of_own_decision(text, _OWN_WORDS["withdrawn"]).name for text in texts]
    >>> of("withdraw", "Withdrawn by SP", "Yes", "confirmed", "No", "not withdrawn", "")
    ['YES', 'YES', 'YES', 'OTHER', 'OTHER', 'OTHER', 'NONE']
    """
    words = _words(text)
    if is_yes(text) or _is_yes(words, own):
        return _Says.YES
    return _Says.NONE if is_yes(text) is None and _is_none(text, words) else _Says.OTHER


def _of_result(text: str, own: frozenset[str] | None) -> _Says:
    """What the result of a verification says to a block, or to a decision that puts no number on a list.

    >>> of = lambda *texts: [_of_result(text, None).name for text in texts]
    >>> of("Failed", "Not traceable", "not verified", "Did not appear", "फर्जी", "Unverified")
    ['YES', 'YES', 'YES', 'YES', 'YES', 'YES']
    >>> of("Passed", "Verified", "Success", "सही", "Re-verified by TSP"), of("Pending", "", "Call again", "not fake")
    (['AGAINST', 'AGAINST', 'AGAINST', 'AGAINST', 'AGAINST'], ['NONE', 'NONE', 'OTHER', 'OTHER'])
    """
    words = _words(text)
    there = set(words)
    if own is not None and _is_yes(words, own):
        return _Says.YES
    is_denied = not there.isdisjoint(_DENIAL)
    has_failed, has_passed = not there.isdisjoint(_FAILED), not there.isdisjoint(_PASSED)
    if (has_failed and not has_passed and (words[0] in _FAILED or not is_denied)) or (
        is_denied and not has_failed and not there.isdisjoint(_NOT_SO)
    ):
        return _Says.YES if own is None else _Says.OTHER
    if has_passed and not is_denied and not has_failed:
        return _Says.AGAINST if own is None else _Says.YES
    return _Says.NONE if _is_none(text, words) else _Says.OTHER


def _is_none(text: str, words: list[str]) -> bool:
    """Whether a text says that nothing is decided yet: `-`, `NA`, `Pending`."""
    return not any(map(str.isalnum, text)) or (bool(words) and _UNDECIDED.issuperset(words))
