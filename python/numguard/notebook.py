"""The representation of results in a notebook: a heading and a small table of counts, as HTML.

Owns the layout. Independent of the results. One idea: **only counts and names are shown**, because a notebook is saved
with its output and passed on. All text is escaped, and long runs of digits in it, as in file names, are masked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from html import escape

from numguard.masking import masked

#: Fewer digits than a number has; a count has thousands separators and does not match.
_LONG = re.compile(r"\d[\d .-]{4,}\d")
_CELL = "text-align:left;padding:1px 12px 1px 0"


def card(title: str, facts: Iterable[tuple[str, object]]) -> str:
    """A heading and a table of facts.

    Args:
        title: The name of the class, and of its subject.
        facts: Pairs of a label and a value; integers get separators, and values that are None or empty are left out.

    Returns:
        HTML that needs no script and no style sheet.

    Example:
        >>> card("Expansion", [("linked", 1200), ("braked", "")])
        '<div><strong>Expansion</strong><table><tr><td style="text-align:left;padding:1px 12px 1px 0">linked</td>\
<td style="text-align:left;padding:1px 12px 1px 0">1,200</td></tr></table></div>'
    """
    rows = "".join(
        f'<tr><td style="{_CELL}">{escape(label)}</td><td style="{_CELL}">{escape(_shown(value))}</td></tr>'
        for label, value in facts
        if value is not None and value != ""
    )
    return f"<div><strong>{escape(title)}</strong><table>{rows}</table></div>"


def counts(of: Mapping[str, int]) -> str:
    """Counts by name in one line, the largest first; empty if there are none.

    Example:
        >>> counts({"short_code": 2, "too_long": 1500})
        'too_long 1,500, short_code 2'
    """
    ordered = sorted(of.items(), key=lambda one: (-one[1], one[0]))
    return ", ".join(f"{name} {count:,}" for name, count in ordered if count)


def _shown(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return _LONG.sub(lambda digits: _short(digits[0]), masked(str(value), _short))


def _short(digits: str) -> str:
    return f"{digits[:2]}xxx{digits[-2:]}"
