"""Words of headings in the languages of India -> the English words by which they are compared.

Owns the table, `languages.csv`, which gives the meaning of each word. Independent of fields. One idea: **a word that is
not certainly one meaning is not in the table**, so that its heading stays unknown, and is a question.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Final

from numguard.source.scripts import ABBREVIATED, MARKS, plain_letters

_APOSTROPHES: Final = "'\u2019\u02bc"

_NOT_A_WORD: Final = re.compile(r"[^a-z0-9]+")
#: Where the next word of a name such as `suspectMobile` begins, but not within those of two services.
_NEXT_WORD: Final = re.compile(r"(?<=[a-z])(?<!Whats)(?<!whats)(?=[A-Z])(?!Pe(?![a-z]))")


def apart(name: str) -> str:
    """A heading without blanks, as programs write names, with blanks between its words; any other as it is.

    >>> apart("suspectMobileNo"), apart("WhatsAppNo"), apart("Suspect mobileNo"), apart("MSISDN")
    ('suspect Mobile No', 'WhatsApp No', 'Suspect mobileNo', 'MSISDN')
    """
    return _NEXT_WORD.sub(" ", name) if name.isascii() and name.isalnum() else name


def heading_words(written: str) -> list[str]:
    """The words of a heading, folded; the zero or the point of an abbreviation is not part of it, as in मो0 नं0."""
    if written.isascii():
        return _NOT_A_WORD.sub(" ", written.lower()).split()
    plain = plain_letters(ABBREVIATED.sub(" ", written))
    kept = []
    for at, char in enumerate(plain):
        # Assamese writes one within a word.
        if char in _APOSTROPHES and not plain[max(at - 1, 0)].isascii():
            continue
        kept.append(char if char.isalnum() or char in MARKS else " ")
    return "".join(kept).split()


def canonical_name(written: str) -> str:
    """A heading as it is compared: lower case, every run of blanks and punctuation one space, quotes gone.

    Words of the languages of India are in English, and count once beside it.

    >>> canonical_name("'Target /A PARTY NUMBER '"), canonical_name("Calling No / कॉलिंग नंबर")
    ('target a party number', 'calling no')
    """
    return " ".join(in_english(heading_words(written)))


def in_english(words: Sequence[str], *, romanised: bool = False, each_once: bool = True) -> list[str]:
    """Words as headings are compared: those of the table in English, others as they are.

    Args:
        words: The words of a heading, folded.
        romanised: Whether words of Hindi in Latin letters are meant too.
        each_once: Whether a heading in two languages, which has each word twice, is meant, and no line of several.

    >>> in_english(heading_words("Suspect Mobile Number / संदिग्ध मोबाइल नं0")), in_english(["प्रकार", "call", "type"])
    (['suspect', 'mobile', 'no'], ['call', 'type'])
    """
    is_english = all(map(str.isascii, words))
    if is_english and not romanised:
        return list(words)
    known, longest = _table(romanised=romanised)
    if each_once and not is_english:
        # The English words at the end of a heading are its second half, and have their order: `प्रकार (Call Type)`.
        last = next(k for k in range(len(words), 0, -1) if not words[k - 1].isascii())
        if any(word.isalpha() for word in words[last:]):
            words = [*words[last:], *words[:last]]
    found: list[str] = []
    at = 0
    while at < len(words):
        sizes = range(min(longest, len(words) - at), 1, -1)
        size = next((size for size in sizes if " ".join(words[at : at + size]) in known), 1)
        phrase = " ".join(words[at : at + size])
        found += known.get(phrase, phrase).split()
        at += size
    if is_english or not each_once:
        return found
    return list(dict.fromkeys("no" if word == "number" else word for word in found))


@cache
def _table(*, romanised: bool) -> tuple[dict[str, str], int]:
    """The English of each word, and how many words the longest phrase has."""
    known = {
        " ".join(heading_words(phrase)): row["english"]
        for row in rows_of_table(__package__, "languages.csv")
        if romanised or row["language"] != "hi-Latn"
        for phrase in row["words"].split(";")
    }
    return known, max(phrase.count(" ") for phrase in known) + 1


def rows_of_table(package: str, name: str) -> list[dict[str, str]]:
    """The rows of a table of words, which is a file of a package."""
    text = (resources.files(package) / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
