"""Whose numbers the title of a list says it has: the victims', or those of suspects.

Owns what a title says of both sides. Independent of the words themselves (`words`); those of a cell with a number are
the compiled module's. One idea: **a title that names victims is that of a list of victims, unless it says that they
named the numbers**, as in `Suspect numbers reported by victims`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from numguard.number_list.phrases import LIFTED, RESTORED, UNWANTED, UNWANTED_IN_OTHERS
from numguard.number_list.spelling import is_mistyped
from numguard.number_list.words import words_for, words_in
from numguard.source.scripts import plain_letters

#: Words for victims, and for those who complain or witness.
VICTIMS: Final = words_for("victim")
#: How words for victims begin.
BEGINNINGS: Final = tuple(sorted(words_for("victim_begins")))
#: Those of them that count mistyped too: of others a letter makes another word, as `fitness` of `witness`.
_MISTYPED: Final = (
    "victim",
    "victims",
    "complainant",
    "complainants",
    "applicant",
    "applicants",
    "informant",
    "informants",
)
#: Words for victims in Hindi as Kruti Dev and fonts like it store them, with the Latin letters of a typewriter's keys:
#: पीड़ित, शिकायतकर्ता, प्रार्थी, आवेदक, फरियादी, परिवादी, वादी.
TYPED: Final = re.compile("ihfM\\+?r|f['\u2018\u2019`]kdk;r ?d[rR]|izkFkhZ|vkosnd|Qfj;knh|ifjoknh|(?:^|[^A-Za-z])oknh")
#: Words that may mean either side, and say something only as a title of their own: who sent money, or a message.
_EITHER: Final = words_for("either_side")
_SUSPECTS: Final = words_for("suspect")
#: Words of a heading for the officer of a police station, a bank or an operator, and the words beside them.
_OFFICERS: Final = words_for("officer", "rank")
#: The ranks of officers, of which some letters mean other things too; and with the words beside them.
BARE_RANKS: Final = words_for("rank", "rank_or_other")
RANKS: Final = BARE_RANKS | words_for("beside_rank")
OFFICERS: Final = words_for("officer", "beside_officer") | RANKS
#: Marks beside words; a hyphen is a full stop there, and some letters are other marks.
_TYPED_MARKS: Final = "-.:()*"
#: Words beside them in such a font that name no side.
_TYPED_FILLING: Final = words_for("typed_no_side")
#: Words of a title that name no side.
FILLING: Final = words_for("no_side")
#: Whose numbers, beside a word for victims, are no suspects' either.
OF_FAMILY: Final = words_for("family")
#: Words that stand for a number where none is known.
NOT_KNOWN: Final = words_for("not_known")
#: What victims did to the numbers that a list has: `reported by the victims`, `received from complainants`.
_NAMED = (
    "disclosed furnished given identified lodged mentioned named provided reported shared stated submitted supplied"
)
#: Words of what else is blocked in the story of a fraud, and of who asks for it.
_BLOCKED_TOO: Final = words_for("blocked_too")
_OF_CALLERS: Final = _BLOCKED_TOO | words_in("asked call caller credit otp press video")
#: What parts a title, and what parts a cell: `Blocking/removal` in a title is of both.
_PARTED: Final = re.compile(r"([,;:|()\[\]\u2013\u2014]|\s-|-\s)")
_PARTED_IN_CELLS: Final = re.compile(rf"{_PARTED.pattern[:-1]}|[/&])")
#: What parts prose: the same, the end of a sentence that is none of an abbreviation, and words between statements.
_PARTED_IN_PROSE: Final = re.compile(
    rf"{_PARTED_IN_CELLS.pattern[:-1]}|(?<!\b\w)(?<!\bno)(?<!\bnos)(?<!\bmob)(?<!\bph)(?<!\brs)\.|\u0964"
    r"|\b(?:and|as|aur)\b|(?<=\s)और(?=\s))",
    re.IGNORECASE,
)
#: Words beside those for victims that say whose a number is: `Owner is victim`.
_OF_OWNERS: Final = words_in("alternate belong belonging belongs holder owner sim subscriber user")
_VICTIM = "#"
_LETTERS: Final = re.compile("[A-Za-z]+")
_BY_VICTIMS = re.compile(
    rf"\b(?:(?:{_NAMED.replace(' ', '|')}) by|(?:collected|obtained|received|taken) from)(?: the| all| various)? #"
    r"|#(?: के)? (?:द्वारा|dwara|dvara)(?= )|#(?= wise )"
)


def is_of_victims(title: str) -> bool:
    """Whether a list with this title may have the numbers of victims.

    >>> [is_of_victims(title) for title in ("List of victims - Nuh", "Complainant mobile", "Sender", "पीड़ितों की सूची")]
    [True, True, True, True]
    >>> is_of_victims("List of suspect numbers reported by victims"), is_of_victims("Haryana Police, cyber cell")
    (False, False)
    """
    words = words_of(title)
    meant = set(words) - FILLING
    return bool(meant and meant <= _EITHER) or names_victims(title)


def names_victims(title: str) -> bool:
    """Whether a word of a title is one for victims, unless it says only that they named the numbers.

    >>> names_victims("तक्रारदारांची यादी"), names_victims("Sender"), names_victims("Suspects named by victims")
    (True, False, False)
    """
    words = words_of(title)
    if not any(map(is_victim, words)):
        return in_typewriter_font(title)
    return not _has_suspect(words) or _VICTIM in _BY_VICTIMS.sub("", _marked(words))


def names_officers(heading: str) -> bool:
    """Whether a word of a heading is one for the officer who has a case.

    >>> [names_officers(text) for text in ("Nodal Officer", "I.O. Name", "जांच अधिकारी", "Nodal Bank")]
    [True, True, True, False]
    """
    words = words_of(heading)
    return not _OFFICERS.isdisjoint(words) or " i o " in f" {' '.join(words)} "


def in_typewriter_font(title: str) -> bool:
    """Whether a title has a word for victims in the letters of a font that is not Unicode, such as Kruti Dev.

    >>> in_typewriter_font("ihfM+r dk eksckby uEcj"), in_typewriter_font("lafnX/k eksckby uEcj")
    (True, False)
    """
    return TYPED.search(title) is not None


@lru_cache(10_000)
def is_victim(word: str) -> bool:
    """Whether a word is one for victims, also mistyped by one letter.

    >>> [is_victim(word) for word in ("victims", "victm", "compalinant", "complaint", "information", "fitness")]
    [True, True, True, False, False, False]
    """
    return _is_for_victims(word) or any(is_mistyped(word, right) for right in _MISTYPED)


def _is_for_victims(word: str) -> bool:
    return word in VICTIMS or word.startswith(BEGINNINGS)


def names_suspects(text: str) -> bool:
    """Whether a word of a text is one for suspects, or for numbers to be blocked."""
    return _has_suspect(words_of(text))


def is_of_suspects(title: str) -> bool:
    """Whether a title names suspects, or numbers to be blocked, and no victims but those who named them.

    >>> [is_of_suspects(title) for title in ("Blocked numbers", "Suspects of victims", "Not to be blocked")]
    [True, False, False]
    """
    is_unblocked = is_block_unwanted(title) or is_block_over(title)
    return names_suspects(title) and not is_of_victims(title) and not is_unblocked


def names_numbers(heading: str) -> bool:
    """Whether a heading says that numbers are suspects', or to be blocked, and nothing else.

    >>> [names_numbers(text) for text in ("Numbers to block", "Blocked mobile nos.", "Blocked amount", "Block No")]
    [True, True, False, False]
    """
    return is_of_suspects(heading) and set(words_of(heading)) <= FILLING | _SUSPECTS | {"be", "block", "to"}


def is_block_unwanted(text: str) -> bool:
    """Whether a text says, beside other words too, that numbers are not to be blocked.

    >>> [is_block_unwanted(text) for text in ("Kindly do not block", "Not blocked", "Do not unblock", "ब्लॉक न करें")]
    [True, False, False, True]
    """
    there = words_of(text)
    words = " ".join(there)
    return (UNWANTED.are_in(words) and _OF_CALLERS.isdisjoint(there)) or UNWANTED_IN_OTHERS.are_in(words)


def is_block_lifted(title: str) -> bool:
    """Whether a title says that a block was a mistake, or is one no more.

    >>> [is_block_lifted(title) for title in ("Blocking order withdrawn", "Wrongly sent for blocking", "Blocked")]
    [True, True, False]
    """
    return LIFTED.are_in(" ".join(words_of(title)))


def is_block_restored(text: str) -> bool:
    """Whether a text says that what was blocked is in use again, and it is no card or account.

    >>> [is_block_restored(text) for text in ("Blocked, later unblocked", "Account blocked and unblocked")]
    [True, False]
    """
    words = words_of(text)
    return RESTORED.are_in(" ".join(words)) and _BLOCKED_TOO.isdisjoint(words)


def is_block_over(text: str) -> bool:
    """Whether a text says that a block is lifted, or that what was blocked is in use again."""
    return is_block_lifted(text) or is_block_restored(text)


def without_victims(title: str) -> str:
    """A title of suspects without the words about the victims who named them; any other title as it is.

    >>> without_victims("Suspect numbers reported by victims")
    'suspect numbers'
    """
    return _BY_VICTIMS.sub("", _marked(words_of(title))).strip() if is_of_suspects(title) else title


def _has_suspect(words: Sequence[str]) -> bool:
    return bool(_SUSPECTS & set(words)) or " to block " in f" {' '.join(words)} "


def _marked(words: Sequence[str]) -> str:
    """The words, each for victims as one character that no word contains."""
    return " ".join(["", *(_VICTIM if is_victim(word) else word for word in words), ""])


def heads_victims(cell: str) -> bool:
    """Whether a cell has nothing but words for victims, as a heading among the rows of a list has.

    >>> [heads_victims(text) for text in ("Complainant's mobile no.", "Belongs to victim's wife", "Victim's bank")]
    [True, True, False]
    """
    words = words_of(cell)
    meant = set(words) - FILLING - OF_FAMILY - _OF_OWNERS
    if any(word.startswith("belong") for word in words):
        meant.discard("to")
    return bool(meant) and (all(map(is_victim, meant)) or _heads_victims_typed(cell))


def _heads_victims_typed(cell: str) -> bool:
    """Whether a cell in the letters of such a font has nothing but words for victims.

    >>> [_heads_victims_typed(cell) for cell in ("ihfM+r dk eksckby ua-", "ihfM+r us Qksu fd;k", "dk eksckby")]
    [True, False, False]
    """
    found = TYPED.search(cell)
    if found is None:
        return False
    # The end of the word, of whatever case and number it is.
    before, after = cell[: found.start()].split(), cell[found.end() :].split(maxsplit=1)[1:]
    words = [word.strip(_TYPED_MARKS).lower() for word in (*before, *" ".join(after).split())]
    return _TYPED_FILLING.issuperset(words)


def parts_of(text: str, *, is_title: bool = False) -> list[tuple[str, str]]:
    """The parts of a text between marks, each with the mark behind it.

    >>> parts_of("Victim: Ravi/Nuh")
    [('Victim', ':'), (' Ravi', '/'), ('Nuh', '')]
    >>> parts_of("Blocking/removal - Nuh", is_title=True)
    [('Blocking/removal', '-'), (' Nuh', '')]
    """
    return _split(_PARTED if is_title else _PARTED_IN_CELLS, text)


def statements_of(text: str) -> list[tuple[str, str]]:
    """The parts of prose between marks and words that join statements, each with what is behind it.

    >>> statements_of("Withdrawn as money came back. Mob. no. of victim")
    [('Withdrawn ', 'as'), (' money came back', '.'), (' Mob. no. of victim', '')]
    """
    return _split(_PARTED_IN_PROSE, text)


# What is asked of a text is asked one after the other.
@lru_cache(100)
def _split(parted: re.Pattern[str], text: str) -> list[tuple[str, str]]:
    parts = [*parted.split(text), ""]
    return list(zip(parts[::2], map(str.strip, parts[1::2]), strict=True))


@lru_cache(1_000)
def words_of(text: str) -> list[str]:
    """The words in lower case, without nukta and marks that are not seen; `victimMobile` is two.

    Two words that are one for victims together, as शिकायत कर्ता and ભોગ બનનાર, are one.
    """
    plain = plain_letters(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text))
    if plain.isascii():
        there = _LETTERS.findall(plain)
    else:
        there = "".join(char if unicodedata.category(char)[0] in "LM" else " " for char in plain).split()
    words: list[str] = []
    for word in there:
        before = words[-1] if words else ""
        # Of each two words of prose something is made: one mistyped in two words is not looked for.
        if before and _is_for_victims(before + word) and not is_victim(before) and not is_victim(word):
            words[-1] += word
        else:
            words.append(word)
    return words
