"""The receivers of lists, by one name each.

Owns the comparison of receivers' names. Independent of lists. One idea: a change is relative to the last list of the
same receiver, so that another spelling must neither count as a new receiver nor be guessed to be a known one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from numguard.errors import ArgumentError
from numguard.registry.spelling import folded, signs_of

#: In a shorter word, one letter may be the difference between two receivers.
_SHORTEST = 4
#: The letter of a name such as `TSP-A`, which is a word of its own.
_LETTERED = re.compile(r"(?<=\w[-_/])[^\W_]$")


def the_receiver(name: str, known: Sequence[str], *, sure: bool) -> str:
    """The known receiver of that name, or a new one.

    Args:
        name: The name as given.
        known: The receivers of earlier exports, the last first.
        sure: Whether the caller confirms that a name close to a known one is another receiver's.

    Raises:
        ArgumentError: The name is one letter from that of a known receiver.

    >>> the_receiver("d.o.t.", ["DoT"], sure=False), the_receiver("TRAI", ["DoT"], sure=False)
    ('DoT', 'TRAI')
    """
    for other in known:
        if same_receiver(other, name):
            return other
    for other in known:
        if not sure and _slip(other, name):
            raise ArgumentError(
                f"to: no list was sent to that receiver before, but to {other!r}; write the name so, or confirm that "
                "it is another receiver with override= (--override REASON); nothing was written"
            )
    return name


def same_receiver(one: str, other: str) -> bool:
    """Whether two names are spellings of one receiver's.

    >>> same_receiver("D.o.T.", "dot"), same_receiver("DoT", "Dot Bank")
    (True, False)
    """
    return (signs_of(one) or folded(one)) == (signs_of(other) or folded(other))


def _slip(one: str, other: str) -> bool:
    """Whether the names differ by one letter of one word."""
    words = [folded(name).split() for name in (one, other)]
    if len(words[0]) != len(words[1]):
        return False
    differing = [pair for pair in zip(*words, strict=True) if pair[0] != pair[1]]
    if len(differing) != 1 or any(letter.isdigit() for word in differing[0] for letter in word):
        return False
    a, b = differing[0]
    if _LETTERED.sub("", a) == _LETTERED.sub("", b):
        return False
    same = sum(block.size for block in SequenceMatcher(None, a, b, autojunk=False).get_matching_blocks())
    return min(len(a), len(b)) >= _SHORTEST and max(len(a), len(b)) - same <= 1
