"""The code of a number format -> what it shows: a date, a time, a number with zeros before it.

Owns the codes of ECMA-376 Part 1, 18.8.30 and 18.8.31, which both forms of Excel's workbooks have. Independent of
where a workbook keeps them.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import Final

#: The characters of the longest code that a program keeps.
_LONGEST: Final = 255
#: Zeros alone, for numbers above zero.
_ZEROS: Final = re.compile(r"(0{2,64})(?:;.*)?", re.DOTALL)
#: Texts in a code, colours and conditions, and what stands for no letter.
_NO_LETTERS: Final = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!(?:h+|m+|s+)\])[^\]]*\]', re.IGNORECASE | re.DOTALL)
_SPAN: Final = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_DATE: Final = re.compile(r"[dmyhs]", re.IGNORECASE)
#: The formats that every program has: of dates and of times, and of spans of time.
_DATES: Final = frozenset({*range(14, 23), 45, 47})
_SPANS: Final = frozenset({46})


class Shown(Enum):
    """What a format makes of a number."""

    NUMBER = 0
    DATE = 1
    SPAN = 2


def digits_shown(code: str) -> int:
    """The digits that a code of zeros alone shows at least; 0 for any other.

    >>> digits_shown("000000000000000"), digits_shown("0000-000"), digits_shown("0")
    (15, 0, 0)
    """
    found = _ZEROS.fullmatch(code[:_LONGEST])
    return len(found[1]) if found else 0


def shown(number: int, code: str | None) -> Shown:
    """What the format with this number makes of a number; `code` is that of one that the workbook has itself.

    >>> shown(14, None), shown(164, "dd/mm/yyyy"), shown(165, "[h]:mm"), shown(166, '0" days"')
    (<Shown.DATE: 1>, <Shown.DATE: 1>, <Shown.SPAN: 2>, <Shown.NUMBER: 0>)
    """
    if code is None:
        return Shown.SPAN if number in _SPANS else Shown.DATE if number in _DATES else Shown.NUMBER
    first = _NO_LETTERS.sub("", code[:_LONGEST]).partition(";")[0]
    if _SPAN.search(first):
        return Shown.SPAN
    # `General` has none of these letters.
    return Shown.DATE if _DATE.search(first) else Shown.NUMBER
