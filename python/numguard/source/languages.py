"""Words of headings in the languages of India -> the English words by which they are compared.

Owns the table, `languages.csv`, which gives the meaning of each word. Independent of fields. One idea: **a word that is
not certainly one meaning is not in the table**, so that its heading stays unknown, and is a question.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Final

from numguard.source.scripts import ABBREVIATED, MARKS, plain_letters

__all__ = ["heading_words", "in_english"]

_APOSTROPHES: Final = "'\u2019\u02bc"


def heading_words(written: str) -> list[str]:
    """The words of a heading, folded; the zero or the point of an abbreviation is not part of it, as in मो0 नं0."""
    plain = written if written.isascii() else ABBREVIATED.sub(" ", written)
    plain = plain_letters(plain)
    kept = []
    for at, char in enumerate(plain):
        # Assamese writes one within a word.
        if char in _APOSTROPHES and not plain.isascii() and not plain[max(at - 1, 0)].isascii():
            continue
        kept.append(char if char.isalnum() or char in MARKS else " ")
    return "".join(kept).split()


def in_english(words: Sequence[str], *, romanised: bool = False) -> list[str]:
    """Words as headings are compared: those of the table in English, others as they are.

    A heading in two languages has each word twice, and each counts once.

    Args:
        words: The words of a heading, folded.
        romanised: Whether words of Hindi in Latin letters are meant too.

    >>> in_english(heading_words("Suspect Mobile No / संदिग्ध मोबाइल नं0"))
    ['suspect', 'mobile', 'no']
    """
    known, longest = _table(romanised=romanised)
    if all(map(str.isascii, words)) and not romanised:
        return list(words)
    found: list[str] = []
    at = 0
    while at < len(words):
        for size in range(longest, 0, -1):
            phrase = " ".join(words[at : at + size])
            if size == 1 or phrase in known:
                english = known.get(phrase, phrase)
                found += english.split()
                at += size
                break
    if all(map(str.isascii, words)):
        return found
    return list(dict.fromkeys(found))


@cache
def _table(*, romanised: bool) -> tuple[dict[str, str], int]:
    """The English of each word, and how many words the longest phrase has."""
    text = (resources.files(__package__) / "languages.csv").read_text(encoding="utf-8")
    known = {
        " ".join(heading_words(phrase)): row["english"]
        for row in csv.DictReader(text.splitlines())
        if romanised or row["language"] != "hi-Latn"
        for phrase in row["words"].split(";")
    }
    return known, max(phrase.count(" ") for phrase in known) + 1
