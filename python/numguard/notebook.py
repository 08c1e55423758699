"""How results show themselves in a notebook: a heading and a small table of counts, as HTML.

Owns the look. Knows nothing of what is shown. One idea: **only counts and names are shown**: a notebook is saved with
its output and sent on. Whatever comes in is escaped, and long digits in it are masked, as in names of files.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from html import escape

__all__ = ["card", "counts"]

#: Digits that may be a number or a handset, as `str.format` never writes a count.
_LONG = re.compile(r"\d[\d .-]{4,}\d")
_CELL = "text-align:left;padding:1px 12px 1px 0"


def card(title: str, facts: Iterable[tuple[str, object]]) -> str:
    """A heading and the lines under it.

    Args:
        title: The name of the class, and what it is of.
        facts: A label and a value each; integers get separators, and values that are None or empty are left out.

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
    return _LONG.sub(lambda digits: f"{digits[0][:2]}xxx{digits[0][-2:]}", str(value))
