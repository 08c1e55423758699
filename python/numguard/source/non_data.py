"""Non-data lines of a sheet: blank lines, rulers, repeated headers, totals, page numbers.

Owns the patterns that recognise such a line, in text and in workbooks. Independent of columns. One idea: **a line is
non-data only if it cannot be a row.** A line that might be a damaged row is refused and counted, never skipped.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from operator import eq
from typing import Final

from numguard.source.scripts import MARKS

RULER: Final = re.compile(r"[\s\-=_*#+~.|,;'\"]+")
PAGE: Final = re.compile(r"[\W_]*page\W*(?:no\W*)?\d+(?:\W*(?:of|/)\W*\d+)?[\W_]*", re.IGNORECASE)
#: What a ruler across a whole row has: other characters alone may stand for a number, masked or wider than its column.
_DRAWN: Final = ("--", "==", "__")
_FILL: Final = ({"#"}, {"*"})
#: Digits that may be a number: above a header, where only titles are, they are refused.
NUMBER: Final = re.compile(r"(?<!\d)\+?\d{10,13}(?!\d)|(?<!\d)\d{5}[ -]\d{5}(?!\d)")
#: Ten digits in a cell may be a number, in groups too; a line with them is never skipped.
_NUMBER: Final = re.compile(r"\d(?:[ -]?\d){9}")
#: The same without groups, which most rows have.
_IN_A_CELL: Final = re.compile(r"\d{10}")
#: The labels of totals, in the languages of India. A label is a total only if nothing but figures stands beside it.
TOTAL_WORDS: Final = (
    "कुल", "कुल योग", "कुल राशि", "कुल संख्या", "कुल जोड़", "योग", "महायोग", "जोड़", "टोटल", "एकूण", "एकूण रक्कम", "કુલ", "કુલ રકમ",
    "ਕੁੱਲ", "ਕੁਲ", "ਕੁੱਲ ਰਕਮ", "মোট", "মোট টাকা", "সর্বমোট", "ମୋଟ", "மொத்தம்", "மொத்த தொகை", "మొత్తం", "ಒಟ್ಟು", "ಒಟ್ಟು ಮೊತ್ತ",
    "ആകെ", "ആകെ തുക", "کل", "کل رقم", "کل میزان", "میزان", "ٹوٹل",
)  # fmt: skip
#: `Total` and such in one language or two, as in `कुल (Total)`; what follows is no part of its last word.
_LABELS: Final = (
    r"(?:(?:grand|sub|page|net|g\.)[\s_-]*)?totals?"
    r"(?:\s+(?:no\.?\s+of\s+)?(?:amounts?|records?|rows?|complaints?|cases?|count|numbers?|entries))?"
    r"(?:\s+(?:loss|lost|held|recovered|refunded))?(?:\s*\((?:in\s+)?(?:rs\.?|inr|rupees|₹)\))?"
    rf"|{'|'.join(re.escape(word) for word in sorted(TOTAL_WORDS, key=len, reverse=True))}"
    r"|end\s+of\s+(?:the\s+)?(?:report|file|records?|list)"
).replace(r"\ ", r"\s+")
_TOTAL: Final = re.compile(
    rf"[\W_]*(?:{_LABELS})(?:[^\w{MARKS}]+(?:{_LABELS}))?(?![{MARKS}])"
    r"[\s:.=\-\u2013*)]*(?:(?:rs\.?|inr|₹)\s*)?[\d,.\s/\-]*[\W_]*",
    re.IGNORECASE,
)
#: As many digits as no heading has.
FIGURES: Final = re.compile(r"\d{5}")
_FIGURE: Final = re.compile(r"[\s₹\d,.()/\-]*(?:rs\.?|inr|lakhs?|crores?)?[\s₹\d,.()/\-]*", re.IGNORECASE)
#: Parts of words: the first cell of a total that is not blank has at least one.
TOTALS: Final = ("otal", "OTAL", "nd of", "ND OF", *sorted({word.split()[0] for word in TOTAL_WORDS}))
#: The same of every non-data line that is neither blank nor a header.
MAY_BE_NON_DATA: Final = (*_DRAWN, "age", "AGE", *TOTALS)


def is_blank(line: str) -> bool:
    """Whether a line above the header has nothing but separators, as a workbook's blank row has in CSV.

    >>> is_blank(" ,,;"), is_blank(",Nuh,")
    (True, False)
    """
    return not line.strip(" \t\r\n,;|'\"\ufeff\xa0")


def bare(cell: str) -> str:
    """A cell without the quotes and blanks around it."""
    return cell.strip(" \t'\"\ufeff\xa0")


def bare_cells(cells: Sequence[str]) -> list[str]:
    """The cells of a line, bare, without the blank ones at its end."""
    texts = [bare(cell) for cell in cells]
    while texts and not texts[-1]:
        texts.pop()
    return texts


def _folded(cell: str) -> str:
    """A heading by which a repeated header is recognised, whatever its case and blanks."""
    return " ".join(bare(cell).split()).casefold()


class NonData:
    """Recognises non-data lines; `header` are the cells of the table's header."""

    def __init__(self, header: Sequence[str]) -> None:
        self._header = [_folded(name) for name in header]
        while self._header and not self._header[-1]:
            self._header.pop()
        self._has_number = any(map(_NUMBER.search, self._header))

    def is_other_header(self, cells: Sequence[str]) -> bool:
        """Whether a line of no `kind` is a header of other columns, or in another order: half of it are headings."""
        if FIGURES.search("\n".join(cells)):
            return False
        filled = [text for cell in cells if (text := _folded(cell))]
        known = set(filled).intersection(self._header)
        return 2 <= len(known) >= len(filled) / 2

    def kind(self, cells: Sequence[str], *, whole: bool = True) -> str | None:  # noqa: PLR0911 - a kind a line
        """The kind of the line, by its cells: blank, ruler, header, page or total; None where it may be a row.

        `whole`: whether it has as many cells as the header.
        """
        # Most rows have a number, and are looked at no further.
        if not self._has_number and _IN_A_CELL.search("\n".join(cells)):
            return None
        texts = bare_cells(cells)
        if not texts:
            return "blank"
        if all(RULER.fullmatch(cell) for cell in texts if cell) and any(len(cell) > 1 for cell in texts):
            # A number that is wider than its column is shown as such signs, whatever is beside it.
            is_filled = any(set(cell) in _FILL for cell in texts)
            is_drawn = not whole or (not is_filled and any(pair in cell for cell in texts for pair in _DRAWN))
            return "ruler" if is_drawn and any(len(cell) >= 3 for cell in texts) else None
        if len(texts) == len(self._header) and all(map(eq, map(_folded, texts), self._header)):
            return "header"
        filled = [cell for cell in texts if cell]
        # Two sums in adjacent cells are no number.
        if _NUMBER.search("\n".join(filled)):
            return None
        if len(filled) == 1 and PAGE.fullmatch(filled[0]):
            return "page"
        label, *others = filled
        if _TOTAL.fullmatch(label) and all(_FIGURE.fullmatch(cell) for cell in others):
            return "total"
        return None
