"""Whom a list goes to, by one name each.

Owns the comparison of receivers' names. Knows no list. One idea: a change is told against what a receiver was sent, so
another spelling of him must neither begin a new account nor be guessed to be him.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

from numguard.errors import ArgumentError
from numguard.registry.spelling import folded

__all__ = ["the_receiver"]

#: In a shorter word a letter may be all that tells two receivers apart.
_SHORTEST = 4


def the_receiver(name: str, known: Sequence[str], *, sure: bool) -> str:
    """The receiver as he is known, or a new one.

    Args:
        name: As it was given.
        known: The receivers that were sent something, the last first.
        sure: Whether somebody says that a name much like a known one is another's.

    Raises:
        ArgumentError: It is much like the name of a known receiver, but for more than capitals, blanks and signs.

    >>> the_receiver("d.o.t.", ["DoT"], sure=False), the_receiver("TRAI", ["DoT"], sure=False)
    ('DoT', 'TRAI')
    """
    bare = _bare(name)
    for other in known:
        if _bare(other) == bare:
            return other
    for other in known:
        if not sure and _slip(other, name):
            raise ArgumentError(
                f"to: nothing went to that receiver before, but to {other!r}; write it so, or say that it is another "
                "one with override= (--override REASON); nothing was written"
            )
    return name


def _bare(name: str) -> str:
    return "".join(letter for letter in folded(name) if letter.isalnum()) or folded(name)


def _slip(one: str, other: str) -> bool:
    """Whether one word of a name became another word by one letter."""
    words = [folded(name).split() for name in (one, other)]
    if len(words[0]) != len(words[1]):
        return False
    differing = [pair for pair in zip(*words, strict=True) if pair[0] != pair[1]]
    if len(differing) != 1 or any(letter.isdigit() for word in differing[0] for letter in word):
        return False
    a, b = differing[0]
    same = sum(block.size for block in SequenceMatcher(None, a, b, autojunk=False).get_matching_blocks())
    return min(len(a), len(b)) >= _SHORTEST and max(len(a), len(b)) - same <= 1
