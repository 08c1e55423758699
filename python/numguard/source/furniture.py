"""What stands around the rows of a sheet: blank lines, rulers, repeated headers, totals, page numbers.

Owns the patterns by which such a line is told from a row, in a text as in a workbook. Knows no column. One idea: **only
what can be nothing else is furniture.** A line that might be a damaged row is refused and counted, never skipped.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

__all__ = ["PAGE", "RULER", "Furniture", "bare", "may_be_furniture"]

RULER: Final = re.compile(r"[\s\-=_*#+~.|,;'\"]+")
PAGE: Final = re.compile(r"[\W_]*page\W*(?:no\W*)?\d+(?:\W*(?:of|/)\W*\d+)?[\W_]*", re.IGNORECASE)
#: Ten digits on end may be somebody's number, and no line with one is passed over.
_NUMBER: Final = re.compile(r"\d{10}|\d{5}[ -]\d{5}")
_TOTAL: Final = re.compile(
    r"""[\W_]*(?:
        (?:(?:grand|sub|page)[\s_-]*)?totals?
        (?:\s+(?:no\.?\s+of\s+)?(?:amounts?|records?|rows?|complaints?|cases?|count|numbers?|lost|entries))?
      | कुल(?:\s+(?:योग|राशि|संख्या))? | योग | end\s+of\s+(?:the\s+)?(?:report|file|records?|list)
    )[\s:.=\-\u2013*]*(?:(?:rs\.?|inr|₹)\s*)?[\d,.\s/\-]*[\W_]*""",
    re.IGNORECASE | re.VERBOSE,
)
_FIGURE: Final = re.compile(r"[\s₹\d,.()/\-]*(?:rs\.?|inr|lakhs?|crores?)?[\s₹\d,.()/\-]*", re.IGNORECASE)
#: What the cells of such a line have in them, in one spelling or another.
_SIGNS: Final = ("otal", "OTAL", "--", "==", "__", "age", "AGE", "nd of")
_HINDI: Final = ("कुल", "योग")


def bare(cell: str) -> str:
    """A cell without the quotes and blanks around it."""
    return cell.strip(" \t'\"\ufeff\xa0")


def may_be_furniture() -> tuple[str, ...]:
    """Parts of words of which one stands in every such line that is neither blank nor a header."""
    return (*_SIGNS, *_HINDI)


class Furniture:
    """Tells furniture from rows, line by line; `header` are the cells of the table's own header."""

    def __init__(self, header: Sequence[str]) -> None:
        self._header = [bare(name).casefold() for name in header]
        while self._header and not self._header[-1]:
            self._header.pop()

    def kind(self, cells: Sequence[str]) -> str | None:  # noqa: PLR0911 - a kind a line
        """What the line is, by its cells: blank, ruler, header, page or total; None where it may be a row."""
        said = [bare(cell) for cell in cells]
        while said and not said[-1]:
            said.pop()
        if not said:
            return "blank"
        if all(RULER.fullmatch(cell) for cell in said if cell) and any(len(cell) > 1 for cell in said):
            return "ruler" if any(len(cell) >= 3 for cell in said) else None
        if [cell.casefold() for cell in said] == self._header:
            return "header"
        filled = [cell for cell in said if cell]
        if _NUMBER.search(" ".join(filled)):
            return None
        if len(filled) == 1 and PAGE.fullmatch(filled[0]):
            return "page"
        label, *others = filled
        if _TOTAL.fullmatch(label) and all(_FIGURE.fullmatch(cell) for cell in others):
            return "total"
        return None
