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

#: How alike two names are that one slip of the pen makes of each other.
_ALIKE = 0.8


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
        alike = SequenceMatcher(None, _bare(other), bare).ratio()
        if not sure and alike >= _ALIKE and _digits(other) == _digits(name):
            raise ArgumentError(
                f"to: nothing went to that receiver before, but to {other!r}; write it so, or say that it is another "
                "one with override= (--override REASON); nothing was written"
            )
    return name


def _bare(name: str) -> str:
    return "".join(letter for letter in folded(name) if letter.isalnum()) or folded(name)


def _digits(name: str) -> str:
    """Operators of two circles, or two branches, are told apart by a digit."""
    return "".join(letter for letter in name if letter.isdigit())
