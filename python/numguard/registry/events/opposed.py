"""Rows that say `accepted`, and say beside it, or below a line, that the number is a victim's or is not to be accepted.

Owns which texts oppose that decision. Independent of SQL. One idea: **a decision that its own row opposes is none**: an
officer fills in `accepted` down the column, and another has written `Not approved` into his.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa

from numguard.compute import pc
from numguard.number_list.spared import is_not_listed, is_spared
from numguard.number_list.titles import heads_victims, parts_of, words_of
from numguard.number_list.words import words_in
from numguard.registry.arrays import Bools, flags
from numguard.registry.events.contradicted import below_lines
from numguard.registry.sheets import cells
from numguard.registry.sheets.doubts import spared_rows
from numguard.registry.sheets.sheet import Sheet

__all__ = ["opposed_rows"]

#: What says in any column that a number is not accepted, or not yet.
_NOT_ACCEPTED: Final = re.compile(
    r"(?<!\S)(?:cannot|don t|dont|never|no|not)(?: (?:be|been|to|yet))* "
    r"(?:accept(?:able|ed)?|agreed?|approved?|confirm(?:ed)?)(?!\S)"
)
#: What says so as the first part of a text, in a column of decisions or remarks, or in a line above rows.
_AGAINST: Final = re.compile(
    r"(?:(?:is|it|kept|keep|no|number|put|to|be|on|under) )*"
    r"(?:declined?|disapproved?|dismiss(?:ed)?|hold|held|pending|refused?|reject(?:ed)?|verification|wait)"
    r"(?: (?:as|by|for|it|now|of|on|pending|since|till|until|with)(?!\S).*)?"
)
#: Words of the headings of such columns.
_OF_DECISIONS: Final = words_in(
    "accept accepted approval approved comment comments decided decision decisions dsp final io note notes opinion",
    "order orders reason reasons recommendation remark remarks result sho si sp status verdict टिप्पणी निर्णय",
)
#: Words of the headings of other things than the number.
_OF_OTHERS: Final = words_in("account amount bail bank caf card case cdr complaint fir imei kyc upi wallet")
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
    found = spared_rows(sheet.table, places, is_complaint=False) | below_lines(sheet, at, _of_line)
    for place in places:
        if not cells.may_name_numbers(sheet.table.schema.field(place).type):
            continue
        heading = set(words_of(sheet.table.column_names[place]))
        is_of_decision = not heading.isdisjoint(_OF_DECISIONS) and heading.isdisjoint(_OF_OTHERS)
        column = cells.joined(sheet.table.column(place))
        texts: list[Any] = pc.unique(column).drop_null().to_pylist()
        opposing = [text for text in texts if _opposes(text, is_of_decision=is_of_decision)]
        if opposing:
            found |= flags(pc.is_in(column, pa.array(opposing, pa.string())))
    return found


def _opposes(text: str, *, is_of_decision: bool) -> bool:
    """Whether a text opposes the acceptance; `is_of_decision`: its column is one of decisions, or of remarks.

    >>> texts = ("Not approved", "hold - SI to check", "Asked the complainant", "Wrongly dismissed earlier")
    >>> [_opposes(text, is_of_decision=True) for text in texts]
    [True, True, False, False]
    """
    if _NOT_ACCEPTED.search(" ".join(words_of(text))):
        return True
    first = next((" ".join(words_of(part)) for part, _ in parts_of(text) if words_of(part)), "")
    return is_of_decision and _AGAINST.fullmatch(first) is not None


def _heads_opposed(title: str) -> bool:
    return is_not_listed(title) or heads_victims(title) or _opposes(title, is_of_decision=False)


def _of_line(text: str) -> bool | None:
    """Whether a line opposes that the rows below are accepted, or the reverse; None if it says nothing of it.

    >>> lines = ("Victims:", "Not to be accepted - victims", "On hold", "To be accepted", "Nuh")
    >>> [_of_line(line) for line in lines]
    [True, True, True, False, None]
    """
    words = words_of(text)
    if len(words) > _MOST_WORDS:
        return None
    if _heads_opposed(text) or is_spared(text) or _opposes(text, is_of_decision=True):
        return True
    return None if _ACCEPTING.isdisjoint(words) else False
