"""Rows that say beside their number, or below a line, that it is a victim's or is not to be accepted.

Owns which texts oppose that a number is accepted. Independent of SQL. One idea: **a decision that its own row opposes
is none**: an officer fills in `accepted` down the column, and another has written `Not approved` into his. What spares
a number of a list does so here too; beside that, only a text that says it and nothing else counts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa

from numguard.compute import is_list, pc, seen_text, whole
from numguard.number_list.answers import answer_to
from numguard.number_list.beside import asks_to_act, is_decided, is_yes
from numguard.number_list.spared import is_not_listed, is_spared
from numguard.number_list.titles import RANKS, heads_victims, is_victim, parts_of, words_of
from numguard.number_list.words import words_in
from numguard.registry.arrays import Bools, flags
from numguard.registry.events.contradicted import below_lines
from numguard.registry.sheets import cells
from numguard.registry.sheets.doubts import spared_rows
from numguard.registry.sheets.sheet import Sheet
from numguard.source.scripts import plain_letters

__all__ = ["opposed_rows"]

_OFFICER: Final = f"(?:the )?(?:{'|'.join(sorted(RANKS))})"
#: What may be around such a text, which changes nothing.
_BEFORE: Final = rf"(?:(?:be|is|it|keep|kept|kindly|mobile|no|number|numbers|please|pls|put|sim|the|this|{_OFFICER}) )*"
_BEHIND: Final = rf"(?:(?: (?:it|now|yet))*(?: (?:as per|by|from|for|of|till|until|with) {_OFFICER}(?: .*)?)?)"
#: What says of whatever it is beside that it is not accepted.
_NOT_ACCEPTED: Final = (
    r"(?:can not|cannot|did not|do not|don t|dont|never|not)(?: (?:be|been|to|yet))* "
    r"(?:accept(?:able|ed)?|approved?|be accepted)|no accept|accept mat karo|manjoor nahi|unapproved|disapproved"
    r"|approval (?:awaited|pending)|(?:awaiting|pending) approval|yet to be approved|(?:स्वीकार|मंजूर) नहीं|अस्वीकृत"
)
#: What says so of a number only in a column about the number: a document may be pending, and a name not confirmed.
_HELD_BACK: Final = (
    r"not(?: yet)? (?:allowed|agreed|cleared|confirmed)|(?:do not|dont|don t|not to) add|not to be (?:added|confirmed)"
    r"|yet to be confirmed|disallowed|to be verified|verify first|doubtful|(?:on )?hold|wait|pending|under enquiry"
    r"|(?:(?:may|must|should|to) be )?(?:dismiss(?:ed)?|reject(?:ed)?)|disagreed?|returned with objection|cancelled"
    r"|leave"
    r"|नहीं"
)


def _whole(phrases: str) -> re.Pattern[str]:
    return re.compile(rf"{_BEFORE}(?:{plain_letters(phrases)}){_BEHIND}")


_ANYWHERE: Final = _whole(_NOT_ACCEPTED)
_OF_NUMBERS: Final = _whole(f"{_NOT_ACCEPTED}|{_HELD_BACK}")

#: Words of the headings of remarks and of decisions.
_OF_REMARKS: Final = RANKS | words_in(
    "comment comments decided decision decisions note notes opinion reason reasons recommendation remark remarks",
    "verdict टिप्पणी निर्णय",
)
#: Words of headings that are about the number only if each other word is too: `Refund status` is not.
_OF_STATE: Final = words_in("final order orders report result status")
_ABOUT_NUMBERS: Final = RANKS | words_in(
    "action approval block blocked blocking by current decision for latest mobile msisdn no number of on phone present",
    "review sim the",
)
#: Words of the headings of other things than the number.
_OF_OTHERS: Final = words_in(
    "account amount arrest bail bank caf card case cdr complaint fir imei investigation kyc lien money name ncrp",
    "refund transaction upi wallet",
)
#: What was in use again, and is used for fraud again; and a name that was misspelt.
_EARLIER: Final = re.compile(r"(?:was )?(?:reactivated|reconnected|released|unblocked) (?:earlier|previously)")
_MISSPELT: Final = re.compile(r"wrongly (?:entered|noted|spelt|typed|written) as (?P<what>.+)")
#: Words of a line whose rows are to be accepted, up to the next line.
_ACCEPTING: Final = words_in("accept accepted approved block blocked blocking suspect suspects")
#: A line of more words is a note.
_MOST_WORDS: Final = 12


def opposed_rows(sheet: Sheet, at: dict[str, list[int]], places: Sequence[int]) -> Bools:
    """Which rows another cell, or a line or a title above them, opposes if they are accepted.

    Args:
        sheet: The rows.
        at: The columns of each field.
        places: The columns whose cells may do so.
    """
    if any(_heads_opposed(title) for title in (*sheet.titles, sheet.sheet or "")):
        return np.ones(len(sheet.table), np.bool_)
    found = below_lines(sheet, at, _of_line)
    for place in places:
        found |= _opposed_in(sheet.table, place)
    return found


def _opposed_in(table: pa.Table, place: int) -> Bools:
    """The rows that the cells of one column oppose."""
    heading, column = table.column_names[place], table.column(place)
    texts = seen_text(cells.joined(column) if is_list(column.type) else whole(column))
    distinct: list[Any] = pc.unique(texts).drop_null().to_pylist()

    def those(chosen: list[str]) -> Bools:
        return flags(pc.fill_null(pc.is_in(texts, pa.array(chosen, pa.string())), False))

    agreeing = those([text for text in distinct if _agrees(heading, text)])
    opposing = those([text for text in distinct if text.strip() and _opposes(heading, text)])
    return (spared_rows(table, [place], is_complaint=False) & ~agreeing) | opposing


def _agrees(heading: str, text: str) -> bool:
    """Whether a text that spares a number of a list says nothing against one that waits.

    >>> cells = (("Blocked?", "No"), ("To be blocked", "No"), ("Note", "Unblocked earlier"), ("Note", "Unblocked"))
    >>> [_agrees(*cell) for cell in cells]
    [True, False, True, False]
    """
    there = words_of(heading)
    if "blocked" in there and "be" not in there and is_yes(text) is False:
        return True  # one that waits is not blocked yet
    bare = " ".join(words_of(text))
    misspelt = _MISSPELT.fullmatch(bare)
    if misspelt:
        return not any(map(is_victim, misspelt["what"].split()))
    return _EARLIER.fullmatch(bare) is not None


def _opposes(heading: str, text: str) -> bool:
    """Whether a text, below a heading, opposes that its number is accepted.

    >>> [_opposes("Note", text) for text in ("Not approved", "hold - SI to check", "Name not confirmed")]
    [True, True, False]
    >>> [_opposes(heading, "Hold") for heading in ("Approved by SP", "Number status", "Money status", "Amount")]
    [True, True, False, False]
    """
    if asks_to_act(heading) and is_decided(heading) and answer_to(heading)(text) is not True:
        return bool(cells.remarks(pa.array([text]))[0].is_valid)
    if _is_about_numbers(heading):
        return _says(_OF_NUMBERS, text)
    return _OF_OTHERS.isdisjoint(words_of(heading)) and _says(_ANYWHERE, text)


def _is_about_numbers(heading: str) -> bool:
    """Whether a heading is that of remarks, or of what was decided on a number.

    >>> [_is_about_numbers(heading) for heading in ("Remarks", "Final status", "Final report", "Bank remarks", "Nuh")]
    [True, True, False, False, False]
    """
    words = set(words_of(heading))
    if words & _OF_STATE:
        return words <= _OF_STATE | _ABOUT_NUMBERS and "report" not in words
    # A column without a heading has remarks.
    is_of_remarks = not words.isdisjoint(_OF_REMARKS) or words <= {"column", "unnamed"}
    return words.isdisjoint(_OF_OTHERS) and (is_of_remarks or asks_to_act(heading))


def _says(phrases: re.Pattern[str], text: str) -> bool:
    """Whether all of a text, or a part of it, is one of some phrases."""
    parts = (text, *(part for part, _ in parts_of(text)))
    return any(phrases.fullmatch(" ".join(words_of(part))) for part in parts)


def _heads_opposed(title: str) -> bool:
    return is_not_listed(title) or heads_victims(title) or _says(_ANYWHERE, title)


def _of_line(text: str) -> bool | None:
    """Whether a line opposes that the rows below are accepted, or the reverse; None if it says nothing of it.

    >>> lines = ("Victims:", "Not to be accepted - victims", "On hold", "To be accepted", "Nuh")
    >>> [_of_line(line) for line in lines]
    [True, True, True, False, None]
    """
    words = words_of(text)
    if len(words) > _MOST_WORDS:
        return None
    if _heads_opposed(text) or is_spared(text) or _says(_OF_NUMBERS, text):
        return True
    return None if _ACCEPTING.isdisjoint(words) else False
