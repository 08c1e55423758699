"""Which digits of a text may be a number or a handset, and are masked where the text is shown.

Owns this rule, for pages, for notebooks and for the cells of waiting numbers. Independent of what a text is. One idea:
**whatever the package itself would read as a number is masked**, in any spelling; days and times of day stay.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields
from functools import partial
from typing import Any, Final

#: Invisible characters, which may stand anywhere in a number, and the one that a page has in their place.
_UNSEEN: Final = (
    "\u00ad\u0600-\u0605\u061c\u06dd\u070f\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
    "\ufff9-\ufffb\ufffd\U000e0000-\U000e0fff"
)
#: What may stand between two digits of a number: up to six characters that are neither letters nor digits.
_BETWEEN: Final = rf"(?:[{_UNSEEN}]*(?:[^\w{_UNSEEN}]|_)){{0,6}}[{_UNSEEN}]*"
#: A day, and a time of that day.
_DAY: Final = (
    r"(?<![\d])(?<!\d[-./])(?:(?:19|20)\d\d-[01]\d-[0-3]\d|[0-3]\d([-./])[01]\d\1(?:19|20)\d\d)"
    r"(?:[T ][0-2]\d:[0-5]\d(?::[0-5]\d)?)?(?![-./:]?\d)"
)
#: A day, or ten digits or more of any script.
_LONG: Final = re.compile(rf"{_DAY}|(?P<number>\d(?:{_BETWEEN}\d){{9,}})")


def masked(text: str, cross: Callable[[str], str]) -> str:
    """The text with `cross` of the digits in place of each run that may be a number or a handset.

    >>> masked("98765 - 43210 on 2026-06-01 10:00:00", lambda digits: crossed(digits, 2))
    '98xxxxxx10 on 2026-06-01 10:00:00'
    """

    def one(found: re.Match[str]) -> str:
        number = found["number"]
        return found[0] if number is None else cross(re.sub(r"\D", "", number))

    return _LONG.sub(one, text)


def holds_digits(text: str) -> bool:
    """Whether a text has digits that would be masked.

    >>> holds_digits("Complainant 98765-43210"), holds_digits("Case 12345/2026 of 01.06.2026")
    (True, False)
    """
    return any(found["number"] is not None for found in _LONG.finditer(text))


def crossed(digits: str, shown: int) -> str:
    """The digits with an x for each but the first so many, and the last two."""
    return digits[:shown] + "x" * (len(digits) - shown - 2) + digits[-2:]


def masked_repr(result: Any) -> str:
    """The `repr` of a dataclass that has names of files, which often are numbers; a digest stays as it is.

    >>> from dataclasses import make_dataclass
    >>> masked_repr(make_dataclass("Intake", ["name", "added"])("CDR 98765 43210.csv", 1))
    "Intake(name='CDR 98xxxxxx10.csv', added=1)"
    """
    shown: list[str] = []
    for field in fields(result):
        value = getattr(result, field.name)
        is_figure = isinstance(value, int | float) or field.name == "sha256"
        text = repr(value) if is_figure else masked(repr(value), partial(crossed, shown=2))
        if field.repr:
            shown.append(f"{field.name}={text}")
    return f"{type(result).__name__}({', '.join(shown)})"
