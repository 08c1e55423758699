"""Words that are another one but for one letter: `complaintant`, `Rejcted`, `inocent`.

Owns the few words that count misspelt too. Independent of what they mean. One idea: **a word that refuses or spares a
number does so misspelt**, and a word that is another word of the language is none.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import lru_cache
from posixpath import commonprefix
from typing import Final

from numguard.number_list.words import words_in

#: Words of what refuses a number. Those of four letters or fewer are other words with a letter changed.
_REFUSING: Final = words_in(
    "accepted approval approved awaited block blocked blocking cancelled confirmed deferred disapproved dismissed",
    "doubtful objection pending recommended refused rejected unapproved verification verified verify withheld",
)
#: Words of what spares one.
_SPARING: Final = words_in("exonerated fraudulent genuine innocent involved suspicious")
_RIGHT: Final = sorted(_REFUSING | _SPARING)
#: Words that are one of these with another letter.
_OTHERS: Final = words_in(
    "accepts approvals approve approver approves await awaits bloc black blocker blockers blocks bloke brock confirms",
    "canceled deferral dismisses involve involves objections pendings recommends refuse refuses rejecter rejects",
    "reused verifies",
)


def _may_be(right: Collection[str]) -> list[str]:
    """Misspelt words as a test sees them: with the first letter, and as many others, or one more or fewer."""
    return sorted({rf"{word[0]}\S{{{len(word) - 2},{len(word)}}}" for word in right})


#: What may refuse a number, misspelt; and what may spare one.
MISSPELT: Final = _may_be(_REFUSING)
SPARING_MISSPELT: Final = _may_be(_SPARING)


def is_mistyped(word: str, right: str) -> bool:
    """Whether a word is another one but for a letter too many, too few or another, or two that are exchanged."""
    if abs(len(word) - len(right)) > 1:
        return False
    same = len(commonprefix((word, right)))
    one, two = word[same:], right[same:]
    return one[1:] in (two, two[1:]) or one == two[1:] or (one[:2] == two[:2][::-1] and one[2:] == two[2:])


def spelt(words: Sequence[str]) -> list[str]:
    """The words, those of a refusal and of what spares that are misspelt as they are spelt.

    >>> spelt(["not", "aproved"]), spelt(["rejcted", "by", "sp"]), spelt(["black", "reused", "verifies", "involves"])
    (['not', 'approved'], ['rejected', 'by', 'sp'], ['black', 'reused', 'verifies', 'involves'])
    >>> spelt(["inocent", "geniune", "user"])
    ['innocent', 'genuine', 'user']
    """
    return list(map(_spelt, words))


@lru_cache(10_000)
def _spelt(word: str) -> str:
    if len(word) < len("blok") or word in _OTHERS or word in _RIGHT:
        return word
    return next((right for right in _RIGHT if right[0] == word[0] and is_mistyped(word, right)), word)
