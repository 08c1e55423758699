"""Texts beside the numbers of a list that say the opposite of the decision that is recorded: `Not to be withdrawn`.

Owns these texts, for decisions that take numbers off a list or keep them off. Independent of columns of decisions,
in which whatever is no yes counts. One idea: **a text counts if it says nothing else**: that a number is to be blocked,
or a denial before or behind the word for what is recorded.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from numguard.compute import named
from numguard.errors import ColumnError
from numguard.number_list.actions import may_have_words
from numguard.number_list.against import may_decide
from numguard.number_list.decision_headings import OFF, Heading
from numguard.number_list.decision_words import FRAUD, has_passed, is_for
from numguard.number_list.distinct import Beside
from numguard.number_list.titles import RANKS, words_of
from numguard.number_list.words import words_for, words_in

_DENIAL: Final = words_for("denial")
_TO_BLOCK: Final = words_for("to_block") | words_in("band", "बंद बन्द")
_ACCEPT: Final = words_in("accept accepted")
_KEEP: Final = words_in("continue continued keep kept remain")
_KEPT: Final = _KEEP | words_in("block blocked blocking")
#: A denial of what was done, and not of what is to be done: `Not protected` and `Not yet unblocked` are states, and may
#: be why it is done now. Words that make an order of it: `Not to be protected`.
_OF_STATE: Final = words_in("nahi nahin not pending yet", "नही नहीं")
_ORDER: Final = words_in("approved be can do don for karein kare karna must required should to")
_DONE: Final = ("ed", "wn")
#: Words of headings of states.
_STATE: Final = words_in("current position present state status", "स्थिति")
#: What is recorded as a fact, which another state contradicts.
_FACTS: Final = frozenset(["reactivated", "reverified"])
#: What is recorded in other forms of its words.
_FORMS: Final = {
    "withdrawn": words_in("releasing unblocking withdrawing"),
    "protected": words_in("protection"),
    "reverified": words_in("reverification verify verification"),
    "reactivated": words_in("reactivation unblocking"),
}
#: Words around them that change nothing.
_AROUND: Final = RANKS | words_in(
    "and approved are be been block blocked blocking by can continue do don for from has have is it karna kare karein",
    "keep kept list mobile must no number numbers order pl please pls remain request required reverify should sim",
    "still t the this to was yet",
)
#: A longer text is prose.
_LONGEST: Final = 120


def check_opposite(beside: Beside, decision: str, read: set[str]) -> None:
    """Checks columns of remarks, of a state or of a request, that are not `read`.

    Raises:
        ColumnError: A cell says the opposite of what is recorded on the number of its row.
    """
    for at, field in enumerate(beside.batch.data.schema):
        if field.name in read or not may_have_words(field.type) or not may_decide(field.name):
            continue
        is_of_state = not _STATE.isdisjoint(words_of(field.name))
        texts = beside.distinct(at).texts.to_pylist()
        opposite = [text for text in texts if _is_opposite(text, decision, is_of_state=is_of_state)]
        if opposite:
            row = beside.batch.first_row(beside.those(beside.texts(at), opposite))
            raise ColumnError(
                f"{beside.batch.file}: the column {named([field.name])!r} says in row {row} the opposite of "
                f"{decision!r}: take such rows out of the list, or the column if every row is meant"
            )


@lru_cache(10_000)
def _is_opposite(text: str, decision: str, *, is_of_state: bool = False) -> bool:
    """Whether all of a text is the opposite of a decision; `is_of_state`: below the heading of a state.

    >>> of = "Not to be withdrawn", "Do not unblock", "Keep blocked", "To be blocked", "Block", "block karna hai"
    >>> [_is_opposite(text, "withdrawn") for text in of]
    [True, True, True, True, True, True]
    >>> of = "Withdraw", "Blocked", "Not blocked", "Do not block", "Fraud", "Blocked by mistake", "No", "Genuine"
    >>> any(_is_opposite(text, "withdrawn") for text in of)
    False
    >>> _is_opposite("Release order no. 45", "withdrawn"), _is_opposite("Stay by High Court", "withdrawn")
    (False, False)
    >>> _is_opposite("Accepted", "dismissed"), _is_opposite("Rejected", "dismissed")
    (True, False)
    >>> _is_opposite("Not to be protected", "protected"), _is_opposite("Not traceable", "reverified")
    (True, True)
    >>> of = "Not protected", "Not yet protected", "Protection pending", "Protection rejected", "Do not protect yet"
    >>> [_is_opposite(text, "protected") for text in of]
    [False, False, False, True, True]
    >>> [_is_opposite(text, "withdrawn", is_of_state=True) for text in ("Block", "To be blocked", "Keep blocked")]
    [False, False, True]
    >>> _is_opposite("Fraud", "reverified")
    False
    """
    if len(text) > _LONGEST:
        return False
    words = words_of(text)
    # `Release order no. 45` denies nothing.
    there, own = (
        set(words) - ({"no"} if words[:1] != ["no"] else set()),
        OFF[decision] | _FORMS.get(decision, frozenset()),
    )
    # `Fraud` may be why it was reported.
    is_verified = decision in _FACTS and there.isdisjoint(FRAUD)
    if is_verified and has_passed(text) is False:
        return True
    if denials := there & (_DENIAL - own):
        is_state = decision not in _FACTS and denials <= _OF_STATE and there.isdisjoint(_ORDER)
        is_done = "yet" in denials or "pending" in denials or all(word.endswith(_DONE) for word in there & own)
        return bool(there & own) and there <= own | _AROUND | _DENIAL and not (is_state and is_done)
    is_kept = words[:1] and words[0] in _KEPT - {"blocked"} and there <= _KEPT | _AROUND
    if is_of_state:
        # `Block` is what was done.
        return bool(is_kept) and not there.isdisjoint(_KEEP)
    to_block = _TO_BLOCK | (_ACCEPT if decision == "dismissed" else frozenset())
    is_to_block = not there.isdisjoint(to_block) or there >= {"be", "blocked"}
    return bool(is_kept) or (is_to_block and is_for(text, Heading.DECISION, None))
