"""Non-data lines of an operator's report, beside those of any file: footers, "no data found", labels.

Owns the patterns of such lines. Independent of columns, except for the names in the header. One idea: **a line is
non-data only if it cannot be a row.** A line that may be a damaged row is refused and counted, never skipped.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final, Literal, TypeAlias

from numguard.source.languages import canonical_name
from numguard.source.non_data import PAGE, RULER, TOTAL_WORDS, bare_cells
from numguard.source.scripts import MARKS

#: A header within the file: the same table's again, or another table's.
Whose: TypeAlias = Literal["own", "other"]
Kind: TypeAlias = Literal["blank", "ruler", "preamble", "header", "footer", "page", "no_data"]

_NO_DATA: Final = re.compile(
    r"\bno\s+(?:data|records?|rows?|details?|cdrs?)\b.{0,20}\b(?:found|available|exist)"
    r"|\bnil\s+(?:report|data|records?)\b|^\W*nil\W*$",
    re.IGNORECASE,
)
_FOOTER: Final = re.compile(
    r"""[\W_]*(?:
        end\s+of\s+(?:the\s+)?(?:report|file|record) | (?:this\s+is\s+)?(?:an?\s+)?(?:system|computer)\s+generated
      | this\s+is\s | note\b | disclaimer\b | (?:cdr|record|row|total)\s*(?:count|s)?\b\s*:?-? | signature\b
      | grand\s+total\b
      | auditid\b | generated\s+(?:by|on|at)\b | report\s+(?:generated|end)\b | confidential\b | \*{2,}
      | lrn\s*:- | printed\s+on\b
      | (?:"""
    + "|".join(map(re.escape, TOTAL_WORDS))
    + rf""")(?![\w{MARKS}])
    )""",
    re.IGNORECASE | re.VERBOSE,
)
#: A line of the preamble of a further report in the same file: a label, a colon, and at most one value.
_LABEL: Final = re.compile(r"[A-Za-z][A-Za-z .()/_-]{2,80}:")
#: A preamble names its target after one of these words. Jio's label lists all possible kinds of target, so that the
#: value decides: ten to thirteen digits that are a number, or fourteen to sixteen that are a handset.
TARGET: Final = re.compile(
    r"(?:msisdn|mobile\s*(?:no|number)|search\s*value|input\s*value|imei|target|subject)[^\d+]*([+\d][\d ]{8,18}\d)",
    re.IGNORECASE,
)
#: A lone cell that may be what is left of a row.
_NUMBER: Final = re.compile(r"[\W_]*\d[\d\W_]{9,}")
#: A number or a handset alone in a cell: no footer has one beside its text.
_KEY: Final = re.compile(r"\+?\d{10,16}")
_STATED_COUNT: Final = re.compile(
    r"\b(?:total\s+(?:no\.?\s+of\s+)?(?:records?|rows?|cdrs?)|(?:cdr|record)\s+count)\b\W*?(\d{1,12})\b", re.IGNORECASE
)


def is_no_data(line: str) -> bool:
    """Whether the line states that the report is empty, as reports without a hit do."""
    return _NO_DATA.search(line) is not None


def stated_count(line: str) -> int | None:
    """The number of rows that a line says the report has; None if it names none.

    >>> [stated_count(line) for line in ("Total records: 12", "Total duration 12")]
    [12, None]
    """
    stated = _STATED_COUNT.search(line)
    return int(stated[1]) if stated else None


@dataclass(slots=True)
class NonData:
    """Recognises non-data lines, one by one; `skipped` counts them.

    `width` is the header's, and `whose` recognises another header by its names: a file may be joined from those of
    several operators. `headers` has the line numbers of these headers, `stated` those of counts of rows.
    """

    delimiter: str
    width: int
    whose: Callable[[list[str], int], Whose | None]
    headers: dict[int, Whose] = field(default_factory=dict)
    skipped: dict[str, int] = field(default_factory=dict)
    ended: bool = False
    stated: dict[int, int] = field(default_factory=dict)

    def take(self, line: str, number: int) -> bool:
        """Whether the line of this number is non-data; then it is counted."""
        kind = self._kind(line, number)
        if kind is not None:
            self.count(kind)
            self.ended |= kind == "footer"
            if kind == "header":
                self.ended = False
        return kind is not None

    def count(self, kind: str, lines: int = 1) -> None:
        """Count non-data lines."""
        if lines:
            self.skipped[kind] = self.skipped.get(kind, 0) + lines

    def stated_rows(self, above: int | None, found: int) -> int | None:
        """How many rows the report states that it has, with the count above its header; None if that is not known.

        A header that is there again begins a further report if a count is between the two, and else a page. Where not
        each report has a count, they are not those of all rows, of which more are stated than `found` if some are lost.
        """
        own = sorted(number for number, whose in self.headers.items() if whose == "own")
        stated = [*self.stated.values()]
        if len(own) <= self.skipped.get("page", 0):
            return sum(stated) if stated else above
        further = sum(any(map(range(*two).__contains__, self.stated)) for two in pairwise([0, *own]))
        if further or not stated:
            stated += [] if above is None else [above]
        is_of_all = further > 0 and len(stated) == further + 1
        return sum(stated) if stated and (is_of_all or sum(stated) >= found) else None

    def _kind(self, line: str, number: int) -> Kind | None:
        cells = bare_cells(line.split(self.delimiter))
        if not cells:
            return "blank"
        if RULER.fullmatch(line):
            return "ruler"
        whose = self.whose([canonical_name(cell) for cell in cells], number)
        if whose is not None:
            self.headers[number] = whose
            return "header"
        filled = sum(bool(cell) for cell in cells)
        return self._closing(line, number, cells) if filled <= max(1, self.width // 2) else None

    def _closing(self, line: str, number: int, cells: list[str]) -> Kind | None:
        """The kind of a line with few fields."""
        if is_no_data(line):
            return "no_data"
        if PAGE.fullmatch(line):
            return "page"
        if _FOOTER.match(cells[0]) and not any(map(_KEY.fullmatch, cells[1:])):
            stated = stated_count(line)
            if stated is not None:
                self.stated[number] = stated
            return "footer"
        if _LABEL.match(cells[0]) and sum(bool(cell) for cell in cells) <= 2:
            return "preamble"
        if self.ended and len(cells) == 1 and not _NUMBER.fullmatch(cells[0]):
            # Below a footer a line that names a target is of the preamble of the next report.
            return "preamble" if TARGET.search(line) else "footer"
        return None
